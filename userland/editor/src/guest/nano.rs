//! The command line of nano.

use std::ffi::OsString;

use cli::{Opt, Order, Outcome, Spec};
use editing::host::Gone;
use editing::nano::{End, Nano, Options};
use sys::Fd;

use crate::storage;
use crate::terminal::Terminal;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Id {
    View,
    Numbers,
    NoWrap,
    Indent,
    Spaces,
    TabSize,
    SoftWrap,
    NoHelp,
    Constant,
    SaveOnExit,
    NoNewlines,
    Accepted,
}

const SPEC: Spec<Id> = Spec {
    name: "nano",
    usage: &["[OPTION]... [[+LINE[,COLUMN]] FILE]...", "[OPTION]... -"],
    about: "Edit text on the whole screen, with the keys shown below it.",
    options: &[
        Opt::flag(
            Id::Constant,
            "c",
            "constantshow",
            "always show the cursor's place",
        ),
        Opt::flag(Id::Spaces, "E", "tabstospaces", "type spaces for tabs"),
        Opt::flag(
            Id::Indent,
            "i",
            "autoindent",
            "give new lines the indent of the line above",
        ),
        Opt::flag(Id::Numbers, "l", "linenumbers", "show line numbers"),
        Opt::flag(
            Id::NoNewlines,
            "L",
            "nonewlines",
            "add no newline to the last line",
        ),
        Opt::flag(Id::SoftWrap, "S", "softwrap", "show long lines in several rows"),
        Opt::value(
            Id::TabSize,
            "T",
            "tabsize",
            "NUMBER",
            "make tabs that many columns wide",
        ),
        Opt::flag(
            Id::SaveOnExit,
            "t",
            "saveonexit",
            "save on exit without a question",
        ),
        Opt::flag(Id::View, "v", "view", "view the text, which can't be changed"),
        Opt::flag(Id::NoWrap, "w", "nowrap", "break no long lines (never done)"),
        Opt::flag(Id::NoHelp, "x", "nohelp", "do not show the keys"),
        Opt::flag(
            Id::Accepted,
            "I",
            "ignorercfiles",
            "accepted; there are no nanorc files",
        ),
    ],
    order: Order::Permute,
    failure: 1,
};

pub fn run(name: &'static str, arguments: Vec<OsString>) -> Outcome {
    let parsed = SPEC.parse(arguments)?;
    let mut options = Options::default();
    for (id, value) in parsed.options {
        match id {
            Id::View => options.view = true,
            Id::Numbers => options.numbers = true,
            Id::Indent => options.autoindent = true,
            Id::Spaces => options.spaces = true,
            Id::SoftWrap => options.softwrap = true,
            Id::NoHelp => options.help = false,
            Id::Constant => options.constant = true,
            Id::SaveOnExit => options.save_on_exit = true,
            Id::NoNewlines => options.no_newlines = true,
            Id::NoWrap | Id::Accepted => {}
            Id::TabSize => {
                let value = value.unwrap_or_default();
                let size = value
                    .to_str()
                    .and_then(|v| v.parse().ok())
                    .filter(|n| (1..=1000).contains(n));
                let Some(size) = size else {
                    cli::complain(
                        name,
                        format_args!("Requested tab size \"{}\" is invalid", value.display()),
                    );
                    return Ok(1);
                };
                options.tabsize = size;
            }
        }
    }
    // Files one after another, each perhaps with a place.
    let mut files: Vec<(Option<String>, Option<Vec<u8>>)> = Vec::new();
    let mut place = None;
    for operand in &parsed.operands {
        match operand.as_encoded_bytes() {
            [b'+', rest @ ..] if place.is_none() => place = Some(String::from_utf8_lossy(rest).into_owned()),
            b"-" => files.push((place.take(), None)),
            bytes => files.push((place.take(), Some(bytes.to_vec()))),
        }
    }
    let stdin = files.iter().any(|(_, file)| file.is_none());
    if files.is_empty() {
        return edit(name, &options, place, None, false);
    }
    for (place, file) in files {
        let status = edit(name, &options, place, file, stdin)?;
        if status != 0 {
            return Ok(status);
        }
    }
    Ok(0)
}

/// Edits a file, what is on standard input, or a new text.
fn edit(name: &str, options: &Options, place: Option<String>, file: Option<Vec<u8>>, stdin: bool) -> Outcome {
    let text = if stdin && file.is_none() {
        match storage::read_all(Fd::STDIN, 0) {
            Ok(text) => Some(text),
            Err(why) => {
                cli::complain(name, format_args!("-: {why}"));
                return Ok(1);
            }
        }
    } else {
        None
    };
    let terminal = match Terminal::open(stdin) {
        Ok(terminal) => terminal,
        Err(why) => {
            cli::complain(name, why);
            return Ok(1);
        }
    };
    let mut nano = Nano::new(Box::new(terminal), options.clone());
    if let Some(file) = &file {
        nano.open(file);
    } else if let Some(text) = text {
        nano.take(text);
        nano.buffer.set_modified();
    }
    match place.as_deref() {
        Some("") => nano.place("-1"),
        Some(place) => nano.place(place),
        None => {}
    }
    match nano.run() {
        End::Quit => {
            drop(nano);
            Ok(0)
        }
        End::Gone(Gone::Signal(signal)) => {
            let saved = nano.rescue();
            drop(nano);
            Ok(crate::die(name, signal, saved))
        }
        End::Gone(Gone::End) => {
            drop(nano);
            Ok(1)
        }
    }
}
