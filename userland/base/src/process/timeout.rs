//! timeout(1): runs a command, and signals it when its time is over.
//!
//! The signals that matter are blocked but for the time inside sigsuspend(2), so that none comes between looking and
//! waiting.

use std::ffi::OsString;

use cli::{Exit, Opt, Order, Outcome, Spec, complain, quote, time::parse_duration};
use sys::{MaskHow, Pid, SigAction, SigSet, Signal, WaitOptions, WaitStatus, WaitTarget};

use crate::launch::{bytes, cannot_start, environment};

const EXIT_TIMED_OUT: i32 = 124;
const EXIT_FAILED: i32 = 125;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Id {
    Foreground,
    KillAfter,
    PreserveStatus,
    Signal,
    Verbose,
}

const SPEC: Spec<Id> = Spec {
    name: "timeout",
    usage: &["[OPTION] DURATION COMMAND [ARG]..."],
    about: "Start COMMAND, and kill it if still running after DURATION.",
    options: &[
        Opt::flag(
            Id::Foreground,
            "f",
            "foreground",
            "leave the command in the foreground, its children untimed",
        ),
        Opt::value(
            Id::KillAfter,
            "k",
            "kill-after",
            "DURATION",
            "also send a KILL signal if COMMAND is still running\nthis long after the initial signal was sent",
        ),
        Opt::flag(
            Id::PreserveStatus,
            "p",
            "preserve-status",
            "exit with the same status as COMMAND, even when it times out",
        ),
        Opt::value(
            Id::Signal,
            "s",
            "signal",
            "SIGNAL",
            "specify the signal to be sent on timeout",
        ),
        Opt::flag(
            Id::Verbose,
            "v",
            "verbose",
            "diagnose to stderr any signal sent upon timeout",
        ),
    ],
    order: Order::StopAtOperand,
    failure: EXIT_FAILED,
};

/// Signals that are passed on to the command.
const PASSED_ON: [Signal; 5] = [Signal::HUP, Signal::INT, Signal::QUIT, Signal::TERM, Signal::USR1];

struct Timeout {
    name: &'static str,
    command: OsString,
    signal: Signal,
    kill_after: Option<f64>,
    foreground: bool,
    preserve_status: bool,
    verbose: bool,
}

pub fn run(name: &'static str, arguments: Vec<OsString>) -> Outcome {
    let parsed = SPEC.parse(arguments)?;
    let mut timeout = Timeout {
        name,
        command: OsString::new(),
        signal: Signal::TERM,
        kill_after: None,
        foreground: false,
        preserve_status: false,
        verbose: false,
    };
    for (id, value) in &parsed.options {
        let value = value.clone().unwrap_or_default();
        match id {
            Id::Foreground => timeout.foreground = true,
            Id::PreserveStatus => timeout.preserve_status = true,
            Id::Verbose => timeout.verbose = true,
            Id::KillAfter => timeout.kill_after = Some(duration(&value)?),
            Id::Signal => {
                timeout.signal = value.to_str().and_then(Signal::parse).ok_or_else(|| {
                    SPEC.usage_error(format_args!("{}: invalid signal", quote::always(&value)))
                })?;
            }
        }
    }
    let [limit, command @ ..] = parsed.operands.as_slice() else {
        return Err(SPEC.missing_operand(None));
    };
    if command.is_empty() {
        return Err(SPEC.missing_operand(None));
    }
    timeout.command = command[0].clone();
    timeout.start(duration(limit)?, command)
}

fn duration(text: &OsString) -> Result<f64, Exit> {
    text.to_str()
        .and_then(parse_duration)
        .ok_or_else(|| SPEC.usage_error(format_args!("invalid time interval {}", quote::always(text))))
}

/// Arms the alarm; 0 and what is too long for it never ring.
fn arm(seconds: f64) -> sys::Result<()> {
    let ns = (seconds * 1e9).ceil();
    let ns = if ns < i64::MAX as f64 { ns as u64 } else { 0 };
    sys::setitimer(ns, 0).map(drop)
}

