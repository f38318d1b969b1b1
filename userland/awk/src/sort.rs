//! The order of arrays: `for (k in a)` under PROCINFO["sorted_in"], asort and asorti.

use std::cmp::Ordering;

use crate::ast::{Expr, special};
use crate::interp::{Flow, Interp, Result, fatal};
use crate::value::{ArrayRef, Str, Value, push_integer, to_number};

#[derive(Clone, Copy, PartialEq, Eq)]
enum By {
    IndexString,
    IndexNumber,
    ValueType,
    ValueString,
    ValueNumber,
}

enum Order {
    Unsorted,
    Builtin(By, bool),
    /// A user function of two indices and values.
    Function(usize),
}

impl<'p> Interp<'p> {
    fn order(&self, name: &[u8]) -> Result<Order> {
        let (by, descending) = match name {
            b"" | b"@unsorted" => return Ok(Order::Unsorted),
            _ => match name.strip_suffix(b"_desc") {
                Some(base) => (base, true),
                None => (name.strip_suffix(b"_asc").unwrap_or(name), false),
            },
        };
        let by = match by {
            b"@ind_str" => By::IndexString,
            b"@ind_num" => By::IndexNumber,
            b"@val_type" => By::ValueType,
            b"@val_str" => By::ValueString,
            b"@val_num" => By::ValueNumber,
            _ => {
                return match self
                    .program
                    .functions
                    .iter()
                    .position(|f| f.name.as_slice() == name)
                {
                    Some(function) => Ok(Order::Function(function)),
                    None => {
                        let name = String::from_utf8_lossy(name);
                        fatal(format!("sort comparison function `{name}' is not defined"))
                    }
                };
            }
        };
        Ok(Order::Builtin(by, descending))
    }

    /// A snapshot of an array's keys, in the order that PROCINFO asks for.
    #[inline(never)]
    pub fn keys_in_order(&mut self, array: &ArrayRef) -> Result<Vec<Str>> {
        let wanted = match &self.globals[special::PROCINFO] {
            Value::Array(procinfo) => procinfo.borrow().get(&b"sorted_in"[..]).cloned(),
            _ => None,
        };
        let Some(wanted) = wanted else {
            return Ok(array.borrow().keys().cloned().collect());
        };
        let name = self.text_of(&wanted);
        let order = self.order(&name)?;
        Ok(self
            .sorted(array, &order)?
            .into_iter()
            .map(|(key, _)| key)
            .collect())
    }

    fn sorted(&mut self, array: &ArrayRef, order: &Order) -> Result<Vec<(Str, Value)>> {
        let mut pairs: Vec<(Str, Value)> = array
            .borrow()
            .iter()
            .map(|(key, value)| (key.clone(), value.clone()))
            .collect();
        match order {
            Order::Unsorted => {}
            Order::Builtin(by, descending) => pairs.sort_by(|left, right| {
                let order = self.compare_pairs(*by, left, right);
                if *descending { order.reverse() } else { order }
            }),
            Order::Function(function) => {
                let mut failure = None;
                // merge_sort calls with the machine, which sort_by can't give twice at once.
                let cell = std::cell::RefCell::new((self, &mut failure));
                pairs.sort_by(|left, right| {
                    let (interp, failure) = &mut *cell.borrow_mut();
                    match interp.call_comparison(*function, left, right) {
                        Ok(order) => order,
                        Err(stop) => {
                            **failure = Some(stop);
                            Ordering::Equal
                        }
                    }
                });
                if let Some(stop) = failure {
                    return Err(stop);
                }
            }
        }
        Ok(pairs)
    }

    fn call_comparison(
        &mut self,
        function: usize,
        left: &(Str, Value),
        right: &(Str, Value),
    ) -> Result<Ordering> {
        let program = self.program;
        let callee = &program.functions[function];
        let mut frame = vec![
            Value::Input(left.0.clone()),
            left.1.clone(),
            Value::Input(right.0.clone()),
            right.1.clone(),
        ];
        frame.resize(callee.params.len().max(4), Value::Uninit);
        let base = std::mem::replace(&mut self.base, self.stack.len());
        self.stack.append(&mut frame);
        let flow = self.exec(&callee.body);
        self.stack.truncate(self.base);
        self.base = base;
        let answer = match flow? {
            Flow::Return => std::mem::take(&mut self.returned).num(),
            _ => 0.0,
        };
        Ok(answer.partial_cmp(&0.0).unwrap_or(Ordering::Equal))
    }

    fn compare_pairs(&self, by: By, left: &(Str, Value), right: &(Str, Value)) -> Ordering {
        match by {
            By::IndexString => left.0.cmp(&right.0),
            By::IndexNumber => {
                numbers(to_number(&left.0), to_number(&right.0)).then_with(|| left.0.cmp(&right.0))
            }
            By::ValueString => self
                .text_of(&left.1)
                .cmp(&self.text_of(&right.1))
                .then_with(|| left.0.cmp(&right.0)),
            By::ValueNumber => numbers(left.1.num(), right.1.num())
                .then_with(|| self.text_of(&left.1).cmp(&self.text_of(&right.1)))
                .then_with(|| left.0.cmp(&right.0)),
            By::ValueType => self.compare_values(&left.1, &right.1),
        }
    }

    /// Numbers before strings before arrays.
    fn compare_values(&self, left: &Value, right: &Value) -> Ordering {
        let rank = |value: &Value| match value {
            Value::Array(_) => 2,
            value if value.as_numeric().is_some() => 0,
            _ => 1,
        };
        rank(left).cmp(&rank(right)).then_with(|| match rank(left) {
            0 => numbers(left.num(), right.num()),
            1 => self.text_of(left).cmp(&self.text_of(right)),
            _ => Ordering::Equal,
        })
    }

    /// asort(source [, destination [, how]]), and asorti with indices as the values.
    pub fn asort(&mut self, indices: bool, arguments: &'p [Expr]) -> Result<f64> {
        let source = self.needed_array(&arguments[0])?;
        let order = match arguments.get(2) {
            Some(how) => {
                let name = self.string(how)?;
                self.order(&name)?
            }
            None if indices => Order::Builtin(By::IndexString, false),
            None => Order::Builtin(By::ValueType, false),
        };
        let pairs = self.sorted(&source, &order)?;
        let target = match arguments.get(1) {
            Some(target) => self.needed_array(target)?,
            None => source,
        };
        let mut target = target.borrow_mut();
        target.clear();
        for (at, (key, value)) in pairs.into_iter().enumerate() {
            let mut number = Vec::new();
            push_integer(&mut number, at as i64 + 1);
            let value = if indices { Value::Str(key) } else { value };
            target.insert(Str::from(number), value);
        }
        Ok(target.len() as f64)
    }
}

fn numbers(left: f64, right: f64) -> Ordering {
    left.partial_cmp(&right).unwrap_or(Ordering::Equal)
}
