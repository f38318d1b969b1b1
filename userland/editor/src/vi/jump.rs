//! Motions to brackets and marks.

use super::motion::{Kind, Motion};
use super::{Result, Stop, Vi};
use crate::core::Pos;
use crate::host::Key;

impl Vi {
    /// `%`: the bracket that belongs to the next one on the line.
    pub(super) fn matching(&self) -> Result<Pos> {
        const PAIRS: &[u8] = b"()[]{}";
        let line = self.line();
        let is_bracket = |b: &u8| PAIRS.contains(b);
        let col = self.cursor.col;
        let offset = line[col.min(line.len())..]
            .iter()
            .position(is_bracket)
            .ok_or(Stop::Beep)?;
        let (mut line_at, mut col) = (self.cursor.line, col + offset);
        let open = line[col];
        let at = PAIRS.iter().position(|b| *b == open).unwrap_or(0);
        let (close, forward) = (PAIRS[at ^ 1], at % 2 == 0);
        let mut depth = 0usize;
        loop {
            let text = self.buffer.line(line_at);
            let found = if forward {
                (col..text.len()).find(|at| step(&mut depth, text[*at], open, close))
            } else {
                (0..(col + 1).min(text.len()))
                    .rev()
                    .find(|at| step(&mut depth, text[*at], open, close))
            };
            if let Some(at) = found {
                return Ok(Pos::new(line_at, at));
            }
            if forward && line_at < self.buffer.last() {
                (line_at, col) = (line_at + 1, 0);
            } else if !forward && line_at > 0 {
                (line_at, col) = (line_at - 1, usize::MAX - 1);
            } else {
                return Err(Stop::Beep);
            }
        }
    }

    /// A mark's place.
    ///
    /// # Errors
    /// It is not set.
    pub fn mark(&self, name: u8) -> Result<Pos> {
        let name = if name == b'`' { b'\'' } else { name };
        let found = match name {
            b'<' | b'>' => self.last_visual.map(|(a, b, linewise)| match (name, linewise) {
                (b'<', true) => Pos::new(a.min(b).line, 0),
                (b'<', false) => a.min(b),
                (_, true) => Pos::new(a.max(b).line, usize::MAX),
                _ => a.max(b),
            }),
            b'\'' => Some(self.buffer.mark(name).unwrap_or_default()),
            _ => self.buffer.mark(name),
        };
        match found {
            Some(pos) if pos.line <= self.buffer.last() => {
                Ok(Pos::new(pos.line, pos.col.min(self.buffer.line(pos.line).len())))
            }
            Some(_) => super::fail("E19: Mark has invalid line number"),
            None if name.is_ascii_alphabetic() || b"[]<>.^'".contains(&name) => {
                super::fail("E20: Mark not set")
            }
            None => super::fail("E78: Unknown mark"),
        }
    }

    pub(super) fn mark_motion(&mut self, exact: bool) -> Result<Motion> {
        let Key::Byte(name) = self.key()? else {
            return Err(Stop::Beep);
        };
        let pos = self.mark(name)?;
        Ok(if exact {
            Motion::new(self.on_character(pos.line, pos.col), Kind::Exclusive).far()
        } else {
            self.to_line(pos.line)
        })
    }
}

/// Counts a bracket; true where the last one closes.
fn step(depth: &mut usize, b: u8, open: u8, close: u8) -> bool {
    if b == open {
        *depth += 1;
    } else if b == close {
        *depth -= 1;
    }
    b == close && *depth == 0
}
