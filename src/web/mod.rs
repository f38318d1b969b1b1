//! All that touches JavaScript: the public API on the page, the kernel worker, the process workers.
//!
//! Three kinds of threads run code of this module, each with an instance of the one module on the one memory:
//! - **the page** (`kernel`, `exec`, `spawned`, `shell`, `files`, `file_system`, `mounts`, `runtime` over [`machine`]; `page` answers the kernel's questions): calls the kernel, never
//!   sleeps, waits with futures;
//! - **the kernel worker** ([`kernel_worker`], [`pool`]): one a kernel, an event loop; starts and terminates process workers, runs the
//!   timers;
//! - **process workers** ([`process_worker`]): run one process at a time, and sleep in system calls.
//!
//! They speak by [`messages`]; each holds a Web Lock for life, by which [`thread`] knows that it is gone. JavaScript
//! values stay on the thread that has them. No kernel lock is held while JavaScript of the page's runs.

mod alloc;
mod constants;
mod driver;
mod error;
mod exec;
pub mod file_system;
mod files;
pub mod glue;
pub mod kernel;
pub mod kernel_worker;
mod machine;
mod messages;
mod mounts;
mod options;
mod page;
mod panic;
mod platform;
mod pool;
mod process_worker;
pub mod runtime;
mod shared;
mod shell;
mod spawned;
mod streams;
mod thread;
