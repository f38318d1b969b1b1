//! System calls: check, look up, call the object, answer. What waits, waits in [`super::process::Current::wait`].
//!
//! Each function reads like its man page and takes the process's own thread ([`super::process::Current`]) where it needs descriptors or may
//! wait. Numbers, pointers and encodings are the callers' business (`wasmvm`, `web`).

pub mod exec;
pub mod fd;
pub mod io;
pub mod lock;
pub mod path;
pub mod pid_fd;
pub mod poll;
pub mod process;
pub mod rlimit;
pub mod signal;
#[cfg(all(test, not(feature = "shuttle")))]
mod tests;
pub mod timer_fd;
pub mod tty;
