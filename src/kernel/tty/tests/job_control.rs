//! Job control with processes as threads: who may use the terminal, and who gets its signals.

use crate::kernel::error::{Errno, Fault, SysResult};
use crate::kernel::file::{File, OpenFlags};
use crate::kernel::io::VecSink;
use crate::kernel::machine::{Kernel, Limits};
use crate::kernel::process::{
    CommandLine, Current, Fd, Pgid, Pid, ProcessSeed, StringList, Termination, WaitOptions, WaitStatus,
};
use crate::kernel::signal::{Disposition, SigAction, Signal, SignalSet, SignalState};
use crate::kernel::syscall::tty::{self, SetAction};
use crate::kernel::syscall::{self, fd, io, poll};
use crate::kernel::tty::termios::{ControlChar, LocalFlags};
use crate::kernel::tty::{PtyMaster, Termios, WinSize};
use std::sync::Arc;
use std::thread::{self, JoinHandle};

const TTY: Fd = Fd(0);

fn kernel() -> Arc<Kernel> {
    let vfs = crate::kernel::fs::tree::in_memory(1 << 20).unwrap();
    Kernel::new(vfs, Limits::default(), StringList::default())
}

fn leader(kernel: &Arc<Kernel>, fds: Vec<Option<crate::kernel::process::FdEntry>>) -> Current {
    let seed = ProcessSeed {
        parent: Pid::INIT,
        job: kernel.new_job(),
        pgid: None,
        sid: None,
        fds,
        cwd: kernel.vfs.root_place(),
        umask: 0o022,
        signals: SignalState::default(),
        command: CommandLine::default(),
    };
    Current::adopt(kernel.create_process(seed).unwrap())
}

/// A shell on a terminal of its own, in the foreground.
fn shell(kernel: &Arc<Kernel>) -> (Current, PtyMaster) {
    let (master, fds) = tty::terminal_for_page(
        kernel,
        WinSize {
            rows: 24,
            cols: 80,
            ..WinSize::default()
        },
    )
    .unwrap();
    let shell = leader(kernel, fds);
    tty::set_controlling_terminal(&shell, master.pty()).unwrap();
    (shell, master)
}

/// A child in a group of its own that exits with what `body` answers.
fn job(shell: &Current, body: impl FnOnce(&Current) -> u8 + Send + 'static) -> (i32, JoinHandle<()>) {
    let process = syscall::process::clone_process(shell).unwrap();
    let pid = process.pid;
    syscall::process::setpgid(shell, Some(pid), None).unwrap();
    let thread = thread::spawn(move || {
        let current = Current::adopt(process);
        current.decide_exit(body(&current));
        current.die();
        current.kernel().release_slot();
    });
    (pid.0 as i32, thread)
}

fn wait(current: &Current) -> WaitStatus {
    syscall::process::wait(current, -1, WaitOptions::WUNTRACED)
        .unwrap()
        .unwrap()
        .status
}

fn signal_job(current: &Current, pid: i32, signal: Signal) {
    syscall::signal::kill(current, -pid, Some(signal)).unwrap();
}

/// Hands the terminal to a group, as shells do: with SIGTTOU blocked.
fn foreground(current: &Current, pid: i32) {
    let mask = current.signals().mask();
    current.signals().set_mask(SignalSet::of(Signal::SIGTTOU));
    tty::tcsetpgrp(current, TTY, pid).unwrap();
    current.signals().set_mask(mask);
}

fn read_count(current: &Current) -> SysResult<usize> {
    io::read(current, TTY, &mut VecSink::new(100))
}

fn errno<T>(result: SysResult<T>) -> Option<Errno> {
    match result {
        Err(Fault::Error(error)) => Some(error.errno),
        _ => None,
    }
}

fn ignore(current: &Current, signal: Signal) {
    let action = SigAction {
        disposition: Disposition::Ignore,
        ..SigAction::default()
    };
    current.signals().set_action(signal, action).unwrap();
}

const EXITED_0: WaitStatus = WaitStatus::Terminated(Termination::Exited(0));

#[test]
fn a_session_leader_acquires_a_terminal_and_is_its_foreground() {
    let kernel = kernel();
    let (shell, master) = shell(&kernel);
    assert_eq!(tty::tcgetpgrp(&shell, TTY), Ok(Pgid(shell.pid.0)));
    assert!(Arc::ptr_eq(
        &tty::controlling_terminal(&shell).unwrap(),
        master.pty()
    ));
    let other = leader(&kernel, Vec::new());
    let refused = tty::set_controlling_terminal(&other, master.pty()).unwrap_err();
    assert_eq!(refused.errno, Errno::EPERM, "another session's");
    assert_eq!(
        tty::controlling_terminal(&other).map(|_| ()).unwrap_err().errno,
        Errno::ENXIO
    );
    let second = tty::create(&kernel).unwrap();
    assert_eq!(
        tty::set_controlling_terminal(&shell, second.pty())
            .unwrap_err()
            .errno,
        Errno::EPERM,
        "it has one"
    );
}

