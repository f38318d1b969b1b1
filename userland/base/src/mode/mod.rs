//! Commands about modes and owners, and the symbolic modes that they share.

pub mod chmod;
pub mod chown;
pub mod mkdir;
pub mod tree;

pub use cli::mode as symbolic;
