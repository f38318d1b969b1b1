//! How the module is linked.

fn main() {
    let is = |name: &str, value: &str| std::env::var(name).is_ok_and(|v| v == value);
    // Numbers in C's code that the linker sets take five bytes each, unless it may move all that follows; it may where there is no debug
    // information.
    if is("CARGO_CFG_TARGET_OS", "wasi") && is("PROFILE", "release") {
        println!("cargo::rustc-link-arg-bins=--compress-relocations");
    }
    println!("cargo::rerun-if-changed=build.rs");
}
