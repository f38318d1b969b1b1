//! What the calls on paths can't say of an overlay: layers, copies, whiteouts, a lower layer on the page. The POSIX cases and the model are
//! run on overlays in [`crate::kernel::syscall::path::tests`].

#![allow(clippy::disallowed_types)]

use super::shared::WORK;
use super::*;
use crate::kernel::error::{Block, Errno, Fault, Result, SysResult};
use crate::kernel::file::{OpenFile, OpenFlags};
use crate::kernel::fs::pagefs::tests::serve;
use crate::kernel::fs::pagefs::{FileCall, PageFs};
use crate::kernel::fs::{FileType, MemFs, Vfs, tree};
use crate::kernel::io::VecSink;
use crate::kernel::process::StringList;
use crate::kernel::question::{self, Answer, Request};
use crate::kernel::syscall::io::{read, write};
use crate::kernel::syscall::path::tests::{Tree, list_from, names, read_all, write_all};
use crate::kernel::syscall::path::*;
use crate::kernel::testing::{Page, process};
use crate::kernel::{Kernel, Limits};
use std::sync::Mutex;

/// Two directories with files, a link, and two names of one file.
fn lower() -> Tree {
    let tree = Tree::empty();
    ["/d", "/d/sub", "/e"]
        .into_iter()
        .for_each(|path| tree.mkdir(path));
    [("/d/a", "a"), ("/d/sub/b", "b"), ("/f", "file")]
        .into_iter()
        .for_each(|(path, bytes)| tree.write(path, bytes.as_bytes()));
    let (caller, root) = (tree.caller(), Base::Root);
    link(caller, root, b"/f", Follow::No, root, b"/e/twin").unwrap();
    symlink(caller, b"d/a", root, b"/link").unwrap();
    mknod(caller, root, b"/fifo", FileType::Fifo, 0o640).unwrap();
    let old = SetTime::At(1_000_000_007);
    for path in [
        "/d/a", "/d/sub/b", "/f", "/link", "/fifo", "/d/sub", "/d", "/e", "/",
    ] {
        utimens(caller, root, path.as_bytes(), old, old, Follow::No).unwrap();
    }
    tree
}

fn over(lower: &Tree) -> Tree {
    Tree::over(lower.fs.clone())
}

fn errno<T>(result: Result<T>) -> Option<Errno> {
    result.err().map(|error| error.errno)
}

fn stat_of(tree: &Tree, path: &str) -> crate::kernel::fs::Stat {
    lstat(tree.caller(), Base::Root, path.as_bytes()).unwrap()
}

fn append(tree: &Tree, path: &str, bytes: &[u8]) {
    let file = tree.open(path, OpenFlags::O_WRONLY | OpenFlags::O_APPEND);
    write_all(&file, bytes).unwrap();
}

#[test]
fn the_lower_layer_never_changes_and_the_upper_one_holds_what_did() {
    let lower = lower();
    let before = lower.snapshot();
    let tree = over(&lower);
    let (caller, root) = (tree.caller(), Base::Root);
    append(&tree, "/d/sub/b", b"+");
    unlink(caller, root, b"/d/a").unwrap();
    rename(caller, root, b"/d", root, b"/moved").unwrap();
    chmod(caller, root, b"/e", 0o700, Follow::Yes).unwrap();
    tree.write("/new", b"new");
    assert_eq!(lower.snapshot(), before);
    let upper = Vfs::new(tree.fs.clone());
    let page = Caller::page(&upper);
    for (path, there) in [
        ("/moved/sub/b", true),
        ("/new", true),
        ("/e", true),
        ("/f", false),
        ("/e/twin", false),
        ("/d", false),
    ] {
        assert_eq!(lstat(page, root, path.as_bytes()).is_ok(), there, "{path}");
    }
    assert_eq!(tree.read("/moved/sub/b"), b"b+");
    assert_eq!(tree.names("/moved"), [".", "..", "sub"]);
}

