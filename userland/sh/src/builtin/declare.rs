//! declare, typeset, local, export, readonly, unset: variables and their attributes.

use std::collections::BTreeMap;

use super::Argument;
use crate::assign::{self, Assigned, Target};
use crate::shell::{Outcome, Shell, Unwind};
use crate::text::{Bytes, always_quote, lossy};
use crate::vars::Value;

/// What the options ask for.
#[derive(Default, Clone)]
struct Wanted {
    /// (attribute letter, on or off).
    attributes: Vec<(u8, bool)>,
    print: bool,
    functions: bool,
    names_only: bool,
    global: bool,
    local: bool,
}

pub fn declare(sh: &mut Shell, args: &[Argument]) -> Outcome {
    let local = !sh.calls.is_empty();
    run(
        sh,
        args,
        Wanted {
            local,
            ..Wanted::default()
        },
    )
}

pub fn local(sh: &mut Shell, args: &[Argument]) -> Outcome {
    if sh.calls.is_empty() {
        sh.complain("local: can only be used in a function");
        return Ok(1);
    }
    run(
        sh,
        args,
        Wanted {
            local: true,
            ..Wanted::default()
        },
    )
}

pub fn export(sh: &mut Shell, args: &[Argument]) -> Outcome {
    run(
        sh,
        args,
        Wanted {
            attributes: vec![(b'x', true)],
            ..Wanted::default()
        },
    )
}

pub fn readonly(sh: &mut Shell, args: &[Argument]) -> Outcome {
    run(
        sh,
        args,
        Wanted {
            attributes: vec![(b'r', true)],
            ..Wanted::default()
        },
    )
}

fn run(sh: &mut Shell, args: &[Argument], mut wanted: Wanted) -> Outcome {
    let name = args[0].text();
    let exporting = name == b"export";
    let mut operands = Vec::new();
    let mut options_end = false;
    for a in &args[1..] {
        match a {
            Argument::Word(w) if !options_end && w == b"--" => options_end = true,
            Argument::Word(w) if !options_end && w.len() > 1 && matches!(w[0], b'-' | b'+') => {
                let on = w[0] == b'-';
                for &c in &w[1..] {
                    match c {
                        b'p' => wanted.print = true,
                        b'f' => wanted.functions = true,
                        b'F' => {
                            wanted.functions = true;
                            wanted.names_only = true;
                        }
                        b'g' => wanted.global = true,
                        b'n' if exporting => wanted.attributes = vec![(b'x', false)],
                        b'a' | b'A' | b'i' | b'l' | b'u' | b'r' | b'x' => wanted.attributes.push((c, on)),
                        _ => {
                            sh.complain(format!("{}: -{}: invalid option", lossy(&name), c as char));
                            return Ok(2);
                        }
                    }
                }
            }
            _ => {
                options_end = true;
                operands.push(a);
            }
        }
    }
    if wanted.functions {
        return functions(sh, &operands, &wanted);
    }
    if operands.is_empty() {
        return list(sh, &wanted, &name);
    }
    let mut status = 0;
    for a in operands {
        if wanted.print {
            status |= print_one(sh, &name, &a.text());
            continue;
        }
        let (target, value, append) = match a {
            Argument::Assignment(t, v, append) => (t.clone(), Some(v.clone()), *append),
            Argument::Word(w) => match assign::split_argument(w) {
                Some((t, v, append)) => (t, Some(Assigned::Scalar(v)), append),
                None => match assign::parse_target(w) {
                    Some(t) => (t, None, false),
                    None => {
                        sh.complain(format!(
                            "{}: `{}': not a valid identifier",
                            lossy(&name),
                            lossy(w)
                        ));
                        status = 1;
                        continue;
                    }
                },
            },
        };
        status |= one(sh, &wanted, target, value, append)?;
    }
    Ok(status)
}

