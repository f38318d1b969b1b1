//! What `bc -l` has: sine, cosine, arctangent, logarithm, exponential and Bessel functions. They are computed with more
//! digits than are asked for, by their series, and cut off.

use num_bigint::BigInt;
use num_integer::Integer;
use num_traits::{One, Signed, ToPrimitive, Zero};

use crate::number::{Fault, Number};

/// How many digits more than asked for the computation has.
const GUARD: usize = 12;

/// Fixed-point numbers: integers that stand for themselves divided by ten to the `places`.
struct Fixed {
    places: usize,
    one: BigInt,
}

impl Fixed {
    fn new(places: usize) -> Fixed {
        let one = BigInt::from(10).pow(u32::try_from(places).unwrap_or(u32::MAX));
        Fixed { places, one }
    }

    fn from(&self, x: &Number) -> BigInt {
        x.rescaled(self.places).digits().clone()
    }

    fn result(&self, value: BigInt, scale: usize) -> Number {
        Number::new(value, self.places).rescaled(scale)
    }

    fn multiply(&self, a: &BigInt, b: &BigInt) -> BigInt {
        a * b / &self.one
    }

    fn divide(&self, a: &BigInt, b: &BigInt) -> BigInt {
        a * &self.one / b
    }

    fn root(&self, a: &BigInt) -> BigInt {
        (a * &self.one).sqrt()
    }

    /// The sum of terms, of which each follows from the one before and its number, until they vanish.
    fn series(&self, first: BigInt, next: impl Fn(&BigInt, u64) -> BigInt) -> BigInt {
        let (mut sum, mut term) = (first.clone(), first);
        for n in 1u64.. {
            term = next(&term, n);
            if term.is_zero() {
                break;
            }
            sum += &term;
        }
        sum
    }

    /// By halving the argument until the series is quick: atan x = 2 atan (x / (1 + sqrt (1 + x^2))).
    fn arctangent(&self, x: &BigInt) -> BigInt {
        let (mut x, mut doublings) = (x.clone(), 0u32);
        while x.abs() * 10 > self.one {
            let square = self.multiply(&x, &x);
            x = self.divide(&x, &(&self.one + self.root(&(&self.one + square))));
            doublings += 1;
        }
        let square = self.multiply(&x, &x);
        let mut sum = x.clone();
        let mut power = x;
        for n in 1u64.. {
            power = -self.multiply(&power, &square);
            let term = &power / (2 * n + 1);
            if term.is_zero() {
                break;
            }
            sum += term;
        }
        sum << doublings
    }

    fn half_pi(&self) -> BigInt {
        self.arctangent(&self.one) * 2
    }

    fn exponential(&self, x: &BigInt) -> BigInt {
        // The argument is halved until it is small, and the result squared as often.
        let (mut x, mut halvings) = (x.clone(), 0u32);
        while x.abs() * 2 > self.one {
            x /= 2;
            halvings += 1;
        }
        let mut result = self.series(self.one.clone(), |term, n| self.multiply(term, &x) / n);
        for _ in 0..halvings {
            result = self.multiply(&result, &result);
        }
        result
    }

    /// Of a positive number, by roots until it is near one: ln x = 2^n ln x^(1/2^n), and then ln x = 2 artanh ((x - 1) / (x + 1)).
    fn logarithm(&self, x: &BigInt) -> BigInt {
        let (mut x, mut doublings) = (x.clone(), 1u32);
        while (&x - &self.one).abs() * 10 > self.one {
            x = self.root(&x);
            doublings += 1;
        }
        let y = self.divide(&(&x - &self.one), &(&x + &self.one));
        let square = self.multiply(&y, &y);
        let (mut sum, mut power) = (y.clone(), y);
        for n in 1u64.. {
            power = self.multiply(&power, &square);
            let term = &power / (2 * n + 1);
            if term.is_zero() {
                break;
            }
            sum += term;
        }
        sum << doublings
    }
}

