//! The words of a command as history and key commands count them: readline's, which knows quotes and operators.

use std::ops::Range;

/// Where the words of a line are.
pub fn split(line: &[u8]) -> Vec<Range<usize>> {
    let mut out = Vec::new();
    let mut i = 0;
    loop {
        while i < line.len() && b" \t\n".contains(&line[i]) {
            i += 1;
        }
        if i >= line.len() {
            return out;
        }
        let end = word_end(line, i);
        out.push(i..end);
        i = end;
    }
}

fn word_end(s: &[u8], start: usize) -> usize {
    let mut i = start;
    let at = |i: usize| s.get(i).copied().unwrap_or(0);
    if b"()".contains(&s[i]) {
        return i + 1;
    }
    if s[i].is_ascii_digit() {
        while at(i).is_ascii_digit() {
            i += 1;
        }
        // A descriptor belongs to the operator behind it.
        if !b"<>".contains(&at(i)) || i >= s.len() {
            return plain_end(s, i);
        }
    }
    let c = at(i);
    if !b"<>;&|".contains(&c) {
        return plain_end(s, i);
    }
    let peek = at(i + 1);
    if peek == c {
        let third = peek == b'<' && b"-<".contains(&at(i + 2));
        return (i + 2 + usize::from(third)).min(s.len());
    }
    if peek == b'&' && b"<>".contains(&c) {
        i += 2;
        while at(i).is_ascii_digit() {
            i += 1;
        }
        return i + usize::from(at(i) == b'-');
    }
    if (peek == b'>' && c == b'&') || (peek == b'|' && c == b'>') {
        return i + 2;
    }
    if peek == b'(' && b"<>".contains(&c) {
        return plain_end(s, i + 2 + balanced(&s[i + 2..]));
    }
    i + 1
}

/// The length up to the parenthesis that closes, with it.
fn balanced(s: &[u8]) -> usize {
    let mut depth = 1;
    for (i, c) in s.iter().enumerate() {
        match c {
            b'(' => depth += 1,
            b')' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return i + 1;
        }
    }
    s.len()
}

/// The end of a word that has begun before `i`.
fn plain_end(s: &[u8], mut i: usize) -> usize {
    while i < s.len() {
        match s[i] {
            b'\\' => i += 2,
            q @ (b'\'' | b'"' | b'`') => {
                i += 1;
                while i < s.len() && s[i] != q {
                    i += 1 + usize::from(s[i] == b'\\' && q != b'\'');
                }
                i += 1;
            }
            b'$' if s.get(i + 1) == Some(&b'(') => i += 2 + balanced(&s[i + 2..]),
            c if b" \t\n()<>;&|".contains(&c) => break,
            _ => i += 1,
        }
    }
    i.min(s.len())
}
