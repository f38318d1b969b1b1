//! What was typed, in the form that it is used in, and the inputs.

use std::cell::RefCell;
use std::ffi::OsString;
use std::io::Read;

use cli::Exit;

use crate::EXIT_USAGE;
use crate::json::{self, Style};
use crate::options::{Id, SPEC};
use crate::val::{Map, Val};

pub struct Config {
    pub filter: String,
    pub variables: Vec<(String, Val)>,
    files: Vec<OsString>,
    pub null_input: bool,
    raw_input: bool,
    slurp: bool,
    stream: bool,
    pub seq: bool,
    pub raw: bool,
    /// What follows each output.
    pub end: &'static [u8],
    pub style: Style,
    pub unbuffered: bool,
    pub exit_status: bool,
}

/// jq 1.7's colours.
const COLORS: &str = "1;30:0;39:0;39:0;39:0;32:1;39:1;39:34;1";

/// Options that take a name and a value, or change what operands are.
#[derive(Default)]
struct Named {
    variables: Vec<(String, Val)>,
    positional: Vec<Val>,
}

fn usage<T>(message: impl std::fmt::Display) -> Result<T, Exit> {
    cli::complain(
        "jq",
        format_args!(
            "{message}\nUse jq --help for help with command-line options,\nor see the jq manpage, or online docs  at https://jqlang.github.io/jq"
        ),
    );
    Err(Exit(EXIT_USAGE))
}

fn fail<T>(message: impl std::fmt::Display) -> Result<T, Exit> {
    cli::complain("jq", message);
    Err(Exit(EXIT_USAGE))
}

pub fn parse(arguments: Vec<OsString>) -> Result<Config, Exit> {
    let mut named = Named::default();
    let (rest, positional) = named.take(arguments)?;
    let parsed = SPEC.parse(rest)?;
    let mut config = Config {
        filter: String::new(),
        variables: Vec::new(),
        files: Vec::new(),
        null_input: false,
        raw_input: false,
        slurp: false,
        stream: false,
        seq: false,
        raw: false,
        end: b"\n",
        style: Style {
            indent: Some("  ".into()),
            ..Style::default()
        },
        unbuffered: sys::isatty(sys::Fd::STDOUT),
        exit_status: false,
    };
    let mut file = None;
    let mut color = sys::isatty(sys::Fd::STDOUT) && std::env::var_os("NO_COLOR").is_none();
    for (id, value) in parsed.options {
        match id {
            Id::NullInput => config.null_input = true,
            Id::RawInput => config.raw_input = true,
            Id::Slurp => config.slurp = true,
            Id::Compact => config.style.indent = None,
            Id::Raw => config.raw = true,
            Id::RawNul => (config.raw, config.end) = (true, b"\0"),
            Id::Join => (config.raw, config.end) = (true, b""),
            Id::Ascii => config.style.ascii = true,
            Id::SortKeys => config.style.sort_keys = true,
            Id::Color => color = true,
            Id::Monochrome => color = false,
            Id::Tab => config.style.indent = Some("\t".into()),
            Id::Indent => match value.unwrap_or_default().to_string_lossy().parse::<usize>() {
                Ok(0) => config.style.indent = None,
                Ok(n @ 1..=7) => config.style.indent = Some(" ".repeat(n)),
                Ok(_) => return usage("Cannot indent more than 7 characters"),
                Err(_) => return usage("--indent takes a number"),
            },
            Id::Unbuffered => config.unbuffered = true,
            Id::Stream => config.stream = true,
            Id::Seq => config.seq = true,
            Id::File => file = value,
            Id::ExitStatus => config.exit_status = true,
        }
    }
    let mut operands = parsed.operands.into_iter();
    config.filter = match file {
        Some(path) => match std::fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) => {
                let why = cli::reason(&error);
                return fail(format_args!("error: Could not open {}: {why}", path.display()));
            }
        },
        None => match operands.next() {
            Some(filter) => filter.to_string_lossy().into_owned(),
            None => return usage("no filter given"),
        },
    };
    named.positional(operands, positional, &mut config.files)?;
    if color {
        let wanted = std::env::var("JQ_COLORS").unwrap_or_default();
        let mut colors: Vec<&str> = COLORS.split(':').collect();
        for (own, wanted) in colors
            .iter_mut()
            .zip(wanted.split(':').filter(|_| !wanted.is_empty()))
        {
            *own = wanted;
        }
        config.style.colors = Some(std::array::from_fn(|at| format!("\x1b[{}m", colors[at])));
    }
    config.variables = named.variables();
    Ok(config)
}

