//! Reading and writing JSON.

use std::rc::Rc;

use crate::val::{Map, Val};

/// Nesting deeper than this is refused, as jq does it (there 10,000): writing and dropping would overflow the stack.
pub const MAX_DEPTH: usize = 1_000;

pub struct Parser<'a> {
    text: &'a [u8],
    at: usize,
}

enum Open {
    Arr(Vec<Val>),
    Obj(Map, Option<Rc<str>>),
}

impl<'a> Parser<'a> {
    pub fn new(text: &'a [u8]) -> Parser<'a> {
        Parser {
            text: text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text),
            at: 0,
        }
    }

    /// Goes on where another parser of the text has left off.
    pub fn resume(text: &'a [u8], at: usize) -> Parser<'a> {
        if at == 0 {
            return Parser::new(text);
        }
        Parser {
            text: text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text),
            at,
        }
    }

    pub fn position(&self) -> usize {
        self.at
    }

    fn blanks(&mut self) {
        while let Some(b' ' | b'\t' | b'\n' | b'\r' | 0x1e) = self.text.get(self.at) {
            self.at += 1;
        }
    }

    fn fail<T>(&self, what: &str) -> Result<T, String> {
        let before = &self.text[..self.at.min(self.text.len())];
        let line = before.iter().filter(|b| **b == b'\n').count() + 1;
        let column = before.iter().rev().take_while(|b| **b != b'\n').count();
        Err(format!("{what} at line {line}, column {column}"))
    }

    /// The next value of a stream; `None` at its end.
    pub fn next(&mut self) -> Option<Result<Val, String>> {
        self.blanks();
        (self.at < self.text.len()).then(|| {
            let value = self.value();
            if value.is_err() {
                // What follows an error can't be trusted.
                self.at = self.text.len();
            }
            value
        })
    }

    fn value(&mut self) -> Result<Val, String> {
        let mut open: Vec<Open> = Vec::new();
        loop {
            self.blanks();
            let mut value = match self.text.get(self.at) {
                None => return self.fail("Unfinished JSON term"),
                Some(b'[') => {
                    self.at += 1;
                    self.blanks();
                    if self.text.get(self.at) != Some(&b']') {
                        open.push(Open::Arr(Vec::new()));
                        self.check_depth(&open)?;
                        continue;
                    }
                    self.at += 1;
                    Val::from_iter([])
                }
                Some(b'{') => {
                    self.at += 1;
                    self.blanks();
                    if self.text.get(self.at) != Some(&b'}') {
                        let key = self.key()?;
                        open.push(Open::Obj(Map::default(), Some(key)));
                        self.check_depth(&open)?;
                        continue;
                    }
                    self.at += 1;
                    Val::obj(Map::default())
                }
                Some(b'"') => Val::Str(self.string()?),
                Some(b'-' | b'0'..=b'9' | b'.') => self.number()?,
                Some(_) => self.word()?,
            };
            // The value closes what it is the last of.
            loop {
                let Some(mut inner) = open.pop() else {
                    return Ok(value);
                };
                match &mut inner {
                    Open::Arr(list) => list.push(value),
                    Open::Obj(map, key) => {
                        if let Some(key) = key.take() {
                            map.insert(key, value);
                        }
                    }
                }
                self.blanks();
                let next = self.text.get(self.at).copied();
                self.at += 1;
                match (inner, next) {
                    (Open::Arr(list), Some(b',')) => {
                        open.push(Open::Arr(list));
                        break;
                    }
                    (Open::Obj(map, _), Some(b',')) => {
                        self.blanks();
                        let key = self.key()?;
                        open.push(Open::Obj(map, Some(key)));
                        break;
                    }
                    (Open::Arr(list), Some(b']')) => value = Val::from_iter(list),
                    (Open::Obj(map, _), Some(b'}')) => value = Val::obj(map),
                    (_, None) => return self.fail("Unfinished JSON term"),
                    (Open::Arr(_), _) => return self.fail("Expected separator between values"),
                    (Open::Obj(..), _) => return self.fail("Expected separator between key-value pairs"),
                }
            }
        }
    }

    fn check_depth(&self, open: &[Open]) -> Result<(), String> {
        if open.len() > MAX_DEPTH {
            return self.fail("Exceeds depth limit for parsing");
        }
        Ok(())
    }

    fn key(&mut self) -> Result<Rc<str>, String> {
        if self.text.get(self.at) != Some(&b'"') {
            return self.fail(if self.at >= self.text.len() {
                "Unfinished JSON term"
            } else {
                "Object keys must be strings"
            });
        }
        let key = self.string()?;
        self.blanks();
        if self.text.get(self.at) != Some(&b':') {
            return self.fail("Objects must consist of key:value pairs");
        }
        self.at += 1;
        Ok(key)
    }

