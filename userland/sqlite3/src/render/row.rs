//! The modes that print each row as it comes.

use super::{Format, Mode};
use crate::engine::{Statement, Value};
use crate::output::Destination;
use crate::text;

/// Prints the rows of one statement.
pub struct RowPrinter {
    /// Rows so far.
    count: u64,
    names: Vec<Vec<u8>>,
    /// Explain mode: which columns there are, and how wide.
    explain_widths: &'static [usize],
    explain_indent: Vec<usize>,
}

/// The widths of EXPLAIN's columns, and of EXPLAIN QUERY PLAN's.
const EXPLAIN_WIDTHS: &[usize] = &[4, 13, 4, 4, 4, 13, 2, 13];
const PLAN_WIDTHS: &[usize] = &[4, 13, 4, 4];

impl RowPrinter {
    pub fn new(statement: &Statement, explain_indent: Vec<usize>) -> RowPrinter {
        RowPrinter {
            count: 0,
            names: (0..statement.columns())
                .map(|i| statement.column_name(i))
                .collect(),
            explain_widths: if statement.explains() == 2 {
                PLAN_WIDTHS
            } else {
                EXPLAIN_WIDTHS
            },
            explain_indent,
        }
    }

    /// Prints the row that the statement stands on.
    pub fn row(&mut self, format: &Format, statement: &Statement, out: &mut Destination) {
        let first = self.count == 0;
        self.count += 1;
        let columns = self.names.len();
        let last = columns.saturating_sub(1);
        let text_of = |i: usize| statement.text(i).unwrap_or(&format.null);
        let separator = |i: usize| {
            if i < last {
                &format.column_separator
            } else {
                &format.row_separator
            }
        };
        match format.mode {
            Mode::Count | Mode::Off | Mode::QueryPlan => return,
            Mode::Line => {
                if !first {
                    out.put(&format.row_separator);
                }
                let width = self.names.iter().map(Vec::len).max().unwrap_or(0).max(5);
                for (i, name) in self.names.iter().enumerate() {
                    out.put(&b" ".repeat(width - name.len()));
                    out.put(&[name, &b" = "[..], text_of(i), &format.row_separator].concat());
                }
            }
            Mode::List | Mode::Ascii => {
                if first && format.headers {
                    for (i, name) in self.names.iter().enumerate() {
                        out.put(name);
                        out.put(separator(i));
                    }
                }
                for i in 0..columns {
                    out.put(text_of(i));
                    out.put(separator(i));
                }
            }
            Mode::Html => {
                if first && format.headers {
                    html_row(&self.names, b"TH", out);
                }
                let cells: Vec<&[u8]> = (0..columns).map(text_of).collect();
                html_row(&cells, b"TD", out);
            }
            Mode::Tcl => {
                // The last value is followed by both separators' worth of nothing but the row's.
                if first && format.headers {
                    for (i, name) in self.names.iter().enumerate() {
                        out.put(&text::c_string(name));
                        out.put(separator(i));
                    }
                }
                for i in 0..columns {
                    out.put(&text::c_string(text_of(i)));
                    out.put(separator(i));
                }
            }
            Mode::Csv => {
                if first && format.headers {
                    for (i, name) in self.names.iter().enumerate() {
                        out.put(&text::csv(name, &format.column_separator));
                        out.put(separator(i));
                    }
                }
                for i in 0..columns {
                    match statement.text(i) {
                        Some(value) => out.put(&text::csv(value, &format.column_separator)),
                        None => out.put(&format.null),
                    }
                    out.put(separator(i));
                }
            }
            Mode::Insert => self.insert(format, statement, out),
            Mode::Quote => {
                if first && format.headers {
                    for (i, name) in self.names.iter().enumerate() {
                        out.put(&text::quoted(name));
                        out.put(separator(i));
                    }
                }
                for i in 0..columns {
                    out.put(&match statement.value(i) {
                        Value::Text(t) => text::quoted(t),
                        value => literal(value),
                    });
                    out.put(separator(i));
                }
            }
            Mode::Json => {
                out.put(if first { b"[{" } else { b",\n{" });
                for (i, name) in self.names.iter().enumerate() {
                    out.put(&text::json(name));
                    out.put(b":");
                    out.put(&match statement.value(i) {
                        Value::Null => b"null".to_vec(),
                        Value::Text(t) | Value::Blob(t) => text::json(t),
                        Value::Real(x) if x.is_infinite() => infinite(x),
                        value => literal(value),
                    });
                    out.put(if i < last { b"," } else { b"}" });
                }
            }
            _ => self.explain(format, statement, first, out),
        }
        out.end_row();
    }

