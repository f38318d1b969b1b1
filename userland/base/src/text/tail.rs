//! tail(1): the last part of files, and with -f what is added to them.

use std::ffi::{OsStr, OsString};
use std::time::Duration;

use cli::{Exit, Opt, Order, Outcome, Output, Spec, complain, quote};
use sys::{Errno, Fd, Pid, Stat};

#[derive(Clone, Copy, PartialEq, Eq)]
enum Id {
    Bytes,
    Follow,
    FollowRetry,
    Lines,
    Pid,
    Quiet,
    Retry,
    Sleep,
    Verbose,
    Zero,
}

const SPEC: Spec<Id> = Spec {
    name: "tail",
    usage: &["[OPTION]... [FILE]..."],
    about: "Print the last 10 lines of each FILE to standard output.\nWith more than one FILE, precede each with a header giving the file name.",
    options: &[
        Opt::value(
            Id::Bytes,
            "c",
            "bytes",
            "[+]NUM",
            "output the last NUM bytes; or use -c +NUM to\noutput starting with byte NUM of each file",
        ),
        Opt::optional(
            Id::Follow,
            "",
            "follow",
            "name|descriptor",
            "output appended data as the file grows",
        ),
        Opt::flag(Id::Follow, "f", "", "same as --follow=descriptor"),
        Opt::flag(Id::FollowRetry, "F", "", "same as --follow=name --retry"),
        Opt::value(
            Id::Lines,
            "n",
            "lines",
            "[+]NUM",
            "output the last NUM lines, instead of the last 10;\nor use -n +NUM to skip NUM-1 lines at the start",
        ),
        Opt::value(
            Id::Pid,
            "",
            "pid",
            "PID",
            "with -f, terminate after process ID, PID dies",
        ),
        Opt::flag(Id::Quiet, "q", "quiet", "never output headers giving file names"),
        Opt::flag(Id::Quiet, "", "silent", ""),
        Opt::flag(
            Id::Retry,
            "",
            "retry",
            "keep trying to open a file if it is inaccessible",
        ),
        Opt::value(
            Id::Sleep,
            "s",
            "sleep-interval",
            "N",
            "with -f, sleep for approximately N seconds\n(default 1.0) between iterations",
        ),
        Opt::flag(
            Id::Verbose,
            "v",
            "verbose",
            "always output headers giving file names",
        ),
        Opt::flag(
            Id::Zero,
            "z",
            "zero-terminated",
            "line delimiter is NUL, not newline",
        ),
    ],
    order: Order::Permute,
    failure: 1,
};

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum From {
    /// The last so many.
    End(u64),
    /// From this one on, counted from 0.
    Start(u64),
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Follow {
    No,
    Descriptor,
    Name,
}

struct Tail {
    name: &'static str,
    from: From,
    bytes: bool,
    line_end: u8,
    follow: Follow,
    retry: bool,
    interval: Duration,
    pid: Option<Pid>,
    headers: bool,
    out: Output,
    any_header: bool,
    status: i32,
}

/// A file that is followed.
struct Followed {
    name: OsString,
    fd: Option<Fd>,
    stat: Option<Stat>,
    position: u64,
}

pub fn run(name: &'static str, arguments: Vec<OsString>) -> Outcome {
    let parsed = SPEC.parse(obsolete(arguments))?;
    let mut tail = Tail {
        name,
        from: From::End(10),
        bytes: false,
        line_end: b'\n',
        follow: Follow::No,
        retry: false,
        interval: Duration::from_secs(1),
        pid: None,
        headers: parsed.operands.len() > 1,
        out: Output::stdout(),
        any_header: false,
        status: 0,
    };
    for (id, value) in &parsed.options {
        let text = value.as_deref().and_then(OsStr::to_str).unwrap_or_default();
        match id {
            Id::Bytes | Id::Lines => {
                tail.bytes = *id == Id::Bytes;
                let what = if tail.bytes { "bytes" } else { "lines" };
                tail.from = parse_from(text).ok_or_else(|| {
                    complain(
                        name,
                        format_args!("invalid number of {what}: {}", quote::always(text.as_ref())),
                    );
                    Exit(1)
                })?;
            }
            Id::Follow if text == "name" => tail.follow = Follow::Name,
            Id::Follow => tail.follow = Follow::Descriptor,
            Id::FollowRetry => (tail.follow, tail.retry) = (Follow::Name, true),
            Id::Retry => tail.retry = true,
            Id::Quiet => tail.headers = false,
            Id::Verbose => tail.headers = true,
            Id::Zero => tail.line_end = 0,
            Id::Pid => {
                let pid = text.parse().map_err(|_| {
                    SPEC.usage_error(format_args!("invalid PID: {}", quote::always(text.as_ref())))
                })?;
                tail.pid = Some(Pid(pid));
            }
            Id::Sleep => {
                let seconds =
                    cli::time::parse_duration(text).and_then(|s| Duration::try_from_secs_f64(s).ok());
                tail.interval = seconds.ok_or_else(|| {
                    SPEC.usage_error(format_args!(
                        "invalid number of seconds: {}",
                        quote::always(text.as_ref())
                    ))
                })?;
            }
        }
    }
    let files = if parsed.operands.is_empty() {
        vec!["-".into()]
    } else {
        parsed.operands
    };
    let mut followed: Vec<Followed> = files.into_iter().filter_map(|file| tail.start(file)).collect();
    tail.out.send();
    if tail.follow != Follow::No {
        tail.follow_all(&mut followed);
    }
    let Tail { out, status, .. } = tail;
    Ok(out.finish(name, status, 1))
}

/// `-5` and `+5` are `-n 5` and `-n +5`, as the first argument.
fn obsolete(mut arguments: Vec<OsString>) -> Vec<OsString> {
    if let Some(first) = arguments.first().and_then(|first| first.to_str()) {
        let digits = first.trim_start_matches(['-', '+']);
        let is_number = digits.len() + 1 == first.len()
            && !digits.is_empty()
            && digits.bytes().all(|b| b.is_ascii_digit());
        if is_number {
            let sign = if first.starts_with('+') { "+" } else { "" };
            arguments[0] = format!("-n{sign}{digits}").into();
        }
    }
    arguments
}

/// A count with an optional sign and GNU's multipliers.
fn parse_from(text: &str) -> Option<From> {
    let (from_start, digits) = match text.as_bytes().first()? {
        b'+' => (true, &text[1..]),
        b'-' => (false, &text[1..]),
        _ => (false, text),
    };
    let number = cli::size::parse(digits)?;
    Some(if from_start {
        From::Start(number.saturating_sub(1))
    } else {
        From::End(number)
    })
}

impl Tail {
    fn fail(&mut self, message: std::fmt::Arguments<'_>) {
        self.out.send();
        complain(self.name, message);
        self.status = 1;
    }

    fn header(&mut self, name: &OsStr) {
        if self.headers {
            let shown = if name == "-" {
                &b"standard input"[..]
            } else {
                name.as_encoded_bytes()
            };
            let lead: &[u8] = if self.any_header { b"\n" } else { b"" };
            self.out.put(&[lead, b"==> ", shown, b" <==\n"].concat());
            self.any_header = true;
        }
    }

    /// Prints the end of a file; what is to be followed of it.
    fn start(&mut self, name: OsString) -> Option<Followed> {
        let mut followed = Followed {
            name,
            fd: None,
            stat: None,
            position: 0,
        };
        match super::open(&followed.name) {
            Ok(fd) => followed.fd = Some(fd),
            Err(why) => {
                let shown = quote::always(&followed.name);
                self.fail(format_args!("cannot open {shown} for reading: {why}"));
                return (self.retry && self.follow == Follow::Name).then_some(followed);
            }
        }
        let fd = followed.fd?;
        self.header(&followed.name);
        match self.print_end(fd) {
            Ok(position) => followed.position = position,
            Err(why) => {
                let shown = quote::always(&followed.name);
                self.fail(format_args!("error reading {shown}: {why}"));
                return None;
            }
        }
        followed.stat = sys::fstat(fd).ok();
        // A pipe that has ended gives nothing more.
        let is_pipe = followed.name == "-" && followed.stat.is_none_or(|stat| !stat.is_file());
        if self.follow == Follow::No || is_pipe {
            super::close(fd);
            return None;
        }
        Some(followed)
    }

    /// How far the file has been read.
    fn print_end(&mut self, fd: Fd) -> Result<u64, Errno> {
        let mut piece = vec![0; 64 * 1024];
        let mut position = 0;
        match self.from {
            From::Start(skip) => {
                let mut left = skip;
                loop {
                    let n = super::read(fd, &mut piece)?;
                    if n == 0 {
                        return Ok(position);
                    }
                    position += n as u64;
                    let from = self.skip(&piece[..n], &mut left);
                    self.out.put(&piece[from..n]);
                    if self.out.is_closed() {
                        return Ok(position);
                    }
                }
            }
            From::End(count) => {
                let mut kept = Vec::new();
                loop {
                    let n = super::read(fd, &mut piece)?;
                    if n == 0 {
                        break;
                    }
                    position += n as u64;
                    kept.extend_from_slice(&piece[..n]);
                    // Cutting now and then keeps the cost of long inputs linear and the memory small.
                    if kept.len() > 1 << 20 {
                        let start = self.last_start(&kept, count);
                        kept.drain(..start);
                    }
                }
                let start = self.last_start(&kept, count);
                self.out.put(&kept[start..]);
                Ok(position)
            }
        }
    }

    /// Where in `piece` the part to print begins, `left` still being to be skipped.
    fn skip(&self, piece: &[u8], left: &mut u64) -> usize {
        if self.bytes {
            let skipped = (*left).min(piece.len() as u64);
            *left -= skipped;
            return skipped as usize;
        }
        let mut at = 0;
        while *left > 0 {
            match piece[at..].iter().position(|b| *b == self.line_end) {
                Some(end) => {
                    at += end + 1;
                    *left -= 1;
                }
                None => return piece.len(),
            }
        }
        at
    }

    /// Where the last `count` lines or bytes of `text` begin.
    fn last_start(&self, text: &[u8], count: u64) -> usize {
        if self.bytes {
            return text
                .len()
                .saturating_sub(usize::try_from(count).unwrap_or(usize::MAX));
        }
        if count == 0 {
            return text.len();
        }
        // The end of the last line, if it has one, ends no line before it.
        let body = text.strip_suffix(&[self.line_end]).unwrap_or(text);
        let ends = body
            .iter()
            .enumerate()
            .rev()
            .filter(|(_, b)| **b == self.line_end);
        ends.map(|(at, _)| at + 1)
            .nth(usize::try_from(count - 1).unwrap_or(usize::MAX))
            .unwrap_or(0)
    }

    fn follow_all(&mut self, files: &mut [Followed]) {
        let mut last = files.len().wrapping_sub(1);
        while !files.is_empty() && !self.out.is_closed() {
            for (index, file) in files.iter_mut().enumerate() {
                if self.follow == Follow::Name {
                    self.reopen(file);
                }
                let fresh = self.fresh(file);
                if !fresh.is_empty() {
                    if index != last {
                        self.header(&file.name);
                        last = index;
                    }
                    self.out.put(&fresh);
                }
            }
            self.out.send();
            if self
                .pid
                .is_some_and(|pid| sys::kill(pid, None) == Err(Errno::ESRCH))
            {
                break;
            }
            std::thread::sleep(self.interval);
        }
    }

    /// What has been added to a file. One that became shorter is read from its start.
    fn fresh(&mut self, file: &mut Followed) -> Vec<u8> {
        let Some(fd) = file.fd else { return Vec::new() };
        if let Ok(stat) = sys::fstat(fd)
            && stat.is_file()
            && stat.size < file.position
        {
            self.out.send();
            complain(self.name, format_args!("{}: file truncated", file.name.display()));
            super::close(fd);
            file.fd = super::open(&file.name).ok();
            file.position = 0;
        }
        let Some(Ok(fresh)) = file.fd.map(super::read_to_end) else {
            return Vec::new();
        };
        file.position += fresh.len() as u64;
        fresh
    }

    /// With --follow=name, notices that the name stands for another file.
    fn reopen(&mut self, file: &mut Followed) {
        let Ok(now) = sys::stat(&file.name) else { return };
        let same = file.fd.is_some()
            && file
                .stat
                .is_some_and(|old| (old.dev, old.ino) == (now.dev, now.ino));
        if same {
            return;
        }
        if let Ok(fd) = super::open(&file.name) {
            let what = if file.fd.is_some() {
                "has been replaced"
            } else {
                "has appeared"
            };
            complain(
                self.name,
                format_args!("{} {what};  following new file", quote::always(&file.name)),
            );
            file.fd.into_iter().for_each(super::close);
            (file.fd, file.stat, file.position) = (Some(fd), Some(now), 0);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_have_signs_and_multipliers() {
        for (text, from) in [
            ("5", Some(From::End(5))),
            ("-5", Some(From::End(5))),
            ("+5", Some(From::Start(4))),
            ("+0", Some(From::Start(0))),
            ("2K", Some(From::End(2048))),
            ("1kB", Some(From::End(1000))),
            ("x", None),
            ("", None),
            ("5q", None),
        ] {
            assert_eq!(parse_from(text), from, "{text}");
        }
    }
}
