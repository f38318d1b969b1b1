//! Signals, stops, waiting and who may do what to whom, between processes.

use crate::kernel::error::{Errno, Fault};
use crate::kernel::process::{
    Current, Leave, Pgid, Pid, ProcessState, Sid, Termination, WaitOptions, WaitStatus,
};
use crate::kernel::signal::{ActionFlags, Disposition, SigAction, Signal, SignalSet};
use crate::kernel::syscall::poll::pause;
use crate::kernel::syscall::process::{self as calls, SpawnRequest, clone_process, set_ids, setpgid, setsid};
use crate::kernel::syscall::signal::{KillTarget, MaskHow, send};
use crate::kernel::syscall::signal::{kill, setitimer, sigaction, sigpending, sigprocmask};
use crate::kernel::testing::{child, errno, kernel, process, until};
use crate::kernel::{Kernel, Limits};
use std::sync::Arc;
use std::thread::JoinHandle;

fn fixture() -> (Arc<Kernel>, Current) {
    let kernel = kernel(Limits::default());
    let current = process(&kernel);
    (kernel, current)
}

fn clone(current: &Current) -> Current {
    Current::adopt(clone_process(current).unwrap())
}

fn action(disposition: Disposition, flags: ActionFlags) -> SigAction {
    SigAction {
        disposition,
        flags,
        ..SigAction::default()
    }
}

fn handle(current: &Current, signal: Signal) {
    let action = action(Disposition::Handler(1), ActionFlags::empty());
    sigaction(current, signal, Some(action)).unwrap();
}

fn sleeper(parent: &Current) -> (Pid, JoinHandle<()>) {
    child(parent, |child| pause(child).is_err() as u8)
}

