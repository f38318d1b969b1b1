//! zip(1).

use std::ffi::OsString;
use std::fs::File;
use std::io::{self, BufWriter, Read, Write};
use std::path::{Path, PathBuf};

use cli::input::{self, Reader};
use cli::{Exit, Opt, Order, Outcome, Output, Spec, Writer, os, pattern, time};
use sys::{FileType, Stat};
use zip::write::{FullFileOptions, SimpleFileOptions};
use zip::{CompressionMethod, DateTime, ZipArchive, ZipWriter};

use super::{saved, shown};

/// Info-ZIP's statuses.
const NOTHING_TO_DO: i32 = 12;
const CANT_CREATE: i32 = 15;
const CANT_OPEN_SOME: i32 = 18;
const BROKEN_ARCHIVE: i32 = 3;
const CANT_WRITE: i32 = 14;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Id {
    Recursive,
    Quiet,
    Verbose,
    Junk,
    Level(i64),
    Move,
    Delete,
    Update,
    Freshen,
    Exclude,
    Include,
    Names,
    Symlinks,
    NoDirectories,
    NoExtra,
    Ignored,
}

#[rustfmt::skip]
const SPEC: Spec<Id> = Spec {
    name: "zip",
    usage: &["[-options] zipfile list [-x list] [-i list]"],
    about: "Package and compress files. The name - is standard output as zipfile, and standard input in list.",
    options: &[
        Opt::flag(Id::Recursive, "r", "recurse-paths", "recurse into directories"),
        Opt::flag(Id::Quiet, "q", "quiet", "quiet operation"),
        Opt::flag(Id::Verbose, "v", "verbose", "verbose operation"),
        Opt::flag(Id::Junk, "j", "junk-paths", "junk (don't record) directory names"),
        Opt::flag(Id::Level(0), "0", "", "store only"),
        Opt::flag(Id::Level(1), "1", "", "compress faster"),
        Opt::flag(Id::Level(2), "2", "", ""), Opt::flag(Id::Level(3), "3", "", ""),
        Opt::flag(Id::Level(4), "4", "", ""), Opt::flag(Id::Level(5), "5", "", ""),
        Opt::flag(Id::Level(6), "6", "", ""), Opt::flag(Id::Level(7), "7", "", ""),
        Opt::flag(Id::Level(8), "8", "", ""),
        Opt::flag(Id::Level(9), "9", "", "compress better"),
        Opt::flag(Id::Move, "m", "move", "move into zipfile (delete OS files)"),
        Opt::flag(Id::Delete, "d", "delete", "delete entries in zipfile"),
        Opt::flag(Id::Update, "u", "update", "update: only changed or new files"),
        Opt::flag(Id::Freshen, "f", "freshen", "freshen: only changed files"),
        Opt::flag(Id::Exclude, "x", "exclude", "exclude the names that follow"),
        Opt::flag(Id::Include, "i", "include", "include only the names that follow"),
        Opt::flag(Id::Names, "@", "names-stdin", "read names from stdin"),
        Opt::flag(Id::Symlinks, "y", "symlinks", "store symbolic links as the link instead of the referenced file"),
        Opt::flag(Id::NoDirectories, "D", "no-dir-entries", "do not add directory entries"),
        Opt::flag(Id::NoExtra, "X", "no-extra", "exclude extra file attributes"),
        Opt::flag(Id::Ignored, "oT", "", ""),
    ],
    order: Order::Permute,
    failure: 16,
};

/// A file to put in.
struct Source {
    path: PathBuf,
    /// Its name in the archive; a directory's ends in a slash.
    name: Vec<u8>,
    stat: Stat,
}

#[derive(Default)]
struct Zip {
    recursive: bool,
    quiet: bool,
    junk: bool,
    level: Option<i64>,
    moving: bool,
    deleting: bool,
    newer_only: bool,
    existing_only: bool,
    symlinks: bool,
    no_directories: bool,
    no_extra: bool,
    excluded: Vec<Vec<u8>>,
    included: Vec<Vec<u8>>,
    sources: Vec<Source>,
    /// What has been put in, and whether it was there before.
    added: Vec<(bool, Vec<u8>)>,
    status: i32,
}

fn warn(message: impl std::fmt::Display) {
    let _ = sys::write_all(sys::Fd::STDERR, format!("\tzip warning: {message}\n").as_bytes());
}

