//! make against a table of makefiles: output, messages and statuses of one or more runs in a fresh folder.

mod table;

use std::fs;
use std::os::unix::fs::symlink;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;
use std::time::{Duration, UNIX_EPOCH};

pub struct Run {
    arguments: &'static [&'static str],
    stdout: &'static str,
    stderr: &'static str,
    status: i32,
}

pub const fn run(
    arguments: &'static [&'static str],
    stdout: &'static str,
    stderr: &'static str,
    status: i32,
) -> Run {
    Run {
        arguments,
        stdout,
        stderr,
        status,
    }
}

pub struct Case {
    name: &'static str,
    files: &'static [(&'static str, &'static str)],
    /// When files were last changed, in seconds; the others are of now.
    times: &'static [(&'static str, u64)],
    env: &'static [(&'static str, &'static str)],
    runs: &'static [Run],
}

fn folder(name: &str) -> PathBuf {
    let root = Path::new(env!("CARGO_TARGET_TMPDIR")).join("make").join(name);
    let _ = fs::remove_dir_all(&root);
    fs::create_dir_all(&root).unwrap();
    root
}

/// A PATH on which `make` is the one that is tested.
fn path() -> &'static str {
    static PATH: OnceLock<String> = OnceLock::new();
    PATH.get_or_init(|| {
        let bin = folder("bin");
        symlink(env!("CARGO_BIN_EXE_make"), bin.join("make")).unwrap();
        format!("{}:/usr/bin:/bin", bin.display())
    })
}

fn make(root: &Path, path: &str, arguments: &[&str], env: &[(&str, &str)]) -> (String, String, i32) {
    let output = Command::new(env!("CARGO_BIN_EXE_make"))
        .arg0("make")
        .args(arguments)
        .current_dir(root)
        .env_clear()
        .env("PATH", path)
        .env("LC_ALL", "C")
        .envs(env.iter().copied())
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let root = root.display().to_string();
    let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).replace(&root, "ROOT");
    (
        text(output.stdout),
        text(output.stderr),
        output.status.code().unwrap_or(-1),
    )
}

#[test]
fn output_messages_and_status_are_gnu_s() {
    let path = path();
    let mut failures = Vec::new();
    for case in table::CASES {
        let root = folder(case.name);
        for (name, content) in case.files {
            let file = root.join(name);
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::write(file, content).unwrap();
        }
        for (name, seconds) in case.times {
            let file = fs::File::options().write(true).open(root.join(name)).unwrap();
            file.set_modified(UNIX_EPOCH + Duration::from_secs(*seconds))
                .unwrap();
        }
        for run in case.runs {
            let got = make(&root, path, run.arguments, case.env);
            let expected = (run.stdout.to_owned(), run.stderr.to_owned(), run.status);
            if got != expected {
                failures.push(format!(
                    "{} {:?}:\n {got:?}, not\n {expected:?}",
                    case.name, run.arguments
                ));
            }
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[test]
fn as_many_recipes_run_at_once_as_are_allowed() {
    let path = path();
    let root = folder("jobs");
    // Each waits for the other: with one at a time it would not end well.
    let pair = "all: a b\na:\n\t@mkfifo p; cat p\nb:\n\t@until [ -p p ]; do :; done; echo through > p\n";
    fs::write(root.join("Makefile"), pair).unwrap();
    assert_eq!(
        make(&root, path, &["-j2"], &[]),
        ("through\n".into(), String::new(), 0)
    );
    fs::write(root.join("Makefile"), "all: a b\na:\n\t@echo a\nb:\n\t@echo b\n").unwrap();
    let (out, _, status) = make(&root, path, &["-j", "4"], &[]);
    let mut lines: Vec<&str> = out.lines().collect();
    lines.sort_unstable();
    assert_eq!((lines, status), (vec!["a", "b"], 0));
}

#[test]
fn bytes_that_are_no_text_pass_through() {
    let path = path();
    let root = folder("bytes");
    fs::write(
        root.join("Makefile"),
        b"X := \xff\xfe\nall:\n\t@printf '%s' '$(X)'\n",
    )
    .unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_make"))
        .arg0("make")
        .current_dir(&root)
        .env("PATH", path)
        .output()
        .unwrap();
    assert_eq!(output.stdout, b"\xff\xfe");
}
