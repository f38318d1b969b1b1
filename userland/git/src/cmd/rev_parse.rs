//! `git rev-parse`, `git rev-list`, `git show-ref`

use crate::failure::{Failure, Result, say};
use crate::git::Git;
use crate::object::Kind;
use crate::oid::Oid;
use crate::options::{Spec, flag, optional};
use crate::pathspec::Pathspec;
use crate::repo::{Repo, working_dir};
use crate::revision::Missing;
use crate::walk::Walk;
use crate::{fatal, msg, worktree};

use super::diff::{arguments_of, range};
use super::limits::Limits;
use super::log::{LOG_OPTIONS, WALK_OPTIONS, refuse_missing, start};

/// How names are printed.
#[derive(Default)]
struct State {
    verify: bool,
    quiet: bool,
    short: Option<usize>,
    symbolic: bool,
    full_name: bool,
    abbrev_ref: bool,
    not: bool,
    /// What `--verify` prints, once it is known that there is one only.
    held: Vec<Vec<u8>>,
}

pub fn parse(git: &Git, arguments: Vec<Vec<u8>>) -> Result<i32> {
    if arguments
        .first()
        .is_some_and(|word| word == b"--parseopt" || word == b"--sq-quote")
    {
        return fatal!("rev-parse ", arguments[0], " is not supported by this git");
    }
    let repo = git.repo()?;
    let mut state = State::default();
    let mut shown = 0;
    let mut rest = arguments.iter();
    while let Some(word) = rest.next() {
        if word == b"--" {
            if !state.verify {
                git.line(word);
                rest.by_ref().for_each(|path| git.line(path));
            }
            break;
        }
        if word.starts_with(b"--") && option(git, repo, word, &mut state)? {
            continue;
        }
        if word == b"-q" {
            state.quiet = true;
            continue;
        }
        if word.starts_with(b"-") {
            // Options of other commands pass through.
            git.line(word);
            continue;
        }
        shown += 1;
        match name(git, repo, word, &mut state)? {
            true => {}
            false if state.verify => return needed(&state),
            false => {
                let path = crate::path::join(&repo.prefix, word);
                if worktree::lstat(&path).is_some() {
                    git.line(word);
                    continue;
                }
                git.line(word);
                git.flush();
                return repo.revision(word).map(|_| 0);
            }
        }
    }
    if state.verify && shown != 1 {
        return needed(&state);
    }
    state.held.iter().for_each(|text| git.line(text));
    Ok(0)
}

fn needed(state: &State) -> Result<i32> {
    if state.quiet {
        return Err(Failure::Silent(1));
    }
    fatal!("Needed a single revision")
}

/// An option that is about the repository, or about how names are printed.
fn option(git: &Git, repo: &Repo, word: &[u8], state: &mut State) -> Result<bool> {
    let shown_dir = |path: &[u8]| -> Result<Vec<u8>> {
        let here = repo.work_tree.clone().unwrap_or(working_dir()?);
        let inside = crate::path::join(&here, b".git");
        Ok(match repo.prefix.is_empty() {
            true if *path == inside => b".git".to_vec(),
            true if *path == working_dir()? => b".".to_vec(),
            _ => path.to_vec(),
        })
    };
    let flag = |value: bool| git.line(if value { "true" } else { "false" });
    match word {
        b"--verify" => state.verify = true,
        b"--quiet" => state.quiet = true,
        b"--short" => state.short = Some(0),
        b"--symbolic" => state.symbolic = true,
        b"--symbolic-full-name" => state.full_name = true,
        b"--abbrev-ref" => state.abbrev_ref = true,
        b"--not" => state.not = !state.not,
        b"--revs-only" | b"--no-flags" | b"--default" | b"--flags" | b"--no-revs" => {
            return fatal!("rev-parse ", word, " is not supported by this git");
        }
        b"--show-toplevel" => git.line(repo.need_work_tree()?),
        b"--git-dir" => git.line(shown_dir(&repo.git_dir)?),
        b"--git-common-dir" => git.line(shown_dir(&repo.common_dir)?),
        b"--absolute-git-dir" => git.line(&repo.git_dir),
        b"--is-inside-work-tree" => {
            let here = working_dir()?;
            flag(repo.work_tree.is_some() && !here.starts_with(&msg![repo.git_dir, "/"]));
        }
        b"--is-inside-git-dir" => flag(repo.work_tree.is_none() && working_dir()?.starts_with(&repo.git_dir)),
        b"--is-bare-repository" => flag(repo.config.bool("core.bare") == Some(true)),
        b"--is-shallow-repository" => flag(repo.read_file("shallow").is_some()),
        b"--show-prefix" => git.line(&repo.prefix),
        b"--show-cdup" => git.line(b"../".repeat(repo.prefix.iter().filter(|b| **b == b'/').count())),
        b"--show-object-format" => git.line("sha1"),
        b"--show-ref-format" => git.line("files"),
        b"--all" | b"--branches" | b"--tags" | b"--remotes" => {
            let prefix: &[u8] = match word {
                b"--branches" => b"refs/heads/",
                b"--tags" => b"refs/tags/",
                b"--remotes" => b"refs/remotes/",
                _ => b"refs/",
            };
            for (_, oid) in repo.refs.list(prefix) {
                git.line(oid.hex());
            }
        }
        _ => {
            if let Some(length) = word.strip_prefix(b"--short=") {
                state.short = String::from_utf8_lossy(length).parse().ok();
            } else if let Some(path) = word.strip_prefix(b"--git-path=") {
                git.line(shown_dir(&crate::path::join(&repo.git_dir, path))?);
            } else if word.starts_with(b"--abbrev-ref=") {
                state.abbrev_ref = true;
            } else {
                return Ok(false);
            }
        }
    }
    if state.short.is_some() {
        state.verify = true;
    }
    Ok(true)
}

