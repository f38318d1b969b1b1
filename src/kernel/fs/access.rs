//! Mode bits: what they grant to whom.

use super::inode::{FileType, Stat};
use crate::kernel::error::{Errno, Error, Result};

bitflags::bitflags! {
    /// access(2)'s question, and what the mode bits answer; none of them is F_OK.
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

impl AccessMode {
    /// What the mode bits grant to a user of a group. Root may do all, but execute only what somebody may.
    /// <https://pubs.opengroup.org/onlinepubs/9799919799/basedefs/V1_chap04.html#tag_04_07>
    pub fn granted(stat: &Stat, uid: u32, gid: u32) -> AccessMode {
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

    /// EACCES unless all of `wanted` is granted.
    pub fn require(self, wanted: AccessMode) -> Result<()> {
        if self.contains(wanted) {
            Ok(())
        } else {
            Err(Error::new(Errno::EACCES, "the mode bits don't grant it"))
        }
    }
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
        let granted = AccessMode::granted;
        assert_eq!(granted(&stat(0o741), 10, 20), AccessMode::all());
        assert_eq!(granted(&stat(0o741), 11, 20), AccessMode::R_OK);
        assert_eq!(granted(&stat(0o741), 11, 21), AccessMode::X_OK);
        assert_eq!(granted(&stat(0o600), 0, 0), AccessMode::R_OK | AccessMode::W_OK);
        assert_eq!(granted(&stat(0o001), 0, 0), AccessMode::all());
    }
}
