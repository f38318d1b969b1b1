//! linkat(3p), which wasi-libc has wrong.
//!
//! Its `__wasilibc_link` (`libc-bottom-half/sources/posix.c`) resolves both paths into one static buffer, so that the old path
//! becomes the new one, and the answer is ENOENT. std's `fs::hard_link` calls it by `linkat`. Programs here are linked with
//! `--wrap=linkat` (`userland/.cargo/config.toml`): their calls come to [`__wrap_linkat`].

use libc::{AT_FDCWD, c_char, c_int};

unsafe extern "C" {
    /// The libc's own.
    fn __real_linkat(
        old_fd: c_int,
        old: *const c_char,
        new_fd: c_int,
        new: *const c_char,
        flags: c_int,
    ) -> c_int;
}

/// linkat(3p). Of two paths that start at `/` or the working directory it is link(3p)'s business, which has a buffer for each;
/// that follows no symbolic links, as no flags say.
///
/// # Safety
/// The paths end in NUL.
#[unsafe(no_mangle)]
unsafe extern "C" fn __wrap_linkat(
    old_fd: c_int,
    old: *const c_char,
    new_fd: c_int,
    new: *const c_char,
    flags: c_int,
) -> c_int {
    // SAFETY: the caller vouches for the paths, which go on unchanged.
    unsafe {
        let no_directory = |fd, path: *const c_char| fd == AT_FDCWD || *path == b'/' as c_char;
        if flags == 0 && no_directory(old_fd, old) && no_directory(new_fd, new) {
            libc::link(old, new)
        } else {
            __real_linkat(old_fd, old, new_fd, new, flags)
        }
    }
}
