//! The line editor's terminal: raw mode, bytes in, bytes out. What keys do is the crate `readline`'s.
//!
//! It reads byte by byte, so that what is typed ahead stays in the terminal for the command that comes first, and draws
//! only when no more bytes wait.

use readline::editor::{Editor as Lines, Settings, Step};
use sys::{
    Errno, Fd, InputFlags, LocalFlags, PollEvents, PollFd, SetWhen, SigAction, SigSet, Signal, Termios, cc,
};

use super::input;
use super::program::Program;
use crate::shell::{Shell, Unwind};
use crate::text::{Bytes, char_count, parse_int};
use crate::trap;
use crate::vars::Value;

pub enum Line {
    Text(Bytes),
    Interrupted,
    End,
}

#[derive(Default)]
pub struct Editor {
    lines: Lines,
}

impl Editor {
    /// Reads a line; `initial` is in it already.
    pub fn read(&mut self, sh: &mut Shell, shown: &[u8], initial: Bytes) -> Line {
        let plain = sh.vars.get("TERM").is_some_and(|t| t == b"dumb") || !(sh.options.emacs || sh.options.vi);
        let cooked = if plain {
            None
        } else {
            sys::tcgetattr(Fd::STDIN).ok()
        };
        let Some(cooked) = cooked else {
            return without_editing(sh, shown);
        };
        if sys::tcsetattr(Fd::STDIN, SetWhen::Drain, &raw(&cooked)).is_err() {
            return without_editing(sh, shown);
        }
        // The size is asked for at each drawing; the signal only wakes the read.
        let watches =
            !sh.traps.handled().contains(Signal::WINCH) && !sh.traps.ignored().contains(Signal::WINCH);
        if watches {
            let _ = sys::sigaction(Signal::WINCH, Some(SigAction::RECORD));
        }
        let split = shown.iter().rposition(|c| *c == b'\n').map_or(0, |i| i + 1);
        let mut session = Session {
            settings: settings(sh),
            program: Program::new(sh),
            lines: &mut self.lines,
            cooked,
        };
        let bracketed = session.begin(&shown[..split], &shown[split..], initial);
        let line = session.run(bracketed);
        if watches {
            let _ = sys::sigaction(Signal::WINCH, Some(SigAction::Default));
        }
        let _ = sys::tcsetattr(Fd::STDIN, SetWhen::Drain, &cooked);
        line
    }
}

fn settings(sh: &mut Shell) -> Settings {
    let plain = sh.vars.get("NO_COLOR").is_some_and(|v| !v.is_empty());
    Settings {
        vi: sh.options.vi,
        highlighting: !plain && sh.options.shopt_is_on("highlighting"),
        suggestions: sh.options.shopt_is_on("suggestions"),
        plain,
    }
}

fn raw(cooked: &Termios) -> Termios {
    let mut t = *cooked;
    t.local
        .remove(LocalFlags::ICANON | LocalFlags::ECHO | LocalFlags::ISIG | LocalFlags::IEXTEN);
    // Without IXON, ^S searches forward.
    t.input
        .remove(InputFlags::ICRNL | InputFlags::INLCR | InputFlags::IXON);
    t.cc[cc::VMIN] = 1;
    t.cc[cc::VTIME] = 0;
    t
}

/// A prompt without the marks around what takes no columns.
pub fn visible(shown: &[u8]) -> Bytes {
    shown.iter().copied().filter(|c| !matches!(c, 1 | 2)).collect()
}

fn without_editing(sh: &mut Shell, shown: &[u8]) -> Line {
    let _ = sys::write_all(Fd::STDERR, &visible(shown));
    loop {
        match input::read_line(Fd::STDIN) {
            Ok(Some(line)) => return Line::Text(line),
            Ok(None) => return Line::End,
            Err(Errno::EINTR) => {
                if interrupted(sh) {
                    let _ = sys::write_all(Fd::STDERR, b"\n");
                    return Line::Interrupted;
                }
                if trap::run_pending(sh) == Err(Unwind::Exit) {
                    return Line::End;
                }
            }
            Err(_) => return Line::End,
        }
    }
}

/// Has SIGINT come, and no trap is for it?
fn interrupted(sh: &Shell) -> bool {
    let int = SigSet::EMPTY.with(Signal::INT);
    !sh.traps.handled().contains(Signal::INT) && sys::take_recorded(int) == int
}

