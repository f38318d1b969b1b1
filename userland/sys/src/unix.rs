//! The back end over a real Linux kernel, through libc: the same functions as `wasi.rs`, so that guest programs can be
//! run and tested natively. The guest ABI uses Linux's numbers almost everywhere, hence most flags pass through as they
//! are; Linux on other processors than x86-64 has other values for two open flags, which `open_bits` knows.

use std::ffi::{CStr, CString};
use std::mem::MaybeUninit;

use crate::lock::RawLock;
use crate::process::Usage;
use crate::tty::{ControlFlags, InputFlags, LocalFlags, OutputFlags};
use crate::{
    Action, Disposition, Errno, Fd, Handler, OpenFlags, Pid, PollFd, Result, SigAction, SigSet, Signal,
    Spawn, Stat, StatFs, Termios, TimerSpec, Times, Timestamp, WinSize, signal,
};

pub const F_DUPFD: i32 = libc::F_DUPFD;
pub const F_GETFD: i32 = libc::F_GETFD;
pub const F_SETFD: i32 = libc::F_SETFD;
pub const F_GETFL: i32 = libc::F_GETFL;
pub const F_SETFL: i32 = libc::F_SETFL;
pub const F_DUPFD_CLOEXEC: i32 = libc::F_DUPFD_CLOEXEC;

fn last_errno() -> Errno {
    Errno::from_io(&std::io::Error::last_os_error())
}

fn cvt(r: i32) -> Result<i32> {
    if r < 0 { Err(last_errno()) } else { Ok(r) }
}

/// A libc call whose pointers all come from live references, slices or C strings at the call.
macro_rules! c {
    ($name:ident($($arg:expr),* $(,)?)) => {
        // SAFETY: the macro's contract: every pointer argument is valid for what the call does with it.
        cvt(unsafe { libc::$name($($arg),*) })
    };
}

fn cstr(bytes: &[u8]) -> Result<CString> {
    CString::new(bytes).map_err(|_| Errno::EINVAL)
}

fn open_bits(flags: OpenFlags) -> i32 {
    let same = flags - OpenFlags::DIRECTORY - OpenFlags::NOFOLLOW;
    let mut bits = same.bits() as i32;
    if flags.contains(OpenFlags::DIRECTORY) {
        bits |= libc::O_DIRECTORY;
    }
    if flags.contains(OpenFlags::NOFOLLOW) {
        bits |= libc::O_NOFOLLOW;
    }
    bits
}

pub fn open(path: &[u8], flags: OpenFlags, mode: u32) -> Result<Fd> {
    let path = cstr(path)?;
    c!(open(path.as_ptr(), open_bits(flags), mode)).map(Fd)
}

pub fn close(fd: Fd) -> Result<()> {
    c!(close(fd.0)).map(drop)
}

pub fn read(fd: Fd, buf: &mut [u8]) -> Result<usize> {
    // SAFETY: `buf` is valid for writes of its length.
    let n = unsafe { libc::read(fd.0, buf.as_mut_ptr().cast(), buf.len()) };
    usize::try_from(n).map_err(|_| last_errno())
}

pub fn write(fd: Fd, buf: &[u8]) -> Result<usize> {
    // SAFETY: `buf` is valid for reads of its length.
    let n = unsafe { libc::write(fd.0, buf.as_ptr().cast(), buf.len()) };
    usize::try_from(n).map_err(|_| last_errno())
}

pub fn pipe2(flags: OpenFlags) -> Result<(Fd, Fd)> {
    let mut fds = [0; 2];
    c!(pipe2(fds.as_mut_ptr(), open_bits(flags)))?;
    Ok((Fd(fds[0]), Fd(fds[1])))
}

pub fn dup(fd: Fd) -> Result<Fd> {
    c!(dup(fd.0)).map(Fd)
}

pub fn dup2(old: Fd, new: Fd) -> Result<()> {
    c!(dup2(old.0, new.0)).map(drop)
}

