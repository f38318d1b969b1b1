//! The command line: options with one dash or two, a database's name, SQL. Options count wherever they stand, and are gone through
//! twice: what concerns the start first, the rest after the file of commands that is read at the start.

use crate::command;
use crate::render::Mode;
use crate::shell::{Eqp, Flow, Shell};

/// What the command line names besides options.
#[derive(Default)]
pub struct CommandLine {
    pub file: Option<Vec<u8>>,
    pub sql: Vec<Vec<u8>>,
    pub init: Option<Vec<u8>>,
}

const USAGE: &str = " [OPTIONS] FILENAME [SQL]
FILENAME is the name of an SQLite database. A new database is created
if the file does not previously exist.
OPTIONS include:
   -ascii               set output mode to 'ascii'
   -bail                stop after hitting an error
   -batch               force batch I/O
   -box                 set output mode to 'box'
   -column              set output mode to 'column'
   -cmd COMMAND         run \"COMMAND\" before reading stdin
   -csv                 set output mode to 'csv'
   -echo                print inputs before execution
   -init FILENAME       read/process named file
   -[no]header          turn headers on or off
   -help                show this message
   -html                set output mode to HTML
   -interactive         force interactive I/O
   -json                set output mode to 'json'
   -line                set output mode to 'line'
   -list                set output mode to 'list'
   -lookaside SIZE N    accepted; changes nothing
   -markdown            set output mode to 'markdown'
   -mmap N              accepted; changes nothing
   -newline SEP         set output row separator. Default: '\\n'
   -nofollow            refuse to open symbolic links to database files
   -nullvalue TEXT      set text string for NULL values. Default ''
   -pagecache SIZE N    accepted; changes nothing
   -quote               set output mode to 'quote'
   -readonly            open the database read-only
   -separator SEP       set output column separator. Default: '|'
   -stats               print memory stats before each finalize
   -table               set output mode to 'table'
   -tabs                set output mode to 'tabs'
   -version             show SQLite version
";

/// How many words follow an option.
fn values_of(option: &[u8]) -> usize {
    match option {
        b"separator" | b"nullvalue" | b"newline" | b"cmd" | b"init" | b"mmap" | b"heap" => 1,
        b"lookaside" | b"pagecache" => 2,
        _ => 0,
    }
}

/// An option's name, if the word is one.
fn option(word: &[u8]) -> Option<&[u8]> {
    let rest = word.strip_prefix(b"-")?;
    Some(rest.strip_prefix(b"-").unwrap_or(rest))
}

fn complain(shell: &mut Shell, message: &[u8]) -> i32 {
    let name = std::env::args_os().next().unwrap_or_default();
    shell.tell(&[name.as_encoded_bytes(), b": Error: ", message, b"\n"].concat());
    1
}

/// What must be known before the database is opened.
///
/// # Errors
/// The status: what is missing was said.
pub fn parse(shell: &mut Shell, arguments: &[Vec<u8>]) -> Result<CommandLine, i32> {
    let mut line = CommandLine::default();
    let mut rest = arguments.iter();
    while let Some(word) = rest.next() {
        let Some(name) = option(word) else {
            match line.file {
                None => line.file = Some(word.clone()),
                Some(_) => line.sql.push(word.clone()),
            }
            continue;
        };
        let mut value = None;
        for _ in 0..values_of(name) {
            value = rest.next();
            if value.is_none() {
                return Err(complain(shell, &[b"missing argument to ", &word[..]].concat()));
            }
        }
        match name {
            b"init" => line.init = value.cloned(),
            b"batch" => shell.interactive = false,
            b"readonly" => shell.open_mode.read_only = true,
            b"nofollow" => shell.open_mode.no_follow = true,
            // It counts for the file that is read at the start too.
            b"bail" => shell.bail = true,
            _ => {}
        }
    }
    Ok(line)
}

