//! A process's descriptors.

use crate::kernel::error::{Errno, Error, Result};
use crate::kernel::file::OpenFile;
use crate::kernel::sync::platform::{AtomicU32, Ordering};
use crate::kernel::sync::{Owned, Owner, Rank};
use std::sync::Arc;

/// A descriptor's number, as the guest passed it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Fd(pub u32);

bitflags::bitflags! {
    /// What belongs to the descriptor and not to the open file.
    #[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
    #[allow(missing_docs)]
    pub struct FdFlags: u32 {
        const FD_CLOEXEC = 1;
    }
}

/// One descriptor.
#[derive(Clone)]
pub struct FdEntry {
    /// The open file description, shared with its duplicates.
    pub file: Arc<OpenFile>,
    /// Its own flags.
    pub flags: FdFlags,
}

type Slots = Vec<Option<FdEntry>>;

/// The descriptors of a process. Its worker reads without a lock ([`Owned`]).
pub struct FdTable {
    slots: Owned<Slots>,
    /// The soft RLIMIT_NOFILE.
    limit: AtomicU32,
}

/// Descriptors are never chosen to be 3: wasi-libc takes 3 for its preopened root.
const WASI_PREOPEN: usize = 3;

impl FdTable {
    /// A table with these descriptors from 0 on; new ones are below `limit`.
    pub fn new(slots: Slots, limit: u32) -> Self {
        FdTable {
            slots: Owned::new(Rank::FdTable, slots),
            limit: AtomicU32::new(limit),
        }
    }

    /// The open file behind `fd`. EBADF.
    #[inline]
    pub fn get(&self, owner: &Owner, fd: Fd) -> Result<Arc<OpenFile>> {
        self.slots.peek(owner, |slots| match slots.get(fd.0 as usize) {
            Some(Some(entry)) => Ok(entry.file.clone()),
            _ => Err(Errno::EBADF.into()),
        })
    }

    /// What `look` makes of the open file behind `fd`, without a count on it. `look` must not change the table. EBADF.
    #[inline]
    pub fn with<R>(&self, owner: &Owner, fd: Fd, look: impl FnOnce(&OpenFile) -> R) -> Result<R> {
        self.slots.peek(owner, |slots| match slots.get(fd.0 as usize) {
            Some(Some(entry)) => Ok(look(&entry.file)),
            _ => Err(Errno::EBADF.into()),
        })
    }

    /// F_GETFD. EBADF.
    pub fn flags(&self, owner: &Owner, fd: Fd) -> Result<FdFlags> {
        self.slots
            .peek(owner, |slots| entry(slots, fd).map(|entry| entry.flags))
    }

    /// F_SETFD. EBADF.
    pub fn set_flags(&self, owner: &Owner, fd: Fd, flags: FdFlags) -> Result<()> {
        self.slots
            .change(owner, |slots| match slots.get_mut(fd.0 as usize) {
                Some(Some(entry)) => {
                    entry.flags = flags;
                    Ok(())
                }
                _ => Err(Errno::EBADF.into()),
            })
    }

    /// Puts `file` at the lowest free number. EMFILE.
    pub fn install(&self, owner: &Owner, file: Arc<OpenFile>, flags: FdFlags) -> Result<Fd> {
        self.install_from(owner, Fd(0), file, flags)
    }

    /// The same, at `least` or above (F_DUPFD). EINVAL when `least` is beyond the limit, EMFILE.
    pub fn install_from(&self, owner: &Owner, least: Fd, file: Arc<OpenFile>, flags: FdFlags) -> Result<Fd> {
        let limit = self.limit();
        if least.0 >= limit {
            return Err(Error::new(Errno::EINVAL, "descriptor beyond the limit"));
        }
        self.slots.change(owner, |slots| {
            let at = free_from(slots, least.0 as usize, limit as usize)?;
            put(slots, at, FdEntry { file, flags });
            Ok(Fd(at as u32))
        })
    }

    /// EMFILE if [`FdTable::install`] would fail so.
    pub fn require_room(&self, owner: &Owner) -> Result<()> {
        let limit = self.limit() as usize;
        self.slots
            .peek(owner, |slots| free_from(slots, 0, limit).map(drop))
    }

