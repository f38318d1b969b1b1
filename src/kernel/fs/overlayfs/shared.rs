//! What the nodes of one overlay have in common.

use super::node::Node;
use super::table::Table;
use crate::kernel::error::{Errno, Error, Result};
use crate::kernel::fs::{FileType, InodeRef, NewNode, SetAttr, next_dev};
use crate::kernel::sync::{Mutex, MutexGuard, Rank};
use core::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::Arc;

/// The upper layer's directory for copies under way and for those that have no name of their own. No path leads to it.
pub const WORK: &[u8] = b".cobnut-overlay";

/// The numbers, the locks and the table of an overlay.
pub struct Shared {
    pub dev: u64,
    /// Whether the lower layer may ask the page.
    pub lower_asks: bool,
    /// The upper layer's root; `None` for a tree that can't be changed.
    upper_root: Option<InodeRef>,
    /// Held while names change.
    names: Mutex<()>,
    /// Outside of nodes' states.
    table: Mutex<Table>,
    work_made: AtomicBool,
    next_copy: AtomicU64,
}

/// The right to change names.
pub struct Changing<'a> {
    _guard: MutexGuard<'a, ()>,
}

impl Shared {
    pub fn new(lower_asks: bool, upper_root: Option<InodeRef>) -> Self {
        Shared {
            dev: next_dev(),
            lower_asks,
            upper_root,
            names: Mutex::new(Rank::Overlay, ()),
            table: Mutex::new(Rank::Directory, Table::default()),
            work_made: AtomicBool::new(false),
            next_copy: AtomicU64::new(0),
        }
    }

    /// The upper layer's root.
    pub fn upper_root(&self) -> Option<&InodeRef> {
        self.upper_root.as_ref()
    }

    /// The same. EROFS.
    pub fn writable(&self) -> Result<&InodeRef> {
        self.upper_root
            .as_ref()
            .ok_or(Error::new(Errno::EROFS, "the file system is read-only"))
    }

    /// Waits for the turn to change names.
    pub fn change(&self) -> Changing<'_> {
        // A layer may be an overlay too: the outer one is always locked first.
        Changing {
            _guard: self.names.lock_nested(),
        }
    }

    /// The table, locked.
    pub fn table(&self) -> MutexGuard<'_, Table> {
        self.table.lock_nested()
    }

    /// Whether [`WORK`] is among the upper root's names.
    pub fn has_work(&self) -> bool {
        self.work_made.load(Ordering::Relaxed)
    }

    /// The directory [`WORK`], made if need be. The root's times stay.
    pub fn work(&self) -> Result<InodeRef> {
        let root = self.writable()?;
        let found = root.lookup(WORK, None);
        let work = match found {
            Err(error) if error.errno == Errno::ENOENT => {
                let before = root.stat();
                let node = NewNode {
                    file_type: FileType::Directory,
                    mode: 0o700,
                    uid: 0,
                    gid: 0,
                    target: None,
                };
                match root.create(WORK, node) {
                    Ok(work) => {
                        root.set_attr(times(before.atime_ns, before.mtime_ns))?;
                        work
                    }
                    // Somebody else was faster.
                    Err(error) if error.errno == Errno::EEXIST => root.lookup(WORK, None)?,
                    Err(error) => return Err(error),
                }
            }
            other => other?,
        };
        self.work_made.store(true, Ordering::Relaxed);
        Ok(work)
    }

    /// A name in [`WORK`] that this overlay has not used yet.
    pub fn copy_name(&self) -> Box<[u8]> {
        let number = self.next_copy.fetch_add(1, Ordering::Relaxed);
        number.to_string().into_bytes().into()
    }

    /// Lets go of all nodes that are kept for what they know.
    pub fn forget_all(&self) {
        let nodes: Vec<Arc<Node>> = self.table().take_all();
        drop(nodes);
    }
}

/// utimens.
pub fn times(atime_ns: u64, mtime_ns: u64) -> SetAttr {
    SetAttr {
        atime_ns: Some(atime_ns),
        mtime_ns: Some(mtime_ns),
        ..SetAttr::default()
    }
}
