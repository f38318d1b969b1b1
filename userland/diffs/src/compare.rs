//! What changed between two files: which lines count as equal, and the hunks that are not.

use std::borrow::Cow;
use std::ops::Range;

use imara_diff::{Algorithm, Diff, InternedInput};

use crate::lines::Lines;

/// How much white space matters, from most to least.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default)]
pub enum Space {
    #[default]
    Matters,
    /// Tabs equal the spaces that they stand for (`-E`).
    TabsAreSpaces,
    /// White space at the end of a line does not matter (`-Z`).
    TrailingIgnored,
    /// Nor does its amount elsewhere (`-b`).
    AmountIgnored,
    /// There might as well be none (`-w`).
    AllIgnored,
}

/// Which lines are equal.
#[derive(Clone, Copy, Debug, Default)]
pub struct Equality {
    pub space: Space,
    pub ignore_case: bool,
    pub strip_trailing_cr: bool,
    /// A last line without its newline equals one with it: an ed script can't tell them apart.
    pub newline_at_end_ignored: bool,
    /// Take the time to find the smallest set of changes.
    pub minimal: bool,
    /// Of the places where a change may stand, choose the one that indentation suggests, as git does.
    pub indent_heuristic: bool,
}

/// Lines of the old file that became others, maybe none, of the new one.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Change {
    pub old: Range<usize>,
    pub new: Range<usize>,
}

/// The changes from `old` to `new`, in order.
pub fn changes(old: &Lines, new: &Lines, how: &Equality) -> Vec<Change> {
    let mut input: InternedInput<Cow<'_, [u8]>> = InternedInput::default();
    input.update_before(old.iter().map(|line| key(line, how)));
    input.update_after(new.iter().map(|line| key(line, how)));
    let algorithm = if how.minimal {
        Algorithm::MyersMinimal
    } else {
        Algorithm::Myers
    };
    let mut diff = Diff::compute(algorithm, &input);
    if how.indent_heuristic {
        diff.postprocess_lines(&input);
    } else {
        diff.postprocess_no_heuristic(&input);
    }
    let range = |range: Range<u32>| range.start as usize..range.end as usize;
    diff.hunks()
        .map(|hunk| Change {
            old: range(hunk.before),
            new: range(hunk.after),
        })
        .collect()
}

fn is_space(b: u8) -> bool {
    matches!(b, b' ' | b'\t' | b'\n' | 0xb | 0xc | b'\r')
}

/// What two equal lines have in common.
fn key<'a>(line: &'a [u8], how: &Equality) -> Cow<'a, [u8]> {
    let mut key = Cow::Borrowed(line);
    if how.strip_trailing_cr
        && let Some(text) = line.strip_suffix(b"\r\n")
    {
        key = Cow::Owned([text, b"\n"].concat());
    }
    if how.newline_at_end_ignored && key.last() != Some(&b'\n') {
        key.to_mut().push(b'\n');
    }
    if how.space >= Space::TrailingIgnored {
        let end = key.iter().rposition(|b| !is_space(*b)).map_or(0, |at| at + 1);
        key = match key {
            Cow::Borrowed(text) => Cow::Borrowed(&text[..end]),
            Cow::Owned(text) => Cow::Owned(text[..end].to_vec()),
        };
    }
    match how.space {
        Space::Matters | Space::TrailingIgnored => {}
        Space::TabsAreSpaces => key = Cow::Owned(expand_tabs(&key, 8)),
        Space::AmountIgnored => key = Cow::Owned(squeeze(&key)),
        Space::AllIgnored => key = Cow::Owned(key.iter().copied().filter(|b| !is_space(*b)).collect()),
    }
    if how.ignore_case {
        key.to_mut().make_ascii_lowercase();
    }
    key
}

fn squeeze(line: &[u8]) -> Vec<u8> {
    let mut out: Vec<u8> = Vec::with_capacity(line.len());
    for b in line {
        match (is_space(*b), out.last()) {
            (true, Some(b' ')) => {}
            (true, _) => out.push(b' '),
            (false, _) => out.push(*b),
        }
    }
    out
}

/// Tabs as the spaces up to the next multiple of `tab_size`.
pub fn expand_tabs(line: &[u8], tab_size: usize) -> Vec<u8> {
    let mut out = Vec::with_capacity(line.len());
    let mut column = 0;
    for b in line {
        match b {
            b'\t' => {
                let spaces = tab_size - column % tab_size;
                out.resize(out.len() + spaces, b' ');
                column += spaces;
            }
            b'\r' | b'\n' => {
                out.push(*b);
                column = 0;
            }
            other => {
                out.push(*other);
                // The bytes that go on with a character take no column.
                column += usize::from(other & 0xc0 != 0x80);
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn equal(a: &str, b: &str, how: Equality) -> bool {
        key(a.as_bytes(), &how) == key(b.as_bytes(), &how)
    }

    #[test]
    fn what_is_ignored_makes_lines_equal() {
        let space = |space| Equality {
            space,
            ..Equality::default()
        };
        for (a, b, how, expected) in [
            ("a\n", "a", Equality::default(), false),
            ("a b\n", "a  b \n", space(Space::AmountIgnored), true),
            ("ab\n", "a b\n", space(Space::AmountIgnored), false),
            (" a\n", "a\n", space(Space::AmountIgnored), false),
            ("ab\n", " a b", space(Space::AllIgnored), true),
            ("a \t\n", "a\n", space(Space::TrailingIgnored), true),
            ("a\tb\n", "a       b\n", space(Space::TabsAreSpaces), true),
            (
                "A\n",
                "a\n",
                Equality {
                    ignore_case: true,
                    ..Equality::default()
                },
                true,
            ),
            (
                "a\r\n",
                "a\n",
                Equality {
                    strip_trailing_cr: true,
                    ..Equality::default()
                },
                true,
            ),
        ] {
            assert_eq!(equal(a, b, how), expected, "{a:?} {b:?} {how:?}");
        }
    }
}
