//! `host_fs`: the modes that WASI preview 1 lacks.

use crate::kernel::error::SysResult;
use crate::kernel::fs::Stat;
use crate::kernel::process::Fd;
use crate::kernel::syscall::io;
use crate::kernel::syscall::path::{self, Base, Follow};
use crate::wasmvm::guest::Guest;
use crate::wasmvm::imports::import_table;
use crate::wasmvm::memory::GuestPath;

import_table! { "host_fs":
    restart path_mode(path: u32, path_len: u32, follow: u32) => path_mode;
    restart fd_mode(fd: u32) => fd_mode;
    restart chmod(path: u32, path_len: u32, mode: u32) => chmod;
}

/// `st_mode` of a file that could be looked at, else 0, which no file has: there is no other room for an errno.
fn mode_or_none(looked: crate::kernel::Result<Stat>) -> u32 {
    looked.map_or(0, |stat| stat.file_type.mode_bits() | stat.mode)
}

fn path_mode(guest: &Guest, path: u32, path_len: u32, follow: u32) -> SysResult<u32> {
    let follow = if follow == 0 { Follow::No } else { Follow::Yes };
    let stat = GuestPath::read(&guest.memory, path, path_len)
        .and_then(|path| path::stat(&*guest.current, Base::Root, &path, follow));
    Ok(mode_or_none(stat))
}

fn fd_mode(guest: &Guest, fd: u32) -> SysResult<u32> {
    Ok(mode_or_none(io::fstat(&guest.current, Fd(fd))))
}

fn chmod(guest: &Guest, path: u32, path_len: u32, mode: u32) -> SysResult<()> {
    let path = GuestPath::read(&guest.memory, path, path_len)?;
    Ok(path::chmod(
        &*guest.current,
        Base::Root,
        &path,
        mode & 0o7777,
        Follow::Yes,
    )?)
}
