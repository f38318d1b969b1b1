//! open(2).

use super::{AccessMode, Base, Caller, Follow};
use crate::kernel::error::{Block, Errno, Error, Result, SysResult};
use crate::kernel::file::{File, Location, OpenFile, OpenFlags};
use crate::kernel::fs::path::{Entry, Target, target};
use crate::kernel::fs::{FileType, InodeRef, NewNode, Opened};
use crate::kernel::permission::FileOps;
use crate::kernel::pipe::Pipe;
use crate::kernel::process::{Current, Fd};
use crate::kernel::quota::Slot;
use crate::kernel::syscall::fd::fd_flags;
use std::sync::Arc;

/// open(3p): opens or makes a file and gives it the lowest free descriptor. `mode` is for a new file, less the umask.
///
/// EEXIST (O_CREAT and O_EXCL, and the name is there, be it a dangling link), EISDIR (a directory, for writing or with O_CREAT),
/// ELOOP (O_NOFOLLOW and a link), ENOTDIR (O_DIRECTORY and no directory), ENXIO (a FIFO without reader, O_WRONLY and O_NONBLOCK; no
/// controlling terminal), EINVAL (O_WRONLY with O_RDWR, O_CREAT with O_DIRECTORY), EACCES (`/dev/fd/N` with more access than N has),
/// ENOSPC, EMFILE, ENFILE.
/// <https://pubs.opengroup.org/onlinepubs/9799919799/functions/open.html>
pub fn open(current: &Current, base: Base<'_>, path: &[u8], flags: OpenFlags, mode: u32) -> SysResult<Fd> {
    if flags.intersects(OpenFlags::O_CREAT | OpenFlags::O_TRUNC) {
        current.fds.require_room(current.owner())?;
    }
    let file = open_waiting(current, base, path, flags, mode)?;
    Ok(current.fds.install(current.owner(), file, fd_flags(flags))?)
}

/// The same without a descriptor.
pub fn open_waiting(
    current: &Current,
    base: Base<'_>,
    path: &[u8],
    flags: OpenFlags,
    mode: u32,
) -> SysResult<Arc<OpenFile>> {
    match prepare(&current.into(), base, path, flags, mode)? {
        Prepared::Open(file) => Ok(file),
        Prepared::Fifo(pipe, slot) => open_fifo_waiting(current, slot, &pipe, flags),
    }
}

/// The same without waiting: a FIFO opens as with O_NONBLOCK.
pub fn open_file<'a>(
    caller: impl Into<Caller<'a>>,
    base: Base<'_>,
    path: &[u8],
    flags: OpenFlags,
    mode: u32,
) -> Result<Arc<OpenFile>> {
    let caller = caller.into();
    match prepare(&caller, base, path, flags, mode)? {
        Prepared::Open(file) => Ok(file),
        Prepared::Fifo(pipe, slot) => open_fifo(&caller, slot, &pipe, flags),
    }
}

enum Prepared {
    Open(Arc<OpenFile>),
    Fifo(Arc<Pipe>, Option<Slot>),
}

fn prepare(
    caller: &Caller<'_>,
    base: Base<'_>,
    path: &[u8],
    flags: OpenFlags,
    mode: u32,
) -> Result<Prepared> {
    if flags.contains(OpenFlags::ACCESS) {
        return Err(Error::new(Errno::EINVAL, "both O_WRONLY and O_RDWR"));
    }
    let create = flags.contains(OpenFlags::O_CREAT);
    if create && flags.contains(OpenFlags::O_DIRECTORY) {
        return Err(Error::new(Errno::EINVAL, "both O_CREAT and O_DIRECTORY"));
    }
    let exclusive = create && flags.contains(OpenFlags::O_EXCL);
    let follow = if exclusive || flags.contains(OpenFlags::O_NOFOLLOW) {
        Follow::No
    } else {
        Follow::Yes
    };
    let slot = reserve(caller)?;
    loop {
        match target(caller, base, path, follow, file_ops(flags))? {
            Target::Found(..) if exclusive => return Err(Errno::EEXIST.into()),
            Target::Found(place, location) => {
                let mut location = location;
                if place.is_directory() {
                    if !flags.contains(OpenFlags::O_DIRECTORY) {
                        caller.permit_directory(FileOps::READDIR, &place)?;
                    }
                    location = Some(Location {
                        parent: place.clone(),
                        name: Box::default(),
                    });
                }
                return open_inode(caller, slot, place.inode, location, flags);
            }
            Target::Missing(_) if !create => return Err(Errno::ENOENT.into()),
            Target::Missing(entry) => match make_regular(caller, &entry, mode) {
                // Somebody else was faster: it exists now.
                Err(Error {
                    errno: Errno::EEXIST, ..
                }) if !exclusive => {}
                Err(error) => return Err(error),
                Ok(inode) => {
                    let location = Location {
                        parent: entry.parent.clone(),
                        name: entry.name(Errno::EISDIR)?.into(),
                    };
                    let file = new_file(slot, Some(location), File::Inode(inode), flags);
                    return Ok(Prepared::Open(file));
                }
            },
        }
    }
}

/// What the page has to allow.
fn file_ops(flags: OpenFlags) -> FileOps {
    let mut ops = FileOps::empty();
    if flags.contains(OpenFlags::O_DIRECTORY) {
        ops |= FileOps::READDIR;
    } else if flags.readable() {
        ops |= FileOps::READ;
    }
    if flags.writable() || flags.intersects(OpenFlags::O_CREAT | OpenFlags::O_TRUNC) {
        ops |= FileOps::WRITE;
    }
    ops
}

