//! getrlimit(2), setrlimit(2), and RLIMIT_FSIZE where files are written.

use crate::kernel::error::{Errno, Error, Result};
use crate::kernel::file::{File, OpenFile, OpenFlags};
use crate::kernel::fs::FileType;
use crate::kernel::process::{Current, Resource, Rlimit};
use crate::kernel::signal::Signal;

/// getrlimit(2).
pub fn getrlimit(current: &Current, resource: Resource) -> Rlimit {
    current.rlimits().get(resource)
}

/// setrlimit(2). EINVAL (the soft limit above the hard one), EPERM (raising the hard one without being root, or beyond the kernel's),
/// ENOTSUP (a resource that can't be limited).
pub fn setrlimit(current: &Current, resource: Resource, new: Rlimit) -> Result<()> {
    current.set_rlimit(resource, new)
}

/// How many bytes a process may write to a file that it writes to at `offset` (`None`: at its offset, or at the end with O_APPEND).
/// SIGXFSZ and EFBIG where that is none.
#[cold]
pub(super) fn room_in(current: &Current, file: &OpenFile, offset: Option<u64>) -> Result<usize> {
    let File::Inode(inode) = &file.file else {
        return Ok(usize::MAX);
    };
    if inode.file_type() != FileType::Regular {
        return Ok(usize::MAX);
    }
    let at = match offset {
        Some(at) => at,
        None if file.flags().contains(OpenFlags::O_APPEND) => inode.stat().size,
        None => file.offset(),
    };
    match current.file_size_limit().saturating_sub(at) {
        0 => Err(exceeded(current)),
        left => Ok(usize::try_from(left).unwrap_or(usize::MAX)),
    }
}

/// SIGXFSZ and EFBIG unless the process may make a regular file of `size` bytes.
pub(super) fn require_size(current: &Current, size: u64) -> Result<()> {
    if size > current.file_size_limit() {
        return Err(exceeded(current));
    }
    Ok(())
}

fn exceeded(current: &Current) -> Error {
    current.raise(Signal::SIGXFSZ);
    Error::new(Errno::EFBIG, "beyond RLIMIT_FSIZE")
}
