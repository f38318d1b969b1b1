//! Processes as threads: birth, waiting, signals, jobs and death, without guests.

use super::*;
use crate::kernel::error::{Errno, Fault};
use crate::kernel::file::{File, OpenFile, OpenFlags};
use crate::kernel::io::VecSink;
use crate::kernel::machine::{Kernel, Limits};
use crate::kernel::pipe::Pipe;
use crate::kernel::signal::{ActionFlags, Disposition, SigAction, Signal, SignalSet, SignalState};
use crate::kernel::syscall::{self, fd, io, poll};
use std::sync::Arc;
use std::thread::{self, JoinHandle};

fn kernel_with(limits: Limits) -> Arc<Kernel> {
    Kernel::new(
        crate::kernel::fs::tree::in_memory(1 << 20).unwrap(),
        limits,
        StringList::default(),
    )
}

fn kernel() -> Arc<Kernel> {
    kernel_with(Limits::default())
}

fn seed(kernel: &Arc<Kernel>) -> ProcessSeed {
    ProcessSeed {
        parent: Pid::INIT,
        job: kernel.new_job(),
        pgid: None,
        sid: None,
        fds: Vec::new(),
        cwd: kernel.vfs.root_place(),
        umask: 0o022,
        signals: SignalState::default(),
        command: CommandLine::default(),
    }
}

fn root(kernel: &Arc<Kernel>) -> Current {
    Current::adopt(kernel.create_process(seed(kernel)).unwrap())
}

/// A child that runs `body` in the kernel state on a thread of its own, and exits with what it answers.
fn child(parent: &Current, body: impl FnOnce(&Current) -> u8 + Send + 'static) -> (Pid, JoinHandle<()>) {
    let process = syscall::process::clone_process(parent).unwrap();
    let pid = process.pid;
    let thread = thread::spawn(move || {
        let current = Current::adopt(process);
        current.decide_exit(body(&current));
        current.die();
        current.kernel().release_slot();
    });
    (pid, thread)
}

fn wait_any(current: &Current) -> (Pid, WaitStatus) {
    let reaped = syscall::process::wait(current, -1, WaitOptions::empty())
        .unwrap()
        .unwrap();
    (reaped.process.pid, reaped.status)
}

fn handler(flags: ActionFlags) -> SigAction {
    SigAction {
        disposition: Disposition::Handler(1),
        flags,
        mask: SignalSet::EMPTY,
    }
}

#[test]
fn wait_gives_each_child_once_then_echild() {
    let kernel = kernel();
    let parent = root(&kernel);
    let (first, a) = child(&parent, |_| 7);
    let (pid, status) = wait_any(&parent);
    assert_eq!((pid, status.word()), (first, 7 << 8));
    a.join().unwrap();
    let none = syscall::process::wait(&parent, -1, WaitOptions::empty());
    assert!(matches!(none, Err(Fault::Error(error)) if error.errno == Errno::ECHILD));
}

#[test]
fn wnohang_finds_nothing_while_the_child_runs() {
    let kernel = kernel();
    let parent = root(&kernel);
    let (go, gone) = std::sync::mpsc::channel::<()>();
    let (_, thread) = child(&parent, move |_| gone.recv().map_or(1, |()| 0));
    let none = syscall::process::wait(&parent, -1, WaitOptions::WNOHANG).unwrap();
    assert!(none.is_none());
    go.send(()).unwrap();
    assert_eq!(wait_any(&parent).1.word(), 0);
    thread.join().unwrap();
}

#[test]
fn a_killed_sleeper_dies_of_the_signal() {
    let kernel = kernel();
    let parent = root(&kernel);
    let (pid, thread) = child(&parent, |current| {
        let interrupted = poll::pause(current);
        assert_eq!(interrupted, Err(Fault::Interrupted));
        0
    });
    syscall::signal::kill(&parent, pid.0 as i32, Some(Signal::SIGTERM)).unwrap();
    assert_eq!(
        wait_any(&parent),
        (
            pid,
            WaitStatus::Terminated(Termination::signaled(Signal::SIGTERM))
        )
    );
    thread.join().unwrap();
    assert_eq!(kernel.take_doomed(), []);
}

