//! Terminal calls: tcgetattr, tcsetpgrp and their relatives, and job control: who may use a terminal now ([`check_access`]).
//!
//! A session's controlling terminal stands in the process table; the terminal knows its session and the foreground group. Both
//! change together, under the table's lock (lock order: ProcessTable -> Tty). Calls on the master's descriptor act on the
//! same terminal, as on Linux, without job control.
//!
//! <https://pubs.opengroup.org/onlinepubs/9799919799/basedefs/V1_chap11.html#tag_11_01_04>

use super::fd::{fd_flags, new_file};
use crate::kernel::clock;
use crate::kernel::error::{Attempt, Block, Errno, Error, Result, SysResult};
use crate::kernel::file::{File, OpenFile, OpenFlags};
use crate::kernel::io::Sink;
use crate::kernel::machine::Kernel;
use crate::kernel::process::{Current, Fd, FdEntry, FdFlags, Pgid, Process, Sid, WaitFault};
use crate::kernel::signal::{Disposition, Signal};
use crate::kernel::tty::{FlushQueue, Pty, PtyMaster, PtySlave, SignalTarget, Termios, WinSize};
use std::sync::{Arc, Weak};

/// What a process wants of a terminal.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Access {
    /// read(2).
    Read,
    /// write(2); refused to the background only with TOSTOP.
    Write,
    /// tcsetattr, tcsetpgrp, tcflush.
    Change,
}

/// tcsetattr(3)'s action. DRAIN is NOW: output has left for the emulator when it has been written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[allow(missing_docs)]
pub enum SetAction {
    Now,
    Drain,
    Flush,
}

impl TryFrom<u32> for SetAction {
    type Error = Error;
    fn try_from(number: u32) -> Result<Self> {
        Ok(match number {
            0 => SetAction::Now,
            1 => SetAction::Drain,
            2 => SetAction::Flush,
            _ => return Err(Error::new(Errno::EINVAL, "tcsetattr: no such action")),
        })
    }
}

impl TryFrom<u32> for FlushQueue {
    type Error = Error;
    fn try_from(number: u32) -> Result<Self> {
        Ok(match number {
            0 => FlushQueue::Input,
            1 => FlushQueue::Output,
            2 => FlushQueue::Both,
            _ => return Err(Error::new(Errno::EINVAL, "tcflush: no such queue")),
        })
    }
}

/// Job control (POSIX 11.1.4). A process in the background of its controlling terminal gets SIGTTIN or SIGTTOU, with its
/// whole group, and the call goes on when it has been continued in the foreground. EIO where the signal could do nothing:
/// reading while it is blocked or ignored, and in an orphaned group. `Interrupted` when a handler is due.
pub fn check_access(current: &Current, slave: &PtySlave, access: Access) -> SysResult<()> {
    check_pty_access(current, slave.pty(), access)
}

fn check_pty_access(current: &Current, pty: &Pty, access: Access) -> SysResult<()> {
    match try_access(current, pty, access) {
        Ok(()) => Ok(()),
        Err(Block::Failed(error)) => Err(error.into()),
        // The stop takes effect in the wait, and so does SIGCONT. Until then it is not asked again: a second signal could come after the
        // SIGCONT that the first one's stop led to, and stop for good.
        Err(Block::WouldBlock) => Ok(current.wait(&[], None, || match current.word().is_called() {
            true => Err(Block::WouldBlock),
            false => try_access(current, pty, access),
        })?),
    }
}

