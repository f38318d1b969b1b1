//! `select`: a menu on standard error, and a loop over the answers.

use brush_parser::ast::ForClauseCommand;
use sys::Fd;

use super::compound::{Round, in_loop, round};
use crate::assign::{self, Target};
use crate::expand::{self, prompt};
use crate::interactive;
use crate::shell::{Outcome, Shell, Unwind};
use crate::text::{Bytes, char_count, parse_int};
use crate::trap;

pub fn run(sh: &mut Shell, c: &ForClauseCommand, name: &str) -> Outcome {
    if !crate::text::is_name(name.as_bytes()) {
        sh.complain(format!("`{name}': not a valid identifier"));
        return Ok(1);
    }
    sh.note_command(|| super::compound::head(c));
    if !trap::debug(sh)? {
        return Ok(0);
    }
    let values = match &c.values {
        Some(words) => expand::fields(sh, words.iter().map(|w| w.value.as_str()))?,
        None => sh.positional.clone(),
    };
    if values.is_empty() {
        return Ok(0);
    }
    in_loop(sh, |sh| {
        let mut show = true;
        loop {
            if show {
                menu(sh, &values);
            }
            let Some(line) = ask(sh)? else {
                let _ = sys::write_all(Fd::STDERR, b"\n");
                return Ok(1);
            };
            show = line.is_empty();
            if show {
                continue;
            }
            let chosen = parse_int(&line)
                .and_then(|n| usize::try_from(n).ok()?.checked_sub(1))
                .and_then(|i| values.get(i).cloned())
                .unwrap_or_default();
            set(sh, "REPLY", line)?;
            set(sh, name, chosen)?;
            match round(sh, &c.body.list)? {
                Round::Go(_) => {}
                Round::Stop(s) => return Ok(s),
            }
            show = sh.vars.get("REPLY").is_none_or(Vec::is_empty);
        }
    })
}

fn set(sh: &mut Shell, name: &str, value: Bytes) -> Result<(), Unwind> {
    let target = Target {
        name: name.to_owned(),
        index: None,
    };
    assign::scalar(sh, &target, value, false)
}

/// Columns of `) ` behind a number, and those that part two words.
const PARENTHESIS: usize = 2;
const GAP: usize = 2;
const TAB: usize = 8;

/// Columns of numbered words, as many as the terminal's width takes.
fn menu(sh: &mut Shell, values: &[Bytes]) {
    let _ = sh.flush();
    let digits = |n: usize| n.to_string().len();
    let widest = values.iter().map(|v| char_count(v)).max().unwrap_or(0);
    let column = digits(values.len()) + PARENTHESIS + widest + GAP;
    let width = sh
        .vars
        .get("COLUMNS")
        .and_then(|c| parse_int(c))
        .map_or(80, |c| c.max(1) as usize);
    let columns = (width / column).clamp(1, values.len());
    let rows = values.len().div_ceil(columns);
    let rows = if rows == 1 { values.len() } else { rows };
    let mut out = Vec::new();
    for row in 0..rows {
        let mut at = 0;
        for (i, v) in values.iter().enumerate().skip(row).step_by(rows) {
            let digits = digits(if at == 0 { rows } else { values.len() });
            out.extend_from_slice(format!("{:>digits$}) ", i + 1).as_bytes());
            out.extend_from_slice(v);
            if i + rows < values.len() {
                indent(&mut out, at + digits + PARENTHESIS + char_count(v), at + column);
            }
            at += column;
        }
        out.push(b'\n');
    }
    let _ = sys::write_all(Fd::STDERR, &out);
}

/// From one column to another, by tabs where they reach.
fn indent(out: &mut Bytes, mut from: usize, to: usize) {
    while from < to {
        if to / TAB > from / TAB {
            out.push(b'\t');
            from += TAB - from % TAB;
        } else {
            out.push(b' ');
            from += 1;
        }
    }
}

fn ask(sh: &mut Shell) -> Result<Option<Bytes>, Unwind> {
    let raw = sh.vars.get("PS3").cloned().unwrap_or_else(|| b"#? ".to_vec());
    let shown = prompt::expand(sh, &raw);
    let _ = sys::write_all(Fd::STDERR, &shown);
    loop {
        match interactive::read_line(Fd::STDIN) {
            Ok(line) => return Ok(line),
            Err(sys::Errno::EINTR) => trap::run_pending(sh)?,
            Err(_) => return Ok(None),
        }
    }
}
