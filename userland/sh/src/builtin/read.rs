//! `read` takes one byte at a time, so that what follows the line stays for the next reader of the
//! same pipe; from a file it seeks would save calls, which are cheap here.

use sys::{Errno, Fd, LocalFlags, PollEvents, PollFd, SetWhen};

use crate::assign::{self, Assigned, Target};
use crate::shell::{Outcome, Shell};
use crate::text::{Bytes, char_len, lossy, parse_int};
use crate::trap;
use crate::vars::Value;

struct Wanted {
    fd: Fd,
    raw: bool,
    delimiter: u8,
    /// Characters to read at most; `exact` takes delimiters as data.
    limit: Option<usize>,
    exact: bool,
    timeout_ms: Option<u32>,
}

pub fn run(sh: &mut Shell, args: &[Bytes]) -> Outcome {
    let o = match super::options(sh, args, "ersa:d:i:n:N:p:t:u:") {
        Ok(o) => o,
        Err(s) => return Ok(s),
    };
    if let Some(t) = o.value(b't')
        && !lossy(t).parse::<f64>().is_ok_and(|s| s >= 0.0)
    {
        sh.complain(format!("read: {}: invalid timeout specification", lossy(t)));
        return Ok(1);
    }
    let number = |c: u8| o.value(c).and_then(|v| parse_int(v)).map(|n| n.max(0) as usize);
    let wanted = Wanted {
        fd: Fd(number(b'u').unwrap_or(0) as i32),
        raw: o.has(b'r'),
        delimiter: o.value(b'd').map_or(b'\n', |d| d.first().copied().unwrap_or(0)),
        limit: number(b'N').or_else(|| number(b'n')),
        exact: o.has(b'N'),
        timeout_ms: o
            .value(b't')
            .and_then(|t| lossy(t).parse::<f64>().ok())
            .map(|s| (s.max(0.0) * 1000.0) as u32),
    };
    if let (Some(p), true) = (o.value(b'p'), sys::isatty(wanted.fd)) {
        let _ = sys::write_all(Fd::STDERR, p);
    }
    if wanted.timeout_ms == Some(0) {
        return Ok(i32::from(!ready(wanted.fd, Some(0))));
    }
    let silent = (o.has(b's') && sys::isatty(wanted.fd))
        .then(|| hush(wanted.fd))
        .flatten();
    let got = line(sh, &wanted);
    if let Some(t) = silent {
        let _ = sys::tcsetattr(wanted.fd, SetWhen::Now, &t);
    }
    let (line, escaped, end) = got?;
    let names: Vec<&Bytes> = args[o.rest..].iter().collect();
    if let Some(array) = o.value(b'a') {
        let fields = if wanted.exact {
            vec![line]
        } else {
            split(sh, &line, &escaped, usize::MAX)
        };
        let list = fields.into_iter().map(|f| (None, f)).collect();
        let plain = Target {
            name: lossy(array).into_owned(),
            index: None,
        };
        let target = assign::locate(sh, &plain)?;
        if sh
            .vars
            .var(&target.name)
            .is_some_and(|v| matches!(v.value, Value::Assoc(_)))
        {
            sh.complain(format!(
                "read: {}: cannot convert associative to indexed array",
                target.name
            ));
            return Ok(1);
        }
        if sh.vars.var(&target.name).is_none_or(|v| !v.readonly) {
            sh.vars.entry(&target.name).value = Value::Unset;
        }
        assign::store(sh, &target, Assigned::Array(list), false)?;
    } else if names.is_empty() {
        assign::scalar(
            sh,
            &Target {
                name: "REPLY".into(),
                index: None,
            },
            line,
            false,
        )?;
    } else {
        let mut fields = if wanted.exact {
            vec![line]
        } else {
            split(sh, &line, &escaped, names.len())
        };
        fields.resize(names.len(), Vec::new());
        for (name, value) in names.into_iter().zip(fields) {
            let Some(t) = assign::parse_target(name) else {
                sh.complain(format!("read: `{}': not a valid identifier", lossy(name)));
                return Ok(1);
            };
            assign::scalar(sh, &t, value, false)?;
        }
    }
    Ok(match end {
        End::Delimiter => 0,
        End::Input => 1,
        End::Timeout => 142,
        End::Error => 1,
    })
}

