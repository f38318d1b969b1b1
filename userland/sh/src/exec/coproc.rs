//! `coproc`: a command in the background whose standard input and output the shell holds the other ends of.

use brush_parser::ast::CoprocessCommand;
use sys::{Fd, FdFlags, OpenFlags, Pid};

use super::pipeline;
use crate::job::{self, Origin};
use crate::shell::{Outcome, Shell};
use crate::text::Bytes;
use crate::vars::Value;

/// A running coprocess.
#[derive(Clone, Debug)]
pub struct Coprocess {
    pub name: String,
    pub pid: Pid,
    read: Fd,
    write: Fd,
}

/// The shell's ends are out of the way of scripts' own numbers, as bash has them.
const FIRST_FD: Fd = Fd(60);

pub fn start(sh: &mut Shell, c: &CoprocessCommand) -> Outcome {
    sh.at_line(c.loc.start.line);
    let name = c.name.as_ref().map_or("COPROC", |w| w.value.as_str()).to_owned();
    if !crate::text::is_name(name.as_bytes()) {
        sh.complain(format!("`{name}': not a valid identifier"));
        return Ok(1);
    }
    let made = sys::pipe2(OpenFlags::CLOEXEC).and_then(|down| Ok((down, sys::pipe2(OpenFlags::CLOEXEC)?)));
    let ((their_in, our_out), (our_in, their_out)) = match made {
        Ok(p) => p,
        Err(e) => {
            sh.complain_errno(b"cannot make pipe for coprocess", e);
            return Ok(1);
        }
    };
    let origin = Origin::Job {
        group: None,
        foreground: false,
    };
    let forked = job::fork(sh, origin, |sh| {
        for (from, to) in [(their_in, Fd::STDIN), (their_out, Fd::STDOUT)] {
            let _ = sys::dup2(from, to);
            let _ = sys::close(from);
        }
        let _ = sys::close(our_in);
        let _ = sys::close(our_out);
        pipeline::command(sh, &c.body, true)
    });
    let _ = sys::close(their_in);
    let _ = sys::close(their_out);
    let Ok(pid) = forked else {
        let _ = sys::close(our_in);
        let _ = sys::close(our_out);
        return Ok(sh.status);
    };
    let up = |fd| {
        let moved = sys::dup_from(fd, FIRST_FD, FdFlags::CLOEXEC).unwrap_or(fd);
        if moved != fd {
            let _ = sys::close(fd);
        }
        moved
    };
    let (read, write) = (up(our_in), up(our_out));
    let numbers: Vec<Bytes> = [read, write]
        .iter()
        .map(|fd| fd.0.to_string().into_bytes())
        .collect();
    let elements = numbers
        .into_iter()
        .enumerate()
        .map(|(i, v)| (i as i64, v))
        .collect();
    sh.vars.entry(&name).value = Value::Indexed(elements);
    let _ = sh.vars.set(&format!("{name}_PID"), pid.0.to_string());
    sh.coprocesses.push(Coprocess {
        name,
        pid,
        read,
        write,
    });
    let text = job::display(&c.to_string());
    pipeline::register_background(sh, vec![pid], text);
    Ok(0)
}

/// A coprocess that has ended: its descriptors and variables go.
pub fn ended(sh: &mut Shell, pid: Pid) {
    let Some(at) = sh.coprocesses.iter().position(|c| c.pid == pid) else {
        return;
    };
    let c = sh.coprocesses.remove(at);
    let _ = sys::close(c.read);
    let _ = sys::close(c.write);
    let _ = sh.vars.unset(&c.name);
    let _ = sh.vars.unset(&format!("{}_PID", c.name));
}
