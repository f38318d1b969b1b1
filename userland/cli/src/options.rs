//! getopt_long(3) as GNU's commands use it: a table of options, clusters of short ones, `--long=value`, unambiguous
//! prefixes of long names, operands in between, `--`; `--help` and `--version` come from the same table.

use std::ffi::{OsStr, OsString};
use std::fmt::Write;

use crate::{Exit, complain, os};

/// Whether an option has a value, and what `--help` calls it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Takes {
    Nothing,
    Value(&'static str),
    /// `--name` or `--name=value`, never the next argument.
    Optional(&'static str),
}

/// One row of a table. Each character of `shorts` is a short name; `long` may be empty. An empty `help` keeps a row
/// out of `--help`.
pub struct Opt<T> {
    pub id: T,
    pub shorts: &'static str,
    pub long: &'static str,
    pub takes: Takes,
    pub help: &'static str,
}

impl<T> Opt<T> {
    pub const fn flag(id: T, shorts: &'static str, long: &'static str, help: &'static str) -> Self {
        Opt {
            id,
            shorts,
            long,
            takes: Takes::Nothing,
            help,
        }
    }

    pub const fn value(
        id: T,
        shorts: &'static str,
        long: &'static str,
        what: &'static str,
        help: &'static str,
    ) -> Self {
        Opt {
            id,
            shorts,
            long,
            takes: Takes::Value(what),
            help,
        }
    }

    pub const fn optional(
        id: T,
        shorts: &'static str,
        long: &'static str,
        what: &'static str,
        help: &'static str,
    ) -> Self {
        Opt {
            id,
            shorts,
            long,
            takes: Takes::Optional(what),
            help,
        }
    }
}

/// Whether options may follow operands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Order {
    Permute,
    /// The first operand ends the options: what follows belongs to another command.
    StopAtOperand,
}

/// A command's command line.
pub struct Spec<T: 'static> {
    pub name: &'static str,
    /// The usage lines, each without the name.
    pub usage: &'static [&'static str],
    pub about: &'static str,
    pub options: &'static [Opt<T>],
    pub order: Order,
    /// The status of a usage error.
    pub failure: i32,
}

/// What was typed: options in their order, with their values, and operands.
#[derive(Debug)]
pub struct Parsed<T> {
    pub options: Vec<(T, Option<OsString>)>,
    pub operands: Vec<OsString>,
    /// For each operand, how many options came before it: some commands' options are about what follows.
    pub before: Vec<usize>,
}

impl<T> Parsed<T> {
    fn operand(&mut self, operand: OsString) {
        self.before.push(self.options.len());
        self.operands.push(operand);
    }
}

impl<T: Copy + PartialEq> Spec<T> {
    /// Parses arguments (without `argv[0]`).
    ///
    /// # Errors
    /// An [`Exit`] when there is nothing more to do: the usage error, help or version has been printed.
    pub fn parse(&self, arguments: Vec<OsString>) -> Result<Parsed<T>, Exit> {
        let mut parsed = Parsed {
            options: Vec::new(),
            operands: Vec::new(),
            before: Vec::new(),
        };
        let mut rest = arguments.into_iter();
        while let Some(argument) = rest.next() {
            let bytes = argument.as_encoded_bytes();
            if bytes == b"--" {
                rest.for_each(|operand| parsed.operand(operand));
                break;
            } else if let Some(long) = bytes.strip_prefix(b"--") {
                self.long(long, &mut rest, &mut parsed)?;
            } else if bytes.len() > 1 && bytes[0] == b'-' {
                self.cluster(&bytes[1..], &mut rest, &mut parsed)?;
            } else if self.order == Order::Permute {
                parsed.operand(argument);
            } else {
                parsed.operand(argument);
                rest.for_each(|operand| parsed.operand(operand));
                break;
            }
        }
        Ok(parsed)
    }

    fn long(
        &self,
        text: &[u8],
        rest: &mut impl Iterator<Item = OsString>,
        parsed: &mut Parsed<T>,
    ) -> Result<(), Exit> {
        let equals = text.iter().position(|b| *b == b'=');
        let name = String::from_utf8_lossy(&text[..equals.unwrap_or(text.len())]).into_owned();
        let given = equals.map(|at| os(&text[at + 1..]).to_owned());
        let Some(option) = self.by_long(&name)? else {
            return if name == "help" {
                self.help()
            } else {
                self.version()
            };
        };
        let value = match (option.takes, given) {
            (Takes::Nothing, Some(_)) => {
                return Err(self.usage_error(format_args!(
                    "option '--{}' doesn't allow an argument",
                    option.long
                )));
            }
            (Takes::Value(_), None) => Some(rest.next().ok_or_else(|| {
                self.usage_error(format_args!("option '--{}' requires an argument", option.long))
            })?),
            (_, given) => given,
        };
        parsed.options.push((option.id, value));
        Ok(())
    }

