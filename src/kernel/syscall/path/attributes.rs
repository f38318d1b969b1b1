//! Calls on what a file is: stat, chmod, chown, utimens, truncate, access, statfs; and their fd forms.

use super::{AccessMode, Base, Caller, Follow};
use crate::kernel::clock;
use crate::kernel::error::{Errno, Error, Result};
use crate::kernel::file::OpenFile;
use crate::kernel::fs::generation;
use crate::kernel::fs::path::{existing, file};
use crate::kernel::fs::{FileType, InodeRef, SetAttr, Stat, StatFs};
use crate::kernel::permission::FileOps;

/// fstatat(3p).
/// <https://pubs.opengroup.org/onlinepubs/9799919799/functions/stat.html>
pub fn stat<'a>(caller: impl Into<Caller<'a>>, base: Base<'_>, path: &[u8], follow: Follow) -> Result<Stat> {
    Ok(file(&caller.into(), base, path, follow, FileOps::STAT)?.stat())
}

/// lstat(3p): of the link itself.
pub fn lstat<'a>(caller: impl Into<Caller<'a>>, base: Base<'_>, path: &[u8]) -> Result<Stat> {
    stat(caller, base, path, Follow::No)
}

/// fchmodat(3p). ENOTSUP for a symbolic link that is not followed.
/// <https://pubs.opengroup.org/onlinepubs/9799919799/functions/chmod.html>
pub fn chmod<'a>(
    caller: impl Into<Caller<'a>>,
    base: Base<'_>,
    path: &[u8],
    mode: u32,
    follow: Follow,
) -> Result<()> {
    let caller = &caller.into();
    let inode = file(caller, base, path, follow, FileOps::CHMOD)?;
    if inode.file_type() == FileType::Symlink {
        return Err(Error::new(
            Errno::ENOTSUP,
            "a symbolic link has no mode of its own",
        ));
    }
    change_mode(caller, &inode, mode)
}

/// fchmod(3p). EPERM, EINVAL for what is in no file system.
pub fn fchmod<'a>(caller: impl Into<Caller<'a>>, file: &OpenFile, mode: u32) -> Result<()> {
    let caller = &caller.into();
    let inode = file.inode()?;
    caller.permit_open(FileOps::CHMOD, file)?;
    change_mode(caller, inode, mode)
}

fn change_mode(caller: &Caller<'_>, inode: &InodeRef, mode: u32) -> Result<()> {
    caller.require_owner(inode)?;
    set_attr(inode, mode_change(mode))
}

fn set_attr(inode: &InodeRef, changes: SetAttr) -> Result<()> {
    let _changing = may_be_on_a_way(inode).then(generation::change);
    inode.set_attr(changes)
}

/// Whether paths lead through `inode`. Whoever may search a directory depends on its attributes, and to be followed changes a symbolic link's
/// (its atime, when the others have changed).
pub(super) fn may_be_on_a_way(inode: &InodeRef) -> bool {
    matches!(inode.file_type(), FileType::Directory | FileType::Symlink)
}

fn mode_change(mode: u32) -> SetAttr {
    SetAttr {
        mode: Some(mode & 0o7777),
        ..SetAttr::default()
    }
}

/// fchownat(3p); `None` keeps.
/// <https://pubs.opengroup.org/onlinepubs/9799919799/functions/chown.html>
pub fn chown<'a>(
    caller: impl Into<Caller<'a>>,
    base: Base<'_>,
    path: &[u8],
    uid: Option<u32>,
    gid: Option<u32>,
    follow: Follow,
) -> Result<()> {
    let caller = &caller.into();
    let inode = file(caller, base, path, follow, FileOps::CHOWN)?;
    change_owner(caller, &inode, uid, gid)
}

/// fchown(3p). EPERM, EINVAL for what is in no file system.
pub fn fchown<'a>(
    caller: impl Into<Caller<'a>>,
    file: &OpenFile,
    uid: Option<u32>,
    gid: Option<u32>,
) -> Result<()> {
    let caller = &caller.into();
    let inode = file.inode()?;
    caller.permit_open(FileOps::CHOWN, file)?;
    change_owner(caller, inode, uid, gid)
}

/// Only root gives files away; an owner may hand one to the own group.
fn change_owner(caller: &Caller<'_>, inode: &InodeRef, uid: Option<u32>, gid: Option<u32>) -> Result<()> {
    if caller.uid() != 0 {
        caller.require_owner(inode)?;
        let keeps = uid.is_none_or(|uid| uid == caller.uid()) && gid.is_none_or(|gid| gid == caller.gid());
        if !keeps {
            return Err(Error::new(Errno::EPERM, "only root gives files away"));
        }
    }
    let changes = SetAttr {
        uid,
        gid,
        ..SetAttr::default()
    };
    set_attr(inode, changes)
}