/// Rows and columns. A terminal that nobody has measured says 0.
pub fn size() -> (usize, usize) {
    let (rows, columns) = sys::tcgetwinsize(Fd::STDERR).map_or((0, 0), |w| (w.rows, w.cols));
    let or = |n: u16, least: usize, default| {
        if usize::from(n) < least {
            default
        } else {
            usize::from(n)
        }
    };
    (or(rows, 1, 24), or(columns, 2, 80))
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
struct Session<'a, 'b> {
    settings: Settings,
    program: Program<'b>,
    lines: &'a mut Lines,
    cooked: Termios,
}

impl Session<'_, '_> {
    /// Writes the prompt's first rows and draws the line. Answers whether pastes are marked.
    fn begin(&mut self, above: &[u8], prompt: &[u8], initial: Bytes) -> bool {
        let bracketed = self.program.sh.bindings().is_on("enable-bracketed-paste");
        self.lines.start(&self.program, self.settings, prompt, initial);
        let mut out = Vec::new();
        if bracketed {
            out.extend_from_slice(b"\x1b[?2004h");
        }
        out.extend_from_slice(&visible(above));
        let (rows, columns) = size();
        out.extend_from_slice(&self.lines.draw(&mut self.program, rows, columns));
        let _ = sys::write_all(Fd::STDERR, &out);
        bracketed
    }

    fn draw(&mut self) {
        let (rows, columns) = size();
        let out = self.lines.draw(&mut self.program, rows, columns);
        if !out.is_empty() {
            let _ = sys::write_all(Fd::STDERR, &out);
        }
    }

    /// The line is over: what stays of it on the screen.
    fn leave(&mut self, text: &[u8], note: &[u8], bracketed: bool) {
        let (rows, columns) = size();
        let mut out = self.lines.leave(&mut self.program, text, note, rows, columns);
        if bracketed {
            out.extend_from_slice(b"\x1b[?2004l\r");
        }
        let _ = sys::write_all(Fd::STDERR, &out);
    }

    fn run(&mut self, bracketed: bool) -> Line {
        let mut step = self.lines.resume(&mut self.program);
        loop {
            match step {
                Step::Go => {}
                Step::Accept(text) => {
                    self.leave(&text, b"", bracketed);
                    return Line::Text(text);
                }
                Step::Interrupt => return self.interrupt(bracketed),
                Step::End => {
                    self.leave(b"", b"", bracketed);
                    return Line::End;
                }
                Step::Command(command) => {
                    self.aside(|s| s.command(&command));
                    self.draw();
                }
                Step::Program(text) => {
                    if let Some(edited) = self.aside(|s| super::edit(s.program.sh, &text)) {
                        self.leave(&edited, b"", bracketed);
                        return Line::Text(edited);
                    }
                    self.draw();
                }
            }
            step = match self.next() {
                Ok(Some(step)) => step,
                Ok(None) => return self.end(bracketed),
                Err(Errno::EINTR) => {
                    if interrupted(self.program.sh) {
                        return self.interrupt(bracketed);
                    }
                    let winch = SigSet::EMPTY.with(Signal::WINCH);
                    let trapped = sys::recorded().0 & self.program.sh.traps.handled().0 != 0;
                    if !trapped && sys::take_recorded(winch) == winch {
                        super::note_size(self.program.sh);
                        self.draw();
                        Step::Go
                    } else if trap::run_pending(self.program.sh) == Err(Unwind::Exit) {
                        return self.end(bracketed);
                    } else {
                        if trapped {
                            // What the trap wrote stays above.
                            self.lines.screen.forget();
                        }
                        self.draw();
                        Step::Go
                    }
                }
                Err(_) => return self.end(bracketed),
            };
        }
    }

    /// The next byte and what it leads to; `None` at the end of the input.
    fn next(&mut self) -> Result<Option<Step>, Errno> {
        if self.lines.pause_matters(&self.program) {
            let ms = self
                .program
                .sh
                .bindings()
                .number("keyseq-timeout")
                .clamp(0, 10_000) as u32;
            if !ready(ms) {
                let step = self.lines.pause(&mut self.program);
                if step == Step::Go {
                    self.draw();
                }
                return Ok(Some(step));
            }
        }
        // A signal that came while a key was worked on has interrupted no call.
        let awaited = [Signal::INT, Signal::HUP, Signal::WINCH];
        let awaited: SigSet = awaited
            .into_iter()
            .chain(self.program.sh.traps.handled().iter())
            .collect();
        if sys::recorded().0 & awaited.0 != 0 {
            return Err(Errno::EINTR);
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

    fn interrupt(&mut self, bracketed: bool) -> Line {
        let text = self.lines.buffer.text.clone();
        self.leave(&text, b"^C", bracketed);
        Line::Interrupted
    }

    fn end(&mut self, bracketed: bool) -> Line {
        if bracketed {
            let _ = sys::write_all(Fd::STDERR, b"\x1b[?2004l\r");
        }
        Line::End
    }

    /// Does something while the terminal is as programs want it, with the line off the screen.
    fn aside<T>(&mut self, f: impl FnOnce(&mut Self) -> T) -> T {
        let out = self.lines.screen.erase(size().1);
        let _ = sys::write_all(Fd::STDERR, &out);
        let _ = sys::tcsetattr(Fd::STDIN, SetWhen::Drain, &self.cooked);
        let result = f(self);
        let _ = sys::tcsetattr(Fd::STDIN, SetWhen::Drain, &raw(&self.cooked));
        result
    }

    /// A command that `bind -x` gave a key: it sees the line in READLINE_LINE and READLINE_POINT, and may change both.
    fn command(&mut self, command: &[u8]) {
        let sh = &mut *self.program.sh;
        let buffer = &self.lines.buffer;
        let point = char_count(&buffer.text[..buffer.point]);
        let _ = sh.vars.set("READLINE_LINE", buffer.text.clone());
        let _ = sh.vars.set("READLINE_POINT", point.to_string());
        let status = sh.status;
        let _ = sh.nested(|sh| crate::parse::run_text(sh, command));
        let _ = sh.flush();
        sh.status = status;
        let value = |name: &str| match sh.vars.var(name).map(|v| &v.value) {
            Some(Value::Scalar(s)) => s.clone(),
            _ => Vec::new(),
        };
        let text = value("READLINE_LINE");
        let point = parse_int(&value("READLINE_POINT")).unwrap_or(0).max(0) as usize;
        let point: usize = crate::text::chars(&text).take(point).map(<[u8]>::len).sum();
        for name in ["READLINE_LINE", "READLINE_POINT"] {
            let _ = sh.vars.unset(name);
        }
        if text != buffer.text || point != buffer.point {
            self.lines.set_line(text, point);
        }
    }
}
