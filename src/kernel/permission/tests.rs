//! Permissions at the kernel's border, with a thread for the page.

#![allow(clippy::disallowed_types)]

use super::*;
use crate::kernel::error::{Fault, SysResult};
use crate::kernel::file::{File, OpenFile, OpenFlags};
use crate::kernel::fs::tree;
use crate::kernel::machine::{Command, ProgramId, Runner};
use crate::kernel::process::{CommandLine, Current, Fd, FdFlags, StringList};
use crate::kernel::question::{self, Answer};
use crate::kernel::signal::Signal;
use crate::kernel::syscall::fd::dup;
use crate::kernel::syscall::path::*;
use crate::kernel::syscall::process::{RootSpawn, SpawnRequest, spawn, spawn_root};
use crate::kernel::testing::{Page, process};
use crate::kernel::{Errno, Error, Kernel, Limits};
use std::sync::{Arc, Mutex};

fn rule(allow: bool, ops: &[&str], patterns: &[&str]) -> Rule {
    Rule {
        decision: Decision { allow, reason: None },
        ops: ops.iter().map(ToString::to_string).collect(),
        patterns: patterns.iter().map(ToString::to_string).collect(),
    }
}

fn kernel(policy: Policy) -> Arc<Kernel> {
    let vfs = tree::in_memory(1 << 20).unwrap();
    let page = Caller::page(&vfs);
    for directory in ["/secret", "/open"] {
        mkdir(page, Base::Root, directory.as_bytes(), 0o777).unwrap();
        for file in ["a", "b"] {
            let path = format!("{directory}/{file}");
            let flags = OpenFlags::O_CREAT | OpenFlags::O_WRONLY;
            let file = open_file(page, Base::Root, path.as_bytes(), flags, 0o666).unwrap();
            file.try_write(&mut path.as_bytes()).unwrap();
        }
    }
    symlink(page, b"/secret/a", Base::Root, b"/open/link").unwrap();
    symlink(page, b"../secret", Base::Root, b"/open/door").unwrap();
    Kernel::with_policy(vfs, Limits::default(), StringList::default(), policy)
}

fn files(rules: Vec<Rule>) -> Policy {
    Policy {
        fs: Check::Rules(rules),
        ..Policy::ALLOW_ALL
    }
}

/// All but what is below `/secret`.
fn no_secrets() -> Policy {
    files(vec![
        rule(false, &[], &["/secret", "/secret/**"]),
        rule(true, &[], &[]),
    ])
}

fn errno<T>(result: SysResult<T>) -> Option<Errno> {
    match result {
        Ok(_) => None,
        Err(Fault::Error(error)) => Some(error.errno),
        Err(Fault::Interrupted) => Some(Errno::EINTR),
    }
}

fn open_at(current: &Current, path: &str, flags: OpenFlags) -> Option<Errno> {
    errno(question::settle(current, || {
        open(current, Base::Cwd, path.as_bytes(), flags, 0o666)
    }))
}

const R: OpenFlags = OpenFlags::empty();
const W: OpenFlags = OpenFlags::O_WRONLY;

#[test]
fn no_path_leads_round_a_rule() {
    let kernel = kernel(no_secrets());
    let current = process(&kernel);
    for path in [
        "/secret/a",
        "/secret/../secret/a",
        "/open/../secret/a",
        "/open/link",
        "/open/door/a",
        "/open/./door/b",
        "/secret/missing",
        "/secret/missing/deeper",
        "/secret/a/not-a-directory",
    ] {
        assert_eq!(open_at(&current, path, R), Some(Errno::EACCES), "{path}");
        assert_eq!(
            open_at(&current, path, W | OpenFlags::O_CREAT),
            Some(Errno::EACCES),
            "{path}"
        );
    }
    for path in [
        "/secret",
        "/secret/",
        "/open/door",
        "/open/door/.",
        "/open/door/../secret",
    ] {
        assert_eq!(
            open_at(&current, path, OpenFlags::O_DIRECTORY),
            Some(Errno::EACCES),
            "{path}"
        );
        assert_eq!(open_at(&current, path, R), Some(Errno::EACCES), "{path}");
    }
    assert_eq!(open_at(&current, "/open/a", R), None);
    assert_eq!(open_at(&current, "/open/door/../open/a", R), None);
    current.die();
}