#[test]
fn a_copy_keeps_number_attributes_and_its_directory_s_times() {
    let lower = lower();
    let tree = over(&lower);
    let paths = ["/", "/d", "/d/sub", "/d/sub/b", "/link", "/fifo", "/f"];
    chown(
        lower.caller(),
        Base::Root,
        b"/d/sub",
        Some(7),
        Some(8),
        Follow::Yes,
    )
    .unwrap();
    let before: Vec<_> = paths.iter().map(|path| stat_of(&tree, path)).collect();
    append(&tree, "/d/sub/b", b"+");
    for path in ["/link", "/fifo"] {
        chown(
            tree.caller(),
            Base::Root,
            path.as_bytes(),
            Some(3),
            None,
            Follow::No,
        )
        .unwrap();
    }
    chmod(tree.caller(), Base::Root, b"/f", 0o600, Follow::Yes).unwrap();
    for (path, before) in paths.iter().zip(&before) {
        let now = stat_of(&tree, path);
        assert_eq!(
            (now.ino, now.dev, now.nlink),
            (before.ino, before.dev, before.nlink),
            "{path}"
        );
        assert_eq!((now.file_type, now.gid), (before.file_type, before.gid), "{path}");
        if *path != "/d/sub/b" {
            assert_eq!((now.mtime_ns, now.size), (before.mtime_ns, before.size), "{path}");
        }
    }
    assert_eq!(
        (stat_of(&tree, "/d/sub").uid, stat_of(&tree, "/f").mode),
        (7, 0o600)
    );
    assert_eq!(&*readlink(tree.caller(), Base::Root, b"/link").unwrap(), b"d/a");
}

#[test]
fn files_that_were_open_before_a_copy_read_and_write_the_copy() {
    let lower = lower();
    let tree = over(&lower);
    let reader = tree.open("/d/a", OpenFlags::empty());
    let writer = tree.open("/d/a", OpenFlags::O_RDWR);
    write_all(&writer, b"changed").unwrap();
    assert_eq!(read_all(&reader), b"changed");
    assert_eq!(reader.stat().ino, writer.stat().ino);
    unlink(tree.caller(), Base::Root, b"/d/a").unwrap();
    assert_eq!((reader.stat().nlink, writer.stat().nlink), (0, 0));
    write_all(&writer, b" and on").unwrap();
    assert_eq!(read_all(&reader), b" and on");
    tree.write("/d/a", b"another");
    assert_ne!(stat_of(&tree, "/d/a").ino, reader.stat().ino);
    assert_eq!(lower.read("/d/a"), b"a");
}

#[test]
fn an_unlinked_file_of_the_lower_layer_can_be_changed_by_who_has_it_open() {
    let lower = lower();
    let tree = over(&lower);
    tree.write("/new", b"");
    let before = tree.fs.used();
    let file = tree.open("/d/sub/b", OpenFlags::empty());
    unlink(tree.caller(), Base::Root, b"/d/sub/b").unwrap();
    let taken = tree.fs.used();
    fchmod(tree.caller(), &file, 0o600).unwrap();
    assert_eq!((file.stat().mode, file.stat().nlink), (0o600, 0));
    assert_eq!(read_all(&file), b"b");
    assert!(!tree.exists("/d/sub/b"));
    assert_eq!(
        errno(link(
            tree.caller(),
            Base::Root,
            b"/d/sub/b",
            Follow::No,
            Base::Root,
            b"/back"
        )),
        Some(Errno::ENOENT)
    );
    drop(file);
    // The directories were copied up, whose times changed; the file's copy is gone.
    assert!(taken >= before);
    let work = tree.fs.root().lookup(WORK, None);
    if let Ok(work) = work {
        assert_eq!(work.stat().size, 40, "a copy was left behind");
    }
}

#[test]
fn hard_links_of_the_lower_layer_stay_one_file() {
    for first in ["/f", "/e/twin"] {
        let lower = lower();
        let tree = over(&lower);
        let other = if first == "/f" { "/e/twin" } else { "/f" };
        let ino = stat_of(&tree, other).ino;
        append(&tree, first, b"+");
        assert_eq!(tree.read(other), b"file+", "{first}");
        let (a, b) = (stat_of(&tree, first), stat_of(&tree, other));
        assert_eq!((a.ino, a.nlink, b.ino, b.nlink), (ino, 2, ino, 2), "{first}");
        let (caller, root) = (tree.caller(), Base::Root);
        link(caller, root, other.as_bytes(), Follow::No, root, b"/third").unwrap();
        assert_eq!(stat_of(&tree, first).nlink, 3);
        rename(caller, root, other.as_bytes(), root, b"/fourth").unwrap();
        append(&tree, "/fourth", b"+");
        assert_eq!(tree.read(first), b"file++");
        for (path, left) in [(first, 2), ("/third", 1)] {
            unlink(caller, root, path.as_bytes()).unwrap();
            assert_eq!(stat_of(&tree, "/fourth").nlink, left, "{path}");
        }
        assert_eq!(stat_of(&tree, "/fourth").ino, ino);
        assert_eq!(
            (lower.read("/f"), lower.read("/e/twin")),
            (b"file".to_vec(), b"file".to_vec())
        );
        unlink(caller, root, b"/fourth").unwrap();
        assert_eq!(tree.fs.root().lookup(WORK, None).unwrap().stat().size, 40);
    }
}

