//! The editor against tables: keys in, line and screen out; history and its expansion beside bash's answers.

mod event;
mod history;
mod lexer;
