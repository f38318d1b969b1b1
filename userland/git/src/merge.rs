//! Merging trees: each file by itself, renames followed, as git's "ort" strategy does.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::changes::{Change, Files, Side, between_trees, files};
use crate::failure::Result;
use crate::index::{Entry, clash};
use crate::merge_file::{Favor, How, Labels, merge};
use crate::object::Kind;
use crate::oid::Oid;
use crate::patch::is_binary;
use crate::renames::{Detect, detect};
use crate::repo::Repo;
use crate::tree_write::write_files;
use crate::{msg, walk};

/// The names of the sides in messages and markers.
#[derive(Clone, Copy)]
pub struct Names<'a> {
    pub ours: &'a [u8],
    pub base: &'a [u8],
    pub theirs: &'a [u8],
}

/// A merge's result.
#[derive(Default)]
pub struct Merged {
    /// All files, those in conflict with their markers.
    pub files: Files,
    /// Index entries of conflicts, stages 1 to 3.
    pub conflicts: Vec<Entry>,
    /// What there is to say, by path.
    pub messages: BTreeMap<Vec<u8>, Vec<Vec<u8>>>,
}

impl Merged {
    fn say(&mut self, path: &[u8], message: Vec<u8>) {
        self.messages.entry(path.to_vec()).or_default().push(message);
    }

    fn conflict(&mut self, path: &[u8], stages: [Option<Side>; 3]) {
        for (stage, side) in (1..).zip(stages) {
            if let Some(side) = side {
                self.conflicts.push(Entry::new(path, side.mode, side.oid, stage));
            }
        }
    }
}

struct Merger<'a> {
    repo: &'a Repo,
    names: Names<'a>,
    how: How,
    merged: Merged,
}

/// Where a file of the base went on one side.
type Renames = HashMap<Vec<u8>, Vec<u8>>;

/// Merges `theirs` into `ours`; all are trees, `base` may be none.
pub fn trees(
    repo: &Repo,
    base: Option<&Oid>,
    ours: &Oid,
    theirs: &Oid,
    names: Names<'_>,
    how: How,
) -> Result<Merged> {
    let how = How {
        show_base: how.show_base || shows_base(repo),
        ..how
    };
    let mut merger = Merger {
        repo,
        names,
        how,
        merged: Merged::default(),
    };
    let (base_files, mut our_files, mut their_files) = (
        files(&repo.odb, base)?,
        files(&repo.odb, Some(ours))?,
        files(&repo.odb, Some(theirs))?,
    );
    let (our_renames, their_renames) = (renames(repo, base, ours)?, renames(repo, base, theirs)?);
    let mut base_files = base_files;
    let old_names: BTreeSet<Vec<u8>> = our_renames.keys().chain(their_renames.keys()).cloned().collect();
    for old in &old_names {
        merger.follow(
            old,
            [&our_renames, &their_renames],
            &mut base_files,
            &mut our_files,
            &mut their_files,
        )?;
    }
    let paths: BTreeSet<&Vec<u8>> = base_files
        .keys()
        .chain(our_files.keys())
        .chain(their_files.keys())
        .collect();
    for path in paths {
        let side = |files: &Files| files.get(path).copied();
        merger.path(path, side(&base_files), side(&our_files), side(&their_files))?;
    }
    merger.files_and_folders();
    Ok(merger.merged)
}

fn shows_base(repo: &Repo) -> bool {
    matches!(repo.config.get("merge.conflictstyle"), Some(b"diff3" | b"zdiff3"))
}

fn renames(repo: &Repo, base: Option<&Oid>, side: &Oid) -> Result<Renames> {
    let off = repo
        .config
        .bool("merge.renames")
        .or(repo.config.bool("diff.renames"))
        == Some(false);
    let Some(base) = base.filter(|_| !off) else {
        return Ok(Renames::new());
    };
    let found = detect(
        repo,
        between_trees(&repo.odb, Some(base), Some(side))?,
        Detect::default(),
    )?;
    let moved = found.into_iter().filter(|change: &Change| !change.is_copy);
    Ok(moved
        .filter_map(|change| Some((change.from?, change.path)))
        .collect())
}

