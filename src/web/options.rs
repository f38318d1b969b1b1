//! Reading the option objects of the API. A property of the wrong type is a `KernelError` EINVAL that names it.

use super::error::{JsResult, error};
use crate::kernel::Errno;
use crate::kernel::process::StringList;
use js_sys::{Array, Function, Object, Reflect};
use wasm_bindgen::prelude::*;

/// An object of options; `undefined` and `null` are an empty one.
pub struct Options<'a> {
    object: &'a JsValue,
}

impl<'a> Options<'a> {
    /// EINVAL if it is something else than an object.
    pub fn new(object: &'a JsValue) -> JsResult<Self> {
        if object.is_object() || object.is_undefined() || object.is_null() {
            return Ok(Options { object });
        }
        Err(error(Errno::EINVAL, "the options are no object"))
    }

    /// A property; `None` if it is missing, undefined or null.
    pub fn get(&self, name: &str) -> Option<JsValue> {
        if !self.object.is_object() {
            return None;
        }
        let value = Reflect::get(self.object, &name.into()).ok()?;
        (!value.is_undefined() && !value.is_null()).then_some(value)
    }

    fn typed<T>(
        &self,
        name: &str,
        kind: &str,
        read: impl FnOnce(&JsValue) -> Option<T>,
    ) -> JsResult<Option<T>> {
        let Some(value) = self.get(name) else {
            return Ok(None);
        };
        match read(&value) {
            Some(value) => Ok(Some(value)),
            None => Err(error(Errno::EINVAL, &format!("the option {name} is no {kind}"))),
        }
    }

    /// A string.
    pub fn string(&self, name: &str) -> JsResult<Option<String>> {
        self.typed(name, "string", JsValue::as_string)
    }

    /// A number that is not negative.
    pub fn number(&self, name: &str) -> JsResult<Option<f64>> {
        self.typed(name, "number", |value| {
            value.as_f64().filter(|number| *number >= 0.0)
        })
    }

    /// A function.
    pub fn function(&self, name: &str) -> JsResult<Option<Function>> {
        self.typed(name, "function", |value| value.dyn_ref::<Function>().cloned())
    }

    /// A list of strings.
    pub fn strings(&self, name: &str) -> JsResult<Option<Vec<String>>> {
        self.typed(name, "list of strings", |value| {
            Array::is_array(value)
                .then(|| string_array(value.unchecked_ref()))
                .flatten()
        })
    }

    /// Names and values of an environment.
    pub fn env(&self, name: &str) -> JsResult<Vec<(String, String)>> {
        let read = |value: &JsValue| {
            let entries = Object::entries(value.dyn_ref::<Object>()?);
            entries
                .iter()
                .map(|entry| pair(entry.unchecked_ref()))
                .collect::<Option<Vec<_>>>()
        };
        let variables = self.typed(name, "record of strings", read)?.unwrap_or_default();
        match variables
            .iter()
            .find(|(name, _)| name.is_empty() || name.contains('='))
        {
            Some((bad, _)) => Err(error(
                Errno::EINVAL,
                &format!("no environment variable can be named \"{bad}\""),
            )),
            None => Ok(variables),
        }
    }
}

fn pair(entry: &Array) -> Option<(String, String)> {
    Some((entry.get(0).as_string()?, entry.get(1).as_string()?))
}

/// The strings of an array, if it holds nothing else.
pub fn string_array(array: &Array) -> Option<Vec<String>> {
    array.iter().map(|each| each.as_string()).collect()
}

/// `base` with `changes` made: a variable keeps its place, new ones come last.
pub fn merge_env(base: &StringList, changes: &[(String, String)]) -> StringList {
    let changed = |entry: &[u8], name: &str| {
        entry
            .strip_prefix(name.as_bytes())
            .is_some_and(|rest| rest.starts_with(b"="))
    };
    let kept = base
        .iter()
        .filter(|entry| !changes.iter().any(|(name, _)| changed(entry, name)));
    let mut merged: StringList = kept.collect();
    changes
        .iter()
        .for_each(|(name, value)| merged.push(format!("{name}={value}").as_bytes()));
    merged
}
