//! Processes: fork, spawn, exec, wait, groups, and what a process has one of (cwd, umask, limits, times).

use crate::{Fd, Mode, OpenFlags, PathArg, Result, SigSet, Signal, imp};

/// A process id; also a process group's or session's, which are named after their leader.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
#[repr(transparent)]
pub struct Pid(pub i32);

impl std::fmt::Display for Pid {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

/// Whom waitpid(2) waits for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum WaitTarget {
    AnyChild,
    Pid(Pid),
    Group(Pid),
    OwnGroup,
}

impl WaitTarget {
    fn raw(self) -> i32 {
        match self {
            WaitTarget::AnyChild => -1,
            WaitTarget::Pid(p) => p.0,
            WaitTarget::Group(g) => -g.0,
            WaitTarget::OwnGroup => 0,
        }
    }
}

bitflags::bitflags! {
    #[derive(Clone, Copy, PartialEq, Eq, Debug)]
    pub struct WaitOptions: u32 {
        const NOHANG = 1;
        const UNTRACED = 2;
        const CONTINUED = 8;
        /// Leaves the child to be waited for again. Cobnut only: elsewhere it is waitid(2)'s.
        const NOWAIT = 0x0100_0000;
    }

    /// Which fields of a [`Spawn`] count; derived from it.
    #[derive(Clone, Copy, PartialEq, Eq, Debug)]
    pub struct SpawnFlags: u32 {
        const SETPGROUP = 1;
        const SETSIGMASK = 2;
        const SETSIGDEF = 4;
        const SETSID = 8;
        const USEPATH = 16;
    }
}

/// What became of a child.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum WaitStatus {
    Exited(u8),
    Signaled { signal: Signal, core: bool },
    Stopped(Signal),
    Continued,
}

impl WaitStatus {
    /// From wait(2)'s status word.
    pub fn from_raw(word: i32) -> WaitStatus {
        let low = word & 0x7f;
        if word == 0xffff {
            WaitStatus::Continued
        } else if word & 0xff == 0x7f {
            WaitStatus::Stopped(Signal((word >> 8) & 0xff))
        } else if low == 0 {
            WaitStatus::Exited((word >> 8) as u8)
        } else {
            WaitStatus::Signaled {
                signal: Signal(low),
                core: word & 0x80 != 0,
            }
        }
    }

    /// The shell's `$?` for it: the exit code, or 128 plus the signal's number.
    pub fn code(self) -> i32 {
        match self {
            WaitStatus::Exited(c) => c.into(),
            WaitStatus::Signaled { signal, .. } | WaitStatus::Stopped(signal) => 128 + signal.0,
            WaitStatus::Continued => 0,
        }
    }

    pub fn is_end(self) -> bool {
        matches!(self, WaitStatus::Exited(_) | WaitStatus::Signaled { .. })
    }
}

/// CPU time in nanoseconds.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
#[repr(C)]
pub struct Usage {
    pub user_ns: u64,
    pub system_ns: u64,
}

/// times(2), in nanoseconds.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
#[repr(C)]
pub struct Times {
    pub own: Usage,
    pub children: Usage,
}

/// Linux's resource numbers.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u32)]
pub enum Resource {
    Cpu = 0,
    FileSize = 1,
    Data = 2,
    Stack = 3,
    Core = 4,
    Rss = 5,
    Processes = 6,
    Files = 7,
    LockedMemory = 8,
    AddressSpace = 9,
}

/// `None` is no limit.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Rlimit {
    pub soft: Option<u64>,
    pub hard: Option<u64>,
}

/// What a spawned child does with its descriptors before it runs, in order.
#[derive(Clone, Debug)]
pub enum Action {
    Close(Fd),
    /// Makes `to` a duplicate of `from`; onto itself clears FD_CLOEXEC.
    Dup2 {
        from: Fd,
        to: Fd,
    },
    Open {
        fd: Fd,
        path: Vec<u8>,
        flags: OpenFlags,
        mode: Mode,
    },
    Chdir(Vec<u8>),
    /// Makes the child's group the terminal's foreground group.
    TcSetPgrp(Fd),
}

/// A posix_spawn(3) in the making. `argv` and `envp` are C strings without their NUL.
#[derive(Clone, Debug, Default)]
pub struct Spawn<'a> {
    pub path: &'a [u8],
    pub argv: &'a [Vec<u8>],
    /// `NAME=value` each.
    pub envp: &'a [Vec<u8>],
    pub cwd: Option<&'a [u8]>,
    pub actions: Vec<Action>,
    /// `Some(Pid(0))` makes the child the leader of a group of its own.
    pub pgroup: Option<Pid>,
    pub sigmask: Option<SigSet>,
    pub sigdefault: Option<SigSet>,
    pub setsid: bool,
    /// Search PATH for `path`.
    pub search: bool,
}

impl Spawn<'_> {
    /// Starts the child.
    ///
    /// # Errors
    /// Whatever hindered it: ENOENT, EACCES, ENOEXEC for the program, EAGAIN at the process limit, or what the first
    /// failing action said. No child is left then.
    pub fn spawn(&self) -> Result<Pid> {
        imp::spawn(self)
    }
}

