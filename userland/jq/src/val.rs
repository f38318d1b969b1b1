//! jq's values: numbers are doubles that remember how they were written, objects have strings as keys.

use std::cmp::Ordering;
use std::fmt;
use std::rc::Rc;

use indexmap::IndexMap;
use jaq_core::val::Range;
use rustc_hash::FxBuildHasher;

pub type Map = IndexMap<Rc<str>, Val, FxBuildHasher>;
pub type Error = jaq_core::Error<Val>;
pub type ValR = jaq_core::ValR<Val>;
pub type ValX<'a> = jaq_core::ValX<'a, Val>;

#[derive(Clone, Debug, Default)]
pub enum Val {
    #[default]
    Null,
    Bool(bool),
    /// A number, and its literal where a double can't hold it.
    Num(f64, Option<Rc<str>>),
    Str(Rc<str>),
    Arr(Rc<Vec<Val>>),
    Obj(Rc<Map>),
}

impl Val {
    pub fn str(text: &str) -> Val {
        Val::Str(text.into())
    }

    pub fn num(n: f64) -> Val {
        Val::Num(n, None)
    }

    pub fn obj(map: Map) -> Val {
        Val::Obj(Rc::new(map))
    }

    /// A string's text, or the JSON of anything else.
    pub fn to_string_plain(&self) -> String {
        match self {
            Val::Str(text) => text.to_string(),
            other => other.to_string(),
        }
    }

    pub fn kind(&self) -> &'static str {
        match self {
            Val::Null => "null",
            Val::Bool(_) => "boolean",
            Val::Num(..) => "number",
            Val::Str(_) => "string",
            Val::Arr(_) => "array",
            Val::Obj(_) => "object",
        }
    }

    fn rank(&self) -> u8 {
        match self {
            Val::Null => 0,
            Val::Bool(false) => 1,
            Val::Bool(true) => 2,
            Val::Num(..) => 3,
            Val::Str(_) => 4,
            Val::Arr(_) => 5,
            Val::Obj(_) => 6,
        }
    }

    /// `number (5)`, with long values cut as jq cuts them.
    pub fn described(&self) -> String {
        format!("{} ({})", self.kind(), self.shown())
    }

    fn shown(&self) -> String {
        const MOST: usize = 29;
        let text = self.to_string();
        if text.len() <= MOST {
            return text;
        }
        // A string keeps its closing quote.
        let tail = if matches!(self, Val::Str(_)) {
            "...\""
        } else {
            "..."
        };
        let mut end = MOST - tail.len();
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        format!("{}{tail}", &text[..end])
    }
}

/// An error whose value is a message.
pub fn fail<T>(message: impl Into<String>) -> Result<T, Error> {
    Err(Error::new(Val::from(message.into())))
}

impl PartialEq for Val {
    fn eq(&self, other: &Val) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Val {}

impl PartialOrd for Val {
    fn partial_cmp(&self, other: &Val) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Val {
    /// jq's order: null, booleans, numbers, strings, arrays, objects; nan is below every number, itself included.
    fn cmp(&self, other: &Val) -> Ordering {
        match (self, other) {
            (Val::Num(a, _), Val::Num(b, _)) => {
                if a.is_nan() {
                    Ordering::Less
                } else if b.is_nan() {
                    Ordering::Greater
                } else {
                    a.partial_cmp(b).unwrap_or(Ordering::Equal)
                }
            }
            (Val::Str(a), Val::Str(b)) => a.cmp(b),
            (Val::Arr(a), Val::Arr(b)) => a.cmp(b),
            (Val::Obj(a), Val::Obj(b)) => {
                let sorted = |map: &Map| {
                    let mut keys: Vec<Rc<str>> = map.keys().cloned().collect();
                    keys.sort_unstable();
                    keys
                };
                let keys = sorted(a);
                keys.cmp(&sorted(b)).then_with(|| {
                    keys.iter()
                        .map(|key| a.get(key).cmp(&b.get(key)))
                        .find(|order| order.is_ne())
                        .unwrap_or(Ordering::Equal)
                })
            }
            _ => self.rank().cmp(&other.rank()),
        }
    }
}

impl fmt::Display for Val {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        let mut out = Vec::new();
        crate::json::write(&mut out, self, &crate::json::Style::default());
        f.write_str(&String::from_utf8_lossy(&out))
    }
}

impl From<bool> for Val {
    fn from(b: bool) -> Val {
        Val::Bool(b)
    }
}

impl From<isize> for Val {
    fn from(n: isize) -> Val {
        Val::num(n as f64)
    }
}

impl From<usize> for Val {
    fn from(n: usize) -> Val {
        Val::num(n as f64)
    }
}

impl From<f64> for Val {
    fn from(n: f64) -> Val {
        Val::num(n)
    }
}

impl From<String> for Val {
    fn from(text: String) -> Val {
        Val::Str(text.into())
    }
}

impl From<Range<Val>> for Val {
    fn from(range: Range<Val>) -> Val {
        let ends = [("start", range.start), ("end", range.end)];
        Val::obj(
            ends.into_iter()
                .map(|(key, value)| (key.into(), value.unwrap_or_default()))
                .collect(),
        )
    }
}

impl FromIterator<Val> for Val {
    fn from_iter<I: IntoIterator<Item = Val>>(iter: I) -> Val {
        Val::Arr(Rc::new(iter.into_iter().collect()))
    }
}
