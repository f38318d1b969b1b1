//! Changing configuration files, leaving the rest of them as it is.

use cli::os;

use crate::config::{Line, What, parse};
use crate::failure::{Result, os_error};
use crate::lock::LockFile;
use crate::msg;
use crate::path::join;
use crate::repo::Repo;

/// The repository's own file.
pub fn local_file(repo: &Repo) -> Vec<u8> {
    join(&repo.common_dir, b"config")
}

fn read(path: &[u8]) -> Result<Vec<u8>> {
    match std::fs::read(os(path)) {
        Ok(text) => Ok(text),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Vec::new()),
        Err(error) => Err(os_error("could not read", path, &error)),
    }
}

/// Section and last part of a canonical key.
fn split(key: &[u8]) -> (&[u8], &[u8]) {
    let dot = key.iter().rposition(|b| *b == b'.').unwrap_or(0);
    (&key[..dot], &key[dot + 1..])
}

/// `[section "sub"]`
fn header(section: &[u8]) -> Vec<u8> {
    match section.iter().position(|b| *b == b'.') {
        None => msg!["[", section, "]\n"],
        Some(dot) => {
            let escaped: Vec<u8> = section[dot + 1..]
                .iter()
                .flat_map(|b| {
                    if matches!(b, b'"' | b'\\') {
                        vec![b'\\', *b]
                    } else {
                        vec![*b]
                    }
                })
                .collect();
            msg!["[", section[..dot], " \"", escaped, "\"]\n"]
        }
    }
}

/// A value as a file has it: quoted where it would not be read back the same.
fn quoted(value: &[u8]) -> Vec<u8> {
    let needs = value.first().is_some_and(u8::is_ascii_whitespace)
        || value.last().is_some_and(u8::is_ascii_whitespace)
        || value.iter().any(|b| matches!(b, b'#' | b';'));
    let mut text = Vec::new();
    for b in value {
        match b {
            b'\n' => text.extend_from_slice(b"\\n"),
            b'\t' => text.extend_from_slice(b"\\t"),
            b'"' | b'\\' => text.extend([b'\\', *b]),
            _ => text.push(*b),
        }
    }
    if needs { msg!["\"", text, "\""] } else { text }
}

/// The entries of a key: their places in the file's lines.
fn entries(lines: &[Line], key: &[u8]) -> Vec<usize> {
    let (section, name) = split(key);
    let mut here = false;
    let mut found = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        match &line.what {
            What::Section(other) => here = other == section,
            What::Entry(other, _) if here && other == name => found.push(at),
            What::Entry(..) => {}
        }
    }
    found
}

/// The end of the line that `at` is in, its newline included.
fn after_line(text: &[u8], at: usize) -> usize {
    text[at..]
        .iter()
        .position(|b| *b == b'\n')
        .map_or(text.len(), |end| at + end + 1)
}

/// Sets a key: the last entry is replaced, or one is added to its section.
pub fn set(path: &[u8], key: &[u8], value: &[u8]) -> Result<()> {
    let lock = LockFile::take(path)?;
    let text = read(path)?;
    let lines = parse(&text, path)?;
    let (_, name) = split(key);
    let entry = msg!["\t", name, " = ", quoted(value), "\n"];
    let new = match entries(&lines, key).last() {
        Some(at) => {
            let line = &lines[*at];
            let start = text[..line.start]
                .iter()
                .rposition(|b| *b == b'\n')
                .map_or(0, |at| at + 1);
            let blank = text[start..line.start].iter().all(u8::is_ascii_whitespace);
            let start = if blank { start } else { line.start };
            msg![text[..start], entry, text[after_line(&text, line.end)..]]
        }
        None => added(&text, &lines, key, &entry),
    };
    lock.commit(&new)
}

/// Adds an entry, whatever else there is of the key.
pub fn add(path: &[u8], key: &[u8], value: &[u8]) -> Result<()> {
    let lock = LockFile::take(path)?;
    let text = read(path)?;
    let lines = parse(&text, path)?;
    let entry = msg!["\t", split(key).1, " = ", quoted(value), "\n"];
    lock.commit(&added(&text, &lines, key, &entry))
}

