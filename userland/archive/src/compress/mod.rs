//! gzip(1), bzip2(1), xz(1), zstd(1) and the names that stand for some of their options.

mod tool;

use std::ffi::{OsStr, OsString};
use std::io::{self, BufRead, Read, Write};
use std::path::{Path, PathBuf};

use cli::input::Reader;
use cli::{Exit, Outcome, complain, os};
use sys::{Errno, Fd, FileType, Mode, OpenFlags, Stat, Timestamp};

use crate::codec::{self, Format, GzipHeader, Source};
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

/// Bytes that are counted on their way.
struct Counted<'a> {
    inner: &'a mut dyn Write,
    count: u64,
}

impl Write for Counted<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let n = self.inner.write(bytes)?;
        self.count += n as u64;
        Ok(n)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

/// A descriptor to write to. Closing is its owner's.
#[derive(Clone, Copy)]
struct Sink(Fd);

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        sys::write_all(self.0, bytes)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Why a file was not done.
enum Failure {
    Read(io::Error),
    Write(Errno),
    /// The data is no such format, or is broken.
    Data(io::Error),
    NotInFormat,
}

/// What a stream became.
struct Done {
    compressed: u64,
    plain: u64,
    garbage: bool,
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

    fn suffix(&self) -> Vec<u8> {
        match (&self.suffix, self.format) {
            (Some(suffix), _) => suffix.clone(),
            (None, Format::Lzma) => b".lzma".to_vec(),
            (None, _) => self.tool.suffix.as_bytes().to_vec(),
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
        let output = match &self.output {
            Some(path) if path != "-" => match self.create(&PathBuf::from(path)) {
                Some(fd) => fd,
                None => return Ok(()),
            },
            _ => Fd::STDOUT,
        };
        self.stream(OsStr::new("stdin"), source, output, &GzipHeader::default());
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

    fn cannot_open(&mut self, shown: &str, why: Errno) {
        match self.tool.format {
            Format::Bzip2 => self.fail(format_args!("Can't open input file {shown}: {why}.")),
            Format::Zstd => self.fail(format_args!("can't stat {shown} : {why} -- ignored ")),
            _ => self.fail(format_args!("{shown}: {why}")),
        }
    }

    fn is_directory(&mut self, shown: &str) {
        match self.tool.format {
            Format::Bzip2 => self.fail(format_args!("Input file {shown} is a directory.")),
            Format::Zstd => self.fail(format_args!("{shown} is a directory -- ignored ")),
            Format::Gzip => self.warn(format_args!("{shown} is a directory -- ignored")),
            _ => self.warn(format_args!("{shown}: Is a directory, skipping")),
        }
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

    /// The name of the output; `None` for standard output, or when there is none. An error is what to say of it.
    fn target(&self, path: &Path) -> Result<Option<PathBuf>, String> {
        if self.stdout || matches!(self.action, Action::Test | Action::List) {
            return Ok(None);
        }
        if let Some(output) = &self.output {
            return Ok((output != "-").then(|| PathBuf::from(output)));
        }
        let bytes = path.as_os_str().as_encoded_bytes();
        let shown = path.display();
        let suffix = self.suffix();
        if self.action == Action::Compress {
            let has = self.suffix.is_none()
                && self.tool.decompressed.iter().any(|(known, _)| {
                    bytes.ends_with(known.as_bytes()) && !known.ends_with('z') | (known.len() > 2)
                })
                || bytes.ends_with(&suffix);
            let has = has && self.tool.format != Format::Zstd;
            if has && !self.force {
                let suffix = String::from_utf8_lossy(&suffix).into_owned();
                return Err(match self.tool.format {
                    Format::Bzip2 => format!("Input file {shown} already has {suffix} suffix."),
                    Format::Gzip => format!("{shown} already has {suffix} suffix -- unchanged"),
                    _ => format!("{shown}: File already has '{suffix}' suffix, skipping"),
                });
            }
            return Ok(Some(PathBuf::from(os(&[bytes, &suffix].concat()))));
        }
        let own = [(String::from_utf8_lossy(&suffix).into_owned(), String::new())];
        let known = self
            .tool
            .decompressed
            .iter()
            .map(|(from, to)| ((*from).to_owned(), (*to).to_owned()));
        for (from, to) in own.into_iter().chain(known) {
            if let Some(stem) = bytes.strip_suffix(from.as_bytes())
                && !stem.is_empty()
                && !stem.ends_with(b"/")
            {
                return Ok(Some(PathBuf::from(os(&[stem, to.as_bytes()].concat()))));
            }
        }
        match self.tool.format {
            Format::Bzip2 => {
                let target = [bytes, b".out"].concat();
                complain(
                    self.name(),
                    format_args!("Can't guess original name for {shown} -- using {shown}.out"),
                );
                Ok(Some(PathBuf::from(os(&target))))
            }
            Format::Gzip => Err(format!("{shown}: unknown suffix -- ignored")),
            Format::Zstd => Err(format!(
                "{shown}: unknown suffix (.zst expected). Can't derive the output file name. Specify it with -o dstFileName. Ignoring."
            )),
            _ => Err(format!("{shown}: Filename has an unknown suffix, skipping")),
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

    fn report(&self, path: &Path, target: &Path, done: &Done) {
        let saved = match done.plain {
            0 => 0.0,
            plain => 100.0 - 100.0 * done.compressed as f64 / plain as f64,
        };
        let doing = if self.keep { "created" } else { "replaced with" };
        let line = format!(
            "{}:\t{saved:5.1}% -- {doing} {}\n",
            path.display(),
            target.display()
        );
        let _ = sys::write_all(Fd::STDERR, line.as_bytes());
    }

    /// Does one stream; `None` when it failed, which has been said.
    fn stream(&mut self, name: &OsStr, source: Source, output: Fd, header: &GzipHeader) -> Option<Done> {
        let result = match self.action {
            Action::Compress => self.compress(source, output, header),
            _ => self.decompress(source, output),
        };
        let shown = name.display().to_string();
        match result {
            Ok(done) => {
                if done.garbage {
                    self.warn(format_args!(
                        "{shown}: decompression OK, trailing garbage ignored"
                    ));
                }
                if self.action == Action::Test && self.verbose {
                    let _ = sys::write_all(Fd::STDERR, format!("{shown}:\t OK\n").as_bytes());
                }
                Some(done)
            }
            Err(failure) => {
                self.explain(&shown, failure);
                None
            }
        }
    }

    fn explain(&mut self, shown: &str, failure: Failure) {
        match failure {
            Failure::Write(Errno::EPIPE) => self.status = 128 + sys::Signal::PIPE.0,
            Failure::Write(why) => self.fail(format_args!("{shown}: write error: {why}")),
            Failure::Read(error) => self.fail(format_args!("{shown}: {}", cli::reason(&error))),
            Failure::NotInFormat => match self.tool.format {
                Format::Gzip => self.fail(format_args!("{shown}: not in gzip format")),
                Format::Bzip2 => {
                    self.fail(format_args!("{shown} is not a bzip2 file."));
                    self.status = 2;
                }
                Format::Zstd => self.fail(format_args!("{shown}: unsupported format ")),
                _ => self.fail(format_args!("{shown}: File format not recognized")),
            },
            Failure::Data(error) => {
                let cut_off = error.kind() == io::ErrorKind::UnexpectedEof;
                match (self.tool.format, cut_off) {
                    (Format::Gzip, true) => self.fail(format_args!("{shown}: unexpected end of file")),
                    (Format::Gzip, false) => {
                        self.fail(format_args!("{shown}: invalid compressed data--{error}"))
                    }
                    (Format::Bzip2, cut_off) => {
                        let what = if cut_off {
                            "file ends unexpectedly"
                        } else {
                            "data integrity (CRC) error in data"
                        };
                        self.fail(format_args!("{shown}: {what}"));
                        self.status = 2;
                    }
                    (Format::Zstd, true) => {
                        self.fail(format_args!("{shown} : Read error (39) : premature end "))
                    }
                    (Format::Zstd, false) => {
                        self.fail(format_args!("{shown} : Decoding error (36) : {error} "))
                    }
                    (_, true) => self.fail(format_args!("{shown}: Unexpected end of input")),
                    (_, false) => self.fail(format_args!("{shown}: Compressed data is corrupt")),
                }
            }
        }
    }

    fn compress(&self, mut source: Source, output: Fd, header: &GzipHeader) -> Result<Done, Failure> {
        let write = |error: io::Error| Failure::Write(Errno::from_io(&error));
        let mut encoder = codec::encoder(
            self.format,
            self.level,
            header,
            Box::new(CountedSink::new(output)),
        )
        .map_err(write)?;
        let mut plain = 0;
        loop {
            let piece = source.fill_buf().map_err(Failure::Read)?;
            let n = piece.len();
            if n == 0 {
                break;
            }
            encoder.write_all(piece).map_err(write)?;
            plain += n as u64;
            source.consume(n);
        }
        let mut sink = encoder.finish().map_err(write)?;
        sink.flush().map_err(write)?;
        let compressed = sys::fstat(output).map_or(0, |stat| stat.size);
        Ok(Done {
            compressed,
            plain,
            garbage: false,
        })
    }

    fn decompress(&self, mut source: Source, output: Fd) -> Result<Done, Failure> {
        let start = source.fill_buf().map_err(Failure::Read)?.to_vec();
        if start.is_empty() && self.format != Format::Gzip {
            return Err(Failure::Data(io::ErrorKind::UnexpectedEof.into()));
        }
        let format = match Format::of_magic(&start) {
            Some(Format::Lzma) if !matches!(self.tool.format, Format::Xz | Format::Lzma) => None,
            Some(format @ (Format::Xz | Format::Lzma))
                if matches!(self.tool.format, Format::Xz | Format::Lzma) =>
            {
                Some(format)
            }
            Some(format) if format == self.tool.format => Some(format),
            // zstd's own reads what gzip wrote, too.
            Some(Format::Gzip) if self.tool.format == Format::Zstd => Some(Format::Gzip),
            _ => None,
        };
        let mut sink = CountedSink::new(output);
        let mut sink = Counted {
            inner: &mut sink,
            count: 0,
        };
        let mut garbage = false;
        match format {
            Some(format) => {
                let mut decoder = codec::decoder(format, source);
                let mut piece = vec![0; 64 * 1024];
                loop {
                    match decoder.read(&mut piece) {
                        Ok(0) => break,
                        Ok(_) if self.action == Action::Test => {}
                        Ok(n) => sink
                            .write_all(&piece[..n])
                            .map_err(|error| Failure::Write(Errno::from_io(&error)))?,
                        Err(error) if codec::is_trailing_garbage(&error) => {
                            garbage = true;
                            break;
                        }
                        Err(error) if error.raw_os_error().is_some() => return Err(Failure::Read(error)),
                        Err(error) => return Err(Failure::Data(error)),
                    }
                }
            }
            None if start.is_empty() => return Err(Failure::Data(io::ErrorKind::UnexpectedEof.into())),
            // `zcat -f` passes on what is not compressed.
            None if self.force && self.stdout => {
                io::copy(&mut source, &mut sink).map_err(|error| Failure::Write(Errno::from_io(&error)))?;
            }
            None => return Err(Failure::NotInFormat),
        }
        sink.flush()
            .map_err(|error| Failure::Write(Errno::from_io(&error)))?;
        Ok(Done {
            compressed: 0,
            plain: sink.count,
            garbage,
        })
    }

    /// gzip -l.
    fn list(&mut self, path: &Path, source: Source, stat: &Stat) {
        let mut decoder = codec::decoder(self.format, source);
        let plain = match io::copy(&mut decoder, &mut io::sink()) {
            Ok(plain) => plain,
            Err(error) => {
                let shown = path.display().to_string();
                return self.explain(&shown, Failure::Data(error));
            }
        };
        let mut text = String::new();
        if !self.listed {
            text += "         compressed        uncompressed  ratio uncompressed_name\n";
            self.listed = true;
        }
        let bytes = path.as_os_str().as_encoded_bytes();
        let stem = bytes.strip_suffix(self.suffix().as_slice()).unwrap_or(bytes);
        // The header and the trailer are not counted as compressed data.
        let overhead = 18
            + path
                .file_name()
                .map_or(0, |name| name.len().saturating_sub(self.suffix().len()) + 1);
        let data = stat.size.saturating_sub(overhead as u64);
        let ratio = match plain {
            0 => 0.0,
            plain => 100.0 - 100.0 * data as f64 / plain as f64,
        };
        text += &format!(
            "{:>19} {plain:>19} {ratio:5.1}% {}\n",
            stat.size,
            String::from_utf8_lossy(stem)
        );
        if let Err(why) = sys::write_all(Fd::STDOUT, text.as_bytes()) {
            self.fail(format_args!("write error: {why}"));
        }
    }
}

/// A descriptor behind a buffer of its own.
struct CountedSink {
    sink: io::BufWriter<Sink>,
}

impl CountedSink {
    fn new(fd: Fd) -> CountedSink {
        CountedSink {
            sink: io::BufWriter::with_capacity(64 * 1024, Sink(fd)),
        }
    }
}

impl Write for CountedSink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.sink.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.sink.flush()
    }
}

/// The name in a gzip file's header, without directories. The descriptor stays where it is.
fn stored_name(fd: Fd) -> Option<Vec<u8>> {
    let mut start = vec![0; 1024];
    let n = sys::read(fd, &mut start).ok()?;
    sys::lseek(fd, 0, sys::Whence::Set).ok()?;
    let decoder = flate2::bufread::GzDecoder::new(&start[..n]);
    let name = decoder.header()?.filename()?;
    let base = name.rsplit(|b| *b == b'/').next()?;
    (!base.is_empty()).then(|| base.to_vec())
}
