//! The safe Rust face of Cobnut's guest ABI (`docs/guest-abi.md`): POSIX names, typed flags.
//!
//! Two back ends offer the same functions and one place, below, chooses: [`wasi`] over the kernel's `cobnut` imports
//! and WASI preview 1, and [`unix`] over libc on Linux, so that guest programs also build, run and are tested on a real
//! kernel. All `unsafe` of the crate is in the two back ends (and in `fork`'s and the handlers' trampolines there).
//!
//! Conventions: integers that the kernel hands out are newtypes ([`Pid`], [`Fd`]); paths are anything that is
//! [`PathArg`]; every error is an [`Errno`]. Programs call [`init`] first.

mod errno;
mod fd;
mod file;
#[cfg(target_os = "wasi")]
mod link;
mod lock;
mod path;
mod process;
mod signal;
mod timer;
mod tty;

#[cfg(target_os = "wasi")]
#[path = "wasi.rs"]
mod imp;
#[cfg(not(target_os = "wasi"))]
#[path = "unix.rs"]
mod imp;

pub use errno::{Errno, Result};
pub use fd::{
    Fd, FdFlags, OpenFlags, PollEvents, PollFd, Whence, close, dup, dup_from, dup2, dup3, getfd, getfl,
    lseek, open, pipe, pipe2, poll, read, setfd, setfl, write, write_all,
};
pub use file::{
    Access, FileType, Mode, Stat, StatFs, Timestamp, access, chmod, chown, fchmod, fchown, fstat, lstat,
    mkfifo, mknod, stat, statfs, utimens,
};
pub use lock::{HeldLock, LockKind, LockOp, LockOwner, LockRange, flock, getlk, setlk};
pub use path::PathArg;
pub use process::{
    Action, Pid, Resource, Rlimit, Spawn, SpawnFlags, Times, Usage, WaitOptions, WaitStatus, WaitTarget,
    chdir, exec, execvp, exit, fchdir, fork, getcwd, getegid, geteuid, getgid, getpgid, getpid, getppid,
    getrlimit, getsid, getuid, setgid, setpgid, setrlimit, setsid, setuid, times, umask, wait4, waitpid,
};
pub use signal::{
    Disposition, Handler, MaskHow, SaFlags, SigAction, SigSet, Signal, kill, killpg, recorded, setitimer,
    sigaction, sigpending, sigpoll, sigprocmask, sigsuspend, take_recorded,
};
pub use timer::{TimerClock, TimerSpec, pidfd_open, timerfd_create, timerfd_gettime, timerfd_settime};
pub use tty::{
    ControlFlags, InputFlags, LocalFlags, OutputFlags, Queue, SetWhen, Termios, WinSize, cc, isatty, openpty,
    tcflush, tcgetattr, tcgetpgrp, tcgetwinsize, tcsetattr, tcsetpgrp, tcsetwinsize, ttyname,
};

/// Makes libc's idea of the working directory the kernel's. WASI has no cwd of its own: wasi-libc starts each program
/// at `/` and joins relative paths itself, so without this `std::fs::read("foo")` would look in the wrong place.
pub fn init() {
    if cfg!(target_os = "wasi")
        && let Ok(cwd) = getcwd()
    {
        // A cwd that was removed leaves libc at `/`; calls by relative path then answer ENOENT or the like.
        let _ = std::env::set_current_dir(path::os(&cwd));
    }
}
