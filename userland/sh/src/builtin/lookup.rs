//! command, builtin, type, hash: how names are resolved.

use super::Argument;
use crate::exec::simple;
use crate::job::{self, Origin, Process};
use crate::shell::{Outcome, Shell};
use crate::text::{Bytes, lossy};

const KEYWORDS: &[&str] = &[
    "!", "[[", "]]", "case", "coproc", "do", "done", "elif", "else", "esac", "fi", "for", "function", "if",
    "in", "select", "then", "time", "until", "while", "{", "}",
];

/// Runs a command past functions.
pub fn command(sh: &mut Shell, args: &[Argument]) -> Outcome {
    let words = simple::words_of(args);
    let o = match super::options(sh, &words, "pvV") {
        Ok(o) => o,
        Err(s) => return Ok(s),
    };
    if o.has(b'v') || o.has(b'V') {
        let mut status = 1;
        for n in &words[o.rest..] {
            if describe(sh, n, if o.has(b'V') { Style::Long } else { Style::Short }) {
                status = 0;
            } else if o.has(b'V') {
                sh.complain(format!("command: {}: not found", lossy(n)));
            }
        }
        return Ok(status);
    }
    let rest = &args[o.rest..];
    let Some(first) = rest.first() else { return Ok(0) };
    if let Some(b) = super::enabled(sh, &first.text()) {
        return simple::run_builtin(sh, b, rest);
    }
    external(sh, &simple::words_of(rest))
}

/// A program under the descriptors and variables as they are.
fn external(sh: &mut Shell, argv: &[Bytes]) -> Outcome {
    let path = match simple::find(sh, &argv[0]) {
        Ok(p) => p,
        Err(status) => return Ok(status),
    };
    let envp = simple::environment(sh, &path);
    let origin = Origin::Job {
        group: None,
        foreground: true,
    };
    match job::spawn(sh, &path, argv, &envp, origin) {
        Ok(pid) => {
            let text = lossy(&argv.join(&b' ')).into_owned();
            let group = sh.monitor().then_some(pid);
            let id = sh
                .jobs
                .add(vec![Process { pid, status: None }], group, text, true);
            Ok(job::wait_foreground(sh, id))
        }
        Err(e) => Ok(simple::explain(sh, &argv[0], &path, e)),
    }
}

