//! `git rebase`, without `-i`

use crate::changes::files;
use crate::failure::{Failure, Result, say};
use crate::git::Git;
use crate::merge_file::How;
use crate::oid::Oid;
use crate::options::{Parsed, Spec, flag, optional, value};
use crate::refs::short_name;
use crate::repo::Repo;
use crate::sequencer::{Action, Applied, apply_commit, commit_on_head, finished_message};
use crate::switch::{What, force, switch};
use crate::tree_write::write_files;
use crate::{fatal, msg, walk};

use super::commit::tree_files;
use super::patch_id::commits;
use super::summary::summary;

const SPEC: Spec = Spec {
    usage: &[
        "rebase [<options>] [--onto <newbase>] [<upstream> [<branch>]]",
        "rebase --continue | --abort | --skip | --quit",
    ],
    options: &[&[
        value(
            "|onto",
            "revision",
            "rebase onto given branch instead of upstream",
        ),
        flag("q|quiet", "be quiet. implies --no-stat"),
        flag("v|verbose", ""),
        flag("n|no-stat", ""),
        flag("f|force-rebase", "cherry-pick all commits, even if unchanged"),
        flag("|continue", "continue"),
        flag("|skip", "skip current patch and continue"),
        flag("|abort", "abort and check out the original branch"),
        flag("|quit", "abort but keep HEAD where it is"),
        flag("i|interactive", ""),
        flag("|root", ""),
        flag("|autostash", ""),
        flag("|autosquash", ""),
        optional("r|rebase-merges", "mode", ""),
        value("x|exec", "exec", ""),
        flag("m|merge", "use merging strategies to rebase"),
        flag("|apply", ""),
        value(
            "X|strategy-option",
            "option",
            "pass the argument through to the merge strategy",
        ),
        flag("|keep-base", ""),
        flag("|edit-todo", ""),
        flag("|update-refs", ""),
        flag("|fork-point", ""),
        flag("|reapply-cherry-picks", ""),
    ]],
    stop_at_operand: false,
};

const MISSING: [&str; 9] = [
    "interactive",
    "root",
    "autostash",
    "autosquash",
    "rebase-merges",
    "exec",
    "keep-base",
    "edit-todo",
    "update-refs",
];

pub fn run(git: &Git, arguments: Vec<Vec<u8>>) -> Result<i32> {
    let parsed = SPEC.parse(arguments)?;
    let repo = git.repo()?;
    if let Some(id) = MISSING.iter().find(|id| parsed.has(id)) {
        return fatal!("option '--", id, "' is not supported by this git");
    }
    let under_way = repo.read_file("rebase-merge/onto").is_some();
    for id in ["continue", "abort", "skip", "quit"] {
        if parsed.has(id) && !under_way {
            return fatal!("no rebase in progress");
        }
    }
    if parsed.has("quit") {
        forget(repo);
        return Ok(0);
    }
    if parsed.has("abort") {
        return abort(repo);
    }
    if parsed.has("continue") || parsed.has("skip") {
        return go_on(git, repo, &parsed);
    }
    if under_way {
        let folder = repo.file("rebase-merge");
        return fatal!(
            "It seems that there is already a rebase-merge directory, and\nI wonder if you are in the middle of another rebase.  If that is the\n\
             case, please try\n\tgit rebase (--continue | --abort | --skip)\nIf that is not the case, please\n\trm -fr \"",
            folder,
            "\"\nand run me again.  I am stopping in case you still have something\nvaluable there.\n"
        );
    }
    begin(git, repo, &parsed)
}

/// # Errors
/// There are changes that a rebase could lose.
fn check_clean(repo: &Repo) -> Result<()> {
    let index = repo.index()?;
    let tree = repo.head()?.map(|head| repo.tree_of(&head)).transpose()?;
    let staged = crate::changes::tree_to_index(&files(&repo.odb, tree.as_ref())?, &index);
    let local = crate::changes::index_to_worktree(repo, &index, &|_| true)?;
    match (local.is_empty(), staged.is_empty()) {
        (true, true) => return Ok(()),
        (false, true) => say(b"error: cannot rebase: You have unstaged changes.\n"),
        (true, false) => say(b"error: cannot rebase: Your index contains uncommitted changes.\n"),
        (false, false) => {
            say(b"error: cannot rebase: You have unstaged changes.\nerror: additionally, your index contains uncommitted changes.\n");
        }
    }
    say(b"error: Please commit or stash them.\n");
    Err(Failure::Silent(1))
}