pub fn dup3(old: Fd, new: Fd, flags: OpenFlags) -> Result<()> {
    c!(dup3(old.0, new.0, open_bits(flags))).map(drop)
}

pub fn fcntl(fd: Fd, cmd: i32, arg: i32) -> Result<i32> {
    c!(fcntl(fd.0, cmd, arg))
}

/// The guest ABI's `struct flock` and its command numbers are those of 64-bit Linux.
pub fn fcntl_lock(fd: Fd, cmd: i32, lock: &mut RawLock) -> Result<()> {
    c!(fcntl(fd.0, cmd, lock as *mut RawLock)).map(drop)
}

pub fn lseek(fd: Fd, offset: i64, whence: i32) -> Result<u64> {
    // SAFETY: no pointers.
    let at = unsafe { libc::lseek(fd.0, offset, whence) };
    u64::try_from(at).map_err(|_| last_errno())
}

pub fn flock(fd: Fd, op: i32) -> Result<()> {
    c!(flock(fd.0, op)).map(drop)
}

fn timespec(ns: u64) -> libc::timespec {
    libc::timespec {
        tv_sec: (ns / 1_000_000_000) as i64,
        tv_nsec: (ns % 1_000_000_000) as i64,
    }
}

fn timer_spec(spec: &libc::itimerspec) -> TimerSpec {
    let ns = |t: libc::timespec| nanos(t.tv_sec, t.tv_nsec) as u64;
    TimerSpec {
        value_ns: ns(spec.it_value),
        interval_ns: ns(spec.it_interval),
    }
}

pub fn timerfd_create(clock: i32, flags: OpenFlags) -> Result<Fd> {
    // TFD_NONBLOCK and TFD_CLOEXEC are open's flags.
    c!(timerfd_create(clock, open_bits(flags))).map(Fd)
}

pub fn timerfd_settime(fd: Fd, flags: i32, spec: TimerSpec) -> Result<TimerSpec> {
    let new = libc::itimerspec {
        it_interval: timespec(spec.interval_ns),
        it_value: timespec(spec.value_ns),
    };
    // SAFETY: a structure to read and one to fill.
    fill(|old| unsafe { libc::timerfd_settime(fd.0, flags, &new, old) }).map(|old| timer_spec(&old))
}

pub fn timerfd_gettime(fd: Fd) -> Result<TimerSpec> {
    // SAFETY: a structure to fill.
    fill(|spec| unsafe { libc::timerfd_gettime(fd.0, spec) }).map(|spec| timer_spec(&spec))
}

pub fn pidfd_open(pid: i32) -> Result<Fd> {
    // SAFETY: no pointers. libc has no wrapper of it everywhere.
    let fd = unsafe { libc::syscall(libc::SYS_pidfd_open, pid, 0) };
    cvt(fd as i32).map(Fd)
}

pub fn poll(fds: &mut [PollFd], timeout_ms: i32) -> Result<usize> {
    // `PollFd` has pollfd's layout: i32, u16, u16.
    c!(poll(
        fds.as_mut_ptr().cast(),
        fds.len() as libc::nfds_t,
        timeout_ms
    ))
    .map(|n| n as usize)
}

fn nanos(secs: i64, nanos: i64) -> i64 {
    secs.saturating_mul(1_000_000_000).saturating_add(nanos)
}

fn convert_stat(s: &libc::stat) -> Stat {
    Stat {
        dev: s.st_dev,
        ino: s.st_ino,
        mode: s.st_mode,
        nlink: s.st_nlink as u32,
        uid: s.st_uid,
        gid: s.st_gid,
        rdev: s.st_rdev,
        size: s.st_size as u64,
        blksize: s.st_blksize as u32,
        pad: 0,
        blocks: s.st_blocks as u64,
        atime_ns: nanos(s.st_atime, s.st_atime_nsec),
        mtime_ns: nanos(s.st_mtime, s.st_mtime_nsec),
        ctime_ns: nanos(s.st_ctime, s.st_ctime_nsec),
    }
}

