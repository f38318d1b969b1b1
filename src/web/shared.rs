//! What the page and the kernel worker of one kernel share.

use crate::kernel::Kernel;
use core::sync::atomic::{AtomicU32, Ordering};
use std::sync::Arc;

/// A kernel with the numbers that its pool publishes.
pub struct Shared {
    /// The kernel.
    pub kernel: Arc<Kernel>,
    /// The pool's numbers.
    pub workers: WorkerCounts,
}

/// How many process workers there are.
#[derive(Default)]
pub struct WorkerCounts {
    /// All that have been started and are not known to be gone.
    pub all: AtomicU32,
    /// Those that wait for work.
    pub idle: AtomicU32,
    /// Those that were terminated and are not known to be gone.
    pub tearing_down: AtomicU32,
}

impl WorkerCounts {
    /// All, idle, tearing down.
    pub fn load(&self) -> (u32, u32, u32) {
        let load = |count: &AtomicU32| count.load(Ordering::SeqCst);
        (load(&self.all), load(&self.idle), load(&self.tearing_down))
    }
}