fn fatal(message: impl std::fmt::Display, status: i32) -> Exit {
    let _ = sys::write_all(sys::Fd::STDERR, format!("\nzip error: {message}\n").as_bytes());
    Exit(status)
}

pub fn run(_: &'static str, arguments: Vec<OsString>) -> Outcome {
    let parsed = SPEC.parse(arguments)?;
    let mut zip = Zip::default();
    let mut from_stdin = false;
    // Which list an operand belongs to: the option before it says.
    let mut lists = vec![None; parsed.options.len() + 1];
    for (at, (id, _)) in parsed.options.iter().enumerate() {
        lists[at + 1] = lists[at];
        match id {
            Id::Recursive => zip.recursive = true,
            Id::Quiet => zip.quiet = true,
            Id::Junk => zip.junk = true,
            Id::Level(level) => zip.level = Some(*level),
            Id::Move => zip.moving = true,
            Id::Delete => zip.deleting = true,
            Id::Update => zip.newer_only = true,
            Id::Freshen => (zip.newer_only, zip.existing_only) = (true, true),
            Id::Exclude | Id::Include => lists[at + 1] = Some(*id),
            Id::Names => from_stdin = true,
            Id::Symlinks => zip.symlinks = true,
            Id::NoDirectories => zip.no_directories = true,
            Id::NoExtra => zip.no_extra = true,
            Id::Verbose | Id::Ignored => {}
        }
    }
    let mut names = Vec::new();
    let mut archive = None;
    for (operand, before) in parsed.operands.into_iter().zip(parsed.before) {
        match lists[before] {
            Some(Id::Exclude) => zip.excluded.push(operand.as_encoded_bytes().to_vec()),
            Some(_) => zip.included.push(operand.as_encoded_bytes().to_vec()),
            None if archive.is_none() => archive = Some(operand),
            None => names.push(operand),
        }
    }
    let Some(archive) = archive else {
        return Err(SPEC.usage_error("missing zipfile"));
    };
    if from_stdin {
        let text = input::read_file("-".as_ref()).map_err(|why| fatal(why, 11))?;
        let lines = text.split(|b| *b == b'\n').filter(|line| !line.is_empty());
        names.extend(lines.map(|line| os(line).to_owned()));
    }
    zip.work(&archive, &names)
}

impl Zip {
    fn work(&mut self, archive: &OsString, names: &[OsString]) -> Outcome {
        let mut path = PathBuf::from(archive);
        let to_stdout = archive == "-";
        let has_extension = path.extension().is_some();
        if !to_stdout && !has_extension {
            path.as_mut_os_string().push(".zip");
        }
        let old = match File::open(&path) {
            Ok(file) if !to_stdout => Some(ZipArchive::new(file).map_err(|error| {
                fatal(
                    format_args!("Zip file structure invalid ({}): {error}", path.display()),
                    BROKEN_ARCHIVE,
                )
            })?),
            _ => None,
        };
        if self.deleting {
            return self.delete(&path, old, names);
        }
        let own = sys::stat(&path).ok().map(|stat| (stat.dev, stat.ino));
        for name in names {
            self.collect(Path::new(name), own);
        }
        if self.existing_only || self.newer_only {
            self.keep_newer(old.as_ref());
        }
        if self.sources.is_empty() {
            if self.newer_only && old.is_some() {
                return Ok(NOTHING_TO_DO);
            }
            return Err(fatal(
                format_args!("Nothing to do! ({})", path.display()),
                NOTHING_TO_DO,
            ));
        }
        let mut says = Output::stdout();
        if to_stdout {
            let mut writer = ZipWriter::new_stream(BufWriter::new(Writer(sys::Fd::STDOUT)));
            for source in std::mem::take(&mut self.sources) {
                self.add(&mut writer, &source, false)?;
            }
            let finished = writer.finish().map_err(io::Error::other);
            finished
                .and_then(|stream| stream.into_inner().flush())
                .map_err(|error| {
                    fatal(
                        format_args!("Output file write failure: {}", cli::reason(&error)),
                        CANT_WRITE,
                    )
                })?;
        } else {
            self.rewrite(&path, old)?;
            self.report(&path, &mut says);
        }
        Ok(says.finish("zip", self.status, CANT_WRITE))
    }

