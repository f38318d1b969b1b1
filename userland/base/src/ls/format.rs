//! The short formats: one per line, columns, across, commas; and what a name looks like in all formats.

use std::ffi::OsStr;
use std::path::Path;

use cli::{Output, quote};
use sys::{FileType, Mode};
use unicode_width::UnicodeWidthChar;

use super::Ls;
use super::config::{Config, Format, Indicator, Quoting, Sizes};
use super::entry::Entry;
use super::long;

/// The narrowest column: one character and two of space.
const MIN_COLUMN_WIDTH: usize = 3;
const GAP: usize = 2;

/// An entry ready to be placed.
struct Cell {
    text: Vec<u8>,
    width: usize,
}

pub fn listing(ls: &mut Ls, entries: &[Entry]) {
    if entries.is_empty() {
        return;
    }
    if ls.config.format == Format::Long {
        return long::listing(ls, entries);
    }
    let cells = cells(ls, entries);
    match ls.config.format {
        Format::Columns | Format::Across if ls.config.width == 0 => separated(ls, &cells, b"  "),
        Format::Columns => columns(ls, &cells, false),
        Format::Across => columns(ls, &cells, true),
        Format::Commas => commas(ls, &cells),
        Format::OnePerLine | Format::Long => {
            for cell in &cells {
                ls.put_painted(&cell.text);
                ls.out.put(&[ls.config.line_end]);
            }
        }
    }
}

fn cells(ls: &Ls, entries: &[Entry]) -> Vec<Cell> {
    let aligned = quotes_are_aligned(entries, &ls.config);
    let prefixes: Vec<String> = prefixes(entries, &ls.config);
    entries
        .iter()
        .zip(prefixes)
        .map(|(entry, prefix)| {
            let (name, width) = name(ls, entry, aligned);
            let mut text = prefix.into_bytes();
            let width = text.len() + width;
            text.extend_from_slice(&name);
            Cell { text, width }
        })
        .collect()
}

/// Inode and blocks before the name.
fn prefixes(entries: &[Entry], config: &Config) -> Vec<String> {
    let padded = matches!(
        config.format,
        Format::Columns | Format::Across | Format::OnePerLine | Format::Long
    );
    let inodes: Vec<String> = entries.iter().map(|entry| inode(entry, config)).collect();
    let blocks: Vec<String> = entries.iter().map(|entry| blocks(entry, config)).collect();
    let widest = |texts: &[String]| {
        if padded {
            texts.iter().map(String::len).max().unwrap_or(0)
        } else {
            0
        }
    };
    let (inode_width, blocks_width) = (widest(&inodes), widest(&blocks));
    inodes
        .iter()
        .zip(&blocks)
        .map(|(inode, blocks)| {
            let mut prefix = String::new();
            if config.inode {
                prefix += &format!("{inode:>inode_width$} ");
            }
            if config.blocks {
                prefix += &format!("{blocks:>blocks_width$} ");
            }
            prefix
        })
        .collect()
}

pub fn inode(entry: &Entry, config: &Config) -> String {
    match entry.stat {
        _ if !config.inode => String::new(),
        Some(stat) => stat.ino.to_string(),
        None => "?".to_owned(),
    }
}

/// Allocated space, in KiB.
pub fn blocks(entry: &Entry, config: &Config) -> String {
    match entry.stat {
        _ if !config.blocks => String::new(),
        Some(stat) => allocated(stat.blocks, config.sizes),
        None => "?".to_owned(),
    }
}

fn allocated(blocks_of_512: u64, sizes: Sizes) -> String {
    match sizes {
        Sizes::Bytes => blocks_of_512.div_ceil(2).to_string(),
        _ => size(blocks_of_512 * 512, sizes),
    }
}

pub fn total(entries: &[Entry], config: &Config) -> String {
    let blocks = entries
        .iter()
        .filter_map(|entry| entry.stat)
        .map(|stat| stat.blocks)
        .sum();
    format!("total {}", allocated(blocks, config.sizes))
}

/// A size as -h and --si show it: at most three digits, rounded up.
pub fn size(bytes: u64, sizes: Sizes) -> String {
    match sizes {
        Sizes::Bytes => bytes.to_string(),
        Sizes::Binary => cli::size::human(bytes, 1024),
        Sizes::Decimal => cli::size::human(bytes, 1000),
    }
}

/// Whether unquoted names start with a space, so that they align with quoted ones.
pub fn quotes_are_aligned(entries: &[Entry], config: &Config) -> bool {
    config.quoting == Quoting::ShellEscape
        && matches!(config.format, Format::Columns | Format::Across | Format::Long)
        && config.width != 0
        && entries
            .iter()
            .any(|entry| quote::if_needed(&entry.name).as_bytes() != entry.name.as_encoded_bytes())
}

