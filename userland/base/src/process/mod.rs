//! Commands about processes and time: kill, sleep, timeout.

pub mod kill;
pub mod sleep;
pub mod timeout;
