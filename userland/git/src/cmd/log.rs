//! `git log`, `git reflog` and what they share with `git show`.

use crate::date::parse::approximate;
use crate::diff_options::OPTIONS;
use crate::failure::Result;
use crate::git::Git;
use crate::graph::Graph;
use crate::object::Commit;
use crate::oid::Oid;
use crate::options::{Opt, Parsed, Spec, flag, optional, value};
use crate::pathspec::Pathspec;
use crate::pretty::{LogEntry, Pretty};
use crate::repo::Repo;
use crate::walk::Walk;
use crate::{fatal, msg, reflog};

use super::diff::{arguments_of, range};
use super::limits::Limits;
use super::printer::Printer;

#[rustfmt::skip]
pub const LOG_OPTIONS: &[Opt] = &[
    flag("|oneline", "shorthand for --pretty=oneline --abbrev-commit"),
    optional("|pretty", "format", "show commits in this format"),
    value("|format", "format", "show commits in this format"),
    flag("|abbrev-commit", "show abbreviated commit names"),
    optional("|decorate", "format", "decorate options"),
    flag("|clear-decorations", ""),
    value("|date", "format", "show dates in this format"),
    flag("|relative-date", ""),
    flag("m|", ""), flag("c|", ""), flag("|cc", "show combined diffs of merges"),
    flag("|root", ""),
    flag("|graph", "draw a graph of the history"),
    flag("|show-signature", ""), flag("|notes", ""), flag("|no-commit-id", ""),
    flag("|use-mailmap", ""), flag("|mailmap", ""), flag("|expand-tabs", ""), flag("|source", ""), value("|encoding", "encoding", ""),
];

#[rustfmt::skip]
pub const WALK_OPTIONS: &[Opt] = &[
    flag("#|", "limit the number of commits"),
    value("n|max-count", "number", "limit the number of commits"),
    value("|skip", "number", "skip this many commits first"),
    value("|since", "date", "show commits more recent than a date"),
    value("|after", "date", ""),
    value("|until", "date", "show commits older than a date"),
    value("|before", "date", ""),
    value("|author", "pattern", "limit to commits by matching authors"),
    value("|committer", "pattern", "limit to commits by matching committers"),
    value("|grep", "pattern", "limit to commits with matching messages"),
    flag("|all-match", "all patterns of --grep must match"),
    flag("|invert-grep", "limit to commits whose messages don't match"),
    flag("i|regexp-ignore-case", "match without regard to letter case"),
    flag("E|extended-regexp", "patterns are extended regular expressions"),
    flag("F|fixed-strings", "patterns are plain text"),
    flag("|merges", "print only merge commits"),
    flag("|no-merges", ""),
    flag("|first-parent", "follow only the first parent of merges"),
    flag("|all", "start from all references"),
    optional("|branches", "pattern", "start from all branches"),
    optional("|tags", "pattern", "start from all tags"),
    optional("|remotes", "pattern", "start from all remote branches"),
    flag("|reverse", "show the oldest first"),
    flag("|topo-order", "show no parents before all of their children"),
    flag("|date-order", ""), flag("|author-date-order", ""),
    flag("|follow", "follow a file's history beyond renames"),
    flag("g|walk-reflogs", "walk reflog entries"),
    flag("|no-walk", ""), flag("|full-history", ""),
    flag("|left-right", ""), flag("|cherry-pick", ""), flag("|cherry-mark", ""), flag("|boundary", ""),
    flag("|ancestry-path", ""), flag("|simplify-by-decoration", ""), flag("|not", ""), value("L|", "range:file", ""),
    value("|glob", "pattern", ""), value("|exclude", "pattern", ""), flag("|dense", ""), flag("|stdin", ""),
    flag("|parents", ""), flag("|children", ""),
];

const MISSING: &[&str] = &[
    "left-right",
    "cherry-pick",
    "cherry-mark",
    "boundary",
    "ancestry-path",
    "simplify-by-decoration",
    "not",
    "L",
    "glob",
    "exclude",
    "show-signature",
    "source",
    "stdin",
    "m",
    "parents",
    "children",
    "full-history",
];

const SPEC: Spec = Spec {
    usage: &["log [<options>] [<revision-range>] [[--] <path>...]"],
    options: &[LOG_OPTIONS, WALK_OPTIONS, OPTIONS],
    stop_at_operand: false,
};

