//! Files below directories, without those that are hidden or that ignore files leave out: for rg and fd.

use std::path::{Path, PathBuf};

use sys::{FileType, Stat};

use crate::ignore::Ignore;

pub struct Walk {
    /// Names that begin with a dot too.
    pub hidden: bool,
    /// Ignore files don't count.
    pub no_ignore: bool,
    pub follow: bool,
    pub max_depth: Option<usize>,
    /// The ignore file that is the command's own, besides `.gitignore` and `.ignore`.
    pub own_file: &'static str,
    /// Which entries are left out, or taken in whatever ignore files say.
    pub globs: Globs,
}

pub struct Entry<'a> {
    /// As it is to be shown.
    pub path: &'a Path,
    pub kind: FileType,
    pub depth: usize,
}

/// What the caller wants after an entry.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Next {
    On,
    /// Not into this directory.
    Pass,
    Stop,
}

struct State<'w, 'v> {
    walk: &'w Walk,
    ignore: Ignore,
    /// Whether `.gitignore` counts, which it does inside of a repository.
    in_repository: bool,
    above: Vec<(u64, u64)>,
    visit: &'v mut dyn FnMut(Entry<'_>) -> Next,
    fail: &'v mut dyn FnMut(&Path, String),
}

impl Walk {
    /// Visits what is below `root`, by names; `root` itself is depth 0 and not visited. False when the visitor
    /// stopped.
    pub fn run(
        &self,
        root: &Path,
        visit: &mut dyn FnMut(Entry<'_>) -> Next,
        fail: &mut dyn FnMut(&Path, String),
    ) -> bool {
        let mut state = State {
            walk: self,
            ignore: Ignore::default(),
            in_repository: false,
            above: Vec::new(),
            visit,
            fail,
        };
        let whole = std::fs::canonicalize(root).unwrap_or_else(|_| root.to_owned());
        if !self.no_ignore {
            state.of_parents(&whole);
        }
        let shown = if root == Path::new(".") {
            Path::new("")
        } else {
            root
        };
        state.directory(&whole, shown, 1)
    }
}

impl State<'_, '_> {
    /// The ignore files of the directories above count too: git's up to the repository's root.
    fn of_parents(&mut self, root: &Path) {
        let above: Vec<&Path> = root.ancestors().collect();
        let repository = above.iter().position(|directory| directory.join(".git").exists());
        self.in_repository = repository.is_some();
        for (at, directory) in above.iter().enumerate().skip(1).rev() {
            if repository.is_some_and(|repository| at <= repository) {
                self.ignore.add_file(&directory.join(".gitignore"), directory);
            }
            self.ignore.add_file(&directory.join(".ignore"), directory);
            self.ignore
                .add_file(&directory.join(self.walk.own_file), directory);
        }
    }

    fn directory(&mut self, whole: &Path, shown: &Path, depth: usize) -> bool {
        if self.walk.max_depth.is_some_and(|most| depth > most) {
            return true;
        }
        let entries = match std::fs::read_dir(whole) {
            Ok(entries) => entries,
            Err(why) => {
                (self.fail)(shown, cli::reason(&why));
                return true;
            }
        };
        let length = self.ignore.len();
        let was_in_repository = self.in_repository;
        if !self.walk.no_ignore {
            self.in_repository |= whole.join(".git").exists();
            if self.in_repository {
                self.ignore.add_file(&whole.join(".gitignore"), whole);
            }
            self.ignore.add_file(&whole.join(".ignore"), whole);
            self.ignore.add_file(&whole.join(self.walk.own_file), whole);
        }
        let mut names: Vec<_> = entries.flatten().map(|entry| entry.file_name()).collect();
        names.sort_unstable();
        let goes_on = names.iter().all(|name| {
            let hidden = name.as_encoded_bytes().starts_with(b".");
            hidden && !self.walk.hidden || self.entry(&whole.join(name), &shown.join(name), depth)
        });
        self.ignore.truncate(length);
        self.in_repository = was_in_repository;
        goes_on
    }

