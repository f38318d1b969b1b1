//! Text objects: `iw`, `a"`, `i(` and their like.

use readline::text;

use super::motion::{Kind, Motion};
use super::word::class;
use super::{Result, Stop, Vi};
use crate::core::Pos;
use crate::host::Key;

impl Vi {
    /// The object that the next key names; `around` is `a`, with what surrounds it.
    pub(super) fn object(&mut self, around: bool, count: usize) -> Result<Motion> {
        let Key::Byte(name) = self.key()? else {
            return Err(Stop::Beep);
        };
        match name {
            b'w' => self.word_object(around, count, false),
            b'W' => self.word_object(around, count, true),
            b'"' | b'\'' | b'`' => self.quoted(name, around),
            b'(' | b')' | b'b' => self.block(b'(', b')', around, count),
            b'{' | b'}' | b'B' => self.block(b'{', b'}', around, count),
            b'[' | b']' => self.block(b'[', b']', around, count),
            b'<' | b'>' => self.block(b'<', b'>', around, count),
            b'p' => self.paragraph_object(around, count),
            _ => Err(Stop::Beep),
        }
    }

    fn span(from: Pos, to: Pos, kind: Kind) -> Motion {
        Motion {
            from: Some(from),
            ..Motion::new(to, kind)
        }
    }

    /// Words, and the blanks between them, of the line.
    fn word_object(&self, around: bool, count: usize, big: bool) -> Result<Motion> {
        let line = self.line();
        if line.is_empty() {
            return Ok(Self::span(self.cursor, self.cursor, Kind::Exclusive));
        }
        let class = |at: usize| class(line, at, big);
        let run_end = |mut at: usize| {
            let kind = class(at);
            while at < line.len() && class(at) == kind {
                at = text::next(line, at);
            }
            at
        };
        let here = class(self.cursor.col);
        let mut from = self.cursor.col;
        while from > 0 && class(text::previous(line, from)) == here {
            from = text::previous(line, from);
        }
        let mut end = self.cursor.col;
        let mut took_blanks_behind = false;
        for _ in 0..count {
            if end >= line.len() {
                return Err(Stop::Beep);
            }
            let blank = class(end) == 0;
            end = run_end(end);
            if around && blank {
                if end >= line.len() {
                    return Err(Stop::Beep);
                }
                end = run_end(end);
                took_blanks_behind = true;
            } else if around && end < line.len() && class(end) == 0 {
                end = run_end(end);
                took_blanks_behind = true;
            }
        }
        if around && !took_blanks_behind {
            // No blanks behind: those before it.
            let mut start = from;
            while start > 0 && class(text::previous(line, start)) == 0 {
                start = text::previous(line, start);
            }
            from = if start == 0 && from > 0 && line[..from].trim_ascii().is_empty() {
                from
            } else {
                start
            };
        }
        let line = self.cursor.line;
        Ok(Self::span(
            Pos::new(line, from),
            Pos::new(line, end),
            Kind::Exclusive,
        ))
    }

    fn quoted(&self, quote: u8, around: bool) -> Result<Motion> {
        let line = self.line();
        // Quotes are paired from the line's begin; a backslash hides one.
        let mut quotes = Vec::new();
        let mut at = 0;
        while at < line.len() {
            if line[at] == b'\\' {
                at += 2;
                continue;
            }
            if line[at] == quote {
                quotes.push(at);
            }
            at += 1;
        }
        let col = self.cursor.col;
        let pair = quotes
            .chunks_exact(2)
            .map(|p| (p[0], p[1]))
            .find(|(_, close)| col <= *close);
        let Some((open, close)) = pair else {
            return Err(Stop::Beep);
        };
        let (mut from, mut to) = (open + 1, close);
        if around {
            (from, to) = (open, close + 1);
            let blanks = crate::core::indent_len(&line[to..]);
            if blanks > 0 {
                to += blanks;
            } else {
                from = line[..from]
                    .iter()
                    .rposition(|b| !matches!(b, b' ' | b'\t'))
                    .map_or(0, |at| at + 1);
            }
        }
        let at = self.cursor.line;
        Ok(Self::span(Pos::new(at, from), Pos::new(at, to), Kind::Exclusive))
    }

