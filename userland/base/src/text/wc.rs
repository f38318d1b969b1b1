//! wc(1): counts lines, words, characters and bytes.

use std::ffi::{OsStr, OsString};

use cli::{Exit, Opt, Order, Outcome, Output, Spec, complain, quote};
use sys::{Fd, Whence};
use unicode_width::UnicodeWidthChar;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Id {
    Bytes,
    Characters,
    Files,
    Lines,
    LongestLine,
    Total,
    Words,
}

const SPEC: Spec<Id> = Spec {
    name: "wc",
    usage: &["[OPTION]... [FILE]...", "[OPTION]... --files0-from=F"],
    about: "Print newline, word, and byte counts for each FILE, and a total line if\nmore than one FILE is specified.",
    options: &[
        Opt::flag(Id::Bytes, "c", "bytes", "print the byte counts"),
        Opt::flag(Id::Characters, "m", "chars", "print the character counts"),
        Opt::flag(Id::Lines, "l", "lines", "print the newline counts"),
        Opt::value(
            Id::Files,
            "",
            "files0-from",
            "F",
            "read input from the files specified by\nNUL-terminated names in file F;\nIf F is - then read names from standard input",
        ),
        Opt::flag(
            Id::LongestLine,
            "L",
            "max-line-length",
            "print the maximum display width",
        ),
        Opt::flag(Id::Words, "w", "words", "print the word counts"),
        Opt::value(
            Id::Total,
            "",
            "total",
            "WHEN",
            "when to print a line with total counts;\nWHEN can be: auto, always, only, never",
        ),
    ],
    order: Order::Permute,
    failure: 1,
};

#[derive(Clone, Copy, PartialEq, Eq)]
enum Total {
    Auto,
    Always,
    Only,
    Never,
}

#[derive(Clone, Copy, Default)]
struct Columns {
    lines: bool,
    words: bool,
    characters: bool,
    bytes: bool,
    longest: bool,
}

#[derive(Clone, Copy, Default)]
struct Counts {
    lines: u64,
    words: u64,
    characters: u64,
    bytes: u64,
    longest: u64,
}

impl Columns {
    fn number(self) -> usize {
        [self.lines, self.words, self.characters, self.bytes, self.longest]
            .into_iter()
            .filter(|&each| each)
            .count()
    }

    fn of(self, counts: &Counts) -> Vec<u64> {
        [
            (self.lines, counts.lines),
            (self.words, counts.words),
            (self.characters, counts.characters),
            (self.bytes, counts.bytes),
            (self.longest, counts.longest),
        ]
        .into_iter()
        .filter_map(|(shown, count)| shown.then_some(count))
        .collect()
    }
}

pub fn run(name: &'static str, arguments: Vec<OsString>) -> Outcome {
    let parsed = SPEC.parse(arguments)?;
    let mut columns = Columns::default();
    let mut total = Total::Auto;
    let mut list = None;
    for (id, value) in &parsed.options {
        match id {
            Id::Bytes => columns.bytes = true,
            Id::Characters => columns.characters = true,
            Id::Lines => columns.lines = true,
            Id::Words => columns.words = true,
            Id::LongestLine => columns.longest = true,
            Id::Files => list = value.clone(),
            Id::Total => total = when(value.as_deref().unwrap_or_default())?,
        }
    }
    if columns.number() == 0 {
        (columns.lines, columns.words, columns.bytes) = (true, true, true);
    }
    let files = match &list {
        None => parsed.operands,
        Some(list) => match parsed.operands.first() {
            None => names_in(name, list)?,
            Some(extra) => {
                let extra = quote::always(extra);
                return Err(SPEC.usage_error(format_args!(
                    "extra operand {extra}\nfile operands cannot be combined with --files0-from"
                )));
            }
        },
    };
    let anonymous = files.is_empty() && list.is_none();
    let files = if anonymous { vec!["-".into()] } else { files };
    let width = match total {
        Total::Only => 1,
        _ => width(&files, columns),
    };
    let mut out = Output::stdout();
    let mut sum = Counts::default();
    let mut status = 0;
    for file in &files {
        let opened = super::open(file);
        let mut counts = Counts::default();
        let counted = opened.and_then(|fd| {
            let counted = count(fd, columns, &mut counts);
            super::close(fd);
            counted
        });
        if let Err(why) = counted {
            out.send();
            complain(name, format_args!("{}: {why}", quote::if_needed(file)));
            status = 1;
        }
        sum.add(&counts);
        let has_line = counted.is_ok() || opened.is_ok();
        if has_line && total != Total::Only {
            let label = (!anonymous).then_some(file.as_encoded_bytes());
            print(&mut out, &columns.of(&counts), width, label);
        }
    }
    let wanted = match total {
        Total::Auto => files.len() > 1,
        Total::Always | Total::Only => true,
        Total::Never => false,
    };
    if wanted {
        let label = (total != Total::Only).then_some(&b"total"[..]);
        print(&mut out, &columns.of(&sum), width, label);
    }
    Ok(out.finish(name, status, 1))
}

