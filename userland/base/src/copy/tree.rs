//! Copying of one file, link, pipe or tree.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};

use cli::{Output, complain, quote};
use sys::{Errno, Fd, FileType, Mode, OpenFlags, Stat, Timestamp};

const PIECE: usize = 128 * 1024;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Links {
    Keep,
    FollowArguments,
    Follow,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Overwrite {
    Always,
    Ask,
    Never,
    IfNewer,
}

#[derive(Clone, Copy, Default)]
pub struct Preserve {
    mode: bool,
    ownership: bool,
    timestamps: bool,
    /// Two sources that are one file become one file again.
    pub links: bool,
}

impl Preserve {
    pub fn unknown(self, list: &str) -> Option<&str> {
        let known = [
            "mode",
            "ownership",
            "timestamps",
            "links",
            "all",
            "context",
            "xattr",
        ];
        list.split(',').find(|word| !known.contains(word))
    }

    pub fn set(&mut self, list: &str, on: bool) {
        for word in list.split(',') {
            let all = word == "all";
            for (name, field) in [
                ("mode", &mut self.mode),
                ("ownership", &mut self.ownership),
                ("timestamps", &mut self.timestamps),
                ("links", &mut self.links),
            ] {
                if all || word == name {
                    *field = on;
                }
            }
        }
    }
}

pub struct Copier {
    name: &'static str,
    pub recursive: bool,
    pub links: Links,
    pub preserve: Preserve,
    pub overwrite: Overwrite,
    pub force: bool,
    pub remove_destination: bool,
    pub attributes_only: bool,
    pub hard_link: bool,
    pub symbolic_link: bool,
    pub verbose: bool,
    out: Output,
    /// Copies of files with several links, by device and inode.
    copied: HashMap<(u64, u64), PathBuf>,
    /// The directories that this run made, so that a tree is not copied into its own copy for ever.
    made: Vec<(u64, u64)>,
    buffer: Vec<u8>,
    /// The source and destination of the command line that are being copied.
    top: (PathBuf, PathBuf),
    failed: bool,
}

/// A copy that did not happen, already said or with what is to be said.
struct Failure(String);

impl Copier {
    pub fn new(name: &'static str) -> Copier {
        Copier {
            name,
            recursive: false,
            links: Links::Follow,
            preserve: Preserve::default(),
            overwrite: Overwrite::Always,
            force: false,
            remove_destination: false,
            attributes_only: false,
            hard_link: false,
            symbolic_link: false,
            verbose: false,
            out: Output::stdout(),
            copied: HashMap::new(),
            made: Vec::new(),
            buffer: Vec::new(),
            top: Default::default(),
            failed: false,
        }
    }

    pub fn finish(self) -> i32 {
        self.out.finish(self.name, i32::from(self.failed), 1)
    }

    /// Copies a source of the command line.
    pub fn top(&mut self, source: &Path, to: &Path) {
        self.top = (source.to_owned(), to.to_owned());
        self.any(source, to, true);
    }

    fn any(&mut self, source: &Path, to: &Path, is_top: bool) {
        if let Err(Failure(message)) = self.try_any(source, to, is_top) {
            self.failed = true;
            self.out.send();
            complain(self.name, message);
        }
    }

    fn try_any(&mut self, source: &Path, to: &Path, is_top: bool) -> Result<(), Failure> {
        let follow = self.links == Links::Follow || (is_top && self.links == Links::FollowArguments);
        let from = if follow {
            sys::stat(source)
        } else {
            sys::lstat(source)
        };
        let from = from.map_err(|why| Failure(format!("cannot stat {}: {why}", show(source))))?;
        if from.is_dir() && !self.recursive {
            return Err(Failure(format!(
                "-r not specified; omitting directory {}",
                show(source)
            )));
        }
        // A link at the destination is written through, unless links themselves are copied.
        let there = if from.file_type() == FileType::Symlink {
            sys::lstat(to)
        } else {
            sys::stat(to)
        }
        .ok();
        if let Some(there) = &there
            && !self.may_replace(source, &from, to, there)?
        {
            return Ok(());
        }
        if from.is_dir() {
            return self.directory(source, &from, to, there.as_ref());
        }
        if to.as_os_str().as_encoded_bytes().ends_with(b"/") && there.is_none() {
            return Err(Failure(format!(
                "cannot create regular file {}: Not a directory",
                show(to)
            )));
        }
        if there.is_some() && (self.remove_destination || self.hard_link || self.symbolic_link) {
            self.remove(to)?;
        }
        if self.link_again(&from, to)? {
            return Ok(());
        }
        match from.file_type() {
            _ if self.hard_link => link(source, to)?,
            _ if self.symbolic_link => symlink(source, to)?,
            FileType::Symlink => self.link_itself(source, to, there.is_some())?,
            FileType::Fifo if self.recursive => {
                sys::mkfifo(to, from.permissions()).map_err(|why| cannot("create fifo", to, why))?;
            }
            _ => self.contents(source, &from, to, there.is_some())?,
        }
        self.say(source, to);
        if !self.hard_link && !self.symbolic_link {
            self.attributes(&from, to)?;
        }
        Ok(())
    }

    /// Whether the destination may be written; an error where it must not.
    fn may_replace(&self, source: &Path, from: &Stat, to: &Path, there: &Stat) -> Result<bool, Failure> {
        if (from.dev, from.ino) == (there.dev, there.ino) && !(self.hard_link && !from.is_dir()) {
            if from.is_dir() {
                return Err(Failure(format!(
                    "cannot copy a directory, {}, into itself, {}",
                    show(source),
                    show(to)
                )));
            }
            return Err(Failure(format!(
                "{} and {} are the same file",
                show(source),
                show(to)
            )));
        }
        match (from.is_dir(), there.is_dir()) {
            (true, true) => return Ok(true),
            (true, false) => {
                return Err(Failure(format!(
                    "cannot overwrite non-directory {} with directory {}",
                    show(to),
                    show(source)
                )));
            }
            (false, true) => {
                return Err(Failure(format!(
                    "cannot overwrite directory {} with non-directory",
                    show(to)
                )));
            }
            (false, false) => {}
        }
        Ok(match self.overwrite {
            Overwrite::Always => true,
            Overwrite::Never => false,
            Overwrite::IfNewer => from.mtime_ns > there.mtime_ns,
            Overwrite::Ask => {
                let _ = sys::write_all(
                    Fd::STDERR,
                    format!("{}: overwrite {}? ", self.name, show(to)).as_bytes(),
                );
                let mut answer = String::new();
                let _ = std::io::stdin().read_line(&mut answer);
                answer.trim_start().starts_with(['y', 'Y'])
            }
        })
    }

    fn directory(
        &mut self,
        source: &Path,
        from: &Stat,
        to: &Path,
        there: Option<&Stat>,
    ) -> Result<(), Failure> {
        if self.made.contains(&(from.dev, from.ino)) {
            let (source, to) = &self.top;
            return Err(Failure(format!(
                "cannot copy a directory, {}, into itself, {}",
                show(source),
                show(to)
            )));
        }
        if there.is_none() {
            fs::create_dir(to).map_err(|error| cannot("create directory", to, Errno::from_io(&error)))?;
            self.say(source, to);
        }
        let made = sys::stat(to).map_err(|why| cannot("access", to, why))?;
        self.made.push((made.dev, made.ino));
        if there.is_none() {
            // Writable while it is filled; its own mode comes last.
            let _ = sys::chmod(to, made.permissions() | Mode::IRUSR | Mode::IWUSR | Mode::IXUSR);
        }
        let entries =
            fs::read_dir(source).map_err(|error| cannot("access", source, Errno::from_io(&error)))?;
        for entry in entries {
            match entry {
                Ok(entry) => self.any(&entry.path(), &to.join(entry.file_name()), false),
                Err(error) => {
                    self.failed = true;
                    complain(
                        self.name,
                        format_args!("error reading {}: {}", show(source), cli::reason(&error)),
                    );
                }
            }
        }
        if there.is_none() && !self.preserve.mode {
            let umask = sys::umask(Mode::empty());
            sys::umask(umask);
            sys::chmod(to, from.permissions() - umask)
                .map_err(|why| cannot("set permissions of", to, why))?;
        }
        self.attributes(from, to)
    }

    /// With --preserve=links, makes a further link to what has been copied already.
    fn link_again(&mut self, from: &Stat, to: &Path) -> Result<bool, Failure> {
        if !self.preserve.links || from.nlink < 2 {
            return Ok(false);
        }
        match self.copied.get(&(from.dev, from.ino)).cloned() {
            Some(first) => {
                let _ = fs::remove_file(to);
                link(&first, to)?;
                Ok(true)
            }
            None => {
                self.copied.insert((from.dev, from.ino), to.to_owned());
                Ok(false)
            }
        }
    }

    fn link_itself(&self, source: &Path, to: &Path, exists: bool) -> Result<(), Failure> {
        let target = fs::read_link(source)
            .map_err(|error| cannot("read symbolic link", source, Errno::from_io(&error)))?;
        if exists {
            self.remove(to)?;
        }
        symlink(&target, to)
    }

    fn remove(&self, path: &Path) -> Result<(), Failure> {
        fs::remove_file(path).map_err(|error| cannot("remove", path, Errno::from_io(&error)))
    }

    fn contents(&mut self, source: &Path, from: &Stat, to: &Path, exists: bool) -> Result<(), Failure> {
        let input = sys::open(source, OpenFlags::RDONLY | OpenFlags::CLOEXEC, Mode::empty())
            .map_err(|why| Failure(format!("cannot open {} for reading: {why}", show(source))))?;
        let done = self.write_from(input, source, from, to, exists);
        let _ = sys::close(input);
        done
    }

    fn write_from(
        &mut self,
        input: Fd,
        source: &Path,
        from: &Stat,
        to: &Path,
        exists: bool,
    ) -> Result<(), Failure> {
        let truncate = if self.attributes_only {
            OpenFlags::empty()
        } else {
            OpenFlags::TRUNC
        };
        let flags = OpenFlags::WRONLY | OpenFlags::CREAT | OpenFlags::CLOEXEC | truncate;
        let mode = Mode::from_bits_truncate(from.mode & 0o777);
        let output = match sys::open(to, flags, mode) {
            Err(_) if exists && self.force => {
                self.remove(to)?;
                sys::open(to, flags, mode)
            }
            opened => opened,
        };
        let output = output.map_err(|why| cannot("create regular file", to, why))?;
        let copied = if self.attributes_only {
            Ok(())
        } else {
            self.pump(input, output, source, to)
        };
        let closed =
            sys::close(output).map_err(|why| Failure(format!("failed to close {}: {why}", show(to))));
        copied.and(closed)
    }

    fn pump(&mut self, input: Fd, output: Fd, source: &Path, to: &Path) -> Result<(), Failure> {
        self.buffer.resize(PIECE, 0);
        loop {
            match sys::read(input, &mut self.buffer) {
                Ok(0) => return Ok(()),
                Ok(n) => sys::write_all(output, &self.buffer[..n])
                    .map_err(|why| Failure(format!("error writing {}: {why}", show(to))))?,
                Err(Errno::EINTR) => {}
                Err(why) => return Err(Failure(format!("error reading {}: {why}", show(source)))),
            }
        }
    }

    fn attributes(&self, from: &Stat, to: &Path) -> Result<(), Failure> {
        let is_link = from.file_type() == FileType::Symlink;
        if self.preserve.ownership {
            // Only the superuser may give files away; as GNU's, that is no failure for others.
            let _ = sys::chown(to, Some(from.uid), Some(from.gid), !is_link);
        }
        if self.preserve.mode && !is_link {
            sys::chmod(to, from.permissions())
                .map_err(|why| Failure(format!("preserving permissions for {}: {why}", show(to))))?;
        }
        if self.preserve.timestamps {
            let (accessed, modified) = (Timestamp::Nanos(from.atime_ns), Timestamp::Nanos(from.mtime_ns));
            sys::utimens(to, accessed, modified, !is_link)
                .map_err(|why| Failure(format!("preserving times for {}: {why}", show(to))))?;
        }
        Ok(())
    }

    fn say(&mut self, source: &Path, to: &Path) {
        if self.verbose {
            self.out
                .line(format!("{} -> {}", show(source), show(to)).as_bytes());
        }
    }
}

fn show(path: &Path) -> String {
    quote::always(path.as_os_str())
}

fn cannot(doing: &str, path: &Path, why: Errno) -> Failure {
    Failure(format!("cannot {doing} {}: {why}", show(path)))
}

fn link(source: &Path, to: &Path) -> Result<(), Failure> {
    fs::hard_link(source, to).map_err(|error| {
        let why = cli::reason(&error);
        Failure(format!(
            "cannot create hard link {} to {}: {why}",
            show(to),
            show(source)
        ))
    })
}

fn symlink(target: &Path, to: &Path) -> Result<(), Failure> {
    rustix::fs::symlinkat(target, rustix::fs::CWD, to).map_err(|error| {
        let why = Errno::from_io(&error.into());
        Failure(format!(
            "cannot create symbolic link {} to {}: {why}",
            show(to),
            show(target)
        ))
    })
}
