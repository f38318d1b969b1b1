//! Dot-commands that change how things are done or look.

use super::{Words, boolean, option, usage};
use crate::engine::Switch;
use crate::render::Mode;
use crate::shell::{Eqp, Explain, Flow, Shell};
use crate::text;

/// A command with one word, on or off.
fn switch(shell: &mut Shell, words: Words<'_>, name: &str, set: impl FnOnce(&mut Shell, bool)) -> Flow {
    match words {
        [word] => {
            let value = boolean(shell, word);
            set(shell, value);
            Flow::Go
        }
        _ => usage(shell, format!("Usage: .{name} on|off")),
    }
}

pub fn bail(shell: &mut Shell, words: Words<'_>) -> Flow {
    switch(shell, words, "bail", |shell, on| shell.bail = on)
}

/// Output is never translated here.
pub fn binary(shell: &mut Shell, words: Words<'_>) -> Flow {
    switch(shell, words, "binary", |_, _| {})
}

pub fn changes(shell: &mut Shell, words: Words<'_>) -> Flow {
    switch(shell, words, "changes", |shell, on| shell.count_changes = on)
}

pub fn echo(shell: &mut Shell, words: Words<'_>) -> Flow {
    switch(shell, words, "echo", |shell, on| shell.echo = on)
}

pub fn timer(shell: &mut Shell, words: Words<'_>) -> Flow {
    switch(shell, words, "timer", |shell, on| shell.timer = on)
}

pub fn headers(shell: &mut Shell, words: Words<'_>) -> Flow {
    switch(shell, words, "headers", |shell, on| {
        shell.format.headers = on;
        shell.headers_set = true;
    })
}

pub fn eqp(shell: &mut Shell, words: Words<'_>) -> Flow {
    let [word] = words else {
        return usage(shell, "Usage: .eqp off|on|trace|trigger|full");
    };
    shell.eqp = match word.as_slice() {
        b"full" => Eqp::Full,
        b"trigger" => Eqp::Trigger,
        word => {
            if boolean(shell, word) {
                Eqp::On
            } else {
                Eqp::Off
            }
        }
    };
    if shell.is_open()
        && let Ok(connection) = shell.connection()
        && let Some((_, trigger)) = Switch::ALL.iter().find(|(name, _)| *name == "trigger_eqp")
    {
        connection.switch(*trigger, Some(shell.eqp == Eqp::Trigger));
    }
    Flow::Go
}

pub fn explain(shell: &mut Shell, words: Words<'_>) -> Flow {
    let value = match words.first().map(Vec::as_slice) {
        None => Explain::On,
        Some(b"auto") => Explain::Auto,
        Some(word) => {
            if boolean(shell, word) {
                Explain::On
            } else {
                Explain::Off
            }
        }
    };
    if value == Explain::On {
        if shell.format.mode != Mode::Explain {
            shell.normal_mode = shell.format.mode;
        }
        shell.format.mode = Mode::Explain;
    } else if shell.format.mode == Mode::Explain {
        shell.format.mode = shell.normal_mode;
    }
    shell.explain = value;
    Flow::Go
}

pub fn null_value(shell: &mut Shell, words: Words<'_>) -> Flow {
    match words {
        [word] => {
            shell.format.null.clone_from(word);
            Flow::Go
        }
        _ => usage(shell, "Usage: .nullvalue STRING"),
    }
}

pub fn separator(shell: &mut Shell, words: Words<'_>) -> Flow {
    if !(1..=2).contains(&words.len()) {
        return usage(shell, "Usage: .separator COL ?ROW?");
    }
    shell.format.column_separator.clone_from(&words[0]);
    if let Some(row) = words.get(1) {
        shell.format.row_separator.clone_from(row);
    }
    Flow::Go
}

pub fn prompt(shell: &mut Shell, words: Words<'_>) -> Flow {
    for (prompt, word) in shell.prompts.iter_mut().zip(words) {
        prompt.clone_from(word);
    }
    Flow::Go
}

pub fn width(shell: &mut Shell, words: Words<'_>) -> Flow {
    let width = |word: &Vec<u8>| text::integer(word).clamp(-1_000_000, 1_000_000) as i32;
    shell.format.widths = words.iter().map(width).collect();
    Flow::Go
}

