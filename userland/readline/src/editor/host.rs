//! Between the editor and its program.

use crate::Bytes;
use crate::bindings::Bindings;
use crate::complete::{Completions, Request};
use crate::history::History;

/// What the editor asks its program.
pub trait Host {
    fn history(&self) -> &History;
    fn bindings(&self) -> &Bindings;
    fn bindings_mut(&mut self) -> &mut Bindings;
    /// What the word at the end of the request's text may become.
    fn complete(&mut self, request: &Request) -> Completions;
    /// Is there a command of this name?
    fn is_command(&mut self, name: &[u8]) -> bool;
    /// The line with its history references replaced, or `None`.
    fn expand_history(&mut self, line: &[u8]) -> Option<Bytes>;
    /// What a word that begins with a tilde stands for, if for something.
    fn expand_tilde(&mut self, word: &[u8]) -> Option<Bytes>;
    /// Reads inputrc again.
    fn read_init_file(&mut self);
    /// `set -o emacs` or `set -o vi`.
    fn set_editing_mode(&mut self, vi: bool);
}

/// How the line looks and behaves, asked anew for each line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Settings {
    pub vi: bool,
    /// Colours for commands, strings and the like.
    pub highlighting: bool,
    /// The rest of an older command behind the cursor.
    pub suggestions: bool,
    /// No colours but bold and dim (NO_COLOR).
    pub plain: bool,
}

/// What a key led to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// More keys are wanted.
    Go,
    /// The line is complete.
    Accept(Bytes),
    Interrupt,
    End,
    /// A command that `bind -x` gave a key; the line is to be set to what it makes of it.
    Command(Bytes),
    /// The line is to be edited by a program, and then taken.
    Program(Bytes),
}
