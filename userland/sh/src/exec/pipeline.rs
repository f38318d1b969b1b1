//! Pipelines. One command runs in the shell itself; of several, each is a child: spawned directly where it is a plain
//! external command, a fork otherwise.

use brush_parser::ast::{Command, Pipeline, PipelineTimed};
use sys::{Fd, Mode, OpenFlags, Pid, WaitStatus};

use super::{compound, redirect, simple};
use crate::job::{self, Origin, Process};
use crate::shell::{Outcome, Shell, Unwind};
use crate::trap::{self, Condition};

pub fn run(sh: &mut Shell, p: &Pipeline, tail: bool) -> Outcome {
    super::between(sh)?;
    let timer = p.timed.as_ref().map(|t| {
        (
            t.clone(),
            std::time::Instant::now(),
            sys::times().unwrap_or_default(),
        )
    });
    let tail = tail && !p.bang && timer.is_none();
    let result = match &p.seq[..] {
        [] => Ok(0),
        [one] if p.bang => super::unchecked(sh, |sh| alone(sh, one, false)),
        [one] => alone(sh, one, tail),
        many if p.bang => super::unchecked(sh, |sh| several(sh, many)),
        many => several(sh, many),
    };
    let mut status = result?;
    if p.bang {
        status = i32::from(status == 0);
    }
    sh.status = status;
    if let Some((kind, began, before)) = timer {
        report_time(&kind, began, before);
    }
    check(sh, p, status)?;
    Ok(status)
}

fn alone(sh: &mut Shell, c: &Command, tail: bool) -> Outcome {
    let status = command(sh, c, tail)?;
    if matches!(c, Command::Simple(_)) {
        job::pipe_status(sh, vec![status]);
    }
    Ok(status)
}

/// `set -e` and the ERR trap.
fn check(sh: &mut Shell, p: &Pipeline, status: i32) -> Result<(), Unwind> {
    if status == 0 || sh.checked > 0 || p.bang {
        return Ok(());
    }
    // A brace group, `if` or loop failed by what it ran, which has been looked at; a subshell has not.
    if let [Command::Compound(c, _)] = &p.seq[..]
        && !compound::is_subshell(c)
        && !compound::is_arithmetic(c)
    {
        return Ok(());
    }
    trap::run(sh, Condition::Err)?;
    if sh.options.errexit {
        sh.status = status;
        return Err(Unwind::Exit);
    }
    Ok(())
}

pub fn command(sh: &mut Shell, c: &Command, tail: bool) -> Outcome {
    match c {
        Command::Simple(s) => simple::run(sh, s, tail),
        Command::Compound(c, redirects) => match redirects {
            None => compound::run(sh, c, tail),
            Some(r) => super::redirect::with(sh, &r.0, |sh| compound::run(sh, c, false)),
        },
        Command::Function(f) => super::function::define(sh, f),
        Command::ExtendedTest(t, redirects) => match redirects {
            None => super::condition::run(sh, t),
            Some(r) => super::redirect::with(sh, &r.0, |sh| super::condition::run(sh, t)),
        },
    }
}

/// `shopt -s lastpipe` without job control: the last command runs in the shell.
fn last_here(sh: &mut Shell, commands: &[Command]) -> Outcome {
    let Some((last, before)) = commands.split_last() else {
        return Ok(0);
    };
    let (r, w) = match sys::pipe2(OpenFlags::CLOEXEC) {
        Ok(p) => p,
        Err(e) => {
            sh.complain_errno(b"pipe error", e);
            return Err(sh.discard());
        }
    };
    let started = start(sh, before, true, Some((r, w)));
    let _ = sys::close(w);
    let mut undo = redirect::Undo::default();
    redirect::wire(&[(r, Fd::STDIN)], &mut undo);
    let _ = sys::close(r);
    let result = started.and_then(|started| Ok((started, command(sh, last, false)?)));
    let _ = sh.flush();
    undo.restore();
    let (mut started, status) = result?;
    started.processes.push(Process {
        pid: Pid(0),
        status: Some(WaitStatus::Exited(status as u8)),
    });
    let id = sh.jobs.add(started.processes, None, text_of(commands), true);
    Ok(job::wait_foreground(sh, id))
}

fn several(sh: &mut Shell, commands: &[Command]) -> Outcome {
    if sh.options.lastpipe && !sh.options.monitor {
        return last_here(sh, commands);
    }
    let started = start(sh, commands, true, None)?;
    let text = text_of(commands);
    let group = if sh.monitor() { started.group } else { None };
    let id = sh.jobs.add(started.processes, group, text, true);
    Ok(job::wait_foreground(sh, id))
}

struct Started {
    processes: Vec<Process>,
    group: Option<Pid>,
}

fn text_of(commands: &[Command]) -> String {
    let parts: Vec<String> = commands.iter().map(|c| job::display(&c.to_string())).collect();
    parts.join(" | ")
}

