//! `git blame`: which commit each line of a file comes from.

use std::collections::{BinaryHeap, HashMap};

use diffs::compare::{Equality, changes};
use diffs::lines::{Lines, body};

use crate::changes::between_trees;
use crate::failure::Result;
use crate::git::Git;
use crate::ident::Ident;
use crate::oid::Oid;
use crate::options::{Spec, flag, value};
use crate::renames::{Detect, detect};
use crate::repo::Repo;
use crate::{date, fatal, msg, pathspec, worktree};

const SPEC: Spec = Spec {
    usage: &["blame [<options>] [<rev-opts>] [<rev>] [--] <file>"],
    options: &[&[
        flag("l|", "show long commit SHA1"),
        flag("s|", "suppress author name and timestamp"),
        flag("e|show-email", "show author email instead of name"),
        flag("n|show-number", "show original linenumber"),
        flag("f|show-name", "show original filename"),
        flag("t|", "show raw timestamp"),
        flag("b|", "do not show object names of boundary commits"),
        flag("w|", "ignore whitespace differences"),
        flag("|root", "do not treat root commits as boundaries"),
        flag("p|porcelain", "show in a format designed for machine consumption"),
        value("L|", "range", "process only line range <start>,<end>"),
        value("|date", "format", ""),
        value("|abbrev", "n", "use <n> digits to display object names"),
        flag("c|", ""),
        flag("C|", ""),
        flag("M|", ""),
        flag("|line-porcelain", ""),
        flag("|incremental", ""),
    ]],
    stop_at_operand: false,
};

/// A line that is still to be told of: where it is in the file, and in the version that is looked at.
#[derive(Clone, Copy)]
struct Open {
    at: usize,
    here: usize,
}

/// What is known of a line.
#[derive(Clone)]
struct Origin {
    oid: Oid,
    path: Vec<u8>,
    line: usize,
    boundary: bool,
}

pub fn run(git: &Git, arguments: Vec<Vec<u8>>) -> Result<i32> {
    let parsed = SPEC.parse(arguments)?;
    let repo = git.repo()?;
    for id in ["c", "C", "M", "porcelain", "line-porcelain", "incremental"] {
        if parsed.has(id) {
            let dashes = if id.len() == 1 { "-" } else { "--" };
            return fatal!("option '", dashes, id, "' is not supported by this git");
        }
    }
    let (before, after) = parsed.split();
    let (revision, file) = match (before, after) {
        ([], [file]) => (None, file),
        ([file], []) => (None, file),
        ([revision], [file]) | ([revision, file], []) => (Some(revision), file),
        _ => return Err(SPEC.usage()),
    };
    let path = pathspec::one(repo, file)?;
    let start = match revision {
        Some(name) => Some(repo.commit_of(name)?),
        None => None,
    };
    let Some(head) = start.map_or_else(|| repo.head(), |oid| Ok(Some(oid)))? else {
        return fatal!("no such ref: HEAD");
    };
    if repo.entry_in(&repo.tree_of(&head)?, &path)?.is_none() {
        return match start {
            Some(_) => fatal!(
                "no such path ",
                path,
                " in ",
                revision.cloned().unwrap_or_default()
            ),
            None => fatal!("no such path '", path, "' in HEAD"),
        };
    }
    let content = match (start, worktree::lstat(&path)) {
        (None, Some(stat)) => worktree::content(&path, crate::index::mode_of(&stat))?,
        (None, None) if !repo.is_bare() => {
            return fatal!("Cannot lstat '", path, "': No such file or directory");
        }
        _ => blob(repo, &head, &path)?,
    };
    let equality = Equality {
        space: if parsed.has("w") {
            diffs::compare::Space::AllIgnored
        } else {
            diffs::compare::Space::Matters
        },
        ..Equality {
            indent_heuristic: true,
            ..Equality::default()
        }
    };
    let lines = Lines::new(content);
    let origins = assign(
        repo,
        &head,
        &path,
        &lines,
        start.is_none(),
        &equality,
        parsed.has("root"),
    )?;
    let (first, last) = match parsed.text("L") {
        Some(range) => line_range(&range, &lines, file)?,
        None => (0, lines.len()),
    };
    git.page("blame");
    show(git, repo, &parsed, &lines, &origins, first..last, &path)?;
    Ok(0)
}

