//! proc_clone, proc_exec and proc_wait, as guests see them.

mod common;

use cobnut_native::{Job, Machine};

#[test]
fn a_clone_has_the_parents_memory_and_stack_pointer_and_changes_its_own() {
    let output = common::run(
        r#"
  (table (export "__indirect_function_table") 2 funcref)
  (elem (i32.const 1) $child)
  (func $child (param $arg i32)
    (call $fail_unless (i32.eq (i32.load (i32.const 100)) (i32.const 1234)) (i32.const 90))
    (call $fail_unless (i32.eq (global.get $sp) (i32.const 4321)) (i32.const 91))
    (call $fail_unless (i32.eq (memory.size) (i32.const 5)) (i32.const 92))
    (i32.store (i32.const 100) (i32.const 1))
    (call $proc_exit (local.get $arg)))
  (func (export "_start")
    (i32.store (i32.const 100) (i32.const 1234))
    (global.set $sp (i32.const 4321))
    (drop (memory.grow (i32.const 3)))
    (call $fail_unless (i32.eqz (call $proc_clone (i32.const 1) (i32.const 42) (i32.const 0) (i32.const 0))) (i32.const 80))
    (i32.store (i32.const 104) (i32.const 7))
    (call $fail_unless
      (i32.eqz (call $proc_wait (i32.load (i32.const 0)) (i32.const 0) (i32.const 8) (i32.const 12) (i32.const 16)))
      (i32.const 81))
    (call $fail_unless (i32.eq (i32.load (i32.const 8)) (i32.load (i32.const 0))) (i32.const 82))
    (call $fail_unless (i32.eq (i32.load (i32.const 100)) (i32.const 1234)) (i32.const 83))
    (call $proc_exit (i32.shr_u (i32.load (i32.const 12)) (i32.const 8))))"#,
    );
    assert_eq!((output.code, output.errors().as_str()), (42, ""));
}

/// A guest with `data`, whose child exits with the byte below the stack pointer and, in the upper four bits, the one at it.
fn below_and_at_the_stack_pointer(data: &str) -> u8 {
    let output = common::run(&format!(
        r#"
  {data}
  (table (export "__indirect_function_table") 2 funcref)
  (elem (i32.const 1) $child)
  (func $child (param $arg i32)
    (call $proc_exit (i32.or
      (i32.load8_u (i32.const 60000))
      (i32.shl (i32.load8_u (i32.const 61000)) (i32.const 4)))))
  (func (export "_start")
    (global.set $sp (i32.const 61000))
    (i32.store8 (i32.const 60000) (i32.const 5))
    (i32.store8 (i32.const 61000) (i32.const 3))
    (call $fail_unless (i32.eqz (call $proc_clone (i32.const 1) (i32.const 0) (i32.const 0) (i32.const 65600))) (i32.const 80))
    (call $fail_unless
      (i32.eqz (call $proc_wait (i32.load (i32.const 65600)) (i32.const 0) (i32.const 65604) (i32.const 65608) (i32.const 0)))
      (i32.const 81))
    (call $proc_exit (i32.shr_u (i32.load (i32.const 65608)) (i32.const 8))))"#
    ));
    assert_eq!(output.errors(), "");
    output.code
}

#[test]
fn what_lies_below_the_stack_pointer_is_copied_unless_only_stack_is_there() {
    let above = r#"(data (i32.const 65536) "x")"#;
    assert_eq!(below_and_at_the_stack_pointer(above), 0x30);
    assert_eq!(below_and_at_the_stack_pointer(""), 0x35);
    let below = format!(r#"{above} (data (i32.const 1024) "x")"#);
    assert_eq!(below_and_at_the_stack_pointer(&below), 0x35);
}

#[test]
fn a_clone_that_returns_exits_with_0_and_a_bad_entry_traps() {
    let output = common::run(
        r#"
  (table (export "__indirect_function_table") 2 funcref)
  (elem (i32.const 1) $child)
  (func $child (param i32))
  (func $status_of (param $entry i32) (result i32)
    (call $fail_unless (i32.eqz (call $proc_clone (local.get $entry) (i32.const 0) (i32.const 0) (i32.const 0))) (i32.const 80))
    (drop (call $proc_wait (i32.const -1) (i32.const 0) (i32.const 8) (i32.const 12) (i32.const 0)))
    (i32.load (i32.const 12)))
  (func (export "_start")
    (call $fail_unless (i32.eqz (call $status_of (i32.const 1))) (i32.const 81))
    (call $fail_unless (i32.eq (call $status_of (i32.const 0)) (i32.const 0x86)) (i32.const 82))
    (call $fail_unless (i32.eq (call $status_of (i32.const 99)) (i32.const 0x86)) (i32.const 83))
    ;; No child is left: ECHILD (12).
    (call $proc_exit (call $proc_wait (i32.const -1) (i32.const 0) (i32.const 8) (i32.const 12) (i32.const 0))))"#,
    );
    assert_eq!(output.code, 12, "{}", output.errors());
}

#[test]
fn what_can_not_be_cloned_says_enosys() {
    let without_table = r#"(func (export "_start")
        (call $proc_exit (call $proc_clone (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0))))"#;
    assert_eq!(common::run(without_table).code, 52);
    let with_start = format!(
        r#"(table (export "__indirect_function_table") 1 funcref) (func $s) (start $s) {without_table}"#
    );
    assert_eq!(common::run(&with_start).code, 52);
}

