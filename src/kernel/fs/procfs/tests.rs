//! `/proc` as processes and the page see it.

use crate::kernel::error::{Block, Errno, Result};
use crate::kernel::file::{File, OpenFile, OpenFlags};
use crate::kernel::fs::overlayfs::ReadOnlyFs;
use crate::kernel::fs::{DirEntry, FileType, MemFs, tree};
use crate::kernel::pipe::Pipe;
use crate::kernel::process::{CommandLine, Current, Fd, FdFlags, Pid, Process, ProcessSeed, StringList};
use crate::kernel::signal::{Disposition, SigAction, Signal, SignalSet, SignalState};
use crate::kernel::syscall::path::tests::{names, read_all};
use crate::kernel::syscall::path::*;
use crate::kernel::testing::process;
use crate::kernel::{Kernel, Limits};
use std::sync::Arc;

fn kernel() -> Arc<Kernel> {
    Kernel::new(
        tree::in_memory(4 << 20).unwrap(),
        Limits::default(),
        StringList::default(),
    )
}

/// A process that runs `/bin/tool one two` in `/tmp`.
fn tool(kernel: &Arc<Kernel>) -> Current {
    let current = process(kernel);
    current.set_command(CommandLine {
        exe: b"/bin/tool".into(),
        args: ["tool", "one", "two"].into_iter().collect(),
        env: ["HOME=/root", "LANG=C"].into_iter().collect(),
        ..CommandLine::default()
    });
    chdir(&current, b"/tmp").unwrap();
    current
}

/// A child of `parent` that nobody runs.
fn child_of(parent: &Current) -> Arc<Process> {
    let info = parent.info().unwrap();
    let seed = ProcessSeed {
        parent: parent.pid,
        job: parent.job,
        pgid: Some(info.pgid),
        sid: Some(info.sid),
        fds: Vec::new(),
        cwd: parent.cwd(),
        umask: 0o022,
        signals: SignalState::default(),
        command: CommandLine::default(),
    };
    parent.kernel().create_process(seed).unwrap()
}

fn errno<T>(result: Result<T>) -> Option<Errno> {
    result.err().map(|error| error.errno)
}

fn open_at<'a>(caller: impl Into<Caller<'a>>, path: &str, flags: OpenFlags) -> Result<Arc<OpenFile>> {
    open_file(caller, Base::Cwd, path.as_bytes(), flags, 0)
}

fn read<'a>(caller: impl Into<Caller<'a>>, path: &str) -> Result<String> {
    let file = open_at(caller, path, OpenFlags::empty())?;
    Ok(String::from_utf8(read_all(&file)).unwrap())
}

fn link_of<'a>(caller: impl Into<Caller<'a>>, path: &str) -> Result<String> {
    let target = readlink(caller, Base::Cwd, path.as_bytes())?;
    Ok(String::from_utf8(target.into()).unwrap())
}

fn list<'a>(caller: impl Into<Caller<'a>>, path: &str) -> Result<Vec<DirEntry>> {
    let caller = caller.into();
    let directory = open_at(caller, path, OpenFlags::O_DIRECTORY)?;
    let mut entries = Vec::new();
    read_dir(caller, &directory, 2, |entry| {
        entries.push(entry);
        true
    })?;
    Ok(entries)
}

fn install(current: &Current, fd: u32, file: Arc<OpenFile>) {
    let flags = FdFlags::empty();
    current
        .fds
        .install_at(current.owner(), Fd(fd), file, flags)
        .unwrap();
}

