//! [`Entries`]: a directory's names, by hash and in the order in which they came.
//!
//! Every name gets a cookie, greater than all before it, and keeps it. So a listing that goes on "after cookie c" misses nothing
//! that was there all the time and tells nothing twice, whatever is added and removed in between. Removed
//! names leave a gap in the order, and the gaps are closed when they are more than half.

use crate::kernel::error::{Errno, Error, Result};
use hashbrown::HashTable;

/// The cookie of the first name; smaller ones mean `.` and `..`.
pub const FIRST_COOKIE: u64 = 3;

struct Slot<T> {
    cookie: u64,
    hash: u64,
    name: Box<[u8]>,
    /// `None`: removed.
    value: Option<T>,
}

/// Names and what they stand for. The caller hashes names, always in the same way.
pub struct Entries<T> {
    /// Ascending by cookie.
    slots: Vec<Slot<T>>,
    /// Indices of the slots that hold a value.
    table: HashTable<u32>,
    next_cookie: u64,
}

impl<T> Default for Entries<T> {
    fn default() -> Self {
        Entries {
            slots: Vec::new(),
            table: HashTable::new(),
            next_cookie: FIRST_COOKIE,
        }
    }
}

impl<T> Entries<T> {
    /// How many names there are.
    pub fn len(&self) -> usize {
        self.table.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.table.is_empty()
    }

    #[inline]
    fn index(&self, hash: u64, name: &[u8]) -> Option<usize> {
        let is_it = |&at: &u32| *self.slots[at as usize].name == *name;
        self.table.find(hash, is_it).map(|&at| at as usize)
    }

    /// What `name` stands for.
    #[inline]
    pub fn get(&self, hash: u64, name: &[u8]) -> Option<&T> {
        self.index(hash, name)
            .and_then(|at| self.slots[at].value.as_ref())
    }

    /// Adds `name`, which is not there yet. ENOSPC when memory is short; nothing has changed then.
    pub fn insert(&mut self, hash: u64, name: Box<[u8]>, value: T) -> Result<()> {
        debug_assert!(self.index(hash, &name).is_none());
        let short = Error::new(Errno::ENOSPC, "out of memory for a directory");
        let at = u32::try_from(self.slots.len()).map_err(|_| short)?;
        self.slots.try_reserve(1).map_err(|_| short)?;
        let slots = &self.slots;
        self.table
            .try_reserve(1, |&at| slots[at as usize].hash)
            .map_err(|_| short)?;
        self.slots.push(Slot {
            cookie: self.next_cookie,
            hash,
            name,
            value: Some(value),
        });
        self.next_cookie += 1;
        let slots = &self.slots;
        self.table.insert_unique(hash, at, |&at| slots[at as usize].hash);
        Ok(())
    }

    /// Changes what `name` stands for; its cookie stays. Answers what it stood for.
    pub fn replace(&mut self, hash: u64, name: &[u8], value: T) -> Option<T> {
        let at = self.index(hash, name)?;
        self.slots[at].value.replace(value)
    }

    /// Removes `name`.
    pub fn remove(&mut self, hash: u64, name: &[u8]) -> Option<T> {
        let slots = &self.slots;
        let found = self
            .table
            .find_entry(hash, |&at| *slots[at as usize].name == *name)
            .ok()?;
        let (at, _) = found.remove();
        let slot = &mut self.slots[at as usize];
        slot.name = Box::default();
        let value = slot.value.take();
        self.close_gaps();
        value
    }

    fn close_gaps(&mut self) {
        if self.table.is_empty() {
            self.slots.clear();
        } else if self.slots.len() > 32 && self.table.len() * 2 < self.slots.len() {
            self.slots.retain(|slot| slot.value.is_some());
            self.table.clear();
            let slots = &self.slots;
            for (at, slot) in slots.iter().enumerate() {
                self.table
                    .insert_unique(slot.hash, at as u32, |&at| slots[at as usize].hash);
            }
        }
    }

    /// The entries after `cookie`, with their own.
    pub fn after(&self, cookie: u64) -> impl Iterator<Item = (u64, &[u8], &T)> {
        let start = self.slots.partition_point(|slot| slot.cookie <= cookie);
        self.slots[start..]
            .iter()
            .filter_map(|slot| Some((slot.cookie, &*slot.name, slot.value.as_ref()?)))
    }

    /// Removes all, and answers what they stood for.
    pub fn take_all(&mut self) -> impl Iterator<Item = T> + use<T> {
        self.table.clear();
        core::mem::take(&mut self.slots)
            .into_iter()
            .filter_map(|slot| slot.value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hash(name: &[u8]) -> u64 {
        // Few values, so that names collide.
        name.iter().map(|&byte| u64::from(byte)).sum::<u64>() % 4
    }

    fn add(entries: &mut Entries<u32>, name: &str, value: u32) {
        entries
            .insert(hash(name.as_bytes()), name.as_bytes().into(), value)
            .unwrap();
    }

    fn remove(entries: &mut Entries<u32>, name: &str) -> Option<u32> {
        entries.remove(hash(name.as_bytes()), name.as_bytes())
    }

    #[test]
    fn names_are_found_after_gaps_were_closed() {
        let mut entries = Entries::default();
        (0..200).for_each(|at| add(&mut entries, &format!("n{at}"), at));
        for at in (0..200).filter(|at| at % 5 != 0) {
            assert_eq!(remove(&mut entries, &format!("n{at}")), Some(at));
        }
        assert_eq!(entries.len(), 40);
        for at in 0..200 {
            let name = format!("n{at}");
            let found = entries.get(hash(name.as_bytes()), name.as_bytes());
            assert_eq!(found, (at % 5 == 0).then_some(&at));
        }
    }

    #[test]
    fn a_listing_survives_removals_and_additions() {
        let mut entries = Entries::default();
        (0..100).for_each(|at| add(&mut entries, &format!("n{at}"), at));
        let half: Vec<u64> = entries.after(0).take(50).map(|(cookie, ..)| cookie).collect();
        (0..90).for_each(|at| assert_eq!(remove(&mut entries, &format!("n{at}")), Some(at)));
        add(&mut entries, "late", 1_000);
        let rest: Vec<u32> = entries.after(half[49]).map(|(_, _, &value)| value).collect();
        assert_eq!(rest, [90, 91, 92, 93, 94, 95, 96, 97, 98, 99, 1_000]);
    }

    #[test]
    fn a_replaced_entry_keeps_its_place() {
        let mut entries = Entries::default();
        ["a", "b", "c"]
            .into_iter()
            .zip(0..)
            .for_each(|(name, value)| add(&mut entries, name, value));
        assert_eq!(entries.replace(hash(b"b"), b"b", 9), Some(1));
        let values: Vec<u32> = entries.after(0).map(|(_, _, &value)| value).collect();
        assert_eq!(values, [0, 9, 2]);
    }
}
