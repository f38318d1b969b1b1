//! unzip(1).

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use cli::{Opt, Order, Outcome, Output, Spec, Writer, complain, os, time};
use sys::{Errno, Fd, Mode, OpenFlags, Timestamp};
use zip::ZipArchive;
use zip::read::ZipFile;

use super::{NO_ARCHIVE, NO_MATCH, TROUBLE, is_wanted, mtime_ns, one_line, open, saved, shown};

const WARNING: i32 = 1;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Id {
    List,
    Verbose,
    Test,
    Pipe,
    NamesOnly,
    Directory,
    Overwrite,
    Never,
    Quiet,
    Junk,
    Exclude,
    Freshen,
    Update,
    Ignored,
}

#[rustfmt::skip]
const SPEC: Spec<Id> = Spec {
    name: "unzip",
    usage: &["[-opts] file[.zip] [list] [-x xlist] [-d exdir]"],
    about: "List, test and extract the files of a ZIP archive.",
    options: &[
        Opt::flag(Id::Pipe, "p", "", "extract files to pipe, no messages"),
        Opt::flag(Id::Pipe, "c", "", "extract files to stdout"),
        Opt::flag(Id::List, "l", "", "list files (short format)"),
        Opt::flag(Id::Verbose, "v", "", "list verbosely"),
        Opt::flag(Id::Test, "t", "", "test compressed archive data"),
        Opt::flag(Id::NamesOnly, "Z", "", "zipinfo's names (-Z -1)"),
        Opt::flag(Id::Ignored, "1", "", ""),
        Opt::value(Id::Directory, "d", "", "EXDIR", "extract files into EXDIR"),
        Opt::flag(Id::Freshen, "f", "", "freshen existing files, create none"),
        Opt::flag(Id::Update, "u", "", "update files, create if necessary"),
        Opt::flag(Id::Never, "n", "", "never overwrite existing files"),
        Opt::flag(Id::Overwrite, "o", "", "overwrite files WITHOUT prompting"),
        Opt::flag(Id::Quiet, "q", "", "quiet mode (-qq => quieter)"),
        Opt::flag(Id::Junk, "j", "", "junk paths (do not make directories)"),
        Opt::flag(Id::Exclude, "x", "", "exclude the files that follow"),
        Opt::flag(Id::Ignored, "aCKLDX", "", ""),
    ],
    order: Order::Permute,
    failure: 10,
};

#[derive(Clone, Copy, PartialEq, Eq)]
enum Action {
    Extract,
    Pipe,
    List,
    ListLong,
    Test,
}

struct Unzip {
    action: Action,
    directory: PathBuf,
    overwrite: Option<bool>,
    quiet: usize,
    junk: bool,
    newer_only: bool,
    existing_only: bool,
    wanted: Vec<Vec<u8>>,
    excluded: Vec<Vec<u8>>,
    status: i32,
    out: Output,
}

pub fn run(name: &'static str, arguments: Vec<OsString>) -> Outcome {
    let parsed = SPEC.parse(arguments)?;
    let mut unzip = Unzip {
        action: Action::Extract,
        directory: PathBuf::new(),
        overwrite: None,
        quiet: 0,
        junk: false,
        newer_only: false,
        existing_only: false,
        wanted: Vec::new(),
        excluded: Vec::new(),
        status: 0,
        out: Output::stdout(),
    };
    let mut exclude_from = usize::MAX;
    for (at, (id, value)) in parsed.options.into_iter().enumerate() {
        match id {
            Id::List => unzip.action = Action::List,
            Id::Verbose => unzip.action = Action::ListLong,
            Id::Test => unzip.action = Action::Test,
            Id::Pipe => unzip.action = Action::Pipe,
            Id::NamesOnly => {
                let archive = parsed.operands.first().cloned();
                return super::info::run(name, [OsString::from("-1")].into_iter().chain(archive).collect());
            }
            Id::Directory => unzip.directory = PathBuf::from(value.unwrap_or_default()),
            Id::Overwrite => unzip.overwrite = Some(true),
            Id::Never => unzip.overwrite = Some(false),
            Id::Quiet => unzip.quiet += 1,
            Id::Junk => unzip.junk = true,
            Id::Exclude => exclude_from = exclude_from.min(at),
            Id::Freshen => (unzip.existing_only, unzip.newer_only) = (true, true),
            Id::Update => unzip.newer_only = true,
            Id::Ignored => {}
        }
    }
    let mut operands = parsed.operands.into_iter().zip(parsed.before);
    let Some((archive, _)) = operands.next() else {
        return Err(SPEC.usage_error("missing archive"));
    };
    for (operand, before) in operands {
        let list = if before > exclude_from {
            &mut unzip.excluded
        } else {
            &mut unzip.wanted
        };
        list.push(operand.as_encoded_bytes().to_vec());
    }
    let (path, archive) = match open(Path::new(&archive)) {
        Ok(found) => found,
        Err(why) => {
            complain("unzip", format_args!(" {why}"));
            return Ok(NO_ARCHIVE);
        }
    };
    unzip.archive(&path, archive);
    Ok(unzip.out.finish("unzip", unzip.status, TROUBLE))
}

