//! Calls that make, remove and move names: mkdir, mknod, symlink, link, unlink, rmdir, rename; and readlink.

use super::attributes::may_be_on_a_way;
use super::{Base, Caller, Follow};
use crate::kernel::error::{Errno, Error, Result};
use crate::kernel::fs::generation;
use crate::kernel::fs::path::{Entry, Last, entry, existing, file};
use crate::kernel::fs::{FileType, InodeRef, NewNode, PATH_MAX};
use crate::kernel::permission::FileOps;

/// What a trailing slash after a new name means.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Slash {
    Allowed,
    Refused,
}

/// Where a new name is to be made. EEXIST if it is there already; ENOENT if a slash follows and only a directory may have one.
fn new_entry<'p>(
    caller: &Caller<'_>,
    base: Base<'_>,
    path: &'p [u8],
    slash: Slash,
    ops: FileOps,
) -> Result<Entry<'p>> {
    let entry = entry(caller, base, path, ops)?;
    let name = entry.name(Errno::EEXIST)?;
    if entry.slash && slash == Slash::Refused {
        let errno = if entry.find(caller, name).is_ok() {
            Errno::EEXIST
        } else {
            Errno::ENOENT
        };
        return Err(Error::new(errno, "a new file's name ends in a slash"));
    }
    Ok(entry)
}

/// Makes `name`. EEXIST comes before EACCES, as on Linux.
fn create(caller: &Caller<'_>, entry: &Entry<'_>, node: NewNode) -> Result<()> {
    let name = entry.name(Errno::EEXIST)?;
    if let Err(error) = caller.require_changeable(&entry.parent.inode) {
        let there = entry.find(caller, name).is_ok();
        return Err(if there { Errno::EEXIST.into() } else { error });
    }
    entry.parent.inode.create(name, node).map(drop)
}

/// EACCES or EPERM unless the caller may take `name` away, where `inode` stands.
fn require_removable(caller: &Caller<'_>, entry: &Entry<'_>, inode: &InodeRef) -> Result<()> {
    caller.require_changeable(&entry.parent.inode)?;
    caller.require_not_sticky(&entry.parent.inode, inode)
}

fn node(caller: &Caller<'_>, file_type: FileType, mode: u32) -> NewNode {
    NewNode {
        file_type,
        mode,
        uid: caller.uid(),
        gid: caller.gid(),
        target: None,
    }
}

/// mkdir(3p). `mode` less the umask. EEXIST, ENOSPC.
/// <https://pubs.opengroup.org/onlinepubs/9799919799/functions/mkdir.html>
pub fn mkdir<'a>(caller: impl Into<Caller<'a>>, base: Base<'_>, path: &[u8], mode: u32) -> Result<()> {
    make_directory(&caller.into(), base, path, mode, FileOps::MKDIR)
}

/// The same by the name that a `VirtualFileSystem` has for it beside `mkdir`: permissions are asked for `createDir`.
pub fn create_dir<'a>(caller: impl Into<Caller<'a>>, base: Base<'_>, path: &[u8], mode: u32) -> Result<()> {
    make_directory(&caller.into(), base, path, mode, FileOps::CREATE_DIR)
}

fn make_directory(caller: &Caller<'_>, base: Base<'_>, path: &[u8], mode: u32, op: FileOps) -> Result<()> {
    let entry = new_entry(caller, base, path, Slash::Allowed, op)?;
    let mode = mode & 0o1777 & !caller.umask();
    create(caller, &entry, node(caller, FileType::Directory, mode))
}

/// mknod(3p) for `Fifo` and `Regular`; EPERM for other kinds. `mode` less the umask. EEXIST, ENOSPC.
/// <https://pubs.opengroup.org/onlinepubs/9799919799/functions/mknod.html>
pub fn mknod<'a>(
    caller: impl Into<Caller<'a>>,
    base: Base<'_>,
    path: &[u8],
    file_type: FileType,
    mode: u32,
) -> Result<()> {
    let caller = &caller.into();
    if !matches!(file_type, FileType::Fifo | FileType::Regular) {
        return Err(Error::new(
            Errno::EPERM,
            "only FIFOs and regular files can be made",
        ));
    }
    let entry = new_entry(caller, base, path, Slash::Refused, FileOps::WRITE)?;
    let mode = mode & 0o7777 & !caller.umask();
    create(caller, &entry, node(caller, file_type, mode))
}

/// symlink(3p): makes `path` a link to `target`, which need not exist. EEXIST, ENOENT (no target), ENAMETOOLONG, ENOSPC.
/// <https://pubs.opengroup.org/onlinepubs/9799919799/functions/symlink.html>
pub fn symlink<'a>(caller: impl Into<Caller<'a>>, target: &[u8], base: Base<'_>, path: &[u8]) -> Result<()> {
    let caller = &caller.into();
    if target.is_empty() {
        return Err(Error::new(Errno::ENOENT, "the target is empty"));
    }
    if target.len() >= PATH_MAX {
        return Err(Errno::ENAMETOOLONG.into());
    }
    if target.contains(&0) {
        return Err(Errno::EINVAL.into());
    }
    let entry = new_entry(caller, base, path, Slash::Refused, FileOps::SYMLINK)?;
    let node = NewNode {
        target: Some(target.into()),
        ..node(caller, FileType::Symlink, 0o777)
    };
    create(caller, &entry, node)
}

