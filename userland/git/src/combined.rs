//! Combined diffs (`diff --cc`): a merge's result against all of its parents, where it differs from each of them.

use std::collections::BTreeMap;

use diffs::compare::changes;
use diffs::lines::{Lines, body};

use crate::changes::{Change, Side, between_trees};
use crate::diff::Options;
use crate::failure::Result;
use crate::git::Git;
use crate::index::mode_of;
use crate::object::Commit;
use crate::oid::Oid;
use crate::patch::{Colors, is_binary, side_content};
use crate::path::quoted;
use crate::repo::Repo;
use crate::{msg, worktree};

/// A line of the result, with what is known of it and of the lines that were lost before it.
#[derive(Default)]
struct Line {
    /// Parents that do not have the line.
    added: u32,
    /// Lost lines before it: text, and the parents that had it.
    lost: Vec<(Vec<u8>, u32)>,
}

/// A file with its versions in the parents.
struct File<'a> {
    path: &'a [u8],
    parents: Vec<Option<Side>>,
    result: Option<Side>,
}

/// A path in conflict: the work tree's file against ours and theirs.
pub fn show_unmerged(git: &Git, repo: &Repo, path: &[u8], options: &Options) -> Result<()> {
    let index = repo.index()?;
    let side = |stage| {
        index.search(path, stage).ok().map(|at| {
            let entry = &index.entries[at];
            Side {
                mode: entry.mode,
                oid: entry.oid,
            }
        })
    };
    let (ours, theirs) = (side(2), side(3));
    let result = worktree::lstat(path).map(|stat| Side {
        mode: mode_of(&stat),
        oid: Oid::ZERO,
    });
    if ours.is_none() || theirs.is_none() {
        git.line(msg!["* Unmerged path ", quoted(path, repo.quotes_high())]);
        return Ok(());
    }
    show_file(
        git,
        repo,
        &File {
            path,
            parents: vec![ours, theirs],
            result,
        },
        options,
    )
}

/// The combined diff of a merge commit.
pub fn show_merge(git: &Git, repo: &Repo, commit: &Commit, options: &Options) -> Result<()> {
    for (path, (parents, result)) in files_of(repo, commit)? {
        show_file(
            git,
            repo,
            &File {
                path: &path,
                parents,
                result,
            },
            options,
        )?;
    }
    Ok(())
}

/// The names of what [`show_merge`] shows.
pub fn list_merge(git: &Git, repo: &Repo, commit: &Commit, options: &Options) -> Result<()> {
    for (path, (parents, result)) in files_of(repo, commit)? {
        let letter = |old: &Option<Side>| Change::new(&path, *old, result).letter();
        let letters: String = parents.iter().map(letter).collect();
        let status = if options.name_only {
            String::new()
        } else {
            letters + "\t"
        };
        git.line(msg![status, quoted(&path, repo.quotes_high())]);
    }
    Ok(())
}

type Versions = (Vec<Option<Side>>, Option<Side>);

/// The files that differ from every parent.
fn files_of(repo: &Repo, commit: &Commit) -> Result<BTreeMap<Vec<u8>, Versions>> {
    let mut found: BTreeMap<Vec<u8>, Versions> = BTreeMap::new();
    for (at, parent) in commit.parents.iter().enumerate() {
        let tree = repo.odb.commit(parent)?.tree;
        for Change { path, old, new, .. } in between_trees(&repo.odb, Some(&tree), Some(&commit.tree))? {
            let versions = found.entry(path).or_default();
            if versions.0.len() == at {
                versions.0.push(old);
                versions.1 = new;
            }
        }
    }
    found.retain(|_, (parents, _)| parents.len() == commit.parents.len());
    Ok(found)
}

fn show_file(git: &Git, repo: &Repo, file: &File<'_>, options: &Options) -> Result<()> {
    let colors = Colors::new(options.color);
    let meta = |line: Vec<u8>| git.line(msg![colors.meta, line, colors.reset]);
    let result = side_content(repo, file.path, file.result.as_ref())?;
    let mut parents = Vec::new();
    for parent in &file.parents {
        parents.push(side_content(repo, file.path, parent.as_ref())?);
    }
    let binary = !options.text && (is_binary(&result) || parents.iter().any(|content| is_binary(content)));
    let lines = Lines::new(result);
    let parents: Vec<Lines> = parents.into_iter().map(Lines::new).collect();
    let marked = mark(&lines, &parents, options);
    let hunks = hunks(&marked, parents.len(), options.context);
    if hunks.is_empty() && !binary && file.result.is_some_and(|side| side.oid.is_zero()) {
        // The result is one of the parents.
    } else if hunks.is_empty() && !binary {
        return Ok(());
    }
    let quote = |prefix: &str| quoted(&msg![prefix, file.path], repo.quotes_high());
    meta(msg!["diff --cc ", quoted(file.path, repo.quotes_high())]);
    let shown =
        |side: &Option<Side>| repo.abbrev_to(&side.map_or(Oid::ZERO, |side| side.oid), options.abbrev);
    let ids: Vec<String> = file.parents.iter().map(shown).collect();
    meta(format!("index {}..{}", ids.join(","), shown(&file.result)).into_bytes());
    let modes: Vec<u32> = file
        .parents
        .iter()
        .map(|side| side.map_or(0, |side| side.mode))
        .collect();
    let mode = file.result.map_or(0, |side| side.mode);
    let mode_changed = modes.iter().any(|old| *old != mode);
    let list = modes
        .iter()
        .map(|mode| format!("{mode:06o}"))
        .collect::<Vec<_>>()
        .join(",");
    if mode == 0 {
        meta(format!("deleted file mode {list}").into_bytes());
    } else if modes.iter().all(|old| *old == 0) {
        meta(format!("new file mode {mode:06o}").into_bytes());
    } else if mode_changed {
        meta(format!("mode {list}..{mode:06o}").into_bytes());
    }
    if binary {
        git.line("Binary files differ");
        return Ok(());
    }
    if hunks.is_empty() {
        return Ok(());
    }
    let dev_null = |absent: bool, name: Vec<u8>| if absent { b"/dev/null".to_vec() } else { name };
    meta(msg![
        "--- ",
        dev_null(modes.iter().all(|old| *old == 0), quote(&options.old_prefix))
    ]);
    meta(msg!["+++ ", dev_null(mode == 0, quote(&options.new_prefix))]);
    for (start, end) in hunks {
        show_hunk(git, &lines, &marked, parents.len(), start..end, &colors);
    }
    Ok(())
}

