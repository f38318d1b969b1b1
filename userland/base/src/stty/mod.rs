//! stty(1): shows and sets a terminal's attributes. [`table`] names the flags and control characters.

mod table;

use std::ffi::OsString;

use cli::{Exit, Outcome, Output, complain, quote};
use sys::{Fd, Mode, OpenFlags, SetWhen, Termios, WinSize};

use table::{BAUD_RATES, CHARACTERS, COMBINATIONS, Field, SETTINGS};

const HELP: &str = "Usage: stty [-F DEVICE | --file=DEVICE] [SETTING]...
  or:  stty [-F DEVICE | --file=DEVICE] [-a|--all]
  or:  stty [-F DEVICE | --file=DEVICE] [-g|--save]
Print or change terminal characteristics.

  -a, --all          print all current settings in human-readable form
  -g, --save         print all current settings in a stty-readable form
  -F, --file=DEVICE  open and use the specified DEVICE instead of stdin
      --help         display this help and exit
";

#[derive(Clone, Copy, PartialEq, Eq)]
enum Report {
    Changed,
    All,
    Saved,
}

pub fn run(name: &'static str, arguments: Vec<OsString>) -> Outcome {
    let mut words: Vec<String> = arguments
        .iter()
        .map(|a| a.to_string_lossy().into_owned())
        .collect();
    let fail = |message: String| {
        complain(name, message);
        Exit(1)
    };
    if words.iter().any(|word| word == "--help") {
        print!("{HELP}");
        return Ok(0);
    }
    let (fd, device) = match take_device(&mut words).map_err(fail)? {
        // NONBLOCK: opening a line that waits for its other end must not wait.
        Some(path) => match sys::open(
            &*path,
            OpenFlags::RDWR | OpenFlags::NOCTTY | OpenFlags::NONBLOCK,
            Mode::empty(),
        ) {
            Ok(fd) => (fd, path),
            Err(why) => return Err(fail(format!("{path}: {why}"))),
        },
        None => (Fd::STDIN, "standard input".to_owned()),
    };
    let is = |word: &String, names: &[&str]| names.contains(&word.as_str());
    let all = words.iter().any(|word| is(word, &["-a", "--all"]));
    let save = words.iter().any(|word| is(word, &["-g", "--save"]));
    words.retain(|word| !is(word, &["-a", "--all", "-g", "--save"]));
    let report = match (all, save) {
        (true, true) => {
            return Err(fail(
                "the options for verbose and stty-readable output styles are\nmutually exclusive".into(),
            ));
        }
        (true, _) => Some(Report::All),
        (_, true) => Some(Report::Saved),
        _ => words.is_empty().then_some(Report::Changed),
    };
    if report.is_some() && !words.is_empty() {
        return Err(fail(
            "when specifying an output style, modes may not be set".into(),
        ));
    }
    let mut termios = sys::tcgetattr(fd).map_err(|why| fail(format!("{device}: {why}")))?;
    let mut stty = Stty {
        name,
        fd,
        out: Output::stdout(),
        device,
    };
    match report {
        Some(Report::Saved) => stty.saved(&termios),
        Some(report) => stty.report(&termios, report == Report::All),
        None => stty.settings(&words, &mut termios)?,
    }
    Ok(stty.out.finish(name, 0, 1))
}

/// Removes -F with its device.
fn take_device(words: &mut Vec<String>) -> Result<Option<String>, String> {
    let Some(at) = words
        .iter()
        .position(|word| word.starts_with("-F") || word.starts_with("--file"))
    else {
        return Ok(None);
    };
    let word = words.remove(at);
    if let Some(device) = word
        .strip_prefix("--file=")
        .or(word.strip_prefix("-F").filter(|d| !d.is_empty()))
    {
        return Ok(Some(device.to_owned()));
    }
    if at < words.len() {
        Ok(Some(words.remove(at)))
    } else {
        Err("option requires an argument -- 'F'".into())
    }
}

struct Stty {
    name: &'static str,
    fd: Fd,
    device: String,
    out: Output,
}

impl Stty {
    fn fail(&self, message: impl std::fmt::Display) -> Exit {
        complain(self.name, message);
        Exit(1)
    }

    fn size(&self) -> Result<WinSize, Exit> {
        sys::tcgetwinsize(self.fd).map_err(|why| self.fail(format_args!("{}: {why}", self.device)))
    }