/// One try of [`check_access`]: WouldBlock after it has sent the signal. To be tried again when the process has been continued.
pub fn try_access(process: &Process, pty: &Pty, access: Access) -> Attempt<()> {
    let Some((session, foreground)) = pty.guarded_from(access == Access::Write) else {
        return Ok(());
    };
    let table = process.kernel().table.lock();
    let entry = table.get(process.pid)?;
    let pgid = entry.pgid;
    if entry.sid != session || pgid == foreground {
        return Ok(());
    }
    let orphaned = table.is_orphaned(pgid);
    drop(table);
    let signal = if access == Access::Read {
        Signal::SIGTTIN
    } else {
        Signal::SIGTTOU
    };
    let signals = process.signals();
    let no_effect =
        signals.mask().contains(signal) || signals.action(signal).disposition == Disposition::Ignore;
    drop(signals);
    match (no_effect, access) {
        (true, Access::Read) => {
            Err(Error::new(Errno::EIO, "background read with SIGTTIN blocked or ignored").into())
        }
        (true, Access::Write | Access::Change) => Ok(()),
        (false, _) if orphaned => Err(Error::new(Errno::EIO, "terminal access by an orphaned group").into()),
        (false, _) => {
            process.kernel().signal_group(pgid, signal);
            Err(Block::WouldBlock)
        }
    }
}

/// The waiting half of read(2) on a terminal, with VTIME's clocks.
pub fn wait_read(current: &Current, slave: &PtySlave, into: &mut dyn Sink) -> SysResult<usize> {
    let started = clock::monotonic_ns();
    loop {
        let deadline = slave.read_deadline(started);
        let attempt = || match slave.try_read(&mut *into) {
            // A byte has come: its clock starts.
            Err(Block::WouldBlock) if slave.read_deadline(started) != deadline => Ok(None),
            other => other.map(Some),
        };
        match current.wait(&[slave.queue()], deadline, attempt) {
            Ok(Some(count)) => return Ok(count),
            Err(WaitFault::TimedOut) if slave.read_deadline(started) == deadline => {
                return Ok(slave.read_available(into)?);
            }
            Ok(None) | Err(WaitFault::TimedOut) => {}
            Err(fault) => return Err(fault.into()),
        }
    }
}

/// A read with O_NONBLOCK that found less than VMIN: what there is. EAGAIN if nothing.
pub fn read_available(slave: &PtySlave, into: &mut dyn Sink) -> Result<usize> {
    match slave.read_available(into)? {
        0 => Err(Errno::EAGAIN.into()),
        count => Ok(count),
    }
}

/// isatty(3): whether it is a terminal's program side. EBADF.
pub fn isatty(current: &Current, fd: Fd) -> Result<bool> {
    current
        .fds
        .with(current.owner(), fd, |file| matches!(file.file, File::PtySlave(_)))
}

/// A descriptor's terminal, and whether job control applies.
enum Side {
    Slave(Arc<Pty>),
    Master(Arc<Pty>),
}

impl Side {
    /// EBADF, ENOTTY.
    fn of(current: &Current, fd: Fd) -> Result<Side> {
        current.fds.with(current.owner(), fd, |file| match &file.file {
            File::PtySlave(slave) => Ok(Side::Slave(slave.pty().clone())),
            File::PtyMaster(master) => Ok(Side::Master(master.pty().clone())),
            _ => Err(Errno::ENOTTY.into()),
        })?
    }

    fn pty(&self) -> &Arc<Pty> {
        match self {
            Side::Slave(pty) | Side::Master(pty) => pty,
        }
    }

    /// The terminal, once the caller may change it.
    fn to_change(&self, current: &Current) -> SysResult<&Arc<Pty>> {
        if let Side::Slave(pty) = self {
            check_pty_access(current, pty, Access::Change)?;
        }
        Ok(self.pty())
    }
}

/// tcgetattr(3). EBADF, ENOTTY, EIO after a hang-up.
pub fn tcgetattr(current: &Current, fd: Fd) -> Result<Termios> {
    Side::of(current, fd)?.pty().termios()
}

/// tcsetattr(3). EBADF, ENOTTY, EIO.
pub fn tcsetattr(current: &Current, fd: Fd, action: SetAction, termios: Termios) -> SysResult<()> {
    let side = Side::of(current, fd)?;
    Ok(side
        .to_change(current)?
        .set_termios(termios, action == SetAction::Flush)?)
}

/// tcflush(3). EBADF, ENOTTY, EIO.
pub fn tcflush(current: &Current, fd: Fd, queue: FlushQueue) -> SysResult<()> {
    let side = Side::of(current, fd)?;
    Ok(side.to_change(current)?.flush(queue)?)
}

