//! The shell's state, and running SQL in it.

use std::time::Instant;

use sys::Fd;

use crate::engine::{Connection, Error, OpenMode, Statement, Value};
use crate::functions;
use crate::output::Destination;
use crate::render::{self, Format, Mode, Plan, RowPrinter};

/// `.eqp`: what is shown of a statement before its results.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Eqp {
    Off,
    On,
    Trigger,
    Full,
}

/// `.explain`: when EXPLAIN gets its own look.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Explain {
    Auto,
    On,
    Off,
}

/// What goes on after a dot-command or a line of SQL.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Flow {
    Go,
    /// It failed; a message was written.
    Failed,
    /// `.quit`, or the end of a file by `.exit`.
    Leave,
    /// The whole program, with that status.
    Exit(i32),
}

pub struct Shell {
    connection: Option<Connection>,
    /// The database's name, `:memory:` for one that is nowhere.
    pub file: Vec<u8>,
    pub open_mode: OpenMode,
    pub out: Destination,
    pub format: Format,
    /// The headers were asked for or refused, so a mode does not turn them on.
    pub headers_set: bool,
    pub echo: bool,
    pub bail: bool,
    /// Input and output are a terminal's, or `-interactive` says so.
    pub interactive: bool,
    pub count_changes: bool,
    pub timer: bool,
    pub stats: bool,
    pub eqp: Eqp,
    pub explain: Explain,
    /// The mode that `.explain off` goes back to.
    pub normal_mode: Mode,
    /// `.once`: after how many commands the output is standard output again; 0 for never.
    pub once: u8,
    /// The line that is being read, for messages.
    pub line: usize,
    pub prompts: [Vec<u8>; 2],
    /// How deep `.read` is in itself.
    pub depth: u32,
    pub editor: crate::terminal::Terminal,
}

impl Shell {
    pub fn new() -> Shell {
        Shell {
            connection: None,
            file: b":memory:".to_vec(),
            open_mode: OpenMode::default(),
            out: Destination::stdout(),
            format: Format::default(),
            headers_set: false,
            echo: false,
            bail: false,
            interactive: sys::isatty(Fd::STDIN),
            count_changes: false,
            timer: false,
            stats: false,
            eqp: Eqp::Off,
            explain: Explain::Auto,
            normal_mode: Mode::List,
            once: 0,
            line: 0,
            prompts: [b"sqlite> ".to_vec(), b"   ...> ".to_vec()],
            depth: 0,
            editor: crate::terminal::Terminal::default(),
        }
    }

    /// The connection, opened at the first use.
    ///
    /// # Errors
    /// The program ends when the database that it was started with can't be opened; the message has been written.
    pub fn connection(&mut self) -> Result<Connection, Flow> {
        if let Some(connection) = &self.connection {
            return Ok(connection.clone());
        }
        match Connection::open(&self.file, self.open_mode) {
            Ok(connection) => {
                self.adopt(connection.clone());
                Ok(connection)
            }
            Err(error) => {
                let name = [b"\"", &self.file[..], b"\": ", &error.message].concat();
                self.error([b"unable to open database ", &name[..]].concat());
                Err(Flow::Exit(1))
            }
        }
    }

    /// Is a database open?
    pub fn is_open(&self) -> bool {
        self.connection.is_some()
    }

    fn adopt(&mut self, connection: Connection) {
        functions::add(&connection);
        self.connection = Some(connection);
    }

    /// Closes the database. It is opened anew, as `self.file` then says, when it is next needed.
    pub fn close(&mut self) {
        self.connection = None;
    }

    /// Writes to standard error, after all output so far.
    pub fn tell(&mut self, text: &[u8]) {
        self.out.send();
        // Failing to complain is nothing to complain about.
        let _ = sys::write_all(Fd::STDERR, text);
    }

    /// `Error: …`
    pub fn error(&mut self, message: impl AsRef<[u8]>) {
        self.tell(&[b"Error: ", message.as_ref(), b"\n"].concat());
    }

    /// The message and [`Flow::Failed`].
    pub fn fail(&mut self, message: impl AsRef<[u8]>) -> Flow {
        self.error(message);
        Flow::Failed
    }

