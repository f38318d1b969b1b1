//! What the files of a [`super::MemFs`] have in common: its number, its rename lock, and its space.

use crate::kernel::error::{Errno, Error, Result};
use crate::kernel::sync::platform::fill_random;
use crate::kernel::sync::{Mutex, Rank};
use core::hash::{BuildHasher, Hasher};
use core::sync::atomic::{AtomicU64, Ordering};
use std::sync::Arc;

/// A byte budget. Charged before memory is taken, given back after it is freed.
pub struct Space {
    limit: AtomicU64,
    used: AtomicU64,
}

impl Space {
    /// A budget of `limit` bytes.
    pub fn new(limit: u64) -> Self {
        Space {
            limit: AtomicU64::new(limit),
            used: AtomicU64::new(0),
        }
    }

    /// Takes `bytes`, or nothing. ENOSPC.
    pub fn charge(&self, bytes: u64) -> Result<()> {
        let limit = self.limit();
        let fits = |used: u64| used.checked_add(bytes).filter(|&after| after <= limit);
        self.used
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, fits)
            .map(drop)
            .map_err(|_| Error::new(Errno::ENOSPC, "the file system's byte limit is reached"))
    }

    /// Takes `bytes` whatever the limit: for what a file system can't be without.
    pub fn charge_always(&self, bytes: u64) {
        self.used.fetch_add(bytes, Ordering::Relaxed);
    }

    /// Gives `bytes` back.
    pub fn release(&self, bytes: u64) {
        let before = self.used.fetch_sub(bytes, Ordering::Relaxed);
        debug_assert!(before >= bytes, "more given back than taken");
    }

    /// Bytes in use.
    pub fn used(&self) -> u64 {
        self.used.load(Ordering::Relaxed)
    }

    /// Bytes at most in use.
    pub fn limit(&self) -> u64 {
        self.limit.load(Ordering::Relaxed)
    }

    /// Changes the limit. One below what is in use takes nothing away, it refuses more.
    pub fn set_limit(&self, limit: u64) {
        self.limit.store(limit, Ordering::Relaxed);
    }
}

/// Shared by all nodes of one file system, which keep it alive.
pub struct Shared {
    /// `st_dev`.
    pub dev: u64,
    /// The byte budget.
    pub space: Arc<Space>,
    /// Held during every rename, so that who is whose ancestor can be looked up before the directories are locked.
    pub rename: Mutex<()>,
    next_ino: AtomicU64,
    hasher: foldhash::fast::FixedState,
}

impl Shared {
    /// For a new file system on `space`.
    pub fn new(dev: u64, space: Arc<Space>) -> Self {
        let mut seed = [0; 8];
        fill_random(&mut seed);
        Shared {
            dev,
            space,
            rename: Mutex::new(Rank::Rename, ()),
            next_ino: AtomicU64::new(1),
            hasher: foldhash::fast::FixedState::with_seed(u64::from_le_bytes(seed)),
        }
    }

    /// An inode number that was never used in this file system.
    pub fn next_ino(&self) -> u64 {
        self.next_ino.fetch_add(1, Ordering::Relaxed)
    }

    /// The hash of a name, seeded so that a guest can't aim for collisions.
    #[inline]
    pub fn hash(&self, name: &[u8]) -> u64 {
        let mut hasher = self.hasher.build_hasher();
        hasher.write(name);
        hasher.finish()
    }
}