fn begin(git: &Git, repo: &Repo, parsed: &Parsed) -> Result<i32> {
    let (upstream_name, branch) = match parsed.operands.as_slice() {
        [] => match repo.head_branch().and_then(|branch| repo.upstream(&branch)) {
            Some(upstream) => (short_name(&upstream).to_vec(), None),
            None => {
                let branch = repo.head_branch().unwrap_or_default();
                say(&msg![
                    "There is no tracking information for the current branch.\nPlease specify which branch you want to rebase against.\n\
                     See git-rebase(1) for details.\n\n    git rebase '<branch>'\n\n\
                     If you wish to set tracking information for this branch you can do so with:\n\n    \
                     git branch --set-upstream-to=<remote>/<branch> ",
                    short_name(&branch),
                    "\n\n"
                ]);
                return Err(Failure::Silent(1));
            }
        },
        [upstream] => (upstream.clone(), None),
        [upstream, branch] => (upstream.clone(), Some(branch.clone())),
        _ => return Err(SPEC.usage()),
    };
    let upstream = match repo.try_revision(&upstream_name)? {
        Ok(oid) => repo.odb.peel(&oid)?.0,
        Err(_) => return fatal!("invalid upstream '", upstream_name, "'"),
    };
    let onto_name = parsed.value("onto").unwrap_or(&upstream_name).to_vec();
    let onto = match repo.try_revision(&onto_name)? {
        Ok(oid) => repo.odb.peel(&oid)?.0,
        Err(_) => return fatal!("Does not point to a valid commit '", onto_name, "'"),
    };
    check_clean(repo)?;
    if let Some(branch) = branch {
        if repo.refs.resolve(&msg!["refs/heads/", branch])?.is_none() {
            return fatal!("no such branch/commit '", branch, "'");
        }
        super::checkout::checkout(git, vec![b"-q".to_vec(), branch])?;
    }
    let Some(head) = repo.head()? else {
        return fatal!("no such branch/commit 'HEAD'");
    };
    let head_name = repo.head_branch();
    let bases = walk::merge_bases(repo, &onto, &head)?;
    let linear = bases == [onto]
        && !walk::between(repo, &onto, &head)?
            .iter()
            .any(|(_, commit)| commit.parents.len() > 1);
    if linear
        && bases.first() == walk::merge_bases(repo, &upstream, &head)?.first()
        && !parsed.has("force-rebase")
    {
        if !parsed.has("quiet") {
            let shown = head_name.as_ref().map_or_else(
                || b"HEAD".to_vec(),
                |name| msg!["Current branch ", short_name(name)],
            );
            git.line(msg![shown, " is up to date."]);
        }
        return Ok(0);
    }
    let list = commits(git, repo, &upstream, &head)?;
    repo.write_file(
        "rebase-merge/head-name",
        &msg![head_name.as_deref().unwrap_or(b"detached HEAD"), "\n"],
    )?;
    repo.write_file("rebase-merge/orig-head", format!("{head}\n").as_bytes())?;
    repo.write_file("rebase-merge/onto", format!("{onto}\n").as_bytes())?;
    repo.write_file("rebase-merge/interactive", b"")?;
    repo.write_file("rebase-merge/end", format!("{}\n", list.len()).as_bytes())?;
    repo.write_file("rebase-merge/done", b"")?;
    repo.write_file("ORIG_HEAD", format!("{head}\n").as_bytes())?;
    write_todo(repo, &list)?;
    let (lock, mut index) = repo.lock_index()?;
    let (from, to) = (
        files(&repo.odb, Some(&repo.tree_of(&head)?))?,
        files(&repo.odb, Some(&repo.tree_of(&onto)?))?,
    );
    if let Err(failure) = switch(repo, &mut index, &from, &to, What::Checkout) {
        forget(repo);
        say(b"error: could not detach HEAD\n");
        return Err(failure);
    }
    repo.write_index(lock, index)?;
    let log = msg!["rebase (start): checkout ", onto_name];
    repo.logged(&log, |log| repo.refs.update_no_deref(b"HEAD", &onto, Some(log)))?;
    run_todo(git, repo, parsed)
}

