//! Runs programs.

use std::cell::RefCell;
use std::cmp::Ordering;
use std::collections::HashMap;
use std::rc::Rc;

use num_traits::Signed;

use super::ast::{Argument, Expression, Function, Item, Operator, Parameter, Place, Relation, Statement};
use crate::number::{Fault, Number};
use crate::output::Lines;
use crate::{base, functions};

/// Why statements end early.
pub enum Stop {
    Break,
    Continue,
    Return(Number),
    Halt,
    /// A message: what was begun is given up.
    Fault(String),
}

type Result<T> = std::result::Result<T, Stop>;
type Array = Rc<RefCell<HashMap<i64, Number>>>;

/// Functions nested deeper than this could overflow the stack.
const MAX_CALLS: usize = 400;
/// The largest index of an array, as in GNU bc.
const MAX_INDEX: i64 = 16_777_215;
/// The largest scale, and output base.
const MAX_SCALE: i64 = i32::MAX as i64;

pub struct Interpreter<'o> {
    pub out: &'o RefCell<Lines>,
    pub functions: Vec<Option<Rc<Function>>>,
    /// Functions of `-l` by number.
    pub library: HashMap<usize, char>,
    pub names: Vec<String>,
    variables: Vec<Number>,
    arrays: Vec<Array>,
    pub scale: usize,
    input_base: u32,
    output_base: u32,
    last: Number,
    calls: Vec<Rc<Function>>,
    random: u64,
    /// Reads a line for `read()`.
    pub read: Box<dyn FnMut() -> Option<Vec<u8>> + 'o>,
    /// The value of the last call was none.
    was_void: bool,
}

enum Saved {
    Variable(usize, Number),
    Array(usize, Array),
}

