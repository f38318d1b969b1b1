//! Locks, wait queues and the one place that waits.
//!
//! Threads differ: a process worker may sleep (`memory.atomic.wait32`), the page may not. So a contended lock makes a
//! worker sleep and the page spin, and everything that waits for an event exists in a blocking form
//! ([`wait::block_until`]) and as a `Future` ([`wait::ready_until`]) over the same [`WaitQueue`].
//!
//! This module and its children are the only kernel code that may use `unsafe`.
#![allow(unsafe_code)]

pub mod lock;
#[cfg(all(test, feature = "shuttle"))]
mod model;
pub mod owned;
pub mod platform;
pub mod wait;

pub use lock::{Mutex, MutexGuard, Rank};
pub use owned::{Owned, Owner, Private};
pub use wait::{WaitQueue, Waiter};

use core::sync::atomic::{AtomicU32, Ordering};

/// One for the whole memory, and no part of any protocol. So it is no atomic of shuttle's: those belong to one execution of a
/// model, and the models run side by side.
static KERNEL_DEAD: AtomicU32 = AtomicU32::new(0);

/// Marks every kernel in this memory as broken after a panic: what waits or spins gives up.
pub fn declare_dead() {
    KERNEL_DEAD.store(1, Ordering::SeqCst);
}

/// Whether a panic has broken the kernel.
pub fn is_dead() -> bool {
    KERNEL_DEAD.load(Ordering::Relaxed) != 0
}
