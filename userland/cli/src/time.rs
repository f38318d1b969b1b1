//! Calendar time, UTC: the kernel has no time zones yet, so `TZ` is not looked at.

use std::time::{SystemTime, UNIX_EPOCH};

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Civil {
    pub year: i64,
    /// 1 to 12.
    pub month: u32,
    pub day: u32,
    pub hour: u32,
    pub minute: u32,
    pub second: u32,
}

pub const MONTHS: [&str; 12] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
];

pub const WEEKDAYS: [&str; 7] = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];

/// From seconds since 1970: days are counted in eras of 400 years that start on 1 March 0000.
pub fn civil(seconds: i64) -> Civil {
    let days = seconds.div_euclid(86_400) + 719_468;
    let rest = seconds.rem_euclid(86_400) as u32;
    let era = days.div_euclid(146_097);
    let day_of_era = days.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let month = if shifted_month < 10 {
        shifted_month + 3
    } else {
        shifted_month - 9
    };
    Civil {
        year: year_of_era + era * 400 + i64::from(month <= 2),
        month: month as u32,
        day: (day_of_year - (153 * shifted_month + 2) / 5 + 1) as u32,
        hour: rest / 3_600,
        minute: rest / 60 % 60,
        second: rest % 60,
    }
}

/// Nanoseconds since 1970.
pub fn now_ns() -> i64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |since| since.as_nanos() as i64)
}

/// strftime(3) of a time in nanoseconds since 1970; conversions that it doesn't know stay as they are. `%N` is the
/// fraction in nine digits, as in date(1).
pub fn format(format: &str, ns: i64) -> String {
    let seconds = ns.div_euclid(1_000_000_000);
    let c = civil(seconds);
    let weekday = (seconds.div_euclid(86_400) + 4).rem_euclid(7) as usize;
    let month = MONTHS[(c.month - 1) as usize];
    let mut out = String::new();
    let mut chars = format.chars();
    while let Some(ch) = chars.next() {
        if ch != '%' {
            out.push(ch);
            continue;
        }
        match chars.next() {
            Some('Y') => out += &c.year.to_string(),
            Some('y') => out += &format!("{:02}", c.year.rem_euclid(100)),
            Some('m') => out += &format!("{:02}", c.month),
            Some('d') => out += &format!("{:02}", c.day),
            Some('e') => out += &format!("{:>2}", c.day),
            Some('H') => out += &format!("{:02}", c.hour),
            Some('M') => out += &format!("{:02}", c.minute),
            Some('S') => out += &format!("{:02}", c.second),
            Some('N') => out += &format!("{:09}", ns.rem_euclid(1_000_000_000)),
            Some('s') => out += &seconds.to_string(),
            Some('b' | 'h') => out += month,
            Some('a') => out += WEEKDAYS[weekday],
            Some('F') => out += &format!("{}-{:02}-{:02}", c.year, c.month, c.day),
            Some('T') => out += &format!("{:02}:{:02}:{:02}", c.hour, c.minute, c.second),
            Some('R') => out += &format!("{:02}:{:02}", c.hour, c.minute),
            Some('z') => out += "+0000",
            Some('Z') => out += "UTC",
            Some('n') => out.push('\n'),
            Some('t') => out.push('\t'),
            Some('%') => out.push('%'),
            Some(other) => out.extend(['%', other]),
            None => out.push('%'),
        }
    }
    out
}

/// A duration as sleep(1) and timeout(1) take it: a decimal number with an optional `s`, `m`, `h` or `d`.
/// `None` is none; infinity is `Some(f64::INFINITY)`.
pub fn parse_duration(text: &str) -> Option<f64> {
    let (number, unit) = match text.as_bytes().last()? {
        b's' => (&text[..text.len() - 1], 1.0),
        b'm' => (&text[..text.len() - 1], 60.0),
        b'h' => (&text[..text.len() - 1], 3_600.0),
        b'd' => (&text[..text.len() - 1], 86_400.0),
        _ => (text, 1.0),
    };
    let value: f64 = number.parse().ok()?;
    (value >= 0.0).then_some(value * unit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_become_dates() {
        for (seconds, date) in [
            (0, (1970, 1, 1, 0, 0, 0)),
            (-1, (1969, 12, 31, 23, 59, 59)),
            (951_782_400, (2000, 2, 29, 0, 0, 0)),
            (1_709_251_199, (2024, 2, 29, 23, 59, 59)),
            (4_102_444_800, (2100, 1, 1, 0, 0, 0)),
        ] {
            let c = civil(seconds);
            assert_eq!(
                (c.year, c.month, c.day, c.hour, c.minute, c.second),
                date,
                "{seconds}"
            );
        }
    }

    #[test]
    fn times_format_as_strftime_does() {
        let ns = 1_700_000_000_000_000_007;
        assert_eq!(format("%a %b %e %T %Y %z", ns), "Tue Nov 14 22:13:20 2023 +0000");
        assert_eq!(
            format("%F %R:%S.%N %s %y%% %q", ns),
            "2023-11-14 22:13:20.000000007 1700000000 23% %q"
        );
    }

    #[test]
    fn durations_have_units() {
        for (text, seconds) in [
            ("1", Some(1.0)),
            ("0.25", Some(0.25)),
            (".5", Some(0.5)),
            ("2m", Some(120.0)),
            ("1.5h", Some(5_400.0)),
            ("1d", Some(86_400.0)),
            ("infinity", Some(f64::INFINITY)),
            ("-1", None),
            ("x", None),
            ("", None),
            ("s", None),
            ("NaN", None),
        ] {
            assert_eq!(parse_duration(text), seconds, "{text}");
        }
    }
}