/// Runs a call that fills a C structure.
fn fill<T>(f: impl FnOnce(*mut T) -> i32) -> Result<T> {
    let mut v = MaybeUninit::<T>::zeroed();
    cvt(f(v.as_mut_ptr()))?;
    // SAFETY: the call succeeded, so it filled the structure; all of them are plain integers, and zeroed before.
    Ok(unsafe { v.assume_init() })
}

pub fn stat(path: &[u8], follow: bool) -> Result<Stat> {
    let path = cstr(path)?;
    let call = if follow { libc::stat } else { libc::lstat };
    // SAFETY: a C string and a structure to fill.
    fill(|s| unsafe { call(path.as_ptr(), s) }).map(|s| convert_stat(&s))
}

pub fn fstat(fd: Fd) -> Result<Stat> {
    // SAFETY: a structure to fill.
    fill(|s| unsafe { libc::fstat(fd.0, s) }).map(|s| convert_stat(&s))
}

pub fn chmod(path: &[u8], mode: u32) -> Result<()> {
    let path = cstr(path)?;
    c!(chmod(path.as_ptr(), mode)).map(drop)
}

pub fn fchmod(fd: Fd, mode: u32) -> Result<()> {
    c!(fchmod(fd.0, mode)).map(drop)
}

fn at_flags(follow: bool) -> i32 {
    if follow { 0 } else { libc::AT_SYMLINK_NOFOLLOW }
}

pub fn chown(path: &[u8], uid: u32, gid: u32, follow: bool) -> Result<()> {
    let path = cstr(path)?;
    c!(fchownat(
        libc::AT_FDCWD,
        path.as_ptr(),
        uid,
        gid,
        at_flags(follow)
    ))
    .map(drop)
}

pub fn fchown(fd: Fd, uid: u32, gid: u32) -> Result<()> {
    c!(fchown(fd.0, uid, gid)).map(drop)
}

fn stamp(t: Timestamp) -> libc::timespec {
    match t {
        Timestamp::Now => libc::timespec {
            tv_sec: 0,
            tv_nsec: libc::UTIME_NOW,
        },
        Timestamp::Leave => libc::timespec {
            tv_sec: 0,
            tv_nsec: libc::UTIME_OMIT,
        },
        Timestamp::Nanos(n) => libc::timespec {
            tv_sec: n.div_euclid(1_000_000_000),
            tv_nsec: n.rem_euclid(1_000_000_000),
        },
    }
}

pub fn utimens(path: &[u8], atime: Timestamp, mtime: Timestamp, follow: bool) -> Result<()> {
    let path = cstr(path)?;
    let times = [stamp(atime), stamp(mtime)];
    c!(utimensat(
        libc::AT_FDCWD,
        path.as_ptr(),
        times.as_ptr(),
        at_flags(follow)
    ))
    .map(drop)
}

pub fn mknod(path: &[u8], mode: u32, dev: u64) -> Result<()> {
    let path = cstr(path)?;
    c!(mknod(path.as_ptr(), mode, dev)).map(drop)
}

pub fn access(path: &[u8], mode: u32) -> Result<()> {
    let path = cstr(path)?;
    c!(faccessat(
        libc::AT_FDCWD,
        path.as_ptr(),
        mode as i32,
        libc::AT_EACCESS
    ))
    .map(drop)
}

pub fn statfs(path: &[u8]) -> Result<StatFs> {
    let path = cstr(path)?;
    // SAFETY: a C string and a structure to fill.
    let s: libc::statfs = fill(|s| unsafe { libc::statfs(path.as_ptr(), s) })?;
    Ok(StatFs {
        bsize: s.f_bsize as u64,
        blocks: s.f_blocks,
        bfree: s.f_bfree,
        bavail: s.f_bavail,
        files: s.f_files,
        ffree: s.f_ffree,
        namelen: s.f_namelen as u64,
        kind: s.f_type as u64,
    })
}

