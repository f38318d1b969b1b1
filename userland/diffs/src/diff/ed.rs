//! `-e` and `-n`: scripts.

use cli::Output;

use super::normal::span;
use super::{Comparison, Part};

/// Last change first, so that line numbers stay true while ed works.
pub fn show_ed(comparison: &Comparison<'_>, out: &mut Output) {
    for change in comparison.changes.iter().rev() {
        if comparison.is_ignored(change) {
            continue;
        }
        let letter = match (change.old.is_empty(), change.new.is_empty()) {
            (true, _) => 'a',
            (_, true) => 'd',
            _ => 'c',
        };
        out.line(format!("{}{letter}", span(&change.old, ',')).as_bytes());
        if letter == 'd' {
            continue;
        }
        let mut inserting = true;
        for at in change.new.clone() {
            if !inserting {
                out.put(b"a\n");
                inserting = true;
            }
            let line = comparison.new.get(at);
            if line == b".\n" {
                // A lone dot would end the text: two are put in, and one taken off.
                out.put(b"..\n.\ns/.//\n");
                inserting = false;
            } else {
                put_plain(comparison, out, line);
            }
        }
        if inserting {
            out.put(b".\n");
        }
    }
}

pub fn show_rcs(comparison: &Comparison<'_>, out: &mut Output) {
    for change in comparison.changes {
        if comparison.is_ignored(change) {
            continue;
        }
        if !change.old.is_empty() {
            out.line(format!("d{} {}", change.old.start + 1, change.old.len()).as_bytes());
        }
        if !change.new.is_empty() {
            out.line(format!("a{} {}", change.old.end, change.new.len()).as_bytes());
            for at in change.new.clone() {
                comparison.put(out, Part::Plain, comparison.new.get(at));
            }
        }
    }
}

/// A line of a script; ed has no way to say that a newline lacks.
fn put_plain(comparison: &Comparison<'_>, out: &mut Output, line: &[u8]) {
    comparison.put(out, Part::Plain, crate::lines::body(line));
    out.put(b"\n");
}
