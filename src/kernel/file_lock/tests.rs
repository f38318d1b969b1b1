//! Locks of processes as threads: who gets one, who waits, and when one is given up.

use super::{ByteRange, FileId, Holder, LockKind, MOST_RECORDS};
use crate::kernel::error::{Errno, Fault, SysResult};
use crate::kernel::file::{OpenFlags, Whence};
use crate::kernel::process::{Current, Fd, Pid, Process, StringList, WaitOptions};
use crate::kernel::signal::Signal;
use crate::kernel::syscall::lock::{Patience, RecordLock, RecordOwner, flock, get_record, set_record};
use crate::kernel::syscall::path::{Base, open};
use crate::kernel::syscall::{fd, io, process as calls};
use crate::kernel::testing::{child, errno, kernel, process, until};
use crate::kernel::{Kernel, Limits};
use std::sync::Arc;

const SHARED: Option<LockKind> = Some(LockKind::Shared);
const EXCLUSIVE: Option<LockKind> = Some(LockKind::Exclusive);
const NOW: Patience = Patience::None;
const WAIT: Patience = Patience::Wait;
const OWN: RecordOwner = RecordOwner::Process;
const DESCRIPTION: RecordOwner = RecordOwner::Description;

fn opened(current: &Current, path: &str) -> Fd {
    let flags = OpenFlags::O_RDWR | OpenFlags::O_CREAT;
    open(current, Base::Cwd, path.as_bytes(), flags, 0o666).unwrap()
}

fn id(current: &Current, fd: Fd) -> FileId {
    current.open_file(fd).unwrap().id()
}

fn bytes(start: i64, length: i64, kind: Option<LockKind>) -> RecordLock {
    RecordLock {
        kind,
        whence: Whence::Set,
        start,
        length,
    }
}

fn try_lock(current: &Current, fd: Fd, lock: RecordLock) -> Option<Errno> {
    errno(set_record(current, fd, OWN, lock, NOW))
}

/// What F_GETLK says of `lock`.
fn blocker(current: &Current, fd: Fd, lock: RecordLock) -> Option<(Holder, ByteRange)> {
    let found = get_record(current, fd, OWN, lock).unwrap();
    found.map(|record| (record.holder, record.range))
}

fn wait(current: &Current, pid: Pid) -> u32 {
    let reaped = calls::wait(current, pid.0 as i32, WaitOptions::empty()).unwrap();
    reaped.unwrap().status.word()
}

fn clone(current: &Current) -> Current {
    Current::adopt(calls::clone_process(current).unwrap())
}

fn fixture() -> (Arc<Kernel>, Current, Fd) {
    let kernel = kernel(Limits::default());
    let current = process(&kernel);
    let fd = opened(&current, "/tmp/f");
    (kernel, current, fd)
}

#[test]
fn flock_shares_excludes_and_converts() {
    let (kernel, current, one) = fixture();
    let two = opened(&current, "/tmp/f");
    let lock = |fd, kind| errno(flock(&current, fd, kind, NOW));
    assert_eq!((lock(one, SHARED), lock(two, SHARED)), (None, None));
    assert_eq!(lock(one, EXCLUSIVE), Some(Errno::EAGAIN));
    // The conversion that failed has lost what there was, as on Linux.
    assert_eq!(lock(two, EXCLUSIVE), None);
    assert_eq!(lock(one, SHARED), Some(Errno::EAGAIN));
    assert_eq!((lock(two, EXCLUSIVE), lock(two, SHARED)), (None, None));
    assert_eq!(lock(one, SHARED), None);
    assert_eq!(
        (lock(one, None), lock(one, None), lock(two, None)),
        (None, None, None)
    );
    assert!(kernel.file_locks().is_empty());
    assert_eq!(lock(Fd(99), SHARED), Some(Errno::EBADF));
}

#[test]
fn flock_belongs_to_the_open_file_and_goes_with_its_last_descriptor() {
    let (kernel, current, one) = fixture();
    let two = opened(&current, "/tmp/f");
    flock(&current, one, EXCLUSIVE, NOW).unwrap();
    let copy = fd::dup(&current, one).unwrap();
    let sharer = clone(&current);
    assert_eq!(
        errno(flock(&sharer, one, EXCLUSIVE, NOW)),
        None,
        "it has the lock already"
    );
    fd::close(&current, one).unwrap();
    fd::close(&current, copy).unwrap();
    assert_eq!(errno(flock(&current, two, SHARED, NOW)), Some(Errno::EAGAIN));
    sharer.die();
    assert_eq!(errno(flock(&current, two, SHARED, NOW)), None);
    current.die();
    assert!(kernel.file_locks().is_empty());
}

