//! terminfo(5)'s strings with parameters: a stack machine behind `%`.

/// A parameter of a string.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Parameter {
    Number(i64),
    Text(Vec<u8>),
}

impl Parameter {
    fn number(&self) -> i64 {
        match self {
            Parameter::Number(number) => *number,
            Parameter::Text(_) => 0,
        }
    }
}

struct Machine {
    parameters: Vec<Parameter>,
    stack: Vec<Parameter>,
    variables: [i64; 52],
    out: Vec<u8>,
}

/// tparm(3): what the string is with these parameters. Those that lack are 0.
pub fn expand(string: &[u8], parameters: &[Parameter]) -> Vec<u8> {
    let mut machine = Machine {
        parameters: parameters.to_vec(),
        stack: Vec::new(),
        variables: [0; 52],
        out: Vec::new(),
    };
    let mut rest = string;
    while let Some((b, after)) = rest.split_first() {
        rest = after;
        if *b == b'%' {
            rest = machine.operator(rest);
        } else {
            machine.out.push(*b);
        }
    }
    machine.out
}

impl Machine {
    fn push(&mut self, number: i64) {
        self.stack.push(Parameter::Number(number));
    }

    fn pop(&mut self) -> i64 {
        self.stack.pop().map_or(0, |top| top.number())
    }

    /// The operator after a `%`; what comes after it.
    fn operator<'s>(&mut self, rest: &'s [u8]) -> &'s [u8] {
        let Some((b, after)) = rest.split_first() else {
            return rest;
        };
        match b {
            b'%' => self.out.push(b'%'),
            b'c' => {
                let c = self.pop() as u8;
                self.out.push(c);
            }
            b's' => match self.stack.pop() {
                Some(Parameter::Text(text)) => self.out.extend(text),
                Some(Parameter::Number(number)) => self.out.extend(number.to_string().bytes()),
                None => {}
            },
            b'i' => {
                for parameter in self.parameters.iter_mut().take(2) {
                    if let Parameter::Number(number) = parameter {
                        *number += 1;
                    }
                }
            }
            b'p' => {
                let at = after
                    .first()
                    .map_or(0, |digit| usize::from(digit.wrapping_sub(b'1')));
                let parameter = self.parameters.get(at).cloned();
                self.stack.push(parameter.unwrap_or(Parameter::Number(0)));
                return after.get(1..).unwrap_or_default();
            }
            b'P' | b'g' => {
                let slot = after.first().and_then(|name| variable(*name));
                match (b, slot) {
                    (b'P', Some(slot)) => self.variables[slot] = self.pop(),
                    (_, Some(slot)) => self.push(self.variables[slot]),
                    _ => {}
                }
                return after.get(1..).unwrap_or_default();
            }
            b'\'' => {
                self.push(after.first().copied().unwrap_or(0).into());
                return after.get(2..).unwrap_or_default();
            }
            b'{' => {
                let end = after.iter().position(|b| *b == b'}').unwrap_or(after.len());
                let digits = String::from_utf8_lossy(&after[..end]);
                self.push(digits.parse().unwrap_or(0));
                return after.get(end + 1..).unwrap_or_default();
            }
            b'l' => {
                let length = match self.stack.pop() {
                    Some(Parameter::Text(text)) => text.len(),
                    _ => 0,
                };
                self.push(length as i64);
            }
            b'!' => {
                let top = self.pop();
                self.push((top == 0).into());
            }
            b'~' => {
                let top = self.pop();
                self.push(!top);
            }
            b'+' | b'-' | b'*' | b'/' | b'm' | b'&' | b'|' | b'^' | b'=' | b'<' | b'>' | b'A' | b'O' => {
                let (right, left) = (self.pop(), self.pop());
                self.push(binary(*b, left, right));
            }
            b't' if self.pop() == 0 => return skip(after, true),
            // The end of a part that was taken: the others are passed over.
            b'e' => return skip(after, false),
            b't' | b'?' | b';' => {}
            _ => return self.formatted(rest),
        }
        after
    }

    /// `%[[:]flags][width[.precision]][doxX]`.
    fn formatted<'s>(&mut self, rest: &'s [u8]) -> &'s [u8] {
        let Some(end) = rest.iter().position(|b| b"doxXs".contains(b)) else {
            return rest;
        };
        let spec = String::from_utf8_lossy(&rest[..end]).replace(':', "");
        let (flags, spec) =
            spec.split_at(spec.len() - spec.trim_start_matches(['-', '+', '#', ' ', '0']).len());
        let (width, precision) = spec.split_once('.').unwrap_or((spec, ""));
        let (width, precision): (usize, usize) = (width.parse().unwrap_or(0), precision.parse().unwrap_or(0));
        let text = match rest[end] {
            b's' => match self.stack.pop() {
                Some(Parameter::Text(text)) => String::from_utf8_lossy(&text).into_owned(),
                other => other.map_or(0, |top| top.number()).to_string(),
            },
            b'd' => format!("{:01$}", self.pop(), precision),
            b'o' => format!("{:01$o}", self.pop(), precision),
            b'x' => format!("{:01$x}", self.pop(), precision),
            _ => format!("{:01$X}", self.pop(), precision),
        };
        let padded = match flags {
            flags if flags.contains('-') => format!("{text:width$}"),
            flags if flags.contains('0') => format!("{}{text}", "0".repeat(width.saturating_sub(text.len()))),
            _ => format!("{text:>width$}"),
        };
        self.out.extend(padded.bytes());
        &rest[end + 1..]
    }
}

