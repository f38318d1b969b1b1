//! Waiting for children: for a job in the foreground, for the `wait` builtin, and for whatever has ended meanwhile.

use sys::{Errno, Fd, Pid, SigSet, Signal, WaitOptions, WaitStatus, WaitTarget};

use super::start::give_terminal;
use super::{Job, State};
use crate::exec;
use crate::shell::{Outcome, Shell, Unwind};
use crate::trap;

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
        if sh.interactive && sys::recorded().contains(Signal::HUP) {
            // The terminal is gone, and the shell goes too, whether the job does or not.
            let _ = super::signal(sh, id, Some(Signal::HUP));
            lose(sh, id);
            return;
        }
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

/// Says what signal ended a job that was waited for, where that is news. Of SIGTERM it is only in the foreground.
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
        _ if !sh.reports_deaths || sh.traps.handled().contains(signal) => {}
        Signal::TERM if !job.foreground => {}
        _ if sh.interactive || signal == Signal::TERM => {
            let _ = sys::write_all(Fd::STDERR, format!("{}{core}\n", signal.description()).as_bytes());
        }
        _ => {
            let pid = job.processes.last().map_or(0, |p| p.pid.0);
            sh.complain(format!("{pid:>5} {:<24}{}{core}", signal.description(), job.text));
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
    if let Some(job) = sh.jobs.get(id).filter(|j| j.state() == State::Done).cloned() {
        sh.jobs.remove(id);
        if !sh.interactive {
            tell_death(sh, &job);
        }
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
