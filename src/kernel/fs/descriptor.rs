//! [`Descriptor`]: an open file in the place of an inode, for `/dev/fd/N` and what `/proc/<pid>/fd/N` leads to.

use super::{DirEntry, FileType, Inode, InodeRef, NewNode, Opened, SetAttr, Stat, WritePosition};
use crate::kernel::error::{Attempt, Errno, Error, Result};
use crate::kernel::file::{File, OpenFile, OpenFlags};
use crate::kernel::io::{Sink, Source};
use crate::kernel::process::Process;
use crate::kernel::syscall::tty;
use std::any::Any;
use std::sync::Arc;

/// An open file as a name: stands for it in every respect.
pub struct Descriptor {
    file: Arc<OpenFile>,
    opening: Opening,
}

/// What opening it gives.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Opening {
    /// The open file itself, as dup does.
    Shares,
    /// Another open file on the same thing.
    Anew,
}

impl Descriptor {
    /// One of the caller's own descriptors.
    pub fn own(file: Arc<OpenFile>) -> Self {
        let opening = Opening::Shares;
        Descriptor { file, opening }
    }

    /// One of another process: who opens it gets an offset of their own.
    pub fn of_another(file: Arc<OpenFile>) -> Self {
        let opening = Opening::Anew;
        Descriptor { file, opening }
    }

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
    fn stands_for(&self) -> Option<&Arc<OpenFile>> {
        Some(&self.file)
    }
    fn open(&self, process: Option<&Process>, flags: OpenFlags) -> Result<Opened> {
        if self.opening == Opening::Shares {
            return Ok(Opened::Dup(self.file.clone()));
        }
        match &self.file.file {
            File::Inode(inode) => match inode.open(process, flags)? {
                Opened::Inode => Ok(Opened::File(File::Inode(inode.clone()))),
                other => Ok(other),
            },
            File::PipeReader(end) | File::PipeBoth(end, _) => Ok(Opened::Fifo(end.pipe().clone())),
            File::PipeWriter(end) => Ok(Opened::Fifo(end.pipe().clone())),
            File::PtySlave(slave) => Ok(Opened::File(match process {
                Some(process) => tty::open_slave(process, slave.pty(), flags)?,
                None => File::PtySlave(slave.pty().open_slave()?),
            })),
            File::PtyMaster(_) => Err(Error::new(Errno::ENXIO, "a terminal has one master")),
            File::Timer(_) | File::Process(_) => Err(Error::new(Errno::ENXIO, "it can only be shared")),
        }
    }
    fn refresh(&self) -> Result<()> {
        self.file.inode().map_or(Ok(()), |inode| inode.refresh())
    }
    fn sync(&self) -> Result<()> {
        self.file.inode()?.sync()
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
