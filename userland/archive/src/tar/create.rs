//! -c, -r and -u: what goes into an archive.

use std::collections::HashMap;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use cli::names::Names;
use cli::{Exit, Writer, input};
use sys::{Errno, Fd, FileType, OpenFlags, Stat};

use super::header::{self, BLOCK, Dialect, Entry, Kind, padded};
use super::list::Columns;
use super::options::Mode;
use super::{Passing, Session, leading, pass_on};
use crate::codec::{self, GzipHeader};

/// GNU's record: an archive is a multiple of it.
const RECORD: u64 = 20 * BLOCK as u64;

/// Where members are written to.
enum Target {
    Plain(io::BufWriter<Writer>),
    Packed(Box<dyn codec::Encoder>),
}

impl Write for Target {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Target::Plain(sink) => sink.write(bytes),
            Target::Packed(encoder) => encoder.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

struct Creation<'a> {
    session: &'a mut Session,
    target: Target,
    written: u64,
    users: Names,
    groups: Names,
    /// Files with several names that are in the archive already.
    links: HashMap<(u64, u64), Vec<u8>>,
    columns: Columns,
    stripped: bool,
    /// The archive, which is not put into itself.
    own: Option<(u64, u64)>,
    /// For -u: when the members of an archive were changed.
    known: HashMap<Vec<u8>, i64>,
    /// What --remove-files removes in the end.
    removed: Vec<PathBuf>,
}

pub fn create(session: &mut Session) -> Result<(), Exit> {
    let name = session.file_name();
    let fd = if name == "-" {
        if sys::isatty(Fd::STDOUT) {
            return Err(session.fatal("Refusing to write archive contents to terminal (missing -f option?)"));
        }
        Fd::STDOUT
    } else {
        let flags = OpenFlags::WRONLY | OpenFlags::CREAT | OpenFlags::TRUNC | OpenFlags::CLOEXEC;
        sys::open(&name, flags, sys::Mode::RW_ALL)
            .map_err(|why| session.fatal(format_args!("{}: Cannot open: {why}", name.display())))?
    };
    let buffered = io::BufWriter::with_capacity(RECORD as usize, Writer(fd));
    let target = match session.options.compress {
        None => Target::Plain(buffered),
        Some(format) => {
            let level = if format == codec::Format::Bzip2 { 9 } else { 6 };
            let encoder = codec::encoder(format, level, &GzipHeader::default(), Box::new(buffered));
            Target::Packed(encoder.map_err(|error| {
                session.fatal(format_args!(
                    "{}: Cannot write: {}",
                    name.display(),
                    cli::reason(&error)
                ))
            })?)
        }
    };
    add(session, target, fd, 0, HashMap::new())
}

/// Finds the end of the archive and goes on there.
pub fn append(session: &mut Session) -> Result<(), Exit> {
    let name = session.file_name();
    if session.options.compress.is_some() {
        return Err(session.fatal("Cannot update compressed archives"));
    }
    if name == "-" {
        return Err(session.fatal("Options '-Aru' are incompatible with '-f -'"));
    }
    let flags = OpenFlags::RDWR | OpenFlags::CREAT | OpenFlags::CLOEXEC;
    let fd = sys::open(&name, flags, sys::Mode::RW_ALL)
        .map_err(|why| session.fatal(format_args!("{}: Cannot open: {why}", name.display())))?;
    let mut known: HashMap<Vec<u8>, i64> = HashMap::new();
    let mut position = 0;
    loop {
        let mut counted = Counted {
            inner: input::Reader(fd),
            count: 0,
        };
        let entry = match header::read(&mut counted) {
            Ok(Some(entry)) => entry,
            Ok(None) => break,
            Err(header::Broken::NotTar) if position == 0 && codec::Format::of_magic(&start(fd)).is_some() => {
                return Err(session.fatal("Cannot update compressed archives"));
            }
            Err(broken) => return Err(session.broken(broken)),
        };
        position += counted.count + padded(entry.size);
        sys::lseek(fd, position as i64, sys::Whence::Set).map_err(|why| session.fatal(why))?;
        let newest = known.entry(entry.path).or_insert(entry.mtime_ns);
        *newest = (*newest).max(entry.mtime_ns);
    }
    sys::lseek(fd, position as i64, sys::Whence::Set).map_err(|why| session.fatal(why))?;
    if session.options.mode == Mode::Append {
        known.clear();
    }
    let target = Target::Plain(io::BufWriter::with_capacity(RECORD as usize, Writer(fd)));
    add(session, target, fd, position, known)
}

