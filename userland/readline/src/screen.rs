//! Drawing: from what is to be seen to the bytes that make it so, as few as what has changed needs.
//!
//! Rows are wrapped by the terminal itself, which so knows that they are one line and wraps them anew when it is resized.

use crate::Bytes;
use crate::text;

/// How a part looks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Style {
    #[default]
    Plain,
    Command,
    /// A word in a command's place that is none.
    Unknown,
    Keyword,
    String,
    Variable,
    Comment,
    Suggestion,
    /// A suggestion without colours.
    Dim,
}

impl Style {
    fn sgr(self) -> &'static str {
        match self {
            Style::Plain => "\x1b[m",
            Style::Command => "\x1b[;32m",
            Style::Unknown => "\x1b[;31m",
            Style::Keyword => "\x1b[;1m",
            Style::String => "\x1b[;33m",
            Style::Variable => "\x1b[;36m",
            Style::Comment | Style::Suggestion => "\x1b[;90m",
            Style::Dim => "\x1b[;2m",
        }
    }
}

/// One character with what combines with it, as it is drawn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cell {
    text: Bytes,
    width: usize,
    style: Style,
}

impl Cell {
    fn is_newline(&self) -> bool {
        self.text == b"\n"
    }
}

/// What is to be seen: the prompt's last row, then cells.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Frame {
    /// Ready to print.
    pub prompt: Bytes,
    pub prompt_width: usize,
    cells: Vec<Cell>,
    /// The cell that the cursor is on; their number at the end.
    pub cursor: usize,
}

impl Frame {
    /// Appends a text; `style` gives each byte's look. Answers the cell that begins at byte `mark` of it.
    pub fn push(&mut self, s: &[u8], style: impl Fn(usize) -> Style, mark: usize) -> usize {
        let mut marked = None;
        let mut at = 0;
        while at < s.len() {
            if at >= mark && marked.is_none() {
                marked = Some(self.cells.len());
            }
            let end = text::next(s, at);
            let (c, _) = text::decode(&s[at..]);
            let style = style(at);
            let cell = match c {
                Some('\n') => Cell {
                    text: b"\n".to_vec(),
                    width: 0,
                    style: Style::Plain,
                },
                Some(c) if c.is_ascii_control() => Cell {
                    text: vec![b'^', (c as u8) ^ 0x40],
                    width: 2,
                    style,
                },
                Some(c) if c.is_control() => Cell {
                    text: format!("<{:02x}>", c as u32).into_bytes(),
                    width: 4,
                    style,
                },
                Some(c) => Cell {
                    text: s[at..end].to_vec(),
                    width: text::width(c),
                    style,
                },
                None => Cell {
                    text: format!("\\{:03o}", s[at]).into_bytes(),
                    width: 4,
                    style,
                },
            };
            self.cells.push(cell);
            at = end;
        }
        marked.unwrap_or(self.cells.len())
    }

    /// What the cells draw, in one.
    pub fn text(&self) -> Bytes {
        self.cells.iter().flat_map(|c| c.text.iter().copied()).collect()
    }

    pub fn width(&self) -> usize {
        self.cells.iter().map(|c| c.width).sum()
    }
}

/// Rows and columns from the frame's begin.
type Place = (usize, usize);

/// Where each cell is drawn, and where the cursor stands behind the last.
fn layout(first: usize, cells: &[Cell], columns: usize) -> Vec<Place> {
    let (mut row, mut column) = (first / columns, first % columns);
    let mut places = Vec::with_capacity(cells.len() + 1);
    for c in cells {
        // A wide character does not fit into the last column, a long one is broken by the terminal.
        if c.width == 2 && c.text.len() > 2 && column + 2 > columns {
            (row, column) = (row + 1, 0);
        }
        places.push((row, column));
        if c.is_newline() {
            (row, column) = (row + 1, 0);
            continue;
        }
        column += c.width;
        if column >= columns {
            row += column / columns;
            column %= columns;
        }
    }
    places.push((row, column));
    places
}

