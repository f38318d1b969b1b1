//! look(1): the lines of a sorted file that begin with a string.

use std::cmp::Ordering;
use std::ffi::{OsStr, OsString};

use cli::{Opt, Order, Outcome, Output, Spec, complain, input};

#[derive(Clone, Copy, PartialEq, Eq)]
enum Id {
    Alternative,
    Alphanumeric,
    IgnoreCase,
    Terminate,
}

static SPEC: Spec<Id> = Spec {
    name: "look",
    usage: &["[options] <string> [<file>...]"],
    about: "Display lines beginning with a specified string.",
    options: &[
        Opt::flag(
            Id::Alternative,
            "a",
            "alternative",
            "use the alternative dictionary",
        ),
        Opt::flag(
            Id::Alphanumeric,
            "d",
            "alphanum",
            "compare only blanks and alphanumeric characters",
        ),
        Opt::flag(
            Id::IgnoreCase,
            "f",
            "ignore-case",
            "ignore case differences when comparing",
        ),
        Opt::value(
            Id::Terminate,
            "t",
            "terminate",
            "char",
            "define the string-termination character",
        ),
    ],
    order: Order::Permute,
    failure: 1,
};

const DICTIONARY: &str = "/usr/share/dict/words";
const ALTERNATIVE: &str = "/usr/share/dict/web2";

struct Look {
    wanted: Vec<u8>,
    alphanumeric: bool,
    ignore_case: bool,
}

impl Look {
    /// The characters of a line that count.
    fn key(&self, line: &[u8]) -> impl Iterator<Item = u8> {
        let counts = |b: &u8| !self.alphanumeric || b.is_ascii_alphanumeric() || matches!(b, b' ' | b'\t');
        let fold = |b: u8| {
            if self.ignore_case {
                b.to_ascii_lowercase()
            } else {
                b
            }
        };
        line.iter().copied().filter(counts).map(fold)
    }

    fn compare(&self, line: &[u8]) -> Ordering {
        self.key(line)
            .take(self.wanted.len())
            .cmp(self.wanted.iter().copied())
    }

    /// Where the wanted lines begin, by bisection between line starts as util-linux does it: a file that is not sorted
    /// well has the same lines found in it.
    fn first(&self, text: &[u8]) -> usize {
        let next = |at: usize| (at + line_at(text, at).len() + 1).min(text.len());
        let (mut front, mut back) = (0, text.len());
        let mut middle = next(back / 2);
        while middle < back && front < back {
            if self.compare(line_at(text, middle)) == Ordering::Less {
                front = middle;
            } else {
                back = middle;
            }
            middle = next(front + (back - front) / 2);
        }
        while front < text.len() && self.compare(line_at(text, front)) == Ordering::Less {
            front = next(front);
        }
        front
    }
}

fn line_at(text: &[u8], start: usize) -> &[u8] {
    let rest = &text[start..];
    &rest[..rest.iter().position(|b| *b == b'\n').unwrap_or(rest.len())]
}

pub fn look(name: &'static str, arguments: Vec<OsString>) -> Outcome {
    let parsed = SPEC.parse(arguments)?;
    let has = |id: Id| parsed.options.iter().any(|(option, _)| *option == id);
    let (string, file) = match parsed.operands.as_slice() {
        [string] => (string, None),
        [string, file] => (string, Some(file.as_os_str())),
        _ => return Err(SPEC.usage_error("bad usage")),
    };
    // Without a file it is the dictionary, which is sorted as a dictionary is.
    let dictionary = file.is_none();
    let mut wanted = string.as_encoded_bytes().to_vec();
    let end = parsed.options.iter().rev().find(|(id, _)| *id == Id::Terminate);
    if let Some(end) = end.and_then(|(_, value)| value.as_ref()?.as_encoded_bytes().first().copied())
        && let Some(at) = wanted.iter().position(|b| *b == end)
    {
        wanted.truncate(at + 1);
    }
    let mut look = Look {
        wanted: Vec::new(),
        alphanumeric: dictionary || has(Id::Alphanumeric),
        ignore_case: dictionary || has(Id::IgnoreCase),
    };
    look.wanted = look.key(&wanted).collect();
    let words = std::env::var_os("WORDLIST");
    let fallback = if has(Id::Alternative) {
        ALTERNATIVE
    } else {
        DICTIONARY
    };
    let path = file.unwrap_or(words.as_deref().unwrap_or(OsStr::new(fallback)));
    let text = match input::read_file(path) {
        Ok(text) => text,
        Err(why) => {
            complain(name, format_args!("{}: {why}", path.display()));
            return Ok(1);
        }
    };
    let mut out = Output::stdout();
    let mut at = look.first(&text);
    let mut status = 1;
    while at < text.len() {
        let line = line_at(&text, at);
        if look.compare(line) != Ordering::Equal {
            break;
        }
        out.line(line);
        status = 0;
        at += line.len() + 1;
    }
    Ok(out.finish(name, status, 1))
}
