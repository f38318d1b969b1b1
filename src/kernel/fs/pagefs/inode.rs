//! A file on the page, as processes have it.

use super::call::{FileCall, FileReply, PageStat};
use super::{PageFs, join, kind_of, split, unexpected};
use crate::kernel::error::{Attempt, Block, Errno, Error, Result};
use crate::kernel::fs::{DirEntry, FileType, Inode, InodeRef, NewNode, SetAttr, Stat, WritePosition};
use crate::kernel::io::{Sink, Source};
use crate::kernel::process::Process;
use crate::kernel::sync::{Mutex, Rank};
use crate::kernel::{clock, fs};
use core::any::Any;
use std::sync::Arc;

/// What one question carries at most. Processes read and write less at once.
const PIECE: usize = 1 << 20;

pub struct PageInode {
    fs: Arc<PageFs>,
    number: u64,
    kind: FileType,
    state: Mutex<State>,
}

struct State {
    path: Arc<[u8]>,
    stat: PageStat,
}

impl PageInode {
    pub fn new(fs: Arc<PageFs>, number: u64, path: &[u8], stat: PageStat) -> Self {
        let path = path.into();
        PageInode {
            fs,
            number,
            kind: kind_of(stat.mode),
            state: Mutex::new(Rank::Inode, State { path, stat }),
        }
    }

    pub fn number(&self) -> u64 {
        self.number
    }

    pub fn kind(&self) -> FileType {
        self.kind
    }

    pub fn set_path(&self, path: &[u8]) {
        let old = core::mem::replace(&mut self.state.lock().path, path.into());
        drop(old);
    }

    pub fn set_stat(&self, stat: PageStat) {
        self.state.lock().stat = stat;
    }

    fn path(&self) -> Arc<[u8]> {
        self.state.lock().path.clone()
    }

    fn child(&self, name: &[u8]) -> Vec<u8> {
        join(&self.path(), name)
    }

    fn is_root(&self) -> bool {
        *self.path() == *b"/"
    }

    /// The root's mount points are there without the page.
    fn is_point(&self, name: &[u8]) -> bool {
        self.is_root() && self.fs.nodes.is_point(name)
    }

    fn same_fs<'a>(&self, other: &'a InodeRef) -> Result<&'a PageInode> {
        other
            .as_any()
            .downcast_ref::<PageInode>()
            .filter(|other| Arc::ptr_eq(&self.fs, &other.fs))
            .ok_or(Errno::EXDEV.into())
    }

    fn refuse_point(&self, name: &[u8]) -> Result<()> {
        if self.is_point(name) {
            return Err(Error::new(Errno::EBUSY, "a file system is mounted on it"));
        }
        Ok(())
    }
}

fn blocked(error: Error) -> Block {
    Block::Failed(error)
}

impl Inode for PageInode {
    fn stat(&self) -> Stat {
        let stat = self.state.lock().stat;
        Stat {
            dev: self.fs.dev,
            ino: self.number,
            file_type: self.kind,
            mode: stat.mode & 0o7777,
            nlink: stat.nlink,
            uid: stat.uid,
            gid: stat.gid,
            rdev: 0,
            size: stat.size,
            blocks: stat.size.div_ceil(512),
            atime_ns: stat.atime_ns,
            mtime_ns: stat.mtime_ns,
            ctime_ns: stat.ctime_ns,
            birthtime_ns: stat.birthtime_ns,
        }
    }

    fn refresh(&self) -> Result<()> {
        if self.is_root() {
            return Ok(());
        }
        let path = self.path().to_vec();
        let stat = self.fs.ask_stat(FileCall::Lstat { path })?;
        if kind_of(stat.mode) == self.kind {
            self.set_stat(stat);
        }
        Ok(())
    }

    fn file_type(&self) -> FileType {
        self.kind
    }

    fn ino(&self) -> u64 {
        self.number
    }

    fn dev(&self) -> u64 {
        self.fs.dev
    }

    fn as_any(&self) -> &dyn Any {
        self
    }

    fn set_attr(&self, changes: SetAttr) -> Result<()> {
        let path = || self.path().to_vec();
        let old = self.state.lock().stat;
        if let Some(mode) = changes.mode {
            self.fs.ask_done(FileCall::Chmod { path: path(), mode })?;
        }
        if changes.uid.is_some() || changes.gid.is_some() {
            let (uid, gid) = (changes.uid.unwrap_or(old.uid), changes.gid.unwrap_or(old.gid));
            self.fs.ask_done(FileCall::Chown {
                path: path(),
                uid,
                gid,
            })?;
        }
        if changes.atime_ns.is_some() || changes.mtime_ns.is_some() {
            let atime_ns = changes.atime_ns.unwrap_or(old.atime_ns);
            let mtime_ns = changes.mtime_ns.unwrap_or(old.mtime_ns);
            self.fs.ask_done(FileCall::Utimes {
                path: path(),
                atime_ns,
                mtime_ns,
            })?;
        }
        self.refresh()
    }

