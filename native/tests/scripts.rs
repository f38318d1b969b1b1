//! `tests/suites/scripts`: scripts in the manner of real ones, run by the shipped userland in the kernel. Their output, messages
//! and status are byte for byte those that bash and the GNU commands gave (`tests/suites/scripts/record`).

mod common;

use cobnut_native::{Job, Machine};
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::time::Duration;

/// How many scripts there have to be.
const WANTED: usize = 22;
/// Machines that run scripts at the same time.
const MACHINES: usize = 2;
/// Compiling the modules may fall into the first scripts' time.
const TIMEOUT: Duration = Duration::from_secs(300);

/// A script with what it is given and what bash answered.
struct Script {
    name: String,
    folder: PathBuf,
    args: Vec<String>,
    stdin: Vec<u8>,
    stdout: Vec<u8>,
    stderr: Vec<u8>,
    status: u8,
}

fn suite() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/suites/scripts")
}

fn read(path: &Path) -> Vec<u8> {
    fs::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// A file's bytes; none if there is no such file.
fn read_if_there(path: &Path) -> Vec<u8> {
    if path.exists() { read(path) } else { Vec::new() }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn load() -> Vec<Script> {
    let mut folders: Vec<PathBuf> = fs::read_dir(suite())
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.join("script.sh").exists())
        .collect();
    folders.sort();
    folders
        .into_iter()
        .map(|folder| Script {
            name: folder.file_name().and_then(OsStr::to_str).unwrap().to_string(),
            args: text(&read_if_there(&folder.join("args")))
                .lines()
                .map(String::from)
                .collect(),
            stdin: read_if_there(&folder.join("stdin")),
            stdout: read(&folder.join("stdout")),
            stderr: read_if_there(&folder.join("stderr")),
            status: text(&read(&folder.join("status"))).trim().parse().unwrap(),
            folder,
        })
        .collect()
}

/// Every file below `folder`, as its path from there.
fn files(folder: &Path, below: &str, all: &mut Vec<String>) {
    if !folder.join(below).is_dir() {
        return;
    }
    for entry in fs::read_dir(folder.join(below)).unwrap() {
        let entry = entry.unwrap();
        let name = format!("{below}{}", entry.file_name().to_str().unwrap());
        if entry.file_type().unwrap().is_dir() {
            files(folder, &format!("{name}/"), all);
        } else {
            all.push(name);
        }
    }
}

/// A machine with every `MACHINES`th script and its files in `/case/NAME`, which are nobody's, as the machine's user is.
fn machine(scripts: &[Script], first: usize) -> Machine {
    let machine = common::recorded();
    for script in scripts.iter().skip(first).step_by(MACHINES) {
        let mut copies = vec![(script.folder.join("script.sh"), "script.sh".to_string())];
        let mut names = Vec::new();
        files(&script.folder.join("files"), "", &mut names);
        copies.extend(
            names
                .into_iter()
                .map(|name| (script.folder.join("files").join(&name), name)),
        );
        for (from, name) in copies {
            let path = format!("/case/{}/{name}", script.name);
            let (parent, _) = path.rsplit_once('/').unwrap();
            assert_eq!(machine.exec(&["mkdir", "-p", parent]).code, 0, "{parent}");
            machine.write_file(&path, &read(&from), 0o644).unwrap();
        }
    }
    common::hand_over(&machine);
    machine
}

/// What is wrong with the script's answer, for the report.
fn complaint(machine: &Machine, script: &Script) -> Option<String> {
    let folder = format!("/case/{}", script.name);
    let mut args: Vec<String> = [
        "env",
        "-i",
        "PATH=/bin:/usr/bin",
        "LC_ALL=C",
        "TZ=UTC",
        "TERM=dumb",
    ]
    .map(String::from)
    .to_vec();
    args.extend([format!("HOME={folder}"), format!("TMPDIR={folder}")]);
    args.extend(["bash", "--norc", "--noprofile", "script.sh"].map(String::from));
    args.extend(script.args.iter().cloned());
    let mut job = Job::new(args).cwd(&folder).timeout(TIMEOUT);
    if !script.stdin.is_empty() {
        job = job.stdin(script.stdin.clone());
    }
    let output = machine.run(job);
    let mut wrong = Vec::new();
    if output.timed_out {
        wrong.push("it timed out".to_string());
    }
    if output.code != script.status {
        wrong.push(format!("status {} instead of {}", output.code, script.status));
    }
    for (stream, here, bash) in [
        ("stdout", &output.stdout, &script.stdout),
        ("stderr", &output.stderr, &script.stderr),
    ] {
        if here != bash {
            wrong.push(difference(stream, here, bash));
        }
    }
    (!wrong.is_empty()).then(|| wrong.join("\n"))
}

/// The first lines from where two answers differ.
fn difference(stream: &str, here: &[u8], bash: &[u8]) -> String {
    let (ours, theirs) = (
        here.split(|byte| *byte == b'\n'),
        bash.split(|byte| *byte == b'\n'),
    );
    let same = ours
        .clone()
        .zip(theirs.clone())
        .take_while(|(here, bash)| here == bash)
        .count();
    let show = |lines: &mut dyn Iterator<Item = &[u8]>| {
        let lines: Vec<String> = lines
            .skip(same)
            .take(8)
            .map(|line| format!("    {}", line.escape_ascii()))
            .collect();
        lines.join("\n")
    };
    format!(
        "{stream} differs from line {}\n  bash:\n{}\n  here:\n{}",
        same + 1,
        show(&mut theirs.clone()),
        show(&mut ours.clone()),
    )
}

#[test]
fn real_scripts_answer_as_with_bash_byte_for_byte() {
    let scripts = load();
    assert!(scripts.len() >= WANTED, "only {} scripts", scripts.len());
    let failures: Mutex<Vec<String>> = Mutex::default();
    std::thread::scope(|scope| {
        for first in 0..MACHINES {
            let (scripts, failures) = (&scripts, &failures);
            scope.spawn(move || {
                let machine = machine(scripts, first);
                for script in scripts.iter().skip(first).step_by(MACHINES) {
                    if let Some(what) = complaint(&machine, script) {
                        failures.lock().unwrap().push(format!("{}: {what}", script.name));
                    }
                }
            });
        }
    });
    let mut failures = failures.into_inner().unwrap();
    failures.sort();
    println!("scripts: {} of {}", scripts.len() - failures.len(), scripts.len());
    assert!(failures.is_empty(), "{}", failures.join("\n\n"));
}
