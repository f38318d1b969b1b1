//! Where three files differ.

use std::ops::Range;

use crate::compare::{Change, Equality, changes};
use crate::lines::Lines;

/// Which file differs from the two others.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Odd {
    File(usize),
    All,
}

/// A place where not all three files are the same: the lines of each.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Block {
    pub odd: Odd,
    pub ranges: [Range<usize>; 3],
}

/// One of the two files that are compared with the common one: what changed, and how far we are.
struct Thread {
    file: usize,
    changes: Vec<Change>,
    at: usize,
}

impl Thread {
    fn next_start(&self) -> Option<usize> {
        self.changes.get(self.at).map(|change| change.old.start)
    }

    /// The lines that stand for `common` after the changes `from..self.at`.
    fn range(&self, from: usize, common: &Range<usize>) -> Range<usize> {
        let own = &self.changes[from..self.at];
        match (own.first(), own.last()) {
            (Some(first), Some(last)) => {
                first.new.start - (first.old.start - common.start)..last.new.end + (common.end - last.old.end)
            }
            _ => {
                let (old, new) = match from.checked_sub(1) {
                    Some(before) => (self.changes[before].old.end, self.changes[before].new.end),
                    None => (0, 0),
                };
                common.start - old + new..common.end - old + new
            }
        }
    }
}

/// The blocks, in order. `common` is the file that the two others are compared with.
pub fn blocks(files: &[Lines], common: usize, equality: &Equality) -> Vec<Block> {
    let thread = |file: usize| Thread {
        file,
        changes: changes(&files[common], &files[file], equality),
        at: 0,
    };
    let others: Vec<usize> = (0..3).filter(|file| *file != common).collect();
    let mut threads = [thread(others[0]), thread(others[1])];
    let mut blocks = Vec::new();
    while let Some(start) = threads.iter().filter_map(Thread::next_start).min() {
        let from = threads.each_ref().map(|thread| thread.at);
        let mut end = start;
        // What touches belongs together.
        while let Some(thread) = threads
            .iter_mut()
            .find(|thread| thread.next_start().is_some_and(|start| start <= end))
        {
            end = end.max(thread.changes[thread.at].old.end);
            thread.at += 1;
        }
        let mut ranges = [const { 0..0 }; 3];
        ranges[common] = start..end;
        for (thread, from) in threads.iter().zip(from) {
            ranges[thread.file] = thread.range(from, &ranges[common]);
        }
        let changed = [0, 1].map(|at| threads[at].at > from[at]);
        let lines = |file: usize| ranges[file].clone().map(move |at| files[file].get(at));
        let odd = match changed {
            [true, false] => Odd::File(others[0]),
            [false, true] => Odd::File(others[1]),
            _ if lines(others[0]).eq(lines(others[1])) => Odd::File(common),
            _ => Odd::All,
        };
        blocks.push(Block { odd, ranges });
    }
    blocks
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changes_that_touch_are_one_block() {
        let files = ["a\nX\nc\n", "a\nb\nc\n", "a\nb\nY\n"].map(|text| Lines::new(text.into()));
        assert_eq!(
            blocks(&files, 1, &Equality::default()),
            [Block {
                odd: Odd::All,
                ranges: [1..3, 1..3, 1..3]
            }]
        );
    }

    #[test]
    fn the_odd_file_is_found() {
        let files =
            ["a\nX\nc\nd\nZ\n", "a\nb\nc\nd\ne\n", "Y\na\nb\nc\nd\nZ\n"].map(|text| Lines::new(text.into()));
        let odd: Vec<Odd> = blocks(&files, 1, &Equality::default())
            .iter()
            .map(|block| block.odd)
            .collect();
        assert_eq!(odd, [Odd::File(2), Odd::File(0), Odd::File(1)]);
    }
}
