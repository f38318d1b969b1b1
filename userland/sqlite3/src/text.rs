//! Texts as the output modes and SQL write them, and the words of a dot-command.

/// Columns that a text takes: SQLite's shell counts characters, whatever their width.
pub fn columns(text: &[u8]) -> usize {
    text.iter().filter(|b| **b & 0xc0 != 0x80).count()
}

/// `'text'`, quotes doubled.
pub fn quoted(text: &[u8]) -> Vec<u8> {
    doubled(text, b'\'')
}

/// `"name"`, quotes doubled.
pub fn quoted_name(name: &[u8]) -> Vec<u8> {
    doubled(name, b'"')
}

fn doubled(text: &[u8], quote: u8) -> Vec<u8> {
    let mut out = vec![quote];
    for b in text {
        if *b == quote {
            out.push(quote);
        }
        out.push(*b);
    }
    out.push(quote);
    out
}

/// The name as SQL takes it: in quotes where it needs them.
pub fn name(name: &[u8]) -> Vec<u8> {
    let plain = |b: &u8| b.is_ascii_alphanumeric() || *b == b'_';
    let first = name
        .first()
        .is_some_and(|b| b.is_ascii_alphabetic() || *b == b'_');
    if first && name.iter().all(plain) && !crate::engine::is_keyword(name) {
        name.to_vec()
    } else {
        quoted_name(name)
    }
}

/// A literal on one line: newlines and carriage returns as calls of `replace`, and what has a NUL, which a text literal can't have, as a cast.
pub fn escaped(text: &[u8]) -> Vec<u8> {
    if text.contains(&0) {
        return [b"CAST(", &blob(text, b'X')[..], b" AS TEXT)"].concat();
    }
    let (newline, carriage) = (text.contains(&b'\n'), text.contains(&b'\r'));
    if !newline && !carriage {
        return quoted(text);
    }
    let newline_mark = newline.then(|| unused(text, b"\\n", b"\\012"));
    let carriage_mark = carriage.then(|| unused(text, b"\\r", b"\\015"));
    let mut out = Vec::new();
    out.extend_from_slice(&b"replace(".repeat(usize::from(newline) + usize::from(carriage)));
    let mut marked = Vec::new();
    for b in text {
        match (b, &newline_mark, &carriage_mark) {
            (b'\n', Some(mark), _) | (b'\r', _, Some(mark)) => marked.extend_from_slice(mark),
            _ => marked.push(*b),
        }
    }
    out.extend_from_slice(&quoted(&marked));
    for (mark, code) in [(carriage_mark, "13"), (newline_mark, "10")] {
        if let Some(mark) = mark {
            out.extend_from_slice(&[b",'", &mark[..], b"',char(", code.as_bytes(), b"))"].concat());
        }
    }
    out
}

/// A mark that the text does not have.
fn unused(text: &[u8], first: &[u8], second: &[u8]) -> Vec<u8> {
    let has = |mark: &[u8]| text.windows(mark.len()).any(|w| w == mark);
    if !has(first) {
        return first.to_vec();
    }
    if !has(second) {
        return second.to_vec();
    }
    (0..)
        .map(|i| [b"(", first, i.to_string().as_bytes(), b")"].concat())
        .find(|mark| !has(mark))
        .unwrap_or_default()
}

/// `X'00ff'`, with that letter.
pub fn blob(bytes: &[u8], letter: u8) -> Vec<u8> {
    let mut out = vec![letter, b'\''];
    for b in bytes {
        out.extend_from_slice(format!("{b:02x}").as_bytes());
    }
    out.push(b'\'');
    out
}

