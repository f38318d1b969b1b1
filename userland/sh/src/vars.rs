//! Variables: values, attributes, and the dynamic scopes that functions open.

use std::borrow::Cow;
use std::collections::BTreeMap;

use crate::text::{Bytes, decode};

#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// Declared, without a value.
    Unset,
    Scalar(Bytes),
    Indexed(BTreeMap<i64, Bytes>),
    Assoc(BTreeMap<Bytes, Bytes>),
}

impl Value {
    /// What `$name` gives: element 0 of an array.
    pub fn scalar(&self) -> Option<&Bytes> {
        match self {
            Value::Unset => None,
            Value::Scalar(s) => Some(s),
            Value::Indexed(m) => m.get(&0),
            Value::Assoc(m) => m.get(&b"0"[..]),
        }
    }

    pub fn is_array(&self) -> bool {
        matches!(self, Value::Indexed(_) | Value::Assoc(_))
    }
}

#[derive(Clone, Debug)]
pub struct Var {
    pub value: Value,
    pub export: bool,
    pub readonly: bool,
    pub integer: bool,
    pub lower: bool,
    pub upper: bool,
    /// The first letter is capital, the others small.
    pub capital: bool,
    /// The value is the name of the variable that is meant.
    pub nameref: bool,
    pub trace: bool,
    /// An array that was declared and has not been assigned to.
    pub bare: bool,
}

impl Var {
    pub fn new(value: Value) -> Var {
        Var {
            value,
            export: false,
            readonly: false,
            integer: false,
            lower: false,
            upper: false,
            capital: false,
            nameref: false,
            trace: false,
            bare: false,
        }
    }

    /// The letters of `${x@a}` and `declare -p`.
    pub fn flags(&self) -> String {
        let mut f = String::new();
        match self.value {
            Value::Indexed(_) => f.push('a'),
            Value::Assoc(_) => f.push('A'),
            _ => {}
        }
        for (on, c) in [
            (self.integer, 'i'),
            (self.nameref, 'n'),
            (self.readonly, 'r'),
            (self.trace, 't'),
            (self.export, 'x'),
            (self.capital, 'c'),
            (self.lower, 'l'),
            (self.upper, 'u'),
        ] {
            if on {
                f.push(c);
            }
        }
        f
    }

    /// What an assignment of `s` stores under the case attributes.
    pub fn cased(&self, s: Bytes) -> Bytes {
        if !self.lower && !self.upper && !self.capital {
            return s;
        }
        match String::from_utf8(s) {
            Ok(t) if self.lower => t.to_lowercase().into_bytes(),
            Ok(t) if self.capital => {
                let mut chars = t.chars();
                let first = chars.next().map(char::to_uppercase).into_iter().flatten();
                first
                    .collect::<String>()
                    .into_bytes()
                    .into_iter()
                    .chain(chars.as_str().to_lowercase().into_bytes())
                    .collect()
            }
            Ok(t) => t.to_uppercase().into_bytes(),
            Err(e) => e.into_bytes(),
        }
    }
}

/// The variable is readonly.
#[derive(Debug, PartialEq)]
pub struct Readonly;

/// All variables. Scope 0 is global; a function call, or assignments before a builtin's name, opens another.
#[derive(Clone, Debug)]
pub struct Vars {
    scopes: Vec<BTreeMap<String, Var>>,
    /// Which scopes hold assignments before a command's name: no place for `local`.
    temporary: Vec<bool>,
    /// There is, or was, a name reference: every look-up has to reckon with one.
    pub references: bool,
}

