//! A file system that lives on the page: any object with the methods of the reference's `VirtualFileSystem`.
//!
//! It has paths, not inodes, and its methods may take their time. So each operation here is a [question](crate::kernel::question) to the page, and
//! an inode is a path with the attributes that were told last. Nothing is cached but those: what the page answers is what a process
//! sees. An inode number is made from the path at which its file was first seen, and stays with the file while anybody holds it.
//!
//! What such a file system can't do: a removed file can't be read on through an open descriptor, and there are no FIFOs in it.

mod call;
mod inode;
mod nodes;
#[cfg(all(test, not(feature = "shuttle")))]
pub(in crate::kernel) mod tests;

pub use call::{FileCall, FileReply, PageStat};

use self::inode::PageInode;
use self::nodes::Nodes;
use super::inode::{FileType, InodeRef};
use super::mount::{FileSystem, StatFs};
use super::{NAME_MAX, next_dev};
use crate::kernel::error::{Error, Result};
use crate::kernel::question::{self, Answer, Request};
use crate::kernel::{Errno, clock};
use std::sync::{Arc, Weak};

/// A file system of the page.
pub struct PageFs {
    this: Weak<PageFs>,
    /// By which number the page knows it.
    id: u32,
    dev: u64,
    nodes: Nodes,
}

impl PageFs {
    /// The file system that the page knows as `id`. `points` are names in its root that are directories in any case: something is to be
    /// mounted on them.
    pub fn new(id: u32, points: &[&[u8]]) -> Arc<Self> {
        Arc::new_cyclic(|this| PageFs {
            this: this.clone(),
            id,
            dev: next_dev(),
            nodes: Nodes::new(points),
        })
    }

    /// One more name in the root that is a directory in any case.
    pub fn add_point(&self, name: &[u8]) {
        self.nodes.add_point(name);
    }

    fn ask(&self, call: FileCall) -> Result<FileReply> {
        match question::ask(Request::File(self.id, call))? {
            Answer::Reply(reply) => reply.map_err(Error::from),
            Answer::Decision(_) => Err(unexpected()),
        }
    }

    fn ask_stat(&self, call: FileCall) -> Result<PageStat> {
        match self.ask(call)? {
            FileReply::Stat(stat) => Ok(stat),
            _ => Err(unexpected()),
        }
    }

    fn ask_done(&self, call: FileCall) -> Result<()> {
        self.ask(call).map(drop)
    }

    /// The file at `path`, of which the page has told `stat` just now.
    fn node(&self, path: &[u8], stat: PageStat) -> Arc<PageInode> {
        let this = self.this.upgrade();
        // Whoever calls holds the file system.
        let this = this.unwrap_or_else(|| unreachable!("a method of a file system that is gone"));
        self.nodes.get(this, path, stat)
    }
}

fn unexpected() -> Error {
    Error::new(
        Errno::EIO,
        "the page's file system gave an answer to something else",
    )
}

impl FileSystem for PageFs {
    fn root(&self) -> InodeRef {
        self.node(b"/", PageStat::directory(clock::realtime_ns()))
    }

    fn type_name(&self) -> &'static str {
        "page"
    }

    fn asks(&self) -> bool {
        true
    }

    fn statfs(&self) -> StatFs {
        // The interface has no such question.
        const V9FS_MAGIC: u64 = 0x0102_1997;
        StatFs {
            bsize: 65_536,
            blocks: 0,
            bfree: 0,
            bavail: 0,
            files: 0,
            ffree: 0,
            namelen: NAME_MAX as u64,
            fs_type: V9FS_MAGIC,
        }
    }
}

/// `name` in the directory `path`.
fn join(path: &[u8], name: &[u8]) -> Vec<u8> {
    let mut joined = Vec::with_capacity(path.len() + 1 + name.len());
    joined.extend_from_slice(path);
    if path != b"/" {
        joined.push(b'/');
    }
    joined.extend_from_slice(name);
    joined
}

/// The directory and the name of `path`; the root's directory is the root.
fn split(path: &[u8]) -> (&[u8], &[u8]) {
    match path.iter().rposition(|&byte| byte == b'/') {
        Some(0) => (b"/", &path[1..]),
        Some(at) => (&path[..at], &path[at + 1..]),
        None => (b"/", path),
    }
}

/// The kind of file, as [`PageStat::mode`] tells it.
fn kind_of(mode: u32) -> FileType {
    const S_IFMT: u32 = 0o170_000;
    [FileType::Directory, FileType::Symlink]
        .into_iter()
        .find(|kind| kind.mode_bits() == mode & S_IFMT)
        .unwrap_or(FileType::Regular)
}
