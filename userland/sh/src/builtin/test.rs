//! test and `[`, and the file tests that `[[` shares.

use sys::{Access, Fd, FileType, Mode};

use crate::assign::Target;
use crate::shell::{Outcome, Shell};
use crate::text::{Bytes, lossy};
use crate::vars::Referent;

pub fn run(sh: &mut Shell, args: &[Bytes]) -> Outcome {
    let name = lossy(&args[0]).into_owned();
    let mut words = &args[1..];
    if name == "[" {
        match words.split_last() {
            Some((last, rest)) if last == b"]" => words = rest,
            _ => {
                sh.complain("[: missing `]'");
                return Ok(2);
            }
        }
    }
    match by_count(sh, words) {
        Ok(yes) => Ok(i32::from(!yes)),
        Err(m) => {
            sh.complain(format!("{name}: {m}"));
            Ok(2)
        }
    }
}

type Truth = Result<bool, String>;

/// POSIX decides by the number of arguments up to four.
fn by_count(sh: &mut Shell, w: &[Bytes]) -> Truth {
    match w {
        [] => Ok(false),
        [a] => Ok(!a.is_empty()),
        [not, a] if not == b"!" => Ok(a.is_empty()),
        [op, a] => unary(sh, op, a),
        [a, op, b] if is_binary(op) => binary(a, op, b),
        [a, op, b] if op == b"-a" => Ok(!a.is_empty() && !b.is_empty()),
        [a, op, b] if op == b"-o" => Ok(!a.is_empty() || !b.is_empty()),
        [not, a, b] if not == b"!" => by_count(sh, &[a.clone(), b.clone()]).map(|t| !t),
        [open, a, close] if open == b"(" && close == b")" => Ok(!a.is_empty()),
        [not, rest @ ..] if w.len() == 4 && not == b"!" => by_count(sh, rest).map(|t| !t),
        _ => {
            let mut p = Parser {
                sh,
                words: w,
                at: 0,
                depth: 0,
            };
            let t = p.or()?;
            match p.words.get(p.at) {
                None => Ok(t),
                Some(_) => Err("too many arguments".into()),
            }
        }
    }
}

struct Parser<'a> {
    sh: &'a mut Shell,
    words: &'a [Bytes],
    at: usize,
    depth: u32,
}

impl Parser<'_> {
    fn eat(&mut self, w: &[u8]) -> bool {
        let yes = self.words.get(self.at).is_some_and(|x| x == w);
        self.at += usize::from(yes);
        yes
    }

    fn or(&mut self) -> Truth {
        let mut t = self.and()?;
        while self.eat(b"-o") {
            t |= self.and()?;
        }
        Ok(t)
    }

    fn and(&mut self) -> Truth {
        let mut t = self.primary()?;
        while self.eat(b"-a") {
            t &= self.primary()?;
        }
        Ok(t)
    }

    fn primary(&mut self) -> Truth {
        self.depth += 1;
        if self.depth > 1000 {
            return Err("expression nests too deep".into());
        }
        if self.eat(b"!") {
            return self.primary().map(|t| !t);
        }
        let rest = &self.words[self.at.min(self.words.len())..];
        if rest.len() >= 3 && is_binary(&rest[1]) {
            self.at += 3;
            return binary(&rest[0], &rest[1], &rest[2]);
        }
        if self.eat(b"(") {
            let t = self.or()?;
            return if self.eat(b")") {
                Ok(t)
            } else {
                Err("`)' expected".into())
            };
        }
        match rest {
            [] => Err("argument expected".into()),
            [op, a, ..] if op.len() == 2 && op[0] == b'-' && is_unary(op[1]) => {
                self.at += 2;
                unary(self.sh, op, a)
            }
            [a, ..] => {
                self.at += 1;
                Ok(!a.is_empty())
            }
        }
    }
}

fn is_unary(c: u8) -> bool {
    b"abcdefghknoprstuvwxzGLNORS".contains(&c)
}

fn is_binary(op: &[u8]) -> bool {
    matches!(
        op,
        b"=" | b"=="
            | b"!="
            | b"<"
            | b">"
            | b"-eq"
            | b"-ne"
            | b"-lt"
            | b"-le"
            | b"-gt"
            | b"-ge"
            | b"-nt"
            | b"-ot"
            | b"-ef"
    )
}

fn integer(s: &[u8]) -> Result<i64, String> {
    crate::text::parse_int(s).ok_or_else(|| format!("{}: integer expression expected", lossy(s)))
}