/// A time for utimens.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum SetTime {
    /// UTIME_NOW.
    Now,
    /// UTIME_OMIT.
    Keep,
    /// Nanoseconds since 1970-01-01 UTC.
    At(u64),
}

fn time_change(atime: SetTime, mtime: SetTime) -> SetAttr {
    let now = clock::realtime_ns();
    let resolve = |time| match time {
        SetTime::Now => Some(now),
        SetTime::Keep => None,
        SetTime::At(at) => Some(at),
    };
    SetAttr {
        atime_ns: resolve(atime),
        mtime_ns: resolve(mtime),
        ..SetAttr::default()
    }
}

/// utimensat(3p).
/// <https://pubs.opengroup.org/onlinepubs/9799919799/functions/futimens.html>
pub fn utimens<'a>(
    caller: impl Into<Caller<'a>>,
    base: Base<'_>,
    path: &[u8],
    atime: SetTime,
    mtime: SetTime,
    follow: Follow,
) -> Result<()> {
    let caller = &caller.into();
    let inode = file(caller, base, path, follow, FileOps::UTIMES)?;
    change_times(caller, &inode, atime, mtime)
}

/// futimens(3p). EACCES, EPERM, EINVAL for what is in no file system.
pub fn futimens<'a>(
    caller: impl Into<Caller<'a>>,
    file: &OpenFile,
    atime: SetTime,
    mtime: SetTime,
) -> Result<()> {
    let caller = &caller.into();
    let inode = file.inode()?;
    caller.permit_open(FileOps::UTIMES, file)?;
    change_times(caller, inode, atime, mtime)
}

/// Who may write a file may say that it was changed now; other times are the owner's to set.
fn change_times(caller: &Caller<'_>, inode: &InodeRef, atime: SetTime, mtime: SetTime) -> Result<()> {
    match (atime, mtime) {
        (SetTime::Keep, SetTime::Keep) => return Ok(()),
        (SetTime::Now, SetTime::Now) if caller.require_owner(inode).is_err() => {
            caller.require_mode(inode, AccessMode::W_OK)?;
        }
        (SetTime::Now, SetTime::Now) => {}
        _ => caller.require_owner(inode)?,
    }
    set_attr(inode, time_change(atime, mtime))
}

/// truncate(3p). EISDIR, EINVAL (neither regular nor a directory), EFBIG.
/// <https://pubs.opengroup.org/onlinepubs/9799919799/functions/truncate.html>
pub fn truncate<'a>(caller: impl Into<Caller<'a>>, base: Base<'_>, path: &[u8], length: u64) -> Result<()> {
    let caller = &caller.into();
    let inode = file(caller, base, path, Follow::Yes, FileOps::TRUNCATE)?;
    caller.require_mode(&inode, AccessMode::W_OK)?;
    inode.truncate(length)
}

/// ftruncate(3p). EINVAL if it is not open for writing or not a regular file.
pub fn ftruncate<'a>(caller: impl Into<Caller<'a>>, file: &OpenFile, length: u64) -> Result<()> {
    let inode = file.inode()?;
    caller.into().permit_open(FileOps::TRUNCATE, file)?;
    if !file.flags().writable() || inode.file_type() != FileType::Regular {
        return Err(Error::new(
            Errno::EINVAL,
            "not a regular file that is open for writing",
        ));
    }
    inode.truncate(length)
}

/// faccessat(3p): EACCES when the mode bits don't let the caller. Root may all, but execute only what somebody may.
/// <https://pubs.opengroup.org/onlinepubs/9799919799/functions/access.html>
pub fn access<'a>(
    caller: impl Into<Caller<'a>>,
    base: Base<'_>,
    path: &[u8],
    wanted: AccessMode,
    follow: Follow,
) -> Result<()> {
    let caller = caller.into();
    let ops = if wanted.is_empty() {
        FileOps::EXISTS
    } else {
        FileOps::STAT
    };
    let stat = file(&caller, base, path, follow, ops)?.stat();
    AccessMode::granted(&stat, caller.uid(), caller.gid()).require(wanted)
}

/// statfs(2), about the file system that `path` is in.
pub fn statfs<'a>(caller: impl Into<Caller<'a>>, base: Base<'_>, path: &[u8]) -> Result<StatFs> {
    let place = existing(&caller.into(), base, path, Follow::Yes, FileOps::STAT)?;
    Ok(place.mount.statfs())
}

/// fstatfs(2). EINVAL for what is in no file system.
pub fn fstatfs<'a>(caller: impl Into<Caller<'a>>, file: &OpenFile) -> Result<StatFs> {
    Ok(caller.into().vfs.place_of_file(file)?.mount.statfs())
}