impl Unzip {
    fn fail(&mut self, message: impl std::fmt::Display, status: i32) {
        self.out.send();
        let _ = sys::write_all(Fd::STDERR, format!("{message}\n").as_bytes());
        self.status = self.status.max(status);
    }

    fn archive(&mut self, path: &Path, mut archive: ZipArchive<File>) {
        if self.action != Action::Pipe && self.quiet == 0 {
            self.out.line(format!("Archive:  {}", path.display()).as_bytes());
        }
        let mut names: Vec<(usize, Vec<u8>)> =
            archive.file_names_raw().map(<[u8]>::to_vec).enumerate().collect();
        names.retain(|(_, name)| is_wanted(name, &self.wanted, &self.excluded));
        let unmatched: BTreeSet<Vec<u8>> = self
            .wanted
            .iter()
            .filter(|pattern| !names.iter().any(|(_, name)| cli::pattern::matches(pattern, name)))
            .cloned()
            .collect();
        match self.action {
            Action::List | Action::ListLong => self.list(&mut archive, &names),
            _ => self.each(path, &mut archive, &names),
        }
        for pattern in unmatched {
            self.fail(
                format_args!("caution: filename not matched:  {}", shown(&pattern)),
                NO_MATCH,
            );
        }
    }

    fn list(&mut self, archive: &mut ZipArchive<File>, names: &[(usize, Vec<u8>)]) {
        let long = self.action == Action::ListLong;
        if self.quiet < 1 {
            self.out.put(if long {
                b" Length   Method    Size  Cmpr    Date    Time   CRC-32   Name\n--------  ------  ------- ---- ---------- ----- --------  ----\n"
            } else {
                b"  Length      Date    Time    Name\n---------  ---------- -----   ----\n"
            });
        }
        let (mut total, mut packed) = (0, 0);
        for (at, name) in names {
            let Ok(file) = archive.by_index_raw(*at) else {
                continue;
            };
            let when = time::format("%Y-%m-%d %H:%M", mtime_ns(&file).unwrap_or(0));
            let size = file.size();
            let line = if long {
                let method = if file.compression() == zip::CompressionMethod::Stored {
                    "Stored"
                } else {
                    "Defl:N"
                };
                let ratio = saved(size, file.compressed_size());
                format!(
                    "{size:8}  {method}  {:7} {ratio:3.0}% {when} {:08x}  ",
                    file.compressed_size(),
                    file.crc32()
                )
            } else {
                format!("{size:9}  {when}   ")
            };
            total += size;
            packed += file.compressed_size();
            self.out.put(line.as_bytes());
            self.out.line(&one_line(name));
        }
        if self.quiet < 1 {
            let count = names.len();
            let s = if count == 1 { "" } else { "s" };
            let line = if long {
                format!(
                    "--------          -------  ---                            -------\n{total:8}          {packed:7} {:3.0}%                            {count} file{s}\n",
                    saved(total, packed)
                )
            } else {
                format!(
                    "---------                     -------\n{total:9}                     {count} file{s}\n"
                )
            };
            self.out.put(line.as_bytes());
        }
    }