fn binary(a: &[u8], op: &[u8], b: &[u8]) -> Truth {
    Ok(match op {
        b"=" | b"==" => a == b,
        b"!=" => a != b,
        b"<" => a < b,
        b">" => a > b,
        b"-nt" => newer(a, b),
        b"-ot" => newer(b, a),
        b"-ef" => same_file(a, b),
        _ => {
            let (x, y) = (integer(a)?, integer(b)?);
            match op {
                b"-eq" => x == y,
                b"-ne" => x != y,
                b"-lt" => x < y,
                b"-le" => x <= y,
                b"-gt" => x > y,
                _ => x >= y,
            }
        }
    })
}

/// `a` is newer than `b`, or is there while `b` is not.
pub fn newer(a: &[u8], b: &[u8]) -> bool {
    match (sys::stat(a), sys::stat(b)) {
        (Ok(a), Ok(b)) => a.mtime_ns > b.mtime_ns,
        (Ok(_), Err(_)) => true,
        _ => false,
    }
}

pub fn same_file(a: &[u8], b: &[u8]) -> bool {
    matches!((sys::stat(a), sys::stat(b)), (Ok(a), Ok(b)) if (a.dev, a.ino) == (b.dev, b.ino))
}

pub fn unary(sh: &mut Shell, op: &[u8], a: &Bytes) -> Truth {
    let &[b'-', c] = op else {
        return Err(format!("{}: unary operator expected", lossy(op)));
    };
    let kind = |k: FileType| sys::stat(a).is_ok_and(|s| s.file_type() == k);
    let bit = |m: Mode| sys::stat(a).is_ok_and(|s| s.permissions().contains(m));
    let may = |m: Access| sys::access(a, m).is_ok();
    Ok(match c {
        b'n' => !a.is_empty(),
        b'z' => a.is_empty(),
        b'a' | b'e' => sys::stat(a).is_ok(),
        b'f' => kind(FileType::Regular),
        b'd' => kind(FileType::Directory),
        b'b' => kind(FileType::BlockDevice),
        b'c' => kind(FileType::CharDevice),
        b'p' => kind(FileType::Fifo),
        b'S' => kind(FileType::Socket),
        b'h' | b'L' => sys::lstat(a).is_ok_and(|s| s.file_type() == FileType::Symlink),
        b's' => sys::stat(a).is_ok_and(|s| s.size > 0),
        b'r' => may(Access::R),
        b'w' => may(Access::W),
        b'x' => may(Access::X),
        b'g' => bit(Mode::ISGID),
        b'u' => bit(Mode::ISUID),
        b'k' => bit(Mode::ISVTX),
        b'O' => sys::stat(a).is_ok_and(|s| s.uid == sys::geteuid()),
        b'G' => sys::stat(a).is_ok_and(|s| s.gid == sys::getegid()),
        b'N' => sys::stat(a).is_ok_and(|s| s.mtime_ns > s.atime_ns),
        b't' => crate::text::parse_int(a).is_some_and(|n| i32::try_from(n).is_ok_and(|n| sys::isatty(Fd(n)))),
        b'o' => sh.options.get_long(&lossy(a)).unwrap_or(false),
        b'v' => is_set(sh, a),
        b'R' => is_reference(sh, a),
        _ => return Err(format!("{}: unary operator expected", lossy(op))),
    })
}

fn is_set(sh: &mut Shell, name: &[u8]) -> bool {
    let Some(t) = crate::assign::parse_target(name) else {
        return crate::text::parse_int(name).is_some_and(|n| n >= 1 && n as usize <= sh.positional.len());
    };
    let t = match sh.vars.follow(&t.name) {
        Referent::Name(n) => Target {
            name: n.into_owned(),
            index: t.index,
        },
        // Bash takes the element's text for a name, and there is no such variable.
        _ => return false,
    };
    match &t.index {
        Some(i) if i == "@" || i == "*" => sh.vars.var(&t.name).is_some_and(|v| v.value.is_array()),
        Some(i) => match crate::assign::key(sh, &t.name, i) {
            Ok(k) => crate::assign::element(sh, &t.name, Some(&k)).is_some(),
            Err(_) => false,
        },
        None => crate::assign::element(sh, &t.name, None).is_some(),
    }
}

/// A name reference that has a target.
fn is_reference(sh: &Shell, name: &[u8]) -> bool {
    let var = std::str::from_utf8(name).ok().and_then(|n| sh.vars.var(n));
    var.is_some_and(|v| v.nameref && v.value.scalar().is_some())
}