pub fn fork(child: Box<dyn FnOnce() -> i32 + '_>) -> Result<Pid> {
    // SAFETY: the programs that fork have one thread, so the child may go on as the parent could have.
    match c!(fork())? {
        0 => exit(child()),
        pid => Ok(Pid(pid)),
    }
}

/// fork and exec with a pipe that brings back what went wrong in the child, as posix_spawn(3) promises.
pub fn spawn(s: &Spawn) -> Result<Pid> {
    let (r, w) = pipe2(OpenFlags::CLOEXEC)?;
    // Above every descriptor that the actions might use as a target.
    let report = fcntl(w, F_DUPFD_CLOEXEC, 100).map(Fd);
    let _ = close(w);
    let report = report?;
    // SAFETY: as in `fork`.
    let forked = c!(fork());
    if forked == Ok(0) {
        let e = run_spawned(s);
        let _ = write(report, &e.raw().to_ne_bytes());
        exit(127)
    }
    let _ = close(report);
    let result = forked.and_then(|pid| {
        let mut raw = [0; 4];
        let n = loop {
            match read(r, &mut raw) {
                Err(Errno::EINTR) => {}
                other => break other?,
            }
        };
        if n == 4 {
            while wait(pid, 0) == Err(Errno::EINTR) {}
            return Err(Errno::from_raw(i32::from_ne_bytes(raw)));
        }
        Ok(Pid(pid))
    });
    let _ = close(r);
    result
}

fn run_spawned(s: &Spawn) -> Errno {
    match prepare_spawned(s) {
        Err(e) => e,
        Ok(()) => exec(s.path, s.argv, s.envp, s.search),
    }
}

fn prepare_spawned(s: &Spawn) -> Result<()> {
    if s.setsid {
        setsid()?;
    }
    if let Some(group) = s.pgroup {
        setpgid(0, group.0)?;
    }
    for sig in s.sigdefault.unwrap_or_default().iter() {
        sigaction(sig, Some(SigAction::Default))
            .map(drop)
            .or_else(|e| if e == Errno::EINVAL { Ok(()) } else { Err(e) })?;
    }
    if let Some(cwd) = s.cwd {
        chdir(cwd)?;
    }
    for a in &s.actions {
        match a {
            Action::Close(fd) => close(*fd)?,
            Action::Dup2 { from, to } if from == to => drop(fcntl(*to, F_SETFD, 0)?),
            Action::Dup2 { from, to } => dup2(*from, *to)?,
            Action::Open {
                fd,
                path,
                flags,
                mode,
            } => {
                let new = open(path, *flags, mode.bits())?;
                if new != *fd {
                    dup2(new, *fd)?;
                    close(new)?;
                }
            }
            Action::Chdir(path) => chdir(path)?,
            Action::TcSetPgrp(fd) => {
                // The child may be in the background: SIGTTOU would stop it.
                let old = sigprocmask(0, Some(SigSet::EMPTY.with(Signal::TTOU)))?;
                let group = getpgid(0)?;
                let result = tcsetpgrp(*fd, group);
                sigprocmask(2, Some(old))?;
                result?;
            }
        }
    }
    if let Some(mask) = s.sigmask {
        sigprocmask(2, Some(mask))?;
    }
    Ok(())
}