#[test]
fn a_process_killed_in_guest_code_is_reaped_at_once_and_never_enters_again() {
    let kernel = kernel();
    let parent = root(&kernel);
    let process = syscall::process::clone_process(&parent).unwrap();
    let spinning = Current::adopt(process.clone());
    assert!(matches!(spinning.leave(), Leave::Guest));
    process.post(Signal::SIGKILL);
    assert_eq!(
        wait_any(&parent),
        (
            process.pid,
            WaitStatus::Terminated(Termination::signaled(Signal::SIGKILL))
        )
    );
    assert!(!spinning.enter());
    assert_eq!(kernel.take_doomed(), [process.pid]);
    assert_eq!(kernel.live(), 2, "its slot is taken until the worker is gone");
}

#[test]
fn setsid_is_no_escape_from_the_job() {
    let kernel = kernel();
    let parent = root(&kernel);
    let (_, thread) = child(&parent, |current| {
        syscall::process::setpgid(current, None, None).ok();
        syscall::process::setsid(current).ok();
        poll::pause(current).is_err() as u8
    });
    let other_job = root(&kernel);
    assert_eq!(kernel.signal_job(parent.job, Signal::SIGKILL), 2);
    thread.join().unwrap();
    assert!(parent.word().is_killed() && !other_job.word().is_killed());
}

#[test]
fn beyond_the_limit_spawning_is_eagain_until_a_slot_is_back() {
    let kernel = kernel_with(Limits {
        processes: 2,
        ..Limits::default()
    });
    let parent = root(&kernel);
    let (_, thread) = child(&parent, |_| 0);
    thread.join().unwrap();
    assert!(
        syscall::process::clone_process(&parent).is_ok(),
        "a zombie holds no slot"
    );
    let refused = syscall::process::clone_process(&parent).map(|_| ());
    assert_eq!(refused.unwrap_err().errno, Errno::EAGAIN);
}

#[test]
fn stop_and_continue_are_reported_once_each() {
    let kernel = kernel();
    let parent = root(&kernel);
    let (pid, thread) = child(&parent, |current| poll::pause(current).is_err() as u8);
    // SIGTSTP stops nobody in an orphaned group, as the parent's is.
    syscall::process::setpgid(&parent, Some(pid), None).unwrap();
    let target = pid.0 as i32;
    let all = WaitOptions::WUNTRACED | WaitOptions::WCONTINUED;
    for (signal, word) in [(Signal::SIGTSTP, 0x147f), (Signal::SIGCONT, 0xffff)] {
        syscall::signal::kill(&parent, target, Some(signal)).unwrap();
        let reaped = syscall::process::wait(&parent, target, all).unwrap().unwrap();
        assert_eq!(reaped.status.word(), word);
        assert!(
            syscall::process::wait(&parent, target, all | WaitOptions::WNOHANG)
                .unwrap()
                .is_none()
        );
    }
    syscall::signal::kill(&parent, target, Some(Signal::SIGKILL)).unwrap();
    assert_eq!(wait_any(&parent).1.word(), 9);
    thread.join().unwrap();
}

#[test]
fn a_handler_interrupts_a_read_and_is_delivered_on_the_way_out() {
    let kernel = kernel();
    let parent = root(&kernel);
    let (pid, thread) = child(&parent, |current| {
        let (read, _write) = fd::pipe(current, OpenFlags::empty()).unwrap();
        syscall::signal::sigaction(current, Signal::SIGUSR1, Some(handler(ActionFlags::empty()))).unwrap();
        let outcome = io::read(current, read, &mut VecSink::new(1));
        assert_eq!(outcome, Err(Fault::Interrupted));
        let Leave::Deliver(delivery) = current.leave() else {
            panic!("no handler")
        };
        assert_eq!((delivery.signal, delivery.restart), (Signal::SIGUSR1, false));
        assert!(current.leave_for_handler() && current.enter());
        current.finish_delivery(&delivery);
        0
    });
    // Until the handler is set the signal would kill: wait for it.
    let process = kernel.find(pid).unwrap();
    while process.signals().action(Signal::SIGUSR1).disposition == Disposition::Default {
        thread::yield_now();
    }
    process.post(Signal::SIGUSR1);
    assert_eq!(wait_any(&parent).1.word(), 0);
    thread.join().unwrap();
}

