;; Imports what no kernel offers: it must fail to start (126) with a message that names `nowhere.nothing`.
(module
  (import "nowhere" "nothing" (func $nothing (param i32) (result i32)))
  (memory (export "memory") 1)
  (func (export "_start")
    (drop (call $nothing (i32.const 0)))))
