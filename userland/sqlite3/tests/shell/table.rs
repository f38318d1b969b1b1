//! What the shell prints, against `tests/cases/*.txt`: arguments and standard input with the output, messages and status of Debian's sqlite3
//! 3.40.1. `SQLITE3_RECORD=/usr/bin/sqlite3 cargo test -p sqlite3 --test shell` records them again, but for cases that say under
//! `differs` why they are not the same here (the library is newer, say).
//!
//! A case is a line `=== name` and sections, each begun by a line `--- section`. Bytes that are no text are `\xNN`, a backslash is `\\`,
//! and `\c` at the end stands for a last line without newline.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::io::Write;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

#[derive(Default)]
struct Case {
    name: String,
    sections: BTreeMap<String, String>,
}

/// Sections in the order in which they are written.
const SECTIONS: &[&str] = &["differs", "args", "stdin", "status", "stdout", "stderr"];

impl Case {
    fn section(&self, name: &str) -> &str {
        self.sections.get(name).map_or("", String::as_str)
    }
}

fn parse(text: &str) -> Vec<Case> {
    let mut cases: Vec<Case> = Vec::new();
    let mut section = String::new();
    for line in text.lines() {
        if let Some(name) = line.strip_prefix("=== ") {
            cases.push(Case {
                name: name.to_owned(),
                ..Case::default()
            });
            continue;
        }
        let case = cases.last_mut().expect("a case begins with its name");
        if let Some(name) = line.strip_prefix("--- ") {
            assert!(SECTIONS.contains(&name), "{}: section {name}", case.name);
            section = name.to_owned();
            case.sections.entry(section.clone()).or_default();
        } else {
            let content = case.sections.get_mut(&section).expect("a line is in a section");
            content.push_str(line);
            content.push('\n');
        }
    }
    cases
}

fn format(cases: &[Case]) -> String {
    let mut out = String::new();
    for case in cases {
        let _ = writeln!(out, "=== {}", case.name);
        for name in SECTIONS {
            if let Some(content) = case.sections.get(*name).filter(|content| !content.is_empty()) {
                let _ = write!(out, "--- {name}\n{content}");
            }
        }
    }
    out
}

fn escape(bytes: &[u8]) -> String {
    let mut out = String::new();
    for chunk in bytes.utf8_chunks() {
        for c in chunk.valid().chars() {
            match c {
                '\\' => out.push_str("\\\\"),
                '\n' | '\t' => out.push(c),
                c if c.is_ascii_control() => {
                    let _ = write!(out, "\\x{:02x}", c as u32);
                }
                c => out.push(c),
            }
        }
        for b in chunk.invalid() {
            let _ = write!(out, "\\x{b:02x}");
        }
    }
    if !bytes.is_empty() && !bytes.ends_with(b"\n") {
        out.push_str("\\c\n");
    }
    out
}

fn unescape(text: &str) -> Vec<u8> {
    let mut out = Vec::new();
    let mut rest = text.as_bytes();
    while let [b, tail @ ..] = rest {
        rest = tail;
        if *b != b'\\' {
            out.push(*b);
            continue;
        }
        match rest {
            [b'x', high, low, tail @ ..] => {
                let digit = |b: u8| (b as char).to_digit(16).expect("two digits") as u8;
                out.push(digit(*high) * 16 + digit(*low));
                rest = tail;
            }
            [b'c', b'\n', tail @ ..] => rest = tail,
            [other, tail @ ..] => {
                out.push(*other);
                rest = tail;
            }
            [] => {}
        }
    }
    out
}

/// Runs a case in an empty folder of its own; status, output and messages.
fn run(program: &Path, case: &Case, folder: &Path) -> [String; 3] {
    let _ = fs::remove_dir_all(folder);
    fs::create_dir_all(folder).unwrap();
    let arguments = unescape(case.section("args"));
    let arguments = String::from_utf8(arguments).unwrap();
    let mut child = Command::new(program)
        .arg0("sqlite3")
        .args(arguments.lines())
        .current_dir(folder)
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .env("HOME", folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let input = unescape(case.section("stdin"));
    // One that has ended does not read on.
    let _ = child.stdin.take().unwrap().write_all(&input);
    let output = child.wait_with_output().unwrap();
    [
        format!("{}\n", output.status.code().unwrap_or(-1)),
        escape(&output.stdout),
        escape(&output.stderr),
    ]
}

#[test]
fn output_messages_and_status_are_those_of_sqlite3() {
    let recorder = std::env::var_os("SQLITE3_RECORD").map(PathBuf::from);
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("sqlite3-cases");
    let tables = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
    let (mut count, mut failures) = (0, Vec::new());
    for entry in fs::read_dir(tables).unwrap() {
        let path = entry.unwrap().path();
        let mut cases = parse(&fs::read_to_string(&path).unwrap());
        if let Some(recorder) = &recorder {
            for case in cases
                .iter_mut()
                .filter(|case| !case.sections.contains_key("differs"))
            {
                let got = run(recorder, case, &folder);
                for (name, text) in ["status", "stdout", "stderr"].into_iter().zip(got) {
                    case.sections.insert(name.to_owned(), text);
                }
            }
            fs::write(&path, format(&cases)).unwrap();
            continue;
        }
        for case in &cases {
            count += 1;
            let got = run(Path::new(env!("CARGO_BIN_EXE_sqlite3")), case, &folder);
            for (name, got) in ["status", "stdout", "stderr"].into_iter().zip(got) {
                let want = case.section(name);
                if got != want {
                    failures.push(format!("{}: {name}:\n{got}--- not:\n{want}", case.name));
                }
            }
        }
    }
    assert!(recorder.is_some() || count >= 80, "{count} cases");
    assert!(
        failures.is_empty(),
        "{} failures\n{}",
        failures.len(),
        failures.join("\n")
    );
}
