//! [`MemFs`]: the file system in memory.
//!
//! Directories hash their names and list them in a stable order; regular files are sparse, in 64 KiB chunks; all space
//! is charged to one byte limit (ENOSPC). Who refers to whom: a directory holds its children, a child knows its
//! parent weakly, and every node holds what the file system has in common.

mod chunks;
mod directory;
mod entries;
mod node;
mod rename;
mod space;
#[cfg(all(test, not(feature = "shuttle")))]
mod tests;

use super::{FileSystem, InodeRef, NAME_MAX, StatFs, next_dev};
use chunks::CHUNK;
use node::{NODE_COST, Node};
use space::{Shared, Space};
use std::sync::Arc;

/// A file system in memory.
pub struct MemFs {
    root: Arc<Node>,
    shared: Arc<Shared>,
    /// Whether another one's [`FileSystem::memory`] counts its files too.
    counted_elsewhere: bool,
}

/// Linux's number for tmpfs (`f_type`).
const TMPFS_MAGIC: u64 = 0x0102_1994;
/// What statfs(2) counts in.
const BLOCK: u64 = 4_096;

impl MemFs {
    /// An empty file system that takes at most `limit` bytes.
    pub fn new(limit: u64) -> Arc<Self> {
        Self::on(Arc::new(Space::new(limit)), false)
    }

    fn on(space: Arc<Space>, counted_elsewhere: bool) -> Arc<Self> {
        let shared = Arc::new(Shared::new(next_dev(), space));
        Arc::new(MemFs {
            root: Node::root(shared.clone()),
            shared,
            counted_elsewhere,
        })
    }

    /// Bytes that files, names and nodes take.
    pub fn used(&self) -> u64 {
        self.shared.space.used()
    }

    /// Changes the byte limit.
    pub fn set_limit(&self, limit: u64) {
        self.shared.space.set_limit(limit);
    }
}

impl FileSystem for MemFs {
    fn root(&self) -> InodeRef {
        self.root.clone()
    }

    fn type_name(&self) -> &'static str {
        "tmpfs"
    }

    fn keeps_names(&self) -> bool {
        true
    }

    fn memory(&self) -> u64 {
        if self.counted_elsewhere { 0 } else { self.used() }
    }

    fn beside(&self) -> Option<Arc<dyn FileSystem>> {
        Some(MemFs::on(self.shared.space.clone(), true))
    }

    fn statfs(&self) -> StatFs {
        let (limit, used) = (self.shared.space.limit(), self.used());
        let free = limit.saturating_sub(used);
        StatFs {
            bsize: BLOCK,
            blocks: limit / BLOCK,
            bfree: free / BLOCK,
            bavail: free / BLOCK,
            files: limit / NODE_COST,
            ffree: free / NODE_COST,
            namelen: NAME_MAX as u64,
            fs_type: TMPFS_MAGIC,
        }
    }
}

/// The size of the pieces in which large files are best read and written (`st_blksize`).
pub const BLKSIZE: u32 = CHUNK as u32;
