//! The back end over Cobnut's kernel: the import module `cobnut` plus libc calls that reach WASI preview 1.
//!
//! Each import is declared once, with its ABI type, in [`raw`]; the functions below turn slices into (pointer, length),
//! out-pointers into results and numbers into [`Errno`]. The kernel checks every pointer itself, so that a mistake here
//! is EFAULT or a wrong answer, never a broken kernel; `unsafe` covers that the out-pointers are valid for writes.

use crate::lock::RawLock;
use crate::process::Usage;
use crate::{
    Action, Disposition, Errno, Fd, Handler, OpenFlags, Pid, PollFd, Result, SigAction, SigSet, Signal,
    Spawn, SpawnFlags, Stat, StatFs, Termios, TimerSpec, Times, Timestamp, WinSize, signal,
};

pub const F_DUPFD: i32 = 0;
pub const F_GETFD: i32 = 1;
pub const F_SETFD: i32 = 2;
pub const F_GETFL: i32 = 3;
pub const F_SETFL: i32 = 4;
pub const F_DUPFD_CLOEXEC: i32 = 1030;

mod raw {
    use super::{PollFd, RawLock, Stat, StatFs, Termios, TimerSpec, Times, Usage, WinSize};

    #[repr(C)]
    pub struct SpawnRequest {
        pub path: *const u8,
        pub path_len: u32,
        pub argv: *const u8,
        pub argv_len: u32,
        pub envp: *const u8,
        pub envp_len: u32,
        pub cwd: *const u8,
        pub cwd_len: u32,
        pub actions: *const FileAction,
        pub actions_count: u32,
        pub flags: u32,
        pub pgroup: u32,
        pub sigmask: u64,
        pub sigdefault: u64,
    }

    #[repr(C)]
    pub struct FileAction {
        pub op: u32,
        pub fd: i32,
        pub arg: u32,
        pub path: *const u8,
        pub path_len: u32,
        pub mode: u32,
    }

    #[repr(C)]
    #[derive(Default)]
    pub struct SigActionAbi {
        pub kind: u32,
        pub handler: u32,
        pub flags: u32,
        pub pad: u32,
        pub mask: u64,
    }

    const _: () = assert!(size_of::<SpawnRequest>() == 64);
    const _: () = assert!(size_of::<FileAction>() == 24);
    const _: () = assert!(size_of::<SigActionAbi>() == 24);

