//! The process table: who is whose child, in which group and session, and what its parent has yet to hear.
//!
//! It is data behind one lock (`Rank::ProcessTable`); what acts on processes ([`super::lifecycle`]) takes the lock briefly and
//! does its work after it.

use super::id::{Pgid, Pid, Sid};
use super::process::Process;
use super::status::{Termination, WaitStatus};
use crate::kernel::error::{Errno, Error, Result};
use crate::kernel::signal::Signal;
use crate::kernel::tty::Pty;
use hashbrown::HashMap;
use std::sync::Arc;

/// What a process is doing, as its parent sees it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ProcessState {
    /// It runs, or waits for something.
    Running,
    /// A signal stopped it.
    Stopped(Signal),
    /// It has ended and its parent has not waited for it.
    Zombie(Termination),
}

/// The table's row of a process.
pub struct Entry {
    /// The process.
    pub process: Arc<Process>,
    /// Its parent.
    pub ppid: Pid,
    /// Its group.
    pub pgid: Pgid,
    /// Its session.
    pub sid: Sid,
    /// What it is doing.
    pub state: ProcessState,
    /// A stop or continue that the parent has not heard of.
    pub news: Option<WaitStatus>,
    /// Whether it has called exec: its parent may change its group no more.
    pub has_execed: bool,
}

/// A row for the page and `/proc`.
#[derive(Clone)]
pub struct ProcessInfo {
    /// The process.
    pub process: Arc<Process>,
    /// Its parent.
    pub ppid: Pid,
    /// Its group.
    pub pgid: Pgid,
    /// Its session.
    pub sid: Sid,
    /// What it is doing.
    pub state: ProcessState,
}

/// Whom waitpid waits for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum WaitTarget {
    /// -1.
    AnyChild,
    /// A pid.
    Child(Pid),
    /// 0, resolved to the caller's group, or a negative pgid.
    Group(Pgid),
}

bitflags::bitflags! {
    /// waitpid(2)'s options, with Linux's values.
    #[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
    #[allow(missing_docs)]
    pub struct WaitOptions: u32 {
        const WNOHANG = 1;
        const WUNTRACED = 2;
        const WCONTINUED = 8;
        /// Leaves the child to be waited for again (waitid(2)'s).
        const WNOWAIT = 0x0100_0000;
    }
}

/// What waitpid found.
#[derive(Clone)]
pub struct Reaped {
    /// The child.
    pub process: Arc<Process>,
    /// What it did.
    pub status: WaitStatus,
}

/// All processes of a kernel.
#[derive(Default)]
pub struct ProcessTable {
    entries: HashMap<Pid, Entry>,
    terminals: HashMap<Sid, Arc<Pty>>,
    last_pid: u32,
}

const LAST_PID: u32 = 4_194_304;

impl ProcessTable {
    /// The number of the youngest process.
    pub fn last_pid(&self) -> Pid {
        Pid(self.last_pid)
    }

    /// A number that no process, group or session has.
    pub fn allocate_pid(&mut self) -> Pid {
        loop {
            self.last_pid = if self.last_pid >= LAST_PID {
                2
            } else {
                (self.last_pid + 1).max(2)
            };
            let pid = self.last_pid;
            let taken =
                |entry: &Entry| entry.process.pid.0 == pid || entry.pgid.0 == pid || entry.sid.0 == pid;
            if !self.entries.values().any(taken) {
                return Pid(pid);
            }
        }
    }

    /// Adds a process.
    pub fn insert(&mut self, entry: Entry) {
        self.entries.insert(entry.process.pid, entry);
    }

    /// The row of `pid`. ESRCH.
    pub fn get(&self, pid: Pid) -> Result<&Entry> {
        self.entries.get(&pid).ok_or(Error::new(Errno::ESRCH, ""))
    }

    /// The row of `pid`, to be changed. ESRCH.
    pub fn get_mut(&mut self, pid: Pid) -> Result<&mut Entry> {
        self.entries.get_mut(&pid).ok_or(Error::new(Errno::ESRCH, ""))
    }

    /// Removes a row.
    pub fn remove(&mut self, pid: Pid) -> Option<Entry> {
        let entry = self.entries.remove(&pid)?;
        if !self.entries.values().any(|each| each.sid == entry.sid) {
            self.terminals.remove(&entry.sid);
        }
        Some(entry)
    }

    /// How many rows are of processes of a user.
    pub fn processes_of(&self, uid: u32) -> u64 {
        self.entries
            .values()
            .filter(|entry| entry.process.uid() == uid)
            .count() as u64
    }

