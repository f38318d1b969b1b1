//! `git stash`: local changes put away as commits. <https://git-scm.com/docs/git-stash>

use crate::changes::{Files, Side, between_trees, files, of_commit};
use crate::failure::{Failure, Result, say};
use crate::git::Git;
use crate::ident::{Role, current};
use crate::index::Index;
use crate::merge::{Names, trees};
use crate::merge_file::How;
use crate::object::{Commit, Kind};
use crate::oid::Oid;
use crate::options::{Parsed, Spec, flag, value};
use crate::pathspec::Pathspec;
use crate::refs::short_name;
use crate::repo::Repo;
use crate::switch::{force, reset_index};
use crate::untracked::{self, Show};
use crate::worktree::{self, State};
use crate::{diff, fatal, msg, reflog};

use super::commit::tree_files;
use super::stash_log::{REF, drop_at, dropped, find};

const SPEC: Spec = Spec {
    usage: &[
        "stash list [<log-options>]",
        "stash show [-p | --stat] [<stash>]",
        "stash drop [-q | --quiet] [<stash>]",
        "stash pop [--index] [-q | --quiet] [<stash>]",
        "stash apply [--index] [-q | --quiet] [<stash>]",
        "stash branch <branchname> [<stash>]",
        "stash [push [-k | --[no-]keep-index] [-q | --quiet] [-u | --include-untracked] [-m <message>] [--] [<pathspec>...]]",
        "stash clear",
    ],
    options: &[
        &[
            flag("k|keep-index", "keep index"),
            flag("S|staged", ""),
            flag("q|quiet", "quiet mode"),
            flag("|include-untracked", "include untracked files in stash"),
            flag("a|all", ""),
            value("m|message", "message", "stash message"),
            flag("|index", "attempt to recreate the index"),
            flag("|only-untracked", ""),
        ],
        crate::diff_options::OPTIONS,
    ],
    stop_at_operand: false,
};

pub fn run(git: &Git, arguments: Vec<Vec<u8>>) -> Result<i32> {
    let mut arguments = arguments;
    let action = match arguments.first().map(Vec::as_slice) {
        Some(
            word @ (b"push" | b"pop" | b"apply" | b"list" | b"show" | b"drop" | b"clear" | b"branch"
            | b"save"),
        ) => {
            let word = word.to_vec();
            arguments.remove(0);
            word
        }
        Some(word @ (b"create" | b"store" | b"export" | b"import")) => {
            return fatal!("stash ", word, " is not supported by this git");
        }
        None => b"push".to_vec(),
        Some(word) if word.starts_with(b"-") => b"push".to_vec(),
        Some(word) => {
            say(&msg![
                "fatal: subcommand wasn't specified; 'push' can't be assumed due to unexpected token '",
                word,
                "'\n"
            ]);
            return Err(Failure::Silent(128));
        }
    };
    // Here `-u` is not that of diff.
    let renamed = |word: Vec<u8>| {
        if word == b"-u" {
            b"--include-untracked".to_vec()
        } else {
            word
        }
    };
    let parsed = SPEC.parse(arguments.into_iter().map(renamed).collect())?;
    let repo = git.repo()?;
    for id in ["staged", "all", "only-untracked"] {
        if parsed.has(id) {
            return fatal!("option '--", id, "' is not supported by this git's stash");
        }
    }
    let name = parsed.operands.first().map(Vec::as_slice);
    match &action[..] {
        b"push" | b"save" => {
            let message = if action == b"save" {
                Some(parsed.operands.join(&b' ')).filter(|text| !text.is_empty())
            } else {
                None
            };
            let message = message.or(parsed.value("message").map(<[u8]>::to_vec));
            let paths: &[Vec<u8>] = if action == b"save" { &[] } else { &parsed.operands };
            push(git, repo, &parsed, message, paths)
        }
        b"list" => {
            git.page("stash");
            for (at, entry) in reflog::read(&repo.refs.log_path(REF)).iter().enumerate() {
                git.line(msg!["stash@{", at.to_string(), "}: ", entry.message]);
            }
            Ok(0)
        }
        b"show" => show(git, repo, &parsed, name),
        b"drop" => {
            let (at, oid) = find(repo, name)?;
            drop_at(repo, at)?;
            dropped(git, &parsed, at, &oid, name);
            Ok(0)
        }
        b"clear" => {
            if repo.refs.resolve(REF)?.is_some() {
                repo.refs.delete(REF)?;
            }
            Ok(0)
        }
        b"branch" => branch(git, repo, &parsed),
        _ => pop(git, repo, &parsed, name, action == b"pop"),
    }
}