/// Digits before the point.
fn whole_digits(x: &Number) -> usize {
    x.length().saturating_sub(x.scale())
}

fn trigonometric(x: &Number, scale: usize, quarter_turns: i64) -> Number {
    let fixed = Fixed::new(scale + GUARD + whole_digits(x) + 2);
    let angle = fixed.from(x);
    let quarter = fixed.half_pi();
    let (turns, rest) = angle.div_mod_floor(&quarter);
    let turns = (turns + quarter_turns)
        .mod_floor(&BigInt::from(4))
        .to_i64()
        .unwrap_or(0);
    let square = fixed.multiply(&rest, &rest);
    let first = if turns % 2 == 0 { rest } else { fixed.one.clone() };
    let odd = u64::from(turns % 2 == 0);
    let value = fixed.series(first, |term, n| {
        -fixed.multiply(term, &square) / ((2 * n - 1 + odd) * (2 * n + odd))
    });
    fixed.result(if turns < 2 { value } else { -value }, scale)
}

pub fn sine(x: &Number, scale: usize) -> Number {
    if x.is_zero() {
        Number::zero()
    } else {
        trigonometric(x, scale, 0)
    }
}

pub fn cosine(x: &Number, scale: usize) -> Number {
    trigonometric(x, scale, 1)
}

pub fn arctangent(x: &Number, scale: usize) -> Number {
    if x.is_zero() {
        return Number::zero();
    }
    let fixed = Fixed::new(scale + GUARD + whole_digits(x));
    fixed.result(fixed.arctangent(&fixed.from(x)), scale)
}

/// Of what has no logarithm, the most negative number that the scale allows, as GNU's library has it.
pub fn logarithm(x: &Number, scale: usize) -> Number {
    if x.is_negative() || x.is_zero() {
        let all = BigInt::one() - BigInt::from(10).pow(u32::try_from(scale).unwrap_or(u32::MAX));
        return Number::new(all, 0).rescaled(scale);
    }
    if x.compare(&Number::from(1)).is_eq() {
        return Number::zero();
    }
    // Each root costs a binary digit.
    let fixed = Fixed::new(scale + GUARD + whole_digits(x) + 10 + x.scale());
    fixed.result(fixed.logarithm(&fixed.from(x)), scale)
}

/// # Errors
/// The result has too many digits.
pub fn exponential(x: &Number, scale: usize) -> Result<Number, Fault> {
    /// More than this would not end.
    const MAX: i64 = 10_000_000;
    let size = x
        .to_i64()
        .filter(|size| size.abs() < MAX)
        .ok_or(Fault::ExponentTooLarge)?;
    // The digits before the point, and what the squarings cost.
    let more = usize::try_from(size.max(0)).unwrap_or(0) / 2 + 20;
    let fixed = Fixed::new(scale + GUARD + more);
    Ok(fixed.result(fixed.exponential(&fixed.from(x)), scale))
}

/// Of integer order, by its series: the sum of (-1)^k (x/2)^(2k+n) / (k! (k+n)!).
pub fn bessel(order: &Number, x: &Number, scale: usize) -> Number {
    let order = order.to_i64().unwrap_or(0);
    let (n, negate) = (order.unsigned_abs(), order < 0 && order % 2 != 0);
    // Terms grow to e^x before they shrink.
    let size = usize::try_from(x.to_i64().unwrap_or(0).unsigned_abs()).unwrap_or(0);
    let fixed = Fixed::new(scale + GUARD + size + 2);
    let half: BigInt = fixed.from(x) / 2;
    let first = (1..=n).fold(fixed.one.clone(), |term, k| fixed.multiply(&term, &half) / k);
    let square = fixed.multiply(&half, &half);
    let value = fixed.series(first, |term, k| -fixed.multiply(term, &square) / k / (k + n));
    fixed.result(if negate { -value } else { value }, scale)
}
