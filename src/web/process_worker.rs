//! A process worker: runs one process at a time, and may block.
//!
//! It waits for work on its event loop, since a worker inside a call receives no message. What a guest leaves behind is
//! dropped before it reports idle: a tab holds only some 125 memories.

use super::glue;
use super::messages::{Job, Mounted, ToKernel, ToProcess};
use crate::kernel::Result;
use crate::kernel::error::Block;
use crate::kernel::machine::{Delegated, DriverId, ProgramId};
use crate::kernel::process::{Current, Process};
use crate::kernel::sync;
use crate::kernel::sync::platform::set_may_block;
use crate::kernel::sync::wait::ready_until;
use crate::kernel::syscall::exec::Program;
use crate::wasmvm::{self, Ended, Entry, GuestModule, Host, Linker, ModuleCache, Start};
use core::cell::{Cell, RefCell};
use js_sys::WebAssembly;
use std::rc::Rc;
use std::sync::Arc;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::{JsFuture, spawn_local};

/// The entry of a process worker; answers the handler of its messages.
#[wasm_bindgen(js_name = processWorker, skip_typescript)]
pub fn process_worker(_args: JsValue) -> JsValue {
    set_may_block(true);
    super::panic::set_reporter(|text| post(ToKernel::Panicked(text)));
    let mut worker = Some(Rc::new(ProcessWorker::default()));
    let handler =
        Closure::<dyn FnMut(JsValue)>::new(move |message: JsValue| match ToProcess::from_js(&message) {
            Some(ToProcess::Retire) => {
                // What it has allocated lies in the shared memory, and nobody else would free it.
                drop(worker.take());
                glue::close_self();
            }
            Some(message) => {
                if let Some(worker) = &worker {
                    worker.receive(message);
                    worker.plan_rest();
                }
            }
            None => {}
        });
    handler.into_js_value()
}

#[derive(Default)]
struct ProcessWorker {
    /// The drivers' programs that it has.
    programs: RefCell<Vec<(ProgramId, GuestModule)>>,
    /// Programs out of files.
    files: ModuleCache,
    /// The kernel's functions, as its guests import them.
    linker: RefCell<Linker>,
    /// A process that called exec for a program that this worker has not got yet.
    waiting: Waiting,
    /// Images that have run here and whose memories may be there still.
    remains: Cell<u32>,
    /// Whether a look after a rest is planned.
    resting: Cell<bool>,
}

type Waiting = Rc<RefCell<Option<(Rc<Current>, ProgramId)>>>;

/// Memories of live processes and remains that all workers may come to; a tab holds some 125.
const MEMORIES: u32 = 110;
/// What one worker may keep at most.
const MOST_REMAINS: u32 = 16;
/// Fewer workers than this are not reckoned with.
const FEW_WORKERS: u32 = 4;
/// A worker that has had nothing to do for so long has time for its garbage.
const REST_MS: f64 = 20.0;

/// An image that is about to be run.
struct Load {
    current: Rc<Current>,
    module: GuestModule,
    program: Program,
    entry: Entry,
}

impl ProcessWorker {
    fn receive(&self, message: ToProcess) {
        match message {
            ToProcess::Mount(id, Mounted { module, info }) => {
                self.programs
                    .borrow_mut()
                    .push((id, GuestModule::new(module.into(), info)));
            }
            ToProcess::Run(job) => self.begin(job),
            ToProcess::GoOn => {
                if let Some((current, program)) = self.waiting.take() {
                    current.process().called.wake_all();
                    self.load(current, Program::Registered(program));
                }
            }
            ToProcess::GiveUp(program, why) => {
                // Another process may have waited for it, which was killed.
                let waiting = self.waiting.borrow_mut().take_if(|(_, id)| *id == program);
                if let Some((current, _)) = waiting {
                    current.process().called.wake_all();
                    self.refuse(&current, &why);
                }
            }
            ToProcess::Refuse(job, why) => self.refuse(&Current::adopt(job.process), &why),
            ToProcess::Retire => {}
        }
    }

    fn begin(&self, job: Job) {
        let current = Rc::new(Current::adopt(job.process));
        let Some(at) = job.clone else {
            return self.load(current, job.program);
        };
        let module = match job.module {
            Some((module, info)) => Ok(GuestModule::new(module.into(), info)),
            None => self
                .module(&current, &job.program)
                .unwrap_or_else(|| Err("its module is missing".into())),
        };
        match module {
            Ok(module) => self.run(Load {
                current,
                module,
                program: job.program,
                entry: Entry::Clone(at),
            }),
            Err(problem) => self.refuse(&current, &problem),
        }
    }

    /// Finds the module and runs it, or asks the kernel worker for it.
    fn load(&self, current: Rc<Current>, program: Program) {
        match self.module(&current, &program) {
            Some(Ok(module)) => self.run(Load {
                current,
                module,
                program,
                entry: Entry::Start,
            }),
            Some(Err(problem)) => self.refuse(&current, &problem),
            None => match program {
                Program::Registered(id) => {
                    let process = current.process().clone();
                    *self.waiting.borrow_mut() = Some((current, id));
                    spawn_local(watch(self.waiting.clone(), process));
                    post(ToKernel::Need(id));
                }
                _ => self.refuse(&current, "the program is not mounted"),
            },
        }
    }

