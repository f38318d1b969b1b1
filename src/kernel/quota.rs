//! [`Quota`]: how many of a kind of thing there may be; each thing holds a [`Slot`].

use super::sync::platform::{AtomicU32, Ordering};
use std::sync::Arc;

/// A counted supply.
pub struct Quota {
    limit: u32,
    used: AtomicU32,
}

impl Quota {
    /// For at most `limit` things.
    pub fn new(limit: u32) -> Arc<Self> {
        Arc::new(Quota {
            limit,
            used: AtomicU32::new(0),
        })
    }

    /// A place for one more, unless there are `limit`.
    pub fn take(self: &Arc<Self>) -> Option<Slot> {
        let free = |used: u32| (used < self.limit).then_some(used + 1);
        let taken = self.used.fetch_update(Ordering::Relaxed, Ordering::Relaxed, free);
        taken.ok().map(|_| Slot(self.clone()))
    }

    /// How many there are.
    pub fn used(&self) -> u32 {
        self.used.load(Ordering::Relaxed)
    }
}

/// The place of one thing, given back when dropped.
pub struct Slot(Arc<Quota>);

impl Drop for Slot {
    fn drop(&mut self) {
        self.0.used.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(all(test, not(feature = "shuttle")))]
mod tests {
    use super::*;

    #[test]
    fn places_come_back() {
        let quota = Quota::new(2);
        let (first, second) = (quota.take(), quota.take());
        assert!(first.is_some() && second.is_some() && quota.take().is_none());
        drop(first);
        assert!(quota.take().is_some());
        drop(second);
        assert_eq!(quota.used(), 0);
        assert!(Quota::new(0).take().is_none());
    }
}
