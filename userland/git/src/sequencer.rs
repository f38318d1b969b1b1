//! Applying a commit's change somewhere else: what cherry-pick, revert and rebase have in common.

use crate::changes::files;
use crate::failure::{Failure, Result, say};
use crate::git::Git;
use crate::ident::{Role, current};
use crate::merge::{self, Merged, Names};
use crate::merge_file::How;
use crate::message::{Cleanup, clean, edit};
use crate::object::{Commit, Kind};
use crate::oid::Oid;
use crate::repo::Repo;
use crate::tree_write::write_files;
use crate::{fatal, msg};

use crate::cmd::merge::{apply, conflict_note, tell};

/// What is done with a commit.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Action {
    Pick,
    Revert,
}

/// How it went.
pub enum Applied {
    /// The tree, which may be that of HEAD.
    Clean(Oid),
    Conflicts,
}

/// Merges a commit's change (or its opposite) into HEAD, index and work tree. `mainline` is the parent that a merge is
/// compared with, counted from 1.
pub fn apply_commit(
    git: &Git,
    repo: &Repo,
    action: Action,
    oid: &Oid,
    commit: &Commit,
    mainline: usize,
    how: How,
) -> Result<Applied> {
    let short = repo.abbrev(oid);
    let parent = match (commit.parents.len(), mainline) {
        (0, 0) => None,
        (1, 0 | 1) => Some(commit.parents[0]),
        (count, 0) if count > 1 => {
            say(&msg![
                "error: commit ",
                oid.hex(),
                " is a merge but no -m option was given.\n"
            ]);
            return Err(Failure::Silent(128));
        }
        (count, number) if number <= count => Some(commit.parents[number - 1]),
        _ => {
            say(&msg![
                "error: commit ",
                oid.hex(),
                " does not have parent ",
                mainline.to_string(),
                "\n"
            ]);
            return Err(Failure::Silent(128));
        }
    };
    let (lock, mut index) = repo.lock_index()?;
    let Some(head) = repo.head()? else {
        return fatal!("cannot apply commits to an unborn branch by this git");
    };
    let head_tree = repo.tree_of(&head)?;
    let parent_tree = match parent {
        Some(parent) => repo.odb.commit(&parent)?.tree,
        None => repo.odb.write(Kind::Tree, b"")?,
    };
    let label = msg![short, " (", commit.subject(), ")"];
    let parent_label = msg!["parent of ", label];
    let (base, theirs, names) = match action {
        Action::Pick => (
            parent_tree,
            commit.tree,
            Names {
                ours: b"HEAD",
                base: &parent_label,
                theirs: &label,
            },
        ),
        Action::Revert => (
            commit.tree,
            parent_tree,
            Names {
                ours: b"HEAD",
                base: &label,
                theirs: &parent_label,
            },
        ),
    };
    let merged: Merged = merge::trees(repo, Some(&base), &head_tree, &theirs, names, how)?;
    let before = files(&repo.odb, Some(&head_tree))?;
    if crate::cmd::commit::tree_files(&index) != before {
        let what = if action == Action::Pick {
            "cherry-pick"
        } else {
            "revert"
        };
        say(&msg![
            "error: your local changes would be overwritten by ",
            what,
            ".\nhint: commit your changes or stash them to proceed.\n"
        ]);
        return Err(Failure::Fatal(msg![what, " failed"]));
    }
    if let Err(failure) = apply(repo, &mut index, &before, &merged) {
        return match failure {
            Failure::Silent(_) => {
                let what = if action == Action::Pick {
                    "cherry-pick"
                } else {
                    "revert"
                };
                fatal!(what, " failed")
            }
            other => Err(other),
        };
    }
    let tree = write_files(repo, &merged.files)?;
    repo.write_index(lock, index)?;
    tell(git, &merged);
    if merged.conflicts.is_empty() {
        return Ok(Applied::Clean(tree));
    }
    let message = msg![
        message_of(action, oid, commit, mainline)?,
        "\n",
        conflict_note(&merged)
    ];
    repo.write_file("MERGE_MSG", &message)?;
    Ok(Applied::Conflicts)
}

/// The message that the new commit has.
pub fn message_of(action: Action, oid: &Oid, commit: &Commit, mainline: usize) -> Result<Vec<u8>> {
    if action == Action::Pick {
        return Ok(commit.message.clone());
    }
    let subject = commit.subject();
    let title = match subject.strip_prefix(b"Revert \"") {
        Some(inner) if !inner.starts_with(b"Revert \"") => msg!["Reapply \"", inner],
        _ => msg!["Revert \"", subject, "\""],
    };
    let merge = match mainline {
        0 => Vec::new(),
        number => match commit.parents.get(number - 1) {
            Some(parent) => msg![", reversing\nchanges made to ", parent.hex()],
            None => Vec::new(),
        },
    };
    Ok(msg![title, "\n\nThis reverts commit ", oid.hex(), merge, ".\n"])
}

/// Makes the commit on HEAD; `author` is kept from a picked one.
pub fn commit_on_head(
    repo: &Repo,
    tree: Oid,
    message: Vec<u8>,
    author: Option<&[u8]>,
    log: &[u8],
) -> Result<(Oid, Commit)> {
    let head = repo.head()?;
    let commit = Commit {
        tree,
        parents: head.into_iter().collect(),
        author: match author {
            Some(author) => author.to_vec(),
            None => current(&repo.config, Role::Author, true)?.serialize(),
        },
        committer: current(&repo.config, Role::Committer, true)?.serialize(),
        extra: Vec::new(),
        message,
    };
    let oid = repo.odb.write(Kind::Commit, &commit.serialize())?;
    let log = msg![log, ": ", commit.subject()];
    repo.logged(&log, |log| {
        repo.refs.update(b"HEAD", &oid, head.as_ref(), Some(log))
    })?;
    Ok((oid, commit))
}

/// The message that was left with conflicts, edited where there is an editor for it.
pub fn finished_message(git: &Git, repo: &Repo, edits: bool) -> Result<Vec<u8>> {
    let left = repo.read_file("MERGE_MSG").unwrap_or_default();
    let text = if edits {
        edit(git, repo, "COMMIT_EDITMSG", &left)?
    } else {
        left
    };
    let text = clean(&text, Cleanup::Strip);
    if text.is_empty() {
        git.note("Aborting commit due to empty commit message.");
        return Err(Failure::Silent(1));
    }
    Ok(text)
}
