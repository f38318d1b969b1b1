//! [`Machine`]: a kernel with a userland, and what tests do with it.

use crate::host::{Shared, Source};
use crate::{tree, userland::Userland};
use cobnut::kernel::clock;
use cobnut::kernel::error::{Block, Errno, Error};
use cobnut::kernel::file::{File, OpenFile, OpenFlags};
use cobnut::kernel::fs::{Base, Caller};
use cobnut::kernel::io::VecSink;
use cobnut::kernel::machine::{Command, Kernel, Limits, Runner};
use cobnut::kernel::pipe::{Pipe, PipeReader, PipeWriter};
use cobnut::kernel::process::{FdEntry, FdFlags, Pid, Process, Termination};
use cobnut::kernel::signal::Signal;
use cobnut::kernel::sync::Waiter;
use cobnut::kernel::sync::wait::{WaitError, block_until};
use cobnut::kernel::syscall::path;
use cobnut::kernel::syscall::process::{RootSpawn, spawn_root};
use cobnut::wasmvm::{GuestModule, Start};
use std::sync::Arc;
use std::thread::{JoinHandle, spawn};
use std::time::Duration;

/// A kernel, its processes' threads, and its commands. Dropping it kills what runs.
pub struct Machine {
    shared: Arc<Shared>,
    services: Option<[JoinHandle<()>; 2]>,
}

/// What a job reads.
#[derive(Clone, Debug, Default)]
pub enum Stdin {
    /// Nothing: `/dev/null`.
    #[default]
    Null,
    /// These bytes, through a pipe.
    Bytes(Vec<u8>),
}

/// A command to be run to its end.
#[derive(Clone, Debug)]
pub struct Job {
    /// argv; the first is looked for in PATH and among the commands.
    pub args: Vec<Vec<u8>>,
    /// What it reads.
    pub stdin: Stdin,
    /// Additions to the machine's environment, `NAME=value`.
    pub env: Vec<String>,
    /// Where it starts.
    pub cwd: String,
    /// When it is killed, with all that it started.
    pub timeout: Duration,
}

/// What came of a job.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Output {
    /// Its standard output.
    pub stdout: Vec<u8>,
    /// Its standard error.
    pub stderr: Vec<u8>,
    /// Its exit code, or 128 + the signal that ended it.
    pub code: u8,
    /// Whether it was killed by its time-out.
    pub timed_out: bool,
}

impl Output {
    /// Standard output as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.stdout).into_owned()
    }

    /// Standard error as text.
    pub fn errors(&self) -> String {
        String::from_utf8_lossy(&self.stderr).into_owned()
    }
}

impl Job {
    /// A job with the words `args`, reading nothing, from `/`.
    pub fn new(args: impl IntoIterator<Item = impl Into<Vec<u8>>>) -> Job {
        Job {
            args: args.into_iter().map(Into::into).collect(),
            stdin: Stdin::Null,
            env: Vec::new(),
            cwd: "/".into(),
            timeout: Duration::from_secs(60),
        }
    }

    /// The same, reading `bytes`.
    pub fn stdin(mut self, bytes: impl Into<Vec<u8>>) -> Job {
        self.stdin = Stdin::Bytes(bytes.into());
        self
    }

    /// The same with one more `NAME=value`.
    pub fn env(mut self, variable: &str) -> Job {
        self.env.push(variable.into());
        self
    }

    /// The same, started in `cwd`.
    pub fn cwd(mut self, cwd: &str) -> Job {
        self.cwd = cwd.into();
        self
    }

    /// The same, killed after `timeout`.
    pub fn timeout(mut self, timeout: Duration) -> Job {
        self.timeout = timeout;
        self
    }
}

const ENVIRONMENT: &[&str] = &[
    "HOME=/home/user",
    "LANG=C.UTF-8",
    "LOGNAME=user",
    "PATH=/bin:/usr/bin",
    "SHELL=/bin/sh",
    "TMPDIR=/tmp",
    "USER=user",
];

impl Machine {
    /// A machine with the built userland. The message says what is missing.
    pub fn new() -> Result<Machine, String> {
        Machine::with(&Userland::find()?)
    }

    /// A machine with the commands of `userland`.
    pub fn with(userland: &Userland) -> Result<Machine, String> {
        let machine = Machine::bare();
        for (path, commands) in userland.modules() {
            std::fs::metadata(path).map_err(|error| format!("{}: {error}", path.display()))?;
            let commands: Vec<&str> = commands.iter().map(String::as_str).collect();
            machine
                .register(Source::file(path.clone()), &commands)
                .map_err(|error| error.to_string())?;
        }
        Ok(machine)
    }

