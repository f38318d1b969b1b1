//! diff(1): compares files and directories.
//! <https://www.gnu.org/software/diffutils/manual/html_node/Invoking-diff.html>

mod context;
mod ed;
mod file;
mod normal;
mod options;
mod side;
mod tree;
mod unified;

use std::ffi::OsString;

use cli::{Outcome, Output};

use crate::compare::{Change, Equality, Space};
use crate::lines::Lines;
pub use side::Sheet;
pub use tree::compare_operands;

/// The files are the same.
pub const SAME: i32 = 0;
/// They differ.
pub const DIFFERENT: i32 = 1;
/// They could not be compared.
pub const TROUBLE: i32 = 2;

#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Style {
    #[default]
    Normal,
    Unified,
    Context,
    Ed,
    Rcs,
    SideBySide,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Color {
    #[default]
    Never,
    Always,
    /// On a terminal.
    Auto,
}

/// What the command line asks for.
#[derive(Clone, Debug)]
pub struct Options {
    pub style: Style,
    pub context: usize,
    pub brief: bool,
    pub report_identical: bool,
    /// Columns of `-y`.
    pub width: usize,
    pub left_column: bool,
    pub suppress_common: bool,
    pub show_function: bool,
    pub labels: Vec<OsString>,
    pub expand_tabs: bool,
    pub initial_tab: bool,
    pub tab_size: usize,
    pub suppress_blank_empty: bool,
    pub recursive: bool,
    pub no_dereference: bool,
    pub new_file: bool,
    pub first_may_be_absent: bool,
    pub equality: Equality,
    pub ignore_blank_lines: bool,
    pub text: bool,
    pub exclude: Vec<OsString>,
    pub starting_file: Option<OsString>,
    pub color: Color,
    pub switches: Vec<u8>,
}

impl Default for Options {
    fn default() -> Options {
        Options {
            style: Style::Normal,
            context: 3,
            brief: false,
            report_identical: false,
            width: 130,
            left_column: false,
            suppress_common: false,
            show_function: false,
            labels: Vec::new(),
            expand_tabs: false,
            initial_tab: false,
            tab_size: 8,
            suppress_blank_empty: false,
            recursive: false,
            no_dereference: false,
            new_file: false,
            first_may_be_absent: false,
            equality: Equality::default(),
            ignore_blank_lines: false,
            text: false,
            exclude: Vec::new(),
            starting_file: None,
            color: Color::Never,
            switches: Vec::new(),
        }
    }
}

impl Options {
    pub fn ignore_space(&mut self, space: Space) {
        self.equality.space = self.equality.space.max(space);
    }
}

/// Two files and what changed between them, about to be shown.
pub struct Comparison<'a> {
    pub options: &'a Options,
    pub old: &'a Lines,
    pub new: &'a Lines,
    pub changes: &'a [Change],
    /// What stands in the header for each file.
    pub labels: [Vec<u8>; 2],
    pub color: bool,
}

/// What a line is, for its colour.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Part {
    Header,
    /// Where a hunk is.
    Place,
    Deleted,
    Added,
    Plain,
}

impl Part {
    fn start(self) -> &'static [u8] {
        match self {
            Part::Header => b"\x1b[1m",
            Part::Place => b"\x1b[36m",
            Part::Deleted => b"\x1b[31m",
            Part::Added => b"\x1b[32m",
            Part::Plain => b"",
        }
    }
}

impl Comparison<'_> {
    /// Whether all that a change adds or deletes is blank, and so to be ignored.
    pub fn is_ignored(&self, change: &Change) -> bool {
        let is_blank = |line: &[u8]| match self.options.equality.space {
            Space::Matters | Space::TabsAreSpaces => line == b"\n",
            _ => line.iter().all(u8::is_ascii_whitespace),
        };
        self.options.ignore_blank_lines
            && change.old.clone().all(|at| is_blank(self.old.get(at)))
            && change.new.clone().all(|at| is_blank(self.new.get(at)))
    }

    /// One output line in its colour; the newline comes after the colour's end.
    fn put(&self, out: &mut Output, part: Part, text: &[u8]) {
        let color = self.color && part != Part::Plain;
        if color {
            out.put(part.start());
        }
        out.put(text);
        if color {
            out.put(b"\x1b[0m");
        }
    }

    /// The two lines that name the files.
    fn put_header(&self, out: &mut Output, marks: [&str; 2]) {
        for (mark, label) in marks.into_iter().zip(&self.labels) {
            self.put(out, Part::Header, &[mark.as_bytes(), label].concat());
            out.put(b"\n");
        }
    }

    /// A line of a file behind its mark, as -t, -T and a missing newline want it.
    fn put_line(&self, out: &mut Output, part: Part, mark: &str, line: &[u8]) {
        let body = crate::lines::body(line);
        let mut shown = Vec::with_capacity(body.len() + 2);
        // Marks end in the space that -T makes a tab.
        let bare = mark.trim_end_matches(' ');
        let is_blank = self.options.suppress_blank_empty && body.is_empty();
        if is_blank {
            shown.extend_from_slice(bare.as_bytes());
        } else if self.options.initial_tab {
            shown.extend_from_slice(bare.as_bytes());
            shown.push(b'\t');
        } else {
            shown.extend_from_slice(mark.as_bytes());
        }
        if self.options.expand_tabs {
            shown.extend(crate::compare::expand_tabs(body, self.options.tab_size));
        } else {
            shown.extend_from_slice(body);
        }
        self.put(out, part, &shown);
        out.put(b"\n");
        if body.len() == line.len() {
            out.put(b"\\ No newline at end of file\n");
        }
    }

    fn show(&self, out: &mut Output) {
        match self.options.style {
            Style::Normal => normal::show(self, out),
            Style::Unified => unified::show(self, out),
            Style::Context => context::show(self, out),
            Style::Ed => ed::show_ed(self, out),
            Style::Rcs => ed::show_rcs(self, out),
            Style::SideBySide => side::show(self, out),
        }
    }

    /// The changes that share a hunk with their context lines, as GNU groups them.
    fn groups(&self) -> Vec<&[Change]> {
        let context = self.options.context;
        let ignored: Vec<bool> = self
            .changes
            .iter()
            .map(|change| self.is_ignored(change))
            .collect();
        let mut groups = Vec::new();
        let mut from = 0;
        for at in 1..=self.changes.len() {
            let together = self.changes.get(at).is_some_and(|next| {
                let near = if ignored[at - 1] || ignored[at] {
                    context
                } else {
                    2 * context + 1
                };
                next.old.start - self.changes[at - 1].old.end < near
            });
            if !together {
                if !ignored[from..at].iter().all(|ignored| *ignored) {
                    groups.push(&self.changes[from..at]);
                }
                from = at;
            }
        }
        groups
    }

    /// The line before a hunk that begins a function, in C's way, as -p shows it.
    fn function(&self, before: usize) -> Option<&[u8]> {
        const SHOWN: usize = 40;
        let begins = |line: &&[u8]| matches!(line.first(), Some(b) if b.is_ascii_alphabetic() || matches!(b, b'_' | b'$'));
        let line = (0..before)
            .rev()
            .map(|at| crate::lines::body(self.old.get(at)))
            .find(begins)?;
        Some(line[..line.len().min(SHOWN)].trim_ascii_end())
    }
}

pub fn run(_: &'static str, arguments: Vec<OsString>) -> Outcome {
    let (options, operands) = options::parse(arguments)?;
    let mut out = Output::stdout();
    let status = compare_operands(&options, &operands, &mut out);
    Ok(out.finish("diff", status, TROUBLE))
}
