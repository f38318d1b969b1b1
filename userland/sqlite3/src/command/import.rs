//! `.import`: a table's rows from a file of separated values.

use sys::{Fd, Mode, OpenFlags};

use super::Words;
use super::fields::{End, Reader};
use crate::engine::{Connection, Error, Statement, Value};
use crate::output;
use crate::render::Mode as OutputMode;
use crate::shell::{Flow, Shell};
use crate::text;

/// What `.import` is asked for.
#[derive(Default)]
struct Request {
    file: Vec<u8>,
    table: Vec<u8>,
    schema: Option<Vec<u8>>,
    csv: bool,
    ascii: bool,
    skip: i64,
    verbose: bool,
}

pub fn run(shell: &mut Shell, words: Words<'_>) -> Flow {
    let request = match parse(words) {
        Ok(request) => request,
        Err(message) => {
            let usage = super::help::text_of("import");
            shell
                .out
                .put(&[b"ERROR: ", &message[..], usage.as_bytes()].concat());
            return Flow::Failed;
        }
    };
    let separators = match separators(shell, &request) {
        Ok(separators) => separators,
        Err(message) => return shell.fail(message),
    };
    let connection = match shell.connection() {
        Ok(connection) => connection,
        Err(flow) => return flow,
    };
    let opened = match request.file.strip_prefix(b"|") {
        Some(command) => {
            shell.out.send();
            output::start(command, Fd::STDOUT).map(|(child, fd)| (fd, Some(child)))
        }
        None => sys::open(&request.file, OpenFlags::CLOEXEC, Mode::empty()).map(|fd| (fd, None)),
    };
    let Ok((fd, child)) = opened else {
        return shell.fail([b"cannot open \"", &request.file[..], b"\""].concat());
    };
    let name = if child.is_some() {
        b"<pipe>".to_vec()
    } else {
        request.file.clone()
    };
    let mut reader = Reader::new(
        fd,
        name,
        separators,
        request.ascii || shell.format.mode == OutputMode::Ascii,
    );
    let outcome = import(shell, &connection, &request, &mut reader);
    let _ = sys::close(fd);
    if let Some(child) = child {
        cli::process::wait_for(child);
    }
    match outcome {
        Ok(flow) => flow,
        Err(error) => shell.fail(error.message),
    }
}

fn parse(words: Words<'_>) -> Result<Request, Vec<u8>> {
    let mut request = Request::default();
    let mut operands = Vec::new();
    let mut rest = words.iter();
    while let Some(word) = rest.next() {
        let Some(option) = super::option(word) else {
            operands.push(word.clone());
            continue;
        };
        match option {
            b"v" => request.verbose = true,
            b"csv" => request.csv = true,
            b"ascii" => request.ascii = true,
            b"schema" => request.schema = rest.next().cloned(),
            b"skip" => request.skip = rest.next().map_or(0, |n| text::integer(n)),
            _ => {
                // As the original says it, with one of two dashes.
                let shown = word
                    .strip_prefix(b"-")
                    .filter(|w| w.starts_with(b"-"))
                    .unwrap_or(word);
                return Err([b"unknown option: \"", shown, b"\".  Usage:\n"].concat());
            }
        }
    }
    let mut operands = operands.into_iter();
    match (operands.next(), operands.next(), operands.next()) {
        (Some(file), Some(table), None) => {
            (request.file, request.table) = (file, table);
            Ok(request)
        }
        (None, ..) => Err(b"missing FILE argument. Usage:\n".to_vec()),
        (_, None, _) => Err(b"missing TABLE argument. Usage:\n".to_vec()),
        (.., Some(extra)) => Err([b"extra argument: \"", &extra[..], b"\".  Usage:\n"].concat()),
    }
}

/// The bytes between fields and between rows.
fn separators(shell: &mut Shell, request: &Request) -> Result<(u8, u8), &'static str> {
    if request.csv {
        return Ok((b',', b'\n'));
    }
    if request.ascii {
        return Ok((0x1f, 0x1e));
    }
    let format = &shell.format;
    let column = match format.column_separator[..] {
        [] => return Err("non-null column separator required for import"),
        [one] => one,
        _ => return Err("multi-character column separators not allowed for import"),
    };
    match format.row_separator[..] {
        [] => Err("non-null row separator required for import"),
        [one] => Ok((column, one)),
        // The change stays, as in the original.
        [b'\r', b'\n'] if format.mode == OutputMode::Csv => {
            shell.format.row_separator = b"\n".to_vec();
            Ok((column, b'\n'))
        }
        _ => Err("multi-character row separators not allowed for import"),
    }
}

