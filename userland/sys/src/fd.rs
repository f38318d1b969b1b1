//! Descriptors: open, duplicate, flags, pipes, read, write, seek, poll.
//!
//! A shell juggles descriptor numbers that others own, so [`Fd`] is a plain number that is not closed when dropped.
//! A program that wants ownership converts with `OwnedFd::from(fd)` of [`Fd::into_owned`].

use std::os::fd::{AsRawFd, FromRawFd, OwnedFd, RawFd};

use crate::{Errno, Mode, PathArg, Result, imp};

/// A descriptor's number.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
#[repr(transparent)]
pub struct Fd(pub i32);

impl Fd {
    pub const STDIN: Fd = Fd(0);
    pub const STDOUT: Fd = Fd(1);
    pub const STDERR: Fd = Fd(2);

    /// Hands the descriptor to std, which closes it when dropped. Only for a descriptor that the caller opened and that
    /// nobody else closes.
    pub fn into_owned(self) -> OwnedFd {
        // SAFETY: the contract above; a wrong number gives EBADF from the kernel, never memory unsafety here.
        unsafe { OwnedFd::from_raw_fd(self.0) }
    }
}

impl AsRawFd for Fd {
    fn as_raw_fd(&self) -> RawFd {
        self.0
    }
}

bitflags::bitflags! {
    /// open(2)'s flags, with Linux's values.
    #[derive(Clone, Copy, PartialEq, Eq, Debug)]
    #[repr(transparent)]
    pub struct OpenFlags: u32 {
        const RDONLY = 0;
        const WRONLY = 1;
        const RDWR = 2;
        const CREAT = 0x40;
        const EXCL = 0x80;
        const NOCTTY = 0x100;
        const TRUNC = 0x200;
        const APPEND = 0x400;
        const NONBLOCK = 0x800;
        const DIRECTORY = 0x10000;
        const NOFOLLOW = 0x20000;
        const CLOEXEC = 0x80000;
    }

    /// The flags of a descriptor (not of the open file).
    #[derive(Clone, Copy, PartialEq, Eq, Debug)]
    #[repr(transparent)]
    pub struct FdFlags: u32 {
        const CLOEXEC = 1;
    }

    /// poll(2)'s events.
    #[derive(Clone, Copy, PartialEq, Eq, Debug)]
    #[repr(transparent)]
    pub struct PollEvents: u16 {
        const IN = 1;
        const PRI = 2;
        const OUT = 4;
        const ERR = 8;
        const HUP = 0x10;
        const NVAL = 0x20;
    }
}

/// One descriptor that [`poll`] looks at.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub struct PollFd {
    pub fd: Fd,
    pub events: PollEvents,
    pub revents: PollEvents,
}

/// lseek(2)'s whence.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(i32)]
pub enum Whence {
    Set = 0,
    Current = 1,
    End = 2,
    /// The first data at or after the offset.
    Data = 3,
    /// The first hole at or after the offset; the end of the file counts as one.
    Hole = 4,
}

pub fn open(path: impl PathArg, flags: OpenFlags, mode: Mode) -> Result<Fd> {
    imp::open(path.path_bytes(), flags, mode.bits())
}

pub fn close(fd: Fd) -> Result<()> {
    imp::close(fd)
}

/// One read(2): 0 bytes is the end of the file.
pub fn read(fd: Fd, buf: &mut [u8]) -> Result<usize> {
    imp::read(fd, buf)
}

/// One write(2), which may be short.
pub fn write(fd: Fd, buf: &[u8]) -> Result<usize> {
    imp::write(fd, buf)
}

/// Writes all of `buf`, starting again after a signal's handler ran.
pub fn write_all(fd: Fd, mut buf: &[u8]) -> Result<()> {
    while !buf.is_empty() {
        match imp::write(fd, buf) {
            Ok(0) => return Err(Errno::EIO),
            Ok(n) => buf = &buf[n..],
            Err(Errno::EINTR) => {}
            Err(e) => return Err(e),
        }
    }
    Ok(())
}

/// A pipe: (reading end, writing end).
pub fn pipe() -> Result<(Fd, Fd)> {
    imp::pipe2(OpenFlags::empty())
}

/// A pipe with `CLOEXEC` and/or `NONBLOCK` on both ends.
pub fn pipe2(flags: OpenFlags) -> Result<(Fd, Fd)> {
    imp::pipe2(flags)
}

pub fn dup(fd: Fd) -> Result<Fd> {
    imp::dup(fd)
}

pub fn dup2(old: Fd, new: Fd) -> Result<()> {
    imp::dup2(old, new)
}

pub fn dup3(old: Fd, new: Fd, flags: OpenFlags) -> Result<()> {
    imp::dup3(old, new, flags)
}

/// The lowest free descriptor that is at least `min` (fcntl's F_DUPFD or F_DUPFD_CLOEXEC).
pub fn dup_from(fd: Fd, min: Fd, flags: FdFlags) -> Result<Fd> {
    let cmd = if flags.contains(FdFlags::CLOEXEC) {
        imp::F_DUPFD_CLOEXEC
    } else {
        imp::F_DUPFD
    };
    imp::fcntl(fd, cmd, min.0).map(Fd)
}

pub fn getfd(fd: Fd) -> Result<FdFlags> {
    imp::fcntl(fd, imp::F_GETFD, 0).map(|v| FdFlags::from_bits_truncate(v as u32))
}

pub fn setfd(fd: Fd, flags: FdFlags) -> Result<()> {
    imp::fcntl(fd, imp::F_SETFD, flags.bits() as i32).map(drop)
}

/// The open file's flags (access mode, APPEND, NONBLOCK).
pub fn getfl(fd: Fd) -> Result<OpenFlags> {
    imp::fcntl(fd, imp::F_GETFL, 0).map(|v| OpenFlags::from_bits_truncate(v as u32))
}

pub fn setfl(fd: Fd, flags: OpenFlags) -> Result<()> {
    imp::fcntl(fd, imp::F_SETFL, flags.bits() as i32).map(drop)
}

/// Moves the offset of the open file; answers the new one.
pub fn lseek(fd: Fd, offset: i64, whence: Whence) -> Result<u64> {
    imp::lseek(fd, offset, whence as i32)
}

/// Waits until a descriptor is ready; `None` waits without end. The number of ready ones is the answer.
pub fn poll(fds: &mut [PollFd], timeout_ms: Option<u32>) -> Result<usize> {
    imp::poll(fds, timeout_ms.map_or(-1, |t| t.min(i32::MAX as u32) as i32))
}
