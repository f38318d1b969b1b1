//! Operators: what is done to the text between the cursor and a motion's end.

use readline::text;

use super::motion::{Kind, Motion};
use super::{Mode, Register, Result, Stop, Vi, Want};
use crate::Bytes;
use crate::core::{Line, Pos, first_nonblank, indent_len};
use crate::host::Key;

/// A part of the text: from a place up to another, or whole lines.
#[derive(Clone, Copy, Debug)]
pub struct Region {
    pub from: Pos,
    pub to: Pos,
    pub linewise: bool,
    /// It goes to register 1 though it is small.
    pub big: bool,
}

impl Vi {
    /// An operator's motion, and the work.
    pub(super) fn operator(&mut self, operator: u8, register: Option<u8>, given: Option<usize>) -> Result {
        let inner = self.count_unrecorded()?;
        let (second, mut key) = inner;
        // `v` and `V` say what kind of motion it shall be.
        let mut force = None;
        if let Key::Byte(v @ (b'v' | b'V')) = key {
            force = Some(v);
            key = self.key()?;
        }
        let given = match (given, second) {
            (Some(a), Some(b)) => Some(a.saturating_mul(b)),
            (a, b) => a.or(b),
        };
        let count = given.unwrap_or(1).max(1);
        let here = self.cursor;
        // The operator's own letter is its lines; behind `g` the letter or both.
        let own = match &key {
            Key::Byte(b) => *b == operator & 0x7f,
            _ => false,
        };
        let mut big = false;
        let motion = if own {
            let last = here.line + count - 1;
            if count > 1 && here.line >= self.buffer.last() {
                return Err(Stop::Beep);
            }
            let here = self.whole_lines(operator, count);
            Motion::new(Pos::new(last.min(self.buffer.last()), here.col), Kind::Linewise)
        } else {
            match key {
                Key::Byte(a @ (b'i' | b'a')) => self.object(a == b'a', count)?,
                key => {
                    let mut motion = self.motion(&key, given, Some(operator))?;
                    if let Some(Key::Byte(b)) = self.behind_g.take()
                        && is_case(operator)
                        && (b == operator & 0x7f)
                    {
                        let here = self.whole_lines(operator, count);
                        motion = Some(Motion::new(
                            Pos::new((here.line + count - 1).min(self.buffer.last()), here.col),
                            Kind::Linewise,
                        ));
                    }
                    big = matches!(
                        key,
                        Key::Byte(b'%' | b'(' | b')' | b'`' | b'/' | b'?' | b'n' | b'N' | b'{' | b'}')
                    );
                    motion.ok_or(Stop::Beep)?
                }
            }
        };
        let motion = Motion {
            kind: match (force, motion.kind) {
                (Some(b'V'), _) => Kind::Linewise,
                (Some(_), Kind::Exclusive) => Kind::Inclusive,
                (Some(_), _) => Kind::Exclusive,
                (None, kind) => kind,
            },
            ..motion
        };
        let mut region = self.region(&motion, operator);
        region.big = big;
        self.cursor = region.from;
        self.operate(operator, register, region, own)
    }

    /// A doubled operator's lines begin where their text does, for the cursor and for undoing. Yanking moves nothing.
    fn whole_lines(&mut self, operator: u8, count: usize) -> Pos {
        if operator != b'y' && count == 1 {
            self.cursor.col = self.cursor.col.min(first_nonblank(self.line()));
            self.begin();
        }
        self.cursor
    }

    /// Digits behind an operator multiply its count, and are not repeated by `.`.
    fn count_unrecorded(&mut self) -> Result<(Option<usize>, Key)> {
        let mut count: Option<usize> = None;
        loop {
            let key = self.key()?;
            match key {
                Key::Byte(d @ b'0'..=b'9') if d != b'0' || count.is_some() => {
                    self.recorded.pop();
                    let n = count
                        .unwrap_or(0)
                        .saturating_mul(10)
                        .saturating_add((d - b'0').into());
                    count = Some(n);
                }
                key => return Ok((count, key)),
            }
        }
    }

