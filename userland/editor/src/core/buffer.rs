//! A text that is edited: its lines, what was done to it and can be undone, and the marks that move with it.

use std::ops::Range;

use super::lines::{Line, Lines};

/// A place: a line from 0 and a byte of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Pos {
    pub line: usize,
    pub col: usize,
}

impl Pos {
    pub fn new(line: usize, col: usize) -> Pos {
        Pos { line, col }
    }
}

/// Lines that took the place of others.
#[derive(Debug)]
struct Change {
    at: usize,
    old: Vec<Line>,
    new: Vec<Line>,
}

/// What one command did.
#[derive(Debug)]
struct Step {
    /// Which state of the text it led to.
    state: u64,
    changes: Vec<Change>,
    /// Where the cursor was before, and, if somebody has said so, behind.
    cursor: Pos,
    after: Option<Pos>,
}

/// A text with its history. It has always a line to stand on, though it may hold none.
#[derive(Debug)]
pub struct Buffer {
    lines: Lines,
    /// The last line ends with a newline, as POSIX wants lines to.
    pub eol: bool,
    /// Lines end with CR and LF in the file.
    pub dos: bool,
    done: Vec<Step>,
    undone: Vec<Step>,
    open: Option<Step>,
    /// Which state the text is in; each change leads to a new one, undoing back to an old one.
    state: u64,
    last_state: u64,
    saved: u64,
    /// By their letters, in order.
    marks: Vec<(u8, Pos)>,
    /// The line that `U` restores, and as what.
    line_before: Option<(usize, Line)>,
    /// Each change of lines, as place, old and new number, while somebody wants to know.
    pub log: Option<Vec<(usize, usize, usize)>>,
}

impl Default for Buffer {
    fn default() -> Buffer {
        Buffer::new(Vec::new())
    }
}

impl Buffer {
    /// The text of a file.
    pub fn new(text: Vec<u8>) -> Buffer {
        let eol = text.is_empty() || text.ends_with(b"\n");
        let dos = eol
            && !text.is_empty()
            && text
                .split_inclusive(|b| *b == b'\n')
                .all(|l| l.ends_with(b"\r\n"));
        Buffer {
            lines: Lines::read(text, usize::from(dos)),
            eol,
            dos,
            done: Vec::new(),
            undone: Vec::new(),
            open: None,
            state: 0,
            last_state: 0,
            saved: 0,
            marks: Vec::new(),
            line_before: None,
            log: None,
        }
    }

    /// The text of a file as lines that newlines stand between: the one behind the last newline is a line too.
    pub fn with_last_line(text: Vec<u8>) -> Buffer {
        let mut buffer = Buffer::new(text);
        if buffer.eol {
            let end = buffer.lines.count();
            buffer.lines.splice(end..end, vec![Line::from(&b""[..])]);
            buffer.eol = false;
        }
        buffer
    }

    /// How many lines there are; 0 in an empty file.
    pub fn count(&self) -> usize {
        self.lines.count()
    }

    /// The last line that one can stand on.
    pub fn last(&self) -> usize {
        self.count().saturating_sub(1)
    }

    pub fn line(&self, at: usize) -> &[u8] {
        self.lines.get(at)
    }

    pub fn to_lines(&self, range: Range<usize>) -> Vec<Vec<u8>> {
        range.map(|at| self.line(at).to_vec()).collect()
    }

    /// The bytes of a range of lines as a file has them; `eol` says whether the last one is ended.
    pub fn write_lines(&self, range: Range<usize>, eol: bool, mut put: impl FnMut(&[u8])) {
        let end = range.end.min(self.count());
        for at in range.start..end {
            put(self.line(at));
            if at + 1 < end || eol {
                put(if self.dos { b"\r\n" } else { b"\n" });
            }
        }
    }

    /// The whole text as it is written to a file.
    pub fn text(&self) -> Vec<u8> {
        let mut text = Vec::new();
        self.write_lines(0..self.count(), self.eol, |b| text.extend_from_slice(b));
        text
    }

