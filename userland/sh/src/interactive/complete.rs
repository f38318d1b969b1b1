//! Completion: what the word at the cursor may become, by `complete`'s specifications or by its place in the line.

use readline::complete::{Completions, Request, Source, begins, comp_words};
use readline::lexer;

use crate::builtin::complete::{DEFAULT, EMPTY, INITIAL};
use crate::completion::{self, Completing, Line, Spec};
use crate::expand::glob;
use crate::shell::Shell;
use crate::text::Bytes;

pub fn complete(sh: &mut Shell, request: &Request) -> Completions {
    let before = &request.line[..request.point];
    let scan = lexer::scan(before);
    let raw = &before[scan.word..];
    let mut out = Completions {
        start: scan.word,
        typed: unquote(raw),
        quote: scan.quote.filter(|q| *q != b'`'),
        ..Completions::default()
    };
    let source = match request.source {
        Source::Default if out.quote != Some(b'\'') && variables(sh, raw, &mut out) => return finished(out),
        Source::Default if raw.starts_with(b"~") && !raw.contains(&b'/') => Source::Users,
        s => s,
    };
    match source {
        Source::Users => {
            let name = out.typed.strip_prefix(b"~").unwrap_or(&out.typed).to_vec();
            let users = completion::action(sh, "user", &name);
            out.words = users.iter().map(|u| [b"~", &u[..], b"/"].concat()).collect();
            out.nospace = true;
            if !out.words.is_empty() || request.source == Source::Users {
                return finished(out);
            }
        }
        Source::Variables => {
            out.words = completion::action(sh, "variable", &out.typed.clone());
            return finished(out);
        }
        Source::Commands => {
            out.words = commands(sh, &out.typed.clone());
            return finished(out);
        }
        Source::Files => {
            files(sh, &mut out, false);
            return finished(out);
        }
        Source::Default => {}
    }
    let parted = part(sh, raw, &mut out);
    let blank = before.trim_ascii().is_empty();
    if blank && sh.options.shopt_is_on("no_empty_cmd_completion") {
        return out;
    }
    if sh.options.shopt_is_on("progcomp") && !scan.redirection {
        let first = scan.words.first().map(|r| unquote(&before[r.clone()]));
        let from = scan.words.first().map_or(scan.word, |r| r.start);
        let name = match &first {
            None if blank => Some(EMPTY.to_vec()),
            None => scan.command.then(|| INITIAL.to_vec()),
            Some(name) => Some(name.clone()),
        };
        if let Some(name) = name
            && by_specification(sh, &name, from, request, &mut out)
        {
            return finished(out);
        }
    }
    // Behind `x=` or `PATH=…:` is no command.
    if scan.command && !parted {
        if !out.typed.contains(&b'/') {
            out.words = commands(sh, &out.typed.clone());
            if !out.words.is_empty() {
                return finished(out);
            }
        }
        files(sh, &mut out, true);
        return finished(out);
    }
    files(sh, &mut out, false);
    finished(out)
}

fn finished(mut out: Completions) -> Completions {
    out.words.dedup();
    out
}

/// Only what is behind the last break character of the word is completed: `PATH=/a:/b`, `if=file`. Whether there is one.
fn part(sh: &Shell, raw: &[u8], out: &mut Completions) -> bool {
    if out.quote.is_some() {
        return false;
    }
    let default = b" \t\n\"'@><=;|&(:".to_vec();
    let breaks = sh.vars.get("COMP_WORDBREAKS").unwrap_or(&default);
    let mut at = 0;
    let mut quote = None;
    let mut i = 0;
    while i < raw.len() {
        match (raw[i], quote) {
            (b'\\', _) => i += 1,
            (c, Some(q)) if c == q => quote = None,
            (_, Some(_)) => {}
            (c @ (b'\'' | b'"'), None) => quote = Some(c),
            (c, None) if b"=:@".contains(&c) && breaks.contains(&c) => at = i + 1,
            _ => {}
        }
        i += 1;
    }
    out.start += at;
    out.typed = unquote(&raw[at..]);
    at > 0
}

