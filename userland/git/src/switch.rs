//! Taking index and work tree from one tree to another, without losing what is only there.

use std::collections::BTreeSet;

use crate::changes::{Files, Side};
use crate::failure::{Failure, Result, say};
use crate::ignore::Ignore;
use crate::index::{Entry, Index};
use crate::msg;
use crate::repo::Repo;
use crate::worktree::{self, State};

/// What is being done, for the messages.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum What {
    Checkout,
    Merge,
}

impl What {
    fn noun(self) -> &'static str {
        match self {
            What::Checkout => "checkout",
            What::Merge => "merge",
        }
    }

    fn before(self) -> &'static str {
        match self {
            What::Checkout => "switch branches",
            What::Merge => "merge",
        }
    }
}

fn side_of(index: &Index, path: &[u8]) -> Option<Side> {
    index.get(path).map(|entry| Side {
        mode: entry.mode,
        oid: entry.oid,
    })
}

/// What untracked thing is where a file goes: a file there or above, or a folder that has some.
fn untracked_in_the_way(index: &Index, path: &[u8], ignore: &mut Ignore) -> Option<Vec<u8>> {
    let mut counts = |file: &[u8]| !index.has(file) && !ignore.is_ignored(file, false);
    match sys::lstat(path) {
        Ok(stat) if stat.is_dir() => has_untracked(index, path, ignore).then(|| path.to_vec()),
        Ok(_) => counts(path).then(|| path.to_vec()),
        Err(_) => {
            // A tracked file above goes with the switch.
            let above = (0..path.len())
                .filter(|at| path[*at] == b'/')
                .map(|at| &path[..at]);
            let mut files = above.filter(|path| sys::lstat(*path).is_ok_and(|stat| !stat.is_dir()));
            files.next().filter(|file| counts(file)).map(<[u8]>::to_vec)
        }
    }
}

fn has_untracked(index: &Index, folder: &[u8], ignore: &mut Ignore) -> bool {
    std::fs::read_dir(cli::os(folder))
        .into_iter()
        .flatten()
        .flatten()
        .any(|entry| {
            let path = crate::path::join(folder, entry.file_name().as_encoded_bytes());
            if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
                has_untracked(index, &path, ignore)
            } else {
                !index.has(&path) && !ignore.is_ignored(&path, false)
            }
        })
}

/// Goes from the files of one tree to those of another. Paths that are the same in both keep what index and work tree
/// have; others must be as in `from`, or already as in `to`.
///
/// # Errors
/// Something would be lost (git's messages, status 1); nothing has changed then.
pub fn switch(repo: &Repo, index: &mut Index, from: &Files, to: &Files, what: What) -> Result<()> {
    let mut ignore = Ignore::of(repo);
    let (mut local, mut untracked, mut folders) = (Vec::new(), Vec::new(), Vec::new());
    let mut changes = Vec::new();
    let paths: BTreeSet<&Vec<u8>> = from.keys().chain(to.keys()).collect();
    for path in paths {
        let (old, new) = (from.get(path).copied(), to.get(path).copied());
        let now = side_of(index, path);
        if old == new || now == new && !index.stages(path).iter().any(|entry| entry.stage != 0) {
            continue;
        }
        if now != old {
            local.push(path.clone());
            continue;
        }
        match index.get(path) {
            Some(entry) => {
                if let State::Modified(_) = worktree::state(repo, index, entry)? {
                    local.push(path.clone());
                    continue;
                }
            }
            None => {
                if new.is_some()
                    && let Some(other) = untracked_in_the_way(index, path, &mut ignore)
                {
                    let is_folder = sys::lstat(&other).is_ok_and(|stat| stat.is_dir());
                    if is_folder { &mut folders } else { &mut untracked }.push(other);
                    continue;
                }
            }
        }
        changes.push((path, new));
    }
    untracked.dedup();
    refuse(repo, &local, &untracked, &folders, what)?;
    apply(repo, index, changes)
}

fn refuse(
    repo: &Repo,
    local: &[Vec<u8>],
    untracked: &[Vec<u8>],
    folders: &[Vec<u8>],
    what: What,
) -> Result<()> {
    let list = |paths: &[Vec<u8>]| -> Vec<u8> {
        paths
            .iter()
            .flat_map(|path| msg!["\t", crate::path::quoted(path, repo.quotes_high()), "\n"])
            .collect()
    };
    if !local.is_empty() {
        say(&msg![
            "error: Your local changes to the following files would be overwritten by ",
            what.noun(),
            ":\n",
            list(local),
            "Please commit your changes or stash them before you ",
            what.before(),
            ".\n"
        ]);
    }
    if !untracked.is_empty() {
        say(&msg![
            "error: The following untracked working tree files would be overwritten by ",
            what.noun(),
            ":\n",
            list(untracked),
            "Please move or remove them before you ",
            what.before(),
            ".\n"
        ]);
    }
    if !folders.is_empty() {
        say(&msg![
            "error: Updating the following directories would lose untracked files in them:\n",
            list(folders),
            "\n"
        ]);
    }
    if local.is_empty() && untracked.is_empty() && folders.is_empty() {
        return Ok(());
    }
    say(b"Aborting\n");
    Err(Failure::Silent(1))
}

/// Makes the changes: deletions first, as a folder may become a file.
fn apply(repo: &Repo, index: &mut Index, changes: Vec<(&Vec<u8>, Option<Side>)>) -> Result<()> {
    for (path, _) in changes.iter().filter(|(_, new)| new.is_none()) {
        worktree::remove(path)?;
        index.remove(path);
    }
    for (path, new) in changes {
        if let Some(side) = new {
            let mut entry = Entry::new(path, side.mode, side.oid, 0);
            worktree::check_out(repo, &mut entry)?;
            index.add(entry);
        }
    }
    Ok(())
}

/// Makes index and work tree those of a tree, whatever they were. Untracked files stay where nothing takes their place.
pub fn force(repo: &Repo, index: &mut Index, to: &Files) -> Result<()> {
    let gone: Vec<Vec<u8>> = {
        let mut gone: Vec<Vec<u8>> = index
            .entries
            .iter()
            .map(|entry| entry.path.clone())
            .filter(|path| !to.contains_key(path))
            .collect();
        gone.dedup();
        gone
    };
    for path in gone {
        worktree::remove(&path)?;
        index.remove(&path);
    }
    for (path, side) in to {
        if let Some(entry) = index.get(path)
            && entry.oid == side.oid
            && entry.mode == side.mode
            && worktree::state(repo, index, entry)? == State::Clean
        {
            continue;
        }
        let mut entry = Entry::new(path, side.mode, side.oid, 0);
        worktree::check_out(repo, &mut entry)?;
        index.add(entry);
    }
    Ok(())
}

/// Makes the index that of a tree; entries that are the same keep what is known of their files.
pub fn reset_index(index: &mut Index, to: &Files) {
    let mut entries = Vec::new();
    for (path, side) in to {
        match index.get(path) {
            Some(entry) if entry.oid == side.oid && entry.mode == side.mode => entries.push(entry.clone()),
            _ => entries.push(Entry::new(path, side.mode, side.oid, 0)),
        }
    }
    index.entries = entries;
}