fn import(
    shell: &mut Shell,
    connection: &Connection,
    request: &Request,
    reader: &mut Reader,
) -> Result<Flow, Error> {
    if request.verbose && !request.csv && !request.ascii {
        let shown = |b: u8| text::c_string(&[b]);
        let (column, row) = (shown(reader.column), shown(reader.row));
        shell.out.put(
            &[
                b"Column separator ",
                &column[..],
                b", row separator ",
                &row,
                b"\n",
            ]
            .concat(),
        );
    }
    for _ in 0..request.skip {
        while reader.field(shell).is_some() && reader.end == End::Column {}
    }
    let table = match &request.schema {
        Some(schema) => [
            &text::quoted_name(schema)[..],
            b".",
            &text::quoted_name(&request.table),
        ]
        .concat(),
        None => text::quoted_name(&request.table),
    };
    let query = [b"SELECT * FROM ", &table[..]].concat();
    let there = match connection.statement(&query) {
        Ok(statement) => Some(statement),
        Err(error)
            if error.message.starts_with(b"no such table: ")
                || error.message.starts_with(b"unknown database") =>
        {
            None
        }
        Err(error) => return Err(error),
    };
    let columns = match there {
        Some(statement) => statement.columns(),
        None => match create(shell, connection, request, &table, reader)? {
            0 => return Ok(Flow::Failed),
            columns => columns,
        },
    };
    let marks = vec!["?"; columns].join(",");
    let insert = [b"INSERT INTO ", &table[..], b" VALUES(", marks.as_bytes(), b")"].concat();
    let mut insert = connection.statement(insert)?;
    let whole = connection.is_autocommit();
    if whole {
        connection.execute("BEGIN")?;
    }
    let (mut rows, mut errors) = (0_u64, 0_u64);
    while reader.end != End::File {
        if sys::recorded().contains(sys::Signal::INT) {
            break;
        }
        let line = reader.line;
        match row(shell, &mut insert, columns, reader)? {
            false => {}
            true => {
                match insert.step() {
                    Ok(_) => rows += 1,
                    Err(error) => {
                        errors += 1;
                        let place = format!(":{line}: INSERT failed: ");
                        shell.tell(&[&reader.name[..], place.as_bytes(), &error.message, b"\n"].concat());
                    }
                }
                insert.reset();
            }
        }
    }
    drop(insert);
    if whole {
        connection.execute("COMMIT")?;
    }
    if request.verbose {
        let lines = reader.line - 1;
        let text = format!("Added {rows} rows with {errors} errors using {lines} lines of input\n");
        shell.out.put(text.as_bytes());
    }
    Ok(Flow::Go)
}

/// Binds the fields of the next row; false if there is none.
fn row(
    shell: &mut Shell,
    insert: &mut Statement,
    columns: usize,
    reader: &mut Reader,
) -> Result<bool, Error> {
    let line = reader.line;
    let mut found = 0;
    while found < columns {
        let field = reader.field(shell);
        let blank = match &field {
            None => true,
            // The end of such a file is a line that is none.
            Some(field) => reader.ascii && field.is_empty(),
        };
        if found == 0 && blank {
            return Ok(false);
        }
        insert.bind(found + 1, field.as_deref().map_or(Value::Null, Value::Text))?;
        found += 1;
        if found < columns && reader.end != End::Column {
            let message = format!(
                ":{line}: expected {columns} columns but found {found} - filling the rest with NULL\n"
            );
            shell.tell(&[&reader.name[..], message.as_bytes()].concat());
            while found < columns {
                found += 1;
                insert.bind(found, Value::Null)?;
            }
            return Ok(true);
        }
    }
    if reader.end == End::Column {
        while reader.end == End::Column {
            reader.field(shell);
            found += 1;
        }
        let message = format!(":{line}: expected {columns} columns but found {found} - extras ignored\n");
        shell.tell(&[&reader.name[..], message.as_bytes()].concat());
    }
    Ok(true)
}

/// Makes the table, with the first row's fields as names. Answers the number of columns, 0 where the file has none.
fn create(
    shell: &mut Shell,
    connection: &Connection,
    request: &Request,
    table: &[u8],
    reader: &mut Reader,
) -> Result<usize, Error> {
    let mut names: Vec<Vec<u8>> = Vec::new();
    while let Some(field) = reader.field(shell) {
        names.push(field);
        if reader.end != End::Column {
            break;
        }
    }
    if names.is_empty() {
        shell.tell(&[&reader.name[..], b": empty file\n"].concat());
        return Ok(0);
    }
    let renamed = distinct(&mut names);
    if !renamed.is_empty() {
        let list = renamed.join(&b",\n"[..]);
        let title = [
            b"Columns renamed during .import ",
            &request.file[..],
            b" due to duplicates:\n",
        ]
        .concat();
        shell.tell(&[&title[..], &list, b"\n"].concat());
    }
    let columns: Vec<Vec<u8>> = names
        .iter()
        .map(|name| [&text::quoted_name(name)[..], b" TEXT"].concat())
        .collect();
    let sql = [
        b"CREATE TABLE ",
        table,
        b"(\n",
        &columns.join(&b", "[..])[..],
        b")\n",
    ]
    .concat();
    if request.verbose {
        shell.out.put(&[&sql[..], b"\n"].concat());
    }
    if let Err(error) = connection.execute(&sql) {
        shell.tell(&[&sql[..], b" failed:\n", &error.message, b"\n"].concat());
        return Ok(0);
    }
    Ok(names.len())
}

/// Gives columns of one name different ones, by their places; answers what was renamed, as it is told.
fn distinct(names: &mut [Vec<u8>]) -> Vec<Vec<u8>> {
    let width = names.len().to_string().len();
    for name in names.iter_mut().filter(|name| name.is_empty()) {
        *name = b"?".to_vec();
    }
    let same = |a: &[u8], b: &[u8]| a.eq_ignore_ascii_case(b);
    let doubled: Vec<usize> = (0..names.len())
        .filter(|i| {
            names
                .iter()
                .enumerate()
                .any(|(j, other)| j != *i && same(other, &names[*i]))
        })
        .collect();
    let mut told = Vec::new();
    for i in doubled {
        let old = names[i].clone();
        let mut new = [&old[..], format!("_{:0width$}", i + 1).as_bytes()].concat();
        while names.iter().any(|other| same(other, &new)) {
            new.push(b'_');
        }
        told.push([&text::quoted_name(&old)[..], b" to ", &text::quoted_name(&new)].concat());
        names[i] = new;
    }
    told
}