/// A revision or range; `false` if it is none.
fn name(git: &Git, repo: &Repo, word: &[u8], state: &mut State) -> Result<bool> {
    if let Some((from, to, three)) = range(repo, word)? {
        git.line(print(repo, &to, b"", state, false)?);
        if three {
            git.line(print(repo, &from, b"", state, false)?);
            for base in crate::walk::merge_bases(repo, &from, &to)? {
                git.line(msg!["^", base.hex()]);
            }
        } else {
            git.line(print(repo, &from, b"", state, true)?);
        }
        return Ok(true);
    }
    let (excluded, plain) = match word.strip_prefix(b"^") {
        Some(plain) => (true, plain),
        None => (false, word),
    };
    match repo.try_revision(plain)? {
        Ok(oid) => {
            let text = print(repo, &oid, plain, state, excluded)?;
            match state.verify {
                true => state.held.push(text),
                false if !text.is_empty() => git.line(text),
                false => {}
            }
            Ok(true)
        }
        Err(Missing::Because(why)) if !state.quiet && !state.verify => {
            if !why.starts_with(b"log for ") {
                git.line(word);
            }
            git.flush();
            say(&msg!["fatal: ", why, "\n"]);
            Err(Failure::Silent(128))
        }
        Err(_) => Ok(false),
    }
}

fn print(repo: &Repo, oid: &Oid, name: &[u8], state: &State, excluded: bool) -> Result<Vec<u8>> {
    let mark = if excluded != state.not { "^" } else { "" };
    if state.symbolic || state.full_name || state.abbrev_ref {
        let full = match name {
            b"HEAD" | b"@" => repo.head_branch().or_else(|| Some(b"HEAD".to_vec())),
            name if name.ends_with(b"}") => upstream_name(repo, name)?,
            name => repo.full_ref_name(name)?,
        };
        return Ok(match full {
            _ if state.symbolic && !state.full_name => msg![mark, name],
            Some(full) if state.abbrev_ref => msg![mark, crate::refs::short_name(&full)],
            Some(full) => msg![mark, full],
            None => Vec::new(),
        });
    }
    Ok(match state.short {
        Some(0) => msg![mark, repo.abbrev(oid)],
        Some(length) => msg![mark, repo.abbrev_to(oid, Some(length))],
        None => msg![mark, oid.hex()],
    })
}

/// The full name behind `branch@{upstream}` and `@{-1}`.
fn upstream_name(repo: &Repo, name: &[u8]) -> Result<Option<Vec<u8>>> {
    let Some(at) = name.windows(2).position(|pair| pair == b"@{") else {
        return Ok(None);
    };
    if let Some(number) = name[at + 2..].strip_prefix(b"-") {
        let number = String::from_utf8_lossy(&number[..number.len() - 1])
            .parse()
            .unwrap_or(0);
        return match repo.previous_branch(number) {
            Some(branch) => repo.full_ref_name(&branch),
            None => Ok(None),
        };
    }
    let branch = match &name[..at] {
        b"" | b"HEAD" => repo.head_branch().unwrap_or_default(),
        branch => msg!["refs/heads/", branch],
    };
    Ok(repo.upstream(&branch))
}

