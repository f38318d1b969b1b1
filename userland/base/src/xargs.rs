//! xargs(1): builds command lines from standard input.

use std::ffi::OsString;

use cli::{Exit, Opt, Order, Outcome, Spec, complain, os, quote};
use sys::{Errno, Fd, Mode, OpenFlags, Pid, WaitOptions, WaitStatus, WaitTarget};

use crate::launch::{bytes, environment};

#[derive(Clone, Copy, PartialEq, Eq)]
enum Id {
    Null,
    File,
    Delimiter,
    Eof,
    Replace,
    Lines,
    Arguments,
    Parallel,
    NoRunIfEmpty,
    Size,
    Trace,
    ExitOnTooLong,
}

const SPEC: Spec<Id> = Spec {
    name: "xargs",
    usage: &["[OPTION]... COMMAND [INITIAL-ARGS]..."],
    about: "Run COMMAND with arguments INITIAL-ARGS and more arguments read from input.",
    options: &[
        Opt::flag(
            Id::Null,
            "0",
            "null",
            "items are separated by a null, not whitespace;\ndisables quote and backslash processing",
        ),
        Opt::value(
            Id::File,
            "a",
            "arg-file",
            "FILE",
            "read arguments from FILE, not standard input",
        ),
        Opt::value(
            Id::Delimiter,
            "d",
            "delimiter",
            "CHARACTER",
            "items in input stream are separated by CHARACTER,\nnot by whitespace; disables quote processing",
        ),
        Opt::value(Id::Eof, "E", "", "END", "set logical EOF string"),
        Opt::value(
            Id::Replace,
            "I",
            "",
            "R",
            "replace R in INITIAL-ARGS with names read from input,\nsplit at newlines",
        ),
        Opt::optional(
            Id::Replace,
            "i",
            "replace",
            "R",
            "same as -I R; if R is omitted, {} is assumed",
        ),
        Opt::value(
            Id::Lines,
            "L",
            "max-lines",
            "MAX-LINES",
            "use at most MAX-LINES non-blank input lines per command line",
        ),
        Opt::value(
            Id::Arguments,
            "n",
            "max-args",
            "MAX-ARGS",
            "use at most MAX-ARGS arguments per command line",
        ),
        Opt::value(
            Id::Parallel,
            "P",
            "max-procs",
            "MAX-PROCS",
            "run at most MAX-PROCS processes at a time",
        ),
        Opt::flag(
            Id::NoRunIfEmpty,
            "r",
            "no-run-if-empty",
            "if there are no arguments, then do not run COMMAND",
        ),
        Opt::value(
            Id::Size,
            "s",
            "max-chars",
            "MAX-CHARS",
            "limit length of command line to MAX-CHARS",
        ),
        Opt::flag(Id::Trace, "t", "verbose", "print commands before executing them"),
        Opt::flag(
            Id::ExitOnTooLong,
            "x",
            "exit",
            "exit if the size (see -s) is exceeded",
        ),
    ],
    order: Order::StopAtOperand,
    failure: 1,
};

/// A command ended with a status from 1 to 125.
const EXIT_COMMAND_FAILED: i32 = 123;
/// A command ended with 255: xargs stops at once.
const EXIT_COMMAND_GAVE_UP: i32 = 124;
const EXIT_COMMAND_KILLED: i32 = 125;

struct Xargs {
    name: &'static str,
    command: Vec<Vec<u8>>,
    environment: Vec<Vec<u8>>,
    replace: Option<Vec<u8>>,
    most_arguments: usize,
    most_lines: usize,
    most_bytes: usize,
    most_processes: usize,
    trace: bool,
    running: Vec<Pid>,
    status: i32,
}