    /// A machine without commands, within the default limits.
    pub fn bare() -> Machine {
        Machine::limited(Limits::default())
    }

    /// A machine without commands.
    ///
    /// # Panics
    /// When the limits leave no room for the first files.
    pub fn limited(limits: Limits) -> Machine {
        let vfs = tree::new(limits.file_bytes).expect("the first files fit");
        let kernel = Kernel::new(vfs, limits, ENVIRONMENT.iter().collect());
        let shared = Shared::new(kernel);
        let services = Some(shared.serve());
        Machine { shared, services }
    }

    /// Its kernel.
    pub fn kernel(&self) -> &Arc<Kernel> {
        &self.shared.kernel
    }

    /// Makes `source` run under each of the names `commands`, with a file in `/bin` for each.
    fn register(&self, source: Source, commands: &[&str]) -> cobnut::kernel::Result<()> {
        let program = self.shared.add_program(source);
        for name in commands {
            self.kernel().register_command(
                name.as_bytes(),
                Command {
                    driver: "wasmvm".into(),
                    runner: Runner::Worker(program),
                },
            );
            self.write_file(
                &format!("/bin/{name}"),
                &Kernel::command_file(name.as_bytes()),
                0o755,
            )?;
        }
        Ok(())
    }

    /// Compiles a module (binary or text) and makes it a command. The message says what is wrong with it.
    pub fn add_command(&self, name: &str, module: &[u8]) -> Result<(), String> {
        #[cfg(feature = "text")]
        let module = &wat::parse_bytes(module).map_err(|error| error.to_string())?;
        let module = GuestModule::compile(module)?;
        self.add_module(name, module).map_err(|error| error.to_string())
    }

    /// Makes a compiled module a command.
    pub fn add_module(&self, name: &str, module: GuestModule) -> cobnut::kernel::Result<()> {
        self.register(Source::compiled(module), &[name])
    }

    /// Makes or replaces a file.
    pub fn write_file(&self, path: &str, bytes: &[u8], mode: u32) -> cobnut::kernel::Result<()> {
        tree::write(&self.kernel().vfs, path.as_bytes(), bytes, mode)
    }

    /// A file's bytes.
    pub fn read_file(&self, path: &str) -> cobnut::kernel::Result<Vec<u8>> {
        let caller = Caller::page(&self.kernel().vfs);
        let file = path::open_file(caller, Base::Root, path.as_bytes(), OpenFlags::empty(), 0)?;
        let mut sink = VecSink::new(usize::MAX);
        loop {
            match file.try_read(&mut sink) {
                Ok(0) => return Ok(sink.bytes),
                Ok(_) => {}
                Err(Block::Failed(error)) => return Err(error),
                Err(Block::WouldBlock) => return Err(Errno::EAGAIN.into()),
            }
        }
    }

    /// Runs a script in the shell.
    pub fn sh(&self, script: &str) -> Output {
        self.run(Job::new(["sh", "-c", script]))
    }

    /// Runs a command.
    pub fn exec(&self, args: &[&str]) -> Output {
        self.run(Job::new(args.iter().copied()))
    }

    /// Runs a job to its end; what it left running is killed.
    pub fn run(&self, job: Job) -> Output {
        let (stdin, input) = match job.stdin {
            Stdin::Null => (self.null(), None),
            Stdin::Bytes(bytes) => {
                let (reader, writer) = Pipe::pair();
                let feeder = spawn(move || feed(&writer, &bytes));
                (
                    Ok(OpenFile::new(File::PipeReader(reader), OpenFlags::empty())),
                    Some(feeder),
                )
            }
        };
        let ((stdout, out), (stderr, err)) = (output_pipe(), output_pipe());
        let files = stdin.map(|stdin| [stdin, stdout, stderr]);
        let (out, err) = (spawn(move || drain(&out)), spawn(move || drain(&err)));
        let (code, timed_out, complaint) = match files.and_then(|files| {
            self.start(
                &job.args,
                &job.env,
                &job.cwd,
                files.into_iter().map(entry).collect(),
            )
        }) {
            Ok(process) => {
                let timed_out = !self.wait(&process, Some(job.timeout));
                self.kernel().signal_job(process.job, Signal::SIGKILL);
                self.wait(&process, None);
                self.kernel().reap_job(process.job);
                (
                    process.termination().map_or(255, Termination::exit_code),
                    timed_out,
                    String::new(),
                )
            }
            Err(error) => (
                refusal(error),
                false,
                format!("{}: {error}\n", String::from_utf8_lossy(&job.args[0])),
            ),
        };
        let mut stderr = complaint.into_bytes();
        stderr.extend(err.join().unwrap_or_default());
        let output = Output {
            stdout: out.join().unwrap_or_default(),
            stderr,
            code,
            timed_out,
        };
        if let Some(feeder) = input {
            let _ended = feeder.join();
        }
        output
    }

