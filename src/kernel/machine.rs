//! The [`Kernel`]: everything that one `createKernel` makes. Several kernels in one page share nothing but memory.

use super::error::{Errno, Error, Result};
use super::file_lock::FileLocks;
use super::fs::Vfs;
use super::host::Host;
use super::permission::{Permissions, Policy};
use super::process::{JobId, Pid, Process, ProcessTable, StringList};
use super::question::Questions;
use super::quota::Quota;
use super::sync::platform::{AtomicU32, Ordering};
use super::sync::{Mutex, Rank, WaitQueue};
use super::timer::Timers;
use super::tty::Ptys;
use hashbrown::HashMap;
use std::collections::VecDeque;
use std::sync::Arc;

/// What a kernel allows at most.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Live processes, those whose workers are being torn down counted. A Chromium tab holds some 125 wasm memories.
    pub processes: u32,
    /// Rows of the process table: live processes and zombies.
    pub table_rows: u32,
    /// Descriptors a process: EMFILE beyond. The greatest RLIMIT_NOFILE.
    pub open_files: u32,
    /// Open file descriptions of all processes together: ENFILE beyond.
    pub open_descriptions: u32,
    /// Pipes, and FIFOs that are open: ENFILE beyond. Each may hold 64 KiB.
    pub pipes: u32,
    /// Terminals: ENOSPC beyond.
    pub terminals: u32,
    /// Bytes of all files in memory: ENOSPC beyond.
    pub file_bytes: u64,
    /// Bytes of memory with which a guest may begin, or be cloned. A guest that wants more is not started; growth after the start is
    /// bounded by the module's own maximum only, as engines have no hook for it.
    pub guest_memory: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            processes: 100,
            table_rows: 1_000,
            open_files: 256,
            open_descriptions: 8_192,
            pipes: 1_024,
            terminals: 256,
            file_bytes: 512 << 20,
            guest_memory: 4 << 30,
        }
    }
}

/// A guest program that the embedder keeps (a compiled module): its number there.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct ProgramId(pub u32);

/// A driver that lives on the page: its number there.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct DriverId(pub u32);

/// Who runs a command.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Runner {
    /// A process worker, with this program.
    Worker(ProgramId),
    /// A driver on the page.
    Page(DriverId),
}

/// A registered command.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Command {
    /// The driver's name.
    pub driver: Arc<str>,
    /// Who runs it.
    pub runner: Runner,
}

/// A process that a driver on the page is to run.
pub struct Delegated {
    /// The process; nobody has adopted it. Whoever does gives its slot back at its end.
    pub process: Arc<Process>,
    /// The driver.
    pub driver: DriverId,
    /// The name of the command, as it was registered.
    pub command: Box<[u8]>,
}

/// A kernel.
pub struct Kernel {
    pub(super) table: Mutex<ProcessTable>,
    /// The tree of files.
    pub vfs: Vfs,
    /// Its terminals.
    pub ptys: Ptys,
    host: Host,
    timers: Timers,
    file_locks: Arc<FileLocks>,
    open_descriptions: Arc<Quota>,
    pipes: Arc<Quota>,
    limits: Limits,
    /// Commands by name; the last registration wins.
    commands: Mutex<HashMap<Box<[u8]>, Command>>,
    /// The environment that the page's processes start with.
    env: Mutex<StringList>,
    /// Processes doomed while their workers ran guest code: the kernel worker terminates those.
    doomed: Mutex<Vec<Pid>>,
    doomed_queue: WaitQueue,
    /// Processes for drivers on the page.
    delegated: Mutex<VecDeque<Delegated>>,
    delegated_queue: WaitQueue,
    live: AtomicU32,
    next_job: AtomicU32,
    /// Woken when a slot is given back.
    slots_queue: WaitQueue,
    permissions: Permissions,
    questions: Questions,
    uid: AtomicU32,
    gid: AtomicU32,
}

impl Kernel {
    /// A kernel over a tree of files, in which everything is allowed.
    pub fn new(vfs: Vfs, limits: Limits, env: StringList) -> Arc<Self> {
        Self::with_policy(vfs, limits, env, Policy::ALLOW_ALL)
    }

    /// A kernel in which that is allowed what `policy` allows.
    pub fn with_policy(vfs: Vfs, limits: Limits, env: StringList, policy: Policy) -> Arc<Self> {
        let kernel = Arc::new(Kernel {
            host: Host::default(),
            permissions: Permissions::new(policy),
            questions: Questions::default(),
            uid: AtomicU32::new(0),
            gid: AtomicU32::new(0),
            table: Mutex::new(Rank::ProcessTable, ProcessTable::default()),
            vfs,
            ptys: Ptys::new(limits.terminals),
            timers: Timers::default(),
            file_locks: Arc::default(),
            open_descriptions: Quota::new(limits.open_descriptions),
            pipes: Quota::new(limits.pipes),
            limits,
            commands: Mutex::new(Rank::Registry, HashMap::new()),
            env: Mutex::new(Rank::Registry, env),
            doomed: Mutex::new(Rank::Registry, Vec::new()),
            doomed_queue: WaitQueue::new(),
            delegated: Mutex::new(Rank::Registry, VecDeque::new()),
            delegated_queue: WaitQueue::new(),
            live: AtomicU32::new(0),
            next_job: AtomicU32::new(1),
            slots_queue: WaitQueue::new(),
        });
        kernel.vfs.attach(&kernel);
        kernel
    }

