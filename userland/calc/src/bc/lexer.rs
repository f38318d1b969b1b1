//! Tokens, from input that is read a line at a time: what stands on a line is executed before the next is asked for.

use std::cell::RefCell;
use std::ffi::OsString;
use std::rc::Rc;

use cli::{complain, input};
use sys::Fd;

#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Token {
    Number(String),
    Name(String),
    Text(Vec<u8>),
    Operator(&'static str),
    Newline,
    End,
}

/// The files in their order, then standard input.
pub struct Source {
    files: std::vec::IntoIter<OsString>,
    fd: Option<Fd>,
    at_end: bool,
    buffer: Vec<u8>,
    /// What `read()` has read of standard input before that was its turn.
    ahead: Vec<u8>,
    /// What messages call the file.
    pub name: String,
    pub line: usize,
    /// A file could not be read.
    pub failed: bool,
}

impl Source {
    pub fn new(files: Vec<OsString>) -> Source {
        Source {
            files: files.into_iter(),
            fd: None,
            at_end: false,
            buffer: Vec::new(),
            ahead: Vec::new(),
            name: String::new(),
            line: 1,
            failed: false,
        }
    }

    /// The next line with its end; `None` when there are no more. `wait` is told before it may block.
    pub fn line(&mut self, wait: &mut dyn FnMut()) -> Option<Vec<u8>> {
        loop {
            if let Some(end) = self.buffer.iter().position(|b| *b == b'\n') {
                return Some(self.buffer.drain(..=end).collect());
            }
            let Some(fd) = self.fd else {
                self.open()?;
                continue;
            };
            wait();
            let mut piece = [0; 4096];
            match input::read(fd, &mut piece) {
                Ok(n) if n > 0 => self.buffer.extend_from_slice(&piece[..n]),
                _ => {
                    input::close(fd);
                    self.fd = None;
                    if !self.buffer.is_empty() {
                        return Some(std::mem::take(&mut self.buffer));
                    }
                }
            }
        }
    }

    /// A line of standard input, for `read()`.
    pub fn input_line(&mut self) -> Option<Vec<u8>> {
        if self.at_end {
            return self.line(&mut || {});
        }
        loop {
            if let Some(end) = self.ahead.iter().position(|b| *b == b'\n') {
                return Some(self.ahead.drain(..=end).collect());
            }
            let mut piece = [0; 4096];
            match input::read(Fd::STDIN, &mut piece) {
                Ok(n) if n > 0 => self.ahead.extend_from_slice(&piece[..n]),
                _ => return Some(std::mem::take(&mut self.ahead)).filter(|line| !line.is_empty()),
            }
        }
    }

    fn open(&mut self) -> Option<()> {
        if self.at_end || self.failed {
            return None;
        }
        self.line = 1;
        match self.files.next() {
            Some(file) => match input::open(&file) {
                Ok(fd) => {
                    self.fd = Some(fd);
                    self.name = file.to_string_lossy().into_owned();
                }
                Err(_) => {
                    complain("bc", format_args!("File {} is unavailable.", file.display()));
                    self.failed = true;
                    return None;
                }
            },
            None => {
                self.fd = Some(Fd::STDIN);
                self.buffer = std::mem::take(&mut self.ahead);
                self.name = "(standard_in)".into();
                self.at_end = true;
            }
        }
        Some(())
    }
}

/// The longest first.
const OPERATORS: &[&str] = &[
    "++", "--", "+=", "-=", "*=", "/=", "%=", "^=", "==", "!=", "<=", ">=", "&&", "||", "+", "-", "*", "/",
    "%", "^", "=", "!", "<", ">", "(", ")", "[", "]", "{", "}", ",", ";", ".",
];

pub struct Lexer {
    pub source: Rc<RefCell<Source>>,
    line: Vec<u8>,
    at: usize,
}

impl Lexer {
    pub fn new(source: Rc<RefCell<Source>>) -> Lexer {
        Lexer {
            source,
            line: Vec::new(),
            at: 0,
        }
    }

    fn peek(&self) -> Option<u8> {
        self.line.get(self.at).copied()
    }

    fn more(&mut self, wait: &mut dyn FnMut()) -> bool {
        match self.source.borrow_mut().line(wait) {
            Some(line) => {
                (self.line, self.at) = (line, 0);
                true
            }
            None => false,
        }
    }