fn variable(name: u8) -> Option<usize> {
    match name {
        b'a'..=b'z' => Some(usize::from(name - b'a')),
        b'A'..=b'Z' => Some(26 + usize::from(name - b'A')),
        _ => None,
    }
}

fn binary(operator: u8, left: i64, right: i64) -> i64 {
    match operator {
        b'+' => left.wrapping_add(right),
        b'-' => left.wrapping_sub(right),
        b'*' => left.wrapping_mul(right),
        b'/' => left.checked_div(right).unwrap_or(0),
        b'm' => left.checked_rem(right).unwrap_or(0),
        b'&' => left & right,
        b'|' => left | right,
        b'^' => left ^ right,
        b'=' => (left == right).into(),
        b'<' => (left < right).into(),
        b'>' => (left > right).into(),
        b'A' => (left != 0 && right != 0).into(),
        _ => (left != 0 || right != 0).into(),
    }
}

/// Passes over a part of a conditional: to its `%e` where that counts, or to its `%;`.
fn skip(mut rest: &[u8], stops_at_else: bool) -> &[u8] {
    let mut depth = 0;
    while let Some(at) = rest.windows(2).position(|pair| pair[0] == b'%') {
        let operator = rest[at + 1];
        rest = &rest[at + 2..];
        match operator {
            b'?' => depth += 1,
            b';' if depth == 0 => return rest,
            b';' => depth -= 1,
            b'e' if depth == 0 && stops_at_else => return rest,
            _ => {}
        }
    }
    &[]
}

#[cfg(test)]
mod tests {
    use super::{Parameter, expand};

    #[test]
    fn strings_expand_as_tparm_does() {
        let setaf = "\x1b[%?%p1%{8}%<%t3%p1%d%e%p1%{16}%<%t9%p1%{8}%-%d%e38;5;%p1%d%;m";
        for (string, parameters, expected) in [
            ("\x1b[%i%p1%d;%p2%dH", &[3, 4][..], "\x1b[4;5H"),
            (setaf, &[1], "\x1b[31m"),
            (setaf, &[9], "\x1b[91m"),
            (setaf, &[200], "\x1b[38;5;200m"),
            ("%p1%{255}%*%{1000}%/%2.2X", &[500], "7F"),
            ("%p1%c%%", &[65], "A%"),
            ("%p1%Pa%ga%ga%+%d", &[4], "8"),
            ("%?%p1%!%tno%e%?%p2%tboth%eone%;%;.", &[1, 0], "one."),
            ("%p1%4d|%p1%:-4d|%p1%04d", &[7], "   7|7   |0007"),
            ("%p1%d%p2%d", &[1], "10"),
        ] {
            let parameters: Vec<Parameter> = parameters.iter().map(|n| Parameter::Number(*n)).collect();
            let expanded = expand(string.as_bytes(), &parameters);
            assert_eq!(String::from_utf8_lossy(&expanded), expected, "{string:?}");
        }
        let text = [Parameter::Text(b"abc".to_vec())];
        assert_eq!(expand(b"<%p1%s %p1%l%d>", &text), b"<abc 3>");
    }
}
