//! column(1): lists in columns, tables, tables as JSON.

use std::ffi::{OsStr, OsString};

use cli::{Exit, Opt, Order, Outcome, Output, Spec, complain, input};
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

#[derive(Clone, Copy, PartialEq, Eq)]
enum Id {
    Table,
    Json,
    Name,
    Order,
    Columns,
    Limit,
    NoExtreme,
    NoHeadings,
    HeaderRepeat,
    Hide,
    Right,
    Refused,
    KeepEmpty,
    Width,
    OutputSeparator,
    Separator,
    FillRows,
}

static SPEC: Spec<Id> = Spec {
    name: "column",
    usage: &["[options] [<file>...]"],
    about: "Columnate lists.",
    options: &[
        Opt::flag(Id::Table, "t", "table", "create a table"),
        Opt::value(Id::Name, "n", "table-name", "name", "table name for JSON output"),
        Opt::value(
            Id::Order,
            "O",
            "table-order",
            "columns",
            "specify order of output columns",
        ),
        Opt::value(
            Id::Columns,
            "N",
            "table-columns",
            "names",
            "comma separated columns names",
        ),
        Opt::value(
            Id::Limit,
            "l",
            "table-columns-limit",
            "num",
            "maximal number of input columns",
        ),
        Opt::value(
            Id::NoExtreme,
            "E",
            "table-noextreme",
            "columns",
            "don't count long text from the columns to column width",
        ),
        Opt::flag(Id::NoHeadings, "d", "table-noheadings", "don't print header"),
        Opt::flag(
            Id::HeaderRepeat,
            "e",
            "table-header-repeat",
            "repeat header for each page (there are none)",
        ),
        Opt::value(Id::Hide, "H", "table-hide", "columns", "don't print the columns"),
        Opt::value(
            Id::Right,
            "R",
            "table-right",
            "columns",
            "right align text in these columns",
        ),
        Opt::value(Id::Refused, "TWrip", "", "columns", ""),
        Opt::flag(Id::KeepEmpty, "L", "keep-empty-lines", "don't ignore empty lines"),
        Opt::flag(Id::Json, "J", "json", "use JSON output format for table"),
        Opt::value(
            Id::Width,
            "c",
            "output-width",
            "width",
            "width of output in number of characters",
        ),
        Opt::value(
            Id::OutputSeparator,
            "o",
            "output-separator",
            "string",
            "columns separator for table output (default is two spaces)",
        ),
        Opt::value(
            Id::Separator,
            "s",
            "separator",
            "string",
            "possible table delimiters",
        ),
        Opt::flag(Id::FillRows, "x", "fillrows", "fill rows before columns"),
    ],
    order: Order::Permute,
    failure: 1,
};

/// Where a list's next column starts: at a multiple of this.
const TAB: usize = 8;
const DEFAULT_WIDTH: usize = 80;

#[derive(Default)]
struct Config {
    table: bool,
    json: bool,
    name: Option<String>,
    order: Option<String>,
    columns: Vec<String>,
    limit: Option<usize>,
    headings: bool,
    hide: Option<String>,
    right: Option<String>,
    keep_empty: bool,
    width: Option<usize>,
    output_separator: String,
    separator: Option<Vec<char>>,
    fill_rows: bool,
}

fn fail(message: impl std::fmt::Display) -> Exit {
    complain("column", message);
    Exit(1)
}

fn number(value: &str, what: &str) -> Result<usize, Exit> {
    let number = value.parse().ok().filter(|number| *number > 0);
    number.ok_or_else(|| fail(format_args!("{what}: '{value}'")))
}

fn configure(options: &[(Id, Option<OsString>)]) -> Result<Config, Exit> {
    let mut config = Config {
        headings: true,
        output_separator: "  ".into(),
        ..Config::default()
    };
    let mut of_tables = false;
    for (id, value) in options {
        let value = value
            .as_deref()
            .unwrap_or(OsStr::new(""))
            .to_string_lossy()
            .into_owned();
        of_tables |= !matches!(
            id,
            Id::Table
                | Id::Json
                | Id::KeepEmpty
                | Id::Width
                | Id::OutputSeparator
                | Id::Separator
                | Id::FillRows
        );
        match id {
            Id::Table => config.table = true,
            Id::Json => (config.json, config.table) = (true, true),
            Id::Name => config.name = Some(value),
            Id::Order => config.order = Some(value),
            Id::Columns => config.columns = value.split(',').map(str::to_owned).collect(),
            Id::Limit => config.limit = Some(number(&value, "invalid columns limit argument")?),
            // Long text only counts less where it does not fit, and nothing is cut here.
            Id::NoExtreme | Id::HeaderRepeat => {}
            Id::NoHeadings => config.headings = false,
            Id::Hide => config.hide = Some(value),
            Id::Right => config.right = Some(value),
            Id::Refused => {
                return Err(fail(
                    "truncation, wrapping and trees (-T, -W, -r, -i, -p) are not supported",
                ));
            }
            Id::KeepEmpty => config.keep_empty = true,
            Id::Width => config.width = Some(number(&value, "invalid columns argument")?),
            Id::OutputSeparator => config.output_separator = value,
            Id::Separator => config.separator = Some(value.chars().collect()),
            Id::FillRows => config.fill_rows = true,
        }
    }
    if of_tables && !config.table {
        return Err(fail("option --table required for all --table-*"));
    }
    if config.json && config.columns.is_empty() {
        return Err(fail("option --table-columns required for --json"));
    }
    Ok(config)
}

