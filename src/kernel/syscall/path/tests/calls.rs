//! What a table of single calls can't say: open files, times, space, listings, mounts.

use super::*;
use crate::kernel::error::Errno;
use crate::kernel::file::Whence;
use crate::kernel::fs::MemFs;
use crate::kernel::permission::FileOps;

const CREATE: OpenFlags = OpenFlags::O_RDWR.union(OpenFlags::O_CREAT);

#[test]
fn an_unlinked_file_lives_until_its_last_close() {
    let tree = Tree::empty();
    let before = tree.fs.used();
    let file = tree.open("/f", CREATE);
    write_all(&file, &[7; 200_000]).unwrap();
    unlink(tree.caller(), Base::Root, b"/f").unwrap();
    assert!(!tree.exists("/f"));
    assert_eq!(file.stat().nlink, 0);
    file.seek(Whence::Set, 0).unwrap();
    assert_eq!(read_all(&file), vec![7; 200_000]);
    write_all(&file, b"more").unwrap();
    assert!(tree.fs.used() > before + 200_000);
    drop(file);
    assert_eq!(tree.fs.used(), before);
}

#[test]
fn a_replaced_file_lives_until_its_last_close() {
    let tree = Tree::empty();
    tree.write("/old", b"old");
    tree.write("/new", b"new");
    let old = tree.open("/old", OpenFlags::empty());
    rename(tree.caller(), Base::Root, b"/new", Base::Root, b"/old").unwrap();
    assert_eq!(read_all(&old), b"old");
    assert_eq!(tree.read("/old"), b"new");
    assert_eq!(tree.names("/"), [".", "..", "old"]);
}

#[test]
fn nothing_can_be_made_in_a_removed_directory() {
    let tree = Tree::empty();
    tree.mkdir("/d");
    let directory = tree.open("/d", OpenFlags::O_DIRECTORY);
    rmdir(tree.caller(), Base::Root, b"/d").unwrap();
    let base = Base::Dir(&directory);
    let made = open_file(tree.caller(), base, b"x", CREATE, 0o644);
    assert_eq!(made.err().map(|error| error.errno), Some(Errno::ENOENT));
    assert_eq!(
        mkdir(tree.caller(), base, b"x", 0o755).unwrap_err().errno,
        Errno::ENOENT
    );
    assert_eq!(stat(tree.caller(), base, b".", Follow::Yes).unwrap().nlink, 0);
    assert!(list_from(&tree, &directory, 0).is_empty());
    let place = tree.vfs.place_of_directory(&directory).unwrap();
    assert_eq!(tree.vfs.path_of(&place).unwrap_err().errno, Errno::ENOENT);
    assert!(stat(tree.caller(), base, b"..", Follow::Yes).is_ok());
}

#[test]
fn a_sparse_file_takes_only_what_was_written() {
    let tree = Tree::empty();
    let file = tree.open("/f", CREATE);
    let far = 1 << 40;
    file.try_pwrite(far, &mut &b"end"[..]).unwrap();
    let stat = file.stat();
    assert_eq!(stat.size, far + 3);
    assert!(stat.blocks < 8, "{}", stat.blocks);
    let mut bytes = [1; 6];
    assert_eq!(file.try_pread(far - 3, &mut &mut bytes[..]), Ok(6));
    assert_eq!(&bytes, b"\0\0\0end");
    ftruncate(tree.caller(), &file, 1 << 50).unwrap();
    assert_eq!(file.try_pread(far + 1, &mut &mut bytes[..]), Ok(6));
    assert_eq!(&bytes, b"nd\0\0\0\0");
    ftruncate(tree.caller(), &file, 10).unwrap();
    assert_eq!((file.stat().size, file.stat().blocks), (10, 0));
    let most = i64::MAX as u64;
    assert_eq!(file.try_pwrite(most, &mut &b"x"[..]), Err(Errno::EFBIG.into()));
    assert_eq!(file.try_pwrite(most - 1, &mut &b"xy"[..]), Ok(1));
}

