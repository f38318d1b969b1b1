//! Files by path and by descriptor, with modes and owners.

use super::Structure;
use crate::kernel::error::{Errno, Error, Result, SysResult};
use crate::kernel::file::OpenFile;
use crate::kernel::fs::{FileType, Stat};
use crate::kernel::process::Fd;
use crate::kernel::syscall::io;
use crate::kernel::syscall::path::{self, AccessMode, Base, Follow, SetTime};
use crate::wasmvm::guest::Guest;
use crate::wasmvm::memory::{GuestMemory, GuestPath};
use std::sync::Arc;

const NOFOLLOW: u32 = 1;

fn follow(flags: u32) -> Follow {
    if flags & NOFOLLOW != 0 {
        Follow::No
    } else {
        Follow::Yes
    }
}

fn argument(guest: &Guest, path: u32, path_len: u32) -> Result<GuestPath> {
    GuestPath::read(&guest.memory, path, path_len)
}

fn open_file(guest: &Guest, fd: u32) -> Result<Arc<OpenFile>> {
    guest.current.fds.get(guest.current.owner(), Fd(fd))
}

/// The size of the pieces in which files are best read and written.
const BLKSIZE: u32 = 65_536;

fn structure(stat: &Stat) -> [u8; 88] {
    Structure::new()
        .u64(stat.dev)
        .u64(stat.ino)
        .u32(stat.file_type.mode_bits() | stat.mode)
        .u32(stat.nlink)
        .u32(stat.uid)
        .u32(stat.gid)
        .u64(stat.rdev)
        .u64(stat.size)
        .u32(BLKSIZE)
        .u32(0)
        .u64(stat.blocks)
        .u64(stat.atime_ns)
        .u64(stat.mtime_ns)
        .u64(stat.ctime_ns)
        .finish()
}

pub fn stat(guest: &Guest, path: u32, path_len: u32, flags: u32, out: u32) -> SysResult<()> {
    let path = argument(guest, path, path_len)?;
    let stat = path::stat(&*guest.current, Base::Cwd, &path, follow(flags))?;
    Ok(guest.memory.write(out, &structure(&stat))?)
}

pub fn fstat(guest: &Guest, fd: u32, out: u32) -> SysResult<()> {
    let stat = io::fstat(&guest.current, Fd(fd))?;
    Ok(guest.memory.write(out, &structure(&stat))?)
}

pub fn chmod(guest: &Guest, path: u32, path_len: u32, mode: u32, flags: u32) -> SysResult<()> {
    let path = argument(guest, path, path_len)?;
    Ok(path::chmod(
        &*guest.current,
        Base::Cwd,
        &path,
        mode,
        follow(flags),
    )?)
}

pub fn fchmod(guest: &Guest, fd: u32, mode: u32) -> SysResult<()> {
    Ok(path::fchmod(&*guest.current, &*open_file(guest, fd)?, mode)?)
}

/// -1 keeps.
fn owner(id: u32) -> Option<u32> {
    (id != u32::MAX).then_some(id)
}

pub fn chown(guest: &Guest, path: u32, path_len: u32, uid: u32, gid: u32, flags: u32) -> SysResult<()> {
    let path = argument(guest, path, path_len)?;
    Ok(path::chown(
        &*guest.current,
        Base::Cwd,
        &path,
        owner(uid),
        owner(gid),
        follow(flags),
    )?)
}

pub fn fchown(guest: &Guest, fd: u32, uid: u32, gid: u32) -> SysResult<()> {
    let file = open_file(guest, fd)?;
    Ok(path::fchown(&*guest.current, &file, owner(uid), owner(gid))?)
}

/// Times before 1970 are not kept.
fn time(ns: i64) -> Result<SetTime> {
    const NOW: i64 = i64::MIN;
    const KEEP: i64 = i64::MIN + 1;
    match ns {
        NOW => Ok(SetTime::Now),
        KEEP => Ok(SetTime::Keep),
        ns => u64::try_from(ns)
            .map(SetTime::At)
            .map_err(|_| Error::new(Errno::EINVAL, "a time before 1970")),
    }
}

pub fn utimens(guest: &Guest, path: u32, path_len: u32, atime: i64, mtime: i64, flags: u32) -> SysResult<()> {
    let path = argument(guest, path, path_len)?;
    Ok(path::utimens(
        &*guest.current,
        Base::Cwd,
        &path,
        time(atime)?,
        time(mtime)?,
        follow(flags),
    )?)
}

const S_IFMT: u32 = 0o170_000;

pub fn mknod(guest: &Guest, path: u32, path_len: u32, mode: u32, _dev: i64) -> SysResult<()> {
    let path = argument(guest, path, path_len)?;
    let kind = [FileType::Fifo, FileType::Regular]
        .into_iter()
        .find(|kind| kind.mode_bits() == mode & S_IFMT);
    let kind = match kind {
        Some(kind) => kind,
        // As mknod(2): no type is a regular file.
        None if mode & S_IFMT == 0 => FileType::Regular,
        None => return Err(Error::new(Errno::EPERM, "only FIFOs and regular files can be made").into()),
    };
    Ok(path::mknod(
        &*guest.current,
        Base::Cwd,
        &path,
        kind,
        mode & 0o7777,
    )?)
}

pub fn access(guest: &Guest, path: u32, path_len: u32, mode: u32) -> SysResult<()> {
    let path = argument(guest, path, path_len)?;
    let wanted = AccessMode::from_bits(mode).ok_or(Error::new(Errno::EINVAL, "unknown access modes"))?;
    Ok(path::access(
        &*guest.current,
        Base::Cwd,
        &path,
        wanted,
        Follow::Yes,
    )?)
}

pub fn statfs(guest: &Guest, path: u32, path_len: u32, out: u32) -> SysResult<()> {
    let path = argument(guest, path, path_len)?;
    let found = path::statfs(&*guest.current, Base::Cwd, &path)?;
    let structure = Structure::<64>::new()
        .u64(found.bsize)
        .u64(found.blocks)
        .u64(found.bfree)
        .u64(found.bavail)
        .u64(found.files)
        .u64(found.ffree)
        .u64(found.namelen)
        .u64(found.fs_type)
        .finish();
    Ok(guest.memory.write(out, &structure)?)
}
