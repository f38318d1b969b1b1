//! Which commits of a walk are shown.

use posix_regex::{Flavor, Options, Regex};

use crate::changes::of_commit;
use crate::failure::Result;
use crate::ident::Ident;
use crate::object::Commit;
use crate::oid::Oid;
use crate::options::Parsed;
use crate::pathspec::Pathspec;
use crate::renames::{Detect, detect};
use crate::repo::Repo;
use crate::walk::{Walk, topological};
use crate::{fatal, msg};

use super::log::date_of;

/// `--author`, `--grep`, `--since` and their like.
pub struct Limits {
    authors: Vec<Regex>,
    committers: Vec<Regex>,
    messages: Vec<Regex>,
    all_match: bool,
    invert: bool,
    since: Option<i64>,
    until: Option<i64>,
    merges: Option<bool>,
    count: Option<u64>,
    skip: u64,
}

/// How many were shown, and skipped.
pub struct Counter<'a> {
    limits: &'a Limits,
    pub shown: u64,
    skipped: u64,
}

impl Counter<'_> {
    /// Whether this one is skipped.
    pub fn skips(&mut self) -> bool {
        let skips = self.skipped < self.limits.skip;
        self.skipped += u64::from(skips);
        skips
    }

    pub fn is_over(&self) -> bool {
        self.limits.count.is_some_and(|count| self.shown >= count)
    }
}

/// A regular expression as git's options say: basic unless `-E`, or plain text with `-F`.
pub fn regex(pattern: &[u8], extended: bool, fixed: bool, ignore_case: bool) -> Result<Regex> {
    let flavor = if extended { Flavor::Extended } else { Flavor::Basic };
    let options = Options {
        ignore_case,
        multi_line: true,
        ..Options::new(flavor)
    };
    let escaped: Vec<u8>;
    let pattern = if fixed {
        escaped = pattern
            .iter()
            .flat_map(|b| {
                if b".*[]^$\\".contains(b) {
                    vec![b'\\', *b]
                } else {
                    vec![*b]
                }
            })
            .collect();
        &escaped
    } else {
        pattern
    };
    match Regex::new(pattern, options) {
        Ok(regex) => Ok(regex),
        Err(why) => fatal!("command line, '", pattern, "': ", why),
    }
}

impl Limits {
    pub fn new(parsed: &Parsed) -> Result<Limits> {
        let list = |id: &'static str| -> Result<Vec<Regex>> {
            let fixed = parsed.has("fixed-strings");
            let extended = parsed.has("extended-regexp") && !fixed;
            parsed
                .values(id)
                .map(|pattern| regex(pattern, extended, fixed, parsed.has("regexp-ignore-case")))
                .collect()
        };
        let merges = match parsed.last_of(&["merges", "no-merges"]) {
            Some("merges") => Some(true),
            Some(_) => Some(false),
            None if parsed.negated("merges") => Some(false),
            None => None,
        };
        Ok(Limits {
            authors: list("author")?,
            committers: list("committer")?,
            messages: list("grep")?,
            all_match: parsed.has("all-match"),
            invert: parsed.has("invert-grep"),
            since: date_of(parsed, ["since", "after"]),
            until: date_of(parsed, ["until", "before"]),
            merges,
            count: parsed.number_of("max-count")?.or(parsed.number),
            skip: parsed.number_of("skip")?.unwrap_or(0),
        })
    }

    /// All that a walk finds and the limits let through.
    pub fn kept(&self, walk: &mut Walk<'_>, in_topology: bool) -> Result<Vec<(Oid, Commit)>> {
        let mut commits = Vec::new();
        while let Some(next) = walk.next_commit()? {
            commits.push(next);
        }
        if in_topology {
            commits = topological(commits);
        }
        let mut counter = self.counter();
        let mut kept = Vec::new();
        for (oid, commit) in commits {
            if self.matches(&commit) && !counter.skips() {
                if counter.is_over() {
                    break;
                }
                counter.shown += 1;
                kept.push((oid, commit));
            }
        }
        Ok(kept)
    }

    pub fn counter(&self) -> Counter<'_> {
        Counter {
            limits: self,
            shown: 0,
            skipped: 0,
        }
    }

    /// Whether commits are left out whose children and parents are shown.
    pub fn leaves_gaps(&self) -> bool {
        let patterns = !(self.authors.is_empty() && self.committers.is_empty() && self.messages.is_empty());
        patterns || self.merges.is_some() || self.since.is_some() || self.until.is_some()
    }

    pub fn matches(&self, commit: &Commit) -> bool {
        let time = commit.committed();
        let person = |patterns: &[Regex], text: &[u8]| {
            let ident = Ident::parse(text);
            let text = msg![ident.name, " <", ident.mail, ">"];
            patterns.is_empty() || patterns.iter().any(|pattern| pattern.is_match(&text))
        };
        let message = || {
            let mut hits = self
                .messages
                .iter()
                .map(|pattern| pattern.is_match(&commit.message));
            let hit = if self.all_match {
                hits.all(|hit| hit)
            } else {
                hits.any(|hit| hit)
            };
            self.messages.is_empty() || hit != self.invert
        };
        self.since.is_none_or(|since| time >= since)
            && self.until.is_none_or(|until| time <= until)
            && self
                .merges
                .is_none_or(|merges| merges == (commit.parents.len() > 1))
            && person(&self.authors, &commit.author)
            && person(&self.committers, &commit.committer)
            && message()
    }
}

/// Whether the commit changes the file at `path`; where it was renamed, `path` becomes its old name. `shown` is what the
/// commit's diff is limited to.
pub fn follow(repo: &Repo, path: &mut Vec<u8>, commit: &Commit, shown: &mut Pathspec) -> Result<bool> {
    if commit.parents.len() > 1 {
        return Ok(false);
    }
    let list = of_commit(&repo.odb, commit)?;
    let Some(change) = list.iter().find(|change| change.path == *path).cloned() else {
        return Ok(false);
    };
    let mut names = vec![msg![":(top,literal)", path]];
    if change.old.is_none() {
        let renamed = detect(repo, list, Detect::default())?;
        if let Some(from) = renamed
            .into_iter()
            .find(|change| change.path == *path)
            .and_then(|change| change.from)
        {
            names.push(msg![":(top,literal)", from]);
            *path = from;
        }
    }
    *shown = Pathspec::new(repo, &names)?;
    Ok(true)
}
