//! Who waits for whom, who is in which group, and what a child has of its parent.

use super::{action, clone, fixture, handle, wait_for};
use crate::kernel::error::Errno;
use crate::kernel::process::{Current, Pgid, Pid, ProcessState, Sid, Termination, WaitOptions, WaitStatus};
use crate::kernel::signal::{ActionFlags, Disposition, Signal, SignalSet};
use crate::kernel::syscall::process::{self as calls, SpawnRequest, clone_process, setpgid};
use crate::kernel::syscall::signal::{MaskHow, kill, setitimer, sigaction, sigpending, sigprocmask};
use crate::kernel::testing::{child, errno, process};

const NONE: WaitOptions = WaitOptions::empty();

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
            driver: "test".into(),
            runner: crate::kernel::machine::Runner::Worker(crate::kernel::machine::ProgramId(0)),
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
        driver: "test".into(),
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
        (running.state, &*running.process.command().driver),
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
fn a_child_inherits_the_mask_and_not_what_is_pending_nor_the_timer() {
    let (kernel, parent) = fixture();
    kernel.register_command(
        b"true",
        crate::kernel::machine::Command {
            driver: "test".into(),
            runner: crate::kernel::machine::Runner::Worker(crate::kernel::machine::ProgramId(0)),
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
