//! rg: ripgrep's everyday options on grep's engine, with files left out as git does it.

use std::ffi::{OsStr, OsString};

use cli::{Exit, Opt, Order, Outcome, Output, Spec, complain};
use sys::{Fd, FileType};

use crate::config::{Binary, Config, Directories, Report, Syntax};
use crate::walk::{Globs, Next, Walk, roots};
use crate::{EXIT_NO_MATCH, EXIT_TROUBLE, files, matcher};

#[derive(Clone, Copy, PartialEq, Eq)]
enum Id {
    Pattern,
    PatternFile,
    Fixed,
    IgnoreCase,
    CaseSensitive,
    SmartCase,
    Invert,
    Word,
    Line,
    Count,
    FilesWith,
    FilesWithout,
    Files,
    OnlyMatching,
    Quiet,
    LineNumber,
    NoLineNumber,
    WithFilename,
    NoFilename,
    After,
    Before,
    Context,
    MaxCount,
    MaxDepth,
    Glob,
    Type,
    TypeNot,
    TypeList,
    Hidden,
    NoIgnore,
    Unrestricted,
    Follow,
    Text,
    Color,
    Heading,
    NoHeading,
    ByteOffset,
    Null,
    Replace,
    NoMessages,
    Ignored,
    IgnoredValue,
}

#[rustfmt::skip]
static SPEC: Spec<Id> = Spec {
    name: "rg",
    usage: &["[OPTIONS] PATTERN [PATH ...]", "[OPTIONS] -e PATTERN ... [PATH ...]", "[OPTIONS] --files [PATH ...]"],
    about: "Search files below directories for lines that match a regular expression (of the crate regex), without those that .gitignore leaves out.",
    options: &[
        Opt::value(Id::Pattern, "e", "regexp", "PATTERN", "a pattern to search for"),
        Opt::value(Id::PatternFile, "f", "file", "FILE", "search for patterns from the given file"),
        Opt::flag(Id::Fixed, "F", "fixed-strings", "treat patterns as literal strings"),
        Opt::flag(Id::IgnoreCase, "i", "ignore-case", "case insensitive search"),
        Opt::flag(Id::CaseSensitive, "s", "case-sensitive", "search case sensitively (default)"),
        Opt::flag(Id::SmartCase, "S", "smart-case", "case insensitive unless the pattern has an upper case letter"),
        Opt::flag(Id::Invert, "v", "invert-match", "show lines that don't match"),
        Opt::flag(Id::Word, "w", "word-regexp", "show matches surrounded by word boundaries"),
        Opt::flag(Id::Line, "x", "line-regexp", "show matches surrounded by line boundaries"),
        Opt::flag(Id::Count, "c", "count", "show the count of matching lines for each file"),
        Opt::flag(Id::FilesWith, "l", "files-with-matches", "print the paths with at least one match"),
        Opt::flag(Id::FilesWithout, "", "files-without-match", "print the paths that contain no match"),
        Opt::flag(Id::Files, "", "files", "print each file that would be searched"),
        Opt::flag(Id::OnlyMatching, "o", "only-matching", "print only matched parts of a line"),
        Opt::flag(Id::Quiet, "q", "quiet", "do not print anything"),
        Opt::flag(Id::LineNumber, "n", "line-number", "show line numbers"),
        Opt::flag(Id::NoLineNumber, "N", "no-line-number", "suppress line numbers"),
        Opt::flag(Id::WithFilename, "H", "with-filename", "print the file path with each match"),
        Opt::flag(Id::NoFilename, "I", "no-filename", "never print the path with each match"),
        Opt::value(Id::After, "A", "after-context", "NUM", "show NUM lines after each match"),
        Opt::value(Id::Before, "B", "before-context", "NUM", "show NUM lines before each match"),
        Opt::value(Id::Context, "C", "context", "NUM", "show NUM lines before and after each match"),
        Opt::value(Id::MaxCount, "m", "max-count", "NUM", "limit the number of matches per file"),
        Opt::value(Id::MaxDepth, "d", "max-depth", "NUM", "descend at most NUM directories"),
        Opt::value(Id::Glob, "g", "glob", "GLOB", "include or exclude files (with !)"),
        Opt::value(Id::Type, "t", "type", "TYPE", "only search files matching TYPE"),
        Opt::value(Id::TypeNot, "T", "type-not", "TYPE", "do not search files matching TYPE"),
        Opt::flag(Id::TypeList, "", "type-list", "show all supported file types"),
        Opt::flag(Id::Hidden, ".", "hidden", "search hidden files and directories"),
        Opt::flag(Id::NoIgnore, "", "no-ignore", "don't respect ignore files"),
        Opt::flag(Id::Unrestricted, "u", "unrestricted", "reduce the level of \"smart\" filtering: --no-ignore, --hidden, --text"),
        Opt::flag(Id::Follow, "L", "follow", "follow symbolic links"),
        Opt::flag(Id::Text, "a", "text", "search binary files as if they were text"),
        Opt::value(Id::Color, "", "color", "WHEN", "when to use color: never, auto, always"),
        Opt::flag(Id::Heading, "", "heading", "print matches grouped by each file"),
        Opt::flag(Id::NoHeading, "", "no-heading", "don't group matches by each file"),
        Opt::flag(Id::ByteOffset, "b", "byte-offset", "print the byte offset of each line"),
        Opt::flag(Id::Null, "0", "null", "print a NUL byte after file paths"),
        Opt::value(Id::Replace, "r", "replace", "TEXT", "replace matches with TEXT, where $1 is a group"),
        Opt::flag(Id::NoMessages, "", "no-messages", "suppress messages about files that can't be read"),
        Opt::flag(Id::Ignored, "p", "pretty", ""),
        Opt::value(Id::IgnoredValue, "j", "threads", "NUM", ""),
        Opt::value(Id::IgnoredValue, "", "sort", "BY", ""),
    ],
    order: Order::Permute,
    failure: EXIT_TROUBLE,
};

