//! The process object.

use super::command::CommandLine;
use super::fd_table::{FdEntry, FdTable};
use super::id::{JobId, Pgid, Pid, Sid};
use super::rlimit::{Resource, Rlimit, Rlimits};
use super::status::Termination;
use super::word::KillWord;
use crate::kernel::fs::Place;
use crate::kernel::fs::path_cache::PathCache;
use crate::kernel::machine::Kernel;
use crate::kernel::signal::SignalState;
use crate::kernel::sync::platform::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use crate::kernel::sync::{Mutex, MutexGuard, Private, Rank, WaitQueue, Waiter};
use crate::kernel::{clock, file::OpenFile};
use std::sync::Arc;

/// What a new process starts with.
pub struct ProcessSeed {
    /// Its parent; [`Pid::INIT`] for what the page starts.
    pub parent: Pid,
    /// Its job.
    pub job: JobId,
    /// Its group; `None` makes one of its own.
    pub pgid: Option<Pgid>,
    /// Its session; `None` makes one of its own (and a group).
    pub sid: Option<Sid>,
    /// Its descriptors.
    pub fds: Vec<Option<FdEntry>>,
    /// Its current directory.
    pub cwd: Place,
    /// Its file mode creation mask.
    pub umask: u32,
    /// Its dispositions and mask.
    pub signals: SignalState,
    /// What it runs.
    pub command: CommandLine,
}

/// A process. Who is its parent, its group and its session stand in the process table.
pub struct Process {
    /// Its number. Immutable.
    pub pid: Pid,
    /// Its job. Immutable.
    pub job: JobId,
    /// Its descriptors.
    pub fds: FdTable,
    /// Where its last paths led.
    pub paths: Private<PathCache>,
    /// Woken when a child changes its state.
    pub children: WaitQueue,
    /// Woken when it has ended.
    pub exited: WaitQueue,
    /// Wakes its thread wherever it waits.
    pub waiter: Arc<Waiter>,
    /// Woken when [`KillWord::is_called`] becomes true, for a process that has no thread: a driver on the page runs it.
    pub called: WaitQueue,
    /// When it began, ns since 1970. Immutable.
    pub started_ns: u64,
    kernel: Arc<Kernel>,
    word: KillWord,
    context: Mutex<Context>,
    /// How often `context.cwd` was changed.
    cwd_changes: AtomicU32,
    signals: Mutex<SignalState>,
    /// How it ends: the first to set it decides. [`Termination::pack`], or 0.
    fate: AtomicU32,
    /// Set once it has been reaped from the kernel's tables by [`Kernel::finish`].
    ended: AtomicU32,
    began_ns: u64,
    ended_ns: AtomicU64,
    /// CPU time of children that were waited for.
    children_ns: AtomicU64,
    uid: AtomicU32,
    gid: AtomicU32,
    /// The soft RLIMIT_FSIZE, so that a write looks at it without a lock.
    file_size_limit: AtomicU64,
    /// Whether it ever had a record lock: only then does a close have any to give up.
    has_record_locks: AtomicBool,
}

struct Context {
    cwd: Place,
    umask: u32,
    command: Arc<CommandLine>,
    rlimits: Rlimits,
}

impl Process {
    pub(super) fn new(kernel: Arc<Kernel>, pid: Pid, seed: ProcessSeed, rlimits: Rlimits) -> Arc<Self> {
        let limit = rlimits.get(Resource::OpenFiles).soft;
        let context = Context {
            cwd: seed.cwd,
            umask: seed.umask,
            command: Arc::new(seed.command),
            rlimits,
        };
        Arc::new(Process {
            pid,
            job: seed.job,
            fds: FdTable::new(seed.fds, u32::try_from(limit).unwrap_or(u32::MAX)),
            paths: Private::new(PathCache::default()),
            children: WaitQueue::new(),
            exited: WaitQueue::new(),
            waiter: Waiter::new(),
            called: WaitQueue::new(),
            started_ns: clock::realtime_ns(),
            kernel,
            word: KillWord::default(),
            context: Mutex::new(Rank::ProcessContext, context),
            cwd_changes: AtomicU32::new(0),
            signals: Mutex::new(Rank::Signals, seed.signals),
            fate: AtomicU32::new(0),
            ended: AtomicU32::new(0),
            began_ns: clock::monotonic_ns(),
            ended_ns: AtomicU64::new(0),
            children_ns: AtomicU64::new(0),
            uid: AtomicU32::new(0),
            gid: AtomicU32::new(0),
            file_size_limit: AtomicU64::new(rlimits.get(Resource::FileSize).soft),
            has_record_locks: AtomicBool::new(false),
        })
    }

    /// The kernel that it runs in.
    pub fn kernel(&self) -> &Arc<Kernel> {
        &self.kernel
    }

    /// Where its thread is, and who owns its death.
    pub fn word(&self) -> &KillWord {
        &self.word
    }

