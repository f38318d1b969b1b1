//! Normal mode: counts, registers, and which key is which command.

use super::operator::Region;
use super::{Mode, Repeat, Result, Stop, Vi, Want, fail};
use crate::core::{Pos, indent_len, shape};
use crate::host::{Key, ctrl};

/// Keys behind `^`, as patterns.
mod control {
    use super::ctrl;

    pub const ADD: u8 = ctrl('a');
    pub const BACK: u8 = ctrl('b');
    pub const INTERRUPT: u8 = ctrl('c');
    pub const DOWN: u8 = ctrl('d');
    pub const LINE_DOWN: u8 = ctrl('e');
    pub const FORWARD: u8 = ctrl('f');
    pub const STATUS: u8 = ctrl('g');
    pub const CLEAR: u8 = ctrl('l');
    pub const OLDER: u8 = ctrl('o');
    pub const REDO: u8 = ctrl('r');
    pub const UP: u8 = ctrl('u');
    pub const BLOCK: u8 = ctrl('v');
    pub const SUBTRACT: u8 = ctrl('x');
    pub const LINE_UP: u8 = ctrl('y');
    pub const SUSPEND: u8 = ctrl('z');
    pub const ALTERNATE: u8 = 0x1e;
}

/// Commands that `.` repeats, besides the operators.
const CHANGES: &[u8] = b"xXDCsSrRJ~pPiIaAoO&\x01\x18";

impl Vi {
    /// Reads a command and does it.
    pub(super) fn command(&mut self) -> Result {
        self.recorded.clear();
        let mut count: Option<usize> = None;
        let mut register = None;
        let key = loop {
            let key = self.key()?;
            if self.printed.is_empty() {
                self.message = None;
            }
            match key {
                Key::Byte(d @ b'0'..=b'9') if d != b'0' || count.is_some() => {
                    let n = count
                        .unwrap_or(0)
                        .saturating_mul(10)
                        .saturating_add((d - b'0').into());
                    count = Some(n.min(999_999_999));
                    self.showcmd.push(d.into());
                }
                Key::Byte(b'"') => {
                    self.showcmd.push('"');
                    match self.key()? {
                        Key::Byte(name)
                            if super::register::Registers::is_name(name) || b"/%#:.".contains(&name) =>
                        {
                            register = Some(name);
                            self.showcmd.push(name.into());
                        }
                        _ => return Err(Stop::Beep),
                    }
                }
                key => break key,
            }
        };
        self.recorded = vec![key.clone()];
        if let Key::Byte(b @ b' '..=b'~') = key {
            self.showcmd.push(b.into());
        }
        if key == Key::Byte(b'.') && !self.is_visual() {
            return self.repeat_last(count, register);
        }
        self.begin();
        let visual = self.visual_size();
        let is_change = if self.is_visual() {
            self.visual_command(&key, register, count)?
        } else {
            self.normal_command(&key, register, count)?
        };
        if is_change && !self.repeating {
            self.repeat = Some(Repeat {
                count,
                register,
                keys: std::mem::take(&mut self.recorded),
                visual,
            });
        }
        Ok(())
    }

    /// `.`: the last change again, with another count perhaps.
    fn repeat_last(&mut self, count: Option<usize>, register: Option<u8>) -> Result {
        let Some(mut repeat) = self.repeat.clone() else {
            return Err(Stop::Beep);
        };
        if count.is_some() {
            repeat.count = count;
            if let Some(kept) = &mut self.repeat {
                kept.count = count;
            }
        }
        // A numbered register goes on to the next.
        if let Some(n @ b'1'..=b'8') = repeat.register {
            repeat.register = Some(n + 1);
            if let Some(kept) = &mut self.repeat {
                kept.register = repeat.register;
            }
        }
        let register = register.or(repeat.register);
        self.begin();
        let outer = std::mem::replace(&mut self.repeating, true);
        let mut first = true;
        let outcome = self.with_keys(repeat.keys.clone(), |vi| {
            if !std::mem::take(&mut first) {
                return Err(Stop::Exhausted);
            }
            let key = vi.key()?;
            vi.recorded = vec![key.clone()];
            if let Some((lines, columns, linewise)) = repeat.visual {
                vi.select_again(lines, columns, linewise);
                vi.visual_command(&key, register, repeat.count).map(drop)
            } else {
                vi.normal_command(&key, register, repeat.count).map(drop)
            }
        });
        self.repeating = outer;
        self.mode = Mode::Normal;
        outcome
    }

