//! What Cobnut's own commands share: GNU-style options ([`options`]), messages ([`complain`]), shell quoting of names
//! ([`quote`]), output that is buffered whole ([`Output`]), files to read
//! ([`input`]), keys of terminals ([`keys`]), starting other commands ([`process`]), and user names ([`names`]).
//!
//! A command is a function from its arguments to an [`Outcome`]; a module's `main` picks it by the base name of
//! `argv[0]` with [`run`].

pub mod gitignore;
pub mod input;
pub mod keys;
pub mod mode;
pub mod names;
pub mod options;
mod output;
pub mod pattern;
pub mod printf;
pub mod proc;
pub mod process;
pub mod quote;
pub mod size;
pub mod time;

use std::ffi::{OsStr, OsString};
use std::path::Path;

pub use options::{Opt, Order, Parsed, Spec};
pub use output::{Output, Writer};

/// A command's end before its work: usage errors, `--help` and `--version` have already said what there is to say.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Exit(pub i32);

/// The exit status, by either way.
pub type Outcome = Result<i32, Exit>;

/// A command: its arguments come without `argv[0]`.
pub struct Command {
    pub name: &'static str,
    pub run: fn(&'static str, Vec<OsString>) -> Outcome,
}

/// Prints `name: message` to standard error in one write. Failing to complain is nothing to complain about.
pub fn complain(name: &str, message: impl std::fmt::Display) {
    let _ = sys::write_all(sys::Fd::STDERR, format!("{name}: {message}\n").as_bytes());
}

/// Starts as the command that `argv[0]` names, or its first argument when that is `module` itself, and exits.
pub fn run(module: &'static str, commands: &'static [Command]) -> ! {
    sys::init();
    let mut arguments = std::env::args_os();
    let mut name = arguments.next().unwrap_or_default();
    if base_name(&name) == module {
        name = arguments.next().unwrap_or_else(|| {
            complain(
                module,
                format_args!(
                    "usage: {module} COMMAND [ARGUMENT]...\ncommands: {}",
                    list(commands)
                ),
            );
            sys::exit(1)
        });
    }
    let Some(command) = find(commands, &base_name(&name)) else {
        complain(
            module,
            format_args!(
                "no command {}; there are: {}",
                quote::always(&name),
                list(commands)
            ),
        );
        sys::exit(127)
    };
    let status = match (command.run)(command.name, arguments.collect()) {
        Ok(status) | Err(Exit(status)) => status,
    };
    sys::exit(status)
}

fn find(commands: &'static [Command], name: &str) -> Option<&'static Command> {
    commands.iter().find(|command| command.name == name)
}

fn list(commands: &[Command]) -> String {
    commands
        .iter()
        .map(|command| command.name)
        .collect::<Vec<_>>()
        .join(" ")
}

fn base_name(path: &OsStr) -> String {
    Path::new(path)
        .file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned()
}

/// The message of an I/O error as strerror(3) has it, without std's additions.
pub fn reason(error: &std::io::Error) -> String {
    match error.raw_os_error() {
        Some(_) => sys::Errno::from_io(error).message().to_owned(),
        None => error.to_string(),
    }
}

/// A path of this target from bytes (an `OsStr` is plain bytes on all of ours).
pub fn os(bytes: &[u8]) -> &OsStr {
    #[cfg(unix)]
    return std::os::unix::ffi::OsStrExt::from_bytes(bytes);
    #[cfg(target_os = "wasi")]
    return std::os::wasi::ffi::OsStrExt::from_bytes(bytes);
}
