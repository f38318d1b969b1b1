//! Names in messages and listings as a shell would need them quoted (GNU's `shell-escape` styles).

use std::ffi::OsStr;
use std::fmt::Write;

/// `'name'`, always quoted, for messages.
pub fn always(name: &OsStr) -> String {
    escape(name.as_encoded_bytes(), true)
}

/// The name, quoted only where a shell would need it (`ls` on a terminal).
pub fn if_needed(name: &OsStr) -> String {
    escape(name.as_encoded_bytes(), false)
}

/// Whether a shell would read the bare name as something else.
fn is_special(name: &[u8]) -> bool {
    name.is_empty()
        || name.iter().enumerate().any(|(at, b)| match b {
            b'#' | b'~' => at == 0,
            b'{' | b'}' => name.len() == 1,
            b' ' | b'!' | b'"' | b'$' | b'&' | b'\'' | b'(' | b')' | b'*' | b';' | b'<' | b'=' | b'>'
            | b'?' | b'[' | b'\\' | b'^' | b'`' | b'|' => true,
            _ => false,
        })
}

fn escape(name: &[u8], always: bool) -> String {
    let text = std::str::from_utf8(name);
    let printable = text.is_ok_and(|text| !text.chars().any(char::is_control));
    match (printable, text) {
        (true, Ok(text)) if !always && !is_special(name) => text.to_owned(),
        (true, Ok(text)) if !text.contains('\'') => format!("'{text}'"),
        (true, Ok(text)) if !text.contains(['"', '\\', '$', '`', '!']) => format!("\"{text}\""),
        (true, Ok(text)) => format!("'{}'", text.replace('\'', "'\\''")),
        _ => with_dollar(name),
    }
}

/// `'a'$'\n''b'`: the unprintable parts in `$'…'`.
fn with_dollar(name: &[u8]) -> String {
    let mut out = String::from("'");
    let mut escaped = false;
    for chunk in name.utf8_chunks() {
        for c in chunk.valid().chars() {
            if c.is_control() {
                enter(&mut out, &mut escaped);
                push_escape(&mut out, c);
            } else {
                leave(&mut out, &mut escaped);
                if c == '\'' {
                    out.push_str("'\\''")
                } else {
                    out.push(c)
                }
            }
        }
        for b in chunk.invalid() {
            enter(&mut out, &mut escaped);
            let _ = write!(out, "\\{b:03o}");
        }
    }
    out.push('\'');
    // A name that ends in an escape closes with it; GNU leaves no empty quotes there.
    if escaped {
        out
    } else {
        out.strip_suffix("''").map_or(out.clone(), str::to_owned)
    }
}

fn enter(out: &mut String, escaped: &mut bool) {
    if !*escaped {
        out.push_str("'$'");
        *escaped = true;
    }
}

fn leave(out: &mut String, escaped: &mut bool) {
    if *escaped {
        out.push_str("''");
        *escaped = false;
    }
}

fn push_escape(out: &mut String, c: char) {
    let letter = match c {
        '\n' => "\\n",
        '\t' => "\\t",
        '\r' => "\\r",
        '\u{7}' => "\\a",
        '\u{8}' => "\\b",
        '\u{b}' => "\\v",
        '\u{c}' => "\\f",
        _ => "",
    };
    if letter.is_empty() {
        let mut bytes = [0; 4];
        for b in c.encode_utf8(&mut bytes).bytes() {
            let _ = write!(out, "\\{b:03o}");
        }
    } else {
        out.push_str(letter);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::os;

    #[test]
    fn names_are_quoted_as_gnu_ls_quotes_them() {
        for (name, bare, quoted) in [
            (&b"plain"[..], "plain", "'plain'"),
            (b"", "''", "''"),
            (b"a b", "'a b'", "'a b'"),
            (b"it's", "\"it's\"", "\"it's\""),
            (b"it's $5", "'it'\\''s $5'", "'it'\\''s $5'"),
            (b"a#b", "a#b", "'a#b'"),
            (b"#b", "'#b'", "'#b'"),
            ("ü".as_bytes(), "ü", "'ü'"),
            (b"a\nb", "'a'$'\\n''b'", "'a'$'\\n''b'"),
            (b"a\n", "'a'$'\\n'", "'a'$'\\n'"),
            (b"\x01", "''$'\\001'", "''$'\\001'"),
            (b"\xff", "''$'\\377'", "''$'\\377'"),
        ] {
            assert_eq!(if_needed(os(name)), bare);
            assert_eq!(always(os(name)), quoted);
        }
    }
}
