//! The tree of files that a machine starts with.

use cobnut::kernel::Result;
use cobnut::kernel::file::OpenFlags;
use cobnut::kernel::fs::tree::mount_own;
use cobnut::kernel::fs::{Base, Caller, MemFs, Vfs};
use cobnut::kernel::syscall::path;
use std::sync::Arc;

const DIRECTORIES: &[(&str, u32)] = &[
    ("/bin", 0o755),
    ("/dev", 0o755),
    ("/etc", 0o755),
    ("/home", 0o755),
    ("/home/user", 0o755),
    ("/proc", 0o555),
    ("/root", 0o700),
    ("/tmp", 0o1777),
    ("/usr", 0o755),
    ("/usr/bin", 0o755),
    ("/var", 0o755),
    ("/var/tmp", 0o1777),
];

const FILES: &[(&str, &str)] = &[
    (
        "/etc/passwd",
        "root:x:0:0:root:/root:/bin/sh\nuser:x:1000:1000:user:/home/user:/bin/sh\n",
    ),
    ("/etc/group", "root:x:0:\nuser:x:1000:\n"),
];

/// A file system in memory with the usual folders, `/dev` and `/proc`.
pub fn new(bytes: u64) -> Result<Vfs> {
    let vfs = Vfs::new(MemFs::new(bytes));
    for (directory, mode) in DIRECTORIES {
        path::mkdir(Caller::page(&vfs), Base::Root, directory.as_bytes(), 0o777)?;
        path::chmod(
            Caller::page(&vfs),
            Base::Root,
            directory.as_bytes(),
            *mode,
            path::Follow::Yes,
        )?;
    }
    for (file, text) in FILES {
        write(&vfs, file.as_bytes(), text.as_bytes(), 0o644)?;
    }
    mount_own(&vfs)?;
    Ok(vfs)
}

/// Makes or replaces a file.
pub fn write(vfs: &Vfs, path: &[u8], bytes: &[u8], mode: u32) -> Result<()> {
    let flags = OpenFlags::O_WRONLY | OpenFlags::O_CREAT | OpenFlags::O_TRUNC;
    let caller = Caller::page(vfs);
    let file: Arc<_> = path::open_file(caller, Base::Root, path, flags, 0o666)?;
    let mut from = bytes;
    while !from.is_empty() {
        file.try_write(&mut from).map_err(|block| match block {
            cobnut::kernel::error::Block::Failed(error) => error,
            cobnut::kernel::error::Block::WouldBlock => cobnut::kernel::Errno::EAGAIN.into(),
        })?;
    }
    path::chmod(caller, Base::Root, path, mode, path::Follow::Yes)
}