/// The files of the work tree that the index or HEAD has.
fn work_files(repo: &Repo, index: &Index, head: &Files, paths: &Pathspec) -> Result<Files> {
    let mut found = head.clone();
    for (path, side) in tree_files(index) {
        if paths.matches(&path) {
            found.insert(path, side);
        }
    }
    found.retain(|path, _| !paths.matches(path) || index.has(path));
    for entry in index
        .entries
        .iter()
        .filter(|entry| entry.stage == 0 && paths.matches(&entry.path))
    {
        match worktree::state(repo, index, entry)? {
            State::Clean => {}
            State::Deleted => drop(found.remove(&entry.path)),
            State::Modified(_) => {
                let new = worktree::add(repo, &entry.path, Some(entry))?;
                found.insert(
                    entry.path.clone(),
                    Side {
                        mode: new.mode,
                        oid: new.oid,
                    },
                );
            }
        }
    }
    Ok(found)
}

fn push(git: &Git, repo: &Repo, parsed: &Parsed, message: Option<Vec<u8>>, list: &[Vec<u8>]) -> Result<i32> {
    let Some(head) = repo.head()? else {
        say(b"You do not have the initial commit yet\n");
        return Err(Failure::Silent(1));
    };
    let paths = Pathspec::new(repo, list)?;
    let (lock, mut index) = repo.lock_index()?;
    if let Some(path) = index.unmerged().first() {
        git.line(msg![path, ": needs merge"]);
        return Err(Failure::Silent(1));
    }
    if let Some(text) = paths.unmatched(index.entries.iter().map(|entry| &entry.path[..]))
        && !parsed.has("include-untracked")
    {
        say(&msg![
            "error: pathspec ':(prefix:0)",
            text,
            "' did not match any file(s) known to git\nDid you forget to 'git add'?\n"
        ]);
        return Err(Failure::Silent(1));
    }
    let head_files = files(&repo.odb, Some(&repo.tree_of(&head)?))?;
    let staged = tree_files(&index);
    let work = work_files(repo, &index, &head_files, &paths)?;
    let others = if parsed.has("include-untracked") {
        untracked::find(repo, &index, Show::All, &paths)?.untracked
    } else {
        Vec::new()
    };
    let staged_differs = staged
        .iter()
        .chain(&head_files)
        .any(|(path, _)| paths.matches(path) && staged.get(path) != head_files.get(path));
    if work == head_files && !staged_differs && others.is_empty() {
        git.line("No local changes to save");
        return Ok(0);
    }
    let commit = repo.odb.commit(&head)?;
    let on = match repo.head_branch() {
        Some(branch) => short_name(&branch).to_vec(),
        None => b"(no branch)".to_vec(),
    };
    let base = msg![on, ": ", repo.abbrev(&head), " ", commit.subject()];
    let store = |tree: Oid, parents: Vec<Oid>, message: Vec<u8>| -> Result<Oid> {
        let commit = Commit {
            tree,
            parents,
            author: current(&repo.config, Role::Author, true)?.serialize(),
            committer: current(&repo.config, Role::Committer, true)?.serialize(),
            extra: Vec::new(),
            message,
        };
        repo.odb.write(Kind::Commit, &commit.serialize())
    };
    let index_commit = store(
        crate::tree_write::write_files(repo, &staged)?,
        vec![head],
        msg!["index on ", base, "\n"],
    )?;
    let mut parents = vec![head, index_commit];
    if !others.is_empty() {
        let mut tree = Files::new();
        for path in &others {
            let entry = worktree::add(repo, path, None)?;
            tree.insert(
                path.clone(),
                Side {
                    mode: entry.mode,
                    oid: entry.oid,
                },
            );
        }
        parents.push(store(
            crate::tree_write::write_files(repo, &tree)?,
            Vec::new(),
            msg!["untracked files on ", base, "\n"],
        )?);
    }
    let text = match message {
        Some(message) => msg!["On ", on, ": ", message],
        None => msg!["WIP on ", base],
    };
    let stash = store(
        crate::tree_write::write_files(repo, &work)?,
        parents,
        text.clone(),
    )?;
    repo.logged(&text, |log| {
        let log = crate::refs::Log { create: true, ..log };
        repo.refs.update(REF, &stash, None, Some(log))
    })?;
    if paths.is_empty() {
        let kept = if parsed.has("keep-index") {
            staged
        } else {
            head_files
        };
        force(repo, &mut index, &kept)?;
    } else {
        let mut target = staged.clone();
        if !parsed.has("keep-index") {
            target.retain(|path, _| !paths.matches(path));
            target.extend(head_files.into_iter().filter(|(path, _)| paths.matches(path)));
        }
        restore(repo, &mut index, &target, &paths)?;
    }
    for path in &others {
        worktree::remove(path)?;
    }
    repo.write_index(lock, index)?;
    if !parsed.has("quiet") {
        git.line(msg!["Saved working directory and index state ", text]);
    }
    Ok(0)
}

