//! Dot-commands that tell how things are.

use super::Words;
use crate::engine::{self, Statement};
use crate::output::Destination;
use crate::shell::{Eqp, Explain, Flow, Shell};
use crate::text;

pub fn show(shell: &mut Shell, words: Words<'_>) -> Flow {
    if !words.is_empty() {
        return super::usage(shell, "Usage: .show");
    }
    let on = |value: bool| if value { "on" } else { "off" };
    let eqp = match shell.eqp {
        Eqp::Off => "off",
        Eqp::On => "on",
        Eqp::Trigger => "trigger",
        Eqp::Full => "full",
    };
    let explain = match shell.explain {
        Explain::Auto => "auto",
        Explain::On => "on",
        Explain::Off => "off",
    };
    let format = &shell.format;
    let widths: String = format.widths.iter().map(|width| format!("{width} ")).collect();
    let lines: [(&str, Vec<u8>); 12] = [
        ("echo", on(shell.echo).into()),
        ("eqp", eqp.into()),
        ("explain", explain.into()),
        ("headers", on(format.headers).into()),
        ("mode", super::settings::describe(shell).into_bytes()),
        ("nullvalue", text::c_string(&format.null)),
        ("output", shell.out.name().to_vec()),
        ("colseparator", text::c_string(&format.column_separator)),
        ("rowseparator", text::c_string(&format.row_separator)),
        ("stats", on(shell.stats).into()),
        ("width", widths.into_bytes()),
        ("filename", shell.file.clone()),
    ];
    for (name, value) in lines {
        shell.out.put(format!("{name:>12}: ").as_bytes());
        shell.out.put(&value);
        shell.out.put(b"\n");
    }
    Flow::Go
}

pub fn version(shell: &mut Shell, _: Words<'_>) -> Flow {
    let (version, source) = engine::version();
    shell.out.put(format!("SQLite {version} {source}\n").as_bytes());
    Flow::Go
}

/// Counters of sqlite3_stmt_status, as `.stats on` shows them.
const COUNTERS: &[(&str, i32)] = &[
    ("Fullscan Steps:", 1),
    ("Sort Operations:", 2),
    ("Autoindex Inserts:", 3),
    ("Virtual Machine Steps:", 4),
    ("Reprepare operations:", 5),
    ("Number of times run:", 6),
    ("Memory used by prepared stmt:", 99),
];

/// What a statement that has run took.
pub fn show_statement_stats(statement: &Statement, out: &mut Destination) {
    for (name, counter) in COUNTERS {
        out.put(format!("{name:<36} {}\n", statement.status(*counter)).as_bytes());
    }
}

/// `.stats` alone: what the connection did. The library counts no memory here.
pub fn show_stats(shell: &mut Shell) -> Flow {
    let connection = match shell.connection() {
        Ok(connection) => connection,
        Err(flow) => return flow,
    };
    let (changes, total) = connection.changes();
    let state = match connection.transaction_state(b"main") {
        2 => "writing",
        1 => "reading",
        _ => "none",
    };
    shell.out.put(
        format!("Changes of the last statement: {changes}\nChanges: {total}\nTransaction: {state}\n")
            .as_bytes(),
    );
    Flow::Go
}