    fn insert(&self, format: &Format, statement: &Statement, out: &mut Destination) {
        out.put(&[b"INSERT INTO ", &format.table[..]].concat());
        if format.headers {
            let names: Vec<Vec<u8>> = self.names.iter().map(|name| text::name(name)).collect();
            out.put(&[b"(", &names.join(&b","[..])[..], b")"].concat());
        }
        for i in 0..self.names.len() {
            out.put(if i == 0 { b" VALUES(" } else { b"," });
            out.put(&match statement.value(i) {
                Value::Text(t) => text::escaped(t),
                Value::Real(x) if x.is_infinite() => infinite(x),
                value => literal(value),
            });
        }
        out.put(b");\n");
    }

    fn explain(&self, format: &Format, statement: &Statement, first: bool, out: &mut Destination) {
        let shown = self.explain_widths.len().min(self.names.len());
        let pad = |width: usize, out: &mut Destination, text: &[u8]| {
            out.put(text);
            out.put(&b" ".repeat(width.saturating_sub(text::columns(text))));
        };
        let end = |i: usize| if i + 1 == shown { &b"\n"[..] } else { b"  " };
        if first {
            for (i, width) in self.explain_widths.iter().enumerate().take(shown) {
                let name = &self.names[i];
                pad(*width, out, &name[..cut(name, *width)]);
                out.put(end(i));
            }
            for (i, width) in self.explain_widths.iter().enumerate().take(shown) {
                out.put(&b"-".repeat(*width));
                out.put(end(i));
            }
        }
        for (i, width) in self.explain_widths.iter().enumerate().take(shown) {
            let value = statement.text(i).unwrap_or(&format.null);
            let mut width = *width;
            if i + 1 == shown {
                width = 0;
            }
            if i == 1
                && let Some(indent) = self.explain_indent.get(self.count as usize - 1)
            {
                out.put(&b" ".repeat(*indent));
                width = width.saturating_sub(*indent);
            }
            pad(width, out, value);
            out.put(end(i));
        }
    }

    /// After the last row.
    pub fn finish(&self, format: &Format, out: &mut Destination) {
        match format.mode {
            Mode::Json if self.count > 0 => out.put(b"]\n"),
            Mode::Count if self.count > 0 => {
                let s = if self.count == 1 { "" } else { "s" };
                out.put(format!("{} row{s}\n", self.count).as_bytes());
            }
            _ => {}
        }
    }
}

fn cut(text: &[u8], columns: usize) -> usize {
    let starts = text.iter().enumerate().filter(|(_, b)| **b & 0xc0 != 0x80);
    starts.map(|(i, _)| i).nth(columns).unwrap_or(text.len())
}

fn html_row(cells: &[impl AsRef<[u8]>], tag: &[u8], out: &mut Destination) {
    out.put(b"<TR>");
    for cell in cells {
        let escaped = text::html(cell.as_ref());
        out.put(&[b"<", tag, b">", &escaped[..], b"</", tag, b">\n"].concat());
    }
    out.put(b"</TR>\n");
}

fn infinite(x: f64) -> Vec<u8> {
    if x > 0.0 {
        b"1e999".to_vec()
    } else {
        b"-1e999".to_vec()
    }
}

/// A value as SQL writes it.
pub fn literal(value: Value<'_>) -> Vec<u8> {
    match value {
        Value::Null => b"NULL".to_vec(),
        Value::Integer(n) => n.to_string().into_bytes(),
        Value::Real(x) => text::real(x),
        Value::Text(t) => text::quoted(t),
        Value::Blob(b) => text::blob(b, b'X'),
    }
}
