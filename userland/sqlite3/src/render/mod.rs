//! Rows in the output modes.

mod columns;
mod plan;
mod row;

pub use columns::print as print_columns;
pub use plan::Plan;
pub use row::{RowPrinter, literal};

/// How results look.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Mode {
    Line,
    Column,
    List,
    Html,
    Insert,
    Quote,
    Tcl,
    Csv,
    Explain,
    Ascii,
    QueryPlan,
    Json,
    Markdown,
    Table,
    Box,
    Count,
    Off,
}

impl Mode {
    /// As `.show` and `.mode` name it.
    pub fn name(self) -> &'static str {
        match self {
            Mode::Line => "line",
            Mode::Column => "column",
            Mode::List => "list",
            Mode::Html => "html",
            Mode::Insert => "insert",
            Mode::Quote => "quote",
            Mode::Tcl => "tcl",
            Mode::Csv => "csv",
            Mode::Explain => "explain",
            Mode::Ascii => "ascii",
            Mode::QueryPlan => "eqp",
            Mode::Json => "json",
            Mode::Markdown => "markdown",
            Mode::Table => "table",
            Mode::Box => "box",
            Mode::Count => "count",
            Mode::Off => "off",
        }
    }

    /// Does it need all rows before it can print the first?
    pub fn is_columnar(self) -> bool {
        matches!(self, Mode::Column | Mode::Table | Mode::Box | Mode::Markdown)
    }
}

/// All that `.mode` and its like set.
#[derive(Clone, Debug)]
pub struct Format {
    pub mode: Mode,
    pub headers: bool,
    pub column_separator: Vec<u8>,
    pub row_separator: Vec<u8>,
    pub null: Vec<u8>,
    /// `.width`; below 0 for columns that are set to the right.
    pub widths: Vec<i32>,
    /// Columns after which a value goes on in another row; 0 for never.
    pub wrap: i32,
    pub word_wrap: bool,
    /// Values as SQL literals, in columnar modes.
    pub quote: bool,
    /// The table of mode `insert`, as SQL writes it.
    pub table: Vec<u8>,
}

impl Default for Format {
    fn default() -> Format {
        Format {
            mode: Mode::List,
            headers: false,
            column_separator: b"|".to_vec(),
            row_separator: b"\n".to_vec(),
            null: Vec::new(),
            widths: Vec::new(),
            wrap: 0,
            word_wrap: false,
            quote: false,
            table: b"table".to_vec(),
        }
    }
}
