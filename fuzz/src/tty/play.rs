//! Makes the steps on a pseudo-terminal and compares what comes of each with the model, and with what poll(2) said before.

use super::Step;
use super::model::Model;
use cobnut::kernel::Errno;
use cobnut::kernel::error::Block;
use cobnut::kernel::file::PollEvents;
use cobnut::kernel::io::VecSink;
use cobnut::kernel::process::Pgid;
use cobnut::kernel::signal::Signal;
use cobnut::kernel::tty::line_discipline::{INPUT_LIMIT, SCREEN_LIMIT};
use cobnut::kernel::tty::termios::{ControlChar, LocalFlags};
use cobnut::kernel::tty::{FlushQueue, PtyMaster, PtySlave, Ptys, SignalTarget, Termios, WinSize};
use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError, Weak};

/// Marked bytes are doubled and lines come with their ends: so much more than their limits may the queues hold.
const OVERSHOOT: usize = 3 * 8_192;

/// All that was seen of a terminal from outside.
#[derive(Default)]
pub struct Transcript {
    reads: Vec<Option<Vec<u8>>>,
    screen: Vec<u8>,
    /// Their numbers.
    signals: BTreeSet<u8>,
}

impl Transcript {
    /// # Panics
    /// When `pieces`, of the same steps, is another.
    pub fn compare(&self, pieces: &Transcript) {
        let show = |read: &Option<Vec<u8>>| read.as_ref().map(|bytes| bytes.escape_ascii().to_string());
        for (at, (whole, pieces)) in self.reads.iter().zip(&pieces.reads).enumerate() {
            assert_eq!(
                show(whole),
                show(pieces),
                "read {at} is another when the input comes in pieces"
            );
        }
        assert_eq!(
            self.reads.len(),
            pieces.reads.len(),
            "more reads when the input comes in pieces"
        );
        let (whole, pieces_screen) = (self.screen.escape_ascii(), pieces.screen.escape_ascii());
        assert_eq!(
            whole.to_string(),
            pieces_screen.to_string(),
            "output is another when the input comes in pieces"
        );
        assert_eq!(
            self.signals, pieces.signals,
            "signals are others when the input comes in pieces"
        );
    }
}

#[derive(Default)]
struct Signals(Mutex<Vec<Signal>>);

impl SignalTarget for Signals {
    fn signal_group(&self, _pgid: Pgid, signal: Signal) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(signal);
    }
}

struct Player {
    master: Option<PtyMaster>,
    slave: PtySlave,
    signals: Arc<Signals>,
    termios: Termios,
    model: Model,
    piece: usize,
    resized: usize,
    /// ISIG was on while something was typed.
    keys: bool,
    transcript: Transcript,
}

/// Plays all steps; typing comes in pieces of `piece` bytes.
///
/// # Panics
/// When the terminal did something that it must not.
pub fn play(steps: &[Step], piece: usize) -> Transcript {
    let signals = Arc::new(Signals::default());
    let target: Weak<dyn SignalTarget> = Arc::downgrade(&(signals.clone() as Arc<dyn SignalTarget>));
    let master = Ptys::new(1).create(target).expect("a terminal");
    let slave = master.pty().open_slave().expect("its other side");
    master.pty().set_foreground(Pgid(7));
    let mut player = Player {
        termios: master.pty().termios().expect("settings"),
        master: Some(master),
        slave,
        signals,
        model: Model::new(),
        piece,
        resized: 0,
        keys: false,
        transcript: Transcript::default(),
    };
    steps.iter().for_each(|step| player.step(step));
    player.finish()
}

impl Player {
    fn step(&mut self, step: &Step) {
        match step {
            Step::Type(bytes, times) => self.type_bytes(&bytes.repeat(*times)),
            Step::Write(bytes, times) => self.write(&bytes.repeat(*times)),
            Step::Read(limit) => self.read(*limit),
            Step::ReadAvailable(limit) => self.read_available(*limit),
            Step::ReadScreen(limit) => self.read_screen(*limit),
            Step::Stream(bytes, rounds, limit) => {
                for _ in 0..*rounds {
                    self.type_bytes(bytes);
                    self.write(bytes);
                    self.read(*limit);
                    self.read_screen(*limit);
                }
            }
            Step::Set(termios, flushes) => self.set(termios, *flushes),
            Step::Flush(queue) => self.flush(*queue),
            Step::Resize(rows) => self.resize(*rows),
            Step::HangUp => self.hang_up(),
        }
        self.check_poll();
    }