impl Merger<'_> {
    /// Gives a renamed file its new name on all sides, so that it is merged as one.
    fn follow(
        &mut self,
        old: &[u8],
        renames: [&Renames; 2],
        base: &mut Files,
        ours: &mut Files,
        theirs: &mut Files,
    ) -> Result<()> {
        let [by_us, by_them] = renames.map(|renames| renames.get(old));
        let side = base.get(old).copied();
        match (by_us, by_them) {
            (Some(ours), Some(theirs)) if ours == theirs => move_file(base, old, ours),
            (Some(our_name), Some(their_name)) => {
                let Names {
                    ours: us,
                    theirs: them,
                    ..
                } = self.names;
                self.merged.say(
                    old,
                    msg![
                        "CONFLICT (rename/rename): ",
                        old,
                        " renamed to ",
                        our_name,
                        " in ",
                        us,
                        " and to ",
                        their_name,
                        " in ",
                        them,
                        "."
                    ],
                );
                let (a, b) = (ours.remove(our_name), theirs.remove(their_name));
                base.remove(old);
                self.merged.conflict(old, [side, None, None]);
                self.merged.conflict(our_name, [None, a, None]);
                self.merged.conflict(their_name, [None, None, b]);
                for (name, side) in [(our_name, a), (their_name, b)] {
                    self.merged.files.extend(side.map(|side| (name.clone(), side)));
                }
            }
            (Some(new), None) => self.follow_one(old, new, base, theirs, true),
            (None, Some(new)) => self.follow_one(old, new, base, ours, false),
            (None, None) => {}
        }
        Ok(())
    }

    /// `other` is the side that did not rename the file.
    fn follow_one(&mut self, old: &[u8], new: &[u8], base: &mut Files, other: &mut Files, by_us: bool) {
        if base.contains_key(new) || other.contains_key(new) {
            // Something else has the new name there: both are left to themselves.
            return;
        }
        if !other.contains_key(old) {
            let (renamer, deleter) = if by_us {
                (self.names.ours, self.names.theirs)
            } else {
                (self.names.theirs, self.names.ours)
            };
            self.merged.say(
                new,
                msg![
                    "CONFLICT (rename/delete): ",
                    old,
                    " renamed to ",
                    new,
                    " in ",
                    renamer,
                    ", but deleted in ",
                    deleter,
                    "."
                ],
            );
        }
        move_file(base, old, new);
        move_file(other, old, new);
    }

    fn path(
        &mut self,
        path: &[u8],
        base: Option<Side>,
        ours: Option<Side>,
        theirs: Option<Side>,
    ) -> Result<()> {
        let result = if ours == theirs || base == theirs {
            ours
        } else if base == ours {
            theirs
        } else {
            return self.both_changed(path, base, ours, theirs);
        };
        self.merged.files.extend(result.map(|side| (path.to_vec(), side)));
        Ok(())
    }

    fn both_changed(
        &mut self,
        path: &[u8],
        base: Option<Side>,
        ours: Option<Side>,
        theirs: Option<Side>,
    ) -> Result<()> {
        let Names {
            ours: us,
            theirs: them,
            ..
        } = self.names;
        let (Some(our_side), Some(their_side)) = (ours, theirs) else {
            // Deleted on one side, changed on the other.
            let (deleter, changer) = if ours.is_none() { (us, them) } else { (them, us) };
            let renamed = self.merged.messages.get(path).is_some_and(|list| {
                list.iter()
                    .any(|message| message.starts_with(b"CONFLICT (rename/delete)"))
            });
            let left = ours.or(theirs);
            if !renamed || base.map(|side| side.oid) != left.map(|side| side.oid) {
                self.merged.say(
                    path,
                    msg![
                        "CONFLICT (modify/delete): ",
                        path,
                        " deleted in ",
                        deleter,
                        " and modified in ",
                        changer,
                        ".  Version ",
                        changer,
                        " of ",
                        path,
                        " left in tree."
                    ],
                );
            }
            self.merged.conflict(path, [base, ours, theirs]);
            self.merged.files.extend(left.map(|side| (path.to_vec(), side)));
            return Ok(());
        };
        let plain = |side: &Side| side.mode & 0o170000 == 0o100000;
        let base_mode = base.map_or(our_side.mode, |side| side.mode);
        let mode = if our_side.mode == base_mode {
            their_side.mode
        } else {
            our_side.mode
        };
        let base_oid = base.map(|side| side.oid);
        let only_one_changed = if our_side.oid == their_side.oid || base_oid == Some(their_side.oid) {
            Some(our_side.oid)
        } else {
            (base_oid == Some(our_side.oid)).then_some(their_side.oid)
        };
        if let Some(oid) = only_one_changed {
            self.merged.files.insert(path.to_vec(), Side { mode, oid });
            return Ok(());
        }
        if !plain(&our_side) || !plain(&their_side) {
            let kind = if base.is_none() { "add/add" } else { "content" };
            self.merged
                .say(path, msg!["CONFLICT (", kind, "): Merge conflict in ", path]);
            self.merged.conflict(path, [base, ours, theirs]);
            self.merged.files.insert(path.to_vec(), our_side);
            return Ok(());
        }
        self.merged.say(path, msg!["Auto-merging ", path]);
        let odb = &self.repo.odb;
        let original = match base.filter(plain) {
            Some(side) => odb.blob(&side.oid)?.to_vec(),
            None => Vec::new(),
        };
        let (our_text, their_text) = (odb.blob(&our_side.oid)?, odb.blob(&their_side.oid)?);
        let binary = [&original[..], &our_text, &their_text]
            .iter()
            .any(|text| is_binary(text));
        if binary {
            let favored = match self.how.favor {
                Favor::Ours => Some(our_side),
                Favor::Theirs => Some(their_side),
                _ => None,
            };
            if let Some(side) = favored {
                self.merged.files.insert(path.to_vec(), side);
                return Ok(());
            }
            let message = msg![
                "warning: Cannot merge binary files: ",
                path,
                " (",
                us,
                " vs. ",
                them,
                ")"
            ];
            self.merged
                .messages
                .entry(path.to_vec())
                .or_default()
                .insert(0, message);
        }
        let labels = Labels {
            ours: us,
            base: self.names.base,
            theirs: them,
        };
        let (text, conflicts) = if binary {
            (our_text.to_vec(), 1)
        } else {
            merge(&our_text, &original, &their_text, labels, self.how)
        };
        let oid = odb.write(Kind::Blob, &text)?;
        self.merged.files.insert(path.to_vec(), Side { mode, oid });
        if conflicts > 0 {
            let kind = if base.is_none() { "add/add" } else { "content" };
            self.merged
                .say(path, msg!["CONFLICT (", kind, "): Merge conflict in ", path]);
            self.merged.conflict(path, [base, ours, theirs]);
        }
        Ok(())
    }

    /// A file of one side where the other has a folder goes beside it.
    fn files_and_folders(&mut self) {
        let paths: Vec<Vec<u8>> = self.merged.files.keys().cloned().collect();
        for pair in paths.windows(2) {
            if !clash(&pair[0], &pair[1]) {
                continue;
            }
            let path = &pair[0];
            let Some(side) = self.merged.files.remove(path) else {
                continue;
            };
            let beside = msg![path, "~", self.names.ours];
            self.merged.say(
                path,
                msg![
                    "CONFLICT (file/directory): directory in the way of ",
                    path,
                    " from ",
                    self.names.ours,
                    "; moving it to ",
                    beside,
                    " instead."
                ],
            );
            self.merged.conflict(&beside, [None, Some(side), None]);
            self.merged.files.insert(beside, side);
        }
    }
}

