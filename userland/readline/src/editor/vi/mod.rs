//! vi's command mode: operators and motions, repetition, and what waits for one more character.

mod functions;

pub use functions::perform;

use super::{Editor, Mode, Step};
use crate::Bytes;
use crate::bindings::Map;
use crate::buffer::Change;
use crate::function::Function as F;

/// What the next character is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wants {
    /// `r`
    Replacement,
    /// `f F t T`: the key.
    Find(u8),
    /// `m`
    SetMark,
    /// `` ` ``
    GoToMark,
}

/// `d`, `c` or `y`, which wants a motion.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Operator {
    key: u8,
    count: Option<i64>,
}

#[derive(Debug, Default)]
pub struct State {
    pub operator: Option<Operator>,
    /// The last `f F t T` and its character.
    find: Option<(u8, Bytes)>,
    marks: [Option<usize>; 26],
    /// The keys since the last command ended, and those of the last change.
    keys: Bytes,
    change: Bytes,
    /// The command that is typed is a change; one that `.` repeats is not kept.
    is_change: bool,
    repeats: bool,
}

impl State {
    pub fn start_line(&mut self) {
        self.operator = None;
        self.keys.clear();
        self.is_change = false;
        self.repeats = false;
        self.marks = [None; 26];
    }
}

/// A motion whose last character belongs to what an operator takes.
fn is_inclusive(f: F, find: Option<u8>) -> bool {
    match f {
        F::ViEndWord | F::ViMatch => true,
        F::ViCharSearch => matches!(find, Some(b'f' | b't')),
        _ => false,
    }
}

fn is_motion(f: F) -> bool {
    matches!(
        f,
        F::ForwardChar
            | F::BackwardChar
            | F::ForwardWord
            | F::BackwardWord
            | F::BeginningOfLine
            | F::EndOfLine
            | F::ViNextWord
            | F::ViPrevWord
            | F::ViEndWord
            | F::ViFirstPrint
            | F::ViColumn
            | F::ViMatch
            | F::ViCharSearch
            | F::ViGotoMark
    )
}

impl Editor {
    /// Notes a byte for `.`.
    pub(super) fn vi_note(&mut self, b: u8) {
        if self.settings.vi && !self.vi.repeats {
            self.vi.keys.push(b);
        }
    }

    /// A byte that was noted goes back to where it came from.
    pub(super) fn vi_forget(&mut self) {
        if self.settings.vi && !self.vi.repeats {
            self.vi.keys.pop();
        }
    }

    pub(super) fn vi_cancel(&mut self) {
        self.vi.operator = None;
        self.vi.keys.clear();
        self.vi.is_change = false;
    }

    /// After a function in command mode: an operator takes what a motion went over, and a change is kept for `.`.
    pub(super) fn vi_after(&mut self, f: F, from: usize, operated: bool) {
        let waits = matches!(self.mode, Mode::Vi(_) | Mode::Search(_));
        if operated && !waits && f != F::ViArgDigit && !(f == F::BeginningOfLine && self.counting) {
            if is_motion(f) {
                self.operate(f, from);
            } else if !matches!(f, F::ViDeleteTo | F::ViChangeTo | F::ViYankTo) {
                self.vi.operator = None;
            }
        }
        self.vi_settle();
    }

    /// `2d3w` goes over six words.
    pub(super) fn vi_multiply(&mut self, f: F) {
        if is_motion(f)
            && let Some(n) = self.vi.operator.as_mut().and_then(|o| o.count.take())
        {
            self.argument = Some(n * self.count());
        }
    }

    /// The end of a command: the cursor stands on a character, and a change is kept.
    fn vi_settle(&mut self) {
        if self.map != Map::ViCommand {
            return;
        }
        if self.vi.operator.is_none() && self.buffer.at_end() && !self.buffer.text.is_empty() {
            self.buffer.point = self.buffer.previous(self.buffer.point);
        }
        let done = self.vi.operator.is_none() && matches!(self.mode, Mode::Keys) && !self.counting;
        if done {
            let keys = std::mem::take(&mut self.vi.keys);
            if std::mem::take(&mut self.vi.is_change) && !self.vi.repeats {
                self.vi.change = keys;
            }
            if self.queue.is_empty() {
                self.vi.repeats = false;
            }
        }
    }

    fn operate(&mut self, f: F, from: usize) {
        let Some(op) = self.vi.operator.take() else { return };
        let to = self.buffer.point;
        let find = self.vi.find.as_ref().map(|(k, _)| *k);
        let (start, mut end) = (from.min(to), from.max(to));
        if from == to && !(f == F::ViEndWord || f == F::EndOfLine) {
            self.bell();
            return;
        }
        if to >= from && is_inclusive(f, find) {
            end = self.buffer.next(end);
        }
        // `cw` stops at the word's end.
        if op.key == b'c' && f == F::ViNextWord {
            while end > start && self.buffer.text[end - 1].is_ascii_whitespace() {
                end -= 1;
            }
        }
        self.take_range(op.key, start, end);
    }

