//! The long form of `git status`, which is also in the template of commit messages.

use crate::changes::Change;
use crate::failure::Result;
use crate::oid::Oid;
use crate::path::{quoted, relative_to};
use crate::refs::short_name;
use crate::repo::Repo;
use crate::{msg, reflog, tracking};

use super::status::Status;

struct Text<'a> {
    repo: &'a Repo,
    status: &'a Status,
    out: Vec<u8>,
}

/// All of it.
pub fn text(repo: &Repo, status: &Status) -> Result<Vec<u8>> {
    let mut text = Text {
        repo,
        status,
        out: Vec::new(),
    };
    text.head()?;
    text.state();
    if status.initial {
        text.put(if status.for_commit {
            "\nInitial commit\n\n"
        } else {
            "\nNo commits yet\n\n"
        });
    }
    text.staged();
    text.unmerged();
    text.unstaged();
    text.others();
    text.end();
    Ok(text.out)
}

impl Text<'_> {
    fn put(&mut self, text: impl AsRef<[u8]>) {
        self.out.extend_from_slice(text.as_ref());
    }

    fn hint(&mut self, text: &str) {
        if self.status.hints {
            self.put(format!("  ({text})\n"));
        }
    }

    fn name(&self, path: &[u8]) -> Vec<u8> {
        quoted(&relative_to(path, &self.repo.prefix), self.repo.quotes_high())
    }

    fn color(&self, red: bool) -> (&'static str, &'static str) {
        match (self.status.colors, red) {
            (false, _) => ("", ""),
            (true, true) => ("\x1b[31m", "\x1b[m"),
            (true, false) => ("\x1b[32m", "\x1b[m"),
        }
    }

    fn head(&mut self) -> Result<()> {
        match self.repo.head_branch() {
            Some(branch) => {
                self.put(msg!["On branch ", short_name(&branch), "\n"]);
                let sentences = if self.status.initial {
                    Vec::new()
                } else {
                    tracking::sentences(self.repo, &branch)?
                };
                if !sentences.is_empty() {
                    self.put(sentences);
                    self.put("\n");
                }
            }
            None if self.repo.read_file("rebase-merge/onto").is_some() => {
                let onto = self.repo.read_file("rebase-merge/onto").unwrap_or_default();
                let onto = Oid::from_hex(onto.trim_ascii()).unwrap_or_default();
                let (red, reset) = self.color(true);
                let short = self.repo.abbrev(&onto);
                self.put(msg![
                    red,
                    "interactive rebase in progress; onto ",
                    reset,
                    short,
                    "\n"
                ]);
            }
            None => {
                let (red, reset) = self.color(true);
                let head = self.repo.head()?.unwrap_or_default();
                let at = detached_from(self.repo, &head);
                self.put(match at {
                    Some((name, true)) => msg![red, "HEAD detached at ", reset, name, "\n"],
                    Some((name, false)) => msg![red, "HEAD detached from ", reset, name, "\n"],
                    None => msg![red, "Not currently on any branch.", reset, "\n"],
                });
            }
        }
        Ok(())
    }

    /// A merge or the like that is under way.
    fn state(&mut self) {
        let conflicts = !self.status.unmerged.is_empty();
        if let Some(lines) = super::rebase_state::state(self.repo, conflicts) {
            for line in lines {
                match line.strip_prefix("  (").and_then(|line| line.strip_suffix(")")) {
                    Some(hint) => self.hint(hint),
                    None => self.put(format!("{line}\n")),
                }
            }
            self.put("\n");
        } else if self.repo.read_file("MERGE_HEAD").is_some() {
            if conflicts {
                self.put("You have unmerged paths.\n");
                self.hint("fix conflicts and run \"git commit\"");
                self.hint("use \"git merge --abort\" to abort the merge");
            } else {
                self.put("All conflicts fixed but you are still merging.\n");
                self.hint("use \"git commit\" to conclude merge");
            }
            self.put("\n");
        } else {
            for (file, doing, command) in [
                ("CHERRY_PICK_HEAD", "cherry-picking", "cherry-pick"),
                ("REVERT_HEAD", "reverting", "revert"),
            ] {
                let Some(hex) = self.repo.read_file(file) else {
                    continue;
                };
                let oid = Oid::from_hex(hex.trim_ascii()).unwrap_or_default();
                self.put(format!(
                    "You are currently {doing} commit {}.\n",
                    self.repo.abbrev(&oid)
                ));
                if conflicts {
                    self.hint(&format!("fix conflicts and run \"git {command} --continue\""));
                } else {
                    self.hint(&format!("all conflicts fixed: run \"git {command} --continue\""));
                }
                self.hint(&format!("use \"git {command} --skip\" to skip this patch"));
                self.hint(&format!(
                    "use \"git {command} --abort\" to cancel the {command} operation"
                ));
                self.put("\n");
            }
        }
    }

    fn changes(&mut self, changes: &[Change], red: bool) {
        let (color, reset) = self.color(red);
        for change in changes {
            let label = match change.letter() {
                'A' => "new file:   ",
                'D' => "deleted:    ",
                'R' => "renamed:    ",
                'C' => "copied:     ",
                'T' => "typechange: ",
                _ => "modified:   ",
            };
            let names = match &change.from {
                Some(from) => msg![self.name(from), " -> ", self.name(&change.path)],
                None => self.name(&change.path),
            };
            self.put(msg!["\t", color, label, names, reset, "\n"]);
        }
        self.put("\n");
    }

    fn staged(&mut self) {
        if self.status.staged.is_empty() {
            return;
        }
        self.put("Changes to be committed:\n");
        if !self.is_merging() {
            self.hint(if self.status.initial {
                "use \"git rm --cached <file>...\" to unstage"
            } else {
                "use \"git restore --staged <file>...\" to unstage"
            });
        }
        self.changes(&self.status.staged, false);
    }

    fn is_merging(&self) -> bool {
        self.repo.read_file("rebase-merge/onto").is_none()
            && ["MERGE_HEAD", "CHERRY_PICK_HEAD"]
                .iter()
                .any(|file| self.repo.read_file(file).is_some())
    }

    fn unmerged(&mut self) {
        if self.status.unmerged.is_empty() {
            return;
        }
        self.put("Unmerged paths:\n");
        if !self.is_merging() {
            self.hint("use \"git restore --staged <file>...\" to unstage");
        }
        let (mut both_deleted, mut one_deleted, mut kept) = (false, false, false);
        for (_, bits) in &self.status.unmerged {
            match bits {
                1 => both_deleted = true,
                3 | 5 => one_deleted = true,
                _ => kept = true,
            }
        }
        self.hint(match (both_deleted, one_deleted, kept) {
            (false, false, _) => "use \"git add <file>...\" to mark resolution",
            (true, false, false) => "use \"git rm <file>...\" to mark resolution",
            _ => "use \"git add/rm <file>...\" as appropriate to mark resolution",
        });
        let (red, reset) = self.color(true);
        for (path, bits) in &self.status.unmerged {
            let label = match bits {
                1 => "both deleted:    ",
                2 => "added by us:     ",
                3 => "deleted by them: ",
                4 => "added by them:   ",
                5 => "deleted by us:   ",
                6 => "both added:      ",
                _ => "both modified:   ",
            };
            self.put(msg!["\t", red, label, self.name(path), reset, "\n"]);
        }
        self.put("\n");
    }

    fn unstaged(&mut self) {
        if self.status.unstaged.is_empty() {
            return;
        }
        let deleted = self.status.unstaged.iter().any(|change| change.new.is_none());
        self.put("Changes not staged for commit:\n");
        self.hint(if deleted {
            "use \"git add/rm <file>...\" to update what will be committed"
        } else {
            "use \"git add <file>...\" to update what will be committed"
        });
        self.hint("use \"git restore <file>...\" to discard changes in working directory");
        self.changes(&self.status.unstaged, true);
    }

    fn others(&mut self) {
        let status = self.status;
        self.list("Untracked files", "add", &status.found.untracked);
        if status.shows_ignored {
            self.list("Ignored files", "add -f", &status.found.ignored);
        }
        if !self.status.shows_untracked && !self.status.staged.is_empty() {
            self.put("Untracked files not listed");
            self.put(if self.status.hints {
                " (use -u option to show untracked files)\n"
            } else {
                "\n"
            });
        }
    }

    fn list(&mut self, title: &str, verb: &str, paths: &[Vec<u8>]) {
        if paths.is_empty() {
            return;
        }
        let (red, reset) = self.color(true);
        self.put(format!("{title}:\n"));
        self.hint(&format!(
            "use \"git {verb} <file>...\" to include in what will be committed"
        ));
        for path in paths {
            self.put(msg!["\t", red, self.name(path), reset, "\n"]);
        }
        self.put("\n");
    }

    /// The last line, where there is nothing to commit.
    fn end(&mut self) {
        if !self.status.staged.is_empty() {
            return;
        }
        let hints = self.status.hints;
        let with = |text: &str, hint: &str| {
            if hints {
                format!("{text} ({hint})\n")
            } else {
                format!("{text}\n")
            }
        };
        let line = if !self.status.unstaged.is_empty() || !self.status.unmerged.is_empty() {
            with(
                "no changes added to commit",
                "use \"git add\" and/or \"git commit -a\"",
            )
        } else if !self.status.found.untracked.is_empty() {
            with(
                "nothing added to commit but untracked files present",
                "use \"git add\" to track",
            )
        } else if self.status.initial {
            with(
                "nothing to commit",
                "create/copy files and use \"git add\" to track",
            )
        } else if !self.status.shows_untracked {
            with("nothing to commit", "use -u to show untracked files")
        } else {
            "nothing to commit, working tree clean\n".to_owned()
        };
        self.put(line);
    }
}

/// What was checked out when HEAD was detached, and whether HEAD is still there.
pub fn detached_from(repo: &Repo, head: &Oid) -> Option<(Vec<u8>, bool)> {
    let entries = reflog::read(&repo.refs.log_path(b"HEAD"));
    let entry = entries
        .iter()
        .find(|entry| entry.message.starts_with(b"checkout: moving from "))?;
    let at = entry.message.windows(4).rposition(|part| part == b" to ")?;
    let target = &entry.message[at + 4..];
    let is_name = matches!(repo.full_ref_name(target), Ok(Some(full)) if full.starts_with(b"refs/"))
        && Oid::from_hex(target).is_none();
    let name = if is_name {
        short_name(target.strip_prefix(b"refs/").unwrap_or(target)).to_vec()
    } else {
        repo.abbrev(&entry.new).into_bytes()
    };
    Some((name, entry.new == *head))
}
