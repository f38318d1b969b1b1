//! The command line, and MAKEFLAGS.

use std::ffi::OsString;

use cli::{Exit, Opt, Order, Spec};

use crate::text;

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Id {
    Always,
    Directory,
    EnvironmentOverrides,
    Eval,
    File,
    Ignore,
    IncludeDirectory,
    Jobs,
    KeepGoing,
    JustPrint,
    Old,
    New,
    Print,
    Question,
    NoRules,
    NoVariables,
    Silent,
    NoSilent,
    Stop,
    Touch,
    Where,
    NoWhere,
    Nothing,
    NothingWithValue,
}

pub static SPEC: Spec<Id> = Spec {
    name: "make",
    usage: &["[options] [target] ..."],
    about: "Bring targets up to date by the rules of a makefile.",
    options: &[
        Opt::flag(Id::Nothing, "bm", "", "ignored for compatibility"),
        Opt::flag(Id::Always, "B", "always-make", "unconditionally make all targets"),
        Opt::value(
            Id::Directory,
            "C",
            "directory",
            "DIRECTORY",
            "change to DIRECTORY before doing anything",
        ),
        Opt::flag(Id::Nothing, "d", "trace", ""),
        Opt::optional(Id::Nothing, "", "debug", "FLAGS", ""),
        Opt::flag(
            Id::EnvironmentOverrides,
            "e",
            "environment-overrides",
            "environment variables override makefiles",
        ),
        Opt::value(
            Id::Eval,
            "E",
            "eval",
            "STRING",
            "evaluate STRING as a makefile statement",
        ),
        Opt::value(Id::File, "f", "file", "FILE", "read FILE as a makefile"),
        Opt::value(Id::File, "", "makefile", "FILE", ""),
        Opt::flag(Id::Ignore, "i", "ignore-errors", "ignore errors from recipes"),
        Opt::value(
            Id::IncludeDirectory,
            "I",
            "include-dir",
            "DIRECTORY",
            "search DIRECTORY for included makefiles",
        ),
        Opt::optional(
            Id::Jobs,
            "j",
            "jobs",
            "N",
            "allow N jobs at once; infinite jobs with no arg",
        ),
        Opt::flag(
            Id::KeepGoing,
            "k",
            "keep-going",
            "keep going when some targets can't be made",
        ),
        Opt::optional(Id::Nothing, "l", "load-average", "N", ""),
        Opt::flag(Id::Nothing, "L", "check-symlink-times", ""),
        Opt::flag(
            Id::JustPrint,
            "n",
            "just-print",
            "don't actually run any recipe; just print them",
        ),
        Opt::flag(Id::JustPrint, "", "dry-run", ""),
        Opt::flag(Id::JustPrint, "", "recon", ""),
        Opt::value(
            Id::Old,
            "o",
            "old-file",
            "FILE",
            "consider FILE to be very old and don't remake it",
        ),
        Opt::value(Id::Old, "", "assume-old", "FILE", ""),
        Opt::optional(Id::Nothing, "O", "output-sync", "TYPE", ""),
        Opt::flag(Id::Print, "p", "print-data-base", "print the variables and rules"),
        Opt::flag(
            Id::Question,
            "q",
            "question",
            "run no recipe; exit status says if up to date",
        ),
        Opt::flag(
            Id::NoRules,
            "r",
            "no-builtin-rules",
            "disable the built-in implicit rules",
        ),
        Opt::flag(
            Id::NoVariables,
            "R",
            "no-builtin-variables",
            "disable the built-in variable settings",
        ),
        Opt::flag(Id::Silent, "s", "silent", "don't echo recipes"),
        Opt::flag(Id::Silent, "", "quiet", ""),
        Opt::flag(Id::NoSilent, "", "no-silent", "echo recipes"),
        Opt::flag(Id::Stop, "S", "no-keep-going", "turns off -k"),
        Opt::flag(Id::Stop, "", "stop", ""),
        Opt::flag(Id::Touch, "t", "touch", "touch targets instead of remaking them"),
        Opt::flag(Id::Where, "w", "print-directory", "print the current directory"),
        Opt::flag(
            Id::NoWhere,
            "",
            "no-print-directory",
            "turn off -w, even if it was turned on implicitly",
        ),
        Opt::value(
            Id::New,
            "W",
            "what-if",
            "FILE",
            "consider FILE to be infinitely new",
        ),
        Opt::value(Id::New, "", "new-file", "FILE", ""),
        Opt::value(Id::New, "", "assume-new", "FILE", ""),
        Opt::flag(Id::Nothing, "", "warn-undefined-variables", ""),
        Opt::value(Id::NothingWithValue, "", "jobserver-auth", "FDS", ""),
    ],
    order: Order::Permute,
    failure: 2,
};

