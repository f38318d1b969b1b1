//! `git commit`

use crate::changes::{Files, Side, files};
use crate::failure::{Failure, Result, say};
use crate::git::Git;
use crate::ident::{Ident, Role, current};
use crate::index::Index;
use crate::object::{Commit, Kind, mode};
use crate::oid::Oid;
use crate::options::{Parsed, Spec, flag, optional, value};
use crate::pathspec::Pathspec;
use crate::repo::Repo;
use crate::worktree::{self, State};
use crate::{date, fatal, hooks, msg};

use super::commit_message::message;
use super::summary::summary;
use super::{status, status_long};

const SPEC: Spec = Spec {
    usage: &[
        "commit [-a | --interactive | --patch] [-s] [-v] [-u[<mode>]] [--amend] [--dry-run] [(-c | -C | --squash) <commit> | --fixup [(amend|reword):]<commit>] [-F <file> | -m <msg>] [--allow-empty] [--allow-empty-message] [--no-verify] [-e] [--author=<author>] [--date=<date>] [--cleanup=<mode>] [--] [<pathspec>...]",
    ],
    options: &[&[
        flag("q|quiet", "suppress summary after successful commit"),
        flag("v|verbose", "show diff in commit message template"),
        value("F|file", "file", "read message from file"),
        value("|author", "author", "override author for commit"),
        value("|date", "date", "override date for commit"),
        value("m|message", "message", "commit message"),
        value(
            "c|reedit-message",
            "commit",
            "reuse and edit message from specified commit",
        ),
        value("C|reuse-message", "commit", "reuse message from specified commit"),
        value(
            "|fixup",
            "commit",
            "use autosquash formatted message to fixup specified commit",
        ),
        value(
            "|squash",
            "commit",
            "use autosquash formatted message to squash specified commit",
        ),
        flag(
            "|reset-author",
            "the commit is authored by me now (used with -C/-c/--amend)",
        ),
        flag("s|signoff", "add a Signed-off-by trailer"),
        value("t|template", "file", "use specified template file"),
        flag("e|edit", "force edit of commit"),
        value(
            "|cleanup",
            "mode",
            "how to strip spaces and #comments from message",
        ),
        flag("|status", "include status in commit message template"),
        optional("S|gpg-sign", "key-id", ""),
        flag("a|all", "commit all changed files"),
        flag("i|include", "add specified files to index for commit"),
        flag("|interactive", ""),
        flag("p|patch", ""),
        flag("o|only", "commit only specified files"),
        flag("n|no-verify", "bypass pre-commit and commit-msg hooks"),
        flag("|verify", ""),
        flag("|dry-run", "show what would be committed"),
        flag("|short", "show status concisely"),
        flag("|amend", "amend previous commit"),
        flag("|no-post-rewrite", ""),
        optional(
            "u|untracked-files",
            "mode",
            "show untracked files, optional modes: all, normal, no. (Default: all)",
        ),
        flag("|allow-empty", "ok to record an empty change"),
        flag(
            "|allow-empty-message",
            "ok to record a change with an empty message",
        ),
    ]],
    stop_at_operand: false,
};

