//! The page's own module is linked with the kernel's flags (one std for both, see .cargo/config.toml), and so on a shared
//! memory. It needs a hundredth of the kernel's: the later `--max-memory` counts.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    if std::env::var("CARGO_CFG_TARGET_ARCH").as_deref() == Ok("wasm32") {
        println!("cargo::rustc-link-arg-cdylib=--max-memory=67108864");
    }
}
