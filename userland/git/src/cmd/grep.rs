//! `git grep`

use posix_regex::Regex;

use crate::changes::files;
use crate::diff_options::color_switch;
use crate::failure::Result;
use crate::git::Git;
use crate::object::mode;
use crate::options::{Parsed, Spec, flag, optional, value};
use crate::path::{quoted, relative_to};
use crate::pathspec::Pathspec;
use crate::untracked::{self, Show};
use crate::{fatal, msg, patch, worktree};

const SPEC: Spec = Spec {
    usage: &["grep [<options>] [-e] <pattern> [<rev>...] [[--] <path>...]"],
    options: &[&[
        flag("|cached", "search in index instead of in the work tree"),
        flag("|untracked", "search in both tracked and untracked files"),
        flag("v|invert-match", "show non-matching lines"),
        flag("i|ignore-case", "case insensitive matching"),
        flag("w|word-regexp", "match patterns only at word boundaries"),
        flag("a|text", "process binary files as text"),
        flag("I|", "don't match patterns in binary files"),
        flag("E|extended-regexp", "use extended POSIX regular expressions"),
        flag("G|basic-regexp", "use basic POSIX regular expressions (default)"),
        flag("F|fixed-strings", "interpret patterns as fixed strings"),
        flag("P|perl-regexp", ""),
        flag("n|line-number", "show line numbers"),
        flag("h|", "don't show filenames"),
        flag("H|", "show filenames"),
        flag("|full-name", "show filenames relative to top directory"),
        flag(
            "l|files-with-matches",
            "show only filenames instead of matching lines",
        ),
        flag("|name-only", ""),
        flag(
            "L|files-without-match",
            "show only the names of files without match",
        ),
        flag("z|null", "print NUL after filenames"),
        flag("o|only-matching", "show only matching parts of a line"),
        flag("c|count", "show the number of matches instead of matching lines"),
        optional("|color", "when", "highlight matches"),
        value(
            "C|context",
            "n",
            "show <n> context lines before and after matches",
        ),
        value("B|before-context", "n", "show <n> context lines before matches"),
        value("A|after-context", "n", "show <n> context lines after matches"),
        value("e|", "pattern", "match <pattern>"),
        flag("q|quiet", "indicate hit with exit status without output"),
        flag("|and", ""),
        flag("|or", ""),
        flag("|not", ""),
        flag("|all-match", ""),
        flag("p|show-function", ""),
        flag("W|function-context", ""),
        flag("|heading", ""),
        flag("|break", ""),
        flag("|no-index", ""),
        value("f|", "file", ""),
        value("|max-depth", "n", ""),
        value("m|max-count", "n", ""),
        flag("|column", ""),
        optional("O|open-files-in-pager", "pager", ""),
    ]],
    stop_at_operand: false,
};

const MISSING: [&str; 15] = [
    "perl-regexp",
    "and",
    "or",
    "not",
    "all-match",
    "show-function",
    "function-context",
    "heading",
    "break",
    "no-index",
    "f",
    "max-depth",
    "max-count",
    "column",
    "open-files-in-pager",
];

struct Grep<'a> {
    git: &'a Git,
    parsed: &'a Parsed,
    patterns: Vec<Regex>,
    color: bool,
    before: usize,
    after: usize,
    shown: std::cell::Cell<bool>,
}

