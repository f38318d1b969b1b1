//! The program in the compact form that [`crate::interp`] runs: every name is a slot.

use std::cell::RefCell;
use std::rc::Rc;

use posix_regex::Regex;

use crate::value::Str;

/// The variables with a meaning of their own have the first global slots, in this order.
pub mod special {
    pub const NAMES: [&str; 24] = [
        "NF",
        "NR",
        "FNR",
        "RT",
        "FS",
        "OFS",
        "ORS",
        "RS",
        "SUBSEP",
        "CONVFMT",
        "OFMT",
        "IGNORECASE",
        "FIELDWIDTHS",
        "FPAT",
        "FILENAME",
        "RSTART",
        "RLENGTH",
        "ERRNO",
        "ARGC",
        "ARGIND",
        "ARGV",
        "ENVIRON",
        "PROCINFO",
        "BINMODE",
    ];
    pub const NF: usize = 0;
    pub const NR: usize = 1;
    pub const FNR: usize = 2;
    pub const RT: usize = 3;
    pub const FS: usize = 4;
    pub const OFS: usize = 5;
    pub const ORS: usize = 6;
    pub const RS: usize = 7;
    pub const SUBSEP: usize = 8;
    pub const CONVFMT: usize = 9;
    pub const OFMT: usize = 10;
    pub const IGNORECASE: usize = 11;
    pub const FIELDWIDTHS: usize = 12;
    pub const FPAT: usize = 13;
    pub const FILENAME: usize = 14;
    pub const RSTART: usize = 15;
    pub const RLENGTH: usize = 16;
    pub const ERRNO: usize = 17;
    pub const ARGC: usize = 18;
    pub const ARGIND: usize = 19;
    pub const ARGV: usize = 20;
    pub const ENVIRON: usize = 21;
    pub const PROCINFO: usize = 22;