pub fn stats(shell: &mut Shell, words: Words<'_>) -> Flow {
    match words {
        [] => super::status::show_stats(shell),
        [word] if word == b"stmt" || word == b"vmstep" => {
            shell.fail(".stats stmt and .stats vmstep are not supported")
        }
        [word] => {
            shell.stats = boolean(shell, word);
            Flow::Go
        }
        _ => usage(shell, "Usage: .stats ?on|off|stmt|vmstep?"),
    }
}

pub fn timeout(shell: &mut Shell, words: Words<'_>) -> Flow {
    let ms = words.first().map_or(0, |word| text::integer(word));
    match shell.connection() {
        Ok(connection) => {
            connection.set_busy_timeout(ms.clamp(0, i32::MAX.into()) as i32);
            Flow::Go
        }
        Err(flow) => flow,
    }
}

/// The limits by name, in the order of their numbers.
const LIMITS: &[&str] = &[
    "length",
    "sql_length",
    "column",
    "expr_depth",
    "compound_select",
    "vdbe_op",
    "function_arg",
    "attached",
    "like_pattern_length",
    "variable_number",
    "trigger_depth",
    "worker_threads",
];

pub fn limit(shell: &mut Shell, words: Words<'_>) -> Flow {
    let connection = match shell.connection() {
        Ok(connection) => connection,
        Err(flow) => return flow,
    };
    let line = |id: usize| format!("{:>20} {}\n", LIMITS[id], connection.limit(id as i32, None));
    if words.is_empty() {
        for id in 0..LIMITS.len() {
            shell.out.put(line(id).as_bytes());
        }
        return Flow::Go;
    }
    if words.len() > 2 {
        return usage(shell, "Usage: .limit NAME ?NEW-VALUE?");
    }
    let begins = |name: &&str| {
        let (name, word) = (name.as_bytes(), &words[0]);
        name.len() >= word.len() && name[..word.len()].eq_ignore_ascii_case(word)
    };
    let mut found = LIMITS.iter().enumerate().filter(|(_, name)| begins(name));
    let shown = String::from_utf8_lossy(&words[0]);
    let id = match (found.next(), found.next()) {
        (Some((id, _)), None) => id,
        (Some(_), Some(_)) => return usage(shell, format!("ambiguous limit: \"{shown}\"")),
        (None, _) => {
            let hint = "enter \".limits\" with no arguments for a list.";
            return usage(shell, format!("unknown limit: \"{shown}\"\n{hint}"));
        }
    };
    if let Some(value) = words.get(1) {
        connection.limit(
            id as i32,
            Some(text::integer(value).clamp(-1, i32::MAX.into()) as i32),
        );
    }
    shell.out.put(line(id).as_bytes());
    Flow::Go
}

pub fn dbconfig(shell: &mut Shell, words: Words<'_>) -> Flow {
    let connection = match shell.connection() {
        Ok(connection) => connection,
        Err(flow) => return flow,
    };
    let mut found = false;
    for (name, switch) in Switch::ALL {
        if words.first().is_some_and(|word| word != name.as_bytes()) {
            continue;
        }
        found = true;
        let value = words.get(1).map(|word| boolean(shell, word));
        let now = if connection.switch(*switch, value) {
            "on"
        } else {
            "off"
        };
        shell.out.put(format!("{name:>19} {now}\n").as_bytes());
    }
    if !found && let Some(word) = words.first() {
        let shown = String::from_utf8_lossy(word).into_owned();
        shell.error(format!("unknown dbconfig \"{shown}\""));
        shell.tell(b"Enter \".dbconfig\" with no arguments for a list\n");
    }
    Flow::Go
}

/// The names of `.mode`, in the order in which its message lists them.
const MODES: &[&str] = &[
    "ascii", "box", "column", "csv", "html", "insert", "json", "line", "list", "markdown", "qbox", "quote",
    "table", "tabs", "tcl",
];

