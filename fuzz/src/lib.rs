//! The two fuzz targets: each turns bytes into a scene, plays it on the real kernel and panics when something is not as it must be.
//!
//! [`guest_abi`] is a guest that calls random imports with random arguments; [`line_discipline`] is a terminal under random settings.
//! `make fuzz` runs them under libFuzzer (`targets/`); `cargo test` replays what `corpus/` holds.

mod abi;
mod input;
pub mod memory;
pub mod target;
mod tty;

pub use abi::guest_abi;
pub use tty::line_discipline;