    /// What lies between the cursor and the motion's end, by POSIX's rules for ends at the begin of a line.
    fn region(&self, motion: &Motion, operator: u8) -> Region {
        let here = motion.from.unwrap_or(self.cursor);
        let (from, mut to) = (here.min(motion.to), here.max(motion.to));
        let mut linewise = motion.kind == Kind::Linewise;
        if motion.kind == Kind::Inclusive {
            to.col = text::next(self.buffer.line(to.line), to.col);
        } else if motion.kind == Kind::Exclusive && to.col == 0 && from.line < to.line {
            to.line -= 1;
            to.col = self.buffer.line(to.line).len();
            linewise = from.col <= indent_len(self.buffer.line(from.line)) && motion.from.is_none();
        }
        if operator == b'd' && !linewise && from.line < to.line && motion.from.is_none() {
            // Nothing but blanks would be left.
            let rest = &self.buffer.line(to.line)[to.col..];
            linewise = rest.trim_ascii().is_empty() && from.col <= indent_len(self.buffer.line(from.line));
        }
        Region {
            from,
            to,
            linewise,
            big: false,
        }
    }

    /// Does an operator's work on a part of the text. `own`: it was doubled, so that the cursor may stay.
    pub(super) fn operate(
        &mut self,
        operator: u8,
        register: Option<u8>,
        region: Region,
        own: bool,
    ) -> Result {
        let Region {
            from, to, linewise, ..
        } = region;
        let visual = self.is_visual();
        match operator {
            b'd' => {
                self.delete(register, region);
                if linewise {
                    self.go_to_line(from.line);
                } else {
                    self.cursor = from;
                }
                self.mode = Mode::Normal;
                self.report(region, "fewer lines");
            }
            b'y' => {
                let taken = self.take(region);
                self.registers.yank(register, taken);
                // Yanking back goes to the begin; whole lines keep the column.
                if !linewise || visual {
                    self.cursor = from;
                } else if !own {
                    self.cursor = Pos::new(from.line, from.col);
                }
                self.mode = Mode::Normal;
                self.set_changed(from, to);
                if region.to.line - region.from.line >= 2 && linewise {
                    self.say(format!("{} lines yanked", to.line - from.line + 1));
                }
            }
            b'c' => return self.change_region(register, region),
            b'<' | b'>' => {
                self.shift(from.line..to.line + 1, operator == b'>', self.shift_amount);
                self.mode = Mode::Normal;
                self.go_to_line(from.line);
            }
            b'=' => {
                self.reindent(from.line, to.line);
                self.mode = Mode::Normal;
                self.go_to_line(from.line);
            }
            b'!' => {
                let range = if from.line == to.line {
                    ".".to_owned()
                } else {
                    format!(".,.+{}", to.line - from.line)
                };
                self.mode = Mode::Normal;
                self.cursor = from;
                return self.command_line(b':', format!("{range}!").into_bytes());
            }
            _ => {
                // Case: `~`, or `u` and `U` behind a `g`.
                let (start, end) = if linewise {
                    (
                        Pos::new(from.line, 0),
                        Pos::new(to.line, self.buffer.line(to.line).len()),
                    )
                } else {
                    (from, to)
                };
                let old = self.buffer.copy(start, end);
                let new = change_case(&old, operator & 0x7f);
                if new != old {
                    let tail = self.buffer.line(end.line)[end.col..].to_vec();
                    let head = self.buffer.line(start.line)[..start.col].to_vec();
                    let whole = [head, new, tail].concat();
                    self.buffer.splice(start.line..end.line + 1, lines_of(&whole));
                }
                self.mode = Mode::Normal;
                self.cursor = if linewise && !visual { self.cursor } else { start };
                self.set_changed(start, end);
            }
        }
        Ok(())
    }

    fn report(&mut self, region: Region, what: &str) {
        let lines = region.to.line - region.from.line + usize::from(region.linewise);
        if lines > 2 {
            self.say(format!("{lines} {what}"));
        }
    }