    #[link(wasm_import_module = "cobnut")]
    unsafe extern "C" {
        pub fn proc_spawn(req: *const SpawnRequest, pid: *mut i32) -> i32;
        pub fn proc_clone(entry: extern "C" fn(i32), arg: i32, flags: i32, pid: *mut i32) -> i32;
        pub fn proc_exec(
            path: *const u8,
            path_len: usize,
            argv: *const u8,
            argv_len: usize,
            envp: *const u8,
            envp_len: usize,
            flags: i32,
        ) -> i32;
        pub fn proc_wait(pid: i32, options: i32, out: *mut i32, status: *mut i32, usage: *mut Usage) -> i32;
        pub fn getpid() -> i32;
        pub fn getppid() -> i32;
        pub fn getpgid(pid: i32, out: *mut i32) -> i32;
        pub fn setpgid(pid: i32, pgid: i32) -> i32;
        pub fn getsid(pid: i32, out: *mut i32) -> i32;
        pub fn setsid(out: *mut i32) -> i32;
        pub fn getuid() -> i32;
        pub fn geteuid() -> i32;
        pub fn getgid() -> i32;
        pub fn getegid() -> i32;
        pub fn setuid(uid: i32) -> i32;
        pub fn setgid(gid: i32) -> i32;
        pub fn umask(mask: i32) -> i32;
        pub fn chdir(path: *const u8, len: usize) -> i32;
        pub fn fchdir(fd: i32) -> i32;
        pub fn getcwd(buf: *mut u8, len: usize, out: *mut usize) -> i32;
        pub fn getrlimit(resource: i32, lim: *mut u64) -> i32;
        pub fn setrlimit(resource: i32, lim: *const u64) -> i32;
        pub fn times(out: *mut Times) -> i32;

        pub fn sigaction(sig: i32, new: *const SigActionAbi, old: *mut SigActionAbi) -> i32;
        pub fn sigprocmask(how: i32, set: *const u64, old: *mut u64) -> i32;
        pub fn sigsuspend(mask: *const u64) -> i32;
        pub fn sigpending(set: *mut u64) -> i32;
        pub fn sigpoll() -> i32;
        pub fn kill(pid: i32, sig: i32) -> i32;
        pub fn setitimer(value: i64, interval: i64, old: *mut u64) -> i32;

        pub fn pipe2(flags: i32, read: *mut i32, write: *mut i32) -> i32;
        pub fn dup(fd: i32, new: *mut i32) -> i32;
        pub fn dup2(old: i32, new: i32) -> i32;
        pub fn dup3(old: i32, new: i32, flags: i32) -> i32;
        pub fn fcntl(fd: i32, cmd: i32, arg: i32, out: *mut i32) -> i32;
        pub fn open(path: *const u8, len: usize, flags: i32, mode: i32, fd: *mut i32) -> i32;
        /// The same import, for the commands whose argument points to a lock.
        #[link_name = "fcntl"]
        pub fn fcntl_lock(fd: i32, cmd: i32, lock: *mut RawLock, out: *mut i32) -> i32;
        pub fn lseek(fd: i32, offset: i64, whence: i32, out: *mut u64) -> i32;
        pub fn flock(fd: i32, op: i32) -> i32;
        pub fn timerfd_create(clock: i32, flags: i32, fd: *mut i32) -> i32;
        pub fn timerfd_settime(fd: i32, flags: i32, value: i64, interval: i64, old: *mut TimerSpec) -> i32;
        pub fn timerfd_gettime(fd: i32, out: *mut TimerSpec) -> i32;
        pub fn pidfd_open(pid: i32, flags: i32, fd: *mut i32) -> i32;
        pub fn poll(fds: *mut PollFd, n: usize, timeout: i32, ready: *mut usize) -> i32;

        pub fn stat(path: *const u8, len: usize, flags: i32, out: *mut Stat) -> i32;
        pub fn fstat(fd: i32, out: *mut Stat) -> i32;
        pub fn chmod(path: *const u8, len: usize, mode: i32, flags: i32) -> i32;
        pub fn fchmod(fd: i32, mode: i32) -> i32;
        pub fn chown(path: *const u8, len: usize, uid: i32, gid: i32, flags: i32) -> i32;
        pub fn fchown(fd: i32, uid: i32, gid: i32) -> i32;
        pub fn utimens(path: *const u8, len: usize, atime: i64, mtime: i64, flags: i32) -> i32;
        pub fn mknod(path: *const u8, len: usize, mode: i32, dev: i64) -> i32;
        pub fn access(path: *const u8, len: usize, mode: i32) -> i32;
        pub fn statfs(path: *const u8, len: usize, out: *mut StatFs) -> i32;

        pub fn isatty(fd: i32, out: *mut i32) -> i32;
        pub fn tcgetattr(fd: i32, out: *mut Termios) -> i32;
        pub fn tcsetattr(fd: i32, action: i32, termios: *const Termios) -> i32;
        pub fn tcgetpgrp(fd: i32, out: *mut i32) -> i32;
        pub fn tcsetpgrp(fd: i32, pgid: i32) -> i32;
        pub fn tcgetwinsize(fd: i32, out: *mut WinSize) -> i32;
        pub fn tcsetwinsize(fd: i32, ws: *const WinSize) -> i32;
        pub fn openpty(master: *mut i32, slave: *mut i32) -> i32;
        pub fn ttyname(fd: i32, buf: *mut u8, len: usize, out: *mut usize) -> i32;
        pub fn tcflush(fd: i32, queue: i32) -> i32;
    }
}

fn check(errno: i32) -> Result<()> {
    if errno == 0 {
        Ok(())
    } else {
        Err(Errno::from_raw(errno))
    }
}

/// Runs an import with one out-value.
fn out<T: Default>(f: impl FnOnce(*mut T) -> i32) -> Result<T> {
    let mut v = T::default();
    check(f(&mut v))?;
    Ok(v)
}

