//! `git remote`, `git fetch`, `git push` and `git pull`

use crate::config_edit::{self, local_file};
use crate::failure::{Failure, Result, say};
use crate::git::Git;
use crate::options::{Spec, flag};
use crate::refs::short_name;
use crate::repo::Repo;
use crate::{fatal, msg};

const REMOTE: Spec = Spec {
    usage: &[
        "remote [-v | --verbose]",
        "remote add [-f] <name> <url>",
        "remote rename <old> <new>",
        "remote remove <name>",
        "remote get-url <name>",
        "remote set-url <name> <newurl>",
        "remote show [<name>]",
    ],
    options: &[&[
        flag("v|verbose", "be verbose; must be placed before a subcommand"),
        flag("f|fetch", "fetch the remote branches"),
    ]],
    stop_at_operand: false,
};

pub fn remote(git: &Git, arguments: Vec<Vec<u8>>) -> Result<i32> {
    let parsed = REMOTE.parse(arguments)?;
    let repo = git.repo()?;
    let words: Vec<&[u8]> = parsed.operands.iter().map(Vec::as_slice).collect();
    let remotes = repo.config.subsections("remote");
    let known = |name: &[u8]| remotes.iter().any(|remote| remote == name);
    let missing = |name: &[u8]| {
        say(&msg!["error: No such remote '", name, "'\n"]);
        Err(Failure::Silent(2))
    };
    let unknown = |name: &[u8]| {
        say(&msg!["error: No such remote: '", name, "'\n"]);
        Err(Failure::Silent(2))
    };
    let file = local_file(repo);
    match words.as_slice() {
        [] | [b"show"] => {
            let mut names = remotes.clone();
            names.sort();
            for name in names {
                if parsed.has("verbose") {
                    let url = url(repo, &name);
                    let push = repo
                        .config
                        .get_bytes(&msg!["remote.", name, ".pushurl"])
                        .unwrap_or(&url);
                    git.line(msg![name, "\t", url, " (fetch)"]);
                    git.line(msg![name, "\t", push, " (push)"]);
                } else {
                    git.line(name);
                }
            }
        }
        [b"add", name, url] => {
            if known(name) {
                say(&msg!["error: remote ", name, " already exists.\n"]);
                return Err(Failure::Silent(3));
            }
            if !crate::refs::is_valid_name(name) {
                return fatal!("'", name, "' is not a valid remote name");
            }
            config_edit::set(&file, &msg!["remote.", name, ".url"], url)?;
            let spec = msg!["+refs/heads/*:refs/remotes/", name, "/*"];
            config_edit::set(&file, &msg!["remote.", name, ".fetch"], &spec)?;
            if parsed.has("fetch") {
                return fatal!("option '-f' is not supported by this git");
            }
        }
        [b"remove" | b"rm", name] => {
            if !known(name) {
                return unknown(name);
            }
            for (full, _) in repo.refs.list(&msg!["refs/remotes/", name, "/"]) {
                repo.refs.delete(&full)?;
            }
            // A symbolic HEAD may lead nowhere by now.
            repo.refs.delete(&msg!["refs/remotes/", name, "/HEAD"])?;
            for branch in repo.config.subsections("branch") {
                if repo.config.get_bytes(&msg!["branch.", branch, ".remote"]) == Some(name) {
                    config_edit::unset(&file, &msg!["branch.", branch, ".remote"], None, true)?;
                    config_edit::unset(&file, &msg!["branch.", branch, ".merge"], None, true)?;
                }
            }
            config_edit::remove_section(&file, &msg!["remote.", name])?;
        }
        [b"rename", old, new] => {
            if !known(old) {
                return unknown(old);
            }
            config_edit::rename_section(&file, &msg!["remote.", old], &msg!["remote.", new])?;
            let spec = msg!["+refs/heads/*:refs/remotes/", new, "/*"];
            config_edit::set(&file, &msg!["remote.", new, ".fetch"], &spec)?;
            let prefix = msg!["refs/remotes/", old, "/"];
            for (full, oid) in repo.refs.list(&prefix) {
                let target = msg!["refs/remotes/", new, "/", full[prefix.len()..]];
                match repo.refs.read(&full)? {
                    Some(crate::refs::Value::Symbolic(to)) => {
                        let to = msg!["refs/remotes/", new, "/", to[prefix.len().min(to.len())..]];
                        repo.refs.delete(&full)?;
                        repo.refs.set_symbolic(&target, &to, None)?;
                    }
                    _ => {
                        repo.refs.delete(&full)?;
                        let log = msg!["remote: renamed ", full, " to ", target];
                        repo.logged(&log, |log| repo.refs.update(&target, &oid, None, Some(log)))?;
                    }
                }
            }
            for branch in repo.config.subsections("branch") {
                if repo.config.get_bytes(&msg!["branch.", branch, ".remote"]) == Some(old) {
                    config_edit::set(&file, &msg!["branch.", branch, ".remote"], new)?;
                }
            }
        }
        [b"get-url", name] if known(name) => git.line(url(repo, name)),
        [b"set-url", name, url] if known(name) => {
            config_edit::set(&file, &msg!["remote.", name, ".url"], url)?
        }
        [b"get-url", name] | [b"set-url", name, _] => return missing(name),
        [word, ..] => {
            return fatal!(
                "remote ",
                word,
                " is not supported by this git, or lacks arguments"
            );
        }
    }
    Ok(0)
}

pub fn url(repo: &Repo, name: &[u8]) -> Vec<u8> {
    repo.config
        .get_bytes(&msg!["remote.", name, ".url"])
        .unwrap_or(name)
        .to_vec()
}

/// The remote that is asked for, or that the branch follows, or `origin`.
pub fn chosen(repo: &Repo, name: Option<&[u8]>) -> Vec<u8> {
    let of_branch = || {
        let branch = repo.head_branch()?;
        repo.config
            .get_bytes(&msg!["branch.", short_name(&branch), ".remote"])
            .map(<[u8]>::to_vec)
    };
    match name {
        Some(name) => name.to_vec(),
        None => of_branch().unwrap_or_else(|| match repo.config.subsections("remote").as_slice() {
            [only] => only.clone(),
            _ => b"origin".to_vec(),
        }),
    }
}

pub fn base(repo: &Repo) -> Vec<u8> {
    repo.work_tree.clone().unwrap_or_else(|| repo.git_dir.clone())
}
