//! The line discipline: what becomes of the bytes that are typed, and of those that are written.
//!
//! [`LineDiscipline`] is a function of bytes and [`Termios`]: it knows no process, lock or wait queue. Typed bytes go in by
//! [`LineDiscipline::input`], which answers what else must be done (signals, wakes); echo goes straight onto the
//! screen, the queue of bytes that the terminal emulator reads. [`super::pty`] owns both and does the rest.
//!
//! It behaves as Linux's N_TTY (the table of tests has been compared with Linux 6.18), with these differences: ^D's mark never
//! becomes a NUL byte when canonical mode is left; erasing knows wide characters and removes stray continuation bytes; a newline
//! is echoed as itself in noncanonical mode too, and ends ECHOPRT's list; ^C throws away what the emulator has not read yet, as
//! POSIX says; IXOFF and EXTPROC do nothing.
//!
//! Input is in one of three places: `edit`, the line being typed (canonical mode only); `ready`, what may be read; and, for as
//! long as reads are canonical, `lines`, the lengths of the lines in `ready`.
//!
//! <https://pubs.opengroup.org/onlinepubs/9799919799/basedefs/V1_chap11.html>

mod erase;
mod reading;
mod width;

use super::output::{Output, is_control};
use super::queue::ByteQueue;
use super::termios::{ControlChar, InputFlags, LocalFlags, Termios};
use crate::kernel::error::{Errno, Result};
use std::collections::VecDeque;

pub use reading::ReadTimer;

/// The longest line, without its end (`{MAX_CANON}`); more is dropped.
pub const MAX_CANON: usize = 4_095;
/// Input is taken until this many bytes wait to be read,
pub const INPUT_LIMIT: usize = 65_536;
/// or this many lines: a ^D makes a line without bytes.
const LINES_LIMIT: usize = 4_096;
/// Programs may write until this many bytes wait for the emulator.
pub const SCREEN_LIMIT: usize = 65_536;
/// Echo may go beyond it by this much; what doesn't fit is dropped.
const ECHO_RESERVE: usize = 8_192;
/// How much echo is kept while output is stopped.
const HELD_LIMIT: usize = 4_096;

bitflags::bitflags! {
    /// The keys that send a signal to the foreground group.
    #[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
    pub struct SignalKeys: u8 {
        /// VINTR: SIGINT.
        const INTR = 1;
        /// VQUIT: SIGQUIT.
        const QUIT = 2;
        /// VSUSP: SIGTSTP.
        const SUSP = 4;
    }
}

/// What [`LineDiscipline::input`] did and asks for.
#[must_use]
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct InputOutcome {
    /// Signals to send.
    pub keys: SignalKeys,
    /// Programs that wait to write may go on: output was stopped, or has been thrown away.
    pub writers_may_go_on: bool,
}

/// A set of bytes.
#[derive(Debug)]
struct ByteSet([bool; 256]);

impl ByteSet {
    fn contains(&self, byte: u8) -> bool {
        self.0[byte as usize]
    }
}

/// What a typed byte does before anything else.
enum Control {
    Start,
    Stop,
    Signal(SignalKeys),
    None,
}

/// A terminal's editing and flow state.
#[derive(Debug)]
pub struct LineDiscipline {
    termios: Termios,
    /// The bytes that do more than being stored and echoed; follows from `termios`.
    special: ByteSet,
    edit: Vec<u8>,
    /// The column at which the edited line began.
    edit_column: usize,
    ready: ByteQueue,
    lines: VecDeque<usize>,
    output: Output,
    /// VLNEXT was typed.
    literal_next: bool,
    /// ECHOPRT: between `\` and `/`.
    erasing: bool,
    /// VSTOP was typed.
    stopped: bool,
    /// Echo that waits for VSTART.
    held: ByteQueue,
}

impl LineDiscipline {
    /// A fresh terminal.
    pub fn new(termios: Termios) -> Self {
        LineDiscipline {
            special: special_bytes(&termios),
            termios,
            edit: Vec::new(),
            edit_column: 0,
            ready: ByteQueue::default(),
            lines: VecDeque::new(),
            output: Output::default(),
            literal_next: false,
            erasing: false,
            stopped: false,
            held: ByteQueue::default(),
        }
    }

    /// The settings.
    pub fn termios(&self) -> &Termios {
        &self.termios
    }

    /// Whether output waits for VSTART.
    pub fn stopped(&self) -> bool {
        self.stopped
    }

