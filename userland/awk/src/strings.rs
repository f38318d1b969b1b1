//! Built-in functions on strings and expressions.

use std::ops::Range;
use std::rc::Rc;

use crate::ast::{Builtin, Expr};
use crate::interp::{Interp, Result, fatal};
use crate::record::Splitter;
use crate::value::{Str, Value, char_count, char_offset};

impl<'p> Interp<'p> {
    pub fn length(&mut self, arguments: &'p [Expr]) -> Result<f64> {
        let utf8 = self.settings.utf8;
        let Some(argument) = arguments.first() else {
            let settings = &self.settings;
            return Ok(char_count(self.record.text(&settings.ofs, &settings.convfmt), utf8) as f64);
        };
        if let Some(array) = self.array_argument(argument)? {
            return Ok(array.borrow().len() as f64);
        }
        let mut text = self.scratch.pop().unwrap_or_default();
        text.clear();
        self.push(argument, &mut text)?;
        let count = char_count(&text, utf8);
        self.scratch.push(text);
        Ok(count as f64)
    }

    pub fn index(&mut self, arguments: &'p [Expr]) -> Result<f64> {
        if matches!(arguments[1], Expr::Regex(_)) {
            return fatal("index: regexp constant as second argument is not allowed");
        }
        let mut text = self.string(&arguments[0])?;
        let mut part = self.string(&arguments[1])?;
        if self.settings.ignore_case {
            text = fold(&text);
            part = fold(&part);
        }
        Ok(match memchr::memmem::find(&text, &part) {
            Some(at) => char_count(&text[..at], self.settings.utf8) as f64 + 1.0,
            None => 0.0,
        })
    }

    /// Sets RSTART and RLENGTH, and the array of groups if there is one.
    pub fn match_(&mut self, arguments: &'p [Expr]) -> Result<f64> {
        let text = self.string(&arguments[0])?;
        let regex = self.regex(&arguments[1])?;
        let utf8 = self.settings.utf8;
        let mut spans = Vec::new();
        if arguments.len() > 2 {
            regex.captures_at(&text, 0, &mut spans);
        } else {
            spans.extend(regex.find_at(&text, 0).map(Some));
        }
        let place = |span: &Range<usize>| {
            let start = char_count(&text[..span.start], utf8) as f64 + 1.0;
            (start, char_count(&text[span.clone()], utf8) as f64)
        };
        let (start, length) = spans.first().and_then(Option::as_ref).map_or((0.0, -1.0), place);
        self.globals[crate::ast::special::RSTART] = Value::Num(start);
        self.globals[crate::ast::special::RLENGTH] = Value::Num(length);
        if let Some(groups) = arguments.get(2) {
            let groups = self.needed_array(groups)?;
            let mut groups = groups.borrow_mut();
            groups.clear();
            for (at, span) in spans.iter().enumerate() {
                let Some(span) = span else { continue };
                let (start, length) = place(span);
                let key = |suffix: &[u8]| {
                    let mut key = at.to_string().into_bytes();
                    if !suffix.is_empty() {
                        key.extend_from_slice(&self.settings.subsep);
                        key.extend_from_slice(suffix);
                    }
                    Str::from(key)
                };
                groups.insert(key(b""), Value::Input(Str::from(&text[span.clone()])));
                groups.insert(key(b"start"), Value::Num(start));
                groups.insert(key(b"length"), Value::Num(length));
            }
        }
        Ok(start)
    }

    pub fn split(&mut self, builtin: Builtin, arguments: &'p [Expr]) -> Result<f64> {
        let text = self.string(&arguments[0])?;
        let splitter = match (arguments.get(2), builtin) {
            (None, Builtin::Patsplit) => {
                let fpat = self.text_of(&self.globals[crate::ast::special::FPAT].clone());
                let fpat = if fpat.is_empty() {
                    Str::from(&b"[^[:space:]]+"[..])
                } else {
                    fpat
                };
                Rc::new(Splitter::Pattern(self.dynamic(&fpat)?))
            }
            (Some(pattern), Builtin::Patsplit) => Rc::new(Splitter::Pattern(self.regex(pattern)?)),
            (None, _) => {
                // FIELDWIDTHS and FPAT are about records only.
                let fs = self.text_of(&self.globals[crate::ast::special::FS].clone());
                self.splitter(&fs, false)?
            }
            (Some(Expr::Regex(pattern)), _) => Rc::new(Splitter::Regex(self.pattern(pattern)?)),
            (Some(separator), _) => {
                let separator = self.string(separator)?;
                self.splitter(&separator, false)?
            }
        };
        let mut between = Vec::new();
        let fields = splitter.split(&text, self.settings.utf8, Some(&mut between));
        let array = self.needed_array(&arguments[1])?;
        fill(&array, 1, &text, &fields);
        if let Some(separators) = arguments.get(3) {
            let separators = self.needed_array(separators)?;
            let first = usize::from(builtin == Builtin::Split);
            fill(&separators, first, &text, &between);
        }
        Ok(fields.len() as f64)
    }

