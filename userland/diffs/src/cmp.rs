//! cmp(1): compares two files byte by byte.

use std::ffi::OsString;

use cli::{Exit, Opt, Order, Outcome, Output, Spec, complain, input, quote};
use sys::Fd;

const SAME: i32 = 0;
const DIFFERENT: i32 = 1;
const TROUBLE: i32 = 2;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Id {
    PrintBytes,
    Skip,
    Verbose,
    Bytes,
    Silent,
}

const SPEC: Spec<Id> = Spec {
    name: "cmp",
    usage: &["[OPTION]... FILE1 [FILE2 [SKIP1 [SKIP2]]]"],
    about: "Compare two files byte by byte.",
    options: &[
        Opt::flag(Id::PrintBytes, "b", "print-bytes", "print differing bytes"),
        Opt::value(
            Id::Skip,
            "i",
            "ignore-initial",
            "SKIP",
            "skip first SKIP bytes of both inputs,\nor as SKIP1:SKIP2",
        ),
        Opt::flag(
            Id::Verbose,
            "l",
            "verbose",
            "output byte numbers and differing byte values",
        ),
        Opt::value(Id::Bytes, "n", "bytes", "LIMIT", "compare at most LIMIT bytes"),
        Opt::flag(Id::Silent, "s", "quiet", "suppress all normal output"),
        Opt::flag(Id::Silent, "", "silent", ""),
    ],
    order: Order::Permute,
    failure: TROUBLE,
};

struct Cmp {
    names: [OsString; 2],
    skip: [u64; 2],
    limit: u64,
    verbose: bool,
    silent: bool,
    print_bytes: bool,
}

/// A number of bytes with GNU's suffixes.
fn size(text: &str) -> Option<u64> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let number: u64 = text[..digits].parse().ok()?;
    let unit: u64 = match &text[digits..] {
        "" => 1,
        "kB" => 1_000,
        "k" | "K" | "KiB" => 1 << 10,
        "MB" => 1_000_000,
        "M" | "MiB" => 1 << 20,
        "GB" => 1_000_000_000,
        "G" | "GiB" => 1 << 30,
        _ => return None,
    };
    number.checked_mul(unit)
}

pub fn run(_: &'static str, arguments: Vec<OsString>) -> Outcome {
    let parsed = SPEC.parse(arguments)?;
    let mut cmp = Cmp {
        names: [OsString::new(), OsString::from("-")],
        skip: [0; 2],
        limit: u64::MAX,
        verbose: false,
        silent: false,
        print_bytes: false,
    };
    for (id, value) in &parsed.options {
        let text = value.clone().unwrap_or_default();
        match id {
            Id::PrintBytes => cmp.print_bytes = true,
            Id::Verbose => cmp.verbose = true,
            Id::Silent => cmp.silent = true,
            Id::Skip => cmp.skip = skips(&text)?,
            Id::Bytes => {
                cmp.limit = text.to_str().and_then(size).ok_or_else(|| {
                    SPEC.usage_error(format_args!("invalid --bytes value {}", quote::always(&text)))
                })?;
            }
        }
    }
    if cmp.verbose && cmp.silent {
        return Err(SPEC.usage_error("options -l and -s are incompatible"));
    }
    match parsed.operands.as_slice() {
        [] => return Err(SPEC.usage_error("missing operand after 'cmp'")),
        [_, _, _, _, extra, ..] => return Err(SPEC.extra_operand(extra)),
        [first, rest @ ..] => {
            cmp.names[0] = first.clone();
            if let Some(second) = rest.first() {
                cmp.names[1] = second.clone();
            }
            for (at, text) in rest.iter().skip(1).enumerate() {
                cmp.skip[at] = skips(text)?[0];
            }
        }
    }
    cmp.compare()
}

/// `SKIP` or `SKIP1:SKIP2`.
fn skips(text: &OsString) -> Result<[u64; 2], Exit> {
    let parse = |text: &str| match text.split_once(':') {
        Some((first, second)) => Some([size(first)?, size(second)?]),
        None => size(text).map(|both| [both; 2]),
    };
    text.to_str().and_then(parse).ok_or_else(|| {
        SPEC.usage_error(format_args!(
            "invalid --ignore-initial value {}",
            quote::always(text)
        ))
    })
}

/// A byte as `cat -t` shows it.
fn visible(byte: u8) -> String {
    let mut out = String::new();
    let mut c = byte;
    if c >= 128 {
        out.push_str("M-");
        c -= 128;
    }
    match c {
        0..32 => out.extend(['^', (c + 64) as char]),
        127 => out.push_str("^?"),
        c => out.push(c as char),
    }
    out
}

/// One input, read a piece at a time.
struct Source {
    fd: Fd,
    buffer: Vec<u8>,
    at: usize,
}

impl Source {
    fn open(name: &OsString, skip: u64) -> sys::Result<Source> {
        let fd = input::open(name)?;
        let mut source = Source {
            fd,
            buffer: Vec::new(),
            at: 0,
        };
        if skip > 0 && sys::lseek(fd, skip as i64, sys::Whence::Current).is_err() {
            let mut left = skip;
            while left > 0 && source.fill()? {
                let step = left.min((source.buffer.len() - source.at) as u64);
                source.at += step as usize;
                left -= step;
            }
        }
        Ok(source)
    }