    fn each(&mut self, path: &Path, archive: &mut ZipArchive<File>, names: &[(usize, Vec<u8>)]) {
        let mut directories = Vec::new();
        let mut bad = 0;
        for (at, name) in names {
            let before = self.status;
            match archive.by_index(*at) {
                Ok(file) => self.member(name, file, &mut directories),
                Err(error) => {
                    let what = if matches!(
                        error,
                        zip::result::ZipError::InvalidPassword | zip::result::ZipError::UnsupportedArchive(_)
                    ) {
                        "unable to get password, or unsupported"
                    } else {
                        "can't be read"
                    };
                    self.fail(
                        format_args!("   skipping: {:<23} {what}: {error}", shown(name)),
                        81,
                    );
                }
            }
            bad += usize::from(self.status > before);
            if self.out.is_closed() {
                return;
            }
        }
        if self.action == Action::Test && self.quiet < 2 {
            let line = if bad == 0 {
                format!("No errors detected in compressed data of {}.", path.display())
            } else {
                let s = if bad == 1 { "" } else { "s" };
                format!("At least {bad} error{s} detected in {}.", path.display())
            };
            self.out.line(line.as_bytes());
        }
        // Modes and times of directories last, when nothing is put into them any more.
        for (path, mode, mtime_ns) in directories.into_iter().rev() {
            settle(&path, mode, mtime_ns);
        }
    }

    fn say(&mut self, what: &str, path: &Path) {
        if self.quiet < 1 {
            self.out.put(format!("{what:>11}: ").as_bytes());
            self.out.put(path.as_os_str().as_encoded_bytes());
        }
    }

    fn end_line(&mut self, text: &[u8]) {
        if self.quiet < 1 {
            self.out.line(text);
        }
    }

    fn member(
        &mut self,
        name: &[u8],
        mut file: ZipFile<'_, File>,
        directories: &mut Vec<(PathBuf, Option<u32>, Option<i64>)>,
    ) {
        if self.action == Action::Pipe {
            if name.ends_with(b"/") {
                return;
            }
            self.out.send();
            if let Err(error) = io::copy(&mut file, &mut Writer(Fd::STDOUT)) {
                self.broken(name, &error);
            }
            return;
        }
        if self.action == Action::Test {
            if self.quiet < 1 {
                self.out
                    .put(format!("    testing: {:<22}  ", shown(name)).as_bytes());
            }
            match io::copy(&mut file, &mut io::sink()) {
                Ok(_) => self.end_line(b" OK"),
                Err(error) => self.broken(name, &error),
            }
            return;
        }
        let Some(path) = self.place(name) else { return };
        let (mode, mtime) = (file.unix_mode(), mtime_ns(&file));
        if name.ends_with(b"/") {
            if self.junk || self.existing_only {
                return;
            }
            if !path.is_dir() {
                self.say("creating", &path);
                self.end_line(b"/");
                if let Err(error) = std::fs::create_dir_all(&path) {
                    self.fail(
                        format_args!(
                            "checkdir error:  cannot create {}: {}",
                            path.display(),
                            cli::reason(&error)
                        ),
                        2,
                    );
                    return;
                }
            }
            directories.push((path, mode, mtime));
            return;
        }
        if !self.may_write(&path, mtime) {
            return;
        }
        if file.is_symlink() {
            return self.link(&path, &mut file);
        }
        let what = if file.compression() == zip::CompressionMethod::Stored {
            "extracting"
        } else {
            "inflating"
        };
        self.say(what, &path);
        let flags = OpenFlags::WRONLY | OpenFlags::CREAT | OpenFlags::EXCL | OpenFlags::CLOEXEC;
        let opened = make_room(&path).and_then(|()| sys::open(&path, flags, Mode::new(0o666)));
        let fd = match opened {
            Ok(fd) => fd,
            Err(why) => {
                self.end_line(b"");
                return self.fail(
                    format_args!("error:  cannot create {}\n        {why}", path.display()),
                    50,
                );
            }
        };
        let copied = io::copy(&mut file, &mut Writer(fd));
        let closed = sys::close(fd);
        match copied {
            Ok(_) => self.end_line(b"  "),
            Err(error) => self.broken(name, &error),
        }
        if let Err(why) = closed {
            self.fail(format_args!("error:  cannot close {}: {why}", path.display()), 50);
        }
        settle(&path, mode, mtime);
    }

    fn broken(&mut self, name: &[u8], error: &io::Error) {
        self.end_line(b"");
        let status = if error.raw_os_error().is_some() { 50 } else { 2 };
        self.fail(
            format_args!("  error:  {}: {}", shown(name), cli::reason(error)),
            status,
        );
    }

