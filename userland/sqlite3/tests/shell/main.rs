//! The shell: a table of what it prints, and processes that share a database or end in the middle,
//! and a terminal.

mod processes;
mod table;
mod terminal;
