//! Moving the cursor.

use readline::text;

use super::{Action, Nano, Result};
use crate::core::{Pos, indent_len, shape};
use crate::vi::class;

impl Nano {
    pub(super) fn cursor_column(&self) -> usize {
        shape::columns_at(self.line(), self.cursor.col, self.look()).0
    }

    /// That many lines down, or up.
    pub(super) fn vertical(&mut self, lines: isize) {
        let line = self
            .cursor
            .line
            .saturating_add_signed(lines)
            .min(self.buffer.last());
        let text = self.buffer.line(line);
        let col = shape::byte_at(text, self.column, self.look());
        self.cursor = if line == self.cursor.line {
            self.cursor
        } else {
            Pos::new(line, col)
        };
        self.last = Action::Vertical;
    }

    pub(super) fn sideways(&mut self, right: bool) {
        let line = self.line();
        let at = self.cursor;
        if right && at.col < line.len() {
            self.cursor.col = text::next(line, at.col);
        } else if right && at.line < self.buffer.last() {
            self.cursor = Pos::new(at.line + 1, 0);
        } else if !right && at.col > 0 {
            self.cursor.col = text::previous(line, at.col);
        } else if !right && at.line > 0 {
            self.cursor = Pos::new(at.line - 1, self.buffer.line(at.line - 1).len());
        }
    }

    /// To the line's begin.
    pub(super) fn home(&mut self) {
        self.cursor.col = 0;
    }

    /// A page, of which two lines stay.
    pub(super) fn page(&mut self, down: bool) {
        let step = self.layout().rows.saturating_sub(2).max(1) as isize;
        self.vertical(if down { step } else { -step });
        let top = self
            .view
            .top
            .saturating_add_signed(if down { step } else { -step });
        self.view.top = top.min(self.buffer.last());
        self.view.skip = 0;
    }

    fn class(&self, at: Pos) -> u8 {
        class(self.buffer.line(at.line), at.col, false)
    }

    /// The place one character on; `None` at the end.
    fn neighbour(&self, at: Pos, forward: bool) -> Option<Pos> {
        let line = self.buffer.line(at.line);
        if forward {
            if at.col < line.len() {
                return Some(Pos::new(at.line, text::next(line, at.col)));
            }
            return (at.line < self.buffer.last()).then(|| Pos::new(at.line + 1, 0));
        }
        if at.col > 0 {
            return Some(Pos::new(at.line, text::previous(line, at.col)));
        }
        let above = at.line.checked_sub(1)?;
        Some(Pos::new(above, self.buffer.line(above).len()))
    }

    pub(super) fn next_word(&mut self) {
        let mut at = self.cursor;
        let mut left = self.class(at) < 2;
        while let Some(next) = self.neighbour(at, true) {
            at = next;
            let word = self.class(at) >= 2;
            if word && left {
                break;
            }
            left |= !word;
        }
        self.cursor = at;
    }

    pub(super) fn previous_word(&mut self) {
        let mut at = self.cursor;
        let mut inside = false;
        while let Some(back) = self.neighbour(at, false) {
            let word = self.class(back) >= 2;
            if inside && !word {
                break;
            }
            inside |= word;
            at = back;
        }
        self.cursor = at;
    }

    /// To the first line of this paragraph or the one before, or behind the last line of it.
    pub(super) fn paragraph(&mut self, forward: bool) {
        let blank = |line: usize| self.buffer.line(line).trim_ascii().is_empty();
        let mut line = self.cursor.line;
        if forward {
            while line < self.buffer.last() && blank(line) {
                line += 1;
            }
            while line < self.buffer.last() && !blank(line) {
                line += 1;
            }
        } else {
            line = line.saturating_sub(1);
            while line > 0 && blank(line) {
                line -= 1;
            }
            while line > 0 && !blank(line - 1) {
                line -= 1;
            }
        }
        self.cursor = Pos::new(line, 0);
    }

