//! The pool of process workers, on the kernel worker.
//!
//! Some stay warm; more are started on demand, one for each process that waits; those that are not needed any more close
//! after a short while. A process's slot ([`Kernel::release_slot`]) is given back when its worker reports idle, or is
//! really gone. At most as many jobs come as the kernel has slots, so nothing here needs a limit of its own.

mod programs;
mod trim;

use super::glue;
use super::messages::{Job, Mounted, Source, ToKernel, ToProcess};
use super::runtime;
use super::shared::Shared;
use super::thread::{Event, Role, Thread};
use crate::kernel::error::Block;
use crate::kernel::machine::ProgramId;
use crate::kernel::process::{Pid, Process, Termination};
use crate::kernel::signal::Signal;
use crate::kernel::sync;
use crate::kernel::sync::wait::ready_until;
use crate::kernel::syscall::exec::Program;
use core::cell::{Cell, RefCell};
use core::sync::atomic::Ordering;
use hashbrown::HashMap;
use programs::{Programs, Waiting};
use std::collections::VecDeque;
use std::rc::{Rc, Weak};
use std::sync::Arc;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::{JsFuture, spawn_local};

/// How many workers are kept although nothing runs.
const WARM: usize = 4;
/// How many start at once, if processes wait for them: each needs the CPU for some 40 ms.
const STARTING_AT_ONCE: usize = 8;
/// The status of a process for which no worker could be started.
const NO_WORKER: u8 = 126;

/// A worker's number.
pub type WorkerId = u32;
/// Whether a process's program is here, or else why it can't be had.
type Verdict = Result<(), Rc<str>>;

/// What a worker is doing.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum State {
    /// It has not reported yet.
    Starting,
    /// It waits for work.
    Idle,
    /// It runs this process. The pointer is that of the `Arc` that the worker holds.
    Busy(Pid, *const Process),
}

struct Worker {
    thread: Thread,
    state: State,
    /// The programs that it has been sent.
    programs: Vec<ProgramId>,
    /// When it became idle, ms.
    idle_since: f64,
}

/// The pool.
pub struct Pool {
    this: Weak<Pool>,
    shared: Arc<Shared>,
    programs: Programs,
    workers: RefCell<HashMap<WorkerId, Worker>>,
    /// Processes that wait for a worker.
    queue: RefCell<VecDeque<(Job, Verdict)>>,
    next_id: Cell<WorkerId>,
    stopping: Cell<bool>,
    /// Whether a look for idle workers is planned.
    trimming: Cell<bool>,
}

impl Pool {
    /// A pool that warms up.
    pub fn start(shared: Arc<Shared>) -> Rc<Pool> {
        let pool = Rc::new_cyclic(|this| Pool {
            this: this.clone(),
            shared,
            programs: Programs::default(),
            workers: RefCell::default(),
            queue: RefCell::default(),
            next_id: Cell::new(0),
            stopping: Cell::new(false),
            trimming: Cell::new(false),
        });
        pool.grow();
        pool
    }

    /// Whether it takes no more work.
    pub fn is_stopping(&self) -> bool {
        self.stopping.get()
    }

    /// One more program for the workers.
    pub fn mount(&self, program: Source) {
        self.programs.mount(program);
    }

    /// Gives a process to a worker, now or as soon as there is one, and its program is here.
    pub fn start_job(&self, job: Job) {
        match job.program {
            Program::Registered(id) if !self.programs.is_here(id) => {
                let process = job.process.clone();
                self.wait_for(id, Waiting::Job(job));
                if let Some(pool) = self.this.upgrade() {
                    spawn_local(async move { pool.watch(process).await });
                }
            }
            _ => self.enqueue(job, Ok(())),
        }
    }

    /// `verdict`: why its program can't be had.
    fn enqueue(&self, job: Job, verdict: Verdict) {
        self.queue.borrow_mut().push_back((job, verdict));
        self.dispatch();
    }

    /// Lets somebody wait for a program that has yet to be fetched.
    fn wait_for(&self, id: ProgramId, who: Waiting) {
        match self.programs.wait(id, who) {
            Ok(None) => {}
            Ok(Some(remote)) => {
                // The kernel may go before an answer comes.
                let pool = self.this.clone();
                spawn_local(async move {
                    let loaded = runtime::load(&remote).await.map_err(Rc::from);
                    if let Some(pool) = pool.upgrade() {
                        for who in pool.programs.arrived(id, &loaded) {
                            pool.tell(who, id, &loaded);
                        }
                    }
                });
            }
            Err(who) => self.tell(who, id, &Err("the program is not mounted".into())),
        }
    }

    /// Tells somebody who waited what came of it.
    fn tell(&self, who: Waiting, id: ProgramId, loaded: &Result<Mounted, Rc<str>>) {
        match who {
            Waiting::Job(job) => {
                job.process.called.wake_all();
                self.enqueue(job, loaded.as_ref().map(drop).map_err(Rc::clone));
            }
            Waiting::Worker(worker) => self.answer(worker, id, loaded),
        }
    }

