//! `.parameter`: values for the parameters of statements, in a table of the temporary database.

use super::{Words, help};
use crate::engine::{Connection, Result, Value};
use crate::shell::{Flow, Shell};

pub fn run(shell: &mut Shell, words: Words<'_>) -> Flow {
    let connection = match shell.connection() {
        Ok(connection) => connection,
        Err(flow) => return flow,
    };
    let texts: Vec<&[u8]> = words.iter().map(Vec::as_slice).collect();
    let outcome = match texts[..] {
        [b"clear"] => connection.execute("DROP TABLE IF EXISTS temp.sqlite_parameters"),
        [b"list"] => list(shell, &connection),
        [b"init"] => init(&connection),
        [b"set", name, value] => set(&connection, name, value),
        [b"unset", name] => match connection.statement("DELETE FROM temp.sqlite_parameters WHERE key=?1") {
            Ok(mut statement) => statement
                .bind(1, Value::Text(name))
                .and_then(|()| statement.step().map(drop)),
            // Without the table nothing is set.
            Err(_) => Ok(()),
        },
        _ => {
            shell.out.put(help::text_of("parameter").as_bytes());
            return Flow::Go;
        }
    };
    match outcome {
        Ok(()) => Flow::Go,
        Err(error) => shell.fail(error.message),
    }
}

fn init(connection: &Connection) -> Result<()> {
    let defensive = crate::engine::Switch::DEFENSIVE;
    let was = connection.switch(defensive, None);
    // Names that begin with sqlite_ are for SQLite; its shell's own are made as if they were.
    connection.switch(defensive, Some(false));
    let outcome = connection.execute(
        "PRAGMA writable_schema=ON; \
         CREATE TABLE IF NOT EXISTS temp.sqlite_parameters(\n  key TEXT PRIMARY KEY,\n  value\n) WITHOUT ROWID;",
    );
    let reset = connection.execute("PRAGMA writable_schema=OFF");
    connection.switch(defensive, Some(was));
    outcome.and(reset)
}

/// The value is an SQL expression where that makes sense, and else a text.
fn set(connection: &Connection, name: &[u8], value: &[u8]) -> Result<()> {
    init(connection)?;
    let begin = b"REPLACE INTO temp.sqlite_parameters(key,value) VALUES(?1,";
    let expression = connection.statement([begin, value, b");"].concat());
    let mut statement = match expression {
        Ok(statement) => statement,
        Err(_) => {
            let mut statement = connection.statement([&begin[..], b"?2);"].concat())?;
            statement.bind(2, Value::Text(value))?;
            statement
        }
    };
    statement.bind(1, Value::Text(name))?;
    statement.step().map(drop)
}

fn list(shell: &mut Shell, connection: &Connection) -> Result<()> {
    let Ok(rows) = connection.rows(
        "SELECT key, quote(value) FROM temp.sqlite_parameters ORDER BY 1",
        &[],
    ) else {
        return Ok(());
    };
    let widest = rows
        .iter()
        .filter_map(|row| row[0].as_ref())
        .map(Vec::len)
        .max()
        .unwrap_or(0);
    for row in rows {
        let [Some(key), Some(value)] = &row[..] else {
            continue;
        };
        shell.out.put(key);
        shell.out.put(&b" ".repeat(widest - key.len() + 1));
        shell.out.put(value);
        shell.out.put(b"\n");
    }
    Ok(())
}
