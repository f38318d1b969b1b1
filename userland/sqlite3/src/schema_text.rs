//! CREATE statements as `.schema` shows them.

use crate::engine::{Connection, Value};
use crate::output::Destination;
use crate::text;

/// What may come between CREATE and the name.
const KINDS: &[&str] = &[
    "TABLE",
    "INDEX",
    "UNIQUE INDEX",
    "VIEW",
    "TRIGGER",
    "VIRTUAL TABLE",
];

/// The statement with its database's name, unless that is main, and with the columns of a view or virtual table in a comment.
pub fn with_schema(connection: &Connection, sql: &[u8], database: &[u8], name: &[u8]) -> Vec<u8> {
    let Some(rest) = sql.strip_prefix(b"CREATE ") else {
        return sql.to_vec();
    };
    let after = |kind: &&str| {
        rest.strip_prefix(kind.as_bytes())
            .is_some_and(|r| r.starts_with(b" "))
    };
    let Some(kind) = KINDS.iter().find(|kind| after(kind)) else {
        return sql.to_vec();
    };
    let database = (database != b"main").then_some(database);
    let mut out = match database {
        Some(database) => {
            let after_kind = &rest[kind.len() + 1..];
            [
                b"CREATE ",
                kind.as_bytes(),
                b" ",
                &database_name(database)[..],
                b".",
                after_kind,
            ]
            .concat()
        }
        None => sql.to_vec(),
    };
    if kind.starts_with('V')
        && let Some(columns) = columns_of(connection, database, name)
    {
        out.extend_from_slice(&[b"\n/* ", &columns[..], b" */"].concat());
    }
    out
}

/// `temp` is a word of the language, but needs no quotes as a name.
fn database_name(name: &[u8]) -> Vec<u8> {
    if name.eq_ignore_ascii_case(b"temp") {
        name.to_vec()
    } else {
        text::name(name)
    }
}

/// `name(column,column)` of a table, view or module; `None` where there are none.
pub fn columns_of(connection: &Connection, database: Option<&[u8]>, name: &[u8]) -> Option<Vec<u8>> {
    let schema = database.unwrap_or(b"main");
    let query = "SELECT name FROM pragma_table_info(?1, ?2)";
    let rows = connection
        .rows(query, &[Value::Text(name), Value::Text(schema)])
        .ok()?;
    if rows.is_empty() {
        return None;
    }
    let columns: Vec<Vec<u8>> = rows
        .iter()
        .filter_map(|row| Some(text::name(row.first()?.as_deref()?)))
        .collect();
    let mut out = match database {
        Some(database) => [&database_name(database)[..], b"."].concat(),
        None => Vec::new(),
    };
    out.extend_from_slice(&[&text::name(name)[..], b"(", &columns.join(&b","[..])[..], b")"].concat());
    Some(out)
}

/// Prints the statement with its semicolon, long ones on several lines if `indent`.
pub fn print(sql: &[u8], indent: bool, out: &mut Destination) {
    let begins = |what: &[u8]| sql.len() >= what.len() && sql[..what.len()].eq_ignore_ascii_case(what);
    if !indent || begins(b"CREATE VIEW") || begins(b"CREATE TRIG") {
        return line(sql, b";\n", out);
    }
    let sql = single_spaced(sql);
    if sql.len() < 79 {
        return line(&sql, b";\n", out);
    }
    let mut piece = Vec::new();
    let mut quote: Option<u8> = None;
    let (mut depth, mut lines) = (0_i32, 0);
    let mut i = 0;
    while let Some(&b) = sql.get(i) {
        i += 1;
        let next = sql.get(i).copied();
        match (quote, b) {
            (Some(end), _) if b == end => quote = None,
            // As the original: quotes within quotes begin anew.
            (_, b'"' | b'\'' | b'`') => quote = Some(b),
            (_, b'[') => quote = Some(b']'),
            (_, b'-') if next == Some(b'-') => quote = Some(b'\n'),
            (_, b'(') => depth += 1,
            (_, b')') => {
                depth -= 1;
                if lines > 0 && depth == 0 && !piece.is_empty() {
                    line(&piece, b"\n", out);
                    piece.clear();
                }
            }
            _ => {}
        }
        piece.push(b);
        let ends = match b {
            b'(' | b'\n' => true,
            b',' => !blank_to_end(&sql[i..]),
            _ => false,
        };
        if depth == 1 && quote.is_none() && ends {
            if b == b'\n' {
                piece.pop();
            }
            line(&piece, b"\n  ", out);
            piece.clear();
            lines += 1;
            while sql.get(i).is_some_and(u8::is_ascii_whitespace) {
                i += 1;
            }
        }
    }
    line(&piece, b";\n", out);
}

/// Nothing but blanks, or a comment, up to the end of the line?
fn blank_to_end(text: &[u8]) -> bool {
    for (i, b) in text.iter().enumerate() {
        match b {
            b'\n' => return true,
            b'-' if text.get(i + 1) == Some(&b'-') => return true,
            _ if b.is_ascii_whitespace() => {}
            _ => return false,
        }
    }
    true
}

/// Blanks made one, and none beside parentheses.
fn single_spaced(sql: &[u8]) -> Vec<u8> {
    let mut out: Vec<u8> = Vec::with_capacity(sql.len());
    for b in sql.trim_ascii_start() {
        if b.is_ascii_whitespace() {
            if out.last() == Some(&b'\r') {
                out.pop();
                out.push(b'\n');
            }
            if out.last().is_none_or(|l| l.is_ascii_whitespace() || *l == b'(') {
                continue;
            }
        } else if matches!(b, b'(' | b')') && out.last().is_some_and(u8::is_ascii_whitespace) {
            out.pop();
        }
        out.push(*b);
    }
    out.truncate(out.trim_ascii_end().len());
    out
}

/// A table whose name is in quotes may be one that SQLite made for a virtual table, which makes it again by itself.
pub fn line(sql: &[u8], end: &[u8], out: &mut Destination) {
    match sql.strip_prefix(b"CREATE TABLE ") {
        Some(rest) if matches!(rest.first(), Some(b'"' | b'\'')) => {
            out.put(b"CREATE TABLE IF NOT EXISTS ");
            out.put(rest);
        }
        _ => out.put(sql),
    }
    out.put(end);
}
