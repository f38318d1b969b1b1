//! Decimal numbers with a scale: how many digits stand behind the point. The rules of scales are bc's.

use num_bigint::{BigInt, Sign};
use num_integer::Integer;
use num_traits::{One, Signed, ToPrimitive, Zero};

/// `digits` divided by ten to the `scale`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Number {
    digits: BigInt,
    scale: usize,
}

/// Why there is no result.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Fault {
    DivideByZero,
    NegativeRoot,
    ExponentTooLarge,
}

/// A power of more digits than this is not computed: it would not end, or not fit.
const MAX_DIGITS: u64 = 1 << 27;

fn power_of_ten(scale: usize) -> BigInt {
    BigInt::from(10).pow(u32::try_from(scale).unwrap_or(u32::MAX))
}

impl From<i64> for Number {
    fn from(number: i64) -> Number {
        Number::new(number.into(), 0)
    }
}

impl From<bool> for Number {
    fn from(truth: bool) -> Number {
        i64::from(truth).into()
    }
}

impl Number {
    pub fn new(digits: BigInt, scale: usize) -> Number {
        Number { digits, scale }
    }

    pub fn zero() -> Number {
        Number::from(0)
    }

    pub fn digits(&self) -> &BigInt {
        &self.digits
    }

    pub fn scale(&self) -> usize {
        self.scale
    }

    pub fn is_zero(&self) -> bool {
        self.digits.is_zero()
    }

    pub fn is_negative(&self) -> bool {
        self.digits.sign() == Sign::Minus
    }

    /// How many decimal digits the number has, zeros at the front not counted.
    pub fn length(&self) -> usize {
        let digits = self.digits.magnitude().to_string().len();
        if self.is_zero() {
            self.scale.max(1)
        } else {
            digits.max(self.scale)
        }
    }

    /// The digits at another scale; those that are too many are cut off.
    fn at(&self, scale: usize) -> BigInt {
        if scale >= self.scale {
            &self.digits * power_of_ten(scale - self.scale)
        } else {
            &self.digits / power_of_ten(self.scale - scale)
        }
    }

    /// With that scale: digits are cut off, or zeros added.
    pub fn rescaled(&self, scale: usize) -> Number {
        if scale == self.scale {
            self.clone()
        } else {
            Number::new(self.at(scale), scale)
        }
    }

    pub fn integer(&self) -> BigInt {
        self.at(0)
    }

    /// The integer part, where a `i64` holds it.
    pub fn to_i64(&self) -> Option<i64> {
        self.integer().to_i64()
    }

    pub fn compare(&self, other: &Number) -> std::cmp::Ordering {
        let scale = self.scale.max(other.scale);
        if self.scale == other.scale {
            self.digits.cmp(&other.digits)
        } else {
            self.at(scale).cmp(&other.at(scale))
        }
    }

    pub fn negated(&self) -> Number {
        Number::new(-&self.digits, self.scale)
    }

    pub fn add(&self, other: &Number) -> Number {
        if self.scale == other.scale {
            return Number::new(&self.digits + &other.digits, self.scale);
        }
        let scale = self.scale.max(other.scale);
        Number::new(self.at(scale) + other.at(scale), scale)
    }

    pub fn subtract(&self, other: &Number) -> Number {
        if self.scale == other.scale {
            return Number::new(&self.digits - &other.digits, self.scale);
        }
        let scale = self.scale.max(other.scale);
        Number::new(self.at(scale) - other.at(scale), scale)
    }

    pub fn multiply(&self, other: &Number, scale: usize) -> Number {
        let full = self.scale + other.scale;
        let product = Number::new(&self.digits * &other.digits, full);
        product.rescaled(full.min(scale.max(self.scale).max(other.scale)))
    }

    /// # Errors
    /// The other is zero.
    pub fn divide(&self, other: &Number, scale: usize) -> Result<Number, Fault> {
        if other.is_zero() {
            return Err(Fault::DivideByZero);
        }
        // self.digits / 10^s / (other.digits / 10^o) * 10^scale
        let up = other.scale + scale;
        let quotient = if up >= self.scale {
            &self.digits * power_of_ten(up - self.scale) / &other.digits
        } else {
            &self.digits / (&other.digits * power_of_ten(self.scale - up))
        };
        Ok(Number::new(quotient, scale))
    }

