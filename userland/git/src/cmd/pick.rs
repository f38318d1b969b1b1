//! `git cherry-pick` and `git revert`

use crate::failure::{Failure, Result, say};
use crate::git::Git;
use crate::merge_file::How;
use crate::message::{Cleanup, clean, edit};
use crate::oid::Oid;
use crate::options::{Opt, Parsed, Spec, flag, value};
use crate::repo::Repo;
use crate::sequencer::{Action, Applied, apply_commit, commit_on_head, finished_message, message_of};
use crate::tree_write::write_files;
use crate::{fatal, msg, walk};

use super::commit::tree_files;
use super::diff::range;
use super::summary::summary;

#[rustfmt::skip]
const OPTIONS: &[Opt] = &[
    flag("|quit", "end revert or cherry-pick sequence"),
    flag("|continue", "resume revert or cherry-pick sequence"),
    flag("|abort", "cancel revert or cherry-pick sequence"),
    flag("|skip", "skip current commit and continue"),
    flag("n|no-commit", "don't automatically commit"),
    flag("e|edit", "edit the commit message"),
    value("m|mainline", "parent-number", "select mainline parent"),
    value("X|strategy-option", "option", "option for merge strategy"),
    flag("s|signoff", ""),
    flag("x|", "append commit name"),
    flag("|ff", "allow fast-forward"),
    flag("|allow-empty", "preserve initially empty commits"),
    flag("|allow-empty-message", ""),
    flag("|keep-redundant-commits", ""),
    value("|strategy", "strategy", ""),
];

const PICK: Spec = Spec {
    usage: &[
        "cherry-pick [--edit] [-n] [-m <parent-number>] [-s] [-x] [--ff] <commit>...",
        "cherry-pick (--continue | --skip | --abort | --quit)",
    ],
    options: &[OPTIONS],
    stop_at_operand: false,
};

const REVERT: Spec = Spec {
    usage: &[
        "revert [--[no-]edit] [-n] [-m <parent-number>] [-s] <commit>...",
        "revert (--continue | --skip | --abort | --quit)",
    ],
    options: &[OPTIONS],
    stop_at_operand: false,
};

pub fn cherry_pick(git: &Git, arguments: Vec<Vec<u8>>) -> Result<i32> {
    run(git, PICK.parse(arguments)?, Action::Pick, &PICK)
}

pub fn revert(git: &Git, arguments: Vec<Vec<u8>>) -> Result<i32> {
    run(git, REVERT.parse(arguments)?, Action::Revert, &REVERT)
}

fn name(action: Action) -> &'static str {
    match action {
        Action::Pick => "cherry-pick",
        Action::Revert => "revert",
    }
}

fn head_file(action: Action) -> &'static str {
    match action {
        Action::Pick => "CHERRY_PICK_HEAD",
        Action::Revert => "REVERT_HEAD",
    }
}

fn run(git: &Git, parsed: Parsed, action: Action, spec: &Spec) -> Result<i32> {
    let repo = git.repo()?;
    for id in ["signoff", "strategy", "keep-redundant-commits"] {
        if parsed.has(id) {
            return fatal!("option '--", id, "' is not supported by this git");
        }
    }
    if parsed.has("quit") {
        forget(repo, action);
        return Ok(0);
    }
    let under_way = repo.read_file(head_file(action)).is_some() || repo.read_file("sequencer/todo").is_some();
    for id in ["continue", "abort", "skip"] {
        if parsed.has(id) && !under_way {
            say(&msg!["error: no cherry-pick or revert in progress\n"]);
            return fatal!(name(action), " failed");
        }
    }
    if parsed.has("abort") {
        return abort(repo, action);
    }
    if parsed.has("continue") || parsed.has("skip") {
        return go_on(git, repo, &parsed, action, parsed.has("skip"));
    }
    if parsed.operands.is_empty() {
        return Err(spec.usage());
    }
    let mut list = Vec::new();
    for word in &parsed.operands {
        match range(repo, word)? {
            Some((from, to, _)) => {
                let mut commits: Vec<Oid> = walk::between(repo, &from, &to)?
                    .into_iter()
                    .map(|(oid, _)| oid)
                    .collect();
                if action == Action::Revert {
                    commits.reverse();
                }
                list.extend(commits);
            }
            None => match repo.try_revision(word)? {
                Ok(_) => list.push(repo.commit_of(word)?),
                Err(_) => return fatal!("bad revision '", word, "'"),
            },
        }
    }
    let head = repo.head()?.unwrap_or_default();
    if list.len() > 1 {
        repo.write_file("sequencer/head", format!("{head}\n").as_bytes())?;
    }
    sequence(git, repo, &parsed, action, &list)
}

