//! Words, sentences and paragraphs: walks over the text.

use readline::text;

use crate::core::{Buffer, Pos};

/// What a step did.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Step {
    Within,
    /// To another line.
    Over,
    /// To the end of the line, behind its last character.
    ToEnd,
}

/// A place that walks.
#[derive(Clone, Copy)]
pub struct Walk<'a> {
    buffer: &'a Buffer,
    pub at: Pos,
    /// Words are what blanks divide.
    big: bool,
}

impl<'a> Walk<'a> {
    pub fn new(buffer: &'a Buffer, at: Pos, big: bool) -> Walk<'a> {
        Walk { buffer, at, big }
    }

    fn line(&self) -> &'a [u8] {
        self.buffer.line(self.at.line)
    }

    /// 0 for blanks and ends of lines, 1 for other characters, 2 and more for those of words.
    pub fn class(&self) -> u8 {
        class(self.line(), self.at.col, self.big)
    }

    fn is_empty_line(&self) -> bool {
        self.line().is_empty()
    }

    fn forward(&mut self) -> Option<Step> {
        let line = self.line();
        if self.at.col < line.len() {
            self.at.col = text::next(line, self.at.col);
            return Some(if self.at.col < line.len() {
                Step::Within
            } else {
                Step::ToEnd
            });
        }
        if self.at.line >= self.buffer.last() {
            return None;
        }
        self.at = Pos::new(self.at.line + 1, 0);
        Some(Step::Over)
    }

    fn back(&mut self) -> Option<Step> {
        if self.at.col > 0 {
            self.at.col = text::previous(self.line(), self.at.col);
            return Some(Step::Within);
        }
        if self.at.line == 0 {
            return None;
        }
        self.at.line -= 1;
        self.at.col = self.line().len();
        Some(Step::Over)
    }

    /// Over characters of a class; `None` at the text's end.
    fn skip(&mut self, class: u8, forward: bool) -> Option<()> {
        while self.class() == class {
            if forward {
                self.forward()?
            } else {
                self.back()?
            };
        }
        Some(())
    }

    /// `w`. With an operator the last word of a line ends with the line. False where there is no next word.
    pub fn next_word(&mut self, count: usize, operator: bool) -> bool {
        for n in (0..count).rev() {
            let class = self.class();
            let last_line = self.at.line >= self.buffer.last();
            let stop = operator && n == 0;
            match self.forward() {
                None => return false,
                Some(Step::Over | Step::ToEnd) if last_line => return false,
                Some(Step::Over | Step::ToEnd) if stop => return true,
                _ => {}
            }
            if class != 0 {
                while self.class() == class {
                    match self.forward() {
                        None => return true,
                        Some(Step::Over | Step::ToEnd) if stop => return true,
                        _ => {}
                    }
                }
            }
            while self.class() == 0 {
                if self.at.col == 0 && self.is_empty_line() {
                    break;
                }
                match self.forward() {
                    None => return true,
                    Some(Step::Over | Step::ToEnd) if last_line => return true,
                    _ => {}
                }
            }
        }
        true
    }

    /// `b`.
    pub fn word_back(&mut self, count: usize) -> bool {
        for _ in 0..count {
            if self.back().is_none() {
                return false;
            }
            let mut stopped = false;
            while self.class() == 0 {
                if self.at.col == 0 && self.is_empty_line() {
                    stopped = true;
                    break;
                }
                if self.back().is_none() {
                    return true;
                }
            }
            if !stopped {
                let class = self.class();
                if self.skip(class, false).is_none() {
                    return true;
                }
                self.forward();
            }
        }
        true
    }

    /// `e`; `cw` stays (`stop`) on a word of one character.
    pub fn word_end(&mut self, count: usize, mut stop: bool) -> bool {
        for _ in 0..count {
            let class = self.class();
            if self.forward().is_none() {
                return false;
            }
            if self.class() == class && class != 0 {
                if self.skip(class, true).is_none() {
                    return false;
                }
            } else if !stop || class == 0 {
                if self.skip(0, true).is_none() {
                    return false;
                }
                let class = self.class();
                if self.skip(class, true).is_none() {
                    return false;
                }
            }
            self.back();
            stop = false;
        }
        true
    }

