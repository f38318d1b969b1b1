//! Variables: values, attributes, and the dynamic scopes that functions open.

use std::collections::BTreeMap;

use crate::text::Bytes;

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
            (self.lower, 'l'),
            (self.readonly, 'r'),
            (self.upper, 'u'),
            (self.export, 'x'),
        ] {
            if on {
                f.push(c);
            }
        }
        f
    }

    /// What an assignment of `s` stores under the case attributes.
    pub fn cased(&self, s: Bytes) -> Bytes {
        if !self.lower && !self.upper {
            return s;
        }
        match String::from_utf8(s) {
            Ok(t) if self.lower => t.to_lowercase().into_bytes(),
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
}

impl Vars {
    pub fn new() -> Vars {
        Vars {
            scopes: vec![BTreeMap::new()],
        }
    }

    pub fn push_scope(&mut self) {
        self.scopes.push(BTreeMap::new());
    }

    /// Closes the innermost scope; its variables' names, for what depends on them.
    pub fn pop_scope(&mut self) -> Vec<String> {
        debug_assert!(self.scopes.len() > 1);
        self.scopes.pop().unwrap_or_default().into_keys().collect()
    }

    pub fn depth(&self) -> usize {
        self.scopes.len()
    }

    pub fn var(&self, name: &str) -> Option<&Var> {
        self.scopes.iter().rev().find_map(|s| s.get(name))
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

    pub fn is_local(&self, name: &str) -> bool {
        self.scopes.len() > 1 && self.scopes.last().is_some_and(|s| s.contains_key(name))
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
