//! Values: numbers, strings, and the strings from outside that may be numbers.

use std::cell::RefCell;
use std::rc::Rc;

use ecow::EcoVec;
use indexmap::IndexMap;
use rustc_hash::FxBuildHasher;

/// A string: bytes, shared until written to.
pub type Str = EcoVec<u8>;

/// An array. Its order is that of insertion, until something is deleted.
pub type Array = IndexMap<Str, Value, FxBuildHasher>;

pub type ArrayRef = Rc<RefCell<Array>>;

#[derive(Clone, Debug, Default)]
pub enum Value {
    /// Not assigned yet: 0 and "" at once.
    #[default]
    Uninit,
    Num(f64),
    Str(Str),
    /// From outside: a number, too, if it looks like one.
    Input(Str),
    /// A variable, parameter or element that is an array.
    Array(ArrayRef),
}

impl Value {
    pub fn bool(b: bool) -> Value {
        Value::Num(f64::from(u8::from(b)))
    }

    pub fn num(&self) -> f64 {
        match self {
            Value::Num(n) => *n,
            Value::Str(s) | Value::Input(s) => to_number(s),
            Value::Uninit | Value::Array(_) => 0.0,
        }
    }

    pub fn truth(&self) -> bool {
        match self {
            Value::Num(n) => *n != 0.0,
            Value::Str(s) => !s.is_empty(),
            Value::Input(s) => match looks_numeric(s) {
                Some(n) => n != 0.0,
                None => !s.is_empty(),
            },
            Value::Uninit | Value::Array(_) => false,
        }
    }

    /// Its number where it counts as one in a comparison.
    pub fn as_numeric(&self) -> Option<f64> {
        match self {
            Value::Num(n) => Some(*n),
            Value::Input(s) => looks_numeric(s),
            Value::Uninit => Some(0.0),
            Value::Str(_) | Value::Array(_) => None,
        }
    }
}

pub fn new_array() -> ArrayRef {
    Rc::new(RefCell::new(Array::default()))
}

fn is_blank(b: u8) -> bool {
    matches!(b, b' ' | b'\t' | b'\n' | b'\r' | 0x0b | 0x0c)
}

/// The number that a string begins with, else 0.
pub fn to_number(text: &[u8]) -> f64 {
    let start = text.iter().position(|b| !is_blank(*b)).unwrap_or(text.len());
    prefix(&text[start..]).0
}

/// The number that a string is, blanks around it aside.
pub fn looks_numeric(text: &[u8]) -> Option<f64> {
    let start = text.iter().position(|b| !is_blank(*b))?;
    let text = &text[start..];
    // Most strings that are no numbers show it in the first byte.
    if !matches!(text[0], b'0'..=b'9' | b'+' | b'-' | b'.') {
        return None;
    }
    let (value, len) = prefix(text);
    (len > 0 && text[len..].iter().all(|b| is_blank(*b))).then_some(value)
}

const POWERS: [f64; 23] = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18,
    1e19, 1e20, 1e21, 1e22,
];

/// A decimal number at the start of `text`, and its length.
pub fn prefix(text: &[u8]) -> (f64, usize) {
    let mut at = 0;
    let negative = text.first() == Some(&b'-');
    if negative || text.first() == Some(&b'+') {
        at = 1;
    }
    let mut mantissa: u64 = 0;
    let mut digits = 0;
    let mut scale: i32 = 0;
    while let Some(b @ b'0'..=b'9') = text.get(at) {
        mantissa = mantissa.wrapping_mul(10).wrapping_add(u64::from(b - b'0'));
        digits += 1;
        at += 1;
    }
    if text.get(at) == Some(&b'.') {
        let point = at;
        at += 1;
        while let Some(b @ b'0'..=b'9') = text.get(at) {
            mantissa = mantissa.wrapping_mul(10).wrapping_add(u64::from(b - b'0'));
            digits += 1;
            scale -= 1;
            at += 1;
        }
        if digits == 0 {
            at = point;
        }
    }
    if digits == 0 {
        return special(text, at, negative);
    }
    if let Some(b'e' | b'E') = text.get(at) {
        let sign = usize::from(matches!(text.get(at + 1), Some(b'+' | b'-')));
        let len = text[at + 1 + sign..]
            .iter()
            .take_while(|b| b.is_ascii_digit())
            .count();
        if len > 0 {
            let end = at + 1 + sign + len;
            return (slow(&text[..end]), end);
        }
    }
    // Both the mantissa and the power are exact then, so one division rounds right.
    if digits <= 15 && scale >= -22 {
        let value = mantissa as f64 / POWERS[scale.unsigned_abs() as usize];
        return (if negative { -value } else { value }, at);
    }
    (slow(&text[..at]), at)
}

fn slow(text: &[u8]) -> f64 {
    std::str::from_utf8(text)
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or(0.0)
}

