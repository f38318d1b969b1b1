//! jobs, fg, bg, wait, kill, disown.

use sys::{Pid, Signal};

use super::traps::parse_signal;
use crate::job::{self, State};
use crate::shell::{Outcome, Shell};
use crate::text::{Bytes, lossy, parse_int};

pub fn jobs(sh: &mut Shell, args: &[Bytes]) -> Outcome {
    let o = match super::options(sh, args, "lprs") {
        Ok(o) => o,
        Err(s) => return Ok(s),
    };
    job::reap(sh);
    let mut only = Vec::new();
    for a in &args[o.rest..] {
        match sh.jobs.parse(&lossy(a)) {
            Some(id) => only.push(id),
            None => {
                sh.complain(format!("jobs: {}: no such job", lossy(a)));
                return Ok(1);
            }
        }
    }
    let mut out = String::new();
    let mut done = Vec::new();
    for j in sh.jobs.all() {
        let state = j.state();
        let wanted = (only.is_empty() || only.contains(&j.id))
            && (!o.has(b'r') || state == State::Running)
            && (!o.has(b's') || state == State::Stopped);
        if !wanted {
            continue;
        }
        if o.has(b'p') {
            out.push_str(&format!("{}\n", j.processes.first().map_or(0, |p| p.pid.0)));
        } else {
            out.push_str(&sh.jobs.line(j, o.has(b'l')));
            out.push('\n');
        }
        if state == State::Done {
            done.push(j.id);
        }
    }
    for id in done {
        sh.jobs.remove(id);
    }
    sh.print(out);
    Ok(0)
}

fn chosen(sh: &mut Shell, name: &str, spec: Option<&Bytes>) -> Result<usize, i32> {
    let spec = spec.map_or("%+".to_owned(), |s| lossy(s).into_owned());
    let spec = if spec.starts_with('%') {
        spec
    } else {
        format!("%{spec}")
    };
    match sh.jobs.parse(&spec) {
        Some(id) => Ok(id),
        None => {
            let shown = if spec == "%+" { "current" } else { &spec };
            sh.complain(format!("{name}: {shown}: no such job"));
            Err(1)
        }
    }
}

pub fn fg(sh: &mut Shell, args: &[Bytes]) -> Outcome {
    if !sh.monitor() {
        sh.complain("fg: no job control");
        return Ok(1);
    }
    match chosen(sh, "fg", args.get(1)) {
        Ok(id) => job::resume(sh, id, true),
        Err(s) => Ok(s),
    }
}

pub fn bg(sh: &mut Shell, args: &[Bytes]) -> Outcome {
    if !sh.monitor() {
        sh.complain("bg: no job control");
        return Ok(1);
    }
    let specs: Vec<Option<&Bytes>> = if args.len() > 1 {
        args[1..].iter().map(Some).collect()
    } else {
        vec![None]
    };
    let mut status = 0;
    for s in specs {
        match chosen(sh, "bg", s) {
            Ok(id) => status = job::resume(sh, id, false)?,
            Err(s) => status = s,
        }
    }
    Ok(status)
}

pub fn wait(sh: &mut Shell, args: &[Bytes]) -> Outcome {
    let o = match super::options(sh, args, "fn") {
        Ok(o) => o,
        Err(s) => return Ok(s),
    };
    if o.has(b'n') {
        return job::wait_any(sh);
    }
    let rest = &args[o.rest..];
    if rest.is_empty() {
        return job::wait_all(sh);
    }
    let mut status = 0;
    for a in rest {
        let text = lossy(a).into_owned();
        let id = if text.starts_with('%') {
            sh.jobs.parse(&text)
        } else {
            match parse_int(a) {
                Some(n) => {
                    let pid = Pid(n as i32);
                    match sh.jobs.by_pid(pid) {
                        Some(id) => Some(id),
                        None => {
                            status = match sh.jobs.take_ended(pid) {
                                Some(code) => code,
                                None => {
                                    sh.complain(format!("wait: pid {n} is not a child of this shell"));
                                    127
                                }
                            };
                            continue;
                        }
                    }
                }
                None => {
                    sh.complain(format!("wait: `{text}': not a pid or valid job spec"));
                    status = 1;
                    continue;
                }
            }
        };
        status = match id {
            Some(id) => job::wait_background(sh, id)?,
            None => {
                sh.complain(format!("wait: {text}: no such job"));
                127
            }
        };
    }
    Ok(status)
}

