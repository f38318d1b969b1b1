//! [`PidFd`]: a process behind a descriptor (pidfd_open(2)), to wait for its end beside other things.

use super::process::Process;
use crate::kernel::file::PollEvents;
use crate::kernel::fs::{FileType, Stat};
use crate::kernel::sync::WaitQueue;
use std::sync::Arc;

/// A process, whatever becomes of its number.
pub struct PidFd(Arc<Process>);

impl PidFd {
    /// For `process`.
    pub fn new(process: Arc<Process>) -> Self {
        PidFd(process)
    }

    /// The process.
    pub fn process(&self) -> &Arc<Process> {
        &self.0
    }

    /// POLLIN once it has ended, be it waited for or not.
    pub fn poll(&self) -> PollEvents {
        match self.0.termination() {
            Some(_) => PollEvents::POLLIN,
            None => PollEvents::empty(),
        }
    }

    /// Woken when it ends.
    pub fn queue(&self) -> &WaitQueue {
        &self.0.exited
    }

    /// fstat(2).
    pub fn stat(&self) -> Stat {
        Stat::anonymous(FileType::CharDevice, self.0.started_ns)
    }
}
