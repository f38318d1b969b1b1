//! Descriptors: pipe2, dup, fcntl, open, lseek, poll.

use super::{Fields, Structure, lock};
use crate::kernel::error::{Errno, Error, Result, SysResult};
use crate::kernel::file::{OpenFlags, PollEvents, Whence};
use crate::kernel::process::{Fd, FdFlags};
use crate::kernel::syscall::path::{self, Base};
use crate::kernel::syscall::poll::{self as waiting, PollFd};
use crate::kernel::syscall::{fd as fds, io, poll::deadline_in};
use crate::wasmvm::guest::Guest;
use crate::wasmvm::memory::{GuestMemory, GuestPath};

pub(super) fn flags(bits: u32) -> Result<OpenFlags> {
    OpenFlags::from_bits(bits).ok_or(Error::new(Errno::EINVAL, "unknown flags"))
}

pub fn pipe2(guest: &Guest, bits: u32, read_fd: u32, write_fd: u32) -> SysResult<()> {
    guest.memory.slice(read_fd, 4)?;
    guest.memory.slice(write_fd, 4)?;
    let (reader, writer) = fds::pipe(&guest.current, flags(bits)?)?;
    guest.memory.put_u32(read_fd, reader.0)?;
    Ok(guest.memory.put_u32(write_fd, writer.0)?)
}

pub fn dup(guest: &Guest, fd: u32, out: u32) -> SysResult<()> {
    guest.memory.slice(out, 4)?;
    let new = fds::dup(&guest.current, Fd(fd))?;
    Ok(guest.memory.put_u32(out, new.0)?)
}

pub fn dup2(guest: &Guest, old: u32, new: u32) -> SysResult<()> {
    Ok(fds::dup2(&guest.current, Fd(old), Fd(new))?)
}

pub fn dup3(guest: &Guest, old: u32, new: u32, bits: u32) -> SysResult<()> {
    Ok(fds::dup3(&guest.current, Fd(old), Fd(new), flags(bits)?)?)
}

pub fn fcntl(guest: &Guest, fd: u32, cmd: u32, arg: u32, result: u32) -> SysResult<()> {
    if result != 0 {
        guest.memory.slice(result, 4)?;
    }
    if lock::is_command(cmd) {
        return lock::fcntl(guest, fd, cmd, arg);
    }
    let (current, fd) = (&guest.current, Fd(fd));
    let value = match cmd {
        0 => fds::dup_from(current, fd, Fd(arg), FdFlags::empty())?.0,
        1030 => fds::dup_from(current, fd, Fd(arg), FdFlags::FD_CLOEXEC)?.0,
        1 => current.fds.flags(current.owner(), fd)?.bits(),
        2 => current
            .fds
            .set_flags(current.owner(), fd, FdFlags::from_bits_truncate(arg))
            .map(|()| 0)?,
        3 => fds::status_flags(current, fd)?.bits(),
        4 => fds::set_status_flags(current, fd, OpenFlags::from_bits_truncate(arg)).map(|()| 0)?,
        _ => return Err(Error::new(Errno::EINVAL, "fcntl: no such command").into()),
    };
    if result != 0 {
        guest.memory.put_u32(result, value)?;
    }
    Ok(())
}

pub fn open(guest: &Guest, path: u32, path_len: u32, oflags: u32, mode: u32, fd: u32) -> SysResult<()> {
    guest.memory.slice(fd, 4)?;
    let path = GuestPath::read(&guest.memory, path, path_len)?;
    // Linux ignores flags that it does not know; so do its programs.
    let opened = path::open(
        &guest.current,
        Base::Cwd,
        &path,
        OpenFlags::from_bits_truncate(oflags),
        mode,
    )?;
    Ok(guest.memory.put_u32(fd, opened.0)?)
}

pub fn lseek(guest: &Guest, fd: u32, offset: i64, whence: u32, out: u32) -> SysResult<()> {
    guest.memory.slice(out, 8)?;
    let whence = match whence {
        0 => Whence::Set,
        1 => Whence::Current,
        2 => Whence::End,
        3 => Whence::Data,
        4 => Whence::Hole,
        _ => return Err(Error::new(Errno::EINVAL, "no such whence").into()),
    };
    let offset = io::seek(&guest.current, Fd(fd), whence, offset)?;
    Ok(guest.memory.put_u64(out, offset)?)
}

const POLLFD: u32 = 8;
/// As many as a process may have descriptors, several times over.
const POLL_MAX: u32 = 4_096;

pub fn poll(guest: &Guest, at: u32, count: u32, timeout_ms: i32, ready: u32) -> SysResult<()> {
    if count > POLL_MAX {
        return Err(Error::new(Errno::EINVAL, "too many descriptors").into());
    }
    guest.memory.slice(ready, 4)?;
    let bytes = guest
        .memory
        .bytes(at, count * POLLFD, POLL_MAX * POLLFD, Errno::EINVAL)?;
    let mut list: Vec<PollFd> = bytes.chunks_exact(POLLFD as usize).map(read_pollfd).collect();
    let deadline = u64::try_from(timeout_ms)
        .ok()
        .map(|ms| deadline_in(ms * 1_000_000));
    let found = waiting::poll(&guest.current, &mut list, deadline)?;
    for (index, (each, raw)) in list.iter().zip(bytes.chunks_exact(POLLFD as usize)).enumerate() {
        let mut fields = Fields(raw);
        let pollfd = Structure::<8>::new()
            .u32(fields.u32())
            .u16(fields.u16())
            .u16(each.revents.bits())
            .finish();
        guest.memory.write(at + index as u32 * POLLFD, &pollfd)?;
    }
    Ok(guest.memory.put_u32(ready, found as u32)?)
}

fn read_pollfd(bytes: &[u8]) -> PollFd {
    let mut fields = Fields(bytes);
    let (fd, events) = (fields.u32(), fields.u16());
    PollFd {
        fd: (fd <= i32::MAX as u32).then_some(Fd(fd)),
        events: PollEvents::from_bits_truncate(events),
        revents: PollEvents::empty(),
    }
}
