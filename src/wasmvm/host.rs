//! What an embedder does for guests: [`Host`].

use super::image::Image;
use super::module::GuestModule;
use crate::kernel::Result;
use crate::kernel::process::Process;
use crate::kernel::syscall::exec::Program;
use std::sync::Arc;

/// How a new process begins.
pub enum Start {
    /// At its program's `_start`.
    Program(Program),
    /// In the middle of its parent's.
    Clone(CloneStart),
}

/// A child of `proc_clone`: the same module on a copy of the memory.
pub struct CloneStart {
    /// The parent's module, as this thread has it.
    pub module: GuestModule,
    /// What the parent runs.
    pub program: Program,
    /// Where it goes on.
    pub at: ClonePoint,
}

/// Where a clone goes on: in a copy of the parent's memory, at a function of the table.
pub struct ClonePoint {
    /// The parent's memory.
    pub image: Image,
    /// The parent's `__stack_pointer`.
    pub stack_pointer: u32,
    /// The function's index in the table.
    pub entry: u32,
    /// Its argument.
    pub arg: u32,
}

/// What an embedder does for guests. Called on the process's thread inside a system call: in the KERNEL state, with no
/// lock held.
pub trait Host {
    /// Hands a process that has just been made to a worker; must not wait. If it fails the process is discarded, and the guest
    /// that asked for it sees the errno.
    fn start(&self, process: &Arc<Process>, start: Start) -> Result<()>;

    /// Told of the store in which guest code is about to run. A native thread can't be terminated: by the store's interrupter a host
    /// ends a loop that was killed.
    #[cfg(not(target_arch = "wasm32"))]
    fn runs_in(&self, store: &wasmer::Store);
}
