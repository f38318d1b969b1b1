//! The command lines of vi, view and ex.

use std::cell::RefCell;
use std::ffi::OsString;
use std::rc::Rc;

use cli::options::Takes;
use cli::{Exit, Opt, Order, Outcome, Spec};
use editing::Bytes;
use editing::core::Buffer;
use editing::host::{Contents, FileError, Gone, Host, Key, Ran, Run, Stamp, Write};
use editing::screen::Frame;
use editing::vi::{Stop, Vi};
use sys::Fd;

use crate::terminal::Terminal;
use crate::{filter, storage};

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Id {
    Command,
    ReadOnly,
    Silent,
    Ex,
    Visual,
    NoSwap,
    Tag,
    Vimrc,
}

const OPTIONS: &[Opt<Id>] = &[
    Opt::value(
        Id::Command,
        "c",
        "",
        "COMMAND",
        "execute the ex command COMMAND after the first file is read",
    ),
    Opt::flag(Id::ReadOnly, "R", "", "edit files read-only: writing needs a !"),
    Opt::flag(Id::Silent, "s", "", "with ex: no prompts or reports, for scripts"),
    Opt::flag(Id::Ex, "e", "", "begin as ex, with commands from standard input"),
    Opt::flag(Id::Visual, "v", "", "begin as vi"),
    Opt::flag(Id::NoSwap, "n", "", "accepted; there are no swap files"),
    Opt::value(Id::Tag, "t", "", "TAG", ""),
    Opt {
        id: Id::Vimrc,
        shorts: "u",
        long: "",
        takes: Takes::Value("VIMRC"),
        help: "read the ex commands of VIMRC at the start instead of ~/.exrc; NONE reads nothing",
    },
];

const fn spec(name: &'static str, about: &'static str) -> Spec<Id> {
    Spec {
        name,
        usage: &[
            "[OPTION]... [+LINE | +/PATTERN | +COMMAND] [FILE]...",
            "[OPTION]... -",
        ],
        about,
        options: OPTIONS,
        order: Order::Permute,
        failure: 1,
    }
}

const VI: Spec<Id> = spec("vi", "Edit text on the whole screen.");
const VIEW: Spec<Id> = spec("view", "Read text on the whole screen with vi's keys.");
const EX: Spec<Id> = spec("ex", "Edit text by commands from standard input.");

pub fn vi(_: &'static str, arguments: Vec<OsString>) -> Outcome {
    run(&VI, arguments)
}

pub fn view(_: &'static str, arguments: Vec<OsString>) -> Outcome {
    run(&VIEW, arguments)
}

pub fn ex(_: &'static str, arguments: Vec<OsString>) -> Outcome {
    run(&EX, arguments)
}

/// What the command line asks for.
#[derive(Default)]
struct Start {
    ex: bool,
    read_only: bool,
    commands: Vec<Bytes>,
    vimrc: Option<Bytes>,
    files: Vec<Bytes>,
    stdin: bool,
}

fn parse(spec: &Spec<Id>, arguments: Vec<OsString>) -> Result<Start, Exit> {
    let mut start = Start {
        ex: spec.name == "ex",
        read_only: spec.name == "view",
        ..Start::default()
    };
    let parsed = spec.parse(arguments)?;
    for (id, value) in parsed.options {
        let value = value.map(|v| v.as_encoded_bytes().to_vec()).unwrap_or_default();
        match id {
            Id::Command => start.commands.push(value),
            Id::ReadOnly => start.read_only = true,
            Id::Ex | Id::Silent => start.ex = true,
            Id::Visual => start.ex = false,
            Id::NoSwap => {}
            Id::Tag => return Err(spec.usage_error("there are no tags")),
            Id::Vimrc => start.vimrc = Some(value),
        }
    }
    for operand in parsed.operands {
        let bytes = operand.as_encoded_bytes();
        match bytes {
            b"-" => start.stdin = true,
            [b'+'] => start.commands.push(b"$".to_vec()),
            [b'+', command @ ..] if start.files.is_empty() => start.commands.push(command.to_vec()),
            _ => start.files.push(bytes.to_vec()),
        }
    }
    Ok(start)
}

