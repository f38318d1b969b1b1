//! Calls of processes: cwd, umask, `/dev`, FIFOs.

use super::*;
use crate::kernel::error::{Errno, Fault};
use crate::kernel::file::File;
use crate::kernel::fs::tree::in_memory;
use crate::kernel::machine::{Kernel, Limits};
use crate::kernel::process::{CommandLine, Current, Fd, FdFlags, Pid, ProcessSeed, StringList};
use crate::kernel::signal::SignalState;
use std::thread;

fn kernel() -> Arc<Kernel> {
    Kernel::new(
        in_memory(64 << 20).unwrap(),
        Limits::default(),
        StringList::default(),
    )
}

/// A process, whose thread is this one.
fn process(kernel: &Arc<Kernel>) -> Current {
    let process = kernel
        .create_process(ProcessSeed {
            parent: Pid::INIT,
            job: kernel.new_job(),
            pgid: None,
            sid: None,
            fds: Vec::new(),
            cwd: kernel.vfs.root_place(),
            umask: 0o022,
            signals: SignalState::default(),
            command: CommandLine::default(),
        })
        .unwrap();
    Current::adopt(process)
}

fn write_to(current: &Current, path: &[u8], bytes: &[u8]) {
    let flags = OpenFlags::O_WRONLY | OpenFlags::O_CREAT | OpenFlags::O_TRUNC;
    write_all(&open_file(current, Base::Cwd, path, flags, 0o666).unwrap(), bytes).unwrap();
}

fn read_from(current: &Current, path: &[u8]) -> Vec<u8> {
    read_all(&open_file(current, Base::Cwd, path, OpenFlags::empty(), 0).unwrap())
}

fn errno<T>(result: crate::kernel::Result<T>) -> Option<Errno> {
    result.err().map(|error| error.errno)
}

#[test]
fn relative_paths_start_at_the_cwd() {
    let kernel = kernel();
    let current = process(&kernel);
    mkdir(&current, Base::Cwd, b"work", 0o755).unwrap();
    chdir(&current, b"work").unwrap();
    assert_eq!(getcwd(&current).unwrap(), b"/work");
    write_to(&current, b"f", b"mine");
    assert!(stat(&current, Base::Root, b"f", Follow::Yes).is_err());
    assert_eq!(read_from(&current, b"/work/f"), b"mine");
    let tmp = open_file(&current, Base::Root, b"tmp", OpenFlags::O_DIRECTORY, 0).unwrap();
    assert_eq!(
        errno(stat(&current, Base::Dir(&tmp), b"f", Follow::Yes)),
        Some(Errno::ENOENT)
    );
    assert!(stat(&current, Base::Dir(&tmp), b"../work/f", Follow::Yes).is_ok());
    assert!(stat(&current, Base::Dir(&tmp), b"/work/f", Follow::Yes).is_ok());
    let file = open_file(&current, Base::Cwd, b"f", OpenFlags::empty(), 0).unwrap();
    assert_eq!(
        errno(stat(&current, Base::Dir(&file), b"x", Follow::Yes)),
        Some(Errno::ENOTDIR)
    );
    assert_eq!(errno(chdir(&current, b"f")), Some(Errno::ENOTDIR));
    assert_eq!(errno(fchdir(&current, &file)), Some(Errno::ENOTDIR));
    fchdir(&current, &tmp).unwrap();
    assert_eq!(getcwd(&current).unwrap(), b"/tmp");
    chdir(&current, b"/dev/fd").unwrap();
    assert_eq!(getcwd(&current).unwrap(), b"/dev/fd");
    chdir(&current, b"..").unwrap();
    assert_eq!(getcwd(&current).unwrap(), b"/dev");
    chdir(&current, b"..").unwrap();
    assert_eq!(getcwd(&current).unwrap(), b"/");
}

#[test]
fn a_renamed_cwd_keeps_up_and_a_removed_one_has_no_path() {
    let kernel = kernel();
    let current = process(&kernel);
    mkdir(&current, Base::Cwd, b"/tmp/old", 0o755).unwrap();
    chdir(&current, b"/tmp/old").unwrap();
    rename(&current, Base::Cwd, b"/tmp/old", Base::Cwd, b"/home/new").unwrap();
    assert_eq!(getcwd(&current).unwrap(), b"/home/new");
    rmdir(&current, Base::Cwd, b"/home/new").unwrap();
    assert_eq!(errno(getcwd(&current)), Some(Errno::ENOENT));
    assert!(stat(&current, Base::Cwd, b".", Follow::Yes).is_ok());
    assert_eq!(
        errno(mkdir(&current, Base::Cwd, b"x", 0o755)),
        Some(Errno::ENOENT)
    );
}