#[test]
fn a_fifo_is_one_pipe_before_and_after_it_is_copied() {
    let tree = over(&lower());
    let reader = tree.open("/fifo", OpenFlags::O_NONBLOCK);
    chmod(tree.caller(), Base::Root, b"/fifo", 0o600, Follow::Yes).unwrap();
    let writer = tree.open("/fifo", OpenFlags::O_WRONLY | OpenFlags::O_NONBLOCK);
    write_all(&writer, b"through").unwrap();
    assert_eq!(reader.try_read(&mut VecSink::new(9)), Ok(7));
}

#[test]
fn what_was_removed_stays_away_and_can_be_made_again() {
    let tree = over(&lower());
    let (caller, root) = (tree.caller(), Base::Root);
    assert_eq!(errno(rmdir(caller, root, b"/d")), Some(Errno::ENOTEMPTY));
    for path in ["/d/a", "/d/sub/b"] {
        unlink(caller, root, path.as_bytes()).unwrap();
        assert_eq!(errno(unlink(caller, root, path.as_bytes())), Some(Errno::ENOENT));
    }
    assert_eq!(stat_of(&tree, "/d").nlink, 3);
    let held = tree.open("/d/sub", OpenFlags::O_DIRECTORY);
    rmdir(caller, root, b"/d/sub").unwrap();
    assert_eq!((held.stat().nlink, stat_of(&tree, "/d").nlink), (0, 2));
    assert!(list_from(&tree, &held, 0).is_empty());
    assert_eq!(
        errno(mkdir(caller, Base::Dir(&held), b"x", 0o755)),
        Some(Errno::ENOENT)
    );
    rmdir(caller, root, b"/d").unwrap();
    assert!(!tree.exists("/d"));
    // Not merged with what was there.
    tree.mkdir("/d");
    assert_eq!(tree.names("/d"), [".", ".."]);
    tree.write("/d/sub", b"a file now");
    assert_eq!(tree.names("/d"), [".", "..", "sub"]);
    // A directory where a file was, and the other way round.
    unlink(caller, root, b"/f").unwrap();
    tree.mkdir("/f");
    assert_eq!(stat_of(&tree, "/f").file_type, FileType::Directory);
    assert_eq!(tree.names("/"), [".", "..", "d", "e", "f", "fifo", "link"]);
}

#[test]
fn merged_directories_move_with_all_that_is_in_them() {
    let tree = over(&lower());
    let (caller, root) = (tree.caller(), Base::Root);
    let ino = stat_of(&tree, "/d/sub").ino;
    let held = tree.open("/d/sub", OpenFlags::O_DIRECTORY);
    tree.write("/d/own", b"own");
    rename(caller, root, b"/d", root, b"/e/d").unwrap();
    assert_eq!(tree.names("/e/d"), [".", "..", "a", "own", "sub"]);
    assert_eq!(
        (tree.read("/e/d/sub/b"), stat_of(&tree, "/e/d/sub").ino),
        (b"b".to_vec(), ino)
    );
    let place = tree.vfs.place_of_directory(&held).unwrap();
    assert_eq!(tree.vfs.path_of(&place).unwrap(), b"/e/d/sub");
    // Another one in its old place, then back over it.
    tree.mkdir("/d");
    assert_eq!(tree.names("/d"), [".", ".."]);
    rename(caller, root, b"/e/d", root, b"/d").unwrap();
    assert_eq!(tree.names("/d"), [".", "..", "a", "own", "sub"]);
    assert_eq!(tree.names("/e"), [".", "..", "twin"]);
    assert_eq!(tree.read("/d/a"), b"a");
    assert_eq!(
        errno(rename(caller, root, b"/d", root, b"/d/sub/in")),
        Some(Errno::EINVAL)
    );
    assert_eq!(
        errno(rename(caller, root, b"/d/a", root, b"/d")),
        Some(Errno::ENOTEMPTY)
    );
}