/// `$name` and `${name`.
fn variables(sh: &mut Shell, raw: &[u8], out: &mut Completions) -> bool {
    let Some(dollar) = raw.iter().rposition(|c| *c == b'$') else {
        return false;
    };
    let escaped = raw[..dollar].iter().rev().take_while(|c| **c == b'\\').count() % 2 == 1;
    let brace = raw.get(dollar + 1) == Some(&b'{');
    let name = &raw[dollar + 1 + usize::from(brace)..];
    if escaped || !name.iter().all(|c| c.is_ascii_alphanumeric() || *c == b'_') {
        return false;
    }
    let found = completion::action(sh, "variable", name);
    out.start += dollar;
    out.typed = raw[dollar..].to_vec();
    // The quote was opened before.
    let quoted = out.quote.take().is_some();
    out.nospace = quoted;
    for n in &found {
        let mut word = if brace {
            [b"${", &n[..], b"}"].concat()
        } else {
            [b"$", &n[..]].concat()
        };
        let value = sh
            .vars
            .get(&String::from_utf8_lossy(n))
            .cloned()
            .unwrap_or_default();
        if found.len() == 1 && sys::stat(&value).is_ok_and(|s| s.is_dir()) {
            word.push(b'/');
            out.nospace = true;
        }
        out.words.push(word);
    }
    true
}

fn commands(sh: &mut Shell, typed: &[u8]) -> Vec<Bytes> {
    completion::action(sh, "command", typed)
}

/// The directory that a path's text means: a tilde and variables in it are replaced.
pub fn directory(sh: &Shell, text: &[u8]) -> Bytes {
    let mut out = Vec::new();
    let mut rest = text;
    if let Some(after) = text.strip_prefix(b"~") {
        let n = after.iter().position(|c| *c == b'/').unwrap_or(after.len());
        let home = if n == 0 {
            sh.vars.get("HOME").cloned()
        } else {
            let name = String::from_utf8_lossy(&after[..n]).into_owned();
            let user = brush_parser::word::TildeExpr::UserHome(name);
            Some(crate::expand::tilde::expand(sh, &user))
        };
        if let Some(home) = home {
            out = home;
            rest = &after[n..];
        }
    }
    while let Some(at) = rest.iter().position(|c| *c == b'$') {
        out.extend_from_slice(&rest[..at]);
        let after = &rest[at + 1..];
        let brace = after.first() == Some(&b'{');
        let name = &after[usize::from(brace)..];
        let n = name
            .iter()
            .take_while(|c| c.is_ascii_alphanumeric() || **c == b'_')
            .count();
        let value = sh.vars.get(&String::from_utf8_lossy(&name[..n]));
        match value {
            Some(v) if n > 0 => {
                out.extend_from_slice(v);
                rest = &name[n + usize::from(brace && name.get(n) == Some(&b'}'))..];
            }
            _ => {
                out.push(b'$');
                rest = after;
            }
        }
    }
    out.extend_from_slice(rest);
    out
}

/// Names of files, of directories and programs only if `executable`.
fn files(sh: &mut Shell, out: &mut Completions, executable: bool) {
    let split = out.typed.iter().rposition(|c| *c == b'/').map_or(0, |i| i + 1);
    let (shown, prefix) = out.typed.split_at(split);
    let place = directory(sh, shown);
    let ignore_case = sh.bindings().is_on("completion-ignore-case");
    let hidden = sh.bindings().is_on("match-hidden-files") || prefix.starts_with(b".");
    let mut names: Vec<Bytes> = glob::entries(if place.is_empty() { b"." } else { &place })
        .into_iter()
        .map(|(n, _)| n)
        .filter(|n| begins(n, prefix, ignore_case) && (hidden || !n.starts_with(b".")))
        .collect();
    names.sort();
    if let Some(ignored) = sh.vars.get("FIGNORE") {
        let ends = |n: &Bytes| {
            ignored
                .split(|c| *c == b':')
                .any(|s| !s.is_empty() && n.ends_with(s))
        };
        if names.iter().any(|n| !ends(n)) {
            names.retain(|n| !ends(n));
        }
    }
    if executable {
        names.retain(|n| {
            let full = [&place[..], n].concat();
            sys::access(&full, sys::Access::X).is_ok()
        });
    }
    out.words = names.iter().map(|n| [shown, &n[..]].concat()).collect();
    mark(sh, out);
}