    pub fn is_modified(&self) -> bool {
        self.state != self.saved || self.open.as_ref().is_some_and(|s| !s.changes.is_empty())
    }

    /// The text is in its file now.
    pub fn set_saved(&mut self) {
        self.saved = self.state;
    }

    /// The text is not what its file has, whatever was done.
    pub fn set_modified(&mut self) {
        self.saved = u64::MAX;
    }

    /// A command begins; `cursor` is where undoing it goes back to.
    pub fn begin(&mut self, cursor: Pos) {
        self.commit();
        self.open = Some(Step {
            state: 0,
            changes: Vec::new(),
            cursor,
            after: None,
        });
    }

    /// A command ends; what it changed is undone in one.
    pub fn commit(&mut self) {
        if let Some(mut step) = self.open.take()
            && !step.changes.is_empty()
        {
            step.state = self.state;
            self.done.push(step);
        }
    }

    /// Where doing the command that is under way again leads.
    pub fn note_cursor(&mut self, cursor: Pos) {
        if let Some(step) = &mut self.open {
            step.after = Some(cursor);
        }
    }

    /// Puts other lines in the place of some: the one way in which a text changes.
    pub fn splice(&mut self, range: Range<usize>, new: Vec<Line>) {
        // Lines behind the first of an empty text stand behind an empty line.
        if self.count() == 0 && range.start > 0 {
            self.splice(0..0, vec![Line::from(&b""[..])]);
        }
        let range = range.start.min(self.count())..range.end.min(self.count());
        if range.is_empty() && new.is_empty() {
            return;
        }
        if range.len() == 1
            && new.len() == 1
            && self.line_before.as_ref().is_none_or(|(at, _)| *at != range.start)
        {
            self.line_before = Some((range.start, self.lines.line(range.start)));
        } else if range.len() != new.len() {
            self.line_before = None;
        }
        self.last_state += 1;
        self.state = self.last_state;
        self.undone.clear();
        self.move_marks(&range, new.len());
        let old = self.lines.splice(range.clone(), new.clone());
        let step = self.open.get_or_insert_with(|| Step {
            state: 0,
            changes: Vec::new(),
            cursor: Pos::new(range.start, 0),
            after: None,
        });
        // Typing changes one line again and again.
        if let Some(last) = step.changes.last_mut()
            && last.at == range.start
            && (last.new.len(), old.len(), new.len()) == (1, 1, 1)
        {
            last.new = new;
            return;
        }
        step.changes.push(Change {
            at: range.start,
            old,
            new,
        });
    }

    fn move_marks(&mut self, range: &Range<usize>, new: usize) {
        let removed = range.len();
        if let Some(log) = &mut self.log {
            log.push((range.start, removed, new));
        }
        if removed == new {
            return;
        }
        self.marks.retain_mut(|(name, pos)| {
            if pos.line >= range.end {
                pos.line = pos.line - removed + new;
            } else if pos.line >= range.start + new {
                // Its line is gone, and a letter with it; other marks stay near.
                if name.is_ascii_lowercase() {
                    return false;
                }
                pos.line = (range.start + new).saturating_sub(usize::from(new > 0));
            }
            true
        });
    }

    pub fn set_line(&mut self, at: usize, bytes: impl Into<Line>) {
        self.splice(at..at + 1, vec![bytes.into()]);
    }

    /// Inserts bytes, which may hold newlines; answers where they end.
    pub fn insert(&mut self, at: Pos, bytes: &[u8]) -> Pos {
        let line = self.line(at.line);
        let (head, tail) = line.split_at(at.col.min(line.len()));
        let mut pieces: Vec<Vec<u8>> = bytes.split(|b| *b == b'\n').map(<[u8]>::to_vec).collect();
        let tail = tail.to_vec();
        pieces[0].splice(0..0, head.iter().copied());
        let end = pieces.len() - 1;
        let col = pieces[end].len();
        pieces[end].extend_from_slice(&tail);
        self.splice(at.line..at.line + 1, pieces.into_iter().map(Line::from).collect());
        Pos::new(at.line + end, col)
    }