    /// `ge`.
    pub fn word_end_back(&mut self, count: usize) -> bool {
        for _ in 0..count {
            let class = self.class();
            if self.back().is_none() {
                return false;
            }
            if class != 0 {
                while self.class() == class {
                    if self.back().is_none() {
                        return true;
                    }
                }
            }
            while self.class() == 0 {
                if self.at.col == 0 && self.is_empty_line() {
                    break;
                }
                if self.back().is_none() {
                    return true;
                }
            }
        }
        true
    }

    /// `}` and `{`: to the empty line behind, or before, the paragraph; the text's end counts as one. False where
    /// there is none.
    pub fn paragraph(&mut self, count: usize, forward: bool) -> bool {
        let (mut line, last) = (self.at.line, self.buffer.last());
        for n in (0..count).rev() {
            let mut seen = false;
            let mut first = true;
            loop {
                if !self.buffer.line(line).is_empty() {
                    seen = true;
                }
                if !first && seen && self.buffer.line(line).is_empty() {
                    break;
                }
                first = false;
                if forward && line == last || !forward && line == 0 {
                    if n > 0 {
                        return false;
                    }
                    let end = if forward { self.buffer.line(last).len() } else { 0 };
                    self.at = Pos::new(line, text::previous(self.buffer.line(line), end));
                    return true;
                }
                line = if forward { line + 1 } else { line - 1 };
            }
        }
        self.at = Pos::new(line, 0);
        true
    }

    /// Whether a sentence begins here.
    fn begins_sentence(&self) -> bool {
        let line = self.line();
        if line.is_empty() {
            return self.at.line == 0 || !self.buffer.line(self.at.line - 1).is_empty();
        }
        if self.at.col >= line.len() || matches!(line[self.at.col], b' ' | b'\t') {
            return false;
        }
        let before = &line[..self.at.col];
        let words = before.trim_ascii_end();
        if words.is_empty() {
            // Behind the last line's end.
            let Some(above) = self.at.line.checked_sub(1) else {
                return self.at.col == 0;
            };
            let above = self.buffer.line(above);
            return above.is_empty() || ends_sentence(above.trim_ascii_end());
        }
        words.len() < before.len() && ends_sentence(words)
    }

    /// `)` and `(`: to a sentence's begin, or the text's end.
    pub fn sentence(&mut self, count: usize, forward: bool) -> bool {
        for _ in 0..count {
            let before = self.at;
            loop {
                let step = if forward { self.forward() } else { self.back() };
                if step.is_none() {
                    break;
                }
                if self.begins_sentence() {
                    break;
                }
            }
            if self.at == before {
                return false;
            }
        }
        true
    }
}

fn ends_sentence(s: &[u8]) -> bool {
    let end = s.iter().rposition(|b| !matches!(b, b')' | b']' | b'"' | b'\''));
    end.is_some_and(|at| matches!(s[at], b'.' | b'!' | b'?'))
}

/// See [`Walk::class`].
pub fn class(line: &[u8], col: usize, big: bool) -> u8 {
    match line.get(col) {
        None | Some(b' ' | b'\t') => 0,
        Some(_) if big => 1,
        Some(b) if b.is_ascii() => {
            if b.is_ascii_alphanumeric() || *b == b'_' {
                2
            } else {
                1
            }
        }
        Some(_) => match text::decode(&line[col..]).0 {
            // Scripts without blanks: each is a kind of word of its own.
            Some('\u{3040}'..='\u{309f}') => 3,
            Some('\u{30a0}'..='\u{30ff}') => 4,
            Some('\u{3400}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}') => 5,
            Some('\u{ac00}'..='\u{d7a3}') => 6,
            _ if text::is_word(&line[col..]) => 2,
            _ => 1,
        },
    }
}