    /// Does a command of normal mode; answers whether `.` shall repeat it.
    fn normal_command(&mut self, key: &Key, register: Option<u8>, given: Option<usize>) -> Result<bool> {
        let count = given.unwrap_or(1).max(1);
        if let Some(motion) = self.motion(key, given, None)? {
            self.go(motion);
            return Ok(false);
        }
        if let Some(second) = self.behind_g.take() {
            return self.g_command(&second, register, given);
        }
        let byte = match key {
            Key::Byte(b) => *b,
            Key::PageDown => control::FORWARD,
            Key::PageUp => control::BACK,
            Key::Insert => b'i',
            Key::Delete => b'x',
            Key::Paste(text) => {
                let text = super::insert::plain_newlines(text);
                let at = self.cursor;
                self.cursor = self.buffer.insert(at, &text);
                return Ok(false);
            }
            _ => return Err(Stop::Beep),
        };
        // The column that up and down go to is the cursor's again, unless the cursor is only taken along.
        if !matches!(byte, b'v' | b'V' | control::LINE_DOWN | control::LINE_UP) {
            self.want = Want::Here;
        }
        match byte {
            b'd' | b'c' | b'y' | b'<' | b'>' | b'=' | b'!' => {
                self.shift_amount = 1;
                self.operator(byte, register, given)?;
                return Ok(!matches!(byte, b'y' | b'!'));
            }
            b'x' => self.delete_characters(register, count, false)?,
            b'X' => self.delete_characters(register, count, true)?,
            b'D' | b'C' => {
                let last = (self.cursor.line + count - 1).min(self.buffer.last());
                let (from, to) = (self.cursor, Pos::new(last, self.buffer.line(last).len()));
                let region = Region {
                    from,
                    to,
                    // As with `d$`, nothing but blanks would be left.
                    linewise: byte == b'D' && last > from.line && from.col <= indent_len(self.line()),
                    big: false,
                };
                self.operate(byte.to_ascii_lowercase(), register, region, false)?;
            }
            b'Y' | b'S' => {
                let last = (self.cursor.line + count - 1).min(self.buffer.last());
                let region = Region {
                    from: self.cursor,
                    to: Pos::new(last, 0),
                    linewise: true,
                    big: false,
                };
                self.operate(if byte == b'Y' { b'y' } else { b'c' }, register, region, true)?;
            }
            b's' => {
                if !self.line().is_empty() {
                    self.delete_characters(register, count, false)?;
                }
                self.mode = Mode::Insert;
                self.insert(1, None)?;
            }
            b'r' => self.replace_characters(count)?,
            b'R' => {
                self.mode = Mode::Replace;
                self.insert(count, None)?;
            }
            b'J' => self.join_lines(count, false)?,
            b'~' => self.toggle_case(count)?,
            b'p' | b'P' => self.put(register, count, byte == b'p', false)?,
            b'i' | b'a' | b'I' | b'A' => {
                let line = self.line();
                self.cursor.col = match byte {
                    b'i' => self.cursor.col,
                    b'a' => readline::text::next(line, self.cursor.col),
                    b'A' => line.len(),
                    _ => self.insert_start(),
                };
                self.mode = Mode::Insert;
                self.insert(count, None)?;
            }
            b'o' | b'O' => self.open_line(byte == b'o', count)?,
            b'&' => self.execute(b"s")?,
            control::ADD => self.add(count as i64)?,
            control::SUBTRACT => self.add(-(count as i64))?,
            _ => {
                self.other_command(byte, register, given)?;
                return Ok(false);
            }
        }
        Ok(CHANGES.contains(&byte))
    }

