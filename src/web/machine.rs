//! A kernel on the page's side: starting processes, waiting for them, ending them.

use super::driver::{self, Delegate};
use super::error::{JsResult, about, error};
use super::glue;
use super::messages::{Job, Source, ToKernel};
use super::options::merge_env;
use super::page::Page;
use super::shared::Shared;
use super::thread::{Event, Role, Thread};
use crate::kernel::error::Block;
use crate::kernel::fs::Vfs;
use crate::kernel::fs::pagefs::PageFs;
use crate::kernel::machine::{Command, Delegated, ProgramId, Runner};
use crate::kernel::permission::Policy;
use crate::kernel::process::{Fd, FdEntry, FdFlags, JobId, Process, StringList, Termination};
use crate::kernel::signal::Signal;
use crate::kernel::sync::wait::ready_until;
use crate::kernel::syscall::exec::Program;
use crate::kernel::syscall::process::{RootSpawn, create_root, prepare_root, spawn_root};
use crate::kernel::syscall::tty::set_controlling_terminal;
use crate::kernel::tty::Pty;
use crate::kernel::{Errno, Error, Kernel, Limits};
use core::cell::{Cell, RefCell};
use futures_util::future::{Either, select};
use hashbrown::HashMap;
use js_sys::{Object, Reflect};
use std::rc::Rc;
use std::sync::Arc;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::{JsFuture, spawn_local};

/// A running kernel.
pub struct Machine {
    /// What it shares with its kernel worker.
    pub shared: Arc<Shared>,
    worker: RefCell<Option<Thread>>,
    cwd: String,
    programs: Cell<u32>,
    /// The mounted drivers, in order.
    pub drivers: RefCell<Vec<Object>>,
    /// What of the page answers the kernel's questions.
    pub page: Rc<Page>,
    /// The tree's root, if it lives on the page.
    pub page_root: Option<Arc<PageFs>>,
    /// Whether the usual directories are there.
    is_furnished: Cell<bool>,
    /// The processes that drivers of the page run, by pid.
    pub delegates: RefCell<HashMap<u32, Rc<Delegate>>>,
    /// What [`super::driver`]s see of the files, once one has looked.
    pub vfs_object: RefCell<Option<JsValue>>,
}

/// What a kernel starts with.
pub struct Boot {
    /// Its files.
    pub vfs: Vfs,
    /// Their root, if it lives on the page.
    pub page_root: Option<Arc<PageFs>>,
    /// Whether the usual directories are there.
    pub is_furnished: bool,
    /// Its limits.
    pub limits: Limits,
    /// The environment of its processes.
    pub env: StringList,
    /// Their directory.
    pub cwd: String,
    /// Their user and group.
    pub user: (u32, u32),
    /// What they may do.
    pub policy: Policy,
    /// Who answers.
    pub page: Page,
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
    /// Whose child it is; then that one's environment and directory are what it has unless it is told otherwise.
    pub parent: Option<Arc<Process>>,
}

impl Machine {
    /// Makes a kernel and starts its worker.
    pub fn start(boot: Boot) -> Rc<Machine> {
        let kernel = Kernel::with_policy(boot.vfs, boot.limits, boot.env, boot.policy);
        kernel.set_user(boot.user.0, boot.user.1);
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
        let machine = Rc::new(Machine {
            shared,
            worker: RefCell::new(Some(worker)),
            cwd: boot.cwd,
            programs: Cell::new(0),
            drivers: RefCell::default(),
            page: Rc::new(boot.page),
            page_root: boot.page_root,
            is_furnished: Cell::new(boot.is_furnished),
            delegates: RefCell::default(),
            vfs_object: RefCell::default(),
        });
        spawn_local(Page::serve(machine.clone()));
        spawn_local(driver::serve(machine.clone()));
        machine
    }

    /// The kernel.
    pub fn kernel(&self) -> &Arc<Kernel> {
        &self.shared.kernel
    }

    /// Makes the usual directories, where that could not be done before. Whoever comes meanwhile does it too: it does nothing twice.
    pub async fn furnish(&self) -> JsResult<()> {
        if !self.is_furnished.get() {
            super::mounts::furnish(self, &self.cwd).await?;
            self.is_furnished.set(true);
        }
        Ok(())
    }

    fn post(&self, message: ToKernel) -> core::result::Result<(), JsValue> {
        match &*self.worker.borrow() {
            Some(worker) => worker.post(&message.into_js()),
            None => Ok(()),
        }
    }

    /// Keeps a program for the workers, and answers its number.
    pub fn add_program(&self, program: Source) -> JsResult<ProgramId> {
        self.post(ToKernel::Mount(program))?;
        Ok(ProgramId(self.programs.replace(self.programs.get() + 1)))
    }

    /// Makes `name` run `program`.
    pub fn add_command(&self, name: &str, program: ProgramId) {
        self.kernel().register_command(
            name.as_bytes(),
            Command {
                driver: WASM_DRIVER.into(),
                runner: Runner::Worker(program),
            },
        );
    }

