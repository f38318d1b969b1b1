//! [`Generation`]: which state of all trees of files an answer was found in.
//!
//! Who remembers where a path led ([`super::path_cache`]) must learn of every change that could make it lead elsewhere, without a lock and
//! without writing to memory that others read. So there is one word: changes write it, walks only read it.
//!
//! It is one for the whole memory and not one a tree, as a file system can be in several trees: those of two kernels, and the one by which the
//! page uses it without a kernel.

use crate::kernel::sync::platform::{AtomicU64, Ordering};

/// The low bits count the changes under way, the others the changes begun.
const UNDER_WAY: u64 = (1 << 16) - 1;
const BEGUN: u64 = UNDER_WAY + 1;

static ALL_TREES: Generation = Generation::new();

/// The present state of all trees; `None` while something is being changed.
#[inline]
pub fn settled() -> Option<Settled> {
    ALL_TREES.settled()
}

/// Says that until the result is dropped, paths that lead somewhere may come to lead elsewhere or be barred: what anybody remembers of
/// them is worth nothing. Every change of that kind is made under it.
#[must_use]
pub fn change() -> Change<'static> {
    #[cfg(test)]
    CHANGES.set(CHANGES.get() + 1);
    ALL_TREES.change()
}

#[cfg(test)]
std::thread_local! {
    /// How many changes this thread has told.
    pub static CHANGES: core::cell::Cell<u64> = const { core::cell::Cell::new(0) };
}

/// Counts changes of trees that can make a path that led to a file lead elsewhere, or forbid somebody the way: the loss of a name, its
/// coming to stand for another file, mounts, and who may search a directory. Making a name that was not there is none of these.
///
/// A change is told before it is seen and until after it is done: nothing remembered is used in between, as somebody else may have seen the
/// change already and told the one who remembers.
///
/// On a cache line of its own, which stays in every core's cache while nothing changes.
#[repr(align(128))]
pub struct Generation(AtomicU64);

/// A state of the trees, with no change under way. No two are the same.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Settled(u64);

/// A change under way, until dropped.
pub struct Change<'a>(&'a AtomicU64);

impl Default for Generation {
    fn default() -> Self {
        Self::new()
    }
}

impl Generation {
    /// That of trees in which nothing has been changed.
    pub const fn new() -> Self {
        Generation(AtomicU64::new(0))
    }

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
        let generation = Generation::new();
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