    fn type_bytes(&mut self, bytes: &[u8]) {
        for piece in bytes.chunks(self.piece.min(bytes.len()).max(1)) {
            let Some(master) = &self.master else { return };
            let room = master.poll().contains(PollEvents::POLLOUT);
            let taken = master.type_now(piece).expect("there is memory");
            assert_eq!(room, taken > 0, "the emulator's POLLOUT is wrong");
            self.keys |= self.termios.local.contains(LocalFlags::ISIG);
            self.model.type_bytes(&self.termios, &piece[..taken]);
            if let (Some(length), true) = (self.model.input_length(), super::model::raw(&self.termios)) {
                assert!(
                    taken == piece.len() || length == INPUT_LIMIT,
                    "typed input was refused"
                );
            }
        }
    }

    fn write(&mut self, bytes: &[u8]) {
        if bytes.is_empty() {
            return;
        }
        let ready = self.slave.poll().contains(PollEvents::POLLOUT);
        let mut rest = bytes;
        let wrote = self.slave.try_write(&mut rest);
        if self.master.is_none() {
            let refused = matches!(&wrote, Err(Block::Failed(error)) if error.errno == Errno::EIO);
            assert!(refused, "a write after the hang-up: {wrote:?}");
            return;
        }
        let count = bytes.len() - rest.len();
        assert_eq!(ready, wrote.is_ok(), "the program's POLLOUT is wrong");
        assert_eq!(wrote.unwrap_or(0), count);
        assert_eq!(ready, count > 0);
        self.model.write(&self.termios, &bytes[..count]);
    }

    /// How many bytes a read that doesn't block when poll says POLLIN asks for: VMIN at least.
    fn enough(&self, limit: usize) -> bool {
        limit >= usize::from(self.termios.control_char(ControlChar::Min)).max(1)
    }

    fn read(&mut self, limit: usize) {
        let ready = self.slave.poll().contains(PollEvents::POLLIN);
        let mut sink = VecSink::new(limit);
        let read = self.slave.try_read(&mut sink);
        let bytes = sink.bytes;
        self.transcript.reads.push(read.is_ok().then(|| bytes.clone()));
        match read {
            Ok(count) => assert_eq!(count, bytes.len()),
            Err(block) => assert_eq!((block, bytes.len()), (Block::WouldBlock, 0), "a read failed"),
        }
        let (min, time) = (
            self.termios.control_char(ControlChar::Min),
            self.termios.control_char(ControlChar::Time),
        );
        if self.master.is_none() {
            assert_eq!((ready, read), (true, Ok(0)), "a read after the hang-up");
        } else if limit == 0 {
            assert_eq!(read, Ok(0));
        } else if self.termios.canonical() {
            assert_eq!(ready, read.is_ok(), "POLLIN is wrong for lines");
        } else if (min, time) == (0, 0) {
            assert_eq!(
                (read.is_ok(), ready),
                (true, !bytes.is_empty()),
                "POLLIN is wrong for MIN 0 TIME 0"
            );
        } else if time == 0 && self.enough(limit) {
            assert_eq!(ready, read.is_ok(), "POLLIN is wrong for MIN {min}");
        } else if min == 0 {
            assert_eq!(
                (ready, ready),
                (read.is_ok(), !bytes.is_empty()),
                "POLLIN is wrong for MIN 0 TIME {time}"
            );
        }
        self.model.read(&bytes);
    }

    fn read_available(&mut self, limit: usize) {
        let ready = self.slave.poll().contains(PollEvents::POLLIN);
        let mut sink = VecSink::new(limit);
        let count = self
            .slave
            .read_available(&mut sink)
            .expect("a read does not fail");
        assert_eq!(count, sink.bytes.len());
        let timed = !self.termios.canonical() && self.termios.control_char(ControlChar::Time) > 0;
        if timed && limit > 0 && self.master.is_some() {
            assert_eq!(ready, count > 0, "POLLIN is wrong for a read whose time is up");
        }
        self.model.read(&sink.bytes);
        self.transcript.reads.push(Some(sink.bytes));
    }

    fn read_screen(&mut self, limit: usize) {
        let Some(master) = &self.master else { return };
        let ready = master.poll().contains(PollEvents::POLLIN);
        let mut sink = VecSink::new(limit);
        let read = master.try_read(&mut sink);
        let bytes = sink.bytes;
        assert!(
            bytes.len() <= SCREEN_LIMIT + OVERSHOOT,
            "{} bytes of output were kept",
            bytes.len()
        );
        if limit > 0 {
            let expected = if ready {
                Ok(bytes.len())
            } else {
                Err(Block::WouldBlock)
            };
            assert_eq!(read, expected, "the emulator's POLLIN is wrong");
            assert_eq!(ready, !bytes.is_empty());
        }
        self.model.read_screen(&bytes, limit > 0 && bytes.len() < limit);
        self.transcript.screen.extend(bytes);
    }