    /// The machine that its processes see: its name, its age.
    pub fn host(&self) -> &Host {
        &self.host
    }

    /// What it allows.
    pub fn limits(&self) -> &Limits {
        &self.limits
    }

    /// What its programs may do.
    pub fn permissions(&self) -> &Permissions {
        &self.permissions
    }

    /// What its processes ask the page.
    pub fn questions(&self) -> &Questions {
        &self.questions
    }

    /// Whose the processes are that the page starts: a user and a group. Root, unless [`Kernel::set_user`] said otherwise.
    pub fn user(&self) -> (u32, u32) {
        (self.uid.load(Ordering::Relaxed), self.gid.load(Ordering::Relaxed))
    }

    /// Whose the processes are that the page will start.
    pub fn set_user(&self, uid: u32, gid: u32) {
        self.uid.store(uid, Ordering::Relaxed);
        self.gid.store(gid, Ordering::Relaxed);
    }

    /// Its interval timers.
    pub fn timers(&self) -> &Timers {
        &self.timers
    }

    /// The locks on its files.
    pub fn file_locks(&self) -> &Arc<FileLocks> {
        &self.file_locks
    }

    /// Its supply of open file descriptions.
    pub fn open_descriptions(&self) -> &Arc<Quota> {
        &self.open_descriptions
    }

    /// Its supply of pipes.
    pub fn pipes(&self) -> &Arc<Quota> {
        &self.pipes
    }

    /// The environment that the page's processes start with.
    pub fn env(&self) -> StringList {
        self.env.lock().clone()
    }

    /// A new job's number.
    pub fn new_job(&self) -> JobId {
        JobId(self.next_job.fetch_add(1, Ordering::Relaxed))
    }

    /// Makes `name` run `command`, whatever it ran before.
    pub fn register_command(&self, name: &[u8], command: Command) {
        self.commands.lock().insert(name.into(), command);
    }

    /// What `name` runs.
    pub fn command(&self, name: &[u8]) -> Option<Command> {
        self.commands.lock().get(name).cloned()
    }

    /// Every command's name with its driver's, in no order.
    pub fn commands(&self) -> Vec<(Box<[u8]>, Arc<str>)> {
        self.commands
            .lock()
            .iter()
            .map(|(name, command)| (name.clone(), command.driver.clone()))
            .collect()
    }

    /// Takes a slot for a live process. EAGAIN, at once, when all are taken: a queue could deadlock a pipeline.
    pub(super) fn reserve_slot(&self) -> Result<()> {
        let free = |live: u32| (live < self.limits.processes).then_some(live + 1);
        match self.live.fetch_update(Ordering::SeqCst, Ordering::SeqCst, free) {
            Ok(_) => Ok(()),
            Err(_) => Err(Error::new(Errno::EAGAIN, "too many live processes")),
        }
    }

    /// Gives a slot back: the worker is idle again, or really gone.
    pub fn release_slot(&self) {
        self.live.fetch_sub(1, Ordering::SeqCst);
        self.slots_queue.wake_all();
    }

    /// Slots in use: live processes and workers being torn down.
    pub fn live(&self) -> u32 {
        self.live.load(Ordering::SeqCst)
    }

    /// Woken when a slot is given back.
    pub fn slots_queue(&self) -> &WaitQueue {
        &self.slots_queue
    }

    pub(super) fn note_doomed(&self, pid: Pid) {
        self.doomed.lock().push(pid);
        self.doomed_queue.wake_all();
    }

    /// The processes whose workers must be terminated, each once. The kernel worker awaits [`Kernel::doomed_queue`].
    pub fn take_doomed(&self) -> Vec<Pid> {
        core::mem::take(&mut *self.doomed.lock())
    }

    /// Hands a process to the page.
    pub fn delegate(&self, delegated: Delegated) {
        self.delegated.lock().push_back(delegated);
        self.delegated_queue.wake_all();
    }

    /// The next process that a driver on the page is to run. The page awaits [`Kernel::delegated_queue`].
    pub fn take_delegated(&self) -> Option<Delegated> {
        self.delegated.lock().pop_front()
    }

    /// Woken when [`Kernel::take_delegated`] has something to give.
    pub fn delegated_queue(&self) -> &WaitQueue {
        &self.delegated_queue
    }

    /// Woken when [`Kernel::take_doomed`] has something to give.
    pub fn doomed_queue(&self) -> &WaitQueue {
        &self.doomed_queue
    }
}
