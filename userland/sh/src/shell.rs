//! The shell's state, and how commands tell their callers what to do next ([`Unwind`]).

use brush_parser::ParserOptions;
use readline::bindings::Bindings;
use readline::event::Expander;
use readline::history::History;
use std::collections::{BTreeMap, BTreeSet};
use sys::{Errno, Fd, Pid};

use crate::completion;
use crate::exec::coproc::Coprocess;
use crate::frame::{Frame, Function};
use crate::job::Jobs;
use crate::options::Options;
use crate::special;
use crate::text::{Bytes, lossy};
use crate::trap::Traps;
use crate::vars::{Value, Vars};

/// Why execution leaves the straight path. The exit status is in [`Shell::status`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Unwind {
    Break(u32),
    Continue(u32),
    Return,
    /// `exit`, `set -e`, or an error that ends a shell which is not interactive.
    Exit,
    /// Give up the current complete command (an arithmetic error, ^C at the prompt) and go on with the next.
    Discard,
}

/// `Ok` is the command's exit status.
pub type Outcome = Result<i32, Unwind>;

/// How deep functions, `eval`, `.` and substitutions may nest: far enough for scripts, far from the stack's end.
pub const MAX_DEPTH: u32 = if cfg!(target_os = "wasi") { 400 } else { 500 };

/// How much of the stack nesting may use; the rest is for the parser, builtins and expansions at the deepest level.
const STACK_SHARE: usize = if cfg!(target_os = "wasi") {
    500 << 10
} else {
    4 << 20
};

/// Where the stack's top is, roughly: the address of something on it.
#[inline(never)]
fn stack_mark() -> usize {
    let mark = 0u8;
    std::hint::black_box(&raw const mark) as usize
}

pub struct Shell {
    pub vars: Vars,
    /// `$0`.
    pub name: Bytes,
    pub positional: Vec<Bytes>,
    pub functions: BTreeMap<String, Function>,
    pub readonly_functions: BTreeSet<String>,
    /// Builtins that `enable -n` has switched off.
    pub disabled: BTreeSet<String>,
    pub aliases: BTreeMap<String, Bytes>,
    pub options: Options,
    /// `$?`.
    pub status: i32,
    pub pid: Pid,
    pub last_background: Option<Pid>,
    pub jobs: Jobs,
    pub coprocesses: Vec<Coprocess>,
    pub traps: Traps,
    /// Remembered places of commands: name → (path, hits).
    pub hashed: BTreeMap<Bytes, (Bytes, u32)>,
    pub dir_stack: Vec<Bytes>,
    /// What builtins have written and not yet handed to the kernel.
    pub out: Vec<u8>,
    /// A substitution that runs in this process collects `out` here instead of writing it to descriptor 1.
    pub capture: Option<Vec<u8>>,
    /// Enclosing loops in the current function, for `break` and `continue`.
    pub loops: u32,
    /// Enclosing functions and sourced files, innermost last.
    pub calls: Vec<Frame>,
    /// The file that the shell was told to run.
    pub script: Option<Bytes>,
    /// The positional parameters that the shell started with.
    pub initial_args: Vec<Bytes>,
    /// What `return` was given.
    pub returned: i32,
    /// The status of the loop that a bad `break` ends.
    pub break_status: i32,
    /// `$_`.
    pub last_arg: Bytes,
    /// BASH_COMMAND; kept only once a text mentions the name.
    pub command: Bytes,
    pub wants_command: std::cell::Cell<bool>,
    /// Commands read so far, for `\#` in prompts.
    pub command_number: usize,
    pub depth: u32,
    /// The stack's top when the shell started.
    stack_base: usize,
    pub subshell: u32,
    /// Whether it says what signal ended a program: a substitution does not.
    pub reports_deaths: bool,
    /// Above 0, `set -e` and the ERR trap look away (conditions, `!`, the left of `&&`).
    pub checked: u32,
    /// Status of the last command substitution, which is a bare assignment's status.
    pub substitution_status: Option<i32>,
    /// Line of the command that runs, for `$LINENO` and messages.
    pub line: usize,
    /// Lines before the text that is being parsed.
    pub line_base: usize,
    pub interactive: bool,
    /// SIGHUP came: the terminal is gone.
    pub hung_up: bool,
    pub command_string: bool,
    /// Commands come from standard input.
    pub reads_stdin: bool,
    /// The terminal's descriptor when job control is on.
    pub terminal: Option<Fd>,
    pub started_ns: u64,
    pub random: u32,
    pub getopts_at: (usize, usize),
    pub history: History,
    /// Is the command that runs now the list's last?
    pub history_added: bool,
    /// How many entries of the history file were read or written.
    pub history_in_file: usize,
    /// What `!` has been told so far.
    pub expander: Expander,
    /// The line editor's keys and variables, once they were asked for.
    bindings: Option<Box<Bindings>>,
    /// The completion whose function runs now.
    pub completing: Option<completion::Completing>,
    /// What `complete` was told, by command.
    pub completions: BTreeMap<Bytes, completion::Spec>,
    /// The current directory as it was gone to (`cd -L`).
    pub cwd: Bytes,
}

