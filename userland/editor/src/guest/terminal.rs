//! The terminal, and all else of the outside: [`Host`] on system calls.

use std::collections::VecDeque;

use editing::host::{Contents, FileError, Gone, Host, Key, Ran, Run, Stamp, Write};
use editing::screen::{Frame, Screen};
use sys::{
    Errno, Fd, InputFlags, LocalFlags, OpenFlags, PollEvents, PollFd, SetWhen, SigAction, SigSet, Signal,
    Termios, cc,
};

use crate::{filter, keys, storage};

/// The alternate screen, and pastes between marks.
const ENTER: &[u8] = b"\x1b[?1049h\x1b[?2004h";
const LEAVE: &[u8] = b"\x1b[m\x1b[?2004l\x1b[?1049l";

/// How long the rest of a sequence may take, in milliseconds.
const SEQUENCE_MS: u32 = 50;

pub struct Terminal {
    /// Where keys come from.
    input: Fd,
    output: Fd,
    before: Termios,
    screen: Screen,
    typed: VecDeque<u8>,
    active: bool,
}

impl Terminal {
    /// Takes the terminal of standard input, or `/dev/tty` where that is the text to edit.
    ///
    /// # Errors
    /// Why there is none, to be said.
    pub fn open(text_on_stdin: bool) -> Result<Terminal, String> {
        let input = if text_on_stdin {
            sys::open(
                "/dev/tty",
                OpenFlags::RDWR | OpenFlags::CLOEXEC,
                sys::Mode::empty(),
            )
            .map_err(|why| format!("cannot open /dev/tty: {why}"))?
        } else if sys::isatty(Fd::STDIN) {
            Fd::STDIN
        } else {
            return Err("Input is not from a terminal".to_owned());
        };
        if !sys::isatty(Fd::STDOUT) {
            return Err("Output is not to a terminal".to_owned());
        }
        let before = sys::tcgetattr(input).map_err(|why| format!("cannot use the terminal: {why}"))?;
        for signal in filter::HANDLED {
            let action = if matches!(signal, Signal::PIPE | Signal::QUIT) {
                SigAction::Ignore
            } else {
                SigAction::RECORD
            };
            let _ = sys::sigaction(signal, Some(action));
        }
        let mut terminal = Terminal {
            input,
            output: Fd::STDOUT,
            before,
            screen: Screen::default(),
            typed: VecDeque::new(),
            active: false,
        };
        terminal.enter();
        Ok(terminal)
    }

    fn enter(&mut self) {
        let mut raw = self.before;
        raw.local
            .remove(LocalFlags::ICANON | LocalFlags::ECHO | LocalFlags::ISIG | LocalFlags::IEXTEN);
        raw.input
            .remove(InputFlags::ICRNL | InputFlags::INLCR | InputFlags::IGNCR | InputFlags::IXON);
        raw.cc[cc::VMIN] = 1;
        raw.cc[cc::VTIME] = 0;
        let _ = sys::tcsetattr(self.input, SetWhen::Drain, &raw);
        self.send(ENTER);
        self.screen.forget();
        self.active = true;
    }

    fn leave(&mut self) {
        if std::mem::take(&mut self.active) {
            self.send(LEAVE);
            let _ = sys::tcsetattr(self.input, SetWhen::Drain, &self.before);
        }
    }

    fn send(&self, bytes: &[u8]) {
        // A terminal that is gone is noticed where keys are read.
        let _ = sys::write_all(self.output, bytes);
    }

    /// Waits for bytes; false when none came in time.
    fn wait(&mut self, timeout_ms: Option<u32>) -> Result<bool, Gone> {
        let mut fds = [PollFd {
            fd: self.input,
            events: PollEvents::IN,
            revents: PollEvents::empty(),
        }];
        match sys::poll(&mut fds, timeout_ms) {
            Ok(0) | Err(Errno::EINTR) => return Ok(false),
            Ok(_) => {}
            Err(_) => return Err(Gone::Signal(Signal::HUP.0)),
        }
        let mut bytes = [0; 4096];
        match sys::read(self.input, &mut bytes) {
            Ok(0) => Err(Gone::Signal(Signal::HUP.0)),
            Ok(n) => {
                self.typed.extend(&bytes[..n]);
                Ok(true)
            }
            Err(Errno::EINTR | Errno::EAGAIN) => Ok(false),
            Err(_) => Err(Gone::Signal(Signal::HUP.0)),
        }
    }

    /// The key that a signal is, if one has come.
    fn signal(&mut self) -> Result<Option<Key>, Gone> {
        let came = sys::take_recorded(SigSet::ALL);
        for signal in [Signal::HUP, Signal::TERM] {
            if came.contains(signal) {
                return Err(Gone::Signal(signal.0));
            }
        }
        if came.contains(Signal::TSTP) {
            self.suspend();
            return Ok(Some(Key::Redraw));
        }
        Ok(came.contains(Signal::WINCH).then_some(Key::Redraw))
    }
}

