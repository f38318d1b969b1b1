//! `/`, `?`, `n`, `*` and their like.

use std::ops::Range;
use std::rc::Rc;

use readline::text;

use super::motion::{Kind, Motion};
use super::word::class;
use super::{Result, Stop, Vi, Want, fail};
use crate::Bytes;
use crate::core::pattern::{Case, Pattern, quote};
use crate::core::{Pos, first_nonblank};

/// What was searched for last.
#[derive(Default)]
pub struct Search {
    pub pattern: Option<Rc<Pattern>>,
    pub text: Bytes,
    /// Whether the pattern was compiled with this.
    case: Case,
    backward: bool,
    /// What stands behind the second `/`: lines from the match, or characters from its begin or end.
    offset: Offset,
    /// The matches are not shown until the next search (`:nohlsearch`).
    pub hidden: bool,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Offset {
    #[default]
    None,
    Lines(i64),
    /// From the match's end, or its begin.
    Characters(i64, bool),
}

impl Vi {
    pub fn case(&self) -> Case {
        Case {
            ignore: self.options.ignorecase,
            smart: self.options.smartcase,
        }
    }

    /// Makes a pattern the last one; an empty one is the last one.
    ///
    /// # Errors
    /// It is none, or there is no last one.
    pub fn set_pattern(&mut self, pattern: &[u8]) -> Result<Rc<Pattern>> {
        if pattern.is_empty() && self.search.pattern.is_none() {
            return fail("E35: No previous regular expression");
        }
        let text = if pattern.is_empty() {
            self.search.text.clone()
        } else {
            pattern.to_vec()
        };
        let case = self.case();
        if let Some(old) = &self.search.pattern
            && self.search.case == case
            && self.search.text == text
        {
            self.search.hidden = false;
            return Ok(old.clone());
        }
        let tilde = self.ex.last_replacement.clone();
        match Pattern::new(&text, case, &tilde) {
            Ok(new) => {
                let new = Rc::new(new);
                self.search.pattern = Some(new.clone());
                self.search.text = text;
                self.search.case = case;
                self.search.hidden = false;
                Ok(new)
            }
            Err(why) => fail(format!(
                "E383: Invalid search string: {} ({why})",
                String::from_utf8_lossy(&text)
            )),
        }
    }

    /// The next match behind a place, or the last before it; over the text's end if that is allowed.
    ///
    /// # Errors
    /// There is none.
    pub fn find_match(
        &mut self,
        pattern: &Pattern,
        from: Pos,
        backward: bool,
    ) -> Result<(usize, Range<usize>)> {
        let last = self.buffer.last();
        let total = last + 1;
        for n in 0..=total {
            if n % 4096 == 4095 && self.host.is_interrupted() {
                return fail("Interrupted");
            }
            let (at, wrapped) = if backward {
                (
                    if n <= from.line {
                        from.line - n
                    } else {
                        from.line + total - n
                    },
                    n > from.line,
                )
            } else {
                ((from.line + n) % total, from.line + n > last)
            };
            if wrapped && !self.options.wrapscan {
                break;
            }
            let line = self.buffer.line(at);
            let found = if backward {
                let limit = if n == 0 { from.col } else { usize::MAX };
                // From the wrapped line only what lies behind the start.
                last_before(pattern, line, limit).filter(|m| n < total || m.start >= from.col)
            } else {
                first_behind(pattern, line, (n == 0).then_some(from.col))
            };
            if let Some(found) = found {
                if wrapped && !self.silent {
                    let text = if backward {
                        "search hit TOP, continuing at BOTTOM"
                    } else {
                        "search hit BOTTOM, continuing at TOP"
                    };
                    self.message = Some((text.to_owned(), true));
                }
                return Ok((at, found));
            }
        }
        let text = String::from_utf8_lossy(&pattern.text).into_owned();
        if self.options.wrapscan {
            fail(format!("E486: Pattern not found: {text}"))
        } else if backward {
            fail(format!("E384: search hit TOP without match for: {text}"))
        } else {
            fail(format!("E385: search hit BOTTOM without match for: {text}"))
        }
    }

    /// `/` and `?`: reads the pattern, and goes to its match.
    pub(super) fn search_motion(&mut self, key: u8, count: usize) -> Result<Motion> {
        let Some(line) = self.read_line(key, Vec::new())? else {
            return Err(Stop::Beep);
        };
        self.history.push([&[key][..], &line].concat());
        let (pattern, rest) = split_pattern(&line, key);
        let had_rest = rest.is_some();
        let backward = key == b'?';
        if !pattern.is_empty() || had_rest {
            self.search.offset = parse_offset(rest.unwrap_or(b""));
        }
        let pattern = self.set_pattern(&pattern)?;
        self.search.backward = backward;
        self.search_with(&pattern, backward, count)
    }

    fn search_with(&mut self, pattern: &Pattern, backward: bool, count: usize) -> Result<Motion> {
        let mut at = self.cursor;
        // A match with an offset is looked for from where the match was.
        let offset = self.search.offset;
        if let Offset::Lines(_) = offset {
            at.col = if backward { 0 } else { self.line().len() };
        }
        let mut found = None;
        for _ in 0..count {
            let (line, range) = self.find_match(pattern, at, backward)?;
            at = Pos::new(line, range.start);
            found = Some((line, range));
        }
        let Some((line, range)) = found else {
            return Err(Stop::Beep);
        };
        let motion = match offset {
            Offset::None => Motion::new(self.on_character(line, range.start), Kind::Exclusive),
            Offset::Lines(n) => {
                let to = line.saturating_add_signed(n as isize).min(self.buffer.last());
                Motion::new(Pos::new(to, first_nonblank(self.buffer.line(to))), Kind::Linewise)
            }
            Offset::Characters(n, from_end) => {
                let text = self.buffer.line(line);
                let mut col = if from_end {
                    text::previous(text, range.end.max(1))
                } else {
                    range.start
                };
                for _ in 0..n.unsigned_abs() {
                    col = if n > 0 {
                        text::next(text, col)
                    } else {
                        text::previous(text, col)
                    };
                }
                let kind = if from_end {
                    Kind::Inclusive
                } else {
                    Kind::Exclusive
                };
                Motion::new(self.on_character(line, col), kind)
            }
        };
        Ok(Motion {
            jump: true,
            want: Want::Here,
            ..motion
        })
    }

