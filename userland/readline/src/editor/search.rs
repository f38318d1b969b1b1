//! Searching the history: as one types (`\C-r`), or for a text that is typed whole (`/` in vi's map).

use super::{Editor, Host, Mode, Step};
use crate::Bytes;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Incremental,
    /// The text is typed to its end first.
    Whole,
    /// The same, from vi's map.
    Vi,
}

/// Where a search stands.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Place {
    text: Bytes,
    back: bool,
    /// The entry, and where in it the match begins.
    at: usize,
    point: usize,
    failed: bool,
}

#[derive(Clone, Debug)]
pub struct Search {
    kind: Kind,
    place: Place,
    /// What Backspace goes back to.
    before: Vec<Place>,
    /// The line as it was.
    line: Bytes,
    point: usize,
    at: usize,
}

/// What a search leaves for later ones.
#[derive(Debug, Default)]
pub struct Memory {
    last: Bytes,
    back: bool,
    /// An Escape ended the search, and nothing has come behind it.
    pub escaped: bool,
}

fn find(line: &[u8], what: &[u8], from: usize, back: bool) -> Option<usize> {
    if what.len() > line.len() {
        return None;
    }
    let last = line.len() - what.len();
    let fits = |i: &usize| line[*i..].starts_with(what);
    if back {
        (0..=from.min(last)).rev().find(fits)
    } else {
        (from..=last).find(fits)
    }
}

impl Search {
    /// The entry at an index; the line that was left counts as it was.
    fn entry<'a>(&'a self, host: &'a dyn Host, at: usize) -> &'a [u8] {
        if at == self.at {
            &self.line
        } else {
            host.history().get(at).unwrap_or_default()
        }
    }

    /// The next match from `place`, which itself counts if `here`.
    fn seek(&self, host: &dyn Host, place: &Place, here: bool) -> Option<(usize, usize)> {
        let Place {
            text,
            back,
            at,
            point,
            ..
        } = place;
        let line = self.entry(host, *at);
        let from = match (here, back) {
            (true, _) => Some(*point),
            (false, true) => point.checked_sub(1),
            (false, false) => Some(point + 1),
        };
        if let Some(p) = from.and_then(|f| find(line, text, f, *back)) {
            return Some((*at, p));
        }
        // The same command again is no news.
        let mut skip: &[u8] = line;
        let mut i = *at;
        loop {
            i = if *back { i.checked_sub(1)? } else { i + 1 };
            if i > host.history().len() {
                return None;
            }
            let line = self.entry(host, i);
            if line == skip {
                continue;
            }
            skip = line;
            if let Some(p) = find(line, text, if *back { usize::MAX } else { 0 }, *back) {
                return Some((i, p));
            }
        }
    }
}

impl Editor {
    pub(super) fn begin_search(&mut self, kind: Kind, back: bool, host: &dyn Host) {
        let line = self.buffer.text.clone();
        let point = self.buffer.point;
        self.search.escaped = false;
        self.finish_undo();
        self.mode = Mode::Search(Search {
            kind,
            place: Place {
                text: Vec::new(),
                back,
                at: self.at.min(host.history().len()),
                point,
                failed: false,
            },
            before: Vec::new(),
            line,
            point,
            at: self.at,
        });
    }

    /// The prompt of the search that is on.
    pub(super) fn search_prompt(&self) -> Option<Bytes> {
        let Mode::Search(s) = &self.mode else { return None };
        Some(match s.kind {
            Kind::Incremental => {
                let failed: &[u8] = if s.place.failed { b"failed " } else { b"" };
                let direction: &[u8] = if s.place.back { b"reverse-" } else { b"" };
                [b"(", failed, direction, b"i-search)`", &s.place.text[..], b"': "].concat()
            }
            Kind::Whole => [b":", &s.place.text[..]].concat(),
            Kind::Vi => [if s.place.back { &b"/"[..] } else { b"?" }, &s.place.text[..]].concat(),
        })
    }

