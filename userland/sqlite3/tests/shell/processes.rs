//! Several processes on one database, ends in the middle of things, and bytes that are no text.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Output, Stdio};

/// An empty folder of the test's own.
fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"))
        .join("sqlite3-processes")
        .join(name);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    folder
}

fn command(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sqlite3"));
    command
        .args(arguments)
        .current_dir(folder)
        .env("HOME", folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

fn run(folder: &Path, arguments: &[&str], input: &[u8]) -> Output {
    let mut child = command(folder, arguments).spawn().unwrap();
    // One that has ended does not read on.
    let _ = child.stdin.take().unwrap().write_all(input);
    child.wait_with_output().unwrap()
}

/// The output of SQL that succeeds.
fn answer(folder: &Path, arguments: &[&str]) -> String {
    let output = run(folder, arguments, b"");
    assert!(output.status.success(), "{arguments:?}: {output:?}");
    String::from_utf8(output.stdout).unwrap()
}

/// A shell that is spoken to.
struct Session {
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

impl Session {
    fn start(folder: &Path, arguments: &[&str]) -> Session {
        let mut child = command(folder, arguments).spawn().unwrap();
        let (input, output) = (child.stdin.take().unwrap(), child.stdout.take().unwrap());
        Session {
            child,
            input,
            output: BufReader::new(output),
        }
    }

    /// Has it run `sql` and waits for the one line that this answers.
    fn ask(&mut self, sql: &str) -> String {
        self.input.write_all(sql.as_bytes()).unwrap();
        let mut line = String::new();
        self.output.read_line(&mut line).unwrap();
        line
    }
}

#[test]
fn a_writer_keeps_others_out_until_it_commits() {
    let folder = folder("locks");
    answer(&folder, &["l.db", "create table t(a)"]);
    // It may have to wait too: for who looks whether there is a lock.
    let mut holder = Session::start(&folder, &["-cmd", ".timeout 120000", "l.db"]);
    let sql = "begin immediate; insert into t values(1);\nselect 'held';\n";
    assert_eq!(holder.ask(sql), "held\n");
    // Who does not wait is told at once, and readers still read.
    let refused = run(&folder, &["l.db", "insert into t values(2)"], b"");
    let message = String::from_utf8_lossy(&refused.stderr);
    assert_eq!(message, "Error: stepping, database is locked (5)\n");
    assert_eq!(refused.status.code(), Some(5));
    assert_eq!(answer(&folder, &["l.db", "select count(*) from t"]), "0\n");
    // Who waits gets its turn.
    let patient = command(
        &folder,
        &["-cmd", ".timeout 120000", "l.db", "insert into t values(3)"],
    )
    .spawn()
    .unwrap();
    assert_eq!(holder.ask("commit;\nselect 'free';\n"), "free\n");
    assert!(patient.wait_with_output().unwrap().status.success());
    drop(holder.input);
    assert!(holder.child.wait().unwrap().success());
    assert_eq!(answer(&folder, &["l.db", "select * from t"]), "1\n3\n");
}

#[test]
fn writers_in_turn_lose_nothing() {
    let folder = folder("writers");
    answer(&folder, &["w.db", "create table t(a unique)"]);
    let writers: Vec<Child> = (0..4)
        .map(|writer| {
            let mut child = command(&folder, &["-cmd", ".timeout 120000", "w.db"])
                .spawn()
                .unwrap();
            let lines: String = (0..50)
                .map(|i| format!("insert into t values({});\n", writer * 1000 + i))
                .collect();
            child.stdin.take().unwrap().write_all(lines.as_bytes()).unwrap();
            child
        })
        .collect();
    for writer in writers {
        let output = writer.wait_with_output().unwrap();
        assert!(output.status.success(), "{output:?}");
    }
    let sql = "select count(*) from t; pragma integrity_check";
    assert_eq!(answer(&folder, &["w.db", sql]), "200\nok\n");
}

#[test]
fn what_a_killed_writer_began_is_rolled_back() {
    let folder = folder("killed");
    let rows = "with recursive c(i) as (select 1 union all select i+1 from c where i<1000)";
    answer(
        &folder,
        &[
            "k.db",
            &format!("create table t(a, b); insert into t {rows} select 1, randomblob(400) from c"),
        ],
    );
    let before = fs::read(folder.join("k.db")).unwrap();
    let mut writer = Session::start(&folder, &["k.db"]);
    // So small a cache is written to the file before the transaction ends.
    let sql = "pragma cache_size=5; begin; update t set a=2, b=randomblob(400);\nselect 'written';\n";
    assert_eq!(writer.ask(sql), "written\n");
    writer.child.kill().unwrap();
    writer.child.wait().unwrap();
    assert!(fs::metadata(folder.join("k.db-journal")).unwrap().len() > 0);
    assert!(
        fs::read(folder.join("k.db")).unwrap() != before,
        "nothing was written in the middle"
    );
    let sql = "select a, count(*) from t group by a; pragma integrity_check";
    assert_eq!(answer(&folder, &["k.db", sql]), "1|1000\nok\n");
    assert!(fs::read(folder.join("k.db")).unwrap() == before);
    assert!(!folder.join("k.db-journal").exists());
}

#[test]
fn an_interrupt_ends_a_statement_that_would_not_end() {
    let folder = folder("interrupt");
    let mut session = Session::start(&folder, &[]);
    // Rows enough to be seen while it runs, and then none for ever.
    let rows = "with recursive c(i) as (select 1 union all select i+1 from c) select i from c where i<20000;\nselect 'after';\n";
    assert_eq!(session.ask(rows), "1\n");
    sys::kill(sys::Pid(session.child.id() as i32), Some(sys::Signal::INT)).unwrap();
    let mut rest = String::new();
    session.output.read_to_string(&mut rest).unwrap();
    assert!(!rest.contains("after"));
    let mut message = String::new();
    session
        .child
        .stderr
        .take()
        .unwrap()
        .read_to_string(&mut message)
        .unwrap();
    assert_eq!(message, "Runtime error near line 1: interrupted (9)\n");
    assert_eq!(session.child.wait().unwrap().code(), Some(1));
}

#[test]
fn ten_thousand_statements_are_one_transaction() {
    let folder = folder("many");
    let mut script = String::from("create table t(a integer primary key, b);\nbegin;\n");
    for i in 0..10_000 {
        script.push_str(&format!("insert into t values({i}, 'row {i}');\n"));
    }
    script.push_str("commit;\nselect count(*), sum(a), max(b) from t;\n");
    let output = run(&folder, &["m.db"], script.as_bytes());
    assert_eq!(
        String::from_utf8_lossy(&output.stdout),
        "10000|49995000|row 9999\n"
    );
    assert_eq!(output.status.code(), Some(0));
}

/// Texts may hold NUL and what is no UTF-8; SQLite's own shell cuts them at the NUL.
#[test]
fn bytes_that_are_no_text_survive_a_dump() {
    let folder = folder("bytes");
    let script = b"create table t(x);\ninsert into t values('\xff\xfe'),(cast(x'6100620a' as text)),(x'000102'),('\xc3\xa9');\n";
    assert!(run(&folder, &["b.db"], script).status.success());
    let dump = run(&folder, &["b.db", ".dump"], b"");
    assert!(run(&folder, &["c.db"], &dump.stdout).status.success());
    let sql = "select typeof(x), hex(x) from t";
    let want = "text|FFFE\ntext|6100620A\nblob|000102\ntext|C3A9\n";
    assert_eq!(answer(&folder, &["c.db", sql]), want);
    // SQL can hold none.
    let refused = run(&folder, &[], b"select 'a\0b';\nselect 2;\n");
    assert_eq!(refused.stdout, b"2\n");
    assert_eq!(refused.stderr, b"Parse error near line 1: NUL in SQL\n");
    // Neither is anything cut on the way to a file or a pipe.
    let shown = run(&folder, &["b.db", "select x from t where rowid in (2,3)"], b"");
    assert_eq!(shown.stdout, b"a\0b\n\n\0\x01\x02\n");
    let copied = run(
        &folder,
        &[
            "b.db",
            "select writefile('f', x'00ff0a'); select hex(readfile('f'))",
        ],
        b"",
    );
    assert_eq!(copied.stdout, b"3\n00FF0A\n");
}

#[test]
fn a_full_device_is_noticed() {
    let folder = folder("full");
    let mut child = command(&folder, &[":memory:", "select hex(zeroblob(100000))"]);
    let child = child.stdout(fs::File::options().write(true).open("/dev/full").unwrap());
    let output = child.spawn().unwrap().wait_with_output().unwrap();
    assert_eq!(
        String::from_utf8_lossy(&output.stderr),
        "sqlite3: write error: No space left on device\n"
    );
    assert_eq!(output.status.code(), Some(1));
}