#[test]
fn opening_a_terminal_acquires_it_unless_noctty() {
    let kernel = kernel();
    let master = tty::create(&kernel).unwrap();
    let leader = leader(&kernel, Vec::new());
    let _first = tty::open_slave(&leader, master.pty(), OpenFlags::O_RDWR | OpenFlags::O_NOCTTY).unwrap();
    assert!(tty::controlling_terminal(&leader).is_err());
    let _second = tty::open_slave(&leader, master.pty(), OpenFlags::O_RDWR).unwrap();
    assert!(tty::controlling_terminal(&leader).is_ok());
}

#[test]
fn a_background_reader_stops_and_reads_on_in_the_foreground() {
    let kernel = kernel();
    let (shell, master) = shell(&kernel);
    let (pid, thread) = job(&shell, |job| read_count(job).map_or(99, |count| count as u8));
    assert_eq!(wait(&shell), WaitStatus::Stopped(Signal::SIGTTIN));
    tty::tcsetpgrp(&shell, TTY, pid).unwrap();
    signal_job(&shell, pid, Signal::SIGCONT);
    master.type_now(b"four\n").unwrap();
    assert_eq!(wait(&shell), WaitStatus::Terminated(Termination::Exited(5)));
    thread.join().unwrap();
}

#[test]
fn a_background_reader_continued_in_the_background_stops_again() {
    let kernel = kernel();
    let (shell, _master) = shell(&kernel);
    let (pid, thread) = job(&shell, |job| read_count(job).is_err() as u8);
    for _ in 0..3 {
        assert_eq!(wait(&shell), WaitStatus::Stopped(Signal::SIGTTIN));
        signal_job(&shell, pid, Signal::SIGCONT);
    }
    signal_job(&shell, pid, Signal::SIGKILL);
    while matches!(wait(&shell), WaitStatus::Stopped(_)) {}
    thread.join().unwrap();
}

#[test]
fn a_background_reader_that_ignores_or_blocks_sigttin_gets_eio() {
    let kernel = kernel();
    let (shell, _master) = shell(&kernel);
    let (_, thread) = job(&shell, |job| {
        ignore(job, Signal::SIGTTIN);
        let ignored = errno(read_count(job)) == Some(Errno::EIO);
        job.signals()
            .set_action(Signal::SIGTTIN, SigAction::default())
            .unwrap();
        job.signals().set_mask(SignalSet::of(Signal::SIGTTIN));
        let blocked = errno(read_count(job)) == Some(Errno::EIO);
        u8::from(!ignored) + 2 * u8::from(!blocked)
    });
    assert_eq!(wait(&shell), EXITED_0);
    thread.join().unwrap();
}

#[test]
fn an_orphaned_background_reader_gets_eio() {
    let kernel = kernel();
    let (shell, _master) = shell(&kernel);
    let (pid, thread) = job(&shell, |job| poll::pause(job).is_err() as u8);
    tty::tcsetpgrp(&shell, TTY, pid).unwrap();
    // The shell's parent is init, of another session: its group is orphaned.
    assert_eq!(errno(read_count(&shell)), Some(Errno::EIO));
    signal_job(&shell, pid, Signal::SIGKILL);
    thread.join().unwrap();
}

#[test]
fn the_background_may_write_unless_tostop() {
    let kernel = kernel();
    let (shell, master) = shell(&kernel);
    let write = |job: &Current| io::write(job, Fd(1), &mut &b"out"[..]) != Ok(3);
    let (_, thread) = job(&shell, move |job| write(job) as u8);
    assert_eq!(wait(&shell), EXITED_0);
    thread.join().unwrap();
    let mut termios = tty::tcgetattr(&shell, TTY).unwrap();
    termios.local.insert(LocalFlags::TOSTOP);
    tty::tcsetattr(&shell, TTY, SetAction::Now, termios).unwrap();
    let (pid, thread) = job(&shell, move |job| write(job) as u8);
    assert_eq!(wait(&shell), WaitStatus::Stopped(Signal::SIGTTOU));
    tty::tcsetpgrp(&shell, TTY, pid).unwrap();
    signal_job(&shell, pid, Signal::SIGCONT);
    assert_eq!(wait(&shell), EXITED_0);
    thread.join().unwrap();
    let mut sink = VecSink::new(100);
    master.try_read(&mut sink).unwrap();
    assert_eq!(sink.bytes, b"outout");
}

