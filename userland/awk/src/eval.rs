//! Expressions: values, numbers and strings of them, each by the shortest way.

use std::cmp::Ordering;
use std::rc::Rc;

use posix_regex::Regex;

use crate::ast::{ArrayExpr, BinOp, CmpOp, Expr, Lvalue, Slot, Source, special};
use crate::interp::{Flow, Interp, Result, environment, fatal};
use crate::value::{ArrayRef, Str, Value, new_array, push_number, to_number};

/// User functions nested deeper than this could overflow the stack. What is called by way of the machine is kept out of
/// line (`inline(never)`), so that frames stay small.
const MAX_CALLS: usize = if cfg!(target_os = "wasi") { 500 } else { 600 };

impl<'p> Interp<'p> {
    pub fn eval(&mut self, expr: &'p Expr) -> Result<Value> {
        Ok(match expr {
            Expr::Num(n) => Value::Num(*n),
            Expr::Str(text) => Value::Str(text.clone()),
            Expr::Var(slot) => self.variable(*slot)?,
            Expr::Field(index) => self.field_value(index)?,
            Expr::Group(inner) => self.eval(inner)?,
            Expr::Elem(array, subscripts) => {
                let array = self.array(array)?;
                let key = self.key(subscripts)?;
                let found = array.borrow().get(key.as_slice()).cloned();
                let value = match found {
                    Some(Value::Array(_)) => {
                        return fatal("attempt to use array in a scalar context");
                    }
                    Some(value) => value,
                    // Looking makes it.
                    None => {
                        array
                            .borrow_mut()
                            .insert(Str::from(key.as_slice()), Value::Uninit);
                        Value::Uninit
                    }
                };
                self.scratch.push(key);
                value
            }
            Expr::Assign(target, value) => {
                let value = match self.eval(value)? {
                    Value::Array(_) => return fatal("attempt to use array in a scalar context"),
                    value => value,
                };
                self.assign(target, value.clone())?;
                value
            }
            Expr::Append(slot, parts) => {
                self.append(*slot, parts)?;
                self.slot(*slot).clone()
            }
            Expr::Cond(condition, yes, no) => {
                if self.truth(condition)? {
                    self.eval(yes)?
                } else {
                    self.eval(no)?
                }
            }
            Expr::And(..)
            | Expr::Or(..)
            | Expr::Not(_)
            | Expr::Compare(..)
            | Expr::Match(..)
            | Expr::In(..)
            | Expr::Regex(_) => Value::bool(self.truth(expr)?),
            Expr::Neg(_) | Expr::Plus(_) | Expr::Binary(..) | Expr::Update(..) | Expr::Step(..) => {
                Value::Num(self.number(expr)?)
            }
            Expr::Concat(parts) => {
                let mut text = self.scratch.pop().unwrap_or_default();
                text.clear();
                for part in parts {
                    self.push(part, &mut text)?;
                }
                let value = Value::Str(Str::from(text.as_slice()));
                self.scratch.push(text);
                value
            }
            Expr::Call(function, arguments) => self.call(*function, arguments)?,
            Expr::CallByName(slot, arguments) => {
                let value = self.variable(*slot)?;
                let name = self.text_of(&value);
                match self.program.functions.iter().position(|f| f.name == name) {
                    Some(function) => self.call(function, arguments)?,
                    None => {
                        let name = String::from_utf8_lossy(&name).into_owned();
                        return fatal(format!(
                            "function called indirectly through `{name}' does not exist"
                        ));
                    }
                }
            }
            Expr::Builtin(builtin, arguments) => self.builtin(*builtin, arguments)?,
            Expr::Getline(source, target) => Value::Num(self.getline(source, target.as_deref())?),
            Expr::List(_) => return fatal("a list in parentheses is no value"),
        })
    }

    /// Evaluates for the effect.
    pub fn discard(&mut self, expr: &'p Expr) -> Result<()> {
        match expr {
            Expr::Append(slot, parts) => self.append(*slot, parts),
            Expr::Assign(target, value) => {
                let value = self.eval(value)?;
                if matches!(value, Value::Array(_)) {
                    return fatal("attempt to use array in a scalar context");
                }
                self.assign(target, value)
            }
            Expr::Update(..) | Expr::Step(..) => self.number(expr).map(drop),
            _ => self.eval(expr).map(drop),
        }
    }

