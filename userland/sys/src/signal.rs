//! Signals: numbers, sets, dispositions, masks, and the record that [`Handler::Record`] keeps.
//!
//! A Cobnut guest's handler runs at the end of a system call, never in the middle of its code; natively it may run
//! anywhere. [`Handler::Record`] only sets a bit of a static, which is right for both.

use std::sync::atomic::{AtomicU32, Ordering};

use crate::{Errno, Pid, Result, imp};

/// A signal's number, as on Linux.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
#[repr(transparent)]
pub struct Signal(pub i32);

macro_rules! signals {
    ($($name:ident $number:literal $text:literal),* $(,)?) => {
        impl Signal {
            $(pub const $name: Signal = Signal($number);)*

            /// All signals in order.
            pub const ALL: &[Signal] = &[$(Signal::$name),*];

            /// The name without `SIG`.
            pub fn name(self) -> Option<&'static str> {
                match self { $(Signal::$name => Some(stringify!($name)),)* _ => None }
            }

            /// What strsignal(3) says of it, as a shell tells of a job's end.
            pub fn description(self) -> &'static str {
                match self { $(Signal::$name => $text,)* _ => "Unknown signal" }
            }
        }
    };
}

signals! {
    HUP 1 "Hangup", INT 2 "Interrupt", QUIT 3 "Quit", ILL 4 "Illegal instruction", TRAP 5 "Trace/breakpoint trap",
    ABRT 6 "Aborted", BUS 7 "Bus error", FPE 8 "Floating point exception", KILL 9 "Killed",
    USR1 10 "User defined signal 1", SEGV 11 "Segmentation fault", USR2 12 "User defined signal 2",
    PIPE 13 "Broken pipe", ALRM 14 "Alarm clock", TERM 15 "Terminated", STKFLT 16 "Stack fault",
    CHLD 17 "Child exited", CONT 18 "Continued", STOP 19 "Stopped (signal)", TSTP 20 "Stopped",
    TTIN 21 "Stopped (tty input)", TTOU 22 "Stopped (tty output)", URG 23 "Urgent I/O condition",
    XCPU 24 "CPU time limit exceeded", XFSZ 25 "File size limit exceeded", VTALRM 26 "Virtual timer expired",
    PROF 27 "Profiling timer expired", WINCH 28 "Window changed", IO 29 "I/O possible", PWR 30 "Power failure",
    SYS 31 "Bad system call",
}

impl Signal {
    /// By number, or by name with or without `SIG`, in any case.
    pub fn parse(s: &str) -> Option<Signal> {
        if let Ok(n) = s.parse::<i32>() {
            return (1..=31).contains(&n).then_some(Signal(n));
        }
        let bare = match s.get(..3) {
            Some(p) if p.eq_ignore_ascii_case("SIG") => &s[3..],
            _ => s,
        };
        let alias = if bare.eq_ignore_ascii_case("CLD") {
            "CHLD"
        } else if bare.eq_ignore_ascii_case("POLL") {
            "IO"
        } else {
            bare
        };
        Signal::ALL
            .iter()
            .copied()
            .find(|sig| sig.name().is_some_and(|n| n.eq_ignore_ascii_case(alias)))
    }
}

/// A set of signals; bit `n - 1` is signal `n`.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
#[repr(transparent)]
pub struct SigSet(pub u64);

impl SigSet {
    pub const EMPTY: SigSet = SigSet(0);
    pub const ALL: SigSet = SigSet(0x7fff_ffff);

    #[must_use]
    pub const fn with(self, sig: Signal) -> SigSet {
        SigSet(self.0 | 1 << (sig.0 - 1))
    }

    pub const fn contains(self, sig: Signal) -> bool {
        sig.0 >= 1 && self.0 & (1 << (sig.0 - 1)) != 0
    }

    pub fn iter(self) -> impl Iterator<Item = Signal> {
        Signal::ALL.iter().copied().filter(move |s| self.contains(*s))
    }
}

impl FromIterator<Signal> for SigSet {
    fn from_iter<T: IntoIterator<Item = Signal>>(iter: T) -> Self {
        iter.into_iter().fold(SigSet::EMPTY, SigSet::with)
    }
}

bitflags::bitflags! {
    #[derive(Clone, Copy, PartialEq, Eq, Debug)]
    pub struct SaFlags: u32 {
        const NOCLDSTOP = 1;
        const NOCLDWAIT = 2;
        const RESTART = 0x1000_0000;
        const NODEFER = 0x4000_0000;
        const RESETHAND = 0x8000_0000;
    }
}