    /// What is left of a division to that scale.
    ///
    /// # Errors
    /// The other is zero.
    pub fn remainder(&self, other: &Number, scale: usize) -> Result<Number, Fault> {
        let quotient = self.divide(other, scale)?;
        let product = quotient.multiply(other, usize::MAX / 2);
        let rest = self.subtract(&product);
        Ok(rest.rescaled(self.scale.max(other.scale + scale)))
    }

    /// To the power of an integer.
    ///
    /// # Errors
    /// The exponent is too large, or zero is raised to a negative one.
    pub fn power(&self, exponent: &BigInt, scale: usize) -> Result<Number, Fault> {
        if exponent.is_zero() {
            return Ok(Number::from(1));
        }
        let times = exponent.magnitude().to_u32().ok_or(Fault::ExponentTooLarge)?;
        if self.digits.bits().saturating_mul(times.into()) > MAX_DIGITS && !self.digits.magnitude().is_one() {
            return Err(Fault::ExponentTooLarge);
        }
        let full = self.scale.saturating_mul(times as usize);
        if full as u64 > MAX_DIGITS {
            return Err(Fault::ExponentTooLarge);
        }
        let power = Number::new(self.digits.pow(times), full);
        if exponent.is_negative() {
            Number::from(1).divide(&power, scale)
        } else {
            Ok(power.rescaled(full.min(scale.max(self.scale))))
        }
    }

    /// # Errors
    /// The number is negative.
    pub fn root(&self, scale: usize) -> Result<Number, Fault> {
        if self.is_negative() {
            return Err(Fault::NegativeRoot);
        }
        if self.is_zero() {
            return Ok(Number::zero());
        }
        let scale = scale.max(self.scale);
        Ok(Number::new(self.at(2 * scale).sqrt(), scale))
    }

    /// Base to the exponent, modulo a number: all of them integers.
    ///
    /// # Errors
    /// The modulus is zero.
    pub fn power_modulo(&self, exponent: &Number, modulus: &Number) -> Result<Number, Fault> {
        let (base, mut exponent, modulus) = (self.integer(), exponent.integer(), modulus.integer());
        if modulus.is_zero() {
            return Err(Fault::DivideByZero);
        }
        let (mut result, mut base) = (BigInt::one() % &modulus, base % &modulus);
        while exponent.is_positive() {
            if exponent.is_odd() {
                result = &result * &base % &modulus;
            }
            base = &base * &base % &modulus;
            exponent >>= 1;
        }
        Ok(Number::new(result, 0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(text: &str) -> Number {
        crate::base::parse(text, 10)
    }

    #[test]
    fn scales_follow_bc_s_rules() {
        let show = |number: Number| crate::base::format(&number, 10);
        for (left, operator, right, scale, expected) in [
            ("1", '/', "3", 5, ".33333"),
            ("-1", '/', "3", 5, "-.33333"),
            ("2", '*', "3.25", 0, "6.50"),
            ("1.5", '*', "1.5", 0, "2.2"),
            ("10", '%', "3", 5, ".00001"),
            ("7.5", '%', "2", 0, "1.5"),
            ("1.10", '+', "1.1", 0, "2.20"),
            ("1", '-', "1.25", 0, "-.25"),
            ("2", '^', "-2", 5, ".25000"),
            ("1.5", '^', "3", 0, "3.3"),
        ] {
            let (a, b) = (number(left), number(right));
            let result = match operator {
                '+' => a.add(&b),
                '-' => a.subtract(&b),
                '*' => a.multiply(&b, scale),
                '/' => a.divide(&b, scale).unwrap(),
                '%' => a.remainder(&b, scale).unwrap(),
                _ => a.power(&b.integer(), scale).unwrap(),
            };
            assert_eq!(show(result), expected, "{left} {operator} {right}");
        }
        assert_eq!(show(number("2").root(10).unwrap()), "1.4142135623");
        assert_eq!(number("-1").root(0), Err(Fault::NegativeRoot));
        assert_eq!(number("1").divide(&number("0.00"), 3), Err(Fault::DivideByZero));
        assert_eq!(
            show(number("4").power_modulo(&number("13"), &number("497")).unwrap()),
            "445"
        );
        assert_eq!(
            [
                number("123.456").length(),
                number("0").length(),
                number(".001").length()
            ],
            [6, 1, 3]
        );
    }
}
