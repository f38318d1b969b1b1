//! Commands that pass bytes on or count them: cat, head, tail, tac, wc, dd.

pub mod cat;
pub mod dd;
pub mod head;
pub mod tac;
pub mod tail;
pub mod wc;

pub use cli::input::{close, open, read, read_to_end};
