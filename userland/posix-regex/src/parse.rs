//! From a pattern to a tree. The grammar is regex(7)'s, the extensions and the leniencies are glibc's.

use regex_syntax::hir::{ClassBytes, ClassBytesRange, ClassUnicode, ClassUnicodeRange, Look};

use crate::bracket::{self, Classes};
use crate::{Flavor, Options};

/// A set of characters, or of bytes where each byte is one.
#[derive(Clone, Debug)]
pub enum Set {
    Chars(ClassUnicode),
    Bytes(ClassBytes),
}

#[derive(Clone, Debug)]
pub enum Node {
    Empty,
    /// One character's bytes.
    Literal(Vec<u8>),
    Set(Set),
    Look(Look),
    /// Its number, from 1.
    Group(usize, Box<Node>),
    Concat(Vec<Node>),
    Alternation(Vec<Node>),
    Repeat {
        min: u32,
        max: Option<u32>,
        node: Box<Node>,
    },
    BackReference(usize),
}

pub struct Parsed {
    pub node: Node,
    pub groups: usize,
    pub has_back_reference: bool,
}

pub fn parse(pattern: &[u8], options: Options, classes: Classes) -> Result<Parsed, String> {
    let mut parser = Parser {
        rest: pattern,
        options,
        classes,
        groups: 0,
        closed: Vec::new(),
        depth: 0,
        has_back_reference: false,
    };
    let node = parser.alternation()?;
    if !parser.rest.is_empty() {
        return Err("Unmatched ) or \\)".into());
    }
    Ok(Parsed {
        node,
        groups: parser.groups,
        has_back_reference: parser.has_back_reference,
    })
}

/// Groups deeper than this could overflow the stack.
const MAX_DEPTH: usize = 250;

pub struct Parser<'a> {
    pub rest: &'a [u8],
    pub options: Options,
    pub classes: Classes,
    groups: usize,
    /// The groups that a back-reference may be about.
    closed: Vec<usize>,
    depth: usize,
    has_back_reference: bool,
}

enum Token {
    Open,
    Close,
    Or,
    Repeat(u32, Option<u32>),
    Interval,
    Atom(Node),
    Bracket,
    BackReference(usize),
}