#[test]
fn every_name_is_there_with_its_kind_mode_and_number() {
    let kernel = kernel();
    let current = tool(&kernel);
    install(
        &current,
        5,
        open_at(&current, "/dev/null", OpenFlags::O_RDWR).unwrap(),
    );
    let pid = current.pid;
    let mut seen = Vec::new();
    let mut pending = vec![String::from("/proc")];
    while let Some(directory) = pending.pop() {
        for entry in list(&current, &directory).unwrap() {
            let path = format!("{directory}/{}", String::from_utf8_lossy(&entry.name));
            let stat = lstat(&current, Base::Cwd, path.as_bytes()).unwrap();
            assert_eq!((stat.ino, stat.file_type), (entry.ino, entry.file_type), "{path}");
            let again = lstat(&current, Base::Cwd, path.as_bytes()).unwrap();
            assert_eq!(stat.ino, again.ino, "{path}");
            seen.push((stat.ino, format!("{path} {:?} {:o}", stat.file_type, stat.mode)));
            if entry.file_type == FileType::Directory {
                pending.push(path);
            }
        }
    }
    let mut expected: Vec<String> = [
        "loadavg Regular 444",
        "meminfo Regular 444",
        "mounts Regular 444",
        "stat Regular 444",
        "uptime Regular 444",
        "version Regular 444",
        "self Symlink 777",
        "sys Directory 555",
        "sys/kernel Directory 555",
        "sys/kernel/hostname Regular 644",
        "PID Directory 555",
        "PID/cmdline Regular 444",
        "PID/comm Regular 444",
        "PID/cwd Symlink 777",
        "PID/environ Regular 400",
        "PID/exe Symlink 777",
        "PID/fd Directory 500",
        "PID/fd/5 Symlink 700",
        "PID/mounts Regular 444",
        "PID/root Symlink 777",
        "PID/stat Regular 444",
        "PID/status Regular 444",
    ]
    .into_iter()
    .map(|line| format!("/proc/{}", line.replace("PID", &pid.to_string())))
    .collect();
    expected.sort();
    let mut found: Vec<String> = seen.iter().map(|(_, line)| line.clone()).collect();
    found.sort();
    assert_eq!(found, expected);
    let mut numbers: Vec<u64> = seen.iter().map(|(ino, _)| *ino).collect();
    numbers.sort();
    numbers.dedup();
    assert_eq!(numbers.len(), seen.len(), "two files of one number");
}

#[test]
fn a_listing_goes_on_from_any_cookie() {
    let kernel = kernel();
    let current = tool(&kernel);
    let others: Vec<_> = (0..3).map(|_| child_of(&current)).collect();
    for path in ["/proc", "/proc/self", "/proc/sys"] {
        let all = list(&current, path).unwrap();
        let directory = open_at(&current, path, OpenFlags::O_DIRECTORY).unwrap();
        for (at, entry) in all.iter().enumerate() {
            let mut rest = Vec::new();
            read_dir(&current, &directory, entry.next_cookie, |entry| {
                rest.push(entry);
                true
            })
            .unwrap();
            assert_eq!(names(&rest), names(&all[at + 1..]));
        }
    }
    assert_eq!(others.len(), 3);
}

#[test]
fn a_process_s_texts_are_linux_s() {
    let kernel = kernel();
    let current = tool(&kernel);
    let pid = current.pid;
    assert_eq!(read(&current, "/proc/self/cmdline").unwrap(), "tool\0one\0two\0");
    assert_eq!(
        read(&current, "/proc/self/environ").unwrap(),
        "HOME=/root\0LANG=C\0"
    );
    assert_eq!(read(&current, "/proc/self/comm").unwrap(), "tool\n");
    assert_eq!(link_of(&current, "/proc/self").unwrap(), pid.to_string());
    assert_eq!(link_of(&current, "/proc/self/cwd").unwrap(), "/tmp");
    assert_eq!(link_of(&current, "/proc/self/exe").unwrap(), "/bin/tool");
    assert_eq!(link_of(&current, "/proc/self/root").unwrap(), "/");
    let stat = read(&current, "/proc/self/stat").unwrap();
    let fields: Vec<&str> = stat.trim_end().split(' ').collect();
    assert_eq!(fields.len(), 52, "{stat}");
    let pid = pid.to_string();
    // Fields 1 to 8: pid, comm, state, ppid, pgrp, session, tty_nr, tpgid.
    assert_eq!(fields[..8], [&*pid, "(tool)", "R", "1", &*pid, &*pid, "0", "-1"]);
    // priority, nice, num_threads, itrealvalue; exit_signal is SIGCHLD.
    assert_eq!(fields[17..21], ["20", "0", "1", "0"]);
    assert_eq!((fields[24], fields[37]), ("18446744073709551615", "17"));
}

