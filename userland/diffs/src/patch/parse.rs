//! Finds the patches in a file, between text that is none: unified, context and normal diffs and ed scripts.

use super::hunk::{FilePatch, Format, Hunk, Kind, Move};
use crate::lines::{Lines, body};

/// A patch that can't be understood: the line, counted from 1, and why.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Malformed {
    pub line: usize,
    pub why: &'static str,
}

type Result<T> = std::result::Result<T, Malformed>;

/// All patches of a file; `only` is the format that the command line insists on.
pub fn parse(lines: &Lines, only: Option<Format>) -> Result<Vec<FilePatch>> {
    let mut parser = Parser {
        lines,
        at: 0,
        only,
        header: FilePatch::new(Format::Unified),
        has_git_header: false,
        patches: Vec::new(),
    };
    while parser.at < lines.len() {
        parser.step()?;
    }
    parser.finish_git_header();
    Ok(parser.patches)
}

struct Parser<'a> {
    lines: &'a Lines,
    at: usize,
    only: Option<Format>,
    /// What has been said of the next file.
    header: FilePatch,
    has_git_header: bool,
    patches: Vec<FilePatch>,
}

/// The name of a `---`, `+++` or `***` line, and whether its time says that the file is not there.
fn name(rest: &[u8]) -> (Option<Vec<u8>>, bool) {
    let rest = rest.trim_ascii_start();
    let (name, stamp) = if rest.first() == Some(&b'"') {
        unquote(rest)
    } else {
        let end = rest.iter().position(|b| *b == b'\t').unwrap_or(rest.len());
        let (name, stamp) = rest.split_at(end);
        // Without a tab the name ends at a space before a date.
        (name.trim_ascii_end().to_vec(), stamp)
    };
    let stamp = String::from_utf8_lossy(stamp).trim().to_owned();
    let epoch = stamp.starts_with("1970-01-01 00:00:00")
        || stamp.starts_with("Thu Jan  1 00:00:00 1970")
        || stamp.starts_with("1969-12-31") && stamp.contains(":00:00") && stamp.contains(" -");
    if name == b"/dev/null" {
        return (None, true);
    }
    ((!name.is_empty()).then_some(name), epoch)
}

/// A name in C's quotes; answers what follows too.
fn unquote(text: &[u8]) -> (Vec<u8>, &[u8]) {
    let mut out = Vec::new();
    let mut at = 1;
    while at < text.len() && text[at] != b'"' {
        if text[at] == b'\\' && at + 1 < text.len() {
            at += 1;
            match text[at] {
                b'n' => out.push(b'\n'),
                b't' => out.push(b'\t'),
                b'a' => out.push(7),
                b'b' => out.push(8),
                b'f' => out.push(12),
                b'r' => out.push(b'\r'),
                b'v' => out.push(11),
                b'0'..=b'3' => {
                    let digits = text[at..]
                        .iter()
                        .take(3)
                        .take_while(|b| (b'0'..=b'7').contains(b))
                        .count();
                    let value = text[at..at + digits]
                        .iter()
                        .fold(0_u32, |value, b| value * 8 + u32::from(b - b'0'));
                    out.push(value as u8);
                    at += digits - 1;
                }
                other => out.push(other),
            }
        } else {
            out.push(text[at]);
        }
        at += 1;
    }
    (out, text.get(at + 1..).unwrap_or_default())
}

/// `3,5` or `3` at the start of `text`: the numbers, and the rest.
fn span(text: &[u8]) -> Option<(usize, Option<usize>, &[u8])> {
    let (first, rest) = decimal(text)?;
    match rest.strip_prefix(b",") {
        Some(rest) => {
            let (second, rest) = decimal(rest)?;
            Some((first, Some(second), rest))
        }
        None => Some((first, None, rest)),
    }
}

fn decimal(text: &[u8]) -> Option<(usize, &[u8])> {
    let digits = text.iter().take_while(|b| b.is_ascii_digit()).count();
    let number = std::str::from_utf8(&text[..digits]).ok()?.parse().ok()?;
    Some((number, &text[digits..]))
}

