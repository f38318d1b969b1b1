//! Insert and replace mode.

use readline::text;

use super::word::class;
use super::{Mode, Result, Stop, Vi, Want, fail};
use crate::Bytes;
use crate::core::{Line, Pos, first_nonblank, indent_len, shape};
use crate::host::{Key, ctrl};

/// What an insertion knows of itself.
#[derive(Default)]
struct Insertion {
    /// Where it began: `^W` and `^U` stop there once.
    start: Pos,
    /// The cursor's line has nothing but the indent that it was given.
    auto: bool,
    /// What replace mode has put characters in the place of; `None` where the line has grown.
    replaced: Vec<Option<Bytes>>,
}

impl Vi {
    /// Takes keys into the text until Escape; then, with a count, the same again. `open` is `o`'s way of beginning: each
    /// time on a new line below (or above).
    pub(super) fn insert(&mut self, count: usize, open: Option<bool>) -> Result {
        self.want = Want::Here;
        self.showcmd.clear();
        let start = self.cursor;
        let first_key = self.recorded.len();
        let mut state = Insertion {
            start,
            auto: open.is_some() && self.cursor.col > 0,
            ..Insertion::default()
        };
        let before = (self.cursor.line, self.line().len());
        let mut ended = true;
        loop {
            let key = match self.key() {
                Ok(key) => key,
                Err(Stop::Exhausted) => {
                    ended = false;
                    break;
                }
                Err(stop) => return Err(stop),
            };
            if matches!(key, Key::Byte(0x1b | 0x03)) {
                break;
            }
            match self.insert_key(key, &mut state) {
                Err(stop @ (Stop::Gone(_) | Stop::Quit(_))) => return Err(stop),
                Err(Stop::Error(text)) => self.message = Some((text, true)),
                Err(_) => self.host.beep(),
                Ok(()) => {}
            }
        }
        let last_key = self.recorded.len() - usize::from(ended);
        let keys = self.recorded[first_key..last_key.max(first_key)].to_vec();
        self.note_inserted(before, start);
        for _ in 1..count {
            if keys.is_empty() && open.is_none() {
                break;
            }
            let mut state = Insertion::default();
            if open.is_some() {
                let line = self.line();
                let indent = if self.options.autoindent {
                    line[..indent_len(line)].to_vec()
                } else {
                    Vec::new()
                };
                let at = self.cursor.line + 1;
                self.cursor = Pos::new(at, indent.len());
                self.buffer.splice(at..at, vec![Line::from(indent)]);
            }
            let recorded = self.recorded.len();
            self.with_keys(keys.clone(), |vi| {
                let key = vi.key()?;
                vi.insert_key(key, &mut state)
            })?;
            self.recorded.truncate(recorded);
        }
        self.strip_indent(&mut state);
        self.buffer.set_mark(b'^', self.cursor);
        self.set_changed(start.min(self.cursor), self.cursor);
        self.cursor.col = text::previous(self.line(), self.cursor.col);
        self.mode = Mode::Normal;
        Ok(())
    }

    /// Keeps what was typed for `.`, where it is still there to be seen.
    fn note_inserted(&mut self, _before: (usize, usize), start: Pos) {
        if start <= self.cursor {
            self.inserted = self.buffer.copy(start, self.cursor);
        }
    }

    /// An indent that nothing was typed behind goes.
    fn strip_indent(&mut self, state: &mut Insertion) {
        if std::mem::take(&mut state.auto) && self.line().trim_ascii().is_empty() {
            let at = self.cursor.line;
            self.buffer.set_line(at, Line::from(&b""[..]));
            self.cursor.col = 0;
        }
    }

