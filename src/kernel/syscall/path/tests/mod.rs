//! Tests of the calls on paths: over a whole tree, as the page and as processes.

mod calls;
mod model;
mod posix;
mod process;
mod races;

use super::*;
use crate::kernel::error::{Block, Errno};
use crate::kernel::file::{OpenFile, OpenFlags};
use crate::kernel::fs::{DirEntry, FileType, MemFs, Vfs};
use crate::kernel::io::VecSink;
use std::sync::Arc;

/// A tree of files, and the page as its caller.
struct Tree {
    vfs: Vfs,
    fs: Arc<MemFs>,
}

impl Tree {
    /// Nothing but the root.
    fn empty() -> Self {
        Tree::with_limit(64 << 20)
    }

    fn with_limit(limit: u64) -> Self {
        let fs = MemFs::new(limit);
        Tree {
            vfs: Vfs::new(fs.clone()),
            fs,
        }
    }

    fn caller(&self) -> Caller<'_> {
        Caller::page(&self.vfs)
    }

    fn open(&self, path: &str, flags: OpenFlags) -> Arc<OpenFile> {
        open_file(self.caller(), Base::Root, path.as_bytes(), flags, 0o644).unwrap()
    }

    fn mkdir(&self, path: &str) {
        mkdir(self.caller(), Base::Root, path.as_bytes(), 0o755).unwrap();
    }

    fn write(&self, path: &str, bytes: &[u8]) {
        let file = self.open(
            path,
            OpenFlags::O_WRONLY | OpenFlags::O_CREAT | OpenFlags::O_TRUNC,
        );
        write_all(&file, bytes).unwrap();
    }

    fn read(&self, path: &str) -> Vec<u8> {
        read_all(&self.open(path, OpenFlags::empty()))
    }

    fn exists(&self, path: &str) -> bool {
        lstat(self.caller(), Base::Root, path.as_bytes()).is_ok()
    }

    fn list(&self, path: &str) -> Vec<DirEntry> {
        list_from(self, &self.open(path, OpenFlags::O_DIRECTORY), 0)
    }

    fn names(&self, path: &str) -> Vec<String> {
        let mut names = names(&self.list(path));
        names.sort();
        names
    }

    /// Everything that can be seen of the tree, but for times.
    fn snapshot(&self) -> Vec<String> {
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

fn write_all(file: &OpenFile, mut bytes: &[u8]) -> Result<(), Block> {
    while !bytes.is_empty() {
        file.try_write(&mut bytes)?;
    }
    Ok(())
}

fn read_all(file: &OpenFile) -> Vec<u8> {
    let mut all = Vec::new();
    loop {
        let mut sink = VecSink::new(100_000);
        if file.try_read(&mut sink).unwrap() == 0 {
            return all;
        }
        all.extend(sink.bytes);
    }
}

fn list_from(tree: &Tree, directory: &OpenFile, cookie: u64) -> Vec<DirEntry> {
    let mut entries = Vec::new();
    read_dir(tree.caller(), directory, cookie, |entry| {
        entries.push(entry);
        true
    })
    .unwrap();
    entries
}

fn names(entries: &[DirEntry]) -> Vec<String> {
    entries
        .iter()
        .map(|entry| String::from_utf8(entry.name.to_vec()).unwrap())
        .collect()
}

fn node(tree: &Tree, file_type: FileType) -> Result<(), Errno> {
    mknod(tree.caller(), Base::Root, b"/node", file_type, 0o644).map_err(|error| error.errno)
}