#[test]
fn flock_and_record_locks_ignore_each_other() {
    let (_kernel, current, one) = fixture();
    flock(&current, one, EXCLUSIVE, NOW).unwrap();
    let other = clone(&current);
    assert_eq!(try_lock(&other, one, bytes(0, 0, EXCLUSIVE)), None);
}

#[test]
fn flock_waits_for_its_turn() {
    let (kernel, current, one) = fixture();
    flock(&current, one, EXCLUSIVE, NOW).unwrap();
    let file = id(&current, one);
    let (pid, thread) = child(&current, |child| {
        let own = opened(child, "/tmp/f");
        flock(child, own, EXCLUSIVE, WAIT).is_ok() as u8
    });
    until(|| kernel.file_locks().waiting(file) == 1);
    flock(&current, one, None, NOW).unwrap();
    assert_eq!(wait(&current, pid), 1 << 8);
    thread.join().unwrap();
    assert!(kernel.file_locks().is_empty(), "the child's end gave it up");
}

#[test]
fn a_wait_for_a_lock_ends_by_a_kill() {
    for record in [false, true] {
        let (kernel, current, one) = fixture();
        let file = id(&current, one);
        flock(&current, one, EXCLUSIVE, NOW).unwrap();
        set_record(&current, one, OWN, bytes(0, 0, EXCLUSIVE), NOW).unwrap();
        let (pid, thread) = child(&current, move |child| {
            let own = opened(child, "/tmp/f");
            let outcome: SysResult<()> = if record {
                set_record(child, own, OWN, bytes(5, 1, SHARED), WAIT)
            } else {
                flock(child, own, SHARED, WAIT)
            };
            assert_eq!(outcome, Err(Fault::Interrupted));
            0
        });
        until(|| kernel.file_locks().waiting(file) == 1);
        kernel.find(pid).unwrap().post(Signal::SIGTERM);
        assert_eq!(wait(&current, pid), u32::from(Signal::SIGTERM.number()));
        thread.join().unwrap();
        assert_eq!(kernel.file_locks().waiting(file), 0);
        current.die();
        assert!(kernel.file_locks().is_empty());
    }
}

#[test]
fn ranges_exclude_where_they_meet() {
    let (_kernel, current, one) = fixture();
    let other = clone(&current);
    assert_eq!(try_lock(&current, one, bytes(10, 10, EXCLUSIVE)), None);
    assert_eq!(try_lock(&other, one, bytes(0, 10, EXCLUSIVE)), None);
    assert_eq!(try_lock(&other, one, bytes(0, 11, SHARED)), Some(Errno::EAGAIN));
    assert_eq!(try_lock(&other, one, bytes(20, 0, SHARED)), None);
    assert_eq!(try_lock(&current, one, bytes(1 << 40, 1, SHARED)), None);
    assert_eq!(
        try_lock(&current, one, bytes(1 << 40, 1, EXCLUSIVE)),
        Some(Errno::EAGAIN)
    );
    let found = blocker(&current, one, bytes(0, 0, EXCLUSIVE));
    let range = ByteRange { start: 0, end: 9 };
    assert_eq!(found, Some((Holder::Process(other.pid), range)), "the first one");
    let found = blocker(&current, one, bytes(15, 0, EXCLUSIVE));
    let range = ByteRange {
        start: 20,
        end: ByteRange::LAST,
    };
    assert_eq!(found, Some((Holder::Process(other.pid), range)));
    assert_eq!(blocker(&current, one, bytes(15, 0, SHARED)), None);
    assert_eq!(try_lock(&current, one, bytes(12, 3, None)), None);
    assert_eq!(
        try_lock(&other, one, bytes(12, 3, EXCLUSIVE)),
        None,
        "a hole was made"
    );
}

