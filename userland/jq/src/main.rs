//! jq(1): jaq's parser, compiler and standard library, with values that are jq's own ([`val`], [`arith`], [`access`],
//! [`json`]) and what jaq defines otherwise or not at all ([`funs`], `defs.jq`). [`yq`] is the same on YAML.

mod access;
mod arith;
mod config;
mod data;
mod funs;
mod json;
mod options;
mod program;
mod val;
mod yq;

use std::cell::RefCell;
use std::ffi::OsString;

use cli::{Command, Outcome, Output};
use jaq_core::{Ctx, Vars};
use jaq_std::input::RcIter;

use config::Config;
use data::{Data, Kind};
use val::Val;

const COMMANDS: &[Command] = &[
    Command { name: "jq", run },
    Command {
        name: "yq",
        run: yq::run,
    },
];

const EXIT_USAGE: i32 = 2;
const EXIT_COMPILE: i32 = 3;
/// `-e`: there was no output.
const EXIT_NO_OUTPUT: i32 = 4;
/// An error that nothing caught.
const EXIT_ERROR: i32 = 5;

fn run(_: &'static str, arguments: Vec<OsString>) -> Outcome {
    let config = config::parse(arguments)?;
    let filter = program::compile(
        &config.filter,
        config.variables.iter().map(|(name, _)| name.as_str()),
    )?;
    let name = RefCell::new(Val::Null);
    let failed = RefCell::new(0);
    let inputs: Box<dyn Iterator<Item = Result<Val, String>>> = Box::new(config.inputs(&name, &failed));
    let inputs = RcIter::new(inputs);
    let data = Data {
        lut: &filter.lut,
        inputs: &inputs,
        input_filename: &name,
    };
    let variables = config.variables.iter().map(|(_, value)| value.clone());
    let ctx = Ctx::<Kind>::new(&data, Vars::new(variables));
    let mut printer = Printer {
        out: Output::stdout(),
        config: &config,
        last: None,
    };
    let mut status = 0;
    let mut null = config.null_input.then_some(Ok(Val::Null));
    loop {
        let input = if config.null_input {
            null.take()
        } else {
            (&inputs).next()
        };
        let Some(input) = input else { break };
        let input = match input {
            Ok(input) => input,
            Err(why) => {
                printer.out.send();
                cli::complain("jq", format_args!("error (at {}): {why}", place(&name)));
                status = EXIT_USAGE;
                break;
            }
        };
        for output in filter.id.run((ctx.clone(), input)) {
            match output {
                Ok(value) => printer.print(&value),
                Err(exception) => match exception.get_halt() {
                    Ok(code) => return Ok(printer.out.finish("jq", code, EXIT_USAGE)),
                    Err(exception) => {
                        printer.out.send();
                        status = EXIT_ERROR;
                        if let Ok(error) = exception.get_err() {
                            complain(error.into_val(), &name);
                        }
                        break;
                    }
                },
            }
        }
        if printer.out.is_closed() {
            break;
        }
    }
    if status == 0 {
        status = *failed.borrow();
    }
    if status == 0 && config.exit_status {
        status = match printer.last {
            None => EXIT_NO_OUTPUT,
            Some(truth) => i32::from(!truth),
        };
    }
    Ok(printer.out.finish("jq", status, EXIT_USAGE))
}

fn place(name: &RefCell<Val>) -> String {
    match &*name.borrow() {
        Val::Str(name) => name.to_string(),
        _ => "<stdin>".into(),
    }
}

fn complain(error: Val, name: &RefCell<Val>) {
    let place = place(name);
    match error {
        Val::Str(message) => cli::complain("jq", format_args!("error (at {place}): {message}")),
        Val::Obj(_) | Val::Arr(_) => {
            cli::complain("jq", format_args!("error (at {place}) (not a string): {error}"))
        }
        other => cli::complain("jq", format_args!("error (at {place}) (not a string): {other}")),
    }
}

struct Printer<'c> {
    out: Output,
    config: &'c Config,
    /// Whether the last output was neither false nor null.
    last: Option<bool>,
}

impl Printer<'_> {
    fn print(&mut self, value: &Val) {
        let config = self.config;
        if config.seq {
            self.out.put(b"\x1e");
        }
        match value {
            Val::Str(text) if config.raw => self.out.put(text.as_bytes()),
            _ => {
                let mut text = Vec::new();
                json::write(&mut text, value, &config.style);
                self.out.put(&text);
            }
        }
        self.out.put(config.end);
        if config.unbuffered {
            self.out.send();
        }
        self.last = Some(!matches!(value, Val::Null | Val::Bool(false)));
    }
}

fn main() {
    cli::run("jq-module", COMMANDS)
}
