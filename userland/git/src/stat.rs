//! `--stat` and its like.

use diffs::compare::changes;
use diffs::lines::Lines;

use crate::changes::Change;
use crate::diff::Options;
use crate::failure::Result;
use crate::git::Git;
use crate::msg;
use crate::patch::{Colors, Contents};
use crate::path::quoted;
use crate::repo::Repo;

/// What `--stat` says of a file.
pub struct FileStat {
    name: Vec<u8>,
    /// Lines, or bytes of a binary file.
    pub added: usize,
    pub deleted: usize,
    pub is_binary: bool,
    unmerged: bool,
}

impl FileStat {
    pub fn is_change(&self) -> bool {
        self.added + self.deleted > 0 || self.is_binary || self.unmerged
    }
}

/// How many lines each change adds and deletes.
pub fn collect(repo: &Repo, list: &[Change], options: &Options) -> Result<Vec<FileStat>> {
    let mut found = Vec::new();
    for change in list {
        let name = match &change.from {
            Some(from) => rename_name(from, &change.path, repo.quotes_high()),
            None => quoted(&change.path, repo.quotes_high()),
        };
        let mut stat = FileStat {
            name,
            added: 0,
            deleted: 0,
            is_binary: false,
            unmerged: change.unmerged,
        };
        if !change.unmerged {
            let contents = Contents::of(repo, change)?;
            stat.is_binary = contents.is_binary(options);
            if contents.old == contents.new {
                // Only the mode or the name changed.
            } else if stat.is_binary {
                (stat.deleted, stat.added) = (contents.old.len(), contents.new.len());
            } else {
                let (old, new) = (Lines::new(contents.old), Lines::new(contents.new));
                for change in changes(&old, &new, &options.equality) {
                    stat.deleted += change.old.len();
                    stat.added += change.new.len();
                }
            }
        }
        found.push(stat);
    }
    Ok(found)
}

/// `folder/{old => new}/file`
pub fn rename_name(from: &[u8], to: &[u8], quote_high: bool) -> Vec<u8> {
    let (quoted_from, quoted_to) = (quoted(from, quote_high), quoted(to, quote_high));
    if quoted_from != from || quoted_to != to {
        return msg![quoted_from, " => ", quoted_to];
    }
    let mut prefix = 0;
    for (at, (a, b)) in from.iter().zip(to).enumerate() {
        if a != b {
            break;
        }
        if *a == b'/' {
            prefix = at + 1;
        }
    }
    // The common end begins with a slash, which may be the one that ends the common start.
    let mut suffix = 0;
    let least = prefix.saturating_sub(usize::from(prefix > 0));
    let (mut i, mut j) = (from.len(), to.len());
    while i > least && j > least && from[i - 1] == to[j - 1] {
        i -= 1;
        j -= 1;
        if from[i] == b'/' {
            suffix = from.len() - i;
        }
    }
    if prefix == 0 && suffix == 0 {
        return msg![from, " => ", to];
    }
    let middle = |path: &[u8]| path.get(prefix..path.len() - suffix).unwrap_or_default().to_vec();
    msg![
        from[..prefix],
        "{",
        middle(from),
        " => ",
        middle(to),
        "}",
        from[from.len() - suffix..]
    ]
}

fn scale(value: usize, width: usize, most: usize) -> usize {
    if value == 0 {
        0
    } else {
        1 + value * (width - 1) / most
    }
}

fn width_of(name: &[u8]) -> usize {
    String::from_utf8_lossy(name).chars().count()
}

/// Lines with a graph, no wider than `width`; git's arithmetic.
pub fn show(git: &Git, stats: &[FileStat], options: &Options) {
    let digits = |number: usize| number.to_string().len();
    let (mut max_name, mut max_change, mut bin_width, mut number_width) = (0, 0, 0, 0);
    for stat in stats {
        max_name = max_name.max(width_of(&stat.name));
        if stat.unmerged {
            bin_width = bin_width.max(8);
        } else if stat.is_binary {
            bin_width = bin_width.max(14 + digits(stat.added) + digits(stat.deleted));
            number_width = 3;
        } else {
            max_change = max_change.max(stat.added + stat.deleted);
        }
    }
    number_width = number_width.max(digits(max_change));
    let width = options.stat_width.max(16 + 6 + number_width);
    let mut graph_width = if max_change + 4 > bin_width {
        max_change
    } else {
        bin_width - 4
    };
    let mut name_width = max_name;
    if name_width + number_width + 6 + graph_width > width {
        let most = (width * 3 / 8).saturating_sub(number_width + 6);
        if graph_width > most {
            graph_width = most.max(6);
        }
        if name_width > width - number_width - 6 - graph_width {
            name_width = width - number_width - 6 - graph_width;
        } else {
            graph_width = width - number_width - 6 - name_width;
        }
    }
    let colors = Colors::new(options.color);
    for stat in stats {
        let (dots, name) = shorten(&stat.name, name_width);
        let padding = name_width.saturating_sub(dots.len() + width_of(&name));
        let head = msg![" ", dots, name, " ".repeat(padding), " | "];
        if stat.unmerged {
            git.line(msg![head, format!("{:>number_width$}", "Unmerged")]);
            continue;
        }
        if stat.is_binary {
            git.put(msg![head, format!("{:>number_width$}", "Bin")]);
            if stat.added + stat.deleted > 0 {
                let part = |color: &str, number: usize| msg![color, number.to_string(), colors.reset];
                git.put(msg![
                    " ",
                    part(colors.old, stat.deleted),
                    " -> ",
                    part(colors.new, stat.added),
                    " bytes"
                ]);
            }
            git.put(b"\n");
            continue;
        }
        let (mut add, mut del) = (stat.added, stat.deleted);
        if graph_width <= max_change {
            let mut total = scale(add + del, graph_width, max_change);
            if total < 2 && add > 0 && del > 0 {
                total = 2;
            }
            if add < del {
                add = scale(add, graph_width, max_change);
                del = total - add;
            } else {
                del = scale(del, graph_width, max_change);
                add = total - del;
            }
        }
        let sum = stat.added + stat.deleted;
        let bar = |color: &str, sign: &str, count: usize| match count {
            0 => Vec::new(),
            count => msg![color, sign.repeat(count), colors.reset],
        };
        let space = if sum > 0 { " " } else { "" };
        let number = format!("{sum:>number_width$}{space}");
        git.line(msg![
            head,
            number,
            bar(colors.new, "+", add),
            bar(colors.old, "-", del)
        ]);
    }
    git.put(short(stats));
}

