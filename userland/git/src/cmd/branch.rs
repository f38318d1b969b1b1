//! `git branch`

use crate::config_edit;
use crate::failure::Result;
use crate::git::Git;
use crate::object::Kind;
use crate::oid::Oid;
use crate::options::{Parsed, Spec, flag, optional, value};
use crate::refs::{check_branch_name, short_name};
use crate::repo::Repo;
use crate::{fatal, msg, reflog, tracking, walk};

use super::status_long::detached_from;

const SPEC: Spec = Spec {
    usage: &[
        "branch [<options>] [-r | -a] [--merged] [--no-merged]",
        "branch [<options>] [-f] [--recurse-submodules] <branch-name> [<start-point>]",
        "branch [<options>] [-l] [<pattern>...]",
        "branch [<options>] [-r] (-d | -D) <branch-name>...",
        "branch [<options>] (-m | -M) [<old-branch>] <new-branch>",
        "branch [<options>] (-c | -C) [<old-branch>] <new-branch>",
    ],
    options: &[&[
        flag(
            "v|verbose",
            "show hash and subject, give twice for upstream branch",
        ),
        flag("q|quiet", "suppress informational messages"),
        optional("t|track", "mode", "set branch tracking configuration"),
        value("u|set-upstream-to", "upstream", "change the upstream info"),
        flag("|unset-upstream", "unset the upstream info"),
        optional("|color", "when", "use colored output"),
        flag("r|remotes", "act on remote-tracking branches"),
        value(
            "|contains",
            "commit",
            "print only branches that contain the commit",
        ),
        flag("|abbrev", ""),
        flag("a|all", "list both remote-tracking and local branches"),
        flag("d|delete", "delete fully merged branch"),
        flag("D|", "delete branch (even if not merged)"),
        flag("m|move", "move/rename a branch and its reflog"),
        flag("M|", "move/rename a branch, even if target exists"),
        flag("c|copy", "copy a branch and its reflog"),
        flag("C|", "copy a branch, even if target exists"),
        flag("l|list", "list branch names"),
        flag("|show-current", "show current branch name"),
        flag("f|force", "force creation, move/rename, deletion"),
        optional("|merged", "commit", "print only branches that are merged"),
        optional("|points-at", "object", ""),
        value("|sort", "key", "field name to sort on"),
        value("|format", "format", "format to use for the output"),
        optional("|column", "style", ""),
        flag("|edit-description", ""),
    ]],
    stop_at_operand: false,
};

pub fn run(git: &Git, arguments: Vec<Vec<u8>>) -> Result<i32> {
    let parsed = SPEC.parse(arguments)?;
    let repo = git.repo()?;
    for id in ["column", "edit-description", "points-at"] {
        if parsed.has(id) {
            return fatal!("option '--", id, "' is not supported by this git");
        }
    }
    let operands: Vec<&[u8]> = parsed.operands.iter().map(Vec::as_slice).collect();
    if parsed.has("show-current") {
        if let Some(branch) = repo.head_branch() {
            git.line(short_name(&branch));
        }
        return Ok(0);
    }
    let force = parsed.has("force");
    if parsed.has("delete") || parsed.has("D") {
        return delete(git, repo, &parsed, force || parsed.has("D"));
    }
    let (moves, copies) = (
        parsed.has("move") || parsed.has("M"),
        parsed.has("copy") || parsed.has("C"),
    );
    if moves || copies {
        let force = force || parsed.has("M") || parsed.has("C");
        return rename(repo, &operands, force, copies);
    }
    if let Some(upstream) = parsed.value("set-upstream-to") {
        return set_upstream(git, repo, upstream, operands.first().copied());
    }
    if parsed.has("unset-upstream") {
        let branch = named_or_current(repo, operands.first().copied())?;
        for key in ["remote", "merge"] {
            let key = msg!["branch.", short_name(&branch), ".", key];
            if config_edit::unset(&config_edit::local_file(repo), &key, None, true)? == 0 {
                return fatal!("branch '", short_name(&branch), "' has no upstream information");
            }
        }
        return Ok(0);
    }
    let lists = parsed.has("list") || parsed.has("contains") || parsed.negated("contains");
    let merged = parsed.has("merged") || parsed.negated("merged");
    if operands.is_empty() || lists || merged || parsed.has("remotes") || parsed.has("all") {
        git.page("branch");
        return super::branch_list::list(git, repo, &parsed);
    }
    if operands.len() > 2 {
        return Err(SPEC.usage());
    }
    let start = operands.get(1).copied().unwrap_or(b"HEAD");
    create(git, repo, operands[0], start, force, track_mode(&parsed))?;
    Ok(0)
}

