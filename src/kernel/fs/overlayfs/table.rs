//! [`Table`]: which [`Node`] stands for which file of the layers.
//!
//! A node's number comes from its lower file's, or from its upper file's where it never was in the lower layer: even numbers and odd ones.
//! Nodes that nobody holds are forgotten, but for those that know something the layers don't say: whiteouts, which upper file is a copy of
//! which lower one, how many lower names are gone. Those are pinned, until their file is gone.

use super::node::Node;
use crate::kernel::fs::{Inode, InodeRef};
use hashbrown::HashMap;
use std::sync::{Arc, Weak};

/// How many entries are kept before those that nobody holds are looked for.
const SWEEP_AT: usize = 1_024;

#[derive(Default)]
pub struct Table {
    nodes: HashMap<u64, Known>,
    /// Numbers of copies, by the upper file's number.
    by_upper: HashMap<u64, u64>,
    /// Counts renames of directories: what was looked up before one may stand elsewhere after it.
    renames: u64,
    sweep_at: usize,
}

struct Known {
    node: Weak<Node>,
    pin: Option<Arc<Node>>,
}

/// The number of a file of the lower layer. Positive as an i64.
pub fn lower_ino(inode: &dyn Inode) -> u64 {
    number_of_lower(inode.ino())
}

/// The same, of a number.
pub fn number_of_lower(ino: u64) -> u64 {
    (ino << 1) & (i64::MAX as u64)
}

impl Table {
    /// The number of the file that has `ino` in the upper layer.
    pub fn number_of_upper(&self, ino: u64) -> u64 {
        match self.by_upper.get(&ino) {
            Some(&number) => number,
            None => (ino << 1 | 1) & (i64::MAX as u64),
        }
    }

    /// The node of an upper file, if it is known.
    pub fn of_upper(&self, upper: &InodeRef) -> Option<Arc<Node>> {
        self.get(self.number_of_upper(upper.ino()), upper)
    }

    /// The node of that number, if it is of the kind of `like`.
    pub fn get(&self, number: u64, like: &InodeRef) -> Option<Arc<Node>> {
        let node = self.nodes.get(&number)?.node.upgrade()?;
        (node.file_type() == like.file_type()).then_some(node)
    }

    /// Adds a node.
    pub fn insert(&mut self, node: &Arc<Node>) {
        let known = Known {
            node: Arc::downgrade(node),
            pin: None,
        };
        self.nodes.insert(node.ino(), known);
        if self.nodes.len() >= self.sweep_at.max(SWEEP_AT) {
            self.nodes.retain(|_, known| known.node.strong_count() > 0);
            self.sweep_at = 2 * self.nodes.len();
        }
    }

    /// Keeps a node until [`Table::forget`].
    pub fn pin(&mut self, node: &Arc<Node>) {
        let known = Known {
            node: Arc::downgrade(node),
            pin: Some(node.clone()),
        };
        self.nodes.insert(node.ino(), known);
    }

    /// Keeps a node whose upper file is `upper`.
    pub fn pin_copy(&mut self, node: &Arc<Node>, upper: &InodeRef) {
        self.by_upper.insert(upper.ino(), node.ino());
        self.pin(node);
    }

    /// `upper` is nobody's copy after all.
    pub fn unlink_copy(&mut self, upper: &InodeRef) {
        self.by_upper.remove(&upper.ino());
    }

    /// The node's file has no name any more. Answers what was kept, to be dropped without the lock.
    #[must_use]
    pub fn forget(&mut self, node: &Node, upper: Option<&InodeRef>) -> Option<Arc<Node>> {
        if let Some(upper) = upper {
            self.by_upper.remove(&upper.ino());
        }
        let known = self.nodes.get_mut(&node.ino())?;
        if core::ptr::eq(known.node.as_ptr(), node) {
            known.pin.take()
        } else {
            None
        }
    }

    /// How many renames of directories there were.
    pub fn renames(&self) -> u64 {
        self.renames
    }

    /// Counts one.
    pub fn count_rename(&mut self) {
        self.renames += 1;
    }

    /// Everything that is kept.
    pub fn take_all(&mut self) -> Vec<Arc<Node>> {
        self.by_upper.clear();
        core::mem::take(&mut self.nodes)
            .into_values()
            .filter_map(|known| known.pin)
            .collect()
    }
}