#[test]
fn a_listing_tells_each_name_once_whatever_is_copied_meanwhile() {
    let lower = Tree::empty();
    lower.mkdir("/d");
    (0..300).for_each(|at| lower.write(&format!("/d/n{at}"), b""));
    let tree = over(&lower);
    (300..400).for_each(|at| tree.write(&format!("/d/n{at}"), b""));
    let directory = tree.open("/d", OpenFlags::O_DIRECTORY);
    let mut told = Vec::new();
    let mut cookie = 0;
    loop {
        let mut piece = Vec::new();
        read_dir(tree.caller(), &directory, cookie, |entry| {
            piece.push(entry);
            piece.len() < 7
        })
        .unwrap();
        let Some(last) = piece.last() else { break };
        cookie = last.next_cookie;
        told.extend(names(&piece));
        // Copies some that were told and some that were not.
        let at = told.len() % 300;
        for at in [at, 299 - at] {
            chmod(
                tree.caller(),
                Base::Root,
                format!("/d/n{at}").as_bytes(),
                0o600,
                Follow::Yes,
            )
            .unwrap();
        }
    }
    told.sort();
    let mut expected: Vec<String> = (0..400).map(|at| format!("n{at}")).collect();
    expected.extend([".".into(), "..".into()]);
    expected.sort();
    assert_eq!(told, expected);
    for entry in tree.list("/d") {
        let name = String::from_utf8(entry.name.to_vec()).unwrap();
        let stat = stat_of(&tree, &format!("/d/{name}"));
        assert_eq!((stat.ino, stat.file_type), (entry.ino, entry.file_type), "{name}");
    }
}

#[test]
fn a_full_upper_layer_refuses_and_takes_no_damage() {
    let lower = lower();
    lower.write("/d/big", &vec![7; 3 << 20]);
    let tree = over(&lower);
    let (caller, root) = (tree.caller(), Base::Root);
    chmod(caller, root, b"/d", 0o755, Follow::Yes).unwrap();
    tree.fs.set_limit(1 << 20);
    let (before, used) = (tree.snapshot(), tree.fs.used());
    let no_space = |result: Result<()>| assert_eq!(errno(result), Some(Errno::ENOSPC));
    no_space(chmod(caller, root, b"/d/big", 0o600, Follow::Yes));
    no_space(open_file(caller, root, b"/d/big", OpenFlags::O_WRONLY, 0).map(drop));
    no_space(rename(caller, root, b"/d/big", root, b"/big"));
    no_space(link(caller, root, b"/d/big", Follow::No, root, b"/big"));
    no_space(truncate(caller, root, b"/d/big", 2 << 20));
    assert_eq!((tree.snapshot(), tree.fs.used()), (before, used));
    assert_eq!(tree.read("/d/big"), vec![7; 3 << 20]);
    // No more is copied than is kept.
    truncate(caller, root, b"/d/big", 1000).unwrap();
    assert_eq!(tree.read("/d/big"), vec![7; 1000]);
    // Without any room files can still be removed.
    tree.fs.set_limit(0);
    for path in ["/d/big", "/d/sub/b", "/f"] {
        unlink(caller, root, path.as_bytes()).unwrap();
    }
    rmdir(caller, root, b"/d/sub").unwrap();
    assert_eq!(tree.names("/d"), [".", "..", "a"]);
    no_space(mkdir(caller, root, b"/e/new", 0o755));
}

#[test]
fn holes_are_not_copied() {
    let lower = Tree::empty();
    let file = lower.open("/f", OpenFlags::O_RDWR | OpenFlags::O_CREAT);
    file.try_pwrite(10 << 20, &mut &b"x"[..]).unwrap();
    ftruncate(lower.caller(), &file, 20 << 20).unwrap();
    let tree = over(&lower);
    append(&tree, "/f", b"end");
    assert!(tree.fs.used() < 1 << 20, "{}", tree.fs.used());
    let bytes = tree.read("/f");
    assert_eq!((bytes.len(), bytes[10 << 20]), ((20 << 20) + 3, b'x'));
    assert_eq!(bytes.iter().filter(|&&byte| byte != 0).count(), 4);
}

#[test]
fn the_overlay_s_own_directory_is_nobody_s() {
    let tree = over(&lower());
    let (caller, root) = (tree.caller(), Base::Root);
    append(&tree, "/d/a", b"+");
    assert!(tree.fs.root().lookup(WORK, None).is_ok());
    let path = [b"/", WORK].concat();
    assert_eq!(errno(lstat(caller, root, &path)), Some(Errno::ENOENT));
    assert_eq!(errno(mkdir(caller, root, &path, 0o755)), Some(Errno::EPERM));
    assert_eq!(
        errno(rename(caller, root, b"/d", root, &path)),
        Some(Errno::EPERM)
    );
    assert_eq!(tree.names("/"), [".", "..", "d", "e", "f", "fifo", "link"]);
    assert_eq!(stat_of(&tree, "/").nlink, 4);
}

