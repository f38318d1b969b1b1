//! Tests of the calls on paths: over a whole tree, as the page and as processes.

mod cache;
mod calls;
pub(in crate::kernel) mod model;
pub(in crate::kernel) mod posix;
mod process;
mod races;

use super::*;
use crate::kernel::error::{Block, Errno};
use crate::kernel::file::{OpenFile, OpenFlags};
use crate::kernel::fs::{DirEntry, FileSystem, FileType, MemFs, OverlayFs, Vfs};
use crate::kernel::io::VecSink;
use std::sync::Arc;

/// A tree of files, and the page as its caller.
pub(in crate::kernel) struct Tree {
    pub(in crate::kernel) vfs: Vfs,
    /// What keeps what is written.
    pub(in crate::kernel) fs: Arc<MemFs>,
}

impl Tree {
    /// An overlay over what is in `lower`.
    pub(in crate::kernel) fn over(lower: Arc<dyn FileSystem>) -> Self {
        let fs = MemFs::new(64 << 20);
        Tree {
            vfs: Vfs::new(OverlayFs::new(lower, fs.clone())),
            fs,
        }
    }

    /// Nothing but the root.
    pub(in crate::kernel) fn empty() -> Self {
        Tree::with_limit(64 << 20)
    }

    pub(in crate::kernel) fn with_limit(limit: u64) -> Self {
        let fs = MemFs::new(limit);
        Tree {
            vfs: Vfs::new(fs.clone()),
            fs,
        }
    }

    pub(in crate::kernel) fn caller(&self) -> Caller<'_> {
        Caller::page(&self.vfs)
    }

    pub(in crate::kernel) fn open(&self, path: &str, flags: OpenFlags) -> Arc<OpenFile> {
        open_file(self.caller(), Base::Root, path.as_bytes(), flags, 0o644).unwrap()
    }

    pub(in crate::kernel) fn mkdir(&self, path: &str) {
        mkdir(self.caller(), Base::Root, path.as_bytes(), 0o755).unwrap();
    }

    pub(in crate::kernel) fn write(&self, path: &str, bytes: &[u8]) {
        let file = self.open(
            path,
            OpenFlags::O_WRONLY | OpenFlags::O_CREAT | OpenFlags::O_TRUNC,
        );
        write_all(&file, bytes).unwrap();
    }

    pub(in crate::kernel) fn read(&self, path: &str) -> Vec<u8> {
        read_all(&self.open(path, OpenFlags::empty()))
    }

    pub(in crate::kernel) fn exists(&self, path: &str) -> bool {
        lstat(self.caller(), Base::Root, path.as_bytes()).is_ok()
    }

    pub(in crate::kernel) fn list(&self, path: &str) -> Vec<DirEntry> {
        list_from(self, &self.open(path, OpenFlags::O_DIRECTORY), 0)
    }

    pub(in crate::kernel) fn names(&self, path: &str) -> Vec<String> {
        let mut names = names(&self.list(path));
        names.sort();
        names
    }

    /// Everything that can be seen of the tree, but for times.
    pub(in crate::kernel) fn snapshot(&self) -> Vec<String> {
        let mut all = Vec::new();
        let mut pending = vec![String::new()];
        while let Some(directory) = pending.pop() {
            for entry in self.list(&format!("{directory}/")) {
                let name = String::from_utf8_lossy(&entry.name);
                let path = format!("{directory}/{name}");
                let stat = lstat(self.caller(), Base::Root, path.as_bytes()).unwrap();
                all.push(format!(
                    "{path} {:?} {} {} {:o}",
                    stat.file_type, stat.nlink, stat.size, stat.mode
                ));
                if stat.file_type == FileType::Directory && name != "." && name != ".." {
                    pending.push(path);
                }
            }
        }
        all.sort();
        all
    }
}

pub(in crate::kernel) fn write_all(file: &OpenFile, mut bytes: &[u8]) -> Result<(), Block> {
    while !bytes.is_empty() {
        file.try_write(&mut bytes)?;
    }
    Ok(())
}

pub(in crate::kernel) fn read_all(file: &OpenFile) -> Vec<u8> {
    let mut all = Vec::new();
    loop {
        let mut sink = VecSink::new(100_000);
        if file.try_read(&mut sink).unwrap() == 0 {
            return all;
        }
        all.extend(sink.bytes);
    }
}

pub(in crate::kernel) fn list_from(tree: &Tree, directory: &OpenFile, cookie: u64) -> Vec<DirEntry> {
    let mut entries = Vec::new();
    read_dir(tree.caller(), directory, cookie, |entry| {
        entries.push(entry);
        true
    })
    .unwrap();
    entries
}

pub(in crate::kernel) fn names(entries: &[DirEntry]) -> Vec<String> {
    entries
        .iter()
        .map(|entry| String::from_utf8(entry.name.to_vec()).unwrap())
        .collect()
}

fn node(tree: &Tree, file_type: FileType) -> Result<(), Errno> {
    mknod(tree.caller(), Base::Root, b"/node", file_type, 0o644).map_err(|error| error.errno)
}
