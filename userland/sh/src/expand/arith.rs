//! Arithmetic: a precedence-climbing evaluator over the expression's text, with C's operators and 64-bit wrapping
//! integers. It works on text rather than on a tree because a variable's value is an expression again.

use super::Result;
use crate::assign::{self, Target};
use crate::shell::Shell;
use crate::text::{Bytes, encode, lossy};

/// Parentheses, subscripts, unary operators and variables that name variables, together.
const MAX_DEPTH: u32 = 128;

/// `$(( … ))` and `(( … ))`: expands parameters and quotes first.
pub fn expand(sh: &mut Shell, text: &str) -> Result<i64> {
    let value = if text.bytes().any(|c| b"$`\"'\\".contains(&c)) {
        // Quotes mean nothing here, but inside a substitution they are the command's: so they go after the expansion.
        let mut expanded = super::heredoc(sh, text)?;
        expanded.retain(|c| *c != b'"');
        expanded
    } else {
        encode(text)
    };
    evaluate(sh, &value).map_err(|e| {
        sh.complain(format!("{}: {e}", lossy(value.trim_ascii())));
        sh.discard()
    })
}

/// # Errors
/// A message that is to follow the expression's text.
pub fn evaluate(sh: &mut Shell, text: &[u8]) -> std::result::Result<i64, String> {
    at_depth(sh, text, 0)
}

type Value = std::result::Result<i64, String>;

fn at_depth(sh: &mut Shell, text: &[u8], depth: u32) -> Value {
    if depth > MAX_DEPTH {
        return Err("expression recursion level exceeded".into());
    }
    let mut p = Evaluator {
        sh,
        text,
        at: 0,
        depth,
        skip: 0,
    };
    p.space();
    if p.at == text.len() {
        return Ok(0);
    }
    let v = p.comma()?;
    p.space();
    if p.at < text.len() {
        return Err(p.error("syntax error in expression"));
    }
    Ok(v)
}

struct Evaluator<'a> {
    sh: &'a mut Shell,
    text: &'a [u8],
    at: usize,
    depth: u32,
    /// Above 0 in the branch that `&&`, `||` or `?:` does not take: nothing is read or assigned.
    skip: u32,
}

/// Longest first among those that share a beginning.
const BINARY: &[(&[u8], u8)] = &[
    (b"||", 1),
    (b"&&", 2),
    (b"|", 3),
    (b"^", 4),
    (b"&", 5),
    (b"==", 6),
    (b"!=", 6),
    (b"<<", 8),
    (b">>", 8),
    (b"<=", 7),
    (b">=", 7),
    (b"<", 7),
    (b">", 7),
    (b"+", 9),
    (b"-", 9),
    (b"**", 11),
    (b"*", 10),
    (b"/", 10),
    (b"%", 10),
];

const ASSIGN: &[&[u8]] = &[
    b"<<=", b">>=", b"+=", b"-=", b"*=", b"/=", b"%=", b"&=", b"|=", b"^=", b"=",
];

