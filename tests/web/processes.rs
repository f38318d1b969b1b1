//! Processes from the page: their output, their status, their death, and what is left of them.

use crate::support::{boot, described, resolved, run, stat, table_size, until};
use js_sys::{Array, Uint8Array};
use std::cell::RefCell;
use std::rc::Rc;
use wasm_bindgen::prelude::*;
use wasm_bindgen_test::wasm_bindgen_test;

#[wasm_bindgen_test]
async fn output_reaches_the_callback_before_wait_resolves() {
    let kernel = boot().await;
    let printed = Rc::new(RefCell::new(Vec::new()));
    let seen = printed.clone();
    let on_stdout = Closure::<dyn FnMut(Uint8Array)>::new(move |data: Uint8Array| {
        seen.borrow_mut().extend(data.to_vec())
    });
    let options = crate::support::object(&[("onStdout", on_stdout.as_ref().clone())]);
    let process = kernel
        .spawn("hello".into(), Array::new().into(), options)
        .unwrap();
    assert!(process.pid() > 1);
    assert_eq!(resolved(process.wait()).await, 0.0);
    assert_eq!(*printed.borrow(), b"hello\n");
}

#[wasm_bindgen_test]
async fn statuses_are_those_of_a_shell() {
    let kernel = boot().await;
    assert_eq!(run(&kernel, "exit42").await, 42.0);
    assert_eq!(run(&kernel, "trap").await, 134.0);
    assert_eq!(run(&kernel, "recurse").await, 134.0);
    assert_eq!(run(&kernel, "unknown_import").await, 126.0);
    assert_eq!(run(&kernel, "hello").await, 0.0, "the kernel goes on");
    assert_eq!(table_size(&kernel), 0);
}

#[wasm_bindgen_test]
async fn unknown_command_is_enoent_at_once() {
    let kernel = boot().await;
    let refused = kernel.spawn("nosuch".into(), JsValue::UNDEFINED, JsValue::UNDEFINED);
    let (code, message) = described(&refused.err().unwrap());
    assert_eq!(code, "ENOENT");
    assert_eq!(message, "ENOENT: no such file or directory: nosuch");
}

#[wasm_bindgen_test]
async fn a_spinning_guest_is_killed_and_its_worker_and_memory_come_back() {
    let kernel = boot().await;
    let spin_and_kill = async || {
        let process = kernel
            .spawn("spin".into(), JsValue::UNDEFINED, JsValue::UNDEFINED)
            .unwrap();
        process.kill(Some(9)).unwrap();
        assert_eq!(resolved(process.wait()).await, 137.0);
        assert_eq!(table_size(&kernel), 0);
        until("the worker's end", || {
            stat(&kernel, "tearingDown") == 0 && stat(&kernel, "liveProcesses") == 0
        })
        .await;
        until("the warm workers", || stat(&kernel, "idleWorkers") == 4).await;
    };
    spin_and_kill().await;
    let before = stat(&kernel, "allocatedBytes");
    spin_and_kill().await;
    let after = stat(&kernel, "allocatedBytes");
    assert!(after < before + 16_384, "{before} → {after}");
    assert_eq!(run(&kernel, "hello").await, 0.0);
}

#[wasm_bindgen_test]
async fn beyond_the_limit_spawn_is_eagain_and_nothing_hangs() {
    let kernel = boot().await;
    let start = || kernel.spawn("read_stdin".into(), JsValue::UNDEFINED, JsValue::UNDEFINED);
    // They live until their input ends.
    let started: Vec<_> = (0..100)
        .map(|_| start().map_err(|error| described(&error)).unwrap())
        .collect();
    for _ in 0..30 {
        assert_eq!(described(&start().err().unwrap()).0, "EAGAIN");
    }
    started.iter().for_each(|process| process.close_stdin());
    for process in started {
        assert_eq!(resolved(process.wait()).await, 5.0);
    }
    until("free slots", || stat(&kernel, "liveProcesses") == 0).await;
    assert_eq!(run(&kernel, "exit42").await, 42.0);
    until("trimmed workers", || stat(&kernel, "liveWorkers") <= 4).await;
}
