//! Jobs: the processes that the shell started, what became of them, and who has the terminal.
//!
//! Every child except a command substitution's is in the table, so that `waitpid(-1)` always finds whom it was about.
//! With job control each job is a process group of its own; without, children stay in the shell's.

mod start;
mod wait;

use std::collections::BTreeMap;

use sys::{Errno, Fd, Pid, Signal, WaitStatus};

use crate::shell::{Outcome, Shell};
use crate::text::lossy;
use start::give_terminal;

pub use start::{Origin, fork, spawn};
pub use wait::{pipe_status, reap, wait_all, wait_any, wait_background, wait_foreground, wait_substitution};

#[derive(Clone, Debug)]
pub struct Process {
    pub pid: Pid,
    pub status: Option<WaitStatus>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum State {
    Running,
    Stopped,
    Done,
}

#[derive(Clone, Debug)]
pub struct Job {
    pub id: usize,
    pub group: Option<Pid>,
    pub processes: Vec<Process>,
    pub text: String,
    pub foreground: bool,
    /// The state that the user was last told.
    told: State,
    /// When it stopped: the most recently stopped job is the current one.
    order: u64,
}

impl Job {
    pub fn state(&self) -> State {
        if self
            .processes
            .iter()
            .all(|p| p.status.is_some_and(WaitStatus::is_end))
        {
            State::Done
        } else if self.processes.iter().all(|p| {
            p.status
                .is_some_and(|s| s.is_end() || matches!(s, WaitStatus::Stopped(_)))
        }) {
            State::Stopped
        } else {
            State::Running
        }
    }

    fn last_status(&self) -> WaitStatus {
        self.processes
            .last()
            .and_then(|p| p.status)
            .unwrap_or(WaitStatus::Exited(0))
    }

    /// The pipeline's exit status.
    pub fn code(&self, pipefail: bool) -> i32 {
        if pipefail {
            let failed = self
                .processes
                .iter()
                .rev()
                .filter_map(|p| p.status)
                .find(|s| s.code() != 0);
            return failed.map_or(0, WaitStatus::code);
        }
        match self.state() {
            State::Stopped => {
                let stopped = self
                    .processes
                    .iter()
                    .filter_map(|p| p.status)
                    .find(|s| !s.is_end());
                stopped.map_or(0, WaitStatus::code)
            }
            _ => self.last_status().code(),
        }
    }

    fn describe(&self) -> String {
        match (self.state(), self.last_status()) {
            (State::Running, _) => "Running".into(),
            (State::Stopped, _) => "Stopped".into(),
            (State::Done, WaitStatus::Exited(0)) => "Done".into(),
            (State::Done, WaitStatus::Exited(n)) => format!("Exit {n}"),
            (State::Done, WaitStatus::Signaled { signal, core }) => {
                format!(
                    "{}{}",
                    signal.description(),
                    if core { " (core dumped)" } else { "" }
                )
            }
            (State::Done, _) => "Done".into(),
        }
    }
}

#[derive(Clone, Debug, Default)]
pub struct Jobs {
    list: Vec<Job>,
    /// Ends of processes whose job has left the table, for a later `wait PID`.
    ended: BTreeMap<Pid, i32>,
    clock: u64,
    /// The user was told about stopped jobs by the last command, an `exit`.
    warned: bool,
}

/// How many ended processes are remembered.
const MAX_ENDED: usize = 256;

impl Jobs {
    pub fn warned(&self) -> bool {
        self.warned
    }

    pub fn set_warned(&mut self, on: bool) {
        self.warned = on;
    }

    pub fn count(&self) -> usize {
        self.list.iter().filter(|j| j.state() != State::Done).count()
    }

    pub fn get(&self, id: usize) -> Option<&Job> {
        self.list.iter().find(|j| j.id == id)
    }

    fn get_mut(&mut self, id: usize) -> Option<&mut Job> {
        self.list.iter_mut().find(|j| j.id == id)
    }

    pub fn all(&self) -> &[Job] {
        &self.list
    }

    pub fn any_stopped(&self) -> bool {
        self.list.iter().any(|j| j.state() == State::Stopped)
    }

    pub fn add(
        &mut self,
        processes: Vec<Process>,
        group: Option<Pid>,
        text: String,
        foreground: bool,
    ) -> usize {
        let id = self.list.iter().map(|j| j.id).max().unwrap_or(0) + 1;
        self.clock += 1;
        self.list.push(Job {
            id,
            group,
            processes,
            text,
            foreground,
            told: State::Running,
            order: self.clock,
        });
        id
    }

    pub fn remove(&mut self, id: usize) -> Option<Job> {
        let at = self.list.iter().position(|j| j.id == id)?;
        let job = self.list.remove(at);
        if !job.foreground {
            for p in &job.processes {
                self.ended.insert(p.pid, p.status.map_or(127, WaitStatus::code));
            }
            while self.ended.len() > MAX_ENDED {
                self.ended.pop_first();
            }
        }
        Some(job)
    }

    pub fn take_ended(&mut self, pid: Pid) -> Option<i32> {
        self.ended.remove(&pid)
    }

    pub fn by_pid(&self, pid: Pid) -> Option<usize> {
        self.list
            .iter()
            .find(|j| j.processes.iter().any(|p| p.pid == pid))
            .map(|j| j.id)
    }

