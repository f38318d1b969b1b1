;; Traps at once: exit status 134 and a message on standard error.
(module
  (memory (export "memory") 1)
  (func (export "_start") unreachable))
