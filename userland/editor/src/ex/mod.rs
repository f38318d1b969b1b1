//! ex: commands by name with ranges, from vi's `:` line, a script or an exrc file.

mod address;
mod commands;
mod file;
mod global;
mod replacement;
pub mod set;
mod substitute;

use std::collections::VecDeque;

use crate::Bytes;
use crate::vi::{Result, Stop, Vi, fail};

/// What ex remembers between commands.
#[derive(Default)]
pub struct State {
    pub last_command: Bytes,
    /// What a `~` in a pattern or a replacement stands for.
    pub last_replacement: Bytes,
    substitute: Option<substitute::Last>,
    /// What `!` in a command of the shell stands for.
    last_shell: Bytes,
    /// Files are opened for reading (`-R`, view).
    pub view_only: bool,
    /// A `:g` is at work.
    global: bool,
    /// Lines of the script that come behind the one that is executed: the text of `a`, `i` and `c`.
    pub script: VecDeque<Bytes>,
    /// How deep `:source` is nested.
    depth: usize,
    /// Whether leaving with files unseen has been warned of.
    warned: bool,
}

/// A command with what stands before and behind it.
struct Call<'a> {
    /// Lines from 0; which is what a command makes of no range.
    range: Option<(usize, usize)>,
    /// The last address was line 0, before the first.
    zero: bool,
    bang: bool,
    rest: &'a [u8],
}

