//! Motions: keys that move the cursor, alone or behind an operator.

use readline::text;

use super::word::Walk;
use super::{Result, Stop, Vi, Want};
use crate::Bytes;
use crate::core::{Pos, first_nonblank, shape};
use crate::host::Key;

/// What lies between the cursor and a motion's end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Characters, the one at the end not counted.
    Exclusive,
    Inclusive,
    Linewise,
}

/// A motion's end.
#[derive(Clone, Copy, Debug)]
pub struct Motion {
    /// Where the text begins, if not at the cursor: text objects do that.
    pub from: Option<Pos>,
    pub to: Pos,
    pub kind: Kind,
    pub want: Want,
    /// It goes far: the place before is remembered.
    pub jump: bool,
}

impl Motion {
    pub fn new(to: Pos, kind: Kind) -> Motion {
        Motion {
            from: None,
            to,
            kind,
            want: Want::Here,
            jump: false,
        }
    }

    pub(super) fn far(self) -> Motion {
        Motion { jump: true, ..self }
    }
}

/// What `;` repeats.
#[derive(Clone, Debug)]
pub struct Find {
    character: Bytes,
    forward: bool,
    /// It stops one before.
    till: bool,
}

impl Vi {
    /// The motion that a key is; `None` for other keys. `operator` is the operator before it, as `c`.
    pub(super) fn motion(
        &mut self,
        key: &Key,
        given: Option<usize>,
        operator: Option<u8>,
    ) -> Result<Option<Motion>> {
        let count = given.unwrap_or(1).max(1);
        let key = match key {
            Key::Byte(b) => *b,
            Key::Left => b'h',
            Key::Right => b'l',
            Key::Up => b'k',
            Key::Down => b'j',
            Key::Home => b'0',
            Key::End => b'$',
            _ => return Ok(None),
        };
        let here = self.cursor;
        let motion = match key {
            b'h' | 8 | 0x7f => self.left(count, key != b'h')?,
            b'l' | b' ' => self.right(count, operator.is_some(), key == b' ')?,
            b'j' | b'\n' | 0x0e => self.vertical(count, true)?,
            b'k' | 0x10 => self.vertical(count, false)?,
            b'+' | b'\r' => self.lines_nonblank(here.line.checked_add(count))?,
            b'-' => self.lines_nonblank(here.line.checked_sub(count))?,
            b'_' => self.lines_nonblank(here.line.checked_add(count - 1))?,
            b'0' => Motion::new(Pos::new(here.line, 0), Kind::Exclusive),
            b'^' => Motion::new(Pos::new(here.line, first_nonblank(self.line())), Kind::Exclusive),
            b'|' => {
                let col = shape::byte_at(self.line(), count - 1, self.look());
                let mut motion = Motion::new(self.on_character(here.line, col), Kind::Exclusive);
                motion.want = Want::Column(count - 1);
                motion
            }
            b'$' => self.line_end(count)?,
            b'w' | b'W' => self.word_forward(count, key == b'W', operator)?,
            b'b' | b'B' => {
                let mut walk = Walk::new(&self.buffer, here, key == b'B');
                if !walk.word_back(count) {
                    return Err(Stop::Beep);
                }
                Motion::new(walk.at, Kind::Exclusive)
            }
            b'e' | b'E' => {
                let mut walk = Walk::new(&self.buffer, here, key == b'E');
                let moved = walk.word_end(count, false);
                if !moved && operator.is_none() && walk.at == here {
                    return Err(Stop::Beep);
                }
                let to = self.on_character(walk.at.line, walk.at.col);
                if !moved && to == here && operator.is_none() {
                    return Err(Stop::Beep);
                }
                Motion::new(to, Kind::Inclusive)
            }
            b'{' | b'}' => {
                let mut walk = Walk::new(&self.buffer, here, false);
                if !walk.paragraph(count, key == b'}') {
                    return Err(Stop::Beep);
                }
                let to = walk.at;
                let at_end = key == b'}' && !self.buffer.line(to.line).is_empty();
                Motion::new(to, if at_end { Kind::Inclusive } else { Kind::Exclusive }).far()
            }
            b'(' | b')' => {
                let mut walk = Walk::new(&self.buffer, here, false);
                if !walk.sentence(count, key == b')') {
                    return Err(Stop::Beep);
                }
                let end = walk.at;
                let clamped = self.on_character(end.line, end.col);
                let at_end = end != clamped;
                Motion::new(clamped, if at_end { Kind::Inclusive } else { Kind::Exclusive }).far()
            }
            b'f' | b'F' | b't' | b'T' => {
                let character = self.character()?;
                let find = Find {
                    character,
                    forward: key.is_ascii_lowercase(),
                    till: key.eq_ignore_ascii_case(&b't'),
                };
                self.last_find = Some(find.clone());
                self.find_character(&find, count, false)?
            }
            b';' | b',' => {
                let Some(mut find) = self.last_find.clone() else {
                    return Err(Stop::Beep);
                };
                find.forward ^= key == b',';
                self.find_character(&find, count, true)?
            }
            b'G' => {
                let line = given.map_or(self.buffer.last(), |n| n.saturating_sub(1));
                self.to_line(line)
            }
            b'H' | b'L' | b'M' => {
                let layout = self.layout();
                let bottom = self.view.bottom(&self.buffer, &layout);
                let line = match key {
                    b'H' => (self.view.top + count - 1).min(bottom),
                    b'L' => (bottom + 1).saturating_sub(count).max(self.view.top),
                    _ => (self.view.top + bottom) / 2,
                };
                self.to_line(line)
            }
            b'%' => match given {
                Some(percent) if percent > 100 => return Err(Stop::Beep),
                Some(percent) => {
                    self.to_line((percent * self.buffer.count()).div_ceil(100).saturating_sub(1))
                }
                None => Motion::new(self.matching()?, Kind::Inclusive).far(),
            },
            b'/' | b'?' => self.search_motion(key, count)?,
            b'n' | b'N' => self.search_again(key == b'N', count)?,
            b'*' | b'#' => self.search_word(key == b'*', count, true)?,
            b'\'' | b'`' => self.mark_motion(key == b'`')?,
            b'g' => {
                let next = self.key()?;
                match next {
                    Key::Byte(b'g') => self.to_line(given.unwrap_or(1).saturating_sub(1)),
                    Key::Byte(e @ (b'e' | b'E')) => {
                        let mut walk = Walk::new(&self.buffer, here, e == b'E');
                        if !walk.word_end_back(count) {
                            return Err(Stop::Beep);
                        }
                        Motion::new(self.on_character(walk.at.line, walk.at.col), Kind::Inclusive)
                    }
                    Key::Byte(b'_') => {
                        let line = (here.line + count - 1).min(self.buffer.last());
                        let end = self.buffer.line(line).trim_ascii_end().len();
                        let col = text::previous(self.buffer.line(line), end);
                        Motion::new(Pos::new(line, col), Kind::Inclusive)
                    }
                    Key::Byte(b'j') | Key::Down => self.vertical(count, true)?,
                    Key::Byte(b'k') | Key::Up => self.vertical(count, false)?,
                    Key::Byte(s @ (b'*' | b'#')) => self.search_word(s == b'*', count, false)?,
                    other => {
                        self.behind_g = Some(other);
                        return Ok(None);
                    }
                }
            }
            _ => return Ok(None),
        };
        Ok(Some(motion))
    }

