//! What the declaring builtins do with functions (`-f`, `-F`) and with name references (`-n`).

use super::{Argument, describe};
use crate::assign::{self, Assigned};
use crate::frame;
use crate::shell::{Outcome, Shell};
use crate::text::lossy;
use crate::vars::Value;

/// `declare -f`, `declare -F`, `export -f`, `readonly -f`: shows functions or changes their attributes.
pub fn run(
    sh: &mut Shell,
    operands: &[&Argument],
    names_only: bool,
    print: bool,
    attributes: &[(u8, bool)],
) -> Outcome {
    if operands.is_empty() {
        let wanted = |f: &frame::Function| {
            attributes.iter().all(|(c, on)| match c {
                b'x' => f.export == *on,
                b't' => f.trace == *on,
                _ => true,
            })
        };
        let names: Vec<String> = sh
            .functions
            .iter()
            .filter(|(_, f)| wanted(f))
            .map(|(n, _)| n.clone())
            .collect();
        for n in names {
            let text = match names_only {
                true => format!("declare -f{} {n}\n", letters(sh, &n)),
                false => describe::function(sh, &n).unwrap_or_default(),
            };
            sh.print(text);
        }
        return Ok(0);
    }
    let mut status = 0;
    for a in operands {
        let name = lossy(&a.text()).into_owned();
        let builtin = if attributes.contains(&(b'x', true)) || attributes.contains(&(b'x', false)) {
            "export"
        } else {
            "declare"
        };
        if !sh.functions.contains_key(&name) {
            if !attributes.is_empty() {
                sh.complain(format!("{builtin}: {name}: not a function"));
            }
            status = 1;
            continue;
        }
        if !attributes.is_empty() {
            change(sh, &name, attributes);
        } else {
            show(sh, &name, names_only, print);
        }
    }
    Ok(status)
}

fn letters(sh: &Shell, name: &str) -> String {
    let Some(f) = sh.functions.get(name) else {
        return String::new();
    };
    let mut out = String::new();
    for (on, c) in [
        (sh.readonly_functions.contains(name), 'r'),
        (f.trace, 't'),
        (f.export, 'x'),
    ] {
        if on {
            out.push(c);
        }
    }
    out
}

fn change(sh: &mut Shell, name: &str, attributes: &[(u8, bool)]) {
    let Some(f) = sh.functions.get_mut(name) else {
        return;
    };
    for (c, on) in attributes {
        match c {
            b'x' => f.export = *on,
            b't' => f.trace = *on,
            b'r' if *on => drop(sh.readonly_functions.insert(name.to_owned())),
            _ => {}
        }
    }
}

fn show(sh: &mut Shell, name: &str, names_only: bool, print: bool) {
    let Some(f) = sh.functions.get(name) else { return };
    let text = match (names_only, print) {
        (true, true) => format!("declare -f{} {name}\n", letters(sh, name)),
        (true, false) if sh.options.extdebug => format!("{name} {} {}\n", f.line, lossy(&f.source)),
        (true, false) => format!("{name}\n"),
        (false, _) => describe::function(sh, name).unwrap_or_default(),
    };
    sh.print(text);
}

/// `declare -n name=target`: makes a name reference, or lets one refer to something else.
pub fn refer(
    sh: &mut Shell,
    builtin: &str,
    name: &str,
    value: Option<Assigned>,
    readonly: bool,
    attributes: impl FnOnce(&mut Shell),
) -> Outcome {
    let complain = |sh: &Shell, what: String| {
        sh.complain(format!("{builtin}: {what}"));
        Ok(1)
    };
    if value.is_some() && sh.vars.var(name).is_some_and(|v| v.readonly) {
        return complain(sh, format!("{name}: readonly variable"));
    }
    if sh.vars.var(name).is_some_and(|v| v.value.is_array()) {
        return complain(sh, format!("{name}: reference variable cannot be an array"));
    }
    let target = match value {
        Some(Assigned::Array(_)) => {
            return complain(sh, format!("{name}: reference variable cannot be an array"));
        }
        Some(Assigned::Scalar(t)) => Some(t),
        None => match sh.vars.var(name).map(|v| &v.value) {
            Some(Value::Scalar(s)) if !assign::may_be_referred_to(s) => {
                let text = lossy(s).into_owned();
                return complain(sh, format!("`{text}': invalid variable name for name reference"));
            }
            _ => None,
        },
    };
    if let Some(t) = &target {
        if !assign::may_be_referred_to(t) {
            return complain(
                sh,
                format!("`{}': invalid variable name for name reference", lossy(t)),
            );
        }
        let base = t.split(|c| *c == b'[').next().unwrap_or(t);
        if base == name.as_bytes() {
            if !frame::in_function(sh) {
                return complain(
                    sh,
                    format!("{name}: nameref variable self references not allowed"),
                );
            }
            sh.complain(format!("{builtin}: warning: {name}: circular name reference"));
        }
    }
    attributes(sh);
    sh.vars.references = true;
    let var = sh.vars.entry(name);
    var.nameref = true;
    if let Some(t) = target {
        var.value = Value::Scalar(t);
    }
    var.readonly |= readonly;
    Ok(0)
}
