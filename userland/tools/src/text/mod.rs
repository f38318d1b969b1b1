//! Commands that show bytes: as numbers, backwards, by the page.

pub mod dump;
pub mod pager;
pub mod strings;
pub mod words;
