//! set, shift, shopt.

use crate::options;
use crate::shell::{Outcome, Shell};
use crate::text::{Bytes, lossy, parse_int};

pub fn set(sh: &mut Shell, args: &[Bytes]) -> Outcome {
    if args.len() == 1 {
        let names = super::describe::names(sh);
        for n in names {
            if let Some(line) = super::describe::plain(sh, &n) {
                sh.print(line);
                sh.print(b"\n");
            }
        }
        if !sh.options.posix {
            let functions: Vec<String> = sh.functions.keys().cloned().collect();
            for f in functions {
                let text = super::describe::function(sh, &f).unwrap_or_default();
                sh.print(text);
            }
        }
        return Ok(0);
    }
    match apply(sh, &args[1..]) {
        Ok(Some(rest)) => {
            sh.positional = args[1 + rest..].to_vec();
            Ok(0)
        }
        Ok(None) => Ok(0),
        Err(status) => Ok(status),
    }
}

/// Options as `set` and the shell's command line take them. `Ok(Some(n))`: from argument `n` on they are positional.
pub fn apply(sh: &mut Shell, args: &[Bytes]) -> Result<Option<usize>, i32> {
    let mut i = 0;
    while let Some(a) = args.get(i) {
        let on = match a.first() {
            Some(b'-') if a.len() > 1 => true,
            Some(b'+') if a.len() > 1 => false,
            Some(b'-') => {
                sh.options.xtrace = false;
                sh.options.verbose = false;
                return Ok((i + 1 < args.len()).then_some(i + 1));
            }
            _ => return Ok(Some(i)),
        };
        i += 1;
        if a == b"--" {
            return Ok(Some(i));
        }
        for &c in &a[1..] {
            if c == b'o' {
                match args.get(i) {
                    Some(name) => {
                        let name = lossy(name).into_owned();
                        i += 1;
                        if !sh.options.set_long(&name, on) {
                            sh.complain(format!("set: {name}: invalid option name"));
                            return Err(2);
                        }
                    }
                    None => list(sh, on),
                }
            } else if !sh.options.set_letter(c, on) {
                sh.complain(format!("set: {}{}: invalid option", a[0] as char, c as char));
                return Err(2);
            }
        }
    }
    Ok(None)
}

fn list(sh: &mut Shell, table: bool) {
    for (name, ..) in options::SET {
        let on = sh.options.get_long(name) == Some(true);
        let line = if table {
            format!("{name:<15}\t{}\n", if on { "on" } else { "off" })
        } else {
            format!("set {}o {name}\n", if on { '-' } else { '+' })
        };
        sh.print(line);
    }
}

pub fn shift(sh: &mut Shell, args: &[Bytes]) -> Outcome {
    let n = match args.get(1) {
        None => 1,
        Some(a) => match parse_int(a) {
            Some(n) => n,
            None => {
                sh.complain(format!("shift: {}: numeric argument required", lossy(a)));
                return Ok(1);
            }
        },
    };
    if n < 0 {
        sh.complain(format!("shift: {n}: shift count out of range"));
        return Ok(1);
    }
    if n as usize > sh.positional.len() {
        return Ok(1);
    }
    sh.positional.drain(..n as usize);
    Ok(0)
}

pub fn shopt(sh: &mut Shell, args: &[Bytes]) -> Outcome {
    let o = match super::options(sh, args, "supqo") {
        Ok(o) => o,
        Err(s) => return Ok(s),
    };
    let names: Vec<String> = args[o.rest..].iter().map(|a| lossy(a).into_owned()).collect();
    let all: Vec<String> = if o.has(b'o') {
        options::SET.iter().map(|s| s.0.to_owned()).collect()
    } else {
        options::Options::shopt_names(sh.interactive)
            .into_iter()
            .map(str::to_owned)
            .collect()
    };
    let listing = names.is_empty();
    let mut status = 0;
    for n in if listing { all } else { names } {
        let known = if o.has(b'o') {
            sh.options.get_long(&n)
        } else {
            sh.options.shopt(&n).map(|b| *b)
        };
        let Some(on) = known else {
            sh.complain(format!("shopt: {n}: invalid shell option name"));
            status = 1;
            continue;
        };
        if (o.has(b's') || o.has(b'u')) && !listing {
            let want = o.has(b's');
            if o.has(b'o') {
                sh.options.set_long(&n, want);
            } else if let Some(b) = sh.options.shopt(&n) {
                *b = want;
                if n == "extdebug" {
                    (sh.options.functrace, sh.options.errtrace) = (want, want);
                }
            }
            continue;
        }
        if listing && ((o.has(b's') && !on) || (o.has(b'u') && on)) {
            continue;
        }
        if !listing && !on {
            status = 1;
        }
        if !o.has(b'q') {
            let line = if o.has(b'p') && o.has(b'o') {
                format!("set {}o {n}\n", if on { '-' } else { '+' })
            } else if o.has(b'p') {
                format!("shopt {} {n}\n", if on { "-s" } else { "-u" })
            } else {
                format!("{n:<15}\t{}\n", if on { "on" } else { "off" })
            };
            sh.print(line);
        }
    }
    Ok(status)
}
