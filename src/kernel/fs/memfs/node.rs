//! [`Node`]: a file of a [`super::MemFs`], of any kind. What a directory does is in [`super::directory`].

use super::chunks::Chunks;
use super::directory::Directory;
use super::space::Shared;
use crate::kernel::clock;
use crate::kernel::error::{Attempt, Errno, Error, Result};
use crate::kernel::file::OpenFlags;
use crate::kernel::fs::attributes::Attributes;
use crate::kernel::fs::{DirEntry, FileType, Inode, InodeRef, NewNode, Opened, SetAttr, Stat, WritePosition};
use crate::kernel::io::{Sink, Source};
use crate::kernel::pipe::Pipe;
use crate::kernel::process::Process;
use crate::kernel::sync::{Mutex, Rank};
use std::any::Any;
use std::sync::{Arc, Weak};

/// What a node takes of the file system's space, beside its contents.
pub const NODE_COST: u64 = 256;
/// One read or write call moves at most this much, so that no call lasts long (kernel code can't be ended).
const MAX_TRANSFER: usize = 16 << 20;
/// The greatest size of a file, as `off_t` has it.
const MAX_SIZE: u64 = i64::MAX as u64;

/// A file. It lives while a name, an open file or a cwd refers to it; its last drop gives its space back.
pub struct Node {
    pub(super) shared: Arc<Shared>,
    /// Itself, to hand out.
    pub(super) me: Weak<Node>,
    ino: u64,
    pub(super) kind: Kind,
}

/// What the kinds of files have of their own.
pub enum Kind {
    Directory(Mutex<Directory>),
    Regular(Mutex<Regular>),
    Symlink {
        target: Box<[u8]>,
        attributes: Mutex<Attributes>,
    },
    Fifo {
        pipe: Arc<Pipe>,
        attributes: Mutex<Attributes>,
    },
}

/// A regular file's attributes and contents.
pub struct Regular {
    attributes: Attributes,
    size: u64,
    chunks: Chunks,
}

impl Node {
    /// A file system's root directory.
    pub fn root(shared: Arc<Shared>) -> Arc<Node> {
        let attributes = Attributes::new(0o755, 0, 0, 2);
        shared.space.charge_always(NODE_COST);
        Arc::new_cyclic(|me| Node {
            ino: shared.next_ino(),
            shared,
            me: me.clone(),
            kind: Kind::Directory(Mutex::new(
                Rank::Directory,
                Directory::new(attributes, me.clone(), Box::default()),
            )),
        })
    }

    /// A node without a name yet. `parent` and `name` are a directory's. ENOSPC; EPERM for kinds that can't be made.
    pub fn new(shared: &Arc<Shared>, node: NewNode, parent: &Weak<Node>, name: &[u8]) -> Result<Arc<Node>> {
        let NewNode {
            file_type,
            mode,
            uid,
            gid,
            target,
        } = node;
        let nlink = if file_type == FileType::Directory { 2 } else { 1 };
        let attributes = Attributes::new(mode, uid, gid, nlink);
        let target_length = target.as_ref().map_or(0, |target| target.len() as u64);
        let kind = match (file_type, target) {
            (FileType::Directory, _) => {
                let directory = Directory::new(attributes, parent.clone(), name.into());
                Kind::Directory(Mutex::new(Rank::Directory, directory))
            }
            (FileType::Regular, _) => Kind::Regular(Mutex::new(
                Rank::Inode,
                Regular {
                    attributes,
                    size: 0,
                    chunks: Chunks::default(),
                },
            )),
            (FileType::Symlink, Some(target)) => Kind::Symlink {
                target,
                attributes: Mutex::new(Rank::Inode, attributes),
            },
            (FileType::Fifo, _) => Kind::Fifo {
                pipe: Pipe::new(),
                attributes: Mutex::new(Rank::Inode, attributes),
            },
            _ => {
                return Err(Error::new(
                    Errno::EPERM,
                    "a file system in memory has no such files",
                ));
            }
        };
        // The charge comes last: from here on the node's drop gives it back.
        shared.space.charge(NODE_COST + target_length)?;
        let shared = shared.clone();
        Ok(Arc::new_cyclic(|me| Node {
            ino: shared.next_ino(),
            shared,
            me: me.clone(),
            kind,
        }))
    }

    /// The directory that it is. ENOTDIR.
    pub(super) fn directory(&self) -> Result<&Mutex<Directory>> {
        match &self.kind {
            Kind::Directory(directory) => Ok(directory),
            _ => Err(Errno::ENOTDIR.into()),
        }
    }