fn move_file(files: &mut Files, old: &[u8], new: &[u8]) {
    if let Some(side) = files.remove(old) {
        files.insert(new.to_vec(), side);
    }
}

/// Merges two commits over their common ancestors; of several, their merge is the base.
pub fn commits(repo: &Repo, ours: &Oid, theirs: &Oid, names: Names<'_>, how: How) -> Result<Merged> {
    let base = base_tree(repo, ours, theirs, 1)?;
    let (our_tree, their_tree) = (repo.odb.commit(ours)?.tree, repo.odb.commit(theirs)?.tree);
    let shown = match walk::merge_bases(repo, ours, theirs)?.as_slice() {
        [one] => repo.abbrev(one).into_bytes(),
        [] => b"empty tree".to_vec(),
        _ => b"merged common ancestors".to_vec(),
    };
    trees(
        repo,
        base.as_ref(),
        &our_tree,
        &their_tree,
        Names {
            base: &shown,
            ..names
        },
        how,
    )
}

fn base_tree(repo: &Repo, ours: &Oid, theirs: &Oid, depth: usize) -> Result<Option<Oid>> {
    let mut bases = walk::merge_bases(repo, ours, theirs)?;
    // The oldest first, as git merges them.
    bases.reverse();
    let Some((first, rest)) = bases.split_first() else {
        return Ok(None);
    };
    let mut tree = repo.odb.commit(first)?.tree;
    for other in rest {
        let base = base_tree(repo, first, other, depth + 1)?;
        let names = Names {
            ours: b"Temporary merge branch 1",
            base: b"",
            theirs: b"Temporary merge branch 2",
        };
        let how = How {
            marker_size: 7 + 2 * depth,
            ..How::default()
        };
        let merged = trees(
            repo,
            base.as_ref(),
            &tree,
            &repo.odb.commit(other)?.tree,
            names,
            how,
        )?;
        tree = write_files(repo, &merged.files)?;
    }
    Ok(Some(tree))
}