/// Whether a new branch follows its start: `Some` where the command line says.
pub fn track_mode(parsed: &Parsed) -> Option<bool> {
    parsed.switch("track")
}

/// Makes a branch.
pub fn create(
    git: &Git,
    repo: &Repo,
    name: &[u8],
    start: &[u8],
    force: bool,
    track: Option<bool>,
) -> Result<Oid> {
    check_branch_name(name)?;
    let full = msg!["refs/heads/", name];
    let known = repo.refs.read(&full)?.is_some();
    if known && !force {
        return fatal!("a branch named '", name, "' already exists");
    }
    if known && repo.head_branch().as_ref() == Some(&full) && !repo.is_bare() {
        let top = repo.work_tree.clone().unwrap_or_default();
        return fatal!(
            "cannot force update the branch '",
            name,
            "' used by worktree at '",
            top,
            "'"
        );
    }
    let oid = match repo.try_revision(start)? {
        Ok(oid) => match repo.odb.peel(&oid)? {
            (oid, Kind::Commit) => oid,
            _ => return fatal!("not a valid branch point: '", start, "'"),
        },
        Err(_) => {
            let unborn = repo.head_branch().filter(|_| start == b"HEAD");
            let start = unborn.as_deref().map_or(start, short_name);
            return fatal!("not a valid object name: '", start, "'");
        }
    };
    let log = msg![
        "branch: ",
        if known { "Reset to " } else { "Created from " },
        start
    ];
    repo.logged(&log, |log| repo.refs.update(&full, &oid, None, Some(log)))?;
    follow(git, repo, name, start, track)?;
    Ok(oid)
}

/// Writes down what the branch follows: a remote branch that it starts at, or any branch with `--track`.
pub fn follow(git: &Git, repo: &Repo, name: &[u8], start: &[u8], track: Option<bool>) -> Result<()> {
    let auto = repo.config.bool("branch.autosetupmerge").unwrap_or(true);
    let Some(full) = repo.full_ref_name(start)?.filter(|_| track != Some(false)) else {
        return Ok(());
    };
    let remote_branch = full.strip_prefix(b"refs/remotes/").map(<[u8]>::to_vec);
    let (remote, merge) = match remote_branch {
        Some(rest) if track == Some(true) || auto => {
            let Some(slash) = rest.iter().position(|b| *b == b'/') else {
                return Ok(());
            };
            (rest[..slash].to_vec(), msg!["refs/heads/", rest[slash + 1..]])
        }
        None if track == Some(true) && full.starts_with(b"refs/heads/") => (b".".to_vec(), full.clone()),
        _ => return Ok(()),
    };
    let file = config_edit::local_file(repo);
    config_edit::set(&file, &msg!["branch.", name, ".remote"], &remote)?;
    config_edit::set(&file, &msg!["branch.", name, ".merge"], &merge)?;
    git.line(msg![
        "branch '",
        name,
        "' set up to track '",
        short_name(&full),
        "'."
    ]);
    Ok(())
}

