//! diff's command line.

use std::ffi::OsString;

use cli::{Exit, Opt, Order, Spec, complain, quote};

use super::{Color, Options, Style};
use crate::compare::Space;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Id {
    Normal,
    Brief,
    ReportIdentical,
    CopiedContext,
    Context,
    UnifiedContext,
    Unified,
    Ed,
    Rcs,
    SideBySide,
    Width,
    LeftColumn,
    SuppressCommon,
    ShowFunction,
    Label,
    ExpandTabs,
    InitialTab,
    TabSize,
    SuppressBlankEmpty,
    Recursive,
    NewFile,
    UnidirectionalNewFile,
    IgnoreCase,
    IgnoreTabExpansion,
    IgnoreTrailingSpace,
    IgnoreSpaceChange,
    IgnoreAllSpace,
    IgnoreBlankLines,
    Text,
    StripTrailingCr,
    Minimal,
    SpeedLargeFiles,
    HorizonLines,
    Exclude,
    ExcludeFrom,
    StartingFile,
    Color,
    NoDereference,
}

#[rustfmt::skip]
const SPEC: Spec<Id> = Spec {
    name: "diff",
    usage: &["[OPTION]... FILES"],
    about: "Compare FILES line by line.",
    options: &[
        Opt::flag(Id::Normal, "", "normal", "output a normal diff (the default)"),
        Opt::flag(Id::Brief, "q", "brief", "report only when files differ"),
        Opt::flag(Id::ReportIdentical, "s", "report-identical-files", "report when two files are the same"),
        Opt::flag(Id::Context, "c", "", "output 3 lines of copied context"),
        Opt::optional(Id::CopiedContext, "", "context", "NUM", "output NUM (default 3) lines of copied context"),
        Opt::value(Id::CopiedContext, "C", "", "NUM", "the same"),
        Opt::flag(Id::Unified, "u", "", "output 3 lines of unified context"),
        Opt::optional(Id::UnifiedContext, "", "unified", "NUM", "output NUM (default 3) lines of unified context"),
        Opt::value(Id::UnifiedContext, "U", "", "NUM", "the same"),
        Opt::flag(Id::Ed, "e", "ed", "output an ed script"),
        Opt::flag(Id::Rcs, "n", "rcs", "output an RCS format diff"),
        Opt::flag(Id::SideBySide, "y", "side-by-side", "output in two columns"),
        Opt::value(Id::Width, "W", "width", "NUM", "output at most NUM (default 130) print columns"),
        Opt::flag(Id::LeftColumn, "", "left-column", "output only the left column of common lines"),
        Opt::flag(Id::SuppressCommon, "", "suppress-common-lines", "do not output common lines"),
        Opt::flag(Id::ShowFunction, "p", "show-c-function", "show which C function each change is in"),
        Opt::value(Id::Label, "L", "label", "LABEL", "use LABEL instead of file name and timestamp\n(can be repeated)"),
        Opt::flag(Id::ExpandTabs, "t", "expand-tabs", "expand tabs to spaces in output"),
        Opt::flag(Id::InitialTab, "T", "initial-tab", "make tabs line up by prepending a tab"),
        Opt::value(Id::TabSize, "", "tabsize", "NUM", "tab stops every NUM (default 8) print columns"),
        Opt::flag(Id::SuppressBlankEmpty, "", "suppress-blank-empty", "suppress space or tab before empty output lines"),
        Opt::flag(Id::Recursive, "r", "recursive", "recursively compare any subdirectories found"),
        Opt::flag(Id::NoDereference, "", "no-dereference", "don't follow symbolic links"),
        Opt::flag(Id::NewFile, "N", "new-file", "treat absent files as empty"),
        Opt::flag(Id::UnidirectionalNewFile, "P", "unidirectional-new-file", "treat absent first files as empty"),
        Opt::value(Id::Exclude, "x", "exclude", "PAT", "exclude files that match PAT"),
        Opt::value(Id::ExcludeFrom, "X", "exclude-from", "FILE", "exclude files that match any pattern in FILE"),
        Opt::value(Id::StartingFile, "S", "starting-file", "FILE", "start with FILE when comparing directories"),
        Opt::flag(Id::IgnoreCase, "i", "ignore-case", "ignore case differences in file contents"),
        Opt::flag(Id::IgnoreTabExpansion, "E", "ignore-tab-expansion", "ignore changes due to tab expansion"),
        Opt::flag(Id::IgnoreTrailingSpace, "Z", "ignore-trailing-space", "ignore white space at line end"),
        Opt::flag(Id::IgnoreSpaceChange, "b", "ignore-space-change", "ignore changes in the amount of white space"),
        Opt::flag(Id::IgnoreAllSpace, "w", "ignore-all-space", "ignore all white space"),
        Opt::flag(Id::IgnoreBlankLines, "B", "ignore-blank-lines", "ignore changes where lines are all blank"),
        Opt::flag(Id::Text, "a", "text", "treat all files as text"),
        Opt::flag(Id::StripTrailingCr, "", "strip-trailing-cr", "strip trailing carriage return on input"),
        Opt::flag(Id::Minimal, "d", "minimal", "try hard to find a smaller set of changes"),
        Opt::value(Id::HorizonLines, "", "horizon-lines", "NUM", "accepted: nothing of the common prefix is thrown away"),
        Opt::flag(Id::SpeedLargeFiles, "H", "speed-large-files", "accepted: large files are always compared this way"),
        Opt::optional(Id::Color, "", "color", "WHEN", "color output; WHEN is 'never', 'always', or 'auto'"),
    ],
    order: Order::Permute,
    failure: 2,
};

