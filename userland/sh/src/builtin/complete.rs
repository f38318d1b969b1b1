//! complete, compgen and compopt.

use crate::completion::{self, ACTIONS, Line, OPTIONS, Spec};
use crate::shell::{Outcome, Shell};
use crate::text::{Bytes, lossy, single_quote};

/// The command names under which the special specifications are kept; no command can have them.
pub const EMPTY: &[u8] = b"\0E";
pub const DEFAULT: &[u8] = b"\0D";
pub const INITIAL: &[u8] = b"\0I";

/// Reads the options that `complete` and `compgen` share.
fn spec(sh: &Shell, o: &super::Options, builtin: &str) -> Result<Spec, i32> {
    let mut s = Spec::default();
    for (c, value) in &o.given {
        let v = value.clone().unwrap_or_default();
        let text = lossy(&v).into_owned();
        match c {
            b'o' => match OPTIONS.iter().find(|n| **n == text) {
                Some(n) => s.options.push(n),
                None => {
                    sh.complain(format!("{builtin}: {text}: invalid option name"));
                    return Err(2);
                }
            },
            b'A' => match ACTIONS.iter().find(|(n, _)| *n == text) {
                Some((n, _)) => s.actions.push(n),
                None => {
                    sh.complain(format!("{builtin}: {text}: invalid action name"));
                    return Err(2);
                }
            },
            b'G' => s.glob = Some(v),
            b'W' => s.words = Some(v),
            b'P' => s.prefix = Some(v),
            b'S' => s.suffix = Some(v),
            b'X' => s.filter = Some(v),
            b'F' => s.function = Some(v),
            b'C' => s.command = Some(v),
            c => s
                .actions
                .extend(ACTIONS.iter().find(|(_, l)| *l == Some(*c)).map(|(n, _)| *n)),
        }
    }
    Ok(s)
}

pub fn compgen(sh: &mut Shell, args: &[Bytes]) -> Outcome {
    let o = match super::options(sh, args, "abcdefgjksuvo:A:G:W:P:S:X:F:C:V:") {
        Ok(o) => o,
        Err(s) => return Ok(s),
    };
    let s = match spec(sh, &o, "compgen") {
        Ok(s) => s,
        Err(status) => return Ok(status),
    };
    let word = args.get(o.rest).cloned().unwrap_or_default();
    if s.function.is_some() {
        sh.complain("compgen: warning: -F option may not work as you expect");
    }
    let found = completion::generate(sh, &s, b"compgen", &word, &Line::default())?;
    for w in &found {
        sh.print([&w[..], b"\n"].concat());
    }
    Ok(i32::from(found.is_empty()))
}

pub fn complete(sh: &mut Shell, args: &[Bytes]) -> Outcome {
    let o = match super::options(sh, args, "abcdefgjksuvprDEIo:A:G:W:P:S:X:F:C:") {
        Ok(o) => o,
        Err(s) => return Ok(s),
    };
    let mut names: Vec<Bytes> = args[o.rest..].to_vec();
    for (c, name) in [(b'D', DEFAULT), (b'E', EMPTY), (b'I', INITIAL)] {
        if o.has(c) {
            names = vec![name.to_vec()];
        }
    }
    if o.has(b'r') {
        if names.is_empty() {
            sh.completions.clear();
        }
        names.iter().for_each(|n| drop(sh.completions.remove(n)));
        return Ok(0);
    }
    if o.has(b'p') || o.given.is_empty() && names.is_empty() {
        return print(sh, &names);
    }
    let mut given = o;
    given.given.retain(|(c, _)| !matches!(c, b'D' | b'E' | b'I'));
    let s = match spec(sh, &given, "complete") {
        Ok(s) => s,
        Err(status) => return Ok(status),
    };
    if names.is_empty() {
        sh.complain("complete: usage: complete [-abcdefgjksuv] [-pr] [-DEI] [-o option] [-A action] [-G globpat] [-W wordlist] [-F function] [-C command] [-X filterpat] [-P prefix] [-S suffix] [name ...]");
        return Ok(2);
    }
    for n in names {
        sh.completions.insert(n, s.clone());
    }
    Ok(0)
}

