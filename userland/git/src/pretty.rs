//! Commits for people: `--pretty`, `--format`. <https://git-scm.com/docs/pretty-formats>

use crate::date::{self, Mode};
use crate::failure::Result;
use crate::fatal;
use crate::ident::Ident;
use crate::msg;
use crate::object::{Commit, body};
use crate::oid::Oid;
use crate::pretty_text::{indented, padded, padding, person, sanitized};
use crate::repo::Repo;

/// How commits are shown.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Pretty {
    Oneline,
    Short,
    Medium,
    Full,
    Fuller,
    Reference,
    Raw,
    /// A format; whether each ends in a newline (`tformat:`) or they are separated by one (`format:`).
    Format(Vec<u8>, bool),
}

/// What else the formats need to know.
pub struct Style {
    pub pretty: Pretty,
    pub date: Mode,
    pub abbrev_commit: bool,
    pub color: bool,
    /// `%d` of each commit, without its parentheses.
    pub decorations: std::collections::HashMap<Oid, Vec<Decoration>>,
    /// Whether formats of their own accord show them.
    pub decorate: bool,
    pub abbrev: Option<usize>,
}

/// A reference at a commit: its name as shown, and its colour.
#[derive(Clone, Debug)]
pub struct Decoration {
    pub name: Vec<u8>,
    pub color: &'static str,
    /// `HEAD -> branch` is this.
    pub head_of: Option<Vec<u8>>,
}

/// Of a reflog entry that is shown: `HEAD@{1}`, and its message.
pub struct LogEntry {
    pub selector: Vec<u8>,
    pub message: Vec<u8>,
}

impl Pretty {
    pub fn parse(text: &[u8]) -> Result<Pretty> {
        Ok(match text {
            b"oneline" => Pretty::Oneline,
            b"short" => Pretty::Short,
            b"medium" => Pretty::Medium,
            b"" => Pretty::Format(Vec::new(), true),
            b"full" => Pretty::Full,
            b"fuller" => Pretty::Fuller,
            b"reference" => Pretty::Reference,
            b"raw" => Pretty::Raw,
            b"email" | b"mboxrd" => return fatal!("pretty format '", text, "' is not supported by this git"),
            _ => {
                if let Some(format) = text.strip_prefix(b"format:") {
                    Pretty::Format(format.to_vec(), false)
                } else if let Some(format) = text.strip_prefix(b"tformat:") {
                    Pretty::Format(format.to_vec(), true)
                } else if text.contains(&b'%') {
                    Pretty::Format(text.to_vec(), true)
                } else {
                    return fatal!("invalid --pretty format: ", text);
                }
            }
        })
    }
}

const YELLOW: &str = "\x1b[33m";
pub const RESET: &str = "\x1b[m";

impl Style {
    fn hash(&self, repo: &Repo, oid: &Oid) -> String {
        if self.abbrev_commit {
            repo.abbrev_to(oid, self.abbrev)
        } else {
            oid.hex()
        }
    }

    /// ` (HEAD -> main, tag: v1)`, or nothing.
    fn decoration(&self, oid: &Oid, color: bool) -> Vec<u8> {
        let Some(list) = self.decorations.get(oid) else {
            return Vec::new();
        };
        let (yellow, reset) = if color { (YELLOW, RESET) } else { ("", "") };
        let mut text = msg![yellow, " (", reset];
        for (at, decoration) in list.iter().enumerate() {
            if at > 0 {
                text.extend(msg![yellow, ", ", reset]);
            }
            let tint = if color { decoration.color } else { "" };
            match &decoration.head_of {
                Some(branch) => {
                    let branch_color = if color { "\x1b[1;32m" } else { "" };
                    text.extend(msg![
                        tint,
                        decoration.name,
                        reset,
                        yellow,
                        " -> ",
                        reset,
                        branch_color,
                        branch,
                        reset
                    ]);
                }
                None if decoration.name.starts_with(b"tag: ") => {
                    text.extend(msg![tint, "tag: ", reset, tint, decoration.name[5..], reset]);
                }
                None => text.extend(msg![tint, decoration.name, reset]),
            }
        }
        text.extend(msg![yellow, ")", reset]);
        text
    }

