//! Names of objects: gitrevisions(7).

use crate::failure::Result;
use crate::object::Kind;
use crate::oid::Oid;
use crate::repo::Repo;
use crate::{date, fatal, reflog};

/// Why a name has no object.
pub enum Missing {
    Unknown,
    Ambiguous(Vec<Oid>),
    /// A message of its own.
    Because(Vec<u8>),
}

type Found = std::result::Result<Oid, Missing>;

impl Repo {
    /// The object of a name.
    ///
    /// # Errors
    /// git's message for an unknown revision.
    pub fn revision(&self, name: &[u8]) -> Result<Oid> {
        match self.try_revision(name)? {
            Ok(oid) => Ok(oid),
            Err(Missing::Because(message)) => fatal!(message),
            Err(Missing::Ambiguous(candidates)) => {
                self.tell_ambiguous(name, &candidates);
                fatal!(
                    "ambiguous argument '",
                    name,
                    "': unknown revision or path not in the working tree.\n\
                    Use '--' to separate paths from revisions, like this:\n\
                    'git <command> [<revision>...] -- [<file>...]'"
                )
            }
            Err(Missing::Unknown) => fatal!(
                "ambiguous argument '",
                name,
                "': unknown revision or path not in the working tree.\n\
                 Use '--' to separate paths from revisions, like this:\n\
                 'git <command> [<revision>...] -- [<file>...]'"
            ),
        }
    }

    fn tell_ambiguous(&self, name: &[u8], candidates: &[Oid]) {
        let mut text = crate::msg![
            "error: short object ID ",
            name,
            " is ambiguous\nhint: The candidates are:\n"
        ];
        for oid in candidates {
            let kind = self
                .odb
                .find(oid)
                .ok()
                .flatten()
                .map_or("unknown", |(kind, _)| kind.name());
            text.extend_from_slice(format!("hint:   {} {kind}\n", self.abbrev(oid)).as_bytes());
        }
        crate::failure::say(&text);
    }

    /// The commit of a name, through tags.
    pub fn commit_of(&self, name: &[u8]) -> Result<Oid> {
        let oid = self.revision(name)?;
        match self.odb.peel(&oid)? {
            (oid, Kind::Commit) => Ok(oid),
            _ => fatal!("Not a valid commit name ", name),
        }
    }

    /// The tree of an object: of a commit, or itself.
    pub fn tree_of(&self, oid: &Oid) -> Result<Oid> {
        match self.odb.peel(oid)? {
            (oid, Kind::Tree) => Ok(oid),
            (oid, Kind::Commit) => Ok(self.odb.commit(&oid)?.tree),
            _ => fatal!("not a tree object: ", oid.hex()),
        }
    }

    pub fn is_revision(&self, name: &[u8]) -> bool {
        matches!(self.try_revision(name), Ok(Ok(_)))
    }

    /// # Errors
    /// The repository is broken. That there is no such object is the inner result.
    pub fn try_revision(&self, name: &[u8]) -> Result<Found> {
        if let Some(path) = name.strip_prefix(b":") {
            return self.index_revision(path);
        }
        // `rev:path`, where the colon is outside of braces.
        let mut depth = 0;
        for (at, b) in name.iter().enumerate() {
            match b {
                b'{' => depth += 1,
                b'}' => depth -= 1,
                b':' if depth == 0 => return self.path_in(&name[..at], &name[at + 1..]),
                _ => {}
            }
        }
        let suffix =
            (0..name.len()).find(|at| name[*at] == b'~' || name[*at] == b'^' && (*at > 0 || name.len() == 1));
        let (base, mut rest) = name.split_at(suffix.unwrap_or(name.len()));
        let mut oid = match self.base_revision(base)? {
            Ok(oid) => oid,
            missing => return Ok(missing),
        };
        while let Some((mark, after)) = rest.split_first() {
            if *mark == b'^' && after.first() == Some(&b'{') {
                let Some(end) = after.iter().position(|b| *b == b'}') else {
                    return Ok(Err(Missing::Unknown));
                };
                oid = match self.peel_to(&oid, &after[1..end])? {
                    Some(oid) => oid,
                    None => return Ok(Err(Missing::Unknown)),
                };
                rest = &after[end + 1..];
                continue;
            }
            let digits = after.iter().take_while(|b| b.is_ascii_digit()).count();
            let number = std::str::from_utf8(&after[..digits])
                .ok()
                .and_then(|text| text.parse::<usize>().ok());
            let number = number.unwrap_or(1);
            rest = &after[digits..];
            let Some(next) = self.step(&oid, *mark, number)? else {
                return Ok(Err(Missing::Unknown));
            };
            oid = next;
        }
        Ok(Ok(oid))
    }

