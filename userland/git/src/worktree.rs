//! Files of the work tree. The working directory is its top, so that paths of the repository are paths.

use std::io::{Error, ErrorKind};

use cli::os;

use crate::failure::{Result, os_error};
use crate::index::{Entry, FileStat, Index, mode_of};
use crate::object::{Kind, mode};
use crate::oid::{Oid, hash_object};
use crate::path;
use crate::repo::Repo;

/// How a file compares with its index entry.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum State {
    Clean,
    Deleted,
    /// Its mode now; the content may have changed, too.
    Modified(u32),
}

/// lstat(2) of a path that really leads there: not through a symbolic link.
pub fn lstat(path: &[u8]) -> Option<sys::Stat> {
    let stat = sys::lstat(path).ok()?;
    let real = |at: usize| sys::lstat(&path[..at]).is_ok_and(|stat| stat.is_dir());
    (0..path.len())
        .filter(|at| path[*at] == b'/' && *at > 0)
        .all(real)
        .then_some(stat)
}

/// The content that a blob for the file has: of a symbolic link, where it leads.
pub fn content(path: &[u8], mode: u32) -> Result<Vec<u8>> {
    let read = if mode == mode::SYMLINK {
        rustix::fs::readlinkat(rustix::fs::CWD, path, Vec::new())
            .map(|target| target.into_bytes())
            .map_err(Error::from)
    } else {
        std::fs::read(os(path))
    };
    read.map_err(|error| {
        crate::failure::Failure::Error(
            crate::msg!["open(\"", path, "\"): ", sys::Errno::from_io(&error).message()],
            128,
        )
    })
}

pub fn hash(path: &[u8], mode: u32) -> Result<Oid> {
    hash_object(Kind::Blob, &content(path, mode)?)
}

/// Compares a file with its entry; its content only where the times and sizes do not already tell.
pub fn state(repo: &Repo, index: &Index, entry: &Entry) -> Result<State> {
    let Some(stat) = lstat(&entry.path) else {
        return Ok(State::Deleted);
    };
    if entry.mode == mode::GITLINK {
        return Ok(if stat.is_dir() {
            State::Clean
        } else {
            State::Modified(mode_of(&stat))
        });
    }
    if stat.is_dir() {
        return Ok(State::Deleted);
    }
    let mut mode = mode_of(&stat);
    if mode != mode::SYMLINK && repo.config.bool("core.filemode") == Some(false) {
        mode = entry.mode;
    }
    if mode != entry.mode {
        return Ok(State::Modified(mode));
    }
    let now = FileStat::of(&stat);
    let known = FileStat {
        dev: now.dev,
        ..entry.stat
    };
    // As young as the index itself: it may have been changed again since in the same tick.
    let racy = entry.stat.mtime >= index.written;
    if now == known && !racy {
        return Ok(State::Clean);
    }
    if entry.stat.size != 0 && entry.stat.size != now.size && !racy {
        return Ok(State::Modified(mode));
    }
    let same = hash(&entry.path, mode)? == entry.oid;
    Ok(if same { State::Clean } else { State::Modified(mode) })
}

/// Writes a file of the work tree with its content and mode, in the place of whatever is there.
pub fn write(path: &[u8], mode: u32, data: &[u8]) -> Result<FileStat> {
    let create = || -> std::io::Result<sys::Stat> {
        clear_way(path)?;
        path::make_parents(path)?;
        match mode {
            mode::SYMLINK => rustix::fs::symlinkat(os(data), rustix::fs::CWD, os(path))?,
            mode::GITLINK => std::fs::create_dir_all(os(path))?,
            _ => {
                std::fs::write(os(path), data)?;
                if mode == mode::EXECUTABLE {
                    let bits = sys::stat(path)?.permissions().bits();
                    // Who may read may execute, as with git's umask.
                    sys::chmod(path, sys::Mode::new(bits | (bits & 0o444) >> 2))?;
                }
            }
        }
        Ok(sys::lstat(path)?)
    };
    match create() {
        Ok(stat) => Ok(FileStat::of(&stat)),
        Err(error) => Err(os_error("unable to create file", path, &error)),
    }
}

/// Removes what is where a file goes: the old file, a folder with what is in it, a file above. Who must not lose untracked
/// files has looked for them before.
fn clear_way(path: &[u8]) -> std::io::Result<()> {
    match sys::lstat(path) {
        Ok(stat) if stat.is_dir() => std::fs::remove_dir_all(os(path)),
        Ok(_) => std::fs::remove_file(os(path)),
        Err(_) => {
            for at in (0..path.len()).filter(|at| path[*at] == b'/') {
                if sys::lstat(&path[..at]).is_ok_and(|stat| !stat.is_dir()) {
                    return std::fs::remove_file(os(&path[..at]));
                }
            }
            Ok(())
        }
    }
}

/// Removes a file, and the folders that it leaves empty.
pub fn remove(path: &[u8]) -> Result<()> {
    match std::fs::remove_file(os(path)) {
        Err(error)
            if error.kind() != ErrorKind::NotFound && sys::lstat(path).is_ok_and(|stat| !stat.is_dir()) =>
        {
            return Err(os_error("unable to unlink", path, &error));
        }
        _ => {}
    }
    let mut folder = path::parent(path);
    // The folder that the user is in stays, so that their shell has one.
    while !folder.is_empty() && std::fs::remove_dir(os(folder)).is_ok() {
        folder = path::parent(folder);
    }
    Ok(())
}

/// Writes the file of an index entry.
pub fn check_out(repo: &Repo, entry: &mut Entry) -> Result<()> {
    let data = match entry.mode {
        mode::GITLINK => Vec::new(),
        _ => repo.odb.blob(&entry.oid)?.to_vec(),
    };
    entry.stat = write(&entry.path, entry.mode, &data)?;
    Ok(())
}

/// Stores a file of the work tree as a blob: the index entry for it.
pub fn add(repo: &Repo, path: &[u8], known: Option<&Entry>) -> Result<Entry> {
    let Some(stat) = lstat(path) else {
        return crate::fatal!("unable to stat '", path, "': No such file or directory");
    };
    let mut mode = mode_of(&stat);
    if mode == mode::FILE || mode == mode::EXECUTABLE {
        match known {
            Some(known) if repo.config.bool("core.filemode") == Some(false) => mode = known.mode,
            _ => {}
        }
    }
    let oid = repo.odb.write(Kind::Blob, &content(path, mode)?)?;
    Ok(Entry {
        stat: FileStat::of(&stat),
        ..Entry::new(path, mode, oid, 0)
    })
}
