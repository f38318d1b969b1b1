//! [`TimerFd`]: a timer that is read like a file (timerfd_create(2)).
//!
//! What has expired is counted when somebody looks, from the clock; the kernel's list of timers only wakes who waits. A timer
//! that has expired and was not read needs no further wake, so a short interval costs nothing.

use super::clock;
use super::error::{Attempt, Block, Errno, Error};
use super::file::PollEvents;
use super::fs::{FileType, Stat};
use super::io::Sink;
use super::machine::Kernel;
use super::sync::{Mutex, Rank, WaitQueue};
use std::sync::{Arc, Weak};

/// Which clock a timer goes by.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum TimerClock {
    /// CLOCK_REALTIME. Set to a time of the day it is due that long from now, whatever becomes of the clock.
    Realtime,
    /// CLOCK_MONOTONIC.
    Monotonic,
}

/// What a timer is set to, in ns: when it expires next (0: never), and every how often after that (0: not at all).
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct TimerSpec {
    /// From now, or for [`TimerFd::set`] perhaps on the clock.
    pub value_ns: u64,
    /// Between expirations.
    pub interval_ns: u64,
}

/// A timer behind a descriptor.
pub struct TimerFd {
    kernel: Weak<Kernel>,
    clock: TimerClock,
    created_ns: u64,
    schedule: Mutex<Schedule>,
    queue: Arc<WaitQueue>,
}

/// In ns of the monotonic clock.
#[derive(Clone, Copy, Default)]
struct Schedule {
    deadline_ns: Option<u64>,
    interval_ns: u64,
}

impl Schedule {
    /// Expirations until `now`.
    fn expired(&self, now: u64) -> u64 {
        match self.deadline_ns {
            Some(at) if at <= now => match self.interval_ns {
                0 => 1,
                interval => 1 + (now - at) / interval,
            },
            _ => 0,
        }
    }

    /// The next expiration after `now`.
    fn next(&self, now: u64) -> Option<u64> {
        let at = self.deadline_ns?;
        match self.expired(now) {
            0 => Some(at),
            _ if self.interval_ns == 0 => None,
            count => Some(at.saturating_add(count.saturating_mul(self.interval_ns))),
        }
    }
}

impl TimerFd {
    /// A timer that is not set.
    pub fn new(kernel: &Arc<Kernel>, clock: TimerClock) -> Self {
        TimerFd {
            kernel: Arc::downgrade(kernel),
            clock,
            created_ns: clock::realtime_ns(),
            schedule: Mutex::new(Rank::OpenFile, Schedule::default()),
            queue: Arc::default(),
        }
    }

    /// timerfd_settime(2): `absolute` means that the value is a time of the timer's clock. What had expired is forgotten. Answers what
    /// the timer was set to.
    pub fn set(&self, spec: TimerSpec, absolute: bool) -> TimerSpec {
        let now = clock::monotonic_ns();
        let deadline = match (absolute, self.clock) {
            (false, _) => now.saturating_add(spec.value_ns),
            (true, TimerClock::Monotonic) => spec.value_ns,
            (true, TimerClock::Realtime) => {
                now.saturating_add(spec.value_ns.saturating_sub(clock::realtime_ns()))
            }
        };
        let new = Schedule {
            deadline_ns: (spec.value_ns > 0).then_some(deadline),
            interval_ns: spec.interval_ns,
        };
        let mut schedule = self.schedule.lock();
        let old = core::mem::replace(&mut *schedule, new);
        drop(schedule);
        self.arm(new.deadline_ns);
        // A poll may wait for a time that has been put off, or that is past by now.
        self.queue.wake_all();
        remaining(&old, now)
    }

    /// timerfd_gettime(2).
    pub fn get(&self) -> TimerSpec {
        remaining(&self.schedule.lock(), clock::monotonic_ns())
    }

    /// One try of read(2): the number of expirations since the last one, as a `u64`. WouldBlock while there are none; EINVAL for fewer
    /// than 8 bytes.
    pub fn try_read(&self, into: &mut dyn Sink) -> Attempt<usize> {
        if into.room() < 8 {
            return Err(Error::new(Errno::EINVAL, "a timer is read in 8 bytes").into());
        }
        let now = clock::monotonic_ns();
        let mut schedule = self.schedule.lock();
        let count = schedule.expired(now);
        if count == 0 {
            return Err(Block::WouldBlock);
        }
        into.put(&count.to_le_bytes())?;
        schedule.deadline_ns = schedule.next(now);
        let next = schedule.deadline_ns;
        drop(schedule);
        self.arm(next);
        Ok(8)
    }

    /// POLLIN once it has expired.
    pub fn poll(&self) -> PollEvents {
        match self.schedule.lock().expired(clock::monotonic_ns()) {
            0 => PollEvents::empty(),
            _ => PollEvents::POLLIN,
        }
    }

    /// Woken when it expires, and when it is set anew.
    pub fn queue(&self) -> &WaitQueue {
        &self.queue
    }

    /// fstat(2).
    pub fn stat(&self) -> Stat {
        Stat::anonymous(FileType::CharDevice, self.created_ns)
    }

    fn arm(&self, deadline_ns: Option<u64>) {
        if let Some(kernel) = self.kernel.upgrade() {
            kernel.timers().wake_at(&self.queue, deadline_ns);
        }
    }
}

impl Drop for TimerFd {
    fn drop(&mut self) {
        self.arm(None);
    }
}

fn remaining(schedule: &Schedule, now: u64) -> TimerSpec {
    TimerSpec {
        value_ns: schedule.next(now).map_or(0, |at| at.saturating_sub(now).max(1)),
        interval_ns: schedule.interval_ns,
    }
}

#[cfg(all(test, not(feature = "shuttle")))]
mod tests {
    use super::*;

    #[test]
    fn expirations_are_counted_from_the_clock() {
        let schedule = |deadline_ns, interval_ns| Schedule {
            deadline_ns,
            interval_ns,
        };
        let once = schedule(Some(100), 0);
        assert_eq!((once.expired(99), once.next(99)), (0, Some(100)));
        assert_eq!((once.expired(100), once.next(100)), (1, None));
        assert_eq!((once.expired(u64::MAX), once.next(u64::MAX)), (1, None));
        let again = schedule(Some(100), 30);
        assert_eq!((again.expired(129), again.next(129)), (1, Some(130)));
        assert_eq!((again.expired(130), again.next(130)), (2, Some(160)));
        let never = schedule(None, 30);
        assert_eq!((never.expired(u64::MAX), never.next(0)), (0, None));
        let far = schedule(Some(1), 1);
        assert_eq!(
            (far.expired(u64::MAX), far.next(u64::MAX)),
            (u64::MAX, Some(u64::MAX))
        );
        assert_eq!(
            remaining(&once, 40),
            TimerSpec {
                value_ns: 60,
                interval_ns: 0
            }
        );
        assert_eq!(remaining(&once, 100), TimerSpec::default());
    }
}