impl Shell {
    pub fn new(name: Bytes) -> Shell {
        let pid = sys::getpid();
        Shell {
            vars: Vars::new(),
            last_arg: name.clone(),
            name,
            positional: Vec::new(),
            functions: BTreeMap::new(),
            readonly_functions: BTreeSet::new(),
            disabled: BTreeSet::new(),
            aliases: BTreeMap::new(),
            options: Options::default(),
            status: 0,
            pid,
            last_background: None,
            jobs: Jobs::default(),
            coprocesses: Vec::new(),
            traps: Traps::default(),
            hashed: BTreeMap::new(),
            dir_stack: Vec::new(),
            out: Vec::new(),
            capture: None,
            loops: 0,
            calls: Vec::new(),
            script: None,
            initial_args: Vec::new(),
            returned: 0,
            break_status: 0,
            command: Vec::new(),
            wants_command: std::cell::Cell::new(false),
            command_number: 0,
            depth: 0,
            stack_base: stack_mark(),
            subshell: 0,
            reports_deaths: true,
            checked: 0,
            substitution_status: None,
            line: 1,
            line_base: 0,
            interactive: false,
            hung_up: false,
            command_string: false,
            reads_stdin: false,
            terminal: None,
            started_ns: now_ns(),
            random: (now_ns() as u32) ^ (pid.0 as u32).wrapping_mul(0x9E37_79B9),
            getopts_at: (1, 0),
            history: History::default(),
            history_added: false,
            history_in_file: 0,
            expander: Expander::default(),
            bindings: None,
            completing: None,
            completions: BTreeMap::new(),
            cwd: Vec::new(),
        }
    }