    /// The place, or the last character before it.
    pub(super) fn on_character(&self, line: usize, col: usize) -> Pos {
        let text = self.buffer.line(line);
        let col = if col >= text.len() {
            text::previous(text, text.len())
        } else {
            col
        };
        Pos::new(line, col)
    }

    pub(super) fn to_line(&self, line: usize) -> Motion {
        let line = line.min(self.buffer.last());
        Motion::new(
            Pos::new(line, first_nonblank(self.buffer.line(line))),
            Kind::Linewise,
        )
        .far()
    }

    fn left(&self, count: usize, over_lines: bool) -> Result<Motion> {
        let mut at = self.cursor;
        for n in 0..count {
            if at.col > 0 {
                at.col = text::previous(self.buffer.line(at.line), at.col);
            } else if over_lines && at.line > 0 {
                at.line -= 1;
                at = if self.is_visual() {
                    // On the line's end, which is selected then.
                    Pos::new(at.line, self.buffer.line(at.line).len())
                } else {
                    self.on_character(at.line, usize::MAX)
                };
            } else if n == 0 {
                return Err(Stop::Beep);
            }
        }
        Ok(Motion::new(at, Kind::Exclusive))
    }

    fn right(&self, count: usize, operator: bool, over_lines: bool) -> Result<Motion> {
        let mut at = self.cursor;
        let past_end = operator || self.is_visual();
        for n in 0..count {
            let line = self.buffer.line(at.line);
            let next = text::next(line, at.col);
            if at.col < line.len() && (next < line.len() || past_end) {
                at.col = next;
            } else if over_lines && at.line < self.buffer.last() {
                at = Pos::new(at.line + 1, 0);
            } else if n == 0 {
                return Err(Stop::Beep);
            } else {
                break;
            }
        }
        Ok(Motion::new(at, Kind::Exclusive))
    }

