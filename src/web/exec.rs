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
    /// UTF-8 text of arrays of bytes.
    pub fn text_of(chunks: &Array) -> JsValue;
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
    let launching = Box::pin(machine.launch(Launch {
        command: "sh".into(),
        args: vec!["-c".into(), request.command.clone()],
        env: request.env.clone(),
        cwd: request.cwd.clone(),
        fds: vec![
            entry(File::PipeReader(stdin_reader), OpenFlags::empty()),
            entry(File::PipeWriter(stdout_writer), OpenFlags::O_WRONLY),
            entry(File::PipeWriter(stderr_writer), OpenFlags::O_WRONLY),
        ],
        terminal: None,
        parent: None,
    }));
    // The page's file systems and callbacks may take their time here, and that counts.
    let started = glue::now();
    let process = match within(launching, request.timeout_ms).await {
        Some(process) => process?,
        None => return Err(timed_out(&request, &Object::new())),
    };
    let left = request
        .timeout_ms
        .map(|ms| (ms - (glue::now() - started)).max(0.0));
    let feeder = Feeder::new(Rc::new(stdin));
    request.stdin.iter().for_each(|bytes| feeder.push(bytes.clone()));
    feeder.close();
    let output = Printed {
        stdout: Collector::start(stdout, Destination::Keep(Array::new())),
        stderr: Collector::start(stderr, Destination::Keep(Array::new())),
    };
    let ended = Box::pin(exited(&process));
    let ended = within(ended, left).await;
    feeder.abort();
    match ended {
        Some(termination) => {
            let code = termination.map_err(plain)?.exit_code();
            Ok(output.into_result(Some(code)).into())
        }
        None => {
            machine.kill_job(process.job).await.map_err(plain)?;
            Err(timed_out(&request, &output.into_result(None)))
        }
    }
}

/// What `future` gives, unless that takes longer than `ms`.
async fn within<F: Future + Unpin>(future: F, ms: Option<f64>) -> Option<F::Output> {
    let Some(ms) = ms else {
        return Some(future.await);
    };
    match select(future, JsFuture::from(glue::delay(ms))).await {
        Either::Left((output, _)) => Some(output),
        Either::Right(_) => None,
    }
}

fn timed_out(request: &ExecRequest, output: &Object) -> JsValue {
    let ms = request.timeout_ms.unwrap_or(0.0);
    let message = format!("operation timed out: the command ran longer than {ms} ms");
    error_with(Errno::ETIMEDOUT, &message, output)
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
