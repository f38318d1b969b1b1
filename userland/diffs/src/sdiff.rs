//! sdiff(1): two files side by side, and a merged one by what the user answers.

use std::ffi::OsString;
use std::ops::Range;
use std::path::Path;

use cli::{Exit, Opt, Order, Outcome, Output, Spec, complain, input};
use sys::Fd;

use crate::compare::{Change, Equality, Space, changes};
use crate::diff::{Comparison, DIFFERENT, Options, SAME, Sheet, Style, TROUBLE};
use crate::lines::Lines;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Id {
    Output,
    IgnoreCase,
    IgnoreTabExpansion,
    IgnoreTrailingSpace,
    IgnoreSpaceChange,
    IgnoreAllSpace,
    IgnoreBlankLines,
    StripTrailingCr,
    Text,
    Width,
    LeftColumn,
    SuppressCommon,
    ExpandTabs,
    TabSize,
    Minimal,
    SpeedLargeFiles,
}

#[rustfmt::skip]
const SPEC: Spec<Id> = Spec {
    name: "sdiff",
    usage: &["[OPTION]... FILE1 FILE2"],
    about: "Side-by-side merge of differences between FILE1 and FILE2.",
    options: &[
        Opt::value(Id::Output, "o", "output", "FILE", "operate interactively, sending output to FILE"),
        Opt::flag(Id::IgnoreCase, "i", "ignore-case", "consider upper- and lower-case to be the same"),
        Opt::flag(Id::IgnoreTabExpansion, "E", "ignore-tab-expansion", "ignore changes due to tab expansion"),
        Opt::flag(Id::IgnoreTrailingSpace, "Z", "ignore-trailing-space", "ignore white space at line end"),
        Opt::flag(Id::IgnoreSpaceChange, "b", "ignore-space-change", "ignore changes in the amount of white space"),
        Opt::flag(Id::IgnoreAllSpace, "W", "ignore-all-space", "ignore all white space"),
        Opt::flag(Id::IgnoreBlankLines, "B", "ignore-blank-lines", "ignore changes whose lines are all blank"),
        Opt::flag(Id::StripTrailingCr, "", "strip-trailing-cr", "strip trailing carriage return on input"),
        Opt::flag(Id::Text, "a", "text", "treat all files as text"),
        Opt::value(Id::Width, "w", "width", "NUM", "output at most NUM (default 130) print columns"),
        Opt::flag(Id::LeftColumn, "l", "left-column", "output only the left column of common lines"),
        Opt::flag(Id::SuppressCommon, "s", "suppress-common-lines", "do not output common lines"),
        Opt::flag(Id::ExpandTabs, "t", "expand-tabs", "expand tabs to spaces in output"),
        Opt::value(Id::TabSize, "", "tabsize", "NUM", "tab stops at every NUM (default 8) print columns"),
        Opt::flag(Id::Minimal, "d", "minimal", "try hard to find a smaller set of changes"),
        Opt::flag(Id::SpeedLargeFiles, "H", "speed-large-files", "accepted: large files are always compared this way"),
    ],
    order: Order::Permute,
    failure: TROUBLE,
};

fn number(text: &OsString) -> Result<usize, Exit> {
    let parsed = text
        .to_str()
        .and_then(|text| text.parse().ok())
        .filter(|number| *number > 0);
    parsed.ok_or_else(|| SPEC.usage_error(format_args!("invalid number {}", cli::quote::always(text))))
}

