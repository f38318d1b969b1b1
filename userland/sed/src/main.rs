//! sed(1), GNU's look.
//!
//! [`parser`] makes a [`script`] of the text; [`exec`] runs it over [`files`]; [`replacement`] is the right side of `s`.

mod exec;
mod files;
mod list;
mod parser;
mod replacement;
mod script;
mod shell;

use std::ffi::OsString;

use cli::{Command, Exit, Opt, Order, Outcome, Spec};

const COMMANDS: &[Command] = &[Command { name: "sed", run }];

const EXIT_BAD_USAGE: i32 = 1;
/// What GNU's sed calls a panic.
const EXIT_PANIC: i32 = 4;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Id {
    Quiet,
    Expression,
    File,
    Extended,
    InPlace,
    Width,
    Posix,
    Separate,
    Sandbox,
    Unbuffered,
    NullData,
    Debug,
    Nothing,
}

const SPEC: Spec<Id> = Spec {
    name: "sed",
    usage: &["[OPTION]... {script-only-if-no-other-script} [input-file]..."],
    about: "Edit streams of lines.",
    options: &[
        Opt::flag(
            Id::Quiet,
            "n",
            "quiet",
            "suppress automatic printing of pattern space",
        ),
        Opt::flag(Id::Quiet, "", "silent", ""),
        Opt::value(
            Id::Expression,
            "e",
            "expression",
            "script",
            "add the script to the commands to be executed",
        ),
        Opt::value(
            Id::File,
            "f",
            "file",
            "script-file",
            "add the contents of script-file to the commands",
        ),
        Opt::flag(
            Id::Extended,
            "Er",
            "regexp-extended",
            "use extended regular expressions in the script",
        ),
        Opt::optional(
            Id::InPlace,
            "i",
            "in-place",
            "SUFFIX",
            "edit files in place (makes backup if SUFFIX supplied)",
        ),
        Opt::value(
            Id::Width,
            "l",
            "line-length",
            "N",
            "specify the desired line-wrap length for the `l' command",
        ),
        Opt::flag(Id::Posix, "", "posix", "disable GNU extensions"),
        Opt::flag(
            Id::Separate,
            "s",
            "separate",
            "consider files as separate rather than as a single stream",
        ),
        Opt::flag(
            Id::Sandbox,
            "",
            "sandbox",
            "operate in sandbox mode (disable e/r/w commands)",
        ),
        Opt::flag(
            Id::Unbuffered,
            "u",
            "unbuffered",
            "flush the output after each line",
        ),
        Opt::flag(Id::NullData, "z", "null-data", "separate lines by NUL characters"),
        Opt::flag(Id::Nothing, "", "follow-symlinks", ""),
        Opt::flag(Id::Debug, "", "debug", ""),
    ],
    order: Order::Permute,
    failure: EXIT_BAD_USAGE,
};

fn run(name: &'static str, arguments: Vec<OsString>) -> Outcome {
    let parsed = SPEC.parse(arguments)?;
    let mut operands: Vec<Vec<u8>> = parsed
        .operands
        .into_iter()
        .map(OsString::into_encoded_bytes)
        .collect();
    let mut fragments = Vec::new();
    let mut settings = parser::Settings {
        extended: false,
        posix: false,
        sandbox: false,
    };
    let mut options = exec::Options {
        quiet: false,
        separate: false,
        in_place: None,
        unbuffered: false,
        delimiter: b'\n',
        width: 70,
        posix: false,
    };
    for (id, value) in parsed.options {
        let text = value.unwrap_or_default().into_encoded_bytes();
        match id {
            Id::Quiet => options.quiet = true,
            Id::Expression => fragments.push(parser::Fragment { file: None, text }),
            Id::File => fragments.push(script_file(name, &text)?),
            Id::Extended => settings.extended = true,
            Id::InPlace => {
                options.in_place = Some(text);
                options.separate = true;
            }
            Id::Width => match std::str::from_utf8(&text).ok().and_then(|text| text.parse().ok()) {
                Some(width) => options.width = width,
                None => {
                    let text = String::from_utf8_lossy(&text);
                    return Err(SPEC.usage_error(format_args!("invalid line length: {text}")));
                }
            },
            Id::Posix => {
                settings.posix = true;
                options.posix = true;
            }
            Id::Separate => options.separate = true,
            Id::Sandbox => settings.sandbox = true,
            Id::Unbuffered => options.unbuffered = true,
            Id::NullData => options.delimiter = 0,
            Id::Debug => {
                cli::complain(name, "--debug is not supported");
                return Err(Exit(EXIT_BAD_USAGE));
            }
            Id::Nothing => {}
        }
    }
    if fragments.is_empty() {
        if operands.is_empty() {
            return Err(SPEC.usage_error("no script given"));
        }
        let text = operands.remove(0);
        fragments.push(parser::Fragment { file: None, text });
    }
    if options.in_place.is_some() && operands.is_empty() {
        cli::complain(name, "no input files");
        return Err(Exit(EXIT_PANIC));
    }
    let script = parser::parse(fragments, settings).map_err(|why| {
        cli::complain(name, &why);
        Exit(if why.starts_with("can't find label") {
            EXIT_PANIC
        } else {
            EXIT_BAD_USAGE
        })
    })?;
    options.quiet |= script.quiet;
    if operands.is_empty() {
        operands.push(b"-".to_vec());
    }
    match exec::Machine::new(&script, options, operands) {
        Ok(machine) => Ok(machine.run(name)),
        Err(exec::Failure(message, status)) => {
            cli::complain(name, message);
            Ok(status)
        }
    }
}

fn script_file(name: &str, path: &[u8]) -> Result<parser::Fragment, Exit> {
    let shown = String::from_utf8_lossy(path).into_owned();
    let file = if path == b"-" { b"/dev/stdin" } else { path };
    match std::fs::read(cli::os(file)) {
        Ok(text) => Ok(parser::Fragment {
            file: Some(shown),
            text,
        }),
        Err(error) => {
            let why = cli::reason(&error);
            cli::complain(name, format_args!("couldn't open file {shown}: {why}"));
            Err(Exit(EXIT_PANIC))
        }
    }
}

fn main() {
    cli::run("sed-module", COMMANDS)
}
