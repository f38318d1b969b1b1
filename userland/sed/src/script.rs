//! A script: commands with addresses, in one flat list.

use std::rc::Rc;

use posix_regex::Regex;

use crate::replacement::Replacement;

/// A regular expression; `None` is the empty one, which stands for the one used last.
pub type Pattern = Option<Rc<Regex>>;

pub enum Address {
    Line(usize),
    /// `first~step`.
    Step(usize, usize),
    Last,
    Pattern(Pattern),
    /// `0,/re/`: the range is open before the first line.
    Zero,
}

pub enum End {
    Line(usize),
    Last,
    Pattern(Pattern),
    /// `addr,+N`.
    Plus(usize),
    /// `addr,~N`.
    Multiple(usize),
}

/// Whether a range is being gone through.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Range {
    Outside,
    /// Over, where it starts at a line's number: such a range is not entered again.
    Closed,
    /// Up to this line; `None` where something else ends it.
    Inside(Option<usize>),
}

pub struct Command {
    pub start: Option<Address>,
    pub end: Option<End>,
    pub negated: bool,
    pub kind: Kind,
}

/// Where output goes: an index of the files that `w` opens.
pub type Out = usize;

pub const STDOUT: Out = 0;

pub struct Substitute {
    pub pattern: Pattern,
    pub replacement: Replacement,
    pub global: bool,
    pub print: u32,
    /// Replaces this match and, with `global`, those behind it.
    pub number: usize,
    pub evaluate: bool,
    pub write: Option<Out>,
}

pub struct Transliterate {
    /// For characters of one byte.
    pub bytes: Box<[u8; 256]>,
    /// For pairs of which one is longer.
    pub chars: Vec<(Vec<u8>, Vec<u8>)>,
}

pub enum Kind {
    /// Where to go on if the address does not match: behind the closing brace.
    Block(usize),
    BlockEnd,
    LineNumber,
    Append(Vec<u8>),
    Insert(Vec<u8>),
    Change(Vec<u8>),
    /// Targets are indices; `usize::MAX` ends the script.
    Branch(usize),
    BranchIf(usize),
    BranchUnless(usize),
    Delete,
    DeleteFirst,
    Execute(Vec<u8>),
    FileName,
    Get,
    GetAppend,
    Hold,
    HoldAppend,
    List(Option<usize>),
    Next,
    NextAppend,
    Print,
    PrintFirst,
    Quit(i32),
    QuitSilently(i32),
    Read(Vec<u8>),
    /// An index of the files whose lines are read one by one.
    ReadLine(usize),
    Substitute(Box<Substitute>),
    Write(Out),
    WriteFirst(Out),
    Exchange,
    Transliterate(Transliterate),
    Zap,
    Nothing,
}

#[derive(Default)]
pub struct Script {
    pub commands: Vec<Command>,
    /// Names of the files that `w` writes, from 1 on.
    pub outputs: Vec<Vec<u8>>,
    /// Names of the files that `R` reads.
    pub line_files: Vec<Vec<u8>>,
    /// The first line is `#n`.
    pub quiet: bool,
}
