//! Functions: definition and call.

use std::rc::Rc;

use brush_parser::ast::FunctionDefinition;

use super::{compound, redirect};
use crate::shell::{Outcome, Shell, Unwind};
use crate::text::Bytes;
use crate::trap::{self, Condition};

pub fn define(sh: &mut Shell, f: &FunctionDefinition) -> Outcome {
    sh.functions.insert(f.fname.value.clone(), Rc::new(f.clone()));
    Ok(0)
}

/// Runs a function; `args[0]` is its name.
pub fn call(sh: &mut Shell, f: &FunctionDefinition, mut args: Vec<Bytes>) -> Outcome {
    args.remove(0);
    let positional = std::mem::replace(&mut sh.positional, args);
    let loops = std::mem::take(&mut sh.loops);
    sh.calls.push(f.fname.value.clone());
    sh.vars.push_scope();
    let result = sh.nested(|sh| match &f.body.1 {
        None => compound::run(sh, &f.body.0, false),
        Some(r) => redirect::with(sh, &r.0, |sh| compound::run(sh, &f.body.0, false)),
    });
    let result = match result {
        Err(Unwind::Return) => Ok(sh.status),
        other => other,
    };
    if let (Ok(status), true) = (result, sh.traps.get(Condition::Return).is_some()) {
        sh.status = status;
        trap::run(sh, Condition::Return)?;
    }
    sh.vars.pop_scope();
    sh.calls.pop();
    sh.loops = loops;
    sh.positional = positional;
    result
}
