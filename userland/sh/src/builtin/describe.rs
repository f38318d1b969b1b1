//! How variables and functions are shown: `declare -p`, `set`, `${x@A}`, `declare -f`.

use crate::shell::Shell;
use crate::special;
use crate::text::{Bytes, always_quote};
use crate::vars::{Value, Var};

/// A variable as it is shown: its attributes' letters, and its value if it has one.
struct Shown {
    flags: String,
    value: Option<Value>,
}

fn look(sh: &mut Shell, name: &str) -> Option<Shown> {
    if let Some((_, flags)) = special::NAMES.iter().find(|(n, _)| *n == name) {
        let value = special::read(sh, name);
        return Some(Shown {
            flags: (*flags).to_owned(),
            value,
        });
    }
    let v: &Var = sh.vars.var(name)?;
    let value = match &v.value {
        Value::Unset => None,
        _ if v.bare => None,
        value => Some(value.clone()),
    };
    Some(Shown {
        flags: v.flags(),
        value,
    })
}

/// All names that `declare -p` lists, in order.
pub fn names(sh: &Shell) -> Vec<String> {
    let mut names: Vec<String> = sh.vars.all().into_keys().map(str::to_owned).collect();
    names.extend(special::NAMES.iter().map(|(n, _)| (*n).to_owned()));
    names.sort();
    names.dedup();
    names
}

/// The attribute letters of a variable.
pub fn flags(sh: &mut Shell, name: &str) -> Option<String> {
    look(sh, name).map(|s| s.flags)
}

/// `name=value` as `set` lists it; `None` for what has no value.
pub fn plain(sh: &mut Shell, name: &str) -> Option<Bytes> {
    let value = look(sh, name)?.value?;
    let mut out = format!("{name}=").into_bytes();
    match &value {
        Value::Scalar(s) if s.is_empty() => {}
        Value::Scalar(s) => out.extend_from_slice(&crate::text::shell_quote(s)),
        array => out.extend_from_slice(&literal(array)),
    }
    Some(out)
}

/// `declare -p` of one variable.
pub fn declaration(sh: &mut Shell, name: &str) -> Option<Bytes> {
    let shown = look(sh, name)?;
    let mut out = head(&shown.flags, name);
    match &shown.value {
        None => {}
        Some(Value::Scalar(s)) => out.extend_from_slice(&[b"=", &double_quoted(s)[..]].concat()),
        Some(array) => out.extend_from_slice(&[b"=", &literal(array)[..]].concat()),
    }
    Some(out)
}

fn head(flags: &str, name: &str) -> Bytes {
    let flags = if flags.is_empty() { "-" } else { flags };
    format!("declare -{flags} {name}").into_bytes()
}

/// `${x@A}`: an assignment that makes the variable again; `whole` is `${x[@]@A}`.
pub fn assignment(sh: &mut Shell, name: &str, whole: bool) -> Option<Bytes> {
    let shown = look(sh, name)?;
    let value = match shown.value {
        None if shown.flags.is_empty() => return None,
        None => return Some(head(&shown.flags, name)),
        Some(v) => v,
    };
    let text = match (&value, whole) {
        (Value::Scalar(s), _) => always_quote(s),
        (array, true) => literal(array),
        (array, false) => match array.scalar() {
            Some(s) => always_quote(s),
            None => return Some(head(&shown.flags, name)),
        },
    };
    let lead = if shown.flags.is_empty() {
        name.as_bytes().to_vec()
    } else {
        head(&shown.flags, name)
    };
    Some([&lead[..], b"=", &text].concat())
}

/// In double quotes, or `$'…'` if it holds control characters.
pub fn double_quoted(s: &[u8]) -> Bytes {
    if s.iter().any(|c| *c < 0x20 || *c == 0x7f) || std::str::from_utf8(s).is_err() {
        return crate::text::ansi_quote(s);
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

/// An associative array's key: quoted where the shell would take it for something else.
pub fn key(k: &[u8]) -> Bytes {
    if k.iter().any(|c| *c < 0x20 || *c == 0x7f) {
        return crate::text::ansi_quote(k);
    }
    let meta = |c: &u8| b" \t\n'\"\\|&;()<>!{}*[]?^$`#~=".contains(c) && *c != b'=';
    let special = k.is_empty() || k.iter().any(meta) || matches!(k, b"@" | b"*");
    if special { double_quoted(k) } else { k.to_vec() }
}

/// `([0]="a" [1]="b")`
pub fn literal(v: &Value) -> Bytes {
    let mut out = vec![b'('];
    let mut push = |key: &[u8], value: &[u8]| {
        out.push(b'[');
        out.extend_from_slice(key);
        out.extend_from_slice(b"]=");
        out.extend_from_slice(&double_quoted(value));
        out.push(b' ');
    };
    match v {
        Value::Indexed(m) => m.iter().for_each(|(k, v)| push(k.to_string().as_bytes(), v)),
        Value::Assoc(m) => m.iter().for_each(|(k, v)| push(&key(k), v)),
        _ => {}
    }
    if matches!(v, Value::Indexed(m) if !m.is_empty()) {
        out.pop();
    }
    out.push(b')');
    out
}

/// `${x[@]@K}`: keys and quoted values.
pub fn pairs(v: &Value) -> Vec<(Bytes, Bytes)> {
    match v {
        Value::Indexed(m) => m
            .iter()
            .map(|(k, v)| (k.to_string().into_bytes(), v.clone()))
            .collect(),
        Value::Assoc(m) => m.iter().map(|(k, v)| (k.clone(), v.clone())).collect(),
        Value::Scalar(s) => vec![(b"0".to_vec(), s.clone())],
        Value::Unset => Vec::new(),
    }
}

/// A function's definition, as `declare -f` prints it.
pub fn function(sh: &Shell, name: &str) -> Option<String> {
    let f = sh.functions.get(name)?;
    Some(crate::rewrite::restore(&format!("{}\n", f.definition)))
}
