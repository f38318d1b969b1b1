//! Visual mode: a selection, and commands that are about it.

use readline::text;

use super::motion::Motion;
use super::operator::Region;
use super::{Mode, Result, Stop, Vi, Want, fail};
use crate::core::Pos;
use crate::host::{Key, ctrl};

impl Vi {
    pub fn is_visual(&self) -> bool {
        matches!(self.mode, Mode::Visual(_) | Mode::VisualLine(_))
    }

    /// What is selected, from a place up to another.
    pub(super) fn selection(&self) -> Option<Region> {
        let (start, linewise) = match self.mode {
            Mode::Visual(start) => (start, false),
            Mode::VisualLine(start) => (start, true),
            _ => return None,
        };
        let (from, mut to) = (start.min(self.cursor), start.max(self.cursor));
        let line = self.buffer.line(to.line);
        if !linewise {
            if to.col < line.len() {
                to.col = text::next(line, to.col);
            } else if to.line < self.buffer.last() {
                // The line's end is selected.
                to = Pos::new(to.line + 1, 0);
            }
        }
        Some(Region {
            from,
            to,
            linewise,
            big: false,
        })
    }

    /// The selection's size, for `.`.
    pub(super) fn visual_size(&self) -> Option<(usize, usize, bool)> {
        let region = self.selection()?;
        let lines = region.to.line - region.from.line;
        let columns = if lines == 0 {
            region.to.col - region.from.col.min(region.to.col)
        } else {
            region.to.col
        };
        Some((lines, columns, region.linewise))
    }

    /// Selects as much again, from the cursor on.
    pub(super) fn select_again(&mut self, lines: usize, columns: usize, linewise: bool) {
        let start = self.cursor;
        let line = (start.line + lines).min(self.buffer.last());
        if linewise {
            self.mode = Mode::VisualLine(start);
            self.cursor.line = line;
            return;
        }
        self.mode = Mode::Visual(start);
        if lines > 0 && columns == 0 {
            // Up to a line's end, which is selected too.
            let line = (start.line + lines - 1).min(self.buffer.last());
            self.cursor = Pos::new(line, self.buffer.line(line).len());
            return;
        }
        let end = if lines == 0 { start.col + columns } else { columns };
        let end = end.min(self.buffer.line(line).len());
        self.cursor = Pos::new(line, text::previous(self.buffer.line(line), end));
    }

    fn leave_visual(&mut self) {
        let (start, linewise) = match self.mode {
            Mode::Visual(start) => (start, false),
            Mode::VisualLine(start) => (start, true),
            _ => return,
        };
        self.last_visual = Some((start, self.cursor, linewise));
        self.mode = Mode::Normal;
    }

    /// `gv`: what was selected last.
    pub(super) fn reselect(&mut self) -> Result<()> {
        let Some((from, to, linewise)) = self.last_visual else {
            return Err(Stop::Beep);
        };
        self.mode = if linewise {
            Mode::VisualLine(from)
        } else {
            Mode::Visual(from)
        };
        self.cursor = to;
        Ok(())
    }

    /// Does a command about the selection; answers whether `.` repeats it.
    pub(super) fn visual_command(
        &mut self,
        key: &Key,
        register: Option<u8>,
        given: Option<usize>,
    ) -> Result<bool> {
        let count = given.unwrap_or(1).max(1);
        if let Key::Byte(a @ (b'i' | b'a')) = key {
            let end = self.cursor;
            if matches!(self.mode, Mode::Visual(start) if start < end) {
                // A selection grows by what comes behind it.
                self.cursor.col = text::next(self.line(), end.col);
            }
            let motion = match self.object(*a == b'a', count) {
                Ok(motion) => motion,
                Err(Stop::Beep) => {
                    self.cursor = end;
                    self.host.beep();
                    return Ok(false);
                }
                Err(stop) => return Err(stop),
            };
            self.select_object(&motion);
            return Ok(false);
        }
        if !matches!(key, Key::Byte(b'<' | b'>')) {
            match self.motion(key, given, None) {
                Ok(Some(motion)) => {
                    if motion.jump {
                        self.note_jump();
                    }
                    self.cursor = motion.to;
                    self.want = motion.want;
                    return Ok(false);
                }
                Ok(None) => {}
                Err(Stop::Beep) => {
                    // The selection stays.
                    self.host.beep();
                    return Ok(false);
                }
                Err(Stop::Error(text)) => {
                    self.message = Some((text, true));
                    return Ok(false);
                }
                Err(stop) => return Err(stop),
            }
        }
        let second = self.behind_g.take();
        let Some(mut region) = self.selection() else {
            return Err(Stop::Beep);
        };
        let mode = self.mode;
        let byte = match key {
            Key::Byte(b) => *b,
            Key::Delete => b'x',
            _ => return Err(Stop::Beep),
        };
        match byte {
            0x1b | 0x03 => {
                self.leave_visual();
                return Ok(false);
            }
            b'v' | b'V' => {
                self.mode = match (mode, byte) {
                    (Mode::Visual(_), b'v') | (Mode::VisualLine(_), b'V') => {
                        self.leave_visual();
                        Mode::Normal
                    }
                    (Mode::VisualLine(start), _) => Mode::Visual(start),
                    (Mode::Visual(start), _) => Mode::VisualLine(start),
                    (mode, _) => mode,
                };
                return Ok(false);
            }
            b'o' | b'O' => {
                let cursor = self.cursor;
                match &mut self.mode {
                    Mode::Visual(start) | Mode::VisualLine(start) => {
                        self.cursor = *start;
                        *start = cursor;
                    }
                    _ => {}
                }
                return Ok(false);
            }
            b':' => {
                self.leave_visual();
                self.cursor = region.from;
                self.command_line(b':', b"'<,'>".to_vec())?;
                return Ok(false);
            }
            b'u' | b'U' | b'~' if second.is_none() => {
                self.leave_visual();
                self.mode = mode;
                self.operate(byte | 0x80, register, region, false)?;
            }
            b'g' => match second {
                Some(Key::Byte(b'J')) => self.join_selection(region, true),
                Some(Key::Byte(how @ (b'u' | b'U' | b'~'))) => {
                    self.leave_visual();
                    self.mode = mode;
                    self.operate(how | 0x80, register, region, false)?;
                }
                Some(Key::Byte(b'v')) => {
                    self.reselect()?;
                    return Ok(false);
                }
                _ => return Err(Stop::Beep),
            },
            b'd' | b'x' | b'y' | b'c' | b's' | b'<' | b'>' | b'=' | b'!' | 0x7f => {
                let operator = match byte {
                    b'x' | 0x7f => b'd',
                    b's' => b'c',
                    other => other,
                };
                self.shift_amount = count;
                self.leave_visual();
                self.mode = mode;
                if operator == b'!' {
                    self.mode = Mode::Normal;
                    self.command_line(b':', b"'<,'>!".to_vec())?;
                    return Ok(false);
                }
                self.operate(operator, register, region, false)?;
                return Ok(operator != b'y');
            }
            b'D' | b'X' | b'Y' | b'C' | b'S' | b'R' => {
                // Whole lines; `D` and `C` too.
                region = Region {
                    from: Pos::new(region.from.line, 0),
                    to: self.selection_end(),
                    linewise: true,
                    big: false,
                };
                self.leave_visual();
                self.mode = mode;
                let operator = match byte {
                    b'Y' => b'y',
                    b'D' | b'X' => b'd',
                    _ => b'c',
                };
                self.operate(operator, register, region, false)?;
                return Ok(operator != b'y');
            }
            b'J' => self.join_selection(region, false),
            b'r' => self.replace_selection(region)?,
            b'p' | b'P' => self.put_over(region, register, count)?,
            b if b == ctrl('v') => return fail("Visual block mode is not supported"),
            b if b == ctrl('l') => return Ok(false),
            _ => return Err(Stop::Beep),
        }
        Ok(true)
    }

