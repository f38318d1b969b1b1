//! The commands themselves: on a pseudo-terminal, and as scripts.

use std::fs;
use std::io::Write;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use sys::{Action, Fd, OpenFlags, PollEvents, PollFd, Signal, WaitOptions, WaitStatus, WaitTarget, WinSize};

/// How long an answer may take before the test has failed.
const PATIENCE: Duration = Duration::from_secs(20);

fn folder(name: &str) -> PathBuf {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("editor-{name}"));
    let _ = fs::remove_dir_all(&path);
    fs::create_dir_all(&path).expect("a folder");
    path
}

/// An editor in a session of its own.
struct Terminal {
    master: Fd,
    slave: Fd,
    child: sys::Pid,
    seen: Vec<u8>,
    before: sys::Termios,
}

impl Terminal {
    fn start(root: &Path, arguments: &[&str]) -> Terminal {
        Terminal::spawn(root, env!("CARGO_BIN_EXE_editor"), arguments)
    }

    fn spawn(root: &Path, program: &str, arguments: &[&str]) -> Terminal {
        let (master, slave) = sys::openpty().expect("a pseudo-terminal");
        let before = sys::tcgetattr(slave).expect("settings");
        let name = sys::ttyname(slave).expect("a name");
        for fd in [master, slave] {
            sys::setfd(fd, sys::FdFlags::CLOEXEC).expect("a descriptor of our own");
        }
        let open = |fd| Action::Open {
            fd: Fd(fd),
            path: name.clone(),
            flags: OpenFlags::RDWR,
            mode: sys::Mode::empty(),
        };
        let argv: Vec<Vec<u8>> = arguments.iter().map(|a| a.as_bytes().to_vec()).collect();
        let child = sys::Spawn {
            path: program.as_bytes(),
            argv: &argv,
            envp: &[b"PATH=/usr/bin:/bin".to_vec(), b"TERM=xterm".to_vec()],
            cwd: Some(root.as_os_str().as_encoded_bytes()),
            actions: vec![open(0), open(1), open(2)],
            sigdefault: Some(sys::SigSet::ALL),
            setsid: true,
            ..sys::Spawn::default()
        };
        let mut terminal = Terminal {
            master,
            slave,
            child: sys::Pid(0),
            seen: Vec::new(),
            before,
        };
        terminal.resize(24, 80);
        terminal.child = child.spawn().expect("the editor starts");
        terminal
    }

    fn resize(&self, rows: u16, cols: u16) {
        let size = WinSize {
            rows,
            cols,
            ..WinSize::default()
        };
        sys::tcsetwinsize(self.master, size).expect("a size");
    }

    fn send(&self, keys: &str) {
        sys::write_all(self.master, keys.as_bytes()).expect("the terminal takes keys");
    }

    /// Reads until `text` comes.
    fn wait_for(&mut self, text: &str) {
        let deadline = Instant::now() + PATIENCE;
        while !self.seen.windows(text.len()).any(|w| w == text.as_bytes()) {
            self.read();
            let seen = String::from_utf8_lossy(&self.seen);
            assert!(Instant::now() < deadline, "{text:?} never came, but {seen:?}");
        }
        let at = self
            .seen
            .windows(text.len())
            .position(|w| w == text.as_bytes())
            .unwrap_or(0);
        self.seen.drain(..at + text.len());
    }

    /// Takes what is there within a moment.
    fn read(&mut self) {
        let mut fds = [PollFd {
            fd: self.master,
            events: PollEvents::IN,
            revents: PollEvents::empty(),
        }];
        let mut buffer = [0; 4096];
        if sys::poll(&mut fds, Some(20)) == Ok(1)
            && let Ok(n) = sys::read(self.master, &mut buffer)
        {
            self.seen.extend_from_slice(&buffer[..n]);
        }
    }

    /// Waits until the child has changed; what it wrote meanwhile is read.
    fn status(&mut self) -> WaitStatus {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let options = WaitOptions::NOHANG | WaitOptions::UNTRACED;
            if let Some((_, status)) = sys::waitpid(WaitTarget::Pid(self.child), options).expect("a child") {
                self.read();
                return status;
            }
            self.read();
            let seen = String::from_utf8_lossy(&self.seen);
            assert!(Instant::now() < deadline, "the editor goes on: {seen:?}");
        }
    }

    fn signal(&self, signal: Signal) {
        sys::kill(self.child, Some(signal)).expect("a child");
    }

    /// The terminal is as it was before, and its own screen is back.
    fn assert_given_back(&mut self) {
        assert_eq!(sys::tcgetattr(self.slave), Ok(self.before));
        self.wait_for("\x1b[?1049l");
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        let _ = sys::close(self.master);
        let _ = sys::close(self.slave);
    }
}

