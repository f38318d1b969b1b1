//! `git merge`

use crate::changes::{Files, files};
use crate::failure::{Failure, Result, say};
use crate::git::Git;
use crate::ident::{Role, current};
use crate::index::Index;
use crate::merge::{self, Merged, Names};
use crate::merge_file::{Favor, How};
use crate::message::commented;
use crate::object::{Commit, Kind};
use crate::oid::Oid;
use crate::options::{Parsed, Spec, flag, optional, value};
use crate::refs::short_name;
use crate::repo::Repo;
use crate::switch::{What, switch};
use crate::{fatal, hooks, msg, walk};

use super::commit::tree_files;
use super::merge_message::{finish_message, message, squash_message};
use super::summary::diffstat;

const SPEC: Spec = Spec {
    usage: &[
        "merge [<options>] [<commit>...]",
        "merge --abort",
        "merge --continue",
    ],
    options: &[&[
        flag("n|", "do not show a diffstat at the end of the merge"),
        flag("|stat", "show a diffstat at the end of the merge"),
        flag("|squash", "create a single commit instead of doing a merge"),
        flag("|commit", "perform a commit if the merge succeeds (default)"),
        flag("e|edit", "edit message before committing"),
        flag("|ff", "allow fast-forward (default)"),
        flag("|ff-only", "abort if fast-forward is not possible"),
        value("s|strategy", "strategy", "merge strategy to use"),
        value(
            "X|strategy-option",
            "option=value",
            "option for selected merge strategy",
        ),
        value(
            "m|message",
            "message",
            "merge commit message (for a non-fast-forward merge)",
        ),
        value("F|file", "path", "read message from file"),
        flag("v|verbose", "be more verbose"),
        flag("q|quiet", "be more quiet"),
        flag("|abort", "abort the current in-progress merge"),
        flag("|quit", "--abort but leave index and working tree alone"),
        flag("|continue", "continue the current in-progress merge"),
        flag("|allow-unrelated-histories", "allow merging unrelated histories"),
        flag("|progress", ""),
        optional("S|gpg-sign", "key-id", ""),
        flag("|autostash", ""),
        flag("|verify", ""),
        flag("|no-verify", ""),
        flag("|signoff", ""),
        optional("|log", "n", ""),
    ]],
    stop_at_operand: false,
};

/// What merge and pull hand on.
pub struct Request {
    pub target: Oid,
    /// `branch 'topic'`
    pub described: Vec<u8>,
    /// What it is called in conflicts.
    pub label: Vec<u8>,
    /// Of the reflog.
    pub action: Vec<u8>,
}

pub fn run(git: &Git, arguments: Vec<Vec<u8>>) -> Result<i32> {
    let parsed = SPEC.parse(arguments)?;
    let repo = git.repo()?;
    for id in ["gpg-sign", "autostash", "signoff", "log"] {
        if parsed.has(id) {
            return fatal!("option '--", id, "' is not supported by this git");
        }
    }
    if parsed.has("abort") {
        if repo.read_file("MERGE_HEAD").is_none() {
            return fatal!("There is no merge to abort (MERGE_HEAD missing).");
        }
        abort(repo)?;
        return Ok(0);
    }
    if parsed.has("quit") {
        forget(repo);
        return Ok(0);
    }
    if parsed.has("continue") {
        if repo.read_file("MERGE_HEAD").is_none() {
            return fatal!("There is no merge in progress (MERGE_HEAD missing).");
        }
        return super::commit::run(git, Vec::new());
    }
    check_idle(repo)?;
    let targets = match parsed.operands.as_slice() {
        [] => match repo.head_branch().and_then(|branch| repo.upstream(&branch)) {
            Some(upstream) => vec![short_name(&upstream).to_vec()],
            None => return fatal!("No remote for the current branch."),
        },
        some => some.to_vec(),
    };
    let [name] = targets.as_slice() else {
        return fatal!("merges of several commits at once (octopus) are not supported by this git");
    };
    let target = match repo.try_revision(name)? {
        Ok(oid) => match repo.odb.peel(&oid)? {
            (oid, Kind::Commit) => oid,
            _ => return crate::error!(name, ": expected commit type"),
        },
        Err(_) => {
            say(&msg!["merge: ", name, " - not something we can merge\n"]);
            return Err(Failure::Silent(1));
        }
    };
    let full = repo.full_ref_name(name)?.unwrap_or_default();
    let described = if full.starts_with(b"refs/heads/") {
        msg!["branch '", short_name(&full), "'"]
    } else if full.starts_with(b"refs/remotes/") {
        msg!["remote-tracking branch '", short_name(&full), "'"]
    } else if full.starts_with(b"refs/tags/") {
        msg!["tag '", short_name(&full), "'"]
    } else {
        msg!["commit '", name, "'"]
    };
    merge_one(
        git,
        repo,
        &parsed,
        Request {
            target,
            described,
            label: name.clone(),
            action: msg!["merge ", name],
        },
    )
}