#[test]
fn an_upper_layer_with_files_in_it_is_merged_by_name() {
    let (lower, upper) = (lower(), MemFs::new(1 << 20));
    {
        let before = Vfs::new(upper.clone());
        let page = Caller::page(&before);
        for path in ["/d", "/d/mine"] {
            mkdir(page, Base::Root, path.as_bytes(), 0o755).unwrap();
        }
        let flags = OpenFlags::O_WRONLY | OpenFlags::O_CREAT;
        let file = open_file(page, Base::Root, b"/d/a", flags, 0o644).unwrap();
        write_all(&file, b"upper").unwrap();
    }
    let tree = Tree {
        vfs: Vfs::new(OverlayFs::new(lower.fs.clone(), upper.clone())),
        fs: upper,
    };
    assert_eq!(tree.names("/d"), [".", "..", "a", "mine", "sub"]);
    assert_eq!(
        (tree.read("/d/a"), stat_of(&tree, "/d").nlink),
        (b"upper".to_vec(), 4)
    );
    unlink(tree.caller(), Base::Root, b"/d/a").unwrap();
    assert_eq!(tree.names("/d"), [".", "..", "mine", "sub"]);
}

#[test]
fn an_overlay_is_a_lower_layer_too() {
    let bottom = lower();
    let middle = OverlayFs::new(bottom.fs.clone(), MemFs::new(1 << 20));
    let top = MemFs::new(1 << 20);
    let tree = Tree {
        vfs: Vfs::new(OverlayFs::new(middle.clone(), top.clone())),
        fs: top,
    };
    append(&tree, "/d/a", b"+");
    rename(tree.caller(), Base::Root, b"/d", Base::Root, b"/g").unwrap();
    assert_eq!(tree.read("/g/a"), b"a+");
    assert_eq!(tree.names("/g"), [".", "..", "a", "sub"]);
    let below = Vfs::new(middle);
    assert!(lstat(Caller::page(&below), Base::Root, b"/d/sub/b").is_ok());
}

#[test]
fn a_read_only_tree_says_so_at_every_change() {
    let lower = lower();
    let before = lower.snapshot();
    let vfs = Vfs::new(ReadOnlyFs::new(lower.fs.clone()));
    let (caller, root) = (Caller::page(&vfs), Base::Root);
    let open = |path: &[u8], flags| open_file(caller, root, path, flags, 0o644);
    let now = SetTime::Now;
    for (what, result) in [
        ("write", open(b"/f", OpenFlags::O_WRONLY).map(drop)),
        (
            "append",
            open(b"/f", OpenFlags::O_RDWR | OpenFlags::O_APPEND).map(drop),
        ),
        ("cut", open(b"/f", OpenFlags::O_TRUNC).map(drop)),
        ("make", open(b"/new", OpenFlags::O_CREAT).map(drop)),
        ("mkdir", mkdir(caller, root, b"/new", 0o755)),
        ("mkfifo", mknod(caller, root, b"/new", FileType::Fifo, 0o644)),
        ("symlink", symlink(caller, b"x", root, b"/new")),
        ("link", link(caller, root, b"/f", Follow::No, root, b"/new")),
        ("unlink", unlink(caller, root, b"/f")),
        ("rename", rename(caller, root, b"/f", root, b"/new")),
        ("chmod", chmod(caller, root, b"/f", 0o600, Follow::Yes)),
        (
            "chmod of a directory",
            chmod(caller, root, b"/d", 0o700, Follow::Yes),
        ),
        ("chown", chown(caller, root, b"/f", Some(1), None, Follow::Yes)),
        ("utimens", utimens(caller, root, b"/f", now, now, Follow::Yes)),
        ("truncate", truncate(caller, root, b"/f", 0)),
    ] {
        assert_eq!(errno(result), Some(Errno::EROFS), "{what}");
    }
    // What can't be done anywhere says why, as on Linux.
    assert_eq!(errno(mkdir(caller, root, b"/d", 0o755)), Some(Errno::EEXIST));
    assert_eq!(errno(unlink(caller, root, b"/missing")), Some(Errno::ENOENT));
    assert_eq!(errno(rmdir(caller, root, b"/d")), Some(Errno::ENOTEMPTY));
    assert_eq!(read_all(&open(b"/d/a", OpenFlags::empty()).unwrap()), b"a");
    let statfs = statfs(caller, root, b"/").unwrap();
    assert_eq!(statfs.fs_type, 0x0102_1994);
    assert_eq!(lower.snapshot(), before);
}

