//! The line that is edited: its bytes, the point, the mark, and what undo gives back.

use crate::Bytes;
use crate::text;

/// What kind of change is about to happen: some run together for undo.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// Text typed key by key.
    Typing,
    /// Anything else.
    Other,
}

#[derive(Clone, Debug, Default)]
pub struct Buffer {
    pub text: Bytes,
    /// Where the cursor stands; at a character's begin.
    pub point: usize,
    pub mark: usize,
    undo: Vec<(Bytes, usize)>,
    typing: bool,
    /// While above 0, changes belong to the one that began first.
    grouped: bool,
}

impl Buffer {
    pub fn new(text: Bytes) -> Buffer {
        Buffer {
            point: text.len(),
            text,
            ..Buffer::default()
        }
    }

    /// Notes the state for undo, before a change.
    pub fn remember(&mut self, change: Change) {
        let goes_on = self.grouped || (self.typing && change == Change::Typing);
        if !goes_on {
            self.undo.push((self.text.clone(), self.point));
        }
        self.typing = change == Change::Typing;
    }

    /// From here to [`Buffer::end_group`], all changes are undone as one.
    pub fn begin_group(&mut self) {
        if !self.grouped {
            self.remember(Change::Other);
            self.grouped = true;
        }
    }

    pub fn end_group(&mut self) {
        self.grouped = false;
        self.typing = false;
        // Nothing was changed: nothing to undo.
        if self.undo.last().is_some_and(|(t, _)| *t == self.text) {
            self.undo.pop();
        }
    }

    /// Ends a run of typing.
    pub fn pause(&mut self) {
        self.typing = false;
    }

    pub fn undo(&mut self) -> bool {
        self.typing = false;
        let Some((text, point)) = self.undo.pop() else {
            return false;
        };
        self.text = text;
        self.point = point;
        true
    }

    /// Back to what the line was first.
    pub fn revert(&mut self) {
        if !self.undo.is_empty() {
            self.undo.truncate(1);
            self.undo();
        }
    }

    /// Another text in this one's place, with nothing to undo.
    pub fn replace_all(&mut self, text: Bytes) {
        *self = Buffer::new(text);
    }

    pub fn insert(&mut self, what: &[u8]) {
        self.text.splice(self.point..self.point, what.iter().copied());
        self.point += what.len();
    }

    /// Takes a part out; the point stays where it was in the rest.
    pub fn delete(&mut self, from: usize, to: usize) -> Bytes {
        let (from, to) = (
            from.min(to).min(self.text.len()),
            to.max(from).min(self.text.len()),
        );
        if self.point >= to {
            self.point -= to - from;
        } else if self.point > from {
            self.point = from;
        }
        self.text.drain(from..to).collect()
    }

    pub fn next(&self, at: usize) -> usize {
        text::next(&self.text, at)
    }

    pub fn previous(&self, at: usize) -> usize {
        text::previous(&self.text, at)
    }

    pub fn at_end(&self) -> bool {
        self.point >= self.text.len()
    }

    /// Begin of the row (between newlines) that `at` is in.
    pub fn row_start(&self, at: usize) -> usize {
        self.text[..at]
            .iter()
            .rposition(|c| *c == b'\n')
            .map_or(0, |i| i + 1)
    }

    pub fn row_end(&self, at: usize) -> usize {
        self.text[at..]
            .iter()
            .position(|c| *c == b'\n')
            .map_or(self.text.len(), |i| at + i)
    }

    fn is_word(&self, at: usize) -> bool {
        text::is_word(&self.text[at..])
    }

    /// Behind the next word of letters and digits.
    pub fn word_forward(&self, mut at: usize) -> usize {
        while at < self.text.len() && !self.is_word(at) {
            at = self.next(at);
        }
        while at < self.text.len() && self.is_word(at) {
            at = self.next(at);
        }
        at
    }

    pub fn word_backward(&self, mut at: usize) -> usize {
        while at > 0 && !self.is_word(self.previous(at)) {
            at = self.previous(at);
        }
        while at > 0 && self.is_word(self.previous(at)) {
            at = self.previous(at);
        }
        at
    }

    /// Back over blanks, then over what `stays` holds for.
    pub fn back_over(&self, stays: impl Fn(u8) -> bool) -> usize {
        let mut at = self.point;
        while at > 0 && self.text[at - 1].is_ascii_whitespace() {
            at -= 1;
        }
        let blank_end = at;
        while at > 0 && stays(self.text[at - 1]) {
            at -= 1;
        }
        if at == blank_end && at > 0 {
            at -= usize::from(blank_end == self.point);
        }
        at
    }

    /// Behind the shell's word that ends next.
    pub fn shell_word_forward(&self, at: usize) -> usize {
        let words = crate::words::split(&self.text);
        words
            .into_iter()
            .map(|r| r.end)
            .find(|e| *e > at)
            .unwrap_or(self.text.len())
    }

    pub fn shell_word_backward(&self, at: usize) -> usize {
        let words = crate::words::split(&self.text);
        words
            .into_iter()
            .rev()
            .map(|r| r.start)
            .find(|s| *s < at)
            .unwrap_or(0)
    }

    /// The vi word: 0 blank, 1 word, 2 other; with `big` only blank or not.
    fn class(&self, at: usize, big: bool) -> u8 {
        match self.text[at] {
            c if c.is_ascii_whitespace() => 0,
            _ if big => 1,
            b'_' => 1,
            _ if self.is_word(at) => 1,
            _ => 2,
        }
    }

    pub fn vi_next_word(&self, mut at: usize, big: bool) -> usize {
        let end = self.text.len();
        if at >= end {
            return end;
        }
        let class = self.class(at, big);
        while at < end && class != 0 && self.class(at, big) == class {
            at = self.next(at);
        }
        while at < end && self.class(at, big) == 0 {
            at = self.next(at);
        }
        at
    }

    pub fn vi_previous_word(&self, mut at: usize, big: bool) -> usize {
        while at > 0 && self.class(self.previous(at), big) == 0 {
            at = self.previous(at);
        }
        if at == 0 {
            return 0;
        }
        let class = self.class(self.previous(at), big);
        while at > 0 && self.class(self.previous(at), big) == class {
            at = self.previous(at);
        }
        at
    }

    /// On the last character of the word that ends next.
    pub fn vi_end_word(&self, at: usize, big: bool) -> usize {
        let end = self.text.len();
        let mut at = self.next(at);
        while at < end && self.class(at, big) == 0 {
            at = self.next(at);
        }
        if at >= end {
            return self.previous(end);
        }
        let class = self.class(at, big);
        while self.next(at) < end && self.class(self.next(at), big) == class {
            at = self.next(at);
        }
        at
    }
}
