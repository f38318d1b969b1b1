//! Paths as bytes: joining, and quoting as git does (`core.quotePath`).

use std::path::{Component, Path, PathBuf};

use cli::os;

/// `base/path`, or the path alone if it is absolute.
pub fn join(base: &[u8], path: &[u8]) -> Vec<u8> {
    if path.starts_with(b"/") || base.is_empty() {
        path.to_vec()
    } else if base.ends_with(b"/") {
        [base, path].concat()
    } else {
        [base, b"/", path].concat()
    }
}

/// The path without `.`, `..` and doubled slashes, by its text alone; `None` if `..` leads above a relative start.
pub fn normalize(path: &[u8]) -> Option<Vec<u8>> {
    let mut out = PathBuf::new();
    for component in Path::new(os(path)).components() {
        match component {
            Component::CurDir | Component::Prefix(_) => {}
            Component::ParentDir if out == Path::new("/") => {}
            Component::ParentDir => {
                if !out.pop() {
                    return None;
                }
            }
            other => out.push(other),
        }
    }
    Some(out.into_os_string().into_encoded_bytes())
}

/// The last component.
pub fn base_name(path: &[u8]) -> &[u8] {
    path.rsplit(|b| *b == b'/').next().unwrap_or_default()
}

/// What is before the last slash, which may be nothing.
pub fn parent(path: &[u8]) -> &[u8] {
    path.iter()
        .rposition(|b| *b == b'/')
        .map_or(&[], |at| &path[..at])
}

/// The same with its slash.
pub fn parent_slash(path: &[u8]) -> &[u8] {
    path.iter()
        .rposition(|b| *b == b'/')
        .map_or(&[], |at| &path[..=at])
}

/// `path`, which is relative to the top, as seen from the folder `prefix` (empty, or with a slash at its end).
pub fn relative_to(path: &[u8], prefix: &[u8]) -> Vec<u8> {
    let mut from: Vec<&[u8]> = prefix
        .split(|b| *b == b'/')
        .filter(|part| !part.is_empty())
        .collect();
    let mut to: Vec<&[u8]> = path.split(|b| *b == b'/').collect();
    while let (Some(a), Some(b)) = (from.first(), to.first()) {
        if a != b || to.len() == 1 {
            break;
        }
        from.remove(0);
        to.remove(0);
    }
    let mut out = b"../".repeat(from.len());
    out.extend_from_slice(&to.join(&b'/'));
    if out.is_empty() { b"./".to_vec() } else { out }
}

/// The name in double quotes with C's escapes where it has unusual bytes, else as it is.
pub fn quoted(path: &[u8], quote_high: bool) -> Vec<u8> {
    let unusual = |b: u8| b < 0x20 || b == 0x7f || b == b'"' || b == b'\\' || quote_high && b >= 0x80;
    if !path.iter().any(|b| unusual(*b)) {
        return path.to_vec();
    }
    let mut out = b"\"".to_vec();
    for b in path {
        let letter = match *b {
            7 => b'a',
            8 => b'b',
            9 => b't',
            10 => b'n',
            11 => b'v',
            12 => b'f',
            13 => b'r',
            b @ (b'"' | b'\\') => b,
            b if unusual(b) => {
                out.extend_from_slice(format!("\\{b:03o}").as_bytes());
                continue;
            }
            b => {
                out.push(b);
                continue;
            }
        };
        out.extend([b'\\', letter]);
    }
    out.push(b'"');
    out
}

/// A URL as fetch and push show it: without slashes and `.git` at its end.
pub fn base_url(url: &[u8]) -> &[u8] {
    let mut url = url;
    while let Some(shorter) = url.strip_suffix(b"/") {
        url = shorter;
    }
    url.strip_suffix(b".git").unwrap_or(url)
}

/// Makes the folders above a file.
pub fn make_parents(path: &[u8]) -> std::io::Result<()> {
    match parent(path) {
        [] => Ok(()),
        folder => std::fs::create_dir_all(os(folder)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_shown_from_where_one_is() {
        for (path, prefix, shown) in [
            ("a", "", "a"),
            ("a/b", "a/", "b"),
            ("b", "a/", "../b"),
            ("a", "a/b/", "../../a"),
            ("a/", "a/", "./"),
        ] {
            assert_eq!(
                relative_to(path.as_bytes(), prefix.as_bytes()),
                shown.as_bytes(),
                "{path}"
            );
        }
    }

    #[test]
    fn names_are_quoted_as_git_s() {
        for (name, shown) in [
            (&b"a b"[..], "a b"),
            (b"a\tb", "\"a\\tb\""),
            (b"\xc3\xbc", "\"\\303\\274\""),
            (b"a\"b\\", "\"a\\\"b\\\\\""),
        ] {
            assert_eq!(quoted(name, true), shown.as_bytes());
        }
    }

    #[test]
    fn dots_are_resolved_by_text() {
        for (path, normal) in [
            ("a/./b//c", Some("a/b/c")),
            ("a/../b", Some("b")),
            ("../a", None),
            ("/..", Some("/")),
        ] {
            assert_eq!(
                normalize(path.as_bytes()),
                normal.map(|text| text.as_bytes().to_vec())
            );
        }
    }
}
