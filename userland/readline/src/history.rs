//! The list of commands, what may enter it (HISTCONTROL), and the form of its file.

use crate::Bytes;

/// A command as it was entered, over as many lines as it took.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Entry {
    pub line: Bytes,
    /// When, in seconds since 1970.
    pub time: Option<i64>,
    /// Is it in the history file already?
    pub written: bool,
}

/// HISTCONTROL's words.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Control {
    pub ignore_space: bool,
    pub ignore_dups: bool,
    pub erase_dups: bool,
}

impl Control {
    /// Reads `ignorespace:ignoredups:ignoreboth:erasedups`; other words mean nothing.
    pub fn parse(value: &[u8]) -> Control {
        let mut c = Control::default();
        for word in value.split(|b| *b == b':') {
            c.ignore_space |= matches!(word, b"ignorespace" | b"ignoreboth");
            c.ignore_dups |= matches!(word, b"ignoredups" | b"ignoreboth");
            c.erase_dups |= word == b"erasedups";
        }
        c
    }
}

/// The list, oldest first. Entries keep their numbers when older ones fall off.
#[derive(Clone, Debug)]
pub struct History {
    entries: Vec<Entry>,
    /// The number of the first entry.
    base: usize,
}

impl Default for History {
    fn default() -> History {
        History {
            entries: Vec::new(),
            base: 1,
        }
    }
}

impl History {
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    pub fn get(&self, at: usize) -> Option<&[u8]> {
        self.entries.get(at).map(|e| &e.line[..])
    }

    pub fn last(&self) -> Option<&[u8]> {
        self.entries.last().map(|e| &e.line[..])
    }

    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// The number that `history` shows for the entry at `at`.
    pub fn number(&self, at: usize) -> usize {
        self.base + at
    }

    /// Where the entry with a number is.
    pub fn position(&self, number: usize) -> Option<usize> {
        number.checked_sub(self.base).filter(|at| *at < self.len())
    }

    /// Adds a command, unless `control` is against it; whether it was added.
    pub fn add(&mut self, line: Bytes, time: Option<i64>, control: Control) -> bool {
        if control.ignore_space && line.starts_with(b" ") {
            return false;
        }
        if control.ignore_dups && self.last() == Some(&line[..]) {
            return false;
        }
        if control.erase_dups {
            let mut at = 0;
            while at < self.len() {
                if self.entries[at].line == line {
                    self.remove(at);
                } else {
                    at += 1;
                }
            }
        }
        self.push(Entry {
            line,
            time,
            written: false,
        });
        true
    }

    pub fn push(&mut self, entry: Entry) {
        self.entries.push(entry);
    }

    pub fn pop(&mut self) -> Option<Entry> {
        let at = self.len().checked_sub(1)?;
        Some(self.remove(at))
    }

    /// # Panics
    /// Where there is no such entry.
    pub fn remove(&mut self, at: usize) -> Entry {
        self.entries.remove(at)
    }

    pub fn replace_last(&mut self, line: Bytes) {
        if let Some(last) = self.entries.last_mut() {
            last.line = line;
        }
    }

    pub fn clear(&mut self) {
        *self = History::default();
    }

    /// Lets the oldest go until there are at most `max`.
    pub fn stifle(&mut self, max: usize) {
        let over = self.len().saturating_sub(max);
        self.entries.drain(..over);
        self.base += over;
    }

    /// What the file has not seen.
    pub fn unwritten(&self) -> Vec<Entry> {
        self.entries.iter().filter(|e| !e.written).cloned().collect()
    }

    pub fn mark_written(&mut self) {
        self.entries.iter_mut().for_each(|e| e.written = true);
    }
}

/// The time that a line of a history file tells of the entry after it.
fn timestamp(line: &[u8]) -> Option<i64> {
    let digits = line.strip_prefix(b"#")?;
    if !digits.first()?.is_ascii_digit() {
        return None;
    }
    std::str::from_utf8(digits).ok()?.parse().ok()
}

/// Does a history file tell times?
pub fn has_times(file: &[u8]) -> bool {
    file.split(|c| *c == b'\n').any(|l| timestamp(l).is_some())
}

/// The entries of a history file, as written ones. A line is one; behind a line with a time, an entry runs to the next such line.
pub fn parse(file: &[u8]) -> Vec<Entry> {
    let mut entries: Vec<Entry> = Vec::new();
    let mut time = None;
    // Lines since the last time.
    let mut lines = 0;
    for line in file.split(|c| *c == b'\n') {
        if let Some(t) = timestamp(line) {
            (time, lines) = (Some(t), 0);
            trim(&mut entries);
            continue;
        }
        match entries.last_mut() {
            Some(e) if time.is_some() && lines > 0 => {
                e.line.push(b'\n');
                e.line.extend_from_slice(line);
            }
            _ if line.is_empty() => continue,
            _ => entries.push(Entry {
                line: line.to_vec(),
                time,
                written: true,
            }),
        }
        lines += 1;
    }
    trim(&mut entries);
    entries
}

fn trim(entries: &mut [Entry]) {
    if let Some(last) = entries.last_mut() {
        while last.line.ends_with(b"\n") {
            last.line.pop();
        }
    }
}

/// The text of a file. An entry of several lines is one again only if times stand before it and what follows, so one
/// such entry makes all have them.
pub fn format(entries: &[Entry], times: bool) -> Bytes {
    let times = times || entries.iter().any(|e| e.line.contains(&b'\n'));
    let mut out = Vec::new();
    for e in entries {
        if times {
            out.extend_from_slice(format!("#{}\n", e.time.unwrap_or(0)).as_bytes());
        }
        out.extend_from_slice(&e.line);
        out.push(b'\n');
    }
    out
}

/// The file with its newest `max` entries only, if it has more.
pub fn truncated(file: &[u8], max: usize) -> Option<Bytes> {
    let entries = parse(file);
    let over = entries.len().checked_sub(max).filter(|n| *n > 0)?;
    let kept = &entries[over..];
    Some(format(kept, kept.iter().any(|e| e.time.is_some())))
}
