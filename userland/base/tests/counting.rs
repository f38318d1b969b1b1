//! head, wc, echo, true and false against a table: each row's output and status are what GNU's (coreutils 9.1) gave for the same files,
//! with LC_ALL=C.UTF-8.

use std::fs;
use std::io::{Read, Seek, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

#[rustfmt::skip]
const CASES: &[(&[&str], &[u8], i32)] = &[
    (&["head", "-c5", "t"], b"a b\n\n", 0),
    (&["head", "-n1", "t"], b"a b\n", 0),
    (&["head", "-n-1", "t"], b"a b\n\nc\td\xc3\xa9 \xc3\xbc\n", 0),
    (&["head", "-c-4", "t"], b"a b\n\nc\td\xc3\xa9 \xc3\xbc\n", 0),
    (&["head", "-z", "t"], b"a b\n\nc\td\xc3\xa9 \xc3\xbc\nlast", 0),
    (&["head", "-v", "t"], b"==> t <==\na b\n\nc\td\xc3\xa9 \xc3\xbc\nlast", 0),
    (&["head", "-1c", "t"], b"a", 0),
    (&["head", "-c5", "z"], b"x\0y\0z", 0),
    (&["head", "-n1", "z"], b"x\0y\0z\0", 0),
    (&["head", "-n-1", "z"], b"", 0),
    (&["head", "-c-4", "z"], b"x\0", 0),
    (&["head", "-z", "z"], b"x\0y\0z\0", 0),
    (&["head", "-v", "z"], b"==> z <==\nx\0y\0z\0", 0),
    (&["head", "-1c", "z"], b"x", 0),
    (&["head", "-c5", "bad"], b"\xff\xfe ab", 0),
    (&["head", "-n1", "bad"], b"\xff\xfe ab\n", 0),
    (&["head", "-n-1", "bad"], b"", 0),
    (&["head", "-c-4", "bad"], b"\xff\xfe", 0),
    (&["head", "-z", "bad"], b"\xff\xfe ab\n", 0),
    (&["head", "-v", "bad"], b"==> bad <==\n\xff\xfe ab\n", 0),
    (&["head", "-1c", "bad"], b"\xff", 0),
    (&["head", "-c5", "e"], b"", 0),
    (&["head", "-n1", "e"], b"", 0),
    (&["head", "-n-1", "e"], b"", 0),
    (&["head", "-c-4", "e"], b"", 0),
    (&["head", "-z", "e"], b"", 0),
    (&["head", "-v", "e"], b"==> e <==\n", 0),
    (&["head", "-1c", "e"], b"", 0),
    (&["head", "s"], b"1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n", 0),
    (&["head", "-n", "2", "s", "t"], b"==> s <==\n1\n2\n\n==> t <==\na b\n\n", 0),
    (&["head", "-q", "-n", "1", "s", "t"], b"1\na b\n", 0),
    (&["head", "-1qv", "s", "t"], b"==> s <==\n1\n\n==> t <==\na b\n", 0),
    (&["head", "nosuch", "t"], b"==> t <==\na b\n\nc\td\xc3\xa9 \xc3\xbc\nlast", 1),
    (&["head", "d"], b"", 1),
    (&["head"], b"in 1\nin 2\n", 0),
    (&["head", "-v"], b"==> standard input <==\nin 1\nin 2\n", 0),
    (&["head", "-n", "x", "s"], b"", 1),
    (&["head", "-c", "1z", "s"], b"", 1),
    (&["head", "-n", "-28", "s"], b"1\n2\n", 0),
    (&["head", "-n", "1k", "t"], b"a b\n\nc\td\xc3\xa9 \xc3\xbc\nlast", 0),
    (&["head", "-n", "0", "s"], b"", 0),
    (&["head", "-", "t"], b"==> standard input <==\nin 1\nin 2\n\n==> t <==\na b\n\nc\td\xc3\xa9 \xc3\xbc\nlast", 0),
    (&["wc", "-l", "s"], b"30 s\n", 0),
    (&["wc", "-w", "s"], b"30 s\n", 0),
    (&["wc", "-c", "s"], b"81 s\n", 0),
    (&["wc", "-m", "s"], b"81 s\n", 0),
    (&["wc", "-L", "s"], b"2 s\n", 0),
    (&["wc", "-lwmcL", "s"], b"30 30 81 81  2 s\n", 0),
    (&["wc", "s"], b"30 30 81 s\n", 0),
    (&["wc", "-l", "t"], b"3 t\n", 0),
    (&["wc", "-w", "t"], b"6 t\n", 0),
    (&["wc", "-c", "t"], b"18 t\n", 0),
    (&["wc", "-m", "t"], b"16 t\n", 0),
    (&["wc", "-L", "t"], b"12 t\n", 0),
    (&["wc", "-lwmcL", "t"], b" 3  6 16 18 12 t\n", 0),
    (&["wc", "t"], b" 3  6 18 t\n", 0),
    (&["wc", "-l", "z"], b"0 z\n", 0),
    (&["wc", "-w", "z"], b"1 z\n", 0),
    (&["wc", "-c", "z"], b"6 z\n", 0),
    (&["wc", "-m", "z"], b"6 z\n", 0),
    (&["wc", "-L", "z"], b"3 z\n", 0),
    (&["wc", "-lwmcL", "z"], b"0 1 6 6 3 z\n", 0),
    (&["wc", "z"], b"0 1 6 z\n", 0),
    (&["wc", "-l", "e"], b"0 e\n", 0),
    (&["wc", "-w", "e"], b"0 e\n", 0),
    (&["wc", "-c", "e"], b"0 e\n", 0),
    (&["wc", "-m", "e"], b"0 e\n", 0),
    (&["wc", "-L", "e"], b"0 e\n", 0),
    (&["wc", "-lwmcL", "e"], b"0 0 0 0 0 e\n", 0),
    (&["wc", "e"], b"0 0 0 e\n", 0),
    (&["wc", "-l", "bad"], b"1 bad\n", 0),
    (&["wc", "-w", "bad"], b"1 bad\n", 0),
    (&["wc", "-c", "bad"], b"6 bad\n", 0),
    (&["wc", "-m", "bad"], b"4 bad\n", 0),
    (&["wc", "-L", "bad"], b"3 bad\n", 0),
    (&["wc", "-lwmcL", "bad"], b"1 1 4 6 3 bad\n", 0),
    (&["wc", "bad"], b"1 1 6 bad\n", 0),
    (&["wc", "s", "t"], b"30 30 81 s\n 3  6 18 t\n33 36 99 total\n", 0),
    (&["wc", "-lc", "s", "t"], b"30 81 s\n 3 18 t\n33 99 total\n", 0),
    (&["wc"], b"      2       4      10\n", 0),
    (&["wc", "-"], b"      2       4      10 -\n", 0),
    (&["wc", "-l"], b"2\n", 0),
    (&["wc", "nosuch", "s"], b"30 30 81 s\n30 30 81 total\n", 1),
    (&["wc", "d", "s"], b"      0       0       0 d\n     30      30      81 s\n     30      30      81 total\n", 1),
    (&["wc", "--files0-from=names"], b"30 30 81 s\n 3  6 18 t\n33 36 99 total\n", 0),
    (&["wc", "--files0-from=names", "s"], b"", 1),
    (&["wc", "s", "-"], b"     30      30      81 s\n      2       4      10 -\n     32      34      91 total\n", 0),
    (&["wc", "-c", "-"], b"10 -\n", 0),
    (&["echo", "a b"], b"a b\n", 0),
    (&["echo", "-n", "a"], b"a", 0),
    (&["echo", "-e", "a\\tb\\x41\\0101\\101"], b"a\tbAAA\n", 0),
    (&["echo", "-e", "a\\cb", "c"], b"a", 0),
    (&["echo", "-E", "a\\t"], b"a\\t\n", 0),
    (&["echo", "-nE", "x"], b"x", 0),
    (&["echo", "-"], b"-\n", 0),
    (&["echo", "--"], b"--\n", 0),
    (&["echo", "--help", "x"], b"--help x\n", 0),
    (&["echo", "-e", "-n"], b"", 0),
    (&["echo", "-e", "\\xZ", "\\q"], b"\\xZ \\q\n", 0),
    (&["true"], b"", 0),
    (&["false"], b"", 1),
    (&["true", "x"], b"", 0),
    (&["false", "--foo"], b"", 1),
];

fn folder(name: &str) -> PathBuf {
    let root = std::env::temp_dir().join(format!("base-{name}-{}", std::process::id()));
    fs::create_dir_all(root.join("d")).unwrap();
    let numbers: String = (1..=30).map(|n| format!("{n}\n")).collect();
    for (file, content) in [
        ("s", numbers.as_bytes()),
        ("t", "a b\n\nc\td\u{e9} \u{fc}\nlast".as_bytes()),
        ("z", b"x\0y\0z\0"),
        ("bad", b"\xff\xfe ab\n"),
        ("e", b""),
        ("names", b"s\0t\0"),
    ] {
        fs::write(root.join(file), content).unwrap();
    }
    root
}

fn command(root: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_base"));
    command
        .args(arguments)
        .current_dir(root)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

#[test]
fn output_and_status_are_gnu_s() {
    let root = folder("counting");
    let mut wrong = Vec::new();
    for (arguments, stdout, status) in CASES {
        let mut child = command(&root, arguments).stdin(Stdio::piped()).spawn().unwrap();
        // One that reads nothing may be gone already.
        let _gone = child.stdin.take().unwrap().write_all(b"in 1\nin 2\n");
        let output = child.wait_with_output().unwrap();
        if (&output.stdout[..], output.status.code()) != (*stdout, Some(*status)) {
            wrong.push(format!(
                "{arguments:?}: {} {:?}",
                output.stdout.escape_ascii(),
                output.status
            ));
        }
    }
    fs::remove_dir_all(root).unwrap();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn head_leaves_the_rest_of_a_file_to_the_next_reader() {
    let root = folder("head");
    let mut file = fs::File::open(root.join("s")).unwrap();
    let status = command(&root, &["head", "-n", "2"])
        .stdin(file.try_clone().unwrap())
        .output()
        .unwrap();
    assert_eq!(status.stdout, b"1\n2\n");
    assert_eq!(file.stream_position().unwrap(), 4);
    let mut rest = String::new();
    file.read_to_string(&mut rest).unwrap();
    assert!(rest.starts_with("3\n4\n"), "{rest}");
    fs::remove_dir_all(root).unwrap();
}

#[test]
fn errors_name_the_file_and_the_cause() {
    let root = folder("errors");
    for (arguments, message) in [
        (
            &["head", "nosuch"][..],
            "head: cannot open 'nosuch' for reading: No such file or directory\n",
        ),
        (&["head", "d"], "head: error reading 'd': Is a directory\n"),
        (&["head", "-n", "x", "s"], "head: invalid number of lines: 'x'\n"),
        (&["wc", "nosuch"], "wc: nosuch: No such file or directory\n"),
        (&["wc", "d"], "wc: d: Is a directory\n"),
    ] {
        let output = command(&root, arguments).output().unwrap();
        assert_eq!(String::from_utf8_lossy(&output.stderr), message);
    }
    fs::remove_dir_all(root).unwrap();
}
