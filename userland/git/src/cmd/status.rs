//! `git status`

use crate::changes::{Change, files, index_to_worktree, tree_to_index};
use crate::failure::Result;
use crate::git::Git;
use crate::index::{FileStat, Index};
use crate::lock::LockFile;
use crate::oid::Oid;
use crate::options::{Parsed, Spec, flag, optional};
use crate::path::{quoted, relative_to};
use crate::pathspec::Pathspec;
use crate::refs::short_name;
use crate::renames::{Detect, detect};
use crate::repo::Repo;
use crate::untracked::{self, Found, Show};
use crate::worktree::{self, State};
use crate::{fatal, msg, tracking};

use super::status_long;

const SPEC: Spec = Spec {
    usage: &["status [<options>] [--] [<pathspec>...]"],
    options: &[&[
        flag("v|verbose", "be verbose"),
        flag("s|short", "show status concisely"),
        flag("b|branch", "show branch information"),
        flag("|show-stash", "show stash information"),
        flag("|ahead-behind", "compute full ahead/behind values"),
        optional("|porcelain", "version", "machine-readable output"),
        flag("|long", "show status in long format (default)"),
        flag("z|null", "terminate entries with NUL"),
        optional(
            "u|untracked-files",
            "mode",
            "show untracked files, optional modes: all, normal, no. (Default: all)",
        ),
        optional("|ignored", "mode", "show ignored files"),
        flag("|renames", ""),
        optional(
            "M|find-renames",
            "n",
            "detect renames, optionally set similarity index",
        ),
    ]],
    stop_at_operand: false,
};

/// All that status knows.
pub struct Status {
    pub staged: Vec<Change>,
    pub unstaged: Vec<Change>,
    /// Paths in conflict, with a bit for each of the stages 1 to 3.
    pub unmerged: Vec<(Vec<u8>, u8)>,
    pub found: Found,
    pub shows_untracked: bool,
    pub shows_ignored: bool,
    /// There is no commit yet.
    pub initial: bool,
    pub colors: bool,
    pub hints: bool,
    /// It is the one of a commit under way.
    pub for_commit: bool,
}

/// Prints what `git status` does without options, as commands do that end with it.
pub fn print(git: &Git, repo: &Repo) -> Result<()> {
    let status = collect(git, repo, &repo.index()?, Show::Folders, &Pathspec::default())?;
    git.put(status_long::text(repo, &status)?);
    Ok(())
}

/// Compares HEAD, the index and the work tree.
pub fn collect(git: &Git, repo: &Repo, index: &Index, show: Show, paths: &Pathspec) -> Result<Status> {
    against(git, repo, index, show, paths, repo.head()?)
}

/// Compares a commit, or nothing, with the index, and that with the work tree.
pub fn against(
    git: &Git,
    repo: &Repo,
    index: &Index,
    show: Show,
    paths: &Pathspec,
    head: Option<Oid>,
) -> Result<Status> {
    let tree = head.map(|head| repo.tree_of(&head)).transpose()?;
    let wanted = |path: &[u8]| paths.matches(path);
    let mut staged = tree_to_index(&files(&repo.odb, tree.as_ref())?, index);
    staged.retain(|change| wanted(&change.path) && !change.unmerged);
    let renames = repo
        .config
        .bool("status.renames")
        .or(repo.config.bool("diff.renames"));
    if renames != Some(false) {
        staged = detect(repo, staged, Detect::default())?;
    }
    let mut unstaged = index_to_worktree(repo, index, &wanted)?;
    unstaged.retain(|change| !change.unmerged);
    let mut unmerged: Vec<(Vec<u8>, u8)> = Vec::new();
    for entry in index
        .entries
        .iter()
        .filter(|entry| entry.stage != 0 && wanted(&entry.path))
    {
        let bit = 1 << (entry.stage - 1);
        match unmerged.last_mut() {
            Some((path, bits)) if *path == entry.path => *bits |= bit,
            _ => unmerged.push((entry.path.clone(), bit)),
        }
    }
    Ok(Status {
        staged,
        unstaged,
        unmerged,
        found: untracked::find(repo, index, show, paths)?,
        shows_untracked: show != Show::None,
        shows_ignored: false,
        initial: head.is_none(),
        colors: git.colors("status"),
        hints: git.config().bool("advice.statushints") != Some(false),
        for_commit: false,
    })
}

/// What `-u`, or else the configuration asks for.
pub fn shown(repo: &Repo, parsed: &Parsed) -> Result<Show> {
    if parsed.negated("untracked-files") {
        return Ok(Show::None);
    }
    let configured = repo.config.get("status.showuntrackedfiles");
    let mode = match parsed.value("untracked-files") {
        Some(mode) => mode,
        None if parsed.has("untracked-files") => b"all",
        None => configured.unwrap_or(b"normal"),
    };
    match mode {
        b"no" | b"false" => Ok(Show::None),
        b"normal" | b"true" => Ok(Show::Folders),
        b"all" => Ok(Show::All),
        _ => fatal!("Invalid untracked files mode '", mode, "'"),
    }
}

pub fn run(git: &Git, arguments: Vec<Vec<u8>>) -> Result<i32> {
    let parsed = SPEC.parse(arguments)?;
    let repo = git.repo()?;
    if parsed.has("verbose") {
        return fatal!("option '--verbose' is not supported by this git");
    }
    let porcelain = match (parsed.has("porcelain"), parsed.value("porcelain")) {
        (false, _) => false,
        (true, None | Some(b"v1" | b"1")) => true,
        (true, Some(version)) => return fatal!("unsupported porcelain version '", version, "'"),
    };
    let show = shown(repo, &parsed)?;
    let paths = Pathspec::new(repo, &parsed.operands)?;
    let index = refresh(repo, repo.index()?)?;
    let mut status = collect(git, repo, &index, show, &paths)?;
    status.shows_ignored = parsed.has("ignored");
    status.colors &= !porcelain;
    let configured = repo.config.bool("status.short") == Some(true) && !parsed.has("long");
    if parsed.has("short") || porcelain || parsed.has("null") || configured && !porcelain {
        let branch = parsed
            .switch("branch")
            .unwrap_or(!porcelain && repo.config.bool("status.branch") == Some(true));
        short(git, repo, &status, branch, parsed.has("null"), porcelain)?;
    } else {
        git.put(status_long::text(repo, &status)?);
    }
    Ok(0)
}

