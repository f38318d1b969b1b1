;; Does nothing: what starting and ending a process costs.
(module
  (memory (export "memory") 1)
  (func (export "_start")))
