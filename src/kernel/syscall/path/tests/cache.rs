//! A process that has asked for a path before is told what the path leads to now.

use super::model::{Item, Model, Step, perform_as, step};
use super::races::together;
use super::*;
use crate::kernel::error::Result;
use crate::kernel::fs::Place;
use crate::kernel::fs::generation::CHANGES;
use crate::kernel::fs::path::existing;
use crate::kernel::machine::{Kernel, Limits};
use crate::kernel::permission::{Check, FileOps, Policy};
use crate::kernel::process::{Current, StringList};
use crate::kernel::testing::process;
use core::sync::atomic::{AtomicU64, Ordering};
use proptest::prelude::*;
use std::thread;

fn kernel_over(vfs: Vfs, policy: Policy) -> Arc<Kernel> {
    Kernel::with_policy(vfs, Limits::default(), StringList::default(), policy)
}

fn kernel() -> Arc<Kernel> {
    let vfs = crate::kernel::fs::tree::in_memory(64 << 20).unwrap();
    kernel_over(vfs, Policy::ALLOW_ALL)
}

fn hits(current: &Current) -> u64 {
    current.paths.with(current.owner(), |paths| paths.hits())
}

fn make(current: &Current, path: &str) {
    let flags = OpenFlags::O_CREAT | OpenFlags::O_EXCL | OpenFlags::O_WRONLY;
    open_file(current, Base::Cwd, path.as_bytes(), flags, 0o666).unwrap();
}

fn make_directory(current: &Current, path: &str) {
    mkdir(current, Base::Cwd, path.as_bytes(), 0o755).unwrap();
}

fn make_link(current: &Current, target: &str, path: &str) {
    symlink(current, target.as_bytes(), Base::Cwd, path.as_bytes()).unwrap();
}

fn move_to(current: &Current, from: &str, to: &str) {
    rename(current, Base::Cwd, from.as_bytes(), Base::Cwd, to.as_bytes()).unwrap();
}

fn remove(current: &Current, path: &str) {
    unlink(current, Base::Cwd, path.as_bytes()).unwrap();
}

fn set_mode(current: &Current, path: &str, mode: u32) {
    chmod(current, Base::Cwd, path.as_bytes(), mode, Follow::Yes).unwrap();
}

fn place_at(current: &Current, path: &str) -> Place {
    existing(
        &current.into(),
        Base::Cwd,
        path.as_bytes(),
        Follow::Yes,
        FileOps::empty(),
    )
    .unwrap()
}

/// What can be told apart about a file.
type Seen = core::result::Result<(u64, u64), Errno>;

fn seen(result: Result<crate::kernel::fs::Stat>) -> Seen {
    result
        .map(|stat| (stat.dev, stat.ino))
        .map_err(|error| error.errno)
}

fn look(current: &Current, base: Base<'_>, path: &str, follow: Follow) -> Seen {
    seen(stat(current, base, path.as_bytes(), follow))
}

/// The same by a walk: as the process, but not on its thread as far as the call knows.
fn walk(current: &Current, base: Base<'_>, path: &str, follow: Follow) -> Seen {
    seen(stat(&**current, base, path.as_bytes(), follow))
}

/// Looks until the answer comes from the cache. Other tests change trees of theirs meanwhile, which makes this one's cache worthless too.
fn warm(current: &Current, base: Base<'_>, path: &str, follow: Follow) -> Seen {
    let before = hits(current);
    loop {
        let answer = look(current, base, path, follow);
        if hits(current) > before {
            return answer;
        }
        assert!(answer.is_ok(), "{path}");
        thread::yield_now();
    }
}

/// A path that somebody has asked for, and a change after which it leads elsewhere.
struct Case {
    about: &'static str,
    prepare: fn(&Current),
    path: &'static str,
    change: fn(&Current),
    /// What is seen then: an errno, or another file.
    then: Option<Errno>,
}

