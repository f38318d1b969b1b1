//! The interactive shell: terminal and signals, prompts, the loop of reading and running.

mod complete;
mod editor;
mod entry;
mod input;
mod program;

use sys::{Fd, FdFlags, Pid, SetWhen, SigAction, SigSet, Signal};

use crate::exec;
use crate::expand::prompt;
use crate::history;
use crate::job;
use crate::parse::{self, Parsed};
use crate::shell::{Shell, Unwind};
use crate::text::{Bytes, decode};
use crate::trap;
use crate::vars::Value;
use entry::{Expanded, expand_history, join, remember};

pub use input::read_line;
pub use program::read_keys;

/// Signals that an interactive shell does not take as others do; its children get them back.
pub const SIGNALS: &[Signal] = &[
    Signal::INT,
    Signal::QUIT,
    Signal::TERM,
    Signal::TSTP,
    Signal::TTIN,
    Signal::TTOU,
    Signal::HUP,
];

/// What a signal does to an interactive shell without a trap: ^C ends the line, the others are for its jobs.
pub fn default_action(sig: Signal) -> SigAction {
    match sig {
        Signal::INT => SigAction::RECORD,
        // Recorded, so that the history is saved first.
        Signal::HUP => SigAction::RECORD,
        s if SIGNALS.contains(&s) => SigAction::Ignore,
        _ => SigAction::Default,
    }
}

pub fn reset_signals() {
    for s in SIGNALS {
        let _ = sys::sigaction(*s, Some(SigAction::Default));
    }
}

/// `exec` replaces the shell: the program starts with the usual signals.
pub fn leave(sh: &mut Shell) {
    if sh.interactive {
        history::save(sh);
        reset_signals();
    }
}

pub fn enter_again(sh: &Shell) {
    if sh.interactive {
        for s in SIGNALS {
            // nohup's wish stands.
            if *s == Signal::HUP && sys::sigaction(*s, None) == Ok(sys::Disposition::Ignore) {
                continue;
            }
            let _ = sys::sigaction(*s, Some(default_action(*s)));
        }
    }
}

/// The first `exit` with stopped jobs only warns.
pub fn may_exit(sh: &mut Shell) -> bool {
    if !sh.interactive || sh.subshell > 0 || !sh.jobs.any_stopped() || sh.jobs.warned() {
        return true;
    }
    sh.jobs.set_warned(true);
    let _ = sys::write_all(Fd::STDERR, b"There are stopped jobs.\n");
    false
}

fn set_up(sh: &mut Shell) {
    enter_again(sh);
    let Some(tty) = [Fd::STDIN, Fd::STDERR].into_iter().find(|fd| sys::isatty(*fd)) else {
        return;
    };
    let Ok(terminal) = sys::dup_from(tty, Fd(10), FdFlags::CLOEXEC) else {
        return;
    };
    // A shell started in the background waits until it is brought to the front.
    for _ in 0..16 {
        let (Ok(front), Ok(own)) = (sys::tcgetpgrp(terminal), sys::getpgid(None)) else {
            break;
        };
        if front == own || front.0 <= 0 {
            break;
        }
        let _ = sys::sigaction(Signal::TTIN, Some(SigAction::Default));
        let _ = sys::kill(Pid(0), Some(Signal::TTIN));
        let _ = sys::sigaction(Signal::TTIN, Some(SigAction::Ignore));
    }
    // A session's leader has a group of its own already and may not make another.
    let _ = sys::setpgid(Pid(0), sh.pid);
    if sys::tcsetpgrp(terminal, sys::getpgid(None).unwrap_or(sh.pid)).is_ok() {
        sh.terminal = Some(terminal);
        sh.options.monitor = true;
    } else {
        let _ = sys::close(terminal);
        let _ = sys::write_all(Fd::STDERR, b"sh: no job control in this shell\n");
    }
}

/// Reads and runs until the end of input or `exit`; the exit status is in the shell.
pub fn run(sh: &mut Shell, rc: bool) {
    set_up(sh);
    sh.options.history = true;
    sh.options.expand_aliases = true;
    sh.options.emacs = true;
    sh.options.histexpand = true;
    history::set_up(sh);
    if sh.vars.get("PS1").is_none() {
        let _ = sh.vars.set("PS1", *b"\\w\\$ ");
    }
    if sh.vars.get("PS2").is_none() {
        let _ = sh.vars.set("PS2", *b"> ");
    }
    if rc {
        read_rc(sh);
    }
    history::load(sh);
    let saved = sys::tcgetattr(Fd::STDIN).ok();
    program::read_init_file(sh);
    let mut editor = editor::Editor::default();
    loop {
        job::notify(sh);
        if let (Some(t), true) = (&saved, sh.status > 128) {
            // A program that died may have left the terminal in its own mode.
            let _ = sys::tcsetattr(Fd::STDIN, SetWhen::Drain, t);
        }
        match read_command(sh, &mut editor) {
            Read::Text(text) => {
                if run_one(sh, &text).is_err() {
                    break;
                }
            }
            Read::Nothing => {}
            Read::End => {
                if sh.hung_up {
                    break;
                }
                let _ = sys::write_all(Fd::STDERR, b"exit\n");
                if may_exit(sh) {
                    break;
                }
            }
        }
    }
    history::save(sh);
    hang_up(sh);
}

fn read_rc(sh: &mut Shell) {
    let Some(home) = sh.vars.get("HOME").cloned() else {
        return;
    };
    let path = [&home[..], b"/.bashrc"].concat();
    if let Ok(text) = crate::builtin::control::read_script(&path) {
        let _ = sh.nested(|sh| parse::run_text(sh, &text));
        let _ = sh.flush();
    }
}

