//! `$0` and its fields, which are found as late as possible: a program that wants `$1` looks no further.

use std::ops::Range;
use std::rc::Rc;

use memchr::memchr;
use posix_regex::Regex;

use crate::value::{Str, Value, char_starts};

/// How a record is cut into fields.
pub enum Splitter {
    /// Runs of blanks and newlines.
    Blanks,
    Byte(u8),
    /// In paragraph mode a newline separates, too.
    ByteOrNewline(u8),
    Regex(Rc<Regex>),
    /// Each character is a field.
    Chars,
    /// (characters to skip, width); the last width may be without end.
    Widths(Vec<(usize, usize)>),
    /// Fields are what matches.
    Pattern(Rc<Regex>),
}

impl Splitter {
    /// The fields of a whole text; `separators`, if wanted, gets what stands between them.
    pub fn split(
        &self,
        text: &[u8],
        utf8: bool,
        separators: Option<&mut Vec<Range<usize>>>,
    ) -> Vec<Range<usize>> {
        let mut fields = Vec::new();
        if text.is_empty() {
            return fields;
        }
        let mut between = Vec::new();
        match self {
            Splitter::Blanks => {
                let mut at = 0;
                while let Some(field) = next_blank_field(text, at) {
                    at = field.end;
                    fields.push(field);
                }
                between.extend(fields.windows(2).map(|pair| pair[0].end..pair[1].start));
            }
            Splitter::Byte(b) => cut(text, &mut fields, &mut between, |from| {
                memchr(*b, &text[from..]).map(|at| from + at..from + at + 1)
            }),
            Splitter::ByteOrNewline(b) => cut(text, &mut fields, &mut between, |from| {
                memchr::memchr2(*b, b'\n', &text[from..]).map(|at| from + at..from + at + 1)
            }),
            Splitter::Regex(regex) => cut(text, &mut fields, &mut between, |mut from| {
                // An empty match separates nothing.
                loop {
                    let found = regex.find_at(text, from)?;
                    if !found.is_empty() {
                        return Some(found);
                    }
                    from = found.end + 1;
                    if from > text.len() {
                        return None;
                    }
                }
            }),
            Splitter::Chars => {
                let starts: Vec<usize> = if utf8 {
                    char_starts(text).chain([text.len()]).collect()
                } else {
                    (0..=text.len()).collect()
                };
                fields.extend(starts.windows(2).map(|pair| pair[0]..pair[1]));
                between.extend(fields.iter().skip(1).map(|field| field.start..field.start));
            }
            Splitter::Widths(widths) => by_width(text, widths, utf8, &mut fields),
            Splitter::Pattern(regex) => by_pattern(text, regex, &mut fields, &mut between),
        }
        if let Some(separators) = separators {
            *separators = between;
        }
        fields
    }
}

fn next_blank_field(text: &[u8], from: usize) -> Option<Range<usize>> {
    let is_blank = |b: &u8| matches!(b, b' ' | b'\t' | b'\n');
    let start = from + text[from..].iter().position(|b| !is_blank(b))?;
    let end = text[start..]
        .iter()
        .position(is_blank)
        .map_or(text.len(), |at| start + at);
    Some(start..end)
}

fn cut(
    text: &[u8],
    fields: &mut Vec<Range<usize>>,
    between: &mut Vec<Range<usize>>,
    find: impl Fn(usize) -> Option<Range<usize>>,
) {
    let mut from = 0;
    while let Some(found) = find(from) {
        fields.push(from..found.start);
        from = found.end;
        between.push(found);
    }
    fields.push(from..text.len());
}

fn by_width(text: &[u8], widths: &[(usize, usize)], utf8: bool, fields: &mut Vec<Range<usize>>) {
    let mut at = 0;
    for (skip, width) in widths {
        let start = at + crate::value::char_offset(&text[at..], *skip, utf8);
        if start >= text.len() {
            break;
        }
        at = start + crate::value::char_offset(&text[start..], *width, utf8);
        fields.push(start..at);
    }
}

