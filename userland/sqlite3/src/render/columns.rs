//! The modes that line values up in columns: column, table, box, markdown.

use super::{Format, Mode};
use crate::engine::{Result, Statement, Value};
use crate::output::Destination;
use crate::text;

/// A table's lines: left end, between columns, right end, and what they are made of.
struct Rule {
    left: &'static str,
    middle: &'static str,
    right: &'static str,
    line: &'static str,
}

const TABLE: Rule = Rule {
    left: "+",
    middle: "+",
    right: "+",
    line: "-",
};
const MARKDOWN: Rule = Rule {
    left: "|",
    middle: "|",
    right: "|",
    line: "-",
};
const BOX_TOP: Rule = Rule {
    left: "┌",
    middle: "┬",
    right: "┐",
    line: "─",
};
const BOX_MIDDLE: Rule = Rule {
    left: "├",
    middle: "┼",
    right: "┤",
    line: "─",
};
const BOX_BOTTOM: Rule = Rule {
    left: "└",
    middle: "┴",
    right: "┘",
    line: "─",
};

/// A row of the screen; a row of the result may be several.
struct Line {
    cells: Vec<Vec<u8>>,
    ends_row: bool,
}

/// Steps through the statement and prints all of its rows.
pub fn print(format: &Format, statement: &mut Statement, out: &mut Destination) -> Result<()> {
    if !statement.step()? {
        return Ok(());
    }
    let columns = statement.columns();
    let set: Vec<i32> = (0..columns)
        .map(|i| format.widths.get(i).copied().unwrap_or(0))
        .collect();
    let wraps: Vec<usize> = set
        .iter()
        .map(|w| if *w == 0 { format.wrap } else { *w }.unsigned_abs() as usize)
        .collect();
    let names: Vec<Vec<u8>> = (0..columns)
        .map(|i| piece(&statement.column_name(i), wraps[i], format.word_wrap).0)
        .collect();
    let mut lines = Vec::new();
    let mut outcome = Ok(());
    loop {
        add_row(format, statement, &wraps, &mut lines);
        match statement.step() {
            Ok(true) => {}
            Ok(false) => break,
            // What was read so far is shown, before the message.
            Err(error) if error.is_interrupt() => return Err(error),
            Err(error) => {
                outcome = Err(error);
                break;
            }
        }
    }
    let widest = |i: usize| {
        let cells = lines.iter().map(|line| text::columns(&line.cells[i]));
        cells
            .chain([text::columns(&names[i]), set[i].unsigned_abs() as usize])
            .max()
            .unwrap_or(0)
    };
    let table = Table {
        widths: (0..columns).map(widest).collect(),
        right: set.iter().map(|w| *w < 0).collect(),
        mode: format.mode,
    };
    table.head(format, &names, out);
    let several = lines.iter().any(|line| !line.ends_row);
    let (start, between, end) = table.separators();
    let count = lines.len();
    for (n, line) in lines.iter().enumerate() {
        out.put(start.as_bytes());
        for (i, cell) in line.cells.iter().enumerate() {
            if i > 0 {
                out.put(between.as_bytes());
            }
            table.cell(i, cell, out);
        }
        out.put(end.as_bytes());
        if several && line.ends_row && n + 1 < count {
            match format.mode {
                Mode::Table => table.rule(&TABLE, out),
                Mode::Box => table.rule(&BOX_MIDDLE, out),
                Mode::Column => out.put(b"\n"),
                _ => {}
            }
        }
        out.end_row();
    }
    match format.mode {
        Mode::Table => table.rule(&TABLE, out),
        Mode::Box => table.rule(&BOX_BOTTOM, out),
        _ => {}
    }
    outcome
}

/// The row that the statement stands on, in as many lines as it takes.
fn add_row(format: &Format, statement: &Statement, wraps: &[usize], lines: &mut Vec<Line>) {
    let values: Vec<Vec<u8>> = (0..wraps.len())
        .map(|i| {
            if format.quote {
                match statement.value(i) {
                    Value::Null => b"NULL".to_vec(),
                    Value::Text(t) => text::quoted(t),
                    Value::Blob(b) => text::blob(b, b'x'),
                    _ => statement.text(i).unwrap_or_default().to_vec(),
                }
            } else {
                statement.text(i).unwrap_or(&format.null).to_vec()
            }
        })
        .collect();
    let mut rests: Vec<Option<&[u8]>> = values.iter().map(|v| Some(&v[..])).collect();
    loop {
        let mut cells = Vec::with_capacity(wraps.len());
        for (rest, wrap) in rests.iter_mut().zip(wraps) {
            let (cell, after) = piece(rest.unwrap_or_default(), *wrap, format.word_wrap);
            cells.push(cell);
            *rest = after;
        }
        let ends_row = rests.iter().all(Option::is_none);
        lines.push(Line { cells, ends_row });
        if ends_row {
            return;
        }
    }
}