const CASES: &[Case] = &[
    Case {
        about: "its last name is removed",
        prepare: |_| {},
        path: "/d/f",
        change: |by| remove(by, "/d/f"),
        then: Some(Errno::ENOENT),
    },
    Case {
        about: "it is removed and made anew",
        prepare: |_| {},
        path: "/d/f",
        change: |by| {
            remove(by, "/d/f");
            make(by, "/d/f");
        },
        then: None,
    },
    Case {
        about: "it is moved away",
        prepare: |_| {},
        path: "/d/f",
        change: |by| move_to(by, "/d/f", "/d/g"),
        then: Some(Errno::ENOENT),
    },
    Case {
        about: "another is moved over it",
        prepare: |_| {},
        path: "/d/f",
        change: |by| move_to(by, "/e/f", "/d/f"),
        then: None,
    },
    Case {
        about: "one name of two is removed and given to another file",
        prepare: |by| link(by, Base::Root, b"/d/f", Follow::No, Base::Root, b"/d/twin").unwrap(),
        path: "/d/twin",
        change: |by| {
            remove(by, "/d/twin");
            link(by, Base::Root, b"/e/f", Follow::No, Base::Root, b"/d/twin").unwrap();
        },
        then: None,
    },
    Case {
        about: "a directory is removed that somebody is in",
        prepare: |_| {},
        path: "/d/cwd/",
        change: |by| rmdir(by, Base::Root, b"/d/cwd").unwrap(),
        then: Some(Errno::ENOENT),
    },
    Case {
        about: "its directory is moved",
        prepare: |_| {},
        path: "/d/f",
        change: |by| move_to(by, "/d", "/moved"),
        then: Some(Errno::ENOENT),
    },
    Case {
        about: "its directory changes places with another",
        prepare: |_| {},
        path: "/d/f",
        change: |by| {
            move_to(by, "/d", "/moved");
            move_to(by, "/e", "/d");
        },
        then: None,
    },
    Case {
        about: "a directory on the way up is moved",
        prepare: |by| make_directory(by, "/d/sub"),
        path: "/d/sub/../f",
        change: |by| move_to(by, "/d/sub", "/e/sub"),
        then: Some(Errno::ENOENT),
    },
    Case {
        about: "the current directory is moved under another",
        prepare: |_| {},
        path: "../f",
        change: |by| move_to(by, "/d/cwd", "/e/cwd"),
        then: None,
    },
    Case {
        about: "the current directory is removed and made anew",
        prepare: |by| make(by, "/d/cwd/f"),
        path: "f",
        change: |by| {
            remove(by, "/d/cwd/f");
            rmdir(by, Base::Root, b"/d/cwd").unwrap();
            make_directory(by, "/d/cwd");
            make(by, "/d/cwd/f");
        },
        then: Some(Errno::ENOENT),
    },
    Case {
        about: "a link at the end is exchanged",
        prepare: |by| make_link(by, "d/f", "/link"),
        path: "/link",
        change: |by| {
            make_link(by, "e/f", "/link.new");
            move_to(by, "/link.new", "/link");
        },
        then: None,
    },
    Case {
        about: "a link in the middle is made anew",
        prepare: |by| make_link(by, "/d", "/link"),
        path: "/link/f",
        change: |by| {
            remove(by, "/link");
            make_link(by, "/e", "/link");
        },
        then: None,
    },
    Case {
        about: "what a link led to is gone",
        prepare: |by| make_link(by, "d/f", "/link"),
        path: "/link",
        change: |by| remove(by, "/d/f"),
        then: Some(Errno::ENOENT),
    },
    Case {
        about: "a file system is mounted on its directory",
        prepare: |_| {},
        path: "/d/f",
        change: |by| {
            let on = place_at(by, "/d");
            by.kernel().vfs.mount(on, MemFs::new(1 << 20)).unwrap();
            make(by, "/d/f");
        },
        then: None,
    },
    Case {
        about: "its file system is unmounted",
        prepare: |by| {
            let on = place_at(by, "/e");
            by.kernel().vfs.mount(on, MemFs::new(1 << 20)).unwrap();
            make(by, "/e/f");
            // It outlives its mount.
            let open = open_file(by, Base::Root, b"/e/f", OpenFlags::empty(), 0).unwrap();
            let flags = crate::kernel::process::FdFlags::empty();
            by.fds.install(by.owner(), open, flags).unwrap();
        },
        path: "/e/f",
        change: |by| by.kernel().vfs.unmount(&place_at(by, "/e")).unwrap(),
        then: None,
    },
];

