//! From tokens to programs, by GNU bc's grammar.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use super::ast::{
    Argument, Expression, Function, Item, Operator, Parameter, Place, Relation, Statement, Unit,
};
use super::lexer::{Lexer, Token};

/// Names of each kind are separate.
#[derive(Default)]
pub struct Names {
    pub variables: HashMap<String, usize>,
    pub arrays: HashMap<String, usize>,
    pub functions: HashMap<String, usize>,
}

fn number(names: &mut HashMap<String, usize>, name: &str) -> usize {
    let next = names.len();
    *names.entry(name.to_owned()).or_insert(next)
}

/// A message; the place is the source's.
pub type Result<T> = std::result::Result<T, String>;

/// Expressions and statements nested deeper than this could overflow the stack.
const MAX_DEPTH: usize = 200;

const OR: u8 = 1;
const AND: u8 = 2;
const RELATION: u8 = 4;
const ASSIGNMENT: u8 = 5;
const SUM: u8 = 6;
const PRODUCT: u8 = 7;
const POWER: u8 = 8;

pub struct Parser<'w> {
    pub lexer: Lexer,
    pub names: Names,
    token: Option<Token>,
    depth: usize,
    loops: usize,
    in_function: bool,
    /// Told before input is waited for.
    pub wait: Box<dyn FnMut() + 'w>,
}

fn syntax<T>() -> Result<T> {
    Err("syntax error".into())
}

impl<'w> Parser<'w> {
    pub fn new(lexer: Lexer, wait: Box<dyn FnMut() + 'w>) -> Parser<'w> {
        Parser {
            lexer,
            names: Names::default(),
            token: None,
            depth: 0,
            loops: 0,
            in_function: false,
            wait,
        }
    }

    fn peek(&mut self) -> Result<&Token> {
        if self.token.is_none() {
            self.token = Some(self.lexer.next(&mut *self.wait)?);
        }
        self.token.as_ref().ok_or_else(String::new)
    }

    fn next(&mut self) -> Result<Token> {
        self.peek()?;
        Ok(self.token.take().unwrap_or(Token::End))
    }

    fn is(&mut self, operator: &str) -> Result<bool> {
        Ok(matches!(self.peek()?, Token::Operator(found) if *found == operator))
    }

    fn accept(&mut self, operator: &str) -> Result<bool> {
        let found = self.is(operator)?;
        if found {
            self.token = None;
        }
        Ok(found)
    }

    fn expect(&mut self, operator: &str) -> Result<()> {
        if self.accept(operator)? { Ok(()) } else { syntax() }
    }

    fn is_word(&mut self, word: &str) -> Result<bool> {
        Ok(matches!(self.peek()?, Token::Name(name) if name == word))
    }

    fn accept_word(&mut self, word: &str) -> Result<bool> {
        let found = self.is_word(word)?;
        if found {
            self.token = None;
        }
        Ok(found)
    }

    fn newlines(&mut self) -> Result<()> {
        while *self.peek()? == Token::Newline {
            self.token = None;
        }
        Ok(())
    }

    /// After an error: on with the next line.
    pub fn recover(&mut self) {
        if self.token != Some(Token::Newline) {
            self.lexer.skip_line();
        }
        self.token = None;
        (self.depth, self.loops, self.in_function) = (0, 0, false);
    }

    /// The next line that is not empty.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn unit(&mut self) -> Result<Unit> {
        self.newlines()?;
        if *self.peek()? == Token::End {
            return Ok(Unit::End);
        }
        if self.accept_word("quit")? {
            return Ok(Unit::Quit);
        }
        if self.is_word("define")? {
            return self.define();
        }
        let mut statements = Vec::new();
        loop {
            while self.accept(";")? {}
            match self.peek()? {
                Token::Newline => {
                    self.token = None;
                    return Ok(Unit::Statements(statements));
                }
                Token::End => return Ok(Unit::Statements(statements)),
                _ => statements.push(self.statement()?),
            }
            if !matches!(self.peek()?, Token::Newline | Token::End) && !self.is(";")? {
                return syntax();
            }
        }
    }

    fn nested<T>(&mut self, parse: impl FnOnce(&mut Self) -> Result<T>) -> Result<T> {
        if self.depth == MAX_DEPTH {
            return Err("nested too deep".into());
        }
        self.depth += 1;
        let parsed = parse(self);
        self.depth -= 1;
        parsed
    }

