//! History expansion: `!!`, `!-2:$`, `^old^new^` and what else csh(1) left us, as bash takes it.

mod designator;

use std::fmt;

use crate::Bytes;
use crate::history::History;
use crate::words;
use designator::{find, quote, substitute};

/// What a line became.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Expansion {
    /// Nothing was to be done.
    Unchanged,
    Changed(Bytes),
    /// `:p`: to be shown and remembered, not run.
    Print(Bytes),
}

/// Why a line can't be expanded; shown as bash words it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Error {
    EventNotFound(Bytes),
    BadWord(Bytes),
    SubstitutionFailed(Bytes),
    UnknownModifier(Bytes),
    NoPreviousSubstitution(Bytes),
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        let (text, what) = match self {
            Error::EventNotFound(t) => (t, "event not found"),
            Error::BadWord(t) => (t, "bad word specifier"),
            Error::SubstitutionFailed(t) => (t, "substitution failed"),
            Error::UnknownModifier(t) => (t, "unrecognized history modifier"),
            Error::NoPreviousSubstitution(t) => (t, "no previous substitution"),
        };
        write!(f, "{}: {what}", String::from_utf8_lossy(text))
    }
}

/// How to expand, and what earlier expansions left for later ones.
#[derive(Clone, Debug)]
pub struct Expander {
    /// histchars: the character of events, of quick substitution, and of comments.
    pub chars: [u8; 3],
    /// Is `!(` a pattern?
    pub extglob: bool,
    /// The text of the last `!?text?`.
    searched: Bytes,
    /// The word that it matched, for `!%`.
    matched: Bytes,
    /// The last `:s`.
    substitution: Option<(Bytes, Bytes)>,
}

impl Default for Expander {
    fn default() -> Expander {
        Expander {
            chars: *b"!^#",
            extglob: false,
            searched: Vec::new(),
            matched: Vec::new(),
            substitution: None,
        }
    }
}

/// Ends the text of an event, besides spaces and a colon.
const EVENT_ENDS: &[u8] = b"^$*%;&()|<>";

impl Expander {
    /// Expands a line. `quote` is the quote in which it begins, for the later lines of a command.
    ///
    /// # Errors
    /// What can't be found or understood; the line is to be given up.
    pub fn expand(&mut self, history: &History, line: &[u8], quote: Option<u8>) -> Result<Expansion, Error> {
        let [event, quick, comment] = self.chars;
        let rewritten;
        let mut line = line;
        let mut changed = false;
        if quote.is_none() && line.first() == Some(&quick) {
            rewritten = [&[event, event, b':', b's'], line].concat();
            line = &rewritten;
            changed = true;
        } else if !line.contains(&event) {
            return Ok(Expansion::Unchanged);
        }
        let mut out = Vec::with_capacity(line.len());
        let mut print = false;
        let (mut double, mut single) = (quote == Some(b'"'), quote == Some(b'\''));
        let mut i = 0;
        while i < line.len() {
            let c = line[i];
            if single {
                single = c != b'\'';
                out.push(c);
                i += 1;
                continue;
            }
            match c {
                b'\\' => {
                    out.extend_from_slice(&line[i..(i + 2).min(line.len())]);
                    i += 2;
                    continue;
                }
                b'\'' if !double => single = true,
                b'"' => double = !double,
                c if c == comment && !double && (i == 0 || b" \t\n;&()|<>".contains(&line[i - 1])) => {
                    out.extend_from_slice(&line[i..]);
                    break;
                }
                c if c == event && self.begins(line, i, double) => {
                    let start = i;
                    let (text, only_print) = self.reference(history, line, &mut i, &out, double)?;
                    debug_assert!(i > start);
                    out.extend_from_slice(&text);
                    changed = true;
                    print |= only_print;
                    continue;
                }
                _ => {}
            }
            out.push(c);
            i += 1;
        }
        Ok(match (changed, print) {
            (_, true) => Expansion::Print(out),
            (true, _) => Expansion::Changed(out),
            _ => Expansion::Unchanged,
        })
    }

    /// Is the event character at `i` one?
    fn begins(&self, line: &[u8], i: usize, double: bool) -> bool {
        let Some(&next) = line.get(i + 1) else {
            return false;
        };
        if b" \t\n\r=".contains(&next) || (double && next == b'"') {
            return false;
        }
        if next == b'(' && self.extglob {
            return false;
        }
        let before = &line[..i];
        // `[!a]`, `${!name}` and `$!` are the shell's.
        let bracket = before.ends_with(b"[") && line[i + 1..].contains(&b']');
        let indirect = before.ends_with(b"${") && line[i + 1..].contains(&b'}');
        let pid = before.ends_with(b"$") && !before.ends_with(b"\\$");
        !(bracket || indirect || pid)
    }