#[test]
fn the_umask_applies_to_what_is_made() {
    let kernel = kernel();
    let current = process(&kernel);
    current.set_umask(0o027);
    write_to(&current, b"/f", b"");
    mkdir(&current, Base::Cwd, b"/d", 0o777).unwrap();
    let mode = |path: &[u8]| lstat(&current, Base::Cwd, path).unwrap().mode;
    assert_eq!((mode(b"/f"), mode(b"/d")), (0o640, 0o750));
    symlink(&current, b"f", Base::Cwd, b"/l").unwrap();
    assert_eq!(mode(b"/l"), 0o777);
    assert_eq!(mode(b"/tmp"), 0o1777);
}

#[test]
fn devices_do_what_they_are_for() {
    let kernel = kernel();
    let current = process(&kernel);
    let open = |path: &[u8]| open_file(&current, Base::Cwd, path, OpenFlags::O_RDWR, 0).unwrap();
    let read = |path: &[u8], count: usize| {
        let mut sink = VecSink::new(count);
        open(path).try_read(&mut sink).unwrap();
        sink.bytes
    };
    assert_eq!(read(b"/dev/null", 10), b"");
    assert_eq!(read(b"/dev/zero", 10), [0; 10]);
    assert_eq!(read(b"/dev/full", 10), [0; 10]);
    let (first, second) = (read(b"/dev/urandom", 5_000), read(b"/dev/random", 5_000));
    assert_eq!((first.len(), second.len()), (5_000, 5_000));
    assert_ne!(first, second);
    for value in 0..=255u8 {
        assert!(first.contains(&value), "5,000 random bytes without {value}");
    }
    assert_eq!(
        open(b"/dev/null").try_write(&mut &[1; 1_000_000][..]),
        Ok(1_000_000)
    );
    assert_eq!(
        open(b"/dev/full").try_write(&mut &b"x"[..]),
        Err(Errno::ENOSPC.into())
    );
    let null = stat(&current, Base::Cwd, b"/dev/null", Follow::Yes).unwrap();
    assert_eq!(
        (null.file_type, null.rdev, null.mode),
        (FileType::CharDevice, 0x103, 0o666)
    );
    assert_eq!(
        errno(mkdir(&current, Base::Cwd, b"/dev/new", 0o755)),
        Some(Errno::EPERM)
    );
    assert_eq!(
        errno(unlink(&current, Base::Cwd, b"/dev/null")),
        Some(Errno::EPERM)
    );
    assert_eq!(errno(rmdir(&current, Base::Cwd, b"/dev")), Some(Errno::EBUSY));
    let tty = open_file(&current, Base::Cwd, b"/dev/tty", OpenFlags::O_RDWR, 0);
    assert_eq!(errno(tty), Some(Errno::ENXIO));
}

#[test]
fn devices_have_linux_s_numbers_and_modes() {
    let kernel = kernel();
    let current = process(&kernel);
    let _master = open_file(&current, Base::Cwd, b"/dev/ptmx", OpenFlags::O_RDWR, 0).unwrap();
    for (name, major, minor, mode) in [
        ("null", 1, 3, 0o666),
        ("zero", 1, 5, 0o666),
        ("full", 1, 7, 0o666),
        ("random", 1, 8, 0o666),
        ("urandom", 1, 9, 0o666),
        ("tty", 5, 0, 0o666),
        ("ptmx", 5, 2, 0o666),
        ("pts/0", 136, 0, 0o620),
    ] {
        let stat = stat(
            &current,
            Base::Cwd,
            format!("/dev/{name}").as_bytes(),
            Follow::Yes,
        );
        let stat = stat.unwrap();
        assert_eq!(stat.file_type, FileType::CharDevice, "{name}");
        assert_eq!((stat.rdev, stat.mode), (major << 8 | minor, mode), "{name}");
        assert_eq!((stat.uid, stat.gid), (0, 0), "{name}");
    }
    for (name, target) in [("stdin", "0"), ("stdout", "1"), ("stderr", "2")] {
        let found = readlink(&current, Base::Cwd, format!("/dev/{name}").as_bytes()).unwrap();
        assert_eq!(&*found, format!("/dev/fd/{target}").as_bytes());
    }
}

