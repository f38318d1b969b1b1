//! What a directory of a [`super::MemFs`] does: names to nodes, and changes of names.
//!
//! Lock order: the file system's rename lock -> a directory -> its child (directory or not). Two directories that are not
//! parent and child are only ever locked by [`Node::rename_child`], under the rename lock: the ancestor first, else
//! the lower inode number first. See [`super::rename`].

use super::entries::{Entries, FIRST_COOKIE};
use super::node::Node;
use super::space::Space;
use crate::kernel::clock;
use crate::kernel::error::{Errno, Error, Result};
use crate::kernel::fs::attributes::Attributes;
use crate::kernel::fs::{DirEntry, FileType, Inode, NAME_MAX, NewNode};
use std::sync::{Arc, Weak};

/// What a name takes of the space, beside its bytes.
const NAME_COST: u64 = 64;
/// Names that a listing copies at a time, so that it tells them with no lock held.
const BATCH: usize = 32;

/// A directory's attributes and names.
pub struct Directory {
    pub(super) attributes: Attributes,
    /// The directory that holds it; a root is its own. Stays when it is removed.
    pub(super) parent: Weak<Node>,
    /// Its name there; empty for a root.
    pub(super) name: Box<[u8]>,
    /// Removed from its parent: nothing can be made in it any more.
    pub(super) removed: bool,
    pub(super) entries: Entries<Arc<Node>>,
    /// What its names take of the space.
    charged: u64,
}

impl Directory {
    /// An empty directory.
    pub fn new(attributes: Attributes, parent: Weak<Node>, name: Box<[u8]>) -> Self {
        Directory {
            attributes,
            parent,
            name,
            removed: false,
            entries: Entries::default(),
            charged: 0,
        }
    }

    /// `st_size`: as tmpfs has it, 20 a name.
    pub fn size(&self) -> u64 {
        20 * (self.entries.len() as u64 + 2)
    }

    /// Adds a name that is not there. ENOENT in a removed directory, ENOSPC.
    pub(super) fn add(&mut self, space: &Space, hash: u64, name: &[u8], node: Arc<Node>) -> Result<()> {
        if self.removed {
            return Err(Error::new(Errno::ENOENT, "the directory was removed"));
        }
        let cost = NAME_COST + name.len() as u64;
        space.charge(cost)?;
        self.entries
            .insert(hash, name.into(), node)
            .inspect_err(|_| space.release(cost))?;
        self.charged += cost;
        Ok(())
    }

    /// Removes a name; the node is for the caller to drop when it holds no lock.
    pub(super) fn take(&mut self, space: &Space, hash: u64, name: &[u8]) -> Option<Arc<Node>> {
        let node = self.entries.remove(hash, name)?;
        let cost = NAME_COST + name.len() as u64;
        space.release(cost);
        self.charged -= cost;
        Some(node)
    }

    /// Marks it as removed if it is empty. ENOTEMPTY.
    pub(super) fn remove_if_empty(&mut self, now: u64) -> Result<()> {
        if !self.entries.is_empty() {
            return Err(Errno::ENOTEMPTY.into());
        }
        self.removed = true;
        self.attributes.nlink = 0;
        self.attributes.ctime_ns = now;
        Ok(())
    }

    /// All nodes, out of a directory that is being dropped.
    pub(super) fn take_children(&mut self, space: &Space) -> impl Iterator<Item = Arc<Node>> + use<> {
        space.release(core::mem::take(&mut self.charged));
        self.entries.take_all()
    }
}

/// Whether `name` can be given to a file. ENAMETOOLONG, EINVAL.
fn check_new_name(name: &[u8]) -> Result<()> {
    if name.len() > NAME_MAX {
        return Err(Errno::ENAMETOOLONG.into());
    }
    if matches!(name, b"" | b"." | b"..") || name.iter().any(|byte| matches!(byte, 0 | b'/')) {
        return Err(Error::new(Errno::EINVAL, "not a file name"));
    }
    Ok(())
}

impl Node {
    /// The node `name`. ENOENT, ENOTDIR.
    #[inline]
    pub(super) fn find(&self, name: &[u8]) -> Result<Arc<Node>> {
        let hash = self.shared.hash(name);
        let directory = self.directory()?.lock();
        directory
            .entries
            .get(hash, name)
            .cloned()
            .ok_or(Errno::ENOENT.into())
    }

    /// Makes `name`. EEXIST, ENOSPC, ENOENT, EPERM.
    pub(super) fn create_child(&self, name: &[u8], node: NewNode) -> Result<Arc<Node>> {
        check_new_name(name)?;
        let hash = self.shared.hash(name);
        let mut directory = self.directory()?.lock();
        if directory.entries.get(hash, name).is_some() {
            return Err(Errno::EEXIST.into());
        }
        let is_directory = node.file_type == FileType::Directory;
        let child = Node::new(&self.shared, node, &self.me, name)?;
        directory.add(&self.shared.space, hash, name, child.clone())?;
        directory.attributes.nlink += u32::from(is_directory);
        directory.attributes.modified(clock::realtime_ns());
        Ok(child)
    }