impl<'o> Interpreter<'o> {
    pub fn new(out: &'o RefCell<Lines>) -> Interpreter<'o> {
        Interpreter {
            out,
            functions: Vec::new(),
            library: HashMap::new(),
            names: Vec::new(),
            variables: Vec::new(),
            arrays: Vec::new(),
            scale: 0,
            input_base: 10,
            output_base: 10,
            last: Number::zero(),
            calls: Vec::new(),
            random: 0x2545_f491_4f6c_dd1d,
            read: Box::new(|| None),
            was_void: false,
        }
    }

    /// Where a message says that it happened.
    pub fn place(&self) -> String {
        self.calls
            .last()
            .map_or("(main)".into(), |function| function.name.clone())
    }

    /// After a fault: nothing is called any more.
    pub fn unwind(&mut self) {
        self.calls.clear();
    }

    pub fn run(&mut self, statements: &[Statement]) -> Result<()> {
        statements
            .iter()
            .try_for_each(|statement| self.statement(statement))
    }

    fn put(&mut self, text: &[u8]) -> Result<()> {
        let out = &mut *self.out.borrow_mut();
        out.put(text);
        // Nobody reads any more.
        if out.is_closed() { Err(Stop::Halt) } else { Ok(()) }
    }

    fn show(&mut self, value: &Number) -> Result<()> {
        let text = base::format(value, self.output_base);
        self.put(text.as_bytes())?;
        self.last = value.clone();
        Ok(())
    }

    fn statement(&mut self, statement: &Statement) -> Result<()> {
        match statement {
            Statement::Expression(expression, shown) => {
                let value = self.value(expression)?;
                let is_void = matches!(expression, Expression::Call(..)) && self.was_void;
                if *shown && !is_void {
                    self.show(&value)?;
                    self.put(b"\n")?;
                }
            }
            Statement::Text(text) => self.put(text)?,
            Statement::Print(items) => {
                for item in items {
                    match item {
                        Item::Text(text) => self.put(&unescaped(text))?,
                        Item::Value(expression) => {
                            let value = self.value(expression)?;
                            self.show(&value)?;
                        }
                    }
                }
            }
            Statement::If(condition, then, otherwise) => {
                if !self.value(condition)?.is_zero() {
                    self.statement(then)?;
                } else if let Some(otherwise) = otherwise {
                    self.statement(otherwise)?;
                }
            }
            Statement::While(condition, body) => self.repeat(Some(condition), None, body)?,
            Statement::For(first, condition, step, body) => {
                if let Some(first) = first {
                    self.value(first)?;
                }
                self.repeat(condition.as_ref(), step.as_ref(), body)?;
            }
            Statement::Block(statements) => self.run(statements)?,
            Statement::Break => return Err(Stop::Break),
            Statement::Continue => return Err(Stop::Continue),
            Statement::Return(value) => {
                let value = value.as_ref().map_or(Ok(Number::zero()), |value| self.value(value))?;
                return Err(Stop::Return(value));
            }
            Statement::Halt => return Err(Stop::Halt),
            Statement::Limits => self.put(
                format!(
                    "BC_BASE_MAX     = {MAX_SCALE}\nBC_DIM_MAX      = {MAX_INDEX}\nBC_SCALE_MAX    = {MAX_SCALE}\n\
                     BC_STRING_MAX   = {MAX_SCALE}\nMAX Exponent    = {}\nNumber of vars  = {}\n",
                    u32::MAX,
                    usize::MAX
                )
                .as_bytes(),
            )?,
        }
        Ok(())
    }

    fn repeat(
        &mut self,
        condition: Option<&Expression>,
        step: Option<&Expression>,
        body: &Statement,
    ) -> Result<()> {
        loop {
            if let Some(condition) = condition
                && self.value(condition)?.is_zero()
            {
                return Ok(());
            }
            match self.statement(body) {
                Err(Stop::Break) => return Ok(()),
                Ok(()) | Err(Stop::Continue) => {}
                stop => return stop,
            }
            if let Some(step) = step {
                self.value(step)?;
            }
        }
    }

    fn value(&mut self, expression: &Expression) -> Result<Number> {
        self.was_void = false;
        Ok(match expression {
            Expression::Number(text, known) => {
                if let Some((base, number)) = &*known.borrow()
                    && *base == self.input_base
                {
                    return Ok(number.clone());
                }
                let number = base::parse(text, self.input_base);
                *known.borrow_mut() = Some((self.input_base, number.clone()));
                number
            }
            Expression::Load(place) => self.load(place)?,
            Expression::Assign(place, operator, value) => {
                let mut value = self.value(value)?;
                if let Some(operator) = operator {
                    let old = self.load(place)?;
                    value = self.arithmetic(*operator, &old, &value)?;
                }
                self.store(place, value.clone())?;
                value
            }
            Expression::Step { place, up, after } => {
                let old = self.load(place)?;
                let new = old.add(&Number::from(if *up { 1 } else { -1 }));
                self.store(place, new.clone())?;
                if *after { new } else { old }
            }
            Expression::Negate(operand) => self.value(operand)?.negated(),
            Expression::Not(operand) => self.value(operand)?.is_zero().into(),
            Expression::Binary(operator, sides) => {
                let left = self.value(&sides.0)?;
                let right = self.value(&sides.1)?;
                self.arithmetic(*operator, &left, &right)?
            }
            Expression::Compare(relation, sides) => {
                let left = self.value(&sides.0)?;
                let order = left.compare(&self.value(&sides.1)?);
                let holds = match relation {
                    Relation::Equal => order == Ordering::Equal,
                    Relation::NotEqual => order != Ordering::Equal,
                    Relation::Less => order == Ordering::Less,
                    Relation::LessEqual => order != Ordering::Greater,
                    Relation::Greater => order == Ordering::Greater,
                    Relation::GreaterEqual => order != Ordering::Less,
                };
                holds.into()
            }
            Expression::And(sides) => {
                (!self.value(&sides.0)?.is_zero() && !self.value(&sides.1)?.is_zero()).into()
            }
            Expression::Or(sides) => {
                (!self.value(&sides.0)?.is_zero() || !self.value(&sides.1)?.is_zero()).into()
            }
            Expression::Call(function, arguments) => self.call(*function, arguments)?,
            Expression::Length(operand) => Number::from(self.value(operand)?.length() as i64),
            Expression::ScaleOf(operand) => Number::from(self.value(operand)?.scale() as i64),
            Expression::Root(operand) => {
                let operand = self.value(operand)?;
                operand
                    .root(self.scale)
                    .map_err(|why| fault(why, Operator::Divide))?
            }
            Expression::Read => {
                self.out.borrow_mut().send();
                let line = (self.read)().unwrap_or_default();
                let text = String::from_utf8_lossy(&line).trim().to_owned();
                base::parse(&text, self.input_base)
            }
            Expression::Random => {
                // xorshift64: any sequence will do, POSIX knows no random().
                self.random ^= self.random << 13;
                self.random ^= self.random >> 7;
                self.random ^= self.random << 17;
                Number::from((self.random >> 33) as i64)
            }
        })
    }

    fn arithmetic(&mut self, operator: Operator, left: &Number, right: &Number) -> Result<Number> {
        let result = match operator {
            Operator::Add => return Ok(left.add(right)),
            Operator::Subtract => return Ok(left.subtract(right)),
            Operator::Multiply => return Ok(left.multiply(right, self.scale)),
            Operator::Divide => left.divide(right, self.scale),
            Operator::Remainder => left.remainder(right, self.scale),
            Operator::Power => {
                if right.scale() > 0 && !right.subtract(&right.rescaled(0)).is_zero() {
                    self.warn("non-zero scale in exponent");
                }
                let exponent = right.integer();
                if left.is_zero() && exponent.is_negative() {
                    return Err(Stop::Fault("Divide by zero".into()));
                }
                left.power(&exponent, self.scale)
            }
        };
        result.map_err(|why| fault(why, operator))
    }

    fn warn(&mut self, message: &str) {
        self.out.borrow_mut().send();
        let text = format!("Runtime warning (func={}): {message}\n", self.place());
        let _ = sys::write_all(sys::Fd::STDERR, text.as_bytes());
    }

    fn variable(&mut self, name: usize) -> &mut Number {
        if self.variables.len() <= name {
            self.variables.resize(name + 1, Number::zero());
        }
        &mut self.variables[name]
    }

    fn array(&mut self, name: usize) -> &mut Array {
        if self.arrays.len() <= name {
            self.arrays.resize_with(name + 1, Array::default);
        }
        &mut self.arrays[name]
    }

    fn index(&mut self, index: &Expression) -> Result<i64> {
        let index = self.value(index)?.to_i64().unwrap_or(-1);
        if (0..=MAX_INDEX).contains(&index) {
            Ok(index)
        } else {
            Err(Stop::Fault("Array subscript out of bounds.".into()))
        }
    }

    fn load(&mut self, place: &Place) -> Result<Number> {
        Ok(match place {
            Place::Variable(name) => self.variable(*name).clone(),
            Place::Element(name, index) => {
                let index = self.index(index)?;
                let found = self.array(*name).borrow().get(&index).cloned();
                found.unwrap_or_else(Number::zero)
            }
            Place::Scale => Number::from(self.scale as i64),
            Place::InputBase => Number::from(i64::from(self.input_base)),
            Place::OutputBase => Number::from(i64::from(self.output_base)),
            Place::Last => self.last.clone(),
        })
    }

    fn store(&mut self, place: &Place, value: Number) -> Result<()> {
        match place {
            Place::Variable(name) => *self.variable(*name) = value,
            Place::Element(name, index) => {
                let index = self.index(index)?;
                self.array(*name).borrow_mut().insert(index, value);
            }
            Place::Scale => {
                self.scale = usize::try_from(self.within(&value, "scale", 0, MAX_SCALE)).unwrap_or(0);
            }
            Place::InputBase => self.input_base = self.within(&value, "ibase", 2, 16) as u32,
            Place::OutputBase => self.output_base = self.within(&value, "obase", 2, MAX_SCALE) as u32,
            Place::Last => self.last = value,
        }
        Ok(())
    }

    /// A setting's value, or the nearest that it can have.
    fn within(&mut self, value: &Number, what: &str, least: i64, most: i64) -> i64 {
        let number = value
            .to_i64()
            .unwrap_or(if value.is_negative() { -1 } else { i64::MAX });
        if number < least && what == "scale" {
            self.warn("negative scale, set to 0");
        } else if number < least {
            self.warn(&format!("{what} too small, set to {least}"));
        } else if number > most {
            self.warn(&format!("{what} too large, set to {most}"));
        }
        number.clamp(least, most)
    }

    fn call(&mut self, name: usize, arguments: &[Argument]) -> Result<Number> {
        let Some(function) = self.functions.get(name).cloned().flatten() else {
            return self.library(name, arguments);
        };
        if self.calls.len() >= MAX_CALLS {
            return Err(Stop::Fault("functions are nested too deep".into()));
        }
        if function.parameters.len() != arguments.len() {
            return Err(Stop::Fault("Parameter number mismatch".into()));
        }
        // All arguments are looked at before any name is taken over.
        let mut news = Vec::new();
        for (parameter, argument) in function.parameters.iter().zip(arguments) {
            news.push(match (parameter, argument) {
                (Parameter::Variable(name), Argument::Value(value)) => {
                    Saved::Variable(*name, self.value(value)?)
                }
                (Parameter::Array(name), Argument::Array(array)) => {
                    let copy = self.array(*array).borrow().clone();
                    Saved::Array(*name, Rc::new(RefCell::new(copy)))
                }
                (Parameter::Reference(name), Argument::Array(array)) => {
                    Saved::Array(*name, self.array(*array).clone())
                }
                _ => return Err(Stop::Fault("Parameter type mismatch".into())),
            });
        }
        news.extend(function.autos.iter().map(|auto| match auto {
            Parameter::Variable(name) => Saved::Variable(*name, Number::zero()),
            Parameter::Array(name) | Parameter::Reference(name) => Saved::Array(*name, Array::default()),
        }));
        let saved: Vec<Saved> = news.into_iter().map(|new| self.swap(new)).collect();
        self.calls.push(function.clone());
        let ended = self.run(&function.body);
        if !matches!(ended, Err(Stop::Fault(_))) {
            self.calls.pop();
        }
        for old in saved.into_iter().rev() {
            self.swap(old);
        }
        let value = match ended {
            Ok(()) => Number::zero(),
            Err(Stop::Return(value)) => value,
            Err(stop) => return Err(stop),
        };
        self.was_void = function.is_void;
        Ok(value)
    }

    /// Gives a name that value; its old one comes back.
    fn swap(&mut self, new: Saved) -> Saved {
        match new {
            Saved::Variable(name, value) => {
                Saved::Variable(name, std::mem::replace(self.variable(name), value))
            }
            Saved::Array(name, value) => Saved::Array(name, std::mem::replace(self.array(name), value)),
        }
    }

    fn library(&mut self, name: usize, arguments: &[Argument]) -> Result<Number> {
        let Some(function) = self.library.get(&name).copied() else {
            let name = self.names.get(name).cloned().unwrap_or_default();
            return Err(Stop::Fault(format!("Function {name} not defined.")));
        };
        let mut values = Vec::new();
        for argument in arguments {
            match argument {
                Argument::Value(value) => values.push(self.value(value)?),
                Argument::Array(_) => return Err(Stop::Fault("Parameter type mismatch".into())),
            }
        }
        let scale = self.scale;
        match (function, values.as_slice()) {
            ('s', [x]) => Ok(functions::sine(x, scale)),
            ('c', [x]) => Ok(functions::cosine(x, scale)),
            ('a', [x]) => Ok(functions::arctangent(x, scale)),
            ('l', [x]) => Ok(functions::logarithm(x, scale)),
            ('e', [x]) => functions::exponential(x, scale).map_err(|why| fault(why, Operator::Power)),
            ('j', [n, x]) => Ok(functions::bessel(n, x, scale)),
            _ => Err(Stop::Fault("Parameter number mismatch".into())),
        }
    }
}

fn fault(why: Fault, operator: Operator) -> Stop {
    Stop::Fault(match (why, operator) {
        (Fault::DivideByZero, Operator::Remainder) => "Modulo by zero".into(),
        (Fault::DivideByZero, _) => "Divide by zero".into(),
        (Fault::NegativeRoot, _) => "Square root of a negative number".into(),
        (Fault::ExponentTooLarge, _) => "exponent too large in raise".into(),
    })
}

/// The escapes of `print`; others vanish.
fn unescaped(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut rest = text.iter();
    while let Some(b) = rest.next() {
        if *b != b'\\' {
            out.push(*b);
            continue;
        }
        match rest.next() {
            Some(b'a') => out.push(7),
            Some(b'b') => out.push(8),
            Some(b'f') => out.push(12),
            Some(b'n') => out.push(b'\n'),
            Some(b'q') => out.push(b'"'),
            Some(b'r') => out.push(b'\r'),
            Some(b't') => out.push(b'\t'),
            Some(b'\\') => out.push(b'\\'),
            _ => {}
        }
    }
    out
}
