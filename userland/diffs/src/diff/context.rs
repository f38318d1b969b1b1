//! `-c`.

use std::ops::Range;

use cli::Output;

use super::{Comparison, Part};
use crate::compare::Change;
use crate::lines::Lines;

/// `3,5` as first and last line; one line, or none, is one number.
fn span(range: &Range<usize>) -> String {
    if range.len() <= 1 {
        range.end.to_string()
    } else {
        format!("{},{}", range.start + 1, range.end)
    }
}

pub fn show(comparison: &Comparison<'_>, out: &mut Output) {
    let groups = comparison.groups();
    if groups.is_empty() {
        return;
    }
    comparison.put_header(out, ["*** ", "--- "]);
    let context = comparison.options.context;
    for group in groups {
        let (first, last) = (&group[0], &group[group.len() - 1]);
        let lead = first.old.start.min(context);
        let tail = (comparison.old.len() - last.old.end).min(context);
        let old = first.old.start - lead..last.old.end + tail;
        let new = first.new.start - lead..last.new.end + tail;
        out.put(b"***************");
        if comparison.options.show_function
            && let Some(function) = comparison.function(old.start)
        {
            out.put(b" ");
            out.put(function);
        }
        out.put(b"\n");
        let place = format!("*** {} ****", span(&old));
        comparison.put(out, Part::Place, place.as_bytes());
        out.put(b"\n");
        half(
            comparison,
            out,
            comparison.old,
            &old,
            group,
            |change| (change.old.clone(), change.new.is_empty()),
            ("- ", Part::Deleted),
        );
        let place = format!("--- {} ----", span(&new));
        comparison.put(out, Part::Place, place.as_bytes());
        out.put(b"\n");
        half(
            comparison,
            out,
            comparison.new,
            &new,
            group,
            |change| (change.new.clone(), change.old.is_empty()),
            ("+ ", Part::Added),
        );
    }
}

/// One file's side of a hunk, all in one colour, which is left out where nothing in it changed. `own` gives a change's lines on this side,
/// and whether the other side has none.
fn half(
    comparison: &Comparison<'_>,
    out: &mut Output,
    lines: &Lines,
    range: &Range<usize>,
    group: &[Change],
    own: impl Fn(&Change) -> (Range<usize>, bool),
    (mark, part): (&str, Part),
) {
    if group.iter().all(|change| own(change).0.is_empty()) {
        return;
    }
    let mut at = range.start;
    for change in group {
        let (changed, alone) = own(change);
        for line in at..changed.start {
            comparison.put_line(out, part, "  ", lines.get(line));
        }
        let mark = if alone { mark } else { "! " };
        for line in changed.clone() {
            comparison.put_line(out, part, mark, lines.get(line));
        }
        at = changed.end;
    }
    for line in at..range.end {
        comparison.put_line(out, part, "  ", lines.get(line));
    }
}