#[test]
fn no_other_name_leads_round_a_rule() {
    let kernel = kernel(no_secrets());
    let current = process(&kernel);
    let denied = |result: Result<(), Error>| assert_eq!(result.unwrap_err().errno, Errno::EACCES);
    denied(link(
        &current,
        Base::Cwd,
        b"/secret/a",
        Follow::No,
        Base::Cwd,
        b"/open/mine",
    ));
    denied(link(
        &current,
        Base::Cwd,
        b"/open/link",
        Follow::Yes,
        Base::Cwd,
        b"/open/mine",
    ));
    denied(rename(
        &current,
        Base::Cwd,
        b"/secret/a",
        Base::Cwd,
        b"/open/mine",
    ));
    denied(rename(&current, Base::Cwd, b"/secret", Base::Cwd, b"/public"));
    denied(rename(&current, Base::Cwd, b"/open/a", Base::Cwd, b"/secret/c"));
    denied(chdir(&current, b"/open/door"));
    denied(unlink(&current, Base::Cwd, b"/secret/a"));
    denied(chmod(&current, Base::Cwd, b"/secret/a", 0o777, Follow::Yes));
    denied(truncate(&current, Base::Cwd, b"/open/link", 0));
    denied(rmdir(&current, Base::Cwd, b"/secret"));
    denied(mkdir(&current, Base::Cwd, b"/secret/new", 0o777));
    denied(symlink(&current, b"x", Base::Cwd, b"/secret/new"));
    denied(stat(&current, Base::Cwd, b"/secret/a", Follow::Yes).map(drop));
    denied(readlink(&current, Base::Cwd, b"/secret/a").map(drop));
    denied(access(
        &current,
        Base::Cwd,
        b"/secret/a",
        AccessMode::empty(),
        Follow::Yes,
    ));
    // The link itself is nobody's secret.
    assert_eq!(
        &*readlink(&current, Base::Cwd, b"/open/link").unwrap(),
        b"/secret/a"
    );
    current.die();
}

#[test]
fn a_link_needs_what_the_old_name_forbids() {
    let policy = files(vec![
        rule(false, &["write"], &["/secret/**"]),
        rule(true, &[], &[]),
    ]);
    let kernel = kernel(policy);
    let current = process(&kernel);
    assert_eq!(open_at(&current, "/secret/a", R), None);
    let linked = link(
        &current,
        Base::Cwd,
        b"/secret/a",
        Follow::No,
        Base::Cwd,
        b"/open/mine",
    );
    assert_eq!(linked.unwrap_err().errno, Errno::EACCES);
    current.die();
}

#[test]
fn an_open_file_s_attributes_are_its_path_s() {
    let policy = files(vec![
        rule(false, &["chmod", "chown", "utimes", "truncate"], &["/secret/**"]),
        rule(true, &[], &[]),
    ]);
    let kernel = kernel(policy);
    let current = process(&kernel);
    let fd = open(&current, Base::Cwd, b"/secret/a", W, 0).unwrap();
    let again = dup(&current, fd).unwrap();
    let by_number = open(&current, Base::Cwd, format!("/dev/fd/{}", fd.0).as_bytes(), W, 0).unwrap();
    for fd in [fd, again, by_number] {
        let file = current.fds.get(current.owner(), fd).unwrap();
        let denied = |result: Result<(), Error>| assert_eq!(result.unwrap_err().errno, Errno::EACCES);
        denied(fchmod(&current, &file, 0o777));
        denied(fchown(&current, &file, Some(1), None));
        denied(futimens(&current, &file, SetTime::Now, SetTime::Now));
        denied(ftruncate(&current, &file, 0));
    }
    assert_eq!(
        open_at(&current, &format!("/dev/fd/{}", fd.0), R),
        Some(Errno::EACCES),
        "it is open for writing only"
    );
    current.die();
}

