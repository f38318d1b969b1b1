//! Files that patch writes: whole, beside the old one, which is replaced only when all is there.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use sys::{Errno, Fd, Mode, OpenFlags, Stat};

use super::options::Options;

/// A failure to write, and where.
pub type Result<T> = std::result::Result<T, (PathBuf, Errno)>;

pub fn put(fd: Fd, bytes: &[u8]) -> sys::Result<()> {
    sys::write_all(fd, bytes)
}

/// Makes or replaces a file, and the directories that lead to it.
pub fn save(path: &Path, bytes: &[u8], mode: Option<Mode>) -> Result<()> {
    let fail = |why: Errno| (path.to_owned(), why);
    if let Some(parent) = path.parent().filter(|parent| !parent.as_os_str().is_empty()) {
        std::fs::create_dir_all(parent).map_err(|error| fail(Errno::from_io(&error)))?;
    }
    let mut temporary = path.as_os_str().to_owned();
    temporary.push(format!(".patch{}", sys::getpid()));
    let flags = OpenFlags::WRONLY | OpenFlags::CREAT | OpenFlags::EXCL | OpenFlags::CLOEXEC;
    let fd = sys::open(&temporary, flags, Mode::RW_ALL).map_err(fail)?;
    let written = put(fd, bytes).and_then(|()| mode.map_or(Ok(()), |mode| sys::fchmod(fd, mode)));
    let closed = sys::close(fd);
    let moved = written
        .and(closed)
        .and_then(|()| std::fs::rename(&temporary, path).map_err(|error| Errno::from_io(&error)));
    if moved.is_err() {
        // What is half written helps nobody.
        let _ = std::fs::remove_file(&temporary);
    }
    moved.map_err(fail)
}

/// Keeps what a file was, as `file.orig` or by -B's and -z's name. A file that was not there leaves an empty one.
pub fn back_up(options: &Options, path: &Path, before: &[u8], stat: Option<Stat>) -> Result<()> {
    let mut name = OsString::from(&options.prefix);
    name.push(path);
    match &options.suffix {
        Some(suffix) => name.push(suffix),
        None if options.prefix.is_empty() => {
            name.push(std::env::var_os("SIMPLE_BACKUP_SUFFIX").unwrap_or_else(|| ".orig".into()))
        }
        None => {}
    }
    save(Path::new(&name), before, stat.map(|stat| Mode::new(stat.mode)))
}

/// A patch that removed the last file of a directory removes the directory.
pub fn remove_empty_parents(path: &Path) {
    for parent in path
        .ancestors()
        .skip(1)
        .filter(|parent| !parent.as_os_str().is_empty())
    {
        if std::fs::remove_dir(parent).is_err() {
            break;
        }
    }
}