pub fn run(git: &Git, arguments: Vec<Vec<u8>>) -> Result<i32> {
    let parsed = SPEC.parse(arguments)?;
    let repo = git.repo()?;
    if let Some(id) = MISSING.iter().find(|id| parsed.has(id)) {
        let dashes = if id.len() == 1 { "-" } else { "--" };
        return fatal!("option '", dashes, id, "' is not supported by this git");
    }
    let mut texts: Vec<Vec<u8>> = parsed.values("e").map(<[u8]>::to_vec).collect();
    let mut before: Vec<Vec<u8>> = parsed.split().0.to_vec();
    let mut paths = parsed.split().1.to_vec();
    if texts.is_empty() {
        if before.is_empty() {
            return fatal!("no pattern given");
        }
        texts.push(before.remove(0));
    }
    let mut revisions = Vec::new();
    while !before.is_empty() && repo.is_revision(&before[0]) {
        revisions.push(before.remove(0));
    }
    if parsed.dashes.is_some() && !before.is_empty() {
        return fatal!("unable to resolve revision: ", before[0]);
    }
    before.append(&mut paths);
    let kind = parsed.last_of(&["extended-regexp", "basic-regexp", "fixed-strings"]);
    let mut patterns = Vec::new();
    for text in &texts {
        let extended = kind == Some("extended-regexp");
        patterns.push(super::limits::regex(
            text,
            extended,
            kind == Some("fixed-strings"),
            parsed.has("ignore-case"),
        )?);
    }
    git.page("grep");
    let context = parsed.number_of("context")?.unwrap_or(0) as usize;
    let grep = Grep {
        git,
        parsed: &parsed,
        patterns,
        color: color_switch(&parsed)?.unwrap_or_else(|| git.colors("grep")),
        before: parsed
            .number_of("before-context")?
            .map_or(context, |count| count as usize),
        after: parsed
            .number_of("after-context")?
            .map_or(context, |count| count as usize),
        shown: Default::default(),
    };
    if before.is_empty() && !repo.prefix.is_empty() {
        before.push(b".".to_vec());
    }
    let pathspec = Pathspec::new(repo, &before)?;
    let name = |path: &[u8]| {
        let path = if parsed.has("full-name") {
            path.to_vec()
        } else {
            relative_to(path, &repo.prefix)
        };
        if parsed.has("null") {
            path
        } else {
            quoted(&path, repo.quotes_high())
        }
    };
    let is_file = |mode: u32| mode & 0o170000 == 0o100000;
    let mut any = false;
    if !revisions.is_empty() {
        for revision in &revisions {
            let tree = repo.tree_of(&repo.revision(revision)?)?;
            for (path, side) in files(&repo.odb, Some(&tree))? {
                if pathspec.matches(&path) && is_file(side.mode) {
                    any |= grep.file(&msg![revision, ":", name(&path)], &repo.odb.blob(&side.oid)?);
                }
            }
        }
        return Ok(i32::from(!any));
    }
    let index = repo.index()?;
    let mut list: Vec<(Vec<u8>, crate::oid::Oid)> = index
        .entries
        .iter()
        .filter(|entry| entry.stage < 2 && is_file(entry.mode) && pathspec.matches(&entry.path))
        .map(|entry| (entry.path.clone(), entry.oid))
        .collect();
    if parsed.has("untracked") {
        let found = untracked::find(repo, &index, Show::All, &pathspec)?;
        list.extend(
            found
                .untracked
                .into_iter()
                .map(|path| (path, crate::oid::Oid::ZERO)),
        );
        list.sort();
    }
    for (path, oid) in list {
        let content = if parsed.has("cached") || repo.is_bare() {
            repo.odb.blob(&oid)?.to_vec()
        } else if worktree::lstat(&path).is_some_and(|stat| stat.is_file()) {
            worktree::content(&path, mode::FILE)?
        } else {
            continue;
        };
        any |= grep.file(&name(&path), &content);
    }
    Ok(i32::from(!any))
}