/// What leads to files without their paths.
#[test]
fn proc_and_dev_fd_lead_round_no_rule() {
    let kernel = kernel(no_secrets());
    let current = process(&kernel);
    let page = Caller::page(&kernel.vfs);
    // As if it had been handed over by somebody who may.
    for (fd, path, flags) in [
        (5, "/secret/a", OpenFlags::O_RDWR),
        (6, "/secret", OpenFlags::O_DIRECTORY),
    ] {
        let file = open_file(page, Base::Root, path.as_bytes(), flags, 0).unwrap();
        current
            .fds
            .install_at(current.owner(), Fd(fd), file, FdFlags::empty())
            .unwrap();
    }
    start_in(&current, b"/secret").unwrap();
    current.set_command(CommandLine {
        exe: b"/secret/a".into(),
        ..CommandLine::default()
    });
    let other = process(&kernel);
    let pid = current.pid;
    let mut files = Vec::new();
    let mut directories = Vec::new();
    for of in ["self".to_string(), pid.to_string()] {
        for name in [
            "exe",
            "fd/5",
            "fd/6/a",
            "cwd/a",
            "root/secret/a",
            "cwd/../secret/b",
            "fd/6/../secret/a",
        ] {
            files.push(format!("/proc/{of}/{name}"));
        }
        for name in [
            "cwd",
            "cwd/",
            "cwd/.",
            "fd/6",
            "fd/6/",
            "root/secret",
            "cwd/../secret",
        ] {
            directories.push(format!("/proc/{of}/{name}"));
        }
    }
    files.extend(["/dev/fd/5", "/dev/fd/6/a"].map(String::from));
    directories.extend(["/dev/fd/6", "/dev/fd/6/"].map(String::from));
    let denied = Some(Errno::EACCES);
    for path in &files {
        let bytes = path.as_bytes();
        let failed =
            |result: Result<(), Error>| assert_eq!(result.map_err(|e| e.errno), Err(Errno::EACCES), "{path}");
        for flags in [R, W, OpenFlags::O_RDWR | OpenFlags::O_TRUNC] {
            assert_eq!(open_at(&current, path, flags), denied, "{path}");
        }
        failed(stat(&current, Base::Cwd, bytes, Follow::Yes).map(drop));
        failed(truncate(&current, Base::Cwd, bytes, 0));
        failed(chmod(&current, Base::Cwd, bytes, 0o777, Follow::Yes));
        failed(chown(&current, Base::Cwd, bytes, Some(1), None, Follow::Yes));
        failed(access(
            &current,
            Base::Cwd,
            bytes,
            AccessMode::empty(),
            Follow::Yes,
        ));
        failed(link(
            &current,
            Base::Cwd,
            bytes,
            Follow::Yes,
            Base::Cwd,
            b"/open/mine",
        ));
        failed(lookup(&current, Base::Cwd, bytes).map(drop));
    }
    for path in &directories {
        assert_eq!(open_at(&current, path, OpenFlags::O_DIRECTORY), denied, "{path}");
        assert_eq!(open_at(&current, path, R), denied, "{path}");
        let moved = chdir(&current, path.as_bytes());
        assert_eq!(moved.map_err(|e| e.errno), Err(Errno::EACCES), "{path}");
        let made = format!("{}/new", path.trim_end_matches('/'));
        assert_eq!(open_at(&current, &made, W | OpenFlags::O_CREAT), denied, "{made}");
    }
    for name in ["exe", "fd/5", "fd/6/a", "cwd/a"] {
        let path = format!("/proc/{pid}/{name}");
        assert_eq!(open_at(&other, &path, R), denied, "{path}");
    }
    assert_eq!(open_at(&current, "/proc/self/root/open/a", R), None);
    assert_eq!(open_at(&current, "/proc/self/cwd/../open/a", R), None);
    assert_eq!(open_at(&current, "/proc/self/status", R), None);
    other.die();
    current.die();
}