#[test]
fn a_range_counts_from_its_whence_and_may_go_backwards() {
    let (_kernel, current, one) = fixture();
    io::write(&current, one, &mut &[0; 100][..]).unwrap();
    io::seek(&current, one, Whence::Set, 40).unwrap();
    let other = clone(&current);
    let held = |lock| {
        set_record(&current, one, OWN, lock, NOW).unwrap();
        let (_, range) = blocker(&other, one, bytes(0, 0, EXCLUSIVE)).unwrap();
        set_record(&current, one, OWN, bytes(0, 0, None), NOW).unwrap();
        (range.start, range.end)
    };
    let at = |whence, start, length| RecordLock {
        kind: EXCLUSIVE,
        whence,
        start,
        length,
    };
    assert_eq!(held(at(Whence::Current, 2, 3)), (42, 44));
    assert_eq!(held(at(Whence::End, -10, 10)), (90, 99));
    assert_eq!(held(at(Whence::Set, 10, -4)), (6, 9));
    let refused = |lock| errno(set_record(&current, one, OWN, lock, NOW));
    assert_eq!(refused(at(Whence::Set, 3, -4)), Some(Errno::EINVAL));
    assert_eq!(refused(at(Whence::Current, -41, 1)), Some(Errno::EINVAL));
    assert_eq!(refused(at(Whence::Set, 0, -1)), Some(Errno::EINVAL));
    assert_eq!(refused(at(Whence::Set, i64::MAX, 2)), Some(Errno::EOVERFLOW));
    assert_eq!(refused(at(Whence::End, i64::MAX, 1)), Some(Errno::EOVERFLOW));
    assert_eq!(refused(at(Whence::Set, i64::MIN, i64::MIN)), Some(Errno::EINVAL));
}

#[test]
fn a_lock_asks_for_what_the_descriptor_is_open_for() {
    let (_kernel, current, _) = fixture();
    let open_as = |flags| open(&current, Base::Cwd, b"/tmp/f", flags, 0).unwrap();
    let (read, write) = (open_as(OpenFlags::empty()), open_as(OpenFlags::O_WRONLY));
    assert_eq!(
        try_lock(&current, read, bytes(0, 1, EXCLUSIVE)),
        Some(Errno::EBADF)
    );
    assert_eq!(try_lock(&current, write, bytes(0, 1, SHARED)), Some(Errno::EBADF));
    assert_eq!(try_lock(&current, read, bytes(0, 1, SHARED)), None);
    assert_eq!(try_lock(&current, write, bytes(0, 1, EXCLUSIVE)), None);
    let (pipe, _) = fd::pipe(&current, OpenFlags::empty()).unwrap();
    assert_eq!(try_lock(&current, pipe, bytes(0, 1, SHARED)), Some(Errno::EINVAL));
}

/// The rule of POSIX that surprises: through whichever descriptor the file was opened, and whichever is closed.
#[test]
fn any_close_of_the_file_gives_up_the_record_locks() {
    let closes: [fn(&Current, Fd, Fd); 3] = [
        |current, victim, _| fd::close(current, victim).unwrap(),
        |current, victim, other| fd::dup2(current, other, victim).unwrap(),
        |current, victim, other| fd::renumber(current, other, victim).unwrap(),
    ];
    for close in closes {
        let (_kernel, current, one) = fixture();
        let again = opened(&current, "/tmp/f");
        let elsewhere = opened(&current, "/tmp/g");
        let other = clone(&current);
        set_record(&current, one, OWN, bytes(0, 0, EXCLUSIVE), NOW).unwrap();
        set_record(&current, elsewhere, OWN, bytes(0, 0, EXCLUSIVE), NOW).unwrap();
        fd::close(&other, again).unwrap();
        assert_eq!(
            try_lock(&other, one, bytes(0, 1, SHARED)),
            Some(Errno::EAGAIN),
            "not its own"
        );
        close(&current, again, elsewhere);
        assert_eq!(try_lock(&other, one, bytes(0, 1, SHARED)), None);
        assert_eq!(
            try_lock(&other, elsewhere, bytes(0, 1, SHARED)),
            Some(Errno::EAGAIN)
        );
    }
}

#[test]
fn exec_closes_and_keeps_and_the_end_gives_all_up() {
    let (kernel, current, one) = fixture();
    kernel.register_command(
        b"true",
        crate::kernel::machine::Command {
            driver: "test".into(),
            runner: crate::kernel::machine::Runner::Worker(crate::kernel::machine::ProgramId(0)),
        },
    );
    let kept = opened(&current, "/tmp/g");
    current
        .fds
        .set_flags(current.owner(), one, crate::kernel::process::FdFlags::FD_CLOEXEC)
        .unwrap();
    let other = clone(&current);
    for fd in [one, kept] {
        set_record(&current, fd, OWN, bytes(0, 0, EXCLUSIVE), NOW).unwrap();
    }
    calls::exec(
        &current,
        b"true",
        true,
        StringList::default(),
        StringList::default(),
    )
    .unwrap();
    assert_eq!(try_lock(&other, one, bytes(0, 1, SHARED)), None);
    assert_eq!(try_lock(&other, kept, bytes(0, 1, SHARED)), Some(Errno::EAGAIN));
    current.die();
    assert_eq!(try_lock(&other, kept, bytes(0, 1, SHARED)), None);
    other.die();
    assert!(kernel.file_locks().is_empty());
}

