//! Operands and directories: which files to compare.

use std::collections::BTreeSet;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

use cli::{Output, complain, input, pattern};
use sys::{Errno, FileType, Stat};

use super::file::{Side, compare, file_name};
use super::{DIFFERENT, Options, SAME, TROUBLE};

/// Compares the two operands.
pub fn compare_operands(options: &Options, operands: &[OsString], out: &mut Output) -> i32 {
    let (mut old, mut new) = (PathBuf::from(&operands[0]), PathBuf::from(&operands[1]));
    let is_directory =
        |path: &Path| path != Path::new("-") && sys::stat(path).is_ok_and(|stat| stat.is_dir());
    match (is_directory(&old), is_directory(&new)) {
        (true, false) | (false, true) if operands.iter().any(|operand| operand == "-") => {
            complain("diff", "cannot compare '-' to a directory");
            return TROUBLE;
        }
        (true, false) => old.push(new.file_name().unwrap_or_default()),
        (false, true) => new.push(old.file_name().unwrap_or_default()),
        _ => {}
    }
    compare_paths(options, &old, &new, &[], true, out)
}

fn look(options: &Options, path: &Path) -> sys::Result<Stat> {
    if path == Path::new("-") {
        sys::fstat(sys::Fd::STDIN)
    } else if options.no_dereference {
        sys::lstat(path)
    } else {
        sys::stat(path)
    }
}

/// Compares what is at two paths. `header` is printed before the first difference.
fn compare_paths(
    options: &Options,
    old: &Path,
    new: &Path,
    header: &[u8],
    top: bool,
    out: &mut Output,
) -> i32 {
    let stats = [look(options, old), look(options, new)];
    let absent = |at: usize| matches!(stats[at], Err(Errno::ENOENT | Errno::ENOTDIR));
    let may_be_absent = [options.new_file || options.first_may_be_absent, options.new_file];
    let both_absent = absent(0) && absent(1);
    let mut status = SAME;
    for (at, path) in [old, new].into_iter().enumerate() {
        if let Err(why) = stats[at]
            && (both_absent || !absent(at) || !may_be_absent[at])
        {
            complain("diff", format_args!("{}: {why}", path.display()));
            status = TROUBLE;
        }
    }
    if status != SAME {
        return status;
    }
    let kind = |at: usize| stats[at].map_or(None, |stat| Some(stat.file_type()));
    match (kind(0), kind(1)) {
        (Some(FileType::Directory), Some(FileType::Directory) | None) | (None, Some(FileType::Directory)) => {
            if !top && !options.recursive {
                let paths = [old, new].map(|path| path.as_os_str().as_encoded_bytes());
                out.line(&[b"Common subdirectories: ", paths[0], b" and ", paths[1]].concat());
                return SAME;
            }
            compare_directories(options, old, new, out)
        }
        (Some(FileType::Symlink), Some(FileType::Symlink)) => compare_links(options, old, new, out),
        (Some(a), Some(b))
            if a != b
                && (!top
                    || a == FileType::Symlink
                    || b == FileType::Symlink
                    || [a, b].contains(&FileType::Directory)) =>
        {
            let line = format!(
                "File {} is a {} while file {} is a {}",
                old.display(),
                describe(a, &stats[0]),
                new.display(),
                describe(b, &stats[1])
            );
            out.line(line.as_bytes());
            DIFFERENT
        }
        _ => compare_files(options, old, new, stats, header, out),
    }
}

fn describe(kind: FileType, stat: &sys::Result<Stat>) -> &'static str {
    match kind {
        FileType::Regular if stat.is_ok_and(|stat| stat.size == 0) => "regular empty file",
        FileType::Regular => "regular file",
        FileType::Directory => "directory",
        FileType::Symlink => "symbolic link",
        FileType::Fifo => "fifo",
        FileType::CharDevice => "character special file",
        FileType::BlockDevice => "block special file",
        FileType::Socket => "socket",
        FileType::Unknown => "weird file",
    }
}

fn compare_links(options: &Options, old: &Path, new: &Path, out: &mut Output) -> i32 {
    match (std::fs::read_link(old), std::fs::read_link(new)) {
        (Ok(a), Ok(b)) if a == b => {
            if options.report_identical {
                out.line(format!("Files {} and {} are identical", old.display(), new.display()).as_bytes());
            }
            SAME
        }
        (Ok(_), Ok(_)) => {
            out.line(format!("Symbolic links {} and {} differ", old.display(), new.display()).as_bytes());
            DIFFERENT
        }
        (Err(error), _) | (_, Err(error)) => {
            complain("diff", format_args!("{}: {}", old.display(), cli::reason(&error)));
            TROUBLE
        }
    }
}

