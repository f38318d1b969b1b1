//! `git restore`, and what checkout does with paths.

use crate::changes::{Files, files};
use crate::failure::{Failure, Result, say};
use crate::git::Git;
use crate::index::{Entry, Index};
use crate::options::{Parsed, Spec, flag, value};
use crate::pathspec::Pathspec;
use crate::repo::Repo;
use crate::{fatal, merge_file, msg, worktree};

use super::checkout::{COMMON, refuse_missing};

const RESTORE: Spec = Spec {
    usage: &["restore [<options>] [--source=<branch>] <file>..."],
    options: &[
        &[
            value("s|source", "tree-ish", "which tree-ish to checkout from"),
            flag("S|staged", "restore the index"),
            flag("W|worktree", "restore the working tree (default)"),
            flag("|ignore-unmerged", "ignore unmerged entries"),
            flag("2|ours", "checkout our version for unmerged files"),
            flag("3|theirs", "checkout their version for unmerged files"),
            flag("|overlay", ""),
        ],
        COMMON,
    ],
    stop_at_operand: false,
};

pub fn restore(git: &Git, arguments: Vec<Vec<u8>>) -> Result<i32> {
    let parsed = RESTORE.parse(arguments)?;
    refuse_missing(&parsed)?;
    let repo = git.repo()?;
    if parsed.operands.is_empty() {
        return fatal!("you must specify path(s) to restore");
    }
    let staged = parsed.has("staged");
    let work = parsed.has("worktree") || !staged;
    let source = parsed.value("source").or(staged.then_some(b"HEAD"));
    restore_paths(repo, &parsed, source, &parsed.operands, staged, work)?;
    Ok(0)
}

/// Takes paths from a tree, or from the index; how many files were written.
pub fn restore_paths(
    repo: &Repo,
    parsed: &Parsed,
    source: Option<&[u8]>,
    list: &[Vec<u8>],
    to_index: bool,
    to_work: bool,
) -> Result<usize> {
    let pathspec = Pathspec::new(repo, list)?;
    let tree = match source {
        Some(name) => match repo.try_revision(name)? {
            Ok(oid) => Some(files(&repo.odb, Some(&repo.tree_of(&oid)?))?),
            Err(_) if name == b"HEAD" => Some(Files::new()),
            Err(_) => return fatal!("could not resolve ", name),
        },
        None => None,
    };
    let (lock, mut index) = repo.lock_index()?;
    let is_restore = to_index && source.is_some() && parsed.has("staged") || parsed.value("source").is_some();
    let mut known: Vec<Vec<u8>> = tree.iter().flat_map(Files::keys).cloned().collect();
    if tree.is_none() || is_restore {
        known.extend(index.entries.iter().map(|entry| entry.path.clone()));
    }
    known.sort();
    known.dedup();
    if let Some(text) = pathspec.unmatched(known.iter().map(Vec::as_slice)) {
        say(&msg![
            "error: pathspec '",
            text,
            "' did not match any file(s) known to git\n"
        ]);
        return Err(Failure::Silent(1));
    }
    let chosen: Vec<Vec<u8>> = known.into_iter().filter(|path| pathspec.matches(path)).collect();
    let stage = if parsed.has("ours") { 2 } else { 3 };
    let picks = parsed.has("ours") || parsed.has("theirs");
    if tree.is_none()
        && !picks
        && !parsed.has("merge")
        && !parsed.has("force")
        && !parsed.has("ignore-unmerged")
    {
        let unmerged: Vec<&Vec<u8>> = chosen.iter().filter(|path| index.get(path).is_none()).collect();
        if !unmerged.is_empty() {
            for path in unmerged {
                say(&msg!["error: path '", path, "' is unmerged\n"]);
            }
            return Err(Failure::Silent(1));
        }
    }
    let mut count = 0;
    for path in &chosen {
        let side = match &tree {
            Some(tree) => tree.get(path).copied(),
            None if parsed.has("merge") && index.get(path).is_none() => {
                count += usize::from(recreate(repo, &index, path)?);
                continue;
            }
            None => {
                let at = index.search(path, 0).or_else(|_| index.search(path, stage));
                at.ok().map(|at| crate::changes::Side {
                    mode: index.entries[at].mode,
                    oid: index.entries[at].oid,
                })
            }
        };
        let Some(side) = side else {
            // In the index, and not in the tree.
            if tree.is_some() && is_restore {
                if to_index {
                    index.remove(path);
                }
                if to_work {
                    worktree::remove(path)?;
                }
            }
            continue;
        };
        let mut entry = Entry::new(path, side.mode, side.oid, 0);
        if let Some(old) = index.get(path)
            && (old.oid, old.mode) == (side.oid, side.mode)
        {
            entry = old.clone();
        }
        if to_work {
            let same =
                entry.stat.mtime != 0 && worktree::state(repo, &index, &entry)? == worktree::State::Clean;
            if !same {
                worktree::check_out(repo, &mut entry)?;
                count += 1;
            } else if tree.is_some() {
                count += usize::from(index.get(path) != Some(&entry));
            }
        }
        let was_unmerged = index.get(path).is_none() && !index.stages(path).is_empty();
        if tree.is_some() && to_index || tree.is_none() && !was_unmerged {
            index.add(entry);
        }
    }
    repo.write_index(lock, index)?;
    Ok(count)
}

/// `checkout -m PATH`: the conflict as it was.
fn recreate(repo: &Repo, index: &Index, path: &[u8]) -> Result<bool> {
    let blob = |stage: u8| match index.search(path, stage) {
        Ok(at) => repo.odb.blob(&index.entries[at].oid).map(|data| data.to_vec()),
        Err(_) => Ok(Vec::new()),
    };
    let labels = merge_file::Labels {
        ours: b"ours",
        base: b"base",
        theirs: b"theirs",
    };
    let (text, _) = merge_file::merge(
        &blob(2)?,
        &blob(1)?,
        &blob(3)?,
        labels,
        merge_file::How::default(),
    );
    let mode = index
        .stages(path)
        .first()
        .map_or(crate::object::mode::FILE, |entry| entry.mode);
    worktree::write(path, mode, &text)?;
    Ok(true)
}
