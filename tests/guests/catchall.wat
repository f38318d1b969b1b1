;; Makes system calls for ever, catches whatever exception comes out of one, and goes on: a kill that is thrown as an
;; exception would never end it.
(module
  (import "wasi_snapshot_preview1" "sched_yield" (func $sched_yield (result i32)))
  (memory (export "memory") 1)
  (func (export "_start")
    (loop $again
      (block $caught
        (try_table (catch_all $caught)
          (drop (call $sched_yield))))
      (br $again))))
