//! The comparing commands against a table: each row's output and status are what GNU's (diffutils 3.8, patch 2.7) gave
//! for the same files, with LC_ALL=C.UTF-8 and TZ=UTC. Messages on standard error are not compared.

use std::fs::{self, File};
use std::io::Write;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::{Duration, UNIX_EPOCH};

struct Case {
    arguments: &'static [&'static str],
    stdout: &'static str,
    status: i32,
}

const fn case(arguments: &'static [&'static str], stdout: &'static str, status: i32) -> Case {
    Case {
        arguments,
        stdout,
        status,
    }
}

const FILES: &[(&str, &str)] = &[
    ("a", "one\ntwo\nthree\nfour\nfive\nsix\nseven\neight\nnine\nten\n"),
    (
        "b",
        "zero\none\ntwo\nthree\nFour\nfive\nsix\nseven\neight\nten\neleven\n",
    ),
    (
        "case",
        "ONE\ntwo\nthree\nfour\nfive\nsix\nseven\neight\nnine\nten\n",
    ),
    (
        "space",
        "one\ntwo \n three\nfo  ur\nfive\nsix\nseven\neight\nnine\nten\n",
    ),
    (
        "blank",
        "one\n\ntwo\nthree\nfour\nfive\nsix\n\nseven\neight\nnine\nten\n",
    ),
    (
        "crlf",
        "one\r\ntwo\r\nthree\r\nfour\r\nfive\r\nsix\r\nseven\r\neight\r\nnine\r\nten\r\n",
    ),
    ("cut", "one\ntwo\nthree\nfour\nfive\nsix\nseven\neight\nnine\nten"),
    ("empty", ""),
    ("bin", "a\u{0}b\n"),
    ("bin2", "a\u{0}c\n"),
    ("dots", "one\n.\ntwo\n"),
    (
        "func.c",
        "int f(void)\n{\n\tint a;\n\n\n\n\ta = 1;\n\treturn a;\n}\n",
    ),
    (
        "func2.c",
        "int f(void)\n{\n\tint a;\n\n\n\n\ta = 2;\n\treturn a;\n}\n",
    ),
    ("mine", "one\nTWO\nthree\nfour\nfive\nmine\n"),
    ("old", "one\ntwo\nthree\nfour\nfive\nsix\n"),
    ("yours", "zero\none\ntwo\nthree\nfour\nfive\nyours\n"),
    ("x/same", "s\n"),
    ("y/same", "s\n"),
    ("x/diff", "1\n"),
    ("y/diff", "2\n"),
    ("x/only", "o\n"),
    ("y/new", "n\n"),
    ("x/sub/f", "f\n"),
    ("y/sub/f", "g\n"),
    ("x/kind", "k\n"),
    ("y/kind/f", "k\n"),
];