/// EACCES unless the mode bits grant what `flags` want.
fn require_mode(caller: &Caller<'_>, inode: &InodeRef, flags: OpenFlags) -> Result<()> {
    let mut wanted = AccessMode::empty();
    wanted.set(AccessMode::R_OK, flags.readable());
    wanted.set(
        AccessMode::W_OK,
        flags.writable() || flags.contains(OpenFlags::O_TRUNC),
    );
    caller.require_mode(inode, wanted)
}

fn make_regular(caller: &Caller<'_>, entry: &Entry<'_>, mode: u32) -> Result<InodeRef> {
    if entry.slash {
        return Err(Error::new(Errno::EISDIR, "a new file's name ends in a slash"));
    }
    let node = NewNode {
        file_type: FileType::Regular,
        mode: mode & 0o7777 & !caller.umask(),
        uid: caller.uid(),
        gid: caller.gid(),
        target: None,
    };
    caller.require_changeable(&entry.parent.inode)?;
    entry.parent.inode.create(entry.name(Errno::EISDIR)?, node)
}

fn open_inode(
    caller: &Caller<'_>,
    slot: Option<Slot>,
    inode: InodeRef,
    location: Option<Location>,
    flags: OpenFlags,
) -> Result<Prepared> {
    let file_type = inode.file_type();
    if flags.contains(OpenFlags::O_DIRECTORY) && file_type != FileType::Directory {
        return Err(Errno::ENOTDIR.into());
    }
    match file_type {
        FileType::Symlink => return Err(Error::new(Errno::ELOOP, "a symbolic link, and O_NOFOLLOW")),
        FileType::Directory if flags.writable() || flags.contains(OpenFlags::O_CREAT) => {
            return Err(Errno::EISDIR.into());
        }
        FileType::Socket => return Err(Error::new(Errno::ENXIO, "a socket can't be opened")),
        _ => {}
    }
    // Before it is opened, as that may copy it; but what `/dev/fd/N` opens is the caller's own already.
    let stands_for_another = inode.stands_for().is_some();
    if !stands_for_another {
        require_mode(caller, &inode, flags)?;
    }
    let opened = inode.open(caller.process, flags)?;
    if stands_for_another && !matches!(opened, Opened::Dup(_)) {
        require_mode(caller, &inode, flags)?;
    }
    match opened {
        Opened::Inode => {
            if flags.contains(OpenFlags::O_TRUNC) && file_type == FileType::Regular {
                inode.truncate(0)?;
            }
            Ok(Prepared::Open(new_file(
                slot,
                location,
                File::Inode(inode),
                flags,
            )))
        }
        Opened::File(file) => Ok(Prepared::Open(new_file(slot, location, file, flags))),
        Opened::Fifo(pipe) => Ok(Prepared::Fifo(pipe, slot)),
        Opened::Dup(file) => {
            let has = file.flags();
            if (flags.readable() && !has.readable()) || (flags.writable() && !has.writable()) {
                return Err(Error::new(Errno::EACCES, "the descriptor is not open for that"));
            }
            Ok(Prepared::Open(file))
        }
    }
}

/// A process's open file is one of the kernel's supply. ENFILE, before anything has been made or cut short.
fn reserve(caller: &Caller<'_>) -> Result<Option<Slot>> {
    let supply = caller.process.map(|process| process.kernel().open_descriptions());
    supply.map(OpenFile::reserve).transpose()
}

fn new_file(slot: Option<Slot>, location: Option<Location>, file: File, flags: OpenFlags) -> Arc<OpenFile> {
    match slot {
        Some(slot) => OpenFile::within(slot, location, file, flags),
        None => OpenFile::at(location, file, flags),
    }
}

/// A FIFO's end, without waiting for the other.
fn open_fifo(
    caller: &Caller<'_>,
    slot: Option<Slot>,
    pipe: &Arc<Pipe>,
    flags: OpenFlags,
) -> Result<Arc<OpenFile>> {
    let supply = caller.process.map(|process| process.kernel().pipes());
    let file = match (flags.readable(), flags.writable()) {
        (true, true) => File::PipeBoth(pipe.reader_within(supply)?, pipe.writer()),
        (true, false) => File::PipeReader(pipe.reader_within(supply)?),
        _ if !pipe.has_reader() => return Err(Error::new(Errno::ENXIO, "the FIFO has no reader")),
        _ => File::PipeWriter(pipe.writer_within(supply)?),
    };
    Ok(new_file(slot, None, file, flags))
}

/// A FIFO's end, once the other is there. Whoever came and went while this one waited counts too.
fn open_fifo_waiting(
    current: &Current,
    slot: Option<Slot>,
    pipe: &Arc<Pipe>,
    flags: OpenFlags,
) -> SysResult<Arc<OpenFile>> {
    if flags.contains(OpenFlags::O_NONBLOCK) || (flags.readable() && flags.writable()) {
        return Ok(open_fifo(&current.into(), slot, pipe, flags)?);
    }
    let supply = Some(current.kernel().pipes());
    // Looked at before this end shows: a writer that waited for it may write and be gone by the first try.
    let (readers, writers) = pipe.open_counts();
    let (has_reader, has_writer) = (pipe.has_reader(), pipe.has_writer());
    let (file, met): (File, Box<dyn Fn() -> bool>) = if flags.readable() {
        let met = move || has_writer || pipe.open_counts().1 != writers;
        (File::PipeReader(pipe.reader_within(supply)?), Box::new(met))
    } else {
        let met = move || has_reader || pipe.open_counts().0 != readers;
        (File::PipeWriter(pipe.writer_within(supply)?), Box::new(met))
    };
    // An interruption drops `file`, and with it the end that was shown to the other side.
    current.wait(&[pipe.queue()], None, || {
        if met() { Ok(()) } else { Err(Block::WouldBlock) }
    })?;
    Ok(new_file(slot, None, file, flags))
}