    /// The module of `program`; `None` if it has to be asked for.
    fn module(
        &self,
        current: &Current,
        program: &Program,
    ) -> Option<core::result::Result<GuestModule, String>> {
        match program {
            Program::Registered(wanted) => {
                let programs = self.programs.borrow();
                programs
                    .iter()
                    .find(|(id, _)| id == wanted)
                    .map(|(_, module)| Ok(module.clone()))
            }
            Program::Delegated { .. } => None,
            Program::File(inode) => Some(self.files.load(current, inode)),
        }
    }

    /// Makes room for one more memory: how much may remain depends on how many processes live, each in a worker that keeps some too.
    fn make_room(&self, live: u32) {
        let allowed = MEMORIES.saturating_sub(live) / live.max(FEW_WORKERS);
        if self.remains.get() > allowed.min(MOST_REMAINS) {
            self.collect();
        }
        self.remains.set(self.remains.get() + 1);
    }

    fn collect(&self) {
        glue::collect_garbage();
        self.remains.set(0);
    }

    /// Collects what remains when there is nothing else to do.
    fn plan_rest(self: &Rc<Self>) {
        if self.remains.get() == 0 || self.resting.replace(true) {
            return;
        }
        let this = Rc::downgrade(self);
        spawn_local(async move {
            loop {
                let Some(before) = this.upgrade().map(|worker| worker.remains.get()) else {
                    return;
                };
                let _elapsed = JsFuture::from(glue::delay(REST_MS)).await;
                let Some(worker) = this.upgrade() else { return };
                if worker.remains.get() == before {
                    worker.resting.set(false);
                    return worker.collect();
                }
            }
        });
    }

    fn run(&self, load: Load) {
        let Load {
            current,
            module,
            program,
            entry,
        } = load;
        self.make_room(current.kernel().live());
        let host: Rc<dyn Host> = Rc::new(Pool);
        let ended = wasmvm::run(
            &mut self.linker.borrow_mut(),
            current.clone(),
            host,
            module,
            program,
            entry,
        );
        match ended {
            Ended::Over if sync::is_dead() => super::panic::report("kernel code has trapped".into()),
            Ended::Over => {
                drop(current);
                post(ToKernel::Idle);
            }
            Ended::Exec(Program::Delegated { driver, command }) => {
                let process = current.process().clone();
                // From here on the page is its thread.
                drop(current);
                delegate(process, driver, command);
                post(ToKernel::HandedOver);
            }
            Ended::Exec(program) => self.load(current, program),
        }
    }

    fn refuse(&self, current: &Current, problem: &str) {
        wasmvm::fail(current, CANNOT_RUN, problem);
        post(ToKernel::Idle);
    }
}

/// Ends a process that is killed while it waits for its program.
async fn watch(waiting: Waiting, process: Arc<Process>) {
    let waits = || {
        let waiting = waiting.borrow();
        let current = waiting.as_ref().map(|(current, _)| current.process());
        current.is_some_and(|current| Arc::ptr_eq(current, &process))
    };
    let over = ready_until(&process.called, || match waits() {
        true if !process.word().is_killed() => Err(Block::WouldBlock),
        waits => Ok(waits),
    });
    if over.await == Ok(true)
        && let Some((current, _)) = waiting.take()
    {
        current.die();
        drop(current);
        post(ToKernel::Idle);
    }
}

/// The status of a program that can't be run, as shells have it.
const CANNOT_RUN: u8 = 126;

/// What a guest asks of its embedder: workers for its children. The kernel worker gives them.
struct Pool;

impl Host for Pool {
    fn start(&self, process: &Arc<Process>, start: Start) -> Result<()> {
        let process = process.clone();
        if let Start::Program(Program::Delegated { driver, command }) = start {
            delegate(process, driver, command);
            return Ok(());
        }
        post(ToKernel::Start(match start {
            Start::Program(program) => Job {
                process,
                program,
                clone: None,
                module: None,
            },
            Start::Clone(clone) => {
                let module = match &clone.program {
                    Program::Registered(_) | Program::Delegated { .. } => None,
                    Program::File(_) => Some((
                        WebAssembly::Module::from(clone.module.compiled),
                        clone.module.info,
                    )),
                };
                Job {
                    process,
                    program: clone.program,
                    clone: Some(clone.at),
                    module,
                }
            }
        }));
        Ok(())
    }
}

/// Hands a process to the page.
fn delegate(process: Arc<Process>, driver: DriverId, command: Box<[u8]>) {
    process.kernel().clone().delegate(Delegated {
        process,
        driver,
        command,
    });
}

fn post(message: ToKernel) {
    glue::post_to_parent(&message.into_js());
}