fn write_todo(repo: &Repo, list: &[Oid]) -> Result<()> {
    let mut text = Vec::new();
    for oid in list {
        text.extend(todo_line(repo, oid)?);
    }
    repo.write_file("rebase-merge/git-rebase-todo", &text)
}

fn todo_line(repo: &Repo, oid: &Oid) -> Result<Vec<u8>> {
    Ok(msg![
        "pick ",
        oid.hex(),
        " ",
        repo.odb.commit(oid)?.subject(),
        "\n"
    ])
}

fn todo(repo: &Repo) -> Vec<Oid> {
    let text = repo.read_file("rebase-merge/git-rebase-todo").unwrap_or_default();
    let picks = text
        .split(|b| *b == b'\n')
        .filter_map(|line| line.strip_prefix(b"pick "));
    picks.filter_map(|rest| Oid::from_hex(rest.get(..40)?)).collect()
}

fn run_todo(git: &Git, repo: &Repo, parsed: &Parsed) -> Result<i32> {
    let total: usize = String::from_utf8_lossy(&repo.read_file("rebase-merge/end").unwrap_or_default())
        .trim()
        .parse()
        .unwrap_or(0);
    let how = How {
        favor: super::merge::favor(parsed)?,
        ..How::default()
    };
    let mut list = todo(repo);
    while !list.is_empty() {
        let oid = list.remove(0);
        write_todo(repo, &list)?;
        let done = repo.read_file("rebase-merge/done").unwrap_or_default();
        repo.write_file("rebase-merge/done", &msg![done, todo_line(repo, &oid)?])?;
        let number = total - list.len().min(total);
        repo.write_file("rebase-merge/msgnum", format!("{number}\n").as_bytes())?;
        if !parsed.has("quiet") {
            git.flush();
            say(format!("Rebasing ({number}/{total})\r").as_bytes());
        }
        let commit = repo.odb.commit(&oid)?;
        let head = repo.head()?.unwrap_or_default();
        if commit.parents.first() == Some(&head) && !parsed.has("force-rebase") {
            // Already in its place.
            let (lock, mut index) = repo.lock_index()?;
            let (from, to) = (
                files(&repo.odb, Some(&repo.tree_of(&head)?))?,
                files(&repo.odb, Some(&commit.tree))?,
            );
            switch(repo, &mut index, &from, &to, What::Merge)?;
            repo.write_index(lock, index)?;
            let log = msg!["rebase (pick): ", commit.subject()];
            repo.logged(&log, |log| repo.refs.update_no_deref(b"HEAD", &oid, Some(log)))?;
            continue;
        }
        match apply_commit(git, repo, Action::Pick, &oid, &commit, 0, how)? {
            Applied::Clean(tree) if tree == repo.tree_of(&head)? => {
                let was_empty = match commit.parents.first() {
                    Some(parent) => repo.tree_of(parent)? == commit.tree,
                    None => false,
                };
                if was_empty {
                    commit_on_head(
                        repo,
                        tree,
                        commit.message.clone(),
                        Some(&commit.author),
                        b"rebase (pick)",
                    )?;
                } else {
                    git.note(msg![
                        "dropping ",
                        oid.hex(),
                        " ",
                        commit.subject(),
                        " -- patch contents already upstream"
                    ]);
                }
            }
            Applied::Clean(tree) => {
                commit_on_head(
                    repo,
                    tree,
                    commit.message.clone(),
                    Some(&commit.author),
                    b"rebase (pick)",
                )?;
            }
            Applied::Conflicts => {
                repo.write_file("rebase-merge/stopped-sha", format!("{oid}\n").as_bytes())?;
                repo.write_file("CHERRY_PICK_HEAD", format!("{oid}\n").as_bytes())?;
                let short = repo.abbrev(&oid);
                git.note(msg!["error: could not apply ", short, "... ", commit.subject()]);
                if git.config().bool("advice.mergeconflict") != Some(false) {
                    git.note(
                        "hint: Resolve all conflicts manually, mark them as resolved with\n\
                         hint: \"git add/rm <conflicted_files>\", then run \"git rebase --continue\".\n\
                         hint: You can instead skip this commit: run \"git rebase --skip\".\n\
                         hint: To abort and get back to the state before \"git rebase\", run \"git rebase --abort\".\n\
                         hint: Disable this message with \"git config advice.mergeConflict false\"",
                    );
                }
                git.note(msg!["Could not apply ", short, "... ", commit.subject()]);
                return Ok(1);
            }
        }
    }
    finish(git, repo, parsed)
}