    fn set(&mut self, termios: &Termios, flushes: bool) {
        let done = self.slave.pty().set_termios(termios.clone(), flushes);
        assert_eq!(
            done.is_ok(),
            self.master.is_some(),
            "tcsetattr after the hang-up, and only then, fails"
        );
        if done.is_ok() {
            self.model.set(termios, flushes);
            self.termios = termios.clone().for_pty();
            assert_eq!(self.slave.pty().termios(), Ok(self.termios.clone()));
        }
    }

    fn flush(&mut self, queue: FlushQueue) {
        if self.slave.pty().flush(queue).is_err() {
            assert!(self.master.is_none(), "tcflush failed");
            return;
        }
        if queue != FlushQueue::Output {
            self.model.flush_input(&self.termios);
        }
        if queue != FlushQueue::Input {
            self.model.flush_output();
        }
    }

    fn resize(&mut self, rows: u16) {
        let size = WinSize {
            rows,
            ..WinSize::default()
        };
        let before = self.slave.pty().size();
        if self.slave.pty().set_size(size).is_ok() {
            self.resized += usize::from(before != Ok(size));
            assert_eq!(self.slave.pty().size(), Ok(size));
        }
    }

    fn hang_up(&mut self) {
        self.check_signals();
        self.master = None;
        self.model.flush_input(&self.termios);
        self.model.flush_output();
        self.check_poll();
    }

    /// What poll answers when nothing is taken away, against what is known to wait.
    fn check_poll(&self) {
        let events = self.slave.poll();
        let Some(master) = &self.master else {
            let all = PollEvents::POLLIN | PollEvents::POLLOUT | PollEvents::POLLERR | PollEvents::POLLHUP;
            assert_eq!(events, all, "after the hang-up");
            return;
        };
        assert!(!events.intersects(PollEvents::POLLHUP | PollEvents::POLLERR));
        if let Some(waiting) = self.model.screen_length() {
            assert_eq!(
                master.poll().contains(PollEvents::POLLIN),
                waiting > 0,
                "output that waits and is not seen"
            );
        }
        let time = self.termios.control_char(ControlChar::Time);
        if self.termios.canonical() {
            assert_eq!(self.slave.read_deadline(0), None);
            return;
        }
        if let Some(waiting) = self.model.input_length() {
            let least = if time == 0 {
                self.termios.control_char(ControlChar::Min).max(1)
            } else {
                1
            };
            assert_eq!(
                events.contains(PollEvents::POLLIN),
                waiting >= usize::from(least),
                "{waiting} bytes wait"
            );
        }
        let deadline = match (self.termios.control_char(ControlChar::Min), time) {
            (_, 0) => false,
            (0, _) => true,
            _ => events.contains(PollEvents::POLLIN),
        };
        assert_eq!(self.slave.read_deadline(0).is_some(), deadline, "VTIME's clock");
    }

    fn check_signals(&self) {
        let sent = self.signals.0.lock().unwrap_or_else(PoisonError::into_inner);
        let resizes = sent.iter().filter(|&&signal| signal == Signal::SIGWINCH).count();
        assert_eq!(resizes, self.resized, "SIGWINCH");
        let keys = [Signal::SIGINT, Signal::SIGQUIT, Signal::SIGTSTP];
        assert!(
            self.keys || !sent.iter().any(|signal| keys.contains(signal)),
            "a key's signal without ISIG: {sent:?}"
        );
    }

    /// Takes out what is left, hangs up, and answers what was seen.
    fn finish(mut self) -> Transcript {
        self.read_screen(usize::MAX);
        let mut left = 0;
        while self.slave.poll().contains(PollEvents::POLLIN) && self.master.is_some() {
            self.read(usize::MAX);
            if matches!(self.transcript.reads.last(), Some(None)) {
                // There are bytes, but less than VMIN, and no time passes here that would make VTIME's end.
                self.read_available(usize::MAX);
            }
            // An empty line is a read of nothing, and is gone all the same.
            left += self
                .transcript
                .reads
                .last()
                .and_then(Option::as_ref)
                .map_or(0, Vec::len);
            assert!(left <= INPUT_LIMIT + OVERSHOOT, "{left} bytes of input were kept");
        }
        if self.master.is_some() {
            self.check_signals();
            self.hang_up();
        }
        let sent = self.signals.0.lock().unwrap_or_else(PoisonError::into_inner);
        self.transcript
            .signals
            .extend(sent.iter().map(|signal| signal.number()));
        drop(sent);
        self.transcript
    }
}
