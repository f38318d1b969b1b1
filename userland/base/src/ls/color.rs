//! Colours: GNU's defaults by kind of file, changed by `LS_COLORS`.

use std::borrow::Cow;
use std::collections::HashMap;

use sys::{FileType, Mode};

use super::entry::Entry;

/// The two-letter keys of `LS_COLORS` with their defaults.
const DEFAULTS: &[(&str, &str)] = &[
    ("di", "01;34"),
    ("ln", "01;36"),
    ("pi", "33"),
    ("so", "01;35"),
    ("bd", "01;33"),
    ("cd", "01;33"),
    ("or", ""),
    ("su", "37;41"),
    ("sg", "30;43"),
    ("st", "37;44"),
    ("ow", "34;42"),
    ("tw", "30;42"),
    ("ex", "01;32"),
    ("fi", ""),
    ("no", ""),
];

pub struct Painter {
    /// `None`: no colours.
    palette: Option<Palette>,
    /// The first colour is preceded by a reset, since the terminal may be in any state.
    started: bool,
}

#[derive(Default)]
struct Palette {
    kinds: HashMap<String, String>,
    /// Suffix and colour; of several that match, the last wins.
    suffixes: Vec<(String, String)>,
}

impl Painter {
    pub fn new(on: bool) -> Painter {
        let palette = on.then(|| Palette::new(&std::env::var("LS_COLORS").unwrap_or_default()));
        Painter {
            palette,
            started: false,
        }
    }

    /// `text` in the colour of `entry`. `target_missing` is for links that lead nowhere.
    pub fn paint(&self, entry: &Entry, target_missing: bool, text: &[u8]) -> Vec<u8> {
        let Some(color) = self
            .palette
            .as_ref()
            .and_then(|palette| palette.of(entry, target_missing))
        else {
            return text.to_vec();
        };
        let mut painted = Vec::with_capacity(text.len() + color.len() + 16);
        painted.extend_from_slice(b"\x1b[");
        painted.extend_from_slice(color.as_bytes());
        painted.push(b'm');
        painted.extend_from_slice(text);
        painted.extend_from_slice(b"\x1b[0m");
        painted
    }

    /// Painted text as it goes out: a reset comes before the first colour of all.
    pub fn outgoing<'a>(&mut self, text: &'a [u8]) -> Cow<'a, [u8]> {
        let first = if self.started || !self.is_on() {
            None
        } else {
            text.windows(2).position(|w| w == b"\x1b[")
        };
        let Some(at) = first else {
            return Cow::Borrowed(text);
        };
        self.started = true;
        Cow::Owned([&text[..at], b"\x1b[0m", &text[at..]].concat())
    }

    /// Whether it matters where links lead: only when `LS_COLORS` colours those that lead nowhere.
    pub fn follows_links(&self) -> bool {
        self.palette
            .as_ref()
            .is_some_and(|palette| ["or", "mi"].iter().any(|key| palette.has(key)))
    }

    pub fn is_on(&self) -> bool {
        self.palette.is_some()
    }
}

impl Palette {
    fn new(ls_colors: &str) -> Palette {
        let mut palette = Palette::default();
        for (key, color) in DEFAULTS {
            palette.kinds.insert((*key).to_owned(), (*color).to_owned());
        }
        for item in ls_colors.split(':') {
            match item.split_once('=') {
                Some((key, color)) if key.starts_with('*') => {
                    palette.suffixes.push((key[1..].to_owned(), color.to_owned()));
                }
                Some((key, color)) => {
                    palette.kinds.insert(key.to_owned(), color.to_owned());
                }
                None => {}
            }
        }
        palette
    }

    fn has(&self, key: &str) -> bool {
        self.kinds
            .get(key)
            .is_some_and(|color| !color.is_empty() && color != "0")
    }

    fn of(&self, entry: &Entry, target_missing: bool) -> Option<&str> {
        let color = match self
            .kinds
            .get(self.kind(entry, target_missing))
            .map(String::as_str)
        {
            // `ln=target` and a missing `or` show a link as a link.
            None | Some("" | "target") if entry.kind == FileType::Symlink => {
                self.kinds.get("ln").map(String::as_str)
            }
            other => other,
        };
        let by_suffix = || {
            let name = entry.name.to_string_lossy();
            self.suffixes
                .iter()
                .rev()
                .find(|(suffix, _)| name.ends_with(suffix.as_str()))
                .map(|(_, color)| &color[..])
        };
        let color = if entry.kind == FileType::Regular && color.is_none_or(|c| c.is_empty() || c == "0") {
            by_suffix().or(color)
        } else {
            color
        };
        color.filter(|color| !color.is_empty() && *color != "0" && *color != "00" && *color != "target")
    }

    fn kind(&self, entry: &Entry, target_missing: bool) -> &'static str {
        let mode = entry.stat.map_or(Mode::empty(), |stat| stat.permissions());
        match entry.kind {
            FileType::Directory => match (mode.contains(Mode::ISVTX), mode.contains(Mode::IWOTH)) {
                (true, true) => "tw",
                (false, true) => "ow",
                (true, false) => "st",
                (false, false) => "di",
            },
            FileType::Symlink if target_missing => "or",
            FileType::Symlink => "ln",
            FileType::Fifo => "pi",
            FileType::Socket => "so",
            FileType::BlockDevice => "bd",
            FileType::CharDevice => "cd",
            FileType::Regular if mode.contains(Mode::ISUID) => "su",
            FileType::Regular if mode.contains(Mode::ISGID) => "sg",
            FileType::Regular if mode.intersects(Mode::IXUSR | Mode::IXGRP | Mode::IXOTH) => "ex",
            FileType::Regular => "fi",
            FileType::Unknown => "no",
        }
    }
}
