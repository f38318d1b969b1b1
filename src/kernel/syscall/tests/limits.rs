//! Limits of a kernel and of a process: what is said at each, and that what is given back counts.

use crate::kernel::error::{Errno, SysResult};
use crate::kernel::file::{OpenFlags, Whence};
use crate::kernel::fs::FileType;
use crate::kernel::process::{Current, Fd, Leave, Resource, Rlimit};
use crate::kernel::signal::{Disposition, SigAction, Signal};
use crate::kernel::syscall::path::{Base, lstat, mknod, open, open_file, stat};
use crate::kernel::syscall::process::{clone_process, set_ids};
use crate::kernel::syscall::rlimit::{getrlimit, setrlimit};
use crate::kernel::syscall::{fd, io, tty};
use crate::kernel::testing::{errno, kernel, process};
use crate::kernel::{Kernel, Limits};
use std::sync::Arc;

const NOTHING: OpenFlags = OpenFlags::empty();
const CWD: Base<'static> = Base::Cwd;

fn limited(limits: Limits) -> (Arc<Kernel>, Current) {
    let kernel = kernel(limits);
    let current = process(&kernel);
    (kernel, current)
}

fn create(current: &Current, path: &[u8]) -> SysResult<Fd> {
    let flags = OpenFlags::O_RDWR | OpenFlags::O_CREAT;
    open(current, CWD, path, flags, 0o644)
}

fn clone(current: &Current) -> Current {
    Current::adopt(clone_process(current).unwrap())
}

#[test]
fn a_process_has_256_descriptors_and_then_emfile() {
    let (_kernel, current) = limited(Limits::default());
    let first = create(&current, b"/tmp/f").unwrap();
    // Never 3, which is WASI's root.
    let copies = (0..).take_while(|_| fd::dup(&current, first).is_ok()).count();
    assert_eq!(copies, 254);
    assert_eq!(errno(fd::dup(&current, first)), Some(Errno::EMFILE));
    assert_eq!(errno(fd::pipe(&current, NOTHING)), Some(Errno::EMFILE));
    assert_eq!(errno(tty::openpty(&current)), Some(Errno::EMFILE));
    assert_eq!(errno(create(&current, b"/tmp/new")), Some(Errno::EMFILE));
    assert!(lstat(&current, CWD, b"/tmp/new").is_err(), "nothing was made");
    fd::close(&current, Fd(100)).unwrap();
    assert_eq!(fd::dup(&current, first), Ok(Fd(100)));
    fd::close(&current, Fd(100)).unwrap();
    assert_eq!(
        errno(fd::pipe(&current, NOTHING)),
        Some(Errno::EMFILE),
        "one is too few"
    );
    assert_eq!(fd::dup(&current, first), Ok(Fd(100)), "and none was lost");
}

#[test]
fn open_files_of_a_kernel_end_in_enfile_and_come_back() {
    let (kernel, current) = limited(Limits {
        open_descriptions: 3,
        ..Limits::default()
    });
    let file = create(&current, b"/tmp/f").unwrap();
    let copy = fd::dup(&current, file).unwrap();
    let (reader, _writer) = fd::pipe(&current, NOTHING).unwrap();
    assert_eq!(kernel.open_descriptions().used(), 3);
    io::write(&current, file, &mut &b"kept"[..]).unwrap();
    let flags = OpenFlags::O_WRONLY | OpenFlags::O_CREAT | OpenFlags::O_TRUNC;
    assert_eq!(
        errno(open(&current, CWD, b"/tmp/f", flags, 0o644)),
        Some(Errno::ENFILE)
    );
    assert_eq!(
        errno(open(&current, CWD, b"/tmp/g", flags, 0o644)),
        Some(Errno::ENFILE)
    );
    assert_eq!(
        stat(&current, CWD, b"/tmp/f", crate::kernel::fs::Follow::Yes)
            .unwrap()
            .size,
        4
    );
    assert!(lstat(&current, CWD, b"/tmp/g").is_err(), "nothing was made");
    assert_eq!(errno(fd::pipe(&current, NOTHING)), Some(Errno::ENFILE));
    assert_eq!(errno(tty::openpty(&current)), Some(Errno::ENFILE));
    fd::close(&current, file).unwrap();
    assert_eq!(
        errno(create(&current, b"/tmp/g")),
        Some(Errno::ENFILE),
        "a copy is left"
    );
    let child = clone(&current);
    fd::close(&current, copy).unwrap();
    assert_eq!(
        errno(create(&current, b"/tmp/g")),
        Some(Errno::ENFILE),
        "the child's is left"
    );
    child.die();
    create(&current, b"/tmp/g").unwrap();
    fd::close(&current, reader).unwrap();
    current.die();
    assert_eq!((kernel.open_descriptions().used(), kernel.pipes().used()), (0, 0));
}

