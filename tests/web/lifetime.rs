//! Making a kernel and disposing of it.

use crate::support::{boot, described, object, rejected, resolved, stat, until};
use cobnut::web::kernel::create_kernel;
use js_sys::Array;
use wasm_bindgen::prelude::*;
use wasm_bindgen_test::wasm_bindgen_test;

#[wasm_bindgen_test]
async fn dispose_kills_what_runs_and_later_calls_say_disposed() {
    let kernel = boot().await;
    let process = kernel
        .spawn("spin".into(), JsValue::UNDEFINED, JsValue::UNDEFINED)
        .unwrap();
    until("the spinning process", || stat(&kernel, "liveProcesses") == 1).await;
    resolved(kernel.dispose()).await;
    assert_eq!(resolved(process.wait()).await, 143.0);
    assert!(
        rejected(kernel.exec("true".into(), JsValue::UNDEFINED))
            .await
            .1
            .contains("disposed")
    );
    assert!(rejected(kernel.read_file("/tmp/a")).await.1.contains("disposed"));
    let refused = kernel.spawn("hello".into(), JsValue::UNDEFINED, JsValue::UNDEFINED);
    assert!(described(&refused.err().unwrap()).1.contains("disposed"));
}

#[wasm_bindgen_test]
async fn two_kernels_do_not_meet() {
    let (one, other) = (boot().await, boot().await);
    resolved(one.write_file("/tmp/mine", "1".into())).await;
    assert_eq!(resolved(other.exists("/tmp/mine")).await, JsValue::FALSE);
    resolved(one.dispose()).await;
    assert_eq!(crate::support::run(&other, "hello").await, 0.0);
    resolved(other.dispose()).await;
}

#[wasm_bindgen_test]
async fn options_that_are_not_built_yet_are_refused_by_name() {
    let refused = |options: JsValue| described(&create_kernel(options).err().unwrap());
    let deny = object(&[("permissions", object(&[("fs", JsValue::FALSE)]))]);
    let (code, message) = refused(deny);
    assert_eq!(code, "ENOSYS");
    assert!(message.contains("permissions"), "{message}");
    let (code, message) = refused(object(&[("filesystem", object(&[]))]));
    assert_eq!(code, "ENOSYS");
    assert!(message.contains("filesystem"), "{message}");
    assert_eq!(refused(object(&[("cwd", 3.into())])).0, "EINVAL");
}

#[wasm_bindgen_test]
async fn exec_without_a_shell_is_enoent() {
    let kernel = boot().await;
    let (code, message) = rejected(kernel.exec("echo hello".into(), JsValue::UNDEFINED)).await;
    assert_eq!(code, "ENOENT");
    assert!(message.contains("createWasmVmRuntime"), "{message}");
}

#[wasm_bindgen_test]
async fn drivers_of_others_are_enosys() {
    let kernel = boot().await;
    let driver = object(&[("name", "toy".into()), ("commands", Array::new().into())]);
    assert_eq!(rejected(kernel.mount(driver)).await.0, "ENOSYS");
}

#[wasm_bindgen_test]
async fn mounted_commands_tell_their_driver() {
    let kernel = boot().await;
    assert_eq!(kernel.commands().unwrap().get(&"hello".into()), "wasmvm");
}
