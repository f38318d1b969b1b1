//! Commands that pass bytes on: cat, tail, tac, dd.

pub mod cat;
pub mod dd;
pub mod tac;
pub mod tail;

pub use cli::input::{close, open, read, read_to_end};
