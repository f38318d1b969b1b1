//! kill(1): sends signals, and lists their names. Its command line is older than getopt: `-9` and `-TERM` are signals,
//! and a negative number after them is a process group.

use std::ffi::OsString;

use cli::{Exit, Outcome, Output, complain};
use sys::{Pid, Signal};

const USAGE: &str = "usage: kill [-s SIGNAL | -SIGNAL] PID...\n  or:  kill -l [SIGNAL]...";

/// What is to be sent: `None` is signal 0, which only asks whether the process is there.
type Sent = Option<Signal>;

pub fn run(name: &'static str, arguments: Vec<OsString>) -> Outcome {
    let arguments: Vec<String> = arguments
        .iter()
        .map(|a| a.to_string_lossy().into_owned())
        .collect();
    let mut signal: Sent = Some(Signal::TERM);
    let mut rest = arguments.iter().map(String::as_str).peekable();
    match rest.peek().copied() {
        Some("--help") => {
            println!("{USAGE}");
            return Ok(0);
        }
        Some("-l" | "-L" | "--list" | "--table" | "-t") => {
            rest.next();
            return list(name, rest.collect());
        }
        Some("-s" | "-n" | "--signal") => {
            rest.next();
            signal = parse_signal(
                name,
                rest.next()
                    .ok_or_else(|| usage(name, "option requires an argument"))?,
            )?;
        }
        Some("--") | None => {}
        Some(option) => {
            if let Some(text) = option
                .strip_prefix("--signal=")
                .or_else(|| option.strip_prefix("-s"))
            {
                signal = parse_signal(name, text)?;
                rest.next();
            } else if let Some(text) = option.strip_prefix('-') {
                signal = parse_signal(name, text)?;
                rest.next();
            }
        }
    }
    let targets: Vec<&str> = rest.filter(|target| *target != "--").collect();
    if targets.is_empty() {
        return Err(usage(name, "no process ID specified"));
    }
    let mut status = 0;
    for target in targets {
        let sent = target
            .parse::<i32>()
            .map_err(|_| "arguments must be process or job IDs".to_owned());
        let sent = sent.and_then(|pid| sys::kill(Pid(pid), signal).map_err(|why| why.to_string()));
        if let Err(why) = sent {
            complain(name, format_args!("({target}) - {why}"));
            status = 1;
        }
    }
    Ok(status)
}

fn usage(name: &str, message: &str) -> Exit {
    complain(name, format_args!("{message}\n{USAGE}"));
    Exit(1)
}

fn parse_signal(name: &str, text: &str) -> Result<Sent, Exit> {
    if matches!(text, "0" | "EXIT") {
        return Ok(None);
    }
    Signal::parse(text).map(Some).ok_or_else(|| {
        complain(name, format_args!("{text}: invalid signal specification"));
        Exit(1)
    })
}

/// All names, or the name of a number and the number of a name. A status above 128 is a death by signal.
fn list(name: &'static str, which: Vec<&str>) -> Outcome {
    let mut out = Output::stdout();
    let mut status = 0;
    if which.is_empty() {
        for signal in Signal::ALL {
            out.line(signal.name().unwrap_or_default().as_bytes());
        }
    }
    for text in which {
        let number = text
            .parse::<i32>()
            .ok()
            .map(|n| if n > 128 { n - 128 } else { n });
        let line = match number {
            Some(0) => Some("EXIT".to_owned()),
            Some(number) => Signal(number).name().map(str::to_owned),
            None => Signal::parse(text).map(|signal| signal.0.to_string()),
        };
        match line {
            Some(line) => out.line(line.as_bytes()),
            None => {
                complain(name, format_args!("{text}: invalid signal specification"));
                status = 1;
            }
        }
    }
    Ok(out.finish(name, status, 1))
}