#[test]
fn vi_edits_a_file_in_place() {
    let root = folder("vi");
    let file = root.join("file");
    fs::write(&file, "one\ntwo\n").expect("a file");
    fs::set_permissions(&file, fs::Permissions::from_mode(0o640)).expect("a mode");
    let before = fs::metadata(&file).expect("a file");
    let mut t = Terminal::start(&root, &["vi", "+2", "file"]);
    t.wait_for("\"file\" 2L, 8B");
    t.send("Athree\x1b");
    t.send("\x1b[Ax");
    t.wait_for("[1;3H");
    // A paste is text, whatever keys it has.
    t.send("o\x1b[200~  dd\r:q!\x1b[201~\x1b:wq\r");
    assert_eq!(t.status(), WaitStatus::Exited(0));
    t.assert_given_back();
    assert_eq!(
        fs::read_to_string(&file).expect("a file"),
        "on\n  dd\n:q!\ntwothree\n"
    );
    let after = fs::metadata(&file).expect("a file");
    assert_eq!((after.ino(), after.mode()), (before.ino(), before.mode()));
}

#[test]
fn a_resize_is_noticed_and_the_screen_is_what_it_should_be() {
    let root = folder("resize");
    fs::write(root.join("file"), "0123456789abcdefghijklmnopqrstuvwxyz\nend\n").expect("a file");
    let mut t = Terminal::start(&root, &["vi", "file"]);
    t.wait_for("\"file\" 2L");
    t.resize(5, 20);
    t.wait_for("\x1b[2J");
    t.send("G");
    t.wait_for("[3;1H");
    t.send(":q\r");
    assert_eq!(t.status(), WaitStatus::Exited(0));
}

#[test]
fn control_z_stops_and_a_continued_editor_draws_anew() {
    for (arguments, ready, quit) in [
        (["vi", "file"], "\"file\"", ":q!\r"),
        (["nano", "file"], "[ Read", "\x18"),
    ] {
        let root = folder(&format!("stop-{}", arguments[0]));
        fs::write(root.join("file"), "some text\n").expect("a file");
        let mut t = Terminal::start(&root, &arguments);
        t.wait_for(ready);
        // A session's leader has no job control of its own, so that only the signal from outside stops it.
        t.signal(Signal::STOP);
        assert_eq!(t.status(), WaitStatus::Stopped(Signal::STOP));
        t.signal(Signal::CONT);
        t.send("\x1a");
        t.assert_given_back_and_taken();
        t.wait_for("some text");
        t.send(quit);
        assert_eq!(t.status(), WaitStatus::Exited(0), "{arguments:?}");
        t.assert_given_back();
    }
}

impl Terminal {
    /// It left the screen and came again.
    fn assert_given_back_and_taken(&mut self) {
        self.wait_for("\x1b[?1049l");
        self.wait_for("\x1b[?1049h");
    }
}

/// A shell with job control stops the editor, has the terminal meanwhile, and goes on with it.
#[test]
fn an_editor_is_a_job_like_others() {
    let root = folder("job");
    fs::write(root.join("file"), "some text\n").expect("a file");
    for (name, quit) in [("vi", ":q!\r"), ("nano", "\x18")] {
        let editor = env!("CARGO_BIN_EXE_editor");
        let script =
            format!("{editor} {name} file; echo st''opped; stty -a | grep -c ' icanon'; fg; echo en''ded $?");
        let mut t = Terminal::spawn(&root, "/bin/sh", &["sh", "-mc", &script]);
        t.wait_for("some text");
        t.send("\x1a");
        t.wait_for("\x1b[?1049l");
        t.wait_for("stopped\r\n1\r\n");
        t.wait_for("\x1b[?1049h");
        t.wait_for("some text");
        t.send(quit);
        t.wait_for("ended 0");
        assert_eq!(t.status(), WaitStatus::Exited(0));
    }
}

