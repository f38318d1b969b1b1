//! `git diff`

use diffs::compare::changes;
use diffs::lines::Lines;

use crate::changes::{
    Change, Side, between_trees, files, index_to_worktree, tree_to_index, tree_to_worktree,
};
use crate::diff::{Options, show};
use crate::diff_options::OPTIONS;
use crate::failure::Result;
use crate::git::Git;
use crate::index::mode_of;
use crate::object::{Kind, mode};
use crate::oid::{Oid, hash_object};
use crate::options::{Parsed, Spec, flag};
use crate::pathspec::Pathspec;
use crate::repo::Repo;
use crate::{fatal, msg, patch, walk, worktree};

const SPEC: Spec = Spec {
    usage: &[
        "diff [<options>] [<commit>] [--] [<path>...]",
        "diff [<options>] --cached [--merge-base] [<commit>] [--] [<path>...]",
        "diff [<options>] [--merge-base] <commit> [<commit>...] <commit> [--] [<path>...]",
        "diff [<options>] <commit>...<commit> [--] [<path>...]",
        "diff [<options>] <blob> <blob>",
        "diff [<options>] --no-index [--] <path> <path>",
    ],
    options: &[
        &[
            flag("|cached", "show changes that are staged"),
            flag("|staged", "show changes that are staged"),
            flag("|merge-base", "compare with the merge base"),
            flag("|no-index", "compare two paths, whatever the repository"),
            flag("0|", ""),
        ],
        OPTIONS,
    ],
    stop_at_operand: false,
};

pub fn run(git: &Git, arguments: Vec<Vec<u8>>) -> Result<i32> {
    let parsed = SPEC.parse(arguments)?;
    let Some(repo) = git.try_repo().filter(|_| !parsed.has("no-index")) else {
        return no_index(git, &parsed);
    };
    let mut options = Options::new(git);
    options.take(&parsed)?;
    let (revisions, paths) = arguments_of(repo, &parsed)?;
    if !options.quiet {
        git.page("diff");
        options.color = crate::diff_options::color_switch(&parsed)?.unwrap_or_else(|| git.colors("diff"));
    }
    if !options.has_format() {
        options.patch = true;
    }
    let paths = Pathspec::new(repo, &paths)?;
    let mut list = compare(repo, &parsed, &revisions)?;
    list.retain(|change| paths.matches(&change.path));
    let any = show(git, repo, list, &options)?;
    Ok(i32::from(any && options.exit_code))
}

/// Arguments of one kind.
type Words = Vec<Vec<u8>>;

/// Revisions and paths: without `--`, an argument that is no revision begins the paths, which must be there.
pub fn arguments_of(repo: &Repo, parsed: &Parsed) -> Result<(Words, Words)> {
    if parsed.dashes.is_some() {
        let (revisions, paths) = parsed.split();
        for name in revisions {
            let plain = name.strip_prefix(b"^").unwrap_or(name);
            if !is_range(name) && !repo.is_revision(plain) {
                return fatal!("bad revision '", name, "'");
            }
        }
        return Ok((revisions.to_vec(), paths.to_vec()));
    }
    let mut revisions = Vec::new();
    for (at, name) in parsed.operands.iter().enumerate() {
        let plain = name.strip_prefix(b"^").unwrap_or(name);
        let on_disk = worktree::lstat(&crate::path::join(&repo.prefix, name)).is_some();
        if is_range(name) && !on_disk && range(repo, name)?.is_some() || repo.is_revision(plain) {
            if on_disk && !repo.prefix.is_empty() | !repo.is_bare() {
                return fatal!(
                    "ambiguous argument '",
                    name,
                    "': both revision and filename\n\
                     Use '--' to separate paths from revisions, like this:\n\
                     'git <command> [<revision>...] -- [<file>...]'"
                );
            }
            revisions.push(name.clone());
            continue;
        }
        for path in &parsed.operands[at..] {
            let wild = path.iter().any(|b| b"*?[".contains(b)) || path.starts_with(b":");
            if !wild && worktree::lstat(&crate::path::join(&repo.prefix, path)).is_none() {
                repo.revision(path)?;
            }
        }
        return Ok((revisions, parsed.operands[at..].to_vec()));
    }
    Ok((revisions, Vec::new()))
}

