//! Programmable completion: what `complete` keeps, and the words that a specification gives.

use crate::assign::{self, Assigned, Target};
use crate::builtin;
use crate::expand::{self, pattern::Pattern};
use crate::options::{self, Options};
use crate::shell::{Shell, Unwind};
use crate::text::{Bytes, decode, lossy};
use crate::vars::Value;

/// What `complete` was told about a command.
#[derive(Clone, Debug, Default)]
pub struct Spec {
    /// `-o` names.
    pub options: Vec<&'static str>,
    /// `-A` names.
    pub actions: Vec<&'static str>,
    pub glob: Option<Bytes>,
    pub words: Option<Bytes>,
    pub prefix: Option<Bytes>,
    pub suffix: Option<Bytes>,
    pub filter: Option<Bytes>,
    pub function: Option<Bytes>,
    pub command: Option<Bytes>,
}

pub const OPTIONS: &[&str] = &[
    "bashdefault",
    "default",
    "dirnames",
    "filenames",
    "noquote",
    "nosort",
    "nospace",
    "plusdirs",
];

/// `-A` names, and the letter that stands for one.
pub const ACTIONS: &[(&str, Option<u8>)] = &[
    ("alias", Some(b'a')),
    ("arrayvar", None),
    ("binding", None),
    ("builtin", Some(b'b')),
    ("command", Some(b'c')),
    ("directory", Some(b'd')),
    ("disabled", None),
    ("enabled", None),
    ("export", Some(b'e')),
    ("file", Some(b'f')),
    ("function", None),
    ("group", Some(b'g')),
    ("helptopic", None),
    ("hostname", None),
    ("job", Some(b'j')),
    ("keyword", Some(b'k')),
    ("running", None),
    ("service", Some(b's')),
    ("setopt", None),
    ("shopt", None),
    ("signal", None),
    ("stopped", None),
    ("user", Some(b'u')),
    ("variable", Some(b'v')),
];

/// The shell's reserved words.
pub const KEYWORDS: &[&str] = &[
    "if", "then", "else", "elif", "fi", "case", "esac", "for", "select", "while", "until", "do", "done",
    "in", "function", "time", "{", "}", "!", "[[", "]]", "coproc",
];

/// The line that is completed, for `-F` and `-C`.
#[derive(Clone, Debug, Default)]
pub struct Line {
    pub text: Bytes,
    pub point: usize,
    pub words: Vec<Bytes>,
    /// Index of the word that is completed.
    pub word: usize,
    /// COMP_TYPE and COMP_KEY.
    pub kind: u32,
    pub key: u32,
}

/// What a completion's function may change while it runs (`compopt`), and how it ended.
#[derive(Clone, Debug, Default)]
pub struct Completing {
    pub options: Vec<&'static str>,
    pub status: i32,
}

/// The words that a specification gives for `word`.
pub fn generate(
    sh: &mut Shell,
    spec: &Spec,
    command: &[u8],
    word: &[u8],
    line: &Line,
) -> Result<Vec<Bytes>, Unwind> {
    let mut found = Vec::new();
    for a in &spec.actions {
        found.extend(action(sh, a, word));
    }
    if let Some(glob) = &spec.glob {
        let mut names = Vec::new();
        expand::glob::expand(sh, &[(glob.clone(), false)], &mut names)?;
        found.extend(names.into_iter().filter(|n| n.starts_with(word) && n != glob));
    }
    if let Some(words) = &spec.words {
        found.extend(word_list(sh, words)?.into_iter().filter(|w| w.starts_with(word)));
    }
    if let Some(f) = &spec.function {
        found.extend(from_function(sh, f, command, word, line)?);
    }
    if let Some(c) = &spec.command {
        let previous = line.word.checked_sub(1).and_then(|i| line.words.get(i));
        let quoted: Vec<Bytes> = [command, word, previous.map_or(&b""[..], |p| p)]
            .iter()
            .map(|w| crate::text::single_quote(w))
            .collect();
        let text = [&c[..], b" ", &quoted.join(&b' ')].concat();
        let variables = line_variables(line);
        for (name, value) in &variables {
            sh.vars.global_entry(name).export = true;
            set(sh, name, value.clone())?;
        }
        let out = expand::command::substitute(sh, &text);
        for (name, _) in &variables {
            let _ = sh.vars.unset(name);
        }
        let out = out?;
        found.extend(
            out.split(|c| *c == b'\n')
                .filter(|l| !l.is_empty())
                .map(<[u8]>::to_vec),
        );
    }
    if let Some(f) = &spec.filter {
        filter(sh, f, word, &mut found);
    }
    for w in &mut found {
        *w = [
            spec.prefix.as_deref().unwrap_or_default(),
            &w[..],
            spec.suffix.as_deref().unwrap_or_default(),
        ]
        .concat();
    }
    let has = |o: &str| spec.options.contains(&o);
    if found.is_empty() && has("dirnames") {
        found = action(sh, "directory", word);
    }
    if found.is_empty() && has("default") {
        found = action(sh, "file", word);
    }
    if has("plusdirs") {
        found.extend(action(sh, "directory", word));
    }
    Ok(found)
}

