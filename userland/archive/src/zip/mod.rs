//! zip(1), unzip(1) and zipinfo(1), on the crate `zip` with deflate and nothing else.

pub mod info;
pub mod unzip;
pub mod write;

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use cli::os;
use zip::read::ZipFile;
use zip::{DateTime, ExtraField, ZipArchive};

/// Info-ZIP's statuses.
const TROUBLE: i32 = 3;
const NO_ARCHIVE: i32 = 9;
const NO_MATCH: i32 = 11;

/// Opens an archive by its name, or by its name with `.zip`. The path that it was found under comes first.
fn open(name: &Path) -> Result<(PathBuf, ZipArchive<File>), String> {
    let mut longer = name.as_os_str().to_owned();
    longer.push(".zip");
    for path in [name.to_owned(), PathBuf::from(longer)] {
        let Ok(file) = File::open(&path) else { continue };
        return match ZipArchive::new(file) {
            Ok(archive) => Ok((path, archive)),
            Err(error) => Err(format!(
                "[{}]\n  End-of-central-directory signature not found, or the archive is broken: {error}",
                path.display()
            )),
        };
    }
    Err(format!(
        "cannot find or open {0}, {0}.zip or {0}.ZIP.",
        name.display()
    ))
}

/// When a member was changed, in nanoseconds since 1970: the extra field's time, or MS-DOS's as UTC.
fn mtime_ns<R: Read>(file: &ZipFile<'_, R>) -> Option<i64> {
    let extended = file.extra_data_fields().find_map(|field| match field {
        ExtraField::ExtendedTimestamp(times) => times.mod_time(),
        _ => None,
    });
    let seconds = match extended {
        Some(seconds) => i64::from(seconds as i32),
        None => dos_seconds(file.last_modified()?),
    };
    Some(seconds * 1_000_000_000)
}

/// Seconds since 1970 of a date, by counting the days of a calendar whose years begin in March.
fn dos_seconds(date: DateTime) -> i64 {
    let (year, month) = (i64::from(date.year()), i64::from(date.month()));
    let year = if month <= 2 { year - 1 } else { year };
    let month = (month + 9) % 12;
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * month + 2) / 5 + i64::from(date.day()) - 1;
    let days =
        era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468;
    days * 86_400 + i64::from(date.hour()) * 3_600 + i64::from(date.minute()) * 60 + i64::from(date.second())
}

/// Whether a member's name is asked for. `*` and `?` match slashes, as Info-ZIP's do.
fn is_wanted(name: &[u8], wanted: &[Vec<u8>], excluded: &[Vec<u8>]) -> bool {
    let matches = |pattern: &Vec<u8>| cli::pattern::matches(pattern, name);
    (wanted.is_empty() || wanted.iter().any(matches)) && !excluded.iter().any(matches)
}

/// A member's name for people.
fn shown(name: &[u8]) -> String {
    os(name).display().to_string()
}

/// A member's name on one line: control characters as `^X`.
fn one_line(name: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(name.len());
    for b in name {
        match b {
            0..32 => out.extend([b'^', b + 64]),
            b => out.push(*b),
        }
    }
    out
}

/// How much smaller something became, in percent.
fn saved(size: u64, compressed: u64) -> f64 {
    if size == 0 || compressed > size {
        0.0
    } else {
        100.0 * (size - compressed) as f64 / size as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_become_seconds() {
        for (date, seconds) in [
            ((1980, 1, 1, 0, 0, 0), 315_532_800),
            ((2000, 2, 29, 12, 0, 2), 951_825_602),
            ((2024, 12, 31, 23, 59, 58), 1_735_689_598),
        ] {
            let (year, month, day, hour, minute, second) = date;
            let time = DateTime::from_date_and_time(year, month, day, hour, minute, second).unwrap();
            assert_eq!(dos_seconds(time), seconds, "{date:?}");
        }
    }
}