    fn insert_key(&mut self, key: Key, state: &mut Insertion) -> Result {
        let byte = match key {
            Key::Byte(b) => b,
            Key::Paste(text) => {
                state.auto = false;
                let text = plain_newlines(&text);
                self.cursor = self.buffer.insert(self.cursor, &text);
                return Ok(());
            }
            Key::Delete => {
                let line = self.line();
                let end = text::next(line, self.cursor.col);
                let (from, to) = if self.cursor.col < line.len() {
                    (self.cursor, Pos::new(self.cursor.line, end))
                } else if self.cursor.line < self.buffer.last() {
                    (self.cursor, Pos::new(self.cursor.line + 1, 0))
                } else {
                    return Err(Stop::Beep);
                };
                self.buffer.delete(from, to);
                return Ok(());
            }
            Key::Insert => {
                self.mode = if self.mode == Mode::Insert {
                    Mode::Replace
                } else {
                    Mode::Insert
                };
                return Ok(());
            }
            key => {
                state.replaced.clear();
                return self.insert_move(&key);
            }
        };
        const REPEAT: u8 = ctrl('a');
        const BELOW: u8 = ctrl('e');
        const ABOVE: u8 = ctrl('y');
        const SHIFT: u8 = ctrl('t');
        const UNSHIFT: u8 = ctrl('d');
        const WORD: u8 = ctrl('w');
        const LINE: u8 = ctrl('u');
        const LITERAL: u8 = ctrl('v');
        const QUOTE: u8 = ctrl('q');
        const REGISTER: u8 = ctrl('r');
        match byte {
            8 | 0x7f => return self.backspace(state),
            WORD => {
                let line = self.line();
                if self.cursor.col == 0 {
                    return self.backspace(state);
                }
                let mut from = self.cursor.col;
                while from > 0 && class(line, text::previous(line, from), false) == 0 {
                    from = text::previous(line, from);
                }
                let kind = if from > 0 {
                    class(line, text::previous(line, from), false)
                } else {
                    0
                };
                while from > 0 && class(line, text::previous(line, from), false) == kind {
                    from = text::previous(line, from);
                }
                self.erase(self.stop_once(from, state));
            }
            LINE => {
                let indent = indent_len(self.line());
                let from = if self.cursor.col > indent { indent } else { 0 };
                self.erase(self.stop_once(from, state));
            }
            b'\r' | b'\n' => self.new_line(state),
            b'\t' if self.options.expandtab => {
                let column = shape::columns(&self.line()[..self.cursor.col], self.look());
                let n = self.options.tabstop - column % self.options.tabstop;
                self.type_bytes(&b" ".repeat(n), state);
            }
            LITERAL | QUOTE => {
                let bytes = self.literal()?;
                self.type_bytes(&bytes, state);
            }
            REGISTER => {
                let Key::Byte(name) = self.key()? else {
                    return Err(Stop::Beep);
                };
                let Some(register) = self.register(Some(name)) else {
                    return Err(Stop::Beep);
                };
                state.auto = false;
                self.cursor = self.buffer.insert(self.cursor, &register.text);
            }
            REPEAT => {
                let text = self.inserted.clone();
                self.cursor = self.buffer.insert(self.cursor, &text);
            }
            BELOW | ABOVE => {
                let other = if byte == BELOW {
                    self.cursor.line.checked_add(1)
                } else {
                    self.cursor.line.checked_sub(1)
                };
                let other = other.filter(|l| *l <= self.buffer.last()).ok_or(Stop::Beep)?;
                let column = shape::columns(&self.line()[..self.cursor.col], self.look());
                let line = self.buffer.line(other);
                let from = shape::byte_at(line, column, self.look());
                let bytes = line[from..text::next(line, from)].to_vec();
                if bytes.is_empty() {
                    return Err(Stop::Beep);
                }
                self.type_bytes(&bytes, state);
            }
            SHIFT | UNSHIFT => {
                let at = self.cursor.line;
                let before = self.line().len();
                if self.line().is_empty() && byte == SHIFT {
                    let indent = self.options.indent(self.options.shift_width());
                    self.buffer.set_line(at, indent);
                } else {
                    self.shift(at..at + 1, byte == SHIFT, 1);
                }
                let after = self.line().len();
                self.cursor.col = (self.cursor.col + after).saturating_sub(before);
            }
            0x0e | 0x10 => return fail("Completion is not supported"),
            0x1b | 0x1a | 0x00 => return Err(Stop::Beep),
            byte => self.type_bytes(&[byte], state),
        }
        Ok(())
    }

    /// A byte of a character, or all of one, as text.
    fn type_bytes(&mut self, bytes: &[u8], state: &mut Insertion) {
        state.auto = false;
        if self.mode == Mode::Replace && bytes[0] & 0xc0 != 0x80 {
            let line = self.line();
            let end = text::next(line, self.cursor.col);
            let at = self.cursor;
            if at.col < line.len() {
                let old = self.buffer.delete(at, Pos::new(at.line, end));
                state.replaced.push(Some(old));
            } else {
                state.replaced.push(None);
            }
        }
        if self.buffer.count() == 0 {
            self.buffer.splice(0..0, vec![Line::from(&b""[..])]);
        }
        self.cursor = self.buffer.insert(self.cursor, bytes);
    }

    /// Where deleting back stops: where the insertion began, if that is on the way.
    fn stop_once(&self, from: usize, state: &Insertion) -> usize {
        let start = state.start;
        let on_the_way = start.line == self.cursor.line && (from..self.cursor.col).contains(&start.col);
        if on_the_way { start.col } else { from }
    }