pub fn builtin(sh: &mut Shell, args: &[Argument]) -> Outcome {
    let Some(first) = args.get(1) else { return Ok(0) };
    match super::enabled(sh, &first.text()) {
        Some(b) => simple::run_builtin(sh, b, &args[1..]),
        None => {
            sh.complain(format!("builtin: {}: not a shell builtin", lossy(&first.text())));
            Ok(1)
        }
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Style {
    /// `command -v`
    Short,
    /// `type`
    Long,
    /// `type -t`
    Kind,
}

fn describe(sh: &mut Shell, name: &[u8], style: Style) -> bool {
    let shown = lossy(name).into_owned();
    let line = if let Some(a) = sh.aliases.get(&shown) {
        let a = lossy(a);
        match style {
            Style::Short => format!("alias {shown}='{a}'"),
            Style::Long => format!("{shown} is aliased to `{a}'"),
            Style::Kind => "alias".into(),
        }
    } else if KEYWORDS.contains(&&shown[..]) {
        word(style, &shown, "a shell keyword", "keyword")
    } else if let Some(f) = sh.functions.get(&shown) {
        match style {
            Style::Long => crate::rewrite::restore(&format!("{shown} is a function\n{}", f.definition)),
            _ => word(style, &shown, "", "function"),
        }
    } else if super::enabled(sh, name).is_some() {
        word(style, &shown, "a shell builtin", "builtin")
    } else if name.contains(&b'/') {
        if sys::access(name, sys::Access::X).is_err() {
            return false;
        }
        word(style, &shown, &shown, "file")
    } else {
        let hashed = sh.hashed.contains_key(name);
        let Some(path) = file_of(sh, name) else {
            return false;
        };
        let path = lossy(&path).into_owned();
        match style {
            Style::Short => path,
            Style::Long if hashed => format!("{shown} is hashed ({path})"),
            Style::Long => format!("{shown} is {path}"),
            Style::Kind => "file".into(),
        }
    };
    sh.print(format!("{line}\n"));
    true
}

fn word(style: Style, name: &str, long: &str, kind: &str) -> String {
    match style {
        Style::Short => name.to_owned(),
        Style::Long => format!("{name} is {long}"),
        Style::Kind => kind.to_owned(),
    }
}

/// `type -p` and `-P`: the file that a name is remembered as, or found as.
fn file_of(sh: &Shell, name: &[u8]) -> Option<Bytes> {
    if let Some((path, _)) = sh.hashed.get(name) {
        return Some(path.clone());
    }
    if name.contains(&b'/') {
        let runs = sys::stat(name).is_ok_and(|s| s.is_file()) && sys::access(name, sys::Access::X).is_ok();
        return runs.then(|| name.to_vec());
    }
    simple::search(sh, name, true).into_iter().next()
}

/// Is the name an alias, a keyword, a function or a builtin?
fn is_internal(sh: &Shell, name: &[u8], functions: bool) -> bool {
    let shown = lossy(name);
    sh.aliases.contains_key(&*shown)
        || KEYWORDS.contains(&&*shown)
        || (functions && sh.functions.contains_key(&*shown))
        || super::enabled(sh, name).is_some()
}

/// What `type` says of everything that a name means.
fn all_meanings(sh: &mut Shell, name: &[u8], functions: bool, kind: bool) -> Vec<String> {
    let shown = lossy(name).into_owned();
    let mut out = Vec::new();
    let mut add = |long: String, short: &str| out.push(if kind { short.to_owned() } else { long });
    if let Some(a) = sh.aliases.get(&shown) {
        add(format!("{shown} is aliased to `{}'", lossy(a)), "alias");
    }
    if KEYWORDS.contains(&&shown[..]) {
        add(format!("{shown} is a shell keyword"), "keyword");
    }
    if let Some(f) = sh.functions.get(&shown).filter(|_| functions) {
        let text = crate::rewrite::restore(&f.definition.to_string());
        add(format!("{shown} is a function\n{text}"), "function");
    }
    if super::enabled(sh, name).is_some() {
        add(format!("{shown} is a shell builtin"), "builtin");
    }
    for p in simple::search(sh, name, true) {
        add(format!("{shown} is {}", lossy(&p)), "file");
    }
    out
}

pub fn type_(sh: &mut Shell, args: &[Bytes]) -> Outcome {
    let o = match super::options(sh, args, "afptP") {
        Ok(o) => o,
        Err(s) => return Ok(s),
    };
    let functions = !o.has(b'f');
    let mut status = 0;
    for n in &args[o.rest..] {
        let found = if o.has(b'p') || o.has(b'P') {
            let internal = o.has(b'p') && is_internal(sh, n, functions);
            let files = match (o.has(b'a'), internal && !o.has(b'P')) {
                (true, _) => simple::search(sh, n, true),
                (false, true) => Vec::new(),
                (false, false) => file_of(sh, n).into_iter().collect(),
            };
            for p in &files {
                sh.print([&p[..], b"\n"].concat());
            }
            internal || !files.is_empty()
        } else if o.has(b'a') {
            let lines = all_meanings(sh, n, functions, o.has(b't'));
            for l in &lines {
                sh.print(format!("{l}\n"));
            }
            !lines.is_empty()
        } else if !functions && sh.functions.contains_key(&*lossy(n)) {
            let f = sh.functions.remove(&*lossy(n));
            let found = describe(sh, n, if o.has(b't') { Style::Kind } else { Style::Long });
            if let Some(f) = f {
                sh.functions.insert(lossy(n).into_owned(), f);
            }
            found
        } else {
            describe(sh, n, if o.has(b't') { Style::Kind } else { Style::Long })
        };
        if !found {
            status = 1;
            if !o.has(b't') && !o.has(b'p') && !o.has(b'P') {
                sh.complain(format!("type: {}: not found", lossy(n)));
            }
        }
    }
    Ok(status)
}

pub fn hash(sh: &mut Shell, args: &[Bytes]) -> Outcome {
    let o = match super::options(sh, args, "rdlp:t") {
        Ok(o) => o,
        Err(s) => return Ok(s),
    };
    let names = &args[o.rest..];
    if o.has(b'r') {
        sh.hashed.clear();
    }
    if names.is_empty() {
        if !o.has(b'r') {
            list_hashed(sh, o.has(b'l'));
        }
        return Ok(0);
    }
    let mut status = 0;
    for n in names {
        let known = if let Some(path) = o.value(b'p') {
            sh.hashed.insert(n.clone(), (path.clone(), 0));
            true
        } else if o.has(b'd') {
            sh.hashed.remove(n).is_some()
        } else if o.has(b't') {
            show_hashed(sh, n, o.has(b'l'), names.len() > 1)
        } else {
            // A path needs no memory, and builtins no place.
            n.contains(&b'/') || super::enabled(sh, n).is_some() || {
                sh.hashed.remove(n);
                match simple::search(sh, n, true).into_iter().next() {
                    Some(p) => {
                        sh.hashed.insert(n.clone(), (p, 0));
                        true
                    }
                    None => false,
                }
            }
        };
        if !known {
            sh.complain(format!("hash: {}: not found", lossy(n)));
            status = 1;
        }
    }
    Ok(status)
}

fn show_hashed(sh: &mut Shell, name: &[u8], reusable: bool, with_name: bool) -> bool {
    let Some((path, _)) = sh.hashed.get(name) else {
        return false;
    };
    let (name, path) = (lossy(name), lossy(path));
    let line = match (reusable, with_name) {
        (true, _) => format!("builtin hash -p {path} {name}\n"),
        (false, true) => format!("{name}\t{path}\n"),
        (false, false) => format!("{path}\n"),
    };
    sh.print(line);
    true
}

fn list_hashed(sh: &mut Shell, reusable: bool) {
    if sh.hashed.is_empty() {
        if !reusable {
            sh.print(b"hash: hash table empty\n");
        }
        return;
    }
    let mut out = String::new();
    if !reusable {
        out.push_str("hits\tcommand\n");
    }
    for (name, (path, hits)) in &sh.hashed {
        out.push_str(&match reusable {
            true => format!("builtin hash -p {} {}\n", lossy(path), lossy(name)),
            false => format!("{hits:4}\t{}\n", lossy(path)),
        });
    }
    sh.print(out);
}
