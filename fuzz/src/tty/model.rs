//! What is known of the bytes in a terminal.

use cobnut::kernel::tty::Termios;
use cobnut::kernel::tty::line_discipline::{INPUT_LIMIT, MAX_CANON};
use cobnut::kernel::tty::termios::{InputFlags, LocalFlags, OutputFlags};
use std::collections::VecDeque;

/// A byte that was typed, and the settings that decided what became of it.
struct Typed {
    byte: u8,
    flags: InputFlags,
}

impl Typed {
    /// Whether a program may read `byte` for it.
    fn may_become(&self, byte: u8) -> bool {
        let has = |flag| self.flags.contains(flag);
        let typed = if has(InputFlags::ISTRIP) {
            self.byte & 0x7f
        } else {
            self.byte
        };
        let lowered = if has(InputFlags::IUCLC) {
            typed.to_ascii_lowercase()
        } else {
            typed
        };
        // After VLNEXT a byte is not translated.
        byte == typed
            || byte == lowered
            || (has(InputFlags::ICRNL) && (typed, byte) == (b'\r', b'\n'))
            || (has(InputFlags::INLCR) && (typed, byte) == (b'\n', b'\r'))
    }
}

/// What may be read, and what is on its way to the emulator.
#[derive(Default)]
pub struct Model {
    /// The bytes that wait to be read, if they are known: those of raw mode are.
    input: Option<VecDeque<u8>>,
    /// All that was typed since input was last thrown away, and how far reads have come in it at least.
    typed: Vec<Typed>,
    next: usize,
    /// PARMRK makes two bytes of 0xff: whether the last that was read for `next - 1` was the first of them.
    half: bool,
    /// Whether input has come in lines since it was last thrown away.
    lines: bool,
    /// The bytes on their way to the emulator, if they are known.
    screen: Option<VecDeque<u8>>,
    /// Echo may be held back by VSTOP.
    held: bool,
}

fn rewrites(flags: InputFlags) -> bool {
    flags.intersects(
        InputFlags::ISTRIP
            | InputFlags::IUCLC
            | InputFlags::PARMRK
            | InputFlags::INLCR
            | InputFlags::IGNCR
            | InputFlags::ICRNL
            | InputFlags::IXON,
    )
}

/// Whether each typed byte is to be read as it is.
pub fn raw(termios: &Termios) -> bool {
    !termios.local.intersects(LocalFlags::ICANON | LocalFlags::ISIG) && !rewrites(termios.input)
}

impl Model {
    /// A terminal that nothing has happened to.
    pub fn new() -> Self {
        Model {
            input: Some(VecDeque::new()),
            lines: true,
            screen: Some(VecDeque::new()),
            ..Model::default()
        }
    }

    /// `bytes` were typed and taken.
    pub fn type_bytes(&mut self, termios: &Termios, bytes: &[u8]) {
        if bytes.is_empty() {
            return;
        }
        let flags = termios.input;
        self.typed.extend(bytes.iter().map(|&byte| Typed { byte, flags }));
        match &mut self.input {
            Some(input) if raw(termios) => {
                input.extend(bytes);
                assert!(
                    input.len() <= INPUT_LIMIT,
                    "{} bytes of input are kept",
                    input.len()
                );
            }
            _ => self.input = None,
        }
        self.echo(termios, bytes);
    }

    fn echo(&mut self, termios: &Termios, bytes: &[u8]) {
        let local = termios.local;
        let rings = termios.canonical() && termios.input.contains(InputFlags::IMAXBEL);
        let echoes = local.intersects(LocalFlags::ECHO | LocalFlags::ECHONL) || rings;
        let flushes = local.contains(LocalFlags::ISIG);
        self.held |= echoes && termios.input.contains(InputFlags::IXON);
        if !echoes && !flushes && !self.held {
            return;
        }
        let as_it_is = raw(termios)
            && !local.intersects(LocalFlags::ECHOCTL)
            && !termios.output.contains(OutputFlags::OPOST)
            && !self.held;
        match &mut self.screen {
            // What is echoed beyond the limit may be dropped.
            Some(screen) if as_it_is && screen.len() + bytes.len() < 65_536 => {
                if local.contains(LocalFlags::ECHO) {
                    screen.extend(bytes);
                }
            }
            _ => self.screen = None,
        }
    }

    /// The settings become `termios`.
    pub fn set(&mut self, termios: &Termios, flushes: bool) {
        if flushes {
            self.flush_input(termios);
        }
        self.lines &= termios.canonical();
        if self.held {
            self.screen = None;
        }
    }

    /// Input has been thrown away.
    pub fn flush_input(&mut self, termios: &Termios) {
        self.input = Some(VecDeque::new());
        self.lines = termios.canonical();
        self.typed.clear();
        self.next = 0;
        self.half = false;
    }

    /// Output has been thrown away.
    pub fn flush_output(&mut self) {
        self.screen = Some(VecDeque::new());
        self.held = false;
    }

    /// `bytes` were written and taken.
    pub fn write(&mut self, termios: &Termios, bytes: &[u8]) {
        match &mut self.screen {
            Some(screen) if !termios.output.contains(OutputFlags::OPOST) => screen.extend(bytes),
            _ if bytes.is_empty() => {}
            _ => self.screen = None,
        }
    }

    /// A program has read `bytes`.
    pub fn read(&mut self, bytes: &[u8]) {
        assert!(
            !self.lines || bytes.len() <= MAX_CANON + 1,
            "a line of {} bytes",
            bytes.len()
        );
        if let Some(input) = &mut self.input {
            let expected: Vec<u8> = input.drain(..bytes.len().min(input.len())).collect();
            assert_eq!(bytes, expected, "raw input was lost, doubled or changed");
        }
        for &byte in bytes {
            self.read_one(byte);
        }
    }

    fn read_one(&mut self, byte: u8) {
        if core::mem::take(&mut self.half) && byte == 0xff {
            return;
        }
        let found = self.typed[self.next..]
            .iter()
            .position(|typed| typed.may_become(byte));
        let at = found.unwrap_or_else(|| panic!("{byte:#x} was read and not typed, or not in this order"));
        self.next += at + 1;
        self.half = byte == 0xff && self.typed[self.next - 1].flags.contains(InputFlags::PARMRK);
    }

    /// How many bytes wait to be read, if that is known.
    pub fn input_length(&self) -> Option<usize> {
        self.input.as_ref().map(VecDeque::len)
    }

    /// How many bytes wait for the emulator, if that is known.
    pub fn screen_length(&self) -> Option<usize> {
        self.screen.as_ref().map(VecDeque::len)
    }

    /// The emulator has read `bytes`; with `all`, that was all.
    pub fn read_screen(&mut self, bytes: &[u8], all: bool) {
        if let Some(screen) = &mut self.screen {
            let expected: Vec<u8> = screen.drain(..bytes.len().min(screen.len())).collect();
            assert_eq!(
                bytes, expected,
                "output was lost, doubled or changed, or there was echo where none should be"
            );
            assert!(!all || screen.is_empty(), "output was lost");
        } else if all && !self.held {
            self.screen = Some(VecDeque::new());
        }
    }
}
