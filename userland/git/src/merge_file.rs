//! Merging three versions of a file line by line, with conflicts as git's xdl_merge leaves them.

use std::ops::Range;

use diffs::block::{Block, Odd, blocks};
use diffs::compare::{Equality, changes};
use diffs::lines::Lines;

use crate::msg;

/// What stands behind the markers.
#[derive(Clone, Copy)]
pub struct Labels<'a> {
    pub ours: &'a [u8],
    pub base: &'a [u8],
    pub theirs: &'a [u8],
}

/// What to do with conflicts.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Favor {
    #[default]
    Neither,
    Ours,
    Theirs,
}

#[derive(Clone, Copy, Default)]
pub struct How {
    pub favor: Favor,
    /// merge.conflictStyle=diff3: the base is shown, too.
    pub show_base: bool,
    /// Markers are longer in the bases of recursive merges.
    pub marker_size: usize,
}

const OURS: usize = 0;
const BASE: usize = 1;
const THEIRS: usize = 2;

/// A place where the three differ.
enum Part {
    /// One side changed it, or both in the same way.
    Change(Odd, [Range<usize>; 3]),
    Conflict([Range<usize>; 3]),
}

/// The merged content, and how many conflicts are in it.
pub fn merge(ours: &[u8], base: &[u8], theirs: &[u8], labels: Labels<'_>, how: How) -> (Vec<u8>, usize) {
    let files = [ours, base, theirs].map(|content| Lines::new(content.to_vec()));
    let mut parts = Vec::new();
    for Block { odd, ranges } in blocks(&files, BASE, &Equality::default()) {
        match odd {
            Odd::All if how.show_base => parts.push(Part::Conflict(ranges)),
            Odd::All => refine(&files, ranges, &mut parts),
            odd => parts.push(Part::Change(odd, ranges)),
        }
    }
    if !how.show_base {
        simplify(&mut parts);
    }
    let mut out = Vec::new();
    let (mut conflicts, mut at) = (0, 0);
    for part in parts {
        let (Part::Change(_, ranges) | Part::Conflict(ranges)) = &part;
        put_lines(&files[OURS], at..ranges[OURS].start, &mut out);
        at = ranges[OURS].end;
        match &part {
            Part::Change(Odd::File(THEIRS), ranges) => {
                put_lines(&files[THEIRS], ranges[THEIRS].clone(), &mut out)
            }
            // Ours changed it, or both did in the same way.
            Part::Change(_, ranges) => put_lines(&files[OURS], ranges[OURS].clone(), &mut out),
            Part::Conflict(ranges) if how.favor == Favor::Neither => {
                conflicts += 1;
                put_conflict(&files, ranges, labels, how, &mut out);
            }
            Part::Conflict(ranges) => {
                let file = if how.favor == Favor::Theirs { THEIRS } else { OURS };
                put_lines(&files[file], ranges[file].clone(), &mut out);
            }
        }
    }
    put_lines(&files[OURS], at..files[OURS].len(), &mut out);
    (out, conflicts)
}

/// Lines that both sides of a conflict have are none of it.
fn refine(files: &[Lines; 3], ranges: [Range<usize>; 3], parts: &mut Vec<Part>) {
    let [ours, base, theirs] = ranges;
    let piece = |file: usize, range: &Range<usize>| {
        Lines::new(
            range
                .clone()
                .flat_map(|at| files[file].get(at).to_vec())
                .collect(),
        )
    };
    if ours.is_empty() || theirs.is_empty() {
        parts.push(Part::Conflict([ours, base, theirs]));
        return;
    }
    for change in changes(&piece(OURS, &ours), &piece(THEIRS, &theirs), &Equality::default()) {
        let a = ours.start + change.old.start..ours.start + change.old.end;
        let b = theirs.start + change.new.start..theirs.start + change.new.end;
        parts.push(Part::Conflict([a, base.clone(), b]));
    }
}

/// Conflicts with at most three lines between them are one.
fn simplify(parts: &mut Vec<Part>) {
    let mut joined: Vec<Part> = Vec::new();
    for part in parts.drain(..) {
        if let (Some(Part::Conflict(before)), Part::Conflict(next)) = (joined.last_mut(), &part)
            && next[OURS].start - before[OURS].end <= 3
        {
            for file in [OURS, BASE, THEIRS] {
                before[file].end = next[file].end;
            }
            continue;
        }
        joined.push(part);
    }
    *parts = joined;
}

fn put_lines(file: &Lines, lines: Range<usize>, out: &mut Vec<u8>) {
    for at in lines {
        out.extend_from_slice(file.get(at));
    }
}

fn put_conflict(
    files: &[Lines; 3],
    ranges: &[Range<usize>; 3],
    labels: Labels<'_>,
    how: How,
    out: &mut Vec<u8>,
) {
    let size = how.marker_size.max(7);
    let marker = |sign: &str, label: &[u8]| {
        let space = if label.is_empty() { "" } else { " " };
        msg![sign.repeat(size), space, label, "\n"]
    };
    let side = |file: usize, out: &mut Vec<u8>| {
        put_lines(&files[file], ranges[file].clone(), out);
        if out.last().is_some_and(|b| *b != b'\n') {
            out.push(b'\n');
        }
    };
    if out.last().is_some_and(|b| *b != b'\n') {
        out.push(b'\n');
    }
    out.extend(marker("<", labels.ours));
    side(OURS, out);
    if how.show_base {
        out.extend(marker("|", labels.base));
        side(BASE, out);
    }
    out.extend(marker("=", b""));
    side(THEIRS, out);
    out.extend(marker(">", labels.theirs));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn merged(ours: &str, base: &str, theirs: &str) -> (String, usize) {
        let labels = Labels {
            ours: b"a",
            base: b"o",
            theirs: b"b",
        };
        let (text, conflicts) = merge(
            ours.as_bytes(),
            base.as_bytes(),
            theirs.as_bytes(),
            labels,
            How::default(),
        );
        (String::from_utf8(text).unwrap(), conflicts)
    }

    #[test]
    fn changes_in_different_places_are_joined() {
        assert_eq!(
            merged("A\nb\nc\nd\n", "a\nb\nc\nd\n", "a\nb\nc\nD\n"),
            ("A\nb\nc\nD\n".into(), 0)
        );
        assert_eq!(merged("x\n", "a\n", "x\n"), ("x\n".into(), 0));
    }

    #[test]
    fn conflicts_leave_out_what_both_sides_have() {
        assert_eq!(
            merged("1\nx\n2\n", "", "1\ny\n2\n"),
            ("1\n<<<<<<< a\nx\n=======\ny\n>>>>>>> b\n2\n".into(), 1)
        );
    }
}