    /// Changes the settings; answers whether stopped output goes on. Input that waits stays: leaving canonical mode makes
    /// an unfinished line readable, entering it makes all that waits one line.
    pub fn set_termios(&mut self, termios: Termios, screen: &mut ByteQueue) -> bool {
        let was_canonical = self.termios.canonical();
        let had_flow_control = self.termios.input.contains(InputFlags::IXON);
        self.special = special_bytes(&termios);
        self.termios = termios;
        if was_canonical && !self.termios.canonical() {
            self.ready.push(&self.edit);
            self.edit.clear();
            self.lines.clear();
        } else if !was_canonical && self.termios.canonical() && !self.ready.is_empty() {
            self.lines.push_back(self.ready.len());
        }
        if was_canonical != self.termios.canonical() {
            self.literal_next = false;
            self.erasing = false;
        }
        had_flow_control && !self.termios.input.contains(InputFlags::IXON) && self.restart(screen)
    }

    /// Forgets all input that has not been read.
    pub fn flush_input(&mut self) {
        self.edit.clear();
        self.ready.clear();
        self.lines.clear();
        self.literal_next = false;
        self.erasing = false;
    }

    /// Forgets the output that nobody has read.
    pub fn flush_output(&mut self, screen: &mut ByteQueue) {
        self.held.clear();
        screen.clear();
    }

    /// A program writes `bytes`, to be seen on `screen`.
    pub fn write(&mut self, bytes: &[u8], screen: &mut ByteQueue) {
        self.output.write(&self.termios, bytes, screen);
    }

    /// How many bytes may be typed now; the others have to wait until something has been read.
    pub fn room(&self) -> usize {
        let bytes = INPUT_LIMIT.saturating_sub(self.ready.len() + self.edit.len());
        bytes.min(LINES_LIMIT.saturating_sub(self.lines.len()))
    }

    /// Makes sure of the memory for `count` typed bytes. ENOMEM.
    pub fn reserve(&mut self, count: usize) -> Result<()> {
        self.edit
            .try_reserve(count.min(MAX_CANON))
            .map_err(|_| Errno::ENOMEM)?;
        self.lines.try_reserve(count).map_err(|_| Errno::ENOMEM)?;
        self.ready.reserve(self.edit.len() + 2 * count)
    }

    /// Somebody types `bytes`, at most [`LineDiscipline::room`] of them; the echo goes to `screen`.
    pub fn input(&mut self, bytes: &[u8], screen: &mut ByteQueue) -> InputOutcome {
        let mut outcome = InputOutcome::default();
        let mut rest = bytes;
        while let Some(&first) = rest.first() {
            let run = self.plain_run(rest);
            if run > 0 {
                self.accept(&rest[..run], screen);
            } else {
                self.input_byte(first, screen, &mut outcome);
            }
            rest = &rest[run.max(1)..];
        }
        outcome
    }

    /// How many of the first bytes are only stored and echoed.
    fn plain_run(&self, bytes: &[u8]) -> usize {
        let rewrites = InputFlags::ISTRIP | InputFlags::IUCLC | InputFlags::PARMRK;
        if self.literal_next || self.stopped || self.termios.input.intersects(rewrites) {
            return 0;
        }
        bytes
            .iter()
            .position(|&byte| self.special.contains(byte))
            .unwrap_or(bytes.len())
    }

    fn input_byte(&mut self, typed: u8, screen: &mut ByteQueue, outcome: &mut InputOutcome) {
        let byte = self.strip(typed);
        if core::mem::take(&mut self.literal_next) {
            self.accept_literally(byte, screen);
            return;
        }
        match self.control(byte) {
            Control::Start => outcome.writers_may_go_on |= self.restart(screen),
            Control::Stop => self.stopped = true,
            Control::Signal(keys) => self.signal(keys, byte, screen, outcome),
            Control::None => {
                if self.termios.input.contains(InputFlags::IXON | InputFlags::IXANY) {
                    outcome.writers_may_go_on |= self.restart(screen);
                }
                let Some(byte) = self.translate(byte) else { return };
                if !(self.termios.canonical() && self.edit_key(byte, screen)) {
                    self.accept(&[byte], screen);
                }
            }
        }
    }

    fn strip(&self, byte: u8) -> u8 {
        let flags = self.termios.input;
        let byte = if flags.contains(InputFlags::ISTRIP) {
            byte & 0x7f
        } else {
            byte
        };
        let lowers = flags.contains(InputFlags::IUCLC) && self.local(LocalFlags::IEXTEN);
        if lowers { byte.to_ascii_lowercase() } else { byte }
    }

