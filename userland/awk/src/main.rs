//! awk(1): POSIX's, with gawk's common extensions.
//!
//! [`lexer`] → [`parser`] (names become slots on the way) → [`ast`] → [`interp`] with [`eval`], on [`record`] (fields,
//! found as late as possible), [`input`] and [`streams`].

mod ast;
mod builtin;
mod eval;
mod format;
mod input;
mod interp;
mod lexer;
mod main_input;
mod math;
mod parser;
mod record;
mod sort;
mod streams;
mod strings;
mod time;
mod value;
mod variables;

use std::ffi::OsString;

use cli::{Command, Exit, Opt, Order, Outcome, Spec};

const COMMANDS: &[Command] = &[Command { name: "awk", run }, Command { name: "gawk", run }];

/// A syntax error; a fatal one is [`EXIT_FATAL`].
const EXIT_SYNTAX: i32 = 1;
const EXIT_FATAL: i32 = 2;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Id {
    Separator,
    File,
    Assign,
    Source,
    Ignored,
}

const OPTIONS: &[Opt<Id>] = &[
    Opt::value(Id::File, "f", "file", "FILE", "read the program from FILE"),
    Opt::value(Id::Separator, "F", "field-separator", "FS", "set FS"),
    Opt::value(
        Id::Assign,
        "v",
        "assign",
        "VAR=VALUE",
        "assign before the program begins",
    ),
    Opt::value(Id::Source, "e", "source", "PROGRAM", "add PROGRAM's text"),
    Opt::flag(Id::Ignored, "", "posix", ""),
    Opt::flag(Id::Ignored, "", "traditional", ""),
    Opt::flag(Id::Ignored, "r", "re-interval", ""),
    Opt::flag(Id::Ignored, "", "no-optimize", ""),
    Opt::flag(Id::Ignored, "O", "optimize", ""),
];

const fn spec(name: &'static str) -> Spec<Id> {
    Spec {
        name,
        usage: &[
            "[OPTION]... 'PROGRAM' [FILE|VAR=VALUE]...",
            "[OPTION]... -f FILE [FILE|VAR=VALUE]...",
        ],
        about: "Scan and process patterns.",
        options: OPTIONS,
        order: Order::StopAtOperand,
        failure: EXIT_FATAL,
    }
}

fn run(name: &'static str, arguments: Vec<OsString>) -> Outcome {
    let parsed = spec(name).parse(arguments)?;
    let mut operands: Vec<Vec<u8>> = parsed
        .operands
        .into_iter()
        .map(OsString::into_encoded_bytes)
        .collect();
    let mut sources = Vec::new();
    let mut assignments = Vec::new();
    for (id, value) in parsed.options {
        let value = value.unwrap_or_default();
        match id {
            Id::File => sources.push(read_source(name, value)?),
            Id::Source => sources.push(command_line(value.into_encoded_bytes())),
            Id::Separator => assignments.push([b"FS=", value.as_encoded_bytes()].concat()),
            Id::Assign => {
                let text = value.into_encoded_bytes();
                if main_input::assignment(&text).is_none() {
                    let shown = String::from_utf8_lossy(&text).into_owned();
                    cli::complain(
                        name,
                        format_args!("fatal: `{shown}' argument to `-v' not in `var=value' form"),
                    );
                    return Err(Exit(EXIT_FATAL));
                }
                assignments.push(text);
            }
            Id::Ignored => {}
        }
    }
    if sources.is_empty() {
        if operands.is_empty() {
            return Err(spec(name).usage_error("no program text"));
        }
        sources.push(command_line(operands.remove(0)));
    }
    let program = parser::parse(&sources).map_err(|why| {
        cli::complain(name, &why);
        Exit(if why.contains(": fatal: ") {
            EXIT_FATAL
        } else {
            EXIT_SYNTAX
        })
    })?;
    let mut interp = interp::Interp::new(name, &program, operands);
    interp.main.source_name = sources.remove(0).name;
    for text in &assignments {
        if let Some((variable, value)) = main_input::assignment(text)
            && let Err(interp::Stop::Fatal(message)) = interp.assign_by_name(variable, value)
        {
            cli::complain(name, format_args!("fatal: {message}"));
            return Err(Exit(EXIT_FATAL));
        }
    }
    Ok(interp.run())
}

fn command_line(text: Vec<u8>) -> lexer::File {
    lexer::File {
        name: "cmd. line".into(),
        text,
    }
}

fn read_source(name: &str, path: OsString) -> Result<lexer::File, Exit> {
    let shown = path.display().to_string();
    let read = match path.as_encoded_bytes() {
        b"-" | b"/dev/stdin" => {
            let mut text = Vec::new();
            std::io::Read::read_to_end(&mut std::io::stdin(), &mut text).map(|_| text)
        }
        _ => std::fs::read(&path),
    };
    match read {
        Ok(text) => Ok(lexer::File { name: shown, text }),
        Err(error) => {
            let why = cli::reason(&error);
            cli::complain(
                name,
                format_args!("fatal: cannot open source file `{shown}' for reading: {why}"),
            );
            Err(Exit(EXIT_FATAL))
        }
    }
}

fn main() {
    cli::run("awk-module", COMMANDS)
}