    /// Deletes from one place up to another, newlines between them included; answers the bytes.
    pub fn delete(&mut self, from: Pos, to: Pos) -> Vec<u8> {
        let bytes = self.copy(from, to);
        if from < to {
            let mut joined = self.line(from.line)[..from.col].to_vec();
            joined.extend_from_slice(&self.line(to.line)[to.col.min(self.line(to.line).len())..]);
            self.splice(from.line..to.line + 1, vec![joined.into()]);
        }
        bytes
    }

    /// The bytes from one place up to another.
    pub fn copy(&self, from: Pos, to: Pos) -> Vec<u8> {
        if from.line == to.line {
            let line = self.line(from.line);
            let end = to.col.min(line.len());
            return line[from.col.min(end)..end].to_vec();
        }
        let first = self.line(from.line);
        let mut out = first[from.col.min(first.len())..].to_vec();
        for at in from.line + 1..to.line {
            out.push(b'\n');
            out.extend_from_slice(self.line(at));
        }
        out.push(b'\n');
        let last = self.line(to.line);
        out.extend_from_slice(&last[..to.col.min(last.len())]);
        out
    }

    pub fn mark(&self, name: u8) -> Option<Pos> {
        self.marks.iter().find(|(n, _)| *n == name).map(|(_, pos)| *pos)
    }

    pub fn set_mark(&mut self, name: u8, pos: Pos) {
        let at = self.marks.partition_point(|(n, _)| *n < name);
        match self.marks.get_mut(at) {
            Some((n, old)) if *n == name => *old = pos,
            _ => self.marks.insert(at, (name, pos)),
        }
    }

    pub fn marks(&self) -> impl Iterator<Item = (u8, Pos)> {
        self.marks.iter().copied()
    }

    /// Takes back the last step; answers where the cursor goes, or `None` at the oldest.
    pub fn undo(&mut self) -> Option<Pos> {
        self.commit();
        let mut step = self.done.pop()?;
        let before = self.done.last().map_or(0, |s| s.state);
        step.changes.reverse();
        let place = self.swap(&mut step);
        self.undone.push(step);
        self.state = before;
        Some(place)
    }

    /// Does again what was undone last.
    pub fn redo(&mut self) -> Option<Pos> {
        self.commit();
        let mut step = self.undone.pop()?;
        let state = step.state;
        step.changes.reverse();
        let place = self.swap(&mut step);
        let after = step.after;
        self.done.push(step);
        self.state = state;
        Some(after.unwrap_or(place))
    }

    /// Applies a step's changes the other way round.
    fn swap(&mut self, step: &mut Step) -> Pos {
        let (mut first, mut inside) = (usize::MAX, false);
        for change in &mut step.changes {
            std::mem::swap(&mut change.old, &mut change.new);
            let range = change.at..change.at + change.old.len();
            self.move_marks(&range, change.new.len());
            self.lines.splice(range, change.new.clone());
            // One line before counts: that is where `o` was typed.
            let touched = change.at.saturating_sub(1)..=change.at + change.new.len();
            inside |= touched.contains(&step.cursor.line);
            let same = change
                .old
                .iter()
                .zip(&change.new)
                .take_while(|(a, b)| a == b)
                .count();
            first = first.min(change.at + same.min(change.new.len().saturating_sub(1)));
        }
        self.line_before = None;
        let last = self.last();
        if inside && step.cursor.line <= last {
            return step.cursor;
        }
        let line = first.min(last);
        Pos::new(line, super::first_nonblank(self.line(line)))
    }

    /// What `U` makes of its line: as it was before the changes to it.
    pub fn undo_line(&mut self) -> Option<usize> {
        let (at, before) = self.line_before.take()?;
        let now = self.lines.line(at);
        self.splice(at..at + 1, vec![before]);
        self.line_before = Some((at, now));
        Some(at)
    }
}
