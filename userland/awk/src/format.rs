//! printf.

use cli::printf::Spec;

use crate::ast::Expr;
use crate::interp::{Interp, Result, fatal};
use crate::value::{Value, char_offset, char_starts};

/// A number by OFMT or CONVFMT, which hold one conversion.
pub fn number(out: &mut Vec<u8>, n: f64, format: &[u8]) {
    let Some(start) = format.iter().position(|b| *b == b'%') else {
        out.extend_from_slice(format);
        return;
    };
    out.extend_from_slice(&format[..start]);
    let mut spec = Spec::default();
    let mut at = start + 1;
    at += flags(&format[at..], &mut spec);
    spec.width = digits(format, &mut at).unwrap_or(0);
    if format.get(at) == Some(&b'.') {
        at += 1;
        spec.precision = Some(digits(format, &mut at).unwrap_or(0));
    }
    match format.get(at) {
        Some(b'd' | b'i') => push_integer(out, n, &spec),
        Some(conversion) => out.extend_from_slice(spec.float(n, *conversion).as_bytes()),
        None => {}
    }
    out.extend_from_slice(format.get(at + 1..).unwrap_or_default());
}

fn flags(text: &[u8], spec: &mut Spec) -> usize {
    for (at, b) in text.iter().enumerate() {
        match b {
            b'-' => spec.left = true,
            b'+' => spec.plus = true,
            b' ' => spec.space = true,
            b'#' => spec.alternate = true,
            b'0' => spec.zero = true,
            b'\'' => {}
            _ => return at,
        }
    }
    text.len()
}

fn digits(text: &[u8], at: &mut usize) -> Option<usize> {
    let len = text[*at..].iter().take_while(|b| b.is_ascii_digit()).count();
    let value = std::str::from_utf8(&text[*at..*at + len]).ok()?.parse().ok();
    *at += len;
    value
}

fn push_integer(out: &mut Vec<u8>, n: f64, spec: &Spec) {
    let text = if n.is_finite() {
        let whole = n.trunc();
        spec.decimal(whole < 0.0, &format!("{:.0}", whole.abs()))
    } else {
        non_finite(n, spec)
    };
    out.extend_from_slice(text.as_bytes());
}

fn non_finite(n: f64, spec: &Spec) -> String {
    let word = if n.is_nan() { "nan" } else { "inf" };
    let sign = if n.is_sign_negative() { "-" } else { "+" };
    let spec = Spec {
        zero: false,
        precision: None,
        ..*spec
    };
    spec.integer(sign, word)
}

impl<'p> Interp<'p> {
    pub fn sprintf(&mut self, arguments: &'p [Expr]) -> Result<Vec<u8>> {
        // `printf(a, b)` has its list in parentheses.
        let arguments = match arguments {
            [Expr::List(list)] => list,
            _ => arguments,
        };
        let format = self.string(&arguments[0])?;
        let mut values = Vec::with_capacity(arguments.len() - 1);
        for argument in &arguments[1..] {
            values.push(match self.eval(argument)? {
                Value::Array(_) => return fatal("attempt to use array in a scalar context"),
                value => value,
            });
        }
        let mut printer = Printer {
            interp: self,
            format: &format,
            values: &values,
            next: 0,
            out: Vec::with_capacity(format.len() + 16),
        };
        printer.run()?;
        Ok(printer.out)
    }
}

struct Printer<'i, 'p, 'a> {
    interp: &'i Interp<'p>,
    format: &'a [u8],
    values: &'a [Value],
    next: usize,
    out: Vec<u8>,
}