    /// Starts a process that nobody's child is, with these descriptors from 0 on.
    pub fn start(
        &self,
        args: &[Vec<u8>],
        env: &[String],
        cwd: &str,
        fds: Vec<Option<FdEntry>>,
    ) -> cobnut::kernel::Result<Arc<Process>> {
        let mut environment = self.kernel().env();
        env.iter()
            .for_each(|variable| environment.push(variable.as_bytes()));
        let spawn = RootSpawn {
            path: args.first().cloned().unwrap_or_default(),
            args: args.iter().collect(),
            env: environment,
            cwd: cwd.into(),
            fds,
            parent: None,
        };
        let (process, program) = spawn_root(self.kernel(), spawn)?;
        self.started(&process, Start::Program(program))?;
        Ok(process)
    }

    fn started(&self, process: &Arc<Process>, start: Start) -> cobnut::kernel::Result<()> {
        self.shared
            .start(process, start)
            .inspect_err(|_| self.kernel().abandon(process, Termination::Exited(127)))
    }

    /// Waits until `process` has ended. False if `timeout` came first.
    pub fn wait(&self, process: &Process, timeout: Option<Duration>) -> bool {
        let deadline = timeout.map(|timeout| clock::monotonic_ns() + timeout.as_nanos() as u64);
        let ended = || process.termination().map(drop).ok_or(Block::WouldBlock);
        block_until(&Waiter::new(), &[&process.exited], deadline, || false, ended) != Err(WaitError::TimedOut)
    }

    /// The processes in the table, zombies included.
    pub fn processes(&self) -> Vec<Pid> {
        self.kernel()
            .processes()
            .iter()
            .map(|info| info.process.pid)
            .collect()
    }

    /// Waits until every process's thread has ended.
    pub fn settle(&self) {
        self.shared.join();
    }

    fn null(&self) -> cobnut::kernel::Result<Arc<OpenFile>> {
        path::open_file(
            Caller::page(&self.kernel().vfs),
            Base::Root,
            b"/dev/null",
            OpenFlags::empty(),
            0,
        )
    }
}

impl Drop for Machine {
    fn drop(&mut self) {
        for info in self.kernel().processes() {
            info.process.post(Signal::SIGKILL);
        }
        self.shared.join();
        self.shared.stop();
        for service in self.services.take().into_iter().flatten() {
            let _panicked_or_not = service.join();
        }
    }
}

/// A descriptor.
pub fn entry(file: Arc<OpenFile>) -> Option<FdEntry> {
    Some(FdEntry {
        file,
        flags: FdFlags::empty(),
    })
}

/// The exit code of what could not be started, as shells have it.
pub fn refusal(error: Error) -> u8 {
    if error.errno == Errno::ENOENT { 127 } else { 126 }
}

fn output_pipe() -> (Arc<OpenFile>, PipeReader) {
    let (reader, writer) = Pipe::pair();
    (
        OpenFile::new(File::PipeWriter(writer), OpenFlags::O_WRONLY),
        reader,
    )
}

/// Writes all bytes, unless nobody reads any more.
pub fn feed(writer: &PipeWriter, mut bytes: &[u8]) {
    let waiter = Waiter::new();
    while !bytes.is_empty() {
        if block_until(
            &waiter,
            &[writer.queue()],
            None,
            || false,
            || writer.try_write(&mut bytes),
        )
        .is_err()
        {
            return;
        }
    }
}

fn drain(reader: &PipeReader) -> Vec<u8> {
    let mut sink = VecSink::new(usize::MAX);
    let waiter = Waiter::new();
    loop {
        match block_until(
            &waiter,
            &[reader.queue()],
            None,
            || false,
            || reader.try_read(&mut sink),
        ) {
            Ok(0) | Err(_) => return sink.bytes,
            Ok(_) => {}
        }
    }
}
