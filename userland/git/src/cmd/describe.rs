//! `git describe`

use std::collections::HashMap;

use crate::failure::{Failure, Result, say};
use crate::git::Git;
use crate::object::{Kind, Tag};
use crate::oid::Oid;
use crate::options::{Parsed, Spec, flag, optional, value};
use crate::pathspec::Pathspec;
use crate::repo::Repo;
use crate::untracked::Show;
use crate::walk::{Walk, ancestors};
use crate::{fatal, ident, msg};

const SPEC: Spec = Spec {
    usage: &[
        "describe [--all] [--tags] [--contains] [--abbrev=<n>] [<commit-ish>...]",
        "describe [--all] [--tags] [--contains] [--abbrev=<n>] --dirty[=<mark>]",
    ],
    options: &[&[
        flag("|contains", ""),
        flag("|debug", ""),
        flag("|all", "use any ref"),
        flag("|tags", "use any tag, even unannotated"),
        flag("|long", "always use long format"),
        flag("|first-parent", "only follow first parent"),
        value("|abbrev", "n", "use <n> digits to display object names"),
        flag("|exact-match", "only output exact matches"),
        value("|candidates", "n", ""),
        value("|match", "pattern", "only consider tags matching <pattern>"),
        value("|exclude", "pattern", "do not consider tags matching <pattern>"),
        flag("|always", "show abbreviated commit object as fallback"),
        optional(
            "|dirty",
            "mark",
            "append <mark> on dirty working tree (default: \"-dirty\")",
        ),
        optional("|broken", "mark", ""),
    ]],
    stop_at_operand: false,
};

/// A name that a commit has; annotated tags count more, and younger ones of them.
struct Name {
    text: Vec<u8>,
    weight: (u8, i64),
}

pub fn run(git: &Git, arguments: Vec<Vec<u8>>) -> Result<i32> {
    let parsed = SPEC.parse(arguments)?;
    let repo = git.repo()?;
    for id in ["contains", "debug", "broken"] {
        if parsed.has(id) {
            return fatal!("option '--", id, "' is not supported by this git");
        }
    }
    let mut suffix = Vec::new();
    if parsed.has("dirty") {
        if !parsed.operands.is_empty() {
            return fatal!("option '--dirty' and commit-ishes cannot be used together");
        }
        let index = repo.index()?;
        let status = super::status::collect(git, repo, &index, Show::None, &Pathspec::default())?;
        if !status.staged.is_empty() || !status.unstaged.is_empty() || !status.unmerged.is_empty() {
            suffix = parsed.value("dirty").unwrap_or(b"-dirty").to_vec();
        }
    }
    let names = names(repo, &parsed)?;
    let operands = if parsed.operands.is_empty() {
        vec![b"HEAD".to_vec()]
    } else {
        parsed.operands.clone()
    };
    if names.is_empty() && repo.head()?.is_none() && !parsed.has("always") {
        return fatal!("No names found, cannot describe anything.");
    }
    for name in operands {
        let commit = match repo.try_revision(&name)? {
            Ok(_) => repo.commit_of(&name)?,
            Err(_) => return fatal!("Not a valid object name ", name),
        };
        git.line(msg![describe(repo, &parsed, &names, &commit)?, suffix]);
    }
    Ok(0)
}

fn names(repo: &Repo, parsed: &Parsed) -> Result<HashMap<Oid, Name>> {
    let mut names: HashMap<Oid, Name> = HashMap::new();
    for (full, oid) in repo.refs.list(b"refs/") {
        let (target, kind) = repo.odb.peel(&oid)?;
        let short = full.strip_prefix(b"refs/tags/");
        if kind != Kind::Commit || short.is_none() && !parsed.has("all") {
            continue;
        }
        let shown = short.unwrap_or(&full);
        let fits = |id| {
            parsed
                .values(id)
                .any(|pattern| cli::pattern::matches(pattern, shown))
        };
        if parsed.has("match") && !fits("match") || fits("exclude") {
            continue;
        }
        let weight = match repo.odb.read(&oid)? {
            (Kind::Tag, data) if short.is_some() => (2, ident::Ident::parse(&Tag::parse(&data)?.tagger).time),
            _ if short.is_some() && (parsed.has("tags") || parsed.has("all")) => (1, 0),
            _ if parsed.has("all") => (0, 0),
            _ => continue,
        };
        let text = if parsed.has("all") {
            full[5..].to_vec()
        } else {
            shown.to_vec()
        };
        if names.get(&target).is_none_or(|known| weight > known.weight) {
            names.insert(target, Name { text, weight });
        }
    }
    Ok(names)
}

fn describe(repo: &Repo, parsed: &Parsed, names: &HashMap<Oid, Name>, commit: &Oid) -> Result<Vec<u8>> {
    const CANDIDATES: usize = 10;
    let abbrev = parsed.number_of("abbrev")?.map(|length| length as usize);
    let short = || repo.abbrev_to(commit, abbrev.filter(|length| *length > 0));
    if let Some(name) = names.get(commit) {
        return Ok(match parsed.has("long") {
            true => msg![name.text, "-0-g", short()],
            false => name.text.clone(),
        });
    }
    if parsed.has("exact-match") {
        return fatal!("no tag exactly matches '", commit.hex(), "'");
    }
    let mut walk = Walk::new(repo);
    walk.first_parent = parsed.has("first-parent");
    walk.include(*commit)?;
    let mut found: Vec<Oid> = Vec::new();
    while let Some((oid, _)) = walk.next_commit()? {
        if names.contains_key(&oid) {
            found.push(oid);
            if found.len() == CANDIDATES {
                break;
            }
        }
    }
    let own = ancestors(repo, commit)?;
    let mut best: Option<(usize, Oid)> = None;
    for oid in found {
        let depth = own.difference(&ancestors(repo, &oid)?).count();
        if best.is_none_or(|(least, _)| depth < least) {
            best = Some((depth, oid));
        }
    }
    match best {
        Some((depth, oid)) => {
            let name = &names[&oid].text;
            if abbrev == Some(0) {
                return Ok(name.clone());
            }
            Ok(msg![name, "-", depth.to_string(), "-g", short()])
        }
        None if parsed.has("always") => Ok(short().into_bytes()),
        None if names.is_empty() && !repo.refs.list(b"refs/tags/").is_empty() => {
            say(&msg![
                "fatal: No annotated tags can describe '",
                commit.hex(),
                "'.\nHowever, there were unannotated tags: try --tags.\n"
            ]);
            Err(Failure::Silent(128))
        }
        None if names.is_empty() => fatal!("No names found, cannot describe anything."),
        None => fatal!(
            "No tags can describe '",
            commit.hex(),
            "'.\nTry --always, or create some tags."
        ),
    }
}
