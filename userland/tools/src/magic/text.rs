//! Texts: their encoding, their lines, and what they are written in.

use super::json::{self, Json};
use super::{Kind, language};

/// Lines longer than this are told of.
const LONG_LINE: usize = 300;

/// The MIME name of the encoding; `binary` where the bytes are no text.
pub fn charset(head: &[u8]) -> &'static str {
    decode(head).map_or("binary", |(encoding, _)| encoding.charset)
}

struct Encoding {
    name: &'static str,
    charset: &'static str,
}

/// `None` where the bytes are no text.
pub fn identify(head: &[u8]) -> Option<Kind> {
    let (encoding, text) = decode(head)?;
    match json::identify(&text) {
        Some(Json::One) => return Some(with(&encoding, "JSON text data".into(), "application/json")),
        Some(Json::Several) => {
            return Some(with(
                &encoding,
                "New Line Delimited JSON text data".into(),
                "application/x-ndjson",
            ));
        }
        None => {}
    }
    let found = language::identify(&text);
    if let Some(found) = &found
        && found.is_all
    {
        return Some(with(&encoding, found.name.clone(), found.mime));
    }
    if found.is_none() && language::is_csv(&text) {
        return Some(with(&encoding, "CSV text".into(), "text/csv"));
    }
    let (mut description, mime, executable) = match found {
        Some(found) => (format!("{}, ", found.name), found.mime, found.is_executable),
        None => (String::new(), "text/plain", false),
    };
    description.push_str(encoding.name);
    description.push_str(" text");
    if executable {
        description.push_str(" executable");
    }
    description.push_str(&lines(&text));
    Some(with(&encoding, description, mime))
}

fn with(encoding: &Encoding, description: String, mime: &'static str) -> Kind {
    Kind {
        description: description.into(),
        mime,
        charset: encoding.charset,
    }
}

/// The encoding, and the text in UTF-8 or bytes.
fn decode(head: &[u8]) -> Option<(Encoding, Vec<u8>)> {
    if let Some(rest) = head.strip_prefix(b"\xff\xfe") {
        return utf16(
            rest,
            u16::from_le_bytes,
            "Unicode text, UTF-16, little-endian",
            "utf-16le",
        );
    }
    if let Some(rest) = head.strip_prefix(b"\xfe\xff") {
        return utf16(
            rest,
            u16::from_be_bytes,
            "Unicode text, UTF-16, big-endian",
            "utf-16be",
        );
    }
    let is_plain = |b: &u8| matches!(b, 7..=10 | 12 | 13 | 27 | 32..=126);
    let (name, charset) = if head.iter().all(is_plain) {
        ("ASCII", "us-ascii")
    } else if is_utf8(head) && head.iter().all(|b| *b >= 0x80 || is_plain(b)) {
        if let Some(rest) = head.strip_prefix(b"\xef\xbb\xbf") {
            let encoding = Encoding {
                name: "Unicode text, UTF-8 (with BOM)",
                charset: "utf-8",
            };
            return Some((encoding, rest.to_vec()));
        }
        ("Unicode text, UTF-8", "utf-8")
    } else if head.iter().all(|b| is_plain(b) || *b >= 0xa0 || *b == 0x85) {
        ("ISO-8859", "iso-8859-1")
    } else if head.iter().all(|b| is_plain(b) || *b >= 0x80) {
        ("Non-ISO extended-ASCII", "unknown-8bit")
    } else {
        return None;
    };
    Some((Encoding { name, charset }, head.to_vec()))
}

/// UTF-8, but for a character that the end of what was read has cut.
fn is_utf8(head: &[u8]) -> bool {
    match std::str::from_utf8(head) {
        Ok(_) => true,
        Err(error) => error.error_len().is_none() && head.len() == super::HEAD,
    }
}

fn utf16(
    bytes: &[u8],
    unit: fn([u8; 2]) -> u16,
    name: &'static str,
    charset: &'static str,
) -> Option<(Encoding, Vec<u8>)> {
    let units = bytes.chunks_exact(2).map(|pair| unit([pair[0], pair[1]]));
    let text: String = char::decode_utf16(units).collect::<Result<_, _>>().ok()?;
    let is_text = !text.chars().any(|c| c == '\0' || c == '\u{fffe}');
    is_text.then(|| (Encoding { name, charset }, text.into_bytes()))
}

/// What is special about the lines.
fn lines(text: &[u8]) -> String {
    let (mut crlf, mut cr, mut lf, mut nel) = (false, false, false, false);
    let (mut length, mut longest) = (0, 0);
    for (at, b) in text.iter().enumerate() {
        let next = text.get(at + 1);
        let is_nel = *b == 0x85 && (at == 0 || text[at - 1] == 0xc2 || !text[at - 1].is_ascii());
        match b {
            b'\n' if at > 0 && text[at - 1] == b'\r' => {}
            b'\n' => lf = true,
            b'\r' if next == Some(&b'\n') => crlf = true,
            b'\r' => cr = true,
            _ if is_nel => nel = true,
            _ => {
                length += usize::from(b & 0xc0 != 0x80);
                longest = longest.max(length);
                continue;
            }
        }
        length = 0;
    }
    let mut out = String::new();
    if longest > LONG_LINE {
        out.push_str(&format!(", with very long lines ({longest})"));
    }
    let ends = [(crlf, "CRLF"), (cr, "CR"), (lf, "LF"), (nel, "NEL")];
    let ends: Vec<&str> = ends.iter().filter(|(is, _)| *is).map(|(_, name)| *name).collect();
    match ends.as_slice() {
        [] => out.push_str(", with no line terminators"),
        ["LF"] => {}
        ends => out.push_str(&format!(", with {} line terminators", ends.join(", "))),
    }
    if text.contains(&27) {
        out.push_str(", with escape sequences");
    }
    if text.contains(&8) {
        out.push_str(", with overstriking");
    }
    out
}
