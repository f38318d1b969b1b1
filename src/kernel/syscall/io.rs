//! read(2), write(2) and their relatives.

use crate::kernel::error::{Attempt, Block, Errno, Error, Fault, Result, SysResult};
use crate::kernel::file::{File, OpenFile, Whence};
use crate::kernel::fs::Stat;
use crate::kernel::io::{Sink, Source};
use crate::kernel::process::{Current, Fd};
use crate::kernel::question;
use crate::kernel::signal::Signal;
use crate::kernel::sync::WaitQueue;
use crate::kernel::syscall::rlimit;
use crate::kernel::syscall::tty::{Access, check_access};

/// Kernel code can't be terminated, so long copies are cut into pieces, with a look at KILL between them.
const SLICE: usize = 65_536;

/// read(2): waits until there is something, unless O_NONBLOCK. 0 is the end of the file.
pub fn read(current: &Current, fd: Fd, into: &mut dyn Sink) -> SysResult<usize> {
    let file = current.fds.get(current.owner(), fd)?;
    read_file(current, &file, into)
}

/// The same on an open file.
pub fn read_file(current: &Current, file: &OpenFile, into: &mut dyn Sink) -> SysResult<usize> {
    if let File::PtySlave(pty) = &file.file {
        check_access(current, pty, Access::Read)?;
    }
    let mut slice = Bounded {
        inner: into,
        taken: 0,
    };
    let mut total = 0;
    loop {
        slice.taken = 0;
        let before = slice.inner.room();
        let outcome = file.try_read(&mut slice);
        let count = match outcome {
            Ok(count) => count,
            Err(Block::WouldBlock) if total > 0 => return Ok(total),
            Err(Block::WouldBlock) => return wait_read(current, file, slice.inner),
            Err(Block::Failed(_)) if total > 0 => return Ok(total),
            Err(Block::Failed(error)) => return Err(error.into()),
        };
        total += count;
        // Only files of a file system go on: what else comes in pieces is complete as it is.
        let full_slice = count == SLICE.min(before) && before > SLICE;
        // What the page was asked for must not be asked for twice: such a read ends after one piece.
        let over = current.word().is_killed() || question::has_asked();
        if !full_slice || !matches!(file.file, File::Inode(_)) || over {
            return Ok(total);
        }
    }
}

#[cold]
fn wait_read(current: &Current, file: &OpenFile, into: &mut dyn Sink) -> SysResult<usize> {
    match &file.file {
        // VMIN and VTIME have rules of their own.
        File::PtySlave(pty) if file.nonblocking() => return Ok(super::tty::read_available(pty, into)?),
        File::PtySlave(pty) => return super::tty::wait_read(current, pty, into),
        _ if file.nonblocking() => return Err(Errno::EAGAIN.into()),
        _ => {}
    }
    let queues = file.wait_queues();
    let attempt = || {
        file.try_read(&mut Bounded {
            inner: &mut *into,
            taken: 0,
        })
    };
    Ok(current.wait(&present(&queues), None, attempt)?)
}

/// write(2): waits until all is written, unless O_NONBLOCK or a signal cuts it short. A broken pipe raises SIGPIPE.
pub fn write(current: &Current, fd: Fd, from: &mut dyn Source) -> SysResult<usize> {
    let file = current.fds.get(current.owner(), fd)?;
    write_file(current, &file, from)
}

/// The same on an open file.
pub fn write_file(current: &Current, file: &OpenFile, from: &mut dyn Source) -> SysResult<usize> {
    if let File::PtySlave(pty) = &file.file {
        check_access(current, pty, Access::Write)?;
    }
    let limited = current.file_size_limit() != u64::MAX;
    if limited && matches!(file.file, File::Inode(_)) && from.remaining() > 0 {
        let room = rlimit::room_in(current, file, None)?;
        return write_slices(current, file, &mut AtMost { inner: from, room });
    }
    write_slices(current, file, from)
}

fn write_slices(current: &Current, file: &OpenFile, from: &mut dyn Source) -> SysResult<usize> {
    let mut total = 0;
    loop {
        match write_once(current, file, from) {
            Ok(count) => {
                total += count;
                if from.remaining() == 0 || (count == 0 && matches!(file.file, File::Inode(_))) {
                    return Ok(total);
                }
            }
            // What has been written can't be taken back: the error shows at the next call.
            Err(_) if total > 0 => return Ok(total),
            Err(Fault::Error(error)) if error.errno == Errno::EPIPE => {
                current.raise(Signal::SIGPIPE);
                return Err(error.into());
            }
            Err(fault) => return Err(fault),
        }
        if current.word().is_killed() || question::has_asked() {
            return Ok(total);
        }
    }
}

fn write_once(current: &Current, file: &OpenFile, from: &mut dyn Source) -> SysResult<usize> {
    match write_slice(file, from) {
        Ok(count) => Ok(count),
        Err(Block::Failed(error)) => Err(error.into()),
        Err(Block::WouldBlock) if file.nonblocking() => Err(Errno::EAGAIN.into()),
        Err(Block::WouldBlock) => {
            let queues = file.wait_queues();
            Ok(current.wait(&present(&queues), None, || write_slice(file, from))?)
        }
    }
}

fn write_slice(file: &OpenFile, from: &mut dyn Source) -> Attempt<usize> {
    // A short write to a pipe is atomic; it is never longer than a slice.
    file.try_write(&mut Bounded {
        inner: from,
        taken: 0,
    })
}