    /// Where a member goes. What would lead out of the directory is cut off, as Info-ZIP does it.
    fn place(&mut self, name: &[u8]) -> Option<PathBuf> {
        let mut path = self.directory.clone();
        let parts: Vec<&[u8]> = name
            .split(|b| *b == b'/')
            .filter(|part| !part.is_empty() && *part != b".")
            .collect();
        if parts.contains(&&b".."[..]) {
            self.fail(
                format_args!("warning:  skipped \"../\" path component(s) in {}", shown(name)),
                WARNING,
            );
        }
        let kept: Vec<&[u8]> = parts.into_iter().filter(|part| *part != b"..").collect();
        let kept = if self.junk {
            &kept[kept.len().saturating_sub(1)..]
        } else {
            &kept
        };
        for part in kept {
            path.push(os(part));
        }
        // A link that an earlier member made must not lead out either.
        let inside = path.ancestors().skip(1).take(kept.len().saturating_sub(1));
        for parent in inside {
            if sys::lstat(parent).is_ok_and(|stat| stat.file_type() == sys::FileType::Symlink) {
                self.fail(
                    format_args!("error:  {} leads through a symbolic link; skipped", shown(name)),
                    2,
                );
                return None;
            }
        }
        (!kept.is_empty()).then_some(path)
    }

    fn may_write(&mut self, path: &Path, mtime: Option<i64>) -> bool {
        let Ok(stat) = sys::lstat(path) else {
            return !self.existing_only;
        };
        if self.newer_only && mtime.is_some_and(|mtime| mtime <= stat.mtime_ns) {
            return false;
        }
        if let Some(overwrite) = self.overwrite {
            return overwrite;
        }
        self.out.send();
        loop {
            let question = format!(
                "replace {}? [y]es, [n]o, [A]ll, [N]one, [r]ename: ",
                path.display()
            );
            let _ = sys::write_all(Fd::STDERR, question.as_bytes());
            let mut answer = Vec::new();
            let mut byte = [0];
            while let Ok(1) = cli::input::read(Fd::STDIN, &mut byte) {
                if byte[0] == b'\n' {
                    break;
                }
                answer.push(byte[0]);
            }
            match answer.first() {
                Some(b'y') => return true,
                Some(b'n') => return false,
                Some(b'A') => {
                    self.overwrite = Some(true);
                    return true;
                }
                Some(b'N') => {
                    self.overwrite = Some(false);
                    return false;
                }
                None if byte[0] != b'\n' => {
                    self.overwrite = Some(false);
                    self.fail(" NULL\n(EOF or read error, treating as \"[N]one\" ...)", WARNING);
                    return false;
                }
                _ => self.fail("error:  invalid response", 0),
            }
        }
    }

    fn link(&mut self, path: &Path, file: &mut ZipFile<'_, File>) {
        let mut target = Vec::new();
        if let Err(error) = file.read_to_end(&mut target) {
            return self.broken(path.as_os_str().as_encoded_bytes(), &error);
        }
        self.say("linking", path);
        self.end_line(&[b"  -> ", target.as_slice()].concat());
        let made = make_room(path).and_then(|()| {
            rustix::fs::symlinkat(os(&target), rustix::fs::CWD, path)
                .map_err(|error| Errno::from_io(&io::Error::from_raw_os_error(error.raw_os_error())))
        });
        if let Err(why) = made {
            self.fail(format_args!("symlink error: {}: {why}", path.display()), 2);
        }
    }
}

/// Makes the directories that lead to a file, and removes what it replaces.
fn make_room(path: &Path) -> sys::Result<()> {
    if let Some(parent) = path.parent().filter(|parent| !parent.as_os_str().is_empty()) {
        std::fs::create_dir_all(parent).map_err(|error| Errno::from_io(&error))?;
    }
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(Errno::from_io(&error)),
        _ => Ok(()),
    }
}

/// Mode and time. A file that is there whole is no failure without them.
fn settle(path: &Path, mode: Option<u32>, mtime_ns: Option<i64>) {
    if let Some(mode) = mode {
        let _ = sys::chmod(path, Mode::new(mode & 0o777));
    }
    if let Some(mtime_ns) = mtime_ns {
        let _ = sys::utimens(path, Timestamp::Now, Timestamp::Nanos(mtime_ns), true);
    }
}
