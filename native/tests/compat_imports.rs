//! The imports of other people's command binaries (`host_process`, `host_user`, `host_fs`), one by one.

use cobnut::kernel::syscall::tty::{set_controlling_terminal, terminal_for_page};
use cobnut::kernel::tty::WinSize;
use cobnut_native::{Job, Machine, Output};
use std::time::Duration;

/// Imports, memory, `$put`, which keeps a number for [`numbers`], and `$done`, which writes them all to standard output.
const PRELUDE: &str = r#"
  (import "wasi_snapshot_preview1" "fd_write" (func $fd_write (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_read" (func $fd_read (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_close" (func $fd_close (param i32) (result i32)))
  (import "wasi_snapshot_preview1" "path_symlink" (func $path_symlink (param i32 i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "args_sizes_get" (func $args_sizes_get (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "args_get" (func $args_get (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "environ_sizes_get" (func $environ_sizes_get (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "environ_get" (func $environ_get (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "proc_exit" (func $proc_exit (param i32)))
  (import "cobnut" "getpid" (func $getpid (result i32)))
  (import "cobnut" "getcwd" (func $getcwd (param i32 i32 i32) (result i32)))
  (import "host_process" "proc_spawn" (func $proc_spawn (param i32 i32 i32 i32 i32 i32 i32 i32 i32 i32) (result i32)))
  (import "host_process" "proc_waitpid" (func $proc_waitpid (param i32 i32 i32) (result i32)))
  (import "host_process" "proc_kill" (func $proc_kill (param i32 i32) (result i32)))
  (import "host_process" "proc_getpid" (func $proc_getpid (param i32) (result i32)))
  (import "host_process" "fd_pipe" (func $fd_pipe (param i32 i32) (result i32)))
  (import "host_process" "fd_dup" (func $fd_dup (param i32 i32) (result i32)))
  (import "host_process" "sleep_ms" (func $sleep_ms (param i32) (result i32)))
  (import "host_user" "isatty" (func $isatty (param i32 i32) (result i32)))
  (import "host_user" "getpwuid" (func $getpwuid (param i32 i32 i32 i32) (result i32)))
  (import "host_fs" "path_mode" (func $path_mode (param i32 i32 i32) (result i32)))
  (import "host_fs" "fd_mode" (func $fd_mode (param i32) (result i32)))
  (import "host_fs" "chmod" (func $chmod (param i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (global $kept (mut i32) (i32.const 1024))
  (func $put (param $number i32)
    (i32.store (global.get $kept) (local.get $number))
    (global.set $kept (i32.add (global.get $kept) (i32.const 4))))
  (func $write (param $fd i32) (param $at i32) (param $len i32) (result i32)
    (i32.store (i32.const 1000) (local.get $at)) (i32.store (i32.const 1004) (local.get $len))
    (call $fd_write (local.get $fd) (i32.const 1000) (i32.const 1) (i32.const 1008)))
  ;; The bytes read, at 2048; or minus the errno.
  (func $read (param $fd i32) (result i32) (local $errno i32)
    (i32.store (i32.const 1000) (i32.const 2048)) (i32.store (i32.const 1004) (i32.const 64))
    (local.set $errno (call $fd_read (local.get $fd) (i32.const 1000) (i32.const 1) (i32.const 1008)))
    (if (result i32) (local.get $errno)
      (then (i32.sub (i32.const 0) (local.get $errno)))
      (else (i32.load (i32.const 1008)))))
  (func $done
    (drop (call $write (i32.const 1) (i32.const 1024) (i32.sub (global.get $kept) (i32.const 1024)))))
  ;; Spawns `argv` (at 0) with streams alone; the pid is at 900.
  (func $spawn (param $len i32) (param $in i32) (param $out i32) (param $err i32) (result i32)
    (call $proc_spawn (i32.const 0) (local.get $len) (i32.const 0) (i32.const 0)
      (local.get $in) (local.get $out) (local.get $err) (i32.const 0) (i32.const 0) (i32.const 900)))
  ;; The status of the child at 900; or minus the errno.
  (func $wait (result i32) (local $errno i32)
    (local.set $errno (call $proc_waitpid (i32.load (i32.const 900)) (i32.const 0) (i32.const 904)))
    (if (result i32) (local.get $errno)
      (then (i32.sub (i32.const 0) (local.get $errno)))
      (else (i32.load (i32.const 904)))))
"#;

/// Copies standard input to standard output until its end; exits with 3.
const COPY: &str = r#"
  (func (export "_start") (local $count i32)
    (block $end
      (loop $more
        (local.set $count (call $read (i32.const 0)))
        (br_if $end (i32.le_s (local.get $count) (i32.const 0)))
        (drop (call $write (i32.const 1) (i32.const 2048) (local.get $count)))
        (br $more)))
    (call $proc_exit (i32.const 3)))"#;

/// Writes `out` to standard output and `err` to standard error.
const TWO: &str = r#"
  (data (i32.const 0) "outerr")
  (func (export "_start")
    (drop (call $write (i32.const 1) (i32.const 0) (i32.const 3)))
    (drop (call $write (i32.const 2) (i32.const 3) (i32.const 3))))"#;

/// Writes its arguments, its environment and its directory.
const SHOW: &str = r#"
  (func (export "_start")
    (drop (call $args_sizes_get (i32.const 0) (i32.const 4)))
    (drop (call $args_get (i32.const 8192) (i32.const 4096)))
    (drop (call $write (i32.const 1) (i32.const 4096) (i32.load (i32.const 4))))
    (drop (call $environ_sizes_get (i32.const 0) (i32.const 4)))
    (drop (call $environ_get (i32.const 8192) (i32.const 4096)))
    (drop (call $write (i32.const 1) (i32.const 4096) (i32.load (i32.const 4))))
    (drop (call $getcwd (i32.const 4096) (i32.const 64) (i32.const 4)))
    (drop (call $write (i32.const 1) (i32.const 4096) (i32.load (i32.const 4)))))"#;

/// Sleeps for ten minutes.
const SLEEPER: &str = r#"(func (export "_start") (drop (call $sleep_ms (i32.const 600000))))"#;

fn module(body: &str) -> Vec<u8> {
    format!("(module {PRELUDE} {body})").into_bytes()
}

/// A machine with `body` as `guest`, and the children above.
fn machine(body: &str) -> Machine {
    let machine = Machine::bare();
    for (name, body) in [
        ("guest", body),
        ("copy", COPY),
        ("two", TWO),
        ("show", SHOW),
        ("sleeper", SLEEPER),
    ] {
        machine.add_command(name, &module(body)).unwrap();
    }
    machine
}

fn run(body: &str) -> Output {
    machine(body).exec(&["guest"])
}

/// What a guest has `$put`.
fn numbers(output: &Output) -> Vec<i32> {
    assert_eq!((output.code, output.errors().as_str()), (0, ""));
    let (numbers, rest) = output.stdout.as_chunks();
    assert_eq!(rest, b"");
    numbers.iter().map(|bytes| i32::from_le_bytes(*bytes)).collect()
}

#[test]
fn a_child_has_the_streams_it_was_given_and_nothing_else_keeps_the_pipes_open() {
    let output = run(r#"
  (data (i32.const 0) "copy\00ping")
  (func (export "_start")
    (call $put (call $fd_pipe (i32.const 100) (i32.const 104)))
    (call $put (call $fd_pipe (i32.const 108) (i32.const 112)))
    (call $put (call $spawn (i32.const 5) (i32.load (i32.const 100)) (i32.load (i32.const 112)) (i32.const -1)))
    ;; The given ends are the child's now: EBADF (8).
    (call $put (call $read (i32.load (i32.const 100))))
    (call $put (call $write (i32.load (i32.const 112)) (i32.const 5) (i32.const 4)))
    (call $put (call $write (i32.load (i32.const 104)) (i32.const 5) (i32.const 4)))
    (call $put (call $fd_close (i32.load (i32.const 104))))
    (call $put (call $read (i32.load (i32.const 108))))
    (call $put (i32.load (i32.const 2048)))
    ;; The child sees the end although it had a copy of the table, and so does the parent.
    (call $put (call $read (i32.load (i32.const 108))))
    (call $put (call $wait))
    (call $done))"#);
    let ping = i32::from_le_bytes(*b"ping");
    assert_eq!(numbers(&output), [0, 0, 0, -8, 8, 0, 0, 4, ping, 0, 3 << 8]);
}

#[test]
fn streams_may_change_places_and_the_parents_own_stay_open() {
    let output = run(r#"
  (data (i32.const 0) "two\00own")
  (func (export "_start")
    (call $put (call $spawn (i32.const 4) (i32.const 0) (i32.const 2) (i32.const 1)))
    (call $put (call $wait))
    (drop (call $write (i32.const 1) (i32.const 4) (i32.const 3)))
    (drop (call $write (i32.const 2) (i32.const 4) (i32.const 3))))"#);
    assert_eq!(
        (output.text().as_str(), output.errors().as_str(), output.code),
        ("errown", "outown", 0)
    );
}

#[test]
fn one_descriptor_may_be_given_twice_and_is_closed_once() {
    let output = run(r#"
  (data (i32.const 0) "two\00")
  (func (export "_start")
    (call $put (call $fd_pipe (i32.const 100) (i32.const 104)))
    (call $put (call $spawn (i32.const 4) (i32.const -1) (i32.load (i32.const 104)) (i32.load (i32.const 104))))
    (call $put (call $wait))
    (call $put (call $read (i32.load (i32.const 100))))
    (call $put (call $read (i32.load (i32.const 100))))
    (call $put (call $fd_close (i32.load (i32.const 104))))
    (call $done))"#);
    assert_eq!(numbers(&output), [0, 0, 0, 6, 0, 8]);
}

#[test]
fn a_spawn_that_fails_leaves_no_child_and_closes_nothing() {
    let output = run(r#"
  (data (i32.const 0) "nosuch\00two\00")
  (func (export "_start")
    (call $put (call $fd_pipe (i32.const 100) (i32.const 104)))
    ;; ENOENT (44): no such command, and no name at all.
    (call $put (call $spawn (i32.const 7) (i32.const -1) (i32.load (i32.const 104)) (i32.const -1)))
    (call $put (call $spawn (i32.const 0) (i32.const -1) (i32.load (i32.const 104)) (i32.const -1)))
    ;; EBADF (8): 99 is not open.
    (call $put (call $proc_spawn (i32.const 7) (i32.const 4) (i32.const 0) (i32.const 0)
      (i32.const 99) (i32.load (i32.const 104)) (i32.const -1) (i32.const 0) (i32.const 0) (i32.const 900)))
    ;; ENOENT: the directory `two` is not there.
    (call $put (call $proc_spawn (i32.const 7) (i32.const 4) (i32.const 0) (i32.const 0)
      (i32.const -1) (i32.load (i32.const 104)) (i32.const -1) (i32.const 7) (i32.const 3) (i32.const 900)))
    ;; ECHILD (12).
    (call $put (call $proc_waitpid (i32.const -1) (i32.const 0) (i32.const 904)))
    (call $put (call $write (i32.load (i32.const 104)) (i32.const 0) (i32.const 1)))
    (call $done))"#);
    assert_eq!(numbers(&output), [0, 44, 44, 8, 44, 12, 0]);
}

#[test]
fn argv_is_kept_whole_the_last_value_of_a_variable_counts_and_cwd_is_the_childs() {
    let spawn = |env: &str, cwd: &str| {
        let body = format!(
            r#"
  (data (i32.const 0) "show\00\00a b\00")
  (data (i32.const 100) "{env}")
  (data (i32.const 300) "{cwd}")
  (func (export "_start")
    (call $put (call $proc_spawn (i32.const 0) (i32.const 10) (i32.const 100) (i32.const {}) (i32.const -1) (i32.const -1)
      (i32.const -1) (i32.const 300) (i32.const {}) (i32.const 900)))
    (call $put (call $wait)))"#,
            env.replace("\\00", "0").len(),
            cwd.len()
        );
        machine(&body).run(Job::new(["guest"]).cwd("/tmp")).text()
    };
    assert_eq!(
        spawn("A=1\\00PATH=/bin\\00A=2\\00", "/home"),
        "show\0\0a b\0PATH=/bin\0A=2\0/home"
    );
    assert_eq!(spawn("A=\\00", ""), "show\0\0a b\0A=\0/tmp");
    // A libc that knows no directory says `/`; PWD knows better, but only of the directory that the parent is in.
    assert_eq!(spawn("PWD=/tmp\\00", "/"), "show\0\0a b\0PWD=/tmp\0/tmp");
    assert_eq!(spawn("PWD=/home\\00", "/"), "show\0\0a b\0PWD=/home\0/");
    assert_eq!(spawn("PWD=/tmp\\00", "/home"), "show\0\0a b\0PWD=/tmp\0/home");
}

#[test]
fn a_child_is_waited_for_without_hanging_and_killed() {
    let output = run(r#"
  (data (i32.const 0) "sleeper\00")
  (func (export "_start")
    (call $put (call $spawn (i32.const 8) (i32.const -1) (i32.const -1) (i32.const -1)))
    ;; WNOHANG: EBUSY (10), as there is no pid to tell by. EINVAL (28) for options that there are none of.
    (call $put (call $proc_waitpid (i32.load (i32.const 900)) (i32.const 1) (i32.const 904)))
    (call $put (call $proc_waitpid (i32.load (i32.const 900)) (i32.const 64) (i32.const 904)))
    (call $put (call $proc_kill (i32.load (i32.const 900)) (i32.const 0)))
    (call $put (call $proc_kill (i32.load (i32.const 900)) (i32.const 99)))
    (call $put (call $proc_kill (i32.load (i32.const 900)) (i32.const 15)))
    (call $put (call $wait))
    ;; It is reaped: ECHILD (12) and ESRCH (71).
    (call $put (call $wait))
    (call $put (call $proc_kill (i32.load (i32.const 900)) (i32.const 15)))
    (call $done))"#);
    assert_eq!(numbers(&output), [0, 10, 28, 0, 28, 0, 15, -12, 71]);
}

#[test]
fn a_sleeper_sleeps_as_long_as_it_said_and_can_be_killed() {
    let machine = machine(
        r#"(func (export "_start") (call $put (call $sleep_ms (i32.const 0))) (call $put (call $sleep_ms (i32.const 30))) (call $done))"#,
    );
    let began = std::time::Instant::now();
    assert_eq!(numbers(&machine.exec(&["guest"])), [0, 0]);
    assert!(began.elapsed() >= Duration::from_millis(30));
    let output = machine.run(Job::new(["sleeper"]).timeout(Duration::from_millis(100)));
    assert!(output.timed_out);
    assert_eq!(output.code, 128 + 9);
}

#[test]
fn pids_pipes_and_duplicates_are_the_kernels() {
    let output = run(r#"
  (func (export "_start")
    (call $put (call $proc_getpid (i32.const 100)))
    (call $put (i32.eq (i32.load (i32.const 100)) (call $getpid)))
    (call $put (call $fd_pipe (i32.const 100) (i32.const 104)))
    (call $put (call $fd_dup (i32.load (i32.const 104)) (i32.const 108)))
    (call $put (call $fd_close (i32.load (i32.const 104))))
    (call $put (call $write (i32.load (i32.const 108)) (i32.const 100) (i32.const 5)))
    (call $put (call $read (i32.load (i32.const 100))))
    (call $put (call $fd_dup (i32.const 99) (i32.const 108)))
    (call $done))"#);
    assert_eq!(numbers(&output), [0, 1, 0, 0, 0, 0, 5, 8]);
}

#[test]
fn a_terminal_is_known_from_a_pipe() {
    let body = r#"
  (func (export "_start")
    (call $put (call $isatty (i32.const 99) (i32.const 100)))
    (call $put (call $isatty (i32.const 1) (i32.const 100)))
    (call $put (i32.load (i32.const 100)))
    (if (i32.load (i32.const 100)) (then (call $proc_exit (i32.const 9))))
    (call $done))"#;
    let machine = machine(body);
    assert_eq!(numbers(&machine.exec(&["guest"])), [8, 0, 0]);
    let size = WinSize {
        rows: 24,
        cols: 80,
        x_pixels: 0,
        y_pixels: 0,
    };
    let (master, fds) = terminal_for_page(machine.kernel(), size).unwrap();
    let process = machine.start(&[b"guest".to_vec()], &[], "/", fds).unwrap();
    // It may have ended already, with its terminal.
    let _gone = set_controlling_terminal(&process, master.pty());
    assert!(machine.wait(&process, Some(Duration::from_secs(20))));
    assert_eq!(process.termination().unwrap().exit_code(), 9);
}

/// `getpwuid(uid)`: the errno, the length, and what was written.
fn passwd_line(machine: &Machine, uid: u32) -> (i32, String) {
    let body = format!(
        r#"
  (func (export "_start")
    (call $put (call $getpwuid (i32.const {uid}) (i32.const 4096) (i32.const 256) (i32.const 100)))
    (call $done)
    (drop (call $write (i32.const 1) (i32.const 4096) (i32.load (i32.const 100)))))"#
    );
    machine.add_command("ask", &module(&body)).unwrap();
    let output = machine.exec(&["ask"]);
    let (errno, line) = output.stdout.split_first_chunk().unwrap();
    (
        i32::from_le_bytes(*errno),
        String::from_utf8_lossy(line).into_owned(),
    )
}

#[test]
fn users_have_the_lines_of_etc_passwd_or_the_kernels_own() {
    let machine = Machine::bare();
    machine.kernel().set_user(1000, 1001);
    let line = |uid| passwd_line(&machine, uid);
    machine
        .write_file(
            "/etc/passwd",
            b"root:x:0:0:r:/:/bin/x\nme:x:1000:5:I:/me:/bin/y\n",
            0o644,
        )
        .unwrap();
    assert_eq!(line(1000), (0, "me:x:1000:5:I:/me:/bin/y".into()));
    assert_eq!(line(0), (0, "root:x:0:0:r:/:/bin/x".into()));
    assert_eq!(line(4242), (44, String::new()));
    for made in [0o644, 0] {
        // Empty, and one that nobody may read.
        machine.write_file("/etc/passwd", b"", made).unwrap();
        assert_eq!(line(1000), (0, "user:x:1000:1001::/home/user:/bin/sh".into()));
        assert_eq!(line(0), (0, "root:x:0:0:root:/root:/bin/sh".into()));
        assert_eq!(line(4242), (44, String::new()));
    }
}

#[test]
fn a_line_that_does_not_fit_says_how_long_it_is() {
    let output = run(r#"
  (func (export "_start")
    ;; ERANGE (68), and nothing is written.
    (call $put (call $getpwuid (i32.const 0) (i32.const 4096) (i32.const 28) (i32.const 100)))
    (call $put (i32.load (i32.const 100)))
    (call $put (i32.load (i32.const 4096)))
    (call $put (call $getpwuid (i32.const 0) (i32.const 4096) (i32.const 29) (i32.const 100)))
    (call $done))"#);
    assert_eq!("root:x:0:0:root:/root:/bin/sh".len(), 29);
    assert_eq!(numbers(&output), [68, 29, 0, 0]);
}

#[test]
fn modes_are_read_with_their_type_and_changed() {
    let machine = machine(
        r#"
  (data (i32.const 0) "tmp/f/tmp/linkf")
  (func (export "_start")
    (call $put (call $path_symlink (i32.const 14) (i32.const 1) (i32.const 3) (i32.const 6) (i32.const 8)))
    ;; With and without the first slash, as wasi-libc strips it.
    (call $put (call $path_mode (i32.const 0) (i32.const 5) (i32.const 1)))
    (call $put (call $path_mode (i32.const 5) (i32.const 9) (i32.const 1)))
    (call $put (call $path_mode (i32.const 5) (i32.const 9) (i32.const 0)))
    (call $put (call $chmod (i32.const 5) (i32.const 9) (i32.const 0x81a0)))
    (call $put (call $path_mode (i32.const 0) (i32.const 5) (i32.const 0)))
    (call $put (call $path_mode (i32.const 0) (i32.const 3) (i32.const 1)))
    (call $put (call $fd_mode (i32.const 1)))
    ;; No mode at all where there is no file; ENOENT (44).
    (call $put (call $path_mode (i32.const 0) (i32.const 4) (i32.const 1)))
    (call $put (call $path_mode (i32.const 1) (i32.const 2) (i32.const 1)))
    (call $put (call $fd_mode (i32.const 99)))
    (call $put (call $chmod (i32.const 1) (i32.const 2) (i32.const 0)))
    (call $done))"#,
    );
    machine.write_file("/tmp/f", b"", 0o640).unwrap();
    let output = machine.run(Job::new(["guest"]).cwd("/home"));
    assert_eq!(
        numbers(&output),
        [
            0, 0o100_640, 0o100_640, 0o120_777, 0, 0o100_640, 0o041_777, 0o010_600, 0o041_777, 0, 0, 44
        ]
    );
}

#[test]
fn bad_pointers_are_efault_and_leave_nothing_behind() {
    let output = run(r#"
  (data (i32.const 0) "two\00")
  (func (export "_start")
    (call $put (call $fd_pipe (i32.const 65533) (i32.const 0x800)))
    (call $put (call $fd_pipe (i32.const 0x800) (i32.const -1)))
    (call $put (call $fd_dup (i32.const 1) (i32.const 65533)))
    ;; No descriptor was made: the first free one is the first.
    (call $put (call $fd_dup (i32.const 1) (i32.const 0x800)))
    (call $put (i32.load (i32.const 0x800)))
    (call $put (call $proc_getpid (i32.const -4)))
    (call $put (call $proc_waitpid (i32.const -1) (i32.const 0) (i32.const 65533)))
    (call $put (call $isatty (i32.const 1) (i32.const 65533)))
    (call $put (call $getpwuid (i32.const 0) (i32.const 65500) (i32.const 100) (i32.const 100)))
    (call $put (call $getpwuid (i32.const 0) (i32.const 4096) (i32.const -1) (i32.const 100)))
    (call $put (call $getpwuid (i32.const 0) (i32.const 4096) (i32.const 256) (i32.const 65533)))
    (call $put (call $chmod (i32.const 65535) (i32.const 2) (i32.const 0)))
    (call $put (call $path_mode (i32.const 65535) (i32.const 2) (i32.const 0)))
    (call $put (call $path_mode (i32.const 0) (i32.const -1) (i32.const 0)))
    ;; argv, envp, cwd, pid; and no child was made: ECHILD (12).
    (call $put (call $proc_spawn (i32.const 65535) (i32.const 2) (i32.const 0) (i32.const 0)
      (i32.const -1) (i32.const -1) (i32.const -1) (i32.const 0) (i32.const 0) (i32.const 900)))
    (call $put (call $proc_spawn (i32.const 0) (i32.const -1) (i32.const 0) (i32.const 0)
      (i32.const -1) (i32.const -1) (i32.const -1) (i32.const 0) (i32.const 0) (i32.const 900)))
    (call $put (call $proc_spawn (i32.const 0) (i32.const 4) (i32.const 65535) (i32.const 2)
      (i32.const -1) (i32.const -1) (i32.const -1) (i32.const 0) (i32.const 0) (i32.const 900)))
    (call $put (call $proc_spawn (i32.const 0) (i32.const 4) (i32.const 0) (i32.const 0)
      (i32.const -1) (i32.const -1) (i32.const -1) (i32.const 65535) (i32.const 2) (i32.const 900)))
    (call $put (call $proc_spawn (i32.const 0) (i32.const 4) (i32.const 0) (i32.const 0)
      (i32.const -1) (i32.const -1) (i32.const -1) (i32.const 0) (i32.const 0) (i32.const 65533)))
    (call $put (call $proc_waitpid (i32.const -1) (i32.const 0) (i32.const 904)))
    (call $done))"#);
    assert_eq!(
        numbers(&output),
        [
            21, 21, 21, 0, 4, 21, 21, 21, 21, 21, 21, 21, 0, 0, 21, 21, 21, 21, 21, 12
        ]
    );
}

#[test]
fn an_import_of_another_generation_is_named_with_both_types() {
    let machine = Machine::bare();
    let later = r#"(module
  (import "host_process" "proc_waitpid" (func (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (func (export "_start")))"#;
    machine.add_command("later", later.as_bytes()).unwrap();
    let output = machine.exec(&["later"]);
    assert_eq!(
        (output.code, output.errors().as_str()),
        (
            126,
            "later: LinkError: import host_process.proc_waitpid is wanted as (i32, i32, i32, i32) -> (i32), \
             but is (i32, i32, i32) -> (i32)\n"
        )
    );
}