pub fn run(name: &'static str, arguments: Vec<OsString>) -> Outcome {
    let parsed = SPEC.parse(arguments)?;
    let mut xargs = Xargs {
        name,
        command: bytes(&parsed.operands),
        environment: environment(),
        replace: None,
        most_arguments: usize::MAX,
        most_lines: usize::MAX,
        most_bytes: 128 * 1024,
        most_processes: 1,
        trace: false,
        running: Vec::new(),
        status: 0,
    };
    if xargs.command.is_empty() {
        xargs.command.push(b"echo".to_vec());
    }
    let mut input = Input {
        separator: Separator::Blanks,
        end: None,
    };
    let (mut file, mut run_if_empty) = (None, true);
    for (id, value) in parsed.options {
        let text = value.clone().unwrap_or_default();
        match id {
            Id::Null => input.separator = Separator::Byte(0),
            Id::Delimiter => input.separator = Separator::Byte(delimiter(&text)?),
            Id::File => file = value,
            Id::Eof => input.end = Some(text.as_encoded_bytes().to_vec()),
            Id::Replace => {
                xargs.replace = Some(value.map_or(b"{}".to_vec(), |r| r.as_encoded_bytes().to_vec()));
                if input.separator == Separator::Blanks {
                    input.separator = Separator::Lines;
                }
            }
            Id::Lines => xargs.most_lines = number(&text, 1)?,
            Id::Arguments => xargs.most_arguments = number(&text, 1)?,
            Id::Parallel => {
                xargs.most_processes = match number(&text, 0)? {
                    0 => usize::MAX,
                    n => n,
                }
            }
            Id::Size => xargs.most_bytes = number(&text, 1)?,
            Id::NoRunIfEmpty => run_if_empty = false,
            Id::Trace => xargs.trace = true,
            Id::ExitOnTooLong => {}
        }
    }
    let text = read_input(name, file)?;
    let items = input.items(&text).map_err(|why| {
        complain(name, why);
        Exit(1)
    })?;
    let done = xargs.run_all(items, run_if_empty);
    xargs.wait_for_all();
    Ok(match done {
        Ok(()) => xargs.status,
        Err(Exit(status)) => status,
    })
}

fn number(text: &OsString, least: usize) -> Result<usize, Exit> {
    text.to_str()
        .and_then(|t| t.parse().ok())
        .filter(|n| *n >= least)
        .ok_or_else(|| SPEC.usage_error(format_args!("invalid number {}", quote::always(text))))
}

fn delimiter(text: &OsString) -> Result<u8, Exit> {
    match text.as_encoded_bytes() {
        [b] => Ok(*b),
        b"\\n" => Ok(b'\n'),
        b"\\t" => Ok(b'\t'),
        b"\\0" => Ok(0),
        b"\\\\" => Ok(b'\\'),
        _ => Err(SPEC.usage_error(format_args!("invalid delimiter {}", quote::always(text)))),
    }
}

