//! Commands that show bytes: as numbers, in columns, backwards, by the page.

pub mod column;
pub mod dump;
pub mod look;
pub mod pager;
pub mod strings;
pub mod words;
