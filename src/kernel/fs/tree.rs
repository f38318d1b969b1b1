//! The tree that a kernel starts with.

use super::{Base, Caller, DevFs, Follow, MemFs, Vfs, path};
use crate::kernel::error::Result;
use crate::kernel::syscall::path::{chmod, mkdir};

/// Directories and their modes, parents first.
const DIRECTORIES: &[(&[u8], u32)] = &[
    (b"/bin", 0o755),
    (b"/dev", 0o755),
    (b"/etc", 0o755),
    (b"/home", 0o755),
    (b"/root", 0o700),
    (b"/run", 0o755),
    (b"/tmp", 0o1777),
    (b"/usr", 0o755),
    (b"/usr/bin", 0o755),
    (b"/var", 0o755),
    (b"/var/tmp", 0o1777),
];

/// A file system in memory of at most `limit` bytes, with the usual directories, and the devices at `/dev`. ENOSPC.
pub fn in_memory(limit: u64) -> Result<Vfs> {
    let vfs = Vfs::new(MemFs::new(limit));
    let page = Caller::page(&vfs);
    for &(directory, mode) in DIRECTORIES {
        mkdir(page, Base::Root, directory, 0o755)?;
        chmod(page, Base::Root, directory, mode, Follow::Yes)?;
    }
    let dev = path::existing(&page, Base::Root, b"/dev", Follow::Yes)?;
    vfs.mount(dev, DevFs::new())?;
    Ok(vfs)
}