/// The files that all cases start with.
fn furnish(current: &Current) {
    ["/d", "/e", "/d/cwd"]
        .into_iter()
        .for_each(|path| make_directory(current, path));
    ["/d/f", "/e/f"].into_iter().for_each(|path| make(current, path));
}

#[test]
fn what_is_known_of_a_path_ends_with_a_change() {
    for case in CASES {
        // Who changes it: the one who looks, or another.
        for by_another in [false, true] {
            let kernel = kernel();
            let (own, other) = (process(&kernel), process(&kernel));
            furnish(&own);
            (case.prepare)(&own);
            for current in [&own, &other] {
                chdir(current, b"/d/cwd").unwrap();
            }
            let before = warm(&own, Base::Cwd, case.path, Follow::Yes);
            assert_eq!(warm(&other, Base::Cwd, case.path, Follow::Yes), before);
            (case.change)(if by_another { &other } else { &own });
            let about = case.about;
            for current in [&own, &other] {
                let now = look(current, Base::Cwd, case.path, Follow::Yes);
                assert_eq!(now, walk(current, Base::Cwd, case.path, Follow::Yes), "{about}");
                assert_eq!(now.err(), case.then, "{about}");
                assert_ne!(now, before, "{about}");
                // And what it leads to now is kept as well.
                if now.is_ok() {
                    assert_eq!(warm(current, Base::Cwd, case.path, Follow::Yes), now, "{about}");
                }
            }
        }
    }
}

#[test]
fn who_may_not_search_a_directory_any_more_is_told_so() {
    type Change = fn(&Current);
    let changes: [(&str, Change); 4] = [
        ("chmod", |root| set_mode(root, "/d", 0o700)),
        ("fchmod", |root| {
            let file = open_file(root, Base::Root, b"/d", OpenFlags::O_DIRECTORY, 0).unwrap();
            fchmod(root, &file, 0o700).unwrap();
        }),
        ("chown", |root| {
            set_mode(root, "/d", 0o070);
            chown(root, Base::Root, b"/d", None, Some(0), Follow::Yes).unwrap();
        }),
        ("the mode of a directory above", |root| {
            move_to(root, "/d", "/e/d");
            make_link(root, "/e/d", "/d");
            set_mode(root, "/e", 0);
        }),
    ];
    for (about, change) in changes {
        let kernel = kernel();
        let (root, user) = (process(&kernel), process(&kernel));
        furnish(&root);
        chown(&root, Base::Root, b"/d", None, Some(20), Follow::Yes).unwrap();
        user.set_ids(10, 20);
        for current in [&root, &user] {
            warm(current, Base::Root, "d/f", Follow::Yes).unwrap();
        }
        change(&root);
        assert!(look(&root, Base::Root, "d/f", Follow::Yes).is_ok(), "{about}");
        assert_eq!(
            look(&user, Base::Root, "d/f", Follow::Yes),
            Err(Errno::EACCES),
            "{about}"
        );
    }
}

#[test]
fn another_user_in_the_same_process_asks_anew() {
    let kernel = kernel();
    let current = process(&kernel);
    furnish(&current);
    set_mode(&current, "/d", 0o700);
    warm(&current, Base::Root, "d/f", Follow::Yes).unwrap();
    current.set_ids(10, 10);
    assert_eq!(look(&current, Base::Root, "d/f", Follow::Yes), Err(Errno::EACCES));
}