    /// Takes over the environment and sets what a shell sets at start.
    pub fn import_environment(&mut self) {
        for (k, v) in std::env::vars_os() {
            let Some(name) = k.to_str().filter(|n| crate::text::is_name(n.as_bytes())) else {
                continue;
            };
            let var = self.vars.global_entry(name);
            var.value = Value::Scalar(v.into_encoded_bytes());
            var.export = true;
        }
        let level = self
            .vars
            .get("SHLVL")
            .and_then(|v| crate::text::parse_int(v))
            .unwrap_or(0);
        self.set_exported("SHLVL", (level + 1).max(1).to_string());
        let cwd = sys::getcwd().unwrap_or_else(|_| b"/".to_vec());
        if self.vars.get("PWD").is_none_or(|p| !same_dir(p, &cwd)) {
            self.set_exported("PWD", cwd.clone());
        }
        self.cwd = self.vars.get("PWD").cloned().unwrap_or(cwd);
        // A directory that is not there is none to go back to.
        let old = self.vars.global_entry("OLDPWD");
        old.export = true;
        if old
            .value
            .scalar()
            .is_some_and(|d| !sys::stat(d).is_ok_and(|s| s.is_dir()))
        {
            old.value = Value::Unset;
        }
        if self.vars.get("PATH").is_none() {
            let _ = self.vars.set("PATH", *b"/usr/local/bin:/usr/bin:/bin");
        }
        for (name, value) in [
            ("IFS", " \t\n"),
            ("PS4", "+ "),
            ("OPTIND", "1"),
            ("OPTERR", "1"),
            ("BASH_VERSION", special::VERSION),
            ("HOSTTYPE", "wasm32"),
            ("OSTYPE", "linux-cobnut"),
            ("MACHTYPE", special::MACHINE),
            ("COMP_WORDBREAKS", " \t\n\"'@><=;|&(:"),
        ] {
            let _ = self.vars.unset(name).map(|_| self.vars.set(name, value));
        }
        self.vars.entry("OPTIND").integer = true;
        let host = std::fs::read("/etc/hostname").unwrap_or_default();
        let host = host.trim_ascii();
        if self.vars.get("HOSTNAME").is_none() {
            let name = if host.is_empty() { b"localhost" } else { host };
            let _ = self.vars.set("HOSTNAME", name);
        }
        self.find_itself();
        self.import_functions();
    }

    /// BASH and SHELL: where the shell's own program is.
    fn find_itself(&mut self) {
        let name = self.name.strip_prefix(b"-").unwrap_or(&self.name).to_vec();
        let found = crate::exec::simple::search(self, &name, true).into_iter().next();
        let path = found.unwrap_or(name);
        let _ = self.vars.set("BASH", path.clone());
        if self.vars.get("SHELL").is_none() {
            let _ = self.vars.set("SHELL", user_field(6).unwrap_or(path));
        }
    }

    /// Functions that `export -f` put into the environment.
    fn import_functions(&mut self) {
        for (k, v) in std::env::vars_os() {
            let (k, v) = (k.into_encoded_bytes(), v.into_encoded_bytes());
            let name = k.strip_prefix(b"BASH_FUNC_").and_then(|n| n.strip_suffix(b"%%"));
            if let Some(name) = name.filter(|_| v.starts_with(b"() {")) {
                let text = [name, b" ", &v[..]].concat();
                if let crate::parse::Parsed::Program(p) =
                    crate::parse::parse(self, &crate::text::decode(&text))
                    && let Some(brush_parser::ast::Command::Function(f)) = p
                        .complete_commands
                        .first()
                        .and_then(|l| l.0.first())
                        .and_then(|i| i.0.first.seq.first())
                {
                    let _ = crate::exec::function::define(self, f);
                    if let Some(f) = self.functions.get_mut(&f.fname.value) {
                        f.export = true;
                    }
                }
            }
        }
    }

    fn set_exported(&mut self, name: &str, value: impl Into<Bytes>) {
        let var = self.vars.global_entry(name);
        var.value = Value::Scalar(value.into());
        var.export = true;
    }

    pub fn parser_options(&self) -> ParserOptions {
        ParserOptions {
            enable_extended_globbing: true,
            ..ParserOptions::default()
        }
    }

    /// Appends to what the builtin writes.
    pub fn print(&mut self, bytes: impl AsRef<[u8]>) {
        self.out.extend_from_slice(bytes.as_ref());
        if self.out.len() > 1 << 16 && self.capture.is_none() {
            let _ = self.flush();
        }
    }

    /// Hands what was printed to descriptor 1 (or the substitution that collects it), in one call if the kernel agrees.
    pub fn flush(&mut self) -> Result<(), Errno> {
        if self.out.is_empty() {
            return Ok(());
        }
        let out = std::mem::take(&mut self.out);
        match &mut self.capture {
            Some(c) => c.extend_from_slice(&out),
            None => sys::write_all(Fd::STDOUT, &out)?,
        }
        Ok(())
    }