    fn record(&mut self, pid: Pid, status: WaitStatus) {
        self.clock += 1;
        let clock = self.clock;
        for job in &mut self.list {
            if let Some(p) = job
                .processes
                .iter_mut()
                .find(|p| p.pid == pid && !p.status.is_some_and(WaitStatus::is_end))
            {
                p.status = (status != WaitStatus::Continued).then_some(status);
                if matches!(status, WaitStatus::Stopped(_)) {
                    job.order = clock;
                }
                return;
            }
        }
    }

    /// Jobs by how current they are: stopped ones first, then the newest.
    fn ranked(&self) -> Vec<usize> {
        let mut jobs: Vec<&Job> = self
            .list
            .iter()
            .filter(|j| j.state() != State::Done || !j.foreground)
            .collect();
        jobs.sort_by_key(|j| (j.state() != State::Stopped, std::cmp::Reverse(j.order)));
        jobs.into_iter().map(|j| j.id).collect()
    }

    fn mark(&self, id: usize) -> char {
        match self.ranked().iter().position(|j| *j == id) {
            Some(0) => '+',
            Some(1) => '-',
            _ => ' ',
        }
    }

    /// `%1`, `%+`, `%-`, `%name`, `%?text`, or a number where the caller takes one.
    pub fn parse(&self, spec: &str) -> Option<usize> {
        let body = spec.strip_prefix('%')?;
        match body {
            "" | "+" | "%" => self.ranked().first().copied(),
            "-" => self.ranked().get(1).or(self.ranked().first()).copied(),
            _ => match body.parse::<usize>() {
                Ok(n) => self.get(n).map(|j| j.id),
                Err(_) => match body.strip_prefix('?') {
                    Some(part) => self
                        .list
                        .iter()
                        .rev()
                        .find(|j| j.text.contains(part))
                        .map(|j| j.id),
                    None => self
                        .list
                        .iter()
                        .rev()
                        .find(|j| j.text.starts_with(body))
                        .map(|j| j.id),
                },
            },
        }
    }

    pub fn line(&self, job: &Job, with_pids: bool) -> String {
        let amp = if job.state() == State::Running { " &" } else { "" };
        let mark = self.mark(job.id);
        let first = job.processes.first().map_or(Pid(0), |p| p.pid);
        let pid = if with_pids {
            format!("{first} ")
        } else {
            String::new()
        };
        let lead = if with_pids { " " } else { "  " };
        format!(
            "[{}]{mark}{lead}{pid}{:<24}{}{amp}",
            job.id,
            job.describe(),
            job.text
        )
    }
}

/// Continues a stopped job, in the foreground or not.
pub fn resume(sh: &mut Shell, id: usize, foreground: bool) -> Outcome {
    let Some(job) = sh.jobs.get_mut(id) else {
        return Ok(1);
    };
    job.foreground = foreground;
    job.told = State::Running;
    for p in job
        .processes
        .iter_mut()
        .filter(|p| matches!(p.status, Some(WaitStatus::Stopped(_))))
    {
        p.status = None;
    }
    let (group, text) = (job.group, job.text.clone());
    let pids: Vec<Pid> = job.processes.iter().map(|p| p.pid).collect();
    if foreground {
        sh.print(format!("{text}\n"));
        if let (Some(terminal), Some(group)) = (sh.terminal, group) {
            let _ = sh.flush();
            give_terminal(terminal, group);
        }
    } else {
        let mark = sh.jobs.mark(id);
        sh.print(format!("[{id}]{mark} {text} &\n"));
    }
    let _ = sh.flush();
    let sent = match group {
        Some(g) => sys::killpg(g, Some(Signal::CONT)),
        None => pids.iter().try_for_each(|p| sys::kill(*p, Some(Signal::CONT))),
    };
    if let Err(e) = sent {
        sh.complain_errno(b"kill", e);
    }
    if foreground {
        Ok(wait_foreground(sh, id))
    } else {
        Ok(0)
    }
}

/// Before a prompt: tells of background jobs that ended or stopped, and forgets the ended ones.
pub fn notify(sh: &mut Shell) {
    reap(sh);
    let mut gone = Vec::new();
    let mut text = String::new();
    for job in &sh.jobs.list {
        let state = job.state();
        if state != job.told && state != State::Running {
            text.push_str(&sh.jobs.line(job, false));
            text.push('\n');
        }
        if state == State::Done {
            gone.push(job.id);
        }
    }
    for job in &mut sh.jobs.list {
        job.told = job.state();
    }
    if sh.interactive {
        let _ = sys::write_all(Fd::STDERR, text.as_bytes());
    }
    for id in gone {
        sh.jobs.remove(id);
    }
}

/// `kill` wants to know what a job is to the kernel.
pub fn signal(sh: &Shell, id: usize, sig: Option<Signal>) -> sys::Result<()> {
    let Some(job) = sh.jobs.get(id) else {
        return Err(Errno::ESRCH);
    };
    let sent = match job.group {
        Some(g) => sys::killpg(g, sig),
        None => job
            .processes
            .iter()
            .filter(|p| p.status.is_none())
            .try_for_each(|p| sys::kill(p.pid, sig)),
    };
    if sent.is_ok() && job.state() == State::Stopped && matches!(sig, Some(Signal::TERM | Signal::HUP)) {
        // It could not die while stopped.
        let _ = job.group.map(|g| sys::killpg(g, Some(Signal::CONT)));
    }
    sent
}

pub fn display(text: &str) -> String {
    let flat: Vec<&str> = text
        .split('\n')
        .map(str::trim)
        .filter(|l| !l.is_empty())
        .collect();
    lossy(flat.join(" ").as_bytes()).into_owned()
}
