//! Which deleted and added files are the same one under another name, as git's diffcore-rename finds it: first equal
//! contents, then those that share at least half of it.

use std::collections::HashMap;

use crate::changes::Change;
use crate::failure::Result;
use crate::object::mode;
use crate::oid::Oid;
use crate::path::base_name;
use crate::repo::Repo;
use crate::worktree;

const MAX_SCORE: u64 = 60_000;
/// Pairs of files are compared up to this many, as with git's diff.renameLimit of 1000.
const LIMIT: usize = 1_000 * 1_000;

/// How to look.
#[derive(Clone, Copy, Debug)]
pub struct Detect {
    /// In percent.
    pub threshold: u32,
    /// Copies of files that were changed, too.
    pub copies: bool,
}

impl Default for Detect {
    fn default() -> Detect {
        Detect {
            threshold: 50,
            copies: false,
        }
    }
}

/// Joins deletions and additions to renames; the result is in the order of new paths.
pub fn detect(repo: &Repo, changes: Vec<Change>, how: Detect) -> Result<Vec<Change>> {
    let is_file = |mode: u32| mode & 0o170000 == 0o100000 || mode == mode::SYMLINK;
    let mut sources: Vec<usize> = Vec::new();
    let mut targets: Vec<usize> = Vec::new();
    for (at, change) in changes.iter().enumerate().filter(|(_, change)| !change.unmerged) {
        match (&change.old, &change.new) {
            (Some(old), None) if is_file(old.mode) => sources.push(at),
            (Some(old), Some(_)) if how.copies && is_file(old.mode) => sources.push(at),
            (None, Some(new)) if is_file(new.mode) => targets.push(at),
            _ => {}
        }
    }
    if sources.is_empty() || targets.is_empty() {
        return Ok(changes);
    }
    let mut finder = Finder {
        repo,
        changes: &changes,
        contents: HashMap::new(),
    };
    let mut found: HashMap<usize, (usize, u64)> = HashMap::new();
    finder.exact(&sources, &targets, &mut found)?;
    let deleted = |at: &usize| changes[*at].new.is_none();
    let used = |found: &HashMap<usize, (usize, u64)>, source: usize| {
        found.values().any(|(other, _)| *other == source)
    };
    let left: Vec<usize> = targets
        .iter()
        .copied()
        .filter(|at| !found.contains_key(at))
        .collect();
    let free: Vec<usize> = sources
        .iter()
        .copied()
        .filter(|at| how.copies || deleted(at) && !used(&found, *at))
        .collect();
    if how.threshold < 100 && left.len().saturating_mul(free.len()) <= LIMIT {
        let least = u64::from(how.threshold) * MAX_SCORE / 100;
        let mut scores = Vec::new();
        for target in &left {
            for source in &free {
                let score = finder.similarity(*source, *target, least)?;
                if score >= least && score > 0 {
                    let same_name = base_name(&changes[*source].path) == base_name(&changes[*target].path);
                    scores.push((score, same_name, *source, *target));
                }
            }
        }
        scores.sort_by(|a, b| (b.0, b.1, a.3, a.2).cmp(&(a.0, a.1, b.3, b.2)));
        for (score, _, source, target) in scores {
            if !found.contains_key(&target) && (how.copies || !used(&found, source)) {
                found.insert(target, (source, score));
            }
        }
    }
    Ok(join(changes, &found))
}

/// The changes with what was found put together. Of several uses of a deleted file the last is the rename.
fn join(changes: Vec<Change>, found: &HashMap<usize, (usize, u64)>) -> Vec<Change> {
    let last_use = |source: usize| {
        let uses = found.iter().filter(|(_, (other, _))| *other == source);
        uses.map(|(target, _)| *target).max()
    };
    let mut joined = Vec::new();
    for (at, change) in changes.iter().enumerate() {
        if let Some((source, score)) = found.get(&at) {
            let origin = &changes[*source];
            let is_copy = origin.new.is_some() || last_use(*source) != Some(at);
            joined.push(Change {
                old: origin.old,
                from: Some(origin.path.clone()),
                score: (score * 100 / MAX_SCORE) as u32,
                is_copy,
                ..change.clone()
            });
        } else if change.new.is_some() || last_use(at).is_none() {
            joined.push(change.clone());
        }
    }
    joined
}

struct Finder<'a> {
    repo: &'a Repo,
    changes: &'a [Change],
    contents: HashMap<usize, (Vec<u8>, HashMap<u32, u64>)>,
}

