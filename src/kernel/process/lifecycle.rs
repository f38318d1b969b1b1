//! What happens to processes: birth, signals, stops, death.

use super::current::Current;
use super::id::{JobId, Pgid, Pid, Sid};
use super::process::{Process, ProcessSeed};
use super::rlimit::{Resource, Rlimits};
use super::status::{Termination, WaitStatus};
use super::table::{Entry, ProcessInfo, ProcessState};
use super::word::Killed;
use crate::kernel::error::{Errno, Error, Result};
use crate::kernel::fs::path_cache::PathCache;
use crate::kernel::machine::Kernel;
use crate::kernel::signal::{ActionFlags, Disposition, Effect, Group, Signal};
use crate::kernel::sync::Owner;
use crate::kernel::tty::Pty;
use std::sync::Arc;

impl Kernel {
    /// Makes a process. EAGAIN at the limit of live processes. The caller hands it to a worker; if that fails it calls
    /// [`Kernel::abandon`].
    pub fn create_process(self: &Arc<Self>, seed: ProcessSeed) -> Result<Arc<Process>> {
        self.reserve_slot()?;
        let mut table = self.table.lock();
        if table.len() >= self.limits().table_rows as usize {
            drop(table);
            self.release_slot();
            return Err(Error::new(Errno::EAGAIN, "the process table is full"));
        }
        let parent = table.get(seed.parent).ok();
        let rlimits = parent.map_or_else(
            || Rlimits::of_kernel(self.limits()),
            |parent| parent.process.rlimits(),
        );
        let user = parent.map_or(0, |parent| parent.process.uid());
        if user != 0 && table.processes_of(user) >= rlimits.get(Resource::Processes).soft {
            drop(table);
            self.release_slot();
            return Err(Error::new(Errno::EAGAIN, "the user has too many processes"));
        }
        let pid = table.allocate_pid();
        let (ppid, pgid, sid) = (seed.parent, seed.pgid, seed.sid);
        let process = Process::new(self.clone(), pid, seed, rlimits);
        self.host().count_birth();
        let sid_or_own = sid.unwrap_or(Sid(pid.0));
        let pgid = if sid.is_none() {
            Pgid(pid.0)
        } else {
            pgid.unwrap_or(Pgid(pid.0))
        };
        table.insert(Entry {
            process: process.clone(),
            ppid,
            pgid,
            sid: sid_or_own,
            state: ProcessState::Running,
            news: None,
            has_execed: false,
        });
        Ok(process)
    }

    /// Ends a process whose worker could not be started, and gives its slot back.
    #[allow(unsafe_code)]
    pub fn abandon(&self, process: &Arc<Process>, termination: Termination) {
        process.set_fate(termination);
        process.word().doom_self();
        // SAFETY: no worker has adopted it, and now none will.
        let owner = unsafe { Owner::assume() };
        self.finish(process, &owner);
        self.release_slot();
    }

    /// The last act of a process, on the thread that owns its death: closes its files, hands its children to init, tells
    /// its parent, wakes who waits. Its worker's slot stays taken until [`Kernel::release_slot`].
    pub(super) fn finish(&self, process: &Arc<Process>, owner: &Owner) {
        process.set_fate(Termination::Exited(0));
        process.fds.close_all(owner);
        process.give_up_all_locks();
        process.paths.with(owner, PathCache::clear);
        self.timers().cancel(process.pid);
        let termination = process.fate().unwrap_or(Termination::Exited(0));
        process.stop_clock();
        let hang_up = self.enter_zombie_state(process, termination);
        process.mark_ended();
        process.exited.wake_all();
        if let Some(pty) = hang_up {
            pty.hang_up_session();
        }
    }