#[derive(Clone, Copy)]
enum End {
    Delimiter,
    Input,
    Timeout,
    Error,
}

fn ready(fd: Fd, timeout_ms: Option<u32>) -> bool {
    let mut fds = [PollFd {
        fd,
        events: PollEvents::IN,
        revents: PollEvents::empty(),
    }];
    sys::poll(&mut fds, timeout_ms).is_ok_and(|n| n > 0)
}

fn hush(fd: Fd) -> Option<sys::Termios> {
    let old = sys::tcgetattr(fd).ok()?;
    let mut quiet = old;
    quiet.local.remove(LocalFlags::ECHO);
    sys::tcsetattr(fd, SetWhen::Now, &quiet).ok()?;
    Some(old)
}

/// The line, which of its bytes were behind a backslash, and why it ended.
fn line(sh: &mut Shell, w: &Wanted) -> Result<(Bytes, Vec<bool>, End), crate::shell::Unwind> {
    let began = std::time::Instant::now();
    let (mut out, mut marks) = (Vec::new(), Vec::new());
    let mut backslash = false;
    loop {
        if let Some(limit) = w.limit
            && crate::text::char_count(&out) >= limit
        {
            return Ok((out, marks, End::Delimiter));
        }
        if let Some(t) = w.timeout_ms {
            let left = t.saturating_sub(began.elapsed().as_millis() as u32);
            if left == 0 || !ready(w.fd, Some(left)) {
                return Ok((out, marks, End::Timeout));
            }
        }
        let mut b = [0];
        match sys::read(w.fd, &mut b) {
            Ok(0) => return Ok((out, marks, End::Input)),
            Ok(_) => {}
            Err(Errno::EINTR) => {
                trap::run_pending(sh)?;
                continue;
            }
            Err(e) => {
                sh.complain(format!("read: read error: {}: {}", w.fd.0, e.message()));
                return Ok((out, marks, End::Error));
            }
        }
        let c = b[0];
        if backslash {
            backslash = false;
            if c != b'\n' {
                out.push(c);
                marks.push(true);
            }
            continue;
        }
        if c == b'\\' && !w.raw {
            backslash = true;
        } else if c == w.delimiter && !w.exact {
            return Ok((out, marks, End::Delimiter));
        } else if c != 0 {
            out.push(c);
            marks.push(false);
        }
    }
}

/// Splits by IFS into at most `max` fields; the last keeps the delimiters between.
fn split(sh: &Shell, line: &[u8], escaped: &[bool], max: usize) -> Vec<Bytes> {
    let default = b" \t\n".to_vec();
    let ifs = sh.vars.get("IFS").unwrap_or(&default);
    let is = |i: usize, space: bool| {
        let c = line[i];
        !escaped[i] && ifs.contains(&c) && matches!(c, b' ' | b'\t' | b'\n') == space
    };
    let mut fields = Vec::new();
    let mut i = 0;
    while i < line.len() && is(i, true) {
        i += 1;
    }
    while i < line.len() {
        if fields.len() + 1 == max {
            let mut end = line.len();
            while end > i && is(end - 1, true) {
                end -= 1;
            }
            // A single delimiter at the end belongs to the field before it.
            let body = &line[i..end];
            let lone = end > i && is(end - 1, false) && !(i..end - 1).any(|k| is(k, false));
            fields.push(if lone {
                body[..body.len() - 1].to_vec()
            } else {
                body.to_vec()
            });
            break;
        }
        let start = i;
        while i < line.len() && !is(i, true) && !is(i, false) {
            i += char_len(&line[i..]);
        }
        fields.push(line[start..i].to_vec());
        while i < line.len() && is(i, true) {
            i += 1;
        }
        if i < line.len() && is(i, false) {
            i += 1;
            while i < line.len() && is(i, true) {
                i += 1;
            }
        }
    }
    fields
}
