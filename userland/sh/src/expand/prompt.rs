//! Prompt strings: backslash escapes, then expansions.

use crate::shell::{Shell, now_ns};
use crate::text::{Bytes, decode as to_text, lossy};

/// PS1 and its like, ready to print. `\[` and `\]` become bytes 1 and 2, which the line editor leaves out of widths.
pub fn expand(sh: &mut Shell, raw: &[u8]) -> Bytes {
    let decoded = decode(sh, raw);
    if !decoded.iter().any(|c| matches!(c, b'$' | b'`' | b'\\')) {
        return decoded;
    }
    let status = sh.status;
    let expanded = super::heredoc(sh, &to_text(&decoded));
    sh.status = status;
    expanded.unwrap_or(decoded)
}

/// Only the backslash escapes.
pub fn decode(sh: &Shell, raw: &[u8]) -> Bytes {
    let mut out = Vec::new();
    let mut i = 0;
    while i < raw.len() {
        let c = raw[i];
        i += 1;
        if c != b'\\' || i == raw.len() {
            out.push(c);
            continue;
        }
        let e = raw[i];
        i += 1;
        match e {
            b'a' => out.push(7),
            b'e' => out.push(0x1b),
            b'n' => out.push(b'\n'),
            b'r' => out.push(b'\r'),
            b'[' => out.push(1),
            b']' => out.push(2),
            b'\\' => out.extend_from_slice(b"\\\\"),
            b'$' => out.extend_from_slice(if sys::geteuid() == 0 { b"#" } else { b"\\$" }),
            b'u' => out.extend_from_slice(sh.vars.get("USER").map_or(&b"user"[..], |v| v)),
            b'h' | b'H' => out.extend_from_slice(sh.vars.get("HOSTNAME").map_or(&b"cobnut"[..], |v| v)),
            b's' => out.extend_from_slice(base_name(&sh.name)),
            b'v' | b'V' => out.extend_from_slice(b"5.2"),
            b'j' => out.extend_from_slice(sh.jobs.count().to_string().as_bytes()),
            b'!' | b'#' => out.extend_from_slice((sh.history.len() + 1).to_string().as_bytes()),
            b'w' => out.extend_from_slice(&directory(sh)),
            b'W' => {
                let dir = directory(sh);
                out.extend_from_slice(if dir == b"/" { b"/" } else { base_name(&dir) });
            }
            b't' | b'T' | b'A' | b'@' => out.extend_from_slice(clock(e).as_bytes()),
            b'0'..=b'7' => {
                let n = raw[i - 1..]
                    .iter()
                    .take(3)
                    .take_while(|c| (b'0'..=b'7').contains(c))
                    .count();
                let v = raw[i - 1..i - 1 + n]
                    .iter()
                    .fold(0u32, |v, c| v * 8 + u32::from(c - b'0'));
                out.push(v as u8);
                i += n - 1;
            }
            _ => out.extend_from_slice(&[b'\\', e]),
        }
    }
    out
}

fn base_name(path: &[u8]) -> &[u8] {
    path.rsplit(|c| *c == b'/').next().unwrap_or(path)
}

fn directory(sh: &Shell) -> Bytes {
    let pwd = sh.vars.get("PWD").cloned().unwrap_or_default();
    match sh.vars.get("HOME") {
        Some(home) if home.len() > 1 && pwd.starts_with(home) => match pwd.get(home.len()) {
            None => b"~".to_vec(),
            Some(b'/') => [b"~", &pwd[home.len()..]].concat(),
            Some(_) => pwd,
        },
        _ => pwd,
    }
}

/// UTC: the kernel knows no time zones.
fn clock(style: u8) -> String {
    let secs = now_ns() / 1_000_000_000 % 86400;
    let (h, m, s) = (secs / 3600, secs / 60 % 60, secs % 60);
    let h12 = if h % 12 == 0 { 12 } else { h % 12 };
    match style {
        b't' => format!("{h:02}:{m:02}:{s:02}"),
        b'T' => format!("{h12:02}:{m:02}:{s:02}"),
        b'A' => format!("{h:02}:{m:02}"),
        _ => format!("{h12:02}:{m:02} {}", if h < 12 { "AM" } else { "PM" }),
    }
}

/// How many columns a prompt takes: what stands between bytes 1 and 2, and escape sequences, take none.
pub fn width(prompt: &[u8]) -> usize {
    let (mut hidden, mut n) = (false, 0);
    for c in lossy(prompt).chars() {
        match c {
            '\u{1}' => hidden = true,
            '\u{2}' => hidden = false,
            c if !hidden && !c.is_control() => n += 1,
            _ => {}
        }
    }
    n
}
