//! A worker as a thread of this memory: its start, and the release of its stack when it is really gone.
//!
//! `terminate()` does not stop a worker at once: Chromium lets a spinning one run on for up to 2 s. So each worker
//! holds a Web Lock for life, and only when that lock is free are its stack and thread-locals given back.

use super::glue::{self, Worker};
use core::cell::Cell;
use js_sys::{Function, Object, Reflect};
use std::rc::Rc;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

/// Bytes of a worker's stack in the shared memory. Guests have stacks of their own; this one carries kernel calls only.
const STACK_SIZE: u32 = 512 << 10;

/// Which Rust entry a worker runs.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Role {
    /// The event loop of a kernel.
    Kernel,
    /// Runs processes, one at a time.
    Process,
}

impl Role {
    /// The name of the export.
    fn entry(self) -> &'static str {
        match self {
            Role::Kernel => "kernelWorker",
            Role::Process => "processWorker",
        }
    }
}

/// What its parent hears of a worker.
#[derive(Debug)]
pub enum Event {
    /// It runs.
    Ready,
    /// A message of its own.
    Message(JsValue),
    /// It could not start, or an error escaped it.
    Failed(String),
}

/// Where a thread's memory is.
#[derive(Clone, Copy)]
struct Parts {
    tls: f64,
    stack: f64,
}

/// A worker of this thread.
pub struct Thread {
    worker: Worker,
    lock: String,
    parts: Rc<Cell<Option<Parts>>>,
    /// Kept for as long as events may come.
    _on_event: Closure<dyn FnMut(String, JsValue)>,
}

impl Thread {
    /// Starts a worker; `args` are its entry's, `on_event` hears of it.
    pub fn start(role: Role, args: &JsValue, mut on_event: impl FnMut(Event) + 'static) -> Thread {
        let lock = glue::lock_name();
        let parts = Rc::new(Cell::new(None));
        let seen = parts.clone();
        let on_event = Closure::<dyn FnMut(String, JsValue)>::new(move |kind: String, value: JsValue| {
            on_event(match kind.as_str() {
                "ready" => {
                    let part = |name: &str| get(&value, name).as_f64().unwrap_or(0.0);
                    seen.set(Some(Parts {
                        tls: part("tls"),
                        stack: part("stack"),
                    }));
                    Event::Ready
                }
                "message" => Event::Message(value),
                _ => Event::Failed(value.as_string().unwrap_or_default()),
            });
        });
        let first = Object::new();
        set(&first, "glue", &glue::glue_url().into());
        set(&first, "module", &wasm_bindgen::module());
        set(&first, "memory", &wasm_bindgen::memory());
        set(&first, "stackSize", &STACK_SIZE.into());
        set(&first, "lock", &lock.as_str().into());
        set(&first, "role", &role.entry().into());
        set(&first, "args", args);
        let script = wasm_bindgen::link_to!(module = "/src/web/worker.js");
        let worker = glue::start_worker(&script, &first, on_event.as_ref());
        Thread {
            worker,
            lock,
            parts,
            _on_event: on_event,
        }
    }

    /// Sends it a message.
    pub fn post(&self, message: &JsValue) -> Result<(), JsValue> {
        self.worker.post(message)
    }

    /// Stops it, whatever it does. It must hold no lock of the kernel and never take one again.
    pub fn terminate(&self) {
        self.worker.terminate();
    }

    /// Waits until the worker is really gone (it was terminated, or closes itself), then frees its stack.
    pub async fn reap(self) {
        // A worker that never got so far as to take its lock has no thread either.
        let Some(parts) = self.parts.get() else { return };
        if JsFuture::from(glue::lock_released(&self.lock)).await.is_ok() {
            destroy(parts);
        }
    }
}

/// Frees the thread-locals and the stack of a thread that is gone.
fn destroy(parts: Parts) {
    let destroy: Function = get(&wasm_bindgen::exports(), "__wbindgen_thread_destroy").unchecked_into();
    let freed = destroy.call3(
        &JsValue::NULL,
        &parts.tls.into(),
        &parts.stack.into(),
        &STACK_SIZE.into(),
    );
    debug_assert!(freed.is_ok());
}

fn get(object: &JsValue, name: &str) -> JsValue {
    Reflect::get(object, &name.into()).unwrap_or(JsValue::UNDEFINED)
}

fn set(object: &Object, name: &str, value: &JsValue) {
    let _is_set = Reflect::set(object, &name.into(), value);
}