/// What of a value goes into one line, its tabs as blanks, and what is left for the next.
fn piece(value: &[u8], wrap: usize, by_word: bool) -> (Vec<u8>, Option<&[u8]>) {
    let limit = if wrap == 0 { usize::MAX } else { wrap };
    let at = |i: usize| value.get(i).copied().unwrap_or(0);
    let (mut i, mut n) = (0, 0);
    while n < limit {
        match at(i) {
            b' '.. => {
                n += 1;
                i += 1;
                while at(i) & 0xc0 == 0x80 {
                    i += 1;
                }
            }
            b'\t' => {
                n += 1;
                while n % 8 != 0 && n < limit {
                    n += 1;
                }
                i += 1;
            }
            _ => break,
        }
    }
    let mut end = i;
    if n >= limit && by_word {
        let space = (i / 2 + 1..=i).rev().find(|k| at(k - 1).is_ascii_whitespace());
        let edge = || {
            (i / 2 + 1..=i).rev().find(|k| {
                at(k - 1).is_ascii_alphanumeric() != at(*k).is_ascii_alphanumeric() && at(*k) & 0xc0 != 0x80
            })
        };
        if let Some(k) = space.or_else(edge) {
            (i, end) = (k, k);
            while at(i) == b' ' {
                i += 1;
            }
        }
    }
    let rest = if n >= limit && at(i) >= b' ' {
        Some(&value[i..])
    } else if at(i) == b'\r' && at(i + 1) == b'\n' {
        value.get(i + 2..)
    } else {
        value.get(i + 1..)
    };
    let mut cell = Vec::with_capacity(end);
    let mut n = 0;
    for b in &value[..end] {
        if *b == b'\t' {
            cell.push(b' ');
            n += 1;
            while n % 8 != 0 && n < limit {
                cell.push(b' ');
                n += 1;
            }
        } else {
            cell.push(*b);
            n += usize::from(b & 0xc0 != 0x80);
        }
    }
    (cell, rest.filter(|rest| !rest.is_empty()))
}

struct Table {
    widths: Vec<usize>,
    right: Vec<bool>,
    mode: Mode,
}

impl Table {
    fn separators(&self) -> (&'static str, &'static str, &'static str) {
        match self.mode {
            Mode::Column => ("", "  ", "\n"),
            Mode::Box => ("│ ", " │ ", " │\n"),
            _ => ("| ", " | ", " |\n"),
        }
    }

    fn head(&self, format: &Format, names: &[Vec<u8>], out: &mut Destination) {
        let (start, between, end) = self.separators();
        let join = |i: usize| if i + 1 == names.len() { end } else { between };
        match self.mode {
            Mode::Column => {
                if !format.headers {
                    return;
                }
                for (i, name) in names.iter().enumerate() {
                    self.cell(i, name, out);
                    out.put(join(i).as_bytes());
                }
                for (i, width) in self.widths.iter().enumerate() {
                    out.put(&b"-".repeat(*width));
                    out.put(join(i).as_bytes());
                }
                return;
            }
            Mode::Table => self.rule(&TABLE, out),
            Mode::Box => self.rule(&BOX_TOP, out),
            _ => {}
        }
        out.put(start.as_bytes());
        for (i, name) in names.iter().enumerate() {
            let free = self.widths[i].saturating_sub(text::columns(name));
            out.put(&b" ".repeat(free / 2));
            out.put(name);
            out.put(&b" ".repeat(free.div_ceil(2)));
            out.put(join(i).as_bytes());
        }
        match self.mode {
            Mode::Table => self.rule(&TABLE, out),
            Mode::Box => self.rule(&BOX_MIDDLE, out),
            _ => self.rule(&MARKDOWN, out),
        }
    }

    fn cell(&self, i: usize, cell: &[u8], out: &mut Destination) {
        let blanks = b" ".repeat(self.widths[i].saturating_sub(text::columns(cell)));
        if self.right[i] {
            out.put(&blanks);
            out.put(cell);
        } else {
            out.put(cell);
            out.put(&blanks);
        }
    }

    fn rule(&self, rule: &Rule, out: &mut Destination) {
        out.put(rule.left.as_bytes());
        for (i, width) in self.widths.iter().enumerate() {
            if i > 0 {
                out.put(rule.middle.as_bytes());
            }
            out.put(rule.line.repeat(width + 2).as_bytes());
        }
        out.put(rule.right.as_bytes());
        out.put(b"\n");
    }
}