#[test]
fn a_full_file_system_refuses_and_takes_no_damage() {
    let tree = Tree::with_limit(1 << 20);
    tree.mkdir("/d");
    tree.write("/d/kept", b"kept");
    let file = tree.open("/big", CREATE);
    let error = loop {
        match file.try_write(&mut &[5; 50_000][..]) {
            Ok(count) => assert!(count > 0),
            Err(Block::Failed(error)) => break error,
            Err(Block::WouldBlock) => panic!("a file never blocks"),
        }
    };
    assert_eq!(error.errno, Errno::ENOSPC);
    let size = file.stat().size;
    assert!(size > 900_000);
    // Use up the rest with names, too.
    let made = (0..)
        .map(|at| {
            open_file(
                tree.caller(),
                Base::Root,
                format!("/d/n{at}").as_bytes(),
                CREATE,
                0o644,
            )
        })
        .take_while(|made| {
            made.as_ref()
                .map_err(|error| assert_eq!(error.errno, Errno::ENOSPC))
                .is_ok()
        })
        .count();
    let full = tree.snapshot();
    let caller = tree.caller();
    let refused =
        |result: Result<(), crate::kernel::Error>| assert_eq!(result.unwrap_err().errno, Errno::ENOSPC);
    refused(mkdir(caller, Base::Root, b"/new", 0o755));
    refused(symlink(caller, b"x", Base::Root, b"/new"));
    let long = [b"/", &[b'n'; 250][..]].concat();
    refused(link(
        caller,
        Base::Root,
        b"/d/kept",
        Follow::No,
        Base::Root,
        &long,
    ));
    refused(rename(caller, Base::Root, b"/d/kept", Base::Root, &long));
    assert_eq!(tree.snapshot(), full);
    assert_eq!(tree.read("/d/kept"), b"kept");
    assert_eq!(tree.read("/big"), vec![5; size as usize]);
    assert_eq!(tree.names("/d").len(), 3 + made);
    // Room again: all works again.
    unlink(caller, Base::Root, b"/big").unwrap();
    drop(file);
    tree.write("/again", &[1; 500_000]);
}

#[test]
fn appends_go_to_the_end_whatever_the_offset() {
    let tree = Tree::empty();
    tree.write("/f", b"one");
    let file = tree.open("/f", OpenFlags::O_RDWR | OpenFlags::O_APPEND);
    tree.write("/f", b"another");
    write_all(&file, b"+").unwrap();
    file.seek(Whence::Set, 0).unwrap();
    write_all(&file, b"+").unwrap();
    assert_eq!(tree.read("/f"), b"another++");
}

#[test]
fn cookies_survive_changes_to_the_directory() {
    let tree = Tree::empty();
    tree.mkdir("/d");
    (0..300).for_each(|at| tree.write(&format!("/d/n{at}"), b""));
    let directory = tree.open("/d", OpenFlags::O_DIRECTORY);
    let mut first = Vec::new();
    read_dir(tree.caller(), &directory, 0, |entry| {
        first.push(entry);
        first.len() < 100
    })
    .unwrap();
    assert_eq!(names(&first)[..3], [".", "..", "n0"]);
    for at in (0..290).filter(|at| at % 10 != 3) {
        unlink(tree.caller(), Base::Root, format!("/d/n{at}").as_bytes()).unwrap();
    }
    tree.write("/d/late", b"");
    let rest = names(&list_from(&tree, &directory, first[99].next_cookie));
    let mut expected: Vec<String> = (98..300)
        .filter(|at| at % 10 == 3 || *at >= 290)
        .map(|at| format!("n{at}"))
        .collect();
    expected.push("late".into());
    assert_eq!(rest, expected);
    assert_eq!(names(&list_from(&tree, &directory, 1))[0], "..");
}

#[test]
fn a_directory_can_be_emptied_while_it_is_listed() {
    let tree = Tree::empty();
    tree.mkdir("/d");
    (0..500).for_each(|at| tree.write(&format!("/d/n{at}"), b""));
    let directory = tree.open("/d", OpenFlags::O_DIRECTORY);
    read_dir(tree.caller(), &directory, 2, |entry| {
        unlink(tree.caller(), Base::Dir(&directory), &entry.name).unwrap();
        true
    })
    .unwrap();
    assert_eq!(tree.names("/d"), [".", ".."]);
}

