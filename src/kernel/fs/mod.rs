//! Files: inodes, the file systems that hold them, and the walk from a path to an inode.
//!
//! [`inode`] is what every file system offers; [`memfs`], [`devfs`], [`procfs`], [`overlayfs`] and [`pagefs`] are file systems;
//! [`mount`] joins them into one tree, and [`tree`] makes the one that a kernel starts with;
//! [`path`] walks that tree, and [`path_cache`] remembers where it came to. The system calls on paths are in [`crate::kernel::syscall::path`].

pub mod access;
mod attributes;
mod descriptor;
pub mod devfs;
pub mod generation;
pub mod inode;
mod kernel_ref;
pub mod memfs;
pub mod mount;
pub mod overlayfs;
pub mod pagefs;
pub mod path;
pub mod path_cache;
pub mod procfs;
pub mod tree;

pub use devfs::DevFs;
pub use inode::{
    DirEntry, FileType, Inode, InodeRef, NewNode, Opened, SetAttr, Stat, WritePosition, same_inode,
};
pub use memfs::MemFs;
pub use mount::{FileSystem, Mount, Place, StatFs, Vfs};
pub use overlayfs::{OverlayFs, ReadOnlyFs};
pub use path::{Base, Caller, Follow};
pub use procfs::ProcFs;

use core::sync::atomic::{AtomicU64, Ordering};

/// The longest name of a file, `{NAME_MAX}`.
pub const NAME_MAX: usize = 255;
/// The longest path including a terminating NUL, `{PATH_MAX}`.
pub const PATH_MAX: usize = 4_096;
/// How many symbolic links one path may lead through (`{SYMLOOP_MAX}`).
pub const SYMLOOP_MAX: u32 = 40;

/// Numbers below are for what is not in a file system: pipes, terminals.
static NEXT_DEV: AtomicU64 = AtomicU64::new(32);

/// A device number (`st_dev`) for a new file system.
pub fn next_dev() -> u64 {
    NEXT_DEV.fetch_add(1, Ordering::Relaxed)
}

/// What holes and `/dev/zero` are read from.
static ZEROS: [u8; 65_536] = [0; 65_536];