fn print(sh: &mut Shell, names: &[Bytes]) -> Outcome {
    let mut status = 0;
    let names: Vec<Bytes> = match names {
        [] => sh.completions.keys().cloned().collect(),
        names => names.to_vec(),
    };
    for n in names {
        match sh.completions.get(&n).map(|s| describe(s, &n)) {
            Some(line) => sh.print(line),
            None => {
                sh.complain(format!("complete: {}: no completion specification", lossy(&n)));
                status = 1;
            }
        }
    }
    Ok(status)
}

/// A `complete` command that makes the specification again.
fn describe(s: &Spec, name: &[u8]) -> Bytes {
    let mut out = b"complete".to_vec();
    for o in OPTIONS.iter().filter(|o| s.options.contains(o)) {
        out.extend_from_slice(format!(" -o {o}").as_bytes());
    }
    let named = |a: &&(&'static str, Option<u8>)| s.actions.contains(&a.0);
    for (_, letter) in ACTIONS.iter().filter(named) {
        if let Some(l) = letter {
            out.extend_from_slice(&[b' ', b'-', *l]);
        }
    }
    for (action, _) in ACTIONS.iter().filter(named).filter(|a| a.1.is_none()) {
        out.extend_from_slice(format!(" -A {action}").as_bytes());
    }
    let mut value = |letter: u8, v: &Option<Bytes>, quoted: bool| {
        if let Some(v) = v {
            out.extend_from_slice(&[b' ', b'-', letter, b' ']);
            out.extend_from_slice(&if quoted { single_quote(v) } else { v.clone() });
        }
    };
    value(b'G', &s.glob, true);
    value(b'W', &s.words, true);
    value(b'P', &s.prefix, true);
    value(b'S', &s.suffix, true);
    value(b'X', &s.filter, true);
    value(b'C', &s.command, true);
    value(b'F', &s.function, false);
    out.push(b' ');
    out.extend_from_slice(match name {
        DEFAULT => b"-D",
        EMPTY => b"-E",
        INITIAL => b"-I",
        name => name,
    });
    out.push(b'\n');
    out
}

pub fn compopt(sh: &mut Shell, args: &[Bytes]) -> Outcome {
    let mut changes: Vec<(&'static str, bool)> = Vec::new();
    let mut names: Vec<Bytes> = Vec::new();
    let mut i = 1;
    while let Some(a) = args.get(i) {
        i += 1;
        match &a[..] {
            b"-o" | b"+o" => {
                let given = args.get(i).map(|n| lossy(n).into_owned()).unwrap_or_default();
                i += 1;
                match OPTIONS.iter().find(|o| **o == given) {
                    Some(o) => changes.push((o, a[0] == b'-')),
                    None => {
                        sh.complain(format!("compopt: {given}: invalid option name"));
                        return Ok(2);
                    }
                }
            }
            b"-D" => names.push(DEFAULT.to_vec()),
            b"-E" => names.push(EMPTY.to_vec()),
            b"-I" => names.push(INITIAL.to_vec()),
            b"--" => {}
            other => names.push(other.to_vec()),
        }
    }
    if names.is_empty() {
        let Some(c) = &mut sh.completing else {
            sh.complain("compopt: not currently executing completion function");
            return Ok(1);
        };
        change(&mut c.options, &changes);
        return Ok(0);
    }
    let mut status = 0;
    for n in names {
        let Some(s) = sh.completions.get_mut(&n) else {
            sh.complain(format!("compopt: {}: no completion specification", lossy(&n)));
            status = 1;
            continue;
        };
        change(&mut s.options, &changes);
    }
    Ok(status)
}

fn change(options: &mut Vec<&'static str>, changes: &[(&'static str, bool)]) {
    for (o, on) in changes {
        options.retain(|have| have != o);
        if *on {
            options.push(o);
        }
    }
}
