//! What the options mean together, given the terminal and the environment.

use std::ffi::{OsStr, OsString};

use cli::{Exit, Spec, quote};
use sys::{Fd, FileType};

use super::options::{Id, spec};
use cli::pattern;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Format {
    OnePerLine,
    Columns,
    Across,
    Commas,
    Long,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Sort {
    Name,
    Time,
    Size,
    Extension,
    Version,
    None,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Time {
    Modification,
    Access,
    Change,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Show {
    Visible,
    AlmostAll,
    All,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Dereference {
    Never,
    CommandLineDirectories,
    CommandLine,
    Always,
}

/// Ordered: each adds to the one before.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Indicator {
    None,
    Slash,
    FileType,
    Classify,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Quoting {
    Literal,
    QuestionMarks,
    ShellEscape,
    ShellEscapeAlways,
    C,
    Escape,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Sizes {
    Bytes,
    Binary,
    Decimal,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub enum TimeStyle {
    Locale,
    FullIso,
    LongIso,
    Iso,
    Custom(String),
}

#[derive(Debug)]
pub struct Config {
    pub format: Format,
    pub sort: Sort,
    pub time: Time,
    pub show: Show,
    pub dereference: Dereference,
    pub indicator: Indicator,
    pub quoting: Quoting,
    pub sizes: Sizes,
    pub time_style: TimeStyle,
    pub color: bool,
    pub directories_themselves: bool,
    pub directories_first: bool,
    pub reverse: bool,
    pub recursive: bool,
    pub inode: bool,
    pub blocks: bool,
    pub numeric: bool,
    pub owner: bool,
    pub group: bool,
    /// 0 is no limit.
    pub width: usize,
    pub tab_size: usize,
    pub line_end: u8,
    ignore: Vec<OsString>,
    hide: Vec<OsString>,
}

impl Config {
    pub fn show_dot_entries(&self) -> bool {
        self.show == Show::All
    }

    /// Whether an entry of a directory is listed. Patterns match as fnmatch(3) with FNM_PERIOD.
    pub fn shows(&self, name: &OsStr) -> bool {
        let bytes = name.as_encoded_bytes();
        let matches = |patterns: &[OsString]| {
            patterns.iter().any(|p| {
                let p = p.as_encoded_bytes();
                (bytes[0] != b'.' || p.first() == Some(&b'.')) && pattern::matches(p, bytes)
            })
        };
        !matches(&self.ignore) && (self.show != Show::Visible || !(bytes[0] == b'.' || matches(&self.hide)))
    }

    pub fn shows_total(&self) -> bool {
        self.format == Format::Long || self.blocks
    }

    /// Whether listing an entry of this kind takes more than its name and kind.
    pub fn needs_stat(&self, kind: FileType) -> bool {
        self.format == Format::Long
            || self.blocks
            || self.inode
            || matches!(self.sort, Sort::Time | Sort::Size)
            || self.dereference == Dereference::Always
            || kind == FileType::Unknown
            // A file's colour and `*` depend on its mode, a link's colour on whether it leads somewhere.
            || self.color
            || (self.indicator == Indicator::Classify && kind == FileType::Regular)
    }
}

pub fn parse(name: &'static str, arguments: Vec<OsString>) -> Result<(Config, Vec<OsString>), Exit> {
    let spec = spec(name);
    let parsed = spec.parse(arguments)?;
    let mut reader = Reader::new(&spec);
    for (id, value) in parsed.options {
        reader.option(id, &value.unwrap_or_default())?;
    }
    Ok((reader.finish(), parsed.operands))
}

/// Settings whose default depends on others are options until [`Reader::finish`].
struct Reader<'a> {
    spec: &'a Spec<Id>,
    terminal: bool,
    config: Config,
    format: Option<Format>,
    sort: Option<Sort>,
    quoting: Option<Quoting>,
    dereference: Option<Dereference>,
    width: Option<usize>,
    time_given: bool,
}

impl<'a> Reader<'a> {
    fn new(spec: &'a Spec<Id>) -> Self {
        let config = Config {
            format: Format::OnePerLine,
            sort: Sort::Name,
            time: Time::Modification,
            show: Show::Visible,
            dereference: Dereference::Never,
            indicator: Indicator::None,
            quoting: Quoting::Literal,
            sizes: Sizes::Bytes,
            time_style: TimeStyle::Locale,
            color: false,
            directories_themselves: false,
            directories_first: false,
            reverse: false,
            recursive: false,
            inode: false,
            blocks: false,
            numeric: false,
            owner: true,
            group: true,
            width: 80,
            tab_size: 8,
            line_end: b'\n',
            ignore: Vec::new(),
            hide: Vec::new(),
        };
        let (format, quoting) = match spec.name {
            "dir" => (Some(Format::Columns), Some(Quoting::Escape)),
            "vdir" => (Some(Format::Long), Some(Quoting::Escape)),
            _ => (None, None),
        };
        let terminal = sys::isatty(Fd::STDOUT);
        Reader {
            spec,
            terminal,
            config,
            format,
            sort: None,
            quoting,
            dereference: None,
            width: None,
            time_given: false,
        }
    }

    fn option(&mut self, id: Id, value: &OsStr) -> Result<(), Exit> {
        let config = &mut self.config;
        match id {
            Id::All => config.show = Show::All,
            Id::AlmostAll => config.show = Show::AlmostAll,
            Id::IgnoreBackups => config.ignore.extend(["*~".into(), ".*~".into()]),
            Id::Ignore => config.ignore.push(value.to_owned()),
            Id::Hide => config.hide.push(value.to_owned()),
            Id::Directory => config.directories_themselves = true,
            Id::DirectoriesFirst => config.directories_first = true,
            Id::Reverse => config.reverse = true,
            Id::Recursive => config.recursive = true,
            Id::Inode => config.inode = true,
            Id::Blocks => config.blocks = true,
            Id::HumanReadable => config.sizes = Sizes::Binary,
            Id::Si => config.sizes = Sizes::Decimal,
            // Blocks of 1024 bytes are what we show anyway.
            Id::Kibibytes => {}
            Id::NoGroup => config.group = false,
            Id::Slash => config.indicator = Indicator::Slash,
            Id::FileType => config.indicator = Indicator::FileType,
            Id::Dereference => self.dereference = Some(Dereference::Always),
            Id::DereferenceArguments => self.dereference = Some(Dereference::CommandLine),
            Id::DereferenceDirectories => self.dereference = Some(Dereference::CommandLineDirectories),
            Id::Long => self.format = Some(Format::Long),
            Id::NoOwner => (self.format, config.owner) = (Some(Format::Long), false),
            Id::LongNoGroup => (self.format, config.group) = (Some(Format::Long), false),
            Id::Numeric => (self.format, config.numeric) = (Some(Format::Long), true),
            Id::FullTime => (self.format, config.time_style) = (Some(Format::Long), TimeStyle::FullIso),
            Id::Columns => self.format = Some(Format::Columns),
            Id::Across => self.format = Some(Format::Across),
            Id::Commas => self.format = Some(Format::Commas),
            // -1 after -l leaves the long format.
            Id::OnePerLine if self.format == Some(Format::Long) => {}
            Id::OnePerLine => self.format = Some(Format::OnePerLine),
            Id::Size => self.sort = Some(Sort::Size),
            Id::ByTime => self.sort = Some(Sort::Time),
            Id::NoSort => self.sort = Some(Sort::None),
            Id::Version => self.sort = Some(Sort::Version),
            Id::Extension => self.sort = Some(Sort::Extension),
            Id::Unsorted => {
                (self.sort, config.show, config.color) = (Some(Sort::None), Show::All, false);
                if self.format == Some(Format::Long) {
                    self.format = None;
                }
            }
            Id::AccessTime => (config.time, self.time_given) = (Time::Access, true),
            Id::ChangeTime => (config.time, self.time_given) = (Time::Change, true),
            Id::Literal | Id::ShowControl => self.quoting = Some(Quoting::Literal),
            Id::QuestionMarks => self.quoting = Some(Quoting::QuestionMarks),
            Id::QuoteName => self.quoting = Some(Quoting::C),
            Id::Escape => self.quoting = Some(Quoting::Escape),
            Id::Zero => {
                config.line_end = 0;
                self.format.get_or_insert(Format::OnePerLine);
                self.quoting.get_or_insert(Quoting::Literal);
            }
            Id::Color
            | Id::Classify
            | Id::IndicatorStyle
            | Id::Format
            | Id::QuotingStyle
            | Id::Sort
            | Id::Time
            | Id::TimeStyle => return self.word(id, value),
            Id::Width | Id::TabSize => return self.number(id, value),
        }
        Ok(())
    }

    fn number(&mut self, id: Id, value: &OsStr) -> Result<(), Exit> {
        let number = value.to_str().and_then(|text| text.parse().ok());
        let (Some(number), what) = (number, if id == Id::Width { "line width" } else { "tab size" }) else {
            let what = if id == Id::Width { "line width" } else { "tab size" };
            cli::complain(
                self.spec.name,
                format_args!("invalid {what}: {}", quote::always(value)),
            );
            return Err(Exit(self.spec.failure));
        };
        match what {
            "line width" => self.width = Some(number),
            _ => self.config.tab_size = number,
        }
        Ok(())
    }

    /// Options whose value is a word from a list.
    fn word(&mut self, id: Id, value: &OsStr) -> Result<(), Exit> {
        let text = value.to_str().unwrap_or("\u{fffd}");
        let config = &mut self.config;
        let known = match id {
            Id::Color => when(text, self.terminal).map(|on| config.color = on),
            Id::Classify => when(text, self.terminal)
                .map(|on| config.indicator = if on { Indicator::Classify } else { Indicator::None }),
            Id::IndicatorStyle => one_of(text, INDICATORS).map(|style| config.indicator = style),
            Id::Format => one_of(text, FORMATS).map(|format| self.format = Some(format)),
            Id::QuotingStyle => one_of(text, QUOTINGS).map(|style| self.quoting = Some(style)),
            Id::Sort => one_of(text, SORTS).map(|sort| self.sort = Some(sort)),
            Id::Time => one_of(text, TIMES).map(|time| (config.time, self.time_given) = (time, true)),
            _ => time_style(text).map(|style| config.time_style = style),
        };
        known.ok_or_else(|| {
            let long = super::options::OPTIONS
                .iter()
                .find(|o| o.id == id)
                .map_or("", |o| o.long);
            self.spec.usage_error(format_args!(
                "invalid argument {} for '--{long}'",
                quote::always(value)
            ))
        })
    }

    fn finish(self) -> Config {
        let mut config = self.config;
        config.format = self.format.unwrap_or(if self.terminal {
            Format::Columns
        } else {
            Format::OnePerLine
        });
        config.quoting = self.quoting.unwrap_or(if self.terminal {
            Quoting::ShellEscape
        } else {
            Quoting::Literal
        });
        let long = config.format == Format::Long;
        // -c and -u sort by their time, unless a long listing shows it.
        config.sort = self.sort.unwrap_or(if self.time_given && !long {
            Sort::Time
        } else {
            Sort::Name
        });
        config.dereference = self.dereference.unwrap_or(
            if long || config.directories_themselves || config.indicator == Indicator::Classify {
                Dereference::Never
            } else {
                Dereference::CommandLineDirectories
            },
        );
        config.width = self
            .width
            .or_else(environment_width)
            .or_else(terminal_width)
            .unwrap_or(80);
        // Colours and tabs don't go together: terminals fill skipped cells with the background.
        if config.color {
            config.tab_size = 0;
        }
        config
    }
}

fn environment_width() -> Option<usize> {
    std::env::var("COLUMNS")
        .ok()?
        .parse()
        .ok()
        .filter(|width| *width > 0)
}

fn terminal_width() -> Option<usize> {
    let size = sys::tcgetwinsize(Fd::STDOUT).ok()?;
    (size.cols > 0).then_some(size.cols.into())
}

fn when(text: &str, terminal: bool) -> Option<bool> {
    match text {
        "" | "always" | "yes" | "force" => Some(true),
        "auto" | "tty" | "if-tty" => Some(terminal),
        "never" | "no" | "none" => Some(false),
        _ => None,
    }
}

fn one_of<T: Copy>(text: &str, table: &[(&str, T)]) -> Option<T> {
    table
        .iter()
        .find(|(word, _)| *word == text)
        .map(|(_, meaning)| *meaning)
}

const INDICATORS: &[(&str, Indicator)] = &[
    ("none", Indicator::None),
    ("slash", Indicator::Slash),
    ("file-type", Indicator::FileType),
    ("classify", Indicator::Classify),
];

const FORMATS: &[(&str, Format)] = &[
    ("across", Format::Across),
    ("horizontal", Format::Across),
    ("commas", Format::Commas),
    ("long", Format::Long),
    ("verbose", Format::Long),
    ("single-column", Format::OnePerLine),
    ("vertical", Format::Columns),
];

const QUOTINGS: &[(&str, Quoting)] = &[
    ("literal", Quoting::Literal),
    ("shell", Quoting::ShellEscape),
    ("shell-escape", Quoting::ShellEscape),
    ("shell-always", Quoting::ShellEscapeAlways),
    ("shell-escape-always", Quoting::ShellEscapeAlways),
    ("c", Quoting::C),
    ("escape", Quoting::Escape),
];

const SORTS: &[(&str, Sort)] = &[
    ("none", Sort::None),
    ("name", Sort::Name),
    ("time", Sort::Time),
    ("size", Sort::Size),
    ("extension", Sort::Extension),
    ("version", Sort::Version),
];

const TIMES: &[(&str, Time)] = &[
    ("atime", Time::Access),
    ("access", Time::Access),
    ("use", Time::Access),
    ("ctime", Time::Change),
    ("status", Time::Change),
    ("mtime", Time::Modification),
    ("modification", Time::Modification),
];

fn time_style(text: &str) -> Option<TimeStyle> {
    match text {
        "locale" => Some(TimeStyle::Locale),
        "full-iso" => Some(TimeStyle::FullIso),
        "long-iso" => Some(TimeStyle::LongIso),
        "iso" => Some(TimeStyle::Iso),
        _ => text
            .strip_prefix('+')
            .map(|format| TimeStyle::Custom(format.to_owned())),
    }
}
