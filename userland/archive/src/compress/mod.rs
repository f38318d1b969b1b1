//! gzip(1), bzip2(1), xz(1), zstd(1) and the names that stand for some of their options.

mod list;
mod names;
mod stream;
mod tool;
mod words;

use std::ffi::{OsStr, OsString};
use std::io::{self, BufRead};
use std::path::{Path, PathBuf};

use cli::input::Reader;
use cli::{Exit, Outcome, complain, os};
use sys::{Errno, Fd, FileType, Mode, OpenFlags, Stat, Timestamp};

use crate::codec::{self, Format, GzipHeader};
use names::stored_name;
use tool::{Id, Tool};

/// Something was left undone, but nothing failed.
const WARNING: i32 = 2;
const FAILURE: i32 = 1;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Action {
    Compress,
    Decompress,
    Test,
    List,
}

struct Job {
    tool: &'static Tool,
    format: Format,
    action: Action,
    stdout: bool,
    force: bool,
    keep: bool,
    quiet: bool,
    verbose: bool,
    recursive: bool,
    name: Option<bool>,
    level: u32,
    suffix: Option<Vec<u8>>,
    output: Option<OsString>,
    status: i32,
    /// The header of --list has been shown.
    listed: bool,
}

macro_rules! command {
    ($($name:ident: $tool:ident, $action:expr, $stdout:expr;)*) => {
        $(pub fn $name(_: &'static str, arguments: Vec<OsString>) -> Outcome {
            run(&tool::$tool, $action, $stdout, arguments)
        })*
    };
}

command! {
    gzip: GZIP, Action::Compress, false;
    gunzip: GZIP, Action::Decompress, false;
    zcat: GZIP, Action::Decompress, true;
    bzip2: BZIP2, Action::Compress, false;
    bunzip2: BZIP2, Action::Decompress, false;
    bzcat: BZIP2, Action::Decompress, true;
    xz: XZ, Action::Compress, false;
    unxz: XZ, Action::Decompress, false;
    xzcat: XZ, Action::Decompress, true;
    lzma: LZMA, Action::Compress, false;
    unlzma: LZMA, Action::Decompress, false;
    lzcat: LZMA, Action::Decompress, true;
    zstd: ZSTD, Action::Compress, false;
    unzstd: ZSTD, Action::Decompress, false;
    zstdcat: ZSTD, Action::Decompress, true;
}

fn run(tool: &'static Tool, action: Action, stdout: bool, arguments: Vec<OsString>) -> Outcome {
    let parsed = tool.spec.parse(arguments)?;
    let mut job = Job {
        tool,
        format: tool.format,
        action,
        stdout,
        force: false,
        keep: tool.keeps,
        quiet: false,
        verbose: false,
        recursive: false,
        name: None,
        level: tool.level,
        suffix: None,
        output: None,
        status: 0,
        listed: false,
    };
    for (id, value) in parsed.options {
        match id {
            Id::Stdout => job.stdout = true,
            Id::Decompress => job.action = Action::Decompress,
            Id::Compress => job.action = Action::Compress,
            Id::Force => job.force = true,
            Id::Keep => job.keep = true,
            Id::Remove => job.keep = false,
            Id::List => job.action = Action::List,
            Id::NoName => job.name = Some(false),
            Id::Name => job.name = Some(true),
            Id::Output => job.output = value,
            Id::Quiet => job.quiet = true,
            Id::Recursive => job.recursive = true,
            Id::Suffix => job.suffix = value.map(|suffix| suffix.as_encoded_bytes().to_vec()),
            Id::Test => job.action = Action::Test,
            Id::Verbose => job.verbose = true,
            Id::Level(level) => job.level = level,
            Id::Format => match value.as_ref().and_then(|value| value.to_str()) {
                Some("auto") => {}
                Some("xz") => job.format = Format::Xz,
                Some("lzma" | "alone") => job.format = Format::Lzma,
                _ => {
                    let shown = value.unwrap_or_default();
                    return Err(tool
                        .spec
                        .usage_error(format_args!("{}: Unknown file format type", shown.display())));
                }
            },
            Id::Ignored => {}
        }
    }
    let operands = if parsed.operands.is_empty() {
        vec![OsString::from("-")]
    } else {
        parsed.operands
    };
    for operand in &operands {
        if operand == "-" {
            job.standard_input()?;
        } else {
            job.path(Path::new(operand));
        }
    }
    Ok(job.status)
}

