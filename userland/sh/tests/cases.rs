//! The shell against a table of scripts. It runs natively, through `sys`'s Linux back end; with `COBNUT_SH` naming a
//! command that runs a shell elsewhere (`cobnut-native sh`), the same table tests that one.

mod table;
mod terminal;

use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};

/// A fresh folder that goes with the test.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Folder {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let n = NEXT.fetch_add(1, Ordering::Relaxed);
        let path = std::env::temp_dir().join(format!("sh-cases-{}-{n}", std::process::id()));
        std::fs::create_dir_all(&path).expect("a temporary folder");
        Folder(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// Stdout, stderr, exit status.
fn run(script: &str) -> (String, String, i32) {
    let folder = Folder::new();
    let elsewhere = std::env::var("COBNUT_SH").ok();
    let words: Vec<&str> = elsewhere
        .as_deref()
        .map_or(vec![env!("CARGO_BIN_EXE_sh")], |w| w.split(' ').collect());
    let script = if elsewhere.is_some() {
        format!("cd /tmp\n{script}")
    } else {
        script.to_owned()
    };
    let output = Command::new(words[0])
        .args(&words[1..])
        .args(["-c", &script])
        .current_dir(&folder.0)
        .env_clear()
        .envs(std::env::var("COBNUT_USERLAND").map(|v| ("COBNUT_USERLAND", v)))
        .env("PATH", "/usr/bin:/bin")
        .env("HOME", "/tmp")
        .env("LC_ALL", "C.UTF-8")
        .stdin(Stdio::null())
        .output()
        .expect("the shell starts");
    let text = |b: Vec<u8>| String::from_utf8_lossy(&b).into_owned();
    (
        text(output.stdout),
        text(output.stderr),
        output.status.code().unwrap_or(-1),
    )
}

#[test]
fn scripts_answer_as_bash_does() {
    let mut failed = Vec::new();
    for (script, stdout, status) in table::SCRIPTS.iter().chain(table::bash::SCRIPTS) {
        let (out, err, code) = run(script);
        if (out.as_str(), code) != (*stdout, *status) {
            failed.push(format!(
                "{script}\n  want {stdout:?} {status}\n  got  {out:?} {code}\n  stderr {err:?}"
            ));
        }
    }
    assert!(
        failed.is_empty(),
        "{} scripts:\n{}",
        failed.len(),
        failed.join("\n")
    );
}

#[test]
fn messages_name_the_shell_and_the_cause() {
    for (script, message, status) in [
        ("nosuch", "sh: nosuch: command not found\n", 127),
        ("cd /nosuch", "sh: cd: /nosuch: No such file or directory\n", 1),
        ("cat < /nosuch", "sh: /nosuch: No such file or directory\n", 1),
        (": ${x?gone}", "sh: x: gone\n", 127),
        ("if", "sh: syntax error: unexpected end of file\n", 2),
    ] {
        let (_, err, code) = run(script);
        assert_eq!((err.as_str(), code), (message, status), "{script}");
    }
}

/// Bytes that are no UTF-8 pass through variables, arguments and pipes as they are.
#[test]
fn bytes_survive() {
    let (out, err, code) = run(r"x=$(printf '\377\200a'); printf %s $x | od -An -tx1");
    assert_eq!((out.trim(), code), ("ff 80 61", 0), "{err}");
}
