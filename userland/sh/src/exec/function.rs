//! Functions: definition and call.

use std::rc::Rc;

use brush_parser::SourceSpan;
use brush_parser::ast::{FunctionDefinition, SourceLocation};

use super::{compound, redirect};
use crate::frame::{self, Frame, Function};
use crate::shell::{Outcome, Shell, Unwind};
use crate::text::{Bytes, lossy};
use crate::trap::{self, Condition};

pub fn define(sh: &mut Shell, f: &FunctionDefinition) -> Outcome {
    let name = &f.fname.value;
    if sh.options.posix && crate::builtin::shell::SPECIAL.contains(&name.as_str()) {
        sh.complain(format!("`{name}': is a special builtin"));
        sh.status = 2;
        return Err(Unwind::Exit);
    }
    if sh.readonly_functions.contains(name) {
        sh.complain(format!("{name}: readonly function"));
        return Ok(1);
    }
    let line = f.location().map_or(1, |l: SourceSpan| l.start.line) + sh.line_base;
    let old = sh.functions.get(name);
    let function = Function {
        definition: Rc::new(f.clone()),
        source: frame::source(sh),
        line_base: sh.line_base,
        line,
        trace: old.is_some_and(|o| o.trace),
        export: old.is_some_and(|o| o.export) || sh.options.allexport,
    };
    sh.functions.insert(name.clone(), function);
    Ok(0)
}

/// Runs a function; `args[0]` is its name.
pub fn call(sh: &mut Shell, f: &Function, mut args: Vec<Bytes>) -> Outcome {
    if let Some(max) = sh.vars.get("FUNCNEST").and_then(|v| crate::text::parse_int(v))
        && max > 0
        && sh.calls.iter().filter(|f| f.is_function).count() as i64 >= max
    {
        let name = lossy(&args[0]).into_owned();
        sh.complain(format!("{name}: maximum function nesting level exceeded ({max})"));
        return Err(sh.discard());
    }
    args.remove(0);
    sh.calls.push(Frame {
        name: f.definition.fname.value.clone(),
        source: f.source.clone(),
        line: sh.line,
        is_function: true,
        args: sh.options.extdebug.then(|| args.clone()),
        options: None,
    });
    let positional = std::mem::replace(&mut sh.positional, args);
    let loops = std::mem::take(&mut sh.loops);
    let (line, base) = (sh.line, sh.line_base);
    sh.line_base = if sh.interactive {
        // At a prompt a function's lines count from its own first.
        (f.line_base + 1).wrapping_sub(f.line)
    } else {
        f.line_base
    };
    let kept = trap::enter(sh, sh.options.functrace || f.trace, true);
    sh.vars.push_scope();
    let result = sh.nested(|sh| {
        if !trap::debug(sh)? {
            return Ok(0);
        }
        match &f.definition.body.1 {
            None => compound::run(sh, &f.definition.body.0, false),
            Some(r) => redirect::with(sh, &r.0, |sh| compound::run(sh, &f.definition.body.0, false)),
        }
    });
    let result = match result {
        Err(Unwind::Return) => Ok(sh.returned),
        other => other,
    };
    let result = match result {
        Ok(status) => trap::run(sh, Condition::Return).map(|()| status),
        other => other,
    };
    sh.vars.pop_scope();
    if let Some(options) = sh.calls.pop().and_then(|f| f.options) {
        sh.options = options;
    }
    trap::leave(sh, kept);
    (sh.line, sh.line_base) = (line, base);
    sh.loops = loops;
    sh.positional = positional;
    result
}