    /// The commit as text that ends in a newline, but for [`Pretty::Format`] without one at its end.
    pub fn show(&self, repo: &Repo, oid: &Oid, commit: &Commit, entry: Option<&LogEntry>) -> Vec<u8> {
        let (yellow, reset) = if self.color { (YELLOW, RESET) } else { ("", "") };
        let decoration = if self.decorate {
            self.decoration(oid, self.color)
        } else {
            Vec::new()
        };
        let hash = self.hash(repo, oid);
        match &self.pretty {
            Pretty::Format(format, _) => return self.expand(repo, format, oid, commit, entry),
            Pretty::Oneline => {
                let subject = match entry {
                    Some(entry) => msg![entry.selector, ": ", entry.message],
                    None => commit.subject(),
                };
                return msg![yellow, hash, reset, decoration, " ", subject, "\n"];
            }
            Pretty::Reference => {
                let when = Ident::parse(&commit.author);
                let day = date::show(when.time, when.zone, &Mode::Short);
                return msg![repo.abbrev(oid), " (", commit.subject(), ", ", day, ")\n"];
            }
            _ => {}
        }
        let mut text = msg![yellow, "commit ", hash, reset, decoration, "\n"];
        if self.pretty == Pretty::Raw {
            let serialized = commit.serialize();
            let end = serialized
                .windows(2)
                .position(|pair| pair == b"\n\n")
                .unwrap_or(serialized.len());
            text.extend(msg![serialized[..end], "\n"]);
        } else {
            if commit.parents.len() > 1 {
                let parents: Vec<String> = commit.parents.iter().map(|parent| repo.abbrev(parent)).collect();
                text.extend(msg!["Merge: ", parents.join(" "), "\n"]);
            }
            if let Some(entry) = entry {
                let who = Ident::parse(&commit.committer);
                text.extend(msg![
                    "Reflog: ",
                    entry.selector,
                    " (",
                    who.name,
                    " <",
                    who.mail,
                    ">)\n"
                ]);
                text.extend(msg!["Reflog message: ", entry.message, "\n"]);
            }
            self.people(commit, &mut text);
        }
        text.push(b'\n');
        if self.pretty == Pretty::Short {
            text.extend(msg!["    ", commit.subject(), "\n"]);
        } else {
            text.extend(indented(&commit.message));
        }
        text
    }

    fn people(&self, commit: &Commit, text: &mut Vec<u8>) {
        let (author, committer) = (Ident::parse(&commit.author), Ident::parse(&commit.committer));
        let who = |ident: &Ident| msg![ident.name, " <", ident.mail, ">\n"];
        let when = |ident: &Ident| date::show(ident.time, ident.zone, &self.date);
        match self.pretty {
            Pretty::Fuller => {
                text.extend(msg![
                    "Author:     ",
                    who(&author),
                    "AuthorDate: ",
                    when(&author),
                    "\n"
                ]);
                text.extend(msg![
                    "Commit:     ",
                    who(&committer),
                    "CommitDate: ",
                    when(&committer),
                    "\n"
                ]);
            }
            Pretty::Full => text.extend(msg!["Author: ", who(&author), "Commit: ", who(&committer)]),
            Pretty::Short => text.extend(msg!["Author: ", who(&author)]),
            _ => text.extend(msg!["Author: ", who(&author), "Date:   ", when(&author), "\n"]),
        }
    }

    fn expand(
        &self,
        repo: &Repo,
        format: &[u8],
        oid: &Oid,
        commit: &Commit,
        entry: Option<&LogEntry>,
    ) -> Vec<u8> {
        let mut out = Vec::new();
        let mut rest = format;
        let mut pad: Option<(isize, bool)> = None;
        while let Some((b, after)) = rest.split_first() {
            if *b != b'%' {
                out.push(*b);
                rest = after;
                continue;
            }
            if let Some((width, left, used)) = padding(after) {
                pad = Some((width, left));
                rest = &after[used..];
                continue;
            }
            // `%+b`, `%-b`, `% b`: a newline or space before what isn't empty.
            let (mark, code) = match after.split_first() {
                Some((mark @ (b'+' | b'-' | b' '), code)) => (Some(*mark), code),
                _ => (None, after),
            };
            match self.placeholder(repo, code, oid, commit, entry) {
                Some((mut text, used)) => {
                    match mark {
                        Some(b'+') if !text.is_empty() => text.insert(0, b'\n'),
                        Some(b' ') if !text.is_empty() => text.insert(0, b' '),
                        Some(b'-') if text.is_empty() => {
                            while out.last() == Some(&b'\n') {
                                out.pop();
                            }
                        }
                        _ => {}
                    }
                    if let Some((width, left)) = pad.take() {
                        text = padded(text, width, left, &out);
                    }
                    out.extend(text);
                    rest = &code[used..];
                }
                None => {
                    out.push(b'%');
                    rest = after;
                }
            }
        }
        out
    }

