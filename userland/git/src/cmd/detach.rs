//! HEAD without a branch: going there, and what may be lost when leaving.

use crate::failure::Result;
use crate::git::Git;
use crate::object::Kind;
use crate::oid::Oid;
use crate::repo::Repo;
use crate::{msg, walk};

pub fn moved(
    repo: &Repo,
    from: &[u8],
    to: &[u8],
    update: impl FnOnce(crate::refs::Log<'_>) -> Result<()>,
) -> Result<()> {
    repo.logged(&msg!["checkout: moving from ", from, " to ", to], update)
}

const ADVICE: &str = "
You are in 'detached HEAD' state. You can look around, make experimental
changes and commit them, and you can discard any commits you make in this
state without impacting any branches by switching back to a branch.

If you want to create a new branch to retain commits you create, you may
do so (now or later) by using -c with the switch command. Example:

  git switch -c <new-branch-name>

Or undo this operation with:

  git switch -

Turn off this advice by setting config variable advice.detachedHead to false
";

#[allow(clippy::too_many_arguments)]
pub fn detach(
    git: &Git,
    repo: &Repo,
    previous: &Option<Vec<u8>>,
    from: &[u8],
    start: &[u8],
    (old, oid): (&Oid, &Oid),
    quiet: bool,
    asked: bool,
) -> Result<()> {
    moved(repo, from, start, |log| {
        repo.refs.update_no_deref(b"HEAD", oid, Some(log))
    })?;
    if quiet {
        return Ok(());
    }
    left_behind(git, repo, previous, old, oid)?;
    if previous.is_some() && !asked && git.config().bool("advice.detachedhead") != Some(false) {
        git.note(msg!["Note: switching to '", start, "'.\n", ADVICE]);
    }
    let subject = repo.odb.commit(oid)?.subject();
    git.note(msg!["HEAD is now at ", repo.abbrev(oid), " ", subject]);
    Ok(())
}

/// When a detached HEAD leaves: where it was, and whether commits are lost with it.
pub fn left_behind(git: &Git, repo: &Repo, previous: &Option<Vec<u8>>, old: &Oid, new: &Oid) -> Result<()> {
    if previous.is_some() || old == new {
        return Ok(());
    }
    let mut walk = walk::Walk::new(repo);
    walk.exclude(*new)?;
    for (_, oid) in repo.refs.list(b"refs/") {
        if let (oid, Kind::Commit) = repo.odb.peel(&oid)? {
            walk.exclude(oid)?;
        }
    }
    walk.include(*old)?;
    let mut lost = Vec::new();
    while let Some(next) = walk.next_commit()? {
        lost.push(next);
    }
    if lost.is_empty() {
        let subject = repo.odb.commit(old)?.subject();
        git.note(msg![
            "Previous HEAD position was ",
            repo.abbrev(old),
            " ",
            subject
        ]);
        return Ok(());
    }
    let (count, plural) = (lost.len(), lost.len() != 1);
    let mut text = format!(
        "Warning: you are leaving {count} commit{} behind, not connected to\nany of your branches:\n\n",
        if plural { "s" } else { "" }
    )
    .into_bytes();
    for (oid, commit) in lost.iter().take(if count > 5 { 4 } else { 5 }) {
        text.extend(msg!["  ", repo.abbrev(oid), " ", commit.subject(), "\n"]);
    }
    if count > 5 {
        text.extend(format!(" ... and {} more.\n", count - 4).as_bytes());
    }
    text.extend(msg![
        "\nIf you want to keep ", if plural { "them" } else { "it" },
        " by creating a new branch, this may be a good time\nto do so with:\n\n git branch <new-branch-name> ",
        repo.abbrev(old), "\n"
    ]);
    git.note(text);
    Ok(())
}
