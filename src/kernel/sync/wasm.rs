//! Threads of the browser: workers on one shared memory.

use core::arch::wasm32::{memory_atomic_notify, memory_atomic_wait32};
pub use core::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};

/// Sleeps while `word` holds `expected`, until woken, for at most `timeout_ns` (`None`: without limit). May wake early.
pub fn futex_wait(word: &AtomicU32, expected: u32, timeout_ns: Option<u64>) {
    let timeout = timeout_ns.map_or(-1, |ns| i64::try_from(ns).unwrap_or(i64::MAX));
    // SAFETY: the pointer comes from a live reference and is aligned; the page never gets here (`may_block`).
    unsafe { memory_atomic_wait32(word.as_ptr().cast::<i32>(), expected as i32, timeout) };
}

/// Wakes at most `count` threads that sleep on `word`.
pub fn futex_wake(word: &AtomicU32, count: u32) {
    // SAFETY: the pointer comes from a live reference and is aligned.
    unsafe { memory_atomic_notify(word.as_ptr().cast::<i32>(), count) };
}

/// One step of a spin loop.
pub fn spin_hint() {
    core::hint::spin_loop();
}

// What the web side defines, so that the kernel needs no JavaScript crate.
unsafe extern "Rust" {
    safe fn cobnut_monotonic_ns() -> u64;
    safe fn cobnut_realtime_ns() -> u64;
    safe fn cobnut_fill_random(buffer: &mut [u8]);
}

/// Nanoseconds since a fixed point, the same on every thread; never goes back.
pub fn monotonic_ns() -> u64 {
    cobnut_monotonic_ns()
}

/// Nanoseconds since 1970-01-01 UTC.
pub fn realtime_ns() -> u64 {
    cobnut_realtime_ns()
}

/// Fills `buffer` with bytes fit for keys.
pub fn fill_random(buffer: &mut [u8]) {
    cobnut_fill_random(buffer);
}