/// Makes the words names of files: a slash behind directories.
fn mark(sh: &mut Shell, out: &mut Completions) {
    out.filenames = true;
    if !sh.bindings().is_on("mark-directories") {
        return;
    }
    for w in &mut out.words {
        let place = directory(sh, w);
        if !w.ends_with(b"/") && sys::stat(&place).is_ok_and(|s| s.is_dir()) {
            w.push(b'/');
        }
    }
}

/// What `complete` was told about a command; false if that is nothing, or leaves it to the default.
fn by_specification(
    sh: &mut Shell,
    name: &[u8],
    from: usize,
    request: &Request,
    out: &mut Completions,
) -> bool {
    let default = b" \t\n\"'@><=;|&(:".to_vec();
    let breaks = sh.vars.get("COMP_WORDBREAKS").cloned().unwrap_or(default);
    let text = request.line[from..].to_vec();
    let point = request.point - from;
    let (words, word) = comp_words(&text, 0, point, &breaks);
    let line = Line {
        text,
        point,
        words,
        word,
        kind: request.kind.into(),
        key: request.key.into(),
    };
    let special = name.starts_with(b"\0");
    // A function may load the specification and ask to begin anew (124).
    for _ in 0..4 {
        let Some(spec) = find(sh, name) else { return false };
        let mut own = spec.clone();
        own.options
            .retain(|o| !matches!(*o, "default" | "bashdefault" | "dirnames"));
        sh.completing = Some(Completing {
            options: spec.options.clone(),
            status: 0,
        });
        let command = if special { b"" } else { name };
        let found = completion::generate(sh, &own, command, &out.typed.clone(), &line);
        let _ = sh.flush();
        let completing = sh.completing.take().unwrap_or_default();
        if completing.status == 124 {
            continue;
        }
        out.words = found.unwrap_or_default();
        let has = |o: &str| completing.options.contains(&o);
        let names = ["file", "directory"].iter().any(|a| spec.actions.contains(a));
        out.nospace = has("nospace");
        out.noquote = has("noquote");
        if out.words.is_empty() && has("dirnames") {
            out.words = completion::action(sh, "directory", &out.typed.clone());
            mark(sh, out);
            return true;
        }
        if out.words.is_empty() && (has("default") || has("bashdefault")) {
            return false;
        }
        if !has("nosort") {
            out.words.sort();
        }
        if has("filenames") || has("plusdirs") || names || spec.glob.is_some() {
            mark(sh, out);
        }
        return true;
    }
    true
}

/// The command's specification by its name, its path's last part, or the default.
fn find(sh: &Shell, name: &[u8]) -> Option<Spec> {
    let base = name.rsplit(|c| *c == b'/').next().unwrap_or(name);
    let special = name.starts_with(b"\0");
    [name, base]
        .into_iter()
        .chain((!special).then_some(DEFAULT))
        .find_map(|n| sh.completions.get(n))
        .cloned()
}

/// A word without its quotes, which may be open.
fn unquote(raw: &[u8]) -> Bytes {
    let mut out = Vec::new();
    let mut quote = None;
    let mut i = 0;
    while i < raw.len() {
        let c = raw[i];
        i += 1;
        match quote {
            None if c == b'\\' => {
                out.extend(raw.get(i));
                i += 1;
            }
            None if c == b'\'' || c == b'"' => quote = Some(c),
            Some(q) if c == q => quote = None,
            Some(b'"') if c == b'\\' && raw.get(i).is_some_and(|n| b"$`\"\\".contains(n)) => {
                out.push(raw[i]);
                i += 1;
            }
            _ => out.push(c),
        }
    }
    out
}