#[test]
fn a_status_tells_identity_and_signals() {
    let kernel = kernel();
    let current = tool(&kernel);
    let mut signals = current.signals();
    signals.set_mask(SignalSet::of(Signal::SIGUSR1));
    let action = |disposition| SigAction {
        disposition,
        ..SigAction::default()
    };
    signals
        .set_action(Signal::SIGINT, action(Disposition::Ignore))
        .unwrap();
    signals
        .set_action(Signal::SIGTERM, action(Disposition::Handler(7)))
        .unwrap();
    drop(signals);
    current.raise(Signal::SIGUSR1);
    current.set_ids(10, 20);
    let status = read(&current, "/proc/self/status").unwrap();
    let get = |key: &str| {
        let line = status
            .lines()
            .find_map(|line| line.strip_prefix(&format!("{key}:\t")));
        line.unwrap_or_else(|| panic!("no {key} in {status}")).to_string()
    };
    let pid = current.pid.to_string();
    for (key, value) in [
        ("Name", "tool"),
        ("Umask", "0022"),
        ("State", "R (running)"),
        ("Tgid", &*pid),
        ("Pid", &*pid),
        ("PPid", "1"),
        ("Uid", "10\t10\t10\t10"),
        ("Gid", "20\t20\t20\t20"),
        ("FDSize", "256"),
        ("Threads", "1"),
        ("SigQ", "1/31"),
        ("ShdPnd", "0000000000000200"),
        ("SigBlk", "0000000000000200"),
        ("SigIgn", "0000000000000002"),
        ("SigCgt", "0000000000004000"),
    ] {
        assert_eq!(get(key), value, "{key}");
    }
    let signals = read(&current, "/proc/self/stat").unwrap();
    assert!(signals.contains(" 512 512 2 16384 "), "{signals}");
}

#[test]
fn a_name_in_stat_is_cut_and_may_hold_anything() {
    let kernel = kernel();
    let current = process(&kernel);
    let run = |exe: &[u8]| {
        current.set_command(CommandLine {
            exe: exe.into(),
            ..CommandLine::default()
        });
        let stat = read(&current, "/proc/self/stat").unwrap();
        let close = stat.rfind(") ").unwrap();
        stat[stat.find('(').unwrap() + 1..close].to_string()
    };
    assert_eq!(run(b"/usr/bin/a-very-long-name-indeed"), "a-very-long-nam");
    assert_eq!(run(b"/bin/a) R (b"), "a) R (b");
    assert_eq!(run(b"name"), "name");
    assert_eq!(link_of(&current, "/proc/self/exe").unwrap(), "/bin/name");
    assert_eq!(run(b""), "");
    assert_eq!(errno(link_of(&current, "/proc/self/exe")), Some(Errno::ENOENT));
    run(b"/bin/new\nline\\");
    let status = read(&current, "/proc/self/status").unwrap();
    assert!(status.starts_with("Name:\tnew\\nline\\\\\nUmask:"), "{status}");
}

