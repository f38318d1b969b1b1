//! strings(1) and rev(1).

use std::ffi::OsString;

use cli::{Opt, Order, Outcome, Output, Spec, complain, input, quote};

#[derive(Clone, Copy, PartialEq, Eq)]
enum Id {
    All,
    FileName,
    Least,
    Octal,
    Radix,
    Separator,
    Whitespace,
}

static SPEC: Spec<Id> = Spec {
    name: "strings",
    usage: &["[option(s)] [file(s)]"],
    about: "Display printable strings in [file(s)] (stdin by default).",
    options: &[
        Opt::flag(Id::All, "a", "all", "scan the entire file (always done)"),
        Opt::flag(
            Id::FileName,
            "f",
            "print-file-name",
            "print the name of the file before each string",
        ),
        Opt::value(
            Id::Least,
            "n",
            "bytes",
            "MIN",
            "print sequences of at least MIN (4) characters",
        ),
        Opt::flag(Id::Octal, "o", "", "an alias for --radix=o"),
        Opt::value(
            Id::Radix,
            "t",
            "radix",
            "{o,d,x}",
            "print the location of the string in base 8, 10 or 16",
        ),
        Opt::value(
            Id::Separator,
            "s",
            "output-separator",
            "STRING",
            "string used to separate strings in output",
        ),
        Opt::flag(
            Id::Whitespace,
            "w",
            "include-all-whitespace",
            "include all whitespace as valid string characters",
        ),
    ],
    order: Order::Permute,
    failure: 1,
};

/// `-8` for `-n 8`.
fn modern(argument: OsString) -> OsString {
    match argument.to_str().and_then(|text| text.strip_prefix('-')) {
        Some(digits) if !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit()) => {
            OsString::from(format!("-n{digits}"))
        }
        _ => argument,
    }
}

pub fn strings(_: &'static str, arguments: Vec<OsString>) -> Outcome {
    let parsed = SPEC.parse(arguments.into_iter().map(modern).collect())?;
    let (mut least, mut radix, mut names, mut whitespace) = (4, None, false, false);
    let mut separator = OsString::from("\n");
    for (id, value) in &parsed.options {
        let text = value.clone().unwrap_or_default();
        match id {
            Id::All => {}
            Id::FileName => names = true,
            Id::Least => {
                least = text
                    .to_str()
                    .and_then(|text| text.parse::<usize>().ok())
                    .filter(|least| *least > 0)
                    .ok_or_else(|| {
                        SPEC.usage_error(format_args!("invalid minimum string length {}", text.display()))
                    })?;
            }
            Id::Octal => radix = Some('o'),
            Id::Radix => match text.to_str() {
                Some("o" | "d" | "x") => radix = text.to_string_lossy().chars().next(),
                _ => return Err(SPEC.usage_error(format_args!("invalid radix {}", quote::always(&text)))),
            },
            Id::Separator => separator = text,
            Id::Whitespace => whitespace = true,
        }
    }
    let files = if parsed.operands.is_empty() {
        vec![OsString::from("-")]
    } else {
        parsed.operands
    };
    let mut out = Output::stdout();
    let mut status = 0;
    for file in &files {
        let bytes = match input::read_file(file) {
            Ok(bytes) => bytes,
            Err(why) => {
                complain("strings", format_args!("{}: {why}", quote::always(file)));
                status = 1;
                continue;
            }
        };
        let is_text = |b: &u8| matches!(b, b' '..=b'~' | b'\t') || whitespace && b.is_ascii_whitespace();
        let mut at = 0;
        while at < bytes.len() {
            let run = bytes[at..].iter().take_while(|b| is_text(b)).count();
            if run >= least {
                if names {
                    let shown = if file == "-" {
                        "{standard input}".into()
                    } else {
                        file.to_string_lossy()
                    };
                    out.put(format!("{shown}: ").as_bytes());
                }
                let place = match radix {
                    Some('o') => format!("{at:7o} "),
                    Some('x') => format!("{at:7x} "),
                    Some(_) => format!("{at:7} "),
                    None => String::new(),
                };
                out.put(place.as_bytes());
                out.put(&bytes[at..at + run]);
                out.put(separator.as_encoded_bytes());
            }
            at += run + 1;
        }
    }
    Ok(out.finish("strings", status, 1))
}

static REV: Spec<()> = Spec {
    name: "rev",
    usage: &["[options] [file ...]"],
    about: "Reverse lines characterwise.",
    options: &[],
    order: Order::Permute,
    failure: 1,
};

pub fn rev(_: &'static str, arguments: Vec<OsString>) -> Outcome {
    let parsed = REV.parse(arguments)?;
    let files = if parsed.operands.is_empty() {
        vec![OsString::from("-")]
    } else {
        parsed.operands
    };
    let mut out = Output::stdout();
    let mut status = 0;
    for file in &files {
        match input::read_file(file) {
            Ok(bytes) => {
                for line in bytes.split_inclusive(|b| *b == b'\n') {
                    let body = line.strip_suffix(b"\n").unwrap_or(line);
                    out.put(&reversed(body));
                    out.put(&line[body.len()..]);
                }
            }
            Err(why) => {
                complain("rev", format_args!("cannot open {}: {why}", file.display()));
                status = 1;
            }
        }
    }
    Ok(out.finish("rev", status, 1))
}

/// The characters backwards; bytes that are none count as one each.
fn reversed(line: &[u8]) -> Vec<u8> {
    let mut pieces: Vec<&[u8]> = Vec::new();
    for chunk in line.utf8_chunks() {
        let text = chunk.valid();
        pieces.extend(
            text.char_indices()
                .map(|(at, c)| &text.as_bytes()[at..at + c.len_utf8()]),
        );
        pieces.extend(chunk.invalid().chunks(1));
    }
    pieces.reverse();
    pieces.concat()
}
