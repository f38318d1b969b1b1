//! Searching and replacing.

use std::ops::Range;

use readline::text;

use super::prompt::{Answer, Kind};
use super::{Nano, Result};
use crate::Bytes;
use crate::core::Pos;
use crate::core::pattern::Pattern;

/// How texts are searched for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Settings {
    case: bool,
    regex: bool,
    backward: bool,
}

impl Settings {
    /// `M-C`, `M-R` and `M-B`.
    pub fn toggle(&mut self, key: u8) {
        match key.to_ascii_lowercase() {
            b'c' => self.case = !self.case,
            b'r' => self.regex = !self.regex,
            b'b' => self.backward = !self.backward,
            _ => {}
        }
    }

    pub fn flags(&self) -> String {
        let mut flags = String::new();
        for (on, name) in [
            (self.case, " [Case Sensitive]"),
            (self.regex, " [Reg.exp.]"),
            (self.backward, " [Backwards]"),
        ] {
            if on {
                flags += name;
            }
        }
        flags
    }
}

/// A match: its line and bytes, and whether the search went over the text's end.
type Found = (usize, Range<usize>, bool);

impl Nano {
    fn pattern(&mut self, wanted: &[u8]) -> Option<Pattern> {
        match Pattern::extended(wanted, self.search.regex, !self.search.case) {
            Ok(pattern) => Some(pattern),
            Err(why) => {
                self.say(format!(
                    "Bad regex \"{}\": {why}",
                    String::from_utf8_lossy(wanted)
                ));
                None
            }
        }
    }

    /// Asks what to search for; an empty answer is the last one.
    fn ask_wanted(&mut self, question: &str) -> Result<Option<Bytes>> {
        let last = self.searches.last().cloned().unwrap_or_default();
        let question = match &last[..] {
            b"" => question.to_owned(),
            last => {
                let shown: String = String::from_utf8_lossy(last).chars().take(20).collect();
                format!("{question} [{shown}]")
            }
        };
        let Some(answer) = self.ask(&question, Vec::new(), Kind::Search)? else {
            return Ok(None);
        };
        if answer.is_empty() {
            return Ok(Some(last).filter(|l| !l.is_empty()));
        }
        self.searches.retain(|s| *s != answer);
        self.searches.push(answer.clone());
        Ok(Some(answer))
    }

    /// `^W` and `^Q`.
    pub(super) fn search_for(&mut self, backward: bool) -> Result {
        self.search.backward = backward;
        if let Some(wanted) = self.ask_wanted("Search")? {
            self.go_to_match(&wanted);
        }
        Ok(())
    }

    /// `M-W` and `M-Q`.
    pub(super) fn search_again(&mut self, backward: bool) -> Result {
        self.search.backward = backward;
        match self.searches.last().cloned() {
            Some(wanted) => self.go_to_match(&wanted),
            None => self.say("No current search pattern"),
        }
        Ok(())
    }

    fn go_to_match(&mut self, wanted: &[u8]) {
        let Some(pattern) = self.pattern(wanted) else {
            return;
        };
        match self.find(&pattern, self.cursor, self.search.backward) {
            Some((line, range, wrapped)) => {
                let to = Pos::new(line, range.start);
                if to == self.cursor {
                    self.say("This is the only occurrence");
                } else if wrapped {
                    self.say("Search Wrapped");
                }
                self.cursor = to;
            }
            None => self.say(format!("\"{}\" not found", String::from_utf8_lossy(wanted))),
        }
    }

    /// The next match behind a place, or the last before it.
    fn find(&mut self, pattern: &Pattern, from: Pos, backward: bool) -> Option<Found> {
        let total = self.buffer.last() + 1;
        for n in 0..=total {
            if n % 4096 == 4095 && self.host.is_interrupted() {
                return None;
            }
            let at = if backward {
                (from.line + total - n % total) % total
            } else {
                (from.line + n) % total
            };
            let wrapped = if backward {
                n > from.line
            } else {
                from.line + n >= total
            };
            let line = self.buffer.line(at);
            let found = if backward {
                let limit = if n == 0 { from.col } else { usize::MAX };
                pattern.matches(line).into_iter().rfind(|m| m.start < limit)
            } else if n == 0 {
                let start = text::next(line, from.col).max(from.col + 1);
                if start > line.len() {
                    None
                } else {
                    pattern.find(line, start)
                }
            } else {
                pattern.find(line, 0)
            };
            if let Some(range) = found {
                return Some((at, range, wrapped));
            }
        }
        None
    }

