//! Sizes for people, and from them.

/// A number of bytes with a unit, as -h (`base` 1024) and --si (1000) of GNU's commands show it: at most three digits,
/// rounded up.
pub fn human(bytes: u64, base: u64) -> String {
    let units: &[u8] = if base == 1000 { b"kMGTPE" } else { b"KMGTPE" };
    if bytes < base {
        return bytes.to_string();
    }
    let (mut scale, mut unit) = (base, 0);
    while bytes / scale >= base && unit + 1 < units.len() {
        scale *= base;
        unit += 1;
    }
    // Up to 9.9 there is one decimal; rounding may carry into the next form, and into the next unit.
    let tenths = (u128::from(bytes) * 10).div_ceil(scale.into());
    if tenths < 100 {
        return format!("{}.{}{}", tenths / 10, tenths % 10, char::from(units[unit]));
    }
    let whole = bytes.div_ceil(scale);
    if whole >= base && unit + 1 < units.len() {
        return format!("1.0{}", char::from(units[unit + 1]));
    }
    format!("{whole}{}", char::from(units[unit]))
}

/// A number with GNU's suffixes: `K` and `KiB` are 1024, `KB` is 1000, and so on; a suffix alone counts once.
pub fn parse(text: &str) -> Option<u64> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let number: u64 = if digits == 0 {
        1
    } else {
        text[..digits].parse().ok()?
    };
    let suffix = &text[digits..];
    if suffix.is_empty() {
        return (digits > 0).then_some(number);
    }
    let (letter, rest) = suffix.split_at_checked(1)?;
    let base: u64 = match rest {
        "" | "iB" => 1024,
        "B" => 1000,
        _ => return None,
    };
    let power = match letter {
        "b" if rest.is_empty() => return number.checked_mul(512),
        "k" | "K" => 1,
        "M" | "m" => 2,
        "G" | "g" => 3,
        "T" => 4,
        "P" => 5,
        "E" => 6,
        _ => return None,
    };
    number.checked_mul(base.checked_pow(power)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_shown_and_read_as_gnu_s() {
        for (bytes, base, shown) in [
            (0, 1024, "0"),
            (1023, 1024, "1023"),
            (1024, 1024, "1.0K"),
            (1025, 1024, "1.1K"),
            (10_240, 1024, "10K"),
            (1_048_575, 1024, "1.0M"),
            (1500, 1000, "1.5k"),
        ] {
            assert_eq!(human(bytes, base), shown);
        }
        for (text, bytes) in [
            ("10", Some(10)),
            ("1K", Some(1024)),
            ("2kB", Some(2000)),
            ("1MiB", Some(1 << 20)),
            ("M", Some(1 << 20)),
            ("x", None),
            ("", None),
        ] {
            assert_eq!(parse(text), bytes, "{text}");
        }
    }
}
