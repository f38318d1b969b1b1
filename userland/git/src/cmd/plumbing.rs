//! The small commands that scripts are made of: objects and references by themselves.

use std::io::Read;

use cli::os;

use crate::failure::{Failure, Result, os_error};
use crate::git::Git;
use crate::ident::{Role, current};
use crate::object::{Commit, Kind};
use crate::oid::Oid;
use crate::options::{Spec, flag, value};
use crate::refs::Value;
use crate::{fatal, message, msg, walk};

const NOTHING: Spec = Spec {
    usage: &["write-tree"],
    options: &[],
    stop_at_operand: false,
};

pub fn write_tree(git: &Git, arguments: Vec<Vec<u8>>) -> Result<i32> {
    NOTHING.parse(arguments)?;
    let repo = git.repo()?;
    let index = repo.index()?;
    if let Some(path) = index.unmerged().first() {
        return fatal!(
            path,
            ": unmerged (",
            index.stages(path)[0].oid.hex(),
            ")\nfatal: git-write-tree: error building trees"
        );
    }
    git.line(crate::tree_write::write_files(repo, &super::commit::tree_files(&index))?.hex());
    Ok(0)
}

const COMMIT_TREE: Spec = Spec {
    usage: &[
        "commit-tree <tree> [(-p <parent>)...]",
        "commit-tree [(-p <parent>)...] [(-m <message>)...] [(-F <file>)...] <tree>",
    ],
    options: &[&[
        value("p|", "parent", "id of a parent commit object"),
        value("m|", "message", "commit message"),
        value("F|", "file", "read commit log message from file"),
    ]],
    stop_at_operand: false,
};

pub fn commit_tree(git: &Git, arguments: Vec<Vec<u8>>) -> Result<i32> {
    let parsed = COMMIT_TREE.parse(arguments)?;
    let repo = git.repo()?;
    let [name] = parsed.operands.as_slice() else {
        return fatal!("must give exactly one tree");
    };
    let tree = repo.tree_of(&repo.revision(name)?)?;
    let mut parents = Vec::new();
    for parent in parsed.values("p") {
        let oid = repo.commit_of(parent)?;
        if !parents.contains(&oid) {
            parents.push(oid);
        }
    }
    let mut text = Vec::new();
    for piece in parsed.values("m") {
        if !text.is_empty() {
            text.push(b'\n');
        }
        text.extend(msg![piece, if piece.ends_with(b"\n") { "" } else { "\n" }]);
    }
    for file in parsed.values("F") {
        let path = repo.user_path(file);
        text.extend(
            cli::input::read_file(os(&path))
                .map_err(|why| os_error("git commit-tree: failed to read", file, &why.into()))?,
        );
    }
    if parsed.values("m").next().is_none() && parsed.values("F").next().is_none() {
        cli::input::Reader(sys::Fd::STDIN)
            .read_to_end(&mut text)
            .map_err(|error| os_error("git commit-tree: failed to read", "stdin", &error))?;
    }
    let commit = Commit {
        tree,
        parents,
        author: current(&repo.config, Role::Author, true)?.serialize(),
        committer: current(&repo.config, Role::Committer, true)?.serialize(),
        extra: Vec::new(),
        message: text,
    };
    git.line(repo.odb.write(Kind::Commit, &commit.serialize())?.hex());
    Ok(0)
}

const UPDATE_REF: Spec = Spec {
    usage: &[
        "update-ref [<options>] -d <refname> [<old-oid>]",
        "update-ref [<options>] <refname> <new-oid> [<old-oid>]",
    ],
    options: &[&[
        value("m|", "reason", "reason of the update"),
        flag("d|", "delete the reference"),
        flag("|no-deref", "update <refname> not the one it points to"),
        flag("|create-reflog", ""),
        flag("|stdin", ""),
    ]],
    stop_at_operand: false,
};

pub fn update_ref(git: &Git, arguments: Vec<Vec<u8>>) -> Result<i32> {
    let parsed = UPDATE_REF.parse(arguments)?;
    let repo = git.repo()?;
    if parsed.has("stdin") {
        return fatal!("option '--stdin' is not supported by this git");
    }
    let value = |text: &[u8]| -> Result<Oid> {
        if text.is_empty() {
            Ok(Oid::ZERO)
        } else {
            repo.revision(text)
        }
    };
    match (parsed.has("d"), parsed.operands.as_slice()) {
        (true, [name, old @ ..]) if old.len() <= 1 => {
            let now = repo.refs.resolve(name)?.unwrap_or(Oid::ZERO);
            if let Some(old) = old.first()
                && value(old)? != now
            {
                return crate::error!(
                    "cannot lock ref '",
                    name,
                    "': is at ",
                    now.hex(),
                    " but expected ",
                    value(old)?.hex()
                );
            }
            repo.refs.delete(name)?;
        }
        (false, [name, new, old @ ..]) if old.len() <= 1 => {
            if !name.starts_with(b"refs/") && !name.iter().all(|b| b.is_ascii_uppercase() || *b == b'_') {
                return fatal!(
                    "update_ref failed for ref '",
                    name,
                    "': refusing to update ref with bad name '",
                    name,
                    "'"
                );
            }
            let (new, old) = (value(new)?, old.first().map(|old| value(old)).transpose()?);
            let reason = parsed.value("m").unwrap_or_default();
            if parsed.has("no-deref") {
                repo.logged(reason, |log| repo.refs.update_no_deref(name, &new, Some(log)))?;
            } else {
                repo.logged(reason, |log| {
                    repo.refs.update(name, &new, old.as_ref(), Some(log))
                })
                .map_err(|failure| match failure {
                    Failure::Fatal(why) => {
                        Failure::Fatal(msg!["update_ref failed for ref '", name, "': ", why])
                    }
                    other => other,
                })?;
            }
        }
        _ => return Err(UPDATE_REF.usage()),
    }
    Ok(0)
}

