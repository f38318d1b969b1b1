//! `host_user`: terminals and names of users.

use crate::kernel::error::{Block, Errno, Error, Result, SysResult};
use crate::kernel::file::OpenFlags;
use crate::kernel::fs::FileType;
use crate::kernel::io::VecSink;
use crate::kernel::process::{Current, Fd};
use crate::kernel::question;
use crate::kernel::syscall::path::{self, Base};
use crate::kernel::syscall::tty;
use crate::wasmvm::guest::Guest;
use crate::wasmvm::imports::import_table;
use crate::wasmvm::memory::GuestMemory;

import_table! { "host_user":
    restart isatty(fd: u32, out: u32) => isatty;
    restart getpwuid(uid: u32, buf: u32, buf_len: u32, len: u32) => getpwuid;
}

fn isatty(guest: &Guest, fd: u32, out: u32) -> SysResult<()> {
    let is = tty::isatty(&guest.current, Fd(fd))?;
    Ok(guest.memory.put_u32(out, u32::from(is))?)
}

/// A line of passwd(5) without its newline. ERANGE if `buf` is too small (`*len` holds what is needed), ENOENT.
fn getpwuid(guest: &Guest, uid: u32, buf: u32, buf_len: u32, len: u32) -> SysResult<()> {
    guest.memory.slice(len, 4)?;
    guest.memory.slice(buf, buf_len)?;
    let line = line_of(&passwd(&guest.current)?, uid)
        .or_else(|| made_line(&guest.current, uid))
        .ok_or(Error::new(Errno::ENOENT, "no such user"))?;
    guest.memory.put_u32(len, line.len() as u32)?;
    if line.len() > buf_len as usize {
        return Err(Error::new(Errno::ERANGE, "the buffer is too small").into());
    }
    Ok(guest.memory.write(buf, &line)?)
}

/// How much of the file is looked at.
const PASSWD_MAX: usize = 1 << 20;

/// `/etc/passwd` as the caller may read it; nothing where there is none. Fails only while the page is asked.
fn passwd(current: &Current) -> Result<Vec<u8>> {
    let mut sink = VecSink::new(PASSWD_MAX);
    match read_passwd(current, &mut sink) {
        Err(error) if question::is_asking() => Err(error),
        _ => Ok(sink.bytes),
    }
}

fn read_passwd(current: &Current, sink: &mut VecSink) -> Result<()> {
    let file = path::open_file(current, Base::Root, b"/etc/passwd", OpenFlags::O_NONBLOCK, 0)?;
    if file.file_type() != FileType::Regular {
        return Err(Errno::EINVAL.into());
    }
    while sink.bytes.len() < PASSWD_MAX && !current.word().is_killed() {
        match file.try_pread(sink.bytes.len() as u64, sink) {
            Ok(0) | Err(Block::WouldBlock) => break,
            Ok(_) => {}
            Err(Block::Failed(error)) => return Err(error),
        }
    }
    Ok(())
}

/// The line of `uid`, as passwd(5) has them: `name:password:UID:GID:…`.
fn line_of(passwd: &[u8], uid: u32) -> Option<Vec<u8>> {
    let is_of = |line: &&[u8]| {
        let field = line.split(|&byte| byte == b':').nth(2);
        field.and_then(|field| core::str::from_utf8(field).ok()?.parse().ok()) == Some(uid)
    };
    passwd
        .split(|&byte| byte == b'\n')
        .find(is_of)
        .map(<[u8]>::to_vec)
}

/// The line of a user that the tree says nothing of: root, and whose the kernel's processes are, as the kernel's environment calls
/// them.
fn made_line(current: &Current, uid: u32) -> Option<Vec<u8>> {
    let kernel = current.kernel();
    if uid == 0 {
        return Some(b"root:x:0:0:root:/root:/bin/sh".to_vec());
    }
    let (own, gid) = kernel.user();
    if uid != own {
        return None;
    }
    let env = kernel.env();
    let field = |name: &[u8], otherwise: &str| {
        let value = env
            .get(name)
            .filter(|value| !value.is_empty() && !value.iter().any(|byte| b":\n".contains(byte)));
        String::from_utf8_lossy(value.unwrap_or(otherwise.as_bytes())).into_owned()
    };
    let name = field(b"USER", "user");
    let (home, shell) = (
        field(b"HOME", &format!("/home/{name}")),
        field(b"SHELL", "/bin/sh"),
    );
    Some(format!("{name}:x:{uid}:{gid}::{home}:{shell}").into_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_go_by_their_third_field() {
        let passwd = b"root:x:0:0:root:/root:/bin/sh\nbroken\n7:x:12:7::/:\n\nx:x:7:1::/:/bin/sh";
        assert_eq!(
            line_of(passwd, 0).as_deref(),
            Some(&b"root:x:0:0:root:/root:/bin/sh"[..])
        );
        assert_eq!(line_of(passwd, 7).as_deref(), Some(&b"x:x:7:1::/:/bin/sh"[..]));
        assert_eq!(line_of(passwd, 1), None);
        assert_eq!(line_of(b"", 0), None);
    }
}
