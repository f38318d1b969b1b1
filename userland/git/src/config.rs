//! Configuration files: reading. <https://git-scm.com/docs/git-config#_configuration_file>

use cli::os;

use crate::failure::Result;
use crate::fatal;

/// Where a value comes from.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Scope {
    System,
    Global,
    Local,
    Command,
}

/// A key with a value; both are bytes.
#[derive(Clone, Debug)]
pub struct Item {
    /// `section.subsection.key`, section and key in lower case.
    pub key: Vec<u8>,
    /// `None` for a key without `=`, which is true.
    pub value: Option<Vec<u8>>,
    pub scope: Scope,
    pub file: Vec<u8>,
}

/// All that is configured, in order: later values win.
#[derive(Clone, Debug, Default)]
pub struct Config {
    pub items: Vec<Item>,
}

/// A line of a file as the parser sees it: which bytes it is, and what it says.
pub struct Line {
    pub start: usize,
    pub end: usize,
    pub what: What,
}

pub enum What {
    /// `section.subsection` or `section`.
    Section(Vec<u8>),
    /// The key's last part, in lower case.
    Entry(Vec<u8>, Option<Vec<u8>>),
}

const INCLUDE_DEPTH: usize = 10;

impl Config {
    /// Adds what a file says. One that is not there says nothing.
    pub fn add_file(&mut self, path: &[u8], scope: Scope) -> Result<()> {
        self.add_file_at(path, scope, 0)
    }

    fn add_file_at(&mut self, path: &[u8], scope: Scope, depth: usize) -> Result<()> {
        let Ok(text) = std::fs::read(os(path)) else {
            return Ok(());
        };
        if depth > INCLUDE_DEPTH {
            return fatal!("exceeded maximum include depth (10) while including ", path);
        }
        let mut section = Vec::new();
        for line in parse(&text, path)? {
            match line.what {
                What::Section(name) => section = name,
                What::Entry(name, value) => {
                    let key = [&section[..], b".", &name].concat();
                    let included = (key == b"include.path").then(|| value.clone()).flatten();
                    self.items.push(Item {
                        key,
                        value,
                        scope,
                        file: path.to_vec(),
                    });
                    if let Some(included) = included {
                        let slash = path.iter().rposition(|b| *b == b'/').map_or(0, |at| at + 1);
                        let full = match expand_home(&included) {
                            full if full.starts_with(b"/") => full,
                            relative => [&path[..slash], &relative].concat(),
                        };
                        self.add_file_at(&full, scope, depth + 1)?;
                    }
                }
            }
        }
        Ok(())
    }

    /// Adds `key=value` of `-c`.
    pub fn add_command(&mut self, setting: &[u8]) -> Result<()> {
        let equals = setting.iter().position(|b| *b == b'=');
        let name = &setting[..equals.unwrap_or(setting.len())];
        let Some(key) = canonical(name) else {
            return fatal!("bogus config parameter: ", setting);
        };
        self.items.push(Item {
            key,
            value: equals.map(|at| setting[at + 1..].to_vec()),
            scope: Scope::Command,
            file: b"command line".to_vec(),
        });
        Ok(())
    }

    /// The last value of a key in its canonical form; a key without a value is "true".
    pub fn get(&self, key: &str) -> Option<&[u8]> {
        self.get_bytes(key.as_bytes())
    }

    pub fn get_bytes(&self, key: &[u8]) -> Option<&[u8]> {
        let item = self.items.iter().rev().find(|item| item.key == key)?;
        Some(item.value.as_deref().unwrap_or(b"true"))
    }

    pub fn text(&self, key: &str) -> Option<String> {
        self.get(key)
            .map(|value| String::from_utf8_lossy(value).into_owned())
    }

    pub fn bool(&self, key: &str) -> Option<bool> {
        self.get(key).and_then(boolean)
    }

    /// The values of a key, in order.
    pub fn all<'a>(&'a self, key: &'a [u8]) -> impl Iterator<Item = &'a [u8]> {
        let items = self.items.iter().filter(move |item| item.key == key);
        items.map(|item| item.value.as_deref().unwrap_or(b"true"))
    }

    /// The subsections of a section, each once, in order: the names of remotes and branches.
    pub fn subsections(&self, section: &str) -> Vec<Vec<u8>> {
        let mut found: Vec<Vec<u8>> = Vec::new();
        let prefix = format!("{section}.");
        for item in &self.items {
            if let Some(rest) = item.key.strip_prefix(prefix.as_bytes())
                && let Some(dot) = rest.iter().rposition(|b| *b == b'.')
                && !found.iter().any(|seen| seen == &rest[..dot])
            {
                found.push(rest[..dot].to_vec());
            }
        }
        found
    }
}

/// A value as git reads booleans.
pub fn boolean(value: &[u8]) -> Option<bool> {
    match value.to_ascii_lowercase().as_slice() {
        b"true" | b"yes" | b"on" => Some(true),
        b"false" | b"no" | b"off" | b"" => Some(false),
        number => std::str::from_utf8(number)
            .ok()?
            .parse::<i64>()
            .ok()
            .map(|n| n != 0),
    }
}

/// `~/` at the start of a path is the home folder.
pub fn expand_home(path: &[u8]) -> Vec<u8> {
    match path.strip_prefix(b"~/") {
        Some(rest) => [
            std::env::var_os("HOME").unwrap_or_default().as_encoded_bytes(),
            b"/",
            rest,
        ]
        .concat(),
        None => path.to_vec(),
    }
}

