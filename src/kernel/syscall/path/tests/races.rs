//! Several threads on one tree: nothing is lost, doubled or deadlocked.

use super::*;
use crate::kernel::error::Errno;
use std::thread;

/// Runs `work` on `count` threads, each with its number.
pub(super) fn together(count: usize, work: impl Fn(usize) + Sync) {
    thread::scope(|scope| {
        let work = &work;
        (0..count).for_each(|number| {
            scope.spawn(move || work(number));
        });
    });
}

#[test]
fn a_file_renamed_by_many_is_always_there_once() {
    let tree = Tree::empty();
    ["/a", "/b", "/a/sub"]
        .into_iter()
        .for_each(|path| tree.mkdir(path));
    tree.write("/a/f", b"the one");
    let places = ["/a/f", "/b/f", "/a/sub/f", "/f"];
    together(4, |number| {
        for round in 0..2_000 {
            let from = places[(number + round) % 4].as_bytes();
            let to = places[(number * 3 + round / 3 + 1) % 4].as_bytes();
            if let Err(error) = rename(tree.caller(), Base::Root, from, Base::Root, to) {
                assert_eq!(error.errno, Errno::ENOENT);
            }
        }
    });
    let there: Vec<_> = places.into_iter().filter(|path| tree.exists(path)).collect();
    assert_eq!(there.len(), 1);
    assert_eq!(tree.read(there[0]), b"the one");
    assert_eq!(
        lstat(tree.caller(), Base::Root, there[0].as_bytes())
            .unwrap()
            .nlink,
        1
    );
}

#[test]
fn directories_moved_into_each_other_never_form_a_loop() {
    let tree = Tree::empty();
    ["/a", "/b", "/c", "/a/x", "/b/y", "/c/z"]
        .into_iter()
        .for_each(|path| tree.mkdir(path));
    let moves = [
        ("/a", "/b/a"),
        ("/b", "/a/b"),
        ("/b/a", "/a"),
        ("/a/b", "/b"),
        ("/c", "/a/x/c"),
        ("/a/x/c", "/c"),
    ];
    together(4, |number| {
        for round in 0..3_000 {
            let (from, to) = moves[(number + round * 5) % moves.len()];
            if let Err(error) = rename(
                tree.caller(),
                Base::Root,
                from.as_bytes(),
                Base::Root,
                to.as_bytes(),
            ) {
                assert!(
                    matches!(error.errno, Errno::ENOENT | Errno::EINVAL | Errno::ENOTEMPTY),
                    "{error}"
                );
            }
        }
    });
    // Whatever order it came to, all six are reachable, once.
    let found = tree.snapshot();
    for name in ["a", "b", "c", "x", "y", "z"] {
        let here = found
            .iter()
            .filter(|line| line.split(' ').next().unwrap().ends_with(&format!("/{name}")));
        assert_eq!(here.count(), 1, "{name} in {found:?}");
    }
}

#[test]
fn makers_removers_and_renamers_of_directories_do_not_deadlock() {
    let tree = Tree::empty();
    ["/a", "/b"].into_iter().for_each(|path| tree.mkdir(path));
    together(4, |number| {
        for round in 0..2_000 {
            let (here, there) = if (number + round) % 2 == 0 {
                ("/a", "/b")
            } else {
                ("/b", "/a")
            };
            let (from, to) = (format!("{here}/d"), format!("{there}/d"));
            let (from, to) = (from.as_bytes(), to.as_bytes());
            let outcome = match number {
                0 => mkdir(tree.caller(), Base::Root, from, 0o755),
                1 => rmdir(tree.caller(), Base::Root, from),
                2 => open_file(
                    tree.caller(),
                    Base::Root,
                    &[from, b"/f"].concat(),
                    OpenFlags::O_CREAT,
                    0o644,
                )
                .map(drop)
                .and_then(|()| unlink(tree.caller(), Base::Root, &[from, b"/f"].concat())),
                _ => rename(tree.caller(), Base::Root, from, Base::Root, to),
            };
            if let Err(error) = outcome {
                assert!(
                    matches!(error.errno, Errno::ENOENT | Errno::EEXIST | Errno::ENOTEMPTY),
                    "{error}"
                );
            }
        }
    });
    for path in ["/a", "/b"] {
        let entries = tree.names(path).len() as u32;
        assert_eq!(
            lstat(tree.caller(), Base::Root, path.as_bytes()).unwrap().nlink,
            entries
        );
    }
}

#[test]
fn one_of_many_exclusive_creators_wins() {
    let tree = Tree::empty();
    for round in 0..200 {
        let path = format!("/f{round}");
        let won = core::sync::atomic::AtomicUsize::new(0);
        together(3, |_| {
            let flags = OpenFlags::O_CREAT | OpenFlags::O_EXCL | OpenFlags::O_WRONLY;
            match open_file(tree.caller(), Base::Root, path.as_bytes(), flags, 0o644) {
                Ok(_) => drop(won.fetch_add(1, core::sync::atomic::Ordering::Relaxed)),
                Err(error) => assert_eq!(error.errno, Errno::EEXIST),
            }
        });
        assert_eq!(won.into_inner(), 1);
    }
}

#[test]
fn appends_of_many_are_not_torn() {
    let tree = Tree::empty();
    tree.write("/log", b"");
    together(4, |number| {
        let file = tree.open("/log", OpenFlags::O_WRONLY | OpenFlags::O_APPEND);
        let line = [b'0' + number as u8; 40];
        (0..500).for_each(|_| write_all(&file, &line).unwrap());
    });
    let log = tree.read("/log");
    assert_eq!(log.len(), 4 * 500 * 40);
    assert!(
        log.chunks(40)
            .all(|line| line.iter().all(|byte| byte == &line[0]))
    );
}
