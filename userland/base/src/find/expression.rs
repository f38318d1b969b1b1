//! find's expressions: predicates in a tree, and the options that hold for the whole walk.

use std::ffi::{OsStr, OsString};

use cli::{names::Names, quote, time};
use sys::FileType;

use crate::mode::symbolic;

/// What the command line asks for.
pub struct Query {
    pub roots: Vec<OsString>,
    pub follow: Follow,
    pub depth_first: bool,
    pub min_depth: usize,
    pub max_depth: usize,
    pub expression: Expression,
    pub now_ns: i64,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Follow {
    Never,
    Roots,
    Always,
}

pub enum Expression {
    And(Vec<Expression>),
    Or(Vec<Expression>),
    List(Vec<Expression>),
    Not(Box<Expression>),
    Test(Test),
    Action(Action),
}

pub enum Test {
    Constant(bool),
    Name {
        pattern: Vec<u8>,
        fold: bool,
    },
    Path {
        pattern: Vec<u8>,
        fold: bool,
    },
    Types(Vec<FileType>),
    Size {
        count: Count,
        unit: u64,
    },
    Empty,
    Perm(Perm),
    Uid(Count),
    Gid(Count),
    Links(Count),
    Inode(Count),
    /// Newer than a time in nanoseconds.
    Newer(Stamp, i64),
    /// Age in units of so many nanoseconds.
    Age {
        stamp: Stamp,
        count: Count,
        unit_ns: i64,
    },
    Executable,
    Readable,
    Writable,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Stamp {
    Access,
    Change,
    Modification,
}

/// `+n`, `-n`, `n`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Count {
    More(u64),
    Less(u64),
    Exactly(u64),
}

impl Count {
    pub fn holds(self, value: u64) -> bool {
        match self {
            Count::More(n) => value > n,
            Count::Less(n) => value < n,
            Count::Exactly(n) => value == n,
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Perm {
    Exactly(u32),
    AllOf(u32),
    AnyOf(u32),
}

pub enum Action {
    Print,
    Print0,
    Printf(String),
    Ls,
    Prune,
    Quit,
    Delete,
    /// `ask`: -ok. The placeholder is `{}`.
    Exec {
        command: Vec<Vec<u8>>,
        ask: bool,
        in_directory: bool,
    },
    /// `… {} +`: an index into what has been collected.
    ExecMany {
        command: Vec<Vec<u8>>,
        index: usize,
    },
}

pub fn parse(arguments: &[OsString]) -> Result<Query, String> {
    let mut follow = Follow::Never;
    let mut rest = arguments;
    while let Some((first, others)) = rest.split_first() {
        match first.to_str() {
            Some("-H") => follow = Follow::Roots,
            Some("-L" | "-follow") => follow = Follow::Always,
            Some("-P") => follow = Follow::Never,
            _ => break,
        }
        rest = others;
    }
    let starts_expression = |word: &OsString| {
        let bytes = word.as_encoded_bytes();
        (bytes.starts_with(b"-") && bytes.len() > 1) || matches!(bytes, b"(" | b"!" | b")" | b",")
    };
    let end = rest.iter().position(starts_expression).unwrap_or(rest.len());
    let roots = if end == 0 {
        vec![OsString::from(".")]
    } else {
        rest[..end].to_vec()
    };
    let mut parser = Parser {
        words: &rest[end..],
        at: 0,
        query: Query {
            roots,
            follow,
            depth_first: false,
            min_depth: 0,
            max_depth: usize::MAX,
            expression: Expression::And(Vec::new()),
            now_ns: time::now_ns(),
        },
        acts: false,
        many: 0,
    };
    let expression = if parser.words.is_empty() {
        Expression::And(Vec::new())
    } else {
        parser.list()?
    };
    if let Some(extra) = parser.words.get(parser.at) {
        return Err(format!("paths must precede expression: {}", quote::always(extra)));
    }
    let mut query = parser.query;
    // What does nothing else prints.
    query.expression = if parser.acts {
        expression
    } else {
        Expression::And(vec![expression, Expression::Action(Action::Print)])
    };
    Ok(query)
}

struct Parser<'a> {
    words: &'a [OsString],
    at: usize,
    query: Query,
    /// Whether there is an action other than -prune.
    acts: bool,
    /// How many `-exec … +` there are.
    many: usize,
}

impl<'a> Parser<'a> {
    fn peek(&self) -> Option<&'a str> {
        self.words
            .get(self.at)
            .map(|word| word.to_str().unwrap_or("\u{fffd}"))
    }

    fn list(&mut self) -> Result<Expression, String> {
        let mut parts = vec![self.or()?];
        while self.peek() == Some(",") {
            self.at += 1;
            parts.push(self.or()?);
        }
        Ok(if parts.len() == 1 {
            parts.remove(0)
        } else {
            Expression::List(parts)
        })
    }

    fn or(&mut self) -> Result<Expression, String> {
        let mut parts = vec![self.and()?];
        while matches!(self.peek(), Some("-o" | "-or")) {
            self.at += 1;
            parts.push(self.and()?);
        }
        Ok(if parts.len() == 1 {
            parts.remove(0)
        } else {
            Expression::Or(parts)
        })
    }

    fn and(&mut self) -> Result<Expression, String> {
        let mut parts = vec![self.primary()?];
        loop {
            match self.peek() {
                Some("-a" | "-and") => self.at += 1,
                None | Some("-o" | "-or" | "," | ")") => break,
                Some(_) => {}
            }
            parts.push(self.primary()?);
        }
        Ok(if parts.len() == 1 {
            parts.remove(0)
        } else {
            Expression::And(parts)
        })
    }

    fn primary(&mut self) -> Result<Expression, String> {
        let word = self.words.get(self.at).ok_or("expected an expression")?;
        self.at += 1;
        match word.to_str() {
            Some("!" | "-not") => Ok(Expression::Not(Box::new(self.primary()?))),
            Some("(") => {
                let inner = self.list()?;
                if self.peek() != Some(")") {
                    return Err(
                        "invalid expression; I was expecting to find a ')' somewhere but did not see one."
                            .into(),
                    );
                }
                self.at += 1;
                Ok(inner)
            }
            Some(name) if name.starts_with('-') => self.predicate(name),
            _ => Err(format!("paths must precede expression: {}", quote::always(word))),
        }
    }

    fn value(&mut self, name: &str) -> Result<&'a OsStr, String> {
        let value = self
            .words
            .get(self.at)
            .ok_or_else(|| format!("missing argument to `{name}'"))?;
        self.at += 1;
        Ok(value)
    }