impl Call<'_> {
    fn lines(&self, vi: &Vi) -> (usize, usize) {
        self.range.unwrap_or((vi.cursor.line, vi.cursor.line))
    }

    fn all(&self, vi: &Vi) -> (usize, usize) {
        self.range.unwrap_or((0, vi.buffer.last()))
    }

    /// The line that new ones go behind, counted so that 0 is before the first.
    fn behind(&self, vi: &Vi) -> usize {
        if self.zero {
            return 0;
        }
        (self.lines(vi).1 + 1).min(vi.buffer.count())
    }

    /// Nothing may stand behind the command.
    fn no_rest(&self) -> Result {
        if self.rest.trim_ascii().is_empty() {
            Ok(())
        } else {
            fail("E488: Trailing characters")
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Command {
    Append,
    Args,
    Cd,
    Change,
    Copy,
    Delete,
    Edit,
    File,
    Global,
    Help,
    Insert,
    Join,
    List,
    Mark,
    Marks,
    Move,
    Next,
    NoHighlight,
    Normal,
    Number,
    Previous,
    Print,
    Put,
    Pwd,
    Quit,
    Read,
    Redo,
    Registers,
    Rewind,
    Set,
    Shell,
    Source,
    Stop,
    Substitute,
    Undo,
    Version,
    Visual,
    Vglobal,
    Write,
    WriteQuit,
    Exit,
    Yank,
}

/// Names with the length of their shortest abbreviation. The first that fits is meant.
const NAMES: &[(&str, usize, Command)] = &[
    ("append", 1, Command::Append),
    ("args", 2, Command::Args),
    ("cd", 2, Command::Cd),
    ("chdir", 3, Command::Cd),
    ("change", 1, Command::Change),
    ("copy", 2, Command::Copy),
    ("delete", 1, Command::Delete),
    ("display", 2, Command::Registers),
    ("edit", 1, Command::Edit),
    ("ex", 2, Command::Edit),
    ("file", 1, Command::File),
    ("global", 1, Command::Global),
    ("help", 1, Command::Help),
    ("insert", 1, Command::Insert),
    ("join", 1, Command::Join),
    ("k", 1, Command::Mark),
    ("list", 1, Command::List),
    ("mark", 2, Command::Mark),
    ("marks", 5, Command::Marks),
    ("move", 1, Command::Move),
    ("next", 1, Command::Next),
    ("nohlsearch", 3, Command::NoHighlight),
    ("normal", 4, Command::Normal),
    ("number", 2, Command::Number),
    ("print", 1, Command::Print),
    ("previous", 4, Command::Previous),
    ("put", 2, Command::Put),
    ("pwd", 2, Command::Pwd),
    ("quit", 1, Command::Quit),
    ("qall", 2, Command::Quit),
    ("read", 1, Command::Read),
    ("redo", 3, Command::Redo),
    ("registers", 3, Command::Registers),
    ("rewind", 3, Command::Rewind),
    ("set", 2, Command::Set),
    ("shell", 2, Command::Shell),
    ("source", 2, Command::Source),
    ("stop", 2, Command::Stop),
    ("substitute", 1, Command::Substitute),
    ("suspend", 3, Command::Stop),
    ("t", 1, Command::Copy),
    ("undo", 1, Command::Undo),
    ("version", 2, Command::Version),
    ("view", 3, Command::Edit),
    ("visual", 2, Command::Visual),
    ("vglobal", 1, Command::Vglobal),
    ("write", 1, Command::Write),
    ("wq", 2, Command::WriteQuit),
    ("wqall", 3, Command::WriteQuit),
    ("Next", 1, Command::Previous),
    ("xit", 1, Command::Exit),
    ("exit", 3, Command::Exit),
    ("xall", 2, Command::Exit),
    ("yank", 1, Command::Yank),
];

fn command(name: &[u8]) -> Option<Command> {
    NAMES
        .iter()
        .find(|(full, least, _)| name.len() >= *least && full.as_bytes().starts_with(name))
        .map(|(_, _, command)| *command)
}

impl Vi {
    /// Executes a line of commands, as `:` reads it.
    ///
    /// # Errors
    /// What the first command that fails says; those behind it are not executed.
    pub fn execute(&mut self, line: &[u8]) -> Result {
        if !self.ex.global {
            self.ex.last_command = line.to_vec();
        }
        let mut rest = Some(line);
        while let Some(text) = rest {
            rest = self.one(text)?;
        }
        Ok(())
    }

    /// Executes the first command of a line; answers the rest.
    fn one<'a>(&mut self, text: &'a [u8]) -> Result<Option<&'a [u8]>> {
        let skip = text
            .iter()
            .take_while(|b| matches!(b, b' ' | b'\t' | b':'))
            .count();
        let text = &text[skip..];
        if text.is_empty() || text[0] == b'"' {
            return Ok(None);
        }
        let address::Range { range, zero, rest } = self.range(text)?;
        let text = rest.trim_ascii_start();
        let mut call = Call {
            range,
            zero,
            bang: false,
            rest: b"",
        };
        match text.first() {
            None | Some(b'|' | b'"') => {
                // A range alone goes to its line.
                if let Some((_, last)) = range {
                    self.note_jump();
                    self.go_to_line(last);
                    if self.silent {
                        self.print_lines(last, last, false, false);
                    }
                }
                return Ok(text.get(1..).filter(|_| text[0] == b'|'));
            }
            Some(b'!') => {
                call.rest = &text[1..];
                return self.shell_command(&call).map(|()| None);
            }
            Some(b'&' | b'~') => {
                return self.substitute_again(&call, text);
            }
            Some(b @ (b'<' | b'>' | b'=' | b'#' | b'@' | b'*')) => {
                let n = text.iter().take_while(|c| *c == b).count();
                let (rest, next) = split_bar(&text[n..]);
                call.rest = rest;
                self.symbol(*b, n, &mut call)?;
                return Ok(next);
            }
            _ => {}
        }
        let letters = text.iter().take_while(|b| b.is_ascii_alphabetic()).count();
        let mut name = &text[..letters];
        if name.starts_with(b"s") && command(name).is_none_or(|c| c == Command::Substitute) {
            // `s` with its flags, such as `sg`.
            return self.substitute(&call, &text[substitute_len(name)..]);
        }
        if name.len() == 2 && name[0] == b'k' {
            name = &name[..1];
        }
        let Some(found) = command(name).or_else(|| short_with_rest(&mut name)) else {
            let shown = String::from_utf8_lossy(text).into_owned();
            return fail(format!("E492: Not an editor command: {shown}"));
        };
        let mut rest = &text[name.len()..];
        if rest.first() == Some(&b'!') {
            call.bang = true;
            rest = &rest[1..];
        }
        match found {
            Command::Global | Command::Vglobal => {
                call.rest = rest;
                self.global(&call, found == Command::Vglobal || call.bang)?;
                return Ok(None);
            }
            Command::Normal => {
                call.rest = rest.strip_prefix(b" ").unwrap_or(rest);
                self.normal_lines(&call)?;
                return Ok(None);
            }
            Command::Read | Command::Write if rest.trim_ascii_start().starts_with(b"!") => {
                call.rest = rest.trim_ascii_start();
                self.named(found, &mut call)?;
                return Ok(None);
            }
            Command::Read if call.bang => {
                let line = [b"!", rest].concat();
                call.rest = &line;
                self.named(found, &mut call)?;
                return Ok(None);
            }
            _ => {}
        }
        let (rest, next) = split_bar(rest);
        let trimmed = rest.trim_ascii_start();
        call.rest = trimmed;
        self.named(found, &mut call)?;
        Ok(next)
    }

    /// The next line of the text of `a`, `i` or `c`.
    fn text_line(&mut self) -> Result<Option<Bytes>> {
        let line = match self.ex.script.pop_front() {
            Some(line) => Some(line),
            None if self.silent => self.host.script_line(),
            None => self.read_text_line()?,
        };
        Ok(line.filter(|line| line != b"."))
    }

    /// Executes lines, and then those of the host's script; the status is 1 where one has failed.
    ///
    /// # Errors
    /// The editor ends.
    pub fn run_script(&mut self, lines: Vec<Bytes>, mut complain: impl FnMut(&str)) -> Result {
        self.ex.script = lines.into();
        while let Some(line) = self.ex.script.pop_front().or_else(|| self.host.script_line()) {
            self.message = None;
            self.buffer.begin(self.cursor);
            let outcome = self.execute(&line);
            self.buffer.commit();
            self.clamp();
            for line in std::mem::take(&mut self.printed) {
                self.host.print(&[&line[..], b"\n"].concat());
            }
            match outcome {
                Ok(()) => {}
                Err(stop @ (Stop::Quit(_) | Stop::Gone(_))) => return Err(stop),
                Err(stop) => {
                    self.status = 1;
                    if let Stop::Error(text) = stop {
                        complain(&text);
                    }
                }
            }
        }
        Ok(())
    }
}

