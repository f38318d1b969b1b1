//! The blocks of an archive: POSIX's ustar header with GNU's and pax's ways to say what does not fit in it.
//! <https://www.gnu.org/software/tar/manual/html_node/Standard.html>,
//! <https://pubs.opengroup.org/onlinepubs/9699919799/utilities/pax.html#tag_20_92_13_01>

use std::io::{self, Read, Write};

pub const BLOCK: usize = 512;

/// What a member is.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Kind {
    #[default]
    Regular,
    HardLink,
    Symlink,
    CharDevice,
    BlockDevice,
    Directory,
    Fifo,
    /// A type that we don't know.
    Other(u8),
}

impl Kind {
    fn flag(self) -> u8 {
        match self {
            Kind::Regular => b'0',
            Kind::HardLink => b'1',
            Kind::Symlink => b'2',
            Kind::CharDevice => b'3',
            Kind::BlockDevice => b'4',
            Kind::Directory => b'5',
            Kind::Fifo => b'6',
            Kind::Other(flag) => flag,
        }
    }

    fn from_flag(flag: u8, path: &[u8]) -> Kind {
        match flag {
            // Old archives say directories only by the slash.
            0 | b'0' | b'7' if path.ends_with(b"/") => Kind::Directory,
            0 | b'0' | b'7' => Kind::Regular,
            b'1' => Kind::HardLink,
            b'2' => Kind::Symlink,
            b'3' => Kind::CharDevice,
            b'4' => Kind::BlockDevice,
            b'5' | b'D' => Kind::Directory,
            b'6' => Kind::Fifo,
            other => Kind::Other(other),
        }
    }
}

/// A member but for its contents.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Entry {
    pub path: Vec<u8>,
    pub link: Vec<u8>,
    pub kind: Kind,
    /// Permissions only.
    pub mode: u32,
    pub uid: u64,
    pub gid: u64,
    pub user: Vec<u8>,
    pub group: Vec<u8>,
    /// Of the contents that follow.
    pub size: u64,
    /// Nanoseconds since 1970.
    pub mtime_ns: i64,
    pub device: (u32, u32),
}

/// How to write what does not fit into ustar's fields.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Dialect {
    #[default]
    Gnu,
    Pax,
    /// It is an error.
    Ustar,
}

