//! test(1) and `[`: POSIX's rules by the number of arguments, and beyond four the usual grammar with `!`, `-a`, `-o`
//! and parentheses.

use std::cmp::Ordering;
use std::ffi::OsString;

use cli::{Outcome, complain};
use sys::{Access, Fd, FileType, Stat};

/// The expression made no sense.
const EXIT_TROUBLE: i32 = 2;

pub fn run(name: &'static str, arguments: Vec<OsString>) -> Outcome {
    let mut words: Vec<&[u8]> = arguments
        .iter()
        .map(|argument| argument.as_encoded_bytes())
        .collect();
    if name == "[" && words.pop() != Some(b"]") {
        complain(name, "missing ']'");
        return Ok(EXIT_TROUBLE);
    }
    match evaluate(&words) {
        Ok(truth) => Ok(i32::from(!truth)),
        Err(why) => {
            complain(name, why);
            Ok(EXIT_TROUBLE)
        }
    }
}

type Truth = Result<bool, String>;

fn evaluate(words: &[&[u8]]) -> Truth {
    match words {
        [] => Ok(false),
        [word] => Ok(!word.is_empty()),
        [b"!", word] => Ok(word.is_empty()),
        [operator, operand] if is_unary(operator) => unary(operator, operand),
        [operator, _] => Err(format!("{}: unary operator expected", show(operator))),
        [left, operator, right] if is_binary(operator) => binary(left, operator, right),
        [b"!", rest @ ..] if rest.len() <= 3 => evaluate(rest).map(|truth| !truth),
        [b"(", inner @ .., b")"] if inner.len() <= 2 => evaluate(inner),
        _ => {
            let mut parser = Parser { words, at: 0 };
            let truth = parser.or()?;
            match words.get(parser.at) {
                None => Ok(truth),
                Some(extra) => Err(format!("extra argument '{}'", show(extra))),
            }
        }
    }
}

fn show(word: &[u8]) -> String {
    String::from_utf8_lossy(word).into_owned()
}

struct Parser<'a> {
    words: &'a [&'a [u8]],
    at: usize,
}

impl<'a> Parser<'a> {
    fn peek(&self, ahead: usize) -> Option<&'a [u8]> {
        self.words.get(self.at + ahead).copied()
    }

    fn next(&mut self) -> Result<&'a [u8], String> {
        let word = self.peek(0).ok_or("argument expected")?;
        self.at += 1;
        Ok(word)
    }

    fn or(&mut self) -> Truth {
        let mut truth = self.and()?;
        while self.peek(0) == Some(b"-o") {
            self.at += 1;
            truth |= self.and()?;
        }
        Ok(truth)
    }

    fn and(&mut self) -> Truth {
        let mut truth = self.primary()?;
        while self.peek(0) == Some(b"-a") {
            self.at += 1;
            truth &= self.primary()?;
        }
        Ok(truth)
    }

    fn primary(&mut self) -> Truth {
        let word = self.next()?;
        // `! = x` and `( = x` compare: a binary operator in second place decides.
        if self.peek(0).is_some_and(is_binary) && self.peek(1).is_some() {
            let operator = self.next()?;
            return binary(word, operator, self.next()?);
        }
        match word {
            b"!" => self.primary().map(|truth| !truth),
            b"(" => {
                let truth = self.or()?;
                if self.next()? != b")" {
                    return Err("')' expected".into());
                }
                Ok(truth)
            }
            _ if is_unary(word) && self.peek(0).is_some() => unary(word, self.next()?),
            _ => Ok(!word.is_empty()),
        }
    }
}

fn is_unary(word: &[u8]) -> bool {
    word.len() == 2 && word[0] == b'-' && b"bcdefgGhkLNnOprsStuwxz".contains(&word[1])
}