#[test]
fn times_follow_what_is_done() {
    let tree = Tree::empty();
    let caller = tree.caller();
    tree.mkdir("/d");
    tree.write("/d/f", b"x");
    let old = SetTime::At(1_000_000_007);
    let age = |path: &[u8]| utimens(caller, Base::Root, path, old, old, Follow::No).unwrap();
    let times = |path: &[u8]| {
        let stat = lstat(caller, Base::Root, path).unwrap();
        (stat.atime_ns, stat.mtime_ns, stat.ctime_ns)
    };
    age(b"/d");
    age(b"/d/f");
    let (atime, mtime, ctime) = times(b"/d/f");
    assert_eq!((atime, mtime), (1_000_000_007, 1_000_000_007));
    assert!(ctime > mtime);
    chmod(caller, Base::Root, b"/d/f", 0o600, Follow::Yes).unwrap();
    assert_eq!(times(b"/d/f").1, 1_000_000_007);
    // Only what changes a directory's names moves its times.
    write_all(&tree.open("/d/f", OpenFlags::O_WRONLY), b"y").unwrap();
    assert_eq!(times(b"/d").1, 1_000_000_007);
    assert!(times(b"/d/f").1 > 1_000_000_007);
    link(caller, Base::Root, b"/d/f", Follow::No, Base::Root, b"/d/g").unwrap();
    assert!(times(b"/d").1 > 1_000_000_007);
    age(b"/d");
    rename(caller, Base::Root, b"/d/g", Base::Root, b"/g").unwrap();
    assert!(times(b"/d").1 > 1_000_000_007);
    utimens(
        caller,
        Base::Root,
        b"/g",
        SetTime::Keep,
        SetTime::At(5),
        Follow::Yes,
    )
    .unwrap();
    assert_eq!(times(b"/g").1, 5);
    utimens(
        caller,
        Base::Root,
        b"/g",
        SetTime::Now,
        SetTime::Keep,
        Follow::Yes,
    )
    .unwrap();
    assert_eq!(times(b"/g").1, 5);
    assert!(times(b"/g").0 > 1_000_000_007);
}

#[test]
fn forty_links_are_followed_and_no_more() {
    let tree = Tree::empty();
    tree.write("/l0", b"end");
    for at in 1..=41 {
        let (target, path) = (format!("l{}", at - 1), format!("/l{at}"));
        symlink(tree.caller(), target.as_bytes(), Base::Root, path.as_bytes()).unwrap();
    }
    assert_eq!(tree.read("/l40"), b"end");
    assert_eq!(
        stat(tree.caller(), Base::Root, b"/l41", Follow::Yes)
            .unwrap_err()
            .errno,
        Errno::ELOOP
    );
}

#[test]
fn a_mount_covers_a_directory_and_dotdot_leaves_it() {
    let tree = Tree::empty();
    let caller = tree.caller();
    ["/mnt", "/mnt/covered", "/other"]
        .into_iter()
        .for_each(|path| tree.mkdir(path));
    let on = crate::kernel::fs::path::existing(&caller, Base::Root, b"/mnt", Follow::Yes, FileOps::empty())
        .unwrap();
    tree.vfs.mount(on, MemFs::new(1 << 20)).unwrap();
    assert_eq!(tree.names("/mnt"), [".", ".."]);
    tree.mkdir("/mnt/inner");
    tree.write("/mnt/inner/f", b"there");
    tree.write("/f", b"here");
    assert_eq!(tree.read("/mnt/inner/../../f"), b"here");
    assert_eq!(tree.read("/mnt/../mnt/./inner/f"), b"there");
    let inner = tree.open("/mnt/inner", OpenFlags::O_DIRECTORY);
    assert!(stat(caller, Base::Dir(&inner), b"../../other", Follow::Yes).is_ok());
    let place = tree.vfs.place_of_directory(&inner).unwrap();
    assert_eq!(tree.vfs.path_of(&place).unwrap(), b"/mnt/inner");
    let errno = |result: Result<(), crate::kernel::Error>| result.unwrap_err().errno;
    assert_eq!(errno(rmdir(caller, Base::Root, b"/mnt")), Errno::EBUSY);
    assert_eq!(
        errno(rename(caller, Base::Root, b"/mnt", Base::Root, b"/new")),
        Errno::EBUSY
    );
    assert_eq!(
        errno(rename(caller, Base::Root, b"/other", Base::Root, b"/mnt")),
        Errno::EBUSY
    );
    assert_eq!(
        errno(rename(caller, Base::Root, b"/f", Base::Root, b"/mnt/f")),
        Errno::EXDEV
    );
    assert_eq!(
        errno(link(caller, Base::Root, b"/f", Follow::No, Base::Root, b"/mnt/f")),
        Errno::EXDEV
    );
    let root = crate::kernel::fs::path::existing(&caller, Base::Root, b"/mnt", Follow::Yes, FileOps::empty())
        .unwrap();
    tree.vfs.unmount(&root).unwrap();
    assert_eq!(tree.names("/mnt"), [".", "..", "covered"]);
}

#[test]
fn statfs_tells_what_is_free() {
    let tree = Tree::with_limit(1 << 20);
    let before = statfs(tree.caller(), Base::Root, b"/").unwrap();
    assert_eq!((before.bsize * before.blocks, before.namelen), (1 << 20, 255));
    tree.write("/f", &[1; 100_000]);
    let after = statfs(tree.caller(), Base::Root, b"/f").unwrap();
    assert!(after.bfree + 24 <= before.bfree);
    tree.fs.set_limit(0);
    assert_eq!(statfs(tree.caller(), Base::Root, b"/").unwrap().bfree, 0);
}