/// What the terminal shows now.
#[derive(Clone, Debug, Default)]
pub struct Screen {
    shown: Option<Frame>,
    /// How wide the terminal was then.
    columns: usize,
}

impl Screen {
    /// The terminal's cursor is at the begin of a free row: everything is to be drawn.
    pub fn forget(&mut self) {
        self.shown = None;
    }

    /// The bytes that turn what is shown into `frame`, on a terminal of this size.
    pub fn draw(&mut self, mut frame: Frame, rows: usize, columns: usize) -> Bytes {
        fit(&mut frame, rows, columns);
        let mut out = Vec::new();
        let places = layout(frame.prompt_width, &frame.cells, columns);
        let old = self.shown.take();
        let resized = std::mem::replace(&mut self.columns, columns) != columns;
        // Up to where the screen can stay as it is.
        let (mut from, mut at, mut old_end) = (0, None, None);
        if let Some(old) = old {
            let old_places = layout(old.prompt_width, &old.cells, columns);
            let cursor = old_places[old.cursor];
            if !resized && old.prompt == frame.prompt {
                from = old
                    .cells
                    .iter()
                    .zip(&frame.cells)
                    .take_while(|(a, b)| a == b)
                    .count();
                if leaves_gap(&frame.cells, &places, from, columns) {
                    from -= 1;
                }
                at = Some(cursor);
                old_end = old_places.last().copied();
                if from == frame.cells.len() && from == old.cells.len() {
                    // Only the cursor moves.
                    go(&mut out, cursor, places[frame.cursor]);
                    self.shown = Some(frame);
                    return out;
                }
            } else {
                go(&mut out, cursor, (0, cursor.1));
                out.extend_from_slice(b"\r\x1b[J");
            }
        }
        match at {
            Some(at) => go(&mut out, at, places[from]),
            None => out.extend_from_slice(&frame.prompt),
        }
        if at.is_none() && frame.prompt_width > 0 && frame.prompt_width.is_multiple_of(columns) {
            out.extend_from_slice(b" \r");
        }
        let end = *places.last().unwrap_or(&(0, 0));
        let mut style = Style::Plain;
        for (i, c) in frame.cells.iter().enumerate().skip(from) {
            if c.is_newline() {
                // What was behind it on the row goes.
                out.extend_from_slice(if at.is_some() { b"\x1b[K\r\n" } else { b"\r\n" });
                continue;
            }
            if i > from && leaves_gap(&frame.cells, &places, i, columns) {
                out.extend_from_slice(b"\x1b[K");
            }
            if c.style != style {
                style = c.style;
                out.extend_from_slice(style.sgr().as_bytes());
            }
            out.extend_from_slice(&c.text);
            // A full row is left at once, so that the cursor is where it is counted to be.
            let next = places[i + 1];
            let last = frame.cells.get(i + 1).is_none_or(Cell::is_newline);
            if last && next.1 == 0 && next.0 > places[i].0 {
                out.extend_from_slice(b" \r");
            }
        }
        if style != Style::Plain {
            out.extend_from_slice(Style::Plain.sgr().as_bytes());
        }
        if old_end.is_some_and(|o| o > end || o.0 != end.0) {
            out.extend_from_slice(b"\x1b[J");
        }
        go(&mut out, end, places[frame.cursor]);
        self.shown = Some(frame);
        out
    }

    /// Takes everything off the screen; the cursor is then where the prompt was.
    pub fn erase(&mut self, columns: usize) -> Bytes {
        let mut out = Vec::new();
        if let Some(f) = self.shown.take() {
            let at = layout(f.prompt_width, &f.cells, columns)[f.cursor];
            go(&mut out, at, (0, at.1));
            out.extend_from_slice(b"\r\x1b[J");
        }
        out
    }

