//! tput(1) and reset(1), ncurses' look, for the terminals of [`super::capabilities`].

use std::ffi::{OsStr, OsString};

use cli::{Exit, Outcome, Output, complain, input};
use sys::{Fd, InputFlags, LocalFlags, OutputFlags, SetWhen, cc};

use super::capabilities::{self, Terminal, Value};
use super::parameters::{self, Parameter};

/// A flag that is false, or a string that is none.
const EXIT_FALSE: i32 = 1;
const EXIT_USAGE: i32 = 2;
const EXIT_TERMINAL: i32 = 3;
const EXIT_CAPABILITY: i32 = 4;

const USAGE: &str = "Usage: tput [options] [command]

Options:
  -S <<       read commands from standard input
  -T TERM     use this instead of $TERM
  -V          print curses-version
  -x          do not try to clear scrollback

Commands:
  clear       clear the screen
  init        initialize the terminal
  reset       reinitialize the terminal
  capname     unlike clear/init/reset, print value for capability \"capname\"
";

fn usage() -> Exit {
    let _ = sys::write_all(Fd::STDERR, USAGE.as_bytes());
    Exit(EXIT_USAGE)
}

struct Tput {
    terminal: &'static Terminal,
    scrollback: bool,
    out: Output,
}

pub fn tput(name: &'static str, arguments: Vec<OsString>) -> Outcome {
    let mut term = std::env::var("TERM").ok().filter(|term| !term.is_empty());
    let (mut from_input, mut scrollback) = (false, true);
    let mut rest = arguments
        .into_iter()
        .map(|argument| argument.to_string_lossy().into_owned())
        .peekable();
    while let Some(option) = rest.next_if(|word| word.len() > 1 && word.starts_with('-')) {
        match option.as_str() {
            "--" => break,
            "-S" => from_input = true,
            "-x" => scrollback = false,
            "-V" | "--version" => {
                return print(name, &format!("tput (Cobnut) {}\n", env!("CARGO_PKG_VERSION")));
            }
            "--help" => return print(name, USAGE),
            "-T" => {
                term = Some(rest.next().ok_or_else(|| {
                    complain(name, "option requires an argument -- 'T'");
                    usage()
                })?)
            }
            other => match other.strip_prefix("-T") {
                Some(given) => term = Some(given.into()),
                None => {
                    complain(name, format_args!("invalid option -- '{}'", &other[1..]));
                    return Err(usage());
                }
            },
        }
    }
    let Some(term) = term else {
        complain(name, "No value for $TERM and no -T specified");
        return Ok(EXIT_USAGE);
    };
    let Some(terminal) = capabilities::terminal(&term) else {
        complain(name, format_args!("unknown terminal \"{term}\""));
        return Ok(EXIT_TERMINAL);
    };
    let mut tput = Tput {
        terminal,
        scrollback,
        out: Output::stdout(),
    };
    let words: Vec<String> = rest.collect();
    let status = if from_input {
        let text = input::read_file(OsStr::new("-")).map_err(|why| {
            complain(name, why);
            Exit(EXIT_USAGE)
        })?;
        let text = String::from_utf8_lossy(&text).into_owned();
        let mut status = 0;
        for line in text.lines() {
            let words: Vec<String> = line.split_whitespace().map(str::to_owned).collect();
            if !words.is_empty() {
                status = status.max(tput.command(&words));
            }
        }
        // Of several commands only what went wrong counts, not which flags are false.
        if status == EXIT_FALSE { 0 } else { status }
    } else if words.is_empty() {
        return Err(usage());
    } else {
        tput.command(&words)
    };
    Ok(tput.out.finish(name, status, EXIT_USAGE))
}

fn print(name: &str, text: &str) -> Outcome {
    let mut out = Output::stdout();
    out.put(text.as_bytes());
    Ok(out.finish(name, 0, EXIT_USAGE))
}

impl Tput {
    fn put(&mut self, name: &str) -> bool {
        let string = self.terminal.string(name);
        self.out.put(string.unwrap_or_default().as_bytes());
        string.is_some()
    }

    fn command(&mut self, words: &[String]) -> i32 {
        let name = words[0].as_str();
        match name {
            "init" => {
                self.put("is2");
                return 0;
            }
            "reset" => {
                self.put("rs1");
                self.put("rs2");
                return 0;
            }
            "clear" => {
                let cleared = self.put("clear");
                if self.scrollback && cleared {
                    self.put("E3");
                }
                return i32::from(!cleared);
            }
            "longname" => {
                self.out.put(self.terminal.long_name.as_bytes());
                return 0;
            }
            _ => {}
        }
        match self.terminal.value(name) {
            None => {
                self.out.send();
                complain("tput", format_args!("unknown terminfo capability '{name}'"));
                EXIT_CAPABILITY
            }
            Some(Value::Flag(flag)) => i32::from(!flag),
            Some(Value::Number(number)) => {
                let number = window(name).or(number).unwrap_or(-1);
                self.out.line(number.to_string().as_bytes());
                0
            }
            Some(Value::String(None)) => EXIT_FALSE,
            Some(Value::String(Some(string))) => {
                if words.len() == 1 {
                    self.out.put(string.as_bytes());
                } else {
                    let parameters: Vec<Parameter> = words[1..].iter().map(|word| parameter(word)).collect();
                    self.out.put(&parameters::expand(string.as_bytes(), &parameters));
                }
                0
            }
        }
    }
}