/// `+inf`, `-nan` and their like, which need their sign to be numbers.
fn special(text: &[u8], sign: usize, negative: bool) -> (f64, usize) {
    let word = text.get(sign..sign + 3).map(<[u8]>::to_ascii_lowercase);
    let ends = !text.get(sign + 3).is_some_and(|b| b.is_ascii_alphanumeric());
    let value = match word.as_deref() {
        Some(b"inf") if sign == 1 && ends => f64::INFINITY,
        Some(b"nan") if sign == 1 && ends => f64::NAN,
        _ => return (0.0, 0),
    };
    (if negative { -value } else { value }, sign + 3)
}

/// Writes a number as a string: whole numbers as such, others by `format` (CONVFMT or OFMT).
pub fn push_number(out: &mut Vec<u8>, n: f64, format: &[u8]) {
    if n as i64 as f64 == n && n.abs() < 1e18 {
        push_integer(out, n as i64);
    } else {
        push_fraction(out, n, format);
    }
}

/// Digits of an integer, without fmt's machinery: this is hot.
pub fn push_integer(out: &mut Vec<u8>, n: i64) {
    let mut digits = [0; 20];
    let mut at = digits.len();
    let mut rest = n.unsigned_abs();
    loop {
        at -= 1;
        digits[at] = b'0' + (rest % 10) as u8;
        rest /= 10;
        if rest == 0 {
            break;
        }
    }
    if n < 0 {
        at -= 1;
        digits[at] = b'-';
    }
    out.extend_from_slice(&digits[at..]);
}

#[cold]
fn push_fraction(out: &mut Vec<u8>, n: f64, format: &[u8]) {
    if !n.is_finite() {
        out.push(if n.is_sign_negative() { b'-' } else { b'+' });
        out.extend_from_slice(if n.is_nan() { b"nan" } else { b"inf" });
    } else if n.fract() == 0.0 {
        out.extend_from_slice(format!("{n:.0}").as_bytes());
    } else if format == b"%.6g" {
        let sign = if n < 0.0 { "-" } else { "" };
        let digits = cli::printf::float_digits(n.abs(), b'g', Some(6), false);
        out.extend_from_slice(sign.as_bytes());
        out.extend_from_slice(digits.as_bytes());
    } else {
        crate::format::number(out, n, format);
    }
}

/// How many characters there are. A byte that is no UTF-8 counts as one.
pub fn char_count(text: &[u8], utf8: bool) -> usize {
    if !utf8 || text.is_ascii() {
        return text.len();
    }
    text.utf8_chunks()
        .map(|chunk| chunk.valid().chars().count() + chunk.invalid().len())
        .sum()
}

/// Where the n-th character starts (n from 0); the length where there are fewer.
pub fn char_offset(text: &[u8], n: usize, utf8: bool) -> usize {
    if !utf8 || text.is_ascii() {
        return n.min(text.len());
    }
    char_starts(text).nth(n).unwrap_or(text.len())
}

/// Where each character starts.
pub fn char_starts(text: &[u8]) -> impl Iterator<Item = usize> {
    let base = text.as_ptr() as usize;
    text.utf8_chunks().flat_map(move |chunk| {
        let start = chunk.valid().as_ptr() as usize - base;
        let invalid = start + chunk.valid().len();
        chunk
            .valid()
            .char_indices()
            .map(move |(at, _)| start + at)
            .chain(invalid..invalid + chunk.invalid().len())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_are_numbers_as_far_as_they_look_like_them() {
        for (text, number, whole) in [
            ("12", 12.0, true),
            (" -3.5 ", -3.5, true),
            ("1e3", 1000.0, true),
            ("1e", 1.0, false),
            (".5", 0.5, true),
            ("5.", 5.0, true),
            (".", 0.0, false),
            ("0x1A", 0.0, false),
            ("3x", 3.0, false),
            ("", 0.0, false),
            ("+inf", f64::INFINITY, true),
            ("inf", 0.0, false),
            ("information", 0.0, false),
            ("12345678901234567890", 12_345_678_901_234_567_890.0, true),
            ("0.1", 0.1, true),
            ("1e400", f64::INFINITY, true),
        ] {
            assert_eq!(to_number(text.as_bytes()), number, "{text}");
            assert_eq!(looks_numeric(text.as_bytes()).is_some(), whole, "{text}");
        }
    }

    #[test]
    fn numbers_are_written_whole_or_by_the_format() {
        for (n, text) in [
            (0.0, "0"),
            (-7.0, "-7"),
            (1e17, "100000000000000000"),
            (1e20, "100000000000000000000"),
            (0.1, "0.1"),
            (1.0 / 3.0, "0.333333"),
            (-1e-10, "-1e-10"),
            (f64::NEG_INFINITY, "-inf"),
        ] {
            let mut out = Vec::new();
            push_number(&mut out, n, b"%.6g");
            assert_eq!(String::from_utf8(out).unwrap(), text);
        }
    }

    #[test]
    fn characters_are_counted_in_utf8() {
        let text = "aü\u{20ac}".as_bytes();
        assert_eq!((char_count(text, true), char_count(text, false)), (3, 6));
        assert_eq!(char_offset(text, 2, true), 3);
        assert_eq!(
            char_starts(b"a\xff\xfeb\xc3\xa4").collect::<Vec<_>>(),
            [0, 1, 2, 3, 4]
        );
    }
}
