//! Which file a patch is for.

use std::ffi::OsString;
use std::path::{Component, Path, PathBuf};

use cli::os;

use super::hunk::FilePatch;

/// A name of a header as -p wants it. `None` where nothing is left.
pub fn strip(name: &[u8], count: Option<usize>) -> Option<PathBuf> {
    let mut rest = name;
    match count {
        None => {
            let slash = rest.iter().rposition(|b| *b == b'/');
            rest = &rest[slash.map_or(0, |at| at + 1)..];
        }
        Some(count) => {
            for _ in 0..count {
                let slash = rest.iter().position(|b| *b == b'/')?;
                rest = &rest[slash..];
                let slashes = rest.iter().take_while(|b| **b == b'/').count();
                rest = &rest[slashes..];
            }
        }
    }
    (!rest.is_empty()).then(|| PathBuf::from(os(rest)))
}

/// Whether a patch from somewhere could write outside of this directory by this name.
pub fn is_dangerous(path: &Path) -> bool {
    path.components()
        .any(|component| !matches!(component, Component::Normal(_) | Component::CurDir))
}

/// Fewest components, then the shortest last one, then the shortest: GNU's idea of the best name.
fn rank(path: &Path) -> (usize, usize, usize) {
    let last = path.file_name().map_or(0, |name| name.len());
    (path.components().count(), last, path.as_os_str().len())
}

/// The file that a patch is for, among the names of its header: one that is there, or for a patch that makes a file
/// the one that needs the fewest new directories. The second answer are names that were not looked at.
pub fn choose(patch: &FilePatch, strip_count: Option<usize>) -> (Option<PathBuf>, Vec<OsString>) {
    let mut dangerous = Vec::new();
    let mut candidates = Vec::new();
    for name in patch.names.iter().flatten() {
        let Some(path) = strip(name, strip_count) else {
            continue;
        };
        if is_dangerous(&path) {
            dangerous.push(path.into_os_string());
        } else if !candidates.contains(&path) {
            candidates.push(path);
        }
    }
    let there = candidates
        .iter()
        .filter(|path| sys::lstat(path).is_ok())
        .min_by_key(|path| rank(path));
    if let Some(path) = there {
        return (Some(path.clone()), dangerous);
    }
    let missing = |path: &Path| {
        path.ancestors()
            .skip(1)
            .filter(|dir| !dir.as_os_str().is_empty() && sys::stat(*dir).is_err())
            .count()
    };
    let makes = patch.absent[0]
        || patch
            .hunks
            .iter()
            .any(|hunk| hunk.start[0] == 0 && hunk.old_lines().next().is_none());
    let made = candidates
        .into_iter()
        .filter(|_| makes)
        .min_by_key(|path| (missing(path), rank(path)));
    (made, dangerous)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_lose_their_first_components() {
        for (name, count, expected) in [
            ("a/b/c", None, Some("c")),
            ("a/b/c", Some(0), Some("a/b/c")),
            ("a/b/c", Some(1), Some("b/c")),
            ("a//b/c", Some(1), Some("b/c")),
            ("/a/b/c", Some(1), Some("a/b/c")),
            ("a/b/c", Some(3), None),
        ] {
            assert_eq!(
                strip(name.as_bytes(), count),
                expected.map(PathBuf::from),
                "{name} {count:?}"
            );
        }
    }

    #[test]
    fn names_that_lead_out_are_dangerous() {
        for (name, expected) in [
            ("a/b", false),
            ("./a", false),
            ("../a", true),
            ("a/../b", true),
            ("/etc/x", true),
        ] {
            assert_eq!(is_dangerous(Path::new(name)), expected, "{name}");
        }
    }
}
