//! nano: an editor without modes, with its keys shown at the screen's foot.

mod draw;
mod edit;
mod files;
mod keys;
mod motion;
mod prompt;
mod search;

use crate::Bytes;
use crate::core::shape::Look;
use crate::core::{Buffer, Pos};
use crate::host::{Gone, Host, Key};
use crate::screen::view::View;
use crate::vi::FileState;

/// Why the editor ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    Quit,
    Gone(Gone),
}

pub type Result<T = ()> = std::result::Result<T, End>;

#[derive(Clone, Debug)]
pub struct Options {
    pub view: bool,
    pub numbers: bool,
    pub autoindent: bool,
    pub spaces: bool,
    pub tabsize: usize,
    pub softwrap: bool,
    pub help: bool,
    /// The cursor's place is always shown.
    pub constant: bool,
    /// A modified text is saved on exit without a question.
    pub save_on_exit: bool,
    /// No newline is added to the last line.
    pub no_newlines: bool,
}

impl Default for Options {
    fn default() -> Options {
        Options {
            view: false,
            numbers: false,
            autoindent: false,
            spaces: false,
            tabsize: 8,
            softwrap: false,
            help: true,
            constant: false,
            save_on_exit: false,
            no_newlines: false,
        }
    }
}

/// What the last key did: typing goes on being one step to undo, and cutting on gathering lines.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Action {
    Other,
    Type,
    Backspace,
    Delete,
    Cut,
    Vertical,
}

pub struct Nano {
    pub host: Box<dyn Host>,
    /// Its last line is the one that has no newline, empty as a rule.
    pub buffer: Buffer,
    pub cursor: Pos,
    pub options: Options,
    pub file: FileState,
    view: View,
    /// The column that up and down go to.
    column: usize,
    mark: Option<Pos>,
    cut: Bytes,
    last: Action,
    /// The file has no newline at its end, and gets none.
    no_eol: bool,
    pub message: String,
    prompt: Option<prompt::Prompt>,
    searches: Vec<Bytes>,
    replacements: Vec<Bytes>,
    search: search::Settings,
    /// A match that is asked about.
    spotlight: Option<(Pos, Pos)>,
}

impl Nano {
    pub fn new(host: Box<dyn Host>, options: Options) -> Nano {
        let mut nano = Nano {
            host,
            buffer: Buffer::default(),
            cursor: Pos::default(),
            options,
            file: FileState::default(),
            view: View::default(),
            column: 0,
            mark: None,
            cut: Vec::new(),
            last: Action::Other,
            no_eol: false,
            message: String::new(),
            prompt: None,
            searches: Vec::new(),
            replacements: Vec::new(),
            search: search::Settings::default(),
            spotlight: None,
        };
        nano.take(Vec::new());
        nano
    }

    /// Takes a text to edit.
    pub fn take(&mut self, text: Bytes) {
        self.no_eol = self.options.no_newlines || !text.is_empty() && !text.ends_with(b"\n");
        self.buffer = Buffer::with_last_line(text);
        self.cursor = Pos::default();
        self.view = View::default();
        self.mark = None;
        self.column = 0;
    }

    /// Reads keys and does what they say until the editor ends.
    pub fn run(&mut self) -> End {
        loop {
            if let Err(end) = self.step() {
                return end;
            }
        }
    }

    fn step(&mut self) -> Result {
        let key = self.key()?;
        self.message.clear();
        let before = self.last;
        self.last = Action::Other;
        if matches!(
            before,
            Action::Type | Action::Backspace | Action::Delete | Action::Cut
        ) {
            // Known only when the next key comes: the step may go on.
            self.buffer.note_cursor(self.cursor);
        }
        self.act(key, before)?;
        if !matches!(
            self.last,
            Action::Type | Action::Backspace | Action::Delete | Action::Cut
        ) {
            self.buffer.note_cursor(self.cursor);
            self.buffer.commit();
        }
        if self.last != Action::Vertical {
            self.column = self.cursor_column();
        }
        Ok(())
    }

    /// The next key; the screen is drawn before it is waited for.
    fn key(&mut self) -> Result<Key> {
        loop {
            if !self.host.is_typed() {
                self.draw();
            }
            match self.host.key() {
                Ok(Key::Redraw) => {}
                Ok(key) => return Ok(key),
                Err(gone) => return Err(End::Gone(gone)),
            }
        }
    }

    fn look(&self) -> Look {
        Look {
            tabstop: self.options.tabsize,
            list: false,
        }
    }

    fn line(&self) -> &[u8] {
        self.buffer.line(self.cursor.line)
    }

    pub fn say(&mut self, text: impl Into<String>) {
        self.message = text.into();
    }

    /// A step to undo begins, unless the last key's goes on.
    fn begin(&mut self, action: Action, before: Action) {
        if action != before {
            self.buffer.begin(self.cursor);
        }
        self.last = action;
    }

    /// Keeps an empty line at the end, which stands for the last newline.
    fn keep_last_line(&mut self) {
        let last = self.buffer.last();
        if !self.no_eol && !self.buffer.line(last).is_empty() {
            self.buffer
                .splice(last + 1..last + 1, vec![b"".as_slice().into()]);
        }
    }

    /// What is left of the text when the editor is told to end by a signal; the name of the file that has it.
    pub fn rescue(&mut self) -> Option<std::result::Result<Bytes, String>> {
        self.buffer.commit();
        if !self.buffer.is_modified() {
            return None;
        }
        let text = self.buffer.text();
        let base = self.file.name.clone().unwrap_or_else(|| b"nano".to_vec());
        Some(crate::host::rescue(&mut *self.host, &base, &text))
    }
}