#[test]
fn what_is_behind_proc_and_dev_fd_is_asked_for_by_its_path() {
    let kernel = kernel(Policy {
        fs: Check::Ask,
        ..Policy::ALLOW_ALL
    });
    let seen = Arc::new(Mutex::new(Vec::new()));
    let log = seen.clone();
    let _page = Page::new(&kernel, move |request| {
        if let question::Request::Permission(Request::File { op, path }, _) = request {
            log.lock()
                .unwrap()
                .push(format!("{} {}", op.name(), String::from_utf8_lossy(path)));
        }
        Answer::Decision(Decision {
            allow: true,
            reason: None,
        })
    });
    let current = process(&kernel);
    let pid = current.pid;
    let (reader, _writer) = crate::kernel::pipe::Pipe::pair();
    let page = Caller::page(&kernel.vfs);
    let file = open_file(page, Base::Root, b"/open/link", R, 0).unwrap();
    let pipe = OpenFile::new(File::PipeReader(reader), R);
    for (fd, file) in [(5, file), (6, pipe)] {
        current
            .fds
            .install_at(current.owner(), Fd(fd), file, FdFlags::empty())
            .unwrap();
    }
    start_in(&current, b"/open").unwrap();
    let asked = |path: &str, flags| {
        seen.lock().unwrap().clear();
        assert_eq!(open_at(&current, path, flags), None, "{path}");
        core::mem::take(&mut *seen.lock().unwrap()).join(", ")
    };
    for (path, expected) in [
        ("/proc/self/fd/5", "read /secret/a"),
        ("/dev/fd/5", "read /secret/a"),
        ("/proc/self/fd/6", ""),
        ("/dev/fd/6", ""),
        ("/proc/self/cwd/a", "read /open/a"),
        ("/proc/self/root/open/door/../open/a", "read /open/a"),
        ("/proc/version", "read /proc/version"),
    ] {
        assert_eq!(asked(path, R), expected, "{path}");
    }
    assert_eq!(asked("/proc/self/stat", R), format!("read /proc/{pid}/stat"));
    assert_eq!(asked("/proc/self/cwd", OpenFlags::O_DIRECTORY), "readdir /open");
    seen.lock().unwrap().clear();
    let target = question::settle(&current, || {
        Ok(readlink(&current, Base::Cwd, b"/proc/self/fd/5")?)
    });
    assert_eq!(&*target.unwrap(), b"/secret/a");
    assert_eq!(*seen.lock().unwrap(), [format!("readlink /proc/{pid}/fd/5")]);
    current.die();
}

#[test]
fn operations_are_asked_for_by_the_reference_s_names() {
    let kernel = kernel(Policy {
        fs: Check::Ask,
        ..Policy::ALLOW_ALL
    });
    let seen = Arc::new(Mutex::new(Vec::new()));
    let log = seen.clone();
    let _page = Page::new(&kernel, move |request| {
        if let question::Request::Permission(Request::File { op, path }, _) = request {
            log.lock()
                .unwrap()
                .push(format!("{} {}", op.name(), String::from_utf8_lossy(path)));
        }
        Answer::Decision(Decision {
            allow: true,
            reason: None,
        })
    });
    let current = process(&kernel);
    let asked = |call: &dyn Fn() -> SysResult<()>| {
        seen.lock().unwrap().clear();
        question::settle(&current, call).unwrap();
        core::mem::take(&mut *seen.lock().unwrap()).join(", ")
    };
    let open = |path: &'static str, flags| {
        let current = &current;
        move || open(current, Base::Cwd, path.as_bytes(), flags, 0o666).map(drop)
    };
    let rdwr = OpenFlags::O_RDWR;
    assert_eq!(asked(&open("/open/link", R)), "read /secret/a");
    assert_eq!(
        asked(&open("/open/new", W | OpenFlags::O_CREAT)),
        "write /open/new"
    );
    assert_eq!(
        asked(&open("/open/door/../open/new", rdwr)),
        "read /open/new, write /open/new"
    );
    assert_eq!(
        asked(&open("/open/door", OpenFlags::O_DIRECTORY)),
        "readdir /secret"
    );
    let c = &current;
    let cwd = Base::Cwd;
    assert_eq!(asked(&|| Ok(mkdir(c, cwd, b"/open/d", 0o777)?)), "mkdir /open/d");
    assert_eq!(
        asked(&|| Ok(create_dir(c, cwd, b"/open/e", 0o777)?)),
        "createDir /open/e"
    );
    assert_eq!(
        asked(&|| Ok(stat(c, cwd, b"/open/link", Follow::Yes).map(drop)?)),
        "stat /secret/a"
    );
    assert_eq!(
        asked(&|| Ok(lstat(c, cwd, b"/open/link").map(drop)?)),
        "stat /open/link"
    );
    assert_eq!(
        asked(&|| Ok(access(c, cwd, b"/open/a", AccessMode::empty(), Follow::Yes)?)),
        "exists /open/a"
    );
    assert_eq!(
        asked(&|| Ok(symlink(c, b"t", cwd, b"/open/s")?)),
        "symlink /open/s"
    );
    assert_eq!(
        asked(&|| Ok(readlink(c, cwd, b"/open/s").map(drop)?)),
        "readlink /open/s"
    );
    assert_eq!(
        asked(&|| Ok(chmod(c, cwd, b"/open/a", 0o600, Follow::Yes)?)),
        "chmod /open/a"
    );
    assert_eq!(
        asked(&|| Ok(chown(c, cwd, b"/open/a", Some(1), None, Follow::Yes)?)),
        "chown /open/a"
    );
    assert_eq!(
        asked(&|| Ok(utimens(
            c,
            cwd,
            b"/open/a",
            SetTime::Now,
            SetTime::Now,
            Follow::Yes
        )?)),
        "utimes /open/a"
    );
    assert_eq!(
        asked(&|| Ok(truncate(c, cwd, b"/open/a", 1)?)),
        "truncate /open/a"
    );
    assert_eq!(
        asked(&|| Ok(link(c, cwd, b"/open/a", Follow::No, cwd, b"/open/l")?)),
        "read /open/a, write /open/a, link /open/a, link /open/l"
    );
    assert_eq!(
        asked(&|| Ok(rename(c, cwd, b"/open/l", cwd, b"/open/m")?)),
        "read /open/l, write /open/l, rename /open/l, rename /open/m"
    );
    assert_eq!(asked(&|| Ok(unlink(c, cwd, b"/open/m")?)), "rm /open/m");
    assert_eq!(asked(&|| Ok(rmdir(c, cwd, b"/open/d")?)), "rm /open/d");
    current.die();
}