    fn text(&mut self, name: &str) -> Result<&'a str, String> {
        let value = self.value(name)?;
        value
            .to_str()
            .ok_or_else(|| format!("invalid argument {} to `{name}'", quote::always(value)))
    }

    fn count(&mut self, name: &str) -> Result<Count, String> {
        let text = self.text(name)?;
        parse_count(text).ok_or_else(|| format!("invalid argument `{text}' to `{name}'"))
    }

    fn pattern(&mut self, name: &str, fold: bool) -> Result<Vec<u8>, String> {
        let bytes = self.value(name)?.as_encoded_bytes();
        Ok(if fold { fold_case(bytes) } else { bytes.to_vec() })
    }

    fn predicate(&mut self, name: &str) -> Result<Expression, String> {
        let fold = name.starts_with("-i");
        Ok(Expression::Test(match name {
            "-true" | "-daystart" | "-noleaf" | "-mount" | "-xdev" => Test::Constant(true),
            "-false" => Test::Constant(false),
            "-depth" | "-d" => {
                self.query.depth_first = true;
                Test::Constant(true)
            }
            "-follow" => {
                self.query.follow = Follow::Always;
                Test::Constant(true)
            }
            "-maxdepth" | "-mindepth" => {
                let text = self.text(name)?;
                let depth = text.parse().map_err(|_| {
                    format!(
                        "Expected a positive decimal integer argument to {name}, but got {}",
                        quote::always(text.as_ref())
                    )
                })?;
                *(if name == "-maxdepth" {
                    &mut self.query.max_depth
                } else {
                    &mut self.query.min_depth
                }) = depth;
                Test::Constant(true)
            }
            "-name" | "-iname" => Test::Name {
                pattern: self.pattern(name, fold)?,
                fold,
            },
            "-path" | "-ipath" | "-wholename" | "-iwholename" => Test::Path {
                pattern: self.pattern(name, fold)?,
                fold,
            },
            "-type" => Test::Types(self.types()?),
            "-size" => self.size()?,
            "-empty" => Test::Empty,
            "-perm" => Test::Perm(self.perm()?),
            "-user" | "-uid" => Test::Uid(self.owner(name, &mut Names::users())?),
            "-group" | "-gid" => Test::Gid(self.owner(name, &mut Names::groups())?),
            "-links" => Test::Links(self.count(name)?),
            "-inum" => Test::Inode(self.count(name)?),
            "-newer" | "-anewer" | "-cnewer" => {
                let path = self.value(name)?;
                let stat = sys::stat(path).map_err(|why| format!("{}: {why}", quote::always(path)))?;
                Test::Newer(stamp(&name[1..]), stat.mtime_ns)
            }
            "-mtime" | "-atime" | "-ctime" => self.age(name, 86_400)?,
            "-mmin" | "-amin" | "-cmin" => self.age(name, 60)?,
            "-executable" => Test::Executable,
            "-readable" => Test::Readable,
            "-writable" => Test::Writable,
            _ => return self.action(name),
        }))
    }