/// pread(2). ESPIPE on what has no offset.
pub fn pread(current: &Current, fd: Fd, offset: u64, into: &mut dyn Sink) -> SysResult<usize> {
    let file = current.fds.get(current.owner(), fd)?;
    let mut slice = Bounded {
        inner: into,
        taken: 0,
    };
    let mut total = 0;
    loop {
        slice.taken = 0;
        let at = offset.checked_add(total as u64).ok_or(Errno::EINVAL)?;
        let count = immediate(file.try_pread(at, &mut slice))?;
        total += count;
        if count < SLICE || slice.inner.room() == 0 || current.word().is_killed() || question::has_asked() {
            return Ok(total);
        }
    }
}

/// pwrite(2). ESPIPE on what has no offset.
pub fn pwrite(current: &Current, fd: Fd, offset: u64, from: &mut dyn Source) -> SysResult<usize> {
    let file = current.fds.get(current.owner(), fd)?;
    if current.file_size_limit() != u64::MAX && from.remaining() > 0 {
        let room = rlimit::room_in(current, &file, Some(offset))?;
        return pwrite_slices(current, &file, offset, &mut AtMost { inner: from, room });
    }
    pwrite_slices(current, &file, offset, from)
}

fn pwrite_slices(current: &Current, file: &OpenFile, offset: u64, from: &mut dyn Source) -> SysResult<usize> {
    let mut total = 0;
    loop {
        let at = offset.checked_add(total as u64).ok_or(Errno::EINVAL)?;
        let outcome = immediate(file.try_pwrite(
            at,
            &mut Bounded {
                inner: from,
                taken: 0,
            },
        ));
        let count = match outcome {
            Err(_) if total > 0 => return Ok(total),
            other => other?,
        };
        total += count;
        if count == 0 || from.remaining() == 0 || current.word().is_killed() || question::has_asked() {
            return Ok(total);
        }
    }
}

/// lseek(2): answers the new offset.
pub fn seek(current: &Current, fd: Fd, whence: Whence, delta: i64) -> Result<u64> {
    current.fds.get(current.owner(), fd)?.seek(whence, delta)
}

/// fstat(2).
pub fn fstat(current: &Current, fd: Fd) -> Result<Stat> {
    let file = current.fds.get(current.owner(), fd)?;
    if let File::Inode(inode) = &file.file {
        inode.refresh()?;
    }
    Ok(file.stat())
}

/// ftruncate(2). EINVAL where it was not opened for writing, or is no regular file.
pub fn ftruncate(current: &Current, fd: Fd, length: u64) -> Result<()> {
    let file = current.fds.get(current.owner(), fd)?;
    rlimit::require_size(current, length)?;
    super::path::ftruncate(current, &file, length)
}

/// posix_fallocate(3): the file is at least `offset + length` long afterwards, and writing there needs no more room. EBADF, EFBIG, EINVAL,
/// ENODEV (no regular file), ENOSPC, ESPIPE.
/// <https://pubs.opengroup.org/onlinepubs/9799919799/functions/posix_fallocate.html>
pub fn fallocate(current: &Current, fd: Fd, offset: u64, length: u64) -> Result<()> {
    let file = current.fds.get(current.owner(), fd)?;
    if !file.flags().writable() {
        return Err(Error::new(Errno::EBADF, "not open for writing"));
    }
    let File::Inode(inode) = &file.file else {
        return Err(Errno::ESPIPE.into());
    };
    if length == 0 || offset > i64::MAX as u64 || length > i64::MAX as u64 {
        return Err(Errno::EINVAL.into());
    }
    let end = offset + length;
    if end > i64::MAX as u64 {
        return Err(Errno::EFBIG.into());
    }
    rlimit::require_size(current, end)?;
    inode.refresh()?;
    let mut at = offset;
    while at < end && !current.word().is_killed() {
        at += inode.allocate(at, end - at)?;
    }
    Ok(())
}

/// fsync(2), fdatasync(2). EINVAL on what can't be synchronised.
pub fn sync(current: &Current, fd: Fd) -> Result<()> {
    current.fds.get(current.owner(), fd)?.inode()?.sync()
}

fn immediate(attempt: Attempt<usize>) -> SysResult<usize> {
    attempt.map_err(|block| match block {
        Block::WouldBlock => Errno::EAGAIN.into(),
        Block::Failed(error) => error.into(),
    })
}

/// The queues that are there.
pub(super) fn present<'a>(queues: &[Option<&'a WaitQueue>]) -> Vec<&'a WaitQueue> {
    queues.iter().flatten().copied().collect()
}

/// At most [`SLICE`] bytes of a caller's memory.
struct Bounded<'a, T: ?Sized> {
    inner: &'a mut T,
    taken: usize,
}

impl Sink for Bounded<'_, dyn Sink + '_> {
    fn room(&self) -> usize {
        self.inner.room().min(SLICE - self.taken)
    }
    fn put(&mut self, bytes: &[u8]) -> Result<()> {
        self.taken += bytes.len();
        self.inner.put(bytes)
    }
}

impl Source for Bounded<'_, dyn Source + '_> {
    fn remaining(&self) -> usize {
        self.inner.remaining().min(SLICE - self.taken)
    }
    fn take(&mut self, into: &mut [u8]) -> Result<()> {
        self.taken += into.len();
        self.inner.take(into)
    }
}

/// A caller's memory, of which only the first `room` bytes may be taken: RLIMIT_FSIZE allows no more.
struct AtMost<'a> {
    inner: &'a mut dyn Source,
    room: usize,
}

impl Source for AtMost<'_> {
    fn remaining(&self) -> usize {
        self.inner.remaining().min(self.room)
    }
    fn take(&mut self, into: &mut [u8]) -> Result<()> {
        self.inner.take(into)?;
        self.room -= into.len();
        Ok(())
    }
}
