//! A kernel that panics (rule 5 of the design): every pending call rejects with an error that says so, and nothing hangs.

use crate::support::{EMPTY_USERLAND, get, object, resolved};
use cobnut::web::glue::glue_url;
use cobnut::web::kernel_worker::kernel_worker;
use js_sys::{Function, Promise, Uint8Array};
use wasm_bindgen::prelude::*;
use wasm_bindgen_test::wasm_bindgen_test;

#[wasm_bindgen(module = "/tests/web/panic.js")]
extern "C" {
    #[wasm_bindgen(js_name = panicIn)]
    fn panic_in(glue: &str, place: &str, options: &JsValue, guest: &Uint8Array) -> Promise;
}

/// Panics on the page.
#[wasm_bindgen(js_name = panicNow)]
pub fn panic_now() {
    panic!("asked for by the page");
}

/// A kernel worker that panics when it is told to.
#[wasm_bindgen(js_name = kernelWorkerThatPanics)]
pub fn kernel_worker_that_panics(shared: u32) -> JsValue {
    let handler: Function = kernel_worker(shared).unchecked_into();
    let closure = Closure::<dyn FnMut(JsValue)>::new(move |message: JsValue| {
        assert!(message.as_string().is_none(), "asked for in the kernel worker");
        handler.call1(&JsValue::NULL, &message).unwrap();
    });
    closure.into_js_value()
}

async fn check(place: &str, says: &str) {
    let guest =
        Uint8Array::new_from_slice(&wat::parse_str(include_str!("../guests/read_stdin.wat")).unwrap());
    let options = object(&[("wasmBinaryPath", EMPTY_USERLAND.into())]);
    let answers = resolved(panic_in(&glue_url(), place, &options, &guest)).await;
    for call in ["wait", "again", "later", "file", "spawn"] {
        let answer = get(&answers, call);
        let message = get(&answer, "message").as_string().unwrap_or_default();
        assert_eq!(get(&answer, "code"), "EIO", "{call}: {answer:?}");
        assert!(message.contains("kernel panicked"), "{call}: {message}");
        assert!(message.contains(says), "{call}: {message}");
    }
}

#[wasm_bindgen_test]
async fn a_panic_on_the_page_rejects_every_pending_call() {
    check("page", "asked for by the page").await;
}

#[wasm_bindgen_test]
async fn a_panic_in_the_kernel_worker_rejects_every_pending_call() {
    check("kernel worker", "asked for in the kernel worker").await;
}
