//! Prompt strings: backslash escapes, then expansions.

use crate::builtin::misc::strftime;
use crate::shell::{Shell, now_ns, user_field};
use crate::text::{Bytes, decode as to_text, parse_int};

/// PS1 and its like, ready to print. `\[` and `\]` become bytes 1 and 2, which the line editor leaves out of widths.
pub fn expand(sh: &mut Shell, raw: &[u8]) -> Bytes {
    let variables = sh.options.shopt_is_on("promptvars");
    let decoded = decode(sh, raw, variables);
    if !variables || !decoded.iter().any(|c| matches!(c, b'$' | b'`' | b'\\')) {
        return decoded;
    }
    let status = sh.status;
    let expanded = super::heredoc(sh, &to_text(&unescape_quotes(&decoded)));
    sh.status = status;
    expanded.unwrap_or(decoded)
}

/// The expansion is one in double quotes, where a backslash before a quote goes.
fn unescape_quotes(s: &[u8]) -> Bytes {
    let mut out = Vec::with_capacity(s.len());
    let mut i = 0;
    while i < s.len() {
        match s[i..] {
            [b'\\', b'"', ..] => {
                out.push(b'"');
                i += 2;
            }
            [b'\\', c, ..] => {
                out.extend_from_slice(&[b'\\', c]);
                i += 2;
            }
            _ => {
                out.push(s[i]);
                i += 1;
            }
        }
    }
    out
}

fn user_name(sh: &Shell) -> Bytes {
    user_field(0)
        .or_else(|| sh.vars.get("USER").cloned())
        .unwrap_or_else(|| b"user".to_vec())
}

/// Only the backslash escapes; `guarded` says that an expansion follows, which must leave a `\$` alone.
fn decode(sh: &Shell, raw: &[u8], guarded: bool) -> Bytes {
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
            b'\\' => out.push(b'\\'),
            b'$' if sys::geteuid() == 0 => out.push(b'#'),
            b'$' if guarded => out.extend_from_slice(b"\\$"),
            b'$' => out.push(b'$'),
            b'u' => out.extend_from_slice(&user_name(sh)),
            b'H' => out.extend_from_slice(&host_name(sh)),
            b'h' => {
                let host = host_name(sh);
                out.extend_from_slice(host.split(|c| *c == b'.').next().unwrap_or(&host));
            }
            b'd' => out.extend_from_slice(&strftime(b"%a %b %d", (now_ns() / 1_000_000_000) as i64)),
            b'D' if raw.get(i) == Some(&b'{') && raw[i..].contains(&b'}') => {
                let end = i + raw[i..].iter().position(|c| *c == b'}').unwrap_or(0);
                let format = if end == i + 1 { b"%X" } else { &raw[i + 1..end] };
                out.extend_from_slice(&strftime(format, (now_ns() / 1_000_000_000) as i64));
                i = end + 1;
            }
            b's' => out.extend_from_slice(base_name(&sh.name)),
            b'v' => out.extend_from_slice(b"5.2"),
            b'V' => out.extend_from_slice(b"5.2.37"),
            b'l' => {
                let name = sys::ttyname(sys::Fd::STDIN).unwrap_or_else(|_| b"tty".to_vec());
                out.extend_from_slice(base_name(&name));
            }
            b'j' => out.extend_from_slice(sh.jobs.count().to_string().as_bytes()),
            b'!' => out.extend_from_slice(sh.history.number(sh.history.len()).to_string().as_bytes()),
            b'#' => out.extend_from_slice((sh.command_number + 1).to_string().as_bytes()),
            b'w' => out.extend_from_slice(&directory(sh)),
            b'W' => {
                let dir = home_relative(sh);
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

fn host_name(sh: &Shell) -> Bytes {
    sh.vars
        .get("HOSTNAME")
        .cloned()
        .unwrap_or_else(|| b"localhost".to_vec())
}

fn base_name(path: &[u8]) -> &[u8] {
    path.rsplit(|c| *c == b'/').next().unwrap_or(path)
}

fn directory(sh: &Shell) -> Bytes {
    let shown = home_relative(sh);
    let keep = sh.vars.get("PROMPT_DIRTRIM").and_then(|n| parse_int(n));
    match keep.and_then(|n| usize::try_from(n).ok()).filter(|n| *n > 0) {
        Some(n) => trimmed(&shown, n),
        None => shown,
    }
}

/// The working directory, with a tilde for the home.
fn home_relative(sh: &Shell) -> Bytes {
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

/// The last `n` parts of a path, with `...` for those left out (PROMPT_DIRTRIM).
fn trimmed(path: &[u8], n: usize) -> Bytes {
    let home: &[u8] = if path.starts_with(b"~") { b"~" } else { b"" };
    let rest = &path[home.len()..];
    let starts = rest
        .iter()
        .enumerate()
        .filter(|(_, c)| **c == b'/')
        .map(|(i, _)| i);
    let starts: Vec<usize> = starts.collect();
    match starts.len().checked_sub(n) {
        Some(left) if left > 0 => [
            home,
            if home.is_empty() { b"..." } else { b"/..." },
            &rest[starts[left]..],
        ]
        .concat(),
        _ => path.to_vec(),
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
