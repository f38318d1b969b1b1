//! Tests of the file system in memory below the calls on paths.

use super::*;
use crate::kernel::fs::{FileType, NewNode, WritePosition};
use std::thread;

fn new(file_type: FileType) -> NewNode {
    NewNode {
        file_type,
        mode: 0o755,
        uid: 0,
        gid: 0,
        target: None,
    }
}

#[test]
fn a_very_deep_tree_is_dropped_without_recursion() {
    let fs = MemFs::new(1 << 30);
    let mut at = fs.root();
    for _ in 0..200_000 {
        at = at.create(b"d", new(FileType::Directory)).unwrap();
    }
    drop(at);
    let shared = fs.shared.clone();
    // On a thread with little stack, as a worker's.
    let dropper = thread::Builder::new()
        .stack_size(256 << 10)
        .spawn(move || drop(fs))
        .unwrap();
    dropper.join().unwrap();
    assert_eq!(shared.space.used(), 0);
}

#[test]
fn all_space_comes_back() {
    let fs = MemFs::new(1 << 30);
    let empty = fs.used();
    let root = fs.root();
    let file = root.create(b"file", new(FileType::Regular)).unwrap();
    file.try_write_at(WritePosition::At(3 << 20), &mut &[1; 300_000][..])
        .unwrap();
    root.link(b"second", &file).unwrap();
    root.create(b"dir", new(FileType::Directory))
        .unwrap()
        .create(b"x", new(FileType::Regular))
        .unwrap();
    let link = NewNode {
        target: Some(b"file".as_slice().into()),
        ..new(FileType::Symlink)
    };
    root.create(b"link", link).unwrap();
    assert!(fs.used() > empty + 300_000);
    drop(file);
    root.rename(b"second", &root, b"file-with-another-name").unwrap();
    for name in [&b"file"[..], b"file-with-another-name", b"link"] {
        root.unlink(name).unwrap();
    }
    root.lookup(b"dir", None).unwrap().unlink(b"x").unwrap();
    root.rmdir(b"dir").unwrap();
    assert_eq!(fs.used(), empty);
}

#[test]
fn atime_moves_once_after_a_change_and_not_at_each_read() {
    let fs = MemFs::new(1 << 20);
    let file = fs.root().create(b"file", new(FileType::Regular)).unwrap();
    let write = || {
        file.try_write_at(WritePosition::At(0), &mut &b"data"[..])
            .unwrap()
    };
    let read = || file.try_read_at(0, &mut &mut [0; 4][..]).unwrap();
    write();
    read();
    let first = file.stat();
    assert!(first.atime_ns >= first.mtime_ns);
    while crate::kernel::clock::realtime_ns() <= first.atime_ns {}
    read();
    let second = file.stat();
    // One more move is right if the first came within the clock's resolution of the change.
    assert!(second.atime_ns == first.atime_ns || first.atime_ns == first.mtime_ns);
    write();
    read();
    assert!(file.stat().atime_ns > second.mtime_ns);
}

#[test]
fn a_small_file_costs_little() {
    let fs = MemFs::new(1 << 20);
    let before = fs.used();
    let file = fs.root().create(b"file", new(FileType::Regular)).unwrap();
    file.try_write_at(WritePosition::End, &mut &b"hello"[..]).unwrap();
    assert!(fs.used() - before < 512, "{}", fs.used() - before);
}