fn by_pattern(text: &[u8], regex: &Regex, fields: &mut Vec<Range<usize>>, between: &mut Vec<Range<usize>>) {
    let mut from = 0;
    let mut last_end = 0;
    while from <= text.len()
        && let Some(found) = regex.find_at(text, from)
    {
        // An empty match right behind a field is that field's end.
        if found.is_empty() && !fields.is_empty() && found.start == last_end {
            from = found.end + 1;
            continue;
        }
        between.push(last_end..found.start);
        last_end = found.end;
        from = if found.is_empty() {
            found.end + 1
        } else {
            found.end
        };
        fields.push(found);
    }
    between.push(last_end..text.len());
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Progress {
    /// Blank-separated fields have been found up to this offset.
    At(usize),
    Done,
}

/// The current record.
pub struct Record {
    text: Vec<u8>,
    fields: Vec<Range<usize>>,
    /// Fields that have been assigned to, by index from 0; `None` is as in `text`.
    assigned: Vec<Option<Value>>,
    progress: Progress,
    /// Whether `text` is out of date.
    stale: bool,
    /// Whether `$0` itself was assigned a number or string, and is no input.
    splitter: Rc<Splitter>,
    utf8: bool,
}

impl Record {
    pub fn new(utf8: bool) -> Record {
        Record {
            text: Vec::new(),
            fields: Vec::new(),
            assigned: Vec::new(),
            progress: Progress::Done,
            stale: false,
            splitter: Rc::new(Splitter::Blanks),
            utf8,
        }
    }

    /// Begins a new record: the caller writes its text, and calls nothing else before.
    pub fn begin(&mut self, splitter: &Rc<Splitter>) -> &mut Vec<u8> {
        if !Rc::ptr_eq(&self.splitter, splitter) {
            self.splitter = Rc::clone(splitter);
        }
        self.fields.clear();
        self.assigned.clear();
        self.progress = Progress::At(0);
        self.stale = false;
        &mut self.text
    }

    /// The text, put together anew if a field or NF has been assigned to.
    pub fn text(&mut self, ofs: &[u8], convfmt: &[u8]) -> &[u8] {
        if self.stale {
            self.rebuild(ofs, convfmt);
        }
        &self.text
    }

    fn rebuild(&mut self, ofs: &[u8], convfmt: &[u8]) {
        let mut text = Vec::with_capacity(self.text.len());
        let mut fields = Vec::with_capacity(self.fields.len());
        for (at, field) in self.fields.iter().enumerate() {
            if at > 0 {
                text.extend_from_slice(ofs);
            }
            let start = text.len();
            match self.assigned.get(at) {
                Some(Some(Value::Num(n))) => crate::value::push_number(&mut text, *n, convfmt),
                Some(Some(Value::Str(s) | Value::Input(s))) => text.extend_from_slice(s),
                Some(Some(_)) => {}
                _ => text.extend_from_slice(&self.text[field.clone()]),
            }
            fields.push(start..text.len());
        }
        self.text = text;
        self.fields = fields;
        self.stale = false;
    }

    /// Finds fields until there are `n`, or all.
    fn find(&mut self, n: usize) {
        let Progress::At(mut at) = self.progress else {
            return;
        };
        if !matches!(*self.splitter, Splitter::Blanks) {
            self.fields = self.splitter.split(&self.text, self.utf8, None);
            self.progress = Progress::Done;
            return;
        }
        while self.fields.len() < n {
            match next_blank_field(&self.text, at) {
                Some(field) => {
                    at = field.end;
                    self.fields.push(field);
                }
                None => {
                    self.progress = Progress::Done;
                    return;
                }
            }
        }
        self.progress = Progress::At(at);
    }

    pub fn nf(&mut self) -> usize {
        self.find(usize::MAX);
        self.fields.len()
    }

    /// A field's text, from 1, where it is what was read.
    pub fn field_text(&mut self, n: usize) -> Option<&[u8]> {
        if self.fields.len() < n {
            self.find(n);
        }
        if !self.assigned.is_empty() && matches!(self.assigned.get(n - 1), Some(Some(_))) {
            return None;
        }
        match self.fields.get(n - 1) {
            Some(field) => Some(&self.text[field.clone()]),
            None => Some(b""),
        }
    }

    /// A field's value, from 1.
    pub fn field(&mut self, n: usize) -> Value {
        if self.fields.len() < n {
            self.find(n);
        }
        if let Some(Some(value)) = self.assigned.get(n - 1) {
            return value.clone();
        }
        match self.fields.get(n - 1) {
            Some(field) => Value::Input(Str::from(&self.text[field.clone()])),
            None => Value::Uninit,
        }
    }

    /// Assigns to a field; those before it that don't exist become empty.
    pub fn set_field(&mut self, n: usize, value: Value) {
        self.find(usize::MAX);
        if self.fields.len() < n {
            self.fields.resize(n, 0..0);
        }
        if self.assigned.len() < n {
            self.assigned.resize(n, None);
        }
        self.assigned[n - 1] = Some(value);
        self.stale = true;
    }

    pub fn set_nf(&mut self, n: usize) {
        self.find(usize::MAX);
        self.fields.resize(n, 0..0);
        self.assigned.truncate(n);
        self.stale = true;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(splitter: Splitter, text: &str) -> Vec<String> {
        let fields = splitter.split(text.as_bytes(), true, None);
        fields.into_iter().map(|range| text[range].to_owned()).collect()
    }

    #[test]
    fn separators_cut_as_posix_says() {
        assert_eq!(split(Splitter::Blanks, "  a b\t\nc "), ["a", "b", "c"]);
        assert_eq!(split(Splitter::Byte(b':'), "a::b:"), ["a", "", "b", ""]);
        assert_eq!(split(Splitter::Chars, "aü"), ["a", "ü"]);
        assert_eq!(
            split(Splitter::Widths(vec![(0, 2), (1, 9)]), "abcde"),
            ["ab", "de"]
        );
        let options = posix_regex::Options::new(posix_regex::Flavor::Awk);
        let word = Rc::new(Regex::new(b"[a-z]*", options).unwrap());
        assert_eq!(split(Splitter::Pattern(word), "ab,,c"), ["ab", "", "c"]);
        let commas = Rc::new(Regex::new(b",+", options).unwrap());
        assert_eq!(split(Splitter::Regex(commas), ",a,,b"), ["", "a", "b"]);
    }

    #[test]
    fn assigned_fields_make_the_record_anew() {
        let mut record = Record::new(true);
        *record.begin(&Rc::new(Splitter::Blanks)) = b" a b  c".to_vec();
        assert_eq!(record.field_text(1), Some(&b"a"[..]));
        record.set_field(5, Value::Num(2.0));
        assert_eq!(record.text(b"-", b"%.6g"), b"a-b-c--2");
        record.set_nf(2);
        assert_eq!(record.text(b"-", b"%.6g"), b"a-b");
        assert_eq!(record.field_text(2), Some(&b"b"[..]));
    }
}
