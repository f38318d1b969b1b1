//! Signals.

use super::{Fields, Structure};
use crate::kernel::error::{Errno, Error, Result, SysResult};
use crate::kernel::signal::{ActionFlags, Disposition, SigAction, Signal, SignalSet};
use crate::kernel::syscall::signal::{self, MaskHow};
use crate::wasmvm::guest::Guest;
use crate::wasmvm::memory::GuestMemory;

const SIGACTION: usize = 24;

pub fn sigaction(guest: &Guest, signal: u32, new: u32, old: u32) -> SysResult<()> {
    let signal = Signal::try_from(signal as i32)?;
    let action = if new == 0 {
        None
    } else {
        Some(read_action(&guest.memory.array::<SIGACTION>(new)?)?)
    };
    if old != 0 {
        guest.memory.slice(old, SIGACTION as u32)?;
    }
    let before = signal::sigaction(&guest.current, signal, action)?;
    if old != 0 {
        guest.memory.write(old, &write_action(&before))?;
    }
    Ok(())
}

fn read_action(bytes: &[u8; SIGACTION]) -> Result<SigAction> {
    let mut fields = Fields(bytes);
    let (kind, handler, flags, _pad, mask) = (
        fields.u32(),
        fields.u32(),
        fields.u32(),
        fields.u32(),
        fields.u64(),
    );
    let disposition = match kind {
        0 => Disposition::Default,
        1 => Disposition::Ignore,
        2 => Disposition::Handler(handler),
        _ => return Err(Error::new(Errno::EINVAL, "no such kind of action")),
    };
    Ok(SigAction {
        disposition,
        flags: ActionFlags::from_bits_truncate(flags),
        mask: SignalSet::from_bits(mask),
    })
}

fn write_action(action: &SigAction) -> [u8; SIGACTION] {
    let (kind, handler) = match action.disposition {
        Disposition::Default => (0, 0),
        Disposition::Ignore => (1, 0),
        Disposition::Handler(handler) => (2, handler),
    };
    Structure::new()
        .u32(kind)
        .u32(handler)
        .u32(action.flags.bits())
        .u32(0)
        .u64(action.mask.bits())
        .finish()
}

pub fn sigprocmask(guest: &Guest, how: u32, set: u32, old: u32) -> SysResult<()> {
    let change = match (set, how) {
        (0, _) => None,
        (set, 0) => Some((MaskHow::Block, SignalSet::from_bits(guest.memory.get_u64(set)?))),
        (set, 1) => Some((MaskHow::Unblock, SignalSet::from_bits(guest.memory.get_u64(set)?))),
        (set, 2) => Some((MaskHow::Set, SignalSet::from_bits(guest.memory.get_u64(set)?))),
        _ => return Err(Error::new(Errno::EINVAL, "sigprocmask: no such how").into()),
    };
    if old != 0 {
        guest.memory.slice(old, 8)?;
    }
    let before = signal::sigprocmask(&guest.current, change);
    if old != 0 {
        guest.memory.put_u64(old, before.bits())?;
    }
    Ok(())
}

pub fn sigsuspend(guest: &Guest, mask: u32) -> SysResult<()> {
    let mask = SignalSet::from_bits(guest.memory.get_u64(mask)?);
    signal::sigsuspend(&guest.current, mask)
}

pub fn sigpending(guest: &Guest, set: u32) -> SysResult<()> {
    Ok(guest
        .memory
        .put_u64(set, signal::sigpending(&guest.current).bits())?)
}

/// What is pending is delivered on the way out of every call; this one does nothing else.
pub fn sigpoll(_guest: &Guest) -> SysResult<()> {
    Ok(())
}

pub fn kill(guest: &Guest, pid: i32, number: u32) -> SysResult<()> {
    let signal = if number == 0 {
        None
    } else {
        Some(Signal::try_from(number as i32)?)
    };
    Ok(signal::kill(&guest.current, pid, signal)?)
}

pub fn setitimer(guest: &Guest, value: i64, interval: i64, old: u32) -> SysResult<()> {
    let negative = Error::new(Errno::EINVAL, "a negative time");
    let value = u64::try_from(value).map_err(|_| negative)?;
    let interval = u64::try_from(interval).map_err(|_| negative)?;
    if old != 0 {
        guest.memory.slice(old, 8)?;
    }
    let left = signal::setitimer(&guest.current, value, interval);
    if old != 0 {
        guest.memory.put_u64(old, left)?;
    }
    Ok(())
}
