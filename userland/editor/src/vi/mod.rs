//! vi: the state of the editor, and its keys. Where POSIX is silent it does what vim does.

mod change;
mod draw;
mod files;
mod insert;
mod motion;
mod normal;
mod object;
mod operator;
mod put;
mod register;
mod search;
mod visual;
mod word;

use std::collections::VecDeque;

use crate::Bytes;
use crate::core::pattern::Pattern;
use crate::core::shape::Look;
use crate::core::{Buffer, Pos};
use crate::ex::set::Options;
use crate::host::{Gone, Host, Key, Stamp};
use crate::screen::view::View;

pub use operator::{Region, change_case, lines_of, lines_of_file};
pub use register::{Register, Registers};
pub use files::common_prefix;
pub use insert::plain_newlines;
pub use search::split_pattern;
pub use word::class;

/// Why a command ends before its end.
#[derive(Debug, PartialEq, Eq)]
pub enum Stop {
    /// It can't be done: a bell, but nothing to say.
    Beep,
    /// It can't be done, and why.
    Error(String),
    /// A macro or a repeated command has no more keys.
    Exhausted,
    /// The editor ends with this status.
    Quit(i32),
    /// No more keys will come.
    Gone(Gone),
}

pub type Result<T = ()> = std::result::Result<T, Stop>;

/// Fails with a message.
pub fn fail<T>(message: impl Into<String>) -> Result<T> {
    Err(Stop::Error(message.into()))
}

/// What keys mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    Normal,
    Insert,
    Replace,
    /// From this place to the cursor, by characters.
    Visual(Pos),
    VisualLine(Pos),
}

/// Which column up and down go to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Want {
    /// The one where the cursor is.
    Here,
    /// A column on the screen.
    Column(usize),
    /// The last character of each line.
    End,
}

/// A command that `.` repeats.
#[derive(Clone, Debug, Default)]
pub struct Repeat {
    pub count: Option<usize>,
    pub register: Option<u8>,
    pub keys: Vec<Key>,
    /// What was selected: lines beyond the first, columns in the last (or in the only one), whole lines.
    pub visual: Option<(usize, usize, bool)>,
}

/// The file that a buffer is about.
#[derive(Debug, Default)]
pub struct FileState {
    pub name: Option<Bytes>,
    /// As it was when it was last read or written.
    pub stamp: Option<Stamp>,
    /// It has never been read or written: there may be such a file, which is not ours.
    pub unread: bool,
}

pub struct Vi {
    pub host: Box<dyn Host>,
    pub buffer: Buffer,
    pub cursor: Pos,
    pub want: Want,
    pub mode: Mode,
    pub view: View,
    pub options: Options,
    pub file: FileState,
    /// The other file, `#`, and the line there.
    pub alternate: Option<(Bytes, usize)>,
    /// The files of the command line, and which is edited.
    pub arguments: Vec<Bytes>,
    pub argument: usize,
    pub registers: register::Registers,
    /// Keys of macros and repeated commands; the last level is read first.
    pending: Vec<VecDeque<Key>>,
    /// Keys of the command that is being read, for `.`.
    recorded: Vec<Key>,
    /// Keys since `q`, and the register that they go to.
    macro_keys: Option<(u8, Vec<Key>)>,
    last_macro: Option<u8>,
    pub repeat: Option<Repeat>,
    repeating: bool,
    pub search: search::Search,
    last_find: Option<motion::Find>,
    last_visual: Option<(Pos, Pos, bool)>,
    /// The key behind a `g` that is no motion.
    behind_g: Option<Key>,
    /// What was typed in the last insertion.
    inserted: Bytes,
    /// How many shift widths `>` moves a selection.
    shift_amount: usize,
    /// What the last row says.
    pub message: Option<(String, bool)>,
    /// Lines that a command has printed and nobody has seen.
    pub printed: Vec<Bytes>,
    /// The command line while it is typed.
    pub prompt: Option<(u8, Bytes, usize)>,
    pub history: Vec<Bytes>,
    pub ex: crate::ex::State,
    /// Keys of a command that are not yet complete.
    pub showcmd: String,
    /// ex in a script (`ex -s`): no screen, no reports.
    pub silent: bool,
    /// The command has left what to read before the screen is drawn anew.
    pub jumps: Vec<Pos>,
    scroll: Option<usize>,
    /// The status that the editor ends with.
    pub status: i32,
}