    /// Looks at a named file, and with -r at what is in it.
    fn collect(&mut self, path: &Path, own: Option<(u64, u64)>) {
        let stat = if self.symlinks {
            sys::lstat(path)
        } else {
            sys::stat(path)
        };
        let stat = match stat {
            Ok(stat) => stat,
            Err(sys::Errno::ENOENT) => {
                warn(format_args!("name not matched: {}", path.display()));
                return;
            }
            Err(why) => {
                warn(format_args!(
                    "could not open for reading: {} ({why})",
                    path.display()
                ));
                self.status = CANT_OPEN_SOME;
                return;
            }
        };
        if own == Some((stat.dev, stat.ino)) {
            return;
        }
        let bytes = path.as_os_str().as_encoded_bytes();
        let mut name: Vec<u8> = bytes[bytes.iter().take_while(|b| **b == b'/').count()..].to_vec();
        while let Some(rest) = name.strip_prefix(b"./") {
            name = rest.to_vec();
        }
        if self.junk {
            name = path.file_name().unwrap_or_default().as_encoded_bytes().to_vec();
        }
        let kind = stat.file_type();
        if kind == FileType::Directory {
            if !name.ends_with(b"/") {
                name.push(b'/');
            }
            let is_entry = !self.junk && !self.no_directories && !matches!(name.as_slice(), b"./" | b"/");
            if is_entry {
                self.push(path, name, stat);
            }
            if self.recursive {
                self.collect_directory(path, own);
            }
            return;
        }
        if !matches!(kind, FileType::Regular | FileType::Symlink) {
            warn(format_args!("ignoring special file: {}", path.display()));
            return;
        }
        self.push(path, name, stat);
    }

    fn push(&mut self, path: &Path, name: Vec<u8>, stat: Stat) {
        let matches = |pattern: &Vec<u8>| pattern::matches(pattern, &name);
        let chosen = (self.included.is_empty() || self.included.iter().any(matches))
            && !self.excluded.iter().any(matches);
        if chosen && !self.sources.iter().any(|source| source.name == name) {
            self.sources.push(Source {
                path: path.to_owned(),
                name,
                stat,
            });
        }
    }

    fn collect_directory(&mut self, path: &Path, own: Option<(u64, u64)>) {
        let entries = std::fs::read_dir(path).and_then(Iterator::collect::<io::Result<Vec<_>>>);
        match entries {
            Ok(entries) => {
                for entry in entries {
                    self.collect(&path.join(entry.file_name()), own);
                }
            }
            Err(error) => {
                warn(format_args!(
                    "could not open for reading: {} ({})",
                    path.display(),
                    cli::reason(&error)
                ));
                self.status = CANT_OPEN_SOME;
            }
        }
    }

    /// Leaves out what the archive has as new already, and with -f what it does not have.
    fn keep_newer(&mut self, old: Option<&ZipArchive<File>>) {
        let existing_only = self.existing_only;
        self.sources.retain(|source| {
            let known = old.and_then(|old| {
                let at = old.index_for_name_raw(&source.name)?;
                old.by_index_data(at)
                    .ok()?
                    .last_modified()
                    .map(super::dos_seconds)
            });
            match known {
                // MS-DOS's times are even.
                Some(seconds) => source.stat.mtime_ns.div_euclid(1_000_000_000) > seconds + 1,
                None => !existing_only,
            }
        });
    }

    /// Writes a new archive beside the old one, which it then replaces.
    fn rewrite(&mut self, path: &Path, old: Option<ZipArchive<File>>) -> Result<(), Exit> {
        let sources = std::mem::take(&mut self.sources);
        let mut replaced: Vec<Vec<u8>> = Vec::new();
        let result = replace(path, |writer| {
            let mut rest = sources.iter().collect::<Vec<_>>();
            if let Some(mut old) = old {
                let names: Vec<Vec<u8>> = old.file_names_raw().map(<[u8]>::to_vec).collect();
                for (at, name) in names.iter().enumerate() {
                    // A new version takes the place of the old one.
                    if let Some(found) = rest.iter().position(|source| source.name == *name) {
                        let source = rest.remove(found);
                        replaced.push(name.clone());
                        self.add(writer, source, true)?;
                    } else {
                        copy(writer, &mut old, at)?;
                    }
                }
            }
            for source in rest {
                self.add(writer, source, false)?;
            }
            Ok(())
        });
        result?;
        if self.moving {
            for source in sources.iter().rev() {
                let removed = if source.stat.is_dir() {
                    std::fs::remove_dir(&source.path)
                } else {
                    std::fs::remove_file(&source.path)
                };
                if let Err(error) = removed
                    && !source.stat.is_dir()
                {
                    warn(format_args!(
                        "could not remove {}: {}",
                        source.path.display(),
                        cli::reason(&error)
                    ));
                }
            }
        }
        Ok(())
    }