#[test]
fn a_text_outlives_the_terminal() {
    for (arguments, ready, keys) in [
        (["vi", "file"], "\"file\"", "Onew\x1bOmore"),
        (["nano", "file"], "[ Read", "more\rnew\r"),
    ] {
        for signal in [Signal::HUP, Signal::TERM] {
            let root = folder(&format!("die-{}-{}", arguments[0], signal.0));
            fs::write(root.join("file"), "text\n").expect("a file");
            let mut t = Terminal::start(&root, &arguments);
            t.wait_for(ready);
            t.send(keys);
            t.wait_for("more");
            // Where the cursor is when all has been taken.
            t.wait_for(if arguments[0] == "vi" { "[1;5H" } else { "[4;1H" });
            t.signal(signal);
            assert_eq!(t.status(), WaitStatus::Signaled { signal, core: false });
            assert_eq!(sys::tcgetattr(t.slave), Ok(t.before));
            t.wait_for("buffer written to file.save");
            let saved = fs::read_to_string(root.join("file.save")).expect("the saved text");
            assert_eq!(saved, "more\nnew\ntext\n");
            let mode = fs::metadata(root.join("file.save"))
                .expect("the saved text")
                .mode();
            assert_eq!(mode & 0o777, 0o600);
            assert_eq!(fs::read_to_string(root.join("file")).expect("the file"), "text\n");
        }
    }
}

#[test]
fn nano_saves_under_the_name_that_is_asked_for() {
    let root = folder("nano");
    let mut t = Terminal::start(&root, &["nano"]);
    t.wait_for("New Buffer");
    t.send("hello\rworld");
    t.wait_for("world");
    t.send("\x18");
    t.wait_for("Save modified buffer?");
    t.send("y");
    t.wait_for("File Name to Write");
    t.send("greeting\r");
    assert_eq!(t.status(), WaitStatus::Exited(0));
    t.assert_given_back();
    assert_eq!(
        fs::read_to_string(root.join("greeting")).expect("the file"),
        "hello\nworld\n"
    );
}

#[test]
fn commands_of_the_shell_have_the_terminal_or_the_text() {
    let root = folder("shell");
    fs::write(root.join("file"), "b\na\nc\n").expect("a file");
    let mut t = Terminal::start(&root, &["vi", "file"]);
    t.wait_for("\"file\"");
    t.send(":!test -t 0 && echo on a $((1+1))tty\r");
    t.wait_for("on a 2tty");
    t.wait_for("Press ENTER");
    t.send("\r");
    t.wait_for("\x1b[?1049h");
    t.send(":%!sort\r:r !yes | head -20000 | tail -1\r:%!cat - /dev/null; exit 0\r:wq\r");
    assert_eq!(t.status(), WaitStatus::Exited(0));
    assert_eq!(
        fs::read_to_string(root.join("file")).expect("the file"),
        "a\ny\nb\nc\n"
    );
}

/// A script through ex, or keys through an editor that has no terminal: output, errors, status.
fn run(root: &Path, arguments: &[&str], input: &[u8]) -> (String, String, Option<i32>) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_editor"))
        .arg0(arguments[0])
        .args(&arguments[1..])
        .current_dir(root)
        .env_clear()
        .env("PATH", "/usr/bin:/bin")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the editor starts");
    // One that ends at once reads nothing.
    let _ = child.stdin.take().map(|mut pipe| pipe.write_all(input));
    let output = child.wait_with_output().expect("an end");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (text(&output.stdout), text(&output.stderr), output.status.code())
}

