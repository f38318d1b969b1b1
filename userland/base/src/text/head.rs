//! head(1): the first part of files.

use std::collections::VecDeque;
use std::ffi::{OsStr, OsString};

use cli::{Exit, Opt, Order, Outcome, Output, Spec, complain, quote};
use sys::{Fd, Whence};

#[derive(Clone, Copy, PartialEq, Eq)]
enum Id {
    Bytes,
    Lines,
    Quiet,
    Verbose,
    Zero,
}

const SPEC: Spec<Id> = Spec {
    name: "head",
    usage: &["[OPTION]... [FILE]..."],
    about: "Print the first 10 lines of each FILE to standard output.\nWith more than one FILE, precede each with a header giving the file name.",
    options: &[
        Opt::value(
            Id::Bytes,
            "c",
            "bytes",
            "[-]NUM",
            "print the first NUM bytes of each file; with the leading\n'-', print all but the last NUM bytes of each file",
        ),
        Opt::value(
            Id::Lines,
            "n",
            "lines",
            "[-]NUM",
            "print the first NUM lines instead of the first 10; with the\nleading '-', print all but the last NUM lines of each file",
        ),
        Opt::flag(Id::Quiet, "q", "quiet", "never print headers giving file names"),
        Opt::flag(Id::Quiet, "", "silent", ""),
        Opt::flag(
            Id::Verbose,
            "v",
            "verbose",
            "always print headers giving file names",
        ),
        Opt::flag(
            Id::Zero,
            "z",
            "zero-terminated",
            "line delimiter is NUL, not newline",
        ),
    ],
    order: Order::Permute,
    failure: 1,
};

/// How much is printed.
#[derive(Clone, Copy)]
enum Part {
    First(u64),
    AllBut(u64),
}

struct Head {
    part: Part,
    bytes: bool,
    line_end: u8,
    out: Output,
}

pub fn run(name: &'static str, arguments: Vec<OsString>) -> Outcome {
    let parsed = SPEC.parse(obsolete(arguments))?;
    let mut head = Head {
        part: Part::First(10),
        bytes: false,
        line_end: b'\n',
        out: Output::stdout(),
    };
    let mut headers = parsed.operands.len() > 1;
    for (id, value) in &parsed.options {
        match id {
            Id::Bytes | Id::Lines => {
                let text = value.as_deref().unwrap_or_default();
                head.bytes = *id == Id::Bytes;
                head.part = part(text).ok_or_else(|| {
                    let what = if head.bytes { "bytes" } else { "lines" };
                    complain(
                        name,
                        format_args!("invalid number of {what}: {}", quote::always(text)),
                    );
                    Exit(1)
                })?;
            }
            Id::Quiet => headers = false,
            Id::Verbose => headers = true,
            Id::Zero => head.line_end = 0,
        }
    }
    let files = match parsed.operands {
        none if none.is_empty() => vec!["-".into()],
        files => files,
    };
    let mut status = 0;
    let mut lead: &[u8] = b"";
    for file in &files {
        let shown = if file == "-" {
            "standard input".as_ref()
        } else {
            file.as_os_str()
        };
        let mut fail = |out: &mut Output, doing: &str, end: &str, why| {
            out.send();
            complain(name, format_args!("{doing} {}{end}: {why}", quote::always(shown)));
            status = 1;
        };
        let fd = match super::open(file) {
            Ok(fd) => fd,
            Err(why) => {
                fail(&mut head.out, "cannot open", " for reading", why);
                continue;
            }
        };
        if headers {
            head.out
                .put(&[lead, b"==> ", shown.as_encoded_bytes(), b" <==\n"].concat());
            lead = b"\n";
        }
        if let Err(why) = head.print(fd) {
            fail(&mut head.out, "error reading", "", why);
        }
        super::close(fd);
    }
    Ok(head.out.finish(name, status, 1))
}

fn part(text: &OsStr) -> Option<Part> {
    let text = text.to_str()?;
    match text.strip_prefix('-') {
        Some(rest) => cli::size::parse(rest).map(Part::AllBut),
        None => cli::size::parse(text).map(Part::First),
    }
}