    /// Bytes that are no UTF-8 become U+FFFD, as in jq.
    fn string(&mut self) -> Result<Rc<str>, String> {
        self.at += 1;
        let mut out = Vec::new();
        loop {
            let rest = &self.text[self.at.min(self.text.len())..];
            let Some(len) = rest.iter().position(|b| matches!(b, b'"' | b'\\')) else {
                self.at = self.text.len();
                return self.fail("Unfinished string");
            };
            out.extend_from_slice(&rest[..len]);
            self.at += len + 1;
            if rest[len] == b'"' {
                return Ok(String::from_utf8_lossy(&out).into());
            }
            self.escape(&mut out)?;
        }
    }

    fn escape(&mut self, out: &mut Vec<u8>) -> Result<(), String> {
        let b = self.text.get(self.at).copied();
        self.at += 1;
        out.push(match b {
            Some(b @ (b'"' | b'\\' | b'/')) => b,
            Some(b'b') => 0x08,
            Some(b'f') => 0x0c,
            Some(b'n') => b'\n',
            Some(b'r') => b'\r',
            Some(b't') => b'\t',
            Some(b'u') => {
                let c = self.unicode()?;
                out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
                return Ok(());
            }
            _ => return self.fail("Invalid escape"),
        });
        Ok(())
    }

    fn hex(&mut self) -> Result<u32, String> {
        let digits = self
            .text
            .get(self.at..self.at + 4)
            .and_then(|d| std::str::from_utf8(d).ok());
        match digits.and_then(|digits| u32::from_str_radix(digits, 16).ok()) {
            Some(value) => {
                self.at += 4;
                Ok(value)
            }
            None => self.fail("Invalid escape"),
        }
    }

    fn unicode(&mut self) -> Result<char, String> {
        let high = self.hex()?;
        if (0xd800..0xdc00).contains(&high) && self.text[self.at..].starts_with(b"\\u") {
            let before = self.at;
            self.at += 2;
            let low = self.hex()?;
            if (0xdc00..0xe000).contains(&low) {
                let code = 0x1_0000 + ((high - 0xd800) << 10) + (low - 0xdc00);
                return Ok(char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER));
            }
            self.at = before;
        }
        Ok(char::from_u32(high).unwrap_or(char::REPLACEMENT_CHARACTER))
    }

    fn number(&mut self) -> Result<Val, String> {
        let rest = &self.text[self.at..];
        let len = rest
            .iter()
            .take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'+' | b'.'))
            .count();
        let text = std::str::from_utf8(&rest[..len]).unwrap_or_default();
        self.at += len;
        match parse_number(text) {
            Some(value) => Ok(value),
            None => self.fail("Invalid numeric literal"),
        }
    }

    fn word(&mut self) -> Result<Val, String> {
        let rest = &self.text[self.at..];
        let len = rest.iter().take_while(|b| b.is_ascii_alphanumeric()).count();
        let word = &rest[..len];
        self.at += len.max(1);
        match word {
            b"null" => Ok(Val::Null),
            b"true" => Ok(Val::Bool(true)),
            b"false" => Ok(Val::Bool(false)),
            b"nan" | b"NaN" => Ok(Val::num(f64::NAN)),
            b"Infinity" | b"infinity" => Ok(Val::num(f64::INFINITY)),
            _ => self.fail("Invalid literal"),
        }
    }
}

/// A number as JSON has it, or `nan` with a sign.
pub fn parse_number(text: &str) -> Option<Val> {
    let bare = text.strip_prefix('-').unwrap_or(text);
    if bare == "nan" || bare == "NaN" {
        return Some(Val::num(f64::NAN));
    }
    if bare == "Infinity" || bare == "infinity" {
        return Some(Val::num(if text.starts_with('-') {
            f64::NEG_INFINITY
        } else {
            f64::INFINITY
        }));
    }
    if !bare.starts_with(|c: char| c.is_ascii_digit() || c == '.') {
        return None;
    }
    let value: f64 = text.parse().ok()?;
    let digits = bare
        .split(['e', 'E'])
        .next()
        .unwrap_or_default()
        .trim_start_matches(['0', '.'])
        .bytes()
        .filter(u8::is_ascii_digit)
        .count();
    let literal = (digits > 15 && value.is_finite() && number(value) != text).then(|| text.into());
    Some(Val::Num(value, literal))
}

/// All of a text as one value.
pub fn parse_one(text: &[u8]) -> Result<Val, String> {
    let mut parser = Parser::new(text);
    let Some(value) = parser.next() else {
        return Ok(Val::Null);
    };
    let value = value?;
    match parser.next() {
        None => Ok(value),
        Some(_) => parser.fail("Unexpected extra JSON values"),
    }
}