fn one(sh: &mut Shell, wanted: &Wanted, target: Target, value: Option<Assigned>, append: bool) -> Outcome {
    let name = target.name.clone();
    let has = |c| wanted.attributes.iter().any(|(a, on)| *a == c && *on);
    let was_readonly = sh.vars.var(&name).is_some_and(|v| v.readonly);
    if was_readonly && (value.is_some() || wanted.attributes.contains(&(b'r', false))) {
        sh.complain(format!("{name}: readonly variable"));
        return Ok(1);
    }
    let fresh = wanted.local && !wanted.global && !sh.vars.is_local(&name);
    let var = if wanted.global {
        sh.vars.global_entry(&name)
    } else if wanted.local {
        sh.vars.local_entry(&name)
    } else {
        sh.vars.entry(&name)
    };
    if has(b'A') && !matches!(var.value, Value::Assoc(_)) {
        var.value = Value::Assoc(BTreeMap::new());
    } else if has(b'a') && !var.value.is_array() {
        var.value = match std::mem::replace(&mut var.value, Value::Unset) {
            Value::Scalar(s) => Value::Indexed(BTreeMap::from([(0, s)])),
            _ => Value::Indexed(BTreeMap::new()),
        };
    }
    for (c, on) in &wanted.attributes {
        match c {
            b'i' => var.integer = *on,
            b'x' => var.export = *on,
            b'l' => (var.lower, var.upper) = (*on, var.upper && !*on),
            b'u' => (var.upper, var.lower) = (*on, var.lower && !*on),
            _ => {}
        }
    }
    let _ = fresh;
    if let Some(v) = value {
        assign::store(sh, &target, v, append)?;
    }
    if has(b'r') {
        sh.vars.entry(&name).readonly = true;
    }
    Ok(0)
}

fn functions(sh: &mut Shell, operands: &[&Argument], wanted: &Wanted) -> Outcome {
    let names: Vec<String> = if operands.is_empty() {
        sh.functions.keys().cloned().collect()
    } else {
        operands.iter().map(|a| lossy(&a.text()).into_owned()).collect()
    };
    let mut status = 0;
    for n in names {
        match sh.functions.get(&n) {
            None => status = 1,
            Some(_) if wanted.names_only && operands.is_empty() => sh.print(format!("declare -f {n}\n")),
            Some(_) if wanted.names_only => sh.print(format!("{n}\n")),
            Some(f) => {
                let text = f.to_string();
                sh.print(format!("{text}\n"));
            }
        }
    }
    Ok(status)
}

fn list(sh: &mut Shell, wanted: &Wanted, builtin: &[u8]) -> Outcome {
    let names: Vec<String> = sh
        .vars
        .all()
        .into_iter()
        .filter(|(_, v)| {
            wanted
                .attributes
                .iter()
                .all(|(c, on)| v.flags().contains(*c as char) == *on)
        })
        .filter(|(_, v)| v.value != Value::Unset || !wanted.attributes.is_empty())
        .map(|(k, _)| k.to_owned())
        .collect();
    if builtin == b"local" {
        return Ok(0);
    }
    let full = wanted.print || !wanted.attributes.is_empty();
    for n in names {
        if let Some(text) = if full {
            describe(sh, &n, false)
        } else {
            plain(sh, &n)
        } {
            sh.print(text);
            sh.print(b"\n");
        }
    }
    Ok(0)
}

fn print_one(sh: &mut Shell, builtin: &[u8], name: &[u8]) -> i32 {
    match describe(sh, &lossy(name), false) {
        Some(text) => {
            sh.print(text);
            sh.print(b"\n");
            0
        }
        None => {
            sh.complain(format!("{}: {}: not found", lossy(builtin), lossy(name)));
            1
        }
    }
}

/// `name=value` as `set` lists it.
pub fn plain(sh: &Shell, name: &str) -> Option<Bytes> {
    let v = sh.vars.var(name)?;
    let mut out = format!("{name}=").into_bytes();
    match &v.value {
        Value::Unset => return None,
        Value::Scalar(s) => out.extend_from_slice(&crate::text::shell_quote(s)),
        array => out.extend_from_slice(&literal(array)),
    }
    Some(out)
}