/// What counts after the file that is read at the start.
///
/// # Errors
/// The status with which the program is to end.
pub fn apply(shell: &mut Shell, arguments: &[Vec<u8>]) -> Result<(), i32> {
    let mut rest = arguments.iter();
    while let Some(word) = rest.next() {
        let Some(name) = option(word) else { continue };
        let values: Vec<&Vec<u8>> = rest.by_ref().take(values_of(name)).collect();
        let value = values.first().map(|value| value.as_slice()).unwrap_or_default();
        match name {
            b"html" => shell.set_mode(Mode::Html),
            b"list" => shell.set_mode(Mode::List),
            b"line" => shell.set_mode(Mode::Line),
            b"column" => shell.set_mode(Mode::Column),
            b"json" => shell.set_mode(Mode::Json),
            b"markdown" => shell.set_mode(Mode::Markdown),
            b"table" => shell.set_mode(Mode::Table),
            b"box" => shell.set_mode(Mode::Box),
            b"quote" => separated(shell, Mode::Quote, b",", b"\n"),
            b"csv" => separated(shell, Mode::Csv, b",", b"\n"),
            b"tabs" => separated(shell, Mode::List, b"\t", b"\n"),
            b"ascii" => separated(shell, Mode::Ascii, b"\x1f", b"\x1e"),
            b"separator" => shell.format.column_separator = value.to_vec(),
            b"newline" => shell.format.row_separator = value.to_vec(),
            b"nullvalue" => shell.format.null = value.to_vec(),
            b"header" | b"noheader" => {
                shell.format.headers = name == b"header";
                shell.headers_set = true;
            }
            b"echo" => shell.echo = true,
            b"eqp" => shell.eqp = Eqp::On,
            b"eqpfull" => shell.eqp = Eqp::Full,
            b"stats" => shell.stats = true,
            b"interactive" => shell.interactive = true,
            b"version" => {
                let (version, source) = crate::engine::version();
                shell.out.put(format!("{version} {source}\n").as_bytes());
                return Err(0);
            }
            b"help" => {
                let name = std::env::args_os().next().unwrap_or_default();
                shell
                    .out
                    .put(&[b"Usage: ", name.as_encoded_bytes(), USAGE.as_bytes()].concat());
                return Err(0);
            }
            b"cmd" => match run_one(shell, value) {
                Ok(true) => {}
                Ok(false) => return Err(0),
                Err(status) if shell.bail => return Err(status),
                Err(_) => {}
            },
            b"bail" | b"batch" | b"init" | b"readonly" | b"nofollow" | b"mmap" | b"heap" | b"lookaside"
            | b"pagecache" => {}
            _ => {
                let status = complain(shell, &[b"unknown option: ", &word[..]].concat());
                shell.tell(b"Use -help for a list of options.\n");
                return Err(status);
            }
        }
    }
    Ok(())
}

impl Shell {
    fn set_mode(&mut self, mode: Mode) {
        self.format.mode = mode;
        self.normal_mode = mode;
    }
}

fn separated(shell: &mut Shell, mode: Mode, column: &[u8], row: &[u8]) {
    shell.set_mode(mode);
    shell.format.column_separator = column.to_vec();
    shell.format.row_separator = row.to_vec();
}

/// Runs a dot-command or SQL of the command line. False: the program is to end.
///
/// # Errors
/// The status.
pub fn run_one(shell: &mut Shell, text: &[u8]) -> Result<bool, i32> {
    if text.starts_with(b".") {
        return match command::run(shell, text) {
            Flow::Go => Ok(true),
            Flow::Leave => Ok(false),
            Flow::Failed => Err(1),
            Flow::Exit(status) => Err(status),
        };
    }
    match shell.execute(text) {
        Ok(()) => Ok(true),
        Err(failure) => match failure.flow {
            Some(Flow::Exit(status)) => Err(status),
            _ => {
                shell.error(&failure.message);
                Err(failure.code)
            }
        },
    }
}
