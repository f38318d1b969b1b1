//! The pseudo-terminal: [`Pty`], and its two sides [`PtyMaster`] (the emulator's) and [`PtySlave`] (the programs').
//!
//! The handles are counted: each open file description holds one. When the last master is closed the terminal is hung up:
//! programs read the end of the file, their writes fail with EIO, and their session gets SIGHUP. When the last slave is closed the
//! master reads EIO, once it has read all output, until somebody opens a slave again.
//!
//! One lock guards the state. What a change asks for besides, wakes and signals, is returned as [`Effects`] and fired after the
//! lock has been released. Dropping a handle may send signals, which takes the process table's lock: so handles, and
//! open files, are never dropped while a lock is held.

mod master;
mod slave;

pub use master::{PtyEvents, PtyMaster};
pub use slave::PtySlave;

use super::line_discipline::{LineDiscipline, ReadTimer, SCREEN_LIMIT, SignalKeys};
use super::queue::ByteQueue;
use super::termios::{LocalFlags, Termios};
use crate::kernel::clock;
use crate::kernel::error::{Errno, Error, Result};
use crate::kernel::fs::{FileType, Stat};
use crate::kernel::io::Source;
use crate::kernel::process::{Pgid, Sid};
use crate::kernel::signal::Signal;
use crate::kernel::sync::{Mutex, MutexGuard, Rank, WaitQueue};
use std::sync::{Arc, Weak};

/// Whom a terminal tells of ^C, hang-ups and resizes: the kernel.
pub trait SignalTarget: Send + Sync {
    /// Sends `signal` to every process of the group.
    fn signal_group(&self, pgid: Pgid, signal: Signal);
}

/// A window's size, in characters and in pixels (`struct winsize`).
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
#[allow(missing_docs)]
pub struct WinSize {
    pub rows: u16,
    pub cols: u16,
    pub x_pixels: u16,
    pub y_pixels: u16,
}

/// Which queues tcflush(3) empties.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[allow(missing_docs)]
pub enum FlushQueue {
    Input,
    Output,
    Both,
}

/// The device number of `/dev/pts`.
pub const PTS_DEV: u64 = 13;
/// The most that is typed under the lock at once: a full line takes any number of bytes and drops them.
const SLICE: usize = 65_536;
/// Copies are cut into pieces of this size, which live on the stack.
const CHUNK: usize = 2_048;
/// The most bytes that output processing makes of one.
const EXPANSION: usize = 8;

/// A terminal.
pub struct Pty {
    /// N of `/dev/pts/N`. Immutable.
    index: u32,
    /// Immutable. Weak, as the kernel owns terminals through its processes.
    signals: Weak<dyn SignalTarget>,
    created_ns: u64,
    state: Mutex<PtyState>,
    /// Woken when programs may find input, room or a hang-up.
    slave_side: WaitQueue,
    /// Woken when the emulator may find output or room.
    master_side: WaitQueue,
}

struct PtyState {
    discipline: LineDiscipline,
    /// Output on its way to the emulator.
    screen: ByteQueue,
    size: WinSize,
    /// The session whose controlling terminal it is.
    session: Option<Sid>,
    foreground: Option<Pgid>,
    masters: usize,
    slaves: usize,
    /// A slave has been opened: only then does its absence mean something.
    slave_seen: bool,
    /// When the last byte was typed; kept only while VTIME asks for it.
    last_input_ns: u64,
}

/// What is to be done once the lock is released.
#[must_use]
#[derive(Default)]
struct Effects {
    wake_slaves: bool,
    wake_masters: bool,
    signals: Vec<(Pgid, Signal)>,
}

impl PtyState {
    fn hung_up(&self) -> bool {
        self.masters == 0
    }

    fn type_keys(&mut self, bytes: &[u8]) -> Effects {
        let outcome = self.discipline.input(bytes, &mut self.screen);
        if matches!(self.discipline.read_timer(), ReadTimer::SinceLastByte(_)) {
            self.last_input_ns = clock::monotonic_ns();
        }
        Effects {
            wake_slaves: true,
            wake_masters: true,
            signals: self.signals_for(outcome.keys),
        }
    }

    fn signals_for(&self, keys: SignalKeys) -> Vec<(Pgid, Signal)> {
        let Some(group) = self.foreground else {
            return Vec::new();
        };
        let all = [
            (SignalKeys::INTR, Signal::SIGINT),
            (SignalKeys::QUIT, Signal::SIGQUIT),
            (SignalKeys::SUSP, Signal::SIGTSTP),
        ];
        all.into_iter()
            .filter(|&(key, _)| keys.contains(key))
            .map(|(_, signal)| (group, signal))
            .collect()
    }

