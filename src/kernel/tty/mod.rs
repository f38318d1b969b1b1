//! Terminals: the settings ([`termios`]), what they do to bytes ([`line_discipline`], [`output`]), and the pseudo-terminal that
//! joins an emulator to programs ([`Pty`]).
//!
//! Who may read, write or change a terminal, and what the system calls answer, is [`crate::kernel::syscall::tty`]'s business.

pub mod line_discipline;
pub mod output;
mod pty;
mod ptys;
mod queue;
pub mod termios;

#[cfg(all(test, not(feature = "shuttle")))]
mod tests;

pub use pty::{FlushQueue, PTS_DEV, Pty, PtyEvents, PtyMaster, PtySlave, SignalTarget, WinSize};
pub use ptys::Ptys;
pub use queue::ByteQueue;
pub use termios::{ControlChar, LocalFlags, Termios};