    fn define(&mut self) -> Result<Unit> {
        self.next()?;
        let is_void = self.accept_word("void")?;
        let Token::Name(name) = self.next()? else {
            return syntax();
        };
        self.expect("(")?;
        let parameters = self.parameters()?;
        self.expect(")")?;
        self.newlines()?;
        self.expect("{")?;
        self.newlines()?;
        self.in_function = true;
        let mut autos = Vec::new();
        if self.accept_word("auto")? {
            autos = self.parameters()?;
            if !self.accept(";")? && self.next()? != Token::Newline {
                return syntax();
            }
        }
        if has_twice(&parameters) {
            return Err("duplicate parameter names".into());
        }
        let all: Vec<Parameter> = parameters.iter().chain(&autos).copied().collect();
        if has_twice(&all) {
            return Err("variable in both parameter and auto lists".into());
        }
        let body = self.block()?;
        self.in_function = false;
        let function = number(&mut self.names.functions, &name);
        let defined = Function {
            name,
            parameters,
            autos,
            body,
            is_void,
        };
        Ok(Unit::Define(function, Rc::new(defined)))
    }

    fn parameters(&mut self) -> Result<Vec<Parameter>> {
        let mut parameters = Vec::new();
        while !self.is(")")? {
            let reference = self.accept("*")?;
            let Token::Name(name) = self.next()? else {
                return syntax();
            };
            parameters.push(if self.accept("[")? {
                self.expect("]")?;
                let array = number(&mut self.names.arrays, &name);
                if reference {
                    Parameter::Reference(array)
                } else {
                    Parameter::Array(array)
                }
            } else if reference {
                return syntax();
            } else {
                Parameter::Variable(number(&mut self.names.variables, &name))
            });
            if !self.accept(",")? {
                break;
            }
        }
        Ok(parameters)
    }

    /// Statements up to the brace that ends them.
    fn block(&mut self) -> Result<Vec<Statement>> {
        let mut statements = Vec::new();
        loop {
            while self.accept(";")? || *self.peek()? == Token::Newline {
                self.newlines()?;
            }
            if self.accept("}")? {
                return Ok(statements);
            }
            if *self.peek()? == Token::End {
                return syntax();
            }
            statements.push(self.statement()?);
            let ends = *self.peek()? == Token::Newline || self.is(";")? || self.is("}")?;
            if !ends {
                return syntax();
            }
        }
    }

    fn statement(&mut self) -> Result<Statement> {
        self.nested(Self::statement_inside)
    }

    fn statement_inside(&mut self) -> Result<Statement> {
        if self.accept("{")? {
            return Ok(Statement::Block(self.block()?));
        }
        if let Token::Text(_) = self.peek()? {
            let Token::Text(text) = self.next()? else {
                return syntax();
            };
            return Ok(Statement::Text(text));
        }
        let word = match self.peek()? {
            Token::Name(name) => name.clone(),
            _ => String::new(),
        };
        match word.as_str() {
            "if" => {
                self.next()?;
                let condition = self.parenthesized()?;
                self.newlines()?;
                let then = Box::new(self.statement()?);
                let mut otherwise = None;
                if self.accept_word("else")? {
                    self.newlines()?;
                    otherwise = Some(Box::new(self.statement()?));
                }
                Ok(Statement::If(condition, then, otherwise))
            }
            "while" => {
                self.next()?;
                let condition = self.parenthesized()?;
                Ok(Statement::While(condition, self.loop_body()?))
            }
            "for" => {
                self.next()?;
                self.expect("(")?;
                let first = self.optional(";")?;
                let condition = self.optional(";")?;
                let step = self.optional(")")?;
                Ok(Statement::For(first, condition, step, self.loop_body()?))
            }
            "break" | "continue" if self.loops == 0 => Err(if word == "break" {
                "Break outside a for/while".into()
            } else {
                "Continue outside a for".into()
            }),
            "break" => self.word(Statement::Break),
            "continue" => self.word(Statement::Continue),
            "halt" => self.word(Statement::Halt),
            "limits" => self.word(Statement::Limits),
            "return" if !self.in_function => Err("Return outside of a function.".into()),
            "return" => {
                self.next()?;
                let ends =
                    matches!(self.peek()?, Token::Newline | Token::End) || self.is(";")? || self.is("}")?;
                let value = if ends { None } else { Some(self.expression(0)?) };
                Ok(Statement::Return(value))
            }
            "print" => {
                self.next()?;
                let mut items = Vec::new();
                loop {
                    items.push(match self.peek()? {
                        Token::Text(_) => match self.next()? {
                            Token::Text(text) => Item::Text(text),
                            _ => return syntax(),
                        },
                        _ => Item::Value(self.expression(0)?),
                    });
                    if !self.accept(",")? {
                        return Ok(Statement::Print(items));
                    }
                }
            }
            "else" | "define" | "auto" | "quit" | "void" => syntax(),
            _ => {
                let is_bare = !self.is("(")?;
                let expression = self.expression(0)?;
                let silent = is_bare && matches!(expression, Expression::Assign(..));
                Ok(Statement::Expression(expression, !silent))
            }
        }
    }