/// The old way to say the lines of context, `-5`, as GNU's takes it: digits become the value of -U or -C.
fn modern(arguments: Vec<OsString>) -> (Vec<OsString>, Option<OsString>) {
    let mut context = None;
    let mut rest = Vec::with_capacity(arguments.len());
    let mut options = true;
    for argument in arguments {
        options &= argument != "--";
        match argument.as_encoded_bytes() {
            [b'-', digits @ ..] if options && !digits.is_empty() && digits.iter().all(u8::is_ascii_digit) => {
                context = Some(cli::os(digits).to_owned());
            }
            _ => rest.push(argument),
        }
    }
    (rest, context)
}

fn number(text: &OsString, what: &str) -> Result<usize, Exit> {
    let parsed = text.to_str().and_then(|text| text.parse().ok());
    parsed.ok_or_else(|| SPEC.usage_error(format_args!("invalid {what} {}", quote::always(text))))
}

/// Sets the style; two different ones are an error.
fn choose(style: &mut Option<Style>, chosen: Style) -> Result<(), Exit> {
    match style {
        Some(before) if *before != chosen => {
            complain(
                SPEC.name,
                "conflicting output style options\ndiff: Try 'diff --help' for more information.",
            );
            Err(Exit(SPEC.failure))
        }
        _ => {
            *style = Some(chosen);
            Ok(())
        }
    }
}

