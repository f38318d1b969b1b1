//! Starting children: copies of the shell and programs, with their group and the terminal.

use std::time::{Duration, Instant};

use sys::{Errno, Fd, Pid, SigAction, SigSet, Signal, Spawn};

use super::{Jobs, reap};
use crate::interactive;
use crate::shell::{Outcome, Shell, Unwind};
use crate::text::Bytes;
use crate::trap;

/// As what a child is started.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Origin {
    /// A job's process; the group is that of its first process, or `None` for this one's own.
    Job { group: Option<Pid>, foreground: bool },
    /// A command substitution, which belongs to the command that is being expanded.
    Substitution,
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
    sh.reports_deaths = origin != Origin::Substitution;
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
pub(super) fn give_terminal(terminal: Fd, group: Pid) {
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
