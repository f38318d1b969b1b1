//! Reading: a line at a time in canonical mode, by VMIN and VTIME otherwise.

use super::LineDiscipline;
use crate::kernel::error::{Attempt, Block, Result};
use crate::kernel::io::Sink;
use crate::kernel::tty::termios::ControlChar;

/// VTIME counts tenths of a second.
const TENTH_NS: u64 = 100_000_000;

/// Which clock ends a read that waits (POSIX 11.1.7), in nanoseconds.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ReadTimer {
    /// None: it waits until there is enough.
    None,
    /// The time since the read began (MIN = 0, TIME > 0).
    SinceStart(u64),
    /// The time since the last byte came, once there is one (MIN > 0, TIME > 0).
    SinceLastByte(u64),
}

impl LineDiscipline {
    /// One try of read(2): at most one line in canonical mode, at least VMIN bytes otherwise.
    pub fn try_read(&mut self, into: &mut dyn Sink) -> Attempt<usize> {
        if into.room() == 0 {
            return Ok(0);
        }
        if self.termios.canonical() {
            return self.read_line(into);
        }
        let wanted = self.min().min(into.room());
        let waits = match self.read_timer() {
            ReadTimer::SinceStart(_) => self.ready.is_empty(),
            ReadTimer::None | ReadTimer::SinceLastByte(_) => self.ready.len() < wanted,
        };
        if waits {
            Err(Block::WouldBlock)
        } else {
            Ok(self.ready.pop_into(into, usize::MAX)?)
        }
    }

    /// What there is, be it less than VMIN: for reads whose time is up, and for those that don't wait. 0 if nothing.
    pub fn read_available(&mut self, into: &mut dyn Sink) -> Result<usize> {
        if self.termios.canonical() {
            Ok(0)
        } else {
            self.ready.pop_into(into, usize::MAX)
        }
    }

    fn read_line(&mut self, into: &mut dyn Sink) -> Attempt<usize> {
        let line = self.lines.front_mut().ok_or(Block::WouldBlock)?;
        let count = self.ready.pop_into(into, *line)?;
        *line -= count;
        if *line == 0 {
            self.lines.pop_front();
        }
        Ok(count)
    }

    /// Whether poll(2) reports input: a read of one byte would not wait, or, with VTIME, there is any byte.
    pub fn readable(&self) -> bool {
        if self.termios.canonical() {
            return !self.lines.is_empty();
        }
        let enough = if self.time() == 0 { self.min().max(1) } else { 1 };
        self.ready.len() >= enough
    }

    /// Bytes that wait to be read (FIONREAD).
    pub fn available(&self) -> usize {
        self.ready.len()
    }

    /// Which clock ends a read that waits.
    pub fn read_timer(&self) -> ReadTimer {
        match (self.termios.canonical(), self.min(), self.time()) {
            (true, _, _) | (false, _, 0) => ReadTimer::None,
            (false, 0, tenths) => ReadTimer::SinceStart(tenths * TENTH_NS),
            (false, _, tenths) => ReadTimer::SinceLastByte(tenths * TENTH_NS),
        }
    }

    fn min(&self) -> usize {
        self.termios.control_char(ControlChar::Min) as usize
    }

    fn time(&self) -> u64 {
        u64::from(self.termios.control_char(ControlChar::Time))
    }
}