/// The first bytes of a file.
fn start(fd: Fd) -> Vec<u8> {
    let mut bytes = vec![0; 16];
    let read = sys::lseek(fd, 0, sys::Whence::Set).and_then(|_| sys::read(fd, &mut bytes));
    bytes.truncate(read.unwrap_or(0));
    bytes
}

struct Counted {
    inner: input::Reader,
    count: u64,
}

impl io::Read for Counted {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n = self.inner.read(buffer)?;
        self.count += n as u64;
        Ok(n)
    }
}

fn add(
    session: &mut Session,
    target: Target,
    fd: Fd,
    written: u64,
    known: HashMap<Vec<u8>, i64>,
) -> Result<(), Exit> {
    let own = sys::fstat(fd)
        .ok()
        .filter(Stat::is_file)
        .map(|stat| (stat.dev, stat.ino));
    let here = sys::getcwd().map_err(|why| session.fatal(why))?;
    let names = std::mem::take(&mut session.options.names);
    let mut creation = Creation {
        session,
        target,
        written,
        users: Names::users(),
        groups: Names::groups(),
        links: HashMap::new(),
        columns: Columns::default(),
        stripped: false,
        own,
        known,
        removed: Vec::new(),
    };
    let mut current = None;
    for name in names {
        if name.directory != current {
            // Every -C is written as one path from where tar was started.
            let moved = sys::chdir(&here).and_then(|()| name.directory.as_ref().map_or(Ok(()), sys::chdir));
            if let Err(why) = moved {
                let shown = name.directory.unwrap_or_default();
                return Err(creation
                    .session
                    .fatal(format_args!("{}: Cannot open: {why}", shown.display())));
            }
            sys::init();
            current = name.directory;
        }
        creation.path(Path::new(&name.name))?;
    }
    creation.finish()?;
    if fd != Fd::STDOUT {
        let name = session.file_name();
        sys::close(fd)
            .map_err(|why| session.fatal(format_args!("{}: Cannot close: {why}", name.display())))?;
    }
    Ok(())
}

