//! poll over everything that can be waited for; timers and processes as descriptors.

use crate::kernel::error::{Errno, Fault};
use crate::kernel::file::{OpenFlags, PollEvents, Whence};
use crate::kernel::io::VecSink;
use crate::kernel::process::{Current, Fd, Pid, WaitOptions};
use crate::kernel::signal::Signal;
use crate::kernel::syscall::path::{Base, open};
use crate::kernel::syscall::pid_fd::pidfd_open;
use crate::kernel::syscall::poll::{PollFd, deadline_in, poll};
use crate::kernel::syscall::timer_fd::{timerfd_create, timerfd_gettime, timerfd_settime};
use crate::kernel::syscall::{fd, io, process as calls, tty};
use crate::kernel::testing::{child, errno, kernel, process};
use crate::kernel::timer_fd::{TimerClock, TimerSpec};
use crate::kernel::{Kernel, Limits, clock};
use core::sync::atomic::{AtomicBool, Ordering};
use std::sync::Arc;
use std::thread::{self, JoinHandle};

const NOTHING: OpenFlags = OpenFlags::empty();
const HOUR: u64 = 3_600_000_000_000;

/// The embedder's event loop: runs timers until dropped.
struct EventLoop {
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl EventLoop {
    fn new(kernel: &Arc<Kernel>) -> Self {
        let (kernel, stop) = (kernel.clone(), Arc::new(AtomicBool::new(false)));
        let stopped = stop.clone();
        let turn = move || {
            while !stopped.load(Ordering::SeqCst) {
                kernel.run_timers();
                thread::yield_now();
            }
        };
        EventLoop {
            stop,
            thread: Some(thread::spawn(turn)),
        }
    }
}

impl Drop for EventLoop {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::SeqCst);
        self.thread.take().map(JoinHandle::join);
    }
}

fn wanted(fd: Fd, events: PollEvents) -> PollFd {
    PollFd {
        fd: Some(fd),
        events,
        revents: PollEvents::empty(),
    }
}

/// What polling finds of each now.
fn look(current: &Current, fds: &[(Fd, PollEvents)]) -> Vec<PollEvents> {
    let mut list: Vec<PollFd> = fds.iter().map(|&(fd, events)| wanted(fd, events)).collect();
    poll(current, &mut list, Some(clock::monotonic_ns())).unwrap();
    list.iter().map(|each| each.revents).collect()
}

/// Waits until `fd` has something.
fn wait_for(current: &Current, fd: Fd) -> PollEvents {
    let mut list = [wanted(fd, PollEvents::POLLIN)];
    assert_eq!(poll(current, &mut list, Some(deadline_in(HOUR))), Ok(1));
    list[0].revents
}

fn count(current: &Current, timer: Fd) -> Result<u64, Option<Errno>> {
    let mut sink = VecSink::new(8);
    match io::read(current, timer, &mut sink) {
        Ok(8) => Ok(u64::from_le_bytes(sink.bytes.try_into().unwrap())),
        other => Err(errno(other)),
    }
}

fn spec(value_ns: u64, interval_ns: u64) -> TimerSpec {
    TimerSpec {
        value_ns,
        interval_ns,
    }
}

