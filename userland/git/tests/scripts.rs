//! git against what the real one answered to the scripts of `tests/scripts` (`record` there): output, messages and statuses,
//! and with them the ids of all objects that are made.
//!
//! A file holds many cases. `#= NAME` begins one in `TOPIC.sh`, and its answer in `TOPIC.out`.

use std::fs;
use std::io::Write;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Cases by name, in order.
fn cases(text: &[u8]) -> Vec<(String, Vec<u8>)> {
    let mut found: Vec<(String, Vec<u8>)> = Vec::new();
    for line in text.split_inclusive(|b| *b == b'\n') {
        if let Some(name) = line.strip_prefix(b"#= ") {
            found.push((String::from_utf8_lossy(name).trim().to_owned(), Vec::new()));
        } else if let Some((_, text)) = found.last_mut() {
            text.extend_from_slice(line);
        }
    }
    found
}

fn replace(text: &[u8], what: &[u8], by: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut at = 0;
    while at < text.len() {
        if text[at..].starts_with(what) {
            out.extend_from_slice(by);
            at += what.len();
        } else {
            out.push(text[at]);
            at += 1;
        }
    }
    out
}

/// Runs a case as `record` does: its answer in the form of an `.out` file.
fn run(work: &Path, scripts: &Path, script: &[u8]) -> Vec<u8> {
    let _ = fs::remove_dir_all(work);
    for folder in ["bin", "home", "w"] {
        fs::create_dir_all(work.join(folder)).unwrap();
    }
    symlink(env!("CARGO_BIN_EXE_git"), work.join("bin/git")).unwrap();
    let mut file = fs::File::create(work.join("script")).unwrap();
    file.write_all(&fs::read(scripts.join("prelude.sh")).unwrap())
        .unwrap();
    file.write_all(script).unwrap();
    let output = Command::new("/bin/sh")
        .arg("../script")
        .current_dir(work.join("w"))
        .env_clear()
        .env("PATH", format!("{}:/usr/bin:/bin", work.join("bin").display()))
        .env("HOME", work.join("home"))
        .env("TMPDIR", work)
        .env("GIT_CEILING_DIRECTORIES", work)
        .env("LC_ALL", "C")
        .env("TZ", "UTC")
        .env("TERM", "dumb")
        .env("FIXTURES", scripts.parent().unwrap().join("fixtures"))
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let status = format!("#status {}\n", output.status.code().unwrap_or(-1));
    let answer = [
        &output.stdout[..],
        b"#stderr\n",
        &output.stderr,
        status.as_bytes(),
    ]
    .concat();
    replace(&answer, work.display().to_string().as_bytes(), b"ROOT")
}

fn answers(topic: &str) {
    let scripts = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/scripts");
    let expected = cases(&fs::read(scripts.join(format!("{topic}.out"))).unwrap());
    let asked = cases(&fs::read(scripts.join(format!("{topic}.sh"))).unwrap());
    let names = |list: &[(String, Vec<u8>)]| list.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>();
    assert_eq!(names(&asked), names(&expected), "record {topic} again");
    let mut failures = Vec::new();
    for ((name, script), (_, expected)) in asked.iter().zip(&expected) {
        let work: PathBuf = Path::new(env!("CARGO_TARGET_TMPDIR"))
            .join("git")
            .join(topic)
            .join(name);
        let got = run(&work, &scripts, script);
        if got != *expected {
            let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
            failures.push(format!(
                "{topic}/{name}: got\n{}\nnot\n{}",
                text(&got),
                text(expected)
            ));
        }
    }
    assert!(
        failures.is_empty(),
        "{} of {}:\n{}",
        failures.len(),
        asked.len(),
        failures.join("\n")
    );
}

#[test]
fn working_copies() {
    answers("basics");
}

#[test]
fn history_and_differences() {
    answers("history");
    answers("graph");
}

#[test]
fn branches_and_merges() {
    answers("branches");
}

#[test]
fn objects_and_configuration() {
    answers("plumbing");
}

#[test]
fn colors_folders_links_and_nothing() {
    answers("misc");
}

#[test]
fn other_repositories_and_packs() {
    answers("remotes");
}

/// What real scripts rely on, and what this git can't do, is refused with a status, never passed over.
#[test]
fn what_is_missing_says_so() {
    let work = Path::new(env!("CARGO_TARGET_TMPDIR")).join("git/missing");
    let scripts = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/scripts");
    for (line, message, status) in [
        (
            "git clone https://example.com/x y",
            "there is no network yet",
            128,
        ),
        ("git clone git@example.com:x y", "there is no network yet", 128),
        (
            "git init -q; git fetch ssh://host/x",
            "there is no network yet",
            128,
        ),
        (
            "git bisect start",
            "git: 'bisect' is not supported by this git",
            1,
        ),
        (
            "git init -q; git add -p",
            "option '--patch' is not supported by this git",
            128,
        ),
        (
            "git init -q; commit a; git rebase -i HEAD",
            "option '--interactive' is not supported by this git",
            128,
        ),
        (
            "git init -q; git log --left-right",
            "option '--left-right' is not supported by this git",
            128,
        ),
        (
            "git init -q; git diff --word-diff",
            "option '--word-diff' is not supported by this git",
            128,
        ),
        (
            "git init -q; git commit -S -m x",
            "option '--gpg-sign' is not supported by this git",
            128,
        ),
    ] {
        let answer =
            String::from_utf8_lossy(&run(&work, &scripts, format!("{line}\n").as_bytes())).into_owned();
        assert!(answer.contains(message), "{line}: {answer}");
        assert!(
            answer.ends_with(&format!("#status {status}\n")),
            "{line}: {answer}"
        );
    }
}
