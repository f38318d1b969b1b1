//! A pattern with back-references, looked for in one line at a time.

use std::ops::Range;

use posix_regex::{Flavor, Options, Regex};

use crate::config::{Config, Syntax};

pub struct Reference {
    regex: Regex,
    /// -x: only the whole line.
    line: bool,
    /// -w: only where no word goes on before or after.
    word: bool,
}

impl Reference {
    /// # Errors
    /// A sentence about a pattern that is none.
    pub fn new(pattern: &[u8], config: &Config) -> Result<Reference, String> {
        let flavor = match config.syntax {
            Syntax::Extended => Flavor::Extended,
            _ => Flavor::Basic,
        };
        let options = Options {
            ignore_case: config.ignore_case,
            utf8: true,
            ..Options::new(flavor)
        };
        Ok(Reference {
            regex: Regex::new(pattern, options)?,
            line: config.line,
            word: config.word && !config.line,
        })
    }

    /// The first match in the line that starts at or after `from`, at its longest.
    pub fn find_at(&self, line: &[u8], mut from: usize) -> Option<Range<usize>> {
        if self.line {
            let found = self.regex.find_at(line, 0)?;
            return (from == 0 && found == (0..line.len())).then_some(found);
        }
        loop {
            let found = self.regex.find_at(line, from)?;
            if !self.word {
                return Some(found);
            }
            if let Some(word) = self.word_at(line, found.clone()) {
                return Some(word);
            }
            from = found.start + 1;
            if from > line.len() {
                return None;
            }
        }
    }

    /// The longest match from the start of `found` that is a word, as GNU grep looks for it: ever shorter ones.
    fn word_at(&self, line: &[u8], mut found: Range<usize>) -> Option<Range<usize>> {
        if ends_in_word(&line[..found.start]) {
            return None;
        }
        loop {
            if !starts_in_word(&line[found.end..]) {
                return Some(found);
            }
            if found.is_empty() {
                return None;
            }
            let shorter = self.regex.find_at(&line[..found.end - 1], found.start)?;
            if shorter.start != found.start {
                return None;
            }
            found = shorter;
        }
    }
}

fn is_word(c: char) -> bool {
    c == '_' || c.is_alphanumeric()
}

fn ends_in_word(text: &[u8]) -> bool {
    let tail = &text[text.len().saturating_sub(4)..];
    let last = tail.utf8_chunks().last();
    last.is_some_and(|chunk| {
        chunk.invalid().is_empty() && chunk.valid().chars().next_back().is_some_and(is_word)
    })
}

fn starts_in_word(text: &[u8]) -> bool {
    let head = &text[..text.len().min(4)];
    let first = head.utf8_chunks().next();
    first.is_some_and(|chunk| chunk.valid().chars().next().is_some_and(is_word))
}