#[test]
fn dev_shm_is_memory_on_the_root_s_budget() {
    let kernel = Kernel::new(
        in_memory(1 << 20).unwrap(),
        Limits::default(),
        StringList::default(),
    );
    let current = process(&kernel);
    let root = kernel.vfs.root().mount.file_system().clone();
    let before = root.memory();
    current.set_ids(10, 10);
    write_to(&current, b"/dev/shm/segment", &[1; 300_000]);
    assert_eq!(read_from(&current, b"/dev/shm/segment").len(), 300_000);
    assert!(root.memory() >= before + 300_000);
    let directory = stat(&current, Base::Cwd, b"/dev/shm", Follow::Yes).unwrap();
    assert_eq!((directory.mode, directory.uid), (0o1777, 0));
    let full = open_file(
        &current,
        Base::Cwd,
        b"/dev/shm/more",
        OpenFlags::O_RDWR | OpenFlags::O_CREAT,
        0o600,
    );
    let refused = write_all(&full.unwrap(), &[1; 1 << 20]);
    assert!(matches!(refused, Err(Block::Failed(error)) if error.errno == Errno::ENOSPC));
}

#[test]
fn the_names_in_dev_are_listed_with_cookies() {
    let kernel = kernel();
    let current = process(&kernel);
    let dev = open_file(&current, Base::Cwd, b"/dev", OpenFlags::O_DIRECTORY, 0).unwrap();
    let list = |cookie| {
        let mut entries = Vec::new();
        read_dir(&current, &dev, cookie, |entry| {
            entries.push(entry);
            true
        })
        .unwrap();
        entries
    };
    let all = list(0);
    let expected = "fd full null ptmx pts random shm stderr stdin stdout tty urandom zero";
    let mut found = names(&all[2..]);
    found.sort();
    assert_eq!(found.join(" "), expected);
    assert_eq!(names(&list(all[4].next_cookie)), names(&all[5..]));
    // On that one something is mounted.
    for entry in all[2..].iter().filter(|entry| &*entry.name != b"shm") {
        let path = [b"/dev/", &*entry.name].concat();
        let stat = lstat(&current, Base::Cwd, &path).unwrap();
        assert_eq!((stat.ino, stat.file_type), (entry.ino, entry.file_type));
    }
}

#[test]
fn dev_fd_is_dup() {
    let kernel = kernel();
    let current = process(&kernel);
    write_to(&current, b"/f", b"contents");
    let file = open_file(&current, Base::Cwd, b"/f", OpenFlags::empty(), 0).unwrap();
    current
        .fds
        .install_at(current.owner(), Fd(0), file.clone(), FdFlags::empty())
        .unwrap();
    let again = open_file(&current, Base::Cwd, b"/dev/fd/0", OpenFlags::empty(), 0).unwrap();
    assert!(Arc::ptr_eq(&file, &again));
    let by_name = open_file(&current, Base::Cwd, b"/dev/stdin", OpenFlags::empty(), 0).unwrap();
    assert!(Arc::ptr_eq(&file, &by_name));
    let ino = stat(&current, Base::Cwd, b"/f", Follow::Yes).unwrap().ino;
    assert_eq!(
        stat(&current, Base::Cwd, b"/dev/stdin", Follow::Yes).unwrap().ino,
        ino
    );
    let write = open_file(&current, Base::Cwd, b"/dev/fd/0", OpenFlags::O_WRONLY, 0);
    assert_eq!(errno(write), Some(Errno::EACCES));
    for (path, expected) in [
        (&b"/dev/fd/1"[..], Errno::ENOENT),
        (b"/dev/fd/00", Errno::ENOENT),
        (b"/dev/fd/+0", Errno::ENOENT),
        (b"/dev/fd/99999999999", Errno::ENOENT),
        (b"/dev/fd/0/x", Errno::ENOTDIR),
    ] {
        assert_eq!(
            errno(stat(&current, Base::Cwd, path, Follow::Yes)),
            Some(expected)
        );
    }
    let (reader, writer) = crate::kernel::pipe::Pipe::pair();
    let reader = OpenFile::new(File::PipeReader(reader), OpenFlags::empty());
    current
        .fds
        .install_at(current.owner(), Fd(9), reader, FdFlags::empty())
        .unwrap();
    let fifo = stat(&current, Base::Cwd, b"/dev/fd/9", Follow::Yes).unwrap();
    assert_eq!(fifo.file_type, FileType::Fifo);
    drop(writer);
    let list = open_file(&current, Base::Cwd, b"/dev/fd", OpenFlags::O_DIRECTORY, 0).unwrap();
    let mut found = Vec::new();
    read_dir(&current, &list, 2, |entry| {
        found.push(entry);
        true
    })
    .unwrap();
    assert_eq!(names(&found), ["0", "9"]);
}