/// Nothing else may be under way.
pub fn check_idle(repo: &Repo) -> Result<()> {
    if repo.read_file("MERGE_HEAD").is_some() {
        if repo.index()?.unmerged().is_empty() {
            return fatal!(
                "You have not concluded your merge (MERGE_HEAD exists).\nPlease, commit your changes before you merge."
            );
        }
        say(
            b"error: Merging is not possible because you have unmerged files.\n\
            hint: Fix them up in the work tree, and then use 'git add/rm <file>'\n\
            hint: as appropriate to mark resolution and make a commit.\n",
        );
        return fatal!("Exiting because of an unresolved conflict.");
    }
    if !repo.index()?.unmerged().is_empty() {
        say(
            b"error: Merging is not possible because you have unmerged files.\n\
            hint: Fix them up in the work tree, and then use 'git add/rm <file>'\n\
            hint: as appropriate to mark resolution and make a commit.\n",
        );
        return fatal!("Exiting because of an unresolved conflict.");
    }
    Ok(())
}

pub fn forget(repo: &Repo) {
    for file in ["MERGE_HEAD", "MERGE_MSG", "MERGE_MODE", "AUTO_MERGE"] {
        repo.remove_file(file);
    }
}

/// Back to HEAD: what the merge changed; other local changes stay.
pub fn abort(repo: &Repo) -> Result<()> {
    let (lock, mut index) = repo.lock_index()?;
    let tree = repo.head()?.map(|head| repo.tree_of(&head)).transpose()?;
    back_to(repo, &mut index, &files(&repo.odb, tree.as_ref())?)?;
    repo.write_index(lock, index)?;
    forget(repo);
    Ok(())
}

/// `reset --merge`: paths whose index differs from the tree are taken from it.
pub fn back_to(repo: &Repo, index: &mut Index, to: &Files) -> Result<()> {
    let staged = tree_files(index);
    let mut kept = to.clone();
    kept.retain(|path, side| staged.get(path) != Some(side));
    let gone: Vec<Vec<u8>> = index
        .entries
        .iter()
        .map(|entry| entry.path.clone())
        .filter(|path| !to.contains_key(path))
        .collect();
    for path in gone {
        crate::worktree::remove(&path)?;
        index.remove(&path);
    }
    for (path, side) in kept {
        let mut entry = crate::index::Entry::new(&path, side.mode, side.oid, 0);
        crate::worktree::check_out(repo, &mut entry)?;
        index.add(entry);
    }
    Ok(())
}

