//! Clocks.

use crate::kernel::clock;
use crate::kernel::error::{Errno, Error, Result, SysResult};
use crate::kernel::process::Current;
use crate::wasmvm::guest::Guest;
use crate::wasmvm::memory::GuestMemory;

/// `clockid`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Clock {
    /// Since 1970.
    Realtime,
    /// Since whenever, never going back.
    Monotonic,
    /// Of the process, and of its one thread.
    Cpu,
}

impl Clock {
    /// From the guest. EINVAL.
    pub fn parse(id: u32) -> Result<Clock> {
        Ok(match id {
            0 => Clock::Realtime,
            1 => Clock::Monotonic,
            2 | 3 => Clock::Cpu,
            _ => return Err(Error::new(Errno::EINVAL, "no such clock")),
        })
    }

    /// What it shows.
    pub fn now(self, current: &Current) -> u64 {
        match self {
            Clock::Realtime => clock::realtime_ns(),
            Clock::Monotonic => clock::monotonic_ns(),
            Clock::Cpu => current.cpu_ns(),
        }
    }
}

/// What the browser's clocks resolve in an isolated page.
const RESOLUTION_NS: u64 = 5_000;

pub fn clock_res_get(guest: &Guest, id: u32, out: u32) -> SysResult<()> {
    Clock::parse(id)?;
    Ok(guest.memory.put_u64(out, RESOLUTION_NS)?)
}

pub fn clock_time_get(guest: &Guest, id: u32, _precision: u64, out: u32) -> SysResult<()> {
    let now = Clock::parse(id)?.now(&guest.current);
    Ok(guest.memory.put_u64(out, now)?)
}
