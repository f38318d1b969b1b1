//! The pseudo-terminal: readers that wait, room, hang-ups, signals, sizes.

use crate::kernel::error::{Block, Errno};
use crate::kernel::file::PollEvents;
use crate::kernel::io::VecSink;
use crate::kernel::process::{Pgid, Sid};
use crate::kernel::signal::Signal;
use crate::kernel::sync::wait::block_until;
use crate::kernel::sync::{Mutex, Rank, WaitQueue, Waiter};
use crate::kernel::tty::line_discipline::SCREEN_LIMIT;
use crate::kernel::tty::termios::LocalFlags;
use crate::kernel::tty::{FlushQueue, PtyMaster, PtySlave, Ptys, SignalTarget, Termios, WinSize};
use std::sync::Arc;

struct Log(Mutex<Vec<(Pgid, Signal)>>);

impl Default for Log {
    fn default() -> Self {
        Log(Mutex::new(Rank::Registry, Vec::new()))
    }
}

impl SignalTarget for Log {
    fn signal_group(&self, pgid: Pgid, signal: Signal) {
        self.0.lock().push((pgid, signal));
    }
}

impl Log {
    fn take(&self) -> Vec<(Pgid, Signal)> {
        std::mem::take(&mut self.0.lock())
    }
}

struct Fixture {
    log: Arc<Log>,
    ptys: Ptys,
}

impl Fixture {
    fn new() -> Self {
        Fixture {
            log: Arc::default(),
            ptys: Ptys::new(16),
        }
    }

    fn master(&self) -> PtyMaster {
        let log = Arc::downgrade(&self.log);
        self.ptys.create(log).unwrap()
    }

    fn pair(&self) -> (PtyMaster, PtySlave) {
        let master = self.master();
        let slave = master.pty().open_slave().unwrap();
        (master, slave)
    }

    /// A terminal of session 7 with group 9 in the foreground.
    fn session(&self) -> (PtyMaster, PtySlave) {
        let (master, slave) = self.pair();
        assert!(master.pty().join_session(Sid(7), Pgid(7)));
        master.pty().set_foreground(Pgid(9));
        (master, slave)
    }
}

fn raw(master: &PtyMaster) {
    master.pty().set_termios(Termios::raw(), false).unwrap();
}

fn wait<T>(queue: &WaitQueue, attempt: impl FnMut() -> crate::kernel::error::Attempt<T>) -> T {
    block_until(&Waiter::new(), &[queue], None, || false, attempt).unwrap()
}

fn read_slave(slave: &PtySlave) -> Vec<u8> {
    let mut sink = VecSink::new(100_000);
    wait(slave.queue(), || slave.try_read(&mut sink));
    sink.bytes
}

fn screen(master: &PtyMaster) -> Vec<u8> {
    let mut sink = VecSink::new(usize::MAX);
    match master.try_read(&mut sink) {
        Ok(_) | Err(Block::WouldBlock) => sink.bytes,
        Err(Block::Failed(error)) => panic!("{error}"),
    }
}

#[test]
fn a_waiting_reader_is_woken_by_a_line() {
    let fixture = Fixture::new();
    let (master, slave) = fixture.pair();
    let reader = std::thread::spawn(move || read_slave(&slave));
    for piece in [&b"he"[..], b"llo", b"\n"] {
        assert_eq!(master.type_now(piece), Ok(piece.len()));
    }
    assert_eq!(reader.join().unwrap(), b"hello\n");
    assert_eq!(screen(&master), b"hello\r\n");
}

#[test]
fn a_waiting_reader_is_woken_by_end_of_file() {
    let fixture = Fixture::new();
    let (master, slave) = fixture.pair();
    let reader = std::thread::spawn(move || read_slave(&slave));
    master.type_now(b"\x04").unwrap();
    assert_eq!(reader.join().unwrap(), b"");
}

#[test]
fn a_waiting_reader_is_woken_by_a_change_to_raw_mode() {
    let fixture = Fixture::new();
    let (master, slave) = fixture.pair();
    master.type_now(b"ab").unwrap();
    let reader = std::thread::spawn(move || read_slave(&slave));
    raw(&master);
    assert_eq!(reader.join().unwrap(), b"ab");
}

