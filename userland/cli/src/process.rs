//! Starting other commands.

use std::ffi::{OsStr, OsString};

use sys::{Errno, WaitOptions, WaitTarget};

use crate::{complain, quote};

/// A command that could not be run (EACCES and the like): the status that shells give it.
pub const EXIT_CANNOT_RUN: i32 = 126;
/// A command that was not found.
pub const EXIT_NOT_FOUND: i32 = 127;

pub fn bytes(arguments: &[OsString]) -> Vec<Vec<u8>> {
    arguments
        .iter()
        .map(|argument| argument.as_encoded_bytes().to_vec())
        .collect()
}

/// The environment as `NAME=value`.
pub fn environment() -> Vec<Vec<u8>> {
    std::env::vars_os()
        .map(|(name, value)| [name.as_encoded_bytes(), b"=", value.as_encoded_bytes()].concat())
        .collect()
}

/// Says why a command did not start; the status that shells expect for it.
pub fn cannot_start(name: &str, command: &OsStr, why: Errno) -> i32 {
    let doing = match name {
        "timeout" | "nohup" => "failed to run command ",
        "setsid" => "failed to execute ",
        _ => "",
    };
    complain(name, format_args!("{doing}{}: {why}", quote::always(command)));
    if why == Errno::ENOENT {
        EXIT_NOT_FOUND
    } else {
        EXIT_CANNOT_RUN
    }
}

/// Becomes the command; comes back only with the status of having failed to.
pub fn exec(name: &str, command: &[OsString], environment: &[Vec<u8>]) -> i32 {
    let why = sys::execvp(&*command[0], &bytes(command), environment);
    cannot_start(name, &command[0], why)
}

/// Waits until a child has ended; its status as the shell's `$?` has it.
pub fn wait_for(pid: sys::Pid) -> i32 {
    loop {
        match sys::waitpid(WaitTarget::Pid(pid), WaitOptions::empty()) {
            Ok(Some((_, status))) if status.is_end() => return status.code(),
            Ok(_) | Err(Errno::EINTR) => {}
            Err(_) => return EXIT_CANNOT_RUN,
        }
    }
}

/// Runs a command, looked for in PATH, to its end; its status as the shell's `$?` has it.
///
/// # Errors
/// Why it did not start.
pub fn run(argv: &[Vec<u8>]) -> sys::Result<i32> {
    let child = sys::Spawn {
        path: &argv[0],
        argv,
        envp: &environment(),
        search: true,
        ..Default::default()
    };
    child.spawn().map(wait_for)
}
