//! Signals, stops, waiting and who may do what to whom, between processes.

use super::{action, clone, fixture, handle, wait_for};
use crate::kernel::Kernel;
use crate::kernel::error::{Errno, Fault};
use crate::kernel::process::{Current, Leave, Pgid, Pid, ProcessState, Termination, WaitOptions, WaitStatus};
use crate::kernel::signal::{ActionFlags, Disposition, Signal, SignalSet};
use crate::kernel::syscall::poll::pause;
use crate::kernel::syscall::process::{set_ids, setpgid, setsid};
use crate::kernel::syscall::signal::{KillTarget, MaskHow, send};
use crate::kernel::syscall::signal::{kill, setitimer, sigaction, sigpending, sigprocmask};
use crate::kernel::testing::{child, errno, until};
use std::thread::JoinHandle;

fn sleeper(parent: &Current) -> (Pid, JoinHandle<()>) {
    child(parent, |child| pause(child).is_err() as u8)
}

fn stopped(kernel: &Kernel, pid: Pid) -> bool {
    let info = kernel.find(pid).and_then(|process| process.info());
    matches!(info.unwrap().state, ProcessState::Stopped(_))
}

const NONE: WaitOptions = WaitOptions::empty();
const KILLED: WaitStatus = WaitStatus::Terminated(Termination::signaled(Signal::SIGKILL));

#[test]
fn a_user_signals_only_the_users_processes() {
    let (kernel, root) = fixture();
    let (mine, other, sibling) = (clone(&root), clone(&root), clone(&root));
    for (process, uid) in [(&mine, 10), (&other, 11), (&sibling, 10)] {
        set_ids(process, Some(uid), None).unwrap();
        setpgid(process, None, None).unwrap();
    }
    let number = |process: &Current| process.pid.0 as i32;
    let try_kill = |target: i32, signal| errno(kill(&mine, target, signal));
    assert_eq!(
        try_kill(number(&other), Some(Signal::SIGTERM)),
        Some(Errno::EPERM)
    );
    assert_eq!(try_kill(number(&root), None), Some(Errno::EPERM));
    assert_eq!(try_kill(-number(&other), None), Some(Errno::EPERM));
    assert_eq!(try_kill(number(&sibling), None), None);
    assert_eq!(try_kill(9_999, None), Some(Errno::ESRCH));
    assert_eq!(try_kill(-9_999, None), Some(Errno::ESRCH));
    assert_eq!(try_kill(i32::MIN, None), Some(Errno::ESRCH));
    // A group of which one may be signalled.
    setpgid(&sibling, None, Some(Pgid(other.pid.0))).unwrap();
    assert_eq!(try_kill(-number(&other), Some(Signal::SIGTERM)), None);
    assert!(sibling.word().is_killed() && !other.word().is_killed());
    // SIGCONT passes within the session, and only there.
    assert_eq!(try_kill(number(&other), Some(Signal::SIGCONT)), None);
    let apart = clone(&root);
    set_ids(&apart, Some(11), None).unwrap();
    setsid(&apart).unwrap();
    assert_eq!(
        try_kill(number(&apart), Some(Signal::SIGCONT)),
        Some(Errno::EPERM)
    );
    // All that may be: not the caller, not the others'.
    assert_eq!(errno(kill(&other, -1, Some(Signal::SIGKILL))), None);
    assert!(apart.word().is_killed() && !mine.word().is_killed() && !root.word().is_killed());
    let page = send(
        &kernel,
        KillTarget::Process(root.pid),
        Some(Signal::SIGTERM),
        None,
    );
    assert_eq!(page, Ok(()), "the page may signal all");
    assert!(root.word().is_killed());
}

