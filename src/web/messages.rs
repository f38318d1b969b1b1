//! What the page, the kernel worker and the process workers say to each other.
//!
//! Plain data of the kernel travels as a pointer into the shared memory, of which exactly one message exists; what only
//! JavaScript can hold (compiled modules) travels beside it.

use crate::kernel::machine::ProgramId;
use crate::kernel::process::Process;
use crate::kernel::syscall::exec::Program;
use crate::wasmvm::{ClonePoint, ModuleInfo};
use js_sys::{Array, WebAssembly};
use std::sync::Arc;
use wasm_bindgen::prelude::*;

/// A process to be run.
pub struct Job {
    /// The process; nobody has adopted it.
    pub process: Arc<Process>,
    /// What it runs.
    pub program: Program,
    /// For a clone: where it goes on.
    pub clone: Option<ClonePoint>,
    /// The module, where its number does not tell it: of a clone that runs a file.
    pub module: Option<(WebAssembly::Module, Arc<ModuleInfo>)>,
}

/// The part of a [`Job`] that travels as a pointer.
struct Plain {
    process: Arc<Process>,
    program: Program,
    clone: Option<ClonePoint>,
    info: Option<Arc<ModuleInfo>>,
}

impl Job {
    /// The parts of its message. They must reach a [`Job::from_parts`] once.
    fn into_parts(self) -> Array {
        let (module, info) = self.module.unzip();
        let plain = Plain {
            process: self.process,
            program: self.program,
            clone: self.clone,
            info,
        };
        let pointer = Box::into_raw(Box::new(plain)) as u32;
        Array::of2(
            &pointer.into(),
            module.as_ref().map_or(&JsValue::UNDEFINED, AsRef::as_ref),
        )
    }

    fn from_parts(parts: &Array) -> Option<Job> {
        let pointer = parts.get(0).as_f64()? as u32;
        // SAFETY: the pointer was made by `into_parts`, on this memory, and each message is read once.
        let plain = unsafe { Box::from_raw(pointer as *mut Plain) };
        let Plain {
            process,
            program,
            clone,
            info,
        } = *plain;
        let module = parts.get(1).dyn_into().ok().zip(info);
        Some(Job {
            process,
            program,
            clone,
            module,
        })
    }
}

/// A compiled module that a driver mounted.
#[derive(Clone)]
pub struct Mounted {
    /// Compiled.
    pub module: WebAssembly::Module,
    /// What is known of it.
    pub info: Arc<ModuleInfo>,
}

/// A program as a driver brings it.
pub enum Source {
    /// Compiled.
    Compiled(Mounted),
    /// To be fetched when it is first called.
    Remote(Remote),
}

/// Where a module is to be had.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Remote {
    /// Absolute.
    pub url: String,
    /// How many bytes it is said to have.
    pub size: u32,
}

/// To the kernel worker, from the page and from process workers.
pub enum ToKernel {
    /// One more program; its number is how many there were before.
    Mount(Source),
    /// Run this.
    Start(Job),
    /// A process worker has nothing to do: its process has ended.
    Idle,
    /// The same, but that its process goes on elsewhere: on the page.
    HandedOver,
    /// A process worker needs this program, to go on with an exec.
    Need(ProgramId),
    /// All processes have ended: stop every worker, then yourself.
    Stop,
    /// A panic, anywhere; for the page.
    Panicked(String),
}

/// To a process worker.
pub enum ToProcess {
    /// A program that it has not got yet.
    Mount(ProgramId, Mounted),
    /// Run this; its program has been sent.
    Run(Job),
    /// The program that was asked for has been sent.
    GoOn,
    /// This program, which was asked for, can't be had; why.
    GiveUp(ProgramId, String),
    /// This process's program can't be had; why.
    Refuse(Job, String),
    /// Close.
    Retire,
}

const MOUNT: u32 = 0;
const START: u32 = 1;
const IDLE: u32 = 2;
const NEED: u32 = 3;
const STOP: u32 = 4;
const PANICKED: u32 = 5;
const GO_ON: u32 = 6;
const HANDED_OVER: u32 = 7;
const GIVE_UP: u32 = 8;
const REFUSE: u32 = 9;

fn mount_parts(mounted: &Mounted) -> Array {
    // The sender keeps its own count for as long as the message may be under way.
    let info = Arc::into_raw(mounted.info.clone()) as u32;
    Array::of2(&mounted.module, &info.into())
}