#[test]
fn statfs_tells_of_the_upper_layer() {
    let tree = over(&lower());
    let told = statfs(tree.caller(), Base::Root, b"/d/a").unwrap();
    assert_eq!((told.fs_type, told.bsize * told.blocks), (0x794c_7630, 64 << 20));
}

#[test]
fn many_who_open_one_file_for_writing_make_one_copy() {
    let lower = lower();
    let tree = over(&lower);
    std::thread::scope(|scope| {
        for number in 0..4u8 {
            let tree = &tree;
            scope.spawn(move || {
                for _ in 0..200 {
                    append(tree, "/d/sub/b", &[b'0' + number; 10]);
                }
            });
        }
    });
    let bytes = tree.read("/d/sub/b");
    assert_eq!(bytes.len(), 1 + 4 * 200 * 10);
    assert!(
        bytes[1..]
            .chunks(10)
            .all(|line| line.iter().all(|byte| *byte == line[0]))
    );
    assert_eq!(tree.fs.root().lookup(WORK, None).unwrap().stat().size, 40);
}

#[test]
fn renames_of_many_neither_lose_nor_double_a_file() {
    let tree = over(&lower());
    let places = ["/d/a", "/e/a", "/d/sub/a", "/a"];
    std::thread::scope(|scope| {
        for number in 0..3 {
            let tree = &tree;
            scope.spawn(move || {
                for round in 0..500 {
                    let from = places[(number + round) % 4].as_bytes();
                    let to = places[(number * 3 + round / 3 + 1) % 4].as_bytes();
                    if let Err(error) = rename(tree.caller(), Base::Root, from, Base::Root, to) {
                        assert_eq!(error.errno, Errno::ENOENT);
                    }
                }
            });
        }
    });
    let there: Vec<_> = places.into_iter().filter(|path| tree.exists(path)).collect();
    assert_eq!(there.len(), 1, "{there:?}");
    assert_eq!(tree.read(there[0]), b"a");
    assert_eq!(stat_of(&tree, there[0]).nlink, 1);
}

#[test]
fn directories_are_copied_up_and_let_go_however_deep() {
    let lower = Tree::empty();
    let mut below = lower.open("/", OpenFlags::O_DIRECTORY);
    const DEPTH: usize = 5_000;
    for _ in 0..DEPTH {
        mkdir(lower.caller(), Base::Dir(&below), b"d", 0o755).unwrap();
        below = open_file(lower.caller(), Base::Dir(&below), b"d", OpenFlags::O_DIRECTORY, 0).unwrap();
    }
    let tree = over(&lower);
    let mut at: Arc<OpenFile> = tree.open("/", OpenFlags::O_DIRECTORY);
    for _ in 0..DEPTH {
        at = open_file(tree.caller(), Base::Dir(&at), b"d", OpenFlags::O_DIRECTORY, 0).unwrap();
    }
    let flags = OpenFlags::O_CREAT | OpenFlags::O_WRONLY;
    open_file(tree.caller(), Base::Dir(&at), b"f", flags, 0o644).unwrap();
    assert_eq!(names(&list_from(&tree, &at, 0)), [".", "..", "f"]);
    drop(tree);
    drop(at);
}

#[test]
fn a_process_that_is_to_die_copies_no_further() {
    let lower = lower();
    lower.write("/big", &vec![1; 1 << 20]);
    let upper = MemFs::new(64 << 20);
    let vfs = Vfs::new(OverlayFs::new(lower.fs.clone(), upper.clone()));
    let kernel = Kernel::new(vfs, Limits::default(), StringList::default());
    let current = process(&kernel);
    open_file(&current, Base::Cwd, b"/d/a", OpenFlags::O_WRONLY, 0).unwrap();
    let used = upper.used();
    current.word().kill();
    assert_eq!(
        errno(open_file(&current, Base::Cwd, b"/big", OpenFlags::O_WRONLY, 0)),
        Some(Errno::EINTR)
    );
    assert_eq!(upper.used(), used);
    current.die();
}