/// What a name stands for once references are followed.
#[derive(Debug, PartialEq)]
pub enum Referent<'a> {
    Name(Cow<'a, str>),
    /// An array's element: name and subscript.
    Element(String, String),
    /// A reference without a target, under this name.
    Untargeted(Cow<'a, str>),
    Circular,
}

/// How many references may follow one another.
const MAX_REFERENCES: usize = 8;

impl Vars {
    pub fn new() -> Vars {
        Vars {
            scopes: vec![BTreeMap::new()],
            temporary: vec![false],
            references: false,
        }
    }

    /// Opens a function's scope.
    pub fn push_scope(&mut self) {
        self.scopes.push(BTreeMap::new());
        self.temporary.push(false);
    }

    /// Opens a scope for the assignments before a command's name.
    pub fn push_temporary(&mut self) {
        self.scopes.push(BTreeMap::new());
        self.temporary.push(true);
    }

    /// Leaves only global variables, for `declare -g`.
    pub fn set_locals_aside(&mut self) -> Vec<BTreeMap<String, Var>> {
        self.scopes.split_off(1)
    }

    pub fn put_locals_back(&mut self, locals: Vec<BTreeMap<String, Var>>) {
        self.scopes.extend(locals);
    }

    /// Index of the scope that `local` is about.
    fn own_scope(&self) -> usize {
        let last = self.scopes.len() - 1;
        (1..=last).rev().find(|i| !self.temporary[*i]).unwrap_or(last)
    }

    /// Closes the innermost scope; its variables' names, for what depends on them.
    pub fn pop_scope(&mut self) -> Vec<String> {
        debug_assert!(self.scopes.len() > 1);
        self.temporary.pop();
        self.scopes.pop().unwrap_or_default().into_keys().collect()
    }

    pub fn depth(&self) -> usize {
        self.scopes.len()
    }

    pub fn var(&self, name: &str) -> Option<&Var> {
        self.scopes.iter().rev().find_map(|s| s.get(name))
    }

    /// Follows name references from `name` to the variable that is meant.
    pub fn follow<'a>(&self, name: &'a str) -> Referent<'a> {
        let mut current = Cow::Borrowed(name);
        if !self.references {
            return Referent::Name(current);
        }
        for _ in 0..=MAX_REFERENCES {
            let Some(var) = self.var(&current).filter(|v| v.nameref) else {
                return Referent::Name(current);
            };
            let Some(target) = var.value.scalar().filter(|t| !t.is_empty()) else {
                return Referent::Untargeted(current);
            };
            let target = decode(target);
            if let Some((array, index)) = target.strip_suffix(']').and_then(|t| t.split_once('[')) {
                return match self.follow(array) {
                    Referent::Name(n) => Referent::Element(n.into_owned(), index.to_owned()),
                    _ => Referent::Circular,
                };
            }
            current = Cow::Owned(target);
        }
        Referent::Circular
    }

    pub fn var_mut(&mut self, name: &str) -> Option<&mut Var> {
        self.scopes.iter_mut().rev().find_map(|s| s.get_mut(name))
    }

    pub fn get(&self, name: &str) -> Option<&Bytes> {
        self.var(name)?.value.scalar()
    }

    /// The variable where an assignment goes: the innermost that exists, else a new global.
    pub fn entry(&mut self, name: &str) -> &mut Var {
        let at = self
            .scopes
            .iter()
            .rposition(|s| s.contains_key(name))
            .unwrap_or(0);
        self.scopes[at]
            .entry(name.to_owned())
            .or_insert_with(|| Var::new(Value::Unset))
    }

    /// The variable in the innermost scope, made there if need be (`local`).
    pub fn local_entry(&mut self, name: &str) -> &mut Var {
        let top = self.own_scope();
        self.scopes[top]
            .entry(name.to_owned())
            .or_insert_with(|| Var::new(Value::Unset))
    }

    /// The variable in the innermost scope, temporary or not.
    pub fn top_entry(&mut self, name: &str) -> &mut Var {
        let top = self.scopes.len() - 1;
        self.scopes[top]
            .entry(name.to_owned())
            .or_insert_with(|| Var::new(Value::Unset))
    }

    pub fn global_entry(&mut self, name: &str) -> &mut Var {
        self.scopes[0]
            .entry(name.to_owned())
            .or_insert_with(|| Var::new(Value::Unset))
    }

    /// Names in the innermost scope.
    pub fn locals(&self) -> Vec<String> {
        match self.own_scope() {
            0 => Vec::new(),
            own => self.scopes[own].keys().cloned().collect(),
        }
    }

    pub fn global(&self, name: &str) -> Option<&Var> {
        self.scopes[0].get(name)
    }

    pub fn is_local(&self, name: &str) -> bool {
        let own = self.own_scope();
        own > 0 && self.scopes[own].contains_key(name)
    }

    /// A scalar assignment that keeps attributes; an array's element 0.
    pub fn set(&mut self, name: &str, value: impl Into<Bytes>) -> Result<(), Readonly> {
        let var = self.entry(name);
        if var.readonly {
            return Err(Readonly);
        }
        let value = var.cased(value.into());
        match &mut var.value {
            Value::Indexed(m) => drop(m.insert(0, value)),
            Value::Assoc(m) => drop(m.insert(b"0".to_vec(), value)),
            v => *v = Value::Scalar(value),
        }
        Ok(())
    }

    pub fn unset(&mut self, name: &str) -> Result<bool, Readonly> {
        let Some(at) = self.scopes.iter().rposition(|s| s.contains_key(name)) else {
            return Ok(false);
        };
        if self.scopes[at].get(name).is_some_and(|v| v.readonly) {
            return Err(Readonly);
        }
        if at + 1 == self.scopes.len() && at > 0 {
            // A local stays declared, so that the outer one does not show through.
            self.scopes[at].insert(name.to_owned(), Var::new(Value::Unset));
        } else {
            self.scopes[at].remove(name);
        }
        Ok(true)
    }

    /// All visible variables by name.
    pub fn all(&self) -> BTreeMap<&str, &Var> {
        self.scopes
            .iter()
            .flat_map(|s| s.iter().map(|(k, v)| (k.as_str(), v)))
            .collect()
    }

    /// The environment of a child: `NAME=value`.
    pub fn environment(&self) -> Vec<Bytes> {
        self.all()
            .into_iter()
            .filter(|(_, v)| v.export)
            .filter_map(|(k, v)| {
                let value = v.value.scalar()?;
                let mut e = Vec::with_capacity(k.len() + 1 + value.len());
                e.extend_from_slice(k.as_bytes());
                e.push(b'=');
                e.extend_from_slice(value);
                Some(e)
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn locals_hide_globals_until_their_scope_ends() {
        let mut v = Vars::new();
        v.set("x", *b"1").unwrap();
        v.push_scope();
        v.local_entry("x").value = Value::Scalar(b"2".to_vec());
        v.set("x", *b"3").unwrap();
        v.set("y", *b"4").unwrap();
        assert_eq!(v.get("x").unwrap(), b"3");
        v.pop_scope();
        assert_eq!(v.get("x").unwrap(), b"1");
        assert_eq!(v.get("y").unwrap(), b"4");
    }

    #[test]
    fn readonly_variables_refuse() {
        let mut v = Vars::new();
        v.set("x", *b"1").unwrap();
        v.entry("x").readonly = true;
        assert_eq!(v.set("x", *b"2"), Err(Readonly));
        assert_eq!(v.unset("x"), Err(Readonly));
    }
}
