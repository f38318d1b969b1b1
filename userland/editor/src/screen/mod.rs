//! From what is to be seen to the bytes that make it so on a terminal, as few as what has changed needs.

pub mod view;

use crate::Bytes;
use crate::core::shape::{self, Look};

/// How a cell looks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Style {
    #[default]
    Plain,
    /// Bars, and what is selected.
    Reverse,
    /// What is not in the text: `~`, line numbers.
    Dim,
    /// Text that matches the last search.
    Match,
    Error,
}

impl Style {
    fn sgr(self) -> &'static [u8] {
        match self {
            Style::Plain => b"\x1b[m",
            Style::Reverse => b"\x1b[;7m",
            Style::Dim => b"\x1b[;34m",
            Style::Match => b"\x1b[;30;43m",
            Style::Error => b"\x1b[;37;41m",
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Cell {
    /// The first byte behind it.
    end: usize,
    width: usize,
    style: Style,
}

/// A row of a screen.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Row {
    text: Bytes,
    cells: Vec<Cell>,
    width: usize,
}

impl Row {
    /// Appends what is drawn in one piece.
    pub fn push(&mut self, text: &[u8], width: usize, style: Style) {
        self.text.extend_from_slice(text);
        self.cells.push(Cell {
            end: self.text.len(),
            width,
            style,
        });
        self.width += width;
    }

    /// Appends a text, cut where the row is `columns` wide; control characters and tabs in it are `^X`.
    pub fn text(&mut self, text: &[u8], style: Style, columns: usize) {
        let look = Look {
            tabstop: 8,
            list: true,
        };
        for glyph in shape::glyphs(text, look) {
            if self.width + glyph.width > columns {
                return;
            }
            let picture = shape::picture(text, &glyph, look);
            let drawn = picture.as_deref().unwrap_or(&text[glyph.start..glyph.end]);
            self.push(drawn, glyph.width, style);
        }
    }

    /// Fills it up with blanks.
    pub fn fill(&mut self, columns: usize, style: Style) {
        while self.width < columns {
            self.push(b" ", 1, style);
        }
    }

    pub fn width(&self) -> usize {
        self.width
    }

    fn start(&self, cell: usize) -> usize {
        if cell == 0 { 0 } else { self.cells[cell - 1].end }
    }

    /// Whether a cell looks as one of another row.
    fn is_same(&self, at: usize, other: &Row, other_at: usize) -> bool {
        let (a, b) = (self.cells[at], other.cells[other_at]);
        (a.width, a.style) == (b.width, b.style)
            && self.text[self.start(at)..a.end] == other.text[other.start(other_at)..b.end]
    }

    /// How many cells are the same at the begin.
    fn common(&self, other: &Row) -> usize {
        let least = self.cells.len().min(other.cells.len());
        (0..least).take_while(|at| self.is_same(*at, other, *at)).count()
    }

    /// How many cells are the same at the end, those before `from` not counted.
    fn common_end(&self, other: &Row, from: usize) -> usize {
        let (mine, theirs) = (self.cells.len(), other.cells.len());
        let most = mine.min(theirs).saturating_sub(from);
        (1..=most)
            .take_while(|n| self.is_same(mine - n, other, theirs - n))
            .count()
    }
}

/// All that is to be seen.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Frame {
    pub rows: Vec<Row>,
    /// Row and column.
    pub cursor: (usize, usize),
    /// How wide the screen is.
    pub columns: usize,
}

impl Frame {
    /// The part of it around the cursor that fits on a screen.
    pub fn fit(mut self, rows: usize) -> Frame {
        let rows = rows.max(1);
        let above = (self.cursor.0 + 1).saturating_sub(rows);
        self.rows.drain(..above.min(self.rows.len()));
        self.rows.truncate(rows);
        self.cursor = (self.cursor.0 - above, self.cursor.1.min(self.columns - 1));
        self
    }
}

/// What the terminal shows now.
#[derive(Debug, Default)]
pub struct Screen {
    shown: Option<Frame>,
}

impl Screen {
    /// Nobody knows what the terminal shows: everything is to be drawn.
    pub fn forget(&mut self) {
        self.shown = None;
    }

    /// The bytes that turn what is shown into `frame`.
    pub fn draw(&mut self, frame: Frame) -> Bytes {
        let mut out = Vec::new();
        let old = match self.shown.take() {
            Some(old) if old.columns == frame.columns && old.rows.len() == frame.rows.len() => old,
            _ => {
                out.extend_from_slice(b"\x1b[m\x1b[2J");
                Frame {
                    rows: vec![Row::default(); frame.rows.len()],
                    cursor: (usize::MAX, 0),
                    columns: frame.columns,
                }
            }
        };
        for (at, (row, before)) in frame.rows.iter().zip(&old.rows).enumerate() {
            if row != before {
                redraw(&mut out, at, row, before);
            }
        }
        if !out.is_empty() || frame.cursor != old.cursor {
            go(&mut out, frame.cursor.0, frame.cursor.1);
        }
        self.shown = Some(frame);
        out
    }
}

fn go(out: &mut Bytes, row: usize, column: usize) {
    out.extend_from_slice(format!("\x1b[{};{}H", row + 1, column + 1).as_bytes());
}

fn redraw(out: &mut Bytes, at: usize, row: &Row, before: &Row) {
    let mut from = row.common(before);
    // A character without a width belongs to the one before it.
    while from > 0 && row.cells.get(from).is_some_and(|cell| cell.width == 0) {
        from -= 1;
    }
    // What stays at the end of a row of the same width.
    let mut end = row.cells.len();
    if row.width == before.width {
        end -= row.common_end(before, from);
        while row.cells.get(end).is_some_and(|cell| cell.width == 0) {
            end += 1;
        }
    }
    let column = row.cells[..from].iter().map(|cell| cell.width).sum();
    go(out, at, column);
    let mut style = Style::Plain;
    for (i, cell) in row.cells.iter().enumerate().take(end).skip(from) {
        if cell.style != style {
            style = cell.style;
            out.extend_from_slice(style.sgr());
        }
        out.extend_from_slice(&row.text[row.start(i)..cell.end]);
    }
    if style != Style::Plain {
        out.extend_from_slice(Style::Plain.sgr());
    }
    if row.width < before.width {
        out.extend_from_slice(b"\x1b[K");
    }
}
