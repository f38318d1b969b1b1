;; Calls proc_exit(7) and catches whatever comes out of it. A leaving that can be caught would show as "caught\n" on
;; standard error, again and again; the right end is exit status 7 and no output.
(module
  (import "wasi_snapshot_preview1" "proc_exit" (func $proc_exit (param i32)))
  (import "wasi_snapshot_preview1" "fd_write" (func $fd_write (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "\10\00\00\00\07\00\00\00") ;; one iovec: address 16, 7 bytes
  (data (i32.const 16) "caught\n")
  (func (export "_start")
    (loop $again
      (block $caught
        (try_table (catch_all $caught)
          (call $proc_exit (i32.const 7))))
      (drop (call $fd_write (i32.const 2) (i32.const 0) (i32.const 1) (i32.const 8)))
      (br $again))))
