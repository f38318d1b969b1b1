//! What every file system offers: the [`Inode`].

use crate::kernel::error::{Attempt, Errno, Error, Result};
use crate::kernel::file::{File, OpenFile};
use crate::kernel::io::{Sink, Source};
use crate::kernel::pipe::Pipe;
use crate::kernel::process::Process;
use std::any::Any;
use std::sync::Arc;

/// A shared inode. It lives while a name, an open file or a cwd refers to it.
pub type InodeRef = Arc<dyn Inode>;

/// The kind of a file.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[allow(missing_docs)]
pub enum FileType {
    Regular,
    Directory,
    Symlink,
    CharDevice,
    BlockDevice,
    Fifo,
    Socket,
}

impl FileType {
    /// The `S_IFMT` bits of `st_mode`, as Linux has them.
    pub const fn mode_bits(self) -> u32 {
        match self {
            FileType::Fifo => 0o010_000,
            FileType::CharDevice => 0o020_000,
            FileType::Directory => 0o040_000,
            FileType::BlockDevice => 0o060_000,
            FileType::Regular => 0o100_000,
            FileType::Symlink => 0o120_000,
            FileType::Socket => 0o140_000,
        }
    }
}

/// stat(2). Times are nanoseconds since 1970-01-01 UTC.
#[derive(Clone, Copy, Debug)]
#[allow(missing_docs)]
pub struct Stat {
    pub dev: u64,
    pub ino: u64,
    pub file_type: FileType,
    /// Permission bits, set-id and sticky bits: `0o7777`.
    pub mode: u32,
    pub nlink: u32,
    pub uid: u32,
    pub gid: u32,
    pub rdev: u64,
    pub size: u64,
    /// Units of 512 bytes in use.
    pub blocks: u64,
    pub atime_ns: u64,
    pub mtime_ns: u64,
    pub ctime_ns: u64,
    pub birthtime_ns: u64,
}

impl Stat {
    /// Of a descriptor's object that is in no file system and has no name (Linux's anonymous inodes).
    pub fn anonymous(file_type: FileType, created_ns: u64) -> Stat {
        Stat {
            dev: ANONYMOUS_DEV,
            ino: 1,
            file_type,
            mode: 0o600,
            nlink: 1,
            uid: 0,
            gid: 0,
            rdev: 0,
            size: 0,
            blocks: 0,
            atime_ns: created_ns,
            mtime_ns: created_ns,
            ctime_ns: created_ns,
            birthtime_ns: created_ns,
        }
    }
}

/// The device number of what is in no file system. Pipes have 12, terminals 13.
const ANONYMOUS_DEV: u64 = 14;

/// Attributes to change; `None` keeps. ctime changes with any.
#[derive(Clone, Copy, Default, Debug)]
#[allow(missing_docs)]
pub struct SetAttr {
    pub mode: Option<u32>,
    pub uid: Option<u32>,
    pub gid: Option<u32>,
    pub atime_ns: Option<u64>,
    pub mtime_ns: Option<u64>,
}

/// A node to be made in a directory.
#[derive(Clone, Debug)]
pub struct NewNode {
    /// What it is. `Regular`, `Directory`, `Fifo` or `Symlink`.
    pub file_type: FileType,
    /// Permission bits, the umask already applied.
    pub mode: u32,
    /// Owner.
    pub uid: u32,
    /// Group.
    pub gid: u32,
    /// A symlink's target.
    pub target: Option<Box<[u8]>>,
}

/// One name in a directory.
#[derive(Clone, Debug)]
pub struct DirEntry {
    /// The name, without slashes; `.` and `..` are reported too.
    pub name: Box<[u8]>,
    /// The inode's number.
    pub ino: u64,
    /// The inode's kind.
    pub file_type: FileType,
    /// Where the listing goes on after this entry; stays valid when the directory changes.
    pub next_cookie: u64,
}

/// Where a write goes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum WritePosition {
    /// At this offset.
    At(u64),
    /// At the end, found and extended in one step (O_APPEND).
    End,
}

/// What opening an inode gives.
pub enum Opened {
    /// An open file on the inode itself, with an offset.
    Inode,
    /// Something else that the inode stands for: a pipe's end, a terminal, another open file (`/dev/fd/N`).
    File(File),
    /// A FIFO's pipe: the system call makes the end, and waits for the other one.
    Fifo(Arc<Pipe>),
    /// The open file description of one of the caller's own fds (`/dev/fd/N`), to be shared as dup does.
    Dup(Arc<OpenFile>),
}

/// A file of a file system. Methods that make no sense for the kind of file answer the errno that POSIX has for it; the
/// defaults do so for "not a directory" and "not supported".
///
/// None of them waits, except that `Attempt`s may say so. None of them is called with a kernel lock held, but for
/// those whose rank says that they are outside of inodes.
pub trait Inode: Send + Sync + Any {
    /// stat(2).
    fn stat(&self) -> Stat;
    /// Learns anew what [`Inode::stat`] tells, where somebody else keeps the file.
    fn refresh(&self) -> Result<()> {
        Ok(())
    }
    /// The kind, without a lock.
    fn file_type(&self) -> FileType;
    /// The inode number, stable for the life of the file.
    fn ino(&self) -> u64;
    /// The file system's device number.
    fn dev(&self) -> u64;
    /// chmod, chown, utimens.
    fn set_attr(&self, changes: SetAttr) -> Result<()>;
    /// For downcasts within one file system (`link`, `rename`).
    fn as_any(&self) -> &dyn Any;

