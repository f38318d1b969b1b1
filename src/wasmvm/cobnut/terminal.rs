//! Terminals.

use super::process::write_sized;
use super::{Fields, Structure};
use crate::kernel::error::SysResult;
use crate::kernel::process::Fd;
use crate::kernel::syscall::tty::{self, SetAction};
use crate::kernel::tty::termios::TERMIOS2_SIZE;
use crate::kernel::tty::{FlushQueue, Termios, WinSize};
use crate::wasmvm::guest::Guest;
use crate::wasmvm::memory::GuestMemory;

const WINSIZE: usize = 8;

pub fn isatty(guest: &Guest, fd: u32, out: u32) -> SysResult<()> {
    let is = tty::isatty(&guest.current, Fd(fd))?;
    Ok(guest.memory.put_u32(out, u32::from(is))?)
}

pub fn tcgetattr(guest: &Guest, fd: u32, out: u32) -> SysResult<()> {
    let termios = tty::tcgetattr(&guest.current, Fd(fd))?;
    Ok(guest.memory.write(out, &termios.to_bytes())?)
}

pub fn tcsetattr(guest: &Guest, fd: u32, action: u32, termios: u32) -> SysResult<()> {
    let bytes: [u8; TERMIOS2_SIZE] = guest.memory.array(termios)?;
    tty::tcsetattr(
        &guest.current,
        Fd(fd),
        SetAction::try_from(action)?,
        Termios::from_bytes(&bytes),
    )
}

pub fn tcgetpgrp(guest: &Guest, fd: u32, out: u32) -> SysResult<()> {
    let pgid = tty::tcgetpgrp(&guest.current, Fd(fd))?;
    Ok(guest.memory.put_u32(out, pgid.0)?)
}

pub fn tcsetpgrp(guest: &Guest, fd: u32, pgid: i32) -> SysResult<()> {
    tty::tcsetpgrp(&guest.current, Fd(fd), pgid)
}

pub fn tcgetwinsize(guest: &Guest, fd: u32, out: u32) -> SysResult<()> {
    let size = tty::tcgetwinsize(&guest.current, Fd(fd))?;
    let structure = Structure::<WINSIZE>::new()
        .u16(size.rows)
        .u16(size.cols)
        .u16(size.x_pixels)
        .u16(size.y_pixels);
    Ok(guest.memory.write(out, &structure.finish())?)
}

pub fn tcsetwinsize(guest: &Guest, fd: u32, size: u32) -> SysResult<()> {
    let bytes: [u8; WINSIZE] = guest.memory.array(size)?;
    let mut fields = Fields(&bytes);
    let size = WinSize {
        rows: fields.u16(),
        cols: fields.u16(),
        x_pixels: fields.u16(),
        y_pixels: fields.u16(),
    };
    Ok(tty::tcsetwinsize(&guest.current, Fd(fd), size)?)
}

pub fn openpty(guest: &Guest, master: u32, slave: u32) -> SysResult<()> {
    guest.memory.slice(master, 4)?;
    guest.memory.slice(slave, 4)?;
    let (master_fd, slave_fd) = tty::openpty(&guest.current)?;
    guest.memory.put_u32(master, master_fd.0)?;
    Ok(guest.memory.put_u32(slave, slave_fd.0)?)
}

pub fn ttyname(guest: &Guest, fd: u32, buf: u32, buf_len: u32, len: u32) -> SysResult<()> {
    let name = tty::ttyname(&guest.current, Fd(fd))?;
    Ok(write_sized(guest, name.as_bytes(), buf, buf_len, len)?)
}

pub fn tcflush(guest: &Guest, fd: u32, queue: u32) -> SysResult<()> {
    tty::tcflush(&guest.current, Fd(fd), FlushQueue::try_from(queue)?)
}