pub fn mode(shell: &mut Shell, words: Words<'_>) -> Flow {
    let mut name: Option<&[u8]> = None;
    let mut table: Option<&[u8]> = None;
    // As if `.mode column` had always been there before.
    let (mut wrap, mut word_wrap, mut quote) = (60, false, false);
    let mut rest = words.iter();
    while let Some(word) = rest.next() {
        match option(word) {
            Some(b"wrap") if !rest.as_slice().is_empty() => {
                wrap = rest
                    .next()
                    .map_or(0, |value| text::integer(value))
                    .clamp(-10_000, 10_000) as i32;
            }
            Some(b"wordwrap") if !rest.as_slice().is_empty() => {
                word_wrap = rest.next().is_some_and(|value| boolean(shell, value));
            }
            Some(b"ww") => word_wrap = true,
            Some(b"quote") => quote = true,
            Some(b"noquote") => quote = false,
            _ if name.is_none() => {
                name = Some(word);
                if word == b"qbox" {
                    (name, wrap, word_wrap, quote) = (Some(&b"box"[..]), 60, false, true);
                }
            }
            _ if table.is_none() => table = Some(word),
            Some(_) => {
                let options = b"\noptions:\n  --noquote\n  --quote\n  --wordwrap on/off\n  --wrap N\n  --ww";
                return usage(shell, [b"unknown option: ", &word[..], options].concat());
            }
            None => return usage(shell, [b"extra argument: \"", &word[..], b"\""].concat()),
        }
    }
    let current = shell.format.mode.name().as_bytes();
    let name = name.unwrap_or_else(|| {
        let described = describe(shell);
        shell
            .out
            .put(format!("current output mode: {described}\n").as_bytes());
        current
    });
    let starts = |full: &str| full.as_bytes().starts_with(name);
    let format = &mut shell.format;
    let mut separators: Option<(&[u8], &[u8])> = None;
    if starts("lines") {
        format.mode = Mode::Line;
        format.row_separator = b"\n".to_vec();
    } else if starts("columns") {
        format.mode = Mode::Column;
        if !shell.headers_set {
            format.headers = true;
        }
        format.row_separator = b"\n".to_vec();
    } else if starts("list") {
        format.mode = Mode::List;
        separators = Some((b"|", b"\n"));
    } else if starts("html") {
        format.mode = Mode::Html;
    } else if starts("tcl") {
        format.mode = Mode::Tcl;
        separators = Some((b" ", b"\n"));
    } else if starts("csv") {
        format.mode = Mode::Csv;
        separators = Some((b",", b"\r\n"));
    } else if starts("tabs") {
        format.mode = Mode::List;
        format.column_separator = b"\t".to_vec();
    } else if starts("insert") {
        format.mode = Mode::Insert;
        format.table = text::name(table.unwrap_or(b"table"));
    } else if starts("quote") {
        format.mode = Mode::Quote;
        separators = Some((b",", b"\n"));
    } else if starts("ascii") {
        format.mode = Mode::Ascii;
        separators = Some((b"\x1f", b"\x1e"));
    } else if starts("markdown") {
        format.mode = Mode::Markdown;
    } else if starts("table") {
        format.mode = Mode::Table;
    } else if starts("box") {
        format.mode = Mode::Box;
    } else if starts("count") {
        format.mode = Mode::Count;
    } else if starts("off") {
        format.mode = Mode::Off;
    } else if starts("json") {
        format.mode = Mode::Json;
    } else if name != b"explain" && name != b"eqp" {
        return shell.fail(format!("mode should be one of: {}", MODES.join(" ")));
    }
    if format.mode.is_columnar() {
        (format.wrap, format.word_wrap, format.quote) = (wrap, word_wrap, quote);
    }
    if let Some((column, row)) = separators {
        format.column_separator = column.to_vec();
        format.row_separator = row.to_vec();
    }
    if format.mode != Mode::Explain {
        shell.normal_mode = format.mode;
    }
    Flow::Go
}

/// The mode with its options, as `.mode` and `.show` tell it.
pub fn describe(shell: &Shell) -> String {
    let format = &shell.format;
    let name = format.mode.name();
    if !format.mode.is_columnar() {
        return name.to_owned();
    }
    let word_wrap = if format.word_wrap { "on" } else { "off" };
    let quote = if format.quote { "" } else { "no" };
    format!(
        "{name} --wrap {} --wordwrap {word_wrap} --{quote}quote",
        format.wrap
    )
}
