//! Lines from a terminal, with the line editor of the crate `readline` and a history in `~/.sqlite_history`.

use readline::Bytes;
use readline::bindings::Bindings;
use readline::complete::{Completions, Request};
use readline::editor::{Editor, Host, Settings, Step};
use readline::history::{self, Control, History};
use sys::{
    Errno, Fd, InputFlags, LocalFlags, Mode, OpenFlags, PollEvents, PollFd, SetWhen, SigSet, Signal, Termios,
    cc,
};

use crate::engine::Connection;
use crate::shell::Shell;

/// Lines that the history keeps.
const HISTORY: usize = 2000;

/// The editor and what it remembers.
#[derive(Default)]
pub struct Terminal {
    lines: Editor,
    history: History,
    bindings: Bindings,
}

pub enum Line {
    Text(Bytes),
    Interrupted,
    End,
}

/// What the editor asks.
struct Program<'a> {
    history: &'a History,
    bindings: &'a mut Bindings,
    connection: Option<Connection>,
}

impl Host for Program<'_> {
    fn history(&self) -> &History {
        self.history
    }

    fn bindings(&self) -> &Bindings {
        self.bindings
    }

    fn bindings_mut(&mut self) -> &mut Bindings {
        self.bindings
    }

    fn complete(&mut self, request: &Request) -> Completions {
        let before = &request.line[..request.point.min(request.line.len())];
        let is_word = |b: &u8| b.is_ascii_alphanumeric() || *b == b'_' || *b >= 0x80;
        let start = before.iter().rposition(|b| !is_word(b)).map_or(0, |i| i + 1);
        let typed = before[start..].to_vec();
        let words = if before.starts_with(b".") && start == 1 {
            crate::command::names_with(&typed)
        } else {
            self.names_with(&typed)
        };
        Completions {
            start,
            typed,
            words,
            noquote: true,
            ..Completions::default()
        }
    }

    fn is_command(&mut self, _: &[u8]) -> bool {
        false
    }

    fn expand_history(&mut self, _: &[u8]) -> Option<Bytes> {
        None
    }

    fn expand_tilde(&mut self, _: &[u8]) -> Option<Bytes> {
        None
    }

    fn read_init_file(&mut self) {}

    fn set_editing_mode(&mut self, _: bool) {}
}

impl Program<'_> {
    /// Names of tables and their columns.
    fn names_with(&self, typed: &[u8]) -> Vec<Bytes> {
        let Some(connection) = &self.connection else {
            return Vec::new();
        };
        let query = "SELECT name FROM sqlite_schema WHERE type IN ('table','view') UNION \
                     SELECT c.name FROM sqlite_schema AS t, pragma_table_info(t.name) AS c WHERE t.type IN ('table','view') ORDER BY 1";
        let rows = connection.rows(query, &[]).unwrap_or_default();
        rows.into_iter()
            .filter_map(|mut row| row.get_mut(0)?.take())
            .filter(|name| readline::complete::begins(name, typed, true))
            .collect()
    }
}

/// Reads a line. What was written so far is shown before its prompt.
pub fn read(shell: &mut Shell, first: bool) -> Line {
    shell.out.send();
    sys::take_recorded(SigSet::EMPTY.with(Signal::INT));
    let prompt = shell.prompts[usize::from(!first)].clone();
    let plain = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
    let cooked = if plain {
        None
    } else {
        sys::tcgetattr(Fd::STDIN).ok()
    };
    let raw_mode = cooked.filter(|cooked| sys::tcsetattr(Fd::STDIN, SetWhen::Drain, &raw(cooked)).is_ok());
    let Some(cooked) = raw_mode else {
        return without_editing(&prompt);
    };
    let connection = if shell.is_open() {
        shell.connection().ok()
    } else {
        None
    };
    let terminal = &mut shell.editor;
    let mut session = Session {
        program: Program {
            history: &terminal.history,
            bindings: &mut terminal.bindings,
            connection,
        },
        lines: &mut terminal.lines,
    };
    let line = session.run(&prompt);
    let _ = sys::tcsetattr(Fd::STDIN, SetWhen::Drain, &cooked);
    if let Line::Text(text) = &line
        && !text.trim_ascii().is_empty()
    {
        let control = Control {
            ignore_dups: true,
            ..Control::default()
        };
        terminal.history.add(text.clone(), None, control);
        terminal.history.stifle(HISTORY);
    }
    line
}

fn raw(cooked: &Termios) -> Termios {
    let mut t = *cooked;
    t.local
        .remove(LocalFlags::ICANON | LocalFlags::ECHO | LocalFlags::ISIG | LocalFlags::IEXTEN);
    t.input
        .remove(InputFlags::ICRNL | InputFlags::INLCR | InputFlags::IXON);
    t.cc[cc::VMIN] = 1;
    t.cc[cc::VTIME] = 0;
    t
}

