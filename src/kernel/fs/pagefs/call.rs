//! What the page is asked about its files, and what it answers.

use crate::kernel::fs::FileType;

/// A call of a `VirtualFileSystem`. Paths are absolute within it.
#[derive(Clone, PartialEq, Eq, Debug)]
#[allow(missing_docs)]
pub enum FileCall {
    /// Answered by [`FileReply::Stat`].
    Lstat {
        path: Vec<u8>,
    },
    /// Answered by [`FileReply::Names`].
    ReadDir {
        path: Vec<u8>,
    },
    /// Answered by [`FileReply::Bytes`].
    Readlink {
        path: Vec<u8>,
    },
    /// Answered by [`FileReply::Bytes`], at most `length` of them.
    Pread {
        path: Vec<u8>,
        offset: u64,
        length: u64,
    },
    /// All of `data` or an error.
    Pwrite {
        path: Vec<u8>,
        offset: u64,
        data: Vec<u8>,
    },
    /// Makes an empty file. Answered by [`FileReply::Stat`].
    Create {
        path: Vec<u8>,
        mode: u32,
    },
    /// Answered by [`FileReply::Stat`].
    Mkdir {
        path: Vec<u8>,
        mode: u32,
    },
    /// Answered by [`FileReply::Stat`].
    Symlink {
        target: Vec<u8>,
        path: Vec<u8>,
    },
    Link {
        old: Vec<u8>,
        new: Vec<u8>,
    },
    RemoveFile {
        path: Vec<u8>,
    },
    RemoveDir {
        path: Vec<u8>,
    },
    Rename {
        old: Vec<u8>,
        new: Vec<u8>,
    },
    Chmod {
        path: Vec<u8>,
        mode: u32,
    },
    Chown {
        path: Vec<u8>,
        uid: u32,
        gid: u32,
    },
    /// Nanoseconds since 1970.
    Utimes {
        path: Vec<u8>,
        atime_ns: u64,
        mtime_ns: u64,
    },
    Truncate {
        path: Vec<u8>,
        length: u64,
    },
}

/// The answer to a [`FileCall`] that worked.
#[derive(Clone, PartialEq, Eq, Debug)]
#[allow(missing_docs)]
pub enum FileReply {
    /// It was done.
    Done,
    Stat(PageStat),
    /// Names without slashes, and what each is.
    Names(Vec<(Vec<u8>, FileType)>),
    Bytes(Vec<u8>),
}

/// The reference's `VirtualStat`, as far as it is used.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[allow(missing_docs)]
pub struct PageStat {
    /// With Linux's S_IF bits.
    pub mode: u32,
    pub size: u64,
    pub nlink: u32,
    pub uid: u32,
    pub gid: u32,
    pub atime_ns: u64,
    pub mtime_ns: u64,
    pub ctime_ns: u64,
    pub birthtime_ns: u64,
}

impl PageStat {
    /// Of a directory of which nothing is known.
    pub fn directory(now: u64) -> Self {
        PageStat {
            mode: FileType::Directory.mode_bits() | 0o755,
            size: 0,
            nlink: 1,
            uid: 0,
            gid: 0,
            atime_ns: now,
            mtime_ns: now,
            ctime_ns: now,
            birthtime_ns: now,
        }
    }
}