    /// What a placeholder stands for, and how long it is.
    fn placeholder(
        &self,
        repo: &Repo,
        code: &[u8],
        oid: &Oid,
        commit: &Commit,
        entry: Option<&LogEntry>,
    ) -> Option<(Vec<u8>, usize)> {
        let list = |oids: &[Oid], short: bool| {
            let shown: Vec<String> = oids
                .iter()
                .map(|oid| if short { repo.abbrev(oid) } else { oid.hex() })
                .collect();
            shown.join(" ").into_bytes()
        };
        let one = |text: Vec<u8>| Some((text, 1));
        match *code.first()? {
            b'%' => one(b"%".to_vec()),
            b'n' => one(b"\n".to_vec()),
            b'H' => one(oid.hex().into_bytes()),
            b'h' => one(repo.abbrev_to(oid, self.abbrev).into_bytes()),
            b'T' => one(commit.tree.hex().into_bytes()),
            b't' => one(repo.abbrev(&commit.tree).into_bytes()),
            b'P' => one(list(&commit.parents, false)),
            b'p' => one(list(&commit.parents, true)),
            b's' => one(commit.subject()),
            b'f' => one(sanitized(
                commit
                    .message
                    .trim_ascii_start()
                    .split(|b| *b == b'\n')
                    .next()
                    .unwrap_or_default(),
            )),
            b'b' => one(body(&commit.message).to_vec()),
            b'B' => one(commit.message.clone()),
            b'N' | b'e' => one(Vec::new()),
            b'd' => one(self.decoration(oid, self.color)),
            b'D' => {
                let text = self.decoration(oid, false);
                one(text
                    .strip_prefix(b" (")
                    .and_then(|text| text.strip_suffix(b")"))
                    .unwrap_or(&text)
                    .to_vec())
            }
            b'm' => one(b">".to_vec()),
            b'S' => one(b"HEAD".to_vec()),
            b'g' => {
                let entry = entry?;
                match code.get(1)? {
                    b'd' | b'D' => Some((entry.selector.clone(), 2)),
                    b's' => Some((entry.message.clone(), 2)),
                    _ => None,
                }
            }
            b'x' => {
                let hex = std::str::from_utf8(code.get(1..3)?).ok()?;
                Some((vec![u8::from_str_radix(hex, 16).ok()?], 3))
            }
            b'C' => self
                .color_code(&code[1..])
                .map(|(text, used)| (text.into_bytes(), used + 1)),
            b'a' | b'c' => {
                let ident = Ident::parse(if code[0] == b'a' {
                    &commit.author
                } else {
                    &commit.committer
                });
                person(&ident, *code.get(1)?, &self.date).map(|text| (text, 2))
            }
            _ => None,
        }
    }

    fn color_code(&self, code: &[u8]) -> Option<(String, usize)> {
        let (name, used) = if code.first() == Some(&b'(') {
            let end = code.iter().position(|b| *b == b')')?;
            (&code[1..end], end + 1)
        } else {
            let name = [&b"reset"[..], b"red", b"green", b"blue"]
                .into_iter()
                .find(|name| code.starts_with(name))?;
            (name, name.len())
        };
        let name = String::from_utf8_lossy(name).into_owned();
        let (force, name) = match name.strip_prefix("always,") {
            Some(rest) => (true, rest.to_owned()),
            None => (false, name.trim_start_matches("auto,").to_owned()),
        };
        let code = crate::color::color(&name)?;
        Some((if self.color || force { code } else { String::new() }, used))
    }
}
