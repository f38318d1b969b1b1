//! Operators.

use std::ops::{Add, Div, Mul, Neg, Rem, Sub};
use std::rc::Rc;

use crate::val::{Error, Map, Val, ValR, fail};

fn refuse(left: &Val, right: &Val, what: &str) -> Error {
    let message = format!("{} and {} cannot be {what}", left.described(), right.described());
    Error::new(Val::from(message))
}

/// The longest string that repeating may make.
const MAX_STRING: f64 = 0x2000_0000 as f64;

impl Add for Val {
    type Output = ValR;

    fn add(self, other: Val) -> ValR {
        Ok(match (self, other) {
            (Val::Null, value) | (value, Val::Null) => value,
            (Val::Num(a, _), Val::Num(b, _)) => Val::num(a + b),
            (Val::Str(a), Val::Str(b)) => Val::from(format!("{a}{b}")),
            (Val::Arr(mut a), Val::Arr(b)) => {
                Rc::make_mut(&mut a).extend(b.iter().cloned());
                Val::Arr(a)
            }
            (Val::Obj(mut a), Val::Obj(b)) => {
                let own = Rc::make_mut(&mut a);
                own.extend(b.iter().map(|(key, value)| (Rc::clone(key), value.clone())));
                Val::Obj(a)
            }
            (a, b) => return Err(refuse(&a, &b, "added")),
        })
    }
}

impl Sub for Val {
    type Output = ValR;

    fn sub(self, other: Val) -> ValR {
        Ok(match (self, other) {
            (Val::Num(a, _), Val::Num(b, _)) => Val::num(a - b),
            (Val::Arr(a), Val::Arr(b)) => a.iter().filter(|value| !b.contains(value)).cloned().collect(),
            (a, b) => return Err(refuse(&a, &b, "subtracted")),
        })
    }
}

fn merge(mut left: Rc<Map>, right: &Map) -> Rc<Map> {
    let own = Rc::make_mut(&mut left);
    for (key, value) in right {
        let merged = match (own.get(key), value) {
            (Some(Val::Obj(a)), Val::Obj(b)) => Val::Obj(merge(Rc::clone(a), b)),
            _ => value.clone(),
        };
        own.insert(Rc::clone(key), merged);
    }
    left
}

impl Mul for Val {
    type Output = ValR;

    fn mul(self, other: Val) -> ValR {
        Ok(match (self, other) {
            (Val::Num(a, _), Val::Num(b, _)) => Val::num(a * b),
            (Val::Str(text), Val::Num(n, _)) | (Val::Num(n, _), Val::Str(text)) => {
                if n.is_nan() || n < 0.0 {
                    return Ok(Val::Null);
                }
                if text.len() as f64 * n.max(1.0) > MAX_STRING {
                    return fail("Repeat string result too long");
                }
                Val::from(text.repeat(n as usize))
            }
            (Val::Obj(a), Val::Obj(b)) => Val::Obj(merge(a, &b)),
            (a, b) => return Err(refuse(&a, &b, "multiplied")),
        })
    }
}

impl Div for Val {
    type Output = ValR;

    fn div(self, other: Val) -> ValR {
        Ok(match (self, other) {
            (a @ Val::Num(..), b @ Val::Num(0.0, _)) => {
                return Err(refuse(&a, &b, "divided because the divisor is zero"));
            }
            (Val::Num(a, _), Val::Num(b, _)) => Val::num(a / b),
            (Val::Str(a), Val::Str(b)) => split(&a, &b),
            (a, b) => return Err(refuse(&a, &b, "divided")),
        })
    }
}

fn split(text: &str, separator: &str) -> Val {
    if text.is_empty() {
        Val::from_iter([])
    } else if separator.is_empty() {
        text.chars().map(|c| Val::from(c.to_string())).collect()
    } else {
        text.split(separator).map(Val::str).collect()
    }
}

impl Rem for Val {
    type Output = ValR;

    fn rem(self, other: Val) -> ValR {
        Ok(match (&self, &other) {
            (Val::Num(a, _), Val::Num(b, _)) => {
                if a.is_nan() || b.is_nan() {
                    return Ok(Val::num(f64::NAN));
                }
                // Both are cut to integers first.
                let (left, right) = (*a as i64, (*b as i64).unsigned_abs());
                if right == 0 {
                    return Err(refuse(
                        &self,
                        &other,
                        "divided (remainder) because the divisor is zero",
                    ));
                }
                let rest = (left.unsigned_abs() % right) as f64;
                Val::num(if left < 0 { 0.0 - rest } else { rest })
            }
            _ => return Err(refuse(&self, &other, "divided")),
        })
    }
}

impl Neg for Val {
    type Output = ValR;

    fn neg(self) -> ValR {
        match self {
            Val::Num(n, Some(literal)) => {
                let literal = literal
                    .strip_prefix('-')
                    .map_or_else(|| format!("-{literal}"), str::to_owned);
                Ok(Val::Num(-n, Some(literal.into())))
            }
            Val::Num(n, None) => Ok(Val::num(-n)),
            other => fail(format!("{} cannot be negated", other.described())),
        }
    }
}