    fn entry(&mut self, whole: &Path, shown: &Path, depth: usize) -> bool {
        let stat = match sys::lstat(whole) {
            Ok(stat) => stat,
            Err(why) => {
                (self.fail)(shown, why.to_string());
                return true;
            }
        };
        let followed = if stat.file_type() == FileType::Symlink && self.walk.follow {
            sys::stat(whole).unwrap_or(stat)
        } else {
            stat
        };
        let directory = followed.is_dir();
        if self.walk.globs.excludes(shown, directory)
            || !self.walk.globs.includes(shown) && self.ignore.decides(whole, directory) == Some(true)
        {
            return true;
        }
        let entry = Entry {
            path: shown,
            kind: followed.file_type(),
            depth,
        };
        match (self.visit)(entry) {
            Next::Stop => false,
            Next::On if followed.is_dir() => self.below(whole, shown, depth, &followed),
            Next::On | Next::Pass => true,
        }
    }

    fn below(&mut self, whole: &Path, shown: &Path, depth: usize, stat: &Stat) -> bool {
        let id = (stat.dev, stat.ino);
        if self.above.contains(&id) {
            // A link that leads back up.
            return true;
        }
        self.above.push(id);
        let goes_on = self.directory(whole, shown, depth + 1);
        self.above.pop();
        goes_on
    }
}

/// The globs of -g and -E: the last that matches decides.
#[derive(Default)]
pub struct Globs {
    /// Patterns, and whether they leave out.
    globs: Vec<(Vec<Vec<u8>>, bool)>,
}

impl Globs {
    /// `*.{a,b}` is two patterns.
    pub fn add(&mut self, glob: &[u8], excludes: bool) {
        for glob in braced(glob) {
            let parts = glob.strip_prefix(b"/").unwrap_or(&glob).split(|b| *b == b'/');
            self.globs.push((parts.map(<[u8]>::to_vec).collect(), excludes));
        }
    }

    /// What the last glob that matches says: whether the path is left out.
    fn decides(&self, path: &Path) -> Option<bool> {
        let names: Vec<&[u8]> = path.iter().map(|name| name.as_encoded_bytes()).collect();
        let last = names.len().saturating_sub(1);
        let found = self.globs.iter().rev().find(|(parts, _)| {
            let names = if parts.len() == 1 {
                &names[last..]
            } else {
                &names[..]
            };
            cli::gitignore::match_parts(parts, names)
        });
        found.map(|(_, excludes)| *excludes)
    }

    /// Whether a glob asks for the path by name.
    fn includes(&self, path: &Path) -> bool {
        self.decides(path) == Some(false)
    }

    pub fn excludes(&self, path: &Path, is_directory: bool) -> bool {
        match self.decides(path) {
            Some(excludes) => excludes,
            // Where some globs take in, all else is left out; directories may have some of it below.
            None => !is_directory && self.globs.iter().any(|(_, excludes)| !excludes),
        }
    }
}

/// The alternatives of the first braces.
fn braced(glob: &[u8]) -> Vec<Vec<u8>> {
    let open = glob.iter().position(|b| *b == b'{');
    let close = open.and_then(|open| Some(open + glob[open..].iter().position(|b| *b == b'}')?));
    let (Some(open), Some(close)) = (open, close) else {
        return vec![glob.to_vec()];
    };
    let parts = glob[open + 1..close].split(|b| *b == b',');
    parts
        .flat_map(|part| braced(&[&glob[..open], part, &glob[close + 1..]].concat()))
        .collect()
}

/// The paths that were named, or the current directory.
pub fn roots(operands: Vec<std::ffi::OsString>) -> Vec<PathBuf> {
    if operands.is_empty() {
        vec![PathBuf::from(".")]
    } else {
        operands.into_iter().map(PathBuf::from).collect()
    }
}
