//! The default output.

use std::ops::Range;

use cli::Output;

use super::{Comparison, Part};

/// `3` or `3,5`, counted from 1; an empty range is the line before it.
pub fn span(range: &Range<usize>, separator: char) -> String {
    match range.len() {
        0 => range.start.to_string(),
        1 => range.end.to_string(),
        _ => format!("{}{separator}{}", range.start + 1, range.end),
    }
}

pub fn show(comparison: &Comparison<'_>, out: &mut Output) {
    for change in comparison.changes {
        if comparison.is_ignored(change) {
            continue;
        }
        let letter = match (change.old.is_empty(), change.new.is_empty()) {
            (true, _) => 'a',
            (_, true) => 'd',
            _ => 'c',
        };
        let place = format!("{}{letter}{}", span(&change.old, ','), span(&change.new, ','));
        comparison.put(out, Part::Place, place.as_bytes());
        out.put(b"\n");
        for at in change.old.clone() {
            comparison.put_line(out, Part::Deleted, "< ", comparison.old.get(at));
        }
        if letter == 'c' {
            out.put(b"---\n");
        }
        for at in change.new.clone() {
            comparison.put_line(out, Part::Added, "> ", comparison.new.get(at));
        }
    }
}
