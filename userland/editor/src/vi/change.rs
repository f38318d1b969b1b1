//! Commands that change text without a motion: `x`, `r`, `J`, `~` and their like.

use readline::text;

use super::operator::{Region, change_case};
use super::{Mode, Result, Stop, Vi, Want, fail};
use crate::core::{Line, Pos, indent_len};

impl Vi {
    /// `x` and `X`.
    pub(super) fn delete_characters(&mut self, register: Option<u8>, count: usize, back: bool) -> Result {
        let line = self.line();
        let mut other = self.cursor.col;
        for _ in 0..count {
            other = if back {
                text::previous(line, other)
            } else {
                text::next(line, other)
            };
        }
        if other == self.cursor.col {
            return Err(Stop::Beep);
        }
        let at = self.cursor.line;
        let region = Region {
            from: Pos::new(at, other.min(self.cursor.col)),
            to: Pos::new(at, other.max(self.cursor.col)),
            linewise: false,
            big: false,
        };
        self.delete(register, region);
        self.cursor = region.from;
        self.want = Want::Here;
        Ok(())
    }

    /// `r`: that many characters become another; a newline takes the place of all of them.
    pub(super) fn replace_characters(&mut self, count: usize) -> Result {
        let mut character = self.character()?;
        let line = self.line().to_vec();
        let mut end = self.cursor.col;
        for _ in 0..count {
            if end >= line.len() {
                return Err(Stop::Beep);
            }
            end = text::next(&line, end);
        }
        let newline = character == b"\r" || character == b"\n";
        if newline {
            character = b"\n".to_vec();
        }
        let at = self.cursor;
        self.buffer.delete(at, Pos::new(at.line, end));
        let new = character.repeat(if newline { 1 } else { count });
        let to = self.buffer.insert(at, &new);
        self.cursor = if newline {
            if self.options.autoindent {
                let indent = line[..indent_len(&line)].to_vec();
                self.buffer.insert(to, &indent);
                Pos::new(to.line, indent.len())
            } else {
                to
            }
        } else {
            Pos::new(to.line, to.col - character.len())
        };
        self.set_changed(at, self.cursor);
        Ok(())
    }

    /// `~`.
    pub(super) fn toggle_case(&mut self, count: usize) -> Result {
        let line = self.line();
        if line.is_empty() {
            return Err(Stop::Beep);
        }
        let start = self.cursor;
        let mut end = start.col;
        for _ in 0..count {
            end = text::next(line, end);
        }
        let new = change_case(&line[start.col..end], b'~');
        let line = [&line[..start.col], &new, &line[end..]].concat();
        self.buffer.set_line(start.line, line);
        self.cursor.col = start.col + new.len();
        self.set_changed(start, self.cursor);
        Ok(())
    }

    /// Joins lines, a blank between them (two spaces only where vim has them: never); `keep` leaves blanks alone.
    pub fn join(&mut self, first: usize, last: usize, keep: bool) {
        let mut joined = self.buffer.line(first).to_vec();
        let mut col = joined.len();
        for at in first + 1..=last {
            let line = self.buffer.line(at);
            col = joined.len();
            if keep {
                joined.extend_from_slice(line);
                continue;
            }
            let rest = &line[indent_len(line)..];
            let blank = joined.last().is_some_and(|b| matches!(b, b' ' | b'\t'));
            if !rest.is_empty() && !rest.starts_with(b")") && !joined.is_empty() && !blank {
                joined.push(b' ');
            }
            joined.extend_from_slice(rest);
        }
        self.buffer.splice(first..last + 1, vec![Line::from(joined)]);
        self.cursor = Pos::new(first, col);
        self.set_changed(Pos::new(first, 0), self.cursor);
        self.want = Want::Here;
    }

    /// `J` and `gJ`.
    pub(super) fn join_lines(&mut self, count: usize, keep: bool) -> Result {
        let first = self.cursor.line;
        if first >= self.buffer.last() {
            return Err(Stop::Beep);
        }
        self.join(first, (first + count.max(2) - 1).min(self.buffer.last()), keep);
        Ok(())
    }

    /// `^A` and `^X`: adds to the number under or behind the cursor.
    pub(super) fn add(&mut self, by: i64) -> Result {
        let line = self.line();
        let digit = |at: usize| line.get(at).is_some_and(u8::is_ascii_digit);
        let mut from = self.cursor.col;
        while from > 0 && digit(from) && digit(from - 1) {
            from -= 1;
        }
        while from < line.len() && !digit(from) {
            from += 1;
        }
        if from >= line.len() {
            return Err(Stop::Beep);
        }
        let mut end = from;
        while digit(end) {
            end += 1;
        }
        let width = end - from;
        let negative = from > 0 && line[from - 1] == b'-';
        let text = std::str::from_utf8(&line[from..end]).unwrap_or("0");
        let Ok(value) = text.parse::<i64>() else {
            return fail("Number is too large");
        };
        let leading_zero = text.starts_with('0') && width > 1;
        let value = (if negative { -value } else { value }).wrapping_add(by);
        let start = from - usize::from(negative);
        let digits = if leading_zero {
            format!("{:0width$}", value.unsigned_abs())
        } else {
            value.unsigned_abs().to_string()
        };
        let new = if value < 0 { format!("-{digits}") } else { digits };
        let line = [&line[..start], new.as_bytes(), &line[end..]].concat();
        let at = self.cursor.line;
        self.buffer.set_line(at, line);
        self.cursor.col = start + new.len() - 1;
        self.set_changed(self.cursor, self.cursor);
        Ok(())
    }

    /// `o` and `O`.
    pub(super) fn open_line(&mut self, below: bool, count: usize) -> Result {
        let line = self.line();
        let indent = if self.options.autoindent {
            line[..indent_len(line)].to_vec()
        } else {
            Vec::new()
        };
        let at = self.cursor.line + usize::from(below);
        let col = indent.len();
        self.buffer.splice(at..at, vec![Line::from(indent)]);
        if at == 0 && self.buffer.count() == 1 {
            // Above the first line of an empty text: that has its empty line still.
            self.buffer.splice(1..1, vec![Line::from(&b""[..])]);
        }
        self.cursor = Pos::new(at, col);
        self.mode = Mode::Insert;
        self.insert(count, Some(below))
    }

    /// `u` and `^R`, that many times.
    pub(super) fn undo(&mut self, count: usize, redo: bool) -> Result {
        for n in 0..count {
            let place = if redo {
                self.buffer.redo()
            } else {
                self.buffer.undo()
            };
            match place {
                Some(place) => self.cursor = place,
                None if n == 0 => {
                    self.message = Some((
                        format!("Already at {} change", if redo { "newest" } else { "oldest" }),
                        false,
                    ));
                    break;
                }
                None => break,
            }
        }
        self.want = Want::Here;
        Ok(())
    }
}
