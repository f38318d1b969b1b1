//! `/dev/fd`, and the links `/dev/stdin`, `/dev/stdout`, `/dev/stderr` into it.
//!
//! Opening `/dev/fd/N` gives what dup(N) gives; everything else about that name is about the file behind the descriptor.

use super::directory::{DevDirectory, FIRST_COOKIE, Listed, tell};
use super::meta::{Meta, answered_by_meta, not_to_be_changed};
use crate::kernel::error::{Attempt, Errno, Result};
use crate::kernel::file::{OpenFile, OpenFlags};
use crate::kernel::fs::{DirEntry, FileType, Inode, InodeRef, NewNode, Opened, SetAttr, Stat, WritePosition};
use crate::kernel::io::{Sink, Source};
use crate::kernel::process::{Fd, Process};
use std::any::Any;
use std::sync::{Arc, Weak};

/// A fixed symbolic link.
pub struct Link {
    pub meta: Meta,
    pub target: &'static [u8],
}

impl Inode for Link {
    answered_by_meta!();

    fn readlink(&self) -> Result<Box<[u8]>> {
        Ok(self.target.into())
    }
}

/// `/dev/fd`: the descriptors of whoever looks.
pub struct FdDirectory {
    pub meta: Meta,
    pub parent: Weak<DevDirectory>,
}

/// The number that `name` is in decimal, without sign or leading zeros.
pub fn parse_number(name: &[u8]) -> Option<u32> {
    let plain = name.iter().all(u8::is_ascii_digit) && (name.len() == 1 || name.first() != Some(&b'0'));
    if plain {
        core::str::from_utf8(name).ok()?.parse().ok()
    } else {
        None
    }
}

impl Inode for FdDirectory {
    answered_by_meta!();
    not_to_be_changed!();

    fn lookup(&self, name: &[u8], process: Option<&Process>) -> Result<InodeRef> {
        let (process, number) = process.zip(parse_number(name)).ok_or(Errno::ENOENT)?;
        let file = process.fds.look(Fd(number)).map_err(|_| Errno::ENOENT)?;
        Ok(Arc::new(Descriptor { file }))
    }

    fn parent(&self) -> Result<InodeRef> {
        Ok(self.parent.upgrade().ok_or(Errno::ENOENT)?)
    }

    fn read_dir(
        &self,
        cookie: u64,
        process: Option<&Process>,
        each: &mut dyn FnMut(DirEntry) -> bool,
    ) -> Result<()> {
        let numbers = process.map(|process| process.fds.list()).unwrap_or_default();
        let listed = numbers.into_iter().filter_map(|fd| -> Option<Listed> {
            let stat = process?.fds.look(fd).ok()?.stat();
            let name = fd.0.to_string().into_bytes().into();
            Some((FIRST_COOKIE + u64::from(fd.0), name, stat.ino, stat.file_type))
        });
        tell(cookie, self.meta.ino, self.parent()?.ino(), listed, each);
        Ok(())
    }
}

/// `/dev/fd/N`: stands for an open file in every respect.
struct Descriptor {
    file: Arc<OpenFile>,
}

impl Descriptor {
    fn directory(&self) -> Result<&InodeRef> {
        self.file.inode().map_err(|_| Errno::ENOTDIR.into())
    }
}

impl Inode for Descriptor {
    fn stat(&self) -> Stat {
        self.file.stat()
    }
    fn file_type(&self) -> FileType {
        self.file.file_type()
    }
    fn ino(&self) -> u64 {
        self.file
            .inode()
            .map_or_else(|_| self.file.stat().ino, |inode| inode.ino())
    }
    fn dev(&self) -> u64 {
        self.file
            .inode()
            .map_or_else(|_| self.file.stat().dev, |inode| inode.dev())
    }
    fn set_attr(&self, changes: SetAttr) -> Result<()> {
        self.file.inode()?.set_attr(changes)
    }
    fn as_any(&self) -> &dyn Any {
        self.file.inode().map_or(self as &dyn Any, |inode| inode.as_any())
    }
    fn open(&self, _process: Option<&Process>, _flags: OpenFlags) -> Result<Opened> {
        Ok(Opened::Dup(self.file.clone()))
    }
    fn try_read_at(&self, offset: u64, into: &mut dyn Sink) -> Attempt<usize> {
        self.file.inode()?.try_read_at(offset, into)
    }
    fn try_write_at(&self, position: WritePosition, from: &mut dyn Source) -> Attempt<(usize, u64)> {
        self.file.inode()?.try_write_at(position, from)
    }
    fn truncate(&self, length: u64) -> Result<()> {
        self.file.inode()?.truncate(length)
    }
    fn lookup(&self, name: &[u8], process: Option<&Process>) -> Result<InodeRef> {
        self.directory()?.lookup(name, process)
    }
    fn parent(&self) -> Result<InodeRef> {
        self.directory()?.parent()
    }
    fn name_of(&self, child: &dyn Inode) -> Result<Box<[u8]>> {
        self.directory()?.name_of(child)
    }
    fn create(&self, name: &[u8], node: NewNode) -> Result<InodeRef> {
        self.directory()?.create(name, node)
    }
    fn link(&self, name: &[u8], target: &InodeRef) -> Result<()> {
        self.directory()?.link(name, target)
    }
    fn unlink(&self, name: &[u8]) -> Result<()> {
        self.directory()?.unlink(name)
    }
    fn rmdir(&self, name: &[u8]) -> Result<()> {
        self.directory()?.rmdir(name)
    }
    fn rename(&self, name: &[u8], new_parent: &InodeRef, new_name: &[u8]) -> Result<()> {
        self.directory()?.rename(name, new_parent, new_name)
    }
    fn read_dir(
        &self,
        cookie: u64,
        process: Option<&Process>,
        each: &mut dyn FnMut(DirEntry) -> bool,
    ) -> Result<()> {
        self.directory()?.read_dir(cookie, process, each)
    }
}
