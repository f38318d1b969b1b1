//! Preview 1's numbers and structures, from and to the kernel's.
//!
//! <https://github.com/WebAssembly/WASI/blob/main/legacy/preview1/docs.md>

use crate::kernel::error::{Errno, Error, Result};
use crate::kernel::file::OpenFlags;
use crate::kernel::fs::{FileType, Stat};
use crate::kernel::syscall::path::{Follow, SetTime};

/// `filetype`.
pub fn filetype(kind: FileType) -> u8 {
    match kind {
        FileType::BlockDevice => 1,
        FileType::CharDevice => 2,
        FileType::Directory => 3,
        FileType::Regular => 4,
        FileType::Socket => 6,
        FileType::Symlink => 7,
        // Preview 1 has none for a FIFO.
        FileType::Fifo => 0,
    }
}

/// `filestat`, 64 bytes.
pub fn filestat(stat: &Stat) -> [u8; 64] {
    let mut bytes = [0; 64];
    bytes[0..8].copy_from_slice(&stat.dev.to_le_bytes());
    bytes[8..16].copy_from_slice(&stat.ino.to_le_bytes());
    bytes[16] = filetype(stat.file_type);
    bytes[24..32].copy_from_slice(&u64::from(stat.nlink).to_le_bytes());
    bytes[32..40].copy_from_slice(&stat.size.to_le_bytes());
    bytes[40..48].copy_from_slice(&stat.atime_ns.to_le_bytes());
    bytes[48..56].copy_from_slice(&stat.mtime_ns.to_le_bytes());
    bytes[56..64].copy_from_slice(&stat.ctime_ns.to_le_bytes());
    bytes
}

bitflags::bitflags! {
    /// `fdflags`.
    #[derive(Clone, Copy, PartialEq, Eq, Debug)]
    pub struct FdFlags: u32 {
        const APPEND = 1;
        const DSYNC = 2;
        const NONBLOCK = 4;
        const RSYNC = 8;
        const SYNC = 16;
    }
}

impl FdFlags {
    /// Files in memory are as synchronous as can be, so the SYNC flags ask for nothing at open.
    pub fn open_flags(self) -> OpenFlags {
        let mut flags = OpenFlags::empty();
        flags.set(OpenFlags::O_APPEND, self.contains(FdFlags::APPEND));
        flags.set(OpenFlags::O_NONBLOCK, self.contains(FdFlags::NONBLOCK));
        flags
    }

    /// From the guest. EINVAL for unknown bits.
    pub fn parse(bits: u32) -> Result<FdFlags> {
        FdFlags::from_bits(bits).ok_or(Error::new(Errno::EINVAL, "unknown fdflags"))
    }
}

impl From<OpenFlags> for FdFlags {
    fn from(flags: OpenFlags) -> Self {
        let mut fdflags = FdFlags::empty();
        fdflags.set(FdFlags::APPEND, flags.contains(OpenFlags::O_APPEND));
        fdflags.set(FdFlags::NONBLOCK, flags.contains(OpenFlags::O_NONBLOCK));
        fdflags
    }
}

bitflags::bitflags! {
    /// `rights`, those that mean something here.
    #[derive(Clone, Copy, PartialEq, Eq, Debug)]
    pub struct Rights: u64 {
        const FD_READ = 1 << 1;
        const FD_SEEK = 1 << 2;
        const FD_TELL = 1 << 5;
        const FD_WRITE = 1 << 6;
        const ALL = (1 << 30) - 1;
    }
}

bitflags::bitflags! {
    /// `oflags`.
    #[derive(Clone, Copy, PartialEq, Eq, Debug)]
    pub struct OFlags: u32 {
        const CREAT = 1;
        const DIRECTORY = 2;
        const EXCL = 4;
        const TRUNC = 8;
    }
}

impl OFlags {
    /// From the guest. EINVAL for unknown bits.
    pub fn parse(bits: u32) -> Result<OFlags> {
        OFlags::from_bits(bits).ok_or(Error::new(Errno::EINVAL, "unknown oflags"))
    }

    /// As open(2)'s.
    pub fn open_flags(self) -> OpenFlags {
        let mut flags = OpenFlags::empty();
        flags.set(OpenFlags::O_CREAT, self.contains(OFlags::CREAT));
        flags.set(OpenFlags::O_DIRECTORY, self.contains(OFlags::DIRECTORY));
        flags.set(OpenFlags::O_EXCL, self.contains(OFlags::EXCL));
        flags.set(OpenFlags::O_TRUNC, self.contains(OFlags::TRUNC));
        flags
    }
}

/// `lookupflags`.
pub fn follow(lookupflags: u32) -> Follow {
    if lookupflags & 1 != 0 {
        Follow::Yes
    } else {
        Follow::No
    }
}

/// `fstflags` with both times: what becomes of atime and mtime. EINVAL if one is both given and "now".
pub fn times(atime: u64, mtime: u64, fst_flags: u32) -> Result<(SetTime, SetTime)> {
    let one = |given: u32, now: u32, at: u64| match (fst_flags & given != 0, fst_flags & now != 0) {
        (true, true) => Err(Error::new(Errno::EINVAL, "a time both given and now")),
        (true, false) => Ok(SetTime::At(at)),
        (false, true) => Ok(SetTime::Now),
        (false, false) => Ok(SetTime::Keep),
    };
    if fst_flags > 15 {
        return Err(Error::new(Errno::EINVAL, "unknown fstflags"));
    }
    Ok((one(1, 2, atime)?, one(4, 8, mtime)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_follow_their_flags() {
        assert_eq!(times(7, 8, 1), Ok((SetTime::At(7), SetTime::Keep)));
        assert_eq!(times(7, 8, 2 | 4), Ok((SetTime::Now, SetTime::At(8))));
        for bad in [3, 12, 16] {
            assert_eq!(times(0, 0, bad).unwrap_err().errno, Errno::EINVAL);
        }
    }

    #[test]
    fn flags_become_those_of_open() {
        let flags = OFlags::parse(1 | 8).unwrap().open_flags() | FdFlags::parse(1).unwrap().open_flags();
        assert_eq!(
            flags,
            OpenFlags::O_CREAT | OpenFlags::O_TRUNC | OpenFlags::O_APPEND
        );
        assert!(OFlags::parse(16).is_err() && FdFlags::parse(32).is_err());
    }
}
