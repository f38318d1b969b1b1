//! `git checkout`, `git switch` and `git restore`

use crate::changes::{Files, files};
use crate::failure::{Failure, Result, say};
use crate::git::Git;
use crate::object::Kind;
use crate::oid::Oid;
use crate::options::{Opt, Parsed, Spec, flag, optional, value};
use crate::refs::{check_branch_name, short_name};
use crate::repo::Repo;
use crate::switch::{What, force, switch as switch_trees};
use crate::{fatal, hooks, msg, tracking, worktree};

use super::branch;
use super::detach::{detach, left_behind, moved};
use super::restore::restore_paths;

#[rustfmt::skip]
pub const COMMON: &[Opt] = &[
    flag("q|quiet", "suppress progress reporting"),
    flag("|progress", ""),
    flag("m|merge", "perform a 3-way merge with the new branch"),
    value("|conflict", "style", ""),
    flag("p|patch", "select hunks interactively"),
    flag("|recurse-submodules", ""),
    flag("|ignore-other-worktrees", ""),
    flag("|overwrite-ignore", ""),
];

const CHECKOUT: Spec = Spec {
    usage: &[
        "checkout [<options>] <branch>",
        "checkout [<options>] [<branch>] -- <file>...",
    ],
    options: &[
        &[
            value("b|", "branch", "create and checkout a new branch"),
            value("B|", "branch", "create/reset and checkout a branch"),
            flag("l|", ""),
            flag("|guess", "second guess 'git checkout <no-such-branch>' (default)"),
            flag("d|detach", "detach HEAD at named commit"),
            optional("t|track", "mode", "set branch tracking configuration"),
            flag("f|force", "force checkout (throw away local modifications)"),
            value("|orphan", "new-branch", "new unparented branch"),
            flag("2|ours", "checkout our version for unmerged files"),
            flag("3|theirs", "checkout their version for unmerged files"),
            flag("|overlay", ""),
            flag("|ignore-skip-worktree-bits", ""),
        ],
        COMMON,
    ],
    stop_at_operand: false,
};

const SWITCH: Spec = Spec {
    usage: &["switch [<options>] [<branch>]"],
    options: &[
        &[
            value("c|create", "branch", "create and switch to a new branch"),
            value("C|force-create", "branch", "create/reset and switch to a branch"),
            flag("|guess", "second guess 'git switch <no-such-branch>'"),
            flag("|discard-changes", "throw away local modifications"),
            flag("d|detach", "detach HEAD at named commit"),
            optional("t|track", "mode", "set branch tracking configuration"),
            flag("f|force", "force checkout (throw away local modifications)"),
            value("|orphan", "new-branch", "new unparented branch"),
        ],
        COMMON,
    ],
    stop_at_operand: false,
};

pub fn refuse_missing(parsed: &Parsed) -> Result<()> {
    match ["patch", "conflict", "recurse-submodules"]
        .iter()
        .find(|id| parsed.has(id))
    {
        Some(id) => fatal!("option '--", id, "' is not supported by this git"),
        None => Ok(()),
    }
}

pub fn checkout(git: &Git, arguments: Vec<Vec<u8>>) -> Result<i32> {
    let parsed = CHECKOUT.parse(arguments)?;
    refuse_missing(&parsed)?;
    let repo = git.repo()?;
    let new = parsed
        .value("B")
        .map(|name| (name, true))
        .or(parsed.value("b").map(|name| (name, false)));
    let (before, after) = parsed.split();
    // `checkout [TREE] -- PATH…`
    if parsed.dashes.is_some() && !after.is_empty() {
        if let Some((name, _)) = new {
            return fatal!(
                "'",
                after[0],
                "' is not a commit and a branch '",
                name,
                "' cannot be created from it"
            );
        }
        if before.len() > 1 {
            return fatal!(
                "only one reference expected, ",
                before.len().to_string(),
                " given."
            );
        }
        return paths(git, repo, &parsed, before.first().map(Vec::as_slice), after);
    }
    let operands = &parsed.operands;
    if new.is_none() && !parsed.has("orphan") && !parsed.has("detach") && parsed.dashes.is_none() {
        match operands.as_slice() {
            [] => {}
            [first, rest @ ..] => {
                let is_revision = first == b"-" || repo.is_revision(first);
                let is_file = worktree::lstat(&crate::path::join(&repo.prefix, first)).is_some();
                if is_revision
                    && rest.is_empty()
                    && is_file
                    && first != b"-"
                    && repo.full_ref_name(first)?.is_none()
                {
                    return fatal!(
                        "'",
                        first,
                        "' could be both a local file and a tracking branch.\n\
                         Please use -- (and optionally --no-guess) to disambiguate"
                    );
                }
                if is_revision && !rest.is_empty() {
                    return paths(git, repo, &parsed, Some(first), rest);
                }
                let guess = rest.is_empty() && !is_file && parsed.switch("guess") != Some(false);
                if !is_revision && !(guess && guessed(repo, first)?.is_some()) {
                    return paths(git, repo, &parsed, None, operands);
                }
            }
        }
    }
    let request = Request {
        new,
        target: before.first().map(Vec::as_slice),
        detach: parsed.has("detach"),
        force: parsed.has("force"),
        orphan: parsed.value("orphan"),
        may_detach: true,
    };
    if before.len() > 1 {
        return fatal!(
            "only one reference expected, ",
            before.len().to_string(),
            " given."
        );
    }
    go(git, repo, &parsed, request)
}