    /// A message on stderr under the shell's name, as bash words it.
    pub fn complain(&self, message: impl AsRef<[u8]>) {
        let mut text = self.prefix();
        text.extend_from_slice(message.as_ref());
        text.push(b'\n');
        let _ = sys::write_all(Fd::STDERR, &text);
    }

    fn prefix(&self) -> Bytes {
        let base = match self.name.iter().rposition(|c| *c == b'/') {
            Some(i) if self.interactive || self.command_string => &self.name[i + 1..],
            _ => &self.name[..],
        };
        let base = base.strip_prefix(b"-").unwrap_or(base);
        let mut text = base.to_vec();
        if self.interactive || self.command_string {
            text.extend_from_slice(b": ");
        } else {
            text.extend_from_slice(format!(": line {}: ", self.line).as_bytes());
        }
        text
    }

    /// [`Shell::complain`] about something that the kernel refused.
    pub fn complain_errno(&self, what: &[u8], e: Errno) {
        self.complain(format!("{}: {}", lossy(what), e.message()));
    }

    /// An error in an expansion that ends a shell which is not interactive.
    pub fn fatal(&mut self) -> Unwind {
        self.status = if self.command_string && self.subshell == 0 {
            127
        } else {
            1
        };
        if self.interactive && self.subshell == 0 {
            self.status = 1;
            Unwind::Discard
        } else {
            Unwind::Exit
        }
    }

    /// An error that gives up the complete command.
    pub fn discard(&mut self) -> Unwind {
        self.status = 1;
        if self.subshell > 0 {
            Unwind::Exit
        } else {
            Unwind::Discard
        }
    }

    /// Runs `f` one level deeper, or refuses with a message where the stack might not hold.
    pub fn nested(&mut self, f: impl FnOnce(&mut Shell) -> Outcome) -> Outcome {
        if self.depth >= MAX_DEPTH || self.stack_base.saturating_sub(stack_mark()) > STACK_SHARE {
            self.complain(format!("maximum nesting level exceeded ({})", self.depth));
            return Err(self.discard());
        }
        self.depth += 1;
        let result = f(self);
        self.depth -= 1;
        result
    }

    /// Notes the line of the command that runs now.
    pub fn at_line(&mut self, line: usize) {
        self.line = self.line_base.wrapping_add(line);
    }

    /// Notes the command that runs now, for BASH_COMMAND.
    pub fn note_command(&mut self, text: impl FnOnce() -> String) {
        if self.wants_command.get() && !self.traps.are_running() {
            self.command = crate::text::encode(&crate::rewrite::restore(&text()));
        }
    }

    /// The line editor's keys and variables.
    pub fn bindings(&mut self) -> &mut Bindings {
        self.bindings.get_or_insert_default()
    }

    /// The same for those who only look.
    ///
    /// # Panics
    /// Before the first [`Shell::bindings`].
    pub fn made_bindings(&self) -> &Bindings {
        self.bindings.as_ref().expect("asked for before")
    }

    pub fn monitor(&self) -> bool {
        self.options.monitor && self.terminal.is_some()
    }
}

/// A field of the user's line in the user database, counted from 0.
pub fn user_field(field: usize) -> Option<Bytes> {
    let id = sys::geteuid().to_string();
    let known = std::fs::read("/etc/passwd").ok()?;
    let mut lines = known.split(|c| *c == b'\n');
    lines.find_map(|line| {
        let fields: Vec<&[u8]> = line.split(|c| *c == b':').collect();
        let value = fields.get(field).filter(|v| !v.is_empty())?;
        (fields.get(2)? == &id.as_bytes()).then(|| value.to_vec())
    })
}

fn same_dir(a: &[u8], b: &[u8]) -> bool {
    a.starts_with(b"/")
        && matches!((sys::stat(a), sys::stat(b)), (Ok(x), Ok(y)) if (x.dev, x.ino) == (y.dev, y.ino))
}

/// Wall-clock time.
pub fn now_ns() -> u64 {
    std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .map_or(0, |d| d.as_nanos() as u64)
}
