//! `git reset`

use crate::changes::{Files, files};
use crate::failure::Result;
use crate::git::Git;
use crate::options::{Parsed, Spec, flag};
use crate::repo::Repo;
use crate::switch::{What, force, switch};
use crate::{fatal, msg};

use super::merge::{back_to, forget};

const RESET: Spec = Spec {
    usage: &[
        "reset [--mixed | --soft | --hard | --merge | --keep] [-q] [<commit>]",
        "reset [-q] [<tree-ish>] [--] <pathspec>...",
    ],
    options: &[&[
        flag("q|quiet", "be quiet, only report errors"),
        flag("|mixed", "reset HEAD and index"),
        flag("|soft", "reset only HEAD"),
        flag("|hard", "reset HEAD, index and working tree"),
        flag("|merge", "reset HEAD, index and working tree"),
        flag("|keep", "reset HEAD but keep local changes"),
        flag("p|patch", "select hunks interactively"),
        flag("N|intent-to-add", ""),
        flag("|refresh", ""),
    ]],
    stop_at_operand: false,
};

/// `git reset`
pub fn reset(git: &Git, arguments: Vec<Vec<u8>>) -> Result<i32> {
    let parsed = RESET.parse(arguments)?;
    let repo = git.repo()?;
    for id in ["patch", "intent-to-add"] {
        if parsed.has(id) {
            return fatal!("option '--", id, "' is not supported by this git");
        }
    }
    let (mut revisions, paths) = if parsed.dashes.is_some() {
        (parsed.split().0.to_vec(), parsed.split().1.to_vec())
    } else if repo.head()?.is_none() {
        (Vec::new(), parsed.operands.clone())
    } else {
        super::diff::arguments_of(repo, &parsed)?
    };
    let mode = parsed.last_of(&["mixed", "soft", "hard", "merge", "keep"]);
    if revisions.len() > 1 {
        revisions.truncate(1);
    }
    if !paths.is_empty() {
        if let Some(mode) = mode.filter(|mode| *mode != "mixed") {
            return fatal!("Cannot do ", mode, " reset with paths.");
        }
        return reset_paths(git, repo, &parsed, revisions.first().map(Vec::as_slice), &paths);
    }
    let name = revisions.first().map_or(&b"HEAD"[..], Vec::as_slice);
    let Some(head) = repo.head()? else {
        // Before the first commit there is only the index.
        let (lock, mut index) = repo.lock_index()?;
        if mode == Some("hard") {
            force(repo, &mut index, &Files::new())?;
        } else if mode != Some("soft") {
            index.entries.clear();
        }
        repo.write_index(lock, index)?;
        return Ok(0);
    };
    let target = repo.commit_of(name)?;
    if mode == Some("soft") && repo.read_file("MERGE_HEAD").is_some() {
        return fatal!("Cannot do a soft reset in the middle of a merge.");
    }
    let (lock, mut index) = repo.lock_index()?;
    let to = files(&repo.odb, Some(&repo.tree_of(&target)?))?;
    match mode {
        Some("soft") => {}
        Some("hard") => force(repo, &mut index, &to)?,
        Some("merge") => back_to(repo, &mut index, &to)?,
        Some("keep") => switch(
            repo,
            &mut index,
            &files(&repo.odb, Some(&repo.tree_of(&head)?))?,
            &to,
            What::Checkout,
        )?,
        _ => crate::switch::reset_index(&mut index, &to),
    }
    if mode != Some("soft") {
        forget(repo);
        for file in ["CHERRY_PICK_HEAD", "REVERT_HEAD", "SQUASH_MSG"] {
            repo.remove_file(file);
        }
    }
    repo.write_index(lock, index)?;
    repo.write_file("ORIG_HEAD", format!("{head}\n").as_bytes())?;
    let log = msg!["reset: moving to ", name];
    repo.logged(&log, |log| {
        repo.refs.update(b"HEAD", &target, Some(&head), Some(log))
    })?;
    if mode == Some("hard") && !parsed.has("quiet") {
        let subject = repo.odb.commit(&target)?.subject();
        git.line(msg!["HEAD is now at ", repo.abbrev(&target), " ", subject]);
    } else if matches!(mode, None | Some("mixed")) && !parsed.has("quiet") {
        unstaged(git, repo)?;
    }
    Ok(0)
}

fn unstaged(git: &Git, repo: &Repo) -> Result<()> {
    let index = repo.index()?;
    let changes = crate::changes::index_to_worktree(repo, &index, &|_| true)?;
    if !changes.is_empty() {
        git.line("Unstaged changes after reset:");
    }
    for change in changes {
        git.line(msg![change.letter().to_string(), "\t", repo.shown(&change.path)]);
    }
    Ok(())
}

fn reset_paths(
    git: &Git,
    repo: &Repo,
    parsed: &Parsed,
    name: Option<&[u8]>,
    paths: &[Vec<u8>],
) -> Result<i32> {
    let tree = match (name, repo.head()?) {
        (Some(name), _) => Some(repo.tree_of(&repo.revision(name)?)?),
        (None, Some(head)) => Some(repo.tree_of(&head)?),
        (None, None) => None,
    };
    let to = files(&repo.odb, tree.as_ref())?;
    let pathspec = crate::pathspec::Pathspec::new(repo, paths)?;
    let (lock, mut index) = repo.lock_index()?;
    let gone: Vec<Vec<u8>> = index
        .entries
        .iter()
        .map(|entry| entry.path.clone())
        .filter(|path| pathspec.matches(path) && !to.contains_key(path))
        .collect();
    for path in gone {
        index.remove(&path);
    }
    for (path, side) in to.iter().filter(|(path, _)| pathspec.matches(path)) {
        if index
            .get(path)
            .is_none_or(|entry| entry.oid != side.oid || entry.mode != side.mode)
        {
            index.add(crate::index::Entry::new(path, side.mode, side.oid, 0));
        }
    }
    repo.write_index(lock, index)?;
    if !parsed.has("quiet") {
        unstaged(git, repo)?;
    }
    Ok(0)
}
