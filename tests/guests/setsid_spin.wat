;; Starts a session of its own, as `setsid` does, and loops without a system call: what ends a job must not go by process
;; group or session. An errno of setsid is the exit status.
(module
  (import "cobnut" "setsid" (func $setsid (param i32) (result i32)))
  (import "wasi_snapshot_preview1" "proc_exit" (func $proc_exit (param i32)))
  (memory (export "memory") 1)
  (func (export "_start")
    (local $errno i32)
    (local.set $errno (call $setsid (i32.const 0)))
    (if (local.get $errno) (then (call $proc_exit (local.get $errno))))
    (loop $again (br $again))))
