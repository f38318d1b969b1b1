//! Backslash escapes: of `$'…'`, `echo -e`, `printf` and `${x@E}`.

use crate::text::{Bytes, push_char};

/// `$'…'`.
pub fn ansi_c(s: &[u8]) -> Bytes {
    decode(s, Style::AnsiC).0
}

/// `echo -e` and `printf %b`: octal needs a leading zero, `\c` ends everything (the flag).
pub fn echo(s: &[u8]) -> (Bytes, bool) {
    decode(s, Style::Echo)
}

/// A `printf` format's literal text: octal without the zero.
pub fn printf(s: &[u8]) -> Bytes {
    decode(s, Style::Printf).0
}

#[derive(Clone, Copy, PartialEq)]
enum Style {
    AnsiC,
    Echo,
    Printf,
}

fn decode(s: &[u8], style: Style) -> (Bytes, bool) {
    let mut out = Vec::with_capacity(s.len());
    let mut i = 0;
    while i < s.len() {
        if s[i] != b'\\' || i + 1 == s.len() {
            out.push(s[i]);
            i += 1;
            continue;
        }
        let c = s[i + 1];
        i += 2;
        match c {
            b'a' => out.push(7),
            b'b' => out.push(8),
            b'e' | b'E' => out.push(0x1b),
            b'f' => out.push(12),
            b'n' => out.push(b'\n'),
            b'r' => out.push(b'\r'),
            b't' => out.push(b'\t'),
            b'v' => out.push(11),
            b'\\' => out.push(b'\\'),
            b'\'' | b'"' | b'?' if style != Style::Echo => out.push(c),
            b'c' if style == Style::Echo => return (out, true),
            b'c' if style == Style::AnsiC && i < s.len() => {
                out.push(s[i].to_ascii_uppercase() ^ 0x40);
                i += 1;
            }
            b'x' => match digits(&s[i..], 16, 2) {
                Some((v, n)) => {
                    out.push(v as u8);
                    i += n;
                }
                None => out.extend_from_slice(b"\\x"),
            },
            b'u' | b'U' => match digits(&s[i..], 16, if c == b'u' { 4 } else { 8 }) {
                Some((v, n)) => {
                    if let Some(ch) = char::from_u32(v) {
                        push_char(&mut out, ch);
                    }
                    i += n;
                }
                None => out.extend_from_slice(&[b'\\', c]),
            },
            b'0' if style == Style::Echo => {
                let (v, n) = digits(&s[i..], 8, 3).unwrap_or((0, 0));
                out.push(v as u8);
                i += n;
            }
            b'0'..=b'7' if style != Style::Echo => {
                let (v, n) = digits(&s[i - 1..], 8, 3).unwrap_or((0, 1));
                out.push(v as u8);
                i += n - 1;
            }
            _ => out.extend_from_slice(&[b'\\', c]),
        }
    }
    (out, false)
}

fn digits(s: &[u8], radix: u32, max: usize) -> Option<(u32, usize)> {
    let n = s
        .iter()
        .take(max)
        .take_while(|c| (**c as char).is_digit(radix))
        .count();
    let text = std::str::from_utf8(&s[..n]).ok()?;
    Some((u32::from_str_radix(text, radix).ok()?, n))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_by_style() {
        assert_eq!(ansi_c(br"a\tb\x41\101\u00e4\'"), "a\tbAAä'".as_bytes());
        assert_eq!(echo(br"a\0101\c rest"), (b"aA".to_vec(), true));
        assert_eq!(printf(br"\101\n"), b"A\n");
    }
}
