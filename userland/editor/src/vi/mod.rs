//! vi: the state of the editor, and its keys. Where POSIX is silent it does what vim does.

mod change;
mod draw;
mod files;
mod input;
mod insert;
mod jump;
mod lines;
mod macros;
mod motion;
mod normal;
mod object;
mod operator;
mod put;
mod register;
mod scroll;
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

pub use files::common_prefix;
pub use insert::plain_newlines;
pub use operator::{Region, change_case, lines_of, lines_of_file};
pub use register::{Register, Registers};
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