fn line_range(range: &str, lines: &Lines, file: &[u8]) -> Result<(usize, usize)> {
    let (start, end) = range.split_once(',').unwrap_or((range, ""));
    let first: usize = if start.is_empty() {
        1
    } else {
        start.parse().unwrap_or(0)
    };
    let count = lines.len();
    let last = match end.strip_prefix('+') {
        Some(length) => length.parse::<usize>().ok().map(|length| first + length - 1),
        None if end.is_empty() => Some(count),
        None => end.parse().ok(),
    };
    match last {
        Some(_) if first > count => {
            let plural = if count == 1 { "" } else { "s" };
            fatal!("file ", file, " has only ", count.to_string(), " line", plural)
        }
        Some(last) if first > 0 => Ok((first.min(last) - 1, first.max(last).min(count))),
        _ => fatal!("-L argument not 'start,end' of line numbers: ", range),
    }
}

fn blob(repo: &Repo, commit: &Oid, path: &[u8]) -> Result<Vec<u8>> {
    match repo.entry_in(&repo.tree_of(commit)?, path)? {
        Some((_, oid)) => Ok(repo.odb.blob(&oid)?.to_vec()),
        None => Ok(Vec::new()),
    }
}

/// Hands each line down to the parent that has it, youngest commits first.
fn assign(
    repo: &Repo,
    head: &Oid,
    path: &[u8],
    lines: &Lines,
    work_tree: bool,
    how: &Equality,
    root: bool,
) -> Result<Vec<Option<Origin>>> {
    let mut origins: Vec<Option<Origin>> = vec![None; lines.len()];
    let all: Vec<Open> = (0..lines.len()).map(|at| Open { at, here: at }).collect();
    let mut open: HashMap<(Oid, Vec<u8>), Vec<Open>> = HashMap::new();
    let mut queue: BinaryHeap<(i64, Oid, Vec<u8>)> = BinaryHeap::new();
    let time = |oid: &Oid| repo.odb.commit(oid).map(|commit| commit.committed());
    if work_tree {
        let committed = Lines::new(blob(repo, head, path)?);
        let (passed, kept) = pass(&all, &committed, lines, how);
        for line in kept {
            origins[line.at] = Some(Origin {
                oid: Oid::ZERO,
                path: path.to_vec(),
                line: line.here,
                boundary: false,
            });
        }
        open.insert((*head, path.to_vec()), passed);
    } else {
        open.insert((*head, path.to_vec()), all);
    }
    queue.push((time(head)?, *head, path.to_vec()));
    while let Some((_, oid, path)) = queue.pop() {
        let Some(mut left) = open.remove(&(oid, path.clone())) else {
            continue;
        };
        let commit = repo.odb.commit(&oid)?;
        let own = Lines::new(blob(repo, &oid, &path)?);
        for parent in &commit.parents {
            if left.is_empty() {
                break;
            }
            let parent_tree = repo.tree_of(parent)?;
            let mut old_path = path.clone();
            if repo.entry_in(&parent_tree, &path)?.is_none() {
                let list = between_trees(&repo.odb, Some(&parent_tree), Some(&commit.tree))?;
                let renamed = detect(repo, list, Detect::default())?;
                match renamed
                    .into_iter()
                    .find(|change| change.path == path)
                    .and_then(|change| change.from)
                {
                    Some(from) => old_path = from,
                    None => continue,
                }
            }
            let theirs = Lines::new(blob(repo, parent, &old_path)?);
            let (passed, kept) = pass(&left, &theirs, &own, how);
            left = kept;
            if !passed.is_empty() {
                queue.push((time(parent)?, *parent, old_path.clone()));
                open.entry((*parent, old_path)).or_default().extend(passed);
            }
        }
        for line in left {
            let boundary = commit.parents.is_empty() && !root;
            origins[line.at] = Some(Origin {
                oid,
                path: path.clone(),
                line: line.here,
                boundary,
            });
        }
    }
    Ok(origins)
}

