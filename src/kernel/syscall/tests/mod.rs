//! System calls of processes as threads, where no object's own tests can say it.

mod files;
mod limits;
mod signals;
mod waiting;