impl Printer<'_, '_, '_> {
    fn run(&mut self) -> Result<()> {
        let mut at = 0;
        while at < self.format.len() {
            let rest = &self.format[at..];
            let plain = memchr::memchr(b'%', rest).unwrap_or(rest.len());
            self.out.extend_from_slice(&rest[..plain]);
            at += plain;
            if at < self.format.len() {
                at = self.conversion(at)?;
            }
        }
        Ok(())
    }

    fn value(&mut self, at: usize) -> Result<Value> {
        self.next += 1;
        match self.values.get(self.next - 1) {
            Some(value) => Ok(value.clone()),
            None => fatal(format!(
                "not enough arguments to satisfy format string\n\t`{}'\n\t{:at$}^ ran out for this one",
                String::from_utf8_lossy(self.format),
                "",
            )),
        }
    }

    /// A width or a precision: digits, or `*` and a value.
    fn count(&mut self, at: &mut usize) -> Result<Option<i64>> {
        if self.format.get(*at) == Some(&b'*') {
            *at += 1;
            let value = self.value(*at)?;
            return Ok(Some((value.num() as i64).clamp(-(1 << 24), 1 << 24)));
        }
        Ok(digits(self.format, at).map(|n| n.min(1 << 24) as i64))
    }

    /// The conversion whose `%` is at `start`; answers where the format goes on.
    fn conversion(&mut self, start: usize) -> Result<usize> {
        let mut at = start + 1;
        // `%2$s` takes the second value.
        let mut ahead = at;
        if let Some(position) = digits(self.format, &mut ahead)
            && self.format.get(ahead) == Some(&b'$')
        {
            self.next = position.max(1) - 1;
            at = ahead + 1;
        }
        let mut spec = Spec::default();
        at += flags(&self.format[at..], &mut spec);
        let width = self.count(&mut at)?.unwrap_or(0);
        spec.left |= width < 0;
        spec.width = width.unsigned_abs() as usize;
        if self.format.get(at) == Some(&b'.') {
            at += 1;
            spec.precision = usize::try_from(self.count(&mut at)?.unwrap_or(0)).ok();
        }
        while let Some(b'h' | b'l' | b'L' | b'q' | b'j' | b'z' | b't') = self.format.get(at) {
            at += 1;
        }
        let Some(conversion) = self.format.get(at).copied() else {
            self.out.extend_from_slice(&self.format[start..]);
            return Ok(at);
        };
        match conversion {
            b'%' => self.out.push(b'%'),
            b's' => {
                let value = self.value(at)?;
                let text = self.interp.text_of(&value);
                let utf8 = self.interp.settings.utf8;
                let end = spec.precision.map_or(text.len(), |p| char_offset(&text, p, utf8));
                self.pad(&text[..end], &spec);
            }
            b'c' => self.character(at, &spec)?,
            b'd' | b'i' => {
                let n = self.value(at)?.num();
                push_integer(&mut self.out, n, &spec);
            }
            b'o' | b'x' | b'X' | b'u' => {
                let n = self.value(at)?.num();
                self.unsigned(n, conversion, &spec);
            }
            b'e' | b'E' | b'f' | b'F' | b'g' | b'G' | b'a' | b'A' => {
                let n = self.value(at)?.num();
                let text = if n.is_finite() {
                    spec.float(n, conversion)
                } else {
                    non_finite(n, &spec)
                };
                self.out.extend_from_slice(text.as_bytes());
            }
            // What is no conversion stays as it is.
            _ => self.out.extend_from_slice(&self.format[start..=at]),
        }
        Ok(at + 1)
    }

    fn unsigned(&mut self, n: f64, conversion: u8, spec: &Spec) {
        if !n.is_finite() {
            self.out.extend_from_slice(non_finite(n, spec).as_bytes());
            return;
        }
        let whole = n.trunc();
        if whole >= 18_446_744_073_709_551_616.0 {
            let text = if conversion == b'u' {
                spec.decimal(false, &format!("{whole:.0}"))
            } else {
                spec.float(n, b'g')
            };
            self.out.extend_from_slice(text.as_bytes());
            return;
        }
        // A negative number is what it is in two's complement.
        let whole = if whole < 0.0 {
            whole as i64 as u64
        } else {
            whole as u64
        };
        let (prefix, digits) = match conversion {
            b'o' => (if spec.alternate { "0" } else { "" }, format!("{whole:o}")),
            b'x' => (
                if spec.alternate && whole != 0 { "0x" } else { "" },
                format!("{whole:x}"),
            ),
            b'X' => (
                if spec.alternate && whole != 0 { "0X" } else { "" },
                format!("{whole:X}"),
            ),
            _ => ("", whole.to_string()),
        };
        let text = spec.integer(prefix, &digits);
        self.out.extend_from_slice(text.as_bytes());
    }

    /// A number is a character's code; of a string the first character counts.
    fn character(&mut self, at: usize, spec: &Spec) -> Result<()> {
        let value = self.value(at)?;
        let utf8 = self.interp.settings.utf8;
        let number = match &value {
            Value::Num(n) => Some(*n),
            Value::Input(text) => crate::value::looks_numeric(text),
            _ => None,
        };
        if let Some(n) = number {
            let code = n as i64;
            let mut buffer = [0; 4];
            match u32::try_from(code).ok().and_then(char::from_u32) {
                Some(c) if utf8 => {
                    let text = c.encode_utf8(&mut buffer);
                    self.pad(text.as_bytes(), spec);
                }
                _ => self.pad(&[code as u8], spec),
            }
            return Ok(());
        }
        let text = self.interp.text_of(&value);
        if text.is_empty() {
            // The end of a C string.
            self.pad(b"\0", spec);
            return Ok(());
        }
        let end = if utf8 {
            char_starts(&text).nth(1).unwrap_or(text.len())
        } else {
            text.len().min(1)
        };
        self.pad(&text[..end], spec);
        Ok(())
    }

    fn pad(&mut self, text: &[u8], spec: &Spec) {
        let count = crate::value::char_count(text, self.interp.settings.utf8);
        let fill = spec.width.saturating_sub(count);
        if spec.left {
            self.out.extend_from_slice(text);
        }
        self.out.resize(self.out.len() + fill, b' ');
        if !spec.left {
            self.out.extend_from_slice(text);
        }
    }
}
