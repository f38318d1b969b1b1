//! Options as git's commands take them: `--no-` before a name undoes it, names may be abbreviated, values stick to short
//! ones, `-NUM` is a count where a command says so. Errors end with 129 and the usage.

use crate::failure::{Failure, Result, say};
use crate::msg;

/// An option of a command. `names` is `s|long`, either may be empty.
pub struct Opt {
    pub names: &'static str,
    takes: Takes,
    help: &'static str,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Takes {
    Nothing,
    Value(&'static str),
    Optional(&'static str),
}

pub const fn flag(names: &'static str, help: &'static str) -> Opt {
    Opt {
        names,
        takes: Takes::Nothing,
        help,
    }
}

pub const fn value(names: &'static str, what: &'static str, help: &'static str) -> Opt {
    Opt {
        names,
        takes: Takes::Value(what),
        help,
    }
}

/// `--name` or `--name=value`
pub const fn optional(names: &'static str, what: &'static str, help: &'static str) -> Opt {
    Opt {
        names,
        takes: Takes::Optional(what),
        help,
    }
}

impl Opt {
    fn short(&self) -> Option<u8> {
        self.names
            .split('|')
            .next()
            .and_then(|name| name.as_bytes().first().copied())
    }

    fn long(&self) -> &'static str {
        self.names.split_once('|').map_or("", |(_, long)| long)
    }

    /// What it is asked for by: the long name, or else the short one.
    fn id(&self) -> &'static str {
        match self.long() {
            "" => self.names.split('|').next().unwrap_or_default(),
            long => long,
        }
    }
}

/// A command's usage.
pub struct Spec {
    /// Each without `git `.
    pub usage: &'static [&'static str],
    pub options: &'static [&'static [Opt]],
    /// Options end at the first operand, whose own options follow.
    pub stop_at_operand: bool,
}

/// One option as it was given.
struct Given {
    id: &'static str,
    value: Option<Vec<u8>>,
    negated: bool,
}

/// What was typed.
#[derive(Default)]
pub struct Parsed {
    given: Vec<Given>,
    pub operands: Vec<Vec<u8>>,
    /// How many operands stood before `--`, if it was there.
    pub dashes: Option<usize>,
    /// `-NUM`
    pub number: Option<u64>,
}

impl Parsed {
    fn last(&self, id: &str) -> Option<&Given> {
        self.given.iter().rev().find(|given| given.id == id)
    }

    /// Whether the option was given, and not undone after that.
    pub fn has(&self, id: &str) -> bool {
        self.last(id).is_some_and(|given| !given.negated)
    }

    /// Whether it was undone by `--no-…`.
    pub fn negated(&self, id: &str) -> bool {
        self.last(id).is_some_and(|given| given.negated)
    }

    /// Whether it was given or undone; `None` where neither.
    pub fn switch(&self, id: &str) -> Option<bool> {
        self.last(id).map(|given| !given.negated)
    }

    pub fn value(&self, id: &str) -> Option<&[u8]> {
        self.last(id).filter(|given| !given.negated)?.value.as_deref()
    }

    pub fn text(&self, id: &str) -> Option<String> {
        self.value(id)
            .map(|value| String::from_utf8_lossy(value).into_owned())
    }

    /// All values, in order.
    pub fn values<'a>(&'a self, id: &'a str) -> impl Iterator<Item = &'a [u8]> {
        let of_it = self
            .given
            .iter()
            .filter(move |given| given.id == id && !given.negated);
        of_it.filter_map(|given| given.value.as_deref())
    }

    pub fn count(&self, id: &str) -> usize {
        self.given
            .iter()
            .filter(|given| given.id == id && !given.negated)
            .count()
    }

    /// A number, or a usage error.
    pub fn number_of(&self, id: &'static str) -> Result<Option<u64>> {
        let Some(text) = self.text(id) else {
            return Ok(None);
        };
        match text.parse() {
            Ok(number) => Ok(Some(number)),
            Err(_) if text == "-1" => Ok(None),
            Err(_) => crate::fatal!("'", text, "': not an integer"),
        }
    }

