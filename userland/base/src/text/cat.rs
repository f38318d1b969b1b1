//! cat(1). uutils' refuses what WASI has no file type for, such as FIFOs.

use std::ffi::OsString;

use cli::{Opt, Order, Outcome, Output, Spec, complain, quote};

#[derive(Clone, Copy, PartialEq, Eq)]
enum Id {
    ShowAll,
    NumberNonblank,
    EndsAndNonprinting,
    Ends,
    Number,
    Squeeze,
    TabsAndNonprinting,
    Tabs,
    Unbuffered,
    Nonprinting,
}

const SPEC: Spec<Id> = Spec {
    name: "cat",
    usage: &["[OPTION]... [FILE]..."],
    about: "Concatenate FILE(s) to standard output.\nWith no FILE, or when FILE is -, read standard input.",
    options: &[
        Opt::flag(Id::ShowAll, "A", "show-all", "equivalent to -vET"),
        Opt::flag(
            Id::NumberNonblank,
            "b",
            "number-nonblank",
            "number nonempty output lines, overrides -n",
        ),
        Opt::flag(Id::EndsAndNonprinting, "e", "", "equivalent to -vE"),
        Opt::flag(Id::Ends, "E", "show-ends", "display $ at end of each line"),
        Opt::flag(Id::Number, "n", "number", "number all output lines"),
        Opt::flag(
            Id::Squeeze,
            "s",
            "squeeze-blank",
            "suppress repeated empty output lines",
        ),
        Opt::flag(Id::TabsAndNonprinting, "t", "", "equivalent to -vT"),
        Opt::flag(Id::Tabs, "T", "show-tabs", "display TAB characters as ^I"),
        Opt::flag(Id::Unbuffered, "u", "", "(ignored)"),
        Opt::flag(
            Id::Nonprinting,
            "v",
            "show-nonprinting",
            "use ^ and M- notation, except for LFD and TAB",
        ),
    ],
    order: Order::Permute,
    failure: 1,
};

/// As much as a pipe holds.
const PIECE: usize = 64 * 1024;

/// How lines are changed, and where in the lines the text so far has come: files run on without a break.
#[derive(Default)]
struct Shape {
    number: bool,
    number_nonblank: bool,
    squeeze: bool,
    ends: bool,
    tabs: bool,
    nonprinting: bool,
    lines: u64,
    /// The last byte ended a line, or there was none.
    at_start: bool,
    /// So many lines before were empty.
    blank_lines: u32,
}

pub fn run(name: &'static str, arguments: Vec<OsString>) -> Outcome {
    let parsed = SPEC.parse(arguments)?;
    let mut shape = Shape {
        at_start: true,
        ..Shape::default()
    };
    for (id, _) in &parsed.options {
        match id {
            Id::ShowAll => (shape.nonprinting, shape.ends, shape.tabs) = (true, true, true),
            Id::NumberNonblank => shape.number_nonblank = true,
            Id::EndsAndNonprinting => (shape.nonprinting, shape.ends) = (true, true),
            Id::Ends => shape.ends = true,
            Id::Number => shape.number = true,
            Id::Squeeze => shape.squeeze = true,
            Id::TabsAndNonprinting => (shape.nonprinting, shape.tabs) = (true, true),
            Id::Tabs => shape.tabs = true,
            Id::Unbuffered => {}
            Id::Nonprinting => shape.nonprinting = true,
        }
    }
    let files = if parsed.operands.is_empty() {
        vec!["-".into()]
    } else {
        parsed.operands
    };
    let mut out = Output::stdout();
    let mut status = 0;
    for file in &files {
        let passed = super::open(file).and_then(|fd| {
            let passed = pass(fd, &mut shape, &mut out);
            super::close(fd);
            passed
        });
        if let Err(why) = passed {
            out.send();
            complain(name, format_args!("{}: {why}", quote::if_needed(file)));
            status = 1;
        }
    }
    Ok(out.finish(name, status, 1))
}

/// Passes a file on; each piece is written as it came, since somebody may be waiting for it.
fn pass(fd: sys::Fd, shape: &mut Shape, out: &mut Output) -> sys::Result<()> {
    let mut piece = vec![0; PIECE];
    while !out.is_closed() {
        match super::read(fd, &mut piece)? {
            0 => break,
            n if shape.is_plain() => out.put(&piece[..n]),
            n => out.put(&shape.shaped(&piece[..n])),
        }
        out.send();
    }
    Ok(())
}

impl Shape {
    fn is_plain(&self) -> bool {
        !(self.number || self.number_nonblank || self.squeeze || self.ends || self.tabs || self.nonprinting)
    }

    fn shaped(&mut self, piece: &[u8]) -> Vec<u8> {
        let mut out = Vec::with_capacity(piece.len() * 2);
        for b in piece {
            if self.at_start {
                let blank = *b == b'\n';
                self.blank_lines = if blank { self.blank_lines + 1 } else { 0 };
                if blank && self.squeeze && self.blank_lines > 1 {
                    continue;
                }
                if (self.number && !self.number_nonblank) || (self.number_nonblank && !blank) {
                    self.lines += 1;
                    out.extend(format!("{:6}\t", self.lines).bytes());
                }
            }
            self.at_start = *b == b'\n';
            match *b {
                b'\n' if self.ends => out.extend(b"$\n"),
                b'\t' if self.tabs => out.extend(b"^I"),
                b'\n' | b'\t' => out.push(*b),
                b if self.nonprinting => visible(b, &mut out),
                b => out.push(b),
            }
        }
        out
    }
}

/// `^X` for control characters, `M-` before those with the highest bit.
fn visible(b: u8, out: &mut Vec<u8>) {
    match b {
        0x80.. => {
            out.extend(b"M-");
            visible(b & 0x7f, out);
        }
        0x7f => out.extend(b"^?"),
        0..0x20 => out.extend([b'^', b + 0x40]),
        _ => out.push(b),
    }
}