/// Options that are not there are refused.
pub fn refuse_missing(parsed: &Parsed) -> Result<()> {
    match MISSING.iter().find(|id| parsed.has(id)) {
        Some(missing) => {
            let dashes = if missing.len() == 1 { "-" } else { "--" };
            fatal!("option '", dashes, missing, "' is not supported by this git")
        }
        None => Ok(()),
    }
}

pub fn run(git: &Git, arguments: Vec<Vec<u8>>) -> Result<i32> {
    let parsed = SPEC.parse(arguments)?;
    let repo = git.repo()?;
    git.page("log");
    walk(git, repo, &parsed)
}

/// `git log` with what was parsed.
pub fn walk(git: &Git, repo: &Repo, parsed: &Parsed) -> Result<i32> {
    let (revisions, paths) = arguments_of(repo, parsed)?;
    let pathspec = Pathspec::new(repo, &paths)?;
    let follow = parsed.has("follow");
    if follow && paths.len() != 1 {
        return fatal!("--follow requires exactly one pathspec");
    }
    let mut printer = Printer::new(git, repo, parsed, Pathspec::new(repo, &paths)?)?;
    let limits = Limits::new(parsed)?;
    if parsed.has("walk-reflogs") {
        return reflogs(repo, &mut printer, &revisions, &limits);
    }
    let mut walk = Walk::new(repo);
    walk.first_parent = parsed.has("first-parent");
    walk.paths = Some(&pathspec).filter(|paths| !paths.is_empty() && !follow);
    start(repo, &mut walk, parsed, &revisions)?;
    let mut followed = follow
        .then(|| crate::pathspec::one(repo, &paths[0]))
        .transpose()?;
    let whole =
        parsed.has("reverse") || parsed.has("topo-order") || parsed.has("graph") || parsed.has("date-order");
    if whole {
        return all_at_once(&mut printer, &mut walk, parsed, &limits);
    }
    let mut counter = limits.counter();
    while let Some((oid, commit)) = walk.next_commit()? {
        if let Some(path) = &mut followed
            && !super::limits::follow(repo, path, &commit, &mut printer.paths)?
        {
            continue;
        }
        if !limits.matches(&commit) || counter.skips() {
            continue;
        }
        if counter.is_over() || git.is_closed() {
            break;
        }
        printer.commit(&oid, &commit, None)?;
        counter.shown += 1;
    }
    Ok(0)
}

/// Where the walk begins and what it leaves out.
pub fn start(repo: &Repo, walk: &mut Walk<'_>, parsed: &Parsed, revisions: &[Vec<u8>]) -> Result<()> {
    let mut tips = Vec::new();
    for name in revisions {
        if let Some(excluded) = name.strip_prefix(b"^") {
            walk.exclude(repo.commit_of(excluded)?)?;
        } else if let Some((from, to, three)) = range(repo, name)? {
            let (from, to) = (repo.odb.peel(&from)?.0, repo.odb.peel(&to)?.0);
            if three {
                for base in crate::walk::merge_bases(repo, &from, &to)? {
                    walk.exclude(base)?;
                }
                tips.push(from);
            } else {
                walk.exclude(from)?;
            }
            tips.push(to);
        } else {
            tips.push(repo.commit_of(name)?);
        }
    }
    let mut globbed = false;
    for (id, prefix) in [
        ("all", &b"refs/"[..]),
        ("branches", b"refs/heads/"),
        ("tags", b"refs/tags/"),
        ("remotes", b"refs/remotes/"),
    ] {
        if !parsed.has(id) {
            continue;
        }
        globbed = true;
        let pattern = parsed.value(id).map(|text| msg![prefix, text]);
        for (name, oid) in repo.refs.list(prefix) {
            let fits = pattern.as_ref().is_none_or(|pattern| {
                cli::pattern::matches(pattern, &name) || cli::pattern::matches(&msg![pattern, "/*"], &name)
            });
            if fits && let (oid, crate::object::Kind::Commit) = repo.odb.peel(&oid)? {
                tips.push(oid);
            }
        }
        if id == "all" {
            tips.extend(repo.head()?);
        }
    }
    if tips.is_empty() && !globbed {
        match repo.head()? {
            Some(head) => tips.push(head),
            None => {
                let branch = repo.head_branch().unwrap_or_default();
                let short = crate::refs::short_name(&branch).to_vec();
                return fatal!("your current branch '", short, "' does not have any commits yet");
            }
        }
    }
    tips.into_iter().try_for_each(|tip| walk.include(tip))
}

