//! Locks, timers, processes as descriptors, seeking and limits, as guests see them.

mod common;

use cobnut_native::{Machine, Output};

/// Imports that only these tests need, and `/tmp/f` open for reading and writing at fd `(i32.load (i32.const 20))`.
const IMPORTS: &str = r#"
  (import "cobnut" "open" (func $open (param i32 i32 i32 i32 i32) (result i32)))
  (import "cobnut" "dup" (func $dup (param i32 i32) (result i32)))
  (import "cobnut" "fcntl" (func $fcntl (param i32 i32 i32 i32) (result i32)))
  (import "cobnut" "flock" (func $flock (param i32 i32) (result i32)))
  (import "cobnut" "lseek" (func $lseek (param i32 i64 i32 i32) (result i32)))
  (import "cobnut" "poll" (func $poll (param i32 i32 i32 i32) (result i32)))
  (import "cobnut" "timerfd_create" (func $timerfd_create (param i32 i32 i32) (result i32)))
  (import "cobnut" "timerfd_settime" (func $timerfd_settime (param i32 i32 i64 i64 i32) (result i32)))
  (import "cobnut" "timerfd_gettime" (func $timerfd_gettime (param i32 i32) (result i32)))
  (import "cobnut" "pidfd_open" (func $pidfd_open (param i32 i32 i32) (result i32)))
  (import "cobnut" "getrlimit" (func $getrlimit (param i32 i32) (result i32)))
  (import "cobnut" "setrlimit" (func $setrlimit (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_allocate" (func $fd_allocate (param i32 i64 i64) (result i32)))
"#;

/// Helpers: `$check(errno, expected, code)`, `$open_f(at)`, `$lock(type, start, len)` which fills the structure at 600, and `$status`, which
/// waits for the child whose pid is at 0 and answers its exit code.
const HELPERS: &str = r#"
  (data (i32.const 900) "/tmp/f")
  (func $check (param $errno i32) (param $expected i32) (param $code i32)
    (call $fail_unless (i32.eq (local.get $errno) (local.get $expected)) (local.get $code)))
  (func $open_f (param $at i32)
    (call $check (call $open (i32.const 900) (i32.const 6) (i32.const 0x42) (i32.const 0x1b6) (local.get $at)) (i32.const 0) (i32.const 60)))
  (func $lock (param $type i32) (param $start i64) (param $len i64)
    (i64.store (i32.const 600) (i64.extend_i32_u (local.get $type)))
    (i64.store (i32.const 608) (local.get $start))
    (i64.store (i32.const 616) (local.get $len))
    (i64.store (i32.const 624) (i64.const 0)))
  (func $status (result i32)
    (drop (call $proc_wait (i32.load (i32.const 0)) (i32.const 0) (i32.const 8) (i32.const 12) (i32.const 0)))
    (i32.shr_u (i32.load (i32.const 12)) (i32.const 8)))
  (table (export "__indirect_function_table") 2 funcref)
  (elem (i32.const 1) $child)
  (func $clone
    (call $check (call $proc_clone (i32.const 1) (i32.const 0) (i32.const 0) (i32.const 0)) (i32.const 0) (i32.const 61)))
"#;

fn text(body: &str) -> Vec<u8> {
    format!("(module {IMPORTS} {} {HELPERS} {body})", common::PRELUDE).into_bytes()
}

fn run(body: &str) -> Output {
    let machine = Machine::bare();
    machine.add_command("guest", &text(body)).unwrap();
    machine.exec(&["guest"])
}

fn expect(body: &str) {
    let output = run(body);
    assert_eq!((output.code, output.errors().as_str()), (0, ""));
}

#[test]
fn record_locks_keep_other_processes_out() {
    expect(
        r#"
  (func $child (param i32)
    ;; F_GETLK finds the parent's lock, F_SETLK is EAGAIN.
    (call $lock (i32.const 0) (i64.const 0) (i64.const 0))
    (call $check (call $fcntl (i32.load (i32.const 20)) (i32.const 5) (i32.const 600) (i32.const 0)) (i32.const 0) (i32.const 80))
    (call $check (i32.load16_u (i32.const 600)) (i32.const 1) (i32.const 81))
    (call $check (i32.wrap_i64 (i64.load (i32.const 608))) (i32.const 10) (i32.const 82))
    (call $check (i32.wrap_i64 (i64.load (i32.const 616))) (i32.const 5) (i32.const 83))
    (call $check (i32.load (i32.const 624)) (i32.load (i32.const 24)) (i32.const 84))
    (call $lock (i32.const 1) (i64.const 14) (i64.const 1))
    (call $check (call $fcntl (i32.load (i32.const 20)) (i32.const 6) (i32.const 600) (i32.const 0)) (i32.const 6) (i32.const 85))
    (call $lock (i32.const 1) (i64.const 15) (i64.const 0))
    (call $check (call $fcntl (i32.load (i32.const 20)) (i32.const 6) (i32.const 600) (i32.const 0)) (i32.const 0) (i32.const 86))
    ;; F_SETLKW waits until the parent gives its lock up.
    (drop (call $fd_write (i32.load (i32.const 36)) (i32.const 40) (i32.const 1) (i32.const 52)))
    (call $lock (i32.const 1) (i64.const 0) (i64.const 0))
    (call $check (call $fcntl (i32.load (i32.const 20)) (i32.const 7) (i32.const 600) (i32.const 0)) (i32.const 0) (i32.const 87)))
  (func (export "_start")
    (call $open_f (i32.const 20))
    (i32.store (i32.const 24) (call $getpid))
    (i32.store (i32.const 40) (i32.const 48)) (i32.store (i32.const 44) (i32.const 1))
    (drop (call $pipe2 (i32.const 0) (i32.const 32) (i32.const 36)))
    (call $lock (i32.const 1) (i64.const 10) (i64.const 5))
    (call $check (call $fcntl (i32.load (i32.const 20)) (i32.const 6) (i32.const 600) (i32.const 0)) (i32.const 0) (i32.const 70))
    (call $clone)
    (drop (call $fd_read (i32.load (i32.const 32)) (i32.const 40) (i32.const 1) (i32.const 52)))
    (call $lock (i32.const 2) (i64.const 0) (i64.const 0))
    (call $check (call $fcntl (i32.load (i32.const 20)) (i32.const 6) (i32.const 600) (i32.const 0)) (i32.const 0) (i32.const 71))
    (call $check (call $status) (i32.const 0) (i32.const 72))
    ;; The child's end gave its lock up; what is free says only so.
    (call $lock (i32.const 1) (i64.const 7) (i64.const 0))
    (call $check (call $fcntl (i32.load (i32.const 20)) (i32.const 5) (i32.const 600) (i32.const 0)) (i32.const 0) (i32.const 73))
    (call $check (i32.load16_u (i32.const 600)) (i32.const 2) (i32.const 74))
    (call $check (i32.wrap_i64 (i64.load (i32.const 608))) (i32.const 7) (i32.const 75))
    (call $lock (i32.const 9) (i64.const 0) (i64.const 0))
    (call $check (call $fcntl (i32.load (i32.const 20)) (i32.const 6) (i32.const 600) (i32.const 0)) (i32.const 28) (i32.const 76))
    (call $check (call $fcntl (i32.load (i32.const 20)) (i32.const 6) (i32.const -4) (i32.const 0)) (i32.const 21) (i32.const 77)))"#,
    );
}

#[test]
fn flock_is_the_open_files() {
    expect(
        r#"
  (func $child (param i32)
    ;; The same open file, so the lock is its own; another one is kept out: EAGAIN.
    (call $check (call $flock (i32.load (i32.const 20)) (i32.const 6)) (i32.const 0) (i32.const 80))
    (call $open_f (i32.const 28))
    (call $check (call $flock (i32.load (i32.const 28)) (i32.const 5)) (i32.const 6) (i32.const 81)))
  (func (export "_start")
    (call $open_f (i32.const 20))
    (call $check (call $flock (i32.load (i32.const 20)) (i32.const 2)) (i32.const 0) (i32.const 70))
    (call $clone)
    (call $check (call $status) (i32.const 0) (i32.const 71))
    (call $check (call $flock (i32.load (i32.const 20)) (i32.const 8)) (i32.const 0) (i32.const 72))
    (call $check (call $flock (i32.load (i32.const 20)) (i32.const 3)) (i32.const 28) (i32.const 73))
    (call $check (call $flock (i32.const 99) (i32.const 1)) (i32.const 8) (i32.const 74)))"#,
    );
}

#[test]
fn a_poll_waits_for_a_timer_and_for_a_childs_end() {
    expect(
        r#"
  (func $child (param i32))
  (func $wait_for (param $fd i32) (param $code i32)
    (i32.store (i32.const 640) (local.get $fd))
    (i32.store (i32.const 644) (i32.const 1))
    (call $check (call $poll (i32.const 640) (i32.const 1) (i32.const -1) (i32.const 648)) (i32.const 0) (local.get $code))
    (call $check (i32.load (i32.const 648)) (i32.const 1) (local.get $code))
    (call $check (i32.load16_u (i32.const 646)) (i32.const 1) (local.get $code)))
  (func (export "_start")
    (call $check (call $timerfd_create (i32.const 1) (i32.const 0) (i32.const 20)) (i32.const 0) (i32.const 70))
    (call $check (call $timerfd_settime (i32.load (i32.const 20)) (i32.const 0) (i64.const 2000000) (i64.const 0) (i32.const 0)) (i32.const 0) (i32.const 71))
    (call $wait_for (i32.load (i32.const 20)) (i32.const 72))
    (i32.store (i32.const 40) (i32.const 48)) (i32.store (i32.const 44) (i32.const 8))
    (call $check (call $fd_read (i32.load (i32.const 20)) (i32.const 40) (i32.const 1) (i32.const 52)) (i32.const 0) (i32.const 73))
    (call $check (i32.wrap_i64 (i64.load (i32.const 48))) (i32.const 1) (i32.const 74))
    (call $check (call $timerfd_gettime (i32.load (i32.const 20)) (i32.const 656)) (i32.const 0) (i32.const 75))
    (call $check (i32.wrap_i64 (i64.load (i32.const 656))) (i32.const 0) (i32.const 76))
    (call $clone)
    (call $check (call $pidfd_open (i32.load (i32.const 0)) (i32.const 0) (i32.const 28)) (i32.const 0) (i32.const 77))
    (call $wait_for (i32.load (i32.const 28)) (i32.const 78))
    (call $check (call $status) (i32.const 0) (i32.const 79))
    (call $check (call $pidfd_open (i32.load (i32.const 0)) (i32.const 0) (i32.const 28)) (i32.const 71) (i32.const 80))
    (call $check (call $pidfd_open (i32.const -1) (i32.const 0) (i32.const 28)) (i32.const 28) (i32.const 81))
    (call $check (call $timerfd_create (i32.const 7) (i32.const 0) (i32.const 20)) (i32.const 28) (i32.const 82)))"#,
    );
}

#[test]
fn holes_are_found_and_room_is_reserved() {
    expect(
        r#"
  (func $child (param i32))
  (func (export "_start")
    (call $open_f (i32.const 20))
    (call $check (call $lseek (i32.load (i32.const 20)) (i64.const 0x10000000000) (i32.const 0) (i32.const 56)) (i32.const 0) (i32.const 70))
    (i32.store (i32.const 40) (i32.const 48)) (i32.store (i32.const 44) (i32.const 1))
    (call $check (call $fd_write (i32.load (i32.const 20)) (i32.const 40) (i32.const 1) (i32.const 52)) (i32.const 0) (i32.const 71))
    (call $check (call $lseek (i32.load (i32.const 20)) (i64.const 1) (i32.const 3) (i32.const 56)) (i32.const 0) (i32.const 72))
    (call $fail_unless (i64.eq (i64.load (i32.const 56)) (i64.const 0x10000000000)) (i32.const 73))
    (call $check (call $lseek (i32.load (i32.const 20)) (i64.const 1) (i32.const 4) (i32.const 56)) (i32.const 0) (i32.const 74))
    (call $fail_unless (i64.eq (i64.load (i32.const 56)) (i64.const 1)) (i32.const 75))
    (call $check (call $lseek (i32.load (i32.const 20)) (i64.const 0) (i32.const 9) (i32.const 56)) (i32.const 28) (i32.const 76))
    (call $check (call $fd_allocate (i32.load (i32.const 20)) (i64.const 0) (i64.const 100000)) (i32.const 0) (i32.const 77))
    (call $check (call $fd_allocate (i32.load (i32.const 20)) (i64.const 0) (i64.const 0x10000000000)) (i32.const 51) (i32.const 78)))"#,
    );
}

#[test]
fn a_lowered_rlimit_binds_and_is_inherited() {
    expect(
        r#"
  (func $child (param i32)
    (call $check (call $getrlimit (i32.const 7) (i32.const 656)) (i32.const 0) (i32.const 80))
    (call $check (i32.wrap_i64 (i64.load (i32.const 656))) (i32.const 6) (i32.const 81))
    ;; 0, 1, 2 are open and 3 is never chosen.
    (call $check (call $dup (i32.const 0) (i32.const 20)) (i32.const 0) (i32.const 82))
    (call $check (call $dup (i32.const 0) (i32.const 20)) (i32.const 0) (i32.const 83))
    (call $check (call $dup (i32.const 0) (i32.const 20)) (i32.const 33) (i32.const 84)))
  (func (export "_start")
    (call $check (call $getrlimit (i32.const 7) (i32.const 656)) (i32.const 0) (i32.const 70))
    (call $check (i32.wrap_i64 (i64.load (i32.const 656))) (i32.const 256) (i32.const 71))
    (i64.store (i32.const 656) (i64.const 6))
    (call $check (call $setrlimit (i32.const 7) (i32.const 656)) (i32.const 0) (i32.const 72))
    (call $clone)
    (call $check (call $status) (i32.const 0) (i32.const 73))
    (i64.store (i32.const 664) (i64.const 1))
    (call $check (call $setrlimit (i32.const 7) (i32.const 656)) (i32.const 28) (i32.const 74))
    (i64.store (i32.const 664) (i64.const 257))
    (call $check (call $setrlimit (i32.const 7) (i32.const 656)) (i32.const 63) (i32.const 75))
    (call $check (call $setrlimit (i32.const 3) (i32.const 656)) (i32.const 58) (i32.const 76)))"#,
    );
}

#[test]
fn a_guest_that_wants_too_much_memory_is_not_started() {
    let limits = cobnut::kernel::Limits {
        guest_memory: 4 << 16,
        ..Default::default()
    };
    let machine = Machine::limited(limits);
    let plain = "(module (memory (export \"memory\") PAGES) (func (export \"_start\")))";
    for (name, pages) in [("small", "4"), ("large", "5")] {
        machine
            .add_command(name, plain.replace("PAGES", pages).as_bytes())
            .unwrap();
    }
    assert_eq!(machine.exec(&["small"]).code, 0);
    let output = machine.exec(&["large"]);
    assert_eq!(output.code, 126);
    assert_eq!(
        output.errors(),
        "large: ENOMEM: cannot allocate memory: more than the 262144 bytes that a guest may begin with\n"
    );
    // One that grows may go on, but not be cloned: ENOMEM.
    let grows = text(
        r#"
  (func $child (param i32))
  (func (export "_start")
    (drop (memory.grow (i32.const 3)))
    (call $check (call $proc_clone (i32.const 1) (i32.const 0) (i32.const 0) (i32.const 0)) (i32.const 48) (i32.const 80)))"#,
    );
    machine.add_command("grows", &grows).unwrap();
    let output = machine.exec(&["grows"]);
    assert_eq!((output.code, output.errors().as_str()), (0, ""));
}
