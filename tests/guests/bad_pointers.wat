;; Passes pointers and lengths that lie outside its memory. Each call must answer EFAULT (21) and leave the guest alive;
;; the exit status is the number of calls that answered something else.
(module
  (import "wasi_snapshot_preview1" "fd_write" (func $fd_write (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_read" (func $fd_read (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_fdstat_get" (func $fd_fdstat_get (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "clock_time_get" (func $clock_time_get (param i32 i64 i32) (result i32)))
  (import "wasi_snapshot_preview1" "random_get" (func $random_get (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "path_filestat_get"
    (func $path_filestat_get (param i32 i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "proc_exit" (func $proc_exit (param i32)))
  (memory (export "memory") 1 1)
  (data (i32.const 0) "\f0\ff\00\00\20\00\00\00") ;; iovec: the last 16 bytes, but 32 long
  (data (i32.const 8) "\f0\ff\ff\ff\20\00\00\00") ;; iovec: address + length wraps around
  (global $wrong (mut i32) (i32.const 0))
  (func $expect_efault (param $errno i32)
    (if (i32.ne (local.get $errno) (i32.const 21))
      (then (global.set $wrong (i32.add (global.get $wrong) (i32.const 1))))))
  (func (export "_start")
    (call $expect_efault (call $fd_write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 32)))
    (call $expect_efault (call $fd_write (i32.const 1) (i32.const 8) (i32.const 1) (i32.const 32)))
    (call $expect_efault (call $fd_write (i32.const 1) (i32.const 65532) (i32.const 1) (i32.const 32)))
    (call $expect_efault (call $fd_read (i32.const 0) (i32.const -4) (i32.const 1) (i32.const 32)))
    (call $expect_efault (call $fd_fdstat_get (i32.const 1) (i32.const 65520)))
    (call $expect_efault (call $fd_fdstat_get (i32.const 1) (i32.const -1)))
    (call $expect_efault (call $clock_time_get (i32.const 1) (i64.const 0) (i32.const 65529)))
    (call $expect_efault (call $random_get (i32.const 65000) (i32.const 1000)))
    (call $expect_efault
      (call $path_filestat_get (i32.const 3) (i32.const 0) (i32.const 65535) (i32.const 2) (i32.const 64)))
    (call $expect_efault
      (call $path_filestat_get (i32.const 3) (i32.const 0) (i32.const 64) (i32.const -1) (i32.const 64)))
    (call $proc_exit (global.get $wrong))))
