//! Whether a text is JSON: an object or an array, or one on each line.

/// How deep values may nest before it is no use to look on.
const MAX_DEPTH: usize = 500;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Json {
    One,
    /// JSON Lines.
    Several,
}

/// `None` where the text is no JSON.
pub fn identify(text: &[u8]) -> Option<Json> {
    let mut rest = blanks(text);
    let mut count = 0;
    while !rest.is_empty() {
        if !matches!(rest[0], b'{' | b'[') {
            return None;
        }
        let after = value(rest, 0)?;
        // A further value begins on a line of its own.
        let (line, next) = after.split_at(after.iter().position(|b| *b == b'\n').unwrap_or(after.len()));
        if !blanks(line).is_empty() {
            return None;
        }
        rest = blanks(next);
        count += 1;
    }
    match count {
        0 => None,
        1 => Some(Json::One),
        _ => Some(Json::Several),
    }
}

fn blanks(text: &[u8]) -> &[u8] {
    let end = text.iter().position(|b| !b" \t\r\n".contains(b));
    &text[end.unwrap_or(text.len())..]
}

/// What comes after the value at the start.
fn value(text: &[u8], depth: usize) -> Option<&[u8]> {
    if depth > MAX_DEPTH {
        return None;
    }
    match text.first()? {
        b'{' => items(&text[1..], b'}', |text| {
            let after = blanks(string(text)?).strip_prefix(b":")?;
            value(blanks(after), depth + 1)
        }),
        b'[' => items(&text[1..], b']', |text| value(text, depth + 1)),
        b'"' => string(text),
        b't' => text.strip_prefix(b"true"),
        b'f' => text.strip_prefix(b"false"),
        b'n' => text.strip_prefix(b"null"),
        b'-' | b'0'..=b'9' => {
            let end = text
                .iter()
                .position(|b| !b"+-.eE0123456789".contains(b))
                .unwrap_or(text.len());
            std::str::from_utf8(&text[..end]).ok()?.parse::<f64>().ok()?;
            Some(&text[end..])
        }
        _ => None,
    }
}

fn items<'t>(text: &'t [u8], close: u8, item: impl Fn(&'t [u8]) -> Option<&'t [u8]>) -> Option<&'t [u8]> {
    let mut rest = blanks(text);
    if rest.first() == Some(&close) {
        return Some(&rest[1..]);
    }
    loop {
        rest = blanks(item(rest)?);
        match rest.first()? {
            b',' => rest = blanks(&rest[1..]),
            b if *b == close => return Some(&rest[1..]),
            _ => return None,
        }
    }
}

fn string(text: &[u8]) -> Option<&[u8]> {
    let mut rest = text.strip_prefix(b"\"")?;
    loop {
        let at = rest.iter().position(|b| matches!(b, b'"' | b'\\' | b'\n'))?;
        match rest[at] {
            b'"' => return Some(&rest[at + 1..]),
            b'\\' => rest = rest.get(at + 2..)?,
            _ => return None,
        }
    }
}
