//! The open file description ([`OpenFile`]): what dup, fork and spawn share between fds.

use super::error::{Attempt, Block, Errno, Error, Result};
use super::file_lock::{FileId, FileLocks};
use super::fs::{FileType, InodeRef, Place, Stat, Vfs, WritePosition};
use super::io::{Sink, Source};
use super::pipe::{PipeReader, PipeWriter};
use super::process::PidFd;
use super::quota::{Quota, Slot};
use super::sync::platform::{AtomicU32, Ordering};
use super::sync::{Mutex, Rank, WaitQueue};
use super::timer_fd::TimerFd;
use super::tty::{PtyMaster, PtySlave};
use std::sync::Arc;

bitflags::bitflags! {
    /// open(2)'s flags, with Linux's values.
    #[derive(Clone, Copy, PartialEq, Eq, Debug)]
    #[allow(missing_docs)]
    pub struct OpenFlags: u32 {
        const O_WRONLY = 0o1;
        const O_RDWR = 0o2;
        const O_CREAT = 0o100;
        const O_EXCL = 0o200;
        const O_NOCTTY = 0o400;
        const O_TRUNC = 0o1000;
        const O_APPEND = 0o2000;
        const O_NONBLOCK = 0o4000;
        const O_DIRECTORY = 0o200_000;
        const O_NOFOLLOW = 0o400_000;
        const O_CLOEXEC = 0o2_000_000;
    }
}

impl OpenFlags {
    /// What F_GETFL reports and F_SETFL may change, beside the access mode.
    pub const STATUS: OpenFlags = OpenFlags::O_APPEND.union(OpenFlags::O_NONBLOCK);
    /// O_RDONLY is the absence of the other two.
    pub const ACCESS: OpenFlags = OpenFlags::O_WRONLY.union(OpenFlags::O_RDWR);

    /// Whether it was opened for reading.
    pub fn readable(self) -> bool {
        !self.contains(OpenFlags::O_WRONLY)
    }
    /// Whether it was opened for writing.
    pub fn writable(self) -> bool {
        self.intersects(OpenFlags::ACCESS)
    }
}

bitflags::bitflags! {
    /// poll(2)'s events, with Linux's values.
    #[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
    #[allow(missing_docs)]
    pub struct PollEvents: u16 {
        const POLLIN = 1;
        const POLLPRI = 2;
        const POLLOUT = 4;
        const POLLERR = 8;
        const POLLHUP = 16;
        const POLLNVAL = 32;
    }
}

/// lseek(2)'s whence.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[allow(missing_docs)]
pub enum Whence {
    Set,
    Current,
    End,
    /// SEEK_DATA: the first data at or after the offset.
    Data,
    /// SEEK_HOLE: the first hole at or after the offset.
    Hole,
}

/// What an open file reads from and writes to.
pub enum File {
    /// A file of a file system: regular, directory, or a device without state of its own.
    Inode(InodeRef),
    /// A pipe's read end.
    PipeReader(PipeReader),
    /// A pipe's write end.
    PipeWriter(PipeWriter),
    /// A FIFO opened O_RDWR: both ends.
    PipeBoth(PipeReader, PipeWriter),
    /// The program's side of a terminal.
    PtySlave(PtySlave),
    /// The emulator's side of a terminal.
    PtyMaster(PtyMaster),
    /// A timer.
    Timer(TimerFd),
    /// A process.
    Process(PidFd),
}

/// An open file description.
pub struct OpenFile {
    /// Immutable.
    pub file: File,
    /// [`OpenFlags::ACCESS`] never changes; [`OpenFlags::STATUS`] by F_SETFL.
    flags: AtomicU32,
    /// Only used for `File::Inode`: the byte offset, or the directory cookie.
    offset: Mutex<u64>,
    /// Where it was opened; `None` for what has no name.
    location: Option<Location>,
    /// Set once somebody has asked for a lock through it: then its end gives locks up.
    locks: Mutex<Option<Arc<FileLocks>>>,
    /// Its place among the kernel's open files; the page's own have none.
    _slot: Option<Slot>,
}

/// A name in a directory.
#[derive(Clone)]
pub struct Location {
    /// The directory.
    pub parent: Place,
    /// The name; empty for the directory itself.
    pub name: Box<[u8]>,
}

impl OpenFile {
    /// A new description at offset 0; of `flags` only access mode and status flags are kept.
    pub fn new(file: File, flags: OpenFlags) -> Arc<Self> {
        Self::at(None, file, flags)
    }

    /// The same of what was opened by a name.
    pub fn at(location: Option<Location>, file: File, flags: OpenFlags) -> Arc<Self> {
        Self::make(None, location, file, flags)
    }

    /// A place among the open files of a kernel: [`OpenFile::within`] makes one of it. ENFILE.
    pub fn reserve(supply: &Arc<Quota>) -> Result<Slot> {
        let slot = supply.take();
        slot.ok_or(Error::new(Errno::ENFILE, "the kernel's open files are used up"))
    }

