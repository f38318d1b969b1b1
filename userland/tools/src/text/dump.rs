//! xxd(1) and hexdump(1).

use std::ffi::OsString;

use cli::{Exit, Opt, Order, Outcome, Output, Spec, complain, input, quote, size};

#[derive(Clone, Copy, PartialEq, Eq)]
enum Id {
    Autoskip,
    Bits,
    Columns,
    LittleEndian,
    Group,
    Include,
    Length,
    Name,
    Offset,
    Plain,
    Revert,
    Seek,
    Upper,
    Decimal,
}

#[rustfmt::skip]
static XXD: Spec<Id> = Spec {
    name: "xxd",
    usage: &["[options] [infile [outfile]]", "-r [-s [-]offset] [-c cols] [-ps] [infile [outfile]]"],
    about: "Make a hex dump, or do the reverse.",
    options: &[
        Opt::flag(Id::Autoskip, "a", "autoskip", "toggle autoskip: a single '*' replaces nul-lines"),
        Opt::flag(Id::Bits, "b", "bits", "binary digit dump"),
        Opt::value(Id::Columns, "c", "cols", "cols", "format <cols> octets per line"),
        Opt::flag(Id::Decimal, "d", "", "show offset in decimal instead of hex"),
        Opt::flag(Id::LittleEndian, "e", "", "little-endian dump"),
        Opt::value(Id::Group, "g", "groupsize", "bytes", "number of octets per group in normal output"),
        Opt::flag(Id::Include, "i", "include", "output in C include file style"),
        Opt::value(Id::Length, "l", "len", "len", "stop after <len> octets"),
        Opt::value(Id::Name, "n", "name", "name", "set the variable name used in C include output"),
        Opt::value(Id::Offset, "o", "", "off", "add <off> to the displayed file position"),
        Opt::flag(Id::Plain, "p", "postscript", "output in postscript plain hexdump style"),
        Opt::flag(Id::Plain, "", "plain", ""),
        Opt::flag(Id::Revert, "r", "revert", "reverse operation: convert (or patch) hexdump into binary"),
        Opt::value(Id::Seek, "s", "seek", "seek", "start at <seek> bytes of infile"),
        Opt::flag(Id::Upper, "u", "uppercase", "use upper case hex letters"),
    ],
    order: Order::Permute,
    failure: 1,
};

/// A number in C's notation.
fn number(spec: &Spec<Id>, text: &OsString) -> Result<i64, Exit> {
    let parse = |text: &str| {
        let (negative, digits) = match text.strip_prefix('-') {
            Some(digits) => (true, digits),
            None => (false, text.strip_prefix('+').unwrap_or(text)),
        };
        let value = match digits.strip_prefix("0x") {
            Some(hex) => i64::from_str_radix(hex, 16).ok()?,
            None if digits.len() > 1 && digits.starts_with('0') => i64::from_str_radix(digits, 8).ok()?,
            None => digits.parse().ok()?,
        };
        Some(if negative { -value } else { value })
    };
    text.to_str()
        .and_then(parse)
        .ok_or_else(|| spec.usage_error(format_args!("invalid number {}", quote::always(text))))
}

struct Dump {
    columns: usize,
    group: usize,
    bits: bool,
    little: bool,
    upper: bool,
    autoskip: bool,
    decimal: bool,
    offset: u64,
}