fn when(text: &OsStr) -> Result<Total, Exit> {
    match text.to_str() {
        Some("auto") => Ok(Total::Auto),
        Some("always") => Ok(Total::Always),
        Some("only") => Ok(Total::Only),
        Some("never") => Ok(Total::Never),
        _ => Err(SPEC.usage_error(format_args!(
            "invalid argument {} for '--total'\nValid arguments are:\n  - 'auto'\n  - 'always'\n  - 'only'\n  - 'never'",
            quote::always(text)
        ))),
    }
}

/// The NUL-terminated names in a file.
fn names_in(name: &'static str, list: &OsStr) -> Result<Vec<OsString>, Exit> {
    let read = super::open(list).and_then(|fd| {
        let all = super::read_to_end(fd);
        super::close(fd);
        all
    });
    let all = read.map_err(|why| {
        let shown = quote::always(list);
        complain(name, format_args!("cannot open {shown} for reading: {why}"));
        Exit(1)
    })?;
    let mut names: Vec<_> = all.split(|&byte| byte == 0).collect();
    if names.last().is_some_and(|last| last.is_empty()) {
        names.pop();
    }
    if names.iter().any(|each| each.is_empty()) {
        complain(
            name,
            format_args!("{}: invalid zero-length file name", list.display()),
        );
        return Err(Exit(1));
    }
    Ok(names
        .into_iter()
        .map(|each| cli::os(each).to_os_string())
        .collect())
}

/// GNU's: as wide as the sum of the regular files' sizes, 7 where something else is among them.
fn width(files: &[OsString], columns: Columns) -> usize {
    if files.len() == 1 && columns.number() == 1 {
        return 1;
    }
    let stat = |file: &OsString| {
        if file == "-" {
            sys::fstat(Fd::STDIN)
        } else {
            sys::stat(file)
        }
    };
    let mut stats = files.iter().map(stat).peekable();
    if !matches!(stats.peek(), Some(Ok(_))) {
        return 1;
    }
    let (mut least, mut total) = (1, 0_u64);
    for stat in stats.flatten() {
        if stat.is_file() {
            total = total.saturating_add(stat.size);
        } else {
            least = 7;
        }
    }
    total.to_string().len().max(least)
}

fn print(out: &mut Output, counts: &[u64], width: usize, label: Option<&[u8]>) {
    let counts: Vec<String> = counts.iter().map(|count| format!("{count:width$}")).collect();
    out.put(counts.join(" ").as_bytes());
    if let Some(label) = label {
        out.put(b" ");
        out.put(label);
    }
    out.put(b"\n");
}

impl Counts {
    fn add(&mut self, other: &Counts) {
        self.lines += other.lines;
        self.words += other.words;
        self.characters += other.characters;
        self.bytes += other.bytes;
        self.longest = self.longest.max(other.longest);
    }
}

/// As much as a pipe holds.
const PIECE: usize = 64 * 1024;