#[test]
fn states_are_letters_and_zombies_stay_until_they_are_waited_for() {
    let kernel = kernel();
    let parent = tool(&kernel);
    let child = Current::adopt(child_of(&parent));
    let pid = child.pid;
    let state = || {
        let stat = read(&parent, &format!("/proc/{pid}/stat"))?;
        Ok::<_, crate::kernel::Error>(stat.split(' ').nth(2).unwrap().to_string())
    };
    assert_eq!(state().unwrap(), "R");
    child.raise(Signal::SIGSTOP);
    assert_eq!(state().unwrap(), "T");
    child.raise(Signal::SIGCONT);
    assert_eq!(state().unwrap(), "R");
    let kept = open_at(&parent, &format!("/proc/{pid}/status"), OpenFlags::empty()).unwrap();
    let directory = open_at(&parent, &format!("/proc/{pid}"), OpenFlags::O_DIRECTORY).unwrap();
    child.decide_exit(3);
    child.die();
    assert_eq!(state().unwrap(), "Z");
    let stat = read(&parent, &format!("/proc/{pid}/stat")).unwrap();
    assert_eq!(stat.trim_end().rsplit(' ').next(), Some("768"));
    let of = |name: &str| format!("/proc/{pid}/{name}");
    assert_eq!(read(&parent, &of("cmdline")).unwrap(), "");
    assert_eq!(names(&list(&parent, &of("fd")).unwrap()), [""; 0]);
    for link in ["cwd", "exe"] {
        assert_eq!(errno(link_of(&parent, &of(link))), Some(Errno::ENOENT), "{link}");
        assert_eq!(errno(chdir(&parent, of(link).as_bytes())), Some(Errno::ENOENT));
    }
    kernel.reap_job(parent.job);
    assert_eq!(errno(state()), Some(Errno::ENOENT));
    // What was opened before is read to its end; what is asked of the directory is not there.
    assert!(read_all(&kept).starts_with(b"Name:"));
    let base = Base::Dir(&directory);
    assert_eq!(
        errno(open_file(&parent, base, b"stat", OpenFlags::empty(), 0)),
        Some(Errno::ENOENT)
    );
    assert_eq!(
        errno(read_dir(&parent, &directory, 0, |_| true)),
        Some(Errno::ENOENT)
    );
    for name in [
        "/proc/99999",
        "/proc/0",
        "/proc/01",
        "/proc/-1",
        "/proc/99999999999999",
    ] {
        assert_eq!(
            errno(lstat(&parent, Base::Cwd, name.as_bytes())),
            Some(Errno::ENOENT)
        );
    }
}

#[test]
fn a_pid_that_is_given_away_again_is_another_process() {
    let kernel = kernel();
    let parent = tool(&kernel);
    let child = child_of(&parent);
    let held = super::ProcessRef::new(&child);
    assert!(held.info().is_ok());
    let row = kernel.table.lock().remove(child.pid).unwrap();
    let mut entry = row;
    entry.process = child_of(&parent);
    // The same pid in the table, of another process.
    let usurper = entry.process.clone();
    assert_ne!(usurper.pid, child.pid);
    assert_eq!(errno(held.info()), Some(Errno::ESRCH));
    drop((child, entry));
    assert_eq!(errno(held.info()), Some(Errno::ESRCH));
}