    /// Changes what the words say, in order; the terminal sees it once, at the end.
    fn settings(&mut self, words: &[String], termios: &mut Termios) -> Result<(), Exit> {
        let before = *termios;
        let mut rest = words.iter();
        while let Some(word) = rest.next() {
            let mut value = |stty: &Stty| -> Result<String, Exit> {
                rest.next().cloned().ok_or_else(|| {
                    stty.fail(format_args!(
                        "missing argument to {}",
                        quote::always(word.as_ref())
                    ))
                })
            };
            match word.as_str() {
                "size" => {
                    let size = self.size()?;
                    self.out.line(format!("{} {}", size.rows, size.cols).as_bytes());
                }
                "speed" => self.out.line(baud(termios).to_string().as_bytes()),
                "rows" | "cols" | "columns" => {
                    let number = self.number(&value(self)?)?;
                    let mut size = self.size()?;
                    if word == "rows" {
                        size.rows = number
                    } else {
                        size.cols = number
                    }
                    sys::tcsetwinsize(self.fd, size)
                        .map_err(|why| self.fail(format_args!("{}: {why}", self.device)))?;
                }
                "ispeed" | "ospeed" => {
                    let rate = value(self)?;
                    self.speed(&rate, termios)?;
                }
                "min" | "time" => {
                    let number = self.number(&value(self)?)?;
                    let index = if word == "min" {
                        sys::cc::VMIN
                    } else {
                        sys::cc::VTIME
                    };
                    termios.cc[index] = u8::try_from(number)
                        .map_err(|_| self.fail(format_args!("invalid integer argument: '{number}'")))?;
                }
                "line" => termios.line = self.number(&value(self)?)? as u8,
                character if CHARACTERS.iter().any(|(name, ..)| *name == character) => {
                    let text = value(self)?;
                    let index = CHARACTERS
                        .iter()
                        .find(|(name, ..)| *name == character)
                        .map_or(0, |(_, index, _)| *index);
                    termios.cc[index] = parse_character(&text).ok_or_else(|| {
                        self.fail(format_args!(
                            "invalid integer argument: {}",
                            quote::always(text.as_ref())
                        ))
                    })?;
                }
                setting => self.setting(setting, termios)?,
            }
        }
        if *termios != before {
            sys::tcsetattr(self.fd, SetWhen::Drain, termios)
                .map_err(|why| self.fail(format_args!("{}: {why}", self.device)))?;
        }
        Ok(())
    }

    /// A flag, a combination, a speed, or what `stty -g` printed.
    fn setting(&self, word: &str, termios: &mut Termios) -> Result<(), Exit> {
        let (bare, on) = word.strip_prefix('-').map_or((word, true), |bare| (bare, false));
        if let Some(setting) = SETTINGS.iter().find(|setting| setting.name == bare) {
            setting.apply(termios, on);
            Ok(())
        } else if let Some(combination) = COMBINATIONS.iter().find(|(name, ..)| *name == word) {
            (combination.1)(termios);
            Ok(())
        } else if word.contains(':') {
            *termios = restore(word).ok_or_else(|| self.invalid(word))?;
            Ok(())
        } else if word.starts_with(|c: char| c.is_ascii_digit()) {
            self.speed(word, termios)
        } else {
            Err(self.invalid(word))
        }
    }

    fn invalid(&self, word: &str) -> Exit {
        self.fail(format_args!(
            "invalid argument {}\nTry 'stty --help' for more information.",
            quote::always(word.as_ref())
        ))
    }

    fn speed(&self, text: &str, termios: &mut Termios) -> Result<(), Exit> {
        let rate = text
            .parse()
            .ok()
            .filter(|rate| BAUD_RATES.contains(rate))
            .ok_or_else(|| self.invalid(text))?;
        (termios.ispeed, termios.ospeed) = (rate, rate);
        Ok(())
    }

    fn number(&self, text: &str) -> Result<u16, Exit> {
        text.parse().map_err(|_| {
            self.fail(format_args!(
                "invalid integer argument: {}",
                quote::always(text.as_ref())
            ))
        })
    }

    fn saved(&mut self, t: &Termios) {
        let flags = [t.input.bits(), t.output.bits(), t.control.bits(), t.local.bits()];
        let fields = flags.into_iter().chain(t.cc.iter().map(|c| u32::from(*c)));
        let line = fields
            .map(|field| format!("{field:x}"))
            .collect::<Vec<_>>()
            .join(":");
        self.out.line(line.as_bytes());
    }

