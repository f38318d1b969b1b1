//! Cobnut: an operating-system kernel for the browser tab.
//!
//! The rooms, outermost first (each may use those below it, never the other way):
//! `web` (all that touches JavaScript), `wasmvm` (runs WebAssembly guests), `kernel` (the POSIX machine,
//! which knows nothing of JavaScript and runs natively too).
// The browser's tests are tests/web: the unit tests, which are native, are not compiled for it.
#![cfg(not(all(test, target_arch = "wasm32")))]
#![cfg_attr(target_arch = "wasm32", feature(stdarch_wasm_atomic_wait))]

pub mod kernel;
#[cfg(feature = "wasmvm")]
pub mod wasmvm;
#[cfg(all(target_arch = "wasm32", feature = "wasmvm"))]
pub mod web;
