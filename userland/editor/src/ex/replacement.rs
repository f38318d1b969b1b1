//! What `:s` puts in a match's place.

use readline::text;

use crate::Bytes;
use crate::core::pattern::Spans;
use crate::vi::change_case;

/// The replacement up to the separator, with its escapes; and what follows.
pub(super) fn split_replacement(text: &[u8], separator: u8) -> (Bytes, &[u8]) {
    let mut out = Vec::new();
    let mut at = 0;
    while at < text.len() {
        match text[at] {
            b'\\' if text.get(at + 1) == Some(&separator) && separator != b'&' => {
                out.push(separator);
                at += 2;
            }
            b'\\' if at + 1 < text.len() => {
                out.extend_from_slice(&text[at..at + 2]);
                at += 2;
            }
            b if b == separator => return (out, &text[at + 1..]),
            b'|' => return (out, &text[at..]),
            b => {
                out.push(b);
                at += 1;
            }
        }
    }
    (out, b"")
}

/// Puts the last replacement in the place of each `~`.
pub(super) fn with_tilde(replacement: &[u8], last: &[u8]) -> Bytes {
    let mut out = Vec::new();
    let mut bytes = replacement.iter();
    while let Some(b) = bytes.next() {
        match b {
            b'\\' => match bytes.next() {
                Some(b'~') => out.push(b'~'),
                Some(e) => out.extend_from_slice(&[b'\\', *e]),
                None => out.push(b'\\'),
            },
            b'~' => out.extend_from_slice(last),
            b => out.push(*b),
        }
    }
    out
}

/// How the next characters are changed: one, or all until `\E`.
#[derive(Default)]
struct Casing {
    one: Option<u8>,
    all: Option<u8>,
}

impl Casing {
    fn push(&mut self, out: &mut Bytes, bytes: &[u8]) {
        if bytes.is_empty() {
            return;
        }
        let tail = match self.one.take() {
            Some(how) => {
                let len = text::next(bytes, 0);
                out.extend_from_slice(&change_case(&bytes[..len], how));
                &bytes[len..]
            }
            None => bytes,
        };
        match self.all {
            Some(how) => out.extend_from_slice(&change_case(tail, how)),
            None => out.extend_from_slice(tail),
        }
    }
}

/// Appends the replacement for a match. A newline in it divides lines.
pub(super) fn expand(replacement: &[u8], line: &[u8], spans: &Spans, out: &mut Bytes) {
    let group = |n: usize| spans.get(n).cloned().flatten().map_or(&b""[..], |r| &line[r]);
    let mut casing = Casing::default();
    let mut at = 0;
    while at < replacement.len() {
        let b = replacement[at];
        at += 1;
        match b {
            b'&' => casing.push(out, group(0)),
            b'\r' => out.push(b'\n'),
            b'\\' if at < replacement.len() => {
                let e = replacement[at];
                at += 1;
                match e {
                    b'0'..=b'9' => casing.push(out, group((e - b'0').into())),
                    b'u' => casing.one = Some(b'U'),
                    b'l' => casing.one = Some(b'u'),
                    b'U' => casing.all = Some(b'U'),
                    b'L' => casing.all = Some(b'u'),
                    b'e' | b'E' => casing = Casing::default(),
                    b'r' => out.push(b'\n'),
                    b'n' => out.push(0),
                    b't' => out.push(b'\t'),
                    b'b' => out.push(8),
                    e => casing.push(out, &[e]),
                }
            }
            _ => {
                let len = text::decode(&replacement[at - 1..]).1;
                casing.push(out, &replacement[at - 1..at - 1 + len]);
                at += len - 1;
            }
        }
    }
}
