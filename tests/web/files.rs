//! The kernel's file methods, and `createInMemoryFileSystem()`, over one tree.

use crate::support::{done, get, object, rejected, resolved};
use cobnut::web::file_system::create_in_memory_file_system;
use cobnut::web::kernel::create_kernel;
use js_sys::{Array, Uint8Array};
use wasm_bindgen::prelude::*;
use wasm_bindgen_test::wasm_bindgen_test;

#[wasm_bindgen_test]
async fn a_file_system_s_files_are_the_kernel_s() {
    let file_system = create_in_memory_file_system();
    done(file_system.mkdir("/data/deep".into(), object(&[("recursive", true.into())]))).await;
    done(file_system.write_file("/data/deep/a".into(), "hello".into())).await;
    let kernel = create_kernel(object(&[("filesystem", file_system.into())])).unwrap();
    let read: Uint8Array = resolved(kernel.read_file("/data/deep/a".into()))
        .await
        .unchecked_into();
    assert_eq!(read.to_vec(), b"hello");
    let names: Array = resolved(kernel.readdir("/data".into())).await.unchecked_into();
    assert_eq!(names.get(0), "deep");
}

#[wasm_bindgen_test]
async fn stat_tells_kind_size_and_mode() {
    let kernel = create_kernel(JsValue::UNDEFINED).unwrap();
    let bytes = Uint8Array::new_from_slice(&[7; 100_000]);
    done(kernel.write_file("/tmp/f".into(), bytes.into())).await;
    let stat = resolved(kernel.stat("/tmp/f".into())).await;
    assert_eq!(get(&stat, "size"), 100_000.0);
    assert_eq!(get(&stat, "mode"), f64::from(0o100_644));
    assert_eq!(get(&stat, "isDirectory"), JsValue::FALSE);
    assert_eq!(
        get(&resolved(kernel.stat("/tmp".into())).await, "isDirectory"),
        JsValue::TRUE
    );
    assert_eq!(
        resolved(kernel.exists("/tmp/nosuch".into())).await,
        JsValue::FALSE
    );
}

#[wasm_bindgen_test]
async fn errors_carry_code_and_path() {
    let kernel = create_kernel(JsValue::UNDEFINED).unwrap();
    let (code, message) = rejected(kernel.read_file("/nosuch".into())).await;
    assert_eq!(
        (code.as_str(), message.as_str()),
        ("ENOENT", "ENOENT: no such file or directory: /nosuch")
    );
    assert_eq!(rejected(kernel.read_file("/tmp".into())).await.0, "EISDIR");
    assert_eq!(
        rejected(kernel.mkdir("/tmp".into(), JsValue::UNDEFINED)).await.0,
        "EEXIST"
    );
    assert_eq!(
        rejected(kernel.mkdir("/a/b".into(), JsValue::UNDEFINED)).await.0,
        "ENOENT"
    );
    assert_eq!(rejected(kernel.read_file("/dev/zero".into())).await.0, "EINVAL");
}

#[wasm_bindgen_test]
async fn links_renames_and_ranges_work() {
    let fs = create_in_memory_file_system();
    done(fs.write_file("/a".into(), "0123456789".into())).await;
    done(fs.symlink("a", "/link")).await;
    done(fs.link("/a", "/hard")).await;
    done(fs.rename("/a", "/b")).await;
    assert_eq!(resolved(fs.readlink("/link")).await, "a");
    assert_eq!(
        get(&resolved(fs.lstat("/link")).await, "isSymbolicLink"),
        JsValue::TRUE
    );
    assert_eq!(get(&resolved(fs.stat("/b".into())).await, "nlink"), 2.0);
    let piece: Uint8Array = resolved(fs.pread("/hard", 3.0, 4.0)).await.unchecked_into();
    assert_eq!(piece.to_vec(), b"3456");
    done(fs.pwrite("/hard", 8.0, "xyz".into())).await;
    assert_eq!(resolved(fs.read_text_file("/b")).await, "01234567xyz");
    done(fs.truncate("/b", 2.0)).await;
    assert_eq!(get(&resolved(fs.stat("/b".into())).await, "size"), 2.0);
    done(fs.symlink("/b", "/again")).await;
    assert_eq!(resolved(fs.realpath("/again")).await, "/b");
}
