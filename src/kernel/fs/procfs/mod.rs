//! [`ProcFs`]: the kernel as files, proc(5). <https://man7.org/linux/man-pages/man5/proc.5.html>
//!
//! One file of this directory makes the text of one file there. A text is made when the file is opened and stays as it is for that open
//! file ([`text`]), so that who reads in pieces reads one text. Inodes are made as they are looked up; their numbers come from the pid and
//! the name, so that they are the same each time. Nothing here keeps a process alive ([`ProcessRef`]).
//!
//! `/proc/<pid>/{environ,cwd,exe,root,fd}` are for the process's own user and root.

mod directory;
mod hostname;
mod link;
mod loadavg;
mod meminfo;
mod meta;
mod mounts;
mod pid;
mod pid_fd;
mod pid_stat;
mod pid_status;
mod process_ref;
mod root;
mod stat;
#[cfg(all(test, not(feature = "shuttle")))]
mod tests;
mod text;
mod uptime;
mod version;

use super::kernel_ref::KernelRef;
use super::{FileSystem, InodeRef, NAME_MAX, StatFs, next_dev};
use crate::kernel::Kernel;
use process_ref::ProcessRef;
use root::Root;
use std::sync::{Arc, Weak};

/// The file system of processes.
pub struct ProcFs {
    root: Arc<Root>,
    kernel: Arc<KernelRef>,
}

impl ProcFs {
    /// A new one. It shows the kernel in whose tree it is mounted.
    pub fn new() -> Arc<Self> {
        let kernel = Arc::<KernelRef>::default();
        Arc::new(ProcFs {
            root: Root::new(next_dev(), kernel.clone()),
            kernel,
        })
    }
}

impl FileSystem for ProcFs {
    fn root(&self) -> InodeRef {
        self.root.clone()
    }

    fn type_name(&self) -> &'static str {
        "proc"
    }

    fn attach(&self, kernel: &Weak<Kernel>) {
        self.kernel.set(kernel.clone());
    }

    fn statfs(&self) -> StatFs {
        const PROC_SUPER_MAGIC: u64 = 0x9fa0;
        StatFs {
            bsize: 4_096,
            blocks: 0,
            bfree: 0,
            bavail: 0,
            files: 0,
            ffree: 0,
            namelen: NAME_MAX as u64,
            fs_type: PROC_SUPER_MAGIC,
        }
    }
}

/// Clock ticks a second (`sysconf(_SC_CLK_TCK)`), in which proc(5) tells times.
const USER_HZ: u64 = 100;

/// Nanoseconds as ticks.
fn ticks(ns: u64) -> u64 {
    ns / (1_000_000_000 / USER_HZ)
}