/// What each parent has to do with each line. There is one more entry than lines, for what is lost at the end.
fn mark(lines: &Lines, parents: &[Lines], options: &Options) -> Vec<Line> {
    let mut marked: Vec<Line> = (0..=lines.len()).map(|_| Line::default()).collect();
    for (at, parent) in parents.iter().enumerate() {
        let bit = 1 << at;
        for change in changes(parent, lines, &options.equality) {
            for line in change.new.clone() {
                marked[line].added |= bit;
            }
            // Lines that another parent lost at the same place are joined, in their order.
            let lost = &mut marked[change.new.start].lost;
            let mut from = 0;
            let mut own: Vec<(Vec<u8>, u32)> = Vec::new();
            for line in change.old {
                let text = body(parent.get(line)).to_vec();
                match lost[from..]
                    .iter()
                    .position(|(other, by)| *other == text && by & bit == 0)
                {
                    Some(found) => {
                        let place = from + found;
                        lost[place].1 |= bit;
                        from = place + 1 + own.len();
                        lost.splice(place..place, own.drain(..));
                    }
                    None => own.push((text, bit)),
                }
            }
            lost.append(&mut own);
        }
    }
    marked
}

/// Which lines are shown: those where the result differs from all parents, or where parents differ, with context. Parts
/// in which the result takes one parent's side unchanged are left out.
fn hunks(marked: &[Line], parents: usize, context: usize) -> Vec<(usize, usize)> {
    let all: u32 = (1 << parents) - 1;
    let last = marked.len() - 1;
    let changed = |at: usize| marked[at].added != 0 && at < last || !marked[at].lost.is_empty();
    let mut kept: Vec<(usize, usize)> = Vec::new();
    let mut at = 0;
    while at <= last {
        if !changed(at) {
            at += 1;
            continue;
        }
        // A run of changed lines, and what is so near that it would be one hunk.
        let start = at;
        let mut end = at + 1;
        let mut probe = end;
        while probe <= last && probe - end < 1 {
            if changed(probe) {
                end = probe + 1;
            }
            probe += 1;
        }
        let mut same: Option<u32> = None;
        let mut interesting = false;
        for line in &marked[start..end] {
            for by in line
                .lost
                .iter()
                .map(|(_, by)| *by)
                .chain((line.added != 0).then_some(line.added))
            {
                interesting |= same.is_some_and(|same| same != by) || by == all;
                same = Some(by);
            }
        }
        if interesting {
            kept.push((start, end));
        }
        at = end;
    }
    let mut hunks: Vec<(usize, usize)> = Vec::new();
    for (start, end) in kept {
        let (from, to) = (start.saturating_sub(context), (end + context).min(last));
        match hunks.last_mut() {
            Some(before) if from <= before.1 => before.1 = to.max(before.1),
            _ => hunks.push((from, to.max(end.min(last)))),
        }
    }
    hunks
}

fn show_hunk(
    git: &Git,
    lines: &Lines,
    marked: &[Line],
    parents: usize,
    range: std::ops::Range<usize>,
    colors: &Colors,
) {
    let last_hunk = range.end == marked.len() - 1;
    let at_signs = "@".repeat(parents + 1);
    let mut head = at_signs.clone();
    for parent in 0..parents {
        let bit = 1 << parent;
        let count = |part: &[Line]| {
            part.iter()
                .map(|line| {
                    usize::from(line.added & bit == 0)
                        + line.lost.iter().filter(|(_, by)| by & bit != 0).count()
                })
                .sum::<usize>()
        };
        let before = count(&marked[..range.start]);
        let mut inside = count(&marked[range.clone()]);
        if last_hunk {
            inside += marked[range.end]
                .lost
                .iter()
                .filter(|(_, by)| by & bit != 0)
                .count();
        }
        head += &format!(" -{},{inside}", before + 1);
    }
    head += &format!(" +{},{} {at_signs}", range.start + 1, range.len());
    git.line(msg![colors.frag, head, colors.reset]);
    let show_lost = |line: &Line| {
        for (text, by) in &line.lost {
            let signs: String = (0..parents)
                .map(|at| if by >> at & 1 != 0 { '-' } else { ' ' })
                .collect();
            git.line(msg![colors.old, signs, text, colors.reset]);
        }
    };
    for at in range.clone() {
        let line = &marked[at];
        show_lost(line);
        let signs: String = (0..parents)
            .map(|at| if line.added >> at & 1 != 0 { '+' } else { ' ' })
            .collect();
        let color = if line.added != 0 { colors.new } else { "" };
        git.line(msg![color, signs, body(lines.get(at)), colors.reset]);
    }
    if last_hunk {
        show_lost(&marked[range.end]);
    }
}