impl Timeout {
    fn start(&self, limit: f64, command: &[OsString]) -> Outcome {
        let fail = |why: sys::Errno| {
            complain(self.name, why);
            Exit(EXIT_FAILED)
        };
        if !self.foreground {
            // A group of our own, so that one kill reaches the command's children too. A session's leader has one.
            let _ = sys::setpgid(Pid(0), Pid(0));
        }
        let watched: SigSet = PASSED_ON
            .into_iter()
            .chain([Signal::ALRM, Signal::CHLD])
            .collect();
        let old_mask = sys::sigprocmask(MaskHow::Block, Some(watched)).map_err(fail)?;
        for signal in watched.iter() {
            sys::sigaction(signal, Some(SigAction::RECORD)).map_err(fail)?;
        }
        // Writing to the terminal from the background must not stop us.
        for signal in [Signal::TTIN, Signal::TTOU] {
            sys::sigaction(signal, Some(SigAction::Ignore)).map_err(fail)?;
        }
        let argv = bytes(command);
        let child = sys::Spawn {
            path: &argv[0],
            argv: &argv,
            envp: &environment(),
            sigmask: Some(old_mask),
            sigdefault: Some([Signal::TTIN, Signal::TTOU].into_iter().collect()),
            search: true,
            ..Default::default()
        };
        let pid = match child.spawn() {
            Ok(pid) => pid,
            Err(why) => return Ok(cannot_start(self.name, &self.command, why)),
        };
        arm(limit).map_err(fail)?;
        let (status, timed_out) = self.watch(pid, old_mask, watched).map_err(fail)?;
        Ok(self.status(status, timed_out))
    }

    fn watch(&self, pid: Pid, mask: SigSet, watched: SigSet) -> sys::Result<(WaitStatus, bool)> {
        let mut timed_out = false;
        let mut kill_next = false;
        loop {
            if let Some((_, status)) = sys::waitpid(WaitTarget::Pid(pid), WaitOptions::NOHANG)?
                && status.is_end()
            {
                return Ok((status, timed_out));
            }
            sys::sigsuspend(SigSet(mask.0 & !watched.0));
            for signal in sys::take_recorded(watched).iter() {
                match signal {
                    Signal::CHLD => {}
                    Signal::ALRM => {
                        timed_out = true;
                        self.send(pid, if kill_next { Signal::KILL } else { self.signal });
                        if let Some(after) = self.kill_after.filter(|_| !kill_next) {
                            arm(after)?;
                            kill_next = true;
                        }
                    }
                    other => self.send(pid, other),
                }
            }
        }
    }

    fn send(&self, pid: Pid, signal: Signal) {
        if self.verbose {
            let sent = signal.name().unwrap_or("?");
            complain(
                self.name,
                format_args!(
                    "sending signal {sent} to command {}",
                    quote::always(&self.command)
                ),
            );
        }
        // The command may be gone already.
        let _ = sys::kill(pid, Some(signal));
        if !self.foreground && signal != Signal::KILL {
            // We are in the group too, and go on.
            let _ = sys::sigaction(signal, Some(SigAction::Ignore));
            let _ = sys::kill(Pid(0), Some(signal));
        }
        if !matches!(signal, Signal::KILL | Signal::CONT) {
            // A stopped command could not die of it.
            let _ = sys::kill(pid, Some(Signal::CONT));
        }
    }

    fn status(&self, status: WaitStatus, timed_out: bool) -> i32 {
        match status {
            _ if timed_out && !self.preserve_status => match status {
                // As GNU's: a command that had to be killed is told apart from one that gave in.
                WaitStatus::Signaled {
                    signal: Signal::KILL, ..
                } => 128 + Signal::KILL.0,
                _ => EXIT_TIMED_OUT,
            },
            other => other.code(),
        }
    }
}