/// What a handler does.
#[derive(Clone, Copy, Debug)]
pub enum Handler {
    /// Note the signal for [`take_recorded`].
    Record,
    /// Call it. Natively it must be async-signal-safe.
    Function(extern "C" fn(i32)),
}

/// What is to happen when the signal comes.
#[derive(Clone, Copy, Debug)]
pub enum SigAction {
    Default,
    Ignore,
    Handle {
        handler: Handler,
        flags: SaFlags,
        mask: SigSet,
    },
}

impl SigAction {
    /// Record the signal; calls that it interrupts answer EINTR.
    pub const RECORD: SigAction = SigAction::Handle {
        handler: Handler::Record,
        flags: SaFlags::empty(),
        mask: SigSet::EMPTY,
    };
    /// Record the signal; calls that it interrupts go on.
    pub const RECORD_RESTART: SigAction = SigAction::Handle {
        handler: Handler::Record,
        flags: SaFlags::RESTART,
        mask: SigSet::EMPTY,
    };
}

/// What was to happen before [`sigaction`].
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Disposition {
    Default,
    Ignore,
    Handled,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(i32)]
pub enum MaskHow {
    Block = 0,
    Unblock = 1,
    Set = 2,
}

/// Bit `n - 1`: signal `n` came. 32 bits are enough for 31 signals, and atomic on every target.
static RECORDED: AtomicU32 = AtomicU32::new(0);

pub(crate) extern "C" fn record(sig: i32) {
    if (1..=31).contains(&sig) {
        RECORDED.fetch_or(1 << (sig - 1), Ordering::Relaxed);
    }
}

/// Which signals [`Handler::Record`] has noted since the last [`take_recorded`].
pub fn recorded() -> SigSet {
    SigSet(RECORDED.load(Ordering::Relaxed).into())
}

/// The noted signals among `which`, which are then forgotten.
pub fn take_recorded(which: SigSet) -> SigSet {
    let which = which.0 as u32;
    SigSet((RECORDED.fetch_and(!which, Ordering::Relaxed) & which).into())
}

/// Sets what happens on a signal; `None` only asks.
pub fn sigaction(sig: Signal, new: Option<SigAction>) -> Result<Disposition> {
    imp::sigaction(sig, new)
}

/// Changes the mask of blocked signals (`None` only asks); answers the old one.
pub fn sigprocmask(how: MaskHow, set: Option<SigSet>) -> Result<SigSet> {
    imp::sigprocmask(how as i32, set)
}

/// Waits for a signal with `mask` blocked meanwhile; EINTR once a handler ran.
pub fn sigsuspend(mask: SigSet) -> Errno {
    imp::sigsuspend(mask)
}

pub fn sigpending() -> Result<SigSet> {
    imp::sigpending()
}

/// Gives pending signals the chance to be delivered in a loop that makes no other system call.
pub fn sigpoll() {
    imp::sigpoll()
}

/// kill(2) of one process; `None` asks only whether it is there.
pub fn kill(pid: Pid, sig: Option<Signal>) -> Result<()> {
    imp::kill(pid.0, sig.map_or(0, |s| s.0))
}

/// Signals a process group.
pub fn killpg(group: Pid, sig: Option<Signal>) -> Result<()> {
    imp::kill(-group.0, sig.map_or(0, |s| s.0))
}

/// Arms ITIMER_REAL (SIGALRM); a value of 0 disarms. Answers what was left of the old one.
pub fn setitimer(value_ns: u64, interval_ns: u64) -> Result<u64> {
    imp::setitimer(value_ns, interval_ns)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signals_parse_by_number_and_name() {
        for (text, want) in [
            ("9", Some(Signal::KILL)),
            ("INT", Some(Signal::INT)),
            ("SIGTERM", Some(Signal::TERM)),
            ("sigusr1", Some(Signal::USR1)),
            ("CLD", Some(Signal::CHLD)),
            ("0", None),
            ("NOPE", None),
            ("32", None),
        ] {
            assert_eq!(Signal::parse(text), want, "{text}");
        }
    }

    #[test]
    fn numbers_are_consecutive() {
        assert!(Signal::ALL.iter().enumerate().all(|(i, s)| s.0 == i as i32 + 1));
    }
}
