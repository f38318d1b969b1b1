//! Calls on directories as places: chdir, getcwd, readdir.

use super::{AccessMode, Base, Caller, Follow};
use crate::kernel::error::{Errno, Result};
use crate::kernel::file::OpenFile;
use crate::kernel::fs::path::{Target, existing, file, target};
use crate::kernel::fs::{DirEntry, FileType, InodeRef, Place};
use crate::kernel::permission::FileOps;
use crate::kernel::process::Process;

/// The file at `path`, links followed, to be read by the kernel on the caller's behalf (exec).
pub fn lookup<'a>(caller: impl Into<Caller<'a>>, base: Base<'_>, path: &[u8]) -> Result<InodeRef> {
    file(&caller.into(), base, path, Follow::Yes, FileOps::READ)
}

/// The place of the file at `path`, links followed: for mounting.
pub fn place<'a>(caller: impl Into<Caller<'a>>, base: Base<'_>, path: &[u8]) -> Result<Place> {
    existing(&caller.into(), base, path, Follow::Yes, FileOps::STAT)
}

/// realpath(3p): the absolute path of an existing file, without links, `.` and `..`.
/// <https://pubs.opengroup.org/onlinepubs/9799919799/functions/realpath.html>
pub fn realpath<'a>(caller: impl Into<Caller<'a>>, base: Base<'_>, path: &[u8]) -> Result<Vec<u8>> {
    let caller = &caller.into();
    match target(caller, base, path, Follow::Yes, FileOps::READLINK)? {
        Target::Found(_, Some(location)) => {
            let mut real = caller.vfs.path_of(&location.parent)?;
            if real.len() > 1 {
                real.push(b'/');
            }
            real.extend_from_slice(&location.name);
            Ok(real)
        }
        Target::Found(place, None) => caller.vfs.path_of(&place),
        Target::Missing(_) => Err(Errno::ENOENT.into()),
    }
}

/// chdir(3p). ENOTDIR, EACCES.
/// <https://pubs.opengroup.org/onlinepubs/9799919799/functions/chdir.html>
pub fn chdir(process: &Process, path: &[u8]) -> Result<()> {
    chdir_by(&process.into(), process, path)
}

/// The same for a process that the page starts: where it starts is the page's choice, and not asked for.
pub fn start_in(process: &Process, path: &[u8]) -> Result<()> {
    chdir_by(&Caller::from(process).unchecked(), process, path)
}

fn chdir_by(caller: &Caller<'_>, process: &Process, path: &[u8]) -> Result<()> {
    let place = existing(caller, Base::Cwd, path, Follow::Yes, FileOps::STAT)?;
    if !place.is_directory() {
        return Err(Errno::ENOTDIR.into());
    }
    caller.require_mode(&place.inode, AccessMode::X_OK)?;
    process.set_cwd(place);
    Ok(())
}

/// fchdir(3p). ENOTDIR, EACCES.
/// <https://pubs.opengroup.org/onlinepubs/9799919799/functions/fchdir.html>
pub fn fchdir(process: &Process, file: &OpenFile) -> Result<()> {
    let place = process.kernel().vfs.place_of_directory(file)?;
    Caller::from(process).require_mode(&place.inode, AccessMode::X_OK)?;
    process.set_cwd(place);
    Ok(())
}

/// getcwd(3p). ENOENT when the directory was removed.
/// <https://pubs.opengroup.org/onlinepubs/9799919799/functions/getcwd.html>
pub fn getcwd(process: &Process) -> Result<Vec<u8>> {
    process.kernel().vfs.path_of(&process.cwd())
}

/// readdir(3p): tells the entries after `cookie` (0: from the start) until `each` answers false. `.` and `..` come first. A
/// cookie stays good whatever is added and removed. No lock is held while `each` runs. ENOTDIR.
/// <https://pubs.opengroup.org/onlinepubs/9799919799/functions/readdir.html>
pub fn read_dir<'a>(
    caller: impl Into<Caller<'a>>,
    file: &OpenFile,
    cookie: u64,
    mut each: impl FnMut(DirEntry) -> bool,
) -> Result<()> {
    match file.inode() {
        Ok(inode) if inode.file_type() == FileType::Directory => {
            inode.read_dir(cookie, caller.into().process, &mut each)
        }
        _ => Err(Errno::ENOTDIR.into()),
    }
}
