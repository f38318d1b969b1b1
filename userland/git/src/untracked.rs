//! Files of the work tree that the index does not have.

use cli::os;

use crate::failure::Result;
use crate::ignore::Ignore;
use crate::index::Index;
use crate::path::join;
use crate::pathspec::Pathspec;
use crate::repo::{Repo, is_git_dir};

/// How much is listed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Show {
    None,
    /// A folder without tracked files stands for what is in it, with a slash at its end.
    Folders,
    All,
}

/// What was found, by path.
#[derive(Default, Debug)]
pub struct Found {
    pub untracked: Vec<Vec<u8>>,
    pub ignored: Vec<Vec<u8>>,
    /// Folders without any file, with a slash at their ends.
    pub empty: Vec<Vec<u8>>,
}

struct Search<'a> {
    index: &'a Index,
    ignore: Ignore,
    show: Show,
    paths: &'a Pathspec,
}

/// Looks through the work tree, among the paths of `paths`.
pub fn find(repo: &Repo, index: &Index, show: Show, paths: &Pathspec) -> Result<Found> {
    let mut found = Found::default();
    if show != Show::None {
        let mut search = Search {
            index,
            ignore: Ignore::of(repo),
            show,
            paths,
        };
        search.folder(b"", &mut found);
        found.untracked.sort();
        found.ignored.sort();
    }
    Ok(found)
}

impl Search<'_> {
    /// Looks through a folder: empty, or with a slash at its end.
    fn folder(&mut self, folder: &[u8], found: &mut Found) {
        let place: &[u8] = if folder.is_empty() { b"." } else { folder };
        for entry in std::fs::read_dir(os(place)).into_iter().flatten().flatten() {
            let name = entry.file_name().into_encoded_bytes();
            if name == b".git" {
                continue;
            }
            let path = [folder, &name].concat();
            if !entry.file_type().is_ok_and(|kind| kind.is_dir()) {
                if !self.index.has(&path) && self.paths.matches(&path) {
                    let list = if self.ignore.is_ignored(&path, false) {
                        &mut found.ignored
                    } else {
                        &mut found.untracked
                    };
                    list.push(path);
                }
                continue;
            }
            self.subfolder(path, found);
        }
    }

    fn subfolder(&mut self, path: Vec<u8>, found: &mut Found) {
        let with_slash = [&path[..], b"/"].concat();
        if self.index.has_below(&path) {
            if self.paths.may_match_below(&path) {
                self.folder(&with_slash, found);
            }
            return;
        }
        // A submodule's folder, or another repository, is not looked into.
        if self.index.has(&path) || !self.paths.may_match_below(&path) {
            return;
        }
        if self.ignore.is_ignored(&path, true) {
            found.ignored.push(with_slash);
        } else if is_git_dir(&join(&path, b".git")) {
            found.untracked.push(with_slash);
        } else if self.show == Show::All || !self.paths.names(&path) {
            self.folder(&with_slash, found);
        } else {
            let mut inside = Found::default();
            self.folder(&with_slash, &mut inside);
            if !inside.untracked.is_empty() {
                found.untracked.push(with_slash);
                found.ignored.extend(inside.ignored);
            } else if !inside.ignored.is_empty() {
                found.ignored.push(with_slash);
            } else {
                found.empty.push(with_slash);
            }
        }
    }
}
