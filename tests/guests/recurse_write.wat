;; Recurses without end and makes a system call at every depth, so that the stack runs out inside the kernel's code:
;; the call must fail before the kernel has taken a lock.
(module
  (import "wasi_snapshot_preview1" "fd_write" (func $fd_write (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "\10\00\00\00\00\00\00\00") ;; one iovec of no bytes
  (func $down (param $depth i32) (result i32)
    (drop (call $fd_write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8)))
    (i32.add (i32.const 1) (call $down (i32.add (local.get $depth) (i32.const 1)))))
  (func (export "_start")
    (drop (call $down (i32.const 0)))))
