//! Sets of characters: bracket expressions, classes, and what escapes stand for.

use regex_syntax::hir::{Class, ClassBytes, ClassBytesRange, ClassUnicode, ClassUnicodeRange, HirKind};

use crate::parse::{Parser, Set};
use crate::{Flavor, Options};

const UNMATCHED: &str = "Unmatched [, [^, [:, [., or [=";

/// The inside of `[…]`, whose opening bracket has been read.
pub fn parse(parser: &mut Parser) -> Result<Set, String> {
    let mut builder = Builder::new(parser.options, parser.classes);
    let negated = parser.rest.first() == Some(&b'^');
    if negated {
        parser.rest = &parser.rest[1..];
    }
    let mut first = true;
    loop {
        match parser.rest {
            [] => return Err(UNMATCHED.into()),
            [b']', rest @ ..] if !first => {
                parser.rest = rest;
                return Ok(builder.finish(negated));
            }
            [b'[', b':', rest @ ..] => {
                let end = rest.windows(2).position(|w| w == b":]").ok_or(UNMATCHED)?;
                builder.class(&rest[..end])?;
                parser.rest = &rest[end + 2..];
            }
            _ => range(parser, &mut builder)?,
        }
        first = false;
    }
}

/// A character or a range of a bracket expression.
fn range(parser: &mut Parser, builder: &mut Builder) -> Result<(), String> {
    let low = member(parser)?;
    let is_range = parser.rest.first() == Some(&b'-') && parser.rest.get(1).is_some_and(|b| *b != b']');
    let high = if is_range {
        parser.rest = &parser.rest[1..];
        member(parser)?
    } else {
        low
    };
    if high < low {
        return Err("Invalid range end".into());
    }
    builder.range(low, high)
}

/// A member of a bracket expression: a character's scalar value, or 0x110000 plus a byte that is no UTF-8.
fn member(parser: &mut Parser) -> Result<u32, String> {
    if let [b'[', mark @ (b'.' | b'='), ..] = *parser.rest {
        let inside = &parser.rest[2..];
        let end = inside
            .windows(2)
            .position(|w| w == [mark, b']'])
            .ok_or(UNMATCHED)?;
        let rest = &inside[end + 2..];
        parser.rest = &inside[..end];
        let value = one(parser);
        if end == 0 || !parser.rest.is_empty() {
            return Err("Invalid collation character".into());
        }
        parser.rest = rest;
        return Ok(value);
    }
    if parser.rest[0] == b'\\'
        && let Some((byte, len)) = bracket_escape(parser.rest, parser.options.flavor)
    {
        parser.rest = &parser.rest[len..];
        return Ok(if byte >= 0x80 && parser.options.utf8 {
            NO_CHAR + u32::from(byte)
        } else {
            byte.into()
        });
    }
    Ok(one(parser))
}

/// What a byte that is no character is counted from.
const NO_CHAR: u32 = 0x11_0000;

fn one(parser: &mut Parser) -> u32 {
    let Some(b) = parser.rest.first().copied() else {
        return 0;
    };
    let (taken, rest) = parser.rest.split_at(parser.char_len());
    parser.rest = rest;
    match std::str::from_utf8(taken) {
        Ok(text) if parser.options.utf8 => text.chars().next().map_or(0, u32::from),
        _ if b < 0x80 || !parser.options.utf8 => b.into(),
        _ => NO_CHAR + u32::from(b),
    }
}

/// In awk a backslash escapes inside brackets too; elsewhere only what GNU sed takes for a character does.
fn bracket_escape(text: &[u8], flavor: Flavor) -> Option<(u8, usize)> {
    escape(text, flavor).or_else(|| match text.get(1) {
        Some(b) if flavor == Flavor::Awk && b.is_ascii() => Some((*b, 2)),
        _ => None,
    })
}

