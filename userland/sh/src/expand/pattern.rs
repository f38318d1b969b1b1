//! Shell patterns: `* ? […]` and the extended `?(…) *(…) +(…) @(…) !(…)`, over characters.
//!
//! Plain patterns match without recursion and in bounded memory; extended ones recurse, to a limited depth.

use crate::text::{Bytes, char_len};

#[derive(Debug, Clone)]
enum Token {
    Char(Bytes),
    Any,
    Star,
    Set { negated: bool, members: Vec<Member> },
    Extended { kind: u8, branches: Vec<Vec<Token>> },
}

#[derive(Debug, Clone)]
enum Member {
    Range(u32, u32),
    Class(fn(char) -> bool),
}

#[derive(Debug, Clone)]
pub struct Pattern {
    tokens: Vec<Token>,
    fold: bool,
    extended: bool,
}

const MAX_DEPTH: u32 = 400;

/// Is there anything in it that is not just itself?
pub fn is_magic(p: &[u8], extglob: bool) -> bool {
    let mut i = 0;
    while i < p.len() {
        match p[i] {
            b'\\' => i += 1,
            b'*' | b'?' => return true,
            b'[' if p[i + 1..].contains(&b']') => return true,
            b'@' | b'!' | b'+' if extglob && p.get(i + 1) == Some(&b'(') => return true,
            _ => {}
        }
        i += 1;
    }
    false
}

/// Puts backslashes before what would be special.
pub fn escape_into(s: &[u8], out: &mut Bytes) {
    for &c in s {
        if b"*?[]\\-!^()|@+".contains(&c) {
            out.push(b'\\');
        }
        out.push(c);
    }
}

pub fn unescape(p: &[u8]) -> Bytes {
    let mut out = Vec::with_capacity(p.len());
    let mut it = p.iter();
    while let Some(&c) = it.next() {
        out.push(if c == b'\\' {
            it.next().copied().unwrap_or(c)
        } else {
            c
        });
    }
    out
}

impl Pattern {
    pub fn new(p: &[u8], extglob: bool, fold: bool) -> Pattern {
        let tokens = compile(p, extglob, 0);
        let extended = tokens.iter().any(|t| matches!(t, Token::Extended { .. }));
        Pattern {
            tokens,
            fold,
            extended,
        }
    }

    pub fn matches(&self, s: &[u8]) -> bool {
        if self.extended {
            self.recurse(&self.tokens, s, 0)
        } else {
            self.iterate(s)
        }
    }

    /// The classic two-pointer walk: on a mismatch go back to the last star and let it take one character more.
    fn iterate(&self, s: &[u8]) -> bool {
        let (mut t, mut i) = (0, 0);
        let mut back: Option<(usize, usize)> = None;
        loop {
            match self.tokens.get(t) {
                Some(Token::Star) => {
                    back = Some((t + 1, i));
                    t += 1;
                    continue;
                }
                None if i == s.len() => return true,
                Some(tok) if i < s.len() => {
                    if let Some(n) = self.one(tok, &s[i..]) {
                        i += n;
                        t += 1;
                        continue;
                    }
                }
                _ => {}
            }
            match back {
                Some((bt, bi)) if bi < s.len() => {
                    i = bi + char_len(&s[bi..]);
                    t = bt;
                    back = Some((bt, i));
                }
                _ => return false,
            }
        }
    }

    fn recurse(&self, tokens: &[Token], s: &[u8], depth: u32) -> bool {
        if depth > MAX_DEPTH {
            return false;
        }
        let Some((first, rest)) = tokens.split_first() else {
            return s.is_empty();
        };
        match first {
            Token::Star => ends(s).any(|i| self.recurse(rest, &s[i..], depth + 1)),
            Token::Extended { kind: b'!', branches } => ends(s).any(|i| {
                !branches.iter().any(|b| self.recurse(b, &s[..i], depth + 1))
                    && self.recurse(rest, &s[i..], depth + 1)
            }),
            Token::Extended { kind, branches } => {
                let none = matches!(kind, b'?' | b'*') && self.recurse(rest, s, depth + 1);
                none || ends(s).any(|i| {
                    branches.iter().any(|b| self.recurse(b, &s[..i], depth + 1))
                        && (self.recurse(rest, &s[i..], depth + 1)
                            || (matches!(kind, b'*' | b'+')
                                && i > 0
                                && self.again(tokens, rest, *kind, &s[i..], depth)))
                })
            }
            tok => {
                !s.is_empty()
                    && self
                        .one(tok, s)
                        .is_some_and(|n| self.recurse(rest, &s[n..], depth + 1))
            }
        }
    }

