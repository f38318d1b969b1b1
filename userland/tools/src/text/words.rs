//! envsubst(1) and cal(1).

use std::ffi::OsString;

use cli::time::civil;
use cli::{Exit, Opt, Order, Outcome, Output, Spec, complain, input};

#[derive(Clone, Copy, PartialEq, Eq)]
struct Variables;

static ENVSUBST: Spec<Variables> = Spec {
    name: "envsubst",
    usage: &["[OPTION] [SHELL-FORMAT]"],
    about: "Substitute the values of environment variables in standard input.\nIf SHELL-FORMAT is given, only those variables that it references are substituted.",
    options: &[Opt::flag(
        Variables,
        "v",
        "variables",
        "output the variables occurring in SHELL-FORMAT",
    )],
    order: Order::Permute,
    failure: 1,
};

/// A reference to a variable at the start of `text`: its name, and how long `$name` or `${name}` is.
fn reference(text: &[u8]) -> Option<(&[u8], usize)> {
    let rest = text.strip_prefix(b"$")?;
    let (braced, rest) = match rest.strip_prefix(b"{") {
        Some(rest) => (true, rest),
        None => (false, rest),
    };
    rest.first().filter(|b| b.is_ascii_alphabetic() || **b == b'_')?;
    let length = rest
        .iter()
        .take_while(|b| b.is_ascii_alphanumeric() || **b == b'_')
        .count();
    match (braced, rest.get(length)) {
        (true, Some(b'}')) => Some((&rest[..length], length + 3)),
        (true, _) => None,
        (false, _) => Some((&rest[..length], length + 1)),
    }
}

/// The variables that a text references, in order.
fn references(text: &[u8]) -> Vec<&[u8]> {
    (0..text.len())
        .filter_map(|at| reference(&text[at..]).map(|(name, _)| name))
        .collect()
}

