//! `git remote`, `git fetch`, `git push` and `git pull`

use crate::config_edit::{self, local_file};
use crate::failure::{Failure, Result, say};
use crate::git::Git;
use crate::object::Kind;
use crate::oid::Oid;
use crate::options::{Parsed, Spec, flag, optional, value};
use crate::refs::short_name;
use crate::repo::Repo;
use crate::transport::{Refspec, copy_objects, open};
use crate::{fatal, msg, walk};

use super::merge::{Request, merge_one};

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

fn url(repo: &Repo, name: &[u8]) -> Vec<u8> {
    repo.config
        .get_bytes(&msg!["remote.", name, ".url"])
        .unwrap_or(name)
        .to_vec()
}

/// The remote that is asked for, or that the branch follows, or `origin`.
fn chosen(repo: &Repo, name: Option<&[u8]>) -> Vec<u8> {
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

fn base(repo: &Repo) -> Vec<u8> {
    repo.work_tree.clone().unwrap_or_else(|| repo.git_dir.clone())
}

const FETCH: Spec = Spec {
    usage: &[
        "fetch [<options>] [<repository> [<refspec>...]]",
        "fetch --all [<options>]",
    ],
    options: &[&[
        flag("v|verbose", "be more verbose"),
        flag("q|quiet", "be more quiet"),
        flag("|all", "fetch from all remotes"),
        flag("f|force", "force overwrite of local reference"),
        flag("p|prune", "prune remote-tracking branches no longer on remote"),
        flag("t|tags", "fetch all tags and associated objects"),
        flag("n|", "do not fetch all tags"),
        flag("|dry-run", "dry run"),
        value("|depth", "depth", ""),
        flag("|unshallow", ""),
        flag("|progress", ""),
        flag("|multiple", ""),
        value("j|jobs", "n", ""),
    ]],
    stop_at_operand: false,
};

/// A reference that fetch or push changes.
struct Update {
    source: Vec<u8>,
    target: Vec<u8>,
    old: Option<Oid>,
    new: Option<Oid>,
    force: bool,
}

pub fn fetch(git: &Git, arguments: Vec<Vec<u8>>) -> Result<i32> {
    let parsed = FETCH.parse(arguments)?;
    let repo = git.repo()?;
    if parsed.has("depth") || parsed.has("unshallow") || parsed.has("dry-run") || parsed.has("multiple") {
        return fatal!(
            "options --depth, --unshallow, --dry-run and --multiple are not supported by this git's fetch"
        );
    }
    if parsed.has("all") {
        for name in repo.config.subsections("remote") {
            fetch_from(git, repo, &parsed, &name, &[])?;
        }
        return Ok(0);
    }
    let (name, specs) = match parsed.operands.split_first() {
        Some((name, specs)) => (chosen(repo, Some(name)), specs),
        None => (chosen(repo, None), &[][..]),
    };
    fetch_from(git, repo, &parsed, &name, specs).map(|(status, _)| status)
}

/// What was fetched to be merged: the object, and what it is called.
type ForMerge = Vec<(Oid, Vec<u8>)>;

fn fetch_from(
    git: &Git,
    repo: &Repo,
    parsed: &Parsed,
    name: &[u8],
    specs: &[Vec<u8>],
) -> Result<(i32, ForMerge)> {
    let url = url(repo, name);
    let other = open(&url, &base(repo))?;
    let configured: Vec<Refspec> = repo
        .config
        .all(&msg!["remote.", name, ".fetch"])
        .map(Refspec::parse)
        .collect();
    let theirs = other.refs.list(b"refs/");
    let mut updates: Vec<Update> = Vec::new();
    let mut for_merge: Vec<(Oid, Vec<u8>, bool)> = Vec::new();
    let describe = |full: &[u8]| {
        let url = crate::path::base_url(&url);
        if full == b"HEAD" {
            return url.to_vec();
        }
        let kind = if full.starts_with(b"refs/tags/") {
            "tag"
        } else {
            "branch"
        };
        msg![kind, " '", short_name(full), "' of ", url]
    };
    let mut add = |source: &[u8], target: Vec<u8>, oid: Oid, force: bool| -> Result<()> {
        let old = repo.refs.resolve(&target)?;
        updates.push(Update {
            source: source.to_vec(),
            target,
            old,
            new: Some(oid),
            force,
        });
        Ok(())
    };
    let mut wanted: Vec<Refspec> = Vec::new();
    if specs.is_empty() {
        wanted.clone_from(&configured);
    }
    for spec in specs {
        let mut spec = Refspec::parse(spec);
        if !spec.source.contains(&b'*') {
            let found = ["", "refs/", "refs/tags/", "refs/heads/"]
                .iter()
                .map(|prefix| msg![prefix, spec.source]);
            let mut found = found.filter(|full| other.refs.resolve(full).is_ok_and(|oid| oid.is_some()));
            match found.next() {
                Some(full) => spec.source = full,
                None => return fatal!("couldn't find remote ref ", spec.source),
            }
            let oid = other.refs.resolve(&spec.source)?.unwrap_or_default();
            for_merge.push((oid, describe(&spec.source), true));
            if spec.target.is_none() {
                // What the configuration would fetch it to follows along.
                if let Some(target) = configured.iter().find_map(|known| known.map(&spec.source)) {
                    add(&spec.source.clone(), target, oid, true)?;
                }
            } else if let Some(target) = spec
                .target
                .as_mut()
                .filter(|target| !target.starts_with(b"refs/"))
            {
                *target = msg!["refs/heads/", target];
            }
        }
        wanted.push(spec);
    }
    for (full, oid) in &theirs {
        for spec in &wanted {
            if let Some(target) = spec.map(full) {
                add(full, target, *oid, spec.force || parsed.has("force"))?;
            }
        }
    }
    if specs.is_empty() {
        let branch = repo.head_branch().unwrap_or_default();
        let merge = repo
            .config
            .get_bytes(&msg!["branch.", short_name(&branch), ".merge"]);
        let follows = repo
            .config
            .get_bytes(&msg!["branch.", short_name(&branch), ".remote"])
            == Some(name);
        for (full, oid) in theirs.iter().filter(|(full, _)| full.starts_with(b"refs/heads/")) {
            let merges = follows && merge == Some(full);
            for_merge.push((*oid, describe(full), merges));
        }
        if configured.is_empty()
            && let Some(head) = other.refs.resolve(b"HEAD")?
        {
            for_merge = vec![(head, crate::path::base_url(&url).to_vec(), true)];
        }
        for_merge.sort_by_key(|(_, _, merges)| !merges);
    }
    let mut tips: Vec<Oid> = updates.iter().filter_map(|update| update.new).collect();
    tips.extend(for_merge.iter().map(|(oid, ..)| *oid));
    copy_objects(&other.odb, &repo.odb, &tips)?;
    // Tags of what has come are taken along.
    if !parsed.has("n") && !parsed.negated("tags") {
        for (full, oid) in theirs.iter().filter(|(full, _)| full.starts_with(b"refs/tags/")) {
            let (target, _) = other.odb.peel(oid)?;
            let new = repo.refs.resolve(full)?.is_none();
            let reached = parsed.has("tags") || !configured.is_empty() && repo.odb.has(&target);
            if new && reached && !updates.iter().any(|update| update.target == *full) {
                copy_objects(&other.odb, &repo.odb, &[*oid])?;
                updates.push(Update {
                    source: full.clone(),
                    target: full.clone(),
                    old: None,
                    new: Some(*oid),
                    force: false,
                });
            }
        }
    }
    if parsed.has("prune") {
        for (full, old) in repo.refs.list(&msg!["refs/remotes/", name, "/"]) {
            let is_head = full.ends_with(b"/HEAD");
            if !is_head && !updates.iter().any(|update| update.target == full) {
                updates.insert(
                    0,
                    Update {
                        source: Vec::new(),
                        target: full,
                        old: Some(old),
                        new: None,
                        force: true,
                    },
                );
            }
        }
    }
    write_fetch_head(repo, &for_merge)?;
    let status = report_fetch(git, repo, parsed, &url, updates, specs, &for_merge)?;
    Ok((
        status,
        for_merge
            .into_iter()
            .filter(|(.., merges)| *merges)
            .map(|(oid, name, _)| (oid, name))
            .collect(),
    ))
}

fn write_fetch_head(repo: &Repo, list: &[(Oid, Vec<u8>, bool)]) -> Result<()> {
    let mut text = Vec::new();
    for (oid, name, merges) in list {
        text.extend(msg![
            oid.hex(),
            if *merges { "\t\t" } else { "\tnot-for-merge\t" },
            name,
            "\n"
        ]);
    }
    repo.write_file("FETCH_HEAD", &text)
}

fn report_fetch(
    git: &Git,
    repo: &Repo,
    parsed: &Parsed,
    url: &[u8],
    updates: Vec<Update>,
    specs: &[Vec<u8>],
    for_merge: &[(Oid, Vec<u8>, bool)],
) -> Result<i32> {
    let mut lines: Vec<(char, String, Vec<u8>, Vec<u8>, &str)> = Vec::new();
    if !specs.is_empty() || updates.is_empty() {
        for spec in specs {
            let spec = Refspec::parse(spec);
            if spec.target.is_none() && !spec.source.contains(&b'*') {
                let kind = if for_merge.iter().any(|(_, name, _)| name.starts_with(b"tag ")) {
                    "tag"
                } else {
                    "branch"
                };
                lines.push((
                    '*',
                    kind.to_owned(),
                    short_name(&spec.source).to_vec(),
                    b"FETCH_HEAD".to_vec(),
                    "",
                ));
            }
        }
        if specs.is_empty() && for_merge.iter().any(|(.., merges)| *merges) {
            lines.push((
                '*',
                "branch".to_owned(),
                b"HEAD".to_vec(),
                b"FETCH_HEAD".to_vec(),
                "",
            ));
        }
    }
    let mut status = 0;
    for update in updates {
        let (source, target) = (
            short_name(&update.source).to_vec(),
            short_name(&update.target).to_vec(),
        );
        let Some(new) = update.new else {
            repo.refs.delete(&update.target)?;
            lines.push(('-', "[deleted]".to_owned(), b"(none)".to_vec(), target, ""));
            continue;
        };
        let (mark, what, note, log) = match update.old {
            Some(old) if old == new => continue,
            None if update.target.starts_with(b"refs/tags/") => {
                ('*', "[new tag]".to_owned(), "", "storing tag")
            }
            None if update.source.starts_with(b"refs/heads/") => {
                ('*', "[new branch]".to_owned(), "", "storing head")
            }
            None => ('*', "[new ref]".to_owned(), "", "storing ref"),
            Some(_) if update.target.starts_with(b"refs/tags/") && !update.force => {
                status = 1;
                lines.push((
                    '!',
                    "[rejected]".to_owned(),
                    source,
                    target,
                    "  (would clobber existing tag)",
                ));
                continue;
            }
            Some(old) => {
                let ids = |dots: &str| format!("{}{dots}{}", repo.abbrev(&old), repo.abbrev(&new));
                if repo.odb.peel(&new)?.1 == Kind::Commit && walk::is_ancestor(repo, &old, &new)? {
                    (' ', ids(".."), "", "fast-forward")
                } else if update.force {
                    ('+', ids("..."), "  (forced update)", "forced-update")
                } else {
                    status = 1;
                    lines.push((
                        '!',
                        "[rejected]".to_owned(),
                        source,
                        target,
                        "  (non-fast-forward)",
                    ));
                    continue;
                }
            }
        };
        if repo.head_branch().as_ref() == Some(&update.target) && !repo.is_bare() {
            return fatal!(
                "refusing to fetch into branch '",
                update.target,
                "' checked out at '",
                base(repo),
                "'"
            );
        }
        let words: Vec<u8> = parsed.operands.iter().flat_map(|word| msg![" ", word]).collect();
        let log = msg!["fetch", words, ": ", log];
        repo.logged(&log, |log| {
            repo.refs.update(&update.target, &new, None, Some(log))
        })?;
        lines.push((mark, what, source, target, note));
    }
    if parsed.has("quiet") || lines.is_empty() {
        return Ok(status);
    }
    let width = lines
        .iter()
        .map(|(_, _, source, ..)| source.len())
        .max()
        .unwrap_or(0)
        .max(10);
    let ids = lines
        .iter()
        .map(|(_, what, ..)| what.len())
        .max()
        .unwrap_or(0)
        .max(17);
    let shown_url = crate::path::base_url(url);
    let mut text = msg!["From ", shown_url, "\n"];
    for (mark, what, source, target, note) in lines {
        let pad = " ".repeat(width.saturating_sub(source.len()));
        text.extend(msg![
            format!(" {mark} {what:<ids$} "),
            source,
            pad,
            " -> ",
            target,
            note,
            "\n"
        ]);
    }
    git.flush();
    say(&text);
    Ok(status)
}

const PULL: Spec = Spec {
    usage: &["pull [<options>] [<repository> [<refspec>...]]"],
    options: &[&[
        flag("v|verbose", "be more verbose"),
        flag("q|quiet", "be more quiet"),
        optional(
            "r|rebase",
            "mode",
            "incorporate changes by rebasing rather than merging",
        ),
        flag("n|", "do not show a diffstat at the end of the merge"),
        flag("|stat", "show a diffstat at the end of the merge"),
        flag("|squash", "create a single commit instead of doing a merge"),
        flag("|commit", "perform a commit if the merge succeeds (default)"),
        flag("e|edit", "edit message before committing"),
        flag("|ff", "allow fast-forward"),
        flag("|ff-only", "abort if fast-forward is not possible"),
        value("s|strategy", "strategy", "merge strategy to use"),
        value(
            "X|strategy-option",
            "option=value",
            "option for selected merge strategy",
        ),
        flag("|allow-unrelated-histories", "allow merging unrelated histories"),
        flag("p|prune", "prune remote-tracking branches no longer on remote"),
        flag("t|tags", "fetch all tags and associated objects"),
        flag("f|force", "force overwrite of local branch"),
        flag("|progress", ""),
    ]],
    stop_at_operand: false,
};

pub fn pull(git: &Git, arguments: Vec<Vec<u8>>) -> Result<i32> {
    let parsed = PULL.parse(arguments)?;
    let repo = git.repo()?;
    super::merge::check_idle(repo)?;
    let (name, specs) = match parsed.operands.split_first() {
        Some((name, specs)) => (name.clone(), specs),
        None => (chosen(repo, None), &[][..]),
    };
    let (_, for_merge) = fetch_from(git, repo, &parsed, &name, specs)?;
    let [(target, described)] = for_merge.as_slice() else {
        if for_merge.len() > 1 {
            return fatal!("merges of several commits at once (octopus) are not supported by this git");
        }
        let branch = repo.head_branch().unwrap_or_default();
        let short = short_name(&branch);
        say(&msg![
            "There is no tracking information for the current branch.\n\
             Please specify which branch you want to merge with.\nSee git-pull(1) for details.\n\n    \
             git pull <remote> <branch>\n\n\
             If you wish to set tracking information for this branch you can do so with:\n\n    \
             git branch --set-upstream-to=",
            name,
            "/<branch> ",
            short,
            "\n\n"
        ]);
        return Err(Failure::Silent(1));
    };
    let rebase = match (parsed.switch("rebase"), parsed.value("rebase")) {
        (Some(on), None | Some(b"true")) => on,
        (_, Some(b"false")) => false,
        (_, Some(mode)) => return fatal!("pull --rebase=", mode, " is not supported by this git"),
        (None, None) => repo.config.bool("pull.rebase") == Some(true),
    };
    if let Some(head) = repo.head()? {
        let bases = walk::merge_bases(repo, &head, target)?;
        let diverged = !bases.contains(target) && !bases.contains(&head);
        let chose = parsed.switch("rebase").or(parsed.switch("ff")).is_some()
            || parsed.has("ff-only")
            || parsed.has("squash");
        let configured = repo
            .config
            .get("pull.rebase")
            .or(repo.config.get("pull.ff"))
            .is_some();
        if diverged && !chose && !configured {
            say(b"hint: You have divergent branches and need to specify how to reconcile them.\n\
                hint: You can do so by running one of the following commands sometime before\nhint: your next pull:\nhint:\n\
                hint:   git config pull.rebase false  # merge\nhint:   git config pull.rebase true   # rebase\n\
                hint:   git config pull.ff only       # fast-forward only\nhint:\n\
                hint: You can replace \"git config\" with \"git config --global\" to set a default\n\
                hint: preference for all repositories. You can also pass --rebase, --no-rebase,\n\
                hint: or --ff-only on the command line to override the configured default per\nhint: invocation.\n");
            return fatal!("Need to specify how to reconcile divergent branches.");
        }
    }
    if rebase {
        return super::rebase::run(git, vec![target.hex().into_bytes()]);
    }
    let words: Vec<u8> = parsed.operands.iter().flat_map(|word| msg![" ", word]).collect();
    merge_one(
        git,
        repo,
        &parsed,
        Request {
            target: *target,
            described: described.clone(),
            label: target.hex().into_bytes(),
            action: msg!["pull", words],
        },
    )
}