/// How a value is written.
#[derive(Clone, Default)]
pub struct Style {
    /// What one level is indented by; `None` is one line.
    pub indent: Option<String>,
    pub sort_keys: bool,
    pub ascii: bool,
    /// Escape sequences for null, false, true, numbers, strings, arrays, objects and keys.
    pub colors: Option<[String; 8]>,
}

pub fn write(out: &mut Vec<u8>, value: &Val, style: &Style) {
    write_at(out, value, style, 0);
}

fn write_at(out: &mut Vec<u8>, value: &Val, style: &Style, level: usize) {
    if level > MAX_DEPTH {
        out.extend_from_slice(b"<skipped: too deep>");
        return;
    }
    let class = match value {
        Val::Null => 0,
        Val::Bool(false) => 1,
        Val::Bool(true) => 2,
        Val::Num(..) => 3,
        Val::Str(_) => 4,
        Val::Arr(_) => 5,
        Val::Obj(_) => 6,
    };
    let color = style.colors.as_ref().map(|colors| &colors[class]);
    let paint = |out: &mut Vec<u8>, text: &[u8]| {
        if let Some(color) = color {
            out.extend_from_slice(color.as_bytes());
        }
        out.extend_from_slice(text);
        if color.is_some() {
            out.extend_from_slice(b"\x1b[0m");
        }
    };
    match value {
        Val::Null => paint(out, b"null"),
        Val::Bool(b) => paint(out, if *b { b"true" } else { b"false" }),
        Val::Num(_, Some(literal)) => paint(out, literal.as_bytes()),
        Val::Num(n, None) => paint(out, number(*n).as_bytes()),
        Val::Str(text) => {
            let mut quoted = Vec::with_capacity(text.len() + 2);
            string(&mut quoted, text, style.ascii);
            paint(out, &quoted);
        }
        Val::Arr(list) if list.is_empty() => paint(out, b"[]"),
        Val::Arr(list) => {
            paint(out, b"[");
            for (at, value) in list.iter().enumerate() {
                if at > 0 {
                    paint(out, b",");
                }
                line(out, style, level + 1);
                write_at(out, value, style, level + 1);
            }
            line(out, style, level);
            paint(out, b"]");
        }
        Val::Obj(map) if map.is_empty() => paint(out, b"{}"),
        Val::Obj(map) => {
            paint(out, b"{");
            let mut entries: Vec<_> = map.iter().collect();
            if style.sort_keys {
                entries.sort_unstable_by_key(|(key, _)| *key);
            }
            for (at, (key, value)) in entries.into_iter().enumerate() {
                if at > 0 {
                    paint(out, b",");
                }
                line(out, style, level + 1);
                if let Some(colors) = &style.colors {
                    out.extend_from_slice(colors[7].as_bytes());
                }
                string(out, key, style.ascii);
                if style.colors.is_some() {
                    out.extend_from_slice(b"\x1b[0m");
                }
                paint(out, if style.indent.is_some() { b": " } else { b":" });
                write_at(out, value, style, level + 1);
            }
            line(out, style, level);
            paint(out, b"}");
        }
    }
}

fn line(out: &mut Vec<u8>, style: &Style, level: usize) {
    if let Some(indent) = &style.indent {
        out.push(b'\n');
        for _ in 0..level {
            out.extend_from_slice(indent.as_bytes());
        }
    }
}

/// jq's: 17 digits at most, nan is null, infinities are the largest double.
pub fn number(n: f64) -> String {
    if n.is_nan() {
        return "null".into();
    }
    let n = n.clamp(f64::MIN, f64::MAX);
    let text = format!("{n:e}");
    let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    if (-6..17).contains(&exponent) {
        return format!("{n}");
    }
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{mantissa}e{sign}{:02}", exponent.abs())
}

fn string(out: &mut Vec<u8>, text: &str, ascii: bool) {
    out.push(b'"');
    for c in text.chars() {
        match c {
            '"' => out.extend_from_slice(b"\\\""),
            '\\' => out.extend_from_slice(b"\\\\"),
            '\n' => out.extend_from_slice(b"\\n"),
            '\t' => out.extend_from_slice(b"\\t"),
            '\r' => out.extend_from_slice(b"\\r"),
            '\u{8}' => out.extend_from_slice(b"\\b"),
            '\u{c}' => out.extend_from_slice(b"\\f"),
            c if c < ' ' || c == '\u{7f}' => {
                out.extend_from_slice(format!("\\u{:04x}", u32::from(c)).as_bytes())
            }
            c if ascii && !c.is_ascii() => {
                for unit in c.encode_utf16(&mut [0; 2]) {
                    out.extend_from_slice(format!("\\u{unit:04x}").as_bytes());
                }
            }
            c => out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes()),
        }
    }
    out.push(b'"');
}
