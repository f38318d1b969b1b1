//! Signals: their numbers, sets, dispositions, and what is pending for a process.

mod set;
#[allow(clippy::module_inception)]
mod signal;
mod state;

pub use set::SignalSet;
pub use signal::{DefaultAction, Signal};
pub use state::{ActionFlags, Delivery, Disposition, Effect, Group, SigAction, SignalState};