    /// Is the search's prompt all that is edited?
    pub(super) fn searches_whole(&self) -> bool {
        matches!(&self.mode, Mode::Search(s) if s.kind != Kind::Incremental)
    }

    pub(super) fn search_key(&mut self, b: u8, host: &mut dyn Host) -> Step {
        let Mode::Search(mut s) = std::mem::replace(&mut self.mode, Mode::Keys) else {
            return Step::Go;
        };
        let incremental = s.kind == Kind::Incremental;
        match b {
            7 => {
                self.buffer.text = s.line;
                self.buffer.point = s.point;
                self.bell();
                return Step::Go;
            }
            8 | 0x7f => match s.before.pop() {
                Some(p) => {
                    s.place = p;
                    // A character goes whole.
                    while std::str::from_utf8(&s.place.text).is_err_and(|e| e.error_len().is_none()) {
                        match s.before.pop() {
                            Some(p) => s.place = p,
                            None => break,
                        }
                    }
                    if incremental {
                        self.show_match(&s, host);
                    }
                }
                None if incremental => self.bell(),
                None => return Step::Go,
            },
            18 | 19 if incremental => {
                let back = b == 18;
                let old = s.place.clone();
                s.place.back = back;
                if s.place.text.is_empty() {
                    s.place.text = self.search.last.clone();
                    self.look(&mut s, true, host);
                } else {
                    self.look(&mut s, false, host);
                }
                s.before.push(old);
            }
            b'\r' | b'\n' if !incremental => {
                if !s.place.text.is_empty() {
                    self.search.last = s.place.text.clone();
                }
                self.search.back = s.place.back;
                self.search_again(true, host);
                return Step::Go;
            }
            0x1b if !incremental => return Step::Go,
            0x20.. => {
                s.before.push(s.place.clone());
                s.place.text.push(b);
                if incremental {
                    self.look(&mut s, true, host);
                }
            }
            b'\n' => {
                self.end_search(&s, host);
                return Step::Go;
            }
            _ => {
                // The key ends the search and does what it does.
                self.end_search(&s, host);
                if b == 0x1b {
                    self.search.escaped = true;
                }
                self.queue.push_front(b);
                return Step::Go;
            }
        }
        self.mode = Mode::Search(s);
        Step::Go
    }

    fn look(&mut self, s: &mut Search, here: bool, host: &dyn Host) {
        match s.seek(host, &s.place, here) {
            Some((at, point)) => {
                (s.place.at, s.place.point, s.place.failed) = (at, point, false);
                self.show_match(s, host);
            }
            None => {
                s.place.failed = true;
                self.bell();
            }
        }
    }

    fn show_match(&mut self, s: &Search, host: &dyn Host) {
        self.buffer.text = s.entry(host, s.place.at).to_vec();
        self.buffer.point = s.place.point.min(self.buffer.text.len());
    }

    fn end_search(&mut self, s: &Search, host: &dyn Host) {
        if !s.place.text.is_empty() {
            self.search.last = s.place.text.clone();
        }
        let point = self.buffer.point;
        // The line becomes the entry's, and what was typed stays with its own.
        let shown = std::mem::replace(&mut self.buffer.text, s.line.clone());
        if s.place.at != self.at && host.history().get(s.place.at) == Some(&shown[..]) {
            self.show_entry(host, s.place.at);
        } else {
            self.buffer.text = shown;
        }
        self.buffer.point = point.min(self.buffer.text.len());
    }

    /// The next entry with the last search's text, in its direction or the other.
    pub(super) fn search_again(&mut self, same: bool, host: &dyn Host) {
        let wanted = self.search.last.clone();
        if wanted.is_empty() {
            return self.bell();
        }
        let back = self.search.back == same;
        // `^` holds to the begin.
        let fits = |l: &[u8]| match wanted.strip_prefix(b"^") {
            Some(begin) => l.starts_with(begin),
            None => find(l, &wanted, 0, false).is_some(),
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
                self.buffer.point = 0;
            }
            None => self.bell(),
        }
    }
}