/// Reads the command line: the options and the operands.
pub fn parse(arguments: Vec<OsString>) -> Result<(Options, Vec<OsString>), Exit> {
    let (arguments, old_context) = modern(arguments);
    let parsed = SPEC.parse(arguments.clone())?;
    let mut options = Options {
        switches: switches(&arguments, &parsed.operands),
        ..Options::default()
    };
    let mut style = None;
    let mut context: Option<usize> = old_context
        .map(|text| number(&text, "context length"))
        .transpose()?;
    for (id, value) in &parsed.options {
        let text = value.clone().unwrap_or_default();
        match id {
            Id::Normal => choose(&mut style, Style::Normal)?,
            Id::Brief => options.brief = true,
            Id::ReportIdentical => options.report_identical = true,
            Id::Context | Id::CopiedContext | Id::Unified | Id::UnifiedContext => {
                let unified = matches!(id, Id::Unified | Id::UnifiedContext);
                choose(&mut style, if unified { Style::Unified } else { Style::Context })?;
                let given = value
                    .as_ref()
                    .map(|text| number(text, "context length"))
                    .transpose()?;
                context = context.max(given);
            }
            Id::Ed => choose(&mut style, Style::Ed)?,
            Id::Rcs => choose(&mut style, Style::Rcs)?,
            Id::SideBySide => choose(&mut style, Style::SideBySide)?,
            Id::Width => {
                options.width = number(&text, "width").and_then(|width| match width {
                    0 => Err(SPEC.usage_error("invalid width '0'")),
                    width => Ok(width),
                })?
            }
            Id::LeftColumn => options.left_column = true,
            Id::SuppressCommon => options.suppress_common = true,
            Id::ShowFunction => options.show_function = true,
            Id::Label => options.labels.push(text),
            Id::ExpandTabs => options.expand_tabs = true,
            Id::InitialTab => options.initial_tab = true,
            Id::TabSize => options.tab_size = number(&text, "tabsize")?.max(1),
            Id::SuppressBlankEmpty => options.suppress_blank_empty = true,
            Id::Recursive => options.recursive = true,
            Id::NewFile => options.new_file = true,
            Id::UnidirectionalNewFile => options.first_may_be_absent = true,
            Id::IgnoreCase => options.equality.ignore_case = true,
            Id::IgnoreTabExpansion => options.ignore_space(Space::TabsAreSpaces),
            Id::IgnoreTrailingSpace => options.ignore_space(Space::TrailingIgnored),
            Id::IgnoreSpaceChange => options.ignore_space(Space::AmountIgnored),
            Id::IgnoreAllSpace => options.ignore_space(Space::AllIgnored),
            Id::IgnoreBlankLines => options.ignore_blank_lines = true,
            Id::Text => options.text = true,
            Id::StripTrailingCr => options.equality.strip_trailing_cr = true,
            Id::Minimal => options.equality.minimal = true,
            Id::SpeedLargeFiles => {}
            Id::HorizonLines => drop(number(&text, "horizon length")?),
            Id::Exclude => options.exclude.push(text),
            Id::ExcludeFrom => options.exclude.extend(patterns(&text)?),
            Id::StartingFile => options.starting_file = Some(text),
            Id::Color => options.color = color(value.as_ref())?,
            Id::NoDereference => options.no_dereference = true,
        }
    }
    if options.labels.len() > 2 {
        return Err(SPEC.usage_error("too many file label options"));
    }
    if options.show_function && style.is_none() {
        style = Some(Style::Context);
    }
    if context.is_some() && style.is_none() {
        style = Some(Style::Context);
    }
    options.context = context.unwrap_or(3);
    options.style = style.unwrap_or_default();
    options.equality.newline_at_end_ignored = options.style == Style::Ed;
    match parsed.operands.len() {
        0 => Err(SPEC.usage_error("missing operand after 'diff'")),
        1 => Err(SPEC.missing_operand(Some(&parsed.operands[0]))),
        2 => Ok((options, parsed.operands)),
        _ => Err(SPEC.extra_operand(&parsed.operands[2])),
    }
}

/// The options as they were typed, which the header of a file in a directory repeats: all but the operands, which are
/// looked for from the end, since most come last.
fn switches(arguments: &[OsString], operands: &[OsString]) -> Vec<u8> {
    let mut operands = operands.iter().rev().peekable();
    let mut kept = Vec::new();
    for argument in arguments.iter().rev() {
        if operands.next_if_eq(&argument).is_none() && argument != "--" {
            kept.push(quote::if_needed(argument));
        }
    }
    let mut out = Vec::new();
    for argument in kept.iter().rev() {
        out.push(b' ');
        out.extend_from_slice(argument.as_bytes());
    }
    out
}

fn color(value: Option<&OsString>) -> Result<Color, Exit> {
    match value.map(|value| value.as_encoded_bytes()) {
        None | Some(b"auto") => Ok(Color::Auto),
        Some(b"always") => Ok(Color::Always),
        Some(b"never") => Ok(Color::Never),
        Some(other) => Err(SPEC.usage_error(format_args!("invalid color {}", quote::always(cli::os(other))))),
    }
}

/// The lines of a file of patterns.
fn patterns(path: &OsString) -> Result<Vec<OsString>, Exit> {
    let text = cli::input::read_file(path).map_err(|why| {
        complain(SPEC.name, format_args!("{}: {why}", path.display()));
        Exit(SPEC.failure)
    })?;
    let lines = text.split(|b| *b == b'\n').filter(|line| !line.is_empty());
    Ok(lines.map(|line| cli::os(line).to_owned()).collect())
}
