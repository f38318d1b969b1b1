//! Other repositories on the same file system: finding them, and taking objects from one to another.

use std::collections::HashSet;

use cli::os;

use crate::failure::{Result, os_error};
use crate::object::{Commit, Kind, Tag, parse_tree};
use crate::odb::Odb;
use crate::oid::Oid;
use crate::path::{join, normalize};
use crate::places::Places;
use crate::repo::{Repo, git_dir_of, working_dir};
use crate::{fatal, msg};

/// The path that a URL is.
///
/// # Errors
/// It is on a network.
pub fn local_path(url: &[u8]) -> Result<Vec<u8>> {
    if let Some(path) = url.strip_prefix(b"file://") {
        return Ok(path.to_vec());
    }
    let scheme = url.windows(3).position(|part| part == b"://");
    let colon = url.iter().position(|b| *b == b':');
    let slash = url.iter().position(|b| *b == b'/').unwrap_or(url.len());
    let is_host = colon.is_some_and(|colon| colon < slash) && sys::lstat(url).is_err();
    if scheme.is_some() || is_host {
        return fatal!(
            "unable to access '",
            url,
            "': there is no network yet; only paths can be remotes"
        );
    }
    Ok(url.to_vec())
}

/// Opens the repository at a path or `file://` URL; relative ones start at `base`.
pub fn open(url: &[u8], base: &[u8]) -> Result<Repo> {
    let path = join(base, &local_path(url)?);
    let path = normalize(&join(&working_dir()?, &path)).unwrap_or(path);
    match git_dir_of(&path) {
        Some(git_dir) => {
            let work_tree = git_dir.strip_suffix(b"/.git").map(<[u8]>::to_vec);
            let repo = Repo::at(&Places::default(), git_dir, None)?;
            let bare = repo.config.bool("core.bare") == Some(true);
            Ok(Repo {
                work_tree: work_tree.filter(|_| !bare),
                ..repo
            })
        }
        None => fatal!(
            "'",
            url,
            "' does not appear to be a git repository\nfatal: Could not read from remote repository.\n\n\
             Please make sure you have the correct access rights\nand the repository exists."
        ),
    }
}

/// Copies the objects that `tips` need and `to` lacks. An object that is there has all that it needs, as long as what it
/// came with was written first: objects are copied after those that they refer to.
pub fn copy_objects(from: &Odb, to: &Odb, tips: &[Oid]) -> Result<usize> {
    let mut seen = HashSet::new();
    let mut count = 0;
    let mut rest: Vec<(Oid, bool)> = tips.iter().map(|oid| (*oid, false)).collect();
    while let Some((oid, done)) = rest.pop() {
        if done {
            let (kind, data) = from.read(&oid)?;
            to.write(kind, &data)?;
            count += 1;
            continue;
        }
        if !seen.insert(oid) || to.has(&oid) {
            continue;
        }
        rest.push((oid, true));
        let (kind, data) = from.read(&oid)?;
        let next: Vec<Oid> = match kind {
            Kind::Blob => Vec::new(),
            Kind::Commit => {
                let commit = Commit::parse(&data)?;
                commit.parents.into_iter().chain([commit.tree]).collect()
            }
            Kind::Tag => vec![Tag::parse(&data)?.target],
            Kind::Tree => {
                let entries = parse_tree(&data)?.into_iter();
                entries
                    .filter(|entry| entry.mode != crate::object::mode::GITLINK)
                    .map(|entry| entry.oid)
                    .collect()
            }
        };
        rest.extend(next.into_iter().map(|oid| (oid, false)));
    }
    Ok(count)
}

/// Copies a whole `objects` folder, packs included, by links where that works.
pub fn clone_objects(from: &[u8], to: &[u8]) -> Result<()> {
    let failed = |error: std::io::Error| os_error("failed to copy file to", to, &error);
    std::fs::create_dir_all(os(to)).map_err(failed)?;
    for entry in std::fs::read_dir(os(from)).map_err(|error| os_error("failed to open", from, &error))? {
        let entry = entry.map_err(failed)?;
        let name = entry.file_name().into_encoded_bytes();
        let (source, target) = (join(from, &name), join(to, &name));
        if entry.file_type().map_err(failed)?.is_dir() {
            clone_objects(&source, &target)?;
        } else if !name.starts_with(b"tmp_") && std::fs::hard_link(os(&source), os(&target)).is_err() {
            std::fs::copy(os(&source), os(&target)).map_err(failed)?;
        }
    }
    Ok(())
}

/// `+refs/heads/*:refs/remotes/origin/*`
#[derive(Clone, Debug)]
pub struct Refspec {
    pub force: bool,
    pub source: Vec<u8>,
    pub target: Option<Vec<u8>>,
}

impl Refspec {
    pub fn parse(text: &[u8]) -> Refspec {
        let (force, text) = match text.strip_prefix(b"+") {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        match text.iter().position(|b| *b == b':') {
            Some(colon) => Refspec {
                force,
                source: text[..colon].to_vec(),
                target: Some(text[colon + 1..].to_vec()),
            },
            None => Refspec {
                force,
                source: text.to_vec(),
                target: None,
            },
        }
    }

    /// What a reference of the other side becomes here.
    pub fn map(&self, name: &[u8]) -> Option<Vec<u8>> {
        let target = self.target.as_ref()?;
        match (self.source.strip_suffix(b"*"), target.strip_suffix(b"*")) {
            (Some(prefix), Some(new)) => Some(msg![new, name.strip_prefix(prefix)?]),
            _ => (self.source == name).then(|| target.clone()),
        }
    }
}