    /// The line that the selection ends in.
    fn selection_end(&self) -> Pos {
        match self.mode {
            Mode::Visual(start) | Mode::VisualLine(start) => Pos::new(start.line.max(self.cursor.line), 0),
            _ => self.cursor,
        }
    }

    fn select_object(&mut self, motion: &Motion) {
        let from = motion.from.unwrap_or(self.cursor);
        let mut to = motion.to;
        match motion.kind {
            super::motion::Kind::Linewise => {
                self.mode = Mode::VisualLine(from);
                self.cursor = to;
                return;
            }
            super::motion::Kind::Exclusive => {
                to.col = text::previous(self.buffer.line(to.line), to.col);
            }
            super::motion::Kind::Inclusive => {}
        }
        // A selection that is there already grows.
        let start = match self.mode {
            Mode::Visual(start) if start < self.cursor => start.min(from),
            _ => from,
        };
        if !matches!(self.mode, Mode::VisualLine(_)) {
            self.mode = Mode::Visual(start);
        }
        self.cursor = to;
        self.want = Want::Here;
    }

    fn join_selection(&mut self, region: Region, keep: bool) {
        let end = self.selection_end().line;
        self.leave_visual();
        let last = end.max(region.from.line + 1).min(self.buffer.last());
        if last > region.from.line {
            self.join(region.from.line, last, keep);
        }
    }

    fn replace_selection(&mut self, region: Region) -> Result {
        let character = self.character()?;
        self.leave_visual();
        let (from, to) = if region.linewise {
            (
                Pos::new(region.from.line, 0),
                Pos::new(region.to.line, self.buffer.line(region.to.line).len()),
            )
        } else {
            (region.from, region.to)
        };
        let old = self.buffer.copy(from, to);
        let mut new = Vec::new();
        let mut at = 0;
        while at < old.len() {
            let next = text::next(&old, at);
            if old[at] == b'\n' {
                new.push(b'\n');
            } else {
                new.extend_from_slice(&character);
            }
            at = next;
        }
        self.buffer.delete(from, to);
        self.buffer.insert(from, &new);
        self.cursor = from;
        self.set_changed(from, to);
        Ok(())
    }

    /// The selection and a register change places.
    fn put_over(&mut self, region: Region, register: Option<u8>, count: usize) -> Result {
        let Some(mut new) = self.register(register).filter(|r| !r.text.is_empty()) else {
            return fail("E353: Nothing in register \"");
        };
        self.leave_visual();
        new.text = new.text.repeat(count);
        let at_end = region.linewise && region.to.line >= self.buffer.last();
        self.delete(None, region);
        let at = region.from;
        match (region.linewise, new.linewise) {
            (true, _) => {
                let lines = super::operator::lines_of_file(&new.text);
                let line = if at_end && self.buffer.count() > 0 {
                    self.buffer.last() + 1
                } else {
                    at.line
                };
                self.buffer.splice(line..line, lines);
                self.go_to_line(line);
            }
            (false, true) => {
                let text = [b"\n", &new.text[..]].concat();
                self.buffer.insert(at, &text);
                self.go_to_line(at.line + 1);
            }
            (false, false) => {
                let end = self.buffer.insert(at, &new.text);
                self.cursor = if end.line > at.line {
                    at
                } else {
                    Pos::new(end.line, text::previous(self.buffer.line(end.line), end.col))
                };
            }
        }
        Ok(())
    }
}
