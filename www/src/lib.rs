//! The demo page: a terminal that fills the tab, on the shell of a kernel that lives in it.
//!
//! `boot.js` makes sure that the browser can run the kernel before it loads this module; from there on the page is Rust:
//! [`screen`] is the xterm.js terminal (look, fit, copy and paste), [`session`] boots the kernel and keeps a shell running on
//! that terminal, [`progress`] is the bar shown until then. [`cobnut`] and [`xterm6`] say in Rust what the package and the
//! terminal say in JavaScript. The page uses only what any page could: the public API of `pkg/cobnut.js`.
#![cfg(target_arch = "wasm32")]
#![warn(missing_docs)]

mod cobnut;
mod progress;
mod screen;
mod session;
mod xterm6;

use wasm_bindgen::prelude::*;

/// Runs the page; `boot.js` calls it once and shows what it rejects with.
///
/// # Errors
/// Whatever kept the kernel from booting: a `KernelError` or what the browser threw.
#[wasm_bindgen]
pub async fn run() -> Result<(), JsValue> {
    let document = web_sys::window()
        .and_then(|window| window.document())
        .ok_or("not in a page")?;
    let progress = progress::Bar::find(&document)?;
    let screen = screen::Screen::open(&document, "terminal")?;
    let kernel = session::boot(&progress).await?;
    session::expose(&kernel, screen.terminal())?;
    progress.hide()?;
    session::keep_a_shell(&kernel, &screen).await
}