/// `3,5c6`, `3d2`, `3a4,5`: the old lines, the letter, and the new ones.
fn normal_command(line: &[u8]) -> Option<([usize; 2], u8, [usize; 2])> {
    let (a, b, rest) = span(body(line))?;
    let (letter, rest) = rest.split_first().filter(|(letter, _)| b"acd".contains(letter))?;
    let (c, d, rest) = span(rest)?;
    rest.iter()
        .all(u8::is_ascii_whitespace)
        .then_some(([a, b.unwrap_or(a)], *letter, [c, d.unwrap_or(c)]))
}

/// A command of `diff -e`'s: `3,5c`, `3d`, `3a`.
fn ed_command(line: &[u8]) -> bool {
    let Some((_, _, rest)) = span(body(line)) else {
        return false;
    };
    matches!(rest, b"a" | b"c" | b"d")
}

impl Parser<'_> {
    fn line(&self, at: usize) -> Option<&[u8]> {
        (at < self.lines.len()).then(|| self.lines.get(at))
    }

    fn is_wanted(&self, format: Format) -> bool {
        self.only.is_none_or(|only| only == format)
    }

    fn fail<T>(&self, why: &'static str) -> Result<T> {
        Err(Malformed {
            line: self.at + 1,
            why,
        })
    }

    fn starts(&self, at: usize, prefix: &[u8]) -> bool {
        self.line(at).is_some_and(|line| line.starts_with(prefix))
    }

    /// Looks at one line of what may be text or header.
    fn step(&mut self) -> Result<()> {
        let line = self.lines.get(self.at);
        if self.git_header(line) {
            self.at += 1;
        } else if let Some(rest) = line.strip_prefix(b"Index:") {
            self.header.names[2] = name(body(rest)).0;
            self.at += 1;
        } else if self.is_wanted(Format::Unified)
            && line.starts_with(b"--- ")
            && self.starts(self.at + 1, b"+++ ")
            && self.starts(self.at + 2, b"@@ -")
        {
            self.names(b"--- ".len(), self.at, 0);
            self.names(b"+++ ".len(), self.at + 1, 1);
            self.at += 2;
            self.unified()?;
        } else if self.is_wanted(Format::Unified) && line.starts_with(b"@@ -") {
            self.unified()?;
        } else if self.is_wanted(Format::Context)
            && line.starts_with(b"*** ")
            && self.starts(self.at + 1, b"--- ")
            && self.starts(self.at + 2, b"***************")
        {
            self.names(b"*** ".len(), self.at, 0);
            self.names(b"--- ".len(), self.at + 1, 1);
            self.at += 2;
            self.context()?;
        } else if self.is_wanted(Format::Normal)
            && let Some((_, letter, _)) = normal_command(line)
            && self.starts(self.at + 1, if letter == b'a' { b"> " } else { b"< " })
        {
            self.normal()?;
        } else if self.is_wanted(Format::Ed) && ed_command(line) {
            self.ed()?;
        } else {
            self.at += 1;
        }
        Ok(())
    }

    fn names(&mut self, skip: usize, at: usize, which: usize) {
        let rest = &body(self.lines.get(at))[skip..];
        let (found, absent) = name(rest);
        let tab = rest.iter().position(|b| *b == b'\t');
        self.header.stamps[which] = tab.map(|at| rest[at..].to_vec()).unwrap_or_default();
        self.header.names[which] = found;
        self.header.absent[which] |= absent;
    }

    /// The lines that git adds. Whether this was one.
    fn git_header(&mut self, line: &[u8]) -> bool {
        let line = body(line);
        let octal = |text: &[u8]| u32::from_str_radix(&String::from_utf8_lossy(text), 8).ok();
        if let Some(rest) = line.strip_prefix(b"diff --git ") {
            self.finish_git_header();
            self.has_git_header = true;
            // Names with spaces are said again below, or are the same on both sides.
            let half = rest
                .iter()
                .enumerate()
                .filter(|(_, b)| **b == b' ')
                .map(|(at, _)| at);
            let same = half.clone().find(|at| {
                rest.get(2..*at)
                    .is_some_and(|old| rest.get(at + 3..) == Some(old))
            });
            if let Some(at) = same.or_else(|| half.clone().next()) {
                self.header.names[0] = Some(rest[..at].to_vec());
                self.header.names[1] = Some(rest[at + 1..].to_vec());
            }
            return true;
        }
        if !self.has_git_header {
            return false;
        }
        let header = &mut self.header;
        if let Some(mode) = line.strip_prefix(b"old mode ") {
            header.modes[0] = octal(mode);
        } else if let Some(mode) = line.strip_prefix(b"new mode ") {
            header.modes[1] = octal(mode);
        } else if let Some(mode) = line.strip_prefix(b"new file mode ") {
            header.modes[1] = octal(mode);
            header.absent[0] = true;
        } else if let Some(mode) = line.strip_prefix(b"deleted file mode ") {
            header.modes[0] = octal(mode);
            header.absent[1] = true;
        } else if let Some(old) = line.strip_prefix(b"rename from ") {
            header.names[0] = Some([b"a/", old].concat());
            header.moved = Some(Move::Rename);
        } else if let Some(new) = line.strip_prefix(b"rename to ") {
            header.names[1] = Some([b"b/", new].concat());
        } else if let Some(old) = line.strip_prefix(b"copy from ") {
            header.names[0] = Some([b"a/", old].concat());
            header.moved = Some(Move::Copy);
        } else if let Some(new) = line.strip_prefix(b"copy to ") {
            header.names[1] = Some([b"b/", new].concat());
        } else {
            return line.starts_with(b"index ") || line.starts_with(b"similarity index ");
        }
        true
    }

    /// A git header without hunks still moves, makes or deletes files, or changes modes.
    fn finish_git_header(&mut self) {
        let header = std::mem::replace(&mut self.header, FilePatch::new(Format::Unified));
        let does_something = header.moved.is_some() || header.modes != [None; 2];
        if std::mem::take(&mut self.has_git_header) && does_something {
            self.patches.push(header);
        }
    }

    /// Begins the patch that the header announced.
    fn begin(&mut self, format: Format) -> FilePatch {
        self.has_git_header = false;
        let mut patch = std::mem::replace(&mut self.header, FilePatch::new(Format::Unified));
        patch.format = format;
        patch
    }

    fn unified(&mut self) -> Result<()> {
        let mut patch = self.begin(Format::Unified);
        while self.starts(self.at, b"@@ -") {
            let hunk = self.unified_hunk()?;
            patch.hunks.push(hunk);
        }
        self.patches.push(patch);
        Ok(())
    }

    fn unified_hunk(&mut self) -> Result<Hunk> {
        let header = body(self.lines.get(self.at)).to_vec();
        let places = || {
            let (old, old_count, rest) = span(header.strip_prefix(b"@@ -")?)?;
            let (new, new_count, rest) = span(rest.strip_prefix(b" +")?)?;
            let title = rest.strip_prefix(b" @@")?;
            Some((
                old,
                old_count.unwrap_or(1),
                new,
                new_count.unwrap_or(1),
                title.to_vec(),
            ))
        };
        let Some((old, mut old_left, new, mut new_left, title)) = places() else {
            return self.fail("malformed patch");
        };
        self.at += 1;
        let mut hunk = Hunk {
            start: [old, new],
            title,
            ..Hunk::default()
        };
        while old_left > 0 || new_left > 0 {
            let Some(line) = self.line(self.at) else {
                return self.fail("unexpected end of file in patch");
            };
            let (kind, text) = match line.first() {
                Some(b' ') => (Kind::Common, &line[1..]),
                // Mailers eat spaces at the end of lines.
                Some(b'\n') | Some(b'\t') => (Kind::Common, line),
                Some(b'-') => (Kind::Deleted, &line[1..]),
                Some(b'+') => (Kind::Added, &line[1..]),
                Some(b'\\') if !hunk.lines.is_empty() => {
                    take_newline(&mut hunk.lines);
                    self.at += 1;
                    continue;
                }
                _ => return self.fail("malformed patch"),
            };
            let too_many = kind != Kind::Added && old_left == 0 || kind != Kind::Deleted && new_left == 0;
            if too_many {
                return self.fail("malformed patch");
            }
            old_left -= usize::from(kind != Kind::Added);
            new_left -= usize::from(kind != Kind::Deleted);
            hunk.lines.push((kind, text.to_vec()));
            self.at += 1;
        }
        if self.starts(self.at, b"\\ ") {
            take_newline(&mut hunk.lines);
            self.at += 1;
        }
        Ok(hunk)
    }

    fn context(&mut self) -> Result<()> {
        let mut patch = self.begin(Format::Context);
        while self.starts(self.at, b"***************") {
            let hunk = self.context_hunk()?;
            patch.hunks.push(hunk);
        }
        self.patches.push(patch);
        Ok(())
    }

    /// `*** 1,3 ****`: the first line, and how many.
    fn context_place(&mut self, open: &[u8], close: &[u8]) -> Result<(usize, usize)> {
        let place = || {
            let line = body(self.line(self.at)?);
            let (first, last, rest) = span(line.strip_prefix(open)?)?;
            rest.starts_with(close).then_some(match last {
                Some(last) => (first, (last + 1).saturating_sub(first)),
                None if first == 0 => (0, 0),
                None => (first, 1),
            })
        };
        match place() {
            Some(place) => {
                self.at += 1;
                Ok(place)
            }
            None => self.fail("malformed patch"),
        }
    }

    /// The lines of one side, until the other side or the next hunk begins.
    fn context_half(&mut self, marks: &[u8], most: usize) -> Vec<(u8, Vec<u8>)> {
        let mut half: Vec<(u8, Vec<u8>)> = Vec::new();
        while let Some(line) = self.line(self.at) {
            if line.starts_with(b"\\ ") && !half.is_empty() {
                if let Some((_, text)) = half.last_mut() {
                    text.pop();
                }
                self.at += 1;
                continue;
            }
            if half.len() == most {
                break;
            }
            match line {
                [mark, b' ', text @ ..] if marks.contains(mark) => half.push((*mark, text.to_vec())),
                b"\n" => half.push((b' ', b"\n".to_vec())),
                _ => break,
            }
            self.at += 1;
        }
        half
    }

    fn context_hunk(&mut self) -> Result<Hunk> {
        let title = body(self.lines.get(self.at))[15..].to_vec();
        self.at += 1;
        let (old_start, old_count) = self.context_place(b"*** ", b" ***")?;
        let old = self.context_half(b" -!", old_count);
        let (new_start, new_count) = self.context_place(b"--- ", b" ---")?;
        let new = self.context_half(b" +!", new_count);
        let mut hunk = Hunk {
            start: [old_start, new_start],
            title,
            ..Hunk::default()
        };
        // A side without changes may be left out: it is the other's common lines.
        let common = |half: &[(u8, Vec<u8>)]| -> Vec<(u8, Vec<u8>)> {
            half.iter().filter(|(mark, _)| *mark == b' ').cloned().collect()
        };
        let (old, new) = match (old.is_empty(), new.is_empty()) {
            (true, false) => (common(&new), new),
            (false, true) => {
                let new = common(&old);
                (old, new)
            }
            _ => (old, new),
        };
        if let Some(lines) = weave(&old, &new) {
            hunk.lines = lines;
        } else {
            return self.fail("context mangled in hunk");
        }
        // An empty side's number is that of the line before it.
        hunk.start = [
            hunk.start[0] + usize::from(old_count == 1 && old.is_empty()),
            hunk.start[1] + usize::from(new_count == 1 && new.is_empty()),
        ];
        Ok(hunk)
    }

    fn normal(&mut self) -> Result<()> {
        let mut patch = self.begin(Format::Normal);
        while let Some((old, letter, new)) = self.line(self.at).and_then(normal_command) {
            self.at += 1;
            let mut hunk = Hunk {
                start: [old[0], new[0]],
                ..Hunk::default()
            };
            if letter != b'a' {
                self.normal_lines(
                    b"< ",
                    Kind::Deleted,
                    (old[1] + 1).saturating_sub(old[0]),
                    &mut hunk,
                )?;
            }
            if letter == b'c' {
                if !self.starts(self.at, b"---") {
                    return self.fail("'---' expected");
                }
                self.at += 1;
            }
            if letter != b'd' {
                self.normal_lines(b"> ", Kind::Added, (new[1] + 1).saturating_sub(new[0]), &mut hunk)?;
            }
            patch.hunks.push(hunk);
        }
        self.patches.push(patch);
        Ok(())
    }

    fn normal_lines(&mut self, mark: &[u8], kind: Kind, count: usize, hunk: &mut Hunk) -> Result<()> {
        for _ in 0..count {
            let Some(text) = self.line(self.at).and_then(|line| line.strip_prefix(mark)) else {
                return self.fail("'<' or '>' expected");
            };
            hunk.lines.push((kind, text.to_vec()));
            self.at += 1;
        }
        if self.starts(self.at, b"\\ ") {
            take_newline(&mut hunk.lines);
            self.at += 1;
        }
        Ok(())
    }

    /// Takes the commands of an ed script, with their texts.
    fn ed(&mut self) -> Result<()> {
        let mut patch = self.begin(Format::Ed);
        while let Some(line) = self.line(self.at) {
            let is_substitution =
                line.starts_with(b"s/") || span(line).is_some_and(|(_, _, rest)| rest.starts_with(b"s/"));
            if !ed_command(line) && !is_substitution && body(line) != b"a" {
                break;
            }
            let has_text = matches!(body(line).last(), Some(b'a' | b'c'));
            patch.script.extend_from_slice(line);
            self.at += 1;
            if has_text {
                self.ed_text(&mut patch)?;
            }
        }
        self.patches.push(patch);
        Ok(())
    }

    /// The lines of a text, up to the dot that ends it.
    fn ed_text(&mut self, patch: &mut FilePatch) -> Result<()> {
        while let Some(line) = self.line(self.at) {
            let ends = body(line) == b".";
            patch.script.extend_from_slice(line);
            self.at += 1;
            if ends {
                return Ok(());
            }
        }
        self.fail("unexpected end of file in patch")
    }
}

/// The last line has no newline.
fn take_newline(lines: &mut [(Kind, Vec<u8>)]) {
    if let Some((_, line)) = lines.last_mut()
        && line.last() == Some(&b'\n')
    {
        line.pop();
    }
}

/// One list of lines from the two sides of a context hunk. `None` where their common lines differ.
fn weave(old: &[(u8, Vec<u8>)], new: &[(u8, Vec<u8>)]) -> Option<Vec<(Kind, Vec<u8>)>> {
    let mut lines = Vec::new();
    let (mut i, mut j) = (0, 0);
    while i < old.len() || j < new.len() {
        let (a, b) = (old.get(i), new.get(j));
        match (a, b) {
            (Some((b'-' | b'!', text)), _) => {
                lines.push((Kind::Deleted, text.clone()));
                i += 1;
            }
            (_, Some((b'+' | b'!', text))) => {
                lines.push((Kind::Added, text.clone()));
                j += 1;
            }
            (Some((_, text)), Some((_, other))) if text == other => {
                lines.push((Kind::Common, text.clone()));
                i += 1;
                j += 1;
            }
            _ => return None,
        }
    }
    Some(lines)
}
