//! Files whose text the kernel makes: [`TextFile`], and [`Snapshot`], one open file's text.

use super::ProcessRef;
use super::meta::{Meta, answered_by_meta};
use crate::kernel::Kernel;
use crate::kernel::error::{Attempt, Errno, Error, Result};
use crate::kernel::file::{File, OpenFlags};
use crate::kernel::fs::kernel_ref::KernelRef;
use crate::kernel::fs::{Inode, Opened, WritePosition};
use crate::kernel::io::{Sink, Source};
use crate::kernel::process::{Process, ProcessInfo};
use std::sync::Arc;

/// What makes a text.
pub enum Maker {
    /// From the kernel.
    Kernel(Arc<KernelRef>, fn(&Kernel) -> Result<Vec<u8>>),
    /// From a process.
    Process(ProcessRef, fn(&ProcessInfo) -> Result<Vec<u8>>),
}

/// A file of text.
pub struct TextFile {
    pub meta: Meta,
    pub maker: Maker,
}

impl TextFile {
    /// The text as it is now. ESRCH when the process is gone.
    pub fn text(&self) -> Result<Vec<u8>> {
        match &self.maker {
            Maker::Kernel(kernel, make) => make(&*kernel.get()?),
            Maker::Process(process, make) => make(&process.info()?),
        }
    }
}

impl Inode for TextFile {
    answered_by_meta!();

    fn open(&self, _process: Option<&Process>, _flags: OpenFlags) -> Result<Opened> {
        let (meta, text) = (self.meta, self.text()?);
        Ok(Opened::File(File::Inode(Arc::new(Snapshot { meta, text }))))
    }
}

/// The text as it was when the file was opened.
pub struct Snapshot {
    pub meta: Meta,
    pub text: Vec<u8>,
}

impl Snapshot {
    /// read(2).
    pub fn read(&self, offset: u64, into: &mut dyn Sink) -> Attempt<usize> {
        let start = usize::try_from(offset).map_or(self.text.len(), |at| at.min(self.text.len()));
        let count = (self.text.len() - start).min(into.room());
        into.put(&self.text[start..start + count])?;
        Ok(count)
    }
}

impl Inode for Snapshot {
    answered_by_meta!();

    fn try_read_at(&self, offset: u64, into: &mut dyn Sink) -> Attempt<usize> {
        self.read(offset, into)
    }

    fn try_write_at(&self, _position: WritePosition, _from: &mut dyn Source) -> Attempt<(usize, u64)> {
        Err(Error::new(Errno::EIO, "the file can't be written").into())
    }
}