    fn regular(&self) -> Result<&Mutex<Regular>> {
        match &self.kind {
            Kind::Regular(regular) => Ok(regular),
            Kind::Directory(_) => Err(Errno::EISDIR.into()),
            _ => Err(Errno::EINVAL.into()),
        }
    }

    /// Looks at or changes the attributes under their lock.
    pub(super) fn with_attributes<R>(&self, f: impl FnOnce(&mut Attributes) -> R) -> R {
        match &self.kind {
            Kind::Directory(directory) => f(&mut directory.lock().attributes),
            Kind::Regular(regular) => f(&mut regular.lock().attributes),
            Kind::Symlink { attributes, .. } | Kind::Fifo { attributes, .. } => f(&mut attributes.lock()),
        }
    }

    fn stat_from(&self, attributes: &Attributes, size: u64, bytes: u64) -> Stat {
        Stat {
            dev: self.shared.dev,
            ino: self.ino,
            file_type: self.file_type(),
            mode: attributes.mode,
            nlink: attributes.nlink,
            uid: attributes.uid,
            gid: attributes.gid,
            rdev: 0,
            size,
            blocks: bytes.div_ceil(512),
            atime_ns: attributes.atime_ns,
            mtime_ns: attributes.mtime_ns,
            ctime_ns: attributes.ctime_ns,
            birthtime_ns: attributes.birthtime_ns,
        }
    }
}

impl Inode for Node {
    fn stat(&self) -> Stat {
        match &self.kind {
            Kind::Directory(directory) => {
                let directory = directory.lock();
                self.stat_from(&directory.attributes, directory.size(), 0)
            }
            Kind::Regular(regular) => {
                let regular = regular.lock();
                self.stat_from(&regular.attributes, regular.size, regular.chunks.charged())
            }
            Kind::Symlink { target, attributes } => {
                self.stat_from(&attributes.lock(), target.len() as u64, 0)
            }
            Kind::Fifo { attributes, .. } => self.stat_from(&attributes.lock(), 0, 0),
        }
    }

    #[inline]
    fn file_type(&self) -> FileType {
        match &self.kind {
            Kind::Directory(_) => FileType::Directory,
            Kind::Regular(_) => FileType::Regular,
            Kind::Symlink { .. } => FileType::Symlink,
            Kind::Fifo { .. } => FileType::Fifo,
        }
    }

    #[inline]
    fn ino(&self) -> u64 {
        self.ino
    }

    #[inline]
    fn dev(&self) -> u64 {
        self.shared.dev
    }

    fn set_attr(&self, changes: SetAttr) -> Result<()> {
        self.with_attributes(|attributes| attributes.change(&changes));
        Ok(())
    }

    fn as_any(&self) -> &dyn Any {
        self
    }

    fn try_read_at(&self, offset: u64, into: &mut dyn Sink) -> Attempt<usize> {
        let mut regular = self.regular()?.lock();
        let left = usize::try_from(regular.size.saturating_sub(offset)).unwrap_or(usize::MAX);
        let count = left.min(into.room()).min(MAX_TRANSFER);
        if count == 0 {
            return Ok(0);
        }
        regular.attributes.accessed();
        Ok(regular.chunks.read(offset, count, into)?)
    }

    fn try_write_at(&self, position: WritePosition, from: &mut dyn Source) -> Attempt<(usize, u64)> {
        let mut regular = self.regular()?.lock();
        let regular = &mut *regular;
        let offset = match position {
            WritePosition::At(offset) => offset,
            WritePosition::End => regular.size,
        };
        if from.remaining() == 0 {
            return Ok((0, offset));
        }
        let room = usize::try_from(MAX_SIZE.saturating_sub(offset)).unwrap_or(usize::MAX);
        if room == 0 {
            return Err(Errno::EFBIG.into());
        }
        let count = from.remaining().min(room).min(MAX_TRANSFER);
        let written = regular
            .chunks
            .write(&self.shared.space, regular.size, offset, count, from)?;
        let after = offset + written as u64;
        regular.size = regular.size.max(after);
        regular.attributes.modified(clock::realtime_ns());
        Ok((written, after))
    }

    fn truncate(&self, length: u64) -> Result<()> {
        let mut regular = self.regular()?.lock();
        if length > MAX_SIZE {
            return Err(Errno::EFBIG.into());
        }
        if length < regular.size {
            regular.chunks.truncate(&self.shared.space, length);
        }
        regular.size = length;
        regular.attributes.modified(clock::realtime_ns());
        Ok(())
    }

