//! poll(2), and sleeping.

use super::io::present;
use crate::kernel::clock;
use crate::kernel::error::{Attempt, Block, Errno, SysResult};
use crate::kernel::file::{OpenFile, PollEvents};
use crate::kernel::process::{Current, Fd, WaitFault};
use std::sync::Arc;

/// poll(2)'s structure. A negative descriptor is `None` and is passed over.
#[derive(Clone, Copy, Debug)]
pub struct PollFd {
    /// Which.
    pub fd: Option<Fd>,
    /// What the caller waits for.
    pub events: PollEvents,
    /// What there is.
    pub revents: PollEvents,
}

/// Waits until at least one of `fds` is ready or `deadline` (ns of the monotonic clock) passes; answers how many are.
/// POLLERR, POLLHUP and POLLNVAL are always reported.
pub fn poll(current: &Current, fds: &mut [PollFd], deadline: Option<u64>) -> SysResult<usize> {
    let files: Vec<Option<Arc<OpenFile>>> = fds
        .iter()
        .map(|each| each.fd.and_then(|fd| current.fds.get(current.owner(), fd).ok()))
        .collect();
    let queues: Vec<_> = files
        .iter()
        .flatten()
        .flat_map(|file| file.wait_queues())
        .collect();
    let mut look = || -> Attempt<usize> {
        for (each, file) in fds.iter_mut().zip(&files) {
            let always = PollEvents::POLLERR | PollEvents::POLLHUP | PollEvents::POLLNVAL;
            each.revents = match (each.fd, file) {
                (None, _) => PollEvents::empty(),
                (Some(_), None) => PollEvents::POLLNVAL,
                (Some(_), Some(file)) => file.poll() & (each.events | always),
            };
        }
        match fds.iter().filter(|each| !each.revents.is_empty()).count() {
            0 => Err(Block::WouldBlock),
            ready => Ok(ready),
        }
    };
    match current.wait(&present(&queues), deadline, &mut look) {
        Err(WaitFault::TimedOut) => Ok(0),
        other => Ok(other?),
    }
}

/// nanosleep(2) until `deadline` (ns of the monotonic clock).
pub fn sleep_until(current: &Current, deadline: u64) -> SysResult<()> {
    match current.wait::<()>(&[], Some(deadline), || Err(Block::WouldBlock)) {
        Err(WaitFault::TimedOut) => Ok(()),
        other => Ok(other?),
    }
}

/// Waits for a signal: pause(2). Never returns a value.
pub fn pause(current: &Current) -> SysResult<()> {
    match current.wait::<()>(&[], None, || Err(Block::WouldBlock)) {
        Err(WaitFault::TimedOut) => Err(Errno::EINTR.into()),
        other => Ok(other?),
    }
}

/// The deadline that is `ns` from now.
pub fn deadline_in(ns: u64) -> u64 {
    clock::monotonic_ns().saturating_add(ns)
}
