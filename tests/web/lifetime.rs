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
    assert!(
        rejected(kernel.read_file("/tmp/a".into()))
            .await
            .1
            .contains("disposed")
    );
    let refused = kernel.spawn("hello".into(), JsValue::UNDEFINED, JsValue::UNDEFINED);
    assert!(described(&refused.err().unwrap()).1.contains("disposed"));
}

#[wasm_bindgen_test]
async fn two_kernels_do_not_meet() {
    let (one, other) = (boot().await, boot().await);
    resolved(one.write_file("/tmp/mine".into(), "1".into())).await;
    assert_eq!(resolved(other.exists("/tmp/mine".into())).await, JsValue::FALSE);
    resolved(one.dispose()).await;
    assert_eq!(crate::support::run(&other, "hello").await, 0.0);
    resolved(other.dispose()).await;
}

#[wasm_bindgen_test]
async fn options_of_the_wrong_kind_are_einval() {
    for (name, value) in [
        ("permissions", object(&[("fs", 3.into())])),
        ("filesystem", object(&[])),
        ("cwd", 3.into()),
        ("env", "text".into()),
        ("limits", 3.into()),
    ] {
        let (code, message) = described(&create_kernel(object(&[(name, value)])).err().unwrap());
        assert_eq!(code, "EINVAL", "{name}");
        assert!(
            message.starts_with("EINVAL: invalid argument: "),
            "{name}: {message}"
        );
    }
}

#[wasm_bindgen_test]
async fn exec_without_a_shell_is_enoent() {
    let kernel = boot().await;
    let (code, message) = rejected(kernel.exec("echo hello".into(), JsValue::UNDEFINED)).await;
    assert_eq!(code, "ENOENT");
    assert!(message.contains("createWasmVmRuntime"), "{message}");
}

#[wasm_bindgen_test]
async fn what_lacks_a_driver_s_methods_is_einval() {
    let kernel = boot().await;
    let driver = object(&[("name", "toy".into()), ("commands", Array::new().into())]);
    let (code, message) = rejected(kernel.mount(driver)).await;
    assert_eq!(code, "EINVAL");
    assert!(message.contains("spawn"), "{message}");
}

#[wasm_bindgen_test]
async fn mounted_commands_tell_their_driver() {
    let kernel = boot().await;
    assert_eq!(kernel.commands().unwrap().get(&"hello".into()), "wasmvm");
}