    #[inline(never)]
    fn append(&mut self, slot: Slot, parts: &'p [Expr]) -> Result<()> {
        let mut tail = self.scratch.pop().unwrap_or_default();
        tail.clear();
        for part in parts {
            self.push(part, &mut tail)?;
        }
        if let Value::Str(text) = self.slot_mut(slot) {
            text.extend_from_slice(&tail);
        } else {
            let value = self.variable(slot)?;
            let mut text = self.text_of(&value);
            text.extend_from_slice(&tail);
            *self.slot_mut(slot) = Value::Str(text);
        }
        self.scratch.push(tail);
        Ok(())
    }

    pub fn number(&mut self, expr: &'p Expr) -> Result<f64> {
        Ok(match expr {
            Expr::Num(n) => *n,
            Expr::Var(Slot::Local(at)) => match &self.stack[self.base + *at] {
                Value::Num(n) => *n,
                Value::Array(_) => return fatal("attempt to use array in a scalar context"),
                other => other.num(),
            },
            Expr::Var(Slot::Global(at)) if *at >= special::READ_HOOKED => match &self.globals[*at] {
                Value::Num(n) => *n,
                Value::Array(_) => return self.variable(Slot::Global(*at)).map(|value| value.num()),
                other => other.num(),
            },
            Expr::Field(index) => {
                let n = self.field_index(index)?;
                if n > 0
                    && let Some(text) = self.record.field_text(n)
                {
                    to_number(text)
                } else {
                    self.field_at(n).num()
                }
            }
            Expr::Group(inner) | Expr::Plus(inner) => self.number(inner)?,
            Expr::Neg(inner) => -self.number(inner)?,
            Expr::Binary(op, left, right) => {
                let left = self.number(left)?;
                let right = self.number(right)?;
                self.arithmetic(*op, left, right)?
            }
            Expr::Update(op, target, value) => {
                let value = self.number(value)?;
                self.modify(target, |_, old| (*op, old, value), true)?
            }
            Expr::Step(target, amount, after) => {
                let amount = *amount;
                self.modify(target, |_, old| (BinOp::Add, old, amount), !after)?
            }
            _ => match self.eval(expr)? {
                Value::Array(_) => return fatal("attempt to use array in a scalar context"),
                value => value.num(),
            },
        })
    }

    /// Reads, computes and writes a variable; answers the new or the old number.
    #[inline(never)]
    fn modify(
        &mut self,
        target: &'p Lvalue,
        operands: impl FnOnce(&mut Self, f64) -> (BinOp, f64, f64),
        answer_new: bool,
    ) -> Result<f64> {
        let (old, new) = match target {
            Lvalue::Var(slot) => {
                let old = self.variable(*slot)?.num();
                let (op, left, right) = operands(self, old);
                let new = self.arithmetic(op, left, right)?;
                self.set(*slot, Value::Num(new))?;
                (old, new)
            }
            Lvalue::Elem(array, subscripts) => {
                let array = self.array(array)?;
                let key = self.key(subscripts)?;
                let old = match array.borrow().get(key.as_slice()) {
                    Some(Value::Array(_)) => return fatal("attempt to use array in a scalar context"),
                    Some(value) => value.num(),
                    None => 0.0,
                };
                let (op, left, right) = operands(self, old);
                let new = self.arithmetic(op, left, right)?;
                store(&array, &key, Value::Num(new));
                self.scratch.push(key);
                (old, new)
            }
            Lvalue::Field(index) => {
                let n = self.field_index(index)?;
                let old = self.field_at(n).num();
                let (op, left, right) = operands(self, old);
                let new = self.arithmetic(op, left, right)?;
                self.set_field(n, Value::Num(new));
                (old, new)
            }
        };
        Ok(if answer_new { new } else { old })
    }

