;; Joins ping_pong and echo_byte by two pipes, in a ring, and becomes ping_pong, which prints the nanoseconds of one round
;; trip on standard error. Both are found on PATH. Cobnut only: it needs the module `cobnut`.
(module
  (import "cobnut" "pipe2" (func $pipe2 (param i32 i32 i32) (result i32)))
  (import "cobnut" "dup2" (func $dup2 (param i32 i32) (result i32)))
  (import "cobnut" "proc_spawn" (func $proc_spawn (param i32 i32) (result i32)))
  (import "cobnut" "proc_exec" (func $proc_exec (param i32 i32 i32 i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_close" (func $fd_close (param i32) (result i32)))
  (import "wasi_snapshot_preview1" "proc_exit" (func $proc_exit (param i32)))
  (memory (export "memory") 1)
  ;; A list (argv, envp) is strings that each end in NUL.
  (data (i32.const 256) "echo_byte\00")
  (data (i32.const 288) "ping_pong\00")
  (data (i32.const 320) "PATH=/bin:/usr/bin\00")

  ;; A call that failed would make the number worthless: its errno becomes the exit status.
  (func $check (param $errno i32)
    (if (local.get $errno) (then (call $proc_exit (local.get $errno)))))

  ;; Writes the file action number $index, at 512 + 24 * $index: op, fd, arg; path, path_len and mode stay 0.
  (func $action (param $index i32) (param $op i32) (param $fd i32) (param $arg i32)
    (local $at i32)
    (local.set $at (i32.add (i32.const 512) (i32.mul (i32.const 24) (local.get $index))))
    (i32.store (local.get $at) (local.get $op))
    (i32.store offset=4 (local.get $at) (local.get $fd))
    (i32.store offset=8 (local.get $at) (local.get $arg)))

  (func (export "_start")
    (local $there_r i32) (local $there_w i32) (local $back_r i32) (local $back_w i32)
    (call $check (call $pipe2 (i32.const 0) (i32.const 0) (i32.const 4)))
    (call $check (call $pipe2 (i32.const 0) (i32.const 8) (i32.const 12)))
    (local.set $there_r (i32.load (i32.const 0)))
    (local.set $there_w (i32.load (i32.const 4)))
    (local.set $back_r (i32.load (i32.const 8)))
    (local.set $back_w (i32.load (i32.const 12)))

    ;; The child reads what goes there and writes what comes back, and holds no other end (op 1 dup2, op 0 close).
    (call $action (i32.const 0) (i32.const 1) (i32.const 0) (local.get $there_r))
    (call $action (i32.const 1) (i32.const 1) (i32.const 1) (local.get $back_w))
    (call $action (i32.const 2) (i32.const 0) (local.get $there_r) (i32.const 0))
    (call $action (i32.const 3) (i32.const 0) (local.get $there_w) (i32.const 0))
    (call $action (i32.const 4) (i32.const 0) (local.get $back_r) (i32.const 0))
    (call $action (i32.const 5) (i32.const 0) (local.get $back_w) (i32.const 0))

    ;; SpawnRequest at 64: path, argv, envp, no cwd, six actions, flag USEPATH.
    (i32.store (i32.const 64) (i32.const 256)) (i32.store (i32.const 68) (i32.const 9))
    (i32.store (i32.const 72) (i32.const 256)) (i32.store (i32.const 76) (i32.const 10))
    (i32.store (i32.const 80) (i32.const 320)) (i32.store (i32.const 84) (i32.const 19))
    (i32.store (i32.const 96) (i32.const 512)) (i32.store (i32.const 100) (i32.const 6))
    (i32.store (i32.const 104) (i32.const 16))
    (call $check (call $proc_spawn (i32.const 64) (i32.const 128)))

    (call $check (call $dup2 (local.get $back_r) (i32.const 0)))
    (call $check (call $dup2 (local.get $there_w) (i32.const 1)))
    (call $check (call $fd_close (local.get $there_r)))
    (call $check (call $fd_close (local.get $there_w)))
    (call $check (call $fd_close (local.get $back_r)))
    (call $check (call $fd_close (local.get $back_w)))
    (call $check
      (call $proc_exec (i32.const 288) (i32.const 9) (i32.const 288) (i32.const 10) (i32.const 320) (i32.const 19)
        (i32.const 1)))))