    fn action(&mut self, name: &str) -> Result<Expression, String> {
        self.acts |= name != "-prune";
        Ok(Expression::Action(match name {
            "-print" => Action::Print,
            "-print0" => Action::Print0,
            "-printf" => Action::Printf(self.text(name)?.to_owned()),
            "-ls" => Action::Ls,
            "-prune" => Action::Prune,
            "-quit" => Action::Quit,
            "-delete" => {
                self.query.depth_first = true;
                Action::Delete
            }
            "-exec" | "-execdir" | "-ok" | "-okdir" => self.exec(name)?,
            _ => return Err(format!("unknown predicate `{name}'")),
        }))
    }

    fn exec(&mut self, name: &str) -> Result<Action, String> {
        let mut command: Vec<Vec<u8>> = Vec::new();
        loop {
            let word = self.value(name)?.as_encoded_bytes();
            match word {
                b";" => break,
                b"+" if command.last().is_some_and(|last| last == b"{}") && name == "-exec" => {
                    command.pop();
                    self.many += 1;
                    return Ok(Action::ExecMany {
                        command,
                        index: self.many - 1,
                    });
                }
                _ => command.push(word.to_vec()),
            }
        }
        if command.is_empty() {
            return Err(format!("missing argument to `{name}'"));
        }
        Ok(Action::Exec {
            command,
            ask: name.starts_with("-ok"),
            in_directory: name.ends_with("dir"),
        })
    }

    fn types(&mut self) -> Result<Vec<FileType>, String> {
        let text = self.text("-type")?;
        text.split(',')
            .map(|letter| match letter {
                "f" => Ok(FileType::Regular),
                "d" => Ok(FileType::Directory),
                "l" => Ok(FileType::Symlink),
                "p" => Ok(FileType::Fifo),
                "s" => Ok(FileType::Socket),
                "c" => Ok(FileType::CharDevice),
                "b" => Ok(FileType::BlockDevice),
                _ => Err(format!("Unknown argument to -type: {letter}")),
            })
            .collect()
    }

    fn size(&mut self) -> Result<Test, String> {
        let text = self.text("-size")?;
        let (number, unit) = match text.as_bytes().last() {
            Some(b'c') => (&text[..text.len() - 1], 1),
            Some(b'w') => (&text[..text.len() - 1], 2),
            Some(b'b') => (&text[..text.len() - 1], 512),
            Some(b'k') => (&text[..text.len() - 1], 1024),
            Some(b'M') => (&text[..text.len() - 1], 1 << 20),
            Some(b'G') => (&text[..text.len() - 1], 1 << 30),
            _ => (text, 512),
        };
        let count = parse_count(number).ok_or_else(|| format!("invalid argument `{text}' to `-size'"))?;
        Ok(Test::Size { count, unit })
    }

    fn perm(&mut self) -> Result<Perm, String> {
        let text = self.text("-perm")?;
        let (kind, mode): (fn(u32) -> Perm, &str) = match text.as_bytes().first() {
            Some(b'-') => (Perm::AllOf, &text[1..]),
            Some(b'/') => (Perm::AnyOf, &text[1..]),
            _ => (Perm::Exactly, text),
        };
        symbolic::apply(mode, 0, false, 0)
            .map(kind)
            .ok_or_else(|| format!("invalid mode {}", quote::always(text.as_ref())))
    }

    fn owner(&mut self, name: &str, names: &mut Names) -> Result<Count, String> {
        let text = self.text(name)?;
        if let Some(count) = parse_count(text) {
            return Ok(count);
        }
        let id = names.id(text).filter(|_| matches!(name, "-user" | "-group"));
        id.map(|id| Count::Exactly(id.into())).ok_or_else(|| {
            format!(
                "{} is not the name of a known {}",
                quote::always(text.as_ref()),
                &name[1..]
            )
        })
    }

    fn age(&mut self, name: &str, seconds: i64) -> Result<Test, String> {
        Ok(Test::Age {
            stamp: stamp(&name[1..]),
            count: self.count(name)?,
            unit_ns: seconds * 1_000_000_000,
        })
    }
}

/// By the first letter of a predicate's name.
fn stamp(name: &str) -> Stamp {
    match name.as_bytes().first() {
        Some(b'a') => Stamp::Access,
        Some(b'c') => Stamp::Change,
        _ => Stamp::Modification,
    }
}

fn parse_count(text: &str) -> Option<Count> {
    match text.as_bytes().first()? {
        b'+' => text[1..].parse().ok().map(Count::More),
        b'-' => text[1..].parse().ok().map(Count::Less),
        _ => text.parse().ok().map(Count::Exactly),
    }
}

pub fn fold_case(bytes: &[u8]) -> Vec<u8> {
    match std::str::from_utf8(bytes) {
        Ok(text) => text.to_lowercase().into_bytes(),
        Err(_) => bytes.to_ascii_lowercase(),
    }
}
