//! `git ls-files` and `git check-ignore`

use std::collections::BTreeSet;

use crate::failure::Result;
use crate::git::Git;
use crate::ignore::Ignore;
use crate::options::{Spec, flag, value};
use crate::path::{quoted, relative_to};
use crate::pathspec::{self, Pathspec};
use crate::untracked::{self, Show};
use crate::worktree::{self, State};
use crate::{fatal, msg};

const SPEC: Spec = Spec {
    usage: &["ls-files [<options>] [<file>...]"],
    options: &[&[
        flag("z|", "separate paths with the NUL character"),
        flag("c|cached", "show cached files in the output (default)"),
        flag("d|deleted", "show deleted files in the output"),
        flag("m|modified", "show modified files in the output"),
        flag("o|others", "show other files in the output"),
        flag("i|ignored", "show ignored files in the output"),
        flag("s|stage", "show staged contents' object name in the output"),
        flag("u|unmerged", "show unmerged files in the output"),
        flag("|directory", "show 'other' directories' names only"),
        flag("|no-empty-directory", ""),
        flag("|exclude-standard", "add the standard git exclusions"),
        value("x|exclude", "pattern", ""),
        flag(
            "|full-name",
            "make the output relative to the project top directory",
        ),
        flag(
            "|error-unmatch",
            "if any <file> is not in the index, treat this as an error",
        ),
        flag("t|", "identify the file status with tags"),
        flag("|deduplicate", "suppress duplicate entries"),
        value("|format", "format", ""),
        flag("|eol", ""),
    ]],
    stop_at_operand: false,
};

pub fn run(git: &Git, arguments: Vec<Vec<u8>>) -> Result<i32> {
    let parsed = SPEC.parse(arguments)?;
    let repo = git.repo()?;
    for id in ["exclude", "format", "eol", "t"] {
        if parsed.has(id) {
            return fatal!("option '--", id, "' is not supported by this git");
        }
    }
    let index = repo.index()?;
    let here = if parsed.operands.is_empty() && !repo.prefix.is_empty() {
        vec![b".".to_vec()]
    } else {
        parsed.operands.clone()
    };
    let paths = Pathspec::new(repo, &here)?;
    let name = |path: &[u8]| {
        let shown = if parsed.has("full-name") {
            path.to_vec()
        } else {
            relative_to(path, &repo.prefix)
        };
        if parsed.has("z") {
            msg![shown, "\0"]
        } else {
            msg![quoted(&shown, repo.quotes_high()), "\n"]
        }
    };
    let (stage, unmerged) = (
        parsed.has("stage") || parsed.has("unmerged"),
        parsed.has("unmerged"),
    );
    if parsed.has("others") {
        let standard = parsed.has("exclude-standard");
        let show = if parsed.has("directory") {
            Show::Folders
        } else {
            Show::All
        };
        let found = untracked::find(repo, &index, show, &paths)?;
        let mut list = match (standard, parsed.has("ignored")) {
            (true, false) => found.untracked,
            (true, true) => found.ignored,
            (false, _) => found.untracked.into_iter().chain(found.ignored).collect(),
        };
        list.sort();
        list.iter().for_each(|path| git.put(name(path)));
    }
    let (deleted, modified) = (parsed.has("deleted"), parsed.has("modified"));
    let plain = parsed.has("cached") || stage || !(parsed.has("others") || deleted || modified);
    let mut seen = BTreeSet::new();
    for entry in index.entries.iter().filter(|entry| paths.matches(&entry.path)) {
        if plain
            && !(unmerged && entry.stage == 0)
            && !(parsed.has("deduplicate") && !seen.insert(&entry.path))
        {
            if stage {
                git.put(format!("{:06o} {} {}\t", entry.mode, entry.oid, entry.stage));
            }
            git.put(name(&entry.path));
        }
        if deleted || modified {
            let state = worktree::state(repo, &index, entry)?;
            if deleted && state == State::Deleted {
                git.put(name(&entry.path));
            }
            if modified && state != State::Clean {
                git.put(name(&entry.path));
            }
        }
    }
    if parsed.has("error-unmatch")
        && let Some(text) = paths.unmatched(index.entries.iter().map(|entry| &entry.path[..]))
    {
        git.note(msg![
            "error: pathspec '",
            text,
            "' did not match any file(s) known to git\nDid you forget to 'git add'?"
        ]);
        return Ok(1);
    }
    Ok(0)
}

const CHECK_IGNORE: Spec = Spec {
    usage: &[
        "check-ignore [<options>] <pathname>...",
        "check-ignore [<options>] --stdin",
    ],
    options: &[&[
        flag("q|quiet", "suppress progress reporting"),
        flag("v|verbose", "be verbose"),
        flag("|stdin", "read file names from stdin"),
        flag("n|non-matching", "show non-matching input paths"),
        flag("|no-index", "ignore index when checking"),
    ]],
    stop_at_operand: false,
};

pub fn check_ignore(git: &Git, arguments: Vec<Vec<u8>>) -> Result<i32> {
    let parsed = CHECK_IGNORE.parse(arguments)?;
    let repo = git.repo()?;
    let index = repo.index()?;
    let mut names = parsed.operands.clone();
    if parsed.has("stdin") {
        let text = cli::input::read_to_end(sys::Fd::STDIN).unwrap_or_default();
        names.extend(
            text.split(|b| *b == b'\n')
                .filter(|name| !name.is_empty())
                .map(<[u8]>::to_vec),
        );
    } else if names.is_empty() {
        return fatal!("no path specified");
    }
    let mut ignore = Ignore::of(repo);
    let mut status = 1;
    for name in names {
        let path = pathspec::one(repo, &name)?;
        let is_dir = sys::lstat(&path).is_ok_and(|stat| stat.is_dir());
        let tracked = !parsed.has("no-index") && (index.has(&path) || index.has_below(&path));
        let rule = if tracked {
            None
        } else {
            ignore.deciding(&path, is_dir)
        };
        let ignored = rule.as_ref().is_some_and(|rule| !rule.is_negated());
        if ignored || parsed.has("verbose") && rule.is_some() {
            status = 0;
        }
        if parsed.has("quiet") {
            continue;
        }
        match rule {
            Some(rule) if parsed.has("verbose") => {
                let top = msg![repo.work_tree.clone().unwrap_or_default(), "/"];
                let source = rule
                    .source
                    .strip_prefix(&top[..])
                    .unwrap_or(&rule.source)
                    .to_vec();
                git.line(msg![
                    source,
                    ":",
                    rule.line.to_string(),
                    ":",
                    rule.text,
                    "\t",
                    name
                ]);
            }
            None if parsed.has("verbose") && parsed.has("non-matching") => git.line(msg!["::\t", name]),
            _ if ignored => git.line(quoted(&name, repo.quotes_high())),
            _ => {}
        }
    }
    Ok(status)
}
