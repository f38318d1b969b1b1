//! What every inode of `/proc` answers alike.

use crate::kernel::fs::{FileType, Stat};

/// An inode's numbers and attributes, which nobody can change.
#[derive(Clone, Copy)]
pub struct Meta {
    pub dev: u64,
    pub ino: u64,
    pub file_type: FileType,
    pub mode: u32,
    pub nlink: u32,
    pub uid: u32,
    pub gid: u32,
    /// When what it shows began.
    pub since_ns: u64,
}

/// A process's files have numbers from `pid << PID_SHIFT` on; below that are those that are no process's.
pub const PID_SHIFT: u32 = 20;

impl Meta {
    /// Root's.
    pub fn fixed(dev: u64, ino: u64, file_type: FileType, mode: u32) -> Self {
        Meta {
            dev,
            ino,
            file_type,
            mode,
            nlink: if file_type == FileType::Directory { 2 } else { 1 },
            uid: 0,
            gid: 0,
            since_ns: 0,
        }
    }

    /// stat(2).
    pub fn stat(&self) -> Stat {
        Stat {
            dev: self.dev,
            ino: self.ino,
            file_type: self.file_type,
            mode: self.mode,
            nlink: self.nlink,
            uid: self.uid,
            gid: self.gid,
            rdev: 0,
            size: 0,
            blocks: 0,
            atime_ns: self.since_ns,
            mtime_ns: self.since_ns,
            ctime_ns: self.since_ns,
            birthtime_ns: self.since_ns,
        }
    }
}

/// The methods of [`crate::kernel::fs::Inode`] that a field `meta` answers.
macro_rules! answered_by_meta {
    () => {
        fn stat(&self) -> crate::kernel::fs::Stat {
            self.meta.stat()
        }
        fn file_type(&self) -> crate::kernel::fs::FileType {
            self.meta.file_type
        }
        fn ino(&self) -> u64 {
            self.meta.ino
        }
        fn dev(&self) -> u64 {
            self.meta.dev
        }
        fn set_attr(&self, _changes: crate::kernel::fs::SetAttr) -> crate::kernel::error::Result<()> {
            Err(super::meta::fixed())
        }
        fn as_any(&self) -> &dyn core::any::Any {
            self
        }
    };
}
pub(super) use answered_by_meta;

/// The methods of a directory in which nobody can make, move or remove anything: EPERM.
macro_rules! not_to_be_changed {
    () => {
        fn create(
            &self,
            _name: &[u8],
            _node: crate::kernel::fs::NewNode,
        ) -> crate::kernel::error::Result<crate::kernel::fs::InodeRef> {
            Err(super::meta::fixed())
        }
        fn link(
            &self,
            _name: &[u8],
            _target: &crate::kernel::fs::InodeRef,
        ) -> crate::kernel::error::Result<()> {
            Err(super::meta::fixed())
        }
        fn unlink(&self, _name: &[u8]) -> crate::kernel::error::Result<()> {
            Err(super::meta::fixed())
        }
        fn rmdir(&self, _name: &[u8]) -> crate::kernel::error::Result<()> {
            Err(super::meta::fixed())
        }
        fn rename(
            &self,
            _name: &[u8],
            _new_parent: &crate::kernel::fs::InodeRef,
            _new_name: &[u8],
        ) -> crate::kernel::error::Result<()> {
            Err(super::meta::fixed())
        }
    };
}
pub(super) use not_to_be_changed;

/// Why `/proc` can't be changed.
pub fn fixed() -> crate::kernel::error::Error {
    crate::kernel::error::Error::new(
        crate::kernel::error::Errno::EPERM,
        "the names in /proc and their attributes are fixed",
    )
}
