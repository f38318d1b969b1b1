//! From lines to the history's entries, and from its references to lines.

use readline::event::Expansion;
use readline::lexer::{self, Join};
use sys::Fd;

use crate::history;
use crate::shell::Shell;
use crate::text::Bytes;

pub fn remember(sh: &mut Shell, mut entry: Bytes) {
    entry.truncate(entry.trim_ascii_end().len());
    if sh.options.history && !entry.is_empty() {
        sh.history_added = history::remember(sh, entry);
    }
}

/// The lines of one command as one line where that means the same, or as they are with `lithist`.
pub fn join(sh: &mut Shell, mut entry: Bytes, line: &[u8]) -> Bytes {
    if entry.is_empty() {
        return line.to_vec();
    }
    match lexer::scan(&entry).join {
        Join::Nothing => {
            entry.pop();
        }
        _ if sh.options.shopt_is_on("lithist") => entry.push(b'\n'),
        Join::Newline => entry.push(b'\n'),
        Join::Space => entry.push(b' '),
        // An empty line needs none.
        Join::Semicolon if line.trim_ascii().is_empty() => return entry,
        Join::Semicolon => entry.extend_from_slice(b"; "),
    }
    entry.extend_from_slice(line);
    entry
}

pub enum Expanded {
    Line(Bytes),
    /// To be edited before it is taken.
    Again(Bytes),
    Nothing,
}

/// Replaces what `!` and `^` stand for in a line; `before` is what the command has so far.
pub fn expand_history(sh: &mut Shell, line: &[u8], before: &[u8]) -> Expanded {
    sh.history_added = false;
    if !sh.options.histexpand || !sh.options.history {
        return Expanded::Line(line.to_vec());
    }
    sh.expander.extglob = sh.options.extglob;
    sh.expander.chars = match sh.vars.get("histchars").map_or(&b""[..], |c| c) {
        [] => *b"!^#",
        [e] => [*e, b'^', b'#'],
        [e, q] => [*e, *q, b'#'],
        [e, q, c, ..] => [*e, *q, *c],
    };
    let quote = lexer::scan(before).quote;
    match sh.expander.expand(&sh.history, line, quote) {
        Ok(Expansion::Unchanged) => Expanded::Line(line.to_vec()),
        Ok(Expansion::Changed(text)) if sh.options.shopt_is_on("histverify") => Expanded::Again(text),
        Ok(Expansion::Changed(text)) => {
            let _ = sys::write_all(Fd::STDERR, &[&text[..], b"\n"].concat());
            Expanded::Line(text)
        }
        Ok(Expansion::Print(text)) => {
            let _ = sys::write_all(Fd::STDERR, &[&text[..], b"\n"].concat());
            remember(sh, text);
            Expanded::Nothing
        }
        Err(e) => {
            sh.complain(e.to_string());
            if sh.options.shopt_is_on("histreedit") {
                return Expanded::Again(line.to_vec());
            }
            Expanded::Nothing
        }
    }
}