fn added(text: &[u8], lines: &[Line], key: &[u8], entry: &[u8]) -> Vec<u8> {
    let (section, _) = split(key);
    let mut end = None;
    let mut here = false;
    for line in lines {
        match &line.what {
            What::Section(name) => here = name == section,
            What::Entry(..) => {}
        }
        if here {
            end = Some(after_line(text, line.end));
        }
    }
    match end {
        Some(end) => {
            let gap = if text[..end].ends_with(b"\n") { "" } else { "\n" };
            msg![text[..end], gap, entry, text[end..]]
        }
        None => {
            let gap = if text.is_empty() || text.ends_with(b"\n") {
                ""
            } else {
                "\n"
            };
            msg![text, gap, header(section), entry]
        }
    }
}

/// Which values of a key are meant.
pub type Matches<'a> = &'a dyn Fn(&[u8]) -> bool;

/// Takes entries of a key away: those whose value `matches`, the last or all. How many there were.
pub fn unset(path: &[u8], key: &[u8], matches: Option<Matches<'_>>, all: bool) -> Result<usize> {
    let text = read(path)?;
    let lines = parse(&text, path)?;
    let fits = |at: &usize| match (&lines[*at].what, matches) {
        (What::Entry(_, value), Some(matches)) => matches(value.as_deref().unwrap_or(b"true")),
        _ => true,
    };
    let found: Vec<usize> = entries(&lines, key).into_iter().filter(fits).collect();
    if found.is_empty() || found.len() > 1 && !all {
        return Ok(found.len());
    }
    let lock = LockFile::take(path)?;
    let mut new = Vec::new();
    let mut from = 0;
    for at in &found {
        let line = &lines[*at];
        let start = text[..line.start]
            .iter()
            .rposition(|b| *b == b'\n')
            .map_or(0, |at| at + 1);
        let blank = text[start..line.start].iter().all(u8::is_ascii_whitespace);
        new.extend_from_slice(&text[from..if blank { start } else { line.start }]);
        from = after_line(&text, line.end);
    }
    new.extend_from_slice(&text[from..]);
    lock.commit(&without_empty_section(new, split(key).0, path)?)?;
    Ok(found.len())
}

/// A section that has lost its last entry goes, unless a comment is in it.
fn without_empty_section(text: Vec<u8>, section: &[u8], path: &[u8]) -> Result<Vec<u8>> {
    let lines = parse(&text, path)?;
    for (at, line) in lines.iter().enumerate() {
        let What::Section(name) = &line.what else { continue };
        let next = lines.get(at + 1);
        let ends = next.is_none_or(|next| matches!(next.what, What::Section(_)));
        let end = next.map_or(text.len(), |next| next.start);
        let blank = text[line.end..end].iter().all(u8::is_ascii_whitespace);
        if name == section && ends && blank {
            return Ok(msg![text[..line.start], text[end..]]);
        }
    }
    Ok(text)
}

/// Takes a section away; whether it was there.
pub fn remove_section(path: &[u8], section: &[u8]) -> Result<bool> {
    change_sections(path, section, None)
}

/// Gives a section another name; whether it was there.
pub fn rename_section(path: &[u8], old: &[u8], new: &[u8]) -> Result<bool> {
    change_sections(path, old, Some(new))
}

fn change_sections(path: &[u8], section: &[u8], new: Option<&[u8]>) -> Result<bool> {
    let text = read(path)?;
    let lines = parse(&text, path)?;
    let sections: Vec<(usize, usize, &[u8])> = lines
        .iter()
        .filter_map(|line| match &line.what {
            What::Section(name) => Some((line.start, line.end, &name[..])),
            What::Entry(..) => None,
        })
        .collect();
    if !sections.iter().any(|(_, _, name)| *name == section) {
        return Ok(false);
    }
    let lock = LockFile::take(path)?;
    let mut out = text[..sections[0].0].to_vec();
    for (at, (start, end, name)) in sections.iter().enumerate() {
        let next = sections.get(at + 1).map_or(text.len(), |next| next.0);
        match new {
            _ if *name != section => out.extend_from_slice(&text[*start..next]),
            Some(new) => {
                let head = header(new);
                out.extend_from_slice(head.trim_ascii_end());
                out.extend_from_slice(&text[*end..next]);
            }
            None => {}
        }
    }
    lock.commit(&out)?;
    Ok(true)
}