fn double_quoted(s: &[u8]) -> Bytes {
    if s.iter().any(|c| *c < 0x20 && *c != b'\n') {
        return always_quote(s);
    }
    let mut out = vec![b'"'];
    for &c in s {
        if matches!(c, b'"' | b'$' | b'`' | b'\\') {
            out.push(b'\\');
        }
        out.push(c);
    }
    out.push(b'"');
    out
}

fn literal(v: &Value) -> Bytes {
    let pairs: Vec<(Bytes, &Bytes)> = match v {
        Value::Indexed(m) => m.iter().map(|(k, v)| (k.to_string().into_bytes(), v)).collect(),
        Value::Assoc(m) => m.iter().map(|(k, v)| (crate::text::shell_quote(k), v)).collect(),
        _ => Vec::new(),
    };
    let mut out = vec![b'('];
    let assoc = matches!(v, Value::Assoc(_));
    for (i, (k, v)) in pairs.into_iter().enumerate() {
        if i > 0 && !assoc {
            out.push(b' ');
        }
        out.push(b'[');
        out.extend_from_slice(&k);
        out.extend_from_slice(b"]=");
        out.extend_from_slice(&double_quoted(v));
        if assoc {
            out.push(b' ');
        }
    }
    out.push(b')');
    out
}

/// `declare -p` of one variable; `short` is `${x@A}`, which leaves `declare` out where there are no attributes.
pub fn describe(sh: &Shell, name: &str, short: bool) -> Option<Bytes> {
    let v = sh.vars.var(name)?;
    let flags = v.flags();
    if short && flags.is_empty() {
        let s = v.value.scalar()?;
        return Some([name.as_bytes(), b"=", &always_quote(s)].concat());
    }
    let flags = if flags.is_empty() { "-".to_owned() } else { flags };
    let mut out = format!("declare -{flags} {name}").into_bytes();
    match &v.value {
        Value::Unset => {}
        Value::Scalar(s) if short => out.extend_from_slice(&[b"=", &always_quote(s)[..]].concat()),
        Value::Scalar(s) => out.extend_from_slice(&[b"=", &double_quoted(s)[..]].concat()),
        array => out.extend_from_slice(&[b"=", &literal(array)[..]].concat()),
    }
    Some(out)
}

pub fn unset(sh: &mut Shell, args: &[Bytes]) -> Outcome {
    let o = match super::options(sh, args, "fvn") {
        Ok(o) => o,
        Err(s) => return Ok(s),
    };
    let mut status = 0;
    for a in &args[o.rest..] {
        let name = lossy(a).into_owned();
        if o.has(b'f') {
            sh.functions.remove(&name);
            continue;
        }
        let Some(target) = assign::parse_target(a) else {
            sh.complain(format!("unset: `{name}': not a valid identifier"));
            status = 1;
            continue;
        };
        match unset_one(sh, &target, o.has(b'v')) {
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

fn unset_one(sh: &mut Shell, t: &Target, only_variable: bool) -> Result<(), Option<Unwind>> {
    let Some(index) = &t.index else {
        let existed = sh.vars.unset(&t.name).map_err(|_| None)?;
        if !existed && !only_variable {
            sh.functions.remove(&t.name);
        }
        if t.name == "PATH" {
            sh.hashed.clear();
        }
        return Ok(());
    };
    if sh.vars.var(&t.name).is_some_and(|v| v.readonly) {
        return Err(None);
    }
    if matches!(index.as_str(), "@" | "*") {
        return sh.vars.unset(&t.name).map(drop).map_err(|_| None);
    }
    let key = assign::key(sh, &t.name, index).map_err(Some)?;
    match (sh.vars.var_mut(&t.name).map(|v| &mut v.value), key) {
        (Some(Value::Indexed(m)), assign::Key::Number(n)) => drop(m.remove(&n)),
        (Some(Value::Assoc(m)), assign::Key::Text(k)) => drop(m.remove(&k)),
        _ => {}
    }
    Ok(())
}
