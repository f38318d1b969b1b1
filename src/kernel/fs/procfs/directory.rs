//! Directories of fixed names, and how directories are listed.

use super::meta::{Meta, answered_by_meta, not_to_be_changed};
use crate::kernel::error::{Errno, Result};
use crate::kernel::fs::{DirEntry, FileType, Inode, InodeRef};
use crate::kernel::process::Process;
use std::sync::Weak;

/// The cookie of the first entry after `.` and `..`.
pub const FIRST_COOKIE: u64 = 3;

/// An entry of a listing.
pub struct Listed {
    pub cookie: u64,
    pub name: Box<[u8]>,
    pub ino: u64,
    pub file_type: FileType,
}

/// Tells those of `.`, `..` and `entries` that come after `cookie`.
pub fn tell(
    cookie: u64,
    own_ino: u64,
    parent_ino: u64,
    entries: impl Iterator<Item = Listed>,
    each: &mut dyn FnMut(DirEntry) -> bool,
) {
    let dot = |cookie, name: &[u8], ino| Listed {
        cookie,
        name: name.into(),
        ino,
        file_type: FileType::Directory,
    };
    let dots = [dot(1, b".", own_ino), dot(2, b"..", parent_ino)];
    for listed in dots
        .into_iter()
        .chain(entries)
        .filter(|listed| listed.cookie > cookie)
    {
        if !each(DirEntry {
            name: listed.name,
            ino: listed.ino,
            file_type: listed.file_type,
            next_cookie: listed.cookie,
        }) {
            return;
        }
    }
}

/// A directory of fixed names, such as `/proc/sys`.
pub struct FixedDirectory {
    pub meta: Meta,
    pub parent: Weak<dyn Inode>,
    pub children: Vec<(&'static [u8], InodeRef)>,
}

/// The child `name`. ENOENT.
pub fn child(children: &[(&'static [u8], InodeRef)], name: &[u8]) -> Result<InodeRef> {
    let found = children.iter().find(|(each, _)| *each == name);
    found.map(|(_, inode)| inode.clone()).ok_or(Errno::ENOENT.into())
}

/// The name of a child. ENOENT.
pub fn name_among(children: &[(&'static [u8], InodeRef)], child: &dyn Inode) -> Result<Box<[u8]>> {
    let found = children.iter().find(|(_, inode)| inode.ino() == child.ino());
    found
        .map(|(name, _)| Box::from(*name))
        .ok_or(Errno::ENOENT.into())
}

/// A listing of children.
pub fn listed(children: &[(&'static [u8], InodeRef)]) -> impl Iterator<Item = Listed> {
    children
        .iter()
        .zip(FIRST_COOKIE..)
        .map(|((name, inode), cookie)| Listed {
            cookie,
            name: Box::from(*name),
            ino: inode.ino(),
            file_type: inode.file_type(),
        })
}

impl Inode for FixedDirectory {
    answered_by_meta!();
    not_to_be_changed!();

    fn lookup(&self, name: &[u8], _process: Option<&Process>) -> Result<InodeRef> {
        child(&self.children, name)
    }

    fn parent(&self) -> Result<InodeRef> {
        Ok(self.parent.upgrade().ok_or(Errno::ENOENT)?)
    }

    fn name_of(&self, child: &dyn Inode) -> Result<Box<[u8]>> {
        name_among(&self.children, child)
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
            listed(&self.children),
            each,
        );
        Ok(())
    }
}