    /// Another round of `*(…)` or `+(…)`.
    fn again(&self, tokens: &[Token], _rest: &[Token], _kind: u8, s: &[u8], depth: u32) -> bool {
        !s.is_empty() && self.recurse(tokens, s, depth + 1)
    }

    /// Length of the character at the start of `s` if the token matches it.
    fn one(&self, tok: &Token, s: &[u8]) -> Option<usize> {
        let n = char_len(s);
        let c = &s[..n];
        let yes = match tok {
            Token::Any => true,
            Token::Char(want) => want == c || (self.fold && folded(want) == folded(c)),
            Token::Set { negated, members } => {
                let code = code_of(c);
                let mut hit = members.iter().any(|m| m.has(code));
                if self.fold && !hit {
                    let lower = folded(c);
                    let upper = char::from_u32(code)
                        .and_then(|c| c.to_uppercase().next())
                        .map_or(code, u32::from);
                    hit = members.iter().any(|m| m.has(lower) || m.has(upper));
                }
                hit != *negated
            }
            Token::Star | Token::Extended { .. } => false,
        };
        yes.then_some(n)
    }
}

impl Member {
    fn has(&self, code: u32) -> bool {
        match self {
            Member::Range(a, b) => (*a..=*b).contains(&code),
            Member::Class(f) => char::from_u32(code).is_some_and(f),
        }
    }
}

/// All character boundaries, 0 and the end included.
pub fn ends(s: &[u8]) -> impl DoubleEndedIterator<Item = usize> + '_ {
    let mut at = vec![0];
    let mut i = 0;
    while i < s.len() {
        i += char_len(&s[i..]);
        at.push(i);
    }
    at.into_iter()
}

fn code_of(c: &[u8]) -> u32 {
    std::str::from_utf8(c)
        .ok()
        .and_then(|s| s.chars().next())
        .map_or(0x11_0000 + u32::from(c[0]), u32::from)
}

fn folded(c: &[u8]) -> u32 {
    let code = code_of(c);
    char::from_u32(code)
        .and_then(|c| c.to_lowercase().next())
        .map_or(code, u32::from)
}

fn compile(p: &[u8], extglob: bool, depth: u32) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut i = 0;
    while i < p.len() {
        let c = p[i];
        if extglob
            && b"?*+@!".contains(&c)
            && p.get(i + 1) == Some(&b'(')
            && depth < 20
            && let Some(close) = closing(p, i + 1)
        {
            let branches = branches(&p[i + 2..close])
                .map(|b| compile(b, true, depth + 1))
                .collect();
            tokens.push(Token::Extended { kind: c, branches });
            i = close + 1;
            continue;
        }
        match c {
            b'*' => {
                if !matches!(tokens.last(), Some(Token::Star)) {
                    tokens.push(Token::Star);
                }
                i += 1;
            }
            b'?' => {
                tokens.push(Token::Any);
                i += 1;
            }
            b'[' => match set(&p[i..]) {
                Some((tok, n)) => {
                    tokens.push(tok);
                    i += n;
                }
                None => {
                    tokens.push(Token::Char(vec![b'[']));
                    i += 1;
                }
            },
            _ => {
                if c == b'\\' && i + 1 < p.len() {
                    i += 1;
                }
                let n = char_len(&p[i..]);
                tokens.push(Token::Char(p[i..i + n].to_vec()));
                i += n;
            }
        }
    }
    tokens
}

