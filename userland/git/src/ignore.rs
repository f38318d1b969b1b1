//! gitignore(5): which files are not to be added or shown as untracked.

use cli::gitignore::Line;
use cli::os;

use crate::config::expand_home;
use crate::path::join;
use crate::repo::Repo;

/// A line of such a file.
#[derive(Clone, Debug)]
pub struct Rule {
    /// The folder that it is relative to: empty, or with a slash at its end.
    base: Vec<u8>,
    what: Line,
    /// For `check-ignore -v`.
    pub source: Vec<u8>,
    pub line: usize,
    pub text: Vec<u8>,
}

/// The rules that count in a folder, in their order: the last that matches decides.
#[derive(Default)]
pub struct Ignore {
    rules: Vec<Rule>,
    /// The folders whose `.gitignore` is among the rules.
    read: Vec<Vec<u8>>,
    checked: std::collections::HashMap<Vec<u8>, bool>,
}

impl Ignore {
    /// The rules for all of a repository: the user's and its own.
    pub fn of(repo: &Repo) -> Ignore {
        let mut ignore = Ignore::default();
        let user = match repo.config.get("core.excludesfile") {
            Some(path) => expand_home(path),
            None => match std::env::var_os("XDG_CONFIG_HOME").filter(|folder| !folder.is_empty()) {
                Some(folder) => join(folder.as_encoded_bytes(), b"git/ignore"),
                None => expand_home(b"~/.config/git/ignore"),
            },
        };
        ignore.add_file(&user, b"");
        ignore.add_file(&join(&repo.common_dir, b"info/exclude"), b"");
        ignore
    }

    fn add_file(&mut self, file: &[u8], base: &[u8]) {
        let Ok(text) = std::fs::read(os(file)) else {
            return;
        };
        for (at, line) in text.split(|b| *b == b'\n').enumerate() {
            if let Some(what) = Line::parse(line) {
                self.rules.push(Rule {
                    base: base.to_vec(),
                    what,
                    source: file.to_vec(),
                    line: at + 1,
                    text: line.strip_suffix(b"\r").unwrap_or(line).to_vec(),
                });
            }
        }
    }

    /// Reads the `.gitignore` of a folder (empty, or with a slash at its end) and those above it.
    fn enter(&mut self, folder: &[u8]) {
        let ends = (0..folder.len())
            .filter(|at| folder[*at] == b'/')
            .map(|at| at + 1);
        for end in std::iter::once(0).chain(ends) {
            let folder = &folder[..end];
            if !self.read.iter().any(|seen| seen == folder) {
                self.read.push(folder.to_vec());
                self.add_file(&[folder, b".gitignore"].concat(), folder);
            }
        }
    }

    fn rule(&self, path: &[u8], is_directory: bool) -> Option<&Rule> {
        let matching = |rule: &&Rule| {
            path.strip_prefix(&rule.base[..]).is_some_and(|below| {
                let names: Vec<&[u8]> = below.split(|b| *b == b'/').collect();
                rule.what.matches(&names, is_directory)
            })
        };
        // Rules of deeper folders stand later only if those were read later: the deepest base decides first.
        let mut best: Option<&Rule> = None;
        for rule in self.rules.iter().filter(matching) {
            if best.is_none_or(|best| rule.base.len() >= best.base.len()) {
                best = Some(rule);
            }
        }
        best
    }

    /// Whether the path is ignored, by itself or by a folder above it.
    pub fn is_ignored(&mut self, path: &[u8], is_directory: bool) -> bool {
        self.deciding(path, is_directory)
            .is_some_and(|rule| !rule.is_negated())
    }

    /// The rule that decides, if there is one.
    pub fn deciding(&mut self, path: &[u8], is_directory: bool) -> Option<Rule> {
        for at in (0..path.len()).filter(|at| path[*at] == b'/') {
            let folder = &path[..at];
            if self.checked.get(folder) == Some(&false) {
                continue;
            }
            self.enter(crate::path::parent_slash(folder));
            let rule = self.rule(folder, true).filter(|rule| !rule.is_negated()).cloned();
            self.checked.insert(folder.to_vec(), rule.is_some());
            if rule.is_some() {
                return rule;
            }
        }
        self.enter(crate::path::parent_slash(path));
        self.rule(path, is_directory).cloned()
    }
}

impl Rule {
    pub fn is_negated(&self) -> bool {
        self.what.negated
    }
}
