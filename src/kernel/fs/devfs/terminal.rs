//! `/dev/tty`, `/dev/ptmx`, `/dev/pts/N`: the ways to a terminal.

use super::descriptors::parse_number;
use super::directory::{DevDirectory, FIRST_COOKIE, Listed, tell};
use super::meta::{Meta, answered_by_meta, fixed, not_to_be_changed};
use crate::kernel::error::{Errno, Error, Result};
use crate::kernel::file::{File, OpenFlags};
use crate::kernel::fs::kernel_ref::KernelRef;
use crate::kernel::fs::{DirEntry, FileType, Inode, InodeRef, Opened, SetAttr, Stat};
use crate::kernel::process::Process;
use crate::kernel::syscall::tty;
use crate::kernel::tty::{PTS_DEV, Pty};
use std::any::Any;
use std::sync::{Arc, Weak};

/// `/dev/tty`.
pub struct ControllingTerminal {
    pub meta: Meta,
}

impl Inode for ControllingTerminal {
    answered_by_meta!();

    fn open(&self, process: Option<&Process>, flags: OpenFlags) -> Result<Opened> {
        let process = process.ok_or(Error::new(Errno::ENXIO, "the page has no controlling terminal"))?;
        let pty = tty::controlling_terminal(process)?;
        Ok(Opened::File(tty::open_slave(process, &pty, flags)?))
    }
}

/// `/dev/ptmx`: opening it makes a terminal.
pub struct Multiplexer {
    pub meta: Meta,
}

impl Inode for Multiplexer {
    answered_by_meta!();

    fn open(&self, process: Option<&Process>, _flags: OpenFlags) -> Result<Opened> {
        let process = process.ok_or(Error::new(Errno::ENXIO, "only a process opens terminals by path"))?;
        let master = tty::create(process.kernel())?;
        Ok(Opened::File(File::PtyMaster(master)))
    }
}

/// `/dev/pts`.
pub struct PtsDirectory {
    pub meta: Meta,
    pub parent: Weak<DevDirectory>,
    pub kernel: Arc<KernelRef>,
}

impl Inode for PtsDirectory {
    answered_by_meta!();
    not_to_be_changed!();

    fn lookup(&self, name: &[u8], _process: Option<&Process>) -> Result<InodeRef> {
        let index = parse_number(name).ok_or(Errno::ENOENT)?;
        Ok(Arc::new(Slave {
            pty: self.kernel.get()?.ptys.lookup(index)?,
        }))
    }

    fn parent(&self) -> Result<InodeRef> {
        Ok(self.parent.upgrade().ok_or(Errno::ENOENT)?)
    }

    fn read_dir(
        &self,
        cookie: u64,
        _process: Option<&Process>,
        each: &mut dyn FnMut(DirEntry) -> bool,
    ) -> Result<()> {
        let indices = self
            .kernel
            .get()
            .map(|kernel| kernel.ptys.list())
            .unwrap_or_default();
        let listed = indices.into_iter().map(|index| -> Listed {
            let name = index.to_string().into_bytes().into();
            (
                FIRST_COOKIE + u64::from(index),
                name,
                slave_ino(index),
                FileType::CharDevice,
            )
        });
        tell(cookie, self.meta.ino, self.parent()?.ino(), listed, each);
        Ok(())
    }
}

/// As [`Pty::slave_stat`] has it.
fn slave_ino(index: u32) -> u64 {
    u64::from(index) + 3
}

/// `/dev/pts/N`.
struct Slave {
    pty: Arc<Pty>,
}

impl Inode for Slave {
    fn stat(&self) -> Stat {
        self.pty.slave_stat()
    }
    fn file_type(&self) -> FileType {
        FileType::CharDevice
    }
    fn ino(&self) -> u64 {
        slave_ino(self.pty.index())
    }
    fn dev(&self) -> u64 {
        PTS_DEV
    }
    fn set_attr(&self, _changes: SetAttr) -> Result<()> {
        Err(fixed())
    }
    fn as_any(&self) -> &dyn Any {
        self
    }
    fn open(&self, process: Option<&Process>, flags: OpenFlags) -> Result<Opened> {
        Ok(Opened::File(match process {
            Some(process) => tty::open_slave(process, &self.pty, flags)?,
            None => File::PtySlave(self.pty.open_slave()?),
        }))
    }
}
