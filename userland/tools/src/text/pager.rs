//! less(1) and more(1): text by the page, with keys from the terminal.

use std::ffi::OsString;

use cli::{Exit, Opt, Order, Outcome, Output, Spec, complain, input};
use regex_lite::Regex;
use unicode_width::UnicodeWidthChar;

use crate::terminal::Screen;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Id {
    Numbers,
    Chop,
    Raw,
    QuitIfOne,
    NoInit,
    IgnoreCase,
    Squeeze,
    Ignored,
}

#[rustfmt::skip]
const OPTIONS: &[Opt<Id>] = &[
    Opt::flag(Id::Numbers, "N", "LINE-NUMBERS", "use line numbers"),
    Opt::flag(Id::Chop, "S", "chop-long-lines", "chop (truncate) long lines rather than wrapping"),
    Opt::flag(Id::Raw, "rR", "RAW-CONTROL-CHARS", "output \"raw\" control characters"),
    Opt::flag(Id::QuitIfOne, "F", "quit-if-one-screen", "quit if entire file fits on first screen"),
    Opt::flag(Id::NoInit, "X", "no-init", "don't use the alternate screen"),
    Opt::flag(Id::IgnoreCase, "iI", "ignore-case", "ignore case in searches that do not contain uppercase"),
    Opt::flag(Id::Squeeze, "s", "squeeze-blank-lines", "squeeze multiple blank lines"),
    Opt::flag(Id::Ignored, "eEqQdcgGfmMnuVwWKJL", "", ""),
];

static LESS: Spec<Id> = Spec {
    name: "less",
    usage: &["[options] [file]..."],
    about: "View text. Keys: space and b page, j and k line, g and G ends, / and ? search, n and N again,\n- and S chop, q quit.",
    options: OPTIONS,
    order: Order::Permute,
    failure: 1,
};

static MORE: Spec<Id> = Spec {
    name: "more",
    usage: &["[options] <file>..."],
    about: "View text a page at a time. Keys: space page, return line, b back, / search, q quit.",
    options: OPTIONS,
    order: Order::Permute,
    failure: 1,
};

pub fn less(_: &'static str, arguments: Vec<OsString>) -> Outcome {
    page(&LESS, arguments, false)
}

pub fn more(_: &'static str, arguments: Vec<OsString>) -> Outcome {
    page(&MORE, arguments, true)
}

/// The options that LESS or MORE asks for: words whose dash may be missing. What begins with `+` is for commands, which are not there.
fn options_of(variable: &[u8]) -> Vec<OsString> {
    let words = variable.split(|b| b.is_ascii_whitespace() || *b == b'$');
    words
        .filter(|word| !word.is_empty() && !word.starts_with(b"+"))
        .map(|word| {
            let dash: &[u8] = if word.starts_with(b"-") { b"" } else { b"-" };
            cli::os(&[dash, word].concat()).to_owned()
        })
        .collect()
}

