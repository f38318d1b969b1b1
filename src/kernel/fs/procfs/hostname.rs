//! `/proc/sys/kernel/hostname`: the host name, which root may write.

use super::meta::answered_by_meta;
use super::text::{Maker, Snapshot, TextFile};
use crate::kernel::Kernel;
use crate::kernel::error::{Attempt, Errno, Error, Result};
use crate::kernel::file::{File, OpenFlags};
use crate::kernel::fs::{FileType, Inode, Opened, SetAttr, Stat, WritePosition};
use crate::kernel::host::HOST_NAME_MAX;
use crate::kernel::io::{Sink, Source};
use crate::kernel::process::Process;
use std::any::Any;
use std::sync::Arc;

/// The text.
pub fn text(kernel: &Kernel) -> Result<Vec<u8>> {
    Ok([&*kernel.host().hostname(), b"\n"].concat())
}

/// The file.
pub struct Hostname(pub TextFile);

impl Inode for Hostname {
    fn stat(&self) -> Stat {
        self.0.stat()
    }
    fn file_type(&self) -> FileType {
        self.0.file_type()
    }
    fn ino(&self) -> u64 {
        self.0.ino()
    }
    fn dev(&self) -> u64 {
        self.0.dev()
    }
    fn set_attr(&self, changes: SetAttr) -> Result<()> {
        self.0.set_attr(changes)
    }
    fn as_any(&self) -> &dyn Any {
        self
    }

    fn open(&self, _process: Option<&Process>, _flags: OpenFlags) -> Result<Opened> {
        let Maker::Kernel(kernel, _) = &self.0.maker else {
            return Err(Errno::EIO.into());
        };
        let (meta, text) = (self.0.meta, self.0.text()?);
        Ok(Opened::File(File::Inode(Arc::new(OpenHostname {
            meta,
            kernel: kernel.get()?,
            snapshot: Snapshot { meta, text },
        }))))
    }

    fn truncate(&self, _length: u64) -> Result<()> {
        // As Linux: it has no length, and what is written replaces it.
        Ok(())
    }
}

/// The open file.
struct OpenHostname {
    meta: super::meta::Meta,
    kernel: Arc<Kernel>,
    snapshot: Snapshot,
}

impl Inode for OpenHostname {
    answered_by_meta!();

    fn try_read_at(&self, offset: u64, into: &mut dyn Sink) -> Attempt<usize> {
        self.snapshot.read(offset, into)
    }

    /// One write is one name: up to a newline or a NUL. It is written whole or not at all.
    fn try_write_at(&self, position: WritePosition, from: &mut dyn Source) -> Attempt<(usize, u64)> {
        if !matches!(position, WritePosition::At(0) | WritePosition::End) {
            return Err(Error::new(Errno::EINVAL, "a host name is written at once").into());
        }
        let count = from.remaining();
        if count > HOST_NAME_MAX + 1 {
            return Err(Error::new(Errno::EINVAL, "the host name is too long").into());
        }
        let mut bytes = [0; HOST_NAME_MAX + 1];
        from.take(&mut bytes[..count])?;
        let name = bytes[..count]
            .split(|byte| matches!(byte, b'\n' | 0))
            .next()
            .unwrap_or_default();
        self.kernel.host().set_hostname(name)?;
        Ok((count, count as u64))
    }

    fn truncate(&self, _length: u64) -> Result<()> {
        Ok(())
    }
}
