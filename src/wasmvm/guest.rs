//! The running guest, as its system calls see it.

use super::host::{Host, Start};
use super::module::GuestModule;
use super::platform::{Instance, Memory};
use crate::kernel::Result;
use crate::kernel::process::{Current, Process};
use crate::kernel::syscall::exec::Program;
use crate::kernel::syscall::process::{self, SpawnRequest};
use core::cell::{Cell, OnceCell};
use std::rc::Rc;
use std::sync::Arc;

/// One image of a process. Everything in it can be changed through a shared reference, as system calls nest.
pub struct Guest {
    /// The process.
    pub current: Rc<Current>,
    /// Who starts processes.
    pub host: Rc<dyn Host>,
    /// Its memory; there is none before the start section has run.
    pub memory: Memory,
    /// Its functions; there are none before the start section has run.
    pub instance: OnceCell<Instance>,
    /// What it is an instance of.
    pub module: GuestModule,
    /// Where that came from.
    pub program: Program,
    /// Set when it called exec: what to run next.
    pub next: Cell<Option<Program>>,
    /// Set when the process has buried itself.
    pub died: Cell<bool>,
    /// The trap of a handler, which reaches the outer frames without its message.
    pub trap: Cell<Option<String>>,
}

impl Guest {
    /// Makes a child and hands it to a worker. As [`process::spawn`]; EAGAIN when there is no worker.
    pub fn spawn(&self, request: SpawnRequest) -> Result<Arc<Process>> {
        let (child, program) = process::spawn(&self.current, request)?;
        if let Err(error) = self.host.start(&child, Start::Program(program)) {
            process::discard(&self.current, &child);
            return Err(error);
        }
        Ok(child)
    }

    /// Ends the process, from the kernel; the thread must leave the guest after it.
    pub fn die(&self) {
        self.current.die();
        self.died.set(true);
    }
}

/// How host functions find the [`Guest`]: wasmer keeps it as their environment.
#[derive(Clone, Copy)]
pub struct GuestRef(*const Guest);

// SAFETY: wasmer wants environments to be `Send`, but a store and all in it stay on the thread that made them.
unsafe impl Send for GuestRef {}

impl GuestRef {
    /// What host functions have before the first guest: none of them is called by then.
    #[cfg(target_arch = "wasm32")]
    pub fn nobody() -> Self {
        GuestRef(core::ptr::null())
    }

    /// # Safety
    /// `guest` must stay where it is, and alive, until no guest code can run any more.
    pub unsafe fn new(guest: &Guest) -> Self {
        GuestRef(guest)
    }

    /// The guest. The lifetime is the caller's word: no longer than the host function's frame.
    #[inline]
    pub fn get<'call>(self) -> &'call Guest {
        // SAFETY: by the contract of `new`, as a host function is called by guest code only.
        unsafe { &*self.0 }
    }
}