pub fn exec(path: &[u8], argv: &[Vec<u8>], envp: &[Vec<u8>], search: bool) -> Errno {
    fn table(strings: &[Vec<u8>]) -> Result<Vec<CString>> {
        strings.iter().map(|s| cstr(s)).collect()
    }
    fn pointers(strings: &[CString]) -> Vec<*const libc::c_char> {
        strings
            .iter()
            .map(|s| s.as_ptr())
            .chain([std::ptr::null()])
            .collect()
    }
    let (Ok(path), Ok(argv), Ok(envp)) = (cstr(path), table(argv), table(envp)) else {
        return Errno::EINVAL;
    };
    let (argv, envp) = (pointers(&argv), pointers(&envp));
    let result = if search {
        c!(execvpe(path.as_ptr(), argv.as_ptr(), envp.as_ptr()))
    } else {
        c!(execve(path.as_ptr(), argv.as_ptr(), envp.as_ptr()))
    };
    result.err().unwrap_or(Errno::EIO)
}

pub fn exit(code: i32) -> ! {
    // SAFETY: no pointers.
    unsafe { libc::_exit(code) }
}

fn timeval_ns(t: libc::timeval) -> u64 {
    nanos(t.tv_sec, t.tv_usec * 1000) as u64
}

fn usage(r: &libc::rusage) -> Usage {
    Usage {
        user_ns: timeval_ns(r.ru_utime),
        system_ns: timeval_ns(r.ru_stime),
    }
}

pub fn wait(pid: i32, options: i32) -> Result<(Pid, i32, Usage)> {
    let mut status = 0;
    let mut who = 0;
    // SAFETY: both are valid for writes.
    let r = fill(|r: *mut libc::rusage| unsafe {
        who = libc::wait4(pid, &mut status, options, r);
        who
    })?;
    Ok((Pid(who), status, usage(&r)))
}

macro_rules! ids {
    ($($name:ident -> $t:ty),*) => {
        $(pub fn $name() -> $t {
            // SAFETY: no pointers, cannot fail.
            unsafe { libc::$name() }
        })*
    };
}

ids! { getuid -> u32, geteuid -> u32, getgid -> u32, getegid -> u32 }

pub fn setuid(uid: u32) -> Result<()> {
    // SAFETY: no pointers.
    cvt(unsafe { libc::setuid(uid) }).map(drop)
}

pub fn setgid(gid: u32) -> Result<()> {
    // SAFETY: no pointers.
    cvt(unsafe { libc::setgid(gid) }).map(drop)
}

pub fn getpid() -> Pid {
    // SAFETY: no pointers, cannot fail.
    Pid(unsafe { libc::getpid() })
}

pub fn getppid() -> Pid {
    // SAFETY: no pointers, cannot fail.
    Pid(unsafe { libc::getppid() })
}

pub fn getpgid(pid: i32) -> Result<Pid> {
    c!(getpgid(pid)).map(Pid)
}

pub fn setpgid(pid: i32, pgid: i32) -> Result<()> {
    c!(setpgid(pid, pgid)).map(drop)
}

pub fn getsid(pid: i32) -> Result<Pid> {
    c!(getsid(pid)).map(Pid)
}

pub fn setsid() -> Result<Pid> {
    c!(setsid()).map(Pid)
}

pub fn umask(mask: u32) -> u32 {
    // SAFETY: no pointers, cannot fail.
    unsafe { libc::umask(mask) }
}

pub fn chdir(path: &[u8]) -> Result<()> {
    let path = cstr(path)?;
    c!(chdir(path.as_ptr())).map(drop)
}

pub fn fchdir(fd: Fd) -> Result<()> {
    c!(fchdir(fd.0)).map(drop)
}

pub fn getcwd() -> Result<Vec<u8>> {
    let path = std::env::current_dir().map_err(|e| Errno::from_io(&e))?;
    Ok(path.into_os_string().into_encoded_bytes())
}

pub fn getrlimit(resource: u32) -> Result<[u64; 2]> {
    // SAFETY: a structure to fill.
    fill(|l: *mut libc::rlimit| unsafe { libc::getrlimit(resource as _, l) })
        .map(|l| [l.rlim_cur, l.rlim_max])
}