    fn block(&self, open: u8, close: u8, around: bool, count: usize) -> Result<Motion> {
        let mut start = self.cursor;
        let on = |at: Pos| self.buffer.line(at.line).get(at.col).copied();
        for n in 0..count {
            // The cursor on a bracket is in its block.
            let from = if n == 0 && on(start) == Some(open) {
                Some(start)
            } else {
                self.unmatched(start, open, close, false)
            };
            // In no block it is the next one.
            let next = || if n == 0 { self.next_byte(start, open) } else { None };
            start = from.or_else(next).ok_or(Stop::Beep)?;
        }
        let inside = Pos::new(start.line, start.col + 1);
        let close_at = self.unmatched(start, close, open, true).ok_or(Stop::Beep)?;
        if around {
            return Ok(Self::span(start, close_at, Kind::Inclusive));
        }
        let opened = self.buffer.line(start.line);
        let (mut from, mut to) = (inside, close_at);
        // Lines of their own between the brackets are whole lines.
        let head_blank = inside.col >= opened.len();
        let tail_blank = self.buffer.line(close_at.line)[..close_at.col]
            .trim_ascii()
            .is_empty();
        if head_blank && start.line < close_at.line {
            from = Pos::new(start.line + 1, 0);
            if tail_blank {
                if close_at.line <= from.line {
                    return Err(Stop::Beep);
                }
                return Ok(Self::span(from, Pos::new(close_at.line - 1, 0), Kind::Linewise));
            }
        } else if tail_blank && start.line < close_at.line {
            to = Pos::new(close_at.line - 1, self.buffer.line(close_at.line - 1).len());
        }
        Ok(Self::span(from, to, Kind::Exclusive))
    }

    /// The next place that has a byte.
    fn next_byte(&self, from: Pos, wanted: u8) -> Option<Pos> {
        (from.line..=self.buffer.last()).find_map(|line| {
            let start = if line == from.line { from.col } else { 0 };
            let text = self.buffer.line(line);
            let at = text.get(start..)?.iter().position(|b| *b == wanted)?;
            Some(Pos::new(line, start + at))
        })
    }

    /// The next bracket in a direction that none between belongs to.
    fn unmatched(&self, from: Pos, wanted: u8, other: u8, forward: bool) -> Option<Pos> {
        let (mut line_at, mut col) = (from.line, from.col);
        let mut depth = 0usize;
        let mut start = true;
        loop {
            let text = self.buffer.line(line_at);
            let mut visit = |at: usize| {
                if text[at] == wanted && depth == 0 {
                    return true;
                }
                if text[at] == wanted {
                    depth -= 1;
                } else if text[at] == other {
                    depth += 1;
                }
                false
            };
            let found = if forward {
                let first = if start { col + 1 } else { 0 };
                (first.min(text.len())..text.len()).find(|at| visit(*at))
            } else {
                let end = if start { col } else { text.len() };
                (0..end.min(text.len())).rev().find(|at| visit(*at))
            };
            if let Some(at) = found {
                return Some(Pos::new(line_at, at));
            }
            start = false;
            if forward && line_at < self.buffer.last() {
                line_at += 1;
            } else if !forward && line_at > 0 {
                line_at -= 1;
            } else {
                return None;
            }
            col = 0;
        }
    }

    fn paragraph_object(&self, around: bool, count: usize) -> Result<Motion> {
        let blank = |at: usize| self.buffer.line(at).trim_ascii().is_empty();
        let last = self.buffer.last();
        let mut from = self.cursor.line;
        while from > 0 && blank(from - 1) == blank(self.cursor.line) {
            from -= 1;
        }
        let run_end = |mut at: usize| {
            while at < last && blank(at + 1) == blank(at) {
                at += 1;
            }
            at
        };
        let mut end = run_end(self.cursor.line);
        for n in 1..count * if around { 2 } else { 1 } {
            if end >= last {
                if around && n + 1 == count * 2 && !blank(self.cursor.line) {
                    while from > 0 && blank(from - 1) {
                        from -= 1;
                    }
                    break;
                }
                return Err(Stop::Beep);
            }
            end = run_end(end + 1);
        }
        Ok(Self::span(Pos::new(from, 0), Pos::new(end, 0), Kind::Linewise))
    }
}