fn read_input(name: &str, file: Option<OsString>) -> Result<Vec<u8>, Exit> {
    let fail = |what: String, why: Errno| {
        complain(name, format_args!("{what}: {why}"));
        Exit(1)
    };
    let fd = match &file {
        None => Fd::STDIN,
        Some(path) => sys::open(path, OpenFlags::RDONLY | OpenFlags::CLOEXEC, Mode::empty())
            .map_err(|why| fail(format!("Cannot open input file {}", quote::always(path)), why))?,
    };
    let mut text = Vec::new();
    let mut piece = vec![0; 64 * 1024];
    loop {
        match sys::read(fd, &mut piece) {
            Ok(0) => return Ok(text),
            Ok(n) => text.extend_from_slice(&piece[..n]),
            Err(Errno::EINTR) => {}
            Err(why) => return Err(fail("read error".into(), why)),
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Separator {
    /// Blanks and newlines, with quotes and backslashes.
    Blanks,
    /// Newlines, with quotes and backslashes, leading blanks dropped (-I).
    Lines,
    Byte(u8),
}

struct Input {
    separator: Separator,
    end: Option<Vec<u8>>,
}

/// One argument, and whether its line ends after it (for -L).
#[derive(Debug, PartialEq, Eq)]
struct Item {
    text: Vec<u8>,
    ends_line: bool,
}

impl Input {
    fn items(&self, text: &[u8]) -> Result<Vec<Item>, String> {
        if let Separator::Byte(separator) = self.separator {
            let text = text.strip_suffix(&[separator]).unwrap_or(text);
            if text.is_empty() {
                return Ok(Vec::new());
            }
            let pieces = text.split(|b| *b == separator);
            return Ok(pieces
                .map(|piece| Item {
                    text: piece.to_vec(),
                    ends_line: true,
                })
                .collect());
        }
        let mut items = self.quoted_items(text)?;
        if let Some(end) = &self.end
            && let Some(at) = items.iter().position(|item| item.text == *end)
        {
            items.truncate(at);
        }
        Ok(items)
    }

    fn quoted_items(&self, text: &[u8]) -> Result<Vec<Item>, String> {
        let mut items: Vec<Item> = Vec::new();
        let mut word: Option<Vec<u8>> = None;
        let mut bytes = text.iter().copied();
        while let Some(b) = bytes.next() {
            match b {
                b'\n' => {
                    let blank_before = self.separator == Separator::Blanks && word.is_none();
                    items.extend(word.take().map(|text| Item {
                        text,
                        ends_line: true,
                    }));
                    // A line that ends in a blank goes on in the next, as POSIX has it for -L; GNU ends it too.
                    if blank_before && let Some(last) = items.last_mut() {
                        last.ends_line = true;
                    }
                }
                b' ' | b'\t' if self.separator == Separator::Blanks || word.is_none() => {
                    items.extend(word.take().map(|text| Item {
                        text,
                        ends_line: false,
                    }));
                }
                b'\\' => word.get_or_insert_default().extend(bytes.next()),
                b'\'' | b'"' => {
                    let word = word.get_or_insert_default();
                    loop {
                        match bytes.next() {
                            Some(c) if c == b => break,
                            Some(b'\n') | None => {
                                let kind = if b == b'"' { "double" } else { "single" };
                                return Err(format!(
                                    "unmatched {kind} quote; by default quotes are special to xargs unless you use the -0 option"
                                ));
                            }
                            Some(c) => word.push(c),
                        }
                    }
                }
                _ => word.get_or_insert_default().push(b),
            }
        }
        items.extend(word.map(|text| Item {
            text,
            ends_line: true,
        }));
        Ok(items)
    }
}

impl Xargs {
    fn run_all(&mut self, items: Vec<Item>, run_if_empty: bool) -> Result<(), Exit> {
        if let Some(replace) = self.replace.clone() {
            for item in items {
                let argv = self
                    .command
                    .iter()
                    .map(|word| substitute(word, &replace, &item.text))
                    .collect();
                self.start(argv)?;
            }
            return Ok(());
        }
        if items.is_empty() {
            return if run_if_empty {
                self.start(self.command.clone())
            } else {
                Ok(())
            };
        }
        let base: usize = self.command.iter().map(|word| word.len() + 1).sum();
        let mut argv = self.command.clone();
        let (mut size, mut arguments, mut lines) = (base, 0, 0);
        for item in items {
            let len = item.text.len() + 1;
            if base + len > self.most_bytes {
                complain(self.name, "argument line too long");
                return Err(Exit(1));
            }
            if arguments > 0
                && (size + len > self.most_bytes
                    || arguments == self.most_arguments
                    || lines == self.most_lines)
            {
                self.start(std::mem::replace(&mut argv, self.command.clone()))?;
                (size, arguments, lines) = (base, 0, 0);
            }
            argv.push(item.text);
            size += len;
            arguments += 1;
            lines += usize::from(item.ends_line);
        }
        self.start(argv)
    }

    fn start(&mut self, argv: Vec<Vec<u8>>) -> Result<(), Exit> {
        if self.trace {
            let line = argv
                .iter()
                .map(|word| quote::if_needed(os(word)))
                .collect::<Vec<_>>()
                .join(" ");
            let _ = sys::write_all(Fd::STDERR, format!("{line}\n").as_bytes());
        }
        while self.running.len() >= self.most_processes {
            self.wait_for_one()?;
        }
        loop {
            match self.spawn(&argv) {
                Ok(pid) => {
                    self.running.push(pid);
                    break;
                }
                // At the process limit, one of our own ending makes room.
                Err(Errno::EAGAIN) if !self.running.is_empty() => self.wait_for_one()?,
                Err(why) => return Err(Exit(crate::launch::cannot_start(self.name, os(&argv[0]), why))),
            }
        }
        if self.most_processes == 1 {
            self.wait_for_one()
        } else {
            Ok(())
        }
    }

    fn spawn(&self, argv: &[Vec<u8>]) -> sys::Result<Pid> {
        // The command must not eat what xargs is still to read.
        let null = sys::Action::Open {
            fd: Fd::STDIN,
            path: b"/dev/null".to_vec(),
            flags: OpenFlags::RDONLY,
            mode: Mode::empty(),
        };
        sys::Spawn {
            path: &argv[0],
            argv,
            envp: &self.environment,
            actions: vec![null],
            search: true,
            ..Default::default()
        }
        .spawn()
    }

    fn wait_for_one(&mut self) -> Result<(), Exit> {
        loop {
            match sys::waitpid(WaitTarget::AnyChild, WaitOptions::empty()) {
                Ok(Some((pid, status))) if status.is_end() => {
                    self.running.retain(|running| *running != pid);
                    return self.judge(status);
                }
                Ok(_) | Err(Errno::EINTR) => {}
                Err(_) => {
                    self.running.clear();
                    return Ok(());
                }
            }
        }
    }

    fn wait_for_all(&mut self) {
        while !self.running.is_empty() {
            // A later failure changes nothing about having stopped.
            let _ = self.wait_for_one();
        }
    }

    fn judge(&mut self, status: WaitStatus) -> Result<(), Exit> {
        let command = String::from_utf8_lossy(&self.command[0]).into_owned();
        match status {
            WaitStatus::Exited(0) => Ok(()),
            WaitStatus::Exited(255) => {
                complain(
                    self.name,
                    format_args!("{command}: exited with status 255; aborting"),
                );
                Err(Exit(EXIT_COMMAND_GAVE_UP))
            }
            WaitStatus::Exited(code @ (126 | 127)) => Err(Exit(code.into())),
            WaitStatus::Signaled { signal, .. } => {
                complain(
                    self.name,
                    format_args!("{command}: terminated by signal {}", signal.0),
                );
                Err(Exit(EXIT_COMMAND_KILLED))
            }
            _ => {
                self.status = EXIT_COMMAND_FAILED;
                Ok(())
            }
        }
    }
}

fn substitute(word: &[u8], pattern: &[u8], by: &[u8]) -> Vec<u8> {
    if pattern.is_empty() {
        return word.to_vec();
    }
    let mut out = Vec::new();
    let mut rest = word;
    while let Some(at) = rest.windows(pattern.len()).position(|window| window == pattern) {
        out.extend_from_slice(&rest[..at]);
        out.extend_from_slice(by);
        rest = &rest[at + pattern.len()..];
    }
    out.extend_from_slice(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn items(separator: Separator, text: &str) -> Option<Vec<String>> {
        let items = Input { separator, end: None }.items(text.as_bytes()).ok()?;
        Some(
            items
                .into_iter()
                .map(|item| String::from_utf8_lossy(&item.text).into_owned())
                .collect(),
        )
    }

    #[test]
    fn input_splits_by_its_separator() {
        for (separator, text, expected) in [
            (
                Separator::Blanks,
                " a b\tc\n\nd ",
                Some(&["a", "b", "c", "d"][..]),
            ),
            (
                Separator::Blanks,
                "'a b' \"c d\"e f\\ g",
                Some(&["a b", "c de", "f g"]),
            ),
            (Separator::Blanks, "''", Some(&[""])),
            (Separator::Blanks, "it's", None),
            (Separator::Lines, "  a b\nc\n", Some(&["a b", "c"])),
            (Separator::Byte(0), "a b\0c\n\0", Some(&["a b", "c\n"])),
            (Separator::Byte(b','), "a,b,,c", Some(&["a", "b", "", "c"])),
            (Separator::Byte(0), "", Some(&[])),
        ] {
            assert_eq!(
                items(separator, text),
                expected.map(|e| e.iter().map(|s| (*s).to_owned()).collect()),
                "{text:?}"
            );
        }
    }

    #[test]
    fn the_placeholder_is_replaced_everywhere() {
        assert_eq!(substitute(b"a{}b{}", b"{}", b"X"), b"aXbX");
        assert_eq!(substitute(b"none", b"{}", b"X"), b"none");
    }
}