#[test]
fn writing_without_readers_raises_sigpipe() {
    let kernel = kernel();
    let parent = root(&kernel);
    let (_, thread) = child(&parent, |current| {
        let (read, write) = fd::pipe(current, OpenFlags::empty()).unwrap();
        fd::close(current, read).unwrap();
        let outcome = io::write(current, write, &mut &b"x"[..]);
        assert!(matches!(outcome, Err(Fault::Error(error)) if error.errno == Errno::EPIPE));
        assert!(matches!(current.leave(), Leave::Die));
        0
    });
    assert_eq!(wait_any(&parent).1.word(), Signal::SIGPIPE.number() as u32);
    thread.join().unwrap();
}

#[test]
fn descriptors_are_shared_by_clones_and_closed_by_death() {
    let kernel = kernel();
    let parent = root(&kernel);
    let (read, write) = fd::pipe(&parent, OpenFlags::empty()).unwrap();
    assert_eq!((read, write), (Fd(0), Fd(1)));
    let (_, thread) = child(&parent, move |current| {
        io::write(current, write, &mut &b"from the child"[..]).unwrap();
        0
    });
    fd::close(&parent, write).unwrap();
    thread.join().unwrap();
    let mut sink = VecSink::new(100);
    io::read(&parent, read, &mut sink).unwrap();
    assert_eq!(sink.bytes, b"from the child");
    assert_eq!(
        io::read(&parent, read, &mut VecSink::new(1)),
        Ok(0),
        "the child's death closed the last writer"
    );
}

#[test]
fn chosen_descriptors_skip_three() {
    let kernel = kernel();
    let current = root(&kernel);
    let (reader, _writer) = Pipe::pair();
    let file = OpenFile::new(File::PipeReader(reader), OpenFlags::empty());
    let chosen: Vec<u32> = (0..5)
        .map(|_| {
            current
                .fds
                .install(current.owner(), file.clone(), FdFlags::empty())
                .unwrap()
                .0
        })
        .collect();
    assert_eq!(chosen, [0, 1, 2, 4, 5]);
    fd::dup2(&current, Fd(0), Fd(3)).unwrap();
    assert!(current.fds.get(current.owner(), Fd(3)).is_ok());
    assert_eq!(
        fd::dup2(&current, Fd(0), Fd(256)).unwrap_err().errno,
        Errno::EBADF
    );
}

#[test]
fn orphans_fall_to_init_and_vanish_when_they_end() {
    let kernel = kernel();
    let parent = root(&kernel);
    let (go, gone) = std::sync::mpsc::channel::<()>();
    let (pid, thread) = child(&parent, move |_| gone.recv().map_or(1, |()| 0));
    parent.decide_exit(0);
    parent.die();
    let orphan = kernel.find(pid).unwrap();
    assert_eq!(orphan.info().unwrap().ppid, Pid::INIT);
    go.send(()).unwrap();
    thread.join().unwrap();
    assert_eq!(kernel.processes().len(), 0);
}

#[test]
fn groups_and_sessions_follow_posix() {
    let kernel = kernel();
    let parent = root(&kernel);
    assert_eq!(syscall::process::setsid(&parent).unwrap_err().errno, Errno::EPERM);
    let process = syscall::process::clone_process(&parent).unwrap();
    let child = Current::adopt(process);
    let group_of = |current: &Current| syscall::process::getpgid(current, None).unwrap();
    assert_eq!(group_of(&child), group_of(&parent));
    syscall::process::setpgid(&parent, Some(child.pid), None).unwrap();
    assert_eq!(group_of(&child), Pgid(child.pid.0));
    let back = syscall::process::setpgid(&child, None, Some(group_of(&parent)));
    assert_eq!(back, Ok(()));
    assert_eq!(syscall::process::setsid(&child), Ok(Sid(child.pid.0)));
    let foreign = syscall::process::setpgid(&parent, Some(child.pid), None);
    assert_eq!(foreign.unwrap_err().errno, Errno::EPERM);
}

#[test]
fn a_timer_raises_sigalrm() {
    let kernel = kernel();
    let current = root(&kernel);
    syscall::signal::sigaction(&current, Signal::SIGALRM, Some(handler(ActionFlags::empty()))).unwrap();
    syscall::signal::setitimer(&current, 1, 0);
    while kernel.run_timers().is_some() {}
    assert!(matches!(current.leave(), Leave::Deliver(delivery) if delivery.signal == Signal::SIGALRM));
}