impl Grep<'_> {
    fn find(&self, line: &[u8], from: usize) -> Option<(usize, usize)> {
        let is_word = |b: &u8| b.is_ascii_alphanumeric() || *b == b'_';
        let mut best: Option<(usize, usize)> = None;
        for pattern in &self.patterns {
            let mut start = from;
            while let Some((begin, end)) = pattern.find_at(line, start).map(|span| (span.start, span.end)) {
                let bounded =
                    !(begin > 0 && is_word(&line[begin - 1])) && !line.get(end).is_some_and(is_word);
                if !self.parsed.has("word-regexp") || bounded && begin < end {
                    if best.is_none_or(|best| (begin, usize::MAX - end) < (best.0, usize::MAX - best.1)) {
                        best = Some((begin, end));
                    }
                    break;
                }
                start = begin + 1;
                if start > line.len() {
                    break;
                }
            }
        }
        best
    }

    fn hits(&self, line: &[u8]) -> bool {
        self.find(line, 0).is_some() != self.parsed.has("invert-match")
    }

    /// Searches a file; whether it has a match (or, with `-L`, none).
    fn file(&self, name: &[u8], content: &[u8]) -> bool {
        let mut lines: Vec<&[u8]> = content.split(|b| *b == b'\n').collect();
        if content.is_empty() || content.ends_with(b"\n") {
            lines.pop();
        }
        let matched: Vec<usize> = (0..lines.len()).filter(|at| self.hits(lines[*at])).collect();
        let binary = patch::is_binary(content) && !self.parsed.has("text");
        if binary && self.parsed.has("I") {
            return false;
        }
        let magenta = self.tint("\x1b[35m", name);
        let end = if self.parsed.has("null") { "\0" } else { "\n" };
        if self.parsed.has("files-without-match") {
            if matched.is_empty() {
                self.git.put(msg![magenta, end]);
            }
            return matched.is_empty();
        }
        if matched.is_empty() || self.parsed.has("quiet") {
            return !matched.is_empty();
        }
        let separator = self.tint("\x1b[36m", b":");
        let lead = if self.parsed.has("h") {
            Vec::new()
        } else {
            msg![
                magenta,
                if self.parsed.has("null") {
                    b"\0".to_vec()
                } else {
                    separator
                }
            ]
        };
        if self.parsed.has("files-with-matches") || self.parsed.has("name-only") {
            self.git.put(msg![magenta, end]);
        } else if self.parsed.has("count") {
            self.git.line(msg![lead, matched.len().to_string()]);
        } else if binary {
            self.git.line(msg!["Binary file ", name, " matches"]);
        } else {
            self.lines(name, &lines, &matched);
        }
        true
    }

    fn tint(&self, color: &str, text: &[u8]) -> Vec<u8> {
        if self.color {
            msg![color, text, "\x1b[m"]
        } else {
            text.to_vec()
        }
    }

    fn lines(&self, name: &[u8], lines: &[&[u8]], matched: &[usize]) {
        let mut next = 0;
        let context = self.before + self.after > 0;
        for (at, hit) in matched.iter().enumerate() {
            let from = hit.saturating_sub(self.before).max(next);
            if context && self.shown.get() && (at == 0 || from > next) {
                self.git.line(self.tint("\x1b[36m", b"--"));
            }
            let to = (hit + self.after + 1).min(lines.len());
            let to = matched.get(at + 1).map_or(to, |next| to.min(*next));
            for (number, line) in lines.iter().enumerate().take(to).skip(from) {
                self.line(name, number, line, number == *hit);
            }
            next = to.max(next);
            self.shown.set(true);
        }
    }

    fn line(&self, name: &[u8], number: usize, line: &[u8], hit: bool) {
        let mark = self.tint("\x1b[36m", if hit { b":" } else { b"-" });
        let mut lead = Vec::new();
        if !self.parsed.has("h") {
            lead.extend(msg![
                self.tint("\x1b[35m", name),
                if self.parsed.has("null") {
                    b"\0".to_vec()
                } else {
                    mark.clone()
                }
            ]);
        }
        if self.parsed.has("line-number") {
            lead.extend(msg![
                self.tint("\x1b[32m", (number + 1).to_string().as_bytes()),
                mark
            ]);
        }
        if self.parsed.has("only-matching") && hit {
            let mut at = 0;
            while let Some((begin, end)) = self.find(line, at).filter(|(begin, end)| begin < end) {
                self.git
                    .line(msg![lead, self.tint("\x1b[1;31m", &line[begin..end])]);
                at = end;
            }
            return;
        }
        let mut text = Vec::new();
        let mut at = 0;
        while self.color
            && hit
            && let Some((begin, end)) = self.find(line, at).filter(|(begin, end)| begin < end)
        {
            text.extend(msg![line[at..begin], "\x1b[1;31m", line[begin..end], "\x1b[m"]);
            at = end;
        }
        text.extend_from_slice(&line[at..]);
        self.git.line(msg![lead, text]);
    }
}
