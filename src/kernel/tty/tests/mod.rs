//! Tests of the terminals: the line discipline against a table ([`table`]) and against random input ([`random`]), the
//! pseudo-terminal with threads ([`pty`]), and with processes ([`job_control`]).

mod harness;
mod job_control;
mod pty;
mod random;
mod table;
