//! The editors vi (with ex and view) and nano, without their terminal: what keys do to a text, and what is to be seen.
//! What they need of the outside (keys, files, other commands) they ask through [`host::Host`].

pub mod core;
pub mod ex;
pub mod host;
pub mod nano;
pub mod screen;
pub mod vi;

/// A text's bytes, of any encoding.
pub type Bytes = Vec<u8>;