#[test]
fn kill_minus_one_spares_the_caller_and_0_is_the_group() {
    let (_kernel, root) = fixture();
    let (near, far) = (clone(&root), clone(&root));
    setpgid(&far, None, None).unwrap();
    kill(&root, 0, Some(Signal::SIGURG)).unwrap();
    for process in [&root, &near, &far] {
        handle(process, Signal::SIGUSR1);
    }
    kill(&root, 0, Some(Signal::SIGUSR1)).unwrap();
    let pending = |process: &Current| sigpending(process).contains(Signal::SIGUSR1);
    assert_eq!([&root, &near, &far].map(pending), [true, true, false]);
    kill(&root, -1, Some(Signal::SIGKILL)).unwrap();
    assert!(near.word().is_killed() && far.word().is_killed() && !root.word().is_killed());
}

#[test]
fn what_reaches_a_stopped_process_waits_for_sigcont() {
    let (kernel, parent) = fixture();
    let (pid, thread) = sleeper(&parent);
    let number = pid.0 as i32;
    for signal in [Signal::SIGSTOP, Signal::SIGTERM, Signal::SIGSTOP] {
        kill(&parent, number, Some(signal)).unwrap();
    }
    let stop = Some((pid, WaitStatus::Stopped(Signal::SIGSTOP)));
    assert_eq!(wait_for(&parent, number, WaitOptions::WUNTRACED), stop);
    let twice = WaitOptions::WUNTRACED | WaitOptions::WNOHANG;
    assert_eq!(wait_for(&parent, number, twice), None, "one stop is told once");
    assert!(stopped(&kernel, pid));
    kill(&parent, number, Some(Signal::SIGCONT)).unwrap();
    let end = WaitStatus::Terminated(Termination::signaled(Signal::SIGTERM));
    assert_eq!(wait_for(&parent, number, NONE), Some((pid, end)));
    thread.join().unwrap();
}

#[test]
fn sigkill_ends_a_stopped_process() {
    let (_kernel, parent) = fixture();
    let (pid, thread) = sleeper(&parent);
    kill(&parent, pid.0 as i32, Some(Signal::SIGSTOP)).unwrap();
    wait_for(&parent, -1, WaitOptions::WUNTRACED).unwrap();
    kill(&parent, pid.0 as i32, Some(Signal::SIGKILL)).unwrap();
    assert_eq!(wait_for(&parent, -1, NONE), Some((pid, KILLED)));
    thread.join().unwrap();
}

#[test]
fn a_stop_and_its_continuation_are_no_interruption() {
    let (kernel, parent) = fixture();
    let (pid, thread) = sleeper(&parent);
    for _ in 0..3 {
        kill(&parent, pid.0 as i32, Some(Signal::SIGSTOP)).unwrap();
        wait_for(&parent, -1, WaitOptions::WUNTRACED).unwrap();
        kill(&parent, pid.0 as i32, Some(Signal::SIGCONT)).unwrap();
        wait_for(&parent, -1, WaitOptions::WCONTINUED).unwrap();
    }
    assert!(kernel.find(pid).unwrap().fate().is_none(), "it still waits");
    kill(&parent, pid.0 as i32, Some(Signal::SIGKILL)).unwrap();
    thread.join().unwrap();
}

#[test]
fn job_control_stops_no_orphaned_group() {
    let (kernel, parent) = fixture();
    let (pid, thread) = sleeper(&parent);
    let number = pid.0 as i32;
    for signal in [Signal::SIGTSTP, Signal::SIGTTIN, Signal::SIGTTOU] {
        kill(&parent, number, Some(signal)).unwrap();
        assert!(!stopped(&kernel, pid), "{}", signal.name());
    }
    setpgid(&parent, Some(pid), None).unwrap();
    kill(&parent, number, Some(Signal::SIGTSTP)).unwrap();
    assert!(stopped(&kernel, pid), "its parent watches over it");
    kill(&parent, number, Some(Signal::SIGKILL)).unwrap();
    thread.join().unwrap();
}