    /// The session loses its terminal; answers whom to send SIGHUP and SIGCONT.
    fn leave_session(&mut self) -> (Option<Sid>, Option<Pgid>) {
        (self.session.take(), self.foreground.take())
    }

    fn write_room(&self) -> usize {
        if self.discipline.stopped() {
            0
        } else {
            SCREEN_LIMIT.saturating_sub(self.screen.len())
        }
    }

    /// Writes a part of `from`, 0 bytes if there is no room.
    fn write(&mut self, from: &mut dyn Source) -> Result<usize> {
        let mut chunk = [0; CHUNK];
        let mut total = 0;
        loop {
            let count = from.remaining().min(self.write_room()).min(CHUNK);
            if count == 0 {
                return Ok(total);
            }
            let fetched = self
                .screen
                .reserve(count * EXPANSION)
                .and_then(|()| from.take(&mut chunk[..count]));
            if let Err(error) = fetched {
                return if total > 0 { Ok(total) } else { Err(error) };
            }
            self.discipline.write(&chunk[..count], &mut self.screen);
            total += count;
        }
    }

    /// Types a part of `from`, 0 bytes if there is no room.
    fn type_from(&mut self, from: &mut dyn Source) -> Result<(usize, Effects)> {
        let mut chunk = [0; CHUNK];
        let mut total = 0;
        let mut effects = Effects::default();
        loop {
            let count = from.remaining().min(self.discipline.room()).min(CHUNK);
            if count == 0 || total >= SLICE {
                return Ok((total, effects));
            }
            let room = self
                .screen
                .reserve(count * EXPANSION)
                .and_then(|()| self.discipline.reserve(count));
            if let Err(error) = room.and_then(|()| from.take(&mut chunk[..count])) {
                return if total > 0 {
                    Ok((total, effects))
                } else {
                    Err(error)
                };
            }
            effects.merge(self.type_keys(&chunk[..count]));
            total += count;
        }
    }
}

impl Effects {
    fn merge(&mut self, other: Effects) {
        self.wake_slaves |= other.wake_slaves;
        self.wake_masters |= other.wake_masters;
        for signal in other.signals {
            if !self.signals.contains(&signal) {
                self.signals.push(signal);
            }
        }
    }
}

impl Pty {
    /// A terminal with one master and no slave.
    pub(super) fn create(index: u32, signals: Weak<dyn SignalTarget>) -> PtyMaster {
        let state = PtyState {
            discipline: LineDiscipline::new(Termios::default()),
            screen: ByteQueue::default(),
            size: WinSize::default(),
            session: None,
            foreground: None,
            masters: 1,
            slaves: 0,
            slave_seen: false,
            last_input_ns: 0,
        };
        PtyMaster(Arc::new(Pty {
            index,
            signals,
            created_ns: clock::realtime_ns(),
            state: Mutex::new(Rank::Tty, state),
            slave_side: WaitQueue::new(),
            master_side: WaitQueue::new(),
        }))
    }

    /// N of `/dev/pts/N`.
    pub fn index(&self) -> u32 {
        self.index
    }

    /// The slave's path (ttyname).
    pub fn path(&self) -> String {
        format!("/dev/pts/{}", self.index)
    }

    /// One more open slave. EIO once the master is closed.
    pub fn open_slave(self: &Arc<Self>) -> Result<PtySlave> {
        let mut state = self.alive()?;
        state.slaves += 1;
        state.slave_seen = true;
        drop(state);
        Ok(PtySlave(self.clone()))
    }

    /// Whether its master is gone.
    pub fn hung_up(&self) -> bool {
        self.state.lock().hung_up()
    }

