//! Module `cobnut` (`docs/guest-abi.md`): what a process needs and WASI lacks.

mod descriptor;
mod file;
mod lock;
mod process;
mod signal;
mod spawn;
mod terminal;
mod timer;

use super::imports::import_table;

import_table! { "cobnut":
    restart proc_spawn(req: u32, pid: u32) => spawn::proc_spawn;
    clone proc_clone(entry: u32, arg: u32, flags: u32, pid: u32) => spawn::proc_clone;
    last proc_exec(path: u32, path_len: u32, argv: u32, argv_len: u32, envp: u32, envp_len: u32, flags: u32) => spawn::proc_exec;
    restart proc_wait(pid: i32, options: u32, out: u32, status: u32, usage: u32) => process::proc_wait;
    restart getpid() => process::getpid;
    restart getppid() => process::getppid;
    restart getpgid(pid: u32, out: u32) => process::getpgid;
    restart setpgid(pid: u32, pgid: u32) => process::setpgid;
    restart getsid(pid: u32, out: u32) => process::getsid;
    restart setsid(out: u32) => process::setsid;
    restart getuid() => process::getuid;
    restart geteuid() => process::getuid;
    restart getgid() => process::getgid;
    restart getegid() => process::getgid;
    restart setuid(uid: u32) => process::setuid;
    restart setgid(gid: u32) => process::setgid;
    restart umask(mask: u32) => process::umask;
    restart chdir(path: u32, path_len: u32) => process::chdir;
    restart fchdir(fd: u32) => process::fchdir;
    restart getcwd(buf: u32, buf_len: u32, len: u32) => process::getcwd;
    restart getrlimit(resource: u32, out: u32) => process::getrlimit;
    restart setrlimit(resource: u32, limits: u32) => process::setrlimit, note "NOFILE, NPROC, FSIZE and CORE only: ENOTSUP for others";
    restart times(out: u32) => process::times, note "system time is counted as user time";
    restart sigaction(signal: u32, new: u32, old: u32) => signal::sigaction;
    restart sigprocmask(how: u32, set: u32, old: u32) => signal::sigprocmask;
    once sigsuspend(mask: u32) => signal::sigsuspend;
    restart sigpending(set: u32) => signal::sigpending;
    restart sigpoll() => signal::sigpoll;
    restart kill(pid: i32, signal: u32) => signal::kill;
    restart setitimer(value: i64, interval: i64, old: u32) => signal::setitimer;
    restart pipe2(flags: u32, read_fd: u32, write_fd: u32) => descriptor::pipe2;
    restart dup(fd: u32, out: u32) => descriptor::dup;
    restart dup2(old: u32, new: u32) => descriptor::dup2;
    restart dup3(old: u32, new: u32, flags: u32) => descriptor::dup3;
    restart fcntl(fd: u32, cmd: u32, arg: u32, result: u32) => descriptor::fcntl;
    restart open(path: u32, path_len: u32, oflags: u32, mode: u32, fd: u32) => descriptor::open;
    restart lseek(fd: u32, offset: i64, whence: u32, out: u32) => descriptor::lseek;
    restart flock(fd: u32, op: u32) => lock::flock;
    restart timerfd_create(clock: u32, flags: u32, fd: u32) => timer::timerfd_create;
    restart timerfd_settime(fd: u32, flags: u32, value: i64, interval: i64, old: u32) => timer::timerfd_settime;
    restart timerfd_gettime(fd: u32, out: u32) => timer::timerfd_gettime;
    restart pidfd_open(pid: i32, flags: u32, fd: u32) => timer::pidfd_open;
    once poll(fds: u32, count: u32, timeout_ms: i32, ready: u32) => descriptor::poll;
    restart stat(path: u32, path_len: u32, flags: u32, out: u32) => file::stat;
    restart fstat(fd: u32, out: u32) => file::fstat;
    restart chmod(path: u32, path_len: u32, mode: u32, flags: u32) => file::chmod;
    restart fchmod(fd: u32, mode: u32) => file::fchmod;
    restart chown(path: u32, path_len: u32, uid: u32, gid: u32, flags: u32) => file::chown;
    restart fchown(fd: u32, uid: u32, gid: u32) => file::fchown;
    restart utimens(path: u32, path_len: u32, atime: i64, mtime: i64, flags: u32) => file::utimens;
    restart mknod(path: u32, path_len: u32, mode: u32, dev: i64) => file::mknod;
    restart access(path: u32, path_len: u32, mode: u32) => file::access;
    restart statfs(path: u32, path_len: u32, out: u32) => file::statfs;
    restart isatty(fd: u32, out: u32) => terminal::isatty;
    restart tcgetattr(fd: u32, out: u32) => terminal::tcgetattr;
    restart tcsetattr(fd: u32, action: u32, termios: u32) => terminal::tcsetattr;
    restart tcgetpgrp(fd: u32, out: u32) => terminal::tcgetpgrp;
    restart tcsetpgrp(fd: u32, pgid: i32) => terminal::tcsetpgrp;
    restart tcgetwinsize(fd: u32, out: u32) => terminal::tcgetwinsize;
    restart tcsetwinsize(fd: u32, size: u32) => terminal::tcsetwinsize;
    restart openpty(master: u32, slave: u32) => terminal::openpty;
    restart ttyname(fd: u32, buf: u32, buf_len: u32, len: u32) => terminal::ttyname;
    restart tcflush(fd: u32, queue: u32) => terminal::tcflush;
}

/// Fields of a little-endian structure, one after another.
struct Fields<'a>(&'a [u8]);

impl Fields<'_> {
    fn bytes<const N: usize>(&mut self) -> [u8; N] {
        let (now, later) = self.0.split_at(N.min(self.0.len()));
        self.0 = later;
        let mut bytes = [0; N];
        bytes[..now.len()].copy_from_slice(now);
        bytes
    }

    fn u16(&mut self) -> u16 {
        u16::from_le_bytes(self.bytes())
    }

    fn u32(&mut self) -> u32 {
        u32::from_le_bytes(self.bytes())
    }

    fn u64(&mut self) -> u64 {
        u64::from_le_bytes(self.bytes())
    }
}

/// A little-endian structure of `N` bytes in the making.
struct Structure<const N: usize> {
    bytes: [u8; N],
    at: usize,
}

impl<const N: usize> Structure<N> {
    fn new() -> Self {
        Structure { bytes: [0; N], at: 0 }
    }

    fn put(mut self, field: &[u8]) -> Self {
        self.bytes[self.at..self.at + field.len()].copy_from_slice(field);
        self.at += field.len();
        self
    }

    fn u16(self, value: u16) -> Self {
        self.put(&value.to_le_bytes())
    }

    fn u32(self, value: u32) -> Self {
        self.put(&value.to_le_bytes())
    }

    fn u64(self, value: u64) -> Self {
        self.put(&value.to_le_bytes())
    }

    fn finish(self) -> [u8; N] {
        debug_assert_eq!(self.at, N);
        self.bytes
    }
}
