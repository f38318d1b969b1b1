//! rename(2) within a [`super::MemFs`].
//!
//! All renames of a file system take turns (the rename lock), so who is whose ancestor can't change under one. Before it
//! locks the two directories it finds the *trap*: where one of them is an ancestor of the other, the ancestor's child on the way
//! down. Moving the trap would put a directory into its own subtree (EINVAL), and replacing it would replace a
//! directory that is not empty (ENOTEMPTY).
//!
//! Why the locking can't deadlock: others lock a directory and then one child of it. A rename locks the ancestor before the descendant,
//! or two unrelated directories, which no chain of parents and children joins; and only one rename runs at a time.

use super::directory::Directory;
use super::node::Node;
use crate::kernel::clock;
use crate::kernel::error::{Errno, Error, Result};
use crate::kernel::fs::{FileType, Inode, NAME_MAX};
use crate::kernel::sync::{Mutex, MutexGuard};
use std::sync::Arc;

/// How two different directories are related.
enum Relation {
    /// Neither holds the other.
    Apart,
    /// `from` is above `to`; the trap is its child on the way.
    FromAbove(Arc<Node>),
    /// `to` is above `from`.
    ToAbove(Arc<Node>),
}

/// The child of `above` on the way down to `below`, if that is where `below` is.
fn child_towards(above: &Node, below: &Node) -> Option<Arc<Node>> {
    let mut at = below.me.upgrade()?;
    loop {
        let parent = at.directory().ok()?.lock().parent.upgrade()?;
        if Arc::ptr_eq(&parent, &at) {
            return None;
        }
        if core::ptr::eq(&*parent, above) {
            return Some(at);
        }
        at = parent;
    }
}

fn relation(from: &Node, to: &Node) -> Relation {
    if let Some(trap) = child_towards(from, to) {
        Relation::FromAbove(trap)
    } else if let Some(trap) = child_towards(to, from) {
        Relation::ToAbove(trap)
    } else {
        Relation::Apart
    }
}

/// The locked directory or directories of a rename.
enum Locked<'a> {
    Same(MutexGuard<'a, Directory>),
    Two {
        from: MutexGuard<'a, Directory>,
        to: MutexGuard<'a, Directory>,
    },
}

impl<'a> Locked<'a> {
    fn both(from: &'a Mutex<Directory>, to: &'a Mutex<Directory>, to_first: bool) -> Self {
        if to_first {
            let to = to.lock();
            Locked::Two {
                from: from.lock_nested(),
                to,
            }
        } else {
            let from = from.lock();
            Locked::Two {
                to: to.lock_nested(),
                from,
            }
        }
    }
    fn from(&mut self) -> &mut Directory {
        match self {
            Locked::Same(directory) | Locked::Two { from: directory, .. } => directory,
        }
    }
    fn to(&mut self) -> &mut Directory {
        match self {
            Locked::Same(directory) | Locked::Two { to: directory, .. } => directory,
        }
    }
}

/// One of the two names.
struct Name<'a> {
    hash: u64,
    bytes: &'a [u8],
}

impl Node {
    /// Renames `name` to `new_name` in `to`, replacing what is there. ENOENT, EINVAL, EISDIR, ENOTDIR, ENOTEMPTY, ENOSPC.
    pub(super) fn rename_child(&self, name: &[u8], to: &Node, new_name: &[u8]) -> Result<()> {
        if new_name.len() > NAME_MAX {
            return Err(Errno::ENAMETOOLONG.into());
        }
        if matches!(new_name, b"" | b"." | b"..") || new_name.iter().any(|byte| matches!(byte, 0 | b'/')) {
            return Err(Error::new(Errno::EINVAL, "not a file name"));
        }
        let (from_lock, to_lock) = (self.directory()?, to.directory()?);
        let renaming = self.shared.rename.lock();
        let same = core::ptr::eq(self, to);
        let relation = if same { Relation::Apart } else { relation(self, to) };
        // Lock order: rename -> ancestor -> descendant, or rename -> lower inode number -> higher.
        let mut locked = match &relation {
            _ if same => Locked::Same(from_lock.lock()),
            Relation::FromAbove(_) => Locked::both(from_lock, to_lock, false),
            Relation::ToAbove(_) => Locked::both(from_lock, to_lock, true),
            Relation::Apart => Locked::both(from_lock, to_lock, to.ino() < self.ino()),
        };
        let old = Name {
            hash: self.shared.hash(name),
            bytes: name,
        };
        let new = Name {
            hash: self.shared.hash(new_name),
            bytes: new_name,
        };
        let replaced = self.rename_locked(&mut locked, &relation, &old, to, &new);
        drop(locked);
        drop(renaming);
        // What was replaced may free many chunks: with nothing locked.
        replaced.map(drop)
    }

    fn rename_locked(
        &self,
        locked: &mut Locked<'_>,
        relation: &Relation,
        old: &Name<'_>,
        to: &Node,
        new: &Name<'_>,
    ) -> Result<Option<Arc<Node>>> {
        let source = locked
            .from()
            .entries
            .get(old.hash, old.bytes)
            .cloned()
            .ok_or(Errno::ENOENT)?;
        let target = locked.to().entries.get(new.hash, new.bytes).cloned();
        if target.as_ref().is_some_and(|target| Arc::ptr_eq(target, &source)) {
            return Ok(None);
        }
        let is_directory = source.file_type() == FileType::Directory;
        match relation {
            Relation::FromAbove(trap) if Arc::ptr_eq(trap, &source) => {
                return Err(Error::new(
                    Errno::EINVAL,
                    "a directory can't be moved into itself",
                ));
            }
            Relation::ToAbove(trap) if target.as_ref().is_some_and(|target| Arc::ptr_eq(trap, target)) => {
                // As on Linux also when no directory is moved.
                return Err(Errno::ENOTEMPTY.into());
            }
            _ => {}
        }
        let now = clock::realtime_ns();
        match &target {
            Some(target) => {
                // From here on nothing fails.
                check_replace(is_directory, target, now)?;
                locked.to().entries.replace(new.hash, new.bytes, source.clone());
            }
            None => locked
                .to()
                .add(&self.shared.space, new.hash, new.bytes, source.clone())?,
        }
        let moved = locked.from().take(&self.shared.space, old.hash, old.bytes);
        debug_assert!(moved.is_some());
        if is_directory {
            locked.from().attributes.nlink -= 1;
            locked.to().attributes.nlink += u32::from(target.is_none());
            if let Ok(directory) = source.directory() {
                // Lock order: its old and its new parent -> the directory.
                let mut directory = directory.lock_nested();
                directory.parent = to.me.clone();
                directory.name = new.bytes.into();
                directory.attributes.ctime_ns = now;
            }
        } else {
            source.with_attributes(|attributes| attributes.ctime_ns = now);
        }
        locked.from().attributes.modified(now);
        locked.to().attributes.modified(now);
        Ok(target)
    }
}

/// Takes the last step before `target` is replaced: it loses its name. EISDIR, ENOTDIR, ENOTEMPTY.
fn check_replace(source_is_directory: bool, target: &Node, now: u64) -> Result<()> {
    match (source_is_directory, target.directory()) {
        (true, Ok(directory)) => directory.lock_nested().remove_if_empty(now),
        (true, Err(_)) => Err(Errno::ENOTDIR.into()),
        (false, Ok(_)) => Err(Errno::EISDIR.into()),
        (false, Err(_)) => {
            target.lose_name(now);
            Ok(())
        }
    }
}