#[test]
fn a_waiting_reader_is_woken_by_a_hang_up() {
    let fixture = Fixture::new();
    let (master, slave) = fixture.pair();
    let reader = std::thread::spawn(move || read_slave(&slave));
    drop(master);
    assert_eq!(reader.join().unwrap(), b"");
}

#[test]
fn a_waiting_emulator_is_woken_by_output() {
    let fixture = Fixture::new();
    let (master, slave) = fixture.pair();
    let emulator = std::thread::spawn(move || {
        let mut sink = VecSink::new(100);
        wait(master.queue(), || master.try_read(&mut sink));
        sink.bytes
    });
    assert_eq!(slave.try_write(&mut &b"hi\n"[..]), Ok(3));
    assert_eq!(emulator.join().unwrap(), b"hi\r\n");
}

#[test]
fn all_output_arrives_although_writers_must_wait() {
    let fixture = Fixture::new();
    let (master, slave) = fixture.pair();
    raw(&master);
    let bytes: Vec<u8> = (0..1_000_000u32).map(|at| (at % 251) as u8).collect();
    let expected = bytes.clone();
    let writer = std::thread::spawn(move || {
        let mut rest = &bytes[..];
        while !rest.is_empty() {
            wait(slave.queue(), || slave.try_write(&mut rest));
        }
    });
    let mut got = Vec::new();
    loop {
        let mut sink = VecSink::new(10_000);
        let attempt = || master.try_read(&mut sink);
        if block_until(&Waiter::new(), &[master.queue()], None, || false, attempt).is_err() {
            break;
        }
        got.extend(sink.bytes);
    }
    writer.join().unwrap();
    assert!(got == expected);
}

#[test]
fn all_input_arrives_although_the_emulator_must_wait() {
    let fixture = Fixture::new();
    let (master, slave) = fixture.pair();
    raw(&master);
    let bytes: Vec<u8> = (0..500_000u32).map(|at| (at % 253) as u8).collect();
    let expected = bytes.clone();
    let reader = std::thread::spawn(move || {
        let mut got = Vec::new();
        while got.len() < expected.len() {
            got.extend(read_slave(&slave));
        }
        assert!(got == expected);
        slave
    });
    let mut rest = &bytes[..];
    while !rest.is_empty() {
        wait(master.queue(), || master.try_write(&mut rest));
    }
    reader.join().unwrap();
}

#[test]
fn an_endless_line_is_taken_in_slices() {
    let fixture = Fixture::new();
    let (master, slave) = fixture.pair();
    let line = vec![b'x'; 200_000];
    let first = master.try_write(&mut &line[..]).unwrap();
    assert!(first < line.len());
    assert_eq!(master.type_now(&line), Ok(line.len()));
    master.type_now(b"\n").unwrap();
    assert_eq!(read_slave(&slave).len(), 4_096);
}

#[test]
fn a_full_screen_stops_writers_until_it_is_read() {
    let fixture = Fixture::new();
    let (master, slave) = fixture.pair();
    raw(&master);
    let bytes = vec![b'x'; SCREEN_LIMIT + 1];
    assert_eq!(slave.try_write(&mut &bytes[..]), Ok(SCREEN_LIMIT));
    assert_eq!(slave.try_write(&mut &b"y"[..]), Err(Block::WouldBlock));
    assert!(!slave.poll().contains(PollEvents::POLLOUT));
    assert_eq!(screen(&master).len(), SCREEN_LIMIT);
    assert!(slave.poll().contains(PollEvents::POLLOUT));
}

#[test]
fn full_input_stops_the_emulator_until_it_is_read() {
    let fixture = Fixture::new();
    let (master, slave) = fixture.pair();
    raw(&master);
    while master.type_now(&[b'x'; 10_000]).unwrap() > 0 {}
    assert!(!master.poll().contains(PollEvents::POLLOUT));
    read_slave(&slave);
    assert!(master.poll().contains(PollEvents::POLLOUT));
}