#[test]
fn pipes_and_open_fifos_of_a_kernel_end_in_enfile_and_come_back() {
    let (kernel, current) = limited(Limits {
        pipes: 2,
        ..Limits::default()
    });
    for name in [b"/tmp/p", b"/tmp/q"] {
        mknod(&current, CWD, name, FileType::Fifo, 0o644).unwrap();
    }
    let fifo = |path| open(&current, CWD, path, OpenFlags::O_RDWR | OpenFlags::O_NONBLOCK, 0);
    assert_eq!(kernel.pipes().used(), 0, "a FIFO that nobody has open is no pipe");
    let (reader, writer) = fd::pipe(&current, NOTHING).unwrap();
    let (one, again) = (fifo(b"/tmp/p").unwrap(), fifo(b"/tmp/p").unwrap());
    assert_eq!(kernel.pipes().used(), 2);
    assert_eq!(errno(fifo(b"/tmp/q")), Some(Errno::ENFILE));
    assert_eq!(errno(fd::pipe(&current, NOTHING)), Some(Errno::ENFILE));
    fd::close(&current, one).unwrap();
    assert_eq!(kernel.pipes().used(), 2);
    fd::close(&current, again).unwrap();
    let other = fifo(b"/tmp/q").unwrap();
    fd::close(&current, reader).unwrap();
    assert_eq!(kernel.pipes().used(), 2);
    fd::close(&current, writer).unwrap();
    fd::close(&current, other).unwrap();
    assert_eq!(kernel.pipes().used(), 0);
}

#[test]
fn terminals_of_a_kernel_end_in_enospc_and_come_back() {
    let (_kernel, current) = limited(Limits {
        terminals: 2,
        ..Limits::default()
    });
    let (master, slave) = tty::openpty(&current).unwrap();
    tty::openpty(&current).unwrap();
    assert_eq!(errno(tty::openpty(&current)), Some(Errno::ENOSPC));
    let ptmx = open(&current, CWD, b"/dev/ptmx", OpenFlags::O_RDWR, 0);
    assert_eq!(errno(ptmx), Some(Errno::ENOSPC));
    fd::close(&current, master).unwrap();
    fd::close(&current, slave).unwrap();
    assert!(tty::openpty(&current).is_ok());
}

#[test]
fn rows_of_the_process_table_end_in_eagain() {
    let (kernel, current) = limited(Limits {
        table_rows: 2,
        ..Limits::default()
    });
    let child = clone(&current);
    let refused = clone_process(&current).map(drop);
    assert_eq!(errno(refused), Some(Errno::EAGAIN));
    child.die();
    kernel.release_slot();
    let refused = clone_process(&current).map(drop);
    assert_eq!(errno(refused), Some(Errno::EAGAIN), "a zombie has a row");
    crate::kernel::syscall::process::wait(&current, -1, Default::default()).unwrap();
    assert!(clone_process(&current).is_ok());
    assert_eq!(kernel.live(), 2, "the refused took no slot");
}

fn limit(current: &Current, resource: Resource, soft: u64) {
    let hard = getrlimit(current, resource).hard;
    setrlimit(current, resource, Rlimit { soft, hard }).unwrap();
}

#[test]
fn rlimit_nofile_binds_new_descriptors_and_is_inherited() {
    let (kernel, current) = limited(Limits::default());
    let file = create(&current, b"/tmp/f").unwrap();
    fd::dup2(&current, file, Fd(20)).unwrap();
    assert_eq!(getrlimit(&current, Resource::OpenFiles), Rlimit::at(256));
    limit(&current, Resource::OpenFiles, 5);
    assert!(io::fstat(&current, Fd(20)).is_ok(), "what is open stays open");
    for process in [&clone(&current), &current] {
        assert_eq!(getrlimit(process, Resource::OpenFiles).soft, 5);
        assert_eq!(errno(fd::dup2(process, file, Fd(5))), Some(Errno::EBADF));
        let beyond = fd::dup_from(process, file, Fd(5), Default::default());
        assert_eq!(errno(beyond), Some(Errno::EINVAL));
        let copies = (0..).take_while(|_| fd::dup(process, file).is_ok()).count();
        assert_eq!(copies, 3);
        assert_eq!(errno(fd::dup(process, file)), Some(Errno::EMFILE));
    }
    limit(&current, Resource::OpenFiles, 6);
    assert_eq!(fd::dup(&current, file), Ok(Fd(5)));
    assert_eq!(
        getrlimit(&process(&kernel), Resource::OpenFiles).soft,
        256,
        "the page's own"
    );
}