/// The byte that an escape at the start of `text` stands for, and the escape's length.
pub fn escape(text: &[u8], flavor: Flavor) -> Option<(u8, usize)> {
    let number = |at: usize, most: usize, radix: u32| {
        let digits = text[at.min(text.len())..]
            .iter()
            .take(most)
            .take_while(|b| char::from(**b).is_digit(radix))
            .count();
        let value = std::str::from_utf8(&text[at..at + digits]).ok()?;
        u32::from_str_radix(value, radix)
            .ok()
            .map(|v| (v as u8, at + digits))
    };
    let awk = flavor == Flavor::Awk;
    match text.get(1)? {
        b'n' => Some((b'\n', 2)),
        b't' => Some((b'\t', 2)),
        b'r' => Some((b'\r', 2)),
        b'f' => Some((0x0c, 2)),
        b'v' => Some((0x0b, 2)),
        b'a' => Some((0x07, 2)),
        b'b' if awk => Some((0x08, 2)),
        b'x' => number(2, 2, 16),
        b'0'..=b'7' if awk => number(1, 3, 8),
        b'd' if !awk => number(2, 3, 10),
        b'o' if !awk => number(2, 3, 8),
        b'c' if !awk => text.get(2).map(|b| (b.to_ascii_uppercase() ^ 0x40, 3)),
        _ => None,
    }
}

/// `\w`, or `\W`.
pub fn word(parser: &Parser, negated: bool) -> Set {
    let mut builder = Builder::new(parser.options, parser.classes);
    builder.class_of(b"alnum");
    let _ = builder.range('_'.into(), '_'.into());
    builder.finish(negated)
}

/// `\s`, or `\S`.
pub fn space(parser: &Parser, negated: bool) -> Set {
    let mut builder = Builder::new(parser.options, parser.classes);
    builder.class_of(b"space");
    builder.finish(negated)
}

/// The set of a character's cases; `None` where it has but one.
pub fn folded(bytes: &[u8], parser: &Parser) -> Option<Set> {
    let options = parser.options;
    let mut builder = Builder::new(options, parser.classes);
    let value = match std::str::from_utf8(bytes) {
        Ok(text) if options.utf8 => text.chars().next()?.into(),
        _ if bytes[0] < 0x80 || !options.utf8 => bytes[0].into(),
        _ => return None,
    };
    builder.range(value, value).ok()?;
    let set = builder.finish(false);
    let several = match &set {
        Set::Chars(chars) => chars.iter().map(|r| r.len()).sum::<usize>() > 1,
        Set::Bytes(bytes) => bytes.iter().map(|r| r.len()).sum::<usize>() > 1,
    };
    several.then_some(set)
}

struct Builder {
    options: Options,
    classes: Classes,
    chars: ClassUnicode,
    bytes: ClassBytes,
}

impl Builder {
    fn new(options: Options, classes: Classes) -> Builder {
        Builder {
            options,
            classes,
            chars: ClassUnicode::empty(),
            bytes: ClassBytes::empty(),
        }
    }

    fn range(&mut self, low: u32, high: u32) -> Result<(), String> {
        if !self.options.utf8 {
            self.bytes
                .push(ClassBytesRange::new(low.min(255) as u8, high.min(255) as u8));
            return Ok(());
        }
        // A byte that is no UTF-8 is never a member: the sets here are of characters.
        let (Some(low), Some(high)) = (char::from_u32(low), char::from_u32(high)) else {
            return Err("bytes that are no UTF-8 are not supported in brackets (but with LC_ALL=C)".into());
        };
        self.chars.push(ClassUnicodeRange::new(low, high));
        Ok(())
    }

    fn class(&mut self, name: &[u8]) -> Result<(), String> {
        if self.class_of(name) {
            Ok(())
        } else {
            Err("Invalid character class name".into())
        }
    }

