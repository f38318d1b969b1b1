//! What terminals can do, and commands that tell it or do it.

mod capabilities;
mod parameters;
pub mod tput;
