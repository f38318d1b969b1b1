//! Command substitution. A forked child runs the text and the parent reads its pipe; where the text is `<file` or one
//! builtin that only prints, no process is needed, and a plain external command is spawned without the copy of a fork.

use brush_parser::ast::{Command, Program};
use sys::{Fd, OpenFlags};

use super::Result;
use crate::exec;
use crate::job::{self, Origin};
use crate::parse::{self, Parsed};
use crate::shell::{Shell, Unwind};
use crate::text::{Bytes, decode};

pub fn substitute(sh: &mut Shell, text: &[u8]) -> Result<Bytes> {
    let mut output = Vec::new();
    let depth_ok = sh.nested(|sh| {
        output = run(sh, text)?;
        Ok(0)
    });
    depth_ok?;
    while output.last() == Some(&b'\n') {
        output.pop();
    }
    // The shell's strings, like C's, hold no NUL.
    output.retain(|c| *c != 0);
    Ok(output)
}

fn run(sh: &mut Shell, text: &[u8]) -> Result<Bytes> {
    let source = exec::alias::expand(sh, &decode(text));
    let program = match parse::parse(sh, &source) {
        Parsed::Program(p) => p,
        Parsed::Incomplete | Parsed::Error(_) => {
            sh.complain("command substitution: syntax error");
            sh.substitution_status = Some(2);
            sh.status = 2;
            return Err(sh.discard());
        }
    };
    if let Some(simple) = only_command(&program) {
        if let Some(out) = exec::simple::read_file(sh, simple)? {
            return Ok(out);
        }
        if exec::simple::is_pure_builtin(sh, simple) {
            return in_process(sh, &program);
        }
    }
    in_child(sh, program)
}

fn only_command(p: &Program) -> Option<&Command> {
    let [list] = &p.complete_commands[..] else {
        return None;
    };
    let [item] = &list.0[..] else { return None };
    let pipeline = &item.0.first;
    let alone = item.0.additional.is_empty() && !pipeline.bang && pipeline.timed.is_none();
    match &pipeline.seq[..] {
        [c @ Command::Simple(_)] if alone && !exec::is_async(&item.1) => Some(c),
        _ => None,
    }
}

fn in_process(sh: &mut Shell, program: &Program) -> Result<Bytes> {
    let (line, base, last_arg) = (sh.line, sh.line_base, sh.last_arg.clone());
    sh.line_base = line.saturating_sub(1);
    let outer_out = std::mem::take(&mut sh.out);
    let outer = sh.capture.replace(Vec::new());
    let status = sh.status;
    let checked = std::mem::replace(&mut sh.checked, 1);
    sh.subshell += 1;
    let result = exec::program(sh, program, false);
    sh.subshell -= 1;
    sh.checked = checked;
    let _ = sh.flush();
    let got = std::mem::replace(&mut sh.capture, outer).unwrap_or_default();
    sh.out = outer_out;
    (sh.line, sh.line_base, sh.last_arg) = (line, base, last_arg);
    sh.substitution_status = Some(sh.status);
    match result {
        Err(Unwind::Discard) => return Err(Unwind::Discard),
        _ => sh.status = status,
    }
    Ok(got)
}

fn in_child(sh: &mut Shell, program: Program) -> Result<Bytes> {
    // What builtins printed must not be printed again by the child's copy.
    let _ = sh.flush();
    let (r, w) = sys::pipe2(OpenFlags::CLOEXEC).map_err(|e| {
        sh.complain_errno(b"cannot make pipe for command substitution", e);
        sh.discard()
    })?;
    let spawned = match only_command(&program) {
        Some(c) if exec::simple::is_spawnable(sh, c) => {
            exec::simple::spawn_with(sh, c, &[(w, Fd::STDOUT)], Origin::Substitution)?
        }
        _ => job::fork(sh, Origin::Substitution, move |sh| {
            let _ = sys::dup2(w, Fd::STDOUT);
            let _ = sys::close(w);
            let _ = sys::close(r);
            sh.line_base = sh.line.saturating_sub(1);
            if !sh.options.inherit_errexit && !sh.options.posix {
                sh.options.errexit = false;
            }
            exec::program(sh, &program, true)
        }),
    };
    let _ = sys::close(w);
    let Ok(pid) = spawned else {
        let _ = sys::close(r);
        sh.substitution_status = Some(sh.status);
        return Ok(Vec::new());
    };
    let out = read_all(r);
    let _ = sys::close(r);
    let status = job::wait_substitution(sh, pid);
    sh.substitution_status = Some(status);
    Ok(out)
}

fn read_all(fd: Fd) -> Bytes {
    let mut out = Vec::new();
    let mut buf = [0; 8192];
    loop {
        match sys::read(fd, &mut buf) {
            Ok(0) => return out,
            Ok(n) => out.extend_from_slice(&buf[..n]),
            // ^C reaches the child too; its end closes the pipe.
            Err(sys::Errno::EINTR) => {}
            Err(_) => return out,
        }
    }
}
