//! unset.

use crate::assign::{self, Target};
use crate::shell::{Outcome, Shell, Unwind};
use crate::text::Bytes;
use crate::text::lossy;
use crate::vars::{Referent, Value};

pub fn run(sh: &mut Shell, args: &[Bytes]) -> Outcome {
    let o = match super::options(sh, args, "fvn") {
        Ok(o) => o,
        Err(s) => return Ok(s),
    };
    if o.has(b'f') && o.has(b'v') {
        sh.complain("unset: cannot simultaneously unset a function and a variable");
        return Ok(1);
    }
    let mut status = 0;
    for a in &args[o.rest..] {
        let name = lossy(a).into_owned();
        if o.has(b'f') {
            status |= function(sh, &name);
            continue;
        }
        let Some(target) = assign::parse_target(a) else {
            if !o.has(b'v') && sh.functions.contains_key(&name) {
                status |= function(sh, &name);
                continue;
            }
            sh.complain(format!("unset: `{name}': not a valid identifier"));
            status = 1;
            continue;
        };
        let target = match (o.has(b'n'), followed(sh, &target)) {
            (true, _) if sh.vars.var(&target.name).is_some_and(|v| !v.nameref) => continue,
            (true, _) | (_, None) => target,
            (false, Some(t)) => t,
        };
        match one(sh, &target, o.has(b'v')) {
            Ok(()) => {}
            Err(Some(e)) => return Err(e),
            Err(None) => {
                sh.complain(format!("unset: {}: cannot unset: readonly variable", target.name));
                status = 1;
            }
        }
    }
    Ok(status)
}

fn function(sh: &mut Shell, name: &str) -> i32 {
    if sh.readonly_functions.contains(name) {
        sh.complain(format!("unset: {name}: cannot unset: readonly function"));
        return 1;
    }
    sh.functions.remove(name);
    0
}

/// What a reference refers to.
fn followed(sh: &Shell, t: &Target) -> Option<Target> {
    match sh.vars.follow(&t.name) {
        Referent::Name(n) => Some(Target {
            name: n.into_owned(),
            index: t.index.clone(),
        }),
        Referent::Element(name, index) => Some(Target {
            name,
            index: Some(index),
        }),
        _ => None,
    }
}

fn one(sh: &mut Shell, t: &Target, only_variable: bool) -> Result<(), Option<Unwind>> {
    let Some(index) = &t.index else {
        let existed = sh.vars.unset(&t.name).map_err(|_| None)?;
        if !existed && !only_variable {
            function(sh, &t.name);
        }
        if t.name == "PATH" {
            sh.hashed.clear();
        }
        return Ok(());
    };
    if sh.vars.var(&t.name).is_some_and(|v| v.readonly) {
        return Err(None);
    }
    match (index.as_str(), sh.vars.var_mut(&t.name).map(|v| &mut v.value)) {
        (_, None) => return Ok(()),
        ("@" | "*", Some(Value::Indexed(_))) => {
            return sh.vars.unset(&t.name).map(drop).map_err(|_| None);
        }
        (_, Some(Value::Scalar(_) | Value::Unset)) => {
            let key = assign::key(sh, &t.name, index).map_err(Some)?;
            if matches!(key, assign::Key::Number(0)) {
                return sh.vars.unset(&t.name).map(drop).map_err(|_| None);
            }
            sh.complain(format!("unset: {}: not an array variable", t.name));
            return Err(Some(sh.discard()));
        }
        _ => {}
    }
    let key = assign::key(sh, &t.name, index).map_err(Some)?;
    match (sh.vars.var_mut(&t.name).map(|v| &mut v.value), key) {
        (Some(Value::Indexed(m)), assign::Key::Number(n)) => drop(m.remove(&n)),
        (Some(Value::Assoc(m)), assign::Key::Text(k)) => drop(m.remove(&k)),
        _ => {}
    }
    Ok(())
}
