//! env(1): shows the environment, or runs a command in a changed one.

use std::ffi::{OsStr, OsString};

use cli::{Exit, Opt, Order, Outcome, Output, Spec, complain, os, quote};

use super::exec;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Id {
    Ignore,
    Null,
    Unset,
    Chdir,
    Split,
}

const SPEC: Spec<Id> = Spec {
    name: "env",
    usage: &["[OPTION]... [-] [NAME=VALUE]... [COMMAND [ARG]...]"],
    about: "Set each NAME to VALUE in the environment and run COMMAND.\nA mere - implies -i. If no COMMAND, print the resulting environment.",
    options: &[
        Opt::flag(
            Id::Ignore,
            "i",
            "ignore-environment",
            "start with an empty environment",
        ),
        Opt::flag(
            Id::Null,
            "0",
            "null",
            "end each output line with NUL, not newline",
        ),
        Opt::value(
            Id::Unset,
            "u",
            "unset",
            "NAME",
            "remove variable from the environment",
        ),
        Opt::value(Id::Chdir, "C", "chdir", "DIR", "change working directory to DIR"),
        Opt::value(
            Id::Split,
            "S",
            "split-string",
            "S",
            "process and split S into separate arguments;\nused to pass multiple arguments on shebang lines",
        ),
    ],
    order: Order::StopAtOperand,
    failure: 125,
};

/// Names and values in the order in which they came to be.
struct Environment(Vec<(OsString, OsString)>);

impl Environment {
    fn set(&mut self, name: &OsStr, value: &OsStr) {
        match self.0.iter_mut().find(|(known, _)| known == name) {
            Some((_, old)) => *old = value.to_owned(),
            None => self.0.push((name.to_owned(), value.to_owned())),
        }
    }

    fn lines(&self) -> Vec<Vec<u8>> {
        self.0
            .iter()
            .map(|(name, value)| [name.as_encoded_bytes(), b"=", value.as_encoded_bytes()].concat())
            .collect()
    }
}

pub fn run(name: &'static str, arguments: Vec<OsString>) -> Outcome {
    let parsed = SPEC.parse(expand_splits(arguments)?)?;
    let mut environment = Environment(std::env::vars_os().collect());
    let mut end = b'\n';
    let mut directory = None;
    for (id, value) in parsed.options {
        let value = value.unwrap_or_default();
        match id {
            Id::Ignore => environment.0.clear(),
            Id::Null => end = 0,
            Id::Unset => environment.0.retain(|(known, _)| *known != value),
            Id::Chdir => directory = Some(value),
            Id::Split => return Err(SPEC.usage_error("-S must come first, alone or after -v")),
        }
    }
    let mut operands = parsed.operands;
    if operands.first().is_some_and(|first| first == "-") {
        environment.0.clear();
        operands.remove(0);
    }
    let assignments = operands
        .iter()
        .position(|o| split_assignment(o).is_none())
        .unwrap_or(operands.len());
    let command = operands.split_off(assignments);
    for (variable, value) in operands.iter().filter_map(|operand| split_assignment(operand)) {
        environment.set(variable, value);
    }
    if command.is_empty() {
        if directory.is_some() {
            return Err(SPEC.usage_error("must specify command with --chdir (-C)"));
        }
        let mut out = Output::stdout();
        for line in environment.lines() {
            out.put(&line);
            out.put(&[end]);
        }
        return Ok(out.finish(name, 0, 125));
    }
    if end == 0 {
        return Err(SPEC.usage_error("cannot specify --null (-0) with command"));
    }
    if let Some(directory) = directory {
        sys::chdir(&*directory).map_err(|why| {
            complain(
                name,
                format_args!("cannot change directory to {}: {why}", quote::always(&directory)),
            );
            Exit(125)
        })?;
    }
    let lines = environment.lines();
    // The command is searched for in the PATH that it will see.
    match environment.0.iter().find(|(variable, _)| variable == "PATH") {
        // SAFETY: this program has one thread.
        Some((_, path)) => unsafe { std::env::set_var("PATH", path) },
        None => unsafe { std::env::remove_var("PATH") },
    }
    Ok(exec(name, &command, &lines))
}

