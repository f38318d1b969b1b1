//! Programmable completion: what `complete` keeps, and the words that a specification gives.

mod action;

use crate::assign::{self, Assigned, Target};
use crate::expand::{self, pattern::Pattern};
use crate::shell::{Shell, Unwind};
use crate::text::{Bytes, decode, lossy};
use crate::vars::Value;

pub use action::action;

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
