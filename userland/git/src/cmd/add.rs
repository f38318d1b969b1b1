//! `git add`

use crate::failure::{Failure, Result, say};
use crate::git::Git;
use crate::ignore::Ignore;
use crate::index::{Entry, Index};
use crate::object::mode;
use crate::options::{Parsed, Spec, flag, value};
use crate::pathspec::Pathspec;
use crate::repo::Repo;
use crate::untracked::{self, Show};
use crate::worktree::{self, State};
use crate::{fatal, msg};

const SPEC: Spec = Spec {
    usage: &["add [<options>] [--] <pathspec>..."],
    options: &[&[
        flag("n|dry-run", "dry run"),
        flag("v|verbose", "be verbose"),
        flag("i|interactive", "interactive picking"),
        flag("p|patch", "select hunks interactively"),
        flag("e|edit", "edit current diff and apply"),
        flag("f|force", "allow adding otherwise ignored files"),
        flag("u|update", "update tracked files"),
        flag(
            "N|intent-to-add",
            "record only the fact that the path will be added later",
        ),
        flag("A|all", "add changes from all tracked and untracked files"),
        flag(
            "|ignore-removal",
            "ignore paths removed in the working tree (same as --no-all)",
        ),
        flag("|refresh", "don't add, only refresh the index"),
        flag(
            "|ignore-errors",
            "just skip files which cannot be added because of errors",
        ),
        value(
            "|chmod",
            "(+|-)x",
            "override the executable bit of the listed files",
        ),
    ]],
    stop_at_operand: false,
};

pub fn run(git: &Git, arguments: Vec<Vec<u8>>) -> Result<i32> {
    let parsed = SPEC.parse(arguments)?;
    for id in ["interactive", "patch", "edit"] {
        if parsed.has(id) {
            return fatal!("option '--", id, "' is not supported by this git");
        }
    }
    let repo = git.repo()?;
    let (update, all) = (parsed.has("update"), parsed.has("all"));
    if update && all {
        return fatal!("options '-A' and '-u' cannot be used together");
    }
    if parsed.operands.is_empty() && !update && !all {
        say(b"Nothing specified, nothing added.\n");
        say(b"hint: Maybe you wanted to say 'git add .'?\n");
        say(b"hint: Disable this message with \"git config advice.addEmptyPathspec false\"\n");
        return Ok(0);
    }
    let paths = Pathspec::new(repo, &parsed.operands)?;
    let (lock, mut index) = repo.lock_index()?;
    let mut ignored = Vec::new();
    if !parsed.has("refresh") {
        check(repo, &index, &paths, &parsed, &mut ignored)?;
    }
    let removals = !(parsed.negated("all") || parsed.has("ignore-removal"));
    let mut work = Work {
        git,
        repo,
        index: &mut index,
        parsed: &parsed,
    };
    work.update_tracked(&paths, removals)?;
    if !update && !parsed.has("refresh") {
        work.add_untracked(&paths, &ignored)?;
    }
    if let Some(chmod) = parsed.value("chmod") {
        chmod_entries(&mut index, &paths, chmod)?;
    }
    if !parsed.has("dry-run") {
        repo.write_index(lock, index)?;
    }
    if ignored.is_empty() || parsed.has("force") {
        return Ok(0);
    }
    let list: Vec<u8> = ignored.iter().flat_map(|path| msg![path, "\n"]).collect();
    git.flush();
    say(&msg![
        "The following paths are ignored by one of your .gitignore files:\n",
        list,
        "hint: Use -f if you really want to add them.\n",
        "hint: Disable this message with \"git config advice.addIgnoredFile false\"\n"
    ]);
    Ok(1)
}

fn chmod_entries(index: &mut Index, paths: &Pathspec, how: &[u8]) -> Result<()> {
    let mode = match how {
        b"+x" => mode::EXECUTABLE,
        b"-x" => mode::FILE,
        _ => return fatal!("--chmod param '", how, "' must be either -x or +x"),
    };
    let plain = |entry: &&mut Entry| matches!(entry.mode, mode::FILE | mode::EXECUTABLE);
    for entry in index
        .entries
        .iter_mut()
        .filter(|entry| paths.matches(&entry.path))
        .filter(plain)
    {
        entry.mode = mode;
    }
    Ok(())
}

