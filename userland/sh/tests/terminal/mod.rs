//! The interactive shell on a pseudo-terminal: keys in, output out.

mod completion;
mod editing;
mod history;
mod prompt;

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use sys::{Action, Fd, OpenFlags, PollEvents, PollFd, WaitOptions, WaitTarget, WinSize};

/// How long an answer may take before the test has failed.
const PATIENCE: Duration = Duration::from_secs(20);

/// A shell in a session of its own, with a home that goes with the test.
pub struct Terminal {
    pub home: PathBuf,
    master: Option<Fd>,
    child: sys::Pid,
    /// What the shell has written and no [`Terminal::wait_for`] has taken yet.
    seen: Vec<u8>,
}

/// A fresh home folder.
pub fn home(name: &str) -> PathBuf {
    let path = std::env::temp_dir().join(format!("sh-terminal-{}-{name}", std::process::id()));
    let _ = std::fs::remove_dir_all(&path);
    std::fs::create_dir_all(&path).expect("a temporary folder");
    path
}

impl Terminal {
    /// Starts a shell and waits for its prompt.
    pub fn start(home: &Path, environment: &[&str]) -> Terminal {
        let (master, slave) = sys::openpty().expect("a pseudo-terminal");
        let size = WinSize {
            rows: 24,
            cols: 80,
            ..WinSize::default()
        };
        sys::tcsetwinsize(master, size).expect("a size");
        sys::setfd(master, sys::FdFlags::CLOEXEC).expect("a descriptor of our own");
        let name = sys::ttyname(slave).expect("a name");
        sys::close(slave).expect("a slave");
        let open = |fd| Action::Open {
            fd: Fd(fd),
            path: name.clone(),
            flags: OpenFlags::RDWR,
            mode: sys::Mode::empty(),
        };
        let mut envp: Vec<Vec<u8>> = [
            "PATH=/usr/bin:/bin",
            "TERM=xterm",
            "LC_ALL=C.UTF-8",
            "PS1=ready> ",
        ]
        .iter()
        .chain(environment)
        .map(|s| s.as_bytes().to_vec())
        .collect();
        envp.push([b"HOME=", home.as_os_str().as_encoded_bytes()].concat());
        let child = sys::Spawn {
            path: env!("CARGO_BIN_EXE_sh").as_bytes(),
            argv: &[b"sh".to_vec()],
            envp: &envp,
            cwd: Some(home.as_os_str().as_encoded_bytes()),
            // The first that a session's leader opens becomes its terminal.
            actions: vec![open(0), open(1), open(2)],
            pgroup: None,
            sigmask: None,
            sigdefault: Some(sys::SigSet::ALL),
            setsid: true,
            search: false,
        }
        .spawn()
        .expect("the shell starts");
        let mut t = Terminal {
            home: home.to_owned(),
            master: Some(master),
            child,
            seen: Vec::new(),
        };
        t.wait_for("\x1b[?2004h");
        t
    }

    pub fn resize(&mut self, rows: u16, cols: u16) {
        let size = WinSize {
            rows,
            cols,
            ..WinSize::default()
        };
        sys::tcsetwinsize(self.master.expect("an open terminal"), size).expect("a size");
    }

    pub fn send(&mut self, keys: &str) {
        let master = self.master.expect("an open terminal");
        sys::write_all(master, keys.as_bytes()).expect("the terminal takes keys");
    }

    /// Reads until `text` comes; answers what came before it.
    pub fn wait_for(&mut self, text: &str) -> String {
        let deadline = Instant::now() + PATIENCE;
        loop {
            if let Some(at) = self.seen.windows(text.len()).position(|w| w == text.as_bytes()) {
                let before = String::from_utf8_lossy(&self.seen[..at]).into_owned();
                self.seen.drain(..at + text.len());
                return before;
            }
            assert!(
                Instant::now() < deadline && self.read(),
                "{text:?} never came, but {:?}",
                String::from_utf8_lossy(&self.seen)
            );
        }
    }

    /// Takes what is there within a moment; false once the other side is closed.
    fn read(&mut self) -> bool {
        let master = self.master.expect("an open terminal");
        let mut fds = [PollFd {
            fd: master,
            events: PollEvents::IN,
            revents: PollEvents::empty(),
        }];
        if sys::poll(&mut fds, Some(100)) == Ok(0) {
            return true;
        }
        let mut buf = [0; 4096];
        match sys::read(master, &mut buf) {
            Ok(0) | Err(_) => false,
            Ok(n) => {
                self.seen.extend_from_slice(&buf[..n]);
                true
            }
        }
    }

    /// Sends a command and waits for the next prompt; answers what it wrote, without the line's echo.
    pub fn run(&mut self, command: &str) -> String {
        self.send(command);
        self.send("\r");
        self.output()
    }

    /// What is written between the end of the line that is edited and the next one.
    pub fn output(&mut self) -> String {
        self.wait_for("\x1b[?2004l");
        self.wait_for("\x1b[?2004h").replace('\r', "")
    }

    /// Reads to the end and answers the shell's status, as `$?` has it.
    pub fn end(&mut self) -> i32 {
        let deadline = Instant::now() + PATIENCE;
        while self.read() {
            let seen = String::from_utf8_lossy(&self.seen);
            assert!(Instant::now() < deadline, "the shell goes on: {seen:?}");
        }
        self.close();
        self.status()
    }

    /// The terminal goes away under the shell.
    pub fn hang_up(mut self) -> i32 {
        self.close();
        self.status()
    }

    fn status(&self) -> i32 {
        let deadline = Instant::now() + PATIENCE;
        loop {
            match sys::waitpid(WaitTarget::Pid(self.child), WaitOptions::NOHANG) {
                Ok(Some((_, status))) => return status.code(),
                Ok(None) => assert!(Instant::now() < deadline, "the shell goes on"),
                Err(e) => panic!("the shell is no child: {e}"),
            }
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    fn close(&mut self) {
        if let Some(m) = self.master.take() {
            let _ = sys::close(m);
        }
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        self.close();
    }
}
