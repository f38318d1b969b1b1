//! Assignments: scalars, elements, whole arrays, `+=`, and what attributes make of values.

use std::collections::BTreeMap;

use brush_parser::ast::{Assignment, AssignmentName, AssignmentValue};

use crate::expand::{self, Result};
use crate::shell::Shell;
use crate::special;
use crate::text::Bytes;
use crate::vars::{Referent, Value};

/// Where a value goes.
#[derive(Clone, Debug)]
pub struct Target {
    pub name: String,
    /// The subscript's text, not yet evaluated.
    pub index: Option<String>,
}

/// An assignment whose words have been expanded.
#[derive(Clone, Debug)]
pub enum Assigned {
    Scalar(Bytes),
    Array(Vec<(Option<Bytes>, Bytes)>),
}

pub fn target(name: &AssignmentName) -> Target {
    match name {
        AssignmentName::VariableName(n) => Target {
            name: n.clone(),
            index: None,
        },
        AssignmentName::ArrayElementName(n, i) => Target {
            name: n.clone(),
            index: Some(i.clone()),
        },
    }
}

/// Expands the right side.
pub fn value(sh: &mut Shell, v: &AssignmentValue) -> Result<Assigned> {
    match v {
        AssignmentValue::Scalar(w) => Ok(Assigned::Scalar(expand::assigned(sh, &w.value)?)),
        AssignmentValue::Array(elements) => {
            let mut out = Vec::new();
            for (key, word) in elements {
                match key {
                    Some(k) => {
                        let key = expand::single(sh, &k.value)?;
                        out.push((Some(key), expand::assigned(sh, &word.value)?));
                    }
                    None => {
                        let fields = expand::fields(sh, [word.value.as_str()])?;
                        out.extend(fields.into_iter().map(|f| (None, f)));
                    }
                }
            }
            Ok(Assigned::Array(out))
        }
    }
}

/// `name=value` before no command, or as `export`'s argument.
pub fn run(sh: &mut Shell, a: &Assignment) -> Result<()> {
    let target = target(&a.name);
    let value = value(sh, &a.value)?;
    store(sh, &target, value, a.append)
}

pub fn store(sh: &mut Shell, target: &Target, value: Assigned, append: bool) -> Result<()> {
    match value {
        Assigned::Scalar(v) => scalar(sh, target, v, append),
        Assigned::Array(elements) => array(sh, &target.name, elements, append),
    }
}

fn check_readonly(sh: &mut Shell, name: &str) -> Result<()> {
    if sh.vars.var(name).is_some_and(|v| v.readonly) {
        sh.complain(format!("{name}: readonly variable"));
        return Err(sh.discard());
    }
    Ok(())
}

/// Text as the variable's attributes want it.
fn coerce(sh: &mut Shell, name: &str, value: Bytes, before: Option<&Bytes>) -> Result<Bytes> {
    if sh.vars.var(name).is_some_and(|v| v.integer) {
        let old = match before {
            Some(b) => expand::number(sh, &b.clone())?,
            None => 0,
        };
        let n = expand::number(sh, &value)?;
        return Ok(old.wrapping_add(n).to_string().into_bytes());
    }
    let mut whole = before.cloned().unwrap_or_default();
    whole.extend_from_slice(&value);
    Ok(match sh.vars.var(name) {
        Some(var) => var.cased(whole),
        None => whole,
    })
}

/// Where an assignment to `target` goes, references followed.
pub fn locate(sh: &mut Shell, target: &Target) -> Result<Target> {
    if !sh.vars.references {
        return Ok(target.clone());
    }
    let found = match sh.vars.follow(&target.name) {
        Referent::Name(n) | Referent::Untargeted(n) => Target {
            name: n.into_owned(),
            index: target.index.clone(),
        },
        Referent::Element(name, index) if target.index.is_none() => Target {
            name,
            index: Some(index),
        },
        Referent::Element(name, index) => {
            sh.complain(format!("`{name}[{index}]': not a valid identifier"));
            return Err(sh.discard());
        }
        Referent::Circular => {
            sh.complain(format!("warning: {}: circular name reference", target.name));
            return Err(sh.discard());
        }
    };
    Ok(found)
}

