//! Indexing, slicing and updating: what jaq asks of a value.

use std::ops;
use std::rc::Rc;

use jaq_core::path::Opt;
use jaq_core::val::Range;

use crate::val::{Error, Map, Val, ValR, ValX, fail};

type BoxIter<T> = Box<dyn Iterator<Item = T>>;

fn owned<T: Clone>(shared: Rc<T>) -> T {
    Rc::try_unwrap(shared).unwrap_or_else(|shared| (*shared).clone())
}

fn cannot_index(value: &Val, index: &Val) -> Error {
    let message = format!("Cannot index {} with {}", value.kind(), index.described());
    Error::new(Val::from(message))
}

fn cannot_iterate(value: &Val) -> Error {
    let message = match value {
        Val::Null => "Cannot iterate over null".to_owned(),
        value => format!("Cannot iterate over {}", value.described()),
    };
    Error::new(Val::from(message))
}

/// The bounds of a slice of `len` items.
fn bounds(range: Range<&Val>, len: usize) -> Result<ops::Range<usize>, Error> {
    let bound = |value: Option<&Val>, default: f64| match value {
        None | Some(Val::Null) => Ok(default),
        Some(Val::Num(n, _)) if n.is_nan() => Ok(default),
        Some(Val::Num(n, _)) => Ok(if *n < 0.0 { n + len as f64 } else { *n }),
        Some(_) => fail("Start and end indices of an array slice must be numbers"),
    };
    let start = bound(range.start, 0.0)?.floor().clamp(0.0, len as f64) as usize;
    let end = bound(range.end, len as f64)?.ceil().clamp(0.0, len as f64) as usize;
    Ok(start..end.max(start))
}

fn is_slice(index: &Map) -> bool {
    index.contains_key("start") || index.contains_key("end")
}

/// Where the n-th character starts.
fn offset(text: &str, n: usize) -> usize {
    text.char_indices().nth(n).map_or(text.len(), |(at, _)| at)
}

impl Val {
    fn position(n: f64, len: usize) -> Option<usize> {
        let at = n.floor();
        let at = if at < 0.0 { at + len as f64 } else { at };
        (at >= 0.0 && at < len as f64).then_some(at as usize)
    }

    /// An array long enough for an index, nulls in between.
    fn grow(list: &mut Vec<Val>, n: f64) -> Result<usize, Error> {
        let at = n.floor();
        let at = if at < 0.0 { at + list.len() as f64 } else { at };
        if at < 0.0 {
            return fail("Out of bounds negative array index");
        }
        if at > 536_870_911.0 {
            return fail("Array index too large");
        }
        let at = at as usize;
        if at >= list.len() {
            list.resize(at + 1, Val::Null);
        }
        Ok(at)
    }

    /// Without an index, a key or a slice.
    pub fn without(self, key: &Val) -> ValR {
        match (self, key) {
            (Val::Obj(map), Val::Str(key)) => {
                let mut map = owned(map);
                map.shift_remove(key);
                Ok(Val::obj(map))
            }
            (Val::Arr(list), Val::Num(n, _)) => {
                let mut list = owned(list);
                if let Some(at) = Val::position(*n, list.len()) {
                    list.remove(at);
                }
                Ok(Val::from_iter(list))
            }
            (Val::Arr(list), Val::Obj(range)) if is_slice(range) => {
                let mut list = owned(list);
                list.drain(bounds(range.get("start")..range.get("end"), list.len())?);
                Ok(Val::from_iter(list))
            }
            (Val::Obj(_), key) => fail(format!("Cannot delete field at object index of {}", key.kind())),
            (Val::Arr(_), key) => fail(format!("Cannot delete field at array index of {}", key.kind())),
            (value, key) => fail(format!(
                "Cannot delete field at {} index of {}",
                key.kind(),
                value.kind()
            )),
        }
    }

    /// Where an array is in another one.
    pub fn indices_of(list: &[Val], part: &[Val]) -> Vec<usize> {
        if part.is_empty() {
            return Vec::new();
        }
        list.windows(part.len())
            .enumerate()
            .filter(|(_, window)| *window == part)
            .map(|(at, _)| at)
            .collect()
    }
}

