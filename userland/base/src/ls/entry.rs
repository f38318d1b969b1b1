//! One file to list, and the orders to list them in.

use std::cmp::Ordering;
use std::ffi::OsString;
use std::path::PathBuf;

use sys::{FileType, Stat};

use super::config::{Config, Sort, Time};

#[derive(Debug)]
pub struct Entry {
    /// As it is shown.
    pub name: OsString,
    /// As it is reached.
    pub path: PathBuf,
    pub kind: FileType,
    /// Absent where nothing needed it, or where it failed.
    pub stat: Option<Stat>,
}

impl Entry {
    pub fn new(name: OsString, path: PathBuf, kind: FileType, stat: Option<Stat>) -> Entry {
        Entry {
            name,
            path,
            kind,
            stat,
        }
    }

    /// Whether a file named on the command line is listed by its contents.
    pub fn is_listed_directory(&self, config: &Config) -> bool {
        self.kind == FileType::Directory && !config.directories_themselves
    }

    /// Whether -R goes into it.
    pub fn is_real_directory(&self) -> bool {
        self.kind == FileType::Directory && self.name != "." && self.name != ".."
    }

    fn time(&self, config: &Config) -> i64 {
        self.stat.map_or(0, |stat| time(&stat, config.time))
    }
}

pub fn time(stat: &Stat, which: Time) -> i64 {
    match which {
        Time::Modification => stat.mtime_ns,
        Time::Access => stat.atime_ns,
        Time::Change => stat.ctime_ns,
    }
}

pub fn file_type(kind: std::fs::FileType) -> FileType {
    if kind.is_dir() {
        FileType::Directory
    } else if kind.is_symlink() {
        FileType::Symlink
    } else if kind.is_file() {
        FileType::Regular
    } else {
        // std tells no more on every target; stat(2) will.
        FileType::Unknown
    }
}

pub fn sort(entries: &mut [Entry], config: &Config) {
    if config.sort != Sort::None {
        entries.sort_by(|a, b| {
            let order = compare(a, b, config);
            if config.reverse { order.reverse() } else { order }
        });
    }
    if config.directories_first {
        // A link to a directory goes with the directories.
        entries.sort_by_cached_key(|entry| match entry.kind {
            FileType::Symlink => !sys::stat(&entry.path).is_ok_and(|stat| stat.is_dir()),
            kind => kind != FileType::Directory,
        });
    }
}

fn compare(a: &Entry, b: &Entry, config: &Config) -> Ordering {
    let by_name = || a.name.as_encoded_bytes().cmp(b.name.as_encoded_bytes());
    match config.sort {
        Sort::Name | Sort::None => by_name(),
        Sort::Time => b.time(config).cmp(&a.time(config)).then_with(by_name),
        Sort::Size => {
            let size = |entry: &Entry| entry.stat.map_or(0, |stat| stat.size);
            size(b).cmp(&size(a)).then_with(by_name)
        }
        Sort::Extension => extension(a).cmp(extension(b)).then_with(by_name),
        Sort::Version => {
            compare_versions(a.name.as_encoded_bytes(), b.name.as_encoded_bytes()).then_with(by_name)
        }
    }
}

/// From the last dot on, that dot included.
fn extension(entry: &Entry) -> &[u8] {
    let name = entry.name.as_encoded_bytes();
    name.iter()
        .rposition(|b| *b == b'.')
        .map_or(b"", |at| &name[at..])
}

/// GNU's order of versions: hidden files first, suffixes such as `.tar.gz` only between names that are else the same.
fn compare_versions(a: &[u8], b: &[u8]) -> Ordering {
    let hidden = |name: &[u8]| !name.starts_with(b".");
    hidden(a)
        .cmp(&hidden(b))
        .then_with(|| compare_runs(without_suffix(a), without_suffix(b)))
        .then_with(|| compare_runs(a, b))
}

/// The name without its trailing `.[A-Za-z~][A-Za-z0-9~]*` parts.
fn without_suffix(name: &[u8]) -> &[u8] {
    let mut end = name.len();
    while let Some(dot) = name[..end]
        .iter()
        .rposition(|b| *b == b'.')
        .filter(|dot| *dot > 0)
    {
        let part = &name[dot + 1..end];
        let is_suffix = part
            .first()
            .is_some_and(|b| b.is_ascii_alphabetic() || *b == b'~')
            && part.iter().all(|b| b.is_ascii_alphanumeric() || *b == b'~');
        if !is_suffix {
            break;
        }
        end = dot;
    }
    &name[..end]
}

/// Runs of digits compare as numbers; in between `~` comes first, then the end, letters, and all else.
fn compare_runs(mut a: &[u8], mut b: &[u8]) -> Ordering {
    loop {
        let (text_a, text_b) = (take(&mut a, false), take(&mut b, false));
        let len = text_a.len().max(text_b.len());
        // A run that ends at a digit counts as more than one at the end of the name.
        let rank = |text: &[u8], at: usize, rest: &[u8]| match text.get(at) {
            None if rest.is_empty() => -1,
            None => 0,
            Some(b'~') => -2,
            Some(c) if c.is_ascii_alphabetic() => i32::from(*c),
            Some(c) => i32::from(*c) + 256,
        };
        let by_text = (0..len)
            .map(|at| rank(text_a, at, a).cmp(&rank(text_b, at, b)))
            .find(|order| order.is_ne());
        let order = by_text.unwrap_or_else(|| compare_numbers(take(&mut a, true), take(&mut b, true)));
        if order != Ordering::Equal || (a.is_empty() && b.is_empty()) {
            return order;
        }
    }
}

fn take<'a>(text: &mut &'a [u8], digits: bool) -> &'a [u8] {
    let end = text
        .iter()
        .position(|b| b.is_ascii_digit() != digits)
        .unwrap_or(text.len());
    let (run, rest) = text.split_at(end);
    *text = rest;
    run
}

fn compare_numbers(a: &[u8], b: &[u8]) -> Ordering {
    let strip = |digits: &[u8]| digits.iter().position(|d| *d != b'0').unwrap_or(digits.len());
    let (a, b) = (&a[strip(a)..], &b[strip(b)..]);
    a.len().cmp(&b.len()).then_with(|| a.cmp(b))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_sort_by_their_numbers() {
        for (less, more) in [
            ("a2", "a10"),
            ("a", "a1"),
            ("1.9", "1.10"),
            ("a007", "a8"),
            ("file", "file-1"),
            ("a.c", "a9"),
            ("a.tar.gz", "a1.tar.gz"),
            (".z", "a"),
            ("a~", "a"),
        ] {
            assert_eq!(
                compare_versions(less.as_bytes(), more.as_bytes()),
                Ordering::Less,
                "{less} {more}"
            );
        }
        assert_eq!(compare_versions(b"x1", b"x01"), Ordering::Equal);
    }
}