    fn word(&mut self, statement: Statement) -> Result<Statement> {
        self.next()?;
        Ok(statement)
    }

    fn loop_body(&mut self) -> Result<Box<Statement>> {
        self.newlines()?;
        self.loops += 1;
        let body = self.statement();
        self.loops = self.loops.saturating_sub(1);
        Ok(Box::new(body?))
    }

    fn optional(&mut self, end: &str) -> Result<Option<Expression>> {
        let expression = if self.is(end)? {
            None
        } else {
            Some(self.expression(0)?)
        };
        self.expect(end)?;
        Ok(expression)
    }

    fn parenthesized(&mut self) -> Result<Expression> {
        self.expect("(")?;
        let expression = self.expression(0)?;
        self.expect(")")?;
        Ok(expression)
    }

    fn expression(&mut self, least: u8) -> Result<Expression> {
        self.nested(|parser| parser.expression_inside(least))
    }

    fn expression_inside(&mut self, least: u8) -> Result<Expression> {
        let mut left = self.prefix()?;
        loop {
            let Token::Operator(operator) = *self.peek()? else {
                return Ok(left);
            };
            let (level, right_level) = match operator {
                "||" => (OR, AND),
                "&&" => (AND, AND + 1),
                "==" | "!=" | "<" | "<=" | ">" | ">=" => (RELATION, ASSIGNMENT),
                "+" | "-" => (SUM, PRODUCT),
                "*" | "/" | "%" => (PRODUCT, POWER),
                "^" => (POWER, POWER),
                _ => return Ok(left),
            };
            if level < least {
                return Ok(left);
            }
            self.next()?;
            let sides = Box::new((left, self.expression(right_level)?));
            left = match operator {
                "||" => Expression::Or(sides),
                "&&" => Expression::And(sides),
                "==" => Expression::Compare(Relation::Equal, sides),
                "!=" => Expression::Compare(Relation::NotEqual, sides),
                "<" => Expression::Compare(Relation::Less, sides),
                "<=" => Expression::Compare(Relation::LessEqual, sides),
                ">" => Expression::Compare(Relation::Greater, sides),
                ">=" => Expression::Compare(Relation::GreaterEqual, sides),
                _ => Expression::Binary(arithmetic(operator), sides),
            };
        }
    }

    fn prefix(&mut self) -> Result<Expression> {
        if self.accept("!")? {
            return Ok(Expression::Not(Box::new(self.expression(RELATION)?)));
        }
        if self.accept("-")? {
            let operand = self.nested(Self::prefix)?;
            return Ok(Expression::Negate(Box::new(operand)));
        }
        for (operator, up) in [("++", true), ("--", false)] {
            if self.accept(operator)? {
                let Expression::Load(place) = self.primary()? else {
                    return syntax();
                };
                return Ok(Expression::Step {
                    place,
                    up,
                    after: true,
                });
            }
        }
        let primary = self.primary()?;
        let Expression::Load(place) = primary else {
            return Ok(primary);
        };
        let Token::Operator(operator) = *self.peek()? else {
            return Ok(Expression::Load(place));
        };
        match operator {
            "++" | "--" => {
                self.next()?;
                let up = operator == "++";
                Ok(Expression::Step {
                    place,
                    up,
                    after: false,
                })
            }
            "=" | "+=" | "-=" | "*=" | "/=" | "%=" | "^=" => {
                self.next()?;
                let by = (operator != "=").then(|| arithmetic(&operator[..1]));
                Ok(Expression::Assign(
                    place,
                    by,
                    Box::new(self.expression(ASSIGNMENT)?),
                ))
            }
            _ => Ok(Expression::Load(place)),
        }
    }