    fn allocate(&self, offset: u64, length: u64) -> Result<u64> {
        let Kind::Regular(regular) = &self.kind else {
            return Err(Error::new(Errno::ENODEV, "not a regular file"));
        };
        let mut regular = regular.lock();
        let part = length.min(MAX_TRANSFER as u64);
        let end = offset.checked_add(length).filter(|&end| end <= MAX_SIZE);
        let end = end.ok_or(Errno::EFBIG)?;
        // All or nothing, as far as others leave it room.
        regular.chunks.require_room(&self.shared.space, offset, end)?;
        let done = offset + part;
        regular.chunks.reserve(&self.shared.space, offset, done)?;
        regular.size = regular.size.max(done);
        regular.attributes.modified(clock::realtime_ns());
        Ok(part)
    }

    fn seek_data(&self, offset: u64, data: bool) -> Result<u64> {
        let regular = self.regular()?.lock();
        if offset >= regular.size {
            return Err(Error::new(Errno::ENXIO, "beyond the end of the file"));
        }
        if !data {
            return Ok(regular.chunks.next_hole(offset).min(regular.size));
        }
        let found = regular.chunks.next_data(offset).filter(|&at| at < regular.size);
        found.ok_or(Error::new(Errno::ENXIO, "only a hole follows"))
    }

    fn open(&self, _process: Option<&Process>, _flags: OpenFlags) -> Result<Opened> {
        Ok(match &self.kind {
            Kind::Fifo { pipe, .. } => Opened::Fifo(pipe.clone()),
            _ => Opened::Inode,
        })
    }

    fn readlink(&self) -> Result<Box<[u8]>> {
        match &self.kind {
            Kind::Symlink { target, attributes } => {
                attributes.lock().accessed();
                Ok(target.clone())
            }
            _ => Err(Errno::EINVAL.into()),
        }
    }

    fn lookup(&self, name: &[u8], _process: Option<&Process>) -> Result<InodeRef> {
        Ok(self.find(name)?)
    }

    fn parent(&self) -> Result<InodeRef> {
        let parent = self.directory()?.lock().parent.upgrade();
        Ok(parent.ok_or(Error::new(Errno::ENOENT, "the directory was removed"))?)
    }

    fn name_of(&self, child: &dyn Inode) -> Result<Box<[u8]>> {
        self.find_name_of(child)
    }

    fn create(&self, name: &[u8], node: NewNode) -> Result<InodeRef> {
        Ok(self.create_child(name, node)?)
    }

    fn link(&self, name: &[u8], target: &InodeRef) -> Result<()> {
        self.link_child(name, self.same_file_system(target)?)
    }

    fn unlink(&self, name: &[u8]) -> Result<()> {
        self.unlink_child(name)
    }

    fn rmdir(&self, name: &[u8]) -> Result<()> {
        self.remove_directory(name)
    }

    fn rename(&self, name: &[u8], new_parent: &InodeRef, new_name: &[u8]) -> Result<()> {
        self.rename_child(name, self.same_file_system(new_parent)?, new_name)
    }

    fn read_dir(
        &self,
        cookie: u64,
        _process: Option<&Process>,
        each: &mut dyn FnMut(DirEntry) -> bool,
    ) -> Result<()> {
        self.list(cookie, each)
    }
}

impl Node {
    fn same_file_system<'a>(&self, other: &'a InodeRef) -> Result<&'a Node> {
        let other = other.as_any().downcast_ref::<Node>();
        other
            .filter(|other| Arc::ptr_eq(&other.shared, &self.shared))
            .ok_or(Errno::EXDEV.into())
    }
}

impl Drop for Node {
    /// A guest chooses how deep directories are nested, so a whole tree is taken apart in a loop, not by nested drops.
    fn drop(&mut self) {
        let shared = self.shared.clone();
        let own = match &mut self.kind {
            Kind::Directory(directory) => {
                let mut pending: Vec<Arc<Node>> = directory.get_mut().take_children(&shared.space).collect();
                while let Some(node) = pending.pop() {
                    let Some(mut node) = Arc::into_inner(node) else {
                        continue;
                    };
                    if let Kind::Directory(directory) = &mut node.kind {
                        pending.extend(directory.get_mut().take_children(&shared.space));
                    }
                }
                0
            }
            Kind::Regular(regular) => regular.get_mut().chunks.charged(),
            Kind::Symlink { target, .. } => target.len() as u64,
            Kind::Fifo { .. } => 0,
        };
        shared.space.release(NODE_COST + own);
    }
}