impl jaq_core::ValT for Val {
    fn from_num(n: &str) -> ValR {
        crate::json::parse_number(n).map_or_else(|| fail(format!("Invalid numeric literal '{n}'")), Ok)
    }

    fn from_map<I: IntoIterator<Item = (Val, Val)>>(iter: I) -> ValR {
        let mut map = Map::default();
        for (key, value) in iter {
            match key {
                Val::Str(key) => drop(map.insert(key, value)),
                other => return fail(format!("Object keys must be strings, not {}", other.described())),
            }
        }
        Ok(Val::obj(map))
    }

    fn key_values(self) -> BoxIter<Result<(Val, Val), Error>> {
        match self {
            Val::Arr(list) => Box::new(
                owned(list)
                    .into_iter()
                    .enumerate()
                    .map(|(at, value)| Ok((Val::from(at), value))),
            ),
            Val::Obj(map) => Box::new(
                owned(map)
                    .into_iter()
                    .map(|(key, value)| Ok((Val::Str(key), value))),
            ),
            other => Box::new(std::iter::once(Err(cannot_iterate(&other)))),
        }
    }

    fn values(self) -> BoxIter<ValR> {
        match self {
            Val::Arr(list) => Box::new(owned(list).into_iter().map(Ok)),
            Val::Obj(map) => Box::new(owned(map).into_iter().map(|(_, value)| Ok(value))),
            other => Box::new(std::iter::once(Err(cannot_iterate(&other)))),
        }
    }

    fn index(self, index: &Val) -> ValR {
        Ok(match (&self, index) {
            (Val::Null, Val::Str(_) | Val::Num(..) | Val::Null) => Val::Null,
            (Val::Null, Val::Obj(range)) if is_slice(range) => Val::Null,
            (Val::Obj(map), Val::Str(key)) => map.get(key).cloned().unwrap_or_default(),
            (Val::Arr(list), Val::Num(n, _)) => Val::position(*n, list.len())
                .map(|at| list[at].clone())
                .unwrap_or_default(),
            (Val::Arr(_) | Val::Str(_), Val::Obj(range)) if is_slice(range) => {
                return self.clone().range(range.get("start")..range.get("end"));
            }
            (Val::Arr(list), Val::Arr(part)) => {
                Val::indices_of(list, part).into_iter().map(Val::from).collect()
            }
            _ => return Err(cannot_index(&self, index)),
        })
    }

    fn range(self, range: Range<&Val>) -> ValR {
        Ok(match &self {
            Val::Null => Val::Null,
            Val::Arr(list) => list[bounds(range, list.len())?].iter().cloned().collect(),
            Val::Str(text) => {
                let bounds = bounds(range, text.chars().count())?;
                Val::str(&text[offset(text, bounds.start)..offset(text, bounds.end)])
            }
            other => return fail(format!("Cannot index {} with object", other.kind())),
        })
    }

