//! Functions: `$(NAME arguments)`.

use std::collections::HashSet;

use cli::pattern;
use sys::{Action, Fd, OpenFlags};

use crate::text::{self, joined, words};
use crate::variable::{Origin, Variable, Variables};
use crate::{Failure, Make, environment};

type Run = fn(&mut Make, &[String]) -> Result<String, Failure>;

#[derive(Clone, Copy)]
pub enum Body {
    /// Gets its arguments expanded.
    Plain(Run),
    /// Expands them itself.
    Special(Run),
}

#[derive(Clone, Copy)]
pub struct Function {
    name: &'static str,
    /// The most arguments: commas beyond are part of the last.
    most: usize,
    least: usize,
    body: Body,
}

macro_rules! functions {
    ($($name:literal $least:literal $most:literal $kind:ident $run:expr;)*) => {
        &[$(Function { name: $name, least: $least, most: $most, body: Body::$kind($run) },)*]
    };
}

const FUNCTIONS: &[Function] = functions! {
    "abspath" 1 1 Plain abspath;
    "addprefix" 2 2 Plain |_, a| Ok(joined(words(&a[1]).map(|word| format!("{}{word}", a[0]))));
    "addsuffix" 2 2 Plain |_, a| Ok(joined(words(&a[1]).map(|word| format!("{word}{}", a[0]))));
    "and" 1 1000 Special and;
    "basename" 1 1 Plain |_, a| Ok(joined(words(&a[0]).map(|word| &word[..word.len() - suffix(word).len()])));
    "call" 1 1000 Special call_function;
    "dir" 1 1 Plain |_, a| Ok(joined(words(&a[0]).map(text::directory)));
    "error" 1 1 Plain |make, a| Err(make.fail(&a[0]));
    "eval" 1 1 Plain eval;
    "file" 1 2 Plain file;
    "filter" 2 2 Plain |_, a| Ok(filter(&a[0], &a[1], true));
    "filter-out" 2 2 Plain |_, a| Ok(filter(&a[0], &a[1], false));
    "findstring" 2 2 Plain |_, a| Ok(if a[1].contains(&a[0]) { a[0].clone() } else { String::new() });
    "firstword" 1 1 Plain |_, a| Ok(words(&a[0]).next().unwrap_or_default().into());
    "flavor" 1 1 Plain |make, a| Ok(match make.variable(&a[0]) {
        None => "undefined",
        Some(variable) if variable.recursive => "recursive",
        Some(_) => "simple",
    }.into());
    "foreach" 3 3 Special foreach;
    "if" 2 3 Special if_function;
    "info" 1 1 Plain |make, a| {
        make.print(&format!("{}\n", a[0]));
        Ok(String::new())
    };
    "join" 2 2 Plain join;
    "lastword" 1 1 Plain |_, a| Ok(words(&a[0]).last().unwrap_or_default().into());
    "notdir" 1 1 Plain |_, a| Ok(joined(words(&a[0]).map(text::base)));
    "or" 1 1000 Special or;
    "origin" 1 1 Plain |make, a| Ok(make.variable(&a[0]).map_or("undefined", |variable| variable.origin.name()).into());
    "patsubst" 3 3 Plain |_, a| Ok(joined(words(&a[2]).map(|word| text::substitute(a[0].trim(), a[1].trim(), word))));
    "realpath" 1 1 Plain realpath;
    "shell" 1 1 Plain |make, a| shell_output(make, &a[0]);
    "sort" 1 1 Plain |_, a| {
        let mut sorted: Vec<&str> = words(&a[0]).collect();
        sorted.sort_unstable();
        sorted.dedup();
        Ok(joined(sorted))
    };
    "strip" 1 1 Plain |_, a| Ok(joined(words(&a[0])));
    "subst" 3 3 Plain |_, a| Ok(if a[0].is_empty() { format!("{}{}", a[2], a[1]) } else { a[2].replace(&a[0], &a[1]) });
    "suffix" 1 1 Plain |_, a| Ok(joined(words(&a[0]).map(suffix).filter(|suffix| !suffix.is_empty())));
    "value" 1 1 Plain |make, a| Ok(make.variable(&a[0]).map_or(String::new(), |variable| variable.value.clone()));
    "warning" 1 1 Plain |make, a| {
        make.warn(&a[0]);
        Ok(String::new())
    };
    "wildcard" 1 1 Plain |_, a| Ok(joined(words(&a[0]).flat_map(wildcard)));
    "word" 2 2 Plain |make, a| {
        let at = number(make, "word", &a[0])?;
        if at == 0 {
            return Err(make.fail("first argument to 'word' function must be greater than 0"));
        }
        Ok(words(&a[1]).nth(at - 1).unwrap_or_default().into())
    };
    "wordlist" 3 3 Plain |make, a| {
        let (first, last) = (number(make, "wordlist", &a[0])?, number(make, "wordlist", &a[1])?);
        if first == 0 {
            return Err(make.fail("invalid first argument to 'wordlist' function: '0'"));
        }
        Ok(joined(words(&a[2]).skip(first - 1).take((last + 1).saturating_sub(first))))
    };
    "words" 1 1 Plain |_, a| Ok(words(&a[0]).count().to_string());
};

