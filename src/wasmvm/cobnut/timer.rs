//! Descriptors to wait on: timers and processes.

use super::Structure;
use super::descriptor::flags;
use crate::kernel::error::{Errno, Error, Result, SysResult};
use crate::kernel::process::{Fd, Pid};
use crate::kernel::syscall::{pid_fd, timer_fd};
use crate::kernel::timer_fd::{TimerClock, TimerSpec};
use crate::wasmvm::guest::Guest;
use crate::wasmvm::memory::GuestMemory;

const TFD_TIMER_ABSTIME: u32 = 1;

pub fn timerfd_create(guest: &Guest, clock: u32, bits: u32, fd: u32) -> SysResult<()> {
    guest.memory.slice(fd, 4)?;
    let clock = match clock {
        0 => TimerClock::Realtime,
        1 => TimerClock::Monotonic,
        _ => return Err(Error::new(Errno::EINVAL, "no such clock").into()),
    };
    let made = timer_fd::timerfd_create(&guest.current, clock, flags(bits)?)?;
    Ok(guest.memory.put_u32(fd, made.0)?)
}

fn nanoseconds(value: i64) -> Result<u64> {
    u64::try_from(value).map_err(|_| Error::new(Errno::EINVAL, "a negative time"))
}

fn itimerspec(spec: TimerSpec) -> [u8; 16] {
    Structure::new().u64(spec.value_ns).u64(spec.interval_ns).finish()
}

pub fn timerfd_settime(
    guest: &Guest,
    fd: u32,
    flags: u32,
    value: i64,
    interval: i64,
    old: u32,
) -> SysResult<()> {
    if flags & !TFD_TIMER_ABSTIME != 0 {
        return Err(Error::new(Errno::EINVAL, "timerfd_settime: unknown flags").into());
    }
    let spec = TimerSpec {
        value_ns: nanoseconds(value)?,
        interval_ns: nanoseconds(interval)?,
    };
    if old != 0 {
        guest.memory.slice(old, 16)?;
    }
    let absolute = flags & TFD_TIMER_ABSTIME != 0;
    let before = timer_fd::timerfd_settime(&guest.current, Fd(fd), spec, absolute)?;
    if old != 0 {
        guest.memory.write(old, &itimerspec(before))?;
    }
    Ok(())
}

pub fn timerfd_gettime(guest: &Guest, fd: u32, out: u32) -> SysResult<()> {
    let spec = timer_fd::timerfd_gettime(&guest.current, Fd(fd))?;
    Ok(guest.memory.write(out, &itimerspec(spec))?)
}

pub fn pidfd_open(guest: &Guest, pid: i32, bits: u32, fd: u32) -> SysResult<()> {
    guest.memory.slice(fd, 4)?;
    let pid = u32::try_from(pid).ok().filter(|&pid| pid > 0);
    let pid = pid.ok_or(Error::new(Errno::EINVAL, "no process has this number"))?;
    let made = pid_fd::pidfd_open(&guest.current, Pid(pid), flags(bits)?)?;
    Ok(guest.memory.put_u32(fd, made.0)?)
}
