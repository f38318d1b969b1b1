//! The long format: mode, links, owner, group, size, time, name.

use cli::names::Names;
use cli::time::{self, MONTHS};
use sys::FileType;

use super::Ls;
use super::config::{Config, TimeStyle};
use super::entry::{self, Entry};
use super::format;
use crate::stat::{self, mode_string, type_letter};

/// Half of a mean Gregorian year: older times show the year instead of the hour.
const HALF_A_YEAR: i64 = 31_556_952 / 2;

/// One line, before the columns are aligned.
struct Row {
    inode: String,
    blocks: String,
    mode: String,
    links: String,
    owner: String,
    group: String,
    size: String,
    time: String,
}

pub fn listing(ls: &mut Ls, entries: &[Entry]) {
    let (mut users, mut groups) = (Names::users(), Names::groups());
    let now = time::now_ns().div_euclid(1_000_000_000);
    let rows: Vec<Row> = entries
        .iter()
        .map(|entry| row(entry, &ls.config, &mut users, &mut groups, now))
        .collect();
    let widest = |field: fn(&Row) -> &String| rows.iter().map(|row| field(row).len()).max().unwrap_or(0);
    let (inode, blocks, links) = (widest(|r| &r.inode), widest(|r| &r.blocks), widest(|r| &r.links));
    let (owner, group, size) = (widest(|r| &r.owner), widest(|r| &r.group), widest(|r| &r.size));
    let when = widest(|r| &r.time);
    let aligned = format::quotes_are_aligned(entries, &ls.config);
    for (entry, row) in entries.iter().zip(&rows) {
        let mut line = String::new();
        if ls.config.inode {
            line += &format!("{:>inode$} ", row.inode);
        }
        if ls.config.blocks {
            line += &format!("{:>blocks$} ", row.blocks);
        }
        line += &format!("{} {:>links$} ", row.mode, row.links);
        // Numbers align right, names left.
        let id = |text: &str, width: usize| {
            if ls.config.numeric {
                format!("{text:>width$} ")
            } else {
                format!("{text:<width$} ")
            }
        };
        if ls.config.owner {
            line += &id(&row.owner, owner);
        }
        if ls.config.group {
            line += &id(&row.group, group);
        }
        line += &format!("{:>size$} {:<when$} ", row.size, row.time);
        let (name, _) = format::name(ls, entry, aligned);
        let mut line = line.into_bytes();
        line.extend(name);
        if entry.kind == FileType::Symlink {
            line.extend_from_slice(b" -> ");
            line.extend(format::target(ls, entry));
        }
        line.push(ls.config.line_end);
        ls.put_painted(&line);
    }
}

fn row(entry: &Entry, config: &Config, users: &mut Names, groups: &mut Names, now: i64) -> Row {
    let inode = format::inode(entry, config);
    let blocks = format::blocks(entry, config);
    let Some(stat) = &entry.stat else {
        let unknown = || "?".to_owned();
        return Row {
            inode,
            blocks,
            mode: format!("{}?????????", type_letter(entry.kind)),
            links: unknown(),
            owner: unknown(),
            group: unknown(),
            size: unknown(),
            time: unknown(),
        };
    };
    let name = |names: &mut Names, id: u32| {
        if config.numeric {
            id.to_string()
        } else {
            names.name_or_number(id)
        }
    };
    Row {
        inode,
        blocks,
        mode: mode_string(stat.mode),
        links: stat.nlink.to_string(),
        owner: name(users, stat.uid),
        group: name(groups, stat.gid),
        size: match stat.file_type() {
            FileType::CharDevice | FileType::BlockDevice => device(stat.rdev),
            _ => format::size(stat.size, config.sizes),
        },
        time: time_text(entry::time(stat, config.time), &config.time_style, now),
    }
}

fn device(rdev: u64) -> String {
    format!("{}, {}", stat::major(rdev), stat::minor(rdev))
}

fn time_text(ns: i64, style: &TimeStyle, now: i64) -> String {
    let seconds = ns.div_euclid(1_000_000_000);
    let c = time::civil(seconds);
    let month = MONTHS[(c.month - 1) as usize];
    let recent = seconds <= now && now - seconds < HALF_A_YEAR;
    match style {
        TimeStyle::Locale if recent => format!("{month} {:>2} {:02}:{:02}", c.day, c.hour, c.minute),
        TimeStyle::Locale => format!("{month} {:>2}  {:>4}", c.day, c.year),
        TimeStyle::FullIso => format!(
            "{}-{:02}-{:02} {:02}:{:02}:{:02}.{:09} +0000",
            c.year,
            c.month,
            c.day,
            c.hour,
            c.minute,
            c.second,
            ns.rem_euclid(1_000_000_000)
        ),
        TimeStyle::LongIso => format!(
            "{}-{:02}-{:02} {:02}:{:02}",
            c.year, c.month, c.day, c.hour, c.minute
        ),
        TimeStyle::Iso if recent => format!("{:02}-{:02} {:02}:{:02}", c.month, c.day, c.hour, c.minute),
        TimeStyle::Iso => format!("{}-{:02}-{:02} ", c.year, c.month, c.day),
        TimeStyle::Custom(format) => time::format(format, ns),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn old_and_future_times_show_the_year() {
        let now = 1_700_000_000;
        let text = |seconds: i64| time_text(seconds * 1_000_000_000, &TimeStyle::Locale, now);
        assert_eq!(text(now), "Nov 14 22:13");
        assert_eq!(text(now - HALF_A_YEAR), "May 16  2023");
        assert_eq!(text(now + 1), "Nov 14  2023");
        assert_eq!(text(0), "Jan  1  1970");
    }

    #[test]
    fn device_numbers_are_split_as_linux_does() {
        assert_eq!(device(0x0103), "1, 3");
        assert_eq!(device(0x8800), "136, 0");
    }
}
