//! Where results go: standard output, a file, or a command's standard input.

use cli::Output;
use sys::{Fd, Mode, OpenFlags, Pid, Spawn};

/// What `.output` or `.once` named.
struct Other {
    output: Option<Output>,
    /// A descriptor of our own, to close.
    fd: Option<Fd>,
    child: Option<Pid>,
    name: Vec<u8>,
}

/// The place of the output, with its buffer.
pub struct Destination {
    stdout: Output,
    terminal: bool,
    other: Option<Other>,
    /// Another place than standard output could not take all.
    failed: bool,
}

impl Destination {
    pub fn stdout() -> Destination {
        Destination {
            stdout: Output::stdout(),
            terminal: sys::isatty(Fd::STDOUT),
            other: None,
            failed: false,
        }
    }

    /// Sends what follows to `target`: a file's name, `|command`, `stdout` or `stderr`.
    ///
    /// # Errors
    /// The message without `Error: `; the output is standard output again.
    pub fn redirect(&mut self, target: &[u8]) -> Result<(), String> {
        self.reset();
        let shown = String::from_utf8_lossy(target).into_owned();
        let mut other = Other {
            output: None,
            fd: None,
            child: None,
            name: target.to_vec(),
        };
        match target {
            b"stdout" => return Ok(()),
            b"stderr" => other.output = Some(Output::to(Fd::STDERR)),
            [b'|', command @ ..] => {
                let started = start(command, Fd::STDIN);
                let (child, end) = started.map_err(|_| format!("cannot open pipe \"{}\"", &shown[1..]))?;
                other.child = Some(child);
                other.fd = Some(end);
            }
            path => {
                let flags = OpenFlags::WRONLY | OpenFlags::CREAT | OpenFlags::TRUNC | OpenFlags::CLOEXEC;
                let fd = sys::open(path, flags, Mode::RW_ALL);
                other.fd = Some(fd.map_err(|_| format!("cannot write to \"{shown}\""))?);
            }
        }
        if let Some(fd) = other.fd {
            other.output = Some(Output::to(fd));
        }
        self.other = Some(other);
        Ok(())
    }

    /// Back to standard output. A command is waited for.
    pub fn reset(&mut self) {
        self.stdout.send();
        let Some(other) = self.other.take() else {
            return;
        };
        if let Some(output) = other.output {
            self.failed |= output.finish("sqlite3", 0, 1) != 0;
        }
        if let Some(fd) = other.fd {
            let _ = sys::close(fd);
        }
        if let Some(child) = other.child {
            cli::process::wait_for(child);
        }
    }

    /// What `.show` calls it.
    pub fn name(&self) -> &[u8] {
        self.other.as_ref().map_or(b"stdout", |other| &other.name)
    }

    pub fn put(&mut self, bytes: &[u8]) {
        match &mut self.other {
            None => self.stdout.put(bytes),
            Some(other) => {
                if let Some(output) = &mut other.output {
                    output.put(bytes);
                }
            }
        }
    }

    /// A row is complete: a terminal shows it now.
    pub fn end_row(&mut self) {
        if self.terminal {
            self.send();
        }
    }

    /// Writes out what is buffered.
    pub fn send(&mut self) {
        self.stdout.send();
        if let Some(output) = self.other.as_mut().and_then(|other| other.output.as_mut()) {
            output.send();
        }
    }

    /// Does nobody read any more?
    pub fn is_closed(&self) -> bool {
        match &self.other {
            None => self.stdout.is_closed(),
            Some(other) => other.output.as_ref().is_some_and(Output::is_closed),
        }
    }

    /// Writes out the rest; the status of the program.
    pub fn finish(mut self, status: i32) -> i32 {
        self.reset();
        let status = if self.failed && status == 0 { 1 } else { status };
        self.stdout.finish("sqlite3", status, 1)
    }
}

/// Starts a shell's command whose descriptor `theirs` (standard input or output) is one end of a pipe; the other end is the answer.
pub fn start(command: &[u8], theirs: Fd) -> sys::Result<(Pid, Fd)> {
    let (reading, writing) = sys::pipe2(OpenFlags::CLOEXEC)?;
    let (ours, end) = if theirs == Fd::STDIN {
        (writing, reading)
    } else {
        (reading, writing)
    };
    let argv = [b"sh".to_vec(), b"-c".to_vec(), command.to_vec()];
    let child = Spawn {
        path: &argv[0],
        argv: &argv,
        envp: &cli::process::environment(),
        search: true,
        actions: vec![sys::Action::Dup2 {
            from: end,
            to: theirs,
        }],
        ..Default::default()
    };
    let started = child.spawn();
    let _ = sys::close(end);
    started.map(|pid| (pid, ours)).inspect_err(|_| {
        let _ = sys::close(ours);
    })
}