/// readlink(3p): a symbolic link's target. EINVAL if it is none.
/// <https://pubs.opengroup.org/onlinepubs/9799919799/functions/readlink.html>
pub fn readlink<'a>(caller: impl Into<Caller<'a>>, base: Base<'_>, path: &[u8]) -> Result<Box<[u8]>> {
    file(&caller.into(), base, path, Follow::No, FileOps::READLINK)?.readlink()
}

/// Who gives a file another name can do there what the old name forbids: so both must be allowed.
const BY_ANOTHER_NAME: FileOps = FileOps::READ.union(FileOps::WRITE);

/// linkat(3p): one more name for a file that is not a directory (EPERM). EEXIST, EXDEV, EMLINK, ENOSPC.
/// <https://pubs.opengroup.org/onlinepubs/9799919799/functions/link.html>
pub fn link<'a>(
    caller: impl Into<Caller<'a>>,
    base: Base<'_>,
    path: &[u8],
    follow: Follow,
    new_base: Base<'_>,
    new_path: &[u8],
) -> Result<()> {
    let caller = &caller.into();
    let target = existing(caller, base, path, follow, FileOps::LINK | BY_ANOTHER_NAME)?;
    let entry = new_entry(caller, new_base, new_path, Slash::Refused, FileOps::LINK)?;
    let name = entry.name(Errno::EEXIST)?;
    if entry.find(caller, name).is_ok() {
        return Err(Errno::EEXIST.into());
    }
    if target.is_directory() {
        return Err(Error::new(Errno::EPERM, "a directory can't be linked"));
    }
    if target.inode.dev() != entry.parent.inode.dev() {
        return Err(Errno::EXDEV.into());
    }
    caller.require_changeable(&entry.parent.inode)?;
    let _changing = may_be_on_a_way(&target.inode).then(generation::change);
    entry.parent.inode.link(name, &target.inode)
}

/// unlink(3p): EISDIR for a directory (as Linux; POSIX says EPERM).
/// <https://pubs.opengroup.org/onlinepubs/9799919799/functions/unlink.html>
pub fn unlink<'a>(caller: impl Into<Caller<'a>>, base: Base<'_>, path: &[u8]) -> Result<()> {
    let caller = &caller.into();
    let entry = entry(caller, base, path, FileOps::RM)?;
    let name = entry.name(Errno::EISDIR)?;
    if entry.slash {
        let is_directory = entry.find(caller, name)?.file_type() == FileType::Directory;
        return Err(if is_directory {
            Errno::EISDIR
        } else {
            Errno::ENOTDIR
        }
        .into());
    }
    if caller.uid() != 0 {
        require_removable(caller, &entry, &entry.find(caller, name)?)?;
    }
    let _changing = generation::change();
    entry.parent.inode.unlink(name)
}

/// rmdir(3p): ENOTDIR, ENOTEMPTY (also for `..`), EINVAL for `.`, EBUSY for the root and for what is mounted on.
/// <https://pubs.opengroup.org/onlinepubs/9799919799/functions/rmdir.html>
pub fn rmdir<'a>(caller: impl Into<Caller<'a>>, base: Base<'_>, path: &[u8]) -> Result<()> {
    let caller = &caller.into();
    let entry = entry(caller, base, path, FileOps::RM)?;
    let name = match &entry.last {
        Last::Name(name) => name,
        Last::Dot => return Err(Error::new(Errno::EINVAL, "the path ends in .")),
        Last::DotDot => return Err(Error::new(Errno::ENOTEMPTY, "the path ends in ..")),
        Last::Root => return Err(Error::new(Errno::EBUSY, "the root")),
    };
    let victim = entry.find(caller, name)?;
    if victim.file_type() != FileType::Directory {
        return Err(Errno::ENOTDIR.into());
    }
    entry.check_not_covered(caller, &victim)?;
    require_removable(caller, &entry, &victim)?;
    let _changing = generation::change();
    entry.parent.inode.rmdir(name)
}

/// rename(3p): moves a name, replacing what stands at `new_path` in one step. Two names of one file stay as they are.
///
/// EXDEV, EISDIR (a file over a directory), ENOTDIR (a directory over a file, or a slash after a file), ENOTEMPTY, EINVAL (into its
/// own subtree), EBUSY (`.`, `..`, the root, what is mounted on), ENOSPC.
/// <https://pubs.opengroup.org/onlinepubs/9799919799/functions/rename.html>
pub fn rename<'a>(
    caller: impl Into<Caller<'a>>,
    base: Base<'_>,
    path: &[u8],
    new_base: Base<'_>,
    new_path: &[u8],
) -> Result<()> {
    let caller = &caller.into();
    let old = entry(caller, base, path, FileOps::RENAME | BY_ANOTHER_NAME)?;
    let new = entry(caller, new_base, new_path, FileOps::RENAME)?;
    if old.parent.mount.dev() != new.parent.mount.dev() {
        return Err(Errno::EXDEV.into());
    }
    let (old_name, new_name) = (old.name(Errno::EBUSY)?, new.name(Errno::EBUSY)?);
    let source = old.find(caller, old_name)?;
    if (old.slash || new.slash) && source.file_type() != FileType::Directory {
        return Err(Errno::ENOTDIR.into());
    }
    old.check_not_covered(caller, &source)?;
    require_removable(caller, &old, &source)?;
    caller.require_changeable(&new.parent.inode)?;
    if let Ok(target) = new.find(caller, new_name) {
        new.check_not_covered(caller, &target)?;
        require_removable(caller, &new, &target)?;
    }
    let _changing = generation::change();
    old.parent.inode.rename(old_name, &new.parent.inode, new_name)
}
