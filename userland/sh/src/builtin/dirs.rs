//! The directory stack: dirs, pushd, popd.

use super::directory::change;
use crate::shell::{Outcome, Shell};
use crate::text::{Bytes, lossy};

/// The whole stack, the current directory first.
fn stack(sh: &Shell) -> Vec<Bytes> {
    [sh.cwd.clone()]
        .into_iter()
        .chain(sh.dir_stack.iter().cloned())
        .collect()
}

/// With the home directory as a tilde.
fn short(sh: &Shell, d: &Bytes) -> Bytes {
    let home = sh.vars.get("HOME").cloned().unwrap_or_default();
    match d.strip_prefix(&home[..]) {
        Some(rest) if home.len() > 1 && (rest.is_empty() || rest[0] == b'/') => [b"~", rest].concat(),
        _ => d.clone(),
    }
}

fn show(sh: &mut Shell) {
    let all: Vec<Bytes> = stack(sh).iter().map(|d| short(sh, d)).collect();
    sh.print([&all.join(&b' ')[..], b"\n"].concat());
}

/// `+N` from the left, `-N` from the right, both from 0.
fn index(sh: &Shell, arg: &[u8]) -> Option<Result<usize, ()>> {
    let (&sign, digits) = arg.split_first()?;
    if !matches!(sign, b'+' | b'-') || digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let n: usize = std::str::from_utf8(digits).ok()?.parse().ok()?;
    let len = sh.dir_stack.len() + 1;
    Some(match sign {
        _ if n >= len => Err(()),
        b'+' => Ok(n),
        _ => Ok(len - 1 - n),
    })
}

fn out_of_range(sh: &Shell, name: &[u8], arg: &[u8]) -> Outcome {
    let (name, arg) = (lossy(name), lossy(arg));
    sh.complain(format!("{name}: {arg}: directory stack index out of range"));
    Ok(1)
}

pub fn dirs(sh: &mut Shell, args: &[Bytes]) -> Outcome {
    let (mut long, mut lines, mut numbers, mut only) = (false, false, false, None);
    for a in &args[1..] {
        match index(sh, a) {
            Some(Ok(i)) => {
                only = Some(i);
                continue;
            }
            Some(Err(())) => return out_of_range(sh, &args[0], a),
            None => {}
        }
        let letters = a.strip_prefix(b"-").unwrap_or_default();
        if letters.is_empty() || !letters.iter().all(|c| b"clpv".contains(c)) {
            sh.complain(format!("dirs: {}: invalid option", lossy(a)));
            return Ok(2);
        }
        if letters.contains(&b'c') {
            sh.dir_stack.clear();
            return Ok(0);
        }
        long |= letters.contains(&b'l');
        numbers |= letters.contains(&b'v');
        lines |= letters.contains(&b'p') || numbers;
    }
    let all: Vec<Bytes> = stack(sh)
        .into_iter()
        .map(|d| if long { d } else { short(sh, &d) })
        .collect();
    let shown: Vec<(usize, &Bytes)> = all
        .iter()
        .enumerate()
        .filter(|(i, _)| only.is_none_or(|o| o == *i))
        .collect();
    if !lines {
        let words: Vec<&[u8]> = shown.iter().map(|(_, d)| &d[..]).collect();
        sh.print([&words.join(&b' ')[..], b"\n"].concat());
        return Ok(0);
    }
    for (i, d) in shown {
        let number = if numbers {
            format!("{i:2}  ")
        } else {
            String::new()
        };
        sh.print([number.as_bytes(), d, b"\n"].concat());
    }
    Ok(0)
}

/// The operand after `-n` and `--`; whether `-n` was there.
fn operand<'a>(sh: &Shell, args: &'a [Bytes]) -> Result<(bool, Option<&'a Bytes>), i32> {
    let mut stay = false;
    let mut operand = None;
    for a in &args[1..] {
        match &a[..] {
            b"-n" => stay = true,
            b"--" => {}
            other if other.starts_with(b"-") && other.len() > 1 && index(sh, other).is_none() => {
                sh.complain(format!("{}: {}: invalid option", lossy(&args[0]), lossy(other)));
                return Err(2);
            }
            _ if operand.is_some() => {
                sh.complain(format!("{}: too many arguments", lossy(&args[0])));
                return Err(1);
            }
            _ => operand = Some(a),
        }
    }
    Ok((stay, operand))
}

pub fn pushd(sh: &mut Shell, args: &[Bytes]) -> Outcome {
    let (stay, to) = match operand(sh, args) {
        Ok(o) => o,
        Err(status) => return Ok(status),
    };
    let here = sh.cwd.clone();
    let rotation = match to.map(|t| index(sh, t)) {
        None if sh.dir_stack.is_empty() => {
            sh.complain("pushd: no other directory");
            return Ok(1);
        }
        None => Some(1),
        Some(Some(Err(()))) => return out_of_range(sh, &args[0], to.map_or(&b""[..], |t| t)),
        Some(Some(Ok(i))) => Some(i),
        Some(None) => None,
    };
    if let Some(n) = rotation {
        let mut all = stack(sh);
        match to {
            // Without an operand the two topmost change places.
            None => all.swap(0, 1),
            Some(_) => all.rotate_left(n),
        }
        let top = all.remove(0);
        if !stay {
            let status = change(sh, &top, false)?;
            if status != 0 {
                return Ok(status);
            }
        }
        sh.dir_stack = all;
        show(sh);
        return Ok(0);
    }
    let to = to.cloned().unwrap_or_default();
    if stay {
        sh.dir_stack.insert(0, to);
    } else {
        let status = change(sh, &to, false)?;
        if status != 0 {
            return Ok(status);
        }
        sh.dir_stack.insert(0, here);
    }
    show(sh);
    Ok(0)
}

pub fn popd(sh: &mut Shell, args: &[Bytes]) -> Outcome {
    let (stay, which) = match operand(sh, args) {
        Ok(o) => o,
        Err(status) => return Ok(status),
    };
    if sh.dir_stack.is_empty() {
        sh.complain("popd: directory stack empty");
        return Ok(1);
    }
    let at = match which {
        None => 0,
        Some(w) => match index(sh, w) {
            Some(Ok(i)) => i,
            _ => return out_of_range(sh, &args[0], w),
        },
    };
    if at > 0 || stay {
        sh.dir_stack.remove(at.max(1) - 1);
    } else {
        let to = sh.dir_stack[0].clone();
        let status = change(sh, &to, false)?;
        if status != 0 {
            return Ok(status);
        }
        sh.dir_stack.remove(0);
    }
    show(sh);
    Ok(0)
}