pub fn run(_: &'static str, arguments: Vec<OsString>) -> Outcome {
    let parsed = SPEC.parse(arguments)?;
    let mut options = Options {
        style: Style::SideBySide,
        ..Options::default()
    };
    let mut output = None;
    for (id, value) in parsed.options {
        let text = value.unwrap_or_default();
        let equality: &mut Equality = &mut options.equality;
        match id {
            Id::Output => output = Some(text),
            Id::IgnoreCase => equality.ignore_case = true,
            Id::IgnoreTabExpansion => options.ignore_space(Space::TabsAreSpaces),
            Id::IgnoreTrailingSpace => options.ignore_space(Space::TrailingIgnored),
            Id::IgnoreSpaceChange => options.ignore_space(Space::AmountIgnored),
            Id::IgnoreAllSpace => options.ignore_space(Space::AllIgnored),
            Id::IgnoreBlankLines => options.ignore_blank_lines = true,
            Id::StripTrailingCr => equality.strip_trailing_cr = true,
            Id::Text => options.text = true,
            Id::Width => options.width = number(&text)?,
            Id::LeftColumn => options.left_column = true,
            Id::SuppressCommon => options.suppress_common = true,
            Id::ExpandTabs => options.expand_tabs = true,
            Id::TabSize => options.tab_size = number(&text)?,
            Id::Minimal => equality.minimal = true,
            Id::SpeedLargeFiles => {}
        }
    }
    match parsed.operands.as_slice() {
        [_, _] => {}
        [_, _, extra, ..] => return Err(SPEC.extra_operand(extra)),
        some => {
            return Err(SPEC.missing_operand(Some(some.last().map_or("sdiff".as_ref(), OsString::as_os_str))));
        }
    }
    let Some(output) = output else {
        let mut out = Output::stdout();
        let status = crate::diff::compare_operands(&options, &parsed.operands, &mut out);
        return Ok(out.finish(SPEC.name, status, TROUBLE));
    };
    let mut files = Vec::new();
    for (at, name) in parsed.operands.iter().enumerate() {
        // A file beside a directory is the one of its name in it.
        let other = Path::new(&parsed.operands[1 - at])
            .file_name()
            .unwrap_or_default();
        let path = match sys::stat(name) {
            Ok(stat) if stat.is_dir() => Path::new(name).join(other).into_os_string(),
            _ => name.clone(),
        };
        files.push(Lines::new(
            input::read_file(&path).map_err(|why| trouble(&path, why))?,
        ));
    }
    merge(&options, &files, &output)
}

fn trouble(path: &std::ffi::OsStr, why: sys::Errno) -> Exit {
    complain(SPEC.name, format_args!("{}: {why}", path.display()));
    Exit(TROUBLE)
}

/// What the user wants of a change.
enum Choice {
    Side(usize),
    Edit(Vec<u8>),
    Quit,
}

/// Shows every change, asks for each, and writes the outcome.
fn merge(options: &Options, files: &[Lines], output: &OsString) -> Outcome {
    let list = changes(&files[0], &files[1], &options.equality);
    let comparison = Comparison {
        options,
        old: &files[0],
        new: &files[1],
        changes: &list,
        labels: [Vec::new(), Vec::new()],
        color: false,
    };
    let mut merged = Vec::new();
    let mut out = Output::stdout();
    let mut silent = options.suppress_common;
    let mut at = 0;
    let mut status = SAME;
    let sheet = Sheet::new(options.width, options.tab_size, options.expand_tabs);
    for change in list.iter().filter(|change| !comparison.is_ignored(change)) {
        common(
            &comparison,
            &sheet,
            at..change.old.start,
            change.new.start,
            silent,
            &mut out,
            &mut merged,
        );
        show(&comparison, &sheet, change, &mut out);
        out.send();
        status = DIFFERENT;
        match ask(files, change, &mut silent)? {
            Choice::Side(side) => {
                let range = if side == 0 { &change.old } else { &change.new };
                take(&files[side], range.clone(), &mut merged);
            }
            Choice::Edit(text) => merged.extend_from_slice(&text),
            Choice::Quit => return Err(Exit(TROUBLE)),
        }
        at = change.old.end;
    }
    common(
        &comparison,
        &sheet,
        at..files[0].len(),
        files[1].len(),
        silent,
        &mut out,
        &mut merged,
    );
    let flags = sys::OpenFlags::WRONLY | sys::OpenFlags::CREAT | sys::OpenFlags::TRUNC;
    let fd = sys::open(output, flags, sys::Mode::RW_ALL).map_err(|why| trouble(output, why))?;
    let written = sys::write_all(fd, &merged);
    written.and(sys::close(fd)).map_err(|why| trouble(output, why))?;
    Ok(out.finish(SPEC.name, status, TROUBLE))
}

fn take(lines: &Lines, range: Range<usize>, merged: &mut Vec<u8>) {
    for at in range {
        if merged.last().is_some_and(|b| *b != b'\n') {
            merged.push(b'\n');
        }
        merged.extend_from_slice(lines.get(at));
    }
}

/// Lines that are the same, which go into the merged file by themselves.
fn common(
    comparison: &Comparison<'_>,
    sheet: &Sheet,
    old: Range<usize>,
    new_end: usize,
    silent: bool,
    out: &mut Output,
    merged: &mut Vec<u8>,
) {
    take(comparison.old, old.clone(), merged);
    if silent {
        return;
    }
    let mut rows = Vec::new();
    let first = new_end.saturating_sub(old.len());
    for (at, other) in old.zip(first..) {
        let left = comparison.old.get(at);
        if comparison.options.left_column {
            sheet.row(&mut rows, Some(left), b'(', None);
        } else {
            let right = (other < comparison.new.len()).then(|| comparison.new.get(other));
            sheet.row(&mut rows, Some(left), b' ', right);
        }
    }
    out.put(&rows);
}

