//! What is in objects: trees, commits and tags, read and written.
//! <https://git-scm.com/book/en/v2/Git-Internals-Git-Objects>

use std::cmp::Ordering;

use crate::failure::Result;
use crate::fatal;
use crate::ident::Ident;
use crate::oid::Oid;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    Commit,
    Tree,
    Blob,
    Tag,
}

impl Kind {
    pub fn name(self) -> &'static str {
        match self {
            Kind::Commit => "commit",
            Kind::Tree => "tree",
            Kind::Blob => "blob",
            Kind::Tag => "tag",
        }
    }

    pub fn from_name(name: &[u8]) -> Option<Kind> {
        [Kind::Commit, Kind::Tree, Kind::Blob, Kind::Tag]
            .into_iter()
            .find(|kind| kind.name().as_bytes() == name)
    }
}

/// Modes in trees and the index.
pub mod mode {
    pub const TREE: u32 = 0o040000;
    pub const FILE: u32 = 0o100644;
    pub const EXECUTABLE: u32 = 0o100755;
    pub const SYMLINK: u32 = 0o120000;
    pub const GITLINK: u32 = 0o160000;

    pub fn kind(mode: u32) -> super::Kind {
        match mode & 0o170000 {
            0o040000 => super::Kind::Tree,
            0o160000 => super::Kind::Commit,
            _ => super::Kind::Blob,
        }
    }
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TreeEntry {
    pub mode: u32,
    pub name: Vec<u8>,
    pub oid: Oid,
}

impl TreeEntry {
    pub fn is_tree(&self) -> bool {
        self.mode == mode::TREE
    }

    /// The order of names in a tree: a directory sorts as if it ended in `/`.
    pub fn order(&self, other: &TreeEntry) -> Ordering {
        fn key(entry: &TreeEntry) -> impl Iterator<Item = u8> {
            let slash = entry.is_tree().then_some(b'/');
            entry.name.iter().copied().chain(slash)
        }
        key(self).cmp(key(other))
    }
}

pub fn parse_tree(data: &[u8]) -> Result<Vec<TreeEntry>> {
    let mut entries = Vec::new();
    let mut rest = data;
    while !rest.is_empty() {
        let Some((entry, after)) = tree_entry(rest) else {
            return fatal!("corrupt tree file");
        };
        entries.push(entry);
        rest = after;
    }
    Ok(entries)
}

fn tree_entry(data: &[u8]) -> Option<(TreeEntry, &[u8])> {
    let space = data.iter().position(|b| *b == b' ')?;
    let mode = u32::from_str_radix(std::str::from_utf8(&data[..space]).ok()?, 8).ok()?;
    let rest = &data[space + 1..];
    let end = rest.iter().position(|b| *b == 0)?;
    let oid = Oid::from_bytes(rest.get(end + 1..end + 21)?)?;
    let name = rest[..end].to_vec();
    Some((TreeEntry { mode, name, oid }, &rest[end + 21..]))
}

/// The tree's content; the entries are put into their order.
pub fn serialize_tree(mut entries: Vec<TreeEntry>) -> Vec<u8> {
    entries.sort_by(TreeEntry::order);
    let mut data = Vec::new();
    for entry in entries {
        data.extend_from_slice(format!("{:o} ", entry.mode).as_bytes());
        data.extend_from_slice(&entry.name);
        data.push(0);
        data.extend_from_slice(&entry.oid.0);
    }
    data
}

#[derive(Clone, Debug)]
pub struct Commit {
    pub tree: Oid,
    pub parents: Vec<Oid>,
    /// As written, `Name <mail> seconds zone`.
    pub author: Vec<u8>,
    pub committer: Vec<u8>,
    /// Headers besides those, with their continuation lines (`encoding`, `gpgsig`, …).
    pub extra: Vec<u8>,
    pub message: Vec<u8>,
}

/// Key and value of a header.
type Header<'a> = (&'a [u8], &'a [u8]);

/// The header lines (key, value with continuations) and what is after the empty line.
fn headers(data: &[u8]) -> (Vec<Header<'_>>, &[u8]) {
    let mut found: Vec<Header<'_>> = Vec::new();
    let mut at = 0;
    while at < data.len() {
        if data[at] == b'\n' {
            return (found, &data[at + 1..]);
        }
        let mut end = at;
        loop {
            end = data[end..]
                .iter()
                .position(|b| *b == b'\n')
                .map_or(data.len(), |n| end + n);
            if data.get(end + 1) != Some(&b' ') {
                break;
            }
            end += 1;
        }
        let line = &data[at..end];
        let space = line.iter().position(|b| *b == b' ').unwrap_or(line.len());
        found.push((&line[..space], line.get(space + 1..).unwrap_or_default()));
        at = end + 1;
    }
    (found, &[])
}

impl Commit {
    pub fn parse(data: &[u8]) -> Result<Commit> {
        let (found, message) = headers(data);
        let mut commit = Commit {
            tree: Oid::ZERO,
            parents: Vec::new(),
            author: Vec::new(),
            committer: Vec::new(),
            extra: Vec::new(),
            message: message.to_vec(),
        };
        let mut has_tree = false;
        for (key, value) in found {
            match key {
                b"tree" if !has_tree => {
                    let Some(oid) = Oid::from_hex(value) else {
                        return fatal!("bogus commit object");
                    };
                    (commit.tree, has_tree) = (oid, true);
                }
                b"parent" => match Oid::from_hex(value) {
                    Some(oid) => commit.parents.push(oid),
                    None => return fatal!("bad parents in commit"),
                },
                b"author" => commit.author = value.to_vec(),
                b"committer" => commit.committer = value.to_vec(),
                _ => {
                    for part in [key, b" ", value, b"\n"] {
                        commit.extra.extend_from_slice(part);
                    }
                }
            }
        }
        if has_tree {
            Ok(commit)
        } else {
            fatal!("bogus commit object")
        }
    }

