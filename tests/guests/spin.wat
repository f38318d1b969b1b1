;; Loops for ever without a system call: only the outside can end it.
(module
  (memory (export "memory") 1)
  (func (export "_start")
    (loop $again (br $again))))
