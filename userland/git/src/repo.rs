//! A repository: where it is, and its parts.

use cli::os;

use crate::config::Config;
use crate::failure::{Result, os_error};
use crate::fatal;
use crate::ident::{Role, current};
use crate::index::Index;
use crate::lock::LockFile;
use crate::odb::Odb;
use crate::path::join;
use crate::places::Places;
use crate::refs::{Log, Refs};

pub struct Repo {
    /// Absolute.
    pub git_dir: Vec<u8>,
    /// The same, but in a linked work tree that of the main one.
    pub common_dir: Vec<u8>,
    /// Absolute; none in a bare repository.
    pub work_tree: Option<Vec<u8>>,
    /// Where the command was called, relative to the work tree: empty, or with a slash at its end.
    pub prefix: Vec<u8>,
    pub odb: Odb,
    pub refs: Refs,
    pub config: Config,
}

/// Changes the working directory of the process and of libc.
pub fn change_dir(path: &[u8]) -> Result<()> {
    match sys::chdir(path) {
        Ok(()) => {
            sys::init();
            Ok(())
        }
        Err(error) => fatal!("cannot change to '", path, "': ", error.message()),
    }
}

pub fn working_dir() -> Result<Vec<u8>> {
    match sys::getcwd() {
        Ok(path) => Ok(path),
        Err(error) => fatal!("Unable to read current working directory: ", error.message()),
    }
}

/// That there is none.
pub const NOT_A_REPOSITORY: &[u8] = b"not a git repository (or any of the parent directories): .git";

/// Whether the folder is a repository: it has objects, refs and a HEAD.
pub fn is_git_dir(path: &[u8]) -> bool {
    let is_dir = |name: &[u8]| sys::stat(join(path, name)).is_ok_and(|stat| stat.is_dir());
    let head = std::fs::read(os(&join(path, b"HEAD"))).unwrap_or_default();
    let common = common_dir(path);
    let shared = |name: &[u8]| sys::stat(join(&common, name)).is_ok_and(|stat| stat.is_dir());
    (is_dir(b"objects") && is_dir(b"refs") || shared(b"objects") && shared(b"refs"))
        && (head.starts_with(b"ref:") || crate::oid::Oid::from_hex(head.trim_ascii()).is_some())
}

fn common_dir(git_dir: &[u8]) -> Vec<u8> {
    match std::fs::read(os(&join(git_dir, b"commondir"))) {
        Ok(text) => {
            let path = join(git_dir, text.trim_ascii());
            crate::path::normalize(&path).unwrap_or(path)
        }
        Err(_) => git_dir.to_vec(),
    }
}

/// What a file `.git` says where the repository is.
fn git_file(path: &[u8]) -> Option<Vec<u8>> {
    let text = std::fs::read(os(path)).ok()?;
    let target = text.strip_prefix(b"gitdir:")?.trim_ascii();
    let path = join(crate::path::parent(path), target);
    Some(crate::path::normalize(&path).unwrap_or(path))
}

/// The repository that a path names, for `clone` and remotes: itself or its `.git`.
pub fn git_dir_of(path: &[u8]) -> Option<Vec<u8>> {
    let inside = join(path, b".git");
    let suffixed = [path, b".git"].concat();
    let candidates = [
        inside.clone(),
        path.to_vec(),
        git_file(&inside).unwrap_or_default(),
        join(&suffixed, b".git"),
        suffixed,
    ];
    candidates
        .into_iter()
        .find(|path| !path.is_empty() && is_git_dir(path))
}

impl Repo {
    /// The repository at `git_dir`, absolute, without looking around.
    pub fn at(places: &Places, git_dir: Vec<u8>, work_tree: Option<Vec<u8>>) -> Result<Repo> {
        let common = common_dir(&git_dir);
        let config = places.config(Some(&join(&common, b"config")))?;
        if let Some(version) = config.text("core.repositoryformatversion")
            && !matches!(version.as_str(), "0" | "1")
        {
            return fatal!("Expected git repo version <= 1, found ", version);
        }
        if config
            .text("extensions.objectformat")
            .is_some_and(|format| format != "sha1")
        {
            return fatal!("this git knows SHA-1 repositories only");
        }
        if config
            .text("extensions.refstorage")
            .is_some_and(|format| format != "files")
        {
            return fatal!("this git knows references in files only");
        }
        let objects = Places::variable("GIT_OBJECT_DIRECTORY").unwrap_or_else(|| join(&common, b"objects"));
        Ok(Repo {
            refs: Refs::new(&git_dir, &common),
            odb: Odb::open(objects),
            git_dir,
            common_dir: common,
            work_tree,
            prefix: Vec::new(),
            config,
        })
    }