#[rustfmt::skip]
const CASES: &[Case] = &[
    case(&["diff", "a", "b"], "0a1\n> zero\n4c5\n< four\n---\n> Four\n9d9\n< nine\n10a11\n> eleven\n", 1),
    case(&["diff", "-u", "a", "b"], "--- a\t2020-01-01 00:01:00.000000000 +0000\n+++ b\t2020-01-01 00:01:00.000000000 +0000\n@@ -1,10 +1,11 @@\n+zero\n one\n two\n three\n-four\n+Four\n five\n six\n seven\n eight\n-nine\n ten\n+eleven\n", 1),
    case(&["diff", "-U1", "a", "b"], "--- a\t2020-01-01 00:01:00.000000000 +0000\n+++ b\t2020-01-01 00:01:00.000000000 +0000\n@@ -1 +1,2 @@\n+zero\n one\n@@ -3,3 +4,3 @@\n three\n-four\n+Four\n five\n@@ -8,3 +9,3 @@\n eight\n-nine\n ten\n+eleven\n", 1),
    case(&["diff", "-U", "0", "a", "b"], "--- a\t2020-01-01 00:01:00.000000000 +0000\n+++ b\t2020-01-01 00:01:00.000000000 +0000\n@@ -0,0 +1 @@\n+zero\n@@ -4 +5 @@\n-four\n+Four\n@@ -9 +9,0 @@\n-nine\n@@ -10,0 +11 @@\n+eleven\n", 1),
    case(&["diff", "-2", "-u", "a", "b"], "--- a\t2020-01-01 00:01:00.000000000 +0000\n+++ b\t2020-01-01 00:01:00.000000000 +0000\n@@ -1,10 +1,11 @@\n+zero\n one\n two\n three\n-four\n+Four\n five\n six\n seven\n eight\n-nine\n ten\n+eleven\n", 1),
    case(&["diff", "-c", "a", "b"], "*** a\t2020-01-01 00:01:00.000000000 +0000\n--- b\t2020-01-01 00:01:00.000000000 +0000\n***************\n*** 1,10 ****\n  one\n  two\n  three\n! four\n  five\n  six\n  seven\n  eight\n- nine\n  ten\n--- 1,11 ----\n+ zero\n  one\n  two\n  three\n! Four\n  five\n  six\n  seven\n  eight\n  ten\n+ eleven\n", 1),
    case(&["diff", "-C1", "a", "b"], "*** a\t2020-01-01 00:01:00.000000000 +0000\n--- b\t2020-01-01 00:01:00.000000000 +0000\n***************\n*** 1 ****\n--- 1,2 ----\n+ zero\n  one\n***************\n*** 3,5 ****\n  three\n! four\n  five\n--- 4,6 ----\n  three\n! Four\n  five\n***************\n*** 8,10 ****\n  eight\n- nine\n  ten\n--- 9,11 ----\n  eight\n  ten\n+ eleven\n", 1),
    case(&["diff", "-y", "a", "b"], "\t\t\t\t\t\t\t      >\tzero\none\t\t\t\t\t\t\t\tone\ntwo\t\t\t\t\t\t\t\ttwo\nthree\t\t\t\t\t\t\t\tthree\nfour\t\t\t\t\t\t\t      |\tFour\nfive\t\t\t\t\t\t\t\tfive\nsix\t\t\t\t\t\t\t\tsix\nseven\t\t\t\t\t\t\t\tseven\neight\t\t\t\t\t\t\t\teight\nnine\t\t\t\t\t\t\t      <\nten\t\t\t\t\t\t\t\tten\n\t\t\t\t\t\t\t      >\televen\n", 1),
    case(&["diff", "-y", "-W40", "a", "b"], "\t\t   >\tzero\none\t\t\tone\ntwo\t\t\ttwo\nthree\t\t\tthree\nfour\t\t   |\tFour\nfive\t\t\tfive\nsix\t\t\tsix\nseven\t\t\tseven\neight\t\t\teight\nnine\t\t   <\nten\t\t\tten\n\t\t   >\televen\n", 1),
    case(&["diff", "-y", "--left-column", "a", "b"], "\t\t\t\t\t\t\t      >\tzero\none\t\t\t\t\t\t\t      (\ntwo\t\t\t\t\t\t\t      (\nthree\t\t\t\t\t\t\t      (\nfour\t\t\t\t\t\t\t      |\tFour\nfive\t\t\t\t\t\t\t      (\nsix\t\t\t\t\t\t\t      (\nseven\t\t\t\t\t\t\t      (\neight\t\t\t\t\t\t\t      (\nnine\t\t\t\t\t\t\t      <\nten\t\t\t\t\t\t\t      (\n\t\t\t\t\t\t\t      >\televen\n", 1),
    case(&["diff", "-y", "--suppress-common-lines", "a", "b"], "\t\t\t\t\t\t\t      >\tzero\nfour\t\t\t\t\t\t\t      |\tFour\nnine\t\t\t\t\t\t\t      <\n\t\t\t\t\t\t\t      >\televen\n", 1),
    case(&["diff", "-e", "a", "b"], "10a\neleven\n.\n9d\n4c\nFour\n.\n0a\nzero\n.\n", 1),
    case(&["diff", "-n", "a", "b"], "a0 1\nzero\nd4 1\na4 1\nFour\nd9 1\na10 1\neleven\n", 1),
    case(&["diff", "-q", "a", "b"], "Files a and b differ\n", 1),
    case(&["diff", "-s", "a", "a"], "Files a and a are identical\n", 0),
    case(&["diff", "-s", "a", "b"], "0a1\n> zero\n4c5\n< four\n---\n> Four\n9d9\n< nine\n10a11\n> eleven\n", 1),
    case(&["diff", "a", "a"], "", 0),
    case(&["diff", "a", "case"], "1c1\n< one\n---\n> ONE\n", 1),
    case(&["diff", "-i", "a", "case"], "", 0),
    case(&["diff", "-b", "a", "space"], "3,4c3,4\n< three\n< four\n---\n>  three\n> fo  ur\n", 1),
    case(&["diff", "-w", "a", "space"], "", 0),
    case(&["diff", "-Z", "a", "space"], "3,4c3,4\n< three\n< four\n---\n>  three\n> fo  ur\n", 1),
    case(&["diff", "-B", "a", "blank"], "", 0),
    case(&["diff", "-uB", "b", "blank"], "--- b\t2020-01-01 00:01:00.000000000 +0000\n+++ blank\t2020-01-01 00:01:00.000000000 +0000\n@@ -1,11 +1,12 @@\n-zero\n one\n+\n two\n three\n-Four\n+four\n five\n six\n+\n seven\n eight\n+nine\n ten\n-eleven\n", 1),
    case(&["diff", "a", "crlf", "-q"], "Files a and crlf differ\n", 1),
    case(&["diff", "--strip-trailing-cr", "a", "crlf"], "", 0),
    case(&["diff", "a", "cut"], "10c10\n< ten\n---\n> ten\n\\ No newline at end of file\n", 1),
    case(&["diff", "-u", "cut", "a"], "--- cut\t2020-01-01 00:01:00.000000000 +0000\n+++ a\t2020-01-01 00:01:00.000000000 +0000\n@@ -7,4 +7,4 @@\n seven\n eight\n nine\n-ten\n\\ No newline at end of file\n+ten\n", 1),
    case(&["diff", "empty", "dots"], "0a1,3\n> one\n> .\n> two\n", 1),
    case(&["diff", "-e", "empty", "dots"], "0a\none\n..\n.\ns/.//\na\ntwo\n.\n", 1),
    case(&["diff", "bin", "bin2"], "Binary files bin and bin2 differ\n", 1),
    case(&["diff", "-q", "bin", "bin2"], "Files bin and bin2 differ\n", 1),
    case(&["diff", "-a", "bin", "bin2"], "1c1\n< a\u{0}b\n---\n> a\u{0}c\n", 1),
    case(&["diff", "-up", "func.c", "func2.c"], "--- func.c\t2020-01-01 00:01:00.000000000 +0000\n+++ func2.c\t2020-01-01 00:01:00.000000000 +0000\n@@ -4,6 +4,6 @@ int f(void)\n \n \n \n-\ta = 1;\n+\ta = 2;\n \treturn a;\n }\n", 1),
    case(&["diff", "-u", "--label", "L", "--label", "R", "a", "case"], "--- L\n+++ R\n@@ -1,4 +1,4 @@\n-one\n+ONE\n two\n three\n four\n", 1),
    case(&["diff", "-T", "a", "case"], "1c1\n<\tone\n---\n>\tONE\n", 1),
    case(&["diff", "-t", "func.c", "func2.c"], "7c7\n<         a = 1;\n---\n>         a = 2;\n", 1),
    case(&["diff", "--color=always", "a", "case"], "\u{1b}[36m1c1\u{1b}[0m\n\u{1b}[31m< one\u{1b}[0m\n---\n\u{1b}[32m> ONE\u{1b}[0m\n", 1),
    case(&["diff", "--color=always", "-u", "a", "case"], "\u{1b}[1m--- a\t2020-01-01 00:01:00.000000000 +0000\u{1b}[0m\n\u{1b}[1m+++ case\t2020-01-01 00:01:00.000000000 +0000\u{1b}[0m\n\u{1b}[36m@@ -1,4 +1,4 @@\u{1b}[0m\n\u{1b}[31m-one\u{1b}[0m\n\u{1b}[32m+ONE\u{1b}[0m\n two\n three\n four\n", 1),
    case(&["diff", "--color=always", "-c", "a", "case"], "\u{1b}[1m*** a\t2020-01-01 00:01:00.000000000 +0000\u{1b}[0m\n\u{1b}[1m--- case\t2020-01-01 00:01:00.000000000 +0000\u{1b}[0m\n***************\n\u{1b}[36m*** 1,4 ****\u{1b}[0m\n\u{1b}[31m! one\u{1b}[0m\n\u{1b}[31m  two\u{1b}[0m\n\u{1b}[31m  three\u{1b}[0m\n\u{1b}[31m  four\u{1b}[0m\n\u{1b}[36m--- 1,4 ----\u{1b}[0m\n\u{1b}[32m! ONE\u{1b}[0m\n\u{1b}[32m  two\u{1b}[0m\n\u{1b}[32m  three\u{1b}[0m\n\u{1b}[32m  four\u{1b}[0m\n", 1),
    case(&["diff", "x", "y"], "diff x/diff y/diff\n1c1\n< 1\n---\n> 2\nFile x/kind is a regular file while file y/kind is a directory\nOnly in y: new\nOnly in x: only\nCommon subdirectories: x/sub and y/sub\n", 1),
    case(&["diff", "-r", "x", "y"], "diff -r x/diff y/diff\n1c1\n< 1\n---\n> 2\nFile x/kind is a regular file while file y/kind is a directory\nOnly in y: new\nOnly in x: only\ndiff -r x/sub/f y/sub/f\n1c1\n< f\n---\n> g\n", 1),
    case(&["diff", "-rq", "x", "y"], "Files x/diff and y/diff differ\nFile x/kind is a regular file while file y/kind is a directory\nOnly in y: new\nOnly in x: only\nFiles x/sub/f and y/sub/f differ\n", 1),
    case(&["diff", "-rN", "x", "y"], "diff -rN x/diff y/diff\n1c1\n< 1\n---\n> 2\nFile x/kind is a regular file while file y/kind is a directory\ndiff -rN x/new y/new\n0a1\n> n\ndiff -rN x/only y/only\n1d0\n< o\ndiff -rN x/sub/f y/sub/f\n1c1\n< f\n---\n> g\n", 1),
    case(&["diff", "-ruN", "x", "y"], "diff -ruN x/diff y/diff\n--- x/diff\t2020-01-01 00:01:00.000000000 +0000\n+++ y/diff\t2020-01-01 00:01:00.000000000 +0000\n@@ -1 +1 @@\n-1\n+2\nFile x/kind is a regular file while file y/kind is a directory\ndiff -ruN x/new y/new\n--- x/new\t1970-01-01 00:00:00.000000000 +0000\n+++ y/new\t2020-01-01 00:01:00.000000000 +0000\n@@ -0,0 +1 @@\n+n\ndiff -ruN x/only y/only\n--- x/only\t2020-01-01 00:01:00.000000000 +0000\n+++ y/only\t1970-01-01 00:00:00.000000000 +0000\n@@ -1 +0,0 @@\n-o\ndiff -ruN x/sub/f y/sub/f\n--- x/sub/f\t2020-01-01 00:01:00.000000000 +0000\n+++ y/sub/f\t2020-01-01 00:01:00.000000000 +0000\n@@ -1 +1 @@\n-f\n+g\n", 1),
    case(&["diff", "-rs", "x", "y"], "diff -rs x/diff y/diff\n1c1\n< 1\n---\n> 2\nFile x/kind is a regular file while file y/kind is a directory\nOnly in y: new\nOnly in x: only\nFiles x/same and y/same are identical\ndiff -rs x/sub/f y/sub/f\n1c1\n< f\n---\n> g\n", 1),
    case(&["diff", "-r", "-x", "diff", "-x", "kind", "x", "y"], "Only in y: new\nOnly in x: only\ndiff -r -x diff -x kind x/sub/f y/sub/f\n1c1\n< f\n---\n> g\n", 1),
    case(&["diff", "a", "x"], "", 2),
    case(&["diff", "nosuch", "a"], "", 2),
    case(&["diff", "-N", "nosuch", "case"], "0a1,10\n> ONE\n> two\n> three\n> four\n> five\n> six\n> seven\n> eight\n> nine\n> ten\n", 1),
    case(&["diff", "a"], "", 2),
    case(&["diff", "-u", "-c", "a", "b"], "", 2),
    case(&["diff", "--nonsense", "a", "b"], "", 2),
    case(&["cmp", "a", "a"], "", 0),
    case(&["cmp", "a", "b"], "a b differ: byte 1, line 1\n", 1),
    case(&["cmp", "-b", "a", "case"], "a case differ: byte 1, line 1 is 157 o 117 O\n", 1),
    case(&["cmp", "-l", "a", "case"], " 1 157 117\n 2 156 116\n 3 145 105\n", 1),
    case(&["cmp", "-lb", "a", "case"], " 1 157 o    117 O\n 2 156 n    116 N\n 3 145 e    105 E\n", 1),
    case(&["cmp", "-s", "a", "b"], "", 1),
    case(&["cmp", "a", "cut"], "", 1),
    case(&["cmp", "-n", "2", "a", "case"], "a case differ: byte 1, line 1\n", 1),
    case(&["cmp", "-i", "3", "a", "case"], "", 0),
    case(&["cmp", "-i", "4:5", "a", "b"], "a b differ: byte 1, line 1\n", 1),
    case(&["cmp", "a", "empty"], "", 1),
    case(&["cmp", "a", "nosuch"], "", 2),
    case(&["cmp", "a", "b", "0", "5"], "a b differ: byte 15, line 4\n", 1),
    case(&["diff3", "mine", "old", "yours"], "====3\n1:0a\n2:0a\n3:1c\n  zero\n====1\n1:2c\n  TWO\n2:2c\n3:3c\n  two\n====\n1:6c\n  mine\n2:6c\n  six\n3:7c\n  yours\n", 0),
    case(&["diff3", "-m", "mine", "old", "yours"], "zero\none\nTWO\nthree\nfour\nfive\n<<<<<<< mine\nmine\n||||||| old\nsix\n=======\nyours\n>>>>>>> yours\n", 1),
    case(&["diff3", "-A", "mine", "old", "yours"], "6a\n||||||| old\nsix\n=======\nyours\n>>>>>>> yours\n.\n5a\n<<<<<<< mine\n.\n0a\nzero\n.\n", 1),
    case(&["diff3", "-e", "mine", "old", "yours"], "6c\nyours\n.\n0a\nzero\n.\n", 0),
    case(&["diff3", "-E", "mine", "old", "yours"], "6a\n=======\nyours\n>>>>>>> yours\n.\n5a\n<<<<<<< mine\n.\n0a\nzero\n.\n", 1),
    case(&["diff3", "-x", "mine", "old", "yours"], "6c\nyours\n.\n", 0),
    case(&["diff3", "-3", "mine", "old", "yours"], "0a\nzero\n.\n", 0),
    case(&["diff3", "-ei", "mine", "old", "yours"], "6c\nyours\n.\n0a\nzero\n.\nw\nq\n", 0),
    case(&["diff3", "-mE", "-L", "M", "-L", "O", "-L", "Y", "mine", "old", "yours"], "zero\none\nTWO\nthree\nfour\nfive\n<<<<<<< M\nmine\n=======\nyours\n>>>>>>> Y\n", 1),
    case(&["diff3", "a", "b"], "", 2),
    case(&["sdiff", "a", "case"], "one\t\t\t\t\t\t\t      |\tONE\ntwo\t\t\t\t\t\t\t\ttwo\nthree\t\t\t\t\t\t\t\tthree\nfour\t\t\t\t\t\t\t\tfour\nfive\t\t\t\t\t\t\t\tfive\nsix\t\t\t\t\t\t\t\tsix\nseven\t\t\t\t\t\t\t\tseven\neight\t\t\t\t\t\t\t\teight\nnine\t\t\t\t\t\t\t\tnine\nten\t\t\t\t\t\t\t\tten\n", 1),
    case(&["sdiff", "-s", "a", "b"], "\t\t\t\t\t\t\t      >\tzero\nfour\t\t\t\t\t\t\t      |\tFour\nnine\t\t\t\t\t\t\t      <\n\t\t\t\t\t\t\t      >\televen\n", 1),
    case(&["sdiff", "-w", "40", "-l", "a", "b"], "\t\t   >\tzero\none\t\t   (\ntwo\t\t   (\nthree\t\t   (\nfour\t\t   |\tFour\nfive\t\t   (\nsix\t\t   (\nseven\t\t   (\neight\t\t   (\nnine\t\t   <\nten\t\t   (\n\t\t   >\televen\n", 1),
];

