//! `kernel.exec`: a shell command from its start to its output.

use super::error::{JsResult, error, error_with, plain};
use super::glue;
use super::machine::{Launch, Machine, entry, exited};
use super::options::Options;
use super::streams::{Collector, Destination, Feeder};
use crate::kernel::Errno;
use crate::kernel::file::{File, OpenFlags};
use crate::kernel::pipe::{Pipe, PipeReader};
use futures_util::future::{Either, select};
use js_sys::{Array, Object, Reflect, Uint8Array};
use std::rc::Rc;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

#[wasm_bindgen(module = "/src/web/api.js")]
extern "C" {
    #[wasm_bindgen(js_name = textOf)]
    fn text_of(chunks: &Array) -> JsValue;
    /// A copy of text or bytes, as bytes. EINVAL.
    #[wasm_bindgen(js_name = bytesOf, catch)]
    pub fn bytes_of(data: &JsValue) -> core::result::Result<Uint8Array, JsValue>;
}

/// What `exec` was asked for.
pub struct ExecRequest {
    command: String,
    timeout_ms: Option<f64>,
    env: Vec<(String, String)>,
    cwd: Option<String>,
    stdin: Option<Uint8Array>,
}

impl ExecRequest {
    /// From the arguments of `exec`.
    pub fn new(command: String, options: &JsValue) -> JsResult<Self> {
        let options = Options::new(options)?;
        Ok(ExecRequest {
            command,
            timeout_ms: options.number("timeout")?,
            env: options.env("env")?,
            cwd: options.string("cwd")?,
            stdin: options.get("stdin").map(|data| bytes_of(&data)).transpose()?,
        })
    }
}

/// Runs a shell command and resolves to its result, once the shell has ended and its output has been read.
pub async fn exec(machine: Rc<Machine>, request: ExecRequest) -> JsResult<JsValue> {
    if machine.kernel().command(b"sh").is_none() {
        return Err(error(
            Errno::ENOENT,
            "no shell is mounted: mount createWasmVmRuntime() first",
        ));
    }
    let (stdin_reader, stdin) = Pipe::pair();
    let (stdout, stdout_writer) = Pipe::pair();
    let (stderr, stderr_writer) = Pipe::pair();
    let process = machine.launch(Launch {
        command: "sh".into(),
        args: vec!["-c".into(), request.command],
        env: request.env,
        cwd: request.cwd,
        fds: vec![
            entry(File::PipeReader(stdin_reader), OpenFlags::empty()),
            entry(File::PipeWriter(stdout_writer), OpenFlags::O_WRONLY),
            entry(File::PipeWriter(stderr_writer), OpenFlags::O_WRONLY),
        ],
        terminal: None,
    })?;
    let feeder = Feeder::new(Rc::new(stdin));
    request.stdin.into_iter().for_each(|bytes| feeder.push(bytes));
    feeder.close();
    let output = Printed {
        stdout: Collector::start(stdout, Destination::Keep(Array::new())),
        stderr: Collector::start(stderr, Destination::Keep(Array::new())),
    };
    let ended = Box::pin(exited(&process));
    let ended = match request.timeout_ms {
        None => Some(ended.await),
        Some(ms) => match select(ended, JsFuture::from(glue::delay(ms))).await {
            Either::Left((ended, _)) => Some(ended),
            Either::Right(_) => None,
        },
    };
    feeder.abort();
    match ended {
        Some(termination) => {
            let code = termination.map_err(plain)?.exit_code();
            Ok(output.into_result(Some(code)).into())
        }
        None => {
            machine.kill_job(process.job).await.map_err(plain)?;
            let message = format!(
                "operation timed out: the command ran longer than {} ms",
                request.timeout_ms.unwrap_or(0.0)
            );
            Err(error_with(Errno::ETIMEDOUT, &message, &output.into_result(None)))
        }
    }
}

/// What a command has printed.
struct Printed {
    stdout: Rc<Collector<PipeReader>>,
    stderr: Rc<Collector<PipeReader>>,
}

impl Printed {
    fn into_result(self, exit_code: Option<u8>) -> Object {
        let result = Object::new();
        let set = |name: &str, value: &JsValue| {
            let _is_set = Reflect::set(&result, &name.into(), value);
        };
        if let Some(code) = exit_code {
            set("exitCode", &code.into());
        }
        set("stdout", &text_of(&self.stdout.finish()));
        set("stderr", &text_of(&self.stderr.finish()));
        result
    }
}
