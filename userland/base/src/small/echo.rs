//! echo(1), true(1) and false(1), as files: shells have them built in.

use std::ffi::{OsStr, OsString};

use cli::{Order, Outcome, Output, Spec};

const ECHO: Spec<()> = Spec {
    name: "echo",
    usage: &["[SHORT-OPTION]... [STRING]..."],
    about: "Echo the STRING(s) to standard output.\n\n  -n             do not output the trailing newline\n  -e             enable interpretation of backslash escapes\n  -E             disable interpretation of backslash escapes (default)\n\nWith -e: \\\\ \\a \\b \\c (no further output) \\e \\f \\n \\r \\t \\v \\0NNN (octal) \\xHH",
    options: &[],
    order: Order::StopAtOperand,
    failure: 1,
};

const fn constant(name: &'static str, about: &'static str) -> Spec<()> {
    Spec {
        name,
        usage: &["[ignored command line arguments]"],
        about,
        options: &[],
        order: Order::Permute,
        failure: 1,
    }
}

const TRUE: Spec<()> = constant("true", "Exit with a status code indicating success.");
const FALSE: Spec<()> = constant("false", "Exit with a status code indicating failure.");

/// Only a lone `--help` or `--version` is an option.
fn is_question(arguments: &[OsString]) -> bool {
    matches!(arguments, [one] if one == "--help" || one == "--version")
}

pub fn echo(name: &'static str, arguments: Vec<OsString>) -> Outcome {
    if is_question(&arguments) {
        ECHO.parse(arguments)?;
        return Ok(0);
    }
    let is_option = |text: &OsStr| {
        let bytes = text.as_encoded_bytes();
        bytes.len() > 1 && bytes[0] == b'-' && bytes[1..].iter().all(|letter| b"neE".contains(letter))
    };
    let options = arguments.iter().take_while(|text| is_option(text)).count();
    let (mut newline, mut escapes) = (true, false);
    for letter in arguments[..options]
        .iter()
        .flat_map(|text| text.as_encoded_bytes())
    {
        match letter {
            b'n' => newline = false,
            b'e' => escapes = true,
            b'E' => escapes = false,
            _ => {}
        }
    }
    let mut text = Vec::new();
    let words: Vec<_> = arguments[options..]
        .iter()
        .map(|word| word.as_encoded_bytes())
        .collect();
    let mut all = words.join(&b' ');
    if newline {
        all.push(b'\n');
    }
    if escapes {
        unescape(&all, &mut text);
    } else {
        text = all;
    }
    let mut out = Output::stdout();
    out.put(&text);
    Ok(out.finish(name, 0, 1))
}

fn unescape(mut rest: &[u8], out: &mut Vec<u8>) {
    while let Some((&byte, after)) = rest.split_first() {
        rest = after;
        let Some(&letter) = rest.first().filter(|_| byte == b'\\') else {
            out.push(byte);
            continue;
        };
        rest = &rest[1..];
        let plain = match letter {
            b'\\' => b'\\',
            b'a' => 7,
            b'b' => 8,
            b'e' => 27,
            b'f' => 12,
            b'n' => b'\n',
            b'r' => b'\r',
            b't' => b'\t',
            b'v' => 11,
            b'c' => return,
            b'0' => number(&mut rest, 8, 3).unwrap_or(0),
            b'1'..=b'7' => {
                // The digit itself counts.
                let mut digits = after;
                let value = number(&mut digits, 8, 3).unwrap_or(0);
                rest = digits;
                value
            }
            b'x' => match number(&mut rest, 16, 2) {
                Some(value) => value,
                None => {
                    out.extend_from_slice(b"\\x");
                    continue;
                }
            },
            other => {
                out.extend_from_slice(&[b'\\', other]);
                continue;
            }
        };
        out.push(plain);
    }
}

/// At most so many digits; the value is cut to a byte.
fn number(rest: &mut &[u8], radix: u32, most: usize) -> Option<u8> {
    let digits = rest
        .iter()
        .take(most)
        .map_while(|&byte| char::from(byte).to_digit(radix))
        .collect::<Vec<_>>();
    *rest = &rest[digits.len()..];
    (!digits.is_empty()).then(|| digits.iter().fold(0, |sum, digit| sum * radix + digit) as u8)
}

pub fn always(_name: &'static str, arguments: Vec<OsString>) -> Outcome {
    constant_status(&TRUE, arguments, 0)
}

pub fn never(_name: &'static str, arguments: Vec<OsString>) -> Outcome {
    constant_status(&FALSE, arguments, 1)
}

fn constant_status(spec: &Spec<()>, arguments: Vec<OsString>, status: i32) -> Outcome {
    if is_question(&arguments) {
        spec.parse(arguments)?;
    }
    Ok(status)
}