/// `-5`, `-5c`, `-5q` as the first argument: a count, a multiplier, and letters of options.
fn obsolete(mut arguments: Vec<OsString>) -> Vec<OsString> {
    let Some(rest) = arguments
        .first()
        .and_then(|first| first.to_str()?.strip_prefix('-'))
    else {
        return arguments;
    };
    let end = rest.bytes().take_while(u8::is_ascii_digit).count();
    if end == 0 {
        return arguments;
    }
    let (mut unit, mut multiplier, mut flags) = ('n', "", String::new());
    for letter in rest[end..].chars() {
        match letter {
            'c' => unit = 'c',
            'l' => unit = 'n',
            'b' => (unit, multiplier) = ('c', "b"),
            'k' => (unit, multiplier) = ('c', "k"),
            'm' => (unit, multiplier) = ('c', "m"),
            'q' | 'v' | 'z' => flags.push(letter),
            // The ordinary way complains of it.
            _ => return arguments,
        }
    }
    let mut new = vec![format!("-{unit}{}{multiplier}", &rest[..end]).into()];
    new.extend(flags.chars().map(|flag| format!("-{flag}").into()));
    arguments.splice(..1, new);
    arguments
}

/// As much as a pipe holds.
const PIECE: usize = 64 * 1024;

impl Head {
    fn print(&mut self, fd: Fd) -> sys::Result<()> {
        match (self.part, self.bytes) {
            (Part::First(0), _) => Ok(()),
            (Part::First(count), bytes) => self.first(fd, count, bytes),
            (Part::AllBut(count), true) => self.all_but_bytes(fd, count),
            (Part::AllBut(count), false) => self.all_but_lines(fd, count),
        }
    }

    /// What comes after it is left to whoever has the file open too, if it can be put back.
    fn first(&mut self, fd: Fd, count: u64, bytes: bool) -> sys::Result<()> {
        let mut left = count;
        let mut piece = vec![0; PIECE];
        while left > 0 && !self.out.is_closed() {
            let most = if bytes {
                left.min(PIECE as u64) as usize
            } else {
                PIECE
            };
            let read = super::read(fd, &mut piece[..most])?;
            if read == 0 {
                break;
            }
            let taken = if bytes {
                left -= read as u64;
                read
            } else {
                self.lines_in(&piece[..read], &mut left)
            };
            self.out.put(&piece[..taken]);
            // Somebody may be waiting for it.
            self.out.send();
            if taken < read {
                let _a_pipe = sys::lseek(fd, taken as i64 - read as i64, Whence::Current);
            }
        }
        Ok(())
    }

    /// How much of a piece belongs to the next `left` lines, which become fewer.
    fn lines_in(&self, piece: &[u8], left: &mut u64) -> usize {
        for (at, &byte) in piece.iter().enumerate() {
            if byte == self.line_end {
                *left -= 1;
                if *left == 0 {
                    return at + 1;
                }
            }
        }
        piece.len()
    }

    fn all_but_bytes(&mut self, fd: Fd, count: u64) -> sys::Result<()> {
        let count = usize::try_from(count).unwrap_or(usize::MAX);
        let mut held = VecDeque::new();
        let mut piece = vec![0; PIECE];
        while !self.out.is_closed() {
            let read = super::read(fd, &mut piece)?;
            if read == 0 {
                break;
            }
            held.extend(&piece[..read]);
            let passed: Vec<u8> = held.drain(..held.len().saturating_sub(count)).collect();
            self.out.put(&passed);
        }
        Ok(())
    }

    fn all_but_lines(&mut self, fd: Fd, count: u64) -> sys::Result<()> {
        let mut held: VecDeque<Vec<u8>> = VecDeque::new();
        let line_end = self.line_end;
        let mut line = Vec::new();
        let mut piece = vec![0; PIECE];
        while !self.out.is_closed() {
            let read = super::read(fd, &mut piece)?;
            if read == 0 {
                break;
            }
            for part in piece[..read].split_inclusive(|&byte| byte == line_end) {
                line.extend_from_slice(part);
                if part.ends_with(&[line_end]) {
                    held.push_back(std::mem::take(&mut line));
                    self.pass(&mut held, count);
                }
            }
        }
        // An unfinished line is one too.
        if !line.is_empty() {
            held.push_back(line);
            self.pass(&mut held, count);
        }
        Ok(())
    }

    fn pass(&mut self, held: &mut VecDeque<Vec<u8>>, count: u64) {
        while held.len() as u64 > count {
            if let Some(line) = held.pop_front() {
                self.out.put(&line);
            }
        }
    }
}
