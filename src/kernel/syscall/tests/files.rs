//! Calls on open files: what has no offset, status flags, room that is reserved, holes.

use crate::kernel::Limits;
use crate::kernel::error::Errno;
use crate::kernel::file::{OpenFlags, Whence};
use crate::kernel::io::VecSink;
use crate::kernel::process::{Current, Fd};
use crate::kernel::syscall::path::{Base, mkdir, open, statfs};
use crate::kernel::syscall::pid_fd::pidfd_open;
use crate::kernel::syscall::timer_fd::timerfd_create;
use crate::kernel::syscall::{fd, io, tty};
use crate::kernel::testing::{errno, kernel, process};
use crate::kernel::timer_fd::TimerClock;

const NOTHING: OpenFlags = OpenFlags::empty();
const CWD: Base<'static> = Base::Cwd;
const MIB: u64 = 1 << 20;

fn alone() -> Current {
    process(&kernel(Limits::default()))
}

fn create(current: &Current, path: &[u8]) -> Fd {
    let flags = OpenFlags::O_RDWR | OpenFlags::O_CREAT;
    open(current, CWD, path, flags, 0o644).unwrap()
}

fn free_bytes(current: &Current) -> u64 {
    let found = statfs(current, CWD, b"/tmp").unwrap();
    found.bfree * found.bsize
}

#[test]
fn what_has_no_offset_is_espipe() {
    let current = alone();
    let (reader, writer) = fd::pipe(&current, NOTHING).unwrap();
    let (master, slave) = tty::openpty(&current).unwrap();
    let timer = timerfd_create(&current, TimerClock::Monotonic, NOTHING).unwrap();
    let own = pidfd_open(&current, current.pid, NOTHING).unwrap();
    for fd in [reader, writer, master, slave, timer, own] {
        for whence in [
            Whence::Set,
            Whence::Current,
            Whence::End,
            Whence::Data,
            Whence::Hole,
        ] {
            assert_eq!(
                errno(io::seek(&current, fd, whence, 0)),
                Some(Errno::ESPIPE),
                "{fd:?}"
            );
        }
        if fd != writer {
            let read = io::pread(&current, fd, 0, &mut VecSink::new(1));
            assert_eq!(errno(read), Some(Errno::ESPIPE), "{fd:?}");
        }
        if fd != reader {
            let written = io::pwrite(&current, fd, 0, &mut &b"x"[..]);
            assert_eq!(errno(written), Some(Errno::ESPIPE), "{fd:?}");
            let room = io::fallocate(&current, fd, 0, 1);
            assert_eq!(errno(room), Some(Errno::ESPIPE), "{fd:?}");
        }
        assert_eq!(
            errno(io::ftruncate(&current, fd, 0)),
            Some(Errno::EINVAL),
            "{fd:?}"
        );
    }
    assert_eq!(
        errno(io::pread(&current, writer, 0, &mut VecSink::new(1))),
        Some(Errno::EBADF)
    );
    assert_eq!(
        errno(io::pwrite(&current, reader, 0, &mut &b"x"[..])),
        Some(Errno::EBADF)
    );
}

#[test]
fn status_flags_change_and_the_access_mode_does_not() {
    let current = alone();
    let file = create(&current, b"/tmp/f");
    io::write(&current, file, &mut &b"12345"[..]).unwrap();
    let copy = fd::dup(&current, file).unwrap();
    io::seek(&current, file, Whence::Set, 0).unwrap();
    let all = OpenFlags::O_APPEND | OpenFlags::O_NONBLOCK | OpenFlags::O_WRONLY | OpenFlags::O_TRUNC;
    fd::set_status_flags(&current, file, all).unwrap();
    let expected = OpenFlags::O_RDWR | OpenFlags::O_APPEND | OpenFlags::O_NONBLOCK;
    assert_eq!(fd::status_flags(&current, copy), Ok(expected), "of the open file");
    io::write(&current, copy, &mut &b"6"[..]).unwrap();
    assert_eq!(io::fstat(&current, file).unwrap().size, 6, "at the end");
    fd::set_status_flags(&current, file, NOTHING).unwrap();
    io::seek(&current, file, Whence::Set, 0).unwrap();
    io::write(&current, copy, &mut &b"x"[..]).unwrap();
    assert_eq!(io::fstat(&current, file).unwrap().size, 6, "at the offset again");
    let (reader, writer) = fd::pipe(&current, NOTHING).unwrap();
    fd::set_status_flags(&current, reader, OpenFlags::O_NONBLOCK).unwrap();
    assert_eq!(
        errno(io::read(&current, reader, &mut VecSink::new(1))),
        Some(Errno::EAGAIN)
    );
    fd::set_status_flags(&current, writer, OpenFlags::O_NONBLOCK).unwrap();
    assert_eq!(io::write(&current, writer, &mut &[0; 100_000][..]), Ok(65_536));
    assert_eq!(
        errno(io::write(&current, writer, &mut &[0; 1][..])),
        Some(Errno::EAGAIN)
    );
}