pub fn switch(git: &Git, arguments: Vec<Vec<u8>>) -> Result<i32> {
    let parsed = SWITCH.parse(arguments)?;
    refuse_missing(&parsed)?;
    let repo = git.repo()?;
    let new = parsed
        .value("force-create")
        .map(|name| (name, true))
        .or(parsed.value("create").map(|name| (name, false)));
    let target = parsed.operands.first().map(Vec::as_slice);
    if parsed.operands.len() > 1 {
        return fatal!(
            "only one reference expected, ",
            parsed.operands.len().to_string(),
            " given."
        );
    }
    if target.is_none() && new.is_none() && !parsed.has("orphan") && !parsed.has("detach") {
        return fatal!("missing branch or commit argument");
    }
    for (file, what) in [
        ("MERGE_HEAD", "merging"),
        ("CHERRY_PICK_HEAD", "cherry-picking"),
        ("REVERT_HEAD", "reverting"),
    ] {
        if repo.read_file(file).is_some() && !parsed.has("force") && !parsed.has("discard-changes") {
            let quit = match what {
                "merging" => "merge",
                "reverting" => "revert",
                _ => "cherry-pick",
            };
            return fatal!(
                "cannot switch branch while ",
                what,
                "\nConsider \"git ",
                quit,
                " --quit\" or \"git worktree add\"."
            );
        }
    }
    let request = Request {
        new,
        target,
        detach: parsed.has("detach"),
        force: parsed.has("force") || parsed.has("discard-changes"),
        orphan: parsed.value("orphan"),
        may_detach: false,
    };
    go(git, repo, &parsed, request)
}

/// What is to be checked out.
struct Request<'a> {
    /// A branch to make, and whether it may be there already.
    new: Option<(&'a [u8], bool)>,
    target: Option<&'a [u8]>,
    detach: bool,
    force: bool,
    orphan: Option<&'a [u8]>,
    /// A commit that is no branch may be named without `--detach`.
    may_detach: bool,
}

/// The remote branch that a name stands for where there is no such branch: that of the only remote that has it.
fn guessed(repo: &Repo, name: &[u8]) -> Result<Option<Vec<u8>>> {
    let mut found = Vec::new();
    for remote in repo.config.subsections("remote") {
        let short = msg![remote, "/", name];
        if repo.refs.resolve(&msg!["refs/remotes/", short])?.is_some() {
            found.push(short);
        }
    }
    Ok(if found.len() == 1 { found.pop() } else { None })
}