/// Makes the paths those of `target`, in index and work tree.
fn restore(repo: &Repo, index: &mut Index, target: &Files, paths: &Pathspec) -> Result<()> {
    let gone: Vec<Vec<u8>> = index
        .entries
        .iter()
        .map(|entry| entry.path.clone())
        .filter(|path| paths.matches(path) && !target.contains_key(path))
        .collect();
    for path in gone {
        worktree::remove(&path)?;
        index.remove(&path);
    }
    for (path, side) in target.iter().filter(|(path, _)| paths.matches(path)) {
        let mut entry = crate::index::Entry::new(path, side.mode, side.oid, 0);
        worktree::check_out(repo, &mut entry)?;
        index.add(entry);
    }
    Ok(())
}

fn pop(git: &Git, repo: &Repo, parsed: &Parsed, name: Option<&[u8]>, drops: bool) -> Result<i32> {
    let (at, oid) = find(repo, name)?;
    let clean = apply(git, repo, &oid, parsed.has("index"))?;
    if !parsed.has("quiet") {
        super::status::print(git, repo)?;
    }
    if !clean {
        if drops {
            git.line("The stash entry is kept in case you need it again.");
        }
        return Ok(1);
    }
    if drops {
        drop_at(repo, at)?;
        dropped(git, parsed, at, &oid, name);
    }
    Ok(0)
}

/// Puts a stash back; whether that went without conflicts.
fn apply(git: &Git, repo: &Repo, oid: &Oid, with_index: bool) -> Result<bool> {
    let stash = repo.odb.commit(oid)?;
    let [base, staged, others @ ..] = stash.parents.as_slice() else {
        return fatal!("'", oid.hex(), "' is not a stash-like commit");
    };
    let (lock, mut index) = repo.lock_index()?;
    if let Some(path) = index.unmerged().first() {
        git.line(msg![path, ": needs merge"]);
        return Err(Failure::Silent(1));
    }
    let base_tree = repo.tree_of(base)?;
    let ours = crate::tree_write::write_files(repo, &tree_files(&index))?;
    let names = Names {
        ours: b"Updated upstream",
        base: b"Stash base",
        theirs: b"Stashed changes",
    };
    let merged = trees(repo, Some(&base_tree), &ours, &stash.tree, names, How::default())?;
    if let Some(extra) = others.first() {
        for path in files(&repo.odb, Some(&repo.tree_of(extra)?))?.keys() {
            if worktree::lstat(path).is_some() {
                say(&msg![
                    path,
                    " already exists, no checkout\nerror: could not restore untracked files from stash\n"
                ]);
                return Err(Failure::Silent(1));
            }
        }
    }
    let before = tree_files(&index);
    super::merge::apply(repo, &mut index, &before, &merged)?;
    super::merge::tell(git, &merged);
    if let Some(extra) = others.first() {
        for (path, side) in files(&repo.odb, Some(&repo.tree_of(extra)?))? {
            worktree::write(&path, side.mode, &repo.odb.blob(&side.oid)?)?;
        }
    }
    if merged.conflicts.is_empty() {
        let mut target = before;
        if with_index {
            let stashed = files(&repo.odb, Some(&repo.tree_of(staged)?))?;
            for change in between_trees(&repo.odb, Some(&base_tree), Some(&repo.tree_of(staged)?))? {
                match stashed.get(&change.path) {
                    Some(side) => drop(target.insert(change.path, *side)),
                    None => drop(target.remove(&change.path)),
                }
            }
        } else {
            // New files stay added, as they would be lost from sight otherwise.
            for (path, side) in &merged.files {
                target.entry(path.clone()).or_insert(*side);
            }
        }
        reset_index(&mut index, &target);
    }
    let clean = merged.conflicts.is_empty();
    repo.write_index(lock, index)?;
    Ok(clean)
}

fn show(git: &Git, repo: &Repo, parsed: &Parsed, name: Option<&[u8]>) -> Result<i32> {
    let (_, oid) = find(repo, name)?;
    git.page("stash");
    let mut options = diff::Options::new(git);
    options.take(parsed)?;
    if !options.has_format() {
        options.stat = true;
    }
    let stash = repo.odb.commit(&oid)?;
    let list = of_commit(&repo.odb, &stash)?;
    diff::show(git, repo, list, &options)?;
    Ok(0)
}

fn branch(git: &Git, repo: &Repo, parsed: &Parsed) -> Result<i32> {
    let Some((name, rest)) = parsed.operands.split_first() else {
        return fatal!("No branch name specified");
    };
    let stash_name = rest.first().map(Vec::as_slice);
    let (at, oid) = find(repo, stash_name)?;
    let base = repo
        .odb
        .commit(&oid)?
        .parents
        .first()
        .copied()
        .unwrap_or_default();
    super::checkout::checkout(git, vec![b"-b".to_vec(), name.clone(), base.hex().into_bytes()])?;
    if apply(git, repo, &oid, true)? {
        drop_at(repo, at)?;
        super::status::print(git, repo)?;
        dropped(git, parsed, at, &oid, stash_name);
    }
    Ok(0)
}
