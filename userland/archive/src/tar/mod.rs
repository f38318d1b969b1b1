//! tar(1). The format is our own: crate `tar` takes paths as text on WASI, refuses names with `..`, and has no
//! place for owners and modes that std does not know.
//! <https://www.gnu.org/software/tar/manual/html_node/index.html>

mod create;
mod extract;
mod header;
mod list;
mod options;

use std::ffi::OsString;
use std::io::{self, Read, Write};

use cli::input::Reader;
use cli::{Exit, Outcome, Output, complain, os, pattern};
use sys::{Fd, OpenFlags};

use crate::codec::{self, Format};
use header::{Broken, Entry, padded};
use options::{Mode, Options, TROUBLE};

pub fn run(_: &'static str, arguments: Vec<OsString>) -> Outcome {
    let options = options::parse(arguments)?;
    let mut session = Session {
        status: 0,
        out: Output::to(
            if options.to_stdout
                || options.file.as_deref().is_none_or(|file| file == "-")
                    && options.mode != Mode::List
                    && options.mode != Mode::Extract
            {
                Fd::STDERR
            } else {
                Fd::STDOUT
            },
        ),
        options,
    };
    match session.options.mode {
        Mode::Create => create::create(&mut session)?,
        Mode::Append | Mode::Update => create::append(&mut session)?,
        Mode::List | Mode::Extract => extract::read(&mut session)?,
    }
    if session.status == TROUBLE {
        session.out.send();
        complain("tar", "Exiting with failure status due to previous errors");
    }
    Ok(session.out.finish("tar", session.status, TROUBLE))
}

/// One run.
struct Session {
    options: Options,
    status: i32,
    /// What -v and -t say.
    out: Output,
}

impl Session {
    fn fail(&mut self, message: impl std::fmt::Display) {
        self.out.send();
        complain("tar", message);
        self.status = TROUBLE;
    }

    fn note(&mut self, message: impl std::fmt::Display) {
        self.out.send();
        complain("tar", message);
    }

    fn fatal(&mut self, message: impl std::fmt::Display) -> Exit {
        self.fail(message);
        complain("tar", "Error is not recoverable: exiting now");
        Exit(TROUBLE)
    }

    fn file_name(&self) -> OsString {
        self.options.file.clone().unwrap_or_else(|| OsString::from("-"))
    }

    /// Opens the archive to read.
    fn open(&mut self) -> Result<Box<dyn Read>, Exit> {
        let name = self.file_name();
        let fd = if name == "-" {
            if sys::isatty(Fd::STDIN) {
                return Err(
                    self.fatal("Refusing to read archive contents from terminal (missing -f option?)")
                );
            }
            Fd::STDIN
        } else {
            sys::open(&name, OpenFlags::RDONLY | OpenFlags::CLOEXEC, sys::Mode::empty())
                .map_err(|why| self.fatal(format_args!("{}: Cannot open: {why}", name.display())))?
        };
        let mut source = codec::source(Box::new(Reader(fd)));
        let found = codec::sniff(&mut source).map_err(|error| self.broken(Broken::Io(error)))?;
        // An archive whose first name begins as an LZMA header does is still an archive, unless asked.
        let may_be_lzma =
            self.options.compress.or(Format::of_name(name.as_encoded_bytes())) == Some(Format::Lzma);
        let found = found.filter(|format| *format != Format::Lzma || may_be_lzma);
        Ok(match found.or(self.options.compress) {
            Some(format) => codec::decoder(format, source),
            None => Box::new(source),
        })
    }

    fn broken(&mut self, broken: Broken) -> Exit {
        match broken {
            Broken::Eof => self.fatal("Unexpected EOF in archive"),
            Broken::NotTar => {
                self.fail("This does not look like a tar archive");
                complain("tar", "Exiting with failure status due to previous errors");
                Exit(TROUBLE)
            }
            Broken::Unsupported(what) => self.fatal(format_args!("{what}s are not supported")),
            Broken::Io(error) => self.fatal(format_args!("Cannot read: {}", cli::reason(&error))),
        }
    }