    /// All settings, or those that differ from a sane terminal's.
    fn report(&mut self, termios: &Termios, all: bool) {
        let mut sane = *termios;
        table::sane(&mut sane);
        let mut line = format!("speed {} baud;", baud(termios));
        if all && let Ok(size) = sys::tcgetwinsize(self.fd) {
            line += &format!(" rows {}; columns {};", size.rows, size.cols);
        }
        if all || termios.line != 0 {
            line += &format!(" line = {};", termios.line);
        }
        self.out.line(line.as_bytes());
        let mut items: Vec<String> = CHARACTERS
            .iter()
            .filter(|(_, index, _)| all || termios.cc[*index] != sane.cc[*index])
            .map(|(name, index, _)| format!("{name} = {};", show_character(termios.cc[*index])))
            .collect();
        if all {
            items.push(format!(
                "min = {}; time = {};",
                termios.cc[sys::cc::VMIN],
                termios.cc[sys::cc::VTIME]
            ));
        }
        self.wrapped(&items);
        for field in [Field::Control, Field::Input, Field::Output, Field::Local] {
            let shown = SETTINGS.iter().filter(|s| s.field == field && !s.is_alias);
            let items: Vec<String> = shown
                .filter(|s| all || s.is_on(termios) != s.is_on(&sane))
                .filter(|s| !s.is_value || s.is_on(termios))
                .map(|s| {
                    if s.is_on(termios) {
                        s.name.to_owned()
                    } else {
                        format!("-{}", s.name)
                    }
                })
                .collect();
            self.wrapped(&items);
        }
    }

    fn wrapped(&mut self, items: &[String]) {
        let width = sys::tcgetwinsize(Fd::STDOUT)
            .map_or(80, |size| usize::from(size.cols))
            .max(20);
        let mut line = String::new();
        for item in items {
            if !line.is_empty() && line.len() + 1 + item.len() > width {
                self.out.line(std::mem::take(&mut line).as_bytes());
            }
            if !line.is_empty() {
                line.push(' ');
            }
            line += item;
        }
        if !line.is_empty() {
            self.out.line(line.as_bytes());
        }
    }
}

/// The speed of a line; a pseudo-terminal that never got one counts as the customary 38400.
fn baud(termios: &Termios) -> u32 {
    if termios.ospeed == 0 {
        38_400
    } else {
        termios.ospeed
    }
}

fn restore(text: &str) -> Option<Termios> {
    let fields: Option<Vec<u32>> = text
        .split(':')
        .map(|field| u32::from_str_radix(field, 16).ok())
        .collect();
    let fields = fields.filter(|fields| fields.len() == 4 + 19)?;
    let mut termios = Termios {
        input: sys::InputFlags::from_bits_retain(fields[0]),
        output: sys::OutputFlags::from_bits_retain(fields[1]),
        control: sys::ControlFlags::from_bits_retain(fields[2]),
        local: sys::LocalFlags::from_bits_retain(fields[3]),
        ..Termios::default()
    };
    for (c, field) in termios.cc.iter_mut().zip(&fields[4..]) {
        *c = u8::try_from(*field).ok()?;
    }
    Some(termios)
}

/// `^C`, `^?`, `^-` or `undef`, a number, or the character itself.
fn parse_character(text: &str) -> Option<u8> {
    match text.as_bytes() {
        b"^-" | b"undef" => Some(0),
        b"^?" => Some(0x7f),
        [b'^', c] => Some(c.to_ascii_uppercase() & 0x1f),
        [c] => Some(*c),
        _ => match text.strip_prefix("0x") {
            Some(hex) => u8::from_str_radix(hex, 16).ok(),
            None if text.len() > 1 && text.starts_with('0') => u8::from_str_radix(text, 8).ok(),
            None => text.parse().ok(),
        },
    }
}

fn show_character(c: u8) -> String {
    match c {
        0 => "<undef>".to_owned(),
        0x7f => "^?".to_owned(),
        1..0x20 => format!("^{}", char::from(c + 0x40)),
        0x80.. => format!("M-{}", show_character(c - 0x80)),
        _ => char::from(c).to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn characters_are_written_as_they_are_shown() {
        for (text, c) in [
            ("^C", 3),
            ("^c", 3),
            ("^?", 0x7f),
            ("x", b'x'),
            ("0x1b", 27),
            ("033", 27),
            ("27", 27),
        ] {
            assert_eq!(parse_character(text), Some(c), "{text}");
        }
        assert_eq!(parse_character("undef"), Some(0));
        assert_eq!(parse_character("300"), None);
        assert_eq!(
            [0, 3, 0x7f, b'x', 0x83].map(show_character),
            ["<undef>", "^C", "^?", "x", "M-^C"]
        );
    }

    #[test]
    fn raw_and_cooked_change_what_they_should() {
        let mut termios = Termios::default();
        table::sane(&mut termios);
        let sane = termios;
        let find = |name: &str| COMBINATIONS.iter().find(|(n, ..)| *n == name).unwrap().1;
        find("raw")(&mut termios);
        assert!(
            !termios
                .local
                .intersects(sys::LocalFlags::ICANON | sys::LocalFlags::ISIG)
        );
        assert!(!termios.output.contains(sys::OutputFlags::OPOST));
        find("sane")(&mut termios);
        assert_eq!(termios, sane);
    }
}