    fn root_spawn(&self, launch: &Launch) -> RootSpawn {
        let mut args = StringList::default();
        args.push(launch.command.as_bytes());
        launch.args.iter().for_each(|arg| args.push(arg.as_bytes()));
        let parent = launch.parent.as_ref();
        let env = parent.map_or_else(|| self.kernel().env(), |parent| parent.command().env.clone());
        let cwd = match (&launch.cwd, parent) {
            (Some(cwd), _) => cwd.clone().into_bytes(),
            // One that was removed has no path; its child starts where the page's do.
            (None, Some(parent)) => self.kernel().vfs.path_of(&parent.cwd()).unwrap_or_default(),
            (None, None) => Vec::new(),
        };
        RootSpawn {
            path: launch.command.clone().into_bytes(),
            args,
            env: merge_env(&env, &launch.env),
            cwd: if cwd.is_empty() {
                self.cwd.clone().into_bytes()
            } else {
                cwd
            },
            fds: launch.fds.clone(),
            parent: launch.parent.clone(),
        }
    }

    /// Starts a process, once the page has answered what there is to ask. ENOENT, EACCES, ENOEXEC, EAGAIN.
    pub async fn launch(self: &Rc<Self>, launch: Launch) -> JsResult<Arc<Process>> {
        let (process, program) = self
            .page
            .settle(|| {
                spawn_root(self.kernel(), self.root_spawn(&launch))
                    .map_err(|error| about(error, &launch.command))
            })
            .await?;
        self.run(&launch, &process, program)?;
        Ok(process)
    }

    /// The same at once. Where the page takes its time to answer, the process is there already, and what prevents its start shows as the
    /// end of it: 126 or 127, and the message on its standard error.
    pub fn launch_now(self: &Rc<Self>, launch: Launch) -> JsResult<Arc<Process>> {
        let started = self.page.settle_now(|| {
            spawn_root(self.kernel(), self.root_spawn(&launch)).map_err(|error| about(error, &launch.command))
        });
        if let Some(started) = started {
            let (process, program) = started?;
            self.run(&launch, &process, program)?;
            return Ok(process);
        }
        let process = create_root(self.kernel(), &self.root_spawn(&launch))
            .map_err(|error| about(error, &launch.command))?;
        let (machine, waiting) = (self.clone(), process.clone());
        spawn_local(async move {
            let spawn = machine.root_spawn(&launch);
            let mut status = NOT_FOUND;
            let prepared = machine.page.settle(|| {
                prepare_root(&waiting, &spawn).map_err(|error| {
                    status = if error.errno == Errno::ENOENT {
                        NOT_FOUND
                    } else {
                        CANNOT_RUN
                    };
                    about(error, &launch.command)
                })
            });
            match prepared.await {
                // What fails in there ends the process.
                Ok(program) => drop(machine.run(&launch, &waiting, program)),
                Err(error) => machine.refuse(&launch, &waiting, status, &error),
            }
        });
        Ok(process)
    }

    /// Ends a process that can't be started, with the message on its standard error.
    fn refuse(&self, launch: &Launch, process: &Arc<Process>, status: u8, error: &JsValue) {
        let message = Reflect::get(error, &"message".into())
            .ok()
            .and_then(|text| text.as_string());
        if let Ok(stderr) = process.open_file(Fd(2)) {
            let line = format!("{}: {}\n", launch.command, message.unwrap_or_default());
            let _nobody_to_tell = stderr.try_write(&mut line.as_bytes());
        }
        self.kernel().abandon(process, Termination::Exited(status));
    }

    /// Hands a process to a worker, or to a driver of the page.
    fn run(self: &Rc<Self>, launch: &Launch, process: &Arc<Process>, program: Program) -> JsResult<()> {
        let abandoned = |error| {
            self.kernel().abandon(process, Termination::Exited(CANNOT_RUN));
            Err(error)
        };
        if let Some(pty) = &launch.terminal
            && let Err(error) = set_controlling_terminal(process, pty)
        {
            return abandoned(about(error, &launch.command));
        }
        if let Program::Delegated { driver, command } = program {
            let process = process.clone();
            Delegate::start(
                self,
                Delegated {
                    process,
                    driver,
                    command,
                },
            );
            return Ok(());
        }
        let job = Job {
            process: process.clone(),
            program,
            clone: None,
            module: None,
        };
        match self.post(ToKernel::Start(job)) {
            Ok(()) => Ok(()),
            Err(_) => abandoned(error(Errno::EIO, "the kernel worker takes no messages")),
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
            self.page.close();
            all_ended(&kernel, Some(Signal::SIGKILL))
                .await
                .map_err(super::error::plain)?;
        }
        self.page.close();
        kernel.questions().queue().wake_all();
        kernel.delegated_queue().wake_all();
        self.post(ToKernel::Stop)?;
        let worker = self.worker.take();
        if let Some(worker) = worker {
            worker.reap().await;
        }
        Ok(())
    }
}

/// The driver of WebAssembly commands.
const WASM_DRIVER: &str = "wasmvm";

/// The statuses of what can't be started, as shells have them.
const CANNOT_RUN: u8 = 126;
const NOT_FOUND: u8 = 127;

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
