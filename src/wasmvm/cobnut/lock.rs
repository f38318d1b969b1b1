//! flock, and fcntl's locks on parts of files.

use super::{Fields, Structure};
use crate::kernel::error::{Errno, Error, Result, SysResult};
use crate::kernel::file::Whence;
use crate::kernel::file_lock::{ByteRange, Holder, LockKind, Record};
use crate::kernel::process::Fd;
use crate::kernel::syscall::lock::{self, Patience, RecordLock, RecordOwner};
use crate::wasmvm::guest::Guest;
use crate::wasmvm::memory::GuestMemory;

const LOCK_SH: u32 = 1;
const LOCK_EX: u32 = 2;
const LOCK_NB: u32 = 4;
const LOCK_UN: u32 = 8;

pub fn flock(guest: &Guest, fd: u32, op: u32) -> SysResult<()> {
    let kind = match op & !LOCK_NB {
        LOCK_SH => Some(LockKind::Shared),
        LOCK_EX => Some(LockKind::Exclusive),
        LOCK_UN => None,
        _ => return Err(Error::new(Errno::EINVAL, "flock: no such operation").into()),
    };
    let patience = if op & LOCK_NB != 0 {
        Patience::None
    } else {
        Patience::Wait
    };
    lock::flock(&guest.current, Fd(fd), kind, patience)
}

/// What a command of fcntl does with locks, and whose they are.
#[derive(Clone, Copy)]
enum Command {
    Get,
    Set(Patience),
}

fn command(cmd: u32) -> Option<(Command, RecordOwner)> {
    Some(match cmd {
        5 => (Command::Get, RecordOwner::Process),
        6 => (Command::Set(Patience::None), RecordOwner::Process),
        7 => (Command::Set(Patience::Wait), RecordOwner::Process),
        36 => (Command::Get, RecordOwner::Description),
        37 => (Command::Set(Patience::None), RecordOwner::Description),
        38 => (Command::Set(Patience::Wait), RecordOwner::Description),
        _ => return None,
    })
}

/// Whether the command is about locks: then its argument points to a `struct flock`.
pub fn is_command(cmd: u32) -> bool {
    command(cmd).is_some()
}

const FLOCK: usize = 32;
const F_RDLCK: u16 = 0;
const F_WRLCK: u16 = 1;
const F_UNLCK: u16 = 2;
/// The `l_pid` of a lock that no process, but an open file, holds.
const NO_PID: u32 = u32::MAX;

pub fn fcntl(guest: &Guest, fd: u32, cmd: u32, at: u32) -> SysResult<()> {
    let Some((command, owner)) = command(cmd) else {
        return Err(Error::new(Errno::EINVAL, "fcntl: no such command").into());
    };
    let asked = read(&guest.memory.array::<FLOCK>(at)?)?;
    match command {
        Command::Set(patience) => lock::set_record(&guest.current, Fd(fd), owner, asked, patience),
        Command::Get => {
            match lock::get_record(&guest.current, Fd(fd), owner, asked)? {
                Some(held) => guest.memory.write(at, &write(&held))?,
                // All else stays as it was.
                None => guest.memory.put_u16(at, F_UNLCK)?,
            }
            Ok(())
        }
    }
}

fn read(bytes: &[u8; FLOCK]) -> Result<RecordLock> {
    let mut fields = Fields(bytes);
    let (kind, whence, _pad) = (fields.u16(), fields.u16(), fields.u32());
    Ok(RecordLock {
        kind: match kind {
            F_RDLCK => Some(LockKind::Shared),
            F_WRLCK => Some(LockKind::Exclusive),
            F_UNLCK => None,
            _ => return Err(Error::new(Errno::EINVAL, "no such kind of lock")),
        },
        whence: match whence {
            0 => Whence::Set,
            1 => Whence::Current,
            2 => Whence::End,
            _ => return Err(Error::new(Errno::EINVAL, "no such whence")),
        },
        start: fields.u64() as i64,
        length: fields.u64() as i64,
    })
}

fn write(held: &Record) -> [u8; FLOCK] {
    let ByteRange { start, end } = held.range;
    Structure::new()
        .u16(match held.kind {
            LockKind::Shared => F_RDLCK,
            LockKind::Exclusive => F_WRLCK,
        })
        .u16(0)
        .u32(0)
        .u64(start)
        .u64(if end == ByteRange::LAST {
            0
        } else {
            end - start + 1
        })
        .u32(match held.holder {
            Holder::Process(pid) => pid.0,
            Holder::Description(_) => NO_PID,
        })
        .u32(0)
        .finish()
}