/// What a name reference may refer to: a name, or an array's element.
pub fn may_be_referred_to(text: &[u8]) -> bool {
    parse_target(text).is_some_and(|t| t.index.is_none_or(|i| !i.is_empty()))
}

/// Makes a reference without a target refer to `value`.
fn refer(sh: &mut Shell, name: &str, value: Bytes) -> Result<()> {
    if !may_be_referred_to(&value) {
        sh.complain(format!(
            "`{}': not a valid identifier",
            crate::text::lossy(&value)
        ));
        return Err(sh.discard());
    }
    sh.vars.entry(name).value = Value::Scalar(value);
    Ok(())
}

pub fn scalar(sh: &mut Shell, target: &Target, value: Bytes, append: bool) -> Result<()> {
    let target = &locate(sh, target)?;
    let name = target.name.as_str();
    if sh.vars.references && target.index.is_none() && sh.vars.var(name).is_some_and(|v| v.nameref) {
        check_readonly(sh, name)?;
        return refer(sh, name, value);
    }
    check_readonly(sh, name)?;
    if special::assigned(sh, name, &value) {
        return Ok(());
    }
    let key = match &target.index {
        Some(index) => Some(key(sh, name, index)?),
        None => None,
    };
    let before = match append {
        true => Some(element(sh, name, key.as_ref()).unwrap_or_default()),
        false => None,
    };
    let value = coerce(sh, name, value, before.as_ref())?;
    let allexport = sh.options.allexport && key.is_none();
    let var = sh.vars.entry(name);
    var.export |= allexport && !var.value.is_array();
    var.bare = false;
    match (&mut var.value, key) {
        (Value::Assoc(m), Some(Key::Text(k))) => drop(m.insert(k, value)),
        (Value::Assoc(m), None) => drop(m.insert(b"0".to_vec(), value)),
        (Value::Indexed(m), k) => drop(m.insert(k.map_or(0, Key::number), value)),
        (v, Some(k)) => {
            let mut m = BTreeMap::new();
            if let Value::Scalar(old) = v {
                m.insert(0, std::mem::take(old));
            }
            m.insert(k.number(), value);
            *v = Value::Indexed(m);
        }
        (v, None) => *v = Value::Scalar(value),
    }
    changed(sh, name);
    Ok(())
}

/// Some variables are settings.
fn changed(sh: &mut Shell, name: &str) {
    match name {
        "PATH" => sh.hashed.clear(),
        "OPTIND" => {
            let n = sh
                .vars
                .get("OPTIND")
                .and_then(|v| crate::text::parse_int(v))
                .unwrap_or(1);
            sh.getopts_at = (n.max(1) as usize, 0);
        }
        _ => {}
    }
}

fn array(sh: &mut Shell, name: &str, elements: Vec<(Option<Bytes>, Bytes)>, append: bool) -> Result<()> {
    let plain = Target {
        name: name.to_owned(),
        index: None,
    };
    let place = locate(sh, &plain)?;
    let name = place.name.as_str();
    if let Some(index) = place.index {
        sh.complain(format!("{name}[{index}]: cannot assign list to array member"));
        return Err(sh.discard());
    }
    check_readonly(sh, name)?;
    if matches!(sh.vars.var(name).map(|v| &v.value), Some(Value::Assoc(_))) {
        return assoc(sh, name, elements, append);
    }
    let mut m = match (append, sh.vars.var(name).map(|v| v.value.clone())) {
        (true, Some(Value::Indexed(m))) => m,
        (true, Some(Value::Scalar(s))) => BTreeMap::from([(0, s)]),
        _ => BTreeMap::new(),
    };
    let mut next = m.last_key_value().map_or(0, |(k, _)| k + 1);
    for (key, v) in elements {
        if let Some(k) = key {
            next = expand::number(sh, &k)?;
        }
        let v = coerce(sh, name, v, None)?;
        m.insert(next, v);
        next += 1;
    }
    let var = sh.vars.entry(name);
    var.bare = false;
    var.value = Value::Indexed(m);
    Ok(())
}

