//! What all files of `/dev` have: numbers and attributes.

use crate::kernel::fs::attributes::Attributes;
use crate::kernel::fs::{FileType, SetAttr, Stat};
use crate::kernel::sync::{Mutex, Rank};

/// Hands out inode numbers.
pub struct Numbers {
    dev: u64,
    next_ino: u64,
}

impl Numbers {
    /// For the file system with device number `dev`.
    pub fn new(dev: u64) -> Self {
        Numbers { dev, next_ino: 1 }
    }

    fn meta(&mut self, file_type: FileType, mode: u32, nlink: u32, rdev: u64, size: u64) -> Meta {
        let ino = self.next_ino;
        self.next_ino += 1;
        let attributes = Mutex::new(Rank::Inode, Attributes::new(mode, 0, 0, nlink));
        Meta {
            dev: self.dev,
            ino,
            file_type,
            rdev,
            size,
            attributes,
        }
    }

    /// For a directory with `nlink` links.
    pub fn directory(&mut self, mode: u32, nlink: u32) -> Meta {
        self.meta(FileType::Directory, mode, nlink, 0, 0)
    }

    /// For a symbolic link to `size` bytes.
    pub fn link(&mut self, size: usize) -> Meta {
        self.meta(FileType::Symlink, 0o777, 1, 0, size as u64)
    }

    /// For the character device `major:minor`, both below 256.
    pub fn device(&mut self, mode: u32, major: u64, minor: u64) -> Meta {
        self.meta(FileType::CharDevice, mode, 1, major << 8 | minor, 0)
    }
}

/// A device file's numbers and attributes.
pub struct Meta {
    pub dev: u64,
    pub ino: u64,
    pub file_type: FileType,
    rdev: u64,
    size: u64,
    attributes: Mutex<Attributes>,
}

impl Meta {
    /// stat(2).
    pub fn stat(&self) -> Stat {
        let attributes = *self.attributes.lock();
        Stat {
            dev: self.dev,
            ino: self.ino,
            file_type: self.file_type,
            mode: attributes.mode,
            nlink: attributes.nlink,
            uid: attributes.uid,
            gid: attributes.gid,
            rdev: self.rdev,
            size: self.size,
            blocks: 0,
            atime_ns: attributes.atime_ns,
            mtime_ns: attributes.mtime_ns,
            ctime_ns: attributes.ctime_ns,
            birthtime_ns: attributes.birthtime_ns,
        }
    }

    /// chmod, chown, utimens.
    pub fn set_attr(&self, changes: &SetAttr) {
        self.attributes.lock().change(changes);
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
        fn set_attr(&self, changes: crate::kernel::fs::SetAttr) -> crate::kernel::error::Result<()> {
            self.meta.set_attr(&changes);
            Ok(())
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

/// Why a directory of devices can't be changed.
pub fn fixed() -> crate::kernel::error::Error {
    crate::kernel::error::Error::new(crate::kernel::error::Errno::EPERM, "the names in /dev are fixed")
}
