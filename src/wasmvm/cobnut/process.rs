//! Waiting, identity, directories, limits and times.

use super::{Fields, Structure};
use crate::kernel::error::{Errno, Error, Fault, Result, SysResult};
use crate::kernel::process::{Pgid, Pid, Resource, Rlimit, WaitOptions};
use crate::kernel::syscall::{path, process, rlimit};
use crate::wasmvm::guest::Guest;
use crate::wasmvm::memory::{GuestMemory, GuestPath};

pub fn proc_wait(guest: &Guest, pid: i32, options: u32, out: u32, status: u32, usage: u32) -> SysResult<()> {
    let options = WaitOptions::from_bits(options).ok_or(Error::new(Errno::EINVAL, "unknown wait options"))?;
    guest.memory.slice(out, 4)?;
    guest.memory.slice(status, 4)?;
    if usage != 0 {
        guest.memory.slice(usage, 16)?;
    }
    let Some(reaped) = process::wait(&guest.current, pid, options)? else {
        return Ok(guest.memory.put_u32(out, 0)?);
    };
    guest.memory.put_u32(out, reaped.process.pid.0)?;
    guest.memory.put_u32(status, reaped.status.word())?;
    if usage != 0 {
        let cpu = reaped.process.cpu_ns() + reaped.process.children_cpu_ns();
        guest
            .memory
            .write(usage, &Structure::<16>::new().u64(cpu).u64(0).finish())?;
    }
    Ok(())
}

pub fn getpid(guest: &Guest) -> SysResult<u32> {
    Ok(guest.current.pid.0)
}

pub fn getppid(guest: &Guest) -> SysResult<u32> {
    Ok(process::getppid(&guest.current).0)
}

/// 0 is the caller.
fn pid_or_own(pid: u32) -> Option<Pid> {
    (pid != 0).then_some(Pid(pid))
}

pub fn getpgid(guest: &Guest, pid: u32, out: u32) -> SysResult<()> {
    let pgid = process::getpgid(&guest.current, pid_or_own(pid))?;
    Ok(guest.memory.put_u32(out, pgid.0)?)
}

pub fn setpgid(guest: &Guest, pid: u32, pgid: u32) -> SysResult<()> {
    if (pid | pgid) > i32::MAX as u32 {
        return Err(Errno::EINVAL.into());
    }
    Ok(process::setpgid(
        &guest.current,
        pid_or_own(pid),
        (pgid != 0).then_some(Pgid(pgid)),
    )?)
}

pub fn getsid(guest: &Guest, pid: u32, out: u32) -> SysResult<()> {
    let sid = process::getsid(&guest.current, pid_or_own(pid))?;
    Ok(guest.memory.put_u32(out, sid.0)?)
}

pub fn setsid(guest: &Guest, out: u32) -> SysResult<()> {
    guest.memory.slice(out, 4)?;
    let sid = process::setsid(&guest.current)?;
    Ok(guest.memory.put_u32(out, sid.0)?)
}

pub fn getuid(guest: &Guest) -> SysResult<u32> {
    Ok(guest.current.uid())
}

pub fn getgid(guest: &Guest) -> SysResult<u32> {
    Ok(guest.current.gid())
}

pub fn setuid(guest: &Guest, uid: u32) -> SysResult<()> {
    Ok(process::set_ids(&guest.current, Some(uid), None)?)
}

pub fn setgid(guest: &Guest, gid: u32) -> SysResult<()> {
    Ok(process::set_ids(&guest.current, None, Some(gid))?)
}

pub fn umask(guest: &Guest, mask: u32) -> SysResult<u32> {
    Ok(guest.current.set_umask(mask))
}

pub fn chdir(guest: &Guest, path: u32, path_len: u32) -> SysResult<()> {
    let path = GuestPath::read(&guest.memory, path, path_len)?;
    Ok(path::chdir(&guest.current, &path)?)
}

pub fn fchdir(guest: &Guest, fd: u32) -> SysResult<()> {
    let file = guest
        .current
        .fds
        .get(guest.current.owner(), crate::kernel::process::Fd(fd))?;
    Ok(path::fchdir(&guest.current, &file)?)
}

pub fn getcwd(guest: &Guest, buf: u32, buf_len: u32, len: u32) -> SysResult<()> {
    let cwd = path::getcwd(&guest.current)?;
    write_sized(guest, &cwd, buf, buf_len, len).map_err(Fault::from)
}

/// Writes the length, and the bytes if they fit: ERANGE if not.
pub(super) fn write_sized(guest: &Guest, bytes: &[u8], buf: u32, buf_len: u32, len: u32) -> Result<()> {
    guest.memory.put_u32(len, bytes.len() as u32)?;
    if bytes.len() > buf_len as usize {
        return Err(Error::new(Errno::ERANGE, "the buffer is too small"));
    }
    guest.memory.write(buf, bytes)
}

pub fn getrlimit(guest: &Guest, resource: u32, out: u32) -> SysResult<()> {
    let limit = rlimit::getrlimit(&guest.current, Resource::try_from(resource)?);
    Ok(guest.memory.write(
        out,
        &Structure::<16>::new().u64(limit.soft).u64(limit.hard).finish(),
    )?)
}

pub fn setrlimit(guest: &Guest, resource: u32, limits: u32) -> SysResult<()> {
    let bytes = guest.memory.array::<16>(limits)?;
    let mut fields = Fields(&bytes);
    let new = Rlimit {
        soft: fields.u64(),
        hard: fields.u64(),
    };
    Ok(rlimit::setrlimit(
        &guest.current,
        Resource::try_from(resource)?,
        new,
    )?)
}

pub fn times(guest: &Guest, out: u32) -> SysResult<()> {
    let (own, children) = (guest.current.cpu_ns(), guest.current.children_cpu_ns());
    Ok(guest.memory.write(
        out,
        &Structure::<32>::new()
            .u64(own)
            .u64(0)
            .u64(children)
            .u64(0)
            .finish(),
    )?)
}