fn mounted(parts: &Array) -> Option<Mounted> {
    let info = parts.get(1).as_f64()? as u32 as *const ModuleInfo;
    // SAFETY: the count was made by `mount_parts`, on this memory, and each message is read once.
    let info = unsafe { Arc::from_raw(info) };
    Some(Mounted {
        module: parts.get(0).unchecked_into(),
        info,
    })
}

fn source_parts(source: &Source) -> Array {
    match source {
        Source::Compiled(mounted) => mount_parts(mounted),
        Source::Remote(Remote { url, size }) => Array::of2(&url.into(), &(*size).into()),
    }
}

fn source(parts: &Array) -> Option<Source> {
    Some(match parts.get(0).as_string() {
        None => Source::Compiled(mounted(parts)?),
        Some(url) => Source::Remote(Remote {
            url,
            size: parts.get(1).as_f64()? as u32,
        }),
    })
}

fn tagged(tag: u32, parts: &JsValue) -> JsValue {
    Array::of2(&tag.into(), parts).into()
}

impl ToKernel {
    /// To be posted, once.
    pub fn into_js(self) -> JsValue {
        let alone = |tag| tagged(tag, &JsValue::UNDEFINED);
        match self {
            ToKernel::Mount(program) => tagged(MOUNT, &source_parts(&program)),
            ToKernel::Start(job) => tagged(START, &job.into_parts()),
            ToKernel::Idle => alone(IDLE),
            ToKernel::HandedOver => alone(HANDED_OVER),
            ToKernel::Need(program) => tagged(NEED, &program.0.into()),
            ToKernel::Stop => alone(STOP),
            ToKernel::Panicked(text) => tagged(PANICKED, &text.into()),
        }
    }

    /// From a message, once.
    pub fn from_js(message: &JsValue) -> Option<ToKernel> {
        let message: &Array = message.dyn_ref()?;
        let parts = message.get(1);
        Some(match message.get(0).as_f64()? as u32 {
            MOUNT => ToKernel::Mount(source(parts.unchecked_ref())?),
            START => ToKernel::Start(Job::from_parts(parts.unchecked_ref())?),
            IDLE => ToKernel::Idle,
            HANDED_OVER => ToKernel::HandedOver,
            NEED => ToKernel::Need(ProgramId(parts.as_f64()? as u32)),
            STOP => ToKernel::Stop,
            PANICKED => ToKernel::Panicked(parts.as_string()?),
            _ => return None,
        })
    }
}

impl ToProcess {
    /// To be posted, once.
    pub fn into_js(self) -> JsValue {
        let alone = |tag| tagged(tag, &JsValue::UNDEFINED);
        match self {
            ToProcess::Mount(id, program) => {
                let parts = mount_parts(&program);
                parts.push(&id.0.into());
                tagged(MOUNT, &parts)
            }
            ToProcess::Run(job) => tagged(START, &job.into_parts()),
            ToProcess::GoOn => alone(GO_ON),
            ToProcess::GiveUp(id, why) => {
                let parts = Array::of2(&id.0.into(), &why.into());
                tagged(GIVE_UP, &parts)
            }
            ToProcess::Refuse(job, why) => {
                let parts = job.into_parts();
                parts.push(&why.into());
                tagged(REFUSE, &parts)
            }
            ToProcess::Retire => alone(STOP),
        }
    }

    /// From a message, once.
    pub fn from_js(message: &JsValue) -> Option<ToProcess> {
        let message: &Array = message.dyn_ref()?;
        let parts = message.get(1);
        Some(match message.get(0).as_f64()? as u32 {
            MOUNT => {
                let parts: &Array = parts.unchecked_ref();
                ToProcess::Mount(ProgramId(parts.get(2).as_f64()? as u32), mounted(parts)?)
            }
            START => ToProcess::Run(Job::from_parts(parts.unchecked_ref())?),
            GO_ON => ToProcess::GoOn,
            GIVE_UP => {
                let parts: &Array = parts.unchecked_ref();
                let id = ProgramId(parts.get(0).as_f64()? as u32);
                ToProcess::GiveUp(id, parts.get(1).as_string()?)
            }
            REFUSE => {
                let parts: &Array = parts.unchecked_ref();
                ToProcess::Refuse(Job::from_parts(parts)?, parts.get(2).as_string()?)
            }
            STOP => ToProcess::Retire,
            _ => return None,
        })
    }
}
