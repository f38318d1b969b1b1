//! trap.

use sys::Signal;

use crate::shell::{Outcome, Shell};
use crate::text::{Bytes, lossy, parse_int, single_quote};
use crate::trap::{self, Condition};

pub fn run(sh: &mut Shell, args: &[Bytes]) -> Outcome {
    let o = match super::options(sh, args, "lp") {
        Ok(o) => o,
        Err(s) => return Ok(s),
    };
    let rest = &args[o.rest..];
    if o.has(b'l') {
        super::jobs::list_signals(sh);
        return Ok(0);
    }
    if rest.is_empty() || o.has(b'p') {
        return show(sh, rest);
    }
    // A number first, or a lone condition, resets.
    let (action, names) = match &rest[0][..] {
        b"-" => (None, &rest[1..]),
        first if rest.len() == 1 || parse_int(first).is_some() => (None, rest),
        first => (Some(first.to_vec()), &rest[1..]),
    };
    let mut status = 0;
    for n in names {
        match Condition::parse(&lossy(n)) {
            Some(c) => trap::set(sh, c, action.clone()),
            None => {
                sh.complain(format!("trap: {}: invalid signal specification", lossy(n)));
                status = 1;
            }
        }
    }
    Ok(status)
}

fn show(sh: &mut Shell, only: &[Bytes]) -> Outcome {
    let wanted: Vec<Condition> = only.iter().filter_map(|n| Condition::parse(&lossy(n))).collect();
    let all = sh.traps.inherited.as_ref().unwrap_or(&sh.traps.actions);
    let order = if only.is_empty() {
        all.keys().copied().collect()
    } else {
        wanted
    };
    let lines: Vec<Bytes> = order
        .iter()
        .filter_map(|c| all.get_key_value(c))
        .map(|(c, a)| {
            [
                b"trap -- ",
                &single_quote(a)[..],
                b" ",
                c.name().as_bytes(),
                b"\n",
            ]
            .concat()
        })
        .collect();
    sh.print(lines.concat());
    Ok(0)
}

/// `SIGTERM` or `TERM` or `15`; 0 is the question whether a process is there.
pub fn parse_signal(s: &[u8]) -> Option<Option<Signal>> {
    let text = lossy(s);
    if text == "0" {
        return Some(None);
    }
    Signal::parse(&text).map(Some)
}