pub fn merge_one(git: &Git, repo: &Repo, parsed: &Parsed, request: Request) -> Result<i32> {
    let quiet = parsed.has("quiet");
    let stat =
        !quiet && !parsed.has("n") && parsed.switch("stat").or(repo.config.bool("merge.stat")) != Some(false);
    let (lock, mut index) = repo.lock_index()?;
    let Some(head) = repo.head()? else {
        // An unborn branch becomes the other.
        let to = files(&repo.odb, Some(&repo.tree_of(&request.target)?))?;
        switch(repo, &mut index, &Files::new(), &to, What::Merge)?;
        repo.write_index(lock, index)?;
        repo.logged(b"initial pull", |log| {
            repo.refs.update(b"HEAD", &request.target, None, Some(log))
        })?;
        return Ok(0);
    };
    let bases = walk::merge_bases(repo, &head, &request.target)?;
    if bases.contains(&request.target) {
        if !quiet {
            git.line(if parsed.has("squash") {
                "Already up to date. (nothing to squash)"
            } else {
                "Already up to date."
            });
        }
        return Ok(0);
    }
    let configured_ff = repo.config.get("merge.ff").map(<[u8]>::to_vec);
    let only =
        parsed.has("ff-only") || configured_ff.as_deref() == Some(b"only") && parsed.switch("ff").is_none();
    let may_ff = parsed
        .switch("ff")
        .unwrap_or(configured_ff.as_deref().and_then(crate::config::boolean) != Some(false));
    repo.write_file("ORIG_HEAD", format!("{head}\n").as_bytes())?;
    let old_tree = files(&repo.odb, Some(&repo.tree_of(&head)?))?;
    if bases == [head] && (may_ff || only) {
        let squash = parsed.has("squash");
        if !quiet {
            git.line(format!(
                "Updating {}..{}",
                repo.abbrev(&head),
                repo.abbrev(&request.target)
            ));
        }
        let to = files(&repo.odb, Some(&repo.tree_of(&request.target)?))?;
        git.flush();
        switch(repo, &mut index, &old_tree, &to, What::Merge)?;
        repo.write_index(lock, index)?;
        if !quiet {
            git.line("Fast-forward");
        }
        if squash {
            if !quiet {
                git.line("Squash commit -- not updating HEAD");
            }
            squash_message(repo, &head, &request.target)?;
        } else {
            let log = msg![request.action, ": Fast-forward"];
            repo.logged(&log, |log| {
                repo.refs.update(b"HEAD", &request.target, Some(&head), Some(log))
            })?;
        }
        if stat {
            diffstat(git, repo, &head, &request.target)?;
        }
        hooks::run(git, repo, "post-merge", &[if squash { b"1" } else { b"0" }])?;
        return Ok(0);
    }
    if only {
        say(
            b"hint: Diverging branches can't be fast-forwarded, you need to either:\nhint:\n\
            hint: \tgit merge --no-ff\nhint:\nhint: or:\nhint:\nhint: \tgit rebase\nhint:\n\
            hint: Disable this message with \"git config advice.diverging false\"\n",
        );
        return fatal!("Not possible to fast-forward, aborting.");
    }
    if bases.is_empty() && !parsed.has("allow-unrelated-histories") {
        return fatal!("refusing to merge unrelated histories");
    }
    let how = How {
        favor: favor(parsed)?,
        ..How::default()
    };
    let ours_only = match parsed.value("strategy") {
        None | Some(b"ort" | b"recursive" | b"resolve") => false,
        Some(b"ours") => true,
        Some(name) => return fatal!("merge strategy '", name, "' is not supported by this git"),
    };
    let names = Names {
        ours: b"HEAD",
        base: b"",
        theirs: &request.label,
    };
    let merged = if ours_only {
        Merged {
            files: old_tree.clone(),
            ..Merged::default()
        }
    } else {
        merge::commits(repo, &head, &request.target, names, how)?
    };
    // Changes in the index would be mixed up with the merge's.
    check_index(repo, &index, &old_tree)?;
    if let Err(failure) = apply(repo, &mut index, &old_tree, &merged) {
        say(b"Merge with strategy ort failed.\n");
        return match failure {
            Failure::Silent(_) => Err(Failure::Silent(2)),
            other => Err(other),
        };
    }
    let tree = crate::tree_write::write_files(repo, &merged.files)?;
    repo.write_index(lock, index)?;
    tell(git, &merged);
    let text = message(repo, parsed, &request)?;
    if parsed.has("squash") {
        squash_message(repo, &head, &request.target)?;
        if !quiet {
            git.line("Squash commit -- not updating HEAD");
        }
        if !merged.conflicts.is_empty() {
            git.line("Automatic merge failed; fix conflicts and then commit the result.");
            return Ok(1);
        }
        if !quiet {
            git.note("Automatic merge went well; stopped before committing as requested");
        }
        return Ok(0);
    }
    let leave = |text: &[u8]| -> Result<()> {
        repo.write_file("MERGE_HEAD", format!("{}\n", request.target).as_bytes())?;
        repo.write_file("MERGE_MODE", if may_ff { b"" } else { b"no-ff" })?;
        repo.write_file("MERGE_MSG", text)
    };
    if !merged.conflicts.is_empty() {
        leave(&msg![text, "\n", conflict_note(&merged)])?;
        git.line("Automatic merge failed; fix conflicts and then commit the result.");
        return Ok(1);
    }
    if parsed.negated("commit") {
        leave(&text)?;
        git.note("Automatic merge went well; stopped before committing as requested");
        return Ok(0);
    }
    let text = finish_message(git, repo, parsed, text, &leave)?;
    let commit = Commit {
        tree,
        parents: vec![head, request.target],
        author: current(&repo.config, Role::Author, true)?.serialize(),
        committer: current(&repo.config, Role::Committer, true)?.serialize(),
        extra: Vec::new(),
        message: text,
    };
    let oid = repo.odb.write(Kind::Commit, &commit.serialize())?;
    let strategy = if ours_only { "ours" } else { "ort" };
    let log = msg![request.action, ": Merge made by the '", strategy, "' strategy."];
    repo.logged(&log, |log| {
        repo.refs.update(b"HEAD", &oid, Some(&head), Some(log))
    })?;
    forget(repo);
    if !quiet {
        git.line(format!("Merge made by the '{strategy}' strategy."));
    }
    if stat {
        diffstat(git, repo, &head, &oid)?;
    }
    hooks::run(git, repo, "post-merge", &[b"0"])?;
    Ok(0)
}

