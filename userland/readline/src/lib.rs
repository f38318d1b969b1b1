//! The shell's line editor without its terminal, after GNU readline and its history library: what keys do to a line,
//! what is kept of it, and what is to be written to the screen. It makes no system call and knows no shell; what it
//! needs of one it asks through [`editor::Host`].

pub mod bindings;
pub mod buffer;
pub mod complete;
pub mod editor;
pub mod event;
pub mod function;
pub mod history;
pub mod keymap;
pub mod keys;
pub mod lexer;
pub mod screen;
pub mod text;
pub mod words;

/// A line's bytes, of any encoding.
pub type Bytes = Vec<u8>;
