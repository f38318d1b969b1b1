//! Built-in functions; those on strings are in [`crate::strings`].

use std::rc::Rc;

use crate::ast::{Builtin, Expr, special};
use crate::interp::{Interp, Result, environment, fatal};
use crate::value::{ArrayRef, Str, Value};

/// The number that digits of a base make.
pub fn radix(digits: &[u8], base: u32) -> f64 {
    digits
        .iter()
        .map_while(|b| char::from(*b).to_digit(base))
        .fold(0.0, |sum, digit| sum * f64::from(base) + f64::from(digit))
}

impl<'p> Interp<'p> {
    #[inline(never)]
    pub fn builtin(&mut self, builtin: Builtin, arguments: &'p [Expr]) -> Result<Value> {
        let number = match builtin {
            Builtin::Atan2 => {
                let y = self.number(&arguments[0])?;
                y.atan2(self.number(&arguments[1])?)
            }
            Builtin::Cos => self.number(&arguments[0])?.cos(),
            Builtin::Sin => self.number(&arguments[0])?.sin(),
            Builtin::Exp => {
                let n = self.number(&arguments[0])?;
                let power = n.exp();
                if power.is_infinite() && n.is_finite() {
                    self.complain("warning", &format!("exp: argument {n} is out of range"));
                }
                power
            }
            Builtin::Int => self.number(&arguments[0])?.trunc(),
            Builtin::Log => {
                let n = self.number(&arguments[0])?;
                if n < 0.0 {
                    self.complain("warning", &format!("log: received negative argument {n}"));
                }
                n.ln()
            }
            Builtin::Sqrt => {
                let n = self.number(&arguments[0])?;
                if n < 0.0 {
                    self.complain("warning", &format!("sqrt: called with negative argument {n}"));
                }
                n.sqrt()
            }
            Builtin::Rand => self.random.next(),
            Builtin::Srand => {
                let seed = match arguments.first() {
                    Some(seed) => self.number(seed)?,
                    None => (cli::time::now_ns() / 1_000_000_000) as f64,
                };
                self.random.seed(seed)
            }
            Builtin::And
            | Builtin::Or
            | Builtin::Xor
            | Builtin::Lshift
            | Builtin::Rshift
            | Builtin::Compl => self.bits(builtin, arguments)?,
            Builtin::Strtonum => {
                let value = self.eval(&arguments[0])?;
                strtonum(&value)
            }
            Builtin::Length => self.length(arguments)?,
            Builtin::Index => self.index(arguments)?,
            Builtin::Match => self.match_(arguments)?,
            Builtin::Split | Builtin::Patsplit => self.split(builtin, arguments)?,
            Builtin::Sub | Builtin::Gsub => self.substitute(builtin == Builtin::Gsub, arguments)?,
            Builtin::Gensub => return self.gensub(arguments),
            Builtin::Substr => return self.substr(arguments),
            Builtin::Sprintf => return Ok(Value::Str(Str::from(self.sprintf(arguments)?))),
            Builtin::Tolower | Builtin::Toupper => return self.change_case(builtin, arguments),
            Builtin::Close => self.close(arguments)?,
            Builtin::Fflush => self.fflush(arguments)?,
            Builtin::System => self.system(arguments)?,
            Builtin::Systime => (cli::time::now_ns() / 1_000_000_000) as f64,
            Builtin::Strftime => return self.strftime(arguments),
            Builtin::Mktime => {
                let text = self.string(&arguments[0])?;
                crate::time::mktime(&String::from_utf8_lossy(&text)).map_or(-1.0, |seconds| seconds as f64)
            }
            Builtin::Asort | Builtin::Asorti => self.asort(builtin == Builtin::Asorti, arguments)?,
            Builtin::Isarray => f64::from(u8::from(self.array_argument(&arguments[0])?.is_some())),
            Builtin::Typeof => {
                let kind = match self.array_argument(&arguments[0])? {
                    Some(_) => "array",
                    None => match self.eval(&arguments[0])? {
                        Value::Num(_) => "number",
                        Value::Input(text) if crate::value::looks_numeric(&text).is_some() => "strnum",
                        Value::Str(_) | Value::Input(_) => "string",
                        Value::Uninit => match &arguments[0] {
                            Expr::Field(_) => "unassigned",
                            _ => "untyped",
                        },
                        Value::Array(_) => "array",
                    },
                };
                return Ok(Value::Str(Str::from(kind.as_bytes())));
            }
        };
        Ok(Value::Num(number))
    }

    /// The array that an argument is; `None` where it is a scalar, or nothing yet.
    pub fn array_argument(&mut self, argument: &'p Expr) -> Result<Option<ArrayRef>> {
        match argument {
            Expr::Var(slot) => Ok(match self.slot(*slot) {
                Value::Array(array) => Some(Rc::clone(array)),
                _ => None,
            }),
            Expr::Elem(array, subscripts) => {
                let array = self.array(array)?;
                let key = self.key(subscripts)?;
                let found = match array.borrow().get(key.as_slice()) {
                    Some(Value::Array(inner)) => Some(Rc::clone(inner)),
                    _ => None,
                };
                self.scratch.push(key);
                Ok(found)
            }
            _ => Ok(None),
        }
    }