/// Imports that take no pointers, or only ones made from references right here.
macro_rules! call {
    ($name:ident($($arg:expr),*)) => {
        // SAFETY: the pointers among the arguments come from live references and slices of the right type.
        unsafe { raw::$name($($arg),*) }
    };
}

/// A list as the ABI wants it: each string followed by NUL.
fn list(strings: &[Vec<u8>]) -> Vec<u8> {
    let mut all = Vec::with_capacity(strings.iter().map(|s| s.len() + 1).sum());
    for s in strings {
        all.extend_from_slice(s);
        all.push(0);
    }
    all
}

pub fn open(path: &[u8], flags: OpenFlags, mode: u32) -> Result<Fd> {
    out(|fd| {
        call!(open(
            path.as_ptr(),
            path.len(),
            flags.bits() as i32,
            mode as i32,
            fd
        ))
    })
    .map(Fd)
}

fn last_errno() -> Errno {
    Errno::from_io(&std::io::Error::last_os_error())
}

pub fn close(fd: Fd) -> Result<()> {
    // SAFETY: no pointers.
    if unsafe { libc::close(fd.0) } == 0 {
        Ok(())
    } else {
        Err(last_errno())
    }
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
    let (mut r, mut w) = (0, 0);
    check(call!(pipe2(flags.bits() as i32, &mut r, &mut w)))?;
    Ok((Fd(r), Fd(w)))
}

pub fn dup(fd: Fd) -> Result<Fd> {
    out(|new| call!(dup(fd.0, new))).map(Fd)
}

pub fn dup2(old: Fd, new: Fd) -> Result<()> {
    check(call!(dup2(old.0, new.0)))
}

pub fn dup3(old: Fd, new: Fd, flags: OpenFlags) -> Result<()> {
    check(call!(dup3(old.0, new.0, flags.bits() as i32)))
}

pub fn fcntl(fd: Fd, cmd: i32, arg: i32) -> Result<i32> {
    out(|r| call!(fcntl(fd.0, cmd, arg, r)))
}

pub fn fcntl_lock(fd: Fd, cmd: i32, lock: &mut RawLock) -> Result<()> {
    check(call!(fcntl_lock(fd.0, cmd, lock, std::ptr::null_mut())))
}

pub fn lseek(fd: Fd, offset: i64, whence: i32) -> Result<u64> {
    out(|at| call!(lseek(fd.0, offset, whence, at)))
}

pub fn flock(fd: Fd, op: i32) -> Result<()> {
    check(call!(flock(fd.0, op)))
}

pub fn timerfd_create(clock: i32, flags: OpenFlags) -> Result<Fd> {
    out(|fd| call!(timerfd_create(clock, flags.bits() as i32, fd))).map(Fd)
}

pub fn timerfd_settime(fd: Fd, flags: i32, spec: TimerSpec) -> Result<TimerSpec> {
    let (value, interval) = (spec.value_ns as i64, spec.interval_ns as i64);
    out(|old| call!(timerfd_settime(fd.0, flags, value, interval, old)))
}

pub fn timerfd_gettime(fd: Fd) -> Result<TimerSpec> {
    out(|spec| call!(timerfd_gettime(fd.0, spec)))
}

pub fn pidfd_open(pid: i32) -> Result<Fd> {
    out(|fd| call!(pidfd_open(pid, 0, fd))).map(Fd)
}

pub fn poll(fds: &mut [PollFd], timeout_ms: i32) -> Result<usize> {
    out(|ready| call!(poll(fds.as_mut_ptr(), fds.len(), timeout_ms, ready)))
}

pub fn stat(path: &[u8], follow: bool) -> Result<Stat> {
    out(|s| call!(stat(path.as_ptr(), path.len(), !follow as i32, s)))
}

pub fn fstat(fd: Fd) -> Result<Stat> {
    out(|s| call!(fstat(fd.0, s)))
}

pub fn chmod(path: &[u8], mode: u32) -> Result<()> {
    check(call!(chmod(path.as_ptr(), path.len(), mode as i32, 0)))
}

pub fn fchmod(fd: Fd, mode: u32) -> Result<()> {
    check(call!(fchmod(fd.0, mode as i32)))
}

pub fn chown(path: &[u8], uid: u32, gid: u32, follow: bool) -> Result<()> {
    check(call!(chown(
        path.as_ptr(),
        path.len(),
        uid as i32,
        gid as i32,
        !follow as i32
    )))
}

