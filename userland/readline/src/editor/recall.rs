//! Lines from the history in place of the one that is edited.

use super::{Editor, Host};
use crate::bindings::Map;
use crate::buffer::{Buffer, Change};
use crate::function::Function as F;
use crate::words;

/// Where `yank-last-arg` stands.
#[derive(Debug, Default)]
pub struct Memory {
    /// How many entries back, which word, and the end of what it inserted from `point`.
    back: usize,
    word: Option<i64>,
    inserted: (usize, usize),
    /// What `history-search-backward` looks for.
    wanted: Vec<u8>,
}

impl Editor {
    /// Shows an entry, or the new line for the list's length. What was typed stays with the line that is left.
    pub(super) fn show_entry(&mut self, host: &dyn Host, to: usize) {
        let history = host.history();
        let len = history.len();
        let text = std::mem::take(&mut self.buffer.text);
        let unchanged = history.get(self.at) == Some(&text[..]);
        if unchanged {
            self.edited.remove(&self.at);
        } else {
            self.edited.insert(self.at, text);
        }
        self.at = to.min(len);
        let line = match self.edited.get(&self.at) {
            Some(l) => l.clone(),
            None => history.get(self.at).unwrap_or_default().to_vec(),
        };
        self.buffer = Buffer::new(line);
        if self.map == Map::ViInsert {
            self.buffer.begin_group();
        }
        if self.map == Map::ViCommand {
            let last = self.buffer.previous(self.buffer.point);
            self.buffer.point = if self.at < len { 0 } else { last };
        }
    }

    pub(super) fn go(&mut self, host: &dyn Host, n: i64) {
        let to = self.at as i64 + n;
        if to < 0 || to > host.history().len() as i64 {
            return self.bell();
        }
        self.show_entry(host, to as usize);
    }

    /// The entry of the count's number; the oldest without one in emacs' map, the newest in vi's.
    pub(super) fn fetch(&mut self, host: &dyn Host) {
        let to = match self.argument {
            Some(n) => usize::try_from(n).ok().and_then(|n| host.history().position(n)),
            None => Some(0),
        };
        match to {
            Some(to) => self.show_entry(host, to),
            None => self.bell(),
        }
    }

    /// The nearest other entry that begins with (or holds) what stands before the point.
    pub(super) fn search_entry(&mut self, f: F, back: bool, host: &dyn Host) {
        let substring = matches!(
            f,
            F::HistorySubstringSearchBackward | F::HistorySubstringSearchForward
        );
        let goes_on = matches!(
            self.last,
            Some(
                F::HistorySearchBackward
                    | F::HistorySearchForward
                    | F::HistorySubstringSearchBackward
                    | F::HistorySubstringSearchForward
            )
        );
        if !goes_on {
            self.recall.wanted = self.buffer.text[..self.buffer.point].to_vec();
        }
        let wanted = self.recall.wanted.clone();
        let current = self.buffer.text.clone();
        let fits = |l: &[u8]| {
            l != current
                && if substring {
                    wanted.is_empty() || l.windows(wanted.len()).any(|w| w == wanted)
                } else {
                    l.starts_with(&wanted)
                }
        };
        let history = host.history();
        let found = if back {
            (0..self.at).rev().find(|i| history.get(*i).is_some_and(fits))
        } else {
            (self.at + 1..history.len()).find(|i| history.get(*i).is_some_and(fits))
        };
        match found {
            Some(at) => {
                self.show_entry(host, at);
                if !substring && !wanted.is_empty() {
                    self.buffer.point = wanted.len().min(self.buffer.text.len());
                }
            }
            // Forward from the newest entry lies what was typed.
            None if !back && goes_on && self.at < history.len() => {
                let end = history.len();
                self.show_entry(host, end);
            }
            None => self.bell(),
        }
    }

    /// The last (or the count's) word of the entry before, and at each repetition of the one before that.
    pub(super) fn yank_argument(&mut self, f: F, host: &dyn Host) {
        let repeats = matches!(self.last, Some(F::YankLastArg | F::InsertLastArgument))
            && matches!(f, F::YankLastArg | F::InsertLastArgument);
        if !repeats {
            self.recall.back = 0;
            self.recall.word = match f {
                F::YankNthArg => Some(self.count()),
                F::ViYankArg => self.argument,
                _ => self.argument,
            };
            self.recall.inserted = (self.buffer.point, self.buffer.point);
        }
        let history = host.history();
        let back = self.recall.back + 1;
        let line = self.at.checked_sub(back).and_then(|i| history.get(i));
        let Some(line) = line else { return self.bell() };
        let ranges = words::split(line);
        let word = match self.recall.word {
            None => ranges.last(),
            Some(n) if n >= 0 => ranges.get(n as usize),
            Some(n) => (ranges.len() as i64 + n)
                .try_into()
                .ok()
                .and_then(|i: usize| ranges.get(i)),
        };
        let text = word.map(|r| line[r.clone()].to_vec()).unwrap_or_default();
        let (from, to) = self.recall.inserted;
        self.buffer.remember(Change::Other);
        if repeats {
            self.buffer.delete(from, to);
            self.buffer.point = from;
        } else if f == F::ViYankArg && !self.buffer.at_end() {
            // vi's cursor stands on a character; the word comes behind it, and a space before.
            self.buffer.point = self.buffer.next(self.buffer.point);
        }
        if f == F::ViYankArg {
            self.insert_mode();
            self.buffer.insert(b" ");
        }
        self.buffer.insert(&text);
        self.recall.back = back;
        self.recall.inserted = (from, self.buffer.point);
    }

    /// The rest of the newest entry that begins with the line, when the cursor is at its end.
    pub(super) fn suggestion<'a>(&self, host: &'a dyn Host) -> Option<&'a [u8]> {
        let b = &self.buffer;
        if !self.settings.suggestions
            || !b.at_end()
            || b.text.trim_ascii().is_empty()
            || self.at < host.history().len()
        {
            return None;
        }
        let history = host.history();
        let fits = |l: &&[u8]| l.len() > b.text.len() && l.starts_with(&b.text);
        let line = (0..history.len())
            .rev()
            .filter_map(|i| history.get(i))
            .find(fits)?;
        Some(&line[b.text.len()..])
    }

    /// At the end of the line, these keys take the suggestion, or a word of it.
    pub(super) fn take_suggestion(&mut self, f: F, host: &dyn Host) -> bool {
        let Some(rest) = self.suggestion(host) else {
            return false;
        };
        let rest = rest.to_vec();
        let n = if f == F::ForwardWord {
            Buffer::new(rest.clone()).word_forward(0)
        } else {
            rest.len()
        };
        self.buffer.remember(Change::Other);
        self.buffer.insert(&rest[..n]);
        true
    }
}
