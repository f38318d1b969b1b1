//! yq: jq's language on YAML. The command line is that of mikefarah's yq, as far as it goes.

mod read;
mod write;

use std::cell::RefCell;
use std::ffi::{OsStr, OsString};

use cli::{Exit, Opt, Order, Outcome, Output, Spec, complain, input};
use jaq_core::{Ctx, Vars};
use jaq_std::input::RcIter;

use crate::data::{Data, Kind};
use crate::json::{self, Style};
use crate::program;
use crate::val::{Map, Val};

#[derive(Clone, Copy, PartialEq, Eq)]
enum Id {
    NullInput,
    InPlace,
    OutputFormat,
    InputFormat,
    Json,
    Indent,
    NoUnwrap,
    NoDocument,
    ExitStatus,
    Ignored,
}

#[rustfmt::skip]
static SPEC: Spec<Id> = Spec {
    name: "yq",
    usage: &["[eval|eval-all] [OPTIONS] EXPRESSION [FILE]...", "[OPTIONS] FILE..."],
    about: "Process YAML with jq's expressions.",
    options: &[
        Opt::flag(Id::NullInput, "n", "null-input", "don't read input, simply evaluate the expression given"),
        Opt::flag(Id::InPlace, "i", "inplace", "update the first file in place"),
        Opt::value(Id::OutputFormat, "o", "output-format", "FORMAT", "output format: yaml, json"),
        Opt::value(Id::InputFormat, "p", "input-format", "FORMAT", "parse format for input: yaml, json"),
        Opt::flag(Id::Json, "j", "tojson", "output as JSON"),
        Opt::value(Id::Indent, "I", "indent", "N", "sets indent level for output"),
        Opt::optional(Id::NoUnwrap, "r", "unwrapScalar", "BOOL", "unwrap scalar, print the value with no quotes (default true)"),
        Opt::flag(Id::NoDocument, "N", "no-doc", "don't print document separators (---)"),
        Opt::flag(Id::ExitStatus, "e", "exit-status", "set exit status if there are no matches or null or false is returned"),
        Opt::flag(Id::Ignored, "PCM", "prettyPrint", "accepted; output is always pretty, and without colours"),
    ],
    order: Order::Permute,
    failure: 1,
};

struct Config {
    null_input: bool,
    in_place: bool,
    json: bool,
    indent: usize,
    unwrap: bool,
    separators: bool,
    exit_status: bool,
    all: bool,
}

fn fail(message: impl std::fmt::Display) -> Exit {
    complain("Error", message);
    Exit(1)
}

fn is_json(format: &OsStr) -> Result<bool, Exit> {
    match format.to_str().unwrap_or_default() {
        "yaml" | "y" | "yml" | "auto" => Ok(false),
        "json" | "j" => Ok(true),
        other => Err(fail(format_args!(
            "unknown format '{other}' please use [yaml|json]"
        ))),
    }
}

pub fn run(name: &'static str, arguments: Vec<OsString>) -> Outcome {
    let parsed = SPEC.parse(arguments)?;
    let mut config = Config {
        null_input: false,
        in_place: false,
        json: false,
        indent: 2,
        unwrap: true,
        separators: true,
        exit_status: false,
        all: false,
    };
    // JSON is YAML too, so what is read needs no format.
    for (id, value) in parsed.options {
        let value = value.unwrap_or_default();
        // `-o=json` is `-o json`.
        let bytes = value.as_encoded_bytes();
        let value = cli::os(bytes.strip_prefix(b"=").unwrap_or(bytes)).to_owned();
        match id {
            Id::NullInput => config.null_input = true,
            Id::InPlace => config.in_place = true,
            Id::OutputFormat => config.json = is_json(&value)?,
            Id::InputFormat => drop(is_json(&value)?),
            Id::Json => config.json = true,
            Id::Indent => {
                let indent = value.to_str().and_then(|indent| indent.parse().ok());
                config.indent =
                    indent.ok_or_else(|| fail(format_args!("invalid indent '{}'", value.display())))?;
            }
            Id::NoUnwrap => config.unwrap = value != "false",
            Id::NoDocument => config.separators = false,
            Id::ExitStatus => config.exit_status = true,
            Id::Ignored => {}
        }
    }
    let mut operands = parsed.operands;
    if operands
        .first()
        .is_some_and(|first| ["eval", "e", "eval-all", "ea"].iter().any(|word| first == word))
    {
        config.all = operands.remove(0).as_encoded_bytes().ends_with(b"a") || config.all;
    }
    let is_file = |word: &OsString| sys::stat(word.as_os_str()).is_ok();
    let expression = match operands.first() {
        Some(first) if !is_file(first) || first == "." => operands.remove(0),
        _ => ".".into(),
    };
    if operands.is_empty() && !config.null_input {
        operands.push("-".into());
    }
    if config.in_place && (operands.is_empty() || operands[0] == "-") {
        return Err(fail(
            "write in place flag only applicable when giving an expression and at least one file",
        ));
    }
    let mut documents = Vec::new();
    if config.null_input {
        documents.push(Val::Null);
    }
    for file in operands.iter().filter(|_| !config.null_input) {
        let bytes =
            input::read_file(file).map_err(|why| fail(format_args!("open {}: {why}", file.display())))?;
        let text = String::from_utf8(bytes)
            .map_err(|_| fail(format_args!("bad file '{}': it is no UTF-8", file.display())))?;
        let read = read::documents(&text)
            .map_err(|why| fail(format_args!("bad file '{}': {why}", file.display())))?;
        documents.extend(read);
    }
    if config.all {
        documents = vec![Val::Arr(documents.into())];
    }
    let (text, truth) = evaluate(&config, &expression.to_string_lossy(), documents)?;
    let status = i32::from(config.exit_status && truth != Some(true));
    if config.in_place {
        replace(&operands[0], text.as_bytes())
            .map_err(|why| fail(format_args!("{}: {why}", operands[0].display())))?;
        return Ok(status);
    }
    let mut out = Output::stdout();
    out.put(text.as_bytes());
    Ok(out.finish(name, status, 1))
}

