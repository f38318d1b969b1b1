//! cd and pwd. PWD keeps the path as the user went it (`-L`); `-P` asks the kernel.

use crate::shell::{Outcome, Shell};
use crate::text::{Bytes, lossy};

pub fn cd(sh: &mut Shell, args: &[Bytes]) -> Outcome {
    let o = match super::options(sh, args, "LPe") {
        Ok(o) => o,
        Err(s) => return Ok(s),
    };
    let rest = &args[o.rest..];
    if rest.len() > 1 {
        sh.complain("cd: too many arguments");
        return Ok(1);
    }
    let physical = o.given.last().is_some_and(|(c, _)| *c == b'P');
    let mut say = false;
    let to = match rest.first().map(|a| &a[..]) {
        None => match sh.vars.get("HOME") {
            Some(h) => h.clone(),
            None => {
                sh.complain("cd: HOME not set");
                return Ok(1);
            }
        },
        Some(b"-") => match sh.vars.get("OLDPWD") {
            Some(d) => {
                say = true;
                d.clone()
            }
            None => {
                sh.complain("cd: OLDPWD not set");
                return Ok(1);
            }
        },
        Some(d) => d.to_vec(),
    };
    if let Some(found) = along_cdpath(sh, &to) {
        let status = change(sh, &found, physical)?;
        if status == 0 {
            sh.print([&found[..], b"\n"].concat());
        }
        return Ok(status);
    }
    let status = change(sh, &to, physical)?;
    if status == 0 && say {
        let pwd = sh.vars.get("PWD").cloned().unwrap_or_default();
        sh.print([&pwd[..], b"\n"].concat());
    }
    Ok(status)
}

fn along_cdpath(sh: &Shell, to: &[u8]) -> Option<Bytes> {
    let path = sh.vars.get("CDPATH").filter(|p| !p.is_empty())?;
    if to.starts_with(b"/") || to.starts_with(b"./") || to.starts_with(b"../") || matches!(to, b"." | b"..") {
        return None;
    }
    path.split(|c| *c == b':')
        .filter(|d| !d.is_empty() && *d != b".")
        .map(|d| [d, b"/", to].concat())
        .find(|p| sys::stat(p).is_ok_and(|s| s.is_dir()))
}

/// Goes there and sets PWD and OLDPWD.
pub fn change(sh: &mut Shell, to: &[u8], physical: bool) -> Outcome {
    if to.is_empty() {
        return Ok(0);
    }
    let old = sh.vars.get("PWD").cloned().unwrap_or_default();
    let logical = normalize(&sh.cwd, to);
    let physical = physical || sh.options.physical;
    let result = match sys::chdir(if physical { to } else { &logical }) {
        Ok(()) => Ok(()),
        // The remembered way may be gone while the kernel still knows one.
        Err(e) => sys::chdir(to).map_err(|_| e),
    };
    if let Err(e) = result {
        sh.complain(format!("cd: {}: {}", lossy(to), e.message()));
        return Ok(1);
    }
    let pwd = if physical {
        sys::getcwd().unwrap_or(logical)
    } else {
        logical
    };
    sh.cwd.clone_from(&pwd);
    if sh.vars.set("OLDPWD", old).is_err() || sh.vars.set("PWD", pwd).is_err() {
        sh.complain("cd: PWD: readonly variable");
        return Ok(1);
    }
    Ok(0)
}

/// The path with `.` and `..` taken out textually.
fn normalize(base: &[u8], to: &[u8]) -> Bytes {
    let full = if to.starts_with(b"/") {
        to.to_vec()
    } else {
        [base, b"/", to].concat()
    };
    let mut parts: Vec<&[u8]> = Vec::new();
    for p in full.split(|c| *c == b'/') {
        match p {
            b"" | b"." => {}
            b".." => drop(parts.pop()),
            p => parts.push(p),
        }
    }
    let mut out = Vec::new();
    for p in parts {
        out.push(b'/');
        out.extend_from_slice(p);
    }
    if out.is_empty() {
        out.push(b'/');
    }
    out
}

pub fn pwd(sh: &mut Shell, args: &[Bytes]) -> Outcome {
    let o = match super::options(sh, args, "LP") {
        Ok(o) => o,
        Err(s) => return Ok(s),
    };
    let physical = o.given.last().is_some_and(|(c, _)| *c == b'P');
    let logical = !(physical || sh.options.physical) && !sh.cwd.is_empty();
    match if logical {
        Ok(sh.cwd.clone())
    } else {
        sys::getcwd()
    } {
        Ok(mut d) => {
            d.push(b'\n');
            sh.print(d);
            Ok(0)
        }
        Err(e) => {
            sh.complain_errno(b"pwd", e);
            Ok(1)
        }
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn paths_normalize_textually() {
        for (base, to, want) in [
            ("/a/b", "..", "/a"),
            ("/a", "./b/../c", "/a/c"),
            ("/", "..", "/"),
            ("/x", "/y//z/", "/y/z"),
        ] {
            assert_eq!(super::normalize(base.as_bytes(), to.as_bytes()), want.as_bytes());
        }
    }
}
