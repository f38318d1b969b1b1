//! The three ways to show blocks: a report, a merged file, an ed script.

use std::ops::Range;

use cli::Output;

use super::Options;
use crate::block::{Block, Odd};
use crate::lines::Lines;

const MINE: usize = 0;
const OLD: usize = 1;
const YOURS: usize = 2;

/// The default: where the files differ, and how.
pub fn report(options: &Options, files: &[Lines], blocks: &[Block], out: &mut Output) {
    for block in blocks {
        // Two files that agree are shown once, below the last of them.
        let (title, order, silent) = match block.odd {
            Odd::All => (String::new(), [0, 1, 2], None),
            Odd::File(0) => ("1".to_owned(), [0, 1, 2], Some(1)),
            Odd::File(1) => ("2".to_owned(), [0, 2, 1], Some(0)),
            Odd::File(_) => ("3".to_owned(), [0, 1, 2], Some(0)),
        };
        out.line(format!("===={title}").as_bytes());
        for file in order {
            let range = &block.ranges[file];
            let place = match range.len() {
                0 => format!("{}a", range.start),
                1 => format!("{}c", range.end),
                _ => format!("{},{}c", range.start + 1, range.end),
            };
            out.line(format!("{}:{place}", file + 1).as_bytes());
            if silent == Some(file) {
                continue;
            }
            for at in range.clone() {
                let line = files[file].get(at);
                out.put(if options.initial_tab { b"\t" } else { b"  " });
                out.put(line);
                if line.last() != Some(&b'\n') {
                    out.put(b"\n\\ No newline at end of file\n");
                }
            }
        }
    }
}

/// What a merge does with a block.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Step {
    /// My lines stay.
    Keep,
    /// Your lines take their place.
    Take,
    /// Both are put into brackets.
    Conflict,
}

fn step(options: &Options, block: &Block) -> Step {
    match block.odd {
        Odd::File(YOURS) if !options.overlap_only => Step::Take,
        Odd::All if options.easy_only => Step::Keep,
        Odd::All if options.flagging => Step::Conflict,
        Odd::All => Step::Take,
        // Both made the same change: worth a bracket only where everything is shown.
        Odd::File(OLD) if options.show_old => Step::Conflict,
        Odd::File(_) => Step::Keep,
    }
}

/// Lines, the last of which gets the newline that it may lack, since more follows.
fn put_lines(out: &mut Output, lines: &Lines, range: &Range<usize>) {
    for at in range.clone() {
        out.line(crate::lines::body(lines.get(at)));
    }
}

fn mark(out: &mut Output, mark: &str, label: &[u8]) {
    out.put(mark.as_bytes());
    out.put(b" ");
    out.line(label);
}

/// `-m`: my file with the changes in it. Whether there were conflicts.
pub fn merge(
    options: &Options,
    files: &[Lines],
    labels: &[&[u8]],
    blocks: &[Block],
    out: &mut Output,
) -> bool {
    let mut conflicts = false;
    let mut at = 0;
    let copy = |out: &mut Output, file: usize, range: Range<usize>| {
        for line in range {
            out.put(files[file].get(line));
        }
    };
    for block in blocks {
        let [mine, old, yours] = &block.ranges;
        let step = step(options, block);
        if step == Step::Keep {
            continue;
        }
        copy(out, MINE, at..mine.start);
        at = mine.end;
        if step == Step::Take {
            copy(out, YOURS, yours.clone());
            continue;
        }
        conflicts = true;
        if block.odd == Odd::All {
            mark(out, "<<<<<<<", labels[MINE]);
            put_lines(out, &files[MINE], mine);
        }
        if options.show_old {
            let opening = if block.odd == Odd::All {
                "|||||||"
            } else {
                "<<<<<<<"
            };
            mark(out, opening, labels[OLD]);
            put_lines(out, &files[OLD], old);
        }
        out.put(b"=======\n");
        put_lines(out, &files[YOURS], yours);
        mark(out, ">>>>>>>", labels[YOURS]);
    }
    copy(out, MINE, at..files[MINE].len());
    conflicts
}

/// Text for ed's `a` or `c`: lines that begin with a dot get another one. Whether there were such.
fn put_text(out: &mut Output, lines: &Lines, range: &Range<usize>) -> bool {
    let mut dotted = false;
    for at in range.clone() {
        let line = crate::lines::body(lines.get(at));
        if line.first() == Some(&b'.') {
            dotted = true;
            out.put(b".");
        }
        out.line(line);
    }
    dotted
}

/// Ends a text; then takes the added dots off again in `count` lines from `first` on.
fn end_text(out: &mut Output, dotted: bool, first: usize, count: usize) {
    out.put(b".\n");
    if dotted && count == 1 {
        out.line(format!("{first}s/^\\.//").as_bytes());
    } else if dotted {
        out.line(format!("{first},{}s/^\\.//", first + count - 1).as_bytes());
    }
}

/// The ed script that makes my file the merged one, last change first. Whether there were conflicts.
pub fn script(
    options: &Options,
    files: &[Lines],
    labels: &[&[u8]],
    blocks: &[Block],
    out: &mut Output,
) -> bool {
    let mut conflicts = false;
    for block in blocks.iter().rev() {
        let [mine, _, yours] = &block.ranges;
        match step(options, block) {
            Step::Keep => {}
            Step::Conflict => {
                conflicts = true;
                conflict_script(options, files, labels, block, out);
            }
            Step::Take if yours.is_empty() => out.line(format!("{}d", address(mine)).as_bytes()),
            Step::Take => {
                let letter = if mine.is_empty() { 'a' } else { 'c' };
                out.line(format!("{}{letter}", address(mine)).as_bytes());
                let dotted = put_text(out, &files[YOURS], yours);
                let first = mine.start + 1;
                end_text(out, dotted, first, yours.len());
            }
        }
    }
    if options.final_write {
        out.put(b"w\nq\n");
    }
    conflicts
}

/// Lines as ed addresses them; none is the line before.
fn address(range: &Range<usize>) -> String {
    if range.len() <= 1 {
        range.end.to_string()
    } else {
        format!("{},{}", range.start + 1, range.end)
    }
}

fn conflict_script(options: &Options, files: &[Lines], labels: &[&[u8]], block: &Block, out: &mut Output) {
    let [mine, old, yours] = &block.ranges;
    let mut dotted = false;
    let mut lines = 0;
    out.line(format!("{}a", mine.end).as_bytes());
    if block.odd == Odd::All {
        if options.show_old {
            mark(out, "|||||||", labels[OLD]);
            dotted |= put_text(out, &files[OLD], old);
            lines += 1 + old.len();
        }
        out.put(b"=======\n");
        dotted |= put_text(out, &files[YOURS], yours);
        lines += 1 + yours.len();
    }
    mark(out, ">>>>>>>", labels[YOURS]);
    // The first of them is a bracket, which has no dot.
    end_text(out, dotted, mine.end + 2, lines.saturating_sub(1));
    out.line(format!("{}a", mine.start).as_bytes());
    let opening = if block.odd == Odd::All { MINE } else { OLD };
    mark(out, "<<<<<<<", labels[opening]);
    let mut dotted = false;
    if block.odd != Odd::All {
        dotted = put_text(out, &files[OLD], old);
        out.put(b"=======\n");
    }
    end_text(out, dotted, mine.start + 2, old.len());
}
