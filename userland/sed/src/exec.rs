//! Runs a script over files.

use std::rc::Rc;

use cli::Output;
use posix_regex::{Regex, Span};
use sys::{Fd, Mode, OpenFlags};

use crate::files::{InPlace, Lines, Pending, Queue, Sink, contents};
use crate::replacement::Casing;
use crate::script::{
    Address, Command, End, Kind, Out, Pattern, Range, STDOUT, Script, Substitute, Transliterate,
};
use crate::shell;

pub struct Options {
    pub quiet: bool,
    pub separate: bool,
    /// The suffix of backups: `Some` edits in place.
    pub in_place: Option<Vec<u8>>,
    pub unbuffered: bool,
    pub delimiter: u8,
    /// Where `l` wraps.
    pub width: usize,
    pub posix: bool,
}

/// A failure that ends everything: its message and status.
pub struct Failure(pub String, pub i32);

pub type Result<T> = std::result::Result<T, Failure>;

const EXIT_BAD_INPUT: i32 = 2;
use crate::EXIT_PANIC;
const NO_PREVIOUS: &str = "-e expression #1, char 0: no previous regular expression";

enum Flow {
    Next,
    Jump(usize),
    /// Ends the cycle: autoprint or not.
    EndCycle(bool),
    /// The same, but the next one keeps the pattern space.
    Restart,
    Quit(i32),
}

pub struct Machine<'s> {
    script: &'s Script,
    options: Options,
    files: std::vec::IntoIter<Vec<u8>>,
    current: Option<Lines>,
    name: Vec<u8>,
    in_place: Option<InPlace>,
    line: usize,
    space: Vec<u8>,
    has_newline: bool,
    hold: Vec<u8>,
    ranges: Vec<Range>,
    replaced: bool,
    queue: Queue,
    /// Standard output, or the file being edited, then the files of `w`.
    sinks: Vec<Sink>,
    line_files: Vec<Option<Lines>>,
    last: Option<Rc<Regex>>,
    spans: Vec<Span>,
    status: i32,
}

