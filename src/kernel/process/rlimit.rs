//! [`Rlimits`]: what a process may use at most (getrlimit(2)). Children inherit them; exec keeps them.
//!
//! Four are kept. Nothing dumps core here, so any limit of that is met. The others are unlimited and can't be changed: a limit
//! that nothing enforces would be a lie.

use crate::kernel::error::{Errno, Error, Result};
use crate::kernel::machine::Limits;

/// What is limited, by Linux's number.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Resource {
    /// RLIMIT_FSIZE, in bytes: writing beyond raises SIGXFSZ and is EFBIG.
    FileSize,
    /// RLIMIT_CORE.
    Core,
    /// RLIMIT_NPROC: processes of the user, unless it is root.
    Processes,
    /// RLIMIT_NOFILE: one more than the greatest descriptor.
    OpenFiles,
    /// Any other, which is not limited.
    Unlimited,
}

/// RLIM_NLIMITS.
const RESOURCES: u32 = 16;

impl TryFrom<u32> for Resource {
    type Error = Error;
    fn try_from(number: u32) -> Result<Self> {
        Ok(match number {
            1 => Resource::FileSize,
            4 => Resource::Core,
            6 => Resource::Processes,
            7 => Resource::OpenFiles,
            other if other < RESOURCES => Resource::Unlimited,
            _ => return Err(Error::new(Errno::EINVAL, "no such resource")),
        })
    }
}

/// RLIM_INFINITY.
pub const UNLIMITED: u64 = u64::MAX;

/// A limit.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Rlimit {
    /// What is enforced.
    pub soft: u64,
    /// How far the soft one may be raised.
    pub hard: u64,
}

impl Rlimit {
    /// Both at `value`.
    pub const fn at(value: u64) -> Self {
        Rlimit {
            soft: value,
            hard: value,
        }
    }
}

/// The limits of a process.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Rlimits {
    file_size: Rlimit,
    core: Rlimit,
    processes: Rlimit,
    open_files: Rlimit,
}

impl Rlimits {
    /// Those of a process that the page starts: what the kernel allows.
    pub fn of_kernel(limits: &Limits) -> Self {
        Rlimits {
            file_size: Rlimit::at(UNLIMITED),
            core: Rlimit::at(UNLIMITED),
            processes: Rlimit::at(limits.processes.into()),
            open_files: Rlimit::at(limits.open_files.into()),
        }
    }

    /// getrlimit(2).
    pub fn get(&self, resource: Resource) -> Rlimit {
        match resource {
            Resource::FileSize => self.file_size,
            Resource::Core => self.core,
            Resource::Processes => self.processes,
            Resource::OpenFiles => self.open_files,
            Resource::Unlimited => Rlimit::at(UNLIMITED),
        }
    }

    /// setrlimit(2) by root (`privileged`) or another user, in a kernel with `limits`. EINVAL (the soft limit above the hard one), EPERM
    /// (raising the hard one without privilege, or beyond the kernel's), ENOTSUP (a resource that can't be limited).
    pub fn set(&mut self, resource: Resource, new: Rlimit, privileged: bool, limits: &Limits) -> Result<()> {
        if new.soft > new.hard {
            return Err(Error::new(Errno::EINVAL, "the soft limit is above the hard one"));
        }
        let ceiling = Rlimits::of_kernel(limits).get(resource).hard;
        if new.hard > ceiling {
            return Err(Error::new(Errno::EPERM, "beyond the kernel's limit"));
        }
        if new.hard > self.get(resource).hard && !privileged {
            return Err(Error::new(Errno::EPERM, "only root raises a hard limit"));
        }
        match resource {
            Resource::FileSize => self.file_size = new,
            Resource::Core => self.core = new,
            Resource::Processes => self.processes = new,
            Resource::OpenFiles => self.open_files = new,
            Resource::Unlimited if new == Rlimit::at(UNLIMITED) => {}
            Resource::Unlimited => {
                return Err(Error::new(Errno::ENOTSUP, "this resource can't be limited"));
            }
        }
        Ok(())
    }
}

#[cfg(all(test, not(feature = "shuttle")))]
mod tests {
    use super::*;

    #[test]
    fn hard_limits_come_down_and_only_root_raises_them() {
        let limits = Limits::default();
        let mut rlimits = Rlimits::of_kernel(&limits);
        let mut set = |resource, soft, hard, privileged| {
            let outcome = rlimits.set(resource, Rlimit { soft, hard }, privileged, &limits);
            outcome.err().map(|error| error.errno)
        };
        let files = Resource::OpenFiles;
        assert_eq!(set(files, 10, 9, true), Some(Errno::EINVAL));
        assert_eq!(set(files, 10, 100, false), None);
        assert_eq!(set(files, 100, 100, false), None);
        assert_eq!(set(files, 100, 101, false), Some(Errno::EPERM));
        assert_eq!(set(files, 256, 256, true), None);
        assert_eq!(set(files, 257, 257, true), Some(Errno::EPERM));
        let stack = Resource::try_from(3).unwrap();
        assert_eq!(set(stack, UNLIMITED, UNLIMITED, false), None);
        assert_eq!(set(stack, 8 << 20, UNLIMITED, true), Some(Errno::ENOTSUP));
        assert_eq!(set(Resource::Core, 0, UNLIMITED, false), None);
        assert_eq!(rlimits.get(Resource::Core).soft, 0);
        assert_eq!(Resource::try_from(16).unwrap_err().errno, Errno::EINVAL);
    }
}