/// The text with what is no UTF-8, and control characters but tabs, as `\xHH`: so it shows, and has a width.
fn printable(line: &[u8]) -> String {
    let mut out = String::new();
    let escape = |out: &mut String, b: u8| out.push_str(&format!("\\x{b:02x}"));
    for chunk in line.utf8_chunks() {
        for c in chunk.valid().chars() {
            match c {
                '\t' => out.push(c),
                c if c.is_ascii_control() => escape(&mut out, c as u8),
                c => out.push(c),
            }
        }
        chunk.invalid().iter().for_each(|b| escape(&mut out, *b));
    }
    out
}

pub fn column(name: &'static str, arguments: Vec<OsString>) -> Outcome {
    let parsed = SPEC.parse(arguments)?;
    let config = configure(&parsed.options)?;
    let files = if parsed.operands.is_empty() {
        vec!["-".into()]
    } else {
        parsed.operands
    };
    let mut lines = Vec::new();
    let mut status = 0;
    for file in &files {
        let text = match input::read_file(file) {
            Ok(text) => text,
            Err(why) => {
                complain(name, format_args!("{}: {why}", file.display()));
                status = 1;
                continue;
            }
        };
        let text = text.strip_suffix(b"\n").unwrap_or(&text);
        for line in text.split(|b| *b == b'\n') {
            if !line.iter().all(u8::is_ascii_whitespace) {
                lines.push(printable(line));
            } else if config.keep_empty && !(text.is_empty()) {
                lines.push(String::new());
            }
        }
    }
    let mut out = Output::stdout();
    if config.table {
        Table::new(&config, &lines)?.print(&config, &mut out)?;
    } else {
        list(&config, &lines, &mut out);
    }
    Ok(out.finish(name, status, 1))
}

fn terminal_width() -> usize {
    let columns = std::env::var("COLUMNS")
        .ok()
        .and_then(|columns| columns.parse().ok());
    match (columns, sys::tcgetwinsize(sys::Fd::STDOUT)) {
        (Some(columns), _) => columns,
        (None, Ok(size)) if size.cols > 0 => size.cols.into(),
        _ => DEFAULT_WIDTH,
    }
}

/// Entries side by side, a tab stop apart.
fn list(config: &Config, entries: &[String], out: &mut Output) {
    let Some(longest) = entries.iter().map(|entry| entry.width()).max() else {
        return;
    };
    let width = config.width.unwrap_or_else(terminal_width);
    let cell = (longest + TAB) / TAB * TAB;
    let across = (width / cell).max(1);
    if longest >= width || across == 1 {
        entries.iter().for_each(|entry| out.line(entry.as_bytes()));
        return;
    }
    let rows = entries.len().div_ceil(across);
    for row in 0..rows {
        let of_row: Vec<&String> = if config.fill_rows {
            entries.iter().skip(row * across).take(across).collect()
        } else {
            entries.iter().skip(row).step_by(rows).collect()
        };
        for (at, entry) in of_row.iter().enumerate() {
            out.put(entry.as_bytes());
            if at + 1 < of_row.len() {
                let tabs = (cell - entry.width() / TAB * TAB).div_ceil(TAB);
                out.put(&vec![b'\t'; tabs]);
            }
        }
        out.put(b"\n");
    }
}

struct Table {
    rows: Vec<Vec<String>>,
    /// How many columns there are, hidden ones included.
    columns: usize,
    /// The columns that are shown, in their order.
    shown: Vec<usize>,
    right: Vec<usize>,
}

