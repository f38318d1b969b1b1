//! Word designators and modifiers.

use super::Expander;
use crate::Bytes;
use crate::words;

impl Expander {
    /// `None`: there is no word designator. `Some(None)`: it asks for words that are not there.
    pub(super) fn word(&self, line: &[u8], at: &mut usize, event: &[u8]) -> Option<Option<Bytes>> {
        let mut i = *at;
        let colon = line.get(i) == Some(&b':');
        if colon {
            i += 1;
        }
        let ranges = words::split(event);
        let extract = |first: usize, last: Option<usize>| -> Option<Bytes> {
            let last = last.unwrap_or(ranges.len().wrapping_sub(1));
            if first >= ranges.len() || last >= ranges.len() || first > last {
                return None;
            }
            let words: Vec<&[u8]> = ranges[first..=last].iter().map(|r| &event[r.clone()]).collect();
            Some(words.join(&b' '))
        };
        let number = |i: &mut usize| -> Option<usize> {
            let n = line[*i..].iter().take_while(|c| c.is_ascii_digit()).count();
            let text = std::str::from_utf8(&line[*i..*i + n]).ok()?;
            *i += n;
            Some(text.parse().unwrap_or(usize::MAX >> 1))
        };
        let first = match line.get(i)? {
            b'%' => {
                *at = i + 1;
                return Some(Some(self.matched.clone()));
            }
            b'*' => {
                *at = i + 1;
                return Some(Some(extract(1, None).unwrap_or_default()));
            }
            b'$' => {
                *at = i + 1;
                return Some(extract(ranges.len().wrapping_sub(1), None));
            }
            b'^' => {
                i += 1;
                1
            }
            b'-' => 0,
            c if c.is_ascii_digit() && colon => number(&mut i)?,
            _ => return None,
        };
        let result = match line.get(i) {
            Some(b'-') => {
                i += 1;
                match line.get(i) {
                    Some(c) if c.is_ascii_digit() => {
                        let last = number(&mut i)?;
                        extract(first, Some(last))
                    }
                    Some(b'$') => {
                        i += 1;
                        extract(first, None)
                    }
                    Some(b'^') => {
                        i += 1;
                        extract(first, Some(1))
                    }
                    // All but the last.
                    _ => match ranges.len().checked_sub(2) {
                        Some(last) => extract(first, Some(last)),
                        None => None,
                    },
                }
            }
            Some(b'*') => {
                i += 1;
                extract(first, None)
            }
            _ => extract(first, Some(first)),
        };
        *at = i;
        Some(result)
    }

    /// `/old/new/` behind `:s`, with any character for the slash.
    pub(super) fn read_substitution(&mut self, line: &[u8], i: &mut usize) {
        let Some(&delimiter) = line.get(*i) else { return };
        *i += 1;
        let mut part = |keep_ampersand: bool| {
            let mut text = Vec::new();
            while let Some(&c) = line.get(*i) {
                *i += 1;
                match line.get(*i) {
                    Some(&d) if c == b'\\' && d == delimiter => {
                        text.push(d);
                        *i += 1;
                    }
                    Some(b'&') if c == b'\\' && keep_ampersand => {
                        text.extend_from_slice(b"\\&");
                        *i += 1;
                    }
                    _ if c == delimiter || c == b'\n' => break,
                    _ => text.push(c),
                }
            }
            text
        };
        let old = part(false);
        let raw = part(true);
        let old = match (old.is_empty(), &self.substitution) {
            (false, _) => old,
            (true, Some((previous, _))) => previous.clone(),
            (true, None) => self.searched.clone(),
        };
        let mut new = Vec::new();
        let mut it = raw.into_iter().peekable();
        while let Some(c) = it.next() {
            match c {
                b'\\' if it.peek() == Some(&b'&') => new.extend(it.next()),
                b'&' => new.extend_from_slice(&old),
                c => new.push(c),
            }
        }
        self.substitution = (!old.is_empty()).then_some((old, new));
    }
}

pub(super) fn find(text: &[u8], what: &[u8]) -> Option<usize> {
    text.windows(what.len().max(1)).position(|w| w == what)
}

/// The first `old` by `new`; all of them if `global`; the first of each word if `each`.
pub(super) fn substitute(text: &[u8], old: &[u8], new: &[u8], global: bool, each: bool) -> Option<Bytes> {
    if each {
        let mut out = Vec::new();
        let (mut at, mut any) = (0, false);
        for r in words::split(text) {
            out.extend_from_slice(&text[at..r.start]);
            at = r.end;
            match substitute(&text[r.clone()], old, new, false, false) {
                Some(w) => {
                    out.extend_from_slice(&w);
                    any = true;
                }
                None => out.extend_from_slice(&text[r]),
            }
        }
        out.extend_from_slice(&text[at..]);
        return any.then_some(out);
    }
    let mut out = Vec::new();
    let mut at = 0;
    let mut any = false;
    while let Some(found) = find(&text[at..], old) {
        out.extend_from_slice(&text[at..at + found]);
        out.extend_from_slice(new);
        at += found + old.len();
        any = true;
        if !global {
            break;
        }
    }
    out.extend_from_slice(&text[at..]);
    any.then_some(out)
}

pub(super) fn quote(text: &[u8]) -> Bytes {
    let mut out = b"'".to_vec();
    for &c in text {
        if c == b'\'' {
            out.extend_from_slice(b"'\\''");
        } else {
            out.push(c);
        }
    }
    out.push(b'\'');
    out
}