#[test]
fn changing_the_terminal_from_the_background_stops() {
    let kernel = kernel();
    let (shell, _master) = shell(&kernel);
    let (pid, thread) = job(&shell, |job| {
        let termios = tty::tcgetattr(job, TTY).unwrap();
        tty::tcsetattr(job, TTY, SetAction::Drain, termios).is_err() as u8
    });
    assert_eq!(wait(&shell), WaitStatus::Stopped(Signal::SIGTTOU));
    tty::tcsetpgrp(&shell, TTY, pid).unwrap();
    signal_job(&shell, pid, Signal::SIGCONT);
    assert_eq!(wait(&shell), EXITED_0);
    thread.join().unwrap();
}

#[test]
fn a_background_group_takes_the_foreground_with_sigttou_blocked() {
    let kernel = kernel();
    let (shell, _master) = shell(&kernel);
    let (pid, thread) = job(&shell, |job| {
        foreground(job, job.pid.0 as i32);
        0
    });
    assert_eq!(wait(&shell), EXITED_0);
    assert_eq!(tty::tcgetpgrp(&shell, TTY), Ok(Pgid(pid as u32)));
    foreground(&shell, shell.pid.0 as i32);
    thread.join().unwrap();
}

#[test]
fn a_zombies_group_may_still_get_the_foreground() {
    let kernel = kernel();
    let (shell, _master) = shell(&kernel);
    let (pid, thread) = job(&shell, |_| 0);
    thread.join().unwrap();
    assert_eq!(tty::tcsetpgrp(&shell, TTY, pid), Ok(()));
    foreground(&shell, shell.pid.0 as i32);
    assert_eq!(wait(&shell), EXITED_0);
}

#[test]
fn tcsetpgrp_refuses_what_posix_says() {
    let kernel = kernel();
    let (shell, _master) = shell(&kernel);
    let own = shell.pid.0 as i32;
    assert_eq!(errno(tty::tcsetpgrp(&shell, TTY, 0)), Some(Errno::EINVAL));
    assert_eq!(errno(tty::tcsetpgrp(&shell, TTY, -own)), Some(Errno::EINVAL));
    assert_eq!(errno(tty::tcsetpgrp(&shell, TTY, 4_000)), Some(Errno::EPERM));
    assert_eq!(errno(tty::tcsetpgrp(&shell, Fd(77), own)), Some(Errno::EBADF));
    let (reader, _writer) = fd::pipe(&shell, OpenFlags::empty()).unwrap();
    assert_eq!(errno(tty::tcsetpgrp(&shell, reader, own)), Some(Errno::ENOTTY));
    let (_, slave) = tty::openpty(&shell).unwrap();
    assert_eq!(
        errno(tty::tcsetpgrp(&shell, slave, own)),
        Some(Errno::ENOTTY),
        "not its controlling terminal"
    );
    assert_eq!(tty::tcgetpgrp(&shell, slave).unwrap_err().errno, Errno::ENOTTY);
    let other = leader(&kernel, Vec::new());
    assert_eq!(
        errno(tty::tcsetpgrp(&shell, TTY, other.pid.0 as i32)),
        Some(Errno::EPERM),
        "of another session"
    );
}

#[test]
fn keys_reach_the_foreground_job_only() {
    let kernel = kernel();
    let (shell, master) = shell(&kernel);
    let (pid, thread) = job(&shell, |job| poll::pause(job).is_err() as u8);
    tty::tcsetpgrp(&shell, TTY, pid).unwrap();
    master.type_now(b"\x1a").unwrap();
    assert_eq!(wait(&shell), WaitStatus::Stopped(Signal::SIGTSTP));
    signal_job(&shell, pid, Signal::SIGCONT);
    master.type_now(b"\x03").unwrap();
    assert_eq!(
        wait(&shell),
        WaitStatus::Terminated(Termination::signaled(Signal::SIGINT))
    );
    assert!(!shell.word().is_killed());
    thread.join().unwrap();
}

#[test]
fn a_foreground_reader_dies_of_the_interrupt_key() {
    let kernel = kernel();
    let (shell, master) = shell(&kernel);
    let (pid, thread) = job(&shell, |job| read_count(job).is_err() as u8);
    foreground(&shell, pid);
    master.type_now(b"half a line\x03").unwrap();
    // It may have stopped before it got the foreground.
    let status = loop {
        match wait(&shell) {
            WaitStatus::Stopped(_) => signal_job(&shell, pid, Signal::SIGCONT),
            status => break status,
        }
    };
    assert_eq!(
        status,
        WaitStatus::Terminated(Termination::signaled(Signal::SIGINT))
    );
    thread.join().unwrap();
}

#[test]
fn closing_the_page_side_hangs_up_the_session() {
    let kernel = kernel();
    let (shell, master) = shell(&kernel);
    drop(master);
    assert_eq!(shell.fate(), Some(Termination::signaled(Signal::SIGHUP)));
}

