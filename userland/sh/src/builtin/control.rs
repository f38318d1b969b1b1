//! Builtins that steer: break, continue, return, exit, eval, `.`, exec.

use crate::exec::simple;
use crate::frame::Frame;
use crate::interactive;
use crate::shell::{Outcome, Shell, Unwind};
use crate::text::{Bytes, lossy, parse_int};
use crate::trap::{self, Condition};

fn count(sh: &mut Shell, args: &[Bytes]) -> Result<Option<u32>, Unwind> {
    if sh.loops == 0 {
        return Ok(None);
    }
    match args.get(1) {
        None => Ok(Some(1)),
        Some(a) => match parse_int(a) {
            Some(n) if n >= 1 => Ok(Some((n as u32).min(sh.loops))),
            Some(n) => {
                sh.complain(format!("{}: {n}: loop count out of range", lossy(&args[0])));
                sh.break_status = 1;
                Err(Unwind::Break(sh.loops))
            }
            None => {
                sh.complain(format!(
                    "{}: {}: numeric argument required",
                    lossy(&args[0]),
                    lossy(a)
                ));
                sh.status = 128;
                Err(Unwind::Exit)
            }
        },
    }
}

pub fn break_(sh: &mut Shell, args: &[Bytes]) -> Outcome {
    count(sh, args)?.map_or(Ok(0), |n| Err(Unwind::Break(n)))
}

pub fn continue_(sh: &mut Shell, args: &[Bytes]) -> Outcome {
    count(sh, args)?.map_or(Ok(0), |n| Err(Unwind::Continue(n)))
}

/// The status argument of `return` and `exit`; `$?` without one.
fn status(sh: &mut Shell, args: &[Bytes]) -> i32 {
    match args.get(1) {
        None => sh.status,
        Some(a) => match parse_int(a) {
            Some(n) => (n & 0xff) as i32,
            None => {
                sh.complain(format!(
                    "{}: {}: numeric argument required",
                    lossy(&args[0]),
                    lossy(a)
                ));
                2
            }
        },
    }
}

pub fn return_(sh: &mut Shell, args: &[Bytes]) -> Outcome {
    if sh.calls.is_empty() && !sh.traps.are_running() {
        sh.complain("return: can only `return' from a function or sourced script");
        return Ok(2);
    }
    // `$?` stays what it was for the RETURN trap.
    sh.returned = status(sh, args);
    Err(Unwind::Return)
}

pub fn exit(sh: &mut Shell, args: &[Bytes]) -> Outcome {
    if !interactive::may_exit(sh) {
        return Ok(1);
    }
    sh.status = status(sh, args);
    Err(Unwind::Exit)
}

pub fn eval(sh: &mut Shell, args: &[Bytes]) -> Outcome {
    let first = if args.get(1).is_some_and(|a| a == b"--") {
        2
    } else {
        1
    };
    let text = args[first.min(args.len())..].join(&b' ');
    sh.nested(|sh| crate::parse::run_text(sh, &text))
}

pub fn source(sh: &mut Shell, args: &[Bytes]) -> Outcome {
    let args = if args.get(1).is_some_and(|a| a == b"--") {
        &args[1..]
    } else {
        args
    };
    let Some(name) = args.get(1) else {
        sh.complain(format!("{}: filename argument required", lossy(&args[0])));
        return Ok(2);
    };
    let path = if name.contains(&b'/') {
        name.clone()
    } else {
        simple::search(sh, name, false)
            .into_iter()
            .next()
            .unwrap_or_else(|| name.clone())
    };
    let text = match read_script(&path) {
        Ok(t) => t,
        Err(e) => {
            sh.complain_errno(name, e);
            return failed_special(sh, 1);
        }
    };
    let given = args.len() > 2;
    let positional = given.then(|| std::mem::replace(&mut sh.positional, args[2..].to_vec()));
    sh.calls.push(Frame {
        name: "source".into(),
        source: name.clone(),
        line: sh.line,
        is_function: false,
        args: Some(if given {
            args[2..].to_vec()
        } else {
            vec![name.clone()]
        }),
        options: None,
    });
    let kept = trap::enter(sh, sh.options.functrace, false);
    let result = sh.nested(|sh| crate::parse::run_file(sh, &text));
    let result = match result {
        Err(Unwind::Return) => Ok(sh.returned),
        other => other,
    };
    let result = match result {
        Ok(status) => trap::run(sh, Condition::Return).map(|()| status),
        other => other,
    };
    sh.calls.pop();
    trap::leave(sh, kept);
    if let Some(p) = positional {
        sh.positional = p;
    }
    result
}

pub fn read_script(path: &[u8]) -> Result<Bytes, sys::Errno> {
    let fd = sys::open(
        path,
        sys::OpenFlags::RDONLY | sys::OpenFlags::CLOEXEC,
        sys::Mode::empty(),
    )?;
    let mut out = Vec::new();
    let mut buf = vec![0; 1 << 14];
    let result = loop {
        match sys::read(fd, &mut buf) {
            Ok(0) => break Ok(out),
            Ok(n) => out.extend_from_slice(&buf[..n]),
            Err(sys::Errno::EINTR) => {}
            Err(e) => break Err(e),
        }
    };
    let _ = sys::close(fd);
    result
}

/// With a command: replaces the shell. Without: the caller makes the redirections stay.
pub fn exec(sh: &mut Shell, args: &[Bytes]) -> Outcome {
    let o = match super::options(sh, args, "cla:") {
        Ok(o) => o,
        Err(status) => return Ok(status),
    };
    let Some(name) = args.get(o.rest) else {
        return Ok(0);
    };
    let mut argv = args[o.rest..].to_vec();
    if let Some(zero) = o.value(b'a') {
        argv[0] = zero.clone();
    }
    if o.has(b'l') {
        argv[0].insert(0, b'-');
    }
    let path = match simple::find(sh, name) {
        Ok(p) => p,
        Err(status) => return failed(sh, status),
    };
    let envp = if o.has(b'c') {
        Vec::new()
    } else {
        sh.vars.environment()
    };
    let _ = sh.flush();
    interactive::leave(sh);
    let e = sys::exec(&path, &argv, &envp);
    interactive::enter_again(sh);
    let status = simple::explain(sh, name, &path, e);
    failed(sh, status)
}

/// A special builtin's error ends a POSIX shell that is not interactive.
fn failed_special(sh: &mut Shell, status: i32) -> Outcome {
    if sh.options.posix {
        failed(sh, status)
    } else {
        Ok(status)
    }
}

fn failed(sh: &mut Shell, status: i32) -> Outcome {
    if sh.interactive {
        return Ok(status);
    }
    sh.status = status;
    Err(Unwind::Exit)
}