    pub fn serialize(&self) -> Vec<u8> {
        let mut data = format!("tree {}\n", self.tree).into_bytes();
        for parent in &self.parents {
            data.extend_from_slice(format!("parent {parent}\n").as_bytes());
        }
        for part in [
            b"author ",
            &self.author[..],
            b"\ncommitter ",
            &self.committer,
            b"\n",
            &self.extra,
            b"\n",
            &self.message,
        ] {
            data.extend_from_slice(part);
        }
        data
    }

    /// The first paragraph on one line.
    pub fn subject(&self) -> Vec<u8> {
        subject(&self.message)
    }

    pub fn committed(&self) -> i64 {
        Ident::parse(&self.committer).time
    }
}

/// The first paragraph on one line.
pub fn subject(message: &[u8]) -> Vec<u8> {
    let mut out: Vec<u8> = Vec::new();
    for line in message
        .split(|b| *b == b'\n')
        .skip_while(|line| line.trim_ascii().is_empty())
    {
        let line = line.trim_ascii_end();
        if line.is_empty() {
            break;
        }
        if !out.is_empty() {
            out.push(b' ');
        }
        out.extend_from_slice(line);
    }
    out
}

/// What is after the first paragraph, without the empty lines between.
pub fn body(message: &[u8]) -> &[u8] {
    let mut rest = message;
    let mut in_subject = false;
    loop {
        let end = rest.iter().position(|b| *b == b'\n');
        let line = &rest[..end.unwrap_or(rest.len())];
        let blank = line.trim_ascii().is_empty();
        match (in_subject, blank) {
            (true, true) => break,
            (false, false) => in_subject = true,
            _ => {}
        }
        match end {
            Some(end) => rest = &rest[end + 1..],
            None => return &[],
        }
    }
    while let Some(end) = rest.iter().position(|b| *b == b'\n') {
        if !rest[..end].trim_ascii().is_empty() {
            break;
        }
        rest = &rest[end + 1..];
    }
    rest
}

#[derive(Clone, Debug)]
pub struct Tag {
    pub target: Oid,
    pub kind: Kind,
    pub name: Vec<u8>,
    pub tagger: Vec<u8>,
    pub message: Vec<u8>,
}

impl Tag {
    pub fn parse(data: &[u8]) -> Result<Tag> {
        let (found, message) = headers(data);
        let get = |name: &[u8]| {
            found
                .iter()
                .find(|(key, _)| *key == name)
                .map(|(_, value)| *value)
        };
        let target = get(b"object").and_then(Oid::from_hex);
        match (target, get(b"type").and_then(Kind::from_name)) {
            (Some(target), Some(kind)) => Ok(Tag {
                target,
                kind,
                name: get(b"tag").unwrap_or_default().to_vec(),
                tagger: get(b"tagger").unwrap_or_default().to_vec(),
                message: message.to_vec(),
            }),
            _ => fatal!("bogus tag object"),
        }
    }

    pub fn serialize(&self) -> Vec<u8> {
        let head = format!("object {}\ntype {}\ntag ", self.target, self.kind.name());
        [
            head.as_bytes(),
            &self.name,
            b"\ntagger ",
            &self.tagger,
            b"\n\n",
            &self.message,
        ]
        .concat()
    }
}