#[derive(Default)]
pub struct Options {
    pub always: bool,
    pub directories: Vec<String>,
    pub environment_overrides: bool,
    pub evals: Vec<String>,
    pub files: Vec<String>,
    pub ignore_errors: bool,
    pub include_directories: Vec<String>,
    /// `None`: as many as there are.
    pub jobs: Option<usize>,
    pub keep_going: bool,
    pub just_print: bool,
    pub old_files: Vec<String>,
    pub new_files: Vec<String>,
    pub print: bool,
    pub question: bool,
    pub no_rules: bool,
    pub no_variables: bool,
    pub silent: bool,
    pub touch: bool,
    pub print_directory: Option<bool>,
    /// `NAME=value`.
    pub variables: Vec<String>,
    pub goals: Vec<String>,
}

/// MAKEFLAGS first, then the command line.
pub fn parse(arguments: Vec<OsString>) -> Result<Options, Exit> {
    let mut options = Options {
        jobs: Some(1),
        ..Options::default()
    };
    let inherited = std::env::var_os("MAKEFLAGS").unwrap_or_default();
    let inherited = text::decode(inherited.as_encoded_bytes());
    let mut words = split_flags(&inherited);
    if let Some(first) = words.first_mut()
        && !first.starts_with('-')
        && !first.contains('=')
    {
        first.insert(0, '-');
    }
    options.take(
        words
            .iter()
            .filter(|word| *word != "--" && *word != "-")
            .map(|word| text::path(word))
            .collect(),
    )?;
    options.goals.clear();
    // `-j 4` is `-j4`.
    let mut words: Vec<OsString> = Vec::new();
    let mut rest = arguments.into_iter().peekable();
    while let Some(word) = rest.next() {
        let takes = word == "-j" || word == "--jobs";
        let number =
            rest.next_if(|next| takes && next.to_str().is_some_and(|next| next.parse::<usize>().is_ok()));
        words.push(match number {
            Some(number) => format!("-j{}", number.display()).into(),
            None => word,
        });
    }
    options.take(words)?;
    Ok(options)
}

/// The words of MAKEFLAGS: blanks part them, but for those after a backslash.
fn split_flags(text: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        let last = words.len() - 1;
        match c {
            '\\' => words[last].extend(chars.next()),
            ' ' if words[last].is_empty() => {}
            ' ' => words.push(String::new()),
            c => words[last].push(c),
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

impl Options {
    fn take(&mut self, arguments: Vec<OsString>) -> Result<(), Exit> {
        let parsed = SPEC.parse(arguments)?;
        for (id, value) in parsed.options {
            let value = value.map(|value| text::decode(value.as_encoded_bytes()));
            let text = value.clone().unwrap_or_default();
            match id {
                Id::Always => self.always = true,
                Id::Directory => self.directories.push(text),
                Id::EnvironmentOverrides => self.environment_overrides = true,
                Id::Eval => self.evals.push(text),
                Id::File => self.files.push(text),
                Id::Ignore => self.ignore_errors = true,
                Id::IncludeDirectory => self.include_directories.push(text),
                Id::Jobs => {
                    self.jobs = match value {
                        None => None,
                        Some(value) => match value.parse() {
                            Ok(jobs) if jobs > 0 => Some(jobs),
                            _ => {
                                return Err(
                                    SPEC.usage_error("the '-j' option requires a positive integer argument")
                                );
                            }
                        },
                    };
                }
                Id::KeepGoing => self.keep_going = true,
                Id::Stop => self.keep_going = false,
                Id::JustPrint => self.just_print = true,
                Id::Old => self.old_files.push(text),
                Id::New => self.new_files.push(text),
                Id::Print => self.print = true,
                Id::Question => self.question = true,
                Id::NoRules => self.no_rules = true,
                Id::NoVariables => (self.no_rules, self.no_variables) = (true, true),
                Id::Silent => self.silent = true,
                Id::NoSilent => self.silent = false,
                Id::Touch => self.touch = true,
                Id::Where => self.print_directory = Some(true),
                Id::NoWhere => self.print_directory = Some(false),
                Id::Nothing | Id::NothingWithValue => {}
            }
        }
        for operand in parsed.operands {
            let operand = text::decode(operand.as_encoded_bytes());
            if crate::variable::assignment(&operand).is_some() {
                self.variables.push(operand);
            } else {
                self.goals.push(operand);
            }
        }
        Ok(())
    }

    /// As MAKEFLAGS has them.
    pub fn letters(&self) -> String {
        let flags = [
            (self.always, 'B'),
            (self.environment_overrides, 'e'),
            (self.ignore_errors, 'i'),
            (self.keep_going, 'k'),
            (self.just_print, 'n'),
            (self.question, 'q'),
            (self.no_rules, 'r'),
            (self.no_variables, 'R'),
            (self.silent, 's'),
            (self.touch, 't'),
            (self.print_directory == Some(true), 'w'),
        ];
        flags
            .iter()
            .filter(|(set, _)| *set)
            .map(|(_, letter)| letter)
            .collect()
    }
}