impl Finder<'_> {
    fn side(&self, at: usize, old: bool) -> Option<(u32, Oid)> {
        let change = &self.changes[at];
        let side = if old { &change.old } else { &change.new };
        side.map(|side| (side.mode, side.oid))
    }

    fn oid(&self, at: usize, old: bool) -> Result<Oid> {
        match self.side(at, old) {
            Some((mode, oid)) if oid.is_zero() => worktree::hash(&self.changes[at].path, mode),
            Some((_, oid)) => Ok(oid),
            None => Ok(Oid::ZERO),
        }
    }

    /// Files with equal contents; those of the same base name first.
    fn exact(
        &self,
        sources: &[usize],
        targets: &[usize],
        found: &mut HashMap<usize, (usize, u64)>,
    ) -> Result<()> {
        let mut by_oid: HashMap<Oid, Vec<usize>> = HashMap::new();
        for source in sources {
            by_oid.entry(self.oid(*source, true)?).or_default().push(*source);
        }
        for target in targets {
            let oid = self.oid(*target, false)?;
            let Some(candidates) = by_oid.get(&oid) else {
                continue;
            };
            let score = |source: &usize| {
                let taken = found.values().any(|(other, _)| other == source);
                let same_name =
                    base_name(&self.changes[*source].path) == base_name(&self.changes[*target].path);
                (!taken, same_name)
            };
            let kind = |at: usize, old| self.side(at, old).map(|(mode, _)| mode & 0o170000);
            let mut best: Option<usize> = None;
            for source in candidates {
                let fits = kind(*source, true) == kind(*target, false);
                if fits && best.is_none_or(|best| score(source) > score(&best)) {
                    best = Some(*source);
                }
            }
            let is_copy_of_taken = |source: usize| !score(&source).0;
            match best {
                Some(source) if !is_copy_of_taken(source) || self.changes[source].new.is_some() => {
                    found.insert(*target, (source, MAX_SCORE));
                }
                _ => {}
            }
        }
        Ok(())
    }

    fn load(&mut self, at: usize, old: bool) -> Result<()> {
        let key = at * 2 + usize::from(old);
        if !self.contents.contains_key(&key) {
            let data = match self.side(at, old) {
                Some((mode, oid)) if oid.is_zero() => worktree::content(&self.changes[at].path, mode)?,
                Some((_, oid)) => self.repo.odb.blob(&oid)?.to_vec(),
                None => Vec::new(),
            };
            let pieces = pieces(&data);
            self.contents.insert(key, (data, pieces));
        }
        Ok(())
    }

    /// How much of the larger file is in both, in 60,000ths.
    fn similarity(&mut self, source: usize, target: usize, least: u64) -> Result<u64> {
        let kind = |side: Option<(u32, Oid)>| side.map(|(mode, _)| mode & 0o170000);
        if kind(self.side(source, true)) != Some(0o100000) || kind(self.side(target, false)) != Some(0o100000)
        {
            return Ok(0);
        }
        self.load(source, true)?;
        self.load(target, false)?;
        let (old, old_pieces) = &self.contents[&(source * 2 + 1)];
        let (new, new_pieces) = &self.contents[&(target * 2)];
        let (large, small) = (old.len().max(new.len()) as u64, old.len().min(new.len()) as u64);
        if small == 0 || large * (MAX_SCORE - least) < (large - small) * MAX_SCORE {
            return Ok(0);
        }
        let shared: u64 = old_pieces
            .iter()
            .filter_map(|(hash, size)| new_pieces.get(hash).map(|other| *size.min(other)))
            .sum();
        Ok(shared * MAX_SCORE / large)
    }
}

/// The content in lines of at most 64 bytes, hashed: how many bytes each makes up. The hash and its range are those of
/// git's diffcore-delta, so that the scores are the same.
fn pieces(data: &[u8]) -> HashMap<u32, u64> {
    const HASH_BASE: u32 = 107_927;
    let is_text = !data[..data.len().min(8_000)].contains(&0);
    let mut found: HashMap<u32, u64> = HashMap::new();
    let (mut a, mut b, mut length) = (0u32, 0u32, 0u64);
    let mut rest = data.iter().copied().peekable();
    while let Some(c) = rest.next() {
        if is_text && c == b'\r' && rest.peek() == Some(&b'\n') {
            continue;
        }
        let before = a;
        a = (a << 7) ^ (b >> 25);
        b = (b << 7) ^ (before >> 25);
        a = a.wrapping_add(c.into());
        length += 1;
        if length < 64 && c != b'\n' {
            continue;
        }
        *found
            .entry(a.wrapping_add(b.wrapping_mul(0x61)) % HASH_BASE)
            .or_default() += length;
        (a, b, length) = (0, 0, 0);
    }
    if length > 0 {
        *found
            .entry(a.wrapping_add(b.wrapping_mul(0x61)) % HASH_BASE)
            .or_default() += length;
    }
    found
}
