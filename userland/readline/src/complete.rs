//! Completion's pure half: what of the candidates goes into the line, how it is quoted, and how they are listed.

use crate::Bytes;
use crate::text;

/// What kind of candidates a key asks for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Source {
    /// What the place in the line and `complete`'s specifications say.
    #[default]
    Default,
    Files,
    Commands,
    Variables,
    Users,
}

/// What is to be completed.
#[derive(Clone, Debug, Default)]
pub struct Request {
    pub line: Bytes,
    pub point: usize,
    pub source: Source,
    /// COMP_TYPE: how it was asked for, as a character.
    pub kind: u8,
    /// COMP_KEY.
    pub key: u8,
}

/// What was found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Completions {
    /// Where in the line the text begins that they complete.
    pub start: usize,
    /// That text without its quotes.
    pub typed: Bytes,
    /// The quote that is open there.
    pub quote: Option<u8>,
    /// Without quotes; directories end with a slash.
    pub words: Vec<Bytes>,
    /// They are names of files: quoted in the line, listed by their last parts.
    pub filenames: bool,
    pub noquote: bool,
    pub nospace: bool,
}

/// The length of what both begin with.
fn alike(a: &[u8], b: &[u8], ignore_case: bool) -> usize {
    let same = |(x, y): &(&u8, &u8)| x == y || (ignore_case && x.eq_ignore_ascii_case(y));
    a.iter().zip(b).take_while(same).count()
}

/// Does `word` begin with `typed`?
pub fn begins(word: &[u8], typed: &[u8], ignore_case: bool) -> bool {
    alike(word, typed, ignore_case) == typed.len()
}

impl Completions {
    /// What all words begin with.
    pub fn common(&self, ignore_case: bool) -> Bytes {
        let Some(first) = self.words.first() else {
            return Vec::new();
        };
        let mut n = first.len();
        for w in &self.words {
            n = n.min(alike(first, w, ignore_case));
        }
        let mut common = first[..n].to_vec();
        // Never half a character.
        while std::str::from_utf8(&common).is_err_and(|e| e.error_len().is_none()) {
            common.pop();
        }
        common
    }

    /// The text that takes `raw`'s place in the line to complete it to `word`; all of it, if `whole`, with what closes it.
    /// `next` is the byte behind the point.
    pub fn replacement(&self, raw: &[u8], word: &[u8], whole: bool, next: Option<u8>) -> Bytes {
        let quotes = self.filenames && !self.noquote;
        // A backslash before `!` would stay within double quotes.
        let quote = self
            .quote
            .filter(|q| *q != b'"' || !quotes || !word.contains(&b'!'));
        let plain = quote != self.quote;
        let mut out = Vec::new();
        let mut rest = word;
        // The directory stays as it was typed: `~/`, `$HOME/`, its quotes.
        let slash = raw.iter().rposition(|c| *c == b'/').filter(|_| quotes && !plain);
        let typed_slash = self.typed.iter().rposition(|c| *c == b'/');
        match (slash, typed_slash) {
            (Some(at), Some(typed)) if word.len() > typed && word[..=typed] == self.typed[..=typed] => {
                out.extend_from_slice(&raw[..=at]);
                rest = &word[typed + 1..];
            }
            _ => out.extend(quote),
        }
        match quote {
            _ if !quotes => out.extend_from_slice(rest),
            None => out.extend_from_slice(&backslashes(rest, out.is_empty())),
            Some(b'\'') => {
                for &c in rest {
                    if c == b'\'' {
                        out.extend_from_slice(b"'\\''");
                    } else {
                        out.push(c);
                    }
                }
            }
            Some(_) => {
                for &c in rest {
                    if b"$`\"\\!".contains(&c) {
                        out.push(b'\\');
                    }
                    out.push(c);
                }
            }
        }
        let directory = self.filenames && word.ends_with(b"/");
        if whole && !directory {
            if let Some(q) = quote
                && next != Some(q)
            {
                out.push(q);
            }
            if !self.nospace && next != Some(b' ') {
                out.push(b' ');
            }
        }
        out
    }

    /// The words as they are listed.
    pub fn labels(&self) -> Vec<Bytes> {
        let label = |w: &Bytes| {
            if !self.filenames {
                return w.clone();
            }
            let end = w.len() - usize::from(w.ends_with(b"/"));
            let start = w[..end].iter().rposition(|c| *c == b'/').map_or(0, |i| i + 1);
            w[start..].to_vec()
        };
        self.words.iter().map(label).collect()
    }
}