    /// Those whose reading or writing does more than that.
    pub const HOOKED: usize = 14;
    /// Those that are read from elsewhere.
    pub const READ_HOOKED: usize = 4;
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Slot {
    Global(usize),
    /// From the frame's start.
    Local(usize),
}

/// A regular expression in the source, compiled when first used; again when IGNORECASE changes.
pub struct Pattern {
    pub source: Vec<u8>,
    pub compiled: RefCell<Option<(bool, Rc<Regex>)>>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum BinOp {
    Add,
    Sub,
    Mul,
    Div,
    Mod,
    Pow,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum CmpOp {
    Lt,
    Le,
    Eq,
    Ne,
    Gt,
    Ge,
}

/// An array: a variable, or an element of an array of arrays.
pub struct ArrayExpr {
    pub slot: Slot,
    pub name: Str,
    /// The subscripts on the way, outermost first.
    pub path: Vec<Vec<Expr>>,
}

pub enum Lvalue {
    Var(Slot),
    Field(Expr),
    Elem(ArrayExpr, Vec<Expr>),
}

/// Where getline reads from.
pub enum Source {
    Main,
    File(Box<Expr>),
    Command(Box<Expr>),
}

pub enum Expr {
    Num(f64),
    Str(Str),
    /// On its own a match against `$0`; an argument of some functions as itself.
    Regex(Pattern),
    Var(Slot),
    Field(Box<Expr>),
    Elem(Box<ArrayExpr>, Vec<Expr>),
    Assign(Box<Lvalue>, Box<Expr>),
    /// `s = s x`: written without copying s.
    Append(Slot, Vec<Expr>),
    Update(BinOp, Box<Lvalue>, Box<Expr>),
    /// The amount, and whether the answer is the value before.
    Step(Box<Lvalue>, f64, bool),
    Cond(Box<Expr>, Box<Expr>, Box<Expr>),
    And(Box<Expr>, Box<Expr>),
    Or(Box<Expr>, Box<Expr>),
    Not(Box<Expr>),
    Neg(Box<Expr>),
    Plus(Box<Expr>),
    Binary(BinOp, Box<Expr>, Box<Expr>),
    Compare(CmpOp, Box<Expr>, Box<Expr>),
    Concat(Vec<Expr>),
    /// Negated or not, the text, the expression.
    Match(bool, Box<Expr>, Box<Expr>),
    In(Vec<Expr>, Box<ArrayExpr>),
    Call(usize, Vec<Expr>),
    /// `@name(…)`.
    CallByName(Slot, Vec<Expr>),
    Builtin(Builtin, Vec<Expr>),
    Getline(Source, Option<Box<Lvalue>>),
    /// In parentheses: not an array's name any more, and a comparison's `>` is none of print's.
    Group(Box<Expr>),
    /// `(a, b)`, before it is known whether `in` follows.
    List(Vec<Expr>),
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Builtin {
    Atan2,
    Cos,
    Sin,
    Exp,
    Int,
    Log,
    Rand,
    Sqrt,
    Srand,
    Gsub,
    Sub,
    Gensub,
    Index,
    Length,
    Match,
    Split,
    Patsplit,
    Sprintf,
    Substr,
    Tolower,
    Toupper,
    Close,
    Fflush,
    System,
    Strftime,
    Systime,
    Mktime,
    And,
    Or,
    Xor,
    Lshift,
    Rshift,
    Compl,
    Strtonum,
    Asort,
    Asorti,
    Isarray,
    Typeof,
}

/// Name, function, least and most arguments.
pub const BUILTINS: &[(&str, Builtin, usize, usize)] = &[
    ("atan2", Builtin::Atan2, 2, 2),
    ("cos", Builtin::Cos, 1, 1),
    ("sin", Builtin::Sin, 1, 1),
    ("exp", Builtin::Exp, 1, 1),
    ("int", Builtin::Int, 1, 1),
    ("log", Builtin::Log, 1, 1),
    ("rand", Builtin::Rand, 0, 0),
    ("sqrt", Builtin::Sqrt, 1, 1),
    ("srand", Builtin::Srand, 0, 1),
    ("gsub", Builtin::Gsub, 2, 3),
    ("sub", Builtin::Sub, 2, 3),
    ("gensub", Builtin::Gensub, 3, 4),
    ("index", Builtin::Index, 2, 2),
    ("length", Builtin::Length, 0, 1),
    ("match", Builtin::Match, 2, 3),
    ("split", Builtin::Split, 2, 4),
    ("patsplit", Builtin::Patsplit, 2, 4),
    ("sprintf", Builtin::Sprintf, 1, usize::MAX),
    ("substr", Builtin::Substr, 2, 3),
    ("tolower", Builtin::Tolower, 1, 1),
    ("toupper", Builtin::Toupper, 1, 1),
    ("close", Builtin::Close, 1, 2),
    ("fflush", Builtin::Fflush, 0, 1),
    ("system", Builtin::System, 1, 1),
    ("strftime", Builtin::Strftime, 0, 3),
    ("systime", Builtin::Systime, 0, 0),
    ("mktime", Builtin::Mktime, 1, 2),
    ("and", Builtin::And, 2, usize::MAX),
    ("or", Builtin::Or, 2, usize::MAX),
    ("xor", Builtin::Xor, 2, usize::MAX),
    ("lshift", Builtin::Lshift, 2, 2),
    ("rshift", Builtin::Rshift, 2, 2),
    ("compl", Builtin::Compl, 1, 1),
    ("strtonum", Builtin::Strtonum, 1, 1),
    ("asort", Builtin::Asort, 1, 3),
    ("asorti", Builtin::Asorti, 1, 3),
    ("isarray", Builtin::Isarray, 1, 1),
    ("typeof", Builtin::Typeof, 1, 1),
];

/// Which of a built-in's arguments are arrays.
pub fn array_arguments(builtin: Builtin) -> &'static [usize] {
    match builtin {
        Builtin::Split | Builtin::Patsplit => &[1, 3],
        Builtin::Match => &[2],
        Builtin::Asort | Builtin::Asorti => &[0, 1],
        _ => &[],
    }
}

/// Where print's output goes.
pub enum Redirect {
    Truncate,
    Append,
    Pipe,
    /// `|&`.
    TwoWay,
}

pub struct Stmt {
    /// The line of the source that an error message names.
    pub line: u32,
    pub kind: StmtKind,
}

pub enum StmtKind {
    Expr(Expr),
    Print(Vec<Expr>, Option<(Redirect, Expr)>),
    Printf(Vec<Expr>, Option<(Redirect, Expr)>),
    If(Expr, Box<Stmt>, Option<Box<Stmt>>),
    While(Expr, Box<Stmt>),
    Do(Box<Stmt>, Expr),
    For(Option<Box<Stmt>>, Option<Expr>, Option<Box<Stmt>>, Box<Stmt>),
    ForIn(Lvalue, ArrayExpr, Box<Stmt>),
    Block(Vec<Stmt>),
    /// Cases (`None` is `default`) with the index of their first statement.
    Switch(Expr, Vec<(Option<Expr>, usize)>, Vec<Stmt>),
    Delete(ArrayExpr, Option<Vec<Expr>>),
    Next,
    NextFile,
    Exit(Option<Expr>),
    Return(Option<Expr>),
    Break,
    Continue,
}

pub enum Matcher {
    Always,
    Expr(Expr),
    /// From, to, and the index of its state.
    Range(Expr, Expr, usize),
}

pub struct Rule {
    pub matcher: Matcher,
    /// `None` prints the record.
    pub body: Option<Stmt>,
}

pub struct Function {
    pub name: Str,
    pub params: Vec<Str>,
    /// Which parameters are used as arrays.
    pub arrays: Vec<bool>,
    pub body: Stmt,
}

#[derive(Default)]
pub struct Program {
    pub begin: Vec<Stmt>,
    pub end: Vec<Stmt>,
    pub begin_file: Vec<Stmt>,
    pub end_file: Vec<Stmt>,
    pub rules: Vec<Rule>,
    pub ranges: usize,
    pub functions: Vec<Function>,
    pub globals: Vec<Str>,
}