    pub(super) fn search_again(&mut self, reverse: bool, count: usize) -> Result<Motion> {
        let pattern = self.set_pattern(b"")?;
        let backward = self.search.backward ^ reverse;
        self.search_with(&pattern, backward, count)
    }

    /// `*` and `#`: the word under the cursor, or the next on the line.
    pub(super) fn search_word(&mut self, forward: bool, count: usize, whole: bool) -> Result<Motion> {
        let line = self.line();
        let kind = |at: usize| class(line, at, false);
        let mut at = self.cursor.col;
        let start = at;
        while at < line.len() && kind(at) < 2 {
            at = text::next(line, at);
        }
        let mut wanted = if at < line.len() { kind(at) } else { 2 };
        if at >= line.len() {
            at = start;
            while at < line.len() && kind(at) == 0 {
                at = text::next(line, at);
            }
            wanted = 1;
        }
        if at >= line.len() {
            return fail("E348: No string under cursor");
        }
        while at > 0 && kind(text::previous(line, at)) == wanted {
            at = text::previous(line, at);
        }
        let mut end = at;
        while end < line.len() && kind(end) == wanted {
            end = text::next(line, end);
        }
        let quoted = quote(&line[at..end]);
        let pattern = if whole && wanted >= 2 {
            [b"\\<", &quoted[..], b"\\>"].concat()
        } else {
            quoted
        };
        self.cursor.col = at;
        self.search.offset = Offset::None;
        self.search.backward = !forward;
        let pattern = self.set_pattern(&pattern)?;
        self.search_with(&pattern, !forward, count)
    }
}

/// The last match in a line that begins before a byte.
fn last_before(pattern: &Pattern, line: &[u8], limit: usize) -> Option<Range<usize>> {
    let mut best = None;
    let mut from = 0;
    while from <= line.len() {
        let Some(found) = pattern.find(line, from) else {
            break;
        };
        if found.start >= limit {
            break;
        }
        // An empty match at the end of a line that is not empty is no place.
        if found.start >= line.len() && !line.is_empty() {
            break;
        }
        from = behind(line, &found);
        best = Some(found);
    }
    best
}

/// The first match in a line that begins behind a byte. Matches are counted from the line's begin, one behind another,
/// as vim does.
fn first_behind(pattern: &Pattern, line: &[u8], limit: Option<usize>) -> Option<Range<usize>> {
    let mut from = 0;
    while from <= line.len() {
        let found = pattern.find(line, from)?;
        if found.start >= line.len() && !line.is_empty() {
            return None;
        }
        if limit.is_none_or(|limit| found.start > limit) {
            return Some(found);
        }
        from = behind(line, &found);
    }
    None
}

/// Where the next match may begin.
fn behind(line: &[u8], found: &Range<usize>) -> usize {
    if found.is_empty() {
        text::next(line, found.end).max(found.end + 1)
    } else {
        found.end
    }
}

/// A pattern up to the next separator that is not escaped, and what stands behind that.
pub fn split_pattern(text: &[u8], separator: u8) -> (Bytes, Option<&[u8]>) {
    let mut pattern = Vec::new();
    let mut at = 0;
    while at < text.len() {
        match text[at] {
            b if b == separator => return (pattern, Some(&text[at + 1..])),
            b'\\' if at + 1 < text.len() => {
                let escaped = text[at + 1];
                // The separator's backslash was only for here, unless it says something to the pattern.
                if escaped != separator || is_special(separator) {
                    pattern.push(b'\\');
                }
                pattern.push(escaped);
                at += 2;
            }
            b'[' => {
                let len = bracket_len(&text[at..]);
                pattern.extend_from_slice(&text[at..at + len]);
                at += len;
            }
            b => {
                pattern.push(b);
                at += 1;
            }
        }
    }
    (pattern, None)
}

/// How long the bracket expression is that a text begins with; 1 when nothing closes it.
fn bracket_len(text: &[u8]) -> usize {
    let mut at = 1 + usize::from(text.get(1) == Some(&b'^'));
    at += usize::from(text.get(at) == Some(&b']'));
    while let Some(b) = text.get(at) {
        match b {
            b']' => return at + 1,
            b'\\' => at += 1,
            _ => {}
        }
        at += 1;
    }
    1
}

fn is_special(b: u8) -> bool {
    matches!(b, b'.' | b'*' | b'[' | b'^' | b'$' | b'~')
}

fn parse_offset(text: &[u8]) -> Offset {
    let text = String::from_utf8_lossy(text);
    let text = text.trim();
    let number = |s: &str| match s {
        "" => 0,
        "+" => 1,
        "-" => -1,
        s => s.parse::<i64>().unwrap_or(0),
    };
    match text.as_bytes().first() {
        None => Offset::None,
        Some(b'e') => Offset::Characters(number(&text[1..]), true),
        Some(b's' | b'b') => Offset::Characters(number(&text[1..]), false),
        Some(b'+' | b'-' | b'0'..=b'9') => Offset::Lines(number(text)),
        Some(_) => Offset::None,
    }
}
