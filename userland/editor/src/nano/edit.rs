//! Changing the text: typing, deleting, cutting and pasting.

use readline::text;

use super::{Action, Nano};
use crate::core::{Line, Pos, indent_len, shape};

impl Nano {
    /// Whether the text may be changed; it says so if not.
    fn may_change(&mut self) -> bool {
        if self.options.view {
            self.say("Key is invalid in view mode");
        }
        !self.options.view
    }

    /// Inserts text at the cursor, which is behind it then.
    fn insert(&mut self, bytes: &[u8]) {
        self.cursor = self.buffer.insert(self.cursor, bytes);
        self.keep_last_line();
    }

    pub(super) fn type_bytes(&mut self, bytes: &[u8], before: Action) {
        if self.may_change() {
            self.begin(Action::Type, before);
            self.insert(bytes);
        }
    }

    pub(super) fn tab(&mut self, before: Action) {
        if self.mark.is_some() {
            return self.indent(true);
        }
        if self.options.spaces {
            let n = self.options.tabsize - self.cursor_column() % self.options.tabsize;
            self.type_bytes(&b" ".repeat(n), before);
        } else {
            self.type_bytes(b"\t", before);
        }
    }

    pub(super) fn new_line(&mut self) {
        if !self.may_change() {
            return;
        }
        self.buffer.begin(self.cursor);
        let mut indent = if self.options.autoindent {
            self.indent_here()
        } else {
            Vec::new()
        };
        indent.truncate(self.cursor.col);
        indent.insert(0, b'\n');
        self.insert(&indent);
    }

    pub(super) fn backspace(&mut self, before: Action) {
        if !self.may_change() {
            return;
        }
        if self.cut_marked(false) {
            return;
        }
        let to = self.cursor;
        let from = if to.col > 0 {
            Pos::new(to.line, text::previous(self.line(), to.col))
        } else if to.line > 0 {
            Pos::new(to.line - 1, self.buffer.line(to.line - 1).len())
        } else {
            return;
        };
        // The line behind the last newline is no line that could be joined.
        if to.col == 0
            && to.line == self.buffer.last()
            && self.line().is_empty()
            && !self.no_eol
            && from.col > 0
        {
            self.cursor = from;
            return;
        }
        self.begin(Action::Backspace, before);
        self.buffer.delete(from, to);
        self.cursor = from;
        self.keep_last_line();
    }

    pub(super) fn delete(&mut self, before: Action) {
        if !self.may_change() {
            return;
        }
        if self.cut_marked(false) {
            return;
        }
        let from = self.cursor;
        let line = self.line();
        let to = if from.col < line.len() {
            Pos::new(from.line, text::next(line, from.col))
        } else if from.line < self.buffer.last() {
            Pos::new(from.line + 1, 0)
        } else {
            return;
        };
        let magic =
            from.line + 1 == self.buffer.last() && self.buffer.line(from.line + 1).is_empty() && !self.no_eol;
        if to.col == 0 && to.line > from.line && magic && from.col > 0 {
            return;
        }
        self.begin(Action::Delete, before);
        self.buffer.delete(from, to);
        self.keep_last_line();
    }

    /// What is marked, in order.
    pub(super) fn marked(&self) -> Option<(Pos, Pos)> {
        let mark = self.mark?;
        let mark = Pos::new(mark.line.min(self.buffer.last()), mark.col);
        let mark = Pos::new(mark.line, mark.col.min(self.buffer.line(mark.line).len()));
        Some((mark.min(self.cursor), mark.max(self.cursor)))
    }

    /// Deletes what is marked, into the cut text if asked; false where nothing is.
    fn cut_marked(&mut self, keep: bool) -> bool {
        let Some((from, to)) = self.marked() else {
            return false;
        };
        self.mark = None;
        self.buffer.begin(self.cursor);
        let text = self.buffer.delete(from, to);
        if keep {
            self.cut = text;
        }
        self.cursor = from;
        self.keep_last_line();
        true
    }

    /// `^K`: what is marked, or the line. Lines that are cut one after another belong together.
    pub(super) fn cut_line(&mut self, before: Action) {
        if !self.may_change() || self.cut_marked(true) {
            return;
        }
        let line = self.cursor.line;
        self.cursor.col = 0;
        if line >= self.buffer.last() && self.line().is_empty() {
            self.say("Nothing was cut");
            self.last = before;
            return;
        }
        self.begin(Action::Cut, before);
        if before != Action::Cut {
            self.cut.clear();
        }
        let to = if line < self.buffer.last() {
            Pos::new(line + 1, 0)
        } else {
            Pos::new(line, self.line().len())
        };
        let text = self.buffer.delete(self.cursor, to);
        self.cut.extend_from_slice(&text);
        self.keep_last_line();
    }

    /// `M-T`: all from the cursor on.
    pub(super) fn cut_to_end(&mut self) {
        if !self.may_change() {
            return;
        }
        self.buffer.begin(self.cursor);
        let last = self.buffer.last();
        let end = Pos::new(last, self.buffer.line(last).len());
        self.cut = self.buffer.delete(self.cursor, end);
        self.mark = None;
        self.keep_last_line();
    }

    /// `M-6`.
    pub(super) fn copy(&mut self) {
        if let Some((from, to)) = self.marked() {
            self.cut = self.buffer.copy(from, to);
            self.mark = None;
            return;
        }
        let line = self.cursor.line;
        self.cut = self.line().to_vec();
        if line < self.buffer.last() {
            self.cut.push(b'\n');
            self.cursor = Pos::new(line + 1, 0);
        }
    }

    pub(super) fn paste_text(&mut self, text: &[u8]) {
        if !self.may_change() {
            return;
        }
        if text.is_empty() {
            self.say("Cutbuffer is empty");
            return;
        }
        self.buffer.begin(self.cursor);
        self.mark = None;
        self.insert(text);
    }

    pub(super) fn undo(&mut self, redo: bool) {
        if !self.may_change() {
            return;
        }
        let place = if redo {
            self.buffer.redo()
        } else {
            self.buffer.undo()
        };
        match place {
            Some(place) => {
                self.cursor = Pos::new(place.line, place.col.min(self.buffer.line(place.line).len()));
                self.say(if redo { "Redid action" } else { "Undid action" });
            }
            None => self.say(if redo {
                "Nothing to redo"
            } else {
                "Nothing to undo"
            }),
        }
        self.mark = None;
    }

    /// Indents, or unindents, the marked lines or the cursor's.
    pub(super) fn indent(&mut self, more: bool) {
        if !self.may_change() {
            return;
        }
        let (from, to) = self.marked().unwrap_or((self.cursor, self.cursor));
        self.buffer.begin(self.cursor);
        for at in from.line..=to.line {
            let line = self.buffer.line(at).to_vec();
            if line.is_empty() {
                continue;
            }
            let new = if more {
                let unit = if self.options.spaces {
                    b" ".repeat(self.options.tabsize)
                } else {
                    b"\t".to_vec()
                };
                [unit, line.clone()].concat()
            } else {
                let mut indent = indent_len(&line);
                while indent > 0 && shape::columns(&line[..indent], self.look()) > self.options.tabsize {
                    indent -= 1;
                }
                line[indent..].to_vec()
            };
            if at == self.cursor.line && self.cursor.col > 0 {
                self.cursor.col = (self.cursor.col + new.len())
                    .saturating_sub(line.len())
                    .min(new.len());
            }
            self.buffer.splice(at..at + 1, vec![Line::from(new)]);
        }
    }
}