/// The `)` that closes the `(` at `open`.
fn closing(p: &[u8], open: usize) -> Option<usize> {
    let mut depth = 0;
    let mut i = open;
    while i < p.len() {
        match p[i] {
            b'\\' => i += 1,
            b'(' => depth += 1,
            b')' => {
                depth -= 1;
                if depth == 0 {
                    return Some(i);
                }
            }
            _ => {}
        }
        i += 1;
    }
    None
}

fn branches(p: &[u8]) -> impl Iterator<Item = &[u8]> {
    let (mut depth, mut start, mut i) = (0, 0, 0);
    let mut out = Vec::new();
    while i < p.len() {
        match p[i] {
            b'\\' => i += 1,
            b'(' => depth += 1,
            b')' => depth -= 1,
            b'|' if depth == 0 => {
                out.push(&p[start..i]);
                start = i + 1;
            }
            _ => {}
        }
        i += 1;
    }
    out.push(&p[start.min(p.len())..]);
    out.into_iter()
}

/// A bracket expression at the start of `p`, and its length.
fn set(p: &[u8]) -> Option<(Token, usize)> {
    let mut i = 1;
    let negated = matches!(p.get(i), Some(b'!' | b'^'));
    if negated {
        i += 1;
    }
    let first = i;
    let mut members = Vec::new();
    loop {
        let c = *p.get(i)?;
        if c == b']' && i > first {
            return Some((Token::Set { negated, members }, i + 1));
        }
        if c == b'['
            && p.get(i + 1) == Some(&b':')
            && let Some(end) = p[i + 2..].windows(2).position(|w| w == b":]")
            && let Some(class) = class(&p[i + 2..i + 2 + end])
        {
            members.push(Member::Class(class));
            i += end + 4;
            continue;
        }
        let (from, n) = member(&p[i..])?;
        i += n;
        if p.get(i) == Some(&b'-') && p.get(i + 1).is_some_and(|c| *c != b']') {
            let (to, n) = member(&p[i + 1..])?;
            i += 1 + n;
            members.push(Member::Range(from, to));
        } else {
            members.push(Member::Range(from, from));
        }
    }
}

fn member(p: &[u8]) -> Option<(u32, usize)> {
    let skip = usize::from(p[0] == b'\\' && p.len() > 1);
    let n = char_len(&p[skip..]);
    Some((code_of(&p[skip..skip + n]), skip + n))
}

fn class(name: &[u8]) -> Option<fn(char) -> bool> {
    Some(match name {
        b"alnum" => char::is_alphanumeric,
        b"alpha" => char::is_alphabetic,
        b"blank" => |c| c == ' ' || c == '\t',
        b"cntrl" => char::is_control,
        b"digit" => |c| c.is_ascii_digit(),
        b"graph" => |c| !c.is_control() && !c.is_whitespace(),
        b"lower" => char::is_lowercase,
        b"print" => |c| !c.is_control(),
        b"punct" => |c| c.is_ascii_punctuation(),
        b"space" => char::is_whitespace,
        b"upper" => char::is_uppercase,
        b"xdigit" => |c| c.is_ascii_hexdigit(),
        b"word" => |c| c.is_alphanumeric() || c == '_',
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_match_whole_strings() {
        for (p, s, want) in [
            ("*", "", true),
            ("a*c", "abbc", true),
            ("a*c", "abbd", false),
            ("?", "ü", true),
            ("[a-c]x", "bx", true),
            ("[!a-c]x", "bx", false),
            ("[]x]", "]", true),
            ("[[:digit:]]*", "7up", true),
            ("\\*", "*", true),
            ("\\*", "a", false),
            ("*a*b*", "xxaxxbxx", true),
            ("[", "[", true),
            ("@(a|b)c", "bc", true),
            ("!(a)", "b", true),
            ("!(a)", "a", false),
            ("+(ab)", "ababab", true),
            ("*(ab)", "", true),
            ("?(x)y", "y", true),
            ("*.!(txt)", "a.txt", false),
        ] {
            assert_eq!(
                Pattern::new(p.as_bytes(), true, false).matches(s.as_bytes()),
                want,
                "{p} {s}"
            );
        }
    }
}
