//! Modules `host_process`, `host_user` and `host_fs` (`docs/guest-abi.md`, "Compatibility"): what the published command binaries of
//! other people's systems import besides WASI. Nothing here is more than another spelling of kernel calls.
//!
//! Such binaries are written for wasi-libc alone, which keeps a current directory of its own that begins at `/`. So paths here
//! start at `/` too, as those of WASI's `path_*` do: what a program says of a file in two ways is about one file.

pub(super) mod host_fs;
pub(super) mod host_process;
pub(super) mod host_user;
