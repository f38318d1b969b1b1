//! Execution: programs, lists, and-or lists. Deeper levels are in the neighbours: [`pipeline`], [`compound`], [`simple`],
//! [`redirect`], [`function`], [`condition`].
//!
//! `tail` on the way down says that nothing follows in this process, so that an external command may replace it.

pub mod alias;
pub mod compound;
pub mod condition;
pub mod coproc;
pub mod function;
pub mod pipeline;
pub mod redirect;
pub mod select;
pub mod simple;
pub mod trace;

use brush_parser::ast::{AndOr, AndOrList, CompoundList, Program, SeparatorOperator};

use crate::job::Origin;
use crate::shell::{Outcome, Shell, Unwind};
use crate::trap;

pub fn is_async(s: &SeparatorOperator) -> bool {
    matches!(s, SeparatorOperator::Async)
}

pub fn program(sh: &mut Shell, p: &Program, tail: bool) -> Outcome {
    let last = p.complete_commands.len();
    for (i, c) in p.complete_commands.iter().enumerate() {
        match list(sh, c, tail && i + 1 == last) {
            Ok(status) => sh.status = status,
            // What gave up this command leaves the next ones alone, but for ^C.
            Err(Unwind::Discard) if i + 1 < last && sh.status != 130 => {}
            Err(e) => return Err(e),
        }
    }
    Ok(sh.status)
}

pub fn list(sh: &mut Shell, l: &CompoundList, tail: bool) -> Outcome {
    let mut status = 0;
    if sh.options.noexec && !sh.interactive {
        return Ok(sh.status);
    }
    for (i, item) in l.0.iter().enumerate() {
        status = if is_async(&item.1) {
            background(sh, &item.0)
        } else {
            and_or(sh, &item.0, tail && i + 1 == l.0.len())?
        };
        sh.status = status;
    }
    Ok(status)
}

fn and_or(sh: &mut Shell, l: &AndOrList, tail: bool) -> Outcome {
    if l.additional.is_empty() {
        return pipeline::run(sh, &l.first, tail);
    }
    let mut status = unchecked(sh, |sh| pipeline::run(sh, &l.first, false))?;
    sh.status = status;
    for (i, next) in l.additional.iter().enumerate() {
        let (wanted, p) = match next {
            AndOr::And(p) => (status == 0, p),
            AndOr::Or(p) => (status != 0, p),
        };
        if !wanted {
            continue;
        }
        status = if i + 1 == l.additional.len() {
            pipeline::run(sh, p, tail)?
        } else {
            unchecked(sh, |sh| pipeline::run(sh, p, false))?
        };
        sh.status = status;
    }
    Ok(status)
}

/// Runs something whose failure is looked at, so that `set -e` must not end the shell for it.
pub fn unchecked<T>(sh: &mut Shell, f: impl FnOnce(&mut Shell) -> T) -> T {
    sh.checked += 1;
    let result = f(sh);
    sh.checked -= 1;
    result
}

/// `list &`. Its status is 0 even if nothing could be started but for the message.
fn background(sh: &mut Shell, l: &AndOrList) -> i32 {
    if l.additional.is_empty() && !l.first.bang && l.first.timed.is_none() {
        return pipeline::background(sh, &l.first);
    }
    let text = crate::job::display(&l.to_string());
    let origin = Origin::Job {
        group: None,
        foreground: false,
    };
    let made = crate::job::fork(sh, origin, |sh| {
        pipeline::background_stdin(sh);
        and_or(sh, l, false)
    });
    match made {
        Ok(pid) => pipeline::register_background(sh, vec![pid], text),
        Err(()) => sh.status,
    }
}

/// After each command: pending signals' traps.
pub fn between(sh: &mut Shell) -> Result<(), Unwind> {
    trap::run_pending(sh)
}
