//! `kernel.spawn`: [`ManagedProcess`], a process with its streams.

use super::error::{JsResult, error, plain, promise};
use super::exec::bytes_of;
use super::machine::{Launch, Machine, entry, exited};
use super::options::Options;
use super::streams::{Collector, Destination, Feeder};
use crate::kernel::Errno;
use crate::kernel::file::{File, OpenFlags};
use crate::kernel::pipe::{Pipe, PipeReader, PipeWriter};
use crate::kernel::process::Process;
use crate::kernel::signal::Signal;
use js_sys::Promise;
use std::rc::Rc;
use std::sync::Arc;
use wasm_bindgen::prelude::*;

/// A process that the page started, with the other ends of its standard streams.
#[wasm_bindgen(skip_typescript)]
pub struct ManagedProcess {
    process: Arc<Process>,
    stdin: Rc<Feeder<PipeWriter>>,
    stdout: Rc<Collector<PipeReader>>,
    stderr: Rc<Collector<PipeReader>>,
}

/// Options of the reference that connect a process to another one's descriptors.
const FOR_DRIVERS: [&str; 4] = ["ppid", "stdinFd", "stdoutFd", "stderrFd"];

/// Starts a process.
pub fn spawn(
    machine: &Rc<Machine>,
    command: String,
    args: Vec<String>,
    options: &JsValue,
) -> JsResult<ManagedProcess> {
    let options = Options::new(options)?;
    if let Some(name) = FOR_DRIVERS.iter().find(|name| options.get(name).is_some()) {
        return Err(error(
            Errno::ENOSYS,
            &format!("function not implemented: the option {name}"),
        ));
    }
    let destination = |function| match function {
        Some(function) => Destination::Call(function),
        None => Destination::Discard,
    };
    let (on_stdout, on_stderr) = (options.function("onStdout")?, options.function("onStderr")?);
    let (stdin_reader, stdin) = Pipe::pair();
    let (stdout, stdout_writer) = Pipe::pair();
    let (stderr, stderr_writer) = Pipe::pair();
    let process = machine.launch_now(Launch {
        command,
        args,
        env: options.env("env")?,
        cwd: options.string("cwd")?,
        fds: vec![
            entry(File::PipeReader(stdin_reader), OpenFlags::empty()),
            entry(File::PipeWriter(stdout_writer), OpenFlags::O_WRONLY),
            entry(File::PipeWriter(stderr_writer), OpenFlags::O_WRONLY),
        ],
        terminal: None,
    })?;
    Ok(ManagedProcess {
        process,
        stdin: Feeder::new(Rc::new(stdin)),
        stdout: Collector::start(stdout, destination(on_stdout)),
        stderr: Collector::start(stderr, destination(on_stderr)),
    })
}

/// Sends a signal from the page; 0 only asks whether the process is there. EINVAL.
pub fn send_signal(process: &Arc<Process>, signal: Option<i32>) -> JsResult<()> {
    let number = signal.unwrap_or(i32::from(Signal::SIGTERM.number()));
    let signal = match number {
        0 => return Ok(()),
        number => Signal::try_from(number).map_err(plain)?,
    };
    if process.termination().is_none() {
        process.post(signal);
    }
    Ok(())
}

#[wasm_bindgen]
impl ManagedProcess {
    /// Its number in the process table.
    #[wasm_bindgen(getter)]
    pub fn pid(&self) -> u32 {
        self.process.pid.0
    }

    /// Queues data for its standard input.
    #[wasm_bindgen(js_name = writeStdin)]
    pub fn write_stdin(&self, data: JsValue) -> JsResult<()> {
        self.stdin.push(bytes_of(&data)?);
        Ok(())
    }

    /// Closes its standard input after what is queued.
    #[wasm_bindgen(js_name = closeStdin)]
    pub fn close_stdin(&self) {
        self.stdin.close();
    }

    /// Sends a signal, SIGTERM unless said otherwise.
    pub fn kill(&self, signal: Option<i32>) -> JsResult<()> {
        send_signal(&self.process, signal)
    }

    /// Resolves to the exit code, or 128 + the signal, when it has ended and all that it printed has been delivered.
    pub fn wait(&self) -> Promise {
        let process = self.process.clone();
        let (stdin, stdout, stderr) = (self.stdin.clone(), self.stdout.clone(), self.stderr.clone());
        promise(async move {
            let termination = exited(&process).await.map_err(plain)?;
            stdin.abort();
            stdout.flush();
            stderr.flush();
            Ok(termination.exit_code().into())
        })
    }
}
