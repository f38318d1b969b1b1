//! What differs between the browser and native code, under the same names: the one place in `wasmvm` with a choice by target.
//!
//! [`Linker`] makes an [`Instance`] of a module, bound to the kernel, which calls the guest's functions; [`Memory`] reaches the guest's
//! bytes; [`Answer`] is what a host function gives back. The browser's guests leave the kernel for good by a trap of wasm itself ([`leave_guest`]),
//! native ones by an error that wasmer turns into one; both pass a guest's `catch_all`.

#[cfg(not(target_arch = "wasm32"))]
mod native;
#[cfg(target_arch = "wasm32")]
mod probe;
#[cfg(target_arch = "wasm32")]
mod web;

#[cfg(not(target_arch = "wasm32"))]
pub use native::{Answer, Instance, Linker, Memory, answer, compile, engine, leave_guest, park, probe_stack};
#[cfg(target_arch = "wasm32")]
pub use web::{Answer, Instance, Linker, Memory, answer, compile, leave_guest, park, probe_stack};

/// Why a guest's function did not return.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trap {
    /// As a JavaScript engine would print it, such as `RuntimeError: unreachable`.
    pub message: String,
}