pub fn find(name: &str) -> Option<Function> {
    FUNCTIONS.iter().find(|function| function.name == name).copied()
}

/// The arguments, parted at commas that stand in no brackets.
fn arguments(text: &str, most: usize) -> Vec<&str> {
    let mut found = Vec::new();
    let (mut start, mut depth) = (0, 0i32);
    for (at, c) in text.char_indices() {
        match c {
            '(' | '{' => depth += 1,
            ')' | '}' => depth -= 1,
            ',' if depth == 0 && found.len() + 1 < most => {
                found.push(&text[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    found.push(&text[start..]);
    found
}

pub fn call(make: &mut Make, function: Function, text: &str) -> Result<String, Failure> {
    let given = arguments(text, function.most);
    if given.len() < function.least {
        return Err(make.fail(&format!(
            "insufficient number of arguments ({}) to function '{}'",
            given.len(),
            function.name
        )));
    }
    let given: Vec<String> = given.into_iter().map(str::to_owned).collect();
    match function.body {
        Body::Special(run) => run(make, &given),
        Body::Plain(run) => {
            let expanded = given
                .iter()
                .map(|argument| make.expand(argument))
                .collect::<Result<Vec<_>, _>>()?;
            run(make, &expanded)
        }
    }
}

fn suffix(word: &str) -> &str {
    let start = word.rfind('/').map_or(0, |at| at + 1);
    word[start..].rfind('.').map_or("", |at| &word[start + at..])
}

fn number(make: &Make, function: &str, text: &str) -> Result<usize, Failure> {
    text.trim().parse().map_err(|_| {
        make.fail(&format!(
            "non-numeric first argument to '{function}' function: '{}'",
            text.trim()
        ))
    })
}

fn filter(patterns: &str, list: &str, keep: bool) -> String {
    let patterns: Vec<&str> = words(patterns).collect();
    let exact: HashSet<&str> = patterns
        .iter()
        .copied()
        .filter(|pattern| !pattern.contains('%'))
        .collect();
    let wild: Vec<&str> = patterns
        .into_iter()
        .filter(|pattern| pattern.contains('%'))
        .collect();
    joined(words(list).filter(|word| {
        let matches = exact.contains(word) || wild.iter().any(|pattern| text::stem(pattern, word).is_some());
        matches == keep
    }))
}

fn join(_: &mut Make, a: &[String]) -> Result<String, Failure> {
    let (mut left, mut right) = (words(&a[0]), words(&a[1]));
    let mut out = Vec::new();
    loop {
        match (left.next(), right.next()) {
            (None, None) => return Ok(joined(out)),
            (one, other) => out.push(format!("{}{}", one.unwrap_or(""), other.unwrap_or(""))),
        }
    }
}

fn and(make: &mut Make, a: &[String]) -> Result<String, Failure> {
    let mut last = String::new();
    for argument in a {
        last = make.expand(argument.trim())?;
        if last.is_empty() {
            break;
        }
    }
    Ok(last)
}

fn or(make: &mut Make, a: &[String]) -> Result<String, Failure> {
    for argument in a {
        let value = make.expand(argument.trim())?;
        if !value.is_empty() {
            return Ok(value);
        }
    }
    Ok(String::new())
}

fn if_function(make: &mut Make, a: &[String]) -> Result<String, Failure> {
    let holds = !make.expand(a[0].trim())?.is_empty();
    match (holds, a.get(2)) {
        (true, _) => make.expand(&a[1]),
        (false, Some(otherwise)) => make.expand(otherwise),
        (false, None) => Ok(String::new()),
    }
}

/// A variable of the moment.
fn automatic(value: &str) -> Variable {
    Variable {
        value: value.to_owned(),
        recursive: false,
        origin: Origin::Automatic,
        exported: None,
    }
}

fn foreach(make: &mut Make, a: &[String]) -> Result<String, Failure> {
    let name = make.expand(&a[0])?.trim().to_owned();
    let list = make.expand(&a[1])?;
    let mut out = Vec::new();
    for word in words(&list) {
        make.scopes
            .push(Variables::from([(name.clone(), automatic(word))]));
        let value = make.expand(&a[2]);
        make.scopes.pop();
        out.push(value?);
    }
    Ok(out.join(" "))
}

fn call_function(make: &mut Make, a: &[String]) -> Result<String, Failure> {
    let given = a
        .iter()
        .map(|argument| make.expand(argument))
        .collect::<Result<Vec<_>, _>>()?;
    let name = given[0].trim();
    if let Some(function) = find(name) {
        if let Body::Plain(run) = function.body {
            let mut given = given[1..].to_vec();
            given.resize(given.len().max(function.least), String::new());
            return run(make, &given);
        }
        return call(make, function, &given[1..].join(","));
    }
    let Some(variable) = make.variable(name).cloned() else {
        return Ok(String::new());
    };
    let mut scope: Variables = given
        .iter()
        .enumerate()
        .map(|(at, value)| (at.to_string(), automatic(value)))
        .collect();
    // Arguments that are not given are empty, also where an outer call has them.
    for at in given.len()..10 {
        scope.insert(at.to_string(), automatic(""));
    }
    make.scopes.push(scope);
    // A function may call itself: that is no endless reference yet.
    let expanding = std::mem::take(&mut make.expanding);
    let value = if variable.recursive {
        make.expand(&variable.value)
    } else {
        Ok(variable.value)
    };
    make.expanding = expanding;
    make.scopes.pop();
    value
}

fn eval(make: &mut Make, a: &[String]) -> Result<String, Failure> {
    let scopes = std::mem::take(&mut make.scopes);
    let read = make.evaluate(&a[0]);
    make.scopes = scopes;
    read.map(|()| String::new())
}

fn abspath(make: &mut Make, a: &[String]) -> Result<String, Failure> {
    let here = make.directory.clone();
    Ok(joined(words(&a[0]).map(|word| absolute(&here, word))))
}

fn absolute(here: &str, path: &str) -> String {
    let whole = if path.starts_with('/') {
        path.to_owned()
    } else {
        format!("{here}/{path}")
    };
    let mut parts: Vec<&str> = Vec::new();
    for part in whole.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    format!("/{}", parts.join("/"))
}

fn realpath(_: &mut Make, a: &[String]) -> Result<String, Failure> {
    let real = |word: &str| std::fs::canonicalize(text::path(word)).ok();
    Ok(joined(words(&a[0]).filter_map(|word| {
        Some(text::decode(real(word)?.as_os_str().as_encoded_bytes()))
    })))
}

/// The files that a glob names, sorted; what is no glob is itself where it is there.
pub fn wildcard(word: &str) -> Vec<String> {
    if !word.contains(['*', '?', '[']) {
        let exists = sys::lstat(text::path(word)).is_ok();
        return exists.then(|| word.to_owned()).into_iter().collect();
    }
    let (start, rest) = match word.strip_prefix('/') {
        Some(rest) => ("/".to_owned(), rest),
        None => (String::new(), word),
    };
    let mut found = vec![start];
    for part in rest.split('/').filter(|part| !part.is_empty()) {
        let mut next = Vec::new();
        for parent in &found {
            let path = |name: &str| match parent.as_str() {
                "" => name.to_owned(),
                parent if parent.ends_with('/') => format!("{parent}{name}"),
                parent => format!("{parent}/{name}"),
            };
            if !part.contains(['*', '?', '[']) {
                let path = path(part);
                if sys::lstat(text::path(&path)).is_ok() {
                    next.push(path);
                }
                continue;
            }
            let folder = if parent.is_empty() { "." } else { parent };
            for entry in std::fs::read_dir(text::path(folder))
                .into_iter()
                .flatten()
                .flatten()
            {
                let name = entry.file_name();
                let name = name.as_encoded_bytes();
                let hidden = name.starts_with(b".") && !part.starts_with('.');
                if !hidden && pattern::matches(&text::encode(part), name) {
                    next.push(path(&text::decode(name)));
                }
            }
        }
        found = next;
    }
    if word.ends_with('/') {
        found.iter_mut().for_each(|path| path.push('/'));
    }
    found.sort_unstable();
    found
}

fn file(make: &mut Make, a: &[String]) -> Result<String, Failure> {
    let target = a[0].trim();
    let (flags, name) = match target.strip_prefix(">>") {
        Some(name) => (OpenFlags::WRONLY | OpenFlags::CREAT | OpenFlags::APPEND, name),
        None => match target.strip_prefix('>') {
            Some(name) => (OpenFlags::WRONLY | OpenFlags::CREAT | OpenFlags::TRUNC, name),
            None => {
                let name = target.strip_prefix('<').unwrap_or(target).trim();
                let content = cli::input::read_file(&text::path(name)).unwrap_or_default();
                let content = text::decode(&content);
                return Ok(content.strip_suffix('\n').unwrap_or(&content).to_owned());
            }
        },
    };
    let name = name.trim();
    let written = sys::open(text::path(name), flags, sys::Mode::from_bits_truncate(0o666)).and_then(|fd| {
        let mut content = text::encode(a.get(1).map_or("", String::as_str));
        if a.len() > 1 && !content.ends_with(b"\n") {
            content.push(b'\n');
        }
        let written = sys::write_all(fd, &content);
        sys::close(fd).and(written)
    });
    match written {
        Ok(()) => Ok(String::new()),
        Err(why) => Err(make.fail(&format!("write: {name}: {why}"))),
    }
}

/// What a command prints, its newlines made spaces.
pub fn shell_output(make: &mut Make, command: &str) -> Result<String, Failure> {
    make.out.send();
    let shell = make.value("SHELL")?;
    let flags = make.value(".SHELLFLAGS")?;
    let mut argv = vec![text::encode(&shell)];
    argv.extend(words(&flags).map(text::encode));
    argv.push(text::encode(command));
    let environment = environment::of_shell_function();
    let run = || {
        let (read, write) = sys::pipe2(OpenFlags::CLOEXEC)?;
        let child = sys::Spawn {
            path: &argv[0],
            argv: &argv,
            envp: &environment,
            search: true,
            actions: vec![Action::Dup2 {
                from: write,
                to: Fd::STDOUT,
            }],
            ..Default::default()
        };
        let started = child.spawn();
        let _ = sys::close(write);
        let output = started.and_then(|pid| {
            let output = cli::input::read_to_end(read)?;
            Ok((output, cli::process::wait_for(pid)))
        });
        let _ = sys::close(read);
        output
    };
    let (output, status) = match run() {
        Ok(ended) => ended,
        Err(why) => {
            cli::complain("make", format_args!("{shell}: {why}"));
            (Vec::new(), cli::process::EXIT_NOT_FOUND)
        }
    };
    make.variables
        .insert(".SHELLSTATUS".into(), automatic(&status.to_string()));
    let output = text::decode(&output);
    Ok(output.trim_end_matches(['\n', '\r']).replace('\n', " "))
}