    fn class_of(&mut self, name: &[u8]) -> bool {
        let Some(ascii) = ascii_class(name) else {
            return false;
        };
        if !self.options.utf8 {
            self.bytes.union(&ClassBytes::new(
                ascii.iter().map(|(l, h)| ClassBytesRange::new(*l, *h)),
            ));
            return true;
        }
        self.chars.union(&ClassUnicode::new(
            ascii
                .iter()
                .map(|(l, h)| ClassUnicodeRange::new((*l).into(), (*h).into())),
        ));
        let above = match name {
            b"alpha" | b"alnum" => (self.classes.word)(),
            b"space" => (self.classes.space)(),
            b"upper" => by_case(char::is_uppercase),
            b"lower" => by_case(char::is_lowercase),
            b"print" | b"graph" => ClassUnicode::new([ClassUnicodeRange::new('\u{a1}', char::MAX)]),
            _ => ClassUnicode::empty(),
        };
        // ASCII's members are the table's alone: `\w` has digits and the underscore.
        for range in above.iter().filter(|range| !range.end().is_ascii()) {
            self.chars
                .push(ClassUnicodeRange::new(range.start().max('\u{80}'), range.end()));
        }
        true
    }

    fn finish(mut self, negated: bool) -> Set {
        if self.options.utf8 {
            if self.options.ignore_case {
                // It fails only without the tables, which this crate asks for.
                let _ = self.chars.try_case_fold_simple();
            }
            if negated {
                self.chars.negate();
            }
            Set::Chars(self.chars)
        } else {
            if self.options.ignore_case {
                self.bytes.case_fold_simple();
            }
            if negated {
                self.bytes.negate();
            }
            Set::Bytes(self.bytes)
        }
    }
}

/// Where the sets of characters beyond ASCII come from.
#[derive(Clone, Copy)]
pub struct Classes {
    word: fn() -> ClassUnicode,
    space: fn() -> ClassUnicode,
}

/// `regex-syntax` has them at once, with some 100 KB of code.
pub const TABLES: Classes = Classes {
    word: || perl("\\w"),
    space: || perl("\\s"),
};

/// std has to be asked for each character.
pub const SMALL: Classes = Classes {
    word: || by_case(char::is_alphanumeric),
    space: || by_case(char::is_whitespace),
};

fn perl(class: &str) -> ClassUnicode {
    match regex_syntax::parse(class).map(regex_syntax::hir::Hir::into_kind) {
        Ok(HirKind::Class(Class::Unicode(chars))) => chars,
        _ => ClassUnicode::empty(),
    }
}

/// std has the tables of cases, though not as ranges. Nothing with a case lies beyond the last range of this.
fn by_case(is: fn(char) -> bool) -> ClassUnicode {
    let chars = ('\u{80}'..'\u{3000}')
        .chain('\u{a640}'..'\u{ac00}')
        .chain('\u{fb00}'..'\u{1f200}');
    ClassUnicode::new(chars.filter(|c| is(*c)).map(|c| ClassUnicodeRange::new(c, c)))
}

fn ascii_class(name: &[u8]) -> Option<&'static [(u8, u8)]> {
    Some(match name {
        b"alpha" => &[(b'A', b'Z'), (b'a', b'z')],
        b"digit" => &[(b'0', b'9')],
        b"alnum" => &[(b'0', b'9'), (b'A', b'Z'), (b'a', b'z')],
        b"upper" => &[(b'A', b'Z')],
        b"lower" => &[(b'a', b'z')],
        b"space" => &[(9, 13), (b' ', b' ')],
        b"blank" => &[(b'\t', b'\t'), (b' ', b' ')],
        b"punct" => &[(b'!', b'/'), (b':', b'@'), (b'[', b'`'), (b'{', b'~')],
        b"print" => &[(b' ', b'~')],
        b"graph" => &[(b'!', b'~')],
        b"cntrl" => &[(0, 31), (127, 127)],
        b"xdigit" => &[(b'0', b'9'), (b'A', b'F'), (b'a', b'f')],
        _ => return None,
    })
}
