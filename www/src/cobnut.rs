//! The part of the package's public API that the page uses. The import map in `index.html` leads the name `cobnut` to
//! `pkg/cobnut.js`; its contract is `pkg/cobnut.d.ts`.

use js_sys::{Object, Reflect};
use wasm_bindgen::prelude::*;

#[wasm_bindgen(module = "cobnut")]
extern "C" {
    /// Loads the kernel's module.
    #[wasm_bindgen(js_name = "default", catch)]
    pub async fn init() -> Result<JsValue, JsValue>;

    /// Throws a `KernelError` where the page is not cross-origin isolated.
    #[wasm_bindgen(js_name = createKernel, catch)]
    pub fn create_kernel(options: &Object) -> Result<Kernel, JsValue>;

    #[wasm_bindgen(js_name = createWasmVmRuntime, catch)]
    pub fn create_wasm_vm_runtime(options: &Object) -> Result<JsValue, JsValue>;

    #[wasm_bindgen(js_name = createInMemoryFileSystem, catch)]
    pub fn create_in_memory_file_system() -> Result<JsValue, JsValue>;

    pub type Kernel;

    #[wasm_bindgen(method, catch)]
    pub async fn mount(this: &Kernel, driver: &JsValue) -> Result<JsValue, JsValue>;

    #[wasm_bindgen(method, catch)]
    pub async fn mkdir(this: &Kernel, path: &str) -> Result<JsValue, JsValue>;

    #[wasm_bindgen(method, catch)]
    pub async fn exists(this: &Kernel, path: &str) -> Result<JsValue, JsValue>;

    /// Resolves with the shell's exit status.
    #[wasm_bindgen(method, js_name = connectTerminal, catch)]
    pub async fn connect_terminal(this: &Kernel, options: &Object) -> Result<JsValue, JsValue>;
}

/// An object literal: what every options parameter of the API takes.
pub fn object(fields: &[(&str, &JsValue)]) -> Result<Object, JsValue> {
    let object = Object::new();
    for (name, value) in fields {
        Reflect::set(&object, &JsValue::from_str(name), value)?;
    }
    Ok(object)
}
