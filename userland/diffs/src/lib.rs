//! What the commands here share with git: files as lines, what changed between two, where three differ.

pub mod block;
pub mod compare;
pub mod lines;
