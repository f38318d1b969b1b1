//! history and fc: the list as commands see it.

use readline::event::Expansion;

use crate::history;
use crate::shell::{Outcome, Shell, now_ns};
use crate::text::{Bytes, lossy, parse_int};

pub fn history(sh: &mut Shell, args: &[Bytes]) -> Outcome {
    if let Some(a) = args.get(1).filter(|a| parse_int(a).is_some()) {
        return show(sh, parse_int(a).map(|n| n.max(0) as usize));
    }
    let o = match super::options(sh, args, "cd:anrwps") {
        Ok(o) => o,
        Err(s) => return Ok(s),
    };
    let rest = &args[o.rest..];
    let files: Vec<u8> = b"anrw".iter().copied().filter(|c| o.has(*c)).collect();
    if files.len() > 1 {
        sh.complain("history: cannot use more than one of -anrw");
        return Ok(1);
    }
    if o.has(b'c') {
        sh.history.clear();
        if files.is_empty() {
            return Ok(0);
        }
    }
    if let Some(spec) = o.value(b'd') {
        return delete(sh, spec);
    }
    if o.has(b's') {
        // What is stored takes the place of the command that stores it.
        take_back(sh);
        if !rest.is_empty() {
            history::remember(sh, rest.join(&b' '));
        }
        return Ok(0);
    }
    if o.has(b'p') {
        take_back(sh);
        return print(sh, rest);
    }
    let Some(how) = files.first() else {
        let count = match rest.first() {
            None => None,
            Some(a) => match parse_int(a) {
                Some(n) => Some(n.max(0) as usize),
                None => {
                    sh.complain(format!("history: {}: numeric argument required", lossy(a)));
                    return Ok(1);
                }
            },
        };
        return show(sh, count);
    };
    let Some(path) = history::file(sh, rest.first()) else {
        return Ok(0);
    };
    let done = match how {
        b'a' => history::append_file(sh, &path),
        b'w' => history::write_file(sh, &path),
        b'n' => history::read_file(sh, &path, sh.history_in_file),
        _ => history::read_file(sh, &path, 0),
    };
    match done {
        Ok(()) => Ok(0),
        Err(e) => {
            sh.complain(format!("history: {}: {}", lossy(&path), e.message()));
            Ok(1)
        }
    }
}

/// The command that works on the list is none of it.
fn take_back(sh: &mut Shell) {
    let added = if sh.interactive {
        std::mem::take(&mut sh.history_added)
    } else {
        sh.options.history
    };
    if added {
        sh.history.pop();
    }
}

/// `history -p`: what the arguments expand to.
fn print(sh: &mut Shell, args: &[Bytes]) -> Outcome {
    let mut status = 0;
    for a in args {
        match sh.expander.expand(&sh.history, a, None) {
            Ok(Expansion::Unchanged) => sh.print([&a[..], b"\n"].concat()),
            Ok(Expansion::Changed(text) | Expansion::Print(text)) => sh.print([&text[..], b"\n"].concat()),
            Err(_) => {
                sh.complain(format!("history: {}: history expansion failed", lossy(a)));
                status = 1;
            }
        }
    }
    Ok(status)
}

fn show(sh: &mut Shell, count: Option<usize>) -> Outcome {
    let format = sh.vars.get("HISTTIMEFORMAT").cloned().filter(|f| !f.is_empty());
    let skip = sh.history.len().saturating_sub(count.unwrap_or(usize::MAX));
    for i in skip..sh.history.len() {
        let mut line = format!("{:5}  ", sh.history.number(i)).into_bytes();
        let entry = &sh.history.entries()[i];
        if let Some(f) = &format {
            line.extend_from_slice(&super::misc::strftime(f, entry.time.unwrap_or(0)));
        }
        line.extend_from_slice(&entry.line);
        line.push(b'\n');
        sh.print(line);
    }
    Ok(0)
}

/// `history -d N`, `-d -N`, `-d N-M`.
fn delete(sh: &mut Shell, spec: &[u8]) -> Outcome {
    let text = lossy(spec).into_owned();
    let index = |n: i64| -> Option<usize> {
        match usize::try_from(n) {
            Ok(n) => sh.history.position(n),
            Err(_) => sh.history.len().checked_sub(n.unsigned_abs() as usize),
        }
    };
    let range = match text.parse::<i64>() {
        Ok(n) => index(n).map(|i| (i, i)),
        Err(_) => text[1.min(text.len())..].find('-').and_then(|at| {
            let (a, b) = (&text[..at + 1], &text[at + 2..]);
            Some((index(a.parse().ok()?)?, index(b.parse().ok()?)?))
        }),
    };
    match range {
        Some((from, to)) if from <= to => {
            for _ in from..=to {
                sh.history.remove(from);
            }
            Ok(0)
        }
        _ => {
            sh.complain(format!("history: {text}: history position out of range"));
            Ok(1)
        }
    }
}

/// Which command of the list an argument of `fc` means; the list ends before `fc` itself.
fn find(list: &[Bytes], base: usize, spec: &[u8]) -> Option<usize> {
    match parse_int(spec) {
        Some(0) => list.len().checked_sub(1),
        Some(n) if n < 0 => (!list.is_empty()).then_some((list.len() as i64 + n).max(0) as usize),
        Some(n) => Some((n as usize).saturating_sub(base).min(list.len().checked_sub(1)?)),
        None => list.iter().rposition(|l| l.starts_with(spec)),
    }
}