    /// Whether --exclude leaves a name out: a pattern matches from the start or behind any slash, and `*` matches
    /// slashes.
    fn is_excluded(&self, path: &[u8]) -> bool {
        let path = path.strip_suffix(b"/").unwrap_or(path);
        self.options.exclude.iter().any(|wanted| {
            let starts = std::iter::once(0).chain(
                path.iter()
                    .enumerate()
                    .filter(|(_, b)| **b == b'/')
                    .map(|(at, _)| at + 1),
            );
            let wanted = wanted.strip_suffix(b"/").unwrap_or(wanted);
            starts.into_iter().any(|at| {
                // A directory that matches takes what is in it along.
                let ends = path[at..]
                    .iter()
                    .enumerate()
                    .filter(|(_, b)| **b == b'/')
                    .map(|(end, _)| at + end);
                ends.chain([path.len()])
                    .any(|end| pattern::matches(wanted, &path[at..end]))
            })
        })
    }
}

/// Skips contents, or gives them to `sink`.
///
/// # Errors
/// The archive's end, or what reading or the sink said.
fn pass_on(input: &mut dyn Read, size: u64, sink: &mut dyn Write) -> Result<(), Passing> {
    let mut left = size;
    let mut piece = vec![0; 64 * 1024];
    while left > 0 {
        let most = piece.len().min(usize::try_from(left).unwrap_or(usize::MAX));
        let n = input
            .read(&mut piece[..most])
            .map_err(|error| Passing::Read(error.into()))?;
        if n == 0 {
            return Err(Passing::Read(Broken::Eof));
        }
        sink.write_all(&piece[..n]).map_err(Passing::Write)?;
        left -= n as u64;
    }
    let padding = padded(size) - size;
    let skipped =
        io::copy(&mut input.take(padding), &mut io::sink()).map_err(|error| Passing::Read(error.into()))?;
    if skipped < padding {
        return Err(Passing::Read(Broken::Eof));
    }
    Ok(())
}

enum Passing {
    Read(Broken),
    Write(io::Error),
}

/// A member's name for messages.
fn shown(path: &[u8]) -> String {
    os(path).display().to_string()
}

/// How many bytes a path begins with that must not lead out of the directory: slashes.
fn leading(path: &[u8]) -> usize {
    path.iter().take_while(|b| **b == b'/').count()
}

fn has_dots(path: &[u8]) -> bool {
    path.split(|b| *b == b'/').any(|part| part == b"..")
}

/// The names that were asked for, and whether each was found.
struct Wanted {
    names: Vec<(Vec<u8>, bool)>,
    wildcards: bool,
}

impl Wanted {
    fn new(options: &Options) -> Wanted {
        let name = |name: &options::Name| {
            let bytes = name.name.as_encoded_bytes();
            (bytes.strip_suffix(b"/").unwrap_or(bytes).to_vec(), false)
        };
        Wanted {
            names: options.names.iter().map(name).collect(),
            wildcards: options.wildcards,
        }
    }

    /// Whether a member was asked for: by its name, or by a directory that it is in.
    fn matches(&mut self, entry: &Entry) -> bool {
        if self.names.is_empty() {
            return true;
        }
        let path = entry.path.strip_suffix(b"/").unwrap_or(&entry.path);
        let mut any = false;
        for (name, found) in &mut self.names {
            let ends = path
                .iter()
                .enumerate()
                .filter(|(_, b)| **b == b'/')
                .map(|(at, _)| at)
                .chain([path.len()]);
            let hit = ends
                .into_iter()
                .any(|end| path[..end] == **name || self.wildcards && pattern::matches(name, &path[..end]));
            *found |= hit;
            any |= hit;
        }
        any
    }
}