pub fn xxd(_: &'static str, arguments: Vec<OsString>) -> Outcome {
    // xxd's long options have one dash, and `-ps` is one.
    let modern = arguments.into_iter().map(|argument| match argument.to_str() {
        Some("-ps") => OsString::from("-p"),
        Some(text)
            if text.len() > 3
                && XXD
                    .options
                    .iter()
                    .any(|option| Some(option.long) == text.strip_prefix('-')) =>
        {
            OsString::from(format!("-{text}"))
        }
        _ => argument,
    });
    let parsed = XXD.parse(modern.collect())?;
    let has = |id| parsed.options.iter().any(|(option, _)| *option == id);
    let value = |id| match parsed.options.iter().rev().find(|(option, _)| *option == id) {
        Some((_, Some(text))) => number(&XXD, text).map(Some),
        _ => Ok(None),
    };
    let (plain, include) = (has(Id::Plain), has(Id::Include));
    let default = match (plain, include, has(Id::Bits)) {
        (true, ..) => 30,
        (_, true, _) => 12,
        (.., true) => 6,
        _ => 16,
    };
    let columns = match value(Id::Columns)? {
        None | Some(0) => default,
        Some(columns) if (1..=256).contains(&columns) || plain || include => columns as usize,
        Some(_) => {
            complain("xxd", "invalid number of columns (max. 256).");
            return Ok(1);
        }
    };
    let group = match value(Id::Group)? {
        None if has(Id::Bits) => 1,
        None if has(Id::LittleEndian) => 4,
        None => 2,
        Some(0) => columns,
        Some(group) => group.unsigned_abs() as usize,
    };
    let name = parsed
        .operands
        .first()
        .cloned()
        .unwrap_or_else(|| OsString::from("-"));
    let bytes = input::read_file(&name).map_err(|why| {
        complain("xxd", format_args!("{}: {why}", name.display()));
        Exit(2)
    })?;
    let mut out = match parsed.operands.get(1).filter(|name| *name != "-") {
        None => Output::stdout(),
        Some(target) => {
            // -r patches what is there.
            let truncate = if has(Id::Revert) {
                sys::OpenFlags::empty()
            } else {
                sys::OpenFlags::TRUNC
            };
            let flags = sys::OpenFlags::WRONLY | sys::OpenFlags::CREAT | truncate;
            let fd = sys::open(target, flags, sys::Mode::RW_ALL).map_err(|why| {
                complain("xxd", format_args!("{}: {why}", target.display()));
                Exit(3)
            })?;
            Output::to(fd)
        }
    };
    let seek = value(Id::Seek)?.unwrap_or(0);
    if has(Id::Revert) {
        let data = if plain {
            revert_plain(&bytes)
        } else {
            revert(&bytes, seek)
        };
        out.put(&data);
        return Ok(out.finish("xxd", 0, 3));
    }
    let start = if seek < 0 {
        bytes.len().saturating_sub(seek.unsigned_abs() as usize)
    } else {
        (seek as usize).min(bytes.len())
    };
    let length = value(Id::Length)?.map_or(usize::MAX, |length| length.max(0) as usize);
    let data = &bytes[start..start.saturating_add(length).min(bytes.len())];
    if plain {
        for line in data.chunks(columns) {
            let text: String = line.iter().map(|b| hex(*b, has(Id::Upper))).collect();
            out.line(text.as_bytes());
        }
    } else if include {
        let given = parsed
            .options
            .iter()
            .rev()
            .find(|(id, _)| *id == Id::Name)
            .and_then(|(_, name)| name.clone());
        let variable = given.or_else(|| (name != "-").then_some(name));
        out.put(include_text(data, columns, variable.as_ref(), has(Id::Upper)).as_bytes());
    } else {
        let dump = Dump {
            columns,
            group,
            bits: has(Id::Bits),
            little: has(Id::LittleEndian),
            upper: has(Id::Upper),
            autoskip: has(Id::Autoskip),
            decimal: has(Id::Decimal),
            offset: value(Id::Offset)?.unwrap_or(0) as u64,
        };
        dump.show(data, start as u64, &mut out);
    }
    Ok(out.finish("xxd", 0, 3))
}

fn hex(byte: u8, upper: bool) -> String {
    if upper {
        format!("{byte:02X}")
    } else {
        format!("{byte:02x}")
    }
}

impl Dump {
    fn show(&self, data: &[u8], start: u64, out: &mut Output) {
        let lines: Vec<&[u8]> = data.chunks(self.columns).collect();
        let is_nul = |at: usize| lines[at].iter().all(|b| *b == 0);
        let mut at = 0;
        while at < lines.len() {
            // A run of three and more nul lines is one line and a star; the last line is always shown.
            let run = (at..lines.len() - 1)
                .take_while(|at| self.autoskip && is_nul(*at))
                .count();
            if run >= 3 {
                self.line(lines[at], start + (at * self.columns) as u64, out);
                out.put(b"*\n");
                at += run;
            } else {
                self.line(lines[at], start + (at * self.columns) as u64, out);
                at += 1;
            }
        }
    }

    fn line(&self, line: &[u8], place: u64, out: &mut Output) {
        let place = place + self.offset;
        let mut text = if self.decimal {
            format!("{place:08}: ")
        } else {
            format!("{place:08x}: ")
        };
        let width = if self.bits { 8 } else { 2 };
        for group in 0..self.columns.div_ceil(self.group) {
            let from = group * self.group;
            let members = self.group.min(self.columns - from);
            let order: Vec<usize> = if self.little {
                (from..from + members).rev().collect()
            } else {
                (from..from + members).collect()
            };
            for at in order {
                match line.get(at) {
                    Some(b) if self.bits => text += &format!("{b:08b}"),
                    Some(b) => text += &hex(*b, self.upper),
                    None => text.extend(std::iter::repeat_n(' ', width)),
                }
            }
            text.push(' ');
        }
        text.push(' ');
        out.put(text.as_bytes());
        out.line(&printable(line));
    }
}

