//! `host_process`: processes, pipes and sleep.

use crate::kernel::error::{Errno, Error, Result, SysResult};
use crate::kernel::file::{OpenFile, OpenFlags};
use crate::kernel::fs::FileType;
use crate::kernel::process::{Fd, StringList, WaitOptions};
use crate::kernel::signal::Signal;
use crate::kernel::syscall::poll::{deadline_in, sleep_until};
use crate::kernel::syscall::process::{self, FdAction, SpawnRequest};
use crate::kernel::syscall::{fd as fds, path, signal};
use crate::wasmvm::guest::Guest;
use crate::wasmvm::imports::import_table;
use crate::wasmvm::memory::{GuestMemory, GuestPath};
use hashbrown::HashSet;

import_table! { "host_process":
    restart proc_spawn(
        argv: u32, argv_len: u32, envp: u32, envp_len: u32, stdin: u32, stdout: u32, stderr: u32, cwd: u32, cwd_len: u32, pid: u32
    ) => proc_spawn;
    restart proc_waitpid(pid: i32, options: u32, status: u32) => proc_waitpid;
    restart proc_kill(pid: i32, signal: u32) => proc_kill;
    restart proc_getpid(pid: u32) => proc_getpid;
    restart fd_pipe(read_fd: u32, write_fd: u32) => fd_pipe;
    restart fd_dup(fd: u32, new_fd: u32) => fd_dup;
    once sleep_ms(milliseconds: u32) => sleep_ms;
}

/// The descriptor that stands for the inherited one.
const INHERIT: u32 = u32::MAX;

#[allow(clippy::too_many_arguments)]
fn proc_spawn(
    guest: &Guest,
    argv: u32,
    argv_len: u32,
    envp: u32,
    envp_len: u32,
    stdin: u32,
    stdout: u32,
    stderr: u32,
    cwd: u32,
    cwd_len: u32,
    pid: u32,
) -> SysResult<()> {
    guest.memory.slice(pid, 4)?;
    let args = guest.memory.strings(argv, argv_len)?;
    let path = args.iter().next().unwrap_or_default().to_vec();
    let env = last_of_each(&guest.memory.strings(envp, envp_len)?);
    let given = [stdin, stdout, stderr];
    let child = guest.spawn(SpawnRequest {
        path,
        search_path: true,
        cwd: directory(guest, cwd, cwd_len, &env)?,
        actions: standard_streams(guest, given)?,
        args,
        env,
        ..SpawnRequest::default()
    })?;
    for (at, fd) in given.into_iter().enumerate() {
        // Whose numbers are 0 to 2 are the parent's own streams, lent.
        if fd > 2 && fd != INHERIT && !given[..at].contains(&fd) {
            fds::close(&guest.current, Fd(fd))?;
        }
    }
    Ok(guest.memory.put_u32(pid, child.pid.0)?)
}

/// Their std sends what it inherited, and then what differs from it: of two values of a name the last one counts.
fn last_of_each(env: &StringList) -> StringList {
    let mut seen = HashSet::new();
    let from_the_last = env.bytes().split(|&byte| byte == 0).rev().skip(1);
    let mut kept: Vec<&[u8]> = from_the_last
        .filter(|variable| seen.insert(variable.split(|&byte| byte == b'=').next()))
        .collect();
    kept.reverse();
    kept.into_iter().collect()
}

/// The child's directory; `None` inherits. A libc that was told of no directory says `/`: that is no choice, where the environment
/// still names the directory that the process is in.
fn directory(guest: &Guest, cwd: u32, cwd_len: u32, env: &StringList) -> Result<Option<Vec<u8>>> {
    if cwd_len == 0 {
        return Ok(None);
    }
    let given = GuestPath::read(&guest.memory, cwd, cwd_len)?;
    let stays = *given == *b"/"
        && env
            .get(b"PWD")
            .is_some_and(|named| path::getcwd(&guest.current).is_ok_and(|cwd| *cwd == *named));
    Ok((!stays).then(|| given.to_vec()))
}