fn named_or_current(repo: &Repo, name: Option<&[u8]>) -> Result<Vec<u8>> {
    match name {
        Some(name) => {
            let full = msg!["refs/heads/", name];
            match repo.refs.resolve(&full)? {
                Some(_) => Ok(full),
                None => fatal!("branch '", name, "' does not exist"),
            }
        }
        None => match repo.head_branch() {
            Some(branch) => Ok(branch),
            None => fatal!("could not set upstream of HEAD to origin when it does not point to any branch"),
        },
    }
}

fn set_upstream(git: &Git, repo: &Repo, upstream: &[u8], name: Option<&[u8]>) -> Result<i32> {
    let branch = named_or_current(repo, name)?;
    if repo.full_ref_name(upstream)?.is_none() {
        return fatal!(
            "the requested upstream branch '",
            upstream,
            "' does not exist\nhint:\n\
             hint: If you are planning on basing your work on an upstream\n\
             hint: branch that already exists at the remote, you may need to\n\
             hint: run \"git fetch\" to retrieve it.\nhint:\n\
             hint: If you are planning to push out a new local branch that\n\
             hint: will track its remote counterpart, you may want to use\n\
             hint: \"git push -u\" to set the upstream config as you push.\n\
             hint: Disable this message with \"git config advice.setUpstreamFailure false\""
        );
    }
    follow(git, repo, short_name(&branch), upstream, Some(true))?;
    Ok(0)
}

fn delete(git: &Git, repo: &Repo, parsed: &Parsed, force: bool) -> Result<i32> {
    if parsed.operands.is_empty() {
        return fatal!("branch name required");
    }
    let remote = parsed.has("remotes");
    let prefix = if remote { "refs/remotes/" } else { "refs/heads/" };
    let head = repo.head()?;
    let mut status = 0;
    for name in &parsed.operands {
        let name = match name.strip_prefix(b"-") {
            Some(b"") => repo.previous_branch(1).unwrap_or_else(|| name.clone()),
            _ => name.clone(),
        };
        let full = msg![prefix, name];
        let Some(oid) = repo.refs.resolve(&full)? else {
            let kind = if remote {
                "remote-tracking branch"
            } else {
                "branch"
            };
            git.note(msg!["error: ", kind, " '", name, "' not found"]);
            status = 1;
            continue;
        };
        if !remote && repo.head_branch().as_ref() == Some(&full) {
            let top = repo.work_tree.clone().unwrap_or_default();
            git.note(msg![
                "error: cannot delete branch '",
                name,
                "' used by worktree at '",
                top,
                "'"
            ]);
            status = 1;
            continue;
        }
        if !force && !remote {
            let upstream = repo
                .upstream(&full)
                .and_then(|name| repo.refs.resolve(&name).ok().flatten());
            let against = upstream.or(head);
            let merged = match against {
                Some(against) => walk::is_ancestor(repo, &oid, &against)?,
                None => false,
            };
            if !merged {
                git.note(msg![
                    "error: the branch '",
                    name,
                    "' is not fully merged\n\
                     hint: If you are sure you want to delete it, run 'git branch -D ",
                    name,
                    "'\n\
                     hint: Disable this message with \"git config advice.forceDeleteBranch false\""
                ]);
                status = 1;
                continue;
            }
        }
        repo.refs.delete(&full)?;
        if !remote {
            config_edit::remove_section(&config_edit::local_file(repo), &msg!["branch.", name])?;
        }
        if !parsed.has("quiet") {
            let kind = if remote {
                "remote-tracking branch"
            } else {
                "branch"
            };
            git.line(msg![
                "Deleted ",
                kind,
                " ",
                name,
                " (was ",
                repo.abbrev(&oid),
                ")."
            ]);
        }
    }
    Ok(status)
}

