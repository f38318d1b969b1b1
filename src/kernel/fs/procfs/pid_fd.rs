//! `/proc/<pid>/fd`.

use super::ProcessRef;
use super::directory::{FIRST_COOKIE, Listed, tell};
use super::link::{Kind, ProcessLink};
use super::meta::{Meta, answered_by_meta, not_to_be_changed};
use super::pid::{PidDirectory, directory_ino, meta_of};
use super::root::Root;
use crate::kernel::error::{Errno, Error, Result};
use crate::kernel::fs::devfs::parse_number;
use crate::kernel::fs::{DirEntry, FileType, Inode, InodeRef};
use crate::kernel::process::{Fd, Process};
use std::sync::{Arc, Weak};

/// A process's descriptors, as links. Its mode keeps other users out.
pub struct FdDirectory {
    pub meta: Meta,
    pub root: Weak<Root>,
    pub process: ProcessRef,
}

/// Where the inode numbers of descriptors begin, among those of a process.
const FIRST_SLOT: u64 = 1 << 16;

impl Inode for FdDirectory {
    answered_by_meta!();
    not_to_be_changed!();

    fn lookup(&self, name: &[u8], process: Option<&Process>) -> Result<InodeRef> {
        let fd = Fd(parse_number(name).ok_or(Errno::ENOENT)?);
        let file = self.process.alive()?.fds.look(fd).map_err(|_| Errno::ENOENT)?;
        let flags = file.flags();
        let mode = if flags.readable() { 0o500 } else { 0 } | if flags.writable() { 0o300 } else { 0 };
        let slot = FIRST_SLOT + u64::from(fd.0);
        Ok(Arc::new(ProcessLink {
            meta: meta_of(self.meta.dev, &self.process, slot, FileType::Symlink, mode),
            process: self.process.clone(),
            kind: Kind::Fd(fd),
            open: self.process.is_open_to(process),
        }))
    }

    fn parent(&self) -> Result<InodeRef> {
        Ok(Arc::new(PidDirectory::new(
            self.meta.dev,
            self.root.clone(),
            self.process.clone(),
        )))
    }

    fn name_of(&self, child: &dyn Inode) -> Result<Box<[u8]>> {
        let first = directory_ino(self.process.pid) + FIRST_SLOT;
        let number = child.ino().checked_sub(first).ok_or(Errno::ENOENT)?;
        Ok(number.to_string().into_bytes().into())
    }

    fn read_dir(
        &self,
        cookie: u64,
        looker: Option<&Process>,
        each: &mut dyn FnMut(DirEntry) -> bool,
    ) -> Result<()> {
        // It may have become another user's since it was opened.
        if !self.process.is_open_to(looker) {
            return Err(Error::new(Errno::EACCES, "the process is another user's"));
        }
        let own = directory_ino(self.process.pid);
        let fds = match self.process.alive() {
            Ok(process) => process.fds.list(),
            Err(_) => Vec::new(),
        };
        let entries = fds.into_iter().map(|fd| Listed {
            cookie: FIRST_COOKIE + u64::from(fd.0),
            name: fd.0.to_string().into_bytes().into(),
            ino: own + FIRST_SLOT + u64::from(fd.0),
            file_type: FileType::Symlink,
        });
        tell(cookie, self.meta.ino, own, entries, each);
        Ok(())
    }
}
