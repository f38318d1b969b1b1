//! [`ProcessRef`]: which process a file is about, without keeping it alive.

use crate::kernel::error::{Errno, Error, Result};
use crate::kernel::process::{Pid, Process, ProcessInfo};
use std::sync::{Arc, Weak};

/// A process that may be gone. Weak, as a process may hold such a file as its cwd; and a pid may be given away again.
#[derive(Clone)]
pub struct ProcessRef {
    pub pid: Pid,
    process: Weak<Process>,
}

impl ProcessRef {
    pub fn new(process: &Arc<Process>) -> Self {
        ProcessRef {
            pid: process.pid,
            process: Arc::downgrade(process),
        }
    }

    /// Its row of the process table. ESRCH when it has been waited for.
    pub fn info(&self) -> Result<ProcessInfo> {
        let gone = Error::new(Errno::ESRCH, "the process is gone");
        let process = self.process.upgrade().ok_or(gone)?;
        let info = process.info()?;
        if Arc::ptr_eq(&info.process, &process) {
            Ok(info)
        } else {
            Err(gone)
        }
    }

    /// The process, if it has not ended: a zombie has no files and no directory. ENOENT.
    pub fn alive(&self) -> Result<Arc<Process>> {
        let process = self.info().map_err(|_| Errno::ENOENT)?.process;
        match process.termination() {
            None => Ok(process),
            Some(_) => Err(Error::new(Errno::ENOENT, "the process has ended")),
        }
    }

    /// Whether `looker` (`None`: the page, which is root) may see what only the process's user may see.
    pub fn is_open_to(&self, looker: Option<&Process>) -> bool {
        let owner = self.process.upgrade().map(|process| process.uid());
        match looker.map_or(0, Process::uid) {
            0 => true,
            uid => owner == Some(uid),
        }
    }
}