/// `-W`: split by IFS with quotes respected, then expanded, but no file names.
fn word_list(sh: &mut Shell, text: &[u8]) -> Result<Vec<Bytes>, Unwind> {
    let noglob = std::mem::replace(&mut sh.options.noglob, true);
    let ifs = sh.vars.get("IFS").cloned().unwrap_or_else(|| b" \t\n".to_vec());
    let mut words = Vec::new();
    let (mut current, mut quote) = (Bytes::new(), None);
    let mut it = text.iter().copied();
    while let Some(c) = it.next() {
        match (c, quote) {
            (b'\\', None | Some(b'"')) => {
                current.push(c);
                current.extend(it.next());
            }
            (b'\'' | b'"', None) => {
                quote = Some(c);
                current.push(c);
            }
            (c, Some(q)) => {
                if c == q {
                    quote = None;
                }
                current.push(c);
            }
            (c, None) if ifs.contains(&c) => {
                if !current.is_empty() {
                    words.push(std::mem::take(&mut current));
                }
            }
            (c, None) => current.push(c),
        }
    }
    if !current.is_empty() {
        words.push(current);
    }
    let mut out = Vec::new();
    let mut result = Ok(());
    for w in words {
        result = expand::field_words(sh, &decode(&w), &mut out);
        if result.is_err() {
            break;
        }
    }
    sh.options.noglob = noglob;
    result.map(|()| out)
}

fn set(sh: &mut Shell, name: &str, value: impl Into<Bytes>) -> Result<(), Unwind> {
    let target = Target {
        name: name.to_owned(),
        index: None,
    };
    assign::scalar(sh, &target, value.into(), false)
}

/// What a function or command that completes is told of the line.
fn line_variables(line: &Line) -> [(&'static str, Bytes); 4] {
    [
        ("COMP_LINE", line.text.clone()),
        ("COMP_POINT", line.point.to_string().into_bytes()),
        ("COMP_TYPE", line.kind.to_string().into_bytes()),
        ("COMP_KEY", line.key.to_string().into_bytes()),
    ]
}

fn from_function(
    sh: &mut Shell,
    name: &[u8],
    command: &[u8],
    word: &[u8],
    line: &Line,
) -> Result<Vec<Bytes>, Unwind> {
    let name = lossy(name).into_owned();
    let Some(f) = sh.functions.get(&name).cloned() else {
        sh.complain(format!("completion: function `{name}' not found"));
        return Ok(Vec::new());
    };
    for (name, value) in line_variables(line) {
        set(sh, name, value)?;
    }
    set(sh, "COMP_CWORD", line.word.to_string())?;
    let words = line.words.iter().map(|w| (None, w.clone())).collect();
    let target = Target {
        name: "COMP_WORDS".into(),
        index: None,
    };
    assign::store(sh, &target, Assigned::Array(words), false)?;
    let _ = sh.vars.unset("COMPREPLY");
    let previous = line.word.checked_sub(1).and_then(|i| line.words.get(i)).cloned();
    let args = vec![
        name.into_bytes(),
        command.to_vec(),
        word.to_vec(),
        previous.unwrap_or_default(),
    ];
    let status = crate::exec::function::call(sh, &f, args)?;
    if let Some(c) = &mut sh.completing {
        c.status = status;
    }
    let reply = match sh.vars.var("COMPREPLY").map(|v| v.value.clone()) {
        Some(Value::Indexed(m)) => m.into_values().collect(),
        Some(Value::Assoc(m)) => m.into_values().collect(),
        Some(Value::Scalar(s)) => vec![s],
        _ => Vec::new(),
    };
    for n in [
        "COMP_LINE",
        "COMP_POINT",
        "COMP_TYPE",
        "COMP_KEY",
        "COMP_CWORD",
        "COMP_WORDS",
        "COMPREPLY",
    ] {
        let _ = sh.vars.unset(n);
    }
    Ok(reply)
}

/// `-X`: takes away what matches, or with `!` what does not; `&` is the word.
fn filter(sh: &Shell, text: &[u8], word: &[u8], found: &mut Vec<Bytes>) {
    let (negated, text) = match text.strip_prefix(b"!") {
        // `!(…)` is an extended pattern.
        Some(rest) if !rest.starts_with(b"(") || !sh.options.extglob => (true, rest),
        _ => (false, text),
    };
    let mut pattern = Bytes::new();
    let mut it = text.iter().copied();
    while let Some(c) = it.next() {
        match c {
            b'\\' => match it.next() {
                Some(b'&') => pattern.push(b'&'),
                Some(other) => pattern.extend_from_slice(&[b'\\', other]),
                None => pattern.push(b'\\'),
            },
            b'&' => expand::pattern::escape_into(word, &mut pattern),
            c => pattern.push(c),
        }
    }
    let p = Pattern::new(&pattern, sh.options.extglob, sh.options.nocasematch);
    found.retain(|w| p.matches(w) == negated);
}

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
