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
        let Some(path) = simple::lookup(sh, name) else {
            return false;
        };
        let path = lossy(&path).into_owned();
        match style {
            Style::Short => path,
            Style::Long if hashed => format!("{shown} is hashed ({path})"),
            Style::Long => {
                sh.hashed.remove(name);
                format!("{shown} is {path}")
            }
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

pub fn type_(sh: &mut Shell, args: &[Bytes]) -> Outcome {
    let o = match super::options(sh, args, "afptP") {
        Ok(o) => o,
        Err(s) => return Ok(s),
    };
    let mut status = 0;
    for n in &args[o.rest..] {
        let found = if o.has(b'p') || o.has(b'P') {
            let only_files = o.has(b'p') && super::find(n).is_some();
            match simple::lookup(sh, n).filter(|_| !only_files) {
                Some(p) => {
                    sh.print([&p[..], b"\n"].concat());
                    true
                }
                None => only_files,
            }
        } else {
            describe(sh, n, if o.has(b't') { Style::Kind } else { Style::Long })
        };
        if o.has(b'a') {
            for p in simple::search(sh, n, true) {
                sh.print(format!("{} is {}\n", lossy(n), lossy(&p)));
            }
        }
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
    let o = match super::options(sh, args, "rd:lp:t") {
        Ok(o) => o,
        Err(s) => return Ok(s),
    };
    if o.has(b'r') {
        sh.hashed.clear();
    }
    if let Some(name) = o.value(b'd') {
        sh.hashed.remove(name);
        return Ok(0);
    }
    let mut status = 0;
    for n in &args[o.rest..] {
        if let Some(path) = o.value(b'p') {
            sh.hashed.insert(n.clone(), (path.clone(), 0));
            continue;
        }
        if super::find(n).is_none() && simple::lookup(sh, n).is_none() {
            sh.complain(format!("hash: {}: not found", lossy(n)));
            status = 1;
        }
    }
    if args.len() == 1 {
        if sh.hashed.is_empty() {
            sh.print(b"hash: hash table empty\n");
            return Ok(0);
        }
        let lines: Vec<String> = sh
            .hashed
            .values()
            .map(|(p, hits)| format!("{hits:4}\t{}\n", lossy(p)))
            .collect();
        sh.print(b"hits\tcommand\n");
        sh.print(lines.concat());
    }
    Ok(status)
}
