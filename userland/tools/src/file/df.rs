//! df(1): the space of file systems, as `/proc/mounts` and statfs(2) tell.

use std::ffi::OsString;

use cli::{Exit, Opt, Order, Outcome, Output, Spec, complain, os, size};

#[derive(Clone, Copy, PartialEq, Eq)]
enum Id {
    All,
    BlockSize,
    Human,
    Si,
    Inodes,
    Kilo,
    Local,
    Portability,
    Total,
    Type,
    PrintType,
    ExcludeType,
    Ignored,
}

#[rustfmt::skip]
static SPEC: Spec<Id> = Spec {
    name: "df",
    usage: &["[OPTION]... [FILE]..."],
    about: "Show information about the file system on which each FILE resides,\nor all file systems by default.",
    options: &[
        Opt::flag(Id::All, "a", "all", "include pseudo, duplicate, inaccessible file systems"),
        Opt::value(Id::BlockSize, "B", "block-size", "SIZE", "scale sizes by SIZE before printing them"),
        Opt::flag(Id::Human, "h", "human-readable", "print sizes in powers of 1024 (e.g., 1023M)"),
        Opt::flag(Id::Si, "H", "si", "print sizes in powers of 1000 (e.g., 1.1G)"),
        Opt::flag(Id::Inodes, "i", "inodes", "list inode information instead of block usage"),
        Opt::flag(Id::Kilo, "k", "", "like --block-size=1K"),
        Opt::flag(Id::Local, "l", "local", "limit listing to local file systems"),
        Opt::flag(Id::Portability, "P", "portability", "use the POSIX output format"),
        Opt::flag(Id::Total, "", "total", "produce a grand total"),
        Opt::value(Id::Type, "t", "type", "TYPE", "limit listing to file systems of type TYPE"),
        Opt::flag(Id::PrintType, "T", "print-type", "print file system type"),
        Opt::value(Id::ExcludeType, "x", "exclude-type", "TYPE", "limit listing to file systems not of type TYPE"),
        Opt::flag(Id::Ignored, "", "sync", ""),
        Opt::flag(Id::Ignored, "", "no-sync", ""),
    ],
    order: Order::Permute,
    failure: 1,
};

/// A line of `/proc/mounts`.
#[derive(Clone)]
struct Mount {
    source: Vec<u8>,
    place: Vec<u8>,
    kind: String,
}

/// A field with getmntent(3)'s `\040` and so on undone.
fn unescape(field: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(field.len());
    let mut at = 0;
    while at < field.len() {
        let digits = field
            .get(at + 1..at + 4)
            .filter(|digits| field[at] == b'\\' && digits.iter().all(|b| (b'0'..=b'7').contains(b)));
        match digits {
            Some(digits) => {
                out.push(
                    digits
                        .iter()
                        .fold(0_u32, |value, b| value * 8 + u32::from(b - b'0')) as u8,
                );
                at += 4;
            }
            None => {
                out.push(field[at]);
                at += 1;
            }
        }
    }
    out
}

fn mounts() -> Result<Vec<Mount>, Exit> {
    let text = std::fs::read("/proc/mounts").map_err(|error| {
        complain(
            "df",
            format_args!(
                "cannot read table of mounted file systems: {}",
                cli::reason(&error)
            ),
        );
        Exit(1)
    })?;
    let parse = |line: &[u8]| {
        let mut fields = line.split(|b| *b == b' ');
        Some(Mount {
            source: unescape(fields.next()?),
            place: unescape(fields.next()?),
            kind: String::from_utf8_lossy(fields.next()?).into_owned(),
        })
    };
    Ok(text.split(|b| *b == b'\n').filter_map(parse).collect())
}

/// The mount that a file is on: the longest place above its real path.
fn mount_of<'a>(mounts: &'a [Mount], path: &OsString) -> Option<&'a Mount> {
    let real = std::fs::canonicalize(path).ok()?;
    let matching = mounts.iter().filter(|mount| real.starts_with(os(&mount.place)));
    // Of two on one place the later covers the earlier.
    matching.max_by_key(|mount| mount.place.len())
}

/// Leaves one mount of each file system: the one with the shortest place.
fn once_each(mounts: Vec<Mount>) -> Vec<Mount> {
    let mut kept: Vec<(u64, Mount)> = Vec::new();
    for mount in mounts {
        let Ok(stat) = sys::stat(&mount.place) else {
            continue;
        };
        match kept.iter_mut().find(|(device, _)| *device == stat.dev) {
            Some((_, known)) if mount.place.len() < known.place.len() => *known = mount,
            Some(_) => {}
            None => kept.push((stat.dev, mount)),
        }
    }
    kept.into_iter().map(|(_, mount)| mount).collect()
}

struct Row {
    source: Vec<u8>,
    kind: String,
    place: Vec<u8>,
    /// All, used and available, in bytes or inodes; `None` where there is no such thing.
    numbers: Option<[u64; 3]>,
}