    /// Looks for the repository of the working directory, and goes to the top of its work tree.
    ///
    /// # Errors
    /// There is none (git's message).
    pub fn discover(places: &Places) -> Result<Repo> {
        let here = working_dir()?;
        let mut repo = match places.git_dir() {
            Some(named) => {
                let path = join(&here, &named);
                let path = git_file(&path).unwrap_or(path);
                if !is_git_dir(&path) {
                    return fatal!("not a git repository: '", named, "'");
                }
                let repo = Repo::at(places, path, None)?;
                let bare = places.bare || repo.config.bool("core.bare") == Some(true);
                Repo {
                    work_tree: (!bare).then(|| here.clone()),
                    ..repo
                }
            }
            None => Self::search(places, &here)?,
        };
        let configured = repo
            .config
            .get("core.worktree")
            .map(|path| join(&repo.git_dir, path));
        let named = places.work_tree().map(|path| join(&here, &path)).or(configured);
        if let Some(path) = named {
            repo.work_tree = Some(crate::path::normalize(&path).unwrap_or(path));
        }
        if let Some(top) = repo.work_tree.clone() {
            let below = if here == top {
                Some(&[][..])
            } else {
                here.strip_prefix(&join(&top, b"")[..])
                    .filter(|_| top != b"/")
                    .or_else(|| {
                        if top == b"/" {
                            here.strip_prefix(b"/")
                        } else {
                            None
                        }
                    })
            };
            if let Some(below) = below {
                repo.prefix = if below.is_empty() {
                    Vec::new()
                } else {
                    [below, b"/"].concat()
                };
            }
            change_dir(&top)?;
        }
        Ok(repo)
    }

    fn search(places: &Places, here: &[u8]) -> Result<Repo> {
        let mut folder = here.to_vec();
        // Folders that are not gone up into.
        let ceilings = Places::variable("GIT_CEILING_DIRECTORIES").unwrap_or_default();
        loop {
            let inside = join(&folder, b".git");
            let inside = git_file(&inside).unwrap_or(inside);
            if is_git_dir(&inside) {
                let repo = Repo::at(places, inside, Some(folder.clone()))?;
                let bare = repo.config.bool("core.bare") == Some(true);
                return Ok(if bare {
                    Repo {
                        work_tree: None,
                        ..repo
                    }
                } else {
                    repo
                });
            }
            if is_git_dir(&folder) {
                let repo = Repo::at(places, folder.clone(), None)?;
                // Inside the `.git` of a work tree commands that need one refuse.
                return Ok(repo);
            }
            let parent = match crate::path::parent(&folder) {
                b"" => b"/",
                parent => parent,
            };
            if ceilings
                .split(|b| *b == b':')
                .any(|ceiling| ceiling.strip_suffix(b"/").unwrap_or(ceiling) == parent)
            {
                return fatal!(NOT_A_REPOSITORY);
            }
            match folder.iter().rposition(|b| *b == b'/') {
                Some(0) if folder.len() > 1 => folder.truncate(1),
                Some(at) if at > 0 => folder.truncate(at),
                _ => return fatal!(NOT_A_REPOSITORY),
            }
        }
    }

    pub fn is_bare(&self) -> bool {
        self.work_tree.is_none()
    }

    /// The top of the work tree.
    ///
    /// # Errors
    /// There is none (git's message).
    pub fn need_work_tree(&self) -> Result<&[u8]> {
        match &self.work_tree {
            Some(path) => Ok(path),
            None => fatal!("this operation must be run in a work tree"),
        }
    }

    /// A file in the repository's own folder.
    pub fn file(&self, name: &str) -> Vec<u8> {
        join(&self.git_dir, name.as_bytes())
    }

    pub fn read_file(&self, name: &str) -> Option<Vec<u8>> {
        std::fs::read(os(&self.file(name))).ok()
    }

    pub fn write_file(&self, name: &str, content: &[u8]) -> Result<()> {
        let path = self.file(name);
        crate::path::make_parents(&path)
            .and_then(|()| std::fs::write(os(&path), content))
            .map_err(|error| os_error("could not write", &path, &error))
    }