    fn control(&self, byte: u8) -> Control {
        let is = |which| self.termios.is(which, byte);
        if self.termios.input.contains(InputFlags::IXON) {
            if is(ControlChar::Start) {
                return Control::Start;
            }
            if is(ControlChar::Stop) {
                return Control::Stop;
            }
        }
        if !self.local(LocalFlags::ISIG) {
            Control::None
        } else if is(ControlChar::Intr) {
            Control::Signal(SignalKeys::INTR)
        } else if is(ControlChar::Quit) {
            Control::Signal(SignalKeys::QUIT)
        } else if is(ControlChar::Susp) {
            Control::Signal(SignalKeys::SUSP)
        } else {
            Control::None
        }
    }

    /// CR and NL as `c_iflag` maps them; `None` if the byte is dropped.
    fn translate(&self, byte: u8) -> Option<u8> {
        let flags = self.termios.input;
        match byte {
            b'\r' if flags.contains(InputFlags::IGNCR) => None,
            b'\r' if flags.contains(InputFlags::ICRNL) => Some(b'\n'),
            b'\n' if flags.contains(InputFlags::INLCR) => Some(b'\r'),
            other => Some(other),
        }
    }

    fn signal(&mut self, keys: SignalKeys, byte: u8, screen: &mut ByteQueue, outcome: &mut InputOutcome) {
        outcome.keys |= keys;
        if !self.local(LocalFlags::NOFLSH) {
            self.flush_input();
            self.flush_output(screen);
            outcome.writers_may_go_on = true;
        }
        if self.termios.input.contains(InputFlags::IXON) {
            outcome.writers_may_go_on |= self.restart(screen);
        }
        if self.local(LocalFlags::ECHO) {
            self.echo(&[byte], screen);
        }
    }

    /// Lets stopped output go on; answers whether it was stopped.
    fn restart(&mut self, screen: &mut ByteQueue) -> bool {
        screen.append(&mut self.held);
        core::mem::replace(&mut self.stopped, false)
    }

    /// A byte of the line that is edited: answers whether it was a key rather than text.
    fn edit_key(&mut self, byte: u8, screen: &mut ByteQueue) -> bool {
        let extended = self.local(LocalFlags::IEXTEN);
        let is = |which| self.termios.is(which, byte);
        if is(ControlChar::Erase) {
            self.erase_char(screen);
        } else if is(ControlChar::Kill) {
            self.kill_line(screen);
        } else if extended && is(ControlChar::Werase) {
            self.erase_word(screen);
        } else if extended && is(ControlChar::Lnext) {
            self.begin_literal(screen);
        } else if extended && is(ControlChar::Reprint) && self.local(LocalFlags::ECHO) {
            self.reprint(byte, screen);
        } else if byte == b'\n' {
            self.end_erasing(screen);
            if self
                .termios
                .local
                .intersects(LocalFlags::ECHO | LocalFlags::ECHONL)
            {
                self.echo_raw(b"\n", screen);
            }
            self.finish_line(&[byte]);
        } else if is(ControlChar::Eof) {
            self.finish_line(&[]);
        } else if is(ControlChar::Eol) || (extended && is(ControlChar::Eol2)) {
            if self.local(LocalFlags::ECHO) {
                self.echo(&[byte], screen);
            }
            self.finish_line(&[byte]);
        } else {
            return false;
        }
        true
    }

    fn finish_line(&mut self, end: &[u8]) {
        self.ready.push(&self.edit);
        self.ready.push(end);
        self.lines.push_back(self.edit.len() + end.len());
        self.edit.clear();
    }

    fn begin_literal(&mut self, screen: &mut ByteQueue) {
        self.literal_next = true;
        if self.local(LocalFlags::ECHO) {
            self.end_erasing(screen);
            if self.local(LocalFlags::ECHOCTL) {
                self.echo_raw(b"^\x08", screen);
            }
        }
    }

    fn reprint(&mut self, key: u8, screen: &mut ByteQueue) {
        self.end_erasing(screen);
        self.echo(&[key], screen);
        self.echo_raw(b"\n", screen);
        self.edit_column = self.output.column();
        let line = core::mem::take(&mut self.edit);
        self.echo(&line, screen);
        self.edit = line;
    }

    /// Stores and echoes text.
    fn accept(&mut self, text: &[u8], screen: &mut ByteQueue) {
        self.mark_start_of_line();
        let stored = self.store(text, screen);
        if stored > 0 && self.local(LocalFlags::ECHO) {
            self.end_erasing(screen);
            self.echo(&text[..stored], screen);
        }
    }