    /// Moves behind everything, to the begin of a free row.
    pub fn leave(&mut self, columns: usize) -> Bytes {
        let mut out = Vec::new();
        if let Some(f) = self.shown.take() {
            let places = layout(f.prompt_width, &f.cells, columns);
            let end = places[f.cells.len()];
            go(&mut out, places[f.cursor], end);
            if end.1 > 0 || end.0 == 0 || f.cells.last().is_none_or(Cell::is_newline) {
                out.extend_from_slice(b"\r\n");
            }
        }
        out
    }
}

/// Does a wide character leave the last column of the row above it empty?
fn leaves_gap(cells: &[Cell], places: &[Place], i: usize, columns: usize) -> bool {
    i > 0
        && i < cells.len()
        && places[i].1 == 0
        && !cells[i - 1].is_newline()
        && places[i - 1].1 + cells[i - 1].width + 1 == columns
}

/// Moves the cursor.
fn go(out: &mut Bytes, from: Place, to: Place) {
    if to.0 < from.0 {
        out.extend_from_slice(format!("\x1b[{}A", from.0 - to.0).as_bytes());
    } else if to.0 > from.0 {
        out.extend_from_slice(format!("\x1b[{}B", to.0 - from.0).as_bytes());
    }
    match (from.1, to.1) {
        (a, b) if a == b => {}
        (_, 0) => out.push(b'\r'),
        (a, b) if a > b && a - b <= 4 => out.extend(std::iter::repeat_n(8, a - b)),
        (a, b) if a > b => out.extend_from_slice(format!("\x1b[{}D", a - b).as_bytes()),
        (a, b) => out.extend_from_slice(format!("\x1b[{}C", b - a).as_bytes()),
    }
}

/// Leaves of a frame that is higher than the screen the rows around the cursor.
fn fit(frame: &mut Frame, rows: usize, columns: usize) {
    let places = layout(frame.prompt_width, &frame.cells, columns);
    let last = places[frame.cells.len()].0;
    let rows = rows.max(2);
    if last < rows {
        return;
    }
    let cursor = places[frame.cursor].0;
    let top = cursor.saturating_sub(rows - 2).min(last + 1 - rows);
    let end = places
        .iter()
        .position(|p| p.0 >= top + rows)
        .unwrap_or(frame.cells.len());
    frame.cells.truncate(end);
    // A row that is full or ends with a newline must not open another below.
    while frame.cells.len() > frame.cursor && frame.cells.last().is_some_and(Cell::is_newline) {
        frame.cells.pop();
    }
    if top > 0 {
        let start = places
            .iter()
            .position(|p| p.0 >= top)
            .unwrap_or(0)
            .min(frame.cells.len());
        frame.cells.drain(..start);
        frame.cursor -= start.min(frame.cursor);
        frame.prompt.clear();
        frame.prompt_width = 0;
    }
    frame.cursor = frame.cursor.min(frame.cells.len());
}

/// How many columns a prompt takes: what stands between bytes 1 and 2, and escape sequences, take none.
pub fn prompt_width(prompt: &[u8]) -> usize {
    let mut n = 0;
    let mut hidden = false;
    let mut i = 0;
    while i < prompt.len() {
        match prompt[i] {
            1 => hidden = true,
            2 => hidden = false,
            0x1b if prompt.get(i + 1) == Some(&b'[') => {
                i += 2;
                while i < prompt.len() && !(0x40..=0x7e).contains(&prompt[i]) {
                    i += 1;
                }
            }
            0x1b if prompt.get(i + 1) == Some(&b']') => {
                while i < prompt.len() && prompt[i] != 7 && !prompt[i..].starts_with(b"\x1b\\") {
                    i += 1;
                }
                i += usize::from(prompt.get(i) == Some(&0x1b));
            }
            c if c < 0x20 => {}
            _ if hidden => {}
            _ => {
                let (c, len) = text::decode(&prompt[i..]);
                n += c.map_or(1, text::width);
                i += len;
                continue;
            }
        }
        i += 1;
    }
    n
}
