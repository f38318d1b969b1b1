//! -t and -x: what comes out of an archive.

use std::ffi::OsStr;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use cli::names::Names;
use cli::{Exit, Writer, os};
use sys::{Errno, Fd, OpenFlags, Timestamp};

use super::header::{self, Entry, Kind};
use super::list::Columns;
use super::options::Mode;
use super::{Passing, Session, Wanted, has_dots, leading, pass_on, shown};

/// What is done when all members are there.
#[derive(Default)]
struct Later {
    /// Directories get their modes and times when nothing is put into them any more.
    directories: Vec<(PathBuf, Entry)>,
    /// Links that lead out of the tree: made last, so that no member can be written through them.
    links: Vec<(PathBuf, Entry)>,
}

struct Extraction {
    later: Later,
    users: Names,
    groups: Names,
    umask: u32,
    /// What has been stripped, so that it is said once.
    stripped: bool,
    stripped_links: bool,
}

/// Reads the archive to its end, listing or extracting.
pub fn read(session: &mut Session) -> Result<(), Exit> {
    let mut input = session.open()?;
    if session.options.mode == Mode::Extract
        && let Some(directory) = session.options.directory.clone()
    {
        sys::chdir(&directory)
            .map_err(|why| session.fatal(format_args!("{}: Cannot open: {why}", directory.display())))?;
        sys::init();
    }
    let umask = sys::umask(sys::Mode::empty());
    sys::umask(umask);
    let mut extraction = Extraction {
        later: Later::default(),
        users: Names::users(),
        groups: Names::groups(),
        umask: umask.bits(),
        stripped: false,
        stripped_links: false,
    };
    let mut wanted = Wanted::new(&session.options);
    let mut columns = Columns::default();
    let mut first = true;
    loop {
        let entry = match header::read(&mut *input) {
            Ok(Some(entry)) => entry,
            Ok(None) => break,
            // Less than a block was never an archive.
            Err(header::Broken::Eof) if first => return Err(session.broken(header::Broken::NotTar)),
            Err(broken) => {
                extraction.finish(session);
                return Err(session.broken(broken));
            }
        };
        first = false;
        let size = entry.size;
        let chosen = wanted.matches(&entry) && !session.is_excluded(&entry.path);
        let passed = if !chosen {
            pass_on(&mut *input, size, &mut io::sink())
        } else if session.options.mode == Mode::List {
            session.show(&entry, session.options.verbose > 0, &mut columns);
            pass_on(&mut *input, size, &mut io::sink())
        } else {
            if session.options.verbose > 0 {
                session.show(&entry, session.options.verbose > 1, &mut columns);
            }
            extraction.member(session, entry, &mut *input)
        };
        if let Err(Passing::Read(broken)) = passed {
            extraction.finish(session);
            return Err(session.broken(broken));
        }
        if session.out.is_closed() {
            return Ok(());
        }
    }
    // What feeds us through a pipe may want to end in peace.
    let _ = io::copy(&mut input, &mut io::sink());
    extraction.finish(session);
    for (name, found) in wanted.names {
        if !found {
            session.fail(format_args!("{}: Not found in archive", shown(&name)));
        }
    }
    Ok(())
}

impl Extraction {
    /// Where a member goes. `None` when it goes nowhere, which has been said if it matters.
    fn place(&mut self, session: &mut Session, path: &[u8], is_link_target: bool) -> Option<Vec<u8>> {
        let mut path = path;
        if !session.options.absolute_names {
            if has_dots(path) {
                let what = if is_link_target {
                    "Link target"
                } else {
                    "Member name"
                };
                session.fail(format_args!("{}: {what} contains '..'", shown(path)));
                return None;
            }
            let slashes = leading(path);
            let said = if is_link_target {
                &mut self.stripped_links
            } else {
                &mut self.stripped
            };
            if slashes > 0 && !std::mem::replace(said, true) {
                let what = if is_link_target {
                    "hard link targets"
                } else {
                    "member names"
                };
                session.note(format_args!("Removing leading `/' from {what}"));
            }
            path = &path[slashes..];
        }
        let mut rest = path;
        for _ in 0..session.options.strip {
            let at = rest.iter().position(|b| *b == b'/')?;
            rest = &rest[at..];
            rest = &rest[leading(rest)..];
        }
        if rest.is_empty() {
            return (session.options.strip == 0).then(|| b".".to_vec());
        }
        match &session.options.top_level {
            Some(top) if !rest.starts_with(&[top, &b"/"[..]].concat()) && rest != top.as_slice() => {
                Some([top, &b"/"[..], rest].concat())
            }
            _ => Some(rest.to_vec()),
        }
    }

