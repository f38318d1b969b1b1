//! Times as people write them: the formats of `--date`, and "2 weeks ago" and its like (git's approxidate).

use super::{now, parse_zone};

const DAY: i64 = 86_400;

/// Seconds since 1970 of a date and time.
fn seconds(year: i64, month: i64, day: i64, clock: i64) -> Option<i64> {
    if !(1..=12).contains(&month) || !(1..=31).contains(&day) {
        return None;
    }
    let (y, m) = if month > 2 {
        (year, month - 3)
    } else {
        (year - 1, month + 9)
    };
    let era = y.div_euclid(400);
    let of_era = y.rem_euclid(400);
    let day_of_year = (153 * m + 2) / 5 + day - 1;
    let days = era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + day_of_year - 719_468;
    Some(days * DAY + clock)
}

fn month(word: &str) -> Option<i64> {
    let lower = word.to_ascii_lowercase();
    let names = [
        "january",
        "february",
        "march",
        "april",
        "may",
        "june",
        "july",
        "august",
        "september",
        "october",
        "november",
        "december",
    ];
    let at = names
        .iter()
        .position(|name| lower.len() >= 3 && name.starts_with(&lower))?;
    Some(at as i64 + 1)
}

fn weekday(word: &str) -> Option<i64> {
    let lower = word.to_ascii_lowercase();
    let names = [
        "sunday",
        "monday",
        "tuesday",
        "wednesday",
        "thursday",
        "friday",
        "saturday",
    ];
    let at = names
        .iter()
        .position(|name| lower.len() >= 3 && name.starts_with(&lower))?;
    Some(at as i64)
}

/// `hh:mm[:ss[.fraction]]` as seconds.
fn clock(word: &str) -> Option<i64> {
    let mut parts = word.split(':');
    let mut number = || {
        parts
            .next()
            .map(|part| part.split('.').next().unwrap_or_default().parse::<i64>().ok())
    };
    let (hour, minute) = (number()??, number()??);
    let second = match number() {
        Some(second) => second?,
        None => 0,
    };
    ((0..25).contains(&hour) && (0..60).contains(&minute) && (0..61).contains(&second))
        .then_some(hour * 3_600 + minute * 60 + second)
}

fn calendar(word: &str) -> Option<(i64, i64, i64)> {
    let separator = ['-', '/', '.']
        .into_iter()
        .find(|c| word.matches(*c).count() == 2)?;
    let parts: Vec<i64> = word
        .split(separator)
        .map(|part| part.parse().ok())
        .collect::<Option<_>>()?;
    match (parts.as_slice(), separator) {
        ([year, month, day], _) if *year > 31 => Some((*year, *month, *day)),
        ([month, day, year], '/') if *month <= 12 => Some((*year, *month, *day)),
        ([day, month, year], _) => Some((*year, *month, *day)),
        _ => None,
    }
}

/// A complete time with an optional zone: seconds, and the zone in minutes.
pub fn strict(text: &str) -> Option<(i64, i32)> {
    let text = text.trim();
    // `@seconds zone`, or the same without `@` where it can't be a date.
    let mut words = text.strip_prefix('@').unwrap_or(text).split_whitespace();
    if let Some(time) = words
        .next()
        .filter(|word| text.starts_with('@') || word.len() > 8)
        && let Ok(time) = time.parse::<i64>()
    {
        let zone = match words.next() {
            Some(zone) => parse_zone(zone)?,
            None => 0,
        };
        return words.next().is_none().then_some((time, zone));
    }
    let (mut date, mut at, mut zone) = (None, None, None);
    let (mut day, mut name, mut year) = (None, None, None);
    let spaced = split_t(text).replace(',', " ");
    for word in spaced.split_whitespace() {
        if let Some(found) = calendar(word) {
            date = Some(found);
        } else if word.contains(':') {
            let end = word.find(['+', '-', 'Z']).unwrap_or(word.len());
            at = Some(clock(&word[..end])?);
            if end < word.len() {
                zone = Some(read_zone(&word[end..])?);
            }
        } else if word.starts_with(['+', '-']) || matches!(word, "Z" | "UTC" | "GMT") {
            zone = Some(read_zone(word)?);
        } else if let Some(found) = month(word) {
            name = Some(found);
        } else if weekday(word).is_some() {
        } else {
            let number: i64 = word.parse().ok()?;
            if number > 31 {
                year = Some(number)
            } else {
                day = Some(number)
            }
        }
    }
    let (y, m, d) = date.or_else(|| Some((year?, name?, day?)))?;
    let zone = zone.unwrap_or(0);
    let clock = at.unwrap_or_else(|| now().0.rem_euclid(DAY));
    Some((seconds(y, m, d, clock)? - i64::from(zone) * 60, zone))
}

