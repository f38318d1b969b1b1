;; Recurses without end and makes no system call: ends by a stack overflow.
(module
  (memory (export "memory") 1)
  (func $down (param $depth i32) (result i32)
    ;; The addition after the call keeps it from being a tail call.
    (i32.add (i32.const 1) (call $down (i32.add (local.get $depth) (i32.const 1)))))
  (func (export "_start")
    (drop (call $down (i32.const 0)))))