impl Vi {
    pub fn new(host: Box<dyn Host>) -> Vi {
        Vi {
            host,
            buffer: Buffer::default(),
            cursor: Pos::default(),
            want: Want::Here,
            mode: Mode::Normal,
            view: View::default(),
            options: Options::default(),
            file: FileState::default(),
            alternate: None,
            arguments: Vec::new(),
            argument: 0,
            registers: register::Registers::default(),
            pending: Vec::new(),
            recorded: Vec::new(),
            macro_keys: None,
            last_macro: None,
            repeat: None,
            repeating: false,
            search: search::Search::default(),
            last_find: None,
            last_visual: None,
            behind_g: None,
            inserted: Vec::new(),
            shift_amount: 1,
            message: None,
            printed: Vec::new(),
            prompt: None,
            history: Vec::new(),
            ex: crate::ex::State::default(),
            showcmd: String::new(),
            silent: false,
            jumps: Vec::new(),
            scroll: None,
            status: 0,
        }
    }

    /// Reads keys and does what they say until the editor ends; answers why.
    pub fn run(&mut self) -> Stop {
        loop {
            if let Err(stop) = self.step() {
                return stop;
            }
        }
    }

    /// One command in normal or visual mode.
    ///
    /// # Errors
    /// [`Stop::Quit`] or [`Stop::Gone`]; the others are told to the user.
    pub fn step(&mut self) -> Result {
        let outcome = self.command();
        self.finish(outcome)
    }

    /// Ends a command: what it changed is one step to undo, and errors are shown.
    fn finish(&mut self, outcome: Result) -> Result {
        self.buffer.commit();
        self.showcmd.clear();
        self.prompt = None;
        match outcome {
            Ok(()) => {}
            Err(stop @ (Stop::Quit(_) | Stop::Gone(_))) => return Err(stop),
            Err(stop) => {
                // What failed takes the rest of its macro along.
                if let Some(keys) = self.pending.last_mut() {
                    keys.clear();
                }
                self.mode = Mode::Normal;
                if let Stop::Error(text) = stop {
                    self.message = Some((text, true));
                }
                self.host.beep();
            }
        }
        self.clamp();
        self.show_printed()
    }

    /// Keeps the cursor on a character.
    pub fn clamp(&mut self) {
        self.cursor.line = self.cursor.line.min(self.buffer.last());
        let line = self.buffer.line(self.cursor.line);
        let past_end = !matches!(self.mode, Mode::Normal);
        let most = if past_end || line.is_empty() {
            line.len()
        } else {
            readline::text::previous(line, line.len())
        };
        self.cursor.col = self.cursor.col.min(most);
        // In the middle of no character.
        if self.cursor.col < line.len() && line[self.cursor.col] & 0xc0 == 0x80 {
            self.cursor.col = readline::text::previous(line, self.cursor.col + 1);
        }
    }

    /// The next key: of a macro, or from the user, who sees first what the last one did.
    ///
    /// # Errors
    /// There is none.
    pub fn key(&mut self) -> Result<Key> {
        let key = self.next_key()?;
        self.recorded.push(key.clone());
        Ok(key)
    }

    fn next_key(&mut self) -> Result<Key> {
        // The first level is macros' of the user's typing; those above it are closed.
        while let Some(keys) = self.pending.last_mut() {
            if let Some(key) = keys.pop_front() {
                return Ok(key);
            }
            if self.pending.len() > 1 || self.repeating {
                return Err(Stop::Exhausted);
            }
            self.pending.pop();
        }
        loop {
            if !self.host.is_typed() {
                self.draw();
            }
            match self.host.key() {
                Ok(Key::Redraw) => {}
                Ok(key) => {
                    if let Some((_, keys)) = &mut self.macro_keys {
                        keys.push(key.clone());
                    }
                    return Ok(key);
                }
                Err(gone) => return Err(Stop::Gone(gone)),
            }
        }
    }