fn run(spec: &Spec<Id>, arguments: Vec<OsString>) -> Outcome {
    let name = spec.name;
    let start = parse(spec, arguments)?;
    if start.ex {
        return script(name, start);
    }
    let text = if start.stdin {
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
    let terminal = match Terminal::open(start.stdin) {
        Ok(terminal) => terminal,
        Err(why) => {
            cli::complain(name, why);
            return Ok(1);
        }
    };
    let mut vi = Vi::new(Box::new(terminal));
    let stop = match begin(&mut vi, &start, text) {
        Ok(()) => vi.run(),
        Err(stop) => stop,
    };
    match stop {
        Stop::Quit(status) => {
            drop(vi);
            Ok(status)
        }
        Stop::Gone(Gone::Signal(signal)) => {
            let saved = vi.rescue();
            drop(vi);
            Ok(crate::die(name, signal, saved))
        }
        _ => {
            drop(vi);
            Ok(1)
        }
    }
}

/// Reads what is to be edited, and does what the command line says; what fails is told on the screen.
fn begin(vi: &mut Vi, start: &Start, text: Option<Bytes>) -> Result<(), Stop> {
    settings(vi, start)?;
    if let Some(text) = text {
        vi.buffer = Buffer::new(text);
        vi.buffer.set_modified();
    } else if let Some(first) = start.files.first() {
        vi.arguments = start.files.clone();
        told(vi, |vi| vi.edit(first))?;
    }
    for command in &start.commands {
        told(vi, |vi| vi.start_at(command))?;
    }
    Ok(())
}

/// `EXINIT`, or the file of settings.
fn settings(vi: &mut Vi, start: &Start) -> Result<(), Stop> {
    vi.ex.view_only = start.read_only;
    vi.options.readonly = start.read_only;
    if let Some(file) = &start.vimrc {
        return if file == b"NONE" {
            Ok(())
        } else {
            told(vi, |vi| vi.source(file))
        };
    }
    if let Some(commands) = std::env::var_os("EXINIT") {
        return told(vi, |vi| vi.execute(commands.as_encoded_bytes()));
    }
    if let Some(home) = std::env::var_os("HOME") {
        let file = [home.as_encoded_bytes(), b"/.exrc"].concat();
        if storage::exists(&file) {
            return told(vi, |vi| vi.source(&file));
        }
    }
    Ok(())
}

/// Does something whose failure is a message.
fn told(vi: &mut Vi, action: impl FnOnce(&mut Vi) -> Result<(), Stop>) -> Result<(), Stop> {
    match action(vi) {
        Err(Stop::Error(text)) => {
            vi.message = Some((text, true));
            Ok(())
        }
        Err(Stop::Beep | Stop::Exhausted) => Ok(()),
        outcome => outcome,
    }
}

/// ex: commands from standard input, until it ends.
fn script(name: &'static str, start: Start) -> Outcome {
    let _ = sys::sigaction(sys::Signal::PIPE, Some(sys::SigAction::Ignore));
    let output = Rc::new(RefCell::new(cli::Output::stdout()));
    let mut vi = Vi::new(Box::new(Plain {
        output: output.clone(),
        read: Vec::new(),
        at: 0,
        prompt: sys::isatty(Fd::STDIN),
        ended: false,
    }));
    vi.silent = true;
    let complain = |text: &str| cli::complain(name, text);
    let stop = (|| {
        settings(&mut vi, &start)?;
        if let Some(first) = start.files.first() {
            vi.arguments = start.files.clone();
            told(&mut vi, |vi| vi.edit(first))?;
            // ex begins at the last line.
            vi.go_to_line(usize::MAX);
        }
        if let Some((text, true)) = vi.message.take() {
            vi.status = 1;
            complain(&text);
        }
        // A line's number only goes there.
        let (lines, commands): (Vec<Bytes>, _) = start
            .commands
            .iter()
            .cloned()
            .partition(|command| command.iter().all(u8::is_ascii_digit));
        for line in lines {
            told(&mut vi, |vi| vi.start_at(&line))?;
        }
        vi.printed.clear();
        vi.run_script(commands, complain)
    })();
    let status = match stop {
        Err(Stop::Quit(status)) => status,
        _ if vi.buffer.is_modified() => {
            // The end of the input is no reason to lose a text, or to overwrite a file.
            complain("no write since last change: the text is lost (use wq or q!)");
            1
        }
        _ => vi.status,
    };
    drop(vi);
    match Rc::try_unwrap(output) {
        Ok(output) => Ok(output.into_inner().finish(name, status, 1)),
        Err(_) => Ok(status),
    }
}

/// The outside of ex: lines from standard input, and no screen.
struct Plain {
    output: Rc<RefCell<cli::Output>>,
    read: Vec<u8>,
    at: usize,
    prompt: bool,
    ended: bool,
}

impl Host for Plain {
    fn size(&self) -> (usize, usize) {
        (24, 80)
    }

    fn is_typed(&mut self) -> bool {
        true
    }

    fn paint(&mut self, _frame: Frame) {}

    fn beep(&mut self) {}

    fn key(&mut self) -> Result<Key, Gone> {
        Err(Gone::End)
    }

    fn script_line(&mut self) -> Option<Bytes> {
        if self.prompt {
            self.output.borrow_mut().put(b":");
        }
        self.output.borrow_mut().send();
        loop {
            let rest = &self.read[self.at..];
            if let Some(end) = rest.iter().position(|b| *b == b'\n') {
                let line = rest[..end].to_vec();
                self.at += end + 1;
                return Some(line);
            }
            if self.ended {
                let rest = rest.to_vec();
                self.at = self.read.len();
                return (!rest.is_empty()).then_some(rest);
            }
            self.read.drain(..self.at);
            self.at = 0;
            let mut chunk = [0; 8192];
            match sys::read(Fd::STDIN, &mut chunk) {
                Ok(n) if n > 0 => self.read.extend_from_slice(&chunk[..n]),
                Err(sys::Errno::EINTR) => {}
                _ => self.ended = true,
            }
        }
    }

    fn read(&mut self, name: &[u8]) -> Result<Contents, FileError> {
        storage::read(name)
    }

    fn stamp(&mut self, name: &[u8]) -> Option<Stamp> {
        storage::stamp(name)
    }

    fn exists(&mut self, name: &[u8]) -> bool {
        storage::exists(name)
    }

    fn write(&mut self, name: &[u8], text: &[u8], how: Write) -> Result<Option<Stamp>, FileError> {
        storage::write(name, text, how)
    }

    fn run(&mut self, command: &[u8], how: Run) -> Result<Ran, String> {
        let input = match how {
            Run::Filter(input) => input,
            Run::Shown => b"",
        };
        let (output, status) = filter::run(command, input, None)?;
        Ok(Ran { output, status })
    }

    fn suspend(&mut self) {}

    fn change_directory(&mut self, name: &[u8]) -> Result<(), String> {
        sys::chdir(name).map_err(|why| format!("E344: Can't change directory: {why}"))
    }

    fn directory(&mut self) -> Bytes {
        sys::getcwd().unwrap_or_default()
    }

    fn print(&mut self, text: &[u8]) {
        self.output.borrow_mut().put(text);
    }
}
