//! The options of diff, log and show that say what to print of changes.

use crate::failure::Result;
use crate::fatal;
use crate::options::{Opt, Parsed, flag, optional, value};

#[rustfmt::skip]
pub const OPTIONS: &[Opt] = &[
    flag("p|patch", "generate patch"),
    flag("u|", ""),
    flag("s|no-patch", "suppress diff output"),
    value("U|unified", "n", "generate diffs with <n> lines context"),
    optional("|stat", "width", "generate diffstat"),
    flag("|numstat", "machine friendly --stat"),
    flag("|shortstat", "output only the last line of --stat"),
    flag("|summary", "condensed summary such as creations, renames and mode changes"),
    flag("|patch-with-stat", "synonym for '-p --stat'"),
    flag("|name-only", "show only names of changed files"),
    flag("|name-status", "show only names and status of changed files"),
    flag("|raw", "generate the diff in raw format"),
    flag("z|", "do not munge pathnames and use NULs as output field terminators in --raw or --numstat"),
    optional("M|find-renames", "n", "detect renames"),
    optional("C|find-copies", "n", "detect copies"),
    flag("|renames", ""),
    flag("w|ignore-all-space", "ignore whitespace when comparing lines"),
    flag("b|ignore-space-change", "ignore changes in amount of whitespace"),
    flag("|ignore-space-at-eol", "ignore changes in whitespace at EOL"),
    flag("|ignore-cr-at-eol", "ignore carrier-return at the end of line"),
    flag("|minimal", "produce the smallest possible diff"),
    flag("|indent-heuristic", "heuristic to shift diff hunk boundaries for easy reading"),
    value("|diff-algorithm", "algorithm", "choose a diff algorithm"),
    flag("a|text", "treat all files as text"),
    flag("|full-index", "show full pre- and post-image object names on the \"index\" lines"),
    optional("|abbrev", "n", "use <n> digits to display object names"),
    flag("R|", "swap two inputs, reverse the diff"),
    flag("|no-prefix", "do not show any source or destination prefix"),
    value("|src-prefix", "prefix", "show the given source prefix instead of \"a/\""),
    value("|dst-prefix", "prefix", "show the given destination prefix instead of \"b/\""),
    optional("|color", "when", "show colored diff"),
    value("|diff-filter", "filter", "select files by diff type"),
    flag("|exit-code", "exit with 1 if there were differences, 0 otherwise"),
    flag("|quiet", "disable all output of the program"),
    optional("|word-diff", "mode", ""),
    optional("|color-words", "regex", ""),
    value("S|", "string", ""),
    value("G|", "regex", ""),
    flag("W|function-context", ""),
    flag("|binary", ""),
    flag("|relative", ""),
    flag("|check", ""),
    flag("|ext-diff", ""),
    flag("|textconv", ""),
    optional("|submodule", "format", ""),
    flag("|ignore-submodules", ""),
];

/// Options that real work hangs on, and that are not there.
pub const MISSING: &[&str] = &[
    "word-diff",
    "color-words",
    "S",
    "G",
    "function-context",
    "binary",
    "relative",
    "check",
    "ext-diff",
];

/// `--color[=when]`, `--no-color`; `None` where neither was given and for `auto`.
pub fn color_switch(parsed: &Parsed) -> Result<Option<bool>> {
    match (parsed.switch("color"), parsed.text("color").as_deref()) {
        (Some(false), _) | (_, Some("never")) => Ok(Some(false)),
        (Some(true), None | Some("always")) => Ok(Some(true)),
        (_, None | Some("auto")) => Ok(None),
        _ => fatal!("option `color' expects \"always\", \"auto\", or \"never\""),
    }
}

/// `50%`, or `5` for the digits after the point.
pub fn percent(parsed: &Parsed, id: &str) -> Result<u32> {
    let Some(text) = parsed.text(id) else {
        return Ok(50);
    };
    let digits = text.trim_end_matches('%');
    let Ok(number) = digits.parse::<u32>() else {
        return fatal!("invalid argument to ", id);
    };
    Ok(if text.ends_with('%') {
        number.min(100)
    } else {
        let scale = 10u32.pow(digits.len().min(6) as u32);
        (number.min(scale) * 100) / scale
    })
}
