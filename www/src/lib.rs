//! The demo page: a terminal that fills the tab, on a shell of a kernel that lives in it.