/// A name with its colour and indicator, and its width on the screen.
pub fn name(ls: &Ls, entry: &Entry, aligned: bool) -> (Vec<u8>, usize) {
    let shown = shown_name(&entry.name, &ls.config);
    let space = aligned && shown == entry.name.as_encoded_bytes();
    let missing =
        entry.kind == FileType::Symlink && ls.painter.follows_links() && sys::stat(&entry.path).is_err();
    let mut width = display_width(&shown);
    let mut text = Vec::new();
    if space {
        text.push(b' ');
        width += 1;
    }
    text.extend(ls.painter.paint(entry, missing, &shown));
    if let Some(mark) = indicator(entry, ls.config.indicator, ls.config.format == Format::Long) {
        text.push(mark);
        width += 1;
    }
    (text, width)
}

pub fn indicator(entry: &Entry, style: Indicator, long: bool) -> Option<u8> {
    let mode = entry.stat.map_or(Mode::empty(), |stat| stat.permissions());
    match (entry.kind, style) {
        (_, Indicator::None) => None,
        (FileType::Directory, _) => Some(b'/'),
        (_, Indicator::Slash) => None,
        // A long listing shows the arrow instead.
        (FileType::Symlink, _) => (!long).then_some(b'@'),
        (FileType::Fifo, _) => Some(b'|'),
        (FileType::Socket, _) => Some(b'='),
        (FileType::Regular, Indicator::Classify) => mode
            .intersects(Mode::IXUSR | Mode::IXGRP | Mode::IXOTH)
            .then_some(b'*'),
        _ => None,
    }
}

pub fn shown_name(name: &OsStr, config: &Config) -> Vec<u8> {
    let bytes = name.as_encoded_bytes();
    match config.quoting {
        Quoting::Literal => bytes.to_vec(),
        Quoting::QuestionMarks => String::from_utf8_lossy(bytes)
            .replace(|c: char| c.is_control() || c == '\u{fffd}', "?")
            .into_bytes(),
        Quoting::ShellEscape => quote::if_needed(name).into_bytes(),
        Quoting::ShellEscapeAlways => quote::always(name).into_bytes(),
        Quoting::C => [b"\"", &escaped(bytes, b"\"\\")[..], b"\""].concat(),
        Quoting::Escape => escaped(bytes, b" \\"),
    }
}

/// C's escapes for control characters and for those in `special`.
fn escaped(name: &[u8], special: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    for chunk in name.utf8_chunks() {
        for c in chunk.valid().chars() {
            let letter = match c {
                '\n' => Some('n'),
                '\t' => Some('t'),
                '\r' => Some('r'),
                '\u{7}' => Some('a'),
                '\u{8}' => Some('b'),
                '\u{b}' => Some('v'),
                '\u{c}' => Some('f'),
                c if c.is_ascii() && special.contains(&(c as u8)) => Some(c),
                _ => None,
            };
            match letter {
                Some(letter) => out.extend(format!("\\{letter}").bytes()),
                None if c.is_control() => out.extend(c.to_string().bytes().flat_map(octal)),
                None => out.extend(c.to_string().bytes()),
            }
        }
        out.extend(chunk.invalid().iter().copied().flat_map(octal));
    }
    out
}

fn octal(b: u8) -> Vec<u8> {
    format!("\\{b:03o}").into_bytes()
}

fn display_width(text: &[u8]) -> usize {
    // A control character takes no room.
    String::from_utf8_lossy(text)
        .chars()
        .map(|c| c.width().unwrap_or(0))
        .sum()
}

/// The most columns that fit, each as wide as its widest entry and a gap.
fn column_widths(cells: &[Cell], line: usize, across: bool) -> Vec<usize> {
    let most = if line == 0 {
        cells.len()
    } else {
        (line / MIN_COLUMN_WIDTH).clamp(1, cells.len())
    };
    for count in (2..=most).rev() {
        let rows = cells.len().div_ceil(count);
        let mut widths = vec![0; count];
        for (at, cell) in cells.iter().enumerate() {
            let column = if across { at % count } else { at / rows };
            let gap = if column == count - 1 { 0 } else { GAP };
            widths[column] = widths[column].max(cell.width + gap).max(MIN_COLUMN_WIDTH);
        }
        // Filled by columns, the last ones can stay empty: then fewer columns look the same.
        let used = if across { count } else { cells.len().div_ceil(rows) };
        if used == count && (line == 0 || widths.iter().sum::<usize>() < line) {
            return widths;
        }
    }
    vec![0]
}