fn compare_files(
    options: &Options,
    old: &Path,
    new: &Path,
    stats: [sys::Result<Stat>; 2],
    header: &[u8],
    out: &mut Output,
) -> i32 {
    let mut status = SAME;
    // `diff - -` reads once: standard input is the same as itself.
    let mut read = |path: &Path, stat: &sys::Result<Stat>| match stat {
        Err(_) => Vec::new(),
        Ok(_) => input::read_file(path.as_os_str()).unwrap_or_else(|why| {
            complain("diff", format_args!("{}: {why}", path.display()));
            status = TROUBLE;
            Vec::new()
        }),
    };
    let old_bytes = read(old, &stats[0]);
    let new_bytes = if old == new && old == Path::new("-") {
        old_bytes.clone()
    } else {
        read(new, &stats[1])
    };
    if status != SAME {
        return status;
    }
    let mtime_ns = |path: &Path, stat: &sys::Result<Stat>| match stat {
        // A pipe was changed when it was read.
        Ok(_) if path == Path::new("-") && !stat.is_ok_and(|stat| stat.is_file()) => cli::time::now_ns(),
        stat => stat.map_or(0, |stat| stat.mtime_ns),
    };
    let side = |path, bytes, stat: &sys::Result<Stat>| Side {
        path,
        bytes,
        mtime_ns: mtime_ns(path, stat),
    };
    compare(
        options,
        side(old, old_bytes, &stats[0]),
        side(new, new_bytes, &stats[1]),
        header,
        out,
    )
}

/// The names in a directory that are not excluded; an absent one has none.
fn names(options: &Options, path: &Path) -> Result<BTreeSet<OsString>, std::io::Error> {
    let entries = match std::fs::read_dir(path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(BTreeSet::new()),
        entries => entries?,
    };
    let mut names = BTreeSet::new();
    for entry in entries {
        let name = entry?.file_name();
        let is_excluded = options
            .exclude
            .iter()
            .any(|pattern| pattern::matches(pattern.as_encoded_bytes(), name.as_encoded_bytes()));
        if !is_excluded && options.starting_file.as_ref().is_none_or(|first| name >= *first) {
            names.insert(name);
        }
    }
    Ok(names)
}

fn compare_directories(options: &Options, old: &Path, new: &Path, out: &mut Output) -> i32 {
    let mut listed = Vec::new();
    for path in [old, new] {
        match names(options, path) {
            Ok(names) => listed.push(names),
            Err(error) => {
                complain(
                    "diff",
                    format_args!("{}: {}", path.display(), cli::reason(&error)),
                );
                return TROUBLE;
            }
        }
    }
    // The first file is where -S says; below it everything counts.
    let options = &Options {
        starting_file: None,
        ..options.clone()
    };
    let mut status = SAME;
    for name in listed[0].union(&listed[1]) {
        let alone = match (listed[0].contains(name), listed[1].contains(name)) {
            (true, false) if !options.new_file => Some(old),
            (false, true) if !options.new_file && !options.first_may_be_absent => Some(new),
            _ => None,
        };
        let result = match alone {
            Some(directory) => {
                only_in(directory, name, out);
                DIFFERENT
            }
            None => pair(options, &old.join(name), &new.join(name), out),
        };
        status = status.max(result);
        if out.is_closed() {
            break;
        }
    }
    status
}

fn only_in(directory: &Path, name: &OsStr, out: &mut Output) {
    let directory = directory.as_os_str().as_encoded_bytes();
    // As GNU's, which says `Only in a/: x` for an operand `a/`, but not for `/`'s children twice.
    out.line(&[b"Only in ", directory, b": ", name.as_encoded_bytes()].concat());
}

/// Two entries of one name.
fn pair(options: &Options, old: &Path, new: &Path, out: &mut Output) -> i32 {
    let header = [
        b"diff".as_slice(),
        &options.switches,
        b" ",
        &file_name(old),
        b" ",
        &file_name(new),
        b"\n",
    ]
    .concat();
    compare_paths(options, old, new, &header, false, out)
}
