//! Tokens. Whether a slash divides or starts an expression is the parser's to say.

use crate::ast::{BUILTINS, Builtin};

#[derive(Clone, PartialEq, Debug)]
pub enum Token {
    Number(f64),
    String(Vec<u8>),
    /// A variable's name.
    Name(Vec<u8>),
    /// A name with `(` right behind it.
    FuncName(Vec<u8>),
    Builtin(Builtin),
    Keyword(Keyword),
    /// An operator or other punctuation.
    Op(&'static str),
    Newline,
    End,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Keyword {
    Begin,
    End,
    BeginFile,
    EndFile,
    Function,
    If,
    Else,
    While,
    For,
    Do,
    Break,
    Continue,
    Next,
    NextFile,
    Exit,
    Return,
    Delete,
    In,
    Getline,
    Print,
    Printf,
    Switch,
    Case,
    Default,
}

const KEYWORDS: &[(&str, Keyword)] = &[
    ("BEGIN", Keyword::Begin),
    ("END", Keyword::End),
    ("BEGINFILE", Keyword::BeginFile),
    ("ENDFILE", Keyword::EndFile),
    ("function", Keyword::Function),
    ("func", Keyword::Function),
    ("if", Keyword::If),
    ("else", Keyword::Else),
    ("while", Keyword::While),
    ("for", Keyword::For),
    ("do", Keyword::Do),
    ("break", Keyword::Break),
    ("continue", Keyword::Continue),
    ("next", Keyword::Next),
    ("nextfile", Keyword::NextFile),
    ("exit", Keyword::Exit),
    ("return", Keyword::Return),
    ("delete", Keyword::Delete),
    ("in", Keyword::In),
    ("getline", Keyword::Getline),
    ("print", Keyword::Print),
    ("printf", Keyword::Printf),
    ("switch", Keyword::Switch),
    ("case", Keyword::Case),
    ("default", Keyword::Default),
];

/// Longest first.
const OPERATORS: &[&str] = &[
    "**=", "&&", "||", "|&", "==", "<=", ">=", "!=", "!~", "++", "--", "+=", "-=", "*=", "/=", "%=", "^=",
    "**", ">>", "{", "}", "(", ")", "[", "]", ";", ",", "+", "-", "*", "/", "%", "^", "!", ">", "<", "|",
    "?", ":", "~", "$", "=", "@",
];

/// A source: its name in messages and its text.
pub struct File {
    pub name: String,
    pub text: Vec<u8>,
}

#[derive(Clone)]
pub struct Lexer<'a> {
    file: &'a File,
    at: usize,
    pub line: u32,
    /// Where the token read last starts, and its line.
    pub start: usize,
    pub start_line: u32,
}

impl<'a> Lexer<'a> {
    pub fn new(file: &'a File) -> Lexer<'a> {
        Lexer {
            file,
            at: 0,
            line: 1,
            start: 0,
            start_line: 1,
        }
    }

    fn peek(&self, ahead: usize) -> Option<u8> {
        self.file.text.get(self.at + ahead).copied()
    }

    /// Blanks, comments and continued lines.
    fn skip(&mut self) {
        loop {
            match self.peek(0) {
                Some(b' ' | b'\t' | b'\r') => self.at += 1,
                Some(b'\\') if self.peek(1) == Some(b'\n') => {
                    self.at += 2;
                    self.line += 1;
                }
                Some(b'\\') if self.peek(1) == Some(b'\r') && self.peek(2) == Some(b'\n') => {
                    self.at += 3;
                    self.line += 1;
                }
                Some(b'#') => {
                    while self.peek(0).is_some_and(|b| b != b'\n') {
                        self.at += 1;
                    }
                }
                _ => return,
            }
        }
    }

    /// # Errors
    /// A sentence, for the message about the place where the lexer stands.
    pub fn next(&mut self) -> Result<Token, String> {
        self.skip();
        self.start = self.at;
        self.start_line = self.line;
        let Some(b) = self.peek(0) else {
            return Ok(Token::End);
        };
        match b {
            b'\n' => {
                self.at += 1;
                self.line += 1;
                Ok(Token::Newline)
            }
            b'"' => self.string(),
            b'0'..=b'9' => Ok(self.number()),
            b'.' if self.peek(1).is_some_and(|b| b.is_ascii_digit()) => Ok(self.number()),
            b'_' | b'a'..=b'z' | b'A'..=b'Z' => Ok(self.word()),
            _ => {
                let rest = &self.file.text[self.at..];
                match OPERATORS.iter().find(|op| rest.starts_with(op.as_bytes())) {
                    Some(op) => {
                        self.at += op.len();
                        Ok(Token::Op(op))
                    }
                    None => Err(format!("invalid char '{}' in expression", char::from(b))),
                }
            }
        }
    }

    fn number(&mut self) -> Token {
        let rest = &self.file.text[self.at..];
        if let [b'0', b'x' | b'X', digit, ..] = rest
            && digit.is_ascii_hexdigit()
        {
            let len = rest[2..].iter().take_while(|b| b.is_ascii_hexdigit()).count();
            self.at += 2 + len;
            return Token::Number(crate::builtin::radix(&rest[2..2 + len], 16));
        }
        let octal = rest.iter().take_while(|b| matches!(b, b'0'..=b'7')).count();
        if rest[0] == b'0' && octal > 1 && !matches!(rest.get(octal), Some(b'8' | b'9' | b'.' | b'e' | b'E'))
        {
            self.at += octal;
            return Token::Number(crate::builtin::radix(&rest[..octal], 8));
        }
        let (value, len) = crate::value::prefix(rest);
        self.at += len;
        Token::Number(value)
    }

    fn word(&mut self) -> Token {
        let rest = &self.file.text[self.at..];
        let len = rest
            .iter()
            .take_while(|b| b.is_ascii_alphanumeric() || **b == b'_')
            .count();
        let name = &rest[..len];
        self.at += len;
        if let Some((_, keyword)) = KEYWORDS.iter().find(|(word, _)| word.as_bytes() == name) {
            return Token::Keyword(*keyword);
        }
        if let Some((_, builtin, ..)) = BUILTINS.iter().find(|(word, ..)| word.as_bytes() == name) {
            return Token::Builtin(*builtin);
        }
        if self.peek(0) == Some(b'(') {
            Token::FuncName(name.to_vec())
        } else {
            Token::Name(name.to_vec())
        }
    }

    fn string(&mut self) -> Result<Token, String> {
        self.at += 1;
        let mut out = Vec::new();
        loop {
            match self.peek(0) {
                None | Some(b'\n') => return Err("unterminated string".into()),
                Some(b'"') => {
                    self.at += 1;
                    return Ok(Token::String(out));
                }
                Some(b'\\') if self.peek(1) == Some(b'\n') => {
                    self.at += 2;
                    self.line += 1;
                }
                Some(b'\\') => {
                    self.warn_of_unknown();
                    let len = push_escape(&mut out, &self.file.text[self.at..]);
                    self.at += len;
                }
                Some(b) => {
                    out.push(b);
                    self.at += 1;
                }
            }
        }
    }

    fn warn_of_unknown(&self) {
        if let Some(b) = self.peek(1)
            && b.is_ascii_graphic()
            && !b"ntrabfvxu\"\\01234567".contains(&b)
        {
            let c = char::from(b);
            let (file, line) = (&self.file.name, self.line);
            cli::complain(
                "awk",
                format_args!("{file}:{line}: warning: escape sequence `\\{c}' treated as plain `{c}'"),
            );
        }
    }

    /// An expression whose opening slash has been read as the token.
    pub fn regex(&mut self) -> Result<Vec<u8>, String> {
        self.at = self.start + 1;
        let mut out = Vec::new();
        let mut in_bracket = false;
        loop {
            let b = match self.peek(0) {
                None | Some(b'\n') => return Err("unterminated regexp".into()),
                Some(b) => b,
            };
            match b {
                b'/' if !in_bracket => {
                    self.at += 1;
                    return Ok(out);
                }
                b'\\' if self.peek(1) == Some(b'/') => {
                    out.push(b'/');
                    self.at += 2;
                    continue;
                }
                b'\\' if self.peek(1).is_some_and(|b| b != b'\n') => {
                    out.push(b);
                    self.at += 1;
                    out.extend(self.peek(0));
                }
                b'[' if !in_bracket => {
                    in_bracket = true;
                    out.push(b);
                    // A bracket that comes first is a member.
                    if self.peek(1) == Some(b'^') {
                        self.at += 1;
                        out.push(b'^');
                    }
                    if self.peek(1) == Some(b']') {
                        self.at += 1;
                        out.push(b']');
                    }
                }
                b'[' if self.peek(1) == Some(b':') => {
                    // A class's own bracket does not close the set.
                    let rest = &self.file.text[self.at..];
                    let len = rest.windows(2).position(|w| w == b":]").map_or(1, |end| end + 2);
                    out.extend_from_slice(&rest[..len]);
                    self.at += len;
                    continue;
                }
                b']' => {
                    in_bracket = false;
                    out.push(b);
                }
                _ => out.push(b),
            }
            self.at += 1;
        }
    }

    /// Whether the token read last is followed by an identifier, `in`, an identifier and `)`: `for (x in a)`.
    pub fn for_in_follows(&self) -> bool {
        let mut copy = Lexer {
            file: self.file,
            ..*self
        };
        let is_name = |token: Result<Token, String>| matches!(token, Ok(Token::Name(_)));
        copy.next() == Ok(Token::Keyword(Keyword::In)) && is_name(copy.next()) && {
            let after = copy.next();
            matches!(after, Ok(Token::Op(")" | "[")))
        }
    }

    /// The line of the source around the token read last, and the token's column.
    pub fn place(&self) -> (String, usize) {
        let text = &self.file.text;
        let begin = text[..self.start]
            .iter()
            .rposition(|b| *b == b'\n')
            .map_or(0, |at| at + 1);
        let end = text[self.start..]
            .iter()
            .position(|b| *b == b'\n')
            .map_or(text.len(), |at| self.start + at);
        (
            String::from_utf8_lossy(&text[begin..end]).into_owned(),
            self.start - begin,
        )
    }

    pub fn file_name(&self) -> &str {
        &self.file.name
    }
}

/// Appends what an escape in a string stands for; answers the escape's length. One that is unknown loses its backslash.
pub fn push_escape(out: &mut Vec<u8>, text: &[u8]) -> usize {
    let Some(b) = text.get(1) else {
        out.push(b'\\');
        return 1;
    };
    let simple = match b {
        b'n' => b'\n',
        b't' => b'\t',
        b'r' => b'\r',
        b'a' => 0x07,
        b'b' => 0x08,
        b'f' => 0x0c,
        b'v' => 0x0b,
        b'"' | b'/' | b'\\' => *b,
        b'0'..=b'7' => {
            let len = text[1..]
                .iter()
                .take(3)
                .take_while(|b| matches!(b, b'0'..=b'7'))
                .count();
            out.push(crate::builtin::radix(&text[1..=len], 8) as u16 as u8);
            return 1 + len;
        }
        b'x' => {
            let len = text[2..]
                .iter()
                .take(2)
                .take_while(|b| b.is_ascii_hexdigit())
                .count();
            if len == 0 {
                out.push(b'x');
            } else {
                out.push(crate::builtin::radix(&text[2..2 + len], 16) as u8);
            }
            return 2 + len;
        }
        b'u' if text.get(2).is_some_and(u8::is_ascii_hexdigit) => {
            let len = text[2..]
                .iter()
                .take(8)
                .take_while(|b| b.is_ascii_hexdigit())
                .count();
            let value = crate::builtin::radix(&text[2..2 + len], 16) as u32;
            let c = char::from_u32(value).unwrap_or('?');
            out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
            return 2 + len;
        }
        other => {
            out.push(*other);
            return 2;
        }
    };
    out.push(simple);
    2
}