    /// The region's text, for a register.
    pub(super) fn take(&self, region: Region) -> Register {
        let text = if region.linewise {
            let mut text = Vec::new();
            for at in region.from.line..=region.to.line {
                text.extend_from_slice(self.buffer.line(at));
                text.push(b'\n');
            }
            text
        } else {
            self.buffer.copy(region.from, region.to)
        };
        Register {
            text,
            linewise: region.linewise,
        }
    }

    /// Deletes the region, which its register then has.
    pub(super) fn delete(&mut self, register: Option<u8>, region: Region) {
        if self.buffer.count() == 0 || !region.linewise && region.from == region.to {
            return;
        }
        let taken = self.take(region);
        self.registers.delete(register, taken, region.big);
        if region.linewise {
            self.buffer
                .splice(region.from.line..region.to.line + 1, Vec::new());
        } else {
            self.buffer.delete(region.from, region.to);
        }
        self.set_changed(region.from, region.from);
    }

    /// Sets the marks `[`, `]` and `.`.
    pub(super) fn set_changed(&mut self, from: Pos, to: Pos) {
        self.buffer.set_mark(b'[', from);
        self.buffer.set_mark(b']', to);
        self.buffer.set_mark(b'.', from);
    }

    fn change_region(&mut self, register: Option<u8>, region: Region) -> Result {
        if region.linewise {
            let taken = self.take(region);
            self.registers.delete(register, taken, region.big);
            // The first line stays, with its indent where that is kept.
            let line = self.buffer.line(region.from.line);
            let indent = if self.options.autoindent {
                line[..indent_len(line)].to_vec()
            } else {
                Vec::new()
            };
            let col = indent.len();
            self.buffer
                .splice(region.from.line..region.to.line + 1, vec![Line::from(indent)]);
            self.cursor = Pos::new(region.from.line, col);
        } else {
            self.delete(register, region);
            self.cursor = region.from;
        }
        self.mode = Mode::Insert;
        self.insert(1, None)
    }

    /// To the place that a motion leads to.
    pub(super) fn go(&mut self, motion: Motion) {
        if motion.jump {
            self.note_jump();
        }
        self.cursor = motion.to;
        self.want = motion.want;
        if motion.want == Want::Here && motion.kind == Kind::Linewise {
            self.cursor.col =
                first_nonblank(self.line()).min(self.cursor.col.max(first_nonblank(self.line())));
        }
    }
}

/// Whether an operator, written with its high bit set, is one of those behind a `g`.
fn is_case(operator: u8) -> bool {
    operator & 0x80 != 0
}

/// Lines of a text in which newlines are between lines.
pub fn lines_of(text: &[u8]) -> Vec<Line> {
    text.split(|b| *b == b'\n').map(Line::from).collect()
}

/// Lines of a text in which newlines end lines.
pub fn lines_of_file(text: &[u8]) -> Vec<Line> {
    if text.is_empty() {
        return Vec::new();
    }
    lines_of(text.strip_suffix(b"\n").unwrap_or(text))
}

/// `u` makes lower case, `U` upper, `~` the other one.
pub fn change_case(s: &[u8], how: u8) -> Bytes {
    let mut out = Vec::with_capacity(s.len());
    for chunk in s.utf8_chunks() {
        for c in chunk.valid().chars() {
            let upper = match how {
                b'u' => false,
                b'U' => true,
                _ => c.is_lowercase(),
            };
            let mut buffer = [0; 4];
            // A character that becomes several stays as it is.
            let mut changed: (Option<char>, Option<char>) = if upper {
                let mut i = c.to_uppercase();
                (i.next(), i.next())
            } else {
                let mut i = c.to_lowercase();
                (i.next(), i.next())
            };
            if changed.1.is_some() {
                changed = (Some(c), None);
            }
            out.extend_from_slice(changed.0.unwrap_or(c).encode_utf8(&mut buffer).as_bytes());
        }
        out.extend_from_slice(chunk.invalid());
    }
    out
}