    /// Answers the terminal whose session leader this was.
    fn enter_zombie_state(&self, process: &Arc<Process>, termination: Termination) -> Option<Arc<Pty>> {
        let mut table = self.table.lock();
        let watched = table.watched_groups_with_stops(process.pid);
        let Ok(entry) = table.get_mut(process.pid) else {
            return None;
        };
        entry.state = ProcessState::Zombie(termination);
        entry.news = None;
        let (ppid, sid) = (entry.ppid, entry.sid);
        let hang_up = (sid.0 == process.pid.0)
            .then(|| table.set_terminal(sid, None))
            .flatten();
        self.hand_children_to_init(&mut table, process.pid);
        let parent = table
            .get(ppid)
            .ok()
            .filter(|parent| !parent.is_zombie())
            .map(|entry| entry.process.clone());
        let reap = match &parent {
            None => true,
            Some(parent) => {
                let action = parent.signals().action(Signal::SIGCHLD);
                action.disposition == Disposition::Ignore || action.flags.contains(ActionFlags::SA_NOCLDWAIT)
            }
        };
        let row = if reap { table.remove(process.pid) } else { None };
        let mut orphaned: Vec<Arc<Process>> = Vec::new();
        for group in watched {
            if table.has_stopped(group) && table.is_orphaned(group) {
                orphaned.extend(table.group(group).map(|entry| entry.process.clone()));
            }
        }
        drop(table);
        drop(row);
        // POSIX _exit: a newly orphaned group with a stopped member gets SIGHUP, then SIGCONT.
        for member in orphaned {
            member.post(Signal::SIGHUP);
            member.post(Signal::SIGCONT);
        }
        if let Some(parent) = parent {
            parent.post(Signal::SIGCHLD);
            parent.children.wake_all();
        }
        hang_up
    }

    /// Re-parents the children of `parent`; zombies among them vanish.
    fn hand_children_to_init(&self, table: &mut super::ProcessTable, parent: Pid) {
        let children: Vec<Pid> = table
            .iter()
            .filter(|entry| entry.ppid == parent)
            .map(|entry| entry.process.pid)
            .collect();
        for child in children {
            if table.get(child).is_ok_and(Entry::is_zombie) {
                table.remove(child);
            } else if let Ok(entry) = table.get_mut(child) {
                entry.ppid = Pid::INIT;
            }
        }
    }

    /// The process with number `pid`, zombies included. ESRCH.
    pub fn find(&self, pid: Pid) -> Result<Arc<Process>> {
        self.table.lock().get(pid).map(|entry| entry.process.clone())
    }

    /// Every process, ordered by pid.
    pub fn processes(&self) -> Vec<ProcessInfo> {
        let mut all: Vec<ProcessInfo> = self.table.lock().iter().map(Entry::info).collect();
        all.sort_by_key(|info| info.process.pid);
        all
    }

    /// Sends `signal` to each process that `which` picks; answers how many there were.
    pub fn signal_where(&self, signal: Option<Signal>, which: impl Fn(&Entry) -> bool) -> usize {
        let mut chosen: Vec<Arc<Process>> = self
            .table
            .lock()
            .iter()
            .filter(|entry| which(entry))
            .map(|entry| entry.process.clone())
            .collect();
        // Parents first: a shell that is killed with its children does not live to report their deaths.
        chosen.sort_unstable_by_key(|process| process.pid.0);
        if let Some(signal) = signal {
            chosen.iter().for_each(|process| process.post(signal));
        }
        chosen.len()
    }

    /// Sends `signal` to all that a job has started. `setsid` is no escape.
    pub fn signal_job(&self, job: JobId, signal: Signal) -> usize {
        self.signal_where(Some(signal), |entry| {
            entry.process.job == job && !entry.is_zombie()
        })
    }

    /// Removes the row of a process that has ended, and answers whether it had. ESRCH when there is no row.
    pub fn reap(&self, pid: Pid) -> Result<bool> {
        let mut table = self.table.lock();
        let ended = table.get(pid)?.is_zombie();
        let row = if ended { table.remove(pid) } else { None };
        drop(table);
        drop(row);
        Ok(ended)
    }

    /// Removes what is left of a job whose processes have ended: zombies that nobody will wait for.
    pub fn reap_job(&self, job: JobId) {
        let mut table = self.table.lock();
        let zombies: Vec<Pid> = table
            .iter()
            .filter(|entry| entry.process.job == job && entry.is_zombie())
            .map(|entry| entry.process.pid)
            .collect();
        let rows: Vec<_> = zombies.into_iter().map(|pid| table.remove(pid)).collect();
        drop(table);
        drop(rows);
    }
}

