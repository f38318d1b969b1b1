//! Key sequences as people write them: `"\C-x\C-e"`, `\M-f`, `Control-a`.

use crate::Bytes;

/// The bytes that a quoted sequence's inside stands for.
pub fn parse(text: &[u8]) -> Bytes {
    let mut out = Vec::new();
    let mut i = 0;
    let (mut control, mut meta) = (false, false);
    while i < text.len() {
        let c = text[i];
        i += 1;
        if c != b'\\' || i == text.len() {
            push(&mut out, c, &mut control, &mut meta);
            continue;
        }
        let e = text[i];
        i += 1;
        let prefix = text.get(i) == Some(&b'-');
        match e {
            b'C' if prefix => {
                control = true;
                i += 1;
            }
            b'M' if prefix => {
                meta = true;
                i += 1;
            }
            b'e' => push(&mut out, 0x1b, &mut control, &mut meta),
            b'a' => push(&mut out, 7, &mut control, &mut meta),
            b'b' => push(&mut out, 8, &mut control, &mut meta),
            b'd' => push(&mut out, 0x7f, &mut control, &mut meta),
            b'f' => push(&mut out, 12, &mut control, &mut meta),
            b'n' => push(&mut out, b'\n', &mut control, &mut meta),
            b'r' => push(&mut out, b'\r', &mut control, &mut meta),
            b't' => push(&mut out, b'\t', &mut control, &mut meta),
            b'v' => push(&mut out, 11, &mut control, &mut meta),
            b'0'..=b'7' => {
                let n = text[i - 1..]
                    .iter()
                    .take(3)
                    .take_while(|c| (b'0'..=b'7').contains(c))
                    .count();
                let value = text[i - 1..i - 1 + n]
                    .iter()
                    .fold(0u32, |v, c| v * 8 + u32::from(c - b'0'));
                i += n - 1;
                push(&mut out, value as u8, &mut control, &mut meta);
            }
            b'x' if text.get(i).is_some_and(u8::is_ascii_hexdigit) => {
                let n = text[i..]
                    .iter()
                    .take(2)
                    .take_while(|c| c.is_ascii_hexdigit())
                    .count();
                let digits = std::str::from_utf8(&text[i..i + n]).unwrap_or("0");
                i += n;
                push(
                    &mut out,
                    u8::from_str_radix(digits, 16).unwrap_or(0),
                    &mut control,
                    &mut meta,
                );
            }
            other => push(&mut out, other, &mut control, &mut meta),
        }
    }
    out
}

fn push(out: &mut Bytes, c: u8, control: &mut bool, meta: &mut bool) {
    if std::mem::take(meta) {
        out.push(0x1b);
    }
    out.push(if std::mem::take(control) {
        if c == b'?' {
            0x7f
        } else {
            c.to_ascii_uppercase() & 0x1f
        }
    } else {
        c
    });
}

/// A key by its name, as inputrc has it without quotes: `Control-Meta-x`, `Rubout`, `C-a`.
pub fn named(name: &str) -> Option<Bytes> {
    let (mut control, mut meta) = (false, false);
    let mut rest = name;
    loop {
        let lower = rest.to_ascii_lowercase();
        let (prefix, is_control) = [("control-", true), ("c-", true), ("meta-", false), ("m-", false)]
            .into_iter()
            .find(|(p, _)| lower.starts_with(p) && lower.len() > p.len())
            .map_or((None, false), |(p, c)| (Some(p), c));
        let Some(p) = prefix else { break };
        rest = &rest[p.len()..];
        if is_control {
            control = true;
        } else {
            meta = true;
        }
    }
    let c = match &*rest.to_ascii_lowercase() {
        "del" | "rubout" => 0x7f,
        "esc" | "escape" => 0x1b,
        "lfd" | "newline" => b'\n',
        "ret" | "return" => b'\r',
        "spc" | "space" => b' ',
        "tab" => b'\t',
        _ if rest.len() == 1 => rest.as_bytes()[0],
        _ => return None,
    };
    let mut out = Vec::new();
    push(&mut out, c, &mut control, &mut meta);
    Some(out)
}

/// A sequence as `bind -p` shows it, without the quotes.
pub fn show(keys: &[u8]) -> String {
    let mut out = String::new();
    for &c in keys {
        match c {
            0x1b => out.push_str("\\e"),
            0x7f => out.push_str("\\C-?"),
            0 => out.push_str("\\C-@"),
            1..=0x1a | 0x1c..0x20 => {
                out.push_str("\\C-");
                let shown = (c + 0x40) as char;
                if shown == '\\' {
                    out.push('\\');
                }
                out.push(shown.to_ascii_lowercase());
            }
            b'"' | b'\\' => {
                out.push('\\');
                out.push(c as char);
            }
            0x80.. => out.push_str(&format!("\\{c:03o}")),
            _ => out.push(c as char),
        }
    }
    out
}