fn page(spec: &'static Spec<Id>, arguments: Vec<OsString>, ends: bool) -> Outcome {
    let variable = std::env::var_os(spec.name.to_uppercase()).unwrap_or_default();
    let preset = options_of(variable.as_encoded_bytes());
    let parsed = spec.parse([preset, arguments].concat())?;
    let has = |id| parsed.options.iter().any(|(option, _)| *option == id);
    if parsed.operands.is_empty() && sys::isatty(sys::Fd::STDIN) {
        return Err(spec.usage_error("Missing filename"));
    }
    let files = if parsed.operands.is_empty() {
        vec![OsString::from("-")]
    } else {
        parsed.operands.clone()
    };
    let mut bytes = Vec::new();
    let mut status = 0;
    for file in &files {
        match input::read_file(file) {
            Ok(read) => {
                if files.len() > 1 && ends {
                    bytes.extend(format!("::::::::::::::\n{}\n::::::::::::::\n", file.display()).bytes());
                }
                bytes.extend(read);
            }
            Err(why) => {
                complain(spec.name, format_args!("{}: {why}", file.display()));
                status = 1;
            }
        }
    }
    if status != 0 && bytes.is_empty() {
        return Ok(status);
    }
    let mut out = Output::stdout();
    // Into a file or a pipe they are cat.
    if !sys::isatty(sys::Fd::STDOUT) {
        out.put(&bytes);
        return Ok(out.finish(spec.name, status, 1));
    }
    let screen = Screen::open().map_err(|why| {
        complain(spec.name, format_args!("no terminal: {why}"));
        Exit(1)
    })?;
    let mut lines: Vec<Vec<u8>> = bytes.split(|b| *b == b'\n').map(<[u8]>::to_vec).collect();
    if bytes.ends_with(b"\n") || bytes.is_empty() {
        lines.pop();
    }
    if has(Id::Squeeze) {
        lines.dedup_by(|a, b| a.is_empty() && b.is_empty());
    }
    let mut pager = Pager {
        name: files[0].to_string_lossy().into_owned(),
        lines,
        top: 0,
        shift: 0,
        numbers: has(Id::Numbers),
        chop: has(Id::Chop),
        raw: has(Id::Raw),
        ignore_case: has(Id::IgnoreCase),
        ends,
        pattern: None,
        backwards: false,
        message: None,
    };
    let (rows, columns) = screen.size();
    if (has(Id::QuitIfOne) || ends) && pager.rows_from(0, columns, rows) < rows {
        out.put(&bytes);
        return Ok(out.finish(spec.name, status, 1));
    }
    let own_screen = !has(Id::NoInit) && !ends;
    if own_screen {
        out.put(b"\x1b[?1049h");
    }
    pager.run(&screen, &mut out);
    out.put(if own_screen { b"\x1b[?1049l" } else { b"\r\x1b[K" });
    Ok(out.finish(spec.name, status, 1))
}

struct Pager {
    name: String,
    lines: Vec<Vec<u8>>,
    /// The first line shown.
    top: usize,
    /// Columns that are cut off on the left.
    shift: usize,
    numbers: bool,
    chop: bool,
    raw: bool,
    ignore_case: bool,
    /// more(1) quits at the end.
    ends: bool,
    pattern: Option<Regex>,
    backwards: bool,
    /// What the last line says, once.
    message: Option<String>,
}

impl Pager {
    /// A line as rows of the screen: control characters shown, wide ones counted, matches marked.
    fn rows(&self, at: usize, columns: usize) -> Vec<String> {
        let line = String::from_utf8_lossy(&self.lines[at]);
        let mut marks = Vec::new();
        if let Some(pattern) = &self.pattern {
            marks.extend(
                pattern
                    .find_iter(&line)
                    .filter(|found| !found.is_empty())
                    .map(|found| found.range()),
            );
        }
        let prefix = if self.numbers {
            format!("{:>7} ", at + 1)
        } else {
            String::new()
        };
        let mut rows = Vec::new();
        let mut row = prefix.clone();
        let mut width = prefix.len();
        let mut column = 0;
        let mut escape = false;
        for (byte, c) in line.char_indices() {
            if marks.iter().any(|mark| mark.start == byte) {
                row += "\x1b[7m";
            }
            let start = column;
            let (text, wide) = match c {
                // A sequence that sets colours takes no room.
                '\x1b' if self.raw => {
                    escape = true;
                    (c.to_string(), 0)
                }
                c if escape => {
                    escape = !c.is_ascii_alphabetic();
                    (c.to_string(), 0)
                }
                '\t' => {
                    let spaces = 8 - start % 8;
                    (" ".repeat(spaces), spaces)
                }
                c if c.is_control() => {
                    let shown = format!("^{}", char::from((c as u32 as u8) ^ 0x40));
                    (shown, 2)
                }
                c => (c.to_string(), c.width().unwrap_or(0)),
            };
            column += wide;
            if start >= self.shift || wide == 0 {
                if width + wide > columns {
                    if self.chop {
                        break;
                    }
                    rows.push(std::mem::take(&mut row));
                    width = 0;
                }
                row += &text;
                width += wide;
            }
            if marks.iter().any(|mark| mark.end == byte + c.len_utf8()) {
                row += "\x1b[27m";
            }
        }
        if marks.iter().any(|mark| mark.end > 0) || self.raw {
            row += "\x1b[0m";
        }
        rows.push(row);
        rows
    }

