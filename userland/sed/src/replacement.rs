//! The right side of `s`.

use posix_regex::Span;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Case {
    /// `\L` and `\U`: up to `\E`.
    Lower,
    Upper,
    /// `\l` and `\u`: the next character.
    NextLower,
    NextUpper,
    End,
}

#[derive(PartialEq, Eq, Debug)]
pub enum Piece {
    Text(Vec<u8>),
    Group(usize),
    Case(Case),
}

#[derive(Default)]
pub struct Replacement {
    pieces: Vec<Piece>,
    /// The highest group that it names.
    pub groups: usize,
    has_case: bool,
}

impl Replacement {
    /// From its source, delimiters off.
    pub fn parse(source: &[u8]) -> Replacement {
        let mut replacement = Replacement::default();
        let mut text = Vec::new();
        let mut rest = source;
        while let Some(b) = rest.first() {
            let mut len = 2;
            let piece = match rest {
                [b'&', ..] => {
                    len = 1;
                    Piece::Group(0)
                }
                [b'\\', digit @ b'0'..=b'9', ..] => Piece::Group((digit - b'0').into()),
                [b'\\', b'L', ..] => Piece::Case(Case::Lower),
                [b'\\', b'U', ..] => Piece::Case(Case::Upper),
                [b'\\', b'l', ..] => Piece::Case(Case::NextLower),
                [b'\\', b'u', ..] => Piece::Case(Case::NextUpper),
                [b'\\', b'E', ..] => Piece::Case(Case::End),
                [b'\\', ..] => {
                    rest = &rest[push_escape(&mut text, rest)..];
                    continue;
                }
                _ => {
                    text.push(*b);
                    rest = &rest[1..];
                    continue;
                }
            };
            rest = &rest[len..];
            match &piece {
                Piece::Group(group) => replacement.groups = replacement.groups.max(*group),
                _ => replacement.has_case = true,
            }
            replacement.pieces.push(Piece::Text(std::mem::take(&mut text)));
            replacement.pieces.push(piece);
        }
        replacement.pieces.push(Piece::Text(text));
        replacement
            .pieces
            .retain(|piece| *piece != Piece::Text(Vec::new()));
        replacement
    }

    pub fn push(&self, out: &mut Vec<u8>, text: &[u8], spans: &[Span], case: &mut Casing) {
        for piece in &self.pieces {
            let bytes = match piece {
                Piece::Text(bytes) => bytes,
                Piece::Group(group) => match spans.get(*group) {
                    Some(Some(span)) => &text[span.clone()],
                    _ => continue,
                },
                Piece::Case(change) => {
                    case.change(*change);
                    continue;
                }
            };
            if self.has_case {
                case.push(out, bytes);
            } else {
                out.extend_from_slice(bytes);
            }
        }
    }
}

/// The case conversion that is in force.
#[derive(Default)]
pub struct Casing {
    all: Option<Case>,
    next: Option<Case>,
}

impl Casing {
    fn change(&mut self, change: Case) {
        match change {
            Case::Lower | Case::Upper => self.all = Some(change),
            Case::NextLower | Case::NextUpper => self.next = Some(change),
            Case::End => *self = Casing::default(),
        }
    }

    fn push(&mut self, out: &mut Vec<u8>, bytes: &[u8]) {
        for chunk in bytes.utf8_chunks() {
            for c in chunk.valid().chars() {
                let how = self.next.take().or(self.all);
                let changed: Vec<char> = match how {
                    Some(Case::Lower | Case::NextLower) => c.to_lowercase().collect(),
                    Some(Case::Upper | Case::NextUpper) => c.to_uppercase().collect(),
                    _ => vec![c],
                };
                // One character for one, as towupper(3) has it.
                let c = if let [one] = changed[..] { one } else { c };
                out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
            }
            if !chunk.invalid().is_empty() {
                self.next = None;
                out.extend_from_slice(chunk.invalid());
            }
        }
    }
}

/// Appends what an escape at the start of `text` stands for; answers its length.
pub fn push_escape(out: &mut Vec<u8>, text: &[u8]) -> usize {
    let number = |at: usize, most: usize, radix: u32| {
        let len = text[at.min(text.len())..]
            .iter()
            .take(most)
            .take_while(|b| char::from(**b).is_digit(radix))
            .count();
        let digits = std::str::from_utf8(&text[at..at + len]).unwrap_or_default();
        u32::from_str_radix(digits, radix)
            .ok()
            .map(|value| (value as u8, at + len))
    };
    let (byte, len) = match text.get(1) {
        None => (b'\\', 1),
        Some(b'a') => (0x07, 2),
        Some(b'f') => (0x0c, 2),
        Some(b'n') => (b'\n', 2),
        Some(b'r') => (b'\r', 2),
        Some(b't') => (b'\t', 2),
        Some(b'v') => (0x0b, 2),
        Some(b'c') if text.len() > 2 => (text[2].to_ascii_uppercase() ^ 0x40, 3),
        Some(b'd') => number(2, 3, 10).unwrap_or((b'd', 2)),
        Some(b'o') => number(2, 3, 8).unwrap_or((b'o', 2)),
        Some(b'x') => number(2, 2, 16).unwrap_or((b'x', 2)),
        Some(other) => (*other, 2),
    };
    out.push(byte);
    len
}
