//! Dot-commands that show what a database holds.

use super::{Words, option, usage};
use crate::engine::{Connection, Result, Value};
use crate::schema_text;
use crate::shell::{Flow, Shell};
use crate::text;

/// Names of the attached databases, in their order.
fn databases_of(connection: &Connection) -> Result<Vec<Vec<u8>>> {
    let rows = connection.rows("PRAGMA database_list", &[])?;
    Ok(rows
        .into_iter()
        .filter_map(|mut row| row.get_mut(1)?.take())
        .collect())
}

fn with(shell: &mut Shell, work: impl FnOnce(&mut Shell, &Connection) -> Result<()>) -> Flow {
    let connection = match shell.connection() {
        Ok(connection) => connection,
        Err(flow) => return flow,
    };
    match work(shell, &connection) {
        Ok(()) => Flow::Go,
        Err(error) => shell.fail(error.message),
    }
}

pub fn databases(shell: &mut Shell, _: Words<'_>) -> Flow {
    with(shell, |shell, connection| {
        for row in connection.rows("PRAGMA database_list", &[])? {
            let [_, Some(name), file] = &row[..] else { continue };
            let file = file.as_deref().unwrap_or_default();
            let file = if file.is_empty() { b"\"\"" } else { file };
            let access = if connection.is_read_only(name) {
                "r/o"
            } else {
                "r/w"
            };
            let state = match connection.transaction_state(name) {
                _ if connection.is_autocommit() => "",
                2 => " write-txn",
                1 => " read-txn",
                _ => "",
            };
            shell.out.put(
                &[
                    &name[..],
                    b": ",
                    file,
                    b" ",
                    access.as_bytes(),
                    state.as_bytes(),
                    b"\n",
                ]
                .concat(),
            );
        }
        Ok(())
    })
}

pub fn tables(shell: &mut Shell, words: Words<'_>) -> Flow {
    let pattern = words.first().map_or(&b"%"[..], Vec::as_slice);
    let condition = "type IN ('table','view') AND name NOT LIKE 'sqlite__%' ESCAPE '_' AND name LIKE ?1";
    list(shell, condition, pattern)
}

pub fn indexes(shell: &mut Shell, words: Words<'_>) -> Flow {
    match words {
        [] => list(shell, "type='index'", b"%"),
        [pattern] => list(shell, "type='index' AND tbl_name LIKE ?1", pattern),
        _ => usage(shell, "Usage: .indexes ?LIKE-PATTERN?"),
    }
}

/// The names that `condition` selects, in columns.
fn list(shell: &mut Shell, condition: &str, pattern: &[u8]) -> Flow {
    with(shell, |shell, connection| {
        let mut query = Vec::new();
        for database in databases_of(connection)? {
            if !query.is_empty() {
                query.extend_from_slice(b" UNION ALL ");
            }
            query.extend_from_slice(b"SELECT ");
            if database != b"main" {
                query
                    .extend_from_slice(&[&text::quoted(&[&database[..], b"."].concat())[..], b"||"].concat());
            }
            let from = [
                b"name FROM ",
                &text::quoted_name(&database)[..],
                b".sqlite_schema WHERE ",
            ]
            .concat();
            query.extend_from_slice(&from);
            query.extend_from_slice(condition.as_bytes());
        }
        query.extend_from_slice(b" ORDER BY 1");
        let values: &[Value<'_>] = if condition.contains("?1") {
            &[Value::Text(pattern)]
        } else {
            &[]
        };
        let rows = connection.rows(query, values)?;
        let names: Vec<Vec<u8>> = rows
            .into_iter()
            .filter_map(|mut row| row.get_mut(0)?.take())
            .collect();
        let widest = names.iter().map(Vec::len).max().unwrap_or(0);
        let columns = (80 / (widest + 2)).max(1);
        let lines = names.len().div_ceil(columns);
        for line in 0..lines {
            for (column, i) in (line..names.len()).step_by(lines).enumerate() {
                shell.out.put(if column == 0 { b"" } else { b"  " });
                shell.out.put(&names[i]);
                shell.out.put(&b" ".repeat(widest - names[i].len()));
            }
            shell.out.put(b"\n");
        }
        Ok(())
    })
}