fn go(git: &Git, repo: &Repo, parsed: &Parsed, request: Request<'_>) -> Result<i32> {
    let quiet = parsed.has("quiet");
    if parsed.has("merge") {
        return fatal!("option '--merge' is not supported by this git");
    }
    let (mut new, mut target) = (
        request.new.map(|(name, force)| (name.to_vec(), force)),
        request.target.map(<[u8]>::to_vec),
    );
    if target.as_deref() == Some(b"-") {
        target = Some(b"@{-1}".to_vec());
    }
    if target.as_deref() == Some(b"@{-1}") {
        match repo.previous_branch(1) {
            Some(name) => target = Some(name),
            None => return fatal!("invalid reference: @{-1}"),
        }
    }
    let mut track = branch::track_mode(parsed);
    if track == Some(true)
        && new.is_none()
        && let Some(start) = &target
    {
        let full = repo.full_ref_name(start)?.unwrap_or_default();
        if let Some(rest) = full.strip_prefix(b"refs/remotes/") {
            let slash = rest.iter().position(|b| *b == b'/').map_or(0, |at| at + 1);
            new = Some((rest[slash..].to_vec(), false));
        }
    }
    if let Some(orphan) = request.orphan {
        return unborn(git, repo, orphan, target.as_deref(), request.may_detach, quiet);
    }
    if new.is_none()
        && let Some(name) = &target
        && !repo.is_revision(name)
    {
        match guessed(repo, name)?.filter(|_| parsed.switch("guess") != Some(false)) {
            Some(remote) => {
                track = track.or(Some(true));
                new = Some((name.clone(), false));
                target = Some(remote);
            }
            None => return fatal!("invalid reference: ", name),
        }
    }
    let head = repo.head()?;
    let first = match (&head, &target) {
        (None, Some(name)) => Some(repo.commit_of(name)?),
        _ => head,
    };
    let Some(head_oid) = first else {
        // An unborn branch gets another name.
        if let Some((name, _)) = new {
            check_branch_name(&name)?;
            repo.refs
                .set_symbolic(b"HEAD", &msg!["refs/heads/", name], None)?;
            if !quiet {
                git.note(msg!["Switched to a new branch '", name, "'"]);
            }
            return Ok(0);
        }
        return fatal!("You are on a branch yet to be born");
    };
    let start = target.clone().unwrap_or_else(|| b"HEAD".to_vec());
    let oid = match target {
        Some(_) if new.is_some() && !repo.is_revision(&start) => {
            let name = new.map(|(name, _)| name).unwrap_or_default();
            return fatal!(
                "'",
                start,
                "' is not a commit and a branch '",
                name,
                "' cannot be created from it"
            );
        }
        Some(_) => match repo.revision(&start).and_then(|oid| repo.odb.peel(&oid))? {
            (oid, Kind::Commit) => oid,
            _ => return fatal!("Cannot switch branch to a non-commit '", start, "'"),
        },
        None => head_oid,
    };
    if let Some((name, may_exist)) = &new {
        check_branch_name(name)?;
        if repo.refs.resolve(&msg!["refs/heads/", name])?.is_some() && !may_exist {
            return fatal!("a branch named '", name, "' already exists");
        }
    }
    let full = msg!["refs/heads/", start];
    let is_branch = new.is_none() && !request.detach && repo.refs.resolve(&full)?.is_some();
    if new.is_none() && !is_branch && !request.detach && !request.may_detach && target.is_some() {
        let kind = repo.full_ref_name(&start)?.map_or("commit", |full| match full {
            full if full.starts_with(b"refs/tags/") => "tag",
            full if full.starts_with(b"refs/remotes/") => "remote branch",
            _ => "commit",
        });
        return fatal!(
            "a branch is expected, got ",
            kind,
            " '",
            start,
            "'\n\
             hint: If you want to detach HEAD at the commit, try again with the --detach option."
        );
    }
    let (lock, mut index) = repo.lock_index()?;
    if !request.force && !index.unmerged().is_empty() && (new.is_none() || head != Some(oid)) {
        let list: Vec<u8> = index
            .unmerged()
            .iter()
            .flat_map(|path| msg![path, ": needs merge\n"])
            .collect();
        git.put(list);
        git.flush();
        say(b"error: you need to resolve your current index first\n");
        return Err(Failure::Silent(1));
    }
    let to = files(&repo.odb, Some(&repo.tree_of(&oid)?))?;
    let old_tree = head.map(|head| repo.tree_of(&head)).transpose()?;
    if request.force {
        force(repo, &mut index, &to)?;
    } else {
        switch_trees(
            repo,
            &mut index,
            &files(&repo.odb, old_tree.as_ref())?,
            &to,
            What::Checkout,
        )?;
    }
    repo.write_index(lock, index)?;
    let previous = repo.head_branch();
    let from = match &previous {
        Some(branch) => short_name(branch).to_vec(),
        None => head_oid.hex().into_bytes(),
    };
    if !quiet && !request.force {
        local_changes(git, repo, &to)?;
    }
    if let Some((name, may_exist)) = &new {
        let full = msg!["refs/heads/", name];
        let known = repo.refs.resolve(&full)?.is_some();
        let log = msg![
            "branch: ",
            if known { "Reset to " } else { "Created from " },
            start
        ];
        repo.logged(&log, |log| repo.refs.update(&full, &oid, None, Some(log)))?;
        moved(repo, &from, name, |log| {
            repo.refs.set_symbolic(b"HEAD", &full, Some(log))
        })?;
        if !quiet {
            let same = previous.as_ref() == Some(&full);
            git.note(match (known && *may_exist, same) {
                (true, true) => msg!["Reset branch '", name, "'"],
                (true, false) => msg!["Switched to and reset branch '", name, "'"],
                _ => msg!["Switched to a new branch '", name, "'"],
            });
        }
        if target.is_some() {
            branch::follow(git, repo, name, &start, track)?;
        }
    } else if is_branch {
        moved(repo, &from, &start, |log| {
            repo.refs.set_symbolic(b"HEAD", &full, Some(log))
        })?;
        if !quiet {
            left_behind(git, repo, &previous, &head_oid, &oid)?;
            let already = previous.as_ref() == Some(&full);
            git.note(msg![
                if already {
                    "Already on '"
                } else {
                    "Switched to branch '"
                },
                start,
                "'"
            ]);
            git.put(tracking::sentences(repo, &full)?);
        }
    } else if target.is_some() || request.detach {
        detach(
            git,
            repo,
            &previous,
            &from,
            &start,
            (&head_oid, &oid),
            quiet,
            request.detach,
        )?;
    } else if !quiet && let Some(branch) = &previous {
        git.put(tracking::sentences(repo, branch)?);
    }
    let flag = |oid: &Oid| oid.hex().into_bytes();
    for file in [
        "MERGE_HEAD",
        "MERGE_MSG",
        "MERGE_MODE",
        "CHERRY_PICK_HEAD",
        "REVERT_HEAD",
    ] {
        if request.force || head != Some(oid) || previous != repo.head_branch() {
            repo.remove_file(file);
        }
    }
    hooks::run(git, repo, "post-checkout", &[&flag(&head_oid), &flag(&oid), b"1"])
}

