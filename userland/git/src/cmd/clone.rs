//! `git clone`, from a path

use cli::os;

use crate::changes::files;
use crate::config_edit;
use crate::failure::{Failure, Result, os_error, say};
use crate::git::Git;
use crate::object::Kind;
use crate::options::{Spec, flag, value};
use crate::path::{base_name, join, normalize};
use crate::refs::short_name;
use crate::repo::{Repo, change_dir, git_dir_of, working_dir};
use crate::switch::force;
use crate::transport::{clone_objects, copy_objects, local_path};
use crate::{fatal, msg};

const SPEC: Spec = Spec {
    usage: &["clone [<options>] [--] <repo> [<dir>]"],
    options: &[&[
        flag("v|verbose", "be more verbose"),
        flag("q|quiet", "be more quiet"),
        flag("|progress", ""),
        flag("n|no-checkout", "don't create a checkout"),
        flag("|bare", "create a bare repository"),
        flag("|mirror", ""),
        flag("l|local", "to clone from a local repository"),
        flag("|no-hardlinks", "don't use local hardlinks, always copy"),
        flag("s|shared", ""),
        flag("|recurse-submodules", ""),
        value(
            "o|origin",
            "name",
            "use <name> instead of 'origin' to track upstream",
        ),
        value(
            "b|branch",
            "branch",
            "checkout <branch> instead of the remote's HEAD",
        ),
        value("|depth", "depth", ""),
        flag("|single-branch", "clone only one branch, HEAD or --branch"),
        flag(
            "|tags",
            "don't clone any tags, and make later fetches not to follow them",
        ),
        value("c|config", "key=value", "set config inside the new repository"),
        value("|reference", "repo", ""),
        value("|filter", "args", ""),
        value("u|upload-pack", "path", ""),
        value("|separate-git-dir", "gitdir", ""),
        value("|template", "folder", ""),
    ]],
    stop_at_operand: false,
};

pub fn run(git: &Git, arguments: Vec<Vec<u8>>) -> Result<i32> {
    let parsed = SPEC.parse(arguments)?;
    for id in [
        "mirror",
        "shared",
        "recurse-submodules",
        "depth",
        "reference",
        "filter",
        "separate-git-dir",
        "template",
        "single-branch",
    ] {
        if parsed.has(id) {
            return fatal!("option '--", id, "' is not supported by this git");
        }
    }
    let (url, folder) = match parsed.operands.as_slice() {
        [url] => (url.clone(), None),
        [url, folder] => (url.clone(), Some(folder.clone())),
        [] => {
            say(b"fatal: You must specify a repository to clone.\n\n");
            return Err(SPEC.usage());
        }
        _ => {
            say(b"fatal: Too many arguments.\n\n");
            return Err(SPEC.usage());
        }
    };
    let here = working_dir()?;
    let bare = parsed.has("bare");
    let path = local_path(&url)?;
    let full = normalize(&join(&here, &path)).unwrap_or(path.clone());
    let Some(source_dir) = git_dir_of(&full) else {
        return fatal!("repository '", url, "' does not exist");
    };
    let folder = folder.unwrap_or_else(|| default_folder(&full, bare));
    let target = normalize(&join(&here, &folder)).unwrap_or_else(|| join(&here, &folder));
    let existed = sys::lstat(&target).is_ok();
    let occupied = std::fs::read_dir(os(&target)).map_or(existed, |mut entries| entries.next().is_some());
    if occupied {
        return fatal!(
            "destination path '",
            folder,
            "' already exists and is not an empty directory."
        );
    }
    if !parsed.has("quiet") {
        git.note(msg![
            "Cloning into ",
            if bare { "bare repository " } else { "" },
            "'",
            folder,
            "'..."
        ]);
    }
    let cloned = clone(git, &parsed, &url, &full, source_dir, &target, bare);
    if cloned.is_err() {
        // Nothing half-made stays.
        let _ = change_dir(&here);
        if existed {
            for entry in std::fs::read_dir(os(&target)).into_iter().flatten().flatten() {
                let path = entry.path();
                let _ = if path.is_dir() {
                    std::fs::remove_dir_all(path)
                } else {
                    std::fs::remove_file(path)
                };
            }
        } else {
            let _ = std::fs::remove_dir_all(os(&target));
        }
    } else if !parsed.has("quiet") {
        git.note("done.");
    }
    cloned
}

/// What a clone is called: the last part of the source, without `.git`.
fn default_folder(path: &[u8], bare: bool) -> Vec<u8> {
    let path = path.strip_suffix(b"/.git").unwrap_or(path);
    let name = base_name(path);
    let name = name.strip_suffix(b".git").unwrap_or(name);
    if bare { msg![name, ".git"] } else { name.to_vec() }
}