    /// Stores and echoes a byte after VLNEXT, which shows even a newline as a control character.
    fn accept_literally(&mut self, byte: u8, screen: &mut ByteQueue) {
        if byte != b'\n' || !self.local(LocalFlags::ECHOCTL) {
            return self.accept(&[byte], screen);
        }
        self.mark_start_of_line();
        if self.store(&[byte], screen) > 0 && self.local(LocalFlags::ECHO) {
            self.echo_caret(byte, screen);
        }
    }

    fn mark_start_of_line(&mut self) {
        if self.edit.is_empty() {
            self.edit_column = self.output.column();
        }
    }

    /// Answers how many bytes were stored: a line that is full takes no more.
    fn store(&mut self, text: &[u8], screen: &mut ByteQueue) -> usize {
        let doubles = self.termios.input.contains(InputFlags::PARMRK) && text == [0xff];
        let text = if doubles { &[0xff, 0xff] } else { text };
        if !self.termios.canonical() {
            self.ready.push(text);
            return text.len() - usize::from(doubles);
        }
        let stored = text.len().min(MAX_CANON - self.edit.len());
        self.edit.extend_from_slice(&text[..stored]);
        if stored < text.len() && self.termios.input.contains(InputFlags::IMAXBEL) {
            self.echo_raw(b"\x07", screen);
        }
        stored.min(if doubles { 1 } else { stored })
    }

    /// Shows typed text: with ECHOCTL control characters but tab and newline as `^X`.
    fn echo(&mut self, text: &[u8], screen: &mut ByteQueue) {
        if !self.local(LocalFlags::ECHOCTL) {
            return self.echo_raw(text, screen);
        }
        let as_caret = |byte: u8| is_control(byte) && byte != b'\t' && byte != b'\n';
        let mut rest = text;
        while let Some(&first) = rest.first() {
            let run = rest.iter().position(|&byte| as_caret(byte)).unwrap_or(rest.len());
            if run > 0 {
                self.echo_raw(&rest[..run], screen);
                rest = &rest[run..];
            } else {
                self.echo_caret(first, screen);
                rest = &rest[1..];
            }
        }
    }

    fn echo_raw(&mut self, bytes: &[u8], screen: &mut ByteQueue) {
        // Output processing makes up to eight bytes of one; the limits are soft by that.
        let (target, limit) = match self.stopped {
            true => (&mut self.held, HELD_LIMIT),
            false => (screen, SCREEN_LIMIT + ECHO_RESERVE),
        };
        let fits = bytes.len().min(limit.saturating_sub(target.len()));
        self.output.write(&self.termios, &bytes[..fits], target);
    }

    fn echo_caret(&mut self, byte: u8, screen: &mut ByteQueue) {
        let (target, limit) = match self.stopped {
            true => (&mut self.held, HELD_LIMIT),
            false => (screen, SCREEN_LIMIT + ECHO_RESERVE),
        };
        if target.len() < limit {
            self.output.write_caret(byte, target);
        }
    }

    fn local(&self, flag: LocalFlags) -> bool {
        self.termios.local.contains(flag)
    }
}

/// The bytes that [`LineDiscipline::input`] must look at one by one.
fn special_bytes(termios: &Termios) -> ByteSet {
    let mut set = [false; 256];
    let mut add = |which: &[ControlChar]| {
        which
            .iter()
            .for_each(|&cc| set[termios.control_char(cc) as usize] = true)
    };
    if termios.input.contains(InputFlags::IXON) {
        add(&[ControlChar::Start, ControlChar::Stop]);
    }
    if termios.local.contains(LocalFlags::ISIG) {
        add(&[ControlChar::Intr, ControlChar::Quit, ControlChar::Susp]);
    }
    if termios.canonical() {
        add(&[
            ControlChar::Erase,
            ControlChar::Kill,
            ControlChar::Eof,
            ControlChar::Eol,
        ]);
        if termios.local.contains(LocalFlags::IEXTEN) {
            add(&[
                ControlChar::Werase,
                ControlChar::Lnext,
                ControlChar::Reprint,
                ControlChar::Eol2,
            ]);
        }
    }
    // A disabled key is NUL, which is plain.
    set[0] = false;
    set[b'\r' as usize] |= termios.input.intersects(InputFlags::IGNCR | InputFlags::ICRNL);
    set[b'\n' as usize] |= termios.canonical() || termios.input.contains(InputFlags::INLCR);
    ByteSet(set)
}
