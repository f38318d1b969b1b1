//! Times as git shows them. The kernel has no time zones, so that our own are in UTC; others' keep their zone.

pub mod parse;

use cli::time::{MONTHS, WEEKDAYS, civil};

/// How a time is shown (`--date=`).
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub enum Mode {
    #[default]
    Default,
    /// In the reader's zone, which is UTC.
    Local(Box<Mode>),
    Relative,
    Iso,
    IsoStrict,
    Rfc,
    Short,
    Raw,
    Unix,
    Human,
    /// strftime(3)
    Format(String),
}

impl Mode {
    pub fn parse(text: &str) -> Option<Mode> {
        if let Some(plain) = text
            .strip_suffix("-local")
            .filter(|_| !text.starts_with("format"))
        {
            return Mode::parse(plain).map(|mode| Mode::Local(Box::new(mode)));
        }
        Some(match text {
            "default" => Mode::Default,
            "local" => Mode::Local(Box::new(Mode::Default)),
            "relative" => Mode::Relative,
            "iso" | "iso8601" => Mode::Iso,
            "iso-strict" | "iso8601-strict" => Mode::IsoStrict,
            "rfc" | "rfc2822" => Mode::Rfc,
            "short" => Mode::Short,
            "raw" => Mode::Raw,
            "unix" => Mode::Unix,
            "human" => Mode::Human,
            _ => match text.strip_prefix("format-local:") {
                Some(format) => Mode::Local(Box::new(Mode::Format(format.to_owned()))),
                None => Mode::Format(text.strip_prefix("format:")?.to_owned()),
            },
        })
    }
}

/// The time that it is, and our zone.
pub fn now() -> (i64, i32) {
    (cli::time::now_ns().div_euclid(1_000_000_000), 0)
}

/// `+hhmm` of minutes.
pub fn zone(minutes: i32) -> String {
    let sign = if minutes < 0 { '-' } else { '+' };
    let minutes = minutes.abs();
    format!("{sign}{:02}{:02}", minutes / 60, minutes % 60)
}

/// Minutes of `+hhmm`.
pub fn parse_zone(text: &str) -> Option<i32> {
    let (sign, digits) = match text.as_bytes().first()? {
        b'+' => (1, &text[1..]),
        b'-' => (-1, &text[1..]),
        _ => return None,
    };
    let number: i32 = digits
        .parse()
        .ok()
        .filter(|_| digits.bytes().all(|b| b.is_ascii_digit()))?;
    Some(sign * (number / 100 * 60 + number % 100))
}

/// A time in seconds, with its zone in minutes.
pub fn show(time: i64, minutes: i32, mode: &Mode) -> String {
    if let Mode::Local(mode) = mode {
        let text = show(time, 0, mode);
        // The default format has no zone when it is local.
        return match **mode {
            Mode::Default => text.trim_end_matches(" +0000").to_owned(),
            _ => text,
        };
    }
    let local = time + i64::from(minutes) * 60;
    let c = civil(local);
    let weekday = WEEKDAYS[(local.div_euclid(86_400) + 4).rem_euclid(7) as usize];
    let month = MONTHS[(c.month - 1) as usize];
    let zone = zone(minutes);
    let clock = format!("{:02}:{:02}:{:02}", c.hour, c.minute, c.second);
    let day = format!("{:04}-{:02}-{:02}", c.year, c.month, c.day);
    match mode {
        Mode::Default | Mode::Local(_) => {
            format!("{weekday} {month} {} {clock} {} {zone}", c.day, c.year)
        }
        Mode::Relative => relative(time, now().0),
        Mode::Human => human(time, minutes),
        Mode::Iso => format!("{day} {clock} {zone}"),
        Mode::IsoStrict if minutes == 0 => format!("{day}T{clock}Z"),
        Mode::IsoStrict => format!("{day}T{clock}{}:{}", &zone[..3], &zone[3..]),
        Mode::Rfc => format!("{weekday}, {} {month} {} {clock} {zone}", c.day, c.year),
        Mode::Short => day,
        Mode::Raw => format!("{time} {zone}"),
        Mode::Unix => time.to_string(),
        Mode::Format(format) => {
            let format = format.replace("%z", &zone).replace("%s", &time.to_string());
            cli::time::format(&format.replace("%c", "%a %b %e %T %Y"), local * 1_000_000_000)
        }
    }
}

fn human(time: i64, minutes: i32) -> String {
    let (now, _) = now();
    if now - time < 3 * 86_400 && now >= time {
        return relative(time, now);
    }
    let c = civil(time + i64::from(minutes) * 60);
    let month = MONTHS[(c.month - 1) as usize];
    if civil(now).year == c.year {
        let weekday = WEEKDAYS[(time.div_euclid(86_400) + 4).rem_euclid(7) as usize];
        return format!("{weekday} {month} {} {:02}:{:02}", c.day, c.hour, c.minute);
    }
    format!("{month} {} {}", c.day, c.year)
}

fn count(number: i64, unit: &str) -> String {
    format!("{number} {unit}{}", if number == 1 { "" } else { "s" })
}

/// `3 weeks ago`
fn relative(time: i64, now: i64) -> String {
    if now < time {
        return "in the future".to_owned();
    }
    let mut span = now - time;
    if span < 90 {
        return count(span, "second") + " ago";
    }
    span = (span + 30) / 60;
    if span < 90 {
        return count(span, "minute") + " ago";
    }
    span = (span + 30) / 60;
    if span < 36 {
        return count(span, "hour") + " ago";
    }
    span = (span + 12) / 24;
    if span < 14 {
        return count(span, "day") + " ago";
    }
    if span < 70 {
        return count((span + 3) / 7, "week") + " ago";
    }
    if span < 365 {
        return count((span + 15) / 30, "month") + " ago";
    }
    if span < 1_825 {
        let months = (span * 12 * 2 + 365) / (365 * 2);
        let (years, months) = (months / 12, months % 12);
        let years = count(years, "year");
        return match months {
            0 => years + " ago",
            _ => format!("{years}, {} ago", count(months, "month")),
        };
    }
    count((span + 183) / 365, "year") + " ago"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_shown_as_git_shows_them() {
        let time = 1_700_000_000;
        for (mode, shown) in [
            ("default", "Tue Nov 14 23:13:20 2023 +0100"),
            ("iso", "2023-11-14 23:13:20 +0100"),
            ("iso-strict", "2023-11-14T23:13:20+01:00"),
            ("rfc", "Tue, 14 Nov 2023 23:13:20 +0100"),
            ("short", "2023-11-14"),
            ("raw", "1700000000 +0100"),
            ("unix", "1700000000"),
            ("local", "Tue Nov 14 22:13:20 2023"),
            ("iso-local", "2023-11-14 22:13:20 +0000"),
            ("format:%Y/%m %z", "2023/11 +0100"),
        ] {
            let mode = Mode::parse(mode).unwrap();
            assert_eq!(show(time, 60, &mode), shown);
        }
    }

    #[test]
    fn spans_round_as_git_s() {
        for (span, shown) in [
            (1, "1 second ago"),
            (89, "89 seconds ago"),
            (90, "2 minutes ago"),
            (7_200, "2 hours ago"),
            (86_400 * 2, "2 days ago"),
            (86_400 * 15, "2 weeks ago"),
            (86_400 * 100, "3 months ago"),
            (86_400 * 400, "1 year, 1 month ago"),
            (86_400 * 365 * 6, "6 years ago"),
        ] {
            assert_eq!(relative(0, span), shown);
        }
    }
}