    /// Passes over the rest of the line.
    pub fn skip_line(&mut self) {
        self.at = self.line.len();
        self.source.borrow_mut().line += usize::from(self.line.ends_with(b"\n"));
    }

    /// # Errors
    /// What is wrong with a character.
    pub fn next(&mut self, wait: &mut dyn FnMut()) -> Result<Token, String> {
        loop {
            let Some(b) = self.peek() else {
                if !self.more(wait) {
                    return Ok(Token::End);
                }
                continue;
            };
            match b {
                b' ' | b'\t' | b'\r' => self.at += 1,
                b'\\' if self.line.get(self.at + 1) == Some(&b'\n') => {
                    self.at += 2;
                    self.source.borrow_mut().line += 1;
                }
                b'#' => {
                    while self.peek().is_some_and(|b| b != b'\n') {
                        self.at += 1;
                    }
                }
                b'/' if self.line.get(self.at + 1) == Some(&b'*') => self.comment(wait)?,
                b'\n' => {
                    self.at += 1;
                    self.source.borrow_mut().line += 1;
                    return Ok(Token::Newline);
                }
                b'"' => return self.text(wait),
                b'0'..=b'9' | b'A'..=b'Z' => return Ok(self.number(wait)),
                b'.' if self
                    .line
                    .get(self.at + 1)
                    .is_some_and(|b| b.is_ascii_digit() || b.is_ascii_uppercase()) =>
                {
                    return Ok(self.number(wait));
                }
                b'a'..=b'z' => {
                    let start = self.at;
                    while self
                        .peek()
                        .is_some_and(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
                    {
                        self.at += 1;
                    }
                    let name = String::from_utf8_lossy(&self.line[start..self.at]);
                    return Ok(Token::Name(name.into_owned()));
                }
                _ => {
                    let rest = &self.line[self.at..];
                    let found = OPERATORS
                        .iter()
                        .find(|operator| rest.starts_with(operator.as_bytes()));
                    let length = found.map_or(1, |operator| operator.len());
                    self.at += length;
                    if let Some(operator) = found {
                        return Ok(Token::Operator(operator));
                    }
                    // It is told of, and passed over.
                    wait();
                    let source = self.source.borrow();
                    let (name, line) = (&source.name, source.line);
                    super::tell(&format!(
                        "{name} {line}: illegal character: {}\n",
                        b.escape_ascii()
                    ));
                }
            }
        }
    }

    fn comment(&mut self, wait: &mut dyn FnMut()) -> Result<(), String> {
        self.at += 2;
        loop {
            if self.line[self.at..].starts_with(b"*/") {
                self.at += 2;
                return Ok(());
            }
            match self.peek() {
                Some(b) => {
                    self.source.borrow_mut().line += usize::from(b == b'\n');
                    self.at += 1;
                }
                None if !self.more(wait) => return Err("EOF encountered in a comment.".into()),
                None => {}
            }
        }
    }

    fn text(&mut self, wait: &mut dyn FnMut()) -> Result<Token, String> {
        self.at += 1;
        let mut text = Vec::new();
        loop {
            match self.peek() {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(Token::Text(text));
                }
                Some(b) => {
                    self.source.borrow_mut().line += usize::from(b == b'\n');
                    text.push(b);
                    self.at += 1;
                }
                None if !self.more(wait) => return Err("EOF encountered in a string.".into()),
                None => {}
            }
        }
    }

    /// Digits and a point; a backslash at the line's end goes on in the next.
    fn number(&mut self, wait: &mut dyn FnMut()) -> Token {
        let mut text = String::new();
        let mut point = false;
        loop {
            match self.peek() {
                Some(b @ (b'0'..=b'9' | b'A'..=b'Z')) => text.push(char::from(b)),
                Some(b'.') if !point => {
                    point = true;
                    text.push('.');
                }
                Some(b'\\') if self.line.get(self.at + 1) == Some(&b'\n') => {
                    self.source.borrow_mut().line += 1;
                    self.at += 2;
                    if !self.more(wait) {
                        return Token::Number(text);
                    }
                    continue;
                }
                _ => return Token::Number(text),
            }
            self.at += 1;
        }
    }
}

impl Lexer {
    /// Whether `[]` comes next.
    pub fn follows_empty_brackets(&self) -> bool {
        let mut rest = self.line[self.at..].iter().filter(|b| !matches!(b, b' ' | b'\t'));
        rest.next() == Some(&b'[') && rest.next() == Some(&b']')
    }
}
