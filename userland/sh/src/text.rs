//! Bytes and text. The shell's values are bytes; the parser works on `str`. Bytes that are not UTF-8 travel through the
//! parser as private characters U+10FF80-U+10FFFF and come back as the bytes they were; so do ASCII characters
//! that the parser must not see ([`hidden`]).

pub type Bytes = Vec<u8>;

const ESCAPE: u32 = 0x10_FF00;

/// The private character that stands for an ASCII character from the tab on, where the parser must not see that.
pub fn hidden(c: char) -> char {
    debug_assert!(('\t'..'\u{7f}').contains(&c));
    char::from_u32(ESCAPE + c as u32).unwrap_or(c)
}

/// The character that was [`hidden`] as this one.
pub fn shown(c: char) -> Option<char> {
    let c = u8::try_from((c as u32).checked_sub(ESCAPE)?).ok()?;
    (b'\t'..0x7f).contains(&c).then_some(char::from(c))
}

/// Script text for the parser.
pub fn decode(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        out.push_str(chunk.valid());
        out.extend(
            chunk
                .invalid()
                .iter()
                .filter_map(|b| char::from_u32(ESCAPE + u32::from(*b))),
        );
    }
    out
}

/// The bytes that the parser's text stands for.
pub fn encode(text: &str) -> Bytes {
    if text.is_ascii() {
        return text.as_bytes().to_vec();
    }
    let mut out = Vec::with_capacity(text.len());
    for c in text.chars() {
        push_char(&mut out, c);
    }
    out
}

/// Appends a character as [`encode`] would.
pub fn push_char(out: &mut Bytes, c: char) {
    let n = c as u32;
    if (ESCAPE + 0x80..=ESCAPE + 0xff).contains(&n) || shown(c).is_some() {
        out.push((n - ESCAPE) as u8);
    } else {
        out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
    }
}

/// The length of the character that `s` starts with; 1 for a byte that starts none. `s` must not be empty.
pub fn char_len(s: &[u8]) -> usize {
    let want = match s[0] {
        0xc2..=0xdf => 2,
        0xe0..=0xef => 3,
        0xf0..=0xf4 => 4,
        _ => return 1,
    };
    match s.get(..want) {
        Some(c) if std::str::from_utf8(c).is_ok() => want,
        _ => 1,
    }
}

/// Splits into characters (or single bytes where the text is not UTF-8).
pub fn chars(mut s: &[u8]) -> impl Iterator<Item = &[u8]> {
    std::iter::from_fn(move || {
        if s.is_empty() {
            return None;
        }
        let (c, rest) = s.split_at(char_len(s));
        s = rest;
        Some(c)
    })
}

pub fn char_count(s: &[u8]) -> usize {
    if s.is_ascii() { s.len() } else { chars(s).count() }
}

pub fn is_name(s: &[u8]) -> bool {
    s.first().is_some_and(|c| c.is_ascii_alphabetic() || *c == b'_')
        && s.iter().all(|c| c.is_ascii_alphanumeric() || *c == b'_')
}

pub fn lossy(s: &[u8]) -> std::borrow::Cow<'_, str> {
    String::from_utf8_lossy(s)
}

pub fn parse_int(s: &[u8]) -> Option<i64> {
    std::str::from_utf8(s)
        .ok()?
        .trim_matches([' ', '\t', '\n'])
        .parse()
        .ok()
}

/// Quotes for reuse as input, as `printf %q` and `${x@Q}` differ on: this one prefers no quotes.
pub fn shell_quote(s: &[u8]) -> Bytes {
    if s.is_empty() {
        return b"''".to_vec();
    }
    let plain = |c: &u8| c.is_ascii_alphanumeric() || b"@%_+=:,./-".contains(c) || *c >= 0x80;
    if s.iter().all(plain) && std::str::from_utf8(s).is_ok() {
        return s.to_vec();
    }
    always_quote(s)
}

/// Single quotes around it, or `$'…'` when it holds control characters.
pub fn always_quote(s: &[u8]) -> Bytes {
    if s.iter().any(|c| *c < 0x20 || *c == 0x7f) || std::str::from_utf8(s).is_err() {
        return ansi_quote(s);
    }
    single_quote(s)
}

/// `$'…'`
pub fn ansi_quote(s: &[u8]) -> Bytes {
    let mut out = Vec::with_capacity(s.len() + 3);
    out.extend_from_slice(b"$'");
    for chunk in s.utf8_chunks() {
        for &c in chunk.valid().as_bytes() {
            match c {
                b'\n' => out.extend_from_slice(b"\\n"),
                b'\t' => out.extend_from_slice(b"\\t"),
                b'\r' => out.extend_from_slice(b"\\r"),
                0x1b => out.extend_from_slice(b"\\E"),
                7 => out.extend_from_slice(b"\\a"),
                b'\'' | b'\\' => out.extend_from_slice(&[b'\\', c]),
                0..0x20 | 0x7f => out.extend_from_slice(format!("\\{c:03o}").as_bytes()),
                _ => out.push(c),
            }
        }
        for c in chunk.invalid() {
            out.extend_from_slice(format!("\\{c:03o}").as_bytes());
        }
    }
    out.push(b'\'');
    out
}

/// Single quotes around it, whatever it holds.
pub fn single_quote(s: &[u8]) -> Bytes {
    if s == b"'" {
        return b"\\'".to_vec();
    }
    let mut out = Vec::with_capacity(s.len() + 2);
    out.push(b'\'');
    for &c in s {
        if c == b'\'' {
            out.extend_from_slice(b"'\\''");
        } else {
            out.push(c);
        }
    }
    out.push(b'\'');
    out
}

/// What `printf %q` writes: backslashes rather than quotes.
pub fn backslash_quote(s: &[u8]) -> Bytes {
    if s.is_empty() {
        return b"''".to_vec();
    }
    if s.iter().any(|c| *c < 0x20 || *c == 0x7f) || std::str::from_utf8(s).is_err() {
        return ansi_quote(s);
    }
    let mut out = Vec::new();
    for (i, &c) in s.iter().enumerate() {
        let special = b" \t!\"#$&'()*,;<>?[\\]^`{|}".contains(&c) || (c == b'~' && i == 0);
        if special && !(c == b'#' && i > 0) {
            out.push(b'\\');
        }
        out.push(c);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_survives_the_parser_text() {
        let all: Vec<u8> = (0..=255).collect();
        assert_eq!(encode(&decode(&all)), all);
        let text = "grün 😀".as_bytes();
        assert_eq!(encode(&decode(text)), text);
    }

    #[test]
    fn quoting_reads_back_the_same() {
        for (raw, want) in [
            ("", "''"),
            ("a b", "'a b'"),
            ("it's", "'it'\\''s'"),
            ("a\nb", "$'a\\nb'"),
            ("x/y", "x/y"),
            ("grün", "grün"),
        ] {
            assert_eq!(lossy(&shell_quote(raw.as_bytes())), want);
        }
        for quote in [shell_quote, always_quote, backslash_quote] {
            assert_eq!(lossy(&quote(b"a\xff\xc3\xbc b")), "$'a\\377\u{fc} b'");
        }
    }
}
