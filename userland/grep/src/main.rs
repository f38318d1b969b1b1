//! grep(1), egrep, fgrep and rgrep, GNU's look, on the regex crates.
//!
//! A pipeline: [`options`] (what was typed) → [`config`] (what it means) → [`translate`] (POSIX expressions to the regex
//! crate's syntax) → [`matcher`] (finds lines; [`reference`] those of back-references) → [`search`] (goes through a file) → [`printer`] (how it looks);
//! [`files`] finds the files of -r. rg(1) is [`rg`]'s options on the same, fd(1) is [`fd`]; both go by [`walk`] and [`ignore`].
//! locate(1) and updatedb(8) are [`locate`].

mod config;
mod fd;
mod files;
mod ignore;
mod locate;
mod matcher;
mod options;
mod printer;
mod reference;
mod rg;
mod search;
mod translate;
mod walk;

use std::ffi::OsString;

use cli::{Command, Outcome};

const COMMANDS: &[Command] = &[
    Command { name: "grep", run },
    Command { name: "egrep", run },
    Command { name: "fgrep", run },
    Command { name: "rgrep", run },
    Command {
        name: "rg",
        run: rg::run,
    },
    Command {
        name: "fd",
        run: fd::run,
    },
    Command {
        name: "locate",
        run: locate::locate,
    },
    Command {
        name: "updatedb",
        run: locate::updatedb,
    },
];

/// Bad usage, or a file that could not be read.
const EXIT_TROUBLE: i32 = 2;
const EXIT_NO_MATCH: i32 = 1;

fn run(name: &'static str, arguments: Vec<OsString>) -> Outcome {
    let config = config::parse(name, arguments)?;
    let matcher = matcher::Matcher::new(&config).map_err(|why| {
        cli::complain(name, why);
        cli::Exit(EXIT_TROUBLE)
    })?;
    Ok(files::run(&config, &matcher))
}

fn main() {
    cli::run("grep-module", COMMANDS)
}
