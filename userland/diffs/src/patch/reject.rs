//! Hunks that did not fit, as a file of rejects.

use std::path::Path;

use super::hunk::{FilePatch, Format, Hunk, Kind};

/// The text of a reject file, in the format of the patch, but context for what has none. The header names `target`.
pub fn text(patch: &FilePatch, target: &Path, hunks: &[&Hunk], unified: bool) -> Vec<u8> {
    let name = |at: usize| match &patch.names[at] {
        Some(_) => [target.as_os_str().as_encoded_bytes(), &patch.stamps[at]].concat(),
        None => [b"/dev/null", &*patch.stamps[at]].concat(),
    };
    let marks: [&[u8]; 2] = if unified {
        [b"--- ", b"+++ "]
    } else {
        [b"*** ", b"--- "]
    };
    let mut out = [marks[0], &name(0), b"\n", marks[1], &name(1), b"\n"].concat();
    for hunk in hunks {
        if unified {
            unified_hunk(hunk, &mut out);
        } else {
            context_hunk(hunk, &mut out);
        }
    }
    out
}

/// Whether rejects of this patch are unified.
pub fn is_unified(format: Format) -> bool {
    format == Format::Unified
}

fn put(out: &mut Vec<u8>, mark: &str, line: &[u8]) {
    out.extend_from_slice(mark.as_bytes());
    out.extend_from_slice(line);
    if line.last() != Some(&b'\n') {
        out.extend_from_slice(b"\n\\ No newline at end of file\n");
    }
}

fn unified_hunk(hunk: &Hunk, out: &mut Vec<u8>) {
    let span = |start: usize, count: usize| match count {
        1 => start.to_string(),
        _ => format!("{start},{count}"),
    };
    let old = span(hunk.start[0], hunk.old_lines().count());
    let new = span(hunk.start[1], hunk.new_lines().count());
    out.extend_from_slice(format!("@@ -{old} +{new} @@").as_bytes());
    out.extend_from_slice(&hunk.title);
    out.push(b'\n');
    for (kind, line) in &hunk.lines {
        let mark = match kind {
            Kind::Common => " ",
            Kind::Deleted => "-",
            Kind::Added => "+",
        };
        put(out, mark, line);
    }
}

fn context_hunk(hunk: &Hunk, out: &mut Vec<u8>) {
    let span = |start: usize, count: usize| match count {
        0 | 1 => start.to_string(),
        _ => format!("{start},{}", start + count - 1),
    };
    out.extend_from_slice(b"***************");
    out.extend_from_slice(&hunk.title);
    out.push(b'\n');
    let changed: Vec<bool> = changed(hunk);
    let sides = [
        (Kind::Deleted, "*** ", " ****\n", "- "),
        (Kind::Added, "--- ", " ----\n", "+ "),
    ];
    for (at, (own, open, close, mark)) in sides.into_iter().enumerate() {
        let lines = hunk
            .lines
            .iter()
            .zip(&changed)
            .filter(|((kind, _), _)| *kind == own || *kind == Kind::Common);
        let place = span(hunk.start[at], lines.clone().count());
        out.extend_from_slice(format!("{open}{place}{close}").as_bytes());
        for ((kind, line), changed) in lines {
            let mark = match (*kind == own, changed) {
                (true, true) => "! ",
                (true, false) => mark,
                (false, _) => "  ",
            };
            put(out, mark, line);
        }
    }
}

/// For each line, whether it is in a run that both deletes and adds.
fn changed(hunk: &Hunk) -> Vec<bool> {
    let mut changed = Vec::with_capacity(hunk.lines.len());
    let mut rest = hunk.lines.as_slice();
    while !rest.is_empty() {
        let run = rest.iter().take_while(|(kind, _)| *kind != Kind::Common).count();
        let (own, others) = rest.split_at(run.max(1));
        let has = |wanted: Kind| own.iter().any(|(kind, _)| *kind == wanted);
        changed.resize(changed.len() + own.len(), has(Kind::Deleted) && has(Kind::Added));
        rest = others;
    }
    changed
}