    fn primary(&mut self) -> Result<Expression> {
        match self.next()? {
            Token::Number(text) => Ok(Expression::Number(text, RefCell::new(None))),
            Token::Operator("(") => {
                let inside = self.expression(0)?;
                self.expect(")")?;
                // In parentheses an assignment is a value, and a variable can't be assigned to.
                Ok(match inside {
                    Expression::Load(_) => Expression::Binary(
                        Operator::Add,
                        Box::new((inside, Expression::Number("0".into(), RefCell::new(None)))),
                    ),
                    inside => inside,
                })
            }
            Token::Operator(".") => Ok(Expression::Load(Place::Last)),
            Token::Name(name) => self.named(&name),
            _ => syntax(),
        }
    }

    fn named(&mut self, name: &str) -> Result<Expression> {
        let of_one = |of: fn(Box<Expression>) -> Expression, inside| of(Box::new(inside));
        match name {
            "ibase" => return Ok(Expression::Load(Place::InputBase)),
            "obase" => return Ok(Expression::Load(Place::OutputBase)),
            "last" => return Ok(Expression::Load(Place::Last)),
            "scale" if !self.is("(")? => return Ok(Expression::Load(Place::Scale)),
            "scale" => return Ok(of_one(Expression::ScaleOf, self.parenthesized()?)),
            "length" => return Ok(of_one(Expression::Length, self.parenthesized()?)),
            "sqrt" => return Ok(of_one(Expression::Root, self.parenthesized()?)),
            "read" | "random" => {
                self.expect("(")?;
                self.expect(")")?;
                return Ok(if name == "read" {
                    Expression::Read
                } else {
                    Expression::Random
                });
            }
            "if" | "else" | "while" | "for" | "break" | "continue" | "return" | "define" | "auto"
            | "halt" | "quit" | "print" | "limits" => return syntax(),
            _ => {}
        }
        if self.accept("(")? {
            let mut arguments = Vec::new();
            while !self.is(")")? {
                arguments.push(self.argument()?);
                if !self.accept(",")? {
                    break;
                }
            }
            self.expect(")")?;
            return Ok(Expression::Call(
                number(&mut self.names.functions, name),
                arguments,
            ));
        }
        if self.accept("[")? {
            let index = self.expression(0)?;
            self.expect("]")?;
            let array = number(&mut self.names.arrays, name);
            return Ok(Expression::Load(Place::Element(array, Box::new(index))));
        }
        Ok(Expression::Load(Place::Variable(number(
            &mut self.names.variables,
            name,
        ))))
    }

    fn argument(&mut self) -> Result<Argument> {
        let Token::Name(name) = self.peek()?.clone() else {
            return Ok(Argument::Value(self.expression(0)?));
        };
        // `a[]` is an array; what else begins with a name is read again as an expression.
        if self.lexer.follows_empty_brackets() {
            self.next()?;
            self.expect("[")?;
            self.expect("]")?;
            return Ok(Argument::Array(number(&mut self.names.arrays, &name)));
        }
        Ok(Argument::Value(self.expression(0)?))
    }
}

fn has_twice(parameters: &[Parameter]) -> bool {
    let key = |parameter: &Parameter| match *parameter {
        Parameter::Variable(name) => (false, name),
        Parameter::Array(name) | Parameter::Reference(name) => (true, name),
    };
    parameters
        .iter()
        .enumerate()
        .any(|(at, one)| parameters[..at].iter().any(|other| key(one) == key(other)))
}

fn arithmetic(operator: &str) -> Operator {
    match operator {
        "+" => Operator::Add,
        "-" => Operator::Subtract,
        "*" => Operator::Multiply,
        "/" => Operator::Divide,
        "%" => Operator::Remainder,
        _ => Operator::Power,
    }
}