pub fn run(git: &Git, arguments: Vec<Vec<u8>>) -> Result<i32> {
    let parsed = SPEC.parse(arguments)?;
    for id in [
        "interactive",
        "patch",
        "gpg-sign",
        "template",
        "fixup",
        "squash",
        "short",
        "verbose",
    ] {
        if parsed.has(id) {
            return fatal!("option '--", id, "' is not supported by this git");
        }
    }
    let repo = git.repo()?;
    let amend = parsed.has("amend");
    if parsed.has("all") && !parsed.operands.is_empty() {
        return fatal!("paths '", parsed.operands[0], " ...' with -a does not make sense");
    }
    let head = repo.head()?;
    if amend && head.is_none() {
        return fatal!("You have nothing to amend.");
    }
    let merging = repo.read_file("MERGE_HEAD");
    let picking = repo.read_file("CHERRY_PICK_HEAD").is_some();
    if amend && (merging.is_some() || picking) {
        let what = if merging.is_some() {
            "a merge"
        } else {
            "a cherry-pick"
        };
        return fatal!("You are in the middle of ", what, " -- cannot amend.");
    }
    if merging.is_some() && !parsed.operands.is_empty() && !parsed.has("include") {
        return fatal!("cannot do a partial commit during a merge.");
    }
    let previous = head
        .filter(|_| amend)
        .map(|head| repo.odb.commit(&head))
        .transpose()?;
    if !parsed.has("no-verify") && !parsed.negated("verify") && hooks::run(git, repo, "pre-commit", &[])? != 0
    {
        return Err(Failure::Silent(1));
    }
    let (lock, mut index) = repo.lock_index()?;
    let committed = stage(repo, &parsed, &mut index, head.as_ref())?;
    let unmerged = index.unmerged();
    if !unmerged.is_empty() {
        for path in unmerged {
            git.line(msg!["U\t", path]);
        }
        git.flush();
        say(
            b"error: Committing is not possible because you have unmerged files.\n\
            hint: Fix them up in the work tree, and then use 'git add/rm <file>'\n\
            hint: as appropriate to mark resolution and make a commit.\n",
        );
        return fatal!("Exiting because of an unresolved conflict.");
    }
    let tree = crate::tree_write::write_files(repo, &committed)?;
    let parents = match (&previous, head) {
        (Some(previous), _) => previous.parents.clone(),
        (None, Some(head)) => {
            let others = merging.iter().flat_map(|text| text.split(|b| *b == b'\n'));
            std::iter::once(head)
                .chain(others.filter_map(Oid::from_hex))
                .collect()
        }
        (None, None) => Vec::new(),
    };
    let parent_tree = parents
        .first()
        .map(|parent| repo.odb.commit(parent).map(|commit| commit.tree))
        .transpose()?;
    let empty = match parent_tree {
        Some(parent) => parent == tree,
        None => committed.is_empty(),
    };
    if empty && merging.is_none() && !parsed.has("allow-empty") && !(amend && parents.len() > 1) {
        return nothing_to_commit(git, repo, &parsed, &index, amend, picking);
    }
    if parsed.has("dry-run") {
        git.put(status_long::text(repo, &status_of(git, repo, &parsed, &index)?)?);
        return Ok(0);
    }
    let author = author(repo, &parsed, previous.as_ref())?;
    let committer = current(&repo.config, Role::Committer, true)?;
    // So that the status in the template is that of what will be committed.
    let text = message(git, repo, &parsed, &index, previous.as_ref(), &author, &committer)?;
    let commit = Commit {
        tree,
        parents,
        author: author.serialize(),
        committer: committer.serialize(),
        extra: Vec::new(),
        message: text,
    };
    let oid = repo.odb.write(Kind::Commit, &commit.serialize())?;
    let kind = match (&previous, head, &merging) {
        (Some(_), _, _) => " (amend)",
        (_, None, _) => " (initial)",
        (_, _, Some(_)) => " (merge)",
        _ if picking => " (cherry-pick)",
        _ => "",
    };
    repo.write_index(lock, index)?;
    let log = msg!["commit", kind, ": ", commit.subject()];
    repo.logged(&log, |log| {
        repo.refs
            .update(b"HEAD", &oid, Some(&head.unwrap_or(Oid::ZERO)), Some(log))
    })?;
    for file in [
        "MERGE_HEAD",
        "MERGE_MSG",
        "MERGE_MODE",
        "CHERRY_PICK_HEAD",
        "REVERT_HEAD",
        "SQUASH_MSG",
    ] {
        repo.remove_file(file);
    }
    hooks::run(git, repo, "post-commit", &[])?;
    if !parsed.has("quiet") {
        let dated =
            amend || parsed.has("date") || parsed.has("reuse-message") || parsed.has("reedit-message");
        summary(git, repo, &oid, &commit, head.is_none(), dated)?;
    }
    Ok(0)
}

pub fn status_of(git: &Git, repo: &Repo, parsed: &Parsed, index: &Index) -> Result<status::Status> {
    let show = status::shown(repo, parsed)?;
    let mut head = repo.head()?;
    if let Some(amended) = head.filter(|_| parsed.has("amend")) {
        head = repo.odb.commit(&amended)?.parents.first().copied();
    }
    let status = status::against(git, repo, index, show, &Pathspec::default(), head)?;
    Ok(status::Status {
        for_commit: true,
        ..status
    })
}

