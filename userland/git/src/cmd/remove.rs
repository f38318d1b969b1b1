//! `git rm` and `git mv`

use cli::os;

use crate::changes::{Side, files};
use crate::failure::{Failure, Result, os_error, say};
use crate::git::Git;
use crate::options::{Spec, flag};
use crate::path::{base_name, join};
use crate::pathspec::{self, Pathspec};
use crate::worktree::{self, State};
use crate::{fatal, msg};

const RM: Spec = Spec {
    usage: &["rm [-f | --force] [-n] [-r] [--cached] [--ignore-unmatch] [--quiet] [--] [<pathspec>...]"],
    options: &[&[
        flag("n|dry-run", "dry run"),
        flag("q|quiet", "do not list removed files"),
        flag("|cached", "only remove from the index"),
        flag("f|force", "override the up-to-date check"),
        flag("r|", "allow recursive removal"),
        flag(
            "|ignore-unmatch",
            "exit with a zero status even if nothing matched",
        ),
    ]],
    stop_at_operand: false,
};

pub fn rm(git: &Git, arguments: Vec<Vec<u8>>) -> Result<i32> {
    let parsed = RM.parse(arguments)?;
    if parsed.operands.is_empty() {
        return fatal!("No pathspec was given. Which files should I remove?");
    }
    let repo = git.repo()?;
    let paths = Pathspec::new(repo, &parsed.operands)?;
    let (lock, mut index) = repo.lock_index()?;
    let tracked = index.entries.iter().map(|entry| &entry.path[..]);
    if let Some(text) = paths.unmatched(tracked)
        && !parsed.has("ignore-unmatch")
    {
        return fatal!("pathspec '", text, "' did not match any files");
    }
    let mut chosen: Vec<Vec<u8>> = index
        .entries
        .iter()
        .map(|entry| entry.path.clone())
        .filter(|path| paths.matches(path))
        .collect();
    chosen.dedup();
    if !parsed.has("r") {
        for (text, path) in paths.literals() {
            if !index.has(path) && (index.has_below(path) || path.is_empty() && !chosen.is_empty()) {
                return fatal!("not removing '", text, "' recursively without -r");
            }
        }
    }
    if !parsed.has("force") {
        let tree = repo.head()?.map(|head| repo.tree_of(&head)).transpose()?;
        let head = files(&repo.odb, tree.as_ref())?;
        let (mut staged, mut local, mut both) = (Vec::new(), Vec::new(), Vec::new());
        for path in &chosen {
            let Some(entry) = index.get(path) else { continue };
            if worktree::lstat(path).is_none() {
                continue;
            }
            let is_staged = head.get(path)
                != Some(&Side {
                    mode: entry.mode,
                    oid: entry.oid,
                });
            let is_local = worktree::state(repo, &index, entry)? != State::Clean;
            match (is_staged, is_local) {
                (true, true) => both.push(path),
                (true, false) if !parsed.has("cached") => staged.push(path),
                (false, true) if !parsed.has("cached") => local.push(path),
                _ => {}
            }
        }
        refuse(
            &both,
            "staged content different from both the\nfile and the HEAD",
            "(use -f to force removal)",
        );
        refuse(
            &staged,
            "changes staged in the index",
            "(use --cached to keep the file, or -f to force removal)",
        );
        refuse(
            &local,
            "local modifications",
            "(use --cached to keep the file, or -f to force removal)",
        );
        if !(both.is_empty() && staged.is_empty() && local.is_empty()) {
            return Err(Failure::Silent(1));
        }
    }
    for path in chosen {
        if !parsed.has("quiet") {
            git.line(msg!["rm '", path, "'"]);
        }
        if parsed.has("dry-run") {
            continue;
        }
        index.remove(&path);
        if !parsed.has("cached") {
            worktree::remove(&path)?;
        }
    }
    if !parsed.has("dry-run") {
        repo.write_index(lock, index)?;
    }
    Ok(0)
}

