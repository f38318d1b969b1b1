//! Which commits a rebase applies.

use std::collections::HashSet;

use crate::changes::of_commit;
use crate::failure::Result;
use crate::git::Git;
use crate::object::Commit;
use crate::oid::{Oid, sha1};
use crate::patch::{Contents, Hunks};
use crate::repo::Repo;
use crate::{diff, msg, patch, walk};

/// The commits to apply, oldest first: no merges, and none whose change the other side has.
pub fn commits(git: &Git, repo: &Repo, upstream: &Oid, head: &Oid) -> Result<Vec<Oid>> {
    let mut known = HashSet::new();
    for (_, commit) in walk::between(repo, head, upstream)? {
        known.extend(patch_id(git, repo, &commit)?);
    }
    let mut list = Vec::new();
    let mut skipped = false;
    for (oid, commit) in walk::between(repo, upstream, head)? {
        if commit.parents.len() > 1 {
            continue;
        }
        match patch_id(git, repo, &commit)? {
            Some(id) if known.contains(&id) => {
                git.note(msg![
                    "warning: skipped previously applied commit ",
                    repo.abbrev(&oid)
                ]);
                skipped = true;
            }
            _ => list.push(oid),
        }
    }
    if skipped {
        git.note(
            "hint: use --reapply-cherry-picks to include skipped commits\n\
             hint: Disable this message with \"git config advice.skippedCherryPicks false\"",
        );
    }
    Ok(list)
}

/// A hash of a commit's change without its place in the files; none for merges and empty changes.
fn patch_id(git: &Git, repo: &Repo, commit: &Commit) -> Result<Option<[u8; 20]>> {
    if commit.parents.len() > 1 {
        return Ok(None);
    }
    let list = of_commit(&repo.odb, commit)?;
    let options = diff::Options::new(git);
    let mut text = Vec::new();
    for change in &list {
        let modes = [change.old, change.new].map(|side| side.map_or(0, |side| side.mode));
        text.extend(msg![change.path, format!(" {modes:?}\n")]);
        let contents = Contents::of(repo, change)?;
        if contents.is_binary(&options) {
            text.extend(msg![contents.old, contents.new]);
            continue;
        }
        let (old, new) = (
            diffs::lines::Lines::new(contents.old),
            diffs::lines::Lines::new(contents.new),
        );
        let found = diffs::compare::changes(&old, &new, &options.equality);
        let hunks = Hunks {
            old: &old,
            new: &new,
            changes: &found,
            context: options.context,
        };
        hunks.show(&patch::Colors::new(false), &mut |piece| {
            if !piece.starts_with(b"@@") {
                text.extend_from_slice(piece);
            }
        });
    }
    Ok(if list.is_empty() {
        None
    } else {
        Some(sha1(&[&text])?)
    })
}
