//! A kernel with a few guests, and small helpers over JavaScript values.

use cobnut::web::file_system::create_in_memory_file_system;
use cobnut::web::kernel::{WebKernel, create_kernel};
use cobnut::web::runtime::wasm_vm_runtime;
use js_sys::{Array, Object, Promise, Reflect, Uint8Array};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

/// Guests by the name of their command.
const GUESTS: &[(&str, &str)] = &[
    ("hello", include_str!("../guests/hello.wat")),
    ("exit42", include_str!("../guests/exit42.wat")),
    ("spin", include_str!("../guests/spin.wat")),
    ("read_stdin", include_str!("../guests/read_stdin.wat")),
    ("trap", include_str!("../guests/trap.wat")),
    ("recurse", include_str!("../guests/recurse.wat")),
    ("unknown_import", include_str!("../guests/unknown_import.wat")),
];

/// No userland is built for these tests, so the manifest is an empty one.
pub const EMPTY_USERLAND: &str = "/tests/web/empty-userland/";

/// An object from its properties.
pub fn object(properties: &[(&str, JsValue)]) -> JsValue {
    let object = Object::new();
    for (name, value) in properties {
        Reflect::set(&object, &(*name).into(), value).unwrap();
    }
    object.into()
}

/// A property.
pub fn get(object: &JsValue, name: &str) -> JsValue {
    Reflect::get(object, &name.into()).unwrap()
}

/// A kernel with the guests mounted.
pub async fn boot() -> WebKernel {
    let kernel = create_kernel(object(&[("filesystem", create_in_memory_file_system().into())])).unwrap();
    let commands = Object::new();
    for (name, text) in GUESTS {
        let bytes = Uint8Array::new_from_slice(&wat::parse_str(text).unwrap());
        Reflect::set(&commands, &(*name).into(), &bytes).unwrap();
    }
    let options = object(&[
        ("commands", commands.into()),
        ("wasmBinaryPath", EMPTY_USERLAND.into()),
    ]);
    done(kernel.mount(wasm_vm_runtime(&options))).await;
    kernel
}

/// What a promise resolves to.
pub async fn resolved(promise: Promise) -> JsValue {
    JsFuture::from(promise).await.unwrap()
}

/// A promise that resolves.
pub async fn done(promise: Promise) {
    resolved(promise).await;
}

/// The `code` and `message` of the error that a promise rejects with.
pub async fn rejected(promise: Promise) -> (String, String) {
    described(&JsFuture::from(promise).await.expect_err("it resolved"))
}

/// The `code` and `message` of an error.
pub fn described(error: &JsValue) -> (String, String) {
    (
        get(error, "code").as_string().unwrap_or_default(),
        get(error, "message").as_string().unwrap_or_default(),
    )
}

/// A number of `kernel.stats()`.
pub fn stat(kernel: &WebKernel, name: &str) -> u32 {
    get(&kernel.stats().unwrap(), name).as_f64().unwrap() as u32
}

/// How many processes the table has.
pub fn table_size(kernel: &WebKernel) -> u32 {
    kernel.processes().unwrap().size()
}

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_name = setTimeout)]
    fn set_timeout(callback: &js_sys::Function, ms: i32);
}

/// Waits until `condition` holds; fails after ten seconds.
pub async fn until(what: &str, condition: impl Fn() -> bool) {
    for _ in 0..1_000 {
        if condition() {
            return;
        }
        done(Promise::new(&mut |resolve, _| set_timeout(&resolve, 10))).await;
    }
    panic!("{what} did not come");
}

/// Starts `command` without arguments and answers its exit code.
pub async fn run(kernel: &WebKernel, command: &str) -> f64 {
    let process = kernel
        .spawn(command.into(), Array::new().into(), JsValue::UNDEFINED)
        .unwrap();
    resolved(process.wait()).await.as_f64().unwrap()
}