fn clone(
    git: &Git,
    parsed: &crate::options::Parsed,
    url: &[u8],
    full: &[u8],
    source_dir: Vec<u8>,
    target: &[u8],
    bare: bool,
) -> Result<i32> {
    let source = Repo::at(&git.places, source_dir, None)?;
    let git_dir = if bare {
        target.to_vec()
    } else {
        join(target, b".git")
    };
    std::fs::create_dir_all(os(target))
        .map_err(|error| os_error("could not create work tree dir", target, &error))?;
    let head = source
        .head_branch()
        .unwrap_or_else(|| b"refs/heads/master".to_vec());
    let empty = source.refs.list(b"refs/").is_empty() && source.head()?.is_none();
    super::init::create(&git_dir, bare, short_name(&head))?;
    let origin = parsed.value("origin").unwrap_or(b"origin").to_vec();
    // A URL stays as it was given, a path becomes absolute.
    let shown = if url.starts_with(b"file://") {
        url.to_vec()
    } else {
        full.to_vec()
    };
    let file = join(&git_dir, b"config");
    config_edit::set(&file, &msg!["remote.", origin, ".url"], &shown)?;
    if !bare {
        let spec = msg!["+refs/heads/*:refs/remotes/", origin, "/*"];
        config_edit::set(&file, &msg!["remote.", origin, ".fetch"], &spec)?;
    }
    for setting in parsed.values("config") {
        let equals = setting.iter().position(|b| *b == b'=').unwrap_or(setting.len());
        let Some(key) = crate::config::canonical(&setting[..equals]) else {
            return fatal!("invalid key: ", setting);
        };
        config_edit::add(&file, &key, setting.get(equals + 1..).unwrap_or(b"true"))?;
    }
    let repo = Repo::at(&git.places, git_dir.clone(), (!bare).then(|| target.to_vec()))?;
    let alternates = join(source.odb.folder(), b"info/alternates");
    if url.starts_with(b"file://") || sys::stat(&alternates).is_ok() {
        let tips: Vec<_> = source
            .refs
            .list(b"refs/")
            .into_iter()
            .map(|(_, oid)| oid)
            .chain(source.head()?)
            .collect();
        copy_objects(&source.odb, &repo.odb, &tips)?;
    } else {
        clone_objects(source.odb.folder(), repo.odb.folder())?;
    }
    let repo = Repo::at(&git.places, git_dir, (!bare).then(|| target.to_vec()))?;
    let log = msg!["clone: from ", shown];
    for (name, oid) in source.refs.list(b"refs/") {
        let own = match name.strip_prefix(b"refs/heads/") {
            Some(short) if !bare => msg!["refs/remotes/", origin, "/", short],
            Some(_) => name.clone(),
            None if name.starts_with(b"refs/tags/") && !parsed.negated("tags") => name.clone(),
            None => continue,
        };
        repo.logged(&log, |log| repo.refs.update(&own, &oid, None, Some(log)))?;
    }
    if empty {
        git.note("warning: You appear to have cloned an empty repository.");
    }
    let wanted = match parsed.value("branch") {
        Some(name) => {
            let branch = msg!["refs/heads/", name];
            let tag = msg!["refs/tags/", name];
            if source.refs.resolve(&branch)?.is_some() {
                Some((branch.clone(), source.refs.resolve(&branch)?))
            } else if let Some(oid) = source.refs.resolve(&tag)? {
                Some((Vec::new(), Some(source.odb.peel(&oid)?.0)))
            } else {
                return fatal!("Remote branch ", name, " not found in upstream ", origin);
            }
        }
        None => match source.head_branch() {
            Some(branch) => source.refs.resolve(&branch)?.map(|oid| (branch, Some(oid))),
            None => source.head()?.map(|oid| (Vec::new(), Some(oid))),
        },
    };
    if !bare
        && let Some(branch) = source.head_branch()
        && source.refs.resolve(&branch)?.is_some()
    {
        let leads_to = msg!["refs/remotes/", origin, "/", short_name(&branch)];
        let name = msg!["refs/remotes/", origin, "/HEAD"];
        repo.logged(&log, |log| repo.refs.set_symbolic(&name, &leads_to, Some(log)))?;
    }
    let Some((branch, Some(oid))) = wanted else {
        if let (true, Some(branch)) = (empty && !bare, source.head_branch()) {
            follow(&repo, &origin, &branch)?;
        } else if !empty && !bare {
            git.note("warning: remote HEAD refers to nonexistent ref, unable to checkout");
        }
        return Ok(0);
    };
    if branch.is_empty() {
        repo.logged(&log, |log| repo.refs.update_no_deref(b"HEAD", &oid, Some(log)))?;
    } else {
        repo.refs.set_symbolic(b"HEAD", &branch, None)?;
        if !bare {
            repo.logged(&log, |log| repo.refs.update(b"HEAD", &oid, None, Some(log)))?;
            follow(&repo, &origin, &branch)?;
        }
    }
    if bare || parsed.has("no-checkout") || repo.odb.peel(&oid)?.1 != Kind::Commit {
        return Ok(0);
    }
    change_dir(target)?;
    let (lock, mut index) = repo.lock_index()?;
    force(&repo, &mut index, &files(&repo.odb, Some(&repo.tree_of(&oid)?))?)?;
    repo.write_index(lock, index)?;
    let hex = oid.hex();
    match crate::hooks::run(git, &repo, "post-checkout", &[&[b'0'; 40], hex.as_bytes(), b"1"])? {
        0 => Ok(0),
        status => Err(Failure::Silent(status)),
    }
}

fn follow(repo: &Repo, origin: &[u8], branch: &[u8]) -> Result<()> {
    let file = config_edit::local_file(repo);
    config_edit::set(&file, &msg!["branch.", short_name(branch), ".remote"], origin)?;
    config_edit::set(&file, &msg!["branch.", short_name(branch), ".merge"], branch)
}