    /// The option whose long name `name` is or abbreviates; `None` for `help` and `version`, which have no row.
    fn by_long(&self, name: &str) -> Result<Option<&'static Opt<T>>, Exit> {
        if let Some(option) = self.options.iter().find(|o| !o.long.is_empty() && o.long == name) {
            return Ok(Some(option));
        }
        if name == "help" || name == "version" {
            return Ok(None);
        }
        let mut candidates: Vec<(&str, Option<&'static Opt<T>>)> = Vec::new();
        for option in self
            .options
            .iter()
            .filter(|o| !o.long.is_empty() && o.long.starts_with(name))
        {
            // Two names of one option are no ambiguity.
            if !candidates
                .iter()
                .any(|(_, seen)| seen.is_some_and(|seen| seen.id == option.id))
            {
                candidates.push((option.long, Some(option)));
            }
        }
        candidates.extend(
            ["help", "version"]
                .into_iter()
                .filter(|o| o.starts_with(name))
                .map(|o| (o, None)),
        );
        match candidates.as_slice() {
            [] => Err(self.usage_error(format_args!("unrecognized option '--{name}'"))),
            [("help", None)] => Err(self.help().err().unwrap_or(Exit(0))),
            [("version", None)] => Err(self.version().err().unwrap_or(Exit(0))),
            [(_, option)] => Ok(*option),
            several => {
                let names: String = several.iter().map(|(long, _)| format!(" '--{long}'")).collect();
                Err(self.usage_error(format_args!(
                    "option '--{name}' is ambiguous; possibilities:{names}"
                )))
            }
        }
    }

    fn cluster(
        &self,
        mut letters: &[u8],
        rest: &mut impl Iterator<Item = OsString>,
        parsed: &mut Parsed<T>,
    ) -> Result<(), Exit> {
        while let Some((letter, others)) = letters.split_first() {
            let Some(option) = self.options.iter().find(|o| o.shorts.as_bytes().contains(letter)) else {
                let shown = String::from_utf8_lossy(letters).chars().next().unwrap_or('?');
                return Err(self.usage_error(format_args!("invalid option -- '{shown}'")));
            };
            let value = match option.takes {
                Takes::Nothing => None,
                Takes::Optional(_) if others.is_empty() => None,
                Takes::Value(_) if others.is_empty() => Some(rest.next().ok_or_else(|| {
                    self.usage_error(format_args!(
                        "option requires an argument -- '{}'",
                        char::from(*letter)
                    ))
                })?),
                _ => Some(os(others).to_owned()),
            };
            letters = if value.is_some() { &[] } else { others };
            parsed.options.push((option.id, value));
        }
        Ok(())
    }

    /// Complains about how the command was called.
    pub fn usage_error(&self, message: impl std::fmt::Display) -> Exit {
        complain(
            self.name,
            format_args!("{message}\nTry '{} --help' for more information.", self.name),
        );
        Exit(self.failure)
    }

    /// Complains that operands lack, in GNU's words; `after` is the last operand that there was.
    pub fn missing_operand(&self, after: Option<&OsStr>) -> Exit {
        match after {
            Some(last) => self.usage_error(format_args!(
                "missing operand after {}",
                crate::quote::always(last)
            )),
            None => self.usage_error("missing operand"),
        }
    }

    pub fn extra_operand(&self, extra: &OsStr) -> Exit {
        self.usage_error(format_args!("extra operand {}", crate::quote::always(extra)))
    }

    fn help(&self) -> Result<(), Exit> {
        self.print(&self.help_text())
    }

    fn version(&self) -> Result<(), Exit> {
        self.print(&format!("{} (Cobnut) {}\n", self.name, env!("CARGO_PKG_VERSION")))
    }

    fn print(&self, text: &str) -> Result<(), Exit> {
        Err(Exit(match sys::write_all(sys::Fd::STDOUT, text.as_bytes()) {
            Ok(()) => 0,
            Err(error) => {
                complain(self.name, format_args!("write error: {error}"));
                self.failure
            }
        }))
    }

