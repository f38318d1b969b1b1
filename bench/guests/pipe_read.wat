;; Reads standard input to its end in pieces of at most 64 KiB and prints MiB per second, from the first byte on, to
;; standard error.
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
  (import "wasi_snapshot_preview1" "fd_read"
    (func $fd_read (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 2)

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

  ;; Reads $fd to its end in pieces of 64 KiB; answers the number of bytes.
  (func $read_all (param $fd i32) (result i64)
    (local $sum i64)
    (i32.store (i32.const 128) (i32.const 65536))
    (i32.store (i32.const 132) (i32.const 65536))
    (loop $next
      (call $check (call $fd_read (local.get $fd) (i32.const 128) (i32.const 1) (i32.const 136)))
      (local.set $sum (i64.add (local.get $sum) (i64.extend_i32_u (i32.load (i32.const 136)))))
      (br_if $next (i32.load (i32.const 136))))
    (local.get $sum))

  (func (export "_start")
    (local $bytes i64) (local $start i64)
    ;; The first byte ends the time in which the writer starts.
    (i32.store (i32.const 128) (i32.const 65536))
    (i32.store (i32.const 132) (i32.const 1))
    (call $check (call $fd_read (i32.const 0) (i32.const 128) (i32.const 1) (i32.const 136)))
    (local.set $start (call $now))
    (local.set $bytes (i64.add (i64.extend_i32_u (i32.load (i32.const 136))) (call $read_all (i32.const 0))))
    (call $print_rate (i32.const 2) (i64.shr_u (local.get $bytes) (i64.const 16))
      (i64.sub (call $now) (local.get $start)))))
