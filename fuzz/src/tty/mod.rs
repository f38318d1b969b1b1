//! A terminal under random settings: [`line_discipline`].
//!
//! The input is a list of steps on both sides of a pseudo-terminal. [`model`] says what must come out of it where that is known
//! exactly (raw input, unprocessed output), and what can't come out of it elsewhere; [`play`] makes the steps and compares, and
//! makes them once more with the typing cut into other pieces.

mod model;
mod play;

use crate::input::Input;
use crate::memory;
use cobnut::kernel::tty::line_discipline::{INPUT_LIMIT, MAX_CANON};
use cobnut::kernel::tty::termios::{InputFlags, LocalFlags, OutputFlags};
use cobnut::kernel::tty::{FlushQueue, Termios};

/// Something that happens to a terminal.
#[derive(Clone, Debug)]
pub(crate) enum Step {
    /// The emulator types these bytes so many times.
    Type(Vec<u8>, usize),
    /// A program writes these bytes so many times.
    Write(Vec<u8>, usize),
    /// A program reads so many bytes at most.
    Read(usize),
    /// A read's time is up.
    ReadAvailable(usize),
    /// The emulator reads so many bytes at most.
    ReadScreen(usize),
    /// So many times both sides write these bytes, and read so many at most: queues go round.
    Stream(Vec<u8>, usize, usize),
    /// tcsetattr, with or without TCSAFLUSH.
    Set(Box<Termios>, bool),
    /// tcflush.
    Flush(FlushQueue),
    /// tcsetwinsize.
    Resize(u16),
    /// The emulator goes.
    HangUp,
}

impl Step {
    fn read(input: &mut Input<'_>) -> Step {
        match input.below(20) {
            0..7 => {
                let (bytes, times) = bytes(input);
                Step::Type(bytes, times)
            }
            7 => {
                let (bytes, _once) = bytes(input);
                Step::Stream(bytes, 2 + input.below(30), 1 + input.below(64))
            }
            8..10 => {
                let (bytes, times) = bytes(input);
                Step::Write(bytes, times)
            }
            10 | 11 => Step::Read(amount(input)),
            12 => Step::ReadAvailable(amount(input)),
            13 => Step::ReadScreen(amount(input)),
            14..17 => Step::Set(Box::new(settings(input)), input.once_in(4)),
            17 => Step::Flush(input.pick(&[FlushQueue::Input, FlushQueue::Output, FlushQueue::Both])),
            18 => Step::Resize(input.u16() % 3),
            _ if input.once_in(8) => Step::HangUp,
            _ => Step::ReadScreen(usize::MAX),
        }
    }
}

fn amount(input: &mut Input<'_>) -> usize {
    match input.below(4) {
        0 => usize::MAX,
        1 => input.u16() as usize,
        _ => input.u8() as usize,
    }
}

fn bytes(input: &mut Input<'_>) -> (Vec<u8>, usize) {
    let length = input.below(64);
    let bytes = input.bytes(length).to_vec();
    // Enough to fill a line or a queue, rarely, as it takes its time.
    let fill = input.pick(&[MAX_CANON + 1, MAX_CANON + 1, INPUT_LIMIT + 1]);
    let times = if input.once_in(64) {
        fill / bytes.len().max(1) + 1
    } else {
        1
    };
    (bytes, times)
}

/// Raw mode or a terminal's first settings, with flags flipped and keys moved.
fn settings(input: &mut Input<'_>) -> Termios {
    let mut termios = if input.once_in(2) {
        Termios::raw()
    } else {
        Termios::default()
    };
    for _ in 0..input.below(5) {
        let bit = 1 << input.below(17);
        match input.below(4) {
            0 => termios.input ^= InputFlags::from_bits_retain(bit),
            1 => termios.output ^= OutputFlags::from_bits_retain(bit),
            2 => termios.local ^= LocalFlags::from_bits_retain(bit),
            _ => termios.cc[input.below(17)] = input.u8(),
        }
    }
    termios
}

/// Bytes that are typed and written in one scene.
const SIZE_MAX: usize = 2 * INPUT_LIMIT;

/// Plays the scene that `bytes` stand for.
///
/// # Panics
/// When the terminal did something that it must not.
pub fn line_discipline(bytes: &[u8]) {
    let mut input = Input::new(bytes);
    let piece = 1 + input.below(40);
    let mut steps = vec![Step::Set(Box::new(settings(&mut input)), false)];
    let mut size = 0;
    while !input.is_empty() && steps.len() < 100 && size < SIZE_MAX {
        steps.push(Step::read(&mut input));
        size += steps.last().map_or(0, Step::size);
    }
    memory::without_leak(|| {
        let whole = play::play(&steps, usize::MAX);
        // Where nothing is dropped for want of room, pieces make no difference.
        if size < MAX_CANON {
            whole.compare(&play::play(&steps, piece));
        }
    });
}

impl Step {
    fn size(&self) -> usize {
        match self {
            Step::Type(bytes, times) | Step::Write(bytes, times) => bytes.len() * times,
            Step::Stream(bytes, rounds, _) => 2 * bytes.len() * rounds,
            _ => 0,
        }
    }
}