fn write_todo(repo: &Repo, action: Action, list: &[Oid]) -> Result<()> {
    let word = if action == Action::Pick { "pick" } else { "revert" };
    let mut text = Vec::new();
    for oid in list {
        text.extend(msg![
            word,
            " ",
            repo.abbrev(oid),
            " ",
            repo.odb.commit(oid)?.subject(),
            "\n"
        ]);
    }
    repo.write_file("sequencer/todo", &text)
}

fn sequence(git: &Git, repo: &Repo, parsed: &Parsed, action: Action, list: &[Oid]) -> Result<i32> {
    let many = repo.read_file("sequencer/head").is_some();
    for (at, oid) in list.iter().enumerate() {
        if many {
            write_todo(repo, action, &list[at..])?;
        }
        let status = one(git, repo, parsed, action, oid)?;
        if status != 0 {
            return Ok(status);
        }
    }
    forget(repo, action);
    Ok(0)
}

fn one(git: &Git, repo: &Repo, parsed: &Parsed, action: Action, oid: &Oid) -> Result<i32> {
    let commit = repo.odb.commit(oid)?;
    let mainline = parsed.number_of("mainline")?.unwrap_or(0) as usize;
    let head = repo.head()?;
    if parsed.has("ff") && action == Action::Pick && commit.parents.first().copied() == head && head.is_some()
    {
        let (lock, mut index) = repo.lock_index()?;
        let tree = |oid: &Oid| crate::changes::files(&repo.odb, Some(oid));
        let from = tree(&repo.tree_of(&head.unwrap_or_default())?)?;
        crate::switch::switch(
            repo,
            &mut index,
            &from,
            &tree(&commit.tree)?,
            crate::switch::What::Merge,
        )?;
        repo.write_index(lock, index)?;
        repo.logged(b"cherry-pick: fast-forward", |log| {
            repo.refs.update(b"HEAD", oid, None, Some(log))
        })?;
        return Ok(0);
    }
    let how = How {
        favor: super::merge::favor(parsed)?,
        ..How::default()
    };
    let applied = apply_commit(git, repo, action, oid, &commit, mainline, how)?;
    let mut message = message_of(action, oid, &commit, mainline)?;
    if parsed.has("x") {
        message = msg![
            message.trim_ascii_end(),
            "\n\n(cherry picked from commit ",
            oid.hex(),
            ")\n"
        ];
    }
    let tree = match applied {
        Applied::Clean(tree) => tree,
        Applied::Conflicts => {
            if !parsed.has("no-commit") {
                repo.write_file(head_file(action), format!("{oid}\n").as_bytes())?;
            }
            tell_conflict(git, repo, action, oid, &commit.subject());
            return Ok(1);
        }
    };
    if parsed.has("no-commit") {
        repo.write_file("MERGE_MSG", &message)?;
        return Ok(0);
    }
    let empty = head.map(|head| repo.tree_of(&head)).transpose()? == Some(tree);
    if empty && !parsed.has("allow-empty") {
        if action == Action::Revert {
            super::status::print(git, repo)?;
            return Ok(1);
        }
        repo.write_file("CHERRY_PICK_HEAD", format!("{oid}\n").as_bytes())?;
        repo.write_file("MERGE_MSG", &message)?;
        super::status::print(git, repo)?;
        git.note(
            "The previous cherry-pick is now empty, possibly due to conflict resolution.\n\
             If you wish to commit it anyway, use:\n\n    git commit --allow-empty\n\n\
             Otherwise, please use 'git cherry-pick --skip'",
        );
        return Ok(1);
    }
    let terminal = sys::isatty(sys::Fd::STDIN);
    if parsed
        .switch("edit")
        .unwrap_or(action == Action::Revert && terminal)
    {
        message = clean(&edit(git, repo, "COMMIT_EDITMSG", &message)?, Cleanup::Strip);
        if message.is_empty() {
            git.note("Aborting commit due to empty commit message.");
            return Err(Failure::Silent(1));
        }
    } else {
        message = clean(&message, Cleanup::Whitespace);
    }
    let author = (action == Action::Pick).then_some(&commit.author[..]);
    let (new, made) = commit_on_head(repo, tree, message, author, name(action).as_bytes())?;
    summary(git, repo, &new, &made, false, true)?;
    Ok(0)
}