    fn arithmetic(&mut self, op: BinOp, left: f64, right: f64) -> Result<f64> {
        Ok(match op {
            BinOp::Add => left + right,
            BinOp::Sub => left - right,
            BinOp::Mul => left * right,
            BinOp::Div if right == 0.0 => return fatal("division by zero attempted"),
            BinOp::Div => left / right,
            BinOp::Mod if right == 0.0 => return fatal("division by zero attempted in `%'"),
            BinOp::Mod => left % right,
            BinOp::Pow if right.fract() == 0.0 && right.abs() < 1024.0 => left.powi(right as i32),
            BinOp::Pow => left.powf(right),
        })
    }

    pub fn truth(&mut self, expr: &'p Expr) -> Result<bool> {
        Ok(match expr {
            Expr::And(left, right) => self.truth(left)? && self.truth(right)?,
            Expr::Or(left, right) => self.truth(left)? || self.truth(right)?,
            Expr::Not(inner) => !self.truth(inner)?,
            Expr::Group(inner) => self.truth(inner)?,
            Expr::Compare(op, left, right) => self.compare(*op, left, right)?,
            Expr::Regex(pattern) => {
                let regex = self.pattern(pattern)?;
                let settings = &self.settings;
                regex.is_match(self.record.text(&settings.ofs, &settings.convfmt))
            }
            Expr::Match(negated, text, pattern) => {
                let regex = self.regex(pattern)?;
                let mut buffer = self.scratch.pop().unwrap_or_default();
                buffer.clear();
                self.push(text, &mut buffer)?;
                let found = regex.is_match(&buffer);
                self.scratch.push(buffer);
                found != *negated
            }
            Expr::In(subscripts, array) => {
                let array = self.array(array)?;
                let key = self.key(subscripts)?;
                let found = array.borrow().contains_key(key.as_slice());
                self.scratch.push(key);
                found
            }
            Expr::Neg(_) | Expr::Plus(_) | Expr::Binary(..) | Expr::Update(..) | Expr::Step(..) => {
                self.number(expr)? != 0.0
            }
            _ => self.eval(expr)?.truth(),
        })
    }

    #[inline(never)]
    fn compare(&mut self, op: CmpOp, left: &'p Expr, right: &'p Expr) -> Result<bool> {
        let left = self.eval(left)?;
        let right = self.eval(right)?;
        if let (Some(left), Some(right)) = (left.as_numeric(), right.as_numeric())
            && !matches!((&left, &right), (l, r) if l.is_nan() || r.is_nan())
        {
            return Ok(holds(op, left.partial_cmp(&right).unwrap_or(Ordering::Equal)));
        }
        let (mut left, mut right) = (self.text_of(&left), self.text_of(&right));
        if self.settings.ignore_case {
            left = crate::strings::fold(&left);
            right = crate::strings::fold(&right);
        }
        Ok(holds(op, left.as_slice().cmp(right.as_slice())))
    }

    /// The expression that an operand of `~` or an argument is: one in the source as itself, else a string of one.
    pub fn regex(&mut self, expr: &'p Expr) -> Result<Rc<Regex>> {
        match expr {
            Expr::Regex(pattern) => self.pattern(pattern),
            Expr::Group(inner) if matches!(**inner, Expr::Regex(_)) => self.regex(inner),
            _ => {
                let source = self.string(expr)?;
                self.dynamic(&source)
            }
        }
    }

    pub fn string(&mut self, expr: &'p Expr) -> Result<Str> {
        let value = self.eval(expr)?;
        if matches!(value, Value::Array(_)) {
            return fatal("attempt to use array in a scalar context");
        }
        Ok(self.text_of(&value))
    }

    /// A value as a string, by CONVFMT.
    pub fn text_of(&self, value: &Value) -> Str {
        match value {
            Value::Str(text) | Value::Input(text) => text.clone(),
            Value::Num(n) => {
                let mut out = Vec::new();
                push_number(&mut out, *n, &self.settings.convfmt);
                Str::from(out)
            }
            Value::Uninit | Value::Array(_) => Str::new(),
        }
    }

    /// Appends an expression's string without making a value of it, where that is possible.
    pub fn push(&mut self, expr: &'p Expr, out: &mut Vec<u8>) -> Result<()> {
        self.push_by(expr, out, false)
    }

