//! Descriptors to wait on: timers (timerfd_create(2)) and processes (pidfd_open(2)).

use crate::{Fd, OpenFlags, Pid, Result, imp};

/// Which clock a timer goes by.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(i32)]
pub enum TimerClock {
    Realtime = 0,
    Monotonic = 1,
}

/// What a timer is set to, in nanoseconds.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
#[repr(C)]
pub struct TimerSpec {
    /// Until it expires; 0: never.
    pub value_ns: u64,
    /// From one expiration to the next; 0: there is only one.
    pub interval_ns: u64,
}

/// A timer with `CLOEXEC` and/or `NONBLOCK`. Reading it gives the number of expirations as a `u64`.
pub fn timerfd_create(clock: TimerClock, flags: OpenFlags) -> Result<Fd> {
    imp::timerfd_create(clock as i32, flags)
}

/// Sets a timer; `absolute` means that the value is a time of its clock. Answers what it was set to.
pub fn timerfd_settime(fd: Fd, absolute: bool, spec: TimerSpec) -> Result<TimerSpec> {
    imp::timerfd_settime(fd, absolute as i32, spec)
}

/// What is left until it expires, and its interval.
pub fn timerfd_gettime(fd: Fd) -> Result<TimerSpec> {
    imp::timerfd_gettime(fd)
}

/// A descriptor, with `CLOEXEC`, that [`crate::poll`] finds readable once the process has ended.
pub fn pidfd_open(pid: Pid) -> Result<Fd> {
    imp::pidfd_open(pid.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{PollEvents, PollFd, close, poll, read};

    /// The same on a real kernel as in Cobnut's.
    #[test]
    fn timers_and_children_wake_a_poll() {
        let timer = timerfd_create(TimerClock::Monotonic, OpenFlags::CLOEXEC).unwrap();
        let spec = TimerSpec {
            value_ns: 1_000_000,
            interval_ns: 0,
        };
        timerfd_settime(timer, false, spec).unwrap();
        let child = crate::fork(|| 0).unwrap();
        let process = pidfd_open(child).unwrap();
        for fd in [timer, process] {
            let mut fds = [PollFd {
                fd,
                events: PollEvents::IN,
                revents: PollEvents::empty(),
            }];
            assert_eq!(poll(&mut fds, None), Ok(1));
            assert_eq!(fds[0].revents, PollEvents::IN);
        }
        let mut count = [0; 8];
        assert_eq!(read(timer, &mut count), Ok(8));
        assert_eq!(u64::from_ne_bytes(count), 1);
        assert_eq!(timerfd_gettime(timer), Ok(TimerSpec::default()));
        crate::waitpid(crate::WaitTarget::Pid(child), crate::WaitOptions::empty()).unwrap();
        close(timer).unwrap();
        close(process).unwrap();
    }
}
