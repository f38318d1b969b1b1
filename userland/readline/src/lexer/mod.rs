//! The shell's words and quotes, seen from the line that is being typed: enough for colours, completion and the joining
//! of lines, and never an error. What it takes for a command, the shell's parser has the last word on.

mod list;

use std::ops::Range;

use crate::Bytes;

/// What a part of a line is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A word in a command's place.
    Command,
    Keyword,
    Operator,
    String,
    Variable,
    Comment,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    pub range: Range<usize>,
    pub kind: Kind,
}

/// What must stand between a text and the next line of the same command to make them one line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Join {
    Newline,
    Space,
    Semicolon,
    /// The text ends with a backslash that goes, and nothing comes in its place.
    Nothing,
}

/// What a text holds and where its end stands.
#[derive(Clone, Debug)]
pub struct Scan {
    /// By where they begin; a later one lies within or behind an earlier one.
    pub tokens: Vec<Token>,
    /// The quote that is open at the end: `'`, `"` or `` ` ``.
    pub quote: Option<u8>,
    /// The words of the simple command at the end that are complete.
    pub words: Vec<Range<usize>>,
    /// Where the word begins that the end is in; the end where it is between words.
    pub word: usize,
    /// Is that word in a command's place?
    pub command: bool,
    /// Is it what a redirection names?
    pub redirection: bool,
    pub join: Join,
}

#[derive(Clone, Copy, PartialEq)]
enum Place {
    Top,
    /// `(…)`, `$(…)`, `<(…)`
    Group,
    /// `name=(…)`
    Array,
    Double,
    Backtick,
    /// `${…}`
    Parameter,
    /// `((…))`, `$((…))`
    Arithmetic,
}

struct Level {
    place: Place,
    /// The token that ends with the level.
    token: Option<usize>,
    words: Vec<Range<usize>>,
    word: Option<usize>,
    command: bool,
    redirection: bool,
    here: Option<bool>,
    /// `case`s that are open, and whether a pattern is next.
    cases: usize,
    pattern: bool,
    conditional: bool,
}

impl Level {
    fn new(place: Place, token: Option<usize>) -> Level {
        Level {
            place,
            token,
            words: Vec::new(),
            word: None,
            command: place != Place::Array,
            redirection: false,
            here: None,
            cases: 0,
            pattern: false,
            conditional: false,
        }
    }

    fn is_list(&self) -> bool {
        matches!(
            self.place,
            Place::Top | Place::Group | Place::Array | Place::Backtick
        )
    }
}

struct Lexer<'a> {
    text: &'a [u8],
    at: usize,
    levels: Vec<Level>,
    tokens: Vec<Token>,
    /// Delimiters of here-documents that begin with the next line, and whether tabs before them go.
    here: Vec<(Bytes, bool)>,
    single: bool,
    in_here: bool,
    join: Join,
}

/// Looks through a text.
pub fn scan(text: &[u8]) -> Scan {
    let mut l = Lexer {
        text,
        at: 0,
        levels: vec![Level::new(Place::Top, None)],
        tokens: Vec::new(),
        here: Vec::new(),
        single: false,
        in_here: false,
        join: Join::Semicolon,
    };
    while l.at < text.len() {
        l.step();
    }
    l.finish()
}