    /// Runs all statements of `sql`, printing what they answer.
    ///
    /// # Errors
    /// The message, which begins with what failed (`in prepare, `, `stepping, `), and the status.
    pub fn execute(&mut self, sql: &[u8]) -> Result<(), Failure> {
        let connection = self.connection().map_err(Failure::flow)?;
        let mut rest = sql.trim_ascii_start();
        while !rest.is_empty() {
            let prepared = connection
                .prepare(rest)
                .map_err(|error| Failure::new("in prepare", &error, Some(rest)))?;
            if let Some(statement) = prepared.statement {
                self.run(&connection, statement)
                    .map_err(|error| Failure::new("stepping", &error, None))?;
            }
            rest = rest[prepared.length..].trim_ascii_start();
        }
        Ok(())
    }

    fn run(&mut self, connection: &Connection, mut statement: Statement) -> Result<(), Error> {
        if self.eqp != Eqp::Off && statement.explains() == 0 {
            self.show_plan(connection, &statement.sql());
        }
        let mut format = self.format.clone();
        match (self.explain, statement.explains()) {
            (Explain::On, _) | (Explain::Auto, 1) => format.mode = Mode::Explain,
            (Explain::Auto, 2) => format.mode = Mode::QueryPlan,
            _ => {}
        }
        bind_parameters(connection, &mut statement)?;
        match format.mode {
            Mode::QueryPlan => Plan::of(&mut statement)?.print(&mut self.out),
            mode if mode.is_columnar() => {
                // `.show` tells of every column that was shown.
                let widths = &mut self.format.widths;
                widths.resize(widths.len().max(statement.columns()), 0);
                render::print_columns(&format, &mut statement, &mut self.out)?;
            }
            _ => self.print_rows(&format, &mut statement)?,
        }
        if self.stats {
            crate::command::show_statement_stats(&statement, &mut self.out);
        }
        Ok(())
    }

    fn print_rows(&mut self, format: &Format, statement: &mut Statement) -> Result<(), Error> {
        let indent = if format.mode == Mode::Explain && statement.explains() == 1 {
            let indent = crate::explain::indentation(statement)?;
            statement.reset();
            indent
        } else {
            Vec::new()
        };
        let mut printer = RowPrinter::new(statement, indent);
        let outcome = loop {
            match statement.step() {
                Ok(true) => printer.row(format, statement, &mut self.out),
                Ok(false) => break Ok(()),
                Err(error) => break Err(error),
            }
            // Nobody reads: computing more rows is of no use.
            if self.out.is_closed() {
                break Ok(());
            }
        };
        printer.finish(format, &mut self.out);
        outcome
    }

    fn show_plan(&mut self, connection: &Connection, sql: &[u8]) {
        let plan = connection.statement([b"EXPLAIN QUERY PLAN ", sql].concat());
        if let Ok(plan) = plan.and_then(|mut statement| Plan::of(&mut statement)) {
            plan.print(&mut self.out);
        }
        if self.eqp == Eqp::Full
            && let Ok(mut statement) = connection.statement([b"EXPLAIN ", sql].concat())
        {
            let format = Format {
                mode: Mode::Explain,
                ..self.format.clone()
            };
            // What can't be explained will say so when it is run.
            let _ = self.print_rows(&format, &mut statement);
        }
    }

    /// Runs what was read up to a semicolon that ends it; `line` is where it began, in a file.
    pub fn run_sql(&mut self, sql: &[u8], line: Option<usize>) -> Flow {
        let began = Instant::now();
        let times = sys::times();
        let outcome = self.execute(sql);
        if self.timer {
            self.show_time(began, times);
        }
        let failure = match outcome {
            Ok(()) => {
                if self.count_changes
                    && let Some(connection) = &self.connection
                {
                    let (changes, total) = connection.changes();
                    self.out
                        .put(format!("changes: {changes}   total_changes: {total}\n").as_bytes());
                }
                return Flow::Go;
            }
            Err(failure) => failure,
        };
        if let Some(flow) = failure.flow {
            return flow;
        }
        let (kind, message) = [("Parse error", "in prepare, "), ("Runtime error", "stepping, ")]
            .into_iter()
            .find_map(|(kind, prefix)| Some((kind, failure.message.strip_prefix(prefix.as_bytes())?)))
            .unwrap_or(("Error", &failure.message));
        let place = line.map_or(String::new(), |line| format!(" near line {line}"));
        self.tell(&[kind.as_bytes(), place.as_bytes(), b": ", message, b"\n"].concat());
        Flow::Failed
    }

