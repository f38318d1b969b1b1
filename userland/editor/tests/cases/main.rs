//! The editors without a terminal: keys in, text, cursor and screen out.

mod nano;
mod support;
mod vim;