    /// How many rows the lines from `at` on take, at most `enough`.
    fn rows_from(&self, at: usize, columns: usize, enough: usize) -> usize {
        let mut rows = 0;
        for line in at..self.lines.len() {
            rows += self.rows(line, columns).len();
            if rows >= enough {
                break;
            }
        }
        rows
    }

    /// The last line that may be on top: from there on everything fits.
    fn last_top(&self, rows: usize, columns: usize) -> usize {
        let mut left = rows;
        let mut top = self.lines.len();
        while top > 0 {
            let needed = self.rows(top - 1, columns).len();
            if needed > left {
                break;
            }
            left -= needed;
            top -= 1;
        }
        top.min(self.lines.len().saturating_sub(1))
    }

    fn draw(&mut self, rows: usize, columns: usize, out: &mut Output) -> usize {
        out.put(b"\x1b[H");
        let mut used = 0;
        let mut at = self.top;
        while used < rows && at < self.lines.len() {
            for row in self.rows(at, columns) {
                if used < rows {
                    out.put(row.as_bytes());
                    out.put(b"\x1b[K\r\n");
                    used += 1;
                }
            }
            at += 1;
        }
        for _ in used..rows {
            out.put(if self.ends { b"\x1b[K\r\n" } else { b"~\x1b[K\r\n" });
        }
        let status = match self.message.take() {
            Some(message) => message,
            None if at >= self.lines.len() => "(END)".to_owned(),
            None if self.ends => format!("--More--({}%)", at * 100 / self.lines.len().max(1)),
            None if self.name != "-" && self.top == 0 => self.name.clone(),
            None => ":".to_owned(),
        };
        let status: String = status.chars().take(columns.saturating_sub(1)).collect();
        let shown = if status == ":" {
            status
        } else {
            format!("\x1b[7m{status}\x1b[27m")
        };
        out.put(format!("{shown}\x1b[K").as_bytes());
        out.send();
        at
    }

    fn run(&mut self, screen: &Screen, out: &mut Output) {
        let mut count = String::new();
        while !out.is_closed() {
            let (rows, columns) = screen.size();
            let rows = rows.saturating_sub(1).max(1);
            let next = self.draw(rows, columns, out);
            let Some(key) = screen.key(None) else { return };
            let last = self.last_top(rows, columns);
            let number: Option<usize> = count.parse().ok();
            if let [digit @ b'0'..=b'9'] = key.as_slice() {
                count.push(char::from(*digit));
                continue;
            }
            count.clear();
            let by = number.unwrap_or(1);
            match key.as_slice() {
                b"q" | b"Q" | b"\x03" => return,
                b" " | b"f" | b"\x06" | b"\x16" | b"\x1b[6~" => {
                    if self.ends && next >= self.lines.len() {
                        return;
                    }
                    self.top = next.min(last);
                }
                b"b" | b"\x02" | b"\x1b[5~" => self.back(rows, columns),
                b"d" | b"\x04" => self.top = (self.top + rows / 2).min(last),
                b"u" | b"\x15" => self.top = self.top.saturating_sub(rows / 2),
                b"j" | b"e" | b"\r" | b"\n" | b"\x0e" | b"\x1b[B" | b"\x1bOB" => {
                    self.top = (self.top + by).min(last)
                }
                b"k" | b"y" | b"\x10" | b"\x1b[A" | b"\x1bOA" => self.top = self.top.saturating_sub(by),
                b"g" | b"<" | b"\x1b[H" | b"\x1b[1~" => {
                    self.top = number.unwrap_or(1).saturating_sub(1).min(last)
                }
                b"G" | b">" | b"\x1b[F" | b"\x1b[4~" => {
                    self.top = number.map_or(last, |line| line.saturating_sub(1).min(last))
                }
                b"p" | b"%" => self.top = (self.lines.len() * by.min(100) / 100).min(last),
                b"\x1b[C" | b"\x1bOC" => self.shift += columns / 2,
                b"\x1b[D" | b"\x1bOD" => self.shift = self.shift.saturating_sub(columns / 2),
                b"/" | b"?" => self.ask(key[0], screen, out, rows),
                b"n" => self.search(self.backwards),
                b"N" => self.search(!self.backwards),
                b"S" => self.chop = !self.chop,
                b"l" => self.numbers = !self.numbers,
                b"=" => {
                    self.message = Some(format!(
                        "{} lines {}-{next}/{}",
                        self.name,
                        self.top + 1,
                        self.lines.len()
                    ))
                }
                b"h" | b"H" => self.message = Some("space b j k g G / ? n N S q".to_owned()),
                _ => {}
            }
        }
    }

