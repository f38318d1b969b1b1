//! printf.

use crate::assign;
use crate::expand::escape;
use crate::shell::{Outcome, Shell};
use crate::text::{Bytes, backslash_quote, char_count, chars, lossy};

pub fn run(sh: &mut Shell, args: &[Bytes]) -> Outcome {
    let o = match super::options(sh, args, "v:") {
        Ok(o) => o,
        Err(s) => return Ok(s),
    };
    let Some(format) = args.get(o.rest) else {
        sh.complain("printf: usage: printf [-v var] format [arguments]");
        return Ok(2);
    };
    let mut p = Printer {
        sh,
        args: &args[o.rest + 1..],
        next: 0,
        out: Vec::new(),
        status: 0,
        stop: false,
    };
    loop {
        let before = p.next;
        p.round(format);
        if p.stop || p.next >= p.args.len() || p.next == before {
            break;
        }
    }
    let (out, status) = (p.out, p.status);
    match o.value(b'v') {
        None => sh.print(out),
        Some(name) => match assign::parse_target(name) {
            Some(t) => assign::scalar(sh, &t, out, false)?,
            None => {
                sh.complain(format!("printf: `{}': not a valid identifier", lossy(name)));
                return Ok(2);
            }
        },
    }
    Ok(status)
}

struct Printer<'a> {
    sh: &'a mut Shell,
    args: &'a [Bytes],
    next: usize,
    out: Bytes,
    status: i32,
    stop: bool,
}

#[derive(Default)]
struct Spec {
    left: bool,
    plus: bool,
    space: bool,
    alternate: bool,
    zero: bool,
    width: usize,
    precision: Option<usize>,
}

