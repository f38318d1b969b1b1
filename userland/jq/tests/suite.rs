//! jq's own test files (`tests/suites/jq`): what fails is listed with its reason in `docs/jq.md`, no more and no less.

use std::collections::BTreeSet;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

struct Case {
    /// `file:line` of the program.
    id: String,
    program: String,
    input: String,
    /// `None`: the program must not compile.
    outputs: Option<Vec<String>>,
}

const EXIT_COMPILE: i32 = 3;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn cases(file: &str) -> Vec<Case> {
    let text = fs::read_to_string(root().join("tests/suites/jq").join(file)).unwrap();
    let mut lines = text.lines().enumerate().peekable();
    let mut cases = Vec::new();
    while let Some((at, line)) = lines.next() {
        if line.is_empty() || line.trim_start().starts_with('#') {
            continue;
        }
        let fails = line.starts_with("%%FAIL");
        let program = if fails { lines.next().unwrap().1 } else { line };
        let input = if fails { "null" } else { lines.next().unwrap().1 };
        let mut outputs = Vec::new();
        while let Some((_, line)) = lines.next_if(|(_, line)| !line.is_empty() && !line.starts_with('#')) {
            outputs.push(line.to_owned());
        }
        cases.push(Case {
            id: format!("{file}:{}", at + 1),
            program: program.to_owned(),
            input: input.to_owned(),
            outputs: (!fails).then_some(outputs),
        });
    }
    cases
}

fn jq(program: &str, input: &str) -> (Vec<u8>, Option<i32>) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_jq"))
        .args(["-cS", "--", program])
        .env_clear()
        .env("PAGER", "less")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    // A program that does not compile reads nothing.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    let output = child.wait_with_output().unwrap();
    (output.stdout, output.status.code())
}

fn passes(case: &Case) -> bool {
    let (stdout, status) = jq(&case.program, &case.input);
    let Some(outputs) = &case.outputs else {
        return status == Some(EXIT_COMPILE);
    };
    let mut expected: String = outputs.iter().map(|line| format!("{line}\n")).collect();
    if stdout == expected.as_bytes() {
        return true;
    }
    // The same values may be written otherwise: `1.0`, or keys in another order.
    let (normal, status) = jq(".", &expected);
    assert_eq!(status, Some(0), "{}: {expected}", case.id);
    expected = String::from_utf8(normal).unwrap();
    stdout == expected.as_bytes()
}

/// What `docs/jq.md` says: lines that begin with "- `file:line`".
fn listed() -> BTreeSet<String> {
    let text = fs::read_to_string(root().join("docs/jq.md")).unwrap();
    let id = |line: &str| Some(line.strip_prefix("- `")?.split_once('`')?.0.to_owned());
    text.lines().filter_map(id).collect()
}

#[test]
fn jq_s_own_tests_pass_but_for_those_that_are_listed() {
    let cases: Vec<Case> = ["jq.test", "man.test", "base64.test"]
        .iter()
        .flat_map(|file| cases(file))
        .collect();
    let failed: BTreeSet<String> = std::thread::scope(|scope| {
        let workers: Vec<_> = cases
            .chunks(cases.len().div_ceil(4))
            .map(|chunk| {
                scope.spawn(|| {
                    chunk
                        .iter()
                        .filter(|case| !passes(case))
                        .map(|case| case.id.clone())
                        .collect::<Vec<_>>()
                })
            })
            .collect();
        workers
            .into_iter()
            .flat_map(|worker| worker.join().unwrap())
            .collect()
    });
    let listed = listed();
    let new: Vec<_> = failed.difference(&listed).collect();
    let fixed: Vec<_> = listed.difference(&failed).collect();
    assert!(
        new.is_empty() && fixed.is_empty(),
        "fail and are not listed: {new:?}; pass, so must leave docs/jq.md: {fixed:?}"
    );
    assert!(
        failed.len() * 10 <= cases.len(),
        "{} of {} fail",
        failed.len(),
        cases.len()
    );
}