#[test]
fn a_directory_can_be_walked_through_dev_fd() {
    let kernel = kernel();
    let current = process(&kernel);
    mkdir(&current, Base::Cwd, b"/tmp/d", 0o755).unwrap();
    let directory = open_file(&current, Base::Cwd, b"/tmp/d", OpenFlags::O_DIRECTORY, 0).unwrap();
    current
        .fds
        .install_at(current.owner(), Fd(5), directory, FdFlags::empty())
        .unwrap();
    write_to(&current, b"/dev/fd/5/f", b"through");
    assert_eq!(read_from(&current, b"/tmp/d/f"), b"through");
    assert_eq!(read_from(&current, b"/dev/fd/5/../d/f"), b"through");
    rename(&current, Base::Cwd, b"/tmp/d/f", Base::Cwd, b"/dev/fd/5/g").unwrap();
    link(
        &current,
        Base::Cwd,
        b"/dev/fd/5/g",
        Follow::No,
        Base::Cwd,
        b"/tmp/h",
    )
    .unwrap();
    assert_eq!(read_from(&current, b"/tmp/h"), b"through");
    chdir(&current, b"/dev/fd/5").unwrap();
    assert_eq!(getcwd(&current).unwrap(), b"/tmp/d");
}

#[test]
fn a_terminal_is_made_by_ptmx_and_becomes_the_leaders() {
    let kernel = kernel();
    let current = process(&kernel);
    let open = |path: &[u8], flags| open_file(&current, Base::Cwd, path, flags, 0);
    let master = open(b"/dev/ptmx", OpenFlags::O_RDWR).unwrap();
    assert!(matches!(master.file, File::PtyMaster(_)));
    assert!(stat(&current, Base::Cwd, b"/dev/pts/0", Follow::Yes).is_ok());
    let quiet = open(b"/dev/pts/0", OpenFlags::O_RDWR | OpenFlags::O_NOCTTY).unwrap();
    assert_eq!(errno(open(b"/dev/tty", OpenFlags::O_RDWR)), Some(Errno::ENXIO));
    let slave = open(b"/dev/pts/0", OpenFlags::O_RDWR).unwrap();
    let tty = open(b"/dev/tty", OpenFlags::O_RDWR).unwrap();
    assert_eq!(tty.stat().rdev, slave.stat().rdev);
    drop((quiet, slave, tty, master));
    assert_eq!(
        errno(stat(&current, Base::Cwd, b"/dev/pts/0", Follow::Yes)),
        Some(Errno::ENOENT)
    );
}

#[test]
fn opening_a_fifo_waits_for_the_other_end() {
    let kernel = kernel();
    let page = Caller::page(&kernel.vfs);
    mknod(page, Base::Root, b"/fifo", FileType::Fifo, 0o644).unwrap();
    let writer = {
        let kernel = kernel.clone();
        thread::spawn(move || {
            let current = process(&kernel);
            let file = open_waiting(&current, Base::Cwd, b"/fifo", OpenFlags::O_WRONLY, 0).unwrap();
            write_all(&file, b"through the fifo").unwrap();
        })
    };
    let current = process(&kernel);
    let file = open_waiting(&current, Base::Cwd, b"/fifo", OpenFlags::empty(), 0).unwrap();
    let mut all = Vec::new();
    loop {
        let mut sink = VecSink::new(100);
        let count = current
            .wait(&[file.wait_queues()[0].unwrap()], None, || {
                file.try_read(&mut sink)
            })
            .unwrap();
        if count == 0 {
            break;
        }
        all.extend(sink.bytes);
    }
    assert_eq!(all, b"through the fifo");
    writer.join().unwrap();
}

#[test]
fn a_fifo_opens_at_once_without_waiting_where_posix_says_so() {
    let kernel = kernel();
    let current = process(&kernel);
    mknod(&current, Base::Cwd, b"/fifo", FileType::Fifo, 0o644).unwrap();
    let open = |flags| open_waiting(&current, Base::Cwd, b"/fifo", flags, 0);
    let refused = open(OpenFlags::O_WRONLY | OpenFlags::O_NONBLOCK);
    assert!(matches!(refused, Err(Fault::Error(error)) if error.errno == Errno::ENXIO));
    let reader = open(OpenFlags::O_NONBLOCK).unwrap();
    let writer = open(OpenFlags::O_WRONLY | OpenFlags::O_NONBLOCK).unwrap();
    write_all(&writer, b"x").unwrap();
    assert_eq!(reader.try_read(&mut VecSink::new(9)), Ok(1));
    drop((reader, writer));
    let both = open(OpenFlags::O_RDWR).unwrap();
    write_all(&both, b"yz").unwrap();
    assert_eq!(both.try_read(&mut VecSink::new(9)), Ok(2));
}
