//! Commands about files and where they are.

pub mod df;
pub mod du;
pub mod install;
pub mod tree;
pub mod which;
