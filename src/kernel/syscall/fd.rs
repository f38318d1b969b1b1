//! Descriptors: pipe, dup, fcntl, close.

use crate::kernel::error::{Errno, Error, Result};
use crate::kernel::file::{File, OpenFile, OpenFlags};
use crate::kernel::pipe::Pipe;
use crate::kernel::process::{Current, Fd, FdFlags};
use std::sync::Arc;

/// close(2). EBADF.
pub fn close(current: &Current, fd: Fd) -> Result<()> {
    let closed = current.fds.close(current.owner(), fd)?;
    current.give_up_locks(&closed);
    Ok(())
}

/// WASI's fd_renumber: moves `from` to `to`, closing what was there. EBADF when either is not open.
pub fn renumber(current: &Current, from: Fd, to: Fd) -> Result<()> {
    let replaced = current.fds.renumber(current.owner(), from, to)?;
    settle(current, replaced);
    Ok(())
}

/// A new open file description of the caller's, in no file system. ENFILE.
pub(super) fn new_file(current: &Current, file: File, flags: OpenFlags) -> Result<Arc<OpenFile>> {
    let slot = OpenFile::reserve(current.kernel().open_descriptions())?;
    Ok(OpenFile::within(slot, None, file, flags))
}

/// What a duplicate has replaced is closed.
fn settle(current: &Current, replaced: Option<Arc<OpenFile>>) {
    if let Some(closed) = replaced {
        current.give_up_locks(&closed);
    }
}

/// pipe2(2) with O_CLOEXEC and O_NONBLOCK: the read end, the write end. EINVAL for other flags, EMFILE, ENFILE.
pub fn pipe(current: &Current, flags: OpenFlags) -> Result<(Fd, Fd)> {
    if !(OpenFlags::O_CLOEXEC | OpenFlags::O_NONBLOCK).contains(flags) {
        return Err(Error::new(Errno::EINVAL, "pipe2 takes O_CLOEXEC and O_NONBLOCK"));
    }
    let (reader, writer) = Pipe::pair_within(current.kernel().pipes())?;
    let status = flags & OpenFlags::O_NONBLOCK;
    let reader = new_file(current, File::PipeReader(reader), status)?;
    let writer = new_file(current, File::PipeWriter(writer), status | OpenFlags::O_WRONLY)?;
    let read_fd = current.fds.install(current.owner(), reader, fd_flags(flags))?;
    match current.fds.install(current.owner(), writer, fd_flags(flags)) {
        Ok(write_fd) => Ok((read_fd, write_fd)),
        Err(error) => {
            current.fds.close(current.owner(), read_fd)?;
            Err(error)
        }
    }
}

/// FD_CLOEXEC if `flags` has O_CLOEXEC.
pub fn fd_flags(flags: OpenFlags) -> FdFlags {
    if flags.contains(OpenFlags::O_CLOEXEC) {
        FdFlags::FD_CLOEXEC
    } else {
        FdFlags::empty()
    }
}

/// dup(2). EBADF, EMFILE.
pub fn dup(current: &Current, fd: Fd) -> Result<Fd> {
    dup_from(current, fd, Fd(0), FdFlags::empty())
}

/// F_DUPFD and F_DUPFD_CLOEXEC: the lowest free number from `least` on. EBADF, EINVAL, EMFILE.
pub fn dup_from(current: &Current, fd: Fd, least: Fd, flags: FdFlags) -> Result<Fd> {
    let file = current.fds.get(current.owner(), fd)?;
    current.fds.install_from(current.owner(), least, file, flags)
}

/// dup2(2): `old` onto itself changes nothing. EBADF.
pub fn dup2(current: &Current, old: Fd, new: Fd) -> Result<()> {
    let file = current.fds.get(current.owner(), old)?;
    if old == new {
        return Ok(());
    }
    let replaced = current
        .fds
        .install_at(current.owner(), new, file, FdFlags::empty())?;
    settle(current, replaced);
    Ok(())
}

/// dup3(2): EINVAL when both are the same, or for flags other than O_CLOEXEC.
pub fn dup3(current: &Current, old: Fd, new: Fd, flags: OpenFlags) -> Result<()> {
    if old == new || !OpenFlags::O_CLOEXEC.contains(flags) {
        return Err(Errno::EINVAL.into());
    }
    let file = current.fds.get(current.owner(), old)?;
    let replaced = current
        .fds
        .install_at(current.owner(), new, file, fd_flags(flags))?;
    settle(current, replaced);
    Ok(())
}

/// fcntl F_GETFL: access mode and status flags.
pub fn status_flags(current: &Current, fd: Fd) -> Result<OpenFlags> {
    current.fds.with(current.owner(), fd, OpenFile::flags)
}

/// fcntl F_SETFL.
pub fn set_status_flags(current: &Current, fd: Fd, flags: OpenFlags) -> Result<()> {
    current
        .fds
        .with(current.owner(), fd, |file| file.set_status_flags(flags))
}
