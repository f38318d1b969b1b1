//! `fd_*`, but for fd_readdir.

use super::types::{FdFlags, Rights, filestat, filetype, times};
use crate::kernel::error::{Errno, Error, Result, SysResult};
use crate::kernel::file::{File, OpenFile, OpenFlags, Whence};
use crate::kernel::fs::FileType;
use crate::kernel::process::Fd;
use crate::kernel::syscall::{fd, io, path};
use crate::wasmvm::guest::Guest;
use crate::wasmvm::memory::{GuestBuffers, GuestMemory};
use std::sync::Arc;

/// The preopened root. It is not in the fd table.
pub const PREOPEN: u32 = 3;
const PREOPEN_NAME: &[u8] = b"/";

pub fn open_file(guest: &Guest, fd: u32) -> Result<Arc<OpenFile>> {
    guest.current.fds.get(guest.current.owner(), Fd(fd))
}

fn is_open(guest: &Guest, fd: u32) -> Result<()> {
    guest.current.fds.with(guest.current.owner(), Fd(fd), |_| ())
}

pub fn fd_advise(guest: &Guest, fd: u32, _offset: u64, _len: u64, advice: u32) -> SysResult<()> {
    let file = open_file(guest, fd)?;
    if !matches!(file.file, File::Inode(_)) {
        return Err(Errno::ESPIPE.into());
    }
    if advice > 5 {
        Err(Error::new(Errno::EINVAL, "no such advice").into())
    } else {
        Ok(())
    }
}

pub fn fd_allocate(guest: &Guest, fd: u32, offset: u64, len: u64) -> SysResult<()> {
    Ok(io::fallocate(&guest.current, Fd(fd), offset, len)?)
}

pub fn fd_close(guest: &Guest, fd: u32) -> SysResult<()> {
    Ok(fd::close(&guest.current, Fd(fd))?)
}

pub fn fd_sync(guest: &Guest, fd: u32) -> SysResult<()> {
    Ok(io::sync(&guest.current, Fd(fd))?)
}

/// What WASI says that a descriptor may do: all but what its access mode forbids, and seeking on terminals.
#[inline]
pub fn rights(file: &OpenFile) -> Rights {
    let flags = file.flags();
    let mut rights = Rights::ALL;
    if matches!(file.file, File::PtySlave(_) | File::PtyMaster(_)) {
        rights.remove(Rights::FD_SEEK | Rights::FD_TELL);
    }
    rights.set(Rights::FD_READ, flags.readable());
    rights.set(Rights::FD_WRITE, flags.writable());
    rights
}

pub fn fd_fdstat_get(guest: &Guest, fd: u32, out: u32) -> SysResult<()> {
    let look = |file: &OpenFile| (filetype(file.file_type()), file.flags(), rights(file));
    let (filetype, flags, rights) = match guest.current.fds.with(guest.current.owner(), Fd(fd), look) {
        // wasi-libc asks for the rights of the directory before each open.
        Err(_) if fd == PREOPEN => (
            filetype(FileType::Directory),
            OpenFlags::empty(),
            Rights::ALL.difference(Rights::FD_WRITE),
        ),
        looked => looked?,
    };
    let mut fdstat = [0; 24];
    fdstat[0] = filetype;
    fdstat[2..4].copy_from_slice(&(FdFlags::from(flags).bits() as u16).to_le_bytes());
    fdstat[8..16].copy_from_slice(&rights.bits().to_le_bytes());
    fdstat[16..24].copy_from_slice(&Rights::ALL.bits().to_le_bytes());
    Ok(guest.memory.write(out, &fdstat)?)
}

pub fn fd_fdstat_set_flags(guest: &Guest, fd: u32, flags: u32) -> SysResult<()> {
    let flags = FdFlags::parse(flags)?;
    is_open(guest, fd)?;
    if flags.intersects(FdFlags::DSYNC | FdFlags::RSYNC | FdFlags::SYNC) {
        return Err(Error::new(Errno::ENOTSUP, "fdflags: only APPEND and NONBLOCK can be changed").into());
    }
    Ok(fd::set_status_flags(&guest.current, Fd(fd), flags.open_flags())?)
}

pub fn fd_fdstat_set_rights(guest: &Guest, fd: u32, _base: u64, _inheriting: u64) -> SysResult<()> {
    Ok(is_open(guest, fd)?)
}