#[test]
fn stop_makes_writers_wait_and_start_wakes_them() {
    let fixture = Fixture::new();
    let (master, slave) = fixture.pair();
    master.type_now(b"\x13").unwrap();
    assert_eq!(slave.try_write(&mut &b"x"[..]), Err(Block::WouldBlock));
    let writer = std::thread::spawn(move || {
        wait(slave.queue(), || slave.try_write(&mut &b"x"[..]));
        slave
    });
    master.type_now(b"\x11").unwrap();
    let _slave = writer.join().unwrap();
    assert_eq!(screen(&master), b"x");
}

#[test]
fn keys_signal_the_foreground_group() {
    let fixture = Fixture::new();
    let (master, _slave) = fixture.session();
    master.type_now(b"\x03\x1c\x1a\x03").unwrap();
    let group = Pgid(9);
    assert_eq!(
        fixture.log.take(),
        [
            (group, Signal::SIGINT),
            (group, Signal::SIGQUIT),
            (group, Signal::SIGTSTP)
        ]
    );
}

#[test]
fn keys_without_a_session_signal_nobody() {
    let fixture = Fixture::new();
    let (master, _slave) = fixture.pair();
    master.type_now(b"\x03").unwrap();
    assert_eq!(fixture.log.take(), []);
}

#[test]
fn a_new_size_raises_sigwinch_once() {
    let fixture = Fixture::new();
    let (master, slave) = fixture.session();
    let size = WinSize {
        rows: 24,
        cols: 80,
        ..WinSize::default()
    };
    master.pty().set_size(size).unwrap();
    master.pty().set_size(size).unwrap();
    assert_eq!(fixture.log.take(), [(Pgid(9), Signal::SIGWINCH)]);
    assert_eq!(slave.pty().size(), Ok(size));
}

#[test]
fn closing_the_master_hangs_up() {
    let fixture = Fixture::new();
    let (master, slave) = fixture.session();
    master.type_now(b"unread\n").unwrap();
    drop(master);
    let expected: Vec<_> = [Pgid(7), Pgid(9)]
        .into_iter()
        .flat_map(|group| [(group, Signal::SIGHUP), (group, Signal::SIGCONT)])
        .collect();
    assert_eq!(fixture.log.take(), expected);
    assert_eq!(slave.try_read(&mut VecSink::new(9)), Ok(0));
    assert_eq!(
        slave.try_write(&mut &b"x"[..]).unwrap_err(),
        Block::Failed(slave.pty().termios().unwrap_err())
    );
    assert_eq!(slave.pty().termios().unwrap_err().errno, Errno::EIO);
    assert!(slave.poll().contains(PollEvents::POLLHUP));
    assert!(slave.pty().open_slave().is_err());
    assert_eq!(slave.pty().session(), (None, None));
}

#[test]
fn the_end_of_the_sessions_leader_frees_the_terminal() {
    let fixture = Fixture::new();
    let (master, _slave) = fixture.session();
    master.pty().hang_up_session();
    assert_eq!(
        fixture.log.take(),
        [(Pgid(9), Signal::SIGHUP), (Pgid(9), Signal::SIGCONT)]
    );
    assert!(master.pty().join_session(Sid(8), Pgid(8)));
}

#[test]
fn a_terminal_has_one_session() {
    let fixture = Fixture::new();
    let (master, _slave) = fixture.session();
    assert!(!master.pty().join_session(Sid(8), Pgid(8)));
    assert!(master.pty().join_session(Sid(7), Pgid(7)));
    assert_eq!(master.pty().session(), (Some(Sid(7)), Some(Pgid(9))));
}

#[test]
fn the_emulator_reads_what_was_written_and_then_eio_when_all_slaves_are_closed() {
    let fixture = Fixture::new();
    let (master, slave) = fixture.pair();
    let second = master.pty().open_slave().unwrap();
    slave.try_write(&mut &b"bye"[..]).unwrap();
    drop(slave);
    assert!(!master.poll().contains(PollEvents::POLLHUP));
    drop(second);
    assert!(master.poll().contains(PollEvents::POLLIN | PollEvents::POLLHUP));
    assert_eq!(screen(&master), b"bye");
    assert_eq!(master.try_read(&mut VecSink::new(9)), Err(Errno::EIO.into()));
    let _again = master.pty().open_slave().unwrap();
    assert_eq!(master.try_read(&mut VecSink::new(9)), Err(Block::WouldBlock));
}