    /// The same as [`OpenFile::at`], in its place.
    pub fn within(slot: Slot, location: Option<Location>, file: File, flags: OpenFlags) -> Arc<Self> {
        Self::make(Some(slot), location, file, flags)
    }

    fn make(slot: Option<Slot>, location: Option<Location>, file: File, flags: OpenFlags) -> Arc<Self> {
        let kept = flags & (OpenFlags::ACCESS | OpenFlags::STATUS);
        Arc::new(OpenFile {
            file,
            flags: AtomicU32::new(kept.bits()),
            offset: Mutex::new(Rank::OpenFile, 0),
            location,
            locks: Mutex::new(Rank::OpenFile, None),
            _slot: slot,
        })
    }

    /// Which file it is, for locks.
    pub fn id(&self) -> FileId {
        match &self.file {
            File::Inode(inode) => FileId {
                dev: inode.dev(),
                ino: inode.ino(),
            },
            _ => {
                let stat = self.stat();
                FileId {
                    dev: stat.dev,
                    ino: stat.ino,
                }
            }
        }
    }

    /// As the holder of locks: its address, which is nobody else's while it lives.
    pub fn address(&self) -> usize {
        core::ptr::from_ref(self) as usize
    }

    /// It is about to hold one of `locks`, which its end gives up.
    pub fn note_locks(&self, locks: &Arc<FileLocks>) {
        let mut noted = self.locks.lock();
        if noted.is_none() {
            *noted = Some(locks.clone());
        }
    }

    /// The absolute path by which it was opened, as the directories are called now. `None` for what was opened without a
    /// name, and when its directory is gone. Whether the name still leads to it is not looked at.
    pub fn path(&self, vfs: &Vfs) -> Option<Vec<u8>> {
        let location = self.location.as_ref()?;
        let mut path = vfs.path_of(&location.parent).ok()?;
        if !location.name.is_empty() {
            if path.len() > 1 {
                path.push(b'/');
            }
            path.extend_from_slice(&location.name);
        }
        Some(path)
    }

    /// Where it was opened.
    pub fn location(&self) -> Option<&Location> {
        self.location.as_ref()
    }

    /// Access mode and status flags (F_GETFL).
    pub fn flags(&self) -> OpenFlags {
        OpenFlags::from_bits_truncate(self.flags.load(Ordering::Relaxed))
    }

    /// F_SETFL: replaces the status flags, keeps the access mode.
    pub fn set_status_flags(&self, flags: OpenFlags) {
        let kept = (self.flags() & OpenFlags::ACCESS) | (flags & OpenFlags::STATUS);
        self.flags.store(kept.bits(), Ordering::Relaxed);
    }

    /// Whether reads and writes answer EAGAIN instead of waiting.
    pub fn nonblocking(&self) -> bool {
        self.flags().contains(OpenFlags::O_NONBLOCK)
    }

    /// The inode behind it, for what is about files only.
    pub fn inode(&self) -> Result<&InodeRef> {
        match &self.file {
            File::Inode(inode) => Ok(inode),
            _ => Err(Error::new(Errno::EINVAL, "not a file of a file system")),
        }
    }

    /// The queues that are woken when [`OpenFile::poll`] changes. At most two are meant.
    pub fn wait_queues(&self) -> [Option<&WaitQueue>; 2] {
        match &self.file {
            File::Inode(_) => [None, None],
            File::PipeReader(pipe) => [Some(pipe.queue()), None],
            File::PipeWriter(pipe) => [Some(pipe.queue()), None],
            File::PipeBoth(reader, writer) => [Some(reader.queue()), Some(writer.queue())],
            File::PtySlave(pty) => [Some(pty.queue()), None],
            File::PtyMaster(pty) => [Some(pty.queue()), None],
            File::Timer(timer) => [Some(timer.queue()), None],
            File::Process(process) => [Some(process.queue()), None],
        }
    }

    /// What would not block now.
    pub fn poll(&self) -> PollEvents {
        match &self.file {
            File::Inode(_) => PollEvents::POLLIN | PollEvents::POLLOUT,
            File::PipeReader(pipe) => pipe.poll(),
            File::PipeWriter(pipe) => pipe.poll(),
            File::PipeBoth(reader, writer) => reader.poll() | writer.poll(),
            File::PtySlave(pty) => pty.poll(),
            File::PtyMaster(pty) => pty.poll(),
            File::Timer(timer) => timer.poll(),
            File::Process(process) => process.poll(),
        }
    }

    /// One try of read(2) at the offset.
    pub fn try_read(&self, into: &mut dyn Sink) -> Attempt<usize> {
        if !self.flags().readable() {
            return Err(Error::new(Errno::EBADF, "not open for reading").into());
        }
        match &self.file {
            File::Inode(inode) => {
                if inode.file_type() == FileType::Directory {
                    return Err(Errno::EISDIR.into());
                }
                let mut offset = self.offset.lock();
                let count = inode.try_read_at(*offset, into)?;
                *offset += count as u64;
                Ok(count)
            }
            File::PipeReader(pipe) | File::PipeBoth(pipe, _) => pipe.try_read(into),
            File::PtySlave(pty) => pty.try_read(into),
            File::PtyMaster(pty) => pty.try_read(into),
            File::Timer(timer) => timer.try_read(into),
            File::Process(_) => Err(Error::new(Errno::EINVAL, "a process can't be read").into()),
            File::PipeWriter(_) => Err(Errno::EBADF.into()),
        }
    }