/// How operands after the filter are taken.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Positional {
    Files,
    Strings,
    Json,
}

impl Named {
    /// Takes out what has more than one argument; answers the other arguments.
    fn take(&mut self, arguments: Vec<OsString>) -> Result<(Vec<OsString>, Positional), Exit> {
        let mut rest = Vec::new();
        let mut positional = Positional::Files;
        let mut arguments = arguments.into_iter();
        while let Some(argument) = arguments.next() {
            let option = argument.to_string_lossy().into_owned();
            match option.as_str() {
                "--args" => positional = Positional::Strings,
                "--jsonargs" => positional = Positional::Json,
                "--arg" | "--argjson" | "--slurpfile" | "--rawfile" | "--argfile" => {
                    let (Some(name), Some(value)) = (arguments.next(), arguments.next()) else {
                        let what = if option == "--arg" { "value" } else { "text" };
                        return usage(format_args!(
                            "{option} takes two parameters (e.g. {option} varname {what})"
                        ));
                    };
                    let value = named_value(&option, &name, &value)?;
                    self.variables.push((name.to_string_lossy().into_owned(), value));
                }
                "--" => {
                    rest.push(argument);
                    rest.extend(arguments);
                    break;
                }
                _ => rest.push(argument),
            }
        }
        Ok((rest, positional))
    }

    fn positional(
        &mut self,
        operands: impl Iterator<Item = OsString>,
        how: Positional,
        files: &mut Vec<OsString>,
    ) -> Result<(), Exit> {
        for operand in operands {
            match how {
                Positional::Files => files.push(operand),
                Positional::Strings => self
                    .positional
                    .push(Val::from(operand.to_string_lossy().into_owned())),
                Positional::Json => match json::parse_one(operand.as_encoded_bytes()) {
                    Ok(value) => self.positional.push(value),
                    Err(_) => {
                        let text = operand.display();
                        return usage(format_args!("Invalid JSON text passed to --jsonargs: {text}"));
                    }
                },
            }
        }
        Ok(())
    }

    /// All variables of the program: those named, `$ARGS`, `$ENV` and `$__prog_args`' like.
    fn variables(self) -> Vec<(String, Val)> {
        let named: Map = self
            .variables
            .iter()
            .map(|(name, value)| (name.as_str().into(), value.clone()))
            .collect();
        let arguments: Map = [
            ("positional".into(), Val::from_iter(self.positional)),
            ("named".into(), Val::obj(named)),
        ]
        .into_iter()
        .collect();
        let environment: Map = std::env::vars_os()
            .map(|(name, value)| {
                let value = Val::from(value.to_string_lossy().into_owned());
                (name.to_string_lossy().into(), value)
            })
            .collect();
        let mut variables = vec![
            ("ENV".to_owned(), Val::obj(environment)),
            ("ARGS".to_owned(), Val::obj(arguments)),
        ];
        for (name, value) in self.variables {
            // The first of a name counts.
            if !variables.iter().any(|(own, _)| *own == name) {
                variables.push((name, value));
            }
        }
        variables
    }
}

fn named_value(option: &str, name: &OsString, value: &OsString) -> Result<Val, Exit> {
    let name = name.display();
    match option {
        "--arg" => Ok(Val::from(value.to_string_lossy().into_owned())),
        "--argjson" => match json::parse_one(value.as_encoded_bytes()) {
            Ok(value) => Ok(value),
            Err(_) => usage(format_args!("Invalid JSON text passed to --argjson")),
        },
        _ => {
            let text = match std::fs::read(value) {
                Ok(text) => text,
                Err(error) => {
                    let (file, why) = (value.display(), cli::reason(&error));
                    return fail(format_args!(
                        "Bad JSON in --{option} {name} {file}: Could not open {file}: {why}"
                    ));
                }
            };
            if option == "--rawfile" {
                return Ok(Val::from(String::from_utf8_lossy(&text).into_owned()));
            }
            let mut parser = json::Parser::new(&text);
            let values: Result<Vec<Val>, String> = std::iter::from_fn(|| parser.next()).collect();
            match values {
                Ok(values) => Ok(Val::from_iter(values)),
                Err(why) => fail(format_args!(
                    "Bad JSON in {option} {name} {}: {why}",
                    value.display()
                )),
            }
        }
    }
}