pub fn fchown(fd: Fd, uid: u32, gid: u32) -> Result<()> {
    check(call!(fchown(fd.0, uid as i32, gid as i32)))
}

fn stamp(t: Timestamp) -> i64 {
    match t {
        Timestamp::Now => i64::MIN,
        Timestamp::Leave => i64::MIN + 1,
        Timestamp::Nanos(n) => n.max(i64::MIN + 2),
    }
}

pub fn utimens(path: &[u8], atime: Timestamp, mtime: Timestamp, follow: bool) -> Result<()> {
    check(call!(utimens(
        path.as_ptr(),
        path.len(),
        stamp(atime),
        stamp(mtime),
        !follow as i32
    )))
}

pub fn mknod(path: &[u8], mode: u32, dev: u64) -> Result<()> {
    check(call!(mknod(path.as_ptr(), path.len(), mode as i32, dev as i64)))
}

pub fn access(path: &[u8], mode: u32) -> Result<()> {
    check(call!(access(path.as_ptr(), path.len(), mode as i32)))
}

pub fn statfs(path: &[u8]) -> Result<StatFs> {
    out(|s| call!(statfs(path.as_ptr(), path.len(), s)))
}

/// What a cloned child runs: taken out of its box there, while the parent's copy of the box is dropped by [`fork`].
type Child<'a> = Box<dyn FnOnce() -> i32 + 'a>;