fn parameter(word: &str) -> Parameter {
    match word.parse() {
        Ok(number) => Parameter::Number(number),
        Err(_) => Parameter::Text(word.as_bytes().to_vec()),
    }
}

/// The terminal's own size, which goes before what its kind has; before both go LINES and COLUMNS.
fn window(name: &str) -> Option<i32> {
    let (variable, of): (&str, fn(sys::WinSize) -> u16) = match name {
        "cols" => ("COLUMNS", |size| size.cols),
        "lines" => ("LINES", |size| size.rows),
        _ => return None,
    };
    let given = std::env::var(variable).ok().and_then(|value| value.parse().ok());
    let terminal = || {
        [Fd::STDERR, Fd::STDOUT, Fd::STDIN]
            .into_iter()
            .find_map(|fd| sys::tcgetwinsize(fd).ok())
            .map(of)
            .filter(|size| *size > 0)
            .map(i32::from)
    };
    given.filter(|size| *size > 0).or_else(terminal)
}

/// Gives a terminal its sane settings back, and has it forget what was written to it.
pub fn reset(name: &'static str, arguments: Vec<OsString>) -> Outcome {
    let (mut quiet_strings, mut tell) = (false, false);
    let mut term = std::env::var("TERM").unwrap_or_default();
    for argument in &arguments {
        match argument.to_string_lossy().as_ref() {
            "-I" => quiet_strings = true,
            "-q" | "-r" => tell = true,
            "-Q" | "-c" | "-s" | "-w" | "-m" => {}
            "-V" | "--version" => {
                return print(name, &format!("reset (Cobnut) {}\n", env!("CARGO_PKG_VERSION")));
            }
            "--help" => {
                return print(
                    name,
                    "Usage: reset [-I] [-Q] [-c] [-q] [-r] [terminal]\nGive a terminal its sane settings back and clear it.\n",
                );
            }
            option if option.starts_with('-') => {
                complain(name, format_args!("invalid option -- '{}'", &option[1..]));
                return Ok(1);
            }
            terminal => term = terminal.to_owned(),
        }
    }
    let Some(fd) = [Fd::STDERR, Fd::STDOUT, Fd::STDIN]
        .into_iter()
        .find(|fd| sys::isatty(*fd))
    else {
        complain(name, "terminal attributes: No such device or address");
        return Ok(1);
    };
    let Some(terminal) = capabilities::terminal(&term) else {
        complain(name, format_args!("unknown terminal type {term}"));
        return Ok(1);
    };
    if let Err(why) = sane(fd) {
        complain(name, format_args!("terminal attributes: {why}"));
        return Ok(1);
    }
    if !quiet_strings {
        let mut out = Output::to(fd);
        for string in ["rs1", "rs2"] {
            out.put(terminal.string(string).unwrap_or_default().as_bytes());
        }
        out.put(b"\r");
        out.send();
    }
    if tell {
        return print(name, &format!("{term}\n"));
    }
    Ok(0)
}

fn sane(fd: Fd) -> sys::Result<()> {
    let mut termios = sys::tcgetattr(fd)?;
    termios.input.remove(
        InputFlags::IGNBRK | InputFlags::PARMRK | InputFlags::INLCR | InputFlags::IGNCR | InputFlags::IXOFF,
    );
    termios
        .input
        .insert(InputFlags::BRKINT | InputFlags::ICRNL | InputFlags::IXON);
    termios
        .output
        .remove(OutputFlags::OCRNL | OutputFlags::ONOCR | OutputFlags::ONLRET);
    termios.output.insert(OutputFlags::OPOST | OutputFlags::ONLCR);
    termios
        .local
        .remove(LocalFlags::ECHONL | LocalFlags::NOFLSH | LocalFlags::TOSTOP);
    termios.local.insert(
        LocalFlags::ISIG
            | LocalFlags::ICANON
            | LocalFlags::IEXTEN
            | LocalFlags::ECHO
            | LocalFlags::ECHOE
            | LocalFlags::ECHOK
            | LocalFlags::ECHOCTL
            | LocalFlags::ECHOKE,
    );
    for (at, key) in [
        (cc::VINTR, 3),
        (cc::VQUIT, 0x1c),
        (cc::VERASE, 0x7f),
        (cc::VKILL, 0x15),
        (cc::VEOF, 4),
        (cc::VSUSP, 0x1a),
    ] {
        termios.cc[at] = key;
    }
    sys::tcsetattr(fd, SetWhen::Drain, &termios)
}
