//! Runs WebAssembly guests on the kernel: WASI preview 1, module `cobnut`, and what other people's command binaries import
//! (`docs/guest-abi.md`) over kernel calls.
//!
//! The parts, outermost first: [`run`] takes a process from its first instruction to its end; [`imports`] says, as data, which
//! function a guest may import and what stands behind it (`wasi`, `cobnut`, `compat`); `entry` is the edge that every system call
//! passes, inwards and outwards; [`memory`] is the guest's memory as the kernel sees it; [`platform`] is what differs
//! between the browser (wasmer's `js` backend) and native code (its `sys` backend). [`Host`] is what an embedder must do.
//!
//! Who may run: one guest at a time a thread. The [`guest::Guest`] lives in the frame of [`run::run`], which outlives all
//! of the guest's frames; host functions see it through a shared reference only, as a handler that runs inside a system call makes
//! system calls of its own.

mod cobnut;
mod compat;
mod entry;
mod guest;
mod host;
mod image;
pub mod imports;
pub mod memory;
pub mod module;
pub mod platform;
mod run;
mod wasi;

pub use host::{ClonePoint, CloneStart, Host, Start};
pub use module::{GuestModule, ModuleCache, ModuleInfo};
pub use platform::Linker;
pub use run::{Ended, Entry, fail, run};
pub use wasi::{filetype, rights};
