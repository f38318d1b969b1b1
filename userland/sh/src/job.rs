//! Jobs: the processes that the shell started, what became of them, and who has the terminal.
//!
//! Every child except a command substitution's is in the table, so that `waitpid(-1)` always finds whom it was about.
//! With job control each job is a process group of its own; without, children stay in the shell's.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use sys::{Errno, Fd, Pid, SigAction, SigSet, Signal, Spawn, WaitOptions, WaitStatus, WaitTarget};

use crate::exec;
use crate::interactive;
use crate::shell::{Outcome, Shell, Unwind};
use crate::text::{Bytes, lossy};
use crate::trap;

/// As what a child is started.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Origin {
    /// A job's process; the group is that of its first process, or `None` for this one's own.
    Job { group: Option<Pid>, foreground: bool },
    /// A command substitution, which belongs to the command that is being expanded.
    Substitution,
}

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

/// Retries a start that the process limit refused, with growing pauses, while finished children are reaped. A script is more patient than
/// its subshells: where those fill the table and each waits for room, they give up first, and the script loses no job.
fn retrying(sh: &mut Shell, mut start: impl FnMut(&mut Shell) -> sys::Result<Pid>) -> sys::Result<Pid> {
    let began = Instant::now();
    let patience = if sh.subshell > 0 || sh.interactive { 15 } else { 60 };
    let mut pause = Duration::from_millis(1);
    loop {
        match start(sh) {
            Err(Errno::EAGAIN) if began.elapsed() < Duration::from_secs(patience) => {
                if reap(sh) == 0 {
                    std::thread::sleep(pause);
                    pause = (pause * 2).min(Duration::from_secs(1));
                }
                sys::sigpoll();
            }
            other => return other,
        }
    }
}

/// Notes what a wait told of a child.
fn record(sh: &mut Shell, pid: Pid, status: WaitStatus) {
    sh.jobs.record(pid, status);
    if status.is_end() && !sh.coprocesses.is_empty() {
        exec::coproc::ended(sh, pid);
    }
}

/// Takes note of children that have ended or stopped; how many.
pub fn reap(sh: &mut Shell) -> usize {
    let mut n = 0;
    let options = WaitOptions::NOHANG
        | if sh.monitor() {
            WaitOptions::UNTRACED
        } else {
            WaitOptions::empty()
        };
    while let Ok(Some((pid, status))) = sys::waitpid(WaitTarget::AnyChild, options) {
        record(sh, pid, status);
        n += 1;
    }
    n
}

fn refuse(sh: &mut Shell, e: Errno) {
    if e == Errno::EAGAIN {
        sh.complain("fork: retry: Resource temporarily unavailable");
    } else {
        sh.complain_errno(b"fork", e);
    }
    sh.status = 254;
}

/// Runs `body` in a copy of the shell.
///
/// # Errors
/// The child could not be made: the message is out and `$?` is set.
pub fn fork(sh: &mut Shell, origin: Origin, body: impl FnOnce(&mut Shell) -> Outcome) -> Result<Pid, ()> {
    let _ = sh.flush();
    let mut body = Some(body);
    // A signal for the child that comes before it has dropped our traps must wait, not be recorded and lost.
    let mut blocked = sh.traps.handled();
    if sh.interactive {
        blocked.0 |= SigSet::EMPTY.with(Signal::INT).0;
    }
    let mask = (blocked != SigSet::EMPTY)
        .then(|| sys::sigprocmask(sys::MaskHow::Block, Some(blocked)).ok())
        .flatten();
    let made = retrying(sh, |sh| {
        let body = &mut body;
        sys::fork(move || match body.take() {
            Some(body) => child_main(sh, origin, mask, body),
            None => 1,
        })
    });
    unblock(mask);
    match made {
        Ok(pid) => {
            after_start(sh, pid, origin);
            Ok(pid)
        }
        Err(e) => {
            refuse(sh, e);
            Err(())
        }
    }
}

fn unblock(mask: Option<SigSet>) {
    if let Some(m) = mask {
        let _ = sys::sigprocmask(sys::MaskHow::Set, Some(m));
    }
}

fn child_main(
    sh: &mut Shell,
    origin: Origin,
    mask: Option<SigSet>,
    body: impl FnOnce(&mut Shell) -> Outcome,
) -> i32 {
    enter_child(sh, origin);
    unblock(mask);
    match body(sh) {
        Ok(status) => sh.status = status,
        Err(Unwind::Return) => sh.status = sh.returned,
        Err(Unwind::Exit | Unwind::Discard | Unwind::Break(_) | Unwind::Continue(_)) => {}
    }
    trap::run_exit(sh);
    let _ = sh.flush();
    sh.status & 0xff
}