fn is_binary(word: &[u8]) -> bool {
    matches!(
        word,
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

fn unary(operator: &[u8], operand: &[u8]) -> Truth {
    let stat = || sys::stat(operand).ok();
    let is = |wanted: FileType| stat().is_some_and(|stat| stat.file_type() == wanted);
    let has = |bit: u32| stat().is_some_and(|stat| stat.mode & bit != 0);
    let may = |access: Access| sys::access(operand, access).is_ok();
    Ok(match operator[1] {
        b'b' => is(FileType::BlockDevice),
        b'c' => is(FileType::CharDevice),
        b'd' => is(FileType::Directory),
        b'e' => stat().is_some(),
        b'f' => is(FileType::Regular),
        b'g' => has(0o2000),
        b'G' => stat().is_some_and(|stat| stat.gid == sys::getegid()),
        b'h' | b'L' => sys::lstat(operand).is_ok_and(|stat| stat.file_type() == FileType::Symlink),
        b'k' => has(0o1000),
        b'n' => !operand.is_empty(),
        b'N' => stat().is_some_and(|stat| stat.mtime_ns > stat.atime_ns),
        b'O' => stat().is_some_and(|stat| stat.uid == sys::geteuid()),
        b'p' => is(FileType::Fifo),
        b'r' => may(Access::R),
        b's' => stat().is_some_and(|stat| stat.size > 0),
        b'S' => is(FileType::Socket),
        b't' => sys::isatty(Fd(integer(operand)?.try_into().unwrap_or(-1))),
        b'u' => has(0o4000),
        b'w' => may(Access::W),
        b'x' => may(Access::X),
        _ => operand.is_empty(),
    })
}

fn binary(left: &[u8], operator: &[u8], right: &[u8]) -> Truth {
    let numbers = || Ok::<_, String>(integer(left)?.cmp(&integer(right)?));
    let times = || (sys::stat(left).ok(), sys::stat(right).ok());
    let newer = |a: Option<Stat>, b: Option<Stat>| match (a, b) {
        (Some(a), Some(b)) => a.mtime_ns > b.mtime_ns,
        (a, b) => a.is_some() && b.is_none(),
    };
    Ok(match operator {
        b"=" | b"==" => left == right,
        b"!=" => left != right,
        b"<" => left < right,
        b">" => left > right,
        b"-eq" => numbers()? == Ordering::Equal,
        b"-ne" => numbers()? != Ordering::Equal,
        b"-lt" => numbers()? == Ordering::Less,
        b"-le" => numbers()? != Ordering::Greater,
        b"-gt" => numbers()? == Ordering::Greater,
        b"-ge" => numbers()? != Ordering::Less,
        b"-nt" => newer(times().0, times().1),
        b"-ot" => newer(times().1, times().0),
        _ => matches!(times(), (Some(a), Some(b)) if (a.dev, a.ino) == (b.dev, b.ino)),
    })
}

fn integer(word: &[u8]) -> Result<i128, String> {
    std::str::from_utf8(word)
        .ok()
        .and_then(|text| text.trim().parse().ok())
        .ok_or_else(|| format!("invalid integer '{}'", show(word)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expressions_evaluate_as_posix_says() {
        for (expression, expected) in [
            ("", Some(false)),
            ("x", Some(true)),
            ("-n", Some(true)),
            ("! x", Some(false)),
            ("-n x", Some(true)),
            ("-z x", Some(false)),
            ("-q x", None),
            ("a = a", Some(true)),
            ("a != a", Some(false)),
            ("! = !", Some(true)),
            ("-n = -n", Some(true)),
            ("( = (", Some(true)),
            ("( x )", Some(true)),
            ("1 -lt 2", Some(true)),
            ("10 -lt 9", Some(false)),
            ("-1 -ge -1", Some(true)),
            ("x -eq 1", None),
            ("! a = a", Some(false)),
            ("a = a -a b = c", Some(false)),
            ("a = a -o b = c", Some(true)),
            ("a = b -o a = a -a b = b", Some(true)),
            ("! ( a = b -o c = c )", Some(false)),
            ("-d /", Some(true)),
            ("-f /", Some(false)),
            ("-e /nonexistent", Some(false)),
            ("a b c", None),
            ("( a = a", None),
        ] {
            let words: Vec<&[u8]> = expression.split_whitespace().map(str::as_bytes).collect();
            assert_eq!(evaluate(&words).ok(), expected, "{expression}");
        }
    }
}
