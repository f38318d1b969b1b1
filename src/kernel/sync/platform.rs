//! The primitives that differ by platform, under the same names: atomics, futex wait and wake, spin hints.
//!
//! The one place in the kernel with `cfg(target_arch)`.

#[cfg(target_arch = "wasm32")]
#[path = "wasm.rs"]
mod imp;
#[cfg(all(not(target_arch = "wasm32"), not(feature = "shuttle")))]
#[path = "native.rs"]
mod imp;
#[cfg(all(not(target_arch = "wasm32"), feature = "shuttle"))]
#[path = "shuttle.rs"]
mod imp;

pub use imp::{AtomicBool, AtomicU32, AtomicU64, Ordering, futex_wait, futex_wake, spin_hint};
#[cfg(target_arch = "wasm32")]
pub use imp::{fill_random, monotonic_ns, realtime_ns};
#[cfg(not(target_arch = "wasm32"))]
pub use native_os::{fill_random, monotonic_ns, realtime_ns};

#[cfg(not(target_arch = "wasm32"))]
mod native_os {
    use rustix::time::{ClockId, clock_gettime};

    fn nanoseconds(id: ClockId) -> u64 {
        let now = clock_gettime(id);
        now.tv_sec as u64 * 1_000_000_000 + now.tv_nsec as u64
    }

    /// Nanoseconds since a fixed point; never goes back.
    pub fn monotonic_ns() -> u64 {
        nanoseconds(ClockId::Monotonic)
    }

    /// Nanoseconds since 1970-01-01 UTC.
    pub fn realtime_ns() -> u64 {
        nanoseconds(ClockId::Realtime)
    }

    /// Fills `buffer` with bytes fit for keys.
    pub fn fill_random(mut buffer: &mut [u8]) {
        while !buffer.is_empty() {
            if let Ok(count) = rustix::rand::getrandom(&mut *buffer, rustix::rand::GetRandomFlags::empty()) {
                buffer = &mut buffer[count..];
            }
        }
    }
}

use core::cell::Cell;

thread_local! {
    static MAY_BLOCK: Cell<bool> = const { Cell::new(cfg!(not(target_arch = "wasm32"))) };
}

/// Says whether this thread may sleep: process workers say yes, the page and the kernel worker stay at no.
pub fn set_may_block(yes: bool) {
    MAY_BLOCK.with(|cell| cell.set(yes));
}

/// Whether this thread may sleep.
pub fn may_block() -> bool {
    MAY_BLOCK.with(Cell::get)
}
