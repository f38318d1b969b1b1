//! Dot-commands.

mod dump;
mod fields;
mod files;
mod help;
mod import;
mod parameter;
mod schema;
mod settings;
mod status;

use crate::shell::{Flow, Shell};
use crate::text;

pub use status::show_statement_stats;

/// The words after the command's name.
type Words<'a> = &'a [Vec<u8>];

struct Command {
    name: &'static str,
    /// How much of the name must be given.
    least: usize,
    run: fn(&mut Shell, Words<'_>) -> Flow,
}

const fn command(name: &'static str, least: usize, run: fn(&mut Shell, Words<'_>) -> Flow) -> Command {
    Command { name, least, run }
}

/// Of two that may be meant, the first is.
const COMMANDS: &[Command] = &[
    command("backup", 3, files::backup),
    command("save", 3, files::backup),
    command("bail", 3, settings::bail),
    command("binary", 3, settings::binary),
    command("cd", 2, files::cd),
    command("changes", 3, settings::changes),
    command("clone", 1, files::clone),
    command("databases", 2, schema::databases),
    command("dbconfig", 3, settings::dbconfig),
    command("dump", 1, dump::run),
    command("echo", 1, settings::echo),
    command("eqp", 2, settings::eqp),
    command("exit", 2, exit),
    command("explain", 3, settings::explain),
    command("fullschema", 1, schema::fullschema),
    command("headers", 1, settings::headers),
    command("help", 3, help::run),
    command("import", 1, import::run),
    command("indexes", 2, schema::indexes),
    command("indices", 2, schema::indexes),
    command("limits", 5, settings::limit),
    command("mode", 1, settings::mode),
    command("nullvalue", 1, settings::null_value),
    command("open", 2, files::open),
    command("output", 2, files::output),
    command("once", 2, files::once),
    command("parameter", 3, parameter::run),
    command("print", 3, print),
    command("prompt", 1, settings::prompt),
    command("quit", 1, quit),
    command("read", 3, files::read),
    command("restore", 3, files::restore),
    command("schema", 2, schema::schema),
    command("separator", 2, settings::separator),
    command("shell", 2, files::system),
    command("system", 2, files::system),
    command("show", 2, status::show),
    command("stats", 2, settings::stats),
    command("tables", 2, schema::tables),
    command("timeout", 5, settings::timeout),
    command("timer", 5, settings::timer),
    command("version", 2, status::version),
    command("width", 1, settings::width),
];

/// Runs a line that begins with a dot.
pub fn run(shell: &mut Shell, line: &[u8]) -> Flow {
    let words = text::words(&line[1..]);
    let Some((name, words)) = words.split_first() else {
        return Flow::Go;
    };
    let found = COMMANDS
        .iter()
        .find(|c| name.len() >= c.least && c.name.as_bytes().starts_with(name));
    let Some(found) = found else {
        let name = [
            b"unknown command or invalid arguments:  \"",
            &name[..],
            b"\". Enter \".help\" for help",
        ]
        .concat();
        return shell.fail(name);
    };
    let flow = (found.run)(shell, words);
    if shell.once > 0 {
        shell.once -= 1;
        if shell.once == 0 {
            shell.out.reset();
        }
    }
    shell.out.end_row();
    flow
}

/// The message, which is a usage or whatever else has no `Error: ` before it.
fn usage(shell: &mut Shell, message: impl AsRef<[u8]>) -> Flow {
    shell.tell(&[message.as_ref(), b"\n"].concat());
    Flow::Failed
}

/// A boolean; what is none is said to be, and taken for no.
fn boolean(shell: &mut Shell, word: &[u8]) -> bool {
    text::boolean(word).unwrap_or_else(|| {
        shell.tell(&[b"ERROR: Not a boolean value: \"", word, b"\". Assuming \"no\".\n"].concat());
        false
    })
}

/// The word without `-` or `--` before it, if it has that.
fn option(word: &[u8]) -> Option<&[u8]> {
    let rest = word.strip_prefix(b"-")?;
    Some(rest.strip_prefix(b"-").unwrap_or(rest))
}

fn exit(_: &mut Shell, words: Words<'_>) -> Flow {
    match words.first().map_or(0, |word| text::integer(word)) {
        0 => Flow::Leave,
        status => Flow::Exit(status as i32 & 0xff),
    }
}

fn quit(_: &mut Shell, _: Words<'_>) -> Flow {
    Flow::Leave
}

fn print(shell: &mut Shell, words: Words<'_>) -> Flow {
    shell.out.put(&words.join(&b" "[..]));
    shell.out.put(b"\n");
    Flow::Go
}

/// The commands that begin so, for the Tab key.
pub fn names_with(typed: &[u8]) -> Vec<Vec<u8>> {
    let names = COMMANDS.iter().map(|c| c.name.as_bytes());
    names
        .filter(|name| name.starts_with(typed))
        .map(<[u8]>::to_vec)
        .collect()
}
