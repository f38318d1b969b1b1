//! References: files below `refs/`, the list in `packed-refs`, and symbolic ones such as HEAD.

use std::collections::BTreeMap;

use cli::os;

use crate::failure::{Result, os_error};
use crate::lock::LockFile;
use crate::oid::Oid;
use crate::{fatal, reflog};

/// The references of a repository.
pub struct Refs {
    /// Where HEAD and its like are.
    git_dir: Vec<u8>,
    /// Where `refs/` and `packed-refs` are; another one in a linked work tree.
    common_dir: Vec<u8>,
}

/// What a reference says.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Value {
    Oid(Oid),
    Symbolic(Vec<u8>),
}

/// A change that the reflog tells of.
pub struct Log<'a> {
    /// `Name <mail> seconds zone`
    pub committer: &'a [u8],
    pub message: &'a [u8],
    /// Whether a reflog that is not there yet is begun.
    pub create: bool,
}

const DEPTH: usize = 5;

impl Refs {
    pub fn new(git_dir: &[u8], common_dir: &[u8]) -> Refs {
        Refs {
            git_dir: git_dir.to_vec(),
            common_dir: common_dir.to_vec(),
        }
    }

    /// The file of a reference, or of its reflog below `logs/`.
    fn path(&self, prefix: &[u8], name: &[u8]) -> Vec<u8> {
        let shared = name.starts_with(b"refs/") && !name.starts_with(b"refs/bisect/");
        let folder = if shared { &self.common_dir } else { &self.git_dir };
        [folder, &b"/"[..], prefix, name].concat()
    }

    pub fn log_path(&self, name: &[u8]) -> Vec<u8> {
        self.path(b"logs/", name)
    }

    /// What the reference says, without following it.
    pub fn read(&self, name: &[u8]) -> Result<Option<Value>> {
        let path = self.path(b"", name);
        match std::fs::read(os(&path)) {
            Ok(content) => {
                let text = content.trim_ascii();
                if let Some(target) = text.strip_prefix(b"ref:") {
                    return Ok(Some(Value::Symbolic(target.trim_ascii().to_vec())));
                }
                match Oid::from_hex(text.get(..40).unwrap_or_default()) {
                    Some(oid) => Ok(Some(Value::Oid(oid))),
                    None => fatal!("unable to resolve reference '", name, "': reference broken"),
                }
            }
            // A folder of that name, or a file where a folder would be: not a loose reference.
            Err(_) => Ok(self.packed().get(name).map(|(oid, _)| Value::Oid(*oid))),
        }
    }

    /// Follows symbolic references: the last name, and its object unless it is unborn.
    pub fn follow(&self, name: &[u8]) -> Result<(Vec<u8>, Option<Oid>)> {
        let mut name = name.to_vec();
        for _ in 0..DEPTH {
            match self.read(&name)? {
                Some(Value::Symbolic(target)) => name = target,
                Some(Value::Oid(oid)) => return Ok((name, Some(oid))),
                None => return Ok((name, None)),
            }
        }
        fatal!("too many levels of symbolic references in '", name, "'")
    }

    pub fn resolve(&self, name: &[u8]) -> Result<Option<Oid>> {
        Ok(self.follow(name)?.1)
    }

    /// `packed-refs`: each name with its object, and what its tag is about.
    fn packed(&self) -> BTreeMap<Vec<u8>, (Oid, Option<Oid>)> {
        let content =
            std::fs::read(os(&[&self.common_dir, &b"/packed-refs"[..]].concat())).unwrap_or_default();
        let mut found: BTreeMap<Vec<u8>, (Oid, Option<Oid>)> = BTreeMap::new();
        let mut last: Option<Vec<u8>> = None;
        for line in content.split(|b| *b == b'\n') {
            if let Some(peeled) = line.strip_prefix(b"^") {
                if let Some(entry) = last.as_ref().and_then(|name| found.get_mut(name)) {
                    entry.1 = Oid::from_hex(peeled);
                }
            } else if line.len() > 41
                && let Some(oid) = Oid::from_hex(&line[..40])
            {
                last = Some(line[41..].to_vec());
                found.insert(line[41..].to_vec(), (oid, None));
            }
        }
        found
    }

