//! Texts are strings of characters below 256, each of which is a byte: so any bytes pass through, and what is looked
//! for in them, which is ASCII, is found as in other strings.

/// Bytes as such a text.
pub fn decode(bytes: &[u8]) -> String {
    bytes.iter().map(|b| char::from(*b)).collect()
}

/// The bytes of such a text.
pub fn encode(text: &str) -> Vec<u8> {
    text.chars()
        .map(|c| u8::try_from(u32::from(c)).unwrap_or(b'?'))
        .collect()
}

/// A file's path.
pub fn path(text: &str) -> std::ffi::OsString {
    cli::os(&encode(text)).to_owned()
}

pub fn is_blank(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\n' | '\r' | '\x0b' | '\x0c')
}

pub fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(is_blank).filter(|word| !word.is_empty())
}

/// The words with one space between.
pub fn joined<I: IntoIterator<Item = S>, S: AsRef<str>>(words: I) -> String {
    let mut out = String::new();
    for word in words {
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(word.as_ref());
    }
    out
}

/// Where the first of the characters is that stands in no `$(…)` and is not escaped.
pub fn find_outside(text: &str, wanted: &[char]) -> Option<usize> {
    let mut open: Vec<char> = Vec::new();
    let mut before = '\0';
    for (at, c) in text.char_indices() {
        match c {
            '(' | '{' if before == '$' || !open.is_empty() => open.push(c),
            ')' if open.last() == Some(&'(') => drop(open.pop()),
            '}' if open.last() == Some(&'{') => drop(open.pop()),
            _ if open.is_empty() && before != '\\' && wanted.contains(&c) => return Some(at),
            _ => {}
        }
        before = if before == '$' && c == '$' { '\0' } else { c };
    }
    None
}

/// What `%` stands for where the pattern matches.
pub fn stem<'t>(pattern: &str, text: &'t str) -> Option<&'t str> {
    match pattern.split_once('%') {
        Some((before, after)) => {
            let rest = text.strip_prefix(before)?;
            rest.strip_suffix(after)
        }
        None => (pattern == text).then_some(""),
    }
}

/// The pattern with its first `%` replaced.
pub fn fill(pattern: &str, stem: &str) -> String {
    pattern.replacen('%', stem, 1)
}

/// `patsubst` on one word.
pub fn substitute(pattern: &str, replacement: &str, word: &str) -> String {
    match stem(pattern, word) {
        Some(stem) if pattern.contains('%') => fill(replacement, stem),
        Some(_) => replacement.to_owned(),
        None => word.to_owned(),
    }
}

pub fn directory(path: &str) -> &str {
    path.rfind('/').map_or("./", |at| &path[..=at])
}

pub fn base(path: &str) -> &str {
    path.rfind('/').map_or(path, |at| &path[at + 1..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_and_places_are_found() {
        assert_eq!(stem("%.o", "a.o"), Some("a"));
        assert_eq!(stem("a%b", "ab"), Some(""));
        assert_eq!(stem("lib%.a", "x.a"), None);
        assert_eq!(substitute("%.c", "%.o", "x.c"), "x.o");
        assert_eq!(substitute("x", "y", "x"), "y");
        assert_eq!(find_outside("$(a:b=c) : d", &[':']), Some(9));
        assert_eq!(find_outside("a\\:b:c", &[':']), Some(4));
        assert_eq!(find_outside("$$(a:b", &[':']), Some(4));
        assert_eq!(encode(&decode(b"\xff\0a")), b"\xff\0a");
    }
}