/// What tcgetpgrp answers when there is no foreground group: no group has this number (POSIX asks for such a one).
const NO_GROUP: Pgid = Pgid(i32::MAX as u32);

/// tcgetpgrp(3). EBADF; ENOTTY when it is not the caller's controlling terminal.
pub fn tcgetpgrp(current: &Current, fd: Fd) -> Result<Pgid> {
    let side = Side::of(current, fd)?;
    if let Side::Slave(pty) = &side {
        own_terminal(current, pty)?;
    }
    let (_session, foreground) = side.pty().session();
    Ok(foreground.unwrap_or(NO_GROUP))
}

/// tcsetpgrp(3). EBADF; EINVAL; ENOTTY when it is not the caller's controlling terminal; EPERM when the group is not of the caller's
/// session; EIO.
pub fn tcsetpgrp(current: &Current, fd: Fd, pgid: i32) -> SysResult<()> {
    let side = Side::of(current, fd)?;
    let group = u32::try_from(pgid).ok().filter(|&pgid| pgid > 0).map(Pgid);
    let group = group.ok_or(Error::new(Errno::EINVAL, "no group has this number"))?;
    own_terminal(current, side.pty())?;
    let pty = side.to_change(current)?;
    let table = current.kernel().table.lock();
    let sid = table.get(current.pid)?.sid;
    // Zombies count: a job may have ended before its shell gets here.
    let ours = table.iter().any(|entry| entry.pgid == group && entry.sid == sid);
    if !ours {
        return Err(Error::new(Errno::EPERM, "the group is not of the caller's session").into());
    }
    pty.set_foreground(group);
    Ok(())
}

/// Makes the caller's group the foreground group, from wherever it is: posix_spawn's tcsetpgrp action, which runs with SIGTTOU
/// blocked. EBADF, ENOTTY.
pub fn claim_foreground(current: &Current, fd: Fd) -> Result<()> {
    let side = Side::of(current, fd)?;
    own_terminal(current, side.pty())?;
    let pgid = current.info()?.pgid;
    side.pty().set_foreground(pgid);
    Ok(())
}

/// ENOTTY unless it is the caller's controlling terminal.
fn own_terminal(current: &Current, pty: &Pty) -> Result<Sid> {
    let sid = current.info()?.sid;
    match pty.session() {
        (Some(session), _) if session == sid => Ok(sid),
        _ => Err(Error::new(Errno::ENOTTY, "not the controlling terminal")),
    }
}

/// tcgetwinsize(3). EBADF, ENOTTY, EIO after a hang-up.
pub fn tcgetwinsize(current: &Current, fd: Fd) -> Result<WinSize> {
    Side::of(current, fd)?.pty().size()
}

/// tcsetwinsize(3): the foreground group gets SIGWINCH if it changed. EBADF, ENOTTY, EIO after a hang-up.
pub fn tcsetwinsize(current: &Current, fd: Fd, size: WinSize) -> Result<()> {
    Side::of(current, fd)?.pty().set_size(size)
}

/// ttyname(3): `/dev/pts/N`. EBADF, ENOTTY.
pub fn ttyname(current: &Current, fd: Fd) -> Result<String> {
    match Side::of(current, fd)? {
        Side::Slave(pty) => Ok(pty.path()),
        Side::Master(_) => Err(Errno::ENOTTY.into()),
    }
}

/// openpty(3): the master, the slave. It becomes nobody's controlling terminal. EMFILE, ENFILE, ENOSPC.
pub fn openpty(current: &Current) -> Result<(Fd, Fd)> {
    let master = create(current.kernel())?;
    let slave = master.pty().open_slave()?;
    let flags = OpenFlags::O_RDWR;
    let master = new_file(current, File::PtyMaster(master), flags)?;
    let slave = new_file(current, File::PtySlave(slave), flags)?;
    let master_fd = current.fds.install(current.owner(), master, fd_flags(flags))?;
    match current.fds.install(current.owner(), slave, fd_flags(flags)) {
        Ok(slave_fd) => Ok((master_fd, slave_fd)),
        Err(error) => {
            current.fds.close(current.owner(), master_fd)?;
            Err(error)
        }
    }
}

