//! [`Owned`]: data that one thread, its owner, reads without a lock.
//!
//! A process's own worker looks at its fd table at nearly every call, and nobody else ever changes the table. So the owner
//! reads it bare; it takes the lock to change it; everybody else takes the lock to read it.
//!
//! [`Private`] is the same for data that nobody else has a use for: there is no lock.

use super::{Mutex, Rank};
use core::cell::{RefCell, UnsafeCell};
use core::marker::PhantomData;

/// The proof of being the one thread that owns a process's tables. It can't leave the thread.
#[derive(Debug)]
pub struct Owner {
    _stays_on_its_thread: PhantomData<*const ()>,
}

impl Owner {
    /// # Safety
    /// While the result lives, no other thread may hold an `Owner` for the same tables: the caller is the process's
    /// worker, or has doomed the process while its worker ran guest code, or builds a process that nobody knows yet.
    pub unsafe fn assume() -> Owner {
        Owner {
            _stays_on_its_thread: PhantomData,
        }
    }
}

/// Data with an owner.
pub struct Owned<T> {
    lock: Mutex<()>,
    value: UnsafeCell<T>,
}

// SAFETY: `value` is changed only by the owner with the lock held (`change`), and read by the owner, or by others with
// the lock held. `T: Send + Sync` as it is dropped on and seen from several threads.
unsafe impl<T: Send + Sync> Sync for Owned<T> {}

impl<T> Owned<T> {
    /// Data whose lock has rank `rank`.
    pub const fn new(rank: Rank, value: T) -> Self {
        Owned {
            lock: Mutex::new(rank, ()),
            value: UnsafeCell::new(value),
        }
    }

    /// The owner's look, without a lock. `look` must not call [`Owned::change`] on the same data; keep it small.
    #[inline]
    pub fn peek<R>(&self, _owner: &Owner, look: impl FnOnce(&T) -> R) -> R {
        // SAFETY: only the owner changes the value, this is the owner's thread, and `look` does not change it.
        look(unsafe { &*self.value.get() })
    }

    /// The owner's change. `change` must not look at the same data by another way; what it removes is best handed out
    /// and dropped after.
    pub fn change<R>(&self, _owner: &Owner, change: impl FnOnce(&mut T) -> R) -> R {
        let _guard = self.lock.lock();
        // SAFETY: others read under the lock, which is held; the owner is here and not in `peek`.
        change(unsafe { &mut *self.value.get() })
    }

    /// Anybody's look, under the lock.
    pub fn look<R>(&self, look: impl FnOnce(&T) -> R) -> R {
        let _guard = self.lock.lock();
        // SAFETY: changes happen under the lock, which is held.
        look(unsafe { &*self.value.get() })
    }
}

/// Data that only the owner ever sees.
pub struct Private<T>(RefCell<T>);

// SAFETY: all access needs the proof of being the owner (or `&mut`, to drop it). `T: Send` as another thread can become the owner, and
// drops it; how it learns that it is the owner (`Owner::assume`) comes after all that the last one did.
unsafe impl<T: Send> Sync for Private<T> {}

impl<T> Private<T> {
    /// Data that nobody has seen yet.
    pub const fn new(value: T) -> Self {
        Private(RefCell::new(value))
    }

    /// The owner's look or change. `f` must not come here again for the same data: that panics.
    #[inline]
    pub fn with<R>(&self, _owner: &Owner, f: impl FnOnce(&mut T) -> R) -> R {
        f(&mut self.0.borrow_mut())
    }
}