/// File types by their globs.
const TYPES: &[(&str, &str)] = &[
    ("awk", "*.awk"),
    ("c", "*.{c,h,C,H}"),
    ("cpp", "*.{cpp,cc,cxx,hpp,hh,hxx,h}"),
    ("css", "*.{css,scss}"),
    ("csv", "*.csv"),
    ("go", "*.go"),
    ("html", "*.{html,htm,ejs}"),
    ("java", "*.{java,jsp,properties}"),
    ("js", "*.{js,jsx,cjs,mjs,vue}"),
    ("json", "*.{json,sarif}"),
    ("lua", "*.lua"),
    ("make", "{*.mk,*.mak,Makefile,makefile,GNUmakefile}"),
    ("markdown", "*.{md,markdown,mdown,mkdn}"),
    ("md", "*.{md,markdown,mdown,mkdn}"),
    ("php", "*.{php,php3,php4,php5,phtml}"),
    ("py", "*.{py,pyi}"),
    ("ruby", "{*.rb,*.rbw,*.gemspec,Gemfile,Rakefile}"),
    ("rust", "*.rs"),
    ("sh", "{*.sh,*.bash,*.zsh,*.ksh,.bashrc,.profile,.bash_profile}"),
    ("sql", "*.{sql,psql}"),
    ("toml", "{*.toml,Cargo.lock}"),
    ("ts", "*.{ts,tsx,cts,mts}"),
    ("txt", "*.txt"),
    ("wasm", "*.{wasm,wat}"),
    ("xml", "*.{xml,xsd,xsl,xslt,svg,dtd}"),
    ("yaml", "*.{yaml,yml}"),
];

fn trouble(message: impl std::fmt::Display) -> Exit {
    complain("rg", message);
    Exit(EXIT_TROUBLE)
}

fn number<N: std::str::FromStr>(value: &OsStr) -> Result<N, Exit> {
    let number = value.to_str().and_then(|text| text.parse().ok());
    number.ok_or_else(|| trouble(format_args!("invalid number: {}", value.display())))
}