/// `2023-11-14T22:13:20` in two words.
fn split_t(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = text.to_owned();
    if let Some(at) = text.find('T')
        && at > 0
        && bytes[at - 1].is_ascii_digit()
        && bytes.get(at + 1).is_some_and(u8::is_ascii_digit)
    {
        out.replace_range(at..=at, " ");
    }
    out
}

fn read_zone(text: &str) -> Option<i32> {
    match text {
        "Z" | "UTC" | "GMT" => Some(0),
        _ => {
            let digits = text.replace(':', "");
            parse_zone(&if digits.len() == 3 { digits + "00" } else { digits })
        }
    }
}

fn small_number(word: &str) -> Option<i64> {
    let names = [
        "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten",
    ];
    match word {
        "a" | "an" | "last" => Some(1),
        _ => word
            .parse()
            .ok()
            .or_else(|| names.iter().position(|name| *name == word).map(|at| at as i64)),
    }
}

/// Something like a time, for `--since` and its like: never an error, as in git; words without a meaning count for
/// nothing.
pub fn approximate(text: &str) -> i64 {
    if let Some((time, _)) = strict(text) {
        return time;
    }
    let (now, _) = now();
    let mut time = now;
    let mut number = None;
    let lower = text.to_ascii_lowercase().replace(['.', ',', '_'], " ");
    for word in lower.split_whitespace() {
        let unit = match word.trim_end_matches('s') {
            "second" | "sec" => Some(1),
            "minute" | "min" => Some(60),
            "hour" => Some(3_600),
            "day" => Some(DAY),
            "week" => Some(7 * DAY),
            "fortnight" => Some(14 * DAY),
            _ => None,
        };
        let midnight = time - time.rem_euclid(DAY);
        match word.trim_end_matches('s') {
            _ if unit.is_some() => time -= number.take().unwrap_or(1) * unit.unwrap_or(0),
            "month" => time = months_before(time, number.take().unwrap_or(1)),
            "year" => time = months_before(time, 12 * number.take().unwrap_or(1)),
            "yesterday" => time -= DAY,
            "noon" => {
                time = if now < midnight + DAY / 2 {
                    midnight - DAY / 2
                } else {
                    midnight + DAY / 2
                }
            }
            "midnight" => time = midnight,
            "today" | "now" | "ago" => {}
            "never" => return 0,
            _ => {
                if let Some((y, m, d)) = calendar(word) {
                    time = seconds(y, m, d, time.rem_euclid(DAY)).unwrap_or(time);
                } else if let Some(at) = clock(word) {
                    time = midnight + at;
                } else if let Some(day) = weekday(word) {
                    let back = (time.div_euclid(DAY) + 4 - day).rem_euclid(7);
                    time -= (if back == 0 { 7 } else { back } + 7 * (number.take().unwrap_or(1) - 1)) * DAY;
                } else {
                    number = small_number(word).or(number);
                }
            }
        }
    }
    time
}

fn months_before(time: i64, months: i64) -> i64 {
    let c = cli::time::civil(time);
    let all = c.year * 12 + i64::from(c.month) - 1 - months;
    seconds(
        all.div_euclid(12),
        all.rem_euclid(12) + 1,
        c.day.into(),
        time.rem_euclid(DAY),
    )
    .unwrap_or(time)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_parse_in_git_s_formats() {
        for (text, expected) in [
            ("1700000000 +0100", Some((1_700_000_000, 60))),
            ("@0 +0000", Some((0, 0))),
            ("2023-11-14 22:13:20 +0000", Some((1_700_000_000, 0))),
            ("2023-11-14T22:13:20Z", Some((1_700_000_000, 0))),
            ("2023-11-14T23:13:20+01:00", Some((1_700_000_000, 60))),
            ("Tue, 14 Nov 2023 22:13:20 +0000", Some((1_700_000_000, 0))),
            ("Tue Nov 14 23:13:20 2023 +0100", Some((1_700_000_000, 60))),
            ("2023/11/14 22:13:20", Some((1_700_000_000, 0))),
            ("11/14/2023 22:13:20", Some((1_700_000_000, 0))),
            ("14.11.2023 22:13:20", Some((1_700_000_000, 0))),
            ("nonsense", None),
            ("2023-13-14 22:13:20", None),
        ] {
            assert_eq!(strict(text), expected, "{text}");
        }
    }

    #[test]
    fn spans_go_back_from_now() {
        let (now, _) = now();
        for (text, ago) in [
            ("2 weeks ago", 14 * DAY),
            ("3.days.ago", 3 * DAY),
            ("yesterday", DAY),
            ("an hour ago", 3_600),
        ] {
            assert!((approximate(text) - (now - ago)).abs() <= 1, "{text}");
        }
        assert_eq!(approximate("never"), 0);
    }
}
