//! The editors as one multi-call guest, chosen by the base name of `argv[0]`.

mod filter;
mod keys;
mod nano;
mod storage;
mod terminal;
mod vi;

use cli::Command;

const COMMANDS: &[Command] = &[
    Command {
        name: "ex",
        run: vi::ex,
    },
    Command {
        name: "nano",
        run: nano::run,
    },
    Command {
        name: "vi",
        run: vi::vi,
    },
    Command {
        name: "view",
        run: vi::view,
    },
];

fn main() {
    cli::run("editor", COMMANDS)
}

/// Tells what became of a text whose editor was told to end by a signal, and dies of it as it would have.
fn die(name: &str, signal: i32, saved: Option<Result<Vec<u8>, String>>) -> i32 {
    match saved {
        Some(Ok(file)) => {
            let file = String::from_utf8_lossy(&file).into_owned();
            cli::complain(name, format_args!("buffer written to {file}"));
        }
        Some(Err(why)) => cli::complain(name, format_args!("the changed text could not be saved: {why}")),
        None => {}
    }
    let signal = sys::Signal(signal);
    let _ = sys::sigaction(signal, Some(sys::SigAction::Default));
    let _ = sys::kill(sys::getpid(), Some(signal));
    128 + signal.0
}