fn columns(ls: &mut Ls, cells: &[Cell], across: bool) {
    let widths = column_widths(cells, ls.config.width, across);
    let rows = cells.len().div_ceil(widths.len());
    for row in 0..rows {
        let mut start = 0;
        for (column, width) in widths.iter().enumerate() {
            let at = if across {
                row * widths.len() + column
            } else {
                column * rows + row
            };
            let Some(cell) = cells.get(at) else { break };
            ls.put_painted(&cell.text);
            let next = if across { at + 1 } else { at + rows };
            let is_last = column + 1 == widths.len() || next >= cells.len();
            if !is_last {
                indent(&mut ls.out, start + cell.width, start + width, ls.config.tab_size);
            }
            start += width;
        }
        ls.out.put(&[ls.config.line_end]);
    }
}

/// All on one line.
fn separated(ls: &mut Ls, cells: &[Cell], separator: &[u8]) {
    for (index, cell) in cells.iter().enumerate() {
        if index != 0 {
            ls.out.put(separator);
        }
        ls.put_painted(&cell.text);
    }
    ls.out.put(&[ls.config.line_end]);
}

/// Moves to a column with tabs where they reach, as GNU's ls does.
fn indent(out: &mut Output, mut from: usize, to: usize, tab_size: usize) {
    while from < to {
        if tab_size != 0 && to / tab_size > (from + 1) / tab_size {
            out.put(b"\t");
            from += tab_size - from % tab_size;
        } else {
            out.put(b" ");
            from += 1;
        }
    }
}

fn commas(ls: &mut Ls, cells: &[Cell]) {
    let mut at = 0;
    for (index, cell) in cells.iter().enumerate() {
        if index != 0 {
            let fits = ls.config.width == 0 || at + cell.width + GAP < ls.config.width;
            ls.out.put(if fits { b", " } else { b",\n" });
            at = if fits { at + GAP } else { 0 };
        }
        ls.put_painted(&cell.text);
        at += cell.width;
    }
    ls.out.put(&[ls.config.line_end]);
}

/// The target of a link, for a long listing.
pub fn target(ls: &Ls, entry: &Entry) -> Vec<u8> {
    let Ok(target) = std::fs::read_link(&entry.path) else {
        return Vec::new();
    };
    let shown = shown_name(target.as_os_str(), &ls.config);
    if !ls.painter.follows_links()
        && ls.config.indicator < Indicator::FileType
        && !ls.config.directories_first
    {
        return shown;
    }
    let full = entry.path.parent().unwrap_or(Path::new("")).join(&target);
    match sys::stat(&full) {
        Ok(stat) => {
            let entry = Entry::new(target.into_os_string(), full, stat.file_type(), Some(stat));
            let mut text = ls.painter.paint(&entry, false, &shown);
            text.extend(indicator(&entry, ls.config.indicator, false));
            text
        }
        Err(_) => shown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_round_up_to_three_digits() {
        for (bytes, binary, decimal) in [
            (0, "0", "0"),
            (999, "999", "999"),
            (1000, "1000", "1.0k"),
            (1024, "1.0K", "1.1k"),
            (1025, "1.1K", "1.1k"),
            (10 * 1024 - 1, "10K", "11k"),
            (10 * 1024 + 1, "11K", "11k"),
            (1024 * 1024 - 1, "1.0M", "1.1M"),
            (234 * 1024 * 1024, "234M", "246M"),
            (u64::MAX, "16E", "19E"),
        ] {
            assert_eq!(size(bytes, Sizes::Binary), binary);
            assert_eq!(size(bytes, Sizes::Decimal), decimal);
        }
    }

    fn widths(names: &[&str], line: usize, across: bool) -> Vec<usize> {
        let cells: Vec<Cell> = names
            .iter()
            .map(|n| Cell {
                text: n.as_bytes().to_vec(),
                width: n.len(),
            })
            .collect();
        column_widths(&cells, line, across)
    }

    #[test]
    fn as_many_columns_as_fit_are_used() {
        let names = ["a", "bb", "ccc", "dddd", "eeeee", "ffffff"];
        assert_eq!(widths(&names, 80, false), [3, 4, 5, 6, 7, 6]);
        assert_eq!(widths(&names, 20, false), [4, 6, 6]);
        assert_eq!(widths(&names, 12, false), [5, 6]);
        assert_eq!(widths(&names, 11, false), [0]);
        assert_eq!(widths(&names, 0, false).len(), 6);
    }
}