#[test]
fn descriptors_are_links_to_what_is_behind_them() {
    let kernel = kernel();
    let current = tool(&kernel);
    let create = OpenFlags::O_RDWR | OpenFlags::O_CREAT;
    let file = open_file(&current, Base::Cwd, b"file", create, 0o644).unwrap();
    file.try_write(&mut &b"contents"[..]).unwrap();
    let (reader, writer) = Pipe::pair();
    let ino = reader.stat().ino;
    install(&current, 0, file.clone());
    install(
        &current,
        1,
        OpenFile::new(File::PipeWriter(writer), OpenFlags::O_WRONLY),
    );
    install(
        &current,
        2,
        OpenFile::new(File::PipeReader(reader), OpenFlags::empty()),
    );
    install(
        &current,
        4,
        open_at(&current, "/tmp", OpenFlags::O_DIRECTORY).unwrap(),
    );
    install(
        &current,
        5,
        open_at(&current, "/dev/ptmx", OpenFlags::O_RDWR).unwrap(),
    );
    install(
        &current,
        6,
        open_at(&current, "/dev/pts/0", OpenFlags::O_RDWR).unwrap(),
    );
    install(
        &current,
        7,
        open_at(&current, "/dev/null", OpenFlags::O_RDWR).unwrap(),
    );
    let of = |fd: u32| link_of(&current, &format!("/proc/self/fd/{fd}")).unwrap();
    assert_eq!(of(0), "/tmp/file");
    assert_eq!((of(1), of(2)), (format!("pipe:[{ino}]"), format!("pipe:[{ino}]")));
    assert_eq!(
        [of(4), of(5), of(6), of(7)],
        ["/tmp", "/dev/ptmx", "/dev/pts/0", "/dev/null"]
    );
    let mode = |fd: u32| {
        let path = format!("/proc/self/fd/{fd}");
        lstat(&current, Base::Cwd, path.as_bytes()).unwrap().mode
    };
    assert_eq!((mode(0), mode(1), mode(2)), (0o700, 0o300, 0o500));
    // One's own are opened as dup does; they are what is behind them for everything else too.
    let again = open_at(&current, "/proc/self/fd/0", OpenFlags::empty()).unwrap();
    assert!(Arc::ptr_eq(&file, &again));
    let size = |path: &str| {
        stat(&current, Base::Cwd, path.as_bytes(), Follow::Yes)
            .unwrap()
            .size
    };
    assert_eq!(size("/proc/self/fd/0"), 8);
    assert_eq!(size("/proc/self/fd/4/file"), 8);
    assert_eq!(
        realpath(&current, Base::Cwd, b"/proc/self/fd/0").unwrap(),
        b"/tmp/file"
    );
    assert_eq!(
        errno(open_at(&current, "/proc/self/fd/0/", OpenFlags::empty())),
        Some(Errno::ENOTDIR)
    );
    assert_eq!(
        errno(open_at(&current, "/proc/self/fd/0/x", OpenFlags::empty())),
        Some(Errno::ENOTDIR)
    );
    assert_eq!(
        errno(open_at(&current, "/proc/self/fd/0", OpenFlags::O_NOFOLLOW)),
        Some(Errno::ELOOP)
    );
    chdir(&current, b"/proc/self/fd/4/..").unwrap();
    assert_eq!(getcwd(&current).unwrap(), b"/");
    unlink(&current, Base::Cwd, b"/tmp/file").unwrap();
    assert_eq!(of(0), "/tmp/file (deleted)");
    for missing in ["3", "00", "x", "4294967296"] {
        let path = format!("/proc/self/fd/{missing}");
        assert_eq!(errno(link_of(&current, &path)), Some(Errno::ENOENT), "{missing}");
    }
}

#[test]
fn another_s_descriptors_are_opened_anew() {
    let kernel = kernel();
    let current = tool(&kernel);
    let other = Current::adopt(child_of(&current));
    let create = OpenFlags::O_RDWR | OpenFlags::O_CREAT;
    let file = open_file(&other, Base::Cwd, b"file", create, 0o644).unwrap();
    file.try_write(&mut &b"contents"[..]).unwrap();
    let (reader, writer) = Pipe::pair();
    install(&other, 0, file.clone());
    install(
        &other,
        1,
        OpenFile::new(File::PipeWriter(writer), OpenFlags::O_WRONLY),
    );
    let of = |fd: u32| format!("/proc/{}/fd/{fd}", other.pid);
    let anew = open_at(&current, &of(0), OpenFlags::empty()).unwrap();
    assert!(!Arc::ptr_eq(&file, &anew));
    assert_eq!(read_all(&anew), b"contents");
    let end = open_at(&current, &of(1), OpenFlags::O_WRONLY).unwrap();
    end.try_write(&mut &b"hello"[..]).unwrap();
    assert_eq!(reader.available(), 5);
    // The page is root.
    assert_eq!(read(Caller::user(&kernel), &of(0)).unwrap(), "contents");
    // Opened anew, with the rights of the file.
    chmod(&other, Base::Cwd, b"/tmp/file", 0o400, Follow::Yes).unwrap();
    chown(&other, Base::Cwd, b"/tmp/file", Some(10), None, Follow::Yes).unwrap();
    other.set_ids(10, 10);
    current.set_ids(10, 10);
    assert_eq!(
        errno(open_at(&current, &of(0), OpenFlags::O_WRONLY)),
        Some(Errno::EACCES)
    );
    assert!(open_at(&current, &of(0), OpenFlags::empty()).is_ok());
}