    /// `~N` and `^N`
    fn step(&self, oid: &Oid, mark: u8, number: usize) -> Result<Option<Oid>> {
        let (mut at, kind) = self.odb.peel(oid)?;
        if kind != Kind::Commit {
            return Ok(None);
        }
        if mark == b'~' {
            for _ in 0..number {
                match self.odb.commit(&at)?.parents.first() {
                    Some(parent) => at = *parent,
                    None => return Ok(None),
                }
            }
            return Ok(Some(at));
        }
        Ok(match (mark, number) {
            (b'^', 0) => Some(at),
            (b'^', number) => self.odb.commit(&at)?.parents.get(number - 1).copied(),
            _ => None,
        })
    }

    /// `^{commit}` and its like.
    fn peel_to(&self, oid: &Oid, kind: &[u8]) -> Result<Option<Oid>> {
        if let Some(text) = kind.strip_prefix(b"/") {
            return self.by_message(&[self.odb.peel(oid)?.0], text);
        }
        let (peeled, found) = self.odb.peel(oid)?;
        Ok(match kind {
            b"" => Some(peeled),
            b"object" => Some(*oid),
            b"tag" => (self.odb.read(oid)?.0 == Kind::Tag).then_some(*oid),
            b"commit" => (found == Kind::Commit).then_some(peeled),
            b"blob" => (found == Kind::Blob).then_some(peeled),
            b"tree" if found != Kind::Blob => Some(self.tree_of(&peeled)?),
            _ => None,
        })
    }

    fn index_revision(&self, path: &[u8]) -> Result<Found> {
        if let Some(text) = path.strip_prefix(b"/") {
            let tips: Vec<Oid> = self
                .refs
                .list(b"refs/")
                .into_iter()
                .map(|(_, oid)| oid)
                .chain(self.head()?)
                .collect();
            return Ok(self.by_message(&tips, text)?.ok_or(Missing::Unknown));
        }
        let (stage, path) = match path {
            [stage @ b'0'..=b'3', b':', path @ ..] => (stage - b'0', path),
            path => (0, path),
        };
        let path = match path.strip_prefix(b"./") {
            Some(path) => [&self.prefix[..], path].concat(),
            None => path.to_vec(),
        };
        let index = self.index()?;
        Ok(match index.search(&path, stage) {
            Ok(at) => Ok(index.entries[at].oid),
            Err(_) if stage == 0 => Err(Missing::Because(crate::msg![
                "path '",
                path,
                "' ",
                if crate::worktree::lstat(&path).is_some() {
                    "exists on disk, but not in the index"
                } else {
                    "does not exist (neither on disk nor in the index)"
                }
            ])),
            Err(_) => Err(Missing::Because(crate::msg![
                "path '",
                path,
                "' is in the index, but not at stage ",
                stage.to_string()
            ])),
        })
    }

    fn path_in(&self, revision: &[u8], path: &[u8]) -> Result<Found> {
        let name = if revision.is_empty() { b"HEAD" } else { revision };
        let oid = match self.try_revision(name)? {
            Ok(oid) => oid,
            Err(_) => {
                return Ok(Err(Missing::Because(crate::msg![
                    "invalid object name '",
                    name,
                    "'."
                ])));
            }
        };
        let tree = self.tree_of(&oid)?;
        let relative = path.starts_with(b"./") || path.starts_with(b"../");
        let path = if relative {
            [&self.prefix[..], path].concat()
        } else {
            path.to_vec()
        };
        let path = crate::path::normalize(&path).unwrap_or(path);
        Ok(match self.entry_in(&tree, &path)? {
            Some((_, oid)) => Ok(oid),
            None => {
                let reason = if crate::worktree::lstat(&path).is_some() {
                    crate::msg!["path '", path, "' exists on disk, but not in '", name, "'"]
                } else {
                    crate::msg!["path '", path, "' does not exist in '", name, "'"]
                };
                Err(Missing::Because(reason))
            }
        })
    }