    /// One try of write(2) at the offset, or at the end with O_APPEND.
    pub fn try_write(&self, from: &mut dyn Source) -> Attempt<usize> {
        let flags = self.flags();
        if !flags.writable() {
            return Err(Error::new(Errno::EBADF, "not open for writing").into());
        }
        match &self.file {
            File::Inode(inode) => {
                let mut offset = self.offset.lock();
                let append = flags.contains(OpenFlags::O_APPEND);
                let position = if append {
                    WritePosition::End
                } else {
                    WritePosition::At(*offset)
                };
                let (count, after) = inode.try_write_at(position, from)?;
                *offset = after;
                Ok(count)
            }
            File::PipeWriter(pipe) | File::PipeBoth(_, pipe) => pipe.try_write(from),
            File::PtySlave(pty) => pty.try_write(from),
            File::PtyMaster(pty) => pty.try_write(from),
            File::Timer(_) | File::Process(_) => Err(Error::new(Errno::EINVAL, "it can't be written").into()),
            File::PipeReader(_) => Err(Errno::EBADF.into()),
        }
    }

    /// pread(2). ESPIPE where there is no offset.
    pub fn try_pread(&self, offset: u64, into: &mut dyn Sink) -> Attempt<usize> {
        if !self.flags().readable() {
            return Err(Errno::EBADF.into());
        }
        let inode = self.seekable()?;
        if inode.file_type() == FileType::Directory {
            return Err(Errno::EISDIR.into());
        }
        inode.try_read_at(offset, into)
    }

    /// pwrite(2). ESPIPE where there is no offset. O_APPEND is ignored, as POSIX (not Linux) says.
    pub fn try_pwrite(&self, offset: u64, from: &mut dyn Source) -> Attempt<usize> {
        if !self.flags().writable() {
            return Err(Errno::EBADF.into());
        }
        let (count, _after) = self.seekable()?.try_write_at(WritePosition::At(offset), from)?;
        Ok(count)
    }

    fn seekable(&self) -> core::result::Result<&InodeRef, Block> {
        match &self.file {
            File::Inode(inode) => Ok(inode),
            _ => Err(Errno::ESPIPE.into()),
        }
    }

    /// lseek(2); answers the new offset.
    pub fn seek(&self, whence: Whence, delta: i64) -> Result<u64> {
        let File::Inode(inode) = &self.file else {
            return Err(Errno::ESPIPE.into());
        };
        let mut offset = self.offset.lock();
        if !matches!(whence, Whence::Set | Whence::Current) {
            inode.refresh()?;
        }
        let base = match whence {
            Whence::Set => 0,
            Whence::Current => *offset,
            Whence::End => inode.stat().size,
            Whence::Data | Whence::Hole => {
                let from = u64::try_from(delta).map_err(|_| Error::new(Errno::ENXIO, "before the file"))?;
                *offset = inode.seek_data(from, whence == Whence::Data)?;
                return Ok(*offset);
            }
        };
        let target = base
            .checked_add_signed(delta)
            .filter(|&at| i64::try_from(at).is_ok());
        *offset = target.ok_or(Error::new(Errno::EINVAL, "offset out of range"))?;
        Ok(*offset)
    }

    /// Where the next read or write of a file begins.
    pub fn offset(&self) -> u64 {
        *self.offset.lock()
    }

    /// fstat(2).
    pub fn stat(&self) -> Stat {
        match &self.file {
            File::Inode(inode) => inode.stat(),
            File::PipeReader(pipe) | File::PipeBoth(pipe, _) => pipe.stat(),
            File::PipeWriter(pipe) => pipe.stat(),
            File::PtySlave(pty) => pty.stat(),
            File::PtyMaster(pty) => pty.stat(),
            File::Timer(timer) => timer.stat(),
            File::Process(process) => process.stat(),
        }
    }

    /// The kind of file, without a stat.
    pub fn file_type(&self) -> FileType {
        match &self.file {
            File::Inode(inode) => inode.file_type(),
            File::PipeReader(_) | File::PipeWriter(_) | File::PipeBoth(..) => FileType::Fifo,
            File::PtySlave(_) | File::PtyMaster(_) | File::Timer(_) | File::Process(_) => {
                FileType::CharDevice
            }
        }
    }

    /// The terminal behind it, if it is a terminal's program side: ENOTTY otherwise.
    pub fn terminal(&self) -> Result<&PtySlave> {
        match &self.file {
            File::PtySlave(pty) => Ok(pty),
            _ => Err(Errno::ENOTTY.into()),
        }
    }
}

impl Drop for OpenFile {
    fn drop(&mut self) {
        if let Some(locks) = self.locks.get_mut().take() {
            locks.release_description(self.id(), self.address());
        }
    }
}