#[test]
fn another_user_s_process_keeps_its_secrets() {
    let kernel = kernel();
    let owner = tool(&kernel);
    let null = || open_at(&owner, "/dev/null", OpenFlags::O_RDWR).unwrap();
    install(&owner, 0, null());
    owner.set_ids(10, 10);
    let other = process(&kernel);
    other.set_ids(11, 10);
    let root = process(&kernel);
    let of = |name: &str| format!("/proc/{}/{name}", owner.pid);
    for looker in [&owner, &root] {
        assert_eq!(read(looker, &of("environ")).unwrap(), "HOME=/root\0LANG=C\0");
        assert_eq!(link_of(looker, &of("cwd")).unwrap(), "/tmp");
        assert_eq!(link_of(looker, &of("fd/0")).unwrap(), "/dev/null");
    }
    let denied = Some(Errno::EACCES);
    assert_eq!(errno(read(&other, &of("environ"))), denied);
    for link in ["cwd", "exe", "root"] {
        assert_eq!(errno(link_of(&other, &of(link))), denied, "{link}");
        assert!(lstat(&other, Base::Cwd, of(link).as_bytes()).is_ok());
        assert_eq!(errno(chdir(&other, of(link).as_bytes())), denied, "{link}");
    }
    assert_eq!(errno(list(&other, &of("fd"))), denied);
    assert_eq!(errno(lstat(&other, Base::Cwd, of("fd/0").as_bytes())), denied);
    // What everybody may know.
    for name in ["stat", "status", "cmdline", "comm"] {
        assert!(read(&other, &of(name)).is_ok(), "{name}");
    }
    let stat = stat(&other, Base::Cwd, of("stat").as_bytes(), Follow::Yes).unwrap();
    assert_eq!((stat.uid, stat.gid), (10, 10));
}

#[test]
fn a_cwd_is_followed_without_its_path() {
    let kernel = kernel();
    let current = tool(&kernel);
    let other = Current::adopt(child_of(&current));
    mkdir(&other, Base::Cwd, b"/tmp/deep", 0o755).unwrap();
    chdir(&other, b"/tmp/deep").unwrap();
    let cwd = format!("/proc/{}/cwd", other.pid);
    rename(&other, Base::Cwd, b"/tmp/deep", Base::Cwd, b"/home/moved").unwrap();
    assert_eq!(link_of(&current, &cwd).unwrap(), "/home/moved");
    chdir(&current, format!("{cwd}/..").as_bytes()).unwrap();
    assert_eq!(getcwd(&current).unwrap(), b"/home");
    rmdir(&other, Base::Cwd, b"/home/moved").unwrap();
    assert_eq!(errno(link_of(&current, &cwd)), Some(Errno::ENOENT));
    assert!(stat(&current, Base::Cwd, cwd.as_bytes(), Follow::Yes).is_ok());
}

#[test]
fn the_page_is_no_process_and_sees_all_of_them() {
    let kernel = kernel();
    let current = tool(&kernel);
    let page = Caller::user(&kernel);
    assert_eq!(errno(link_of(page, "/proc/self")), Some(Errno::ENOENT));
    assert_eq!(errno(read(page, "/proc/self/stat")), Some(Errno::ENOENT));
    let found = names(&list(page, "/proc").unwrap());
    assert!(found.contains(&current.pid.to_string()) && !found.contains(&"self".into()));
    assert_eq!(
        read(page, &format!("/proc/{}/environ", current.pid)).unwrap(),
        "HOME=/root\0LANG=C\0"
    );
    let _terminal = open_at(&current, "/dev/ptmx", OpenFlags::O_RDWR).unwrap();
    assert_eq!(names(&list(page, "/dev/pts").unwrap()), ["0"]);
}