fn shorten(name: &[u8], width: usize) -> (&'static str, Vec<u8>) {
    if width_of(name) <= width {
        return ("", name.to_vec());
    }
    let room = width.saturating_sub(3);
    let text = String::from_utf8_lossy(name).into_owned();
    let skipped: usize = text
        .chars()
        .take(text.chars().count() - room)
        .map(char::len_utf8)
        .sum();
    let rest = &text[skipped..];
    let rest = rest.find('/').map_or(rest, |slash| &rest[slash..]);
    ("...", rest.as_bytes().to_vec())
}

/// ` 2 files changed, 3 insertions(+)`
pub fn short(stats: &[FileStat]) -> String {
    let files = stats.iter().filter(|stat| !stat.unmerged).count();
    if files == 0 {
        return if stats.is_empty() {
            String::new()
        } else {
            " 0 files changed\n".to_owned()
        };
    }
    let text = stats.iter().filter(|stat| !stat.is_binary);
    let (added, deleted) = text.fold((0, 0), |(a, d), stat| (a + stat.added, d + stat.deleted));
    let plural = |count: usize| if count == 1 { "" } else { "s" };
    let mut line = format!(" {files} file{} changed", plural(files));
    if added > 0 || deleted == 0 {
        line += &format!(", {added} insertion{}(+)", plural(added));
    }
    if deleted > 0 || added == 0 {
        line += &format!(", {deleted} deletion{}(-)", plural(deleted));
    }
    line + "\n"
}

pub fn numeric(git: &Git, repo: &Repo, list: &[Change], stats: &[FileStat], nul: bool) {
    for (change, stat) in list.iter().zip(stats) {
        let numbers = if stat.is_binary {
            "-\t-\t".to_owned()
        } else {
            format!("{}\t{}\t", stat.added, stat.deleted)
        };
        match (nul, &change.from) {
            (true, Some(from)) => git.put(msg![numbers, "\0", from, "\0", change.path, "\0"]),
            (true, None) => git.put(msg![numbers, change.path, "\0"]),
            (false, Some(from)) => {
                git.line(msg![numbers, rename_name(from, &change.path, repo.quotes_high())])
            }
            (false, None) => git.line(msg![numbers, stat.name]),
        }
    }
}

/// Files that came, went, or changed name or mode.
pub fn summary(git: &Git, repo: &Repo, list: &[Change]) {
    for change in list {
        let name = quoted(&change.path, repo.quotes_high());
        match (&change.old, &change.new) {
            (None, Some(new)) => git.line(msg![format!(" create mode {:06o} ", new.mode), name]),
            (Some(old), None) => git.line(msg![format!(" delete mode {:06o} ", old.mode), name]),
            (Some(old), Some(new)) => {
                if let Some(from) = &change.from {
                    let what = if change.is_copy { " copy " } else { " rename " };
                    let score = format!(" ({}%)", change.score);
                    git.line(msg![
                        what,
                        rename_name(from, &change.path, repo.quotes_high()),
                        score
                    ]);
                }
                if old.mode != new.mode {
                    let modes = format!(" mode change {:06o} => {:06o}", old.mode, new.mode);
                    match change.from {
                        Some(_) => git.line(modes),
                        None => git.line(msg![modes, " ", name]),
                    }
                }
            }
            (None, None) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn renames_share_what_is_common() {
        for (from, to, shown) in [
            ("a", "b", "a => b"),
            ("d/a", "d/b", "d/{a => b}"),
            ("a/x", "b/x", "{a => b}/x"),
            ("d/a/x", "d/b/x", "d/{a => b}/x"),
            ("d/x", "d/e/x", "d/{ => e}/x"),
            ("d/e/x", "d/x", "d/{e => }/x"),
        ] {
            assert_eq!(
                String::from_utf8(rename_name(from.as_bytes(), to.as_bytes(), true)).unwrap(),
                shown
            );
        }
    }
}
