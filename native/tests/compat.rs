//! The published command binaries of the reference system, unmodified: the packages `@rivet-dev/agent-os-coreutils` and
//! `@rivet-dev/agent-os-grep` of npm (`npm ci`). Only their modules are used; they run nowhere but on the kernel.

use cobnut::kernel::fs::{Base, Caller};
use cobnut::kernel::syscall::path::{Follow, stat};
use cobnut_native::{Job, Machine, Output, Userland};
use std::ops::Deref;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// What the tests run of them: each is compiled, which takes its time.
const COMMANDS: &[(&str, &[&str])] = &[
    (
        "agent-os-coreutils",
        &[
            "sh", "cat", "chmod", "env", "false", "ls", "sleep", "timeout", "tr", "wc", "yes",
        ],
    ),
    ("agent-os-grep", &["grep"]),
];

/// A machine of theirs, one at a time: so that no module is compiled twice at once, which keeps all cores busy as it is.
struct Theirs {
    machine: Machine,
    _turn: MutexGuard<'static, ()>,
}

impl Deref for Theirs {
    type Target = Machine;
    fn deref(&self) -> &Machine {
        &self.machine
    }
}

fn machine() -> Theirs {
    static TURN: Mutex<()> = Mutex::new(());
    let turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    let scope = Path::new(env!("CARGO_MANIFEST_DIR")).join("../node_modules/@rivet-dev");
    let files: Vec<(&str, PathBuf)> = COMMANDS
        .iter()
        .flat_map(|(package, names)| {
            let folder = scope.join(package).join("wasm");
            names.iter().map(move |&name| (name, folder.join(name)))
        })
        .collect();
    let files: Vec<(&str, &Path)> = files.iter().map(|(name, file)| (*name, file.as_path())).collect();
    Theirs {
        machine: Machine::with(&Userland::of_files(&files))
            .unwrap_or_else(|message| panic!("{message} (npm ci brings the packages)")),
        _turn: turn,
    }
}

/// Runs a command with time for the compilation of what it runs.
fn exec(machine: &Machine, args: &[&str]) -> Output {
    machine.run(Job::new(args.iter().copied()).timeout(Duration::from_secs(300)))
}

fn sh(machine: &Machine, script: &str) -> Output {
    exec(machine, &["sh", "-c", script])
}

fn assert_says(output: &Output, stdout: &str, code: u8, script: &str) {
    assert_eq!(
        (output.text().as_str(), output.code, output.timed_out),
        (stdout, code, false),
        "{script}\nstderr: {}",
        output.errors()
    );
}

#[test]
fn their_shell_runs_their_commands() {
    let machine = machine();
    let user = "user:x:1000:1000:user:/home/user:/bin/sh\n";
    for (script, stdout, code) in [
        (
            "echo a | cat; ls /",
            "a\nbin\ndev\netc\nhome\nproc\nroot\ntmp\nusr\nvar\n",
            0,
        ),
        (
            "cat /etc/passwd | grep -v root | tr a-z A-Z",
            &user.to_uppercase(),
            0,
        ),
        ("cat /etc/passwd | cat | cat | wc -l", "2\n", 0),
        (
            "echo one > /tmp/f; echo two >> /tmp/f; cat < /tmp/f",
            "one\ntwo\n",
            0,
        ),
        (
            "cd /tmp; echo three > g; cat < g; cat /tmp/g",
            "three\nthree\n",
            0,
        ),
        ("grep user /etc/passwd", user, 0),
        ("grep -c nobody /etc/passwd; echo $?", "0\n1\n", 0),
        ("exit 3", "", 3),
        ("env false; echo $?; /bin/false", "1\n", 1),
        ("X='1 2' env | grep ^X", "X=1 2\n", 0),
        (
            "export X=old; X=new env | grep ^X; env X=newer env | grep ^X",
            "X=new\nX=newer\n",
            0,
        ),
        ("cat ''; echo $?", "1\n", 0),
        ("echo $(echo a | cat)", "a\n", 0),
        ("ls /nosuch; echo $?", "2\n", 0),
        ("yes | true", "", 0),
    ] {
        assert_says(&sh(&machine, script), stdout, code, script);
    }
    machine.settle();
    assert_eq!(machine.kernel().live(), 0);
}

#[test]
fn a_missing_command_is_127() {
    let machine = machine();
    let output = sh(&machine, "nosuch");
    assert_says(&output, "", 127, "nosuch");
    assert!(output.errors().contains("nosuch"), "{}", output.errors());
    let output = exec(&machine, &["env", "nosuch"]);
    assert_says(&output, "", 127, "env nosuch");
}

/// Their chmod knows files that are read-only and files that are not, and their ls shows no modes at all: what std has for WASI.
#[test]
fn modes_are_changed() {
    let machine = machine();
    machine.write_file("/tmp/f", b"12345", 0o644).unwrap();
    let mode = || {
        let caller = Caller::page(&machine.kernel().vfs);
        stat(caller, Base::Root, b"/tmp/f", Follow::Yes).unwrap().mode
    };
    let output = sh(&machine, "chmod 444 /tmp/f; ls -l /tmp/f");
    assert_eq!((output.code, mode()), (0, 0o444), "{}", output.errors());
    let text = output.text();
    assert!(
        text.starts_with('-') && text.contains(" 5 ") && text.ends_with(" /tmp/f\n"),
        "{text}"
    );
    let output = sh(&machine, "chmod u+w /tmp/f; chmod 600 /nosuch");
    assert_eq!((output.code, mode()), (1, 0o666), "{}", output.errors());
}

#[test]
fn sleepers_are_killed() {
    let machine = machine();
    // The time-outs are not about compiling the modules.
    assert_says(
        &exec(&machine, &["timeout", "300", "sleep", "0"]),
        "",
        0,
        "warm-up",
    );
    let began = Instant::now();
    assert_says(
        &exec(&machine, &["timeout", "0.2", "sleep", "100"]),
        "",
        124,
        "timeout",
    );
    let output = machine.run(Job::new(["sleep", "100"]).timeout(Duration::from_millis(200)));
    assert!(output.timed_out);
    assert_eq!(output.code, 128 + 9);
    assert!(began.elapsed() < Duration::from_secs(60));
    machine.settle();
    assert_eq!(machine.kernel().live(), 0);
}