    /// Deletes, changes or copies a range.
    fn take_range(&mut self, key: u8, start: usize, end: usize) {
        let text = self.buffer.text[start..end].to_vec();
        self.push_kill(text);
        self.buffer.point = start;
        if key == b'y' {
            return;
        }
        self.vi.is_change = true;
        if key == b'c' {
            self.insert_mode();
        } else {
            self.buffer.remember(Change::Other);
        }
        self.buffer.delete(start, end);
    }

    pub(super) fn insert_mode(&mut self) {
        self.vi.is_change = true;
        self.buffer.begin_group();
        self.map = Map::ViInsert;
    }

    fn find(&mut self, key: u8, c: &[u8]) {
        let forward = matches!(key, b'f' | b't');
        let till = matches!(key, b't' | b'T');
        let mut at = self.buffer.point;
        for _ in 0..self.count().max(1) {
            let t = &self.buffer.text;
            let found = if forward {
                let from = self.buffer.next(at);
                t.get(from..)
                    .and_then(|r| r.windows(c.len()).position(|w| w == c))
                    .map(|i| from + i)
            } else {
                t[..at].windows(c.len()).rposition(|w| w == c)
            };
            match found {
                Some(i) => at = i,
                None => return self.bell(),
            }
        }
        self.buffer.point = match (till, forward) {
            (false, _) => at,
            (true, true) => self.buffer.previous(at),
            (true, false) => self.buffer.next(at),
        };
    }

    /// The character that a command waited for.
    pub(super) fn vi_character(&mut self, wants: Wants, c: &[u8]) -> Step {
        let from = self.buffer.point;
        c.iter().for_each(|b| self.vi_note(*b));
        let n = self.argument.take();
        if c == b"\x1b" {
            self.vi_cancel();
            return Step::Go;
        }
        self.argument = n;
        let f = match wants {
            Wants::Replacement => {
                self.replace_characters(c);
                F::ViChangeChar
            }
            Wants::Find(key) => {
                self.vi.find = Some((key, c.to_vec()));
                self.find(key, c);
                F::ViCharSearch
            }
            Wants::SetMark => {
                if let Some(slot) = letter(c).and_then(|i| self.vi.marks.get_mut(i)) {
                    *slot = Some(from);
                }
                F::ViSetMark
            }
            Wants::GoToMark => {
                match letter(c).and_then(|i| self.vi.marks[i]) {
                    Some(at) => self.buffer.point = at.min(self.buffer.text.len()),
                    None => self.bell(),
                }
                F::ViGotoMark
            }
        };
        self.argument = None;
        let operated = self.vi.operator.is_some();
        self.vi_after(f, from, operated);
        Step::Go
    }

    fn replace_characters(&mut self, c: &[u8]) {
        let n = self.count().max(1);
        let b = &self.buffer;
        let mut end = b.point;
        for _ in 0..n {
            if end >= b.text.len() {
                return self.bell();
            }
            end = b.next(end);
        }
        let from = b.point;
        self.vi.is_change = true;
        self.buffer.remember(Change::Other);
        self.buffer.delete(from, end);
        self.buffer.point = from;
        let c: Bytes = if c == b"\r" { b"\n".to_vec() } else { c.to_vec() };
        self.buffer.insert(&c.repeat(n as usize));
        self.buffer.point = self.buffer.previous(self.buffer.point);
    }

    fn match_bracket(&mut self) {
        const PAIRS: &[u8] = b"()[]{}";
        let t = &self.buffer.text;
        let found = (self.buffer.point..t.len()).find(|i| PAIRS.contains(&t[*i]));
        let Some(at) = found else { return self.bell() };
        let kind = PAIRS.iter().position(|c| *c == t[at]).unwrap_or(0);
        let other = PAIRS[kind ^ 1];
        let mut depth = 0i32;
        let step = |i: &usize| -> bool {
            if t[*i] == t[at] {
                depth += 1;
            } else if t[*i] == other {
                depth -= 1;
            }
            depth == 0
        };
        let to = if kind % 2 == 0 {
            (at..t.len()).find(step)
        } else {
            (0..=at).rev().find(step)
        };
        match to {
            Some(i) => self.buffer.point = i,
            None => self.bell(),
        }
    }
}

fn letter(c: &[u8]) -> Option<usize> {
    match c {
        [c @ b'a'..=b'z'] => Some(usize::from(c - b'a')),
        _ => None,
    }
}
