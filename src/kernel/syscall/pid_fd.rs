//! pidfd_open(2).

use super::fd::new_file;
use crate::kernel::error::{Errno, Error, Result};
use crate::kernel::file::{File, OpenFlags};
use crate::kernel::process::{Current, Fd, FdFlags, Pid, PidFd};

/// pidfd_open(2) with PIDFD_NONBLOCK (O_NONBLOCK): a descriptor, with FD_CLOEXEC, that polls as readable once the process has ended. ESRCH,
/// EINVAL (other flags), EMFILE, ENFILE.
pub fn pidfd_open(current: &Current, pid: Pid, flags: OpenFlags) -> Result<Fd> {
    if !OpenFlags::O_NONBLOCK.contains(flags) {
        return Err(Error::new(Errno::EINVAL, "pidfd_open takes PIDFD_NONBLOCK"));
    }
    let process = PidFd::new(current.kernel().find(pid)?);
    let file = new_file(current, File::Process(process), flags | OpenFlags::O_RDWR)?;
    current.fds.install(current.owner(), file, FdFlags::FD_CLOEXEC)
}