pub fn run(name: &'static str, arguments: Vec<OsString>) -> Outcome {
    let parsed = SPEC.parse(arguments)?;
    let terminal = sys::isatty(Fd::STDOUT);
    let mut config = Config::new(name, Syntax::Perl);
    let mut walk = Walk {
        hidden: false,
        no_ignore: false,
        follow: false,
        max_depth: None,
        own_file: ".rgignore",
        globs: Globs::default(),
    };
    let mut types = Globs::default();
    let (mut given, mut list_files, mut smart, mut quiet) = (false, false, false, false);
    let (mut report, mut only, mut unrestricted) = (None, false, 0);
    let (mut names, mut numbers, mut heading) = (None, terminal, terminal);
    config.color = terminal;
    for (id, value) in parsed.options {
        let value = value.unwrap_or_default();
        let bytes = value.as_encoded_bytes();
        match id {
            Id::Pattern => {
                given = true;
                config.patterns.push(bytes.to_vec());
            }
            Id::PatternFile => {
                given = true;
                let text = cli::input::read_file(&value)
                    .map_err(|why| trouble(format_args!("{}: {why}", value.display())))?;
                let text = text.strip_suffix(b"\n").unwrap_or(&text);
                config
                    .patterns
                    .extend(text.split(|b| *b == b'\n').map(<[u8]>::to_vec));
            }
            Id::Fixed => config.syntax = Syntax::Fixed,
            Id::IgnoreCase => (config.ignore_case, smart) = (true, false),
            Id::CaseSensitive => (config.ignore_case, smart) = (false, false),
            Id::SmartCase => smart = true,
            Id::Invert => config.invert = true,
            Id::Word => config.word = true,
            Id::Line => config.line = true,
            Id::Count => report = Some(Report::Count),
            Id::FilesWith => report = Some(Report::FilesWithMatches),
            Id::FilesWithout => report = Some(Report::FilesWithoutMatch),
            Id::Files => list_files = true,
            Id::OnlyMatching => only = true,
            Id::Quiet => quiet = true,
            Id::LineNumber => numbers = true,
            Id::NoLineNumber => numbers = false,
            Id::WithFilename => names = Some(true),
            Id::NoFilename => names = Some(false),
            Id::After => (config.after, config.context) = (number(&value)?, true),
            Id::Before => (config.before, config.context) = (number(&value)?, true),
            Id::Context => {
                config.after = number(&value)?;
                (config.before, config.context) = (config.after, true);
            }
            Id::MaxCount => config.max_count = number(&value)?,
            Id::MaxDepth => walk.max_depth = Some(number(&value)?),
            Id::Glob => match bytes.strip_prefix(b"!") {
                Some(glob) => walk.globs.add(glob, true),
                None => walk.globs.add(bytes, false),
            },
            Id::Type | Id::TypeNot => {
                let found = TYPES.iter().find(|(name, _)| *name == value);
                let (_, glob) = found
                    .ok_or_else(|| trouble(format_args!("unrecognized file type: {}", value.display())))?;
                types.add(glob.as_bytes(), id == Id::TypeNot);
            }
            Id::TypeList => {
                let mut out = Output::stdout();
                TYPES
                    .iter()
                    .for_each(|(name, glob)| out.line(format!("{name}: {glob}").as_bytes()));
                return Ok(out.finish(name, 0, EXIT_TROUBLE));
            }
            Id::Hidden => walk.hidden = true,
            Id::NoIgnore => walk.no_ignore = true,
            Id::Unrestricted => unrestricted += 1,
            Id::Follow => walk.follow = true,
            Id::Text => config.binary = Binary::Text,
            Id::Color => config.color = value == "always" || value == "ansi" || value == "auto" && terminal,
            Id::Heading => heading = true,
            Id::NoHeading => heading = false,
            Id::ByteOffset => config.byte_offset = true,
            Id::Null => config.name_end = Some(0),
            Id::Replace => config.replacement = Some(bytes.to_vec()),
            Id::NoMessages => config.silent = true,
            Id::Ignored | Id::IgnoredValue => {}
        }
    }
    walk.no_ignore |= unrestricted >= 1;
    walk.hidden |= unrestricted >= 2;
    if unrestricted >= 3 {
        config.binary = Binary::Text;
    }
    let mut operands = parsed.operands;
    if !given && !list_files {
        if operands.is_empty() {
            return Err(SPEC.usage_error("the following required arguments were not provided: <PATTERN>"));
        }
        config.patterns.push(operands.remove(0).into_encoded_bytes());
    }
    if smart {
        let has_upper = |pattern: &Vec<u8>| String::from_utf8_lossy(pattern).chars().any(char::is_uppercase);
        config.ignore_case = !config.patterns.iter().any(has_upper);
    }
    config.report = match (quiet, report) {
        (true, _) => Report::Nothing,
        (_, Some(report)) => report,
        _ if only => Report::OnlyMatching,
        _ => Report::Lines,
    };
    let piped = || {
        let kind = sys::fstat(Fd::STDIN).map(|stat| stat.file_type());
        matches!(kind, Ok(FileType::Fifo | FileType::Regular))
    };
    let from_input = operands.is_empty() && !list_files && piped();
    let mut failed = false;
    let mut several = operands.len() > 1;
    if from_input {
        config.files.push("-".into());
    } else {
        for root in roots(operands) {
            if root == *"-" {
                config.files.push("-".into());
                continue;
            }
            match sys::stat(root.as_path()) {
                Ok(stat) if stat.is_dir() => several = true,
                Ok(_) => {
                    config.files.push(root.into());
                    continue;
                }
                Err(why) => {
                    complain(
                        name,
                        format_args!("{}: {why} (os error {})", root.display(), why.raw()),
                    );
                    failed = true;
                    continue;
                }
            }
            let files = &mut config.files;
            walk.run(
                &root,
                &mut |entry| {
                    if entry.kind == FileType::Regular && !types.excludes(entry.path, false) {
                        files.push(entry.path.into());
                    }
                    Next::On
                },
                &mut |path, why| {
                    complain(name, format_args!("{}: {why}", path.display()));
                    failed = true;
                },
            );
        }
    }
    if list_files {
        let mut out = Output::stdout();
        let end: &[u8] = if config.name_end.is_some() { b"\0" } else { b"\n" };
        for file in &config.files {
            out.put(file.as_encoded_bytes());
            out.put(end);
        }
        let status = if failed {
            EXIT_TROUBLE
        } else if config.files.is_empty() {
            EXIT_NO_MATCH
        } else {
            0
        };
        return Ok(out.finish(name, status, EXIT_TROUBLE));
    }
    config.file_names = names.unwrap_or(several);
    config.line_number = numbers;
    config.heading = heading && config.file_names && config.report.shows_lines();
    config.directories = Directories::Read;
    config.label = b"<stdin>".to_vec();
    config.skip_zero = true;
    if config.binary != Binary::Text && several {
        config.binary = Binary::WithoutMatch;
    }
    let matcher = matcher::Matcher::new(&config).map_err(trouble)?;
    let status = files::run(&config, &matcher);
    Ok(if failed && status != 128 {
        EXIT_TROUBLE
    } else {
        status
    })
}
