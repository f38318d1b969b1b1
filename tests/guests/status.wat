;; Waits for the end of its standard input and exits with its first argument, 0-255, as status: so any number of them are
;; alive at once for as long as a test holds the other ends.
(module
  (import "wasi_snapshot_preview1" "args_sizes_get" (func $args_sizes_get (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "args_get" (func $args_get (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_read" (func $fd_read (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "proc_exit" (func $proc_exit (param i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "\40\00\00\00\40\00\00\00") ;; one iovec: address 64, 64 bytes; the count goes to address 8
  (func $argument (result i32)
    (local $p i32) (local $digit i32) (local $value i32)
    (if (call $args_sizes_get (i32.const 1024) (i32.const 1028)) (then (return (i32.const 255))))
    (if (i32.lt_u (i32.load (i32.const 1024)) (i32.const 2)) (then (return (i32.const 255))))
    (if (i32.gt_u (i32.load (i32.const 1028)) (i32.const 4096)) (then (return (i32.const 255))))
    (if (call $args_get (i32.const 2048) (i32.const 4096)) (then (return (i32.const 255))))
    (local.set $p (i32.load (i32.const 2052)))
    (loop $next
      (local.set $digit (i32.sub (i32.load8_u (local.get $p)) (i32.const 48)))
      (if (i32.lt_u (local.get $digit) (i32.const 10))
        (then
          (local.set $value (i32.add (i32.mul (local.get $value) (i32.const 10)) (local.get $digit)))
          (local.set $p (i32.add (local.get $p) (i32.const 1)))
          (br $next))))
    (local.get $value))
  (func (export "_start")
    (loop $more
      (if (i32.eqz (call $fd_read (i32.const 0) (i32.const 0) (i32.const 1) (i32.const 8)))
        (then (br_if $more (i32.load (i32.const 8))))))
    (call $proc_exit (call $argument))))
