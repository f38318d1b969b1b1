//! `/dev/fd`, and the links `/dev/stdin`, `/dev/stdout`, `/dev/stderr` into it.
//!
//! Opening `/dev/fd/N` gives what dup(N) gives; everything else about that name is about the file behind the descriptor.

use super::directory::{DevDirectory, FIRST_COOKIE, Listed, tell};
use super::meta::{Meta, answered_by_meta, not_to_be_changed};
use crate::kernel::error::{Errno, Result};
use crate::kernel::fs::descriptor::Descriptor;
use crate::kernel::fs::{DirEntry, Inode, InodeRef};
use crate::kernel::process::{Fd, Process};
use std::sync::{Arc, Weak};

/// A fixed symbolic link.
pub struct Link {
    pub meta: Meta,
    pub target: &'static [u8],
}

impl Inode for Link {
    answered_by_meta!();

    fn readlink(&self) -> Result<Box<[u8]>> {
        Ok(self.target.into())
    }
}

/// `/dev/fd`: the descriptors of whoever looks.
pub struct FdDirectory {
    pub meta: Meta,
    pub parent: Weak<DevDirectory>,
}

/// The number that `name` is in decimal, without sign or leading zeros.
pub fn parse_number(name: &[u8]) -> Option<u32> {
    let plain = name.iter().all(u8::is_ascii_digit) && (name.len() == 1 || name.first() != Some(&b'0'));
    if plain {
        core::str::from_utf8(name).ok()?.parse().ok()
    } else {
        None
    }
}

impl Inode for FdDirectory {
    answered_by_meta!();
    not_to_be_changed!();

    fn lookup(&self, name: &[u8], process: Option<&Process>) -> Result<InodeRef> {
        let (process, number) = process.zip(parse_number(name)).ok_or(Errno::ENOENT)?;
        let file = process.fds.look(Fd(number)).map_err(|_| Errno::ENOENT)?;
        Ok(Arc::new(Descriptor::own(file)))
    }

    fn parent(&self) -> Result<InodeRef> {
        Ok(self.parent.upgrade().ok_or(Errno::ENOENT)?)
    }

    fn read_dir(
        &self,
        cookie: u64,
        process: Option<&Process>,
        each: &mut dyn FnMut(DirEntry) -> bool,
    ) -> Result<()> {
        let numbers = process.map(|process| process.fds.list()).unwrap_or_default();
        let listed = numbers.into_iter().filter_map(|fd| -> Option<Listed> {
            let stat = process?.fds.look(fd).ok()?.stat();
            let name = fd.0.to_string().into_bytes().into();
            Some((FIRST_COOKIE + u64::from(fd.0), name, stat.ino, stat.file_type))
        });
        tell(cookie, self.meta.ino, self.parent()?.ino(), listed, each);
        Ok(())
    }
}