    /// Puts keys before all others, as a macro's.
    fn feed(&mut self, keys: impl DoubleEndedIterator<Item = Key>) -> Result {
        if self.pending.is_empty() {
            self.pending.push(VecDeque::new());
        }
        if let Some(level) = self.pending.last_mut() {
            if level.len() > 1 << 20 {
                level.clear();
                return fail("E169: Command too recursive");
            }
            for key in keys.rev() {
                level.push_front(key);
            }
        }
        Ok(())
    }

    /// Runs commands from these keys and no others.
    pub fn with_keys(&mut self, keys: Vec<Key>, mut run: impl FnMut(&mut Vi) -> Result) -> Result {
        if self.pending.len() > 100 {
            return fail("E169: Command too recursive");
        }
        if self.pending.is_empty() {
            self.pending.push(VecDeque::new());
        }
        self.pending.push(keys.into());
        let depth = self.pending.len();
        let outcome = loop {
            if self.pending.last().is_none_or(VecDeque::is_empty) {
                break Ok(());
            }
            match run(self) {
                Ok(()) => {}
                // The commands' end is the command's.
                Err(Stop::Exhausted) => break Ok(()),
                Err(stop) => break Err(stop),
            }
        };
        self.pending.truncate(depth - 1);
        if depth == 2 && self.pending[0].is_empty() {
            self.pending.clear();
        }
        outcome
    }

    /// A command begins that is undone by itself; those within another command are undone with it.
    fn begin(&mut self) {
        if self.pending.len() < 2 {
            self.buffer.begin(self.cursor);
        }
    }

    /// Commands of normal mode, as `:normal` runs them; one that is not complete is given up, typed text is kept.
    ///
    /// # Errors
    /// The first that fails ends them.
    pub fn normal(&mut self, keys: Vec<Key>) -> Result {
        self.with_keys(keys, |vi| {
            let outcome = vi.command();
            vi.mode = match vi.mode {
                Mode::Insert | Mode::Replace => Mode::Normal,
                mode => mode,
            };
            vi.clamp();
            outcome
        })?;
        self.mode = Mode::Normal;
        self.clamp();
        Ok(())
    }

    /// A character that a command takes, of several bytes perhaps.
    ///
    /// # Errors
    /// A key that is none, an Escape among them.
    fn character(&mut self) -> Result<Bytes> {
        let Key::Byte(first) = self.key()? else {
            return Err(Stop::Beep);
        };
        match first {
            0x1b => Err(Stop::Beep),
            0x16 => match self.key()? {
                Key::Byte(b) => self.rest_of(b),
                _ => Err(Stop::Beep),
            },
            first => self.rest_of(first),
        }
    }

    /// The bytes that belong to a character's first.
    fn rest_of(&mut self, first: u8) -> Result<Bytes> {
        let len = match first {
            0xc2..=0xdf => 2,
            0xe0..=0xef => 3,
            0xf0..=0xf4 => 4,
            _ => 1,
        };
        let mut bytes = vec![first];
        while bytes.len() < len {
            match self.key()? {
                Key::Byte(b) => bytes.push(b),
                _ => return Err(Stop::Beep),
            }
        }
        Ok(bytes)
    }

    pub fn look(&self) -> Look {
        Look {
            tabstop: self.options.tabstop,
            list: self.options.list,
        }
    }

    pub fn line(&self) -> &[u8] {
        self.buffer.line(self.cursor.line)
    }

    pub fn say(&mut self, text: impl Into<String>) {
        self.message = Some((text.into(), false));
    }

    /// Remembers the cursor's place before it goes far.
    pub fn note_jump(&mut self) {
        self.buffer.set_mark(b'\'', self.cursor);
        self.jumps.truncate(100);
        self.jumps.push(self.cursor);
    }

    /// To a line's first character that is no blank.
    pub fn go_to_line(&mut self, line: usize) {
        let line = line.min(self.buffer.last());
        self.cursor = Pos::new(line, crate::core::first_nonblank(self.buffer.line(line)));
        self.want = Want::Here;
    }

    pub fn pattern(&self) -> Option<&Pattern> {
        self.search.pattern.as_deref()
    }
}