pub fn setrlimit(resource: u32, [soft, hard]: [u64; 2]) -> Result<()> {
    let l = libc::rlimit {
        rlim_cur: soft,
        rlim_max: hard,
    };
    c!(setrlimit(resource as _, &l)).map(drop)
}

pub fn times() -> Result<Times> {
    let of = |who| {
        // SAFETY: a structure to fill.
        fill(|r: *mut libc::rusage| unsafe { libc::getrusage(who, r) }).map(|r| usage(&r))
    };
    Ok(Times {
        own: of(libc::RUSAGE_SELF)?,
        children: of(libc::RUSAGE_CHILDREN)?,
    })
}

fn sigset(set: SigSet) -> Result<libc::sigset_t> {
    // SAFETY: a structure to fill.
    let mut s: libc::sigset_t = fill(|s| unsafe { libc::sigemptyset(s) })?;
    for sig in set.iter() {
        c!(sigaddset(&mut s, sig.0))?;
    }
    Ok(s)
}

fn from_sigset(s: &libc::sigset_t) -> SigSet {
    // SAFETY: a valid set.
    Signal::ALL
        .iter()
        .copied()
        .filter(|sig| unsafe { libc::sigismember(s, sig.0) } == 1)
        .collect()
}

pub fn sigaction(sig: Signal, new: Option<SigAction>) -> Result<Disposition> {
    let new = match new {
        None => None,
        Some(action) => Some(to_libc(action)?),
    };
    let ptr = new.as_ref().map_or(std::ptr::null(), |n| n as *const _);
    // SAFETY: null or a valid structure, and one to fill.
    let old: libc::sigaction = fill(|old| unsafe { libc::sigaction(sig.0, ptr, old) })?;
    Ok(match old.sa_sigaction {
        libc::SIG_DFL => Disposition::Default,
        libc::SIG_IGN => Disposition::Ignore,
        _ => Disposition::Handled,
    })
}

fn to_libc(action: SigAction) -> Result<libc::sigaction> {
    let (handler, flags, mask) = match action {
        SigAction::Default => (libc::SIG_DFL, 0, SigSet::EMPTY),
        SigAction::Ignore => (libc::SIG_IGN, 0, SigSet::EMPTY),
        SigAction::Handle { handler, flags, mask } => {
            let f: extern "C" fn(i32) = match handler {
                Handler::Record => signal::record,
                Handler::Function(f) => f,
            };
            (f as usize, flags.bits() as i32, mask)
        }
    };
    Ok(libc::sigaction {
        sa_sigaction: handler,
        sa_mask: sigset(mask)?,
        sa_flags: flags,
        sa_restorer: None,
    })
}

pub fn sigprocmask(how: i32, set: Option<SigSet>) -> Result<SigSet> {
    let set = set.map(sigset).transpose()?;
    let ptr = set.as_ref().map_or(std::ptr::null(), |s| s as *const _);
    // SAFETY: null or a valid set, and one to fill.
    fill(|old| unsafe { libc::sigprocmask(how, ptr, old) }).map(|s| from_sigset(&s))
}

pub fn sigsuspend(mask: SigSet) -> Errno {
    match sigset(mask) {
        Ok(s) => c!(sigsuspend(&s)).err().unwrap_or(Errno::EINTR),
        Err(e) => e,
    }
}

pub fn sigpending() -> Result<SigSet> {
    // SAFETY: a structure to fill.
    fill(|s| unsafe { libc::sigpending(s) }).map(|s| from_sigset(&s))
}

/// A real kernel delivers by itself.
pub fn sigpoll() {}

pub fn kill(pid: i32, sig: i32) -> Result<()> {
    c!(kill(pid, sig)).map(drop)
}