pub fn fd_filestat_get(guest: &Guest, fd: u32, out: u32) -> SysResult<()> {
    let stat = io::fstat(&guest.current, Fd(fd))?;
    Ok(guest.memory.write(out, &filestat(&stat))?)
}

pub fn fd_filestat_set_size(guest: &Guest, fd: u32, size: u64) -> SysResult<()> {
    Ok(io::ftruncate(&guest.current, Fd(fd), size)?)
}

pub fn fd_filestat_set_times(guest: &Guest, fd: u32, atime: u64, mtime: u64, flags: u32) -> SysResult<()> {
    let (atime, mtime) = times(atime, mtime, flags)?;
    let file = open_file(guest, fd)?;
    Ok(path::futimens(&*guest.current, &file, atime, mtime)?)
}

pub fn fd_read(guest: &Guest, fd: u32, iovs: u32, count: u32, out: u32) -> SysResult<()> {
    let mut into = GuestBuffers::from_iovecs(&guest.memory, iovs, count)?;
    guest.memory.slice(out, 4)?;
    let count = io::read(&guest.current, Fd(fd), &mut into)?;
    Ok(guest.memory.put_u32(out, count as u32)?)
}

pub fn fd_pread(guest: &Guest, fd: u32, iovs: u32, count: u32, offset: u64, out: u32) -> SysResult<()> {
    let mut into = GuestBuffers::from_iovecs(&guest.memory, iovs, count)?;
    guest.memory.slice(out, 4)?;
    let count = io::pread(&guest.current, Fd(fd), offset, &mut into)?;
    Ok(guest.memory.put_u32(out, count as u32)?)
}

pub fn fd_write(guest: &Guest, fd: u32, iovs: u32, count: u32, out: u32) -> SysResult<()> {
    let mut from = GuestBuffers::from_iovecs(&guest.memory, iovs, count)?;
    guest.memory.slice(out, 4)?;
    let count = io::write(&guest.current, Fd(fd), &mut from)?;
    Ok(guest.memory.put_u32(out, count as u32)?)
}

pub fn fd_pwrite(guest: &Guest, fd: u32, iovs: u32, count: u32, offset: u64, out: u32) -> SysResult<()> {
    let mut from = GuestBuffers::from_iovecs(&guest.memory, iovs, count)?;
    guest.memory.slice(out, 4)?;
    let count = io::pwrite(&guest.current, Fd(fd), offset, &mut from)?;
    Ok(guest.memory.put_u32(out, count as u32)?)
}

pub fn fd_prestat_get(guest: &Guest, fd: u32, out: u32) -> SysResult<()> {
    if fd != PREOPEN {
        return Err(Errno::EBADF.into());
    }
    let mut prestat = [0; 8];
    prestat[4..8].copy_from_slice(&(PREOPEN_NAME.len() as u32).to_le_bytes());
    Ok(guest.memory.write(out, &prestat)?)
}

pub fn fd_prestat_dir_name(guest: &Guest, fd: u32, path: u32, len: u32) -> SysResult<()> {
    if fd != PREOPEN {
        return Err(Errno::EBADF.into());
    }
    if (len as usize) < PREOPEN_NAME.len() {
        return Err(Errno::ENAMETOOLONG.into());
    }
    Ok(guest.memory.write(path, PREOPEN_NAME)?)
}

pub fn fd_renumber(guest: &Guest, from: u32, to: u32) -> SysResult<()> {
    Ok(fd::renumber(&guest.current, Fd(from), Fd(to))?)
}

pub fn fd_seek(guest: &Guest, fd: u32, delta: i64, whence: u32, out: u32) -> SysResult<()> {
    let whence = match whence {
        0 => Whence::Set,
        1 => Whence::Current,
        2 => Whence::End,
        _ => return Err(Error::new(Errno::EINVAL, "no such whence").into()),
    };
    guest.memory.slice(out, 8)?;
    let offset = io::seek(&guest.current, Fd(fd), whence, delta)?;
    Ok(guest.memory.put_u64(out, offset)?)
}

pub fn fd_tell(guest: &Guest, fd: u32, out: u32) -> SysResult<()> {
    fd_seek(guest, fd, 0, 1, out)
}