    /// Makes sure that there is something to look at; false at the end.
    fn fill(&mut self) -> sys::Result<bool> {
        const PIECE: usize = 64 * 1024;
        if self.at == self.buffer.len() {
            self.buffer.resize(PIECE, 0);
            self.at = 0;
            let n = input::read(self.fd, &mut self.buffer)?;
            self.buffer.truncate(n);
        }
        Ok(!self.buffer.is_empty())
    }

    fn rest(&self) -> &[u8] {
        &self.buffer[self.at..]
    }
}

impl Cmp {
    fn trouble(&self, at: usize, why: sys::Errno) -> Exit {
        if !self.silent || why != sys::Errno::ENOENT {
            complain(SPEC.name, format_args!("{}: {why}", self.names[at].display()));
        }
        Exit(TROUBLE)
    }

    fn compare(&self) -> Outcome {
        let mut sources = Vec::new();
        for at in 0..2 {
            let source = Source::open(&self.names[at], self.skip[at]);
            sources.push(source.map_err(|why| self.trouble(at, why))?);
        }
        let same_file = match (sys::fstat(sources[0].fd), sys::fstat(sources[1].fd)) {
            (Ok(a), Ok(b)) => (a.dev, a.ino) == (b.dev, b.ino) && a.is_file(),
            _ => false,
        };
        if same_file && self.skip[0] == self.skip[1] {
            return Ok(SAME);
        }
        let mut out = Output::stdout();
        let status = self.walk(&mut sources, &mut out)?;
        Ok(out.finish(SPEC.name, status, TROUBLE))
    }

    /// How wide `-l` makes byte numbers: as wide as the last one that there may be.
    fn width(&self, sources: &[Source]) -> usize {
        let left = |at: usize| {
            sys::fstat(sources[at].fd)
                .ok()
                .filter(|stat| stat.is_file())
                .map(|stat| stat.size.saturating_sub(self.skip[at]))
        };
        let last = [left(0), left(1), Some(self.limit)].into_iter().flatten().min();
        last.unwrap_or(u64::MAX).min(i64::MAX as u64).to_string().len()
    }

    fn walk(&self, sources: &mut [Source], out: &mut Output) -> Result<i32, Exit> {
        let width = self.width(sources);
        let (mut offset, mut line, mut status) = (0_u64, 1_u64, SAME);
        let mut ended_line = false;
        while offset < self.limit {
            let mut more = [false; 2];
            for at in 0..2 {
                more[at] = sources[at].fill().map_err(|why| self.trouble(at, why))?;
            }
            if more != [true; 2] {
                if more != [false; 2] {
                    self.complain_of_end(usize::from(more[0]), offset, line, ended_line);
                    status = DIFFERENT;
                }
                return Ok(status);
            }
            let count = sources[0]
                .rest()
                .len()
                .min(sources[1].rest().len())
                .min(usize::try_from(self.limit - offset).unwrap_or(usize::MAX));
            let (a, b) = (&sources[0].rest()[..count], &sources[1].rest()[..count]);
            let mut at = 0;
            if a != b {
                while let Some(step) = a[at..].iter().zip(&b[at..]).position(|(a, b)| a != b) {
                    at += step;
                    if self.silent {
                        return Ok(DIFFERENT);
                    }
                    status = DIFFERENT;
                    let newlines = a[..at].iter().filter(|b| **b == b'\n').count() as u64;
                    self.report(
                        out,
                        (offset + at as u64 + 1, line + newlines, width),
                        a[at],
                        b[at],
                    );
                    if !self.verbose {
                        return Ok(DIFFERENT);
                    }
                    at += 1;
                }
            }
            line += a.iter().filter(|b| **b == b'\n').count() as u64;
            ended_line = a.last() == Some(&b'\n');
            offset += count as u64;
            for source in sources.iter_mut() {
                source.at += count;
            }
            if out.is_closed() {
                break;
            }
        }
        Ok(status)
    }

    fn report(&self, out: &mut Output, (byte, line, width): (u64, u64, usize), a: u8, b: u8) {
        let text = match (self.verbose, self.print_bytes) {
            (true, false) => format!("{byte:width$} {a:3o} {b:3o}"),
            (true, true) => format!("{byte:width$} {a:3o} {:<4} {b:3o} {}", visible(a), visible(b)),
            (false, bytes) => {
                let names = format!("{} {} differ", self.names[0].display(), self.names[1].display());
                if bytes {
                    format!(
                        "{names}: byte {byte}, line {line} is {a:3o} {} {b:3o} {}",
                        visible(a),
                        visible(b)
                    )
                } else {
                    format!("{names}: byte {byte}, line {line}")
                }
            }
        };
        out.line(text.as_bytes());
    }

    /// One file is the other's beginning.
    fn complain_of_end(&self, at: usize, offset: u64, line: u64, ended_line: bool) {
        if self.silent {
            return;
        }
        let name = quote::always(&self.names[at]);
        let message = if offset == 0 {
            format!("EOF on {name} which is empty")
        } else if self.verbose {
            format!("EOF on {name} after byte {offset}")
        } else if ended_line {
            format!("EOF on {name} after byte {offset}, line {}", line - 1)
        } else {
            format!("EOF on {name} after byte {offset}, in line {line}")
        };
        complain(SPEC.name, message);
    }
}
