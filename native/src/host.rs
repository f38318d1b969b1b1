//! Processes as threads: [`Host`](cobnut::wasmvm::Host) for native code, and the two threads that a browser's kernel worker stands for: one
//! ends guests that were killed while they ran guest code, one sends SIGALRM.

use crate::modules;
use cobnut::kernel::machine::{Kernel, ProgramId};
use cobnut::kernel::process::{Current, Pid, Process};
use cobnut::kernel::sync::Waiter;
use cobnut::kernel::sync::wait::block_until;
use cobnut::kernel::syscall::exec::Program;
use cobnut::kernel::{Errno, Error, Result, error::Block};
use cobnut::wasmvm::{CloneStart, Ended, Entry, GuestModule, Host, Linker, ModuleCache, Start, fail, run};
use std::collections::HashMap;
use std::path::PathBuf;
use std::rc::Rc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, OnceLock, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

/// A program: compiled when it is first run, as a userland has more than one test needs.
pub struct Source {
    file: PathBuf,
    module: OnceLock<core::result::Result<GuestModule, String>>,
}

impl Source {
    /// A module in a file.
    pub fn file(file: PathBuf) -> Source {
        Source {
            file,
            module: OnceLock::new(),
        }
    }

    /// A compiled module.
    pub fn compiled(module: GuestModule) -> Source {
        Source {
            file: PathBuf::new(),
            module: OnceLock::from(Ok(module)),
        }
    }

    fn module(&self) -> core::result::Result<GuestModule, String> {
        let load = || {
            let bytes = std::fs::read(&self.file).map_err(|error| error.to_string())?;
            modules::load(&bytes)
        };
        self.module
            .get_or_init(|| load().map_err(|error| format!("{}: {error}", self.file.display())))
            .clone()
    }
}