/// Counts what the columns need; what was counted before an error stays.
fn count(fd: Fd, columns: Columns, counts: &mut Counts) -> sys::Result<()> {
    let bytes_only = columns.bytes && columns.number() == 1;
    if bytes_only && let Some(size) = rest_of(fd) {
        counts.bytes = size;
        return Ok(());
    }
    let mut piece = vec![0; PIECE];
    let mut text = Text::default();
    loop {
        let read = super::read(fd, &mut piece)?;
        if read == 0 {
            break;
        }
        let part = &piece[..read];
        counts.bytes += read as u64;
        if columns.characters || columns.longest {
            text.characters(part, counts);
        } else if columns.words {
            text.words(part, counts);
        } else if columns.lines {
            counts.lines += part.iter().filter(|&&byte| byte == b'\n').count() as u64;
        }
    }
    text.end(counts);
    Ok(())
}

/// How much there is left of a regular file; it counts as read then.
fn rest_of(fd: Fd) -> Option<u64> {
    // Files of /proc say that they have no size, whatever they have to tell.
    sys::fstat(fd)
        .ok()
        .filter(|stat| stat.is_file() && stat.size > 0)?;
    let at = sys::lseek(fd, 0, Whence::Current).ok()?;
    let end = sys::lseek(fd, 0, Whence::End).ok()?;
    Some(end.saturating_sub(at))
}

/// Where in the text the pieces so far have come.
#[derive(Default)]
struct Text {
    in_word: bool,
    column: u64,
    /// The beginning of a character whose end is in the next piece.
    partial: Vec<u8>,
}

impl Text {
    /// Lines and words. White space beyond ASCII takes the longer way.
    fn words(&mut self, piece: &[u8], counts: &mut Counts) {
        if !self.partial.is_empty() || !piece.is_ascii() {
            return self.characters(piece, counts);
        }
        let mut in_word = self.in_word;
        for &byte in piece {
            let space = matches!(byte, b' ' | b'\t'..=b'\r');
            counts.lines += u64::from(byte == b'\n');
            counts.words += u64::from(!space & !in_word);
            in_word = !space;
        }
        self.in_word = in_word;
    }

    /// All of it.
    fn characters(&mut self, piece: &[u8], counts: &mut Counts) {
        let joined;
        let mut rest = if self.partial.is_empty() {
            piece
        } else {
            self.partial.extend_from_slice(piece);
            joined = std::mem::take(&mut self.partial);
            &joined[..]
        };
        while !rest.is_empty() {
            let (valid, bad) = match std::str::from_utf8(rest) {
                Ok(all) => (all, None),
                Err(error) => {
                    let valid = std::str::from_utf8(&rest[..error.valid_up_to()]).unwrap_or_default();
                    (valid, Some(error.error_len()))
                }
            };
            valid.chars().for_each(|c| self.character(c, counts));
            rest = &rest[valid.len()..];
            match bad {
                None => {}
                Some(None) => {
                    self.partial = rest.to_vec();
                    return;
                }
                // Bytes that are no character are nothing but bytes.
                Some(Some(length)) => rest = &rest[length..],
            }
        }
    }

    fn character(&mut self, c: char, counts: &mut Counts) {
        counts.characters += 1;
        match c {
            '\n' | '\r' | '\x0c' => {
                counts.lines += u64::from(c == '\n');
                counts.longest = counts.longest.max(self.column);
                self.column = 0;
            }
            '\t' => self.column += 8 - self.column % 8,
            _ => self.column += c.width().unwrap_or(0) as u64,
        }
        // As iswspace(3): what does not break a line is no white space.
        let space = c.is_whitespace() && !matches!(c, '\u{a0}' | '\u{2007}' | '\u{202f}' | '\u{85}');
        counts.words += u64::from(!space && !self.in_word);
        self.in_word = !space;
    }

    fn end(&self, counts: &mut Counts) {
        counts.longest = counts.longest.max(self.column);
    }
}