pub fn envsubst(name: &'static str, arguments: Vec<OsString>) -> Outcome {
    let parsed = ENVSUBST.parse(arguments)?;
    if let Some(extra) = parsed.operands.get(1) {
        complain(name, format_args!("too many arguments: {}", extra.display()));
        return Ok(1);
    }
    let format = parsed
        .operands
        .first()
        .map(|format| format.as_encoded_bytes().to_vec());
    let mut out = Output::stdout();
    if !parsed.options.is_empty() {
        for variable in references(format.as_deref().unwrap_or_default()) {
            out.line(variable);
        }
        return Ok(out.finish(name, 0, 1));
    }
    let text = input::read_file("-".as_ref()).map_err(|why| {
        complain(name, format_args!("error while reading standard input: {why}"));
        Exit(1)
    })?;
    let wanted = format.as_deref().map(references);
    let mut at = 0;
    while at < text.len() {
        match reference(&text[at..]) {
            Some((variable, length)) if wanted.as_ref().is_none_or(|wanted| wanted.contains(&variable)) => {
                let value = std::env::var_os(cli::os(variable)).unwrap_or_default();
                out.put(value.as_encoded_bytes());
                at += length;
            }
            _ => {
                out.put(&text[at..at + 1]);
                at += 1;
            }
        }
    }
    Ok(out.finish(name, 0, 1))
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum CalId {
    Three,
    One,
    Year,
    Monday,
    Sunday,
}

static CAL: Spec<CalId> = Spec {
    name: "cal",
    usage: &["[options] [[[day] month] year]"],
    about: "Display a calendar, or some part of it.",
    options: &[
        Opt::flag(CalId::One, "1", "one", "show only a single month (default)"),
        Opt::flag(CalId::Three, "3", "three", "show three months spanning the date"),
        Opt::flag(CalId::Sunday, "s", "sunday", "Sunday as first day of week"),
        Opt::flag(CalId::Monday, "m", "monday", "Monday as first day of week"),
        Opt::flag(CalId::Year, "y", "year", "show the whole year"),
    ],
    order: Order::Permute,
    failure: 1,
};

const MONTHS: [&str; 12] = [
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

/// Days since 1970 of the first of a month: counted in years that begin in March.
fn first_day(year: i64, month: i64) -> i64 {
    let (year, month) = if month <= 2 {
        (year - 1, month + 9)
    } else {
        (year, month - 3)
    };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + (153 * month + 2) / 5 - 719_468
}

/// The eight lines of a month, 20 columns wide each. `today` is marked.
fn month(year: i64, month: i64, title: &str, monday: bool, today: Option<i64>) -> Vec<String> {
    let start = first_day(year, month);
    let next = if month == 12 {
        first_day(year + 1, 1)
    } else {
        first_day(year, month + 1)
    };
    let mut lines = vec![format!("{title:^20}")];
    lines.push(
        if monday {
            "Mo Tu We Th Fr Sa Su"
        } else {
            "Su Mo Tu We Th Fr Sa"
        }
        .to_owned(),
    );
    // 1 January 1970 was a Thursday.
    let offset = (start + 4 - i64::from(monday)).rem_euclid(7);
    let mut day = 1 - offset;
    for _ in 0..6 {
        let cells: Vec<String> = (day..day + 7)
            .map(|day| {
                let shown = if (1..=next - start).contains(&day) {
                    format!("{day:2}")
                } else {
                    "  ".to_owned()
                };
                if today == Some(start + day - 1) && !shown.trim().is_empty() {
                    format!("\x1b[7m{shown}\x1b[0m")
                } else {
                    shown
                }
            })
            .collect();
        lines.push(cells.join(" "));
        day += 7;
    }
    lines
}

pub fn cal(name: &'static str, arguments: Vec<OsString>) -> Outcome {
    let parsed = CAL.parse(arguments)?;
    let has = |id| parsed.options.iter().any(|(option, _)| *option == id);
    let now = civil(cli::time::now_ns() / 1_000_000_000);
    let mut numbers = Vec::new();
    for operand in &parsed.operands {
        let text = operand.to_string_lossy();
        let by_name = MONTHS
            .iter()
            .position(|month| text.len() >= 3 && month.to_lowercase().starts_with(&text.to_lowercase()));
        numbers.push(match (text.parse::<i64>(), by_name) {
            (Ok(number), _) => number,
            (_, Some(month)) => month as i64 + 1,
            _ => {
                return Err(CAL.usage_error(format_args!(
                    "failed to parse timestamp or unknown month name: {text}"
                )));
            }
        });
    }
    let (year, month_number, whole) = match numbers.as_slice() {
        [] => (now.year, i64::from(now.month), has(CalId::Year)),
        [year] if parsed.operands[0].to_string_lossy().parse::<i64>().is_ok() => (*year, 1, true),
        [month] => (now.year, *month, false),
        [month, year] | [_, month, year] => (*year, *month, has(CalId::Year)),
        _ => return Err(CAL.usage_error("bad usage")),
    };
    if !(1..=12).contains(&month_number) {
        complain(name, "illegal month value: use 1-12");
        return Ok(1);
    }
    if !(1..=9999).contains(&year) {
        complain(name, "illegal year value: use 1-9999");
        return Ok(1);
    }
    let monday = has(CalId::Monday) && !has(CalId::Sunday);
    let day_now = first_day(now.year, now.month.into()) + i64::from(now.day) - 1;
    let today = sys::isatty(sys::Fd::STDOUT).then_some(day_now);
    let mut out = Output::stdout();
    if whole {
        out.line(format!("{:^66}", year).trim_end().as_bytes());
        for quarter in 0..4 {
            out.put(b"\n");
            let months: Vec<Vec<String>> = (1..=3)
                .map(|at| {
                    let number = quarter * 3 + at;
                    month(year, number, MONTHS[number as usize - 1], monday, today)
                })
                .collect();
            rows(&months, "   ", &mut out);
        }
        return Ok(out.finish(name, 0, 1));
    }
    let around = if has(CalId::Three) { -1..=1 } else { 0..=0 };
    let months: Vec<Vec<String>> = around
        .map(|step| {
            let number = year * 12 + month_number - 1 + step;
            let (year, number) = (number.div_euclid(12), number.rem_euclid(12));
            let title = format!("{} {year}", MONTHS[number as usize]);
            month(year, number + 1, &title, monday, today)
        })
        .collect();
    rows(&months, "  ", &mut out);
    Ok(out.finish(name, 0, 1))
}

/// Months side by side.
fn rows(months: &[Vec<String>], gap: &str, out: &mut Output) {
    for line in 0..8 {
        let cells: Vec<&str> = months.iter().map(|month| month[line].as_str()).collect();
        out.line(cells.join(gap).trim_end().as_bytes());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn months_begin_on_their_weekdays() {
        let lines = month(2024, 2, "February 2024", false, None);
        assert_eq!(lines[0], "   February 2024    ");
        assert_eq!(lines[2], "             1  2  3");
        assert_eq!(lines[6], "25 26 27 28 29      ");
        let lines = month(2023, 10, "", true, None);
        assert_eq!(lines[2], "                   1");
        assert_eq!(lines[7], "30 31               ");
    }

    #[test]
    fn references_are_found() {
        assert_eq!(references(b"$A ${B_1} $1 ${C $$D"), [&b"A"[..], b"B_1", b"D"]);
    }
}
