//! File name expansion.

use super::Result;
use super::pattern::{self, Pattern};
use crate::shell::Shell;
use crate::text::{Bytes, lossy};

/// Appends what a field stands for: the matching names in order, or itself.
pub fn expand(sh: &mut Shell, field: &[(Bytes, bool)], out: &mut Vec<Bytes>) -> Result<()> {
    let plain = || {
        field
            .iter()
            .flat_map(|(b, _)| b.iter().copied())
            .collect::<Bytes>()
    };
    let unquoted = field.iter().filter(|(_, quoted)| !quoted);
    if sh.options.noglob
        || !unquoted
            .clone()
            .any(|(b, _)| b.iter().any(|c| b"*?[@!+".contains(c)))
    {
        out.push(plain());
        return Ok(());
    }
    let mut p = Vec::new();
    for (bytes, quoted) in field {
        if *quoted {
            pattern::escape_into(bytes, &mut p)
        } else {
            p.extend_from_slice(bytes)
        }
    }
    if !pattern::is_magic(&p, sh.options.extglob) {
        out.push(plain());
        return Ok(());
    }
    let mut found = names(sh, &p);
    if found.is_empty() {
        if sh.options.failglob {
            sh.complain(format!("no match: {}", lossy(&plain())));
            return Err(sh.discard());
        }
        if !sh.options.nullglob {
            out.push(plain());
        }
        return Ok(());
    }
    found.sort();
    out.append(&mut found);
    Ok(())
}

/// The paths that match, unsorted.
pub fn names(sh: &Shell, p: &[u8]) -> Vec<Bytes> {
    let absolute = p.starts_with(b"/");
    let parts: Vec<&[u8]> = p.split(|c| *c == b'/').filter(|s| !s.is_empty()).collect();
    let must_be_dir = p.ends_with(b"/");
    let mut paths: Vec<Bytes> = vec![if absolute { b"/".to_vec() } else { Vec::new() }];
    for (i, part) in parts.iter().enumerate() {
        let last = i + 1 == parts.len();
        let mut next = Vec::new();
        for base in &paths {
            step(sh, base, part, last, &mut next);
        }
        paths = next;
    }
    if must_be_dir {
        paths.retain(|p| sys::stat(p).is_ok_and(|s| s.is_dir()));
        paths.iter_mut().for_each(|p| p.push(b'/'));
    }
    paths
}

fn join(base: &[u8], name: &[u8]) -> Bytes {
    let mut path = base.to_vec();
    if !path.is_empty() && !path.ends_with(b"/") {
        path.push(b'/');
    }
    path.extend_from_slice(name);
    path
}

fn step(sh: &Shell, base: &[u8], part: &[u8], last: bool, out: &mut Vec<Bytes>) {
    if !pattern::is_magic(part, sh.options.extglob) {
        let path = join(base, &pattern::unescape(part));
        if sys::lstat(&path).is_ok() {
            out.push(path);
        }
        return;
    }
    if part == b"**" && sh.options.globstar {
        return everything_below(sh, base, last, out);
    }
    let p = Pattern::new(part, sh.options.extglob, sh.options.nocaseglob);
    let dots = part.starts_with(b".") || part.starts_with(b"\\.") || sh.options.dotglob;
    for (name, _) in entries(base) {
        if (dots || !name.starts_with(b".")) && p.matches(&name) {
            let path = join(base, &name);
            if last || sys::stat(&path).is_ok_and(|s| s.is_dir()) {
                out.push(path);
            }
        }
    }
}

/// `**`: with a worklist, since trees may be deeper than the stack.
fn everything_below(sh: &Shell, base: &[u8], last: bool, out: &mut Vec<Bytes>) {
    if !last || !base.is_empty() {
        out.push(base.to_vec());
    }
    let mut dirs = vec![base.to_vec()];
    while let Some(dir) = dirs.pop() {
        for (name, is_dir) in entries(&dir) {
            if name.starts_with(b".") && !sh.options.dotglob {
                continue;
            }
            let path = join(&dir, &name);
            if is_dir {
                dirs.push(path.clone());
            }
            if last || is_dir {
                out.push(path);
            }
        }
    }
}

/// Names in a directory, and whether each is a directory itself (not a link to one).
pub fn entries(dir: &[u8]) -> Vec<(Bytes, bool)> {
    let path = if dir.is_empty() { b"." } else { dir };
    let Ok(list) = std::fs::read_dir(os(path)) else {
        return Vec::new();
    };
    list.flatten()
        .map(|e| {
            (
                e.file_name().into_encoded_bytes(),
                e.file_type().is_ok_and(|t| t.is_dir()),
            )
        })
        .filter(|(name, _)| name != b"." && name != b"..")
        .collect()
}

/// A path for std.
#[cfg(target_os = "wasi")]
pub fn os(b: &[u8]) -> &std::ffi::OsStr {
    std::os::wasi::ffi::OsStrExt::from_bytes(b)
}

/// A path for std.
#[cfg(unix)]
pub fn os(b: &[u8]) -> &std::ffi::OsStr {
    std::os::unix::ffi::OsStrExt::from_bytes(b)
}