const SYMBOLIC_REF: Spec = Spec {
    usage: &[
        "symbolic-ref [-m <reason>] <name> <ref>",
        "symbolic-ref [-q] [--short] <name>",
        "symbolic-ref --delete [-q] <name>",
    ],
    options: &[&[
        flag(
            "q|quiet",
            "suppress error message for non-symbolic (detached) refs",
        ),
        flag("d|delete", "delete symbolic ref"),
        flag("|short", "shorten ref output"),
        value("m|", "reason", "reason of the update"),
    ]],
    stop_at_operand: false,
};

pub fn symbolic_ref(git: &Git, arguments: Vec<Vec<u8>>) -> Result<i32> {
    let parsed = SYMBOLIC_REF.parse(arguments)?;
    let repo = git.repo()?;
    match parsed.operands.as_slice() {
        [name] => match repo.refs.read(name)? {
            Some(Value::Symbolic(_)) if parsed.has("delete") => {
                if name == b"HEAD" {
                    return fatal!("deleting '", name, "' is not allowed");
                }
                repo.refs.delete(name)?;
            }
            Some(Value::Symbolic(target)) => {
                git.line(if parsed.has("short") {
                    crate::refs::short_name(&target)
                } else {
                    &target
                });
            }
            _ if parsed.has("quiet") => return Ok(1),
            _ => return fatal!("ref ", name, " is not a symbolic ref"),
        },
        [name, target] => {
            if name == b"HEAD" && !target.starts_with(b"refs/") {
                return fatal!("Refusing to point HEAD outside of refs/");
            }
            repo.logged(parsed.value("m").unwrap_or_default(), |log| {
                let log = parsed.has("m").then_some(log);
                repo.refs.set_symbolic(name, target, log)
            })?;
        }
        _ => return Err(SYMBOLIC_REF.usage()),
    }
    Ok(0)
}

const MERGE_BASE: Spec = Spec {
    usage: &[
        "merge-base [-a | --all] <commit> <commit>...",
        "merge-base --is-ancestor <commit> <commit>",
    ],
    options: &[&[
        flag("a|all", "output all common ancestors"),
        flag("|is-ancestor", "is the first one ancestor of the other?"),
        flag("|octopus", ""),
        flag("|independent", ""),
        flag("|fork-point", ""),
    ]],
    stop_at_operand: false,
};

pub fn merge_base(git: &Git, arguments: Vec<Vec<u8>>) -> Result<i32> {
    let parsed = MERGE_BASE.parse(arguments)?;
    let repo = git.repo()?;
    for id in ["octopus", "independent", "fork-point"] {
        if parsed.has(id) {
            return fatal!("option '--", id, "' is not supported by this git");
        }
    }
    let [one, other] = parsed.operands.as_slice() else {
        return Err(MERGE_BASE.usage());
    };
    let (one, other) = (repo.commit_of(one)?, repo.commit_of(other)?);
    if parsed.has("is-ancestor") {
        return Ok(i32::from(!walk::is_ancestor(repo, &one, &other)?));
    }
    let bases = walk::merge_bases(repo, &one, &other)?;
    let shown = if parsed.has("all") { bases.len() } else { 1 };
    for base in bases.iter().take(shown) {
        git.line(base.hex());
    }
    Ok(i32::from(bases.is_empty()))
}

const STRIPSPACE: Spec = Spec {
    usage: &[
        "stripspace [-s | --strip-comments]",
        "stripspace [-c | --comment-lines]",
    ],
    options: &[&[
        flag(
            "s|strip-comments",
            "skip and remove all lines starting with comment character",
        ),
        flag(
            "c|comment-lines",
            "prepend comment character and space to each line",
        ),
    ]],
    stop_at_operand: false,
};

pub fn stripspace(git: &Git, arguments: Vec<Vec<u8>>) -> Result<i32> {
    let parsed = STRIPSPACE.parse(arguments)?;
    let text =
        cli::input::read_to_end(sys::Fd::STDIN).map_err(|why| os_error("read", "stdin", &why.into()))?;
    if parsed.has("comment-lines") {
        git.put(message::commented(&text));
    } else {
        let how = if parsed.has("strip-comments") {
            message::Cleanup::Strip
        } else {
            message::Cleanup::Whitespace
        };
        git.put(message::clean(&text, how));
    }
    Ok(0)
}

/// `git var`: the identities.
pub fn var(git: &Git, arguments: Vec<Vec<u8>>) -> Result<i32> {
    let repo = git.repo()?;
    let role = match arguments.first().map(Vec::as_slice) {
        Some(b"GIT_AUTHOR_IDENT") => Role::Author,
        Some(b"GIT_COMMITTER_IDENT") => Role::Committer,
        Some(b"GIT_DEFAULT_BRANCH") => {
            git.line(git.config().get("init.defaultbranch").unwrap_or(b"master"));
            return Ok(0);
        }
        _ => return fatal!("this git knows GIT_AUTHOR_IDENT, GIT_COMMITTER_IDENT and GIT_DEFAULT_BRANCH"),
    };
    git.line(current(&repo.config, role, true)?.serialize());
    Ok(0)
}