    /// The references whose names begin with `prefix` (such as `refs/heads/`), by name; broken and unborn ones left out.
    pub fn list(&self, prefix: &[u8]) -> Vec<(Vec<u8>, Oid)> {
        let mut found: BTreeMap<Vec<u8>, Oid> = self
            .packed()
            .into_iter()
            .filter(|(name, _)| name.starts_with(prefix))
            .map(|(name, (oid, _))| (name, oid))
            .collect();
        self.list_loose(b"refs", prefix, &mut found);
        found.into_iter().collect()
    }

    fn list_loose(&self, folder: &[u8], prefix: &[u8], found: &mut BTreeMap<Vec<u8>, Oid>) {
        let path = self.path(b"", &[folder, b"/"].concat());
        for entry in std::fs::read_dir(os(&path)).into_iter().flatten().flatten() {
            let name = [folder, b"/", entry.file_name().as_encoded_bytes()].concat();
            if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
                self.list_loose(&name, prefix, found);
            } else if name.starts_with(prefix) && !name.ends_with(b".lock") {
                match self.resolve(&name) {
                    Ok(Some(oid)) => drop(found.insert(name, oid)),
                    _ => drop(found.remove(&name)),
                }
            }
        }
    }

    /// A name that would be both a file and a folder: the other reference.
    fn in_the_way(&self, name: &[u8]) -> Option<Vec<u8>> {
        let all = self.list(b"refs/");
        let below = [name, b"/"].concat();
        all.into_iter()
            .map(|(other, _)| other)
            .find(|other| other.starts_with(&below) || name.starts_with(&[&other[..], b"/"].concat()))
    }

    /// Sets a reference, through symbolic ones, and tells the reflogs. `old` is what it must be now.
    pub fn update(&self, name: &[u8], new: &Oid, old: Option<&Oid>, log: Option<Log<'_>>) -> Result<()> {
        let (target, _) = self.follow(name)?;
        self.write(&target, new, old, log, name)
    }

    /// Sets a reference itself, even if it is a symbolic one (a HEAD that becomes detached).
    pub fn update_no_deref(&self, name: &[u8], new: &Oid, log: Option<Log<'_>>) -> Result<()> {
        self.write(name, new, None, log, name)
    }

    fn write(
        &self,
        target: &[u8],
        new: &Oid,
        old: Option<&Oid>,
        log: Option<Log<'_>>,
        by: &[u8],
    ) -> Result<()> {
        let path = self.path(b"", target);
        let known = self.read(target)?.is_some();
        if !known
            && target.starts_with(b"refs/")
            && let Some(other) = self.in_the_way(target)
        {
            return fatal!(
                "cannot lock ref '",
                target,
                "': '",
                other,
                "' exists; cannot create '",
                target,
                "'"
            );
        }
        let lock = LockFile::take(&path)?;
        let now = match self.resolve(target) {
            Ok(now) => now.unwrap_or(Oid::ZERO),
            Err(_) => Oid::ZERO,
        };
        if let Some(old) = old
            && *old != now
        {
            return fatal!(
                "cannot lock ref '",
                target,
                "': is at ",
                now.hex(),
                " but expected ",
                old.hex()
            );
        }
        // Empty folders may be left where the file goes.
        remove_empty_folders(&path);
        if let Some(log) = log {
            let head = if by == b"HEAD" {
                None
            } else {
                self.read(b"HEAD").ok().flatten()
            };
            reflog::append(&self.log_path(target), target, &now, new, &log)?;
            if by == b"HEAD" && target != b"HEAD" || head == Some(Value::Symbolic(target.to_vec())) {
                reflog::append(&self.log_path(b"HEAD"), b"HEAD", &now, new, &log)?;
            }
        }
        lock.commit(format!("{new}\n").as_bytes())
    }

    /// Makes a reference point to another one.
    pub fn set_symbolic(&self, name: &[u8], target: &[u8], log: Option<Log<'_>>) -> Result<()> {
        let before = self.resolve(name).ok().flatten();
        LockFile::take(&self.path(b"", name))?.commit(&[b"ref: ", target, b"\n"].concat())?;
        if let (Some(log), Some(after)) = (log, self.resolve(name)?) {
            reflog::append(
                &self.log_path(name),
                name,
                &before.unwrap_or(Oid::ZERO),
                &after,
                &log,
            )?;
        }
        Ok(())
    }

    /// Takes a reference away, from the list of packed ones too, with its reflog.
    pub fn delete(&self, name: &[u8]) -> Result<()> {
        let path = self.path(b"", name);
        if self.packed().contains_key(name) {
            self.delete_packed(name)?;
        }
        match std::fs::remove_file(os(&path)) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                return Err(os_error("unable to delete", &path, &error));
            }
            _ => {}
        }
        let log = self.log_path(name);
        let _ = std::fs::remove_file(os(&log));
        for file in [path, log] {
            self.remove_folders_above(&file);
        }
        Ok(())
    }

    fn delete_packed(&self, name: &[u8]) -> Result<()> {
        let path = [&self.common_dir, &b"/packed-refs"[..]].concat();
        let lock = LockFile::take(&path)?;
        let content = std::fs::read(os(&path)).map_err(|error| os_error("unable to read", &path, &error))?;
        let mut kept = Vec::new();
        let mut skipped = false;
        for line in content.split_inclusive(|b| *b == b'\n') {
            let of_it = line.get(41..).map(<[u8]>::trim_ascii_end) == Some(name);
            skipped = if line.starts_with(b"^") { skipped } else { of_it };
            if !skipped {
                kept.extend_from_slice(line);
            }
        }
        lock.commit(&kept)
    }

    /// Folders that a deleted reference leaves empty go, up to `refs/heads` and its like.
    fn remove_folders_above(&self, file: &[u8]) {
        let mut path = file;
        while let Some(slash) = path.iter().rposition(|b| *b == b'/') {
            path = &path[..slash];
            let depth = path.strip_prefix(&self.common_dir[..]).unwrap_or_default();
            let kept = if depth.starts_with(b"/logs") { 4 } else { 3 };
            if depth.split(|b| *b == b'/').count() <= kept || std::fs::remove_dir(os(path)).is_err() {
                break;
            }
        }
    }
}