impl Config {
    /// The input values, file after file. Names go to `name`, the status of files that can't be read to `failed`.
    pub fn inputs<'a>(
        &'a self,
        name: &'a RefCell<Val>,
        failed: &'a RefCell<i32>,
    ) -> impl Iterator<Item = Result<Val, String>> + 'a {
        let mut files: Vec<Option<&OsString>> = self.files.iter().map(Some).collect();
        if files.is_empty() {
            files.push(None);
        }
        let texts = files.into_iter().filter_map(move |file| match read(file) {
            Ok(text) => {
                *name.borrow_mut() =
                    file.map_or(Val::Null, |file| Val::from(file.to_string_lossy().into_owned()));
                Some(text)
            }
            Err(error) => {
                let (file, why) = (
                    file.map_or("<stdin>".into(), |file| file.to_string_lossy()),
                    cli::reason(&error),
                );
                cli::complain("jq", format_args!("error: Could not open {file}: {why}"));
                *failed.borrow_mut() = EXIT_USAGE;
                None
            }
        });
        let values = texts.flat_map(|text| self.values(text));
        self.slurped(values)
    }

    /// The values of one file.
    fn values(&self, text: Vec<u8>) -> Box<dyn Iterator<Item = Result<Val, String>>> {
        if self.raw_input {
            if self.slurp {
                return Box::new(std::iter::once(Ok(Val::from(
                    String::from_utf8_lossy(&text).into_owned(),
                ))));
            }
            let mut lines: Vec<String> = text
                .split(|b| *b == b'\n')
                .map(|line| String::from_utf8_lossy(line).into_owned())
                .collect();
            // The last newline starts no line.
            if lines.last().is_some_and(String::is_empty) {
                lines.pop();
            }
            return Box::new(lines.into_iter().map(|line| Ok(Val::from(line))));
        }
        let mut at = 0;
        let values = std::iter::from_fn(move || {
            let mut parser = json::Parser::resume(&text, at);
            let value = parser.next();
            at = parser.position();
            value
        });
        if !self.stream {
            return Box::new(values);
        }
        Box::new(values.flat_map(|value| match value {
            Ok(value) => {
                let mut events = Vec::new();
                stream(&value, &mut Vec::new(), &mut events);
                events.into_iter().map(Ok).collect::<Vec<_>>()
            }
            Err(why) => vec![Err(why)],
        }))
    }

    fn slurped<'a>(
        &self,
        values: impl Iterator<Item = Result<Val, String>> + 'a,
    ) -> Box<dyn Iterator<Item = Result<Val, String>> + 'a> {
        if !self.slurp {
            return Box::new(values);
        }
        let raw = self.raw_input;
        let mut values = Some(values);
        Box::new(std::iter::from_fn(move || {
            let all: Result<Vec<Val>, String> = values.take()?.collect();
            Some(all.map(|all| {
                if raw {
                    Val::from(all.iter().map(Val::to_string_plain).collect::<String>())
                } else {
                    Val::from_iter(all)
                }
            }))
        }))
    }
}

/// `--stream`'s events: `[path, leaf]`, and `[path]` at the end of an array or object.
fn stream(value: &Val, path: &mut Vec<Val>, events: &mut Vec<Val>) {
    let children: Vec<(Val, &Val)> = match value {
        Val::Arr(list) => list
            .iter()
            .enumerate()
            .map(|(at, value)| (Val::from(at), value))
            .collect(),
        Val::Obj(map) => map
            .iter()
            .map(|(key, value)| (Val::Str(key.clone()), value))
            .collect(),
        _ => Vec::new(),
    };
    if children.is_empty() {
        events.push(Val::from_iter([path.iter().cloned().collect(), value.clone()]));
        return;
    }
    let last = children.last().map(|(key, _)| key.clone());
    for (key, child) in children {
        path.push(key);
        stream(child, path, events);
        path.pop();
    }
    path.extend(last);
    events.push(Val::from_iter([path.iter().cloned().collect::<Val>()]));
    path.pop();
}

fn read(file: Option<&OsString>) -> std::io::Result<Vec<u8>> {
    match file {
        Some(path) => std::fs::read(path),
        None => {
            let mut text = Vec::new();
            std::io::stdin().read_to_end(&mut text)?;
            Ok(text)
        }
    }
}
