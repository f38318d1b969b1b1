//! Permissions: what the page lets the programs of its kernel do.
//!
//! A [`Policy`] has a [`Check`] for each of four kinds of requests. All but [`Check::Ask`] are decided here, at once; a callback is
//! a [question](super::question) to the page. The kernel asks at its own border: where a path is resolved
//! ([`super::fs::path`]), and where a program is started ([`super::syscall::exec`]), so that no driver and no guest can go round it.

mod policy;
mod request;
#[cfg(all(test, not(feature = "shuttle")))]
mod tests;

pub use policy::{Check, DENIED, Decision, Permissions, Policy, Rule, last_reason};
pub use request::{FileOp, FileOps, NetworkOp, Request};
