//! The registry of a kernel's terminals: which N of `/dev/pts/N` is which.

use super::pty::{Pty, PtyMaster, SignalTarget};
use crate::kernel::error::{Errno, Error, Result};
use crate::kernel::sync::{Mutex, Rank};
use std::sync::{Arc, Weak};

/// All terminals of a kernel. It keeps none alive: those live as long as one of their sides is open.
pub struct Ptys {
    slots: Mutex<Vec<Weak<Pty>>>,
    limit: u32,
}

impl Ptys {
    /// A registry of at most `limit` terminals.
    pub fn new(limit: u32) -> Self {
        Ptys {
            slots: Mutex::new(Rank::Registry, Vec::new()),
            limit,
        }
    }

    /// A new terminal with the lowest free number. ENOSPC at the limit.
    pub fn create(&self, signals: Weak<dyn SignalTarget>) -> Result<PtyMaster> {
        let mut slots = self.slots.lock();
        let free = slots
            .iter()
            .position(|slot| slot.strong_count() == 0)
            .unwrap_or(slots.len());
        if free >= self.limit as usize {
            return Err(Error::new(Errno::ENOSPC, "too many terminals"));
        }
        let master = Pty::create(free as u32, signals);
        let slot = Arc::downgrade(master.pty());
        match slots.get_mut(free) {
            Some(old) => *old = slot,
            None => slots.push(slot),
        }
        Ok(master)
    }

    /// The terminal `/dev/pts/N`. ENOENT if there is none, or its master is closed.
    pub fn lookup(&self, index: u32) -> Result<Arc<Pty>> {
        let found = self.slots.lock().get(index as usize).and_then(Weak::upgrade);
        found.filter(|pty| !pty.hung_up()).ok_or(Errno::ENOENT.into())
    }

    /// The numbers in use, ascending.
    pub fn list(&self) -> Vec<u32> {
        let all: Vec<Arc<Pty>> = self.slots.lock().iter().filter_map(Weak::upgrade).collect();
        all.iter()
            .filter(|pty| !pty.hung_up())
            .map(|pty| pty.index())
            .collect()
    }
}
