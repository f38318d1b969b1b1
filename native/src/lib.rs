//! Cobnut's kernel and userland on this machine's threads: the same code as in the browser, without one.
//!
//! [`Machine`] boots a kernel over a file system in memory, registers the commands of the built userland and runs scripts;
//! processes are threads (`host`). Integration tests use it, and so does the program `cobnut-native` (`main.rs`), which joins a machine
//! to this terminal (`bridge`).

pub mod bridge;
mod host;
mod machine;
mod modules;
mod tree;
mod userland;

pub use machine::{Job, Machine, Output, Stdin};
pub use userland::Userland;