    /// Mode and id of a path in a tree; the tree itself for no path.
    pub fn entry_in(&self, tree: &Oid, path: &[u8]) -> Result<Option<(u32, Oid)>> {
        let mut at = (crate::object::mode::TREE, *tree);
        for name in path.split(|b| *b == b'/').filter(|name| !name.is_empty()) {
            if at.0 != crate::object::mode::TREE {
                return Ok(None);
            }
            let entries = self.odb.tree(&at.1)?;
            match entries.into_iter().find(|entry| entry.name == name) {
                Some(entry) => at = (entry.mode, entry.oid),
                None => return Ok(None),
            }
        }
        Ok(Some(at))
    }

    /// The youngest commit whose message has the text.
    fn by_message(&self, tips: &[Oid], text: &[u8]) -> Result<Option<Oid>> {
        let mut walk = crate::walk::Walk::new(self);
        for tip in tips {
            if let (oid, Kind::Commit) = self.odb.peel(tip)? {
                walk.include(oid)?;
            }
        }
        while let Some((oid, commit)) = walk.next_commit()? {
            if commit.message.windows(text.len().max(1)).any(|part| part == text) {
                return Ok(Some(oid));
            }
        }
        Ok(None)
    }

    fn base_revision(&self, name: &[u8]) -> Result<Found> {
        if name.is_empty() {
            return Ok(Err(Missing::Unknown));
        }
        if let Some(oid) = Oid::from_hex(name) {
            return Ok(Ok(oid));
        }
        if name == b"@" {
            return Ok(self.refs.resolve(b"HEAD")?.ok_or(Missing::Unknown));
        }
        if name.ends_with(b"}")
            && let Some(at) = name.windows(2).rposition(|pair| pair == b"@{")
        {
            return self.at_revision(&name[..at], &name[at + 2..name.len() - 1]);
        }
        if let Some(full) = self.full_ref_name(name)? {
            return Ok(self.refs.resolve(&full)?.ok_or(Missing::Unknown));
        }
        if let Some(hex) = described(name)
            && let [one] = self.odb.with_prefix(hex).as_slice()
        {
            return Ok(Ok(*one));
        }
        if (4..40).contains(&name.len()) && name.iter().all(u8::is_ascii_hexdigit) {
            return self.short_revision(name);
        }
        Ok(Err(Missing::Unknown))
    }

    fn short_revision(&self, name: &[u8]) -> Result<Found> {
        let found = self.odb.with_prefix(name);
        let commits: Vec<Oid> = found
            .iter()
            .copied()
            .filter(|oid| matches!(self.odb.find(oid), Ok(Some((Kind::Commit, _)))))
            .collect();
        Ok(match (found.as_slice(), commits.as_slice()) {
            ([one], _) | (_, [one]) => Ok(*one),
            ([], _) => Err(Missing::Unknown),
            _ => Err(Missing::Ambiguous(found)),
        })
    }