    /// To the bracket that belongs to the one at the cursor.
    pub(super) fn bracket(&mut self) {
        const PAIRS: &[u8] = b"([{<)]}>";
        let here = self.line().get(self.cursor.col).copied();
        let Some(at) = here.and_then(|b| PAIRS.iter().position(|p| *p == b)) else {
            self.say("Not a bracket");
            return;
        };
        let (open, close, forward) = (PAIRS[at], PAIRS[(at + 4) % 8], at < 4);
        let mut depth = 0usize;
        let mut pos = Some(self.cursor);
        while let Some(at) = pos {
            let b = self.buffer.line(at.line).get(at.col).copied();
            if b == Some(open) {
                depth += 1;
            } else if b == Some(close) {
                depth -= 1;
                if depth == 0 {
                    self.cursor = at;
                    return;
                }
            }
            pos = self.neighbour(at, forward);
        }
        self.say("No matching bracket");
    }

    /// `^C`.
    pub(super) fn where_is_cursor(&mut self) {
        let (lines, line) = (self.buffer.last() + 1, self.cursor.line + 1);
        let columns = shape::columns(self.line(), self.look()) + 1;
        let column = self.cursor_column() + 1;
        let (mut total, mut before) = (0usize, 0);
        for at in 0..lines {
            if at == self.cursor.line {
                before = total + text_len(&self.line()[..self.cursor.col]);
            }
            total += text_len(self.buffer.line(at)) + usize::from(at + 1 < lines);
        }
        let percent = |n: usize, of: usize| (n * 100).checked_div(of).unwrap_or(0);
        self.say(format!(
            "line {line}/{lines} ({}%), col {column}/{columns} ({}%), char {before}/{total} ({}%)",
            percent(line, lines),
            percent(column, columns),
            percent(before, total)
        ));
    }

    pub(super) fn count_words(&mut self) {
        let (mut words, mut characters) = (0, 0);
        for at in 0..self.buffer.count() {
            let line = self.buffer.line(at);
            characters += text_len(line) + usize::from(at < self.buffer.last());
            words += line
                .split(|b| b.is_ascii_whitespace())
                .filter(|w| !w.is_empty())
                .count();
        }
        let lines = self.buffer.last() + usize::from(!self.buffer.line(self.buffer.last()).is_empty());
        let plural = |n: usize| if n == 1 { "" } else { "s" };
        self.say(format!(
            "{lines} line{}, {words} word{}, {characters} character{}",
            plural(lines),
            plural(words),
            plural(characters)
        ));
    }

    /// `^_`: asks for a line, and a column perhaps.
    pub(super) fn go_to(&mut self) -> Result {
        let Some(answer) = self.ask(
            "Enter line number, column number",
            Vec::new(),
            super::prompt::Kind::Plain,
        )?
        else {
            return Ok(());
        };
        let text = String::from_utf8_lossy(&answer).into_owned();
        self.place(&text);
        Ok(())
    }

    /// To `LINE,COLUMN`, counted from 1, and from the end where negative.
    pub fn place(&mut self, text: &str) {
        let mut parts = text.trim().splitn(2, [',', ' ', ':']);
        let line = parts.next().unwrap_or("").trim();
        let column = parts.next().unwrap_or("").trim();
        let number = |s: &str, now: usize| -> Option<isize> {
            if s.is_empty() {
                Some(now as isize + 1)
            } else {
                s.parse().ok().filter(|n| *n != 0)
            }
        };
        let (Some(line), Some(column)) = (number(line, self.cursor.line), number(column, 0)) else {
            self.say("Invalid line or column number");
            return;
        };
        let from_end = |n: isize, count: usize| {
            if n < 0 {
                count.saturating_add_signed(n)
            } else {
                n as usize - 1
            }
        };
        let line = from_end(line, self.buffer.last() + 1).min(self.buffer.last());
        let text = self.buffer.line(line);
        let column = from_end(column, shape::columns(text, self.look()) + 1);
        self.cursor = Pos::new(line, shape::byte_at(text, column, self.look()));
    }

    /// The indent of the cursor's line.
    pub(super) fn indent_here(&self) -> Vec<u8> {
        let line = self.line();
        line[..indent_len(line)].to_vec()
    }
}

/// Characters of a text.
fn text_len(s: &[u8]) -> usize {
    s.utf8_chunks()
        .map(|c| c.valid().chars().count() + c.invalid().len())
        .sum()
}