impl Parser<'_> {
    fn is_basic(&self) -> bool {
        self.options.flavor == Flavor::Basic
    }

    fn alternation(&mut self) -> Result<Node, String> {
        let mut branches = vec![self.branch()?];
        let or: &[u8] = if self.is_basic() { b"\\|" } else { b"|" };
        while let Some(rest) = self.rest.strip_prefix(or) {
            self.rest = rest;
            branches.push(self.branch()?);
        }
        Ok(match branches.len() {
            1 => branches.remove(0),
            _ => Node::Alternation(branches),
        })
    }

    fn branch(&mut self) -> Result<Node, String> {
        let mut nodes: Vec<Node> = Vec::new();
        // Whether a repetition has something to be about.
        let mut repeatable = false;
        while !self.rest.is_empty() {
            let before = self.rest;
            match self.token(nodes.is_empty())? {
                Token::Or => {
                    self.rest = before;
                    break;
                }
                Token::Close => {
                    if self.depth > 0 || self.options.flavor != Flavor::Awk {
                        self.rest = before;
                        break;
                    }
                    nodes.push(self.literal(b")"));
                    repeatable = true;
                }
                Token::Open => {
                    nodes.push(self.group()?);
                    repeatable = true;
                }
                Token::Bracket => {
                    let set = bracket::parse(self)?;
                    nodes.push(Node::Set(set));
                    repeatable = true;
                }
                Token::Repeat(min, max) => self.repeat(&mut nodes, repeatable, before[0], min, max),
                Token::Interval => match self.interval()? {
                    Some((min, max)) => self.repeat(&mut nodes, repeatable, b'{', min, max),
                    None => {
                        nodes.push(self.literal(b"{"));
                        repeatable = true;
                    }
                },
                Token::BackReference(group) => {
                    if !self.closed.contains(&group) {
                        return Err("Invalid back reference".into());
                    }
                    self.has_back_reference = true;
                    nodes.push(Node::BackReference(group));
                    repeatable = true;
                }
                Token::Atom(node) => {
                    repeatable = !self.is_basic() || !matches!(node, Node::Look(_));
                    nodes.push(node);
                }
            }
        }
        Ok(match nodes.len() {
            0 => Node::Empty,
            1 => nodes.remove(0),
            _ => Node::Concat(nodes),
        })
    }

    fn repeat(&self, nodes: &mut Vec<Node>, repeatable: bool, operator: u8, min: u32, max: Option<u32>) {
        match nodes.pop() {
            Some(node) if repeatable => nodes.push(Node::Repeat {
                min,
                max,
                node: Box::new(node),
            }),
            // Nothing to repeat: a star is itself in a basic expression and in awk's, and nothing in an extended one.
            last => {
                nodes.extend(last);
                if self.options.flavor != Flavor::Extended {
                    nodes.push(self.literal(&[operator]));
                }
            }
        }
    }

    fn group(&mut self) -> Result<Node, String> {
        self.groups += 1;
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err("Regular expression too big".into());
        }
        let number = self.groups;
        let node = self.alternation()?;
        let close: &[u8] = if self.is_basic() { b"\\)" } else { b")" };
        self.rest = self.rest.strip_prefix(close).ok_or("Unmatched ( or \\(")?;
        self.depth -= 1;
        self.closed.push(number);
        Ok(Node::Group(number, Box::new(node)))
    }

    fn token(&mut self, at_start: bool) -> Result<Token, String> {
        let basic = self.is_basic();
        let b = self.rest[0];
        let token = match b {
            b'\\' => return self.escape(),
            b'[' => Token::Bracket,
            b'.' => Token::Atom(self.any()),
            b'*' => Token::Repeat(0, None),
            b'^' if !basic || at_start => Token::Atom(self.line_start()),
            b'$' if !basic || self.at_branch_end() => Token::Atom(self.line_end()),
            b'+' if !basic => Token::Repeat(1, None),
            b'?' if !basic => Token::Repeat(0, Some(1)),
            b'{' if !basic => Token::Interval,
            b'|' if !basic => Token::Or,
            b'(' if !basic => Token::Open,
            b')' if !basic => Token::Close,
            _ => return Ok(Token::Atom(self.take_literal())),
        };
        self.rest = &self.rest[1..];
        Ok(token)
    }

    fn escape(&mut self) -> Result<Token, String> {
        let basic = self.is_basic();
        let awk = self.options.flavor == Flavor::Awk;
        let Some(b) = self.rest.get(1).copied() else {
            return Err("Trailing backslash".into());
        };
        let token = match b {
            b'(' if basic => Token::Open,
            b')' if basic => Token::Close,
            b'{' if basic => Token::Interval,
            b'|' if basic => Token::Or,
            b'+' if basic => Token::Repeat(1, None),
            b'?' if basic => Token::Repeat(0, Some(1)),
            b'w' => Token::Atom(Node::Set(bracket::word(self, false))),
            b'W' => Token::Atom(Node::Set(bracket::word(self, true))),
            b's' => Token::Atom(Node::Set(bracket::space(self, false))),
            b'S' => Token::Atom(Node::Set(bracket::space(self, true))),
            b'<' => Token::Atom(Node::Look(
                self.pick(Look::WordStartUnicode, Look::WordStartAscii),
            )),
            b'>' => Token::Atom(Node::Look(self.pick(Look::WordEndUnicode, Look::WordEndAscii))),
            b'b' if !awk => Token::Atom(Node::Look(self.pick(Look::WordUnicode, Look::WordAscii))),
            b'y' if awk => Token::Atom(Node::Look(self.pick(Look::WordUnicode, Look::WordAscii))),
            b'B' => Token::Atom(Node::Look(
                self.pick(Look::WordUnicodeNegate, Look::WordAsciiNegate),
            )),
            b'`' => Token::Atom(Node::Look(Look::Start)),
            b'\'' => Token::Atom(Node::Look(Look::End)),
            b'1'..=b'9' if !awk => Token::BackReference((b - b'0').into()),
            _ => {
                let node = match bracket::escape(self.rest, self.options.flavor) {
                    Some((byte, len)) => {
                        self.rest = &self.rest[len..];
                        self.literal(&[byte])
                    }
                    None => {
                        self.rest = &self.rest[1..];
                        self.take_literal()
                    }
                };
                return Ok(Token::Atom(node));
            }
        };
        self.rest = &self.rest[2..];
        Ok(token)
    }

    fn pick(&self, unicode: Look, ascii: Look) -> Look {
        if self.options.utf8 { unicode } else { ascii }
    }

    fn line_start(&self) -> Node {
        Node::Look(if self.options.multi_line {
            Look::StartLF
        } else {
            Look::Start
        })
    }

    fn line_end(&self) -> Node {
        Node::Look(if self.options.multi_line {
            Look::EndLF
        } else {
            Look::End
        })
    }

    /// Whether a `$` of a basic expression is an anchor here.
    fn at_branch_end(&self) -> bool {
        matches!(self.rest.get(1..3), Some(b"\\)" | b"\\|")) || self.rest.len() == 1
    }

    /// Any character; a byte that is no UTF-8 is none.
    fn any(&self) -> Node {
        Node::Set(if self.options.utf8 {
            Set::Chars(ClassUnicode::new([ClassUnicodeRange::new('\0', char::MAX)]))
        } else {
            Set::Bytes(ClassBytes::new([ClassBytesRange::new(0, 255)]))
        })
    }

    /// The next character, or byte, as itself.
    fn take_literal(&mut self) -> Node {
        let (taken, rest) = self.rest.split_at(self.char_len());
        self.rest = rest;
        self.literal(taken)
    }

    /// The length of the next character; a byte that is no UTF-8 counts as one.
    pub fn char_len(&self) -> usize {
        match self.rest.utf8_chunks().next() {
            Some(chunk) if self.options.utf8 => chunk.valid().chars().next().map_or(1, char::len_utf8),
            _ => 1,
        }
    }

    fn literal(&self, bytes: &[u8]) -> Node {
        if self.options.ignore_case
            && let Some(set) = bracket::folded(bytes, self)
        {
            return Node::Set(set);
        }
        Node::Literal(bytes.to_vec())
    }

    /// The inside of `{…}`, whose opening brace has been read; `None` where the brace is only a brace.
    fn interval(&mut self) -> Result<Option<(u32, Option<u32>)>, String> {
        let close: &[u8] = if self.is_basic() { b"\\}" } else { b"}" };
        let end = self.rest.windows(close.len()).position(|w| w == close);
        let bounds = end.and_then(|end| parse_interval(&self.rest[..end]));
        match (end, bounds) {
            (Some(end), Some((low, high))) => {
                if high.is_some_and(|high| low > high) {
                    return Err("Invalid content of \\{\\}".into());
                }
                if low > 0x7fff || high.is_some_and(|high| high > 0x7fff) {
                    return Err("Regular expression too big".into());
                }
                self.rest = &self.rest[end + close.len()..];
                Ok(Some((low, high)))
            }
            _ if self.options.flavor == Flavor::Awk => Ok(None),
            (None, _) => Err("Unmatched \\{".into()),
            _ => Err("Invalid content of \\{\\}".into()),
        }
    }
}

fn parse_interval(text: &[u8]) -> Option<(u32, Option<u32>)> {
    let text = std::str::from_utf8(text).ok()?;
    match text.split_once(',') {
        None => text.parse().ok().map(|n| (n, Some(n))),
        Some(("", "")) => Some((0, None)),
        Some(("", high)) => high.parse().ok().map(|high| (0, Some(high))),
        Some((low, "")) => low.parse().ok().map(|low| (low, None)),
        Some((low, high)) => Some((low.parse().ok()?, Some(high.parse().ok()?))),
    }
}