    fn member(
        &mut self,
        session: &mut Session,
        mut entry: Entry,
        input: &mut dyn Read,
    ) -> Result<(), Passing> {
        let size = entry.size;
        if session.options.to_stdout {
            if !matches!(entry.kind, Kind::Regular | Kind::Other(_)) {
                return pass_on(input, size, &mut io::sink());
            }
            let passed = pass_on(input, size, &mut Writer(Fd::STDOUT));
            if let Err(Passing::Write(error)) = passed {
                session.fail(format_args!("-: Cannot write: {}", cli::reason(&error)));
                return Err(Passing::Read(header::Broken::Io(error)));
            }
            return passed;
        }
        let Some(path) = self.place(session, &entry.path, false) else {
            return pass_on(input, size, &mut io::sink());
        };
        if entry.kind == Kind::HardLink {
            match self.place(session, &entry.link.clone(), true) {
                Some(link) => entry.link = link,
                None => return Ok(()),
            }
        }
        let path = PathBuf::from(os(path
            .strip_suffix(b"/")
            .filter(|path| !path.is_empty())
            .unwrap_or(&path)));
        if self.is_kept(session, &path, &entry) {
            return pass_on(input, size, &mut io::sink());
        }
        match entry.kind {
            Kind::Regular | Kind::Other(_) => self.file(session, &path, &entry, input),
            _ => {
                let made = self.special(session, &path, &entry);
                if let Err(why) = made {
                    let doing = match entry.kind {
                        Kind::Directory => "mkdir".to_owned(),
                        Kind::Symlink => format!("create symlink to '{}'", shown(&entry.link)),
                        Kind::HardLink => format!("hard link to '{}'", shown(&entry.link)),
                        Kind::Fifo => "mkfifo".to_owned(),
                        _ => "mknod".to_owned(),
                    };
                    session.fail(format_args!("{}: Cannot {doing}: {why}", path.display()));
                }
                Ok(())
            }
        }
    }

    /// Whether what is there already stays.
    fn is_kept(&self, session: &mut Session, path: &Path, entry: &Entry) -> bool {
        let options = &session.options;
        if !(options.keep_old || options.skip_old || options.keep_newer) {
            return false;
        }
        let Ok(stat) = sys::lstat(path) else { return false };
        if entry.kind == Kind::Directory && stat.is_dir() {
            return false;
        }
        if options.skip_old {
            return true;
        }
        if options.keep_newer {
            let newer = stat.mtime_ns >= entry.mtime_ns;
            if newer {
                session.note(format_args!("Current '{}' is newer or same age", path.display()));
            }
            return newer;
        }
        session.fail(format_args!("{}: Cannot open: File exists", path.display()));
        true
    }

    /// Runs `make`; where a parent lacks it is made, and what is in the way goes.
    fn with_parents<T>(path: &Path, make: impl Fn() -> sys::Result<T>) -> sys::Result<T> {
        let mut result = make();
        if result.as_ref().is_err_and(|why| *why == Errno::ENOENT)
            && let Some(parent) = path.parent().filter(|parent| !parent.as_os_str().is_empty())
        {
            std::fs::create_dir_all(parent).map_err(|error| Errno::from_io(&error))?;
            result = make();
        }
        if result
            .as_ref()
            .is_err_and(|why| matches!(*why, Errno::EEXIST | Errno::EISDIR))
        {
            let is_directory = sys::lstat(path).is_ok_and(|stat| stat.is_dir());
            let removed = if is_directory {
                std::fs::remove_dir(path)
            } else {
                std::fs::remove_file(path)
            };
            removed.map_err(|error| Errno::from_io(&error))?;
            result = make();
        }
        result
    }

    fn file(
        &mut self,
        session: &mut Session,
        path: &Path,
        entry: &Entry,
        input: &mut dyn Read,
    ) -> Result<(), Passing> {
        let flags = OpenFlags::WRONLY | OpenFlags::CREAT | OpenFlags::EXCL | OpenFlags::CLOEXEC;
        let opened = Self::with_parents(path, || {
            sys::open(path, flags, sys::Mode::new(entry.mode & 0o700 | 0o200))
        });
        let fd = match opened {
            Ok(fd) => fd,
            Err(why) => {
                session.fail(format_args!("{}: Cannot open: {why}", path.display()));
                return pass_on(input, entry.size, &mut io::sink());
            }
        };
        let passed = pass_on(input, entry.size, &mut Writer(fd));
        let closed = sys::close(fd);
        if let Err(Passing::Write(error)) = passed {
            session.fail(format_args!(
                "{}: Cannot write: {}",
                path.display(),
                cli::reason(&error)
            ));
            // The disk is full or the like: the archive can't be read on from its middle.
            return Err(Passing::Read(header::Broken::Io(error)));
        }
        if let Err(why) = closed {
            session.fail(format_args!("{}: Cannot close: {why}", path.display()));
        }
        self.attributes(session, path, entry);
        passed
    }

