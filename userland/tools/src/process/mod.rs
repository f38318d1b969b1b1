//! Commands about processes and the kernel as a whole, from `/proc`.

pub mod lsof;
pub mod memory;
pub mod pgrep;
pub mod ps;
pub mod top;
pub mod watch;