    /// Of several options, which was given last.
    pub fn last_of(&self, ids: &[&'static str]) -> Option<&'static str> {
        let given = self.given.iter().rev().find(|given| ids.contains(&given.id))?;
        (!given.negated).then_some(given.id)
    }

    /// Operands before `--`, and after it.
    pub fn split(&self) -> (&[Vec<u8>], &[Vec<u8>]) {
        self.operands.split_at(self.dashes.unwrap_or(self.operands.len()))
    }
}

impl Spec {
    fn all(&self) -> impl Iterator<Item = &'static Opt> + '_ {
        self.options.iter().flat_map(|list| list.iter())
    }

    pub fn parse(&self, arguments: Vec<Vec<u8>>) -> Result<Parsed> {
        let mut parsed = Parsed::default();
        let mut rest = arguments.into_iter();
        while let Some(argument) = rest.next() {
            if argument == b"--" {
                parsed.dashes = Some(parsed.operands.len());
                parsed.operands.extend(&mut rest);
            } else if let Some(long) = argument.strip_prefix(b"--") {
                self.long(long, &mut rest, &mut parsed)?;
            } else if argument.len() > 1 && argument[0] == b'-' {
                self.cluster(&argument[1..], &mut rest, &mut parsed)?;
            } else {
                parsed.operands.push(argument);
                if self.stop_at_operand {
                    parsed.operands.extend(&mut rest);
                }
            }
        }
        Ok(parsed)
    }

    fn long(&self, text: &[u8], rest: &mut impl Iterator<Item = Vec<u8>>, parsed: &mut Parsed) -> Result<()> {
        let equals = text.iter().position(|b| *b == b'=');
        let name = String::from_utf8_lossy(&text[..equals.unwrap_or(text.len())]).into_owned();
        let given = equals.map(|at| text[at + 1..].to_vec());
        if name == "help" || name == "help-all" {
            return Err(self.help());
        }
        let exact = |name: &str| {
            self.all()
                .find(|option| !option.long().is_empty() && option.long() == name)
        };
        let without_no = name.strip_prefix("no-");
        let (option, negated) = match (exact(&name), without_no.and_then(exact)) {
            (Some(option), _) => (option, false),
            (None, Some(option)) => (option, true),
            (None, None) => self.abbreviated(&name)?,
        };
        let value = match (option.takes, given) {
            (Takes::Nothing, Some(_)) => {
                return Err(self.usage_error(&format!("option `{}' takes no value", option.long())));
            }
            (Takes::Value(_), None) if !negated => match rest.next() {
                Some(value) => Some(value),
                None => {
                    say(format!("error: option `{}' requires a value\n", option.long()).as_bytes());
                    return Err(Failure::Silent(129));
                }
            },
            (_, given) => given,
        };
        parsed.given.push(Given {
            id: option.id(),
            value,
            negated,
        });
        Ok(())
    }

    fn abbreviated(&self, name: &str) -> Result<(&'static Opt, bool)> {
        let short = name.strip_prefix("no-");
        let begins = |option: &&Opt, name: &str| !option.long().is_empty() && option.long().starts_with(name);
        let mut found: Vec<(&'static Opt, bool)> = Vec::new();
        found.extend(
            self.all()
                .filter(|option| begins(option, name))
                .map(|option| (option, false)),
        );
        if let Some(short) = short {
            found.extend(
                self.all()
                    .filter(|option| begins(option, short))
                    .map(|option| (option, true)),
            );
        }
        match found.as_slice() {
            [one] => Ok(*one),
            [] => Err(self.usage_error(&format!("unknown option `{name}'"))),
            [first, second, ..] => {
                let shown = |(option, negated): &(&Opt, bool)| {
                    format!("--{}{}", if *negated { "no-" } else { "" }, option.long())
                };
                Err(self.usage_error(&format!(
                    "ambiguous option: {name} (could be {} or {})",
                    shown(first),
                    shown(second)
                )))
            }
        }
    }

    fn cluster(
        &self,
        letters: &[u8],
        rest: &mut impl Iterator<Item = Vec<u8>>,
        parsed: &mut Parsed,
    ) -> Result<()> {
        if letters.iter().all(u8::is_ascii_digit) && self.all().any(|option| option.names == "#|") {
            parsed.number = std::str::from_utf8(letters)
                .ok()
                .and_then(|text| text.parse().ok());
            return Ok(());
        }
        let mut letters = letters;
        while let Some((letter, others)) = letters.split_first() {
            let Some(option) = self.all().find(|option| option.short() == Some(*letter)) else {
                if *letter == b'h' {
                    return Err(self.help());
                }
                return Err(self.usage_error(&format!("unknown switch `{}'", char::from(*letter))));
            };
            let value = match option.takes {
                Takes::Nothing => None,
                Takes::Optional(_) if others.is_empty() => None,
                Takes::Value(_) if others.is_empty() => match rest.next() {
                    Some(value) => Some(value),
                    None => {
                        say(format!("error: switch `{}' requires a value\n", char::from(*letter)).as_bytes());
                        return Err(Failure::Silent(129));
                    }
                },
                _ => Some(others.to_vec()),
            };
            letters = if value.is_some() { &[] } else { others };
            parsed.given.push(Given {
                id: option.id(),
                value,
                negated: false,
            });
        }
        Ok(())
    }

    /// The usage, as `-h` shows it.
    pub fn usage_text(&self) -> String {
        let mut text = String::new();
        for (at, usage) in self.usage.iter().enumerate() {
            text += &format!("{} git {usage}\n", if at == 0 { "usage:" } else { "   or:" });
        }
        text.push('\n');
        for option in self.all().filter(|option| !option.help.is_empty()) {
            let mut names = String::from("    ");
            match (option.short(), option.long()) {
                (Some(b'#'), _) => names += "-<n>",
                (Some(short), "") => names += &format!("-{}", char::from(short)),
                (Some(short), long) => names += &format!("-{}, --[no-]{long}", char::from(short)),
                (None, long) => names += &format!("--[no-]{long}"),
            }
            match option.takes {
                Takes::Nothing => {}
                Takes::Value(what) => names += &format!(" <{what}>"),
                Takes::Optional(what) => names += &format!("[=<{what}>]"),
            }
            let gap = if names.len() < 26 {
                " ".repeat(26 - names.len())
            } else {
                format!("\n{:26}", "")
            };
            text += &format!("{names}{gap}{}\n", option.help);
        }
        text + "\n"
    }

    fn help(&self) -> Failure {
        let _ = sys::write_all(sys::Fd::STDOUT, self.usage_text().as_bytes());
        Failure::Silent(129)
    }

    /// `error: message` and the usage, 129.
    pub fn usage_error(&self, message: &str) -> Failure {
        say(&msg!["error: ", message, "\n", self.usage_text()]);
        Failure::Silent(129)
    }

    /// The usage alone, 129.
    pub fn usage(&self) -> Failure {
        say(self.usage_text().as_bytes());
        Failure::Silent(129)
    }
}