#[test]
fn the_shells_end_hangs_up_its_foreground_job_and_frees_the_terminal() {
    let kernel = kernel();
    let (shell, master) = shell(&kernel);
    let (pid, thread) = job(&shell, |job| poll::pause(job).is_err() as u8);
    tty::tcsetpgrp(&shell, TTY, pid).unwrap();
    let job = kernel.find(Pid(pid as u32)).unwrap();
    shell.decide_exit(0);
    shell.die();
    thread.join().unwrap();
    assert_eq!(job.fate(), Some(Termination::signaled(Signal::SIGHUP)));
    assert_eq!(master.pty().session(), (None, None));
}

#[test]
fn resizing_reaches_the_program_as_size_and_signal() {
    let kernel = kernel();
    let (shell, master) = shell(&kernel);
    shell.signals().set_mask(SignalSet::of(Signal::SIGWINCH));
    let size = WinSize {
        rows: 40,
        cols: 120,
        ..WinSize::default()
    };
    master.pty().set_size(size).unwrap();
    assert_eq!(tty::tcgetwinsize(&shell, TTY), Ok(size));
    assert!(shell.signals().pending().contains(Signal::SIGWINCH));
}

#[test]
fn openpty_gives_two_sides_of_one_terminal() {
    let kernel = kernel();
    let process = leader(&kernel, Vec::new());
    let (master, slave) = tty::openpty(&process).unwrap();
    assert_eq!(
        (tty::isatty(&process, master), tty::isatty(&process, slave)),
        (Ok(false), Ok(true))
    );
    assert_eq!(tty::isatty(&process, Fd(50)).unwrap_err().errno, Errno::EBADF);
    assert_eq!(tty::ttyname(&process, slave).unwrap(), "/dev/pts/0");
    assert!(
        tty::controlling_terminal(&process).is_err(),
        "openpty acquires nothing"
    );
    tty::tcsetattr(&process, slave, SetAction::Now, Termios::raw()).unwrap();
    assert_eq!(tty::tcgetattr(&process, master).unwrap(), Termios::raw());
    io::write(&process, master, &mut &b"typed"[..]).unwrap();
    let mut sink = VecSink::new(9);
    io::read(&process, slave, &mut sink).unwrap();
    assert_eq!(sink.bytes, b"typed");
    let size = WinSize {
        rows: 1,
        cols: 2,
        x_pixels: 3,
        y_pixels: 4,
    };
    tty::tcsetwinsize(&process, master, size).unwrap();
    assert_eq!(tty::tcgetwinsize(&process, slave), Ok(size));
    fd::close(&process, slave).unwrap();
    assert_eq!(errno(io::read(&process, master, &mut sink)), Some(Errno::EIO));
}

/// A raw terminal with these VMIN and VTIME.
fn timed(shell: &Current, min: u8, tenths: u8) {
    let mut termios = Termios::raw();
    termios.cc[ControlChar::Min as usize] = min;
    termios.cc[ControlChar::Time as usize] = tenths;
    tty::tcsetattr(shell, TTY, SetAction::Now, termios).unwrap();
}

#[test]
fn vtime_ends_a_read_of_nothing() {
    let kernel = kernel();
    let (shell, _master) = shell(&kernel);
    timed(&shell, 0, 1);
    assert_eq!(read_count(&shell), Ok(0));
}

#[test]
fn vtime_between_bytes_ends_a_read_short_of_vmin() {
    let kernel = kernel();
    let (shell, master) = shell(&kernel);
    timed(&shell, 5, 1);
    let typist = thread::spawn(move || {
        master.type_now(b"ab").unwrap();
        master
    });
    assert!(matches!(read_count(&shell), Ok(1..=2)));
    let _master = typist.join().unwrap();
}

#[test]
fn a_read_without_waiting_takes_less_than_vmin() {
    let kernel = kernel();
    let (shell, master) = shell(&kernel);
    timed(&shell, 5, 0);
    fd::set_status_flags(&shell, TTY, OpenFlags::O_NONBLOCK).unwrap();
    assert_eq!(errno(read_count(&shell)), Some(Errno::EAGAIN));
    master.type_now(b"ab").unwrap();
    assert_eq!(read_count(&shell), Ok(2));
}

#[test]
fn a_terminal_is_kept_by_its_open_files() {
    let kernel = kernel();
    let (shell, master) = shell(&kernel);
    let index = master.pty().index();
    let pty = kernel.ptys.lookup(index).unwrap();
    let again = tty::open_slave(&shell, &pty, OpenFlags::O_RDWR).unwrap();
    assert!(matches!(again, File::PtySlave(_)));
    drop((again, pty));
    assert_eq!(kernel.ptys.list(), [index]);
}