impl Evaluator<'_> {
    fn error(&self, what: &str) -> String {
        format!(
            "{what} (error token is \"{}\")",
            lossy(&self.text[self.at.min(self.text.len())..])
        )
    }

    fn space(&mut self) {
        while self.text.get(self.at).is_some_and(u8::is_ascii_whitespace) {
            self.at += 1;
        }
    }

    fn eat(&mut self, token: &[u8]) -> bool {
        self.space();
        let yes = self.text[self.at..].starts_with(token);
        if yes {
            self.at += token.len();
        }
        yes
    }

    fn deeper(&mut self, f: impl FnOnce(&mut Self) -> Value) -> Value {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err("expression recursion level exceeded".into());
        }
        let v = f(self);
        self.depth -= 1;
        v
    }

    fn comma(&mut self) -> Value {
        let mut v = self.assignment()?;
        while self.eat(b",") {
            v = self.assignment()?;
        }
        Ok(v)
    }

    fn assignment(&mut self) -> Value {
        self.space();
        let start = self.at;
        if let Some(target) = self.name()? {
            self.space();
            let rest = &self.text[self.at..];
            if let Some(op) = ASSIGN
                .iter()
                .find(|op| rest.starts_with(op))
                .filter(|_| !rest.starts_with(b"=="))
            {
                self.at += op.len();
                let right = self.deeper(Self::assignment)?;
                let v = match op.split_last() {
                    Some((_, [])) | None => right,
                    Some((_, binary)) => {
                        let left = self.read(&target)?;
                        self.apply(binary, left, right)?
                    }
                };
                self.write(&target, v)?;
                return Ok(v);
            }
            self.at = start;
        }
        self.conditional()
    }

    fn conditional(&mut self) -> Value {
        let test = self.binary(1)?;
        if !self.eat(b"?") {
            return Ok(test);
        }
        let yes = self.skipping(test == 0, |p| p.deeper(Self::comma))?;
        if !self.eat(b":") {
            return Err(self.error("`:' expected for conditional expression"));
        }
        let no = self.skipping(test != 0, |p| p.deeper(Self::assignment_or_conditional))?;
        Ok(if test != 0 { yes } else { no })
    }

    fn assignment_or_conditional(&mut self) -> Value {
        self.assignment()
    }

    fn skipping(&mut self, skip: bool, f: impl FnOnce(&mut Self) -> Value) -> Value {
        self.skip += u32::from(skip);
        let v = f(self);
        self.skip -= u32::from(skip);
        v
    }

    fn operator(&mut self) -> Option<(&'static [u8], u8)> {
        self.space();
        let rest = &self.text[self.at..];
        let (op, level) = BINARY
            .iter()
            .filter(|(op, _)| rest.starts_with(op))
            .max_by_key(|(op, _)| op.len())?;
        // `a += 1` is no addition.
        let is_assignment = ASSIGN.iter().any(|a| rest.starts_with(a) && a.len() > op.len());
        (!is_assignment).then_some((*op, *level))
    }

    fn binary(&mut self, min: u8) -> Value {
        let mut left = self.unary()?;
        while let Some((op, level)) = self.operator().filter(|(_, l)| *l >= min) {
            self.at += op.len();
            let skip = (op == b"&&" && left == 0) || (op == b"||" && left != 0);
            // `**` binds to the right.
            let next = if op == b"**" { level } else { level + 1 };
            let right = self.skipping(skip, |p| p.deeper(|p| p.binary(next)))?;
            left = self.apply(op, left, right)?;
        }
        Ok(left)
    }

    fn apply(&self, op: &[u8], a: i64, b: i64) -> Value {
        Ok(match op {
            b"||" => i64::from(a != 0 || b != 0),
            b"&&" => i64::from(a != 0 && b != 0),
            b"|" => a | b,
            b"^" => a ^ b,
            b"&" => a & b,
            b"==" => i64::from(a == b),
            b"!=" => i64::from(a != b),
            b"<" => i64::from(a < b),
            b">" => i64::from(a > b),
            b"<=" => i64::from(a <= b),
            b">=" => i64::from(a >= b),
            b"<<" => a.wrapping_shl(b as u32),
            b">>" => a.wrapping_shr(b as u32),
            b"+" => a.wrapping_add(b),
            b"-" => a.wrapping_sub(b),
            b"*" => a.wrapping_mul(b),
            b"/" | b"%" if b == 0 && self.skip > 0 => 0,
            b"/" | b"%" if b == 0 => return Err(self.error_before("division by 0")),
            b"/" => a.wrapping_div(b),
            b"%" => a.wrapping_rem(b),
            b"**" if b < 0 && self.skip == 0 => return Err(self.error_before("exponent less than 0")),
            b"**" => power(a, b),
            _ => return Err(self.error("syntax error: invalid arithmetic operator")),
        })
    }

    /// Bash shows the operand that broke the rule, which has just been read.
    fn error_before(&self, what: &str) -> String {
        let before = &self.text[..self.at.min(self.text.len())];
        let trimmed = before.trim_ascii_end();
        let start = trimmed
            .iter()
            .rposition(|c| !c.is_ascii_alphanumeric() && *c != b'_')
            .map_or(0, |i| i + 1);
        format!("{what} (error token is \"{}\")", lossy(&self.text[start..]))
    }

    fn unary(&mut self) -> Value {
        self.space();
        for (op, delta) in [(&b"++"[..], 1), (b"--", -1)] {
            let start = self.at;
            if self.eat(op) {
                self.space();
                if let Some(target) = self.name()? {
                    let v = self.read(&target)?.wrapping_add(delta);
                    self.write(&target, v)?;
                    return Ok(v);
                }
                self.at = start;
            }
        }
        let Some(&c) = self.text.get(self.at) else {
            return Err(self.error("syntax error: operand expected"));
        };
        match c {
            b'!' | b'~' | b'+' | b'-' => {
                self.at += 1;
                let v = self.deeper(Self::unary)?;
                Ok(match c {
                    b'!' => i64::from(v == 0),
                    b'~' => !v,
                    b'-' => v.wrapping_neg(),
                    _ => v,
                })
            }
            b'(' => {
                self.at += 1;
                let v = self.deeper(Self::comma)?;
                if !self.eat(b")") {
                    return Err(self.error("missing `)'"));
                }
                Ok(v)
            }
            b'0'..=b'9' => self.literal(),
            _ => self.variable(),
        }
    }

    fn variable(&mut self) -> Value {
        let Some(target) = self.name()? else {
            return Err(self.error("syntax error: operand expected"));
        };
        let v = self.read(&target)?;
        self.space();
        for (op, delta) in [(&b"++"[..], 1), (b"--", -1)] {
            if self.text[self.at..].starts_with(op) {
                self.at += 2;
                self.write(&target, v.wrapping_add(delta))?;
                break;
            }
        }
        Ok(v)
    }

    /// A name, perhaps with a subscript; nothing is eaten where there is none.
    fn name(&mut self) -> std::result::Result<Option<Target>, String> {
        let rest = &self.text[self.at..];
        let n = rest
            .iter()
            .take_while(|c| c.is_ascii_alphanumeric() || **c == b'_')
            .count();
        if n == 0 || rest[0].is_ascii_digit() {
            return Ok(None);
        }
        let name = String::from_utf8_lossy(&rest[..n]).into_owned();
        self.at += n;
        let mut index = None;
        if self.text.get(self.at) == Some(&b'[') {
            let mut depth = 0;
            let end = self.text[self.at..].iter().position(|c| {
                depth += i32::from(*c == b'[') - i32::from(*c == b']');
                depth == 0
            });
            let Some(end) = end else {
                return Err(self.error("bad array subscript"));
            };
            index = Some(crate::text::decode(&self.text[self.at + 1..self.at + end]));
            self.at += end + 1;
        }
        Ok(Some(Target { name, index }))
    }

    fn read(&mut self, t: &Target) -> Value {
        if self.skip > 0 {
            return Ok(0);
        }
        let Some(text) = self.text_of(t)? else {
            if self.sh.options.nounset {
                self.sh.status = 1;
                return Err(format!("{}: unbound variable", t.name));
            }
            return Ok(0);
        };
        // Most values are plain numbers.
        match std::str::from_utf8(&text)
            .ok()
            .filter(|s| !s.starts_with('0') || *s == "0")
            .and_then(|s| s.parse().ok())
        {
            Some(n) => Ok(n),
            None => at_depth(self.sh, &text, self.depth + 1),
        }
    }

    fn text_of(&mut self, t: &Target) -> std::result::Result<Option<Bytes>, String> {
        let key = match &t.index {
            None => None,
            Some(i) => Some(assign::key(self.sh, &t.name, i).map_err(|_| "bad array subscript".to_owned())?),
        };
        Ok(assign::element(self.sh, &t.name, key.as_ref()))
    }

    fn write(&mut self, t: &Target, v: i64) -> std::result::Result<(), String> {
        if self.skip > 0 {
            return Ok(());
        }
        assign::scalar(self.sh, t, v.to_string().into_bytes(), false)
            .map_err(|_| "assignment failed".to_owned())
    }

    fn literal(&mut self) -> Value {
        let rest = &self.text[self.at..];
        let n = rest
            .iter()
            .take_while(|c| c.is_ascii_alphanumeric() || b"#@_".contains(c))
            .count();
        let word = String::from_utf8_lossy(&rest[..n]).into_owned();
        let (radix, digits) = match word.split_once('#') {
            Some((r, d)) => match r.parse::<u32>() {
                Ok(r @ 2..=64) => (r, d),
                _ => return Err(self.error("invalid arithmetic base")),
            },
            None if word.starts_with("0x") || word.starts_with("0X") => (16, &word[2..]),
            None if word.len() > 1 && word.starts_with('0') => (8, &word[1..]),
            None => (10, word.as_str()),
        };
        let mut v = 0i64;
        for c in digits.bytes() {
            let d = match c {
                b'0'..=b'9' => u32::from(c - b'0'),
                b'a'..=b'z' => u32::from(c - b'a') + 10,
                b'A'..=b'Z' if radix <= 36 => u32::from(c - b'A') + 10,
                b'A'..=b'Z' => u32::from(c - b'A') + 36,
                b'@' => 62,
                b'_' => 63,
                _ => radix,
            };
            if d >= radix {
                return Err(self.error("value too great for base"));
            }
            v = v.wrapping_mul(radix.into()).wrapping_add(d.into());
        }
        self.at += n;
        Ok(v)
    }
}

