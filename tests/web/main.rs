//! Tests in a real browser of what crosses JavaScript: `wasm-pack test --headless --chrome`. Guests are tiny modules that write
//! nothing but what a test looks at. The commands themselves are tested natively and end to end.
#![cfg(target_arch = "wasm32")]

mod files;
mod lifetime;
mod panic;
mod processes;
mod support;

wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_browser);
