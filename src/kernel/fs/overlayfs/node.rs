//! [`Node`]: a file of an overlay, whichever layer it is in.

use super::shared::{Shared, WORK};
use super::table::lower_ino;
use crate::kernel::error::{Attempt, Errno, Error, Result};
use crate::kernel::file::OpenFlags;
use crate::kernel::fs::{DirEntry, FileType, Inode, InodeRef, NewNode, Opened, SetAttr, Stat, WritePosition};
use crate::kernel::io::{Sink, Source};
use crate::kernel::process::Process;
use crate::kernel::sync::{Mutex, MutexGuard, Rank};
use hashbrown::HashSet;
use std::any::Any;
use std::sync::{Arc, Weak};

/// A file. There is one node a file while anybody holds it.
pub struct Node {
    pub(super) shared: Arc<Shared>,
    me: Weak<Node>,
    ino: u64,
    file_type: FileType,
    state: Mutex<State>,
}

/// A name in a directory of the overlay.
pub type Named = (Arc<Node>, Box<[u8]>);

/// What changes about a node. No method of a layer is called with it locked.
pub struct State {
    /// The file in the lower layer, also once it has been copied.
    pub lower: Option<InodeRef>,
    /// The file in the upper layer.
    pub upper: Option<InodeRef>,
    /// How many of the lower file's names are seen no more, or are the upper file's now; of a directory: how many directories in its
    /// lower part.
    pub lost: u32,
    /// The name in [`WORK`] that keeps a copy of which the lower layer has other names.
    pub index: Option<Box<[u8]>>,
    /// Where it was found last; for a directory, where it is. `None` for the root.
    pub at: Option<Named>,
    /// A directory that was removed.
    pub removed: bool,
    /// Names of the lower part that are not seen.
    pub whiteouts: HashSet<Box<[u8]>>,
}

impl Node {
    /// The root of an overlay.
    pub fn root(shared: &Arc<Shared>, lower: InodeRef) -> Arc<Node> {
        let upper = shared.upper_root().cloned();
        let root = Node::make(shared, lower_ino(&*lower), Some(lower), upper.clone(), None);
        match &upper {
            Some(upper) => shared.table().pin_copy(&root, upper),
            None => shared.table().insert(&root),
        }
        root
    }

    pub(super) fn make(
        shared: &Arc<Shared>,
        ino: u64,
        lower: Option<InodeRef>,
        upper: Option<InodeRef>,
        at: Option<Named>,
    ) -> Arc<Node> {
        let shown = upper.as_ref().or(lower.as_ref());
        let file_type = shown.map_or(FileType::Regular, |inode| inode.file_type());
        let state = State {
            lower,
            upper,
            lost: 0,
            index: None,
            at,
            removed: false,
            whiteouts: HashSet::new(),
        };
        Arc::new_cyclic(|me| Node {
            shared: shared.clone(),
            me: me.clone(),
            ino,
            file_type,
            state: Mutex::new(Rank::Inode, state),
        })
    }

    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock()
    }

    /// Itself, to keep. ENOENT when it is just going.
    pub(super) fn me(&self) -> Result<Arc<Node>> {
        Ok(self.me.upgrade().ok_or(Errno::ENOENT)?)
    }

    /// The file in the layer where it is now.
    fn shown(&self) -> Result<InodeRef> {
        let state = self.state();
        let shown = state.upper.as_ref().or(state.lower.as_ref());
        Ok(shown.cloned().ok_or(Errno::EIO)?)
    }

    /// Both layers' directories. ENOTDIR.
    pub(super) fn layers(&self) -> Result<(Option<InodeRef>, Option<InodeRef>)> {
        if self.file_type != FileType::Directory {
            return Err(Errno::ENOTDIR.into());
        }
        let state = self.state();
        Ok((state.upper.clone(), state.lower.clone()))
    }

    /// The file in the upper layer.
    pub(super) fn upper(&self) -> Option<InodeRef> {
        self.state().upper.clone()
    }

    pub(super) fn is_root(&self) -> bool {
        self.state().at.is_none()
    }

    /// Whether `name` is not for anybody to see here.
    pub(super) fn is_reserved(&self, name: &[u8]) -> bool {
        name == WORK && self.is_root()
    }

    /// `st_nlink`.
    pub(super) fn nlink(&self) -> u32 {
        let state = self.state();
        let (lower, upper) = (state.lower.clone(), state.upper.clone());
        let (lost, indexed, removed, is_root) = (
            state.lost,
            state.index.is_some(),
            state.removed,
            state.at.is_none(),
        );
        drop(state);
        let links = |inode: &Option<InodeRef>| inode.as_ref().map_or(0, |inode| inode.stat().nlink);
        let (below, above) = (links(&lower).saturating_sub(lost), links(&upper));
        if self.file_type != FileType::Directory {
            return above.saturating_sub(indexed.into()) + below;
        }
        if removed {
            return 0;
        }
        let hidden = u32::from(is_root && self.shared.has_work());
        match (lower, upper) {
            // Both count themselves and their names for themselves.
            (Some(_), Some(_)) => (below + above).saturating_sub(2 + hidden),
            _ => below + above,
        }
    }

    /// The node that `other` is, of the same overlay. EXDEV.
    pub(super) fn same_overlay<'a>(&self, other: &'a InodeRef) -> Result<&'a Node> {
        let other = other.as_any().downcast_ref::<Node>();
        other
            .filter(|other| Arc::ptr_eq(&other.shared, &self.shared))
            .ok_or(Errno::EXDEV.into())
    }

    /// Whether it has been unlinked or removed for good: then nothing need be kept for it.
    pub(super) fn forget(&self) {
        let upper = self.upper();
        let kept = self.shared.table().forget(self, upper.as_ref());
        drop(kept);
    }
}

