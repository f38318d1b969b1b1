//! timerfd_create(2) and its relatives.

use super::fd::{fd_flags, new_file};
use crate::kernel::error::{Errno, Error, Result};
use crate::kernel::file::{File, OpenFile, OpenFlags};
use crate::kernel::process::{Current, Fd};
use crate::kernel::timer_fd::{TimerClock, TimerFd, TimerSpec};
use std::sync::Arc;

/// timerfd_create(2) with TFD_NONBLOCK and TFD_CLOEXEC (O_NONBLOCK, O_CLOEXEC). EINVAL for other flags, EMFILE, ENFILE.
pub fn timerfd_create(current: &Current, clock: TimerClock, flags: OpenFlags) -> Result<Fd> {
    if !(OpenFlags::O_CLOEXEC | OpenFlags::O_NONBLOCK).contains(flags) {
        return Err(Error::new(
            Errno::EINVAL,
            "timerfd_create takes TFD_CLOEXEC and TFD_NONBLOCK",
        ));
    }
    let timer = File::Timer(TimerFd::new(current.kernel(), clock));
    // Linux opens it O_RDWR, so that writing is EINVAL.
    let status = (flags & OpenFlags::O_NONBLOCK) | OpenFlags::O_RDWR;
    let file = new_file(current, timer, status)?;
    current.fds.install(current.owner(), file, fd_flags(flags))
}

/// timerfd_settime(2); `absolute` is TFD_TIMER_ABSTIME. Answers what it was set to. EBADF, EINVAL (no timer).
pub fn timerfd_settime(current: &Current, fd: Fd, spec: TimerSpec, absolute: bool) -> Result<TimerSpec> {
    let file = current.fds.get(current.owner(), fd)?;
    Ok(timer(&file)?.set(spec, absolute))
}

/// timerfd_gettime(2). EBADF, EINVAL (no timer).
pub fn timerfd_gettime(current: &Current, fd: Fd) -> Result<TimerSpec> {
    let file = current.fds.get(current.owner(), fd)?;
    Ok(timer(&file)?.get())
}

fn timer(file: &Arc<OpenFile>) -> Result<&TimerFd> {
    match &file.file {
        File::Timer(timer) => Ok(timer),
        _ => Err(Error::new(Errno::EINVAL, "not a timer")),
    }
}