impl Printer<'_> {
    fn argument(&mut self) -> Option<Bytes> {
        let a = self.args.get(self.next).cloned();
        self.next += 1;
        a
    }

    fn round(&mut self, f: &[u8]) {
        let mut i = 0;
        while i < f.len() && !self.stop {
            let n = f[i..].iter().position(|c| *c == b'%').unwrap_or(f.len() - i);
            if n > 0 {
                self.out.extend_from_slice(&escape::printf(&f[i..i + n]));
                i += n;
                continue;
            }
            if f.get(i + 1) == Some(&b'%') {
                self.out.push(b'%');
                i += 2;
                continue;
            }
            i = self.directive(f, i + 1);
        }
    }

    /// After the `%`; answers where the format goes on.
    fn directive(&mut self, f: &[u8], mut i: usize) -> usize {
        let mut s = Spec::default();
        while let Some(c) = f.get(i) {
            match c {
                b'-' => s.left = true,
                b'+' => s.plus = true,
                b' ' => s.space = true,
                b'#' => s.alternate = true,
                b'0' => s.zero = true,
                _ => break,
            }
            i += 1;
        }
        let (width, at) = self.count(f, i);
        i = at;
        match width {
            Some(w) if w < 0 => {
                s.left = true;
                s.width = w.unsigned_abs() as usize;
            }
            w => s.width = w.unwrap_or(0) as usize,
        }
        if f.get(i) == Some(&b'.') {
            let (p, at) = self.count(f, i + 1);
            i = at;
            s.precision = usize::try_from(p.unwrap_or(0)).ok();
        }
        while matches!(f.get(i), Some(b'l' | b'h' | b'q' | b'j' | b'z' | b't' | b'L')) && i + 1 < f.len() {
            // `%q` is a conversion of its own.
            if f[i] == b'q' {
                break;
            }
            i += 1;
        }
        let Some(&c) = f.get(i) else {
            self.out.push(b'%');
            return i;
        };
        if c == b'(' {
            return self.date(f, i, &s);
        }
        self.convert(c, &s);
        i + 1
    }

    fn count(&mut self, f: &[u8], i: usize) -> (Option<i64>, usize) {
        if f.get(i) == Some(&b'*') {
            let a = self.argument().unwrap_or_default();
            return (Some(self.integer(&a).clamp(-1_000_000, 1_000_000)), i + 1);
        }
        let n = f[i..].iter().take_while(|c| c.is_ascii_digit()).count();
        let v = lossy(&f[i..i + n]).parse::<i64>().ok().map(|v| v.min(1_000_000));
        (v, i + n)
    }

    fn convert(&mut self, c: u8, s: &Spec) {
        match c {
            b's' | b'b' | b'q' | b'Q' => {
                let a = self.argument().unwrap_or_default();
                let mut text = match c {
                    b'b' => {
                        let (t, stop) = escape::echo(&a);
                        self.stop |= stop;
                        t
                    }
                    b'q' | b'Q' => backslash_quote(&a),
                    _ => a,
                };
                if let Some(p) = s.precision {
                    text = chars(&text).take(p).collect::<Vec<_>>().concat();
                }
                self.pad(text, s);
            }
            b'c' => {
                let a = self.argument().unwrap_or_default();
                let first = chars(&a).next().unwrap_or(b"").to_vec();
                self.pad(first, s);
            }
            b'd' | b'i' => {
                let a = self.argument().unwrap_or_default();
                let v = self.integer(&a);
                let sign = if v < 0 {
                    "-"
                } else if s.plus {
                    "+"
                } else if s.space {
                    " "
                } else {
                    ""
                };
                self.number(sign, v.unsigned_abs().to_string(), s);
            }
            b'u' | b'o' | b'x' | b'X' => {
                let a = self.argument().unwrap_or_default();
                let v = self.integer(&a) as u64;
                let (prefix, digits) = match c {
                    b'u' => ("", v.to_string()),
                    b'o' => (if s.alternate { "0" } else { "" }, format!("{v:o}")),
                    b'x' => (if s.alternate && v != 0 { "0x" } else { "" }, format!("{v:x}")),
                    _ => (if s.alternate && v != 0 { "0X" } else { "" }, format!("{v:X}")),
                };
                self.number(prefix, digits, s);
            }
            b'e' | b'E' | b'f' | b'F' | b'g' | b'G' => {
                let a = self.argument().unwrap_or_default();
                let v = self.float(&a);
                let sign = if v.is_sign_negative() {
                    "-"
                } else if s.plus {
                    "+"
                } else if s.space {
                    " "
                } else {
                    ""
                };
                let digits = float_digits(v.abs(), c, s.precision.unwrap_or(6), s.alternate);
                let unpadded = Spec {
                    precision: None,
                    ..Spec {
                        left: s.left,
                        zero: s.zero && v.is_finite(),
                        width: s.width,
                        ..Spec::default()
                    }
                };
                self.number(sign, digits, &unpadded);
            }
            other => {
                self.sh
                    .complain(format!("printf: `%{}': invalid format character", other as char));
                self.status = 1;
                self.stop = true;
            }
        }
    }

    /// `%(format)T`: seconds since 1970 in UTC, -1 or nothing for now.
    fn date(&mut self, f: &[u8], i: usize, s: &Spec) -> usize {
        let Some(end) = f[i..].iter().position(|c| *c == b')').map(|n| i + n) else {
            self.out.extend_from_slice(b"%(");
            return i + 1;
        };
        if f.get(end + 1) != Some(&b'T') {
            self.out.extend_from_slice(&f[i - 1..=end]);
            return end + 1;
        }
        let now = (crate::shell::now_ns() / 1_000_000_000) as i64;
        let secs = match self.argument() {
            None => now,
            Some(a) => match self.integer(&a) {
                -1 => now,
                -2 => (self.sh.started_ns / 1_000_000_000) as i64,
                n => n,
            },
        };
        let format = if end == i + 1 { &b"%X"[..] } else { &f[i + 1..end] };
        let text = super::misc::strftime(format, secs);
        self.pad(text, s);
        end + 2
    }

    fn pad(&mut self, text: Bytes, s: &Spec) {
        let fill = s.width.saturating_sub(char_count(&text));
        if s.left {
            self.out.extend_from_slice(&text);
        }
        self.out.resize(self.out.len() + fill, b' ');
        if !s.left {
            self.out.extend_from_slice(&text);
        }
    }

    fn number(&mut self, prefix: &str, digits: String, s: &Spec) {
        let mut body = digits;
        if let Some(p) = s.precision {
            if body == "0" && p == 0 {
                body.clear();
            }
            body = format!("{body:0>p$}");
        } else if s.zero && !s.left {
            let room = s.width.saturating_sub(prefix.len());
            body = format!("{body:0>room$}");
        }
        self.pad(format!("{prefix}{body}").into_bytes(), s);
    }

    fn invalid(&mut self, a: &[u8]) {
        self.sh.complain(format!("printf: {}: invalid number", lossy(a)));
        self.status = 1;
    }

    /// C's notation, or a quote and a character.
    fn integer(&mut self, a: &[u8]) -> i64 {
        let text = lossy(a).into_owned();
        let t = text.trim_start();
        if let Some(c) = t.strip_prefix(['\'', '"']) {
            return c.chars().next().map_or(0, |c| u32::from(c).into());
        }
        if t.is_empty() {
            return 0;
        }
        let (negative, body) = match t.strip_prefix('-') {
            Some(b) => (true, b),
            None => (false, t.strip_prefix('+').unwrap_or(t)),
        };
        let (radix, digits) = if let Some(h) = body.strip_prefix("0x").or(body.strip_prefix("0X")) {
            (16, h)
        } else if body.len() > 1 && body.starts_with('0') {
            (8, &body[1..])
        } else {
            (10, body)
        };
        let n = digits.chars().take_while(|c| c.is_digit(radix)).count();
        if n < digits.len() || n == 0 {
            self.invalid(a);
        }
        let v = u64::from_str_radix(&digits[..n], radix).unwrap_or(if n == 0 { 0 } else { i64::MAX as u64 });
        if negative {
            (v as i64).wrapping_neg()
        } else {
            v as i64
        }
    }

    fn float(&mut self, a: &[u8]) -> f64 {
        let text = lossy(a).into_owned();
        let t = text.trim();
        if t.is_empty() {
            return 0.0;
        }
        match t.parse() {
            Ok(v) => v,
            Err(_) => self.integer(a) as f64,
        }
    }
}