pub fn schema(shell: &mut Shell, words: Words<'_>) -> Flow {
    let (mut indent, mut system) = (false, true);
    let mut pattern: Option<&[u8]> = None;
    for word in words {
        match option(word) {
            Some(b"indent") => indent = true,
            Some(b"nosys") => system = false,
            Some(b"debug") => {}
            Some(_) => return usage(shell, [b"Unknown option: \"", &word[..], b"\""].concat()),
            None if pattern.is_some() => {
                return usage(shell, "Usage: .schema ?--indent? ?--nosys? ?LIKE-PATTERN?");
            }
            None => pattern = Some(word),
        }
    }
    if let Some(name) = pattern
        && let b"sqlite_master" | b"sqlite_schema" | b"sqlite_temp_master" | b"sqlite_temp_schema" =
            name.to_ascii_lowercase().as_slice()
    {
        let columns =
            b" (\n  type text,\n  name text,\n  tbl_name text,\n  rootpage integer,\n  sql text\n);\n";
        shell.out.put(&[b"CREATE TABLE ", name, columns].concat());
        return Flow::Go;
    }
    with(shell, |shell, connection| {
        for database in databases_of(connection)? {
            let mut query = [
                b"SELECT sql, name FROM ",
                &text::quoted_name(&database)[..],
                b".sqlite_schema WHERE sql IS NOT NULL AND type!='meta'",
                &matching(pattern, &database),
            ]
            .concat();
            if !system {
                query.extend_from_slice(b" AND name NOT LIKE 'sqlite__%' ESCAPE '_'");
            }
            query.extend_from_slice(b" ORDER BY rowid");
            for row in connection.rows(query, &[])? {
                let [Some(sql), name] = &row[..] else { continue };
                let name = name.as_deref().unwrap_or_default();
                let sql = schema_text::with_schema(connection, sql, &database, name);
                schema_text::print(&sql, indent, &mut shell.out);
            }
        }
        if let Some(pattern) = pattern {
            modules(shell, connection, pattern)?;
        }
        Ok(())
    })
}

/// The condition for the objects of a database that match.
fn matching(pattern: Option<&[u8]>, database: &[u8]) -> Vec<u8> {
    let Some(pattern) = pattern else {
        return Vec::new();
    };
    let name = if pattern.contains(&b'.') {
        [
            b"lower(printf('%s.%s',",
            &text::quoted(database)[..],
            b",tbl_name))",
        ]
        .concat()
    } else {
        b"lower(tbl_name)".to_vec()
    };
    [b" AND ", &name[..], &comparison(pattern)].concat()
}

/// `GLOB` or `LIKE` with the pattern, by the characters that it has.
fn comparison(pattern: &[u8]) -> Vec<u8> {
    let pattern = pattern.to_ascii_lowercase();
    if pattern.iter().any(|b| matches!(b, b'*' | b'?' | b'[')) {
        [b" GLOB ", &text::quoted(&pattern)[..]].concat()
    } else {
        [b" LIKE ", &text::quoted(&pattern)[..], b" ESCAPE '\\'"].concat()
    }
}

/// Virtual tables that are there without having been made.
fn modules(shell: &mut Shell, connection: &Connection, pattern: &[u8]) -> Result<()> {
    let query = [
        b"SELECT name FROM pragma_module_list WHERE lower(name)",
        &comparison(pattern)[..],
    ];
    for row in connection.rows(query.concat(), &[])? {
        if let [Some(name)] = &row[..]
            && let Some(columns) = schema_text::columns_of(connection, None, name)
        {
            shell.out.put(&[b"/* ", &columns[..], b" */;\n"].concat());
        }
    }
    Ok(())
}

pub fn fullschema(shell: &mut Shell, words: Words<'_>) -> Flow {
    let indent = match words {
        [] => false,
        [word] if option(word).is_some_and(|o| o.starts_with(b"indent")) => true,
        _ => return usage(shell, "Usage: .fullschema ?--indent?"),
    };
    with(shell, |shell, connection| {
        let query = "SELECT sql FROM (SELECT sql sql, type type, tbl_name tbl_name, name name, rowid x FROM sqlite_schema UNION ALL \
                     SELECT sql, type, tbl_name, name, rowid FROM sqlite_temp_schema) \
                     WHERE type!='meta' AND sql NOTNULL AND name NOT LIKE 'sqlite__%' ESCAPE '_' ORDER BY x";
        for row in connection.rows(query, &[])? {
            if let [Some(sql)] = &row[..] {
                schema_text::print(sql, indent, &mut shell.out);
            }
        }
        let there = connection.rows(
            "SELECT 1 FROM sqlite_schema WHERE name GLOB 'sqlite_stat[134]'",
            &[],
        )?;
        if there.is_empty() {
            shell.out.put(b"/* No STAT tables available */\n");
            return Ok(());
        }
        shell.out.put(b"ANALYZE sqlite_schema;\n");
        for table in ["sqlite_stat1", "sqlite_stat4"] {
            super::dump::rows(connection, table.as_bytes(), false, false, &mut shell.out)
                .or_else(|error| if error.code == 1 { Ok(()) } else { Err(error) })?;
        }
        shell.out.put(b"ANALYZE sqlite_schema;\n");
        Ok(())
    })
}
