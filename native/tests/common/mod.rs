//! Guests in WebAssembly text, and machines that run them.
#![allow(dead_code)]

use cobnut_native::{Job, Machine, Output};
use std::path::Path;

/// What most guests here begin with: imports, memory, and `$fail_unless`, which exits with its second argument if the first is 0.
pub const PRELUDE: &str = r#"
  (import "wasi_snapshot_preview1" "proc_exit" (func $proc_exit (param i32)))
  (import "wasi_snapshot_preview1" "fd_write" (func $fd_write (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_read" (func $fd_read (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "poll_oneoff" (func $poll_oneoff (param i32 i32 i32 i32) (result i32)))
  (import "cobnut" "proc_clone" (func $proc_clone (param i32 i32 i32 i32) (result i32)))
  (import "cobnut" "proc_exec" (func $proc_exec (param i32 i32 i32 i32 i32 i32 i32) (result i32)))
  (import "cobnut" "proc_wait" (func $proc_wait (param i32 i32 i32 i32 i32) (result i32)))
  (import "cobnut" "getpid" (func $getpid (result i32)))
  (import "cobnut" "kill" (func $kill (param i32 i32) (result i32)))
  (import "cobnut" "pipe2" (func $pipe2 (param i32 i32 i32) (result i32)))
  (import "cobnut" "sigaction" (func $sigaction (param i32 i32 i32) (result i32)))
  (import "cobnut" "sigprocmask" (func $sigprocmask (param i32 i32 i32) (result i32)))
  (import "cobnut" "sigsuspend" (func $sigsuspend (param i32) (result i32)))
  (import "cobnut" "sigpoll" (func $sigpoll (result i32)))
  (import "cobnut" "setitimer" (func $setitimer (param i64 i64 i32) (result i32)))
  (memory (export "memory") 2)
  (global $sp (export "__stack_pointer") (mut i32) (i32.const 65536))
  (func $fail_unless (param $ok i32) (param $code i32)
    (if (i32.eqz (local.get $ok)) (then (call $proc_exit (local.get $code)))))
"#;

/// The text of a module of the prelude and `body`.
pub fn guest(body: &str) -> Vec<u8> {
    format!("(module {PRELUDE} {body})").into_bytes()
}

/// A machine with this one command, `guest`.
pub fn machine(body: &str) -> Machine {
    let machine = Machine::bare();
    machine.add_command("guest", &guest(body)).unwrap();
    machine
}

/// What running `body` as a guest came to.
pub fn run(body: &str) -> Output {
    machine(body).run(Job::new(["guest"]))
}

/// A machine with one of the repository's shared guests as `guest`.
pub fn shared(name: &str) -> Machine {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../tests/guests")
        .join(name);
    let machine = Machine::bare();
    machine
        .add_command("guest", &std::fs::read(path).unwrap())
        .unwrap();
    machine
}

/// The user that bash's answers were recorded as.
pub const NOBODY: u32 = 65534;

/// A machine with the users of the one on which bash's answers were recorded.
pub fn recorded() -> Machine {
    let machine = Machine::new().unwrap_or_else(|message| panic!("{message}"));
    machine
        .write_file(
            "/etc/passwd",
            b"root:x:0:0:root:/root:/bin/bash\nnobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin\n",
            0o644,
        )
        .unwrap();
    machine
        .write_file("/etc/group", b"root:x:0:\nnogroup:x:65534:\n", 0o644)
        .unwrap();
    machine
}

/// Makes nobody the machine's user, and all of `/case` nobody's.
pub fn hand_over(machine: &Machine) {
    assert_eq!(machine.exec(&["chown", "-R", "65534:65534", "/case"]).code, 0);
    machine.kernel().set_user(NOBODY, NOBODY);
}