    /// A page up: as many lines as fill the screen.
    fn back(&mut self, rows: usize, columns: usize) {
        let mut left = rows;
        while self.top > 0 {
            let needed = self.rows(self.top - 1, columns).len();
            if needed > left {
                break;
            }
            left -= needed;
            self.top -= 1;
        }
    }

    /// Reads a pattern on the last line, and looks for it.
    fn ask(&mut self, mark: u8, screen: &Screen, out: &mut Output, rows: usize) {
        let mut typed: Vec<u8> = Vec::new();
        loop {
            let shown = String::from_utf8_lossy(&typed).into_owned();
            out.put(format!("\x1b[{};1H{}{shown}\x1b[K", rows + 1, char::from(mark)).as_bytes());
            out.send();
            let Some(key) = screen.key(None) else { return };
            for b in key {
                match b {
                    b'\r' | b'\n' => {
                        self.backwards = mark == b'?';
                        return self.look_for(&String::from_utf8_lossy(&typed));
                    }
                    3 | 27 => return,
                    8 | 127 if typed.is_empty() => return,
                    8 | 127 => {
                        // A whole character goes.
                        while typed.pop().is_some_and(|b| b & 0xc0 == 0x80) {}
                    }
                    b => typed.push(b),
                }
            }
        }
    }

    fn look_for(&mut self, text: &str) {
        if !text.is_empty() {
            let ignore_case = self.ignore_case && !text.chars().any(char::is_uppercase);
            match regex_lite::RegexBuilder::new(text)
                .case_insensitive(ignore_case)
                .build()
            {
                Ok(pattern) => self.pattern = Some(pattern),
                Err(error) => {
                    self.message = Some(format!("Invalid pattern: {error}").replace('\n', " "));
                    return;
                }
            }
        }
        self.search(self.backwards);
    }

    fn search(&mut self, backwards: bool) {
        let Some(pattern) = &self.pattern else {
            self.message = Some("No previous regular expression".to_owned());
            return;
        };
        let matches = |at: &usize| pattern.is_match(&String::from_utf8_lossy(&self.lines[*at]));
        let found = if backwards {
            (0..self.top).rev().find(matches)
        } else {
            (self.top + 1..self.lines.len()).find(matches)
        };
        match found {
            Some(at) => self.top = at,
            None => self.message = Some("Pattern not found".to_owned()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_variable_s_options_need_no_dash() {
        for (variable, options) in [
            ("", &[][..]),
            ("FRX", &["-FRX"]),
            ("-FRX", &["-FRX"]),
            (" -R  --chop-long-lines$N +G ", &["-R", "--chop-long-lines", "-N"]),
        ] {
            assert_eq!(options_of(variable.as_bytes()), options, "{variable:?}");
        }
    }
}
