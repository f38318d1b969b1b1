//! Tests of the terminals: the line discipline against a table ([`table`]) and against random input ([`random`]), the
//! pseudo-terminal with threads ([`pty`]).

mod harness;
mod pty;
mod random;
mod table;
