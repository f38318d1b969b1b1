//! What the options mean together.

use std::ffi::{OsStr, OsString};

use cli::{Exit, Spec, complain, quote};
use sys::Fd;

use crate::EXIT_TROUBLE;
use crate::options::{Id, spec};

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Syntax {
    Basic,
    Extended,
    Fixed,
    Perl,
}

/// What is printed of a file.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Report {
    Lines,
    OnlyMatching,
    Count,
    FilesWithMatches,
    FilesWithoutMatch,
    Nothing,
}

impl Report {
    /// Whether a file is done at its first selected line.
    pub fn stops_at_first(self) -> bool {
        matches!(
            self,
            Report::FilesWithMatches | Report::FilesWithoutMatch | Report::Nothing
        )
    }

    pub fn shows_lines(self) -> bool {
        matches!(self, Report::Lines | Report::OnlyMatching)
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Binary {
    /// Say that it matches, without its lines.
    Summarize,
    Text,
    WithoutMatch,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Directories {
    Read,
    Skip,
    Recurse { follow: bool },
}

#[derive(Debug)]
pub struct Config {
    pub name: &'static str,
    pub syntax: Syntax,
    pub patterns: Vec<Vec<u8>>,
    pub ignore_case: bool,
    pub word: bool,
    pub line: bool,
    pub line_end: u8,
    pub invert: bool,
    pub report: Report,
    pub max_count: u64,
    pub before: usize,
    pub after: usize,
    /// Whether context was asked for, be it of no lines: then groups are separated.
    pub context: bool,
    pub group_separator: Option<Vec<u8>>,
    pub byte_offset: bool,
    pub line_number: bool,
    pub file_names: bool,
    pub name_end: Option<u8>,
    pub initial_tab: bool,
    pub line_buffered: bool,
    pub label: Vec<u8>,
    pub color: bool,
    pub binary: Binary,
    pub directories: Directories,
    pub skip_devices: bool,
    pub silent: bool,
    /// --include and --exclude in their order; the last that matches decides. True includes.
    pub globs: Vec<(bool, Vec<u8>)>,
    pub exclude_directories: Vec<Vec<u8>>,
    pub files: Vec<OsString>,
    /// `files` is the `.` of a recursive search that names none.
    pub implied_root: bool,
    /// The name stands in a line of its own before a file's lines (rg).
    pub heading: bool,
    /// What matches are shown as (rg -r): `$1` is a group.
    pub replacement: Option<Vec<u8>>,
    /// Counts of nothing are not shown (rg).
    pub skip_zero: bool,
}

impl Config {
    /// What counts where no option says otherwise.
    pub fn new(name: &'static str, syntax: Syntax) -> Config {
        Config {
            name,
            syntax,
            patterns: Vec::new(),
            ignore_case: false,
            word: false,
            line: false,
            line_end: b'\n',
            invert: false,
            report: Report::Lines,
            max_count: u64::MAX,
            before: 0,
            after: 0,
            context: false,
            group_separator: Some(b"--".to_vec()),
            byte_offset: false,
            line_number: false,
            file_names: false,
            name_end: None,
            initial_tab: false,
            line_buffered: false,
            label: b"(standard input)".to_vec(),
            color: false,
            binary: Binary::Summarize,
            directories: Directories::Read,
            skip_devices: false,
            silent: false,
            globs: Vec::new(),
            exclude_directories: Vec::new(),
            files: Vec::new(),
            implied_root: false,
            heading: false,
            replacement: None,
            skip_zero: false,
        }
    }
}

pub fn parse(name: &'static str, arguments: Vec<OsString>) -> Result<Config, Exit> {
    let spec = spec(name);
    let parsed = spec.parse(expand_context(arguments))?;
    let mut reader = Reader::new(&spec);
    for (id, value) in parsed.options {
        reader.option(id, &value.unwrap_or_default())?;
    }
    reader.finish(parsed.operands)
}

/// `-5` is `-C 5`: digits anywhere in a cluster are a context.
fn expand_context(arguments: Vec<OsString>) -> Vec<OsString> {
    let mut options_end = false;
    let mut takes_next = false;
    arguments
        .into_iter()
        .map(|argument| {
            let bytes = argument.as_encoded_bytes();
            let is_number = bytes.len() > 1 && bytes[0] == b'-' && bytes[1..].iter().all(u8::is_ascii_digit);
            let was_value = std::mem::replace(&mut takes_next, is_pending(bytes));
            options_end |= bytes == b"--";
            if is_number && !options_end && !was_value {
                OsString::from(format!("-C{}", String::from_utf8_lossy(&bytes[1..])))
            } else {
                argument
            }
        })
        .collect()
}

/// Whether an option of one letter at the end of `argument` takes the next one.
fn is_pending(argument: &[u8]) -> bool {
    argument.len() > 1
        && argument[0] == b'-'
        && argument[1] != b'-'
        && b"efmABCdD".contains(&argument[argument.len() - 1])
}

struct Reader<'a> {
    spec: &'a Spec<Id>,
    config: Config,
    patterns_given: bool,
    file_names: Option<bool>,
    quiet: bool,
    only_matching: bool,
    count: bool,
    files: Option<Report>,
}

impl<'a> Reader<'a> {
    fn new(spec: &'a Spec<Id>) -> Self {
        let syntax = match spec.name {
            "egrep" => Syntax::Extended,
            "fgrep" => Syntax::Fixed,
            _ => Syntax::Basic,
        };
        let mut config = Config::new(spec.name, syntax);
        if spec.name == "rgrep" {
            config.directories = Directories::Recurse { follow: false };
        }
        Reader {
            spec,
            config,
            patterns_given: false,
            file_names: None,
            quiet: false,
            only_matching: false,
            count: false,
            files: None,
        }
    }

    fn option(&mut self, id: Id, value: &OsStr) -> Result<(), Exit> {
        let config = &mut self.config;
        let bytes = value.as_encoded_bytes();
        match id {
            Id::Extended => config.syntax = Syntax::Extended,
            Id::Fixed => config.syntax = Syntax::Fixed,
            Id::Basic => config.syntax = Syntax::Basic,
            Id::Perl => config.syntax = Syntax::Perl,
            Id::Pattern => self.add_patterns(bytes),
            Id::PatternFile => {
                let text = read_all(value)
                    .map_err(|why| self.trouble(format_args!("{}: {why}", value.display())))?;
                self.patterns_given = true;
                // An empty file has no pattern at all.
                if !text.is_empty() {
                    self.add_patterns(text.strip_suffix(b"\n").unwrap_or(&text));
                }
            }
            Id::IgnoreCase => config.ignore_case = true,
            Id::NoIgnoreCase => config.ignore_case = false,
            Id::Word => config.word = true,
            Id::Line => config.line = true,
            Id::NullData => config.line_end = 0,
            Id::NoMessages => config.silent = true,
            Id::Invert => config.invert = true,
            Id::MaxCount => {
                let most = self.number(value, "invalid max count")?;
                self.config.max_count = most;
            }
            Id::ByteOffset => config.byte_offset = true,
            Id::LineNumber => config.line_number = true,
            Id::LineBuffered => config.line_buffered = true,
            Id::WithFilename => self.file_names = Some(true),
            Id::NoFilename => self.file_names = Some(false),
            Id::Label => config.label = bytes.to_vec(),
            Id::OnlyMatching => self.only_matching = true,
            Id::Quiet => self.quiet = true,
            Id::Text => config.binary = Binary::Text,
            Id::SkipBinary => config.binary = Binary::WithoutMatch,
            Id::Recursive => config.directories = Directories::Recurse { follow: false },
            Id::DereferenceRecursive => config.directories = Directories::Recurse { follow: true },
            Id::Include => config.globs.push((true, bytes.to_vec())),
            Id::Exclude => config.globs.push((false, bytes.to_vec())),
            Id::ExcludeFrom => {
                let text = read_all(value)
                    .map_err(|why| self.trouble(format_args!("{}: {why}", value.display())))?;
                let lines = text.split(|b| *b == b'\n').filter(|line| !line.is_empty());
                self.config.globs.extend(lines.map(|line| (false, line.to_vec())));
            }
            Id::ExcludeDir => config
                .exclude_directories
                .push(bytes.strip_suffix(b"/").unwrap_or(bytes).to_vec()),
            Id::FilesWithoutMatch => self.files = Some(Report::FilesWithoutMatch),
            Id::FilesWithMatches => self.files = Some(Report::FilesWithMatches),
            Id::Count => self.count = true,
            Id::InitialTab => config.initial_tab = true,
            Id::Null => config.name_end = Some(0),
            Id::Before => {
                let lines = self.context(value)?;
                (self.config.before, self.config.context) = (lines, true);
            }
            Id::After => {
                let lines = self.context(value)?;
                (self.config.after, self.config.context) = (lines, true);
            }
            Id::Context => {
                let lines = self.context(value)?;
                (self.config.before, self.config.after, self.config.context) = (lines, lines, true);
            }
            Id::GroupSeparator => config.group_separator = Some(bytes.to_vec()),
            Id::NoGroupSeparator => config.group_separator = None,
            Id::Unix => {}
            Id::BinaryFiles | Id::Directories | Id::Devices | Id::Color => return self.word(id, value),
        }
        Ok(())
    }

    fn word(&mut self, id: Id, value: &OsStr) -> Result<(), Exit> {
        let config = &mut self.config;
        let wrong = match (id, value.to_str().unwrap_or_default()) {
            (Id::BinaryFiles, "binary") => {
                config.binary = Binary::Summarize;
                None
            }
            (Id::BinaryFiles, "text") => {
                config.binary = Binary::Text;
                None
            }
            (Id::BinaryFiles, "without-match") => {
                config.binary = Binary::WithoutMatch;
                None
            }
            (Id::BinaryFiles, _) => Some("unknown binary-files type"),
            (Id::Directories, "read") => {
                config.directories = Directories::Read;
                None
            }
            (Id::Directories, "skip") => {
                config.directories = Directories::Skip;
                None
            }
            (Id::Directories, "recurse") => {
                config.directories = Directories::Recurse { follow: false };
                None
            }
            (Id::Directories, _) => Some("invalid argument for '--directories'"),
            (Id::Devices, "read") => {
                config.skip_devices = false;
                None
            }
            (Id::Devices, "skip") => {
                config.skip_devices = true;
                None
            }
            (Id::Devices, _) => Some("unknown devices method"),
            (_, "" | "auto" | "tty" | "if-tty") => {
                let dumb = std::env::var("TERM").is_ok_and(|term| term == "dumb");
                {
                    config.color = sys::isatty(Fd::STDOUT) && !dumb;
                    None
                }
            }
            (_, "always" | "yes" | "force") => {
                config.color = true;
                None
            }
            (_, "never" | "no" | "none") => {
                config.color = false;
                None
            }
            _ => Some("invalid argument for '--color'"),
        };
        match wrong {
            None => Ok(()),
            Some(what) => Err(self
                .spec
                .usage_error(format_args!("{what}: {}", quote::always(value)))),
        }
    }

    fn add_patterns(&mut self, text: &[u8]) {
        self.patterns_given = true;
        self.config
            .patterns
            .extend(text.split(|b| *b == b'\n').map(<[u8]>::to_vec));
    }

    fn trouble(&self, message: std::fmt::Arguments<'_>) -> Exit {
        complain(self.spec.name, message);
        Exit(EXIT_TROUBLE)
    }

    fn number(&self, value: &OsStr, what: &str) -> Result<u64, Exit> {
        let text = value.to_str().unwrap_or_default();
        // A negative count is no limit.
        match text.parse::<i64>() {
            Ok(number) => Ok(u64::try_from(number).unwrap_or(u64::MAX)),
            Err(_) => Err(self.trouble(format_args!("{what}"))),
        }
    }

    fn context(&self, value: &OsStr) -> Result<usize, Exit> {
        let text = value.to_str().unwrap_or_default();
        text.parse()
            .map_err(|_| self.trouble(format_args!("{text}: invalid context length argument")))
    }

    fn finish(mut self, mut operands: Vec<OsString>) -> Result<Config, Exit> {
        if !self.patterns_given {
            if operands.is_empty() {
                complain(
                    self.spec.name,
                    "no pattern given\nUsage: grep [OPTION]... PATTERNS [FILE]...\nTry 'grep --help' for more information.",
                );
                return Err(Exit(EXIT_TROUBLE));
            }
            let first = operands.remove(0);
            self.add_patterns(first.as_encoded_bytes());
        }
        let mut config = self.config;
        config.report = match (self.quiet, self.files) {
            (true, _) => Report::Nothing,
            (_, Some(files)) => files,
            _ if self.count => Report::Count,
            _ if self.only_matching => Report::OnlyMatching,
            _ => Report::Lines,
        };
        if config.report == Report::OnlyMatching {
            (config.before, config.after) = (0, 0);
            config.context = false;
        }
        let recurse = matches!(config.directories, Directories::Recurse { .. });
        if operands.is_empty() {
            config.implied_root = recurse;
            operands.push(if recurse { ".".into() } else { "-".into() });
            config.file_names = self.file_names.unwrap_or(recurse);
        } else {
            config.file_names = self.file_names.unwrap_or(operands.len() > 1 || recurse);
        }
        config.files = operands;
        Ok(config)
    }
}

/// A file, or standard input for `-`.
fn read_all(path: &OsStr) -> Result<Vec<u8>, String> {
    use std::io::Read;
    let mut text = Vec::new();
    let read = if path == "-" {
        std::io::stdin().read_to_end(&mut text).map(drop)
    } else {
        std::fs::File::open(path).and_then(|mut file| file.read_to_end(&mut text).map(drop))
    };
    read.map(|()| text).map_err(|error| cli::reason(&error))
}
