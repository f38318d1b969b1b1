//! fd_readdir: directory entries, packed into the guest's buffer.

use super::fd::open_file;
use super::types::filetype;
use crate::kernel::error::{Result, SysResult};
use crate::kernel::fs::DirEntry;
use crate::kernel::syscall::path;
use crate::wasmvm::guest::Guest;
use crate::wasmvm::memory::{GuestMemory, GuestSlice};

/// Fills the buffer; the last entry is cut where it ends. A buffer that is not full means the end of the directory.
pub fn fd_readdir(guest: &Guest, fd: u32, buf: u32, len: u32, cookie: u64, out: u32) -> SysResult<()> {
    let mut packer = Packer {
        guest,
        buf: guest.memory.slice(buf, len)?,
        used: 0,
        failed: None,
    };
    guest.memory.slice(out, 4)?;
    let file = open_file(guest, fd)?;
    path::read_dir(&*guest.current, &file, cookie, |entry| packer.add(&entry))?;
    if let Some(error) = packer.failed {
        return Err(error.into());
    }
    Ok(guest.memory.put_u32(out, packer.used)?)
}

struct Packer<'a> {
    guest: &'a Guest,
    buf: GuestSlice,
    used: u32,
    failed: Option<crate::kernel::Error>,
}

impl Packer<'_> {
    /// False when the buffer is full.
    fn add(&mut self, entry: &DirEntry) -> bool {
        let mut dirent = [0; 24];
        dirent[0..8].copy_from_slice(&entry.next_cookie.to_le_bytes());
        dirent[8..16].copy_from_slice(&entry.ino.to_le_bytes());
        dirent[16..20].copy_from_slice(&(entry.name.len() as u32).to_le_bytes());
        dirent[20] = filetype(entry.file_type);
        if let Err(error) = self.push(&dirent).and_then(|()| self.push(&entry.name)) {
            self.failed = Some(error);
        }
        self.failed.is_none() && self.used < self.buf.len() && !self.guest.current.word().is_killed()
    }

    fn push(&mut self, bytes: &[u8]) -> Result<()> {
        let count = bytes.len().min((self.buf.len() - self.used) as usize);
        self.guest
            .memory
            .write(self.buf.at() + self.used, &bytes[..count])?;
        self.used += count as u32;
        Ok(())
    }
}