    fn try_read_at(&self, offset: u64, into: &mut dyn Sink) -> Attempt<usize> {
        if self.kind == FileType::Directory {
            return Err(Errno::EISDIR.into());
        }
        let length = into.room().min(PIECE);
        if length == 0 {
            return Ok(0);
        }
        let call = FileCall::Pread {
            path: self.path().to_vec(),
            offset,
            length: length as u64,
        };
        match self.fs.ask(call).map_err(blocked)? {
            FileReply::Bytes(bytes) => {
                let count = bytes.len().min(length);
                into.put(&bytes[..count])?;
                Ok(count)
            }
            _ => Err(unexpected().into()),
        }
    }

    fn try_write_at(&self, position: WritePosition, from: &mut dyn Source) -> Attempt<(usize, u64)> {
        if self.kind == FileType::Directory {
            return Err(Errno::EISDIR.into());
        }
        let offset = match position {
            WritePosition::At(offset) => offset,
            WritePosition::End => {
                self.refresh().map_err(blocked)?;
                self.state.lock().stat.size
            }
        };
        let count = from.remaining().min(PIECE);
        let after = offset.checked_add(count as u64).ok_or(Errno::EFBIG)?;
        if count == 0 {
            return Ok((0, after));
        }
        let mut data = Vec::new();
        data.try_reserve_exact(count).map_err(|_| Errno::ENOMEM)?;
        data.resize(count, 0);
        from.take(&mut data)?;
        let path = self.path().to_vec();
        self.fs
            .ask_done(FileCall::Pwrite { path, offset, data })
            .map_err(blocked)?;
        let mut state = self.state.lock();
        state.stat.size = state.stat.size.max(after);
        state.stat.mtime_ns = clock::realtime_ns();
        Ok((count, after))
    }

    fn truncate(&self, length: u64) -> Result<()> {
        match self.kind {
            FileType::Regular => {}
            FileType::Directory => return Err(Errno::EISDIR.into()),
            _ => return Err(Errno::EINVAL.into()),
        }
        let path = self.path().to_vec();
        self.fs.ask_done(FileCall::Truncate { path, length })?;
        self.state.lock().stat.size = length;
        Ok(())
    }

    fn readlink(&self) -> Result<Box<[u8]>> {
        if self.kind != FileType::Symlink {
            return Err(Errno::EINVAL.into());
        }
        match self.fs.ask(FileCall::Readlink {
            path: self.path().to_vec(),
        })? {
            FileReply::Bytes(target) => Ok(target.into()),
            _ => Err(unexpected()),
        }
    }

    fn lookup(&self, name: &[u8], _process: Option<&Process>) -> Result<InodeRef> {
        if self.kind != FileType::Directory {
            return Err(Errno::ENOTDIR.into());
        }
        let path = self.child(name);
        if self.is_point(name) {
            let known = self.fs.nodes.held(&path);
            return Ok(match known {
                Some(node) => node,
                None => self.fs.node(&path, PageStat::directory(clock::realtime_ns())),
            });
        }
        let stat = self.fs.ask_stat(FileCall::Lstat { path: path.clone() })?;
        Ok(self.fs.node(&path, stat))
    }

    fn parent(&self) -> Result<InodeRef> {
        let path = self.path();
        let (parent, _) = split(&path);
        match self.fs.nodes.held(parent) {
            Some(node) => Ok(node),
            None => Ok(self.fs.node(parent, PageStat::directory(clock::realtime_ns()))),
        }
    }

    fn name_of(&self, child: &dyn Inode) -> Result<Box<[u8]>> {
        let child = child.as_any().downcast_ref::<PageInode>().ok_or(Errno::ENOENT)?;
        Ok(split(&child.path()).1.into())
    }

    fn create(&self, name: &[u8], node: NewNode) -> Result<InodeRef> {
        if self.is_point(name) {
            return Err(Errno::EEXIST.into());
        }
        let path = self.child(name);
        // The interface has no "make, unless it is there".
        match self.fs.ask(FileCall::Lstat { path: path.clone() }) {
            Ok(_) => return Err(Errno::EEXIST.into()),
            Err(Error {
                errno: Errno::ENOENT, ..
            }) => {}
            Err(error) => return Err(error),
        }
        let mode = node.mode;
        let call = match (node.file_type, node.target) {
            (FileType::Regular, _) => FileCall::Create {
                path: path.clone(),
                mode,
            },
            (FileType::Directory, _) => FileCall::Mkdir {
                path: path.clone(),
                mode,
            },
            (FileType::Symlink, Some(target)) => FileCall::Symlink {
                target: target.into(),
                path: path.clone(),
            },
            _ => {
                return Err(Error::new(
                    Errno::EPERM,
                    "the page's file system has no such files",
                ));
            }
        };
        let stat = self.fs.ask_stat(call)?;
        Ok(self.fs.node(&path, stat))
    }

