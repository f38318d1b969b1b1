//! [`OverlayFs`]: a read-only tree with a writable one over it, shown as one. [`ReadOnlyFs`] is the same without the second.
//!
//! A name that stands in both layers is the upper one's; directories of one name are merged. The lower layer is never changed: what is
//! to be changed is first **copied up** ([`copy_up`]), with its attributes and all directories above it. A lower name that was removed,
//! replaced or moved away is **whited out**. Whiteouts, and which upper file is a copy of which lower one, are kept in memory ([`table`])
//! for as long as the overlay lives: nothing of the upper layer but one hidden directory in its root, for copies under way, is not a file of
//! somebody's.
//!
//! What it promises beyond the layers' own promises:
//! - One device number, and inode numbers that stay: a copy keeps its original's number. A [`node::Node`] is one file, whichever layer it
//!   is in by now, so files that were opened before a copy-up read and write the copy after it.
//! - Hard links of the lower layer stay links of one file when it is copied up.
//! - Directories can be renamed, merged ones too: a moved directory keeps its lower part.
//! - Listing cookies stay good over copy-ups: names of the lower layer come first, in its order, whichever layer they are in now.
//!
//! The lower layer may live on the page and [ask](crate::kernel::question). A copy-up that asks keeps what it has copied in the call, and
//! goes on there when the call is begun anew. Changes of names take turns (`Rank::Overlay`, outside of the layers' own locks); looking up,
//! listing, reading and writing don't.

mod change;
mod copy_up;
mod directory;
mod node;
mod rename;
mod shared;
mod table;
#[cfg(all(test, not(feature = "shuttle")))]
mod tests;

use super::mount::FileSystem;
use super::{InodeRef, StatFs};
use node::Node;
use shared::Shared;
use std::sync::Arc;

/// A writable tree over a read-only one.
pub struct OverlayFs {
    root: Arc<Node>,
    shared: Arc<Shared>,
    lower: Arc<dyn FileSystem>,
    upper: Option<Arc<dyn FileSystem>>,
}

impl OverlayFs {
    /// `upper` over `lower`. While it lives nobody else should change either. `lower` may be an overlay too; `upper` may not (EPERM at
    /// the first change).
    pub fn new(lower: Arc<dyn FileSystem>, upper: Arc<dyn FileSystem>) -> Arc<Self> {
        Self::over(lower, Some(upper))
    }

    fn over(lower: Arc<dyn FileSystem>, upper: Option<Arc<dyn FileSystem>>) -> Arc<Self> {
        let shared = Arc::new(Shared::new(
            lower.asks(),
            upper.as_ref().map(|upper| upper.root()),
        ));
        Arc::new(OverlayFs {
            root: Node::root(&shared, lower.root()),
            shared,
            lower,
            upper,
        })
    }
}

impl Drop for OverlayFs {
    fn drop(&mut self) {
        // The table keeps nodes, and every node keeps the table.
        self.shared.forget_all();
    }
}

impl FileSystem for OverlayFs {
    fn root(&self) -> InodeRef {
        self.root.clone()
    }

    fn type_name(&self) -> &'static str {
        "overlay"
    }

    fn is_read_only(&self) -> bool {
        self.upper.as_ref().is_none_or(|upper| upper.is_read_only())
    }

    fn asks(&self) -> bool {
        self.lower.asks() || self.upper.as_ref().is_some_and(|upper| upper.asks())
    }

    fn keeps_names(&self) -> bool {
        self.lower.keeps_names() && self.upper.as_ref().is_none_or(|upper| upper.keeps_names())
    }

    fn memory(&self) -> u64 {
        self.lower.memory() + self.upper.as_ref().map_or(0, |upper| upper.memory())
    }

    fn beside(&self) -> Option<Arc<dyn FileSystem>> {
        self.upper.as_ref()?.beside()
    }

    fn statfs(&self) -> StatFs {
        const OVERLAYFS_SUPER_MAGIC: u64 = 0x794c_7630;
        let told = self.upper.as_ref().unwrap_or(&self.lower).statfs();
        StatFs {
            fs_type: OVERLAYFS_SUPER_MAGIC,
            ..told
        }
    }
}

/// A file system that can't be changed: EROFS.
pub struct ReadOnlyFs(Arc<OverlayFs>);

impl ReadOnlyFs {
    /// `file_system`, to be read only.
    pub fn new(file_system: Arc<dyn FileSystem>) -> Arc<Self> {
        Arc::new(ReadOnlyFs(OverlayFs::over(file_system, None)))
    }
}

impl FileSystem for ReadOnlyFs {
    fn root(&self) -> InodeRef {
        self.0.root()
    }

    fn type_name(&self) -> &'static str {
        self.0.lower.type_name()
    }

    fn is_read_only(&self) -> bool {
        true
    }

    fn asks(&self) -> bool {
        self.0.asks()
    }

    fn keeps_names(&self) -> bool {
        self.0.keeps_names()
    }

    fn memory(&self) -> u64 {
        self.0.memory()
    }

    fn statfs(&self) -> StatFs {
        self.0.lower.statfs()
    }
}