/// What all threads of a machine share.
pub struct Shared {
    pub kernel: Arc<Kernel>,
    programs: Mutex<Vec<Arc<Source>>>,
    /// The interrupters of running guests, by process.
    running: Mutex<HashMap<Pid, Option<wasmer::Interrupter>>>,
    /// Told when a process's thread ends.
    ended: Condvar,
    stop: AtomicBool,
    /// Of the two service threads.
    waiters: [Arc<Waiter>; 2],
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Shared {
    pub fn new(kernel: Arc<Kernel>) -> Arc<Self> {
        Arc::new(Shared {
            kernel,
            programs: Mutex::new(Vec::new()),
            running: Mutex::new(HashMap::new()),
            ended: Condvar::new(),
            stop: AtomicBool::new(false),
            waiters: [Waiter::new(), Waiter::new()],
        })
    }

    pub fn add_program(&self, source: Source) -> ProgramId {
        let mut programs = lock(&self.programs);
        programs.push(Arc::new(source));
        ProgramId(programs.len() as u32 - 1)
    }

    /// Starts a thread for a process that has just been made.
    pub fn start(self: &Arc<Self>, process: &Arc<Process>, start: Start) -> Result<()> {
        let (shared, of_thread) = (self.clone(), process.clone());
        lock(&self.running).insert(process.pid, None);
        let thread = std::thread::Builder::new().name(format!("pid {}", process.pid));
        let started = thread
            .stack_size(8 << 20)
            .spawn(move || shared.run_process(of_thread, start));
        started.map(drop).map_err(|_| {
            lock(&self.running).remove(&process.pid);
            Error::new(Errno::EAGAIN, "no thread for the process")
        })
    }

    fn run_process(self: Arc<Self>, process: Arc<Process>, start: Start) {
        let pid = process.pid;
        self.run_images(process, start);
        self.kernel.release_slot();
        lock(&self.running).remove(&pid);
        self.ended.notify_all();
    }

    fn run_images(self: &Arc<Self>, process: Arc<Process>, start: Start) {
        let current = Rc::new(Current::adopt(process));
        let host: Rc<dyn Host> = Rc::new(ThreadHost {
            shared: self.clone(),
            pid: current.pid,
        });
        let (mut program, mut entry, mut module) = match start {
            Start::Program(program) => (program, Entry::Start, None),
            Start::Clone(CloneStart { module, program, at }) => (program, Entry::Clone(at), Some(module)),
        };
        loop {
            let module = match module.take().map_or_else(|| self.module(&current, &program), Ok) {
                Ok(module) => module,
                Err(message) => return fail(&current, 126, &message),
            };
            match run(
                &mut Linker::default(),
                current.clone(),
                host.clone(),
                module,
                program,
                entry,
            ) {
                Ended::Over => return,
                Ended::Exec(next) => (program, entry) = (next, Entry::Start),
            }
        }
    }

    fn module(&self, current: &Current, program: &Program) -> core::result::Result<GuestModule, String> {
        thread_local! {
            static FILES: ModuleCache = ModuleCache::default();
        }
        match program {
            Program::File(inode) => FILES.with(|files| files.load(current, inode)),
            Program::Registered(program) => {
                let source = lock(&self.programs).get(program.0 as usize).cloned();
                source.ok_or("no such program")?.module()
            }
            Program::Delegated { .. } => Err("there is no page here whose drivers could run it".into()),
        }
    }

    /// Starts the two service threads.
    pub fn serve(self: &Arc<Self>) -> [JoinHandle<()>; 2] {
        let (reaper, timers) = (self.clone(), self.clone());
        [
            std::thread::spawn(move || reaper.end_doomed()),
            std::thread::spawn(move || timers.run_timers()),
        ]
    }

    /// Ends the service threads.
    pub fn stop(&self) {
        self.stop.store(true, Ordering::SeqCst);
        self.waiters.iter().for_each(|waiter| waiter.wake());
    }

    fn stopped(&self) -> bool {
        self.stop.load(Ordering::SeqCst)
    }

    /// Interrupts the guests of processes that were killed, until their threads have ended.
    fn end_doomed(&self) {
        let kernel = &self.kernel;
        let doomed = || match kernel.take_doomed() {
            none if none.is_empty() => Err(Block::WouldBlock),
            some => Ok(some),
        };
        while let Ok(pids) = block_until(
            &self.waiters[0],
            &[kernel.doomed_queue()],
            None,
            || self.stopped(),
            doomed,
        ) {
            pids.into_iter().for_each(|pid| self.interrupt(pid));
        }
    }

    fn interrupt(&self, pid: Pid) {
        let mut running = lock(&self.running);
        while let Some(interrupter) = running.get(&pid) {
            if let Some(interrupter) = interrupter {
                interrupter.interrupt();
            }
            // An interruption is lost when it comes between two pieces of guest code: so again, until the thread is gone.
            let waited = self.ended.wait_timeout(running, Duration::from_millis(2));
            running = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    fn run_timers(&self) {
        let timers = self.kernel.timers();
        while !self.stopped() {
            let deadline = self.kernel.run_timers();
            let changed = || {
                if timers.next_deadline() == deadline {
                    Err(Block::WouldBlock)
                } else {
                    Ok(())
                }
            };
            let _whatever = block_until(
                &self.waiters[1],
                &[timers.queue()],
                deadline,
                || self.stopped(),
                changed,
            );
        }
    }

    /// Waits until every process's thread has ended.
    pub fn join(&self) {
        let mut running = lock(&self.running);
        while !running.is_empty() {
            running = self.ended.wait(running).unwrap_or_else(PoisonError::into_inner);
        }
    }
}

/// The host, as one process's thread has it.
struct ThreadHost {
    shared: Arc<Shared>,
    pid: Pid,
}

impl Host for ThreadHost {
    fn start(&self, process: &Arc<Process>, start: Start) -> Result<()> {
        self.shared.start(process, start)
    }

    fn runs_in(&self, store: &wasmer::Store) {
        lock(&self.shared.running).insert(self.pid, Some(store.interrupter()));
    }
}