fn printable(line: &[u8]) -> Vec<u8> {
    line.iter()
        .map(|b| if (b' '..=b'~').contains(b) { *b } else { b'.' })
        .collect()
}

fn include_text(data: &[u8], columns: usize, name: Option<&OsString>, upper: bool) -> String {
    let mut text = String::new();
    let variable = name.map(|name| {
        let name = name.to_string_lossy();
        let start = if name.starts_with(|c: char| c.is_ascii_digit()) {
            "__"
        } else {
            ""
        };
        let rest: String = name
            .chars()
            .map(|c| if c.is_ascii_alphanumeric() { c } else { '_' })
            .collect();
        format!("{start}{rest}")
    });
    if let Some(variable) = &variable {
        text += &format!("unsigned char {variable}[] = {{\n");
    }
    let lines: Vec<String> = data
        .chunks(columns)
        .map(|line| {
            let bytes: Vec<String> = line
                .iter()
                .map(|b| format!("{}{}", if upper { "0X" } else { "0x" }, hex(*b, upper)))
                .collect();
            format!("  {}", bytes.join(", "))
        })
        .collect();
    text += &lines.join(",\n");
    if !lines.is_empty() {
        text.push('\n');
    }
    if let Some(variable) = &variable {
        text += &format!("}};\nunsigned int {variable}_len = {};\n", data.len());
    }
    text
}

fn digit(b: u8) -> Option<u8> {
    (b as char).to_digit(16).map(|digit| digit as u8)
}

/// Plain hexadecimal digits, whatever is between them.
fn revert_plain(text: &[u8]) -> Vec<u8> {
    let digits: Vec<u8> = text.iter().filter_map(|b| digit(*b)).collect();
    digits
        .chunks_exact(2)
        .map(|pair| pair[0] << 4 | pair[1])
        .collect()
}