#[test]
fn a_newly_orphaned_group_with_a_stopped_member_is_hung_up() {
    let (kernel, grandparent) = fixture();
    let parent = clone(&grandparent);
    let (pid, thread) = sleeper(&parent);
    setpgid(&parent, Some(pid), None).unwrap();
    let other = clone(&parent);
    setpgid(&other, None, Some(Pgid(pid.0))).unwrap();
    handle(&other, Signal::SIGHUP);
    kill(&grandparent, pid.0 as i32, Some(Signal::SIGSTOP)).unwrap();
    until(|| stopped(&kernel, pid));
    parent.die();
    thread.join().unwrap();
    assert!(sigpending(&other).contains(Signal::SIGHUP), "every member");
    assert!(kernel.find(pid).is_err(), "init has buried it");
}

/// What is orphaned already is nobody's news: the end of a neighbour hangs nobody up.
#[test]
fn a_group_that_was_orphaned_before_is_left_alone() {
    let (kernel, leader) = fixture();
    let (pid, thread) = sleeper(&leader);
    let neighbour = clone(&leader);
    kill(&leader, pid.0 as i32, Some(Signal::SIGSTOP)).unwrap();
    until(|| stopped(&kernel, pid));
    neighbour.die();
    assert!(stopped(&kernel, pid));
    assert!(kernel.find(pid).unwrap().fate().is_none());
    kill(&leader, pid.0 as i32, Some(Signal::SIGKILL)).unwrap();
    thread.join().unwrap();
}

#[test]
fn sigchld_comes_for_ends_and_for_stops_unless_nocldstop() {
    for (flags, told) in [(ActionFlags::empty(), true), (ActionFlags::SA_NOCLDSTOP, false)] {
        let (_kernel, parent) = fixture();
        let handler = action(Disposition::Handler(1), flags);
        sigaction(&parent, Signal::SIGCHLD, Some(handler)).unwrap();
        let block = SignalSet::of(Signal::SIGCHLD);
        sigprocmask(&parent, Some((MaskHow::Block, block)));
        let other = clone(&parent);
        kill(&parent, other.pid.0 as i32, Some(Signal::SIGSTOP)).unwrap();
        assert_eq!(sigpending(&parent).contains(Signal::SIGCHLD), told);
        other.die();
        assert!(sigpending(&parent).contains(Signal::SIGCHLD));
    }
}

#[test]
fn a_periodic_timer_goes_on_and_a_one_shot_is_over() {
    let (kernel, current) = fixture();
    handle(&current, Signal::SIGALRM);
    let rings = || {
        while !sigpending(&current).contains(Signal::SIGALRM) {
            kernel.run_timers();
        }
        let Leave::Deliver(delivery) = current.leave() else {
            panic!("no handler")
        };
        assert!(current.leave_for_handler() && current.enter());
        current.finish_delivery(&delivery);
    };
    assert_eq!(setitimer(&current, 1_000, 1_000), 0);
    (0..3).for_each(|_| rings());
    assert_ne!(setitimer(&current, 1_000, 0), 0);
    rings();
    assert_eq!(kernel.run_timers(), None);
    assert_eq!(setitimer(&current, u64::MAX, 0), 0);
    current.die();
    assert_eq!(kernel.timers().next_deadline(), None, "it goes with the process");
}

#[test]
fn a_blocked_signal_interrupts_nothing() {
    let (kernel, parent) = fixture();
    let (pid, thread) = child(&parent, |child| {
        handle(child, Signal::SIGUSR1);
        handle(child, Signal::SIGUSR2);
        sigprocmask(child, Some((MaskHow::Set, SignalSet::of(Signal::SIGUSR1))));
        assert_eq!(pause(child), Err(Fault::Interrupted));
        let Leave::Deliver(delivery) = child.leave() else {
            panic!("no handler")
        };
        (delivery.signal == Signal::SIGUSR2) as u8
    });
    let process = kernel.find(pid).unwrap();
    until(|| process.signals().mask().contains(Signal::SIGUSR1));
    process.post(Signal::SIGUSR1);
    process.post(Signal::SIGUSR2);
    let end = WaitStatus::Terminated(Termination::Exited(1));
    assert_eq!(wait_for(&parent, -1, NONE), Some((pid, end)));
    thread.join().unwrap();
}
