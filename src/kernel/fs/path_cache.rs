//! [`PathCache`]: where a process's last paths led.
//!
//! A walk locks each directory on its way and counts a reference on it, and processes that walk through the same directories pull those
//! cache lines from each other. Programs ask for the same path again and again: a process that does so is answered from a table of its own,
//! which only its thread sees ([`Private`](crate::kernel::sync::Private)).
//!
//! **What is kept** is the file at the end of a walk that succeeded, by all that the walk depended on ([`Question`]): where it started, the path,
//! whether a link at its end was followed, and the user whose right to search the directories was checked. It counts for as long as all
//! trees are in the state in which the walk began ([`super::generation`]), so whatever happened during or after the walk makes it
//! worthless. Not kept are failures, and walks through file systems whose names change by themselves or depend on who asks
//! ([`FileSystem::keeps_names`](super::FileSystem::keeps_names)). Attributes are never kept: they are read from the file each time.
//!
//! **References are weak**: what a sleeping process once looked at must not hold the bytes of files that were removed since. Making
//! one strong counts on the file itself, which is written to anyway as its attributes are locked.
//!
//! **What it costs elsewhere**: a path is only kept when it is asked for the second time, so a walk over a whole tree pays for a hash and a
//! look, and does not push out what is asked for often.

use super::generation::Settled;
use super::inode::{Inode, InodeRef};
use super::path::Follow;
use core::hash::{BuildHasher, Hasher};
use std::sync::{Arc, Weak};

/// Paths that are kept at a time, a power of two. Each has one place where it can be.
const SLOTS: usize = 32;
/// The longest path that is kept.
const LONGEST: usize = 96;
/// A fixed seed: who aims for collisions only spoils a cache of its own.
const HASHING: foldhash::fast::FixedState = foldhash::fast::FixedState::with_seed(0);

/// Where a walk starts, as far as it matters to what it finds.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Start {
    /// At `/`.
    Root,
    /// At the process's current directory, after so many changes of it.
    Cwd(u32),
    /// At the directory with these device and inode numbers, which are nobody else's ever.
    Directory(u64, u64),
}

/// All that decides what a walk finds.
#[derive(Clone, Copy)]
pub struct Question<'p> {
    settled: Settled,
    start: Start,
    path: &'p [u8],
    follow: Follow,
    uid: u32,
    gid: u32,
    hash: u64,
}

impl Start {
    /// Tells starts apart in the hash of a question.
    fn salt(self) -> u64 {
        /// An odd number that spreads small differences.
        const SPREAD: u64 = 0x9e37_79b9_7f4a_7c15;
        match self {
            Start::Root => 0,
            Start::Cwd(changes) => u64::from(changes) << 1 | 1,
            Start::Directory(dev, ino) => (dev << 32 ^ ino).wrapping_mul(SPREAD).rotate_left(32),
        }
    }
}

impl<'p> Question<'p> {
    /// The walk along `path` on behalf of the user `ids` that begins while the trees are in the state `settled`. `None` for paths that are
    /// not kept.
    #[inline]
    pub fn new(
        settled: Settled,
        start: Start,
        path: &'p [u8],
        follow: Follow,
        (uid, gid): (u32, u32),
    ) -> Option<Self> {
        if path.len() > LONGEST {
            return None;
        }
        let mut hasher = HASHING.build_hasher();
        hasher.write(path);
        Some(Question {
            settled,
            start,
            path,
            follow,
            uid,
            gid,
            hash: hasher.finish() ^ start.salt() ^ ((follow as u64) << 4),
        })
    }

    fn slot(&self) -> usize {
        self.hash as usize % SLOTS
    }

    /// The part of the hash that the slot does not tell.
    fn tag(&self) -> u32 {
        (self.hash >> 32) as u32
    }
}

struct Slot {
    hash: u64,
    settled: Settled,
    start: Start,
    uid: u32,
    gid: u32,
    follow: Follow,
    length: u8,
    path: [u8; LONGEST],
    file: Weak<dyn Inode>,
}

impl Slot {
    fn new(question: &Question<'_>, file: &InodeRef) -> Self {
        let mut path = [0; LONGEST];
        path[..question.path.len()].copy_from_slice(question.path);
        Slot {
            hash: question.hash,
            settled: question.settled,
            start: question.start,
            uid: question.uid,
            gid: question.gid,
            follow: question.follow,
            length: question.path.len() as u8,
            path,
            file: Arc::downgrade(file),
        }
    }

    /// Whether it is about the same walk, be it of an earlier state of the trees.
    #[inline]
    fn is_about(&self, question: &Question<'_>) -> bool {
        self.hash == question.hash
            && self.start == question.start
            && (self.uid, self.gid) == (question.uid, question.gid)
            && self.follow == question.follow
            && self.path[..usize::from(self.length)] == *question.path
    }
}

/// The last paths of one process.
#[derive(Default)]
pub struct PathCache {
    /// None before the first is kept, else [`SLOTS`].
    slots: Vec<Option<Slot>>,
    /// The tags of the paths that were last walked and not kept.
    asked: [u32; SLOTS],
    #[cfg(test)]
    hits: u64,
}

impl PathCache {
    /// The file that the walk leads to, if that is known.
    #[inline]
    pub fn get(&mut self, question: &Question<'_>) -> Option<InodeRef> {
        let slot = self.slots.get(question.slot())?.as_ref()?;
        if slot.settled != question.settled || !slot.is_about(question) {
            return None;
        }
        // It is gone when its last name was removed after the question was put: the walk will say so.
        let file = slot.file.upgrade();
        #[cfg(test)]
        {
            self.hits += u64::from(file.is_some());
        }
        file
    }

    /// The walk has led to `file`.
    pub fn put(&mut self, question: &Question<'_>, file: &InodeRef) {
        let at = question.slot();
        match self.slots.get_mut(at) {
            Some(Some(slot)) if slot.is_about(question) => {
                slot.settled = question.settled;
                if !core::ptr::addr_eq(slot.file.as_ptr(), Arc::as_ptr(file)) {
                    slot.file = Arc::downgrade(file);
                }
                return;
            }
            _ if self.asked[at] != question.tag() => {
                self.asked[at] = question.tag();
                return;
            }
            _ => {}
        }
        if self.slots.is_empty() {
            // Where memory is short there is no cache.
            if self.slots.try_reserve_exact(SLOTS).is_err() {
                return;
            }
            self.slots.resize_with(SLOTS, || None);
        }
        self.slots[at] = Some(Slot::new(question, file));
    }

    /// Forgets all.
    pub fn clear(&mut self) {
        self.slots = Vec::new();
    }

    /// How many walks it has saved.
    #[cfg(test)]
    pub fn hits(&self) -> u64 {
        self.hits
    }
}