/// `-X ours` and `-X theirs`
pub fn favor(parsed: &Parsed) -> Result<Favor> {
    let mut favor = Favor::default();
    for option in parsed.values("strategy-option") {
        favor = match option {
            b"ours" => Favor::Ours,
            b"theirs" => Favor::Theirs,
            b"patience" | b"histogram" | b"diff-algorithm=histogram" => favor,
            _ => return fatal!("unknown strategy option: -X", option),
        };
    }
    Ok(favor)
}

/// # Errors
/// The index differs from HEAD.
fn check_index(repo: &Repo, index: &Index, head: &Files) -> Result<()> {
    let staged = tree_files(index);
    if staged == *head {
        return Ok(());
    }
    let changes = crate::changes::tree_to_index(head, index);
    let list: Vec<u8> = changes
        .iter()
        .map(|change| msg!["\n  ", crate::path::quoted(&change.path, repo.quotes_high())])
        .collect::<Vec<_>>()
        .concat();
    say(&msg![
        "error: Your local changes to the following files would be overwritten by merge:",
        list,
        "\n",
        "Merge with strategy ort failed.\n"
    ]);
    Err(Failure::Silent(2))
}

/// Takes index and work tree to a merge's result.
pub fn apply(repo: &Repo, index: &mut Index, from: &Files, merged: &Merged) -> Result<()> {
    switch(repo, index, from, &merged.files, What::Merge)?;
    let mut paths: Vec<&[u8]> = merged.conflicts.iter().map(|entry| &entry.path[..]).collect();
    paths.dedup();
    for path in paths {
        index.remove(path);
    }
    for entry in &merged.conflicts {
        index.add(entry.clone());
    }
    Ok(())
}

/// What the merge had to say.
pub fn tell(git: &Git, merged: &Merged) {
    merged
        .messages
        .values()
        .flatten()
        .for_each(|message| git.line(message));
}

/// The comment about conflicts in a message.
pub fn conflict_note(merged: &Merged) -> Vec<u8> {
    let mut paths: Vec<&[u8]> = merged.conflicts.iter().map(|entry| &entry.path[..]).collect();
    paths.sort_unstable();
    paths.dedup();
    let list: Vec<u8> = paths.iter().flat_map(|path| msg!["\t", path, "\n"]).collect();
    commented(&msg!["Conflicts:\n", list])
}
