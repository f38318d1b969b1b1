//! The editors without a terminal: keys in, text, cursor and screen out; and on one.

mod emulator;
mod files;
mod nano;
mod random;
mod screen;
mod support;
mod terminal;
mod vim;