    /// The same as print does it: numbers by OFMT.
    pub fn push_output(&mut self, expr: &'p Expr, out: &mut Vec<u8>) -> Result<()> {
        self.push_by(expr, out, true)
    }

    #[inline(never)]
    fn push_by(&mut self, expr: &'p Expr, out: &mut Vec<u8>, for_output: bool) -> Result<()> {
        match expr {
            Expr::Str(text) => out.extend_from_slice(text),
            Expr::Field(index) => {
                let n = self.field_index(index)?;
                if n == 0 {
                    let settings = &self.settings;
                    out.extend_from_slice(self.record.text(&settings.ofs, &settings.convfmt));
                } else if let Some(text) = self.record.field_text(n) {
                    out.extend_from_slice(text);
                } else {
                    let value = self.record.field(n);
                    self.push_value(&value, out, for_output);
                }
            }
            Expr::Concat(parts) => {
                for part in parts {
                    self.push(part, out)?;
                }
            }
            Expr::Group(inner) => self.push_by(inner, out, for_output)?,
            _ => {
                let value = self.eval(expr)?;
                if matches!(value, Value::Array(_)) {
                    return fatal("attempt to use array in a scalar context");
                }
                self.push_value(&value, out, for_output);
            }
        }
        Ok(())
    }

    fn push_value(&self, value: &Value, out: &mut Vec<u8>, for_output: bool) {
        match value {
            Value::Str(text) | Value::Input(text) => out.extend_from_slice(text),
            Value::Num(n) => {
                let settings = &self.settings;
                let format = if for_output {
                    &settings.ofmt
                } else {
                    &settings.convfmt
                };
                push_number(out, *n, format);
            }
            Value::Uninit | Value::Array(_) => {}
        }
    }

    /// A subscript as one string, in a buffer that goes back to `scratch`.
    #[inline(never)]
    pub fn key(&mut self, subscripts: &'p [Expr]) -> Result<Vec<u8>> {
        let mut key = self.scratch.pop().unwrap_or_default();
        key.clear();
        for (at, subscript) in subscripts.iter().enumerate() {
            if at > 0 {
                key.extend_from_slice(&self.settings.subsep);
            }
            self.push(subscript, &mut key)?;
        }
        Ok(key)
    }

    /// The array itself, made if the variable has not been used yet.
    #[inline(never)]
    pub fn array(&mut self, array: &'p ArrayExpr) -> Result<ArrayRef> {
        let mut current = self.array_in(array.slot, &array.name)?;
        for subscripts in &array.path {
            let key = self.key(subscripts)?;
            let inner = match current.borrow_mut().entry(Str::from(key.as_slice())).or_default() {
                Value::Array(inner) => Rc::clone(inner),
                value @ Value::Uninit => {
                    let inner = new_array();
                    *value = Value::Array(Rc::clone(&inner));
                    inner
                }
                _ => {
                    let name = String::from_utf8_lossy(&array.name).into_owned();
                    let key = String::from_utf8_lossy(&key).into_owned();
                    return fatal(format!("attempt to use scalar `{name}[\"{key}\"]' as an array"));
                }
            };
            current = inner;
            self.scratch.push(key);
        }
        Ok(current)
    }

    pub fn array_in(&mut self, slot: Slot, name: &[u8]) -> Result<ArrayRef> {
        match self.slot_mut(slot) {
            Value::Array(array) => Ok(Rc::clone(array)),
            value @ Value::Uninit => {
                let array = new_array();
                *value = Value::Array(Rc::clone(&array));
                Ok(array)
            }
            _ => fatal(format!(
                "attempt to use scalar `{}' as an array",
                String::from_utf8_lossy(name)
            )),
        }
    }

