//! What a process was given, and its end: arguments, environment, exit, random bytes; and sockets, which there are none of.

use crate::kernel::error::{Errno, Error, SysResult};
use crate::kernel::process::{Fd, StringList};
use crate::kernel::signal::Signal;
use crate::kernel::sync::platform;
use crate::wasmvm::guest::Guest;
use crate::wasmvm::memory::{GuestMemory, GuestSlice};

pub fn args_get(guest: &Guest, argv: u32, buf: u32) -> SysResult<()> {
    write_strings(guest, &guest.current.command().args, argv, buf)
}

pub fn args_sizes_get(guest: &Guest, count: u32, size: u32) -> SysResult<()> {
    write_sizes(guest, &guest.current.command().args, count, size)
}

pub fn environ_get(guest: &Guest, environ: u32, buf: u32) -> SysResult<()> {
    write_strings(guest, &guest.current.command().env, environ, buf)
}

pub fn environ_sizes_get(guest: &Guest, count: u32, size: u32) -> SysResult<()> {
    write_sizes(guest, &guest.current.command().env, count, size)
}

fn write_sizes(guest: &Guest, list: &StringList, count: u32, size: u32) -> SysResult<()> {
    guest.memory.put_u32(count, list.len() as u32)?;
    Ok(guest.memory.put_u32(size, list.bytes().len() as u32)?)
}

fn write_strings(guest: &Guest, list: &StringList, pointers: u32, buf: u32) -> SysResult<()> {
    guest.memory.slice(buf, list.bytes().len() as u32)?;
    guest.memory.slice(pointers, list.len() as u32 * 4)?;
    guest.memory.write(buf, list.bytes())?;
    let mut at = buf;
    let mut table = Vec::with_capacity(list.len() * 4);
    for string in list.iter() {
        table.extend_from_slice(&at.to_le_bytes());
        at += string.len() as u32 + 1;
    }
    Ok(guest.memory.write(pointers, &table)?)
}

pub fn proc_exit(guest: &Guest, code: u32) {
    guest.current.decide_exit(code as u8);
}

/// raise(3). Preview 1's signal numbers are Linux's but for their order from 16 on; wasi-libc calls this for abort only.
pub fn proc_raise(guest: &Guest, signal: u32) -> SysResult<()> {
    let signal = match signal {
        1..=15 => signal,
        // chld cont stop tstp ttin ttou urg xcpu xfsz vtalrm prof winch poll pwr sys
        16..=30 => signal + 1,
        _ => return Err(Error::new(Errno::EINVAL, "no such signal").into()),
    };
    guest.current.raise(Signal::try_from(signal as i32)?);
    Ok(())
}

pub fn sched_yield(_guest: &Guest) -> SysResult<()> {
    Ok(())
}

/// Random bytes are made in pieces, with a look between them whether the process has been killed.
const RANDOM_PIECE: usize = 4_096;

pub fn random_get(guest: &Guest, buf: u32, len: u32) -> SysResult<()> {
    let slice: GuestSlice = guest.memory.slice(buf, len)?;
    let mut bytes = [0; RANDOM_PIECE];
    let mut done = 0;
    while done < slice.len() && !guest.current.word().is_killed() {
        let count = (slice.len() - done).min(RANDOM_PIECE as u32);
        let piece = &mut bytes[..count as usize];
        platform::fill_random(piece);
        guest.memory.write(slice.at() + done, piece)?;
        done += count;
    }
    Ok(())
}

pub fn sock_accept(guest: &Guest, fd: u32, _flags: u32, _out: u32) -> SysResult<()> {
    no_socket(guest, fd)
}

pub fn sock_recv(
    guest: &Guest,
    fd: u32,
    _iovs: u32,
    _count: u32,
    _flags: u32,
    _out: u32,
    _out_flags: u32,
) -> SysResult<()> {
    no_socket(guest, fd)
}

pub fn sock_send(guest: &Guest, fd: u32, _iovs: u32, _count: u32, _flags: u32, _out: u32) -> SysResult<()> {
    no_socket(guest, fd)
}

pub fn sock_shutdown(guest: &Guest, fd: u32, _how: u32) -> SysResult<()> {
    no_socket(guest, fd)
}

fn no_socket(guest: &Guest, fd: u32) -> SysResult<()> {
    guest.current.fds.with(guest.current.owner(), Fd(fd), |_| ())?;
    Err(Errno::ENOTSOCK.into())
}
