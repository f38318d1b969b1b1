//! Which inodes of a page's file system somebody holds, by their paths.

use super::call::PageStat;
use super::inode::PageInode;
use super::{PageFs, kind_of};
use crate::kernel::sync::{Mutex, Rank};
use core::hash::{BuildHasher, Hasher};
use foldhash::fast::FixedState;
use hashbrown::{HashMap, HashSet};
use std::sync::{Arc, Weak};

/// How many entries are kept before those that nobody holds are looked for.
const SWEEP_AT: usize = 1_024;

pub struct Nodes {
    known: Mutex<Known>,
}

#[derive(Default)]
struct Known {
    by_path: HashMap<Box<[u8]>, Weak<PageInode>>,
    /// Numbers of files that were moved: a new file at the old path must get another.
    moved: HashSet<u64>,
    /// Names in the root that are directories whatever the page says.
    points: HashSet<Box<[u8]>>,
    sweep_at: usize,
}

impl Nodes {
    pub fn new(points: &[&[u8]]) -> Self {
        let known = Known {
            points: points.iter().map(|&name| name.into()).collect(),
            sweep_at: SWEEP_AT,
            ..Known::default()
        };
        Nodes {
            known: Mutex::new(Rank::Directory, known),
        }
    }

    pub fn add_point(&self, name: &[u8]) {
        self.known.lock().points.insert(name.into());
    }

    pub fn is_point(&self, name: &[u8]) -> bool {
        self.known.lock().points.contains(name)
    }

    pub fn points(&self) -> Vec<Box<[u8]>> {
        self.known.lock().points.iter().cloned().collect()
    }

    /// The inode of `path`, new if nobody holds one of that kind.
    pub fn get(&self, fs: Arc<PageFs>, path: &[u8], stat: PageStat) -> Arc<PageInode> {
        let mut known = self.known.lock();
        if let Some(node) = known.by_path.get(path).and_then(Weak::upgrade)
            && node.kind() == kind_of(stat.mode)
        {
            drop(known);
            node.set_stat(stat);
            return node;
        }
        let node = Arc::new(PageInode::new(fs, known.number(path), path, stat));
        known.by_path.insert(path.into(), Arc::downgrade(&node));
        known.sweep();
        node
    }

    /// The inode that somebody holds for `path`.
    pub fn held(&self, path: &[u8]) -> Option<Arc<PageInode>> {
        self.known.lock().by_path.get(path).and_then(Weak::upgrade)
    }

    /// The number that the file at `path` has or will have.
    pub fn number(&self, path: &[u8]) -> u64 {
        let known = self.known.lock();
        match known.by_path.get(path).and_then(Weak::upgrade) {
            Some(node) => node.number(),
            None => known.number(path),
        }
    }

    /// `path` is gone.
    pub fn remove(&self, path: &[u8]) {
        let gone = self.known.lock().by_path.remove(path);
        drop(gone);
    }

    /// `old` and all below it have moved to `new`.
    pub fn rename(&self, old: &[u8], new: &[u8]) {
        let mut known = self.known.lock();
        let below =
            |path: &[u8]| path == old || (path.starts_with(old) && path.get(old.len()) == Some(&b'/'));
        let paths: Vec<Box<[u8]>> = known.by_path.keys().filter(|path| below(path)).cloned().collect();
        let mut gone = Vec::new();
        gone.extend(known.by_path.remove(new));
        for path in paths {
            let Some(weak) = known.by_path.remove(&path) else {
                continue;
            };
            if let Some(node) = weak.upgrade() {
                let moved = [new, &path[old.len()..]].concat();
                known.moved.insert(node.number());
                node.set_path(&moved);
                gone.extend(known.by_path.insert(moved.into(), weak));
            }
        }
    }
}

impl Known {
    /// From the path, so that it is the same whenever it is asked for; not that of a file that was moved away.
    fn number(&self, path: &[u8]) -> u64 {
        let mut hasher = FixedState::with_seed(0).build_hasher();
        hasher.write(path);
        // Positive as an i64, and above the few small numbers that mean something to somebody.
        let mut number = (hasher.finish() >> 1).max(16);
        while self.moved.contains(&number) {
            number += 1;
        }
        number
    }

    fn sweep(&mut self) {
        if self.by_path.len() < self.sweep_at {
            return;
        }
        self.by_path.retain(|_, node| node.strong_count() > 0);
        let held: HashSet<u64> = self
            .by_path
            .values()
            .filter_map(Weak::upgrade)
            .map(|node| node.number())
            .collect();
        self.moved.retain(|number| held.contains(number));
        self.sweep_at = (2 * self.by_path.len()).max(SWEEP_AT);
    }
}