/// Why an archive can't be read on.
#[derive(Debug)]
pub enum Broken {
    Io(io::Error),
    /// It ends in the middle of a member.
    Eof,
    /// This is no header.
    NotTar,
    /// A kind of member that we can't read.
    Unsupported(&'static str),
}

impl From<io::Error> for Broken {
    fn from(error: io::Error) -> Broken {
        match error.kind() {
            io::ErrorKind::UnexpectedEof => Broken::Eof,
            _ => Broken::Io(error),
        }
    }
}

/// A field up to its NUL.
fn text(field: &[u8]) -> &[u8] {
    &field[..field.iter().position(|b| *b == 0).unwrap_or(field.len())]
}

/// A number: octal digits, or GNU's and star's binary one when the first bit is set.
fn number(field: &[u8]) -> Option<i64> {
    if field[0] & 0x80 != 0 {
        let negative = field[0] & 0x40 != 0;
        let first = if negative {
            i64::from(field[0]) - 256
        } else {
            i64::from(field[0] & 0x3f)
        };
        return field[1..]
            .iter()
            .try_fold(first, |value, b| value.checked_mul(256)?.checked_add((*b).into()));
    }
    let digits = text(field).trim_ascii();
    digits.iter().try_fold(0_i64, |value, b| match b {
        b'0'..=b'7' => value.checked_mul(8)?.checked_add((b - b'0').into()),
        _ => None,
    })
}

/// The sum of a header's bytes, its own field counted as spaces.
fn checksum(block: &[u8; BLOCK]) -> i64 {
    block
        .iter()
        .enumerate()
        .map(|(at, b)| {
            if (148..156).contains(&at) {
                32
            } else {
                i64::from(*b)
            }
        })
        .sum()
}

/// Reads a block; false at the end of the file.
fn read_block(input: &mut dyn Read, block: &mut [u8; BLOCK]) -> Result<bool, Broken> {
    let mut filled = 0;
    while filled < BLOCK {
        match input.read(&mut block[filled..]) {
            Ok(0) if filled == 0 => return Ok(false),
            Ok(0) => return Err(Broken::Eof),
            Ok(n) => filled += n,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(true)
}

/// The size of contents with their padding.
pub fn padded(size: u64) -> u64 {
    size.div_ceil(BLOCK as u64) * BLOCK as u64
}

/// What an extended header changes.
#[derive(Default)]
struct Extended {
    path: Option<Vec<u8>>,
    link: Option<Vec<u8>>,
    user: Option<Vec<u8>>,
    group: Option<Vec<u8>>,
    size: Option<u64>,
    uid: Option<u64>,
    gid: Option<u64>,
    mtime_ns: Option<i64>,
    sparse: bool,
}

impl Extended {
    /// The records of a pax header: `LENGTH KEY=VALUE\n`.
    fn records(&mut self, mut data: &[u8]) -> Option<()> {
        while !data.is_empty() {
            let space = data.iter().position(|b| *b == b' ')?;
            let length: usize = std::str::from_utf8(&data[..space]).ok()?.parse().ok()?;
            let record = data.get(space + 1..length)?.strip_suffix(b"\n")?;
            let equals = record.iter().position(|b| *b == b'=')?;
            let (key, value) = (&record[..equals], &record[equals + 1..]);
            let digits = || std::str::from_utf8(value).ok()?.parse().ok();
            match key {
                b"path" => self.path = Some(value.to_vec()),
                b"linkpath" => self.link = Some(value.to_vec()),
                b"uname" => self.user = Some(value.to_vec()),
                b"gname" => self.group = Some(value.to_vec()),
                b"size" => self.size = digits(),
                b"uid" => self.uid = digits(),
                b"gid" => self.gid = digits(),
                b"mtime" => self.mtime_ns = std::str::from_utf8(value).ok().and_then(seconds),
                key if key.starts_with(b"GNU.sparse.") => self.sparse = true,
                _ => {}
            }
            data = &data[length..];
        }
        Some(())
    }
}

/// Decimal seconds as nanoseconds.
fn seconds(text: &str) -> Option<i64> {
    let (negative, text) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let mut digits: String = fraction.chars().take(9).collect();
    while digits.len() < 9 {
        digits.push('0');
    }
    let ns = whole.parse::<i64>().ok()?.checked_mul(1_000_000_000)? + digits.parse::<i64>().ok()?;
    Some(if negative { -ns } else { ns })
}

/// Reads the next member's header; its contents come next. `None` at the archive's end.
///
/// # Errors
/// [`Broken`].
pub fn read(input: &mut dyn Read) -> Result<Option<Entry>, Broken> {
    let mut extended = Extended::default();
    loop {
        let mut block = [0; BLOCK];
        if !read_block(input, &mut block)? || block.iter().all(|b| *b == 0) {
            return Ok(None);
        }
        if number(&block[148..156]) != Some(checksum(&block)) {
            return Err(Broken::NotTar);
        }
        let size = number(&block[124..136])
            .and_then(|size| u64::try_from(size).ok())
            .ok_or(Broken::NotTar)?;
        let flag = block[156];
        match flag {
            b'L' => extended.path = Some(text(&contents(input, size)?).to_vec()),
            b'K' => extended.link = Some(text(&contents(input, size)?).to_vec()),
            b'x' => {
                let data = contents(input, size)?;
                extended.records(&data).ok_or(Broken::NotTar)?;
            }
            // What a global header says of all members is mostly git's comment.
            b'g' => drop(contents(input, size)?),
            b'S' => return Err(Broken::Unsupported("sparse member")),
            _ if extended.sparse => return Err(Broken::Unsupported("sparse member")),
            _ => return Ok(Some(entry(&block, size, extended))),
        }
    }
}

/// The contents of an extended header.
fn contents(input: &mut dyn Read, size: u64) -> Result<Vec<u8>, Broken> {
    // Longer ones are nobody's names.
    const MOST: u64 = 16 << 20;
    if size > MOST {
        return Err(Broken::NotTar);
    }
    let mut data = Vec::new();
    input.take(padded(size)).read_to_end(&mut data)?;
    if (data.len() as u64) < padded(size) {
        return Err(Broken::Eof);
    }
    data.truncate(size as usize);
    Ok(data)
}

fn entry(block: &[u8; BLOCK], size: u64, extended: Extended) -> Entry {
    let is_ustar = &block[257..263] == b"ustar\0";
    let field = |range: std::ops::Range<usize>| number(&block[range]).unwrap_or(0);
    let mut path = text(&block[0..100]).to_vec();
    let prefix = text(&block[345..500]);
    if is_ustar && !prefix.is_empty() {
        path = [prefix, b"/", &path].concat();
    }
    let path = extended.path.unwrap_or(path);
    let kind = Kind::from_flag(block[156], &path);
    let size = extended.size.unwrap_or(size);
    Entry {
        link: extended.link.unwrap_or_else(|| text(&block[157..257]).to_vec()),
        mode: field(100..108) as u32 & 0o7777,
        uid: extended.uid.unwrap_or(field(108..116) as u64),
        gid: extended.gid.unwrap_or(field(116..124) as u64),
        user: extended.user.unwrap_or_else(|| text(&block[265..297]).to_vec()),
        group: extended.group.unwrap_or_else(|| text(&block[297..329]).to_vec()),
        // Only regular files and what we don't know have contents.
        size: match kind {
            Kind::Regular | Kind::Other(_) => size,
            _ => 0,
        },
        mtime_ns: extended
            .mtime_ns
            .unwrap_or(field(136..148).saturating_mul(1_000_000_000)),
        device: (field(329..337) as u32, field(337..345) as u32),
        path,
        kind,
    }
}

/// Puts a number into a field as octal digits, or in binary. False when it does not fit and may not be binary.
fn put_number(field: &mut [u8], value: i64, dialect: Dialect) -> bool {
    let digits = field.len() - 1;
    let text = format!("{value:0digits$o}");
    if value >= 0 && text.len() <= digits {
        field[..digits].copy_from_slice(text.as_bytes());
        return true;
    }
    for (at, b) in field.iter_mut().rev().enumerate() {
        *b = if at < 8 {
            (value >> (8 * at)) as u8
        } else if value < 0 {
            0xff
        } else {
            0
        };
    }
    field[0] |= 0x80;
    dialect == Dialect::Gnu
}

fn put_text(field: &mut [u8], text: &[u8]) -> bool {
    let n = text.len().min(field.len());
    field[..n].copy_from_slice(&text[..n]);
    text.len() <= field.len()
}

/// Writes a member's header, and before it what does not fit into it.
///
/// # Errors
/// The sink's; InvalidInput when ustar can't say it.
pub fn write(output: &mut dyn Write, entry: &Entry, dialect: Dialect) -> io::Result<()> {
    let mut block = [0; BLOCK];
    let mut records = Vec::new();
    let mut record = |key: &str, value: &[u8]| records.extend_from_slice(&pax_record(key, value));
    let (prefix, name) = if dialect == Dialect::Gnu {
        (&b""[..], entry.path.as_slice())
    } else {
        split(&entry.path)
    };
    let path_fits = put_text(&mut block[0..100], name) && put_text(&mut block[345..500], prefix);
    let link_fits = put_text(&mut block[157..257], &entry.link);
    let mut fits = path_fits && link_fits;
    if dialect == Dialect::Gnu {
        if !path_fits {
            long_name(output, b'L', &entry.path)?;
        }
        if !link_fits {
            long_name(output, b'K', &entry.link)?;
        }
        fits = true;
    } else {
        if !path_fits {
            record("path", &entry.path);
        }
        if !link_fits {
            record("linkpath", &entry.link);
        }
    }
    put_number(&mut block[100..108], entry.mode.into(), dialect);
    for (range, key, value) in [
        (108..116, "uid", entry.uid),
        (116..124, "gid", entry.gid),
        (124..136, "size", entry.size),
    ] {
        if !put_number(&mut block[range], value as i64, dialect) {
            fits = false;
            record(key, value.to_string().as_bytes());
        }
    }
    let whole = entry.mtime_ns.div_euclid(1_000_000_000);
    let fraction = entry.mtime_ns.rem_euclid(1_000_000_000);
    let whole_fits = put_number(&mut block[136..148], whole, dialect);
    if dialect == Dialect::Pax && (fraction != 0 || !whole_fits) {
        let text = format!("{whole}.{fraction:09}");
        record(
            "mtime",
            text.trim_end_matches('0').trim_end_matches('.').as_bytes(),
        );
    }
    block[156] = entry.kind.flag();
    let magic: &[u8] = if dialect == Dialect::Gnu {
        b"ustar  \0"
    } else {
        b"ustar\x0000"
    };
    block[257..265].copy_from_slice(magic);
    put_text(&mut block[265..296], &entry.user);
    put_text(&mut block[297..328], &entry.group);
    if matches!(entry.kind, Kind::CharDevice | Kind::BlockDevice) || dialect != Dialect::Gnu {
        put_number(&mut block[329..337], entry.device.0.into(), dialect);
        put_number(&mut block[337..345], entry.device.1.into(), dialect);
    }
    if !fits && dialect == Dialect::Ustar {
        return Err(io::Error::new(
            io::ErrorKind::InvalidInput,
            "file name is too long (cannot be split); not dumped",
        ));
    }
    if !records.is_empty() {
        let base = name
            .rsplit(|b| *b == b'/')
            .find(|part| !part.is_empty())
            .unwrap_or(b"file");
        let header = Entry {
            path: [b"PaxHeaders/", &base[..base.len().min(80)]].concat(),
            kind: Kind::Other(b'x'),
            mode: 0o644,
            size: records.len() as u64,
            ..Entry::default()
        };
        write(output, &header, Dialect::Ustar)?;
        records.resize(padded(records.len() as u64) as usize, 0);
        output.write_all(&records)?;
    }
    let sum = format!("{:06o}\0 ", checksum(&block));
    block[148..156].copy_from_slice(sum.as_bytes());
    output.write_all(&block)
}

/// A name in two parts at a slash, for ustar's prefix; without one when that does not help.
fn split(path: &[u8]) -> (&[u8], &[u8]) {
    if path.len() <= 100 {
        return (b"", path);
    }
    let slashes = path
        .iter()
        .enumerate()
        .filter(|(_, b)| **b == b'/')
        .map(|(at, _)| at);
    let at = slashes
        .filter(|at| *at <= 155 && *at > 0)
        .find(|at| (1..=100).contains(&(path.len() - at - 1)));
    match at {
        Some(at) => (&path[..at], &path[at + 1..]),
        None => (b"", path),
    }
}

fn pax_record(key: &str, value: &[u8]) -> Vec<u8> {
    let rest = key.len() + value.len() + 3;
    let mut length = rest + rest.to_string().len();
    // The length counts its own digits.
    if length.to_string().len() != rest.to_string().len() {
        length = rest + length.to_string().len();
    }
    [
        length.to_string().as_bytes(),
        b" ",
        key.as_bytes(),
        b"=",
        value,
        b"\n",
    ]
    .concat()
}

fn long_name(output: &mut dyn Write, flag: u8, name: &[u8]) -> io::Result<()> {
    let header = Entry {
        path: b"././@LongLink".to_vec(),
        kind: Kind::Other(flag),
        mode: 0o644,
        user: b"root".to_vec(),
        group: b"root".to_vec(),
        size: name.len() as u64 + 1,
        ..Entry::default()
    };
    write(output, &header, Dialect::Gnu)?;
    let mut data = name.to_vec();
    data.resize(padded(header.size) as usize, 0);
    output.write_all(&data)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn round_trip(entry: &Entry, dialect: Dialect) -> Entry {
        let mut bytes = Vec::new();
        write(&mut bytes, entry, dialect).unwrap();
        assert_eq!(bytes.len() % BLOCK, 0);
        read(&mut bytes.as_slice()).unwrap().unwrap()
    }

    #[test]
    fn members_come_back_as_they_were() {
        let plain = Entry {
            path: b"a/b \xff\n".to_vec(),
            mode: 0o4755,
            uid: 1000,
            gid: 100,
            user: b"user".to_vec(),
            group: b"users".to_vec(),
            size: 12_345,
            mtime_ns: 1_577_836_860_000_000_000,
            ..Entry::default()
        };
        let long = Entry {
            path: [b"d/".repeat(100), b"n".repeat(300)].concat(),
            link: b"l".repeat(101),
            kind: Kind::Symlink,
            size: 0,
            ..plain.clone()
        };
        let huge = Entry {
            size: 1 << 40,
            uid: 1 << 30,
            mtime_ns: -1_000_000_000,
            ..plain.clone()
        };
        for entry in [&plain, &long, &huge] {
            for dialect in [Dialect::Gnu, Dialect::Pax] {
                assert_eq!(&round_trip(entry, dialect), entry, "{dialect:?}");
            }
        }
        assert_eq!(round_trip(&plain, Dialect::Ustar), plain);
        assert!(write(&mut Vec::new(), &long, Dialect::Ustar).is_err());
    }

    #[test]
    fn what_is_no_archive_is_refused() {
        assert!(matches!(read(&mut &[b'x'; 512][..]), Err(Broken::NotTar)));
        assert!(matches!(read(&mut &[0; 100][..]), Err(Broken::Eof)));
        assert!(matches!(read(&mut &[][..]), Ok(None)));
    }
}