/// The canonical form of `Section.Sub.Key`; `None` if it is no key.
pub fn canonical(name: &[u8]) -> Option<Vec<u8>> {
    let first = name.iter().position(|b| *b == b'.')?;
    let last = name.iter().rposition(|b| *b == b'.')?;
    let (section, key) = (&name[..first], &name[last + 1..]);
    let word = |part: &[u8]| part.iter().all(|b| b.is_ascii_alphanumeric() || *b == b'-');
    if section.is_empty() || !word(section) || !word(key) || !key.first()?.is_ascii_alphabetic() {
        return None;
    }
    let middle = &name[first..=last];
    Some([&section.to_ascii_lowercase(), middle, &key.to_ascii_lowercase()].concat())
}

/// The sections and entries of a file, with the bytes that they are.
pub fn parse(text: &[u8], path: &[u8]) -> Result<Vec<Line>> {
    let mut lines = Vec::new();
    let mut at = 0;
    if text.starts_with(b"\xef\xbb\xbf") {
        at = 3;
    }
    while at < text.len() {
        match text[at] {
            b if b.is_ascii_whitespace() => at += 1,
            b'#' | b';' => at = line_end(text, at),
            b'[' => {
                let Some((name, end)) = section(text, at) else {
                    return bad_line(text, at, path);
                };
                lines.push(Line {
                    start: at,
                    end,
                    what: What::Section(name),
                });
                at = end;
            }
            _ => {
                let Some((name, value, end)) = entry(text, at) else {
                    return bad_line(text, at, path);
                };
                let has_section = lines
                    .iter()
                    .any(|line: &Line| matches!(line.what, What::Section(_)));
                if !has_section {
                    return bad_line(text, at, path);
                }
                lines.push(Line {
                    start: at,
                    end,
                    what: What::Entry(name, value),
                });
                at = end;
            }
        }
    }
    Ok(lines)
}

fn bad_line<T>(text: &[u8], at: usize, path: &[u8]) -> Result<T> {
    let number = text[..at].iter().filter(|b| **b == b'\n').count() + 1;
    let here = sys::getcwd().unwrap_or_default();
    let shown = path
        .strip_prefix(&crate::path::join(&here, b"")[..])
        .unwrap_or(path);
    fatal!("bad config line ", number.to_string(), " in file ", shown)
}

fn line_end(text: &[u8], at: usize) -> usize {
    text[at..]
        .iter()
        .position(|b| *b == b'\n')
        .map_or(text.len(), |n| at + n)
}

/// `[section "sub"]` or `[section.sub]` at `at`: its name, and where it ends.
fn section(text: &[u8], at: usize) -> Option<(Vec<u8>, usize)> {
    let mut name = Vec::new();
    let mut i = at + 1;
    loop {
        match *text.get(i)? {
            b']' => return Some((name, i + 1)),
            b' ' | b'\t' => break,
            b if b.is_ascii_alphanumeric() || b == b'-' || b == b'.' => name.push(b.to_ascii_lowercase()),
            _ => return None,
        }
        i += 1;
    }
    while matches!(text.get(i)?, b' ' | b'\t') {
        i += 1;
    }
    if text[i] != b'"' {
        return None;
    }
    name.push(b'.');
    loop {
        i += 1;
        match *text.get(i)? {
            b'"' => break,
            b'\n' => return None,
            b'\\' => {
                i += 1;
                name.push(*text.get(i)?);
            }
            b => name.push(b),
        }
    }
    (*text.get(i + 1)? == b']').then_some((name, i + 2))
}

type Parsed = (Vec<u8>, Option<Vec<u8>>, usize);

/// `key = value` at `at`: key, value, and the end of its line.
fn entry(text: &[u8], at: usize) -> Option<Parsed> {
    if !text[at].is_ascii_alphabetic() {
        return None;
    }
    let length = text[at..]
        .iter()
        .take_while(|b| b.is_ascii_alphanumeric() || **b == b'-')
        .count();
    let name = text[at..at + length].to_ascii_lowercase();
    let mut i = at + length;
    while matches!(text.get(i), Some(b' ' | b'\t')) {
        i += 1;
    }
    match text.get(i) {
        None => return Some((name, None, i)),
        Some(b'\n') => return Some((name, None, i)),
        Some(b'\r') if text.get(i + 1) == Some(&b'\n') => return Some((name, None, i + 1)),
        Some(b'=') => i += 1,
        _ => return None,
    }
    let (mut value, mut kept, mut quoted) = (Vec::new(), 0, false);
    while matches!(text.get(i), Some(b' ' | b'\t')) {
        i += 1;
    }
    loop {
        match text.get(i).copied() {
            None | Some(b'\n') if quoted => return None,
            None | Some(b'\n') => break,
            Some(b'#' | b';') if !quoted => {
                i = line_end(text, i);
                break;
            }
            Some(b'"') => {
                quoted = !quoted;
                kept = value.len();
            }
            Some(b'\\') => {
                i += 1;
                match *text.get(i)? {
                    b'n' => value.push(b'\n'),
                    b't' => value.push(b'\t'),
                    b'b' => value.push(8),
                    b'\n' => {}
                    b @ (b'"' | b'\\') => value.push(b),
                    _ => return None,
                }
                kept = value.len();
            }
            Some(b) => {
                value.push(b);
                // White space at the end is dropped unless it is quoted.
                if quoted || !b.is_ascii_whitespace() {
                    kept = value.len();
                }
            }
        }
        i += 1;
    }
    value.truncate(kept);
    Some((name, Some(value), i))
}