fn power(base: i64, mut exponent: i64) -> i64 {
    let (mut result, mut square) = (1i64, base);
    while exponent > 0 {
        if exponent & 1 == 1 {
            result = result.wrapping_mul(square);
        }
        square = square.wrapping_mul(square);
        exponent >>= 1;
    }
    result
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expressions_have_c_precedence() {
        let mut sh = Shell::new(b"sh".to_vec());
        sh.vars.set("x", *b"5").unwrap();
        sh.vars.set("e", *b"x + 1").unwrap();
        for (text, want) in [
            ("", 0),
            ("1 + 2 * 3", 7),
            ("(1+2)*3", 9),
            ("2**3**2", 512),
            ("-2**2", 4),
            ("7 % 3", 1),
            ("1 << 4", 16),
            ("x", 5),
            ("e * 2", 12),
            ("x == 5 ? 10 : 20", 10),
            ("0 && y++", 0),
            ("y", 0),
            ("x++ + ++x", 12),
            ("x", 7),
            ("x -= 2", 5),
            ("0x1f", 31),
            ("010", 8),
            ("2#101", 5),
            ("1, 2", 2),
            ("!0 + ~0", 0),
            ("a[2] = 4", 4),
            ("a[1+1]", 4),
            ("5 > 3 && 2 >= 2", 1),
            ("1 || 1/0", 1),
            ("- - 3", 3),
            ("z = w = 2", 2),
        ] {
            assert_eq!(evaluate(&mut sh, text.as_bytes()), Ok(want), "{text}");
        }
        for bad in ["1 +", "1/0", "(1", "08", "1 2", "2 ** -1"] {
            assert!(evaluate(&mut sh, bad.as_bytes()).is_err(), "{bad}");
        }
        let deep = "(".repeat(5000) + "1" + &")".repeat(5000);
        assert!(evaluate(&mut sh, deep.as_bytes()).is_err());
    }
}
