//! Guests that misbehave, each in its own way: the kernel goes on, and says what happened.

mod common;

use cobnut_native::{Job, Machine, Output};
use std::time::{Duration, Instant};

fn run(name: &str) -> Output {
    common::shared(name).run(Job::new(["guest"]))
}

#[test]
fn hello_is_written_and_exit_codes_are_passed_on() {
    let output = run("hello.wat");
    assert_eq!((output.code, output.errors().as_str()), (0, ""));
    assert!(!output.stdout.is_empty());
    assert_eq!(run("exit42.wat").code, 42);
}

#[test]
fn a_trap_ends_with_134_and_its_message() {
    let output = run("trap.wat");
    assert_eq!(output.code, 134);
    assert_eq!(output.errors(), "guest: RuntimeError: unreachable\n");
}

#[test]
fn recursion_without_end_is_a_trap() {
    for name in ["recurse.wat", "recurse_write.wat"] {
        let output = run(name);
        assert_eq!(output.code, 134, "{name}");
        assert!(
            output.errors().starts_with("guest: RuntimeError: "),
            "{name}: {}",
            output.errors()
        );
    }
}

#[test]
fn an_unknown_import_fails_to_start_and_is_named() {
    let machine = common::shared("unknown_import.wat");
    let output = machine.run(Job::new(["guest"]));
    assert_eq!(output.code, 126);
    assert!(output.errors().contains("nowhere.nothing"), "{}", output.errors());
    machine
        .add_command("good", &common::guest("(func (export \"_start\"))"))
        .unwrap();
    assert_eq!(machine.exec(&["good"]).code, 0);
}

#[test]
fn leaving_can_not_be_caught() {
    let output = run("catchall_exit.wat");
    assert_eq!((output.code, output.errors().as_str()), (7, ""));
}

#[test]
fn bad_pointers_are_efault() {
    assert_eq!(run("bad_pointers.wat").code, 0);
}

#[test]
fn endless_loops_are_killed() {
    for name in ["spin.wat", "catchall.wat"] {
        let machine = common::shared(name);
        let began = Instant::now();
        let output = machine.run(Job::new(["guest"]).timeout(Duration::from_millis(100)));
        assert!(output.timed_out, "{name}");
        assert_eq!(output.code, 128 + 9, "{name}");
        assert_eq!(machine.processes(), [], "{name}");
        machine.settle();
        assert_eq!(machine.kernel().live(), 0, "{name}");
        assert!(began.elapsed() < Duration::from_secs(5), "{name}");
    }
}

#[test]
fn what_is_not_there_is_127() {
    let output = Machine::bare().exec(&["nosuch"]);
    assert_eq!(output.code, 127);
    assert!(output.errors().starts_with("nosuch: "), "{}", output.errors());
}

/// Every import, called with every number that a hostile guest would try: the guest lives and so does the kernel.
#[test]
fn no_number_that_a_guest_passes_harms_the_kernel() {
    // These may end or stop the caller, rightly, or take their time.
    let skipped = [
        "proc_exit",
        "proc_raise",
        "kill",
        "setitimer",
        "sigsuspend",
        "setsid",
        "proc_kill",
        "sleep_ms",
    ];
    let mut imports = String::new();
    let mut calls = String::new();
    for (index, import) in cobnut::wasmvm::imports::all().enumerate() {
        if skipped.contains(&import.name) {
            continue;
        }
        let params: Vec<&str> = import
            .params
            .iter()
            .map(|ty| {
                if *ty == wasmparser::ValType::I64 {
                    "i64"
                } else {
                    "i32"
                }
            })
            .collect();
        let signature = if params.is_empty() {
            String::new()
        } else {
            format!("(param {})", params.join(" "))
        };
        imports += &format!(
            "(import \"{}\" \"{}\" (func $f{index} {signature} (result i32)))\n",
            import.module, import.name
        );
        for number in [
            0_i64,
            1,
            3,
            8,
            100,
            65_528,
            65_535,
            65_536,
            0x7fff_ffff,
            -16,
            -8,
            -1,
        ] {
            for first in [number, 0, 1] {
                let args: Vec<String> = params
                    .iter()
                    .enumerate()
                    .map(|(at, ty)| format!("({ty}.const {})", if at == 0 { first } else { number }))
                    .collect();
                calls += &format!("(drop (call $f{index} {}))\n", args.join(" "));
            }
        }
    }
    let text =
        format!("(module {imports} (memory (export \"memory\") 1) (func (export \"_start\") {calls}))");
    let machine = Machine::bare();
    machine.add_command("guest", text.as_bytes()).unwrap();
    let output = machine.run(Job::new(["guest"]));
    assert_eq!(
        (output.code, output.errors().as_str(), output.timed_out),
        (0, "", false)
    );
    assert!(!cobnut::kernel::sync::is_dead());
}

#[test]
fn start_sections_run_and_may_trap() {
    let machine = Machine::bare();
    let start = "(module (func $start unreachable) (start $start) (func (export \"_start\")))";
    machine.add_command("guest", start.as_bytes()).unwrap();
    let output = machine.exec(&["guest"]);
    assert_eq!(output.code, 134);
    let none = "(module (func (export \"main\")))";
    machine.add_command("none", none.as_bytes()).unwrap();
    let output = machine.exec(&["none"]);
    assert_eq!(
        (output.code, output.errors().as_str()),
        (126, "none: LinkError: the module exports no function _start\n")
    );
}

/// `(module (func (export "_start") …))` in binary, with this body.
fn binary(body: &[u8]) -> Vec<u8> {
    let start: &[u8] = b"\0asm\x01\0\0\0\x01\x04\x01\x60\0\0\x03\x02\x01\0\x07\x0a\x01\x06_start\0\0";
    let size = body.len() as u8 + 2;
    [start, &[0x0a, size + 2, 1, size, 0], body, &[0x0b]].concat()
}

#[test]
fn programs_in_files_run_by_their_path() {
    let machine = Machine::bare();
    machine.write_file("/tmp/program", &binary(b""), 0o755).unwrap();
    assert_eq!(machine.exec(&["/tmp/program"]).code, 0);
    // The file's new text is compiled anew: it traps.
    machine.write_file("/tmp/program", &binary(b"\0"), 0o755).unwrap();
    assert_eq!(machine.exec(&["/tmp/program"]).code, 134);
    machine.write_file("/tmp/plain", &binary(b""), 0o644).unwrap();
    assert_eq!(machine.exec(&["/tmp/plain"]).code, 126);
    machine
        .write_file("/tmp/broken", b"\0asm\x01\0\0\0\xff\xff", 0o755)
        .unwrap();
    let output = machine.exec(&["/tmp/broken"]);
    assert_eq!(output.code, 126);
    assert!(output.errors().contains("CompileError"), "{}", output.errors());
}
