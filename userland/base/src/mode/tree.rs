//! Walking the trees of chmod -R and chown -R: each file before what is in it, links never followed below.

use std::path::Path;

use cli::{complain, quote};

/// Calls `change` for `path` and, if `recursive`, for all below. Answers whether all went well; `change` says itself
/// what didn't.
pub fn walk(name: &str, path: &Path, recursive: bool, change: &mut dyn FnMut(&Path, bool) -> bool) -> bool {
    walk_from(name, path, recursive, true, change)
}

fn walk_from(
    name: &str,
    path: &Path,
    recursive: bool,
    top: bool,
    change: &mut dyn FnMut(&Path, bool) -> bool,
) -> bool {
    let mut fine = change(path, top);
    if !recursive || !sys::lstat(path).is_ok_and(|stat| stat.is_dir()) {
        return fine;
    }
    match std::fs::read_dir(path) {
        Ok(entries) => {
            for entry in entries.flatten() {
                fine &= walk_from(name, &entry.path(), true, false, change);
            }
        }
        Err(error) => {
            let path = quote::always(path.as_os_str());
            complain(
                name,
                format_args!("cannot read directory {path}: {}", cli::reason(&error)),
            );
            fine = false;
        }
    }
    fine
}