impl Creation<'_> {
    fn cannot_write(&mut self, error: &io::Error) -> Exit {
        if Errno::from_io(error) == Errno::EPIPE && error.raw_os_error().is_some() {
            return Exit(128 + sys::Signal::PIPE.0);
        }
        let name = self.session.file_name();
        self.session.fatal(format_args!(
            "{}: Cannot write: {}",
            name.display(),
            cli::reason(error)
        ))
    }

    fn put(&mut self, bytes: &[u8]) -> Result<(), Exit> {
        self.written += bytes.len() as u64;
        self.target
            .write_all(bytes)
            .map_err(|error| self.cannot_write(&error))
    }

    /// The end: two blocks of zeros, and zeros up to a whole record.
    fn finish(mut self) -> Result<(), Exit> {
        let end = (self.written + 2 * BLOCK as u64).div_ceil(RECORD) * RECORD;
        let zeros = vec![0; (end - self.written) as usize];
        self.put(&zeros)?;
        let target = std::mem::replace(
            &mut self.target,
            Target::Plain(io::BufWriter::new(Writer(Fd(-1)))),
        );
        let flushed = match target {
            Target::Plain(mut sink) => sink.flush(),
            Target::Packed(encoder) => encoder.finish().and_then(|mut sink| sink.flush()),
        };
        flushed.map_err(|error| self.cannot_write(&error))?;
        if self.session.options.totals {
            self.session.out.send();
            let line = format!("Total bytes written: {}\n", self.written);
            let _ = sys::write_all(Fd::STDERR, line.as_bytes());
        }
        for path in std::mem::take(&mut self.removed).into_iter().rev() {
            let is_directory = sys::lstat(&path).is_ok_and(|stat| stat.is_dir());
            let removed = if is_directory {
                std::fs::remove_dir(&path)
            } else {
                std::fs::remove_file(&path)
            };
            if let Err(error) = removed {
                let doing = if is_directory { "rmdir" } else { "unlink" };
                self.session.fail(format_args!(
                    "{}: Cannot {doing}: {}",
                    path.display(),
                    cli::reason(&error)
                ));
            }
        }
        Ok(())
    }

    /// The name in the archive.
    fn member_name(&mut self, path: &Path) -> Vec<u8> {
        let bytes = path.as_os_str().as_encoded_bytes();
        if self.session.options.absolute_names {
            return bytes.to_vec();
        }
        // As GNU's: everything up to the last `..` goes, too.
        let parts = bytes.split(|b| *b == b'/').rev();
        let mut length = 0;
        for part in parts {
            if part == b".." {
                break;
            }
            length += part.len() + 1;
        }
        let mut skip = (bytes.len() + 1).saturating_sub(length).min(bytes.len());
        skip += leading(&bytes[skip..]);
        if skip > 0 && !std::mem::replace(&mut self.stripped, true) {
            let prefix = super::shown(&bytes[..skip]);
            self.session
                .note(format_args!("Removing leading `{prefix}' from member names"));
        }
        match &bytes[skip..] {
            [] => b".".to_vec(),
            rest => rest.to_vec(),
        }
    }

    /// Puts a file into the archive, and what is in it.
    fn path(&mut self, path: &Path) -> Result<(), Exit> {
        if self.session.is_excluded(path.as_os_str().as_encoded_bytes()) {
            return Ok(());
        }
        let stat = if self.session.options.dereference {
            sys::stat(path)
        } else {
            sys::lstat(path)
        };
        let stat = match stat {
            Ok(stat) => stat,
            Err(why) => {
                self.session
                    .fail(format_args!("{}: Cannot stat: {why}", path.display()));
                return Ok(());
            }
        };
        if self.own == Some((stat.dev, stat.ino)) {
            self.session.note(format_args!(
                "{}: archive cannot contain itself; not dumped",
                path.display()
            ));
            return Ok(());
        }
        let mut entry = self.entry(path, &stat);
        if self.known.get(&entry.path).is_some_and(|mtime_ns| {
            stat.mtime_ns.div_euclid(1_000_000_000) <= mtime_ns.div_euclid(1_000_000_000)
        }) {
            return Ok(());
        }
        match stat.file_type() {
            FileType::Directory => self.directory(path, entry),
            FileType::Socket => {
                self.session
                    .note(format_args!("{}: socket ignored", path.display()));
                Ok(())
            }
            FileType::Unknown => {
                self.session.fail(format_args!(
                    "{}: Unknown file type; file ignored",
                    path.display()
                ));
                Ok(())
            }
            FileType::Symlink => {
                match std::fs::read_link(path) {
                    Ok(target) => entry.link = target.as_os_str().as_encoded_bytes().to_vec(),
                    Err(error) => {
                        self.session.fail(format_args!(
                            "{}: Cannot readlink: {}",
                            path.display(),
                            cli::reason(&error)
                        ));
                        return Ok(());
                    }
                }
                self.header(&entry, path)
            }
            _ => {
                if stat.nlink > 1 {
                    let first = self
                        .links
                        .entry((stat.dev, stat.ino))
                        .or_insert_with(|| entry.path.clone());
                    if *first != entry.path {
                        entry.link = first.clone();
                        entry.kind = Kind::HardLink;
                        entry.size = 0;
                        return self.header(&entry, path);
                    }
                }
                if entry.kind == Kind::Regular {
                    self.file(path, entry)
                } else {
                    self.header(&entry, path)
                }
            }
        }?;
        if self.session.options.remove_files && !stat.is_dir() {
            self.removed.push(path.to_owned());
        }
        Ok(())
    }

    fn entry(&mut self, path: &Path, stat: &Stat) -> Entry {
        let options = &self.session.options;
        let (numeric, owner, group) = (
            options.numeric_owner,
            options.owner.clone(),
            options.group.clone(),
        );
        // Only pax keeps what is less than a second.
        let seconds = stat.mtime_ns.div_euclid(1_000_000_000) * 1_000_000_000;
        let mtime_ns = if options.dialect == Dialect::Pax {
            stat.mtime_ns
        } else {
            seconds
        };
        let mut entry = Entry {
            kind: match stat.file_type() {
                FileType::Directory => Kind::Directory,
                FileType::Symlink => Kind::Symlink,
                FileType::Fifo => Kind::Fifo,
                FileType::CharDevice => Kind::CharDevice,
                FileType::BlockDevice => Kind::BlockDevice,
                _ => Kind::Regular,
            },
            mode: stat.mode & 0o7777,
            uid: stat.uid.into(),
            gid: stat.gid.into(),
            size: if stat.is_file() { stat.size } else { 0 },
            mtime_ns: options.mtime_ns.unwrap_or(mtime_ns),
            device: (
                ((stat.rdev >> 8) & 0xfff) as u32,
                ((stat.rdev & 0xff) | ((stat.rdev >> 12) & 0xfff00)) as u32,
            ),
            ..Entry::default()
        };
        entry.path = self.member_name(path);
        let name = |names: &mut Names, id: u32| names.name(id).unwrap_or_default().as_bytes().to_vec();
        if !numeric {
            entry.user = name(&mut self.users, stat.uid);
            entry.group = name(&mut self.groups, stat.gid);
        }
        for (forced, names, text, id) in [
            (owner, &mut self.users, &mut entry.user, &mut entry.uid),
            (group, &mut self.groups, &mut entry.group, &mut entry.gid),
        ] {
            let Some(forced) = forced else { continue };
            let known = std::str::from_utf8(&forced.name)
                .ok()
                .and_then(|name| names.id(name));
            *id = forced.id.or(known.map(u64::from)).unwrap_or(*id);
            *text = if numeric { Vec::new() } else { forced.name };
        }
        entry
    }

    fn header(&mut self, entry: &Entry, path: &Path) -> Result<(), Exit> {
        let mut bytes = Vec::with_capacity(BLOCK);
        if let Err(error) = header::write(&mut bytes, entry, self.session.options.dialect) {
            self.session.fail(format_args!("{}: {error}", path.display()));
            return Ok(());
        }
        if self.session.options.verbose > 0 {
            let long = self.session.options.verbose > 1;
            self.session.show(entry, long, &mut self.columns);
        }
        self.put(&bytes)
    }

    fn directory(&mut self, path: &Path, mut entry: Entry) -> Result<(), Exit> {
        if !entry.path.ends_with(b"/") {
            entry.path.push(b'/');
        }
        self.header(&entry, path)?;
        if self.session.options.remove_files {
            self.removed.push(path.to_owned());
        }
        if !self.session.options.recursion {
            return Ok(());
        }
        let mut names = match std::fs::read_dir(path).and_then(Iterator::collect::<io::Result<Vec<_>>>) {
            Ok(entries) => entries
                .into_iter()
                .map(|entry| entry.file_name())
                .collect::<Vec<_>>(),
            Err(error) => {
                self.session.fail(format_args!(
                    "{}: Cannot open: {}",
                    path.display(),
                    cli::reason(&error)
                ));
                return Ok(());
            }
        };
        if self.session.options.sort {
            names.sort();
        }
        for name in names {
            self.path(&path.join(name))?;
        }
        Ok(())
    }

    fn file(&mut self, path: &Path, entry: Entry) -> Result<(), Exit> {
        let fd = match sys::open(path, OpenFlags::RDONLY | OpenFlags::CLOEXEC, sys::Mode::empty()) {
            Ok(fd) => fd,
            Err(why) => {
                self.session
                    .fail(format_args!("{}: Cannot open: {why}", path.display()));
                return Ok(());
            }
        };
        self.header(&entry, path)?;
        let mut file = input::Reader(fd);
        let mut zeros = io::repeat(0);
        // A file that shrinks meanwhile is filled up: its size is said already.
        let mut limited = Shrunk {
            inner: &mut file,
            filling: false,
            zeros: &mut zeros,
            read: 0,
        };
        let passed = pass_contents(&mut limited, entry.size, &mut self.target);
        let (shrunk, read) = (limited.filling, limited.read);
        // It was only read.
        let _ = sys::close(fd);
        self.written += padded(entry.size);
        match passed {
            Ok(()) => {}
            Err(Passing::Write(error)) => return Err(self.cannot_write(&error)),
            Err(Passing::Read(_)) => {
                return Err(self
                    .session
                    .fatal(format_args!("{}: Cannot read", path.display())));
            }
        }
        if shrunk {
            let missing = entry.size - read;
            self.session.note(format_args!(
                "{}: File shrank by {missing} bytes; padding with zeros",
                path.display()
            ));
            self.session.status = self.session.status.max(1);
        }
        Ok(())
    }
}

/// A file, and zeros after its end.
struct Shrunk<'a> {
    inner: &'a mut input::Reader,
    filling: bool,
    zeros: &'a mut io::Repeat,
    read: u64,
}

impl io::Read for Shrunk<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if !self.filling {
            let n = self.inner.read(buffer)?;
            self.read += n as u64;
            if n > 0 || buffer.is_empty() {
                return Ok(n);
            }
            self.filling = true;
        }
        self.zeros.read(buffer)
    }
}

/// Contents with their padding.
fn pass_contents(file: &mut Shrunk<'_>, size: u64, target: &mut Target) -> Result<(), Passing> {
    // The padding comes from nowhere: only as much as the size is read.
    let whole = size / BLOCK as u64 * BLOCK as u64;
    pass_on(file, whole, target)?;
    let rest = (size - whole) as usize;
    if rest > 0 {
        let mut block = [0; BLOCK];
        io::Read::read_exact(file, &mut block[..rest]).map_err(|error| Passing::Read(error.into()))?;
        target.write_all(&block).map_err(Passing::Write)?;
    }
    Ok(())
}
