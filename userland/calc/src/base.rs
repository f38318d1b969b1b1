//! Numbers as text, in any base.

use num_bigint::BigInt;
use num_integer::Integer;
use num_traits::{Signed, ToPrimitive, Zero};

use crate::number::Number;

/// The largest base whose digits are characters.
const MAX_DIGIT_BASE: u32 = 16;
const DIGITS: &[u8; 16] = b"0123456789ABCDEF";

/// A number of digits, `A` to `Z` and a point. A digit that the base doesn't have counts as its largest one, unless it
/// stands alone before the point; POSIX leaves that open, GNU does it so.
pub fn parse(text: &str, base: u32) -> Number {
    let (negative, text) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let is_single = whole.len() == 1;
    let digit = |(at, c): (usize, char)| {
        let value = c.to_digit(36).unwrap_or(0);
        if is_single && at == 0 {
            value
        } else {
            value.min(base - 1)
        }
    };
    let digits = if base == 10 && text.bytes().all(|b| b.is_ascii_digit() || b == b'.') {
        let all = [whole, fraction].concat();
        BigInt::parse_bytes(if all.is_empty() { b"0" } else { all.as_bytes() }, 10).unwrap_or_default()
    } else {
        let all = whole.chars().chain(fraction.chars()).enumerate().map(digit);
        all.fold(BigInt::zero(), |number, digit| number * base + digit)
    };
    let number = if base == 10 {
        Number::new(digits, fraction.len())
    } else {
        // The fraction has as many digits in base ten as it has in its own.
        let places = u32::try_from(fraction.len()).unwrap_or(u32::MAX);
        let scaled = digits * BigInt::from(10).pow(places) / BigInt::from(base).pow(places);
        Number::new(scaled, fraction.len())
    };
    if negative { number.negated() } else { number }
}

/// The number in a base, whole.
pub fn format(number: &Number, base: u32) -> String {
    if number.is_zero() {
        return "0".into();
    }
    let mut out = String::new();
    if number.is_negative() {
        out.push('-');
    }
    if base == 10 {
        let digits = number.digits().magnitude().to_string();
        let scale = number.scale();
        let (whole, fraction) = match digits.len().checked_sub(scale) {
            Some(at) => (&digits[..at], digits[at..].to_owned()),
            None => ("", format!("{digits:0>scale$}")),
        };
        out.push_str(whole);
        if scale > 0 {
            out.push('.');
            out.push_str(&fraction);
        }
        return out;
    }
    let width = (base - 1).to_string().len();
    let digit = |out: &mut String, value: &BigInt, spaced: bool| {
        let value = value.to_u32().unwrap_or(0);
        if base <= MAX_DIGIT_BASE {
            out.push(char::from(DIGITS[value as usize % DIGITS.len()]));
        } else {
            if spaced {
                out.push(' ');
            }
            out.push_str(&format!("{value:0width$}"));
        }
    };
    let (mut whole, base_number) = (number.integer().abs(), BigInt::from(base));
    let mut digits = Vec::new();
    while !whole.is_zero() {
        let (rest, last) = whole.div_rem(&base_number);
        digits.push(last);
        whole = rest;
    }
    digits.iter().rev().for_each(|value| digit(&mut out, value, true));
    if number.scale() > 0 {
        out.push('.');
        let unit = BigInt::from(10).pow(u32::try_from(number.scale()).unwrap_or(u32::MAX));
        let mut fraction = number.digits().abs() % &unit;
        // As many digits as it takes to tell what the decimal ones do.
        let mut told = BigInt::from(1);
        let mut spaced = false;
        while told < unit {
            let (value, rest) = (fraction * &base_number).div_rem(&unit);
            digit(&mut out, &value, spaced);
            fraction = rest;
            told *= &base_number;
            spaced = true;
        }
    }
    out
}