    /// The text that the reference at `*at` stands for; moves past it. Whether it is only to be printed.
    fn reference(
        &mut self,
        history: &History,
        line: &[u8],
        at: &mut usize,
        so_far: &[u8],
        double: bool,
    ) -> Result<(Bytes, bool), Error> {
        let start = *at;
        let mut i = start + 1;
        let event = match line[i] {
            b':' | b'$' | b'*' | b'%' | b'^' => history.last().map(<[u8]>::to_vec),
            b'#' => {
                i += 1;
                Some(so_far.to_vec())
            }
            _ => self.event(history, line, &mut i, double),
        };
        let Some(event) = event else {
            // `!$` and the like are shown as they stand.
            let end = if i == start + 1 { line.len().min(i + 1) } else { i };
            return Err(Error::EventNotFound(line[start..end].to_vec()));
        };
        let specifier = i;
        let mut text = match self.word(line, &mut i, &event) {
            None => event,
            Some(Some(words)) => words,
            Some(None) => return Err(Error::BadWord(line[specifier..i].to_vec())),
        };
        let mut print = false;
        let mut quoting = None;
        while line.get(i) == Some(&b':') {
            let modifier = i;
            i += 1;
            let (mut global, mut each) = (false, false);
            match line.get(i) {
                Some(b'g' | b'a') => global = true,
                Some(b'G') => each = true,
                _ => {}
            }
            if global || each {
                i += 1;
            }
            let Some(&c) = line.get(i) else {
                return Err(Error::UnknownModifier(Vec::new()));
            };
            i += 1;
            match c {
                b'p' => print = true,
                b'q' | b'x' => quoting = Some(c),
                b't' => {
                    if let Some(slash) = text.iter().rposition(|c| *c == b'/') {
                        text.drain(..=slash);
                    }
                }
                b'h' => {
                    if let Some(slash) = text.iter().rposition(|c| *c == b'/') {
                        text.truncate(slash);
                    }
                }
                b'r' => {
                    if let Some(dot) = text.iter().rposition(|c| *c == b'.') {
                        text.truncate(dot);
                    }
                }
                b'e' => {
                    if let Some(dot) = text.iter().rposition(|c| *c == b'.') {
                        text.drain(..dot);
                    }
                }
                b's' | b'&' => {
                    if c == b's' {
                        self.read_substitution(line, &mut i);
                    }
                    let shown = || line[modifier..i].to_vec();
                    let Some((old, new)) = &self.substitution else {
                        return Err(Error::NoPreviousSubstitution(shown()));
                    };
                    text = substitute(&text, old, new, global, each)
                        .ok_or_else(|| Error::SubstitutionFailed(shown()))?;
                }
                c => return Err(Error::UnknownModifier(vec![c])),
            }
        }
        match quoting {
            Some(b'q') => text = quote(&text),
            Some(_) => {
                text = text
                    .split(|c| b" \t\n".contains(c))
                    .map(quote)
                    .collect::<Vec<_>>()
                    .join(&b' ')
            }
            None => {}
        }
        *at = i;
        Ok((text, print))
    }

    /// The command that `!n`, `!-n`, `!text` or `!?text?` means; `i` stands behind the `!`.
    fn event(&mut self, history: &History, line: &[u8], i: &mut usize, double: bool) -> Option<Bytes> {
        let rest = &line[*i..];
        if rest[0] == self.chars[0] {
            *i += 1;
            return history.last().map(<[u8]>::to_vec);
        }
        let negative = rest[0] == b'-' && rest.get(1).is_some_and(u8::is_ascii_digit);
        if negative || rest[0].is_ascii_digit() {
            let digits = &rest[usize::from(negative)..];
            let n = digits.iter().take_while(|c| c.is_ascii_digit()).count();
            *i += n + usize::from(negative);
            let number: usize = std::str::from_utf8(&digits[..n]).ok()?.parse().ok()?;
            let at = if negative {
                history.len().checked_sub(number).filter(|at| *at < history.len())
            } else {
                history.position(number)
            };
            return at.and_then(|at| history.get(at)).map(<[u8]>::to_vec);
        }
        let substring = rest[0] == b'?';
        let from = usize::from(substring);
        let ends = |(k, c): (usize, &u8)| -> bool {
            if *c == b'\n' {
                return true;
            }
            if substring {
                return *c == b'?';
            }
            b" \t:".contains(c) || EVENT_ENDS.contains(c) || (*c == b'-' && k > 0) || (double && *c == b'"')
        };
        let text = &rest[from..];
        let n = text.iter().enumerate().position(ends).unwrap_or(text.len());
        let text = text[..n].to_vec();
        *i += from + n;
        if substring && line.get(*i) == Some(&b'?') {
            *i += 1;
        }
        if substring && text.is_empty() && self.searched.is_empty() {
            return None;
        }
        if !substring {
            let found = (0..history.len())
                .rev()
                .find_map(|k| history.get(k).filter(|l| l.starts_with(&text)));
            return found.filter(|_| !text.is_empty()).map(<[u8]>::to_vec);
        }
        if !text.is_empty() {
            self.searched = text;
        }
        let wanted = self.searched.clone();
        let found = (0..history.len())
            .rev()
            .find_map(|k| history.get(k).filter(|l| find(l, &wanted).is_some()))?;
        let at = find(found, &wanted)?;
        let ranges = words::split(found);
        let word = ranges.into_iter().find(|r| r.start <= at && at < r.end);
        self.matched = word.map(|r| found[r].to_vec()).unwrap_or_default();
        Some(found.to_vec())
    }
}
