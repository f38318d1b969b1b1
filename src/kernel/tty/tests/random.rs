//! The line discipline under random settings and input: it never panics, its buffers stay bounded, and what it does depends on the
//! bytes alone, not on how they were cut into pieces.

use crate::kernel::io::VecSink;
use crate::kernel::tty::line_discipline::{INPUT_LIMIT, LineDiscipline, SCREEN_LIMIT, SignalKeys};
use crate::kernel::tty::termios::{InputFlags, LocalFlags, OutputFlags};
use crate::kernel::tty::{ByteQueue, Termios};
use proptest::collection::vec;
use proptest::prelude::*;

#[derive(Clone, Debug)]
enum Step {
    Type(Vec<u8>),
    Write(Vec<u8>),
    Read(usize),
    Set(Box<Termios>),
    Flush,
}

fn settings() -> impl Strategy<Value = Termios> {
    // Half of the flags at a time, and the usual keys or any bytes.
    let flags = (any::<u32>(), any::<u32>(), any::<u32>(), any::<bool>());
    (flags, any::<[u8; 17]>(), any::<bool>()).prop_map(|((input, output, local, usual), keys, usual_keys)| {
        let mut termios = Termios::default();
        if !usual {
            termios.input = InputFlags::from_bits_retain(input);
            termios.output = OutputFlags::from_bits_retain(output);
        }
        termios.local ^= LocalFlags::from_bits_retain(local & 0x8fff & (local >> 7));
        if !usual_keys {
            termios.cc[..17].copy_from_slice(&keys);
        }
        termios
    })
}

/// Bytes in which keys, control characters and pieces of UTF-8 are common.
fn bytes(longest: usize) -> impl Strategy<Value = Vec<u8>> {
    let byte =
        prop_oneof![4 => 0x20..0x7fu8, 3 => 0..0x20u8, 1 => Just(0x7f), 1 => 0x80..=0xffu8, 1 => Just(b'\n')];
    vec(byte, 0..longest)
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        6 => bytes(80).prop_map(Step::Type),
        1 => (bytes(4), 1..3_000usize).prop_map(|(bytes, times)| Step::Type(bytes.repeat(times))),
        2 => bytes(80).prop_map(Step::Write),
        2 => (0..200usize).prop_map(Step::Read),
        1 => settings().prop_map(|termios| Step::Set(Box::new(termios))),
        1 => Just(Step::Flush),
    ]
}

/// A terminal, what was read from it, and what it showed.
struct Terminal {
    discipline: LineDiscipline,
    screen: ByteQueue,
    keys: SignalKeys,
    read: Vec<u8>,
}

impl Terminal {
    fn new(termios: Termios) -> Self {
        let discipline = LineDiscipline::new(termios);
        Terminal {
            discipline,
            screen: ByteQueue::default(),
            keys: SignalKeys::empty(),
            read: Vec::new(),
        }
    }

    fn type_in_pieces(&mut self, bytes: &[u8], piece: usize) {
        for piece in bytes.chunks(piece) {
            let count = piece.len().min(self.discipline.room());
            self.keys |= self.discipline.input(&piece[..count], &mut self.screen).keys;
        }
    }

    fn take(&mut self, step: &Step, piece: usize) {
        match step {
            Step::Type(bytes) => self.type_in_pieces(bytes, piece),
            Step::Write(bytes) => self.discipline.write(bytes, &mut self.screen),
            Step::Read(limit) => {
                let mut sink = VecSink::new(*limit);
                let _would_block = self.discipline.try_read(&mut sink);
                self.read.extend(sink.bytes);
            }
            Step::Set(termios) => {
                let _restarted = self.discipline.set_termios((**termios).clone(), &mut self.screen);
            }
            Step::Flush => self.discipline.flush_output(&mut self.screen),
        }
    }

    fn shown(&mut self) -> Vec<u8> {
        let mut sink = VecSink::new(usize::MAX);
        self.screen.pop_into(&mut sink, usize::MAX).unwrap();
        sink.bytes
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn buffers_stay_bounded(termios in settings(), steps in vec(step(), 0..60)) {
        let mut terminal = Terminal::new(termios);
        for step in &steps {
            let before = terminal.screen.len();
            terminal.take(step, 1_024);
            // A piece of input may overshoot: marked bytes are doubled, a line's end comes with its line.
            prop_assert!(terminal.discipline.available() <= INPUT_LIMIT + 8_192);
            let limit = (SCREEN_LIMIT + 3 * 8_192).max(before);
            prop_assert!(matches!(step, Step::Write(_)) || terminal.screen.len() <= limit);
        }
    }

    #[test]
    fn pieces_make_no_difference(termios in settings(), typed in vec(bytes(300), 0..6), piece in 1..40usize) {
        let mut whole = Terminal::new(termios.clone());
        let mut pieces = Terminal::new(termios);
        for bytes in &typed {
            let step = Step::Type(bytes.clone());
            whole.take(&step, usize::MAX);
            pieces.take(&step, piece);
            whole.take(&Step::Read(50), 1);
            pieces.take(&Step::Read(50), 1);
        }
        prop_assert_eq!(whole.keys, pieces.keys);
        prop_assert_eq!(&whole.read, &pieces.read);
        prop_assert_eq!(whole.shown(), pieces.shown());
    }

    #[test]
    fn raw_mode_loses_nothing(typed in vec(vec(any::<u8>(), 0..500), 0..20)) {
        let mut terminal = Terminal::new(Termios::raw());
        for bytes in &typed {
            terminal.take(&Step::Type(bytes.clone()), usize::MAX);
            terminal.take(&Step::Read(300), 1);
        }
        while terminal.discipline.available() > 0 {
            terminal.take(&Step::Read(1_000), 1);
        }
        prop_assert_eq!(terminal.read, typed.concat());
    }

    #[test]
    fn erasing_as_much_as_was_typed_leaves_the_screen_as_it_was(text in "[a-zé漢\t\u{1}-\u{2}]{0,40}", prompt in "[a-z ]{0,20}") {
        let mut terminal = Terminal::new(Termios::default());
        terminal.take(&Step::Write(prompt.clone().into_bytes()), 1);
        terminal.take(&Step::Type(text.clone().into_bytes()), usize::MAX);
        terminal.take(&Step::Type(vec![0x7f; text.chars().count()]), usize::MAX);
        let mut cells = Cells::default();
        cells.show(&String::from_utf8(terminal.shown()).unwrap());
        prop_assert_eq!(cells.column, prompt.len());
        prop_assert_eq!(cells.text.trim_end(), prompt.trim_end());
    }
}

/// A line of a screen, as an emulator shows it.
#[derive(Default)]
struct Cells {
    text: String,
    column: usize,
}

impl Cells {
    fn show(&mut self, output: &str) {
        let mut cells: Vec<char> = Vec::new();
        let mut column = 0usize;
        for character in output.chars() {
            match character {
                '\x08' => column = column.saturating_sub(1),
                '\t' => column = (column / 8 + 1) * 8,
                _ => {
                    let width = if character == '漢' { 2 } else { 1 };
                    let end = column + width;
                    if cells.len() < end {
                        cells.resize(end, ' ');
                    }
                    cells[column..end].fill(character);
                    column = end;
                }
            }
        }
        self.text = cells.into_iter().collect();
        self.column = column;
    }
}