    fn map_values<'a, I: Iterator<Item = ValX<'a>>>(self, opt: Opt, f: impl Fn(Val) -> I) -> ValX<'a> {
        match self {
            Val::Arr(list) => {
                let values: Result<Vec<Val>, _> = owned(list)
                    .into_iter()
                    .filter_map(|value| f(value).next())
                    .collect();
                Ok(Val::from_iter(values?))
            }
            Val::Obj(map) => {
                let mut out = Map::default();
                for (key, value) in owned(map) {
                    if let Some(value) = f(value).next() {
                        out.insert(key, value?);
                    }
                }
                Ok(Val::obj(out))
            }
            other => opt.fail(other, |other| cannot_iterate(&other).into()),
        }
    }

    fn map_index<'a, I: Iterator<Item = ValX<'a>>>(
        mut self,
        index: &Val,
        opt: Opt,
        f: impl Fn(Val) -> I,
    ) -> ValX<'a> {
        if let (Val::Arr(_) | Val::Str(_) | Val::Null, Val::Obj(range)) = (&self, index)
            && is_slice(range)
        {
            return self.map_range(range.get("start")..range.get("end"), opt, f);
        }
        if let Val::Null = self {
            match index {
                Val::Str(_) => self = Val::obj(Map::default()),
                Val::Num(..) => self = Val::from_iter([]),
                _ => {}
            }
        }
        match (&mut self, index) {
            (Val::Obj(map), Val::Str(key)) => {
                let map = Rc::make_mut(map);
                let old = map.get_mut(key).map(std::mem::take);
                match f(old.unwrap_or_default()).next().transpose()? {
                    Some(new) => drop(map.insert(Rc::clone(key), new)),
                    None => drop(map.shift_remove(key)),
                }
                Ok(self)
            }
            (Val::Arr(list), Val::Num(n, _)) => {
                if n.is_nan() {
                    return Err(Error::new(Val::str("Cannot set array element at NaN index")).into());
                }
                let existing = Val::position(*n, list.len());
                let old = existing.map(|at| list[at].clone()).unwrap_or_default();
                let new = f(old).next().transpose()?;
                let list = Rc::make_mut(list);
                match (new, existing) {
                    (Some(new), _) => {
                        let at = Val::grow(list, *n)?;
                        list[at] = new;
                    }
                    (None, Some(at)) => drop(list.remove(at)),
                    (None, None) => {}
                }
                Ok(self)
            }
            (Val::Arr(_), Val::Arr(_)) => opt.fail(self, |_| {
                Error::new(Val::str("Cannot update field at array index of array")).into()
            }),
            _ => opt.fail(self, |value| cannot_index(&value, index).into()),
        }
    }

    fn map_range<'a, I: Iterator<Item = ValX<'a>>>(
        self,
        range: Range<&Val>,
        opt: Opt,
        f: impl Fn(Val) -> I,
    ) -> ValX<'a> {
        let list = match self {
            Val::Null => Rc::default(),
            Val::Arr(list) => list,
            text @ Val::Str(_) => {
                return opt.fail(text, |_| {
                    Error::new(Val::str("Cannot update string slices")).into()
                });
            }
            other => {
                return opt.fail(other, |other| {
                    let message = format!("Cannot update field at object index of {}", other.kind());
                    Error::new(Val::from(message)).into()
                });
            }
        };
        let bounds = bounds(range, list.len())?;
        let part = list[bounds.clone()].iter().cloned().collect();
        let new = match f(part).next().transpose()? {
            Some(Val::Arr(new)) => new,
            None => Rc::default(),
            Some(_) => {
                return Err(
                    Error::new(Val::str("A slice of an array can only be assigned another array")).into(),
                );
            }
        };
        let mut list = owned(list);
        list.splice(bounds, new.iter().cloned());
        Ok(Val::from_iter(list))
    }

    fn as_bool(&self) -> bool {
        !matches!(self, Val::Null | Val::Bool(false))
    }

    fn into_string(self) -> Val {
        match self {
            Val::Str(_) => self,
            other => Val::from(other.to_string()),
        }
    }
}

impl jaq_std::ValT for Val {
    fn into_seq<S: FromIterator<Val>>(self) -> Result<S, Val> {
        match self {
            Val::Arr(list) => Ok(owned(list).into_iter().collect()),
            other => Err(other),
        }
    }

    fn is_int(&self) -> bool {
        matches!(self, Val::Num(n, _) if n.fract() == 0.0)
    }

    fn as_isize(&self) -> Option<isize> {
        match self {
            Val::Num(n, _) if n.is_finite() => Some(*n as isize),
            _ => None,
        }
    }

    fn as_f64(&self) -> Option<f64> {
        match self {
            Val::Num(n, _) => Some(*n),
            _ => None,
        }
    }

    fn is_utf8_str(&self) -> bool {
        matches!(self, Val::Str(_))
    }

    fn as_bytes(&self) -> Option<&[u8]> {
        match self {
            Val::Str(text) => Some(text.as_bytes()),
            _ => None,
        }
    }

    fn as_sub_str(&self, sub: &[u8]) -> Val {
        Val::from(String::from_utf8_lossy(sub).into_owned())
    }

    fn from_utf8_bytes(b: impl AsRef<[u8]> + Send + 'static) -> Val {
        Val::from(String::from_utf8_lossy(b.as_ref()).into_owned())
    }
}