    fn show_time(&mut self, began: Instant, before: sys::Result<sys::Times>) {
        let real = began.elapsed().as_secs_f64();
        let (user, system) = match (before, sys::times()) {
            (Ok(before), Ok(after)) => (
                after.own.user_ns.saturating_sub(before.own.user_ns),
                after.own.system_ns.saturating_sub(before.own.system_ns),
            ),
            _ => (0, 0),
        };
        let text = format!(
            "Run Time: real {real:.3} user {:.6} sys {:.6}\n",
            user as f64 / 1e9,
            system as f64 / 1e9
        );
        self.out.put(text.as_bytes());
    }
}

/// Why SQL was not run to its end.
pub struct Failure {
    pub message: Vec<u8>,
    /// The result code, which is the program's status for SQL of its command line.
    pub code: i32,
    /// The database can't be opened: the message has been written.
    pub flow: Option<Flow>,
}

impl Failure {
    fn flow(flow: Flow) -> Failure {
        Failure {
            message: Vec::new(),
            code: 1,
            flow: Some(flow),
        }
    }

    fn new(phase: &str, error: &Error, sql: Option<&[u8]>) -> Failure {
        let mut message = [phase.as_bytes(), b", ", &error.message].concat();
        if error.code > 1 {
            message.extend_from_slice(format!(" ({})", error.code).as_bytes());
        }
        if let (Some(sql), Some(offset)) = (sql, error.offset) {
            message.extend_from_slice(&context(sql, offset));
        }
        Failure {
            message,
            code: error.code,
            flow: None,
        }
    }
}

/// The SQL round an error, with a mark under its place.
fn context(sql: &[u8], mut offset: usize) -> Vec<u8> {
    let mut sql = &sql[..sql.iter().position(|b| *b == 0).unwrap_or(sql.len())];
    if offset >= sql.len() {
        return Vec::new();
    }
    let continues = |b: Option<&u8>| b.is_some_and(|b| b & 0xc0 == 0x80);
    while offset > 50 {
        offset -= 1;
        sql = &sql[1..];
        while continues(sql.first()) {
            sql = &sql[1..];
            offset = offset.saturating_sub(1);
        }
    }
    let mut length = sql.len();
    if length > 78 {
        length = 78;
        while length > 0 && continues(sql.get(length)) {
            length -= 1;
        }
    }
    let code: Vec<u8> = sql[..length]
        .iter()
        .map(|b| if b.is_ascii_whitespace() { b' ' } else { *b })
        .collect();
    let (indent, mark): (usize, &[u8]) = if offset < 25 {
        (offset, b"^--- error here")
    } else {
        (offset - 14, b"error here ---^")
    };
    [b"\n  ", &code[..], b"\n  ", &b" ".repeat(indent), mark].concat()
}

/// Gives a statement's parameters the values of `.parameter`, and those without a value NULL.
fn bind_parameters(connection: &Connection, statement: &mut Statement) -> Result<(), Error> {
    let names = statement.parameters();
    if names.is_empty() {
        return Ok(());
    }
    let Ok(mut query) = connection.statement("SELECT value FROM temp.sqlite_parameters WHERE key=?1") else {
        return Ok(());
    };
    for (i, name) in names.into_iter().enumerate() {
        // `?` without a number goes by its place.
        let name = name.unwrap_or_else(|| format!("?{}", i + 1).into_bytes());
        query.reset();
        query.bind(1, Value::Text(&name))?;
        if query.step()? {
            statement.bind(i + 1, query.value(0))?;
        }
    }
    Ok(())
}