#[test]
fn hard_limits_are_the_users_to_lower_and_roots_to_raise() {
    let (_kernel, current) = limited(Limits::default());
    let files = Resource::OpenFiles;
    let set = |value| errno(setrlimit(&current, files, Rlimit::at(value)));
    assert_eq!((set(10), set(20)), (None, None), "root");
    set_ids(&current, Some(10), None).unwrap();
    assert_eq!((set(10), set(20)), (None, Some(Errno::EPERM)));
    let crossed = Rlimit { soft: 6, hard: 5 };
    assert_eq!(errno(setrlimit(&current, files, crossed)), Some(Errno::EINVAL));
}

#[test]
fn rlimit_nproc_counts_a_users_processes_but_not_roots() {
    let (kernel, current) = limited(Limits::default());
    limit(&current, Resource::Processes, 2);
    let (_one, user) = (clone(&current), clone(&current));
    assert!(clone_process(&current).is_ok(), "root is not bound");
    set_ids(&user, Some(10), None).unwrap();
    let child = clone(&user);
    let refused = clone_process(&user).map(drop);
    assert_eq!(errno(refused), Some(Errno::EAGAIN));
    let live = kernel.live();
    child.die();
    crate::kernel::syscall::process::wait(&user, -1, Default::default()).unwrap();
    assert!(clone_process(&user).is_ok());
    assert_eq!(kernel.live(), live + 1, "the refused took no slot");
}

/// A process that ignores SIGXFSZ and may write 10 bytes into a file.
fn ten_bytes(current: &Current) -> Fd {
    let ignore = SigAction {
        disposition: Disposition::Ignore,
        ..SigAction::default()
    };
    current.signals().set_action(Signal::SIGXFSZ, ignore).unwrap();
    limit(current, Resource::FileSize, 10);
    create(current, b"/tmp/f").unwrap()
}

#[test]
fn rlimit_fsize_cuts_a_write_and_then_is_efbig() {
    let (_kernel, current) = limited(Limits::default());
    let file = ten_bytes(&current);
    let write = |fd, bytes: &[u8]| io::write(&current, fd, &mut { bytes });
    assert_eq!(write(file, b"1234567"), Ok(7));
    assert_eq!(write(file, b"890ab"), Ok(3));
    assert_eq!(errno(write(file, b"c")), Some(Errno::EFBIG));
    assert_eq!(write(file, b""), Ok(0));
    assert_eq!(io::pwrite(&current, file, 8, &mut &b"xyz"[..]), Ok(2));
    assert_eq!(
        errno(io::pwrite(&current, file, 10, &mut &b"x"[..])),
        Some(Errno::EFBIG)
    );
    let append = open(
        &current,
        CWD,
        b"/tmp/f",
        OpenFlags::O_WRONLY | OpenFlags::O_APPEND,
        0,
    )
    .unwrap();
    assert_eq!(errno(write(append, b"c")), Some(Errno::EFBIG));
    assert_eq!(errno(io::ftruncate(&current, file, 11)), Some(Errno::EFBIG));
    assert_eq!(errno(io::fallocate(&current, file, 5, 6)), Some(Errno::EFBIG));
    assert_eq!(io::fallocate(&current, file, 5, 5), Ok(()));
    io::seek(&current, file, Whence::Set, 0).unwrap();
    assert_eq!(write(file, b"again"), Ok(5), "what is within may be written over");
    let (_reader, writer) = fd::pipe(&current, NOTHING).unwrap();
    assert_eq!(write(writer, b"a pipe is no file"), Ok(17));
    let null = open(&current, CWD, b"/dev/null", OpenFlags::O_WRONLY, 0).unwrap();
    assert_eq!(write(null, b"nor is a device"), Ok(15));
    assert_eq!(io::fstat(&current, file).unwrap().size, 10);
}

#[test]
fn beyond_rlimit_fsize_sigxfsz_kills() {
    let (_kernel, current) = limited(Limits::default());
    let file = ten_bytes(&current);
    current
        .signals()
        .set_action(Signal::SIGXFSZ, SigAction::default())
        .unwrap();
    assert_eq!(errno(io::ftruncate(&current, file, 11)), Some(Errno::EFBIG));
    assert!(matches!(current.leave(), Leave::Die));
    assert_eq!(current.fate().unwrap().exit_code(), 128 + 25);
}

#[test]
fn the_pages_own_files_are_not_counted() {
    let kernel = kernel(Limits {
        open_descriptions: 0,
        pipes: 0,
        ..Limits::default()
    });
    let page = crate::kernel::fs::Caller::page(&kernel.vfs);
    let flags = OpenFlags::O_RDWR | OpenFlags::O_CREAT;
    assert!(open_file(page, Base::Root, b"/tmp/f", flags, 0o644).is_ok());
}
