//! A kernel on the page's side: starting processes, waiting for them, ending them.

use super::error::{JsResult, about, error};
use super::glue;
use super::messages::{Job, Mounted, ToKernel};
use super::options::merge_env;
use super::shared::Shared;
use super::thread::{Event, Role, Thread};
use crate::kernel::error::Block;
use crate::kernel::fs::Vfs;
use crate::kernel::machine::{Command, ProgramId};
use crate::kernel::process::{FdEntry, FdFlags, JobId, Process, StringList, Termination};
use crate::kernel::signal::Signal;
use crate::kernel::sync::wait::ready_until;
use crate::kernel::syscall::process::{RootSpawn, spawn_root};
use crate::kernel::syscall::tty::set_controlling_terminal;
use crate::kernel::tty::Pty;
use crate::kernel::{Errno, Error, Kernel, Limits};
use core::cell::{Cell, RefCell};
use futures_util::future::{Either, select};
use js_sys::Object;
use std::rc::Rc;
use std::sync::Arc;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

/// A running kernel.
pub struct Machine {
    /// What it shares with its kernel worker.
    pub shared: Arc<Shared>,
    worker: RefCell<Option<Thread>>,
    cwd: String,
    programs: Cell<u32>,
    /// The mounted drivers, in order.
    pub drivers: RefCell<Vec<Object>>,
}

/// A process to be started by the page.
pub struct Launch {
    /// A path or a command's name.
    pub command: String,
    /// Its arguments, without argv\[0\].
    pub args: Vec<String>,
    /// Changes to the kernel's environment.
    pub env: Vec<(String, String)>,
    /// Its directory, if not the kernel's.
    pub cwd: Option<String>,
    /// Its descriptors.
    pub fds: Vec<Option<FdEntry>>,
    /// Its controlling terminal.
    pub terminal: Option<Arc<Pty>>,
}

impl Machine {
    /// Makes a kernel and starts its worker.
    pub fn start(vfs: Vfs, env: StringList, cwd: String) -> Rc<Machine> {
        let kernel = Kernel::new(vfs, Limits::default(), env);
        let shared = Arc::new(Shared {
            kernel,
            workers: Default::default(),
        });
        let pointer = Arc::into_raw(shared.clone()) as u32;
        let worker = Thread::start(Role::Kernel, &pointer.into(), |event| match event {
            Event::Ready => {}
            Event::Message(message) => {
                if let Some(ToKernel::Panicked(text)) = ToKernel::from_js(&message) {
                    super::error::die(&text);
                }
            }
            Event::Failed(text) => super::error::die(&format!("the kernel worker failed: {text}")),
        });
        Rc::new(Machine {
            shared,
            worker: RefCell::new(Some(worker)),
            cwd,
            programs: Cell::new(0),
            drivers: RefCell::default(),
        })
    }

    /// The kernel.
    pub fn kernel(&self) -> &Arc<Kernel> {
        &self.shared.kernel
    }

    fn post(&self, message: ToKernel) -> core::result::Result<(), JsValue> {
        let (message, transfer) = message.into_js();
        match &*self.worker.borrow() {
            Some(worker) => worker.post_with(&message, &transfer),
            None => Ok(()),
        }
    }

    /// Keeps a program for the workers, and answers its number.
    pub fn add_program(&self, program: Mounted) -> JsResult<ProgramId> {
        self.post(ToKernel::Mount(program))?;
        Ok(ProgramId(self.programs.replace(self.programs.get() + 1)))
    }

    /// Makes `name` run `program`.
    pub fn add_command(&self, name: &str, program: ProgramId) {
        self.kernel().register_command(
            name.as_bytes(),
            Command {
                driver: "wasmvm",
                program,
            },
        );
    }

    /// Starts a process. ENOENT, EACCES, ENOEXEC, EAGAIN.
    pub fn launch(&self, launch: Launch) -> JsResult<Arc<Process>> {
        let what = launch.command.clone();
        let mut args = StringList::default();
        args.push(what.as_bytes());
        launch.args.iter().for_each(|arg| args.push(arg.as_bytes()));
        let spawn = RootSpawn {
            path: launch.command.into_bytes(),
            args,
            env: merge_env(&self.kernel().env(), &launch.env),
            cwd: launch.cwd.unwrap_or_else(|| self.cwd.clone()).into_bytes(),
            fds: launch.fds,
            job: None,
        };
        let (process, program) = spawn_root(self.kernel(), spawn).map_err(|error| about(error, &what))?;
        if let Some(pty) = launch.terminal
            && let Err(error) = set_controlling_terminal(&process, &pty)
        {
            self.kernel().abandon(&process, Termination::Exited(126));
            return Err(about(error, &what));
        }
        let job = Job {
            process: process.clone(),
            program,
            clone: None,
            image: None,
            module: None,
        };
        match self.post(ToKernel::Start(job)) {
            Ok(()) => Ok(process),
            Err(_) => {
                self.kernel().abandon(&process, Termination::Exited(126));
                Err(error(Errno::EIO, "the kernel worker takes no messages"))
            }
        }
    }

    /// Kills all that a job has started and waits until none of it is left in the process table.
    pub async fn kill_job(&self, job: JobId) -> Result<(), Error> {
        let kernel = self.kernel();
        loop {
            // Again and again: one that was just being made has not heard of it.
            kernel.signal_job(job, Signal::SIGKILL);
            let alive = kernel.processes().into_iter().map(|info| info.process);
            let Some(process) = alive
                .into_iter()
                .find(|each| each.job == job && each.termination().is_none())
            else {
                break;
            };
            exited(&process).await?;
        }
        kernel.reap_job(job);
        Ok(())
    }

    /// SIGTERM, a second of grace, SIGKILL; then stops every worker.
    pub async fn shut_down(&self) -> JsResult<()> {
        let kernel = self.kernel().clone();
        kernel.signal_where(Some(Signal::SIGTERM), |entry| !entry.is_zombie());
        let graceful = Box::pin(all_ended(&kernel, None));
        let grace = JsFuture::from(glue::delay(GRACE_MS));
        if let Either::Right((_, unfinished)) = select(graceful, grace).await {
            drop(unfinished);
            all_ended(&kernel, Some(Signal::SIGKILL))
                .await
                .map_err(super::error::plain)?;
        }
        self.post(ToKernel::Stop)?;
        let worker = self.worker.take();
        if let Some(worker) = worker {
            worker.reap().await;
        }
        Ok(())
    }
}

/// What SIGTERM gives processes when the kernel is disposed.
const GRACE_MS: f64 = 1_000.0;

/// Waits until no process lives, sending `signal` to those that do.
async fn all_ended(kernel: &Arc<Kernel>, signal: Option<Signal>) -> Result<(), Error> {
    loop {
        if let Some(signal) = signal {
            kernel.signal_where(Some(signal), |entry| !entry.is_zombie());
        }
        let all = kernel.processes().into_iter().map(|info| info.process);
        let Some(process) = all.into_iter().find(|process| process.termination().is_none()) else {
            return Ok(());
        };
        exited(&process).await?;
    }
}

/// Waits until a process has ended. EIO when the kernel dies.
pub async fn exited(process: &Arc<Process>) -> Result<Termination, Error> {
    ready_until(&process.exited, || process.termination().ok_or(Block::WouldBlock)).await
}

/// A descriptor for a new process.
pub fn entry(file: crate::kernel::file::File, flags: crate::kernel::file::OpenFlags) -> Option<FdEntry> {
    Some(FdEntry {
        file: crate::kernel::file::OpenFile::new(file, flags),
        flags: FdFlags::empty(),
    })
}
