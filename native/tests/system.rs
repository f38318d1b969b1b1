//! The whole system: the built userland on the kernel. Needs `pkg/userland` (scripts/build-userland).

use cobnut_native::{Job, Machine, Output};
use std::time::{Duration, Instant};

fn machine() -> Machine {
    Machine::new().unwrap_or_else(|message| panic!("{message}"))
}

fn assert_says(output: &Output, stdout: &str, code: u8, script: &str) {
    assert_eq!(
        (output.text().as_str(), output.code),
        (stdout, code),
        "{script}\nstderr: {}",
        output.errors()
    );
}

#[test]
fn scripts_print_what_they_should() {
    let machine = machine();
    for (script, stdout, code) in [
        ("echo hello && ls /tmp", "hello\n", 0),
        ("seq 3 | wc -l", "3\n", 0),
        ("seq 1 100000 | grep 7 | wc -l", "40951\n", 0),
        ("exit 3", "", 3),
        ("x=1; (x=2; echo $x); echo $x", "2\n1\n", 0),
        ("yes | head -n 2", "y\ny\n", 0),
        ("(echo a; sleep 0.1) & wait; echo done", "a\ndone\n", 0),
        ("cd /tmp && pwd && cd - >/dev/null && pwd", "/tmp\n/\n", 0),
        ("echo $(echo $(echo deep))", "deep\n", 0),
        ("cat <<END\na $((1 + 2))\nEND\n", "a 3\n", 0),
        ("false || echo $?", "1\n", 0),
        ("for i in 1 2 3; do echo $i; done | tail -n 1", "3\n", 0),
        ("echo a > /tmp/f; echo b >> /tmp/f; cat < /tmp/f", "a\nb\n", 0),
        ("sleep 100 & kill $!; wait $!; echo $?", "143\n", 0),
        ("echo x | (read y; echo got $y)", "got x\n", 0),
        ("sh -c 'kill -9 $$'; echo $?", "137\n", 0),
    ] {
        assert_says(&machine.sh(script), stdout, code, script);
    }
}

#[test]
fn an_unknown_command_is_127_and_says_so() {
    let output = machine().sh("nosuch");
    assert_eq!(output.code, 127);
    assert!(output.errors().contains("nosuch"), "{}", output.errors());
}

#[test]
fn a_mebibyte_passes_through_cat_unchanged() {
    let bytes: Vec<u8> = (0..1 << 20)
        .map(|at: u32| (at.wrapping_mul(2_654_435_761) >> 13) as u8)
        .collect();
    let output = machine().run(Job::new(["cat"]).stdin(bytes.clone()));
    assert!(output.stdout == bytes);
}

#[test]
fn an_endless_script_is_killed_in_time_with_all_that_it_started() {
    let machine = machine();
    // The time-out is not about compiling the modules.
    assert_says(&machine.sh("sleep 0 | cat"), "", 0, "warm-up");
    for script in [
        "while true; do :; done",
        "sleep 100 & sleep 100 | sleep 100",
        "(while :; do :; done) & wait",
    ] {
        let began = Instant::now();
        let output = machine.run(Job::new(["sh", "-c", script]).timeout(Duration::from_millis(500)));
        assert!(output.timed_out, "{script}");
        assert!(began.elapsed() < Duration::from_secs(5), "{script}");
        machine.settle();
        assert_eq!(
            (machine.processes(), machine.kernel().live()),
            (vec![], 0),
            "{script}"
        );
    }
}

#[test]
fn many_jobs_at_once_and_one_after_another() {
    let machine = machine();
    let output = machine.sh("i=0; while [ $i -lt 40 ]; do (exit 7) & i=$((i+1)); done; wait; echo all");
    assert_says(&output, "all\n", 0, "40 jobs");
    for round in 0..50 {
        assert_says(&machine.exec(&["true"]), "", 0, &round.to_string());
    }
    machine.settle();
    assert_eq!(machine.kernel().live(), 0);
}