    /// Ends a process that is killed while it waits for its program.
    async fn watch(&self, process: Arc<Process>) {
        let killed = ready_until(&process.called, || match process.word().is_killed() {
            true => Ok(true),
            false if self.programs.is_awaited_by(process.pid) => Err(Block::WouldBlock),
            false => Ok(false),
        });
        if killed.await == Ok(true) && self.programs.give_up(process.pid).is_some() {
            // Its fate has been decided already.
            self.shared
                .kernel
                .abandon(&process, Termination::signaled(Signal::SIGKILL));
        }
    }

    /// Tells a worker that asked for a program.
    fn answer(&self, id: WorkerId, program: ProgramId, loaded: &Result<Mounted, Rc<str>>) {
        if let Some(worker) = self.workers.borrow_mut().get_mut(&id) {
            match loaded {
                Ok(mounted) => {
                    worker.send_program(program, mounted);
                    worker.post(ToProcess::GoOn.into_js());
                }
                Err(why) => worker.post(ToProcess::GiveUp(program, why.to_string()).into_js()),
            }
        }
    }

    fn dispatch(&self) {
        while let Some(id) = self.most_recently_idle() {
            let Some((job, verdict)) = self.queue.borrow_mut().pop_front() else {
                break;
            };
            self.run(id, job, verdict);
        }
        self.grow();
        self.publish();
    }

    /// Its caches are warmest.
    fn most_recently_idle(&self) -> Option<WorkerId> {
        let workers = self.workers.borrow();
        let idle = workers.iter().filter(|(_, worker)| worker.state == State::Idle);
        idle.max_by(|a, b| a.1.idle_since.total_cmp(&b.1.idle_since))
            .map(|(&id, _)| id)
    }

    fn run(&self, id: WorkerId, job: Job, verdict: Verdict) {
        let mut workers = self.workers.borrow_mut();
        let Some(worker) = workers.get_mut(&id) else {
            return;
        };
        worker.state = State::Busy(job.process.pid, Arc::as_ptr(&job.process));
        if let Err(why) = verdict {
            return worker.post(ToProcess::Refuse(job, why.to_string()).into_js());
        }
        if let Program::Registered(program) = job.program {
            if let Some(mounted) = self.programs.get(program) {
                worker.send_program(program, &mounted);
            }
        }
        worker.post(ToProcess::Run(job).into_js());
    }

    /// Starts workers for those who wait, and the warm ones: these one after the other, so that the first is soon there.
    fn grow(&self) {
        if self.stopping.get() || sync::is_dead() {
            return;
        }
        loop {
            let (all, starting) = {
                let workers = self.workers.borrow();
                (
                    workers.len(),
                    workers
                        .values()
                        .filter(|worker| worker.state == State::Starting)
                        .count(),
                )
            };
            let waiting = self.queue.borrow().len();
            let is_cold = all - starting < WARM;
            let wanted = waiting.max(usize::from(is_cold));
            if starting >= wanted.min(STARTING_AT_ONCE) {
                return;
            }
            self.start_worker();
        }
    }

    fn start_worker(&self) {
        let id = self.next_id.get();
        self.next_id.set(id.wrapping_add(1));
        let pool = self.this.clone();
        let thread = Thread::start(Role::Process, &JsValue::UNDEFINED, move |event| {
            if let Some(pool) = pool.upgrade() {
                pool.on_event(id, event);
            }
        });
        let worker = Worker {
            thread,
            state: State::Starting,
            programs: Vec::new(),
            idle_since: 0.0,
        };
        self.workers.borrow_mut().insert(id, worker);
        self.shared.workers.all.fetch_add(1, Ordering::SeqCst);
    }

    fn on_event(&self, id: WorkerId, event: Event) {
        match event {
            Event::Ready => self.on_idle(id),
            Event::Message(message) => match ToKernel::from_js(&message) {
                Some(ToKernel::Idle) => {
                    self.shared.kernel.release_slot();
                    self.on_idle(id);
                }
                Some(ToKernel::HandedOver) => self.on_idle(id),
                Some(ToKernel::Start(job)) => self.start_job(job),
                Some(ToKernel::Need(program)) => self.on_need(id, program),
                Some(ToKernel::Panicked(text)) => super::kernel_worker::tell_of_panic(text),
                _ => {}
            },
            Event::Failed(text) => self.on_failure(id, &text),
        }
    }

    fn on_idle(&self, id: WorkerId) {
        if let Some(worker) = self.workers.borrow_mut().get_mut(&id) {
            worker.state = State::Idle;
            worker.idle_since = glue::now();
        }
        self.dispatch();
        self.plan_trim();
    }

