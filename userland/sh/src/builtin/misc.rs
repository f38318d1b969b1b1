//! alias, unalias, let, help, and the date formats of `printf %(…)T`.

use crate::expand;
use crate::shell::{Outcome, Shell};
use crate::text::{Bytes, always_quote, lossy};

pub fn alias(sh: &mut Shell, args: &[Bytes]) -> Outcome {
    let line = |n: &str, v: &Bytes| [b"alias ", n.as_bytes(), b"=", &always_quote(v)[..], b"\n"].concat();
    if args.len() == 1 || (args.len() == 2 && args[1] == b"-p") {
        let all: Vec<Bytes> = sh.aliases.iter().map(|(n, v)| line(n, v)).collect();
        sh.print(all.concat());
        return Ok(0);
    }
    let mut status = 0;
    for a in &args[1..] {
        match a.iter().position(|c| *c == b'=').filter(|at| *at > 0) {
            Some(at) => drop(
                sh.aliases
                    .insert(lossy(&a[..at]).into_owned(), a[at + 1..].to_vec()),
            ),
            None => {
                let name = lossy(a).into_owned();
                match sh.aliases.get(&name) {
                    Some(v) => {
                        let text = line(&name, v);
                        sh.print(text);
                    }
                    None => {
                        sh.complain(format!("alias: {name}: not found"));
                        status = 1;
                    }
                }
            }
        }
    }
    Ok(status)
}

pub fn unalias(sh: &mut Shell, args: &[Bytes]) -> Outcome {
    let mut status = 0;
    for a in &args[1..] {
        if a == b"-a" {
            sh.aliases.clear();
        } else if sh.aliases.remove(&*lossy(a)).is_none() {
            sh.complain(format!("unalias: {}: not found", lossy(a)));
            status = 1;
        }
    }
    Ok(status)
}

pub fn let_(sh: &mut Shell, args: &[Bytes]) -> Outcome {
    if args.len() == 1 {
        sh.complain("let: expression expected");
        return Ok(1);
    }
    let mut value = 0;
    for a in &args[1..] {
        match expand::arith::evaluate(sh, a) {
            Ok(v) => value = v,
            Err(e) => {
                sh.complain(format!("let: {}: {e}", lossy(a)));
                return Ok(1);
            }
        }
    }
    Ok(i32::from(value == 0))
}

pub fn help(sh: &mut Shell, _args: &[Bytes]) -> Outcome {
    sh.print(b"These shell commands are built in; programs are found along the PATH.\n");
    let names: Vec<&str> = super::names().collect();
    for row in names.chunks(8) {
        let line: String = row.iter().map(|n| format!("{n:<10}")).collect();
        sh.print(format!("{}\n", line.trim_end()));
    }
    Ok(0)
}

/// The directives of strftime(3) that scripts use, in UTC.
pub fn strftime(format: &[u8], secs: i64) -> Bytes {
    const DAYS: [&str; 7] = [
        "Sunday",
        "Monday",
        "Tuesday",
        "Wednesday",
        "Thursday",
        "Friday",
        "Saturday",
    ];
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
    let (days, rest) = (secs.div_euclid(86400), secs.rem_euclid(86400));
    let (h, m, s) = (rest / 3600, rest / 60 % 60, rest % 60);
    let (year, month, day, yday) = civil(days);
    let weekday = (days + 4).rem_euclid(7) as usize;
    let month_name = MONTHS[month as usize - 1];
    let h12 = if h % 12 == 0 { 12 } else { h % 12 };
    let mut out = String::new();
    let text = lossy(format).into_owned();
    let mut it = text.chars();
    while let Some(c) = it.next() {
        if c != '%' {
            out.push(c);
            continue;
        }
        let piece = match it.next() {
            Some('Y') => year.to_string(),
            Some('C') => format!("{:02}", year.div_euclid(100)),
            Some('y') => format!("{:02}", year.rem_euclid(100)),
            Some('m') => format!("{month:02}"),
            Some('d') => format!("{day:02}"),
            Some('e') => format!("{day:2}"),
            Some('H') => format!("{h:02}"),
            Some('I') => format!("{h12:02}"),
            Some('M') => format!("{m:02}"),
            Some('S') => format!("{s:02}"),
            Some('p') => (if h < 12 { "AM" } else { "PM" }).into(),
            Some('j') => format!("{yday:03}"),
            Some('s') => secs.to_string(),
            Some('a') => DAYS[weekday][..3].into(),
            Some('A') => DAYS[weekday].into(),
            Some('b' | 'h') => month_name[..3].into(),
            Some('B') => month_name.into(),
            Some('u') => (if weekday == 0 { 7 } else { weekday }).to_string(),
            Some('w') => weekday.to_string(),
            Some('F') => format!("{year}-{month:02}-{day:02}"),
            Some('T' | 'X') => format!("{h:02}:{m:02}:{s:02}"),
            Some('R') => format!("{h:02}:{m:02}"),
            Some('D' | 'x') => format!("{month:02}/{day:02}/{:02}", year.rem_euclid(100)),
            Some('c') => {
                format!(
                    "{} {} {day:2} {h:02}:{m:02}:{s:02} {year}",
                    &DAYS[weekday][..3],
                    &month_name[..3]
                )
            }
            Some('z') => "+0000".into(),
            Some('Z') => "UTC".into(),
            Some('n') => "\n".into(),
            Some('t') => "\t".into(),
            Some('%') => "%".into(),
            Some(other) => format!("%{other}"),
            None => "%".into(),
        };
        out.push_str(&piece);
    }
    out.into_bytes()
}

/// Year, month, day and day of the year of a day since 1970 (the proleptic Gregorian calendar, by eras of 400 years).
fn civil(days: i64) -> (i64, i64, i64, i64) {
    let z = days + 719_468;
    let era = z.div_euclid(146_097);
    let doe = z.rem_euclid(146_097);
    let yoe = (doe - doe / 1460 + doe / 36524 - doe / 146_096) / 365;
    let doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    let mp = (5 * doy + 2) / 153;
    let day = doy - (153 * mp + 2) / 5 + 1;
    let month = if mp < 10 { mp + 3 } else { mp - 9 };
    let year = yoe + era * 400 + i64::from(month <= 2);
    let leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    let before = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334][month as usize - 1];
    (year, month, day, before + day + i64::from(leap && month > 2))
}

#[cfg(test)]
mod tests {
    use super::strftime;

    #[test]
    fn dates_format() {
        assert_eq!(strftime(b"%F %T %a %j", 0), b"1970-01-01 00:00:00 Thu 001");
        assert_eq!(strftime(b"%Y-%m-%d", 951_782_400), b"2000-02-29");
        assert_eq!(strftime(b"%F %j", 1_735_603_200), b"2024-12-31 366");
    }
}
