//! Characters of a line that may hold any bytes: where they begin, how wide they are.

use unicode_width::UnicodeWidthChar;

/// The character that `s` starts with, or `None` for a byte that starts none; and its length. `s` must not be empty.
pub fn decode(s: &[u8]) -> (Option<char>, usize) {
    let want = match s[0] {
        0..0x80 => return (Some(s[0] as char), 1),
        0xc2..=0xdf => 2,
        0xe0..=0xef => 3,
        0xf0..=0xf4 => 4,
        _ => return (None, 1),
    };
    match s.get(..want).and_then(|c| std::str::from_utf8(c).ok()) {
        Some(c) => (c.chars().next(), want),
        None => (None, 1),
    }
}

/// Columns that a character takes on a terminal; control characters are shown as two.
pub fn width(c: char) -> usize {
    if c.is_ascii_control() {
        2
    } else {
        c.width().unwrap_or(0)
    }
}

/// Columns of a text without control sequences.
pub fn columns(s: &[u8]) -> usize {
    let mut at = 0;
    let mut n = 0;
    while at < s.len() {
        let (c, len) = decode(&s[at..]);
        n += c.map_or(4, width);
        at += len;
    }
    n
}

fn joins(s: &[u8]) -> bool {
    matches!(decode(s).0, Some(c) if !c.is_ascii() && c.width() == Some(0))
}

/// Where the character at `at` ends, with the combining ones behind it.
pub fn next(s: &[u8], at: usize) -> usize {
    if at >= s.len() {
        return s.len();
    }
    let mut at = at + decode(&s[at..]).1;
    while at < s.len() && joins(&s[at..]) {
        at += decode(&s[at..]).1;
    }
    at
}

/// Where the character before `at` begins.
pub fn previous(s: &[u8], at: usize) -> usize {
    let mut i = at.min(s.len());
    while i > 0 {
        let end = i;
        i -= 1;
        while i > 0 && end - i < 4 && s[i] & 0xc0 == 0x80 {
            i -= 1;
        }
        if decode(&s[i..end]).1 != end - i {
            // No character: a byte of its own.
            i = end - 1;
        }
        if i == 0 || !joins(&s[i..]) {
            break;
        }
    }
    i
}

/// A letter or digit; everything beyond ASCII that is no space counts.
pub fn is_word(s: &[u8]) -> bool {
    match decode(s).0 {
        Some(c) => c.is_alphanumeric() || (!c.is_ascii() && c.width() == Some(0)),
        None => true,
    }
}