/// A dump's bytes at its offsets, `shift` added; gaps are zeros.
fn revert(text: &[u8], shift: i64) -> Vec<u8> {
    let mut data: Vec<u8> = Vec::new();
    for line in text.split(|b| *b == b'\n') {
        let Some(colon) = line.iter().position(|b| *b == b':') else {
            continue;
        };
        let Some(place) = std::str::from_utf8(&line[..colon])
            .ok()
            .and_then(|text| i64::from_str_radix(text.trim(), 16).ok())
        else {
            continue;
        };
        let Ok(mut at) = usize::try_from(place + shift) else {
            continue;
        };
        let mut rest = &line[colon + 1..];
        // Two blanks end the digits.
        let end = rest
            .iter()
            .skip(1)
            .zip(rest.iter().skip(2))
            .position(|pair| pair == (&b' ', &b' '));
        rest = &rest[..end.map_or(rest.len(), |end| end + 1)];
        let digits: Vec<u8> = rest
            .iter()
            .filter(|b| **b != b' ')
            .map_while(|b| digit(*b))
            .collect();
        for pair in digits.chunks_exact(2) {
            if data.len() <= at {
                data.resize(at + 1, 0);
            }
            data[at] = pair[0] << 4 | pair[1];
            at += 1;
        }
    }
    data
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum HexId {
    Style(Style),
    Length,
    Skip,
    NoSqueeze,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Style {
    Canonical,
    OneByteOctal,
    OneByteChar,
    TwoBytesDecimal,
    TwoBytesOctal,
    TwoBytesHex,
    Plain,
}

#[rustfmt::skip]
static HEXDUMP: Spec<HexId> = Spec {
    name: "hexdump",
    usage: &["[options] <file>..."],
    about: "Display file contents in hexadecimal, decimal, octal, or ascii.",
    options: &[
        Opt::flag(HexId::Style(Style::OneByteOctal), "b", "one-byte-octal", "one-byte octal display"),
        Opt::flag(HexId::Style(Style::OneByteChar), "c", "one-byte-char", "one-byte character display"),
        Opt::flag(HexId::Style(Style::Canonical), "C", "canonical", "canonical hex+ASCII display"),
        Opt::flag(HexId::Style(Style::TwoBytesDecimal), "d", "two-bytes-decimal", "two-byte decimal display"),
        Opt::flag(HexId::Style(Style::TwoBytesOctal), "o", "two-bytes-octal", "two-byte octal display"),
        Opt::flag(HexId::Style(Style::TwoBytesHex), "x", "two-bytes-hex", "two-byte hexadecimal display"),
        Opt::value(HexId::Length, "n", "length", "length", "interpret only length bytes of input"),
        Opt::value(HexId::Skip, "s", "skip", "offset", "skip offset bytes from the beginning"),
        Opt::flag(HexId::NoSqueeze, "v", "no-squeezing", "output identical lines"),
    ],
    order: Order::Permute,
    failure: 1,
};

pub fn hexdump(name: &'static str, arguments: Vec<OsString>) -> Outcome {
    let parsed = HEXDUMP.parse(arguments)?;
    let mut style = if name == "hd" {
        Style::Canonical
    } else {
        Style::Plain
    };
    let (mut length, mut skip, mut squeeze) = (usize::MAX, 0, true);
    for (id, value) in &parsed.options {
        let count = || {
            let text = value.clone().unwrap_or_default();
            let parsed = text.to_str().and_then(|text| match text.strip_prefix("0x") {
                Some(hex) => u64::from_str_radix(hex, 16).ok(),
                None => size::parse(text),
            });
            parsed.map(|count| count as usize).ok_or_else(|| {
                HEXDUMP.usage_error(format_args!("failed to parse length: {}", quote::always(&text)))
            })
        };
        match id {
            HexId::Style(chosen) => style = *chosen,
            HexId::Length => length = count()?,
            HexId::Skip => skip = count()?,
            HexId::NoSqueeze => squeeze = false,
        }
    }
    let mut bytes = Vec::new();
    let mut status = 0;
    let files = if parsed.operands.is_empty() {
        vec![OsString::from("-")]
    } else {
        parsed.operands
    };
    let mut any = false;
    for file in &files {
        match input::read_file(file) {
            Ok(read) => {
                any = true;
                bytes.extend(read);
            }
            Err(why) => {
                complain("hexdump", format_args!("{}: {why}", file.display()));
                status = 1;
            }
        }
    }
    if !any {
        complain("hexdump", "all input file arguments failed");
        return Ok(1);
    }
    let start = skip.min(bytes.len());
    let data = &bytes[start..start.saturating_add(length).min(bytes.len())];
    let mut out = Output::stdout();
    let mut before: Option<&[u8]> = None;
    let mut squeezing = false;
    for (at, line) in data.chunks(16).enumerate() {
        if squeeze && before == Some(line) {
            if !std::mem::replace(&mut squeezing, true) {
                out.put(b"*\n");
            }
            continue;
        }
        (before, squeezing) = (Some(line), false);
        out.line(&hexdump_line(style, start + at * 16, line));
    }
    if !data.is_empty() {
        let width = if style == Style::Canonical { 8 } else { 7 };
        out.line(format!("{:0width$x}", start + data.len()).as_bytes());
    }
    Ok(out.finish("hexdump", status, 1))
}

fn hexdump_line(style: Style, at: usize, line: &[u8]) -> Vec<u8> {
    if style == Style::Canonical {
        let mut text = format!("{at:08x} ");
        for column in 0..16 {
            if column == 8 {
                text.push(' ');
            }
            match line.get(column) {
                Some(b) => text += &format!(" {b:02x}"),
                None => text += "   ",
            }
        }
        return [text.as_bytes(), b"  |", &printable(line), b"|"].concat();
    }
    let mut text = format!("{at:07x}");
    match style {
        Style::OneByteOctal => line.iter().for_each(|b| text += &format!(" {b:03o}")),
        Style::OneByteChar => line
            .iter()
            .for_each(|b| text += &format!(" {:>3}", character(*b))),
        _ => {
            for pair in line.chunks(2) {
                let value = u16::from_le_bytes([pair[0], pair.get(1).copied().unwrap_or(0)]);
                text += &match style {
                    Style::TwoBytesDecimal => format!("   {value:05}"),
                    Style::TwoBytesOctal => format!("  {value:06o}"),
                    Style::TwoBytesHex => format!("    {value:04x}"),
                    _ => format!(" {value:04x}"),
                };
            }
        }
    }
    // util-linux fills the columns up.
    let (cell, size) = match style {
        Style::OneByteOctal | Style::OneByteChar => (4, 1),
        Style::Plain => (5, 2),
        _ => (8, 2),
    };
    let full = 7 + cell * (16 / size);
    while text.len() < full {
        text.push(' ');
    }
    text.into_bytes()
}

/// A byte as -c shows it.
fn character(b: u8) -> String {
    match b {
        0 => "\\0".to_owned(),
        7 => "\\a".to_owned(),
        8 => "\\b".to_owned(),
        b'\t' => "\\t".to_owned(),
        b'\n' => "\\n".to_owned(),
        11 => "\\v".to_owned(),
        12 => "\\f".to_owned(),
        b'\r' => "\\r".to_owned(),
        b' '..=b'~' => char::from(b).to_string(),
        other => format!("{other:03o}"),
    }
}
