//! Walks over history: youngest first, ranges, limits by paths, merge bases.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap, HashSet};

use crate::changes::between_trees;
use crate::failure::Result;
use crate::object::Commit;
use crate::oid::Oid;
use crate::pathspec::Pathspec;
use crate::repo::Repo;

/// A walk from some commits to their ancestors.
pub struct Walk<'a> {
    repo: &'a Repo,
    /// By date; those of one date in the order that they were found in.
    queue: BinaryHeap<(i64, Reverse<usize>, Oid)>,
    seen: HashSet<Oid>,
    excluded: HashSet<Oid>,
    commits: HashMap<Oid, Commit>,
    found: usize,
    pub first_parent: bool,
    /// Only commits that change these; history is simplified as git does.
    pub paths: Option<&'a Pathspec>,
}

impl<'a> Walk<'a> {
    pub fn new(repo: &'a Repo) -> Walk<'a> {
        Walk {
            repo,
            queue: BinaryHeap::new(),
            seen: HashSet::new(),
            excluded: HashSet::new(),
            commits: HashMap::new(),
            found: 0,
            first_parent: false,
            paths: None,
        }
    }

    pub fn include(&mut self, oid: Oid) -> Result<()> {
        if self.seen.insert(oid) && !self.excluded.contains(&oid) {
            let commit = self.repo.odb.commit(&oid)?;
            self.found += 1;
            self.queue.push((commit.committed(), Reverse(self.found), oid));
            self.commits.insert(oid, commit);
        }
        Ok(())
    }

    /// Leaves out a commit and its ancestors. All exclusions come before the first inclusion.
    pub fn exclude(&mut self, oid: Oid) -> Result<()> {
        let mut rest = vec![oid];
        while let Some(oid) = rest.pop() {
            if self.excluded.insert(oid) {
                rest.extend(self.repo.odb.commit(&oid)?.parents);
            }
        }
        Ok(())
    }

    pub fn is_excluded(&self, oid: &Oid) -> bool {
        self.excluded.contains(oid)
    }

    /// The next commit, whatever its paths.
    pub fn next_commit(&mut self) -> Result<Option<(Oid, Commit)>> {
        loop {
            let Some((_, _, oid)) = self.queue.pop() else {
                return Ok(None);
            };
            let Some(commit) = self.commits.remove(&oid) else {
                continue;
            };
            let (follow, shown) = self.simplify(&commit)?;
            for parent in &follow {
                self.include(*parent)?;
            }
            if shown {
                return Ok(Some((oid, commit)));
            }
        }
    }

    /// The parents to go on with, and whether the commit is to be shown.
    fn simplify(&self, commit: &Commit) -> Result<(Vec<Oid>, bool)> {
        let limit = if self.first_parent { 1 } else { usize::MAX };
        let parents: Vec<Oid> = commit.parents.iter().copied().take(limit).collect();
        let Some(paths) = self.paths else {
            return Ok((parents, true));
        };
        if parents.is_empty() {
            return Ok((parents, self.differs(None, commit, paths)?));
        }
        for parent in &parents {
            let tree = self.repo.odb.commit(parent)?.tree;
            if !self.differs(Some(&tree), commit, paths)? {
                return Ok((vec![*parent], false));
            }
        }
        Ok((parents, true))
    }

    fn differs(&self, tree: Option<&Oid>, commit: &Commit, paths: &Pathspec) -> Result<bool> {
        let changes = between_trees(&self.repo.odb, tree, Some(&commit.tree))?;
        Ok(changes.iter().any(|change| paths.matches(&change.path)))
    }
}

/// Puts commits so that parents come after all of their children, keeping lines of history together (`--topo-order`).
pub fn topological(commits: Vec<(Oid, Commit)>) -> Vec<(Oid, Commit)> {
    let mut children: HashMap<Oid, usize> = commits.iter().map(|(oid, _)| (*oid, 0)).collect();
    for (_, commit) in &commits {
        for parent in &commit.parents {
            if let Some(count) = children.get_mut(parent) {
                *count += 1;
            }
        }
    }
    let order: Vec<Oid> = commits.iter().map(|(oid, _)| *oid).collect();
    let mut by_oid: HashMap<Oid, Commit> = commits.into_iter().collect();
    let mut ready: Vec<Oid> = order.iter().copied().filter(|oid| children[oid] == 0).collect();
    ready.reverse();
    let mut sorted = Vec::new();
    while let Some(oid) = ready.pop() {
        let Some(commit) = by_oid.remove(&oid) else {
            continue;
        };
        for parent in &commit.parents {
            if let Some(count) = children.get_mut(parent) {
                *count -= 1;
                if *count == 0 {
                    ready.push(*parent);
                }
            }
        }
        sorted.push((oid, commit));
    }
    sorted
}

/// All ancestors of a commit, itself included.
pub fn ancestors(repo: &Repo, oid: &Oid) -> Result<HashSet<Oid>> {
    let mut found = HashSet::new();
    let mut rest = vec![*oid];
    while let Some(oid) = rest.pop() {
        if found.insert(oid) {
            rest.extend(repo.odb.commit(&oid)?.parents);
        }
    }
    Ok(found)
}

pub fn is_ancestor(repo: &Repo, ancestor: &Oid, of: &Oid) -> Result<bool> {
    let mut seen = HashSet::new();
    let mut rest = vec![*of];
    while let Some(oid) = rest.pop() {
        if oid == *ancestor {
            return Ok(true);
        }
        if seen.insert(oid) {
            rest.extend(repo.odb.commit(&oid)?.parents);
        }
    }
    Ok(false)
}

/// The best common ancestors, youngest first: those that are not a parent of another common ancestor. (All ancestors of
/// one are common ones, too.)
pub fn merge_bases(repo: &Repo, one: &Oid, other: &Oid) -> Result<Vec<Oid>> {
    let (a, b) = (ancestors(repo, one)?, ancestors(repo, other)?);
    let common: Vec<Oid> = a.intersection(&b).copied().collect();
    let mut inner = HashSet::new();
    for oid in &common {
        inner.extend(repo.odb.commit(oid)?.parents);
    }
    let mut best = Vec::new();
    for oid in common.into_iter().filter(|oid| !inner.contains(oid)) {
        best.push((repo.odb.commit(&oid)?.committed(), oid));
    }
    best.sort_by(|a, b| b.cmp(a));
    Ok(best.into_iter().map(|(_, oid)| oid).collect())
}

/// How many commits each has that the other has not.
pub fn ahead_behind(repo: &Repo, one: &Oid, other: &Oid) -> Result<(usize, usize)> {
    let (a, b) = (ancestors(repo, one)?, ancestors(repo, other)?);
    Ok((a.difference(&b).count(), b.difference(&a).count()))
}

/// The commits of `from` and its ancestors that are none of `without`, oldest first, along first parents where there
/// is no merge.
pub fn between(repo: &Repo, without: &Oid, from: &Oid) -> Result<Vec<(Oid, Commit)>> {
    let mut walk = Walk::new(repo);
    walk.exclude(*without)?;
    walk.include(*from)?;
    let mut found = Vec::new();
    while let Some(next) = walk.next_commit()? {
        found.push(next);
    }
    let mut found = topological(found);
    found.reverse();
    Ok(found)
}