/// Starts all; the last writes to `output`'s second end, if there is one.
fn start(
    sh: &mut Shell,
    commands: &[Command],
    foreground: bool,
    output: Option<(Fd, Fd)>,
) -> Result<Started, Unwind> {
    let mut started = Started {
        processes: Vec::new(),
        group: None,
    };
    let mut input: Option<Fd> = None;
    for (i, c) in commands.iter().enumerate() {
        let last = i + 1 == commands.len();
        let pipe = if last {
            None
        } else {
            match sys::pipe2(OpenFlags::CLOEXEC) {
                Ok(p) => Some(p),
                Err(e) => {
                    sh.complain_errno(b"pipe error", e);
                    close(input);
                    return Err(sh.discard());
                }
            }
        };
        let mut wiring: Vec<(Fd, Fd)> = Vec::new();
        wiring.extend(input.map(|fd| (fd, Fd::STDIN)));
        let out = pipe.or(output.filter(|_| last));
        wiring.extend(out.map(|(_, w)| (w, Fd::STDOUT)));
        let origin = Origin::Job {
            group: started.group,
            foreground,
        };
        let result = stage(sh, c, &wiring, out.map(|p| p.0), origin, !foreground && i == 0);
        close(input);
        close(pipe.map(|p| p.1));
        input = pipe.map(|p| p.0);
        match result {
            Ok(Ok(pid)) => {
                started.group.get_or_insert(pid);
                started.processes.push(Process { pid, status: None });
            }
            Ok(Err(())) => {
                let status = Some(WaitStatus::Exited(sh.status as u8));
                started.processes.push(Process { pid: Pid(0), status });
            }
            Err(e) => {
                close(input);
                return Err(e);
            }
        }
    }
    Ok(started)
}

fn close(fd: Option<Fd>) {
    if let Some(fd) = fd {
        let _ = sys::close(fd);
    }
}

fn stage(
    sh: &mut Shell,
    c: &Command,
    wiring: &[(Fd, Fd)],
    next_input: Option<Fd>,
    origin: Origin,
    null_input: bool,
) -> Result<Result<Pid, ()>, Unwind> {
    if !null_input && simple::is_spawnable(sh, c) {
        return simple::spawn_with(sh, c, wiring, origin);
    }
    Ok(job::fork(sh, origin, |sh| {
        for (from, to) in wiring {
            let _ = sys::dup2(*from, *to);
            let _ = sys::close(*from);
        }
        // Otherwise this stage would keep its own reader alive.
        close(next_input);
        if null_input {
            background_stdin(sh);
        }
        match c {
            Command::Compound(c, None) => compound::run_body_of_subshell(sh, c),
            _ => command(sh, c, true),
        }
    }))
}

/// Without job control a background command must not eat the shell's input.
pub fn background_stdin(sh: &Shell) {
    if !sh.options.monitor
        && sh.terminal.is_none()
        && let Ok(null) = sys::open("/dev/null", OpenFlags::RDONLY, Mode::empty())
    {
        let _ = sys::dup2(null, Fd::STDIN);
        let _ = sys::close(null);
    }
}

pub fn background(sh: &mut Shell, p: &Pipeline) -> i32 {
    // The null input is for shells without job control only.
    let started = match start(sh, &p.seq, false, None) {
        Ok(s) => s,
        Err(_) => return sh.status,
    };
    let text = text_of(&p.seq);
    let pids: Vec<Pid> = started
        .processes
        .iter()
        .filter(|p| p.status.is_none())
        .map(|p| p.pid)
        .collect();
    if pids.is_empty() {
        return sh.status;
    }
    register_background(sh, pids, text)
}

pub fn register_background(sh: &mut Shell, pids: Vec<Pid>, text: String) -> i32 {
    let group = if sh.monitor() { pids.first().copied() } else { None };
    let last = pids.last().copied();
    let processes = pids
        .into_iter()
        .map(|pid| Process { pid, status: None })
        .collect();
    let id = sh.jobs.add(processes, group, text, false);
    sh.last_background = last;
    if sh.interactive
        && let Some(pid) = last
    {
        let _ = sys::write_all(Fd::STDERR, format!("[{id}] {pid}\n").as_bytes());
    }
    0
}

fn report_time(kind: &PipelineTimed, began: std::time::Instant, before: sys::Times) {
    let real = began.elapsed().as_nanos() as u64;
    let after = sys::times().unwrap_or_default();
    let sum = |t: &sys::Times, f: fn(&sys::Usage) -> u64| f(&t.own) + f(&t.children);
    let user = sum(&after, |u| u.user_ns).saturating_sub(sum(&before, |u| u.user_ns));
    let system = sum(&after, |u| u.system_ns).saturating_sub(sum(&before, |u| u.system_ns));
    let text = if kind.is_posix_output() {
        let s = |ns: u64| format!("{}.{:02}", ns / 1_000_000_000, ns / 10_000_000 % 100);
        format!("real {}\nuser {}\nsys {}\n", s(real), s(user), s(system))
    } else {
        let s = |ns: u64| {
            format!(
                "{}m{}.{:03}s",
                ns / 60_000_000_000,
                ns / 1_000_000_000 % 60,
                ns / 1_000_000 % 1000
            )
        };
        format!("\nreal\t{}\nuser\t{}\nsys\t{}\n", s(real), s(user), s(system))
    };
    let _ = sys::write_all(Fd::STDERR, text.as_bytes());
}
