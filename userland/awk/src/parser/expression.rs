//! Expressions, by precedence.

use std::cell::RefCell;

use super::{MAX_DEPTH, Parser, Result};
use crate::ast::{
    ArrayExpr, BUILTINS, BinOp, Builtin, CmpOp, Expr, Lvalue, Pattern, Slot, Source, array_arguments,
};
use crate::lexer::{Keyword, Token};
use crate::value::Str;

fn boxed(expr: Expr) -> Box<Expr> {
    Box::new(expr)
}

impl Parser<'_> {
    pub(super) fn expression(&mut self) -> Result<Expr> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(self.error("nested too deep"));
        }
        let expr = self.ternary();
        self.depth -= 1;
        expr
    }

    /// An expression that print's `>` can't be part of.
    pub(super) fn in_parentheses(&mut self) -> Result<Expr> {
        let in_print = std::mem::replace(&mut self.in_print, false);
        let expr = self.expression();
        self.in_print = in_print;
        expr
    }

    fn ternary(&mut self) -> Result<Expr> {
        let left = self.or()?;
        if self.is("?") {
            self.advance()?;
            self.newlines()?;
            let yes = self.expression()?;
            self.newlines()?;
            self.expect(":")?;
            self.newlines()?;
            let no = self.expression()?;
            return Ok(Expr::Cond(boxed(left), boxed(yes), boxed(no)));
        }
        self.assignment(left)
    }

    /// The right side of an assignment to what has been read, if one follows.
    fn assignment(&mut self, left: Expr) -> Result<Expr> {
        let op = match self.token {
            Token::Op("=") => None,
            Token::Op("+=") => Some(BinOp::Add),
            Token::Op("-=") => Some(BinOp::Sub),
            Token::Op("*=") => Some(BinOp::Mul),
            Token::Op("/=") => Some(BinOp::Div),
            Token::Op("%=") => Some(BinOp::Mod),
            Token::Op("^=" | "**=") => Some(BinOp::Pow),
            _ => return Ok(left),
        };
        // `1 + x = 2` and `a && x = 2` assign to their right end, as yacc's grammars have it.
        self.assign_to(left, op)
    }

    fn assign_to(&mut self, left: Expr, op: Option<BinOp>) -> Result<Expr> {
        Ok(match left {
            Expr::And(a, b) => Expr::And(a, boxed(self.assign_to(*b, op)?)),
            Expr::Or(a, b) => Expr::Or(a, boxed(self.assign_to(*b, op)?)),
            Expr::Not(a) => Expr::Not(boxed(self.assign_to(*a, op)?)),
            Expr::Neg(a) => Expr::Neg(boxed(self.assign_to(*a, op)?)),
            Expr::Compare(cmp, a, b) => Expr::Compare(cmp, a, boxed(self.assign_to(*b, op)?)),
            Expr::Match(not, a, b) => Expr::Match(not, a, boxed(self.assign_to(*b, op)?)),
            Expr::Binary(own, a, b) => Expr::Binary(own, a, boxed(self.assign_to(*b, op)?)),
            Expr::Concat(mut parts) => {
                if let Some(last) = parts.pop() {
                    parts.push(self.assign_to(last, op)?);
                }
                Expr::Concat(parts)
            }
            target => {
                let Some(target) = lvalue(target) else {
                    return self.syntax_error();
                };
                self.advance()?;
                self.newlines()?;
                let value = self.expression()?;
                match op {
                    Some(op) => Expr::Update(op, Box::new(target), boxed(value)),
                    None => plain_assignment(target, value),
                }
            }
        })
    }

    fn or(&mut self) -> Result<Expr> {
        let mut left = self.and()?;
        while self.accept("||")? {
            self.newlines()?;
            let right = self.and()?;
            let right = self.assignment(right)?;
            left = Expr::Or(boxed(left), boxed(right));
        }
        Ok(left)
    }

    fn and(&mut self) -> Result<Expr> {
        let mut left = self.membership()?;
        while self.accept("&&")? {
            self.newlines()?;
            let right = self.membership()?;
            let right = self.assignment(right)?;
            left = Expr::And(boxed(left), boxed(right));
        }
        Ok(left)
    }

    fn membership(&mut self) -> Result<Expr> {
        let mut left = self.matching()?;
        while self.is_keyword(Keyword::In) {
            self.advance()?;
            let array = self.array()?;
            let subscripts = match left {
                Expr::List(list) => list,
                other => vec![other],
            };
            left = Expr::In(subscripts, Box::new(array));
        }
        Ok(left)
    }

    fn matching(&mut self) -> Result<Expr> {
        let mut left = self.comparison()?;
        loop {
            let negated = match self.token {
                Token::Op("~") => false,
                Token::Op("!~") => true,
                _ => return Ok(left),
            };
            self.advance()?;
            let right = self.comparison()?;
            left = Expr::Match(negated, boxed(left), boxed(right));
        }
    }

    fn comparison(&mut self) -> Result<Expr> {
        let left = self.piped()?;
        let op = match self.token {
            Token::Op("<") => CmpOp::Lt,
            Token::Op("<=") => CmpOp::Le,
            Token::Op("==") => CmpOp::Eq,
            Token::Op("!=") => CmpOp::Ne,
            Token::Op(">") if !self.in_print => CmpOp::Gt,
            Token::Op(">=") => CmpOp::Ge,
            _ => return Ok(left),
        };
        self.advance()?;
        let right = self.piped()?;
        Ok(Expr::Compare(op, boxed(left), boxed(right)))
    }

    /// `command | getline`, any number of times.
    fn piped(&mut self) -> Result<Expr> {
        let mut left = self.concatenation()?;
        while self.is("|") || self.is("|&") {
            let mut ahead = self.lexer.clone();
            if ahead.next() != Ok(Token::Keyword(Keyword::Getline)) {
                break;
            }
            if self.is("|&") {
                return Err(self.error("two-way pipes (`|&') are not supported"));
            }
            self.advance()?;
            self.advance()?;
            let target = self.getline_target()?;
            left = Expr::Getline(Source::Command(boxed(left)), target);
        }
        Ok(left)
    }

    pub(super) fn concatenation(&mut self) -> Result<Expr> {
        let first = self.additive()?;
        if !self.starts_operand() {
            return Ok(first);
        }
        let mut parts = vec![first];
        while self.starts_operand() {
            parts.push(self.additive()?);
        }
        Ok(Expr::Concat(parts))
    }

    fn starts_operand(&self) -> bool {
        match &self.token {
            Token::Number(_)
            | Token::String(_)
            | Token::Name(_)
            | Token::FuncName(_)
            | Token::Builtin(_)
            | Token::Op("$" | "(" | "!" | "-" | "+" | "++" | "--" | "@") => true,
            Token::Op(_) | Token::Keyword(_) | Token::Newline | Token::End => false,
        }
    }

    fn additive(&mut self) -> Result<Expr> {
        let mut left = self.multiplicative()?;
        loop {
            let op = match self.token {
                Token::Op("+") => BinOp::Add,
                Token::Op("-") => BinOp::Sub,
                _ => return Ok(left),
            };
            self.advance()?;
            let right = self.multiplicative()?;
            left = Expr::Binary(op, boxed(left), boxed(right));
        }
    }

    fn multiplicative(&mut self) -> Result<Expr> {
        let mut left = self.unary()?;
        loop {
            let op = match self.token {
                Token::Op("*") => BinOp::Mul,
                Token::Op("/") => BinOp::Div,
                Token::Op("%") => BinOp::Mod,
                _ => return Ok(left),
            };
            self.advance()?;
            let right = self.unary()?;
            left = Expr::Binary(op, boxed(left), boxed(right));
        }
    }

    fn unary(&mut self) -> Result<Expr> {
        let wrap: fn(Box<Expr>) -> Expr = match self.token {
            Token::Op("!") => Expr::Not,
            Token::Op("-") => Expr::Neg,
            Token::Op("+") => Expr::Plus,
            _ => return self.power(),
        };
        self.advance()?;
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(self.error("nested too deep"));
        }
        let operand = self.unary();
        self.depth -= 1;
        Ok(wrap(boxed(operand?)))
    }

    fn power(&mut self) -> Result<Expr> {
        let base = self.postfix()?;
        if !self.is("^") && !self.is("**") {
            return Ok(base);
        }
        self.advance()?;
        // Right-associative, and the exponent may have a sign.
        let exponent = self.unary()?;
        Ok(Expr::Binary(BinOp::Pow, boxed(base), boxed(exponent)))
    }

    fn postfix(&mut self) -> Result<Expr> {
        if self.is("++") || self.is("--") {
            let amount = if self.is("++") { 1.0 } else { -1.0 };
            self.advance()?;
            let operand = self.primary()?;
            return match lvalue(operand) {
                Some(target) => Ok(Expr::Step(Box::new(target), amount, false)),
                None => self.syntax_error(),
            };
        }
        let operand = self.primary()?;
        if !self.is("++") && !self.is("--") {
            return Ok(operand);
        }
        if !matches!(operand, Expr::Var(_) | Expr::Field(_) | Expr::Elem(..)) {
            return Ok(operand);
        }
        let amount = if self.is("++") { 1.0 } else { -1.0 };
        self.advance()?;
        match lvalue(operand) {
            Some(target) => Ok(Expr::Step(Box::new(target), amount, true)),
            None => self.syntax_error(),
        }
    }

    fn primary(&mut self) -> Result<Expr> {
        match self.token.clone() {
            Token::Number(n) => {
                self.advance()?;
                Ok(Expr::Num(n))
            }
            Token::String(text) => {
                self.advance()?;
                Ok(Expr::Str(Str::from(text.as_slice())))
            }
            Token::Op("/" | "/=") => {
                let source = self.lexer.regex().map_err(|why| self.error(&why))?;
                self.advance()?;
                Ok(pattern(source))
            }
            Token::Op("$") => {
                self.advance()?;
                let index = match self.token {
                    Token::Op("-") => {
                        self.advance()?;
                        Expr::Neg(boxed(self.primary()?))
                    }
                    Token::Op("++" | "--") => self.postfix()?,
                    _ => self.primary()?,
                };
                Ok(Expr::Field(boxed(index)))
            }
            Token::Op("(") => self.parentheses(),
            Token::Op("@") => self.by_name(),
            Token::Op("!" | "-" | "+") => self.unary(),
            Token::Keyword(Keyword::Getline) => self.getline(),
            Token::Builtin(builtin) => self.builtin(builtin),
            Token::FuncName(name) => self.call(&name),
            Token::Name(name) => {
                self.advance()?;
                if self.is("[") {
                    let mut array = self.array_named(&name)?;
                    let last = array.path.pop().unwrap_or_default();
                    return Ok(Expr::Elem(Box::new(array), last));
                }
                Ok(Expr::Var(self.names.slot(&name)))
            }
            _ => self.syntax_error(),
        }
    }

    fn parentheses(&mut self) -> Result<Expr> {
        self.advance()?;
        let in_print = std::mem::replace(&mut self.in_print, false);
        self.newlines()?;
        let mut list = self.list(")")?;
        self.in_print = in_print;
        self.expect(")")?;
        if list.len() != 1 {
            // Only `in`, or print, can follow.
            if list.is_empty() || !(self.is_keyword(Keyword::In) || in_print) {
                return self.syntax_error();
            }
            return Ok(Expr::List(list));
        }
        Ok(Expr::Group(boxed(list.remove(0))))
    }

    /// Expressions up to a closing token, which stays.
    fn list(&mut self, end: &str) -> Result<Vec<Expr>> {
        let in_print = std::mem::replace(&mut self.in_print, false);
        let mut list = Vec::new();
        self.newlines()?;
        while !self.is(end) {
            list.push(self.expression()?);
            self.newlines()?;
            if !self.accept(",")? {
                break;
            }
            self.newlines()?;
            if self.is(end) {
                return self.syntax_error();
            }
        }
        self.in_print = in_print;
        Ok(list)
    }

    fn subscripts(&mut self) -> Result<Vec<Expr>> {
        self.expect("[")?;
        let list = self.list("]")?;
        if list.is_empty() {
            return self.syntax_error();
        }
        self.expect("]")?;
        Ok(list)
    }

    /// An array's name, with subscripts where it is an array in an array.
    pub(super) fn array(&mut self) -> Result<ArrayExpr> {
        let Token::Name(name) = self.token.clone() else {
            return self.syntax_error();
        };
        self.advance()?;
        self.array_named(&name)
    }

    fn array_named(&mut self, name: &[u8]) -> Result<ArrayExpr> {
        let slot = self.names.slot(name);
        self.names.mark_array(slot);
        let mut path = Vec::new();
        while self.is("[") {
            path.push(self.subscripts()?);
        }
        Ok(ArrayExpr {
            slot,
            name: Str::from(name),
            path,
        })
    }

    fn call(&mut self, name: &[u8]) -> Result<Expr> {
        self.advance()?;
        self.expect("(")?;
        let arguments = self.list(")")?;
        self.expect(")")?;
        let place = format!("{}:{}", self.lexer.file_name(), self.lexer.start_line);
        let callee = self.names.function(name, &place);
        for (at, argument) in arguments.iter().enumerate() {
            if let Expr::Var(slot) = argument {
                self.names.mark_passed(*slot, callee, at);
            }
        }
        Ok(Expr::Call(callee, arguments))
    }

    /// `@name(…)`.
    fn by_name(&mut self) -> Result<Expr> {
        self.advance()?;
        match self.token.clone() {
            Token::FuncName(name) => {
                self.advance()?;
                self.expect("(")?;
                let arguments = self.list(")")?;
                self.expect(")")?;
                Ok(Expr::CallByName(self.names.slot(&name), arguments))
            }
            // `@/re/`, a constant of its own type in gawk, is an expression here.
            Token::Op("/" | "/=") => self.primary(),
            _ => self.syntax_error(),
        }
    }

    fn builtin(&mut self, builtin: Builtin) -> Result<Expr> {
        let (name, _, least, most) = BUILTINS[builtin as usize];
        self.advance()?;
        if !self.is("(") {
            // length is the only one that needs no parentheses.
            return if builtin == Builtin::Length {
                Ok(Expr::Builtin(builtin, Vec::new()))
            } else {
                self.syntax_error()
            };
        }
        self.advance()?;
        let arguments = self.list(")")?;
        self.expect(")")?;
        if arguments.len() < least || arguments.len() > most {
            let count = arguments.len();
            return Err(self.error(&format!("{count} is invalid as number of arguments for {name}")));
        }
        for at in array_arguments(builtin) {
            match arguments.get(*at) {
                Some(Expr::Var(slot)) => self.names.mark_array(*slot),
                Some(Expr::Elem(..)) | None => {}
                Some(_) => return Err(self.error(&format!("{name}: argument {} is not an array", at + 1))),
            }
        }
        Ok(Expr::Builtin(builtin, arguments))
    }

    fn getline(&mut self) -> Result<Expr> {
        self.advance()?;
        let target = self.getline_target()?;
        if self.accept("<")? {
            let file = self.primary()?;
            return Ok(Expr::Getline(Source::File(boxed(file)), target));
        }
        Ok(Expr::Getline(Source::Main, target))
    }

    fn getline_target(&mut self) -> Result<Option<Box<Lvalue>>> {
        match self.token {
            Token::Op("$") | Token::Name(_) => {
                let target = self.primary()?;
                match lvalue(target) {
                    Some(target) => Ok(Some(Box::new(target))),
                    None => self.syntax_error(),
                }
            }
            _ => Ok(None),
        }
    }

    /// A constant of `case`.
    pub(super) fn case_value(&mut self) -> Result<Expr> {
        match self.token {
            Token::Op("-") => {
                self.advance()?;
                Ok(Expr::Neg(boxed(self.primary()?)))
            }
            Token::Number(_) | Token::String(_) | Token::Op("/" | "/=" | "+" | "@") => self.primary(),
            _ => self.syntax_error(),
        }
    }
}