fn assoc(sh: &mut Shell, name: &str, elements: Vec<(Option<Bytes>, Bytes)>, append: bool) -> Result<()> {
    let mut m = match (append, &sh.vars.entry(name).value) {
        (true, Value::Assoc(m)) => m.clone(),
        _ => BTreeMap::new(),
    };
    let mut pending: Option<Bytes> = None;
    for (key, v) in elements {
        match (key, pending.take()) {
            (Some(k), _) | (None, Some(k)) => {
                let v = coerce(sh, name, v, None)?;
                m.insert(k, v);
            }
            // `declare -A m=(k v k v)`
            (None, None) => pending = Some(v),
        }
    }
    if let Some(k) = pending {
        m.insert(k, Vec::new());
    }
    let var = sh.vars.entry(name);
    var.bare = false;
    var.value = Value::Assoc(m);
    Ok(())
}

/// A subscript after evaluation.
#[derive(Clone, Debug)]
pub enum Key {
    Number(i64),
    Text(Bytes),
}

impl Key {
    fn number(self) -> i64 {
        match self {
            Key::Number(n) => n,
            Key::Text(_) => 0,
        }
    }
}

/// Evaluates a subscript as the array wants it: text for an associative one, else arithmetic, negative from the end.
pub fn key(sh: &mut Shell, name: &str, index: &str) -> Result<Key> {
    if matches!(sh.vars.var(name).map(|v| &v.value), Some(Value::Assoc(_))) {
        return Ok(Key::Text(expand::single(sh, index)?));
    }
    let text = expand::single(sh, index)?;
    let mut n = expand::number(sh, &text)?;
    if n < 0 {
        let end = match sh.vars.var(name).map(|v| &v.value) {
            Some(Value::Indexed(m)) => m.last_key_value().map_or(0, |(k, _)| k + 1),
            Some(Value::Scalar(_)) => 1,
            _ => 0,
        };
        n += end;
        if n < 0 {
            sh.complain(format!("{name}[{index}]: bad array subscript"));
            return Err(sh.discard());
        }
    }
    Ok(Key::Number(n))
}

/// What an element (or with no key the scalar) holds.
pub fn element(sh: &mut Shell, name: &str, key: Option<&Key>) -> Option<Bytes> {
    let dynamic = special::read(sh, name);
    let value = match &dynamic {
        Some(v) => v,
        None => &sh.vars.var(name)?.value,
    };
    match (value, key) {
        (v, None) => v.scalar().cloned(),
        (Value::Indexed(m), Some(Key::Number(n))) => m.get(n).cloned(),
        (Value::Assoc(m), Some(Key::Text(k))) => m.get(k).cloned(),
        (Value::Scalar(s), Some(Key::Number(0))) => Some(s.clone()),
        _ => None,
    }
}

/// `name`, `name[index]`: how `read`, `printf -v`, `unset` and arithmetic name variables.
pub fn parse_target(text: &[u8]) -> Option<Target> {
    let text = crate::text::decode(text);
    match text.split_once('[') {
        None => crate::text::is_name(text.as_bytes()).then_some(Target {
            name: text,
            index: None,
        }),
        Some((name, rest)) => {
            let index = rest.strip_suffix(']')?;
            crate::text::is_name(name.as_bytes()).then(|| Target {
                name: name.to_owned(),
                index: Some(index.to_owned()),
            })
        }
    }
}

/// Splits `name=value` or `name+=value` for builtins that got it as a plain argument.
pub fn split_argument(arg: &[u8]) -> Option<(Target, Bytes, bool)> {
    let at = arg.iter().position(|c| *c == b'=')?;
    let append = at > 0 && arg[at - 1] == b'+';
    let target = parse_target(&arg[..at - usize::from(append)])?;
    Some((target, arg[at + 1..].to_vec(), append))
}