    /// Commands that change no text, or that are not repeated.
    fn other_command(&mut self, byte: u8, _register: Option<u8>, given: Option<usize>) -> Result {
        let count = given.unwrap_or(1).max(1);
        match byte {
            b'u' => self.undo(count, false)?,
            control::REDO => self.undo(count, true)?,
            b'U' => match self.buffer.undo_line() {
                Some(line) => self.cursor = Pos::new(line, 0),
                None => return Err(Stop::Beep),
            },
            b'v' => self.mode = Mode::Visual(self.cursor),
            b'V' => self.mode = Mode::VisualLine(self.cursor),
            control::BLOCK => return fail("Visual block mode is not supported"),
            b':' => {
                let range = match given {
                    None => String::new(),
                    Some(0 | 1) => ".".to_owned(),
                    Some(n) => format!(".,.+{}", n - 1),
                };
                self.command_line(b':', range.into_bytes())?;
            }
            b'm' => {
                let Key::Byte(name) = self.key()? else {
                    return Err(Stop::Beep);
                };
                match name {
                    b'a'..=b'z' | b'A'..=b'Z' => self.buffer.set_mark(name, self.cursor),
                    b'\'' | b'`' => self.note_jump(),
                    _ => return Err(Stop::Beep),
                }
            }
            b'q' => self.record()?,
            b'@' => self.play(count)?,
            b'Z' => match self.key()? {
                Key::Byte(b'Z') => self.execute(b"x")?,
                Key::Byte(b'Q') => self.execute(b"q!")?,
                _ => return Err(Stop::Beep),
            },
            b'z' => self.place_line(given)?,
            control::DOWN | control::UP => self.half_page(byte == control::DOWN, given)?,
            control::FORWARD | control::BACK => self.page(byte == control::FORWARD, count)?,
            control::LINE_DOWN | control::LINE_UP => self.scroll_lines(byte == control::LINE_DOWN, count),
            control::STATUS => {
                let text = self.status();
                self.say(text);
            }
            control::CLEAR => self.host.paint(crate::screen::Frame::default()),
            control::OLDER => {
                let Some(pos) = self.jumps.pop() else {
                    return Err(Stop::Beep);
                };
                self.cursor = pos;
            }
            control::SUSPEND => self.execute(b"stop")?,
            control::ALTERNATE => self.execute(b"e #")?,
            control::INTERRUPT => {
                self.say("Type  :qa!  and press <Enter> to abandon all changes and exit vi")
            }
            0x1b => {
                if given.is_none() {
                    return Ok(());
                }
            }
            _ => return Err(Stop::Beep),
        }
        Ok(())
    }

    /// Commands behind a `g` that are no motions.
    fn g_command(&mut self, key: &Key, register: Option<u8>, given: Option<usize>) -> Result<bool> {
        let count = given.unwrap_or(1).max(1);
        let Key::Byte(byte) = key else {
            return Err(Stop::Beep);
        };
        match byte {
            b'J' => self.join_lines(count, true)?,
            b'p' | b'P' => self.put(register, count, *byte == b'p', true)?,
            b'u' | b'U' | b'~' => self.operator(byte | 0x80, register, given)?,
            b'v' => {
                self.reselect()?;
                return Ok(false);
            }
            b'i' => {
                if let Some(pos) = self.buffer.mark(b'^') {
                    self.cursor = pos;
                }
                self.mode = Mode::Insert;
                self.clamp();
                self.insert(count, None)?;
            }
            b'&' => self.execute(b"%s//~/&")?,
            b'a' => {
                let line = self.line();
                let end = readline::text::next(line, self.cursor.col);
                let text = match std::str::from_utf8(&line[self.cursor.col.min(end)..end]) {
                    Ok(text) => text
                        .chars()
                        .map(|c| format!("<{c}> {0}, Hex {0:02x}, Oct {0:03o} ", c as u32))
                        .collect(),
                    Err(_) => format!(
                        "<\\x{0:02X}> {0}, Hex {0:02x}, Oct {0:03o}",
                        line[self.cursor.col]
                    ),
                };
                self.say(if text.is_empty() { "NUL".to_owned() } else { text });
                return Ok(false);
            }
            ctrl_g if *ctrl_g == control::STATUS => {
                let text = self.status();
                self.say(text);
                return Ok(false);
            }
            _ => return Err(Stop::Beep),
        }
        Ok(true)
    }

    /// What `^G` says.
    pub fn status(&self) -> String {
        let name = self.file.name.as_ref().map_or_else(
            || "\"[No Name]\"".to_owned(),
            |n| format!("\"{}\"", String::from_utf8_lossy(n)),
        );
        let mut text = name;
        if self.buffer.is_modified() {
            text += " [Modified]";
        }
        if self.file.unread && self.file.name.is_some() {
            text += " [Not edited]";
        }
        if self.options.readonly {
            text += " [readonly]";
        }
        let count = self.buffer.count();
        if count == 0 {
            return text + " --No lines in buffer--";
        }
        let line = self.cursor.line + 1;
        let column = shape::columns_at(self.line(), self.cursor.col, self.look()).0 + 1;
        format!(
            "{text} line {line} of {count} --{}%-- col {column}",
            line * 100 / count
        )
    }
}