/// The size of a directory: it says nothing, and does not change when a directory is copied up.
const DIRECTORY_SIZE: u64 = 4_096;

impl Inode for Node {
    fn stat(&self) -> Stat {
        let shown = self.shown();
        // A node is always in a layer.
        let shown = shown.unwrap_or_else(|_| unreachable!("a file in no layer"));
        let mut stat = shown.stat();
        if self.file_type == FileType::Directory {
            (stat.size, stat.blocks) = (DIRECTORY_SIZE, 0);
        }
        Stat {
            dev: self.shared.dev,
            ino: self.ino,
            nlink: self.nlink(),
            ..stat
        }
    }

    fn refresh(&self) -> Result<()> {
        self.shown()?.refresh()
    }

    fn file_type(&self) -> FileType {
        self.file_type
    }

    fn ino(&self) -> u64 {
        self.ino
    }

    fn dev(&self) -> u64 {
        self.shared.dev
    }

    fn as_any(&self) -> &dyn Any {
        self
    }

    fn set_attr(&self, changes: SetAttr) -> Result<()> {
        self.copied(u64::MAX, None)?.set_attr(changes)
    }

    fn try_read_at(&self, offset: u64, into: &mut dyn Sink) -> Attempt<usize> {
        self.shown()?.try_read_at(offset, into)
    }

    fn try_write_at(&self, position: WritePosition, from: &mut dyn Source) -> Attempt<(usize, u64)> {
        if self.file_type == FileType::Directory {
            return Err(Errno::EISDIR.into());
        }
        // Opening it for writing has copied it up.
        let upper = self
            .upper()
            .ok_or(Error::new(Errno::EROFS, "not opened for writing"))?;
        upper.try_write_at(position, from)
    }

    fn truncate(&self, length: u64) -> Result<()> {
        match self.file_type {
            FileType::Regular => self.copied(length, None)?.truncate(length),
            FileType::Directory => Err(Errno::EISDIR.into()),
            _ => Err(Errno::EINVAL.into()),
        }
    }

    fn sync(&self) -> Result<()> {
        self.shown()?.sync()
    }

    fn open(&self, process: Option<&Process>, flags: OpenFlags) -> Result<Opened> {
        let truncates = flags.contains(OpenFlags::O_TRUNC);
        if self.file_type == FileType::Regular && (flags.writable() || truncates) {
            self.copied(if truncates { 0 } else { u64::MAX }, process)?;
        }
        let state = self.state();
        let origin = match self.file_type {
            // Its pipe is the original's, whoever opened it before the copy.
            FileType::Fifo => state.lower.as_ref().or(state.upper.as_ref()),
            _ => state.upper.as_ref().or(state.lower.as_ref()),
        };
        let origin = origin.cloned().ok_or(Errno::EIO)?;
        drop(state);
        origin.open(process, flags)
    }

    fn readlink(&self) -> Result<Box<[u8]>> {
        self.shown()?.readlink()
    }

    fn lookup(&self, name: &[u8], process: Option<&Process>) -> Result<InodeRef> {
        Ok(self.look(name, process)?)
    }

    fn parent(&self) -> Result<InodeRef> {
        if self.file_type != FileType::Directory {
            return Err(Errno::ENOTDIR.into());
        }
        let parent = self.state().at.as_ref().map(|(parent, _)| parent.clone());
        match parent {
            Some(parent) => Ok(parent),
            None => Ok(self.me()?),
        }
    }

    fn name_of(&self, child: &dyn Inode) -> Result<Box<[u8]>> {
        let gone = Error::new(Errno::ENOENT, "the file was removed");
        let child = child.as_any().downcast_ref::<Node>().ok_or(gone)?;
        let state = child.state();
        match &state.at {
            Some((parent, name)) if !state.removed && core::ptr::eq(&**parent, self) => Ok(name.clone()),
            _ => Err(gone),
        }
    }

    fn create(&self, name: &[u8], node: NewNode) -> Result<InodeRef> {
        Ok(self.create_child(name, node)?)
    }

    fn link(&self, name: &[u8], target: &InodeRef) -> Result<()> {
        self.link_child(name, self.same_overlay(target)?)
    }

    fn unlink(&self, name: &[u8]) -> Result<()> {
        self.unlink_child(name)
    }

    fn rmdir(&self, name: &[u8]) -> Result<()> {
        self.remove_directory(name)
    }

    fn rename(&self, name: &[u8], new_parent: &InodeRef, new_name: &[u8]) -> Result<()> {
        self.rename_child(name, self.same_overlay(new_parent)?, new_name)
    }

    fn read_dir(
        &self,
        cookie: u64,
        process: Option<&Process>,
        each: &mut dyn FnMut(DirEntry) -> bool,
    ) -> Result<()> {
        self.list(cookie, process, each)
    }
}

impl Drop for Node {
    /// A guest chooses how deep directories are nested, and each holds the one above: they are let go in a loop.
    fn drop(&mut self) {
        let mut above = self.state.get_mut().at.take();
        while let Some((node, _name)) = above {
            above = match Arc::into_inner(node) {
                Some(mut node) => node.state.get_mut().at.take(),
                None => None,
            };
        }
    }
}