    pub fn substr(&mut self, arguments: &'p [Expr]) -> Result<Value> {
        let text = self.string(&arguments[0])?;
        // A start before the string counts as its start, as gawk has it: the length is not less for it.
        let from = self.number(&arguments[1])?.trunc().max(1.0);
        let end = match arguments.get(2) {
            Some(length) => from + self.number(length)?.trunc(),
            None => f64::INFINITY,
        };
        if from.is_nan() || end.is_nan() || end <= from {
            return Ok(Value::Str(Str::new()));
        }
        let utf8 = self.settings.utf8;
        let first = from;
        let from = char_offset(&text, from as usize - 1, utf8);
        let to = if end.is_finite() {
            let count = (end - first) as usize;
            from + char_offset(&text[from..], count, utf8)
        } else {
            text.len()
        };
        Ok(Value::Str(Str::from(&text[from..to])))
    }

    pub fn change_case(&mut self, builtin: Builtin, arguments: &'p [Expr]) -> Result<Value> {
        let text = self.string(&arguments[0])?;
        let upper = builtin == Builtin::Toupper;
        if text.is_ascii() || !self.settings.utf8 {
            let mut bytes = text.to_vec();
            if upper {
                bytes.make_ascii_uppercase();
            } else {
                bytes.make_ascii_lowercase();
            }
            return Ok(Value::Str(Str::from(bytes)));
        }
        let mut out = Vec::with_capacity(text.len());
        for chunk in text.utf8_chunks() {
            for c in chunk.valid().chars() {
                // Character by character, as towupper(3) does it: ß stays what it is.
                let changed = if upper {
                    one(c.to_uppercase(), c)
                } else {
                    one(c.to_lowercase(), c)
                };
                out.extend_from_slice(changed.encode_utf8(&mut [0; 4]).as_bytes());
            }
            out.extend_from_slice(chunk.invalid());
        }
        Ok(Value::Str(Str::from(out)))
    }

    /// sub and gsub: how many were replaced.
    pub fn substitute(&mut self, global: bool, arguments: &'p [Expr]) -> Result<f64> {
        let regex = self.regex(&arguments[0])?;
        let replacement = self.string(&arguments[1])?;
        let text = match arguments.get(2) {
            Some(target) => self.string(target)?,
            None => self.record_text(),
        };
        let pieces = parse_replacement(&replacement, false);
        let limit = if global { usize::MAX } else { 1 };
        let (out, count) = replace(&regex, &text, &pieces, 1, limit);
        if count == 0 {
            return Ok(0.0);
        }
        let value = Value::Str(Str::from(out));
        match arguments.get(2) {
            None => self.set_field(0, value),
            Some(Expr::Var(slot)) => self.set(*slot, value)?,
            Some(Expr::Field(index)) => {
                let n = self.field_index(index)?;
                self.set_field(n, value);
            }
            Some(Expr::Elem(array, subscripts)) => {
                let array = self.array(array)?;
                let key = self.key(subscripts)?;
                crate::eval::store(&array, &key, value);
                self.scratch.push(key);
            }
            // A constant or an expression has no place for the result.
            Some(_) => {}
        }
        Ok(count as f64)
    }

    pub fn gensub(&mut self, arguments: &'p [Expr]) -> Result<Value> {
        let regex = self.regex(&arguments[0])?;
        let replacement = self.string(&arguments[1])?;
        let how = self.eval(&arguments[2])?;
        let text = match arguments.get(3) {
            Some(target) => self.string(target)?,
            None => self.record_text(),
        };
        let how_text = self.text_of(&how);
        let (first, limit) = if matches!(how_text.first(), Some(b'g' | b'G')) {
            (1, usize::MAX)
        } else {
            (how.num().max(1.0) as usize, 1)
        };
        let pieces = parse_replacement(&replacement, true);
        let (out, _) = replace(&regex, &text, &pieces, first, limit);
        Ok(Value::Str(Str::from(out)))
    }
}