fn refuse(paths: &[&Vec<u8>], why: &str, advice: &str) {
    if paths.is_empty() {
        return;
    }
    let (files, has) = if paths.len() == 1 {
        ("file", "has")
    } else {
        ("files", "have")
    };
    let why = why.replacen(
        "file and",
        if paths.len() == 1 { "file and" } else { "files and" },
        1,
    );
    let list: Vec<u8> = paths.iter().flat_map(|path| msg!["    ", path, "\n"]).collect();
    say(&msg![
        "error: the following ",
        files,
        " ",
        has,
        " ",
        why,
        ":\n",
        list,
        advice,
        "\n"
    ]);
}

const MV: Spec = Spec {
    usage: &[
        "mv [-v] [-f] [-n] [-k] <source> <destination>",
        "mv [-v] [-f] [-n] [-k] <source>... <destination-directory>",
    ],
    options: &[&[
        flag("v|verbose", "be verbose"),
        flag("n|dry-run", "dry run"),
        flag("f|force", "force move/rename even if target exists"),
        flag("k|", "skip move/rename errors"),
    ]],
    stop_at_operand: false,
};

pub fn mv(git: &Git, arguments: Vec<Vec<u8>>) -> Result<i32> {
    let parsed = MV.parse(arguments)?;
    let repo = git.repo()?;
    let Some((target, sources)) = parsed
        .operands
        .split_last()
        .filter(|(_, sources)| !sources.is_empty())
    else {
        return Err(MV.usage());
    };
    let target_path = pathspec::one(repo, target)?;
    let is_folder = target_path.is_empty() || sys::stat(&target_path).is_ok_and(|stat| stat.is_dir());
    if sources.len() > 1 && !is_folder {
        return fatal!("destination '", target, "' is not a directory");
    }
    let (lock, mut index) = repo.lock_index()?;
    for source in sources {
        let from = pathspec::one(repo, source)?;
        let to = if is_folder {
            join(&target_path, base_name(&from))
        } else {
            target_path.clone()
        };
        let exists = worktree::lstat(&to).is_some();
        let problem = if worktree::lstat(&from).is_none() {
            Some("bad source")
        } else if to == from || to.starts_with(&[&from[..], b"/"].concat()) {
            Some("can not move directory into itself")
        } else if !index.has(&from) && !index.has_below(&from) {
            let empty = sys::stat(&from).is_ok_and(|stat| stat.is_dir());
            Some(if empty {
                "source directory is empty"
            } else {
                "not under version control"
            })
        } else if index.stages(&from).iter().any(|entry| entry.stage != 0) {
            Some("conflicted")
        } else if exists && !(parsed.has("force") && index.has(&from)) {
            Some("destination exists")
        } else if !crate::path::parent(&to).is_empty() && sys::stat(crate::path::parent(&to)).is_err() {
            Some("destination directory does not exist")
        } else {
            None
        };
        if let Some(problem) = problem {
            if parsed.has("k") {
                continue;
            }
            return fatal!(problem, ", source=", from, ", destination=", to);
        }
        if parsed.has("verbose") || parsed.has("dry-run") {
            git.line(msg!["Renaming ", from, " to ", to]);
        }
        if parsed.has("dry-run") {
            continue;
        }
        std::fs::rename(os(&from), os(&to)).map_err(|error| os_error("renaming", &from, &error))?;
        let below = [&from[..], b"/"].concat();
        let moved: Vec<_> = index
            .entries
            .iter()
            .filter(|entry| entry.path == from || entry.path.starts_with(&below))
            .cloned()
            .collect();
        for mut entry in moved {
            index.remove(&entry.path);
            entry.path = [&to[..], &entry.path[from.len()..]].concat();
            index.add(entry);
        }
    }
    if !parsed.has("dry-run") {
        repo.write_index(lock, index)?;
    }
    Ok(0)
}