    /// Its signal state.
    pub fn signals(&self) -> MutexGuard<'_, SignalState> {
        self.signals.lock()
    }

    /// Its current directory.
    pub fn cwd(&self) -> Place {
        self.context.lock().cwd.clone()
    }

    /// chdir's last step.
    pub fn set_cwd(&self, cwd: Place) {
        let mut context = self.context.lock();
        let old = core::mem::replace(&mut context.cwd, cwd);
        self.cwd_changes.fetch_add(1, Ordering::Release);
        drop(context);
        drop(old);
    }

    /// How often it has been given another current directory.
    #[inline]
    pub fn cwd_changes(&self) -> u32 {
        self.cwd_changes.load(Ordering::Acquire)
    }

    /// Its file mode creation mask.
    pub fn umask(&self) -> u32 {
        self.context.lock().umask
    }

    /// umask(2): answers the old mask.
    pub fn set_umask(&self, mask: u32) -> u32 {
        core::mem::replace(&mut self.context.lock().umask, mask & 0o777)
    }

    /// What it runs.
    pub fn command(&self) -> Arc<CommandLine> {
        self.context.lock().command.clone()
    }

    /// exec: it runs something else now.
    pub fn set_command(&self, command: CommandLine) {
        let old = core::mem::replace(&mut self.context.lock().command, Arc::new(command));
        drop(old);
    }

    /// What it may use.
    pub fn rlimits(&self) -> Rlimits {
        self.context.lock().rlimits
    }

    /// setrlimit(2). EINVAL, EPERM, ENOTSUP, as [`Rlimits::set`] says.
    pub fn set_rlimit(&self, resource: Resource, new: Rlimit) -> crate::kernel::Result<()> {
        let mut context = self.context.lock();
        let privileged = self.uid() == 0;
        context
            .rlimits
            .set(resource, new, privileged, self.kernel.limits())?;
        match resource {
            Resource::OpenFiles => self.fds.set_limit(new.soft),
            Resource::FileSize => self.file_size_limit.store(new.soft, Ordering::Relaxed),
            _ => {}
        }
        Ok(())
    }

    /// The soft RLIMIT_FSIZE, in bytes.
    #[inline]
    pub fn file_size_limit(&self) -> u64 {
        self.file_size_limit.load(Ordering::Relaxed)
    }

    /// It is about to have a record lock.
    pub fn note_record_locks(&self) {
        self.has_record_locks.store(true, Ordering::Relaxed);
    }

    /// What closing a descriptor of `file` does: the process gives up all record locks that it has on the file (POSIX fcntl).
    #[inline]
    pub fn give_up_locks(&self, file: &OpenFile) {
        if self.has_record_locks.load(Ordering::Relaxed) {
            self.kernel.file_locks().release_process_on(file.id(), self.pid);
        }
    }

    /// It has ended: so have its record locks.
    pub(super) fn give_up_all_locks(&self) {
        if self.has_record_locks.load(Ordering::Relaxed) {
            self.kernel.file_locks().release_process(self.pid);
        }
    }

    /// Its user: the real, the effective and the saved one are one, as there are no set-user-ID programs.
    #[inline]
    pub fn uid(&self) -> u32 {
        self.uid.load(Ordering::Relaxed)
    }

    /// Its user's group.
    #[inline]
    pub fn gid(&self) -> u32 {
        self.gid.load(Ordering::Relaxed)
    }

    /// Makes it another user's. Who may is [`crate::kernel::syscall::process::setuid`]'s to decide.
    pub fn set_ids(&self, uid: u32, gid: u32) {
        self.uid.store(uid, Ordering::Relaxed);
        self.gid.store(gid, Ordering::Relaxed);
    }

    /// The open file behind one of its fds, from any thread.
    pub fn open_file(&self, fd: super::Fd) -> crate::kernel::Result<Arc<OpenFile>> {
        self.fds.look(fd)
    }

    /// Decides how it ends, unless that has been decided.
    pub(super) fn set_fate(&self, termination: Termination) {
        let _first_wins =
            self.fate
                .compare_exchange(0, termination.pack(), Ordering::SeqCst, Ordering::SeqCst);
    }

    /// How it ended or is about to.
    pub fn fate(&self) -> Option<Termination> {
        Termination::unpack(self.fate.load(Ordering::SeqCst))
    }

    /// How it ended, once its files are closed and its parent has been told.
    pub fn termination(&self) -> Option<Termination> {
        (self.ended.load(Ordering::SeqCst) != 0)
            .then(|| self.fate())
            .flatten()
    }

    /// It uses no more CPU time.
    pub(super) fn stop_clock(&self) {
        self.ended_ns.store(clock::monotonic_ns(), Ordering::Relaxed);
        self.kernel.host().count_death(self.cpu_ns());
    }

    /// Whoever waits for [`Process::termination`] finds it buried.
    pub(super) fn mark_ended(&self) {
        self.ended.store(1, Ordering::SeqCst);
    }

    /// When it began, ns of the monotonic clock.
    pub fn began_ns(&self) -> u64 {
        self.began_ns
    }

    /// Nanoseconds that its thread was not asleep in the kernel: an upper bound of the CPU time.
    pub fn cpu_ns(&self) -> u64 {
        let until = match self.ended_ns.load(Ordering::Relaxed) {
            0 => clock::monotonic_ns(),
            at => at,
        };
        until
            .saturating_sub(self.began_ns)
            .saturating_sub(self.waiter.slept_ns())
    }

    /// CPU time of the children that were waited for, in ns.
    pub fn children_cpu_ns(&self) -> u64 {
        self.children_ns.load(Ordering::Relaxed)
    }

    /// Counts the CPU time of a child that was waited for.
    pub fn add_waited_child(&self, child: &Process) {
        self.children_ns
            .fetch_add(child.cpu_ns() + child.children_cpu_ns(), Ordering::Relaxed);
    }
}
