//! sqlite3(1): the command-line shell of SQLite, on the library itself.
//!
//! [`engine`] is the library's safe face; [`shell`] the state and the running of SQL, [`input`] the reading of it, [`render`] the output
//! modes, [`command`] the dot-commands, [`terminal`] the line editor.

mod command;
mod engine;
mod explain;
mod functions;
mod input;
mod options;
mod output;
mod render;
mod scan;
mod schema_text;
mod shell;
mod terminal;
mod text;

use sys::{Fd, Mode, OpenFlags, SigAction, Signal};

use input::{Input, Lines};
use shell::{Flow, Shell};

fn main() {
    sys::init();
    engine::initialize();
    let arguments: Vec<Vec<u8>> = std::env::args_os()
        .skip(1)
        .map(|argument| argument.as_encoded_bytes().to_vec())
        .collect();
    let mut shell = Shell::new();
    let status = run(&mut shell, &arguments);
    shell.close();
    sys::exit(shell.out.finish(status));
}

fn run(shell: &mut Shell, arguments: &[Vec<u8>]) -> i32 {
    // ^C ends a statement, not the program; what waits for input is woken by it.
    let _ = sys::sigaction(Signal::INT, Some(SigAction::RECORD));
    let line = match options::parse(shell, arguments) {
        Ok(line) => line,
        Err(status) => return status,
    };
    if let Some(file) = &line.file {
        shell.file.clone_from(file);
        // What is there is opened at once, what is not when it is needed.
        if sys::stat(file).is_ok()
            && let Err(Flow::Exit(status)) = shell.connection()
        {
            return status;
        }
    }
    if let Some(status) = start_up(shell, line.init.as_deref()) {
        return status;
    }
    if let Err(status) = options::apply(shell, arguments) {
        return status;
    }
    if line.sql.is_empty() {
        read_input(shell, line.file.is_none() && arguments.is_empty())
    } else {
        run_arguments(shell, &line.sql)
    }
}

/// Runs the statements and dot-commands of the command line.
fn run_arguments(shell: &mut Shell, list: &[Vec<u8>]) -> i32 {
    for sql in list {
        match options::run_one(shell, sql) {
            Ok(true) => {}
            Ok(false) => return 0,
            Err(status) => return status,
        }
    }
    0
}

/// Reads what `-init` names, or `~/.sqliterc`.
fn start_up(shell: &mut Shell, init: Option<&[u8]>) -> Option<i32> {
    let name = match init {
        Some(name) => name.to_vec(),
        None => [home()?.as_slice(), b"/.sqliterc"].concat(),
    };
    let Ok(fd) = sys::open(&name, OpenFlags::CLOEXEC, Mode::empty()) else {
        if init.is_some() {
            shell.tell(&[b"cannot open: \"", &name[..], b"\"\n"].concat());
            return shell.bail.then_some(1);
        }
        return None;
    };
    if shell.interactive {
        shell.tell(&[b"-- Loading resources from ", &name[..], b"\n"].concat());
    }
    let flow = input::process(shell, &mut Input::Lines(Lines::of(fd)));
    let _ = sys::close(fd);
    match flow {
        Flow::Exit(status) => Some(status),
        Flow::Failed if shell.bail => Some(1),
        _ => None,
    }
}

/// The user's directory.
pub fn home() -> Option<Vec<u8>> {
    let home = std::env::var_os("HOME").filter(|home| !home.is_empty())?;
    Some(home.as_encoded_bytes().to_vec())
}

fn read_input(shell: &mut Shell, transient: bool) -> i32 {
    let mut input = Input::Lines(Lines::of(Fd::STDIN));
    if shell.interactive {
        let (version, source) = engine::version();
        let date = source.get(..19).unwrap_or(&source);
        shell
            .out
            .put(format!("SQLite version {version} {date}\nEnter \".help\" for usage hints.\n").as_bytes());
        if transient {
            let (bold, plain): (&[u8], &[u8]) = match sys::isatty(Fd::STDOUT) {
                true => (b"\x1b[1m", b"\x1b[0m"),
                false => (b"", b""),
            };
            let connected = [
                b"Connected to a ",
                bold,
                b"transient in-memory database",
                plain,
                b".\n",
            ];
            shell.out.put(&connected.concat());
            shell
                .out
                .put(b"Use \".open FILENAME\" to reopen on a persistent database.\n");
        }
        terminal::load_history(shell);
        input = Input::Terminal;
    }
    let flow = input::process(shell, &mut input);
    if matches!(input, Input::Terminal) {
        terminal::save_history(shell);
    }
    match flow {
        Flow::Failed => 1,
        Flow::Exit(status) => status,
        Flow::Go | Flow::Leave => 0,
    }
}
