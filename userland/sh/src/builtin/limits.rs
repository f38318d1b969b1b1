//! umask, ulimit, times.

use sys::{Mode, Resource, Rlimit};

use crate::shell::{Outcome, Shell};
use crate::text::{Bytes, lossy};

pub fn umask(sh: &mut Shell, args: &[Bytes]) -> Outcome {
    let o = match super::options(sh, args, "pS") {
        Ok(o) => o,
        Err(s) => return Ok(s),
    };
    // There is no call that only asks.
    let current = sys::umask(Mode::empty());
    sys::umask(current);
    let Some(a) = args.get(o.rest) else {
        let bits = current.bits();
        let text = if o.has(b'S') {
            symbolic(!bits & 0o777)
        } else {
            format!("{bits:04o}")
        };
        sh.print(format!("{}{text}\n", if o.has(b'p') { "umask " } else { "" }));
        return Ok(0);
    };
    let text = lossy(a);
    let new = match u32::from_str_radix(&text, 8) {
        Ok(n) if n <= 0o777 => Some(n),
        Ok(_) => None,
        Err(_) => parse_symbolic(&text, !current.bits() & 0o777).map(|m| !m & 0o777),
    };
    match new {
        Some(n) => {
            sys::umask(Mode::new(n));
            Ok(0)
        }
        None => {
            sh.complain(format!("umask: {text}: octal number out of range"));
            Ok(1)
        }
    }
}

fn symbolic(allowed: u32) -> String {
    let part = |shift: u32| -> String {
        [(4, 'r'), (2, 'w'), (1, 'x')]
            .iter()
            .filter(|(b, _)| allowed >> shift & b != 0)
            .map(|(_, c)| *c)
            .collect()
    };
    format!("u={},g={},o={}", part(6), part(3), part(0))
}

fn parse_symbolic(text: &str, mut allowed: u32) -> Option<u32> {
    for clause in text.split(',') {
        let at = clause.find(['+', '-', '='])?;
        let who = match &clause[..at] {
            "" | "a" => 0o777,
            who => who.chars().try_fold(0, |m, c| {
                Some(
                    m | match c {
                        'u' => 0o700,
                        'g' => 0o070,
                        'o' => 0o007,
                        'a' => 0o777,
                        _ => return None,
                    },
                )
            })?,
        };
        let what = clause[at + 1..].chars().try_fold(0, |m, c| {
            Some(
                m | match c {
                    'r' => 0o444,
                    'w' => 0o222,
                    'x' => 0o111,
                    _ => return None,
                },
            )
        })?;
        match clause.as_bytes()[at] {
            b'+' => allowed |= who & what,
            b'-' => allowed &= !(who & what),
            _ => allowed = (allowed & !who) | (who & what),
        }
    }
    Some(allowed)
}

/// (letter, resource, name, unit, bytes per unit).
const LIMITS: &[(u8, Resource, &str, &str, u64)] = &[
    (b'c', Resource::Core, "core file size", "blocks", 512),
    (b'd', Resource::Data, "data seg size", "kbytes", 1024),
    (b'f', Resource::FileSize, "file size", "blocks", 1024),
    (b'm', Resource::Rss, "max memory size", "kbytes", 1024),
    (b'n', Resource::Files, "open files", "", 1),
    (b's', Resource::Stack, "stack size", "kbytes", 1024),
    (b't', Resource::Cpu, "cpu time", "seconds", 1),
    (b'u', Resource::Processes, "max user processes", "", 1),
    (b'v', Resource::AddressSpace, "virtual memory", "kbytes", 1024),
];

pub fn ulimit(sh: &mut Shell, args: &[Bytes]) -> Outcome {
    let o = match super::options(sh, args, "SHacdfmnstuv") {
        Ok(o) => o,
        Err(s) => return Ok(s),
    };
    if o.has(b'a') {
        for (letter, r, name, unit, scale) in LIMITS {
            let unit = if unit.is_empty() {
                format!("(-{})", *letter as char)
            } else {
                format!("({unit}, -{})", *letter as char)
            };
            let value = show(*r, *scale, o.has(b'H'));
            sh.print(format!("{name:<24}{unit:>18} {value}\n"));
        }
        return Ok(0);
    }
    let letter = o
        .given
        .iter()
        .map(|(c, _)| *c)
        .rfind(|c| !b"SH".contains(c))
        .unwrap_or(b'f');
    let Some((_, r, name, _, scale)) = LIMITS.iter().find(|l| l.0 == letter) else {
        return Ok(2);
    };
    let Some(a) = args.get(o.rest) else {
        let value = show(*r, *scale, o.has(b'H'));
        sh.print(format!("{value}\n"));
        return Ok(0);
    };
    let old = sys::getrlimit(*r).unwrap_or(Rlimit {
        soft: None,
        hard: None,
    });
    let value = match &lossy(a)[..] {
        "unlimited" => None,
        "hard" => old.hard,
        "soft" => old.soft,
        n => match n.parse::<u64>() {
            Ok(n) => Some(n.saturating_mul(*scale)),
            Err(_) => {
                sh.complain(format!("ulimit: {n}: invalid number"));
                return Ok(1);
            }
        },
    };
    let both = !o.has(b'S') && !o.has(b'H');
    let new = Rlimit {
        soft: if both || o.has(b'S') { value } else { old.soft },
        hard: if both || o.has(b'H') { value } else { old.hard },
    };
    match sys::setrlimit(*r, new) {
        Ok(()) => Ok(0),
        Err(e) => {
            sh.complain(format!("ulimit: {name}: cannot modify limit: {}", e.message()));
            Ok(1)
        }
    }
}

fn show(r: Resource, scale: u64, hard: bool) -> String {
    match sys::getrlimit(r) {
        Ok(l) => match if hard { l.hard } else { l.soft } {
            Some(n) => (n / scale).to_string(),
            None => "unlimited".into(),
        },
        Err(_) => "unlimited".into(),
    }
}

pub fn times(sh: &mut Shell, _args: &[Bytes]) -> Outcome {
    let t = sys::times().unwrap_or_default();
    let show = |ns: u64| {
        format!(
            "{}m{}.{:03}s",
            ns / 60_000_000_000,
            ns / 1_000_000_000 % 60,
            ns / 1_000_000 % 1000
        )
    };
    for u in [t.own, t.children] {
        sh.print(format!("{} {}\n", show(u.user_ns), show(u.system_ns)));
    }
    Ok(0)
}