extern "C" fn child_main(arg: i32) {
    // SAFETY: `arg` is the address that `fork` made from `Box::into_raw`; in the child's copy of the memory the same
    // address holds the same box, and nobody else in the child takes it. What the closure borrows lives on in that
    // copy, since the child never returns to the frames that own it.
    let child = unsafe { Box::from_raw(arg as usize as *mut Child<'static>) };
    exit(child())
}

pub fn fork(child: Child<'_>) -> Result<Pid> {
    let ptr = Box::into_raw(Box::new(child));
    let result = out(|pid| call!(proc_clone(child_main, ptr as usize as i32, 0, pid)));
    // SAFETY: `ptr` came from `Box::into_raw` just above; the child owns only its own copy.
    drop(unsafe { Box::from_raw(ptr) });
    result.map(Pid)
}

pub fn spawn(s: &Spawn) -> Result<Pid> {
    let argv = list(s.argv);
    let envp = list(s.envp);
    let actions: Vec<raw::FileAction> = s.actions.iter().map(file_action).collect();
    let req = raw::SpawnRequest {
        path: s.path.as_ptr(),
        path_len: s.path.len() as u32,
        argv: argv.as_ptr(),
        argv_len: argv.len() as u32,
        envp: envp.as_ptr(),
        envp_len: envp.len() as u32,
        cwd: s.cwd.map_or(std::ptr::null(), <[u8]>::as_ptr),
        cwd_len: s.cwd.map_or(0, <[u8]>::len) as u32,
        actions: actions.as_ptr(),
        actions_count: actions.len() as u32,
        flags: spawn_flags(s).bits(),
        pgroup: s.pgroup.map_or(0, |p| p.0 as u32),
        sigmask: s.sigmask.unwrap_or_default().0,
        sigdefault: s.sigdefault.unwrap_or_default().0,
    };
    out(|pid| call!(proc_spawn(&req, pid))).map(Pid)
}

fn spawn_flags(s: &Spawn) -> SpawnFlags {
    let mut f = SpawnFlags::empty();
    f.set(SpawnFlags::SETPGROUP, s.pgroup.is_some());
    f.set(SpawnFlags::SETSIGMASK, s.sigmask.is_some());
    f.set(SpawnFlags::SETSIGDEF, s.sigdefault.is_some());
    f.set(SpawnFlags::SETSID, s.setsid);
    f.set(SpawnFlags::USEPATH, s.search);
    f
}

fn file_action(a: &Action) -> raw::FileAction {
    let none = raw::FileAction {
        op: 0,
        fd: 0,
        arg: 0,
        path: std::ptr::null(),
        path_len: 0,
        mode: 0,
    };
    match a {
        Action::Close(fd) => raw::FileAction {
            op: 0,
            fd: fd.0,
            ..none
        },
        Action::Dup2 { from, to } => raw::FileAction {
            op: 1,
            fd: to.0,
            arg: from.0 as u32,
            ..none
        },
        Action::Open {
            fd,
            path,
            flags,
            mode,
        } => raw::FileAction {
            op: 2,
            fd: fd.0,
            arg: flags.bits(),
            path: path.as_ptr(),
            path_len: path.len() as u32,
            mode: mode.bits(),
        },
        Action::Chdir(path) => raw::FileAction {
            op: 3,
            path: path.as_ptr(),
            path_len: path.len() as u32,
            ..none
        },
        Action::TcSetPgrp(fd) => raw::FileAction {
            op: 4,
            fd: fd.0,
            ..none
        },
    }
}

pub fn exec(path: &[u8], argv: &[Vec<u8>], envp: &[Vec<u8>], search: bool) -> Errno {
    let argv = list(argv);
    let envp = list(envp);
    Errno::from_raw(call!(proc_exec(
        path.as_ptr(),
        path.len(),
        argv.as_ptr(),
        argv.len(),
        envp.as_ptr(),
        envp.len(),
        search as i32
    )))
}

pub fn exit(code: i32) -> ! {
    // SAFETY: no pointers.
    unsafe { libc::_exit(code) }
}

pub fn wait(pid: i32, options: i32) -> Result<(Pid, i32, Usage)> {
    let (mut who, mut status, mut usage) = (0, 0, Usage::default());
    check(call!(proc_wait(pid, options, &mut who, &mut status, &mut usage)))?;
    Ok((Pid(who), status, usage))
}

pub fn getpid() -> Pid {
    Pid(call!(getpid()))
}

pub fn getppid() -> Pid {
    Pid(call!(getppid()))
}

pub fn getpgid(pid: i32) -> Result<Pid> {
    out(|p| call!(getpgid(pid, p))).map(Pid)
}

pub fn setpgid(pid: i32, pgid: i32) -> Result<()> {
    check(call!(setpgid(pid, pgid)))
}

pub fn getsid(pid: i32) -> Result<Pid> {
    out(|p| call!(getsid(pid, p))).map(Pid)
}

pub fn setsid() -> Result<Pid> {
    out(|p| call!(setsid(p))).map(Pid)
}

pub fn getuid() -> u32 {
    call!(getuid()) as u32
}

pub fn geteuid() -> u32 {
    call!(geteuid()) as u32
}

pub fn getgid() -> u32 {
    call!(getgid()) as u32
}

pub fn getegid() -> u32 {
    call!(getegid()) as u32
}

pub fn setuid(uid: u32) -> Result<()> {
    check(call!(setuid(uid as i32)))
}

pub fn setgid(gid: u32) -> Result<()> {
    check(call!(setgid(gid as i32)))
}

pub fn umask(mask: u32) -> u32 {
    call!(umask(mask as i32)) as u32
}

/// Libc keeps a cwd of its own in this process's memory, for WASI knows none.
fn follow_cwd() -> Result<()> {
    let cwd = getcwd()?;
    std::env::set_current_dir(crate::path::os(&cwd)).map_err(|e| Errno::from_io(&e))
}

pub fn chdir(path: &[u8]) -> Result<()> {
    check(call!(chdir(path.as_ptr(), path.len())))?;
    follow_cwd()
}

pub fn fchdir(fd: Fd) -> Result<()> {
    check(call!(fchdir(fd.0)))?;
    follow_cwd()
}

/// Reads a string whose length the kernel tells, growing the buffer once if it must.
fn string(f: impl Fn(&mut [u8], *mut usize) -> i32) -> Result<Vec<u8>> {
    let mut buf = vec![0; 256];
    loop {
        let mut len = 0;
        match check(f(&mut buf, &mut len)) {
            Ok(()) => {
                buf.truncate(len);
                return Ok(buf);
            }
            Err(Errno::ERANGE) if len > buf.len() => buf.resize(len, 0),
            Err(e) => return Err(e),
        }
    }
}

pub fn getcwd() -> Result<Vec<u8>> {
    string(|buf, len| call!(getcwd(buf.as_mut_ptr(), buf.len(), len)))
}

pub fn getrlimit(resource: u32) -> Result<[u64; 2]> {
    out(|lim: *mut [u64; 2]| call!(getrlimit(resource as i32, lim.cast())))
}

pub fn setrlimit(resource: u32, limit: [u64; 2]) -> Result<()> {
    check(call!(setrlimit(resource as i32, limit.as_ptr())))
}

pub fn times() -> Result<Times> {
    out(|t| call!(times(t)))
}

fn to_abi(action: SigAction) -> raw::SigActionAbi {
    match action {
        SigAction::Default => raw::SigActionAbi::default(),
        SigAction::Ignore => raw::SigActionAbi {
            kind: 1,
            ..Default::default()
        },
        SigAction::Handle { handler, flags, mask } => {
            let f: extern "C" fn(i32) = match handler {
                Handler::Record => signal::record,
                Handler::Function(f) => f,
            };
            // On wasm a function pointer is its index in the exported table, which is what the kernel calls.
            raw::SigActionAbi {
                kind: 2,
                handler: f as usize as u32,
                flags: flags.bits(),
                pad: 0,
                mask: mask.0,
            }
        }
    }
}

pub fn sigaction(sig: Signal, new: Option<SigAction>) -> Result<Disposition> {
    let new = new.map(to_abi);
    let ptr = new.as_ref().map_or(std::ptr::null(), |n| n as *const _);
    let old: raw::SigActionAbi = out(|old| call!(sigaction(sig.0, ptr, old)))?;
    Ok(match old.kind {
        0 => Disposition::Default,
        1 => Disposition::Ignore,
        _ => Disposition::Handled,
    })
}

pub fn sigprocmask(how: i32, set: Option<SigSet>) -> Result<SigSet> {
    let ptr = set.as_ref().map_or(std::ptr::null(), |s| &raw const s.0);
    out(|old| call!(sigprocmask(how, ptr, old))).map(SigSet)
}

pub fn sigsuspend(mask: SigSet) -> Errno {
    Errno::from_raw(call!(sigsuspend(&mask.0)))
}

pub fn sigpending() -> Result<SigSet> {
    out(|set| call!(sigpending(set))).map(SigSet)
}

pub fn sigpoll() {
    call!(sigpoll());
}

pub fn kill(pid: i32, sig: i32) -> Result<()> {
    check(call!(kill(pid, sig)))
}

pub fn setitimer(value_ns: u64, interval_ns: u64) -> Result<u64> {
    out(|old| call!(setitimer(value_ns as i64, interval_ns as i64, old)))
}

pub fn isatty(fd: Fd) -> bool {
    out(|b| call!(isatty(fd.0, b))).is_ok_and(|b| b != 0)
}

pub fn tcgetattr(fd: Fd) -> Result<Termios> {
    out(|t| call!(tcgetattr(fd.0, t)))
}

pub fn tcsetattr(fd: Fd, action: i32, termios: &Termios) -> Result<()> {
    check(call!(tcsetattr(fd.0, action, termios)))
}

pub fn tcgetpgrp(fd: Fd) -> Result<Pid> {
    out(|p| call!(tcgetpgrp(fd.0, p))).map(Pid)
}

pub fn tcsetpgrp(fd: Fd, group: Pid) -> Result<()> {
    check(call!(tcsetpgrp(fd.0, group.0)))
}

pub fn tcgetwinsize(fd: Fd) -> Result<WinSize> {
    out(|w| call!(tcgetwinsize(fd.0, w)))
}

pub fn tcsetwinsize(fd: Fd, size: WinSize) -> Result<()> {
    check(call!(tcsetwinsize(fd.0, &size)))
}

pub fn openpty() -> Result<(Fd, Fd)> {
    let (mut m, mut s) = (0, 0);
    check(call!(openpty(&mut m, &mut s)))?;
    Ok((Fd(m), Fd(s)))
}

pub fn ttyname(fd: Fd) -> Result<Vec<u8>> {
    string(|buf, len| call!(ttyname(fd.0, buf.as_mut_ptr(), buf.len(), len)))
}

pub fn tcflush(fd: Fd, queue: i32) -> Result<()> {
    check(call!(tcflush(fd.0, queue)))
}