impl<'s> Machine<'s> {
    pub fn new(script: &'s Script, options: Options, files: Vec<Vec<u8>>) -> Result<Machine<'s>> {
        let delimiter = options.delimiter;
        let mut sinks = vec![Sink::new(Output::stdout(), delimiter)];
        for name in &script.outputs {
            let output = if name == b"/dev/stderr" {
                Output::to(Fd::STDERR)
            } else {
                let flags = OpenFlags::WRONLY | OpenFlags::CREAT | OpenFlags::TRUNC | OpenFlags::CLOEXEC;
                let fd = sys::open(name, flags, Mode::from_bits_truncate(0o666)).map_err(|error| {
                    let name = String::from_utf8_lossy(name);
                    Failure(format!("couldn't open file {name}: {error}"), EXIT_PANIC)
                })?;
                Output::to(fd)
            };
            sinks.push(Sink::new(output, delimiter));
        }
        let opens_at_once = |command: &Command| matches!(command.start, Some(Address::Zero));
        Ok(Machine {
            script,
            files: files.into_iter(),
            current: None,
            name: b"-".to_vec(),
            in_place: None,
            line: 0,
            space: Vec::new(),
            has_newline: true,
            hold: Vec::new(),
            ranges: script
                .commands
                .iter()
                .map(|command| {
                    if opens_at_once(command) {
                        Range::Inside(None)
                    } else {
                        Range::Outside
                    }
                })
                .collect(),
            replaced: false,
            queue: Queue::new(),
            sinks,
            line_files: script
                .line_files
                .iter()
                .map(|name| Lines::open(name, delimiter).ok())
                .collect(),
            last: None,
            spans: Vec::new(),
            status: 0,
            options,
        })
    }

    /// Runs all; answers the exit status.
    pub fn run(mut self, name: &str) -> i32 {
        let status = match self.cycles() {
            Ok(status) => status,
            Err(Failure(message, status)) => {
                self.sinks[STDOUT].output.send();
                cli::complain(name, message);
                status
            }
        };
        let status = if status == 0 { self.status } else { status };
        let mut sinks = self.sinks.into_iter();
        let stdout = sinks.next();
        for (sink, file) in sinks.zip(&self.script.outputs) {
            let mut output = sink.output;
            output.send();
            if let Some(error) = output.error() {
                let file = String::from_utf8_lossy(file);
                cli::complain(name, format_args!("couldn't flush {file}: {error}"));
                return EXIT_PANIC;
            }
        }
        match stdout {
            Some(sink) => sink.output.finish(name, status, EXIT_PANIC),
            None => status,
        }
    }

    fn cycles(&mut self) -> Result<i32> {
        let mut keep = false;
        loop {
            if !keep {
                self.space.clear();
                if !self.read_line()? {
                    return Ok(0);
                }
            }
            keep = false;
            let mut at = 0;
            let quit = loop {
                let Some(command) = self.script.commands.get(at) else {
                    self.autoprint();
                    break None;
                };
                if !self.selects(at, command)? {
                    at = match command.kind {
                        Kind::Block(end) => end + 1,
                        _ => at + 1,
                    };
                    continue;
                }
                match self.execute(at, command)? {
                    Flow::Next => at += 1,
                    Flow::Jump(to) => at = to,
                    Flow::EndCycle(print) => {
                        if print {
                            self.autoprint();
                        }
                        break None;
                    }
                    Flow::Restart => {
                        keep = true;
                        break None;
                    }
                    Flow::Quit(status) => break Some(status),
                }
            };
            self.flush_queue();
            if self.options.unbuffered || self.sinks[STDOUT].output.is_closed() {
                self.sinks[STDOUT].output.send();
                if self.sinks[STDOUT].output.is_closed() && self.in_place.is_none() {
                    return Ok(0);
                }
            }
            if let Some(status) = quit {
                self.copy_rest()?;
                return Ok(status);
            }
        }
    }

    /// What `q` leaves unread of a file that is edited in place goes over as it is.
    fn copy_rest(&mut self) -> Result<()> {
        if self.in_place.is_none() {
            return Ok(());
        }
        let mut line = Vec::new();
        while let Some(lines) = &mut self.current
            && let Some(newline) = lines.next(&mut line).unwrap_or(None)
        {
            self.sinks[STDOUT].line(&line, newline);
            line.clear();
        }
        self.end_file()
    }

    fn autoprint(&mut self) {
        if !self.options.quiet {
            self.sinks[STDOUT].line(&self.space, self.has_newline);
        }
    }

    fn write_space(&mut self, out: Out) {
        self.sinks[out].line(&self.space, self.has_newline);
        if out != STDOUT {
            // Another command may read the file.
            self.sinks[out].output.send();
        }
    }

    fn flush_queue(&mut self) {
        while let Some(pending) = self.queue.pop_front() {
            let sink = &mut self.sinks[STDOUT];
            match pending {
                Pending::Text(text) => sink.put(&text),
                Pending::File(name) => {
                    let text = contents(&name);
                    if !text.is_empty() {
                        sink.put(&text);
                    }
                }
                Pending::Line(line, newline) => sink.line(&line, newline),
            }
        }
    }

    /// Opens the next file that can be read.
    fn open_next(&mut self) -> Result<bool> {
        for name in self.files.by_ref() {
            let shown = String::from_utf8_lossy(&name).into_owned();
            if self.options.in_place.is_some() {
                match InPlace::start(&name) {
                    Ok(file) => {
                        let own = Sink::new(Output::to(file.fd), self.options.delimiter);
                        let mut stdout = std::mem::replace(&mut self.sinks[STDOUT], own);
                        stdout.output.send();
                        self.in_place = Some(file);
                    }
                    Err(why) => {
                        cli::complain("sed", why);
                        self.status = if sys::stat(&name).is_err() {
                            EXIT_BAD_INPUT
                        } else {
                            EXIT_PANIC
                        };
                        continue;
                    }
                }
            }
            let is_directory = name != b"-" && sys::stat(&name).is_ok_and(|stat| stat.is_dir());
            match Lines::open(&name, self.options.delimiter) {
                _ if is_directory => {
                    cli::complain("sed", format_args!("couldn't read {shown}: Is a directory"));
                    self.status = EXIT_BAD_INPUT;
                }
                Ok(lines) => {
                    self.current = Some(lines);
                    self.name = name;
                    if self.options.separate {
                        self.line = 0;
                        self.reopen();
                    }
                    return Ok(true);
                }
                Err(error) => {
                    cli::complain("sed", format_args!("can't read {shown}: {error}"));
                    self.status = EXIT_BAD_INPUT;
                }
            }
        }
        Ok(false)
    }

    fn end_file(&mut self) -> Result<()> {
        self.current = None;
        if let Some(file) = self.in_place.take() {
            let stdout = Sink::new(Output::stdout(), self.options.delimiter);
            let mut own = std::mem::replace(&mut self.sinks[STDOUT], stdout);
            own.output.send();
            if let Some(error) = own.output.error() {
                let name = String::from_utf8_lossy(&file.temporary).into_owned();
                let _ = std::fs::remove_file(cli::os(&file.temporary));
                return Err(Failure(format!("couldn't write to {name}: {error}"), EXIT_PANIC));
            }
            let suffix = self.options.in_place.clone().unwrap_or_default();
            file.finish(&suffix).map_err(|why| Failure(why, EXIT_PANIC))?;
        }
        Ok(())
    }

    fn trouble(&self, error: sys::Errno) -> Failure {
        let name = String::from_utf8_lossy(&self.name);
        Failure(format!("read error on {name}: {error}"), EXIT_PANIC)
    }

    /// Appends the next line to the pattern space; false at the end of the input.
    fn read_line(&mut self) -> Result<bool> {
        loop {
            if self.current.is_none() && !self.open_next()? {
                return Ok(false);
            }
            let Some(lines) = &mut self.current else {
                return Ok(false);
            };
            match lines.next(&mut self.space) {
                Ok(Some(newline)) => {
                    self.has_newline = newline;
                    self.line += 1;
                    self.replaced = false;
                    return Ok(true);
                }
                Ok(None) => self.end_file()?,
                Err(error) => return Err(self.trouble(error)),
            }
        }
    }

    /// Whether no line follows: of this file, where files are separate.
    fn is_last(&mut self) -> Result<bool> {
        loop {
            if let Some(lines) = &mut self.current {
                match lines.has_more() {
                    Ok(true) => return Ok(false),
                    Ok(false) if self.options.separate => return Ok(true),
                    Ok(false) => {}
                    Err(error) => return Err(self.trouble(error)),
                }
            } else if self.options.separate {
                return Ok(true);
            }
            let name = std::mem::take(&mut self.name);
            let opened = self.open_next()?;
            if !opened {
                // `F` still answers the last file's name.
                self.name = name;
                return Ok(true);
            }
        }
    }

    fn matches(&mut self, pattern: &Pattern) -> Result<bool> {
        let regex = self.regex(pattern)?;
        Ok(regex.is_match(&self.space))
    }

    fn regex(&mut self, pattern: &Pattern) -> Result<Rc<Regex>> {
        match pattern {
            Some(regex) => self.last = Some(Rc::clone(regex)),
            None if self.last.is_none() => return Err(Failure(NO_PREVIOUS.into(), 1)),
            None => {}
        }
        match &self.last {
            Some(regex) => Ok(Rc::clone(regex)),
            None => Err(Failure(NO_PREVIOUS.into(), 1)),
        }
    }

    fn selects(&mut self, at: usize, command: &'s Command) -> Result<bool> {
        let selected = match (&command.start, &command.end) {
            (None, _) => true,
            (Some(start), None) => self.address(start)?,
            (Some(start), Some(end)) => self.range(at, start, end)?,
        };
        Ok(selected != command.negated)
    }

    fn address(&mut self, address: &'s Address) -> Result<bool> {
        Ok(match address {
            Address::Line(n) => self.line == *n,
            Address::Step(first, 0) => self.line == *first,
            Address::Step(first, step) => self.line >= *first && (self.line - first).is_multiple_of(*step),
            Address::Last => self.is_last()?,
            Address::Pattern(pattern) => self.matches(pattern)?,
            Address::Zero => false,
        })
    }

    /// Lets ranges that are over start again, as line numbers do.
    fn reopen(&mut self) {
        for range in &mut self.ranges {
            if *range == Range::Closed {
                *range = Range::Outside;
            }
        }
    }

    fn range(&mut self, at: usize, start: &'s Address, end: &'s End) -> Result<bool> {
        let outside = match start {
            Address::Line(_) => Range::Closed,
            _ => Range::Outside,
        };
        let Range::Inside(stop) = self.ranges[at] else {
            let starts = match start {
                // The line itself may have passed by unseen, behind a branch: then the range starts after it, unless it is
                // over by its last line's number.
                Address::Line(first) => {
                    let is_over = matches!(end, End::Line(last) if self.line > *last);
                    self.line == *first || self.line > *first && !is_over && self.ranges[at] != Range::Closed
                }
                _ => self.address(start)?,
            };
            if !starts {
                return Ok(false);
            }
            self.ranges[at] = outside;
            let stop = match end {
                End::Line(n) => Some(*n),
                End::Plus(n) => Some(self.line + n),
                End::Multiple(0) => Some(self.line),
                End::Multiple(n) => Some((self.line / n + 1) * n),
                End::Last | End::Pattern(_) => None,
            };
            // A range that ends where it starts, or before, is one line.
            if stop.is_none_or(|stop| stop > self.line) && !(matches!(end, End::Last) && self.is_last()?) {
                self.ranges[at] = Range::Inside(stop);
            }
            return Ok(true);
        };
        match (stop, end) {
            (Some(stop), _) => {
                if self.line >= stop {
                    self.ranges[at] = outside;
                }
                // Lines may have been read past the end by other commands.
                if self.line > stop {
                    return self.address(start);
                }
            }
            (None, End::Pattern(pattern)) => {
                if self.matches(pattern)? {
                    self.ranges[at] = outside;
                }
            }
            (None, _) => {
                if self.is_last()? {
                    self.ranges[at] = outside;
                }
            }
        }
        Ok(true)
    }

    fn execute(&mut self, at: usize, command: &'s Command) -> Result<Flow> {
        let delimiter = self.options.delimiter;
        match &command.kind {
            Kind::Block(_) | Kind::BlockEnd | Kind::Nothing => {}
            Kind::LineNumber => {
                let text = format!("{}\n", self.line);
                self.sinks[STDOUT].put(text.as_bytes());
            }
            Kind::Append(text) => self.queue.push_back(Pending::Text(text.clone())),
            Kind::Insert(text) => self.sinks[STDOUT].put(text),
            Kind::Change(text) => {
                if command.end.is_none() || command.negated || !matches!(self.ranges[at], Range::Inside(_)) {
                    self.sinks[STDOUT].put(text);
                }
                return Ok(Flow::EndCycle(false));
            }
            Kind::Branch(to) => return Ok(Flow::Jump(*to)),
            Kind::BranchIf(to) => {
                if std::mem::take(&mut self.replaced) {
                    return Ok(Flow::Jump(*to));
                }
            }
            Kind::BranchUnless(to) => {
                if !std::mem::take(&mut self.replaced) {
                    return Ok(Flow::Jump(*to));
                }
            }
            Kind::Delete => return Ok(Flow::EndCycle(false)),
            Kind::DeleteFirst => {
                let Some(end) = memchr::memchr(delimiter, &self.space) else {
                    return Ok(Flow::EndCycle(false));
                };
                self.space.drain(..=end);
                return Ok(Flow::Restart);
            }
            Kind::Execute(line) => self.run_shell(line)?,
            Kind::FileName => {
                let text = [self.name.as_slice(), b"\n"].concat();
                self.sinks[STDOUT].put(&text);
            }
            Kind::Get => self.space.clone_from(&self.hold),
            Kind::GetAppend => {
                self.space.push(delimiter);
                self.space.extend_from_slice(&self.hold);
            }
            Kind::Hold => self.hold.clone_from(&self.space),
            Kind::HoldAppend => {
                self.hold.push(delimiter);
                self.hold.extend_from_slice(&self.space);
            }
            Kind::List(width) => {
                let text = crate::list::list(&self.space, width.unwrap_or(self.options.width));
                self.sinks[STDOUT].put(&text);
            }
            Kind::Next => {
                if self.is_last()? && !self.has_another()? {
                    // GNU prints the pattern space where POSIX quits without.
                    return Ok(if self.options.posix {
                        Flow::Quit(0)
                    } else {
                        self.quit(0)
                    });
                }
                self.autoprint();
                self.flush_queue();
                self.space.clear();
                self.read_line()?;
            }
            Kind::NextAppend => {
                if self.is_last()? && !self.has_another()? {
                    return Ok(if self.options.posix {
                        Flow::Quit(0)
                    } else {
                        self.quit(0)
                    });
                }
                self.flush_queue();
                self.space.push(delimiter);
                self.read_line()?;
            }
            Kind::Print => self.write_space(STDOUT),
            Kind::PrintFirst => {
                let end = memchr::memchr(delimiter, &self.space).unwrap_or(self.space.len());
                self.sinks[STDOUT].line(&self.space[..end], true);
            }
            Kind::Quit(status) => return Ok(self.quit(*status)),
            Kind::QuitSilently(status) => {
                self.queue.clear();
                return Ok(Flow::Quit(*status));
            }
            Kind::Read(name) => self.queue.push_back(Pending::File(name.clone())),
            Kind::ReadLine(file) => {
                let mut line = Vec::new();
                if let Some(lines) = &mut self.line_files[*file]
                    && let Ok(Some(newline)) = lines.next(&mut line)
                {
                    self.queue.push_back(Pending::Line(line, newline));
                }
            }
            Kind::Substitute(substitute) => self.substitute(substitute)?,
            Kind::Write(out) => self.write_space(*out),
            Kind::WriteFirst(out) => {
                let end = memchr::memchr(delimiter, &self.space).unwrap_or(self.space.len());
                self.sinks[*out].line(&self.space[..end], true);
                self.sinks[*out].output.send();
            }
            Kind::Exchange => std::mem::swap(&mut self.space, &mut self.hold),
            Kind::Transliterate(table) => self.transliterate(table),
            Kind::Zap => self.space.clear(),
        }
        Ok(Flow::Next)
    }

    /// With separate files, another file's lines follow the last line of one.
    fn has_another(&mut self) -> Result<bool> {
        if !self.options.separate || self.options.in_place.is_some() {
            return Ok(false);
        }
        self.options.separate = false;
        let last = self.is_last();
        self.options.separate = true;
        Ok(!last?)
    }

    fn quit(&mut self, status: i32) -> Flow {
        self.autoprint();
        Flow::Quit(status)
    }

    /// `e`: without a command the pattern space is it.
    fn run_shell(&mut self, line: &[u8]) -> Result<()> {
        self.sinks[STDOUT].output.send();
        let output = |command: &[u8]| {
            shell::output(command)
                .map_err(|error| Failure(format!("error in subprocess: {error}"), EXIT_PANIC))
        };
        if line.is_empty() {
            let mut text = output(&self.space)?;
            if text.last() == Some(&self.options.delimiter) {
                text.pop();
            }
            self.space = text;
        } else {
            let text = output(line)?;
            self.sinks[STDOUT].put(&text);
        }
        Ok(())
    }

    fn substitute(&mut self, substitute: &'s Substitute) -> Result<()> {
        let regex = self.regex(&substitute.pattern)?;
        let groups = substitute.replacement.groups;
        if groups > regex.groups() {
            return Err(Failure(
                format!("invalid reference \\{groups} on `s' command's RHS"),
                1,
            ));
        }
        let text = std::mem::take(&mut self.space);
        let wanted = substitute.number.max(1);
        let mut out = Vec::new();
        let (mut copied, mut from, mut count) = (0, 0, 0);
        let mut last_end = None;
        let mut replaced = false;
        while from <= text.len() {
            if groups > 0 {
                if !regex.captures_at(&text, from, &mut self.spans) {
                    break;
                }
            } else {
                self.spans.clear();
                self.spans.push(regex.find_at(&text, from));
            }
            let Some(found) = self.spans.first().cloned().flatten() else {
                break;
            };
            // An empty match right behind the last one is none.
            if found.is_empty() && last_end == Some(found.end) {
                from = char_end(&text, found.end);
                last_end = None;
                continue;
            }
            last_end = Some(found.end);
            from = if found.is_empty() {
                char_end(&text, found.end)
            } else {
                found.end
            };
            count += 1;
            if count < wanted {
                continue;
            }
            out.extend_from_slice(&text[copied..found.start]);
            let mut casing = Casing::default();
            substitute
                .replacement
                .push(&mut out, &text, &self.spans, &mut casing);
            copied = found.end;
            replaced = true;
            if !substitute.global {
                break;
            }
        }
        if !replaced {
            self.space = text;
            return Ok(());
        }
        out.extend_from_slice(&text[copied..]);
        self.space = out;
        self.replaced = true;
        if substitute.evaluate {
            self.run_shell(b"")?;
        }
        if substitute.print > 0 {
            self.write_space(STDOUT);
        }
        if let Some(out) = substitute.write {
            self.write_space(out);
        }
        Ok(())
    }

    fn transliterate(&mut self, table: &Transliterate) {
        if table.chars.is_empty() {
            for b in &mut self.space {
                *b = table.bytes[usize::from(*b)];
            }
            return;
        }
        let mut out = Vec::with_capacity(self.space.len());
        let mut rest = self.space.as_slice();
        while let Some(b) = rest.first() {
            let len = char_end(rest, 0);
            match table.chars.iter().find(|(from, _)| rest[..len] == from[..]) {
                Some((_, to)) => out.extend_from_slice(to),
                None if len == 1 => out.push(table.bytes[usize::from(*b)]),
                None => out.extend_from_slice(&rest[..len]),
            }
            rest = &rest[len..];
        }
        self.space = out;
    }
}

/// Where the character at `at` ends; a byte that is no UTF-8 counts as one.
fn char_end(text: &[u8], at: usize) -> usize {
    let rest = text.get(at..).unwrap_or_default();
    let head = &rest[..rest.len().min(4)];
    let first = head
        .utf8_chunks()
        .next()
        .and_then(|chunk| chunk.valid().chars().next());
    at + first.map_or(1, char::len_utf8)
}