/// Stopped jobs must not stay behind without a shell, nor any where the terminal is gone.
fn hang_up(sh: &mut Shell) {
    let ids: Vec<usize> = sh
        .jobs
        .all()
        .iter()
        .filter(|j| sh.hung_up || j.state() == job::State::Stopped)
        .map(|j| j.id)
        .collect();
    for id in ids {
        let _ = job::signal(sh, id, Some(Signal::HUP));
    }
}

enum Read {
    Text(String),
    /// ^C, or an empty line.
    Nothing,
    End,
}

/// A complete command, over as many lines as it takes.
fn read_command(sh: &mut Shell, editor: &mut editor::Editor) -> Read {
    let mut text = String::new();
    // The same as the history is to have it.
    let mut entry = Bytes::new();
    let mut initial = Bytes::new();
    loop {
        let name = if text.is_empty() { "PS1" } else { "PS2" };
        if text.is_empty() && initial.is_empty() {
            prompt_command(sh);
        }
        note_size(sh);
        let raw = sh.vars.get(name).cloned().unwrap_or_default();
        let shown = prompt::expand(sh, &raw);
        let line = match editor.read(sh, &shown, std::mem::take(&mut initial)) {
            editor::Line::Text(line) => line,
            editor::Line::Interrupted => {
                if !entry.is_empty() {
                    remember(sh, entry);
                }
                sh.status = 130;
                return Read::Nothing;
            }
            editor::Line::End => {
                // A terminal that goes away ends the input and signals, in whichever order.
                let _ = trap::run_pending(sh);
                if text.is_empty() || sh.hung_up {
                    return Read::End;
                }
                sh.complain("syntax error: unexpected end of file");
                sh.status = 2;
                return Read::Nothing;
            }
        };
        let line = match expand_history(sh, &line, &entry) {
            Expanded::Line(l) => l,
            Expanded::Again(l) => {
                initial = l;
                continue;
            }
            Expanded::Nothing => return Read::Nothing,
        };
        text.push_str(&decode(&line));
        text.push('\n');
        if text.trim().is_empty() {
            return Read::Nothing;
        }
        if sh.options.shopt_is_on("cmdhist") {
            entry = join(sh, entry, &line);
        } else {
            remember(sh, line);
        }
        let expanded = exec::alias::expand(sh, &text);
        // A backslash at the end asks for another line even where the rest would do.
        let continued =
            text.trim_end_matches('\n').ends_with('\\') && !text.trim_end_matches('\n').ends_with("\\\\");
        match parse::parse(sh, &expanded) {
            Parsed::Incomplete => {}
            _ if continued => {}
            _ => {
                if !entry.is_empty() {
                    remember(sh, entry);
                }
                if let Some(raw) = sh.vars.get("PS0").filter(|v| !v.is_empty()).cloned() {
                    let shown = prompt::expand(sh, &raw);
                    let _ = sys::write_all(Fd::STDERR, &editor::visible(&shown));
                }
                sh.command_number += 1;
                return Read::Text(expanded);
            }
        }
    }
}

/// Lets a program edit a line (`\C-x\C-e`); `None`, with a message, where that fails.
fn edit(sh: &mut Shell, line: &[u8]) -> Option<Bytes> {
    let named = ["VISUAL", "EDITOR"]
        .iter()
        .find_map(|n| sh.vars.get(n).filter(|v| !v.is_empty()));
    let program = named.cloned().unwrap_or_else(|| b"vi".to_vec());
    let edited = crate::builtin::history::in_editor(sh, &program, line)?;
    (!edited.trim_ascii().is_empty()).then_some(edited)
}

/// LINES and COLUMNS, with `checkwinsize`.
fn note_size(sh: &mut Shell) {
    let Ok(size) = sys::tcgetwinsize(Fd::STDERR) else {
        return;
    };
    if size.cols == 0 || !sh.options.shopt_is_on("checkwinsize") {
        return;
    }
    for (name, n) in [("LINES", size.rows), ("COLUMNS", size.cols)] {
        let value = n.to_string().into_bytes();
        if sh.vars.get(name) != Some(&value) {
            let _ = sh.vars.set(name, value);
        }
    }
}

fn prompt_command(sh: &mut Shell) {
    let commands: Vec<Bytes> = match sh.vars.var("PROMPT_COMMAND").map(|v| &v.value) {
        Some(Value::Scalar(s)) => vec![s.clone()],
        Some(Value::Indexed(list)) => list.values().cloned().collect(),
        _ => return,
    };
    let status = sh.status;
    for command in commands {
        let _ = sh.nested(|sh| parse::run_text(sh, &command));
        let _ = sh.flush();
        sh.status = status;
    }
}

/// `Err`: the shell is to end.
fn run_one(sh: &mut Shell, text: &str) -> Result<(), ()> {
    sys::take_recorded(SigSet::EMPTY.with(Signal::INT));
    let warned = sh.jobs.warned();
    let result = match parse::parse(sh, text) {
        Parsed::Program(p) => exec::program(sh, &p, false),
        Parsed::Incomplete => Ok(sh.status),
        Parsed::Error(e) => {
            sh.complain(e);
            sh.status = 2;
            Ok(2)
        }
    };
    let _ = sh.flush();
    if warned {
        sh.jobs.set_warned(false);
    }
    sh.loops = 0;
    sh.checked = 0;
    match result {
        Err(Unwind::Exit) => Err(()),
        result => {
            if result == Err(Unwind::Discard) && sh.status == 130 {
                // The terminal has echoed ^C and left the cursor behind it.
                let _ = sys::write_all(Fd::STDERR, b"\n");
            }
            if trap::run_pending(sh) == Err(Unwind::Exit) {
                return Err(());
            }
            Ok(())
        }
    }
}
