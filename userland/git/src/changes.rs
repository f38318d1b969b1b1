//! What differs between two trees, a tree and the index, or the index and the work tree.

use std::collections::BTreeMap;

use crate::failure::Result;
use crate::index::Index;
use crate::object::{Commit, TreeEntry, mode};
use crate::odb::Odb;
use crate::oid::Oid;
use crate::repo::Repo;
use crate::worktree::{self, State};

/// A file on one side. The id is zero where the content is only in the work tree.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Side {
    pub mode: u32,
    pub oid: Oid,
}

/// A path that differs.
#[derive(Clone, Debug)]
pub struct Change {
    pub path: Vec<u8>,
    pub old: Option<Side>,
    pub new: Option<Side>,
    /// The old path, of a rename or copy.
    pub from: Option<Vec<u8>>,
    pub is_copy: bool,
    /// How alike the two are, in percent.
    pub score: u32,
    pub unmerged: bool,
}

impl Change {
    pub fn new(path: &[u8], old: Option<Side>, new: Option<Side>) -> Change {
        Change {
            path: path.to_vec(),
            old,
            new,
            from: None,
            is_copy: false,
            score: 0,
            unmerged: false,
        }
    }

    pub fn unmerged(path: &[u8]) -> Change {
        Change {
            unmerged: true,
            ..Change::new(path, None, None)
        }
    }

    /// The letter of `--name-status`.
    pub fn letter(&self) -> char {
        match (&self.old, &self.new) {
            _ if self.unmerged => 'U',
            _ if self.is_copy => 'C',
            _ if self.from.is_some() => 'R',
            (None, _) => 'A',
            (_, None) => 'D',
            (Some(old), Some(new)) if old.mode & 0o170000 != new.mode & 0o170000 => 'T',
            _ => 'M',
        }
    }

    /// The path on the old side.
    pub fn old_path(&self) -> &[u8] {
        self.from.as_ref().unwrap_or(&self.path)
    }
}

/// All files of a tree by path.
pub type Files = BTreeMap<Vec<u8>, Side>;

/// All files of a tree; of none, there are none.
pub fn files(odb: &Odb, tree: Option<&Oid>) -> Result<Files> {
    let mut found = Files::new();
    if let Some(tree) = tree {
        collect(odb, tree, b"", &mut |path, side| {
            found.insert(path, side);
        })?;
    }
    Ok(found)
}

fn collect(odb: &Odb, tree: &Oid, prefix: &[u8], found: &mut dyn FnMut(Vec<u8>, Side)) -> Result<()> {
    for entry in odb.tree(tree)? {
        let path = [prefix, &entry.name].concat();
        if entry.is_tree() {
            collect(odb, &entry.oid, &[&path[..], b"/"].concat(), found)?;
        } else {
            found(
                path,
                Side {
                    mode: canonical(entry.mode),
                    oid: entry.oid,
                },
            );
        }
    }
    Ok(())
}

/// Old trees have modes such as 100664.
pub fn canonical(found: u32) -> u32 {
    match found & 0o170000 {
        0o100000 if found & 0o100 != 0 => mode::EXECUTABLE,
        0o100000 => mode::FILE,
        _ => found,
    }
}

/// The changes of a commit against its first parent, by path.
pub fn of_commit(odb: &Odb, commit: &Commit) -> Result<Vec<Change>> {
    let parent = commit
        .parents
        .first()
        .map(|parent| odb.commit(parent))
        .transpose()?;
    let tree = parent.as_ref().map(|parent| &parent.tree);
    between_trees(odb, tree, Some(&commit.tree))
}

/// The changes between two trees, by path; what is the same is not read. `None` is a tree without files.
pub fn between_trees(odb: &Odb, old: Option<&Oid>, new: Option<&Oid>) -> Result<Vec<Change>> {
    let mut changes = Vec::new();
    compare_trees(odb, old, new, b"", &mut changes)?;
    changes.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(changes)
}

fn compare_trees(
    odb: &Odb,
    old: Option<&Oid>,
    new: Option<&Oid>,
    prefix: &[u8],
    changes: &mut Vec<Change>,
) -> Result<()> {
    if old == new {
        return Ok(());
    }
    let read = |tree: Option<&Oid>| tree.map_or(Ok(Vec::new()), |tree| odb.tree(tree));
    type Pair = (Option<TreeEntry>, Option<TreeEntry>);
    let mut pairs: BTreeMap<(Vec<u8>, bool), Pair> = BTreeMap::new();
    for entry in read(old)? {
        let key = (entry.name.clone(), entry.is_tree());
        pairs.entry(key).or_default().0 = Some(entry);
    }
    for entry in read(new)? {
        let key = (entry.name.clone(), entry.is_tree());
        pairs.entry(key).or_default().1 = Some(entry);
    }
    for ((name, is_tree), (old, new)) in pairs {
        let path = [prefix, &name].concat();
        let side = |entry: &TreeEntry| Side {
            mode: canonical(entry.mode),
            oid: entry.oid,
        };
        if is_tree {
            let oid = |entry: &Option<TreeEntry>| entry.as_ref().map(|entry| entry.oid);
            let below = [&path[..], b"/"].concat();
            compare_trees(odb, oid(&old).as_ref(), oid(&new).as_ref(), &below, changes)?;
        } else {
            let (old, new) = (old.as_ref().map(side), new.as_ref().map(side));
            if old != new {
                changes.push(Change::new(&path, old, new));
            }
        }
    }
    Ok(())
}

