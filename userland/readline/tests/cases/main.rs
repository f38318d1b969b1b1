//! The editor against tables: keys in, line and screen out; history and its expansion beside bash's answers.

mod complete;
mod editor;
mod event;
mod history;
mod keys;
mod lexer;
mod screen;
mod support;
mod vi;