    /// Says what was put in, and how much smaller it became, which only the finished archive tells.
    fn report(&self, path: &Path, says: &mut Output) {
        if self.quiet {
            return;
        }
        let archive = File::open(path).ok().and_then(|file| ZipArchive::new(file).ok());
        for (updating, name) in &self.added {
            let doing = if *updating { "updating" } else { "  adding" };
            let entry = archive
                .as_ref()
                .and_then(|archive| archive.by_index_data(archive.index_for_name_raw(name)?).ok());
            let how = match entry {
                Some(entry) if entry.compression() == CompressionMethod::Deflated => {
                    format!(" (deflated {:.0}%)", saved(entry.size(), entry.compressed_size()))
                }
                _ => " (stored 0%)".to_owned(),
            };
            says.put(format!("{doing}: ").as_bytes());
            says.put(name);
            says.line(how.as_bytes());
        }
    }

    fn delete(&mut self, path: &Path, old: Option<ZipArchive<File>>, names: &[OsString]) -> Outcome {
        let Some(mut old) = old else {
            return Err(fatal(
                format_args!("Nothing to do! ({})", path.display()),
                NOTHING_TO_DO,
            ));
        };
        let patterns: Vec<&[u8]> = names.iter().map(|name| name.as_encoded_bytes()).collect();
        let all: Vec<Vec<u8>> = old.file_names_raw().map(<[u8]>::to_vec).collect();
        let is_gone = |name: &Vec<u8>| patterns.iter().any(|wanted| pattern::matches(wanted, name));
        for wanted in &patterns {
            if !all.iter().any(|name| pattern::matches(wanted, name)) {
                warn(format_args!("name not matched: {}", shown(wanted)));
            }
        }
        if !all.iter().any(is_gone) {
            return Err(fatal(
                format_args!("Nothing to do! ({})", path.display()),
                NOTHING_TO_DO,
            ));
        }
        let mut says = Output::stdout();
        let quiet = self.quiet;
        replace(path, |writer| {
            for (at, name) in all.iter().enumerate() {
                if is_gone(name) {
                    if !quiet {
                        says.line(&[b"deleting: ", name.as_slice()].concat());
                    }
                } else {
                    copy(writer, &mut old, at)?;
                }
            }
            Ok(())
        })?;
        if all.iter().all(is_gone) {
            warn("zip file empty");
            let _ = std::fs::remove_file(path);
        }
        Ok(says.finish("zip", 0, CANT_WRITE))
    }

    fn options(&self, source: &Source, name: &[u8]) -> Result<FullFileOptions<'static, 'static>, Exit> {
        let seconds = source.stat.mtime_ns.div_euclid(1_000_000_000);
        let c = time::civil(seconds);
        let year = u16::try_from(c.year.clamp(1980, 2107)).unwrap_or(1980);
        let part = |number: u32| number as u8;
        let date = DateTime::from_date_and_time(
            year,
            part(c.month),
            part(c.day),
            part(c.hour),
            part(c.minute),
            part(c.second),
        );
        let stored = source.stat.is_dir() || source.stat.size == 0 || self.level == Some(0);
        let options = SimpleFileOptions::default()
            .compression_method(if stored {
                CompressionMethod::Stored
            } else {
                CompressionMethod::Deflated
            })
            .compression_level(self.level.filter(|level| *level > 0 && !stored))
            .last_modified_time(date.unwrap_or_default())
            .unix_permissions(source.stat.mode & 0o777)
            .large_file(source.stat.size >= u64::from(u32::MAX))
            .into_full_options();
        match u32::try_from(seconds) {
            Ok(seconds) if !self.no_extra => options
                .with_extended_timestamp(Some(seconds), None, None)
                .map_err(|error| fatal(format_args!("{}: {error}", shown(name)), CANT_WRITE)),
            _ => Ok(options),
        }
    }