impl Job {
    fn name(&self) -> &'static str {
        self.tool.spec.name
    }

    fn fail(&mut self, message: impl std::fmt::Display) {
        complain(self.name(), message);
        self.status = FAILURE;
    }

    fn warn(&mut self, message: impl std::fmt::Display) {
        if !self.quiet {
            complain(self.name(), message);
        }
        if self.status == 0 {
            self.status = WARNING;
        }
    }

    /// From standard input to standard output.
    fn standard_input(&mut self) -> Result<(), Exit> {
        let terminal = match self.action {
            Action::Compress => sys::isatty(Fd::STDOUT),
            _ => sys::isatty(Fd::STDIN),
        };
        if terminal && !self.force {
            let direction = if self.action == Action::Compress {
                "written to"
            } else {
                "read from"
            };
            complain(
                self.name(),
                format_args!(
                    "compressed data not {direction} a terminal. Use -f to force.\nFor help, type: {} --help",
                    self.name()
                ),
            );
            return Err(Exit(FAILURE));
        }
        let source = codec::source(Box::new(Reader(Fd::STDIN)));
        let name = OsStr::new("stdin");
        let header = GzipHeader::default();
        let path = self.output.clone().filter(|path| path != "-");
        let Some(path) = path else {
            self.stream(name, source, Fd::STDOUT, &header);
            return Ok(());
        };
        if let Some(output) = self.create(Path::new(&path)) {
            let done = self.stream(name, source, output, &header);
            let closed = sys::close(output);
            if let Err(why) = closed {
                self.fail(format_args!("{}: {why}", path.display()));
            }
            if done.is_none() || closed.is_err() {
                // What is half there helps nobody.
                let _ = std::fs::remove_file(&path);
            }
        }
        Ok(())
    }

    fn path(&mut self, path: &Path) {
        let shown = path.display().to_string();
        let stat = match sys::lstat(path) {
            Err(Errno::ENOENT) if self.action != Action::Compress => {
                // `gunzip x` means x.gz, too.
                let mut longer = path.as_os_str().to_owned();
                longer.push(os(&self.suffix()));
                if self.format == Format::Gzip && sys::stat(&longer).is_ok() {
                    return self.path(Path::new(&longer));
                }
                Err(Errno::ENOENT)
            }
            Ok(stat) if stat.file_type() == FileType::Symlink => sys::stat(path),
            stat => stat,
        };
        let stat = match stat {
            Ok(stat) => stat,
            Err(why) => return self.cannot_open(&shown, why),
        };
        match stat.file_type() {
            FileType::Directory if self.recursive => return self.directory(path),
            FileType::Directory => return self.is_directory(&shown),
            FileType::Regular => {}
            _ if self.stdout || self.action == Action::Test => {}
            _ => {
                return self.warn(format_args!(
                    "{shown} is not a directory or a regular file - ignored"
                ));
            }
        }
        let target = match self.target(path) {
            Ok(target) => target,
            Err(message) => {
                let ignored = self.tool.format == Format::Gzip
                    || self.tool.format == Format::Xz
                    || self.tool.format == Format::Lzma;
                return if ignored {
                    self.warn(message)
                } else {
                    self.fail(message)
                };
            }
        };
        let fd = match sys::open(path, OpenFlags::RDONLY | OpenFlags::CLOEXEC, Mode::empty()) {
            Ok(fd) => fd,
            Err(why) => return self.cannot_open(&shown, why),
        };
        self.file(path, fd, &stat, target);
        // It was only read.
        let _ = sys::close(fd);
    }

    fn directory(&mut self, path: &Path) {
        let mut names: Vec<PathBuf> = match std::fs::read_dir(path) {
            Ok(entries) => entries.flatten().map(|entry| entry.path()).collect(),
            Err(error) => return self.fail(format_args!("{}: {}", path.display(), cli::reason(&error))),
        };
        names.sort();
        for name in names {
            self.path(&name);
        }
    }

    /// Makes the output file. `None` when that failed, which has been said.
    fn create(&mut self, path: &Path) -> Option<Fd> {
        let flags = OpenFlags::WRONLY | OpenFlags::CREAT | OpenFlags::EXCL | OpenFlags::CLOEXEC;
        let mode = Mode::new(0o600);
        let mut made = sys::open(path, flags, mode);
        if made == Err(Errno::EEXIST) {
            let shown = path.display().to_string();
            if !self.force && !self.may_overwrite(&shown) {
                match self.tool.format {
                    Format::Bzip2 => self.fail(format_args!("Output file {shown} already exists.")),
                    Format::Gzip => {
                        complain(
                            self.name(),
                            format_args!("{shown} already exists;\tnot overwritten"),
                        );
                        self.status = self.status.max(WARNING);
                    }
                    Format::Zstd => self.fail(format_args!("{shown} already exists; not overwritten  ")),
                    _ => self.fail(format_args!("{shown}: File exists")),
                }
                return None;
            }
            made = std::fs::remove_file(path)
                .map_err(|error| Errno::from_io(&error))
                .and_then(|()| sys::open(path, flags, mode));
        }
        made.map_err(|why| self.fail(format_args!("{}: {why}", path.display())))
            .ok()
    }

    /// gzip and zstd ask, when there is a terminal to ask on.
    fn may_overwrite(&mut self, shown: &str) -> bool {
        if !matches!(self.tool.format, Format::Gzip | Format::Zstd) || !sys::isatty(Fd::STDIN) || self.quiet {
            return false;
        }
        let question = format!(
            "{}: {shown} already exists; do you wish to overwrite (y or n)? ",
            self.name()
        );
        let _ = sys::write_all(Fd::STDERR, question.as_bytes());
        let mut answer = String::new();
        // No answer is no.
        let _ = io::BufReader::new(Reader(Fd::STDIN)).read_line(&mut answer);
        answer.trim_start().starts_with(['y', 'Y'])
    }

    fn file(&mut self, path: &Path, fd: Fd, stat: &Stat, target: Option<PathBuf>) {
        let source = codec::source(Box::new(Reader(fd)));
        if self.action == Action::List {
            return self.list(path, source, stat);
        }
        let mut header = GzipHeader::default();
        if self.name != Some(false) {
            header.name = path.file_name().map(|name| name.as_encoded_bytes().to_vec());
            header.mtime = u32::try_from(stat.mtime_ns.div_euclid(1_000_000_000)).unwrap_or(0);
        }
        let mut target = target;
        if self.action == Action::Decompress
            && self.name == Some(true)
            && self.format == Format::Gzip
            && let Some(path) = &mut target
            && let Some(name) = stored_name(fd)
        {
            path.set_file_name(os(&name));
        }
        let Some(target) = target else {
            if self.action == Action::Compress && sys::isatty(Fd::STDOUT) && !self.force {
                return self.fail("compressed data not written to a terminal. Use -f to force compression.");
            }
            self.stream(path.as_os_str(), source, Fd::STDOUT, &header);
            return;
        };
        let Some(output) = self.create(&target) else {
            return;
        };
        let done = self.stream(path.as_os_str(), source, output, &header);
        let kept = done.is_some() && self.settle(output, stat, &target);
        if !kept {
            // What is half there helps nobody, and the original is still here.
            let _ = std::fs::remove_file(&target);
            return;
        }
        if let Some(mut done) = done.filter(|_| self.verbose) {
            if self.action == Action::Decompress {
                done.compressed = stat.size;
            }
            self.report(path, &target, &done);
        }
        if !self.keep
            && let Err(error) = std::fs::remove_file(path)
        {
            self.fail(format_args!("{}: {}", path.display(), cli::reason(&error)));
        }
    }

    /// Gives the output what the input had, and closes it.
    fn settle(&mut self, output: Fd, stat: &Stat, target: &Path) -> bool {
        // Another user's file becomes ours: owners may only be kept by root.
        if sys::fchown(output, Some(stat.uid), Some(stat.gid)).is_err() {
            let _ = sys::fchown(output, None, Some(stat.gid));
        }
        let times = [Timestamp::Nanos(stat.atime_ns), Timestamp::Nanos(stat.mtime_ns)];
        let kept = sys::fchmod(output, stat.permissions())
            .and(sys::close(output))
            .and_then(|()| sys::utimens(target, times[0], times[1], true));
        match kept {
            Ok(()) => true,
            Err(why) => {
                self.fail(format_args!("{}: {why}", target.display()));
                false
            }
        }
    }
}
