//! Unified diffs, as git prints them.

use std::ops::Range;

use diffs::compare::{Change as LineChange, changes};
use diffs::lines::{Lines, body};

use crate::changes::{Change, Side};
use crate::diff::Options;
use crate::failure::Result;
use crate::git::Git;
use crate::object::mode;
use crate::oid::{Oid, hash_object};
use crate::path::quoted;
use crate::repo::Repo;
use crate::{msg, worktree};

/// A file's content on both sides.
pub struct Contents {
    pub old: Vec<u8>,
    pub new: Vec<u8>,
}

/// git looks for a NUL in this much of a file.
const BINARY_LOOK: usize = 8_000;

pub fn is_binary(data: &[u8]) -> bool {
    data[..data.len().min(BINARY_LOOK)].contains(&0)
}

/// The content of one side; of a submodule, its commit.
pub fn side_content(repo: &Repo, path: &[u8], side: Option<&Side>) -> Result<Vec<u8>> {
    match side {
        None => Ok(Vec::new()),
        Some(side) if side.mode == mode::GITLINK => Ok(msg!["Subproject commit ", side.oid.hex(), "\n"]),
        Some(side) if side.oid.is_zero() => worktree::content(path, side.mode),
        Some(side) => Ok(repo.odb.blob(&side.oid)?.to_vec()),
    }
}

impl Contents {
    pub fn of(repo: &Repo, change: &Change) -> Result<Contents> {
        Ok(Contents {
            old: side_content(repo, change.old_path(), change.old.as_ref())?,
            new: side_content(repo, &change.path, change.new.as_ref())?,
        })
    }

    pub fn is_binary(&self, options: &Options) -> bool {
        !options.text && (is_binary(&self.old) || is_binary(&self.new))
    }
}

/// The colours of a diff.
pub struct Colors {
    pub meta: &'static str,
    pub frag: &'static str,
    pub old: &'static str,
    pub new: &'static str,
    pub reset: &'static str,
}

impl Colors {
    pub fn new(on: bool) -> Colors {
        if on {
            Colors {
                meta: "\x1b[1m",
                frag: "\x1b[36m",
                old: "\x1b[31m",
                new: "\x1b[32m",
                reset: "\x1b[m",
            }
        } else {
            Colors {
                meta: "",
                frag: "",
                old: "",
                new: "",
                reset: "",
            }
        }
    }
}

/// The patch of one change.
pub fn show(git: &Git, repo: &Repo, change: &Change, options: &Options) -> Result<()> {
    let colors = Colors::new(options.color);
    let meta = |line: Vec<u8>| git.line(msg![colors.meta, line, colors.reset]);
    let name = |prefix: &str, path: &[u8]| quoted(&msg![prefix, path], repo.quotes_high());
    let (old_name, new_name) = (
        name(&options.old_prefix, change.old_path()),
        name(&options.new_prefix, &change.path),
    );
    if change.unmerged {
        git.line(msg!["* Unmerged path ", quoted(&change.path, repo.quotes_high())]);
        return Ok(());
    }
    // Another kind of file is shown as a deletion and an addition.
    if change.letter() == 'T' {
        show(
            git,
            repo,
            &Change {
                new: None,
                ..change.clone()
            },
            options,
        )?;
        return show(
            git,
            repo,
            &Change {
                old: None,
                ..change.clone()
            },
            options,
        );
    }
    let contents = Contents::of(repo, change)?;
    let oid = |side: &Option<Side>, content: &[u8]| match side {
        None => Ok(Oid::ZERO),
        Some(side) if side.oid.is_zero() => hash_object(crate::object::Kind::Blob, content),
        Some(side) => Ok(side.oid),
    };
    let (old_oid, new_oid) = (oid(&change.old, &contents.old)?, oid(&change.new, &contents.new)?);
    let modes = (change.old.map(|side| side.mode), change.new.map(|side| side.mode));
    let mut head = vec![msg!["diff --git ", old_name, " ", new_name]];
    match modes {
        (None, Some(new)) => head.push(format!("new file mode {new:06o}").into_bytes()),
        (Some(old), None) => head.push(format!("deleted file mode {old:06o}").into_bytes()),
        (Some(old), Some(new)) if old != new => {
            head.push(format!("old mode {old:06o}").into_bytes());
            head.push(format!("new mode {new:06o}").into_bytes());
        }
        _ => {}
    }
    if let Some(from) = change.from.as_ref().filter(|_| change.score > 0) {
        let what = if change.is_copy { "copy" } else { "rename" };
        head.push(format!("similarity index {}%", change.score).into_bytes());
        head.push(msg![what, " from ", quoted(from, repo.quotes_high())]);
        head.push(msg![what, " to ", quoted(&change.path, repo.quotes_high())]);
    }
    let hunks = if contents.is_binary(options) {
        String::new()
    } else {
        "text".to_owned()
    };
    let (old_lines, new_lines) = (Lines::new(contents.old), Lines::new(contents.new));
    let line_changes = if hunks.is_empty() || old_oid == new_oid {
        Vec::new()
    } else {
        changes(&old_lines, &new_lines, &options.equality)
    };
    if options.ignores_space() && line_changes.is_empty() && !hunks.is_empty() && head.len() == 1 {
        return Ok(());
    }
    if old_oid != new_oid {
        let shown = |oid: &Oid| {
            if options.full_index {
                oid.hex()
            } else {
                repo.abbrev_to(oid, options.abbrev)
            }
        };
        let same_mode = match modes {
            (Some(old), Some(new)) if old == new => format!(" {old:06o}"),
            _ => String::new(),
        };
        head.push(format!("index {}..{}{same_mode}", shown(&old_oid), shown(&new_oid)).into_bytes());
    }
    head.into_iter().for_each(meta);
    let label = |present: bool, name: &[u8]| match present {
        // A tab ends a name with spaces, for patch(1).
        true if name.contains(&b' ') && !name.starts_with(b"\"") => msg![name, "\t"],
        true => name.to_vec(),
        false => b"/dev/null".to_vec(),
    };
    let (old_label, new_label) = (
        label(modes.0.is_some(), &old_name),
        label(modes.1.is_some(), &new_name),
    );
    if hunks.is_empty() && old_oid != new_oid {
        let bare = |text: &[u8]| text.strip_suffix(b"\t").unwrap_or(text).to_vec();
        git.line(msg![
            "Binary files ",
            bare(&old_label),
            " and ",
            bare(&new_label),
            " differ"
        ]);
    } else if !line_changes.is_empty() {
        meta(msg!["--- ", old_label]);
        meta(msg!["+++ ", new_label]);
        let hunks = Hunks {
            old: &old_lines,
            new: &new_lines,
            changes: &line_changes,
            context: options.context,
        };
        hunks.show(&colors, &mut |piece| git.put(piece));
    }
    Ok(())
}