/// A kernel with an overlay over a page's file system at `/mnt`, and the questions that were asked.
struct Machine {
    current: crate::kernel::process::Current,
    behind: Arc<Vfs>,
    upper: Arc<MemFs>,
    asked: Arc<Mutex<Vec<FileCall>>>,
    _page: Page,
}

fn machine() -> Machine {
    let kernel = Kernel::new(
        tree::in_memory(1 << 20).unwrap(),
        Limits::default(),
        StringList::default(),
    );
    let page = Caller::page(&kernel.vfs);
    mkdir(page, Base::Root, b"/mnt", 0o755).unwrap();
    let upper = MemFs::new(64 << 20);
    let overlay = OverlayFs::new(PageFs::new(7, &[]), upper.clone());
    let on = place(page, Base::Root, b"/mnt").unwrap();
    kernel.vfs.mount(on, overlay).unwrap();
    let behind = Arc::new(Vfs::new(lower().fs));
    let asked = Arc::new(Mutex::new(Vec::new()));
    let (files, log) = (behind.clone(), asked.clone());
    let page = Page::new(&kernel, move |request| match request {
        Request::File(7, call) => {
            log.lock().unwrap().push(call.clone());
            Answer::Reply(serve(&files, call))
        }
        other => panic!("{other:?}"),
    });
    Machine {
        current: process(&kernel),
        behind,
        upper,
        asked,
        _page: page,
    }
}

impl Machine {
    fn call<T>(&self, call: impl FnMut() -> SysResult<T>) -> core::result::Result<T, Errno> {
        question::settle(&self.current, call).map_err(|fault| match fault {
            Fault::Error(error) => error.errno,
            Fault::Interrupted => Errno::EINTR,
        })
    }

