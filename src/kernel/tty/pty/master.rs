//! The emulator's side of a terminal: what `/dev/ptmx` opens, and what the page holds.

use super::{Pty, PtyState, device};
use crate::kernel::error::{Attempt, Block, Errno, Result};
use crate::kernel::file::PollEvents;
use crate::kernel::fs::Stat;
use crate::kernel::io::{Sink, Source};
use crate::kernel::process::{Pgid, Sid};
use crate::kernel::signal::Signal;
use crate::kernel::sync::WaitQueue;
use std::sync::Arc;

/// The emulator's side of a terminal.
pub struct PtyMaster(pub(super) Arc<Pty>);

impl PtyMaster {
    /// The terminal.
    pub fn pty(&self) -> &Arc<Pty> {
        &self.0
    }

    /// Woken when reads or writes may do something else than before.
    pub fn queue(&self) -> &WaitQueue {
        &self.0.master_side
    }

    /// The same queue with a life of its own, for [`crate::kernel::sync::wait::ready_until`].
    pub fn events(&self) -> PtyEvents {
        PtyEvents(self.0.clone())
    }

    /// What would not block now.
    pub fn poll(&self) -> PollEvents {
        let state = self.0.state.lock();
        let mut events = PollEvents::empty();
        events.set(PollEvents::POLLIN, !state.screen.is_empty());
        events.set(PollEvents::POLLOUT, state.discipline.room() > 0);
        events.set(PollEvents::POLLHUP, state.slave_seen && state.slaves == 0);
        events
    }

    /// One try of read(2): all output that there is and fits. EIO when there is none and the last slave is closed.
    pub fn try_read(&self, into: &mut dyn Sink) -> Attempt<usize> {
        let mut state = self.0.state.lock();
        if into.room() == 0 {
            return Ok(0);
        }
        if state.screen.is_empty() {
            let closed = state.slave_seen && state.slaves == 0;
            return Err(if closed {
                Errno::EIO.into()
            } else {
                Block::WouldBlock
            });
        }
        let was_full = state.write_room() == 0;
        let count = state.screen.pop_into(into, usize::MAX)?;
        drop(state);
        if was_full {
            self.0.slave_side.wake_all();
        }
        Ok(count)
    }

    /// One try of write(2): types as much as there is room for; WouldBlock when there is none.
    pub fn try_write(&self, from: &mut dyn Source) -> Attempt<usize> {
        if from.remaining() == 0 {
            return Ok(0);
        }
        let mut state = self.0.state.lock();
        let (count, effects) = state.type_from(from)?;
        drop(state);
        self.0.fire(effects);
        if count == 0 {
            Err(Block::WouldBlock)
        } else {
            Ok(count)
        }
    }

    /// Types `bytes` without waiting; answers how many there was room for. For the page, which keeps the others until
    /// [`PtyMaster::events`] wakes it.
    pub fn type_now(&self, bytes: &[u8]) -> Result<usize> {
        let mut rest = bytes;
        while !rest.is_empty() {
            match self.try_write(&mut rest) {
                Ok(_) => {}
                Err(Block::WouldBlock) => break,
                Err(Block::Failed(_)) if rest.len() < bytes.len() => break,
                Err(Block::Failed(error)) => return Err(error),
            }
        }
        Ok(bytes.len() - rest.len())
    }

    /// fstat(2): `/dev/ptmx`.
    pub fn stat(&self) -> Stat {
        self.0.stat(2, device(5, 2), 0o666)
    }
}

impl Drop for PtyMaster {
    fn drop(&mut self) {
        let mut state = self.0.state.lock();
        state.masters -= 1;
        if !state.hung_up() {
            return;
        }
        state.discipline.flush_input();
        let PtyState {
            discipline, screen, ..
        } = &mut *state;
        discipline.flush_output(screen);
        let (session, foreground) = state.leave_session();
        drop(state);
        self.0.slave_side.wake_all();
        // A session's leader is the leader of the group of the same number.
        let leader = session.map(|Sid(sid)| Pgid(sid));
        let foreground = foreground.filter(|&group| Some(group) != leader);
        let both = |group| [(group, Signal::SIGHUP), (group, Signal::SIGCONT)];
        self.0.send(leader.into_iter().chain(foreground).flat_map(both));
    }
}

/// The queue that [`PtyMaster::queue`] is, kept alive by itself.
pub struct PtyEvents(Arc<Pty>);

impl AsRef<WaitQueue> for PtyEvents {
    fn as_ref(&self) -> &WaitQueue {
        &self.0.master_side
    }
}