const REV_LIST: Spec = Spec {
    usage: &["rev-list [<options>] <commit>... [--] [<path>...]"],
    options: &[
        LOG_OPTIONS,
        WALK_OPTIONS,
        &[
            flag("|count", "print how many there are"),
            flag("|objects", ""),
            optional("|abbrev", "n", ""),
            flag("|quiet", ""),
        ],
    ],
    stop_at_operand: false,
};

pub fn rev_list(git: &Git, arguments: Vec<Vec<u8>>) -> Result<i32> {
    let parsed = REV_LIST.parse(arguments)?;
    refuse_missing(&parsed)?;
    let repo = git.repo()?;
    for id in ["objects", "pretty", "format", "oneline"] {
        if parsed.has(id) {
            return fatal!("option '--", id, "' is not supported by this git's rev-list");
        }
    }
    let (revisions, paths) = arguments_of(repo, &parsed)?;
    if revisions.is_empty()
        && !["all", "branches", "tags", "remotes"]
            .iter()
            .any(|id| parsed.has(id))
    {
        return Err(REV_LIST.usage());
    }
    let pathspec = Pathspec::new(repo, &paths)?;
    let limits = Limits::new(&parsed)?;
    let mut walk = Walk::new(repo);
    walk.first_parent = parsed.has("first-parent");
    walk.paths = Some(&pathspec).filter(|paths| !paths.is_empty());
    start(repo, &mut walk, &parsed, &revisions)?;
    let mut kept = limits.kept(&mut walk, parsed.has("topo-order"))?;
    if parsed.has("count") {
        git.line(kept.len().to_string());
        return Ok(0);
    }
    if parsed.has("reverse") {
        kept.reverse();
    }
    for (oid, _) in kept {
        git.line(if parsed.has("abbrev-commit") {
            repo.abbrev(&oid)
        } else {
            oid.hex()
        });
    }
    Ok(0)
}

const SHOW_REF: Spec = Spec {
    usage: &[
        "show-ref [--head] [-d | --dereference] [-s | --hash[=<n>]] [--branches] [--tags] [--] [<pattern>...]",
        "show-ref --verify [-q] [--] <ref>...",
    ],
    options: &[&[
        flag("|tags", "only show tags (can be combined with --branches)"),
        flag("|branches", "only show branches (can be combined with --tags)"),
        flag("|heads", ""),
        flag("|verify", "stricter reference checking, requires exact ref path"),
        flag("|head", "show the HEAD reference"),
        flag("d|dereference", "dereference tags into object IDs"),
        flag("s|hash", "only show hash"),
        flag("q|quiet", "do not print results to stdout"),
    ]],
    stop_at_operand: false,
};

pub fn show_ref(git: &Git, arguments: Vec<Vec<u8>>) -> Result<i32> {
    let parsed = SHOW_REF.parse(arguments)?;
    let repo = git.repo()?;
    let mut list = repo.refs.list(b"refs/");
    if parsed.has("verify") {
        list = Vec::new();
        for name in &parsed.operands {
            match repo
                .refs
                .resolve(name)?
                .filter(|_| name == b"HEAD" || name.starts_with(b"refs/"))
            {
                Some(oid) => list.push((name.clone(), oid)),
                None if parsed.has("quiet") => return Ok(1),
                None => return fatal!("'", name, "' - not a valid ref"),
            }
        }
    } else {
        let (tags, branches) = (parsed.has("tags"), parsed.has("branches") || parsed.has("heads"));
        if tags || branches {
            list.retain(|(name, _)| {
                tags && name.starts_with(b"refs/tags/") || branches && name.starts_with(b"refs/heads/")
            });
        }
        list.retain(|(name, _)| {
            parsed.operands.is_empty()
                || parsed
                    .operands
                    .iter()
                    .any(|pattern| name == pattern || name.ends_with(&msg!["/", pattern]))
        });
        if parsed.has("head")
            && let Some(head) = repo.head()?
        {
            list.insert(0, (b"HEAD".to_vec(), head));
        }
    }
    let empty = list.is_empty();
    for (name, oid) in list {
        if parsed.has("quiet") {
            continue;
        }
        let line = |oid: &Oid, suffix: &str| {
            git.line(if parsed.has("hash") {
                oid.hex().into_bytes()
            } else {
                msg![oid.hex(), " ", name, suffix]
            });
        };
        line(&oid, "");
        if parsed.has("dereference") && repo.odb.read(&oid)?.0 == Kind::Tag {
            line(&repo.odb.peel(&oid)?.0, "^{}");
        }
    }
    Ok(i32::from(empty))
}
