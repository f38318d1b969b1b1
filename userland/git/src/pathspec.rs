//! Pathspecs: which paths a command is about. <https://git-scm.com/docs/gitglossary#Documentation/gitglossary.txt-pathspec>

use cli::pattern;

use crate::failure::Result;
use crate::path::{join, normalize};
use crate::repo::Repo;
use crate::{fatal, msg};

struct Item {
    /// As it was typed.
    text: Vec<u8>,
    /// Relative to the top, without a slash at its end; empty for everything.
    path: Vec<u8>,
    directory_only: bool,
    wild: bool,
    /// `:(glob)`: `*` doesn't match `/`.
    glob: bool,
    ignore_case: bool,
    exclude: bool,
}

/// Several of them. None at all is everything.
#[derive(Default)]
pub struct Pathspec {
    items: Vec<Item>,
}

impl Pathspec {
    pub fn new(repo: &Repo, texts: &[Vec<u8>]) -> Result<Pathspec> {
        let mut items = Vec::new();
        for text in texts {
            items.push(parse(repo, text)?);
        }
        if !items.is_empty() && items.iter().all(|item: &Item| item.exclude) {
            items.push(parse(repo, b":/")?);
        }
        Ok(Pathspec { items })
    }

    pub fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    pub fn matches(&self, path: &[u8]) -> bool {
        let positive = self.items.iter().filter(|item| !item.exclude);
        let excluded = || {
            self.items
                .iter()
                .filter(|item| item.exclude)
                .any(|item| item.matches(path))
        };
        self.items.is_empty() || positive.into_iter().any(|item| item.matches(path)) && !excluded()
    }

    /// Whether paths below the folder may match.
    pub fn may_match_below(&self, folder: &[u8]) -> bool {
        let folder = folder.strip_suffix(b"/").unwrap_or(folder);
        self.items.is_empty()
            || self.items.iter().filter(|item| !item.exclude).any(|item| {
                item.wild
                    || item.ignore_case
                    || item.matches(folder)
                    || item.path.starts_with(&[folder, b"/"].concat())
            })
    }

    /// Whether the folder itself is named, or below something that is.
    pub fn names(&self, folder: &[u8]) -> bool {
        let folder = folder.strip_suffix(b"/").unwrap_or(folder);
        self.items.is_empty()
            || self
                .items
                .iter()
                .any(|item| !item.exclude && item.matches(folder))
    }

    /// The first that none of the paths matches, as it was typed.
    pub fn unmatched<'a>(&self, paths: impl Iterator<Item = &'a [u8]> + Clone) -> Option<&[u8]> {
        let unmatched = self
            .items
            .iter()
            .filter(|item| !item.exclude && !item.path.is_empty())
            .find(|item| !paths.clone().any(|path| item.matches(path)));
        unmatched.map(|item| &item.text[..])
    }

    /// The paths that are no patterns, relative to the top.
    pub fn literals(&self) -> impl Iterator<Item = (&[u8], &[u8])> {
        let plain = self.items.iter().filter(|item| !item.wild && !item.exclude);
        plain.map(|item| (&item.text[..], &item.path[..]))
    }
}

impl Item {
    fn matches(&self, path: &[u8]) -> bool {
        if self.ignore_case {
            let lower = Item {
                text: Vec::new(),
                path: self.path.to_ascii_lowercase(),
                ignore_case: false,
                ..*self
            };
            return lower.matches(&path.to_ascii_lowercase());
        }
        if self.path.is_empty() || path == self.path && !self.directory_only {
            return true;
        }
        let below = path.starts_with(&self.path) && path.get(self.path.len()) == Some(&b'/');
        below || self.wild && self.matches_pattern(path)
    }

    fn matches_pattern(&self, path: &[u8]) -> bool {
        if self.glob {
            let parts: Vec<Vec<u8>> = self.path.split(|b| *b == b'/').map(<[u8]>::to_vec).collect();
            return cli::gitignore::match_parts(&parts, &path.split(|b| *b == b'/').collect::<Vec<_>>());
        }
        pattern::matches(&self.path, path)
    }
}

fn parse(repo: &Repo, text: &[u8]) -> Result<Item> {
    let mut item = Item {
        text: text.to_vec(),
        path: Vec::new(),
        directory_only: false,
        wild: true,
        glob: false,
        ignore_case: false,
        exclude: false,
    };
    let (mut top, mut rest) = (false, text);
    if let Some(magic) = text.strip_prefix(b":(") {
        let Some(close) = magic.iter().position(|b| *b == b')') else {
            return fatal!("Missing ')' at the end of pathspec magic in '", text, "'");
        };
        rest = &magic[close + 1..];
        for word in magic[..close]
            .split(|b| *b == b',')
            .filter(|word| !word.is_empty())
        {
            match word {
                b"top" => top = true,
                b"exclude" => item.exclude = true,
                b"icase" => item.ignore_case = true,
                b"glob" => item.glob = true,
                b"literal" => item.wild = false,
                _ => return fatal!("Invalid pathspec magic '", word, "' in '", text, "'"),
            }
        }
    } else if let Some(mut short) = text.strip_prefix(b":") {
        while let Some((mark, others)) = short.split_first() {
            match mark {
                b'/' => top = true,
                b'!' | b'^' => item.exclude = true,
                b':' => {
                    short = others;
                    break;
                }
                _ => break,
            }
            short = others;
        }
        rest = short;
    }
    let base = if top { Vec::new() } else { repo.prefix.clone() };
    if text.is_empty() {
        return fatal!(
            "empty string is not a valid pathspec. please use . instead if you meant to match all paths"
        );
    }
    item.directory_only = rest.ends_with(b"/") && rest.len() > 1;
    item.path = in_repository(repo, &base, rest, text)?;
    item.wild &= item.path.iter().any(|b| b"*?[\\".contains(b));
    Ok(item)
}

/// A path that the user typed, relative to the top.
fn in_repository(repo: &Repo, base: &[u8], path: &[u8], text: &[u8]) -> Result<Vec<u8>> {
    let top = repo.work_tree.clone().unwrap_or_else(|| repo.git_dir.clone());
    let found = if path.starts_with(b"/") {
        normalize(path).and_then(|path| {
            if path == top {
                return Some(Vec::new());
            }
            path.strip_prefix(&join(&top, b"")[..]).map(<[u8]>::to_vec)
        })
    } else {
        normalize(&[base, path].concat())
    };
    match found {
        Some(path) => Ok(path),
        None => {
            let message = msg![text, ": '", text, "' is outside repository at '", top, "'"];
            fatal!(message)
        }
    }
}

/// A path that the user typed, relative to the top of the work tree.
pub fn one(repo: &Repo, path: &[u8]) -> Result<Vec<u8>> {
    in_repository(repo, &repo.prefix, path, path)
}