fn finish(git: &Git, repo: &Repo, parsed: &Parsed) -> Result<i32> {
    let head = repo.head()?.unwrap_or_default();
    let name = repo.read_file("rebase-merge/head-name").unwrap_or_default();
    let name = name.trim_ascii();
    if name.starts_with(b"refs/") {
        let onto = repo.read_file("rebase-merge/onto").unwrap_or_default();
        let log = msg!["rebase (finish): ", name, " onto ", onto.trim_ascii()];
        repo.logged(&log, |log| repo.refs.update(name, &head, None, Some(log)))?;
        let log = msg!["rebase (finish): returning to ", name];
        repo.logged(&log, |log| repo.refs.set_symbolic(b"HEAD", name, Some(log)))?;
    }
    forget(repo);
    if !parsed.has("quiet") {
        let shown = if name.starts_with(b"refs/") { name } else { b"HEAD" };
        git.note(msg!["Successfully rebased and updated ", shown, "."]);
    }
    Ok(0)
}

fn forget(repo: &Repo) {
    let _ = std::fs::remove_dir_all(cli::os(&repo.file("rebase-merge")));
    for file in ["CHERRY_PICK_HEAD", "MERGE_MSG", "REBASE_HEAD"] {
        repo.remove_file(file);
    }
}

fn abort(repo: &Repo) -> Result<i32> {
    let original = repo.read_file("rebase-merge/orig-head").unwrap_or_default();
    let Some(oid) = Oid::from_hex(original.trim_ascii()) else {
        return fatal!("could not read 'rebase-merge/orig-head'");
    };
    let (lock, mut index) = repo.lock_index()?;
    force(repo, &mut index, &files(&repo.odb, Some(&repo.tree_of(&oid)?))?)?;
    repo.write_index(lock, index)?;
    let name = repo.read_file("rebase-merge/head-name").unwrap_or_default();
    let name = name.trim_ascii();
    let log = msg![
        "rebase (abort): returning to ",
        if name.starts_with(b"refs/") {
            name
        } else {
            original.trim_ascii()
        }
    ];
    if name.starts_with(b"refs/") {
        repo.logged(&log, |log| repo.refs.set_symbolic(b"HEAD", name, Some(log)))?;
    } else {
        repo.logged(&log, |log| repo.refs.update_no_deref(b"HEAD", &oid, Some(log)))?;
    }
    forget(repo);
    Ok(0)
}

fn go_on(git: &Git, repo: &Repo, parsed: &Parsed) -> Result<i32> {
    let stopped = repo
        .read_file("rebase-merge/stopped-sha")
        .and_then(|hex| Oid::from_hex(hex.trim_ascii()));
    let head = repo.head()?.unwrap_or_default();
    if parsed.has("skip") {
        let (lock, mut index) = repo.lock_index()?;
        force(repo, &mut index, &files(&repo.odb, Some(&repo.tree_of(&head)?))?)?;
        repo.write_index(lock, index)?;
    } else {
        let index = repo.index()?;
        let unmerged = index.unmerged();
        if !unmerged.is_empty() {
            for path in unmerged {
                git.line(msg![path, ": needs merge"]);
            }
            git.line("You must edit all merge conflicts and then\nmark them as resolved using git add");
            return Ok(1);
        }
        let tree = write_files(repo, &tree_files(&index))?;
        if let Some(oid) = stopped
            && tree != repo.tree_of(&head)?
        {
            let text = finished_message(git, repo, true)?;
            let picked = repo.odb.commit(&oid)?;
            let (new, made) = commit_on_head(repo, tree, text, Some(&picked.author), b"rebase (continue)")?;
            summary(git, repo, &new, &made, false, false)?;
        }
    }
    for file in ["CHERRY_PICK_HEAD", "MERGE_MSG", "rebase-merge/stopped-sha"] {
        repo.remove_file(file);
    }
    run_todo(git, repo, parsed)
}
