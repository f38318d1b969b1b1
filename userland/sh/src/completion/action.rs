//! The words of `-A` actions.

use super::KEYWORDS;
use crate::builtin;
use crate::expand;
use crate::options::{self, Options};
use crate::shell::Shell;
use crate::text::Bytes;

/// The words of one `-A` action that begin with `word`.
pub fn action(sh: &mut Shell, name: &str, word: &[u8]) -> Vec<Bytes> {
    let begins = |s: &&str| s.as_bytes().starts_with(word);
    let some = |names: &mut dyn Iterator<Item = &str>| -> Vec<Bytes> {
        names.filter(begins).map(|s| s.as_bytes().to_vec()).collect()
    };
    match name {
        "alias" => some(&mut sh.aliases.keys().map(String::as_str)),
        "arrayvar" => {
            let all = sh.vars.all();
            some(&mut all.iter().filter(|(_, v)| v.value.is_array()).map(|(k, _)| *k))
        }
        "builtin" | "helptopic" => some(&mut builtin::names()),
        "enabled" => some(&mut builtin::names().filter(|n| !sh.disabled.contains(*n))),
        "disabled" => some(&mut builtin::names().filter(|n| sh.disabled.contains(*n))),
        "keyword" => some(&mut KEYWORDS.iter().copied()),
        "function" => some(&mut sh.functions.keys().map(String::as_str)),
        "export" => {
            let all = sh.vars.all();
            some(&mut all.iter().filter(|(_, v)| v.export).map(|(k, _)| *k))
        }
        "variable" => {
            let names = builtin::describe::names(sh);
            some(&mut names.iter().map(String::as_str))
        }
        "setopt" => some(&mut options::SET.iter().map(|s| s.0)),
        "shopt" => some(&mut Options::shopt_names(sh.interactive).into_iter()),
        "signal" => {
            let names: Vec<String> = (1..=31)
                .filter_map(|n| sys::Signal(n).name())
                .map(|n| format!("SIG{n}"))
                .collect();
            some(&mut names.iter().map(String::as_str))
        }
        "job" | "running" | "stopped" => {
            let wanted = match name {
                "running" => Some(crate::job::State::Running),
                "stopped" => Some(crate::job::State::Stopped),
                _ => None,
            };
            let jobs = sh
                .jobs
                .all()
                .iter()
                .filter(|j| wanted.is_none_or(|w| j.state() == w));
            let texts: Vec<String> = jobs
                .map(|j| j.text.split(' ').next().unwrap_or_default().to_owned())
                .collect();
            some(&mut texts.iter().map(String::as_str))
        }
        "user" => database("/etc/passwd", word),
        "group" => database("/etc/group", word),
        "service" => database("/etc/services", word),
        "hostname" => database("/etc/hosts", word),
        "directory" => files(sh, word, true),
        "file" => files(sh, word, false),
        "command" => commands(sh, word),
        "binding" => some(&mut readline::function::Function::ALL.iter().map(|f| f.name())),
        _ => Vec::new(),
    }
}

/// The first fields of a file of `/etc`.
fn database(path: &str, word: &[u8]) -> Vec<Bytes> {
    let text = std::fs::read(path).unwrap_or_default();
    text.split(|c| *c == b'\n')
        .filter_map(|l| l.split(|c| matches!(c, b':' | b' ' | b'\t')).next())
        .filter(|n| !n.is_empty() && !n.starts_with(b"#") && n.starts_with(word))
        .map(<[u8]>::to_vec)
        .collect()
}

/// File names that begin with `word`, which may begin with a tilde.
fn files(sh: &mut Shell, word: &[u8], only_directories: bool) -> Vec<Bytes> {
    let at = word.iter().rposition(|c| *c == b'/').map_or(0, |i| i + 1);
    let (shown, begin) = word.split_at(at);
    let mut directory = shown.to_vec();
    if let Some(rest) = shown.strip_prefix(b"~/") {
        let home = sh.vars.get("HOME").cloned().unwrap_or_default();
        directory = [&home[..], b"/", rest].concat();
    }
    let place = if directory.is_empty() {
        b".".to_vec()
    } else {
        directory.clone()
    };
    let mut names: Vec<Bytes> = expand::glob::entries(&place).into_iter().map(|e| e.0).collect();
    names.sort();
    names
        .into_iter()
        .filter(|n| n.starts_with(begin))
        .filter(|n| !only_directories || sys::stat([&place[..], b"/", n].concat()).is_ok_and(|s| s.is_dir()))
        .map(|n| [shown, &n[..]].concat())
        .collect()
}

/// Aliases, keywords, functions, builtins and programs.
fn commands(sh: &mut Shell, word: &[u8]) -> Vec<Bytes> {
    if word.contains(&b'/') {
        let mut found = files(sh, word, false);
        found.retain(|p| sys::access(p, sys::Access::X).is_ok());
        return found;
    }
    let mut found = Vec::new();
    for a in ["alias", "keyword", "function", "enabled"] {
        found.extend(action(sh, a, word));
    }
    let path = sh.vars.get("PATH").cloned().unwrap_or_default();
    for dir in path.split(|c| *c == b':').filter(|d| !d.is_empty()) {
        for (n, _) in expand::glob::entries(dir) {
            let full = [dir, b"/", &n[..]].concat();
            if n.starts_with(word)
                && sys::stat(&full).is_ok_and(|s| s.is_file())
                && sys::access(&full, sys::Access::X).is_ok()
            {
                found.push(n);
            }
        }
    }
    found.sort();
    found.dedup();
    found
}