/// While the page thinks, somebody makes the path lead elsewhere: the page is asked about the new place too.
#[test]
fn what_changes_while_the_page_thinks_is_asked_again() {
    for (changes, outcome) in [(1, None), (8, None), (9, Some(Errno::EACCES))] {
        let kernel = kernel(Policy {
            fs: Check::Ask,
            ..Policy::ALLOW_ALL
        });
        let (vfs, mut asked) = (kernel.clone(), 0);
        let seen = Arc::new(Mutex::new(Vec::new()));
        let log = seen.clone();
        let _page = Page::new(&kernel, move |request| {
            let question::Request::Permission(Request::File { path, .. }, _) = request else {
                panic!("{request:?}")
            };
            log.lock().unwrap().push(String::from_utf8(path.clone()).unwrap());
            if asked < changes {
                let page = Caller::page(&vfs.vfs);
                let target: &[u8] = if asked % 2 == 0 {
                    b"/secret/b"
                } else {
                    b"/secret/a"
                };
                unlink(page, Base::Root, b"/open/link").unwrap();
                symlink(page, target, Base::Root, b"/open/link").unwrap();
            }
            asked += 1;
            Answer::Decision(Decision {
                allow: true,
                reason: None,
            })
        });
        let current = process(&kernel);
        assert_eq!(open_at(&current, "/open/link", R), outcome, "{changes} changes");
        let seen = seen.lock().unwrap();
        assert_eq!(seen[..2], ["/secret/a", "/secret/b"]);
        assert_eq!(seen.len(), changes + usize::from(outcome.is_none()));
        current.die();
    }
}

/// The file at the same path is another one by the time the page has answered.
#[test]
fn an_exchanged_file_is_asked_about_again() {
    let kernel = kernel(Policy {
        fs: Check::Ask,
        ..Policy::ALLOW_ALL
    });
    let (vfs, mut asked) = (kernel.clone(), 0);
    let _page = Page::new(&kernel, move |_| {
        asked += 1;
        if asked == 1 {
            rename(
                Caller::page(&vfs.vfs),
                Base::Root,
                b"/secret/a",
                Base::Root,
                b"/open/a",
            )
            .unwrap();
        }
        Answer::Decision(Decision {
            allow: asked == 1,
            reason: Some("the second".into()),
        })
    });
    let current = process(&kernel);
    assert_eq!(open_at(&current, "/open/a", R), Some(Errno::EACCES));
    assert_eq!(last_reason().as_deref(), Some("the second"));
    current.die();
}

