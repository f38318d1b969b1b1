//! How a process ended, and the status word that wait(2) gives.

use crate::kernel::signal::Signal;

/// How a process ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Termination {
    /// It called exit, or returned.
    Exited(u8),
    /// A signal ended it.
    Signaled {
        /// Which.
        signal: Signal,
        /// Whether the status has the core bit.
        core: bool,
    },
}

impl Termination {
    /// Death by `signal`, without a core.
    pub const fn signaled(signal: Signal) -> Self {
        Termination::Signaled { signal, core: false }
    }

    /// The one number that shells and the page's API use: the exit code, or 128 + the signal.
    pub const fn exit_code(self) -> u8 {
        match self {
            Termination::Exited(code) => code,
            Termination::Signaled { signal, .. } => 128 + signal.number(),
        }
    }

    /// As a non-zero word, for an atomic.
    pub(super) const fn pack(self) -> u32 {
        (1 << 16) | WaitStatus::Terminated(self).word()
    }

    /// The reverse of [`Termination::pack`].
    pub(super) fn unpack(packed: u32) -> Option<Self> {
        if packed == 0 {
            return None;
        }
        let word = packed & 0xffff;
        Some(match Signal::try_from((word & 0x7f) as i32) {
            Ok(signal) => Termination::Signaled {
                signal,
                core: word & 0x80 != 0,
            },
            Err(_) => Termination::Exited((word >> 8) as u8),
        })
    }
}

/// A change of state that wait(2) reports.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum WaitStatus {
    /// It ended.
    Terminated(Termination),
    /// The signal stopped it.
    Stopped(Signal),
    /// SIGCONT made it go on.
    Continued,
}

impl WaitStatus {
    /// wait(2)'s status word.
    pub const fn word(self) -> u32 {
        match self {
            WaitStatus::Terminated(Termination::Exited(code)) => (code as u32) << 8,
            WaitStatus::Terminated(Termination::Signaled { signal, core }) => {
                signal.number() as u32 | if core { 0x80 } else { 0 }
            }
            WaitStatus::Stopped(signal) => 0x7f | (signal.number() as u32) << 8,
            WaitStatus::Continued => 0xffff,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn status_words_are_those_of_wait() {
        let killed = Termination::signaled(Signal::SIGKILL);
        let dumped = Termination::Signaled {
            signal: Signal::SIGABRT,
            core: true,
        };
        assert_eq!(WaitStatus::Terminated(Termination::Exited(3)).word(), 0x300);
        assert_eq!(WaitStatus::Terminated(killed).word(), 9);
        assert_eq!(WaitStatus::Terminated(dumped).word(), 0x86);
        assert_eq!(WaitStatus::Stopped(Signal::SIGTSTP).word(), 0x147f);
        assert_eq!(WaitStatus::Continued.word(), 0xffff);
        for each in [killed, dumped, Termination::Exited(0), Termination::Exited(255)] {
            assert_eq!(Termination::unpack(each.pack()), Some(each));
        }
    }
}
