//! Characters and words that change places or looks.

use super::{Editor, Host};
use crate::buffer::Change;
use crate::function::Function as F;

impl Editor {
    pub(super) fn transpose_characters(&mut self) {
        let b = &self.buffer;
        let right = if b.at_end() { b.previous(b.point) } else { b.point };
        let left = b.previous(right);
        let end = b.next(right);
        if left == right || right == end {
            return self.bell();
        }
        self.buffer.remember(Change::Other);
        self.buffer.text[left..end].rotate_left(right - left);
        self.buffer.point = end;
    }

    pub(super) fn transpose_words(&mut self) {
        let b = &self.buffer;
        let right_end = b.word_forward(b.point);
        let right = b.word_backward(right_end);
        let left = b.word_backward(right);
        let left_end = b.word_forward(left);
        if left == right || left_end > right {
            return self.bell();
        }
        self.buffer.remember(Change::Other);
        let t = &self.buffer.text;
        let swapped = [&t[right..right_end], &t[left_end..right], &t[left..left_end]].concat();
        self.buffer.text.splice(left..right_end, swapped);
        self.buffer.point = right_end;
    }

    pub(super) fn change_case(&mut self, f: F) {
        let to = self.words(self.count());
        let (from, to) = (self.buffer.point.min(to), self.buffer.point.max(to));
        self.buffer.remember(Change::Other);
        let old = self.buffer.delete(from, to);
        let mut first = true;
        let mut new = Vec::new();
        for chunk in old.utf8_chunks() {
            for c in chunk.valid().chars() {
                let mut buf = [0; 4];
                let upper = f == F::UpcaseWord || (f == F::CapitalizeWord && first);
                first = !c.is_alphanumeric();
                if upper {
                    c.to_uppercase()
                        .for_each(|c| new.extend_from_slice(c.encode_utf8(&mut buf).as_bytes()));
                } else {
                    c.to_lowercase()
                        .for_each(|c| new.extend_from_slice(c.encode_utf8(&mut buf).as_bytes()));
                }
            }
            new.extend_from_slice(chunk.invalid());
        }
        self.buffer.point = from;
        self.buffer.insert(&new);
    }

    pub(super) fn tilde_expand(&mut self, host: &mut dyn Host) {
        let words = crate::words::split(&self.buffer.text);
        let Some(r) = words
            .into_iter()
            .find(|r| r.start <= self.buffer.point && self.buffer.point <= r.end)
        else {
            return self.bell();
        };
        match host.expand_tilde(&self.buffer.text[r.clone()]) {
            Some(new) => {
                self.buffer.remember(Change::Other);
                self.buffer.delete(r.start, r.end);
                self.buffer.point = r.start;
                self.buffer.insert(&new);
            }
            None => self.bell(),
        }
    }
}