fn wait_for(current: &Current, pid: i32, options: WaitOptions) -> Option<(Pid, WaitStatus)> {
    let reaped = calls::wait(current, pid, options).unwrap()?;
    Some((reaped.process.pid, reaped.status))
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
fn waitpid_picks_by_pid_group_and_own_group() {
    let (_kernel, parent) = fixture();
    let (near, far, third) = (clone(&parent), clone(&parent), clone(&parent));
    setpgid(&parent, Some(far.pid), None).unwrap();
    setpgid(&parent, Some(third.pid), Some(Pgid(far.pid.0))).unwrap();
    let ended = |process: &Current, code| {
        process.decide_exit(code);
        process.die();
    };
    let hang = WaitOptions::WNOHANG;
    let exited =
        |process: &Current, code| Some((process.pid, WaitStatus::Terminated(Termination::Exited(code))));
    ended(&third, 3);
    assert_eq!(wait_for(&parent, 0, hang), None, "none of its own group");
    assert_eq!(wait_for(&parent, near.pid.0 as i32, hang), None);
    assert_eq!(wait_for(&parent, -(far.pid.0 as i32), hang), exited(&third, 3));
    ended(&far, 2);
    ended(&near, 1);
    assert_eq!(wait_for(&parent, 0, NONE), exited(&near, 1));
    let gone = calls::wait(&parent, near.pid.0 as i32, NONE).map(drop);
    assert_eq!(errno(gone), Some(Errno::ECHILD));
    assert_eq!(wait_for(&parent, -1, NONE), exited(&far, 2));
    assert_eq!(
        errno(calls::wait(&parent, -1, hang).map(drop)),
        Some(Errno::ECHILD)
    );
}

#[test]
fn wnowait_leaves_the_child_to_be_waited_for() {
    let (_kernel, parent) = fixture();
    let other = clone(&parent);
    other.decide_exit(5);
    other.die();
    let seen = Some((other.pid, WaitStatus::Terminated(Termination::Exited(5))));
    for _ in 0..2 {
        assert_eq!(wait_for(&parent, -1, WaitOptions::WNOWAIT), seen);
    }
    assert_eq!(parent.children_cpu_ns(), 0);
    assert_eq!(wait_for(&parent, -1, NONE), seen);
    assert_eq!(
        errno(calls::wait(&parent, -1, NONE).map(drop)),
        Some(Errno::ECHILD)
    );
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
fn children_of_who_does_not_wait_are_buried_at_once() {
    for (disposition, flags) in [
        (Disposition::Ignore, ActionFlags::empty()),
        (Disposition::Default, ActionFlags::SA_NOCLDWAIT),
        (Disposition::Handler(1), ActionFlags::SA_NOCLDWAIT),
    ] {
        let (kernel, parent) = fixture();
        sigaction(&parent, Signal::SIGCHLD, Some(action(disposition, flags))).unwrap();
        let (pid, thread) = child(&parent, |_| 0);
        // POSIX: it waits until the last has ended, and then there is none.
        assert_eq!(
            errno(calls::wait(&parent, -1, NONE).map(drop)),
            Some(Errno::ECHILD)
        );
        thread.join().unwrap();
        assert!(kernel.find(pid).is_err());
    }
}

#[test]
fn a_child_inherits_the_mask_and_not_what_is_pending_nor_the_timer() {
    let (kernel, parent) = fixture();
    kernel.register_command(
        b"true",
        crate::kernel::machine::Command {
            driver: "test",
            program: crate::kernel::machine::ProgramId(0),
        },
    );
    let block = SignalSet::of(Signal::SIGTERM);
    sigprocmask(&parent, Some((MaskHow::Block, block)));
    handle(&parent, Signal::SIGUSR1);
    kill(&parent, parent.pid.0 as i32, Some(Signal::SIGTERM)).unwrap();
    setitimer(&parent, u64::MAX, 0);
    let request = SpawnRequest {
        path: b"true".to_vec(),
        search_path: true,
        ..SpawnRequest::default()
    };
    let (spawned, _program) = calls::spawn(&parent, request).unwrap();
    let cloned = clone_process(&parent).unwrap();
    for other in [&spawned, &cloned] {
        let signals = other.signals();
        assert!(signals.mask().contains(Signal::SIGTERM) && signals.pending().is_empty());
        drop(signals);
        assert_eq!(kernel.timers().set(other.pid, 0, 0), 0);
    }
    assert!(matches!(
        cloned.signals().action(Signal::SIGUSR1).disposition,
        Disposition::Handler(1)
    ));
    assert_eq!(
        spawned.signals().action(Signal::SIGUSR1).disposition,
        Disposition::Default
    );
    // exec keeps what is pending, the mask and the timer.
    let none = crate::kernel::process::StringList::default;
    calls::exec(&parent, b"true", true, none(), none()).unwrap();
    assert!(sigpending(&parent).contains(Signal::SIGTERM));
    assert!(setitimer(&parent, 0, 0) > 0);
    assert_eq!(
        parent.signals().action(Signal::SIGUSR1).disposition,
        Disposition::Default
    );
}

#[test]
fn setpgid_refuses_what_posix_says() {
    let (kernel, leader) = fixture();
    let other = clone(&leader);
    let refused = |result| errno::<()>(result);
    assert_eq!(
        refused(setpgid(&leader, None, None)),
        Some(Errno::EPERM),
        "a session's leader"
    );
    let nowhere = setpgid(&leader, Some(other.pid), Some(Pgid(4_000)));
    assert_eq!(refused(nowhere), Some(Errno::EPERM), "no such group");
    assert_eq!(
        refused(setpgid(&leader, Some(Pid(4_000)), None)),
        Some(Errno::ESRCH)
    );
    assert_eq!(
        refused(setpgid(&other, Some(leader.pid), None)),
        Some(Errno::ESRCH),
        "no child"
    );
    let stranger = process(&kernel);
    let foreign = setpgid(&leader, Some(other.pid), Some(Pgid(stranger.pid.0)));
    assert_eq!(refused(foreign), Some(Errno::EPERM), "another session's group");
    kernel.register_command(
        b"true",
        crate::kernel::machine::Command {
            driver: "test",
            program: crate::kernel::machine::ProgramId(0),
        },
    );
    let none = crate::kernel::process::StringList::default;
    calls::exec(&other, b"true", true, none(), none()).unwrap();
    assert_eq!(
        refused(setpgid(&leader, Some(other.pid), None)),
        Some(Errno::EACCES),
        "has called exec"
    );
    assert_eq!(refused(setpgid(&other, None, None)), None);
    assert_eq!(calls::getsid(&other, None), Ok(Sid(leader.pid.0)));
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
fn the_table_tells_all_of_a_process() {
    let (kernel, parent) = fixture();
    let began = crate::kernel::clock::realtime_ns();
    let other = clone(&parent);
    setpgid(&other, None, None).unwrap();
    let mut args = crate::kernel::process::StringList::default();
    [b"name".as_slice(), b"argument"]
        .into_iter()
        .for_each(|arg| args.push(arg));
    other.set_command(crate::kernel::process::CommandLine {
        exe: b"/bin/name".to_vec(),
        args,
        env: Default::default(),
    });
    let info = || {
        kernel
            .processes()
            .into_iter()
            .find(|info| info.process.pid == other.pid)
            .unwrap()
    };
    let running = info();
    assert_eq!(running.ppid, parent.pid);
    assert_eq!((running.pgid.0, running.sid.0), (other.pid.0, parent.pid.0));
    assert_eq!(
        (running.state, running.process.driver),
        (ProcessState::Running, "test")
    );
    let command = running.process.command();
    assert_eq!(command.exe, b"/bin/name");
    assert_eq!(
        command.args.iter().collect::<Vec<_>>(),
        [b"name".as_slice(), b"argument"]
    );
    assert!(running.process.started_ns >= began && running.process.fate().is_none());
    kill(&parent, other.pid.0 as i32, Some(Signal::SIGSTOP)).unwrap();
    assert_eq!(info().state, ProcessState::Stopped(Signal::SIGSTOP));
    other.decide_exit(7);
    other.die();
    let zombie = info();
    assert_eq!(zombie.state, ProcessState::Zombie(Termination::Exited(7)));
    assert_eq!(zombie.process.termination().map(Termination::exit_code), Some(7));
    let used = zombie.process.cpu_ns();
    assert!(used > 0);
    assert_eq!(info().process.cpu_ns(), used, "a zombie's clock stands still");
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