/// What a copy of the shell must forget.
fn enter_child(sh: &mut Shell, origin: Origin) {
    sh.subshell += 1;
    if sh.interactive {
        interactive::reset_signals();
        sh.interactive = false;
        sh.command_string = true;
    }
    if let Origin::Job { group, foreground } = origin {
        if let (true, Some(terminal)) = (sh.options.monitor, sh.terminal) {
            let own = group.unwrap_or_else(sys::getpid);
            let _ = sys::setpgid(Pid(0), own);
            if foreground {
                give_terminal(terminal, own);
            }
        } else if !foreground {
            // Without job control ^C is not for background commands, and the terminal's input neither.
            for sig in [Signal::INT, Signal::QUIT] {
                let _ = sys::sigaction(sig, Some(SigAction::Ignore));
            }
        }
    }
    trap::reset_in_child(sh);
    sh.options.monitor = false;
    sh.terminal = None;
    sh.jobs = Jobs::default();
    sh.coprocesses.clear();
    sh.loops = 0;
    sh.out.clear();
    sh.capture = None;
}

/// Makes a group the foreground one; the shell itself ignores SIGTTOU, a child blocks it for the call.
fn give_terminal(terminal: Fd, group: Pid) {
    let ttou = Some(SigSet::EMPTY.with(Signal::TTOU));
    let old = sys::sigprocmask(sys::MaskHow::Block, ttou);
    let _ = sys::tcsetpgrp(terminal, group);
    if let Ok(old) = old {
        let _ = sys::sigprocmask(sys::MaskHow::Set, Some(old));
    }
}

/// The parent's half of making a group: both sides do it, so that neither has to wait for the other.
fn after_start(sh: &Shell, pid: Pid, origin: Origin) {
    if let (Origin::Job { group, foreground }, true) = (origin, sh.monitor()) {
        let own = group.unwrap_or(pid);
        let _ = sys::setpgid(pid, own);
        if let (true, Some(terminal)) = (foreground, sh.terminal) {
            give_terminal(terminal, own);
        }
    }
}

/// Starts a program with the shell's descriptors as they are now.
pub fn spawn(
    sh: &mut Shell,
    path: &[u8],
    argv: &[Bytes],
    envp: &[Bytes],
    origin: Origin,
) -> sys::Result<Pid> {
    let _ = sh.flush();
    let mut request = Spawn {
        path,
        argv,
        envp,
        ..Spawn::default()
    };
    let mut default = sh.traps.handled();
    if sh.interactive {
        default.0 |= interactive::SIGNALS.iter().copied().collect::<SigSet>().0 & !sh.traps.ignored().0;
    }
    if default != SigSet::EMPTY {
        request.sigdefault = Some(default);
    }
    if let (Origin::Job { group, foreground }, true) = (origin, sh.monitor()) {
        request.pgroup = Some(group.unwrap_or(Pid(0)));
        if let (true, Some(terminal)) = (foreground, sh.terminal) {
            request.actions.push(sys::Action::TcSetPgrp(terminal));
        }
    }
    let pid = retrying(sh, |_| request.spawn());
    match pid {
        Ok(pid) => {
            after_start(sh, pid, origin);
            Ok(pid)
        }
        Err(Errno::EAGAIN) => {
            refuse(sh, Errno::EAGAIN);
            Err(Errno::EAGAIN)
        }
        Err(e) => Err(e),
    }
}

/// Waits for a foreground job to end or stop; its status. The terminal comes back to the shell.
pub fn wait_foreground(sh: &mut Shell, id: usize) -> i32 {
    wait_until_settled(sh, id);
    if let (true, Some(terminal)) = (sh.monitor(), sh.terminal) {
        give_terminal(terminal, sys::getpgid(None).unwrap_or(sh.pid));
    }
    let Some(job) = sh.jobs.get(id).cloned() else {
        return 0;
    };
    let code = job.code(sh.options.pipefail);
    if job.state() == State::Stopped {
        if let Some(j) = sh.jobs.get_mut(id) {
            j.foreground = false;
            j.told = State::Stopped;
        }
        let line = sh.jobs.line(&job, false);
        let _ = sys::write_all(Fd::STDERR, format!("\n{line}\n").as_bytes());
        return code;
    }
    set_pipe_status(sh, &job);
    sh.jobs.remove(id);
    tell_death(sh, &job);
    code
}

fn wait_until_settled(sh: &mut Shell, id: usize) {
    let options = if sh.monitor() {
        WaitOptions::UNTRACED
    } else {
        WaitOptions::empty()
    };
    while sh.jobs.get(id).is_some_and(|j| j.state() == State::Running) {
        match sys::waitpid(WaitTarget::AnyChild, options) {
            Ok(Some((pid, status))) => record(sh, pid, status),
            Ok(None) | Err(Errno::EINTR) => {}
            Err(_) => lose(sh, id),
        }
    }
}

