//! How selected lines, context and names look.

use std::ops::Range;

use cli::{Output, complain};

use crate::config::{Config, Report};
use crate::matcher::Matcher;

/// The colours of grep's parts; `GREP_COLORS` changes them.
struct Colors {
    matched: String,
    name: String,
    number: String,
    separator: String,
    selected: String,
    context: String,
}

impl Colors {
    fn new() -> Colors {
        let mut colors = Colors {
            matched: "01;31".into(),
            name: "35".into(),
            number: "32".into(),
            separator: "36".into(),
            selected: String::new(),
            context: String::new(),
        };
        for item in std::env::var("GREP_COLORS").unwrap_or_default().split(':') {
            match item.split_once('=') {
                Some(("mt" | "ms", color)) => colors.matched = color.into(),
                Some(("fn", color)) => colors.name = color.into(),
                Some(("ln" | "bn", color)) => colors.number = color.into(),
                Some(("se", color)) => colors.separator = color.into(),
                Some(("sl", color)) => colors.selected = color.into(),
                Some(("cx", color)) => colors.context = color.into(),
                _ => {}
            }
        }
        colors
    }
}

/// A line to print.
pub struct Line<'a> {
    pub text: &'a [u8],
    pub number: u64,
    pub offset: u64,
    /// Selected, or context.
    pub selected: bool,
}

pub struct Printer<'a> {
    config: &'a Config,
    matcher: &'a Matcher,
    colors: Option<Colors>,
    /// The file whose name was the last heading.
    heading: Option<Vec<u8>>,
    pub out: Output,
}

impl<'a> Printer<'a> {
    pub fn new(config: &'a Config, matcher: &'a Matcher) -> Self {
        Printer {
            config,
            matcher,
            colors: config.color.then(Colors::new),
            heading: None,
            out: Output::stdout(),
        }
    }

    fn colored(&mut self, color: fn(&Colors) -> &String, text: &[u8]) {
        match self.colors.as_ref().map(color).filter(|color| !color.is_empty()) {
            Some(color) => {
                let start = format!("\x1b[{color}m\x1b[K");
                self.out.put(start.as_bytes());
                self.out.put(text);
                self.out.put(b"\x1b[m\x1b[K");
            }
            None => self.out.put(text),
        }
    }

    fn prefix(&mut self, name: &[u8], line: &Line<'_>, offset: u64) {
        let config = self.config;
        let separator: &[u8] = if line.selected { b":" } else { b"-" };
        if config.file_names && !config.heading {
            self.colored(|colors| &colors.name, name);
            match config.name_end {
                Some(end) => self.out.put(&[end]),
                None => self.colored(|colors| &colors.separator, separator),
            }
        }
        if config.line_number {
            let number = if config.initial_tab {
                format!("{:2}", line.number)
            } else {
                line.number.to_string()
            };
            self.colored(|colors| &colors.number, number.as_bytes());
            self.colored(|colors| &colors.separator, separator);
        }
        if config.byte_offset {
            let number = if config.initial_tab {
                format!("{offset:2}")
            } else {
                offset.to_string()
            };
            self.colored(|colors| &colors.number, number.as_bytes());
            self.colored(|colors| &colors.separator, separator);
        }
        if config.initial_tab && (config.file_names || config.line_number || config.byte_offset) {
            self.out.put(b"\t");
        }
    }

    /// The name before a file's first line, and an empty line between files.
    fn head(&mut self, name: &[u8]) {
        if self.config.heading && self.heading.as_deref() != Some(name) {
            if self.heading.is_some() {
                self.out.put(b"\n");
            }
            self.colored(|colors| &colors.name, name);
            self.out.put(b"\n");
            self.heading = Some(name.to_vec());
        }
    }

    pub fn line(&mut self, name: &[u8], line: &Line<'_>) {
        self.head(name);
        if self.config.report == Report::OnlyMatching {
            self.matches_alone(name, line);
        } else {
            self.prefix(name, line, line.offset);
            self.text(line);
            self.out.put(&[self.config.line_end]);
        }
        if self.config.line_buffered {
            self.out.send();
        }
    }

    fn matches_alone(&mut self, name: &[u8], line: &Line<'_>) {
        if self.config.invert {
            return;
        }
        for range in self.matcher.matches(line.text) {
            self.prefix(name, line, line.offset + range.start as u64);
            let shown = match &self.config.replacement {
                Some(replacement) => self.matcher.replaced(line.text, range.start, replacement),
                None => line.text[range].to_vec(),
            };
            self.colored(|colors| &colors.matched, &shown);
            self.out.put(&[self.config.line_end]);
        }
    }

    fn text(&mut self, line: &Line<'_>) {
        // What matches is marked in selected lines, or with -v in the context.
        let replacement = self.config.replacement.as_deref().filter(|_| line.selected);
        let marks = (self.colors.is_some() || replacement.is_some()) && line.selected != self.config.invert;
        let matches: Vec<Range<usize>> = if marks {
            self.matcher.matches(line.text)
        } else {
            Vec::new()
        };
        let around: fn(&Colors) -> &String = if line.selected {
            |colors| &colors.selected
        } else {
            |colors| &colors.context
        };
        let mut at = 0;
        for range in matches {
            if at < range.start {
                self.colored(around, &line.text[at..range.start]);
            }
            match replacement {
                Some(replacement) => {
                    let shown = self.matcher.replaced(line.text, range.start, replacement);
                    self.colored(|colors| &colors.matched, &shown);
                }
                None => self.colored(|colors| &colors.matched, &line.text[range.clone()]),
            }
            at = range.end;
        }
        if at < line.text.len() {
            self.colored(around, &line.text[at..]);
        }
    }

    /// Between groups of lines that are not adjacent.
    pub fn group_separator(&mut self) {
        if let Some(separator) = &self.config.group_separator {
            self.colored(|colors| &colors.separator, separator);
            self.out.put(b"\n");
        }
    }

    pub fn count(&mut self, name: &[u8], count: u64) {
        if self.config.file_names {
            self.colored(|colors| &colors.name, name);
            match self.config.name_end {
                Some(end) => self.out.put(&[end]),
                None => self.colored(|colors| &colors.separator, b":"),
            }
        }
        self.out.line(count.to_string().as_bytes());
    }

    pub fn name(&mut self, name: &[u8]) {
        self.colored(|colors| &colors.name, name);
        self.out.put(&[self.config.name_end.unwrap_or(b'\n')]);
    }

    /// Said on standard error, in its place among the lines.
    pub fn binary_matches(&mut self, name: &[u8]) {
        self.out.send();
        complain(
            self.config.name,
            format_args!("{}: binary file matches", String::from_utf8_lossy(name)),
        );
    }
}