    /// Up and down in the column that the cursor wants.
    fn vertical(&mut self, count: usize, down: bool) -> Result<Motion> {
        let here = self.cursor;
        let line = if down {
            (here.line + count).min(self.buffer.last())
        } else {
            here.line.saturating_sub(count)
        };
        if line == here.line {
            return Err(Stop::Beep);
        }
        let want = match self.want {
            Want::Here => Want::Column(self.screen_column()),
            other => other,
        };
        let mut motion = Motion::new(self.in_column(line, want), Kind::Linewise);
        motion.want = want;
        Ok(motion)
    }

    /// The column of the cursor, as it is drawn.
    pub(super) fn screen_column(&self) -> usize {
        let (start, end) = shape::columns_at(self.line(), self.cursor.col, self.look());
        let on_tab = self.line().get(self.cursor.col) == Some(&b'\t') && !self.options.list;
        if on_tab { end - 1 } else { start }
    }

    pub(super) fn in_column(&self, line: usize, want: Want) -> Pos {
        let text = self.buffer.line(line);
        let col = match want {
            Want::End | Want::Here => text.len(),
            Want::Column(column) => shape::byte_at(text, column, self.look()),
        };
        if self.is_visual() && want == Want::End {
            return Pos::new(line, text.len());
        }
        self.on_character(line, col)
    }

    fn lines_nonblank(&self, line: Option<usize>) -> Result<Motion> {
        match line {
            Some(line) if line <= self.buffer.last() => Ok(Motion {
                jump: false,
                ..self.to_line(line)
            }),
            _ => Err(Stop::Beep),
        }
    }

    fn line_end(&self, count: usize) -> Result<Motion> {
        let line = self.cursor.line + count - 1;
        if line > self.buffer.last() {
            return Err(Stop::Beep);
        }
        let mut motion = Motion::new(self.on_character(line, usize::MAX), Kind::Inclusive);
        motion.want = Want::End;
        if self.is_visual() {
            motion.to.col = self.buffer.line(line).len();
        }
        Ok(motion)
    }

    fn word_forward(&self, count: usize, big: bool, operator: Option<u8>) -> Result<Motion> {
        let here = self.cursor;
        let mut walk = Walk::new(&self.buffer, here, big);
        // `cw` on a word changes the word, but not the blanks behind it.
        if operator == Some(b'c') && walk.class() != 0 {
            walk.word_end(count, true);
            return Ok(Motion::new(
                self.on_character(walk.at.line, walk.at.col),
                Kind::Inclusive,
            ));
        }
        let moved = walk.next_word(count, operator.is_some());
        if operator.is_some() {
            return Ok(Motion::new(walk.at, Kind::Exclusive));
        }
        let to = if self.is_visual() {
            walk.at
        } else {
            self.on_character(walk.at.line, walk.at.col)
        };
        if !moved && to == here {
            return Err(Stop::Beep);
        }
        Ok(Motion::new(to, Kind::Exclusive))
    }

    fn find_character(&self, find: &Find, count: usize, again: bool) -> Result<Motion> {
        let line = self.line();
        let mut at = self.cursor.col;
        let matches = |at: usize| line[at..].starts_with(&find.character);
        let mut left = count;
        // Repeating `t` does not stay before the character that it stopped at.
        let mut skip = again && find.till && count == 1;
        while left > 0 {
            if find.forward {
                at = text::next(line, at);
                if at >= line.len() {
                    return Err(Stop::Beep);
                }
            } else {
                if at == 0 {
                    return Err(Stop::Beep);
                }
                at = text::previous(line, at);
            }
            if matches(at) && !std::mem::take(&mut skip) {
                left -= 1;
            }
            skip = false;
        }
        if find.till {
            at = if find.forward {
                text::previous(line, at)
            } else {
                text::next(line, at)
            };
        }
        let kind = if find.forward {
            Kind::Inclusive
        } else {
            Kind::Exclusive
        };
        Ok(Motion::new(Pos::new(self.cursor.line, at), kind))
    }
}