fn is_range(name: &[u8]) -> bool {
    name.windows(2).any(|pair| pair == b"..")
}

/// Both ends of `a..b` or `a...b`, and whether it is the latter.
pub fn range(repo: &Repo, name: &[u8]) -> Result<Option<(Oid, Oid, bool)>> {
    let Some(at) = name.windows(2).position(|pair| pair == b"..") else {
        return Ok(None);
    };
    let three = name.get(at + 2) == Some(&b'.');
    let end = |text: &[u8]| {
        if text.is_empty() {
            b"HEAD".to_vec()
        } else {
            text.to_vec()
        }
    };
    let (from, to) = (end(&name[..at]), end(&name[at + 2 + usize::from(three)..]));
    match (repo.try_revision(&from)?, repo.try_revision(&to)?) {
        (Ok(from), Ok(to)) => Ok(Some((from, to, three))),
        _ => Ok(None),
    }
}

/// The changes that the revisions ask for.
fn compare(repo: &Repo, parsed: &Parsed, revisions: &[Vec<u8>]) -> Result<Vec<Change>> {
    let cached = parsed.has("cached") || parsed.has("staged");
    let mut ends: Vec<Oid> = Vec::new();
    for name in revisions {
        match range(repo, name)? {
            Some((from, to, true)) => {
                let bases = walk::merge_bases(repo, &from, &to)?;
                let Some(base) = bases.first() else {
                    return fatal!(name, ": no merge base");
                };
                ends.extend([*base, to]);
            }
            Some((from, to, false)) => ends.extend([from, to]),
            None => ends.push(repo.revision(name)?),
        }
    }
    if parsed.has("merge-base") {
        let other = match ends.get(1) {
            Some(other) => *other,
            None => repo.commit_of(b"HEAD")?,
        };
        match ends.first() {
            Some(first) => match walk::merge_bases(repo, first, &other)?.first() {
                Some(base) => ends[0] = *base,
                None => return fatal!("no merge base found"),
            },
            None => return fatal!("--merge-base needs a commit"),
        }
    }
    match ends.as_slice() {
        [] if cached => {
            let tree = repo.head()?.map(|head| repo.tree_of(&head)).transpose()?;
            Ok(tree_to_index(&files(&repo.odb, tree.as_ref())?, &repo.index()?))
        }
        [] => {
            repo.need_work_tree()?;
            index_to_worktree(repo, &repo.index()?, &|_| true)
        }
        [one] => {
            let tree = files(&repo.odb, Some(&repo.tree_of(one)?))?;
            let index = repo.index()?;
            if cached {
                Ok(tree_to_index(&tree, &index))
            } else {
                tree_to_worktree(repo, &tree, &index)
            }
        }
        [one, other] => {
            let kind = |oid: &Oid| repo.odb.read(oid).map(|(kind, _)| kind);
            if kind(one)? == Kind::Blob && kind(other)? == Kind::Blob {
                let side = |oid: &Oid| {
                    Some(Side {
                        mode: mode::FILE,
                        oid: *oid,
                    })
                };
                let (old, new) = (side(one), side(other));
                let name = |at: usize| path_of(&revisions[at.min(revisions.len() - 1)]);
                let mut change = Change::new(&name(1), old, new);
                // Two blobs by name: no rename, though the names differ.
                if name(0) != name(1) {
                    change.from = Some(name(0));
                }
                return Ok(if one == other { Vec::new() } else { vec![change] });
            }
            between_trees(&repo.odb, Some(&repo.tree_of(one)?), Some(&repo.tree_of(other)?))
        }
        _ => fatal!("diffs of more than two revisions are not supported by this git"),
    }
}

/// What a blob is called in its diff.
fn path_of(revision: &[u8]) -> Vec<u8> {
    match revision.iter().position(|b| *b == b':') {
        Some(colon) => revision[colon + 1..].to_vec(),
        None => revision.to_vec(),
    }
}