    /// Every row, in no order.
    pub fn iter(&self) -> impl Iterator<Item = &Entry> {
        self.entries.values()
    }

    /// How many rows, zombies included.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there is no process.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The living members of a group.
    pub fn group(&self, pgid: Pgid) -> impl Iterator<Item = &Entry> {
        self.entries
            .values()
            .filter(move |entry| entry.pgid == pgid && !entry.is_zombie())
    }

    /// A group is orphaned when no member has a parent in another group of the same session (POSIX 3.264).
    pub fn is_orphaned(&self, pgid: Pgid) -> bool {
        !self.group(pgid).any(|entry| {
            self.entries
                .get(&entry.ppid)
                .is_some_and(|parent| parent.sid == entry.sid && parent.pgid != pgid)
        })
    }

    /// Whether a member of the group is stopped.
    pub fn has_stopped(&self, pgid: Pgid) -> bool {
        self.group(pgid)
            .any(|entry| matches!(entry.state, ProcessState::Stopped(_)))
    }

    /// The groups with stopped members that are not orphaned, and may be once `pid` has ended: its own and its children's.
    pub fn watched_groups_with_stops(&self, pid: Pid) -> Vec<Pgid> {
        let near = |entry: &&Entry| entry.process.pid == pid || entry.ppid == pid;
        let mut groups: Vec<Pgid> = self
            .entries
            .values()
            .filter(near)
            .map(|entry| entry.pgid)
            .collect();
        groups.sort_unstable();
        groups.dedup();
        groups.retain(|&pgid| self.has_stopped(pgid) && !self.is_orphaned(pgid));
        groups
    }

    /// The controlling terminal of a session.
    pub fn terminal(&self, sid: Sid) -> Option<&Arc<Pty>> {
        self.terminals.get(&sid)
    }

    /// Gives a session a controlling terminal, or takes it.
    pub fn set_terminal(&mut self, sid: Sid, terminal: Option<Arc<Pty>>) -> Option<Arc<Pty>> {
        match terminal {
            Some(pty) => self.terminals.insert(sid, pty),
            None => self.terminals.remove(&sid),
        }
    }

    /// One look of waitpid: what a child did, `None` when none did anything yet. ECHILD when no child matches.
    pub fn wait_once(
        &mut self,
        parent: Pid,
        target: WaitTarget,
        options: WaitOptions,
    ) -> Result<Option<Reaped>> {
        let mut any = false;
        let mut found = None;
        for entry in self
            .entries
            .values_mut()
            .filter(|entry| entry.ppid == parent && target.matches(entry))
        {
            any = true;
            if let Some(status) = entry.report(options) {
                // The oldest first, so that answers do not depend on the table's order.
                let earlier = found.as_ref().is_none_or(|(pid, _)| entry.process.pid < *pid);
                if earlier {
                    found = Some((entry.process.pid, status));
                }
            }
        }
        let Some((pid, status)) = found else {
            return if any { Ok(None) } else { Err(Errno::ECHILD.into()) };
        };
        let process = match status {
            _ if options.contains(WaitOptions::WNOWAIT) => {
                self.get(pid).ok().map(|entry| entry.process.clone())
            }
            WaitStatus::Terminated(_) => self.remove(pid).map(|entry| entry.process),
            _ => self.get_mut(pid).ok().map(|entry| {
                entry.news = None;
                entry.process.clone()
            }),
        };
        Ok(process.map(|process| Reaped { process, status }))
    }
}

impl Entry {
    /// Whether it has ended.
    pub fn is_zombie(&self) -> bool {
        matches!(self.state, ProcessState::Zombie(_))
    }

    /// A copy for those without the lock.
    pub fn info(&self) -> ProcessInfo {
        ProcessInfo {
            process: self.process.clone(),
            ppid: self.ppid,
            pgid: self.pgid,
            sid: self.sid,
            state: self.state,
        }
    }

    fn report(&self, options: WaitOptions) -> Option<WaitStatus> {
        if let ProcessState::Zombie(termination) = self.state {
            return Some(WaitStatus::Terminated(termination));
        }
        self.news.filter(|news| match news {
            WaitStatus::Stopped(_) => options.contains(WaitOptions::WUNTRACED),
            WaitStatus::Continued => options.contains(WaitOptions::WCONTINUED),
            WaitStatus::Terminated(_) => true,
        })
    }
}

impl WaitTarget {
    fn matches(self, entry: &Entry) -> bool {
        match self {
            WaitTarget::AnyChild => true,
            WaitTarget::Child(pid) => entry.process.pid == pid,
            WaitTarget::Group(pgid) => entry.pgid == pgid,
        }
    }
}