    fn add<W: Write + io::Seek>(
        &mut self,
        writer: &mut ZipWriter<W>,
        source: &Source,
        updating: bool,
    ) -> Result<(), Exit> {
        let name = &source.name;
        let write = |error: zip::result::ZipError| {
            fatal(format_args!("Output file write failure: {error}"), CANT_WRITE)
        };
        let options = self.options(source, name)?;
        if source.stat.is_dir() {
            writer.add_directory(text(name)?, options).map_err(write)?;
        } else if source.stat.file_type() == FileType::Symlink {
            let target = std::fs::read_link(&source.path).map_err(|error| {
                fatal(
                    format_args!("{}: {}", shown(name), cli::reason(&error)),
                    CANT_OPEN_SOME,
                )
            })?;
            let target = text(target.as_os_str().as_encoded_bytes())?;
            writer.add_symlink(text(name)?, target, options).map_err(write)?;
        } else {
            let fd = match input::open(source.path.as_os_str()) {
                Ok(fd) => fd,
                Err(why) => {
                    warn(format_args!(
                        "could not open for reading: {} ({why})",
                        source.path.display()
                    ));
                    self.status = CANT_OPEN_SOME;
                    return Ok(());
                }
            };
            writer
                .start_file_with_options(options.name(name))
                .map_err(write)?;
            let copied = pump(fd, writer);
            input::close(fd);
            copied.map_err(|error| {
                fatal(
                    format_args!("{}: {}", shown(name), cli::reason(&error)),
                    CANT_WRITE,
                )
            })?;
        }
        self.added.push((updating, name.clone()));
        Ok(())
    }
}

/// A name for those calls of the crate that take only text.
fn text(name: &[u8]) -> Result<String, Exit> {
    String::from_utf8(name.to_vec()).map_err(|_| {
        fatal(
            format_args!("{}: names of directories and links must be UTF-8", shown(name)),
            CANT_OPEN_SOME,
        )
    })
}

fn pump(fd: sys::Fd, sink: &mut impl Write) -> io::Result<u64> {
    let mut piece = vec![0; 64 * 1024];
    let mut count = 0;
    loop {
        let n = Reader(fd).read(&mut piece)?;
        if n == 0 {
            return Ok(count);
        }
        sink.write_all(&piece[..n])?;
        count += n as u64;
    }
}

fn copy(writer: &mut ZipWriter<BufWriter<File>>, old: &mut ZipArchive<File>, at: usize) -> Result<(), Exit> {
    let broken = |error: zip::result::ZipError| {
        fatal(
            format_args!("Zip file structure invalid: {error}"),
            BROKEN_ARCHIVE,
        )
    };
    let file = old.by_index_raw(at).map_err(broken)?;
    writer.raw_copy_file(file).map_err(broken)
}

/// Writes an archive into a file beside `path`, and moves it there when all went well.
fn replace(
    path: &Path,
    fill: impl FnOnce(&mut ZipWriter<BufWriter<File>>) -> Result<(), Exit>,
) -> Result<(), Exit> {
    let mut temporary = path.as_os_str().to_owned();
    temporary.push(format!(".zi{}", sys::getpid()));
    let file = File::create_new(&temporary).map_err(|error| {
        fatal(
            format_args!(
                "Could not create output file ({}): {}",
                path.display(),
                cli::reason(&error)
            ),
            CANT_CREATE,
        )
    })?;
    let mut writer = ZipWriter::new(BufWriter::new(file));
    let failed = |error: io::Error| {
        fatal(
            format_args!(
                "Output file write failure ({}): {}",
                path.display(),
                cli::reason(&error)
            ),
            CANT_WRITE,
        )
    };
    let done = fill(&mut writer).and_then(|()| {
        let mut sink = writer.finish().map_err(|error| failed(io::Error::other(error)))?;
        sink.flush().map_err(failed)?;
        if let Ok(stat) = sys::stat(path) {
            // The archive keeps its mode; failing to is no reason to lose it.
            let _ = sys::chmod(&temporary, stat.permissions());
        }
        std::fs::rename(&temporary, path).map_err(failed)
    });
    if done.is_err() {
        let _ = std::fs::remove_file(&temporary);
    }
    done
}
