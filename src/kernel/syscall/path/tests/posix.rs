//! The table of POSIX cases, `posix.cases`. Linux's tmpfs answers every one of them alike.

use super::{Tree, node};
use crate::kernel::error::{Errno, Result};
use crate::kernel::file::OpenFlags;
use crate::kernel::fs::{Base, FileType, Follow, MemFs, Stat};
use crate::kernel::syscall::path::*;

fn tree() -> Tree {
    filled(Tree::empty())
}

fn filled(tree: Tree) -> Tree {
    for directory in ["/d", "/d/sub", "/d/full", "/e"] {
        tree.mkdir(directory);
    }
    for file in ["/d/f", "/d/full/x", "/f"] {
        tree.write(file, b"data");
    }
    link(tree.caller(), Base::Root, b"/f", Follow::No, Base::Root, b"/g").unwrap();
    mknod(tree.caller(), Base::Root, b"/p", FileType::Fifo, 0o644).unwrap();
    for (path, target) in [
        ("/d/up", ".."),
        ("/l", "f"),
        ("/ld", "d"),
        ("/lds", "d/"),
        ("/lf", "f/"),
        ("/labs", "/d/f"),
        ("/chain", "ld/up/l"),
        ("/dangling", "nowhere"),
        ("/deep", "no/where"),
        ("/loop", "loop"),
        ("/ping", "pong"),
        ("/pong", "ping"),
    ] {
        symlink(tree.caller(), target.as_bytes(), Base::Root, path.as_bytes()).unwrap();
    }
    tree
}

/// `""`, `{N}` and `{/N}` spelled out.
fn expand(word: &str) -> String {
    let Some((before, rest)) = word.split_once('{') else {
        return word.trim_matches('"').into();
    };
    let (count, after) = rest.split_once('}').unwrap();
    let middle = match count.strip_prefix('/') {
        Some(count) => "/".repeat(count.parse().unwrap()),
        None => "n".repeat(count.parse().unwrap()),
    };
    format!("{before}{middle}{after}")
}

fn flags(letters: &str) -> OpenFlags {
    letters.chars().fold(OpenFlags::empty(), |flags, letter| {
        flags
            | match letter {
                'r' => OpenFlags::empty(),
                'w' if letters.starts_with("rw") => OpenFlags::O_RDWR,
                'w' => OpenFlags::O_WRONLY,
                'c' => OpenFlags::O_CREAT,
                'x' => OpenFlags::O_EXCL,
                't' => OpenFlags::O_TRUNC,
                'd' => OpenFlags::O_DIRECTORY,
                'n' => OpenFlags::O_NOFOLLOW,
                other => panic!("unknown flag {other}"),
            }
    })
}

fn run(tree: &Tree, call: &str) -> Result<String> {
    let words: Vec<String> = call.split_whitespace().map(expand).collect();
    let arg = |at: usize| words[at].as_bytes();
    let octal = |at: usize| u32::from_str_radix(&words[at], 8).unwrap();
    let (root, caller) = (Base::Root, tree.caller());
    let stat_of = |follow| -> Result<Stat> { stat(caller, root, arg(1), follow) };
    let done = |()| "ok".to_string();
    match words[0].as_str() {
        "stat" => stat_of(Follow::Yes).map(|_| done(())),
        "lstat" => stat_of(Follow::No).map(|_| done(())),
        "size" => Ok(stat_of(Follow::Yes)?.size.to_string()),
        "lsize" => Ok(stat_of(Follow::No)?.size.to_string()),
        "nlink" => Ok(stat_of(Follow::Yes)?.nlink.to_string()),
        "mode" => Ok(format!("{:05o}", stat_of(Follow::Yes)?.mode).replacen("00", "0", 1)),
        "same" => {
            let (a, b) = (lstat(caller, root, arg(1))?, lstat(caller, root, arg(2))?);
            Ok(if (a.dev, a.ino) == (b.dev, b.ino) {
                "ok"
            } else {
                "different"
            }
            .into())
        }
        "open" => open_file(caller, root, arg(2), flags(&words[1]), 0o644).map(|_| done(())),
        "mkdir" => mkdir(caller, root, arg(1), 0o755).map(done),
        "rmdir" => rmdir(caller, root, arg(1)).map(done),
        "unlink" => unlink(caller, root, arg(1)).map(done),
        "link" => link(caller, root, arg(1), Follow::No, root, arg(2)).map(done),
        "linkf" => link(caller, root, arg(1), Follow::Yes, root, arg(2)).map(done),
        "symlink" => symlink(caller, arg(1), root, arg(2)).map(done),
        "readlink" => Ok(format!(
            "{:?}",
            String::from_utf8(readlink(caller, root, arg(1))?.into()).unwrap()
        )),
        "rename" => rename(caller, root, arg(1), root, arg(2)).map(done),
        "truncate" => truncate(caller, root, arg(1), words[2].parse().unwrap()).map(done),
        "chmod" => chmod(caller, root, arg(1), octal(2), Follow::Yes).map(done),
        "mkfifo" => mknod(caller, root, arg(1), FileType::Fifo, 0o644).map(done),
        other => panic!("unknown call {other}"),
    }
}

/// What the table is about is in memory, in an overlay's lower layer, in its upper layer, and half in each.
#[test]
fn paths_behave_as_posix_says() {
    check(tree);
}

#[test]
fn paths_of_an_overlays_lower_layer_behave_as_posix_says() {
    check(|| Tree::over(tree().fs));
}

#[test]
fn paths_of_an_overlays_upper_layer_behave_as_posix_says() {
    check(|| filled(Tree::over(MemFs::new(1 << 20))));
}

#[test]
fn paths_of_both_layers_of_an_overlay_behave_as_posix_says() {
    check(|| {
        let tree = Tree::over(tree().fs);
        let touch = |path: &str| chmod(tree.caller(), Base::Root, path.as_bytes(), 0o644, Follow::Yes);
        ["/d/f", "/g", "/p"].into_iter().try_for_each(touch).unwrap();
        chmod(tree.caller(), Base::Root, b"/d/full", 0o755, Follow::Yes).unwrap();
        tree
    });
}

fn check(tree: impl Fn() -> Tree) {
    let mut failures = Vec::new();
    let mut count = 0;
    for line in include_str!("posix.cases")
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
    {
        let tree = tree();
        let before = tree.snapshot();
        for (at, step) in line.split("; ").enumerate() {
            let (call, expected) = step.split_once(" => ").unwrap();
            let result = run(&tree, call);
            let answer = result.clone().unwrap_or_else(|error| error.errno.name().into());
            if answer != expected {
                failures.push(format!(
                    "{line}\n    {call}: expected {expected}, got {answer} ({result:?})"
                ));
            }
            if at == 0 && Errno::from_name(expected).is_some() && tree.snapshot() != before {
                failures.push(format!("{line}\n    it failed, and changed the tree"));
            }
        }
        count += 1;
    }
    assert!(count >= 200, "the table was cut short: {count}");
    assert!(
        failures.is_empty(),
        "{} of {count} cases:\n{}",
        failures.len(),
        failures.join("\n")
    );
}

#[test]
fn a_node_of_another_kind_cannot_be_made() {
    let tree = tree();
    for file_type in [
        FileType::CharDevice,
        FileType::BlockDevice,
        FileType::Socket,
        FileType::Directory,
    ] {
        assert_eq!(node(&tree, file_type), Err(Errno::EPERM));
    }
}
