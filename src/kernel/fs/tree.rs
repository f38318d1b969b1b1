//! The tree that a kernel starts with.

use super::{Base, Caller, DevFs, FileSystem, Follow, MemFs, ProcFs, Vfs, path};
use crate::kernel::error::{Errno, Result};
use crate::kernel::permission::FileOps;
use crate::kernel::syscall::path::{chmod, mkdir};
use std::sync::Arc;

/// Directories and their modes, parents first.
pub const DIRECTORIES: &[(&[u8], u32)] = &[
    (b"/bin", 0o755),
    (b"/dev", 0o755),
    (b"/etc", 0o755),
    (b"/home", 0o755),
    (b"/proc", 0o555),
    (b"/root", 0o700),
    (b"/run", 0o755),
    (b"/tmp", 0o1777),
    (b"/usr", 0o755),
    (b"/usr/bin", 0o755),
    (b"/var", 0o755),
    (b"/var/tmp", 0o1777),
];

/// How much `/dev/shm` holds where the root has no budget in memory to share.
const SHM_BYTES: u64 = 64 << 20;

/// A file system in memory of at most `limit` bytes, with the usual directories, the devices at `/dev`, and `/proc`. ENOSPC.
pub fn in_memory(limit: u64) -> Result<Vfs> {
    furnished(MemFs::new(limit))
}

/// A tree over `file_system`, whose directories that are there stay as they are; otherwise as [`in_memory`].
pub fn furnished(file_system: Arc<dyn FileSystem>) -> Result<Vfs> {
    let vfs = Vfs::new(file_system);
    let page = Caller::page(&vfs);
    for &(directory, mode) in DIRECTORIES {
        match mkdir(page, Base::Root, directory, 0o755) {
            Err(error) if error.errno == Errno::EEXIST => continue,
            made => made?,
        }
        chmod(page, Base::Root, directory, mode, Follow::Yes)?;
    }
    mount_own(&vfs)?;
    Ok(vfs)
}

/// Names in the root of a tree that lives on the page where the kernel mounts file systems of its own.
pub const POINTS: &[&[u8]] = &[b"dev", b"proc"];

/// A tree over a `file_system` that lives on the page, or over one that does; it must have [`POINTS`]. Nothing is made in it.
pub fn on_page(file_system: Arc<dyn FileSystem>) -> Result<Vfs> {
    let vfs = Vfs::new(file_system);
    mount_own(&vfs)?;
    Ok(vfs)
}

/// Mounts the kernel's own file systems: the devices at `/dev`, memory that is charged like the root's files at `/dev/shm`, and
/// `/proc`.
pub fn mount_own(vfs: &Vfs) -> Result<()> {
    let page = Caller::page(vfs);
    let mount = |on: &[u8], file_system: Arc<dyn FileSystem>| {
        let on = path::existing(&page, Base::Root, on, Follow::Yes, FileOps::empty())?;
        vfs.mount(on, file_system)
    };
    mount(b"/dev", DevFs::new())?;
    let beside = vfs.root().mount.file_system().beside();
    mount(b"/dev/shm", beside.unwrap_or_else(|| MemFs::new(SHM_BYTES)))?;
    chmod(page, Base::Root, b"/dev/shm", 0o1777, Follow::Yes)?;
    mount(b"/proc", ProcFs::new())
}