pub fn fc(sh: &mut Shell, args: &[Bytes]) -> Outcome {
    // Negative numbers are operands.
    let split = args
        .iter()
        .skip(1)
        .position(|a| !a.starts_with(b"-") || parse_int(a).is_some())
        .map_or(args.len(), |i| i + 1);
    let split = match args[..split].last() {
        Some(last) if last == b"-e" => (split + 1).min(args.len()),
        _ => split,
    };
    let o = match super::options(sh, &args[..split], "e:lnrs") {
        Ok(o) => o,
        Err(s) => return Ok(s),
    };
    let rest = &args[o.rest..];
    let mut list: Vec<Bytes> = sh.history.entries().iter().map(|e| e.line.clone()).collect();
    let added = if sh.interactive {
        sh.history_added
    } else {
        sh.options.history
    };
    if added {
        list.pop();
    }
    let base = sh.history.number(0);
    let editor = o.value(b'e').cloned();
    if o.has(b's') || editor.as_deref() == Some(b"-") {
        return again(sh, &list, rest);
    }
    let unknown = |sh: &Shell| {
        sh.complain("fc: no command found");
        Ok(1)
    };
    if list.is_empty() {
        return if o.has(b'l') { Ok(0) } else { unknown(sh) };
    }
    let listing = o.has(b'l');
    let first = match rest.first() {
        Some(spec) => find(&list, base, spec),
        None if listing => Some(list.len().saturating_sub(16)),
        None => Some(list.len() - 1),
    };
    let last = match (rest.get(1), rest.first()) {
        (Some(spec), _) => find(&list, base, spec),
        (None, Some(_)) if !listing => first,
        _ => Some(list.len() - 1),
    };
    let (Some(first), Some(last)) = (first, last) else {
        return unknown(sh);
    };
    let reverse = o.has(b'r') != (first > last);
    let mut range: Vec<usize> = (first.min(last)..=first.max(last)).collect();
    if reverse {
        range.reverse();
    }
    if listing {
        for i in range {
            let number = if o.has(b'n') {
                String::new()
            } else {
                (base + i).to_string()
            };
            sh.print([number.as_bytes(), b"\t ", &list[i], b"\n"].concat());
        }
        return Ok(0);
    }
    let commands: Vec<Bytes> = range.into_iter().map(|i| list[i].clone()).collect();
    edit(sh, commands, editor)
}

/// `fc -s [old=new]… [command]`
fn again(sh: &mut Shell, list: &[Bytes], rest: &[Bytes]) -> Outcome {
    let (changes, names): (Vec<&Bytes>, Vec<&Bytes>) = rest.iter().partition(|a| a.contains(&b'='));
    let at = match names.first() {
        Some(spec) => find(list, sh.history.number(0), spec),
        None => list.len().checked_sub(1),
    };
    let Some(mut line) = at.and_then(|i| list.get(i)).cloned() else {
        sh.complain("fc: no command found");
        return Ok(1);
    };
    for change in changes {
        if let Some(at) = change.iter().position(|c| *c == b'=') {
            line = replace(&line, &change[..at], &change[at + 1..]);
        }
    }
    run(sh, line)
}

fn replace(s: &[u8], old: &[u8], new: &[u8]) -> Bytes {
    let mut out = Vec::new();
    let mut i = 0;
    while i < s.len() {
        if !old.is_empty() && s[i..].starts_with(old) {
            out.extend_from_slice(new);
            i += old.len();
        } else {
            out.push(s[i]);
            i += 1;
        }
    }
    out
}

/// Runs a line from the list: it is shown, and it takes the place of `fc` in the list.
fn run(sh: &mut Shell, line: Bytes) -> Outcome {
    let _ = sh.flush();
    let _ = sys::write_all(sys::Fd::STDERR, &[&line[..], b"\n"].concat());
    sh.history.replace_last(line.clone());
    sh.nested(|sh| crate::parse::run_text(sh, &line))
}

/// Lets the user change commands in an editor, and runs what came of it.
fn edit(sh: &mut Shell, commands: Vec<Bytes>, editor: Option<Bytes>) -> Outcome {
    let editor = editor
        .or_else(|| sh.vars.get("FCEDIT").cloned())
        .or_else(|| sh.vars.get("EDITOR").cloned())
        .unwrap_or_else(|| b"vi".to_vec());
    let mut text = commands.join(&b'\n');
    text.push(b'\n');
    match in_editor(sh, &editor, &text) {
        Some(line) => run(sh, line),
        None => Ok(1),
    }
}

/// What an editor makes of a text, without the newlines at its end; `None` where it or its file fails, with a message.
pub fn in_editor(sh: &mut Shell, editor: &[u8], text: &[u8]) -> Option<Bytes> {
    let path = format!("/tmp/bash-fc.{}.{}", sys::getpid(), now_ns());
    let mut text = text.to_vec();
    if !text.ends_with(b"\n") {
        text.push(b'\n');
    }
    if let Err(e) = std::fs::write(&path, &text) {
        sh.complain(format!("fc: {path}: cannot open temp file: {e}"));
        return None;
    }
    let command = [editor, b" ", path.as_bytes()].concat();
    let status = sh.nested(|sh| crate::parse::run_text(sh, &command));
    let edited = super::control::read_script(path.as_bytes());
    let _ = std::fs::remove_file(&path);
    let (Ok(0), Ok(mut line)) = (status, edited) else {
        return None;
    };
    while line.last() == Some(&b'\n') {
        line.pop();
    }
    Some(line)
}
