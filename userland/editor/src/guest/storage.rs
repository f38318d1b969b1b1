//! Files: reading them whole, and writing them in place.

use editing::host::{Contents, FileError, Stamp, Write};
use sys::{Access, Errno, Fd, Mode, OpenFlags};

fn error(why: Errno) -> FileError {
    match why {
        Errno::ENOENT => FileError::NotFound,
        Errno::EISDIR => FileError::Directory,
        why => FileError::Other(why.message().to_owned()),
    }
}

fn stamp_of(stat: &sys::Stat) -> Option<Stamp> {
    stat.is_file().then_some(Stamp {
        dev: stat.dev,
        ino: stat.ino,
        size: stat.size,
        mtime_ns: stat.mtime_ns,
    })
}

/// All that a descriptor has.
pub fn read_all(fd: Fd, size: usize) -> Result<Vec<u8>, Errno> {
    let mut text = Vec::with_capacity(size + 1);
    let mut chunk = vec![0; 256 * 1024];
    loop {
        match sys::read(fd, &mut chunk) {
            Ok(0) => return Ok(text),
            Ok(n) => text.extend_from_slice(&chunk[..n]),
            Err(Errno::EINTR) => {}
            Err(why) => return Err(why),
        }
        if text.len() >= u32::MAX as usize {
            return Err(Errno::EFBIG);
        }
    }
}

/// See [`editing::host::Host::read`].
pub fn read(name: &[u8]) -> Result<Contents, FileError> {
    let fd = sys::open(name, OpenFlags::RDONLY | OpenFlags::CLOEXEC, Mode::empty()).map_err(error)?;
    let outcome = (|| {
        let stat = sys::fstat(fd)?;
        if stat.is_dir() {
            return Err(Errno::EISDIR);
        }
        if stat.size >= u64::from(u32::MAX) {
            return Err(Errno::EFBIG);
        }
        let text = read_all(fd, stat.size as usize)?;
        Ok(Contents {
            text,
            stamp: stamp_of(&stat),
            read_only: sys::access(name, Access::W).is_err(),
        })
    })();
    let _ = sys::close(fd);
    outcome.map_err(error)
}

/// See [`editing::host::Host::stamp`].
pub fn stamp(name: &[u8]) -> Option<Stamp> {
    stamp_of(&sys::stat(name).ok()?)
}

pub fn exists(name: &[u8]) -> bool {
    sys::stat(name).is_ok() || sys::lstat(name).is_ok_and(|stat| stat.file_type() != sys::FileType::Symlink)
}

/// See [`editing::host::Host::write`].
pub fn write(name: &[u8], text: &[u8], how: Write) -> Result<Option<Stamp>, FileError> {
    let (flags, mode) = match how {
        Write::Replace => (OpenFlags::CREAT | OpenFlags::TRUNC, 0o666),
        Write::New => (OpenFlags::CREAT, 0o666),
        Write::Append => (OpenFlags::APPEND, 0o666),
        Write::Rescue => (OpenFlags::CREAT | OpenFlags::EXCL, 0o600),
    };
    let fd = sys::open(
        name,
        OpenFlags::WRONLY | OpenFlags::CLOEXEC | flags,
        Mode::new(mode),
    )
    .map_err(error)?;
    let written = sys::write_all(fd, text).and_then(|()| sys::fstat(fd));
    let closed = sys::close(fd);
    match (written, closed) {
        (Ok(stat), Ok(())) => Ok(stamp_of(&stat)),
        (Err(why), _) | (_, Err(why)) => Err(FileError::Unwritten(why.message().to_owned())),
    }
}

/// Names of files that begin with a prefix; directories end with `/`.
pub fn complete(prefix: &[u8]) -> Vec<Vec<u8>> {
    let cut = prefix.iter().rposition(|b| *b == b'/').map_or(0, |at| at + 1);
    let (folder, start) = prefix.split_at(cut);
    let place = if folder.is_empty() {
        b".".as_slice()
    } else {
        folder
    };
    let Ok(entries) = std::fs::read_dir(cli::os(place)) else {
        return Vec::new();
    };
    let mut names: Vec<Vec<u8>> = entries
        .flatten()
        .filter_map(|entry| {
            let name = entry.file_name();
            let bytes = name.as_encoded_bytes();
            let hidden = bytes.starts_with(b".") && !start.starts_with(b".");
            if !bytes.starts_with(start) || hidden {
                return None;
            }
            let mut full = [folder, bytes].concat();
            if sys::stat(&full).is_ok_and(|stat| stat.is_dir()) {
                full.push(b'/');
            }
            Some(full)
        })
        .collect();
    names.sort_unstable();
    names
}
