//! What is seen: title, text, status and the keys.

use std::ops::Range;

use super::prompt::Kind;
use super::{Nano, Options};
use crate::screen::view::Layout;
use crate::screen::{Frame, Row, Style};

type Keys = &'static [(&'static str, &'static str)];

const MAIN: Keys = &[
    ("^G", "Help"),
    ("^X", "Exit"),
    ("^O", "Write Out"),
    ("^R", "Read File"),
    ("^W", "Where Is"),
    ("^\\", "Replace"),
    ("^K", "Cut"),
    ("^U", "Paste"),
    ("^C", "Location"),
    ("^_", "Go To Line"),
    ("M-U", "Undo"),
    ("M-E", "Redo"),
    ("M-A", "Set Mark"),
    ("M-6", "Copy"),
];
const PLAIN: Keys = &[("", ""), ("^C", "Cancel")];
const FILE: Keys = &[("Tab", "Complete"), ("^C", "Cancel")];
const SEARCH: Keys = &[
    ("M-C", "Case Sens"),
    ("^C", "Cancel"),
    ("M-R", "Reg.exp."),
    ("", ""),
    ("M-B", "Backwards"),
    ("", ""),
];
const YES_NO: Keys = &[(" Y", "Yes"), (" N", "No"), ("", ""), ("^C", "Cancel")];
/// For a match among several.
const YES_NO_ALL: Keys = &[(" Y", "Yes"), (" N", "No"), (" A", "All"), ("^C", "Cancel")];

/// Rows besides the text's: title, status, and the keys where there is room for them.
fn help_rows(options: &Options, rows: usize) -> usize {
    if options.help && rows >= 7 { 2 } else { 0 }
}

impl Nano {
    pub(super) fn layout(&self) -> Layout {
        let (rows, columns) = self.host.size();
        Layout {
            rows: rows.saturating_sub(2 + help_rows(&self.options, rows)).max(1),
            columns: columns.max(1),
            look: self.look(),
            wrap: self.options.softwrap,
            number: self.options.numbers,
            tilde: false,
            past_end: true,
        }
    }

    pub(super) fn draw(&mut self) {
        let (rows, columns) = self.host.size();
        let layout = self.layout();
        self.view.follow(&self.buffer, self.cursor, &layout);
        let selection = self.spotlight.or_else(|| self.marked());
        let (text, cursor) = self.view.rows(&self.buffer, self.cursor, &layout, |at, _| {
            let mut styles: Vec<(Range<usize>, Style)> = Vec::new();
            if let Some((from, to)) = selection
                && (from.line..=to.line).contains(&at)
            {
                let start = if at == from.line { from.col } else { 0 };
                let end = if at == to.line { to.col } else { usize::MAX };
                if start < end {
                    styles.push((start..end, Style::Reverse));
                }
            }
            styles
        });
        let mut shown = vec![self.title(columns)];
        shown.extend(text);
        let mut cursor = (cursor.0 + 1, cursor.1);
        let mut status = Row::default();
        if let Some(prompt) = &self.prompt {
            let colon = if prompt.kind == Kind::YesNo { " " } else { ": " };
            let question = format!("{}{colon}", prompt.question);
            status.text(question.as_bytes(), Style::Reverse, columns.saturating_sub(2));
            let room = columns.saturating_sub(status.width() + 1).max(1);
            let before = &prompt.answer[..prompt.at];
            let mut start = 0;
            while readline::text::columns(&before[start..]) > room {
                start = readline::text::next(before, start);
            }
            cursor = (
                shown.len(),
                status.width() + readline::text::columns(&before[start..]),
            );
            status.text(&prompt.answer[start..], Style::Reverse, columns);
            status.fill(columns, Style::Reverse);
        } else {
            let mut message = self.message.clone();
            if message.is_empty() && self.options.constant {
                self.where_is_cursor();
                message = std::mem::take(&mut self.message);
            }
            if !message.is_empty() {
                let text = format!("[ {message} ]");
                let width = readline::text::columns(text.as_bytes());
                for _ in 0..columns.saturating_sub(width) / 2 {
                    status.push(b" ", 1, Style::Plain);
                }
                status.text(text.as_bytes(), Style::Reverse, columns);
            }
        }
        shown.push(status);
        if help_rows(&self.options, rows) > 0 {
            shown.extend(self.keys(columns));
        }
        shown.resize(rows.max(1), Row::default());
        cursor.0 = cursor.0.min(rows.max(1) - 1);
        let frame = Frame {
            rows: shown,
            cursor,
            columns,
        };
        self.paint(frame);
    }

    pub(super) fn paint(&mut self, frame: Frame) {
        let (rows, _) = self.host.size();
        self.host.paint(frame.fit(rows));
    }

    fn title(&self, columns: usize) -> Row {
        let mut row = Row::default();
        let name = self.file.name.as_deref().unwrap_or(b"New Buffer");
        let state = if self.options.view {
            "View"
        } else if self.buffer.is_modified() {
            "Modified"
        } else {
            ""
        };
        let width = readline::text::columns(name);
        let brand = "  nano (Cobnut)";
        if columns >= 50 {
            row.text(brand.as_bytes(), Style::Reverse, columns);
        }
        let room = columns.saturating_sub(state.len() + 2);
        let start = (columns.saturating_sub(width) / 2).max(row.width() + 2).min(room);
        row.fill(start, Style::Reverse);
        row.text(name, Style::Reverse, room);
        row.fill(columns.saturating_sub(state.len() + 1), Style::Reverse);
        row.text(state.as_bytes(), Style::Reverse, columns);
        row.fill(columns, Style::Reverse);
        row
    }

    /// Two rows of keys, each pair one above the other.
    fn keys(&self, columns: usize) -> [Row; 2] {
        let keys = match self.prompt.as_ref().map(|p| p.kind) {
            None => MAIN,
            Some(Kind::Plain) => PLAIN,
            Some(Kind::File) => FILE,
            Some(Kind::Search) => SEARCH,
            Some(Kind::YesNo) if self.spotlight.is_some() => YES_NO_ALL,
            Some(Kind::YesNo) => YES_NO,
        };
        let fitting = (columns / 12).max(2);
        let pairs = keys.len().div_ceil(2).min(fitting);
        let width = columns / pairs.max(1);
        let mut rows = [Row::default(), Row::default()];
        for (n, (key, what)) in keys.iter().take(pairs * 2).enumerate() {
            let row = &mut rows[n % 2];
            let end = (n / 2 + 1) * width;
            if !key.is_empty() {
                row.text(key.as_bytes(), Style::Reverse, end - 1);
                row.text(format!(" {what}").as_bytes(), Style::Plain, end - 1);
            }
            row.fill(end, Style::Plain);
        }
        rows
    }
}
