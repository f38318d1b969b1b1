//! `kernel.spawn`: [`ManagedProcess`], a process with its streams.

use super::driver::interface::reaped;
use super::error::{JsResult, about, error, plain, promise};
use super::exec::bytes_of;
use super::machine::{Launch, Machine, entry};
use super::options::Options;
use super::streams::{Collector, Destination, Feeder};
use crate::kernel::Errno;
use crate::kernel::file::{File, OpenFlags};
use crate::kernel::pipe::{Pipe, PipeReader, PipeWriter};
use crate::kernel::process::{Fd, FdEntry, FdFlags, Pid, Process};
use crate::kernel::signal::Signal;
use js_sys::Promise;
use std::rc::Rc;
use std::sync::Arc;
use wasm_bindgen::prelude::*;

/// A process that the page started, with the other ends of its standard streams.
#[wasm_bindgen(skip_typescript)]
pub struct ManagedProcess {
    machine: Rc<Machine>,
    process: Arc<Process>,
    /// `None` where it reads from a descriptor of its parent's.
    stdin: Option<Rc<Feeder<PipeWriter>>>,
    /// Those of its output streams that come here.
    outputs: Vec<Rc<Collector<PipeReader>>>,
}

/// One of a process's output streams: its descriptor, and the page's end of it if it comes here.
type OutputStream = (Option<FdEntry>, Option<Rc<Collector<PipeReader>>>);

/// What the options say of a process's streams.
struct Streams<'a> {
    options: Options<'a>,
    parent: Option<Arc<Process>>,
}

impl Streams<'_> {
    /// The descriptor of the parent's that an option names. EINVAL, EBADF.
    fn inherited(&self, option: &str) -> JsResult<Option<FdEntry>> {
        let Some(number) = self.options.number(option)? else {
            return Ok(None);
        };
        let Some(parent) = &self.parent else {
            let message =
                format!("the option {option} is a descriptor of the process that the option ppid names");
            return Err(error(Errno::EINVAL, &message));
        };
        let file = parent
            .open_file(Fd(number as u32))
            .map_err(|error| about(error, &format!("descriptor {number} of process {}", parent.pid.0)))?;
        Ok(Some(FdEntry {
            file,
            flags: FdFlags::empty(),
        }))
    }

    /// A descriptor of the parent's, a function of the page's, else what the parent has, else nothing.
    fn output(&self, fd: u32, option: &str, function: &str) -> JsResult<OutputStream> {
        if let Some(entry) = self.inherited(option)? {
            return Ok((Some(entry), None));
        }
        let function = self.options.function(function)?;
        let parents = self
            .parent
            .as_ref()
            .and_then(|parent| parent.open_file(Fd(fd)).ok());
        if let (None, Some(file)) = (&function, parents) {
            let flags = FdFlags::empty();
            return Ok((Some(FdEntry { file, flags }), None));
        }
        let (reader, writer) = Pipe::pair();
        let destination = function.map_or(Destination::Discard, Destination::Call);
        Ok((
            entry(File::PipeWriter(writer), OpenFlags::O_WRONLY),
            Some(Collector::start(reader, destination)),
        ))
    }
}

/// Starts a process. Of the parent that the option `ppid` names it has the environment, the directory and, unless the options say
/// otherwise, the output; its standard input is the page's, or the descriptor `stdinFd`.
pub fn spawn(
    machine: &Rc<Machine>,
    command: String,
    args: Vec<String>,
    options: &JsValue,
) -> JsResult<ManagedProcess> {
    let options = Options::new(options)?;
    let (env, cwd) = (options.env("env")?, options.string("cwd")?);
    let parent = match options.number("ppid")? {
        Some(ppid) => Some(living(machine, ppid)?),
        None => None,
    };
    let streams = Streams { options, parent };
    let (stdin, feeder) = match streams.inherited("stdinFd")? {
        Some(entry) => (Some(entry), None),
        None => {
            let (reader, writer) = Pipe::pair();
            let feeder = Feeder::new(Rc::new(writer));
            (entry(File::PipeReader(reader), OpenFlags::empty()), Some(feeder))
        }
    };
    let (stdout, out) = streams.output(1, "stdoutFd", "onStdout")?;
    let (stderr, err) = streams.output(2, "stderrFd", "onStderr")?;
    let process = machine.launch_now(Launch {
        command,
        args,
        env,
        cwd,
        fds: vec![stdin, stdout, stderr],
        terminal: None,
        parent: streams.parent,
    })?;
    Ok(ManagedProcess {
        machine: machine.clone(),
        process,
        stdin: feeder,
        outputs: out.into_iter().chain(err).collect(),
    })
}

/// The process of that number. ESRCH if there is none, or it has ended.
fn living(machine: &Machine, pid: f64) -> JsResult<Arc<Process>> {
    let found = machine.kernel().find(Pid(pid as u32)).ok();
    found
        .filter(|process| process.termination().is_none())
        .ok_or_else(|| about(Errno::ESRCH.into(), &format!("process {pid}")))
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
        let bytes = bytes_of(&data)?;
        match &self.stdin {
            Some(stdin) => stdin.push(bytes),
            None => {
                let message = "bad file descriptor: its standard input is a descriptor of its parent's";
                return Err(error(Errno::EBADF, message));
            }
        }
        Ok(())
    }

    /// Closes its standard input after what is queued.
    #[wasm_bindgen(js_name = closeStdin)]
    pub fn close_stdin(&self) {
        if let Some(stdin) = &self.stdin {
            stdin.close();
        }
    }

    /// Sends a signal, SIGTERM unless said otherwise.
    pub fn kill(&self, signal: Option<i32>) -> JsResult<()> {
        send_signal(&self.process, signal)
    }

    /// Resolves to the exit code, or 128 + the signal, when it has ended and all that it printed has been delivered.
    pub fn wait(&self) -> Promise {
        let (machine, process) = (self.machine.clone(), self.process.clone());
        let (stdin, outputs) = (self.stdin.clone(), self.outputs.clone());
        promise(async move {
            let termination = reaped(&machine, &process).await.map_err(plain)?;
            if let Some(stdin) = stdin {
                stdin.abort();
            }
            outputs.iter().for_each(|output| output.flush());
            Ok(termination.exit_code().into())
        })
    }
}