/// Two files that need not be in a repository.
fn no_index(git: &Git, parsed: &Parsed) -> Result<i32> {
    let [one, other] = parsed.operands.as_slice() else {
        if !parsed.has("no-index") {
            crate::failure::say(
                b"warning: Not a git repository. Use --no-index to compare two paths outside a working tree\n",
            );
        }
        return Err(SPEC.usage());
    };
    let mut options = Options::new(git);
    options.take(parsed)?;
    let prefix = git.try_repo().map(|repo| repo.prefix.clone()).unwrap_or_default();
    let read = |name: &[u8]| -> Result<(Option<u32>, Vec<u8>)> {
        if name == b"/dev/null" {
            return Ok((None, Vec::new()));
        }
        let path = crate::path::join(&prefix, name);
        let Ok(stat) = sys::lstat(&path) else {
            return crate::error!("Could not access '", name, "'");
        };
        if stat.is_dir() {
            return fatal!("directories with --no-index are not supported by this git");
        }
        Ok((Some(mode_of(&stat)), worktree::content(&path, mode_of(&stat))?))
    };
    let ((old_mode, old), (new_mode, new)) = (read(one)?, read(other)?);
    if old == new && old_mode == new_mode {
        return Ok(0);
    }
    if options.quiet {
        return Ok(1);
    }
    if options.stat || options.name_only || options.name_status || options.raw || options.numstat {
        return fatal!("--no-index shows patches only, by this git");
    }
    let colors = patch::Colors::new(options.color);
    let strip = |name: &[u8]| name.strip_prefix(b"/").unwrap_or(name).to_vec();
    let label = |prefix: &str, name: &[u8], mode: Option<u32>| match mode {
        None => b"/dev/null".to_vec(),
        Some(_) => msg![prefix, strip(name)],
    };
    let pick = |own: &'_ [u8], peer: &'_ [u8]| {
        if own == b"/dev/null" {
            peer.to_vec()
        } else {
            own.to_vec()
        }
    };
    let (first, second) = (pick(one, other), pick(other, one));
    let meta = |line: Vec<u8>| git.line(msg![colors.meta, line, colors.reset]);
    meta(msg![
        "diff --git ",
        options.old_prefix,
        strip(&first),
        " ",
        options.new_prefix,
        strip(&second)
    ]);
    match (old_mode, new_mode) {
        (None, Some(mode)) => meta(format!("new file mode {mode:06o}").into_bytes()),
        (Some(mode), None) => meta(format!("deleted file mode {mode:06o}").into_bytes()),
        (Some(a), Some(b)) if a != b => {
            meta(format!("old mode {a:06o}").into_bytes());
            meta(format!("new mode {b:06o}").into_bytes());
        }
        _ => {}
    }
    let id = |mode: Option<u32>, content: &[u8]| match mode {
        None => Ok(Oid::ZERO),
        Some(_) => hash_object(Kind::Blob, content),
    };
    let (a, b) = (id(old_mode, &old)?.hex(), id(new_mode, &new)?.hex());
    let suffix = match (old_mode, new_mode) {
        (Some(a), Some(b)) if a == b => format!(" {a:06o}"),
        _ => String::new(),
    };
    meta(format!("index {}..{}{suffix}", &a[..7], &b[..7]).into_bytes());
    let labels = (
        label(&options.old_prefix, one, old_mode),
        label(&options.new_prefix, other, new_mode),
    );
    if !options.text && (patch::is_binary(&old) || patch::is_binary(&new)) {
        git.line(msg!["Binary files ", labels.0, " and ", labels.1, " differ"]);
        return Ok(1);
    }
    meta(msg!["--- ", labels.0]);
    meta(msg!["+++ ", labels.1]);
    let (old, new) = (Lines::new(old), Lines::new(new));
    let found = changes(&old, &new, &options.equality);
    patch::Hunks {
        old: &old,
        new: &new,
        changes: &found,
        context: options.context,
    }
    .show(&colors, &mut |piece| git.put(piece));
    Ok(1)
}