pub fn disown(sh: &mut Shell, args: &[Bytes]) -> Outcome {
    match chosen(sh, "disown", args.get(1)) {
        Ok(id) => {
            sh.jobs.remove(id);
            Ok(0)
        }
        Err(s) => Ok(s),
    }
}

pub fn list_signals(sh: &mut Shell) {
    let mut out = String::new();
    for (i, s) in Signal::ALL.iter().enumerate() {
        let end = if i % 5 == 4 || i + 1 == Signal::ALL.len() {
            '\n'
        } else {
            '\t'
        };
        out.push_str(&format!("{:2}) SIG{}{end}", s.0, s.name().unwrap_or("?")));
    }
    sh.print(out);
}

pub fn kill(sh: &mut Shell, args: &[Bytes]) -> Outcome {
    let mut sig = Some(Signal::TERM);
    let mut i = 1;
    if let Some(a) = args.get(1).filter(|a| a.len() > 1 && a[0] == b'-') {
        i = 2;
        let spec = match &a[1..] {
            b"-" => None,
            b"l" | b"L" => return Ok(translate(sh, &args[2..])),
            b"s" | b"n" => {
                i = 3;
                args.get(2).cloned()
            }
            spec => Some(spec.to_vec()),
        };
        if let Some(spec) = spec {
            match parse_signal(&spec) {
                Some(s) => sig = s,
                None => {
                    sh.complain(format!("kill: {}: invalid signal specification", lossy(&spec)));
                    return Ok(1);
                }
            }
        }
        if args.get(i).is_some_and(|a| a == b"--") {
            i += 1;
        }
    }
    if i >= args.len() {
        sh.complain("kill: usage: kill [-s sigspec | -sigspec] pid | jobspec ...");
        return Ok(2);
    }
    let mut status = 0;
    for a in &args[i..] {
        let text = lossy(a).into_owned();
        let sent = if text.starts_with('%') {
            match sh.jobs.parse(&text) {
                Some(id) => job::signal(sh, id, sig),
                None => {
                    sh.complain(format!("kill: {text}: no such job"));
                    status = 1;
                    continue;
                }
            }
        } else {
            match parse_int(a).and_then(|n| i32::try_from(n).ok()) {
                Some(pid) => sys::kill(Pid(pid), sig),
                None => {
                    sh.complain(format!("kill: {text}: arguments must be process or job IDs"));
                    status = 1;
                    continue;
                }
            }
        };
        if let Err(e) = sent {
            sh.complain(format!("kill: ({text}) - {}", e.message()));
            status = 1;
        }
    }
    Ok(status)
}

/// `kill -l`: all, or numbers (also exit statuses) to names and back.
fn translate(sh: &mut Shell, args: &[Bytes]) -> i32 {
    if args.is_empty() {
        list_signals(sh);
        return 0;
    }
    let mut status = 0;
    for a in args {
        let line = match parse_int(a) {
            Some(0) => Some("EXIT".to_owned()),
            // A status of a process that a signal ended counts as the signal.
            Some(n) => i32::try_from(if n > 128 { n - 128 } else { n })
                .ok()
                .and_then(|n| Signal(n).name().map(str::to_owned)),
            None if lossy(a).eq_ignore_ascii_case("EXIT") => Some("0".to_owned()),
            None => Signal::parse(&lossy(a)).map(|s| s.0.to_string()),
        };
        match line {
            Some(l) => sh.print(format!("{l}\n")),
            None => {
                sh.complain(format!("kill: {}: invalid signal specification", lossy(a)));
                status = 1;
            }
        }
    }
    status
}