/// Orders that need all commits first.
fn all_at_once(
    printer: &mut Printer<'_>,
    walk: &mut Walk<'_>,
    parsed: &Parsed,
    limits: &Limits,
) -> Result<i32> {
    let in_topology = parsed.has("topo-order") || parsed.has("graph");
    let mut kept = limits.kept(walk, in_topology)?;
    if parsed.has("graph") {
        if parsed.has("reverse") {
            return fatal!("options '--graph' and '--reverse' cannot be used together");
        }
        if limits.leaves_gaps() || walk.paths.is_some() || printer.options.has_format() {
            return fatal!("--graph with paths, patterns or diffs is not supported by this git");
        }
        return graph(printer, walk, kept);
    }
    if parsed.has("reverse") {
        kept.reverse();
    }
    for (oid, commit) in kept {
        printer.commit(&oid, &commit, None)?;
    }
    Ok(0)
}

/// The commits beside a picture of their history.
fn graph(printer: &mut Printer<'_>, walk: &Walk<'_>, commits: Vec<(Oid, Commit)>) -> Result<i32> {
    let mut graph = Graph::new();
    for (oid, commit) in commits {
        let limit = if printer.first_parent { 1 } else { usize::MAX };
        let parents = commit
            .parents
            .iter()
            .copied()
            .take(limit)
            .filter(|parent| !walk.is_excluded(parent));
        graph.update(oid, parents.collect());
        printer.beside(&mut graph, &oid, &commit);
    }
    Ok(0)
}

/// `log -g`: the entries of a reflog, newest first.
pub fn reflogs(
    repo: &Repo,
    printer: &mut Printer<'_>,
    revisions: &[Vec<u8>],
    limits: &Limits,
) -> Result<i32> {
    let name = revisions.first().map_or(&b"HEAD"[..], Vec::as_slice);
    let full = match repo.full_ref_name(name)? {
        Some(full) => full,
        None => b"HEAD".to_vec(),
    };
    let entries = reflog::read(&repo.refs.log_path(&full));
    let mut counter = limits.counter();
    for (at, entry) in entries.into_iter().enumerate() {
        let Ok(commit) = repo.odb.commit(&entry.new) else {
            continue;
        };
        if !limits.matches(&commit) || counter.skips() {
            continue;
        }
        if counter.is_over() {
            break;
        }
        counter.shown += 1;
        let shown = LogEntry {
            selector: msg![name, "@{", at.to_string(), "}"],
            message: entry.message,
        };
        printer.commit(&entry.new, &commit, Some(&shown))?;
    }
    Ok(0)
}

const REFLOG: Spec = Spec {
    usage: &["reflog [show] [<log-options>] [<ref>]"],
    options: &[LOG_OPTIONS, WALK_OPTIONS, OPTIONS],
    stop_at_operand: false,
};

pub fn reflog(git: &Git, arguments: Vec<Vec<u8>>) -> Result<i32> {
    let arguments = match arguments.first().map(Vec::as_slice) {
        Some(b"show") => arguments[1..].to_vec(),
        Some(word @ (b"expire" | b"delete" | b"exists" | b"list")) => {
            return fatal!("reflog ", word, " is not supported by this git");
        }
        _ => arguments,
    };
    let parsed = REFLOG.parse(arguments)?;
    let repo = git.repo()?;
    git.page("reflog");
    let mut printer = Printer::new(git, repo, &parsed, Pathspec::default())?;
    if parsed.last_of(&["oneline", "pretty", "format"]).is_none() {
        printer.style.pretty = Pretty::Oneline;
        printer.style.abbrev_commit = true;
    }
    reflogs(repo, &mut printer, &parsed.operands, &Limits::new(&parsed)?)
}

/// Approximate dates of several options, the last of which counts.
pub fn date_of(parsed: &Parsed, ids: [&'static str; 2]) -> Option<i64> {
    let id = parsed.last_of(&ids)?;
    parsed.text(id).map(|text| approximate(&text))
}