fn rename(repo: &Repo, operands: &[&[u8]], force: bool, copies: bool) -> Result<i32> {
    let (old, new) = match operands {
        [new] => match repo.head_branch() {
            Some(branch) => (short_name(&branch).to_vec(), *new),
            None => return fatal!("cannot rename the current branch while not on any"),
        },
        [old, new] => (old.to_vec(), *new),
        _ => return fatal!("branch name required"),
    };
    let (old_full, new_full) = (msg!["refs/heads/", old], msg!["refs/heads/", new]);
    check_branch_name(new)?;
    let head = repo.head_branch();
    let Some(oid) = repo.refs.resolve(&old_full)? else {
        // An unborn branch has only a name.
        if !copies && head.as_ref() == Some(&old_full) {
            repo.refs.set_symbolic(b"HEAD", &new_full, None)?;
            return Ok(0);
        }
        return fatal!("no branch named '", old, "'");
    };
    if old_full == new_full {
        return Ok(0);
    }
    if repo.refs.resolve(&new_full)?.is_some() && !force {
        return fatal!("a branch named '", new, "' already exists");
    }
    let word = if copies { "copied" } else { "renamed" };
    let log = msg!["Branch: ", word, " ", old_full, " to ", new_full];
    let mut entries = reflog::read(&repo.refs.log_path(&old_full));
    if !copies {
        // First away, as the new name may be below the old one.
        repo.refs.delete(&old_full)?;
    }
    repo.logged(b"", |log| repo.refs.update(&new_full, &oid, None, Some(log)))?;
    let committer = crate::ident::current(&repo.config, crate::ident::Role::Committer, false)?.serialize();
    let entry = reflog::Entry {
        old: oid,
        new: oid,
        committer,
        message: log.clone(),
    };
    entries.insert(0, entry);
    reflog::write(&repo.refs.log_path(&new_full), &entries)?;
    if !copies && head.as_ref() == Some(&old_full) {
        repo.logged(&log, |log| repo.refs.set_symbolic(b"HEAD", &new_full, Some(log)))?;
    }
    let file = config_edit::local_file(repo);
    if copies {
        for key in ["remote", "merge"] {
            if let Some(value) = repo.config.get_bytes(&msg!["branch.", old, ".", key]) {
                config_edit::set(&file, &msg!["branch.", new, ".", key], value)?;
            }
        }
    } else {
        config_edit::rename_section(&file, &msg!["branch.", old], &msg!["branch.", new])?;
    }
    Ok(0)
}

/// The name of HEAD in a list of branches when it is on none.
pub fn detached_label(repo: &Repo, head: &Oid) -> Vec<u8> {
    if let Some(name) = repo.read_file("rebase-merge/head-name") {
        return msg!["(no branch, rebasing ", short_name(name.trim_ascii()), ")"];
    }
    match detached_from(repo, head) {
        Some((name, true)) => msg!["(HEAD detached at ", name, ")"],
        Some((name, false)) => msg!["(HEAD detached from ", name, ")"],
        None => b"(no branch)".to_vec(),
    }
}

/// `[origin/main: ahead 1]` of `-vv`, or `[ahead 1]` of `-v`, with a space after it.
pub fn tracking_label(
    repo: &Repo,
    branch: &[u8],
    with_name: bool,
    color: &str,
    reset: &str,
) -> Result<Vec<u8>> {
    let found = tracking::of(repo, branch)?;
    let brief = tracking::brief(&found);
    let name = match &found {
        tracking::Tracking::None => return Ok(Vec::new()),
        tracking::Tracking::Gone(name) | tracking::Tracking::At(name, ..) => name,
    };
    Ok(match (with_name, brief.is_empty()) {
        (true, true) => msg!["[", color, name, reset, "] "],
        (true, false) => msg!["[", color, name, reset, ": ", brief, "] "],
        (false, true) => Vec::new(),
        (false, false) => msg!["[", brief, "] "],
    })
}

/// Colours as the command line says, or else the configuration.
pub fn colors(git: &Git, parsed: &Parsed) -> Result<bool> {
    Ok(crate::diff_options::color_switch(parsed)?.unwrap_or_else(|| git.colors("branch")))
}