#[test]
fn wait_without_hang_finds_nothing_and_then_the_child() {
    let output = common::run(
        r#"
  (table (export "__indirect_function_table") 2 funcref)
  (elem (i32.const 1) $child)
  (func $child (param i32)
    ;; Until the parent closes the pipe.
    (i32.store (i32.const 40) (i32.const 48)) (i32.store (i32.const 44) (i32.const 1))
    (drop (call $fd_read (i32.load (i32.const 32)) (i32.const 40) (i32.const 1) (i32.const 52)))
    (call $proc_exit (i32.load8_u (i32.const 48))))
  (func (export "_start")
    (drop (call $pipe2 (i32.const 0) (i32.const 32) (i32.const 36)))
    (drop (call $proc_clone (i32.const 1) (i32.const 0) (i32.const 0) (i32.const 0)))
    (i32.store (i32.const 8) (i32.const -1))
    (call $fail_unless (i32.eqz (call $proc_wait (i32.const -1) (i32.const 1) (i32.const 8) (i32.const 12) (i32.const 0))) (i32.const 80))
    (call $fail_unless (i32.eqz (i32.load (i32.const 8))) (i32.const 81))
    (i32.store8 (i32.const 48) (i32.const 33))
    (i32.store (i32.const 40) (i32.const 48)) (i32.store (i32.const 44) (i32.const 1))
    (drop (call $fd_write (i32.load (i32.const 36)) (i32.const 40) (i32.const 1) (i32.const 52)))
    (drop (call $proc_wait (i32.load (i32.const 0)) (i32.const 0) (i32.const 8) (i32.const 12) (i32.const 0)))
    (call $proc_exit (i32.shr_u (i32.load (i32.const 12)) (i32.const 8))))"#,
    );
    assert_eq!(output.code, 33, "{}", output.errors());
}

#[test]
fn exec_replaces_the_image_and_keeps_the_pid() {
    let machine = common::machine(
        r#"
  (data (i32.const 200) "next")
  (data (i32.const 210) "/tmp/nosuch")
  (data (i32.const 230) "next\00")
  (func (export "_start")
    ;; ENOENT (44), and the image goes on.
    (call $fail_unless (i32.eq (i32.const 44)
      (call $proc_exec (i32.const 210) (i32.const 11) (i32.const 230) (i32.const 5) (i32.const 0) (i32.const 0) (i32.const 0)))
      (i32.const 80))
    (drop (call $proc_exec (i32.const 200) (i32.const 4) (i32.const 230) (i32.const 5) (i32.const 0) (i32.const 0) (i32.const 1)))
    (call $proc_exit (i32.const 81)))"#,
    );
    machine
        .add_command(
            "next",
            &common::guest("(func (export \"_start\") (call $proc_exit (call $getpid)))"),
        )
        .unwrap();
    let output = machine.run(Job::new(["guest"]));
    assert_eq!((output.code, output.errors().as_str()), (2, ""));
}

#[test]
fn the_limit_of_processes_is_eagain_and_slots_come_back() {
    let limits = cobnut::kernel::Limits {
        processes: 4,
        ..Default::default()
    };
    let machine = Machine::limited(limits);
    let body = r#"
  (table (export "__indirect_function_table") 2 funcref)
  (elem (i32.const 1) $child)
  (func $child (param i32) (drop (call $sigsuspend (i32.const 400))))
  (func (export "_start") (local $made i32) (local $at i32)
    ;; Clones until EAGAIN (6), then kills and buries them all.
    (loop $more
      (if (i32.eqz (call $proc_clone (i32.const 1) (i32.const 0) (i32.const 0)
            (i32.add (i32.const 500) (i32.mul (local.get $made) (i32.const 4)))))
        (then (local.set $made (i32.add (local.get $made) (i32.const 1))) (br $more))))
    (call $fail_unless
      (i32.eq (call $proc_clone (i32.const 1) (i32.const 0) (i32.const 0) (i32.const 0)) (i32.const 6)) (i32.const 80))
    (local.set $at (local.get $made))
    (loop $next
      (local.set $at (i32.sub (local.get $at) (i32.const 1)))
      (drop (call $kill (i32.load (i32.add (i32.const 500) (i32.mul (local.get $at) (i32.const 4)))) (i32.const 9)))
      (drop (call $proc_wait (i32.const -1) (i32.const 0) (i32.const 8) (i32.const 12) (i32.const 0)))
      (call $fail_unless (i32.eq (i32.load (i32.const 12)) (i32.const 9)) (i32.const 81))
      (br_if $next (local.get $at)))
    (call $proc_exit (local.get $made)))"#;
    machine.add_command("guest", &common::guest(body)).unwrap();
    for _ in 0..3 {
        assert_eq!(machine.exec(&["guest"]).code, 3);
        machine.settle();
        assert_eq!(machine.kernel().live(), 0);
    }
}