#[test]
fn a_terminal_is_told_by_its_number_and_its_group() {
    let kernel = kernel();
    let current = tool(&kernel);
    let _master = open_at(&current, "/dev/ptmx", OpenFlags::O_RDWR).unwrap();
    let slave = open_at(&current, "/dev/pts/0", OpenFlags::O_RDWR).unwrap();
    let stat = read(&current, "/proc/self/stat").unwrap();
    let fields: Vec<&str> = stat.split(' ').collect();
    assert_eq!(fields[6], slave.stat().rdev.to_string());
    assert_eq!(fields[6], "34816", "136:0");
    assert_eq!(fields[7], current.pid.to_string());
}

#[test]
fn mounts_are_told_as_getmntent_reads_them() {
    let kernel = kernel();
    let current = tool(&kernel);
    mkdir(&current, Base::Cwd, b"/tmp/a b\\c#", 0o755).unwrap();
    let on = place(&current, Base::Cwd, b"/tmp/a b\\c#").unwrap();
    kernel
        .vfs
        .mount(on, ReadOnlyFs::new(MemFs::new(1 << 20)))
        .unwrap();
    let expected = "tmpfs / tmpfs rw 0 0\n\
                    devtmpfs /dev devtmpfs rw 0 0\n\
                    tmpfs /dev/shm tmpfs rw 0 0\n\
                    proc /proc proc rw 0 0\n\
                    tmpfs /tmp/a\\040b\\134c\\043 tmpfs ro 0 0\n";
    assert_eq!(read(&current, "/proc/mounts").unwrap(), expected);
    assert_eq!(read(&current, "/proc/self/mounts").unwrap(), expected);
    let magic = |path: &[u8]| statfs(&current, Base::Cwd, path).unwrap().fs_type;
    assert_eq!(
        (magic(b"/proc/self"), magic(b"/dev/shm"), magic(b"/")),
        (0x9fa0, 0x0102_1994, 0x0102_1994)
    );
}

#[test]
fn meminfo_counts_what_files_take_once() {
    let kernel = kernel();
    let current = tool(&kernel);
    let get = |key: &str| -> u64 {
        let text = read(&current, "/proc/meminfo").unwrap();
        let line = text
            .lines()
            .find(|line| line.starts_with(&format!("{key}:")))
            .unwrap();
        let words: Vec<&str> = line.split_whitespace().collect();
        assert_eq!(words[2], "kB", "{line}");
        words[1].parse().unwrap()
    };
    assert_eq!(get("MemTotal"), Limits::default().file_bytes / 1024);
    let (free, shared) = (get("MemFree"), get("Shmem"));
    for path in ["/tmp/file", "/dev/shm/file"] {
        let file = open_file(
            &current,
            Base::Cwd,
            path.as_bytes(),
            OpenFlags::O_RDWR | OpenFlags::O_CREAT,
            0o644,
        )
        .unwrap();
        let mut bytes = &[1; 1 << 20][..];
        while !bytes.is_empty() {
            file.try_write(&mut bytes).unwrap();
        }
    }
    let (took, gone) = (get("Shmem") - shared, free - get("MemFree"));
    assert_eq!(took, gone);
    assert!((2_048..2_200).contains(&took), "{took}");
}

#[test]
fn uptime_stat_and_loadavg_are_read_as_linux_s() {
    let kernel = kernel();
    let current = tool(&kernel);
    let floats = |text: &str| -> Vec<f64> {
        text.split_whitespace()
            .map_while(|word| word.parse().ok())
            .collect()
    };
    let uptime = read(&current, "/proc/uptime").unwrap();
    let [up, idle] = floats(&uptime)[..] else {
        panic!("{uptime}")
    };
    assert!(up >= idle && up < 600.0, "{uptime}");
    let load = read(&current, "/proc/loadavg").unwrap();
    let words: Vec<&str> = load.split_whitespace().collect();
    assert_eq!(floats(&load).len(), 3, "{load}");
    assert_eq!(words[3..], ["1/1", &*current.pid.to_string()], "{load}");
    let stat = read(&current, "/proc/stat").unwrap();
    let cpu = stat.lines().next().unwrap();
    assert_eq!(
        (&cpu[..5], cpu.split_whitespace().count()),
        ("cpu  ", 11),
        "{stat}"
    );
    let born = child_of(&current);
    assert!(stat.contains("\nprocesses 1\n"), "{stat}");
    assert!(read(&current, "/proc/stat").unwrap().contains("\nprocesses 2\n"));
    assert_eq!(born.pid, Pid(current.pid.0 + 1));
    assert!(
        read(&current, "/proc/version")
            .unwrap()
            .starts_with("Cobnut version ")
    );
}