fn pattern(source: Vec<u8>) -> Expr {
    Expr::Regex(Pattern {
        source,
        compiled: RefCell::new(None),
    })
}

fn lvalue(expr: Expr) -> Option<Lvalue> {
    match expr {
        Expr::Var(slot) => Some(Lvalue::Var(slot)),
        Expr::Field(index) => Some(Lvalue::Field(*index)),
        Expr::Elem(array, subscripts) => Some(Lvalue::Elem(*array, subscripts)),
        Expr::Group(inner) => lvalue(*inner),
        _ => None,
    }
}

fn plain_assignment(target: Lvalue, value: Expr) -> Expr {
    if let (Lvalue::Var(slot), Expr::Concat(parts)) = (&target, &value)
        && let Some(Expr::Var(first)) = parts.first()
        && first == slot
        && !matches!(slot, Slot::Global(at) if *at < crate::ast::special::HOOKED)
        && parts[1..].iter().all(is_pure)
        && let Expr::Concat(mut parts) = value
    {
        parts.remove(0);
        return Expr::Append(*slot, parts);
    }
    Expr::Assign(Box::new(target), boxed(value))
}

/// Whether evaluating can't change a variable, so that appending one by one is the same as appending the whole.
fn is_pure(expr: &Expr) -> bool {
    match expr {
        Expr::Num(_) | Expr::Str(_) | Expr::Var(_) => true,
        Expr::Field(inner) | Expr::Group(inner) => is_pure(inner),
        Expr::Elem(_, subscripts) => subscripts.iter().all(is_pure),
        _ => false,
    }
}