/// Lists what is changed against what was checked out: `M\tfile`.
fn local_changes(git: &Git, repo: &Repo, to: &Files) -> Result<()> {
    for change in crate::changes::tree_to_worktree(repo, to, &repo.index()?)? {
        git.line(msg![change.letter().to_string(), "\t", repo.shown(&change.path)]);
    }
    Ok(())
}

fn unborn(
    git: &Git,
    repo: &Repo,
    name: &[u8],
    start: Option<&[u8]>,
    keeps_files: bool,
    quiet: bool,
) -> Result<i32> {
    check_branch_name(name)?;
    let full = msg!["refs/heads/", name];
    if repo.refs.resolve(&full)?.is_some() {
        return fatal!("a branch named '", name, "' already exists");
    }
    let to = match start {
        Some(start) => Some(files(&repo.odb, Some(&repo.tree_of(&repo.commit_of(start)?)?))?),
        None if keeps_files => None,
        // `switch --orphan` begins with nothing.
        None => Some(Files::new()),
    };
    if let (Some(to), Some(head)) = (to, repo.head()?) {
        let (lock, mut index) = repo.lock_index()?;
        let from = files(&repo.odb, Some(&repo.tree_of(&head)?))?;
        switch_trees(repo, &mut index, &from, &to, What::Checkout)?;
        repo.write_index(lock, index)?;
    }
    repo.refs.set_symbolic(b"HEAD", &full, None)?;
    if !quiet {
        git.note(msg!["Switched to a new branch '", name, "'"]);
    }
    Ok(0)
}

/// `checkout [TREE] -- PATH…`
fn paths(git: &Git, repo: &Repo, parsed: &Parsed, tree: Option<&[u8]>, list: &[Vec<u8>]) -> Result<i32> {
    let count = restore_paths(repo, parsed, tree, list, tree.is_some(), true)?;
    if !parsed.has("quiet") && parsed.dashes.is_none() {
        let from = match tree {
            Some(tree) => repo.abbrev(&repo.tree_of(&repo.revision(tree)?)?),
            None => "the index".to_owned(),
        };
        let paths = if count == 1 { "path" } else { "paths" };
        git.note(format!("Updated {} {paths} from {from}", count));
    }
    Ok(0)
}
