//! The programs' side of a terminal: `/dev/pts/N`.

use super::Pty;
use crate::kernel::error::{Attempt, Block, Errno, Result};
use crate::kernel::file::PollEvents;
use crate::kernel::fs::Stat;
use crate::kernel::io::{Sink, Source};
use crate::kernel::sync::WaitQueue;
use crate::kernel::tty::line_discipline::{LineDiscipline, ReadTimer};
use std::sync::Arc;

/// The programs' side of a terminal.
pub struct PtySlave(pub(super) Arc<Pty>);

impl PtySlave {
    /// The terminal.
    pub fn pty(&self) -> &Arc<Pty> {
        &self.0
    }

    /// Woken when reads or writes may do something else than before.
    pub fn queue(&self) -> &WaitQueue {
        &self.0.slave_side
    }

    /// What would not block now.
    pub fn poll(&self) -> PollEvents {
        let state = self.0.state.lock();
        if state.hung_up() {
            return PollEvents::POLLIN | PollEvents::POLLOUT | PollEvents::POLLERR | PollEvents::POLLHUP;
        }
        let mut events = PollEvents::empty();
        events.set(PollEvents::POLLIN, state.discipline.readable());
        events.set(PollEvents::POLLOUT, state.write_room() > 0);
        events
    }

    /// One try of read(2), by the rules of the settings. 0 after a hang-up.
    pub fn try_read(&self, into: &mut dyn Sink) -> Attempt<usize> {
        self.read_with(|discipline| discipline.try_read(into))
    }

    /// What there is, be it less than VMIN: for a read whose time is up or that must not wait. 0 if nothing.
    pub fn read_available(&self, into: &mut dyn Sink) -> Result<usize> {
        let outcome = self.read_with(|discipline| Ok(discipline.read_available(into)?));
        outcome.map_err(|block| match block {
            Block::Failed(error) => error,
            Block::WouldBlock => Errno::EAGAIN.into(),
        })
    }

    fn read_with(&self, read: impl FnOnce(&mut LineDiscipline) -> Attempt<usize>) -> Attempt<usize> {
        let mut state = self.0.state.lock();
        if state.hung_up() {
            return Ok(0);
        }
        let was_full = state.discipline.room() == 0;
        let count = read(&mut state.discipline)?;
        drop(state);
        if was_full {
            self.0.master_side.wake_all();
        }
        Ok(count)
    }

    /// When a read that began at `started_ns` must return with what there is (VTIME). Typed bytes and new settings change it.
    pub fn read_deadline(&self, started_ns: u64) -> Option<u64> {
        let state = self.0.state.lock();
        match state.discipline.read_timer() {
            ReadTimer::None => None,
            ReadTimer::SinceStart(ns) => Some(started_ns.saturating_add(ns)),
            ReadTimer::SinceLastByte(_) if state.discipline.available() == 0 => None,
            // Bytes that were there before the read began count from its beginning.
            ReadTimer::SinceLastByte(ns) => Some(state.last_input_ns.max(started_ns).saturating_add(ns)),
        }
    }

    /// One try of write(2): a part of a long write; WouldBlock while the screen is full or output is stopped. EIO after a
    /// hang-up.
    pub fn try_write(&self, from: &mut dyn Source) -> Attempt<usize> {
        let mut state = self.0.alive()?;
        if from.remaining() == 0 {
            return Ok(0);
        }
        let count = state.write(from)?;
        drop(state);
        if count == 0 {
            return Err(Block::WouldBlock);
        }
        self.0.master_side.wake_all();
        Ok(count)
    }

    /// fstat(2).
    pub fn stat(&self) -> Stat {
        self.0.slave_stat()
    }
}

impl Drop for PtySlave {
    fn drop(&mut self) {
        self.0.state.lock().slaves -= 1;
        self.0.master_side.wake_all();
    }
}
