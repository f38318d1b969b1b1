//! How a line looks: what is drawn for its characters, and which columns they take.

use readline::text;

/// What one character, with what combines with it, is drawn as.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Glyph {
    /// The first byte of the line that it is, and the first behind it.
    pub start: usize,
    pub end: usize,
    /// In columns, from the line's begin.
    pub column: usize,
    pub width: usize,
}

/// How tabs and ends of lines are drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Look {
    pub tabstop: usize,
    /// Tabs are shown as `^I`, and `$` at the ends of lines.
    pub list: bool,
}

/// How wide the character at the begin of `s` is when it begins at a column.
fn width(s: &[u8], column: usize, look: Look) -> usize {
    match text::decode(s).0 {
        Some('\t') if !look.list => look.tabstop - column % look.tabstop,
        Some(c) if c.is_control() && !c.is_ascii() => 4,
        Some(c) => text::width(c),
        None => 4,
    }
}

/// The characters of a line.
pub fn glyphs(line: &[u8], look: Look) -> impl Iterator<Item = Glyph> {
    glyphs_at(line, 0, look)
}

/// The characters of a text that begins at a column.
pub fn glyphs_at(line: &[u8], column: usize, look: Look) -> impl Iterator<Item = Glyph> {
    let (mut at, mut column) = (0, column);
    std::iter::from_fn(move || {
        if at >= line.len() {
            return None;
        }
        // Most are ASCII with nothing that combines behind.
        let end = match (line[at], line.get(at + 1)) {
            (0x20..0x7f, None | Some(..0x80)) => at + 1,
            _ => text::next(line, at),
        };
        let width = match line[at] {
            0x20..0x7f => 1,
            _ => width(&line[at..], column, look),
        };
        let glyph = Glyph {
            start: at,
            end,
            column,
            width,
        };
        at = end;
        column += width;
        Some(glyph)
    })
}

/// What is drawn for a character; `None` where it is drawn as it is.
pub fn picture(s: &[u8], glyph: &Glyph, look: Look) -> Option<Vec<u8>> {
    let (c, _) = text::decode(&s[glyph.start..glyph.end]);
    match c {
        Some('\t') if !look.list => Some(vec![b' '; glyph.width]),
        Some(c) if c.is_ascii_control() => Some(vec![b'^', c as u8 ^ 0x40]),
        Some(c) if c.is_control() => Some(format!("<{:02x}>", c as u32).into_bytes()),
        Some(_) => None,
        None => Some(format!("\\x{:02X}", s[glyph.start]).into_bytes()),
    }
}

/// The columns of the character at a byte: where it begins, and where it ends. At the end of the line they are one.
pub fn columns_at(line: &[u8], at: usize, look: Look) -> (usize, usize) {
    let mut end = 0;
    for glyph in glyphs(line, look) {
        if at < glyph.end {
            return (glyph.column, glyph.column + glyph.width);
        }
        end = glyph.column + glyph.width;
    }
    (end, end)
}

/// Columns of the whole line.
pub fn columns(line: &[u8], look: Look) -> usize {
    columns_at(line, line.len(), look).0
}

/// The character that covers a column; the line's length behind its end.
pub fn byte_at(line: &[u8], column: usize, look: Look) -> usize {
    glyphs(line, look)
        .find(|glyph| column < glyph.column + glyph.width)
        .map_or(line.len(), |glyph| glyph.start)
}