#[test]
fn the_emulator_waits_for_the_first_slave() {
    let master = Fixture::new().master();
    assert_eq!(master.try_read(&mut VecSink::new(9)), Err(Block::WouldBlock));
    assert!(!master.poll().contains(PollEvents::POLLHUP));
}

#[test]
fn numbers_are_the_lowest_free_ones() {
    let fixture = Fixture::new();
    let (first, second, third) = (fixture.master(), fixture.master(), fixture.master());
    assert_eq!(fixture.ptys.list(), [0, 1, 2]);
    drop(second);
    assert_eq!(fixture.ptys.list(), [0, 2]);
    assert_eq!(
        fixture.ptys.lookup(1).err().map(|error| error.errno),
        Some(Errno::ENOENT)
    );
    let again = fixture.master();
    assert_eq!(again.pty().path(), "/dev/pts/1");
    assert!(Arc::ptr_eq(&fixture.ptys.lookup(1).unwrap(), again.pty()));
    drop((first, third));
}

#[test]
fn a_number_is_taken_while_a_slave_is_open() {
    let fixture = Fixture::new();
    let (master, slave) = fixture.pair();
    drop(master);
    assert!(fixture.ptys.list().is_empty());
    assert_eq!(fixture.master().pty().index(), 1);
    drop(slave);
    assert_eq!(fixture.master().pty().index(), 0);
}

#[test]
fn flushing_forgets_input_or_output() {
    let fixture = Fixture::new();
    let (master, slave) = fixture.pair();
    master.type_now(b"line\n").unwrap();
    slave.pty().flush(FlushQueue::Output).unwrap();
    assert_eq!(screen(&master), b"");
    assert!(slave.poll().contains(PollEvents::POLLIN));
    slave.pty().flush(FlushQueue::Input).unwrap();
    assert!(!slave.poll().contains(PollEvents::POLLIN));
}

#[test]
fn setting_with_flush_forgets_input() {
    let fixture = Fixture::new();
    let (master, slave) = fixture.pair();
    master.type_now(b"secret\n").unwrap();
    let mut termios = slave.pty().termios().unwrap();
    termios.local.remove(LocalFlags::ECHO);
    slave.pty().set_termios(termios.clone(), true).unwrap();
    assert_eq!(slave.try_read(&mut VecSink::new(9)), Err(Block::WouldBlock));
    assert_eq!(slave.pty().termios().unwrap(), termios);
}

#[test]
fn read_deadlines_follow_vtime() {
    let fixture = Fixture::new();
    let (master, slave) = fixture.pair();
    let set = |min: u8, time: u8| {
        let mut termios = Termios::raw();
        termios.cc[6] = min;
        termios.cc[5] = time;
        master.pty().set_termios(termios, true).unwrap();
    };
    set(1, 0);
    assert_eq!(slave.read_deadline(1_000), None);
    set(0, 3);
    assert_eq!(slave.read_deadline(1_000), Some(300_001_000));
    set(5, 3);
    assert_eq!(slave.read_deadline(1_000), None, "no byte has come");
    master.type_now(b"a").unwrap();
    let first = slave.read_deadline(0).unwrap();
    assert!(first > 300_000_000);
    assert_eq!(slave.try_read(&mut VecSink::new(9)), Err(Block::WouldBlock));
    let mut sink = VecSink::new(9);
    assert_eq!(slave.read_available(&mut sink), Ok(1));
}

#[test]
fn device_numbers_are_linuxs() {
    let fixture = Fixture::new();
    let (master, slave) = fixture.pair();
    assert_eq!(master.stat().rdev, 0x0502);
    assert_eq!(slave.stat().rdev, 136 << 8);
    assert_ne!(master.stat().ino, slave.stat().ino);
}