fn split_assignment(operand: &OsStr) -> Option<(&OsStr, &OsStr)> {
    let bytes = operand.as_encoded_bytes();
    let at = bytes.iter().position(|b| *b == b'=')?;
    Some((os(&bytes[..at]), os(&bytes[at + 1..])))
}

/// Replaces a leading -S (or --split-string) by the words of its string.
fn expand_splits(arguments: Vec<OsString>) -> Result<Vec<OsString>, Exit> {
    let Some(first) = arguments.first().map(|first| first.as_encoded_bytes()) else {
        return Ok(arguments);
    };
    let (text, used) = match first {
        b"-S" | b"--split-string" if arguments.len() > 1 => (arguments[1].as_encoded_bytes(), 2),
        _ => match first
            .strip_prefix(b"-S")
            .or_else(|| first.strip_prefix(b"--split-string="))
        {
            Some(text) if !text.is_empty() => (text, 1),
            _ => return Ok(arguments),
        },
    };
    let mut words = split(text).map_err(|why| {
        complain(SPEC.name, why);
        Exit(125)
    })?;
    words.extend_from_slice(&arguments[used..]);
    Ok(words)
}

/// Splits as env -S does: blanks, both quotes, `\` escapes, `${NAME}`, `#` comments.
fn split(text: &[u8]) -> Result<Vec<OsString>, String> {
    let mut words = Vec::new();
    let mut word: Option<Vec<u8>> = None;
    let mut quote = None;
    let mut at = 0;
    while at < text.len() {
        let b = text[at];
        at += 1;
        match (quote, b) {
            (Some(q), _) if b == q => quote = None,
            (None, b'\'' | b'"') => {
                quote = Some(b);
                word.get_or_insert_default();
            }
            (None, b' ' | b'\t' | b'\n' | b'\x0b' | b'\x0c' | b'\r') => {
                words.extend(word.take().map(|word| os(&word).to_owned()));
            }
            (None, b'#') if word.is_none() => break,
            (None | Some(b'"'), b'\\') => {
                let Some(escape) = text.get(at) else {
                    return Err("invalid backslash at end of string in -S".into());
                };
                at += 1;
                match escape {
                    b'c' if quote.is_none() => break,
                    b'_' if quote.is_none() => words.extend(word.take().map(|word| os(&word).to_owned())),
                    _ => word.get_or_insert_default().push(unescape(*escape)?),
                }
            }
            (None | Some(b'"'), b'$') => {
                let rest = text[at..]
                    .strip_prefix(b"{")
                    .ok_or("only ${VARNAME} expansion is supported in -S")?;
                let end = rest
                    .iter()
                    .position(|b| *b == b'}')
                    .ok_or("no closing brace in -S")?;
                let value = std::env::var_os(os(&rest[..end])).unwrap_or_default();
                word.get_or_insert_default()
                    .extend_from_slice(value.as_encoded_bytes());
                at += end + 2;
            }
            _ => word.get_or_insert_default().push(b),
        }
    }
    if quote.is_some() {
        return Err("no terminating quote in -S string".into());
    }
    words.extend(word.map(|word| os(&word).to_owned()));
    Ok(words)
}

fn unescape(b: u8) -> Result<u8, String> {
    Ok(match b {
        b'n' => b'\n',
        b't' => b'\t',
        b'r' => b'\r',
        b'f' => b'\x0c',
        b'v' => b'\x0b',
        b'_' => b' ',
        b'\\' | b'\'' | b'"' | b'$' | b'#' => b,
        _ => return Err(format!("invalid sequence '\\{}' in -S", char::from(b))),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_split_as_a_shebang_line_needs() {
        for (text, words) in [
            ("a b  c", Some(&["a", "b", "c"][..])),
            ("a 'b c' \"d e\"", Some(&["a", "b c", "d e"])),
            ("a\\_b 'x'y", Some(&["a", "b", "xy"])),
            ("\"a\\tb\" # comment", Some(&["a\tb"])),
            ("''", Some(&[""])),
            ("a'", None),
            ("\\q", None),
        ] {
            let split = split(text.as_bytes()).ok();
            assert_eq!(
                split,
                words.map(|w| w.iter().map(OsString::from).collect()),
                "{text}"
            );
        }
    }
}