    /// The state of a terminal that has not been hung up. EIO.
    fn alive(&self) -> Result<MutexGuard<'_, PtyState>> {
        let state = self.state.lock();
        if state.hung_up() {
            drop(state);
            return Err(Error::new(Errno::EIO, "the terminal has been hung up"));
        }
        Ok(state)
    }

    /// tcgetattr(3). EIO after a hang-up.
    pub fn termios(&self) -> Result<Termios> {
        Ok(self.alive()?.discipline.termios().clone())
    }

    /// tcsetattr(3), throwing away unread input first if told to. Output needs no draining: it is on its way already. EIO
    /// after a hang-up.
    pub fn set_termios(&self, termios: Termios, flush_input: bool) -> Result<()> {
        let mut state = self.alive()?;
        if flush_input {
            state.discipline.flush_input();
        }
        let PtyState {
            discipline, screen, ..
        } = &mut *state;
        // Readers wait by other rules now, writers may have been let go: both look again.
        let _restarted = discipline.set_termios(termios.for_pty(), screen);
        drop(state);
        self.wake_both();
        Ok(())
    }

    /// tcflush(3). EIO after a hang-up.
    pub fn flush(&self, queue: FlushQueue) -> Result<()> {
        let mut state = self.alive()?;
        let PtyState {
            discipline, screen, ..
        } = &mut *state;
        if queue != FlushQueue::Output {
            discipline.flush_input();
        }
        if queue != FlushQueue::Input {
            discipline.flush_output(screen);
        }
        drop(state);
        self.wake_both();
        Ok(())
    }

    /// The window's size. EIO after a hang-up.
    pub fn size(&self) -> Result<WinSize> {
        Ok(self.alive()?.size)
    }

    /// Changes the window's size; if it is another, the foreground group gets SIGWINCH. EIO after a hang-up.
    pub fn set_size(&self, size: WinSize) -> Result<()> {
        let mut state = self.alive()?;
        let changed = core::mem::replace(&mut state.size, size) != size;
        let group = state.foreground.filter(|_| changed);
        drop(state);
        self.send(group.into_iter().map(|group| (group, Signal::SIGWINCH)));
        Ok(())
    }

    /// The session whose controlling terminal it is, and the foreground group.
    pub fn session(&self) -> (Option<Sid>, Option<Pgid>) {
        let state = self.state.lock();
        (state.session, state.foreground)
    }

    /// The session and foreground group that job control guards it for; `None` where nothing is guarded: nobody's terminal, or
    /// a write without TOSTOP.
    pub(in crate::kernel) fn guarded_from(&self, writing: bool) -> Option<(Sid, Pgid)> {
        let state = self.state.lock();
        if writing && !state.discipline.termios().local.contains(LocalFlags::TOSTOP) {
            return None;
        }
        state.session.zip(state.foreground)
    }

    /// Becomes the controlling terminal of `session`, unless it is another's: answers whether it is now. The process table is
    /// the caller's business, who may hold its lock.
    pub(in crate::kernel) fn join_session(&self, session: Sid, foreground: Pgid) -> bool {
        let mut state = self.state.lock();
        if state.hung_up() || state.session.is_some_and(|other| other != session) {
            return false;
        }
        if state.session.is_none() {
            state.session = Some(session);
            state.foreground = Some(foreground);
        }
        true
    }

    /// Makes `group` the foreground group. The caller has checked that it may.
    pub fn set_foreground(&self, group: Pgid) {
        self.state.lock().foreground = Some(group);
    }

    /// Its session's leader has ended: the foreground group gets SIGHUP and SIGCONT, and the terminal is free.
    pub fn hang_up_session(&self) {
        let (_session, group) = self.state.lock().leave_session();
        let both = |group| [(group, Signal::SIGHUP), (group, Signal::SIGCONT)];
        self.send(group.into_iter().flat_map(both));
    }

    /// stat(2) of `/dev/pts/N`.
    pub fn slave_stat(&self) -> Stat {
        self.stat(u64::from(self.index) + 3, device(136, self.index), 0o620)
    }

    fn stat(&self, ino: u64, rdev: u64, mode: u32) -> Stat {
        Stat {
            dev: PTS_DEV,
            ino,
            file_type: FileType::CharDevice,
            mode,
            nlink: 1,
            uid: 0,
            gid: 0,
            rdev,
            size: 0,
            blocks: 0,
            atime_ns: self.created_ns,
            mtime_ns: self.created_ns,
            ctime_ns: self.created_ns,
            birthtime_ns: self.created_ns,
        }
    }

    fn wake_both(&self) {
        self.slave_side.wake_all();
        self.master_side.wake_all();
    }

    fn fire(&self, effects: Effects) {
        if effects.wake_slaves {
            self.slave_side.wake_all();
        }
        if effects.wake_masters {
            self.master_side.wake_all();
        }
        self.send(effects.signals);
    }

    fn send(&self, signals: impl IntoIterator<Item = (Pgid, Signal)>) {
        let mut signals = signals.into_iter().peekable();
        if signals.peek().is_none() {
            return;
        }
        if let Some(target) = self.signals.upgrade() {
            signals.for_each(|(group, signal)| target.signal_group(group, signal));
        }
    }
}

/// Linux's encoding of small device numbers.
fn device(major: u64, minor: u32) -> u64 {
    let minor = u64::from(minor);
    (minor & 0xff) | (major << 8) | ((minor & !0xff) << 12)
}
