//! `:set`.

use crate::Bytes;
use crate::vi::{Result, Vi, fail};

#[derive(Clone, Debug)]
pub struct Options {
    pub autoindent: bool,
    pub expandtab: bool,
    pub hlsearch: bool,
    pub ignorecase: bool,
    pub list: bool,
    pub number: bool,
    pub readonly: bool,
    pub smartcase: bool,
    pub wrap: bool,
    pub wrapscan: bool,
    pub tabstop: usize,
    /// 0 is the width of a tab.
    pub shiftwidth: usize,
}

impl Default for Options {
    fn default() -> Options {
        Options {
            autoindent: false,
            expandtab: false,
            hlsearch: false,
            ignorecase: false,
            list: false,
            number: false,
            readonly: false,
            smartcase: false,
            wrap: true,
            wrapscan: true,
            tabstop: 8,
            shiftwidth: 8,
        }
    }
}

impl Options {
    pub fn shift_width(&self) -> usize {
        if self.shiftwidth == 0 {
            self.tabstop
        } else {
            self.shiftwidth
        }
    }

    /// An indent of that many columns.
    pub fn indent(&self, columns: usize) -> Bytes {
        if self.expandtab {
            return vec![b' '; columns];
        }
        let mut indent = vec![b'\t'; columns / self.tabstop];
        indent.resize(indent.len() + columns % self.tabstop, b' ');
        indent
    }
}

/// Names, abbreviations and places of the switches.
type Switch = (&'static str, &'static str, fn(&mut Options) -> &mut bool);
type Size = (&'static str, &'static str, fn(&mut Options) -> &mut usize);

const SWITCHES: &[Switch] = &[
    ("autoindent", "ai", |o| &mut o.autoindent),
    ("expandtab", "et", |o| &mut o.expandtab),
    ("hlsearch", "hls", |o| &mut o.hlsearch),
    ("ignorecase", "ic", |o| &mut o.ignorecase),
    ("list", "list", |o| &mut o.list),
    ("number", "nu", |o| &mut o.number),
    ("readonly", "ro", |o| &mut o.readonly),
    ("smartcase", "scs", |o| &mut o.smartcase),
    ("wrap", "wrap", |o| &mut o.wrap),
    ("wrapscan", "ws", |o| &mut o.wrapscan),
];

const SIZES: &[Size] = &[
    ("shiftwidth", "sw", |o| &mut o.shiftwidth),
    ("tabstop", "ts", |o| &mut o.tabstop),
];

impl Vi {
    /// `:set`, with what stands behind it.
    pub(super) fn set(&mut self, text: &[u8]) -> Result {
        let text = String::from_utf8_lossy(text).into_owned();
        let mut words = text.split_whitespace().peekable();
        if words.peek().is_none() || words.peek() == Some(&"all") {
            let all = words.peek().is_some();
            self.show_options(all);
            return Ok(());
        }
        for word in words {
            if word.starts_with('"') {
                break;
            }
            self.set_one(word)?;
        }
        Ok(())
    }

    fn set_one(&mut self, word: &str) -> Result {
        let unknown = || fail(format!("E518: Unknown option: {word}"));
        let (name, value) = match word.split_once(['=', ':']) {
            Some((name, value)) => (name, Some(value)),
            None => (word, None),
        };
        let is = |full: &str, short: &str, name: &str| name == full || name == short;
        if let Some((full, _, place)) = SIZES
            .iter()
            .find(|(full, short, _)| is(full, short, name.trim_end_matches(['?', '&'])))
        {
            let Some(value) = value else {
                if name.ends_with('&') {
                    *place(&mut self.options) = *place(&mut Options::default());
                    return Ok(());
                }
                let text = format!("  {full}={}", place(&mut self.options));
                self.printed.push(text.into_bytes());
                return Ok(());
            };
            return match value.parse::<usize>() {
                Ok(0) if *full == "tabstop" => fail(format!("E487: Argument must be positive: {word}")),
                Ok(n) if n <= 1000 => {
                    *place(&mut self.options) = n;
                    Ok(())
                }
                Ok(_) => fail(format!("E474: Invalid argument: {word}")),
                Err(_) => fail(format!("E521: Number required after =: {word}")),
            };
        }
        if name == "fileformat" || name == "ff" {
            match value {
                Some("dos") => self.buffer.dos = true,
                Some("unix") => self.buffer.dos = false,
                Some(_) => return fail(format!("E474: Invalid argument: {word}")),
                None => {
                    let text = format!("  fileformat={}", if self.buffer.dos { "dos" } else { "unix" });
                    self.printed.push(text.into_bytes());
                    return Ok(());
                }
            }
            self.buffer.set_modified();
            return Ok(());
        }
        if value.is_some() {
            let bare = SWITCHES.iter().any(|(full, short, _)| is(full, short, name));
            return if bare {
                fail(format!("E474: Invalid argument: {word}"))
            } else {
                unknown()
            };
        }
        let (bare, how) = match (
            name.strip_suffix(['!', '?', '&']),
            name.strip_prefix("no"),
            name.strip_prefix("inv"),
        ) {
            (Some(bare), ..) => (bare, name.as_bytes()[name.len() - 1]),
            (_, Some(bare), _) if name != "number" && name != "nu" => (bare, b'n'),
            (.., Some(bare)) => (bare, b'!'),
            _ => (name, b'y'),
        };
        if matches!(bare, "endofline" | "eol") {
            match how {
                b'y' => self.buffer.eol = true,
                b'n' => self.buffer.eol = false,
                _ => {}
            }
            self.buffer.set_modified();
            return Ok(());
        }
        let Some((full, _, place)) = SWITCHES.iter().find(|(full, short, _)| is(full, short, bare)) else {
            return unknown();
        };
        let place = place(&mut self.options);
        match how {
            b'y' => *place = true,
            b'n' => *place = false,
            b'!' => *place = !*place,
            b'&' => {
                let default = Options::default();
                let get = SWITCHES.iter().find(|(f, ..)| f == full);
                *place = get.is_some_and(|(.., get)| *get(&mut default.clone()));
            }
            _ => {
                let text = format!("{}{full}", if *place { "  " } else { "no" });
                self.printed.push(text.into_bytes());
            }
        }
        if *full == "hlsearch" {
            self.search.hidden = false;
        }
        Ok(())
    }

    fn show_options(&mut self, all: bool) {
        self.printed.push(b"--- Options ---".to_vec());
        let mut default = Options::default();
        for (full, _, place) in SWITCHES {
            let now = *place(&mut self.options);
            if all || now != *place(&mut default) {
                let text = format!("{}{full}", if now { "  " } else { "no" });
                self.printed.push(text.into_bytes());
            }
        }
        for (full, _, place) in SIZES {
            let now = *place(&mut self.options);
            if all || now != *place(&mut default) {
                self.printed.push(format!("  {full}={now}").into_bytes());
            }
        }
    }
}
