//! [`Generation`]: which state of the tree of files an answer was found in.
//!
//! Who remembers where a path led ([`super::path_cache`]) must learn of every change that could make it lead elsewhere, without a lock and
//! without writing to memory that others read. So the tree has one word: changes write it, walks only read it.

use crate::kernel::sync::platform::{AtomicU64, Ordering};

/// The low bits count the changes under way, the others the changes begun.
const UNDER_WAY: u64 = (1 << 16) - 1;
const BEGUN: u64 = UNDER_WAY + 1;

/// Counts changes of the tree that can make a path that led to a file lead elsewhere, or forbid somebody the way: the loss of a name, its
/// coming to stand for another file, mounts, and who may search a directory. Making a name that was not there is none of these.
///
/// A change is told before it is seen and until after it is done: nothing remembered is used in between, as somebody else may have seen the
/// change already and told the one who remembers.
///
/// On a cache line of its own, which stays in every core's cache while nothing changes.
#[repr(align(128))]
pub struct Generation(AtomicU64);

/// A state of the tree, with no change under way. No two are the same.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Settled(u64);

/// A change under way, until dropped.
pub struct Change<'a>(&'a AtomicU64);

impl Default for Generation {
    fn default() -> Self {
        Generation(AtomicU64::new(0))
    }
}

impl Generation {
    /// The present state; `None` while something is being changed.
    ///
    /// Acquires what the changes before it did: a walk that begins after it sees them all. One that was remembered with the same answer and
    /// is used after it leads where it led then, at the moment of this call.
    #[inline]
    pub fn settled(&self) -> Option<Settled> {
        let word = self.0.load(Ordering::Acquire);
        (word & UNDER_WAY == 0).then_some(Settled(word))
    }

    /// Begins a change; to be called before the first effect that anybody can see.
    #[must_use]
    pub fn change(&self) -> Change<'_> {
        // Whoever sees an effect does so under the lock of the directory or inode, taken after this.
        self.0.fetch_add(BEGUN + 1, Ordering::Relaxed);
        Change(&self.0)
    }
}

impl Drop for Change<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Release);
    }
}

#[cfg(all(test, not(feature = "shuttle")))]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_settled_while_any_change_is_under_way() {
        let generation = Generation::default();
        let before = generation.settled();
        assert!(before.is_some());
        assert_eq!(generation.settled(), before);
        let first = generation.change();
        assert_eq!(generation.settled(), None);
        let second = generation.change();
        drop(first);
        assert_eq!(generation.settled(), None);
        drop(second);
        let after = generation.settled();
        assert!(after.is_some() && after != before);
    }
}