fn show(comparison: &Comparison<'_>, sheet: &Sheet, change: &Change, out: &mut Output) {
    let mut rows = Vec::new();
    for step in 0..change.old.len().max(change.new.len()) {
        let left = change.old.clone().nth(step).map(|at| comparison.old.get(at));
        let right = change.new.clone().nth(step).map(|at| comparison.new.get(at));
        let mark = match (left, right) {
            (Some(_), Some(_)) => b'|',
            (Some(_), None) => b'<',
            _ => b'>',
        };
        sheet.row(&mut rows, left, mark, right);
    }
    out.put(&rows);
}

/// One line of the user's.
fn answer() -> Option<String> {
    let mut line = Vec::new();
    let mut byte = [0];
    loop {
        match input::read(Fd::STDIN, &mut byte) {
            Ok(1) if byte[0] == b'\n' => break,
            Ok(1) => line.push(byte[0]),
            _ if line.is_empty() => return None,
            _ => break,
        }
    }
    Some(String::from_utf8_lossy(&line).trim().to_owned())
}

const HELP: &str = "ed:\tEdit then use both versions, each decorated with a header.
eb:\tEdit then use both versions.
el or e1:\tEdit then use the left version.
er or e2:\tEdit then use the right version.
e:\tDiscard both versions then edit a new one.
l or 1:\tUse the left version.
r or 2:\tUse the right version.
s:\tSilently include common lines.
v:\tVerbosely include common lines.
q:\tQuit.
";

fn ask(files: &[Lines], change: &Change, silent: &mut bool) -> Result<Choice, Exit> {
    loop {
        let _ = sys::write_all(Fd::STDOUT, b"%");
        let Some(line) = answer() else {
            return Ok(Choice::Quit);
        };
        let side = |at: usize| {
            let mut text = Vec::new();
            let range = if at == 0 {
                change.old.clone()
            } else {
                change.new.clone()
            };
            take(&files[at], range, &mut text);
            text
        };
        match line.as_str() {
            "l" | "1" => return Ok(Choice::Side(0)),
            "r" | "2" => return Ok(Choice::Side(1)),
            "s" => *silent = true,
            "v" => *silent = false,
            "q" => return Ok(Choice::Quit),
            "e" => return edit(Vec::new()),
            "el" | "e1" => return edit(side(0)),
            "er" | "e2" => return edit(side(1)),
            "eb" => return edit([side(0), side(1)].concat()),
            "ed" => {
                let header = |range: &Range<usize>, at: usize| {
                    format!("--- {} {},{}\n", at + 1, range.start + 1, range.end).into_bytes()
                };
                let headers = [header(&change.old, 0), header(&change.new, 1)];
                return edit([&headers[0][..], &side(0), &headers[1], &side(1)].concat());
            }
            _ => drop(sys::write_all(Fd::STDERR, HELP.as_bytes())),
        }
    }
}

/// Lets the user's editor have the text.
fn edit(text: Vec<u8>) -> Result<Choice, Exit> {
    let editor = std::env::var("EDITOR").unwrap_or_else(|_| "vi".to_owned());
    let directory = std::env::var("TMPDIR").unwrap_or_else(|_| "/tmp".to_owned());
    let path = format!("{directory}/sdiff{}", sys::getpid());
    let fail = |why: sys::Errno| trouble(path.as_ref(), why);
    let flags = sys::OpenFlags::WRONLY | sys::OpenFlags::CREAT | sys::OpenFlags::EXCL;
    let fd = sys::open(&path, flags, sys::Mode::new(0o600)).map_err(fail)?;
    let written = sys::write_all(fd, &text);
    written.and(sys::close(fd)).map_err(fail)?;
    // By the shell: the variable may hold options.
    let script = format!("{editor} \"$0\"");
    let argv = [
        b"sh".to_vec(),
        b"-c".to_vec(),
        script.into_bytes(),
        path.clone().into_bytes(),
    ];
    let status = cli::process::run(&argv);
    let edited = input::read_file(path.as_ref()).map_err(fail);
    let _ = std::fs::remove_file(&path);
    match status {
        Ok(0) => Ok(Choice::Edit(edited?)),
        Ok(status) => {
            complain(
                SPEC.name,
                format_args!("subsidiary program '{editor}' failed (exit status {status})"),
            );
            Err(Exit(TROUBLE))
        }
        Err(why) => {
            complain(SPEC.name, format_args!("{editor}: {why}"));
            Err(Exit(TROUBLE))
        }
    }
}