impl crate::kernel::tty::SignalTarget for Kernel {
    fn signal_group(&self, pgid: Pgid, signal: Signal) {
        self.signal_where(Some(signal), |entry| entry.pgid == pgid && !entry.is_zombie());
    }
}

impl Process {
    /// A signal arrives, from any thread. No lock may be held but those outside of `Rank::ProcessTable`.
    pub fn post(self: &Arc<Self>, signal: Signal) {
        let group = match signal {
            Signal::SIGTSTP | Signal::SIGTTIN | Signal::SIGTTOU => self.group_standing(),
            _ => Group::Watched,
        };
        let effect = self.signals().post(signal, group);
        self.act(signal, effect);
    }

    /// Whether somebody would continue it if it stopped.
    fn group_standing(&self) -> Group {
        let table = self.kernel().table.lock();
        match table.get(self.pid) {
            Ok(entry) if table.is_orphaned(entry.pgid) => Group::Orphaned,
            _ => Group::Watched,
        }
    }

    fn act(self: &Arc<Self>, signal: Signal, effect: Effect) {
        match effect {
            Effect::None => {}
            Effect::Terminate { core } => self.kill(Termination::Signaled { signal, core }),
            Effect::Attention => self.call(),
            Effect::Stop => {
                self.call();
                self.report();
            }
            Effect::Continue => {
                self.call();
                self.report();
                self.recheck_signals();
            }
        }
    }

    /// Asks it to look at its signals, and ends a wait.
    fn call(&self) {
        self.word().call_attention();
        self.wake();
    }

    /// Makes it look at its kill word, be it a thread or the page's.
    fn wake(&self) {
        self.waiter.wake();
        self.called.wake_all();
    }

    /// Tells the parent of a stop or continue: the latest one, as a process that was continued may stop again before its
    /// continuer gets here.
    fn report(self: &Arc<Self>) {
        let mut table = self.kernel().table.lock();
        let Ok(entry) = table.get_mut(self.pid) else {
            return;
        };
        if entry.is_zombie() {
            return;
        }
        // Lock order: process table -> signals.
        (entry.state, entry.news) = match self.signals().stopped() {
            Some(signal) => (ProcessState::Stopped(signal), Some(WaitStatus::Stopped(signal))),
            None => (ProcessState::Running, Some(WaitStatus::Continued)),
        };
        let ppid = entry.ppid;
        let parent = table.get(ppid).ok().map(|entry| entry.process.clone());
        drop(table);
        if let Some(parent) = parent {
            let quiet = parent
                .signals()
                .action(Signal::SIGCHLD)
                .flags
                .contains(ActionFlags::SA_NOCLDSTOP);
            if !quiet {
                parent.post(Signal::SIGCHLD);
            }
            parent.children.wake_all();
        }
    }

    /// Ends it with `termination`, unless its end has been decided. From any thread.
    #[allow(unsafe_code)]
    pub fn kill(self: &Arc<Self>, termination: Termination) {
        self.set_fate(termination);
        match self.word().kill() {
            Killed::Already => {}
            Killed::OnItsWayOut => self.wake(),
            Killed::Ours => {
                // SAFETY: the word was moved from GUEST to DOOMED here, so its worker enters the kernel no more.
                let owner = unsafe { Owner::assume() };
                self.kernel().finish(self, &owner);
                self.kernel().note_doomed(self.pid);
            }
        }
    }

    /// What the mask no longer holds back takes effect.
    pub fn recheck_signals(self: &Arc<Self>) {
        loop {
            let may_stop = self.signals().may_stop();
            let group = if may_stop {
                self.group_standing()
            } else {
                Group::Watched
            };
            let due = self.signals().recheck(group);
            match due {
                Some((_, Effect::Attention)) => return self.call(),
                Some((signal, effect)) => self.act(signal, effect),
                None => return,
            }
        }
    }

    /// What it is to its parent, group and session. ESRCH once it has been waited for.
    pub fn info(&self) -> Result<ProcessInfo> {
        self.kernel().table.lock().get(self.pid).map(Entry::info)
    }
}

impl Current {
    /// The same as [`Process::post`] for the process itself.
    pub fn raise(&self, signal: Signal) {
        self.process().post(signal);
    }
}
