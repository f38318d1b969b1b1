//! `/dev` itself, and how directories of devices are listed.

use super::meta::{Meta, answered_by_meta, not_to_be_changed};
use crate::kernel::error::{Errno, Result};
use crate::kernel::fs::{DirEntry, FileType, Inode, InodeRef};
use crate::kernel::process::Process;
use std::sync::Weak;

/// The cookie of the first entry after `.` and `..`.
pub const FIRST_COOKIE: u64 = 3;

/// A directory of fixed names.
pub struct DevDirectory {
    pub meta: Meta,
    pub children: Vec<(&'static [u8], InodeRef)>,
    /// Itself, which is its own parent.
    pub me: Weak<DevDirectory>,
}

/// An entry of a listing: cookie, name, inode number, kind.
pub type Listed = (u64, Box<[u8]>, u64, FileType);

/// Tells those of `.`, `..` and `entries` that come after `cookie`.
pub fn tell(
    cookie: u64,
    own_ino: u64,
    parent_ino: u64,
    entries: impl Iterator<Item = Listed>,
    each: &mut dyn FnMut(DirEntry) -> bool,
) {
    let dots: [Listed; 2] = [
        (1, b".".as_slice().into(), own_ino, FileType::Directory),
        (2, b"..".as_slice().into(), parent_ino, FileType::Directory),
    ];
    for (own, name, ino, file_type) in dots.into_iter().chain(entries).filter(|&(own, ..)| own > cookie) {
        if !each(DirEntry {
            name,
            ino,
            file_type,
            next_cookie: own,
        }) {
            return;
        }
    }
}

impl Inode for DevDirectory {
    answered_by_meta!();
    not_to_be_changed!();

    fn lookup(&self, name: &[u8], _process: Option<&Process>) -> Result<InodeRef> {
        let found = self.children.iter().find(|(each, _)| *each == name);
        found.map(|(_, inode)| inode.clone()).ok_or(Errno::ENOENT.into())
    }

    fn parent(&self) -> Result<InodeRef> {
        Ok(self.me.upgrade().ok_or(Errno::ENOENT)?)
    }

    fn name_of(&self, child: &dyn Inode) -> Result<Box<[u8]>> {
        let is_it = |inode: &InodeRef| inode.dev() == child.dev() && inode.ino() == child.ino();
        let found = self.children.iter().find(|(_, inode)| is_it(inode));
        found
            .map(|(name, _)| Box::from(*name))
            .ok_or(Errno::ENOENT.into())
    }

    fn read_dir(
        &self,
        cookie: u64,
        _process: Option<&Process>,
        each: &mut dyn FnMut(DirEntry) -> bool,
    ) -> Result<()> {
        let listed = |((name, inode), cookie): (&(&'static [u8], InodeRef), u64)| {
            (cookie, Box::from(*name), inode.ino(), inode.file_type())
        };
        tell(
            cookie,
            self.meta.ino,
            self.meta.ino,
            self.children.iter().zip(FIRST_COOKIE..).map(listed),
            each,
        );
        Ok(())
    }
}

/// An empty directory, for something to be mounted on.
pub struct MountPoint {
    pub meta: Meta,
    pub parent: Weak<DevDirectory>,
}

impl Inode for MountPoint {
    answered_by_meta!();
    not_to_be_changed!();

    fn lookup(&self, _name: &[u8], _process: Option<&Process>) -> Result<InodeRef> {
        Err(Errno::ENOENT.into())
    }

    fn parent(&self) -> Result<InodeRef> {
        Ok(self.parent.upgrade().ok_or(Errno::ENOENT)?)
    }

    fn read_dir(
        &self,
        cookie: u64,
        _process: Option<&Process>,
        each: &mut dyn FnMut(DirEntry) -> bool,
    ) -> Result<()> {
        tell(
            cookie,
            self.meta.ino,
            self.parent()?.ino(),
            core::iter::empty(),
            each,
        );
        Ok(())
    }
}
