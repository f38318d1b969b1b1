;; Calls path_filestat_get of tmp/bench/file and a digit, below the preopened directory 3, for one second, and prints how many calls
;; that were. The second begins at the time that the first argument says, in milliseconds since 1970: so several of these measure at the
;; same time. Until then it makes the same calls, to be warm. The second argument is the digit. A start that has passed is status 100.
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
  (import "wasi_snapshot_preview1" "path_filestat_get"
    (func $path_filestat_get (param i32 i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 128) "tmp/bench/file0")

  ;; Argument $index as a number; status 101 where there is none. Uses memory from 1024 on.
  (func $argument (param $index i32) (result i64)
    (local $p i32) (local $digit i32) (local $value i64)
    (call $check (call $args_sizes_get (i32.const 1024) (i32.const 1028)))
    ;; What would not fit below address 8192 is refused.
    (if (i32.or
          (i32.le_u (i32.load (i32.const 1024)) (local.get $index))
          (i32.or
            (i32.gt_u (i32.load (i32.const 1028)) (i32.const 4096))
            (i32.gt_u (i32.load (i32.const 1024)) (i32.const 256))))
      (then (call $proc_exit (i32.const 101))))
    (call $check (call $args_get (i32.const 2048) (i32.const 3584)))
    (local.set $p (i32.load (i32.add (i32.const 2048) (i32.shl (local.get $index) (i32.const 2)))))
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
    (call $check (call $clock_time_get (i32.const 0) (i64.const 1) (i32.const 16)))
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

  ;; Makes calls until the time is $end; answers how many. The clock is looked at every 256 calls.
  (func $calls_until (param $end i64) (result i64)
    (local $count i64) (local $left i32)
    (loop $more
      (local.set $left (i32.const 256))
      (loop $next
        (call $check
          (call $path_filestat_get (i32.const 3) (i32.const 1) (i32.const 128) (i32.const 15) (i32.const 64)))
        (local.set $left (i32.sub (local.get $left) (i32.const 1)))
        (br_if $next (local.get $left)))
      (local.set $count (i64.add (local.get $count) (i64.const 256)))
      (br_if $more (i64.lt_u (call $now) (local.get $end))))
    (local.get $count))

  (func (export "_start")
    (local $start i64) (local $began i64) (local $count i64)
    (local.set $start (i64.mul (call $argument (i32.const 1)) (i64.const 1000000)))
    (i32.store8 (i32.const 142)
      (i32.add (i32.const 48) (i32.wrap_i64 (i64.rem_u (call $argument (i32.const 2)) (i64.const 10)))))
    (if (i64.ge_u (call $now) (local.get $start)) (then (call $proc_exit (i32.const 100))))
    (drop (call $calls_until (local.get $start)))
    (local.set $began (call $now))
    (local.set $count (call $calls_until (i64.add (local.get $start) (i64.const 1000000000))))
    ;; A second that was a little longer or shorter is scaled: calls * 1e9 / ns, with one decimal.
    (call $print_tenths (i32.const 1)
      (i64.div_u
        (i64.mul (local.get $count) (i64.const 10000000000))
        (i64.sub (call $now) (local.get $began))))))