impl Table {
    fn new(config: &Config, lines: &[String]) -> Result<Table, Exit> {
        let rows: Vec<Vec<String>> = lines.iter().map(|line| cells(config, line)).collect();
        let most = rows.iter().map(Vec::len).max().unwrap_or(0);
        if config.json
            && let Some(line) = rows.iter().position(|row| row.len() > config.columns.len())
        {
            return Err(fail(format_args!(
                "line {}: for JSON the name of the column {} is required",
                line + 1,
                config.columns.len() + 1
            )));
        }
        let columns = most.max(config.columns.len());
        let mut table = Table {
            rows,
            columns,
            shown: Vec::new(),
            right: Vec::new(),
        };
        let first = table.named(config, config.order.as_deref())?;
        let rest = (0..columns).filter(|column| !first.contains(column));
        table.shown = first.iter().copied().chain(rest).collect();
        let hidden = match config.hide.as_deref() {
            // `-` is all that have no name.
            Some("-") => (config.columns.len()..columns).collect(),
            hide => table.named(config, hide)?,
        };
        table.shown.retain(|column| !hidden.contains(column));
        table.right = table.named(config, config.right.as_deref())?;
        Ok(table)
    }

    /// The columns of a list of names and numbers; `0` is all.
    fn named(&self, config: &Config, list: Option<&str>) -> Result<Vec<usize>, Exit> {
        let mut found = Vec::new();
        for word in list
            .unwrap_or_default()
            .split(',')
            .filter(|word| !word.is_empty())
        {
            if let Some(at) = config.columns.iter().position(|name| name == word) {
                found.push(at);
                continue;
            }
            match word.parse::<usize>() {
                Ok(0) => found.extend(0..self.columns),
                Ok(at) => found.extend((at <= self.columns).then(|| at - 1)),
                Err(_) => return Err(fail(format_args!("undefined column name '{word}'"))),
            }
        }
        Ok(found)
    }

    fn print(&self, config: &Config, out: &mut Output) -> Result<(), Exit> {
        if config.json {
            self.json(config, out);
            return Ok(());
        }
        // Nothing to show has no header either.
        if self.rows.is_empty() {
            return Ok(());
        }
        let heading = (config.headings && !config.columns.is_empty()).then_some(&config.columns);
        let all: Vec<&Vec<String>> = heading.into_iter().chain(&self.rows).collect();
        let widths: Vec<usize> = self
            .shown
            .iter()
            .map(|column| {
                let cells = all.iter().filter_map(|row| row.get(*column));
                cells.map(|cell| cell.width()).max().unwrap_or(0)
            })
            .collect();
        for row in all {
            for (at, column) in self.shown.iter().enumerate() {
                let cell = row.get(*column).map_or("", String::as_str);
                let last = at + 1 == self.shown.len();
                let padding = " ".repeat(widths[at] - cell.width());
                if self.right.contains(column) && !(last && cell.is_empty()) {
                    out.put(padding.as_bytes());
                    out.put(cell.as_bytes());
                } else {
                    out.put(cell.as_bytes());
                    if !last {
                        out.put(padding.as_bytes());
                    }
                }
                if !last {
                    out.put(config.output_separator.as_bytes());
                }
            }
            out.put(b"\n");
        }
        Ok(())
    }

    fn json(&self, config: &Config, out: &mut Output) {
        let name = config.name.as_deref().unwrap_or("table");
        out.put(format!("{{\n   {}: [", json(name)).as_bytes());
        for (number, row) in self.rows.iter().enumerate() {
            out.put(if number == 0 { b"\n      {\n" } else { b",{\n" });
            for (at, column) in self.shown.iter().enumerate() {
                let value = row.get(*column).map_or("null".into(), |cell| json(cell));
                // util-linux' names of columns are in lower case, ASCII's letters only.
                let key = json(&config.columns[*column].to_ascii_lowercase());
                let comma = if at + 1 < self.shown.len() { "," } else { "" };
                out.put(format!("         {key}: {value}{comma}\n").as_bytes());
            }
            out.put(b"      }");
        }
        out.put(b"\n   ]\n}\n");
    }
}

/// The cells of a line: runs of blanks part them, or each of the separators that were given.
fn cells(config: &Config, line: &str) -> Vec<String> {
    let limit = config.limit.unwrap_or(usize::MAX);
    let mut cells: Vec<String> = Vec::new();
    let mut rest = line;
    let greedy = config.separator.is_none();
    let is_separator = |c: char| match &config.separator {
        Some(set) => set.contains(&c),
        None => c == ' ' || c == '\t',
    };
    loop {
        if greedy {
            rest = rest.trim_start_matches(is_separator);
            if rest.is_empty() {
                return cells;
            }
        }
        match rest.find(is_separator) {
            Some(at) if cells.len() + 1 < limit => {
                cells.push(rest[..at].into());
                let separator = rest[at..].chars().next().map_or(0, char::len_utf8);
                rest = &rest[at + separator..];
            }
            _ => {
                cells.push(rest.into());
                return cells;
            }
        }
    }
}

fn json(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            '\t' => out.push_str("\\t"),
            c if c.width().is_none() => out.push_str(&format!("\\u{:04x}", u32::from(c))),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}
