//! The shell at a terminal: prompts, the line editor, its history, ^C and ^D.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use sys::{Action, Fd, OpenFlags, Pid, PollEvents, PollFd, WaitOptions, WaitStatus, WaitTarget, WinSize};

/// How long an answer may take before the test has failed.
const PATIENCE: Duration = Duration::from_secs(60);

/// A shell in a session of its own.
struct Terminal {
    master: Fd,
    child: Pid,
    ended: bool,
    /// What was written and not waited for yet.
    seen: Vec<u8>,
}

impl Drop for Terminal {
    fn drop(&mut self) {
        // A test that has failed leaves nothing behind.
        if !self.ended {
            let _ = sys::kill(self.child, Some(sys::Signal::KILL));
        }
    }
}

impl Terminal {
    fn start(home: &Path) -> Terminal {
        let (master, slave) = sys::openpty().unwrap();
        let size = WinSize {
            rows: 24,
            cols: 80,
            ..WinSize::default()
        };
        sys::tcsetwinsize(master, size).unwrap();
        sys::setfd(master, sys::FdFlags::CLOEXEC).unwrap();
        let name = sys::ttyname(slave).unwrap();
        sys::close(slave).unwrap();
        let open = |fd| Action::Open {
            fd: Fd(fd),
            path: name.clone(),
            flags: OpenFlags::RDWR,
            mode: sys::Mode::empty(),
        };
        let home = home.as_os_str().as_encoded_bytes();
        let child = sys::Spawn {
            path: env!("CARGO_BIN_EXE_sqlite3").as_bytes(),
            argv: &[b"sqlite3".to_vec()],
            envp: &[b"TERM=xterm".to_vec(), [b"HOME=", home].concat()],
            cwd: Some(home),
            // The first that a session's leader opens becomes its terminal.
            actions: vec![open(0), open(1), open(2)],
            sigdefault: Some(sys::SigSet::ALL),
            setsid: true,
            ..sys::Spawn::default()
        };
        Terminal {
            master,
            child: child.spawn().unwrap(),
            ended: false,
            seen: Vec::new(),
        }
    }

    /// Reads until `text` comes; answers what came before it.
    fn wait_for(&mut self, text: &str) -> String {
        let deadline = Instant::now() + PATIENCE;
        loop {
            if let Some(at) = self.seen.windows(text.len()).position(|w| w == text.as_bytes()) {
                let before = String::from_utf8_lossy(&self.seen[..at]).into_owned();
                self.seen.drain(..at + text.len());
                return before.replace('\r', "");
            }
            let mut fds = [PollFd {
                fd: self.master,
                events: PollEvents::IN,
                revents: PollEvents::empty(),
            }];
            let mut chunk = [0; 4096];
            let read = match sys::poll(&mut fds, Some(1000)) {
                Ok(0) => None,
                _ => Some(sys::read(self.master, &mut chunk).unwrap_or(0)),
            };
            let seen = String::from_utf8_lossy(&self.seen);
            assert!(
                read != Some(0) && Instant::now() < deadline,
                "{text:?} never came, but {seen:?}"
            );
            self.seen.extend_from_slice(&chunk[..read.unwrap_or(0)]);
        }
    }

    /// Types `keys` once there is a prompt.
    fn type_at(&mut self, prompt: &str, keys: &str) {
        self.wait_for(prompt);
        sys::write_all(self.master, keys.as_bytes()).unwrap();
    }

    /// What the line that was typed answers, up to the next one.
    fn answer(&mut self) -> String {
        self.wait_for("\x1b[?2004l");
        self.wait_for("\x1b[?2004h")
    }
}

#[test]
fn lines_are_edited_remembered_interrupted_and_ended() {
    let home = Path::new(env!("CARGO_TARGET_TMPDIR")).join("sqlite3-terminal");
    let _ = fs::remove_dir_all(&home);
    fs::create_dir_all(&home).unwrap();
    let mut terminal = Terminal::start(&home);
    let banner = terminal.wait_for("sqlite> ");
    assert!(banner.contains("transient in-memory database"), "{banner:?}");
    terminal.seen.splice(..0, *b"sqlite> ");
    // A statement over two lines, and a table whose names the Tab key then knows.
    terminal.type_at("sqlite> ", "create table things(colour);\r");
    assert_eq!(terminal.answer(), "");
    terminal.type_at("sqlite> ", "select 1,\r");
    terminal.type_at("   ...> ", "2;\r");
    assert_eq!(terminal.wait_for("1|2").lines().last(), Some("\x1b[?2004l"));
    terminal.type_at("sqlite> ", "select colo\t from thi\t;\r");
    terminal.type_at("sqlite> ", ".tab\t\r");
    assert_eq!(terminal.answer(), "things\n");
    // ^C gives up a line that is typed, and a statement that runs.
    terminal.type_at("sqlite> ", "select 3,\r");
    terminal.type_at("   ...> ", "\x03");
    let endless =
        "with recursive c(i) as (select 1 union all select i+1 from c) select 'go' from c where i=1;\r";
    terminal.type_at("sqlite> ", endless);
    terminal.wait_for("\x1b[?2004l\rgo\r\n");
    sys::write_all(terminal.master, b"\x03").unwrap();
    assert!(
        terminal
            .wait_for("sqlite> ")
            .contains("Runtime error: interrupted (9)\n")
    );
    terminal.seen.splice(..0, *b"sqlite> ");
    // An error has no line number here; the line before comes back with the arrow key.
    terminal.type_at("sqlite> ", "selct;\r");
    let message = "Parse error: near \"selct\": syntax error\n  selct;\n  ^--- error here\n";
    assert_eq!(terminal.answer(), message);
    terminal.type_at("sqlite> ", "\x1b[A\r");
    assert_eq!(terminal.answer(), message);
    terminal.type_at("sqlite> ", "\x04");
    terminal.wait_for("\x1b[?2004l");
    let ended = sys::waitpid(WaitTarget::Pid(terminal.child), WaitOptions::empty()).unwrap();
    terminal.ended = true;
    assert_eq!(ended.map(|(_, status)| status), Some(WaitStatus::Exited(1)));
    sys::close(terminal.master).unwrap();
    let history = fs::read_to_string(home.join(".sqlite_history")).unwrap();
    let kept =
        "create table things(colour);\nselect 1,\n2;\nselect colour  from things ;\n.tables \nselect 3,\n";
    assert!(history.starts_with(kept), "{history:?}");
}
