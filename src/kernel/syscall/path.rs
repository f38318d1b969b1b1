//! System calls on paths.
//!
//! Every function takes the [`Caller`] (a `&Process`, a `&Current`, or [`Caller::page`]), the [`Base`] where a relative path starts, and
//! the path's bytes. All paths can fail with ENOENT (a component is missing, or the path is empty), ENOTDIR (a component is
//! no directory), ELOOP (40 symbolic links) and ENAMETOOLONG (255 bytes a name, 4095 a path); what each call adds
//! stands with it. Only [`open`] and [`open_waiting`] may wait (for a FIFO's other end).

mod attributes;
mod directory;
mod names;
mod open;
#[cfg(all(test, not(feature = "shuttle")))]
pub(in crate::kernel) mod tests;

pub use crate::kernel::fs::access::AccessMode;
pub use crate::kernel::fs::{Base, Caller, Follow};
pub use attributes::{
    SetTime, access, chmod, chown, fchmod, fchown, fstatfs, ftruncate, futimens, lstat, stat, statfs,
    truncate, utimens,
};
pub use directory::{chdir, fchdir, getcwd, lookup, place, read_dir, realpath, start_in};
pub use names::{create_dir, link, mkdir, mknod, readlink, rename, rmdir, symlink, unlink};
pub use open::{open, open_file, open_waiting};