    /// Takes a file away; it need not be there.
    pub fn remove_file(&self, name: &str) {
        let _ = std::fs::remove_file(os(&self.file(name)));
    }

    pub fn index_path(&self) -> Vec<u8> {
        Places::variable("GIT_INDEX_FILE").unwrap_or_else(|| self.file("index"))
    }

    pub fn index(&self) -> Result<Index> {
        Index::read(&self.index_path())
    }

    /// The index with its lock, to be changed.
    pub fn lock_index(&self) -> Result<(LockFile, Index)> {
        let lock = LockFile::take(&self.index_path())?;
        Ok((lock, self.index()?))
    }

    /// The branch that HEAD is on, by its full name; none when it is detached.
    pub fn head_branch(&self) -> Option<Vec<u8>> {
        match self.refs.read(b"HEAD") {
            Ok(Some(crate::refs::Value::Symbolic(name))) => Some(name),
            _ => None,
        }
    }

    pub fn head(&self) -> Result<Option<crate::oid::Oid>> {
        self.refs.resolve(b"HEAD")
    }

    /// Calls `update` with what the reflog is to say.
    pub fn logged<T>(&self, message: &[u8], update: impl FnOnce(Log<'_>) -> Result<T>) -> Result<T> {
        let committer = current(&self.config, Role::Committer, false)?.serialize();
        let create = self
            .config
            .bool("core.logallrefupdates")
            .unwrap_or(!self.is_bare());
        update(Log {
            committer: &committer,
            message,
            create,
        })
    }

    /// Whether names with bytes above 127 are quoted.
    pub fn quotes_high(&self) -> bool {
        self.config.bool("core.quotepath").unwrap_or(true)
    }

    /// A path of the repository for people: from where they are, quoted.
    pub fn shown(&self, path: &[u8]) -> Vec<u8> {
        crate::path::quoted(&crate::path::relative_to(path, &self.prefix), self.quotes_high())
    }

    /// A file that the user named, from where we are now.
    pub fn user_path(&self, path: &[u8]) -> Vec<u8> {
        match path {
            b"-" => path.to_vec(),
            _ => join(&self.prefix, path),
        }
    }
}

impl Repo {
    /// Writes the index. An entry that looks unchanged only because it was changed in the same tick as it was added is
    /// marked (size 0), since the new file's time would make it trusted.
    pub fn write_index(&self, lock: LockFile, mut index: Index) -> Result<()> {
        let written = index.written;
        for entry in index
            .entries
            .iter_mut()
            .filter(|entry| entry.stage == 0 && entry.stat.size != 0)
        {
            if written > 0 && entry.stat.mtime >= written && entry.mode & 0o170000 == 0o100000 {
                let now = crate::worktree::lstat(&entry.path).map(|stat| crate::index::FileStat::of(&stat));
                if now
                    == Some(crate::index::FileStat {
                        dev: now.map_or(0, |now| now.dev),
                        ..entry.stat
                    })
                    && crate::worktree::hash(&entry.path, entry.mode)? != entry.oid
                {
                    entry.stat.size = 0;
                }
            }
        }
        index.write(lock)
    }

    /// The shortest unambiguous form of an id, of at least `core.abbrev` digits.
    pub fn abbrev(&self, oid: &crate::oid::Oid) -> String {
        self.abbrev_to(oid, None)
    }

    pub fn abbrev_to(&self, oid: &crate::oid::Oid, length: Option<usize>) -> String {
        let hex = oid.hex();
        let configured = self.config.text("core.abbrev");
        if length.is_none()
            && configured
                .as_deref()
                .is_some_and(|text| matches!(text, "no" | "off" | "false"))
        {
            return hex;
        }
        let configured = configured.and_then(|text| text.parse().ok());
        let mut length = length
            .or(configured)
            .unwrap_or_else(|| self.default_abbrev())
            .clamp(4, 40);
        if oid.is_zero() {
            return hex[..length].to_owned();
        }
        while length < 40 && self.odb.with_prefix(&hex.as_bytes()[..length]).len() > 1 {
            length += 1;
        }
        hex[..length].to_owned()
    }

    fn default_abbrev(&self) -> usize {
        let bits = usize::BITS - self.odb.estimate().leading_zeros();
        (bits.div_ceil(2) as usize).max(7)
    }
}