    /// Puts `file` at `fd`, closing what was there (dup2), and answers that. EBADF when `fd` is beyond the limit.
    pub fn install_at(
        &self,
        owner: &Owner,
        fd: Fd,
        file: Arc<OpenFile>,
        flags: FdFlags,
    ) -> Result<Option<Arc<OpenFile>>> {
        if fd.0 >= self.limit() {
            return Err(Errno::EBADF.into());
        }
        let replaced = self
            .slots
            .change(owner, |slots| put(slots, fd.0 as usize, FdEntry { file, flags }));
        Ok(replaced.map(|entry| entry.file))
    }

    /// close(2): answers what was closed. EBADF.
    pub fn close(&self, owner: &Owner, fd: Fd) -> Result<Arc<OpenFile>> {
        let entry = self
            .slots
            .change(owner, |slots| slots.get_mut(fd.0 as usize).and_then(Option::take));
        entry.map(|entry| entry.file).ok_or(Errno::EBADF.into())
    }

    /// WASI's fd_renumber: moves `from` to `to`, closing what was there, and answers that. EBADF when either is not open.
    pub fn renumber(&self, owner: &Owner, from: Fd, to: Fd) -> Result<Option<Arc<OpenFile>>> {
        let replaced = self.slots.change(owner, |slots| {
            entry(slots, from)?;
            entry(slots, to)?;
            if from == to {
                return Ok(None);
            }
            let moved = slots[from.0 as usize].take();
            Ok::<_, Error>(core::mem::replace(&mut slots[to.0 as usize], moved))
        })?;
        Ok(replaced.map(|entry| entry.file))
    }

    /// Closes all: the process ends.
    pub fn close_all(&self, owner: &Owner) {
        drop(self.slots.change(owner, core::mem::take));
    }

    /// Closes those with FD_CLOEXEC (exec), and answers them.
    pub fn close_on_exec(&self, owner: &Owner) -> Vec<FdEntry> {
        self.slots.change(owner, |slots| {
            let doomed = |slot: &Option<FdEntry>| {
                slot.as_ref()
                    .is_some_and(|entry| entry.flags.contains(FdFlags::FD_CLOEXEC))
            };
            slots
                .iter_mut()
                .filter(|slot| doomed(slot))
                .filter_map(Option::take)
                .collect()
        })
    }

    /// A copy for a child.
    pub fn copy(&self) -> Vec<Option<FdEntry>> {
        self.slots.look(Clone::clone)
    }

    /// The numbers in use, ascending.
    pub fn list(&self) -> Vec<Fd> {
        self.slots.look(|slots| {
            slots
                .iter()
                .enumerate()
                .filter(|(_, slot)| slot.is_some())
                .map(|(at, _)| Fd(at as u32))
                .collect()
        })
    }

    /// The open file behind `fd`, for any thread (`/dev/fd`, `/proc`). EBADF.
    pub fn look(&self, fd: Fd) -> Result<Arc<OpenFile>> {
        self.slots
            .look(|slots| entry(slots, fd).map(|entry| entry.file.clone()))
    }

    /// The number that no new descriptor reaches.
    pub fn limit(&self) -> u32 {
        self.limit.load(Ordering::Relaxed)
    }

    /// Changes it; what is open beyond it stays open.
    pub(super) fn set_limit(&self, limit: u64) {
        let limit = u32::try_from(limit).unwrap_or(u32::MAX);
        self.limit.store(limit, Ordering::Relaxed);
    }
}

fn entry(slots: &Slots, fd: Fd) -> Result<&FdEntry> {
    slots
        .get(fd.0 as usize)
        .and_then(Option::as_ref)
        .ok_or(Errno::EBADF.into())
}

/// The lowest free number from `least` on. EMFILE.
fn free_from(slots: &Slots, least: usize, limit: usize) -> Result<usize> {
    let free = |at: &usize| *at != WASI_PREOPEN && slots.get(*at).is_none_or(Option::is_none);
    (least..limit).find(free).ok_or(Errno::EMFILE.into())
}

fn put(slots: &mut Slots, at: usize, entry: FdEntry) -> Option<FdEntry> {
    if at >= slots.len() {
        slots.resize_with(at + 1, || None);
    }
    slots[at].replace(entry)
}