/// A real number in 20 digits, which always give the same number again: printf's `%!.20g`.
pub fn real(x: f64) -> Vec<u8> {
    if x.is_infinite() {
        return if x > 0.0 {
            b"Inf".to_vec()
        } else {
            b"-Inf".to_vec()
        };
    }
    let scientific = format!("{x:.19e}");
    let (digits, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    let fraction = |text: &str| {
        let text = text.trim_end_matches('0');
        if text.ends_with('.') {
            format!("{text}0")
        } else {
            text.to_owned()
        }
    };
    if (-4..20).contains(&exponent) {
        let places = usize::try_from(19 - exponent).unwrap_or(0);
        let plain = format!("{x:.*}", places.max(1));
        return fraction(&plain).into_bytes();
    }
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{}e{sign}{:02}", fraction(digits), exponent.abs()).into_bytes()
}

/// A string of C, as Tcl takes it too.
pub fn c_string(text: &[u8]) -> Vec<u8> {
    let mut out = vec![b'"'];
    for b in text {
        match b {
            b'\\' | b'"' => out.extend_from_slice(&[b'\\', *b]),
            b'\t' => out.extend_from_slice(b"\\t"),
            b'\n' => out.extend_from_slice(b"\\n"),
            b'\r' => out.extend_from_slice(b"\\r"),
            0x20..=0x7e => out.push(*b),
            _ => out.extend_from_slice(format!("\\{b:03o}").as_bytes()),
        }
    }
    out.push(b'"');
    out
}

pub fn html(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    for b in text {
        match b {
            b'<' => out.extend_from_slice(b"&lt;"),
            b'>' => out.extend_from_slice(b"&gt;"),
            b'&' => out.extend_from_slice(b"&amp;"),
            b'"' => out.extend_from_slice(b"&quot;"),
            b'\'' => out.extend_from_slice(b"&#39;"),
            _ => out.push(*b),
        }
    }
    out
}

/// A field of CSV: in quotes if it is empty or has more than plain characters.
pub fn csv(text: &[u8], separator: &[u8]) -> Vec<u8> {
    let odd = |b: &u8| matches!(b, 0..=b' ' | b'"' | b'\'' | 0x7f..);
    let separated = match separator {
        [] => true,
        [one] => text.contains(one),
        many => text.windows(many.len()).any(|w| w == many),
    };
    if text.is_empty() || separated || text.iter().any(odd) {
        quoted_name(text)
    } else {
        text.to_vec()
    }
}

pub fn json(text: &[u8]) -> Vec<u8> {
    let mut out = vec![b'"'];
    for b in text {
        match b {
            b'"' | b'\\' => out.extend_from_slice(&[b'\\', *b]),
            8 => out.extend_from_slice(b"\\b"),
            12 => out.extend_from_slice(b"\\f"),
            b'\n' => out.extend_from_slice(b"\\n"),
            b'\r' => out.extend_from_slice(b"\\r"),
            b'\t' => out.extend_from_slice(b"\\t"),
            0..0x20 => out.extend_from_slice(format!("\\u{b:04x}").as_bytes()),
            _ => out.push(*b),
        }
    }
    out.push(b'"');
    out
}

/// Splits a dot-command: blanks part words; `'…'` is taken as it is, `"…"` with C's escapes.
pub fn words(line: &[u8]) -> Vec<Vec<u8>> {
    let mut words = Vec::new();
    let mut i = 0;
    loop {
        while line.get(i).is_some_and(u8::is_ascii_whitespace) {
            i += 1;
        }
        let Some(&first) = line.get(i) else {
            return words;
        };
        if first == b'\'' || first == b'"' {
            let start = i + 1;
            i = start;
            while i < line.len() && line[i] != first {
                if line[i] == b'\\' && first == b'"' && i + 1 < line.len() {
                    i += 1;
                }
                i += 1;
            }
            let inside = &line[start..i.min(line.len())];
            words.push(if first == b'"' {
                unescaped(inside)
            } else {
                inside.to_vec()
            });
            i += 1;
        } else {
            let start = i;
            while i < line.len() && !line[i].is_ascii_whitespace() {
                i += 1;
            }
            words.push(unescaped(&line[start..i]));
        }
    }
}

/// C's escapes replaced by what they stand for.
pub fn unescaped(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text.iter().copied().peekable();
    while let Some(b) = rest.next() {
        if b != b'\\' {
            out.push(b);
            continue;
        }
        let Some(escape) = rest.next() else {
            out.push(b);
            break;
        };
        out.push(match escape {
            b'a' => 7,
            b'b' => 8,
            b't' => b'\t',
            b'n' => b'\n',
            b'v' => 11,
            b'f' => 12,
            b'r' => b'\r',
            b'0'..=b'7' => {
                let mut value = escape - b'0';
                for _ in 0..2 {
                    let Some(digit) = rest.next_if(|b| (b'0'..=b'7').contains(b)) else {
                        break;
                    };
                    value = value.wrapping_shl(3).wrapping_add(digit - b'0');
                }
                value
            }
            other => other,
        });
    }
    out
}

/// An integer as SQLite's shell reads them: decimal or 0x, with a suffix KB, MiB and so on.
pub fn integer(text: &[u8]) -> i64 {
    let text = String::from_utf8_lossy(text);
    let (negative, digits) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(&text)),
    };
    let (radix, digits) = match digits.strip_prefix("0x") {
        Some(hex) => (16, hex),
        None => (10, digits),
    };
    let end = digits.find(|c: char| !c.is_digit(radix)).unwrap_or(digits.len());
    let value = i64::from_str_radix(&digits[..end], radix).unwrap_or(0);
    let factor = match digits[end..].to_ascii_lowercase().as_str() {
        "kib" => 1 << 10,
        "mib" => 1 << 20,
        "gib" => 1 << 30,
        "kb" => 1_000,
        "mb" => 1_000_000,
        "gb" => 1_000_000_000,
        "k" => 1_000,
        "m" => 1_000_000,
        "g" => 1_000_000_000,
        _ => 1,
    };
    let value = value.saturating_mul(factor);
    if negative { -value } else { value }
}

/// `on`, `off`, `yes`, `no` or a number; `None` for anything else.
pub fn boolean(text: &[u8]) -> Option<bool> {
    if !text.is_empty() && text.iter().all(u8::is_ascii_digit) {
        return Some(integer(text) != 0);
    }
    match text.to_ascii_lowercase().as_slice() {
        b"on" | b"yes" => Some(true),
        b"off" | b"no" => Some(false),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reals_have_twenty_digits_at_most() {
        for (x, text) in [
            (0.1, "0.10000000000000000555"),
            (1.5, "1.5"),
            (-1.0, "-1.0"),
            (1e300, "1.0000000000000000525e+300"),
            (1e15, "1000000000000000.0"),
            (0.0, "0.0"),
        ] {
            assert_eq!(real(x), text.as_bytes(), "{x}");
        }
    }

    #[test]
    fn words_end_at_blanks_and_quotes() {
        let got = words(b" a 'b c' \"d\\te\" f\\n ''");
        let want: [&[u8]; 5] = [b"a", b"b c", b"d\te", b"f\n", b""];
        assert_eq!(got, want);
    }
}
