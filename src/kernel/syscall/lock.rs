//! flock(2), and fcntl(2)'s locks on parts of files.

use crate::kernel::error::{Attempt, Block, Errno, Error, Result, SysResult};
use crate::kernel::file::{File, OpenFile, Whence};
use crate::kernel::file_lock::{ByteRange, FileId, Holder, LockKind, Record, Waiting};
use crate::kernel::process::{Current, Fd};
use std::sync::Arc;

/// Whether a lock that can't be had now is waited for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Patience {
    /// EAGAIN.
    None,
    /// It is, until a signal comes.
    Wait,
}

/// fcntl's `struct flock`, as it is asked with.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct RecordLock {
    /// `None` is F_UNLCK.
    pub kind: Option<LockKind>,
    /// What `start` counts from: not Data or Hole.
    pub whence: Whence,
    /// The first byte.
    pub start: i64,
    /// How many; 0: all that follow; negative: those before `start`.
    pub length: i64,
}

/// Whose a record lock is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum RecordOwner {
    /// The process's (F_SETLK): any close of the file gives it up.
    Process,
    /// The open file description's (F_OFD_SETLK).
    Description,
}

/// flock(2): `None` unlocks. EBADF, EAGAIN, EINTR, ENOLCK.
pub fn flock(current: &Current, fd: Fd, kind: Option<LockKind>, patience: Patience) -> SysResult<()> {
    let file = current.fds.get(current.owner(), fd)?;
    let locks = current.kernel().file_locks();
    let (id, holder) = (file.id(), file.address());
    let Some(kind) = kind else {
        locks.unlock_flock(id, holder);
        return Ok(());
    };
    file.note_locks(locks);
    let attempt = || locks.try_flock(id, holder, kind);
    match at_once(attempt())? {
        Some(()) => Ok(()),
        None if patience == Patience::None => Err(refused()),
        None => {
            let waiting = locks.wait_for(id)?;
            Ok(current.wait(&[&waiting.queue()], None, attempt)?)
        }
    }
}

/// F_GETLK, F_OFD_GETLK: the first lock that keeps `lock` from being had. EBADF, EINVAL, EOVERFLOW.
pub fn get_record(current: &Current, fd: Fd, owner: RecordOwner, lock: RecordLock) -> Result<Option<Record>> {
    let file = current.fds.get(current.owner(), fd)?;
    let range = range_of(&file, lock)?;
    let kind = lock.kind.ok_or(Error::new(Errno::EINVAL, "F_GETLK of F_UNLCK"))?;
    let wish = Record {
        holder: holder(current, &file, owner),
        kind,
        range,
    };
    Ok(current.kernel().file_locks().blocker(file.id(), wish))
}

/// F_SETLK, F_SETLKW and F_OFD_SETLK, F_OFD_SETLKW. EBADF (not open for reading, or writing, as the lock asks), EAGAIN, EDEADLK, EINTR,
/// EINVAL, ENOLCK, EOVERFLOW.
pub fn set_record(
    current: &Current,
    fd: Fd,
    owner: RecordOwner,
    lock: RecordLock,
    patience: Patience,
) -> SysResult<()> {
    let file = current.fds.get(current.owner(), fd)?;
    let range = range_of(&file, lock)?;
    let (id, holder) = (file.id(), holder(current, &file, owner));
    let locks = current.kernel().file_locks();
    let Some(kind) = lock.kind else {
        return Ok(locks.unlock_record(id, holder, range)?);
    };
    let granted_to = match kind {
        LockKind::Shared => file.flags().readable(),
        LockKind::Exclusive => file.flags().writable(),
    };
    if !granted_to {
        return Err(Error::new(Errno::EBADF, "not open for what the lock is about").into());
    }
    match owner {
        RecordOwner::Process => current.note_record_locks(),
        RecordOwner::Description => file.note_locks(locks),
    }
    let wish = Record { holder, kind, range };
    match at_once(locks.try_record(id, wish))? {
        Some(()) => Ok(()),
        None if patience == Patience::None => Err(refused()),
        None => wait_record(current, id, wish),
    }
}

fn wait_record(current: &Current, id: FileId, wish: Record) -> SysResult<()> {
    let mut waiting: Waiting = current.kernel().file_locks().wait_for(id)?;
    let queue = waiting.queue();
    Ok(current.wait(&[&queue], None, || waiting.try_record(wish))?)
}

fn at_once(attempt: Attempt<()>) -> Result<Option<()>> {
    match attempt {
        Ok(()) => Ok(Some(())),
        Err(Block::WouldBlock) => Ok(None),
        Err(Block::Failed(error)) => Err(error),
    }
}

fn refused() -> crate::kernel::error::Fault {
    Error::new(Errno::EAGAIN, "another holds a lock").into()
}

fn holder(current: &Current, file: &OpenFile, owner: RecordOwner) -> Holder {
    match owner {
        RecordOwner::Process => Holder::Process(current.pid),
        RecordOwner::Description => Holder::Description(file.address()),
    }
}

/// Which bytes are meant. EINVAL for what is no file, and where the range begins before it; EOVERFLOW.
fn range_of(file: &Arc<OpenFile>, lock: RecordLock) -> Result<ByteRange> {
    let File::Inode(inode) = &file.file else {
        return Err(Error::new(Errno::EINVAL, "only parts of files can be locked"));
    };
    let base = match lock.whence {
        Whence::Set => 0,
        Whence::Current => file.offset(),
        Whence::End => inode.stat().size,
        Whence::Data | Whence::Hole => return Err(Error::new(Errno::EINVAL, "no such whence")),
    };
    let overflow = Error::new(Errno::EOVERFLOW, "the range ends beyond what an offset can be");
    let base = i64::try_from(base).map_err(|_| overflow)?;
    let start = base.checked_add(lock.start).ok_or(overflow)?;
    let (first, last) = match lock.length {
        0 => (start, i64::MAX),
        1.. => (start, start.checked_add(lock.length - 1).ok_or(overflow)?),
        _ => (start.saturating_add(lock.length), start.saturating_sub(1)),
    };
    let before = Error::new(Errno::EINVAL, "the range begins before the file");
    Ok(ByteRange {
        start: u64::try_from(first).map_err(|_| before)?,
        end: u64::try_from(last).map_err(|_| before)?,
    })
}
