//! Files by path or descriptor: what stat(2) says, and changing it.

use crate::{Fd, PathArg, Result, imp};

bitflags::bitflags! {
    /// Permission bits of a file, the upper three included.
    #[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
    pub struct Mode: u32 {
        const ISUID = 0o4000;
        const ISGID = 0o2000;
        const ISVTX = 0o1000;
        const IRUSR = 0o400;
        const IWUSR = 0o200;
        const IXUSR = 0o100;
        const IRGRP = 0o040;
        const IWGRP = 0o020;
        const IXGRP = 0o010;
        const IROTH = 0o004;
        const IWOTH = 0o002;
        const IXOTH = 0o001;
    }

    /// access(2)'s question; empty asks whether the file is there.
    #[derive(Clone, Copy, PartialEq, Eq, Debug)]
    pub struct Access: u32 {
        const R = 4;
        const W = 2;
        const X = 1;
    }
}

impl Mode {
    pub const RW_ALL: Mode = Mode::from_bits_truncate(0o666);
    pub const RWX_ALL: Mode = Mode::from_bits_truncate(0o777);

    pub const fn new(bits: u32) -> Mode {
        Mode::from_bits_truncate(bits)
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum FileType {
    Fifo,
    CharDevice,
    Directory,
    BlockDevice,
    Regular,
    Symlink,
    Socket,
    Unknown,
}

impl FileType {
    /// From the S_IFMT bits of a mode.
    pub fn from_mode(mode: u32) -> FileType {
        match mode & 0o170000 {
            0o010000 => FileType::Fifo,
            0o020000 => FileType::CharDevice,
            0o040000 => FileType::Directory,
            0o060000 => FileType::BlockDevice,
            0o100000 => FileType::Regular,
            0o120000 => FileType::Symlink,
            0o140000 => FileType::Socket,
            _ => FileType::Unknown,
        }
    }

    pub(crate) fn bits(self) -> u32 {
        match self {
            FileType::Fifo => 0o010000,
            FileType::CharDevice => 0o020000,
            FileType::Directory => 0o040000,
            FileType::BlockDevice => 0o060000,
            FileType::Regular => 0o100000,
            FileType::Symlink => 0o120000,
            FileType::Socket => 0o140000,
            FileType::Unknown => 0,
        }
    }
}

/// What stat(2) says. Times are nanoseconds since 1970.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
#[repr(C)]
pub struct Stat {
    pub dev: u64,
    pub ino: u64,
    /// Type and permissions; see [`Stat::file_type`] and [`Stat::permissions`].
    pub mode: u32,
    pub nlink: u32,
    pub uid: u32,
    pub gid: u32,
    pub rdev: u64,
    pub size: u64,
    pub blksize: u32,
    pub(crate) pad: u32,
    /// In units of 512 bytes.
    pub blocks: u64,
    pub atime_ns: i64,
    pub mtime_ns: i64,
    pub ctime_ns: i64,
}

const _: () = assert!(size_of::<Stat>() == 88);

impl Stat {
    pub fn file_type(&self) -> FileType {
        FileType::from_mode(self.mode)
    }

    pub fn permissions(&self) -> Mode {
        Mode::from_bits_truncate(self.mode)
    }

    pub fn is_dir(&self) -> bool {
        self.file_type() == FileType::Directory
    }

    pub fn is_file(&self) -> bool {
        self.file_type() == FileType::Regular
    }
}

/// What statfs(2) says.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
#[repr(C)]
pub struct StatFs {
    pub bsize: u64,
    pub blocks: u64,
    pub bfree: u64,
    pub bavail: u64,
    pub files: u64,
    pub ffree: u64,
    pub namelen: u64,
    pub kind: u64,
}

/// A time for [`utimens`].
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Timestamp {
    Now,
    Leave,
    Nanos(i64),
}

pub fn stat(path: impl PathArg) -> Result<Stat> {
    imp::stat(path.path_bytes(), true)
}

pub fn lstat(path: impl PathArg) -> Result<Stat> {
    imp::stat(path.path_bytes(), false)
}

pub fn fstat(fd: Fd) -> Result<Stat> {
    imp::fstat(fd)
}

pub fn chmod(path: impl PathArg, mode: Mode) -> Result<()> {
    imp::chmod(path.path_bytes(), mode.bits())
}

pub fn fchmod(fd: Fd, mode: Mode) -> Result<()> {
    imp::fchmod(fd, mode.bits())
}

/// `None` keeps what is there; `follow` false changes a symbolic link itself.
pub fn chown(path: impl PathArg, uid: Option<u32>, gid: Option<u32>, follow: bool) -> Result<()> {
    imp::chown(
        path.path_bytes(),
        uid.unwrap_or(u32::MAX),
        gid.unwrap_or(u32::MAX),
        follow,
    )
}

pub fn fchown(fd: Fd, uid: Option<u32>, gid: Option<u32>) -> Result<()> {
    imp::fchown(fd, uid.unwrap_or(u32::MAX), gid.unwrap_or(u32::MAX))
}

pub fn utimens(path: impl PathArg, atime: Timestamp, mtime: Timestamp, follow: bool) -> Result<()> {
    imp::utimens(path.path_bytes(), atime, mtime, follow)
}

pub fn mknod(path: impl PathArg, kind: FileType, mode: Mode, dev: u64) -> Result<()> {
    imp::mknod(path.path_bytes(), kind.bits() | mode.bits(), dev)
}

pub fn mkfifo(path: impl PathArg, mode: Mode) -> Result<()> {
    mknod(path, FileType::Fifo, mode, 0)
}

pub fn access(path: impl PathArg, mode: Access) -> Result<()> {
    imp::access(path.path_bytes(), mode.bits())
}

pub fn statfs(path: impl PathArg) -> Result<StatFs> {
    imp::statfs(path.path_bytes())
}
