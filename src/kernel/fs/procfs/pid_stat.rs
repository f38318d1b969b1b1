//! `/proc/<pid>/stat`: one line for `ps`.

use super::pid::name;
use super::ticks;
use crate::kernel::error::Result;
use crate::kernel::process::{ProcessInfo, ProcessState, WaitStatus};
use crate::kernel::signal::{Disposition, Signal, SignalSet};

/// The letter of a state, as `ps` shows it.
pub fn letter(info: &ProcessInfo) -> char {
    match info.state {
        ProcessState::Zombie(_) => 'Z',
        ProcessState::Stopped(_) => 'T',
        ProcessState::Running if info.process.waiter.is_asleep() => 'S',
        ProcessState::Running => 'R',
    }
}

/// A process's signals.
pub struct Signals {
    pub pending: SignalSet,
    pub blocked: SignalSet,
    pub ignored: SignalSet,
    pub caught: SignalSet,
}

/// Those of a process.
pub fn signals(info: &ProcessInfo) -> Signals {
    let state = info.process.signals();
    let mut signals = Signals {
        pending: state.pending(),
        blocked: state.mask(),
        ignored: SignalSet::EMPTY,
        caught: SignalSet::EMPTY,
    };
    for signal in (1..=31).filter_map(|number| Signal::try_from(number).ok()) {
        match state.action(signal).disposition {
            Disposition::Ignore => signals.ignored.insert(signal),
            Disposition::Handler(_) => signals.caught.insert(signal),
            Disposition::Default => {}
        }
    }
    signals
}

/// The controlling terminal's device number (0: none) and its foreground group (-1).
fn terminal(info: &ProcessInfo) -> (u64, i64) {
    let table = info.process.kernel().table.lock();
    let Some(pty) = table.terminal(info.sid).cloned() else {
        return (0, -1);
    };
    drop(table);
    let group = pty.session().1.map_or(-1, |group| i64::from(group.0));
    (pty.slave_stat().rdev, group)
}

/// The text. Fields that have no meaning here are 0, as Linux has those that it no longer keeps.
pub fn text(info: &ProcessInfo) -> Result<Vec<u8>> {
    let process = &info.process;
    let (tty, foreground) = terminal(info);
    let signals = signals(info);
    let exit_code = match info.state {
        ProcessState::Zombie(termination) => WaitStatus::Terminated(termination).word(),
        _ => 0,
    };
    let started = process
        .began_ns()
        .saturating_sub(process.kernel().host().booted_ns());
    let mut text = format!("{} (", process.pid).into_bytes();
    text.extend(name(process));
    text.extend(
        format!(
            ") {state} {ppid} {pgid} {sid} {tty} {foreground} 0 0 0 0 0 {utime} 0 {cutime} 0 20 0 1 0 {start} 0 0 {rsslim} \
             0 0 0 0 0 {pending} {blocked} {ignored} {caught} 0 0 0 17 0 0 0 0 0 0 0 0 0 0 0 0 0 {exit_code}\n",
            state = letter(info),
            ppid = info.ppid,
            pgid = info.pgid,
            sid = info.sid,
            utime = ticks(process.cpu_ns()),
            cutime = ticks(process.children_cpu_ns()),
            start = ticks(started),
            rsslim = u64::MAX,
            pending = signals.pending.bits(),
            blocked = signals.blocked.bits(),
            ignored = signals.ignored.bits(),
            caught = signals.caught.bits(),
        )
        .bytes(),
    );
    Ok(text)
}
