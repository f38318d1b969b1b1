//! fnmatch(3): shell patterns with `*`, `?`, `[…]` (ranges, `!` and `^`, classes) and `\`, over bytes. No character is
//! special beyond that: callers that treat `/` or a leading `.` apart do so themselves.

/// Whether all of `text` matches.
pub fn matches(pattern: &[u8], text: &[u8]) -> bool {
    // Where the last `*` was, and how much of the text it has swallowed: one level of going back is enough.
    let mut back: Option<(usize, usize)> = None;
    let (mut p, mut t) = (0, 0);
    while t < text.len() {
        if pattern.get(p) == Some(&b'*') {
            p += 1;
            back = Some((p, t));
        } else if let Some(next) = step(&pattern[p..], &text[t..]) {
            p += next.0;
            t += next.1;
        } else if let Some((star, swallowed)) = back {
            let swallowed = swallowed + char_len(&text[swallowed..]);
            back = Some((star, swallowed));
            (p, t) = (star, swallowed);
        } else {
            return false;
        }
    }
    pattern[p..].iter().all(|b| *b == b'*')
}

/// The length of the first character, or 1 where the bytes are no UTF-8.
fn char_len(text: &[u8]) -> usize {
    let len = match text.first() {
        Some(0xc2..=0xdf) => 2,
        Some(0xe0..=0xef) => 3,
        Some(0xf0..=0xf4) => 4,
        _ => 1,
    };
    if text.len() >= len && std::str::from_utf8(&text[..len]).is_ok() {
        len
    } else {
        1
    }
}

/// Matches one element of the pattern that is no `*`: how much of pattern and text it took.
fn step(pattern: &[u8], text: &[u8]) -> Option<(usize, usize)> {
    match *pattern.first()? {
        b'?' => Some((1, char_len(text))),
        b'[' => match bracket(pattern, text) {
            Some(result) => result,
            // No closing bracket: an ordinary character.
            None => (text[0] == b'[').then_some((1, 1)),
        },
        b'\\' if pattern.len() > 1 => (pattern[1] == text[0]).then_some((2, 1)),
        literal => (literal == text[0]).then_some((1, 1)),
    }
}

/// A bracket expression at the start of `pattern`; the outer `None` if it is none.
fn bracket(pattern: &[u8], text: &[u8]) -> Option<Option<(usize, usize)>> {
    let mut at = 1;
    let negated = matches!(pattern.get(at), Some(b'!' | b'^'));
    at += usize::from(negated);
    let first = at;
    let (c, c_len) = decode(text);
    let mut hit = false;
    loop {
        match *pattern.get(at)? {
            b']' if at > first => break,
            b'[' if pattern.get(at + 1) == Some(&b':') => {
                let end = pattern[at + 2..].windows(2).position(|w| w == b":]")?;
                hit |= in_class(&pattern[at + 2..at + 2 + end], c);
                at += end + 4;
            }
            _ => {
                let (low, len) = element(&pattern[at..])?;
                at += len;
                let is_range =
                    pattern.get(at) == Some(&b'-') && pattern.get(at + 1).is_some_and(|b| *b != b']');
                if is_range {
                    let (high, len) = element(&pattern[at + 1..])?;
                    at += 1 + len;
                    hit |= (low..=high).contains(&c);
                } else {
                    hit |= low == c;
                }
            }
        }
    }
    Some((hit != negated).then_some((at + 1, c_len)))
}

/// One character of a bracket expression, a backslash before it removed.
fn element(pattern: &[u8]) -> Option<(u32, usize)> {
    if pattern[0] == b'\\' && pattern.len() > 1 {
        let (c, len) = decode(&pattern[1..]);
        return Some((c, len + 1));
    }
    (!pattern.is_empty()).then(|| decode(pattern))
}

/// The first character's number, and its length; a byte that is no UTF-8 counts as above all characters.
fn decode(text: &[u8]) -> (u32, usize) {
    let len = char_len(text);
    match std::str::from_utf8(&text[..len])
        .ok()
        .and_then(|s| s.chars().next())
    {
        Some(c) => (c.into(), len),
        None => (0x11_0000 + u32::from(text[0]), 1),
    }
}

fn in_class(name: &[u8], c: u32) -> bool {
    let Some(c) = char::from_u32(c) else { return false };
    match name {
        b"alpha" => c.is_alphabetic(),
        b"digit" => c.is_ascii_digit(),
        b"alnum" => c.is_alphanumeric(),
        b"upper" => c.is_uppercase(),
        b"lower" => c.is_lowercase(),
        b"space" => c.is_whitespace(),
        b"blank" => c == ' ' || c == '\t',
        b"punct" => c.is_ascii_punctuation(),
        b"print" => !c.is_control(),
        b"graph" => !c.is_control() && !c.is_whitespace(),
        b"cntrl" => c.is_control(),
        b"xdigit" => c.is_ascii_hexdigit(),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_match_as_fnmatch_does() {
        for (pattern, text, expected) in [
            ("", "", true),
            ("", "a", false),
            ("*", "", true),
            ("*", "anything", true),
            ("a*", "abc", true),
            ("*c", "abc", true),
            ("*b*", "abc", true),
            ("a*b*c", "axxbyyc", true),
            ("a*b*c", "axxcyyb", false),
            ("?", "a", true),
            ("?", "ü", true),
            ("??", "ü", false),
            ("[abc]x", "bx", true),
            ("[a-c]", "d", false),
            ("[!a-c]", "d", true),
            ("[^a-c]", "a", false),
            ("[]]", "]", true),
            ("[a-]", "-", true),
            ("[[:digit:]x]", "7", true),
            ("[[:upper:]]", "a", false),
            ("[ä-ü]", "ö", true),
            ("[", "[", true),
            ("[a", "[a", true),
            ("\\*", "*", true),
            ("\\*", "a", false),
            ("*.txt", "notes.txt", true),
            ("*.txt", "notes.text", false),
        ] {
            assert_eq!(
                matches(pattern.as_bytes(), text.as_bytes()),
                expected,
                "{pattern} {text}"
            );
        }
    }

    #[test]
    fn bytes_that_are_no_text_match_too() {
        assert!(matches(b"a?c", b"a\xffc"));
        assert!(matches(b"*c", b"a\xffc"));
        assert!(!matches(b"[a-z]", b"\xff"));
    }
}
