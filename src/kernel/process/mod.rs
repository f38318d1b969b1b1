//! Processes: identity, life and death, descriptors, and the thread that is one.

mod command;
mod current;
mod fd_table;
mod id;
mod lifecycle;
mod pid_fd;
#[allow(clippy::module_inception)]
mod process;
mod rlimit;
mod status;
mod table;
#[cfg(all(test, not(feature = "shuttle")))]
mod tests;
pub mod word;

pub use command::{CommandLine, StringList};
pub use current::{Current, Leave, WaitFault};
pub use fd_table::{Fd, FdEntry, FdFlags, FdTable};
pub use id::{JobId, Pgid, Pid, Sid};
pub use pid_fd::PidFd;
pub use process::{Process, ProcessSeed};
pub use rlimit::{Resource, Rlimit, Rlimits};
pub use status::{Termination, WaitStatus};
pub use table::{Entry, ProcessInfo, ProcessState, ProcessTable, Reaped, WaitOptions, WaitTarget};
pub use word::KillWord;