#[test]
fn reserved_room_is_there_when_the_file_system_is_full() {
    let current = alone();
    let file = create(&current, b"/tmp/f");
    io::write(&current, file, &mut &b"start"[..]).unwrap();
    io::fallocate(&current, file, 0, 40 * MIB).unwrap();
    let stat = io::fstat(&current, file).unwrap();
    assert_eq!((stat.size, stat.blocks), (40 * MIB, 40 * MIB / 512));
    let other = create(&current, b"/tmp/other");
    let filler = vec![1; MIB as usize];
    while io::write(&current, other, &mut &filler[..]).is_ok_and(|count| count > 0) {}
    assert_eq!(
        errno(io::write(&current, other, &mut &filler[..])),
        Some(Errno::ENOSPC)
    );
    for at in 0..40 {
        assert_eq!(
            io::pwrite(&current, file, at * MIB, &mut &filler[..]),
            Ok(filler.len())
        );
    }
    assert_eq!(io::fstat(&current, file).unwrap().blocks, 40 * MIB / 512);
    let before = free_bytes(&current);
    io::ftruncate(&current, file, 0).unwrap();
    assert_eq!(free_bytes(&current), before + 40 * MIB, "all of it comes back");
}

#[test]
fn room_that_is_not_there_is_enospc_and_changes_nothing() {
    let current = alone();
    let file = create(&current, b"/tmp/f");
    io::write(&current, file, &mut &b"start"[..]).unwrap();
    let before = (free_bytes(&current), io::fstat(&current, file).unwrap().size);
    for length in [65 * MIB, 1 << 40, 1 << 62] {
        assert_eq!(
            errno(io::fallocate(&current, file, 0, length)),
            Some(Errno::ENOSPC)
        );
    }
    assert_eq!(errno(io::fallocate(&current, file, 0, 0)), Some(Errno::EINVAL));
    assert_eq!(
        errno(io::fallocate(&current, file, 1 << 63, 1)),
        Some(Errno::EINVAL)
    );
    assert_eq!(
        errno(io::fallocate(&current, file, 1 << 62, 1 << 62)),
        Some(Errno::EFBIG)
    );
    assert_eq!(
        (free_bytes(&current), io::fstat(&current, file).unwrap().size),
        before
    );
    let reader = open(&current, CWD, b"/tmp/f", NOTHING, 0).unwrap();
    assert_eq!(errno(io::fallocate(&current, reader, 0, 1)), Some(Errno::EBADF));
    let null = open(&current, CWD, b"/dev/null", OpenFlags::O_WRONLY, 0).unwrap();
    assert_eq!(errno(io::fallocate(&current, null, 0, 1)), Some(Errno::ENODEV));
}

#[test]
fn reserved_room_reads_as_zeros_and_keeps_what_is_there() {
    let current = alone();
    let file = create(&current, b"/tmp/f");
    io::write(&current, file, &mut &b"start"[..]).unwrap();
    io::fallocate(&current, file, 100_000, 100_000).unwrap();
    assert_eq!(io::fstat(&current, file).unwrap().size, 200_000);
    let mut sink = VecSink::new(300_000);
    assert_eq!(io::pread(&current, file, 0, &mut sink), Ok(200_000));
    assert_eq!(&sink.bytes[..5], b"start");
    assert!(sink.bytes[5..].iter().all(|&byte| byte == 0));
    io::fallocate(&current, file, 0, 10).unwrap();
    assert_eq!(io::fstat(&current, file).unwrap().size, 200_000, "never shorter");
}

#[test]
fn a_byte_far_out_costs_a_chunk_and_the_hole_is_found() {
    let current = alone();
    let file = create(&current, b"/tmp/f");
    let before = free_bytes(&current);
    let far = 1_u64 << 40;
    io::seek(&current, file, Whence::Set, far as i64).unwrap();
    io::write(&current, file, &mut &b"x"[..]).unwrap();
    let stat = io::fstat(&current, file).unwrap();
    assert_eq!((stat.size, stat.blocks), (far + 1, 1));
    assert!(before - free_bytes(&current) <= 65_536);
    let seek = |whence, at: u64| io::seek(&current, file, whence, at as i64);
    assert_eq!(seek(Whence::Data, 0), Ok(far));
    assert_eq!(seek(Whence::Data, far), Ok(far));
    assert_eq!(seek(Whence::Hole, 5), Ok(5));
    assert_eq!(seek(Whence::Hole, far), Ok(far + 1), "the end is a hole");
    assert_eq!(seek(Whence::Current, 0), Ok(far + 1));
    for whence in [Whence::Data, Whence::Hole] {
        assert_eq!(errno(seek(whence, far + 1)), Some(Errno::ENXIO));
        assert_eq!(errno(io::seek(&current, file, whence, -1)), Some(Errno::ENXIO));
    }
    io::ftruncate(&current, file, far).unwrap();
    assert_eq!(
        errno(seek(Whence::Data, 0)),
        Some(Errno::ENXIO),
        "nothing but a hole"
    );
    io::pwrite(&current, file, 65_536, &mut &[1; 65_536][..]).unwrap();
    assert_eq!(
        (seek(Whence::Data, 0), seek(Whence::Hole, 65_536)),
        (Ok(65_536), Ok(131_072))
    );
}

#[test]
fn names_and_paths_have_a_longest() {
    let current = alone();
    let name = |length: usize| [b"/tmp/".as_slice(), &vec![b'n'; length]].concat();
    mkdir(&current, CWD, &name(255), 0o755).unwrap();
    assert_eq!(
        errno(mkdir(&current, CWD, &name(256), 0o755)),
        Some(Errno::ENAMETOOLONG)
    );
    let path = |length: usize| [b"/tmp".as_slice(), &vec![b'/'; length - 4]].concat();
    assert!(open(&current, CWD, &path(4_095), OpenFlags::O_DIRECTORY, 0).is_ok());
    let long = open(&current, CWD, &path(4_096), OpenFlags::O_DIRECTORY, 0);
    assert_eq!(errno(long), Some(Errno::ENAMETOOLONG));
}
