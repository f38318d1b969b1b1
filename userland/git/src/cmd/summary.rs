//! What is told of a commit that was made.

use crate::changes::{between_trees, of_commit};
use crate::failure::Result;
use crate::git::Git;
use crate::ident::Ident;
use crate::object::Commit;
use crate::oid::Oid;
use crate::refs::short_name;
use crate::repo::Repo;
use crate::{date, diff, msg};

/// `[main abc1234] subject` and the statistics.
pub fn summary(git: &Git, repo: &Repo, oid: &Oid, commit: &Commit, root: bool, dated: bool) -> Result<()> {
    let branch = match repo.head_branch() {
        Some(branch) => short_name(&branch).to_vec(),
        None => b"detached HEAD".to_vec(),
    };
    let root = if root { " (root-commit)" } else { "" };
    git.line(msg![
        "[",
        branch,
        root,
        " ",
        repo.abbrev(oid),
        "] ",
        commit.subject()
    ]);
    let (author, committer) = (Ident::parse(&commit.author), Ident::parse(&commit.committer));
    if (&author.name, &author.mail) != (&committer.name, &committer.mail) {
        git.line(msg![" Author: ", author.name, " <", author.mail, ">"]);
    }
    if dated {
        git.line(msg![
            " Date: ",
            date::show(author.time, author.zone, &date::Mode::Default)
        ]);
    }
    if commit.parents.len() > 1 {
        return Ok(());
    }
    let list = of_commit(&repo.odb, commit)?;
    let options = diff::Options {
        shortstat: true,
        summary: true,
        color: false,
        ..diff::Options::new(git)
    };
    diff::show(git, repo, list, &options).map(drop)
}

/// The statistics that merges and pulls print.
pub fn diffstat(git: &Git, repo: &Repo, old: &Oid, new: &Oid) -> Result<()> {
    let list = between_trees(&repo.odb, Some(&repo.tree_of(old)?), Some(&repo.tree_of(new)?))?;
    let options = diff::Options {
        stat: true,
        summary: true,
        ..diff::Options::new(git)
    };
    diff::show(git, repo, list, &options).map(drop)
}