/// The hunks of two files.
pub struct Hunks<'a> {
    pub old: &'a Lines,
    pub new: &'a Lines,
    pub changes: &'a [LineChange],
    pub context: usize,
}

fn span(range: &Range<usize>) -> String {
    match range.len() {
        0 => format!("{},0", range.start),
        1 => (range.start + 1).to_string(),
        count => format!("{},{count}", range.start + 1),
    }
}

impl Hunks<'_> {
    /// Changes that are so near to each other that their contexts touch.
    fn groups(&self) -> Vec<&[LineChange]> {
        let near = |a: &LineChange, b: &LineChange| b.old.start - a.old.end <= 2 * self.context;
        self.changes.chunk_by(near).collect()
    }

    /// The line that names the function before a hunk: the last that begins like an identifier.
    fn function(&self, before: usize, not_before: usize) -> Option<&[u8]> {
        let starts = |line: &&[u8]| {
            line.first()
                .is_some_and(|b| b.is_ascii_alphabetic() || *b == b'_' || *b == b'$')
        };
        let lines = (not_before..before).rev().map(|at| self.old.get(at));
        lines.into_iter().find(starts).map(|line| {
            let line = &body(line)[..body(line).len().min(80)];
            line.trim_ascii_end()
        })
    }

    pub fn show(&self, colors: &Colors, put: &mut dyn FnMut(&[u8])) {
        let mut function: Option<Vec<u8>> = None;
        let mut looked = 0;
        for group in self.groups() {
            let (first, last) = (&group[0], &group[group.len() - 1]);
            let lead = first.old.start.min(self.context);
            let tail = (self.old.len() - last.old.end).min(self.context);
            let old = first.old.start - lead..last.old.end + tail;
            let new = first.new.start - lead..last.new.end + tail;
            if let Some(found) = self.function(old.start, looked) {
                function = Some(found.to_vec());
            }
            looked = old.start;
            put(&msg![
                colors.frag,
                "@@ -",
                span(&old),
                " +",
                span(&new),
                " @@",
                colors.reset
            ]);
            if let Some(function) = function.as_ref().filter(|text| !text.is_empty()) {
                put(&msg![" ", function, colors.reset]);
            }
            put(b"\n");
            let mut at = new.start;
            for change in group {
                self.context_lines(at..change.new.start, colors, put);
                for line in change.old.clone() {
                    self.line('-', self.old.get(line), colors.old, colors, put);
                }
                for line in change.new.clone() {
                    self.line('+', self.new.get(line), colors.new, colors, put);
                }
                at = change.new.end;
            }
            self.context_lines(at..new.end, colors, put);
        }
    }

    fn context_lines(&self, lines: Range<usize>, colors: &Colors, put: &mut dyn FnMut(&[u8])) {
        for at in lines {
            self.line(' ', self.new.get(at), "", colors, put);
        }
    }

    fn line(&self, sign: char, line: &[u8], color: &str, colors: &Colors, put: &mut dyn FnMut(&[u8])) {
        let text = body(line);
        let sign = sign.to_string();
        if colors.reset.is_empty() {
            put(&msg![sign, text, "\n"]);
        } else if sign == "+" {
            // The sign apart, as white space errors are coloured after it.
            let rest = if text.is_empty() {
                Vec::new()
            } else {
                msg![color, text, colors.reset]
            };
            put(&msg![color, sign, colors.reset, rest, "\n"]);
        } else {
            put(&msg![color, sign, text, colors.reset, "\n"]);
        }
        if line.last() != Some(&b'\n') {
            put(&msg![color, "\\ No newline at end of file", colors.reset, "\n"]);
        }
    }
}
