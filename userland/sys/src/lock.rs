//! Locks on files: flock(2) for whole ones, fcntl(2) for parts. All are advisory.

use crate::{Errno, Fd, Pid, Result, imp};

/// flock(2)'s operation.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum LockOp {
    Shared { wait: bool },
    Exclusive { wait: bool },
    Unlock,
}

impl LockOp {
    fn bits(self) -> i32 {
        match self {
            LockOp::Shared { wait } => 1 | if wait { 0 } else { 4 },
            LockOp::Exclusive { wait } => 2 | if wait { 0 } else { 4 },
            LockOp::Unlock => 8,
        }
    }
}

/// Locks or unlocks the whole file for the open file behind `fd` and its duplicates. EAGAIN where another has it and `wait` is false.
pub fn flock(fd: Fd, op: LockOp) -> Result<()> {
    imp::flock(fd, op.bits())
}

/// How a lock on a part of a file excludes others.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum LockKind {
    /// For reading: F_RDLCK.
    Shared,
    /// For writing: F_WRLCK.
    Exclusive,
}

/// Whose a lock on a part of a file is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum LockOwner {
    /// The process's: gone when it closes *any* descriptor of the file (F_SETLK).
    Process,
    /// The open file's: gone with its last descriptor (F_OFD_SETLK).
    OpenFile,
}

/// Bytes of a file, from its beginning.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct LockRange {
    pub start: i64,
    /// 0: all that follow.
    pub length: i64,
}

/// A lock that another has.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct HeldLock {
    pub kind: LockKind,
    pub range: LockRange,
    /// `None` when an open file holds it.
    pub holder: Option<Pid>,
}

/// `struct flock` of the guest ABI, which is that of 64-bit Linux.
#[derive(Clone, Copy, Default)]
#[repr(C)]
pub(crate) struct RawLock {
    pub kind: i16,
    pub whence: i16,
    pub pad: u32,
    pub start: i64,
    pub length: i64,
    pub pid: i32,
    pub pad_too: u32,
}

const _: () = assert!(size_of::<RawLock>() == 32);

const F_RDLCK: i16 = 0;
const F_WRLCK: i16 = 1;
const F_UNLCK: i16 = 2;

impl RawLock {
    fn new(kind: Option<LockKind>, range: LockRange) -> RawLock {
        RawLock {
            kind: match kind {
                Some(LockKind::Shared) => F_RDLCK,
                Some(LockKind::Exclusive) => F_WRLCK,
                None => F_UNLCK,
            },
            start: range.start,
            length: range.length,
            ..RawLock::default()
        }
    }
}

/// Gives the owner a lock on a part of a file, or with `None` takes it.
///
/// # Errors
/// EAGAIN where another has it and `wait` is false (EACCES on some systems), EDEADLK where all would wait for each other, EBADF where
/// the descriptor is not open for that, ENOLCK.
pub fn setlk(fd: Fd, owner: LockOwner, kind: Option<LockKind>, range: LockRange, wait: bool) -> Result<()> {
    let cmd = match (owner, wait) {
        (LockOwner::Process, false) => 6,
        (LockOwner::Process, true) => 7,
        (LockOwner::OpenFile, false) => 37,
        (LockOwner::OpenFile, true) => 38,
    };
    let outcome = imp::fcntl_lock(fd, cmd, &mut RawLock::new(kind, range));
    outcome.map_err(|e| if e == Errno::EACCES { Errno::EAGAIN } else { e })
}

/// The first lock that keeps the owner from having one of `kind` there.
pub fn getlk(fd: Fd, owner: LockOwner, kind: LockKind, range: LockRange) -> Result<Option<HeldLock>> {
    let cmd = match owner {
        LockOwner::Process => 5,
        LockOwner::OpenFile => 36,
    };
    let mut raw = RawLock::new(Some(kind), range);
    imp::fcntl_lock(fd, cmd, &mut raw)?;
    Ok((raw.kind != F_UNLCK).then(|| HeldLock {
        kind: if raw.kind == F_RDLCK {
            LockKind::Shared
        } else {
            LockKind::Exclusive
        },
        range: LockRange {
            start: raw.start,
            length: raw.length,
        },
        holder: (raw.pid > 0).then_some(Pid(raw.pid)),
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{OpenFlags, close, open, waitpid};

    const ALL: LockRange = LockRange { start: 0, length: 0 };

    /// The same on a real kernel as in Cobnut's: the process's locks are seen by a child, not by itself.
    #[test]
    fn a_child_sees_its_parents_lock() {
        let path = std::env::temp_dir().join(format!("sys-lock-{}", std::process::id()));
        let fd = open(
            &path,
            OpenFlags::RDWR | OpenFlags::CREAT,
            crate::Mode::from_bits_truncate(0o600),
        )
        .unwrap();
        let part = LockRange { start: 5, length: 10 };
        setlk(fd, LockOwner::Process, Some(LockKind::Exclusive), part, false).unwrap();
        assert_eq!(getlk(fd, LockOwner::Process, LockKind::Exclusive, ALL), Ok(None));
        let parent = crate::getpid();
        let child = crate::fork(|| {
            let held = HeldLock {
                kind: LockKind::Exclusive,
                range: part,
                holder: Some(parent),
            };
            let found = getlk(fd, LockOwner::Process, LockKind::Shared, ALL) == Ok(Some(held));
            let refused =
                setlk(fd, LockOwner::Process, Some(LockKind::Shared), ALL, false) == Err(Errno::EAGAIN);
            i32::from(!(found && refused))
        })
        .unwrap();
        let ended = waitpid(crate::WaitTarget::Pid(child), crate::WaitOptions::empty()).unwrap();
        assert_eq!(
            ended.map(|(_, status)| status),
            Some(crate::WaitStatus::Exited(0))
        );
        flock(fd, LockOp::Exclusive { wait: false }).unwrap();
        close(fd).unwrap();
        std::fs::remove_file(path).unwrap();
    }
}
