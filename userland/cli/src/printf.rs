//! Numbers as printf(3) writes them.

/// What stands between `%` and the conversion's letter.
#[derive(Clone, Copy, Default, Debug)]
pub struct Spec {
    pub left: bool,
    pub plus: bool,
    pub space: bool,
    pub alternate: bool,
    pub zero: bool,
    pub width: usize,
    pub precision: Option<usize>,
}

impl Spec {
    /// The sign of a number that isn't negative.
    fn plus_sign(&self) -> &'static str {
        if self.plus {
            "+"
        } else if self.space {
            " "
        } else {
            ""
        }
    }

    /// A signed integer (`%d`), from its digits.
    pub fn decimal(&self, negative: bool, digits: &str) -> String {
        self.integer(if negative { "-" } else { self.plus_sign() }, digits)
    }

    /// An integer's digits after a prefix: its sign, or `0x`.
    pub fn integer(&self, prefix: &str, digits: &str) -> String {
        match self.precision {
            Some(0) if digits == "0" => self.pad(prefix, "", false),
            Some(precision) => self.pad(prefix, &format!("{digits:0>precision$}"), false),
            None => self.pad(prefix, digits, self.zero),
        }
    }

    /// `%e %f %g %a`'s like; `conversion` is the letter, capital or not.
    pub fn float(&self, value: f64, conversion: u8) -> String {
        let sign = if value.is_sign_negative() && !value.is_nan() {
            "-"
        } else {
            self.plus_sign()
        };
        let digits = float_digits(value.abs(), conversion, self.precision, self.alternate);
        self.pad(sign, &digits, self.zero && value.is_finite())
    }

    fn pad(&self, prefix: &str, digits: &str, zeros: bool) -> String {
        let room = self.width.saturating_sub(prefix.len());
        if self.left {
            format!("{prefix}{digits:<room$}")
        } else if zeros {
            format!("{prefix}{digits:0>room$}")
        } else {
            let width = self.width;
            format!("{:>width$}", format!("{prefix}{digits}"))
        }
    }
}

/// The digits of a number that isn't negative; a precision that is not given is 6 (for `%a`, all that it takes).
pub fn float_digits(value: f64, conversion: u8, precision: Option<usize>, alternate: bool) -> String {
    let text = if value.is_nan() {
        "nan".to_owned()
    } else if value.is_infinite() {
        "inf".to_owned()
    } else {
        let digits = precision.unwrap_or(6);
        match conversion.to_ascii_lowercase() {
            b'f' if alternate && digits == 0 => format!("{value:.0}."),
            b'f' => format!("{value:.digits$}"),
            b'e' => scientific(value, digits, alternate),
            b'a' => hexadecimal(value, precision),
            _ => general(value, digits.max(1), alternate),
        }
    };
    if conversion.is_ascii_uppercase() {
        text.to_uppercase()
    } else {
        text
    }
}

fn scientific(value: f64, precision: usize, alternate: bool) -> String {
    let text = format!("{value:.precision$e}");
    let Some((mantissa, exponent)) = text.split_once('e') else {
        return text;
    };
    let (sign, digits) = match exponent.strip_prefix('-') {
        Some(digits) => ('-', digits),
        None => ('+', exponent),
    };
    let point = if alternate && precision == 0 { "." } else { "" };
    format!("{mantissa}{point}e{sign}{digits:0>2}")
}

fn general(value: f64, precision: usize, alternate: bool) -> String {
    let exponent: i32 = scientific(value, precision - 1, false)
        .split_once('e')
        .and_then(|(_, exponent)| exponent.parse().ok())
        .unwrap_or(0);
    let text = if exponent < -4 || exponent >= precision as i32 {
        scientific(value, precision - 1, alternate)
    } else {
        format!("{value:.*}", (precision as i32 - 1 - exponent).max(0) as usize)
    };
    if alternate || !text.contains('.') {
        return text;
    }
    match text.split_once('e') {
        Some((mantissa, exponent)) => {
            format!(
                "{}e{exponent}",
                mantissa.trim_end_matches('0').trim_end_matches('.')
            )
        }
        None => text.trim_end_matches('0').trim_end_matches('.').to_owned(),
    }
}

/// `0x1.8p+1`.
fn hexadecimal(value: f64, precision: Option<usize>) -> String {
    let bits = value.to_bits();
    let mut mantissa = bits & ((1 << 52) - 1);
    let biased = (bits >> 52) as i32 & 0x7ff;
    let exponent = match (biased, mantissa) {
        (0, 0) => 0,
        (0, _) => -1022,
        _ => biased - 1023,
    };
    let mut lead = u64::from(biased != 0);
    let digits = match precision {
        Some(precision) if precision < 13 => {
            let drop = 4 * (13 - precision);
            let whole = (lead << 52) | mantissa;
            let half = 1_u64 << (drop - 1);
            let mut kept = whole >> drop;
            let rest = whole & ((1 << drop) - 1);
            kept += u64::from(rest > half || (rest == half && kept & 1 == 1));
            lead = kept >> (52 - drop);
            mantissa = kept & ((1 << (52 - drop)) - 1);
            if precision == 0 {
                String::new()
            } else {
                format!("{mantissa:0precision$x}")
            }
        }
        Some(precision) => format!("{:0<precision$}", format!("{mantissa:013x}")),
        None => format!("{mantissa:013x}").trim_end_matches('0').to_owned(),
    };
    let point = if digits.is_empty() { "" } else { "." };
    format!("0x{lead}{point}{digits}p{exponent:+}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn floats_are_written_as_c_writes_them() {
        let spec = Spec::default();
        for (precision, conversion, value, text) in [
            (None, b'f', 1.5, "1.500000"),
            (Some(0), b'f', 2.5, "2"),
            (None, b'e', 12345.678, "1.234568e+04"),
            (None, b'g', 0.0001, "0.0001"),
            (None, b'g', 0.00001, "1e-05"),
            (None, b'g', 1e6, "1e+06"),
            (None, b'g', 123456.0, "123456"),
            (Some(3), b'g', 2.34567, "2.35"),
            (Some(17), b'g', 0.1, "0.10000000000000001"),
            (None, b'g', -0.0, "-0"),
            (None, b'G', f64::INFINITY, "INF"),
            (None, b'a', 1.0, "0x1p+0"),
            (None, b'a', 3.0, "0x1.8p+1"),
            (Some(1), b'a', 1.96875, "0x2.0p+0"),
        ] {
            let spec = Spec { precision, ..spec };
            assert_eq!(spec.float(value, conversion), text, "{value}");
        }
    }

    #[test]
    fn widths_and_flags_pad() {
        let wide = Spec {
            width: 6,
            ..Spec::default()
        };
        assert_eq!(wide.decimal(true, "42"), "   -42");
        assert_eq!(Spec { zero: true, ..wide }.decimal(true, "42"), "-00042");
        assert_eq!(Spec { left: true, ..wide }.decimal(false, "42"), "42    ");
        assert_eq!(Spec { plus: true, ..wide }.float(1.0, b'g'), "    +1");
        let precise = Spec {
            precision: Some(3),
            zero: true,
            ..wide
        };
        assert_eq!(precise.decimal(false, "7"), "   007");
        let none = Spec {
            precision: Some(0),
            ..Spec::default()
        };
        assert_eq!(none.integer("", "0"), "");
    }
}