impl Lexer<'_> {
    fn level(&mut self) -> &mut Level {
        let last = self.levels.len() - 1;
        &mut self.levels[last]
    }

    fn token(&mut self, range: Range<usize>, kind: Kind) -> usize {
        self.tokens.push(Token { range, kind });
        self.tokens.len() - 1
    }

    fn push(&mut self, place: Place, token: Option<usize>) {
        self.levels.push(Level::new(place, token));
    }

    fn pop(&mut self) {
        if self.levels.len() > 1
            && let Some(level) = self.levels.pop()
            && let Some(t) = level.token
        {
            self.tokens[t].range.end = self.at.min(self.text.len());
        }
    }

    fn begin_word(&mut self) {
        let at = self.at;
        self.level().word.get_or_insert(at);
        self.join = Join::Semicolon;
    }

    fn step(&mut self) {
        let text = self.text;
        let c = text[self.at];
        let rest = &text[self.at..];
        let place = self.level().place;
        let list = self.level().is_list();
        match (c, place) {
            (b'\\', _) => {
                if list {
                    self.begin_word();
                }
                self.at = (self.at + 2).min(self.text.len());
            }
            (b'"', Place::Double) => {
                self.at += 1;
                self.pop();
            }
            (b'`', _) if self.levels.iter().any(|l| l.place == Place::Backtick) => {
                // An inner one closes it, whatever is open within.
                while self.level().place != Place::Backtick {
                    self.pop();
                }
                self.end_word();
                self.at += 1;
                self.pop();
            }
            (b'}', Place::Parameter) => {
                self.at += 1;
                self.pop();
            }
            (b')', Place::Arithmetic) => {
                self.at += if rest.starts_with(b"))") { 2 } else { 1 };
                if rest.starts_with(b"))") {
                    self.pop();
                }
            }
            (b'$', _) => self.dollar(list),
            (b'`', _) => {
                if list {
                    self.begin_word();
                }
                self.at += 1;
                self.push(Place::Backtick, None);
            }
            (b'"', _) => {
                if list {
                    self.begin_word();
                }
                let t = self.token(self.at..self.at, Kind::String);
                self.at += 1;
                self.push(Place::Double, Some(t));
            }
            (b'\'', p) if p != Place::Double => {
                if list {
                    self.begin_word();
                }
                self.single_quoted(self.at, false);
            }
            _ if list => self.in_list(c),
            _ => self.at += 1,
        }
    }

    fn single_quoted(&mut self, start: usize, escapes: bool) {
        let mut i = self.at + 1;
        while i < self.text.len() && self.text[i] != b'\'' {
            i += 1 + usize::from(escapes && self.text[i] == b'\\');
        }
        self.single = i >= self.text.len();
        self.at = (i + 1).min(self.text.len());
        self.token(start..self.at, Kind::String);
    }

    fn dollar(&mut self, list: bool) {
        if list {
            self.begin_word();
        }
        let start = self.at;
        let text = self.text;
        let rest = &text[start + 1..];
        if rest.starts_with(b"((") {
            self.at += 3;
            self.push(Place::Arithmetic, None);
        } else if rest.starts_with(b"(") {
            self.at += 2;
            self.push(Place::Group, None);
        } else if rest.starts_with(b"{") {
            self.at += 2;
            let t = self.token(start..start, Kind::Variable);
            self.push(Place::Parameter, Some(t));
        } else if rest.starts_with(b"'") && list {
            self.at += 1;
            self.single_quoted(start, true);
        } else {
            let name = rest
                .iter()
                .take_while(|c| c.is_ascii_alphanumeric() || **c == b'_')
                .count();
            let n = match rest.first() {
                Some(c) if c.is_ascii_digit() || b"?!$#@*-".contains(c) => 1,
                _ => name,
            };
            self.at += 1 + n;
            if n > 0 {
                self.token(start..self.at, Kind::Variable);
            }
        }
    }

    fn finish(mut self) -> Scan {
        let end = self.text.len();
        let inner = self
            .levels
            .iter()
            .rev()
            .find(|l| !matches!(l.place, Place::Parameter | Place::Arithmetic | Place::Array));
        let quote = match inner.map(|l| l.place) {
            _ if self.single => Some(b'\''),
            Some(Place::Double) => Some(b'"'),
            Some(Place::Backtick) => Some(b'`'),
            _ => None,
        };
        let list = self.levels.iter().rev().find(|l| l.is_list());
        let (words, word, command, redirection) = match list {
            Some(l) => (
                l.words.clone(),
                l.word.unwrap_or(end),
                l.command && !l.redirection && !l.conditional,
                l.redirection,
            ),
            None => (Vec::new(), end, true, false),
        };
        let unclosed = self
            .levels
            .iter()
            .any(|l| !matches!(l.place, Place::Top | Place::Group));
        while self.levels.len() > 1 {
            if self.level().is_list() {
                self.end_word();
            }
            self.pop();
        }
        self.end_word();
        let trailing = self.text.iter().rev().take_while(|c| **c == b'\\').count();
        let join = if self.single
            || (quote.is_some() && quote != Some(b'`'))
            || self.in_here
            || !self.here.is_empty()
        {
            Join::Newline
        } else if trailing % 2 == 1 {
            Join::Nothing
        } else if unclosed {
            Join::Newline
        } else {
            self.join
        };
        Scan {
            tokens: self.tokens,
            quote,
            words,
            word,
            command,
            redirection,
            join,
        }
    }
}