#[test]
fn a_text_is_one_snapshot_however_it_is_read() {
    let kernel = kernel();
    let current = tool(&kernel);
    let file = open_at(&current, "/proc/self/cmdline", OpenFlags::empty()).unwrap();
    let mut first = [0; 5];
    file.try_read(&mut &mut first[..]).unwrap();
    current.set_command(CommandLine {
        args: ["something", "else"].into_iter().collect(),
        ..CommandLine::default()
    });
    assert_eq!([&first[..], &read_all(&file)].concat(), b"tool\0one\0two\0");
    assert_eq!(file.try_pread(1 << 40, &mut &mut first[..]), Ok(0));
    assert_eq!(read(&current, "/proc/self/cmdline").unwrap(), "something\0else\0");
}

#[test]
fn the_host_name_is_root_s_to_write() {
    let kernel = kernel();
    let current = tool(&kernel);
    let path = "/proc/sys/kernel/hostname";
    assert_eq!(read(&current, path).unwrap(), "localhost\n");
    let write = |name: &[u8]| {
        let file = open_at(&current, path, OpenFlags::O_WRONLY | OpenFlags::O_TRUNC)?;
        file.try_write(&mut &*name)
            .map(drop)
            .map_err(|block| match block {
                Block::Failed(error) => error,
                other => panic!("{other:?}"),
            })
    };
    write(b"nut\n").unwrap();
    assert_eq!(read(&current, path).unwrap(), "nut\n");
    assert_eq!(&*kernel.host().hostname(), b"nut");
    assert_eq!(errno(write(&[b'x'; 65])), Some(Errno::EINVAL));
    assert_eq!(errno(write(&[b'x'; 100])), Some(Errno::EINVAL));
    assert_eq!(read(&current, path).unwrap(), "nut\n");
    let fixed = Some(Errno::EPERM);
    assert_eq!(
        errno(chmod(&current, Base::Cwd, path.as_bytes(), 0o666, Follow::Yes)),
        fixed
    );
    assert_eq!(errno(unlink(&current, Base::Cwd, b"/proc/version")), fixed);
    assert_eq!(errno(mkdir(&current, Base::Cwd, b"/proc/new", 0o755)), fixed);
    let version = open_at(&current, "/proc/version", OpenFlags::O_RDWR).unwrap();
    let refused = version.try_write(&mut &b"x"[..]);
    assert!(matches!(refused, Err(Block::Failed(error)) if error.errno == Errno::EIO));
    current.set_ids(10, 10);
    assert_eq!(errno(write(b"mine")), Some(Errno::EACCES));
    assert_eq!(read(&current, path).unwrap(), "nut\n");
}

#[test]
fn a_process_in_its_own_directory_is_not_kept_alive() {
    let kernel = kernel();
    let current = tool(&kernel);
    chdir(&current, b"/proc/self").unwrap();
    assert_eq!(
        getcwd(&current).unwrap(),
        format!("/proc/{}", current.pid).as_bytes()
    );
    install(
        &current,
        0,
        open_at(&current, "fd", OpenFlags::O_DIRECTORY).unwrap(),
    );
    assert_eq!(
        link_of(&current, "fd/0").unwrap(),
        format!("/proc/{}/fd", current.pid)
    );
    let weak = Arc::downgrade(current.process());
    current.die();
    drop(current);
    assert!(weak.upgrade().is_none());
}