#[test]
fn waiting_in_a_circle_is_edeadlk() {
    let (kernel, current, one) = fixture();
    let two = opened(&current, "/tmp/g");
    let files = [id(&current, one), id(&current, two)];
    set_record(&current, one, OWN, bytes(0, 1, EXCLUSIVE), NOW).unwrap();
    let (pid, thread) = child(&current, move |child| {
        set_record(child, two, OWN, bytes(7, 1, EXCLUSIVE), NOW).unwrap();
        set_record(child, one, OWN, bytes(0, 0, SHARED), WAIT).is_ok() as u8
    });
    until(|| kernel.file_locks().waiting(files[0]) == 1);
    let circle = set_record(&current, two, OWN, bytes(0, 0, EXCLUSIVE), WAIT);
    assert_eq!(errno(circle), Some(Errno::EDEADLK));
    assert_eq!(kernel.file_locks().waiting(files[1]), 0);
    set_record(&current, one, OWN, bytes(0, 1, None), NOW).unwrap();
    assert_eq!(wait(&current, pid), 1 << 8);
    thread.join().unwrap();
}

#[test]
fn locks_of_an_open_file_outlive_a_close_of_the_file() {
    let (kernel, current, one) = fixture();
    let again = opened(&current, "/tmp/f");
    let set = |fd, lock| errno(set_record(&current, fd, DESCRIPTION, lock, NOW));
    assert_eq!(set(one, bytes(0, 10, EXCLUSIVE)), None);
    assert_eq!(
        set(again, bytes(5, 1, SHARED)),
        Some(Errno::EAGAIN),
        "of one process"
    );
    assert_eq!(
        try_lock(&current, again, bytes(5, 1, SHARED)),
        Some(Errno::EAGAIN)
    );
    let held = get_record(&current, again, DESCRIPTION, bytes(5, 1, SHARED)).unwrap();
    assert!(matches!(held.unwrap().holder, Holder::Description(_)));
    let third = opened(&current, "/tmp/f");
    fd::close(&current, third).unwrap();
    assert_eq!(set(again, bytes(5, 1, SHARED)), Some(Errno::EAGAIN));
    fd::close(&current, one).unwrap();
    assert_eq!(set(again, bytes(5, 1, SHARED)), None);
    current.die();
    assert!(kernel.file_locks().is_empty());
}

#[test]
fn too_many_locks_are_enolck() {
    let (kernel, current, one) = fixture();
    for at in 0..MOST_RECORDS as i64 {
        kernel
            .file_locks()
            .try_record(
                id(&current, one),
                super::Record {
                    holder: Holder::Process(current.pid),
                    kind: LockKind::Shared,
                    range: ByteRange {
                        start: at as u64 * 2,
                        end: at as u64 * 2,
                    },
                },
            )
            .unwrap();
    }
    assert_eq!(
        try_lock(&current, one, bytes(1, 1, EXCLUSIVE)),
        Some(Errno::ENOLCK)
    );
    assert_eq!(try_lock(&current, one, bytes(0, 0, None)), None);
    assert_eq!(try_lock(&current, one, bytes(1, 1, EXCLUSIVE)), None);
}

#[test]
fn a_lock_is_the_files_whatever_its_name() {
    let (_kernel, current, one) = fixture();
    let cwd = Base::Cwd;
    crate::kernel::syscall::path::rename(&current, cwd, b"/tmp/f", cwd, b"/tmp/renamed").unwrap();
    let process: &Arc<Process> = current.process();
    let again = opened(&current, "/tmp/renamed");
    let fresh = opened(&current, "/tmp/f");
    flock(&current, one, EXCLUSIVE, NOW).unwrap();
    assert_eq!(errno(flock(&current, again, SHARED, NOW)), Some(Errno::EAGAIN));
    assert_eq!(errno(flock(&current, fresh, SHARED, NOW)), None);
    assert_eq!(
        process.open_file(one).unwrap().id(),
        process.open_file(again).unwrap().id()
    );
}