/// Without a terminal that can be drawn on (`-interactive` from a pipe, say), byte by byte, so that what follows stays for others.
fn without_editing(prompt: &[u8]) -> Line {
    let _ = sys::write_all(Fd::STDOUT, prompt);
    let mut line = Vec::new();
    let mut b = [0];
    loop {
        match sys::read(Fd::STDIN, &mut b) {
            Ok(0) if line.is_empty() => return Line::End,
            Ok(0) => return Line::Text(line),
            Ok(_) if b[0] == b'\n' => return Line::Text(line),
            Ok(_) => line.push(b[0]),
            Err(Errno::EINTR) => {
                if sys::recorded().contains(Signal::INT) {
                    let _ = sys::write_all(Fd::STDOUT, b"\n");
                    return Line::Interrupted;
                }
            }
            Err(_) => return Line::End,
        }
    }
}

/// Rows and columns. A terminal that nobody has measured says 0.
fn size() -> (usize, usize) {
    let (rows, columns) = sys::tcgetwinsize(Fd::STDOUT).map_or((0, 0), |w| (w.rows, w.cols));
    let rows = if rows == 0 { 24 } else { rows.into() };
    let columns = if columns < 2 { 80 } else { columns.into() };
    (rows, columns)
}

/// Is there a byte to read within `ms`?
fn ready(ms: u32) -> bool {
    let mut fds = [PollFd {
        fd: Fd::STDIN,
        events: PollEvents::IN,
        revents: PollEvents::empty(),
    }];
    !matches!(sys::poll(&mut fds, Some(ms)), Ok(0))
}

/// One line in the making.
struct Session<'a> {
    program: Program<'a>,
    lines: &'a mut Editor,
}

impl Session<'_> {
    fn draw(&mut self) {
        let (rows, columns) = size();
        let out = self.lines.draw(&mut self.program, rows, columns);
        let _ = sys::write_all(Fd::STDOUT, &out);
    }

    fn leave(&mut self, text: &[u8], note: &[u8]) {
        let (rows, columns) = size();
        let mut out = self.lines.leave(&mut self.program, text, note, rows, columns);
        out.extend_from_slice(b"\x1b[?2004l\r");
        let _ = sys::write_all(Fd::STDOUT, &out);
    }

    fn run(&mut self, prompt: &[u8]) -> Line {
        self.lines
            .start(&self.program, Settings::default(), prompt, Vec::new());
        // Pastes are marked, so that their newlines end no line before it is seen.
        let _ = sys::write_all(Fd::STDOUT, b"\x1b[?2004h");
        self.draw();
        loop {
            match self.next() {
                Ok(Some(Step::Go)) => {}
                Ok(Some(Step::Accept(text))) => {
                    self.leave(&text, b"");
                    return Line::Text(text);
                }
                Ok(Some(Step::Interrupt)) => return self.interrupt(),
                Ok(Some(Step::End)) => {
                    self.leave(b"", b"");
                    return Line::End;
                }
                // No key is bound to commands, and no program edits here.
                Ok(Some(Step::Command(_) | Step::Program(_))) => {}
                Ok(None) => {
                    let _ = sys::write_all(Fd::STDOUT, b"\x1b[?2004l\r");
                    return Line::End;
                }
                Err(Errno::EINTR) if sys::recorded().contains(Signal::INT) => return self.interrupt(),
                Err(Errno::EINTR) => self.draw(),
                Err(_) => return Line::End,
            }
        }
    }

    fn interrupt(&mut self) -> Line {
        let text = self.lines.buffer.text.clone();
        self.leave(&text, b"^C");
        Line::Interrupted
    }

    /// The next byte and what it leads to; `None` at the end of the input.
    fn next(&mut self) -> Result<Option<Step>, Errno> {
        if self.lines.pause_matters(&self.program) && !ready(500) {
            let step = self.lines.pause(&mut self.program);
            if step == Step::Go {
                self.draw();
            }
            return Ok(Some(step));
        }
        let mut b = [0];
        if sys::read(Fd::STDIN, &mut b)? == 0 {
            return Ok(None);
        }
        let step = self.lines.key(b[0], &mut self.program);
        if step == Step::Go && !self.lines.is_pasting() && !ready(0) {
            self.draw();
        }
        Ok(Some(step))
    }
}

fn history_file() -> Option<Vec<u8>> {
    Some([&crate::home()?[..], b"/.sqlite_history"].concat())
}

/// Reads the history of earlier sessions.
pub fn load_history(shell: &mut Shell) {
    let Some(Ok(fd)) = history_file().map(|name| sys::open(&name, OpenFlags::CLOEXEC, Mode::empty())) else {
        return;
    };
    for entry in crate::functions::read_all(fd)
        .map(|text| history::parse(&text))
        .unwrap_or_default()
    {
        shell.editor.history.push(entry);
    }
    shell.editor.history.stifle(HISTORY);
    let _ = sys::close(fd);
}

/// Keeps the history for later sessions.
pub fn save_history(shell: &mut Shell) {
    let Some(name) = history_file() else { return };
    if shell.editor.history.unwritten().is_empty() {
        return;
    }
    let text = history::format(shell.editor.history.entries(), false);
    let flags = OpenFlags::WRONLY | OpenFlags::CREAT | OpenFlags::TRUNC | OpenFlags::CLOEXEC;
    // Nobody else is to read what was typed. A history that can't be kept is no reason for a message at the end of a session.
    if let Ok(fd) = sys::open(&name, flags, Mode::new(0o600)) {
        let _ = sys::write_all(fd, &text);
        let _ = sys::close(fd);
    }
}