/// Writes what turned out about files whose times had changed, so that they need not be read again.
fn refresh(repo: &Repo, mut index: Index) -> Result<Index> {
    let mut stale = Vec::new();
    for (at, entry) in index
        .entries
        .iter()
        .enumerate()
        .filter(|(_, entry)| entry.stage == 0)
    {
        let Some(stat) = worktree::lstat(&entry.path) else {
            continue;
        };
        let now = FileStat::of(&stat);
        let known = FileStat {
            dev: now.dev,
            ..entry.stat
        };
        if (now != known || entry.stat.mtime >= index.written)
            && worktree::state(repo, &index, entry)? == State::Clean
        {
            stale.push((at, now));
        }
    }
    if stale.is_empty() {
        return Ok(index);
    }
    // Where somebody else is at work, or nothing may be written, it stays as it is.
    if sys::lstat([&repo.index_path()[..], b".lock"].concat()).is_ok() {
        return Ok(index);
    }
    let Ok(lock) = LockFile::take(&repo.index_path()) else {
        return Ok(index);
    };
    for (at, now) in stale {
        index.entries[at].stat = now;
    }
    index.write(lock)?;
    index.written = sys::stat(repo.index_path()).map_or(index.written, |stat| stat.mtime_ns);
    Ok(index)
}

/// Path, letters of index and work tree, the old name.
type Row<'a> = (&'a [u8], u8, u8, Option<&'a [u8]>);

/// `XY path` lines.
fn short(git: &Git, repo: &Repo, status: &Status, branch: bool, nul: bool, porcelain: bool) -> Result<()> {
    let end: &[u8] = if nul { b"\0" } else { b"\n" };
    let (green, red, reset) = if status.colors {
        ("\x1b[32m", "\x1b[31m", "\x1b[m")
    } else {
        ("", "", "")
    };
    if branch {
        git.put(msg![branch_line(repo, status)?, end]);
    }
    let name = |path: &[u8]| {
        if nul {
            return path.to_vec();
        }
        let shown = if porcelain {
            path.to_vec()
        } else {
            relative_to(path, &repo.prefix)
        };
        let text = quoted(&shown, repo.quotes_high());
        if text.contains(&b' ') && !text.starts_with(b"\"") {
            msg!["\"", text, "\""]
        } else {
            text
        }
    };
    let mut lines: Vec<Row<'_>> = Vec::new();
    for change in &status.staged {
        lines.push((&change.path, change.letter() as u8, b' ', change.from.as_deref()));
    }
    for change in &status.unstaged {
        let letter = change.letter() as u8;
        match lines.iter_mut().find(|(path, ..)| *path == change.path) {
            Some(line) => line.2 = letter,
            None => lines.push((&change.path, b' ', letter, None)),
        }
    }
    for (path, bits) in &status.unmerged {
        let [x, y] = letters(*bits);
        lines.push((path, x, y, None));
    }
    lines.sort_by(|a, b| a.0.cmp(b.0));
    let letter = |letter: u8, color: &str| match letter {
        b' ' => b" ".to_vec(),
        letter => msg![color, [letter], reset],
    };
    for (path, x, y, from) in lines {
        let unmerged = status.unmerged.iter().any(|(other, _)| other == path);
        git.put(msg![
            letter(x, if unmerged { red } else { green }),
            letter(y, red),
            " "
        ]);
        match from {
            Some(from) if nul => git.put(msg![name(path), "\0", name(from), end]),
            Some(from) => git.put(msg![name(from), " -> ", name(path), end]),
            None => git.put(msg![name(path), end]),
        }
    }
    for path in &status.found.untracked {
        git.put(msg![red, "??", reset, " ", name(path), end]);
    }
    if status.shows_ignored {
        for path in &status.found.ignored {
            git.put(msg![red, "!!", reset, " ", name(path), end]);
        }
    }
    Ok(())
}

/// The two letters of a conflict, by its stages.
fn letters(bits: u8) -> [u8; 2] {
    *match bits {
        1 => b"DD",
        2 => b"AU",
        3 => b"UD",
        4 => b"UA",
        5 => b"DU",
        6 => b"AA",
        _ => b"UU",
    }
}

fn branch_line(repo: &Repo, status: &Status) -> Result<Vec<u8>> {
    let (green, red, reset) = if status.colors {
        ("\x1b[32m", "\x1b[31m", "\x1b[m")
    } else {
        ("", "", "")
    };
    let Some(branch) = repo.head_branch() else {
        return Ok(msg!["## ", red, "HEAD (no branch)", reset]);
    };
    let start = if status.initial { "No commits yet on " } else { "" };
    let mut line = msg!["## ", start, green, short_name(&branch), reset];
    let tracking = tracking::of(repo, &branch)?;
    let upstream = match &tracking {
        tracking::Tracking::None => return Ok(line),
        tracking::Tracking::Gone(name) | tracking::Tracking::At(name, ..) => name,
    };
    line.extend(msg!["...", red, upstream, reset]);
    let brief = tracking::brief(&tracking);
    if !brief.is_empty() {
        line.extend(msg![" [", brief, "]"]);
    }
    Ok(line)
}