#[test]
fn where_a_walk_starts_and_ends_is_part_of_the_question() {
    let kernel = kernel();
    let current = process(&kernel);
    furnish(&current);
    make(&current, "/d/cwd/f");
    make_link(&current, "/d/f", "/e/link");
    let open = |path: &[u8]| open_file(&current, Base::Root, path, OpenFlags::O_DIRECTORY, 0).unwrap();
    let (d, e) = (open(b"/d"), open(b"/e"));
    let ways = [
        (Base::Root, "/d/f", Follow::Yes),
        (Base::Root, "e/f", Follow::Yes),
        (Base::Dir(&d), "f", Follow::Yes),
        (Base::Dir(&e), "f", Follow::Yes),
        (Base::Cwd, "d/cwd/f", Follow::Yes),
        (Base::Root, "/e/link", Follow::Yes),
        (Base::Root, "/e/link", Follow::No),
        (Base::Root, "/d", Follow::Yes),
        (Base::Root, "/d/.", Follow::Yes),
        (Base::Root, "/", Follow::Yes),
    ];
    let mut answers = Vec::new();
    for (base, path, follow) in ways {
        let answer = warm(&current, base, path, follow);
        assert_eq!(answer, walk(&current, base, path, follow));
        answers.push(answer.unwrap());
    }
    let [d_f, e_f, by_d, by_e, in_cwd, followed, link, ..] = answers[..] else {
        unreachable!()
    };
    assert_eq!((d_f, e_f), (by_d, by_e));
    assert_eq!(followed, d_f);
    let different = [d_f, e_f, in_cwd, link];
    for (at, one) in different.iter().enumerate() {
        assert!(!different[..at].contains(one));
    }
    for (directory, answer) in [("/d", d_f), ("/e", e_f), ("/d/cwd", in_cwd)] {
        chdir(&current, directory.as_bytes()).unwrap();
        assert_eq!(warm(&current, Base::Cwd, "f", Follow::Yes), Ok(answer));
    }
    fchdir(&current, &d).unwrap();
    assert_eq!(look(&current, Base::Cwd, "f", Follow::Yes), Ok(d_f));
}

#[test]
fn attributes_are_those_of_now() {
    let kernel = kernel();
    let current = process(&kernel);
    furnish(&current);
    warm(&current, Base::Root, "/d/f", Follow::Yes).unwrap();
    // None of these makes anybody forget where paths lead.
    let before = CHANGES.get();
    truncate(&current, Base::Root, b"/d/f", 12_345).unwrap();
    set_mode(&current, "/d/f", 0o421);
    make(&current, "/d/new");
    make_link(&current, "f", "/d/link");
    link(&current, Base::Root, b"/d/f", Follow::No, Base::Root, b"/d/twin").unwrap();
    assert_eq!(CHANGES.get(), before);
    let stat = stat(&current, Base::Root, b"/d/f", Follow::Yes).unwrap();
    assert_eq!((stat.size, stat.mode), (12_345, 0o421));
    access(&current, Base::Root, b"/d/f", AccessMode::X_OK, Follow::Yes).unwrap();
}

#[test]
fn a_link_that_was_touched_tells_when_it_is_followed() {
    let kernel = kernel();
    let current = process(&kernel);
    furnish(&current);
    make_link(&current, "/d/f", "/link");
    let atime = || lstat(&current, Base::Root, b"/link").unwrap().atime_ns;
    warm(&current, Base::Root, "/link", Follow::Yes).unwrap();
    utimens(
        &current,
        Base::Root,
        b"/link",
        SetTime::At(1),
        SetTime::At(1),
        Follow::No,
    )
    .unwrap();
    assert_eq!(atime(), 1);
    look(&current, Base::Root, "/link", Follow::Yes).unwrap();
    assert!(atime() > 1);
}

#[test]
fn names_that_depend_on_who_asks_or_change_by_themselves_are_not_kept() {
    let kernel = kernel();
    let (current, other) = (process(&kernel), process(&kernel));
    furnish(&current);
    let file = open_file(&current, Base::Root, b"/d", OpenFlags::O_DIRECTORY, 0).unwrap();
    for at in [&current, &other] {
        let flags = crate::kernel::process::FdFlags::empty();
        at.fds
            .install_at(at.owner(), crate::kernel::process::Fd(0), file.clone(), flags)
            .unwrap();
    }
    make_link(&current, "/proc/self/cwd", "/here");
    for path in [
        "/proc",
        "/proc/self/stat",
        "/proc/self/cwd/d/f",
        "/proc/../d/f",
        "/here/d/f",
        "/dev/fd/0",
        "/dev/fd/0/f",
        "/dev/stdin",
        "/dev/tty",
        "/dev/../d/f",
    ] {
        for _ in 0..40 {
            look(&current, Base::Root, path, Follow::Yes).unwrap();
        }
        assert_eq!(hits(&current), 0, "{path}");
    }
    chdir(&current, b"/d").unwrap();
    let cwd = look(&current, Base::Root, "/here/", Follow::Yes);
    assert_ne!(cwd, look(&other, Base::Root, "/here/", Follow::Yes));
}

