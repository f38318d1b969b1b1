//! cd, pwd and the directory stack. PWD keeps the path as the user went it (`-L`); `-P` asks the kernel.

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
    let old = sh
        .vars
        .get("PWD")
        .cloned()
        .or_else(|| sys::getcwd().ok())
        .unwrap_or_default();
    let logical = normalize(&old, to);
    let result = match sys::chdir(&logical) {
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
    if sh.vars.set("OLDPWD", old).is_err() || sh.vars.set("PWD", pwd).is_err() {
        sh.complain("cd: PWD: readonly variable");
        return Ok(1);
    }
    sh.vars.entry("PWD").export = true;
    sh.vars.entry("OLDPWD").export = true;
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
    let logical = sh.vars.get("PWD").filter(|_| !physical).cloned();
    match logical.map_or_else(sys::getcwd, Ok) {
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

fn show(sh: &mut Shell) {
    let home = sh.vars.get("HOME").cloned().unwrap_or_default();
    let tilde = |d: &Bytes| match d.strip_prefix(&home[..]) {
        Some(rest) if home.len() > 1 && (rest.is_empty() || rest[0] == b'/') => [b"~", rest].concat(),
        _ => d.clone(),
    };
    let pwd = sh.vars.get("PWD").cloned().unwrap_or_default();
    let all: Vec<Bytes> = [pwd].iter().chain(&sh.dir_stack).map(tilde).collect();
    sh.print([&all.join(&b' ')[..], b"\n"].concat());
}

pub fn dirs(sh: &mut Shell, args: &[Bytes]) -> Outcome {
    if args.get(1).is_some_and(|a| a == b"-c") {
        sh.dir_stack.clear();
        return Ok(0);
    }
    show(sh);
    Ok(0)
}

pub fn pushd(sh: &mut Shell, args: &[Bytes]) -> Outcome {
    let pwd = sh.vars.get("PWD").cloned().unwrap_or_default();
    let to = match args.get(1) {
        Some(d) => d.clone(),
        None if sh.dir_stack.is_empty() => {
            sh.complain("pushd: no other directory");
            return Ok(1);
        }
        None => sh.dir_stack.remove(0),
    };
    let status = change(sh, &to, false)?;
    if status == 0 {
        sh.dir_stack.insert(0, pwd);
        show(sh);
    }
    Ok(status)
}

pub fn popd(sh: &mut Shell, _args: &[Bytes]) -> Outcome {
    if sh.dir_stack.is_empty() {
        sh.complain("popd: directory stack empty");
        return Ok(1);
    }
    let to = sh.dir_stack.remove(0);
    let status = change(sh, &to, false)?;
    if status == 0 {
        show(sh);
    }
    Ok(status)
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