/// Every pathspec must match something; those that name what is ignored are collected.
fn check(
    repo: &Repo,
    index: &Index,
    paths: &Pathspec,
    parsed: &Parsed,
    ignored: &mut Vec<Vec<u8>>,
) -> Result<()> {
    let found = untracked::find(repo, index, Show::All, &Pathspec::default())?;
    let tracked: Vec<&[u8]> = index.entries.iter().map(|entry| &entry.path[..]).collect();
    let strip = |path: &'_ Vec<u8>| path.strip_suffix(b"/").unwrap_or(path).to_vec();
    let others: Vec<Vec<u8>> = found.untracked.iter().chain(&found.ignored).map(strip).collect();
    let mut ignore = Ignore::of(repo);
    if !parsed.has("force") {
        for (_, path) in paths.literals() {
            let Some(stat) = worktree::lstat(path) else {
                continue;
            };
            let tracked = index.has(path) || index.has_below(path);
            if !path.is_empty() && !tracked && ignore.is_ignored(path, stat.is_dir()) {
                ignored.push(path.to_vec());
            }
        }
    }
    let known = tracked.into_iter().chain(others.iter().map(Vec::as_slice));
    if let Some(text) = paths.unmatched(known) {
        // A folder that is there, if only without files, is no mistake.
        let exists = paths
            .literals()
            .any(|(other, path)| other == text && worktree::lstat(path).is_some());
        if !exists {
            return fatal!("pathspec '", text, "' did not match any files");
        }
    }
    Ok(())
}

struct Work<'a> {
    git: &'a Git,
    repo: &'a Repo,
    index: &'a mut Index,
    parsed: &'a Parsed,
}

impl Work<'_> {
    fn tell(&self, what: &str, path: &[u8]) {
        if self.parsed.has("verbose") || self.parsed.has("dry-run") {
            self.git.line(msg![what, " '", path, "'"]);
        }
    }

    /// What changed of the files that the index has.
    fn update_tracked(&mut self, paths: &Pathspec, removals: bool) -> Result<()> {
        let mut tracked: Vec<Vec<u8>> = self
            .index
            .entries
            .iter()
            .map(|entry| entry.path.clone())
            .collect();
        tracked.dedup();
        for path in tracked.into_iter().filter(|path| paths.matches(path)) {
            let Some(entry) = self.index.stages(&path).first().cloned() else {
                continue;
            };
            if entry.mode == mode::GITLINK || entry.skip_worktree {
                continue;
            }
            let state = worktree::state(self.repo, self.index, &entry)?;
            match state {
                State::Deleted if removals => {
                    self.tell("remove", &path);
                    self.index.remove(&path);
                }
                State::Deleted => {}
                State::Clean if entry.stage == 0 && !entry.intent_to_add => {
                    // What is known of the file is brought up to date.
                    if let (Some(stat), Ok(at)) = (worktree::lstat(&path), self.index.search(&path, 0)) {
                        self.index.entries[at].stat = crate::index::FileStat::of(&stat);
                    }
                }
                _ if self.parsed.has("refresh") => {}
                _ => self.add(&path, Some(&entry))?,
            }
        }
        Ok(())
    }

    fn add(&mut self, path: &[u8], known: Option<&Entry>) -> Result<()> {
        match worktree::add(self.repo, path, known) {
            Ok(entry) => {
                self.tell("add", path);
                self.index.add(entry);
                Ok(())
            }
            Err(failure) if self.parsed.has("ignore-errors") => {
                failure.tell();
                Ok(())
            }
            Err(failure) => {
                if let Failure::Error(message, _) = &failure {
                    say(&msg!["error: ", message, "\n"]);
                    say(&msg!["error: unable to index file '", path, "'\n"]);
                    return fatal!("adding files failed");
                }
                Err(failure)
            }
        }
    }

    fn add_untracked(&mut self, paths: &Pathspec, ignored: &[Vec<u8>]) -> Result<()> {
        let found = untracked::find(self.repo, self.index, Show::All, paths)?;
        let mut files = found.untracked;
        if self.parsed.has("force") {
            for path in found.ignored {
                match path.strip_suffix(b"/") {
                    Some(folder) => list_all(folder, &mut files),
                    None => files.push(path),
                }
            }
            for path in ignored {
                list_all(path, &mut files);
            }
        }
        for path in files {
            if let Some(folder) = path.strip_suffix(b"/") {
                self.git
                    .note(msg!["warning: adding embedded git repository: ", folder]);
                return fatal!("submodules are not supported by this git");
            }
            if self.parsed.has("intent-to-add") {
                self.tell("add", &path);
                let stat = worktree::lstat(&path);
                let mode = stat.map_or(mode::FILE, |stat| crate::index::mode_of(&stat));
                let empty = crate::oid::hash_object(crate::object::Kind::Blob, b"")?;
                self.index.add(Entry {
                    intent_to_add: true,
                    ..Entry::new(&path, mode, empty, 0)
                });
            } else {
                self.add(&path, None)?;
            }
        }
        Ok(())
    }
}

/// All files below a folder.
fn list_all(folder: &[u8], files: &mut Vec<Vec<u8>>) {
    if !sys::lstat(folder).is_ok_and(|stat| stat.is_dir()) {
        files.push(folder.to_vec());
        return;
    }
    for entry in std::fs::read_dir(cli::os(folder)).into_iter().flatten().flatten() {
        list_all(
            &crate::path::join(folder, entry.file_name().as_encoded_bytes()),
            files,
        );
    }
}