impl Host for Terminal {
    fn size(&self) -> (usize, usize) {
        match sys::tcgetwinsize(self.output) {
            Ok(size) if size.rows > 0 && size.cols > 0 => (size.rows.into(), size.cols.into()),
            _ => (24, 80),
        }
    }

    fn is_typed(&mut self) -> bool {
        self.typed.is_empty() && matches!(self.wait(Some(0)), Ok(true)) || !self.typed.is_empty()
    }

    fn paint(&mut self, frame: Frame) {
        // A frame without rows asks for all to be drawn anew.
        if frame.rows.is_empty() {
            self.screen.forget();
            return;
        }
        let bytes = self.screen.draw(frame);
        if !bytes.is_empty() {
            self.send(&bytes);
        }
    }

    fn beep(&mut self) {
        self.send(b"\x07");
    }

    fn key(&mut self) -> Result<Key, Gone> {
        let mut more = true;
        loop {
            if let Some(key) = self.signal()? {
                return Ok(key);
            }
            if !self.typed.is_empty()
                && let Some((key, length)) = keys::decode(self.typed.make_contiguous(), more)
            {
                self.typed.drain(..length);
                return Ok(key);
            }
            // A paste may take its time.
            let partial = !self.typed.is_empty() && self.typed.len() < 6;
            more = self.wait(partial.then_some(SEQUENCE_MS))? || !partial;
        }
    }

    fn is_interrupted(&mut self) -> bool {
        while matches!(self.wait(Some(0)), Ok(true)) {}
        match self.typed.iter().position(|b| *b == 3) {
            Some(at) => {
                self.typed.drain(..=at);
                true
            }
            None => sys::take_recorded(SigSet::EMPTY.with(Signal::INT)) != SigSet::EMPTY,
        }
    }

    fn read(&mut self, name: &[u8]) -> Result<Contents, FileError> {
        storage::read(name)
    }

    fn stamp(&mut self, name: &[u8]) -> Option<Stamp> {
        storage::stamp(name)
    }

    fn exists(&mut self, name: &[u8]) -> bool {
        storage::exists(name)
    }

    fn write(&mut self, name: &[u8], text: &[u8], how: Write) -> Result<Option<Stamp>, FileError> {
        storage::write(name, text, how)
    }

    fn run(&mut self, command: &[u8], how: Run) -> Result<Ran, String> {
        let actions = match how {
            Run::Filter(input) => {
                let (output, status) = filter::run(command, input, Some(self.input))?;
                return Ok(Ran { output, status });
            }
            Run::Shown => vec![sys::Action::Dup2 {
                from: self.input,
                to: Fd::STDIN,
            }],
        };
        self.leave();
        let outcome = filter::start(command, actions).map(|child| Ran {
            output: Vec::new(),
            status: cli::process::wait_for(child),
        });
        // What was typed at the command was not for us.
        sys::take_recorded(SigSet::EMPTY.with(Signal::INT).with(Signal::TSTP));
        if outcome.is_ok() {
            self.send(b"\r\nPress ENTER or type command to continue");
            let mut raw = self.before;
            raw.local
                .remove(LocalFlags::ICANON | LocalFlags::ECHO | LocalFlags::ISIG);
            let _ = sys::tcsetattr(self.input, SetWhen::Drain, &raw);
            while self.typed.is_empty() && self.wait(None).is_ok() {}
            if matches!(self.typed.front(), Some(b'\r' | b'\n' | b' ')) {
                self.typed.pop_front();
            }
            self.send(b"\r\n");
        }
        self.enter();
        outcome
    }

    fn suspend(&mut self) {
        self.leave();
        let _ = sys::sigaction(Signal::TSTP, Some(SigAction::Default));
        if let Ok(group) = sys::getpgid(None) {
            let _ = sys::killpg(group, Some(Signal::TSTP));
        }
        // Here it goes on.
        sys::sigpoll();
        let _ = sys::sigaction(Signal::TSTP, Some(SigAction::RECORD));
        if let Ok(now) = sys::tcgetattr(self.input) {
            self.before = now;
        }
        self.enter();
    }

    fn change_directory(&mut self, name: &[u8]) -> Result<(), String> {
        sys::chdir(name).map_err(|why| format!("E344: Can't change directory: {why}"))
    }

    fn directory(&mut self) -> Vec<u8> {
        sys::getcwd().unwrap_or_default()
    }

    fn print(&mut self, _text: &[u8]) {}

    fn complete(&mut self, prefix: &[u8]) -> Vec<Vec<u8>> {
        storage::complete(prefix)
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        self.leave();
    }
}
