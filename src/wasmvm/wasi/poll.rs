//! poll_oneoff: waits for clocks and descriptors together.

use super::clock::Clock;
use crate::kernel::clock;
use crate::kernel::error::{Errno, Error, Result, SysResult};
use crate::kernel::file::{File, PollEvents};
use crate::kernel::process::Fd;
use crate::kernel::syscall::poll::{self, PollFd};
use crate::wasmvm::guest::Guest;
use crate::wasmvm::memory::GuestMemory;

const SUBSCRIPTION: u32 = 48;
const EVENT: u32 = 32;
/// As many as a process may have descriptors, and some clocks.
const SUBSCRIPTIONS_MAX: u32 = 4_096;
const ABSTIME: u16 = 1;
const HANGUP: u16 = 1;

/// What one subscription is about.
#[derive(Clone, Copy)]
enum Subject {
    /// Until this time of the monotonic clock.
    Until(u64),
    /// A descriptor: which entry of the poll list.
    Ready { read: bool, at: usize },
    /// It can't be subscribed to.
    Wrong(Errno),
}

struct Subscription {
    userdata: u64,
    kind: u8,
    subject: Subject,
}

pub fn poll_oneoff(guest: &Guest, subscriptions: u32, events: u32, count: u32, out: u32) -> SysResult<()> {
    if count == 0 || count > SUBSCRIPTIONS_MAX {
        return Err(Error::new(Errno::EINVAL, "no subscription, or too many").into());
    }
    guest.memory.slice(subscriptions, count * SUBSCRIPTION)?;
    guest.memory.slice(events, count * EVENT)?;
    guest.memory.slice(out, 4)?;
    let mut fds = Vec::new();
    let all = (0..count)
        .map(|index| read(guest, subscriptions + index * SUBSCRIPTION, &mut fds))
        .collect::<Result<Vec<_>>>()?;
    let deadline = all.iter().filter_map(|each| match each.subject {
        Subject::Until(at) => Some(at),
        Subject::Ready { .. } => None,
        Subject::Wrong(_) => Some(0),
    });
    let deadline = deadline.min();
    poll::poll(&guest.current, &mut fds, deadline)?;
    let now = clock::monotonic_ns();
    let mut written = 0;
    for each in &all {
        if let Some(event) = event(guest, each, &fds, now) {
            guest.memory.write(events + written * EVENT, &event)?;
            written += 1;
        }
    }
    Ok(guest.memory.put_u32(out, written)?)
}

fn read(guest: &Guest, at: u32, fds: &mut Vec<PollFd>) -> Result<Subscription> {
    let bytes: [u8; SUBSCRIPTION as usize] = guest.memory.array(at)?;
    let u16_at = |at: usize| u16::from_le_bytes([bytes[at], bytes[at + 1]]);
    let u32_at = |at: usize| u32::from(u16_at(at)) | u32::from(u16_at(at + 2)) << 16;
    let u64_at = |at: usize| u64::from(u32_at(at)) | u64::from(u32_at(at + 4)) << 32;
    let (userdata, kind) = (u64_at(0), bytes[8]);
    let subject = match kind {
        0 => deadline(u32_at(16), u64_at(24), u16_at(40) & ABSTIME != 0),
        1 | 2 => {
            let read = kind == 1;
            let events = if read {
                PollEvents::POLLIN
            } else {
                PollEvents::POLLOUT
            };
            fds.push(PollFd {
                fd: Some(Fd(u32_at(16))),
                events,
                revents: PollEvents::empty(),
            });
            Subject::Ready {
                read,
                at: fds.len() - 1,
            }
        }
        _ => return Err(Error::new(Errno::EINVAL, "no such event type")),
    };
    Ok(Subscription {
        userdata,
        kind,
        subject,
    })
}

/// When a clock subscription is due, on the monotonic clock.
fn deadline(id: u32, timeout: u64, absolute: bool) -> Subject {
    let now = clock::monotonic_ns();
    match Clock::parse(id) {
        Err(error) => Subject::Wrong(error.errno),
        Ok(Clock::Cpu) => Subject::Wrong(Errno::ENOTSUP),
        Ok(_) if !absolute => Subject::Until(now.saturating_add(timeout)),
        Ok(Clock::Monotonic) => Subject::Until(timeout),
        Ok(Clock::Realtime) => {
            Subject::Until(now.saturating_add(timeout.saturating_sub(clock::realtime_ns())))
        }
    }
}

fn event(
    guest: &Guest,
    subscription: &Subscription,
    fds: &[PollFd],
    now: u64,
) -> Option<[u8; EVENT as usize]> {
    let mut event = [0; EVENT as usize];
    let mut error = None;
    match subscription.subject {
        Subject::Until(at) if at > now => return None,
        Subject::Until(_) => {}
        Subject::Wrong(errno) => error = Some(errno),
        Subject::Ready { read, at } => {
            let ready = &fds[at];
            if ready.revents.is_empty() {
                return None;
            }
            if ready.revents.contains(PollEvents::POLLNVAL) {
                error = Some(Errno::EBADF);
            }
            let count = if read { available(guest, ready) } else { 1 };
            event[16..24].copy_from_slice(&count.to_le_bytes());
            let flags = if ready.revents.contains(PollEvents::POLLHUP) {
                HANGUP
            } else {
                0
            };
            event[24..26].copy_from_slice(&flags.to_le_bytes());
        }
    }
    event[0..8].copy_from_slice(&subscription.userdata.to_le_bytes());
    event[8..10].copy_from_slice(&error.map_or(0, |errno| errno as u16).to_le_bytes());
    event[10] = subscription.kind;
    Some(event)
}

/// How many bytes can be read at least.
fn available(guest: &Guest, ready: &PollFd) -> u64 {
    let count = ready.fd.and_then(|fd| {
        let look = |file: &crate::kernel::file::OpenFile| match &file.file {
            File::PipeReader(pipe) | File::PipeBoth(pipe, _) => pipe.available() as u64,
            File::Inode(inode) => inode.stat().size,
            _ => u64::from(ready.revents.contains(PollEvents::POLLIN)),
        };
        guest.current.fds.with(guest.current.owner(), fd, look).ok()
    });
    count.unwrap_or(0)
}