/// The changes from a tree's files to the index.
pub fn tree_to_index(tree: &Files, index: &Index) -> Vec<Change> {
    let mut changes = Vec::new();
    let mut rest = tree.iter().peekable();
    let mut last: &[u8] = &[];
    for entry in &index.entries {
        while let Some((path, side)) = rest.next_if(|(path, _)| **path < entry.path) {
            changes.push(Change::new(path, Some(*side), None));
        }
        let old = rest
            .next_if(|(path, _)| **path == entry.path)
            .map(|(_, side)| *side);
        if entry.stage != 0 {
            if last != entry.path {
                changes.push(Change::unmerged(&entry.path));
            }
            last = &entry.path;
            continue;
        }
        let new = Side {
            mode: entry.mode,
            oid: entry.oid,
        };
        if !entry.intent_to_add && old != Some(new) {
            changes.push(Change::new(&entry.path, old, Some(new)));
        }
    }
    changes.extend(rest.map(|(path, side)| Change::new(path, Some(*side), None)));
    changes
}

/// The changes from the index to the work tree, among the paths that `wanted` takes. A conflict is `unmerged`, and a
/// second change compares the work tree with our side, as `git diff` without options does not.
pub fn index_to_worktree(repo: &Repo, index: &Index, wanted: &dyn Fn(&[u8]) -> bool) -> Result<Vec<Change>> {
    let mut changes = Vec::new();
    let mut last: &[u8] = &[];
    for entry in index.entries.iter().filter(|entry| wanted(&entry.path)) {
        if entry.stage != 0 {
            if last != entry.path {
                changes.push(Change::unmerged(&entry.path));
            }
            last = &entry.path;
            continue;
        }
        if entry.skip_worktree || entry.assume_valid || entry.mode == mode::GITLINK {
            continue;
        }
        let old = (!entry.intent_to_add).then_some(Side {
            mode: entry.mode,
            oid: entry.oid,
        });
        match worktree::state(repo, index, entry)? {
            State::Clean if !entry.intent_to_add => {}
            State::Deleted => changes.push(Change::new(&entry.path, old, None)),
            State::Clean => {
                let new = Side {
                    mode: entry.mode,
                    oid: Oid::ZERO,
                };
                changes.push(Change::new(&entry.path, old, Some(new)));
            }
            State::Modified(mode) => {
                let new = Side { mode, oid: Oid::ZERO };
                changes.push(Change::new(&entry.path, old, Some(new)));
            }
        }
    }
    Ok(changes)
}

/// The changes from a tree to the work tree, for the paths that the index or the tree has.
pub fn tree_to_worktree(repo: &Repo, tree: &Files, index: &Index) -> Result<Vec<Change>> {
    let mut changes = Vec::new();
    let mut paths: Vec<&[u8]> = tree.keys().map(Vec::as_slice).collect();
    paths.extend(index.entries.iter().map(|entry| &entry.path[..]));
    paths.sort_unstable();
    paths.dedup();
    for path in paths {
        let old = tree.get(path).copied();
        let staged = index.stages(path).first();
        let new = match staged {
            // Taken out of the index: for git it is gone, whatever the work tree has.
            None => None,
            Some(entry) if entry.stage == 0 => match worktree::state(repo, index, entry)? {
                State::Clean => Some(Side {
                    mode: entry.mode,
                    oid: entry.oid,
                }),
                State::Deleted => None,
                State::Modified(mode) => Some(Side { mode, oid: Oid::ZERO }),
            },
            Some(_) => worktree::lstat(path).map(|stat| Side {
                mode: crate::index::mode_of(&stat),
                oid: Oid::ZERO,
            }),
        };
        let same = match (&old, &new) {
            (Some(old), Some(new)) if new.oid.is_zero() && old.mode == new.mode => {
                worktree::hash(path, new.mode)? == old.oid
            }
            (old, new) => old == new,
        };
        if !same {
            changes.push(Change::new(path, old, new));
        }
    }
    Ok(changes)
}