#[test]
fn a_process_that_waits_for_the_page_can_be_killed() {
    let kernel = kernel(Policy {
        fs: Check::Ask,
        ..Policy::ALLOW_ALL
    });
    let current = process(&kernel);
    let victim = current.process().clone();
    let killer = std::thread::spawn(move || {
        while victim.kernel().questions().take().is_none() {
            std::thread::yield_now();
        }
        victim.post(Signal::SIGKILL);
    });
    assert_eq!(open_at(&current, "/open/a", R), Some(Errno::EINTR));
    killer.join().unwrap();
    current.die();
}

#[test]
fn programs_are_asked_for_by_name_with_what_they_get() {
    let policy = Policy {
        child_process: Check::Ask,
        env: Check::Rules(vec![rule(true, &[], &["PATH", "LC_*"])]),
        ..Policy::ALLOW_ALL
    };
    let kernel = kernel(policy);
    kernel.register_command(
        b"tool",
        Command {
            driver: "test".into(),
            runner: Runner::Worker(ProgramId(0)),
        },
    );
    let seen = Arc::new(Mutex::new(Vec::new()));
    let log = seen.clone();
    let _page = Page::new(&kernel, move |request| {
        let question::Request::Permission(
            Request::ChildProcess {
                command,
                args,
                cwd,
                env,
            },
            None,
        ) = request
        else {
            panic!("{request:?}")
        };
        log.lock()
            .unwrap()
            .push((command.clone(), args.clone(), cwd.clone(), env.clone()));
        Answer::Decision(Decision {
            allow: args.len() < 2,
            reason: Some("too many arguments".into()),
        })
    });
    let current = process(&kernel);
    let request = |args: &[&str]| SpawnRequest {
        path: b"tool".to_vec(),
        search_path: true,
        args: args.iter().collect(),
        env: ["PATH=/bin", "LC_ALL=C", "TOKEN=x"].iter().collect(),
        cwd: Some(b"/open".to_vec()),
        ..SpawnRequest::default()
    };
    let (child, _) = question::settle(&current, || Ok(spawn(&current, request(&["tool", "one"]))?)).unwrap();
    let kept: Vec<Vec<u8>> = child.command().env.iter().map(<[u8]>::to_vec).collect();
    assert_eq!(kept, [b"PATH=/bin".to_vec(), b"LC_ALL=C".to_vec()]);
    let refused = question::settle(&current, || {
        spawn(&current, request(&["tool", "one", "two"]))?;
        Ok(())
    });
    assert_eq!(errno(refused), Some(Errno::EACCES));
    assert_eq!(last_reason().as_deref(), Some("too many arguments"));
    let (command, args, cwd, env) = seen.lock().unwrap().pop().unwrap();
    assert_eq!(command, b"tool");
    assert_eq!(args, [b"one".to_vec(), b"two".to_vec()]);
    assert_eq!(cwd, b"/open");
    assert_eq!(env, kept);
    kernel.abandon(&child, crate::kernel::process::Termination::Exited(0));
    current.die();
}

#[test]
fn denied_programs_leave_no_process() {
    let kernel = kernel(Policy {
        child_process: Check::Deny,
        ..Policy::ALLOW_ALL
    });
    kernel.register_command(
        b"tool",
        Command {
            driver: "test".into(),
            runner: Runner::Worker(ProgramId(0)),
        },
    );
    let spawned = spawn_root(
        &kernel,
        RootSpawn {
            path: b"tool".to_vec(),
            args: ["tool"].iter().collect(),
            env: StringList::default(),
            cwd: b"/".to_vec(),
            fds: Vec::new(),
            parent: None,
        },
    );
    assert_eq!(spawned.map(drop).unwrap_err().errno, Errno::EACCES);
    assert!(kernel.processes().is_empty());
    assert_eq!(kernel.live(), 0);
}