    fn special(&mut self, session: &mut Session, path: &Path, entry: &Entry) -> sys::Result<()> {
        match entry.kind {
            Kind::Directory => {
                let is_there = sys::stat(path).is_ok_and(|stat| stat.is_dir())
                    && sys::lstat(path).is_ok_and(|stat| stat.is_dir() || session.options.absolute_names);
                if !is_there {
                    Self::with_parents(path, || {
                        std::fs::create_dir(path).map_err(|error| Errno::from_io(&error))
                    })?;
                }
                self.later.directories.push((path.to_owned(), entry.clone()));
                return Ok(());
            }
            Kind::Symlink => {
                let leads_out = entry.link.first() == Some(&b'/') || has_dots(&entry.link);
                if leads_out && !session.options.absolute_names {
                    // A file without permissions keeps the place.
                    let flags = OpenFlags::WRONLY | OpenFlags::CREAT | OpenFlags::EXCL;
                    let fd = Self::with_parents(path, || sys::open(path, flags, sys::Mode::empty()))?;
                    sys::close(fd)?;
                    self.later.links.push((path.to_owned(), entry.clone()));
                    return Ok(());
                }
                Self::with_parents(path, || symlink(os(&entry.link), path))?;
            }
            Kind::HardLink => {
                let link = os(&entry.link);
                let same = matches!((sys::lstat(link), sys::lstat(path)), (Ok(a), Ok(b)) if (a.dev, a.ino) == (b.dev, b.ino));
                if !same {
                    Self::with_parents(path, || {
                        std::fs::hard_link(link, path).map_err(|error| Errno::from_io(&error))
                    })?;
                }
                return Ok(());
            }
            Kind::Fifo => Self::with_parents(path, || sys::mkfifo(path, sys::Mode::new(entry.mode)))?,
            Kind::CharDevice | Kind::BlockDevice => {
                let kind = if entry.kind == Kind::CharDevice {
                    sys::FileType::CharDevice
                } else {
                    sys::FileType::BlockDevice
                };
                let (major, minor) = (u64::from(entry.device.0), u64::from(entry.device.1));
                let device = (major & 0xfff) << 8 | minor & 0xff | (minor & !0xff) << 12;
                Self::with_parents(path, || {
                    sys::mknod(path, kind, sys::Mode::new(entry.mode), device)
                })?;
            }
            Kind::Regular | Kind::Other(_) => {}
        }
        self.attributes(session, path, entry);
        Ok(())
    }

    /// Owner, mode and times.
    fn attributes(&mut self, session: &mut Session, path: &Path, entry: &Entry) {
        let is_link = entry.kind == Kind::Symlink;
        if session.options.same_owner {
            let numeric = session.options.numeric_owner;
            let id = |names: &mut Names, name: &[u8], id: u64| {
                let by_name = std::str::from_utf8(name)
                    .ok()
                    .filter(|name| !numeric && !name.is_empty());
                by_name
                    .filter(|name| name.parse::<u32>().is_err())
                    .and_then(|name| names.id(name))
                    .or_else(|| u32::try_from(id).ok())
            };
            let uid = id(&mut self.users, &entry.user, entry.uid);
            let gid = id(&mut self.groups, &entry.group, entry.gid);
            if let Err(why) = sys::chown(path, uid, gid, false) {
                let ids = (uid.unwrap_or(u32::MAX), gid.unwrap_or(u32::MAX));
                session.fail(format_args!(
                    "{}: Cannot change ownership to uid {}, gid {}: {why}",
                    path.display(),
                    ids.0,
                    ids.1
                ));
            }
        }
        if !is_link {
            let mode = if session.options.permissions {
                entry.mode
            } else {
                entry.mode & 0o777 & !self.umask
            };
            if let Err(why) = sys::chmod(path, sys::Mode::new(mode)) {
                session.fail(format_args!(
                    "{}: Cannot change mode to {mode:o}: {why}",
                    path.display()
                ));
            }
        }
        if !session.options.touch {
            let mtime = Timestamp::Nanos(entry.mtime_ns);
            if let Err(why) = sys::utimens(path, Timestamp::Now, mtime, !is_link) {
                session.fail(format_args!("{}: Cannot utime: {why}", path.display()));
            }
        }
    }

    /// Does what had to wait: links that lead out, then directories, the deepest first.
    fn finish(&mut self, session: &mut Session) {
        for (path, entry) in std::mem::take(&mut self.later.links) {
            // Only what was put there for it makes room.
            let is_ours = sys::lstat(&path).is_ok_and(|stat| stat.is_file() && stat.size == 0);
            let made = if is_ours {
                std::fs::remove_file(&path)
                    .map_err(|error| Errno::from_io(&error))
                    .and_then(|()| symlink(os(&entry.link), &path))
            } else {
                Err(Errno::EEXIST)
            };
            match made {
                Ok(()) => self.attributes(session, &path, &entry),
                Err(why) => session.fail(format_args!(
                    "{}: Cannot create symlink to '{}': {why}",
                    path.display(),
                    shown(&entry.link)
                )),
            }
        }
        for (path, entry) in std::mem::take(&mut self.later.directories).into_iter().rev() {
            self.attributes(session, &path, &entry);
        }
    }
}

/// symlink(2): rustix has it for both targets; std's is not stable on WASI.
fn symlink(target: &OsStr, path: &Path) -> sys::Result<()> {
    rustix::fs::symlinkat(target, rustix::fs::CWD, path)
        .map_err(|error| Errno::from_io(&io::Error::from_raw_os_error(error.raw_os_error())))
}
