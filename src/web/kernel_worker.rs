//! The kernel worker: a kernel's event loop. It gives processes to workers, runs the timers, and terminates the doomed. It
//! never blocks.

use super::glue;
use super::messages::ToKernel;
use super::pool::Pool;
use super::shared::Shared;
use crate::kernel::Kernel;
use crate::kernel::clock;
use crate::kernel::error::Block;
use crate::kernel::process::Pid;
use crate::kernel::sync::wait::ready_until;
use futures_util::future::select;
use std::rc::Rc;
use std::sync::Arc;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::{JsFuture, spawn_local};

/// The entry of a kernel worker; answers the handler of its messages. `shared` is the pointer of an `Arc<Shared>` of which the
/// page gives one count away.
#[wasm_bindgen(js_name = kernelWorker, skip_typescript)]
pub fn kernel_worker(shared: u32) -> JsValue {
    // SAFETY: the page made the pointer with `Arc::into_raw`, and starts one worker with it.
    let shared = unsafe { Arc::from_raw(shared as *const Shared) };
    super::panic::set_reporter(tell_of_panic);
    let kernel = shared.kernel.clone();
    let pool = Pool::start(shared);
    spawn_local(terminate_doomed(kernel.clone(), pool.clone()));
    spawn_local(run_timers(kernel, pool.clone()));
    let mut pool = Some(pool);
    let handler = Closure::<dyn FnMut(JsValue)>::new(move |message: JsValue| {
        if let (Some(running), Some(message)) = (&pool, ToKernel::from_js(&message)) {
            match message {
                ToKernel::Mount(program) => running.mount(program),
                ToKernel::Start(job) => running.start_job(job),
                ToKernel::Stop => spawn_local(stop(pool.take())),
                ToKernel::Panicked(text) => tell_of_panic(text),
                ToKernel::Idle | ToKernel::HandedOver | ToKernel::Need(_) => {}
            }
        }
    });
    handler.into_js_value()
}

/// Passes news of a panic on to the page.
pub fn tell_of_panic(text: String) {
    glue::post_to_parent(&ToKernel::Panicked(text).into_js());
}

async fn stop(pool: Option<Rc<Pool>>) {
    if let Some(pool) = pool {
        pool.stop().await;
    }
    // The loops have been woken and let go of the kernel before this fires.
    let _elapsed = JsFuture::from(glue::delay(1.0)).await;
    glue::close_self();
}

/// A guest that makes calls dies by itself within this time.
const GRACE_MS: f64 = 20.0;

async fn terminate_doomed(kernel: Arc<Kernel>, pool: Rc<Pool>) {
    while !pool.is_stopping() {
        let doomed = ready_until(kernel.doomed_queue(), || match kernel.take_doomed() {
            doomed if doomed.is_empty() && !pool.is_stopping() => Err(Block::WouldBlock),
            doomed => Ok(doomed),
        });
        let Ok(doomed) = doomed.await else { return };
        spawn_local(terminate_all(pool.clone(), doomed));
    }
}

async fn terminate_all(pool: Rc<Pool>, doomed: Vec<Pid>) {
    let _elapsed = JsFuture::from(glue::delay(GRACE_MS)).await;
    doomed.into_iter().for_each(|pid| pool.terminate(pid));
}

/// Timers are looked at anew at least this often.
const TIMER_SLICE_MS: f64 = 10_000.0;

async fn run_timers(kernel: Arc<Kernel>, pool: Rc<Pool>) {
    while !pool.is_stopping() {
        let next = kernel.run_timers();
        let changed = ready_until(kernel.timers().queue(), || {
            match kernel.timers().next_deadline() {
                deadline if deadline == next && !pool.is_stopping() => Err(Block::WouldBlock),
                _ => Ok(()),
            }
        });
        match next {
            None => {
                if changed.await.is_err() {
                    return;
                }
            }
            Some(deadline) => {
                let left = deadline.saturating_sub(clock::monotonic_ns()) as f64 / 1e6;
                let elapsed = JsFuture::from(glue::delay(left.min(TIMER_SLICE_MS)));
                select(changed, elapsed).await;
            }
        }
    }
}
