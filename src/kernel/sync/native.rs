//! Threads of the operating system: futexes of Linux.

pub use core::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use rustix::thread::futex;
use std::num::NonZeroU32;

/// Sleeps while `word` holds `expected`, until woken, for at most `timeout_ns` (`None`: without limit). May wake early.
pub fn futex_wait(word: &AtomicU32, expected: u32, timeout_ns: Option<u64>) {
    let timeout = timeout_ns.map(|ns| rustix::time::Timespec {
        tv_sec: (ns / 1_000_000_000) as i64,
        tv_nsec: (ns % 1_000_000_000) as _,
    });
    let _woken = futex::wait(word, futex::Flags::PRIVATE, expected, timeout.as_ref());
}

/// Wakes at most `count` threads that sleep on `word`.
pub fn futex_wake(word: &AtomicU32, count: u32) {
    if NonZeroU32::new(count).is_some() {
        let _woken = futex::wake(word, futex::Flags::PRIVATE, count.min(i32::MAX as u32));
    }
}

/// One step of a spin loop.
pub fn spin_hint() {
    core::hint::spin_loop();
}
