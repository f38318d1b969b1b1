//! getopts.

use crate::assign::{self, Target};
use crate::shell::{Outcome, Shell, Unwind};
use crate::text::{Bytes, lossy, parse_int};

pub fn run(sh: &mut Shell, args: &[Bytes]) -> Outcome {
    let args = if args.get(1).is_some_and(|a| a == b"--") {
        &args[1..]
    } else {
        args
    };
    let (Some(spec), Some(name)) = (args.get(1), args.get(2)) else {
        sh.complain("getopts: usage: getopts optstring name [arg ...]");
        return Ok(2);
    };
    let operands = if args.len() > 3 {
        args[3..].to_vec()
    } else {
        sh.positional.clone()
    };
    if !crate::text::is_name(name) {
        sh.complain(format!("getopts: `{}': not a valid identifier", lossy(name)));
        return Ok(1);
    }
    let silent = spec.first() == Some(&b':');
    let index = sh
        .vars
        .get("OPTIND")
        .and_then(|v| parse_int(v))
        .unwrap_or(1)
        .max(1) as usize;
    let mut at = if sh.getopts_at.0 == index {
        sh.getopts_at.1
    } else {
        0
    };
    let mut index = index;
    let Some(word) = operands.get(index - 1) else {
        return done(sh, name, operands.len() + 1);
    };
    if at == 0 {
        if word.len() < 2 || word[0] != b'-' {
            return done(sh, name, index);
        }
        if word == b"--" {
            return done(sh, name, index + 1);
        }
        at = 1;
    }
    let c = word[at];
    at += 1;
    let known = (c != b':').then(|| spec.iter().position(|s| *s == c)).flatten();
    let takes_value = known.is_some_and(|k| spec.get(k + 1) == Some(&b':'));
    let ended = at >= word.len();
    let mut value: Option<Bytes> = None;
    let mut letter = c;
    if takes_value {
        if !ended {
            value = Some(word[at..].to_vec());
        } else if let Some(v) = operands.get(index) {
            value = Some(v.clone());
            index += 1;
        } else {
            letter = if silent { b':' } else { b'?' };
            if silent {
                value = Some(vec![c]);
            } else {
                complain(sh, "option requires an argument", c);
            }
        }
        index += 1;
        at = 0;
    } else if ended {
        index += 1;
        at = 0;
    }
    if known.is_none() {
        letter = b'?';
        if silent {
            value = Some(vec![c]);
        } else {
            complain(sh, "illegal option", c);
        }
    }
    set(sh, "OPTIND", index.to_string().into_bytes())?;
    sh.getopts_at = (index, at);
    match value {
        Some(v) => set(sh, "OPTARG", v)?,
        None => drop(sh.vars.unset("OPTARG")),
    }
    set(sh, &lossy(name), vec![letter])?;
    Ok(0)
}

fn complain(sh: &Shell, what: &str, c: u8) {
    if sh.vars.get("OPTERR").is_none_or(|v| v != b"0") {
        let text = format!("{}: {what} -- {}\n", lossy(&sh.name), c as char);
        let _ = sys::write_all(sys::Fd::STDERR, text.as_bytes());
    }
}

fn set(sh: &mut Shell, name: &str, value: Bytes) -> Result<(), Unwind> {
    assign::scalar(
        sh,
        &Target {
            name: name.to_owned(),
            index: None,
        },
        value,
        false,
    )
}

fn done(sh: &mut Shell, name: &[u8], index: usize) -> Outcome {
    set(sh, "OPTIND", index.to_string().into_bytes())?;
    sh.getopts_at = (index, 0);
    let _ = sh.vars.unset("OPTARG");
    set(sh, &lossy(name), b"?".to_vec())?;
    Ok(1)
}