/// What puts `given` at 0, 1 and 2 of a copy of the caller's table, and closes what would keep a pipe open in the child. EBADF, EMFILE.
fn standard_streams(guest: &Guest, given: [u32; 3]) -> Result<Vec<FdAction>> {
    let (current, owner) = (&guest.current, guest.current.owner());
    let open = current.fds.list();
    let replaced = |&(to, from): &(u32, u32)| from != INHERIT && from != to;
    let replacements: Vec<(u32, u32)> = (0..).zip(given).filter(replaced).collect();
    let mut actions = Vec::new();
    let mut pipes = Vec::new();
    // One that is overwritten before it is used is kept at a number that is free.
    let mut free = (3..current.fds.limit()).map(Fd).filter(|fd| !open.contains(fd));
    let mut kept = Vec::new();
    for &(_, from) in &replacements {
        pipes.extend(pipe_of(&*current.fds.get(owner, Fd(from))?));
        if from <= 2 {
            let aside = free.next().ok_or(Errno::EMFILE)?;
            actions.push(FdAction::Dup2 {
                from: Fd(from),
                to: aside,
            });
            kept.push((from, aside));
        }
    }
    for &(to, from) in &replacements {
        let aside = kept.iter().find(|(original, _)| *original == from);
        actions.push(FdAction::Dup2 {
            from: aside.map_or(Fd(from), |&(_, aside)| aside),
            to: Fd(to),
        });
    }
    actions.extend(kept.into_iter().map(|(_, aside)| FdAction::Close(aside)));
    for fd in open.into_iter().filter(|fd| fd.0 > 2) {
        let pipe = current.fds.with(owner, fd, pipe_of)?;
        if pipe.is_some_and(|pipe| pipes.contains(&pipe)) {
            actions.push(FdAction::Close(fd));
        }
    }
    Ok(actions)
}

/// The pipe's number, if it is one: the same for both ends.
fn pipe_of(file: &OpenFile) -> Option<(u64, u64)> {
    (file.file_type() == FileType::Fifo).then(|| {
        let stat = file.stat();
        (stat.dev, stat.ino)
    })
}

/// Answers no pid, so WNOHANG that finds nothing must be an error. Their std takes number 10 for it, which WASI calls EBUSY.
fn proc_waitpid(guest: &Guest, pid: i32, options: u32, status: u32) -> SysResult<()> {
    let options = WaitOptions::from_bits(options).ok_or(Error::new(Errno::EINVAL, "unknown wait options"))?;
    guest.memory.slice(status, 4)?;
    let reaped = process::wait(&guest.current, pid, options)?
        .ok_or(Error::new(Errno::EBUSY, "the child has not changed its state"))?;
    Ok(guest.memory.put_u32(status, reaped.status.word())?)
}

fn proc_kill(guest: &Guest, pid: i32, number: u32) -> SysResult<()> {
    let signal = match number {
        0 => None,
        number => Some(Signal::try_from(number as i32)?),
    };
    Ok(signal::kill(&guest.current, pid, signal)?)
}

fn proc_getpid(guest: &Guest, pid: u32) -> SysResult<()> {
    Ok(guest.memory.put_u32(pid, guest.current.pid.0)?)
}

fn fd_pipe(guest: &Guest, read_fd: u32, write_fd: u32) -> SysResult<()> {
    guest.memory.slice(read_fd, 4)?;
    guest.memory.slice(write_fd, 4)?;
    let (reader, writer) = fds::pipe(&guest.current, OpenFlags::empty())?;
    guest.memory.put_u32(read_fd, reader.0)?;
    Ok(guest.memory.put_u32(write_fd, writer.0)?)
}

fn fd_dup(guest: &Guest, fd: u32, new_fd: u32) -> SysResult<()> {
    guest.memory.slice(new_fd, 4)?;
    let new = fds::dup(&guest.current, Fd(fd))?;
    Ok(guest.memory.put_u32(new_fd, new.0)?)
}

fn sleep_ms(guest: &Guest, milliseconds: u32) -> SysResult<()> {
    sleep_until(&guest.current, deadline_in(u64::from(milliseconds) * 1_000_000))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_two_values_of_a_name_the_last_one_counts() {
        let list = |text: &[u8]| StringList::from_nul_terminated(text);
        for (given, kept) in [
            (&b"A=1\0B=2\0A=3\0"[..], &b"B=2\0A=3\0"[..]),
            (b"A=1\0AB=2\0A=1=2", b"AB=2\0A=1=2\0"),
            (b"A\0A=\0", b"A=\0"),
            (b"", b""),
        ] {
            assert_eq!(last_of_each(&list(given)), list(kept));
        }
    }
}
