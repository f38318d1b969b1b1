//! What the table of cases is made of: settings as stty(1) would name them, steps, and what comes of them.

use crate::kernel::error::Block;
use crate::kernel::io::VecSink;
use crate::kernel::tty::line_discipline::{LineDiscipline, SignalKeys};
use crate::kernel::tty::termios::{ControlChar, InputFlags, LocalFlags, OutputFlags};
use crate::kernel::tty::{ByteQueue, Termios};
use bitflags::Flags;

/// Something that happens to a terminal.
pub enum Step {
    /// Somebody types.
    Type(&'static [u8]),
    /// A program writes.
    Write(&'static [u8]),
    /// tcsetattr, as words that change the settings there are.
    Set(&'static str),
    /// tcflush of the input.
    FlushInput,
    /// Reads at most so many bytes.
    Read(usize),
}

impl From<&'static [u8]> for Step {
    fn from(bytes: &'static [u8]) -> Step {
        Step::Type(bytes)
    }
}

impl<const N: usize> From<&'static [u8; N]> for Step {
    fn from(bytes: &'static [u8; N]) -> Step {
        Step::Type(bytes)
    }
}

/// What came of it.
#[derive(PartialEq, Eq)]
pub struct Outcome {
    /// What each read answered, those of the steps and then those until one would wait.
    pub reads: Vec<Vec<u8>>,
    /// What the emulator sees.
    pub echo: Vec<u8>,
    /// Signals, in the order INT QUIT TSTP.
    pub signals: Vec<&'static str>,
}

impl std::fmt::Debug for Outcome {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let show = |bytes: &[u8]| format!("\"{}\"", bytes.escape_ascii());
        let reads: Vec<String> = self.reads.iter().map(|read| show(read)).collect();
        write!(
            f,
            "reads [{}] echo {} signals {:?}",
            reads.join(", "),
            show(&self.echo),
            self.signals
        )
    }
}

/// Runs the steps on a new terminal with these settings.
pub fn run(settings: &str, steps: Vec<Step>) -> Outcome {
    let mut termios = Termios::default();
    apply(&mut termios, settings);
    let mut discipline = LineDiscipline::new(termios);
    let mut screen = ByteQueue::default();
    let mut keys = SignalKeys::empty();
    let mut reads = Vec::new();
    for step in steps {
        match step {
            Step::Type(bytes) => keys |= discipline.input(bytes, &mut screen).keys,
            Step::Write(bytes) => discipline.write(bytes, &mut screen),
            Step::Set(settings) => {
                let mut termios = discipline.termios().clone();
                apply(&mut termios, settings);
                discipline.set_termios(termios, &mut screen);
            }
            Step::FlushInput => discipline.flush_input(),
            Step::Read(limit) => reads.extend(read(&mut discipline, limit)),
        }
    }
    // A read of nothing with MIN 0 never ends, and is no answer.
    while let Some(bytes) = read(&mut discipline, usize::MAX) {
        if bytes.is_empty() && !discipline.termios().canonical() {
            break;
        }
        reads.push(bytes);
    }
    let mut echo = VecSink::new(usize::MAX);
    screen.pop_into(&mut echo, usize::MAX).unwrap();
    let names = [
        (SignalKeys::INTR, "INT"),
        (SignalKeys::QUIT, "QUIT"),
        (SignalKeys::SUSP, "TSTP"),
    ];
    let signals = names
        .into_iter()
        .filter(|(key, _)| keys.contains(*key))
        .map(|(_, name)| name)
        .collect();
    Outcome {
        reads,
        echo: echo.bytes,
        signals,
    }
}

fn read(discipline: &mut LineDiscipline, limit: usize) -> Option<Vec<u8>> {
    let mut sink = VecSink::new(limit);
    match discipline.try_read(&mut sink) {
        Ok(count) => {
            assert_eq!(count, sink.bytes.len());
            Some(sink.bytes)
        }
        Err(Block::WouldBlock) => None,
        Err(Block::Failed(error)) => panic!("{error}"),
    }
}

/// Applies words such as `-ECHO NOFLSH INTR=^X MIN=3 raw`.
pub fn apply(termios: &mut Termios, settings: &str) {
    for word in settings.split_whitespace() {
        if word == "raw" {
            *termios = Termios::raw();
        } else if let Some((name, value)) = word.split_once('=') {
            termios.cc[control_char(name) as usize] = byte_of(value);
        } else {
            let (name, on) = word.strip_prefix('-').map_or((word, true), |name| (name, false));
            let known = set(&mut termios.input, name, on)
                || set(&mut termios.output, name, on)
                || set(&mut termios.local, name, on);
            assert!(known, "no flag {name}");
        }
    }
}

fn set<F: Flags>(flags: &mut F, name: &str, on: bool) -> bool {
    let flag = F::from_name(name);
    if let Some(flag) = flag {
        flags.set(flag, on);
        return true;
    }
    false
}

fn control_char(name: &str) -> ControlChar {
    match name {
        "INTR" => ControlChar::Intr,
        "QUIT" => ControlChar::Quit,
        "ERASE" => ControlChar::Erase,
        "KILL" => ControlChar::Kill,
        "EOF" => ControlChar::Eof,
        "TIME" => ControlChar::Time,
        "MIN" => ControlChar::Min,
        "START" => ControlChar::Start,
        "STOP" => ControlChar::Stop,
        "SUSP" => ControlChar::Susp,
        "EOL" => ControlChar::Eol,
        "REPRINT" => ControlChar::Reprint,
        "WERASE" => ControlChar::Werase,
        "LNEXT" => ControlChar::Lnext,
        "EOL2" => ControlChar::Eol2,
        _ => panic!("no control character {name}"),
    }
}

/// `^X`, a number, a character, or `undef`.
fn byte_of(value: &str) -> u8 {
    match value.as_bytes() {
        b"undef" => 0,
        [b'^', letter] => letter ^ 0x40,
        digits if digits.iter().all(u8::is_ascii_digit) => value.parse().unwrap(),
        [character] => *character,
        _ => panic!("no byte {value}"),
    }
}

/// Every flag that the names of [`apply`] cover, for tests that go through them.
pub fn flag_names() -> Vec<&'static str> {
    fn names<F: Flags>() -> impl Iterator<Item = &'static str> {
        F::FLAGS
            .iter()
            .map(|flag| flag.name())
            .filter(|name| !name.is_empty())
    }
    names::<InputFlags>()
        .chain(names::<OutputFlags>())
        .chain(names::<LocalFlags>())
        .collect()
}
