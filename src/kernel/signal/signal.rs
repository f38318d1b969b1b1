//! The signals 1-31, with Linux's numbers.

use crate::kernel::error::{Errno, Error};

/// A signal. 0, which only asks whether a process is there, is not one.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
pub struct Signal(u8);

/// What happens when a process neither handles nor ignores a signal (POSIX, `<signal.h>`).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[allow(missing_docs)]
pub enum DefaultAction {
    Terminate,
    /// Terminate, and set the core bit of the status word. No core file is written.
    Core,
    Stop,
    Continue,
    Ignore,
}

macro_rules! signals {
    ($($name:ident = $number:literal, $action:ident;)*) => {
        #[allow(missing_docs)]
        impl Signal {
            $(pub const $name: Signal = Signal($number);)*

            /// The name with its prefix: `"SIGTERM"`.
            pub const fn name(self) -> &'static str {
                match self.0 { $($number => stringify!($name),)* _ => "SIG?" }
            }

            /// What it does by default.
            pub const fn default_action(self) -> DefaultAction {
                match self.0 { $($number => DefaultAction::$action,)* _ => DefaultAction::Terminate }
            }
        }
    };
}

signals! {
    SIGHUP = 1, Terminate;
    SIGINT = 2, Terminate;
    SIGQUIT = 3, Core;
    SIGILL = 4, Core;
    SIGTRAP = 5, Core;
    SIGABRT = 6, Core;
    SIGBUS = 7, Core;
    SIGFPE = 8, Core;
    SIGKILL = 9, Terminate;
    SIGUSR1 = 10, Terminate;
    SIGSEGV = 11, Core;
    SIGUSR2 = 12, Terminate;
    SIGPIPE = 13, Terminate;
    SIGALRM = 14, Terminate;
    SIGTERM = 15, Terminate;
    SIGSTKFLT = 16, Terminate;
    SIGCHLD = 17, Ignore;
    SIGCONT = 18, Continue;
    SIGSTOP = 19, Stop;
    SIGTSTP = 20, Stop;
    SIGTTIN = 21, Stop;
    SIGTTOU = 22, Stop;
    SIGURG = 23, Ignore;
    SIGXCPU = 24, Core;
    SIGXFSZ = 25, Core;
    SIGVTALRM = 26, Terminate;
    SIGPROF = 27, Terminate;
    SIGWINCH = 28, Ignore;
    SIGIO = 29, Terminate;
    SIGPWR = 30, Terminate;
    SIGSYS = 31, Core;
}

impl Signal {
    /// The signal's number, 1 to 31.
    pub const fn number(self) -> u8 {
        self.0
    }

    /// Whether it can be neither caught, blocked nor ignored.
    pub fn is_unstoppable(self) -> bool {
        self == Signal::SIGKILL || self == Signal::SIGSTOP
    }
}

impl TryFrom<i32> for Signal {
    type Error = Error;

    fn try_from(number: i32) -> Result<Self, Error> {
        match number {
            1..=31 => Ok(Signal(number as u8)),
            _ => Err(Error::new(Errno::EINVAL, "no such signal")),
        }
    }
}
