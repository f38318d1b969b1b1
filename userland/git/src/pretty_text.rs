//! Parts of commits as formats want them.

use crate::date::{self, Mode};
use crate::ident::Ident;
use crate::msg;

pub fn person(ident: &Ident, what: u8, mode: &Mode) -> Option<Vec<u8>> {
    let when = |mode: &Mode| date::show(ident.time, ident.zone, mode).into_bytes();
    Some(match what {
        b'n' | b'N' => ident.name.clone(),
        b'e' | b'E' => ident.mail.clone(),
        b'l' | b'L' => ident
            .mail
            .split(|b| *b == b'@')
            .next()
            .unwrap_or_default()
            .to_vec(),
        b'd' => when(mode),
        b'D' => when(&Mode::Rfc),
        b'r' => when(&Mode::Relative),
        b't' => when(&Mode::Unix),
        b'i' => when(&Mode::Iso),
        b'I' => when(&Mode::IsoStrict),
        b's' => when(&Mode::Short),
        b'h' => when(&Mode::Human),
        _ => return None,
    })
}

/// `<(N)`, `>(N)`, `<|(N)`: width (negative: a column), whether to fill on the right, and how long that is.
pub fn padding(code: &[u8]) -> Option<(isize, bool, usize)> {
    let left = match code.first()? {
        b'<' => true,
        b'>' => false,
        _ => return None,
    };
    let column = code.get(1) == Some(&b'|');
    let open = 1 + usize::from(column);
    let close = code.iter().position(|b| *b == b')')?;
    let inside = std::str::from_utf8(code.get(open..close)?.strip_prefix(b"(")?).ok()?;
    let width: isize = inside.split(',').next()?.trim().parse().ok()?;
    Some((if column { -width } else { width }, left, close + 1))
}

pub fn padded(text: Vec<u8>, width: isize, left: bool, out: &[u8]) -> Vec<u8> {
    let count = |text: &[u8]| String::from_utf8_lossy(text).chars().count();
    let line = out.rsplit(|b| *b == b'\n').next().unwrap_or_default();
    let width = if width < 0 {
        (-width) as usize - count(line).min((-width) as usize)
    } else {
        width as usize
    };
    let fill = b" ".repeat(width.saturating_sub(count(&text)));
    if left {
        [text, fill].concat()
    } else {
        [fill, text].concat()
    }
}

/// The subject as a file name.
pub fn sanitized(subject: &[u8]) -> Vec<u8> {
    let mut out: Vec<u8> = Vec::new();
    let mut gap = false;
    for b in subject {
        if b.is_ascii_alphanumeric() || *b == b'_' || *b == b'.' && out.last() != Some(&b'.') {
            if gap && !out.is_empty() {
                out.push(b'-');
            }
            gap = false;
            out.push(*b);
        } else {
            gap = true;
        }
    }
    while matches!(out.last(), Some(b'.' | b'-')) {
        out.pop();
    }
    out
}

/// The message, each line behind four spaces, without empty lines at the ends.
pub fn indented(message: &[u8]) -> Vec<u8> {
    let mut lines: Vec<&[u8]> = message
        .split(|b| *b == b'\n')
        .map(<[u8]>::trim_ascii_end)
        .collect();
    while lines.last().is_some_and(|line| line.is_empty()) {
        lines.pop();
    }
    let first = lines
        .iter()
        .position(|line| !line.is_empty())
        .unwrap_or(lines.len());
    lines[first..]
        .iter()
        .flat_map(|line| msg!["    ", diffs::compare::expand_tabs(line, 8), "\n"])
        .collect()
}