    fn link(&self, name: &[u8], target: &InodeRef) -> Result<()> {
        let target = self.same_fs(target)?;
        let (old, new) = (target.path().to_vec(), self.child(name));
        self.fs.ask_done(FileCall::Link { old, new })?;
        target.state.lock().stat.nlink += 1;
        Ok(())
    }

    fn unlink(&self, name: &[u8]) -> Result<()> {
        self.refuse_point(name)?;
        let path = self.child(name);
        let stat = self.fs.ask_stat(FileCall::Lstat { path: path.clone() })?;
        if kind_of(stat.mode) == FileType::Directory {
            return Err(Errno::EISDIR.into());
        }
        self.fs.ask_done(FileCall::RemoveFile { path: path.clone() })?;
        self.fs.nodes.remove(&path);
        Ok(())
    }

    fn rmdir(&self, name: &[u8]) -> Result<()> {
        self.refuse_point(name)?;
        let path = self.child(name);
        // Some implementations remove what is in it too.
        match self.fs.ask(FileCall::ReadDir { path: path.clone() })? {
            FileReply::Names(names) if names.is_empty() => {}
            FileReply::Names(_) => return Err(Errno::ENOTEMPTY.into()),
            _ => return Err(unexpected()),
        }
        self.fs.ask_done(FileCall::RemoveDir { path: path.clone() })?;
        self.fs.nodes.remove(&path);
        Ok(())
    }

    fn rename(&self, name: &[u8], new_parent: &InodeRef, new_name: &[u8]) -> Result<()> {
        let new_parent = self.same_fs(new_parent)?;
        self.refuse_point(name)?;
        new_parent.refuse_point(new_name)?;
        let (old, new) = (self.child(name), new_parent.child(new_name));
        if old == new {
            return Ok(());
        }
        let source = self.fs.ask_stat(FileCall::Lstat { path: old.clone() })?;
        let is_directory = kind_of(source.mode) == FileType::Directory;
        if is_directory && new.starts_with(&join(&old, b"")) {
            return Err(Error::new(Errno::EINVAL, "a directory can't move into itself"));
        }
        match self.fs.ask_stat(FileCall::Lstat { path: new.clone() }) {
            Ok(target) => match (is_directory, kind_of(target.mode) == FileType::Directory) {
                (true, false) => return Err(Errno::ENOTDIR.into()),
                (false, true) => return Err(Errno::EISDIR.into()),
                (true, true) => match self.fs.ask(FileCall::ReadDir { path: new.clone() })? {
                    // Not all implementations replace a directory.
                    FileReply::Names(names) if names.is_empty() => {
                        self.fs.ask_done(FileCall::RemoveDir { path: new.clone() })?;
                    }
                    _ => return Err(Errno::ENOTEMPTY.into()),
                },
                (false, false) => {}
            },
            Err(Error {
                errno: Errno::ENOENT, ..
            }) => {}
            Err(error) => return Err(error),
        }
        self.fs.ask_done(FileCall::Rename {
            old: old.clone(),
            new: new.clone(),
        })?;
        self.fs.nodes.rename(&old, &new);
        Ok(())
    }

    fn read_dir(
        &self,
        cookie: u64,
        _process: Option<&Process>,
        each: &mut dyn FnMut(DirEntry) -> bool,
    ) -> Result<()> {
        let path = self.path();
        let names = match self.fs.ask(FileCall::ReadDir { path: path.to_vec() })? {
            FileReply::Names(names) => names,
            _ => return Err(unexpected()),
        };
        let parent = self.fs.nodes.number(split(&path).0);
        let mut entries = vec![
            (1, b".".to_vec(), self.number, FileType::Directory),
            (2, b"..".to_vec(), parent, FileType::Directory),
        ];
        let mut add = |name: Vec<u8>, kind| {
            // In the order of the numbers, which stay with the names whatever else comes and goes: that is what a cookie needs.
            let number = self.fs.nodes.number(&join(&path, &name));
            entries.push((number, name, number, kind));
        };
        let points = if self.is_root() {
            self.fs.nodes.points()
        } else {
            Vec::new()
        };
        let fits = |name: &[u8]| {
            !name.is_empty()
                && name.len() <= fs::NAME_MAX
                && !name.contains(&b'/')
                && name != b"."
                && name != b".."
        };
        for (name, kind) in names {
            if fits(&name) && !points.iter().any(|point| **point == *name) {
                add(name, kind);
            }
        }
        points
            .into_iter()
            .for_each(|name| add(name.into_vec(), FileType::Directory));
        entries.sort_unstable_by_key(|entry| entry.0);
        for (position, name, ino, file_type) in entries.into_iter().filter(|entry| entry.0 > cookie) {
            let entry = DirEntry {
                name: name.into(),
                ino,
                file_type,
                next_cookie: position,
            };
            if !each(entry) {
                break;
            }
        }
        Ok(())
    }
}