#[test]
fn registered_commands_run_where_no_file_may_be_read() {
    let kernel = kernel(Policy {
        fs: Check::Deny,
        ..Policy::ALLOW_ALL
    });
    let page = Caller::page(&kernel.vfs);
    kernel.register_command(
        b"tool",
        Command {
            driver: "test".into(),
            runner: Runner::Worker(ProgramId(0)),
        },
    );
    let content = |path: &str, bytes: &[u8]| {
        let flags = OpenFlags::O_CREAT | OpenFlags::O_WRONLY;
        let file = open_file(page, Base::Root, path.as_bytes(), flags, 0o777).unwrap();
        file.try_write(&mut &*bytes).unwrap();
    };
    content("/bin/tool", &Kernel::command_file(b"tool"));
    content("/bin/guest", b"\0asm");
    let current = process(&kernel);
    let run = |path: &str| {
        let request = SpawnRequest {
            path: path.into(),
            search_path: true,
            args: [path].iter().collect(),
            ..SpawnRequest::default()
        };
        spawn(&current, request)
            .map(|(child, _)| kernel.abandon(&child, crate::kernel::process::Termination::Exited(0)))
    };
    run("tool").unwrap();
    run("/bin/tool").unwrap();
    assert_eq!(run("/bin/guest").unwrap_err().errno, Errno::EACCES);
    assert_eq!(open_at(&current, "/bin/tool", R), Some(Errno::EACCES));
    current.die();
}

#[test]
fn mode_bits_bind_all_but_root() {
    let kernel = kernel(Policy::ALLOW_ALL);
    let page = Caller::page(&kernel.vfs);
    chmod(page, Base::Root, b"/secret", 0o700, Follow::Yes).unwrap();
    chmod(page, Base::Root, b"/open", 0o1777, Follow::Yes).unwrap();
    chmod(page, Base::Root, b"/open/a", 0o640, Follow::Yes).unwrap();
    chmod(page, Base::Root, b"/open/b", 0o604, Follow::Yes).unwrap();
    let current = process(&kernel);
    crate::kernel::syscall::process::set_ids(&current, Some(10), Some(10)).unwrap();
    let c = &current;
    let cwd = Base::Cwd;
    let errno = |result: Result<(), Error>| result.err().map(|error| error.errno);
    assert_eq!(open_at(c, "/secret/a", R), Some(Errno::EACCES), "search");
    assert_eq!(open_at(c, "/open/a", R), Some(Errno::EACCES), "read");
    assert_eq!(open_at(c, "/open/b", R), None);
    assert_eq!(open_at(c, "/open/b", W), Some(Errno::EACCES), "write");
    assert_eq!(open_at(c, "/open/mine", W | OpenFlags::O_CREAT), None);
    assert_eq!(stat(c, cwd, b"/open/mine", Follow::Yes).unwrap().uid, 10);
    assert_eq!(errno(unlink(c, cwd, b"/open/b")), Some(Errno::EPERM), "sticky");
    assert_eq!(
        errno(rename(c, cwd, b"/open/b", cwd, b"/open/c")),
        Some(Errno::EPERM),
        "sticky"
    );
    assert_eq!(
        errno(rename(c, cwd, b"/open/mine", cwd, b"/open/b")),
        Some(Errno::EPERM),
        "sticky target"
    );
    assert_eq!(
        errno(mkdir(c, cwd, b"/etc/x", 0o777)),
        Some(Errno::EACCES),
        "no writing there"
    );
    assert_eq!(
        errno(mkdir(c, cwd, b"/etc", 0o777)),
        Some(Errno::EEXIST),
        "EEXIST first"
    );
    assert_eq!(
        errno(chmod(c, cwd, b"/open/b", 0o666, Follow::Yes)),
        Some(Errno::EPERM)
    );
    assert_eq!(errno(chmod(c, cwd, b"/open/mine", 0o600, Follow::Yes)), None);
    assert_eq!(
        errno(chown(c, cwd, b"/open/mine", Some(11), None, Follow::Yes)),
        Some(Errno::EPERM)
    );
    assert_eq!(
        errno(utimens(
            c,
            cwd,
            b"/open/b",
            SetTime::Now,
            SetTime::Now,
            Follow::Yes
        )),
        Some(Errno::EACCES)
    );
    assert_eq!(
        errno(utimens(
            c,
            cwd,
            b"/open/b",
            SetTime::At(0),
            SetTime::Now,
            Follow::Yes
        )),
        Some(Errno::EPERM)
    );
    assert_eq!(errno(truncate(c, cwd, b"/open/b", 0)), Some(Errno::EACCES));
    assert_eq!(errno(chdir(c, b"/secret")), Some(Errno::EACCES));
    assert_eq!(errno(unlink(c, cwd, b"/open/mine")), None);
    let back = crate::kernel::syscall::process::set_ids(&current, Some(0), None);
    assert_eq!(errno(back), Some(Errno::EPERM), "not back to root");
    current.die();
}