    fn path<T>(
        &self,
        call: impl Fn(&crate::kernel::process::Current, Base<'_>) -> Result<T>,
    ) -> core::result::Result<T, Errno> {
        self.call(|| Ok(call(&self.current, Base::Cwd)?))
    }

    fn read(&self, path: &str) -> core::result::Result<Vec<u8>, Errno> {
        let fd = self.call(|| open(&self.current, Base::Cwd, path.as_bytes(), OpenFlags::empty(), 0))?;
        let mut all = Vec::new();
        loop {
            let piece = self.call(|| {
                let mut sink = VecSink::new(1 << 20);
                read(&self.current, fd, &mut sink).map(|_| sink.bytes)
            })?;
            if piece.is_empty() {
                return Ok(all);
            }
            all.extend(piece);
        }
    }

    fn names(&self, path: &str) -> Vec<String> {
        let found = self.path(|current, base| {
            let file = open_file(current, base, path.as_bytes(), OpenFlags::O_DIRECTORY, 0)?;
            let mut entries = Vec::new();
            read_dir(current, &file, 0, |entry| {
                entries.push(entry);
                true
            })?;
            Ok(names(&entries))
        });
        let mut found = found.unwrap();
        found.sort();
        found
    }
}

#[test]
fn a_lower_layer_on_the_page_is_only_read() {
    let m = machine();
    let before: Vec<u8> = m.read("/mnt/d/a").unwrap();
    assert_eq!(before, b"a");
    m.path(|c, b| rename(c, b, b"/mnt/d", b, b"/mnt/e/d")).unwrap();
    m.path(|c, b| unlink(c, b, b"/mnt/e/d/sub/b")).unwrap();
    m.path(|c, b| rmdir(c, b, b"/mnt/e/d/sub")).unwrap();
    m.path(|c, b| chmod(c, b, b"/mnt/f", 0o600, Follow::Yes)).unwrap();
    m.path(|c, b| chown(c, b, b"/mnt/link", Some(5), None, Follow::No))
        .unwrap();
    m.path(|c, b| mkdir(c, b, b"/mnt/d", 0o755)).unwrap();
    m.path(|c, b| open_file(c, b, b"/mnt/d/new", OpenFlags::O_CREAT, 0o644).map(drop))
        .unwrap();
    assert_eq!(m.names("/mnt/e/d"), [".", "..", "a"]);
    assert_eq!(m.names("/mnt/d"), [".", "..", "new"]);
    assert_eq!(m.names("/mnt"), [".", "..", "d", "e", "f", "fifo", "link"]);
    assert_eq!(m.read("/mnt/e/d/a").unwrap(), b"a");
    assert_eq!(
        m.path(|c, b| readlink(c, b, b"/mnt/link")).as_deref(),
        Ok(&b"d/a"[..])
    );
    let changed: Vec<FileCall> = m.asked.lock().unwrap().clone();
    let reads = |call: &&FileCall| {
        matches!(
            call,
            FileCall::Lstat { .. }
                | FileCall::ReadDir { .. }
                | FileCall::Pread { .. }
                | FileCall::Readlink { .. }
        )
    };
    assert_eq!(changed.iter().find(|call| !reads(call)), None);
    m.current.die();
}

#[test]
fn a_long_file_of_the_page_is_copied_piece_by_piece_each_asked_for_once() {
    let m = machine();
    let data: Vec<u8> = (0..5_000_000_u32).map(|n| (n % 251) as u8).collect();
    let page = Caller::page(&m.behind);
    let flags = OpenFlags::O_WRONLY | OpenFlags::O_CREAT;
    let file = open_file(page, Base::Root, b"/big", flags, 0o644).unwrap();
    write_all(&file, &data).unwrap();
    let flags = OpenFlags::O_WRONLY | OpenFlags::O_APPEND;
    let fd = m
        .call(|| open(&m.current, Base::Cwd, b"/mnt/big", flags, 0))
        .unwrap();
    m.call(|| write(&m.current, fd, &mut &b"end"[..])).unwrap();
    let asked = core::mem::take(&mut *m.asked.lock().unwrap());
    let mut offsets: Vec<u64> = asked
        .iter()
        .filter_map(|call| match call {
            FileCall::Pread { offset, .. } => Some(*offset),
            _ => None,
        })
        .collect();
    let count = offsets.len();
    offsets.dedup();
    assert_eq!((offsets.len(), count), (6, 6), "{offsets:?}");
    assert_eq!(m.read("/mnt/big").unwrap(), [&data[..], b"end"].concat());
    assert!(
        m.asked
            .lock()
            .unwrap()
            .iter()
            .all(|call| !matches!(call, FileCall::Pread { .. }))
    );
    // Cut to nothing it need not be read at all.
    m.path(|c, b| truncate(c, b, b"/mnt/d/a", 0)).unwrap();
    assert!(
        m.asked
            .lock()
            .unwrap()
            .iter()
            .all(|call| !matches!(call, FileCall::Pread { .. }))
    );
    assert_eq!(m.read("/mnt/d/a").unwrap(), b"");
    m.current.die();
}

#[test]
fn a_copy_from_the_page_that_finds_no_room_leaves_nothing() {
    let m = machine();
    let page = Caller::page(&m.behind);
    let flags = OpenFlags::O_WRONLY | OpenFlags::O_CREAT;
    let file = open_file(page, Base::Root, b"/big", flags, 0o644).unwrap();
    write_all(&file, &vec![1; 3 << 20]).unwrap();
    m.path(|c, b| chmod(c, b, b"/mnt/d/a", 0o600, Follow::Yes))
        .unwrap();
    let used = m.upper.used();
    m.upper.set_limit(used + (2 << 20));
    let refused = m.path(|c, b| chmod(c, b, b"/mnt/big", 0o600, Follow::Yes));
    assert_eq!(refused, Err(Errno::ENOSPC));
    assert_eq!(m.upper.used(), used);
    // The call of another process that was killed half-way leaves nothing either.
    m.upper.set_limit(64 << 20);
    let victim = process(m.current.kernel());
    let kept = question::settle(&victim, || {
        if m.upper.used() > used + (1 << 20) {
            victim.word().kill();
        }
        Ok(chmod(&victim, Base::Cwd, b"/mnt/big", 0o600, Follow::Yes)?)
    });
    assert_eq!(kept, Err(Fault::Interrupted));
    assert_eq!(m.upper.used(), used);
    victim.die();
    m.current.die();
}

#[test]
fn errors_of_a_layer_are_told() {
    let tree = over(&lower());
    let file = tree.open("/d/a", OpenFlags::empty());
    let refused = file.try_write(&mut &b"x"[..]);
    assert!(matches!(refused, Err(Block::Failed(error)) if error.errno == Errno::EBADF));
    assert_eq!(
        errno(truncate(tree.caller(), Base::Root, b"/d", 0)),
        Some(Errno::EISDIR)
    );
    assert_eq!(
        errno(mkdir(tree.caller(), Base::Root, &[b'/', b'n', 0], 0o755)),
        Some(Errno::EINVAL)
    );
}
