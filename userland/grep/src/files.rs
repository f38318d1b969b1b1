//! Which files are searched: those named, and with -r those below.

use std::ffi::OsStr;
use std::path::Path;

use cli::{complain, pattern};
use sys::{Errno, Fd, FileType, Mode, OpenFlags};

use crate::config::{Config, Directories, Report};
use crate::matcher::Matcher;
use crate::printer::Printer;
use crate::search::Search;
use crate::{EXIT_NO_MATCH, EXIT_TROUBLE};

pub fn run(config: &Config, matcher: &Matcher) -> i32 {
    let mut files = Files {
        config,
        matcher,
        printer: Printer::new(config, matcher),
        any_printed: false,
        matched: false,
        trouble: false,
    };
    for file in &config.files {
        if file == "-" {
            files.search(Fd::STDIN, &config.label);
        } else {
            files.operand(Path::new(file));
        }
        if files.done() {
            break;
        }
    }
    let Files {
        printer,
        matched,
        trouble,
        ..
    } = files;
    // -q with a match is a success whatever else went wrong.
    let status = match (matched, trouble) {
        (true, _) if config.report == Report::Nothing => 0,
        (_, true) => EXIT_TROUBLE,
        (true, _) => 0,
        _ => EXIT_NO_MATCH,
    };
    printer.out.finish(config.name, status, EXIT_TROUBLE)
}

struct Files<'a> {
    config: &'a Config,
    matcher: &'a Matcher,
    printer: Printer<'a>,
    any_printed: bool,
    /// Whether the exit status is to say that something was found.
    matched: bool,
    trouble: bool,
}

impl<'a> Files<'a> {
    fn done(&self) -> bool {
        (self.config.report == Report::Nothing && self.matched) || self.printer.out.is_closed()
    }

    fn fail(&mut self, path: &Path, why: impl std::fmt::Display) {
        self.trouble = true;
        if !self.config.silent {
            self.printer.out.send();
            complain(self.config.name, format_args!("{}: {why}", path.display()));
        }
    }

    /// A file named on the command line: links are followed.
    fn operand(&mut self, path: &Path) {
        let kind = match sys::stat(path) {
            Ok(stat) => stat.file_type(),
            Err(why) => return self.fail(path, why),
        };
        match (kind, self.config.directories) {
            (FileType::Directory, Directories::Skip) => {}
            (FileType::Directory, Directories::Read) => self.fail(path, Errno::EISDIR),
            (FileType::Directory, Directories::Recurse { follow }) => {
                let shown = path.as_os_str().as_encoded_bytes();
                let base = shown.strip_suffix(b"/").unwrap_or(shown);
                let base = base
                    .iter()
                    .rposition(|b| *b == b'/')
                    .map_or(base, |at| &base[at + 1..]);
                if !self.is_excluded_directory(shown) && !self.is_excluded_directory(base) {
                    self.directory(path, follow, &mut Vec::new());
                }
            }
            _ if self.config.skip_devices && kind != FileType::Regular => {}
            _ if self.is_included(path.as_os_str()) => self.file(path),
            _ => {}
        }
    }

    fn directory(&mut self, path: &Path, follow: bool, above: &mut Vec<(u64, u64)>) {
        let Ok(stat) = sys::stat(path) else { return };
        if above.contains(&(stat.dev, stat.ino)) {
            // Without links only /dev/fd leads back up, where we have a directory open: nothing to complain about.
            if follow && !self.config.silent {
                complain(
                    self.config.name,
                    format_args!("{}: warning: recursive directory loop", path.display()),
                );
            }
            return;
        }
        above.push((stat.dev, stat.ino));
        match std::fs::read_dir(path) {
            Ok(entries) => {
                for entry in entries.flatten() {
                    // `grep -r x` without a file shows names as they are below, without `./`.
                    let below = if self.is_implied(path) {
                        entry.file_name().into()
                    } else {
                        path.join(entry.file_name())
                    };
                    self.entry(&below, entry.file_type().ok(), follow, above);
                    if self.done() {
                        break;
                    }
                }
            }
            Err(error) => self.fail(path, cli::reason(&error)),
        }
        above.pop();
    }

    /// Whether `path` is the `.` that stands for no operand at all.
    fn is_implied(&self, path: &Path) -> bool {
        self.config.implied_root && path.as_os_str() == "."
    }

    fn entry(
        &mut self,
        path: &Path,
        kind: Option<std::fs::FileType>,
        follow: bool,
        above: &mut Vec<(u64, u64)>,
    ) {
        let (is_directory, is_file) = match kind {
            Some(kind) if !kind.is_symlink() && (kind.is_dir() || kind.is_file()) => {
                (kind.is_dir(), kind.is_file())
            }
            // Below a directory, links are only followed with -R.
            Some(kind) if kind.is_symlink() && !follow => return,
            _ => match sys::stat(path) {
                Ok(stat) => (stat.is_dir(), stat.is_file()),
                Err(why) => return self.fail(path, why),
            },
        };
        let name = path.file_name().unwrap_or_default();
        if is_directory {
            if !self.is_excluded_directory(name.as_encoded_bytes()) {
                self.directory(path, follow, above);
            }
        } else if is_file && self.is_included(name) {
            // Devices and pipes below are skipped, as reading them might never end.
            self.file(path);
        }
    }

    fn is_excluded_directory(&self, name: &[u8]) -> bool {
        self.config
            .exclude_directories
            .iter()
            .any(|glob| pattern::matches(glob, name))
    }

    /// The last --include or --exclude that matches decides; where none does, the first decides the other way.
    fn is_included(&self, path: &OsStr) -> bool {
        let bytes = path.as_encoded_bytes();
        let base = bytes
            .iter()
            .rposition(|b| *b == b'/')
            .map_or(bytes, |at| &bytes[at + 1..]);
        let matches = |glob: &[u8]| pattern::matches(glob, base) || pattern::matches(glob, bytes);
        let decisive = self.config.globs.iter().rev().find(|(_, glob)| matches(glob));
        match (decisive, self.config.globs.first()) {
            (Some((include, _)), _) => *include,
            (None, Some((first_includes, _))) => !first_includes,
            (None, None) => true,
        }
    }

    fn file(&mut self, path: &Path) {
        match sys::open(path, OpenFlags::RDONLY | OpenFlags::CLOEXEC, Mode::empty()) {
            Ok(fd) => {
                self.search(fd, path.as_os_str().as_encoded_bytes());
                let _ = sys::close(fd);
            }
            Err(why) => self.fail(path, why),
        }
    }

    fn search(&mut self, fd: Fd, name: &[u8]) {
        let found =
            Search::new(self.config, self.matcher, &mut self.printer, name).run(fd, &mut self.any_printed);
        let count = match found {
            Ok(count) => count,
            Err(why) => return self.fail(Path::new(cli::os(name)), why),
        };
        match self.config.report {
            Report::Count if count > 0 || !self.config.skip_zero => self.printer.count(name, count),
            Report::FilesWithMatches if count > 0 => self.printer.name(name),
            Report::FilesWithoutMatch if count == 0 => self.printer.name(name),
            _ => {}
        }
        self.matched |= count > 0;
    }
}
