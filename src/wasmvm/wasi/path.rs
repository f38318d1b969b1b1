//! `path_*`.

use super::fd::{PREOPEN, open_file};
use super::types::{FdFlags, OFlags, Rights, filestat, follow, times};
use crate::kernel::error::{Result, SysResult};
use crate::kernel::file::{OpenFile, OpenFlags};
use crate::kernel::syscall::path::{self, Base, Follow};
use crate::wasmvm::guest::Guest;
use crate::wasmvm::memory::{GuestMemory, GuestPath};
use std::sync::Arc;

/// A directory that a path starts at: 3 is `/`, whatever the process has at fd 3.
struct Directory(Option<Arc<OpenFile>>);

impl Directory {
    fn of(guest: &Guest, fd: u32) -> Result<Directory> {
        if fd == PREOPEN {
            Ok(Directory(None))
        } else {
            open_file(guest, fd).map(Some).map(Directory)
        }
    }

    fn base(&self) -> Base<'_> {
        self.0.as_deref().map_or(Base::Root, Base::Dir)
    }
}

/// A directory and a path from it, copied in.
fn argument(guest: &Guest, fd: u32, path: u32, len: u32) -> Result<(Directory, GuestPath)> {
    let path = GuestPath::read(&guest.memory, path, len)?;
    Ok((Directory::of(guest, fd)?, path))
}

/// Preview 1 has no modes: as open(2) and mkdir(2) are mostly called.
const FILE_MODE: u32 = 0o666;
const DIRECTORY_MODE: u32 = 0o777;

#[allow(clippy::too_many_arguments)]
pub fn path_open(
    guest: &Guest,
    fd: u32,
    dirflags: u32,
    path: u32,
    len: u32,
    oflags: u32,
    rights: u64,
    _inheriting: u64,
    fdflags: u32,
    out: u32,
) -> SysResult<()> {
    let (directory, path) = argument(guest, fd, path, len)?;
    guest.memory.slice(out, 4)?;
    let oflags = OFlags::parse(oflags)?;
    let mut flags = oflags.open_flags() | FdFlags::parse(fdflags)?.open_flags();
    let rights = Rights::from_bits_truncate(rights);
    // Guests ask for all rights on a directory.
    if rights.contains(Rights::FD_WRITE) && !oflags.contains(OFlags::DIRECTORY) {
        flags |= if rights.contains(Rights::FD_READ) {
            OpenFlags::O_RDWR
        } else {
            OpenFlags::O_WRONLY
        };
    }
    if follow(dirflags) == Follow::No {
        flags |= OpenFlags::O_NOFOLLOW;
    }
    let opened = path::open(&guest.current, directory.base(), &path, flags, FILE_MODE)?;
    Ok(guest.memory.put_u32(out, opened.0)?)
}

pub fn path_create_directory(guest: &Guest, fd: u32, path: u32, len: u32) -> SysResult<()> {
    let (directory, path) = argument(guest, fd, path, len)?;
    Ok(path::mkdir(
        &*guest.current,
        directory.base(),
        &path,
        DIRECTORY_MODE,
    )?)
}

pub fn path_filestat_get(guest: &Guest, fd: u32, flags: u32, path: u32, len: u32, out: u32) -> SysResult<()> {
    let path = GuestPath::read(&guest.memory, path, len)?;
    let directory = Directory::of(guest, fd)?;
    let stat = path::stat(&*guest.current, directory.base(), &path, follow(flags))?;
    Ok(guest.memory.write(out, &filestat(&stat))?)
}

#[allow(clippy::too_many_arguments)]
pub fn path_filestat_set_times(
    guest: &Guest,
    fd: u32,
    flags: u32,
    path: u32,
    len: u32,
    atime: u64,
    mtime: u64,
    fst_flags: u32,
) -> SysResult<()> {
    let (directory, path) = argument(guest, fd, path, len)?;
    let (atime, mtime) = times(atime, mtime, fst_flags)?;
    Ok(path::utimens(
        &*guest.current,
        directory.base(),
        &path,
        atime,
        mtime,
        follow(flags),
    )?)
}

#[allow(clippy::too_many_arguments)]
pub fn path_link(
    guest: &Guest,
    fd: u32,
    flags: u32,
    path: u32,
    len: u32,
    new_fd: u32,
    new_path: u32,
    new_len: u32,
) -> SysResult<()> {
    let (directory, path) = argument(guest, fd, path, len)?;
    let (new_directory, new_path) = argument(guest, new_fd, new_path, new_len)?;
    Ok(path::link(
        &*guest.current,
        directory.base(),
        &path,
        follow(flags),
        new_directory.base(),
        &new_path,
    )?)
}

pub fn path_readlink(
    guest: &Guest,
    fd: u32,
    path: u32,
    len: u32,
    buf: u32,
    buf_len: u32,
    out: u32,
) -> SysResult<()> {
    let (directory, path) = argument(guest, fd, path, len)?;
    guest.memory.slice(out, 4)?;
    let target = path::readlink(&*guest.current, directory.base(), &path)?;
    let count = target.len().min(buf_len as usize);
    guest.memory.write(buf, &target[..count])?;
    Ok(guest.memory.put_u32(out, count as u32)?)
}

pub fn path_remove_directory(guest: &Guest, fd: u32, path: u32, len: u32) -> SysResult<()> {
    let (directory, path) = argument(guest, fd, path, len)?;
    Ok(path::rmdir(&*guest.current, directory.base(), &path)?)
}

pub fn path_rename(
    guest: &Guest,
    fd: u32,
    path: u32,
    len: u32,
    new_fd: u32,
    new_path: u32,
    new_len: u32,
) -> SysResult<()> {
    let (directory, path) = argument(guest, fd, path, len)?;
    let (new_directory, new_path) = argument(guest, new_fd, new_path, new_len)?;
    Ok(path::rename(
        &*guest.current,
        directory.base(),
        &path,
        new_directory.base(),
        &new_path,
    )?)
}

pub fn path_symlink(
    guest: &Guest,
    target: u32,
    target_len: u32,
    fd: u32,
    path: u32,
    len: u32,
) -> SysResult<()> {
    let target = GuestPath::read(&guest.memory, target, target_len)?;
    let (directory, path) = argument(guest, fd, path, len)?;
    Ok(path::symlink(&*guest.current, &target, directory.base(), &path)?)
}

pub fn path_unlink_file(guest: &Guest, fd: u32, path: u32, len: u32) -> SysResult<()> {
    let (directory, path) = argument(guest, fd, path, len)?;
    Ok(path::unlink(&*guest.current, directory.base(), &path)?)
}
