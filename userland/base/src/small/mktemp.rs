//! mktemp(1): new files are readable by their owner alone.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use cli::{Exit, Opt, Order, Outcome, Output, Spec, complain, os, quote};
use sys::{Errno, Fd, Mode, OpenFlags};

#[derive(Clone, Copy, PartialEq, Eq)]
enum Id {
    Directory,
    DryRun,
    Quiet,
    Suffix,
    TmpDir,
    InTmpDir,
}

const SPEC: Spec<Id> = Spec {
    name: "mktemp",
    usage: &["[OPTION]... [TEMPLATE]"],
    about: "Create a temporary file or directory, safely, and print its name.\nTEMPLATE must contain at least 3 consecutive 'X's in last component.\nIf TEMPLATE is not specified, use tmp.XXXXXXXXXX, and --tmpdir is implied.",
    options: &[
        Opt::flag(Id::Directory, "d", "directory", "create a directory, not a file"),
        Opt::flag(
            Id::DryRun,
            "u",
            "dry-run",
            "do not create anything; merely print a name (unsafe)",
        ),
        Opt::flag(
            Id::Quiet,
            "q",
            "quiet",
            "suppress diagnostics about file/dir-creation failure",
        ),
        Opt::value(
            Id::Suffix,
            "",
            "suffix",
            "SUFF",
            "append SUFF to TEMPLATE; SUFF must not contain a slash",
        ),
        Opt::optional(
            Id::TmpDir,
            "p",
            "tmpdir",
            "DIR",
            "interpret TEMPLATE relative to DIR; if DIR is not specified,\nuse $TMPDIR if set, else /tmp",
        ),
        Opt::flag(
            Id::InTmpDir,
            "t",
            "",
            "interpret TEMPLATE as a single file name component,\nrelative to a directory: $TMPDIR, if set; else -p's",
        ),
    ],
    order: Order::Permute,
    failure: 1,
};

const LETTERS: &[u8; 62] = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
const ATTEMPTS: u32 = 1000;

pub fn run(name: &'static str, mut arguments: Vec<OsString>) -> Outcome {
    // -p takes the next argument, --tmpdir doesn't.
    if let Some(at) = arguments.iter().position(|argument| argument == "-p")
        && at + 1 < arguments.len()
    {
        let directory = arguments.remove(at + 1);
        arguments[at] = os(&[b"--tmpdir=", directory.as_encoded_bytes()].concat()).to_owned();
    }
    let parsed = SPEC.parse(arguments)?;
    let chosen = |id| parsed.options.iter().any(|(option, _)| *option == id);
    let value = |id| {
        parsed
            .options
            .iter()
            .rev()
            .find(|(option, _)| *option == id)
            .and_then(|(_, v)| v.clone())
    };
    if let Some(extra) = parsed.operands.get(1) {
        complain(name, format_args!("too many templates: {}", quote::always(extra)));
        return Err(Exit(1));
    }
    let environment = std::env::var_os("TMPDIR").filter(|dir| !dir.is_empty());
    let default = || environment.clone().unwrap_or_else(|| "/tmp".into());
    let directory = match (&value(Id::TmpDir), parsed.operands.first()) {
        _ if chosen(Id::InTmpDir) => Some(
            environment
                .clone()
                .or(value(Id::TmpDir))
                .unwrap_or_else(|| "/tmp".into()),
        ),
        (Some(directory), _) => Some(directory.clone()),
        (None, None) => Some(default()),
        (None, Some(_)) => chosen(Id::TmpDir).then(default),
    };
    let template = parsed
        .operands
        .first()
        .cloned()
        .unwrap_or_else(|| "tmp.XXXXXXXXXX".into());
    let suffix = value(Id::Suffix).unwrap_or_default();
    let (prefix, count, suffix) = split(name, &template, &suffix)?;
    let kind = if chosen(Id::Directory) {
        Kind::Directory
    } else {
        Kind::File
    };
    let mut last = Errno::EEXIST;
    for _ in 0..ATTEMPTS {
        let file = [&prefix[..], &random(count)?, &suffix].concat();
        let path = directory
            .as_ref()
            .map_or_else(PathBuf::new, PathBuf::from)
            .join(os(&file));
        match create(&path, kind, chosen(Id::DryRun)) {
            Ok(()) => {
                let mut out = Output::stdout();
                out.line(path.as_os_str().as_encoded_bytes());
                return Ok(out.finish(name, 0, 1));
            }
            Err(Errno::EEXIST) => {}
            Err(why) => {
                last = why;
                break;
            }
        }
    }
    if !chosen(Id::Quiet) {
        let what = if kind == Kind::Directory {
            "directory"
        } else {
            "file"
        };
        let shown = directory
            .as_ref()
            .map_or_else(PathBuf::new, PathBuf::from)
            .join(&template);
        let shown = quote::always(shown.as_os_str());
        complain(
            name,
            format_args!("failed to create {what} via template {shown}: {last}"),
        );
    }
    Ok(1)
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    File,
    Directory,
}

/// What stands before the last run of `X`s, its length, and what follows it.
fn split(name: &str, template: &OsString, suffix: &OsString) -> Result<(Vec<u8>, usize, Vec<u8>), Exit> {
    let bytes = template.as_encoded_bytes();
    let end = bytes.iter().rposition(|b| *b == b'X').map_or(0, |at| at + 1);
    let count = bytes[..end].iter().rev().take_while(|b| **b == b'X').count();
    let suffix = [&bytes[end..], suffix.as_encoded_bytes()].concat();
    if count < 3 {
        complain(
            name,
            format_args!("too few X's in template {}", quote::always(template)),
        );
        return Err(Exit(1));
    }
    if suffix.contains(&b'/') {
        complain(
            name,
            format_args!(
                "invalid suffix {}, contains directory separator",
                quote::always(os(&suffix))
            ),
        );
        return Err(Exit(1));
    }
    Ok((bytes[..end - count].to_vec(), count, suffix))
}

fn random(count: usize) -> Result<Vec<u8>, Exit> {
    let read = || -> sys::Result<Vec<u8>> {
        let source = sys::open("/dev/urandom", OpenFlags::RDONLY, Mode::empty())?;
        let mut bytes = vec![0; count];
        let mut filled = 0;
        while filled < count {
            match sys::read(source, &mut bytes[filled..])? {
                0 => return Err(Errno::EIO),
                n => filled += n,
            }
        }
        sys::close(source)?;
        Ok(bytes)
    };
    let bytes = read().map_err(|why| {
        complain(SPEC.name, format_args!("/dev/urandom: {why}"));
        Exit(1)
    })?;
    Ok(bytes
        .into_iter()
        .map(|b| LETTERS[usize::from(b) % LETTERS.len()])
        .collect())
}

fn create(path: &Path, kind: Kind, dry: bool) -> sys::Result<()> {
    if dry {
        return if sys::lstat(path).is_ok() {
            Err(Errno::EEXIST)
        } else {
            Ok(())
        };
    }
    match kind {
        Kind::File => {
            let flags = OpenFlags::RDWR | OpenFlags::CREAT | OpenFlags::EXCL;
            let file: Fd = sys::open(path, flags, Mode::new(0o600))?;
            sys::close(file)
        }
        Kind::Directory => {
            // Nobody else gets in between: the mask applies from the start.
            let old = sys::umask(Mode::new(0o077));
            let made = std::fs::create_dir(path).map_err(|error| Errno::from_io(&error));
            sys::umask(old);
            made
        }
    }
}
