//! `.dump`: a database as the SQL that makes it again.

use super::{Words, option, usage};
use crate::engine::{Connection, Error, Result, Value};
use crate::output::Destination;
use crate::render::{Format, Mode, RowPrinter, literal};
use crate::schema_text;
use crate::shell::{Flow, Shell};
use crate::text;

#[derive(Default)]
struct Options {
    rowids: bool,
    no_system: bool,
    data_only: bool,
    newlines: bool,
}

pub fn run(shell: &mut Shell, words: Words<'_>) -> Flow {
    let mut options = Options::default();
    let mut patterns: Vec<&[u8]> = Vec::new();
    for word in words {
        match option(word) {
            Some(b"preserve-rowids") => options.rowids = true,
            Some(b"newlines") => options.newlines = true,
            Some(b"data-only") => options.data_only = true,
            Some(b"nosys") => options.no_system = true,
            Some(_) => {
                return usage(
                    shell,
                    [b"Unknown option \"", &word[..], b"\" on \".dump\""].concat(),
                );
            }
            None => patterns.push(word),
        }
    }
    let connection = match shell.connection() {
        Ok(connection) => connection,
        Err(flow) => return flow,
    };
    if !options.data_only {
        shell.out.put(b"PRAGMA foreign_keys=OFF;\nBEGIN TRANSACTION;\n");
    }
    // One state of the database, though another writes meanwhile. That a schema that is damaged is read all the same is wanted here.
    let begun = connection.execute("SAVEPOINT dump; PRAGMA writable_schema=ON");
    let mut writable_schema = false;
    let outcome = begun.and_then(|()| {
        objects(
            &connection,
            &patterns,
            &options,
            &mut writable_schema,
            &mut shell.out,
        )
    });
    if writable_schema {
        shell.out.put(b"PRAGMA writable_schema=OFF;\n");
    }
    let _ = connection.execute("PRAGMA writable_schema=OFF; RELEASE dump");
    match outcome {
        Ok(()) => {
            if !options.data_only {
                shell.out.put(b"COMMIT;\n");
            }
            Flow::Go
        }
        Err(error) => {
            shell.out.put(b"/****** ERROR: ");
            shell.out.put(&error.message);
            shell.out.put(b" ******/\n");
            if !options.data_only {
                shell.out.put(b"ROLLBACK; -- due to errors\n");
            }
            shell.fail(error.message)
        }
    }
}

fn objects(
    connection: &Connection,
    patterns: &[&[u8]],
    options: &Options,
    writable_schema: &mut bool,
    out: &mut Destination,
) -> Result<()> {
    let mut condition = Vec::new();
    for pattern in patterns {
        let or: &[u8] = if condition.is_empty() { b" AND (" } else { b" OR " };
        let like = [or, b"name LIKE ", &text::quoted(pattern)[..], b" ESCAPE '\\'"].concat();
        condition.extend_from_slice(&like);
        // Shadow tables go with their virtual table.
        let shadow = b" OR EXISTS (SELECT 1 FROM sqlite_schema WHERE name LIKE ";
        let end = b" ESCAPE '\\' AND sql LIKE 'CREATE VIRTUAL TABLE%' AND substr(o.name,1,length(name)+1) == (name||'_'))";
        condition.extend_from_slice(&[&shadow[..], &text::quoted(pattern), &end[..]].concat());
    }
    if !condition.is_empty() {
        condition.push(b')');
    }
    if options.no_system {
        condition.extend_from_slice(b" AND name NOT LIKE 'sqlite__%' ESCAPE '_'");
    }
    let tables = [
        b"SELECT name, type, sql FROM sqlite_schema AS o WHERE type=='table' AND sql NOT NULL",
        &condition[..],
        b" ORDER BY tbl_name='sqlite_sequence', rowid",
    ];
    let mut first_error: Option<Error> = None;
    for row in connection.rows(tables.concat(), &[])? {
        let [Some(name), _, Some(sql)] = &row[..] else {
            continue;
        };
        if let Err(error) = table(connection, name, sql, options, writable_schema, out) {
            first_error.get_or_insert(error);
        }
    }
    if let Some(error) = first_error {
        return Err(error);
    }
    if options.data_only {
        return Ok(());
    }
    let others = [
        b"SELECT sql FROM sqlite_schema AS o WHERE sql NOT NULL AND type IN ('index','trigger','view')",
        &condition[..],
    ];
    for row in connection.rows(others.concat(), &[])? {
        if let [Some(sql)] = &row[..] {
            schema_text::line(sql, b";\n", out);
        }
    }
    Ok(())
}