/// The kernel knows no such child (a program before us ignored SIGCHLD, perhaps).
fn lose(sh: &mut Shell, id: usize) {
    if let Some(job) = sh.jobs.get_mut(id) {
        for p in job.processes.iter_mut().filter(|p| p.status.is_none()) {
            p.status = Some(WaitStatus::Exited(127));
        }
    }
}

fn set_pipe_status(sh: &mut Shell, job: &Job) {
    let codes = job
        .processes
        .iter()
        .map(|p| p.status.map_or(0, WaitStatus::code))
        .collect();
    pipe_status(sh, codes);
}

pub fn pipe_status(sh: &mut Shell, codes: Vec<i32>) {
    let map = codes
        .into_iter()
        .enumerate()
        .map(|(i, c)| (i as i64, c.to_string().into_bytes()))
        .collect();
    sh.vars.global_entry("PIPESTATUS").value = crate::vars::Value::Indexed(map);
}

/// Says what signal ended a foreground job, where that is news.
fn tell_death(sh: &Shell, job: &Job) {
    let Some(WaitStatus::Signaled { signal, core }) = job.processes.last().and_then(|p| p.status) else {
        return;
    };
    let core = if core { " (core dumped)" } else { "" };
    match signal {
        Signal::PIPE => {}
        Signal::INT if sh.interactive => {
            let _ = sys::write_all(Fd::STDERR, b"\n");
        }
        Signal::INT => {}
        _ if sh.interactive => {
            let _ = sys::write_all(Fd::STDERR, format!("{}{core}\n", signal.description()).as_bytes());
        }
        _ => {
            let pid = job.processes.last().map_or(0, |p| p.pid.0);
            sh.complain(format!("{pid} {:<24}{}{core}", signal.description(), job.text));
        }
    }
}

pub fn wait_substitution(sh: &mut Shell, pid: Pid) -> i32 {
    loop {
        match sys::waitpid(WaitTarget::Pid(pid), WaitOptions::empty()) {
            Ok(Some((_, status))) => return status.code(),
            Ok(None) | Err(Errno::EINTR) => sys::sigpoll(),
            Err(_) => return sh.jobs.take_ended(pid).unwrap_or(0),
        }
    }
}

/// The `wait` builtin on one job: its status, or 128 + n when a trapped signal came first.
pub fn wait_background(sh: &mut Shell, id: usize) -> Result<i32, Unwind> {
    let options = if sh.monitor() {
        WaitOptions::UNTRACED
    } else {
        WaitOptions::empty()
    };
    while sh.jobs.get(id).is_some_and(|j| j.state() == State::Running) {
        match sys::waitpid(WaitTarget::AnyChild, options) {
            Ok(Some((pid, status))) => record(sh, pid, status),
            Ok(None) => {}
            Err(Errno::EINTR) => {
                if let Some(code) = interrupted(sh)? {
                    return Ok(code);
                }
            }
            Err(_) => lose(sh, id),
        }
    }
    let code = sh.jobs.get(id).map_or(127, |j| j.code(sh.options.pipefail));
    if sh.jobs.get(id).is_some_and(|j| j.state() == State::Done) {
        sh.jobs.remove(id);
    }
    Ok(code)
}

fn interrupted(sh: &mut Shell) -> Result<Option<i32>, Unwind> {
    let trapped = sys::recorded().0 & sh.traps.handled().0;
    let first = SigSet(trapped).iter().next();
    trap::run_pending(sh)?;
    Ok(first.map(|s| 128 + s.0))
}

/// `wait` without arguments.
pub fn wait_all(sh: &mut Shell) -> Outcome {
    while let Some(id) = sh
        .jobs
        .list
        .iter()
        .find(|j| j.state() == State::Running)
        .map(|j| j.id)
    {
        let code = wait_background(sh, id)?;
        if code > 128 && sh.jobs.get(id).is_some_and(|j| j.state() == State::Running) {
            return Ok(code);
        }
    }
    sh.jobs.list.retain(|j| j.state() != State::Done);
    Ok(0)
}

/// Waits for whichever background job ends next.
pub fn wait_any(sh: &mut Shell) -> Outcome {
    loop {
        if let Some(id) = sh
            .jobs
            .list
            .iter()
            .find(|j| j.state() == State::Done)
            .map(|j| j.id)
        {
            let code = sh.jobs.remove(id).map_or(127, |j| j.code(false));
            return Ok(code);
        }
        if sh.jobs.list.is_empty() {
            return Ok(127);
        }
        match sys::waitpid(WaitTarget::AnyChild, WaitOptions::empty()) {
            Ok(Some((pid, status))) => record(sh, pid, status),
            Ok(None) => {}
            Err(Errno::EINTR) => {
                if let Some(code) = interrupted(sh)? {
                    return Ok(code);
                }
            }
            Err(_) => return Ok(127),
        }
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