pub fn setitimer(value_ns: u64, interval_ns: u64) -> Result<u64> {
    // Libc crates lack setitimer on some targets: ualarm would lose seconds, so the raw call it is.
    let tv = |ns: u64| {
        [
            (ns / 1_000_000_000) as i64,
            (ns % 1_000_000_000).div_ceil(1000) as i64,
        ]
    };
    let new = [tv(interval_ns), tv(value_ns)];
    let mut old = [[0i64; 2]; 2];
    // SAFETY: two `struct itimerval` of four longs, which 64-bit Linux defines them as.
    let r = unsafe { libc::syscall(libc::SYS_setitimer, 0, new.as_ptr(), old.as_mut_ptr()) };
    cvt(r as i32)?;
    Ok(nanos(old[1][0], old[1][1] * 1000) as u64)
}

pub fn isatty(fd: Fd) -> bool {
    // SAFETY: no pointers.
    unsafe { libc::isatty(fd.0) == 1 }
}

pub fn tcgetattr(fd: Fd) -> Result<Termios> {
    // SAFETY: a structure to fill.
    let t: libc::termios = fill(|t| unsafe { libc::tcgetattr(fd.0, t) })?;
    let mut cc = [0; 19];
    cc.copy_from_slice(&t.c_cc[..19]);
    Ok(Termios {
        input: InputFlags::from_bits_retain(t.c_iflag),
        output: OutputFlags::from_bits_retain(t.c_oflag),
        control: ControlFlags::from_bits_retain(t.c_cflag),
        local: LocalFlags::from_bits_retain(t.c_lflag),
        line: t.c_line,
        cc,
        ispeed: t.c_ispeed,
        ospeed: t.c_ospeed,
    })
}

pub fn tcsetattr(fd: Fd, action: i32, termios: &Termios) -> Result<()> {
    // SAFETY: a structure to fill.
    let mut t: libc::termios = fill(|t| unsafe { libc::tcgetattr(fd.0, t) })?;
    t.c_iflag = termios.input.bits();
    t.c_oflag = termios.output.bits();
    t.c_cflag = termios.control.bits();
    t.c_lflag = termios.local.bits();
    t.c_cc[..19].copy_from_slice(&termios.cc);
    c!(tcsetattr(fd.0, action, &t)).map(drop)
}

pub fn tcgetpgrp(fd: Fd) -> Result<Pid> {
    c!(tcgetpgrp(fd.0)).map(Pid)
}

pub fn tcsetpgrp(fd: Fd, group: Pid) -> Result<()> {
    c!(tcsetpgrp(fd.0, group.0)).map(drop)
}

pub fn tcgetwinsize(fd: Fd) -> Result<WinSize> {
    let mut w = WinSize::default();
    // `WinSize` has struct winsize's layout: four unsigned shorts.
    c!(ioctl(fd.0, libc::TIOCGWINSZ, &mut w as *mut WinSize))?;
    Ok(w)
}

pub fn tcsetwinsize(fd: Fd, size: WinSize) -> Result<()> {
    c!(ioctl(fd.0, libc::TIOCSWINSZ, &size as *const WinSize)).map(drop)
}

pub fn openpty() -> Result<(Fd, Fd)> {
    let (mut m, mut s) = (0, 0);
    c!(openpty(
        &mut m,
        &mut s,
        std::ptr::null_mut(),
        std::ptr::null_mut(),
        std::ptr::null_mut()
    ))?;
    Ok((Fd(m), Fd(s)))
}

pub fn ttyname(fd: Fd) -> Result<Vec<u8>> {
    let mut buf = [0u8; 256];
    // SAFETY: the buffer and its length.
    let e = unsafe { libc::ttyname_r(fd.0, buf.as_mut_ptr().cast(), buf.len()) };
    if e != 0 {
        return Err(Errno::from_raw(e));
    }
    CStr::from_bytes_until_nul(&buf)
        .map(|s| s.to_bytes().to_vec())
        .map_err(|_| Errno::ERANGE)
}

pub fn tcflush(fd: Fd, queue: i32) -> Result<()> {
    c!(tcflush(fd.0, queue)).map(drop)
}
