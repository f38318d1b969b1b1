//! `-u`.

use std::ops::Range;

use cli::Output;

use super::{Comparison, Part};

/// `3,5` as first line and count; one line is only its number.
fn span(range: &Range<usize>) -> String {
    match range.len() {
        0 => format!("{},0", range.start),
        1 => (range.start + 1).to_string(),
        count => format!("{},{count}", range.start + 1),
    }
}

pub fn show(comparison: &Comparison<'_>, out: &mut Output) {
    let groups = comparison.groups();
    if groups.is_empty() {
        return;
    }
    comparison.put_header(out, ["--- ", "+++ "]);
    let context = comparison.options.context;
    for group in groups {
        let (first, last) = (&group[0], &group[group.len() - 1]);
        let lead = first.old.start.min(context);
        let tail = (comparison.old.len() - last.old.end).min(context);
        let old = first.old.start - lead..last.old.end + tail;
        let new = first.new.start - lead..last.new.end + tail;
        let place = format!("@@ -{} +{} @@", span(&old), span(&new));
        comparison.put(out, Part::Place, place.as_bytes());
        if comparison.options.show_function
            && let Some(function) = comparison.function(old.start)
        {
            out.put(b" ");
            out.put(function);
        }
        out.put(b"\n");
        let mut at = old.start;
        for change in group {
            common(comparison, out, at..change.old.start);
            for line in change.old.clone() {
                comparison.put_line(out, Part::Deleted, "-", comparison.old.get(line));
            }
            for line in change.new.clone() {
                comparison.put_line(out, Part::Added, "+", comparison.new.get(line));
            }
            at = change.old.end;
        }
        common(comparison, out, at..old.end);
    }
}

fn common(comparison: &Comparison<'_>, out: &mut Output, lines: Range<usize>) {
    for at in lines {
        comparison.put_line(out, Part::Plain, " ", comparison.old.get(at));
    }
}