#[test]
fn poll_looks_at_every_kind_of_descriptor() {
    let kernel = kernel(Limits::default());
    let current = process(&kernel);
    let (all, none) = (PollEvents::all(), PollEvents::empty());
    let flags = OpenFlags::O_RDWR | OpenFlags::O_CREAT;
    let file = open(&current, Base::Cwd, b"/tmp/f", flags, 0o644).unwrap();
    let (reader, writer) = fd::pipe(&current, NOTHING).unwrap();
    let (master, slave) = tty::openpty(&current).unwrap();
    let timer = timerfd_create(&current, TimerClock::Monotonic, NOTHING).unwrap();
    let (gone, thread) = child(&current, |_| 0);
    thread.join().unwrap();
    let process = pidfd_open(&current, gone, NOTHING).unwrap();
    let closed = Fd(77);
    let fds = [file, reader, writer, master, slave, timer, process, closed].map(|fd| (fd, all));
    let (input, output) = (PollEvents::POLLIN, PollEvents::POLLOUT);
    assert_eq!(
        look(&current, &fds),
        [
            input | output,
            none,
            output,
            output,
            output,
            none,
            input,
            PollEvents::POLLNVAL
        ]
    );
    io::write(&current, writer, &mut &b"x"[..]).unwrap();
    io::write(&current, master, &mut &b"line\n"[..]).unwrap();
    timerfd_settime(&current, timer, spec(1, 0), true).unwrap();
    fd::close(&current, writer).unwrap();
    let fds = [reader, slave, timer].map(|fd| (fd, all));
    assert_eq!(
        look(&current, &fds),
        [input | PollEvents::POLLHUP, input | output, input]
    );
}

#[test]
fn a_timer_wakes_a_poll_and_a_read_and_counts() {
    let kernel = kernel(Limits::default());
    let current = process(&kernel);
    let _loop = EventLoop::new(&kernel);
    for clock in [TimerClock::Monotonic, TimerClock::Realtime] {
        let timer = timerfd_create(&current, clock, NOTHING).unwrap();
        timerfd_settime(&current, timer, spec(1_000_000, 0), false).unwrap();
        assert_eq!(wait_for(&current, timer), PollEvents::POLLIN);
        assert_eq!(count(&current, timer), Ok(1));
        assert_eq!(timerfd_gettime(&current, timer), Ok(spec(0, 0)));
        timerfd_settime(&current, timer, spec(1_000_000, 1_000_000), false).unwrap();
        // A blocking read waits for each; none is lost and none comes early.
        let began = clock::monotonic_ns();
        let mut total = 0;
        while total < 20 {
            total += count(&current, timer).unwrap();
        }
        assert!(clock::monotonic_ns() - began >= 19_000_000);
        let now = match clock {
            TimerClock::Monotonic => clock::monotonic_ns(),
            TimerClock::Realtime => clock::realtime_ns(),
        };
        timerfd_settime(&current, timer, spec(now + 2_000_000, 0), true).unwrap();
        assert_eq!(wait_for(&current, timer), PollEvents::POLLIN);
        timerfd_settime(&current, timer, spec(now - 1, 0), true).unwrap();
        assert_eq!(count(&current, timer), Ok(1), "a time that is past");
    }
}

#[test]
fn a_timer_answers_what_was_left_and_refuses_what_it_is_not() {
    let kernel = kernel(Limits::default());
    let current = process(&kernel);
    let flags = OpenFlags::O_NONBLOCK | OpenFlags::O_CLOEXEC;
    let timer = timerfd_create(&current, TimerClock::Monotonic, flags).unwrap();
    assert_eq!(count(&current, timer), Err(Some(Errno::EAGAIN)));
    assert_eq!(
        timerfd_settime(&current, timer, spec(HOUR, 5), false),
        Ok(spec(0, 0))
    );
    let left = timerfd_gettime(&current, timer).unwrap();
    assert!(left.value_ns <= HOUR && left.value_ns > HOUR / 2 && left.interval_ns == 5);
    assert!(kernel.timers().next_deadline().is_some());
    let old = timerfd_settime(&current, timer, spec(0, 5), false).unwrap();
    assert!(old.value_ns > HOUR / 2, "disarmed");
    assert_eq!(kernel.timers().next_deadline(), None);
    timerfd_settime(&current, timer, spec(1, 0), true).unwrap();
    assert_eq!(
        errno(io::read(&current, timer, &mut VecSink::new(7))),
        Some(Errno::EINVAL)
    );
    assert_eq!(
        errno(io::write(&current, timer, &mut &[0; 8][..])),
        Some(Errno::EINVAL)
    );
    assert_eq!(
        errno(io::seek(&current, timer, Whence::Set, 0)),
        Some(Errno::ESPIPE)
    );
    let (pipe, _) = fd::pipe(&current, NOTHING).unwrap();
    assert_eq!(errno(timerfd_gettime(&current, pipe)), Some(Errno::EINVAL));
    let bad = timerfd_create(&current, TimerClock::Monotonic, OpenFlags::O_APPEND);
    assert_eq!(errno(bad), Some(Errno::EINVAL));
    timerfd_settime(&current, timer, spec(HOUR, 0), false).unwrap();
    fd::close(&current, timer).unwrap();
    assert_eq!(
        kernel.timers().next_deadline(),
        None,
        "a closed timer wakes nobody"
    );
}

