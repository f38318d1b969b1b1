//! `git fetch`, from a path

use crate::failure::{Result, say};
use crate::git::Git;
use crate::object::Kind;
use crate::oid::Oid;
use crate::options::{Parsed, Spec, flag, value};
use crate::refs::short_name;
use crate::repo::Repo;
use crate::transport::{Refspec, copy_objects, open};
use crate::{fatal, msg, walk};

use super::remote::{base, chosen, url};

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
pub type ForMerge = Vec<(Oid, Vec<u8>)>;

pub fn fetch_from(
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

/// A line of the report: mark, what happened, names there and here, a note.
type Row = (char, String, Vec<u8>, Vec<u8>, &'static str);

fn report_fetch(
    git: &Git,
    repo: &Repo,
    parsed: &Parsed,
    url: &[u8],
    updates: Vec<Update>,
    specs: &[Vec<u8>],
    for_merge: &[(Oid, Vec<u8>, bool)],
) -> Result<i32> {
    let mut lines: Vec<Row> = Vec::new();
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