    fn on_need(&self, id: WorkerId, program: ProgramId) {
        match self.programs.get(program) {
            Some(mounted) => self.answer(id, program, &Ok(mounted)),
            None => self.wait_for(program, Waiting::Worker(id)),
        }
    }

    /// A worker could not start, or an error escaped it.
    fn on_failure(&self, id: WorkerId, text: &str) {
        let state = self.workers.borrow().get(&id).map(|worker| worker.state);
        match state {
            // An error that escapes a worker comes from kernel code, which may have held a lock.
            Some(State::Busy(..)) | Some(State::Idle) => {
                sync::declare_dead();
                super::kernel_worker::tell_of_panic(format!("a process worker failed: {text}"));
            }
            Some(State::Starting) => {
                self.remove(id, Removal::Terminate);
                let job = self.queue.borrow_mut().pop_front();
                if let Some((job, _)) = job {
                    self.shared
                        .kernel
                        .abandon(&job.process, Termination::Exited(NO_WORKER));
                }
                if !self.queue.borrow().is_empty() {
                    self.grow();
                }
                self.publish();
            }
            None => {}
        }
    }

    /// Terminates the worker of a process that was doomed while it ran guest code.
    pub fn terminate(&self, pid: Pid) {
        let runs = |worker: &Worker| match worker.state {
            State::Busy(its, process) if its == pid => Some(process),
            _ => None,
        };
        let found = self
            .workers
            .borrow()
            .iter()
            .find_map(|(&id, worker)| Some((id, runs(worker)?)));
        if let Some((id, process)) = found {
            self.remove(id, Removal::TerminateProcess(process));
            self.grow();
        }
        self.publish();
    }

    /// Takes a worker out of the pool; its memory is freed, and a slot that it holds is given back, when it is gone.
    fn remove(&self, id: WorkerId, removal: Removal) {
        let Some(worker) = self.workers.borrow_mut().remove(&id) else {
            return;
        };
        let shared = self.shared.clone();
        match removal {
            Removal::Retire => worker.post(ToProcess::Retire.into_js()),
            Removal::Terminate | Removal::TerminateProcess(_) => worker.thread.terminate(),
        }
        shared.workers.tearing_down.fetch_add(1, Ordering::SeqCst);
        spawn_local(async move {
            worker.thread.reap().await;
            shared.workers.tearing_down.fetch_sub(1, Ordering::SeqCst);
            shared.workers.all.fetch_sub(1, Ordering::SeqCst);
            if let Removal::TerminateProcess(process) = removal {
                // SAFETY: the worker was in guest code or parked, where exactly one count is its own (`Current`'s), and it
                // will never drop that count now.
                drop(unsafe { Arc::from_raw(process) });
                shared.kernel.release_slot();
            }
        });
    }

    fn publish(&self) {
        let idle = self
            .workers
            .borrow()
            .values()
            .filter(|worker| worker.state == State::Idle)
            .count();
        self.shared.workers.idle.store(idle as u32, Ordering::SeqCst);
    }

    /// Stops all workers and waits until they are gone. The processes have ended before.
    pub async fn stop(&self) {
        self.stopping.set(true);
        // One that is just starting can't be freed before it has told where its memory is.
        let starting = |pool: &Pool| {
            pool.workers
                .borrow()
                .values()
                .any(|worker| worker.state == State::Starting)
        };
        while starting(self) {
            let _elapsed = JsFuture::from(glue::delay(20.0)).await;
        }
        let workers: Vec<Worker> = self
            .workers
            .borrow_mut()
            .drain()
            .map(|(_, worker)| worker)
            .collect();
        for worker in &workers {
            match worker.state {
                State::Idle => worker.post(ToProcess::Retire.into_js()),
                State::Starting | State::Busy(..) => worker.thread.terminate(),
            }
        }
        for worker in workers {
            worker.thread.reap().await;
            self.shared.workers.all.fetch_sub(1, Ordering::SeqCst);
        }
        while self.shared.workers.tearing_down.load(Ordering::SeqCst) > 0 {
            let _elapsed = JsFuture::from(glue::delay(20.0)).await;
        }
        // Wakes the loops, which see that it is over.
        self.shared.kernel.doomed_queue().wake_all();
        self.shared.kernel.timers().queue().wake_all();
    }
}

/// How a worker leaves the pool.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Removal {
    /// It closes by itself.
    Retire,
    /// It is stopped, whatever it does.
    Terminate,
    /// The same to the worker of a process that was doomed in guest code; its slot is free when it is gone.
    TerminateProcess(*const Process),
}

impl Worker {
    fn send_program(&mut self, id: ProgramId, program: &Mounted) {
        if !self.programs.contains(&id) {
            self.post(ToProcess::Mount(id, program.clone()).into_js());
            self.programs.push(id);
        }
    }

    fn post(&self, message: JsValue) {
        let posted = self.thread.post(&message);
        debug_assert!(posted.is_ok(), "{posted:?}");
    }
}