pub fn run(_: &'static str, arguments: Vec<OsString>) -> Outcome {
    let parsed = SPEC.parse(arguments)?;
    let chosen = |id| parsed.options.iter().any(|(option, _)| *option == id);
    let (mut unit, mut human) = (1024, None);
    let (mut types, mut excluded) = (Vec::new(), Vec::new());
    for (id, value) in &parsed.options {
        let text = value
            .as_ref()
            .map(|value| value.to_string_lossy().into_owned())
            .unwrap_or_default();
        match id {
            Id::BlockSize => {
                unit = size::parse(&text).filter(|size| *size > 0).ok_or_else(|| {
                    SPEC.usage_error(format_args!("invalid --block-size argument '{text}'"))
                })?;
                human = None;
            }
            Id::Human => human = Some(1024),
            Id::Si => human = Some(1000),
            Id::Kilo => (unit, human) = (1024, None),
            Id::Type => types.push(text),
            Id::ExcludeType => excluded.push(text),
            _ => {}
        }
    }
    let all = mounts()?;
    let mut status = 0;
    let mut shown = Vec::new();
    for operand in &parsed.operands {
        match sys::stat(operand) {
            Ok(_) => shown.extend(mount_of(&all, operand).cloned()),
            Err(why) => {
                complain("df", format_args!("{}: {why}", operand.display()));
                status = 1;
            }
        }
    }
    if parsed.operands.is_empty() {
        shown = all;
    } else if shown.is_empty() {
        return Ok(1);
    }
    shown
        .retain(|mount| (types.is_empty() || types.contains(&mount.kind)) && !excluded.contains(&mount.kind));
    let inodes = chosen(Id::Inodes);
    if parsed.operands.is_empty() && !chosen(Id::All) {
        shown = once_each(shown);
    }
    let mut rows = Vec::new();
    for mount in shown {
        let Ok(stat) = sys::statfs(&mount.place) else {
            continue;
        };
        let (whole, free, available) = if inodes {
            (stat.files, stat.ffree, stat.ffree)
        } else {
            (
                stat.blocks * stat.bsize,
                stat.bfree * stat.bsize,
                stat.bavail * stat.bsize,
            )
        };
        // Those without space of their own are pseudo ones.
        if stat.blocks == 0 && parsed.operands.is_empty() && !chosen(Id::All) {
            continue;
        }
        rows.push(Row {
            source: mount.source,
            kind: mount.kind,
            place: mount.place,
            numbers: Some([whole, whole.saturating_sub(free), available]),
        });
    }
    if rows.is_empty() {
        complain("df", "no file systems processed");
        return Ok(1);
    }
    if chosen(Id::Total) {
        let mut sum = [0; 3];
        for numbers in rows.iter().filter_map(|row| row.numbers) {
            for (sum, number) in sum.iter_mut().zip(numbers) {
                *sum += number;
            }
        }
        rows.push(Row {
            source: b"total".to_vec(),
            kind: "-".to_owned(),
            place: b"-".to_vec(),
            numbers: Some(sum),
        });
    }
    let show = |number: u64| match human {
        Some(base) => size::human(number, base),
        None if inodes => number.to_string(),
        None => number.div_ceil(unit).to_string(),
    };
    let blocks = match (inodes, human, chosen(Id::Portability)) {
        (true, ..) => "Inodes".to_owned(),
        (_, Some(_), _) => "Size".to_owned(),
        (.., true) => format!("{unit}-blocks"),
        (.., false) => match unit {
            unit if unit % (1 << 30) == 0 => format!("{}G-blocks", unit >> 30),
            unit if unit % (1 << 20) == 0 => format!("{}M-blocks", unit >> 20),
            unit if unit % (1 << 10) == 0 => format!("{}K-blocks", unit >> 10),
            unit => format!("{unit}B-blocks"),
        },
    };
    let available = if inodes {
        "IFree"
    } else if human.is_some() {
        "Avail"
    } else {
        "Available"
    };
    let percent = if inodes {
        "IUse%"
    } else if chosen(Id::Portability) {
        "Capacity"
    } else {
        "Use%"
    };
    let used = if inodes { "IUsed" } else { "Used" };
    let mut table = vec![[
        b"Filesystem".to_vec(),
        b"Type".to_vec(),
        blocks.into_bytes(),
        used.into(),
        available.into(),
        percent.into(),
        b"Mounted on".to_vec(),
    ]];
    for row in rows {
        let cells = match row.numbers {
            Some([whole, used, available]) => {
                let share = match used + available {
                    0 => "-".to_owned(),
                    both => format!("{}%", (u128::from(used) * 100).div_ceil(both.into())),
                };
                [show(whole), show(used), show(available), share]
            }
            None => [(); 4].map(|()| "-".to_owned()),
        };
        let [whole, used, available, share] = cells.map(String::into_bytes);
        table.push([
            row.source,
            row.kind.into_bytes(),
            whole,
            used,
            available,
            share,
            row.place,
        ]);
    }
    let mut out = Output::stdout();
    print(&table, chosen(Id::PrintType), &mut out);
    Ok(out.finish("df", status, 1))
}

fn print(table: &[[Vec<u8>; 7]], with_type: bool, out: &mut Output) {
    // Narrower columns would dance from call to call.
    let least = [14, 4, 5, 5, 5, 4, 0];
    let width = |column: usize| {
        table
            .iter()
            .map(|row| row[column].len())
            .max()
            .unwrap_or(0)
            .max(least[column])
    };
    let widths: Vec<usize> = (0..7).map(width).collect();
    for row in table {
        let mut line = Vec::new();
        for (column, cell) in row.iter().enumerate() {
            if column == 1 && !with_type {
                continue;
            }
            let padding = widths[column].saturating_sub(cell.len());
            let left = matches!(column, 0 | 1 | 6);
            if column > 0 {
                line.push(b' ');
            }
            if !left {
                line.resize(line.len() + padding, b' ');
            }
            // A newline in a name would be another row.
            line.extend(cell.iter().map(|b| if b.is_ascii_control() { b'?' } else { *b }));
            if left && column != 6 {
                line.resize(line.len() + padding, b' ');
            }
        }
        out.line(&line);
    }
}