/// Runs `child` in a copy of this process, which exits with what it returns. Heap, statics and unwritten buffers of the
/// caller are copied, as with fork(2), so `child` may borrow; it never returns to the caller.
///
/// # Errors
/// EAGAIN at the process limit.
pub fn fork<F: FnOnce() -> i32>(child: F) -> Result<Pid> {
    imp::fork(Box::new(child))
}

/// Ends the process now: no destructors, no flushing of std's buffers.
pub fn exit(code: i32) -> ! {
    imp::exit(code)
}

/// execve(2); comes back only with an error.
pub fn exec(path: impl PathArg, argv: &[Vec<u8>], envp: &[Vec<u8>]) -> crate::Errno {
    imp::exec(path.path_bytes(), argv, envp, false)
}

/// execve(2) that searches the PATH for a name without a slash.
pub fn execvp(path: impl PathArg, argv: &[Vec<u8>], envp: &[Vec<u8>]) -> crate::Errno {
    imp::exec(path.path_bytes(), argv, envp, true)
}

/// `Ok(None)`: NOHANG was given and nothing has happened yet.
pub fn waitpid(target: WaitTarget, options: WaitOptions) -> Result<Option<(Pid, WaitStatus)>> {
    Ok(wait4(target, options)?.map(|(pid, status, _)| (pid, status)))
}

/// [`waitpid`] that also tells the CPU time which the child used.
pub fn wait4(target: WaitTarget, options: WaitOptions) -> Result<Option<(Pid, WaitStatus, Usage)>> {
    let (pid, word, usage) = imp::wait(target.raw(), options.bits() as i32)?;
    Ok((pid.0 != 0).then(|| (pid, WaitStatus::from_raw(word), usage)))
}

pub fn getpid() -> Pid {
    imp::getpid()
}

pub fn getppid() -> Pid {
    imp::getppid()
}

/// The group of a process; `None` is the caller.
pub fn getpgid(pid: Option<Pid>) -> Result<Pid> {
    imp::getpgid(pid.map_or(0, |p| p.0))
}

pub fn setpgid(pid: Pid, pgid: Pid) -> Result<()> {
    imp::setpgid(pid.0, pgid.0)
}

pub fn getsid(pid: Option<Pid>) -> Result<Pid> {
    imp::getsid(pid.map_or(0, |p| p.0))
}

pub fn setsid() -> Result<Pid> {
    imp::setsid()
}

pub fn getuid() -> u32 {
    imp::getuid()
}

pub fn geteuid() -> u32 {
    imp::geteuid()
}

pub fn getgid() -> u32 {
    imp::getgid()
}

pub fn getegid() -> u32 {
    imp::getegid()
}

/// Becomes another user, for good: real, effective and saved. EPERM unless root.
pub fn setuid(uid: u32) -> Result<()> {
    imp::setuid(uid)
}

/// The same for the group.
pub fn setgid(gid: u32) -> Result<()> {
    imp::setgid(gid)
}

/// Sets the file mode creation mask; answers the old one.
pub fn umask(mask: Mode) -> Mode {
    Mode::from_bits_truncate(imp::umask(mask.bits()))
}

/// Changes the kernel's cwd and libc's, so that std's relative paths stay right.
pub fn chdir(path: impl PathArg) -> Result<()> {
    imp::chdir(path.path_bytes())
}

pub fn fchdir(fd: Fd) -> Result<()> {
    imp::fchdir(fd)
}

pub fn getcwd() -> Result<Vec<u8>> {
    imp::getcwd()
}

pub fn getrlimit(resource: Resource) -> Result<Rlimit> {
    imp::getrlimit(resource as u32).map(|[s, h]| Rlimit {
        soft: finite(s),
        hard: finite(h),
    })
}

pub fn setrlimit(resource: Resource, limit: Rlimit) -> Result<()> {
    imp::setrlimit(
        resource as u32,
        [limit.soft.unwrap_or(u64::MAX), limit.hard.unwrap_or(u64::MAX)],
    )
}

fn finite(v: u64) -> Option<u64> {
    (v != u64::MAX).then_some(v)
}

pub fn times() -> Result<Times> {
    imp::times()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn status_words_decode_as_wait2_says() {
        let cases = [
            (0, WaitStatus::Exited(0), 0),
            (256, WaitStatus::Exited(1), 1),
            (
                9,
                WaitStatus::Signaled {
                    signal: Signal::KILL,
                    core: false,
                },
                137,
            ),
            (
                11 | 0x80,
                WaitStatus::Signaled {
                    signal: Signal::SEGV,
                    core: true,
                },
                139,
            ),
            (0x7f | (20 << 8), WaitStatus::Stopped(Signal::TSTP), 148),
            (0xffff, WaitStatus::Continued, 0),
        ];
        for (word, status, code) in cases {
            assert_eq!(WaitStatus::from_raw(word), status);
            assert_eq!(status.code(), code);
        }
    }
}