    /// Reads at `offset` into `into`, as much as there is and fits; 0 at the end.
    fn try_read_at(&self, _offset: u64, _into: &mut dyn Sink) -> Attempt<usize> {
        Err(Errno::EINVAL.into())
    }
    /// Writes all of `from`, or as much as there is room for; answers the count and the offset after it.
    fn try_write_at(&self, _position: WritePosition, _from: &mut dyn Source) -> Attempt<(usize, u64)> {
        Err(Errno::EINVAL.into())
    }
    /// ftruncate(2).
    fn truncate(&self, _length: u64) -> Result<()> {
        Err(Errno::EINVAL.into())
    }
    /// posix_fallocate(3): makes room for `length` bytes from `offset` on, and the file as long as that, a part at a time: answers how
    /// many bytes of it are done. Where room isn't reserved it is only made longer.
    fn allocate(&self, offset: u64, length: u64) -> Result<u64> {
        if self.file_type() != FileType::Regular {
            return Err(Error::new(Errno::ENODEV, "not a regular file"));
        }
        if self.stat().size < offset + length {
            self.truncate(offset + length)?;
        }
        Ok(length)
    }
    /// lseek(2)'s SEEK_DATA and SEEK_HOLE: the first byte at or after `offset` that is data, or in a hole. ENXIO at the end of the
    /// file. Where holes aren't known all is data, and the only hole is the end.
    fn seek_data(&self, offset: u64, data: bool) -> Result<u64> {
        let size = self.stat().size;
        if offset >= size {
            return Err(Error::new(Errno::ENXIO, "beyond the end of the file"));
        }
        Ok(if data { offset } else { size })
    }
    /// Writes through to where it is kept for good.
    fn sync(&self) -> Result<()> {
        Ok(())
    }

    /// Called when a process opens it, or the page (`None`); may answer something else than the inode.
    fn open(&self, _process: Option<&Process>, _flags: crate::kernel::file::OpenFlags) -> Result<Opened> {
        Ok(Opened::Inode)
    }

    /// The open file that it stands for in every respect: what may be done with it is asked for under that one's path.
    fn stands_for(&self) -> Option<&Arc<OpenFile>> {
        None
    }
    /// Where following a symlink leads that is no path (`/proc/<pid>/cwd`); `None` for one that is. EACCES where it may not be followed.
    fn destination(&self, _process: Option<&Process>) -> Result<Option<InodeRef>> {
        Ok(None)
    }
    /// The target of a symlink.
    fn readlink(&self) -> Result<Box<[u8]>> {
        Err(Errno::EINVAL.into())
    }

    /// The entry `name`, never `.` or `..`. `process` is the one on whose behalf (`/dev/fd`, `/proc/self`), if any.
    fn lookup(&self, _name: &[u8], _process: Option<&Process>) -> Result<InodeRef> {
        Err(Errno::ENOTDIR.into())
    }
    /// The directory that holds this directory; a root answers itself.
    fn parent(&self) -> Result<InodeRef> {
        Err(Errno::ENOTDIR.into())
    }
    /// The name under which `child` stands here (for getcwd).
    fn name_of(&self, _child: &dyn Inode) -> Result<Box<[u8]>> {
        Err(Errno::ENOTDIR.into())
    }
    /// Makes `name`; EEXIST if it is there.
    fn create(&self, _name: &[u8], _node: NewNode) -> Result<InodeRef> {
        Err(Errno::ENOTDIR.into())
    }
    /// A hard link to `target`, a file of the same file system (else EXDEV) and not a directory (EPERM).
    fn link(&self, _name: &[u8], _target: &InodeRef) -> Result<()> {
        Err(Errno::ENOTDIR.into())
    }
    /// Removes `name`, which is not a directory (EISDIR).
    fn unlink(&self, _name: &[u8]) -> Result<()> {
        Err(Errno::ENOTDIR.into())
    }
    /// Removes the empty directory `name`.
    fn rmdir(&self, _name: &[u8]) -> Result<()> {
        Err(Errno::ENOTDIR.into())
    }
    /// rename(2) of `name` to `new_name` in `new_parent`, of the same file system (else EXDEV).
    fn rename(&self, _name: &[u8], _new_parent: &InodeRef, _new_name: &[u8]) -> Result<()> {
        Err(Errno::ENOTDIR.into())
    }
    /// Reports entries after `cookie` (0: from the start) until `each` answers false.
    fn read_dir(
        &self,
        _cookie: u64,
        _process: Option<&Process>,
        _each: &mut dyn FnMut(DirEntry) -> bool,
    ) -> Result<()> {
        Err(Errno::ENOTDIR.into())
    }
}

/// Whether both are the same file.
pub fn same_inode(a: &InodeRef, b: &InodeRef) -> bool {
    Arc::ptr_eq(a, b) || (a.ino() == b.ino() && a.dev() == b.dev())
}
