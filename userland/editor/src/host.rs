//! What the editors ask of the outside.

use crate::Bytes;
use crate::screen::Frame;

/// A key as a terminal sends it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Key {
    /// A byte: of a character, or of a control key.
    Byte(u8),
    Up,
    Down,
    Left,
    Right,
    Home,
    End,
    PageUp,
    PageDown,
    Insert,
    Delete,
    /// Text that came at once, between the marks of a bracketed paste.
    Paste(Bytes),
    /// Nothing was typed, but what is seen has to be drawn anew: the terminal's size has changed.
    Redraw,
    /// A sequence that means nothing here.
    Unknown,
}

pub const ESCAPE: Key = Key::Byte(0x1b);

/// The bytes of a text as if typed.
pub fn typed(text: &[u8]) -> impl DoubleEndedIterator<Item = Key> {
    text.iter().map(|b| Key::Byte(*b))
}

/// The byte of a control key.
pub const fn ctrl(letter: char) -> u8 {
    letter as u8 & 0x1f
}

/// Why no key comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gone {
    /// There are no more.
    End,
    /// A signal asks the program to end.
    Signal(i32),
}

/// What a file had when it was read or written, to notice when others change it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stamp {
    pub dev: u64,
    pub ino: u64,
    pub size: u64,
    pub mtime_ns: i64,
}

/// A file that was read.
#[derive(Debug, Default)]
pub struct Contents {
    pub text: Bytes,
    /// `None` for what is no regular file.
    pub stamp: Option<Stamp>,
    /// It can't be written to by this user.
    pub read_only: bool,
}

/// Why a file can't be read or written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FileError {
    NotFound,
    Directory,
    /// It was opened, but what was to be written is not in it, or not all of it: what the system says.
    Unwritten(String),
    /// What the system says.
    Other(String),
}

impl FileError {
    pub fn message(&self) -> &str {
        match self {
            FileError::NotFound => "No such file or directory",
            FileError::Directory => "Is a directory",
            FileError::Unwritten(text) | FileError::Other(text) => text,
        }
    }
}

/// How a file is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Write {
    /// In place: the same inode, mode and owner.
    Replace,
    Append,
    /// A file that was not there.
    New,
    /// Only if there is no such file, and for nobody else to read.
    Rescue,
}

/// What a command did.
#[derive(Debug, Default)]
pub struct Ran {
    pub output: Bytes,
    /// As the shell's `$?` has it.
    pub status: i32,
}

/// How a command is run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Run<'a> {
    /// On the terminal, which is given to it meanwhile.
    Shown,
    /// It reads this, and what it writes is the answer, standard error included.
    Filter(&'a [u8]),
}

pub trait Host {
    /// Rows and columns.
    fn size(&self) -> (usize, usize);

    /// Whether keys are waiting, so that nothing needs to be drawn yet.
    fn is_typed(&mut self) -> bool;

    fn paint(&mut self, frame: Frame);

    fn beep(&mut self);

    /// The next key.
    ///
    /// # Errors
    /// There will be none.
    fn key(&mut self) -> Result<Key, Gone>;

    /// Whether the user wants what is going on to end (`^C`).
    fn is_interrupted(&mut self) -> bool {
        false
    }

    /// The next line of a script; `None` at its end.
    fn script_line(&mut self) -> Option<Bytes> {
        None
    }

    /// # Errors
    /// Why not.
    fn read(&mut self, name: &[u8]) -> Result<Contents, FileError>;

    /// What the file's stamp is now.
    fn stamp(&mut self, name: &[u8]) -> Option<Stamp>;

    /// Whether there is such a file.
    fn exists(&mut self, name: &[u8]) -> bool;

    /// # Errors
    /// Why not; then nothing says that the file has what it should.
    fn write(&mut self, name: &[u8], text: &[u8], how: Write) -> Result<Option<Stamp>, FileError>;

    /// Runs a command of the shell.
    ///
    /// # Errors
    /// Why it can't be run.
    fn run(&mut self, command: &[u8], how: Run) -> Result<Ran, String>;

    /// Stops the program until it is continued.
    fn suspend(&mut self);

    /// # Errors
    /// Why not.
    fn change_directory(&mut self, name: &[u8]) -> Result<(), String>;

    fn directory(&mut self) -> Bytes;

    /// Text that goes to standard output, where there is no screen.
    fn print(&mut self, text: &[u8]);

    /// The names in a directory that begin with what `prefix` ends with, directories with a `/`.
    fn complete(&mut self, _prefix: &[u8]) -> Vec<Bytes> {
        Vec::new()
    }
}

/// Keeps a text that would be lost: in `NAME.save`, or `NAME.save.1` and so on where there is such a file. Answers the
/// name.
///
/// # Errors
/// Why nothing could be written.
pub fn rescue(host: &mut dyn Host, base: &[u8], text: &[u8]) -> Result<Bytes, String> {
    let mut why = String::new();
    for n in 0..100 {
        let mut name = [base, b".save"].concat();
        if n > 0 {
            name.extend_from_slice(format!(".{n}").as_bytes());
        }
        if host.exists(&name) {
            continue;
        }
        match host.write(&name, text, Write::Rescue) {
            Ok(_) => return Ok(name),
            Err(error) => why = error.message().to_owned(),
        }
    }
    Err(why)
}
