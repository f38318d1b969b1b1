//! caller, enable, bind and suspend: builtins about the shell itself.

use sys::Signal;

use crate::frame;
use crate::shell::{Outcome, Shell};
use crate::text::{Bytes, lossy, parse_int};

pub fn caller(sh: &mut Shell, args: &[Bytes]) -> Outcome {
    let frames = frame::all(sh);
    let level = match args.get(1).filter(|a| *a != b"--") {
        None => None,
        Some(a) => match parse_int(a).filter(|n| *n >= 0) {
            Some(n) => Some(n as usize),
            None => {
                sh.complain(format!("caller: {}: invalid number", lossy(a)));
                sh.complain("caller: usage: caller [expr]");
                return Ok(2);
            }
        },
    };
    let Some((_, _, line)) = frames.get(level.unwrap_or(0)) else {
        return Ok(1);
    };
    let above = frames.get(level.unwrap_or(0) + 1);
    let text = match (level, above) {
        (None, Some((_, source, _))) => format!("{line} {}\n", lossy(source)),
        (None, None) => format!("{line} NULL\n"),
        (Some(_), Some((name, source, _))) => format!("{line} {} {}\n", lossy(name), lossy(source)),
        (Some(_), None) => return Ok(1),
    };
    sh.print(text);
    Ok(0)
}

/// POSIX's special builtins.
pub const SPECIAL: &[&str] = &[
    ".", ":", "break", "continue", "eval", "exec", "exit", "export", "readonly", "return", "set", "shift",
    "source", "times", "trap", "unset",
];

pub fn enable(sh: &mut Shell, args: &[Bytes]) -> Outcome {
    let o = match super::options(sh, args, "anpsdf:") {
        Ok(o) => o,
        Err(s) => return Ok(s),
    };
    if o.has(b'f') || o.has(b'd') {
        sh.complain("enable: dynamic loading not available");
        return Ok(1);
    }
    let names = &args[o.rest..];
    if names.is_empty() || o.has(b'p') {
        for n in super::names() {
            let off = sh.disabled.contains(n);
            if (o.has(b's') && !SPECIAL.contains(&n)) || (!o.has(b'a') && off != o.has(b'n')) {
                continue;
            }
            let line = if off {
                format!("enable -n {n}\n")
            } else {
                format!("enable {n}\n")
            };
            sh.print(line);
        }
        return Ok(0);
    }
    let mut status = 0;
    for n in names {
        let name = lossy(n).into_owned();
        if super::find(n).is_none() {
            sh.complain(format!("enable: {name}: not a shell builtin"));
            status = 1;
        } else if o.has(b'n') {
            sh.disabled.insert(name);
        } else {
            sh.disabled.remove(&name);
        }
    }
    Ok(status)
}

pub fn suspend(sh: &mut Shell, args: &[Bytes]) -> Outcome {
    if !sh.monitor() {
        sh.complain("suspend: cannot suspend: no job control");
        return Ok(1);
    }
    let login = sh.options.shopt_is_on("login_shell");
    if login && args.get(1).is_none_or(|a| a != b"-f") {
        sh.complain("suspend: cannot suspend a login shell");
        return Ok(1);
    }
    let _ = sh.flush();
    match sys::kill(sys::getpid(), Some(Signal::STOP)) {
        Ok(()) => Ok(0),
        Err(e) => {
            sh.complain_errno(b"suspend", e);
            Ok(1)
        }
    }
}