fn float_digits(v: f64, c: u8, precision: usize, alternate: bool) -> String {
    let upper = c.is_ascii_uppercase();
    let text = if !v.is_finite() {
        if v.is_nan() {
            "nan".to_owned()
        } else {
            "inf".to_owned()
        }
    } else {
        match c.to_ascii_lowercase() {
            b'f' => format!("{v:.precision$}"),
            b'e' => scientific(v, precision),
            _ => general(v, precision.max(1), alternate),
        }
    };
    if upper { text.to_uppercase() } else { text }
}

fn scientific(v: f64, precision: usize) -> String {
    let text = format!("{v:.precision$e}");
    match text.split_once('e') {
        Some((m, e)) => {
            let (sign, digits) = match e.strip_prefix('-') {
                Some(d) => ('-', d),
                None => ('+', e),
            };
            format!("{m}e{sign}{digits:0>2}")
        }
        None => text,
    }
}

fn general(v: f64, precision: usize, alternate: bool) -> String {
    let exponent: i32 = scientific(v, precision - 1)
        .split_once('e')
        .and_then(|(_, e)| e.parse().ok())
        .unwrap_or(0);
    let text = if exponent < -4 || exponent >= precision as i32 {
        scientific(v, precision - 1)
    } else {
        format!("{v:.*}", (precision as i32 - 1 - exponent).max(0) as usize)
    };
    if alternate || !text.contains('.') {
        return text;
    }
    match text.split_once('e') {
        Some((m, e)) => format!("{}e{e}", m.trim_end_matches('0').trim_end_matches('.')),
        None => text.trim_end_matches('0').trim_end_matches('.').to_owned(),
    }
}
