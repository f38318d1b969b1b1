//! strftime and mktime, in UTC: the kernel has no time zones.

use cli::time::civil;

/// What [`cli::time::format`] does not know is added here.
pub fn strftime(format: &[u8], seconds: i64) -> Vec<u8> {
    const LONG_DAYS: [&str; 7] = [
        "Sunday",
        "Monday",
        "Tuesday",
        "Wednesday",
        "Thursday",
        "Friday",
        "Saturday",
    ];
    const LONG_MONTHS: [&str; 12] = [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ];
    let c = civil(seconds);
    let weekday = (seconds.div_euclid(86_400) + 4).rem_euclid(7);
    let year_day = (seconds.div_euclid(86_400)) - days(c.year, 1, 1);
    let known = |text: &str| cli::time::format(text, seconds.saturating_mul(1_000_000_000));
    let hour12 = if c.hour.is_multiple_of(12) {
        12
    } else {
        c.hour % 12
    };
    let mut out = Vec::new();
    let mut rest = format;
    while let Some(b) = rest.first() {
        rest = &rest[1..];
        if *b != b'%' || rest.is_empty() {
            out.push(*b);
            continue;
        }
        // E and O ask for a locale's alternatives, `-` for no padding.
        let bare = rest[0] == b'-';
        if matches!(rest[0], b'E' | b'O' | b'-') && rest.len() > 1 {
            rest = &rest[1..];
        }
        let conversion = rest[0];
        rest = &rest[1..];
        let text = match conversion {
            b'A' => LONG_DAYS[weekday as usize].to_owned(),
            b'B' => LONG_MONTHS[c.month as usize - 1].to_owned(),
            b'C' => format!("{:02}", c.year.div_euclid(100)),
            b'D' | b'x' => known("%m/%d/%y"),
            b'c' => known("%a %b %e %H:%M:%S %Y"),
            b'G' => iso_week(c.year, year_day, weekday).0.to_string(),
            b'g' => format!("{:02}", iso_week(c.year, year_day, weekday).0.rem_euclid(100)),
            b'I' => format!("{hour12:02}"),
            b'l' => format!("{hour12:2}"),
            b'k' => format!("{:2}", c.hour),
            b'j' => format!("{:03}", year_day + 1),
            b'p' => if c.hour < 12 { "AM" } else { "PM" }.to_owned(),
            b'P' => if c.hour < 12 { "am" } else { "pm" }.to_owned(),
            b'r' => format!(
                "{hour12:02}:{:02}:{:02} {}",
                c.minute,
                c.second,
                if c.hour < 12 { "AM" } else { "PM" }
            ),
            b'u' => (if weekday == 0 { 7 } else { weekday }).to_string(),
            b'w' => weekday.to_string(),
            b'U' => format!("{:02}", (year_day + 7 - weekday) / 7),
            b'W' => format!("{:02}", (year_day + 7 - (weekday + 6) % 7) / 7),
            b'V' => format!("{:02}", iso_week(c.year, year_day, weekday).1),
            b'X' => known("%T"),
            b'N' => "%N".to_owned(),
            other => known(&format!("%{}", char::from(other))),
        };
        let text = if bare {
            text.trim_start_matches(['0', ' '])
        } else {
            &text
        };
        out.extend_from_slice(if bare && text.is_empty() { "0" } else { text }.as_bytes());
    }
    out
}

/// ISO 8601's year and week of a day of the year (from 0).
fn iso_week(year: i64, year_day: i64, weekday: i64) -> (i64, i64) {
    // The week belongs to the year that its Thursday is in.
    let thursday = year_day + 3 - (weekday + 6) % 7;
    let length = days(year + 1, 1, 1) - days(year, 1, 1);
    if thursday < 0 {
        let before = days(year, 1, 1) - days(year - 1, 1, 1);
        (year - 1, (thursday + before) / 7 + 1)
    } else if thursday >= length {
        (year + 1, (thursday - length) / 7 + 1)
    } else {
        (year, thursday / 7 + 1)
    }
}

/// Days since 1970 of a date, whose month may be out of range.
fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = year + (month - 1).div_euclid(12);
    let month = (month - 1).rem_euclid(12) + 1;
    // Years that begin in March put the leap day last.
    let (year, month) = if month > 2 {
        (year, month - 3)
    } else {
        (year - 1, month + 9)
    };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * month + 2) / 5 + day - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}

/// `YYYY MM DD HH MM SS [DST]`; `None` where it is no such thing.
pub fn mktime(text: &str) -> Option<i64> {
    let mut parts = Vec::new();
    for word in text.split_ascii_whitespace() {
        parts.push(word.parse::<i64>().ok().filter(|n| n.abs() < 1_000_000_000)?);
    }
    let [year, month, day, hour, minute, second] = *parts.get(..6)? else {
        return None;
    };
    Some(days(year, month, day) * 86_400 + hour * 3_600 + minute * 60 + second)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_go_both_ways() {
        let at = mktime("2024 02 29 13 05 09").unwrap();
        assert_eq!(at, 1_709_211_909);
        let text = |format: &str| String::from_utf8(strftime(format.as_bytes(), at)).unwrap();
        assert_eq!(
            text("%A %d %B %Y %j %I:%M %p"),
            "Thursday 29 February 2024 060 01:05 PM"
        );
        assert_eq!(text("%G-W%V-%u %U %W %-d %D"), "2024-W09-4 08 09 29 02/29/24");
        assert_eq!(mktime("2024 13 01 00 00 00"), mktime("2025 1 1 0 0 0"));
        assert_eq!(mktime("2024 1"), None);
        assert_eq!(
            strftime(b"%G-W%V", mktime("2021 1 3 0 0 0").unwrap()),
            b"2020-W53"
        );
    }
}