/// How much of a name is `s` or a longer form of it; what follows are flags.
fn substitute_len(name: &[u8]) -> usize {
    let full = b"substitute";
    let common = name.iter().zip(full).take_while(|(a, b)| a == b).count();
    if common == name.len() { common } else { 1 }
}

/// `dl`, `mx`, `ya` and their like: a command of one letter with its argument right behind it.
fn short_with_rest(name: &mut &[u8]) -> Option<Command> {
    let (first, rest) = name.split_at(1.min(name.len()));
    if !matches!(first, b"d" | b"y" | b"t" | b"m" | b"k" | b"j" | b"p") || rest.len() > 1 {
        return None;
    }
    *name = first;
    command(first)
}

/// Splits at the first `|` that no backslash hides.
fn split_bar(text: &[u8]) -> (&[u8], Option<&[u8]>) {
    let mut at = 0;
    while at < text.len() {
        match text[at] {
            b'\\' | 0x16 => at += 1,
            b'|' => return (&text[..at], Some(&text[at + 1..])),
            _ => {}
        }
        at += 1;
    }
    (text, None)
}

/// A number at the begin of a text, and what follows.
fn number(text: &[u8]) -> (Option<usize>, &[u8]) {
    let n = text.iter().take_while(|b| b.is_ascii_digit()).count();
    let value = std::str::from_utf8(&text[..n]).ok().and_then(|s| s.parse().ok());
    (value, &text[n..])
}
