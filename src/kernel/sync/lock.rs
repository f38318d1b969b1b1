//! The kernel's mutex: workers sleep on a contended lock, the page spins.
//!
//! Every lock has a [`Rank`], its place in the lock order. Debug builds keep the ranks that a thread holds and panic, naming
//! both, when a lock is taken that should have been taken first. Taking a second lock of the same rank is refused
//! too, unless it is said to be in order ([`Mutex::lock_nested`]).

use super::platform::{self, AtomicU32, Ordering};
use core::ops::{Deref, DerefMut};

/// A lock's place in the lock order, outermost (taken first) to innermost. `kernel/mod.rs` draws the tree.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
#[repr(u8)]
pub enum Rank {
    /// Kernel-wide registries: programs, doomed workers, mounts.
    Registry,
    /// The process table: who is whose child, group and session.
    ProcessTable,
    /// A process's signal state.
    Signals,
    /// A process's cwd, umask, command line.
    ProcessContext,
    /// An overlay's names. Those of an overlay that is another one's layer come after the outer one's.
    Overlay,
    /// A file system's rename lock.
    Rename,
    /// A process's fd table.
    FdTable,
    /// The offset of an open file.
    OpenFile,
    /// A directory's entries. Parent before child.
    Directory,
    /// Any other inode's data and attributes.
    Inode,
    /// A file system's space accounting.
    FsSpace,
    /// A pipe's buffer.
    Pipe,
    /// A terminal's buffers and settings.
    Tty,
    /// The timer list.
    Timers,
    /// The locks that processes have on files.
    FileLocks,
    /// A question's answer.
    Question,
    /// A wait queue's entries.
    WaitQueue,
    /// A waiter's waker.
    Waker,
}

/// The raw lock: 0 free, 1 held, 2 held and somebody sleeps on it.
pub struct RawLock(AtomicU32);

const FREE: u32 = 0;
const HELD: u32 = 1;
const CONTENDED: u32 = 2;
/// Tries before a worker sleeps; critical sections are shorter than a sleep and a wake.
const SPINS: u32 = 100;

// SAFETY: `lock` returns only after it moved the word from FREE to HELD or CONTENDED by an acquiring read-modify-write, and
// only `unlock` moves it back, by a releasing one.
unsafe impl lock_api::RawMutex for RawLock {
    #[allow(clippy::declare_interior_mutable_const)]
    const INIT: RawLock = RawLock(AtomicU32::new(FREE));
    type Guard = lock_api::GuardNoSend;

    #[inline]
    fn lock(&self) -> Self::Guard {
        self.try_lock().unwrap_or_else(|| self.lock_slow())
    }

    #[inline]
    fn try_lock(&self) -> Option<Self::Guard> {
        let taken = self
            .0
            .compare_exchange(FREE, HELD, Ordering::Acquire, Ordering::Relaxed)
            .is_ok();
        taken.then(lock_api::GuardNoSend::new)
    }

    #[inline]
    unsafe fn unlock(&self, _guard: Self::Guard) {
        if self.0.swap(FREE, Ordering::Release) == CONTENDED {
            platform::futex_wake(&self.0, 1);
        }
    }

    fn is_locked(&self) -> bool {
        self.0.load(Ordering::Relaxed) != FREE
    }
}

impl RawLock {
    #[cold]
    fn lock_slow(&self) -> lock_api::GuardNoSend {
        let may_block = platform::may_block();
        let mut spins = 0;
        loop {
            if self.0.load(Ordering::Relaxed) == FREE
                && self
                    .0
                    .compare_exchange(FREE, HELD, Ordering::Acquire, Ordering::Relaxed)
                    .is_ok()
            {
                return lock_api::GuardNoSend::new();
            }
            assert!(!super::is_dead(), "the kernel has panicked");
            platform::spin_hint();
            spins += 1;
            if may_block && spins > SPINS {
                break;
            }
        }
        while self.0.swap(CONTENDED, Ordering::Acquire) != FREE {
            assert!(!super::is_dead(), "the kernel has panicked");
            platform::futex_wait(&self.0, CONTENDED, Some(SLEEP_SLICE_NS));
        }
        lock_api::GuardNoSend::new()
    }
}

/// A sleeper looks at the kernel's death at least this often (0.5 s).
pub(super) const SLEEP_SLICE_NS: u64 = 500_000_000;

/// A lock around `T`, with its place in the lock order.
pub struct Mutex<T> {
    #[cfg(debug_assertions)]
    rank: Rank,
    lock: lock_api::Mutex<RawLock, T>,
}

impl<T> Mutex<T> {
    /// A free lock of rank `rank`.
    pub const fn new(rank: Rank, value: T) -> Self {
        #[cfg(not(debug_assertions))]
        let _ = rank;
        Mutex {
            #[cfg(debug_assertions)]
            rank,
            lock: lock_api::Mutex::new(value),
        }
    }

