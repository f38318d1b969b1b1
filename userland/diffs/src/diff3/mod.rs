//! diff3(1): compares three files line by line.
//! <https://www.gnu.org/software/diffutils/manual/html_node/Invoking-diff3.html>

mod output;

use std::ffi::OsString;

use cli::{Exit, Opt, Order, Outcome, Output, Spec, complain, input};

use crate::block::blocks;
use crate::lines::Lines;

const CONFLICTS: i32 = 1;
const TROUBLE: i32 = 2;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Id {
    ShowAll,
    Ed,
    ShowOverlap,
    EasyOnly,
    OverlapOnly,
    FlaggedOverlapOnly,
    FinalWrite,
    Merge,
    Text,
    StripTrailingCr,
    InitialTab,
    Label,
}

#[rustfmt::skip]
const SPEC: Spec<Id> = Spec {
    name: "diff3",
    usage: &["[OPTION]... MYFILE OLDFILE YOURFILE"],
    about: "Compare three files line by line.",
    options: &[
        Opt::flag(Id::ShowAll, "A", "show-all", "output all changes, bracketing conflicts"),
        Opt::flag(Id::Ed, "e", "ed", "output ed script incorporating changes\nfrom OLDFILE to YOURFILE into MYFILE"),
        Opt::flag(Id::ShowOverlap, "E", "show-overlap", "like -e, but bracket conflicts"),
        Opt::flag(Id::EasyOnly, "3", "easy-only", "like -e, but incorporate only nonoverlapping changes"),
        Opt::flag(Id::OverlapOnly, "x", "overlap-only", "like -e, but incorporate only overlapping changes"),
        Opt::flag(Id::FlaggedOverlapOnly, "X", "", "like -x, but bracket conflicts"),
        Opt::flag(Id::FinalWrite, "i", "", "append 'w' and 'q' commands to ed scripts"),
        Opt::flag(Id::Merge, "m", "merge", "output actual merged file, according to\n-A if no other options are given"),
        Opt::flag(Id::Text, "a", "text", "treat all files as text"),
        Opt::flag(Id::StripTrailingCr, "", "strip-trailing-cr", "strip trailing carriage return on input"),
        Opt::flag(Id::InitialTab, "T", "initial-tab", "make tabs line up by prepending a tab"),
        Opt::value(Id::Label, "L", "label", "LABEL", "use LABEL instead of file name\n(can be repeated up to three times)"),
    ],
    order: Order::Permute,
    failure: TROUBLE,
};

/// What to show, and how.
#[derive(Default)]
struct Options {
    merge: bool,
    /// An ed script, or what one would do.
    edit: bool,
    /// Conflicts are put into brackets.
    flagging: bool,
    /// The old file's lines are shown in them.
    show_old: bool,
    overlap_only: bool,
    easy_only: bool,
    final_write: bool,
    text: bool,
    initial_tab: bool,
}

pub fn run(_: &'static str, arguments: Vec<OsString>) -> Outcome {
    let parsed = SPEC.parse(arguments)?;
    let mut options = Options::default();
    let mut equality = crate::compare::Equality::default();
    let mut labels = Vec::new();
    for (id, value) in parsed.options {
        options.edit |= matches!(
            id,
            Id::ShowAll | Id::Ed | Id::ShowOverlap | Id::EasyOnly | Id::OverlapOnly | Id::FlaggedOverlapOnly
        );
        match id {
            Id::ShowAll => (options.flagging, options.show_old) = (true, true),
            Id::Ed => {}
            Id::ShowOverlap => options.flagging = true,
            Id::EasyOnly => options.easy_only = true,
            Id::OverlapOnly => options.overlap_only = true,
            Id::FlaggedOverlapOnly => (options.overlap_only, options.flagging) = (true, true),
            Id::FinalWrite => options.final_write = true,
            Id::Merge => options.merge = true,
            Id::Text => options.text = true,
            Id::StripTrailingCr => equality.strip_trailing_cr = true,
            Id::InitialTab => options.initial_tab = true,
            Id::Label => labels.push(value.unwrap_or_default()),
        }
    }
    if options.merge && !options.edit {
        (options.flagging, options.show_old) = (true, true);
    }
    if options.final_write && options.merge || labels.len() > 3 || !labels.is_empty() && !options.flagging {
        return Err(SPEC.usage_error("incompatible options"));
    }
    let names = match parsed.operands.as_slice() {
        [_, _, _] => &parsed.operands,
        [_, _, _, extra, ..] => return Err(SPEC.extra_operand(extra)),
        some => {
            return Err(SPEC.missing_operand(Some(some.last().map_or("diff3".as_ref(), OsString::as_os_str))));
        }
    };
    if names.iter().filter(|name| *name == "-").count() > 1 {
        complain(SPEC.name, "'-' specified for more than one input file");
        return Err(Exit(TROUBLE));
    }
    let mut files = Vec::new();
    for name in names {
        let bytes = input::read_file(name).map_err(|why| {
            complain(SPEC.name, format_args!("{}: {why}", name.display()));
            Exit(TROUBLE)
        })?;
        files.push(Lines::new(bytes));
    }
    if !options.text && files.iter().any(Lines::is_binary) {
        complain(SPEC.name, "binary files can't be compared without --text");
        return Err(Exit(TROUBLE));
    }
    let labels: Vec<&[u8]> = (0..3)
        .map(|at| labels.get(at).unwrap_or(&names[at]).as_encoded_bytes())
        .collect();
    // Which file the other two are compared with: the ancestor for a merge, else the last.
    let common = if options.edit || options.merge { 1 } else { 2 };
    let blocks = blocks(&files, common, &equality);
    let mut out = Output::stdout();
    let conflicts = if options.merge {
        output::merge(&options, &files, &labels, &blocks, &mut out)
    } else if options.edit {
        output::script(&options, &files, &labels, &blocks, &mut out)
    } else {
        output::report(&options, &files, &blocks, &mut out);
        false
    };
    Ok(out.finish(SPEC.name, if conflicts { CONFLICTS } else { 0 }, TROUBLE))
}
