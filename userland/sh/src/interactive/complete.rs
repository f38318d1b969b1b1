//! Completion: commands in a command's place, files elsewhere, variables after `$`.

use std::collections::BTreeSet;

use crate::builtin;
use crate::expand::glob;
use crate::shell::Shell;
use crate::text::{Bytes, char_count, lossy};

pub struct Candidates {
    /// Where the word begins that they complete.
    pub start: usize,
    pub words: Vec<Bytes>,
}

impl Candidates {
    /// What all of them begin with.
    pub fn common(&self) -> Option<Bytes> {
        let mut common = self.words.first()?.clone();
        for w in &self.words {
            let n = common.iter().zip(w).take_while(|(a, b)| a == b).count();
            common.truncate(n);
        }
        // Never half a character.
        while std::str::from_utf8(&common).is_err_and(|e| e.error_len().is_none()) {
            common.pop();
        }
        Some(common)
    }

    /// The names in columns.
    pub fn table(&self, columns: usize) -> Bytes {
        let shown: Vec<String> = self.words.iter().map(|w| short(w)).collect();
        let width = shown.iter().map(|w| char_count(w.as_bytes())).max().unwrap_or(0) + 2;
        let per_row = (columns / width).max(1);
        let mut out = b"\r\n".to_vec();
        for row in shown.chunks(per_row) {
            let line: String = row.iter().map(|w| format!("{w:<width$}")).collect();
            out.extend_from_slice(line.trim_end().as_bytes());
            out.extend_from_slice(b"\r\n");
        }
        out
    }
}

/// A path's last part.
fn short(path: &[u8]) -> String {
    let end = path.len() - usize::from(path.ends_with(b"/"));
    let start = path[..end].iter().rposition(|c| *c == b'/').map_or(0, |i| i + 1);
    lossy(&path[start..]).into_owned()
}

pub fn candidates(sh: &Shell, before: &[u8]) -> Candidates {
    let breaks = b" \t\n;|&()<>";
    let mut start = before.len();
    while start > 0 && (!breaks.contains(&before[start - 1]) || (start > 1 && before[start - 2] == b'\\')) {
        start -= 1;
    }
    let word = &before[start..];
    let ahead = before[..start].trim_ascii_end();
    let command = ahead.is_empty() || b";|&(".contains(&ahead[ahead.len() - 1]);
    let words = if let Some(name) = word.strip_prefix(b"$") {
        variables(sh, name)
    } else if command && !word.contains(&b'/') {
        commands(sh, word)
    } else {
        files(sh, word)
    };
    Candidates { start, words }
}

fn variables(sh: &Shell, prefix: &[u8]) -> Vec<Bytes> {
    let names = sh
        .vars
        .all()
        .into_keys()
        .filter(|n| n.as_bytes().starts_with(prefix));
    names.map(|n| [b"$", n.as_bytes()].concat()).collect()
}

fn commands(sh: &Shell, prefix: &[u8]) -> Vec<Bytes> {
    let mut all: BTreeSet<Bytes> = builtin::names().map(|n| n.as_bytes().to_vec()).collect();
    all.extend(
        sh.functions
            .keys()
            .chain(sh.aliases.keys())
            .map(|n| n.clone().into_bytes()),
    );
    let default = Vec::new();
    for dir in sh.vars.get("PATH").unwrap_or(&default).split(|c| *c == b':') {
        all.extend(glob::entries(dir).into_iter().map(|(n, _)| n));
    }
    all.into_iter().filter(|n| n.starts_with(prefix)).collect()
}

fn files(sh: &Shell, word: &[u8]) -> Vec<Bytes> {
    let plain = crate::expand::pattern::unescape(word);
    let split = plain.iter().rposition(|c| *c == b'/').map_or(0, |i| i + 1);
    let (dir, prefix) = plain.split_at(split);
    let place = match (dir.strip_prefix(b"~/"), sh.vars.get("HOME")) {
        (Some(rest), Some(home)) => [&home[..], b"/", rest].concat(),
        _ => dir.to_vec(),
    };
    let mut found: Vec<Bytes> = glob::entries(&place)
        .into_iter()
        .filter(|(n, _)| n.starts_with(prefix) && (!n.starts_with(b".") || prefix.starts_with(b".")))
        .map(|(n, is_dir)| {
            let full = [&place[..], &n].concat();
            let mut out = dir.to_vec();
            out.extend_from_slice(&crate::text::backslash_quote(&n));
            if is_dir || sys::stat(&full).is_ok_and(|s| s.is_dir()) {
                out.push(b'/');
            }
            out
        })
        .collect();
    found.sort();
    found
}