    /// link(2). EPERM for a directory, EEXIST, EMLINK, ENOENT if the target has no name left, ENOSPC.
    pub(super) fn link_child(&self, name: &[u8], target: &Node) -> Result<()> {
        check_new_name(name)?;
        if target.file_type() == FileType::Directory {
            return Err(Error::new(Errno::EPERM, "a directory can't be linked"));
        }
        let target = target.me.upgrade().ok_or(Errno::ENOENT)?;
        let (hash, now) = (self.shared.hash(name), clock::realtime_ns());
        let mut directory = self.directory()?.lock();
        if directory.entries.get(hash, name).is_some() {
            return Err(Errno::EEXIST.into());
        }
        // Lock order: directory -> its child-to-be, which is not a directory.
        target.with_attributes(|attributes| match attributes.nlink {
            0 => Err(Error::new(Errno::ENOENT, "the file has no name left")),
            u32::MAX => Err(Errno::EMLINK.into()),
            _ => {
                attributes.nlink += 1;
                attributes.ctime_ns = now;
                Ok(())
            }
        })?;
        let added = directory.add(&self.shared.space, hash, name, target.clone());
        match added {
            Ok(()) => directory.attributes.modified(now),
            Err(_) => target.with_attributes(|attributes| attributes.nlink -= 1),
        }
        drop(directory);
        added
    }

    /// unlink(2). ENOENT, EISDIR.
    pub(super) fn unlink_child(&self, name: &[u8]) -> Result<()> {
        let (hash, now) = (self.shared.hash(name), clock::realtime_ns());
        let mut directory = self.directory()?.lock();
        if directory
            .entries
            .get(hash, name)
            .ok_or(Errno::ENOENT)?
            .file_type()
            == FileType::Directory
        {
            return Err(Errno::EISDIR.into());
        }
        let node = directory
            .take(&self.shared.space, hash, name)
            .ok_or(Errno::ENOENT)?;
        directory.attributes.modified(now);
        node.lose_name(now);
        // `node` may be the last reference to many chunks: they are freed with the directory unlocked.
        drop(directory);
        drop(node);
        Ok(())
    }

    /// One name less for what is not a directory.
    pub(super) fn lose_name(&self, now: u64) {
        self.with_attributes(|attributes| {
            attributes.nlink -= 1;
            attributes.ctime_ns = now;
        });
    }

    /// rmdir(2). ENOENT, ENOTDIR, ENOTEMPTY.
    pub(super) fn remove_directory(&self, name: &[u8]) -> Result<()> {
        let (hash, now) = (self.shared.hash(name), clock::realtime_ns());
        let mut directory = self.directory()?.lock();
        let child = directory.entries.get(hash, name).ok_or(Errno::ENOENT)?;
        // Lock order: directory -> its child.
        child.directory()?.lock_nested().remove_if_empty(now)?;
        let child = directory.take(&self.shared.space, hash, name);
        directory.attributes.nlink -= 1;
        directory.attributes.modified(now);
        drop(directory);
        drop(child);
        Ok(())
    }

    /// The name under which `child` stands in this directory. ENOENT.
    pub(super) fn find_name_of(&self, child: &dyn Inode) -> Result<Box<[u8]>> {
        let gone = Error::new(Errno::ENOENT, "the file was removed");
        let child = child.as_any().downcast_ref::<Node>().ok_or(gone)?;
        if let Ok(directory) = child.directory() {
            let directory = directory.lock();
            let is_here = !directory.removed && core::ptr::eq(directory.parent.as_ptr(), self);
            return if is_here {
                Ok(directory.name.clone())
            } else {
                Err(gone)
            };
        }
        let directory = self.directory()?.lock();
        let mut entries = directory.entries.after(0);
        entries
            .find(|(_, _, node)| core::ptr::eq(&***node, child))
            .map(|(_, name, _)| name.into())
            .ok_or(gone)
    }

    /// Tells the entries after `cookie`, `.` and `..` first, until `each` says to stop. A removed directory has none.
    pub(super) fn list(&self, mut cookie: u64, each: &mut dyn FnMut(DirEntry) -> bool) -> Result<()> {
        let parent = self.directory()?.lock().parent.upgrade();
        loop {
            let mut batch = Vec::with_capacity(BATCH);
            {
                let mut directory = self.directory()?.lock();
                if directory.removed {
                    return Ok(());
                }
                directory.attributes.accessed();
                let dots: [(u64, &[u8], Option<&Node>); 2] =
                    [(1, b".", Some(self)), (2, b"..", parent.as_deref())];
                let dots = dots.into_iter().filter(|(own, ..)| *own > cookie);
                let dots = dots.filter_map(|(own, name, node)| Some(entry(own, name, node?)));
                let names = directory.entries.after(cookie.max(FIRST_COOKIE - 1));
                batch.extend(
                    dots.chain(names.map(|(own, name, node)| entry(own, name, node)))
                        .take(BATCH),
                );
            }
            let Some(last) = batch.last() else { return Ok(()) };
            cookie = last.next_cookie;
            for entry in batch {
                if !each(entry) {
                    return Ok(());
                }
            }
        }
    }
}

fn entry(cookie: u64, name: &[u8], node: &Node) -> DirEntry {
    DirEntry {
        name: name.into(),
        ino: node.ino(),
        file_type: node.file_type(),
        next_cookie: cookie,
    }
}
