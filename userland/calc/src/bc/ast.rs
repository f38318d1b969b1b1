//! Programs. Names are numbers: which variable, array or function of its kind it is.

use std::cell::RefCell;
use std::rc::Rc;

use crate::number::Number;

#[derive(Clone, Debug)]
pub enum Place {
    Variable(usize),
    Element(usize, Box<Expression>),
    Scale,
    InputBase,
    OutputBase,
    Last,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Operator {
    Add,
    Subtract,
    Multiply,
    Divide,
    Remainder,
    Power,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Relation {
    Equal,
    NotEqual,
    Less,
    LessEqual,
    Greater,
    GreaterEqual,
}

#[derive(Clone, Debug)]
pub enum Argument {
    Value(Expression),
    Array(usize),
}

#[derive(Clone, Debug)]
pub enum Expression {
    /// The digits, and the number that they were in the last input base.
    Number(String, RefCell<Option<(u32, Number)>>),
    Load(Place),
    Assign(Place, Option<Operator>, Box<Expression>),
    /// By one; whether it is up, and whether the value is that from after.
    Step {
        place: Place,
        up: bool,
        after: bool,
    },
    Negate(Box<Expression>),
    Not(Box<Expression>),
    Binary(Operator, Box<(Expression, Expression)>),
    Compare(Relation, Box<(Expression, Expression)>),
    And(Box<(Expression, Expression)>),
    Or(Box<(Expression, Expression)>),
    Call(usize, Vec<Argument>),
    Length(Box<Expression>),
    ScaleOf(Box<Expression>),
    Root(Box<Expression>),
    Read,
    Random,
}

#[derive(Clone, Debug)]
pub enum Item {
    Text(Vec<u8>),
    Value(Expression),
}

#[derive(Clone, Debug)]
pub enum Statement {
    /// An expression, and whether its value is shown.
    Expression(Expression, bool),
    Text(Vec<u8>),
    Print(Vec<Item>),
    If(Expression, Box<Statement>, Option<Box<Statement>>),
    While(Expression, Box<Statement>),
    For(
        Option<Expression>,
        Option<Expression>,
        Option<Expression>,
        Box<Statement>,
    ),
    Block(Vec<Statement>),
    Break,
    Continue,
    Return(Option<Expression>),
    Halt,
    Limits,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Parameter {
    Variable(usize),
    Array(usize),
    /// `*a[]`: the caller's own array.
    Reference(usize),
}

#[derive(Debug)]
pub struct Function {
    pub name: String,
    pub parameters: Vec<Parameter>,
    pub autos: Vec<Parameter>,
    pub body: Vec<Statement>,
    /// Its calls show nothing.
    pub is_void: bool,
}

/// What a line, or more where braces are open, asks for.
pub enum Unit {
    Statements(Vec<Statement>),
    Define(usize, Rc<Function>),
    /// `quit`, which takes effect when it is read.
    Quit,
    End,
}