    #[inline(never)]
    fn call(&mut self, function: usize, arguments: &'p [Expr]) -> Result<Value> {
        let program = self.program;
        let callee = &program.functions[function];
        if arguments.len() > callee.params.len() {
            let name = String::from_utf8_lossy(&callee.name).into_owned();
            self.complain(
                "warning",
                &format!("function `{name}' called with more arguments than declared"),
            );
        }
        if self.depth >= MAX_CALLS {
            return fatal("function calls nested too deep");
        }
        let line = self.line;
        let mut frame = Vec::with_capacity(callee.params.len());
        for (at, argument) in arguments.iter().enumerate() {
            let as_array = callee.arrays.get(at).copied().unwrap_or_default();
            frame.push(self.argument(argument, as_array)?);
        }
        frame.resize(callee.params.len(), Value::Uninit);
        let base = std::mem::replace(&mut self.base, self.stack.len());
        self.stack.append(&mut frame);
        self.depth += 1;
        let flow = self.exec(&callee.body);
        self.depth -= 1;
        self.stack.truncate(self.base);
        self.base = base;
        self.line = line;
        match flow? {
            Flow::Return => Ok(std::mem::take(&mut self.returned)),
            _ => Ok(Value::Uninit),
        }
    }

    /// Arrays go by reference, all else by value.
    fn argument(&mut self, argument: &'p Expr, as_array: bool) -> Result<Value> {
        match argument {
            Expr::Var(slot) if as_array => {
                let name = self.name_of(*slot);
                self.array_in(*slot, &name).map(Value::Array)
            }
            Expr::Var(slot) if matches!(self.slot(*slot), Value::Array(_)) => Ok(self.slot(*slot).clone()),
            Expr::Elem(array, subscripts) => {
                let array = self.array(array)?;
                let key = self.key(subscripts)?;
                let value = array.borrow().get(key.as_slice()).cloned().unwrap_or_default();
                let value = match value {
                    Value::Uninit if as_array => Value::Array(new_array()),
                    value => value,
                };
                store(&array, &key, value.clone());
                self.scratch.push(key);
                Ok(value)
            }
            _ if as_array => fatal("attempt to use a scalar value as array"),
            _ => self.eval(argument),
        }
    }

    #[inline(never)]
    pub fn getline(&mut self, source: &'p Source, target: Option<&'p Lvalue>) -> Result<f64> {
        let reader = match source {
            Source::Main => return self.getline_main(target),
            Source::File(name) => {
                let name = self.string(name)?;
                self.streams.file(&name)
            }
            Source::Command(command) => {
                let name = self.string(command)?;
                self.stdout.send();
                let environ = self.globals[special::ENVIRON].clone();
                self.streams.command(&name, || environment(&environ))
            }
        };
        let mut text = Vec::new();
        let result =
            reader.and_then(|reader| reader.record(&self.settings.separator, &mut text, &mut self.rt));
        match result {
            Ok(true) => {}
            Ok(false) => return Ok(0.0),
            Err(error) => {
                self.globals[special::ERRNO] = Value::Str(Str::from(error.message().as_bytes()));
                return Ok(-1.0);
            }
        }
        match target {
            Some(target) => self.assign(target, Value::Input(Str::from(text)))?,
            None => *self.record.begin(&self.settings.splitter) = text,
        }
        Ok(1.0)
    }

    fn getline_main(&mut self, target: Option<&'p Lvalue>) -> Result<f64> {
        match target {
            None => {
                // At the end, `$0` stays as it is.
                let Some(text) = self.next_main_text()? else {
                    return Ok(0.0);
                };
                *self.record.begin(&self.settings.splitter) = text;
            }
            Some(target) => {
                let Some(text) = self.next_main_text()? else {
                    return Ok(0.0);
                };
                self.assign(target, Value::Input(Str::from(text)))?;
            }
        }
        Ok(1.0)
    }
}

pub fn store(array: &ArrayRef, key: &[u8], value: Value) {
    let mut array = array.borrow_mut();
    match array.get_mut(key) {
        Some(slot) => *slot = value,
        None => drop(array.insert(Str::from(key), value)),
    }
}

fn holds(op: CmpOp, order: Ordering) -> bool {
    match op {
        CmpOp::Lt => order.is_lt(),
        CmpOp::Le => order.is_le(),
        CmpOp::Eq => order.is_eq(),
        CmpOp::Ne => order.is_ne(),
        CmpOp::Gt => order.is_gt(),
        CmpOp::Ge => order.is_ge(),
    }
}