/// Backslashes before what the shell would take for its own; a newline, which has none, in `$'…'`.
fn backslashes(s: &[u8], begins: bool) -> Bytes {
    let mut out = Vec::with_capacity(s.len());
    for (i, &c) in s.iter().enumerate() {
        if c == b'\n' {
            out.extend_from_slice(b"$'\\n'");
            continue;
        }
        let first = begins && i == 0;
        if b" \t!\"$&'();*<=>?@[\\]`{|}".contains(&c) || (first && b"~#".contains(&c)) {
            out.push(b'\\');
        }
        out.push(c);
    }
    out
}

/// Names in columns, down before across unless `across`, with "\r\n" at each row's end.
pub fn table(labels: &[Bytes], columns: usize, across: bool) -> Bytes {
    let shown: Vec<Bytes> = labels.iter().map(|l| visible(l)).collect();
    let width = shown.iter().map(|l| text::columns(l)).max().unwrap_or(0) + 2;
    let per_row = (columns / width).max(1);
    let rows = shown.len().div_ceil(per_row);
    let mut out = Vec::new();
    for row in 0..rows {
        for column in 0..per_row {
            let i = if across {
                row * per_row + column
            } else {
                column * rows + row
            };
            let Some(l) = shown.get(i) else { break };
            if column > 0 {
                let before = if across { i - 1 } else { i - rows };
                let pad = width - text::columns(&shown[before]);
                out.extend(std::iter::repeat_n(b' ', pad));
            }
            out.extend_from_slice(l);
        }
        out.extend_from_slice(b"\r\n");
    }
    out
}

/// Without control characters.
fn visible(s: &[u8]) -> Bytes {
    let mut out = Vec::with_capacity(s.len());
    for &c in s {
        if c < 0x20 || c == 0x7f {
            out.extend_from_slice(&[b'^', c ^ 0x40]);
        } else {
            out.push(c);
        }
    }
    out
}

/// The words of a command as COMP_WORDS has them: the shell's words, parted again at the characters of COMP_WORDBREAKS.
/// Also the index of the word that `point` is in. `from` is where the command begins.
pub fn comp_words(line: &[u8], from: usize, point: usize, breaks: &[u8]) -> (Vec<Bytes>, usize) {
    let breaks: Bytes = breaks
        .iter()
        .copied()
        .filter(|c| !b" \t\n\"'".contains(c))
        .collect();
    let mut words: Vec<std::ops::Range<usize>> = Vec::new();
    let mut i = from;
    let mut current: Option<usize> = None;
    let mut quote = None;
    let blank = |c: u8| b" \t\n".contains(&c);
    while i < line.len() {
        let c = line[i];
        match quote {
            Some(q) => {
                if c == b'\\' && q == b'"' {
                    i += 1;
                } else if c == q {
                    quote = None;
                }
            }
            None if c == b'\\' => {
                current.get_or_insert(i);
                i += 1;
            }
            None if c == b'\'' || c == b'"' => {
                current.get_or_insert(i);
                quote = Some(c);
            }
            None if blank(c) || breaks.contains(&c) => {
                if let Some(s) = current.take() {
                    words.push(s..i);
                }
                if !blank(c) {
                    // A run of the same characters is one word.
                    let end = i + line[i..].iter().take_while(|x| breaks.contains(x)).count();
                    words.push(i..end);
                    i = end;
                    continue;
                }
            }
            None => {
                current.get_or_insert(i);
            }
        }
        i += 1;
    }
    if let Some(s) = current {
        words.push(s..line.len());
    }
    // The word that the point is in or behind; between words there is an empty one.
    let at = words
        .iter()
        .position(|r| point <= r.end && (point > r.start || point == r.start && point > from));
    let at = match at {
        Some(at) if point > words[at].start || words[at].start == point => {
            let is_break = breaks.contains(&line[words[at].start]);
            if is_break && point == words[at].end {
                // Behind `=` begins a word that is empty yet.
                if words.get(at + 1).is_none_or(|r| r.start != point) {
                    words.insert(at + 1, point..point);
                }
                at + 1
            } else if point == words[at].start && !is_break && at > 0 && words[at - 1].end < point {
                words.insert(at, point..point);
                at
            } else {
                at
            }
        }
        _ => {
            let at = words.iter().position(|r| r.start >= point).unwrap_or(words.len());
            words.insert(at, point..point);
            at
        }
    };
    (words.into_iter().map(|r| line[r].to_vec()).collect(), at)
}