/// The results as text, and whether the last was neither null nor false.
fn evaluate(config: &Config, expression: &str, documents: Vec<Val>) -> Result<(String, Option<bool>), Exit> {
    let environment: Map = std::env::vars()
        .map(|(name, value)| (name.as_str().into(), Val::str(&value)))
        .collect();
    let names = ["ENV"];
    let filter = program::compile(expression, names.into_iter())?;
    let name = RefCell::new(Val::Null);
    let rest: Box<dyn Iterator<Item = Result<Val, String>>> = Box::new(std::iter::empty());
    let inputs = RcIter::new(rest);
    let data = Data {
        lut: &filter.lut,
        inputs: &inputs,
        input_filename: &name,
    };
    let variables = [Val::obj(environment)];
    let ctx = Ctx::<Kind>::new(&data, Vars::new(variables));
    let style = Style {
        indent: (config.indent > 0).then(|| " ".repeat(config.indent)),
        ..Style::default()
    };
    let (mut out, mut truth) = (String::new(), None);
    for (at, document) in documents.into_iter().enumerate() {
        let mut first = at > 0;
        for output in filter.id.run((ctx.clone(), document)) {
            let value = match output {
                Ok(value) => value,
                Err(exception) => {
                    let why = match exception.get_err() {
                        Ok(error) => error.into_val().to_string_plain(),
                        Err(_) => "the expression was left".into(),
                    };
                    // What came before the error is shown.
                    let _ = sys::write_all(sys::Fd::STDOUT, out.as_bytes());
                    return Err(fail(why));
                }
            };
            if std::mem::take(&mut first) && config.separators && !config.json {
                out.push_str("---\n");
            }
            truth = Some(!matches!(value, Val::Null | Val::Bool(false)));
            match &value {
                value if config.json => {
                    let mut text = Vec::new();
                    json::write(&mut text, value, &style);
                    out.push_str(&String::from_utf8_lossy(&text));
                    out.push('\n');
                }
                value => out.push_str(&write::write(value, config.indent.max(2), config.unwrap)),
            }
        }
    }
    Ok((out, truth))
}

/// The new content takes the file's place when it is complete, with the file's mode.
fn replace(path: &OsStr, content: &[u8]) -> sys::Result<()> {
    use sys::{Mode, OpenFlags};
    let mode = sys::stat(path)?.mode & 0o7777;
    let mut fresh = path.to_owned();
    fresh.push(format!(".yq{}", sys::getpid()));
    let flags = OpenFlags::WRONLY | OpenFlags::CREAT | OpenFlags::EXCL | OpenFlags::CLOEXEC;
    let fd = sys::open(fresh.as_os_str(), flags, Mode::from_bits_truncate(0o600))?;
    let written = sys::write_all(fd, content).and_then(|()| sys::fchmod(fd, Mode::from_bits_truncate(mode)));
    let written = sys::close(fd).and(written);
    let renamed =
        written.and_then(|()| std::fs::rename(&fresh, path).map_err(|why| sys::Errno::from_io(&why)));
    if renamed.is_err() {
        // What can't be removed is left to be seen.
        let _ = std::fs::remove_file(&fresh);
    }
    renamed
}