/// A fresh folder with the files that the table is about.
fn fixture(name: &str) -> PathBuf {
    let root = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = fs::remove_dir_all(&root);
    for (path, content) in FILES {
        let path = root.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        let mut file = File::create(&path).unwrap();
        file.write_all(content.as_bytes()).unwrap();
        file.set_modified(UNIX_EPOCH + Duration::from_secs(1_577_836_860))
            .unwrap();
    }
    root
}

fn run(root: &Path, arguments: &[&str], stdin: &[u8]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_diffs"));
    command
        .arg0(arguments[0])
        .args(&arguments[1..])
        .current_dir(root)
        .env_clear()
        .env("PATH", "/usr/bin:/bin")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    // A command that doesn't read its input may be gone already.
    let _ = child.stdin.take().unwrap().write_all(stdin);
    child.wait_with_output().unwrap()
}

fn text(root: &Path, arguments: &[&str], stdin: &str) -> (String, i32) {
    let output = run(root, arguments, stdin.as_bytes());
    (
        String::from_utf8(output.stdout).unwrap(),
        output.status.code().unwrap_or(-1),
    )
}

fn read(root: &Path, name: &str) -> String {
    fs::read_to_string(root.join(name)).unwrap()
}

#[test]
fn output_and_status_are_gnu_s() {
    let root = fixture("cases");
    let wrong: Vec<String> = CASES
        .iter()
        .filter_map(|case| {
            let got = text(&root, case.arguments, "");
            let expected = (case.stdout.to_owned(), case.status);
            (got != expected).then(|| format!("{:?}\n  got {got:?}\n want {expected:?}", case.arguments))
        })
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn standard_input_is_a_file_too() {
    let root = fixture("stdin");
    assert_eq!(text(&root, &["diff", "old", "-"], "one\n").1, 1);
    assert_eq!(text(&root, &["diff", "-", "empty"], ""), (String::new(), 0));
    assert_eq!(
        text(&root, &["cmp", "-", "dots"], "one\n.\ntwo\n"),
        (String::new(), 0)
    );
}

#[test]
fn bytes_that_are_no_text_are_compared_and_kept() {
    let root = fixture("bytes");
    let long = [b"\xff\xfe line\n".repeat(1000), b"end \x80\n".to_vec()].concat();
    fs::write(root.join("l"), &long).unwrap();
    fs::write(root.join("m"), long.strip_suffix(b"end \x80\n").unwrap()).unwrap();
    let output = run(&root, &["diff", "-u", "--label=l", "--label=l", "l", "m"], b"");
    assert!(output.stdout.ends_with(b" \xff\xfe line\n-end \x80\n"));
    let patched = run(&root, &["patch", "-s", "l"], &output.stdout);
    assert_eq!(patched.status.code(), Some(0));
    assert_eq!(
        fs::read(root.join("l")).unwrap(),
        fs::read(root.join("m")).unwrap()
    );
}

#[test]
fn every_format_of_diff_can_be_patched_in_and_out() {
    for options in ["-u", "-c", "-U0", "-C1", "-e", "--normal", "-n"] {
        let root = fixture("formats");
        let (patch, _) = text(&root, &["diff", options, "a", "b"], "");
        if options == "-n" {
            assert_eq!(
                text(&root, &["patch", "a"], &patch).1,
                2,
                "RCS's format is garbage to patch"
            );
            continue;
        }
        assert_eq!(
            text(&root, &["patch", "a"], &patch),
            ("patching file a\n".into(), 0),
            "{options}"
        );
        assert_eq!(read(&root, "a"), read(&root, "b"), "{options}");
        if options != "-e" {
            assert_eq!(text(&root, &["patch", "-sR", "a"], &patch), (String::new(), 0));
            assert!(
                read(&root, "a").starts_with("one\ntwo\nthree\nfour\n"),
                "{options}"
            );
        }
    }
}

#[test]
fn a_tree_is_patched_by_its_names() {
    let root = fixture("tree");
    let (patch, _) = text(&root, &["diff", "-ruN", "-x", "kind", "x", "y"], "");
    let said = "patching file diff\npatching file new\npatching file only\npatching file sub/f\n";
    let inside = root.join("x");
    assert_eq!(text(&inside, &["patch", "-p1", "--dry-run"], &patch).1, 0);
    assert_eq!(read(&root, "x/diff"), "1\n");
    assert_eq!(text(&inside, &["patch", "-p1"], &patch), (said.into(), 0));
    assert_eq!(
        text(&root, &["diff", "-r", "-x", "kind", "x", "y"], ""),
        (String::new(), 0)
    );
}

#[test]
fn hunks_find_their_place_with_offset_and_fuzz() {
    let root = fixture("fuzz");
    let (patch, _) = text(&root, &["diff", "-u", "a", "b"], "");
    let shifted = format!("new\nnew\n{}", read(&root, "a").replace("seven", "SEVEN"));
    fs::write(root.join("a"), shifted).unwrap();
    assert_eq!(
        text(&root, &["patch", "a"], &patch),
        (
            "patching file a\nHunk #1 FAILED at 1.\n1 out of 1 hunk FAILED -- saving rejects to file a.rej\n"
                .into(),
            1
        )
    );
    assert!(read(&root, "a.rej").starts_with("--- a\t2020-01-01 00:01:00.000000000 +0000\n+++ a\t"));
    let root = fixture("fuzz");
    let (patch, _) = text(&root, &["diff", "-u", "old", "mine"], "");
    let shifted = format!("new\n{}", read(&root, "old").replace("four", "FOUR"));
    fs::write(root.join("old"), shifted).unwrap();
    let (said, status) = text(&root, &["patch", "-F3", "old"], &patch);
    assert_eq!(
        (said.as_str(), status),
        (
            "patching file old\nHunk #1 FAILED at 1.\n1 out of 1 hunk FAILED -- saving rejects to file old.rej\n",
            1
        )
    );
}

#[test]
fn an_applied_patch_is_recognised() {
    let root = fixture("reversed");
    let (patch, _) = text(&root, &["diff", "-u", "a", "b"], "");
    fs::copy(root.join("b"), root.join("a")).unwrap();
    let said = "patching file a\nReversed (or previously applied) patch detected!  Skipping patch.\n1 out of 1 hunk ignored -- saving rejects to file a.rej\n";
    assert_eq!(text(&root, &["patch", "-N", "a"], &patch), (said.into(), 1));
    assert_eq!(read(&root, "a"), read(&root, "b"));
    assert_eq!(
        text(&root, &["patch", "-t", "-s", "a"], &patch),
        (String::new(), 0)
    );
    assert!(read(&root, "a").starts_with("one\n"));
}

#[test]
fn a_patch_from_elsewhere_stays_in_this_directory() {
    let root = fixture("danger");
    let patch = "--- /dev/null\n+++ ../evil\n@@ -0,0 +1 @@\n+x\n";
    assert_eq!(text(&root.join("x"), &["patch", "-f", "-p0"], patch).1, 1);
    assert!(!root.join("evil").exists());
    assert_eq!(text(&root, &["patch"], "no patch at all\n").1, 2);
    let cut_off = "--- a\n+++ a\n@@ -1,3 +1,3 @@\n one\n";
    assert_eq!(text(&root, &["patch"], cut_off).1, 2);
    assert!(read(&root, "a").starts_with("one\ntwo\n"));
}

#[test]
fn git_headers_rename_and_change_modes() {
    use std::os::unix::fs::PermissionsExt;
    let root = fixture("git");
    let patch = "diff --git a/old b/moved\nsimilarity index 100%\nrename from old\nrename to moved\n\
                 diff --git a/mine b/mine\nold mode 100644\nnew mode 100755\n";
    let (said, status) = text(&root, &["patch", "-p1"], patch);
    assert_eq!(
        (said.as_str(), status),
        ("patching file moved (renamed from old)\npatching file mine\n", 0)
    );
    assert!(!root.join("old").exists() && root.join("moved").exists());
    assert_eq!(
        fs::metadata(root.join("mine")).unwrap().permissions().mode() & 0o777,
        0o755
    );
}

#[test]
fn backups_and_output_files_keep_the_original() {
    let root = fixture("backup");
    let (patch, _) = text(&root, &["diff", "-u", "a", "b"], "");
    let original = read(&root, "a");
    assert_eq!(text(&root, &["patch", "-o", "out", "a"], &patch).1, 0);
    assert_eq!(
        (read(&root, "a"), read(&root, "out")),
        (original.clone(), read(&root, "b"))
    );
    assert_eq!(text(&root, &["patch", "-b", "a"], &patch).1, 0);
    assert_eq!(read(&root, "a.orig"), original);
}

#[test]
fn sdiff_merges_what_is_chosen() {
    let root = fixture("sdiff");
    let (shown, status) = text(
        &root,
        &["sdiff", "-s", "-w40", "-o", "out", "old", "yours"],
        "r\nl\n",
    );
    assert_eq!(status, 1);
    assert_eq!(shown.matches('%').count(), 2, "{shown}");
    assert_eq!(read(&root, "out"), "zero\none\ntwo\nthree\nfour\nfive\nsix\n");
}