    /// Takes the lock. Debug builds panic when a lock of the same or an inner rank is held.
    #[inline]
    pub fn lock(&self) -> MutexGuard<'_, T> {
        #[cfg(debug_assertions)]
        order::acquire(self.rank, false);
        self.guard()
    }

    /// Takes the lock where one of the same rank is held and the order among them is given by the caller
    /// (parent directory before child, lower inode number before higher).
    #[inline]
    pub fn lock_nested(&self) -> MutexGuard<'_, T> {
        #[cfg(debug_assertions)]
        order::acquire(self.rank, true);
        self.guard()
    }

    fn guard(&self) -> MutexGuard<'_, T> {
        MutexGuard {
            guard: self.lock.lock(),
            #[cfg(debug_assertions)]
            rank: self.rank,
        }
    }

    /// The value, of which the caller is the only owner.
    pub fn get_mut(&mut self) -> &mut T {
        self.lock.get_mut()
    }
}

/// The right to what a [`Mutex`] protects, until dropped.
pub struct MutexGuard<'a, T> {
    guard: lock_api::MutexGuard<'a, RawLock, T>,
    #[cfg(debug_assertions)]
    rank: Rank,
}

impl<T> Deref for MutexGuard<'_, T> {
    type Target = T;
    #[inline]
    fn deref(&self) -> &T {
        &self.guard
    }
}

impl<T> DerefMut for MutexGuard<'_, T> {
    #[inline]
    fn deref_mut(&mut self) -> &mut T {
        &mut self.guard
    }
}

#[cfg(debug_assertions)]
impl<T> Drop for MutexGuard<'_, T> {
    fn drop(&mut self) {
        order::release(self.rank);
    }
}

#[cfg(debug_assertions)]
mod order {
    use super::Rank;
    use core::cell::RefCell;

    #[cfg(not(feature = "shuttle"))]
    std::thread_local! {
        static HELD: RefCell<Vec<Rank>> = const { RefCell::new(Vec::new()) };
    }
    #[cfg(feature = "shuttle")]
    shuttle::thread_local! {
        static HELD: RefCell<Vec<Rank>> = RefCell::new(Vec::new());
    }

    pub fn acquire(rank: Rank, nested: bool) {
        HELD.with(|held| {
            let mut held = held.borrow_mut();
            if let Some(&worst) = held.iter().max() {
                let in_order = if nested { worst <= rank } else { worst < rank };
                assert!(in_order, "lock order: {rank:?} taken while {worst:?} is held");
            }
            held.push(rank);
        });
    }

    pub fn release(rank: Rank) {
        HELD.with(|held| {
            let mut held = held.borrow_mut();
            if let Some(at) = held.iter().rposition(|&each| each == rank) {
                held.remove(at);
            }
        });
    }

    /// Panics when any lock is held: called where a thread is about to wait or to run foreign code.
    pub fn assert_none_held(doing: &str) {
        HELD.with(|held| {
            let held = held.borrow();
            assert!(held.is_empty(), "{doing} while holding {held:?}");
        });
    }
}

/// Debug builds panic when this thread holds a kernel lock; `doing` says what it must not do then.
#[inline]
pub fn assert_no_lock_held(doing: &str) {
    #[cfg(debug_assertions)]
    order::assert_none_held(doing);
    #[cfg(not(debug_assertions))]
    let _ = doing;
}

#[cfg(all(test, not(feature = "shuttle")))]
mod tests {
    use super::*;
    use std::sync::Arc;

    #[test]
    fn threads_take_turns() {
        let counter = Arc::new(Mutex::new(Rank::Pipe, 0u64));
        let threads: Vec<_> = (0..4)
            .map(|_| {
                let counter = counter.clone();
                std::thread::spawn(move || (0..20_000).for_each(|_| *counter.lock() += 1))
            })
            .collect();
        threads.into_iter().for_each(|thread| thread.join().unwrap());
        assert_eq!(*counter.lock(), 80_000);
    }

    #[test]
    #[cfg(debug_assertions)]
    #[should_panic(expected = "lock order: ProcessTable taken while Pipe is held")]
    fn taking_an_outer_lock_late_panics() {
        let inner = Mutex::new(Rank::Pipe, ());
        let outer = Mutex::new(Rank::ProcessTable, ());
        let _held = inner.lock();
        let _late = outer.lock();
    }

    #[test]
    #[cfg(debug_assertions)]
    #[should_panic(expected = "waiting while holding [Pipe]")]
    fn waiting_with_a_lock_panics() {
        let lock = Mutex::new(Rank::Pipe, ());
        let _held = lock.lock();
        assert_no_lock_held("waiting");
    }
}