fn remove_empty_folders(path: &[u8]) {
    if sys::lstat(path).is_ok_and(|stat| stat.is_dir()) {
        for entry in std::fs::read_dir(os(path)).into_iter().flatten().flatten() {
            remove_empty_folders(&[path, b"/", entry.file_name().as_encoded_bytes()].concat());
        }
        // What isn't empty stays, and the rename says so.
        let _ = std::fs::remove_dir(os(path));
    }
}

/// git-check-ref-format(1), for a name below `refs/heads/` or the like.
pub fn is_valid_name(name: &[u8]) -> bool {
    let bad = |b: &u8| *b < 0x20 || *b == 0x7f || b" ~^:?*[\\".contains(b);
    let component = |part: &[u8]| !part.is_empty() && !part.starts_with(b".") && !part.ends_with(b".lock");
    !name.is_empty()
        && name != b"@"
        && !name.iter().any(bad)
        && !name.ends_with(b".")
        && !name.windows(2).any(|pair| pair == b".." || pair == b"@{")
        && name.split(|b| *b == b'/').all(component)
}

/// A name that a branch may have.
pub fn check_branch_name(name: &[u8]) -> Result<()> {
    if is_valid_name(name) && !name.starts_with(b"-") && name != b"HEAD" {
        Ok(())
    } else {
        fatal!(
            "'",
            name,
            "' is not a valid branch name\nhint: See `man git check-ref-format`\nhint: Disable this message with \"git config advice.refSyntax false\""
        )
    }
}

/// The name without `refs/heads/` and its like.
pub fn short_name(name: &[u8]) -> &[u8] {
    [&b"refs/heads/"[..], b"refs/tags/", b"refs/remotes/"]
        .into_iter()
        .find_map(|prefix| name.strip_prefix(prefix))
        .unwrap_or(name)
}
