//! tac(1): files with their lines in reverse.

use std::ffi::OsString;

use cli::{Opt, Order, Outcome, Output, Spec, complain, quote};

#[derive(Clone, Copy, PartialEq, Eq)]
enum Id {
    Before,
    Separator,
}

const SPEC: Spec<Id> = Spec {
    name: "tac",
    usage: &["[OPTION]... [FILE]..."],
    about: "Write each FILE to standard output, last line first.\nWith no FILE, or when FILE is -, read standard input.",
    options: &[
        Opt::flag(
            Id::Before,
            "b",
            "before",
            "attach the separator before instead of after",
        ),
        Opt::value(
            Id::Separator,
            "s",
            "separator",
            "STRING",
            "use STRING as the separator instead of newline",
        ),
    ],
    order: Order::Permute,
    failure: 1,
};

pub fn run(name: &'static str, arguments: Vec<OsString>) -> Outcome {
    let parsed = SPEC.parse(arguments)?;
    let before = parsed.options.iter().any(|(id, _)| *id == Id::Before);
    let separator = parsed
        .options
        .iter()
        .rev()
        .find(|(id, _)| *id == Id::Separator)
        .and_then(|(_, s)| s.clone());
    let separator = separator.map_or(b"\n".to_vec(), |s| s.as_encoded_bytes().to_vec());
    // An empty string stands for the NUL byte.
    let separator = if separator.is_empty() { vec![0] } else { separator };
    let files = if parsed.operands.is_empty() {
        vec!["-".into()]
    } else {
        parsed.operands
    };
    let mut out = Output::stdout();
    let mut status = 0;
    for file in &files {
        let text = super::open(file).and_then(|fd| {
            let text = super::read_to_end(fd);
            super::close(fd);
            text
        });
        match text {
            Ok(text) => pieces(&text, &separator, before)
                .into_iter()
                .rev()
                .for_each(|piece| out.put(piece)),
            Err(why) => {
                out.send();
                complain(
                    name,
                    format_args!("failed to open {} for reading: {why}", quote::always(file)),
                );
                status = 1;
            }
        }
    }
    Ok(out.finish(name, status, 1))
}

/// The text cut after each separator, or before it.
fn pieces<'t>(text: &'t [u8], separator: &[u8], before: bool) -> Vec<&'t [u8]> {
    let mut pieces = Vec::new();
    let (mut start, mut at) = (0, 0);
    while at + separator.len() <= text.len() {
        if &text[at..at + separator.len()] != separator {
            at += 1;
            continue;
        }
        let cut = if before { at } else { at + separator.len() };
        if cut > start {
            pieces.push(&text[start..cut]);
            start = cut;
        }
        at += separator.len();
    }
    if start < text.len() {
        pieces.push(&text[start..]);
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_cut_at_their_separator() {
        for (text, separator, before, expected) in [
            ("a\nb\n", "\n", false, &["a\n", "b\n"][..]),
            ("a\nb", "\n", false, &["a\n", "b"]),
            ("a\n\nb\n", "\n", false, &["a\n", "\n", "b\n"]),
            ("a\nb\n", "\n", true, &["a", "\nb", "\n"]),
            ("axybxy", "xy", false, &["axy", "bxy"]),
            ("", "\n", false, &[]),
        ] {
            let expected: Vec<&[u8]> = expected.iter().map(|piece| piece.as_bytes()).collect();
            assert_eq!(
                pieces(text.as_bytes(), separator.as_bytes(), before),
                expected,
                "{text:?}"
            );
        }
    }
}
