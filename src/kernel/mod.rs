//! The POSIX machine: processes, signals, job control, descriptors, pipes, terminals, files.
//!
//! **A kernel that its processes run in.** There is one shared memory. A system call is a function call in the caller's own
//! thread: take the lock of the object it is about, do the work, return. No part of this module knows of JavaScript; it is
//! compiled natively too, where processes are threads.
//!
//! Who enters it: the page (never sleeps: contended locks are spun on, waiting is a `Future`), the kernel worker (the
//! same), and process workers (may sleep in [`sync::wait`], and only there). No lock is held across a wait, a call
//! that can re-enter, a permission callback or guest code.
//!
//! The lock order, outermost first ([`sync::Rank`]; debug builds check it):
//! ```text
//! Registry              Kernel::programs, doomed workers, mounts
//! └ ProcessTable        who is whose child, group, session; states and statuses
//!   └ Signals           Process::signals
//!     └ ProcessContext  cwd, umask, command line
//!       └ Overlay       the names of an overlay, outer before inner
//!         └ Rename        one a file system
//!           └ FdTable     Process::fds (its owner reads without the lock)
//!             └ OpenFile  the offset
//!               └ Directory   parent before child
//!                 └ Inode
//!                   └ FsSpace
//!                     └ Pipe, Tty, Timers, FileLocks, Question (never two of them together)
//!                       └ WaitQueue
//!                         └ Waker
//! ```
#![deny(unsafe_code)]

pub mod clock;
pub mod error;
pub mod file;
pub mod file_lock;
pub mod fs;
pub mod host;
pub mod io;
pub mod machine;
pub mod permission;
pub mod pipe;
pub mod process;
pub mod question;
pub mod quota;
pub mod signal;
pub mod sync;
pub mod syscall;
#[cfg(all(test, not(feature = "shuttle")))]
mod testing;
#[cfg(all(test, not(feature = "shuttle")))]
mod tests;
pub mod timer;
pub mod timer_fd;
pub mod tty;

pub use error::{Errno, Error, Result};
pub use machine::{Kernel, Limits};
