//! Calls on what a file is: stat, chmod, chown, utimens, truncate, access, statfs; and their fd forms.

use super::{Base, Caller, Follow};
use crate::kernel::clock;
use crate::kernel::error::{Errno, Error, Result};
use crate::kernel::file::OpenFile;
use crate::kernel::fs::path::existing;
use crate::kernel::fs::{FileType, SetAttr, Stat, StatFs};

/// fstatat(3p).
/// <https://pubs.opengroup.org/onlinepubs/9799919799/functions/stat.html>
pub fn stat<'a>(caller: impl Into<Caller<'a>>, base: Base<'_>, path: &[u8], follow: Follow) -> Result<Stat> {
    Ok(existing(&caller.into(), base, path, follow)?.inode.stat())
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
    let inode = existing(&caller.into(), base, path, follow)?.inode;
    if inode.file_type() == FileType::Symlink {
        return Err(Error::new(
            Errno::ENOTSUP,
            "a symbolic link has no mode of its own",
        ));
    }
    inode.set_attr(mode_change(mode))
}

/// fchmod(3p). EINVAL for what is in no file system.
pub fn fchmod(file: &OpenFile, mode: u32) -> Result<()> {
    file.inode()?.set_attr(mode_change(mode))
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
    let inode = existing(&caller.into(), base, path, follow)?.inode;
    inode.set_attr(SetAttr {
        uid,
        gid,
        ..SetAttr::default()
    })
}

/// fchown(3p). EINVAL for what is in no file system.
pub fn fchown(file: &OpenFile, uid: Option<u32>, gid: Option<u32>) -> Result<()> {
    file.inode()?.set_attr(SetAttr {
        uid,
        gid,
        ..SetAttr::default()
    })
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
    let inode = existing(&caller.into(), base, path, follow)?.inode;
    if (atime, mtime) == (SetTime::Keep, SetTime::Keep) {
        Ok(())
    } else {
        inode.set_attr(time_change(atime, mtime))
    }
}

/// futimens(3p). EINVAL for what is in no file system.
pub fn futimens(file: &OpenFile, atime: SetTime, mtime: SetTime) -> Result<()> {
    let inode = file.inode()?;
    if (atime, mtime) == (SetTime::Keep, SetTime::Keep) {
        Ok(())
    } else {
        inode.set_attr(time_change(atime, mtime))
    }
}

/// truncate(3p). EISDIR, EINVAL (neither regular nor a directory), EFBIG.
/// <https://pubs.opengroup.org/onlinepubs/9799919799/functions/truncate.html>
pub fn truncate<'a>(caller: impl Into<Caller<'a>>, base: Base<'_>, path: &[u8], length: u64) -> Result<()> {
    existing(&caller.into(), base, path, Follow::Yes)?
        .inode
        .truncate(length)
}

/// ftruncate(3p). EINVAL if it is not open for writing or not a regular file.
pub fn ftruncate(file: &OpenFile, length: u64) -> Result<()> {
    let inode = file.inode()?;
    if !file.flags().writable() || inode.file_type() != FileType::Regular {
        return Err(Error::new(
            Errno::EINVAL,
            "not a regular file that is open for writing",
        ));
    }
    inode.truncate(length)
}

bitflags::bitflags! {
    /// access(2)'s question; none of them is F_OK.
    #[derive(Clone, Copy, PartialEq, Eq, Debug)]
    pub struct AccessMode: u32 {
        /// To read.
        const R_OK = 4;
        /// To write.
        const W_OK = 2;
        /// To execute, or to search a directory.
        const X_OK = 1;
    }
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
    let stat = existing(&caller, base, path, follow)?.inode.stat();
    let granted = granted(&stat, caller.uid(), caller.gid());
    if granted.contains(wanted) {
        Ok(())
    } else {
        Err(Errno::EACCES.into())
    }
}

/// What the mode bits grant.
fn granted(stat: &Stat, uid: u32, gid: u32) -> AccessMode {
    if uid == 0 {
        let executable = stat.file_type == FileType::Directory || stat.mode & 0o111 != 0;
        return if executable {
            AccessMode::all()
        } else {
            AccessMode::R_OK | AccessMode::W_OK
        };
    }
    let class = match (stat.uid == uid, stat.gid == gid) {
        (true, _) => stat.mode >> 6,
        (false, true) => stat.mode >> 3,
        (false, false) => stat.mode,
    };
    AccessMode::from_bits_truncate(class)
}

/// statfs(2), about the file system that `path` is in.
pub fn statfs<'a>(caller: impl Into<Caller<'a>>, base: Base<'_>, path: &[u8]) -> Result<StatFs> {
    Ok(existing(&caller.into(), base, path, Follow::Yes)?.mount.statfs())
}

/// fstatfs(2). EINVAL for what is in no file system.
pub fn fstatfs<'a>(caller: impl Into<Caller<'a>>, file: &OpenFile) -> Result<StatFs> {
    Ok(caller.into().vfs.place_of_file(file)?.mount.statfs())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mode_bits_grant_by_class() {
        let stat = |mode| Stat {
            dev: 1,
            ino: 1,
            file_type: FileType::Regular,
            mode,
            nlink: 1,
            uid: 10,
            gid: 20,
            rdev: 0,
            size: 0,
            blocks: 0,
            atime_ns: 0,
            mtime_ns: 0,
            ctime_ns: 0,
            birthtime_ns: 0,
        };
        assert_eq!(granted(&stat(0o741), 10, 20), AccessMode::all());
        assert_eq!(granted(&stat(0o741), 11, 20), AccessMode::R_OK);
        assert_eq!(granted(&stat(0o741), 11, 21), AccessMode::X_OK);
        assert_eq!(granted(&stat(0o600), 0, 0), AccessMode::R_OK | AccessMode::W_OK);
        assert_eq!(granted(&stat(0o001), 0, 0), AccessMode::all());
    }
}
