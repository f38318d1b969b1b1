//! Questions at the screen's foot.

use readline::text;

use super::{Nano, Result};
use crate::Bytes;
use crate::host::{ESCAPE, Key, ctrl};

/// What a prompt is for; it says which keys it has besides those for editing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Plain,
    File,
    Search,
    /// `Y`, `N`, and `A` for all.
    YesNo,
}

/// A question that is being answered.
#[derive(Clone, Debug)]
pub(super) struct Prompt {
    pub question: String,
    pub answer: Bytes,
    pub at: usize,
    pub kind: Kind,
}

/// An answer to a question of yes or no.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Answer {
    Yes,
    No,
    All,
    Cancel,
}

impl Nano {
    /// Asks for a text; `None` when the user gave up.
    pub(super) fn ask(&mut self, question: &str, start: Bytes, kind: Kind) -> Result<Option<Bytes>> {
        let at = start.len();
        let mut prompt = Prompt {
            question: question.to_owned(),
            answer: start,
            at,
            kind,
        };
        let history = match kind {
            Kind::Search if question.starts_with("Replace with") => self.replacements.clone(),
            Kind::Search => self.searches.clone(),
            _ => Vec::new(),
        };
        let mut recall = history.len();
        loop {
            if kind == Kind::Search {
                prompt.question = format!("{question}{}", self.search.flags());
            }
            self.prompt = Some(prompt.clone());
            let key = self.key();
            self.prompt = None;
            let line = &mut prompt.answer;
            match key? {
                Key::Left => prompt.at = text::previous(line, prompt.at),
                Key::Right => prompt.at = text::next(line, prompt.at),
                Key::Home => prompt.at = 0,
                Key::End => prompt.at = line.len(),
                Key::Delete => drop(line.drain(prompt.at..text::next(line, prompt.at))),
                key @ (Key::Up | Key::Down) => {
                    recall = if key == Key::Up {
                        recall.saturating_sub(1)
                    } else {
                        (recall + 1).min(history.len())
                    };
                    *line = history.get(recall).cloned().unwrap_or_default();
                    prompt.at = line.len();
                }
                Key::Paste(pasted) => {
                    let first = pasted.split(|b| matches!(b, b'\r' | b'\n')).next().unwrap_or(b"");
                    line.splice(prompt.at..prompt.at, first.iter().copied());
                    prompt.at += first.len();
                }
                ESCAPE => {
                    if let Key::Byte(b) = self.key()?
                        && kind == Kind::Search
                    {
                        self.search.toggle(b);
                    }
                }
                Key::Byte(b'\r' | b'\n') => return Ok(Some(prompt.answer)),
                Key::Byte(3) => {
                    self.say("Cancelled");
                    return Ok(None);
                }
                Key::Byte(8 | 0x7f) => {
                    let from = text::previous(line, prompt.at);
                    line.drain(from..prompt.at);
                    prompt.at = from;
                }
                Key::Byte(b) if b == ctrl('a') => prompt.at = 0,
                Key::Byte(b) if b == ctrl('e') => prompt.at = line.len(),
                Key::Byte(b) if b == ctrl('b') => prompt.at = text::previous(line, prompt.at),
                Key::Byte(b) if b == ctrl('f') => prompt.at = text::next(line, prompt.at),
                Key::Byte(b) if b == ctrl('k') || b == ctrl('u') => {
                    line.clear();
                    prompt.at = 0;
                }
                Key::Byte(b'\t') if kind == Kind::File => {
                    let found = self.host.complete(line);
                    let common = crate::vi::common_prefix(&found);
                    if common.len() > line.len() {
                        *line = common;
                        prompt.at = line.len();
                    } else {
                        self.host.beep();
                    }
                }
                Key::Byte(b @ (0x20.. | b'\t')) => {
                    line.insert(prompt.at, b);
                    prompt.at += 1;
                }
                _ => self.host.beep(),
            }
        }
    }

    /// Asks for yes or no.
    pub(super) fn yes_or_no(&mut self, question: &str) -> Result<Answer> {
        loop {
            self.prompt = Some(Prompt {
                question: question.to_owned(),
                answer: Vec::new(),
                at: 0,
                kind: Kind::YesNo,
            });
            let key = self.key();
            self.prompt = None;
            match key? {
                Key::Byte(b'y' | b'Y') => return Ok(Answer::Yes),
                Key::Byte(b'n' | b'N') => return Ok(Answer::No),
                Key::Byte(b'a' | b'A') => return Ok(Answer::All),
                Key::Byte(3) => {
                    self.say("Cancelled");
                    return Ok(Answer::Cancel);
                }
                _ => self.host.beep(),
            }
        }
    }
}
