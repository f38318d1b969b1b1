//! The JavaScript that Rust needs of its surroundings: the snippet `threads.js`, and the glue's own URL.

use js_sys::{Promise, Uint8Array};
use wasm_bindgen::prelude::*;

#[wasm_bindgen(module = "/src/web/threads.js")]
extern "C" {
    /// A worker, as its parent sees it.
    #[derive(Clone)]
    pub type Worker;
    #[wasm_bindgen(js_name = startWorker)]
    pub fn start_worker(script: &str, first: &JsValue, on: &JsValue) -> Worker;
    #[wasm_bindgen(method, js_name = postMessage, catch)]
    pub fn post(this: &Worker, message: &JsValue) -> Result<(), JsValue>;
    #[wasm_bindgen(method)]
    pub fn terminate(this: &Worker);

    #[wasm_bindgen(js_name = lockReleased)]
    pub fn lock_released(name: &str) -> Promise;
    #[wasm_bindgen(js_name = lockName)]
    pub fn lock_name() -> String;
    #[wasm_bindgen(js_name = whatIsolationLacks)]
    pub fn what_isolation_lacks() -> String;
    #[wasm_bindgen(js_name = closeSelf)]
    pub fn close_self();
    #[wasm_bindgen(js_name = postToParent)]
    pub fn post_to_parent(message: &JsValue);
    #[wasm_bindgen(js_name = collectGarbage)]
    pub fn collect_garbage();
    #[wasm_bindgen(js_name = delay)]
    pub fn delay(ms: f64) -> Promise;
    pub fn now() -> f64;
    #[wasm_bindgen(js_name = randomBytes)]
    pub fn random_bytes(length: usize) -> Uint8Array;
}

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(thread_local_v2, js_namespace = ["import", "meta"], js_name = url)]
    static GLUE_URL: String;
}

#[wasm_bindgen(module = "/src/web/memory.js")]
extern "C" {
    #[wasm_bindgen(js_name = maximumBytes)]
    fn maximum_bytes(memory: &JsValue) -> f64;
}

/// How many bytes files may take: half of what the browser gave the kernel's memory to grow to.
pub fn file_budget() -> u64 {
    maximum_bytes(&wasm_bindgen::memory()) as u64 / 2
}

/// Where the glue was loaded from.
pub fn glue_url() -> String {
    GLUE_URL.with(String::clone)
}