#[test]
fn permissions_by_path_are_looked_at_each_time() {
    let policy = Policy {
        fs: Check::Rules(vec![crate::kernel::permission::Rule {
            decision: crate::kernel::permission::Decision {
                allow: true,
                reason: None,
            },
            ops: Vec::new(),
            patterns: Vec::new(),
        }]),
        ..Policy::ALLOW_ALL
    };
    let kernel = kernel_over(crate::kernel::fs::tree::in_memory(1 << 20).unwrap(), policy);
    let current = process(&kernel);
    furnish(&current);
    for _ in 0..40 {
        look(&current, Base::Root, "/d/f", Follow::Yes).unwrap();
    }
    assert_eq!(hits(&current), 0);
}

#[test]
fn a_removed_file_gives_its_bytes_back_though_somebody_knew_its_path() {
    let fs = MemFs::new(64 << 20);
    let kernel = kernel_over(Vfs::new(fs.clone()), Policy::ALLOW_ALL);
    let (own, idle) = (process(&kernel), process(&kernel));
    let before = fs.used();
    let flags = OpenFlags::O_CREAT | OpenFlags::O_WRONLY;
    let file = open_file(&own, Base::Root, b"/big", flags, 0o666).unwrap();
    write_all(&file, &[1; 1 << 20]).unwrap();
    drop(file);
    for current in [&own, &idle] {
        warm(current, Base::Root, "/big", Follow::Yes).unwrap();
    }
    assert!(fs.used() > before + (1 << 20));
    remove(&own, "/big");
    assert_eq!(fs.used(), before);
}

#[test]
fn a_file_system_that_is_in_two_trees_is_changed_by_either() {
    let fs = MemFs::new(1 << 20);
    let page = Vfs::new(fs.clone());
    let kernels = [(); 2].map(|()| kernel_over(Vfs::new(fs.clone()), Policy::ALLOW_ALL));
    let [own, other] = [&kernels[0], &kernels[1]].map(process);
    furnish(&own);
    let first = warm(&own, Base::Root, "/d/f", Follow::Yes);
    assert_eq!(warm(&other, Base::Root, "/d/f", Follow::Yes), first);
    rename(Caller::page(&page), Base::Root, b"/e/f", Base::Root, b"/d/f").unwrap();
    let second = walk(&own, Base::Root, "/d/f", Follow::Yes);
    assert_ne!(second, first);
    for current in [&own, &other] {
        assert_eq!(look(current, Base::Root, "/d/f", Follow::Yes), second);
        warm(current, Base::Root, "/d/f", Follow::Yes).unwrap();
    }
    unlink(Caller::page(&page), Base::Root, b"/d/f").unwrap();
    for current in [&own, &other] {
        assert_eq!(look(current, Base::Root, "/d/f", Follow::Yes), Err(Errno::ENOENT));
    }
}

#[test]
fn a_process_that_has_ended_knows_no_paths() {
    let kernel = kernel();
    let (own, other) = (process(&kernel), process(&kernel));
    furnish(&own);
    let inode = place_at(&own, "/d/f").inode;
    let before = Arc::weak_count(&inode);
    warm(&other, Base::Root, "/d/f", Follow::Yes).unwrap();
    assert_eq!(Arc::weak_count(&inode), before + 1);
    other.decide_exit(0);
    other.die();
    assert_eq!(Arc::weak_count(&inode), before);
}