fn nothing_to_commit(
    git: &Git,
    repo: &Repo,
    parsed: &Parsed,
    index: &Index,
    amend: bool,
    picking: bool,
) -> Result<i32> {
    if amend {
        say(
            b"You asked to amend the most recent commit, but doing so would make\n\
            it empty. You can repeat your command with --allow-empty, or you can\n\
            remove the commit entirely with \"git reset HEAD^\".\n",
        );
    }
    git.put(status_long::text(repo, &status_of(git, repo, parsed, index)?)?);
    if picking {
        git.note(
            "The previous cherry-pick is now empty, possibly due to conflict resolution.\n\
            If you wish to commit it anyway, use:\n\n    git commit --allow-empty\n\n\
            Otherwise, please use 'git cherry-pick --skip'",
        );
    }
    Ok(1)
}

/// Puts into the index what `-a` and paths ask for; the files of the commit.
fn stage(repo: &Repo, parsed: &Parsed, index: &mut Index, head: Option<&Oid>) -> Result<Files> {
    let paths = Pathspec::new(repo, &parsed.operands)?;
    let mut partial = Files::new();
    let only = !paths.is_empty() && !parsed.has("include");
    if only {
        let tree = head.map(|head| repo.tree_of(head)).transpose()?;
        partial = files(&repo.odb, tree.as_ref())?;
    }
    if parsed.has("all") || !paths.is_empty() {
        let in_head: Vec<Vec<u8>> = partial.keys().cloned().collect();
        let known = index
            .entries
            .iter()
            .map(|entry| &entry.path[..])
            .chain(in_head.iter().map(Vec::as_slice));
        if let Some(text) = paths.unmatched(known) {
            return crate::error!("pathspec '", text, "' did not match any file(s) known to git");
        }
        let mut tracked: Vec<Vec<u8>> = index.entries.iter().map(|entry| entry.path.clone()).collect();
        tracked.extend(in_head);
        tracked.sort();
        tracked.dedup();
        for path in tracked.into_iter().filter(|path| paths.matches(path)) {
            let known = index.stages(&path).first().cloned();
            let state = match &known {
                Some(entry) => worktree::state(repo, index, entry)?,
                None if worktree::lstat(&path).is_some() => State::Modified(mode::FILE),
                None => State::Deleted,
            };
            match state {
                State::Deleted => {
                    index.remove(&path);
                    partial.remove(&path);
                }
                State::Clean
                    if known
                        .as_ref()
                        .is_some_and(|entry| entry.stage == 0 && !entry.intent_to_add) => {}
                _ => index.add(worktree::add(repo, &path, known.as_ref())?),
            }
            if let Some(entry) = index.get(&path) {
                partial.insert(
                    path,
                    Side {
                        mode: entry.mode,
                        oid: entry.oid,
                    },
                );
            }
        }
    }
    Ok(if only { partial } else { tree_files(index) })
}

/// What a tree of the index has.
pub fn tree_files(index: &Index) -> Files {
    let entries = index
        .entries
        .iter()
        .filter(|entry| entry.stage == 0 && !entry.intent_to_add);
    entries
        .map(|entry| {
            (
                entry.path.clone(),
                Side {
                    mode: entry.mode,
                    oid: entry.oid,
                },
            )
        })
        .collect()
}

fn author(repo: &Repo, parsed: &Parsed, previous: Option<&Commit>) -> Result<Ident> {
    let reused = parsed.value("reuse-message").or(parsed.value("reedit-message"));
    let picked = repo
        .read_file("CHERRY_PICK_HEAD")
        .and_then(|hex| Oid::from_hex(hex.trim_ascii()));
    let source = match (reused, previous, picked) {
        (Some(name), _, _) => Some(repo.odb.commit(&repo.commit_of(name)?)?),
        (None, Some(previous), _) => Some(previous.clone()),
        (None, None, Some(oid)) => Some(repo.odb.commit(&oid)?),
        _ => None,
    };
    let mut author = match source.filter(|_| !parsed.has("reset-author")) {
        Some(commit) => Ident::parse(&commit.author),
        None => current(&repo.config, Role::Author, !parsed.has("author"))?,
    };
    if let Some(text) = parsed.value("author") {
        let given = Ident::parse(text);
        if !text.contains(&b'<') || given.name.is_empty() {
            return fatal!(
                "--author '",
                text,
                "' is not 'Name <email>' and matches no existing author"
            );
        }
        (author.name, author.mail) = (given.name, given.mail);
    }
    if let Some(text) = parsed.text("date") {
        (author.time, author.zone) = match date::parse::strict(&text) {
            Some(when) => when,
            None if text.contains("ago") || text == "now" || text == "yesterday" => {
                (date::parse::approximate(&text), 0)
            }
            None => return fatal!("invalid date format: ", text),
        };
    }
    Ok(author)
}