#[test]
fn a_timer_is_shared_by_clones() {
    let kernel = kernel(Limits::default());
    let current = process(&kernel);
    let timer = timerfd_create(&current, TimerClock::Monotonic, OpenFlags::O_NONBLOCK).unwrap();
    timerfd_settime(&current, timer, spec(1, 0), true).unwrap();
    let (_, thread) = child(&current, move |child| {
        count(child, timer).map_or(9, |count| count as u8)
    });
    assert_eq!(wait_any(&current), 1 << 8);
    thread.join().unwrap();
    assert_eq!(count(&current, timer), Err(Some(Errno::EAGAIN)));
}

fn wait_any(current: &Current) -> u32 {
    let reaped = calls::wait(current, -1, WaitOptions::empty()).unwrap();
    reaped.unwrap().status.word()
}

#[test]
fn a_process_descriptor_becomes_readable_when_the_process_has_ended() {
    let kernel = kernel(Limits::default());
    let current = process(&kernel);
    let (go, gone) = std::sync::mpsc::channel::<()>();
    let (pid, thread) = child(&current, move |_| gone.recv().map_or(1, |()| 0));
    let process = pidfd_open(&current, pid, NOTHING).unwrap();
    assert_eq!(
        look(&current, &[(process, PollEvents::POLLIN)]),
        [PollEvents::empty()]
    );
    let flags = current.fds.flags(current.owner(), process).unwrap();
    assert!(flags.contains(crate::kernel::process::FdFlags::FD_CLOEXEC));
    go.send(()).unwrap();
    assert_eq!(wait_for(&current, process), PollEvents::POLLIN);
    // What poll promises waitpid keeps, without waiting.
    assert!(
        calls::wait(&current, pid.0 as i32, WaitOptions::WNOHANG)
            .unwrap()
            .is_some()
    );
    assert_eq!(wait_for(&current, process), PollEvents::POLLIN);
    thread.join().unwrap();
    assert_eq!(errno(pidfd_open(&current, pid, NOTHING)), Some(Errno::ESRCH));
    assert_eq!(
        errno(pidfd_open(&current, Pid(1), OpenFlags::O_APPEND)),
        Some(Errno::EINVAL)
    );
    assert_eq!(
        errno(io::read(&current, process, &mut VecSink::new(8))),
        Some(Errno::EINVAL)
    );
}

#[test]
fn a_poll_of_timers_and_processes_is_interrupted_by_a_signal() {
    let kernel = kernel(Limits::default());
    let current = process(&kernel);
    let (pid, thread) = child(&current, |child| {
        let timer = timerfd_create(child, TimerClock::Monotonic, NOTHING).unwrap();
        let own = pidfd_open(child, child.pid, NOTHING).unwrap();
        let mut list = [timer, own].map(|fd| wanted(fd, PollEvents::POLLIN));
        assert_eq!(poll(child, &mut list, None), Err(Fault::Interrupted));
        0
    });
    kernel.find(pid).unwrap().post(Signal::SIGTERM);
    assert_eq!(wait_any(&current), u32::from(Signal::SIGTERM.number()));
    thread.join().unwrap();
}