/// A file is exchanged over and over, each one greater than the one before. Whoever looks sees no file that is older than one that somebody has
/// seen before, by whichever way.
#[test]
fn nobody_sees_what_was_there_before_what_others_have_seen() {
    const ROUNDS: u64 = 3_000;
    let kernel = kernel();
    let done = AtomicU64::new(0);
    let begun = AtomicU64::new(0);
    let known = AtomicU64::new(0);
    make_directory(&process(&kernel), "/d");
    make(&process(&kernel), "/d/f");
    let found = AtomicU64::new(0);
    together(4, |number| {
        let current = process(&kernel);
        if number == 0 {
            for round in 1..=ROUNDS {
                make(&current, "/d/new");
                truncate(&current, Base::Root, b"/d/new", round).unwrap();
                begun.store(round, Ordering::SeqCst);
                move_to(&current, "/d/new", "/d/f");
                known.fetch_max(round, Ordering::SeqCst);
                // Long enough for the others to look more than once.
                while round % 16 == 0 && round + 1 < ROUNDS && found.swap(0, Ordering::SeqCst) == 0 {
                    thread::yield_now();
                }
            }
            done.store(1, Ordering::SeqCst);
            return;
        }
        while done.load(Ordering::SeqCst) == 0 {
            let least = known.load(Ordering::SeqCst);
            let size = match number {
                // One of them always walks.
                1 => stat(&*current, Base::Root, b"/d/f", Follow::Yes).unwrap().size,
                _ => stat(&current, Base::Root, b"/d/f", Follow::Yes).unwrap().size,
            };
            let most = begun.load(Ordering::SeqCst);
            assert!((least..=most).contains(&size), "{least} <= {size} <= {most}");
            known.fetch_max(size, Ordering::SeqCst);
            if number == 2 {
                found.fetch_add(u64::from(hits(&current) > 0), Ordering::SeqCst);
            }
        }
        assert!(number != 2 || hits(&current) > 0);
    });
}

/// All paths that the model's steps can make.
fn all_paths() -> Vec<String> {
    let below = |paths: &[String]| -> Vec<String> {
        let names = ["a", "b", "c"];
        paths
            .iter()
            .flat_map(|path| names.map(|name| format!("{path}/{name}")))
            .collect()
    };
    let first = below(&[String::new()]);
    let second = below(&first);
    let third = below(&second);
    [first, second, third].concat()
}

fn agrees(model: &Model, current: &Current, paths: &[String], after: &Step) {
    for path in paths {
        let found = stat(current, Base::Root, path.as_bytes(), Follow::Yes);
        let kind = found
            .map(|stat| stat.file_type == FileType::Directory)
            .map_err(|error| error.errno);
        let expected = model.item(path).map(|item| item == Item::Directory);
        assert_eq!(kind, expected, "{path} after {after:?}");
        assert_eq!(
            seen(found),
            walk(current, Base::Root, path, Follow::Yes),
            "{path} after {after:?}"
        );
    }
}

fn two_processes_agree_with_a_model(vfs: Vfs, mut model: Model, steps: &[Step]) {
    let kernel = kernel_over(vfs, Policy::ALLOW_ALL);
    let processes = [process(&kernel), process(&kernel)];
    let paths = all_paths();
    for (step, by) in steps.iter().zip([0, 1, 1, 0].into_iter().cycle()) {
        assert_eq!(
            perform_as((&processes[by]).into(), step),
            model.apply(step),
            "{step:?}"
        );
        for current in &processes {
            agrees(&model, current, &paths, step);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn two_processes_that_know_all_paths_agree_with_a_model(steps in prop::collection::vec(step(), 1..60)) {
        two_processes_agree_with_a_model(Tree::empty().vfs, Model::default(), &steps);
    }

    #[test]
    fn and_so_they_do_in_an_overlay(
        below in prop::collection::vec(step(), 1..40),
        steps in prop::collection::vec(step(), 1..60),
    ) {
        let (lower, mut model) = (Tree::empty(), Model::default());
        for step in &below {
            prop_assert_eq!(perform_as(lower.caller(), step), model.apply(step), "{:?}", step);
        }
        two_processes_agree_with_a_model(Tree::over(lower.fs.clone()).vfs, model, &steps);
    }
}