/// A new terminal's master: openpty, and opening `/dev/ptmx`. ENOSPC.
pub fn create(kernel: &Arc<Kernel>) -> Result<PtyMaster> {
    let kernel_again: Weak<Kernel> = Arc::downgrade(kernel);
    kernel.ptys.create(kernel_again)
}

/// open(2) of `/dev/pts/N` or `/dev/tty`: a leader of a session without a controlling terminal gets it, unless O_NOCTTY. EIO after
/// a hang-up.
pub fn open_slave(process: &Process, pty: &Arc<Pty>, flags: OpenFlags) -> Result<File> {
    let slave = pty.open_slave()?;
    if !flags.contains(OpenFlags::O_NOCTTY) {
        // Whoever can't have it opens it all the same.
        let _not_acquired = set_controlling_terminal(process, pty);
    }
    Ok(File::PtySlave(slave))
}

/// TIOCSCTTY: makes `pty` the controlling terminal of the session that `process` leads. EPERM when it leads none, has another terminal,
/// or the terminal is another session's.
pub fn set_controlling_terminal(process: &Process, pty: &Arc<Pty>) -> Result<()> {
    let mut table = process.kernel().table.lock();
    let entry = table.get(process.pid)?;
    let (sid, pgid) = (entry.sid, entry.pgid);
    if sid.0 != process.pid.0 {
        return Err(Error::new(
            Errno::EPERM,
            "only a session's leader can acquire a terminal",
        ));
    }
    let has_another = |old: &Arc<Pty>| !Arc::ptr_eq(old, pty) && !old.hung_up();
    if table.terminal(sid).is_some_and(has_another) {
        return Err(Error::new(Errno::EPERM, "the session has a terminal"));
    }
    if !pty.join_session(sid, pgid) {
        return Err(Error::new(
            Errno::EPERM,
            "it is another session's terminal, or hung up",
        ));
    }
    let _old = table.set_terminal(sid, Some(pty.clone()));
    Ok(())
}

/// The controlling terminal of the session of `process`: `/dev/tty`. ENXIO.
pub fn controlling_terminal(process: &Process) -> Result<Arc<Pty>> {
    let table = process.kernel().table.lock();
    let found = table.terminal(table.get(process.pid)?.sid).cloned();
    found.ok_or(Error::new(Errno::ENXIO, "no controlling terminal"))
}

/// Shows `text` on the terminal of `process`, if it or its parent (a shell, which may be about to put it there) is in the foreground. What
/// finds no room is dropped: nobody waits for it.
pub fn show(process: &Process, text: &str) {
    let Ok(pty) = controlling_terminal(process) else {
        return;
    };
    let foreground = pty.session().1;
    let in_front = {
        let table = process.kernel().table.lock();
        let own = table.get(process.pid).ok();
        let parent = own.and_then(|own| table.get(own.ppid).ok());
        own.into_iter()
            .chain(parent)
            .any(|entry| Some(entry.pgid) == foreground)
    };
    if !in_front {
        return;
    }
    if let Ok(slave) = pty.open_slave() {
        let _no_room =
            OpenFile::new(File::PtySlave(slave), OpenFlags::O_WRONLY).try_write(&mut text.as_bytes());
    }
}

/// A terminal for a shell that the page starts: the master for the page, and fds 0, 1 and 2 on the slave. Once the process is
/// made, [`set_controlling_terminal`] completes it. ENOSPC.
pub fn terminal_for_page(kernel: &Arc<Kernel>, size: WinSize) -> Result<(PtyMaster, Vec<Option<FdEntry>>)> {
    let master = create(kernel)?;
    master.pty().set_size(size)?;
    let slave = OpenFile::new(File::PtySlave(master.pty().open_slave()?), OpenFlags::O_RDWR);
    let fds = (0..3)
        .map(|_| {
            Some(FdEntry {
                file: slave.clone(),
                flags: FdFlags::empty(),
            })
        })
        .collect();
    Ok((master, fds))
}
