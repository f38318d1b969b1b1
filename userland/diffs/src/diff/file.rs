//! Two files' contents.

use std::path::Path;

use cli::{Output, complain, time};

use super::{Color, Comparison, DIFFERENT, Options, SAME, Style, TROUBLE};
use crate::compare::changes;
use crate::lines::Lines;

/// A file that was read.
pub struct Side<'a> {
    pub path: &'a Path,
    pub bytes: Vec<u8>,
    /// When it was changed, in nanoseconds since 1970.
    pub mtime_ns: i64,
}

/// Compares contents and shows how they differ. `header` is printed before anything else.
pub fn compare(options: &Options, old: Side<'_>, new: Side<'_>, header: &[u8], out: &mut Output) -> i32 {
    let labels = [label(options, 0, &old), label(options, 1, &new)];
    let (old_path, new_path) = (old.path, new.path);
    let names = |what: &str, end: &str| {
        let paths = [old_path, new_path].map(|path| path.as_os_str().as_encoded_bytes());
        [what.as_bytes(), paths[0], b" and ", paths[1], end.as_bytes()].concat()
    };
    if old.bytes == new.bytes {
        if options.report_identical {
            out.line(&names("Files ", " are identical"));
        }
        if options.style == Style::SideBySide && !options.brief {
            let both = Lines::new(old.bytes);
            show(options, &both, &both, labels, header, out);
        }
        return SAME;
    }
    let (old, new) = (Lines::new(old.bytes), Lines::new(new.bytes));
    let equality = &options.equality;
    let exact = equality.space == crate::compare::Space::Matters
        && !equality.ignore_case
        && !equality.strip_trailing_cr
        && !options.ignore_blank_lines;
    let binary = !options.text && (old.is_binary() || new.is_binary());
    if options.brief && (exact || binary) {
        out.line(&names("Files ", " differ"));
        return DIFFERENT;
    }
    if binary {
        out.line(&names("Binary files ", " differ"));
        return DIFFERENT;
    }
    if options.brief {
        let mut silent = Output::to(sys::Fd(-1));
        let status = show(options, &old, &new, labels, header, &mut silent);
        if status == DIFFERENT {
            out.line(&names("Files ", " differ"));
        }
        return status;
    }
    let status = show(options, &old, &new, labels, header, out);
    if status == SAME && options.report_identical {
        out.line(&names("Files ", " are identical"));
    }
    if options.style == Style::Ed {
        for (path, lines) in [(old_path, &old), (new_path, &new)] {
            if lines.bytes().last().is_some_and(|b| *b != b'\n') {
                complain(
                    "diff",
                    format_args!("{}: No newline at end of file\n", path.display()),
                );
                return TROUBLE;
            }
        }
    }
    status
}

fn show(
    options: &Options,
    old: &Lines,
    new: &Lines,
    labels: [Vec<u8>; 2],
    header: &[u8],
    out: &mut Output,
) -> i32 {
    let changes = changes(old, new, &options.equality);
    let comparison = Comparison {
        options,
        old,
        new,
        changes: &changes,
        labels,
        color: match options.color {
            Color::Never => false,
            Color::Always => true,
            Color::Auto => {
                sys::isatty(sys::Fd::STDOUT) && std::env::var_os("TERM").is_some_and(|term| term != "dumb")
            }
        },
    };
    let differ = changes.iter().any(|change| !comparison.is_ignored(change));
    if !options.brief && (differ || options.style == Style::SideBySide) {
        out.put(header);
        comparison.show(out);
    }
    if differ { DIFFERENT } else { SAME }
}

/// What the header says of a file: its label, or its name and when it was changed.
fn label(options: &Options, at: usize, side: &Side<'_>) -> Vec<u8> {
    if let Some(label) = options.labels.get(at) {
        return label.as_encoded_bytes().to_vec();
    }
    let mut label = file_name(side.path);
    label.push(b'\t');
    label.extend_from_slice(time::format("%Y-%m-%d %H:%M:%S.%N %z", side.mtime_ns).as_bytes());
    label
}

/// A name as headers show it: in C's quotes where it would be misread.
pub fn file_name(path: &Path) -> Vec<u8> {
    let bytes = path.as_os_str().as_encoded_bytes();
    if !bytes
        .iter()
        .any(|b| b.is_ascii_control() || matches!(b, b'"' | b'\\' | b' '))
    {
        return bytes.to_vec();
    }
    let mut quoted = vec![b'"'];
    for b in bytes {
        match b {
            b'"' | b'\\' => quoted.extend([b'\\', *b]),
            b'\n' => quoted.extend(b"\\n"),
            b'\t' => quoted.extend(b"\\t"),
            b if b.is_ascii_control() => quoted.extend(format!("\\{b:03o}").bytes()),
            b => quoted.push(*b),
        }
    }
    quoted.push(b'"');
    quoted
}