fn table(
    connection: &Connection,
    name: &[u8],
    sql: &[u8],
    options: &Options,
    writable_schema: &mut bool,
    out: &mut Destination,
) -> Result<()> {
    let is_virtual = sql.len() > 20 && sql[..20].eq_ignore_ascii_case(b"CREATE VIRTUAL TABLE");
    if name == b"sqlite_sequence" {
        if !options.data_only {
            out.put(b"DELETE FROM sqlite_sequence;\n");
        }
    } else if name.starts_with(b"sqlite_stat") {
        if !options.data_only {
            out.put(b"ANALYZE sqlite_schema;\n");
        }
    } else if name.starts_with(b"sqlite_") {
        return Ok(());
    } else if is_virtual {
        if !options.data_only {
            if !*writable_schema {
                out.put(b"PRAGMA writable_schema=ON;\n");
                *writable_schema = true;
            }
            let (name, sql) = (text::quoted(name), text::quoted(sql));
            let begin = b"INSERT INTO sqlite_schema(type,name,tbl_name,rootpage,sql)VALUES('table',";
            out.put(&[begin, &name[..], b",", &name, b",0,", &sql, b");\n"].concat());
        }
        return Ok(());
    } else if !options.data_only {
        schema_text::line(sql, b";\n", out);
    }
    rows(connection, name, options.rowids, options.newlines, out)
}

/// The INSERT statements of a table.
pub fn rows(
    connection: &Connection,
    name: &[u8],
    rowids: bool,
    newlines: bool,
    out: &mut Destination,
) -> Result<()> {
    let info = connection.rows(
        "SELECT name, pk, type FROM pragma_table_info(?1)",
        &[Value::Text(name)],
    )?;
    let columns: Vec<&[u8]> = info.iter().filter_map(|row| row.first()?.as_deref()).collect();
    if columns.is_empty() {
        return Ok(());
    }
    let rowid = if rowids {
        rowid_name(connection, name, &info, &columns)
    } else {
        None
    };
    let mut listed: Vec<Vec<u8>> = columns.iter().map(|column| text::name(column)).collect();
    if let Some(rowid) = rowid {
        listed.insert(0, rowid.as_bytes().to_vec());
    }
    let quoted = text::quoted_name(name);
    let query = |order: &[u8]| [b"SELECT ", &listed.join(&b","[..])[..], b" FROM ", &quoted, order].concat();
    let mut table = text::name(name);
    if rowid.is_some() {
        table.extend_from_slice(&[b"(", &listed.join(&b","[..])[..], b")"].concat());
    }
    let format = Format {
        mode: Mode::Insert,
        headers: false,
        table,
        ..Format::default()
    };
    let outcome = each_row(connection, &query(b""), &format, newlines, out);
    match outcome {
        Err(error) if error.code == libsqlite3_sys::SQLITE_CORRUPT => {
            out.put(b"/****** CORRUPTION ERROR *******/\n");
            // From the other end more may be found.
            each_row(
                connection,
                &query(b" ORDER BY rowid DESC"),
                &format,
                newlines,
                out,
            )
            .and(Err(error))
        }
        outcome => outcome,
    }
}

/// The name by which the table's row ids are reached, if it has any that no column shows.
fn rowid_name(
    connection: &Connection,
    name: &[u8],
    info: &[Vec<Option<Vec<u8>>>],
    columns: &[&[u8]],
) -> Option<&'static str> {
    let keys: Vec<_> = info
        .iter()
        .filter(|row| row.get(1).and_then(Option::as_deref) != Some(b"0"))
        .collect();
    if let [key] = keys[..]
        && key.get(2)?.as_deref()?.eq_ignore_ascii_case(b"INTEGER")
    {
        // The column is the row id, unless the key has an index of its own (`INTEGER PRIMARY KEY DESC`).
        let query = "SELECT 1 FROM pragma_index_list(?1) WHERE origin='pk'";
        if connection.rows(query, &[Value::Text(name)]).ok()?.is_empty() {
            return None;
        }
    }
    let free = |candidate: &&&str| {
        !columns
            .iter()
            .any(|column| column.eq_ignore_ascii_case(candidate.as_bytes()))
    };
    let candidate = ["rowid", "_rowid_", "oid"].iter().find(free)?;
    let query = [
        b"SELECT ",
        candidate.as_bytes(),
        b" FROM ",
        &text::quoted_name(name)[..],
    ]
    .concat();
    // A table WITHOUT ROWID has none.
    connection.prepare(&query).ok().map(|_| *candidate)
}

fn each_row(
    connection: &Connection,
    query: &[u8],
    format: &Format,
    newlines: bool,
    out: &mut Destination,
) -> Result<()> {
    let mut statement = connection.statement(query)?;
    let mut printer = RowPrinter::new(&statement, Vec::new());
    while statement.step()? {
        if !newlines {
            printer.row(format, &statement, out);
            continue;
        }
        let values: Vec<Vec<u8>> = (0..statement.columns())
            .map(|i| match statement.value(i) {
                Value::Text(t) if !t.contains(&0) => text::quoted(t),
                Value::Text(t) => text::escaped(t),
                value => literal(value),
            })
            .collect();
        out.put(
            &[
                b"INSERT INTO ",
                &format.table[..],
                b" VALUES(",
                &values.join(&b","[..])[..],
                b");\n",
            ]
            .concat(),
        );
    }
    Ok(())
}