/// Which lines the older version has, with their places there, and which are new.
fn pass(open: &[Open], old: &Lines, new: &Lines, how: &Equality) -> (Vec<Open>, Vec<Open>) {
    let found = changes(old, new, how);
    let (mut passed, mut kept) = (Vec::new(), Vec::new());
    for line in open {
        let before = found.partition_point(|change| change.new.end <= line.here);
        if found
            .get(before)
            .is_some_and(|change| change.new.contains(&line.here))
        {
            kept.push(*line);
            continue;
        }
        let (new_end, old_end) = match before.checked_sub(1) {
            Some(at) => (found[at].new.end, found[at].old.end),
            None => (0, 0),
        };
        passed.push(Open {
            at: line.at,
            here: line.here - new_end + old_end,
        });
    }
    (passed, kept)
}

fn show(
    git: &Git,
    repo: &Repo,
    parsed: &crate::options::Parsed,
    lines: &Lines,
    origins: &[Option<Origin>],
    range: std::ops::Range<usize>,
    path: &[u8],
) -> Result<()> {
    let mut people: HashMap<Oid, Ident> = HashMap::new();
    for origin in origins.iter().flatten() {
        let ident = if origin.oid.is_zero() {
            let (time, zone) = date::now();
            Ident {
                name: b"Not Committed Yet".to_vec(),
                mail: b"not.committed.yet".to_vec(),
                time,
                zone,
            }
        } else {
            Ident::parse(&repo.odb.commit(&origin.oid)?.author)
        };
        people.insert(origin.oid, ident);
    }
    let mode = match parsed.text("date") {
        Some(text) => match date::Mode::parse(&text) {
            Some(mode) => mode,
            None => return fatal!("unknown date format ", text),
        },
        None => date::Mode::Iso,
    };
    let chosen: Vec<&Origin> = origins[range.clone()].iter().flatten().collect();
    let name_of = |ident: &Ident| {
        if parsed.has("show-email") {
            msg!["<", ident.mail, ">"]
        } else {
            ident.name.clone()
        }
    };
    let width = |text: &[u8]| String::from_utf8_lossy(text).chars().count();
    let longest_name = chosen
        .iter()
        .map(|origin| width(&name_of(&people[&origin.oid])))
        .max()
        .unwrap_or(0);
    let longest_path = chosen.iter().map(|origin| origin.path.len()).max().unwrap_or(0);
    let shows_path = parsed.has("show-name") || chosen.iter().any(|origin| origin.path != path);
    let digits = range.end.to_string().len();
    let old_digits = chosen
        .iter()
        .map(|origin| (origin.line + 1).to_string().len())
        .max()
        .unwrap_or(1);
    let mut length = parsed
        .number_of("abbrev")?
        .map(|length| length as usize + 1)
        .unwrap_or(0);
    if parsed.has("l") {
        length = 40;
    } else if length == 0 {
        // One more than an abbreviation needs, for the mark of boundaries.
        length = chosen
            .iter()
            .map(|origin| repo.abbrev(&origin.oid).len())
            .max()
            .unwrap_or(7)
            + 1;
    }
    for at in range {
        let Some(origin) = &origins[at] else { continue };
        let ident = &people[&origin.oid];
        let hex = origin.oid.hex();
        let shown = length.min(40);
        let mut line = if origin.boundary && !origin.oid.is_zero() {
            msg!["^", hex[..shown - 1]]
        } else {
            hex.as_bytes()[..shown].to_vec()
        };
        if shows_path {
            let pad = " ".repeat(longest_path - origin.path.len());
            line.extend(msg![" ", origin.path, pad]);
        }
        if parsed.has("show-number") {
            line.extend(format!(" {:>old_digits$}", origin.line + 1).as_bytes());
        }
        if parsed.has("s") {
            line.extend(format!(" {:>digits$}) ", at + 1).as_bytes());
        } else {
            let name = name_of(ident);
            let pad = " ".repeat(longest_name - width(&name));
            let when = if parsed.has("t") {
                format!("{} {}", ident.time, date::zone(ident.zone))
            } else {
                date::show(ident.time, ident.zone, &mode)
            };
            line.extend(msg![" (", name, pad, format!(" {when} {:>digits$}) ", at + 1)]);
        }
        git.line(msg![line, body(lines.get(at))]);
    }
    Ok(())
}