/// A piece of a replacement.
enum Piece {
    Text(Vec<u8>),
    Group(usize),
}

/// `&` is the match, `\&` an ampersand; with `groups`, `\1` is a group.
fn parse_replacement(text: &[u8], groups: bool) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut own = Vec::new();
    let mut rest = text;
    while let Some(b) = rest.first() {
        match rest {
            [b'\\', digit @ b'0'..=b'9', ..] if groups => {
                pieces.push(Piece::Text(std::mem::take(&mut own)));
                pieces.push(Piece::Group((digit - b'0').into()));
                rest = &rest[2..];
            }
            [b'\\', b'&', ..] => {
                own.push(b'&');
                rest = &rest[2..];
            }
            // POSIX: two backslashes are one where an ampersand follows; gensub's always are.
            [b'\\', b'\\', ..] if groups || rest.get(2) == Some(&b'&') => {
                own.push(b'\\');
                rest = &rest[2..];
            }
            [b'\\', _, ..] if groups => {
                own.push(rest[1]);
                rest = &rest[2..];
            }
            [b'&', ..] => {
                pieces.push(Piece::Text(std::mem::take(&mut own)));
                pieces.push(Piece::Group(0));
                rest = &rest[1..];
            }
            _ => {
                own.push(*b);
                rest = &rest[1..];
            }
        }
    }
    pieces.push(Piece::Text(own));
    pieces
}

/// Replaces `limit` matches from the `first` (from 1) on.
fn replace(
    regex: &posix_regex::Regex,
    text: &[u8],
    pieces: &[Piece],
    first: usize,
    limit: usize,
) -> (Vec<u8>, usize) {
    let needs_groups = pieces.iter().any(|piece| matches!(piece, Piece::Group(1..)));
    let mut out = Vec::with_capacity(text.len());
    let mut spans = Vec::new();
    let mut copied = 0;
    let mut from = 0;
    let mut seen = 0;
    let mut count = 0;
    let mut last_end = None;
    while from <= text.len() && count < limit {
        if needs_groups {
            if !regex.captures_at(text, from, &mut spans) {
                break;
            }
        } else {
            spans.clear();
            spans.push(regex.find_at(text, from));
        }
        let Some(found) = spans.first().cloned().flatten() else {
            break;
        };
        // An empty match right behind the last one is none.
        if found.is_empty() && last_end == Some(found.start) {
            from = next_char(text, found.end);
            last_end = None;
            continue;
        }
        last_end = Some(found.end);
        from = if found.is_empty() {
            next_char(text, found.end)
        } else {
            found.end
        };
        seen += 1;
        if seen < first {
            continue;
        }
        out.extend_from_slice(&text[copied..found.start]);
        for piece in pieces {
            match piece {
                Piece::Text(own) => out.extend_from_slice(own),
                Piece::Group(group) => {
                    if let Some(Some(span)) = spans.get(*group) {
                        out.extend_from_slice(&text[span.clone()]);
                    }
                }
            }
        }
        copied = found.end;
        count += 1;
    }
    out.extend_from_slice(text.get(copied..).unwrap_or_default());
    (out, count)
}

/// Where the character at `at` ends.
fn next_char(text: &[u8], at: usize) -> usize {
    let mut next = at + 1;
    while text.get(next).is_some_and(|b| b & 0xc0 == 0x80)
        && text.get(at).is_some_and(|b| *b >= 0xc0)
        && next < at + 4
    {
        next += 1;
    }
    next
}

fn fill(array: &crate::value::ArrayRef, first: usize, text: &[u8], parts: &[Range<usize>]) {
    let mut array = array.borrow_mut();
    array.clear();
    for (at, part) in parts.iter().enumerate() {
        let mut key = Vec::with_capacity(4);
        crate::value::push_integer(&mut key, (first + at) as i64);
        array.insert(Str::from(key), Value::Input(Str::from(&text[part.clone()])));
    }
}

pub fn fold(text: &[u8]) -> Str {
    Str::from(text.to_ascii_lowercase())
}

fn one(mut changed: impl Iterator<Item = char>, c: char) -> char {
    match (changed.next(), changed.next()) {
        (Some(changed), None) => changed,
        _ => c,
    }
}
