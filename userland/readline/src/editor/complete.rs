//! The Tab key.

use super::{Editor, Host, Mode};
use crate::Bytes;
use crate::buffer::Change;
use crate::complete::{Completions, Request, Source};
use crate::function::Function as F;

/// What `menu-complete` goes through.
#[derive(Debug, Default)]
pub struct Menu {
    found: Option<Completions>,
    /// What the line had in the place of the candidates, and what it has now.
    raw: Bytes,
    end: usize,
    at: Option<usize>,
}

impl Editor {
    pub(super) fn complete(&mut self, f: F, source: Source, host: &mut dyn Host) {
        if host.bindings().is_on("disable-completion") {
            self.buffer.remember(Change::Typing);
            return self.buffer.insert(b"\t");
        }
        if matches!(f, F::MenuComplete | F::MenuCompleteBackward)
            && matches!(self.last, Some(F::MenuComplete | F::MenuCompleteBackward))
            && self.menu.found.is_some()
        {
            return self.menu_step(f == F::MenuComplete);
        }
        let again = self.last == Some(f) && f == F::Complete;
        let request = Request {
            line: self.buffer.text.clone(),
            point: self.buffer.point,
            source,
            kind: match f {
                F::PossibleCompletions => b'?',
                F::InsertCompletions => b'*',
                F::MenuComplete | F::MenuCompleteBackward => b'%',
                _ if again => b'?',
                _ => b'\t',
            },
            key: b'\t',
        };
        let found = host.complete(&request);
        let start = found.start.min(self.buffer.point);
        if found.words.is_empty() {
            return self.bell();
        }
        let raw = self.buffer.text[start..self.buffer.point].to_vec();
        let next = self.buffer.text.get(self.buffer.point).copied();
        match f {
            F::PossibleCompletions => self.list(found, host),
            F::InsertCompletions => {
                let all: Vec<Bytes> = found
                    .words
                    .iter()
                    .map(|w| found.replacement(&raw, w, true, None))
                    .collect();
                let mut text = all.concat();
                if !text.ends_with(b" ") {
                    text.push(b' ');
                }
                self.put(start, &text);
            }
            F::MenuComplete | F::MenuCompleteBackward => {
                self.menu = Menu {
                    end: self.buffer.point,
                    found: Some(found),
                    raw,
                    at: None,
                };
                self.buffer.remember(Change::Other);
                self.menu_step(f == F::MenuComplete);
            }
            _ => {
                let ignore_case = host.bindings().is_on("completion-ignore-case");
                let common = found.common(ignore_case);
                if found.words.len() == 1 {
                    let text = found.replacement(&raw, &common, true, next);
                    return self.put(start, &text);
                }
                let grows = common.len() > found.typed.len()
                    || (common.len() == found.typed.len() && common != found.typed);
                if grows && !common.is_empty() {
                    let text = found.replacement(&raw, &common, false, next);
                    self.put(start, &text);
                }
                let unmodified = host.bindings().is_on("show-all-if-unmodified") && !grows;
                if again && !grows || host.bindings().is_on("show-all-if-ambiguous") || unmodified {
                    self.list(found, host);
                } else {
                    self.bell();
                }
            }
        }
    }

    fn put(&mut self, start: usize, text: &[u8]) {
        if self.buffer.text[start..self.buffer.point] == *text {
            return;
        }
        self.buffer.remember(Change::Other);
        self.buffer.delete(start, self.buffer.point);
        self.buffer.point = start;
        self.buffer.insert(text);
    }

    fn menu_step(&mut self, forward: bool) {
        let Some(found) = &self.menu.found else { return };
        let n = found.words.len();
        // Past the last comes what was typed.
        let at = match (self.menu.at, forward) {
            (None, true) => Some(0),
            (None, false) => Some(n - 1),
            (Some(i), true) => Some(i + 1).filter(|i| *i < n),
            (Some(i), false) => i.checked_sub(1),
        };
        let text = match at {
            Some(i) => found.replacement(&self.menu.raw, &found.words[i], n == 1, None),
            None => self.menu.raw.clone(),
        };
        let start = found.start;
        self.menu.at = at;
        self.buffer.delete(start, self.menu.end);
        self.buffer.point = start;
        self.buffer.insert(&text);
        self.menu.end = self.buffer.point;
    }

    /// Shows all, after a question if they are many.
    fn list(&mut self, found: Completions, host: &dyn Host) {
        let limit = host.bindings().number("completion-query-items");
        if limit > 0 && found.words.len() as i64 > limit {
            self.view.question = Some(format!(
                "Display all {} possibilities? (y or n)",
                found.words.len()
            ));
            self.mode = Mode::Ask(found);
        } else {
            self.view.list = Some(found.labels());
        }
    }

    pub(super) fn answer(&mut self, b: u8) {
        let Mode::Ask(found) = std::mem::replace(&mut self.mode, Mode::Keys) else {
            return;
        };
        match b {
            b'y' | b'Y' | b' ' | b'\t' => self.view.list = Some(found.labels()),
            b'n' | b'N' | 0x7f | 7 | 3 => {}
            _ => {
                self.mode = Mode::Ask(found);
                return self.bell();
            }
        }
        self.view.answered = true;
    }
}