    /// `^\`: each match is asked about.
    pub(super) fn replace(&mut self) -> Result {
        if self.options.view {
            self.say("Key is invalid in view mode");
            return Ok(());
        }
        let Some(wanted) = self.ask_wanted("Search (to replace)")? else {
            return Ok(());
        };
        let Some(with) = self.ask("Replace with", Vec::new(), Kind::Search)? else {
            return Ok(());
        };
        self.replacements.retain(|s| *s != with);
        self.replacements.push(with.clone());
        let Some(pattern) = self.pattern(&wanted) else {
            return Ok(());
        };
        let start = self.cursor;
        let outcome = self.replace_all(&pattern, &with);
        self.spotlight = None;
        self.cursor = Pos::new(start.line, start.col.min(self.buffer.line(start.line).len()));
        let Some(count) = outcome? else {
            self.say(format!("\"{}\" not found", String::from_utf8_lossy(&wanted)));
            return Ok(());
        };
        self.keep_last_line();
        self.say(format!(
            "Replaced {count} occurrence{}",
            if count == 1 { "" } else { "s" }
        ));
        Ok(())
    }

    /// From the cursor on, and around to it; `None` where nothing matches.
    fn replace_all(&mut self, pattern: &Pattern, with: &[u8]) -> Result<Option<usize>> {
        let start = self.cursor;
        let (mut count, mut seen, mut all) = (0, false, false);
        let total = self.buffer.last() + 1;
        // Each line once; the first one's begin comes last.
        for n in 0..=total {
            let at = (start.line + n) % total;
            let mut from = if n == 0 { start.col } else { 0 };
            let mut end_at = (n == total).then_some(start.col);
            loop {
                let line = self.buffer.line(at).to_vec();
                let spans = if from > line.len() {
                    None
                } else {
                    pattern.captures(&line, from)
                };
                let Some(spans) = spans else { break };
                let Some(found) = spans.first().cloned().flatten() else {
                    break;
                };
                if end_at.is_some_and(|end| found.start >= end) {
                    break;
                }
                seen = true;
                if !all {
                    self.cursor = Pos::new(at, found.start);
                    self.spotlight = Some((self.cursor, Pos::new(at, found.end)));
                    match self.yes_or_no("Replace this instance?")? {
                        Answer::Yes => {}
                        Answer::All => all = true,
                        Answer::No => {
                            from = text::next(&line, found.start).max(found.start + 1);
                            continue;
                        }
                        Answer::Cancel => return Ok(Some(count)),
                    }
                }
                let new = self.expand(with, &line, &spans);
                let changed = [&line[..found.start], &new, &line[found.end..]].concat();
                // Each is a step of its own to undo.
                self.buffer.begin(Pos::new(at, found.start));
                self.buffer.set_line(at, changed);
                count += 1;
                from = found.start + new.len() + usize::from(found.is_empty());
                if let Some(end) = &mut end_at {
                    *end = (*end + new.len()).saturating_sub(found.len());
                }
                self.cursor = Pos::new(at, (found.start + new.len()).min(self.buffer.line(at).len()));
            }
        }
        Ok(seen.then_some(count))
    }

    /// In a replacement for an expression `\1` to `\9` are its groups.
    fn expand(&self, with: &[u8], line: &[u8], spans: &[Option<Range<usize>>]) -> Bytes {
        if !self.search.regex {
            return with.to_vec();
        }
        let mut out = Vec::new();
        let mut bytes = with.iter().copied().peekable();
        while let Some(b) = bytes.next() {
            match (b, bytes.peek()) {
                (b'\\', Some(d @ b'0'..=b'9')) => {
                    let group = usize::from(d - b'0');
                    if let Some(Some(range)) = spans.get(group) {
                        out.extend_from_slice(&line[range.clone()]);
                    }
                    bytes.next();
                }
                (b'\\', Some(b'\\')) => out.extend(bytes.next()),
                _ => out.push(b),
            }
        }
        out
    }
}
