//! Puts hunks into a file's lines, where they belong or near it.

use super::hunk::{Hunk, Kind};

/// Where a hunk went.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Place {
    /// The first line, counted from 0.
    pub at: usize,
    /// How many lines of context did not fit.
    pub fuzz: usize,
    /// How far from where it was expected.
    pub offset: isize,
}

/// Which lines count as equal.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Matching {
    /// `-l`: any white space equals any other.
    pub loose: bool,
}

impl Matching {
    /// A last line that lacks its newline in the file fits one that has it.
    fn equal(self, have: &[u8], wanted: &[u8]) -> bool {
        have == wanted
            || wanted.strip_suffix(b"\n") == Some(have)
            || self.loose && squeeze(have) == squeeze(wanted)
    }
}

fn squeeze(line: &[u8]) -> Vec<u8> {
    let mut out: Vec<u8> = Vec::new();
    for b in line.trim_ascii_end() {
        match (b.is_ascii_whitespace(), out.last()) {
            (true, Some(b' ')) => {}
            (true, _) => out.push(b' '),
            (false, _) => out.push(*b),
        }
    }
    out
}

/// A file that is being patched.
pub struct Target {
    /// What was there.
    input: Vec<Vec<u8>>,
    /// What comes of it so far.
    output: Vec<u8>,
    /// The lines of `input` that are in `output` already.
    done: usize,
    /// How far the last hunk was from where it was expected.
    offset: isize,
    pub matching: Matching,
}

impl Target {
    pub fn new(bytes: &[u8], matching: Matching) -> Target {
        Target {
            input: bytes
                .split_inclusive(|b| *b == b'\n')
                .map(<[u8]>::to_vec)
                .collect(),
            output: Vec::with_capacity(bytes.len()),
            done: 0,
            offset: 0,
            matching,
        }
    }

    /// Whether the old lines, but for the given numbers at both ends, are at `at`, which is where the first of all
    /// of them would be.
    fn fits(&self, old: &[&[u8]], at: usize, prefix: usize, suffix: usize) -> bool {
        let wanted = prefix..old.len().saturating_sub(suffix).max(prefix);
        wanted.clone().all(|line| {
            self.input
                .get(at + line)
                .is_some_and(|have| self.matching.equal(have, old[line]))
        })
    }

    /// Looks for a place where the hunk fits with `fuzz` lines of context left out, nearest first.
    pub fn locate(&self, hunk: &Hunk, fuzz: usize) -> Option<Place> {
        let old: Vec<&[u8]> = hunk.old_lines().collect();
        let guess = hunk.expected() as isize + self.offset;
        let place = |at: usize| Place {
            at,
            fuzz,
            offset: at as isize - hunk.expected() as isize,
        };
        if old.is_empty() {
            let at = usize::try_from(guess).ok()?.max(self.done);
            return (at <= self.input.len()).then(|| place(at));
        }
        let (before, after) = hunk.context();
        let context = before.max(after);
        let prefix = (fuzz + before).checked_sub(context);
        let suffix = (fuzz + after).checked_sub(context);
        // Less context on one side than on the other means the file's beginning or end.
        let last = (self.input.len() + suffix.unwrap_or(0)).checked_sub(old.len());
        if prefix.is_none() && hunk.start[0] <= 1 {
            let whole = suffix.is_some() || old.len() == self.input.len();
            let fits = whole && self.done == 0 && self.fits(&old, 0, 0, suffix.unwrap_or(0));
            return fits.then(|| place(0));
        }
        let prefix = prefix.unwrap_or(0);
        let last = last?;
        let Some(suffix) = suffix else {
            let fits = last >= self.done && self.fits(&old, last, prefix, 0);
            return fits.then(|| place(last));
        };
        let at = |offset: isize| {
            let at = usize::try_from(guess + offset).ok()?;
            (at + prefix >= self.done && at >= self.done && at <= last && self.fits(&old, at, prefix, suffix))
                .then_some(at)
        };
        let reach = (guess.max(0) as usize).max(self.input.len()) as isize;
        (0..=reach)
            .find_map(|offset| at(offset).or_else(|| at(-offset)))
            .map(place)
    }

    /// Puts a hunk at its place. Context is what the file has.
    pub fn put(&mut self, hunk: &Hunk, place: Place) {
        self.copy_to(place.at);
        for (kind, text) in &hunk.lines {
            match kind {
                Kind::Added => {
                    self.end_line();
                    self.output.extend_from_slice(text);
                }
                Kind::Deleted => self.done += 1,
                Kind::Common => self.copy_to(self.done + 1),
            }
        }
        self.done = self.done.min(self.input.len());
        self.offset = place.offset;
    }

    /// More is to follow a line that may have been the last one.
    fn end_line(&mut self) {
        if self.output.last().is_some_and(|b| *b != b'\n') {
            self.output.push(b'\n');
        }
    }

    fn copy_to(&mut self, end: usize) {
        while self.done < end {
            let Some(line) = self.input.get(self.done) else {
                return;
            };
            if self.output.last().is_some_and(|b| *b != b'\n') {
                self.output.push(b'\n');
            }
            self.output.extend_from_slice(line);
            self.done += 1;
        }
    }

    /// The patched file.
    pub fn finish(mut self) -> Vec<u8> {
        self.copy_to(self.input.len());
        self.output
    }
}

/// Runs a script of `diff -e`'s commands: a, c, d, and the `s/.//` that takes a dot off.
pub fn run_ed(bytes: &[u8], script: &[u8]) -> Result<Vec<u8>, Vec<u8>> {
    let mut lines: Vec<Vec<u8>> = bytes
        .split_inclusive(|b| *b == b'\n')
        .map(<[u8]>::to_vec)
        .collect();
    let mut commands = script.split_inclusive(|b| *b == b'\n');
    // The line that commands without an address are about, counted from 1.
    let mut current = lines.len();
    while let Some(command) = commands.next() {
        let text = String::from_utf8_lossy(command).trim().to_owned();
        let wrong = || command.to_vec();
        let address = text
            .find(|c: char| !c.is_ascii_digit() && c != ',')
            .unwrap_or(text.len());
        let (address, command) = text.split_at(address);
        let (first, last) = match address.split_once(',') {
            Some((first, last)) => (
                first.parse().map_err(|_| wrong())?,
                last.parse().map_err(|_| wrong())?,
            ),
            None if address.is_empty() => (current, current),
            None => {
                let line: usize = address.parse().map_err(|_| wrong())?;
                (line, line)
            }
        };
        if last > lines.len() || first > last || first == 0 && command != "a" {
            return Err(wrong());
        }
        match command {
            "a" | "c" => {
                let text: Vec<Vec<u8>> = commands
                    .by_ref()
                    .take_while(|line| *line != b".\n" && *line != b".")
                    .map(<[u8]>::to_vec)
                    .collect();
                let at = if command == "a" {
                    last..last
                } else {
                    first - 1..last
                };
                current = at.start + text.len();
                lines.splice(at, text);
            }
            "d" => {
                lines.drain(first - 1..last);
                current = first.min(lines.len());
            }
            "s/.//" | "s/^\\.//" => {
                for line in &mut lines[first - 1..last] {
                    if command == "s/.//" || line.first() == Some(&b'.') {
                        line.remove(0);
                    }
                }
                current = last;
            }
            _ => return Err(wrong()),
        }
    }
    Ok(lines.concat())
}