#[test]
fn scripts_edit_files() {
    let root = folder("ex");
    for (arguments, script, out, err, status, want) in [
        (&["ex", "-s", "f"][..], "%s/a/b/\nwq\n", "", "", 0, "b\n2\nb3\n"),
        (
            &["ex", "-s", "f"],
            "p\n1,2p\n.=\nq\n",
            "a3\na\n2\n2\n",
            "",
            0,
            "a\n2\na3\n",
        ),
        (
            &["ex", "-s", "f"],
            "1a\nnew\nlines\n.\nwq",
            "",
            "",
            0,
            "a\nnew\nlines\n2\na3\n",
        ),
        (
            &["ex", "-s", "f"],
            "1i\n.hidden\n.\n$c\nlast\n.\nx\n",
            "",
            "",
            0,
            ".hidden\na\n2\nlast\n",
        ),
        (
            &["ex", "-s", "f"],
            "nosuch\nwq\n",
            "",
            "ex: E492: Not an editor command: nosuch\n",
            1,
            "a\n2\na3\n",
        ),
        (
            &["ex", "-s", "f"],
            "1d\nq\n",
            "",
            "ex: E37: No write since last change (add ! to override)\nex: no write since last change: the text is lost (use wq or q!)\n",
            1,
            "a\n2\na3\n",
        ),
        (&["ex", "-s", "f"], "1d\nq!\n", "", "", 0, "a\n2\na3\n"),
        (
            &["ex", "-s", "-c", "1d", "-c", "wq", "f"],
            "",
            "",
            "",
            0,
            "2\na3\n",
        ),
        (&["ex", "-s", "+2", "f"], "p\nq\n", "2\n", "", 0, "a\n2\na3\n"),
        (&["vi", "-e", "-s", "f"], "1,2j|wq\n", "", "", 0, "a 2\na3\n"),
        (
            &["ex", "-s", "f"],
            "%!tac\nr !echo x\n!echo hi\n2,3w !cat\nwq\n",
            "hi\nx\n2\n",
            "",
            0,
            "a3\nx\n2\na\n",
        ),
        (
            &["ex", "-s", "-R", "f"],
            "1d\nwq\nq!\n",
            "",
            "ex: E45: 'readonly' option is set (add ! to override)\n",
            1,
            "a\n2\na3\n",
        ),
        (
            &["ex", "-s", "f"],
            "g/a/s/$/!/|s/^/>/\nv/a/d\nx\n",
            "",
            "",
            0,
            ">a!\n>a3!\n",
        ),
        (
            &["ex", "-s", "f"],
            "w! /dev/full\nw! nosuch/f\nq\n",
            "",
            "ex: E514: Write error: \"/dev/full\" No space left on device\nex: E212: Can't open file for writing: \"nosuch/f\" No such file or directory\n",
            1,
            "a\n2\na3\n",
        ),
        (
            &["ex", "-s", "f"],
            "so other\nwq\n",
            "",
            "",
            0,
            "sourced\n2\na3\n",
        ),
        (
            &["ex", "-s", "f"],
            "l\nnu\nq\n",
            "a3$\n  3 a3\n",
            "",
            0,
            "a\n2\na3\n",
        ),
        (
            &["vi", "f"],
            "",
            "",
            "vi: Input is not from a terminal\n",
            1,
            "a\n2\na3\n",
        ),
        (
            &["nano", "f"],
            "",
            "",
            "nano: Input is not from a terminal\n",
            1,
            "a\n2\na3\n",
        ),
        (
            &["nano", "-T0", "f"],
            "",
            "",
            "nano: Requested tab size \"0\" is invalid\n",
            1,
            "a\n2\na3\n",
        ),
        (
            &["vi", "-t", "x"],
            "",
            "",
            "vi: there are no tags\nTry 'vi --help' for more information.\n",
            1,
            "a\n2\na3\n",
        ),
    ] {
        fs::write(root.join("f"), "a\n2\na3\n").expect("a file");
        fs::write(root.join("other"), "\" a comment\n1s/a/sourced/\n").expect("a file");
        let got = run(&root, arguments, script.as_bytes());
        assert_eq!(
            got,
            (out.into(), err.into(), Some(status)),
            "{arguments:?} {script:?}"
        );
        assert_eq!(
            fs::read_to_string(root.join("f")).expect("a file"),
            want,
            "{arguments:?} {script:?}"
        );
    }
    let (out, err, status) = run(&root, &["ex", "-s", "."], b"q\n");
    assert_eq!(
        (out.as_str(), err.as_str(), status),
        ("", "ex: \".\" is a directory\n", Some(1))
    );
}

#[test]
fn view_shows_and_does_not_write() {
    let root = folder("view");
    fs::write(root.join("file"), "text\n").expect("a file");
    let mut t = Terminal::start(&root, &["view", "file"]);
    t.wait_for("\x1b[?2004h");
    t.wait_for("[readonly] 1L, 5B");
    t.send("x:w\r");
    t.wait_for("'readonly' option is set");
    t.send(":q!\r");
    assert_eq!(t.status(), WaitStatus::Exited(0));
}