    /// An argument that must be an array; made where it is not one yet.
    pub fn needed_array(&mut self, argument: &'p Expr) -> Result<ArrayRef> {
        if let Some(array) = self.array_argument(argument)? {
            return Ok(array);
        }
        match argument {
            Expr::Var(slot) => {
                let name = self.name_of(*slot);
                self.array_in(*slot, &name)
            }
            Expr::Elem(array, subscripts) => {
                let array = self.array(array)?;
                let key = self.key(subscripts)?;
                let inner = crate::value::new_array();
                crate::eval::store(&array, &key, Value::Array(Rc::clone(&inner)));
                self.scratch.push(key);
                Ok(inner)
            }
            _ => fatal("attempt to use a scalar value as array"),
        }
    }

    fn bits(&mut self, builtin: Builtin, arguments: &'p [Expr]) -> Result<f64> {
        let mut values = Vec::with_capacity(arguments.len());
        for argument in arguments {
            let n = self.number(argument)?;
            if n < 0.0 {
                let name = crate::ast::BUILTINS[builtin as usize].0;
                return fatal(format!(
                    "{name}: argument {} negative value {n} is not allowed",
                    values.len() + 1
                ));
            }
            values.push(n as u64);
        }
        let mask = (1_u64 << 53) - 1;
        let result = match builtin {
            Builtin::And => values.into_iter().fold(u64::MAX, |all, n| all & n),
            Builtin::Or => values.into_iter().fold(0, |all, n| all | n),
            Builtin::Xor => values.into_iter().fold(0, |all, n| all ^ n),
            Builtin::Lshift => values[0].checked_shl(values[1].min(64) as u32).unwrap_or(0),
            Builtin::Rshift => values[0].checked_shr(values[1].min(64) as u32).unwrap_or(0),
            _ => !values[0],
        };
        Ok((result & mask) as f64)
    }

    fn close(&mut self, arguments: &'p [Expr]) -> Result<f64> {
        let name = self.string(&arguments[0])?;
        if name.as_slice() == b"/dev/stdout" {
            self.stdout.send();
            return Ok(0.0);
        }
        self.stdout.send();
        Ok(self.streams.close(&name).unwrap_or(-1.0))
    }

    fn fflush(&mut self, arguments: &'p [Expr]) -> Result<f64> {
        self.stdout.send();
        let Some(argument) = arguments.first() else {
            self.streams.flush_all();
            return Ok(0.0);
        };
        let name = self.string(argument)?;
        if name.is_empty() {
            self.streams.flush_all();
            return Ok(0.0);
        }
        let flushed = name.as_slice() == b"/dev/stdout" || self.streams.flush(&name);
        Ok(if flushed { 0.0 } else { -1.0 })
    }

    fn system(&mut self, arguments: &'p [Expr]) -> Result<f64> {
        let command = self.string(&arguments[0])?;
        self.stdout.send();
        self.streams.flush_all();
        let environ = environment(&self.globals[special::ENVIRON]);
        match crate::streams::shell(&command, &environ, Vec::new()) {
            Ok(pid) => Ok(crate::streams::wait(pid)),
            Err(error) => {
                self.complain("warning", &format!("system: cannot start sh: {error}"));
                Ok(127.0)
            }
        }
    }

    fn strftime(&mut self, arguments: &'p [Expr]) -> Result<Value> {
        let format = match arguments.first() {
            Some(format) => self.string(format)?,
            None => Str::from(&b"%a %b %e %H:%M:%S %Z %Y"[..]),
        };
        let seconds = match arguments.get(1) {
            Some(seconds) => self.number(seconds)?,
            None => (cli::time::now_ns() / 1_000_000_000) as f64,
        };
        // Local time is UTC: the kernel has no time zones.
        if let Some(utc) = arguments.get(2) {
            self.eval(utc)?;
        }
        Ok(Value::Str(Str::from(crate::time::strftime(
            &format,
            seconds as i64,
        ))))
    }
}

fn strtonum(value: &Value) -> f64 {
    let text = match value {
        Value::Str(text) | Value::Input(text) => text,
        other => return other.num(),
    };
    let (sign, digits) = match text.as_slice() {
        [b'-', rest @ ..] => (-1.0, rest),
        [b'+', rest @ ..] => (1.0, rest),
        rest => (1.0, rest),
    };
    match digits {
        [b'0', b'x' | b'X', hex @ ..] => sign * radix(hex, 16),
        // A digit 8 or 9, a point or an exponent make a decimal number of it.
        [b'0', rest @ ..] if !rest.iter().any(|b| matches!(b, b'8' | b'9' | b'.' | b'e' | b'E')) => {
            sign * radix(rest, 8)
        }
        _ => crate::value::to_number(text),
    }
}
