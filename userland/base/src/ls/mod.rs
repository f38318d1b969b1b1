//! ls(1), GNU's look: `ls`, and as `dir` and `vdir` with other defaults.
//!
//! A pipeline: [`options`] (what was typed) → [`config`] (what it means, given the terminal) → [`entry`] (what is there)
//! → [`format`] and [`long`] (how it looks), with [`color`] beside them.

mod color;
mod config;
mod entry;
mod format;
mod long;
mod options;

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

use cli::{Outcome, Output, complain, quote};
use sys::FileType;

use config::{Config, Dereference};
use entry::Entry;

/// A file named on the command line could not be reached.
const EXIT_SERIOUS: i32 = 2;
/// Something below could not.
const EXIT_MINOR: i32 = 1;

pub fn run(name: &'static str, arguments: Vec<OsString>) -> Outcome {
    let (config, operands) = config::parse(name, arguments)?;
    let mut ls = Ls {
        name,
        painter: color::Painter::new(config.color),
        config,
        out: Output::stdout(),
        status: 0,
        above: Vec::new(),
    };
    ls.operands(operands);
    let Ls { out, status, .. } = ls;
    Ok(out.finish(name, status, EXIT_SERIOUS))
}

struct Ls {
    name: &'static str,
    config: Config,
    painter: color::Painter,
    out: Output,
    status: i32,
    /// With -R, the (device, inode) pairs of the directories above.
    above: Vec<(u64, u64)>,
}

impl Ls {
    fn fail(&mut self, status: i32, doing: &str, path: &Path, why: impl std::fmt::Display) {
        // What was listed so far comes before the message, as the user sees them on one terminal.
        self.out.send();
        complain(
            self.name,
            format_args!("{doing} {}: {why}", quote::always(path.as_os_str())),
        );
        self.status = self.status.max(status);
    }

    fn put_painted(&mut self, text: &[u8]) {
        let text = self.painter.outgoing(text);
        self.out.put(&text);
    }

    fn operands(&mut self, operands: Vec<OsString>) {
        let named = !operands.is_empty();
        let operands = if named {
            operands
        } else {
            vec![OsString::from(".")]
        };
        let several = operands.len() > 1;
        let (mut files, mut directories) = (Vec::new(), Vec::new());
        for operand in operands {
            match self.operand(&operand) {
                Ok(entry) if entry.is_listed_directory(&self.config) => directories.push(entry),
                Ok(entry) => files.push(entry),
                Err(why) => self.fail(EXIT_SERIOUS, "cannot access", Path::new(&operand), why),
            }
        }
        entry::sort(&mut files, &self.config);
        entry::sort(&mut directories, &self.config);
        let mut first = files.is_empty();
        format::listing(self, &files);
        let headed = several || self.config.recursive;
        for directory in directories {
            self.directory(&PathBuf::from(&directory.name), headed, &mut first, EXIT_SERIOUS);
        }
    }

    /// Looks at a file named on the command line. Without -l, -d or -F a link to a directory stands for the directory.
    fn operand(&self, operand: &OsStr) -> sys::Result<Entry> {
        let path = Path::new(operand);
        let follow = match self.config.dereference {
            Dereference::Never => false,
            Dereference::CommandLine | Dereference::Always => true,
            Dereference::CommandLineDirectories => sys::stat(path).is_ok_and(|stat| stat.is_dir()),
        };
        let stat = if follow {
            sys::stat(path).or_else(|_| sys::lstat(path))
        } else {
            sys::lstat(path)
        }?;
        Ok(Entry::new(
            operand.to_owned(),
            path.to_owned(),
            stat.file_type(),
            Some(stat),
        ))
    }

    fn directory(&mut self, path: &Path, headed: bool, first: &mut bool, failure: i32) {
        let reader = match std::fs::read_dir(path) {
            Ok(reader) => reader,
            Err(error) => return self.fail(failure, "cannot open directory", path, cli::reason(&error)),
        };
        if !*first {
            self.out.put(b"\n");
        }
        *first = false;
        if headed {
            let shown = format::shown_name(path.as_os_str(), &self.config);
            self.out.line(&[&shown[..], b":"].concat());
        }
        let mut entries = Vec::new();
        if self.config.show_dot_entries() {
            entries.push(self.entry(path, ".".into(), FileType::Directory));
            entries.push(self.entry(path, "..".into(), FileType::Directory));
        }
        for found in reader {
            match found {
                Ok(found) if self.config.shows(&found.file_name()) => {
                    let kind = found.file_type().map_or(FileType::Unknown, entry::file_type);
                    entries.push(self.entry(path, found.file_name(), kind));
                }
                Ok(_) => {}
                Err(error) => self.fail(EXIT_MINOR, "reading directory", path, cli::reason(&error)),
            }
        }
        let mut entries: Vec<Entry> = entries.into_iter().flatten().collect();
        entry::sort(&mut entries, &self.config);
        if self.config.shows_total() {
            let total = format::total(&entries, &self.config);
            self.out.line(total.as_bytes());
        }
        format::listing(self, &entries);
        if self.config.recursive {
            // Only /dev/fd can lead back up, where a directory is open.
            let Ok(id) = sys::stat(path).map(|stat| (stat.dev, stat.ino)) else {
                return;
            };
            if self.above.contains(&id) {
                return;
            }
            self.above.push(id);
            for entry in entries.iter().filter(|entry| entry.is_real_directory()) {
                self.directory(&entry.path, headed, first, EXIT_MINOR);
            }
            self.above.pop();
        }
    }

    /// An entry of a directory, with stat(2)'s answer only where something needs it.
    fn entry(&mut self, directory: &Path, name: OsString, kind: FileType) -> Option<Entry> {
        // `ls .` recurses into `./sub`, `ls /` into `/sub`.
        let path = directory.join(&name);
        if !self.config.needs_stat(kind) {
            return Some(Entry::new(name, path, kind, None));
        }
        let stat = match self.config.dereference {
            Dereference::Always => sys::stat(&path).or_else(|_| sys::lstat(&path)),
            _ => sys::lstat(&path),
        };
        match stat {
            Ok(stat) => Some(Entry::new(name, path, stat.file_type(), Some(stat))),
            Err(why) => {
                self.fail(EXIT_MINOR, "cannot access", &path, why);
                Some(Entry::new(name, path, kind, None))
            }
        }
    }
}
