//! Signal handlers of guests: when they run, what they interrupt, what restarts.

mod common;

/// `$count` handler: counts its runs at 300 and remembers the signal at 304. Set by `$handle(signal, flags)`.
const HANDLER: &str = r#"
  (table (export "__indirect_function_table") 3 funcref)
  (elem (i32.const 1) $on_signal $child)
  (func $on_signal (param $signal i32)
    (i32.store (i32.const 300) (i32.add (i32.load (i32.const 300)) (i32.const 1)))
    (i32.store (i32.const 304) (local.get $signal)))
  (func $handle (param $signal i32) (param $flags i32)
    (i32.store (i32.const 320) (i32.const 2))
    (i32.store (i32.const 324) (i32.const 1))
    (i32.store (i32.const 328) (local.get $flags))
    (i64.store (i32.const 336) (i64.const 0))
    (call $fail_unless (i32.eqz (call $sigaction (local.get $signal) (i32.const 320) (i32.const 0))) (i32.const 70)))
"#;

fn run(body: &str) -> cobnut_native::Output {
    common::run(&format!("{HANDLER} {body}"))
}

#[test]
fn a_handler_runs_before_the_call_that_found_it_returns() {
    let output = run(r#"
  (func $child (param i32))
  (func (export "_start")
    (call $handle (i32.const 10) (i32.const 0))
    (call $fail_unless (i32.eqz (call $kill (call $getpid) (i32.const 10))) (i32.const 80))
    (call $fail_unless (i32.eq (i32.load (i32.const 300)) (i32.const 1)) (i32.const 81))
    (call $proc_exit (i32.load (i32.const 304))))"#);
    assert_eq!((output.code, output.errors().as_str()), (10, ""));
}

/// A child signals its parent, which is in a blocking read, and after 50 ms writes a byte: $flags decide what the read answers.
fn interrupted_read(flags: &str) -> String {
    format!(
        r#"
  (func $child (param $parent i32)
    (call $nap)
    (drop (call $kill (local.get $parent) (i32.const 10)))
    (call $nap)
    (drop (call $fd_write (i32.load (i32.const 36)) (i32.const 40) (i32.const 1) (i32.const 52))))
  (func $nap
    ;; A relative monotonic clock subscription of 50 ms.
    (i32.store (i32.const 616) (i32.const 1))
    (i64.store (i32.const 624) (i64.const 50000000))
    (drop (call $poll_oneoff (i32.const 600) (i32.const 700) (i32.const 1) (i32.const 740))))
  (func (export "_start") (local $errno i32)
    (call $handle (i32.const 10) (i32.const {flags}))
    (drop (call $pipe2 (i32.const 0) (i32.const 32) (i32.const 36)))
    (i32.store (i32.const 40) (i32.const 48)) (i32.store (i32.const 44) (i32.const 1))
    (drop (call $proc_clone (i32.const 2) (call $getpid) (i32.const 0) (i32.const 0)))
    (local.set $errno (call $fd_read (i32.load (i32.const 32)) (i32.const 40) (i32.const 1) (i32.const 52)))
    (call $fail_unless (i32.eq (i32.load (i32.const 300)) (i32.const 1)) (i32.const 81))
    (call $proc_exit (local.get $errno)))"#
    )
}

#[test]
fn a_handler_interrupts_a_wait_with_eintr() {
    assert_eq!(run(&interrupted_read("0")).code, 27);
}

#[test]
fn sa_restart_goes_on_waiting() {
    assert_eq!(run(&interrupted_read("0x10000000")).code, 0);
}

#[test]
fn a_blocked_signal_waits_for_sigsuspend() {
    let output = run(r#"
  (func $child (param i32))
  (func (export "_start")
    (call $handle (i32.const 12) (i32.const 0))
    (i64.store (i32.const 400) (i64.const 0x800))
    (i64.store (i32.const 408) (i64.const 0))
    (drop (call $sigprocmask (i32.const 0) (i32.const 400) (i32.const 0)))
    (drop (call $kill (call $getpid) (i32.const 12)))
    (call $fail_unless (i32.eqz (i32.load (i32.const 300))) (i32.const 80))
    (call $fail_unless (i32.eq (call $sigsuspend (i32.const 408)) (i32.const 27)) (i32.const 81))
    (call $fail_unless (i32.eq (i32.load (i32.const 300)) (i32.const 1)) (i32.const 82))
    ;; The mask is back.
    (drop (call $sigprocmask (i32.const 0) (i32.const 0) (i32.const 416)))
    (call $proc_exit (i32.eq (i32.load (i32.const 416)) (i32.const 0x800))))"#);
    assert_eq!(output.code, 1, "{}", output.errors());
}

#[test]
fn timers_send_sigalrm_to_a_loop_that_polls() {
    let output = run(r#"
  (func $child (param i32))
  (func (export "_start")
    (call $handle (i32.const 14) (i32.const 0))
    (drop (call $setitimer (i64.const 1000000) (i64.const 1000000) (i32.const 0)))
    (loop $again
      (drop (call $sigpoll))
      (br_if $again (i32.lt_u (i32.load (i32.const 300)) (i32.const 5))))
    (call $proc_exit (i32.load (i32.const 304))))"#);
    assert_eq!(output.code, 14, "{}", output.errors());
}

#[test]
fn a_handler_may_exit_and_may_trap() {
    let exits = r#"
  (table (export "__indirect_function_table") 2 funcref)
  (elem (i32.const 1) $on_signal)
  (func $on_signal (param $signal i32) BODY)
  (func (export "_start")
    (i32.store (i32.const 320) (i32.const 2))
    (i32.store (i32.const 324) (i32.const 1))
    (drop (call $sigaction (i32.const 10) (i32.const 320) (i32.const 0)))
    (drop (call $kill (call $getpid) (i32.const 10)))
    (call $proc_exit (i32.const 80)))"#;
    assert_eq!(
        common::run(&exits.replace("BODY", "(call $proc_exit (i32.const 9))")).code,
        9
    );
    let output = common::run(&exits.replace("BODY", "unreachable"));
    assert_eq!(
        (output.code, output.errors().as_str()),
        (134, "guest: RuntimeError: unreachable\n")
    );
}

#[test]
fn without_a_handler_a_signal_ends_the_process() {
    let output = common::run(
        r#"(func (export "_start")
    (drop (call $kill (call $getpid) (i32.const 15)))
    (call $proc_exit (i32.const 80)))"#,
    );
    assert_eq!(output.code, 128 + 15);
}