    /// `branch@{…}`
    fn at_revision(&self, branch: &[u8], what: &[u8]) -> Result<Found> {
        let text = String::from_utf8_lossy(what).into_owned();
        if matches!(text.to_ascii_lowercase().as_str(), "u" | "upstream" | "push") {
            let full = match branch {
                b"" | b"@" | b"HEAD" => self.head_branch().unwrap_or_default(),
                branch => [b"refs/heads/", branch].concat(),
            };
            let short = crate::refs::short_name(&full).to_vec();
            return Ok(match self.upstream(&full) {
                Some(upstream) => self.refs.resolve(&upstream)?.ok_or(Missing::Unknown),
                None => Err(Missing::Because(crate::msg![
                    "no upstream configured for branch '",
                    short,
                    "'"
                ])),
            });
        }
        if branch.is_empty()
            && let Some(number) = text.strip_prefix('-').and_then(|text| text.parse::<usize>().ok())
        {
            return Ok(match self.previous_branch(number) {
                Some(name) => return self.try_revision(&name),
                None => Err(Missing::Unknown),
            });
        }
        let full = match branch {
            b"" => self.head_branch().unwrap_or_else(|| b"HEAD".to_vec()),
            branch => match self.full_ref_name(branch)? {
                Some(full) => full,
                None => return Ok(Err(Missing::Unknown)),
            },
        };
        let entries = reflog::read(&self.refs.log_path(&full));
        if let Ok(number) = text.parse::<usize>() {
            if number == 0 {
                return Ok(self.refs.resolve(&full)?.ok_or(Missing::Unknown));
            }
            let entry = entries.get(number).map(|entry| entry.new);
            let before = (entries.len() == number)
                .then(|| entries[number - 1].old)
                .filter(|oid| !oid.is_zero());
            let count = entries.len();
            let short = crate::refs::short_name(&full);
            return Ok(entry.or(before).ok_or_else(|| {
                Missing::Because(crate::msg![
                    "log for '",
                    short,
                    "' only has ",
                    count.to_string(),
                    " entries"
                ])
            }));
        }
        let then = date::parse::approximate(&text);
        let found = entries
            .iter()
            .find(|entry| crate::ident::Ident::parse(&entry.committer).time <= then);
        Ok(found
            .or(entries.last())
            .map(|entry| entry.new)
            .ok_or(Missing::Unknown))
    }

    /// The branch, or commit, that was checked out `number` switches ago.
    pub fn previous_branch(&self, number: usize) -> Option<Vec<u8>> {
        let entries = reflog::read(&self.refs.log_path(b"HEAD"));
        let switches = entries.iter().filter_map(|entry| {
            let rest = entry.message.strip_prefix(b"checkout: moving from ")?;
            let to = rest.windows(4).position(|part| part == b" to ")?;
            Some(rest[..to].to_vec())
        });
        switches.into_iter().nth(number.checked_sub(1)?)
    }

    /// The full name of a reference: as it is, or below `refs/`, `refs/tags/`, `refs/heads/` or `refs/remotes/`.
    pub fn full_ref_name(&self, name: &[u8]) -> Result<Option<Vec<u8>>> {
        let plain = name.iter().all(|b| b.is_ascii_uppercase() || *b == b'_');
        let mut candidates: Vec<Vec<u8>> = Vec::new();
        if plain || name.starts_with(b"refs/") {
            candidates.push(name.to_vec());
        }
        for prefix in [&b"refs/"[..], b"refs/tags/", b"refs/heads/", b"refs/remotes/"] {
            candidates.push([prefix, name].concat());
        }
        candidates.push([b"refs/remotes/", name, b"/HEAD"].concat());
        if !crate::refs::is_valid_name(name) {
            return Ok(None);
        }
        for candidate in candidates {
            if self.refs.resolve(&candidate)?.is_some() {
                return Ok(Some(candidate));
            }
        }
        Ok(None)
    }

    /// The remote branch that a branch follows, by its full name.
    pub fn upstream(&self, branch: &[u8]) -> Option<Vec<u8>> {
        let short = branch.strip_prefix(b"refs/heads/")?;
        let get = |key: &[u8]| self.config.get_bytes(&[b"branch.", short, b".", key].concat());
        let (remote, merge) = (get(b"remote")?, get(b"merge")?);
        if remote == b"." {
            return Some(merge.to_vec());
        }
        let name = merge.strip_prefix(b"refs/heads/")?;
        Some([b"refs/remotes/", remote, b"/", name].concat())
    }
}

/// The digits at the end of what `git describe` prints.
fn described(name: &[u8]) -> Option<&[u8]> {
    let at = name.windows(2).rposition(|pair| pair == b"-g")?;
    let hex = &name[at + 2..];
    (hex.len() >= 4 && hex.iter().all(u8::is_ascii_hexdigit)).then_some(hex)
}
