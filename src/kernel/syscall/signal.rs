//! kill, sigaction, sigprocmask and their relatives.

use crate::kernel::error::{Errno, Error, Result, SysResult};
use crate::kernel::machine::Kernel;
use crate::kernel::process::{Current, Entry, Pgid, Pid, Process};
use crate::kernel::signal::{SigAction, Signal, SignalSet};
use crate::kernel::syscall::poll::pause;

/// sigprocmask(2)'s how.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[allow(missing_docs)]
pub enum MaskHow {
    Block,
    Unblock,
    Set,
}

/// Whom kill(2) means.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum KillTarget {
    /// A pid.
    Process(Pid),
    /// 0 (the caller's group) or a negative pgid.
    Group(Pgid),
    /// -1: all but init and the caller.
    All,
}

/// kill(2) on behalf of `current`; no signal only asks whether there is such a process. ESRCH, EPERM.
pub fn kill(current: &Current, target: i32, signal: Option<Signal>) -> Result<()> {
    let target = match target {
        0 => KillTarget::Group(current.info()?.pgid),
        -1 => KillTarget::All,
        pid if pid > 0 => KillTarget::Process(Pid(pid as u32)),
        group => KillTarget::Group(Pgid(group.unsigned_abs())),
    };
    send(current.kernel(), target, signal, Some(current))
}

/// kill(2) on behalf of the page (`sender` is `None`), which may signal all, or a process. ESRCH; EPERM if the sender may signal none of
/// those that are meant.
/// <https://pubs.opengroup.org/onlinepubs/9799919799/functions/kill.html>
pub fn send(
    kernel: &Kernel,
    target: KillTarget,
    signal: Option<Signal>,
    sender: Option<&Process>,
) -> Result<()> {
    let meant = |entry: &Entry| match target {
        KillTarget::Process(pid) => entry.process.pid == pid,
        KillTarget::Group(pgid) => entry.pgid == pgid && !entry.is_zombie(),
        KillTarget::All => {
            let own = sender.is_some_and(|sender| sender.pid == entry.process.pid);
            !own && !entry.is_zombie()
        }
    };
    let session = sender.and_then(|sender| sender.info().ok()).map(|info| info.sid);
    // A shell continues its jobs, whosever they have become.
    let continues = |entry: &Entry| signal == Some(Signal::SIGCONT) && session == Some(entry.sid);
    let permitted = |entry: &Entry| match sender {
        Some(sender) if sender.uid() != 0 => sender.uid() == entry.process.uid() || continues(entry),
        _ => true,
    };
    let reached = kernel.signal_where(signal, |entry| meant(entry) && permitted(entry));
    match reached {
        0 if kernel.signal_where(None, meant) > 0 => Err(Error::new(Errno::EPERM, "another user's process")),
        0 => Err(Error::new(Errno::ESRCH, "")),
        _ => Ok(()),
    }
}

/// sigaction(2): sets if there is a new action; answers the old one. EINVAL.
pub fn sigaction(current: &Current, signal: Signal, new: Option<SigAction>) -> Result<SigAction> {
    match new {
        None => Ok(current.signals().action(signal)),
        Some(action) => {
            let old = current.signals().set_action(signal, action)?;
            current.process().recheck_signals();
            Ok(old)
        }
    }
}

/// sigprocmask(2): changes if there is a set; answers the old mask.
pub fn sigprocmask(current: &Current, change: Option<(MaskHow, SignalSet)>) -> SignalSet {
    let mut signals = current.signals();
    let old = signals.mask();
    if let Some((how, set)) = change {
        signals.set_mask(match how {
            MaskHow::Block => old.union(set),
            MaskHow::Unblock => old.without(set),
            MaskHow::Set => set,
        });
    }
    drop(signals);
    current.process().recheck_signals();
    old
}

/// sigsuspend(2): always ends by a signal.
pub fn sigsuspend(current: &Current, mask: SignalSet) -> SysResult<()> {
    current.signals().suspend_with(mask);
    current.process().recheck_signals();
    pause(current)
}

/// sigpending(2).
pub fn sigpending(current: &Current) -> SignalSet {
    current.signals().pending()
}

/// setitimer(2) for ITIMER_REAL; answers the ns that the old timer had left.
pub fn setitimer(current: &Current, value_ns: u64, interval_ns: u64) -> u64 {
    current.kernel().timers().set(current.pid, value_ns, interval_ns)
}
