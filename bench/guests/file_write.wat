;; Writes tmp/bench/big, below the preopened directory 3, in N pieces of 64 KiB (first argument, 512 by default: 32 MiB)
;; and prints MiB per second. Creating and closing the file is timed too.
(module
  (import "wasi_snapshot_preview1" "args_sizes_get"
    (func $args_sizes_get (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "args_get"
    (func $args_get (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "clock_time_get"
    (func $clock_time_get (param i32 i64 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_write"
    (func $fd_write (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "proc_exit"
    (func $proc_exit (param i32)))
  (import "wasi_snapshot_preview1" "path_open"
    (func $path_open (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_close"
    (func $fd_close (param i32) (result i32)))
  (memory (export "memory") 2)
  (data (i32.const 256) "tmp/bench/big")

  ;; The first argument as a number, or $default where there is none. Uses memory from 1024 on.
  (func $argument (param $default i64) (result i64)
    (local $p i32) (local $digit i32) (local $value i64)
    (if (call $args_sizes_get (i32.const 1024) (i32.const 1028)) (then (return (local.get $default))))
    (if (i32.lt_u (i32.load (i32.const 1024)) (i32.const 2)) (then (return (local.get $default))))
    ;; What would not fit below address 8192 is left alone.
    (if (i32.gt_u (i32.load (i32.const 1028)) (i32.const 4096)) (then (return (local.get $default))))
    (if (i32.gt_u (i32.load (i32.const 1024)) (i32.const 256)) (then (return (local.get $default))))
    (if (call $args_get (i32.const 2048) (i32.const 3584)) (then (return (local.get $default))))
    (local.set $p (i32.load (i32.const 2052)))
    (loop $next
      (local.set $digit (i32.sub (i32.load8_u (local.get $p)) (i32.const 48)))
      (if (i32.lt_u (local.get $digit) (i32.const 10))
        (then
          (local.set $value
            (i64.add (i64.mul (local.get $value) (i64.const 10)) (i64.extend_i32_u (local.get $digit))))
          (local.set $p (i32.add (local.get $p) (i32.const 1)))
          (br $next))))
    (local.get $value))

  (func $now (result i64)
    (drop (call $clock_time_get (i32.const 1) (i64.const 1) (i32.const 16)))
    (i64.load (i32.const 16)))

  ;; Writes $tenths / 10 with one decimal and a newline to $fd. Uses memory from 512 to 1023.
  (func $print_tenths (param $fd i32) (param $tenths i64)
    (local $p i32)
    (local.set $p (i32.const 1022))
    (i32.store8 (local.get $p) (i32.const 10))
    (local.set $p (i32.const 1021))
    (i32.store8 (local.get $p) (i32.add (i32.const 48) (i32.wrap_i64 (i64.rem_u (local.get $tenths) (i64.const 10)))))
    (local.set $p (i32.const 1020))
    (i32.store8 (local.get $p) (i32.const 46))
    (local.set $tenths (i64.div_u (local.get $tenths) (i64.const 10)))
    (loop $next
      (local.set $p (i32.sub (local.get $p) (i32.const 1)))
      (i32.store8 (local.get $p)
        (i32.add (i32.const 48) (i32.wrap_i64 (i64.rem_u (local.get $tenths) (i64.const 10)))))
      (local.set $tenths (i64.div_u (local.get $tenths) (i64.const 10)))
      (br_if $next (i64.ne (local.get $tenths) (i64.const 0))))
    (i32.store (i32.const 512) (local.get $p))
    (i32.store (i32.const 516) (i32.sub (i32.const 1023) (local.get $p)))
    (drop (call $fd_write (local.get $fd) (i32.const 512) (i32.const 1) (i32.const 520))))

  ;; A call that failed would make the numbers worthless: its errno becomes the exit status.
  (func $check (param $errno i32)
    (if (local.get $errno) (then (call $proc_exit (local.get $errno)))))

  ;; Prints the MiB per second of $chunks pieces of 64 KiB in $ns nanoseconds.
  (func $print_rate (param $fd i32) (param $chunks i64) (param $ns i64)
    (call $print_tenths (local.get $fd)
      (i64.div_u
        (i64.mul (local.get $chunks) (i64.const 625000000)) ;; 64 KiB in MiB (1/16) * 1e9 * 10
        (select (local.get $ns) (i64.const 1) (i64.ne (local.get $ns) (i64.const 0))))))

  ;; Writes $chunks pieces of 64 KiB to $fd, whatever the length of a single write.
  (func $write_chunks (param $fd i32) (param $chunks i64)
    (local $left i32)
    (loop $next
      (local.set $left (i32.const 65536))
      (loop $rest
        (i32.store (i32.const 128) (i32.sub (i32.const 131072) (local.get $left)))
        (i32.store (i32.const 132) (local.get $left))
        (call $check (call $fd_write (local.get $fd) (i32.const 128) (i32.const 1) (i32.const 136)))
        (local.set $left (i32.sub (local.get $left) (i32.load (i32.const 136))))
        (br_if $rest (local.get $left)))
      (local.set $chunks (i64.sub (local.get $chunks) (i64.const 1)))
      (br_if $next (i64.ne (local.get $chunks) (i64.const 0)))))

  ;; Opens tmp/bench/big below the preopened directory 3.
  (func $open (param $oflags i32) (param $rights i64) (result i32)
    (call $check
      (call $path_open (i32.const 3) (i32.const 1) (i32.const 256) (i32.const 13) (local.get $oflags)
        (local.get $rights) (i64.const 0) (i32.const 0) (i32.const 144)))
    (i32.load (i32.const 144)))

  (func (export "_start")
    (local $chunks i64) (local $start i64) (local $fd i32)
    (local.set $chunks (call $argument (i64.const 512)))
    (local.set $start (call $now))
    (local.set $fd (call $open (i32.const 9) (i64.const 64))) ;; CREAT and TRUNC; the right to write
    (call $write_chunks (local.get $fd) (local.get $chunks))
    (call $check (call $fd_close (local.get $fd)))
    (call $print_rate (i32.const 1) (local.get $chunks) (i64.sub (call $now) (local.get $start)))))