fn tell_conflict(git: &Git, repo: &Repo, action: Action, oid: &Oid, subject: &[u8]) {
    let (doing, name) = (
        if action == Action::Pick { "apply" } else { "revert" },
        name(action),
    );
    git.note(msg![
        "error: could not ",
        doing,
        " ",
        repo.abbrev(oid),
        "... ",
        subject
    ]);
    if git.config().bool("advice.mergeconflict") != Some(false) {
        git.note(format!(
            "hint: After resolving the conflicts, mark them with\nhint: \"git add/rm <pathspec>\", then run\n\
             hint: \"git {name} --continue\".\nhint: You can instead skip this commit with \"git {name} --skip\".\n\
             hint: To abort and get back to the state before \"git {name}\",\nhint: run \"git {name} --abort\".\n\
             hint: Disable this message with \"git config advice.mergeConflict false\""
        ));
    }
}

fn forget(repo: &Repo, action: Action) {
    repo.remove_file(head_file(action));
    repo.remove_file("MERGE_MSG");
    let _ = std::fs::remove_dir_all(cli::os(&repo.file("sequencer")));
}

fn abort(repo: &Repo, action: Action) -> Result<i32> {
    let target = match repo
        .read_file("sequencer/head")
        .and_then(|hex| Oid::from_hex(hex.trim_ascii()))
    {
        Some(oid) => oid,
        None => repo.head()?.unwrap_or_default(),
    };
    let (lock, mut index) = repo.lock_index()?;
    super::merge::back_to(
        repo,
        &mut index,
        &crate::changes::files(&repo.odb, Some(&repo.tree_of(&target)?))?,
    )?;
    repo.write_index(lock, index)?;
    let log = msg!["reset: moving to ", target.hex()];
    repo.logged(&log, |log| repo.refs.update(b"HEAD", &target, None, Some(log)))?;
    forget(repo, action);
    Ok(0)
}

/// After conflicts: commits what was resolved (or drops it), then the rest of the sequence.
fn go_on(git: &Git, repo: &Repo, parsed: &Parsed, action: Action, skips: bool) -> Result<i32> {
    let index = repo.index()?;
    let stopped = repo
        .read_file(head_file(action))
        .and_then(|hex| Oid::from_hex(hex.trim_ascii()));
    if skips {
        let head = repo.head()?.unwrap_or_default();
        let (lock, mut index) = repo.lock_index()?;
        super::merge::back_to(
            repo,
            &mut index,
            &crate::changes::files(&repo.odb, Some(&repo.tree_of(&head)?))?,
        )?;
        repo.write_index(lock, index)?;
    } else if let Some(oid) = stopped {
        if !index.unmerged().is_empty() {
            say(
                b"error: Committing is not possible because you have unmerged files.\n\
                hint: Fix them up in the work tree, and then use 'git add/rm <file>'\n\
                hint: as appropriate to mark resolution and make a commit.\n",
            );
            return fatal!("Exiting because of an unresolved conflict.");
        }
        let tree = write_files(repo, &tree_files(&index))?;
        if repo.head()?.map(|head| repo.tree_of(&head)).transpose()? == Some(tree) {
            git.note(
                "The previous cherry-pick is now empty, possibly due to conflict resolution.\n\
                 If you wish to commit it anyway, use:\n\n    git commit --allow-empty\n\n\
                 Otherwise, please use 'git cherry-pick --skip'",
            );
            return Ok(1);
        }
        let text = finished_message(git, repo, parsed.switch("edit").unwrap_or(true))?;
        let picked = repo.odb.commit(&oid)?;
        let author = (action == Action::Pick).then_some(&picked.author[..]);
        let log = if action == Action::Pick {
            "commit (cherry-pick)"
        } else {
            "commit"
        };
        let (new, made) = commit_on_head(repo, tree, text, author, log.as_bytes())?;
        summary(git, repo, &new, &made, false, action == Action::Pick)?;
    }
    repo.remove_file(head_file(action));
    repo.remove_file("MERGE_MSG");
    let todo = repo.read_file("sequencer/todo").unwrap_or_default();
    let mut rest = Vec::new();
    for line in todo
        .split(|b| *b == b'\n')
        .filter(|line| !line.is_empty())
        .skip(1)
    {
        let word = line.split(|b| *b == b' ').nth(1).unwrap_or_default();
        rest.push(repo.commit_of(word)?);
    }
    sequence(git, repo, parsed, action, &rest)
}