    fn help_text(&self) -> String {
        let mut text = String::new();
        for (at, usage) in self.usage.iter().enumerate() {
            let lead = if at == 0 { "Usage:" } else { "  or: " };
            let _ = writeln!(text, "{lead} {} {usage}", self.name);
        }
        let _ = writeln!(text, "{}\n", self.about);
        for option in self.options.iter().filter(|o| !o.help.is_empty()) {
            let names = names(option);
            let gap = if names.len() > 28 {
                format!("\n{:30}", "")
            } else {
                " ".repeat(30 - names.len())
            };
            let _ = writeln!(
                text,
                "{names}{gap}{}",
                option.help.replace('\n', &format!("\n{}", " ".repeat(32)))
            );
        }
        let _ = writeln!(text, "      --help                  display this help and exit");
        let _ = writeln!(
            text,
            "      --version               output version information and exit"
        );
        text
    }
}

/// The left column of `--help`.
fn names<T>(option: &Opt<T>) -> String {
    let mut shorts: Vec<String> = option.shorts.chars().map(|c| format!("-{c}")).collect();
    let value = match option.takes {
        Takes::Nothing => String::new(),
        Takes::Value(what) if option.long.is_empty() => format!(" {what}"),
        Takes::Value(what) => format!("={what}"),
        Takes::Optional(what) => format!("[={what}]"),
    };
    let indent = if shorts.is_empty() { "      " } else { "  " };
    if !option.long.is_empty() {
        shorts.push(format!("--{}", option.long));
    }
    format!("{indent}{}{value}", shorts.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Clone, Copy, PartialEq, Eq, Debug)]
    enum Id {
        All,
        Color,
        Width,
        Wide,
    }

    const SPEC: Spec<Id> = Spec {
        name: "test",
        usage: &["[OPTION]... [FILE]..."],
        about: "Tests options.",
        options: &[
            Opt::flag(Id::All, "aA", "all", "everything"),
            Opt::optional(Id::Color, "", "color", "WHEN", "colours"),
            Opt::value(Id::Width, "w", "width", "COLS", "how wide"),
            Opt::flag(Id::Wide, "W", "wide", "very"),
        ],
        order: Order::Permute,
        failure: 2,
    };

    fn parse(spec: &Spec<Id>, line: &str) -> Result<(String, String), Exit> {
        let parsed = spec.parse(line.split_whitespace().map(OsString::from).collect())?;
        let options: Vec<String> = parsed
            .options
            .iter()
            .map(|(id, value)| match value {
                Some(value) => format!("{id:?}={}", value.display()),
                None => format!("{id:?}"),
            })
            .collect();
        let operands: Vec<String> = parsed.operands.iter().map(|o| o.display().to_string()).collect();
        Ok((options.join(" "), operands.join(" ")))
    }

    #[test]
    fn options_parse_as_getopt_long_does() {
        for (line, options, operands) in [
            ("", "", ""),
            ("x -a y", "All", "x y"),
            ("-aA -w80 x", "All All Width=80", "x"),
            ("-aw 80", "All Width=80", ""),
            ("-aw=80", "All Width==80", ""),
            ("--width=80 --width 81", "Width=80 Width=81", ""),
            ("--color --color=auto x", "Color Color=auto", "x"),
            ("--col=always", "Color=always", ""),
            ("--al -- -a --all", "All", "-a --all"),
            ("- -a", "All", "-"),
        ] {
            assert_eq!(
                parse(&SPEC, line),
                Ok((options.into(), operands.into())),
                "{line}"
            );
        }
    }

    #[test]
    fn usage_errors_have_the_spec_s_status() {
        for line in ["-z", "--nope", "--wid", "-w", "--width", "--all=1"] {
            assert_eq!(parse(&SPEC, line), Err(Exit(2)), "{line}");
        }
    }

    #[test]
    fn the_first_operand_may_end_the_options() {
        let spec = Spec {
            order: Order::StopAtOperand,
            ..SPEC
        };
        assert_eq!(
            parse(&spec, "-a x -a -- y"),
            Ok(("All".into(), "x -a -- y".into()))
        );
    }

    #[test]
    fn help_lists_every_option() {
        let text = SPEC.help_text();
        assert!(
            text.starts_with("Usage: test [OPTION]... [FILE]...\nTests options.\n"),
            "{text}"
        );
        assert!(
            text.contains("\n  -a, -A, --all               everything\n"),
            "{text}"
        );
        assert!(
            text.contains("\n      --color[=WHEN]          colours\n"),
            "{text}"
        );
    }
}
