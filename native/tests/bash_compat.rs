//! `tests/suites/bash-compat`: other people's shell cases with what bash answers to them, run by the shipped shell in the
//! kernel. What fails is listed in `docs/bash-compat.md`, and only that may fail.

#[path = "bash_compat/cases.rs"]
mod cases;
mod common;
#[path = "bash_compat/list.rs"]
mod list;

use cases::{Case, load};
use cobnut_native::{Job, Machine, Output};
use std::collections::BTreeSet;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

/// What must pass of all, whatever the list says.
const WANTED: f64 = 0.92;
/// Machines that run cases at the same time.
const MACHINES: usize = 4;

/// A machine like the one on which bash's answers were recorded, with every `MACHINES`th case's files in `/case/N`.
fn machine(cases: &[Case], first: usize) -> Machine {
    let machine = common::recorded();
    machine.write_file("/etc/hostname", b"vm\n", 0o644).unwrap();
    let own = || cases.iter().enumerate().skip(first).step_by(MACHINES);
    let mut folders = BTreeSet::new();
    for (number, case) in own() {
        folders.insert(folder(number));
        for file in &case.files {
            let parent = file.path.rsplit_once('/').map_or("", |(parent, _)| parent);
            folders.insert(format!("{}/{parent}", folder(number)));
        }
    }
    let mut mkdir: Vec<Vec<u8>> = vec![b"mkdir".to_vec(), b"-p".to_vec()];
    mkdir.extend(folders.into_iter().map(String::into_bytes));
    assert_eq!(machine.run(Job::new(mkdir)).code, 0);
    for (number, case) in own() {
        for file in &case.files {
            let mode = if file.is_executable { 0o755 } else { 0o644 };
            machine
                .write_file(
                    &format!("{}/{}", folder(number), file.path),
                    file.contents.as_bytes(),
                    mode,
                )
                .unwrap();
        }
    }
    common::hand_over(&machine);
    machine
}

fn folder(number: usize) -> String {
    format!("/case/{number}")
}

/// Has every module compiled (or its compiled form read) before the cases' time-outs run.
fn warm_up() {
    let machine = Machine::new().unwrap_or_else(|message| panic!("{message}"));
    for command in ["bash", "env", "seq", "grep"] {
        let output = machine.run(Job::new([command, "--version"]).timeout(Duration::from_secs(600)));
        assert!(!output.timed_out, "{command}: {}", output.errors());
    }
}

/// The case in a shell with no other environment than the suite's.
fn run(machine: &Machine, case: &Case, number: usize) -> Output {
    let folder = folder(number);
    let mut args: Vec<String> = ["env", "-i", "PATH=/bin:/usr/bin"].map(String::from).to_vec();
    args.extend([
        format!("HOME={folder}"),
        "TERM=linux".into(),
        "LC_ALL=C.UTF-8".into(),
        "PS1=test$ ".into(),
    ]);
    args.extend(case.env.iter().map(|(name, value)| format!("{name}={value}")));
    args.extend(["bash", "--norc", "--noprofile"].map(String::from));
    args.extend(case.args.iter().cloned());
    let job = Job::new(args)
        .stdin(case.stdin.clone())
        .cwd(&folder)
        .timeout(Duration::from_secs(10));
    let mut output = machine.run(job);
    output.stdout = cases::replace(&output.stdout, folder.as_bytes(), b"@CASE@");
    output
}

/// What is wrong with the answer, for the report.
fn complaint(case: &Case, output: &Output) -> Option<String> {
    if output.timed_out {
        return Some("timed out".into());
    }
    if output.stdout == case.stdout && i32::from(output.code) == case.status {
        return None;
    }
    Some(format!(
        "status {} instead of {}\n--- bash\n{}--- here\n{}--- stderr\n{}",
        output.code,
        case.status,
        String::from_utf8_lossy(&case.stdout),
        output.text(),
        output.errors(),
    ))
}

#[test]
fn the_shell_answers_as_bash_does_but_for_the_listed_cases() {
    let cases = load();
    let listed = list::load();
    let either_way = list::either_way();
    let part = std::env::var("BASH_COMPAT").unwrap_or_default();
    let failures: Mutex<Vec<(usize, String)>> = Mutex::default();
    let ran = AtomicUsize::new(0);
    warm_up();
    std::thread::scope(|scope| {
        for first in 0..MACHINES {
            let (cases, part, failures, ran) = (&cases, &part, &failures, &ran);
            scope.spawn(move || {
                let machine = machine(cases, first);
                for (number, case) in cases.iter().enumerate().skip(first).step_by(MACHINES) {
                    if !case.id.contains(part.as_str()) {
                        continue;
                    }
                    ran.fetch_add(1, Ordering::Relaxed);
                    if let Some(what) = complaint(case, &run(&machine, case, number)) {
                        failures.lock().unwrap().push((number, what));
                    }
                }
            });
        }
    });
    let mut failures = failures.into_inner().unwrap();
    failures.sort();
    let ran = ran.into_inner();
    let rate = 1.0 - failures.len() as f64 / ran.max(1) as f64;
    println!(
        "bash-compat: {} of {ran} cases, {:.2} %",
        ran - failures.len(),
        rate * 100.0
    );
    let failed: BTreeSet<&str> = failures
        .iter()
        .map(|(number, _)| cases[*number].id.as_str())
        .collect();
    let mut wrong = Vec::new();
    for (number, what) in &failures {
        let case = &cases[*number];
        if !(listed.contains(&case.id) || either_way.contains(&case.id)) || !part.is_empty() {
            wrong.push(format!("{} ({}) fails: {what}", case.id, case.name));
        }
    }
    for id in &listed {
        if !cases.iter().any(|case| case.id == *id) {
            wrong.push(format!("{id} is listed in docs/bash-compat.md and no case"));
        } else if id.contains(&part) && !failed.contains(id.as_str()) {
            wrong.push(format!("{id} passes and must leave docs/bash-compat.md"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
    assert!(rate >= WANTED, "only {:.2} % pass", rate * 100.0);
}