    /// Deletes from a byte of the line up to the cursor.
    fn erase(&mut self, from: usize) {
        let to = self.cursor;
        self.cursor.col = from;
        self.buffer.delete(self.cursor, to);
    }

    fn backspace(&mut self, state: &mut Insertion) -> Result {
        if self.mode == Mode::Replace {
            let Some(old) = state.replaced.pop() else {
                // Nothing to bring back: it only moves.
                return self.insert_move(&Key::Left);
            };
            let from = text::previous(self.line(), self.cursor.col);
            self.erase(from);
            if let Some(old) = old {
                self.buffer.insert(self.cursor, &old);
            }
            return Ok(());
        }
        if self.cursor.col > 0 {
            let from = text::previous(self.line(), self.cursor.col);
            self.erase(from);
        } else if self.cursor.line > 0 {
            let above = self.cursor.line - 1;
            let to = self.cursor;
            self.cursor = Pos::new(above, self.buffer.line(above).len());
            self.buffer.delete(self.cursor, to);
        } else {
            return Err(Stop::Beep);
        }
        Ok(())
    }

    fn new_line(&mut self, state: &mut Insertion) {
        let line = self.line();
        let mut indent = if self.options.autoindent {
            line[..indent_len(line)].to_vec()
        } else {
            Vec::new()
        };
        indent.truncate(self.cursor.col);
        let mut tail = line[self.cursor.col..].to_vec();
        if self.options.autoindent {
            tail.drain(..indent_len(&tail));
        }
        let only_indent = state.auto && line.trim_ascii().is_empty();
        let head = if only_indent {
            Vec::new()
        } else {
            line[..self.cursor.col].to_vec()
        };
        let at = self.cursor.line;
        if self.mode == Mode::Replace {
            state.replaced.clear();
        }
        state.auto = !indent.is_empty() && tail.is_empty();
        let col = indent.len();
        indent.append(&mut tail);
        self.buffer
            .splice(at..at + 1, vec![Line::from(head), Line::from(indent)]);
        self.cursor = Pos::new(at + 1, col);
    }

    /// Arrows in the middle of an insertion: what comes is a step of its own to undo.
    fn insert_move(&mut self, key: &Key) -> Result {
        let line = self.line();
        let mut at = self.cursor;
        match key {
            Key::Left if at.col > 0 => at.col = text::previous(line, at.col),
            Key::Right if at.col < line.len() => at.col = text::next(line, at.col),
            Key::Left if at.line > 0 => at = Pos::new(at.line - 1, usize::MAX),
            Key::Right if at.line < self.buffer.last() => at = Pos::new(at.line + 1, 0),
            Key::Home => at.col = 0,
            Key::End => at.col = line.len(),
            Key::Up | Key::Down | Key::PageUp | Key::PageDown => {
                let far = match key {
                    Key::Up | Key::Down => 1,
                    _ => self.layout().rows.saturating_sub(2).max(1),
                };
                let to = if matches!(key, Key::Up | Key::PageUp) {
                    at.line.saturating_sub(far)
                } else {
                    at.line + far
                };
                let to = to.min(self.buffer.last());
                if to == at.line {
                    return Err(Stop::Beep);
                }
                let column = match self.want {
                    Want::Column(column) => column,
                    _ => shape::columns(&line[..at.col], self.look()),
                };
                at = Pos::new(to, shape::byte_at(self.buffer.line(to), column, self.look()));
                self.want = Want::Column(column);
            }
            _ => return Err(Stop::Beep),
        }
        if !matches!(key, Key::Up | Key::Down | Key::PageUp | Key::PageDown) {
            self.want = Want::Here;
        }
        at.col = at.col.min(self.buffer.line(at.line).len());
        self.cursor = at;
        self.buffer.begin(at);
        Ok(())
    }

    /// `I` begins here.
    pub(super) fn insert_start(&self) -> usize {
        let line = self.line();
        if line.trim_ascii().is_empty() {
            line.len()
        } else {
            first_nonblank(line)
        }
    }
}

/// A paste's ends of lines are the Enter key's.
pub fn plain_newlines(text: &[u8]) -> Bytes {
    let mut out = Vec::with_capacity(text.len());
    for (at, b) in text.iter().enumerate() {
        match b {
            b'\r' => out.push(b'\n'),
            b'\n' if at > 0 && text[at - 1] == b'\r' => {}
            b => out.push(*b),
        }
    }
    out
}
